/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Overlapping fields can be merged" (section 5.3.2): two fields that answer under one name must be the same
 * field with the same arguments and types that fit, all the way down and through fragments. The comparisons
 * and their order are those of the reference algorithm, since its errors are listed in that order.
 */
#include <stdlib.h>

#include "rego/builtins/graphql/validate.h"

#define S(x) SW_STR_ARG(x)
#define MAX_TEXT ((size_t)1 << 20)
#define MAX_FRAGMENTS 2000
#define MAX_DEPTH 600

struct fields {
	const struct sw_gql_sel **v;
	uint32_t n, cap;
	const struct sw_gql_sel **spreads;
	uint32_t n_spreads, cap_spreads;
};

struct conflict {
	struct sw_str name, text; /* text "": the sub-conflicts say it */
	sw_gql_at_t at;
	struct conflict *next, *sub;
};

struct conflicts {
	struct conflict *first, **end;
};

static bool work(struct sw_gql_walk *w)
{
	if (w->rc == 0)
		w->rc = sw_builtin_steps(w->ctx, 1);
	if (w->rc == 0 && w->ctx->scratch->overflow)
		w->rc = sw_builtin_limit(w->ctx, "GraphQL validation");
	return w->rc == 0;
}

static bool push(struct sw_gql_walk *w, const struct sw_gql_sel ***v, uint32_t *n, uint32_t *cap,
	const struct sw_gql_sel *s)
{
	if (*n == *cap) {
		uint32_t more = *cap ? *cap * 2 : 8;
		const struct sw_gql_sel **p =
			sw_arena_new_array(w->ctx->scratch, more, const struct sw_gql_sel *);
		if (!p)
			return false;
		if (*n)
			memcpy(p, *v, *n * sizeof(*p));
		*v = p;
		*cap = more;
	}
	(*v)[(*n)++] = s;
	return true;
}

/* Fields of a set, inline fragments opened, and the fragments it spreads. */
static void collect(struct sw_gql_walk *w, const struct sw_gql_sels *set, struct fields *out)
{
	for (uint32_t i = 0; i < set->n && work(w); i++) {
		const struct sw_gql_sel *s = &set->v[i];
		if (s->kind == SW_GQL_SEL_INLINE)
			collect(w, &s->set, out);
		else if (s->kind == SW_GQL_SEL_FIELD)
			push(w, &out->v, &out->n, &out->cap, s);
		else
			push(w, &out->spreads, &out->n_spreads, &out->cap_spreads, s);
	}
}

static struct sw_str answer_name(const struct sw_gql_sel *f)
{
	return f->alias.n ? f->alias : f->name;
}

static bool same_value(const struct sw_gql_value *a, const struct sw_gql_value *b)
{
	if (a->kind != b->kind || !sw_str_eq(a->raw, b->raw) || a->n_children != b->n_children)
		return false;
	for (uint32_t i = 0; i < a->n_children; i++) {
		const struct sw_gql_arg *x = &a->children[i], *y = &b->children[i];
		if (a->kind == SW_GQL_V_OBJECT)
			y = sw_gql_find_arg(b->children, b->n_children, x->name);
		if (!y || !same_value(x->value, y->value))
			return false;
	}
	return true;
}

static bool same_args(const struct sw_gql_sel *a, const struct sw_gql_sel *b)
{
	if (a->n_args != b->n_args)
		return false;
	for (uint32_t i = 0; i < a->n_args; i++) {
		bool hit = false;
		for (uint32_t j = 0; j < b->n_args && !hit; j++)
			hit = sw_str_eq(a->args[i].name, b->args[j].name) &&
			      same_value(a->args[i].value, b->args[j].value);
		if (!hit)
			return false;
	}
	return true;
}

static bool types_conflict(struct sw_gql_walk *w, const struct sw_gql_type *a, const struct sw_gql_type *b)
{
	if (a->elem || b->elem)
		return !a->elem || !b->elem || types_conflict(w, a->elem, b->elem);
	if (a->non_null != b->non_null)
		return true;
	const struct sw_gql_def *x = sw_gql_schema_type(w->schema, a->named);
	const struct sw_gql_def *y = sw_gql_schema_type(w->schema, b->named);
	return x && y && sw_gql_leaf(x) && sw_gql_leaf(y) && !sw_str_eq(x->name, y->name);
}

static struct conflict *make(struct sw_gql_walk *w, const struct sw_gql_sel *a, const struct sw_gql_sel *b,
	struct sw_str text)
{
	struct conflict *c = sw_arena_new(w->ctx->scratch, struct conflict);

	if (c)
		*c = (struct conflict){.name = answer_name(a), .at = b->at,
			.text = text.n ? sw_arena_str(w->ctx->scratch, text) : SW_STR("")};
	return c;
}

