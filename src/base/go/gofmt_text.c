/* SPDX-License-Identifier: Apache-2.0 */
/* Floats and quoted text as Go's strconv writes them. */
#include "base/go/gofmt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>

/* ---- quoting ---- */

bool sw_gofmt_printable(uint32_t cp)
{
	if (cp < 0x7f)
		return cp >= 0x20;
	if (cp > 0x10ffff)
		return false;
	switch (g_unichar_type(cp)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_UNASSIGNED:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_SPACE_SEPARATOR:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return false;
	default:
		return true;
	}
}

static void quote_cp(struct sw_buf *out, uint32_t cp, char quote, bool ascii)
{
	static const char from[] = "\a\b\f\n\r\t\v", to[] = "abfnrtv";
	const char *hit = cp && cp < 0x20 ? strchr(from, (int)cp) : NULL;
	if (cp == (unsigned char)quote || cp == '\\') {
		sw_buf_addch(out, '\\');
		sw_buf_addch(out, (char)cp);
	} else if (hit) {
		sw_buf_addch(out, '\\');
		sw_buf_addch(out, to[hit - from]);
	} else if ((cp < 0x80 || !ascii) && sw_gofmt_printable(cp)) {
		sw_buf_addrune(out, cp);
	} else if (cp < 0x20 || cp == 0x7f) {
		sw_buf_printf(out, "\\x%02x", cp);
	} else {
		sw_buf_printf(out, cp < 0x10000 ? "\\u%04x" : "\\U%08x", cp);
	}
}

/* Where the run of characters from `at` on ends that stand for themselves in quotes. */
static size_t plain_run(struct sw_str s, size_t at)
{
	while (at < s.n && s.p[at] >= 0x20 && s.p[at] < 0x7f && s.p[at] != '"' && s.p[at] != '\\')
		at++;
	return at;
}

void sw_gofmt_quote(struct sw_buf *out, struct sw_str s, bool ascii)
{
	sw_buf_addch(out, '"');
	for (size_t at = 0; at < s.n;) {
		size_t start = at;
		at = plain_run(s, at);
		if (at > start) {
			sw_buf_addstr(out, sw_str_sub(s, start, at));
			continue;
		}
		uint32_t cp = sw_utf8_next(s, &at);
		if (cp == 0xfffd && at == start + 1)
			sw_buf_printf(out, "\\x%02x", (unsigned char)s.p[start]);
		else
			quote_cp(out, cp, '"', ascii);
	}
	sw_buf_addch(out, '"');
}

void sw_gofmt_quote_rune(struct sw_buf *out, uint32_t cp, bool ascii)
{
	if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		cp = 0xfffd;
	sw_buf_addch(out, '\'');
	quote_cp(out, cp, '\'', ascii);
	sw_buf_addch(out, '\'');
}

/* ---- floats ---- */

static int libc_float(char *p, size_t n, char verb, int prec, double d)
{
	switch (verb) {
	case 'e':
		return snprintf(p, n, "%.*e", prec, d);
	case 'E':
		return snprintf(p, n, "%.*E", prec, d);
	case 'g':
		return snprintf(p, n, "%.*g", prec, d);
	case 'G':
		return snprintf(p, n, "%.*G", prec, d);
	default:
		return snprintf(p, n, "%.*f", prec, d);
	}
}

static void put_libc(struct sw_buf *out, char verb, int prec, double d)
{
	int n = libc_float(NULL, 0, verb, prec, d);
	char *p = n < 0 ? NULL : sw_buf_extend(out, (size_t)n + 1);
	if (!p)
		return;
	libc_float(p, (size_t)n + 1, verb, prec, d);
	out->n--; /* the NUL */
}

/* d = 0.d1d2d3… * 10^point */
struct digits {
	bool neg;
	int n, point;
	char d[24];
};

static void read_digits(struct digits *r, const char *text)
{
	*r = (struct digits){.neg = text[0] == '-'};
	for (text += r->neg; *text != 'e'; text++)
		if (*text != '.')
			r->d[r->n++] = *text;
	r->point = (int)strtol(text + 1, NULL, 10) + 1;
}

static void next_up(struct digits *r) /* the next larger magnitude of as many digits */
{
	int i = r->n - 1;
	while (i >= 0 && r->d[i] == '9')
		r->d[i--] = '0';
	if (i >= 0) {
		r->d[i]++;
		return;
	}
	r->d[0] = '1';
	r->point++;
}

static double digits_value(const struct digits *r)
{
	char text[48];
	snprintf(text, sizeof(text), "%s0.%.*se%d", r->neg ? "-" : "", r->n, r->d, r->point);
	return strtod(text, NULL);
}

/*
 * The fewest digits that read back as d. Above a power of two the neighbours are twice as far as
 * below it, so that the next larger text may do where the nearest one does not.
 */
