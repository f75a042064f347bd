/* SPDX-License-Identifier: Apache-2.0 */
#include "base/go/gotext.h"

#include <math.h>

#include "base/digits.h"
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

/* As strconv writes it; `limit`: from 10^limit on, and below 1e-4, with an exponent. */
static void write_float(struct sw_buf *out, double d, int limit)
{
	char digits[SW_DIGITS_MAX];
	int exp;

	if (special(out, d))
		return;
	if (signbit(d))
		sw_buf_addch(out, '-');
	int n = sw_digits(d, digits, &exp);
	if (limit && (exp < -4 || exp >= limit))
		sw_digits_scientific(out, digits, n, exp);
	else
		sw_digits_plain(out, digits, n, exp);
}

void sw_gotext_float_f(struct sw_buf *out, double d)
{
	write_float(out, d, 0);
}

void sw_gotext_float_g(struct sw_buf *out, double d)
{
	write_float(out, d, 6);
}

void sw_gotext_float_v(struct sw_buf *out, double d)
{
	write_float(out, d, 21);
}
