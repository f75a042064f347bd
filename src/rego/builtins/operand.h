/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operand checks and small result makers that the builtin groups share. `pos` is the 1-based position that
 * OPA names in its error text, which is not always the argument's place.
 */
#ifndef SW_REGO_BUILTINS_OPERAND_H
#define SW_REGO_BUILTINS_OPERAND_H

#include <string.h>

#include "base/cleanup.h"
#include "rego/builtin.h"
#include "rego/number.h"

static inline int sw_operand_str(
	struct sw_builtin_ctx *ctx, uint32_t pos, struct sw_value v, struct sw_str *ret)
{
	*ret = v.type == SW_STRING ? sw_value_str(v) : SW_STR("");
	return v.type == SW_STRING ? 0 : sw_builtin_operand(ctx, pos, "string", v);
}

static inline int sw_operand_object(struct sw_builtin_ctx *ctx, uint32_t pos, struct sw_value v)
{
	return v.type == SW_OBJECT ? 0 : sw_builtin_operand(ctx, pos, "object", v);
}

/* eval_type_error with a text of the caller's. */
#define sw_operand_fail(ctx, ...)                                                                  \
	({                                                                                         \
		int rc_ = sw_builtin_fail((ctx), __VA_ARGS__);                                     \
		(ctx)->err_code = SW_BUILTIN_TYPE_ERROR;                                           \
		rc_;                                                                               \
	})

/* A Go int as OPA reads it: rego/number.h. */
static inline int sw_operand_int(
	struct sw_builtin_ctx *ctx, uint32_t pos, struct sw_value v, int64_t *ret)
{
	*ret = 0;
	if (v.type != SW_NUMBER)
		return sw_builtin_operand(ctx, pos, "number", v);
	if (sw_rego_number_int(v, ret))
		return 0;
	return sw_operand_fail(
		ctx, "operand %u must be integer number but got floating-point number", pos);
}

/* A fixed tuple as an array value. */
static inline int sw_ret_array(
	struct sw_builtin_ctx *ctx, const struct sw_value *v, uint32_t n, struct sw_value *ret)
{
	struct sw_value *copy = sw_arena_new_array(ctx->arena, n ? n : 1, struct sw_value);

	if (!copy)
		return sw_builtin_limit(ctx, "result");
	if (n)
		memcpy(copy, v, n * sizeof(*v));
	struct sw_value r = sw_array_from(ctx->arena, copy, n);
	if (!sw_defined(r))
		return sw_builtin_limit(ctx, "result");
	*ret = r;
	return 0;
}

#endif
