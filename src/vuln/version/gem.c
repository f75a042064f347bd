/* SPDX-License-Identifier: Apache-2.0 */
/* Ruby's Gem::Version; and the plain number lists of R and Haskell. */
#include "vuln/version/impl.h"

/* The next segment: a run of digits or of letters; "-" reads as ".pre.". */
struct segments {
	struct sw_str s;
	size_t at;
	bool pre; /* a '-' was passed: "pre" comes first */
};

static bool next(struct segments *g, struct sw_str *ret)
{
	while (g->at < g->s.n && !ver_digit(g->s.p[g->at]) && !ver_alpha(g->s.p[g->at])) {
		if (g->s.p[g->at] == '-')
			g->pre = true;
		g->at++;
		if (g->pre)
			break;
	}
	if (g->pre) {
		g->pre = false;
		*ret = SW_STR("pre");
		return true;
	}
	if (g->at >= g->s.n)
		return false;
	*ret = ver_run(g->s, &g->at, ver_digit(g->s.p[g->at]) ? ver_digit : ver_alpha, true);
	return true;
}

enum { SEGMENTS_MAX = 256 };

struct list {
	struct sw_str v[SEGMENTS_MAX];
	size_t n;
};

static bool zero(struct sw_str s)
{
	return ver_is_number(s) && ver_num(s, SW_STR("0")) == 0;
}

/* Zeros at the end of the numeric head and of the rest mean nothing (canonical_segments). */
static void canonical(struct sw_str v, struct list *l)
{
	struct segments g = {.s = sw_str_trim(v)};
	struct sw_str part;
	bool words = false;
	l->n = 0;
	while (l->n < SEGMENTS_MAX && next(&g, &part)) {
		if (!words && !ver_is_number(part)) {
			words = true;
			while (l->n && zero(l->v[l->n - 1]))
				l->n--;
		}
		l->v[l->n++] = part;
	}
	while (l->n && zero(l->v[l->n - 1]))
		l->n--;
}

int ver_gem(struct sw_str a, struct sw_str b)
{
	struct list x, y;
	canonical(a, &x);
	canonical(b, &y);
	size_t n = x.n > y.n ? x.n : y.n;
	for (size_t i = 0; i < n; i++) {
		struct sw_str p = i < x.n ? x.v[i] : SW_STR("0"),
			      q = i < y.n ? y.v[i] : SW_STR("0");
		bool np = ver_is_number(p), nq = ver_is_number(q);
		if (np != nq)
			return np ? 1 : -1; /* words are older than numbers */
		int c = np ? ver_num(p, q) : sw_str_cmp(p, q);
		if (c)
			return c;
	}
	return 0;
}

static bool parts_valid(struct sw_str s, bool hyphen)
{
	struct sw_str part;
	while (sw_str_split(&s, '.', &part)) {
		if (!part.n)
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!ver_digit(part.p[i]) && !ver_alpha(part.p[i]) &&
				!(hyphen && part.p[i] == '-'))
				return false;
	}
	return true;
}

/* [0-9]+(\.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?  or nothing at all */
bool ver_gem_valid(struct sw_str v)
{
	v = sw_str_trim(v);
	if (!v.n)
		return true;
	size_t dash = sw_str_chr(v, '-', 0);
	struct sw_str head = sw_str_sub(v, 0, dash), first = head, rest = head;
	sw_str_split(&rest, '.', &first);
	if (!ver_is_number(first) || !parts_valid(head, false))
		return false;
	return dash == SW_NPOS || parts_valid(sw_str_sub(v, dash + 1, v.n), true);
}

/* Numbers separated by '.' or '-'; a longer list is newer: 1.0 < 1.0.0. */
int ver_cran(struct sw_str a, struct sw_str b)
{
	size_t i = 0, j = 0;
	while (i < a.n && j < b.n) {
		int c = ver_num(ver_run(a, &i, ver_digit, true), ver_run(b, &j, ver_digit, true));
		if (c)
			return c;
		if (i < a.n)
			i++;
		if (j < b.n)
			j++;
	}
	return (i < a.n) - (j < b.n);
}
