/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the policy commands: options with their rows, capabilities, schemas, tables and traces
 * in OPA's forms. What is made lives in the arena given, traces until their release. Errors are
 * OPA's, to the word, since scripts compare them.
 */
#ifndef SW_CMD_POLICY_H
#define SW_CMD_POLICY_H

#include "cmd/cmd.h"
#include "rego/builtin.h"
#include "rego/rego.h"
#include "report/jsonw.h"

/* --max-errors as the compiler takes it: OPA has no limit at 0. */
uint32_t sw_policy_max_errors(const struct sw_opts *o);
/* Options whose values cannot be taken, found before anything is loaded. */
int sw_policy_agree(const struct sw_opts *o, struct sw_error *err);
/* A file, or the one version that is built in. *ret is NULL without a path or with that: everything is allowed. */
int sw_policy_caps(struct sw_arena *a, const char *path, const struct sw_rego_caps **ret,
	struct sw_error *err);

/*
 * --schema: a file is the schema of the input, a folder holds schemas that annotations name by their paths in
 * it (schema.a.b is a/b.json). Fills `opts`, which borrows from `a`. No path: annotations count, without a set.
 */
int sw_policy_schemas(struct sw_arena *a, const char *path, struct sw_rego_compile_opts *opts,
	struct sw_error *err);

/* The row of --schema, for `policy eval`, `policy test` and `policy check`. */
#define SW_POLICY_SCHEMA_OPT(f)                                                                                   \
	{.name = "schema",                                                                                        \
		.letter = 's',                                                                                    \
		.metavar = "PATH",                                                                                \
		.type = SW_OPT_STRING,                                                                            \
		.flags = (f),                                                                                     \
		.help = "JSON Schema of the input, or a folder of schemas that annotations name",                 \
		.complete = SW_COMPLETE_FILE}

/* Rows that `policy eval` and `policy test` share: what an evaluation may do and how much of everything. */
#define SW_POLICY_EVAL_OPTS(f)                                                                                    \
	{.name = "allow-dns",                                                                                     \
		.type = SW_OPT_BOOL,                                                                              \
		.flags = (f),                                                                                     \
		.help = "let policies resolve names (net.lookup_ip_addr)"},                                       \
	{.name = "allow-http",                                                                                    \
		.type = SW_OPT_BOOL,                                                                              \
		.flags = (f),                                                                                     \
		.help = "let policies send HTTP requests (http.send)"},                                           \
	{.name = "max-depth",                                                                                     \
		.type = SW_OPT_INT,                                                                               \
		.def = "4096",                                                                                    \
		.flags = (f),                                                                                     \
		.help = "nested calls of rules, functions and comprehensions of one evaluation"},                 \
	{.name = "max-memory",                                                                                    \
		.type = SW_OPT_SIZE,                                                                              \
		.def = "1GiB",                                                                                    \
		.flags = (f),                                                                                     \
		.help = "values of one evaluation"},                                                              \
	{.name = "max-steps",                                                                                     \
		.type = SW_OPT_INT,                                                                               \
		.def = "1000000000",                                                                              \
		.flags = (f),                                                                                     \
		.help = "work of one evaluation: loop turns, calls, builtins"}

void sw_policy_eval_opts(const struct sw_opts *o, struct sw_rego_eval_opts *ret);

#define SW_POLICY_OPA_VERSION "v1.22.2" /* of OPA, whose language and builtins are here */

/* A builtin as capabilities list it. */
void sw_policy_builtin_json(struct sw_jsonw *w, struct sw_arena *a, const struct sw_builtin *b);

/* A box-drawing table; cells are added row by row. */
struct sw_policy_table {
	struct sw_arena *arena;
	struct sw_str *cells;
	uint32_t n, cap, columns;
};
void sw_policy_table_init(struct sw_policy_table *t, struct sw_arena *a);
void sw_policy_table_head(
	struct sw_policy_table *t, struct sw_str name); /* all heads before the first cell */
void sw_policy_table_cell(struct sw_policy_table *t, struct sw_str text);
/* JSON text, cut after `limit` bytes. */
void sw_policy_table_value(struct sw_policy_table *t, struct sw_value v, size_t limit);
void sw_policy_table_write(const struct sw_policy_table *t, struct sw_buf *out);

/* Lines of a trace, with their places in a column as wide as the longest needs. */
struct sw_policy_trace {
	struct sw_buf rows; /* of struct trace_row and its texts */
	struct sw_buf text; /* made by finish */
	struct trace_query *queries; /* by number */
	uint32_t n_queries, generation;
	bool notes_only, fails_only; /* both: one or the other */
	bool vars;		     /* a column of what variables hold */
};
void sw_policy_trace_init(struct sw_policy_trace *t, const char *mode, bool vars);
void sw_policy_trace_release(struct sw_policy_trace *t);
void sw_policy_trace_event(void *arg, const struct sw_rego_trace_event *ev);
void sw_policy_trace_finish(struct sw_policy_trace *t);
/* As `opa test` has it in its details of failures. */
void sw_policy_trace_indented(const struct sw_policy_trace *t, struct sw_buf *out);
void sw_policy_stack_json(struct sw_jsonw *w, const struct sw_rego_loc *v, uint32_t n); /* "stack_trace" */
/* Frames of an error, a line each: "  FILE:ROW: TEXT". */
void sw_policy_stack(struct sw_buf *out, unsigned indent, const struct sw_rego_loc *v, uint32_t n);
void sw_policy_trace_json(struct sw_jsonw *w, const struct sw_policy_trace *t);

#endif
