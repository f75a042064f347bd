/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Rego engine: what policy/, cmd/ and the conformance runner use.
 *
 * Life: new → add modules → data → compile → prepare queries → (share) → evaluate → free.
 *
 *	struct sw_rego_engine *e = sw_rego_engine_new(&opts);
 *	sw_rego_engine_add_text(e, SW_STR("policy.rego"), text, SW_REGO_V1, &err);
 *	sw_rego_engine_compile(e, &err);
 *	uint32_t q;
 *	sw_rego_engine_entrypoint(e, SW_STR("data.policy.deny"), &q, &err);
 *	struct sw_rego_eval *ev = sw_rego_eval_new(e, NULL);       // one per thread, kept
 *	sw_rego_eval_begin(ev, &(struct sw_rego_eval_input){.input = doc});
 *	struct sw_rego_result r;
 *	if (sw_rego_eval_run(ev, q, &r, &err) == 0 && sw_defined(r.value)) …
 *	sw_rego_eval_end(ev);                                      // results are gone
 *
 * Threads: an engine is built by one thread; after the last prepared query it is immutable and any number
 * of threads evaluate it at once, without locks and without reference counts, each with its own sw_rego_eval.
 * Memory: an engine owns an arena; the data document and all texts given to it are borrowed and must outlive
 * it. An evaluation's arenas keep their memory between evaluations: after warm-up nothing is allocated on
 * the heap. Results and their texts live until the next sw_rego_eval_begin/_end/_free.
 * Errors: -SW_E… with `err` filled as everywhere. What OPA would have said stands in the diagnostics (parse,
 * compile) and in sw_rego_eval_error() (evaluation).
 */
#ifndef SW_REGO_REGO_H
#define SW_REGO_REGO_H

#include "rego/ast.h"
#include "rego/builtin.h"
#include "rego/compile.h"

struct sw_rego_engine;
struct sw_rego_eval;

/* Zero is a sensible default for every field. */
struct sw_rego_engine_opts {
	struct sw_rego_compile_opts compile; /* strict mode, capabilities, unsafe builtins, print … */
	size_t memory;          /* bytes for trees and code; 0: 1 GiB */
	bool annotations;       /* read # METADATA blocks */
	bool experimental;      /* `and` / `or` */
	bool future_not;        /* `not { … }` bodies without an import */
	bool strict_errors;     /* a failing builtin stops the evaluation (--strict-builtin-errors) */
	bool coverage;          /* count evaluated expressions (slower) */
	bool trace;             /* report steps to the evaluation's trace hook (slower) */
	bool no_index;          /* no rule indexing */
	bool no_early_exit;     /* look at all rules of one value, as opa eval --disable-early-exit does */
	bool no_filter;         /* of it only jumps by one value, which rego/image.h can hold */
	bool check_paths;       /* a rule on the path of a base document is a conflict, as `opa eval` has it */
};

/* NULL opts: defaults. Never NULL (out of memory aborts). */
struct sw_rego_engine *sw_rego_engine_new(const struct sw_rego_engine_opts *opts);
void sw_rego_engine_free(struct sw_rego_engine *e); /* takes NULL */

/* The arena of the engine, for trees made elsewhere that are to be added. */
struct sw_arena *sw_rego_engine_arena(struct sw_rego_engine *e);

/* Parse and add. Name and text are borrowed. Errors go to the diagnostics; the first also to `err`. */
int sw_rego_engine_add_text(struct sw_rego_engine *e, struct sw_str name, struct sw_str text,
	enum sw_rego_version version, struct sw_error *err);
/* A parsed module, whose tree the engine may rewrite. */
int sw_rego_engine_add_module(struct sw_rego_engine *e, struct sw_rego_module *m, struct sw_error *err);
/* Base documents: an object. Must outlive the engine. May be replaced for one evaluation. */
void sw_rego_engine_data(struct sw_rego_engine *e, struct sw_value data);
/* Once, after the last module. */
int sw_rego_engine_compile(struct sw_rego_engine *e, struct sw_error *err);

/* All errors so far, as OPA words and orders them. */
const struct sw_rego_diags *sw_rego_engine_diags(const struct sw_rego_engine *e);
/* The compiled rule tree, annotations, required builtins. */
const struct sw_rego_program *sw_rego_engine_program(const struct sw_rego_engine *e);

/* ---- queries ---- */

