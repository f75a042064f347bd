/* SPDX-License-Identifier: Apache-2.0 */
/* Exact decimal arithmetic for integers, multiples and error texts. */
#include <gmp.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "rego/builtins/jsonschema/schema.h"

#define MAX_EXPONENT 20000 /* beyond, a number is taken as no multiple of anything */

static void number_text(struct sw_buf *out, struct sw_value v)
{
	if (v.repr == SW_NUM_INT)
		sw_buf_printf(out, "%lld", (long long)v.u.i);
	else if (v.repr == SW_NUM_TEXT)
		sw_buf_addstr(out, sw_value_str(v));
	else
		sw_buf_printf(out, "%.17g", v.u.d);
}

/* value = (neg) DIGITS * 10^exp, digits without zeros at either end; "" is zero. */
struct decimal {
	bool neg;
	int64_t exp;
};

static struct decimal split(struct sw_value v, struct sw_buf *digits)
{
	struct decimal d = {0};
	sw_autobuf text;
	bool point = false;

	sw_buf_init(&text, 1 << 20);
	number_text(&text, v);
	const char *p = sw_buf_cstr(&text);
	if (*p == '-') {
		d.neg = true;
		p++;
	}
	for (; *p && *p != 'e' && *p != 'E'; p++) {
		if (*p == '.') {
			point = true;
			continue;
		}
		d.exp -= point;
		if (digits->n || *p != '0')
			sw_buf_addch(digits, *p);
	}
	if (*p)
		d.exp += strtoll(p + 1, NULL, 10);
	while (digits->n && digits->p[digits->n - 1] == '0') {
		digits->n--;
		d.exp++;
	}
	return d;
}

bool sw_js_is_integer(struct sw_value number)
{
	sw_autobuf digits;

	sw_buf_init(&digits, 1 << 20);
	if (number.repr == SW_NUM_INT)
		return true;
	struct decimal d = split(number, &digits);
	return digits.n == 0 || d.exp >= 0;
}

void sw_js_number_print(struct sw_buf *out, struct sw_value number)
{
	sw_autobuf digits;

	sw_buf_init(&digits, 1 << 20);
	struct decimal d = split(number, &digits);
	if (d.neg)
		sw_buf_addch(out, '-');
	if (!digits.n) {
		sw_buf_addch(out, '0');
		return;
	}
	int64_t x = d.exp + (int64_t)digits.n - 1; /* exponent of the first digit */
	if (x < -4 || x >= 6) {
		sw_buf_addch(out, digits.p[0]);
		if (digits.n > 1) {
			sw_buf_addch(out, '.');
			sw_buf_add(out, digits.p + 1, digits.n - 1);
		}
		sw_buf_printf(out, "e%c%02lld", x < 0 ? '-' : '+', (long long)llabs(x));
		return;
	}
	if (x < 0) {
		sw_buf_addz(out, "0.");
		sw_buf_pad(out, '0', (size_t)(-x - 1));
		sw_buf_add(out, digits.p, digits.n);
		return;
	}
	size_t whole = (size_t)x + 1;
	sw_buf_add(out, digits.p, digits.n < whole ? digits.n : whole);
	if (digits.n < whole)
		sw_buf_pad(out, '0', whole - digits.n);
	if (digits.n > whole) {
		sw_buf_addch(out, '.');
		sw_buf_add(out, digits.p + whole, digits.n - whole);
	}
}

static bool to_mpz(struct sw_value v, mpz_t z, int64_t *ret_exp)
{
	sw_autobuf digits;

	sw_buf_init(&digits, 1 << 20);
	struct decimal d = split(v, &digits);
	if (!digits.n) {
		mpz_set_ui(z, 0);
		*ret_exp = 0;
		return true;
	}
	*ret_exp = d.exp;
	return d.exp < MAX_EXPONENT && d.exp > -MAX_EXPONENT && mpz_set_str(z, sw_buf_cstr(&digits), 10) == 0;
}

bool sw_js_multiple(struct sw_value a, struct sw_value b)
{
	mpz_t x, y, p;
	int64_t ex, ey;

	mpz_inits(x, y, p, NULL);
	bool ok = to_mpz(a, x, &ex) && to_mpz(b, y, &ey) && mpz_sgn(y) != 0;
	if (ok && mpz_sgn(x) != 0) {
		int64_t shift = ex - ey;
		mpz_ui_pow_ui(p, 10, (unsigned long)llabs(shift));
		if (shift >= 0)
			mpz_mul(x, x, p);
		else
			mpz_mul(y, y, p);
		ok = mpz_divisible_p(x, y) != 0;
	}
	mpz_clears(x, y, p, NULL);
	return ok;
}

static struct sw_value floats(struct sw_arena *a, struct sw_value v)
{
	struct sw_list l;
	struct sw_map m;

	switch (v.type) {
	case SW_NUMBER:
		return sw_double(sw_value_double(v));
	case SW_ARRAY:
		sw_list_init(&l, a);
		sw_array_foreach(e, v)
			if (sw_list_add(&l, floats(a, *e)))
				return sw_undef();
		return sw_list_array(&l);
	case SW_OBJECT:
		sw_map_init(&m, a);
		sw_object_foreach(e, v)
			if (sw_map_add(&m, e->k, floats(a, e->v)))
				return sw_undef();
		return sw_map_object(&m);
	default:
		return v;
	}
}

struct sw_str sw_js_canonical(struct sw_arena *a, struct sw_value v)
{
	sw_autobuf out;

	sw_buf_init(&out, 0);
	sw_json_write(&out, floats(a, v), SW_JSON_HTML_ESCAPE);
	return sw_arena_str(a, sw_buf_str(&out));
}
