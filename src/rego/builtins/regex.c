/* SPDX-License-Identifier: Apache-2.0 */
/* regex.* and glob.* */
#include "base/glob.h"
#include "base/re2.h"
#include "rego/builtins/arg.h"
#include "base/go/gofmt.h"

/* A pattern from the evaluation's cache, or one of this call's own where there is none. */
struct pattern {
	struct sw_re2 *re;
	bool own;
};

static void pattern_release(struct pattern *p)
{
	if (p->own)
		sw_re2_free(p->re);
}

#define autopattern __attribute__((cleanup(pattern_release))) struct pattern

static int compile(struct sw_builtin_ctx *ctx, struct sw_str text, struct pattern *ret)
{
	struct sw_error err; /* large, and filled where there is one */
	int r;
	SW_TRY(sw_builtin_steps(ctx, text.n / 8));
	if (ctx->regexes) {
		r = sw_regex_cache_get(ctx->regexes, text, &ret->re, &err);
	} else {
		r = sw_re2_compile(text, &ret->re, &err);
		ret->own = r == 0;
	}
	return r < 0 ? sw_builtin_fail(ctx, "%s", err.text) : 0;
}

static int matched(struct sw_builtin_ctx *ctx, int r, struct sw_value *ret)
{
	if (r < 0)
		return sw_builtin_limit(ctx, "the evaluation's step budget is spent");
	*ret = sw_bool(r);
	return sw_builtin_steps(ctx, 0);
}

SW_BUILTIN_FN(is_valid)
{
	*ret = sw_bool(args[0].type == SW_STRING && sw_re2_check(sw_value_str(args[0]), NULL) == 0);
	return sw_builtin_steps(ctx, args[0].type == SW_STRING ? args[0].n / 8 : 0);
}

SW_BUILTIN_FN(match)
{
	struct sw_str text, s;
	autopattern p = {0};
	SW_TRY(sw_arg_str(ctx, args, 0, &text));
	SW_TRY(sw_arg_str(ctx, args, 1, &s));
	SW_TRY(compile(ctx, text, &p));
	return matched(ctx, sw_re2_match(p.re, s, ctx->steps), ret);
}

/* ---- everything that lists matches ---- */

struct finder {
	struct sw_builtin_ctx *ctx;
	struct sw_str s;
	struct sw_list list;
	uint32_t groups; /* 0: the match itself; else it and this many groups, in an array */
	size_t begin, end;
};

static struct sw_value piece(struct sw_str s, size_t from, size_t to)
{
	return from == SW_RE2_NONE ? SW_VSTR("") : sw_string(sw_str_sub(s, from, to));
}

static int add(struct finder *f, struct sw_value v)
{
	if (!sw_defined(v) || sw_list_add(&f->list, v) < 0)
		return sw_builtin_limit(f->ctx, "the evaluation's memory budget is spent");
	return 0;
}

static int on_match(void *arg, const size_t *caps)
{
	struct finder *f = arg;
	return add(f, piece(f->s, caps[0], caps[1]));
}

static int on_submatch(void *arg, const size_t *caps)
{
	struct finder *f = arg;
	struct sw_value *v = sw_arena_new_array(f->ctx->arena, f->groups + 1, struct sw_value);
	if (!v)
		return add(f, sw_undef());
	for (uint32_t i = 0; i <= f->groups; i++)
		v[i] = piece(f->s, caps[2 * i], caps[2 * i + 1]);
	return add(f, sw_array_from(f->ctx->arena, v, f->groups + 1));
}

static int find_all(struct finder *f, struct sw_re2 *re, int64_t max,
	int (*fn)(void *, const size_t *), struct sw_value *ret)
{
	f->groups = sw_re2_groups(re);
	sw_list_init(&f->list, f->ctx->arena);
	int r = sw_re2_find_all(re, f->s, max, fn, f, f->ctx->steps);
	if (r == -SW_ELIMIT && (!f->ctx->steps || !*f->ctx->steps))
		return sw_builtin_limit(f->ctx, "the evaluation's step budget is spent");
	if (r < 0)
		return r;
	return ret ? sw_ret_value(f->ctx, sw_list_array(&f->list), ret) : 0;
}

