/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unification, solved while planning: which side binds and which is compared is known from what is bound.
 * Only look-ups, comparisons and shape tests are left for run time.
 */
#include "rego/plan/plan.h"

static void unify(struct plan *p, struct plan_side a, struct plan_side b);

static struct plan_side side_term(const struct sw_rego_term *t)
{
	return (struct plan_side){t, -1};
}

static struct plan_side side_reg(int32_t reg)
{
	return (struct plan_side){NULL, reg};
}

static bool unbound(const struct plan *p, struct plan_side s)
{
	return s.reg < 0 && s.t->kind == SW_REGO_VAR && plan_var(p, s.t->name) < 0;
}

static bool wildcard(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_VAR && t->name.n > 1 && t->name.p[0] == '$' &&
	       t->name.p[1] >= '0' && t->name.p[1] <= '9';
}

static bool composite(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_ARRAY || t->kind == SW_REGO_OBJECT || t->kind == SW_REGO_SET;
}

static bool evaluated(const struct sw_rego_term *t) /* has to be evaluated to become a value */
{
	return t->kind == SW_REGO_REF || (t->kind >= SW_REGO_ARRAY_COMP && t->kind <= SW_REGO_CALL);
}

static void mismatch(struct plan *p)
{
	plan_jump(p, p->fail);
}

/* v[n] of an array pattern; no code where the element does not matter. */
static void take_array(struct plan *p, uint16_t reg, const struct sw_rego_term *t)
{
	plan_emit(p, OP_ARRAY_N, reg, 0, 0, t->items.n);
	for (uint32_t i = 0; i < t->items.n && !p->err; i++) {
		if (wildcard(t->items.v[i]) && plan_var(p, t->items.v[i]->name) < 0)
			continue;
		uint16_t el = plan_reg(p);
		plan_emit(p, OP_GET, el, reg, plan_value(p, sw_int(i)), 0);
		unify(p, side_reg(el), side_term(t->items.v[i]));
	}
}

static void take_object(struct plan *p, uint16_t reg, const struct sw_rego_term *t)
{
	plan_emit(p, OP_OBJECT_N, reg, 0, 0, t->items.n / 2);
	for (uint32_t i = 0; i + 1 < t->items.n && !p->err; i += 2) {
		const struct sw_rego_term *k = t->items.v[i];
		uint16_t el;
		if (k->kind == SW_REGO_SCALAR) {
			el = plan_getk(p, reg, k->value);
		} else {
			el = plan_reg(p);
			plan_emit(p, OP_GET, el, reg, plan_term(p, k), 0);
		}
		unify(p, side_reg(el), side_term(t->items.v[i + 1]));
	}
}

/* A value against a pattern. */
static void take(struct plan *p, uint16_t reg, const struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_SCALAR) {
		plan_emit(p, OP_EQK, reg, 0, 0, plan_constant(p, t->value));
	} else if (t->kind == SW_REGO_VAR) {
		int32_t r = plan_var(p, t->name);
		if (r >= 0)
			plan_emit(p, OP_EQ, reg, (uint32_t)r, 0, 0);
		else if (!wildcard(t))
			plan_bind(p, t->name, reg);
	} else if (plan_ground(p, t) || t->kind == SW_REGO_SET) {
		plan_emit(p, OP_EQ, reg, plan_term(p, t), 0, 0);
	} else if (t->kind == SW_REGO_ARRAY) {
		take_array(p, reg, t);
	} else {
		take_object(p, reg, t);
	}
}

/* A variable without a value against something: takes it when it can be told already. */
static void bind(struct plan *p, struct plan_side var, struct plan_side other)
{
	if (other.reg < 0 && !plan_ground(p, other.t)) {
		struct plan_pair pair = {var, other};
		plan_push(p, p->later, pair);
		return;
	}
	uint16_t r = other.reg >= 0 ? (uint16_t)other.reg : plan_term(p, other.t);
	if (!wildcard(var.t))
		plan_bind(p, var.t->name, r);
}

static const struct sw_rego_term *member(const struct sw_rego_term *o, const struct sw_rego_term *key)
{
	for (uint32_t i = 0; i + 1 < o->items.n; i += 2) {
		const struct sw_rego_term *k = o->items.v[i];
		if (k->kind != key->kind)
			continue;
		if (k->kind == SW_REGO_SCALAR ? sw_value_eq(k->value, key->value)
		    : k->kind == SW_REGO_VAR && sw_str_eq(k->name, key->name))
			return o->items.v[i + 1];
	}
	return NULL;
}

