/* SPDX-License-Identifier: Apache-2.0 */
#include "base/go/addr.h"

#include "base/go/gotext.h"

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool bad(struct sw_buf *why, struct sw_str in, const char *text, struct sw_str at)
{
	if (!why)
		return false;
	sw_buf_addz(why, "ParseAddr(");
	sw_gotext_quote(why, in);
	sw_buf_printf(why, "): %s", text);
	if (at.n) {
		sw_buf_addz(why, " (at ");
		sw_gotext_quote(why, at);
		sw_buf_addch(why, ')');
	}
	return false;
}

static const struct sw_str nowhere = {"", 0};

static bool fields4(struct sw_str in, struct sw_str s, uint8_t out[4], struct sw_buf *why)
{
	int val = 0, pos = 0, digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		struct sw_str here = sw_str_sub(s, i, s.n);
		char c = s.p[i];
		if (c >= '0' && c <= '9') {
			if (digits == 1 && val == 0)
				return bad(why, in, "IPv4 field has octet with leading zero", nowhere);
			val = val * 10 + (c - '0');
			digits++;
			if (val > 255)
				return bad(why, in, "IPv4 field has value >255", nowhere);
		} else if (c == '.') {
			if (i == 0 || i == s.n - 1 || s.p[i - 1] == '.')
				return bad(why, in, "IPv4 field must have at least one digit", here);
			if (pos == 3)
				return bad(why, in, "IPv4 address too long", nowhere);
			out[pos++] = (uint8_t)val;
			val = digits = 0;
		} else {
			return bad(why, in, "unexpected character", here);
		}
	}
	if (pos < 3)
		return bad(why, in, "IPv4 address too short", nowhere);
	out[3] = (uint8_t)val;
	return true;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return -1;
}

/* One group of up to four hex digits at the start of s; its length, or 0 with the reason. */
static size_t group6(struct sw_str in, struct sw_str s, uint32_t *ret, struct sw_buf *why)
{
	size_t n = 0;

	*ret = 0;
	for (; n < s.n && hex(s.p[n]) >= 0; n++) {
		if (n > 3) {
			bad(why, in, "each group must have 4 or less digits", s);
			return 0;
		}
		*ret = *ret << 4 | (uint32_t)hex(s.p[n]);
	}
	if (!n)
		bad(why, in, "each colon-separated field must have at least one digit", s);
	return n;
}

struct six {
	struct sw_str in, s;
	uint8_t ip[16];
	int at, ellipsis;
	struct sw_buf *why;
};

static bool embedded4(struct six *x)
{
	if (x->ellipsis < 0 && x->at != 12)
		return bad(x->why, x->in,
			"embedded IPv4 address must replace the final 2 fields of the address", x->s);
	if (x->at + 4 > 16)
		return bad(x->why, x->in,
			"too many hex fields to fit an embedded IPv4 at the end of the address", x->s);
	if (!fields4(x->in, x->s, x->ip + x->at, x->why))
		return false;
	x->s = sw_str_sub(x->s, x->s.n, x->s.n);
	x->at += 4;
	return true;
}

/* Behind a group: false on error; the loop ends when nothing is left. */
static bool separator6(struct six *x)
{
	if (x->s.p[0] != ':')
		return bad(x->why, x->in, "unexpected character, want colon", x->s);
	if (x->s.n == 1)
		return bad(x->why, x->in, "colon must be followed by more characters", x->s);
	x->s = sw_str_sub(x->s, 1, x->s.n);
	if (x->s.p[0] != ':')
		return true;
	if (x->ellipsis >= 0)
		return bad(x->why, x->in, "multiple :: in address", x->s);
	x->ellipsis = x->at;
	x->s = sw_str_sub(x->s, 1, x->s.n);
	return true;
}

static bool groups6(struct six *x)
{
	while (x->at < 16) {
		uint32_t v;
		size_t n = group6(x->in, x->s, &v, x->why);
		if (!n)
			return false;
		if (n < x->s.n && x->s.p[n] == '.')
			return embedded4(x);
		x->ip[x->at++] = (uint8_t)(v >> 8);
		x->ip[x->at++] = (uint8_t)v;
		x->s = sw_str_sub(x->s, n, x->s.n);
		if (!x->s.n)
			break;
		if (!separator6(x))
			return false;
		if (!x->s.n)
			break;
	}
	return true;
}

