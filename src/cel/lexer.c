/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens: names, numbers, and strings in all of their forms. */
#include "cel/lexer.h"

#include "base/buf.h"
#include "base/cleanup.h"

void cel_lexer_init(struct cel_lexer *l, struct sw_arena *a, struct sw_str text)
{
	*l = (struct cel_lexer){.a = a, .text = text};
}

static int peek(const struct cel_lexer *l, size_t ahead)
{
	return l->at + ahead < l->text.n ? (unsigned char)l->text.p[l->at + ahead] : -1;
}

static bool letter(int c)
{
	return c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z');
}
static bool digit(int c)
{
	return c >= '0' && c <= '9';
}
static int hex_value(int c)
{
	if (digit(c))
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void skip(struct cel_lexer *l)
{
	for (;; l->at++) {
		int c = peek(l, 0);
		if (c == '/' && peek(l, 1) == '/') {
			while (peek(l, 0) >= 0 && peek(l, 0) != '\n')
				l->at++;
			c = peek(l, 0);
		}
		if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f')
			return;
	}
}

static void error(struct cel_token *t, const char *why)
{
	t->kind = CEL_TOK_ERROR;
	t->why = why;
}

/* ---- numbers ---- */

static void number(struct cel_lexer *l, struct cel_token *t)
{
	size_t from = l->at;
	t->kind = CEL_TOK_INT;
	if (peek(l, 0) == '0' && (peek(l, 1) | 32) == 'x' && hex_value(peek(l, 2)) >= 0) {
		l->at += 2;
		while (hex_value(peek(l, 0)) >= 0)
			l->at++;
	} else {
		while (digit(peek(l, 0)))
			l->at++;
		if (peek(l, 0) == '.' && digit(peek(l, 1))) {
			t->kind = CEL_TOK_FLOAT;
			l->at++;
			while (digit(peek(l, 0)))
				l->at++;
		}
		size_t sign = peek(l, 1) == '+' || peek(l, 1) == '-';
		if (peek(l, 0) >= 0 && (peek(l, 0) | 32) == 'e' && digit(peek(l, 1 + sign))) {
			t->kind = CEL_TOK_FLOAT;
			l->at += 1 + sign;
			while (digit(peek(l, 0)))
				l->at++;
		}
	}
	t->text = sw_str_sub(l->text, from, l->at);
	if (t->kind == CEL_TOK_INT && peek(l, 0) >= 0 && (peek(l, 0) | 32) == 'u') {
		t->kind = CEL_TOK_UINT;
		l->at++;
	}
}

/* ---- strings ---- */

/* Digits of an escape; -1: not enough of them. */
static int64_t digits(struct cel_lexer *l, int count, int base)
{
	int64_t v = 0;
	for (int i = 0; i < count; i++) {
		int d = hex_value(peek(l, 0));
		if (d < 0 || d >= base)
			return -1;
		v = v * base + d;
		l->at++;
	}
	return v;
}

/* Behind the backslash. */
static const char *escape(struct cel_lexer *l, bool bytes, struct sw_buf *out)
{
	static const char from[] = "abfnrtv\\?\"'`", to[] = "\a\b\f\n\r\t\v\\?\"'`";
	int c = peek(l, 0);
	const char *simple = c > 0 ? strchr(from, c) : NULL;
	if (simple) {
		l->at++;
		sw_buf_addch(out, to[simple - from]);
		return NULL;
	}
	int64_t v;
	if (c >= '0' && c <= '3') {
		v = digits(l, 3, 8);
	} else if (c == 'x' || c == 'X') {
		l->at++;
		v = digits(l, 2, 16);
	} else if ((c == 'u' || c == 'U') && !bytes) {
		l->at++;
		v = digits(l, c == 'u' ? 4 : 8, 16);
		if (v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
			return "invalid unicode code point in an escape sequence";
	} else {
		return "invalid escape sequence";
	}
	if (v < 0)
		return "invalid escape sequence: digits are missing";
	if (bytes)
		sw_buf_addch(out, (char)v);
	else
		sw_buf_addrune(out, (uint32_t)v);
	return NULL;
}

static void string(struct cel_lexer *l, struct cel_token *t, bool raw, bool bytes)
{
	sw_autobuf out;
	sw_buf_init(&out, 0);
	int quote = peek(l, 0);
	bool triple = peek(l, 1) == quote && peek(l, 2) == quote;
	l->at += triple ? 3 : 1;
	for (;;) {
		int c = peek(l, 0);
		if (c < 0 || (!triple && (c == '\n' || c == '\r')))
			return error(t, "the string is not closed");
		if (c == quote && (!triple || (peek(l, 1) == quote && peek(l, 2) == quote)))
			break;
		l->at++;
		if (c == '\\' && !raw) {
			const char *why = escape(l, bytes, &out);
			if (why)
				return error(t, why);
		} else if (c == '\r' && triple) {
			if (peek(l, 0) != '\n') /* line ends are \n, as cel-go has it */
				sw_buf_addch(&out, '\n');
		} else {
			sw_buf_addch(&out, (char)c);
		}
	}
	l->at += triple ? 3 : 1;
	t->kind = bytes ? CEL_TOK_BYTES : CEL_TOK_STRING;
	t->name = sw_arena_str(l->a, sw_buf_str(&out));
	if (out.overflow || (out.n && !t->name.p))
		error(t, "the string is too large");
}

static bool quote_at(const struct cel_lexer *l, size_t ahead)
{
	return peek(l, ahead) == '"' || peek(l, ahead) == '\'';
}

/* r"…", b"…", br"…" */
static bool prefixed(struct cel_lexer *l, struct cel_token *t)
{
	int c = peek(l, 0) | 32, d = peek(l, 1) | 32;
	if ((c == 'r' || c == 'b') && quote_at(l, 1)) {
		l->at++;
		string(l, t, c == 'r', c == 'b');
		return true;
	}
	if (((c == 'b' && d == 'r') || (c == 'r' && d == 'b')) && quote_at(l, 2)) {
		l->at += 2;
		string(l, t, true, true);
		return true;
	}
	return false;
}

/* ---- names ---- */

static void name(struct cel_lexer *l, struct cel_token *t)
{
	size_t from = l->at;
	while (letter(peek(l, 0)) || digit(peek(l, 0)))
		l->at++;
	t->name = sw_str_sub(l->text, from, l->at);
	t->kind = sw_str_is(t->name, "true")	? CEL_TOK_TRUE
		  : sw_str_is(t->name, "false") ? CEL_TOK_FALSE
		  : sw_str_is(t->name, "null")	? CEL_TOK_NULL
		  : sw_str_is(t->name, "in")	? CEL_TOK_IN
						: CEL_TOK_IDENT;
}

static void escaped(struct cel_lexer *l, struct cel_token *t)
{
	size_t from = ++l->at;
	while (letter(peek(l, 0)) || digit(peek(l, 0)) || peek(l, 0) == '.' || peek(l, 0) == '-' ||
		peek(l, 0) == '/' || peek(l, 0) == ' ')
		l->at++;
	t->name = sw_str_sub(l->text, from, l->at);
	t->kind = CEL_TOK_ESCAPED;
	if (peek(l, 0) != '`' || !t->name.n)
		return error(t, "the escaped identifier is not closed");
	l->at++;
}

static void punct(struct cel_lexer *l, struct cel_token *t)
{
	static const char *const two[] = {"==", "!=", "<=", ">=", "&&", "||", NULL};
	struct sw_str rest = sw_str_sub(l->text, l->at, l->at + 2);
	t->kind = CEL_TOK_PUNCT;
	for (const char *const *p = two; *p; p++)
		if (sw_str_is(rest, *p)) {
			l->at += 2;
			return;
		}
	int c = peek(l, 0);
	if (!c || c >= 128 || !strchr("+-*/%!<>?:.,()[]{}", c))
		return error(t, "token recognition error");
	l->at++;
}

void cel_lexer_next(struct cel_lexer *l, struct cel_token *t)
{
	skip(l);
	size_t from = l->at;
	*t = (struct cel_token){.at = (uint32_t)from};
	int c = peek(l, 0);
	if (c < 0)
		return;
	if (digit(c) || (c == '.' && digit(peek(l, 1))))
		return number(l, t);
	if (quote_at(l, 0))
		string(l, t, false, false);
	else if (letter(c) && prefixed(l, t))
		;
	else if (letter(c))
		name(l, t);
	else if (c == '`')
		escaped(l, t);
	else
		punct(l, t);
	t->text = sw_str_sub(l->text, from, l->at);
}
