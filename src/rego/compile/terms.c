/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stages that take terms apart: RewriteExprTerms (calls out of terms),
 * RewriteComprehensionTerms, RewriteRefsInHead, RewriteEquals and RewriteDynamicTerms (refs and
 * comprehensions out of operands).
 */
#include "rego/compile/internal.h"

/* ---- RewriteExprTerms ---- */

static struct sw_rego_term *expand_term(cc *c, struct sw_rego_body *out, struct sw_rego_term *t);
static void expand_body(cc *c, struct sw_rego_body *b);

static void expand_items(cc *c, struct sw_rego_body *out, struct sw_rego_terms *l, uint32_t from)
{
	for (uint32_t i = from; i < l->n; i++)
		l->v[i] = expand_term(c, out, l->v[i]);
}

/*
 * Members of sets and objects are taken in their order, not in that of the source: what is hoisted out of them
 * is evaluated in that order, so that it tells which loop is the inner one.
 */
static void order_members(struct sw_rego_term *t)
{
	bool object = t->kind == SW_REGO_OBJECT;
	if ((object || t->kind == SW_REGO_SET) && t->items.n > 1 && !sw_rego_term_is_constant(t))
		sw_rego_terms_sort(t->items.v, t->items.n, object ? 2 : 1);
}

/* Refs into something that is no variable go through a local: [1, 2][i], f(x).y. */
static void expand_ref(cc *c, struct sw_rego_body *out, struct sw_rego_term *t)
{
	for (uint32_t i = 0; i < t->items.n; i++) {
		struct sw_rego_term *x = t->items.v[i], *subject = NULL;
		if (x->kind == SW_REGO_CALL)
			subject = copy_term(c, x);
		t->items.v[i] = expand_term(c, out, x);
		if (subject)
			vs_set(c, &c->gen->subjects, t->items.v[i]->name, subject);
	}
	struct sw_rego_term *head = t->items.v[0];
	if (head->kind == SW_REGO_VAR || head->kind == SW_REGO_SCALAR || head->kind == SW_REGO_REF)
		return;
	struct sw_rego_expr *e = mk_capture(c, head);
	vs_set(c, &c->gen->subjects, e->terms.v[1]->name, copy_term(c, head));
	t->items.v[0] = e->terms.v[1];
	body_add(c, out, e);
}

static struct sw_rego_term *expand_call(cc *c, struct sw_rego_body *out, struct sw_rego_term *t)
{
	expand_items(c, out, &t->items, 1);
	struct sw_rego_term *ret = mk_gen(c, &t->loc);
	struct sw_rego_expr *e = mk_expr(c, SW_REGO_EXPR_CALL, &t->loc);
	e->generated = true;
	for (uint32_t i = 0; i < t->items.n; i++)
		terms_add(c, &e->terms, t->items.v[i]);
	terms_add(c, &e->terms, mk_var(c, ret->name, &t->loc));
	body_add(c, out, e);
	return ret;
}

static struct sw_rego_term *expand_term(cc *c, struct sw_rego_body *out, struct sw_rego_term *t)
{
	switch (t->kind) {
	case SW_REGO_CALL:
		return expand_call(c, out, t);
	case SW_REGO_REF:
		expand_ref(c, out, t);
		return t;
	case SW_REGO_ARRAY:
	case SW_REGO_SET:
	case SW_REGO_OBJECT:
		order_members(t);
		expand_items(c, out, &t->items, 0);
		return t;
	case SW_REGO_ARRAY_COMP:
	case SW_REGO_SET_COMP:
	case SW_REGO_OBJECT_COMP: {
		struct sw_rego_body support = {0};
		expand_items(c, &support, &t->items, 0);
		for (uint32_t i = 0; i < support.n; i++)
			body_append(c, &t->body, support.v[i]);
		expand_body(c, &t->body);
		return t;
	}
	default:
		return t;
	}
}

static void expand_expr(cc *c, struct sw_rego_body *out, struct sw_rego_expr *e)
{
	for (uint32_t i = 0; i < e->n_withs; i++)
		e->withs[i].value = expand_term(c, out, e->withs[i].value);
	uint32_t first = out->n;
	switch (e->kind) {
	case SW_REGO_EXPR_TERM:
		expand_items(c, out, &e->terms, 0);
		break;
	case SW_REGO_EXPR_CALL:
		expand_items(c, out, &e->terms, 1);
		for (uint32_t i = first; i < out->n; i++)
			out->v[i]->from = e;
		break;
	case SW_REGO_EXPR_EVERY: {
		struct sw_rego_expr *eq = mk_capture(c, e->domain);
		eq->withs = e->withs;
		eq->n_withs = e->n_withs;
		e->domain = mk_var(c, eq->terms.v[1]->name, &e->domain->loc);
		expand_items(c, out, &eq->terms, 1);
		body_add(c, out, eq);
		expand_body(c, &e->body);
		break;
	}
	default:
		if (e->body.n)
			expand_body(c, &e->body);
		for (uint32_t i = 0; i < e->n_branches; i++)
			expand_body(c, &e->branches[i]);
	}
	for (uint32_t i = first; i < out->n; i++) {
		out->v[i]->withs = e->withs;
		out->v[i]->n_withs = e->n_withs;
	}
	body_add(c, out, e);
}

