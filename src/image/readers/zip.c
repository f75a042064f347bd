/* SPDX-License-Identifier: Apache-2.0 */
#include "image/readers/zip.h"
#include "image/readers/inflate.h"

#define END_SIG 0x06054b50u
#define END64_SIG 0x06064b50u
#define LOCATOR_SIG 0x07064b50u
#define CENTRAL_SIG 0x02014b50u
#define LOCAL_SIG 0x04034b50u
#define END_SIZE 22u
#define COMMENT_MAX 65535u
#define ENCRYPTED 1u

static uint32_t sig_at(struct sw_str t, uint64_t at)
{
	struct sw_str s = rd_bytes(t, at, 4);
	return s.p ? rd_u32(s.p, false) : 0;
}

/* The record at the end, before a comment. SW_NPOS: none. */
static size_t find_end(struct sw_str t)
{
	size_t low = t.n > END_SIZE + COMMENT_MAX ? t.n - END_SIZE - COMMENT_MAX : 0;

	for (size_t at = t.n >= END_SIZE ? t.n - END_SIZE : 0; t.n >= END_SIZE; at--) {
		if (t.p[at] == 'P' && sig_at(t, at) == END_SIG)
			return at;
		if (at == low)
			break;
	}
	return SW_NPOS;
}

bool zip_open(struct zip *z, struct sw_str t)
{
	size_t end = find_end(t);

	if (end == SW_NPOS)
		return false;
	uint64_t size = rd_u32(t.p + end + 12, false), at = rd_u32(t.p + end + 16, false);
	uint64_t stop = end;
	if (end >= 20 && sig_at(t, end - 20) == LOCATOR_SIG &&
		(size == UINT32_MAX || at == UINT32_MAX)) {
		struct sw_str e64 = rd_bytes(t, rd_u64(t.p + end - 20 + 8, false), 56);
		if (!e64.p || rd_u32(e64.p, false) != END64_SIG)
			return false;
		stop = (uint64_t)(e64.p - t.p);
		size = rd_u64(e64.p + 40, false);
		at = rd_u64(e64.p + 48, false);
	}
	if (size > stop || at > stop - size)
		return false;
	*z = (struct zip){.t = t, .base = stop - size - at};
	z->rest = rd_bytes(t, stop - size, size);
	return z->rest.p != NULL;
}

/* ZIP64: what does not fit in 32 bits is in extra field 1, in this order. */
static void take_extra(struct zip_entry *e, struct sw_str extra)
{
	while (extra.n >= 4) {
		uint16_t id = rd_u16(extra.p, false), n = rd_u16(extra.p + 2, false);
		struct sw_str v = rd_bytes(extra, 4, n);
		uint64_t *const wide[] = {&e->size, &e->packed, &e->offset};
		if (!v.p)
			return;
		for (size_t i = 0; id == 1 && i < 3; i++) {
			if (*wide[i] != UINT32_MAX || v.n < 8)
				continue;
			*wide[i] = rd_u64(v.p, false);
			v = sw_str_sub(v, 8, v.n);
		}
		extra = sw_str_sub(extra, 4 + (size_t)n, extra.n);
	}
}

bool zip_next(struct zip *z, struct zip_entry *ret)
{
	const char *h = z->rest.p;

	if (z->rest.n < 46 || rd_u32(h, false) != CENTRAL_SIG || z->seen++ >= ZIP_ENTRIES)
		return false;
	uint64_t name = rd_u16(h + 28, false), extra = rd_u16(h + 30, false);
	uint64_t all = 46 + name + extra + rd_u16(h + 32, false);
	struct sw_str n = rd_bytes(z->rest, 46, name), x = rd_bytes(z->rest, 46 + name, extra);
	if (!n.p || !x.p)
		return false;
	struct zip_entry e = {
		.name = n,
		.flags = rd_u16(h + 8, false),
		.method = rd_u16(h + 10, false),
		.packed = rd_u32(h + 20, false),
		.size = rd_u32(h + 24, false),
		.offset = rd_u32(h + 42, false),
	};
	take_extra(&e, x);
	z->rest = sw_str_sub(z->rest, (size_t)all, z->rest.n);
	*ret = e;
	return true;
}

bool zip_read(
	const struct zip *z, const struct zip_entry *e, struct sw_buf *out, struct sw_str *ret)
{
	if (e->offset > z->t.n || (e->flags & ENCRYPTED))
		return false;
	struct sw_str h = rd_bytes(z->t, z->base + e->offset, 30);
	if (!h.p || rd_u32(h.p, false) != LOCAL_SIG)
		return false;
	uint64_t at = z->base + e->offset + 30 + rd_u16(h.p + 26, false) + rd_u16(h.p + 28, false);
	struct sw_str data = rd_bytes(z->t, at, e->packed);
	if (!data.p)
		return false;
	if (e->method == 0) {
		*ret = data;
		return true;
	}
	sw_buf_clear(out);
	if (e->method != 8 || !rd_inflate(data, RD_RAW, out))
		return false;
	*ret = sw_buf_str(out);
	return true;
}
