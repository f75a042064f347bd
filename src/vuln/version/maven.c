/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maven, by the version order of its POM reference.
 *
 * A version is cut into tokens at '.', '-' and at each change between digits and letters, which
 * counts as '-'. Empty tokens are 0. Tokens that mean nothing (0, "", final, ga, release) are
 * dropped from the end, and before each '-'. Then tokens are compared one by one; what one side
 * lacks means nothing, with the separator of the other side:
 *     ".qualifier" < "-qualifier" < "-number" < ".number"
 */
#include "vuln/version/impl.h"

enum { TOKENS_MAX = 512 };

struct token {
	char separator; /* '.' or '-'; the first one has '.' */
	bool number;
	bool digit_follows; /* "a1" is alpha1, "a" is not */
	struct sw_str text;
};

struct maven {
	struct token v[TOKENS_MAX];
	size_t n;
};

static struct sw_str qualifier(const struct token *t)
{
	struct sw_str s = t->text;
	if (t->digit_follows && s.n == 1) {
		char c = ver_lower(s.p[0]);
		if (c == 'a' || c == 'b' || c == 'm')
			return c == 'a'	  ? SW_STR("alpha")
			       : c == 'b' ? SW_STR("beta")
					  : SW_STR("milestone");
	}
	if (sw_str_ieq(s, SW_STR("ga")) || sw_str_ieq(s, SW_STR("final")) ||
		sw_str_ieq(s, SW_STR("release")))
		return SW_STR("");
	return sw_str_ieq(s, SW_STR("cr")) ? SW_STR("rc") : s;
}

enum { RANK_RELEASE = 5, RANK_UNKNOWN = 7 };

static int rank(struct sw_str s)
{
	static const char *const known[] = {
		"alpha", "beta", "milestone", "rc", "snapshot", "", "sp"};
	for (int i = 0; i < RANK_UNKNOWN; i++)
		if (sw_str_ieq(s, sw_str_from(known[i])))
			return i;
	return RANK_UNKNOWN;
}

static bool means_nothing(const struct token *t)
{
	return t->number ? ver_num(t->text, SW_STR("0")) == 0 : rank(qualifier(t)) == RANK_RELEASE;
}

static void add(struct maven *m, char separator, struct sw_str text, bool digit_follows)
{
	if (m->n == TOKENS_MAX)
		return;
	if (!text.n)
		text = SW_STR("0");
	m->v[m->n++] = (struct token){separator, ver_digit(text.p[0]), digit_follows, text};
}

static void cut(struct sw_str v, struct maven *m)
{
	size_t start = 0;
	char separator = '.';
	m->n = 0;
	for (size_t i = 0; i <= v.n; i++) {
		bool end = i == v.n, stop = !end && (v.p[i] == '.' || v.p[i] == '-');
		bool change =
			!end && !stop && i > start && ver_digit(v.p[i]) != ver_digit(v.p[i - 1]);
		if (!end && !stop && !change)
			continue;
		add(m, separator, sw_str_sub(v, start, i), change && ver_digit(v.p[i]));
		separator = stop ? v.p[i] : '-';
		start = change ? i : i + 1;
	}
}

/* A zero that stands alone between hyphens, or first, before a number: "1-0-1" is not "1-1". */
static bool stays(const struct maven *m, size_t i)
{
	return m->v[i].number && i + 1 < m->n && m->v[i + 1].number &&
	       (i == 0 || m->v[i].separator == '-');
}

static void trim(struct maven *m)
{
	size_t end = m->n; /* behind the tokens that are looked at */
	while (end) {
		if (means_nothing(&m->v[end - 1]) && !stays(m, end - 1)) {
			memmove(&m->v[end - 1], &m->v[end], (m->n - end) * sizeof(m->v[0]));
			m->n--;
			end--;
			continue;
		}
		/* on to what stands before the nearest hyphen */
		while (end && m->v[end - 1].separator != '-')
			end--;
		if (end)
			end--;
	}
}

static int order_class(const struct token *t)
{
	return t->number ? (t->separator == '-' ? 2 : 3) : t->separator == '-';
}

static int token_cmp(const struct token *x, const struct token *y)
{
	if (x->number && y->number && x->separator == y->separator)
		return ver_num(x->text, y->text);
	if (x->number || y->number)
		return order_class(x) - order_class(y);
	struct sw_str a = qualifier(x), b = qualifier(y);
	int p = rank(a), q = rank(b);
	if (x->separator != y->separator)
		return order_class(x) - order_class(y);
	return p != q || p < RANK_UNKNOWN ? p - q : ver_icmp(a, b);
}

/* The side that has no token any more is compared as nothing, of the same kind. */
static struct token nothing(const struct token *t)
{
	struct token n = *t;
	n.text = t->number ? SW_STR("0") : SW_STR("");
	n.digit_follows = false;
	return n;
}

int ver_maven(struct sw_str a, struct sw_str b)
{
	struct maven x, y;
	cut(a, &x);
	cut(b, &y);
	trim(&x);
	trim(&y);
	size_t n = x.n > y.n ? x.n : y.n;
	for (size_t i = 0; i < n; i++) {
		struct token p = i < x.n ? x.v[i] : nothing(&y.v[i]),
			     q = i < y.n ? y.v[i] : nothing(&x.v[i]);
		int c = token_cmp(&p, &q);
		if (c)
			return c;
	}
	return 0;
}
