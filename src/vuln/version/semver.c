/* SPDX-License-Identifier: Apache-2.0 */
/* Semantic versions and their relatives: npm, Go, NuGet, pub, conan, and the loose form people
 * write. */
#include "vuln/version/impl.h"

struct parts {
	struct sw_str core, pre, build;
	bool has_pre, has_build;
};

static struct parts take_apart(struct sw_str v)
{
	struct parts p = {.pre = SW_STR(""), .build = SW_STR("")};
	size_t plus = sw_str_chr(v, '+', 0);
	if (plus != SW_NPOS) {
		p.build = sw_str_sub(v, plus + 1, v.n);
		p.has_build = true;
		v = sw_str_sub(v, 0, plus);
	}
	size_t dash = sw_str_chr(v, '-', 0);
	if (dash != SW_NPOS) {
		p.pre = sw_str_sub(v, dash + 1, v.n);
		p.has_pre = true;
		v = sw_str_sub(v, 0, dash);
	}
	p.core = v;
	return p;
}

static int part_cmp(struct sw_str x, struct sw_str y)
{
	bool nx = ver_is_number(x), ny = ver_is_number(y);
	if (nx && ny)
		return ver_num(x, y);
	if (nx != ny)
		return nx ? -1 : 1;
	return sw_str_cmp(x, y);
}

/* Dot-separated identifiers; numbers before words, fewer before more. */
static int identifiers_cmp(
	struct sw_str a, struct sw_str b, int (*cmp)(struct sw_str, struct sw_str))
{
	struct sw_str x, y;
	if (!a.n || !b.n)
		return (a.n > 0) - (b.n > 0);
	for (;;) {
		bool more_a = sw_str_split(&a, '.', &x), more_b = sw_str_split(&b, '.', &y);
		if (!more_a || !more_b)
			return more_a - more_b;
		int c = cmp(x, y);
		if (c)
			return c;
	}
}

/* A version without pre-release is newer than those with one. */
static int pre_cmp(const struct parts *x, const struct parts *y)
{
	if (!x->pre.n || !y->pre.n)
		return (y->pre.n > 0) - (x->pre.n > 0);
	return identifiers_cmp(x->pre, y->pre, part_cmp);
}

/* Missing parts are 0. */
static int core_cmp(struct sw_str a, struct sw_str b)
{
	struct sw_str x, y;
	for (;;) {
		bool more_a = sw_str_split(&a, '.', &x), more_b = sw_str_split(&b, '.', &y);
		if (!more_a && !more_b)
			return 0;
		int c = ver_num(more_a ? x : SW_STR("0"), more_b ? y : SW_STR("0"));
		if (c)
			return c;
	}
}

static struct sw_str without_v(struct sw_str v)
{
	v = sw_str_trim(v);
	return v.n && (v.p[0] == 'v' || v.p[0] == 'V') ? sw_str_sub(v, 1, v.n) : v;
}

int ver_semver(struct sw_str a, struct sw_str b)
{
	struct parts x = take_apart(without_v(a)), y = take_apart(without_v(b));
	int c = core_cmp(x.core, y.core);
	return c ? c : pre_cmp(&x, &y);
}

static bool identifiers_valid(struct sw_str s, bool pre)
{
	struct sw_str part;
	while (sw_str_split(&s, '.', &part)) {
		if (!part.n || (pre && ver_is_number(part) && part.n > 1 && part.p[0] == '0'))
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!ver_digit(part.p[i]) && !ver_alpha(part.p[i]) && part.p[i] != '-')
				return false;
	}
	return true;
}

static bool core_valid(struct sw_str s, unsigned min, unsigned max, bool zeros)
{
	struct sw_str part;
	unsigned n = 0;
	while (sw_str_split(&s, '.', &part)) {
		if (!ver_is_number(part) || (!zeros && part.n > 1 && part.p[0] == '0'))
			return false;
		n++;
	}
	return n >= min && n <= max;
}

static bool valid(struct sw_str v, unsigned min, unsigned max, bool zeros)
{
	struct parts p = take_apart(v);
	return core_valid(p.core, min, max, zeros) &&
	       (!p.has_pre || identifiers_valid(p.pre, !zeros)) &&
	       (!p.has_build || identifiers_valid(p.build, false));
}

bool ver_semver_valid(struct sw_str v)
{
	return valid(v, 3, 3, false);
}

/* ---- npm ---- */

/* " =v1.2.3": space, equals and v may stand in front. Loose: "1.2.3beta" is 1.2.3-beta. */
static struct sw_str npm_text(struct sw_str v)
{
	v = sw_str_trim(v);
	while (v.n && (v.p[0] == '=' || v.p[0] == 'v' || v.p[0] == ' ' || v.p[0] == '\t'))
		v = sw_str_sub(v, 1, v.n);
	return v;
}

static struct parts npm_parts(struct sw_str v)
{
	struct parts p = take_apart(npm_text(v));
	size_t i = 0;
	while (i < p.core.n && (ver_digit(p.core.p[i]) || p.core.p[i] == '.'))
		i++;
	if (i < p.core.n) { /* a pre-release without its hyphen */
		p.pre = sw_str_make(p.core.p + i, p.core.n - i + (p.has_pre ? p.pre.n + 1 : 0));
		p.core.n = i;
		p.has_pre = true;
	}
	return p;
}

