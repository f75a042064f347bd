/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of builtins and functions. */
#include "base/cleanup.h"
#include "rego/plan/plan.h"

/* What an operator names: a builtin, or NULL and a function (VM_NONE when there is no such). */
const struct sw_builtin *plan_operator(
	struct plan *p, const struct sw_rego_term *ref, uint32_t *ret_fn)
{
	*ret_fn = VM_NONE;
	if (plan_is_data(ref)) {
		const struct sw_rego_node *n = sw_rego_node_find(p->e->program, ref);
		if (n && n->n_rules)
			*ret_fn = (uint32_t)(uintptr_t)n->plan - 1;
		return NULL;
	}
	char name[256];
	struct sw_str s;
	if (!sw_rego_ref_name(ref, name, sizeof(name), &s))
		return NULL;
	const struct sw_rego_caps *caps = p->e->opts.compile.caps;
	const struct sw_builtin *b = caps ? sw_rego_caps_find(caps, s) : sw_builtin_find(s);
	return b ? b : sw_builtin_find(s);
}

/* The result of a call: unified with the last operand, or tested. */
static void result(struct plan *p, const struct sw_rego_expr *e, uint32_t arity, uint16_t r)
{
	if (e->terms.n == arity + 2)
		plan_unify_reg(p, r, e->terms.v[arity + 1]);
	else
		plan_emit(p, OP_TRUTH, r, 0, 0, 0);
}

static int comparison(const struct sw_builtin *b)
{
	static const char *const names[] = {
		[CMP_EQ] = "equal", [CMP_NE] = "neq", [CMP_LT] = "lt", [CMP_LE] = "lte",
		[CMP_GT] = "gt", [CMP_GE] = "gte"};
	if (!b->infix)
		return -1;
	for (int i = 0; i <= CMP_GE; i++)
		if (strcmp(b->name, names[i]) == 0)
			return i;
	return -1;
}

static void compare(struct plan *p, const struct sw_rego_expr *e, enum vm_cmp op)
{
	const struct sw_rego_term *tb = e->terms.v[2];
	uint16_t a = plan_term(p, e->terms.v[1]);
	if (e->terms.n == 3 && op == CMP_EQ && tb->kind == SW_REGO_SCALAR) {
		plan_emit(p, OP_EQK, a, 0, 0, plan_constant(p, tb->value));
		return;
	}
	uint16_t b = plan_term(p, tb);
	if (e->terms.n == 4) {
		uint16_t dst = plan_reg(p);
		plan_emit(p, OP_CMP, dst, a, b, op);
		result(p, e, 2, dst);
		return;
	}
	static const enum vm_op ops[] = {[CMP_EQ] = OP_EQ, [CMP_NE] = OP_NE, [CMP_LT] = OP_LT,
		[CMP_LE] = OP_LE, [CMP_GT] = OP_LT, [CMP_GE] = OP_LE};
	bool swap = op == CMP_GT || op == CMP_GE;
	plan_emit(p, ops[op], swap ? b : a, swap ? a : b, 0, 0);
}

static bool arithmetic(const struct sw_builtin *b)
{
	return strcmp(b->name, "plus") == 0 || strcmp(b->name, "minus") == 0 ||
	       strcmp(b->name, "mul") == 0;
}

static bool wildcard(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_VAR && t->name.n && t->name.p[0] == '$';
}

/*
 * walk(x, [path, value]): value by value. Most values are of no interest to what follows, so the path
 * is made where it is first used (plan_body), not for each of them.
 */
static void walk_pairs(struct plan *p, uint16_t src, const struct sw_rego_term *path,
	const struct sw_rego_term *value)
{
	uint16_t walker = plan_reg(p), val = plan_reg(p);
	plan_cold(p, COLD_WALKER, walker, src, 0);
	uint32_t next = plan_label(p);
	plan_here(p, next);
	plan_cold(p, COLD_WALKNEXT, walker, val, 0);
	p->fail = next;
	p->heavy = true;
	bool later = path->kind == SW_REGO_VAR && plan_var(p, path->name) < 0 &&
		     value->kind == SW_REGO_VAR && !sw_str_eq(path->name, value->name);
	if (later && !wildcard(path)) {
		struct plan_path w = {path->name, walker, plan_reg(p)};
		plan_push(p, p->paths, w);
	} else if (!later) {
		uint16_t reg = plan_reg(p);
		plan_cold(p, COLD_WALKPATH, walker, reg, 0);
		plan_unify_reg(p, reg, path);
	}
	plan_unify_reg(p, val, value);
}

static void walk(struct plan *p, const struct sw_rego_expr *e)
{
	uint16_t src = plan_term(p, e->terms.v[1]);
	const struct sw_rego_term *out = e->terms.n == 3 ? e->terms.v[2] : NULL;
	if (out && out->kind == SW_REGO_ARRAY && out->items.n == 2 && !p->e->opts.trace) {
		walk_pairs(p, src, out->items.v[0], out->items.v[1]);
		return;
	}
	uint16_t list = plan_reg(p), key;
	plan_cold(p, COLD_WALK, list, src, !out);
	uint16_t pair = plan_iterate(p, list, -1, &key);
	if (out)
		plan_unify_reg(p, pair, out);
}

