/* SPDX-License-Identifier: Apache-2.0 */
/* Orders for advisories whose versions follow no scheme, or only nearly one. */
#include <stdio.h>

#include "vuln/version/constraint_impl.h"

static struct sw_str without_v(struct sw_str v)
{
	v = sw_str_trim(v);
	if (v.n > 1 && (v.p[0] == 'v' || v.p[0] == 'V') && ver_digit(v.p[1]))
		v = sw_str_sub(v, 1, v.n);
	return v;
}

/* ".alpha", ".beta" and ".rc" open a pre-release, as Ruby's versions have them. */
static struct sw_str hyphenated(struct sw_str v, char *out, size_t cap)
{
	static const char *const names[] = {".alpha", ".beta", ".rc"};
	if (v.n >= cap)
		return v;
	memcpy(out, v.p, v.n);
	for (size_t i = 0; i < v.n; i++)
		for (size_t k = 0; k < 3; k++)
			if (sw_str_starts(sw_str_sub(v, i, v.n), sw_str_from(names[k])))
				out[i] = '-';
	return sw_str_make(out, v.n);
}

int range_cmp_semantic(struct sw_str a, struct sw_str b)
{
	char x[SW_VERSION_MAX + 1], y[SW_VERSION_MAX + 1];
	return ver_loose(
		hyphenated(without_v(a), x, sizeof(x)), hyphenated(without_v(b), y, sizeof(y)));
}

static bool punctuation(char c)
{
	return c >= '!' && c <= '~' && !ver_digit(c) && !ver_alpha(c);
}

/* N[.N[.N]][-|alpha|beta|rc…][+…], no leading zeros */
static bool like_semver(struct sw_str v)
{
	size_t i = 0;
	v = without_v(v);
	for (unsigned k = 0; k < 3; k++) {
		struct sw_str n = ver_run(v, &i, ver_digit, true);
		if (!n.n || (n.n > 1 && n.p[0] == '0'))
			return false;
		if (k == 2 || i >= v.n || v.p[i] != '.')
			break;
		i++;
	}
	struct sw_str rest = sw_str_sub(v, i, v.n);
	if (rest.n && rest.p[0] != '-' && rest.p[0] != '+' &&
		!sw_str_starts(rest, SW_STR("alpha")) && !sw_str_starts(rest, SW_STR("beta")) &&
		!sw_str_starts(rest, SW_STR("rc")))
		return false;
	for (size_t k = 0; k < rest.n; k++)
		if (!ver_digit(rest.p[k]) && !ver_alpha(rest.p[k]) && !strchr(".+-", rest.p[k]))
			return false;
	return true;
}

/* Runs of digits by value, others by bytes. */
static int natural(struct sw_str a, struct sw_str b)
{
	size_t i = 0, j = 0;
	while (i < a.n && j < b.n) {
		bool da = ver_digit(a.p[i]), db = ver_digit(b.p[j]);
		struct sw_str x = ver_run(a, &i, ver_digit, da), y = ver_run(b, &j, ver_digit, db);
		int c = da && db ? ver_num(x, y) : sw_str_cmp(x, y);
		if (c)
			return c;
	}
	return (i < a.n) - (j < b.n);
}

int range_cmp_fuzzy(struct sw_str a, struct sw_str b)
{
	if (like_semver(a) && like_semver(b))
		return range_cmp_semantic(a, b);
	a = without_v(a);
	b = without_v(b);
	size_t i = 0, j = 0;
	while (i < a.n && j < b.n) {
		struct sw_str x = ver_run(a, &i, punctuation, false),
			      y = ver_run(b, &j, punctuation, false);
		int c = natural(x, y);
		if (c)
			return c;
		i++;
		j++;
	}
	return (a.n > b.n) - (a.n < b.n);
}

