/* SPDX-License-Identifier: Apache-2.0 */
/* units.parse, units.parse_bytes */
#include <stdlib.h>

#include "rego/builtins/arg.h"
#include "rego/builtins/unicode.h"

/*
 * "10.5e3Ki" is a number and a unit. An e is an exponent only when a digit or a sign follows; an
 * exponent of more than six digits is refused. false: refused.
 */
static bool split_unit(struct sw_str s, struct sw_str *ret_num, struct sw_str *ret_unit)
{
	enum { EXPONENT_DIGITS = 6 };
	size_t i = 0;
	for (; i < s.n; i++) {
		char c = s.p[i];
		bool digit = c >= '0' && c <= '9';
		bool e = c == 'e' || c == 'E';
		if (!digit && c != '.' && !e && c != '+' && c != '-')
			break;
		if (!e)
			continue;
		char next = i + 1 < s.n ? s.p[i + 1] : '\0';
		bool sign = next == '+' || next == '-';
		if (!sign && (next < '0' || next > '9'))
			break;
		i += sign;
		size_t end = i + 1;
		while (end < s.n && s.p[end] >= '0' && s.p[end] <= '9')
			end++;
		if (end - (i + 1) > EXPONENT_DIGITS)
			return false;
	}
	*ret_num = sw_str_sub(s, 0, i);
	*ret_unit = sw_str_sub(s, i, s.n);
	return true;
}

/* Without quotation marks; lower cases everything behind `keep` bytes. */
static struct sw_str cleaned(struct sw_buf *b, struct sw_str s, bool lower)
{
	sw_autobuf t;
	sw_buf_init(&t, SW_BUILTIN_STR_MAX);
	if (lower) {
		sw_unicode_lower(&t, s);
		s = sw_buf_str(&t);
	}
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '"')
			sw_buf_addch(b, s.p[i]);
	return sw_buf_str(b);
}

static const char letters[] = "kmgtpe";

/* Exponent of 1000 or 1024 that a unit's first letter stands for, 1 … 6; 0: none. */
static unsigned power_of(char c)
{
	const char *hit = c ? strchr(letters, c | 0x20) : NULL;
	return hit ? (unsigned)(hit - letters) + 1 : 0;
}

static uint64_t pow_u64(uint64_t base, unsigned n)
{
	uint64_t r = 1;
	while (n--)
		r *= base;
	return r;
}

#define BYTES "units.parse_bytes: "

SW_BUILTIN_FN(parse_bytes)
{
	struct sw_str raw, num, unit;
	SW_TRY(sw_arg_str(ctx, args, 0, &raw));
	SW_TRY(sw_builtin_steps(ctx, raw.n / 4));
	sw_autobuf b;
	sw_buf_init(&b, SW_BUILTIN_STR_MAX);
	struct sw_str s = cleaned(&b, raw, true);
	if (sw_str_chr(s, ' ', 0) != SW_NPOS)
		return sw_builtin_fail(ctx, BYTES "spaces not allowed in resource strings");
	if (!split_unit(s, &num, &unit))
		return sw_builtin_fail(ctx, BYTES "exponent too large");
	if (!num.n)
		return sw_builtin_fail(ctx, BYTES "no byte amount provided");
	unsigned power = unit.n ? power_of(unit.p[0]) : 0;
	struct sw_str tail = sw_str_sub(unit, 1, unit.n);
	bool decimal = power && (!tail.n || sw_str_is(tail, "b"));
	bool binary = power && (sw_str_is(tail, "i") || sw_str_is(tail, "ib"));
	if (unit.n && !decimal && !binary)
		return sw_builtin_fail(
			ctx, BYTES "byte unit %.*s not recognized", SW_STR_ARG(unit));
	mpz_t z;
	mpz_init(z);
	bool ok = sw_rego_scaled_trunc(num, pow_u64(decimal ? 1000 : 1024, power), z);
	struct sw_value v = ok ? sw_rego_mpz_number(ctx->arena, z) : sw_undef();
	mpz_clear(z);
	if (!ok)
		return sw_builtin_fail(ctx, BYTES "could not parse byte amount to a number");
	return sw_ret_value(ctx, v, ret);
}

#define UNITS "units.parse: "

/* 1: known. The unit as a fraction. "m" is not 1/1000 but the float 0.001, exactly. */
static bool unit_factor(struct sw_str unit, mpq_t f)
{
	mpq_set_ui(f, 1, 1);
	if (!unit.n)
		return true;
	if (sw_str_is(unit, "m")) {
		mpq_set_d(f, 0.001);
		return true;
	}
	unsigned power = power_of(unit.p[0]);
	bool binary = sw_str_is(sw_str_sub(unit, 1, unit.n), "i");
	if (!power || (unit.n > 1 && !binary))
		return false;
	mpz_ui_pow_ui(mpq_numref(f), binary ? 1024 : 1000, power);
	return true;
}

