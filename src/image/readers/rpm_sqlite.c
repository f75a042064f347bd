/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpmdb.sqlite: the blobs of table Packages, read from the pages (sqlite.org/fileformat2.html).
 *
 * Only what reading one table needs: table b-trees, records, overflow chains. A page is visited
 * once, so that trees that bite their tail end; the depth is bounded. Pages that are newer in the
 * write-ahead log are read from there, up to its last whole change, as sqlite would after a crash;
 * nothing is written, and no shared memory file is asked.
 */
#include "image/readers/rpm.h"

#include <stdlib.h>

#define DEPTH_MAX 20 /* 5 levels hold 4 billion rows */
#define HEAD 100     /* of page 1 */

enum page_type {
	PAGE_INTERIOR = 5,
	PAGE_LEAF = 13,
};

struct sqlite {
	struct rpm_reader *r;
	uint32_t page_size, usable, pages;
	uint32_t *newer; /* by page: frame of the log + 1, 0: the file's own; NULL: no log */
	uint8_t *seen;	 /* a bit a page */
	int (*row)(struct sqlite *s, struct sw_str record);
	uint32_t root; /* of Packages, once found */
};

bool rpm_is_sqlite(struct sw_str t)
{
	return t.n >= 512 && sw_str_starts(t, sw_str_make("SQLite format 3", 16));
}

/* A big endian number of 7 bits a byte, 9 bytes at most. Bytes used; 0: cut short. */
static size_t varint(struct sw_str s, uint64_t *ret)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n && i < 9; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (i == 8) {
			*ret = v << 8 | c;
			return 9;
		}
		v = v << 7 | (c & 0x7f);
		if (!(c & 0x80)) {
			*ret = v;
			return i + 1;
		}
	}
	return 0;
}

/* ---- the log: a header of 32 bytes, frames of 24 bytes and a page ---- */

enum { LOG_HEAD = 32, FRAME_HEAD = 24 };

struct log {
	struct sw_str t;
	uint32_t page_size, a, b; /* checksum so far */
	bool big;		  /* its words */
};

/* Two sums over words, each fed by the other. `n` is a multiple of 8. */
static void log_sum(struct log *l, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i += 8) {
		l->a += rd_u32(p + i, l->big) + l->b;
		l->b += rd_u32(p + i + 4, l->big) + l->a;
	}
}

static bool log_open(struct sw_str t, struct log *ret)
{
	*ret = (struct log){.t = t};
	if (t.n < LOG_HEAD + FRAME_HEAD || (rd_u32(t.p, true) & ~1u) != 0x377f0682 ||
		rd_u32(t.p + 4, true) != 3007000)
		return false;
	ret->big = rd_u32(t.p, true) & 1;
	ret->page_size = rd_u32(t.p + 8, true);
	if (ret->page_size < 512 || ret->page_size > 65536 ||
		(ret->page_size & (ret->page_size - 1)))
		return false;
	log_sum(ret, t.p, 24);
	return ret->a == rd_u32(t.p + 24, true) && ret->b == rd_u32(t.p + 28, true);
}

/* Frame i, when it is whole and belongs to this log: frames of an older one lie behind the last. */
static bool log_frame(struct log *l, uint32_t i, uint32_t *ret_page, uint32_t *ret_size)
{
	uint64_t at = LOG_HEAD + (uint64_t)i * (FRAME_HEAD + l->page_size);
	struct sw_str f = rd_bytes(l->t, at, FRAME_HEAD + l->page_size);
	if (!f.p || memcmp(f.p + 8, l->t.p + 16, 8) != 0)
		return false;
	log_sum(l, f.p, 8);
	log_sum(l, f.p + FRAME_HEAD, l->page_size);
	*ret_page = rd_u32(f.p, true);
	*ret_size = rd_u32(f.p + 4, true);
	return *ret_page && l->a == rd_u32(f.p + 16, true) && l->b == rd_u32(f.p + 20, true);
}

/* Frames up to the end of the last whole change, and the pages that the database then has. */
static uint32_t log_committed(struct log l, uint32_t *ret_pages)
{
	uint32_t n = 0, page, size;
	for (uint32_t i = 0; log_frame(&l, i, &page, &size); i++) {
		if (size) {
			n = i + 1;
			*ret_pages = size;
		}
	}
	return n;
}

bool rpm_log_commits(struct sw_str log)
{
	struct log l;
	uint32_t pages = 0;
	return log_open(log, &l) && log_committed(l, &pages) > 0;
}

/* Where the newest form of each page is. False: no memory. */
static bool log_apply(struct sqlite *s, struct log *l)
{
	uint32_t pages = 0, n = log_committed(*l, &pages);
	uint64_t has = s->r->t.n / s->page_size + n;
	if (n == 0)
		return true;
	s->pages = pages < has ? pages : (uint32_t)has;
	s->newer = calloc(s->pages + 1u, sizeof(*s->newer));
	for (uint32_t i = 0; s->newer && i < n; i++) {
		uint32_t page =
			rd_u32(l->t.p + LOG_HEAD + (size_t)i * (FRAME_HEAD + l->page_size), true);
		if (page <= s->pages)
			s->newer[page] = i + 1;
	}
	return s->newer;
}

