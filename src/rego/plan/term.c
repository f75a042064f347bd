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

/* The keys of an object in order, when all are constant strings and no two the same; else SW_UNDEF. */
static struct sw_value constant_keys(struct plan *p, const struct sw_rego_term *t)
{
	struct sw_list l;
	sw_list_init(&l, p->a);
	for (uint32_t i = 0; i < t->items.n; i += 2) {
		const struct sw_rego_term *k = t->items.v[i];
		if (k->kind != SW_REGO_SCALAR || k->value.type != SW_STRING ||
			sw_list_add(&l, k->value) < 0)
			return sw_undef();
	}
	uint32_t n = sw_values_sort_unique(l.v, l.n);
	return n && n == l.n ? sw_array_from(p->a, l.v, n) : sw_undef();
}

/* The keys need no instructions, and no sorting whenever the object is made. */
static uint16_t constant_object(
	struct plan *p, const struct sw_rego_term *t, struct sw_value keys)
{
	uint16_t base = plan_regs(p, keys.n), dst = plan_reg(p);
	for (uint32_t i = 0; i < t->items.n && !p->err; i += 2) {
		uint32_t at = 0;
		while (!sw_value_eq(keys.u.a->v[at], t->items.v[i]->value))
			at++;
		plan_into(p, t->items.v[i + 1], (uint16_t)(base + at));
	}
	plan_cold(p, COLD_MKOBJK, dst, base, plan_constant(p, keys));
	return dst;
}

