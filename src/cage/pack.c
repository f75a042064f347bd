/* SPDX-License-Identifier: Apache-2.0 */
#include "cage/pack.h"

void sw_pack_u64(struct sw_buf *out, uint64_t v)
{
	uint8_t b[10];
	size_t n = 0;
	do {
		b[n] = (uint8_t)(v & 0x7f) | (v > 0x7f ? 0x80 : 0);
		v >>= 7;
		n++;
	} while (v);
	sw_buf_add(out, b, n);
}

void sw_pack_str(struct sw_buf *out, struct sw_str s)
{
	sw_pack_u64(out, s.n);
	sw_buf_addstr(out, s);
}

void sw_pack_bytes(struct sw_buf *out, const void *p, size_t n)
{
	sw_buf_add(out, p, n);
}

uint64_t sw_unpack_u64(struct sw_unpack *u)
{
	uint64_t v = 0;
	for (unsigned shift = 0; !u->bad && u->rest.n && shift < 70; shift += 7) {
		uint8_t c = (uint8_t)u->rest.p[0];
		u->rest = sw_str_sub(u->rest, 1, u->rest.n);
		if (shift == 63 && c > 1)
			break;
		v |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80))
			return v;
	}
	u->bad = true;
	return 0;
}

uint64_t sw_unpack_max(struct sw_unpack *u, uint64_t max)
{
	uint64_t v = sw_unpack_u64(u);
	if (v > max) {
		u->bad = true;
		return 0;
	}
	return v;
}

const uint8_t *sw_unpack_bytes(struct sw_unpack *u, size_t n)
{
	if (u->bad || n > u->rest.n) {
		u->bad = true;
		return NULL;
	}
	const uint8_t *p = (const uint8_t *)u->rest.p;
	u->rest = sw_str_sub(u->rest, n, u->rest.n);
	return p;
}

struct sw_str sw_unpack_str(struct sw_unpack *u, size_t max)
{
	uint64_t n = sw_unpack_max(u, max);
	const uint8_t *p = sw_unpack_bytes(u, (size_t)n);
	if (!p || !n)
		return SW_STR("");
	return sw_str_make((const char *)p, (size_t)n);
}
