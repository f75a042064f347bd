/* SPDX-License-Identifier: Apache-2.0 */
/* The strings extension. Places are code points. format() is in lib_format.c. */
#include "base/base64.h"
#include "cel/internal.h"
#include "cel/lib.h"

#define ARGS struct cel_ctx *c, const struct sw_value *v, uint32_t n

/* The byte of code point `i`; SW_NPOS behind the end (the end itself is a place). */
static size_t byte_of(struct sw_str s, int64_t i)
{
	size_t at = 0;
	if (i < 0)
		return SW_NPOS;
	for (; i > 0; i--) {
		if (at >= s.n)
			return SW_NPOS;
		sw_utf8_next(s, &at);
	}
	return at;
}

static struct sw_value outside(struct cel_ctx *c, int64_t i)
{
	return cel_err(c, "index out of range: %lld", (long long)i);
}

static struct sw_value char_at(ARGS)
{
	struct sw_str s = sw_value_str(v[0]);
	size_t at = byte_of(s, v[1].u.i);
	if (at == SW_NPOS)
		return outside(c, v[1].u.i);
	size_t end = at;
	if (at < s.n)
		sw_utf8_next(s, &end);
	return sw_string(sw_str_sub(s, at, end));
}

static struct sw_value index_of(ARGS)
{
	struct sw_str s = sw_value_str(v[0]), sub = sw_value_str(v[1]);
	int64_t offset = n > 2 ? v[2].u.i : 0;
	if (offset < 0)
		return outside(c, offset);
	size_t from = byte_of(s, offset);
	if (!sub.n)
		return sw_int(from == SW_NPOS ? (int64_t)sw_utf8_count(s) : offset);
	size_t at = from == SW_NPOS ? SW_NPOS : sw_str_find(s, sub, from);
	return sw_int(at == SW_NPOS ? -1 : (int64_t)sw_utf8_count(sw_str_sub(s, 0, at)));
}

static struct sw_value last_index_of(ARGS)
{
	struct sw_str s = sw_value_str(v[0]), sub = sw_value_str(v[1]);
	int64_t length = (int64_t)sw_utf8_count(s), offset = n > 2 ? v[2].u.i : length;
	if (offset < 0)
		return outside(c, offset);
	if (!sub.n)
		return sw_int(offset > length ? length : offset);
	if (n > 2 && offset >= length)
		return sw_int(-1);
	size_t last = byte_of(s, offset);
	size_t end = last == SW_NPOS || last + sub.n > s.n ? s.n : last + sub.n;
	size_t at = sw_str_rfind(sw_str_sub(s, 0, end), sub);
	return sw_int(at == SW_NPOS ? -1 : (int64_t)sw_utf8_count(sw_str_sub(s, 0, at)));
}

static struct sw_value ascii_case(struct cel_ctx *c, struct sw_str s, char from, char to)
{
	char *p = sw_arena_memdup(c->a, s.p ? s.p : "", s.n);
	if (!p)
		return cel_memory(c);
	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= from && p[i] <= to)
			p[i] ^= 32;
	return sw_string(sw_str_make(p, s.n));
}
static struct sw_value lower(ARGS)
{
	return ascii_case(c, sw_value_str(v[0]), 'A', 'Z');
}
static struct sw_value upper(ARGS)
{
	return ascii_case(c, sw_value_str(v[0]), 'a', 'z');
}

/* strings.Replace: an empty `old` stands before every code point and at the end. */
static struct sw_value replace(ARGS)
{
	struct sw_str s = sw_value_str(v[0]), old = sw_value_str(v[1]), with = sw_value_str(v[2]);
	int64_t left = n > 3 ? v[3].u.i : -1;
	size_t at = 0;
	sw_autobuf b;
	sw_buf_init(&b, CEL_BUF_MAX);
	while (left != 0) {
		size_t hit = old.n ? sw_str_find(s, old, at) : at;
		if (hit == SW_NPOS || (!old.n && at > s.n))
			break;
		sw_buf_addstr(&b, sw_str_sub(s, at, hit));
		sw_buf_addstr(&b, with);
		left -= left > 0;
		at = hit + old.n;
		if (!old.n) {
			size_t next = at;
			if (at < s.n)
				sw_utf8_next(s, &next);
			sw_buf_addstr(&b, sw_str_sub(s, at, next));
			at = at < s.n ? next : s.n + 1;
		}
	}
	if (at < s.n)
		sw_buf_addstr(&b, sw_str_sub(s, at, s.n));
	cel_spend(c, b.n / 10);
	return cel_buf_str(c, &b);
}

static struct sw_value split(ARGS)
{
	struct sw_str s = sw_value_str(v[0]), sep = sw_value_str(v[1]);
	int64_t max = n > 2 ? v[2].u.i : -1;
	struct sw_list l;
	size_t at = 0;
	sw_list_init(&l, c->a);
	if (max == 0 || (!sep.n && !s.n))
		return sw_empty_array();
	while (max < 0 || l.n + 1 < max) {
		size_t hit = at, next;
		if (sep.n) {
			hit = sw_str_find(s, sep, at);
			next = hit == SW_NPOS ? hit : hit + sep.n;
		} else {
			sw_utf8_next(s, &hit);
			next = hit < s.n ? hit : SW_NPOS;
		}
		if (next == SW_NPOS)
			break;
		if (sw_list_add(&l, sw_string(sw_str_sub(s, at, hit))) < 0)
			return cel_memory(c);
		at = next;
	}
	if (sw_list_add(&l, sw_string(sw_str_sub(s, at, s.n))) < 0)
		return cel_memory(c);
	struct sw_value r = sw_list_array(&l);
	return sw_defined(r) ? r : cel_memory(c);
}

