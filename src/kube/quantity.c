/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/quantity.h"

#include "base/cleanup.h"

#define NANO ((__int128)1000000000)
/* 10^29 units: the largest power of ten whose nanos fit with room to spare. */
#define MAX_DIGITS 38

static int wrong(struct sw_error *err)
{
	return sw_error_set(err, SW_ESYNTAX,
		"quantities must match the regular expression "
		"'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
}

struct parts {
	bool negative;
	bool zero_tail; /* nothing but a sign and zeros */
	bool empty;	/* no digit at all in front of the suffix */
	struct sw_str num, denom, suffix;
};

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static int split(struct sw_str s, struct parts *p, struct sw_error *err)
{
	size_t at = 0, from;
	if (s.p[0] == '-' || s.p[0] == '+') {
		p->negative = s.p[0] == '-';
		at = 1;
	}
	while (at < s.n && s.p[at] == '0')
		at++;
	p->num = p->denom = p->suffix = SW_STR("");
	if (at == s.n) {
		p->num = SW_STR("0");
		p->zero_tail = true;
		return 0;
	}
	for (from = at; at < s.n && digit(s.p[at]);)
		at++;
	p->num = sw_str_sub(s, from, at);
	p->empty = at == 0 || !digit(s.p[at - 1]);
	if (!p->num.n)
		p->num = SW_STR("0");
	if (at < s.n && s.p[at] == '.') {
		for (from = ++at; at < s.n && digit(s.p[at]);)
			at++;
		p->denom = sw_str_sub(s, from, at);
	}
	from = at;
	while (at < s.n && memchr("eEinumkKMGTP", s.p[at], 12))
		at++;
	if (at < s.n && (s.p[at] == '-' || s.p[at] == '+'))
		at++;
	while (at < s.n && digit(s.p[at]))
		at++;
	if (at < s.n)
		return wrong(err);
	p->suffix = sw_str_sub(s, from, s.n);
	return 0;
}

static const struct {
	const char *suffix;
	int base, exponent;
} suffixes[] = {
	{"n", 10, -9},
	{"u", 10, -6},
	{"m", 10, -3},
	{"", 10, 0},
	{"k", 10, 3},
	{"M", 10, 6},
	{"G", 10, 9},
	{"T", 10, 12},
	{"P", 10, 15},
	{"E", 10, 18},
	{"Ki", 2, 10},
	{"Mi", 2, 20},
	{"Gi", 2, 30},
	{"Ti", 2, 40},
	{"Pi", 2, 50},
	{"Ei", 2, 60},
};

static bool interpret(
	struct sw_str s, int *base, int64_t *exponent, enum sw_quantity_format *format)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(suffixes); i++)
		if (sw_str_is(s, suffixes[i].suffix)) {
			*base = suffixes[i].base;
			*exponent = suffixes[i].exponent;
			*format = *base == 2 ? SW_QUANTITY_BINARY_SI : SW_QUANTITY_DECIMAL_SI;
			return true;
		}
	if (s.n < 2 || (s.p[0] != 'e' && s.p[0] != 'E'))
		return false;
	struct sw_str e = sw_str_sub(s, s.p[1] == '+' ? 2 : 1, s.n);
	if (!e.n || (s.p[1] == '+' && e.p[0] == '-') || !sw_str_to_i64(e, exponent))
		return false;
	*exponent = (int32_t)*exponent;
	*base = 10;
	*format = SW_QUANTITY_DECIMAL_EXPONENT;
	return true;
}

/* The digits of num and denom as one number times 10^exponent, in nanos, rounded away from zero. */
static int scale(const struct parts *p, int64_t exponent, __int128 *ret, struct sw_error *err)
{
	exponent += 9 - (int64_t)p->denom.n; /* in nanos */
	__int128 v = 0;
	size_t total = p->num.n + p->denom.n;
	int64_t keep = exponent < 0 ? (int64_t)total + exponent : (int64_t)total;
	bool dropped = false;
	for (size_t i = 0; i < total; i++) {
		char c = i < p->num.n ? p->num.p[i] : p->denom.p[i - p->num.n];
		if ((int64_t)i >= keep) {
			dropped |= c != '0';
			continue;
		}
		if (v > ((__int128)1 << 122))
			return sw_error_set(err, SW_ELIMIT, "quantity is too large");
		v = v * 10 + (c - '0');
	}
	if (dropped)
		v++;
	for (; exponent > 0 && v; exponent--) {
		if (v > ((__int128)1 << 122))
			return sw_error_set(err, SW_ELIMIT, "quantity is too large");
		v *= 10;
	}
	*ret = v;
	return 0;
}

/* Upstream's fast path takes what surely fits 64 bits; two quirks hang on it. */
static bool is_small(const struct parts *p, int base, int64_t exponent)
{
	if (base == 2)
		return !p->denom.n &&
		       15 - (int64_t)p->num.n - (int64_t)((float)exponent * 3 / 10) - 1 >= 0;
	return p->num.n + p->denom.n <= 18 && exponent - (int64_t)p->denom.n >= -9;
}

