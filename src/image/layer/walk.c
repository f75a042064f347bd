/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a layer: what is there, what is gone, what the readers say of the files they want. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "image/layer/layer.h"
#include "image/reader.h"
#include "image/readers/release.h"

enum {
	LINKS_MAX = 4096,
	WANTED_MAX = 64,
	BAD_NAMES_MAX = 100,
	HELD_MAX = 4096,
	HELD_IN_MEMORY = 8 << 20, /* of all; more lies in the temporary file */
	SPOOL_ALIGN = 1 << 16,	  /* no page is larger */
	NAMED = 120,		  /* bytes of a path in an error */
};

/* A file that waits for the one beside it, until the layer's end. */
struct held {
	const struct sw_reader *reader;
	struct sw_str path;
	uint32_t mode;
	char *p;     /* NULL: at `at` of the temporary file */
	uint64_t at, n;
	bool is_beside, used;
};

/* A hard link whose content was passed by: looked for in a second pass. */
struct link {
	uint64_t hash; /* of `to` */
	struct sw_str to, path;
	uint32_t mode;
	bool seen;
};

struct walk {
	const struct sw_layer_job *job;
	struct sw_layer *l;
	struct sw_tar tar;
	struct sw_unzip *in;
	struct sw_arena arena; /* of names kept for the second pass */
	struct sw_buf path, target, content;
	uint32_t bad_names, n_links;
	struct link *links;
	/* Which group a path has: hash and index + 1, open addressing. */
	struct slot {
		uint64_t hash;
		uint32_t told;
	} *slots;
	uint32_t n_slots, used_slots;
	const struct sw_reader *wanted[WANTED_MAX];
	uint32_t n_wanted;
	struct held *held;
	uint32_t n_held;
	size_t held_bytes;   /* in memory */
	uint64_t spool_used; /* of the temporary file, by what is held */
	bool spooled;	     /* the content in hand lies there, behind that */
	bool os;   /* the file tells of the distribution */
	bool look; /* somebody else looks at it */
	struct sw_buf notes, text;
};

static int full(struct sw_error *err)
{
	return sw_error_set(err, SW_ELIMIT, "the layer holds more than can be remembered");
}

static int problem(struct walk *w, struct sw_str path, const char *why)
{
	return sw_bom_problem(&w->l->bom, path, sw_str_from(why), 0);
}

/* ---- groups ---- */

static struct slot *slot_of(struct walk *w, uint64_t hash)
{
	uint32_t at = (uint32_t)hash & (w->n_slots - 1);
	while (w->slots[at].told && w->slots[at].hash != hash)
		at = (at + 1) & (w->n_slots - 1);
	return &w->slots[at];
}

static void grow_slots(struct walk *w)
{
	if (w->n_slots && w->used_slots * 2 < w->n_slots)
		return;
	struct slot *old = w->slots;
	uint32_t n = w->n_slots;
	w->n_slots = n ? n * 2 : 1024;
	w->slots = calloc(w->n_slots, sizeof(*w->slots));
	if (!w->slots)
		abort();
	for (uint32_t i = 0; i < n; i++)
		if (old[i].told)
			*slot_of(w, old[i].hash) = old[i];
	free(old);
}

/* Everything found from here on was told by `path`. */
static int open_group(struct walk *w, struct sw_str path, struct sw_error *err)
{
	struct sw_layer *l = w->l;
	if (l->n_told == l->cap_told) {
		uint32_t want = l->cap_told ? l->cap_told * 2 : 256;
		struct sw_layer_file *grown = reallocarray(l->told, want, sizeof(*grown));
		if (!grown)
			abort();
		l->told = grown;
		l->cap_told = want;
	}
	struct sw_layer_file f = {.path = sw_arena_str(&l->bom.arena, path)};
	if (path.n && !f.path.p)
		return full(err);
	grow_slots(w);
	l->told[l->n_told++] = f;
	uint64_t hash = sw_layer_hash(path);
	struct slot *s = slot_of(w, hash);
	w->used_slots += !s->told;
	*s = (struct slot){hash, l->n_told};
	return 0;
}

