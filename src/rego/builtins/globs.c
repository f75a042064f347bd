/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex.globs_match: whether two patterns of characters, ".", [sets] and the flags * and + have a
 * non-empty string in common. OPA asks the library glob-intersection; its answers, with their
 * simplifications, are kept.
 */
#include <stdlib.h>

#include "rego/builtins/arg.h"

struct range {
	uint32_t lo, hi;
};

enum kind { CHAR, DOT, SET };

struct token {
	enum kind kind;
	char flag; /* 0, '+' or '*' */
	uint32_t rune;
	const struct range *set; /* sorted, apart */
	uint32_t n_set;
};

struct reader {
	struct sw_builtin_ctx *ctx;
	struct sw_str text;
	const uint32_t *in;
	size_t n;
};

struct globs {
	struct sw_builtin_ctx *ctx;
	uint32_t depth;
	int code;
};

enum { TOKENS_MAX = 100000, DEPTH_MAX = 20000 };

static int invalid(struct reader *r, size_t at, const char *why)
{
	return sw_builtin_fail(r->ctx, "input:%.*s, pos:%zu, %s: the input provided is invalid",
		SW_STR_ARG(r->text), at, why);
}

/* ---- reading ---- */

/* 1: a rune, 0: the end, negative: error. */
static int next_rune(struct reader *r, size_t *at, uint32_t *ret, bool *ret_escaped)
{
	*ret_escaped = false;
	if (*at >= r->n)
		return 0;
	if (r->in[*at] != '\\') {
		*ret = r->in[(*at)++];
		return 1;
	}
	if (*at == r->n - 1)
		return invalid(r, *at, "input ends with a \\ (escape) character");
	*ret = r->in[*at + 1];
	*ret_escaped = true;
	*at += 2;
	return 1;
}

static int order(const void *x, const void *y)
{
	const struct range *a = x, *b = y;
	return a->lo < b->lo ? -1 : a->lo > b->lo;
}

static void seal_set(struct token *t, struct range *v, uint32_t n)
{
	uint32_t w = 0;
	if (n)
		qsort(v, n, sizeof(*v), order);
	for (uint32_t i = 1; i < n; i++) {
		if (v[i].lo <= v[w].hi + 1)
			v[w].hi = v[i].hi > v[w].hi ? v[i].hi : v[w].hi;
		else
			v[++w] = v[i];
	}
	t->kind = SET;
	t->set = v;
	t->n_set = n ? w + 1 : 0;
}

/* The end of a range; *at is behind the dash. */
static int read_range(struct reader *r, size_t *at, uint32_t prev, struct range *ret)
{
	uint32_t c = 0;
	bool escaped;
	int got = next_rune(r, at, &c, &escaped);
	if (got < 0)
		return got;
	if (!escaped && (c == ']' || c == '-'))
		return invalid(
			r, *at, "range character '-' cannot be followed by a special symbol");
	if (c < prev) {
		char a[5] = {0}, b[5] = {0};
		sw_utf8_put(a, c);
		sw_utf8_put(b, prev);
		return sw_builtin_fail(r->ctx,
			"input:%.*s, pos:%zu, range is out of order: '%s' comes before '%s' in "
			"Unicode: "
			"the input provided is invalid",
			SW_STR_ARG(r->text), *at, a, b);
	}
	*ret = (struct range){prev, c};
	return 0;
}

static int read_set(struct reader *r, size_t *at, struct token *t)
{
	struct range *v = sw_arena_new_array(r->ctx->scratch, r->n - *at + 1, struct range);
	uint32_t n = 0, prev = 0, c = 0;
	bool has_prev = false, escaped;
	if (!v)
		return sw_builtin_limit(r->ctx, "the evaluation's memory budget is spent");
	for (;;) {
		int got = next_rune(r, at, &c, &escaped);
		if (got < 0)
			return got;
		if (!got)
			return invalid(r, *at, "found [ without matching ]");
		if (!escaped && c == ']')
			break;
		if (escaped || c != '-') {
			v[n++] = (struct range){c, c};
			prev = c;
			has_prev = true;
			continue;
		}
		if (!has_prev)
			return invalid(r, *at,
				"range character '-' must be preceded by a Unicode character");
		if (*at + 1 >= r->n)
			return invalid(r, *at,
				"range character '-' must be followed by a Unicode character");
		SW_TRY(read_range(r, at, prev, &v[n]));
		n++;
		has_prev = false;
	}
	seal_set(t, v, n);
	return 0;
}