/*
 * `data.a.b`: the value of one document. *ret_query is its number. A path that names nothing is allowed: it
 * reads base data, or is undefined.
 */
int sw_rego_engine_entrypoint(struct sw_rego_engine *e, struct sw_str path, uint32_t *ret_query,
	struct sw_error *err);
/* The same of a ref of constants, in an arena that lives as long as the engine; `text`: how it is written. */
int sw_rego_engine_entrypoint_ref(struct sw_rego_engine *e, struct sw_rego_term *ref, struct sw_str text,
	uint32_t *ret_query, struct sw_error *err);

struct sw_rego_query_params {
	enum sw_rego_version version;
	struct sw_str package;        /* "data.a.b" or "": names resolve there */
	const struct sw_str *imports; /* "data.x", "input.y as z" */
	uint32_t n_imports;
	bool strict, experimental;
	bool exprs; /* result rows also carry the value of every expression */
};

/* Any query, as for opa eval. NULL params: v1, no package. */
int sw_rego_engine_query(struct sw_rego_engine *e, struct sw_str text,
	const struct sw_rego_query_params *params, uint32_t *ret_query, struct sw_error *err);

/* The compiled tree of a query, not planned and with `==` as `=`: for partial evaluation (partial/partial.h). */
int sw_rego_engine_body(struct sw_rego_engine *e, struct sw_str text,
	const struct sw_rego_query_params *params, struct sw_rego_body *ret, struct sw_error *err);

/* What a parsed query depends on: see sw_rego_program_deps(). */
int sw_rego_engine_deps(struct sw_rego_engine *e, struct sw_rego_body *query,
	struct sw_rego_terms *ret_base, struct sw_rego_terms *ret_virtual, struct sw_error *err);

/* See sw_rego_program_with_targets() and sw_rego_program_outside(), whose roots NULL stands for the former. */
int sw_rego_engine_refs(struct sw_rego_engine *e, const struct sw_rego_terms *roots, struct sw_rego_terms *ret,
	struct sw_error *err);

struct sw_rego_query_info {
	const struct sw_str *vars; /* names of the bindings of a row, sorted */
	uint32_t n_vars;
	const struct sw_rego_loc *exprs; /* text and place of each expression, when asked for */
	uint32_t n_exprs;
};
void sw_rego_engine_query_info(const struct sw_rego_engine *e, uint32_t query,
	struct sw_rego_query_info *ret);

/* ---- evaluating ---- */

/* Ceilings of one evaluation; zero means the default beside it. */
struct sw_rego_limits {
	uint64_t steps;   /* loop turns, calls and builtin work: 1,000 million */
	size_t memory;    /* bytes of intermediate and final values: 1 GiB */
	uint32_t depth;   /* nested rule, function and comprehension calls: 4,096 */
	uint32_t results; /* rows of a query: 1 million */
};

enum sw_rego_trace_op {
	SW_REGO_TRACE_ENTER, /* a rule or query begins */
	SW_REGO_TRACE_EVAL,  /* an expression is about to be evaluated */
	SW_REGO_TRACE_FAIL,  /* it had no (more) solutions and none before */
	SW_REGO_TRACE_EXIT,  /* a rule or query succeeded */
	SW_REGO_TRACE_REDO,  /* looking for the next solution */
	SW_REGO_TRACE_NOTE,  /* trace() */
	SW_REGO_TRACE_INDEX, /* rules that may hold were looked up; sw_rego_explain_run() only, as is the next one */
	SW_REGO_TRACE_DUPLICATE, /* a rule gave what was there already */
	SW_REGO_TRACE_TEST_CASE, /* a case of a test began: internal.test_case() */
};

struct sw_rego_trace_point; /* partial/partial.h */

struct sw_rego_trace_event {
	enum sw_rego_trace_op op;
	uint32_t depth;                 /* of nested queries; sw_rego_explain_run() only */
	uint32_t query, parent;         /* numbers of the body it belongs to, and of the one that is in; so too */
	const struct sw_rego_loc *loc;  /* NULL: nowhere */
	struct sw_str text;             /* the compiled node as Rego, a rule's path, the note, or the call */
	bool whole;                     /* of a rule or query, not of an expression */
	struct sw_value test_case;      /* the argument of internal.test_case() */
	const struct sw_rego_trace_point *point; /* for the questions of partial.h, until the callback returns; or NULL */
};

