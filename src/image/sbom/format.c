/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of texts that schemas name. */
#include "image/sbom/schema.h"

static bool digits(struct sw_str *s, unsigned n, int *ret)
{
	*ret = 0;
	if (s->n < n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		*ret = *ret * 10 + (s->p[i] - '0');
	}
	*s = sw_str_sub(*s, n, s->n);
	return true;
}

static bool sign(struct sw_str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = sw_str_sub(*s, 1, s->n);
	return true;
}

static bool take_date(struct sw_str *s, bool xs)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int y, m, d, skip;
	if (xs)
		sign(s, '-');
	if (!digits(s, 4, &y))
		return false;
	while (xs && digits(s, 1, &skip))
		y = 2000; /* years beyond 9999: leap years as they come */
	if (!sign(s, '-') || !digits(s, 2, &m) || !sign(s, '-') || !digits(s, 2, &d))
		return false;
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
	return m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1] + (m == 2 && leap);
}

static bool take_time(struct sw_str *s, bool xs)
{
	int h, m, sec, skip;
	if (!digits(s, 2, &h) || !sign(s, ':') || !digits(s, 2, &m) || !sign(s, ':') ||
		!digits(s, 2, &sec))
		return false;
	if (sign(s, '.')) {
		if (!digits(s, 1, &skip))
			return false;
		while (digits(s, 1, &skip))
			;
	}
	if (xs && h == 24)
		return m == 0 && sec == 0;
	return h <= 23 && m <= 59 && (sec <= 59 || (!xs && sec == 60));
}

static bool take_zone(struct sw_str *s, bool lower)
{
	int h, m;
	if (sign(s, 'Z') || (lower && sign(s, 'z')))
		return true;
	return (sign(s, '+') || sign(s, '-')) && digits(s, 2, &h) && sign(s, ':') &&
	       digits(s, 2, &m) && h <= 23 && m <= 59;
}

bool sw_format_date_time(struct sw_str s)
{
	return take_date(&s, false) && (sign(&s, 'T') || sign(&s, 't')) && take_time(&s, false) &&
	       take_zone(&s, true) && !s.n;
}

bool sw_format_date(struct sw_str s)
{
	return take_date(&s, false) && !s.n;
}

bool sw_format_xs_date_time(struct sw_str s)
{
	return take_date(&s, true) && sign(&s, 'T') && take_time(&s, true) &&
	       (!s.n || (take_zone(&s, false) && !s.n));
}

bool sw_format_xs_date(struct sw_str s)
{
	return take_date(&s, true) && (!s.n || (take_zone(&s, false) && !s.n));
}

/* RFC 3987 by its characters: none of those that must be escaped, percent signs with two digits,
 * and nothing but one '#'. */
bool sw_format_iri_reference(struct sw_str s)
{
	bool fragment = false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c <= 0x20 || c == 0x7f || (c < 0x80 && strchr("\"<>\\^`{|}", c)))
			return false;
		if (c == '%') {
			static const char hex[] = "0123456789abcdefABCDEF";
			if (i + 2 >= s.n || !strchr(hex, s.p[i + 1]) || !strchr(hex, s.p[i + 2]) ||
				!s.p[i + 1] || !s.p[i + 2])
				return false;
		}
		if (c == '#' && fragment)
			return false;
		fragment |= c == '#';
	}
	/* A first part with a colon is a scheme, and has its form. */
	size_t colon = sw_str_chr(s, ':', 0), slash = sw_str_chr(s, '/', 0);
	if (colon == 0)
		return false;
	if (colon == SW_NPOS || (slash != SW_NPOS && slash < colon))
		return true;
	for (size_t i = 0; i < colon; i++) {
		char c = s.p[i];
		bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (c == '?' || c == '#')
			return true; /* the colon is behind the path */
		if (!alpha &&
			(i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
			return false;
	}
	return true;
}

bool sw_format_uri(struct sw_str s)
{
	size_t colon = sw_str_chr(s, ':', 0);
	if (colon == SW_NPOS || !sw_format_iri_reference(s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80 || (i < colon && strchr("/?#", s.p[i])))
			return false;
	return true;
}

bool sw_format_email(struct sw_str s)
{
	size_t at = sw_str_rfind(s, SW_STR("@"));
	if (at == SW_NPOS || at == 0 || at + 1 == s.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20)
			return false;
	return true;
}
