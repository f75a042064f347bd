/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What format() writes in Kubernetes: the extension's second version, in which elements of lists
 * and maps are written as literals, %f groups thousands and %e writes a power of ten.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/go/gofmt.h"
#include "cel/lib.h"

static const char *element(
	struct cel_ctx *c, struct sw_buf *out, struct sw_value v, uint32_t depth);

static int entry_cmp(const void *a, const void *b)
{
	return sw_str_cmp(sw_value_str(((const struct sw_member *)a)->k),
		sw_value_str(((const struct sw_member *)b)->k));
}

/* Entries in the order of their keys' texts. */
static const char *map(struct cel_ctx *c, struct sw_buf *out, struct sw_value v, uint32_t depth)
{
	struct sw_member *m = sw_arena_new_array(c->a, v.n, struct sw_member);
	const char *why = v.n && !m ? "out of memory" : NULL;
	for (uint32_t i = 0; !why && i < v.n; i++) {
		size_t from = out->n;
		why = element(c, out, v.u.o->m[i].k, depth + 1);
		m[i].k = cel_str_copy(c, sw_str_sub(sw_buf_str(out), from, out->n));
		m[i].v = v.u.o->m[i].v;
		out->n = from;
		if (cel_is_err(m[i].k))
			why = "out of memory";
	}
	if (why)
		return why;
	if (v.n > 1)
		qsort(m, v.n, sizeof(*m), entry_cmp);
	sw_buf_addch(out, '{');
	for (uint32_t i = 0; !why && i < v.n; i++) {
		if (i)
			sw_buf_addz(out, ", ");
		sw_buf_addstr(out, sw_value_str(m[i].k));
		sw_buf_addch(out, ':');
		why = element(c, out, m[i].v, depth + 1);
	}
	sw_buf_addch(out, '}');
	return why;
}

static const char *list(struct cel_ctx *c, struct sw_buf *out, struct sw_value v, uint32_t depth)
{
	const char *why = NULL;
	sw_buf_addch(out, '[');
	for (uint32_t i = 0; !why && i < v.n; i++) {
		if (i)
			sw_buf_addz(out, ", ");
		why = element(c, out, v.u.a->v[i], depth + 1);
	}
	sw_buf_addch(out, ']');
	return why;
}

static void quoted_call(struct sw_buf *out, const char *name, struct sw_value v,
	void (*write)(struct sw_buf *, struct sw_value))
{
	sw_buf_printf(out, "%s(\"", name);
	write(out, v);
	sw_buf_addz(out, "\")");
}

/* In a list or map. */
static const char *element(struct cel_ctx *c, struct sw_buf *out, struct sw_value v, uint32_t depth)
{
	v = cel_norm(v);
	if (depth > CEL_DEPTH_MAX)
		return "the value is nested too deep";
	switch (v.type) {
	case SW_STRING:
		sw_gofmt_quote(out, sw_value_str(v), false);
		return NULL;
	case SW_CEL_BYTES:
		sw_buf_addch(out, 'b');
		sw_gofmt_quote(out, sw_value_str(v), false);
		return NULL;
	case SW_CEL_TIMESTAMP:
		quoted_call(out, "timestamp", v, cel_write_time);
		return NULL;
	case SW_CEL_DURATION:
		quoted_call(out, "duration", v, cel_write_duration);
		return NULL;
	case SW_NUMBER:
		if (cel_is_int(v))
			sw_buf_printf(out, "%lld", (long long)v.u.i);
		else if (isfinite(v.u.d))
			sw_gofmt_float(out, v.u.d, 'f', 6);
		else
			sw_buf_addz(out, isnan(v.u.d) ? "\"NaN\""
					 : v.u.d > 0  ? "\"+Inf\""
						      : "\"-Inf\"");
		return NULL;
	case SW_CEL_UINT:
		sw_buf_printf(out, "%llu", (unsigned long long)cel_as_uint(v));
		return NULL;
	default:
		return cel_format_kube_string(c, out, v, depth);
	}
}