struct mark {
	uint32_t packages, owned, problems;
};

static struct mark mark(const struct walk *w)
{
	return (struct mark){w->l->bom.n, w->l->bom.n_owned, w->l->bom.n_problems};
}

/* Ends the group; one that told nothing is dropped again. */
static void close_group(struct walk *w, struct mark m)
{
	struct sw_layer_file *f = &w->l->told[w->l->n_told - 1];
	if (w->notes.overflow)
		problem(w, f->path, "more was found in it than can be kept");
	f->n_packages = w->l->bom.n - m.packages;
	f->n_owned = w->l->bom.n_owned - m.owned;
	f->n_problems = w->l->bom.n_problems - m.problems;
	if (w->notes.n) /* each note is added whole, or not */
		f->notes = sw_arena_str(&w->l->bom.arena, sw_buf_str(&w->notes));
	sw_buf_clear(&w->notes);
	if (!f->n_packages && !f->n_owned && !f->n_problems && !f->notes.n) {
		/* The slot stays: it points to no group, or to the next one with another path. */
		struct slot *s = slot_of(w, sw_layer_hash(f->path));
		s->told = UINT32_MAX;
		w->l->n_told--;
	}
}

static int problem_of(struct walk *w, struct sw_str path, const char *why, struct sw_error *err)
{
	struct mark m = mark(w);
	int rc = open_group(w, path, err);
	if (rc)
		return rc;
	if (problem(w, path, why))
		return full(err);
	close_group(w, m);
	return 0;
}

/* ---- contents ---- */

/* ---- looks ---- */

static void look_at(struct walk *w, struct sw_str path, struct sw_str content)
{
	const struct sw_layer_look *k = w->job->look;
	for (size_t at = 0, seen = 0; at < content.n || !at;) {
		struct sw_str text = sw_str_sub(content, at, at + k->max);
		k->look(k->arg, path, text, at, seen, &w->notes);
		if (at + text.n >= content.n)
			break;
		at += text.n - k->overlap;
		seen = k->overlap;
	}
}

/* Is the layer's time over? What was found stays. */
static int in_time(const struct walk *w, struct sw_error *err)
{
	if (!w->job->until_ns || sw_now_ns() < w->job->until_ns)
		return 0;
	return sw_error_set(err, SW_ELIMIT,
		"the time for it is over (--layer-timeout): read as far as %.*s, entry %llu",
		SW_STR_ARG(sw_str_sub(sw_buf_str(&w->path), 0, NAMED)),
		(unsigned long long)w->l->entries);
}

/* The same for a file that nobody else wants, as it comes. */
static int look_along(struct walk *w, struct sw_str path, uint64_t size, struct sw_error *err)
{
	const struct sw_layer_look *k = w->job->look;
	const uint8_t *p = (const uint8_t *)"";
	size_t n = 0, seen = 0;
	uint64_t at = 0;
	int rc = sw_tar_read(&w->tar, &p, &n, err);
	if (!rc && n == size) {
		look_at(w, path, sw_str_make((const char *)p, n));
		return 0;
	}
	sw_buf_clear(&w->text);
	while (!rc && n) {
		size_t room = k->max - w->text.n, part = n < room ? n : room;
		sw_buf_add(&w->text, p, part);
		p += part;
		n -= part;
		if (w->text.n == k->max) {
			k->look(k->arg, path, sw_buf_str(&w->text), at, seen, &w->notes);
			at += k->max - k->overlap;
			seen = k->overlap;
			memmove(w->text.p, w->text.p + w->text.n - seen, seen);
			w->text.n = seen;
			rc = in_time(w, err);
		}
		if (!rc && !n)
			rc = sw_tar_read(&w->tar, &p, &n, err);
	}
	if (!rc && w->text.n > seen)
		k->look(k->arg, path, sw_buf_str(&w->text), at, seen, &w->notes);
	return rc;
}

