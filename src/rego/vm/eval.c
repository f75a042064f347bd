/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluations: their memory, begin, run and end; and the rows, counters and traces they report. */
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "base/re2.h"
#include "rego/plan/plan.h"
#include "rego/vm/vm.h"

enum {
	STACK_VALUES = 1 << 20, /* 16 MiB of address space, touched as calls nest */
	STACK_SPARE = 0x10000,  /* one frame at most */
	DEPTH = 4096,
};
#define STEPS ((uint64_t)1000 * 1000 * 1000)
#define REGEXES 1024 /* compiled patterns kept between evaluations */
#define RESULTS ((uint32_t)1000 * 1000)

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

struct sw_rego_eval *sw_rego_eval_new(
	const struct sw_rego_engine *e, const struct sw_rego_eval_opts *opts)
{
	struct sw_rego_eval *vm = must(calloc(1, sizeof(*vm)));
	vm->e = e;
	if (opts)
		vm->opts = *opts;
	struct sw_rego_limits *l = &vm->opts.limits;
	l->steps = l->steps ? l->steps : STEPS;
	l->depth = l->depth ? l->depth : DEPTH;
	l->results = l->results ? l->results : RESULTS;
	sw_arena_init(&vm->arena, l->memory);
	sw_arena_init(&vm->scratch, l->memory);
	sw_buf_init(&vm->text, 1 << 20);
	vm->stack = must(malloc(sizeof(*vm->stack) * (STACK_VALUES + STACK_SPARE)));
	vm->stack_end = vm->stack + STACK_VALUES - STACK_SPARE;
	vm->builtin_errs = must(calloc(VM_BUILTIN_ERRORS_MAX, sizeof(*vm->builtin_errs)));
	vm->max_depth = l->depth;
	vm->bc = (struct sw_builtin_ctx){
		.arena = &vm->arena,
		.scratch = &vm->scratch,
		.allow = vm->opts.allow,
		.steps = &vm->steps,
		.cancel = vm->opts.cancel,
		.print = vm->opts.print,
		.test_case = vm->opts.test_case,
		.test_case_arg = vm->opts.test_case_arg,
		.regexes = sw_regex_cache_new(REGEXES),
		.vm = vm,
	};
	vm->sc = &vm->root;
	return vm;
}

void sw_rego_eval_free(struct sw_rego_eval *vm)
{
	if (!vm)
		return;
	sw_regex_cache_free(vm->bc.regexes);
	sw_arena_release(&vm->arena);
	sw_arena_release(&vm->scratch);
	sw_buf_release(&vm->text);
	free(vm->stack);
	free(vm->coll);
	free(vm->memo);
	free(vm->hints);
	free(vm->calls);
	free(vm->rows.v);
	free(vm->builtin_errs);
	free(vm);
}

/* Queries may have been prepared since the last evaluation. */
static void fit_memo(struct sw_rego_eval *vm)
{
	uint32_t n = vm->e->code.fns.n;
	if (vm->e->code.ins.n > vm->n_hints) {
		free(vm->hints);
		vm->n_hints = vm->e->code.ins.n;
		vm->hints = must(calloc(vm->n_hints, 1));
	}
	if (n <= vm->n_memo)
		return;
	free(vm->memo);
	vm->memo = must(calloc(n, sizeof(*vm->memo)));
	vm->n_memo = n;
	vm->gen = 0;
}

/* Everything remembered carries the number of its evaluation: a new number forgets it all. */
static void forget(struct sw_rego_eval *vm)
{
	fit_memo(vm);
	if (++vm->gen == 0) { /* wrapped after four billion evaluations */
		memset(vm->memo, 0, vm->n_memo * sizeof(*vm->memo));
		memset(vm->calls, 0, vm->cap_calls * sizeof(*vm->calls));
		vm->gen = 1;
	}
	vm->n_calls = 0;
	vm->n_coll = 0;
	vm->n_builtin_errs = 0;
	vm->nd = NULL;
	vm->cgroups = NULL;
	vm->clashes = NULL;
	vm->err = (struct sw_rego_eval_error){0};
	vm->n_scopes = 0;
	vm->depth = 0;
	vm->n_call = vm->n_hit = 0;
	sw_arena_reset(&vm->arena);
	sw_arena_reset(&vm->scratch);
}

