/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Berkeley DB hash files, as rpm wrote them until 2021: Packages. Either byte order. Page 0 tells
 * the page size; the pages of the hash table hold keys and values in turn; a value longer than a
 * fourth of a page is a chain of overflow pages. dbinc/db_page.h of Berkeley DB 5.3.
 */
#include "image/readers/rpm.h"

#define HASH_MAGIC 0x061561u
#define BTREE_MAGIC 0x053162u
#define FLAG_CHECKSUM 1

enum page_type {
	PAGE_HASH_UNSORTED = 2,
	PAGE_OVERFLOW = 7,
	PAGE_HASH_META = 8,
	PAGE_HASH = 13,
};

enum item_type {
	ITEM_INLINE = 1,
	ITEM_OFFPAGE = 3,
};

struct bdb {
	struct rpm_reader *r;
	bool big;
	uint32_t page_size, pages;
	uint32_t head; /* bytes of a page before its content */
};

static uint32_t magic(struct sw_str t, bool big)
{
	return t.n >= 512 ? rd_u32(t.p + 12, big) : 0;
}

bool rpm_is_bdb(struct sw_str t)
{
	return magic(t, false) == HASH_MAGIC || magic(t, true) == HASH_MAGIC ||
	       magic(t, false) == BTREE_MAGIC || magic(t, true) == BTREE_MAGIC;
}

static const char *page(const struct bdb *b, uint32_t n)
{
	return n < b->pages ? b->r->t.p + (uint64_t)n * b->page_size : NULL;
}

/* The chain that begins at page `n`. No longer than what it says, so that a ring ends. */
static int chain(struct bdb *b, uint32_t n, uint32_t length)
{
	struct sw_buf *out = &b->r->blob;

	int e = 0;

	sw_buf_clear(out);
	if (rpm_spent(b->r, length, &e))
		return e;
	if (length > RPM_BLOB_MAX || length > b->r->t.n)
		return rpm_note(b->r, "a package is longer than the database");
	while (out->n < length) {
		const char *p = n ? page(b, n) : NULL;
		if (!p || (unsigned char)p[25] != PAGE_OVERFLOW)
			return rpm_note(b->r, "a package is cut short: page %u", n);
		uint32_t has = rd_u16(p + 22, b->big);
		if (has == 0 || has > b->page_size - b->head)
			return rpm_note(b->r, "page %u of the database is broken", n);
		if (has > length - out->n)
			has = (uint32_t)(length - out->n);
		sw_buf_add(out, p + b->head, has);
		n = rd_u32(p + 16, b->big);
	}
	return out->overflow ? rpm_note(b->r, "a package is too long")
			     : rpm_header(b->r, sw_buf_str(out));
}

/*
 * The value at [at, end) of page `n`. Key 0 holds no package but the next number to give, in four
 * bytes.
 */
static int item(struct bdb *b, const char *p, uint32_t at, uint32_t end)
{
	uint8_t type = (uint8_t)p[at];

	if (type == ITEM_OFFPAGE && b->page_size - at >= 12)
		return chain(b, rd_u32(p + at + 4, b->big), rd_u32(p + at + 8, b->big));
	if (type == ITEM_INLINE && at < end)
		return end - at - 1 <= 4 ? 0
					 : rpm_header(b->r, sw_str_make(p + at + 1, end - at - 1));
	return rpm_note(b->r, "a value of type %u in the database", type);
}

/* Items are put from the end of the page forward: each ends where the one before it begins. */
static int hash_page(struct bdb *b, uint32_t n)
{
	const char *p = page(b, n);
	uint32_t entries = rd_u16(p + 20, b->big), end = b->page_size;
	int e = 0;

	if (entries > (b->page_size - b->head) / 2)
		return rpm_note(b->r, "page %u of the database is broken", n);
	for (uint32_t i = 0; e == 0 && i < entries; i++) {
		uint32_t at = rd_u16(p + b->head + 2 * i, b->big);
		if (at < b->head + 2 * entries || at >= b->page_size)
			return rpm_note(b->r, "page %u of the database is broken", n);
		if (i % 2)
			e = item(b, p, at, end);
		end = at;
	}
	return e;
}

int rpm_read_bdb(struct rpm_reader *r)
{
	struct bdb b = {.r = r, .head = 26};
	int e = 0;

	b.big = magic(r->t, true) == HASH_MAGIC || magic(r->t, true) == BTREE_MAGIC;
	if (magic(r->t, b.big) == BTREE_MAGIC)
		return rpm_note(r, "a Berkeley DB tree: rpm's packages are in a hash");
	if ((unsigned char)r->t.p[24])
		return rpm_note(r, "the database is encrypted");
	if ((unsigned char)r->t.p[26] & FLAG_CHECKSUM)
		b.head = 32;
	b.page_size = rd_u32(r->t.p + 20, b.big);
	if (b.page_size < 512 || b.page_size > 65536 || (b.page_size & (b.page_size - 1)))
		return rpm_note(r, "pages of %u bytes in the database", b.page_size);
	uint64_t has = r->t.n / b.page_size, said = (uint64_t)rd_u32(r->t.p + 32, b.big) + 1;
	b.pages = (uint32_t)(has < said ? has : said);
	if (has < said)
		e = rpm_note(r, "the database is cut short: %u of %llu pages", b.pages,
			(unsigned long long)said);
	for (uint32_t n = 1; e == 0 && n < b.pages; n++) {
		uint8_t type = (uint8_t)page(&b, n)[25];
		if (type == PAGE_HASH || type == PAGE_HASH_UNSORTED)
			e = hash_page(&b, n);
	}
	return e;
}
