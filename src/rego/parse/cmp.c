/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OPA's order of syntax tree nodes: sets and objects are printed in it. Sets hold no two equal elements;
 * objects keep repeated keys as written (the last one counts when the object is made).
 */
#include <stdlib.h>

#include "rego/parse/impl.h"

static int sort_order(const struct sw_rego_term *t)
{
	switch ((enum sw_rego_term_kind)t->kind) {
	case SW_REGO_SCALAR:
		return t->value.type == SW_NULL ? 0 : t->value.type == SW_BOOL ? 1 : t->value.type == SW_NUMBER ? 2 : 3;
	case SW_REGO_TEMPLATE_STRING:
		return 4;
	case SW_REGO_VAR:
		return 5;
	case SW_REGO_REF:
		return 6;
	case SW_REGO_ARRAY:
		return 7;
	case SW_REGO_OBJECT:
		return 8;
	case SW_REGO_SET:
		return 9;
	case SW_REGO_ARRAY_COMP:
		return 10;
	case SW_REGO_OBJECT_COMP:
		return 11;
	case SW_REGO_SET_COMP:
		return 12;
	case SW_REGO_CALL:
		return 13;
	}
	return 14;
}

static int cmp_lists(const struct sw_rego_terms *a, const struct sw_rego_terms *b)
{
	uint32_t n = a->n < b->n ? a->n : b->n;
	for (uint32_t i = 0; i < n; i++) {
		int c = sw_rego_term_cmp(a->v[i], b->v[i]);
		if (c)
			return c;
	}
	return (a->n > b->n) - (a->n < b->n);
}

static int cmp_body(const struct sw_rego_body *a, const struct sw_rego_body *b);

static int expr_order(const struct sw_rego_expr *e)
{
	static const int order[] = {[SW_REGO_EXPR_SOME] = 0,
		[SW_REGO_EXPR_TERM] = 1,
		[SW_REGO_EXPR_CALL] = 2,
		[SW_REGO_EXPR_EVERY] = 3,
		[SW_REGO_EXPR_NOT_BODY] = 4,
		[SW_REGO_EXPR_AND_OR] = 5};
	return order[e->kind] + (e->kind == SW_REGO_EXPR_AND_OR && e->is_or);
}

static int cmp_opt(const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return sw_rego_term_cmp(a, b);
}

static int cmp_withs(const struct sw_rego_expr *a, const struct sw_rego_expr *b)
{
	uint32_t n = a->n_withs < b->n_withs ? a->n_withs : b->n_withs;
	for (uint32_t i = 0; i < n; i++) {
		int c = sw_rego_term_cmp(a->withs[i].target, b->withs[i].target);
		if (!c)
			c = sw_rego_term_cmp(a->withs[i].value, b->withs[i].value);
		if (c)
			return c;
	}
	return (a->n_withs > b->n_withs) - (a->n_withs < b->n_withs);
}

static int cmp_every(const struct sw_rego_expr *a, const struct sw_rego_expr *b)
{
	int c = cmp_opt(a->key, b->key);
	if (!c)
		c = cmp_opt(a->val, b->val);
	if (!c)
		c = cmp_opt(a->domain, b->domain);
	return c ? c : cmp_body(&a->body, &b->body);
}

int sw_rego_expr_cmp(const struct sw_rego_expr *a, const struct sw_rego_expr *b)
{
	int oa = expr_order(a), ob = expr_order(b), c = 0;
	if (a == b)
		return 0;
	if (oa != ob)
		return oa < ob ? -1 : 1;
	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	if (a->negated != b->negated)
		return a->negated ? 1 : -1;
	switch ((enum sw_rego_expr_kind)a->kind) {
	case SW_REGO_EXPR_EVERY:
		c = cmp_every(a, b);
		break;
	case SW_REGO_EXPR_NOT_BODY:
		c = cmp_body(&a->body, &b->body);
		break;
	case SW_REGO_EXPR_AND_OR:
		c = cmp_body(&a->branches[0], &b->branches[0]);
		if (!c)
			c = cmp_body(&a->branches[1], &b->branches[1]);
		break;
	default:
		c = cmp_lists(&a->terms, &b->terms);
	}
	return c ? c : cmp_withs(a, b);
}

static int cmp_body(const struct sw_rego_body *a, const struct sw_rego_body *b)
{
	uint32_t n = a->n < b->n ? a->n : b->n;
	for (uint32_t i = 0; i < n; i++) {
		int c = sw_rego_expr_cmp(a->v[i], b->v[i]);
		if (c)
			return c;
	}
	return (a->n > b->n) - (a->n < b->n);
}

