/* SPDX-License-Identifier: Apache-2.0 */
/* RPM's rpmvercmp, EVR on top of it, and the variant that pacman (alpm) grew out of it. */
#include "vuln/version/impl.h"

static bool alnum(char c)
{
	return ver_digit(c) || ver_alpha(c);
}

static bool separator(char c)
{
	return !alnum(c) && c != '~' && c != '^';
}

/* '~' sorts before everything, also the end; '^' after the end and before everything else. 2: go
 * on. */
static int mark_cmp(struct sw_str a, size_t *i, struct sw_str b, size_t *j)
{
	char x = *i < a.n ? a.p[*i] : 0, y = *j < b.n ? b.p[*j] : 0;
	if (x == '~' || y == '~') {
		if (x != '~')
			return 1;
		if (y != '~')
			return -1;
	} else if (x == '^' || y == '^') {
		if (*i >= a.n)
			return -1;
		if (*j >= b.n)
			return 1;
		if (x != '^')
			return 1;
		if (y != '^')
			return -1;
	} else {
		return 2;
	}
	++*i;
	++*j;
	return 0;
}

int ver_rpmvercmp(struct sw_str a, struct sw_str b)
{
	size_t i = 0, j = 0;
	if (sw_str_eq(a, b))
		return 0;
	while (i < a.n || j < b.n) {
		ver_run(a, &i, separator, true);
		ver_run(b, &j, separator, true);
		int mark = mark_cmp(a, &i, b, &j);
		if (mark == 0)
			continue;
		if (mark != 2)
			return mark;
		if (i >= a.n || j >= b.n)
			break;
		bool number = ver_digit(a.p[i]);
		bool (*is)(char) = number ? ver_digit : ver_alpha;
		struct sw_str x = ver_run(a, &i, is, true), y = ver_run(b, &j, is, true);
		if (!y.n) /* different kinds: numbers are newer than letters */
			return number ? 1 : -1;
		int c = number ? ver_num(x, y) : sw_str_cmp(x, y);
		if (c)
			return c;
	}
	if (i >= a.n && j >= b.n)
		return 0;
	return i < a.n ? 1 : -1;
}

struct evr {
	struct sw_str epoch, version, release;
};

static struct evr take_apart(struct sw_str v)
{
	struct evr e = {.epoch = SW_STR("0"), .version = v, .release = SW_STR("")};
	size_t colon = sw_str_chr(v, ':', 0);
	if (colon != SW_NPOS) {
		if (colon)
			e.epoch = sw_str_trim(sw_str_sub(v, 0, colon));
		e.version = sw_str_sub(v, colon + 1, v.n);
	}
	size_t dash = sw_str_rfind(e.version, SW_STR("-"));
	if (dash != SW_NPOS) {
		e.release = sw_str_sub(e.version, dash + 1, e.version.n);
		e.version = sw_str_sub(e.version, 0, dash);
	}
	return e;
}

int ver_rpm(struct sw_str a, struct sw_str b)
{
	struct evr x = take_apart(a), y = take_apart(b);
	int c = ver_rpmvercmp(x.epoch, y.epoch);
	if (!c)
		c = ver_rpmvercmp(x.version, y.version);
	return c ? c : ver_rpmvercmp(x.release, y.release);
}

/* pacman: like rpm, but a letter run behind the common part makes a version older ("1.0a" < "1.0").
 */
static int alpm_part(struct sw_str a, struct sw_str b)
{
	size_t i = 0, j = 0;
	while (i < a.n && j < b.n) {
		size_t si = i, sj = j;
		while (i < a.n && !alnum(a.p[i]))
			i++;
		while (j < b.n && !alnum(b.p[j]))
			j++;
		if (i >= a.n || j >= b.n)
			break;
		if (i - si != j - sj)
			return i - si < j - sj ? -1 : 1;
		bool number = ver_digit(a.p[i]);
		bool (*is)(char) = number ? ver_digit : ver_alpha;
		struct sw_str x = ver_run(a, &i, is, true), y = ver_run(b, &j, is, true);
		if (!y.n)
			return number ? 1 : -1;
		int c = number ? ver_num(x, y) : sw_str_cmp(x, y);
		if (c)
			return c;
	}
	if (i >= a.n && j >= b.n)
		return 0;
	if ((i >= a.n && !ver_alpha(b.p[j])) || (i < a.n && ver_alpha(a.p[i])))
		return -1;
	return 1;
}

int ver_alpm(struct sw_str a, struct sw_str b)
{
	struct evr x = take_apart(a), y = take_apart(b);
	int c = ver_num(x.epoch, y.epoch);
	if (!c)
		c = alpm_part(x.version, y.version);
	if (!c && x.release.n && y.release.n)
		c = alpm_part(x.release, y.release);
	return c;
}
