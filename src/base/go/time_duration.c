/* SPDX-License-Identifier: Apache-2.0 */
/* Durations: "1h30m", "-1.5s", and OPA's days, weeks and years: "1d2h", "2w". */
#include "base/go/time.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/go/gotext.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static int bad(struct sw_buf *why, const char *what, struct sw_str whole)
{
	sw_buf_printf(why, "time: %s ", what);
	sw_gotext_time_quote(why, whole);
	return -1;
}

static uint64_t unit_ns(struct sw_str u)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{"ns", 1},
		{"us", 1000},
		{"\xc2\xb5s", 1000},
		{"\xce\xbcs", 1000},
		{"ms", 1000000},
		{"s", 1000000000},
		{"m", 60000000000},
		{"h", 3600000000000},
	};

	for (size_t i = 0; i < SW_ARRAY_LEN(units); i++)
		if (sw_str_is(u, units[i].name))
			return units[i].ns;
	return 0;
}

#define HALF ((uint64_t)1 << 63)

/* Digits before the point; false on overflow. */
static bool whole_digits(struct sw_str *s, uint64_t *ret)
{
	uint64_t v = 0;

	for (; s->n && digit(s->p[0]); *s = sw_str_sub(*s, 1, s->n)) {
		if (v > HALF / 10)
			return false;
		v = v * 10 + (uint64_t)(s->p[0] - '0');
		if (v > HALF)
			return false;
	}
	*ret = v;
	return true;
}

static double fraction_digits(struct sw_str *s, uint64_t *ret)
{
	uint64_t v = 0;
	double scale = 1;
	bool full = false;

	for (; s->n && digit(s->p[0]); *s = sw_str_sub(*s, 1, s->n)) {
		if (full || v > (HALF - 1) / 10) {
			full = true;
			continue;
		}
		v = v * 10 + (uint64_t)(s->p[0] - '0');
		scale *= 10;
	}
	*ret = v;
	return scale;
}

/* One number and its unit, added to *sum. */
static int segment(struct sw_str *s, struct sw_str whole, uint64_t *sum, struct sw_buf *why)
{
	uint64_t v, f = 0;
	double scale = 1;
	size_t before = s->n;

	if (s->p[0] != '.' && !digit(s->p[0]))
		return bad(why, "invalid duration", whole);
	if (!whole_digits(s, &v))
		return bad(why, "invalid duration", whole);
	bool any = before != s->n;
	if (s->n && s->p[0] == '.') {
		*s = sw_str_sub(*s, 1, s->n);
		before = s->n;
		scale = fraction_digits(s, &f);
		any |= before != s->n;
	}
	if (!any)
		return bad(why, "invalid duration", whole);

	size_t i = 0;
	while (i < s->n && s->p[i] != '.' && !digit(s->p[i]))
		i++;
	if (!i)
		return bad(why, "missing unit in duration", whole);
	struct sw_str u = sw_str_sub(*s, 0, i);
	*s = sw_str_sub(*s, i, s->n);
	uint64_t unit = unit_ns(u);
	if (!unit) {
		sw_buf_addz(why, "time: unknown unit ");
		sw_gotext_time_quote(why, u);
		sw_buf_addz(why, " in duration ");
		sw_gotext_time_quote(why, whole);
		return -1;
	}
	if (v > HALF / unit)
		return bad(why, "invalid duration", whole);
	v *= unit;
	if (f)
		v += (uint64_t)((double)f * ((double)unit / scale));
	if (v > HALF)
		return bad(why, "invalid duration", whole);
	*sum += v;
	return *sum > HALF ? bad(why, "invalid duration", whole) : 0;
}

int sw_gotime_go_duration(struct sw_str s, int64_t *ret, struct sw_buf *why)
{
	struct sw_str whole = s;
	bool neg = s.n && s.p[0] == '-';
	uint64_t sum = 0;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = sw_str_sub(s, 1, s.n);
	if (sw_str_is(s, "0")) {
		*ret = 0;
		return 0;
	}
	if (!s.n)
		return bad(why, "invalid duration", whole);
	while (s.n) {
		int rc = segment(&s, whole, &sum, why);
		if (rc)
			return rc;
	}
	if (!neg && sum > HALF - 1)
		return bad(why, "invalid duration", whole);
	*ret = neg ? (int64_t)(0 - sum) : (int64_t)sum;
	return 0;
}

/* strconv.ParseFloat of [0-9.]+ */
static bool parse_float(struct sw_str s, double *ret)
{
	char text[400];
	char *end;

	size_t dot = sw_str_chr(s, '.', 0);
	if (s.n >= sizeof(text) || (dot != SW_NPOS && (s.n == 1 || sw_str_chr(s, '.', dot + 1) != SW_NPOS)))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	*ret = strtod(text, &end);
	return *end == 0 && isfinite(*ret);
}

/* Bytes of a unit by OPA's grammar, longest of the two-letter ones first. */
static size_t unit_len(struct sw_str s)
{
	static const char *const two[] = {"ms", "us", "\xc2\xb5s", "ns"};

	for (size_t i = 0; i < SW_ARRAY_LEN(two); i++)
		if (sw_str_starts(s, sw_str_from(two[i])))
			return strlen(two[i]);
	return s.n && s.p[0] >= 'a' && s.p[0] <= 'z';
}

/* "1d2h" to "24h2h". */
static bool rewrite(struct sw_str s, struct sw_buf *out)
{
	if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
		sw_buf_addch(out, s.p[0]);
		s = sw_str_sub(s, 1, s.n);
	}
	if (!s.n)
		return false;
	while (s.n) {
		size_t n = 0;
		while (n < s.n && (digit(s.p[n]) || s.p[n] == '.'))
			n++;
		struct sw_str num = sw_str_sub(s, 0, n);
		s = sw_str_sub(s, n, s.n);
		size_t u = unit_len(s);
		if (!n || !u)
			return false;
		double hours = s.p[0] == 'd' ? 24 : s.p[0] == 'w' ? 168 : s.p[0] == 'y' ? 8760 : 0;
		double v;
		if (u == 1 && hours != 0) {
			if (!parse_float(num, &v))
				return false;
			sw_gotext_float_f(out, v * hours);
			sw_buf_addch(out, 'h');
		} else {
			sw_buf_addstr(out, num);
			sw_buf_add(out, s.p, u);
		}
		s = sw_str_sub(s, u, s.n);
	}
	return true;
}

int sw_gotime_duration(struct sw_str s, int64_t *ret, struct sw_buf *why)
{
	bool extended = false;

	for (size_t i = 0; i < s.n; i++)
		extended |= s.p[i] == 'd' || s.p[i] == 'w' || s.p[i] == 'y';
	if (!extended && s.n)
		return sw_gotime_go_duration(s, ret, why);

	sw_autobuf text, inner;
	sw_buf_init(&text, s.n * 64 + 1024);
	sw_buf_init(&inner, s.n * 256 + 4096);
	if (!s.n || !rewrite(s, &text) || text.overflow) {
		sw_buf_addz(why, "time: invalid duration ");
		sw_gotext_quote(why, s);
		return -1;
	}
	if (sw_gotime_go_duration(sw_buf_str(&text), ret, &inner) == 0)
		return 0;
	/* The error speaks of what the user wrote, not of the hours it was turned into. */
	size_t cut = sw_str_rfind(sw_buf_str(&inner), SW_STR(" "));
	sw_buf_addstr(why, sw_str_sub(sw_buf_str(&inner), 0, cut));
	sw_buf_addch(why, ' ');
	sw_gotext_quote(why, s);
	return -1;
}
