/* SPDX-License-Identifier: Apache-2.0 */
/* The interpreter loop: direct threaded, one dispatch per instruction. */
#include "rego/vm/vm.h"

#define unlikely(x) __builtin_expect(!!(x), 0)
#define likely(x) __builtin_expect(!!(x), 1)

/* object.get() of a path of strings. False: the builtin has to say what is wrong. */
static inline bool get_path(struct sw_value o, struct sw_value path, struct sw_value fallback,
	struct sw_value *ret)
{
	if (unlikely(o.type != SW_OBJECT))
		return false;
	for (uint32_t i = 0; i < path.n && sw_defined(o); i++)
		o = o.type == SW_OBJECT ? sw_object_get(o, path.u.a->v[i]) : vm_get(o, path.u.a->v[i]);
	*ret = sw_defined(o) ? o : fallback;
	return true;
}

static inline bool fast_eq(struct sw_value a, struct sw_value b)
{
	if (a.type != b.type)
		return false;
	if (a.type == SW_STRING)
		return sw_value_str_eq(a, b);
	if (a.type == SW_BOOL)
		return a.u.b == b.u.b;
	return sw_value_eq(a, b);
}

static bool compare(enum vm_cmp op, struct sw_value a, struct sw_value b)
{
	if (op == CMP_EQ || op == CMP_NE)
		return fast_eq(a, b) == (op == CMP_EQ);
	int c = sw_value_cmp(a, b);
	return op == CMP_LT ? c < 0 : op == CMP_LE ? c <= 0 : op == CMP_GT ? c > 0 : c >= 0;
}

static inline bool iter_start(struct sw_value *it, struct sw_value v)
{
	it[0] = v;
	it[1].u.i = 0;
	return v.type >= SW_ARRAY && v.type <= SW_SET;
}

