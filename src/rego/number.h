/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rego's arithmetic: OPA's results, digit for digit.
 *
 * Integers of any size are exact for + - * and %. Everything else is computed as Go's
 * math/big.Float does with its default mantissa of 64 bits (round to nearest even) and written with
 * the fewest digits that read back as the same 64-bit mantissa: 1 / 3 is 0.33333333333333333334.
 * Source: OPA 1.22 topdown/arithmetic.go, topdown/builtins (NumberToFloat, FloatToNumber), Go's
 * math/big float conversion.
 *
 * Results live in the arena given. Threads: no shared state. Limits: a decimal exponent beyond
 * ±SW_REGO_NUMBER_EXP or a result of more than SW_REGO_NUMBER_BITS bits is -SW_ELIMIT.
 */
#ifndef SW_REGO_NUMBER_H
#define SW_REGO_NUMBER_H

#include <gmp.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "doc/value.h"

#define SW_REGO_NUMBER_EXP 100000
#define SW_REGO_NUMBER_BITS 4000000

enum sw_rego_arith {
	SW_REGO_ADD,
	SW_REGO_SUB,
	SW_REGO_MUL,
	SW_REGO_DIV,
	SW_REGO_REM,
	SW_REGO_ABS, /* the unary ones do not look at y */
	SW_REGO_ROUND,
	SW_REGO_CEIL,
	SW_REGO_FLOOR,
};

/*
 * x op y. 0; -SW_EINVALID with OPA's text in *ret_why ("divide by zero", "modulo by zero", "modulo
 * on floating-point number"); -SW_ELIMIT with the limit's name. Both operands must be numbers.
 */
int sw_rego_arith(struct sw_arena *a, enum sw_rego_arith op, struct sw_value x, struct sw_value y,
	struct sw_value *ret, const char **ret_why);

/*
 * Sum (multiply false) or product of numbers: exact when all are integers, else in floats as OPA's
 * sum() and product() do (the product with a mantissa of 53 bits).
 */
int sw_rego_accumulate(struct sw_arena *a, bool multiply, const struct sw_value *v, uint32_t n,
	struct sw_value *ret, const char **ret_why);

/* ---- integers ---- */

/* The exact integer that v is (also 1.0 and 1e3) in an initialised z; false when it is none or too
 * big. */
bool sw_rego_number_mpz(struct sw_value v, mpz_t z);
/* The same as a value; SW_UNDEF when the arena is full or z is beyond SW_REGO_NUMBER_BITS. */
struct sw_value sw_rego_mpz_number(struct sw_arena *a, const mpz_t z);
/* v as a big.Float, cut towards zero. false: exponent out of range. */
bool sw_rego_number_trunc(struct sw_value v, mpz_t z);
/*
 * OPA's idea of an int operand: digits, or digits with only zeros behind the point, within int64,
 * at most 19 bytes behind the sign. 1e3 is none.
 */
bool sw_rego_number_int(struct sw_value v, int64_t *ret);

/*
 * Unsigned decimal text with optional point and exponent, times `scale`, as big.Float (64 bits),
 * cut to an integer: units.parse_bytes. false: not such a number, or out of range.
 */
bool sw_rego_scaled_trunc(struct sw_str text, uint64_t scale, mpz_t z);

/* ---- text ---- */

enum { SW_REGO_NUMTEXT_MAX = 40 };

/*
 * A number's text as Rego prints it: text numbers as they are, doubles as Go's 'g' with the fewest
 * digits. `tmp` is used for the two binary forms.
 */
struct sw_str sw_rego_number_text(struct sw_value v, char tmp[SW_REGO_NUMTEXT_MAX]);

#endif