static void choose(struct walk *w, struct sw_str path, uint32_t mode, uint64_t size)
{
	const struct sw_layer_look *k = w->job->look;
	w->n_wanted = 0;
	w->look = k && size && k->wants(k->arg, path, mode, size);
	w->os = sw_distribution_wants(path);
	for (uint32_t i = 0; sw_readers[i] && w->n_wanted < WANTED_MAX; i++)
		if (sw_readers[i]->wants(path, mode, size))
			w->wanted[w->n_wanted++] = sw_readers[i];
}

/* ---- two files that are read as one ---- */

static bool write_spool(struct walk *w, const void *p, size_t n, uint64_t at)
{
	for (size_t done = 0; done < n;) {
		ssize_t k = pwrite(w->job->spool, (const char *)p + done, n - done, (off_t)(at + done));
		if (k <= 0 && errno != EINTR)
			return false;
		done += k > 0 ? (size_t)k : 0;
	}
	return true;
}

static bool keep_content(struct walk *w, struct held *h, struct sw_str content)
{
	uint64_t whole = (content.n + SPOOL_ALIGN - 1) / SPOOL_ALIGN * SPOOL_ALIGN;
	h->n = content.n;
	if (content.n <= HELD_IN_MEMORY - w->held_bytes) {
		h->p = malloc(content.n + 1);
		if (!h->p)
			abort();
		if (content.n)
			memcpy(h->p, content.p, content.n);
		w->held_bytes += content.n;
		return true;
	}
	if (w->job->spool < 0 || w->spool_used + whole > SW_LAYER_SPOOL ||
		(!w->spooled && !write_spool(w, content.p, content.n, w->spool_used)))
		return false;
	h->at = w->spool_used;
	w->spool_used += whole;
	w->spooled = false;
	return true;
}

static int hold(struct walk *w, const struct sw_reader *reader, struct sw_str path, uint32_t mode,
	struct sw_str content)
{
	if (!w->held)
		w->held = calloc(HELD_MAX, sizeof(*w->held));
	if (!w->held)
		abort();
	if (w->n_held == HELD_MAX)
		return problem(w, path, "too many files that are read in pairs");
	struct held *h = &w->held[w->n_held];
	*h = (struct held){.reader = reader, .path = sw_arena_str(&w->arena, path), .mode = mode};
	h->is_beside = sw_str_is(sw_str_base(path), reader->beside);
	if (!h->path.p)
		return -SW_ELIMIT;
	if (!keep_content(w, h, content))
		return problem(w, path, "too large to be kept");
	w->n_held++;
	return 0;
}

/* A later entry of the layer took its place. */
static void drop_held(struct walk *w, struct sw_str path)
{
	for (uint32_t i = 0; i < w->n_held; i++)
		if (sw_str_eq(w->held[i].path, path))
			w->held[i].used = true;
}

static struct held *partner(struct walk *w, const struct held *of)
{
	size_t dir = sw_str_rfind(of->path, SW_STR("/")) + 1; /* 0: none */
	for (uint32_t i = 0; i < w->n_held; i++) {
		struct held *h = &w->held[i];
		if (h->is_beside && !h->used && h->reader == of->reader &&
			sw_str_rfind(h->path, SW_STR("/")) + 1 == dir &&
			sw_str_eq(sw_str_sub(h->path, 0, dir), sw_str_sub(of->path, 0, dir)))
			return h;
	}
	return NULL;
}

/* The bytes; *ret_map is to be unmapped when it is not NULL. */
static struct sw_str bytes_of(struct walk *w, const struct held *h, void **ret_map)
{
	*ret_map = NULL;
	if (h->p)
		return sw_str_make(h->p, (size_t)h->n);
	void *map = mmap(NULL, (size_t)h->n, PROT_READ, MAP_SHARED, w->job->spool, (off_t)h->at);
	if (map == MAP_FAILED)
		return (struct sw_str){NULL, 0};
	*ret_map = map;
	return sw_str_make(map, (size_t)h->n);
}

