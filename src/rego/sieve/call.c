/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of builtins: folded when all operands are constants, else a node. */
#include "base/re2.h"
#include "rego/parse.h"
#include "rego/sieve/impl.h"

static const struct sw_builtin *find_builtin(const struct sv *c, const struct sw_rego_term *ref)
{
	char name[256];
	struct sw_str s;
	if (!sw_rego_ref_name(ref, name, sizeof(name), &s))
		return NULL;
	const struct sw_builtin *b = sw_builtin_find(s);
	const struct sw_rego_caps *caps = c->e->opts.compile.caps;
	return caps && sw_rego_caps_find(caps, s) && sw_rego_caps_find(caps, s) != b ? NULL : b;
}

static void unify_result(struct sv *c, const struct sv_goal *g)
{
	if (sv_unify(c, (struct sv_side){.o = g->cell}, g->b))
		sv_solve(c, g->next);
}

bool sv_is_result(const struct sv_goal *g)
{
	return g->run == unify_result;
}

/* What is done with the value of a call: it is the last operand, or must not be false. */
static struct sv_goal *result(struct sv *c, const struct sw_rego_expr *e, uint32_t arity, uint32_t scope,
	const struct sv_goal *next)
{
	bool named = e->terms.n == arity + 2;
	struct sv_goal *g = sv_goal(c, named ? unify_result : sv_truth, next);
	g->cell = sv_cell(c);
	if (named)
		g->b = (struct sv_side){e->terms.v[arity + 1], scope, NULL};
	return g;
}

/* ---- comparisons ---- */

static enum sv_op comparison(const struct sw_builtin *b, bool *ret_swap)
{
	static const struct {
		const char *name;
		enum sv_op op;
		bool swap;
	} ops[] = {{"equal", SV_EQ, false}, {"neq", SV_NE, false}, {"lt", SV_LT, false}, {"lte", SV_LE, false},
		{"gt", SV_LT, true}, {"gte", SV_LE, true}};
	for (size_t i = 0; b->infix && i < SW_ARRAY_LEN(ops); i++)
		if (strcmp(b->name, ops[i].name) == 0) {
			*ret_swap = ops[i].swap;
			return ops[i].op;
		}
	return SV_ROOT;
}

static void compare(struct sv *c, enum sv_op op, const struct sv_opnd *a, const struct sv_opnd *b,
	const struct sv_goal *next)
{
	struct sw_value x = sv_value(c, a), y = sv_value(c, b);
	if (sw_defined(x) && sw_defined(y)) {
		int cmp = sw_value_cmp(x, y);
		if (op == SV_EQ ? cmp == 0 : op == SV_NE ? cmp != 0 : op == SV_LT ? cmp < 0 : cmp <= 0)
			sv_solve(c, next);
		return;
	}
	uint16_t ra = sv_ref(c, a), rb = sv_ref(c, b);
	sv_test(c, (struct sv_node){.op = (uint8_t)op, .a = ra, .b = rb});
	sv_solve(c, next);
}

/* ---- builtins ---- */

static bool pure(const struct sw_builtin *b)
{
	return b->fn && !(b->flags & (SW_BUILTIN_NONDETERMINISTIC | SW_BUILTIN_NO_CONST | SW_BUILTIN_RELATION)) &&
	       strcmp(b->name, "internal.print") != 0 && strcmp(b->name, "internal.test_case") != 0;
}

/* Builtins that make messages: outermost, what they make decides nothing. */
static bool makes_text(const struct sw_builtin *b)
{
	return strcmp(b->name, "sprintf") == 0 || strcmp(b->name, "concat") == 0 ||
	       strcmp(b->name, "json.marshal") == 0 || strcmp(b->name, "format_int") == 0;
}

static bool all_constant(const struct sv *c, const struct sv_opnd *args, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!sw_defined(sv_value(c, &args[i])))
			return false;
	return true;
}

/* 1: *ret is the value; 0: it has none; negative: it must be left for later. */
static int fold(struct sv *c, const struct sw_builtin *b, const struct sv_opnd *args, uint32_t n,
	struct sv_opnd *ret)
{
	struct sw_value in[SV_ARGS], v = sw_undef();
	struct sw_builtin_ctx *bc = &c->s->bc;
	for (uint32_t i = 0; i < n; i++)
		in[i] = sv_value(c, &args[i]);
	c->s->budget = SV_STEPS;
	bc->err_code = NULL;
	int r = b->fn(bc, in, n, &v);
	if (r < 0 && (r == -SW_ELIMIT || r == -SW_ECANCELLED || r == -SW_ECONFLICT || !bc->err_code ||
			     (strcmp(bc->err_code, SW_BUILTIN_ERROR) && strcmp(bc->err_code, SW_BUILTIN_TYPE_ERROR))))
		return -1;
	v = r < 0 ? sw_undef() : sw_value_copy(c->a, v);
	sw_arena_reset(bc->arena);
	sw_arena_reset(bc->scratch);
	if (sw_defined(v))
		*ret = sv_k(c, v);
	return sw_defined(v);
}

static uint32_t tested_types(const struct sw_builtin *b)
{
	static const struct {
		const char *name;
		enum sw_type type;
	} tests[] = {{"is_array", SW_ARRAY}, {"is_boolean", SW_BOOL}, {"is_null", SW_NULL}, {"is_number", SW_NUMBER},
		{"is_object", SW_OBJECT}, {"is_set", SW_SET}, {"is_string", SW_STRING}};
	for (size_t i = 0; i < SW_ARRAY_LEN(tests); i++)
		if (strcmp(b->name, tests[i].name) == 0)
			return (uint32_t)1 << tests[i].type;
	return 0;
}