static struct sw_value join(ARGS)
{
	sw_autobuf b;
	sw_buf_init(&b, CEL_BUF_MAX);
	for (uint32_t i = 0; i < v[0].n; i++) {
		struct sw_value e = v[0].u.a->v[i];
		if (e.type != SW_STRING)
			return cel_err(c, "no such overload: join of a list with '%s'",
				sw_cel_type_name(e));
		if (i && n > 1)
			sw_buf_addstr(&b, sw_value_str(v[1]));
		sw_buf_addstr(&b, sw_value_str(e));
	}
	return cel_buf_str(c, &b);
}

static struct sw_value substring(ARGS)
{
	struct sw_str s = sw_value_str(v[0]);
	int64_t from = v[1].u.i, to = n > 2 ? v[2].u.i : 0;
	if (n > 2 && from > to)
		return cel_err(c, "invalid substring range. start: %lld, end: %lld",
			(long long)from, (long long)to);
	size_t a = byte_of(s, from), b = n > 2 ? byte_of(s, to) : s.n;
	if (a == SW_NPOS || b == SW_NPOS)
		return outside(c, a == SW_NPOS ? from : to);
	return sw_string(sw_str_sub(s, a, b));
}

static bool is_space(uint32_t r)
{
	return (r >= 9 && r <= 13) || r == ' ' || r == 0x85 || r == 0xa0 || r == 0x1680 ||
	       (r >= 0x2000 && r <= 0x200a) || r == 0x2028 || r == 0x2029 || r == 0x202f ||
	       r == 0x205f || r == 0x3000;
}

/* strings.TrimSpace */
static struct sw_str cel_trim(struct sw_str s)
{
	size_t from = 0, end = 0;
	bool begun = false;
	for (size_t at = 0; at < s.n;) {
		size_t start = at;
		if (is_space(sw_utf8_next(s, &at)))
			continue;
		if (!begun)
			from = start;
		begun = true;
		end = at;
	}
	return sw_str_sub(s, from, end);
}

static struct sw_value trim(ARGS)
{
	return sw_string(cel_trim(sw_value_str(v[0])));
}

static struct sw_value reverse(ARGS)
{
	struct sw_str s = sw_value_str(v[0]);
	char *p = sw_arena_alloc(c->a, s.n ? s.n : 1);
	size_t to = s.n;
	if (!p)
		return cel_memory(c);
	for (size_t at = 0; at < s.n;) {
		size_t start = at;
		sw_utf8_next(s, &at);
		to -= at - start;
		memcpy(p + to, s.p + start, at - start);
	}
	return sw_string(sw_str_make(p, s.n));
}

static struct sw_value quote(ARGS)
{
	static const char from[] = "\a\b\f\n\r\t\v\\\"", to[] = "abfnrtv\\\"";
	struct sw_str s = sw_value_str(v[0]);
	sw_autobuf b;
	sw_buf_init(&b, CEL_BUF_MAX);
	sw_buf_addch(&b, '"');
	for (size_t at = 0; at < s.n;) {
		uint32_t r = sw_utf8_next(s, &at);
		const char *hit = r && r < 128 ? strchr(from, (int)r) : NULL;
		if (hit)
			sw_buf_printf(&b, "\\%c", to[hit - from]);
		else
			sw_buf_addrune(&b, r);
	}
	sw_buf_addch(&b, '"');
	return cel_buf_str(c, &b);
}

static struct sw_value encode(ARGS)
{
	sw_autobuf b;
	sw_buf_init(&b, CEL_BUF_MAX);
	sw_base64_encode(&b, sw_value_str(v[0]));
	return cel_buf_str(c, &b);
}

static struct sw_value decode(ARGS)
{
	struct sw_str out;
	if (!sw_base64_decode(c->a, sw_value_str(v[0]), &out))
		return c->a->overflow ? cel_memory(c) : cel_err(c, "illegal base64 data");
	return cel_kind_str(SW_CEL_BYTES, out);
}

const struct cel_row cel_rows_string[] = {
	{"charAt", "s.i:s", char_at, COST_1, false},
	{"indexOf", "s.s:i", index_of, COST_ARG0, false},
	{"indexOf", "s.si:i", index_of, COST_ARG0, false},
	{"lastIndexOf", "s.s:i", last_index_of, COST_ARG0, false},
	{"lastIndexOf", "s.si:i", last_index_of, COST_ARG0, false},
	{"lowerAscii", "s.:s", lower, COST_ARG0, false},
	{"upperAscii", "s.:s", upper, COST_ARG0, false},
	{"replace", "s.ss:s", replace, COST_ARG0_X2, false},
	{"replace", "s.ssi:s", replace, COST_ARG0_X2, false},
	{"split", "s.s:ls", split, COST_ARG0_X2, false},
	{"split", "s.si:ls", split, COST_ARG0_X2, false},
	{"join", "ls.:s", join, COST_RESULT, false},
	{"join", "ls.s:s", join, COST_RESULT, false},
	{"substring", "s.i:s", substring, COST_ARG0, false},
	{"substring", "s.ii:s", substring, COST_ARG0, false},
	{"trim", "s.:s", trim, COST_ARG0, false},
	{"reverse", "s.:s", reverse, COST_ARG0, true},
	{"strings.quote", "s:s", quote, COST_ARG0, false},
	{"format", "s.l?:s", cel_format, COST_ARG0, false},
	{"base64.encode", "y:s", encode, COST_ARG0, true},
	{"base64.decode", "s:y", decode, COST_ARG0, true},
	{NULL, NULL, NULL, 0, false},
};
