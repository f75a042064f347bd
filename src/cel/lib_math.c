/* SPDX-License-Identifier: Apache-2.0 */
/* The math extension. Kubernetes does not have it. */
#include <math.h>

#include "cel/internal.h"

#define ARGS struct cel_ctx *c, const struct sw_value *v, uint32_t n

static struct sw_value extreme(struct cel_ctx *c, const struct sw_value *v, uint32_t n, int want)
{
	struct sw_value r = cel_norm(v[0]);
	for (uint32_t i = 0; i < n; i++) {
		struct sw_value e = cel_norm(v[i]);
		if (e.type != SW_NUMBER && e.type != SW_CEL_UINT)
			return cel_no_overload(c);
		if (cel_cmp(e, r) == want)
			r = e;
	}
	return r;
}
static struct sw_value greatest(ARGS)
{
	if (n == 1 && v[0].type == SW_ARRAY)
		return v[0].n ? extreme(c, v[0].u.a->v, v[0].n, 1)
			      : cel_err(c, "math.@max(list) argument must not be empty");
	return extreme(c, v, n, 1);
}
static struct sw_value least(ARGS)
{
	if (n == 1 && v[0].type == SW_ARRAY)
		return v[0].n ? extreme(c, v[0].u.a->v, v[0].n, -1)
			      : cel_err(c, "math.@min(list) argument must not be empty");
	return extreme(c, v, n, -1);
}

#define DOUBLE(name, expr)                                                                         \
	static struct sw_value name(ARGS)                                                          \
	{                                                                                          \
		double d = v[0].u.d;                                                               \
		return expr;                                                                       \
	}
DOUBLE(ceil_of, sw_double(ceil(d)))
DOUBLE(floor_of, sw_double(floor(d)))
DOUBLE(round_of, sw_double(round(d)))
DOUBLE(trunc_of, sw_double(trunc(d)))
DOUBLE(is_nan, sw_bool(isnan(d)))
DOUBLE(is_inf, sw_bool(isinf(d)))
DOUBLE(is_finite, sw_bool(isfinite(d)))
DOUBLE(abs_double, sw_double(fabs(d)))
DOUBLE(sign_double, sw_double(isnan(d) ? d : d > 0 ? 1 : d < 0 ? -1 : 0))
DOUBLE(sqrt_double, sw_double(sqrt(d)))

static struct sw_value abs_int(ARGS)
{
	return v[0].u.i == INT64_MIN ? cel_err(c, "integer overflow")
				     : sw_int(v[0].u.i < 0 ? -v[0].u.i : v[0].u.i);
}
static struct sw_value same(ARGS)
{
	return v[0];
}
static struct sw_value sign_int(ARGS)
{
	return sw_int((v[0].u.i > 0) - (v[0].u.i < 0));
}
static struct sw_value sign_uint(ARGS)
{
	return cel_uint(v[0].u.i != 0);
}
static struct sw_value sqrt_int(ARGS)
{
	return sw_double(sqrt((double)v[0].u.i));
}
static struct sw_value sqrt_uint(ARGS)
{
	return sw_double(sqrt((double)cel_as_uint(v[0])));
}

/* The first argument's type with these bits. */
static struct sw_value bits(struct sw_value like, uint64_t u)
{
	like.u.i = (int64_t)u;
	return like;
}
static struct sw_value bit_or(ARGS)
{
	return bits(v[0], cel_as_uint(v[0]) | cel_as_uint(v[1]));
}
static struct sw_value bit_and(ARGS)
{
	return bits(v[0], cel_as_uint(v[0]) & cel_as_uint(v[1]));
}
static struct sw_value bit_xor(ARGS)
{
	return bits(v[0], cel_as_uint(v[0]) ^ cel_as_uint(v[1]));
}
static struct sw_value bit_not(ARGS)
{
	return bits(v[0], ~cel_as_uint(v[0]));
}
static struct sw_value shift_left(ARGS)
{
	if (v[1].u.i < 0)
		return cel_err(c, "math.bitShiftLeft() negative offset: %lld", (long long)v[1].u.i);
	return bits(v[0], v[1].u.i > 63 ? 0 : cel_as_uint(v[0]) << v[1].u.i);
}
static struct sw_value shift_right(ARGS)
{
	if (v[1].u.i < 0)
		return cel_err(
			c, "math.bitShiftRight() negative offset: %lld", (long long)v[1].u.i);
	return bits(v[0], v[1].u.i > 63 ? 0 : cel_as_uint(v[0]) >> v[1].u.i);
}

#define BITS(name, fn)                                                                             \
	{name, "ii:i", fn, COST_1, true},                                                          \
	{                                                                                          \
		name, "uu:u", fn, COST_1, true                                                     \
	}

const struct cel_row cel_rows_math[] = {
	{"math.greatest", "?*:?", greatest, COST_1, true},
	{"math.least", "?*:?", least, COST_1, true},
	{"math.ceil", "d:d", ceil_of, COST_1, true},
	{"math.floor", "d:d", floor_of, COST_1, true},
	{"math.round", "d:d", round_of, COST_1, true},
	{"math.trunc", "d:d", trunc_of, COST_1, true},
	{"math.isNaN", "d:b", is_nan, COST_1, true},
	{"math.isInf", "d:b", is_inf, COST_1, true},
	{"math.isFinite", "d:b", is_finite, COST_1, true},
	{"math.abs", "d:d", abs_double, COST_1, true},
	{"math.abs", "i:i", abs_int, COST_1, true},
	{"math.abs", "u:u", same, COST_1, true},
	{"math.sign", "d:d", sign_double, COST_1, true},
	{"math.sign", "i:i", sign_int, COST_1, true},
	{"math.sign", "u:u", sign_uint, COST_1, true},
	{"math.sqrt", "d:d", sqrt_double, COST_1, true},
	{"math.sqrt", "i:d", sqrt_int, COST_1, true},
	{"math.sqrt", "u:d", sqrt_uint, COST_1, true},
	BITS("math.bitOr", bit_or),
	BITS("math.bitAnd", bit_and),
	BITS("math.bitXor", bit_xor),
	{"math.bitNot", "i:i", bit_not, COST_1, true},
	{"math.bitNot", "u:u", bit_not, COST_1, true},
	{"math.bitShiftLeft", "ii:i", shift_left, COST_1, true},
	{"math.bitShiftLeft", "ui:u", shift_left, COST_1, true},
	{"math.bitShiftRight", "ii:i", shift_right, COST_1, true},
	{"math.bitShiftRight", "ui:u", shift_right, COST_1, true},
	{NULL, NULL, NULL, 0, false},
};
