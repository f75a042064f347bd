/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/number_float.h"

#include <stdlib.h>

void flt_init(struct flt *f, unsigned prec)
{
	*f = (struct flt){.prec = prec};
	mpz_init(f->m);
}

void flt_clear(struct flt *f)
{
	mpz_clear(f->m);
}

void flt_set(struct flt *z, const struct flt *x)
{
	z->neg = x->neg;
	z->e = x->e;
	z->prec = x->prec;
	mpz_set(z->m, x->m);
}

/* Cut the mantissa to z->prec bits; `sticky` says that something non-zero lies below it. */
static void flt_round(struct flt *z, bool sticky)
{
	size_t bits = mpz_sgn(z->m) ? mpz_sizeinbase(z->m, 2) : 0;
	if (bits <= z->prec)
		return;
	mp_bitcnt_t drop = bits - z->prec;
	bool half = mpz_tstbit(z->m, drop - 1);
	sticky = sticky || mpz_scan1(z->m, 0) < drop - 1;
	mpz_tdiv_q_2exp(z->m, z->m, drop);
	z->e += (int64_t)drop;
	if (half && (sticky || mpz_odd_p(z->m)))
		mpz_add_ui(z->m, z->m,
			1); /* may become 2^prec: same value, one bit more, still exact */
}

void flt_mul(struct flt *z, const struct flt *x, const struct flt *y)
{
	z->neg = x->neg != y->neg;
	z->e = x->e + y->e;
	mpz_mul(z->m, x->m, y->m);
	flt_round(z, false);
}

void flt_quo(struct flt *z, const struct flt *x, const struct flt *y)
{
	bool neg = x->neg != y->neg;
	int64_t e = x->e - y->e;
	if (mpz_sgn(x->m) == 0) {
		mpz_set_ui(z->m, 0);
		z->neg = neg;
		z->e = 0;
		return;
	}
	/* Enough quotient bits for the rounding bit and one more. */
	int64_t need = (int64_t)z->prec + 2 + (int64_t)mpz_sizeinbase(y->m, 2) -
		       (int64_t)mpz_sizeinbase(x->m, 2);
	mp_bitcnt_t shift = need > 0 ? (mp_bitcnt_t)need : 0;
	mpz_t num, rest;
	mpz_init(num);
	mpz_init(rest);
	mpz_mul_2exp(num, x->m, shift);
	mpz_tdiv_qr(z->m, rest, num, y->m);
	z->neg = neg;
	z->e = e - (int64_t)shift;
	flt_round(z, mpz_sgn(rest) != 0);
	mpz_clear(rest);
	mpz_clear(num);
}

void flt_add(struct flt *z, const struct flt *x, const struct flt *y)
{
	if (mpz_sgn(x->m) == 0 || mpz_sgn(y->m) == 0) {
		bool both = mpz_sgn(x->m) == 0 && mpz_sgn(y->m) == 0;
		bool neg = x->neg && y->neg;
		const struct flt *other = mpz_sgn(x->m) == 0 ? y : x;
		bool sign = both ? neg : other->neg;
		mpz_set(z->m, other->m);
		z->e = other->e;
		z->neg = sign;
		flt_round(z, false);
		return;
	}
	const struct flt *lo = x->e < y->e ? x : y, *hi = lo == x ? y : x;
	mpz_t a, b;
	mpz_init(a);
	mpz_init_set(b, lo->m);
	mpz_mul_2exp(a, hi->m, (mp_bitcnt_t)(hi->e - lo->e));
	if (hi->neg)
		mpz_neg(a, a);
	if (lo->neg)
		mpz_neg(b, b);
	int64_t e = lo->e;
	mpz_add(a, a, b);
	z->neg = mpz_sgn(a) < 0;
	mpz_abs(z->m, a);
	z->e = e;
	flt_round(z, false);
	mpz_clear(a);
	mpz_clear(b);
}

int flt_cmp(const struct flt *x, const struct flt *y)
{
	struct flt d;
	flt_init(&d, FLT_PREC);
	struct flt neg = *y;
	neg.neg = !neg.neg;
	flt_add(&d, x, &neg);
	int s = mpz_sgn(d.m);
	if (d.neg)
		s = -s;
	flt_clear(&d);
	return s;
}

