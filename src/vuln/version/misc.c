/* SPDX-License-Identifier: Apache-2.0 */
/* Composer, OpenSSL's letters, plain text, points in time. */
#include "vuln/version/impl.h"

/* ---- Composer: PHP's version_compare over what it canonicalises ---- */

static bool composer_separator(char c)
{
	return c == '.' || c == '-' || c == '_' || c == '+';
}

/* By the beginning of the word, in this order and case, as PHP looks it up; any other word is older
 * than all. */
static int composer_rank(struct sw_str s)
{
	static const struct {
		struct sw_str word;
		int rank;
	} words[] = {{SW_STR_INIT("dev"), 0}, {SW_STR_INIT("alpha"), 1}, {SW_STR_INIT("a"), 1},
		{SW_STR_INIT("beta"), 2}, {SW_STR_INIT("b"), 2}, {SW_STR_INIT("RC"), 3},
		{SW_STR_INIT("rc"), 3}, {SW_STR_INIT("#"), 4}, {SW_STR_INIT("pl"), 5},
		{SW_STR_INIT("p"), 5}};
	if (ver_is_number(s))
		return 4;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (sw_str_starts(s, words[i].word))
			return words[i].rank;
	return -1;
}

static struct sw_str composer_next(struct sw_str s, size_t *at)
{
	while (*at < s.n && composer_separator(s.p[*at]))
		++*at;
	if (*at >= s.n)
		return SW_STR("");
	if (ver_digit(s.p[*at]))
		return ver_run(s, at, ver_digit, true);
	size_t start = *at;
	while (*at < s.n && !ver_digit(s.p[*at]) && !composer_separator(s.p[*at]))
		++*at;
	return sw_str_sub(s, start, *at);
}

static struct sw_str composer_text(struct sw_str v)
{
	v = sw_str_trim(v);
	return v.n && (v.p[0] == 'v' || v.p[0] == 'V') ? sw_str_sub(v, 1, v.n) : v;
}

/* What one version has more: a number is newer, a word is by its rank against a release. */
static int composer_rest(struct sw_str s, size_t at, struct sw_str part)
{
	for (; part.n; part = composer_next(s, &at)) {
		int c = ver_is_number(part) ? 1 : composer_rank(part) - 4;
		if (c)
			return c;
	}
	return 0;
}

int ver_composer(struct sw_str a, struct sw_str b)
{
	a = composer_text(a);
	b = composer_text(b);
	size_t i = 0, j = 0;
	for (;;) {
		struct sw_str x = composer_next(a, &i), y = composer_next(b, &j);
		if (!x.n && !y.n)
			return 0;
		if (!x.n)
			return -composer_rest(b, j, y);
		if (!y.n)
			return composer_rest(a, i, x);
		bool nx = ver_is_number(x), ny = ver_is_number(y);
		int c = nx && ny ? ver_num(x, y) : composer_rank(x) - composer_rank(y);
		if (c)
			return c;
	}
}

/* ---- OpenSSL: 1.0.2zg is newer than 1.0.2z; from 3.0 on it is semantic ---- */

int ver_openssl(struct sw_str a, struct sw_str b)
{
	size_t i = 0, j = 0;
	for (;;) {
		int c = ver_num(ver_run(a, &i, ver_digit, true), ver_run(b, &j, ver_digit, true));
		if (c)
			return c;
		bool dot_a = i < a.n && a.p[i] == '.', dot_b = j < b.n && b.p[j] == '.';
		if (!dot_a || !dot_b)
			break;
		i++;
		j++;
	}
	struct sw_str x = ver_run(a, &i, ver_alpha, true), y = ver_run(b, &j, ver_alpha, true);
	if (x.n != y.n)
		return x.n > y.n ? 1 : -1;
	int c = sw_str_cmp(x, y);
	return c ? c : ver_semver(a, b);
}

/* ---- text ---- */

int ver_lexicographic(struct sw_str a, struct sw_str b)
{
	return sw_str_cmp(a, b); /* UTF-8 keeps the order of code points */
}

/* ---- RFC 3339 ---- */

static bool two_digits(struct sw_str s, size_t at, int *ret)
{
	if (at + 2 > s.n || !ver_digit(s.p[at]) || !ver_digit(s.p[at + 1]))
		return false;
	*ret = (s.p[at] - '0') * 10 + s.p[at + 1] - '0';
	return true;
}

/* Days of the civil calendar before year-month-day. */
static int64_t days_from_civil(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy;
}

static bool zone(struct sw_str s, size_t at, int64_t *ret)
{
	int h, m;
	*ret = 0;
	if (at + 1 == s.n && (s.p[at] == 'Z' || s.p[at] == 'z'))
		return true;
	if (at + 6 != s.n || (s.p[at] != '+' && s.p[at] != '-') || s.p[at + 3] != ':' ||
		!two_digits(s, at + 1, &h) || !two_digits(s, at + 4, &m))
		return false;
	*ret = (s.p[at] == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

static bool instant(struct sw_str s, int64_t *ret_seconds, struct sw_str *ret_fraction)
{
	int century, year, month, day, hour, minute, second;
	int64_t offset;
	if (s.n < 20 || !two_digits(s, 0, &century) || !two_digits(s, 2, &year) ||
		!two_digits(s, 5, &month) || !two_digits(s, 8, &day) || !two_digits(s, 11, &hour) ||
		!two_digits(s, 14, &minute) || !two_digits(s, 17, &second) || s.p[4] != '-' ||
		s.p[7] != '-' || s.p[13] != ':' || s.p[16] != ':')
		return false;
	size_t at = 19;
	*ret_fraction = SW_STR("");
	if (s.p[at] == '.') {
		at++;
		*ret_fraction = ver_run(s, &at, ver_digit, true);
		while (ret_fraction->n && ret_fraction->p[ret_fraction->n - 1] == '0')
			ret_fraction->n--;
	}
	if (!zone(s, at, &offset))
		return false;
	*ret_seconds = days_from_civil(century * 100 + year, month, day) * 86400 + hour * 3600 +
		       minute * 60 + second - offset;
	return true;
}

bool ver_datetime_valid(struct sw_str v)
{
	int64_t s;
	struct sw_str f;
	return instant(v, &s, &f);
}

int ver_datetime(struct sw_str a, struct sw_str b)
{
	int64_t x = 0, y = 0;
	struct sw_str fx = SW_STR(""), fy = SW_STR("");
	instant(a, &x, &fx);
	instant(b, &y, &fy);
	return x != y ? (x > y ? 1 : -1) : sw_str_cmp(fx, fy);
}
