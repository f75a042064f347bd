/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rego/number_float.h"

static const char too_big[] = "number too big";

struct sw_str sw_rego_number_text(struct sw_value v, char tmp[SW_REGO_NUMTEXT_MAX])
{
	if (v.repr == SW_NUM_TEXT)
		return sw_value_str(v);
	int n = 0;
	if (v.repr == SW_NUM_INT) {
		n = snprintf(tmp, SW_REGO_NUMTEXT_MAX, "%lld", (long long)v.u.i);
	} else {
		for (int digits = 1; digits <= 17;
			digits++) { /* the fewest that read back the same */
			n = snprintf(tmp, SW_REGO_NUMTEXT_MAX, "%.*g", digits, v.u.d);
			if (strtod(tmp, NULL) == v.u.d)
				break;
		}
	}
	return sw_str_make(tmp, (size_t)n);
}

bool sw_rego_number_int(struct sw_value v, int64_t *ret)
{
	if (v.type != SW_NUMBER)
		return false;
	if (v.repr == SW_NUM_INT) {
		*ret = v.u.i;
		return true;
	}
	char tmp[SW_REGO_NUMTEXT_MAX];
	struct sw_str s = sw_rego_number_text(v, tmp);
	bool neg = s.n && s.p[0] == '-';
	if (s.n - neg > 19)
		return false;
	size_t end = sw_str_chr(s, '.', 0);
	for (size_t i = end == SW_NPOS ? s.n : end + 1; i < s.n; i++)
		if (s.p[i] != '0')
			return false;
	struct sw_str whole = sw_str_sub(s, 0, end == SW_NPOS ? s.n : end);
	if (neg && whole.n == 1)
		return false;
	if (!whole.n) {
		*ret = 0;
		return true;
	}
	return sw_str_to_i64(whole, ret);
}

/* ---- integers ---- */

static bool mpz_from_digits(struct sw_str s, mpz_t z)
{
	char small[64], *copy = s.n < sizeof(small) ? small : malloc(s.n + 1);
	if (!copy)
		abort();
	memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	bool ok = mpz_set_str(z, copy, 10) == 0;
	if (copy != small)
		free(copy);
	return ok;
}

bool sw_rego_decimal_read(struct sw_str s, bool *ret_neg, mpz_t mant, int64_t *ret_exp)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
	*ret_neg = i && s.p[0] == '-';
	size_t end = i;
	while (end < s.n && (s.p[end] | 0x20) != 'e')
		end++;
	int64_t e = 0;
	if (end < s.n) {
		size_t k = end + 1;
		bool neg = k < s.n && s.p[k] == '-';
		k += k < s.n && (s.p[k] == '-' || s.p[k] == '+');
		if (k >= s.n)
			return false;
		for (; k < s.n; k++) {
			if (s.p[k] < '0' || s.p[k] > '9')
				return false;
			if (e <= 10 * SW_REGO_NUMBER_EXP)
				e = e * 10 + (s.p[k] - '0');
		}
		e = neg ? -e : e;
	}
	char small[128], *digits = end < sizeof(small) ? small : malloc(end + 1);
	if (!digits)
		abort();
	size_t n = 0, dots = 0;
	bool ok = true;
	for (; i < end; i++) {
		if (s.p[i] == '.') {
			dots++;
		} else if (s.p[i] >= '0' && s.p[i] <= '9') {
			digits[n++] = s.p[i];
			e -= dots > 0;
		} else {
			ok = false;
		}
	}
	ok = ok && n && dots <= 1 && n <= SW_REGO_NUMBER_BITS / 4 &&
	     mpz_from_digits(sw_str_make(digits, n), mant);
	if (digits != small)
		free(digits);
	*ret_exp = e;
	return ok &&
	       (mpz_sgn(mant) == 0 || (e <= SW_REGO_NUMBER_EXP && e >= -10 * SW_REGO_NUMBER_EXP));
}

bool sw_rego_number_mpz(struct sw_value v, mpz_t z)
{
	if (v.type != SW_NUMBER)
		return false;
	if (v.repr == SW_NUM_INT) {
		mpz_set_si(z, v.u.i);
		return true;
	}
	char tmp[SW_REGO_NUMTEXT_MAX];
	bool neg;
	int64_t e;
	if (!sw_rego_decimal_read(sw_rego_number_text(v, tmp), &neg, z, &e))
		return false;
	bool whole = true;
	if (mpz_sgn(z) && e) {
		mpz_t p;
		mpz_init(p);
		mpz_ui_pow_ui(p, 10, (unsigned long)(e < 0 ? -e : e));
		if (e > 0)
			mpz_mul(z, z, p);
		else if ((whole = mpz_divisible_p(z, p)))
			mpz_divexact(z, z, p);
		mpz_clear(p);
	}
	if (neg)
		mpz_neg(z, z);
	return whole;
}