void flt_trunc(const struct flt *x, mpz_t z)
{
	if (x->e >= 0)
		mpz_mul_2exp(z, x->m, (mp_bitcnt_t)x->e);
	else
		mpz_tdiv_q_2exp(z, x->m, (mp_bitcnt_t)-x->e);
	if (x->neg)
		mpz_neg(z, z);
}

void flt_set_trunc(struct flt *z, const struct flt *x)
{
	mpz_t whole;
	mpz_init(whole);
	flt_trunc(x, whole);
	size_t bits = mpz_sizeinbase(whole, 2);
	z->prec = bits > FLT_PREC ? (unsigned)bits : FLT_PREC;
	z->neg = mpz_sgn(whole) < 0;
	z->e = 0;
	mpz_abs(z->m, whole);
	mpz_clear(whole);
}

/* ---- reading ---- */

/* 5^n the way big.Float computes it: rounded to f's precision after every product. */
static void flt_pow5(struct flt *z, uint64_t n)
{
	enum { EXACT = 27 }; /* the largest power of five in 64 bits */
	mpz_ui_pow_ui(z->m, 5, n < EXACT ? n : EXACT);
	if (n <= EXACT)
		return;
	n -= EXACT;
	struct flt f;
	flt_init(&f, z->prec + 64);
	mpz_set_ui(f.m, 5);
	for (; n; n >>= 1) {
		if (n & 1)
			flt_mul(z, z, &f);
		flt_mul(&f, &f, &f);
	}
	flt_clear(&f);
}

bool flt_from_text(struct flt *f, struct sw_str s)
{
	int64_t e10;
	f->e = 0;
	if (!sw_rego_decimal_read(s, &f->neg, f->m, &e10))
		return false;
	if (mpz_sgn(f->m) == 0)
		return true;
	f->e = e10;
	if (e10 == 0) {
		flt_round(f, false);
		return true;
	}
	struct flt p;
	flt_init(&p, f->prec + 64);
	flt_pow5(&p, (uint64_t)(e10 < 0 ? -e10 : e10));
	if (e10 < 0)
		flt_quo(f, f, &p);
	else
		flt_mul(f, f, &p);
	flt_clear(&p);
	return true;
}

bool flt_from_number(struct flt *f, struct sw_value v)
{
	char tmp[SW_REGO_NUMTEXT_MAX];
	return flt_from_text(f, sw_rego_number_text(v, tmp));
}

/* ---- writing ---- */

/* 0.d1d2d3… * 10^exp, digits without trailing zeros. */
struct decimal {
	char *d;
	int64_t n, exp;
};

static void decimal_trim(struct decimal *d)
{
	while (d->n > 0 && d->d[d->n - 1] == '0')
		d->n--;
	if (d->n == 0)
		d->exp = 0;
}

/* m * 2^e exactly. */
static void decimal_init(struct decimal *d, const mpz_t m, int64_t e)
{
	mpz_t z;
	mpz_init_set(z, m);
	int64_t point = 0;
	if (e < 0) {
		mp_bitcnt_t zeros = mpz_scan1(z, 0),
			    drop = zeros < (mp_bitcnt_t)-e ? zeros : (mp_bitcnt_t)-e;
		mpz_tdiv_q_2exp(z, z, drop);
		e += (int64_t)drop;
	}
	if (e > 0) {
		mpz_mul_2exp(z, z, (mp_bitcnt_t)e);
	} else if (e < 0) { /* m / 2^k = m * 5^k / 10^k */
		mpz_t five;
		mpz_init(five);
		mpz_ui_pow_ui(five, 5, (unsigned long)-e);
		mpz_mul(z, z, five);
		mpz_clear(five);
		point = e;
	}
	d->d = mpz_get_str(NULL, 10, z);
	d->n = (int64_t)strlen(d->d);
	d->exp = d->n + point;
	decimal_trim(d);
	mpz_clear(z);
}

static char decimal_at(const struct decimal *d, int64_t i)
{
	return i >= 0 && i < d->n ? d->d[i] : '0';
}

static void decimal_round_up(struct decimal *d, int64_t n)
{
	while (n > 0 && d->d[n - 1] >= '9')
		n--;
	if (n == 0) {
		d->d[0] = '1';
		d->n = 1;
		d->exp++;
		return;
	}
	d->d[n - 1]++;
	d->n = n;
}

static void decimal_round_down(struct decimal *d, int64_t n)
{
	d->n = n;
	decimal_trim(d);
}

