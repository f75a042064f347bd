/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/template/unquote.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

static bool digits(struct sw_str s, size_t *at, int n, unsigned base, uint32_t *ret)
{
	uint64_t v = 0;
	for (; n > 0; n--, ++*at) {
		int d = *at < s.n ? digit_of(s.p[*at]) : 99;
		if (d >= (int)base)
			return false;
		v = v * base + (unsigned)d;
	}
	*ret = (uint32_t)v;
	return true;
}

/* Behind a backslash. *ret_byte: the value is one byte, not a code point. */
static bool escape(struct sw_str s, size_t *at, char quote, uint32_t *ret, bool *ret_byte)
{
	static const char from[] = "abfnrtv", to[] = "\a\b\f\n\r\t\v";
	if (*at >= s.n)
		return false;
	char c = s.p[(*at)++];
	const char *hit = c ? strchr(from, c) : NULL;
	*ret_byte = false;
	if (hit) {
		*ret = (unsigned char)to[hit - from];
		return true;
	}
	switch (c) {
	case 'x':
		*ret_byte = true;
		return digits(s, at, 2, 16, ret);
	case 'u':
	case 'U':
		return digits(s, at, c == 'u' ? 4 : 8, 16, ret) && *ret <= 0x10ffff && !(*ret >= 0xd800 && *ret < 0xe000);
	case '0' ... '7':
		--*at;
		*ret_byte = true;
		return digits(s, at, 3, 8, ret) && *ret <= 255;
	case '\\':
		*ret = '\\';
		return true;
	case '\'':
	case '"':
		*ret = (unsigned char)c;
		return c == quote;
	default:
		return false;
	}
}

bool sw_template_unquote(struct sw_arena *a, struct sw_str text, struct sw_str *ret)
{
	sw_autobuf b;
	sw_buf_init(&b, TEMPLATE_TEXT_MAX);
	struct sw_str s = sw_str_sub(text, 1, text.n - 1);
	for (size_t at = 0; at < s.n;) {
		uint32_t cp;
		bool byte;
		if (text.p[0] == '`') {
			if (s.p[at] != '\r')
				sw_buf_addch(&b, s.p[at]);
			at++;
		} else if (s.p[at] != '\\') {
			sw_buf_addch(&b, s.p[at++]);
		} else {
			at++;
			if (!escape(s, &at, '"', &cp, &byte))
				return false;
			if (byte)
				sw_buf_addch(&b, (char)cp);
			else
				sw_buf_addrune(&b, cp);
		}
	}
	*ret = sw_arena_str(a, sw_buf_str(&b));
	return !b.overflow && (ret->p || !ret->n);
}

int sw_template_unquote_char(struct sw_str text, uint32_t *ret)
{
	size_t at = 1;
	bool byte;
	*ret = 0;
	if (text.n < 2 || text.p[1] == '\'')
		return -1;
	if (text.p[1] == '\\') {
		at = 2;
		if (!escape(text, &at, '\'', ret, &byte))
			return -1;
	} else {
		*ret = sw_utf8_next(text, &at);
	}
	return at + 1 == text.n && text.p[at] == '\'' ? 0 : 1;
}

/* Underscores stand between digits, or behind the base prefix. Copies the rest. */
static bool drop_underscores(struct sw_str s, char *out)
{
	bool prefix = s.n > 2 && s.p[0] == '0' && strchr("xXbBoO", s.p[1]);
	char before = prefix ? '0' : 0;
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '_') {
			bool next = i + 1 < s.n && digit_of(s.p[i + 1]) < 16;
			if (!next || digit_of(before) >= 16)
				if (!(prefix && i == 2 && next))
					return false;
		} else {
			out[n++] = c;
		}
		before = c;
	}
	out[n] = 0;
	return true;
}

static bool read_int(const char *p, struct node *n, bool *ret_uint)
{
	bool neg = *p == '-';
	char *end;
	p += neg || *p == '+';
	int base = 10;
	if (p[0] == '0' && p[1]) {
		char c = p[1] | 0x20;
		base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
		p += c == 'x' || c == 'b' || c == 'o' ? 2 : 1;
	}
	if (digit_of(*p) >= base)
		return false;
	errno = 0;
	unsigned long long u = strtoull(p, &end, base);
	if (*end || errno)
		return false;
	*ret_uint = !neg;
	if (u > (neg ? 1ull << 63 : INT64_MAX))
		return !neg;
	n->is_int = true;
	n->i = neg ? (int64_t)(0 - u) : (int64_t)u;
	return true;
}

bool sw_template_number(struct sw_str text, struct node *n, const char **ret_why)
{
	char tmp[512], *end;
	bool is_uint = false;
	*ret_why = "illegal number syntax: ";
	if (!text.n || text.n >= sizeof(tmp))
		return false;
	if (text.p[text.n - 1] == 'i') {
		*ret_why = "complex constants are not supported: ";
		return false;
	}
	if (!drop_underscores(text, tmp))
		return false;
	if (read_int(tmp, n, &is_uint)) /* beyond int64: neither int nor float */
		return n->is_int || is_uint;
	size_t sign = tmp[0] == '+' || tmp[0] == '-';
	bool hex = tmp[sign] == '0' && (tmp[sign + 1] | 0x20) == 'x';
	if (hex ? !strpbrk(tmp, "pP") : !strpbrk(tmp + sign, "0123456789"))
		return false;
	n->d = strtod(tmp, &end);
	if (*end || end == tmp || isinf(n->d))
		return false;
	*ret_why = "integer overflow: ";
	n->is_float = true;
	return strpbrk(tmp, ".eEpP") != NULL;
}