struct sw_rego_eval_opts {
	struct sw_rego_limits limits;
	unsigned allow;              /* enum sw_builtin_allow */
	struct sw_buf *print;        /* lines of print(); NULL: dropped */
	uint32_t *coverage;          /* hits per expression, sw_rego_engine_n_exprs(); engine option coverage */
	void (*trace)(void *arg, const struct sw_rego_trace_event *ev); /* engine option trace */
	void *trace_arg;
	void (*test_case)(void *arg, struct sw_value path); /* compile option test_cases: a case begins */
	void *test_case_arg;
	const volatile bool *cancel; /* set by another thread or a signal: stop soon */
};

/* The expressions that coverage counts. Generated ones are the compiler's: nobody misses them. */
uint32_t sw_rego_engine_n_exprs(const struct sw_rego_engine *e);
const struct sw_rego_loc *sw_rego_engine_expr(
	const struct sw_rego_engine *e, uint32_t i, bool *ret_generated);

/* One per thread; keeps its memory between evaluations. NULL opts: defaults. */
struct sw_rego_eval *sw_rego_eval_new(const struct sw_rego_engine *e,
	const struct sw_rego_eval_opts *opts);
void sw_rego_eval_free(struct sw_rego_eval *ev); /* takes NULL */

struct sw_rego_eval_input {
	struct sw_value input;   /* SW_UNDEF: no input */
	struct sw_value data;    /* replaces the engine's data; SW_UNDEF: the engine's */
	struct sw_value runtime; /* opa.runtime(); SW_UNDEF: {} */
	int64_t now_ns;          /* time.now_ns(); 0: the clock at begin */
	uint64_t seed;           /* rand.intn …; 0: taken from the system */
	int64_t timeout_ns;      /* from begin on; 0: none */
};

/*
 * Start with a new input: everything remembered and every result of the last one is gone. Queries run until
 * end() share what they have computed (rules, functions, comprehensions).
 */
void sw_rego_eval_begin(struct sw_rego_eval *ev, const struct sw_rego_eval_input *in);

struct sw_rego_row {
	const struct sw_value *vars;  /* in the order of sw_rego_query_info.vars */
	const struct sw_value *exprs; /* value of every expression, when asked for */
};

struct sw_rego_result {
	struct sw_value value; /* of an entrypoint; SW_UNDEF: undefined. Of a query: true when it has rows */
	const struct sw_rego_row *rows; /* of a query */
	uint32_t n_rows;
};

/* 0, or negative with `err` and sw_rego_eval_error() filled. An undefined result is no error. */
int sw_rego_eval_run(struct sw_rego_eval *ev, uint32_t query, struct sw_rego_result *ret,
	struct sw_error *err);
void sw_rego_eval_end(struct sw_rego_eval *ev);

/* What OPA would say: "policy.rego:4: eval_conflict_error: rule data.p.q produced conflicting values". */
struct sw_rego_eval_error {
	const char *code;       /* "eval_type_error", …; NULL: no error */
	struct sw_str message;
	struct sw_rego_loc loc; /* loc.file NULL: no place */
	/*
	 * The expressions that led there, the innermost first; of an error that ended the evaluation. Bodies
	 * inside of a rule (comprehensions, every) are not told apart from it.
	 */
	const struct sw_rego_loc *stack;
	uint32_t n_stack; /* at most SW_REGO_STACK_MAX */
};
#define SW_REGO_STACK_MAX 64
const struct sw_rego_eval_error *sw_rego_eval_error(const struct sw_rego_eval *ev);
/* Failed builtin calls of the evaluation so far that only made expressions undefined; the first 64 are kept. */
const struct sw_rego_eval_error *sw_rego_eval_builtin_errors(const struct sw_rego_eval *ev,
	uint32_t *ret_n);
/* The text in OPA's form. */
void sw_rego_eval_error_format(const struct sw_rego_eval_error *err, struct sw_buf *out);

struct sw_rego_eval_stats {
	uint64_t steps;      /* taken from the budget since begin */
	uint64_t calls, memo_hits;
	size_t bytes;        /* of the evaluation's arena now */
	uint64_t allocs;     /* from its arenas since begin; after warm-up none of them is one from the heap */
};
void sw_rego_eval_stats(const struct sw_rego_eval *ev, struct sw_rego_eval_stats *ret);

#endif