/* Does String() hand the text back? */
static bool is_canonical(const struct parts *p, int base, int64_t exponent)
{
	int64_t v, digits = (int64_t)(p->num.n + p->denom.n);
	if (!is_small(p, base, exponent))
		return false;
	if (base == 2)
		return sw_str_to_i64(p->num, &v) && (v & 7);
	if ((exponent - (int64_t)p->denom.n) % 3)
		return false;
	struct sw_str last = p->denom.n ? p->denom : p->num;
	bool zeros = sw_str_ends(last, SW_STR("000"));
	if (!zeros && p->denom.n && p->denom.n < 3 && digits >= 3) { /* zeros across the point */
		zeros = true;
		for (size_t i = 0; i < 3; i++) {
			size_t at = (size_t)digits - 1 - i;
			char c = at < p->num.n ? p->num.p[at] : p->denom.p[at - p->num.n];
			zeros &= c == '0';
		}
	}
	return !zeros && p->num.p[0] != '0';
}

int sw_quantity_parse(struct sw_str s, struct sw_quantity *ret, struct sw_error *err)
{
	struct parts p = {0};
	if (!s.n)
		return wrong(err);
	int r = split(s, &p, err);
	if (r)
		return r;
	int base = 10;
	int64_t exponent = 0;
	struct sw_quantity q = {0};
	if (!interpret(p.suffix, &base, &exponent, &q.format))
		return sw_error_set(err, SW_ESYNTAX, "unable to parse quantity's suffix");
	if (p.empty && !p.denom.n && !is_small(&p, base, exponent))
		return sw_error_set(err, SW_ESYNTAX, "unable to parse numeric part of quantity");
	r = scale(&p, base == 10 ? exponent : 0, &q.nano, err);
	if (r)
		return r;
	if (base == 2) {
		/* Digits finer than a nano matter before the shift: 0.0000000001Ki. */
		__int128 fine;
		r = scale(&p, 6, &fine, err);
		for (int64_t i = 0; i < exponent && !r; i++) {
			if (fine > ((__int128)1 << 125))
				fine = ((__int128)1 << 125);
			fine *= 2;
			if (fine > ((__int128)1 << 125))
				fine = ((__int128)1 << 125);
		}
		__int128 max = (__int128)INT64_MAX * NANO;
		q.nano = r ? max : fine / 1000000 + (fine % 1000000 != 0);
		if (r || fine >= ((__int128)1 << 125) || q.nano > max)
			q.nano = r || q.nano > max ? max : q.nano;
		if (q.nano > 0 && q.nano < NANO)
			q.format = SW_QUANTITY_DECIMAL_SI;
	}
	if (is_canonical(&p, base, exponent))
		q.text = sw_str_is(s, "0") || !p.zero_tail ? s : (struct sw_str){NULL, 0};
	if (p.negative)
		q.nano = -q.nano;
	*ret = q;
	return 0;
}

int sw_quantity_cmp(struct sw_quantity a, struct sw_quantity b)
{
	return (a.nano > b.nano) - (a.nano < b.nano);
}

static void write_int(struct sw_buf *out, __int128 v)
{
	char digits[48];
	size_t n = sizeof(digits);
	bool negative = v < 0;
	unsigned __int128 u = negative ? -(unsigned __int128)v : (unsigned __int128)v;
	do {
		digits[--n] = (char)('0' + (int)(u % 10));
		u /= 10;
	} while (u);
	if (negative)
		sw_buf_addch(out, '-');
	sw_buf_add(out, digits + n, sizeof(digits) - n);
}

static void write_suffix(struct sw_buf *out, int base, int exponent, enum sw_quantity_format format)
{
	if (format == SW_QUANTITY_DECIMAL_EXPONENT) {
		if (exponent)
			sw_buf_printf(out, "e%d", exponent);
		return;
	}
	for (size_t i = 0; i < SW_ARRAY_LEN(suffixes); i++)
		if (suffixes[i].base == base && suffixes[i].exponent == exponent)
			sw_buf_addz(out, suffixes[i].suffix);
}

void sw_quantity_write(struct sw_buf *out, struct sw_quantity q)
{
	if (q.text.p) {
		sw_buf_addstr(out, q.text);
		return;
	}
	if (!q.nano) {
		sw_buf_addch(out, '0');
		return;
	}
	enum sw_quantity_format format = q.format;
	if (format == SW_QUANTITY_BINARY_SI &&
		((q.nano > -1024 * NANO && q.nano < 1024 * NANO) || q.nano % NANO))
		format = SW_QUANTITY_DECIMAL_SI;
	if (format == SW_QUANTITY_BINARY_SI) {
		__int128 v = q.nano / NANO;
		int exponent = 0;
		for (; v % 1024 == 0; v /= 1024)
			exponent += 10;
		write_int(out, v);
		write_suffix(out, 2, exponent, format);
		return;
	}
	__int128 v = q.nano;
	int exponent = -9;
	for (; v % 1000 == 0; v /= 1000)
		exponent += 3;
	write_int(out, v);
	write_suffix(out, 10, exponent, format);
}