/* Decimal text as an exact fraction. */
static bool read_fraction(struct sw_str s, mpq_t q)
{
	bool ok = s.n > 0;
	size_t i = ok && (s.p[0] == '+' || s.p[0] == '-');
	bool neg = i && s.p[0] == '-';
	sw_autobuf digits;
	sw_buf_init(&digits, 1 << 20);
	int64_t scale = 0, e = 0;
	bool point = false;
	for (; i < s.n && (s.p[i] | 0x20) != 'e' && ok; i++) {
		if (s.p[i] == '.') {
			ok = !point;
			point = true;
		} else {
			ok = s.p[i] >= '0' && s.p[i] <= '9';
			sw_buf_addch(&digits, s.p[i]);
			scale -= point;
		}
	}
	if (ok && i < s.n)
		ok = i + 1 < s.n &&
		     sw_str_to_i64(sw_str_sub(s, i + 1 + (s.p[i + 1] == '+'), s.n), &e);
	if (!ok || !digits.n || digits.overflow ||
		mpz_set_str(mpq_numref(q), sw_buf_cstr(&digits), 10))
		return false;
	e += scale;
	if (e > SW_REGO_NUMBER_EXP || e < -SW_REGO_NUMBER_EXP)
		return false;
	mpz_t p;
	mpz_init(p);
	mpz_ui_pow_ui(p, 10, (unsigned long)(e < 0 ? -e : e));
	if (e < 0)
		mpz_set(mpq_denref(q), p);
	else
		mpz_mul(mpq_numref(q), mpq_numref(q), p);
	mpz_clear(p);
	if (neg)
		mpz_neg(mpq_numref(q), mpq_numref(q));
	mpq_canonicalize(q);
	return true;
}

/* big.Rat's FloatString(10): ten digits behind the point, half away from zero. */
static struct sw_value ten_digits(struct sw_arena *a, mpq_t q)
{
	mpz_t n, rest;
	mpz_init(n);
	mpz_init(rest);
	bool neg = mpq_sgn(q) < 0;
	mpz_abs(n, mpq_numref(q));
	mpz_mul_ui(n, n, 10000000000u);
	mpz_tdiv_qr(n, rest, n, mpq_denref(q));
	mpz_mul_2exp(rest, rest, 1);
	if (mpz_cmp(rest, mpq_denref(q)) >= 0)
		mpz_add_ui(n, n, 1);
	sw_autobuf out;
	sw_buf_init(&out, 0);
	char *digits = mpz_get_str(NULL, 10, n);
	size_t len = strlen(digits);
	if (neg)
		sw_buf_addch(&out, '-');
	if (len > 10)
		sw_buf_add(&out, digits, len - 10);
	else
		sw_buf_addch(&out, '0');
	sw_buf_addch(&out, '.');
	if (len < 10)
		sw_buf_pad(&out, '0', 10 - len);
	sw_buf_add(&out, len > 10 ? digits + len - 10 : digits, len > 10 ? 10 : len);
	free(digits);
	mpz_clear(rest);
	mpz_clear(n);
	struct sw_str text = sw_arena_str(a, sw_buf_str(&out));
	return text.p ? sw_number(text) : sw_undef();
}

/* Only what follows the first letter is lower-cased: m is milli, M is mega. */
static struct sw_str unit_spelling(struct sw_buf *b, struct sw_str unit)
{
	sw_buf_addstr(b, sw_str_sub(unit, 0, 1));
	sw_unicode_lower(b, sw_str_sub(unit, 1, unit.n));
	return sw_buf_str(b);
}

static int scaled(
	struct sw_builtin_ctx *ctx, struct sw_str num, struct sw_str unit, struct sw_value *ret)
{
	mpq_t q, f;
	mpq_init(q);
	mpq_init(f);
	int r = 0;
	if (!unit_factor(unit, f))
		r = sw_builtin_fail(ctx, UNITS "unit %.*s not recognized", SW_STR_ARG(unit));
	else if (!read_fraction(num, q))
		r = sw_builtin_fail(ctx, UNITS "could not parse amount to a number");
	if (r == 0) {
		mpq_mul(q, q, f);
		bool whole = mpz_cmp_ui(mpq_denref(q), 1) == 0;
		r = sw_ret_value(ctx,
			whole ? sw_rego_mpz_number(ctx->arena, mpq_numref(q))
			      : ten_digits(ctx->arena, q),
			ret);
	}
	mpq_clear(f);
	mpq_clear(q);
	return r;
}

SW_BUILTIN_FN(parse)
{
	struct sw_str raw, num, unit;
	SW_TRY(sw_arg_str(ctx, args, 0, &raw));
	SW_TRY(sw_builtin_steps(ctx, raw.n / 4));
	sw_autobuf b, u;
	sw_buf_init(&b, SW_BUILTIN_STR_MAX);
	sw_buf_init(&u, SW_BUILTIN_STR_MAX);
	struct sw_str s = cleaned(&b, raw, false);
	if (sw_str_chr(s, ' ', 0) != SW_NPOS)
		return sw_builtin_fail(ctx, UNITS "spaces not allowed in resource strings");
	if (!split_unit(s, &num, &unit))
		return sw_builtin_fail(ctx, UNITS "exponent too large");
	if (!num.n)
		return sw_builtin_fail(ctx, UNITS "no amount provided");
	return scaled(ctx, num, unit_spelling(&u, unit), ret);
}

static const struct sw_builtin rows[] = {
	{"units.parse", NULL, "(string) number", 0, parse},
	{"units.parse_bytes", NULL, "(string) number", 0, parse_bytes},
};

const struct sw_builtin_group sw_builtins_units = {rows, SW_ARRAY_LEN(rows)};
