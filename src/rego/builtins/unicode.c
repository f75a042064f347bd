/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/unicode.h"

#include <glib.h>

uint32_t sw_unicode_last(struct sw_str s, size_t end, size_t *ret_start)
{
	for (size_t n = 1; n <= 4 && n <= end; n++) {
		size_t at = end - n;
		if (n > 1 && ((unsigned char)s.p[at] & 0xc0) != 0xc0)
			continue;
		uint32_t cp = sw_utf8_next(sw_str_sub(s, 0, end), &at);
		if (at == end && (n > 1 || (unsigned char)s.p[end - 1] < 0x80)) {
			*ret_start = end - n;
			return cp;
		}
	}
	*ret_start = end - 1;
	return 0xfffd;
}

bool sw_unicode_is_ascii(struct sw_str s)
{
	size_t i = 0;
	for (; i + 8 <= s.n; i += 8) {
		uint64_t w;
		memcpy(&w, s.p + i, 8);
		if (w & 0x8080808080808080u)
			return false;
	}
	for (; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

bool sw_unicode_is_space(uint32_t cp)
{
	if (cp < 0x80)
		return cp == ' ' || (cp >= '\t' && cp <= '\r');
	return cp == 0x85 || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
	       cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

static void map_all(struct sw_buf *out, struct sw_str s, gunichar (*map)(gunichar))
{
	bool ascii = sw_unicode_is_ascii(s);
	for (size_t at = 0; at < s.n;) {
		uint32_t cp = ascii ? (unsigned char)s.p[at++] : sw_utf8_next(s, &at);
		sw_buf_addrune(out, map(cp));
	}
}

static gunichar ascii_or(gunichar c, char lo, char hi, int shift, gunichar (*map)(gunichar))
{
	if (c < 0x80)
		return c >= (gunichar)lo && c <= (gunichar)hi ? (gunichar)((int)c + shift) : c;
	return map(c);
}

static gunichar lower(gunichar c)
{
	return ascii_or(c, 'A', 'Z', 32, g_unichar_tolower);
}

static gunichar upper(gunichar c)
{
	return ascii_or(c, 'a', 'z', -32, g_unichar_toupper);
}

void sw_unicode_lower(struct sw_buf *out, struct sw_str s)
{
	map_all(out, s, lower);
}

void sw_unicode_upper(struct sw_buf *out, struct sw_str s)
{
	map_all(out, s, upper);
}

size_t sw_unicode_offset(struct sw_str s, size_t from, uint64_t n)
{
	while (n-- && from < s.n)
		sw_utf8_next(s, &from);
	return from;
}