static void decimal_round(struct decimal *d, int64_t n)
{
	if (n < 0 || n >= d->n)
		return;
	bool up = d->d[n] == '5' && n + 1 == d->n ? n > 0 && ((d->d[n - 1] - '0') & 1)
						  : d->d[n] >= '5';
	if (up)
		decimal_round_up(d, n);
	else
		decimal_round_down(d, n);
}

/* The fewest digits that round to the same mantissa of f->prec bits. */
static void decimal_shortest(struct decimal *d, const struct flt *f)
{
	if (d->n == 0)
		return;
	mpz_t half, edge;
	mpz_init_set(half, f->m);
	mpz_init(edge);
	int64_t s = (int64_t)mpz_sizeinbase(half, 2) - (int64_t)(f->prec + 1);
	if (s < 0)
		mpz_mul_2exp(half, half, (mp_bitcnt_t)-s);
	else
		mpz_tdiv_q_2exp(half, half, (mp_bitcnt_t)s);
	struct decimal lower, upper;
	mpz_sub_ui(edge, half, 1);
	decimal_init(&lower, edge, f->e + s);
	mpz_add_ui(edge, half, 1);
	decimal_init(&upper, edge, f->e + s);
	bool inclusive = !mpz_tstbit(half, 1);
	for (int64_t i = 0; i < d->n; i++) {
		char m = d->d[i], l = decimal_at(&lower, i), u = decimal_at(&upper, i);
		bool down = l != m || (inclusive && i + 1 == lower.n);
		bool up = m != u && (inclusive || m + 1 < u || i + 1 < upper.n);
		if (!down && !up)
			continue;
		if (down && up)
			decimal_round(d, i + 1);
		else if (down)
			decimal_round_down(d, i + 1);
		else
			decimal_round_up(d, i + 1);
		break;
	}
	free(lower.d);
	free(upper.d);
	mpz_clear(edge);
	mpz_clear(half);
}

static void put_fixed(struct sw_buf *out, const struct decimal *d)
{
	int64_t whole = d->exp > 0 ? (d->n < d->exp ? d->n : d->exp) : 0;
	sw_buf_add(out, d->d, (size_t)whole);
	if (d->exp > whole)
		sw_buf_pad(out, '0', (size_t)(d->exp - whole));
	if (d->exp <= 0)
		sw_buf_addch(out, '0');
	if (d->n <= d->exp)
		return;
	sw_buf_addch(out, '.');
	if (d->exp < 0)
		sw_buf_pad(out, '0', (size_t)-d->exp);
	sw_buf_add(out, d->d + whole, (size_t)(d->n - whole));
}

static void put_scientific(struct sw_buf *out, const struct decimal *d)
{
	sw_buf_addch(out, d->d[0]);
	if (d->n > 1) {
		sw_buf_addch(out, '.');
		sw_buf_add(out, d->d + 1, (size_t)(d->n - 1));
	}
	int64_t e = d->exp - 1;
	sw_buf_printf(out, "e%c%02lld", e < 0 ? '-' : '+', (long long)(e < 0 ? -e : e));
}

static bool flt_is_int(const struct flt *f)
{
	return mpz_sgn(f->m) == 0 || f->e >= 0 || mpz_scan1(f->m, 0) >= (mp_bitcnt_t)-f->e;
}

int flt_number(struct sw_arena *a, const struct flt *f, struct sw_value *ret, const char **ret_why)
{
	*ret_why = "number too big";
	if (f->e > SW_REGO_NUMBER_BITS || f->e < -SW_REGO_NUMBER_BITS)
		return -SW_ELIMIT;
	struct decimal d;
	decimal_init(&d, f->m, f->e);
	decimal_shortest(&d, f);
	sw_autobuf out;
	sw_buf_init(&out, 0);
	if (f->neg)
		sw_buf_addch(&out, '-');
	if (d.n == 0)
		sw_buf_addch(&out, '0');
	else if (!flt_is_int(f) && (d.exp - 1 < -4 || d.exp - 1 >= 6))
		put_scientific(&out, &d);
	else
		put_fixed(&out, &d);
	free(d.d);
	struct sw_str text = sw_arena_str(a, sw_buf_str(&out));
	if (!text.p)
		return -SW_ELIMIT;
	*ret = sw_number(text);
	return 0;
}
