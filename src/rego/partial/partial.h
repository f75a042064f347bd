/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partial evaluation: a query is evaluated as far as it can be while parts of input or data are unknown.
 * What is left is a set of queries, of which one must hold, and modules of support rules that they refer to.
 *
 * It is an evaluator of the compiled tree (compile.h), not of bytecode, because what it cannot evaluate it
 * has to write down again. Semantics, inlining, the names of what it generates and the order of what it
 * finds are OPA's (1.22): support rules for default values, partial documents as a whole, negations that
 * cannot be inlined and paths that must not be; else chains, `with` over unknown values and bodies of
 * comprehensions that depend on unknowns are kept as they are.
 *
 *	struct sw_rego_partial_opts o = {.text = SW_STR("data.app.allow")};
 *	struct sw_rego_partial *p;
 *	if (sw_rego_partial_run(engine, &o, &p, &err) == 0)
 *		sw_rego_partial_json(&out, p, 0);
 *
 * Threads: none may use the engine meanwhile. Memory: the result lives in the engine's arena, which pays for
 * what the evaluation makes; sw_rego_engine_free() ends it. Known parts are evaluated too, slower than by
 * the VM and with each document remembered once.
 * Limits: steps and memory as given; nesting by the C stack (STACK_MAX in partial.c). Beyond: -SW_ELIMIT.
 * Errors: those of a query's compilation in the engine's diagnostics; of the evaluation in opts->ret_error.
 */
#ifndef SW_REGO_PARTIAL_H
#define SW_REGO_PARTIAL_H

#include "rego/rego.h"

struct sw_rego_partial_opts {
	struct sw_str text;                        /* the query */
	const struct sw_rego_query_params *params; /* NULL: v1, no package */
	const struct sw_str *unknowns;             /* refs or variables; none: input */
	uint32_t n_unknowns;
	const struct sw_str *disable;              /* documents that stay references */
	uint32_t n_disable;
	bool shallow;                              /* inline no rule that depends on unknowns */
	bool nondeterministic;                     /* call http.send and such when their arguments are known */
	const char *space;                         /* package of what is generated; NULL: "partial" */
	bool in_place;                             /* support of a rule is put into its own package, as opa build does */
	struct sw_value input;                     /* the known part of it, or SW_UNDEF */
	uint64_t steps;                            /* 0: 100 million */
	unsigned allow;                            /* enum sw_builtin_allow */
	struct sw_buf *print;
	const volatile bool *cancel;
	int64_t timeout_ns;                        /* 0: none */
	struct sw_rego_eval_error *ret_error;      /* filled when the evaluation fails; NULL: not wanted */
};

struct sw_rego_partial {
	struct sw_rego_body *queries;
	uint32_t n_queries; /* 0: undefined whatever the unknowns are. An empty body: true whatever they are */
	struct sw_rego_module **support; /* sorted by package */
	uint32_t n_support;
};

/* 0 or negative with `err`. */
int sw_rego_partial_run(struct sw_rego_engine *e, const struct sw_rego_partial_opts *opts,
	struct sw_rego_partial **ret, struct sw_error *err);

/*
 * The same evaluator with nothing unknown, for the events of a whole evaluation as OPA 1.22 has them, in its
 * order: index look-ups, early exits, what is redone after them, bodies of `every`. Of the options those about
 * unknowns do not count. The texts of whole events live as long as the engine, others until the callback returns.
 * The result is not kept: it is
 * the VM's, which is a hundred times as fast. 0, or negative with `err` where the evaluation ends in an error.
 */
int sw_rego_explain_run(struct sw_rego_engine *e, const struct sw_rego_partial_opts *opts,
	void (*trace)(void *arg, const struct sw_rego_trace_event *ev), void *arg, struct sw_error *err);

/*
 * Questions about an event while it is told, answered in OPA's form.
 * Row: variables of the user that its node names, and rules it refers to that are known: {x: 1, data.a.p: 2}.
 * Values: the expression that it is of as it was written, and below it what its parts were.
 */
void sw_rego_trace_row(const struct sw_rego_trace_event *ev, struct sw_buf *out);
void sw_rego_trace_values(const struct sw_rego_trace_event *ev, struct sw_buf *out);

/* Does one of the queries that are left ask for this document, or for something below it? */
bool sw_rego_partial_refers(const struct sw_rego_partial *p, const struct sw_rego_term *path);

/* The value of OPA's "partial" member: {"queries": [...], "modules": [...]}; indented by `depth` levels. */
void sw_rego_partial_json(struct sw_buf *out, const struct sw_rego_partial *p, uint32_t depth);

/* Canonical text (opa fmt) of a query or of a support module. 0, -SW_EINVALID or -SW_ELIMIT. */
int sw_rego_partial_query_text(
	struct sw_arena *a, const struct sw_rego_body *query, struct sw_buf *out);
int sw_rego_partial_module_text(
	struct sw_arena *a, const struct sw_rego_module *m, struct sw_buf *out);

#endif
