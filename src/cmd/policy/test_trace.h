/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is told of a test that failed, gathered while it is evaluated once more: its trace, and of the test or
 * of each of its cases the expression at which it failed.
 */
#ifndef SW_CMD_POLICY_TEST_TRACE_H
#define SW_CMD_POLICY_TEST_TRACE_H

#include "cmd/policy/policy.h"
#include "cmd/policy/test_cases.h"

struct sw_test_trace {
	struct sw_policy_trace rows;
	struct sw_arena *arena;	    /* of what outlives the evaluation */
	struct sw_test_case *cases; /* of the test, whose failures are filled in */
	struct sw_test_case *begun; /* the case that began last, or NULL */
	bool values;
	const struct sw_rego_loc *fail; /* the last expression below the query that failed */
	struct sw_buf text;		/* and what its parts were */
	struct sw_test_failure failure; /* of the test as a whole */
};

/* mode: --explain, "" for notes and failures. */
void sw_test_trace_init(struct sw_test_trace *t, struct sw_arena *a, const char *mode, bool values,
	struct sw_test_case *cases);
void sw_test_trace_event(void *arg, const struct sw_rego_trace_event *ev); /* for sw_rego_explain_run() */
void sw_test_trace_finish(struct sw_test_trace *t);
void sw_test_trace_release(struct sw_test_trace *t);

/* `--var-values` of a test or case: a blank line, the place, and the expression with its values. */
void sw_test_failure_write(struct sw_buf *out, const struct sw_test_failure *f, unsigned indent);

#endif
