/* SPDX-License-Identifier: Apache-2.0 */
/* The standard library: sizes, string tests and conversions. Timestamps are in lib_time.c. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "cel/internal.h"

#define ARGS struct cel_ctx *c, const struct sw_value *v, uint32_t n

static struct sw_value size(ARGS)
{
	return sw_int(v[0].type == SW_STRING ? (int64_t)sw_utf8_count(sw_value_str(v[0]))
					     : (int64_t)v[0].n);
}

static struct sw_value contains(ARGS)
{
	return sw_bool(sw_str_has(sw_value_str(v[0]), sw_value_str(v[1])));
}
static struct sw_value starts_with(ARGS)
{
	return sw_bool(sw_str_starts(sw_value_str(v[0]), sw_value_str(v[1])));
}
static struct sw_value ends_with(ARGS)
{
	return sw_bool(sw_str_ends(sw_value_str(v[0]), sw_value_str(v[1])));
}

static struct sw_value same(ARGS)
{
	return v[0];
}
static struct sw_value type_of(ARGS)
{
	return cel_type_of(v[0]);
}

static struct sw_value unreadable(struct cel_ctx *c, const char *type)
{
	return cel_err(c, "type conversion error from 'string' to '%s'", type);
}

/* ---- to int and uint ---- */

static struct sw_value int_of_uint(ARGS)
{
	return cel_as_uint(v[0]) > INT64_MAX ? cel_err(c, "integer overflow") : sw_int(v[0].u.i);
}

static struct sw_value int_of_double(ARGS)
{
	double d = v[0].u.d;
	if (isnan(d) || d <= -9223372036854775808.0 || d >= 9223372036854775808.0)
		return cel_err(c, "integer overflow");
	return sw_int((int64_t)d);
}

static struct sw_value int_of_string(ARGS)
{
	struct sw_str s = sw_value_str(v[0]), t = s;
	int64_t i;
	if (t.n > 1 && t.p[0] == '+' && t.p[1] >= '0' && t.p[1] <= '9')
		t = sw_str_sub(t, 1, t.n);
	if (!sw_str_to_i64(t, &i))
		return unreadable(c, "int");
	return sw_int(i);
}

static struct sw_value uint_of_int(ARGS)
{
	return v[0].u.i < 0 ? cel_err(c, "unsigned integer overflow")
			    : cel_uint((uint64_t)v[0].u.i);
}

static struct sw_value uint_of_double(ARGS)
{
	double d = v[0].u.d;
	if (isnan(d) || d < 0 || d >= 18446744073709551616.0)
		return cel_err(c, "unsigned integer overflow");
	return cel_uint((uint64_t)d);
}

static struct sw_value uint_of_string(ARGS)
{
	struct sw_str s = sw_value_str(v[0]);
	uint64_t u = 0;
	bool bad = s.n == 0;
	for (size_t i = 0; i < s.n && !bad; i++) {
		bad = s.p[i] < '0' || s.p[i] > '9' || __builtin_mul_overflow(u, (uint64_t)10, &u) ||
		      __builtin_add_overflow(u, (uint64_t)(s.p[i] - '0'), &u);
	}
	return bad ? unreadable(c, "uint") : cel_uint(u);
}

/* ---- to double ---- */

static struct sw_value double_of_int(ARGS)
{
	return sw_double((double)v[0].u.i);
}
static struct sw_value double_of_uint(ARGS)
{
	return sw_double((double)cel_as_uint(v[0]));
}

/* What Go's ParseFloat takes of what strtod takes. */
static bool float_text(struct sw_str s)
{
	static const char *const words[] = {"inf", "infinity", "nan", NULL};
	struct sw_str t = s;
	if (t.n && (t.p[0] == '+' || t.p[0] == '-'))
		t = sw_str_sub(t, 1, t.n);
	for (const char *const *w = words; *w; w++)
		if (sw_str_ieq(t, sw_str_from(*w)))
			return *w[0] != 'n' || t.n == s.n;
	bool hex = t.n > 2 && t.p[0] == '0' && (t.p[1] | 32) == 'x';
	if (!t.n || (hex && sw_str_chr(t, 'p', 0) == SW_NPOS && sw_str_chr(t, 'P', 0) == SW_NPOS))
		return false;
	for (size_t i = 0; i < t.n; i++)
		if (!strchr(hex ? "0123456789abcdefABCDEFxXpP+-." : "0123456789eE+-.", t.p[i]) ||
			!t.p[i])
			return false;
	return true;
}

static struct sw_value double_of_string(ARGS)
{
	struct sw_str s = sw_value_str(v[0]);
	char *text = sw_arena_cstr(c->a, s), *end;
	if (!text)
		return cel_memory(c);
	double d = float_text(s) ? strtod(text, &end) : 0;
	if (!float_text(s) || *end || end == text)
		return unreadable(c, "double");
	if (isinf(d) && s.n && sw_str_chr(s, 'n', 0) == SW_NPOS && sw_str_chr(s, 'N', 0) == SW_NPOS)
		return unreadable(c, "double");
	return sw_double(d);
}

