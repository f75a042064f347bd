/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the functions of a group say again and again: operands of a type, and errors in OPA's words.
 * Every check returns 0, or fills the context and returns the negative code to hand on.
 */
#ifndef SW_REGO_BUILTINS_ARG_H
#define SW_REGO_BUILTINS_ARG_H

#include "base/cleanup.h"
#include "rego/builtin.h"
#include "rego/number.h"

/* The signature of every builtin. */
#define SW_BUILTIN_FN(name)                                                                        \
	static int name(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,       \
		struct sw_value *ret)

/* Hand a failure on. */
#define SW_TRY(call)                                                                               \
	do {                                                                                       \
		int try_ = (call);                                                                 \
		if (try_ < 0)                                                                      \
			return try_;                                                               \
	} while (0)

/* An operand error with a text of its own. */
#define sw_arg_fail(ctx, ...)                                                                      \
	(sw_builtin_fail((ctx), __VA_ARGS__), (ctx)->err_code = SW_BUILTIN_TYPE_ERROR, -SW_EINVALID)

static inline int sw_arg_type(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t i, enum sw_type t)
{
	if (args[i].type == t)
		return 0;
	return sw_builtin_operand(ctx, i + 1, sw_type_name(t), args[i]);
}

static inline int sw_arg_str(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t i, struct sw_str *ret)
{
	SW_TRY(sw_arg_type(ctx, args, i, SW_STRING));
	*ret = sw_value_str(args[i]);
	return 0;
}

static inline int sw_arg_int(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t i, int64_t *ret)
{
	SW_TRY(sw_arg_type(ctx, args, i, SW_NUMBER));
	if (sw_rego_number_int(args[i], ret))
		return 0;
	return sw_arg_fail(
		ctx, "operand %u must be integer number but got floating-point number", i + 1);
}

/* "operand 1 must be array of numbers but got array containing string" */
static inline int sw_arg_element(struct sw_builtin_ctx *ctx, uint32_t i, struct sw_value whole,
	struct sw_value element, const char *want)
{
	const char *t = sw_type_name((enum sw_type)whole.type);
	return sw_arg_fail(ctx, "operand %u must be %s of %ss but got %s containing %s", i + 1, t,
		want, t, sw_type_name((enum sw_type)element.type));
}

static inline int sw_arg_list(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t i, const char *want)
{
	if (args[i].type == SW_ARRAY || args[i].type == SW_SET)
		return 0;
	return sw_builtin_operand(ctx, i + 1, want, args[i]);
}

/* A result that is SW_UNDEF because the arena is full. */
static inline int sw_ret_value(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_value *ret)
{
	if (!sw_defined(v))
		return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
	*ret = v;
	return 0;
}

/* The failure of sw_rego_arith() and its like. */
static inline int sw_ret_number_error(struct sw_builtin_ctx *ctx, int code, const char *why)
{
	return code == -SW_ELIMIT ? sw_builtin_limit(ctx, why) : sw_builtin_fail(ctx, "%s", why);
}

/* The content of a buffer as the result; its ceiling reached is a limit. */
static inline int sw_ret_buf(
	struct sw_builtin_ctx *ctx, const struct sw_buf *b, struct sw_value *ret)
{
	if (b->overflow)
		return sw_builtin_limit(ctx, "string too long");
	return sw_builtin_ret_str(ctx, sw_buf_str(b), ret);
}

/* Ceiling of every string that a builtin makes. */
enum { SW_BUILTIN_STR_MAX = 256 << 20 };

#endif
