/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that OPA's index would not look at, for coverage: what they hold counts as not evaluated.
 *
 * The index excludes a rule by conditions that it can judge alone: equations, memberships and affixes of parts
 * of the input, of base data or of arguments with constants, and such parts that must be there. They are
 * evaluated in front of the body, uncounted. Here as in OPA the order of the body does not matter to them.
 */
#include "base/cleanup.h"
#include "rego/plan/plan.h"

enum { NAMES_MAX = 64 };

/* Variables that hold a part of the input or of base data. */
struct known_names {
	struct sw_str v[NAMES_MAX];
	uint32_t n;
};

static bool is_known(const struct known_names *k, struct sw_str name)
{
	for (uint32_t i = 0; i < k->n; i++)
		if (sw_str_eq(k->v[i], name))
			return true;
	return false;
}

/* input.a.b, or data.a.b where no rule is. */
static bool document(const struct plan *p, const struct sw_rego_term *t)
{
	return plan_constant_input_ref(t) || plan_base_ref(p, t);
}

/* `r`: the rule whose arguments count too; NULL: they do not. */
static bool place(const struct plan *p, const struct sw_rego_rule *r, const struct known_names *k,
	const struct sw_rego_term *t)
{
	if (t->kind != SW_REGO_VAR)
		return document(p, t);
	return (r && plan_argument(r, t)) || is_known(k, t->name);
}

/* `x = input.a`: as good as the ref itself from here on. */
static bool names_document(const struct plan *p, struct known_names *k, const struct sw_rego_expr *e)
{
	for (int side = 1; side <= 2; side++) {
		const struct sw_rego_term *var = e->terms.v[side];
		if (var->kind != SW_REGO_VAR || !document(p, e->terms.v[3 - side]))
			continue;
		if (k->n < NAMES_MAX)
			k->v[k->n++] = var->name;
		return true;
	}
	return false;
}

static bool one_of(const struct sw_rego_term *op, uint32_t arity)
{
	static const struct {
		const char *a, *b;
		uint32_t arity;
	} known[] = {{"internal", "member_2", 2}, {"startswith", NULL, 2}, {"endswith", NULL, 2},
		{"glob", "match", 3}, {"strings", "any_prefix_match", 2},
		{"strings", "any_suffix_match", 2}};
	for (size_t i = 0; i < SW_ARRAY_LEN(known); i++)
		if (known[i].arity == arity && plan_named(op, known[i].a, known[i].b))
			return true;
	return false;
}

static bool indexed(const struct plan *p, const struct sw_rego_rule *r, struct known_names *k,
	const struct sw_rego_expr *e)
{
	if (e->negated || e->n_withs)
		return false;
	if (e->kind == SW_REGO_EXPR_TERM)
		return document(p, e->terms.v[0]);
	if (e->kind != SW_REGO_EXPR_CALL)
		return false;
	bool equation = plan_is_equation(e), places = false;
	if (equation && names_document(p, k, e))
		return true;
	if (!equation && !one_of(e->terms.v[0], e->terms.n - 1))
		return false;
	for (uint32_t i = 1; i < e->terms.n; i++) {
		bool here = place(p, equation ? r : NULL, k, e->terms.v[i]);
		if (!here && !sw_rego_term_is_constant(e->terms.v[i]))
			return false;
		places |= here;
	}
	return places;
}

void plan_excluded(struct plan *p, const struct sw_rego_rule *r)
{
	struct known_names known = {.n = 0};
	if (!p->e->opts.coverage || p->e->opts.no_index)
		return;
	for (uint32_t i = 0; i < r->body.n && !p->err; i++) {
		const struct sw_rego_expr *e = r->body.v[i];
		if (!indexed(p, r, &known, e))
			continue;
		if (e->kind == SW_REGO_EXPR_TERM)
			plan_term(p, e->terms.v[0]); /* there, be it false */
		else
			plan_expr_plain(p, e);
	}
}