/* ---- to string, bytes and bool ---- */

static struct sw_value string_of(ARGS)
{
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	switch (v[0].type) {
	case SW_BOOL:
		return v[0].u.b ? SW_VSTR("true") : SW_VSTR("false");
	case SW_NUMBER:
		if (cel_is_double(v[0])) {
			if (isnan(v[0].u.d))
				return SW_VSTR("NaN");
			if (isinf(v[0].u.d))
				return v[0].u.d > 0 ? SW_VSTR("+Inf") : SW_VSTR("-Inf");
			cel_write_double(&b, v[0].u.d, 'g');
		} else {
			sw_buf_printf(&b, "%lld", (long long)v[0].u.i);
		}
		break;
	case SW_CEL_UINT:
		sw_buf_printf(&b, "%llu", (unsigned long long)cel_as_uint(v[0]));
		break;
	case SW_CEL_TIMESTAMP:
		cel_write_time(&b, v[0]);
		break;
	case SW_CEL_DURATION:
		cel_write_duration(&b, v[0]);
		break;
	case SW_CEL_IP:
		cel_write_ip(&b, cel_ptr(v[0]));
		break;
	default: {
		const struct cel_cidr *cidr = cel_ptr(v[0]);
		cel_write_ip(&b, &cidr->ip);
		sw_buf_printf(&b, "/%d", cidr->bits);
		break;
	}
	}
	return cel_buf_str(c, &b);
}

static struct sw_value string_of_bytes(ARGS)
{
	struct sw_str s = sw_value_str(v[0]);
	return sw_utf8_valid(s) ? sw_string(s)
				: cel_err(c, "invalid UTF-8 in bytes, cannot convert to string");
}

static struct sw_value bytes_of_string(ARGS)
{
	return cel_kind_str(SW_CEL_BYTES, sw_value_str(v[0]));
}

static struct sw_value bool_of_string(ARGS)
{
	static const char *const yes[] = {"1", "t", "T", "TRUE", "true", "True", NULL};
	static const char *const no[] = {"0", "f", "F", "FALSE", "false", "False", NULL};
	struct sw_str s = sw_value_str(v[0]);
	for (int i = 0; yes[i]; i++)
		if (sw_str_is(s, yes[i]) || sw_str_is(s, no[i]))
			return sw_bool(sw_str_is(s, yes[i]));
	return unreadable(c, "bool");
}

const struct cel_row cel_rows_std[] = {
	{"size", "s:i", size, COST_1, false},
	{"size", "y:i", size, COST_1, false},
	{"size", "lA:i", size, COST_1, false},
	{"size", "mAB:i", size, COST_1, false},
	{"size", "s.:i", size, COST_1, false},
	{"size", "y.:i", size, COST_1, false},
	{"size", "lA.:i", size, COST_1, false},
	{"size", "mAB.:i", size, COST_1, false},
	{"contains", "s.s:b", contains, COST_BOTH, false},
	{"startsWith", "s.s:b", starts_with, COST_ARG1, false},
	{"endsWith", "s.s:b", ends_with, COST_ARG1, false},
	{"dyn", "?:?", same, COST_1, false},
	{"type", "?:T", type_of, COST_1, false},
	{"int", "i:i", same, COST_1, false},
	{"int", "u:i", int_of_uint, COST_1, false},
	{"int", "d:i", int_of_double, COST_1, false},
	{"int", "s:i", int_of_string, COST_1, false},
	{"uint", "u:u", same, COST_1, false},
	{"uint", "i:u", uint_of_int, COST_1, false},
	{"uint", "d:u", uint_of_double, COST_1, false},
	{"uint", "s:u", uint_of_string, COST_1, false},
	{"double", "d:d", same, COST_1, false},
	{"double", "i:d", double_of_int, COST_1, false},
	{"double", "u:d", double_of_uint, COST_1, false},
	{"double", "s:d", double_of_string, COST_1, false},
	{"string", "s:s", same, COST_1, false},
	{"string", "b:s", string_of, COST_1, false},
	{"string", "i:s", string_of, COST_1, false},
	{"string", "u:s", string_of, COST_1, false},
	{"string", "d:s", string_of, COST_1, false},
	{"string", "t:s", string_of, COST_1, false},
	{"string", "D:s", string_of, COST_1, false},
	{"string", "I:s", string_of, COST_1, false},
	{"string", "N:s", string_of, COST_1, false},
	{"string", "y:s", string_of_bytes, COST_ARG0, false},
	{"bytes", "y:y", same, COST_1, false},
	{"bytes", "s:y", bytes_of_string, COST_ARG0, false},
	{"bool", "b:b", same, COST_1, false},
	{"bool", "s:b", bool_of_string, COST_1, false},
	{NULL, NULL, NULL, 0, false},
};
