/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of built-in functions.
 *
 * One const row per builtin beside its code, gathered per group file in an array; table.c holds the list of
 * groups, sorted by name at start-up. The row is all that compiler, type checker, capabilities output, help
 * and VM know about a builtin.
 *
 * Four things to do to add one: write the function, write its row, add a test, name it in docs/policies.md.
 */
#ifndef SW_REGO_BUILTIN_H
#define SW_REGO_BUILTIN_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/value.h"

/* What an evaluation lends to its builtins. One per evaluation and thread. */
struct sw_builtin_ctx {
	struct sw_arena *arena;   /* results live here until the evaluation's end */
	struct sw_arena *scratch; /* rewound by the VM after every call: nothing in a result may point into it */
	struct sw_regex_cache *regexes; /* compiled patterns, kept between evaluations; base/re2.h */
	int64_t now_ns;           /* time.now_ns(): fixed for one evaluation */
	uint64_t seed;            /* of rand.intn and uuid.rfc4122, memoised by key within one evaluation */
	struct sw_value memo;     /* an object: results of nondeterministic builtins by [name, args] */
	const struct sw_value *runtime; /* opa.runtime(); NULL: {} */
	unsigned allow;           /* enum sw_builtin_allow */
	uint64_t *steps;          /* budget of work left, shared with the VM; loops take from it */
	const volatile bool *cancel; /* set from elsewhere: stop soon */
	int64_t deadline_ns;      /* CLOCK_MONOTONIC; 0: none */
	uint64_t clock_at;        /* steps until the clock is looked at: sw_builtin_steps()'s own */
	struct sw_buf *print;     /* print() output, a line each; NULL: discarded */
	void (*test_case)(void *arg, struct sw_value path); /* internal.test_case(); NULL: nobody asks */
	void *test_case_arg;
	void *vm;                 /* the VM's own */
	/* Filled by a failing builtin: OPA's text behind the name, e.g. "operand 1 must be string but got number". */
	const char *err_code;     /* SW_BUILTIN_TYPE_ERROR or SW_BUILTIN_ERROR, set by the helpers below */
	struct sw_str err_text;   /* in `arena` */
};

enum sw_builtin_allow {
	SW_BUILTIN_ALLOW_HTTP = 1 << 0,    /* http.send */
	SW_BUILTIN_ALLOW_DNS = 1 << 1,     /* net.lookup_ip_addr */
	SW_BUILTIN_ALLOW_RUNTIME = 1 << 2, /* opa.runtime tells config and environment */
};

#define SW_BUILTIN_TYPE_ERROR "eval_type_error"
#define SW_BUILTIN_ERROR "eval_builtin_error"
#define SW_BUILTIN_LIMIT "eval_limit_error"
#define SW_BUILTIN_CANCEL "eval_cancel_error"
#define SW_BUILTIN_CONFLICT "eval_conflict_error" /* stops the evaluation, as limits do */

/*
 * 0: *ret is the result; SW_UNDEF means undefined. Negative: the call failed with ctx->err_…; the VM makes
 * the expression undefined, or stops the evaluation where errors are strict. Limits and cancellation
 * always stop it. The VM guarantees n == the row's arity and that no argument is SW_UNDEF.
 */
typedef int (*sw_builtin_fn)(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret);

enum sw_builtin_flags {
	SW_BUILTIN_NONDETERMINISTIC = 1 << 0,
	SW_BUILTIN_RELATION = 1 << 1,   /* walk: the result is an array of possible results */
	SW_BUILTIN_DEPRECATED = 1 << 2, /* v0 only: any, all, re_match, cast_… */
	SW_BUILTIN_INTERNAL = 1 << 3,   /* the compiler's own */
	SW_BUILTIN_NO_CONST = 1 << 4,   /* never folded at load time */
};

/*
 * `decl` is the signature in this small language, whose reader is rego/types.c:
 *     (T, T) T         any null boolean number string
 *     array[T]  array<T,T>  set[T]  object[K:V]  object{"a":T,"b"?:T}  object{"a":T}[K:V]  any<T,T>
 *     "(T)" alone has no result; "(T...)" takes any number of arguments
 */
struct sw_builtin {
	const char *name;  /* "json.patch" */
	const char *infix; /* "+" or NULL */
	const char *decl;
	unsigned flags;
	sw_builtin_fn fn;  /* NULL: the compiler or the VM does it itself (eq, assign, print, rego.metadata…) */
};

struct sw_builtin_group {
	const struct sw_builtin *rows;
	size_t n;
};

const struct sw_builtin *sw_builtin_find(struct sw_str name); /* NULL when unknown */
const struct sw_builtin *const *sw_builtin_all(size_t *ret_n); /* sorted by name */
uint32_t sw_builtin_arity(const struct sw_builtin *b);

/* ---- helpers for the functions ---- */

/* Fail with a text. "name: " is put in front by the VM. */
int sw_builtin_fail(struct sw_builtin_ctx *ctx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* eval_type_error "operand <pos> must be <want> but got <type>"; pos is 1-based; `want` e.g. "one of {object, array}". */
int sw_builtin_operand(struct sw_builtin_ctx *ctx, uint32_t pos, const char *want, struct sw_value got);
/* The arena is full. */
int sw_builtin_limit(struct sw_builtin_ctx *ctx, const char *what);
/* Take n units of work; negative when the budget is spent or the evaluation was cancelled. */
int sw_builtin_steps(struct sw_builtin_ctx *ctx, uint64_t n);
/* Seal a buffer's content as a string result in ctx->arena. */
int sw_builtin_ret_str(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_value *ret);

/* Rego's own rendering of a value, as ast.Value.String(): {"a": 1}, {1, 2}, set(), "quoted". */
void sw_rego_value_print(struct sw_buf *out, struct sw_value v);

#endif
