/* SPDX-License-Identifier: Apache-2.0 */
/* Calls: documents of rules, functions and builtins, with what is remembered of them. */
#include <stdlib.h>

#include "base/clock.h"
#include "rego/vm/vm.h"

enum { TICK = 4096 }; /* steps between two looks at the clock and the cancel flag */

/* The step counter reached check_at. */
int vm_tick(struct sw_rego_eval *vm)
{
	if (vm->opts.cancel && *vm->opts.cancel)
		return vm_error(vm, SW_ECANCELLED, SW_BUILTIN_CANCEL, NULL,
			"caller cancelled query execution");
	if (vm->deadline_ns && sw_now_ns() > vm->deadline_ns)
		return vm_error(vm, SW_ECANCELLED, SW_BUILTIN_CANCEL, NULL,
			"the evaluation's time is over");
	if (vm->steps == 0 || vm->steps > vm->steps_max) /* spent; it may have wrapped by one */
		return vm_limit(vm, "the evaluation's step budget is spent");
	vm->check_at = vm->steps > TICK ? vm->steps - TICK : 0;
	return 0;
}

static inline int take_step(struct sw_rego_eval *vm)
{
	return __builtin_expect(--vm->steps <= vm->check_at, 0) ? vm_tick(vm) : 0;
}

/* ---- the table of remembered calls ---- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

/*
 * Arguments are the same when their bytes are: containers by identity, strings by content. Equal
 * containers built twice are a miss, never a wrong hit; values do not move during an evaluation.
 */
static uint64_t hash_call(uint32_t fn, uint32_t scope, const struct sw_value *args, uint32_t n)
{
	uint64_t h = mix((uint64_t)fn << 32 | scope, n);
	for (uint32_t i = 0; i < n; i++) {
		h = mix(h, sw_value_head(args[i]));
		if (args[i].type == SW_STRING)
			continue;
		uint64_t body;
		memcpy(&body, &args[i].u, sizeof(body));
		h = mix(h, body);
	}
	return h ? h : 1;
}

static bool same_args(const struct sw_value *a, const struct sw_value *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (sw_value_head(a[i]) != sw_value_head(b[i]))
			return false;
		if (a[i].u.s == b[i].u.s)
			continue;
		if (a[i].type != SW_STRING || memcmp(a[i].u.s, b[i].u.s, a[i].n) != 0)
			return false;
	}
	return true;
}

static void grow_calls(struct sw_rego_eval *vm)
{
	uint32_t cap = vm->cap_calls ? vm->cap_calls * 2 : 256;
	struct vm_call_memo *old = vm->calls, *t = calloc(cap, sizeof(*t));
	if (!t)
		abort();
	for (uint32_t i = 0; i < vm->cap_calls; i++) {
		if (!old[i].hash || old[i].gen != vm->gen)
			continue;
		uint32_t at = (uint32_t)old[i].hash & (cap - 1);
		while (t[at].hash)
			at = (at + 1) & (cap - 1);
		t[at] = old[i];
	}
	free(old);
	vm->calls = t;
	vm->cap_calls = cap;
}

enum { CALLS_MAX = 1 << 22 };

/* The entry of a call, or the free one where it belongs. NULL: the table is full. */
static struct vm_call_memo *find_call(struct sw_rego_eval *vm, uint64_t h, uint32_t fn,
	const struct sw_value *args, uint32_t n)
{
	if (vm->n_calls * 2 >= vm->cap_calls) {
		if (vm->cap_calls >= CALLS_MAX)
			return NULL;
		grow_calls(vm);
	}
	uint32_t mask = vm->cap_calls - 1, at = (uint32_t)h & mask;
	for (;; at = (at + 1) & mask) {
		struct vm_call_memo *m = &vm->calls[at];
		if (!m->hash || m->gen != vm->gen)
			return m; /* of an earlier evaluation: as good as free, for all entries age at once */
		if (m->hash == h && m->fn == fn && m->scope == vm->sc->id && m->n == n &&
			same_args(m->args, args, n))
			return m;
	}
}

