/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/crypto/pem.h"

static const char std_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void sw_b64_encode(struct sw_str in, enum sw_b64 kind, struct sw_buf *out)
{
	const char *abc = kind == SW_B64_STD ? std_alphabet : url_alphabet;

	for (size_t i = 0; i < in.n; i += 3) {
		size_t left = in.n - i;
		uint32_t v = (uint32_t)(unsigned char)in.p[i] << 16;
		if (left > 1)
			v |= (uint32_t)(unsigned char)in.p[i + 1] << 8;
		if (left > 2)
			v |= (unsigned char)in.p[i + 2];
		char q[4] = {abc[v >> 18], abc[v >> 12 & 63], abc[v >> 6 & 63], abc[v & 63]};
		size_t n = left > 2 ? 4 : left + 1;
		sw_buf_add(out, q, n);
		if (kind != SW_B64_RAW_URL)
			sw_buf_pad(out, '=', 4 - n);
	}
}

static int digit(char c, enum sw_b64 kind)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == (kind == SW_B64_STD ? '+' : '-'))
		return 62;
	return c == (kind == SW_B64_STD ? '/' : '_') ? 63 : -1;
}

static bool newline(char c)
{
	return c == '\n' || c == '\r';
}

/* Behind two or three digits: the rest must be padding and newlines. */
static bool padding(struct sw_str in, size_t at, int have, size_t *ret_bad)
{
	if (have < 2) {
		*ret_bad = at;
		return false;
	}
	size_t i = at + 1;
	if (have == 2) {
		while (i < in.n && newline(in.p[i]))
			i++;
		if (i == in.n || in.p[i] != '=') {
			*ret_bad = i == in.n ? in.n : i;
			return false;
		}
		i++;
	}
	while (i < in.n && newline(in.p[i]))
		i++;
	*ret_bad = i;
	return i == in.n;
}

static void put_quad(const int q[4], int have, struct sw_buf *out)
{
	uint32_t v = (uint32_t)q[0] << 18 | (uint32_t)q[1] << 12;

	if (have > 2)
		v |= (uint32_t)q[2] << 6;
	if (have > 3)
		v |= (uint32_t)q[3];
	char b[3] = {(char)(v >> 16), (char)(v >> 8), (char)v};
	sw_buf_add(out, b, (size_t)have - 1);
}

bool sw_b64_decode(struct sw_str in, enum sw_b64 kind, struct sw_buf *out, size_t *ret_bad)
{
	int q[4], have = 0;

	for (size_t i = 0; i < in.n; i++) {
		if (newline(in.p[i]))
			continue;
		int d = digit(in.p[i], kind);
		if (d < 0 && in.p[i] == '=' && kind != SW_B64_RAW_URL) {
			if (!padding(in, i, have, ret_bad))
				return false;
			put_quad(q, have, out);
			return true;
		}
		if (d < 0) {
			*ret_bad = i;
			return false;
		}
		q[have++] = d;
		if (have == 4) {
			put_quad(q, 4, out);
			have = 0;
		}
	}
	if (have && (kind != SW_B64_RAW_URL || have == 1)) {
		*ret_bad = in.n - (size_t)have;
		return false;
	}
	if (have)
		put_quad(q, have, out);
	return true;
}

static bool cut_line(struct sw_str *rest, struct sw_str *ret)
{
	if (!rest->n)
		return false;
	size_t nl = sw_str_chr(*rest, '\n', 0);
	*ret = sw_str_sub(*rest, 0, nl);
	*rest = nl == SW_NPOS ? sw_str_sub(*rest, rest->n, rest->n) : sw_str_sub(*rest, nl + 1, rest->n);
	while (ret->n && (ret->p[ret->n - 1] == ' ' || ret->p[ret->n - 1] == '\t' ||
				 ret->p[ret->n - 1] == '\r'))
		ret->n--;
	return true;
}

/* One block that starts at *rest; on failure *rest is left behind its first line. */
static bool block(struct sw_arena *a, struct sw_str *rest, struct sw_pem *ret)
{
	struct sw_str line, after;
	sw_autobuf body, der;
	size_t bad;

	sw_buf_init(&body, 0);
	sw_buf_init(&der, 0);
	if (!cut_line(rest, &line) || !sw_str_starts(line, SW_STR("-----BEGIN ")) ||
		!sw_str_ends(line, SW_STR("-----")) || line.n < 16)
		return false;
	*ret = (struct sw_pem){.type = sw_str_sub(line, 11, line.n - 5), .headers = SW_STR("")};
	after = *rest;
	const char *headers = after.p;
	while (cut_line(&after, &line)) {
		if (sw_str_starts(line, SW_STR("-----END "))) {
			struct sw_str type = sw_str_sub(line, 9, line.n > 14 ? line.n - 5 : 9);
			if (!sw_str_ends(line, SW_STR("-----")) || !sw_str_eq(type, ret->type))
				return false;
			if (!sw_b64_decode(sw_buf_str(&body), SW_B64_STD, &der, &bad))
				return false;
			ret->der = sw_arena_str(a, sw_buf_str(&der));
			*rest = after;
			return der.n == 0 || ret->der.p;
		}
		if (!body.n && sw_str_chr(line, ':', 0) != SW_NPOS)
			ret->headers = sw_str_make(headers, (size_t)(line.p + line.n - headers));
		else
			sw_buf_addstr(&body, sw_str_trim(line));
	}
	return false;
}

bool sw_pem_next(struct sw_arena *a, struct sw_str *rest, struct sw_pem *ret)
{
	const struct sw_str begin = SW_STR("-----BEGIN ");
	struct sw_str at = *rest;

	for (size_t from = 0;;) {
		size_t hit = sw_str_find(at, begin, from);
		if (hit == SW_NPOS)
			return false;
		if (hit && at.p[hit - 1] != '\n') {
			from = hit + 1;
			continue;
		}
		at = sw_str_sub(at, hit, at.n);
		if (block(a, &at, ret)) {
			*rest = at;
			return true;
		}
		from = 0;
	}
}