static void expand_body(cc *c, struct sw_rego_body *b)
{
	struct sw_rego_body out = {.implicit = b->implicit};
	for (uint32_t i = 0; i < b->n; i++)
		expand_expr(c, &out, b->v[i]);
	*b = out;
}

static void expand_head(cc *c, struct sw_rego_rule *r, struct sw_rego_term **t)
{
	struct sw_rego_body support = {0};
	*t = expand_term(c, &support, *t);
	for (uint32_t i = 0; i < support.n; i++)
		body_append(c, &r->body, support.v[i]);
}

static void expand_rule(cc *c, struct sw_rego_rule *r)
{
	for (uint32_t i = 0; i < r->head->args.n; i++)
		expand_head(c, r, &r->head->args.v[i]);
	if (r->head->key)
		expand_head(c, r, &r->head->key);
	if (r->head->value)
		expand_head(c, r, &r->head->value);
	expand_body(c, &r->body);
}

void stage_expr_terms(cc *c)
{
	each_rule(c, expand_rule);
}

void body_expr_terms(cc *c, struct sw_rego_body *b)
{
	expand_body(c, b);
}

/* ---- RewriteComprehensionTerms ---- */

static bool comp_term(struct visitor *v, struct sw_rego_term *t)
{
	if (!is_comprehension(t))
		return false;
	for (uint32_t i = 0; i < t->items.n; i++) {
		if (!requires_eval(t->items.v[i]))
			continue;
		struct sw_rego_expr *e = mk_capture(v->c, t->items.v[i]);
		t->items.v[i] = mk_var(v->c, e->terms.v[1]->name, &t->items.v[i]->loc);
		body_append(v->c, &t->body, e);
	}
	return false;
}

static void comp_rule(cc *c, struct sw_rego_rule *r)
{
	struct visitor v = {.c = c, .term = comp_term};
	walk_rule(&v, r);
}

void stage_comprehensions(cc *c)
{
	each_rule_using(c, USES_CLOSURES, comp_rule);
}

void body_comprehensions(cc *c, struct sw_rego_body *b)
{
	struct visitor v = {.c = c, .term = comp_term};
	walk_body(&v, b);
}

/* ---- RewriteRefsInHead ---- */

static void head_term(cc *c, struct sw_rego_rule *r, struct sw_rego_term **t)
{
	if (!*t || !requires_eval(*t))
		return;
	struct sw_rego_expr *e = mk_capture(c, *t);
	*t = mk_var(c, e->terms.v[1]->name, &(*t)->loc);
	body_append(c, &r->body, e);
}

static void head_terms(cc *c, struct sw_rego_rule *r)
{
	head_term(c, r, &r->head->key);
	head_term(c, r, &r->head->value);
	for (uint32_t i = 0; i < r->head->args.n; i++)
		head_term(c, r, &r->head->args.v[i]);
}

void stage_head_terms(cc *c)
{
	each_rule(c, head_terms);
}

/* ---- RewriteEquals ---- */

static bool equal_expr(struct visitor *v, struct sw_rego_expr *e)
{
	if (e->terms.n == 3 && is_call_of(e, "equal")) {
		struct sw_rego_loc loc = e->terms.v[0]->loc;
		e->terms.v[0] = mk_ref1(v->c, SW_STR("eq"), &loc);
		*(bool *)v->ctx = true;
	}
	return false;
}

static void equal_rule(cc *c, struct sw_rego_rule *r)
{
	bool modified = false;
	struct visitor v = {.c = c, .ctx = &modified, .expr = equal_expr};
	walk_rule(&v, r);
	if (modified)
		cc_require(c, "equal");
}

void body_equals(cc *c, struct sw_rego_body *b)
{
	bool modified = false;
	struct visitor v = {.c = c, .ctx = &modified, .expr = equal_expr};
	walk_body(&v, b);
}

void stage_equals(cc *c)
{
	each_rule(c, equal_rule);
}

/* ---- RewriteDynamicTerms ---- */

static void dynamics_body(cc *c, struct sw_rego_body *b);

