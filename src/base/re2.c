/* SPDX-License-Identifier: Apache-2.0 */
#include "base/re2_impl.h"

#include <stdlib.h>

#include <glib.h>

struct sw_re2 {
	struct sw_arena arena;
	struct re2_tree tree;
	struct re2_pcre *pcre;
	struct re2_prog *prog;
	struct re2_literal *literal; /* NULL: none */
	bool tried_pcre, tried_prog;
	bool slow;    /* PCRE2's limit struck once: do not try again */
	size_t *caps; /* of find_all and replace */
};

enum { PATTERN_BUDGET = 64 << 20 };

/* ---- compiling ---- */

int sw_re2_check(struct sw_str pattern, struct sw_error *err)
{
	sw_autoarena a;
	sw_arena_init(&a, PATTERN_BUDGET);
	struct re2_tree t;
	return re2_parse(&a, pattern, &t, err);
}

int sw_re2_compile(struct sw_str pattern, struct sw_re2 **ret, struct sw_error *err)
{
	struct sw_re2 *re = calloc(1, sizeof(*re));
	if (!re)
		abort();
	sw_arena_init(&re->arena, PATTERN_BUDGET);
	int r = re2_parse(&re->arena, pattern, &re->tree, err);
	if (r < 0) {
		sw_re2_free(re);
		return r;
	}
	re->caps = calloc(2 * ((size_t)re->tree.groups + 1), sizeof(*re->caps));
	if (!re->caps)
		abort();
	re->literal = re2_literal_new(&re->arena, &re->tree);
	*ret = re;
	return 0;
}

void sw_re2_free(struct sw_re2 *re)
{
	if (!re)
		return;
	re2_pcre_free(re->pcre);
	free(re->caps);
	sw_arena_release(&re->arena); /* also runs the program's own release */
	free(re);
}

uint32_t sw_re2_groups(const struct sw_re2 *re)
{
	return re->tree.groups;
}

/* ---- matching ---- */

static bool spend(uint64_t *work, uint64_t n)
{
	if (!work)
		return true;
	if (*work < n) {
		*work = 0;
		return false;
	}
	*work -= n;
	return true;
}

static int find_slowly(struct sw_re2 *re, struct sw_str s, size_t from, size_t *caps,
	uint32_t n_groups, uint64_t *work)
{
	if (!re->tried_prog) {
		re->tried_prog = true;
		re->prog = re2_prog_new(&re->arena, &re->tree);
	}
	return re->prog ? re2_prog_find(re->prog, s, from, caps, n_groups, work) : -SW_ELIMIT;
}

/* No match can begin at or behind `from`. */
static bool hopeless(const struct sw_re2 *re, struct sw_str s, size_t from)
{
	return re->literal && !re2_literal_in(re->literal, s.p + from, s.n - from);
}

/* `valid`: the subject is UTF-8. */
static int find_here(struct sw_re2 *re, struct sw_str s, bool valid, size_t from, size_t *caps,
	uint32_t n_groups, uint64_t *work)
{
	if (valid && !re->tried_pcre) {
		re->tried_pcre = true;
		re->pcre = re2_pcre_new(&re->tree);
	}
	if (valid && re->pcre && !re->slow) {
		int r = re2_pcre_find(re->pcre, s, from, caps, n_groups);
		if (r >= 0)
			return r;
		re->slow = true;
	}
	return find_slowly(re, s, from, caps, n_groups, work);
}

static int find(struct sw_re2 *re, struct sw_str s, bool valid, size_t from, size_t *caps,
	uint32_t n_groups, uint64_t *work)
{
	return hopeless(re, s, from) ? 0 : find_here(re, s, valid, from, caps, n_groups, work);
}

int sw_re2_find(struct sw_re2 *re, struct sw_str subject, size_t from, size_t *caps,
	uint32_t n_groups, uint64_t *work)
{
	if (!spend(work, subject.n / 16 + 1))
		return -SW_ELIMIT;
	if (hopeless(re, subject, from))
		return 0;
	return find_here(re, subject, sw_utf8_valid(subject), from, caps, n_groups, work);
}

static size_t rune_width(struct sw_str s, size_t at)
{
	size_t next = at;
	if (at >= s.n)
		return 0;
	sw_utf8_next(s, &next);
	return next - at;
}

int sw_re2_find_all(struct sw_re2 *re, struct sw_str s, int64_t max,
	int (*fn)(void *arg, const size_t *caps), void *arg, uint64_t *work)
{
	bool valid = sw_utf8_valid(s);
	size_t last_end = SW_RE2_NONE;
	if (!spend(work, s.n / 16 + 1))
		return -SW_ELIMIT;
	for (size_t at = 0; max && at <= s.n;) {
		int r = find(re, s, valid, at, re->caps, re->tree.groups + 1, work);
		if (r <= 0)
			return r;
		bool accept = true;
		if (re->caps[1] == at) {
			accept = re->caps[0] != last_end;
			size_t width = rune_width(s, at);
			at = width ? at + width : s.n + 1;
		} else {
			at = re->caps[1];
		}
		last_end = re->caps[1];
		if (!spend(work, 1))
			return -SW_ELIMIT;
		if (!accept)
			continue;
		max -= max > 0;
		r = fn(arg, re->caps);
		if (r)
			return r;
	}
	return 0;
}