static int read_pair(struct walk *w, struct held *main, struct held *beside, struct sw_error *err)
{
	struct held *of = main ? main : beside;
	struct sw_reader_file f = {.path = of->path, .mode = of->mode | S_IFREG};
	struct mark m = mark(w);
	void *map[2] = {NULL, NULL};
	int rc = open_group(w, of->path, err);
	if (rc)
		return rc;
	if (main)
		f.content = bytes_of(w, main, &map[0]);
	if (beside)
		f.beside = bytes_of(w, beside, &map[1]);
	if ((main && !f.content.p) || (beside && !f.beside.p))
		rc = problem(w, of->path, "cannot be mapped");
	else
		rc = of->reader->read(&w->l->bom, &f);
	if (map[0])
		munmap(map[0], (size_t)main->n);
	if (map[1])
		munmap(map[1], (size_t)beside->n);
	close_group(w, m);
	return rc ? full(err) : 0;
}

static int read_held(struct walk *w, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < w->n_held; i++) {
		struct held *h = &w->held[i], *beside;
		if (h->used || h->is_beside)
			continue;
		beside = partner(w, h);
		h->used = true;
		if (beside)
			beside->used = true;
		rc = read_pair(w, h, beside, err);
	}
	for (uint32_t i = 0; !rc && i < w->n_held; i++)
		if (!w->held[i].used)
			rc = read_pair(w, NULL, &w->held[i], err);
	return rc;
}

static int give(struct walk *w, struct sw_str path, uint32_t mode, uint64_t size,
	struct sw_str content, struct sw_error *err)
{
	struct sw_reader_file f = {.path = path,
		.content = content,
		.mode = mode | S_IFREG,
		.mapped = w->spooled};
	int rc = 0;
	if (w->os && content.n <= SW_RELEASE_MAX)
		rc = sw_distribution_read(path, content, &w->l->bom);
	for (uint32_t i = 0; !rc && i < w->n_wanted; i++)
		if (size <= w->wanted[i]->max_size)
			rc = w->wanted[i]->beside ? hold(w, w->wanted[i], path, mode, content)
						  : w->wanted[i]->read(&w->l->bom, &f);
	if (w->look)
		look_at(w, path, content);
	return rc ? full(err) : 0;
}

static int spool(struct walk *w, struct sw_error *err)
{
	const uint8_t *p;
	size_t n = 1;
	uint64_t at = 0;
	int rc = 0;
	if (ftruncate(w->job->spool, (off_t)w->spool_used))
		return sw_error_errno(err, SW_EIO, errno, "cannot use the temporary file");
	while (!rc && n) {
		rc = sw_tar_read(&w->tar, &p, &n, err);
		if (!rc && !write_spool(w, p, n, w->spool_used + at))
			return sw_error_errno(
				err, SW_EIO, errno, "cannot write the temporary file");
		at += n;
	}
	return rc;
}

/* A large file: through an unlinked file on the disk, mapped. */
static int give_large(struct walk *w, struct sw_str path, uint32_t mode, uint64_t size,
	struct sw_error *err)
{
	int rc = size > SW_LAYER_SPOOL && w->look ? look_along(w, path, size, err) : 0;
	if (rc)
		return rc;
	if (w->job->spool < 0 || size > SW_LAYER_SPOOL - w->spool_used)
		return problem(w, path, "too large to be read here") ? full(err) : 0;
	rc = spool(w, err);
	if (rc)
		return rc;
	void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, w->job->spool,
		(off_t)w->spool_used);
	if (map == MAP_FAILED)
		return problem(w, path, "cannot be mapped") ? full(err) : 0;
	w->spooled = true;
	rc = give(w, path, mode, size, sw_str_make(map, (size_t)size), err);
	w->spooled = false;
	munmap(map, (size_t)size);
	return rc;
}

