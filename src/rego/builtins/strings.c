/* SPDX-License-Identifier: Apache-2.0 */
/* The string builtins that look and cut; those that replace are in replace.c. */
#include <stdlib.h>

#include "rego/builtins/arg.h"
#include "rego/builtins/unicode.h"

static int two_strings(struct sw_builtin_ctx *ctx, const struct sw_value *args,
	struct sw_str *ret_s, struct sw_str *ret_t)
{
	SW_TRY(sw_arg_str(ctx, args, 0, ret_s));
	SW_TRY(sw_arg_str(ctx, args, 1, ret_t));
	return sw_builtin_steps(ctx, (ret_s->n + ret_t->n) / 64);
}

SW_BUILTIN_FN(contains)
{
	struct sw_str s, t;
	SW_TRY(two_strings(ctx, args, &s, &t));
	*ret = sw_bool(sw_str_has(s, t));
	return 0;
}

SW_BUILTIN_FN(startswith)
{
	struct sw_str s, t;
	SW_TRY(two_strings(ctx, args, &s, &t));
	*ret = sw_bool(sw_str_starts(s, t));
	return 0;
}

SW_BUILTIN_FN(endswith)
{
	struct sw_str s, t;
	SW_TRY(two_strings(ctx, args, &s, &t));
	*ret = sw_bool(sw_str_ends(s, t));
	return 0;
}

SW_BUILTIN_FN(count)
{
	struct sw_str s, t;
	SW_TRY(two_strings(ctx, args, &s, &t));
	int64_t n_found = 0;
	if (!t.n) {
		*ret = sw_int((int64_t)sw_utf8_count(s) + 1);
		return 0;
	}
	for (size_t at = 0; (at = sw_str_find(s, t, at)) != SW_NPOS; at += t.n)
		n_found++;
	*ret = sw_int(n_found);
	return 0;
}

/* ASCII whose letters all have the other case than `first` begins: the text itself, or a copy. */
static int map_ascii(
	struct sw_builtin_ctx *ctx, struct sw_value text, char first, struct sw_value *ret)
{
	uint32_t at = 0;
	while (at < text.n && (unsigned char)(text.u.s[at] - first) >= 26)
		at++;
	*ret = text;
	if (at == text.n)
		return 0;
	char *p = sw_arena_memdup(ctx->arena, text.u.s, text.n);
	if (!p)
		return sw_ret_value(ctx, sw_undef(), ret);
	for (; at < text.n; at++)
		if ((unsigned char)(p[at] - first) < 26)
			p[at] ^= 0x20;
	*ret = sw_string(sw_str_make(p, text.n));
	return 0;
}

/* `first`: the first ASCII letter that changes. */
static int map_case(struct sw_builtin_ctx *ctx, const struct sw_value *args, char first,
	void (*map)(struct sw_buf *, struct sw_str), struct sw_value *ret)
{
	struct sw_str s;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_builtin_steps(ctx, s.n / 16));
	if (sw_str_ascii(s) == s.n)
		return map_ascii(ctx, args[0], first, ret);
	sw_autobuf out;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	map(&out, s);
	return sw_ret_buf(ctx, &out, ret);
}

SW_BUILTIN_FN(lower)
{
	return map_case(ctx, args, 'A', sw_unicode_lower, ret);
}

SW_BUILTIN_FN(upper)
{
	return map_case(ctx, args, 'a', sw_unicode_upper, ret);
}

SW_BUILTIN_FN(reverse)
{
	struct sw_str s;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_builtin_steps(ctx, s.n / 16));
	char *p = sw_arena_alloc(ctx->arena, s.n + 1);
	if (!p)
		return sw_ret_value(ctx, sw_undef(), ret);
	for (size_t at = 0, start; at < s.n;) {
		start = at;
		sw_utf8_next(s, &at);
		memcpy(p + (s.n - at), s.p + start, at - start);
	}
	*ret = sw_string(sw_str_make(p, s.n));
	return 0;
}

/* ---- indexof ---- */

static uint32_t *code_points(struct sw_builtin_ctx *ctx, struct sw_str s, size_t *ret_n)
{
	uint32_t *v = sw_arena_new_array(ctx->scratch, s.n + 1, uint32_t);
	size_t k = 0;
	for (size_t at = 0; v && at < s.n;)
		v[k++] = sw_utf8_next(s, &at);
	*ret_n = k;
	return v;
}

