/* SPDX-License-Identifier: Apache-2.0 */
/* Inside `policy eval`: one run, and what is told of it. */
#ifndef SW_CMD_POLICY_EVAL_H
#define SW_CMD_POLICY_EVAL_H

#include "cmd/policy/policy.h"
#include "cmd/policy/cover.h"
#include "cmd/policy/partial.h"
#include "cmd/policy/profile.h"
#include "cmd/policy/rego_load.h"

struct sw_eval {
	struct sw_cmd_ctx *ctx;
	struct sw_rego_load load;
	struct sw_source query_src;
	struct sw_value input;
	uint32_t query[SW_COVER_RUNS];
	struct sw_rego_query_info info;
	struct sw_rego_result result;
	struct sw_rego_partial *partial;
	struct sw_rego_eval_error partial_error;
	const struct sw_rego_diags *diags;
	struct sw_error err;
	bool failed;
	int64_t parse_ns, compile_ns, query_ns, eval_ns, input_ns;
	int64_t *times; /* of each evaluation, --count */
	uint32_t n_times;
	struct sw_cover cover; /* [0] evaluates */
	struct sw_buf print;
	struct sw_policy_trace trace;
	struct sw_profile profile;
};

/* In the form asked for, to standard output and standard error (eval_out.c). May set `failed`. */
void sw_eval_report(struct sw_eval *e);

#endif
