/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/jsontext.h"

#include <stdio.h>

#include "base/go/gofmt.h"

enum { DEPTH_MAX = 10000 };

struct scanner {
	struct sw_buf *out;
	struct sw_str s;
	size_t at;
	char *stack; /* '[' , 'k' before a key's colon, 'v' behind it */
	uint32_t depth;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* false: an error has been written. */
static bool bad(struct scanner *x, const char *context)
{
	if (x->at >= x->s.n) {
		sw_buf_addz(x->out, "unexpected EOF");
		return false;
	}
	unsigned char c = (unsigned char)x->s.p[x->at];
	sw_buf_addz(x->out, "invalid character ");
	if (c == '"')
		sw_buf_addz(x->out, "'\"'");
	else
		sw_gofmt_quote_rune(x->out, c, false);
	sw_buf_addch(x->out, ' ');
	sw_buf_addz(x->out, context);
	return false;
}

static bool at_digit(const struct scanner *x)
{
	return x->at < x->s.n && x->s.p[x->at] >= '0' && x->s.p[x->at] <= '9';
}

static bool at_char(const struct scanner *x, char c)
{
	return x->at < x->s.n && x->s.p[x->at] == c;
}

static bool scan_hex(struct scanner *x)
{
	for (int i = 0; i < 4; i++, x->at++) {
		char c = x->at < x->s.n ? x->s.p[x->at] : '\0';
		bool hex = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
		if (!hex)
			return bad(x, "in \\u hexadecimal character escape");
	}
	return true;
}

static bool scan_string(struct scanner *x)
{
	for (x->at++; x->at < x->s.n; x->at++) {
		unsigned char c = (unsigned char)x->s.p[x->at];
		if (c == '"') {
			x->at++;
			return true;
		}
		if (c < 0x20)
			return bad(x, "in string literal");
		if (c != '\\')
			continue;
		x->at++;
		if (x->at < x->s.n && x->s.p[x->at] == 'u') {
			x->at++;
			if (!scan_hex(x))
				return false;
			x->at--;
		} else if (x->at >= x->s.n || !x->s.p[x->at] ||
			   !strchr("bfnrt\\/\"", x->s.p[x->at])) {
			return bad(x, "in string escape code");
		}
	}
	return bad(x, "");
}

static bool scan_number(struct scanner *x)
{
	if (at_char(x, '-')) {
		x->at++;
		if (!at_digit(x))
			return bad(x, "in numeric literal");
	}
	if (at_char(x, '0'))
		x->at++;
	else
		while (at_digit(x))
			x->at++;
	if (at_char(x, '.')) {
		x->at++;
		if (!at_digit(x))
			return bad(x, "after decimal point in numeric literal");
		while (at_digit(x))
			x->at++;
	}
	if (at_char(x, 'e') || at_char(x, 'E')) {
		x->at++;
		if (at_char(x, '+') || at_char(x, '-'))
			x->at++;
		if (!at_digit(x))
			return bad(x, "in exponent of numeric literal");
		while (at_digit(x))
			x->at++;
	}
	return true;
}

static bool scan_word(struct scanner *x, const char *word)
{
	char context[48];
	for (const char *p = word; *p; p++, x->at++) {
		if (at_char(x, *p))
			continue;
		snprintf(context, sizeof(context), "in literal %s (expecting '%c')", word, *p);
		return bad(x, context);
	}
	return true;
}

static bool push(struct scanner *x, char state)
{
	if (x->depth == DEPTH_MAX) {
		sw_buf_addz(x->out, "exceeded max depth");
		return false;
	}
	x->stack[x->depth++] = state;
	x->at++;
	return true;
}

static void skip_space(struct scanner *x)
{
	while (x->at < x->s.n && is_space(x->s.p[x->at]))
		x->at++;
}

/* A scalar or an opening bracket. *ret_open: a container was begun. */
static bool scan_value(struct scanner *x, bool *ret_open)
{
	*ret_open = false;
	char c = x->at < x->s.n ? x->s.p[x->at] : '\0';
	switch (c) {
	case '{':
	case '[':
		*ret_open = true;
		return push(x, c == '{' ? 'k' : '[');
	case '"':
		return scan_string(x);
	case 't':
		return scan_word(x, "true");
	case 'f':
		return scan_word(x, "false");
	case 'n':
		return scan_word(x, "null");
	default:
		if (c == '-' || at_digit(x))
			return scan_number(x);
		return bad(x, "looking for beginning of value");
	}
}

/* Behind a value inside a container: to the next value's start. *ret_closed: the container ended.
 */
static bool scan_separator(struct scanner *x, bool *ret_closed)
{
	char *state = &x->stack[x->depth - 1];
	*ret_closed = false;
	skip_space(x);
	if (*state == 'k') {
		if (!at_char(x, ':'))
			return bad(x, "after object key");
		*state = 'v';
	} else if (at_char(x, *state == '[' ? ']' : '}')) {
		x->depth--;
		*ret_closed = true;
	} else if (!at_char(x, ',')) {
		return bad(
			x, *state == '[' ? "after array element" : "after object key:value pair");
	} else if (*state == 'v') {
		*state = 'k';
	}
	x->at++;
	return true;
}

static bool scan_key(struct scanner *x)
{
	if (!at_char(x, '"'))
		return bad(x, "looking for beginning of object key string");
	return scan_string(x);
}

/* One whole value; false when an error has been written. */
static bool scan_document(struct scanner *x)
{
	bool open, closed, fresh = false; /* fresh: right behind an opening bracket */
	do {
		skip_space(x);
		bool empty = fresh && at_char(x, x->stack[x->depth - 1] == '[' ? ']' : '}');
		open = false;
		if (empty) {
			x->depth--;
			x->at++;
		} else if (x->depth && x->stack[x->depth - 1] == 'k') {
			if (!scan_key(x))
				return false;
		} else if (!scan_value(x, &open)) {
			return false;
		}
		fresh = open;
		closed = !open;
		while (closed && x->depth)
			if (!scan_separator(x, &closed))
				return false;
	} while (x->depth);
	return true;
}

/* What OPA prints of the token that Go's decoder finds behind the first value. */
static void trailing(struct scanner *x)
{
	char c = x->s.p[x->at];
	if (c == '[' || c == '{') {
		sw_buf_printf(x->out, "error: invalid character '%c' after top-level value", c);
		return;
	}
	if (strchr("]},:", c)) {
		bad(x, "looking for beginning of value");
		return;
	}
	size_t start = x->at, before = x->out->n;
	bool open;
	if (!scan_value(x, &open)) {
		if (start < x->at || x->out->n > before)
			return;
	}
	struct sw_str text = sw_str_sub(x->s, start, x->at);
	if (c == '"')
		text = sw_str_sub(text, 1, text.n - 1);
	if (c == 'n') /* a nil token is taken for none */
		sw_buf_addz(x->out, "unexpected null");
	else if (c == 't' || c == 'f')
		sw_buf_printf(x->out,
			"error: invalid character '%%!s(bool=%.*s)' after top-level value",
			SW_STR_ARG(text));
	else
		sw_buf_printf(x->out, "error: invalid character '%.*s' after top-level value",
			SW_STR_ARG(text));
}

void sw_jsontext_error(struct sw_buf *out, struct sw_str text)
{
	char stack[DEPTH_MAX];
	struct scanner x = {.out = out, .s = text, .stack = stack};
	skip_space(&x);
	if (x.at == text.n) {
		sw_buf_addz(out, "EOF");
		return;
	}
	if (!scan_document(&x))
		return;
	skip_space(&x);
	if (x.at < text.n)
		trailing(&x);
	else
		sw_buf_addz(out, "value out of range");
}