/* All (or the first) places of t in s, in code points. */
static int find_places(struct sw_builtin_ctx *ctx, const struct sw_value *args, bool all,
	struct sw_list *out, int64_t *ret_first)
{
	struct sw_str s, t;
	size_t ns, nt;
	SW_TRY(two_strings(ctx, args, &s, &t));
	*ret_first = -1;
	if (!t.n)
		return sw_builtin_fail(ctx, "empty search character");
	bool ascii = sw_unicode_is_ascii(s) && sw_unicode_is_ascii(t);
	if (ascii) {
		for (size_t at = 0; (at = sw_str_find(s, t, at)) != SW_NPOS; at++) {
			if (*ret_first < 0)
				*ret_first = (int64_t)at;
			if (!all)
				return 0;
			SW_TRY(sw_builtin_steps(ctx, 1));
			if (sw_list_add(out, sw_int((int64_t)at)) < 0)
				return sw_builtin_limit(
					ctx, "the evaluation's memory budget is spent");
		}
		return 0;
	}
	uint32_t *vs = code_points(ctx, s, &ns), *vt = code_points(ctx, t, &nt);
	if (!vs || !vt)
		return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
	for (size_t i = 0; i + nt <= ns; i++) {
		size_t k = 0;
		while (k < nt && vs[i + k] == vt[k])
			k++;
		SW_TRY(sw_builtin_steps(ctx, k / 4 + !(i & 15)));
		if (k < nt)
			continue;
		if (*ret_first < 0)
			*ret_first = (int64_t)i;
		if (!all)
			return 0;
		if (sw_list_add(out, sw_int((int64_t)i)) < 0)
			return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
	}
	return 0;
}

SW_BUILTIN_FN(indexof)
{
	int64_t first;
	SW_TRY(find_places(ctx, args, false, NULL, &first));
	*ret = sw_int(first);
	return 0;
}

SW_BUILTIN_FN(indexof_n)
{
	struct sw_list list;
	int64_t first;
	sw_list_init(&list, ctx->arena);
	SW_TRY(find_places(ctx, args, true, &list, &first));
	return sw_ret_value(ctx, sw_list_array(&list), ret);
}

/* ---- pieces: views into the operand ---- */

SW_BUILTIN_FN(substring)
{
	struct sw_str s;
	int64_t from, len;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_arg_int(ctx, args, 1, &from));
	SW_TRY(sw_arg_int(ctx, args, 2, &len));
	if (from < 0)
		return sw_builtin_fail(ctx, "negative offset");
	SW_TRY(sw_builtin_steps(ctx, s.n / 32));
	bool ascii = sw_unicode_is_ascii(s);
	size_t start, end;
	if (ascii) {
		start = (uint64_t)from < s.n ? (size_t)from : s.n;
		end = len < 0 || (uint64_t)len > s.n - start ? s.n : start + (size_t)len;
	} else {
		start = sw_unicode_offset(s, 0, (uint64_t)from);
		end = len < 0 ? s.n : sw_unicode_offset(s, start, (uint64_t)len);
	}
	struct sw_str part = sw_str_sub(s, start, end);
	if (ascii || sw_utf8_valid(part) || (part.n == s.n && len >= 0)) {
		*ret = sw_string(part);
		return 0;
	}
	sw_autobuf out;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	for (size_t at = 0; at < part.n;)
		sw_buf_addrune(&out, sw_utf8_next(part, &at));
	return sw_ret_buf(ctx, &out, ret);
}

static bool in_cutset(struct sw_str cut, uint32_t cp)
{
	for (size_t at = 0; at < cut.n;)
		if (sw_utf8_next(cut, &at) == cp)
			return true;
	return false;
}

enum { LEFT = 1, RIGHT = 2 };

