/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule indexing: of many rules that each compare one value of the input (or one argument) with a constant,
 * only those whose constant it is are tried. One binary search takes the place of all the comparisons.
 *
 * The place compared (a source) is a path of the input, as an array, or the number of an argument.
 */
#include <stdlib.h>

#include "rego/plan/plan.h"

enum { SOURCES_MAX = 8, WORTH = 4 };

struct source {
	struct sw_value place, constant;
};

static bool is_eq(const struct sw_rego_expr *e)
{
	return !e->negated && !e->n_withs && plan_is_equation(e);
}

/* input.a.b as an array of keys; SW_UNDEF when it is anything else. */
static struct sw_value input_path(struct plan *p, const struct sw_rego_term *t)
{
	if (t->kind != SW_REGO_REF || t->items.n < 2 || t->items.v[0]->kind != SW_REGO_VAR ||
		!sw_str_is(t->items.v[0]->name, "input"))
		return sw_undef();
	for (uint32_t i = 1; i < t->items.n; i++)
		if (t->items.v[i]->kind != SW_REGO_SCALAR)
			return sw_undef();
	return plan_path(p, t, t->items.n);
}

/* A variable that is an argument or holds a path of the input. */
static struct sw_value variable(
	struct plan *p, const struct sw_rego_rule *r, const struct sw_rego_term *var)
{
	for (uint32_t i = 0; i < r->head->args.n; i++) {
		const struct sw_rego_term *a = r->head->args.v[i];
		if (a->kind == SW_REGO_VAR && sw_str_eq(a->name, var->name))
			return sw_int(i);
	}
	for (uint32_t i = 0; i < r->body.n; i++) {
		const struct sw_rego_expr *e = r->body.v[i];
		if (!is_eq(e))
			continue;
		for (int side = 1; side <= 2; side++) {
			const struct sw_rego_term *t = e->terms.v[side];
			if (t->kind != SW_REGO_VAR || !sw_str_eq(t->name, var->name))
				continue;
			struct sw_value v = input_path(p, e->terms.v[3 - side]);
			if (sw_defined(v))
				return v;
		}
	}
	return sw_undef();
}

struct sw_value plan_place(
	struct plan *p, const struct sw_rego_rule *r, const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_VAR ? variable(p, r, t) : input_path(p, t);
}

static uint32_t sources(struct plan *p, const struct sw_rego_rule *r, struct source *s)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < r->head->args.n && n < SOURCES_MAX; i++)
		if (r->head->args.v[i]->kind == SW_REGO_SCALAR)
			s[n++] = (struct source){sw_int(i), r->head->args.v[i]->value};
	for (uint32_t i = 0; i < r->body.n && n < SOURCES_MAX; i++) {
		const struct sw_rego_expr *e = r->body.v[i];
		if (!is_eq(e))
			continue;
		bool first = e->terms.v[1]->kind == SW_REGO_SCALAR;
		const struct sw_rego_term *k = e->terms.v[first ? 1 : 2], *t = e->terms.v[first ? 2 : 1];
		if (k->kind != SW_REGO_SCALAR)
			continue;
		s[n].place = plan_place(p, r, t);
		s[n].constant = k->value;
		n += sw_defined(s[n].place);
	}
	return n;
}

/* The place that most rules compare. */
static struct sw_value best(const struct source (*s)[SOURCES_MAX], const uint32_t *n_s, uint32_t n,
	uint32_t *ret_count)
{
	struct sw_value hit = sw_undef();
	*ret_count = 0;
	for (uint32_t i = 0; i < n && i < 64; i++) /* rules beyond would hardly add a better place */
		for (uint32_t k = 0; k < n_s[i]; k++) {
			uint32_t count = 0;
			for (uint32_t j = 0; j < n; j++)
				for (uint32_t l = 0; l < n_s[j]; l++)
					if (sw_value_eq(s[j][l].place, s[i][k].place)) {
						count++;
						break;
					}
			if (count > *ret_count) {
				*ret_count = count;
				hit = s[i][k].place;
			}
		}
	return hit;
}

static int order_rules(const void *x, const void *y)
{
	const struct plan_indexed *a = x, *b = y;
	int c = sw_value_cmp(a->constant, b->constant);
	return c ? c : a->order < b->order ? -1 : a->order > b->order;
}

/* Splits the rules: indexed ones sorted by constant, then the others in their order. */
bool plan_index(struct plan *p, const struct sw_rego_rule *const *rules, uint32_t n,
	struct plan_indexed *ret, uint32_t *ret_indexed, struct sw_value *ret_place)
{
	if (n < WORTH || p->e->opts.no_index || p->e->opts.trace || p->e->opts.coverage)
		return false;
	struct source(*s)[SOURCES_MAX] = sw_arena_array(p->a, n, sizeof(*s));
	uint32_t *n_s = sw_arena_new_array(p->a, n, uint32_t), count, at = 0;
	if (!s || !n_s)
		return false;
	for (uint32_t i = 0; i < n; i++)
		n_s[i] = rules[i]->else_rule || rules[i]->is_default ? 0 : sources(p, rules[i], s[i]);
	*ret_place = best((const struct source(*)[SOURCES_MAX])s, n_s, n, &count);
	if (count < WORTH)
		return false;
	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < n; i++) {
			struct sw_value k = sw_undef();
			for (uint32_t l = 0; l < n_s[i] && !sw_defined(k); l++)
				if (sw_value_eq(s[i][l].place, *ret_place))
					k = s[i][l].constant;
			if (sw_defined(k) == (pass == 0))
				ret[at++] = (struct plan_indexed){rules[i], k, i};
		}
		if (pass == 0)
			qsort(ret, at, sizeof(*ret), order_rules);
	}
	*ret_indexed = count;
	return true;
}

/*
 * Loads the place and jumps: to targets[i] for the constant of the i-th indexed rule (the first of equal
 * ones), else to `other`.
 */
void plan_switch(struct plan *p, struct sw_value at, const struct plan_indexed *rules, uint32_t n,
	const uint32_t *targets, uint32_t other)
{
	struct plan_mark m = plan_open(p);
	p->fail = other;
	uint16_t r;
	if (at.type == SW_NUMBER) {
		r = (uint16_t)at.u.i;
	} else {
		r = plan_reg(p);
		plan_emit(p, OP_INPUT, r, 0, 0, 0);
		sw_array_foreach(k, at)
			r = plan_getk(p, r, *k);
	}
	struct vm_switch sw = {.other = other};
	sw.cases = sw_arena_new_array(p->a, n, struct vm_switch_case);
	for (uint32_t i = 0; sw.cases && i < n; i++)
		if (!i || !sw_value_eq(rules[i - 1].constant, rules[i].constant))
			sw.cases[sw.n++] = (struct vm_switch_case){rules[i].constant, targets[i]};
	plan_push(p, p->c->switches, sw);
	plan_push(p, p->switches, p->c->switches.n - 1);
	plan_cold(p, COLD_SWITCH, r, 0, p->c->switches.n - 1);
	plan_close(p, m);
}
