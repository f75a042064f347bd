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

/* The variables of candidates that a body binds by itself, when it can be indexed by them; else none. */
static struct varset keys_of(cc *c, const struct varset *candidates, struct sw_rego_body *b)
{
	struct varset reserved = vars_reserved(c), vars, none;
	struct varset outs = out_vars_body(c, b, b->n, &reserved);
	vs_init(&none, &c->tmp);
	vs_init(&vars, &c->tmp);
	vars_body(c, &vars, VV_SAFETY, b);
	struct varset unsafe = vs_diff(c, &vars, &outs);
	if (vs_diff_count(&unsafe, &reserved) || !runs_in_order(c, b, &reserved, &outs))
		return none;
	struct indexer x = {.candidates = candidates};
	vs_init(&x.seen, &c->tmp);
	struct visitor worse = {.c = c, .ctx = &x, .term = worse_term, .expr = worse_expr};
	walk_body(&worse, b);
	struct visitor nested = {.c = c, .ctx = &x, .term = nested_term};
	if (!x.found)
		walk_body(&nested, b);
	return x.found ? none : vs_intersect(c, candidates, &outs);
}

/* ---- members of outer variables ---- */

struct grouper {
	cc *c;
	const struct varset *candidates;
	struct varset keys; /* candidates, and the variables of `g` */
	struct sw_rego_grouping g;
	bool harmful;
};

/* A document that no rule makes. */
static bool is_base(const cc *c, const struct sw_rego_term *ref)
{
	struct sw_rego_node *n = c->p->data;
	for (uint32_t i = 1; i < ref->items.n; i++) {
		if (ref->items.v[i]->kind != SW_REGO_SCALAR)
			return false;
		n = sw_rego_node_child(n, ref->items.v[i]->value);
		if (!n || n->n_rules)
			return !n;
	}
	return false;
}

static bool harmful_term(struct visitor *v, struct sw_rego_term *t)
{
	struct grouper *x = v->ctx;
	x->harmful = x->harmful || (ref_starts(t, "data") && !is_base(v->c, t));
	return x->harmful;
}

static bool harmful_expr(struct visitor *v, struct sw_rego_expr *e)
{
	struct grouper *x = v->ctx;
	const struct sw_builtin *b = e->kind == SW_REGO_EXPR_CALL ? ref_builtin(v->c, e->terms.v[0]) : NULL;
	x->harmful = x->harmful || e->n_withs ||
		     (b && (b->flags & (SW_BUILTIN_NONDETERMINISTIC | SW_BUILTIN_INTERNAL) ||
				   strcmp(b->name, "trace") == 0 || strcmp(b->name, "print") == 0));
	return x->harmful;
}

/* outer.id, outer[k].id: a part of what is bound outside. */
static bool is_member(const struct grouper *x, const struct sw_rego_term *t)
{
	struct varset reserved = vars_reserved(x->c);
	if (t->kind != SW_REGO_REF || t->items.n < 2 || t->items.v[0]->kind != SW_REGO_VAR)
		return false;
	for (uint32_t i = 0; i < t->items.n; i++) {
		const struct sw_rego_term *item = t->items.v[i];
		bool outer = item->kind == SW_REGO_VAR && vs_has(x->candidates, item->name) &&
			     !vs_has(&reserved, item->name);
		if (!outer && (i == 0 || item->kind != SW_REGO_SCALAR))
			return false;
	}
	return true;
}

/* The place of the member in an equation; 0: it has none, or more than that. */
static uint32_t member_side(const struct grouper *x, const struct sw_rego_expr *e)
{
	if (!is_eq(e) || e->negated || e->n_withs || e->terms.n != 3)
		return 0;
	for (uint32_t side = 1; side <= 2; side++) {
		const struct sw_rego_term *other = e->terms.v[3 - side];
		bool outside = other->kind == SW_REGO_VAR && vs_has(x->candidates, other->name);
		if (is_member(x, e->terms.v[side]) && !outside && !is_member(x, other))
			return side;
	}
	return 0;
}

/* The equation is left out, or binds a variable instead. */
static void take_member(struct grouper *x, const struct sw_rego_expr *e, uint32_t side)
{
	struct sw_rego_term *other = e->terms.v[3 - side], *key = other;
	if (other->kind != SW_REGO_VAR) {
		struct sw_rego_expr *binds = mk_capture(x->c, other);
		key = binds->terms.v[1];
		body_add(x->c, &x->g.body, binds);
	}
	vs_add(x->c, &x->keys, key->name);
	terms_add(x->c, &x->g.keys, mk_var(x->c, key->name, NULL));
	terms_add(x->c, &x->g.from, e->terms.v[side]);
}

static void group_by_members(cc *c, const struct varset *candidates, struct sw_rego_term *t)
{
	struct grouper x = {.c = c, .candidates = candidates, .keys = vs_copy(c, candidates)};
	struct visitor harm = {.c = c, .ctx = &x, .term = harmful_term, .expr = harmful_expr};
	for (uint32_t i = 0; i < t->body.n && !x.harmful; i++) {
		struct sw_rego_expr *e = t->body.v[i];
		uint32_t side = member_side(&x, e);
		if (side || x.g.keys.n)
			walk_expr(&harm, e);
		if (side) {
			take_member(&x, e, side);
			continue;
		}
		CC_GROW(c, c->a, x.g.body.v, x.g.body.n, x.g.body.cap);
		x.g.body.v[x.g.body.n++] = e;
	}
	if (x.harmful || !x.g.keys.n || !x.g.body.n)
		return;
	struct varset keys = keys_of(c, &x.keys, &x.g.body);
	uint32_t members = x.g.keys.n;
	for (uint32_t i = 0; i < members; i++)
		if (!vs_has(&keys, x.g.keys.v[i]->name))
			return;
	for (uint32_t i = 0; i < keys.n; i++) {
		struct sw_rego_term *key = mk_var(c, keys.v[i].name, NULL);
		if (!vs_has(candidates, key->name))
			continue;
		terms_add(c, &x.g.keys, key);
		terms_add(c, &x.g.from, key);
	}
	struct sw_rego_grouping *g = cc_alloc(c, sizeof(*g));
	*g = x.g;
	t->grouping = g;
}

/* ---- the stage ---- */

static void index_expr(cc *c, const struct varset *candidates, struct sw_rego_expr *e)
{
	struct sw_rego_term *t = indexable(e);
	if (!t)
		return;
	struct varset keys = keys_of(c, candidates, &t->body);
	if (!keys.n) {
		group_by_members(c, candidates, t);
		return;
	}
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

const struct sw_rego_grouping *sw_rego_comprehension_grouping(const struct sw_rego_term *comprehension)
{
	return comprehension->grouping;
}
