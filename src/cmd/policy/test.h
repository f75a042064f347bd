/* SPDX-License-Identifier: Apache-2.0 */
/* Inside `policy test`: one run over the tests of some policies, and what is told of it. */
#ifndef SW_CMD_POLICY_TEST_H
#define SW_CMD_POLICY_TEST_H

#include "cmd/policy/policy.h"
#include "cmd/policy/cover.h"
#include "cmd/policy/test_bench.h"
#include "cmd/policy/test_cases.h"
#include "cmd/policy/test_trace.h"
#include "cmd/policy/rego_load.h"

enum sw_test_outcome { SW_TEST_PASS, SW_TEST_FAIL, SW_TEST_SKIP, SW_TEST_ERROR, SW_TEST__COUNT };

struct sw_test {
	const struct sw_rego_rule *rule;
	struct sw_str package, name, full; /* "data.a_test", "test_x", "data.a_test.test_x" */
	struct sw_test_case cases;
	struct sw_test_bench bench;
	uint32_t query[SW_COVER_RUNS]; /* of each engine */
	enum sw_test_outcome outcome;
	int64_t ns;
	struct sw_str output, error, code;
	struct sw_rego_loc error_loc;
	const struct sw_rego_loc *stack;
	uint32_t n_stack;
	struct sw_test_trace *trace; /* of a test that failed, where traces are wanted */
};

struct sw_test_suite {
	struct sw_cmd_ctx *ctx;
	struct sw_rego_load load;
	struct sw_cover cover; /* [0] runs the tests; more of them only for coverage */
	struct sw_error err;
	struct sw_test *v;
	uint32_t n, cap;
	uint32_t count[SW_TEST__COUNT];
	double threshold; /* percent of lines that must be covered */
	bool verbose, values, tracing, covering;
};

/* ---- test_out.c ---- */

/* Tells of all tests in the form asked for; returns the exit code. */
int sw_test_report(struct sw_test_suite *s);

/* ---- test_watch.c ---- */

/*
 * Runs `once` whenever something below the paths changes, until it is interrupted. `once` writes to ctx->out.
 * Returns the exit code.
 */
int sw_test_watch(struct sw_cmd_ctx *ctx, int (*once)(struct sw_cmd_ctx *ctx));

#endif