static bool parse6(struct sw_str in, struct sw_goaddr *ret, struct sw_buf *why)
{
	struct six x = {.in = in, .s = in, .ellipsis = -1, .why = why};
	size_t percent = sw_str_chr(in, '%', 0);

	*ret = (struct sw_goaddr){.zone = percent != SW_NPOS};
	if (percent != SW_NPOS) {
		x.s = sw_str_sub(in, 0, percent);
		if (percent == in.n - 1)
			return bad(why, in, "zone must be a non-empty string", nowhere);
	}
	if (sw_str_starts(x.s, SW_STR("::"))) {
		x.ellipsis = 0;
		x.s = sw_str_sub(x.s, 2, x.s.n);
		if (!x.s.n)
			return true;
	}
	if (!groups6(&x))
		return false;
	if (x.s.n)
		return bad(why, in, "trailing garbage after address", x.s);
	if (x.at < 16) {
		if (x.ellipsis < 0)
			return bad(why, in, "address string too short", nowhere);
		int shift = 16 - x.at;
		memmove(x.ip + x.ellipsis + shift, x.ip + x.ellipsis, (size_t)(x.at - x.ellipsis));
		memset(x.ip + x.ellipsis, 0, (size_t)shift);
	} else if (x.ellipsis >= 0) {
		return bad(why, in, "the :: must expand to at least one field of zeros", nowhere);
	}
	memcpy(ret->b, x.ip, 16);
	return true;
}

bool sw_goaddr_parse(struct sw_str s, struct sw_goaddr *ret, struct sw_buf *why)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.') {
			*ret = (struct sw_goaddr){.v4 = true};
			memcpy(ret->b, mapped, 12);
			return fields4(s, s, ret->b + 12, why);
		}
		if (s.p[i] == ':')
			return parse6(s, ret, why);
		if (s.p[i] == '%')
			return bad(why, s, "missing IPv6 address", nowhere);
	}
	return bad(why, s, "unable to parse IP", nowhere);
}

bool sw_goaddr_parse_ip(struct sw_str s, struct sw_goaddr *ret)
{
	struct sw_goaddr a;

	if (!sw_goaddr_parse(s, &a, NULL) || a.zone)
		return false;
	*ret = a;
	return true;
}

bool sw_gonet_parse(struct sw_str s, struct sw_gonet *ret, struct sw_goaddr *ret_addr)
{
	size_t slash = sw_str_chr(s, '/', 0);
	struct sw_goaddr a;
	int ones = 0;

	if (slash == SW_NPOS || slash + 1 == s.n || !sw_goaddr_parse_ip(sw_str_sub(s, 0, slash), &a))
		return false;
	for (size_t i = slash + 1; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || ones > 1000)
			return false;
		ones = ones * 10 + (s.p[i] - '0');
	}
	int bits = a.v4 ? 32 : 128;
	if (ones > bits)
		return false;
	if (ret_addr)
		*ret_addr = a;
	for (int i = 128 - bits + ones; i < 128; i++)
		a.b[i / 8] &= (uint8_t)~(0x80 >> (i % 8));
	*ret = (struct sw_gonet){.addr = a, .ones = ones, .bits = bits};
	return true;
}

bool sw_goaddr_is4(const struct sw_goaddr *a)
{
	return memcmp(a->b, mapped, 12) == 0;
}

/*
 * Go compares as IPv4 what is IPv4-mapped, whatever way it was written; families do not contain each other.
 */
bool sw_gonet_contains(const struct sw_gonet *n, const struct sw_goaddr *a)
{
	bool four = sw_goaddr_is4(&n->addr);
	int from = four ? 96 : 0, ones = 128 - n->bits + n->ones;

	if (four != sw_goaddr_is4(a))
		return false;
	for (int i = from; i < ones; i++) {
		uint8_t bit = (uint8_t)(0x80 >> (i % 8));
		if ((n->addr.b[i / 8] & bit) != (a->b[i / 8] & bit))
			return false;
	}
	return true;
}

void sw_goaddr_print(const struct sw_goaddr *a, struct sw_buf *out)
{
	int best = -1, best_n = 1;
	unsigned g[8];

	if (sw_goaddr_is4(a)) {
		sw_buf_printf(out, "%u.%u.%u.%u", a->b[12], a->b[13], a->b[14], a->b[15]);
		return;
	}
	for (int i = 0; i < 8; i++)
		g[i] = (unsigned)a->b[2 * i] << 8 | a->b[2 * i + 1];
	for (int i = 0; i < 8; i++) {
		int j = i;
		while (j < 8 && g[j] == 0)
			j++;
		if (j - i > best_n) {
			best = i;
			best_n = j - i;
		}
	}
	for (int i = 0; i < 8; i++) {
		if (i == best) {
			sw_buf_addz(out, "::");
			i += best_n;
			if (i >= 8)
				break;
		} else if (i > 0) {
			sw_buf_addch(out, ':');
		}
		sw_buf_printf(out, "%x", g[i]);
	}
}