/* cut.p NULL: white space */
static int trim_set(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_str cut, unsigned sides,
	struct sw_value *ret)
{
	size_t from = 0, to = s.n;
	while (sides & LEFT && from < to) {
		size_t at = from;
		uint32_t cp = sw_utf8_next(s, &at);
		SW_TRY(sw_builtin_steps(ctx, cut.n / 16));
		if (!(cut.p ? in_cutset(cut, cp) : sw_unicode_is_space(cp)))
			break;
		from = at;
	}
	while (sides & RIGHT && from < to) {
		size_t start;
		uint32_t cp = sw_unicode_last(s, to, &start);
		SW_TRY(sw_builtin_steps(ctx, cut.n / 16));
		if (!(cut.p ? in_cutset(cut, cp) : sw_unicode_is_space(cp)))
			break;
		to = start;
	}
	*ret = sw_string(sw_str_sub(s, from, to));
	return 0;
}

static int trim_sides(struct sw_builtin_ctx *ctx, const struct sw_value *args, unsigned sides,
	struct sw_value *ret)
{
	struct sw_str s, cut;
	SW_TRY(two_strings(ctx, args, &s, &cut));
	if (!cut.n) {
		*ret = args[0];
		return 0;
	}
	return trim_set(ctx, s, cut, sides, ret);
}

SW_BUILTIN_FN(trim)
{
	return trim_sides(ctx, args, LEFT | RIGHT, ret);
}

SW_BUILTIN_FN(trim_left)
{
	return trim_sides(ctx, args, LEFT, ret);
}

SW_BUILTIN_FN(trim_right)
{
	return trim_sides(ctx, args, RIGHT, ret);
}

SW_BUILTIN_FN(trim_space)
{
	struct sw_str s;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	return trim_set(ctx, s, (struct sw_str){NULL, 0}, LEFT | RIGHT, ret);
}

SW_BUILTIN_FN(trim_prefix)
{
	struct sw_str s, t;
	SW_TRY(two_strings(ctx, args, &s, &t));
	*ret = sw_str_starts(s, t) ? sw_string(sw_str_sub(s, t.n, s.n)) : args[0];
	return 0;
}

SW_BUILTIN_FN(trim_suffix)
{
	struct sw_str s, t;
	SW_TRY(two_strings(ctx, args, &s, &t));
	*ret = sw_str_ends(s, t) ? sw_string(sw_str_sub(s, 0, s.n - t.n)) : args[0];
	return 0;
}

/* The next piece of s from *at; false when there is none. An empty delimiter cuts at code points.
 */
static bool next_piece(struct sw_str s, struct sw_str delim, size_t *at, struct sw_str *ret)
{
	if (*at > s.n || (!delim.n && *at == s.n))
		return false;
	size_t start = *at, end;
	if (!delim.n) {
		sw_utf8_next(s, at);
		end = *at;
	} else {
		end = sw_str_find(s, delim, start);
		end = end == SW_NPOS ? s.n : end;
		*at = end == s.n ? s.n + 1 : end + delim.n;
	}
	*ret = sw_str_sub(s, start, end);
	return true;
}

static int split_all(
	struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_str delim, struct sw_list *list)
{
	struct sw_str piece;
	sw_list_init(list, ctx->arena);
	for (size_t at = 0; next_piece(s, delim, &at, &piece);) {
		SW_TRY(sw_builtin_steps(ctx, 1));
		if (sw_list_add(list, sw_string(piece)) < 0)
			return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
	}
	return 0;
}

SW_BUILTIN_FN(split)
{
	struct sw_str s, delim;
	struct sw_list list;
	SW_TRY(two_strings(ctx, args, &s, &delim));
	SW_TRY(split_all(ctx, s, delim, &list));
	return sw_ret_value(ctx, sw_list_array(&list), ret);
}

SW_BUILTIN_FN(split_n)
{
	struct sw_str s, delim;
	struct sw_list list;
	int64_t max;
	SW_TRY(two_strings(ctx, args, &s, &delim));
	SW_TRY(sw_arg_int(ctx, args, 2, &max));
	SW_TRY(split_all(ctx, s, delim, &list));
	uint64_t take = max < 0 ? 0 - (uint64_t)max : (uint64_t)max;
	if (take > list.n)
		take = list.n;
	if (!take) {
		*ret = sw_empty_array();
		return 0;
	}
	return sw_ret_value(ctx,
		sw_array_from(ctx->arena, list.v + (max < 0 ? list.n - take : 0), (uint32_t)take),
		ret);
}

/* ---- concat ---- */

