/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

size_t sw_str_find(struct sw_str s, struct sw_str needle, size_t from)
{
	if (from > s.n || needle.n > s.n - from)
		return SW_NPOS;
	if (needle.n == 0)
		return from;
	const char *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
	return hit ? (size_t)(hit - s.p) : SW_NPOS;
}

size_t sw_str_rfind(struct sw_str s, struct sw_str needle)
{
	if (needle.n > s.n)
		return SW_NPOS;
	for (size_t i = s.n - needle.n + 1; i-- > 0;)
		if (needle.n == 0 || memcmp(s.p + i, needle.p, needle.n) == 0)
			return i;
	return SW_NPOS;
}

size_t sw_str_chr(struct sw_str s, char c, size_t from)
{
	if (from >= s.n)
		return SW_NPOS;
	const char *hit = memchr(s.p + from, c, s.n - from);
	return hit ? (size_t)(hit - s.p) : SW_NPOS;
}

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

bool sw_str_ieq(struct sw_str a, struct sw_str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower((unsigned char)a.p[i]) != lower((unsigned char)b.p[i]))
			return false;
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct sw_str sw_str_trim(struct sw_str s)
{
	while (s.n && is_space(s.p[0]))
		s = sw_str_sub(s, 1, s.n);
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool sw_str_split(struct sw_str *rest, char sep, struct sw_str *ret_piece)
{
	if (!rest->p)
		return false;
	size_t at = sw_str_chr(*rest, sep, 0);
	if (at == SW_NPOS) {
		*ret_piece = *rest;
		*rest = (struct sw_str){NULL, 0};
		return true;
	}
	*ret_piece = sw_str_sub(*rest, 0, at);
	*rest = sw_str_sub(*rest, at + 1, rest->n);
	return true;
}

bool sw_str_to_i64(struct sw_str s, int64_t *ret)
{
	size_t i = 0;
	bool neg = s.n && s.p[0] == '-';
	if (neg || (s.n && s.p[0] == '+'))
		i++;
	if (i == s.n)
		return false;
	int64_t v = 0;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		/* Accumulated negative: the negative range is the larger one. */
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s.p[i] - '0', &v))
			return false;
	}
	if (!neg && v == INT64_MIN)
		return false;
	*ret = neg ? v : -v;
	return true;
}

/* Bytes of the well-formed sequence at p, 0 when it is malformed, overlong, a surrogate or cut. */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
	if (n == 0 || n > left)
		return 0;
	if (n == 1)
		return 1;
	uint32_t cp = p[0] & (0x7f >> n);
	for (size_t i = 1; i < n; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		cp = cp << 6 | (p[i] & 0x3f);
	}
	if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return 0;
	return n;
}

uint32_t sw_utf8_next(struct sw_str s, size_t *pos)
{
	const unsigned char *p = (const unsigned char *)s.p + *pos;
	size_t n = utf8_len(p, s.n - *pos);
	if (n == 0) {
		*pos += 1;
		return 0xfffd;
	}
	uint32_t cp = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++)
		cp = cp << 6 | (p[i] & 0x3f);
	*pos += n;
	return cp;
}

size_t sw_utf8_put(char out[4], uint32_t cp)
{
	if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		cp = 0xfffd;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	for (size_t i = n; i-- > 1; cp >>= 6)
		out[i] = (char)(0x80 | (cp & 0x3f));
	out[0] = (char)((0xf00 >> n & 0xff) | cp);
	return n;
}

/* How many bytes from `i` on are ASCII, looked at eight at a time: most text is nothing else. */
static size_t ascii_run(struct sw_str s, size_t i)
{
	size_t from = i;
	for (uint64_t x[4]; i + 32 <= s.n; i += 32) {
		memcpy(x, s.p + i, 32);
		if ((x[0] | x[1] | x[2] | x[3]) & 0x8080808080808080u)
			break;
	}
	for (uint64_t eight; i + 8 <= s.n; i += 8) {
		memcpy(&eight, s.p + i, 8);
		if (eight & 0x8080808080808080u)
			break;
	}
	while (i < s.n && !((unsigned char)s.p[i] & 0x80))
		i++;
	return i - from;
}

size_t sw_str_ascii(struct sw_str s)
{
	return ascii_run(s, 0);
}

size_t sw_utf8_count(struct sw_str s)
{
	size_t n = ascii_run(s, 0);
	for (size_t i = n; i < s.n; n++)
		sw_utf8_next(s, &i);
	return n;
}

bool sw_utf8_valid(struct sw_str s)
{
	for (size_t i = ascii_run(s, 0); i < s.n;) {
		size_t n = utf8_len((const unsigned char *)s.p + i, s.n - i);
		if (n == 0)
			return false;
		i += n;
		i += ascii_run(s, i);
	}
	return true;
}
