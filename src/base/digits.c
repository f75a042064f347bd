/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int sw_digits(double d, char digits[SW_DIGITS_MAX], int *ret_exp)
{
	char text[32];
	int n = 0;
	d = fabs(d);
	/*
	 * A normal double keeps any decimal of up to 15 digits, so that 15 of them find every shorter
	 * form by themselves, behind which there are zeros; subnormals have fewer digits.
	 */
	for (int want = d < 0x1p-1022 ? 1 : 15; want <= SW_DIGITS_MAX; want++) {
		snprintf(text, sizeof(text), "%.*e", want - 1, d);
		if (strtod(text, NULL) == d)
			break;
	}
	const char *p = text;
	for (; *p != 'e'; p++)
		if (*p != '.')
			digits[n++] = *p;
	while (n > 1 && digits[n - 1] == '0')
		n--;
	*ret_exp = (int)strtol(p + 1, NULL, 10);
	return n;
}

void sw_digits_plain(struct sw_buf *out, const char *digits, int n, int exp)
{
	if (exp < 0) {
		sw_buf_addz(out, "0.");
		sw_buf_pad(out, '0', (size_t)(-exp - 1));
		sw_buf_add(out, digits, (size_t)n);
		return;
	}
	int whole = exp + 1 < n ? exp + 1 : n;
	sw_buf_add(out, digits, (size_t)whole);
	sw_buf_pad(out, '0', (size_t)(exp + 1 - whole));
	if (n > whole) {
		sw_buf_addch(out, '.');
		sw_buf_add(out, digits + whole, (size_t)(n - whole));
	}
}

void sw_digits_scientific(struct sw_buf *out, const char *digits, int n, int exp)
{
	sw_buf_addch(out, digits[0]);
	if (n > 1) {
		sw_buf_addch(out, '.');
		sw_buf_add(out, digits + 1, (size_t)n - 1);
	}
	sw_buf_printf(out, "e%c%02d", exp < 0 ? '-' : '+', abs(exp));
}
