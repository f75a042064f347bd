/* SPDX-License-Identifier: Apache-2.0 */
/* replace, strings.replace_n, strings.any_prefix_match and any_suffix_match. */
#include <stdlib.h>

#include "rego/builtins/arg.h"

/* ---- Go's strings.NewReplacer ---- */

struct pair {
	struct sw_str from, to;
};

/*
 * Left to right without overlap; of the pairs that match at a place, the first one given wins. An
 * empty `from` matches before every byte and at the end, but not right behind its own last match.
 * Pairs are sorted by `from`, so that those with one first byte are neighbours: first[b]..first[b +
 * 1].
 */
struct replacer {
	const struct pair *v;
	uint32_t n, empty; /* empty: 1 when v[0].from is "" */
	uint32_t first[257];
};

static void replacer_index(struct replacer *r)
{
	uint32_t at = r->empty;
	for (unsigned b = 0; b < 256; b++) {
		r->first[b] = at;
		while (at < r->n && (unsigned char)r->v[at].from.p[0] == b)
			at++;
	}
	r->first[256] = at;
}

static const struct pair *match_at(const struct replacer *r, struct sw_str s, size_t at)
{
	if (at == s.n)
		return NULL;
	unsigned b = (unsigned char)s.p[at];
	struct sw_str rest = sw_str_sub(s, at, s.n);
	for (uint32_t i = r->first[b]; i < r->first[b + 1]; i++)
		if (sw_str_starts(rest, r->v[i].from))
			return &r->v[i];
	return NULL;
}

static int replace_all(
	struct sw_builtin_ctx *ctx, struct replacer *r, struct sw_str s, struct sw_buf *out)
{
	size_t last = 0;
	bool was_empty = false;
	replacer_index(r);
	for (size_t at = 0; at <= s.n;) {
		if (!(at & 63))
			SW_TRY(sw_builtin_steps(ctx, 1 + r->n / 16));
		const struct pair *p = r->empty && !was_empty ? &r->v[0] : match_at(r, s, at);
		was_empty = p && !p->from.n;
		if (!p) {
			at++;
			continue;
		}
		sw_buf_addstr(out, sw_str_sub(s, last, at));
		sw_buf_addstr(out, p->to);
		if (out->overflow)
			break;
		at += p->from.n;
		last = at;
	}
	sw_buf_addstr(out, sw_str_sub(s, last, s.n));
	return sw_builtin_steps(ctx, out->n / 64);
}

static int replace_one(
	struct sw_builtin_ctx *ctx, const struct pair *p, struct sw_str s, struct sw_buf *out)
{
	size_t last = 0, at;
	while (!out->overflow && (at = sw_str_find(s, p->from, last)) != SW_NPOS) {
		sw_buf_addstr(out, sw_str_sub(s, last, at));
		sw_buf_addstr(out, p->to);
		last = at + p->from.n;
		SW_TRY(sw_builtin_steps(ctx, 1));
	}
	sw_buf_addstr(out, sw_str_sub(s, last, s.n));
	return sw_builtin_steps(ctx, s.n / 64 + out->n / 64);
}

SW_BUILTIN_FN(replace)
{
	struct sw_str s;
	struct pair pair;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_arg_str(ctx, args, 1, &pair.from));
	SW_TRY(sw_arg_str(ctx, args, 2, &pair.to));
	if (pair.from.n && !sw_str_has(s, pair.from)) {
		*ret = args[0];
		return sw_builtin_steps(ctx, s.n / 64);
	}
	sw_autobuf out;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	if (pair.from.n) {
		SW_TRY(replace_one(ctx, &pair, s, &out));
	} else {
		struct replacer r = {.v = &pair, .n = 1, .empty = true};
		SW_TRY(replace_all(ctx, &r, s, &out));
	}
	return sw_ret_buf(ctx, &out, ret);
}