static int give_small(struct walk *w, struct sw_str path, uint32_t mode, uint64_t size,
	struct sw_error *err)
{
	const uint8_t *p = (const uint8_t *)"";
	size_t n;
	int rc = sw_tar_read(&w->tar, &p, &n, err);
	if (rc)
		return rc;
	if (n == size) /* all of it in the window */
		return give(w, path, mode, size, sw_str_make((const char *)p, n), err);
	sw_buf_clear(&w->content);
	while (!rc && n) {
		sw_buf_add(&w->content, p, n);
		rc = sw_tar_read(&w->tar, &p, &n, err);
	}
	return rc ? rc : give(w, path, mode, size, sw_buf_str(&w->content), err);
}

/* A file that somebody wants. `path` tells; the content is that of the tar's current entry. */
static int content(struct walk *w, struct sw_str path, uint32_t mode, uint64_t size,
	struct sw_error *err)
{
	uint64_t most = w->os ? SW_RELEASE_MAX : 0;
	struct mark m = mark(w);
	int rc = open_group(w, path, err);
	for (uint32_t i = 0; !rc && i < w->n_wanted; i++) {
		if (w->wanted[i]->max_size > most)
			most = w->wanted[i]->max_size;
		if (size > w->wanted[i]->max_size) {
			char why[160];
			snprintf(why, sizeof(why), "%s: larger than %llu bytes", w->wanted[i]->name,
				(unsigned long long)w->wanted[i]->max_size);
			rc = problem(w, path, why) ? full(err) : 0;
		}
	}
	if (!rc && size > most && w->look)
		rc = look_along(w, path, size, err);
	else if (!rc && size <= most)
		rc = size <= SW_LAYER_IN_MEMORY ? give_small(w, path, mode, size, err)
						: give_large(w, path, mode, size, err);
	close_group(w, m);
	return rc;
}

/* ---- entries ---- */

static int keep_link(struct walk *w, const struct sw_tar_entry *e, struct sw_error *err)
{
	struct sw_str path = sw_buf_str(&w->path);
	if (!sw_layer_path(e->link, &w->target))
		return problem_of(w, path, "a hard link that leads out of the image", err);
	if (!w->links)
		w->links = calloc(LINKS_MAX, sizeof(*w->links));
	if (!w->links)
		abort();
	if (w->n_links == LINKS_MAX)
		return problem_of(w, path, "too many hard links to follow", err);
	struct link *k = &w->links[w->n_links++];
	k->path = sw_arena_str(&w->arena, path);
	k->to = sw_arena_str(&w->arena, sw_buf_str(&w->target));
	k->hash = sw_layer_hash(k->to);
	k->mode = e->mode;
	return k->path.p && (k->to.p || !w->target.n) ? 0 : full(err);
}

/* AUFS and overlayfs ways to say that something below is gone. True: that was one. */
static int whiteout(struct walk *w, const struct sw_tar_entry *e, bool *ret, struct sw_error *err)
{
	struct sw_str path = sw_buf_str(&w->path);
	size_t slash = sw_str_rfind(path, SW_STR("/"));
	struct sw_str dir = slash == SW_NPOS ? SW_STR("") : sw_str_sub(path, 0, slash);
	struct sw_str base = sw_str_base(path);
	*ret = true;
	if (e->type == SW_TAR_CHAR && e->dev_major == 0 && e->dev_minor == 0)
		return sw_hashes_add(&w->l->removed, sw_layer_hash(path)) ? full(err) : 0;
	if (sw_str_is(base, ".wh..wh..opq"))
		return sw_hashes_add(&w->l->opaque, sw_layer_hash(dir)) ? full(err) : 0;
	if (sw_str_starts(base, SW_STR(".wh..wh."))) /* AUFS's own housekeeping */
		return 0;
	if (sw_str_starts(base, SW_STR(".wh.")) && base.n > 4) {
		struct sw_str gone = sw_str_sub(base, 4, base.n);
		sw_buf_clear(&w->target);
		sw_buf_addstr(&w->target, dir);
		if (dir.n)
			sw_buf_addch(&w->target, '/');
		sw_buf_addstr(&w->target, gone);
		return sw_hashes_add(&w->l->removed, sw_layer_hash(sw_buf_str(&w->target)))
			       ? full(err)
			       : 0;
	}
	*ret = false;
	return 0;
}

