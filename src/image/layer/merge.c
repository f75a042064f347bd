/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers on top of each other. What a file told is there until a later layer has that path again,
 * has something else than a folder where one of its folders was, removes it or one of its folders
 * (a whiteout), or hides a folder above it (an opaque one).
 *
 * A package that such a file told of and that the file's next version tells of again is the same
 * package: it keeps the layer that first brought it in. The status file of dpkg is rewritten by
 * every installation.
 *
 * Of a layer that only adds (its sums are not known) nothing counts that takes away: not its paths and
 * whiteouts, not its word on which files the system owns (packages in those are not matched), and its
 * distribution only where no layer below tells one.
 */
#include <stdlib.h>
#include <xxhash.h>

#include "image/layer/layer.h"

/* What one file told, in one layer. */
struct told {
	struct sw_str path, notes;
	uint32_t layer;
	struct sw_package *packages; /* texts in the merge's arena */
	uint64_t *owned;
	struct sw_bom_problem *problems;
	uint32_t n_packages, n_owned, n_problems;
	struct told *next;
};

struct sw_merge {
	struct sw_arena arena;
	struct told *first; /* newest first */
	struct sw_distribution distribution;
};

struct sw_merge *sw_merge_new(void)
{
	struct sw_merge *m = calloc(1, sizeof(*m));
	if (!m)
		abort();
	sw_arena_init(&m->arena, (size_t)2 << 30);
	return m;
}

static void free_told(struct told *t)
{
	free(t->packages);
	free(t->owned);
	free(t->problems);
	free(t);
}

static void free_all(struct told *t)
{
	while (t) {
		struct told *next = t->next;
		free_told(t);
		t = next;
	}
}

void sw_merge_free(struct sw_merge *m)
{
	if (!m)
		return;
	free_all(m->first);
	sw_arena_release(&m->arena);
	free(m);
}

/* Is the path, or what it lies in, gone with this layer? */
static bool hidden(const struct sw_layer *l, struct sw_str path)
{
	uint64_t h = sw_layer_hash(path);
	if (!path.n)
		return false;
	if (sw_hashes_has(&l->paths, h) || sw_hashes_has(&l->removed, h))
		return true;
	if (sw_hashes_has(&l->opaque, sw_layer_hash(SW_STR(""))))
		return true;
	for (size_t i = path.n; i-- > 0;) {
		if (path.p[i] != '/')
			continue;
		h = sw_layer_hash(sw_str_sub(path, 0, i));
		if (sw_hashes_has(&l->leaves, h) || sw_hashes_has(&l->removed, h) ||
			sw_hashes_has(&l->opaque, h))
			return true;
	}
	return false;
}

/* ---- what was there before, to find again ---- */

struct before {
	struct entry {
		uint64_t hash;
		const struct sw_package *p;
	} *v;
	uint32_t n, size; /* size: a power of two */
};

static uint64_t identity(const struct sw_package *p)
{
	const struct sw_str t[] = {p->ns, p->name, p->version, p->arch, p->path};
	uint64_t h = (uint64_t)p->type;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		h = XXH3_64bits_withSeed(t[i].p ? t[i].p : "", t[i].n, h);
	return h;
}

static bool same(const struct sw_package *a, const struct sw_package *b)
{
	return a->type == b->type && sw_str_eq(a->ns, b->ns) && sw_str_eq(a->name, b->name) &&
	       sw_str_eq(a->version, b->version) && sw_str_eq(a->arch, b->arch) &&
	       sw_str_eq(a->path, b->path);
}

static void before_make(struct before *b, const struct told *gone)
{
	uint64_t n = 0;
	*b = (struct before){0};
	for (const struct told *t = gone; t; t = t->next)
		n += t->n_packages;
	if (!n)
		return;
	for (b->size = 16; b->size < n * 2; b->size *= 2)
		;
	b->v = calloc(b->size, sizeof(*b->v));
	if (!b->v)
		abort();
	for (const struct told *t = gone; t; t = t->next) {
		for (uint32_t i = 0; i < t->n_packages; i++) {
			uint64_t h = identity(&t->packages[i]);
			uint32_t at = (uint32_t)h & (b->size - 1);
			while (b->v[at].p)
				at = (at + 1) & (b->size - 1);
			b->v[at] = (struct entry){h, &t->packages[i]};
		}
	}
}

static const struct sw_package *before_find(const struct before *b, const struct sw_package *p)
{
	if (!b->size)
		return NULL;
	uint64_t h = identity(p);
	for (uint32_t at = (uint32_t)h & (b->size - 1); b->v[at].p; at = (at + 1) & (b->size - 1))
		if (b->v[at].hash == h && same(b->v[at].p, p))
			return b->v[at].p;
	return NULL;
}

/* ---- adding ---- */

static bool copy(struct sw_arena *a, struct sw_str *s)
{
	if (!s->n) {
		*s = SW_STR("");
		return true;
	}
	*s = sw_arena_str(a, *s);
	return s->p != NULL;
}

static bool copy_package(struct sw_arena *a, struct sw_package *p)
{
	struct sw_str *t[SW_PACKAGE_TEXTS];
	sw_package_texts(p, t);
	for (size_t i = 0; i < SW_PACKAGE_TEXTS; i++)
		if (!copy(a, t[i]))
			return false;
	return true;
}

static void *list(uint32_t n, size_t size)
{
	void *p = n ? calloc(n, size) : NULL;
	if (n && !p)
		abort();
	return p;
}

