/* SPDX-License-Identifier: Apache-2.0 */
/* Terms to registers. */
#include "rego/plan/plan.h"

/* The value of a term without variables, refs and closures; SW_UNDEF when it is not that. */
struct sw_value plan_static(struct plan *p, const struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_SCALAR)
		return t->value;
	if (t->kind != SW_REGO_ARRAY && t->kind != SW_REGO_SET && t->kind != SW_REGO_OBJECT)
		return sw_undef();
	return sw_rego_term_value(p->a, t);
}

/* Are all variables of a term bound here? Recursion: bounded by the parser's depth. */
bool plan_ground(const struct plan *p, const struct sw_rego_term *t)
{
	switch (t->kind) {
	case SW_REGO_VAR:
		return plan_var(p, t->name) >= 0;
	case SW_REGO_ARRAY:
	case SW_REGO_SET:
	case SW_REGO_OBJECT:
		for (uint32_t i = 0; i < t->items.n; i++)
			if (!plan_ground(p, t->items.v[i]))
				return false;
		return true;
	default:
		return true;
	}
}

void plan_into(struct plan *p, const struct sw_rego_term *t, uint16_t dst)
{
	struct sw_value v = plan_static(p, t);
	if (sw_defined(v)) {
		plan_emit(p, OP_MOVK, dst, 0, 0, plan_constant(p, v));
		return;
	}
	plan_emit(p, OP_MOV, dst, plan_term(p, t), 0, 0);
}

static uint16_t composite(struct plan *p, const struct sw_rego_term *t)
{
	struct sw_value v = plan_static(p, t);
	if (sw_defined(v))
		return plan_value(p, v);
	/* Parts first: they may open loops and take registers. */
	uint16_t base = plan_regs(p, t->items.n), dst = plan_reg(p);
	for (uint32_t i = 0; i < t->items.n && !p->err; i++)
		plan_into(p, t->items.v[i], (uint16_t)(base + i));
	if (t->kind == SW_REGO_ARRAY)
		plan_emit(p, OP_MKARR, dst, base, t->items.n, 0);
	else if (t->kind == SW_REGO_SET)
		plan_cold(p, COLD_MKSET, dst, base, t->items.n);
	else
		plan_cold(p, COLD_MKOBJ, dst, base, t->items.n / 2);
	return dst;
}

static uint16_t comprehension(struct plan *p, const struct sw_rego_term *t)
{
	uint16_t mark = plan_reg(p), dst = plan_reg(p);
	plan_emit(p, OP_OPEN, mark, 0, 0, 0);
	struct plan_mark m = plan_open(p);
	uint32_t seal = plan_label(p), loc = p->loc;
	p->fail = seal;
	plan_body(p, &t->body);
	if (t->kind == SW_REGO_OBJECT_COMP) {
		uint16_t k = plan_term(p, t->items.v[0]), v = plan_term(p, t->items.v[1]);
		plan_emit(p, OP_ADD2, k, v, 0, 0);
	} else {
		plan_emit(p, OP_ADD1, plan_term(p, t->items.v[0]), 0, 0, 0);
	}
	if (p->fail != seal) /* more solutions */
		plan_jump(p, p->fail);
	plan_close(p, m);
	plan_here(p, seal);
	p->loc = t->kind == SW_REGO_OBJECT_COMP ? plan_location(p, &t->items.v[0]->loc) : loc;
	plan_emit(p, OP_SEAL, dst, mark,
		t->kind == SW_REGO_ARRAY_COMP ? SW_ARRAY
		: t->kind == SW_REGO_SET_COMP ? SW_SET : SW_OBJECT, 0);
	p->loc = loc;
	return dst;
}

/* A register that holds the term's value; may open loops. */
uint16_t plan_term(struct plan *p, const struct sw_rego_term *t)
{
	uint16_t r = 0;
	if (++p->depth > PLAN_DEPTH)
		plan_fail(p, -SW_ELIMIT, "a term is nested too deep");
	if (p->err)
		return 0;
	switch (t->kind) {
	case SW_REGO_SCALAR:
		r = plan_value(p, t->value);
		break;
	case SW_REGO_VAR:
		if (plan_var(p, t->name) < 0)
			plan_fail(p, -SW_EINVALID, "a variable is used before it has a value");
		else
			r = (uint16_t)plan_var(p, t->name);
		break;
	case SW_REGO_REF:
		r = plan_ref(p, t, -1);
		break;
	case SW_REGO_ARRAY:
	case SW_REGO_SET:
	case SW_REGO_OBJECT:
		r = composite(p, t);
		break;
	case SW_REGO_ARRAY_COMP:
	case SW_REGO_SET_COMP:
	case SW_REGO_OBJECT_COMP:
		r = comprehension(p, t);
		break;
	default:
		plan_fail(p, -SW_EINVALID, "a call or template string was left inside a term");
	}
	p->depth--;
	return r;
}
