/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of strings, and trees of paths for pmatch. */
#include <fnmatch.h>
#include <xxhash.h>

#include "runtime/rules/prog_int.h"


struct sw_strset {
	uint32_t mask;
	size_t min, max; /* length of the members */
	struct sw_str *slots; /* p NULL: free */
};

uint64_t sw_text_hash(struct sw_str s)
{
	return XXH3_64bits(s.p, s.n);
}

struct sw_strset *sw_strset_new(struct sw_arena *a, const struct sw_rhs *rhs, uint32_t n)
{
	uint32_t cap = 4;
	while (cap < n * 2)
		cap *= 2;
	struct sw_strset *s = sw_arena_new(a, struct sw_strset);
	struct sw_str *slots = sw_arena_zalloc(a, cap * sizeof(*slots));
	if (!s || !slots)
		return NULL;
	*s = (struct sw_strset){.mask = cap - 1, .min = SIZE_MAX, .slots = slots};
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str v = rhs[i].v.s;
		uint32_t at = (uint32_t)sw_text_hash(v) & s->mask;
		while (slots[at].p && !sw_str_eq(slots[at], v))
			at = (at + 1) & s->mask;
		slots[at] = v.p ? v : SW_STR("");
		s->min = v.n < s->min ? v.n : s->min;
		s->max = v.n > s->max ? v.n : s->max;
	}
	return s;
}

bool sw_strset_has(const struct sw_strset *s, struct sw_str v)
{
	if (v.n < s->min || v.n > s->max)
		return false;
	for (uint32_t at = (uint32_t)sw_text_hash(v) & s->mask; s->slots[at].p; at = (at + 1) & s->mask)
		if (sw_str_eq(s->slots[at], v))
			return true;
	return false;
}

/* ---- paths ---- */

/* A folder: names below it, and patterns below it. A name without a folder of its own ends a path. */
struct entry {
	struct sw_str name;
	const char *cstr;
	struct sw_pathtree *below; /* NULL: everything from here on matches */
};

struct sw_pathtree {
	struct entry *names, *globs;
	uint32_t n_names, n_globs;
	bool ends; /* "/" itself was given: everything matches */
};

static struct entry *find(struct entry *list, uint32_t n, struct sw_str name)
{
	for (uint32_t i = 0; i < n; i++)
		if (sw_str_eq(list[i].name, name))
			return &list[i];
	return NULL;
}

static bool next_component(struct sw_str *rest, struct sw_str *ret)
{
	while (rest->n) {
		size_t slash = sw_str_chr(*rest, '/', 0);
		*ret = sw_str_sub(*rest, 0, slash == SW_NPOS ? rest->n : slash);
		*rest = slash == SW_NPOS ? sw_str_sub(*rest, rest->n, rest->n) :
					   sw_str_sub(*rest, slash + 1, rest->n);
		if (ret->n)
			return true;
	}
	return false;
}

static bool is_glob(struct sw_str s)
{
	return sw_str_chr(s, '?', 0) != SW_NPOS || sw_str_chr(s, '*', 0) != SW_NPOS ||
	       sw_str_chr(s, '[', 0) != SW_NPOS;
}

static struct entry *add_entry(struct sw_arena *a, struct sw_pathtree *t, struct sw_str name)
{
	bool glob = is_glob(name);
	struct entry **list = glob ? &t->globs : &t->names;
	uint32_t *n = glob ? &t->n_globs : &t->n_names;
	struct entry *e = sw_arena_grow(a, *list, *n * sizeof(*e), (*n + 1) * sizeof(*e));
	if (!e)
		return NULL;
	*list = e;
	e[*n] = (struct entry){.name = name, .cstr = sw_arena_cstr(a, name)};
	return e[*n].cstr ? &e[(*n)++] : NULL;
}

static bool add_path(struct sw_arena *a, struct sw_pathtree *t, struct sw_str path)
{
	struct sw_str name, after;
	bool more = next_component(&path, &name);
	if (!more)
		t->ends = true;
	while (more && !t->ends) {
		after = SW_STR("");
		more = next_component(&path, &after);
		struct entry *e = is_glob(name) ? find(t->globs, t->n_globs, name) :
						  find(t->names, t->n_names, name);
		bool known = e != NULL;
		if (!e)
			e = add_entry(a, t, name);
		if (!e)
			return false;
		if (known && !e->below)
			return true; /* a shorter path is there already */
		if (!more) {
			e->below = NULL;
			return true;
		}
		if (!e->below)
			e->below = sw_arena_new(a, struct sw_pathtree);
		if (!e->below)
			return false;
		t = e->below;
		name = after;
	}
	return true;
}

struct sw_pathtree *sw_pathtree_new(struct sw_arena *a, const struct sw_rhs *rhs, uint32_t n)
{
	struct sw_pathtree *t = sw_arena_new(a, struct sw_pathtree);
	for (uint32_t i = 0; t && i < n; i++)
		if (!add_path(a, t, rhs[i].v.s))
			return NULL;
	return t;
}

/* The depth is that of the tree, which a rule gave. */
static bool match(const struct sw_pathtree *t, const struct sw_str *c, const char *const *cstr, uint32_t n)
{
	if (n == 0)
		return false;
	const struct entry *e = find(t->names, t->n_names, c[0]);
	if (e && (!e->below || match(e->below, c + 1, cstr + 1, n - 1)))
		return true;
	for (uint32_t i = 0; i < t->n_globs; i++) {
		e = &t->globs[i];
		if (fnmatch(e->cstr, cstr[0], 0) == 0 &&
			(!e->below || match(e->below, c + 1, cstr + 1, n - 1)))
			return true;
	}
	return false;
}

bool sw_pathtree_match(const struct sw_pathtree *t, struct sw_str path, struct sw_arena *scratch)
{
	struct sw_str c[256], name;
	const char *cstr[256];
	uint32_t n = 0;
	if (t->ends)
		return true;
	while (n < 256 && next_component(&path, &name)) {
		c[n] = name;
		cstr[n] = sw_arena_cstr(scratch, name);
		if (!cstr[n++])
			return false;
	}
	return match(t, c, cstr, n);
}
