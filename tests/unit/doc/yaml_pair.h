/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of everyday YAML against libyaml alone: the same documents, values, places and errors. */
#ifndef SW_TESTS_YAML_PAIR_H
#define SW_TESTS_YAML_PAIR_H

#include <stdio.h>
#include <string.h>

#include "doc/yaml.h"

struct yaml_pair {
	uint64_t documents, fast; /* read in all, and without libyaml */
	uint64_t broken;
	char why[2048]; /* where the two differ */
};

struct pair_budget {
	int left; /* aliases make trees of any size: so many values are compared */
};

static inline bool pair_span_eq(const struct sw_span *a, const struct sw_span *b)
{
	return (!a && !b) || (a && b && a->start == b->start && a->end == b->end);
}

/* Depth is that of the reader's limit. */
static inline bool pair_value_eq(struct sw_value a, struct sw_value b, struct pair_budget *left)
{
	if (a.type != b.type || a.n != b.n || a.repr != b.repr || a.tag != b.tag)
		return false;
	if (left->left-- <= 0)
		return true;
	if (a.type == SW_ARRAY) {
		if (a.n && !a.u.a->spans != !b.u.a->spans)
			return false;
		for (uint32_t i = 0; i < a.n; i++)
			if (!pair_value_eq(a.u.a->v[i], b.u.a->v[i], left) ||
				(a.u.a->spans && !pair_span_eq(&a.u.a->spans[i], &b.u.a->spans[i])))
				return false;
		return true;
	}
	if (a.type == SW_OBJECT) {
		if (a.n && (!a.u.o->spans != !b.u.o->spans || a.u.o->keys != b.u.o->keys))
			return false;
		for (uint32_t i = 0; i < a.n; i++)
			if (!pair_value_eq(a.u.o->m[i].k, b.u.o->m[i].k, left) ||
				!pair_value_eq(a.u.o->m[i].v, b.u.o->m[i].v, left) ||
				(a.u.o->spans &&
					(!pair_span_eq(&a.u.o->spans[2 * (size_t)i],
						 &b.u.o->spans[2 * (size_t)i]) ||
						!pair_span_eq(&a.u.o->spans[2 * (size_t)i + 1],
							&b.u.o->spans[2 * (size_t)i + 1]))))
				return false;
		return true;
	}
	return sw_value_eq(a, b);
}

static inline bool pair_error_eq(const struct sw_error *a, const struct sw_error *b)
{
	return a->code == b->code && a->line == b->line && a->col == b->col && a->byte == b->byte &&
	       strcmp(a->text, b->text) == 0;
}

#define pair_differ(x, ...) (snprintf((x)->why, sizeof((x)->why), __VA_ARGS__), false)

/* Adds to the counts of *x; false with the reason when the two do not agree. */
static inline bool yaml_pair(struct sw_str text, unsigned flags, const struct sw_yaml_limits *limits,
	struct yaml_pair *x)
{
	sw_autoarena a, b;
	struct sw_yaml_stream *sa, *sb;
	struct sw_yaml_doc da = {0}, db = {0};
	sw_arena_init(&a, 256 << 20);
	sw_arena_init(&b, 256 << 20);
	if (sw_yaml_open(&a, text, flags, limits, &sa, NULL) ||
		sw_yaml_open(&b, text, flags | SW_YAML_LIBYAML, limits, &sb, NULL))
		return pair_differ(x, "not opened");
	for (unsigned n = 0;; n++) {
		struct sw_error ea = {0}, eb = {0};
		int ra = sw_yaml_next(sa, &a, &da, &ea), rb = sw_yaml_next(sb, &b, &db, &eb);
		if (ra != rb)
			return pair_differ(x, "document %u: %d (%s), libyaml %d (%s)", n, ra, ea.text, rb, eb.text);
		if (ra == 0)
			break;
		x->documents++;
		x->broken += ra < 0;
		if (ra < 0) {
			if (!pair_error_eq(&ea, &eb))
				return pair_differ(x, "document %u: %u:%u %s, libyaml %u:%u %s", n, ea.line,
					ea.col, ea.text, eb.line, eb.col, eb.text);
			continue;
		}
		struct pair_budget left = {100000};
		if (da.index != db.index || da.dup_keys != db.dup_keys || !pair_span_eq(&da.span, &db.span))
			return pair_differ(x, "document %u: index %u %u, repeats %u %u, place %u-%u %u-%u", n,
				da.index, db.index, da.dup_keys, db.dup_keys, da.span.start, da.span.end,
				db.span.start, db.span.end);
		if (!pair_value_eq(da.root, db.root, &left))
			return pair_differ(x, "document %u: other values or places", n);
	}
	if (a.overflow != b.overflow)
		return pair_differ(x, "only one spent its memory");
	x->fast += sw_yaml_fast_documents(sa);
	return true;
}

#endif