/* Only elements equal to `want` matter: a set is asked instead of walked. */
static bool iter_start_in(struct sw_value *it, struct sw_value v, struct sw_value want)
{
	if (v.type != SW_SET)
		return iter_start(it, v);
	uint32_t lo = 0, hi = v.n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = sw_value_cmp(v.u.a->v[mid], want);
		if (c == 0) {
			it[0] = v;
			it[0].n = mid + 1; /* the walk ends behind it */
			it[1].u.i = mid;
			return true;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

static inline bool iter_next(struct sw_value *it, struct sw_value *k, struct sw_value *v)
{
	int64_t at = it[1].u.i;
	if (at >= (int64_t)it[0].n)
		return false;
	it[1].u.i = at + 1;
	if (it[0].type == SW_ARRAY) {
		*v = it[0].u.a->v[at];
		*k = sw_int(at);
	} else if (it[0].type == SW_OBJECT) {
		*v = it[0].u.o->m[at].v;
		*k = it[0].u.o->m[at].k;
	} else {
		*v = *k = it[0].u.a->v[at];
	}
	return true;
}

/* + - * on small integers. False: the builtin has to do it. */
static inline bool fast_arith(const struct sw_builtin *b, struct sw_value x, struct sw_value y,
	struct sw_value *ret)
{
	int64_t r;
	if (x.type != SW_NUMBER || y.type != SW_NUMBER || x.repr != SW_NUM_INT ||
		y.repr != SW_NUM_INT)
		return false;
	if ((b->infix[0] == '+' && !__builtin_add_overflow(x.u.i, y.u.i, &r)) ||
		(b->infix[0] == '-' && !__builtin_sub_overflow(x.u.i, y.u.i, &r)) ||
		(b->infix[0] == '*' && !__builtin_mul_overflow(x.u.i, y.u.i, &r))) {
		*ret = sw_int(r);
		return true;
	}
	return false;
}

/* The outcome of an instruction that calls something: negative ends the evaluation, undefined fails. */
#define OUTCOME(call)                                                                              \
	do {                                                                                       \
		int r_ = (call);                                                                   \
		if (unlikely(r_ < 0))                                                              \
			return vm_up(vm, i, r_);                                                                 \
		if (!sw_defined(R[i->a]))                                                          \
			FAIL();                                                                    \
		NEXT();                                                                            \
	} while (0)

#define NEXT()                                                                                     \
	do {                                                                                       \
		i++;                                                                               \
		goto *labels[i->op];                                                               \
	} while (0)
#define FAIL()                                                                                     \
	do {                                                                                       \
		i = code + i->f;                                                                   \
		goto *labels[i->op];                                                               \
	} while (0)
#define TEST(cond)                                                                                 \
	do {                                                                                       \
		if (cond)                                                                          \
			NEXT();                                                                    \
		FAIL();                                                                            \
	} while (0)
/* clang-format off */
#define LABEL(op) [op] = &&L_##op

int vm_run(struct sw_rego_eval *vm, uint32_t fn, struct sw_value *R, struct sw_value *ret)
{
	static const void *const labels[OP__COUNT] = {
		LABEL(OP_MOVK), LABEL(OP_MOV), LABEL(OP_UNDEF), LABEL(OP_INPUT), LABEL(OP_DATA),
		LABEL(OP_GETK), LABEL(OP_GETPATH), LABEL(OP_GET), LABEL(OP_EQ), LABEL(OP_EQK), LABEL(OP_NE), LABEL(OP_LT),
		LABEL(OP_LE), LABEL(OP_CMP), LABEL(OP_TRUTH), LABEL(OP_DEFINED), LABEL(OP_IS), LABEL(OP_COUNT), LABEL(OP_ARRAY_N),
		LABEL(OP_OBJECT_N), LABEL(OP_JMP), LABEL(OP_ITER), LABEL(OP_ITER_IN), LABEL(OP_NEXT),
		LABEL(OP_OPEN), LABEL(OP_ADD1), LABEL(OP_ADD2), LABEL(OP_SEAL), LABEL(OP_CALLB),
		LABEL(OP_ARITH), LABEL(OP_CALL), LABEL(OP_RULE), LABEL(OP_MKARR), LABEL(OP_ONCE),
		LABEL(OP_RET), LABEL(OP_COLD),
	};
	const struct vm_code *c = &vm->e->code;
	const struct vm_ins *code = c->ins.v, *i = code + c->fns.v[fn].start;
	const struct sw_value *K = c->k.v;
	uint8_t *hints = vm->hints;
	struct sw_value *frame = R + c->fns.v[fn].n_regs;
	int r;

	if (unlikely(frame > vm->stack_end || vm->depth >= vm->max_depth))
		return vm_limit(vm, "calls are nested too deep");
	goto *labels[i->op];

L_OP_MOVK:	R[i->a] = K[i->x]; NEXT();
L_OP_MOV:	R[i->a] = R[i->b]; NEXT();
L_OP_UNDEF:	R[i->a] = sw_undef(); NEXT();
L_OP_INPUT:	R[i->a] = vm->sc->input; TEST(sw_defined(R[i->a]));
L_OP_DATA:	R[i->a] = vm_base(vm, K[i->x], i->b); TEST(sw_defined(R[i->a]));
L_OP_GETK:	R[i->a] = vm_get_str(R[i->b], K[i->x], &hints[i - code]); TEST(sw_defined(R[i->a]));
L_OP_GETPATH:
	if (unlikely(--vm->steps <= vm->check_at) && (r = vm_tick(vm)) < 0)
		return r;
	if (likely(get_path(R[i->b], K[i->x], R[i->c], R + i->a)))
		NEXT();
	OUTCOME(vm_builtin(vm, sw_builtin_find(SW_STR("object.get")),
		(struct sw_value[]){R[i->b], K[i->x], R[i->c]}, 3, i, frame, R + i->a));
L_OP_GET:
	R[i->a] = vm_get(R[i->b], R[i->c]);
	if (unlikely(!sw_defined(R[i->a]) && i->x))
		R[i->a] = vm_get_text(R[i->b], R[i->c]);
	TEST(sw_defined(R[i->a]));
L_OP_EQ:	TEST(fast_eq(R[i->a], R[i->b]));
L_OP_EQK:	TEST(fast_eq(R[i->a], K[i->x]));
L_OP_NE:	TEST(!fast_eq(R[i->a], R[i->b]));
L_OP_LT:	TEST(compare(CMP_LT, R[i->a], R[i->b]));
L_OP_LE:	TEST(compare(CMP_LE, R[i->a], R[i->b]));
L_OP_CMP:	R[i->a] = sw_bool(compare((enum vm_cmp)i->x, R[i->b], R[i->c])); NEXT();
L_OP_TRUTH:	TEST(!sw_is_false(R[i->a]));
L_OP_DEFINED:	TEST(sw_defined(R[i->a]));
L_OP_IS:	TEST(i->x >> R[i->a].type & 1);
L_OP_COUNT:
	if (likely(R[i->b].type >= SW_ARRAY && R[i->b].type <= SW_SET)) {
		R[i->a] = sw_int(R[i->b].n);
		NEXT();
	}
	OUTCOME(vm_builtin(vm, c->builtins.v[i->x], R + i->b, 1, i, frame, R + i->a));
L_OP_ARRAY_N:	TEST(R[i->a].type == SW_ARRAY && R[i->a].n == i->x);
L_OP_OBJECT_N:	TEST(R[i->a].type == SW_OBJECT && R[i->a].n == i->x);
L_OP_JMP:	FAIL();
L_OP_ITER:	TEST(iter_start(R + i->a, R[i->b]));
L_OP_ITER_IN:	TEST(iter_start_in(R + i->a, R[i->b], R[i->c]));
L_OP_NEXT:
	if (unlikely(--vm->steps <= vm->check_at) && (r = vm_tick(vm)) < 0)
		return r;
	TEST(iter_next(R + i->a, R + i->b, R + i->c));
L_OP_OPEN:	R[i->a].u.i = vm->n_coll; NEXT();
L_OP_ADD1:
	if (unlikely((r = vm_collect(vm, R[i->a])) < 0))
		return r;
	NEXT();
L_OP_ADD2:
	if (unlikely((r = vm_collect(vm, R[i->a])) < 0 || (r = vm_collect(vm, R[i->b])) < 0))
		return r;
	NEXT();
L_OP_SEAL:
	r = vm_seal(vm, (uint32_t)R[i->b].u.i, (enum sw_type)i->c, i, R + i->a);
	if (unlikely(r < 0))
		return vm_up(vm, i, r);
	NEXT();
L_OP_CALLB:	OUTCOME(vm_builtin(vm, c->builtins.v[i->x], R + i->b, i->c, i, frame, R + i->a));
L_OP_ARITH:
	if (likely(fast_arith(c->builtins.v[i->x], R[i->b], R[i->c], R + i->a)))
		NEXT();
	OUTCOME(vm_builtin(vm, c->builtins.v[i->x],
		(struct sw_value[]){R[i->b], R[i->c]}, 2, i, frame, R + i->a));
L_OP_CALL:	OUTCOME(vm_call(vm, i->x, R + i->b, frame, R + i->a));
L_OP_RULE:
	if (likely(vm->sc->id == 0 && vm->memo[i->x].gen == vm->gen)) {
		R[i->a] = vm->memo[i->x].v;
		TEST(sw_defined(R[i->a]));
	}
	OUTCOME(vm_rule_at(vm, i, R, frame));
L_OP_MKARR:
	R[i->a] = i->c ? sw_array_from(&vm->arena,
		(struct sw_value *)sw_arena_memdup(&vm->arena, R + i->b, i->c * sizeof(*R)), i->c)
		: sw_empty_array();
	if (unlikely(vm->arena.overflow))
		return vm_limit(vm, "the evaluation's memory budget is spent");
	NEXT();
L_OP_ONCE:
	if (sw_defined(R[i->a]) && !sw_value_eq(R[i->a], R[i->b]))
		return vm_conflict(vm, i->x, R[i->a], R[i->b]);
	R[i->a] = R[i->b];
	NEXT();
L_OP_RET:	*ret = R[i->a]; return 0;
L_OP_COLD:
	r = vm_cold_table[i->c](vm, i, R, frame);
	if (unlikely(r < 0))
		return vm_up(vm, i, r);
	if (r > 1) { /* COLD_SWITCH, COLD_FILTER */
		i = code + r;
		goto *labels[i->op];
	}
	TEST(r == 0);
}
/* clang-format on */