/* 1.8.0_131-ea-b11 -> 8.0.131-ea; 9.0.0 stays; 8.0-update302-b08 -> 8.0.302 */
static struct sw_str jvm_text(struct sw_str v, char *out, size_t cap)
{
	struct sw_str n[3] = {SW_STR("0"), SW_STR("0"), SW_STR("0")};
	bool old = sw_str_starts(v, SW_STR("1."));
	size_t i = old ? 2 : 0;
	unsigned k = 0;
	for (; k < 3; k++) {
		n[k] = ver_run(v, &i, ver_digit, true);
		if (!n[k].n || i >= v.n || v.p[i] != '.' || (old && k == 1))
			break;
		i++;
	}
	if (i < v.n && (v.p[i] == '_' || v.p[i] == '-')) {
		size_t j = i + 1;
		if (sw_str_starts(sw_str_sub(v, j, v.n), SW_STR("update")))
			j += 6;
		if (j < v.n && v.p[j] == '_')
			j++;
		struct sw_str update = ver_run(v, &j, ver_digit, true);
		if (update.n && !ver_num(n[2], SW_STR("0"))) {
			n[2] = update;
			i = j;
		}
	}
	struct sw_str rest = sw_str_sub(v, i, v.n);
	size_t build = sw_str_find(rest, SW_STR("-b"), 0), plus = sw_str_chr(rest, '+', 0);
	rest = sw_str_sub(rest, 0, build < plus ? build : plus);
	int len = snprintf(out, cap, "%.*s.%.*s.%.*s%.*s", SW_STR_ARG(n[0]), SW_STR_ARG(n[1]),
		SW_STR_ARG(n[2]), SW_STR_ARG(rest));
	return sw_str_make(out, len > 0 && (size_t)len < cap ? (size_t)len : 0);
}

int range_cmp_jvm(struct sw_str a, struct sw_str b)
{
	char x[SW_VERSION_MAX * 2], y[SW_VERSION_MAX * 2];
	return ver_loose(
		jvm_text(sw_str_trim(a), x, sizeof(x)), jvm_text(sw_str_trim(b), y, sizeof(y)));
}

static struct sw_str numbers(struct sw_str v)
{
	size_t i = 0;
	v = without_v(v);
	while (i < v.n && (ver_digit(v.p[i]) || v.p[i] == '.'))
		i++;
	return sw_str_sub(v, 0, i);
}

int range_cmp_bitnami(struct sw_str a, struct sw_str b)
{
	return ver_loose(numbers(a), numbers(b));
}

/* "12.10.2.jre11" -> "12.10.2": for whom it was built says nothing of what is in it. */
static struct sw_str without_jre(struct sw_str v)
{
	size_t at = sw_str_rfind(v, SW_STR(".jre"));
	return at != SW_NPOS && at && ver_is_number(sw_str_sub(v, at + 4, v.n))
		       ? sw_str_sub(v, 0, at)
		       : v;
}

int range_cmp_maven(struct sw_str a, struct sw_str b)
{
	return ver_maven(without_jre(a), without_jre(b));
}

static struct sw_str without_epoch(struct sw_str v)
{
	size_t colon = sw_str_chr(v, ':', 0);
	return colon == SW_NPOS ? v : sw_str_sub(v, colon + 1, v.n);
}

/* "5.el8.0.0" -> "5.el8" */
static struct sw_str without_zeros(struct sw_str v)
{
	for (;;) {
		size_t end = v.n;
		while (end && v.p[end - 1] == '0')
			end--;
		if (end == v.n || !end || v.p[end - 1] != '.')
			return v;
		v.n = end - 1;
	}
}

int range_cmp_rpm(struct sw_str a, struct sw_str b)
{
	a = sw_str_trim(a);
	b = sw_str_trim(b);
	if ((sw_str_chr(a, ':', 0) == SW_NPOS) != (sw_str_chr(b, ':', 0) == SW_NPOS)) {
		a = without_epoch(a);
		b = without_epoch(b);
	}
	return ver_rpm(without_zeros(a), without_zeros(b));
}

int range_cmp_lax_pep440(struct sw_str a, struct sw_str b)
{
	bool local = sw_str_chr(b, '+', 0) != SW_NPOS;
	struct sw_str pa = sw_str_sub(a, 0, sw_str_chr(a, '+', 0));
	struct sw_str pb = sw_str_sub(b, 0, sw_str_chr(b, '+', 0));
	int c = ver_pep440(pa, pb);
	return c || !local ? c : ver_pep440(a, b);
}

/* "1.2.0-x86_64-linux" -> "1.2.0": the platform of a gem is no part of its version. */
struct sw_str range_gem_without_platform(struct sw_str v)
{
	static const char *const cpus[] = {"x86", "x64", "amd64", "i386", "i686", "arm", "aarch64",
		"universal", "java", "jruby", "mswin", "mingw", "ppc", "powerpc", "s390", "sparc",
		"riscv", "mips", "dalvik", "wasm", "linux", "darwin", "solaris", "freebsd"};
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] != '-')
			continue;
		struct sw_str rest = sw_str_sub(v, i + 1, v.n);
		for (size_t k = 0; k < sizeof(cpus) / sizeof(*cpus); k++)
			if (sw_str_starts(rest, sw_str_from(cpus[k])))
				return sw_str_sub(v, 0, i);
	}
	return v;
}