/* Operands in consecutive registers. */
static uint16_t operands(struct plan *p, const struct sw_rego_expr *e, uint32_t n)
{
	uint16_t regs[8];
	for (uint32_t i = 0; i < n && i < 8; i++) {
		const struct sw_rego_term *t = e->terms.v[i + 1];
		regs[i] = sw_defined(plan_static(p, t)) ? 0 : plan_term(p, t);
	}
	uint16_t base = plan_regs(p, n ? n : 1);
	for (uint32_t i = 0; i < n; i++) {
		const struct sw_rego_term *t = e->terms.v[i + 1];
		if (i >= 8 || sw_defined(plan_static(p, t)))
			plan_into(p, t, (uint16_t)(base + i));
		else
			plan_emit(p, OP_MOV, (uint32_t)(base + i), regs[i], 0, 0);
	}
	return base;
}

/* The types that a builtin such as is_string tests for, as bits; 0: it is none. */
static uint32_t tested_types(const struct sw_builtin *b)
{
	static const struct {
		const char *name;
		enum sw_type type;
	} tests[] = {{"is_array", SW_ARRAY}, {"is_boolean", SW_BOOL}, {"is_null", SW_NULL},
		{"is_number", SW_NUMBER}, {"is_object", SW_OBJECT}, {"is_set", SW_SET},
		{"is_string", SW_STRING}};
	for (size_t i = 0; i < SW_ARRAY_LEN(tests); i++)
		if (strcmp(b->name, tests[i].name) == 0)
			return (uint32_t)1 << tests[i].type;
	return 0;
}

/* The path of an object.get() as an array of strings; SW_UNDEF: it is none, or not known yet. */
static struct sw_value string_path(struct plan *p, const struct sw_rego_term *t)
{
	struct sw_value v = plan_static(p, t);
	if (v.type == SW_STRING) {
		struct sw_list l;
		sw_list_init(&l, p->a);
		sw_list_add(&l, v);
		return sw_list_array(&l);
	}
	if (v.type != SW_ARRAY || !v.n)
		return sw_undef();
	sw_array_foreach (k, v)
		if (k->type != SW_STRING)
			return sw_undef();
	return v;
}

/* Calls with an instruction of their own. */
static bool short_cut(struct plan *p, const struct sw_rego_expr *e, const struct sw_builtin *b)
{
	if (b != sw_builtin_find(sw_str_from(b->name)))
		return false;
	uint32_t types = e->terms.n == 2 ? tested_types(b) : 0;
	if (types) {
		plan_emit(p, OP_IS, plan_term(p, e->terms.v[1]), 0, 0, types);
		return true;
	}
	if (strcmp(b->name, "count") == 0) {
		uint16_t src = plan_term(p, e->terms.v[1]), dst = plan_reg(p);
		plan_emit(p, OP_COUNT, dst, src, 0, plan_builtin(p, b));
		result(p, e, 1, dst);
		return true;
	}
	struct sw_value path = strcmp(b->name, "object.get") == 0
		? string_path(p, e->terms.v[2]) : sw_undef();
	if (!sw_defined(path))
		return false;
	uint16_t src = plan_term(p, e->terms.v[1]), other = plan_term(p, e->terms.v[3]);
	uint16_t dst = plan_reg(p);
	plan_emit(p, OP_GETPATH, dst, src, other, plan_constant(p, path));
	result(p, e, 3, dst);
	return true;
}

static void call_builtin(struct plan *p, const struct sw_rego_expr *e, const struct sw_builtin *b)
{
	uint32_t arity = sw_builtin_arity(b);
	int cmp = p->e->plain_ops ? -1 : comparison(b);
	if (e->terms.n < arity + 1) {
		plan_fail(p, -SW_EINVALID, "a builtin is called with too few operands");
		return;
	}
	if (cmp >= 0) {
		compare(p, e, (enum vm_cmp)cmp);
		return;
	}
	if (b->flags & SW_BUILTIN_RELATION) {
		walk(p, e);
		return;
	}
	if (p->e->opts.trace && strcmp(b->name, "trace") == 0)
		plan_cold(p, COLD_TRACE, SW_REGO_TRACE_NOTE, plan_term(p, e->terms.v[1]), p->loc);
	if (!p->e->plain_ops && short_cut(p, e, b))
		return;
	uint16_t dst;
	if (!p->e->plain_ops && arithmetic(b)) {
		uint16_t x = plan_term(p, e->terms.v[1]), y = plan_term(p, e->terms.v[2]);
		dst = plan_reg(p);
		plan_emit(p, OP_ARITH, dst, x, y, plan_builtin(p, b));
	} else {
		uint16_t base = operands(p, e, arity);
		dst = plan_reg(p);
		plan_emit(p, OP_CALLB, dst, base, arity, plan_builtin(p, b));
	}
	result(p, e, arity, dst);
}

static bool is_eq(const struct sw_builtin *b)
{
	return strcmp(b->name, "eq") == 0 || strcmp(b->name, "assign") == 0;
}

void plan_call(struct plan *p, const struct sw_rego_expr *e)
{
	uint32_t fn;
	const struct sw_builtin *b = plan_operator(p, e->terms.v[0], &fn);
	if (b && is_eq(b) && e->terms.n == 3) {
		plan_unify(p, e->terms.v[1], e->terms.v[2]);
	} else if (b && is_eq(b)) {
		compare(p, e, CMP_EQ);
	} else if (b) {
		call_builtin(p, e, b);
	} else if (fn == VM_NONE) {
		plan_jump(p, p->fail); /* an unknown function, where the compiler let it pass */
	} else {
		uint32_t arity = p->c->fns.v[fn].n_args;
		if (e->terms.n < arity + 1) {
			plan_fail(p, -SW_EINVALID, "a function is called with too few operands");
			return;
		}
		uint16_t base = operands(p, e, arity), dst = plan_reg(p);
		p->heavy = true;
		plan_emit(p, OP_CALL, dst, base, arity, fn);
		result(p, e, arity, dst);
	}
}