static int cmp_template(const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	if (a->multi_line != b->multi_line)
		return a->multi_line ? 1 : -1;
	if (a->items.n != b->items.n)
		return a->items.n < b->items.n ? -1 : 1;
	for (uint32_t i = 0; i < a->items.n; i++) {
		const struct sw_rego_expr *x = a->body.v[i], *y = b->body.v[i];
		int c = x && y ? sw_rego_expr_cmp(x, y)
		       : x || y ? (x != NULL) - (y != NULL)
				: sw_rego_term_cmp(a->items.v[i], b->items.v[i]);
		if (c)
			return c;
	}
	return 0;
}

/* Sorted views of an object's or set's items, made when two of them are compared; pairs are adjacent. */
static struct sw_rego_term **sorted(const struct sw_rego_term *t, struct sw_rego_term **stack, size_t n_stack)
{
	uint32_t n = t->items.n;
	struct sw_rego_term **v = n <= n_stack ? stack : malloc(n * sizeof(*v));
	if (!v)
		abort();
	memcpy(v, t->items.v, n * sizeof(*v));
	sw_rego_terms_sort(v, n, t->kind == SW_REGO_OBJECT ? 2 : 1);
	return v;
}

static int cmp_unordered(const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	struct sw_rego_term *sa[16], *sb[16];
	if (!a->items.n || !b->items.n)
		return (a->items.n != 0) - (b->items.n != 0);
	struct sw_rego_term **va = sorted(a, sa, 16), **vb = sorted(b, sb, 16);
	struct sw_rego_terms la = {va, a->items.n, a->items.n}, lb = {vb, b->items.n, b->items.n};
	int c = cmp_lists(&la, &lb);
	if (va != sa)
		free(va);
	if (vb != sb)
		free(vb);
	return c;
}

int sw_rego_term_cmp(const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	if (a == b)
		return 0;
	int oa = sort_order(a), ob = sort_order(b), c;
	if (oa != ob)
		return oa < ob ? -1 : 1;
	switch ((enum sw_rego_term_kind)a->kind) {
	case SW_REGO_SCALAR:
		return sw_value_cmp(a->value, b->value);
	case SW_REGO_VAR:
		return sw_str_cmp(a->name, b->name);
	case SW_REGO_TEMPLATE_STRING:
		return cmp_template(a, b);
	case SW_REGO_SET:
	case SW_REGO_OBJECT:
		return cmp_unordered(a, b);
	default:
		c = cmp_lists(&a->items, &b->items);
		return c ? c : cmp_body(&a->body, &b->body);
	}
}

static int cmp_member(const void *a, const void *b)
{
	return sw_rego_term_cmp(*(struct sw_rego_term *const *)a, *(struct sw_rego_term *const *)b);
}

void sw_rego_terms_sort(struct sw_rego_term **v, uint32_t n, unsigned stride)
{
	if (n > stride)
		qsort(v, n / stride, stride * sizeof(*v), cmp_member);
}

/* ---- removal of repeated members, first place kept ---- */

struct placed {
	struct sw_rego_term *key;
	uint32_t at;
};

static int cmp_placed(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int c = sw_rego_term_cmp(x->key, y->key);
	return c ? c : (x->at > y->at) - (x->at < y->at);
}

/* For each item of `l` the place of the first equal one; NULL: none is repeated, or no memory. */
static uint32_t *first_places(struct parser *p, const struct sw_rego_terms *l, bool *ok)
{
	uint32_t n = l->n;
	bool repeated = false;
	struct placed *v = sw_arena_new_array(p->arena, n, struct placed);
	uint32_t *first = sw_arena_new_array(p->arena, n, uint32_t);
	*ok = v && first;
	if (!*ok)
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		v[i] = (struct placed){l->v[i], i};
	qsort(v, n, sizeof(*v), cmp_placed);
	for (uint32_t i = 0, lead = 0; i < n; i++) {
		if (sw_rego_term_cmp(v[lead].key, v[i].key))
			lead = i;
		first[v[i].at] = v[lead].at;
		repeated |= lead != i;
	}
	return repeated ? first : NULL;
}

bool p_dedup_set(struct parser *p, struct sw_rego_terms *l)
{
	bool ok = true;
	uint32_t n = 0;
	const uint32_t *first = l->n < 2 ? NULL : first_places(p, l, &ok);
	if (!first)
		return ok;
	for (uint32_t i = 0; i < l->n; i++)
		if (first[i] == i)
			l->v[n++] = l->v[i];
	l->n = n;
	return true;
}
