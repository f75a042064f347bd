/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers by their exact decimal value.
 *
 * Any number is (sign, digits without leading or trailing zeros, position of the decimal point). Two
 * numbers are compared and hashed in that form, so that 1, 1.0 and 10e-1 are one number whatever their
 * size, without big-number arithmetic. Exponents are clamped to ±2^40: they order right, and nothing
 * anybody writes comes near.
 */
#include "doc/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t sw_number_hash(struct sw_value v, uint64_t seed);

struct decimal {
	int sign;       /* -1, 0, 1 */
	int64_t point;  /* value = 0.d1d2d3… * 10^point */
	const char *d;  /* digits, possibly with one '.' among them */
	size_t n;       /* bytes at d */
};

#define EXP_CLAMP ((int64_t)1 << 40)

static int64_t read_exponent(const char *p, size_t n)
{
	bool neg = n && p[0] == '-';
	int64_t e = 0;
	for (size_t i = n && (p[0] == '-' || p[0] == '+'); i < n; i++)
		if (e < EXP_CLAMP)
			e = e * 10 + (p[i] - '0');
	return neg ? -e : e;
}

/* `text` is a valid JSON number, or what snprintf("%.17g") makes. */
static struct decimal decimal_parse(struct sw_str text)
{
	struct decimal r = {.sign = 1};
	size_t i = 0;
	if (text.n && text.p[0] == '-') {
		r.sign = -1;
		i++;
	}
	size_t end = i, dot = SW_NPOS;
	while (end < text.n && text.p[end] != 'e' && text.p[end] != 'E') {
		if (text.p[end] == '.')
			dot = end;
		end++;
	}
	int64_t e = end < text.n ? read_exponent(text.p + end + 1, text.n - end - 1) : 0;
	size_t whole = dot == SW_NPOS ? end : dot; /* end of the integer part */
	size_t first = i;
	while (first < end && (text.p[first] == '0' || text.p[first] == '.'))
		first++;
	if (first == end) {
		r.sign = 0;
		return r;
	}
	size_t last = end;
	while (text.p[last - 1] == '0' || text.p[last - 1] == '.')
		last--;
	r.d = text.p + first;
	r.n = last - first;
	r.point = first < whole ? (int64_t)(whole - first) : -(int64_t)(first - whole - 1);
	r.point += e;
	return r;
}

/* Digit stream that steps over the point. */
static int next_digit(const struct decimal *d, size_t *i)
{
	if (*i < d->n && d->d[*i] == '.')
		++*i;
	return *i < d->n ? d->d[(*i)++] - '0' : -1;
}

static int decimal_cmp(const struct decimal *a, const struct decimal *b)
{
	if (a->sign != b->sign || a->sign == 0)
		return (a->sign > b->sign) - (a->sign < b->sign);
	if (a->point != b->point)
		return a->point > b->point ? a->sign : -a->sign;
	for (size_t i = 0, j = 0;;) {
		int x = next_digit(a, &i), y = next_digit(b, &j);
		if (x != y)
			return x > y ? a->sign : -a->sign;
		if (x < 0)
			return 0;
	}
}

enum { NUM_TEXT_MAX = 40 };

static struct sw_str number_text(struct sw_value v, char tmp[NUM_TEXT_MAX])
{
	if (v.repr == SW_NUM_TEXT)
		return sw_value_str(v);
	int n = v.repr == SW_NUM_INT ? snprintf(tmp, NUM_TEXT_MAX, "%lld", (long long)v.u.i)
				     : snprintf(tmp, NUM_TEXT_MAX, "%.17g", v.u.d);
	return sw_str_make(tmp, (size_t)n);
}

static int double_rank(double d) /* -inf < finite < +inf < nan */
{
	return isnan(d) ? 2 : isinf(d) ? (d > 0 ? 1 : -1) : 0;
}

int sw_number_cmp(struct sw_value a, struct sw_value b)
{
	if (a.repr == SW_NUM_INT && b.repr == SW_NUM_INT)
		return (a.u.i > b.u.i) - (a.u.i < b.u.i);
	if (a.repr == SW_NUM_DOUBLE && b.repr == SW_NUM_DOUBLE && !isnan(a.u.d) && !isnan(b.u.d))
		return (a.u.d > b.u.d) - (a.u.d < b.u.d);
	int ra = a.repr == SW_NUM_DOUBLE ? double_rank(a.u.d) : 0;
	int rb = b.repr == SW_NUM_DOUBLE ? double_rank(b.u.d) : 0;
	if (ra || rb)
		return (ra > rb) - (ra < rb);
	char ta[NUM_TEXT_MAX], tb[NUM_TEXT_MAX];
	struct decimal da = decimal_parse(number_text(a, ta)), db = decimal_parse(number_text(b, tb));
	return decimal_cmp(&da, &db);
}

uint64_t sw_number_hash(struct sw_value v, uint64_t seed)
{
	if (v.repr == SW_NUM_DOUBLE && double_rank(v.u.d))
		return seed ^ (uint64_t)double_rank(v.u.d);
	int64_t i;
	if (sw_value_int(v, &i))
		return XXH3_64bits_withSeed(&i, sizeof(i), seed);
	char tmp[NUM_TEXT_MAX];
	struct decimal d = decimal_parse(number_text(v, tmp));
	uint64_t h = XXH3_64bits_withSeed(&d.point, sizeof(d.point), seed + (uint64_t)d.sign);
	int x;
	for (size_t k = 0; (x = next_digit(&d, &k)) >= 0;)
		h = (h ^ (uint64_t)x) * 0x100000001b3u;
	return h;
}

struct sw_value sw_number(struct sw_str text)
{
	int64_t i;
	if (!sw_str_is(text, "-0") && sw_str_to_i64(text, &i))
		return sw_int(i);
	return (struct sw_value){
		.type = SW_NUMBER, .repr = SW_NUM_TEXT, .n = (uint32_t)text.n, .u.s = text.p};
}

bool sw_value_int(struct sw_value v, int64_t *ret)
{
	if (v.type != SW_NUMBER)
		return false;
	if (v.repr == SW_NUM_INT) {
		*ret = v.u.i;
		return true;
	}
	if (v.repr == SW_NUM_DOUBLE && double_rank(v.u.d))
		return false;
	char tmp[NUM_TEXT_MAX];
	struct decimal d = decimal_parse(number_text(v, tmp));
	if (d.sign == 0) {
		*ret = 0;
		return true;
	}
	if (d.point > 19 || d.point <= 0)
		return false;
	int64_t r = 0;
	size_t k = 0;
	for (int64_t pos = 0; pos < d.point; pos++) {
		int x = next_digit(&d, &k);
		if (__builtin_mul_overflow(r, 10, &r) ||
			__builtin_sub_overflow(r, x < 0 ? 0 : x, &r))
			return false;
	}
	if (next_digit(&d, &k) >= 0 || (d.sign > 0 && r == INT64_MIN))
		return false;
	*ret = d.sign < 0 ? r : -r;
	return true;
}

double sw_value_double(struct sw_value v)
{
	if (v.type != SW_NUMBER)
		return 0;
	if (v.repr == SW_NUM_INT)
		return (double)v.u.i;
	if (v.repr == SW_NUM_DOUBLE)
		return v.u.d;
	char tmp[512];
	if (v.n < sizeof(tmp)) {
		memcpy(tmp, v.u.s, v.n);
		tmp[v.n] = '\0';
		return strtod(tmp, NULL);
	}
	char *copy = strndup(v.u.s, v.n);
	double d = copy ? strtod(copy, NULL) : 0;
	free(copy);
	return d;
}
