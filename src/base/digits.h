/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decimal digits of a double: the fewest that read back as the same number. What JSON, YAML and
 * Go write of a number is made of them.
 *
 * Pure functions; any thread.
 */
#ifndef SW_BASE_DIGITS_H
#define SW_BASE_DIGITS_H

#include "base/buf.h"

#define SW_DIGITS_MAX 17

/*
 * The digits of |d|, which is finite, without a trailing zero; returns how many (1 to
 * SW_DIGITS_MAX). d is D.DDD * 10^*ret_exp: 1500 is "15" and 3, 0 is "0" and 0.
 */
int sw_digits(double d, char digits[SW_DIGITS_MAX], int *ret_exp);
/* D.DDD * 10^exp without an exponent: "1500", "0.0015". */
void sw_digits_plain(struct sw_buf *out, const char *digits, int n, int exp);
/* With one: "1.5e+03", "1e-07". At least two digits of it, as C and Go print it. */
void sw_digits_scientific(struct sw_buf *out, const char *digits, int n, int exp);

#endif
