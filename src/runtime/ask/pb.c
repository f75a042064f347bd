/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/ask/pb.h"

/* At most ten bytes; what is above 64 bits is refused. */
static bool varint(struct sw_str *s, uint64_t *ret)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 10 && i < s->n; i++) {
		unsigned char c = (unsigned char)s->p[i];
		if (i == 9 && c > 1)
			return false;
		v |= (uint64_t)(c & 0x7f) << (7 * i);
		if (c & 0x80)
			continue;
		*s = sw_str_sub(*s, i + 1, s->n);
		*ret = v;
		return true;
	}
	return false;
}

static bool fixed(struct sw_str *s, size_t n, uint64_t *ret)
{
	uint64_t v = 0;

	if (s->n < n)
		return false;
	for (size_t i = n; i-- > 0;)
		v = v << 8 | (unsigned char)s->p[i];
	*s = sw_str_sub(*s, n, s->n);
	*ret = v;
	return true;
}

static bool value(struct sw_str *s, struct sw_pb_field *f)
{
	switch (f->wire) {
	case SW_PB_VARINT:
		return varint(s, &f->v);
	case SW_PB_FIXED64:
		return fixed(s, 8, &f->v);
	case SW_PB_FIXED32:
		return fixed(s, 4, &f->v);
	case SW_PB_BYTES:
		if (!varint(s, &f->v) || f->v > s->n)
			return false;
		f->text = sw_str_sub(*s, 0, (size_t)f->v);
		*s = sw_str_sub(*s, (size_t)f->v, s->n);
		f->v = 0;
		return true;
	default:
		return false;
	}
}

bool sw_pb_next(struct sw_pb *p, struct sw_pb_field *ret)
{
	struct sw_pb_field f = {0};
	uint64_t key;

	if (p->bad || !p->rest.n)
		return false;
	p->bad = !varint(&p->rest, &key) || key >> 3 == 0 || key >> 3 > 0x1fffffff;
	if (p->bad)
		return false;
	f.number = (uint32_t)(key >> 3);
	f.wire = (enum sw_pb_wire)(key & 7);
	p->bad = !value(&p->rest, &f);
	if (!p->bad)
		*ret = f;
	return !p->bad;
}

struct sw_str sw_pb_inner(struct sw_str message, uint32_t number)
{
	struct sw_pb p = sw_pb(message);
	struct sw_str found = {NULL, 0};

	for (struct sw_pb_field f; sw_pb_next(&p, &f);)
		if (f.number == number && f.wire == SW_PB_BYTES)
			found = f.text;
	return found;
}

uint64_t sw_pb_number(struct sw_str message, uint32_t number)
{
	struct sw_pb p = sw_pb(message);
	uint64_t v = 0;

	for (struct sw_pb_field f; sw_pb_next(&p, &f);)
		if (f.number == number && f.wire == SW_PB_VARINT)
			v = f.v;
	return v;
}

static void put_varint(struct sw_buf *b, uint64_t v)
{
	for (; v > 0x7f; v >>= 7)
		sw_buf_addch(b, (char)(v | 0x80));
	sw_buf_addch(b, (char)v);
}

void sw_pb_put_text(struct sw_buf *b, uint32_t number, struct sw_str text)
{
	put_varint(b, (uint64_t)number << 3 | SW_PB_BYTES);
	put_varint(b, text.n);
	sw_buf_addstr(b, text);
}

void sw_pb_put_bool(struct sw_buf *b, uint32_t number, bool v)
{
	put_varint(b, (uint64_t)number << 3 | SW_PB_VARINT);
	put_varint(b, v);
}