SW_BUILTIN_FN(replace_n)
{
	struct sw_str s;
	SW_TRY(sw_arg_type(ctx, args, 0, SW_OBJECT));
	SW_TRY(sw_arg_str(ctx, args, 1, &s));
	struct sw_value o = args[0];
	SW_TRY(sw_builtin_steps(ctx, o.n));
	struct pair *v = sw_arena_new_array(ctx->scratch, o.n + 1, struct pair);
	if (!v)
		return sw_ret_value(ctx, sw_undef(), ret);
	for (uint32_t i = 0; i < o.n; i++) {
		struct sw_member m = o.u.o->m[i];
		if (m.k.type != SW_STRING)
			return sw_arg_fail(ctx, "operand 1 non-string key found in pattern object");
		if (m.v.type != SW_STRING)
			return sw_arg_fail(
				ctx, "operand 1 non-string value found in pattern object");
		v[i] = (struct pair){sw_value_str(m.k), sw_value_str(m.v)};
	}
	struct replacer r = {.v = v, .n = o.n, .empty = o.n && !v[0].from.n};
	sw_autobuf out;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	SW_TRY(replace_all(ctx, &r, s, &out));
	return sw_ret_buf(ctx, &out, ret);
}

/* ---- any prefix, any suffix ---- */

/* The operand's strings in an array of scratch memory; suffixes reversed byte by byte. */
static int string_list(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t i,
	bool reversed, struct sw_str **ret_v, uint32_t *ret_n)
{
	struct sw_value a = args[i];
	if (a.type != SW_STRING)
		SW_TRY(sw_arg_list(ctx, args, i, "one of {string, set, array}"));
	uint32_t len = a.type == SW_STRING ? 1 : a.n;
	const struct sw_value *src = a.type == SW_STRING ? &args[i] : a.u.a->v;
	SW_TRY(sw_builtin_steps(ctx, len));
	struct sw_str *v = sw_arena_new_array(ctx->scratch, len + 1, struct sw_str);
	if (!v)
		return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
	for (uint32_t k = 0; k < len; k++) {
		if (src[k].type != SW_STRING)
			return sw_arg_element(ctx, i, a, src[k], "string");
		v[k] = sw_value_str(src[k]);
		if (!reversed)
			continue;
		char *p = sw_arena_alloc(ctx->scratch, v[k].n + 1);
		if (!p)
			return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
		for (size_t b = 0; b < v[k].n; b++)
			p[b] = v[k].p[v[k].n - 1 - b];
		v[k].p = p;
	}
	*ret_v = v;
	*ret_n = len;
	return 0;
}

static int order_strings(const void *x, const void *y)
{
	return sw_str_cmp(*(const struct sw_str *)x, *(const struct sw_str *)y);
}

/* In sorted order everything that starts with a prefix stands right at or behind it. */
static bool sorted_has_prefix(const struct sw_str *v, uint32_t n, struct sw_str prefix)
{
	uint32_t lo = 0, hi = n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (sw_str_cmp(v[mid], prefix) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && sw_str_starts(v[lo], prefix);
}

static int any_match(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, bool suffix, struct sw_value *ret)
{
	struct sw_str *v = NULL, *bases = NULL;
	uint32_t nv = 0, nb = 0;
	SW_TRY(string_list(ctx, args, 0, suffix, &v, &nv));
	SW_TRY(string_list(ctx, args, 1, suffix, &bases, &nb));
	bool found = false;
	if (nv > 1)
		qsort(v, nv, sizeof(*v), order_strings);
	for (uint32_t i = 0; i < nb && !found; i++)
		found = sorted_has_prefix(v, nv, bases[i]);
	*ret = sw_bool(found);
	return 0;
}

SW_BUILTIN_FN(any_prefix_match)
{
	return any_match(ctx, args, false, ret);
}

SW_BUILTIN_FN(any_suffix_match)
{
	return any_match(ctx, args, true, ret);
}

#define STRINGS "any<string,array[string],set[string]>"

static const struct sw_builtin rows[] = {
	{"replace", NULL, "(string, string, string) string", 0, replace},
	{"strings.any_prefix_match", NULL, "(" STRINGS ", " STRINGS ") boolean", 0,
		any_prefix_match},
	{"strings.any_suffix_match", NULL, "(" STRINGS ", " STRINGS ") boolean", 0,
		any_suffix_match},
	{"strings.replace_n", NULL, "(object[string:string], string) string", 0, replace_n},
};

const struct sw_builtin_group sw_builtins_replace = {rows, SW_ARRAY_LEN(rows)};