static int remember(struct sw_rego_eval *vm, uint64_t h, uint32_t fn, const struct sw_value *args,
	uint32_t n, struct sw_value v)
{
	struct vm_call_memo *m = find_call(vm, h, fn, args, n);
	if (!m)
		return 0;
	const struct sw_value *copy = NULL;
	if (n) {
		copy = (const struct sw_value *)sw_arena_memdup(&vm->arena, args, n * sizeof(*args));
		if (!copy)
			return vm_limit(vm, "the evaluation's memory budget is spent");
	}
	*m = (struct vm_call_memo){h, vm->gen, fn, vm->sc->id, n, copy, v};
	vm->n_calls++;
	return 0;
}

static bool recall(struct sw_rego_eval *vm, uint64_t h, uint32_t fn, const struct sw_value *args,
	uint32_t n, struct sw_value *ret)
{
	struct vm_call_memo *m = find_call(vm, h, fn, args, n);
	if (!m || !m->hash || m->gen != vm->gen)
		return false;
	vm->n_hit++;
	*ret = m->v;
	return true;
}

/* ---- rules ---- */

static int run(struct sw_rego_eval *vm, uint32_t fn, struct sw_value *frame, struct sw_value *ret)
{
	int r = take_step(vm);
	if (r < 0)
		return r;
	vm->n_call++;
	vm->depth++;
	r = vm_run(vm, fn, frame, ret);
	vm->depth--;
	return r;
}

/* A rule inside `with`: its document may be replaced, and is remembered for this scope only. */
static int scoped_rule(
	struct sw_rego_eval *vm, uint32_t fn, struct sw_value *frame, struct sw_value *ret)
{
	const struct vm_fn *f = &vm->e->code.fns.v[fn];
	if (vm->sc->targets && !(f->flags & FN_QUERY) && vm_replaced(vm, f->path)) {
		*ret = vm_base(vm, f->path, true);
		return 0;
	}
	uint64_t h = hash_call(fn, vm->sc->id, NULL, 0);
	if (recall(vm, h, fn, NULL, 0, ret))
		return 0;
	struct sw_value v = sw_undef();
	int r = run(vm, fn, frame, &v);
	if (r < 0)
		return r;
	*ret = v;
	return remember(vm, h, fn, NULL, 0, v);
}

static int document(struct sw_rego_eval *vm, uint32_t fn, struct sw_value *frame, struct sw_value *ret)
{
	if (vm->sc->id)
		return scoped_rule(vm, fn, frame, ret);
	struct vm_memo *m = &vm->memo[fn];
	if (m->gen == vm->gen) {
		vm->n_hit++;
		*ret = m->v;
		return 0;
	}
	if (vm->clashes && recall(vm, hash_call(fn, 0, NULL, 0), fn, NULL, 0, ret))
		return 0;
	const struct vm_fn *f = &vm->e->code.fns.v[fn];
	struct sw_value v = f->constant;
	int r = f->flags & FN_CONST ? 0 : run(vm, fn, frame, &v);
	if (r < 0)
		return r;
	*ret = v;
	if (vm->clashes && vm_clashes(vm, v)) /* not where every look-up finds it unasked */
		return remember(vm, hash_call(fn, 0, NULL, 0), fn, NULL, 0, v);
	vm->memo[fn] = (struct vm_memo){vm->gen, v};
	return 0;
}

int vm_rule(struct sw_rego_eval *vm, uint32_t fn, struct sw_value *frame, struct sw_value *ret)
{
	struct sw_value v;
	int r = document(vm, fn, frame, &v);
	if (r == 0 && vm->clashes)
		r = vm_clash_check(vm, v, NULL, NULL);
	if (r == 0)
		*ret = v;
	return r;
}