struct sw_value sw_rego_mpz_number(struct sw_arena *a, const mpz_t z)
{
	if (mpz_fits_slong_p(z))
		return sw_int(mpz_get_si(z));
	if (mpz_sizeinbase(z, 2) > SW_REGO_NUMBER_BITS)
		return sw_undef();
	char *p = sw_arena_alloc(a, mpz_sizeinbase(z, 10) + 2);
	if (!p)
		return sw_undef();
	mpz_get_str(p, 10, z);
	return sw_number(sw_str_from(p));
}

bool sw_rego_number_trunc(struct sw_value v, mpz_t z)
{
	struct flt f;
	flt_init(&f, FLT_PREC);
	bool ok = flt_from_number(&f, v);
	if (ok)
		flt_trunc(&f, z);
	flt_clear(&f);
	return ok;
}

bool sw_rego_scaled_trunc(struct sw_str text, uint64_t scale, mpz_t z)
{
	struct flt f, s;
	flt_init(&f, FLT_PREC);
	flt_init(&s, FLT_PREC);
	mpz_set_ui(s.m, scale);
	bool ok = flt_from_text(&f, text);
	if (ok) {
		flt_mul(&f, &f, &s);
		flt_trunc(&f, z);
	}
	flt_clear(&s);
	flt_clear(&f);
	return ok;
}

/* ---- operations ---- */

static int ret_mpz(struct sw_arena *a, const mpz_t z, struct sw_value *ret, const char **ret_why)
{
	struct sw_value v = sw_rego_mpz_number(a, z);
	if (!sw_defined(v)) {
		*ret_why = too_big;
		return -SW_ELIMIT;
	}
	*ret = v;
	return 0;
}

static int fail(const char **ret_why, const char *why)
{
	*ret_why = why;
	return -SW_EINVALID;
}

/* 1: done, 0: go on with wider numbers, negative: error. */
static int small_op(
	enum sw_rego_arith op, int64_t x, int64_t y, struct sw_value *ret, const char **ret_why)
{
	int64_t r;
	switch (op) {
	case SW_REGO_ADD:
		if (__builtin_add_overflow(x, y, &r))
			return 0;
		break;
	case SW_REGO_SUB:
		if (__builtin_sub_overflow(x, y, &r))
			return 0;
		break;
	case SW_REGO_MUL:
		if (__builtin_mul_overflow(x, y, &r))
			return 0;
		break;
	case SW_REGO_DIV:
		if (y == 0)
			return fail(ret_why, "divide by zero");
		if (x == 0 || y == -1 || x % y != 0) /* the quotient may be -0, or overflow */
			return 0;
		r = x / y;
		break;
	case SW_REGO_REM:
		if (y == 0)
			return fail(ret_why, "modulo by zero");
		r = y == -1 ? 0 : x % y;
		break;
	default:
		return 0;
	}
	*ret = sw_int(r);
	return 1;
}

/* Both operands in mpz: 1 done, 0 when there is no exact way. */
static int exact_op(struct sw_arena *a, enum sw_rego_arith op, mpz_t x, mpz_t y,
	struct sw_value *ret, const char **ret_why)
{
	if (op == SW_REGO_REM && mpz_sgn(y) == 0)
		return fail(ret_why, "modulo by zero");
	if (mpz_sizeinbase(x, 2) + mpz_sizeinbase(y, 2) > SW_REGO_NUMBER_BITS) {
		*ret_why = too_big;
		return -SW_ELIMIT;
	}
	switch (op) {
	case SW_REGO_ADD:
		mpz_add(x, x, y);
		break;
	case SW_REGO_SUB:
		mpz_sub(x, x, y);
		break;
	case SW_REGO_MUL:
		mpz_mul(x, x, y);
		break;
	case SW_REGO_REM:
		mpz_tdiv_r(x, x, y);
		break;
	default:
		return 0;
	}
	int r = ret_mpz(a, x, ret, ret_why);
	return r < 0 ? r : 1;
}

static int float_unary(enum sw_rego_arith op, struct flt *x)
{
	struct flt half;
	if (op == SW_REGO_ABS) {
		x->neg = false;
		return 0;
	}
	flt_init(&half, FLT_PREC);
	if (op == SW_REGO_ROUND) {
		mpz_set_ui(half.m, 1);
		half.e = -1;
		half.neg = x->neg;
		flt_add(x, x, &half);
		flt_set_trunc(x, x);
	} else {
		struct flt whole;
		flt_init(&whole, FLT_PREC);
		flt_set_trunc(&whole, x);
		bool towards_zero = (op == SW_REGO_CEIL) == whole.neg;
		if (towards_zero || flt_cmp(x, &whole) == 0) {
			flt_set(x, &whole);
		} else {
			mpz_set_ui(half.m, 1);
			half.neg = op == SW_REGO_FLOOR;
			flt_add(x, &whole, &half);
		}
		flt_clear(&whole);
	}
	flt_clear(&half);
	return 0;
}