/* Two patterns, neither of which is a value yet. */
static void both_patterns(struct plan *p, const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	if (a->kind != b->kind || a->items.n != b->items.n) {
		mismatch(p);
		return;
	}
	if (a->kind == SW_REGO_ARRAY) {
		for (uint32_t i = 0; i < a->items.n && !p->err; i++)
			unify(p, side_term(a->items.v[i]), side_term(b->items.v[i]));
		return;
	}
	if (a->kind != SW_REGO_OBJECT) {
		plan_fail(p, -SW_EINVALID, "a set with unbound variables");
		return;
	}
	for (uint32_t i = 0; i + 1 < a->items.n && !p->err; i += 2) {
		const struct sw_rego_term *v = member(b, a->items.v[i]);
		if (!v) {
			mismatch(p);
			return;
		}
		unify(p, side_term(a->items.v[i + 1]), side_term(v));
	}
}

/* References and comprehensions become values; `other` may tell which value a loop looks for. */
static void evaluate(struct plan *p, struct plan_side *s, struct plan_side other)
{
	if (s->reg >= 0)
		return;
	if (s->t->kind == SW_REGO_VAR) {
		s->reg = plan_var(p, s->t->name);
	} else if (s->t->kind == SW_REGO_REF) {
		int32_t want = other.reg;
		if (want < 0 && other.t && !evaluated(other.t) && plan_ground(p, other.t))
			want = plan_term(p, other.t);
		s->reg = plan_ref(p, s->t, want);
	} else if (evaluated(s->t)) {
		s->reg = plan_term(p, s->t);
	}
}

static bool closure(const struct sw_rego_term *t)
{
	return t->kind >= SW_REGO_ARRAY_COMP && t->kind <= SW_REGO_OBJECT_COMP;
}

/* A comprehension is not evaluated for a value that it cannot be equal to. */
static void foresee(struct plan *p, struct plan_side value, const struct sw_rego_term *t)
{
	enum sw_type type = t->kind == SW_REGO_ARRAY_COMP ? SW_ARRAY
			    : t->kind == SW_REGO_SET_COMP ? SW_SET : SW_OBJECT;
	if (value.reg < 0 && value.t->kind == SW_REGO_SCALAR)
		plan_jump(p, p->fail);
	else if (value.reg >= 0)
		plan_cold(p, COLD_MAY_BE, (uint32_t)value.reg, 0, type);
}

static void unify(struct plan *p, struct plan_side a, struct plan_side b)
{
	if (++p->depth > PLAN_DEPTH)
		plan_fail(p, -SW_ELIMIT, "a term is nested too deep");
	if (p->err)
		return;
	bool late = a.reg < 0 && closure(a.t) && b.reg < 0 && b.t->kind == SW_REGO_REF;
	if (late) { /* as OPA: the reference first, then the comprehension it is compared with */
		struct plan_side c = a;
		a = b;
		b = c;
	}
	evaluate(p, &a, b);
	if (b.reg < 0 && closure(b.t))
		foresee(p, a, b.t);
	evaluate(p, &b, a);
	if (a.reg < 0 && a.t->kind == SW_REGO_VAR) /* b's loops may have bound it */
		a.reg = plan_var(p, a.t->name);
	if (a.reg >= 0 && b.reg >= 0)
		plan_emit(p, OP_EQ, (uint32_t)a.reg, (uint32_t)b.reg, 0, 0);
	else if (unbound(p, a))
		bind(p, a, b);
	else if (unbound(p, b))
		bind(p, b, a);
	else if (a.reg >= 0)
		take(p, (uint16_t)a.reg, b.t);
	else if (b.reg >= 0)
		take(p, (uint16_t)b.reg, a.t);
	else if (plan_ground(p, a.t))
		take(p, plan_term(p, a.t), b.t);
	else if (plan_ground(p, b.t))
		take(p, plan_term(p, b.t), a.t);
	else if (composite(a.t) && composite(b.t))
		both_patterns(p, a.t, b.t);
	else
		mismatch(p);
	p->depth--;
}

/* Pairs that had to wait, until none of them moves any more. */
static void settle(struct plan *p, uint32_t from)
{
	while (p->later.n > from && !p->err) {
		uint32_t n = p->later.n - from;
		struct plan_pair *copy = sw_arena_new_array(p->a, n, struct plan_pair);
		if (!copy) {
			plan_fail(p, -SW_ELIMIT, "the engine's memory budget is spent");
			return;
		}
		memcpy(copy, p->later.v + from, n * sizeof(*copy));
		p->later.n = from;
		for (uint32_t i = 0; i < n; i++)
			unify(p, copy[i].a, copy[i].b);
		if (p->later.n - from >= n)
			plan_fail(p, -SW_EINVALID, "a variable is used before it has a value");
	}
}

void plan_unify(struct plan *p, const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	uint32_t from = p->later.n;
	unify(p, side_term(a), side_term(b));
	settle(p, from);
}

void plan_unify_reg(struct plan *p, uint16_t reg, const struct sw_rego_term *t)
{
	uint32_t from = p->later.n;
	unify(p, side_reg(reg), side_term(t));
	settle(p, from);
}
