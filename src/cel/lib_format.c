/* SPDX-License-Identifier: Apache-2.0 */
/*
 * string.format(list): %s %d %f %e %b %x %X %o and %%, each with a precision. By the specification,
 * where Kubernetes does not write otherwise (lib_format_kube.c). */
#include <math.h>
#include <stdlib.h>

#include "base/go/gofmt.h"
#include "cel/lib.h"

struct format {
	struct cel_ctx *c;
	struct sw_buf out;
	struct sw_value err; /* SW_UNDEF: none */
};

static bool bad(struct format *f, struct sw_value v, const char *what)
{
	f->err = cel_err(
		f->c, "error during formatting: %s, was given %s", what, sw_cel_type_name(v));
	return false;
}

static bool special(struct sw_buf *out, double d)
{
	if (isfinite(d))
		return false;
	sw_buf_addz(out, isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
	return true;
}

static bool as_string(struct format *f, struct sw_value v, uint32_t depth);

static int entry_cmp(const void *a, const void *b)
{
	return sw_str_cmp(sw_value_str(((const struct sw_member *)a)->k),
		sw_value_str(((const struct sw_member *)b)->k));
}

/* Entries in the order of their keys' texts. */
static bool map_as_string(struct format *f, struct sw_value v, uint32_t depth)
{
	struct sw_member *m = sw_arena_new_array(f->c->a, v.n, struct sw_member);
	if (v.n && !m) {
		f->err = cel_memory(f->c);
		return false;
	}
	for (uint32_t i = 0; i < v.n; i++) {
		size_t from = f->out.n;
		if (!as_string(f, v.u.o->m[i].k, depth + 1))
			return false;
		m[i].k = cel_str_copy(f->c, sw_str_sub(sw_buf_str(&f->out), from, f->out.n));
		m[i].v = v.u.o->m[i].v;
		f->out.n = from;
		if (cel_is_err(m[i].k)) {
			f->err = m[i].k;
			return false;
		}
	}
	if (v.n > 1)
		qsort(m, v.n, sizeof(*m), entry_cmp);
	sw_buf_addch(&f->out, '{');
	for (uint32_t i = 0; i < v.n; i++) {
		if (i)
			sw_buf_addz(&f->out, ", ");
		sw_buf_addstr(&f->out, sw_value_str(m[i].k));
		sw_buf_addz(&f->out, ": ");
		if (!as_string(f, m[i].v, depth + 1))
			return false;
	}
	sw_buf_addch(&f->out, '}');
	return true;
}

static bool list_as_string(struct format *f, struct sw_value v, uint32_t depth)
{
	sw_buf_addch(&f->out, '[');
	for (uint32_t i = 0; i < v.n; i++) {
		if (i)
			sw_buf_addz(&f->out, ", ");
		if (!as_string(f, v.u.a->v[i], depth + 1))
			return false;
	}
	sw_buf_addch(&f->out, ']');
	return true;
}

static bool as_string(struct format *f, struct sw_value v, uint32_t depth)
{
	v = cel_norm(v);
	if (depth > CEL_DEPTH_MAX)
		return bad(f, v, "the value is nested too deep");
	switch (v.type) {
	case SW_BOOL:
		sw_buf_addz(&f->out, v.u.b ? "true" : "false");
		return true;
	case SW_NULL:
		sw_buf_addz(&f->out, "null");
		return true;
	case SW_NUMBER:
		if (cel_is_int(v))
			sw_buf_printf(&f->out, "%lld", (long long)v.u.i);
		else if (!special(&f->out, v.u.d))
			cel_write_double(&f->out, v.u.d, 'f');
		return true;
	case SW_CEL_UINT:
		sw_buf_printf(&f->out, "%llu", (unsigned long long)cel_as_uint(v));
		return true;
	case SW_STRING:
	case SW_CEL_BYTES:
	case SW_CEL_TYPE:
		sw_buf_addstr(&f->out, sw_value_str(v));
		return true;
	case SW_CEL_TIMESTAMP:
		cel_write_time(&f->out, v);
		return true;
	case SW_CEL_DURATION:
		cel_write_duration(&f->out, v);
		return true;
	case SW_ARRAY:
		return list_as_string(f, v, depth);
	case SW_OBJECT:
		return map_as_string(f, v, depth);
	default:
		return bad(f, v,
			"string clause can only be used on strings, bools, bytes, ints, doubles, "
			"maps, lists, types, "
			"durations, and timestamps");
	}
}

static bool number_of(struct sw_value v, double *ret)
{
	if (v.type == SW_CEL_UINT)
		*ret = (double)cel_as_uint(v);
	else if (cel_is_int(v))
		*ret = (double)v.u.i;
	else if (cel_is_double(v))
		*ret = v.u.d;
	else
		return false;
	return true;
}

static bool floating(struct format *f, struct sw_value v, char verb, int precision)
{
	double d;
	if (!number_of(v, &d))
		return bad(f, v,
			verb == 'f'
				? "fixed-point clause can only be used on ints, uints, and doubles"
				: "scientific clause can only be used on ints, uints, and doubles");
	if (!special(&f->out, d))
		sw_gofmt_float(&f->out, d, verb, precision);
	return true;
}

static void digits(struct sw_buf *out, struct sw_value v, unsigned base, bool upper)
{
	char text[72];
	size_t at = sizeof(text);
	bool neg = cel_is_int(v) && v.u.i < 0;
	uint64_t u = neg ? 0 - (uint64_t)v.u.i : (uint64_t)v.u.i;
	do {
		text[--at] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[u % base];
		u /= base;
	} while (u);
	if (neg)
		text[--at] = '-';
	sw_buf_add(out, text + at, sizeof(text) - at);
}

static bool integer(struct format *f, struct sw_value v, char verb)
{
	unsigned base = verb == 'b' ? 2 : verb == 'o' ? 8 : 16;
	if (verb == 'b' && v.type == SW_BOOL) {
		sw_buf_addch(&f->out, v.u.b ? '1' : '0');
		return true;
	}
	if (base == 16 && (v.type == SW_STRING || v.type == SW_CEL_BYTES)) {
		struct sw_str s = sw_value_str(v);
		for (size_t i = 0; i < s.n; i++)
			sw_buf_printf(
				&f->out, verb == 'x' ? "%02x" : "%02X", (unsigned char)s.p[i]);
		return true;
	}
	if (!cel_is_int(v) && v.type != SW_CEL_UINT)
		return bad(f, v,
			verb == 'b' ? "only ints, uints, and bools can be formatted as binary"
			: verb == 'o'
				? "octal clause can only be used on ints and uints"
				: "only ints, uints, bytes, and strings can be formatted as hex");
	digits(&f->out, v, base, verb == 'X');
	return true;
}

static bool decimal(struct format *f, struct sw_value v)
{
	if (!cel_is_int(v) && !cel_is_double(v) && v.type != SW_CEL_UINT)
		return bad(f, v, "decimal clause can only be used on ints, uints, and doubles");
	return as_string(f, v, 0);
}

/* The clauses that Kubernetes writes in another way; false: *ret_done is not set, or there is an
 * error. */
static bool kube(struct format *f, char verb, int precision, struct sw_value v, bool *ret_done)
{
	const char *why = NULL;
	*ret_done = true;
	if (verb == 's')
		why = cel_format_kube_string(f->c, &f->out, v, 0);
	else if (verb == 'd' && !cel_is_int(v) && v.type != SW_CEL_UINT)
		why = "decimal clause can only be used on integers";
	else if ((verb == 'f' || verb == 'e') &&
		 !cel_format_kube_float(&f->out, v, verb, precision))
		why = verb == 'f' ? "fixed-point clause can only be used on doubles"
				  : "scientific clause can only be used on doubles";
	else if (verb != 'f' && verb != 'e')
		*ret_done = false;
	return why ? bad(f, v, why) : *ret_done;
}

static bool clause(struct format *f, struct sw_str s, size_t *at, struct sw_value v)
{
	int precision = 6;
	v = cel_norm(v);
	if (*at < s.n && s.p[*at] == '.') {
		precision = 0;
		size_t from = ++*at;
		for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9' && precision < 100000; ++*at)
			precision = precision * 10 + (s.p[*at] - '0');
		if (*at == from || precision > 1000) {
			f->err = cel_err(f->c,
				"could not parse formatting clause: error while parsing precision");
			return false;
		}
	}
	char verb = *at < s.n ? s.p[(*at)++] : 0;
	bool done = false;
	if (!f->c->cel->opts.spec && (kube(f, verb, precision, v, &done) || done))
		return done && !sw_defined(f->err);
	switch (verb) {
	case 's':
		return as_string(f, v, 0);
	case 'd':
		return decimal(f, v);
	case 'f':
	case 'e':
		return floating(f, v, verb, precision);
	case 'b':
	case 'x':
	case 'X':
	case 'o':
		return integer(f, v, verb);
	case 0:
		f->err = cel_err(f->c, "unexpected end of string");
		return false;
	default:
		f->err = cel_err(f->c,
			"could not parse formatting clause: unrecognized formatting clause \"%c\"",
			verb > 32 && verb < 127 ? verb : '?');
		return false;
	}
}

struct sw_value cel_format(struct cel_ctx *c, const struct sw_value *v, uint32_t n)
{
	struct sw_str s = sw_value_str(v[0]);
	struct format f = {.c = c};
	uint32_t arg = 0;
	sw_buf_init(&f.out, CEL_BUF_MAX);
	for (size_t at = 0; at < s.n && !sw_defined(f.err);) {
		size_t percent = sw_str_chr(s, '%', at);
		sw_buf_addstr(&f.out, sw_str_sub(s, at, percent == SW_NPOS ? s.n : percent));
		if (percent == SW_NPOS)
			break;
		at = percent + 1;
		if (at < s.n && s.p[at] == '%') {
			sw_buf_addch(&f.out, '%');
			at++;
		} else if (arg >= v[1].n) {
			f.err = cel_err(c, "index %u out of range", arg);
		} else {
			clause(&f, s, &at, v[1].u.a->v[arg++]);
		}
	}
	cel_spend(c, f.out.n / 10);
	struct sw_value r = sw_defined(f.err) ? f.err : cel_buf_str(c, &f.out);
	sw_buf_release(&f.out);
	return r;
}