static struct sw_str page(const struct sqlite *s, uint32_t n)
{
	if (n == 0 || n > s->pages)
		return (struct sw_str){NULL, 0};
	if (s->newer && s->newer[n])
		return rd_bytes(s->r->log,
			LOG_HEAD + (uint64_t)(s->newer[n] - 1) * (FRAME_HEAD + s->page_size) +
				FRAME_HEAD,
			s->page_size);
	return rd_bytes(s->r->t, (uint64_t)(n - 1) * s->page_size, s->page_size);
}

/* How many bytes of a payload are in the page itself. */
static uint64_t local_bytes(const struct sqlite *s, uint64_t payload)
{
	uint64_t max = s->usable - 35, min = (s->usable - 12) * 32 / 255 - 23;

	if (payload <= max)
		return payload;
	uint64_t k = min + (payload - min) % (s->usable - 4);
	return k <= max ? k : min;
}

/* A cell of a leaf: {bytes of payload, row id, payload, first overflow page}. */
static int leaf_cell(struct sqlite *s, struct sw_str cell)
{
	struct sw_buf *out = &s->r->blob;
	uint64_t payload, id;
	size_t a = varint(cell, &payload);
	size_t b = a ? varint(sw_str_sub(cell, a, cell.n), &id) : 0;

	if (!a || !b || payload > s->r->t.n + s->r->log.n || payload > RPM_BLOB_MAX)
		return rpm_note(s->r, "a row of the database is broken");
	int e = 0;
	if (rpm_spent(s->r, payload, &e))
		return e;
	uint64_t local = local_bytes(s, payload);
	struct sw_str have = rd_bytes(cell, a + b, local);
	if (!have.p)
		return rpm_note(s->r, "a row of the database is cut short");
	if (local == payload)
		return s->row(s, have);
	struct sw_str link = rd_bytes(cell, a + b + local, 4);
	uint32_t n = link.p ? rd_u32(link.p, true) : 0;
	sw_buf_clear(out);
	sw_buf_addstr(out, have);
	while (out->n < payload) {
		struct sw_str p = page(s, n);
		if (!p.p)
			return rpm_note(s->r, "a row of the database is cut short: page %u", n);
		uint64_t want = payload - out->n;
		sw_buf_add(out, p.p + 4, want < s->usable - 4 ? (size_t)want : s->usable - 4);
		if (out->overflow)
			return rpm_note(s->r, "a row of the database is too long");
		n = rd_u32(p.p, true);
	}
	return s->row(s, sw_buf_str(out));
}

/* Enters page n: its type, cells and where they are told of. False: noted in *ret_e. */
static bool enter(struct sqlite *s, uint32_t n, struct sw_str *ret_page, uint32_t *ret_head,
	uint32_t *ret_cells, int *ret_e)
{
	struct sw_str p = page(s, n);
	uint32_t head = n == 1 ? HEAD : 0;

	if (!p.p || (s->seen[n / 8] & 1 << n % 8)) {
		*ret_e = rpm_note(s->r, "page %u of the database is not there or used twice", n);
		return false;
	}
	s->seen[n / 8] |= (uint8_t)(1 << n % 8);
	uint8_t type = (uint8_t)p.p[head];
	uint32_t cells = rd_u16(p.p + head + 3, true);
	if ((type != PAGE_LEAF && type != PAGE_INTERIOR) ||
		head + (type == PAGE_LEAF ? 8 : 12) + 2 * cells > s->usable) {
		*ret_e = rpm_note(s->r, "page %u of the database is broken", n);
		return false;
	}
	*ret_page = p;
	*ret_head = head;
	*ret_cells = cells;
	return true;
}

static int walk(struct sqlite *s, uint32_t n, uint32_t depth)
{
	struct sw_str p;
	uint32_t head, cells;
	int e = 0;

	if (depth > DEPTH_MAX)
		return rpm_note(s->r, "the database's tree is too deep");
	if (!enter(s, n, &p, &head, &cells, &e))
		return e;
	bool leaf = (uint8_t)p.p[head] == PAGE_LEAF;
	uint32_t index = head + (leaf ? 8 : 12);
	for (uint32_t i = 0; e == 0 && i < cells; i++) {
		uint32_t at = rd_u16(p.p + index + 2 * i, true);
		if (at + 4 > s->usable)
			e = rpm_note(s->r, "page %u of the database is broken", n);
		else if (leaf)
			e = leaf_cell(s, sw_str_sub(p, at, s->usable));
		else
			e = walk(s, rd_u32(p.p + at, true), depth + 1);
	}
	return e || leaf ? e : walk(s, rd_u32(p.p + head + 8, true), depth + 1);
}

struct column {
	uint64_t type;
	struct sw_str data;
};