static uint16_t composite(struct plan *p, const struct sw_rego_term *t)
{
	struct sw_value v = plan_static(p, t);
	if (sw_defined(v))
		return plan_value(p, v);
	v = t->kind == SW_REGO_OBJECT ? constant_keys(p, t) : sw_undef();
	if (sw_defined(v))
		return constant_object(p, t, v);
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

static enum sw_type result_type(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_ARRAY_COMP ? SW_ARRAY : t->kind == SW_REGO_SET_COMP ? SW_SET : SW_OBJECT;
}

/* The solutions of a comprehension's body; what is collected of each: the keys, then the head. NULL: no keys. */
static void solutions(struct plan *p, const struct sw_rego_term *t, const struct sw_rego_grouping *g)
{
	const struct sw_rego_body *body = g ? &g->body : &t->body;
	struct plan_mark m = plan_open(p);
	uint32_t seal = plan_label(p), floor = p->vars_floor;
	p->fail = seal;
	if (g) /* an index is built for all bindings: none of them is seen */
		p->vars_floor = p->vars.n;
	plan_trace_body(p, SW_REGO_TRACE_ENTER, body, TRACE_WHOLE);
	plan_body(p, body);
	plan_trace_body(p, SW_REGO_TRACE_EXIT, body, TRACE_WHOLE);
	for (uint32_t i = 0; g && i < g->keys.n && !p->err; i++)
		plan_emit(p, OP_ADD1, plan_term(p, g->keys.v[i]), 0, 0, 0);
	if (t->kind == SW_REGO_OBJECT_COMP) {
		uint16_t k = plan_term(p, t->items.v[0]), v = plan_term(p, t->items.v[1]);
		plan_emit(p, OP_ADD2, k, v, 0, 0);
	} else {
		plan_emit(p, OP_ADD1, plan_term(p, t->items.v[0]), 0, 0, 0);
	}
	plan_trace_body(p, SW_REGO_TRACE_REDO, body, TRACE_WHOLE);
	if (p->fail != seal) /* more solutions */
		plan_jump(p, p->fail);
	p->vars_floor = floor;
	plan_close(p, m);
	plan_here(p, seal);
}

static uint16_t plain_comprehension(struct plan *p, const struct sw_rego_term *t)
{
	uint16_t mark = plan_reg(p), dst = plan_reg(p);
	plan_emit(p, OP_OPEN, mark, 0, 0, 0);
	uint32_t loc = p->loc;
	solutions(p, t, NULL);
	if (t->kind == SW_REGO_OBJECT_COMP)
		p->loc = plan_location(p, &t->items.v[0]->loc);
	plan_emit(p, OP_SEAL, dst, mark, result_type(t), 0);
	p->loc = loc;
	return dst;
}

/* The value of which the group is wanted; a member that is not there is undefined, of which there is no group. */
static void wanted(struct plan *p, const struct sw_rego_term *from, uint16_t dst)
{
	uint32_t none = plan_label(p), fail = p->fail;
	if (from->kind != SW_REGO_REF) {
		plan_into(p, from, dst);
		return;
	}
	plan_emit(p, OP_UNDEF, dst, 0, 0, 0);
	p->fail = none;
	plan_into(p, from, dst);
	plan_here(p, none);
	p->fail = fail;
}

/* Grouped by the values of the keys on first use, then looked up. */
static uint16_t indexed_comprehension(
	struct plan *p, const struct sw_rego_term *t, const struct sw_rego_grouping *g)
{
	uint16_t mark = plan_reg(p), dst = plan_reg(p), base = plan_regs(p, g->keys.n);
	uint32_t build = plan_label(p), done = plan_label(p), saved = p->fail;
	struct vm_cindex ci = {p->c->cindexes.n, g->keys.n, (uint8_t)result_type(t), p->loc};
	plan_push(p, p->c->cindexes, ci);
	uint32_t x = p->c->cindexes.n - 1;
	for (uint32_t i = 0; i < g->from.n; i++)
		wanted(p, g->from.v[i], (uint16_t)(base + i));
	p->fail = build;
	plan_cold(p, COLD_CINDEX, dst, base, x);
	plan_jump(p, done);
	plan_here(p, build);
	plan_emit(p, OP_OPEN, mark, 0, 0, 0);
	solutions(p, t, g);
	plan_cold(p, COLD_CBUILD, dst, mark, x);
	plan_cold(p, COLD_CINDEX, dst, base, x);
	plan_here(p, done);
	p->fail = saved;
	return dst;
}

/* Does a head use a variable of the enclosing body that is no key? An index would not see its value. */
static bool sees_more(const struct plan *p, const struct sw_rego_term *t, const struct sw_rego_terms *keys)
{
	if (t->kind == SW_REGO_VAR) {
		for (uint32_t i = 0; i < keys->n; i++)
			if (sw_str_eq(keys->v[i]->name, t->name))
				return false;
		return plan_var(p, t->name) >= 0;
	}
	if (t->kind != SW_REGO_ARRAY && t->kind != SW_REGO_SET && t->kind != SW_REGO_OBJECT)
		return false;
	for (uint32_t i = 0; i < t->items.n; i++)
		if (sees_more(p, t->items.v[i], keys))
			return true;
	return false;
}

static bool bound_here(const struct plan *p, const struct sw_rego_term *from)
{
	for (uint32_t i = 0; from->kind == SW_REGO_REF && i < from->items.n; i++)
		if (!plan_ground(p, from->items.v[i]))
			return false;
	return plan_ground(p, from);
}

/* How the results are grouped, when that can be done here. */
static bool grouping(const struct plan *p, const struct sw_rego_term *t, struct sw_rego_grouping *ret)
{
	const struct sw_rego_engine_opts *o = &p->e->opts;
	const struct sw_rego_terms *keys = sw_rego_comprehension_keys(p->e->program, t);
	const struct sw_rego_grouping *g = sw_rego_comprehension_grouping(t);
	if (o->no_index)
		return false;
	if (keys && keys->n)
		*ret = (struct sw_rego_grouping){*keys, *keys, t->body};
	else if (g && !o->strict_errors && !o->coverage && !o->trace)
		*ret = *g;
	else
		return false;
	for (uint32_t i = 0; i < ret->from.n; i++)
		if (!bound_here(p, ret->from.v[i]))
			return false;
	for (uint32_t i = 0; i < t->items.n; i++)
		if (sees_more(p, t->items.v[i], &ret->keys))
			return false;
	return true;
}

static uint16_t comprehension(struct plan *p, const struct sw_rego_term *t)
{
	struct sw_rego_grouping g;
	return grouping(p, t, &g) ? indexed_comprehension(p, t, &g) : plain_comprehension(p, t);
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
