/* SPDX-License-Identifier: Apache-2.0 */
/* `policy eval --partial`: the run, and its result in the forms of `opa eval`. */
#ifndef SW_CMD_POLICY_PARTIAL_H
#define SW_CMD_POLICY_PARTIAL_H

#include "cmd/policy/policy.h"
#include "rego/partial/partial.h"

/* Options are taken from the command line: unknowns, inlining, limits. */
int sw_policy_partial_run(const struct sw_cmd_ctx *ctx, struct sw_rego_engine *e, struct sw_str query,
	const struct sw_rego_query_params *params, struct sw_value input, struct sw_buf *print,
	struct sw_rego_eval_error *ret_error, struct sw_rego_partial **ret, struct sw_error *err);

void sw_policy_partial_json(struct sw_jsonw *w, const struct sw_rego_partial *p);
int sw_policy_partial_source(struct sw_arena *a, const struct sw_rego_partial *p, struct sw_buf *out,
	struct sw_error *err);
int sw_policy_partial_pretty(struct sw_arena *a, const struct sw_rego_partial *p, struct sw_buf *out,
	struct sw_error *err);

/* Rows of these options. */
#define SW_POLICY_PARTIAL_OPTS(f)                                                                  \
	{.name = "disable-inlining",                                                               \
		.metavar = "PATH",                                                                 \
		.type = SW_OPT_STRING,                                                             \
		.flags = (f) | SW_OPT_LIST,                                                        \
		.help = "with --partial: documents that stay references"},                         \
	{.name = "nondeterminstic-builtins",                                                       \
		.type = SW_OPT_BOOL,                                                               \
		.flags = (f),                                                                      \
		.help = "with --partial: call nondeterministic builtins whose arguments are known " \
			"(spelled as opa spells it)"},                                             \
	{.name = "partial",                                                                        \
		.letter = 'p',                                                                     \
		.type = SW_OPT_BOOL,                                                               \
		.flags = (f),                                                                      \
		.help = "evaluate as far as possible while the unknowns are unknown"},             \
	{.name = "shallow-inlining",                                                               \
		.type = SW_OPT_BOOL,                                                               \
		.flags = (f),                                                                      \
		.help = "with --partial: inline no rule that depends on unknowns"},                \
	{.name = "unknowns",                                                                       \
		.letter = 'u',                                                                     \
		.metavar = "PATH",                                                                 \
		.type = SW_OPT_STRING,                                                             \
		.flags = (f) | SW_OPT_LIST,  \
		.help = "with --partial: what is not known (default input)"}

#endif
