/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digits.h"

enum { DEPTH_MAX = 10000 };

static bool is_plain(unsigned char c, unsigned flags)
{
	if (c < 0x20 || c == '"' || c == '\\' || c >= 0x80)
		return false;
	return !(flags & SW_JSON_HTML_ESCAPE) || (c != '<' && c != '>' && c != '&');
}

static void write_ascii_escape(struct sw_buf *out, unsigned char c)
{
	static const char names[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
	char esc[2] = {'\\', (char)c};
	if (c < 0x20)
		esc[1] = names[c];
	if (c == '"' || c == '\\' || (c < 0x20 && esc[1]))
		sw_buf_add(out, esc, 2);
	else
		sw_buf_printf(out, "\\u%04x", c);
}

void sw_json_write_str(struct sw_buf *out, struct sw_str s, unsigned flags)
{
	size_t from = 0, i = 0;
	sw_buf_addch(out, '"');
	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		if (is_plain(c, flags)) {
			i++;
			continue;
		}
		size_t at = i++;
		if (c < 0x80) {
			sw_buf_add(out, s.p + from, at - from);
			write_ascii_escape(out, c);
			from = i;
			continue;
		}
		i = at;
		uint32_t cp = sw_utf8_next(s, &i);
		bool bad = cp == 0xfffd && i == at + 1;
		if (bad || cp == 0x2028 || cp == 0x2029) {
			sw_buf_add(out, s.p + from, at - from);
			sw_buf_printf(out, "\\u%04x", cp);
			from = i;
		}
	}
	if (from < s.n) /* an empty text may have no bytes at all */
		sw_buf_add(out, s.p + from, s.n - from);
	sw_buf_addch(out, '"');
}

static void write_double(struct sw_buf *out, double d)
{
	char digits[SW_DIGITS_MAX];
	int e;
	if (!isfinite(d)) {
		sw_buf_addz(out, "null");
		return;
	}
	if (signbit(d)) {
		sw_buf_addch(out, '-');
		d = -d;
	}
	if (d == 0) {
		sw_buf_addch(out, '0');
		return;
	}
	int n = sw_digits(d, digits, &e);
	if (d < 1e-6 || d >= 1e21) {
		sw_buf_add(out, digits, 1);
		if (n > 1) {
			sw_buf_addch(out, '.');
			sw_buf_add(out, digits + 1, (size_t)n - 1);
		}
		/* Go takes the zero off e-09, but leaves it on e+09, which cannot come here. */
		sw_buf_printf(out, "e%c%d", e < 0 ? '-' : '+', abs(e));
		return;
	}
	sw_digits_plain(out, digits, n, e);
}

static void write_number(struct sw_buf *out, struct sw_value v)
{
	if (v.repr == SW_NUM_TEXT) {
		sw_buf_addstr(out, sw_value_str(v));
	} else if (v.repr == SW_NUM_DOUBLE) {
		write_double(out, v.u.d);
	} else {
		char tmp[24];
		int n = snprintf(tmp, sizeof(tmp), "%lld", (long long)v.u.i);
		sw_buf_add(out, tmp, (size_t)n);
	}
}

static void write_value(struct sw_buf *out, struct sw_value v, unsigned flags, unsigned depth);

static void write_key(struct sw_buf *out, struct sw_value k, unsigned flags, unsigned depth)
{
	if (k.type == SW_STRING) {
		sw_json_write_str(out, sw_value_str(k), flags);
		return;
	}
	sw_autobuf tmp;
	sw_buf_init(&tmp, out->max);
	write_value(&tmp, k, flags & ~(unsigned)SW_JSON_PRETTY, depth + 1);
	sw_json_write_str(out, sw_buf_str(&tmp), flags);
	out->overflow |= tmp.overflow;
}

/* What stands before element i of a container at this depth. */
static void write_gap(struct sw_buf *out, uint32_t i, unsigned flags, unsigned depth)
{
	if (i)
		sw_buf_addch(out, ',');
	if (flags & SW_JSON_PRETTY) {
		sw_buf_addch(out, '\n');
		sw_buf_pad(out, ' ', 2 * (size_t)(depth + 1));
	} else if (i && (flags & SW_JSON_SPACED)) {
		sw_buf_addch(out, ' ');
	}
}

/* ---- objects with keys that are no strings: in the order of the keys' texts, as Go writes its maps ---- */