static int read_flag(struct reader *r, size_t *at, struct token *t)
{
	uint32_t c = 0;
	bool escaped;
	size_t next = *at;
	int got = next_rune(r, &next, &c, &escaped);
	if (got < 0)
		return got;
	if (got && !escaped && (c == '+' || c == '*')) {
		t->flag = (char)c;
		*at = next;
	}
	return 0;
}

static int read_token(struct reader *r, size_t *at, struct token *t)
{
	uint32_t c = 0;
	bool escaped;
	int got = next_rune(r, at, &c, &escaped);
	if (got <= 0)
		return got;
	*t = (struct token){.kind = CHAR, .rune = c};
	if (!escaped && c == '.') {
		t->kind = DOT;
	} else if (!escaped && c == '[') {
		SW_TRY(read_set(r, at, t));
	} else if (!escaped && c == ']') {
		return invalid(r, *at, "set-close ']' with no preceding '['");
	} else if (!escaped && (c == '+' || c == '*')) {
		char why[64];
		snprintf(why, sizeof(why), "flag '%c' must be preceded by a non-flag", (char)c);
		return invalid(r, *at, why);
	}
	SW_TRY(read_flag(r, at, t));
	return 1;
}

static bool same(const struct token *a, const struct token *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == CHAR)
		return a->rune == b->rune;
	if (a->kind == DOT)
		return true;
	return a->n_set == b->n_set &&
	       (!a->n_set || memcmp(a->set, b->set, a->n_set * sizeof(*a->set)) == 0);
}

static int read_glob(
	struct sw_builtin_ctx *ctx, struct sw_str text, struct token **ret, size_t *ret_n)
{
	struct reader r = {.ctx = ctx, .text = text};
	uint32_t *in = sw_arena_new_array(ctx->scratch, text.n + 1, uint32_t);
	struct token *v = sw_arena_new_array(ctx->scratch, text.n + 1, struct token), t;
	size_t n = 0;
	if (!in || !v)
		return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
	for (size_t at = 0; at < text.n;)
		in[r.n++] = sw_utf8_next(text, &at);
	r.in = in;
	for (size_t at = 0;;) {
		int got = read_token(&r, &at, &t);
		if (got < 0)
			return got;
		if (!got)
			break;
		/* aa*a+: neighbours that say the same twice become one */
		if (n && t.flag && v[n - 1].flag && same(&t, &v[n - 1]))
			v[n - 1].flag = t.flag == '+' || v[n - 1].flag == '+' ? '+' : '*';
		else
			v[n++] = t;
	}
	*ret = v;
	*ret_n = n;
	return n > TOKENS_MAX ? sw_builtin_limit(ctx, "pattern too long") : 0;
}

/* ---- intersection ---- */

static bool sets_meet(const struct token *a, const struct token *b)
{
	uint32_t i = 0, j = 0;
	while (i < a->n_set && j < b->n_set) {
		if (a->set[i].lo <= b->set[j].hi && b->set[j].lo <= a->set[i].hi)
			return true;
		if (a->set[i].hi < b->set[j].hi)
			i++;
		else
			j++;
	}
	return false;
}

static bool meet(const struct token *a, const struct token *b)
{
	if (a->kind > b->kind) {
		const struct token *t = a;
		a = b;
		b = t;
	}
	if (a->kind == DOT || b->kind == DOT)
		return true;
	if (a->kind == SET)
		return sets_meet(a, b);
	if (b->kind == CHAR)
		return a->rune == b->rune;
	struct range one = {a->rune, a->rune};
	struct token as_set = {.kind = SET, .set = &one, .n_set = 1};
	return sets_meet(&as_set, b);
}

