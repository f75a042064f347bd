/* SPDX-License-Identifier: Apache-2.0 */
/* JSON strings: most are plain ASCII and become views where they are met; the others are copied here. */
#include "doc/json_impl.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hex digits at p, or -1. */
static int32_t hex4(const char *p, const char *end)
{
	int32_t cp = 0;
	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int d = hex_digit(p[i]);
		if (d < 0)
			return -1;
		cp = cp << 4 | d;
	}
	return cp;
}

/* p is behind "\u". A high surrogate takes the low one behind it; alone, either is U+FFFD. */
static int read_unicode_escape(
	struct json_reader *r, const char **pos, const char *end, uint32_t *ret)
{
	const char *p = *pos;
	int32_t cp = hex4(p, end);
	if (cp < 0)
		return json_fail(r, SW_ESYNTAX, p - 2, "\\u needs four hexadecimal digits");
	p += 4;
	if (cp >= 0xd800 && cp < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
		int32_t low = hex4(p + 2, end);
		if (low >= 0xdc00 && low < 0xe000) {
			cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
			p += 6;
		}
	}
	*pos = p;
	*ret = (uint32_t)cp;
	return 0;
}

static int unescape(struct json_reader *r, const char *p, const char *end, char *out, size_t *ret_n)
{
	static const char simple[256] = {['"'] = '"',
		['\\'] = '\\',
		['/'] = '/',
		['b'] = '\b',
		['f'] = '\f',
		['n'] = '\n',
		['r'] = '\r',
		['t'] = '\t'};
	char *o = out;
	while (p < end) {
		const char *stop = json_scan_plain(p, end);
		memcpy(o, p, (size_t)(stop - p));
		o += stop - p;
		p = stop;
		if (p == end)
			break;
		uint32_t cp = 0;
		if (*p != '\\') {
			size_t pos = 0;
			cp = sw_utf8_next(sw_str_make(p, (size_t)(end - p)), &pos);
			p += pos;
		} else if (simple[(unsigned char)p[1]]) {
			*o++ = simple[(unsigned char)p[1]];
			p += 2;
			continue;
		} else if (p[1] == 'u') {
			p += 2;
			int rc = read_unicode_escape(r, &p, end, &cp);
			if (rc < 0)
				return rc;
		} else {
			return json_unexpected(r, p + 1, "an escape character");
		}
		o += sw_utf8_put(o, cp);
	}
	*ret_n = (size_t)(o - out);
	return 0;
}

/* Finds the closing quote from p on; counts bytes that are not UTF-8 (each grows by two when
 * replaced). */
static int find_end(
	struct json_reader *r, const char *p, const char **ret_end, size_t *bad, bool *escapes)
{
	for (;;) {
		p = json_scan_plain(p, r->end);
		if (p == r->end)
			return json_fail(r, SW_ESYNTAX, p, "the string has no end");
		if (*p == '"') {
			*ret_end = p;
			return 0;
		}
		if ((unsigned char)*p < 0x20)
			return json_fail(r, SW_ESYNTAX, p,
				"control character 0x%02x in a string must be escaped", *p);
		if (*p == '\\') {
			*escapes = true;
			if (r->end - p < 2)
				return json_fail(r, SW_ESYNTAX, r->end, "the string has no end");
			p += 2;
			continue;
		}
		size_t pos = 0;
		uint32_t cp = sw_utf8_next(sw_str_make(p, (size_t)(r->end - p)), &pos);
		*bad += cp == 0xfffd && pos == 1;
		p += pos;
	}
}

int json_read_string(struct json_reader *r, struct sw_str *ret)
{
	const char *start = r->p, *end = json_scan_plain(start, r->end);
	size_t bad = 0;
	bool escapes = false;
	if (end == r->end || *end != '"') {
		int rc = find_end(r, end, &end, &bad, &escapes);
		if (rc < 0)
			return rc;
	}
	size_t n = (size_t)(end - start);
	if (!bad && !escapes && !(r->flags & SW_JSON_COPY)) {
		*ret = sw_str_make(start, n);
		r->p = end + 1;
		return 0;
	}
	char *out = sw_arena_alloc(r->arena, n + 2 * bad);
	if (!out)
		return json_fail(r, SW_ELIMIT, start, "the memory budget is spent");
	int rc = unescape(r, start, end, out, &n);
	if (rc < 0)
		return rc;
	*ret = sw_str_make(out, n);
	r->p = end + 1;
	return 0;
}