static void between_sets(struct sw_gql_walk *w, bool exclusive, const struct sw_gql_sel *a,
	const struct sw_gql_sel *b, struct conflicts *out);

/* What is wrong with two fields of one name themselves; "" when nothing is. */
static void own_conflict(struct sw_gql_walk *w, bool exclusive, const struct sw_gql_sel *a,
	const struct sw_gql_sel *b, struct sw_buf *text)
{
	if (!exclusive && !sw_str_eq(a->name, b->name)) {
		sw_buf_printf(text, "\"%.*s\" and \"%.*s\" are different fields", S(a->name), S(b->name));
	} else if (!exclusive && !same_args(a, b)) {
		sw_buf_addz(text, "they have differing arguments");
	} else if (a->def && b->def && types_conflict(w, a->def->type, b->def->type)) {
		sw_buf_addz(text, "they return conflicting types \"");
		sw_gql_type_print(text, a->def->type);
		sw_buf_addz(text, "\" and \"");
		sw_gql_type_print(text, b->def->type);
		sw_buf_addch(text, '"');
	}
}

static void compare(struct sw_gql_walk *w, bool exclusive, const struct sw_gql_sel *a,
	const struct sw_gql_sel *b, struct conflicts *out)
{
	struct conflict *c = NULL;
	struct conflicts sub = {NULL, &sub.first};
	sw_autobuf text;

	sw_buf_init(&text, MAX_TEXT);
	if (!work(w) || !a->parent || !b->parent || w->depth > MAX_DEPTH)
		return;
	if (!exclusive)
		exclusive = !sw_str_eq(a->parent->name, b->parent->name) && sw_gql_is(a->parent, "OBJECT") &&
			    sw_gql_is(b->parent, "OBJECT") && a->def && b->def;
	own_conflict(w, exclusive, a, b, &text);
	if (text.n) {
		c = make(w, a, b, sw_buf_str(&text));
	} else {
		w->depth++;
		between_sets(w, exclusive, a, b, &sub);
		w->depth--;
		if (sub.first && (c = make(w, a, b, SW_STR(""))))
			c->sub = sub.first;
	}
	if (!c)
		return;
	*out->end = c;
	out->end = &c->next;
}

/* Every field of `a` with each of the same name in `b`; `a` in groups of one name. */
static void between_fields(struct sw_gql_walk *w, bool exclusive, const struct fields *a,
	const struct fields *b, struct conflicts *out)
{
	for (uint32_t g = 0; g < a->n && work(w); g++) {
		bool first = true;
		for (uint32_t j = 0; j < g && first; j++)
			first = !sw_str_eq(answer_name(a->v[j]), answer_name(a->v[g]));
		for (uint32_t i = g; first && i < a->n; i++) {
			if (!sw_str_eq(answer_name(a->v[i]), answer_name(a->v[g])))
				continue;
			for (uint32_t k = 0; k < b->n; k++)
				if (sw_str_eq(answer_name(b->v[k]), answer_name(a->v[g])))
					compare(w, exclusive, a->v[i], b->v[k], out);
		}
	}
}

static void within(struct sw_gql_walk *w, const struct fields *f, struct conflicts *out)
{
	for (uint32_t g = 0; g < f->n && work(w); g++) {
		bool first = true;
		for (uint32_t j = 0; j < g && first; j++)
			first = !sw_str_eq(answer_name(f->v[j]), answer_name(f->v[g]));
		for (uint32_t i = g; first && i < f->n; i++)
			for (uint32_t k = i + 1; k < f->n; k++)
				if (sw_str_eq(answer_name(f->v[i]), answer_name(f->v[g])) &&
					sw_str_eq(answer_name(f->v[k]), answer_name(f->v[g])))
					compare(w, false, f->v[i], f->v[k], out);
	}
}

static bool same_fields(const struct fields *a, const struct fields *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->v, b->v, a->n * sizeof(*a->v)) == 0);
}

static void with_fragment(struct sw_gql_walk *w, bool exclusive, const struct fields *f,
	const struct sw_gql_sel *spread, struct conflicts *out)
{
	struct sw_gql_frag *frag = sw_gql_find_frag(w->query, spread->name);
	struct fields inner = {0};

	if (!frag || frag->compared == w->round || w->depth > MAX_DEPTH || !work(w))
		return;
	frag->compared = w->round;
	if (!spread->frag)
		return;
	collect(w, &frag->set, &inner);
	if (same_fields(f, &inner))
		return;
	between_fields(w, exclusive, f, &inner, out);
	w->depth++;
	for (uint32_t i = 0; i < inner.n_spreads; i++)
		if (!sw_str_eq(inner.spreads[i]->name, spread->name))
			with_fragment(w, exclusive, f, inner.spreads[i], out);
	w->depth--;
}