static int remember(struct walk *w, const struct sw_tar_entry *e, struct sw_error *err)
{
	uint64_t hash = sw_layer_hash(sw_buf_str(&w->path));
	if (sw_hashes_add(&w->l->paths, hash))
		return full(err);
	if (e->type != SW_TAR_DIR && sw_hashes_add(&w->l->leaves, hash))
		return full(err);
	if (w->n_held)
		drop_held(w, sw_buf_str(&w->path));
	if (w->n_slots) {
		struct slot *s = slot_of(w, hash);
		if (s->told && s->told <= w->l->n_told)
			w->l->told[s->told - 1].dead = true;
	}
	return 0;
}

static int entry(struct walk *w, const struct sw_tar_entry *e, struct sw_error *err)
{
	bool gone;
	const char *bad = e->bad;
	if (!bad && !sw_layer_path(e->name, &w->path))
		bad = "a name that leads out of the image";
	w->l->entries++;
	if (bad) {
		if (w->bad_names++ >= BAD_NAMES_MAX)
			return 0;
		return problem_of(w, sw_str_sub(e->name, 0, 256), bad, err);
	}
	if (!w->path.n) /* the root */
		return 0;
	int rc = whiteout(w, e, &gone, err);
	if (rc || gone)
		return rc;
	rc = remember(w, e, err);
	if (rc || (e->type != SW_TAR_FILE && e->type != SW_TAR_HARD_LINK))
		return rc;
	w->l->files++;
	choose(w, sw_buf_str(&w->path), e->mode, e->size);
	if (!w->n_wanted && !w->os && !w->look)
		return 0;
	if (e->type == SW_TAR_HARD_LINK && !w->n_wanted && !w->os)
		return 0; /* its content is looked at under its first name */
	if (e->type == SW_TAR_HARD_LINK)
		return keep_link(w, e, err);
	return content(w, sw_buf_str(&w->path), e->mode, e->size, err);
}

static int pass(struct walk *w, int (*each)(struct walk *, const struct sw_tar_entry *, struct sw_error *),
	struct sw_error *err)
{
	const struct sw_tar_entry *e;
	int rc;
	while ((rc = sw_tar_next(&w->tar, &e, err)) > 0) {
		rc = each(w, e, err);
		if (!rc)
			rc = in_time(w, err);
		if (rc)
			break;
	}
	return rc;
}

/* ---- the second pass, for hard links ---- */