static int find_n(struct sw_builtin_ctx *ctx, const struct sw_value *args,
	int (*fn)(void *, const size_t *), struct sw_value *ret)
{
	struct sw_str text;
	struct finder f = {.ctx = ctx};
	int64_t max;
	autopattern p = {0};
	SW_TRY(sw_arg_str(ctx, args, 0, &text));
	SW_TRY(sw_arg_str(ctx, args, 1, &f.s));
	SW_TRY(sw_arg_int(ctx, args, 2, &max));
	SW_TRY(compile(ctx, text, &p));
	return find_all(&f, p.re, max, fn, ret);
}

SW_BUILTIN_FN(find)
{
	return find_n(ctx, args, on_match, ret);
}

SW_BUILTIN_FN(find_submatch)
{
	return find_n(ctx, args, on_submatch, ret);
}

static int on_split(void *arg, const size_t *caps)
{
	struct finder *f = arg;
	f->end = caps[0];
	if (caps[1] != 0)
		SW_TRY(add(f, piece(f->s, f->begin, f->end)));
	f->begin = caps[1];
	return 0;
}

SW_BUILTIN_FN(split)
{
	struct sw_str text;
	struct finder f = {.ctx = ctx};
	autopattern p = {0};
	SW_TRY(sw_arg_str(ctx, args, 0, &text));
	SW_TRY(sw_arg_str(ctx, args, 1, &f.s));
	SW_TRY(compile(ctx, text, &p));
	if (text.n && !f.s.n) {
		sw_list_init(&f.list, ctx->arena);
		SW_TRY(add(&f, SW_VSTR("")));
		return sw_ret_value(ctx, sw_list_array(&f.list), ret);
	}
	SW_TRY(find_all(&f, p.re, -1, on_split, NULL));
	if (f.end != f.s.n)
		SW_TRY(add(&f, piece(f.s, f.begin, f.s.n)));
	return sw_ret_value(ctx, sw_list_array(&f.list), ret);
}

SW_BUILTIN_FN(replace)
{
	struct sw_str s, text, with;
	autopattern p = {0};
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_arg_str(ctx, args, 1, &text));
	SW_TRY(sw_arg_str(ctx, args, 2, &with));
	SW_TRY(compile(ctx, text, &p));
	sw_autobuf out;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	if (sw_re2_replace(p.re, s, with, &out, ctx->steps) < 0)
		return sw_builtin_limit(ctx, "the evaluation's step budget is spent");
	SW_TRY(sw_builtin_steps(ctx, out.n / 64));
	return sw_ret_buf(ctx, &out, ret);
}

/* ---- template_match ---- */

static int unbalanced(struct sw_builtin_ctx *ctx, struct sw_str tpl)
{
	sw_autobuf q;
	sw_buf_init(&q, 0);
	sw_gofmt_quote(&q, tpl, false);
	return sw_builtin_fail(ctx, "unbalanced braces in %.*s", SW_STR_ARG(sw_buf_str(&q)));
}

/* The parts between outermost delimiters are patterns; the rest is literal. */
static int template_pattern(
	struct sw_builtin_ctx *ctx, struct sw_str tpl, char open, char close, struct sw_buf *out)
{
	size_t start = 0, last = 0;
	int64_t level = 0;
	for (size_t i = 0; i < tpl.n; i++) { /* balance first: OPA says that before anything else */
		if (tpl.p[i] == open)
			level++;
		else if (tpl.p[i] == close && --level < 0)
			return unbalanced(ctx, tpl);
	}
	if (level)
		return unbalanced(ctx, tpl);
	sw_buf_addch(out, '^');
	for (size_t i = 0; i < tpl.n; i++) {
		if (tpl.p[i] == open) {
			if (++level == 1)
				start = i;
			continue;
		}
		if (tpl.p[i] != close || --level)
			continue;
		struct sw_str inner = sw_str_sub(tpl, start + 1, i);
		sw_autobuf one;
		sw_buf_init(&one, 0);
		sw_buf_printf(&one, "^%.*s$", SW_STR_ARG(inner));
		struct sw_error err;
		if (sw_re2_check(sw_buf_str(&one), &err) < 0)
			return sw_builtin_fail(ctx, "%s", err.text);
		sw_re2_quote(out, sw_str_sub(tpl, last, start));
		sw_buf_addch(out, '(');
		sw_buf_addstr(out, inner);
		sw_buf_addch(out, ')');
		last = i + 1;
	}
	sw_re2_quote(out, sw_str_sub(tpl, last, tpl.n));
	sw_buf_addch(out, '$');
	return 0;
}