struct text_key {
	size_t from, n;
	uint32_t at;
};

static int order_text_keys(const void *x, const void *y, void *texts)
{
	const struct text_key *a = x, *b = y;
	const char *p = ((const struct sw_buf *)texts)->p;
	int c = sw_str_cmp(sw_str_make(p + a->from, a->n), sw_str_make(p + b->from, b->n));
	return c ? c : a->at < b->at ? -1 : 1;
}

static bool only_strings(struct sw_value v)
{
	for (uint32_t i = 0; i < v.n; i++)
		if (v.u.o->m[i].k.type != SW_STRING)
			return false;
	return true;
}

/* Two keys of one text: the later one has the say. */
static void write_by_text(struct sw_buf *out, struct sw_value v, unsigned flags, unsigned depth)
{
	sw_autobuf texts;
	sw_buf_init(&texts, out->max);
	struct text_key *k = calloc(v.n, sizeof(*k));
	if (!k)
		abort();
	for (uint32_t i = 0; i < v.n; i++) {
		struct sw_value key = v.u.o->m[i].k;
		k[i] = (struct text_key){texts.n, 0, i};
		if (key.type == SW_STRING)
			sw_buf_addstr(&texts, sw_value_str(key));
		else
			write_value(&texts, key, flags & ~(unsigned)SW_JSON_PRETTY, depth + 1);
		k[i].n = texts.n - k[i].from;
	}
	out->overflow |= texts.overflow;
	if (!texts.overflow)
		qsort_r(k, v.n, sizeof(*k), order_text_keys, &texts);
	for (uint32_t i = 0, n = 0; i < v.n && !out->overflow; i++) {
		struct sw_str text = sw_str_make(texts.p + k[i].from, k[i].n);
		if (i + 1 < v.n && sw_str_eq(text, sw_str_make(texts.p + k[i + 1].from, k[i + 1].n)))
			continue;
		write_gap(out, n++, flags, depth);
		sw_json_write_str(out, text, flags);
		sw_buf_addz(out, flags & SW_JSON_PRETTY ? ": " : ":");
		write_value(out, v.u.o->m[k[i].at].v, flags, depth + 1);
	}
	free(k);
}

static void write_members(struct sw_buf *out, struct sw_value v, unsigned flags, unsigned depth)
{
	if (!(flags & SW_JSON_SPACED) && !only_strings(v)) {
		write_by_text(out, v, flags, depth);
		return;
	}
	for (uint32_t i = 0; i < v.n && !out->overflow; i++) {
		write_gap(out, i, flags, depth);
		write_key(out, v.u.o->m[i].k, flags, depth);
		sw_buf_addch(out, ':');
		if (flags & (SW_JSON_PRETTY | SW_JSON_SPACED))
			sw_buf_addch(out, ' ');
		write_value(out, v.u.o->m[i].v, flags, depth + 1);
	}
}

static void write_container(struct sw_buf *out, struct sw_value v, unsigned flags, unsigned depth)
{
	bool object = v.type == SW_OBJECT;
	sw_buf_addch(out, object ? '{' : '[');
	if (object)
		write_members(out, v, flags, depth);
	for (uint32_t i = 0; !object && i < v.n && !out->overflow; i++) {
		write_gap(out, i, flags, depth);
		write_value(out, v.u.a->v[i], flags, depth + 1);
	}
	if (v.n && (flags & SW_JSON_PRETTY)) {
		sw_buf_addch(out, '\n');
		sw_buf_pad(out, ' ', 2 * (size_t)depth);
	}
	sw_buf_addch(out, object ? '}' : ']');
}

static void write_value(struct sw_buf *out, struct sw_value v, unsigned flags, unsigned depth)
{
	switch ((enum sw_type)v.type) {
	case SW_BOOL:
		sw_buf_addz(out, v.u.b ? "true" : "false");
		return;
	case SW_NUMBER:
		write_number(out, v);
		return;
	case SW_STRING:
		sw_json_write_str(out, sw_value_str(v), flags);
		return;
	case SW_ARRAY:
	case SW_SET:
	case SW_OBJECT:
		if (depth >= DEPTH_MAX)
			out->overflow = true;
		else
			write_container(out, v, flags, depth);
		return;
	default:
		sw_buf_addz(out, "null");
	}
}

void sw_json_write(struct sw_buf *out, struct sw_value v, unsigned flags)
{
	write_value(out, v, flags, 0);
}