static int float_op(enum sw_rego_arith op, struct flt *x, struct flt *y, const char **ret_why)
{
	switch (op) {
	case SW_REGO_SUB:
		y->neg = !y->neg;
		flt_add(x, x, y);
		return 0;
	case SW_REGO_ADD:
		flt_add(x, x, y);
		return 0;
	case SW_REGO_MUL:
		flt_mul(x, x, y);
		return 0;
	case SW_REGO_DIV:
		if (mpz_sgn(y->m) == 0)
			return fail(ret_why, "divide by zero");
		flt_quo(x, x, y);
		return 0;
	case SW_REGO_REM:
		return fail(ret_why, "modulo on floating-point number");
	default:
		return float_unary(op, x);
	}
}

static int through_floats(struct sw_arena *a, enum sw_rego_arith op, struct sw_value x,
	struct sw_value y, struct sw_value *ret, const char **ret_why)
{
	struct flt fx, fy;
	flt_init(&fx, FLT_PREC);
	flt_init(&fy, FLT_PREC);
	int r = -SW_ELIMIT;
	if (op == SW_REGO_REM)
		r = fail(ret_why, "modulo on floating-point number");
	else if (!flt_from_number(&fx, x) || (op < SW_REGO_ABS && !flt_from_number(&fy, y)))
		*ret_why = too_big;
	else
		r = float_op(op, &fx, &fy, ret_why);
	if (r == 0)
		r = flt_number(a, &fx, ret, ret_why);
	flt_clear(&fx);
	flt_clear(&fy);
	return r;
}

int sw_rego_arith(struct sw_arena *a, enum sw_rego_arith op, struct sw_value x, struct sw_value y,
	struct sw_value *ret, const char **ret_why)
{
	int64_t ix, iy;
	if (op >= SW_REGO_ABS) {
		if (sw_rego_number_int(x, &ix) && ix >= INT32_MIN && ix <= INT32_MAX) {
			*ret = sw_int(op == SW_REGO_ABS && ix < 0 ? -ix : ix);
			return 0;
		}
		return through_floats(a, op, x, y, ret, ret_why);
	}
	if (sw_rego_number_int(x, &ix) && sw_rego_number_int(y, &iy)) {
		int r = small_op(op, ix, iy, ret, ret_why);
		if (r)
			return r < 0 ? r : 0;
	}
	if (op == SW_REGO_DIV)
		return through_floats(a, op, x, y, ret, ret_why);
	mpz_t mx, my;
	mpz_init(mx);
	mpz_init(my);
	int r = 0;
	if (sw_rego_number_mpz(x, mx) && sw_rego_number_mpz(y, my))
		r = exact_op(a, op, mx, my, ret, ret_why);
	mpz_clear(mx);
	mpz_clear(my);
	if (r)
		return r < 0 ? r : 0;
	return through_floats(a, op, x, y, ret, ret_why);
}

/* 1: all were integers; 0: not; negative: limit. */
static int accumulate_exact(struct sw_arena *a, bool multiply, const struct sw_value *v, uint32_t n,
	struct sw_value *ret, const char **ret_why)
{
	mpz_t acc, x;
	mpz_init_set_ui(acc, multiply);
	mpz_init(x);
	int r = 1;
	for (uint32_t i = 0; i < n && r == 1; i++) {
		if (!sw_rego_number_mpz(v[i], x))
			r = 0;
		else if (mpz_sizeinbase(acc, 2) + mpz_sizeinbase(x, 2) > SW_REGO_NUMBER_BITS)
			r = -SW_ELIMIT;
		else if (multiply)
			mpz_mul(acc, acc, x);
		else
			mpz_add(acc, acc, x);
	}
	if (r == -SW_ELIMIT)
		*ret_why = too_big;
	if (r == 1) {
		int e = ret_mpz(a, acc, ret, ret_why);
		r = e < 0 ? e : 1;
	}
	mpz_clear(x);
	mpz_clear(acc);
	return r;
}

int sw_rego_accumulate(struct sw_arena *a, bool multiply, const struct sw_value *v, uint32_t n,
	struct sw_value *ret, const char **ret_why)
{
	int64_t sum = 0;
	uint32_t i = 0;
	for (int64_t x; !multiply && i < n; i++)
		if (!sw_rego_number_int(v[i], &x) || __builtin_add_overflow(sum, x, &sum))
			break;
	if (i == n && !multiply) {
		*ret = sw_int(sum);
		return 0;
	}
	int r = accumulate_exact(a, multiply, v, n, ret, ret_why);
	if (r)
		return r < 0 ? r : 0;
	struct flt acc, x;
	flt_init(&acc, multiply ? 53 : FLT_PREC); /* big.NewFloat(1) has a float64's mantissa */
	flt_init(&x, FLT_PREC);
	mpz_set_ui(acc.m, multiply);
	for (i = 0; i < n && r == 0; i++) {
		if (!flt_from_number(&x, v[i])) {
			*ret_why = too_big;
			r = -SW_ELIMIT;
		} else if (multiply) {
			flt_mul(&acc, &acc, &x);
		} else {
			flt_add(&acc, &acc, &x);
		}
	}
	if (r == 0)
		r = flt_number(a, &acc, ret, ret_why);
	flt_clear(&x);
	flt_clear(&acc);
	return r;
}
