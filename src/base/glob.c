/* SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"

#include "base/arena.h"
#include "base/cleanup.h"

enum { PATTERN_MAX = 1 << 20, OUT_MAX = 32 << 20 };

struct lexer {
	struct sw_str s;
	size_t at;
	struct sw_buf *out;
	struct sw_str single; /* a class of all but the separators */
	struct sw_error *err;
	uint32_t depth; /* open braces */
	int code;
};

#define NO_RUNE UINT32_MAX

static int fail(struct lexer *l, const char *why)
{
	if (!l->code)
		l->code = sw_error_set(
			l->err, SW_ESYNTAX, "glob: syntax error at %zu: %s", l->at, why);
	return l->code;
}

static uint32_t peek(struct lexer *l, size_t *ret_next)
{
	size_t next = l->at;
	*ret_next = next;
	if (l->at >= l->s.n)
		return NO_RUNE;
	uint32_t cp = sw_utf8_next(l->s, &next);
	if (cp == 0xfffd && next == l->at + 1) {
		fail(l, "invalid UTF-8 sequence");
		return NO_RUNE;
	}
	*ret_next = next;
	return cp;
}

static uint32_t take(struct lexer *l)
{
	size_t next;
	uint32_t cp = peek(l, &next);
	l->at = next;
	return cp;
}

static void put_rune(struct sw_buf *out, uint32_t cp)
{
	sw_buf_printf(out, "\\x{%x}", cp);
}

/* Literal text up to a special character, escapes resolved; written as code points. */
static int text(struct lexer *l, const char *breakers)
{
	bool in_class = breakers[0] == ']';
	for (;;) {
		size_t next;
		uint32_t cp = peek(l, &next);
		if (l->code)
			return l->code;
		if (cp == NO_RUNE || (cp < 0x80 && cp && strchr(breakers, (int)cp)))
			return 0;
		l->at = next;
		if (cp == '\\') {
			cp = take(l);
			if (l->code)
				return l->code;
			if (cp == NO_RUNE) /* a class says that it has no end */
				return in_class ? 0 : fail(l, "trailing backslash");
		}
		put_rune(l->out, cp);
	}
}

/* lo-hi: the dash is at the front. */
static int range(struct lexer *l, uint32_t lo)
{
	take(l);
	uint32_t hi = take(l);
	if (l->code)
		return l->code;
	if (hi == NO_RUNE)
		return fail(l, "unexpected end of input");
	uint32_t close = take(l);
	if (l->code)
		return l->code;
	if (close != ']')
		return fail(l, close == NO_RUNE ? "unexpected end of input"
						: "expected close range character");
	if (hi < lo)
		return fail(l, "range hi character is less than lo");
	put_rune(l->out, lo);
	sw_buf_addch(l->out, '-');
	put_rune(l->out, hi);
	sw_buf_addch(l->out, ']');
	return 0;
}

/* Behind the [ */
static int character_class(struct lexer *l)
{
	size_t start, next;
	sw_buf_addch(l->out, '[');
	size_t mark = l->at;
	uint32_t cp = take(l);
	if (cp == '!') {
		sw_buf_addch(l->out, '^');
		mark = l->at;
		cp = take(l);
	}
	if (l->code)
		return l->code;
	if (cp == NO_RUNE)
		return fail(l, "unexpected end of input");
	if (peek(l, &next) == '-')
		return range(l, cp);
	if (l->code)
		return l->code;
	l->at = mark;
	start = l->out->n;
	if (text(l, "]") < 0)
		return l->code;
	cp = take(l);
	if (l->code)
		return l->code;
	if (cp == NO_RUNE)
		return fail(l, "unexpected end of input");
	if (l->out->n == start)
		return fail(l, "could not parse range");
	sw_buf_addch(l->out, ']');
	return 0;
}

static int star(struct lexer *l)
{
	size_t next;
	if (peek(l, &next) == '*') {
		l->at = next;
		sw_buf_addz(l->out, "(?s:.)*");
		return 0;
	}
	sw_buf_addstr(l->out, l->single);
	sw_buf_addch(l->out, '*');
	return l->code;
}

static int item(struct lexer *l)
{
	size_t next;
	uint32_t cp = peek(l, &next);
	if (l->code)
		return l->code;
	switch (cp) {
	case '{':
		l->depth++;
		sw_buf_addz(l->out, "(?:");
		break;
	case '[':
		l->at = next;
		return character_class(l);
	case '?':
		sw_buf_addstr(l->out, l->single);
		break;
	case '*':
		l->at = next;
		return star(l);
	case ',':
	case '}':
		if (!l->depth)
			return text(l, "?*[{");
		l->depth -= cp == '}';
		sw_buf_addch(l->out, cp == ',' ? '|' : ')');
		break;
	default:
		return text(l, l->depth ? "?*[{}," : "?*[{");
	}
	l->at = next;
	return 0;
}

/* [^./] or, without separators, (?s:.) */
static void put_single(struct sw_buf *out, struct sw_str separators)
{
	if (!separators.n) {
		sw_buf_addz(out, "(?s:.)");
		return;
	}
	sw_buf_addz(out, "[^");
	for (size_t at = 0; at < separators.n;)
		put_rune(out, sw_utf8_next(separators, &at));
	sw_buf_addch(out, ']');
}

int sw_glob_compile(
	struct sw_str pattern, struct sw_str separators, struct sw_re2 **ret, struct sw_error *err)
{
	sw_autobuf out, single;
	sw_buf_init(&out, OUT_MAX);
	sw_buf_init(&single, PATTERN_MAX);
	put_single(&single, separators);
	if (pattern.n > PATTERN_MAX || single.overflow)
		return sw_error_set(err, SW_ELIMIT, "glob pattern too long");
	struct lexer l = {.s = pattern, .out = &out, .single = sw_buf_str(&single), .err = err};
	sw_buf_addz(&out, "\\A(?:");
	while (l.at < pattern.n)
		if (item(&l) < 0)
			return l.code;
	if (l.depth)
		return fail(&l, "unclosed `{`");
	sw_buf_addz(&out, ")\\z");
	if (out.overflow)
		return sw_error_set(err, SW_ELIMIT, "glob pattern too long");
	return sw_re2_compile(sw_buf_str(&out), ret, err);
}

int sw_glob_cached(struct sw_regex_cache *c, struct sw_str pattern, struct sw_str separators,
	struct sw_re2 **ret, struct sw_error *err)
{
	sw_autobuf key; /* 0xff is in no regular expression: globs and those can share a cache */
	sw_buf_init(&key, 2 * PATTERN_MAX);
	sw_buf_addch(&key, '\xff');
	sw_buf_addstr(&key, separators);
	sw_buf_addch(&key, '\xff');
	sw_buf_addstr(&key, pattern);
	struct sw_re2 *re = key.overflow ? NULL : sw_regex_cache_lookup(c, sw_buf_str(&key));
	if (!re) {
		int r = sw_glob_compile(pattern, separators, &re, err);
		if (r < 0)
			return r;
		sw_regex_cache_insert(c, sw_buf_str(&key), re);
	}
	*ret = re;
	return 0;
}

void sw_glob_quote(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] && strchr("*?\\[]{}", s.p[i]))
			sw_buf_addch(out, '\\');
		sw_buf_addch(out, s.p[i]);
	}
}