/* ---- replacing ---- */

static bool name_char(uint32_t cp)
{
	if (cp < 0x80)
		return cp == '_' || (cp >= '0' && cp <= '9') ||
		       ((cp | 0x20) >= 'a' && (cp | 0x20) <= 'z');
	GUnicodeType t = g_unichar_type(cp);
	return t == G_UNICODE_DECIMAL_NUMBER ||
	       (t >= G_UNICODE_LOWERCASE_LETTER && t <= G_UNICODE_UPPERCASE_LETTER);
}

/* name or {name} behind a $: false when it is none of both. */
static bool read_name(struct sw_str t, size_t *at, struct sw_str *ret)
{
	size_t i = *at;
	bool brace = i < t.n && t.p[i] == '{';
	i += brace;
	size_t start = i;
	while (i < t.n) {
		size_t next = i;
		if (!name_char(sw_utf8_next(t, &next)))
			break;
		i = next;
	}
	if (i == start || (brace && (i >= t.n || t.p[i] != '}')))
		return false;
	*ret = sw_str_sub(t, start, i);
	*at = i + brace;
	return true;
}

/* The number that a name is, or -1. */
static int64_t name_number(struct sw_str name)
{
	int64_t num = 0;
	if (name.n > 1 && name.p[0] == '0')
		return -1;
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] < '0' || name.p[i] > '9' || num >= 100000000)
			return -1;
		num = num * 10 + (name.p[i] - '0');
	}
	return num;
}

static void put_group(const struct sw_re2 *re, struct sw_str s, const size_t *caps, uint32_t group,
	struct sw_buf *out)
{
	if (group <= re->tree.groups && caps[2 * group] != SW_RE2_NONE)
		sw_buf_addstr(out, sw_str_sub(s, caps[2 * group], caps[2 * group + 1]));
}

/* Of groups with one name the first that took part, as Go has it. */
static void put_named(const struct sw_re2 *re, struct sw_str s, const size_t *caps,
	struct sw_str name, struct sw_buf *out)
{
	for (uint32_t k = 0; k < re->tree.n_names; k++) {
		uint32_t group = re->tree.names[k].group;
		if (!sw_str_eq(re->tree.names[k].name, name) || caps[2 * group] == SW_RE2_NONE)
			continue;
		put_group(re, s, caps, group, out);
		return;
	}
}

static void expand(const struct sw_re2 *re, struct sw_str s, const size_t *caps, struct sw_str with,
	struct sw_buf *out)
{
	for (size_t at = 0; at < with.n;) {
		size_t dollar = sw_str_chr(with, '$', at);
		sw_buf_addstr(out, sw_str_sub(with, at, dollar));
		if (dollar == SW_NPOS)
			return;
		at = dollar + 1;
		struct sw_str name;
		if (at < with.n && with.p[at] == '$') {
			sw_buf_addch(out, '$');
			at++;
		} else if (!read_name(with, &at, &name)) {
			sw_buf_addch(out, '$');
		} else if (name_number(name) >= 0) {
			if (name_number(name) <= re->tree.groups)
				put_group(re, s, caps, (uint32_t)name_number(name), out);
		} else {
			put_named(re, s, caps, name, out);
		}
	}
}

int sw_re2_replace(
	struct sw_re2 *re, struct sw_str s, struct sw_str with, struct sw_buf *out, uint64_t *work)
{
	bool valid = sw_utf8_valid(s);
	size_t last_end = 0, at = 0;
	if (!spend(work, s.n / 16 + 1))
		return -SW_ELIMIT;
	while (at <= s.n && !out->overflow) {
		int r = find(re, s, valid, at, re->caps, re->tree.groups + 1, work);
		if (r < 0)
			return r;
		if (r == 0)
			break;
		size_t start = re->caps[0], end = re->caps[1];
		sw_buf_addstr(out, sw_str_sub(s, last_end, start));
		if (end > last_end || start == 0)
			expand(re, s, re->caps, with, out);
		last_end = end;
		size_t width = rune_width(s, at);
		if (at + width > end)
			at += width;
		else if (at + 1 > end)
			at++;
		else
			at = end;
		if (!spend(work, 1 + with.n / 16))
			return -SW_ELIMIT;
	}
	sw_buf_addstr(out, sw_str_sub(s, last_end, s.n));
	return 0;
}

void sw_re2_quote(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] && strchr("\\.+*?()|[]{}^$", s.p[i]))
			sw_buf_addch(out, '\\');
		sw_buf_addch(out, s.p[i]);
	}
}
