/* SPDX-License-Identifier: Apache-2.0 */
/* Deep copies of nodes: heads of chained bodies and else branches must not share what the compiler rewrites. */
#include "rego/parse/impl.h"

static struct sw_rego_expr *copy_expr(struct sw_arena *a, const struct sw_rego_expr *e);

static bool copy_terms(struct sw_arena *a, struct sw_rego_terms *to, const struct sw_rego_terms *from)
{
	*to = (struct sw_rego_terms){0};
	if (!from->n)
		return true;
	to->v = sw_arena_new_array(a, from->n, struct sw_rego_term *);
	if (!to->v)
		return false;
	to->n = to->cap = from->n;
	for (uint32_t i = 0; i < from->n; i++) {
		to->v[i] = from->v[i] ? sw_rego_term_copy(a, from->v[i]) : NULL;
		if (from->v[i] && !to->v[i])
			return false;
	}
	return true;
}

static bool copy_body(struct sw_arena *a, struct sw_rego_body *to, const struct sw_rego_body *from)
{
	*to = (struct sw_rego_body){0};
	if (!from->n)
		return true;
	to->v = sw_arena_new_array(a, from->n, struct sw_rego_expr *);
	if (!to->v)
		return false;
	to->n = to->cap = from->n;
	for (uint32_t i = 0; i < from->n; i++) {
		to->v[i] = from->v[i] ? copy_expr(a, from->v[i]) : NULL;
		if (from->v[i] && !to->v[i])
			return false;
	}
	return true;
}

static bool copy_opt(struct sw_arena *a, struct sw_rego_term **t)
{
	if (*t)
		*t = sw_rego_term_copy(a, *t);
	else
		return true;
	return *t != NULL;
}

static bool copy_withs(struct sw_arena *a, struct sw_rego_expr *e)
{
	if (!e->n_withs)
		return true;
	const struct sw_rego_with *from = e->withs;
	e->withs = sw_arena_new_array(a, e->n_withs, struct sw_rego_with);
	if (!e->withs)
		return false;
	for (uint32_t i = 0; i < e->n_withs; i++) {
		e->withs[i] = from[i];
		if (!copy_opt(a, &e->withs[i].target) || !copy_opt(a, &e->withs[i].value))
			return false;
	}
	return true;
}

static struct sw_rego_expr *copy_expr(struct sw_arena *a, const struct sw_rego_expr *e)
{
	struct sw_rego_expr *c = sw_arena_new(a, struct sw_rego_expr);
	if (!c)
		return NULL;
	*c = *e;
	if (!copy_terms(a, &c->terms, &e->terms) || !copy_withs(a, c) || !copy_opt(a, &c->key) ||
		!copy_opt(a, &c->val) || !copy_opt(a, &c->domain) || !copy_body(a, &c->body, &e->body))
		return NULL;
	if (e->n_branches) {
		c->branches = sw_arena_new_array(a, e->n_branches, struct sw_rego_body);
		for (uint32_t i = 0; c->branches && i < e->n_branches; i++)
			if (!copy_body(a, &c->branches[i], &e->branches[i]))
				return NULL;
		if (!c->branches)
			return NULL;
	}
	return c;
}

struct sw_rego_term *sw_rego_term_copy(struct sw_arena *a, const struct sw_rego_term *t)
{
	struct sw_rego_term *c = sw_arena_new(a, struct sw_rego_term);
	if (!c)
		return NULL;
	*c = *t;
	if (!copy_terms(a, &c->items, &t->items) || !copy_body(a, &c->body, &t->body))
		return NULL;
	return c;
}

struct sw_rego_expr *sw_rego_expr_copy(struct sw_arena *a, const struct sw_rego_expr *e)
{
	return copy_expr(a, e);
}

/* ---- one location for a whole subtree: what was written once and stands for several rules ---- */

static void relocate_expr(struct sw_rego_expr *e, const struct sw_rego_loc *loc);

void sw_rego_term_relocate(struct sw_rego_term *t, const struct sw_rego_loc *loc)
{
	t->loc = *loc;
	for (uint32_t i = 0; i < t->items.n; i++)
		if (t->items.v[i])
			sw_rego_term_relocate(t->items.v[i], loc);
	for (uint32_t i = 0; i < t->body.n; i++)
		if (t->body.v[i])
			relocate_expr(t->body.v[i], loc);
}

static void relocate_body(struct sw_rego_body *b, const struct sw_rego_loc *loc)
{
	for (uint32_t i = 0; i < b->n; i++)
		relocate_expr(b->v[i], loc);
}

static void relocate_expr(struct sw_rego_expr *e, const struct sw_rego_loc *loc)
{
	e->loc = *loc;
	for (uint32_t i = 0; i < e->terms.n; i++)
		sw_rego_term_relocate(e->terms.v[i], loc);
	for (uint32_t i = 0; i < e->n_withs; i++) {
		e->withs[i].loc = *loc;
		sw_rego_term_relocate(e->withs[i].target, loc);
		sw_rego_term_relocate(e->withs[i].value, loc);
	}
	if (e->key)
		sw_rego_term_relocate(e->key, loc);
	if (e->val)
		sw_rego_term_relocate(e->val, loc);
	if (e->domain)
		sw_rego_term_relocate(e->domain, loc);
	relocate_body(&e->body, loc);
	for (uint32_t i = 0; i < e->n_branches; i++)
		relocate_body(&e->branches[i], loc);
}

void sw_rego_body_relocate(struct sw_rego_body *b, const struct sw_rego_loc *loc)
{
	relocate_body(b, loc);
}