int vm_rule_at(struct sw_rego_eval *vm, const struct vm_ins *at, struct sw_value *R,
	struct sw_value *frame)
{
	int r = document(vm, at->x, frame, R + at->a);
	return r == 0 && vm->clashes ? vm_clash_check(vm, R[at->a], at, R) : r;
}

/* ---- functions ---- */

static int call_function(struct sw_rego_eval *vm, uint32_t fn, const struct sw_value *args,
	struct sw_value *frame, struct sw_value *ret)
{
	const struct vm_fn *f = &vm->e->code.fns.v[fn];
	uint64_t h = 0;
	if (f->flags & FN_MEMO) {
		h = hash_call(fn, vm->sc->id, args, f->n_args);
		if (recall(vm, h, fn, args, f->n_args, ret))
			return 0;
	}
	if (frame + f->n_args > vm->stack_end)
		return vm_limit(vm, "calls are nested too deep");
	memmove(frame, args, f->n_args * sizeof(*args));
	struct sw_value v = sw_undef();
	int r = run(vm, fn, frame, &v);
	if (r < 0)
		return r;
	if (f->flags & FN_MEMO)
		r = remember(vm, h, fn, args, f->n_args, v);
	*ret = v;
	return r;
}

static const struct vm_mock *find_mock(
	const struct sw_rego_eval *vm, const struct sw_builtin *b, uint32_t fn)
{
	for (const struct vm_mock *m = vm->sc->mocks; m; m = m->next)
		if (m->target == b && m->target_fn == fn)
			return m;
	return NULL;
}

/* While a replacement runs, nothing is replaced. */
static struct vm_scope *bare_scope(struct sw_rego_eval *vm)
{
	struct vm_scope *s = vm->sc;
	if (!s->bare) {
		s->bare = sw_arena_new(&vm->arena, struct vm_scope);
		if (!s->bare)
			return NULL;
		*s->bare = *s;
		s->bare->mocks = NULL;
		s->bare->bare = s->bare;
		s->bare->id = ++vm->n_scopes;
	}
	return s->bare;
}

static int call_mock(struct sw_rego_eval *vm, const struct vm_mock *m, const struct sw_value *args,
	uint32_t n, const struct vm_ins *at, struct sw_value *frame, struct sw_value *ret)
{
	if (!m->by && m->by_fn == VM_NONE) {
		*ret = m->value;
		return 0;
	}
	struct vm_scope *saved = vm->sc, *bare = bare_scope(vm);
	if (!bare)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	vm->sc = bare;
	int r = m->by ? vm_builtin(vm, m->by, args, n, at, frame, ret)
		      : call_function(vm, m->by_fn, args, frame, ret);
	vm->sc = saved;
	return r;
}

int vm_call(struct sw_rego_eval *vm, uint32_t fn, const struct sw_value *args,
	struct sw_value *frame, struct sw_value *ret)
{
	if (__builtin_expect(vm->sc->mocks != NULL, 0)) {
		const struct vm_mock *m = find_mock(vm, NULL, fn);
		if (m)
			return call_mock(vm, m, args, vm->e->code.fns.v[fn].n_args, NULL, frame, ret);
	}
	return call_function(vm, fn, args, frame, ret);
}

/* ---- builtins ---- */

