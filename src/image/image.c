/* SPDX-License-Identifier: Apache-2.0 */
/* The scan of an image: layers read in the cage, several at once, merged from the lowest on. */
#include "image/image.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "cage/pack.h"
#include "image/layer/layer.h"
#include "image/source/source.h"
#include "image/source/store.h"

enum { PARALLEL_MAX = 16, WAIT_MS = 200, SHORT_TEXT = 200 };

/* Something that reads a layer now: its parser, and what feeds it. */
struct slot {
	struct sw_cage_proc parser, feeder;
	struct sw_layer_job job;
	int spool;
	uint64_t *progress; /* shared with the parser */
	uint32_t layer;
	bool busy;
};

struct done { /* a layer waiting for those below it */
	struct sw_layer result;
	bool ready, have;
};

struct scan {
	const struct sw_image_opts *o;
	struct sw_image *img;
	struct sw_source *src;
	struct sw_layer_cache *cache;
	struct sw_merge *merge;
	struct sw_descriptor *layers;
	struct done *done;
	struct slot slots[PARALLEL_MAX];
	uint64_t *shared;
	uint64_t bytes; /* of layers done */
	uint32_t n, next, merged, running, parallel;
};

static bool cancelled(const struct scan *s)
{
	return s->o->cancel && *s->o->cancel;
}

static bool parse_digest(struct sw_str text, uint8_t ret[32])
{
	return sw_digest_valid(text) && text.n == 71 && sw_hex_decode(sw_str_sub(text, 7, text.n), ret);
}

/* ---- in the cage ---- */

static int parse(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out,
	struct sw_error *err)
{
	struct sw_layer_job job = *(struct sw_layer_job *)arg;
	sw_autolayer layer;
	sw_autobuf b;
	job.fd = fds[0];
	job.spool = fds[1];
	sw_layer_init(&layer);
	sw_buf_init(&b, 512 << 20);
	int rc = sw_layer_walk(&job, &layer, err);
	sw_layer_pack(&b, &layer);
	sw_cage_put(out, b.p, b.n);
	return rc;
}

/* ---- what came of a layer ---- */

static void note(struct scan *s, uint32_t i, const char *text)
{
	struct sw_image_layer *l = &s->img->layers[i];
	if (!l->problem.n)
		l->problem = sw_arena_printf(&s->img->arena, "%s", text);
}

static void note_error(struct scan *s, uint32_t i, const struct sw_error *err)
{
	note(s, i, err->text);
}

static bool known(const uint8_t sum[32])
{
	static const uint8_t none[32];
	return memcmp(sum, none, 32) != 0;
}

static void facts(struct scan *s, uint32_t i, const struct sw_layer *l)
{
	struct sw_image_layer *to = &s->img->layers[i];
	to->bytes = l->bytes;
	to->unpacked = l->unpacked;
	to->entries = l->entries;
	to->files = l->files;
	if (!to->digest.n && known(l->digest))
		to->digest = sw_digest_of_sum(&s->img->arena, l->digest);
	if (!to->diff_id.n && known(l->diff_id))
		to->diff_id = sw_digest_of_sum(&s->img->arena, l->diff_id);
}

/* Do the sums hold? What is in a layer that is not the one that was meant does not count. */
static bool genuine(struct scan *s, uint32_t i, const struct sw_layer *l)
{
	uint8_t want[32];
	struct sw_image_layer *to = &s->img->layers[i];
	const char *what = NULL;
	if (known(l->digest) && parse_digest(to->digest, want) && memcmp(want, l->digest, 32) != 0)
		what = "the layer's digest does not hold: it is not what the manifest names";
	else if (known(l->diff_id) && parse_digest(to->diff_id, want) &&
		 memcmp(want, l->diff_id, 32) != 0)
		what = "the layer's diff ID does not hold: it is not what the configuration names";
	if (what)
		to->problem = sw_arena_printf(&s->img->arena, "%.*s%s%s", SW_STR_ARG(to->problem),
			to->problem.n ? "; " : "", what);
	return !what;
}

/* One of the sums was named and had, and holds. */
static bool proven(const struct scan *s, uint32_t i, const struct sw_layer *l)
{
	uint8_t want[32];
	const struct sw_image_layer *to = &s->img->layers[i];
	return (known(l->digest) && parse_digest(to->digest, want)) ||
	       (known(l->diff_id) && parse_digest(to->diff_id, want));
}

/*
 * What was not read to its end has no sums, nor has what is named by another sum than SHA-256. It may be
 * another layer than the one that was meant, made to hide what is below.
 */
