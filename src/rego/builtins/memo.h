/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of nondeterministic builtins, kept for the length of one evaluation in ctx->memo, an object of
 * [name, key] to result. Keys and results live in ctx->arena.
 */
#ifndef SW_REGO_BUILTINS_MEMO_H
#define SW_REGO_BUILTINS_MEMO_H

#include "rego/builtin.h"

bool sw_builtin_memo_get(
	struct sw_builtin_ctx *ctx, const char *name, struct sw_value key, struct sw_value *ret);
int sw_builtin_memo_put(
	struct sw_builtin_ctx *ctx, const char *name, struct sw_value key, struct sw_value v);

#endif