static struct told *take(struct sw_merge *m, const struct sw_layer *l, const struct sw_layer_file *f,
	uint32_t at[3], const struct before *b, uint32_t index)
{
	struct told *t = list(1, sizeof(*t));
	bool good;
	t->path = f->path;
	t->notes = f->notes;
	t->layer = index;
	good = copy(&m->arena, &t->path) && copy(&m->arena, &t->notes);
	t->packages = list(f->n_packages, sizeof(*t->packages));
	t->owned = list(f->n_owned, sizeof(*t->owned));
	t->problems = list(f->n_problems, sizeof(*t->problems));
	for (uint32_t i = 0; good && i < f->n_packages; i++) {
		struct sw_package *p = &t->packages[i];
		*p = l->bom.packages[at[0] + i];
		const struct sw_package *old = before_find(b, p);
		p->layer = old ? old->layer : index;
		good = copy_package(&m->arena, p);
		t->n_packages += good;
	}
	if (!l->only_adds && f->n_owned) {
		memcpy(t->owned, l->bom.owned + at[1], f->n_owned * sizeof(*t->owned));
		t->n_owned = f->n_owned;
	}
	for (uint32_t i = 0; good && i < f->n_problems; i++) {
		t->problems[i] = l->bom.problems[at[2] + i];
		t->problems[i].layer = index;
		good = copy(&m->arena, &t->problems[i].path) &&
		       copy(&m->arena, &t->problems[i].reason);
		t->n_problems += good;
	}
	if (!good) {
		free_told(t);
		return NULL;
	}
	return t;
}

static void copy_distribution(struct sw_arena *a, struct sw_distribution *d)
{
	struct sw_str *texts[SW_DISTRIBUTION_TEXTS];
	sw_distribution_texts(d, texts);
	for (int i = 0; i < SW_DISTRIBUTION_TEXTS; i++)
		copy(a, texts[i]);
}

static void distribution(struct sw_merge *m, const struct sw_layer *l)
{
	struct sw_distribution d = l->bom.distribution;
	/* What an upper layer says of its repositories adds to nothing: the last word counts. */
	struct sw_str streams = d.streams.n ? d.streams : m->distribution.streams;
	if (l->only_adds && (m->distribution.rank || m->distribution.streams.n))
		return;
	if (!d.rank || d.rank < m->distribution.rank) {
		copy(&m->arena, &streams);
		m->distribution.streams = streams;
		return;
	}
	d.streams = streams;
	copy_distribution(&m->arena, &d);
	m->distribution = d;
}

/* What this layer hides, taken out of the list. */
static struct told *take_hidden(struct sw_merge *m, const struct sw_layer *l)
{
	struct told *gone = NULL, **at = &m->first;
	while (!l->only_adds && *at) {
		struct told *t = *at;
		if (!hidden(l, t->path)) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		t->next = gone;
		gone = t;
	}
	return gone;
}

int sw_merge_add(struct sw_merge *m, const struct sw_layer *l, uint32_t index, struct sw_error *err)
{
	uint32_t at[3] = {0};
	struct told *gone = take_hidden(m, l);
	struct before b;
	int rc = 0;
	before_make(&b, gone);
	for (uint32_t i = 0; !rc && i < l->n_told; i++) {
		const struct sw_layer_file *f = &l->told[i];
		if (!f->dead) {
			struct told *t = take(m, l, f, at, &b, index);
			if (t) {
				t->next = m->first;
				m->first = t;
			} else {
				rc = sw_error_set(err, SW_ELIMIT,
					"the image holds more than can be remembered");
			}
		}
		at[0] += f->n_packages;
		at[1] += f->n_owned;
		at[2] += f->n_problems;
	}
	distribution(m, l);
	free(b.v);
	free_all(gone);
	return rc;
}

int sw_merge_finish(struct sw_merge *m, struct sw_bom *bom, struct sw_error *err)
{
	int rc = 0;
	for (const struct told *t = m->first; !rc && t; t = t->next) {
		for (uint32_t i = 0; !rc && i < t->n_packages; i++)
			rc = sw_bom_add(bom, &t->packages[i]);
		for (uint32_t i = 0; !rc && i < t->n_owned; i++)
			rc = sw_bom_own_hash(bom, t->owned[i]);
		for (uint32_t i = 0; !rc && i < t->n_problems; i++)
			rc = sw_bom_problem(bom, t->problems[i].path, t->problems[i].reason,
				t->problems[i].layer);
	}
	bom->distribution = m->distribution;
	copy_distribution(&bom->arena, &bom->distribution);
	sw_bom_finish(bom);
	return rc ? sw_error_set(err, SW_ELIMIT, "the image holds more than can be remembered") : 0;
}

static int by_path(const void *a, const void *b)
{
	const struct sw_layer_note *x = a, *y = b;
	return sw_str_cmp(x->path, y->path);
}

int sw_merge_notes(struct sw_merge *m, struct sw_arena *a, struct sw_layer_note **ret, uint32_t *ret_n)
{
	uint32_t n = 0;
	for (const struct told *t = m->first; t; t = t->next)
		n += t->notes.n > 0;
	struct sw_layer_note *v = sw_arena_new_array(a, n + 1, struct sw_layer_note);
	if (!v)
		return -SW_ELIMIT;
	n = 0;
	for (const struct told *t = m->first; t; t = t->next) {
		if (!t->notes.n)
			continue;
		v[n] = (struct sw_layer_note){t->path, t->notes, t->layer};
		if (!copy(a, &v[n].path) || !copy(a, &v[n].bytes))
			return -SW_ELIMIT;
		n++;
	}
	if (n)
		qsort(v, n, sizeof(*v), by_path);
	*ret = v;
	*ret_n = n;
	return 0;
}