static void mistrust(struct scan *s, uint32_t i, const struct slot *t, struct sw_layer *l)
{
	struct sw_image_layer *to = &s->img->layers[i];
	bool summed = (t->job.hash_raw && to->digest.n) || (t->job.hash_plain && to->diff_id.n);
	if (!summed || proven(s, i, l))
		return;
	l->only_adds = true;
	to->problem = sw_arena_printf(&s->img->arena,
		"%.*s%sits sum is not known, so nothing of the layers below was taken as removed",
		SW_STR_ARG(to->problem), to->problem.n ? "; " : "");
}

static int merge_ready(struct scan *s, struct sw_error *err)
{
	while (s->merged < s->n && s->done[s->merged].ready) {
		struct done *d = &s->done[s->merged];
		if (d->have) {
			int rc = sw_merge_add(s->merge, &d->result, s->merged, err);
			sw_layer_release(&d->result);
			d->have = false;
			if (rc)
				return rc;
		}
		s->merged++;
	}
	return 0;
}

static void keep(struct scan *s, uint32_t i, struct sw_layer *l)
{
	s->done[i] = (struct done){.result = *l, .ready = true, .have = true};
	*l = (struct sw_layer){0};
	facts(s, i, &s->done[i].result);
}

static bool from_cache(struct scan *s, uint32_t i)
{
	uint8_t id[32];
	sw_autolayer l;
	sw_layer_init(&l);
	if (!s->cache || !parse_digest(s->img->layers[i].diff_id, id))
		return false;
	if (sw_layer_cache_get(s->cache, id, &l))
		return false;
	s->img->layers[i].cached = true;
	keep(s, i, &l);
	return true;
}

static void into_cache(struct scan *s, uint32_t i, const struct sw_layer *l, struct sw_str bytes)
{
	if (s->cache && known(l->diff_id)) /* a folder has none that was verified */
		sw_layer_cache_put(s->cache, l->diff_id, bytes, NULL); /* a cache may be lost */
}

/* What the feeder could not read: pairs of path and reason. */
static void feeder_problems(struct scan *s, struct slot *t, struct sw_layer *l)
{
	struct sw_unpack u = {.rest = sw_buf_str(&t->feeder.answer)};
	uint32_t before = l->bom.n_problems;
	while (u.rest.n && !u.bad) {
		struct sw_str path = sw_unpack_str(&u, SW_BOM_TEXT);
		struct sw_str why = sw_unpack_str(&u, SW_BOM_TEXT);
		if (!u.bad)
			sw_bom_problem(&l->bom, path, why, t->layer);
	}
	uint32_t n = l->bom.n_problems - before;
	if (!n)
		return;
	l->told = reallocarray(l->told, l->n_told + 1, sizeof(*l->told));
	if (!l->told)
		abort();
	l->cap_told = l->n_told + 1;
	l->told[l->n_told++] = (struct sw_layer_file){.path = SW_STR(""), .n_problems = n};
}

static void finish_slot(struct scan *s, struct slot *t)
{
	struct sw_error err = {0};
	sw_autolayer l;
	uint32_t i = t->layer;
	int rc = sw_cage_verdict(&t->parser, &err);
	sw_layer_init(&l);
	if (t->feeder.end == SW_CAGE_DONE && t->feeder.code && rc == -SW_ESYNTAX)
		note_error(s, i, &t->feeder.err); /* why the stream was cut short */
	if (rc)
		note_error(s, i, &err);
	bool told = t->parser.end == SW_CAGE_DONE;
	if (told && sw_layer_unpack(sw_buf_str(&t->parser.answer), &l, &err)) {
		note(s, i, "the parser's answer makes no sense");
		told = false;
	}
	if (told && !genuine(s, i, &l))
		told = false;
	if (told)
		mistrust(s, i, t, &l);
	if (told && !rc)
		into_cache(s, i, &l, sw_buf_str(&t->parser.answer));
	if (told && t->feeder.end == SW_CAGE_DONE)
		feeder_problems(s, t, &l);
	if (t->parser.peak > s->img->peak)
		s->img->peak = t->parser.peak;
	s->bytes += *t->progress;
	*t->progress = 0;
	if (told)
		keep(s, i, &l);
	s->done[i].ready = true;
	sw_cage_release(&t->parser);
	sw_cage_release(&t->feeder);
	t->busy = false;
	s->running--;
}

/* ---- starting ---- */

enum { DEADLINE_MS = 600000 };

static uint32_t deadline_ms(const struct scan *s)
{
	uint32_t ms = s->o->deadline_ms ? s->o->deadline_ms : DEADLINE_MS;
	return ms < UINT32_MAX / 2 ? ms : UINT32_MAX / 2;
}

