/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that need neither input nor data have the same value in every evaluation: they are evaluated once,
 * when the engine is compiled. Constant tables written as comprehensions or helper rules cost nothing later.
 */
#include "rego/plan/plan.h"

enum { UNKNOWN, VISITING, PURE, IMPURE };
enum { FOLD_STEPS = 1000000, FOLD_MEMORY = 64 << 20 };

struct fold {
	struct sw_rego_engine *e;
	uint8_t *state;
	uint32_t *end; /* of each function's code */
};

static bool pure(struct fold *f, uint32_t fn);

static bool pure_builtin(const struct sw_builtin *b)
{
	return b->fn && !(b->flags & (SW_BUILTIN_NONDETERMINISTIC | SW_BUILTIN_NO_CONST));
}

static bool pure_ins(struct fold *f, const struct vm_ins *i)
{
	const struct vm_code *c = &f->e->code;
	switch ((enum vm_op)i->op) {
	case OP_INPUT:
	case OP_DATA:
		return false;
	case OP_CALLB:
	case OP_ARITH:
		return pure_builtin(c->builtins.v[i->x]);
	case OP_CALL:
	case OP_RULE:
		return pure(f, i->x);
	case OP_COLD:
		return i->c == COLD_MKSET || i->c == COLD_MKOBJ || i->c == COLD_MKOBJK ||
		       i->c == COLD_REFADD ||
		       i->c == COLD_REFSEAL || i->c == COLD_WALK || i->c == COLD_WALKER ||
		       i->c == COLD_WALKNEXT || i->c == COLD_WALKPATH || i->c == COLD_CINDEX ||
		       i->c == COLD_CBUILD || i->c == COLD_MAY_BE;
	default:
		return true;
	}
}

/* Recursion: the depth of the call graph, which has no cycles. */
static bool pure(struct fold *f, uint32_t fn)
{
	if (f->state[fn] == UNKNOWN) {
		f->state[fn] = VISITING;
		bool ok = true;
		const struct vm_code *c = &f->e->code;
		for (uint32_t i = c->fns.v[fn].start; ok && i < f->end[fn]; i++)
			ok = pure_ins(f, &c->ins.v[i]);
		f->state[fn] = ok ? PURE : IMPURE;
	}
	return f->state[fn] == PURE;
}

static void fold_one(struct sw_rego_engine *e, struct sw_rego_eval *vm, uint32_t fn)
{
	struct sw_value v = sw_undef();
	sw_rego_eval_begin(vm, &(struct sw_rego_eval_input){.now_ns = 1, .seed = 1});
	if (vm_rule(vm, fn, vm->stack, &v) == 0 && !vm->n_builtin_errs) {
		v = sw_value_copy(&e->arena, v);
		if (!e->arena.overflow) {
			e->code.fns.v[fn].constant = v;
			e->code.fns.v[fn].flags |= FN_CONST;
		}
	}
	sw_rego_eval_end(vm);
}

void plan_fold(struct sw_rego_engine *e)
{
	uint32_t n = e->code.fns.n;
	struct fold f = {e, sw_arena_zalloc(&e->arena, n + 1),
		sw_arena_new_array(&e->arena, n, uint32_t)};
	if (!f.state || !f.end || e->opts.coverage || e->opts.trace || !n)
		return;
	for (uint32_t i = 0; i < n; i++) /* planned in order, one behind the other */
		f.end[i] = i + 1 < n ? e->code.fns.v[i + 1].start : e->code.ins.n;
	struct sw_rego_eval *vm = NULL;
	for (uint32_t i = 0; i < n; i++) {
		if (e->code.fns.v[i].flags & FN_FUNCTION || !pure(&f, i))
			continue;
		if (!vm)
			vm = sw_rego_eval_new(e, &(struct sw_rego_eval_opts){
				.limits = {.steps = FOLD_STEPS, .memory = FOLD_MEMORY}});
		fold_one(e, vm, i);
	}
	sw_rego_eval_free(vm);
}