struct glob {
	const struct token *v;
	size_t n;
};

static struct glob tail(struct glob g, size_t from)
{
	return (struct glob){g.v + from, g.n - from};
}

static bool normal(struct globs *s, struct glob a, struct glob b);

/* a starts with a token that may be repeated or left out */
static bool starred(struct globs *s, struct glob a, struct glob b)
{
	const struct token *star = &a.v[0], *next = a.n > 1 ? &a.v[1] : NULL;
	for (size_t i = 0; i < b.n && !s->code; i++) {
		if (sw_builtin_steps(s->ctx, 1) < 0)
			s->code = -SW_ELIMIT;
		if (next && meet(&b.v[i], next) && normal(s, tail(a, 1), tail(b, i)))
			return true;
		if (!meet(&b.v[i], star))
			return false;
	}
	return !next;
}

static bool plussed(struct globs *s, struct glob a, struct glob b)
{
	if (!meet(&a.v[0], &b.v[0]))
		return false;
	if (starred(s, a, tail(b, 1)))
		return true;
	return b.v[0].flag && normal(s, tail(a, 1), b);
}

static bool normal(struct globs *s, struct glob a, struct glob b)
{
	if (s->code)
		return false;
	if (++s->depth > DEPTH_MAX) {
		s->code = sw_builtin_limit(s->ctx, "patterns too long");
		return false;
	}
	size_t i = 0;
	bool r = false, decided = false;
	for (; i < a.n && i < b.n && !decided; i++) {
		if (!a.v[i].flag && !b.v[i].flag) {
			if (!meet(&a.v[i], &b.v[i]))
				decided = true;
			continue;
		}
		struct glob x = tail(a, i), y = tail(b, i);
		if (!x.v[0].flag) {
			x = tail(b, i);
			y = tail(a, i);
		}
		r = x.v[0].flag == '+' ? plussed(s, x, y) : starred(s, x, y);
		decided = true;
	}
	s->depth--;
	return decided ? r : i == a.n && i == b.n;
}

/* Without what both have in common at their ends; false when the ends exclude each other. */
static bool trim(struct glob *a, struct glob *b)
{
	size_t l = 0;
	for (; l < a->n && l < b->n && !a->v[l].flag && !b->v[l].flag; l++)
		if (!meet(&a->v[l], &b->v[l]))
			return false;
	l -= l > 0;
	int64_t floor = (int64_t)l, i = (int64_t)a->n - 1, j = (int64_t)b->n - 1;
	for (; i >= floor && j >= floor && !a->v[i].flag && !b->v[j].flag; i--, j--)
		if (!meet(&a->v[i], &b->v[j]))
			return false;
	if (i < (int64_t)a->n - 1) {
		i++;
		j++;
	}
	*a = (struct glob){a->v + l, (size_t)(i + 1 - floor)};
	*b = (struct glob){b->v + l, (size_t)(j + 1 - floor)};
	return true;
}

SW_BUILTIN_FN(globs_match)
{
	struct sw_str x, y;
	struct token *v = NULL, *w = NULL;
	struct glob a = {0}, b = {0};
	SW_TRY(sw_arg_str(ctx, args, 0, &x));
	SW_TRY(sw_arg_str(ctx, args, 1, &y));
	SW_TRY(sw_builtin_steps(ctx, (x.n + y.n) / 4));
	SW_TRY(read_glob(ctx, x, &v, &a.n));
	SW_TRY(read_glob(ctx, y, &w, &b.n));
	a.v = v;
	b.v = w;
	struct globs s = {.ctx = ctx};
	bool hit = trim(&a, &b) && normal(&s, a, b);
	if (s.code)
		return s.code;
	*ret = sw_bool(hit);
	return 0;
}

static const struct sw_builtin rows[] = {
	{"regex.globs_match", NULL, "(string, string) boolean", 0, globs_match},
};

const struct sw_builtin_group sw_builtins_globs = {rows, SW_ARRAY_LEN(rows)};