SW_BUILTIN_FN(template_match)
{
	struct sw_str tpl, s, open, close;
	autopattern p = {0};
	SW_TRY(sw_arg_str(ctx, args, 0, &tpl));
	SW_TRY(sw_arg_str(ctx, args, 1, &s));
	SW_TRY(sw_arg_str(ctx, args, 2, &open));
	SW_TRY(sw_arg_str(ctx, args, 3, &close));
	if (open.n != 1)
		return sw_builtin_fail(ctx,
			"start delimiter has to be exactly one character long but is %zu long",
			open.n);
	if (close.n != 1) /* OPA tells the other one's length */
		return sw_builtin_fail(ctx,
			"end delimiter has to be exactly one character long but is %zu long",
			open.n);
	sw_autobuf text;
	sw_buf_init(&text, 0);
	SW_TRY(template_pattern(ctx, tpl, open.p[0], close.p[0], &text));
	SW_TRY(compile(ctx, sw_buf_str(&text), &p));
	return matched(ctx, sw_re2_match(p.re, s, ctx->steps), ret);
}

/* ---- glob ---- */

static int separators(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_buf *out)
{
	if (v.type == SW_NULL)
		return 0;
	if (v.type != SW_ARRAY)
		return sw_builtin_operand(ctx, 2, "one of {array, null}", v);
	sw_array_foreach (e, v) {
		if (e->type != SW_STRING)
			return sw_arg_element(ctx, 1, v, *e, "string");
		if (sw_utf8_count(sw_value_str(*e)) != 1)
			return sw_arg_element(ctx, 1, v, *e, "rune");
		sw_buf_addstr(out, sw_value_str(*e));
	}
	if (!v.n)
		sw_buf_addch(out, '.');
	return 0;
}

SW_BUILTIN_FN(glob_match)
{
	struct sw_str text, s;
	struct sw_error err = {0};
	autopattern p = {0};
	sw_autobuf seps;
	sw_buf_init(&seps, 1 << 20);
	SW_TRY(sw_arg_str(ctx, args, 0, &text));
	SW_TRY(separators(ctx, args[1], &seps));
	SW_TRY(sw_arg_str(ctx, args, 2, &s));
	SW_TRY(sw_builtin_steps(ctx, text.n / 8));
	int r;
	if (ctx->regexes) {
		r = sw_glob_cached(ctx->regexes, text, sw_buf_str(&seps), &p.re, &err);
	} else {
		r = sw_glob_compile(text, sw_buf_str(&seps), &p.re, &err);
		p.own = r == 0;
	}
	if (r < 0)
		return sw_builtin_fail(ctx, "%s", err.text);
	return matched(ctx, sw_re2_match(p.re, s, ctx->steps), ret);
}

SW_BUILTIN_FN(glob_quote_meta)
{
	struct sw_str s;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_builtin_steps(ctx, s.n / 16));
	sw_autobuf out;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	sw_glob_quote(&out, s);
	return sw_ret_buf(ctx, &out, ret);
}

static const struct sw_builtin rows[] = {
	{"glob.match", NULL, "(string, any<null,array[string]>, string) boolean", 0, glob_match},
	{"glob.quote_meta", NULL, "(string) string", 0, glob_quote_meta},
	{"re_match", NULL, "(string, string) boolean", SW_BUILTIN_DEPRECATED, match},
	{"regex.find_all_string_submatch_n", NULL, "(string, string, number) array[array[string]]",
		0, find_submatch},
	{"regex.find_n", NULL, "(string, string, number) array[string]", 0, find},
	{"regex.is_valid", NULL, "(string) boolean", 0, is_valid},
	{"regex.match", NULL, "(string, string) boolean", 0, match},
	{"regex.replace", NULL, "(string, string, string) string", 0, replace},
	{"regex.split", NULL, "(string, string) array[string]", 0, split},
	{"regex.template_match", NULL, "(string, string, string, string) boolean", 0,
		template_match},
};

const struct sw_builtin_group sw_builtins_regex = {rows, SW_ARRAY_LEN(rows)};
