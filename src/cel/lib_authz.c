/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authorizer. Its questions are answered by a cluster's authorization, which is not at hand:
 * they can be written down, and a verdict that needs an answer is "not evaluated".
 */
#include "cel/internal.h"

#define ARGS struct cel_ctx *c, const struct sw_value *v, uint32_t n

static struct sw_value build(ARGS)
{
	return v[0];
}

static struct sw_value ask(ARGS)
{
	struct sw_value e = cel_err(
		c, "the expression asks the cluster's authorizer, which cannot be asked here");
	struct cel_error *err = (struct cel_error *)(uintptr_t)cel_ptr(e);
	if (!c->fatal)
		err->unsupported = true;
	return e;
}

const struct cel_row cel_rows_authz[] = {
	{"path", "Z.s:Z", build, COST_IMPURE, false},
	{"group", "Z.s:Z", build, COST_IMPURE, false},
	{"serviceAccount", "Z.ss:Z", build, COST_IMPURE, false},
	{"resource", "Z.s:Z", build, COST_IMPURE, false},
	{"subresource", "Z.s:Z", build, COST_IMPURE, false},
	{"namespace", "Z.s:Z", build, COST_IMPURE, false},
	{"name", "Z.s:Z", build, COST_IMPURE, false},
	{"fieldSelector", "Z.s:Z", build, COST_IMPURE, false},
	{"labelSelector", "Z.s:Z", build, COST_IMPURE, false},
	{"check", "Z.s:Z", build, COST_IMPURE, false},
	{"allowed", "Z.:b", ask, COST_IMPURE, false},
	{"reason", "Z.:s", ask, COST_IMPURE, false},
	{"errored", "Z.:b", ask, COST_IMPURE, false},
	{"error", "Z.:s", ask, COST_IMPURE, false},
	{NULL, NULL, NULL, 0, false},
};