static int linked(struct walk *w, const struct sw_tar_entry *e, struct sw_error *err)
{
	int rc = 0;
	uint32_t low = 0, high = w->n_links;
	if (e->bad || e->type != SW_TAR_FILE || !sw_layer_path(e->name, &w->path))
		return 0;
	uint64_t hash = sw_layer_hash(sw_buf_str(&w->path));
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (w->links[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	for (uint32_t i = low; !rc && i < w->n_links && w->links[i].hash == hash; i++) {
		struct link *k = &w->links[i];
		if (k->seen || !sw_str_eq(k->to, sw_buf_str(&w->path)))
			continue;
		k->seen = true;
		choose(w, k->path, k->mode, e->size);
		w->look = false;
		if (!w->n_wanted && !w->os)
			continue;
		rc = content(w, k->path, k->mode, e->size, err);
		break; /* the content is used up: others wait for the next pass */
	}
	return rc;
}

static bool waiting(const struct walk *w)
{
	for (uint32_t i = 0; i < w->n_links; i++)
		if (!w->links[i].seen)
			return true;
	return false;
}

static int by_hash(const void *a, const void *b)
{
	const struct link *x = a, *y = b;
	return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : sw_str_cmp(x->path, y->path);
}

static int follow_links(struct walk *w, struct sw_error *err)
{
	struct sw_unzip_opts o = {.fd = w->job->fd,
		.seekable = true,
		.offset = w->job->offset,
		.length = w->job->length,
		.max_plain = w->job->max_unpacked};
	qsort(w->links, w->n_links, sizeof(*w->links), by_hash);
	/* As many passes as one content has names, within reason. */
	for (int round = 0; w->job->seekable && round < 8 && waiting(w); round++) {
		sw_tar_release(&w->tar);
		sw_unzip_free(SW_TAKE(w->in));
		int rc = sw_unzip_open(&o, &w->in, err);
		if (rc)
			return rc;
		sw_tar_init(&w->tar, w->in);
		rc = pass(w, linked, err);
		if (rc < 0)
			return rc;
	}
	for (uint32_t i = 0; i < w->n_links; i++) {
		int rc = w->links[i].seen ? 0
					  : problem_of(w, w->links[i].path,
						    "a hard link whose content was not seen", err);
		if (rc)
			return rc;
	}
	return 0;
}

static void walk_init(struct walk *w, const struct sw_layer_job *job, struct sw_layer *l)
{
	*w = (struct walk){.job = job, .l = l};
	sw_arena_init(&w->arena, 64 << 20);
	sw_buf_init(&w->path, SW_TAR_HEADER);
	sw_buf_init(&w->target, SW_TAR_HEADER);
	sw_buf_init(&w->content, SW_LAYER_IN_MEMORY + 4096);
	sw_buf_init(&w->notes, SW_LAYER_NOTES);
	sw_buf_init(&w->text, job->look ? job->look->max : 1);
}

static void walk_release(struct walk *w)
{
	sw_tar_release(&w->tar);
	sw_unzip_free(w->in);
	sw_arena_release(&w->arena);
	sw_buf_release(&w->path);
	sw_buf_release(&w->target);
	sw_buf_release(&w->content);
	sw_buf_release(&w->notes);
	sw_buf_release(&w->text);
	free(w->slots);
	free(w->links);
	for (uint32_t i = 0; i < w->n_held; i++)
		free(w->held[i].p);
	free(w->held);
}

int sw_layer_walk(const struct sw_layer_job *job, struct sw_layer *ret, struct sw_error *err)
{
	__attribute__((cleanup(walk_release))) struct walk w;
	struct sw_unzip_opts o = {.fd = job->fd,
		.seekable = job->seekable,
		.offset = job->offset,
		.length = job->length,
		.hash_raw = job->hash_raw,
		.hash_plain = job->hash_plain,
		.max_plain = job->max_unpacked,
		.progress = job->progress};
	walk_init(&w, job, ret);
	int rc = sw_unzip_open(&o, &w.in, err);
	if (rc)
		return rc;
	sw_tar_init(&w.tar, w.in);
	rc = pass(&w, entry, err);
	if (!rc)
		rc = sw_unzip_finish(w.in, ret->digest, ret->diff_id, err);
	if (rc == -SW_ESYNTAX && job->hash_raw) /* damaged here, or not what was meant? */
		sw_unzip_drain(w.in, ret->digest, NULL);
	ret->bytes = sw_unzip_raw_bytes(w.in);
	ret->unpacked = sw_unzip_plain_bytes(w.in);
	if (!rc && w.n_links)
		rc = follow_links(&w, err);
	if (w.n_held) { /* what was found is kept whatever became of the rest */
		struct sw_error ignored;
		int held = read_held(&w, rc ? &ignored : err);
		rc = rc ? rc : held;
	}
	sw_hashes_sort(&ret->paths);
	sw_hashes_sort(&ret->leaves);
	sw_hashes_sort(&ret->removed);
	sw_hashes_sort(&ret->opaque);
	return rc;
}