const char *cel_format_kube_string(
	struct cel_ctx *c, struct sw_buf *out, struct sw_value v, uint32_t depth)
{
	v = cel_norm(v);
	switch (v.type) {
	case SW_NULL:
		sw_buf_addz(out, "null");
		return NULL;
	case SW_BOOL:
		sw_buf_addz(out, v.u.b ? "true" : "false");
		return NULL;
	case SW_STRING:
	case SW_CEL_TYPE:
		sw_buf_addstr(out, sw_value_str(v));
		return NULL;
	case SW_CEL_BYTES:
		sw_buf_addstr(out, sw_value_str(v));
		return sw_utf8_valid(sw_value_str(v))
			       ? NULL
			       : "invalid UTF-8 in bytes, cannot convert to string";
	case SW_NUMBER:
		if (cel_is_int(v))
			sw_buf_printf(out, "%lld", (long long)v.u.i);
		else
			cel_write_double(out, v.u.d, 'g');
		return NULL;
	case SW_CEL_UINT:
		sw_buf_printf(out, "%llu", (unsigned long long)cel_as_uint(v));
		return NULL;
	case SW_CEL_TIMESTAMP:
		cel_write_time(out, v);
		return NULL;
	case SW_CEL_DURATION:
		cel_write_duration(out, v);
		return NULL;
	case SW_ARRAY:
		return list(c, out, v, depth);
	case SW_OBJECT:
		return map(c, out, v, depth);
	default:
		return "string clause can only be used on strings, bools, bytes, ints, doubles, "
		       "maps, lists, types, durations, "
		       "and timestamps";
	}
}

/* 1234567.5 as 1,234,567.50 */
static void grouped(struct sw_buf *out, double d, int precision)
{
	sw_autobuf plain;
	sw_buf_init(&plain, 4096);
	sw_gofmt_float(&plain, d, 'f', precision);
	struct sw_str s = sw_buf_str(&plain);
	size_t dot = sw_str_chr(s, '.', 0);
	size_t from = s.n && s.p[0] == '-' ? 1 : 0, end = dot == SW_NPOS ? s.n : dot;
	sw_buf_addstr(out, sw_str_sub(s, 0, from));
	for (size_t i = from; i < end; i++) {
		if (i > from && (end - i) % 3 == 0)
			sw_buf_addch(out, ',');
		sw_buf_addch(out, s.p[i]);
	}
	sw_buf_addstr(out, sw_str_sub(s, end, s.n));
}

/* 1.5e-10 as 1.500000 × 10⁻¹⁰ */
static void power(struct sw_buf *out, double d)
{
	static const char *const superscript[] = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
		"\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
	sw_autobuf plain;
	sw_buf_init(&plain, 256);
	sw_gofmt_float(&plain, d, 'e', 6);
	struct sw_str s = sw_buf_str(&plain);
	size_t e = sw_str_chr(s, 'e', 0);
	sw_buf_addstr(out, sw_str_sub(s, 0, e));
	sw_buf_addz(out, " \u00d7 10");
	for (size_t i = e + 1; i < s.n; i++)
		if (s.p[i] == '-')
			sw_buf_addz(out, "\u207b");
		else if (s.p[i] != '+')
			sw_buf_addz(out, superscript[s.p[i] - '0']);
}

bool cel_format_kube_float(struct sw_buf *out, struct sw_value v, char verb, int precision)
{
	double d = v.u.d;
	if (v.type == SW_STRING) {
		struct sw_str s = sw_value_str(v);
		bool inf = sw_str_is(s, "Infinity"), neg = sw_str_is(s, "-Infinity");
		if (!inf && !neg && !sw_str_is(s, "NaN"))
			return false;
		d = inf ? INFINITY : neg ? -INFINITY : NAN;
	} else if (!cel_is_double(v)) {
		return false;
	}
	sw_autobuf text;
	sw_buf_init(&text, 65536);
	if (!isfinite(d))
		sw_buf_addz(&text, isnan(d) ? "NaN" : d > 0 ? "\u221e" : "-\u221e");
	else if (verb == 'f')
		grouped(&text, d, precision);
	else
		power(&text, d);
	/* The precision of %e is taken for a width there. */
	size_t width = sw_utf8_count(sw_buf_str(&text));
	if (verb == 'e' && (size_t)precision > width)
		sw_buf_pad(out, ' ', (size_t)precision - width);
	sw_buf_addstr(out, sw_buf_str(&text));
	return true;
}