SW_BUILTIN_FN(concat)
{
	struct sw_str sep;
	SW_TRY(sw_arg_str(ctx, args, 0, &sep));
	SW_TRY(sw_arg_list(ctx, args, 1, "one of {set, array}"));
	struct sw_value list = args[1];
	uint64_t total = list.n ? (uint64_t)sep.n * (list.n - 1) : 0;
	sw_array_foreach (e, list) {
		if (e->type != SW_STRING)
			return sw_arg_element(ctx, 1, list, *e, "string");
		total += e->n;
	}
	SW_TRY(sw_builtin_steps(ctx, total / 64 + list.n));
	if (total > SW_BUILTIN_STR_MAX)
		return sw_builtin_limit(ctx, "string too long");
	char *p = sw_arena_alloc(ctx->arena, total + 1), *at = p;
	if (!p)
		return sw_ret_value(ctx, sw_undef(), ret);
	sw_array_foreach (e, list) {
		if (e != list.u.a->v && sep.n) {
			memcpy(at, sep.p, sep.n);
			at += sep.n;
		}
		if (e->n)
			memcpy(at, e->u.s, e->n);
		at += e->n;
	}
	*ret = sw_string(sw_str_make(p, total));
	return 0;
}

/* ---- format_int ---- */

SW_BUILTIN_FN(format_int)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_NUMBER));
	SW_TRY(sw_arg_type(ctx, args, 1, SW_NUMBER));
	int64_t base = args[1].repr == SW_NUM_INT ? args[1].u.i : 0;
	if (base != 2 && base != 8 && base != 10 && base != 16)
		return sw_arg_fail(ctx, "operand 2 must be one of {2, 8, 10, 16}");
	mpz_t z;
	mpz_init(z);
	char tmp[SW_REGO_NUMTEXT_MAX];
	struct sw_str text = sw_rego_number_text(args[0], tmp);
	bool digits_only = true;
	for (size_t i = text.n && text.p[0] == '-'; i < text.n; i++)
		digits_only = digits_only && text.p[i] >= '0' && text.p[i] <= '9';
	/* Only plain digits are exact; everything else goes through a float, as in OPA. */
	bool ok = digits_only ? sw_rego_number_mpz(args[0], z) : sw_rego_number_trunc(args[0], z);
	char *digits = ok && mpz_sizeinbase(z, 2) <= SW_REGO_NUMBER_BITS
			       ? sw_arena_alloc(ctx->arena, mpz_sizeinbase(z, (int)base) + 2)
			       : NULL;
	if (digits)
		mpz_get_str(digits, (int)base, z);
	mpz_clear(z);
	if (!digits)
		return sw_builtin_limit(ctx, "number too big");
	*ret = sw_string(sw_str_from(digits));
	return 0;
}

#define STRINGS "any<array[string],set[string]>"
#define S1(name, fn)                                                                               \
	{                                                                                          \
		name, NULL, "(string) string", 0, fn                                               \
	}
#define S2(name, fn)                                                                               \
	{                                                                                          \
		name, NULL, "(string, string) string", 0, fn                                       \
	}
#define TEST(name, fn)                                                                             \
	{                                                                                          \
		name, NULL, "(string, string) boolean", 0, fn                                      \
	}

static const struct sw_builtin rows[] = {
	{"concat", NULL, "(string, " STRINGS ") string", 0, concat},
	TEST("contains", contains),
	TEST("endswith", endswith),
	{"format_int", NULL, "(number, number) string", 0, format_int},
	{"indexof", NULL, "(string, string) number", 0, indexof},
	{"indexof_n", NULL, "(string, string) array[number]", 0, indexof_n},
	S1("lower", lower),
	{"split", NULL, "(string, string) array[string]", 0, split},
	TEST("startswith", startswith),
	{"strings.count", NULL, "(string, string) number", 0, count},
	S1("strings.reverse", reverse),
	{"strings.split_n", NULL, "(string, string, number) array[string]", 0, split_n},
	{"substring", NULL, "(string, number, number) string", 0, substring},
	S2("trim", trim),
	S2("trim_left", trim_left),
	S2("trim_prefix", trim_prefix),
	S2("trim_right", trim_right),
	S1("trim_space", trim_space),
	S2("trim_suffix", trim_suffix),
	S1("upper", upper),
};

const struct sw_builtin_group sw_builtins_strings = {rows, SW_ARRAY_LEN(rows)};
