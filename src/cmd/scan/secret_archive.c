/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/secret_archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cage/cage.h"
#include "cage/pack.h"
#include "image/archive.h"
#include "image/layer/unzip.h"
#include "image/source/source.h"

enum { SEEN, LEFT_OUT, DONE, SHOWN_MAX = 256, WHY_MAX = 512, NOTES_MAX = 4 << 20 };
#define MEMORY ((size_t)1 << 30)

/* An archive that waits, and where it is in the file of all. */
struct waiting {
	struct sw_str name;
	uint64_t at, length;
};

/* ---- in the cage ---- */

struct caged {
	const struct sw_secret_archive *a;
	const struct waiting *v;
	uint32_t n;
	uint64_t files; /* of one archive */
	struct sw_cage_out *out;
	struct sw_buf note;
	struct sw_str path; /* of what is searched now */
};

static void put(struct caged *c)
{
	sw_cage_put(c->out, c->note.p, c->note.n);
	sw_buf_clear(&c->note);
}

static void on_left_out(void *arg, struct sw_str path, const char *why)
{
	struct caged *c = arg;
	sw_pack_u64(&c->note, LEFT_OUT);
	sw_pack_str(&c->note, path);
	sw_pack_str(&c->note, sw_str_sub(sw_str_from(why), 0, WHY_MAX));
	put(c);
}

static int on_seen(void *arg, const struct sw_secret_seen *s)
{
	struct caged *c = arg;
	sw_pack_u64(&c->note, SEEN);
	sw_pack_str(&c->note, c->path);
	sw_pack_str(&c->note, s->rule->id);
	sw_pack_u64(&c->note, s->doubt);
	sw_pack_u64(&c->note, s->line);
	sw_pack_u64(&c->note, s->col);
	sw_pack_u64(&c->note, s->nth);
	sw_pack_u64(&c->note, s->ignored);
	sw_pack_str(&c->note, s->shown);
	put(c);
	return 0;
}

static int on_file(void *arg, struct sw_str path, struct sw_str text)
{
	struct caged *c = arg;
	struct sw_error err = {0};
	bool more = false;
	c->files++;
	c->path = path;
	if (sw_secret_search(c->a->scanner, path, text, on_seen, c, &more, &err))
		on_left_out(c, path, err.text);
	else if (more)
		on_left_out(c, path, "more secrets than are counted in one file");
	return 0;
}

static int search_one(struct caged *c, const struct waiting *w, const int fds[SW_CAGE_FDS], struct sw_error *err)
{
	struct sw_archive a = {.fd = fds[0], .spool = fds[1], .offset = w->at, .length = w->length, .name = w->name,
		.arg = c, .file = on_file, .left_out = on_left_out};
	c->files = 0;
	int rc = sw_archive_walk(&a, err);
	sw_pack_u64(&c->note, DONE);
	sw_pack_u64(&c->note, c->files);
	put(c);
	return rc;
}

static int run(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	struct caged *c = arg;
	int rc = 0;
	c->out = out;
	sw_buf_init(&c->note, NOTES_MAX);
	for (uint32_t i = 0; !rc && i < c->n; i++)
		rc = search_one(c, &c->v[i], fds, err);
	sw_buf_release(&c->note);
	return rc;
}

/* ---- outside ---- */

static const struct sw_rule *rule_of(const struct sw_secret_rules *rules, struct sw_str id)
{
	for (uint32_t i = 0; i < sw_secret_rules_n(rules); i++)
		if (sw_str_eq(sw_secret_rule(rules, i)->id, id))
			return sw_secret_rule(rules, i);
	return NULL;
}

static int seen(const struct sw_secret_archive *a, struct sw_unpack *u)
{
	struct sw_str path = sw_unpack_str(u, SW_ARCHIVE_NAME);
	struct sw_secret_seen s = {.rule = rule_of(a->rules, sw_unpack_str(u, SHOWN_MAX))};
	s.doubt = (enum sw_secret_doubt)sw_unpack_max(u, SW_SECRET_DOUBTS - 1);
	s.line = (uint32_t)sw_unpack_max(u, UINT32_MAX);
	s.col = (uint32_t)sw_unpack_max(u, UINT32_MAX);
	s.nth = (uint32_t)sw_unpack_max(u, UINT32_MAX);
	s.ignored = sw_unpack_max(u, 1);
	s.shown = sw_unpack_str(u, SHOWN_MAX);
	u->bad |= !s.rule;
	return u->bad ? 0 : a->seen(a->arg, path, &s);
}

/* What is told of one archive, up to its end; *ret_done: that was there. */
static int notes_of_one(const struct sw_secret_archive *a, struct sw_unpack *u, bool *ret_done)
{
	int rc = 0;
	bool done = false;
	while (!rc && u->rest.n && !u->bad && !done) {
		uint64_t kind = sw_unpack_max(u, DONE);
		if (kind == SEEN) {
			rc = seen(a, u);
		} else if (kind == LEFT_OUT) {
			struct sw_str path = sw_unpack_str(u, SW_ARCHIVE_NAME), why = sw_unpack_str(u, WHY_MAX);
			rc = u->bad ? 0 : a->left_out(a->arg, path, why);
		} else {
			for (uint64_t n = sw_unpack_max(u, UINT32_MAX); n && !rc && !u->bad; n--)
				rc = a->file(a->arg);
			done = !u->bad;
		}
	}
	*ret_done = done;
	return rc;
}

