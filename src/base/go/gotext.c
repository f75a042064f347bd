/* SPDX-License-Identifier: Apache-2.0 */
#include "base/go/gotext.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/go/gofmt.h"


void sw_gotext_quote(struct sw_buf *out, struct sw_str s)
{
	sw_gofmt_quote(out, s, false);
}

void sw_gotext_time_quote(struct sw_buf *out, struct sw_str s)
{
	sw_buf_addch(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x80 || c < ' ')
			sw_buf_printf(out, "\\x%02x", c);
		else if (c == '"' || c == '\\')
			sw_buf_printf(out, "\\%c", c);
		else
			sw_buf_addch(out, (char)c);
	}
	sw_buf_addch(out, '"');
}

/* Shortest round-trip digits: d = 0.DIGITS * 10^*ret_exp. */
static int shortest(double d, char digits[32], int *ret_exp)
{
	char text[40];

	for (int prec = 0; prec < 18; prec++) {
		snprintf(text, sizeof(text), "%.*e", prec, d);
		if (strtod(text, NULL) == d)
			break;
	}
	int n = 0;
	char *p = text;
	for (; *p && *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			digits[n++] = *p;
	*ret_exp = (*p == 'e' ? atoi(p + 1) : 0) + 1;
	while (n > 1 && digits[n - 1] == '0')
		n--;
	return n;
}

static bool special(struct sw_buf *out, double d)
{
	if (isnan(d))
		sw_buf_addz(out, "NaN");
	else if (isinf(d))
		sw_buf_addz(out, d > 0 ? "+Inf" : "-Inf");
	else
		return false;
	return true;
}

static void fixed(struct sw_buf *out, const char *digits, int n, int exp)
{
	if (exp <= 0) {
		sw_buf_addz(out, "0");
		if (n == 1 && digits[0] == '0')
			return;
		sw_buf_addch(out, '.');
		sw_buf_pad(out, '0', (size_t)-exp);
		sw_buf_add(out, digits, (size_t)n);
		return;
	}
	if (n <= exp) {
		sw_buf_add(out, digits, (size_t)n);
		sw_buf_pad(out, '0', (size_t)(exp - n));
		return;
	}
	sw_buf_add(out, digits, (size_t)exp);
	sw_buf_addch(out, '.');
	sw_buf_add(out, digits + exp, (size_t)(n - exp));
}

void sw_gotext_float_f(struct sw_buf *out, double d)
{
	char digits[32];
	int exp;

	if (special(out, d))
		return;
	if (signbit(d))
		sw_buf_addch(out, '-');
	int n = shortest(fabs(d), digits, &exp);
	fixed(out, digits, n, exp);
}

void sw_gotext_float_v(struct sw_buf *out, double d)
{
	char digits[32];
	int exp;

	if (special(out, d))
		return;
	if (signbit(d))
		sw_buf_addch(out, '-');
	int n = shortest(fabs(d), digits, &exp);
	int x = exp - 1;
	if (d != 0 && (x < -4 || x >= 21)) {
		sw_buf_addch(out, digits[0]);
		if (n > 1) {
			sw_buf_addch(out, '.');
			sw_buf_add(out, digits + 1, (size_t)n - 1);
		}
		sw_buf_printf(out, "e%c%02d", x < 0 ? '-' : '+', abs(x));
		return;
	}
	fixed(out, digits, n, exp);
}
