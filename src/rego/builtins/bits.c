/* SPDX-License-Identifier: Apache-2.0 */
/* bits.*: two's complement arithmetic on integers of any size. */
#include "rego/builtins/arg.h"

enum op { OP_AND, OP_OR, OP_XOR, OP_NEGATE, OP_LSH, OP_RSH };

static int operand(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t i, mpz_t z)
{
	if (args[i].type != SW_NUMBER)
		return sw_builtin_operand(ctx, i + 1, "integer", args[i]);
	if (!sw_rego_number_mpz(args[i], z))
		return sw_arg_fail(ctx,
			"operand %u must be integer number but got floating-point number", i + 1);
	return 0;
}

static int shift(struct sw_builtin_ctx *ctx, bool left, mpz_t x, const mpz_t by)
{
	if (mpz_sgn(by) < 0)
		return sw_arg_fail(ctx,
			"operand 2 must be an unsigned integer number but got a negative integer");
	bool huge = mpz_cmp_ui(by, SW_REGO_NUMBER_BITS) > 0;
	if (!left) { /* by the low 64 bits of it, as big.Int.Uint64() gives them */
		huge = mpz_get_ui(by) > SW_REGO_NUMBER_BITS;
		mpz_fdiv_q_2exp(x, x, huge ? SW_REGO_NUMBER_BITS + 1 : mpz_get_ui(by));
		return 0;
	}
	if (mpz_sgn(x) == 0)
		return 0;
	if (huge)
		return sw_builtin_limit(ctx, "number too big");
	mpz_mul_2exp(x, x, mpz_get_ui(by));
	return 0;
}

static int apply(struct sw_builtin_ctx *ctx, enum op op, mpz_t x, const mpz_t y)
{
	switch (op) {
	case OP_AND:
		mpz_and(x, x, y);
		return 0;
	case OP_OR:
		mpz_ior(x, x, y);
		return 0;
	case OP_XOR:
		mpz_xor(x, x, y);
		return 0;
	case OP_NEGATE:
		mpz_com(x, x);
		return 0;
	case OP_LSH:
	case OP_RSH:
		return shift(ctx, op == OP_LSH, x, y);
	}
	return 0;
}

static int bits(struct sw_builtin_ctx *ctx, enum op op, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	mpz_t x, y;
	mpz_init(x);
	mpz_init(y);
	int r = operand(ctx, args, 0, x);
	if (r == 0 && n > 1)
		r = operand(ctx, args, 1, y);
	if (r == 0)
		r = apply(ctx, op, x, y);
	if (r == 0)
		r = sw_ret_value(ctx, sw_rego_mpz_number(ctx->arena, x), ret);
	mpz_clear(y);
	mpz_clear(x);
	return r;
}

SW_BUILTIN_FN(bits_and)
{
	return bits(ctx, OP_AND, args, n, ret);
}

SW_BUILTIN_FN(bits_or)
{
	return bits(ctx, OP_OR, args, n, ret);
}

SW_BUILTIN_FN(bits_xor)
{
	return bits(ctx, OP_XOR, args, n, ret);
}

SW_BUILTIN_FN(bits_negate)
{
	return bits(ctx, OP_NEGATE, args, n, ret);
}

SW_BUILTIN_FN(bits_lsh)
{
	return bits(ctx, OP_LSH, args, n, ret);
}

SW_BUILTIN_FN(bits_rsh)
{
	return bits(ctx, OP_RSH, args, n, ret);
}

static const struct sw_builtin rows[] = {
	{"bits.and", NULL, "(number, number) number", 0, bits_and},
	{"bits.lsh", NULL, "(number, number) number", 0, bits_lsh},
	{"bits.negate", NULL, "(number) number", 0, bits_negate},
	{"bits.or", NULL, "(number, number) number", 0, bits_or},
	{"bits.rsh", NULL, "(number, number) number", 0, bits_rsh},
	{"bits.xor", NULL, "(number, number) number", 0, bits_xor},
};

const struct sw_builtin_group sw_builtins_bits = {rows, SW_ARRAY_LEN(rows)};