int ver_npm(struct sw_str a, struct sw_str b)
{
	struct parts x = npm_parts(a), y = npm_parts(b);
	int c = core_cmp(x.core, y.core);
	return c ? c : pre_cmp(&x, &y);
}

bool ver_npm_valid(struct sw_str v)
{
	return valid(npm_text(v), 3, 3, false);
}

bool ver_npm_loose_valid(struct sw_str v)
{
	struct parts p = npm_parts(v);
	return core_valid(p.core, 3, 3, true) && (!p.has_pre || identifiers_valid(p.pre, false)) &&
	       (!p.has_build || (p.build.n && identifiers_valid(p.build, false)));
}

/* ---- loose: what scanners meet in the wild ---- */

/* v?N(.N)*[-]word…[+build]; '~' and '-' may stand in words, and the hyphen before a word may be
 * missing. */
int ver_loose(struct sw_str a, struct sw_str b)
{
	struct parts x = npm_parts(a), y = npm_parts(b);
	int c = core_cmp(x.core, y.core);
	return c ? c : pre_cmp(&x, &y);
}

static bool loose_words(struct sw_str s)
{
	struct sw_str part;
	while (sw_str_split(&s, '.', &part)) {
		for (size_t i = 0; i < part.n; i++)
			if (!ver_digit(part.p[i]) && !ver_alpha(part.p[i]) && part.p[i] != '-' &&
				part.p[i] != '~')
				return false;
		if (!part.n)
			return false;
	}
	return true;
}

bool ver_loose_valid(struct sw_str v)
{
	struct parts p = npm_parts(v);
	if (!v.n || (!ver_digit(v.p[0]) && v.p[0] != 'v'))
		return false;
	return core_valid(p.core, 1, 4096, true) && (!p.pre.n || loose_words(p.pre)) &&
	       (!p.has_build || loose_words(p.build));
}

/* ---- Go: v1.2.3, v1.2 and v1 too; no build but +incompatible ---- */

int ver_go(struct sw_str a, struct sw_str b)
{
	bool va = ver_go_valid(a), vb = ver_go_valid(b);
	if (!va || !vb)
		return va - vb; /* invalid ones are equal, and before all others */
	return ver_semver(without_v(a), without_v(b));
}

bool ver_go_valid(struct sw_str v)
{
	if (!v.n || v.p[0] != 'v')
		return false;
	struct parts p = take_apart(sw_str_sub(v, 1, v.n));
	unsigned dots = 0;
	for (size_t i = 0; i < p.core.n; i++)
		dots += p.core.p[i] == '.';
	if (dots < 2 && (p.has_pre || p.has_build))
		return false;
	return core_valid(p.core, 1, 3, false) &&
	       (!p.has_pre || (p.pre.n && identifiers_valid(p.pre, true))) &&
	       (!p.has_build || (p.build.n && identifiers_valid(p.build, false)));
}

/* ---- NuGet: four numbers, case folded, build ignored ---- */

static int nuget_part(struct sw_str x, struct sw_str y)
{
	bool nx = ver_is_number(x), ny = ver_is_number(y);
	if (nx && ny)
		return ver_num(x, y);
	if (nx != ny)
		return nx ? -1 : 1;
	return ver_icmp(x, y);
}

int ver_nuget(struct sw_str a, struct sw_str b)
{
	struct parts x = take_apart(without_v(a)), y = take_apart(without_v(b));
	int c = core_cmp(x.core, y.core);
	if (c)
		return c;
	if (!x.pre.n || !y.pre.n)
		return (y.pre.n > 0) - (x.pre.n > 0);
	return identifiers_cmp(x.pre, y.pre, nuget_part);
}

/* ---- pub: the build counts too, and one without is older ---- */

int ver_pub(struct sw_str a, struct sw_str b)
{
	struct parts x = take_apart(without_v(a)), y = take_apart(without_v(b));
	int c = core_cmp(x.core, y.core);
	if (!c)
		c = pre_cmp(&x, &y);
	return c ? c : identifiers_cmp(x.build, y.build, part_cmp);
}

/* ---- conan: any number of parts, words allowed, the build counts ---- */

static int conan_part(struct sw_str x, struct sw_str y)
{
	bool nx = ver_is_number(x), ny = ver_is_number(y);
	if (nx && ny)
		return ver_num(x, y);
	return sw_str_cmp(x, y);
}

static int conan_core(struct sw_str a, struct sw_str b)
{
	struct sw_str x, y;
	for (;;) {
		bool more_a = sw_str_split(&a, '.', &x), more_b = sw_str_split(&b, '.', &y);
		if (!more_a && !more_b)
			return 0;
		if (!more_a || !more_b) { /* trailing zeros do not count */
			struct sw_str left = more_a ? x : y;
			if (!ver_is_number(left) || ver_num(left, SW_STR("0")))
				return more_a ? 1 : -1;
			continue;
		}
		int c = conan_part(x, y);
		if (c)
			return c;
	}
}

int ver_conan(struct sw_str a, struct sw_str b)
{
	struct parts x = take_apart(a), y = take_apart(b);
	int c = conan_core(x.core, y.core);
	if (c)
		return c;
	if (x.has_pre != y.has_pre)
		return x.has_pre ? -1 : 1;
	c = x.has_pre ? conan_core(x.pre, y.pre) : 0;
	if (c)
		return c;
	if (x.has_build != y.has_build)
		return x.has_build ? 1 : -1;
	return conan_core(x.build, y.build);
}
