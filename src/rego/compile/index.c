/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comprehension indices: `x = [… | …]` whose body can be evaluated without the outer bindings and
 * shares variables with them is better evaluated once, and its results grouped by those variables.
 */
#include "rego/compile/internal.h"

struct indexer {
	const struct varset *candidates;
	struct varset seen;
	bool found;
};

static void must_not_meet(struct indexer *x, const struct varset *vars)
{
	for (uint32_t i = 0; i < vars->n; i++)
		if (vs_has(x->candidates, vars->v[i].name) && !vs_has(&x->seen, vars->v[i].name))
			x->found = true;
}

/* A ref that would enumerate by a candidate gets slower by indexing. */
static bool worse_term(struct visitor *v, struct sw_rego_term *t)
{
	struct indexer *x = v->ctx;
	if (x->found || is_comprehension(t))
		return true;
	if (t->kind == SW_REGO_VAR)
		vs_add(v->c, &x->seen, t->name);
	if (t->kind == SW_REGO_REF) {
		struct varset vars;
		vs_init(&vars, &v->c->tmp);
		vars_terms(v->c, &vars, VV_SKIP_REF_HEAD, &t->items, 1);
		must_not_meet(x, &vars);
	}
	return x->found;
}

static bool worse_expr(struct visitor *v, struct sw_rego_expr *e)
{
	struct indexer *x = v->ctx;
	if (is_call_of(e, "walk") && e->terms.n > 2) {
		struct varset vars;
		vs_init(&vars, &v->c->tmp);
		vars_term(v->c, &vars, 0, e->terms.v[2]);
		must_not_meet(x, &vars);
	}
	return x->found;
}

static bool nested_term(struct visitor *v, struct sw_rego_term *t)
{
	struct indexer *x = v->ctx;
	if (!is_comprehension(t))
		return x->found;
	struct varset vars;
	vs_init(&vars, &v->c->tmp);
	vars_term(v->c, &vars, VV_SKIP_REF_HEAD, t);
	struct varset both = vs_intersect(v->c, &vars, x->candidates);
	x->found = x->found || both.n;
	return true;
}

static struct sw_rego_term *indexable(struct sw_rego_expr *e)
{
	if (!is_eq(e) || e->negated || e->n_withs)
		return NULL;
	struct sw_rego_term *a = e->terms.v[1], *b = e->terms.v[2];
	if (a->kind == SW_REGO_VAR && is_comprehension(b))
		return b;
	return b->kind == SW_REGO_VAR && is_comprehension(a) ? a : NULL;
}

/* x = [1, x] tells nothing about x. */
static bool circular(cc *c, const struct sw_rego_expr *e)
{
	struct varset a, b;
	if (!is_eq(e) || e->terms.n != 3)
		return false;
	vs_init(&a, &c->tmp);
	vs_init(&b, &c->tmp);
	vars_term(c, &a, 0, e->terms.v[1]);
	vars_term(c, &b, 0, e->terms.v[2]);
	return vs_diff_count(&a, &b) < a.n;
}

/* Can the body be evaluated as it stands, when nothing but `safe` is bound? OPA 1.22 forgets to ask. */
static bool runs_in_order(cc *c, const struct sw_rego_body *b, const struct varset *safe,
	const struct varset *all)
{
	struct varset bound = vs_copy(c, safe);
	for (uint32_t i = 0; i < b->n; i++) {
		struct sw_rego_body one = {.v = b->v + i, .n = 1};
		struct varset outs = out_vars_body(c, &one, 1, &bound), inner;
		vs_init(&inner, &c->tmp);
		vars_expr(c, &inner, 0, b->v[i]);
		struct varset vars = vs_intersect(c, &inner, all); /* of closures: what the body binds */
		vars_expr(c, &vars, VV_SAFETY, b->v[i]);
		vs_update(c, &bound, &outs);
		if (vs_diff_count(&vars, &bound) || circular(c, b->v[i]))
			return false;
	}
	return true;
}

static void index_expr(cc *c, const struct varset *candidates, struct sw_rego_expr *e)
{
	struct sw_rego_term *t = indexable(e);
	if (!t)
		return;
	struct varset reserved = vars_reserved(c), vars;
	struct varset outs = out_vars_body(c, &t->body, t->body.n, &reserved);
	vs_init(&vars, &c->tmp);
	vars_body(c, &vars, VV_SAFETY, &t->body);
	struct varset unsafe = vs_diff(c, &vars, &outs);
	if (vs_diff_count(&unsafe, &reserved) || !runs_in_order(c, &t->body, &reserved, &outs))
		return;
	struct indexer x = {.candidates = candidates};
	vs_init(&x.seen, &c->tmp);
	struct visitor worse = {.c = c, .ctx = &x, .term = worse_term, .expr = worse_expr};
	walk_body(&worse, &t->body);
	struct visitor nested = {.c = c, .ctx = &x, .term = nested_term};
	if (!x.found)
		walk_body(&nested, &t->body);
	if (x.found)
		return;
	struct varset keys = vs_intersect(c, candidates, &outs);
	if (!keys.n)
		return;
	vs_sort(&keys);
	struct sw_rego_terms *l = cc_alloc(c, sizeof(*l));
	for (uint32_t i = 0; i < keys.n; i++)
		terms_add(c, l, mk_var(c, keys.v[i].name, NULL));
	t->keys = l;
}

static bool index_body(struct visitor *v, struct sw_rego_body *b)
{
	struct varset *candidates = v->ctx;
	for (uint32_t i = 0; i < b->n; i++) {
		index_expr(v->c, candidates, b->v[i]);
		vars_expr(v->c, candidates, VV_SAFETY, b->v[i]);
	}
	return false;
}

void body_comp_index(cc *c, struct sw_rego_body *b)
{
	struct varset candidates = vars_reserved(c);
	struct visitor v = {.c = c, .ctx = &candidates, .body = index_body};
	walk_body(&v, b);
}

static void index_rule(cc *c, struct sw_rego_rule *r)
{
	struct varset candidates = vars_reserved(c);
	vars_terms(c, &candidates, 0, &r->head->args, 0);
	struct visitor v = {.c = c, .ctx = &candidates, .body = index_body};
	walk_body(&v, &r->body);
}

void stage_comp_index(cc *c)
{
	each_rule_using(c, USES_CLOSURES, index_rule);
}

const struct sw_rego_terms *sw_rego_comprehension_keys(
	const struct sw_rego_program *p, const struct sw_rego_term *comprehension)
{
	(void)p;
	return comprehension->keys;
}
