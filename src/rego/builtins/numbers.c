/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic, ranges of numbers, random numbers. */
#include "rego/builtins/arg.h"

static int binary(struct sw_builtin_ctx *ctx, enum sw_rego_arith op, const struct sw_value *args,
	struct sw_value *ret)
{
	const char *why = "";
	SW_TRY(sw_arg_type(ctx, args, 0, SW_NUMBER));
	SW_TRY(sw_arg_type(ctx, args, 1, SW_NUMBER));
	int r = sw_rego_arith(ctx->arena, op, args[0], args[1], ret, &why);
	return r < 0 ? sw_ret_number_error(ctx, r, why) : 0;
}

static int unary(struct sw_builtin_ctx *ctx, enum sw_rego_arith op, const struct sw_value *args,
	struct sw_value *ret)
{
	const char *why = "";
	SW_TRY(sw_arg_type(ctx, args, 0, SW_NUMBER));
	int r = sw_rego_arith(ctx->arena, op, args[0], args[0], ret, &why);
	return r < 0 ? sw_ret_number_error(ctx, r, why) : 0;
}

SW_BUILTIN_FN(plus)
{
	return binary(ctx, SW_REGO_ADD, args, ret);
}

SW_BUILTIN_FN(mul)
{
	return binary(ctx, SW_REGO_MUL, args, ret);
}

SW_BUILTIN_FN(div_)
{
	return binary(ctx, SW_REGO_DIV, args, ret);
}

SW_BUILTIN_FN(rem)
{
	return binary(ctx, SW_REGO_REM, args, ret);
}

SW_BUILTIN_FN(minus)
{
	struct sw_value x = args[0], y = args[1];
	if (x.type == SW_NUMBER && y.type == SW_NUMBER)
		return binary(ctx, SW_REGO_SUB, args, ret);
	if (x.type == SW_SET && y.type == SW_SET) {
		SW_TRY(sw_builtin_steps(ctx, x.n + (uint64_t)y.n));
		return sw_ret_value(ctx, sw_set_difference(ctx->arena, x, y), ret);
	}
	if (x.type != SW_NUMBER && x.type != SW_SET)
		return sw_builtin_operand(ctx, 1, "one of {number, set}", x);
	return sw_builtin_operand(ctx, 2, y.type == SW_NUMBER ? "set" : "number", y);
}

SW_BUILTIN_FN(abs_)
{
	return unary(ctx, SW_REGO_ABS, args, ret);
}

SW_BUILTIN_FN(round_)
{
	return unary(ctx, SW_REGO_ROUND, args, ret);
}

SW_BUILTIN_FN(ceil_)
{
	return unary(ctx, SW_REGO_CEIL, args, ret);
}

SW_BUILTIN_FN(floor_)
{
	return unary(ctx, SW_REGO_FLOOR, args, ret);
}

/* ---- ranges ---- */

static int big_operand(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t i, mpz_t z)
{
	if (args[i].type != SW_NUMBER)
		return sw_builtin_operand(ctx, i + 1, "integer", args[i]);
	if (!sw_rego_number_mpz(args[i], z))
		return sw_arg_fail(ctx,
			"operand %u must be integer number but got floating-point number", i + 1);
	return 0;
}

static int fill_range(
	struct sw_builtin_ctx *ctx, mpz_t at, mpz_t end, mpz_t step, struct sw_value *ret)
{
	struct sw_list list;
	sw_list_init(&list, ctx->arena);
	bool down = mpz_cmp(at, end) > 0;
	if (down)
		mpz_neg(step, step);
	while (down ? mpz_cmp(at, end) >= 0 : mpz_cmp(at, end) <= 0) {
		SW_TRY(sw_builtin_steps(ctx, 1));
		struct sw_value v = sw_rego_mpz_number(ctx->arena, at);
		if (!sw_defined(v) || sw_list_add(&list, v) < 0)
			return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
		mpz_add(at, at, step);
	}
	return sw_ret_value(ctx, sw_list_array(&list), ret);
}

static int range(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	mpz_t v[3];
	for (int i = 0; i < 3; i++)
		mpz_init_set_ui(v[i], 1);
	int r = 0;
	for (uint32_t i = 0; i < n && r == 0; i++)
		r = big_operand(ctx, args, i, v[i]);
	if (r == 0 && mpz_sgn(v[2]) <= 0)
		r = sw_builtin_fail(ctx, "numbers.range_step: step must be a positive integer");
	if (r == 0)
		r = fill_range(ctx, v[0], v[1], v[2], ret);
	for (int i = 0; i < 3; i++)
		mpz_clear(v[i]);
	return r;
}

SW_BUILTIN_FN(range_)
{
	return range(ctx, args, 2, ret);
}

SW_BUILTIN_FN(range_step)
{
	return range(ctx, args, 3, ret);
}

/* ---- random ---- */

/* splitmix64: one step from the evaluation's seed and the call's key; the same key, the same
 * number. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

SW_BUILTIN_FN(rand_intn)
{
	struct sw_str key;
	int64_t max;
	SW_TRY(sw_arg_str(ctx, args, 0, &key));
	SW_TRY(sw_arg_int(ctx, args, 1, &max));
	uint64_t limit = max < 0 ? 0 - (uint64_t)max : (uint64_t)max;
	uint64_t h = mix(ctx->seed ^ limit);
	for (size_t i = 0; i < key.n; i++)
		h = mix(h ^ (unsigned char)key.p[i]);
	*ret = sw_int(limit ? (int64_t)(((unsigned __int128)h * limit) >> 64) : 0);
	return 0;
}

static const struct sw_builtin rows[] = {
	{"abs", NULL, "(number) number", 0, abs_},
	{"ceil", NULL, "(number) number", 0, ceil_},
	{"div", "/", "(number, number) number", 0, div_},
	{"floor", NULL, "(number) number", 0, floor_},
	{"minus", "-", "(any<number,set[any]>, any<number,set[any]>) any<number,set[any]>", 0,
		minus},
	{"mul", "*", "(number, number) number", 0, mul},
	{"numbers.range", NULL, "(number, number) array[number]", 0, range_},
	{"numbers.range_step", NULL, "(number, number, number) array[number]", 0, range_step},
	{"plus", "+", "(number, number) number", 0, plus},
	{"rand.intn", NULL, "(string, number) number", SW_BUILTIN_NONDETERMINISTIC, rand_intn},
	{"rem", "%", "(number, number) number", 0, rem},
	{"round", NULL, "(number) number", 0, round_},
};

const struct sw_builtin_group sw_builtins_numbers = {rows, SW_ARRAY_LEN(rows)};
