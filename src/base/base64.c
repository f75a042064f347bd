/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* 0..63, or -1. Bit 6 and 7 of *seen: a sign of the standard, of the URL-safe alphabet was used. */
static int value_of(unsigned char c, unsigned *seen)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	*seen |= c == '+' || c == '/' ? 1u : 2u;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool sw_base64_decode(struct sw_arena *a, struct sw_str text, struct sw_str *ret)
{
	size_t n = text.n;
	unsigned seen = 0;
	if (n && n % 4 == 0) {
		n -= text.p[n - 1] == '=';
		n -= n != text.n && text.p[n - 1] == '=';
	}
	if (n % 4 == 1)
		return false;
	size_t size = n / 4 * 3 + (n % 4 ? n % 4 - 1 : 0), at = 0;
	char *out = sw_arena_alloc(a, size + 1);
	if (!out)
		return false;
	uint32_t bits = 0;
	unsigned have = 0;
	for (size_t i = 0; i < n; i++) {
		int v = value_of((unsigned char)text.p[i], &seen);
		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[at++] = (char)(bits >> have);
			bits &= (1u << have) - 1;
		}
	}
	if (seen == 3 || bits)
		return false;
	out[size] = '\0';
	*ret = sw_str_make(out, size);
	return true;
}

void sw_base64_encode(struct sw_buf *out, struct sw_str bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
			     (left > 2 ? p[i + 2] : 0);
		char four[4] = {digits[v >> 18], digits[v >> 12 & 63],
			left > 1 ? digits[v >> 6 & 63] : '=', left > 2 ? digits[v & 63] : '='};
		sw_buf_add(out, four, 4);
	}
}

void sw_hex_encode(struct sw_buf *out, struct sw_str bytes)
{
	static const char hex[] = "0123456789abcdef";
	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];
		sw_buf_addch(out, hex[c >> 4]);
		sw_buf_addch(out, hex[c & 15]);
	}
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

bool sw_hex_decode(struct sw_str text, uint8_t *out)
{
	if (text.n % 2)
		return false;
	for (size_t i = 0; i < text.n; i += 2) {
		int hi = hex_digit(text.p[i]), lo = hex_digit(text.p[i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		out[i / 2] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

void sw_percent_encode(struct sw_buf *out, struct sw_str text, const char *keep)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			     (c && (strchr("-._~", c) || strchr(keep, c)));
		if (plain)
			sw_buf_addch(out, (char)c);
		else
			sw_buf_printf(out, "%%%02X", c);
	}
}

bool sw_percent_decode(struct sw_buf *out, struct sw_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t byte = (uint8_t)text.p[i];
		if (byte == '%') {
			if (text.n - i < 3 || !sw_hex_decode(sw_str_sub(text, i + 1, i + 3), &byte))
				return false;
			i += 2;
		}
		sw_buf_addch(out, (char)byte);
	}
	return true;
}