/* Members of the input and other composites are looked up now, look-ups by constant names have a node. */
static bool object_get(struct sv *c, const struct sv_opnd *args, struct sv_opnd *ret)
{
	struct sw_value key = sv_value(c, &args[1]);
	if (args[0].kind == SV_O_OBJECT && sw_defined(key) && key.type != SW_ARRAY) {
		if (!sv_step(c, &args[0], &args[1], ret))
			*ret = args[2];
		return true;
	}
	if (key.type == SW_STRING) {
		struct sw_list l;
		sw_list_init(&l, c->a);
		sw_list_add(&l, key);
		key = sw_list_array(&l);
	}
	if (args[0].kind != SV_O_REF || args[0].ref & SV_K || key.type != SW_ARRAY || !key.n)
		return false;
	sw_array_foreach (k, key)
		if (k->type != SW_STRING)
			return false;
	struct sv_node n = {.op = SV_OBJGET, .a = args[0].ref, .x = sv_constant(c, key) & (uint32_t)~SV_K};
	n.b = sv_ref(c, &args[2]);
	*ret = sv_slot(sv_compute(c, n, 1));
	return true;
}

static struct sv_opnd call_node(struct sv *c, const struct sw_builtin *b, const struct sv_opnd *args, uint32_t n)
{
	uint16_t refs[SV_ARGS];
	for (uint32_t i = 0; i < n; i++)
		refs[i] = sv_ref(c, &args[i]);
	if (strcmp(b->name, "count") == 0)
		return sv_slot(sv_compute(c, (struct sv_node){.op = SV_COUNT, .a = refs[0], .builtin = b}, 1));
	return sv_slot(sv_compute(
		c, (struct sv_node){.op = SV_BUILTIN, .n_args = (uint8_t)n, .args = refs, .builtin = b}, 1));
}

static void builtin_value(struct sv *c, const struct sw_builtin *b, const struct sv_opnd *args, uint32_t n,
	const struct sv_goal *out)
{
	bool get = strcmp(b->name, "object.get") == 0;
	if (all_constant(c, args, n)) {
		int r = fold(c, b, args, n, out->cell);
		if (r < 0)
			sv_give_up(c);
		else if (r)
			sv_solve(c, out);
		return;
	}
	if (strcmp(b->name, "count") == 0 && args[0].kind != SV_O_REF)
		*out->cell = sv_k(c, sw_int(args[0].kind == SV_O_ARRAY ? args[0].n : args[0].n / 2));
	else if (!get || !object_get(c, args, out->cell))
		*out->cell = call_node(c, b, args, n);
	sv_solve(c, out);
}

static bool test_type(struct sv *c, uint32_t types, const struct sv_opnd *o)
{
	struct sw_value v = sv_value(c, o);
	uint32_t type = sw_defined(v) ? v.type : o->kind == SV_O_ARRAY ? SW_ARRAY : SW_OBJECT;
	if (sw_defined(v) || o->kind != SV_O_REF)
		return types >> type & 1;
	sv_test(c, (struct sv_node){.op = SV_IS, .a = o->ref, .x = types});
	return true;
}

static void call_builtin(struct sv *c, const struct sw_rego_expr *e, const struct sw_builtin *b, uint32_t scope,
	const struct sv_goal *next)
{
	struct sv_opnd args[SV_ARGS];
	uint32_t n = sw_builtin_arity(b);
	bool any = false, swap = false;
	if (!pure(b) || n > SV_ARGS || e->terms.n < n + 1 || c->e->plain_ops) {
		sv_give_up(c);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (!sv_resolve(c, e->terms.v[i + 1], scope, &args[i])) {
			sv_give_up(c);
			return;
		}
		any = any || sv_has_any(&args[i]);
	}
	struct sv_goal *out = result(c, e, n, scope, next);
	bool text = makes_text(b) && !c->nested && e->terms.n == n + 2;
	if (any && c->nested) {
		sv_give_up(c);
	} else if (any || text) {
		*out->cell = (struct sv_opnd){.kind = SV_O_ANY};
		sv_solve(c, out);
	} else if (e->terms.n == n + 1 && comparison(b, &swap)) {
		compare(c, comparison(b, &swap), &args[swap], &args[!swap], next);
	} else if (e->terms.n == n + 1 && tested_types(b)) {
		if (test_type(c, tested_types(b), &args[0]))
			sv_solve(c, next);
	} else {
		builtin_value(c, b, args, n, out);
	}
}

void sv_call(struct sv *c, const struct sw_rego_expr *e, uint32_t scope, const struct sv_goal *next)
{
	const struct sw_rego_term *op = e->terms.v[0];
	bool own = op->kind == SW_REGO_REF && op->items.n && op->items.v[0]->kind == SW_REGO_VAR &&
		   sw_str_is(op->items.v[0]->name, "data");
	const struct sw_builtin *b = own || op->kind != SW_REGO_REF ? NULL : find_builtin(c, op);
	if (b) {
		call_builtin(c, e, b, scope, next);
		return;
	}
	const struct sw_rego_node *node = own ? sw_rego_node_find(c->e->program, op) : NULL;
	struct sv_opnd args[SV_ARGS];
	uint32_t n = node && node->n_rules ? node->rules[0]->head->args.n : 0;
	bool ok = n && n <= SV_ARGS && e->terms.n > n && node->rules[0]->kind == SW_REGO_FUNCTION && !node->n_children;
	for (uint32_t i = 0; ok && i < n; i++)
		ok = sv_resolve(c, e->terms.v[i + 1], scope, &args[i]);
	if (!ok) {
		sv_give_up(c);
		return;
	}
	struct sv_goal *out = result(c, e, n, scope, next);
	sv_apply(c, node, args, n, out->cell, out);
}