static int start_slot(struct scan *s, struct slot *t, uint32_t i, struct sw_error *err)
{
	struct sw_source_blob b;
	if (t->spool < 0) {
		int rc = sw_source_temp(&t->spool, err);
		if (rc)
			return rc;
	}
	int rc = sw_source_blob(s->src, &s->layers[i], i, s->n, &b, err);
	if (rc)
		return rc;
	bool sums = !b.folder;
	t->layer = i;
	t->job = (struct sw_layer_job){.seekable = b.seekable,
		.offset = b.offset,
		.length = b.length,
		.hash_raw = sums && s->img->layers[i].digest.n,
		.hash_plain = sums,
		.until_ns = sw_now_ns() + (int64_t)deadline_ms(s) * 1000000,
		.progress = t->progress,
		.look = s->o->look};
	struct sw_cage_job job = {.run = parse,
		.arg = &t->job,
		.fds = {b.fd, t->spool, -1, -1},
		.memory = (size_t)384 << 20,
		.file = SW_LAYER_SPOOL,
		.deadline_ms = deadline_ms(s) + deadline_ms(s) / 4 + 1000,
		.answer = (size_t)256 << 20};
	rc = sw_cage_start(&t->parser, &job, err);
	if (!rc && b.feeder.run)
		rc = sw_cage_start(&t->feeder, &b.feeder, err);
	if (b.feeder.run) {
		close(b.feeder.fds[0]);
		if (b.feeder.fds[1] >= 0)
			close(b.feeder.fds[1]);
	}
	if (b.close)
		close(b.fd);
	if (rc) {
		sw_cage_release(&t->parser);
		sw_cage_release(&t->feeder);
		return rc;
	}
	t->busy = true;
	s->running++;
	return 0;
}

static void start_more(struct scan *s)
{
	for (uint32_t k = 0; k < s->parallel && s->next < s->n && !cancelled(s); k++) {
		struct slot *t = &s->slots[k];
		struct sw_error err = {0};
		while (!t->busy && s->next < s->n) {
			uint32_t i = s->next++;
			if (from_cache(s, i))
				continue;
			if (start_slot(s, t, i, &err)) {
				note_error(s, i, &err);
				s->done[i].ready = true;
			}
		}
	}
}

static void tell(struct scan *s)
{
	uint64_t bytes = s->bytes;
	if (!s->o->progress)
		return;
	for (uint32_t k = 0; k < s->parallel; k++)
		bytes += __atomic_load_n(s->slots[k].progress, __ATOMIC_RELAXED);
	s->o->progress(s->o->arg, s->merged, s->n, bytes);
}

/* Waits for one parser; a feeder has done its part when its parser has. */
static void wait_one(struct scan *s)
{
	struct sw_cage_proc *all[PARALLEL_MAX * 2];
	for (uint32_t k = 0; k < s->parallel; k++) {
		all[k * 2] = &s->slots[k].parser;
		all[k * 2 + 1] = &s->slots[k].feeder;
	}
	int i = sw_cage_wait(all, s->parallel * 2, WAIT_MS);
	for (uint32_t k = 0; i != -2 && k < s->parallel; k++) {
		struct slot *t = &s->slots[k];
		if (!t->busy || t->parser.pid)
			continue;
		struct sw_cage_proc *f = &t->feeder;
		if (f->pid && t->parser.end == SW_CAGE_DONE && !t->parser.code)
			sw_cage_wait(&f, 1, 10000); /* it has written all; its answer is near */
		if (f->pid) {
			sw_cage_wait(&f, 1, 500);
			sw_cage_kill(f);
		}
		finish_slot(s, t);
	}
}

static int run(struct scan *s, struct sw_error *err)
{
	int rc = 0;
	while (!rc && s->merged < s->n) {
		start_more(s);
		rc = merge_ready(s, err);
		tell(s);
		if (cancelled(s))
			return sw_error_set(err, SW_ECANCELLED, "interrupted");
		if (!rc && s->merged < s->n && s->running)
			wait_one(s);
	}
	return rc;
}

/* ---- the image ---- */

static void layer_rows(struct scan *s)
{
	struct sw_image *img = s->img;
	const struct sw_image_config *c = &img->config;
	uint32_t h = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		struct sw_image_layer *l = &img->layers[i];
		if (sw_digest_valid(s->layers[i].digest))
			l->digest = sw_arena_str(&img->arena, s->layers[i].digest);
		l->media_type = sw_arena_str(&img->arena, s->layers[i].media_type);
		if (i < c->diff_ids.n)
			l->diff_id = c->diff_ids.v[i];
		while (h < c->n_history && c->history[h].empty)
			h++;
		if (h < c->n_history)
			l->created_by = c->history[h++].created_by;
		if (c->diff_ids.n && c->diff_ids.n != s->n)
			note(s, i, "the configuration names another number of layers than the manifest");
	}
	if (s->n && s->src->n_chain > s->n)
		note(s, 0, "the store has layers below this one that the manifest does not name");
}