static void shortest_digits(struct digits *r, double d)
{
	char tmp[64];
	for (int prec = 0; prec <= 17; prec++) {
		snprintf(tmp, sizeof(tmp), "%.*e", prec, d);
		read_digits(r, tmp);
		if (digits_value(r) == d)
			return;
		struct digits up = *r;
		next_up(&up);
		if (digits_value(&up) == d) {
			*r = up;
			return;
		}
	}
}

static void put_fixed_digits(struct sw_buf *out, const struct digits *r)
{
	int whole = r->point < 0 ? 0 : r->point < r->n ? r->point : r->n;
	sw_buf_add(out, r->d, (size_t)whole);
	if (r->point <= 0)
		sw_buf_addch(out, '0');
	else
		sw_buf_pad(out, '0', (size_t)(r->point - whole));
	if (r->n <= r->point)
		return;
	sw_buf_addch(out, '.');
	if (r->point < 0)
		sw_buf_pad(out, '0', (size_t)-r->point);
	sw_buf_add(out, r->d + whole, (size_t)(r->n - whole));
}

static void put_shortest(struct sw_buf *out, double d, char verb)
{
	struct digits r;
	shortest_digits(&r, d);
	while (r.n > 1 && r.d[r.n - 1] == '0')
		r.n--;
	int e = r.point - 1;
	if (r.neg)
		sw_buf_addch(out, '-');
	if (verb == 'f' || ((verb == 'g' || verb == 'G') && e >= -4 && e < 6)) {
		if (d == 0)
			sw_buf_addch(out, '0');
		else
			put_fixed_digits(out, &r);
		return;
	}
	sw_buf_addch(out, r.d[0]);
	if (r.n > 1)
		sw_buf_addch(out, '.');
	sw_buf_add(out, r.d + 1, (size_t)(r.n - 1));
	sw_buf_printf(out, "%c%c%02d", verb == 'e' || verb == 'g' ? 'e' : 'E', e < 0 ? '-' : '+',
		e < 0 ? -e : e);
}

/* Mantissa and binary exponent with d == mant * 2^exp; false for zero. */
static bool split_double(double d, uint64_t *ret_mant, int *ret_exp)
{
	uint64_t bits;
	memcpy(&bits, &d, sizeof(bits));
	uint64_t mant = bits & ((1ull << 52) - 1);
	int e = (int)(bits >> 52 & 0x7ff);
	if (e == 0)
		e = 1;
	else
		mant |= 1ull << 52;
	*ret_mant = mant;
	*ret_exp = e - 1075;
	return mant != 0;
}

/* 0x1.8p+01 */
static void put_hex_float(struct sw_buf *out, double d, char verb, int prec)
{
	const char *digits = verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	uint64_t m;
	int e, n = 13;
	if (split_double(d, &m, &e)) {
		while (!(m & 1ull << 52)) { /* subnormal */
			m <<= 1;
			e--;
		}
		e += 52;
	} else {
		e = 0;
	}
	if (prec >= 0 && prec < 13) { /* round half to even */
		int drop = (13 - prec) * 4;
		uint64_t rest = m & ((1ull << drop) - 1), half = 1ull << (drop - 1);
		m >>= drop;
		if (rest > half || (rest == half && (m & 1)))
			m++;
		m <<= drop;
		if (m & 1ull << 53) {
			m >>= 1;
			e++;
		}
	}
	if (prec < 0)
		for (n = 13; n > 0 && !(m >> (13 - n) * 4 & 15);)
			n--;
	else
		n = prec;
	if (signbit(d))
		sw_buf_addch(out, '-');
	sw_buf_addch(out, '0');
	sw_buf_addch(out, verb);
	sw_buf_addch(out, (char)('0' + (m >> 52 & 1)));
	if (n > 0)
		sw_buf_addch(out, '.');
	for (int i = 1; i <= n && i <= 13; i++)
		sw_buf_addch(out, digits[m >> (13 - i) * 4 & 15]);
	if (n > 13)
		sw_buf_pad(out, '0', (size_t)n - 13);
	sw_buf_printf(out, "%c%c%02d", verb == 'X' ? 'P' : 'p', e < 0 ? '-' : '+', e < 0 ? -e : e);
}

void sw_gofmt_float(struct sw_buf *out, double d, char verb, int prec)
{
	uint64_t m;
	int e;
	if (isnan(d)) {
		sw_buf_addz(out, "NaN");
	} else if (isinf(d)) {
		sw_buf_addz(out, d < 0 ? "-Inf" : "+Inf");
	} else if (verb == 'b') {
		split_double(d, &m, &e);
		sw_buf_printf(out, "%s%llup%s%d", signbit(d) ? "-" : "", (unsigned long long)m,
			e >= 0 ? "+" : "", e);
	} else if (verb == 'x' || verb == 'X') {
		put_hex_float(out, d, verb, prec);
	} else if (prec < 0) {
		put_shortest(out, d, verb);
	} else {
		put_libc(out, verb, prec, d);
	}
}
