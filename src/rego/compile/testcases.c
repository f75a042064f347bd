/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Test rules with cases: test_x[name] if { … } calls internal.test_case([name]) as soon as the name
 * is known, so that a case which then fails is told of instead of being absent. Bodies are in their
 * safe order here.
 */
#include "rego/compile/internal.h"

static bool starts_test(const struct sw_rego_term *t)
{
	struct sw_str n = t->kind == SW_REGO_VAR ? t->name
			  : t->kind == SW_REGO_SCALAR && sw_is(t->value, SW_STRING)
				  ? sw_value_str(t->value)
				  : (struct sw_str){0};
	return sw_str_starts(n, SW_STR("test_"));
}

/* Number of items of the ref up to the test's name; 0: no test, or one without cases. */
static uint32_t name_len(const struct sw_rego_rule *r)
{
	const struct sw_rego_terms *l = &r->head->ref->items;
	uint32_t ground = sw_rego_ref_ground_len(r->head->ref);
	for (uint32_t i = 0; i < ground; i++)
		if (starts_test(l->v[i]))
			return i + 1 < l->n ? i + 1 : 0;
	return 0;
}

static bool calls_test_case(const struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (is_call_of(b->v[i], "internal.test_case"))
			return true;
	return false;
}

/* The generated equation that makes this part of the name, taken out of the body. */
static struct sw_rego_expr *take_equation(struct sw_rego_body *b, const struct sw_rego_term *name)
{
	for (uint32_t i = b->n; i-- > 0;) {
		struct sw_rego_expr *e = b->v[i];
		if (!e->generated || !is_eq(e) || e->n_withs || !term_eq(e->terms.v[1], name))
			continue;
		memmove(b->v + i, b->v + i + 1, (b->n - i - 1) * sizeof(*b->v));
		b->n--;
		return e;
	}
	return NULL;
}

static struct sw_rego_expr *make_call(cc *c, const struct sw_rego_rule *r, uint32_t from)
{
	struct sw_rego_term *op = mk_ref1(c, SW_STR("internal"), &r->loc);
	terms_add(c, &op->items, mk_string(c, SW_STR("test_case"), &r->loc));
	struct sw_rego_term *args = mk_term(c, SW_REGO_ARRAY, &r->loc);
	for (uint32_t i = from; i < r->head->ref->items.n; i++)
		terms_add(c, &args->items, copy_term(c, r->head->ref->items.v[i]));
	struct sw_rego_expr *e = mk_expr(c, SW_REGO_EXPR_CALL, NULL); /* nowhere, in traces too */
	e->generated = true;
	terms_add(c, &e->terms, op);
	terms_add(c, &e->terms, args);
	return e;
}

/* Does the body bind all of `vars` in its first n expressions? */
static bool bound_by(cc *c, struct sw_rego_body *b, uint32_t n, const struct varset *safe,
	const struct varset *vars)
{
	struct varset all = out_vars_body(c, b, n, safe);
	vs_update(c, &all, safe);
	return !vs_diff_count(vars, &all);
}

static void test_rule(cc *c, struct sw_rego_rule *r)
{
	uint32_t from = r->kind == SW_REGO_PARTIAL_OBJECT ? name_len(r) : 0, at = 0;
	if (!from || calls_test_case(&r->body))
		return;
	struct sw_rego_body first = {0}, rest = r->body, out = {.implicit = r->body.implicit};
	struct varset vars, made, safe = vars_reserved(c);
	vs_init(&vars, &c->tmp);
	vs_init(&made, &c->tmp);
	for (uint32_t i = from; i < r->head->ref->items.n; i++) {
		struct sw_rego_term *t = r->head->ref->items.v[i];
		struct sw_rego_expr *e = t->kind == SW_REGO_VAR ? take_equation(&rest, t) : NULL;
		vars_term(c, &vars, 0, t);
		if (!e)
			continue;
		body_add(c, &first, e);
		vs_add(c, &made, t->name);
		vars_term(c, &vars, 0, e->terms.v[2]);
	}
	vars = vs_diff(c, &vars, &made);
	while (at < rest.n && !bound_by(c, &rest, at, &safe, &vars))
		at++;
	for (uint32_t i = 0; i < at; i++)
		body_add(c, &out, rest.v[i]);
	for (uint32_t i = 0; i < first.n; i++)
		body_add(c, &out, first.v[i]);
	body_add(c, &out, make_call(c, r, from));
	for (uint32_t i = at; i < rest.n; i++)
		body_add(c, &out, rest.v[i]);
	r->body = out;
}

void stage_test_cases(cc *c)
{
	if (!c->p->opts.test_cases)
		return;
	each_rule(c, test_rule);
	cc_require(c, "internal.test_case");
}
