/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A binary floating-point number of arbitrary precision that rounds to nearest even, and its
 * shortest decimal text: what Go's math/big.Float does. Private to number.c and number_float.c.
 *
 * value = (-1)^neg * m * 2^e, with m an integer of at most `prec` bits after every operation. Zero
 * has a sign.
 */
#ifndef SW_REGO_NUMBER_FLOAT_H
#define SW_REGO_NUMBER_FLOAT_H

#include <gmp.h>

#include "rego/number.h"

struct flt {
	bool neg;
	unsigned prec;
	int64_t e;
	mpz_t m; /* never negative */
};

enum { FLT_PREC = 64 }; /* big.Float's default */

void flt_init(struct flt *f, unsigned prec);
void flt_clear(struct flt *f);
void flt_set(struct flt *z, const struct flt *x); /* takes x's precision too */
/* Decimal text or a number at f's precision; false when its exponent is out of range. */
bool flt_from_text(struct flt *f, struct sw_str s);
bool flt_from_number(struct flt *f, struct sw_value v);
/* z may be one of the operands; the result has z's precision. */
void flt_add(struct flt *z, const struct flt *x, const struct flt *y);
void flt_mul(struct flt *z, const struct flt *x, const struct flt *y);
void flt_quo(struct flt *z, const struct flt *x, const struct flt *y);
int flt_cmp(const struct flt *x, const struct flt *y);
void flt_trunc(const struct flt *x, mpz_t z);
/* x cut to an integer, exact: z's precision grows as needed. */
void flt_set_trunc(struct flt *z, const struct flt *x);
/* FloatToNumber: 'f' for integers, 'g' for the rest, fewest digits. */
int flt_number(struct sw_arena *a, const struct flt *f, struct sw_value *ret, const char **ret_why);

/* Decimal text as sign, integer mantissa and power of ten; false when malformed or out of range. */
bool sw_rego_decimal_read(struct sw_str s, bool *ret_neg, mpz_t mant, int64_t *ret_exp);

#endif