static int builtin_failed(struct sw_rego_eval *vm, const struct sw_builtin *b, int code,
	const struct vm_ins *at)
{
	const struct sw_rego_loc *loc = at ? vm_loc(vm, at) : NULL;
	const char *name = vm->bc.err_code ? vm->bc.err_code : SW_BUILTIN_ERROR;
	bool hard = code == -SW_ELIMIT || code == -SW_ECANCELLED || code == -SW_ECONFLICT ||
		    strcmp(name, SW_BUILTIN_LIMIT) == 0 || strcmp(name, SW_BUILTIN_CANCEL) == 0 ||
		    strcmp(name, SW_BUILTIN_CONFLICT) == 0;
	if (hard)
		return vm_error(vm, -code, name, loc, "%.*s", SW_STR_ARG(vm->bc.err_text));
	if (vm->e->opts.strict_errors)
		return vm_error(vm, -code, name, loc, "%s: %.*s", b->name,
			SW_STR_ARG(vm->bc.err_text));
	if (vm->n_builtin_errs < VM_BUILTIN_ERRORS_MAX) {
		struct sw_rego_eval_error *e = &vm->builtin_errs[vm->n_builtin_errs++];
		*e = (struct sw_rego_eval_error){.code = name,
			.message = sw_arena_printf(
				&vm->arena, "%s: %.*s", b->name, SW_STR_ARG(vm->bc.err_text))};
		if (loc)
			e->loc = *loc;
	}
	return 0;
}

static struct vm_nd *find_nd(struct sw_rego_eval *vm, const struct sw_builtin *b, struct sw_value args)
{
	for (struct vm_nd *n = vm->nd; n; n = n->next)
		if (n->b == b && sw_value_eq(n->args, args))
			return n;
	return NULL;
}

static int invoke(struct sw_rego_eval *vm, const struct sw_builtin *b, const struct sw_value *args,
	uint32_t n, const struct vm_ins *at, struct sw_value *ret)
{
	struct sw_value v = sw_undef();
	struct sw_arena_mark mark = sw_arena_mark(&vm->scratch);
	vm->bc.err_code = NULL;
	int r = b->fn(&vm->bc, args, n, &v);
	if (vm->scratch.at != mark.at || vm->scratch.overflow) {
		sw_arena_rewind(&vm->scratch, mark);
		vm->scratch.overflow = false;
	}
	if (vm->arena.overflow)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	if (__builtin_expect(r < 0, 0)) {
		v = sw_undef();
		r = builtin_failed(vm, b, r, at);
	}
	*ret = v;
	return r;
}

/* One answer per evaluation and arguments. */
static int invoke_once(struct sw_rego_eval *vm, const struct sw_builtin *b,
	const struct sw_value *args, uint32_t n, const struct vm_ins *at, struct sw_value *ret)
{
	const struct sw_value *copy =
		n ? (const struct sw_value *)sw_arena_memdup(&vm->arena, args, n * sizeof(*args)) : NULL;
	struct sw_value key = n ? sw_array_from(&vm->arena, copy, n) : sw_empty_array();
	struct vm_nd *nd = vm->arena.overflow ? NULL : find_nd(vm, b, key);
	if (nd) {
		*ret = nd->v;
		return 0;
	}
	int r = invoke(vm, b, args, n, at, ret);
	if (r < 0 || !sw_defined(*ret))
		return r;
	nd = sw_arena_new(&vm->arena, struct vm_nd);
	if (!nd)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	*nd = (struct vm_nd){b, key, *ret, vm->nd};
	vm->nd = nd;
	return 0;
}

int vm_builtin(struct sw_rego_eval *vm, const struct sw_builtin *b, const struct sw_value *args,
	uint32_t n, const struct vm_ins *at, struct sw_value *frame, struct sw_value *ret)
{
	int r = take_step(vm);
	if (r < 0)
		return r;
	if (__builtin_expect(vm->sc->mocks != NULL, 0)) {
		const struct vm_mock *m = find_mock(vm, b, VM_NONE);
		if (m)
			return call_mock(vm, m, args, n, at, frame, ret);
	}
	if (!b->fn)
		return vm_error(vm, SW_EUNSUPPORTED, "eval_internal_error", at ? vm_loc(vm, at) : NULL,
			"unsupported built-in: %s", b->name);
	if (b->flags & SW_BUILTIN_NONDETERMINISTIC)
		return invoke_once(vm, b, args, n, at, ret);
	return invoke(vm, b, args, n, at, ret);
}