/* The first columns of a record; how many. Noted by the caller when too few. */
static size_t record(struct sw_str rec, struct column *ret, size_t max)
{
	static const uint8_t sizes[12] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
	uint64_t head, at, type = 0;
	size_t used = varint(rec, &head), n = 0;

	if (!used || head > rec.n || head < used)
		return 0;
	at = head;
	while (n < max && used < head) {
		size_t k = varint(sw_str_sub(rec, used, (size_t)head), &type);
		uint64_t size = type < 12 ? sizes[type] : (type - 12) / 2;
		struct sw_str data = rd_bytes(rec, at, size);
		if (!k || !data.p)
			break;
		ret[n++] = (struct column){type, data};
		used += k;
		at += size;
	}
	return n;
}

static bool is_text(const struct column *c)
{
	return c->type >= 13 && c->type % 2;
}

/* A row of sqlite_schema: type, name, tbl_name, rootpage, sql. */
static int schema_row(struct sqlite *s, struct sw_str rec)
{
	struct column c[4];

	if (record(rec, c, 4) < 4 || !is_text(&c[0]) || !is_text(&c[1]) ||
		!sw_str_is(c[0].data, "table") || !sw_str_ieq(c[1].data, SW_STR("Packages")))
		return 0;
	uint64_t v = c[3].type == 9;
	for (size_t i = 0; i < c[3].data.n; i++)
		v = v << 8 | (unsigned char)c[3].data.p[i];
	s->root = v <= s->pages ? (uint32_t)v : 0;
	return 0;
}

/* A row of Packages: hnum, which is the row id and NULL here, and the blob. */
static int package_row(struct sqlite *s, struct sw_str rec)
{
	struct column c[2];

	if (record(rec, c, 2) < 2 || c[1].type < 12)
		return rpm_note(s->r, "a row of Packages is broken");
	return rpm_header(s->r, c[1].data);
}

static int tree(struct sqlite *s, uint32_t root, int (*row)(struct sqlite *, struct sw_str))
{
	s->row = row;
	memset(s->seen, 0, s->pages / 8 + 1);
	return walk(s, root, 0);
}

/* Sizes, out of page 1 as it is now. False: noted. */
static bool geometry(struct sqlite *s, const char *h, int *ret_e)
{
	s->page_size = rd_u16(h + 16, true) == 1 ? 65536 : rd_u16(h + 16, true);
	s->usable = s->page_size - (uint8_t)h[20];
	if (memcmp(h, "SQLite format 3", 16) != 0)
		*ret_e = rpm_note(s->r, "the first page is none of sqlite");
	else if (s->page_size < 512 || (s->page_size & (s->page_size - 1)) || s->usable < 480)
		*ret_e = rpm_note(s->r, "pages of %u bytes in the database", s->page_size);
	else if (rd_u32(h + 56, true) > 1)
		*ret_e = rpm_note(s->r, "the database's texts are not UTF-8");
	else
		return true;
	return false;
}

/* The pages of the file alone. */
static bool file_pages(struct sqlite *s, int *ret_e)
{
	const struct rpm_reader *r = s->r;
	const char *h = r->t.p;
	if (r->t.n < 512) {
		*ret_e = rpm_note(s->r, "the database is cut short");
		return false;
	}
	if (!geometry(s, h, ret_e))
		return false;
	/* The size in the header holds when it was written by the same change as the rest. */
	uint64_t has = r->t.n / s->page_size;
	uint64_t said = rd_u32(h + 24, true) == rd_u32(h + 92, true) ? rd_u32(h + 28, true) : has;
	s->pages = (uint32_t)has;
	if (has < said)
		*ret_e = rpm_note(s->r, "the database is cut short: %u of %u pages", s->pages,
			(unsigned)said);
	return *ret_e == 0;
}

/* The pages that there are: of the file, and of the log where it has whole changes. */
static bool open_pages(struct sqlite *s, int *ret_e)
{
	struct log log;
	if (!log_open(s->r->log, &log))
		return file_pages(s, ret_e);
	s->page_size = log.page_size;
	if (!log_apply(s, &log)) {
		*ret_e = -SW_ELIMIT;
		return false;
	}
	if (!s->newer)
		return file_pages(s, ret_e);
	struct sw_str first = page(s, 1);
	if (!first.p) {
		*ret_e = rpm_note(s->r, "the database has no first page");
		return false;
	}
	if (!geometry(s, first.p, ret_e))
		return false;
	if (s->page_size != log.page_size)
		*ret_e = rpm_note(s->r, "the log is of another database");
	return s->page_size == log.page_size;
}

int rpm_read_sqlite(struct rpm_reader *r)
{
	struct sqlite s = {.r = r};
	int e = 0;

	if (open_pages(&s, &e)) {
		s.seen = calloc(1, s.pages / 8 + 1);
		e = s.seen ? tree(&s, 1, schema_row) : -SW_ELIMIT;
		if (e == 0 && s.root == 0)
			e = rpm_note(r, "the database has no table Packages");
		else if (e == 0)
			e = tree(&s, s.root, package_row);
	}
	free(s.seen);
	free(s.newer);
	return e;
}