/* Of each evaluation another; the kernel is asked once. */
static uint64_t next_seed(struct sw_rego_eval *vm)
{
	if (!vm->random && getrandom(&vm->random, sizeof(vm->random), GRND_NONBLOCK) < 0)
		vm->random = (uint64_t)vm->bc.now_ns;
	uint64_t x = vm->random += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

void sw_rego_eval_begin(struct sw_rego_eval *vm, const struct sw_rego_eval_input *in)
{
	forget(vm);
	vm->n_alloc = vm->arena.n + vm->scratch.n;
	vm->root = (struct vm_scope){.input = in->input};
	vm->sc = &vm->root;
	vm->data = sw_defined(in->data) ? in->data : vm->e->data;
	vm->steps = vm->steps_max = vm->opts.limits.steps;
	vm->check_at = vm->steps;
	vm->deadline_ns = in->timeout_ns ? sw_now_ns() + in->timeout_ns : 0;
	vm->bc.deadline_ns = vm->deadline_ns;
	vm->bc.clock_at = 0;
	vm->bc.now_ns = in->now_ns ? in->now_ns : sw_clock_ns(CLOCK_REALTIME);
	vm->bc.seed = in->seed ? in->seed : next_seed(vm);
	vm->bc.memo = sw_empty_object();
	struct sw_value *rt = sw_defined(in->runtime) ? sw_arena_new(&vm->arena, struct sw_value) : NULL;
	if (rt)
		*rt = in->runtime;
	vm->bc.runtime = rt;
	vm->bc.err_code = NULL;
}

void sw_rego_eval_end(struct sw_rego_eval *vm)
{
	forget(vm);
}

static int fill_error(const struct sw_rego_eval *vm, int r, struct sw_error *err)
{
	sw_autobuf b;
	sw_buf_init(&b, sizeof(err->text));
	sw_rego_eval_error_format(&vm->err, &b);
	return sw_error_set(err, (enum sw_errcode)-r, "%s", sw_buf_cstr(&b));
}

int sw_rego_eval_run(struct sw_rego_eval *vm, uint32_t query, struct sw_rego_result *ret,
	struct sw_error *err)
{
	if (query >= vm->e->code.queries.n)
		return sw_error_set(err, SW_EUSAGE, "no such query: %u", query);
	const struct vm_query *q = &vm->e->code.queries.v[query];
	struct sw_value v = sw_undef();
	vm->rows.n = 0;
	vm->sc = &vm->root;
	vm->n_coll = 0;
	vm->depth = 0;
	vm->err = (struct sw_rego_eval_error){0};
	int r = q->document ? vm_rule(vm, q->fn, vm->stack, &v) : vm_run(vm, q->fn, vm->stack, &v);
	if (r < 0) {
		vm->sc = &vm->root;
		return fill_error(vm, r, err);
	}
	*ret = (struct sw_rego_result){.value = v, .rows = vm->rows.v, .n_rows = vm->rows.n};
	if (!q->document)
		ret->value = vm->rows.n ? sw_bool(true) : sw_undef();
	return 0;
}

const struct sw_rego_eval_error *sw_rego_eval_error(const struct sw_rego_eval *vm)
{
	return &vm->err;
}

const struct sw_rego_eval_error *sw_rego_eval_builtin_errors(
	const struct sw_rego_eval *vm, uint32_t *ret_n)
{
	*ret_n = vm->n_builtin_errs;
	return vm->builtin_errs;
}

void sw_rego_eval_stats(const struct sw_rego_eval *vm, struct sw_rego_eval_stats *ret)
{
	*ret = (struct sw_rego_eval_stats){.steps = vm->steps_max - vm->steps, .calls = vm->n_call,
		.memo_hits = vm->n_hit, .bytes = sw_arena_bytes(&vm->arena),
		.allocs = vm->arena.n + vm->scratch.n - vm->n_alloc};
}

VM_COLD(vm_cold_row)
{
	const struct sw_rego_query_info *q = &vm->e->code.queries.v[i->x].info;
	uint32_t n = q->n_vars + q->n_exprs;
	if (vm->rows.n >= vm->opts.limits.results)
		return vm_limit(vm, "the query has too many results");
	if (vm->rows.n == vm->rows.cap) {
		vm->rows.cap = vm->rows.cap ? vm->rows.cap * 2 : 16;
		vm->rows.v = must(realloc(vm->rows.v, vm->rows.cap * sizeof(*vm->rows.v)));
	}
	struct sw_value *copy =
		(struct sw_value *)sw_arena_memdup(&vm->arena, R + i->a, n * sizeof(*copy));
	if (!copy)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	vm->rows.v[vm->rows.n++] = (struct sw_rego_row){copy, copy + q->n_vars};
	return 0;
}

VM_COLD(vm_cold_cover)
{
	if (vm->opts.coverage)
		vm->opts.coverage[i->x]++;
	return 0;
}

VM_COLD(vm_cold_trace)
{
	const struct sw_rego_loc *l = vm_loc_at(vm, i->x);
	bool note = i->a == SW_REGO_TRACE_NOTE;
	unsigned how = note ? 0 : i->b;
	if (!l)
		return 0;
	struct sw_str text = l->text;
	if (note && R[i->b].type == SW_STRING)
		text = sw_value_str(R[i->b]);
	if (vm->opts.trace)
		vm->opts.trace(vm->opts.trace_arg,
			&(struct sw_rego_trace_event){.op = (enum sw_rego_trace_op)i->a,
				.loc = l,
				.text = text,
				.whole = (how & TRACE_WHOLE) != 0});
	return 0;
}

static int unreachable(struct sw_rego_eval *vm, const struct vm_ins *i, struct sw_value *R,
	struct sw_value *frame)
{
	return vm_error(vm, SW_EUNSUPPORTED, "eval_internal_error", vm_loc(vm, i),
		"an instruction that this build does not know");
}

const vm_cold_fn vm_cold_table[COLD__COUNT] = {
	[COLD_MKSET] = vm_cold_mkset,
	[COLD_MKOBJ] = vm_cold_mkobj,
	[COLD_MKOBJK] = vm_cold_mkobjk,
	[COLD_REFADD] = vm_cold_refadd,
	[COLD_REFSEAL] = vm_cold_refseal,
	[COLD_WITH] = vm_cold_with,
	[COLD_ENTER] = vm_cold_enter,
	[COLD_LEAVE] = vm_cold_leave,
	[COLD_DOC] = vm_cold_doc,
	[COLD_DOCGET] = vm_cold_docget,
	[COLD_DOCITER] = vm_cold_dociter,
	[COLD_DOCNEXT] = vm_cold_docnext,
	[COLD_DOCVALUE] = vm_cold_docvalue,
	[COLD_WALK] = vm_cold_walk,
	[COLD_WALKER] = vm_cold_walker,
	[COLD_WALKNEXT] = vm_cold_walknext,
	[COLD_WALKPATH] = vm_cold_walkpath,
	[COLD_ROW] = vm_cold_row,
	[COLD_COVER] = vm_cold_cover,
	[COLD_TRACE] = vm_cold_trace,
	[COLD_CINDEX] = vm_cold_cindex,
	[COLD_CBUILD] = vm_cold_cbuild,
	[COLD_SWITCH] = vm_cold_switch,
	[COLD_FILTER] = vm_cold_filter,
	[COLD_FILTER_NEXT] = vm_cold_filter_next,
	[COLD_MAY_BE] = vm_cold_may_be,
	[COLD_UNREACHABLE] = unreachable,
};