/* Were these two compared already, at least as strictly? Notes that they are now. */
static bool compared(struct sw_gql_walk *w, struct sw_gql_frag *a, struct sw_gql_frag *b, bool exclusive)
{
	uint32_t n = w->query->n_frags;
	uint32_t i = (uint32_t)(a - w->query->frags), j = (uint32_t)(b - w->query->frags);

	if (n > MAX_FRAGMENTS) {
		w->rc = sw_builtin_limit(w->ctx, "too many GraphQL fragments");
		return true;
	}
	if (!w->pairs)
		w->pairs = sw_arena_zalloc(w->ctx->scratch, (size_t)n * n);
	if (!w->pairs)
		return true;
	uint8_t was = w->pairs[(size_t)i * n + j];
	if (was && (exclusive || was == 1))
		return true;
	w->pairs[(size_t)i * n + j] = w->pairs[(size_t)j * n + i] = exclusive ? 2 : 1;
	return false;
}

static void between_fragments(struct sw_gql_walk *w, bool exclusive, const struct sw_gql_sel *x,
	const struct sw_gql_sel *y, struct conflicts *out)
{
	struct sw_gql_frag *a = sw_gql_find_frag(w->query, x->name);
	struct sw_gql_frag *b = sw_gql_find_frag(w->query, y->name);
	struct fields fa = {0}, fb = {0};

	if (sw_str_eq(x->name, y->name) || !a || !b || w->depth > MAX_DEPTH || !work(w) ||
		compared(w, a, b, exclusive))
		return;
	if (!x->frag || !y->frag)
		return;
	collect(w, &a->set, &fa);
	collect(w, &b->set, &fb);
	between_fields(w, exclusive, &fa, &fb, out);
	w->depth++;
	for (uint32_t i = 0; i < fb.n_spreads; i++)
		between_fragments(w, exclusive, x, fb.spreads[i], out);
	for (uint32_t i = 0; i < fa.n_spreads; i++)
		between_fragments(w, exclusive, fa.spreads[i], y, out);
	w->depth--;
}

static void between_sets(struct sw_gql_walk *w, bool exclusive, const struct sw_gql_sel *a,
	const struct sw_gql_sel *b, struct conflicts *out)
{
	struct fields fa = {0}, fb = {0};

	if (!a->set.n && !b->set.n)
		return;
	collect(w, &a->set, &fa);
	collect(w, &b->set, &fb);
	between_fields(w, exclusive, &fa, &fb, out);
	for (uint32_t i = 0; i < fb.n_spreads; i++) {
		w->round++;
		with_fragment(w, exclusive, &fa, fb.spreads[i], out);
	}
	for (uint32_t i = 0; i < fa.n_spreads; i++) {
		w->round++;
		with_fragment(w, exclusive, &fb, fa.spreads[i], out);
	}
	for (uint32_t i = 0; i < fa.n_spreads; i++)
		for (uint32_t j = 0; j < fb.n_spreads; j++)
			between_fragments(w, exclusive, fa.spreads[i], fb.spreads[j], out);
}

static void put_conflict(const struct conflict *c, struct sw_buf *out, unsigned depth)
{
	if (!c->sub || depth > MAX_DEPTH) {
		sw_buf_addstr(out, c->text);
		return;
	}
	for (const struct conflict *s = c->sub; s; s = s->next) {
		sw_buf_printf(out, "subfields \"%.*s\" conflict because ", S(s->name));
		put_conflict(s, out, depth + 1);
		if (s->next)
			sw_buf_addz(out, " and ");
	}
}

void sw_gql_rule_overlap(struct sw_gql_walk *w, const struct sw_gql_sels *set)
{
	struct fields f = {0};
	struct conflicts out = {NULL, &out.first};

	if (!set->n)
		return;
	unsigned depth = w->depth;
	w->depth = 0;
	collect(w, set, &f);
	within(w, &f, &out);
	w->round++;
	for (uint32_t i = 0; i < f.n_spreads && work(w); i++) {
		with_fragment(w, false, &f, f.spreads[i], &out);
		for (uint32_t j = i + 1; j < f.n_spreads; j++)
			between_fragments(w, false, f.spreads[i], f.spreads[j], &out);
	}
	w->depth = depth;
	for (const struct conflict *c = out.first; c; c = c->next) {
		sw_autobuf text;
		sw_buf_init(&text, MAX_TEXT);
		put_conflict(c, &text, 0);
		sw_gql_error(w, c->at,
			"Fields \"%.*s\" conflict because %.*s. Use different aliases on the fields to fetch both "
			"if this was intentional.", S(c->name), S(sw_buf_str(&text)));
	}
}