static struct sw_rego_term *hoist(
	cc *c, const struct sw_rego_expr *from, struct sw_rego_body *out, struct sw_rego_term *t)
{
	struct sw_rego_expr *e = mk_capture(c, t);
	e->withs = from->withs;
	e->n_withs = from->n_withs;
	e->from = from;
	body_add(c, out, e);
	vs_set(c, &c->gen->subjects, e->terms.v[1]->name, t);
	return mk_var(c, e->terms.v[1]->name, &t->loc);
}

static struct sw_rego_term *dynamic_one(
	cc *c, const struct sw_rego_expr *from, struct sw_rego_body *out, struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_REF) {
		for (uint32_t i = 1; i < t->items.n; i++)
			t->items.v[i] = dynamic_one(c, from, out, t->items.v[i]);
		return hoist(c, from, out, t);
	}
	if (is_comprehension(t)) {
		dynamics_body(c, &t->body);
		return hoist(c, from, out, t);
	}
	order_members(t);
	if (t->kind == SW_REGO_ARRAY || t->kind == SW_REGO_SET || t->kind == SW_REGO_OBJECT)
		for (uint32_t i = 0; i < t->items.n; i++)
			t->items.v[i] = dynamic_one(c, from, out, t->items.v[i]);
	return t;
}

/* A side of an equation, or a whole expression, may stay a ref or comprehension. */
static struct sw_rego_term *dynamic_in(
	cc *c, const struct sw_rego_expr *from, struct sw_rego_body *out, struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_REF) {
		for (uint32_t i = 1; i < t->items.n; i++)
			t->items.v[i] = dynamic_one(c, from, out, t->items.v[i]);
		return t;
	}
	if (is_comprehension(t)) {
		dynamics_body(c, &t->body);
		return t;
	}
	return dynamic_one(c, from, out, t);
}

static void dynamics_expr(cc *c, struct sw_rego_body *out, struct sw_rego_expr *e)
{
	switch (e->kind) {
	case SW_REGO_EXPR_CALL:
		for (uint32_t i = 1; i < e->terms.n; i++)
			e->terms.v[i] = is_eq(e) ? dynamic_in(c, e, out, e->terms.v[i])
						 : dynamic_one(c, e, out, e->terms.v[i]);
		break;
	case SW_REGO_EXPR_EVERY:
		e->domain = dynamic_one(c, e, out, e->domain);
		dynamics_body(c, &e->body);
		break;
	case SW_REGO_EXPR_NOT_BODY:
	case SW_REGO_EXPR_AND_OR:
		if (e->body.n)
			dynamics_body(c, &e->body);
		for (uint32_t i = 0; i < e->n_branches; i++)
			dynamics_body(c, &e->branches[i]);
		break;
	default:
		e->terms.v[0] = dynamic_in(c, e, out, e->terms.v[0]);
	}
	body_add(c, out, e);
}

static void dynamics_body(cc *c, struct sw_rego_body *b)
{
	struct sw_rego_body out = {.implicit = b->implicit};
	for (uint32_t i = 0; i < b->n; i++)
		dynamics_expr(c, &out, b->v[i]);
	*b = out;
}

static void dynamics_rule(cc *c, struct sw_rego_rule *r)
{
	dynamics_body(c, &r->body);
}

void stage_dynamics(cc *c)
{
	each_rule(c, dynamics_rule);
}

void body_dynamics(cc *c, struct sw_rego_body *b)
{
	dynamics_body(c, b);
}

/* ---- RewriteTestRulesForTracing ---- */

/* A side of an equation gets a local, so that what it was can be told where the test fails. */
static void trace_side(cc *c, struct sw_rego_body *out, struct sw_rego_expr *e, uint32_t at)
{
	struct sw_rego_term *t = e->terms.v[at];
	if (t->kind == SW_REGO_REF || is_comprehension(t))
		e->terms.v[at] = hoist(c, e, out, t);
}

/* Not of negations, which must not depend on it; of `every` because what fails in it fails the test. */
static void trace_body(cc *c, struct sw_rego_body *b)
{
	struct sw_rego_body out = {.implicit = b->implicit};
	for (uint32_t i = 0; i < b->n; i++) {
		struct sw_rego_expr *e = b->v[i];
		bool written = !e->negated && !e->generated;
		if (written && is_eq(e) && e->terms.n >= 3) {
			trace_side(c, &out, e, 1);
			trace_side(c, &out, e, 2);
		} else if (written && e->kind == SW_REGO_EXPR_EVERY) {
			trace_body(c, &e->body);
		}
		body_append(c, &out, e);
	}
	*b = out;
}

static void trace_rule(cc *c, struct sw_rego_rule *r)
{
	if (sw_str_starts(r->head->opa_name, SW_STR("test_")))
		trace_body(c, &r->body);
}

void stage_test_values(cc *c)
{
	if (c->p->opts.test_values)
		each_rule(c, trace_rule);
}