/* How many archives the answer tells of to their ends, and where the last of these stands. */
static uint32_t count_done(struct sw_str answer, size_t *ret_end)
{
	struct sw_unpack u = {.rest = answer};
	uint32_t n = 0;
	size_t end = 0;
	while (u.rest.n && !u.bad) {
		uint64_t kind = sw_unpack_max(&u, DONE);
		if (kind == DONE)
			sw_unpack_max(&u, UINT32_MAX);
		for (unsigned k = kind == DONE ? 0 : 2; k && !u.bad; k--)
			sw_unpack_str(&u, SW_ARCHIVE_NAME);
		for (unsigned k = kind == SEEN ? 5 : 0; k && !u.bad; k--)
			sw_unpack_u64(&u);
		if (kind == SEEN && !u.bad)
			sw_unpack_str(&u, SHOWN_MAX);
		if (u.bad || kind != DONE)
			continue;
		n++;
		end = answer.n - u.rest.n;
	}
	*ret_end = end;
	return n;
}

struct sw_secret_archives {
	struct sw_secret_archive a;
	int fd, spool;
	uint64_t top;
	struct waiting v[SW_ARCHIVES_MAX];
	uint32_t n;
	struct sw_arena names;
};

int sw_secret_archives_new(const struct sw_secret_archive *a, struct sw_secret_archives **ret, struct sw_error *err)
{
	struct sw_secret_archives *s = calloc(1, sizeof(*s));
	if (!s)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	s->a = *a;
	s->fd = s->spool = -1;
	sw_arena_init(&s->names, 0);
	*ret = s;
	return 0;
}

void sw_secret_archives_free(struct sw_secret_archives *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	if (s->spool >= 0)
		close(s->spool);
	sw_arena_release(&s->names);
	free(s);
}

/* Patterns are compiled and files made when there is an archive: in most trees there is none. */
static int prepare(struct sw_secret_archives *s, struct sw_error *err)
{
	if (s->spool >= 0)
		return 0;
	int rc = sw_secret_rules_ready(s->a.rules, err);
	if (!rc)
		rc = sw_source_temp(&s->fd, err);
	if (!rc)
		rc = sw_source_temp(&s->spool, err);
	sw_unzip_prepare();
	return rc;
}

/* *ret_done of the n were told of; a single one always is: as left out, when its process was stopped. */
static int search(struct sw_secret_archives *s, int fd, const struct waiting *v, uint32_t n, uint32_t *ret_done)
{
	__attribute__((cleanup(sw_cage_release))) struct sw_cage_proc p = {.pipe = -1};
	struct caged c = {.a = &s->a, .v = v, .n = n};
	struct sw_cage_job job = {.run = run, .arg = &c, .fds = {fd, s->spool, -1, -1}, .memory = MEMORY,
		.file = SW_ARCHIVE_TOTAL, .deadline_ms = s->a.deadline_ms};
	struct sw_error why = {0};
	size_t end;
	int rc = 0, ended = sw_cage_run(&p, &job, &why);
	struct sw_unpack u = {.rest = sw_buf_str(&p.answer)};
	uint32_t done = count_done(u.rest, &end);
	if (done > n || (!ended && done < n)) {
		sw_error_set(&why, SW_ESECURITY, "the answer of the search makes no sense");
		ended = -SW_ESECURITY;
		done = done > n ? n : done;
	}
	bool told;
	for (uint32_t i = 0; !rc && i < (n > 1 ? done : 1); i++)
		rc = notes_of_one(&s->a, &u, &told);
	if (!rc && n == 1 && ended)
		rc = s->a.left_out(s->a.arg, v->name, sw_str_from(why.text));
	*ret_done = n > 1 ? done : 1;
	return rc;
}

int sw_secret_archives_finish(struct sw_secret_archives *s, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t at = 0, one = 0; !rc && at < s->n;) {
		uint32_t done = 0;
		rc = search(s, s->fd, s->v + at, one ? 1 : s->n - at, &done);
		one = !one && done < s->n - at; /* where it was stopped: again, alone */
		at += done;
	}
	s->n = 0;
	s->top = 0;
	sw_arena_reset(&s->names);
	return rc;
}

int sw_secret_archives_add(struct sw_secret_archives *s, struct sw_str path, struct sw_str bytes, struct sw_error *err)
{
	int rc = 0;
	if (!sw_archive_is(sw_str_sub(bytes, 0, SW_ARCHIVE_HEAD)))
		return 0;
	if (s->n == SW_ARCHIVES_MAX || s->top + bytes.n > SW_ARCHIVES_BYTES)
		rc = sw_secret_archives_finish(s, err);
	if (!rc)
		rc = prepare(s, err);
	if (rc)
		return rc;
	if (pwrite(s->fd, bytes.p, bytes.n, (off_t)s->top) != (ssize_t)bytes.n)
		return sw_error_errno(err, SW_EIO, errno, "the temporary file cannot be written");
	s->v[s->n++] = (struct waiting){.name = sw_arena_str(&s->names, path), .at = s->top, .length = bytes.n};
	s->top += bytes.n;
	return 1;
}

int sw_secret_archives_add_file(struct sw_secret_archives *s, const char *path, struct sw_error *err)
{
	char head[SW_ARCHIVE_HEAD];
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return 0; /* told by who reads it */
	ssize_t n = !fstat(fd, &st) && S_ISREG(st.st_mode) ? pread(fd, head, sizeof(head), 0) : 0;
	int rc = 0;
	if (n > 0 && sw_archive_is((struct sw_str){head, (size_t)n})) {
		struct waiting one = {.name = sw_str_from(path), .length = (uint64_t)st.st_size};
		uint32_t done;
		rc = prepare(s, err);
		if (!rc)
			rc = search(s, fd, &one, 1, &done);
		rc = rc ? rc : 1;
	}
	close(fd);
	return rc;
}
