/* SPDX-License-Identifier: Apache-2.0 */
/* `policy eval --profile`: where an evaluation spends its time, by the place of expressions. */
#ifndef SW_CMD_POLICY_PROFILE_H
#define SW_CMD_POLICY_PROFILE_H

#include "cmd/policy/policy.h"

struct sw_profile_row {
	struct sw_str file;
	struct sw_str text;
	uint32_t row, col;
	int64_t ns;
	uint32_t evals, redos, exprs; /* exprs: different ones on the line */
};

struct sw_profile {
	struct sw_arena *arena;
	struct sw_profile_row *rows;
	uint32_t n, cap;
	uint32_t current; /* whose clock runs; UINT32_MAX: none */
	int64_t since;
};

void sw_profile_init(struct sw_profile *p, struct sw_arena *a);
void sw_profile_event(void *arg, const struct sw_rego_trace_event *ev); /* a trace hook */
/* Stops the clock and sorts: by the criteria of opa's --profile-sort, then as without: by time and place. */
void sw_profile_finish(struct sw_profile *p, const struct sw_optval *by);
/* Minimum, maximum, mean, percentiles … of n times (which are sorted), as OPA has them. */
void sw_profile_statistics(struct sw_jsonw *w, const char *key, int64_t *v, uint32_t n);
void sw_profile_json(struct sw_jsonw *w, const struct sw_profile *p, uint32_t limit);
void sw_profile_table(struct sw_buf *out, const struct sw_profile *p, uint32_t limit);

#endif