static int open_slots(struct scan *s, struct sw_error *err)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	s->parallel = s->o->parallel ? s->o->parallel : cpus > 4 ? 4 : cpus < 1 ? 1 : (uint32_t)cpus;
	if (s->parallel > PARALLEL_MAX)
		s->parallel = PARALLEL_MAX;
	s->shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->shared == MAP_FAILED)
		return sw_error_errno(err, SW_EIO, errno, "no shared memory");
	for (uint32_t k = 0; k < PARALLEL_MAX; k++) {
		s->slots[k].spool = s->slots[k].parser.pipe = s->slots[k].feeder.pipe = -1;
		s->slots[k].progress = s->shared + (size_t)k * 8;
	}
	return 0;
}

static void close_all(struct scan *s)
{
	for (uint32_t k = 0; k < s->parallel; k++) {
		sw_cage_release(&s->slots[k].parser);
		sw_cage_release(&s->slots[k].feeder);
		if (s->slots[k].spool >= 0)
			close(s->slots[k].spool);
	}
	for (uint32_t i = 0; s->done && i < s->n; i++)
		if (s->done[i].have)
			sw_layer_release(&s->done[i].result);
	free(s->done);
	if (s->shared && s->shared != MAP_FAILED)
		munmap(s->shared, 4096);
	sw_merge_free(s->merge);
	sw_layer_cache_free(s->cache);
	sw_source_free(s->src);
}

/* What could not be read is part of the bill. */
static void problems(struct scan *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		const struct sw_image_layer *l = &s->img->layers[i];
		struct sw_str name = l->digest.n ? l->digest : l->diff_id;
		if (!l->problem.n)
			continue;
		sw_bom_problem(&s->img->bom, SW_STR(""),
			sw_arena_printf(&s->img->arena, "layer %u%s%.*s%s: %.*s", i + 1,
				name.n ? " (" : "", SW_STR_ARG(name), name.n ? ")" : "",
				SW_STR_ARG(l->problem)),
			i);
	}
}

static int scan(struct scan *s, const char *reference, struct sw_error *err)
{
	struct sw_image *img = s->img;
	int rc = sw_source_open(reference, s->o, &s->src, err);
	if (rc && s->o->offline)
		sw_store_hint(reference, s->o, err);
	if (rc)
		return rc;
	img->kind = sw_str_from(s->src->label ? s->src->label : sw_source_kind_name(s->src->kind));
	rc = sw_source_resolve(s->src, img, &s->layers, &s->n, err);
	if (rc && s->src->kind == SW_SOURCE_REGISTRY)
		sw_store_hint(reference, s->o, err);
	if (rc)
		return sw_error_prefix(err, "%s: ", reference);
	if (!img->name.n)
		img->name = sw_arena_str(&img->arena, s->src->name);
	img->layers = sw_arena_new_array(&img->arena, s->n + 1, struct sw_image_layer);
	s->done = calloc(s->n + 1, sizeof(*s->done));
	if (!img->layers || !s->done)
		abort();
	memset(img->layers, 0, (s->n + 1) * sizeof(*img->layers));
	img->n_layers = s->n;
	layer_rows(s);
	s->merge = sw_merge_new();
	if (!s->o->no_cache && s->src->kind != SW_SOURCE_ROOTFS && s->src->kind != SW_SOURCE_STORAGE)
		s->cache = sw_layer_cache_open(
			s->o->cache_dir, s->o->look ? s->o->look->version : 0);
	rc = open_slots(s, err);
	if (!rc)
		rc = run(s, err);
	if (!rc)
		rc = sw_merge_finish(s->merge, &img->bom, err);
	if (!rc && sw_merge_notes(s->merge, &img->arena, &img->notes, &img->n_notes))
		rc = sw_error_set(err, SW_ELIMIT, "the image holds more than can be remembered");
	if (!rc)
		problems(s);
	return rc;
}

int sw_image_scan(const char *reference, const struct sw_image_opts *opts, struct sw_image *ret,
	struct sw_error *err)
{
	struct scan s = {.o = opts, .img = ret};
	*ret = (struct sw_image){0};
	sw_arena_init(&ret->arena, (size_t)256 << 20);
	sw_bom_init(&ret->bom, (size_t)2 << 30);
	ret->reference = sw_arena_str(&ret->arena, sw_str_from(reference));
	ret->cage = sw_str_from(sw_cage_offer()->missing);
	sw_unzip_prepare();
	int rc = scan(&s, reference, err);
	close_all(&s);
	return rc;
}

void sw_image_close(struct sw_image *img)
{
	sw_bom_release(&img->bom);
	sw_arena_release(&img->arena);
}
