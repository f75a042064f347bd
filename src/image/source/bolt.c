/* SPDX-License-Identifier: Apache-2.0 */
#include "image/source/bolt.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { HEADER = 16, ELEMENT = 16, BRANCH = 1, LEAF = 2, META = 4, IS_BUCKET = 1, META_SUMMED = 56, PAGE_MIN = 1024, PAGE_MAX = 64 << 10 };
#define MAGIC 0xED0CDAEDu

struct walk {
	struct sw_bolt *b;
	int (*each)(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in);
	void *arg;
};

static uint32_t u32(const char *p)
{
	uint32_t v;
	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static uint64_t u64(const char *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static uint32_t u16(const char *p)
{
	uint16_t v;
	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static bool read_at(struct sw_bolt *b, uint64_t at, char *to, size_t n)
{
	if (at > b->size || n > b->size - at || n > SW_BOLT_BYTES - b->read)
		return false;
	b->read += n;
	for (size_t done = 0; done < n;) {
		ssize_t k = pread(b->fd, to + done, n - done, (off_t)(at + done));
		if (k == 0 || (k < 0 && errno != EINTR))
			return false;
		done += k > 0 ? (size_t)k : 0;
	}
	return true;
}

/* ---- meta pages ---- */

/* FNV-1a, 64 bits. */
static uint64_t sum_of(const char *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)p[i]) * 0x100000001b3u;
	return h;
}

/* Takes what the meta page at `at` says, when it is a valid one and newer than what was found. */
static void meta(struct sw_bolt *b, uint64_t at, bool *found)
{
	char page[HEADER + META_SUMMED + 8];
	const char *m = page + HEADER;
	if (!read_at(b, at, page, sizeof(page)) || !(u16(page + 8) & META) || u32(m) != MAGIC || u32(m + 4) != 2 ||
		u64(m + META_SUMMED) != sum_of(m, META_SUMMED))
		return;
	uint32_t size = u32(m + 8);
	if (size < PAGE_MIN || size > PAGE_MAX || (size & (size - 1)) || (*found && u64(m + 48) <= b->txid))
		return;
	b->page = size;
	b->root = u64(m + 16);
	b->txid = u64(m + 48);
	*found = true;
}

int sw_bolt_open(struct sw_bolt *b, int fd, uint64_t size, struct sw_error *err)
{
	bool found = false;
	*b = (struct sw_bolt){.fd = fd, .size = size};
	meta(b, 0, &found);
	/* Where the first is damaged, nobody says where the second is. */
	uint32_t from = found ? b->page : PAGE_MIN, to = found ? b->page : PAGE_MAX;
	for (uint32_t at = from; at <= to; at *= 2)
		meta(b, at, &found);
	return found ? 0 : sw_error_set(err, SW_ESYNTAX, "not a database of bbolt, or a damaged one");
}

bool sw_bolt_changed(const struct sw_bolt *b)
{
	struct sw_bolt now;
	return sw_bolt_open(&now, b->fd, b->size, NULL) || now.txid != b->txid;
}

/* ---- trees ---- */

static int tree(struct walk *w, uint64_t id);

/* A bucket is its value: root and a counter, and behind that the page itself when the root is 0. */
static bool bucket_of(struct sw_str value, struct sw_bolt_bucket *ret)
{
	if (value.n < 16)
		return false;
	*ret = (struct sw_bolt_bucket){.root = u64(value.p)};
	if (!ret->root)
		ret->page = sw_str_sub(value, 16, value.n);
	return true;
}

static int leaf(struct walk *w, struct sw_str page, size_t at)
{
	uint32_t flags = u32(page.p + at), pos = u32(page.p + at + 4), key = u32(page.p + at + 8), value = u32(page.p + at + 12);
	struct sw_bolt_bucket in;
	if (pos > page.n - at || key > page.n - at - pos || value > page.n - at - pos - key) {
		w->b->damaged++;
		return 0;
	}
	struct sw_str k = sw_str_make(page.p + at + pos, key), v = sw_str_make(page.p + at + pos + key, value);
	if (flags & IS_BUCKET && !bucket_of(v, &in)) {
		w->b->damaged++;
		return 0;
	}
	return w->each(w->arg, k, v, flags & IS_BUCKET ? &in : NULL);
}

static int page_of(struct walk *w, struct sw_str page)
{
	uint32_t flags = page.n >= HEADER ? u16(page.p + 8) : 0, n = page.n >= HEADER ? u16(page.p + 10) : 0;
	int rc = 0;
	if (!(flags & (LEAF | BRANCH)) || n > (page.n - HEADER) / ELEMENT) {
		w->b->damaged++;
		return 0;
	}
	for (uint32_t i = 0; !rc && i < n; i++) {
		size_t at = HEADER + (size_t)i * ELEMENT;
		rc = flags & LEAF ? leaf(w, page, at) : tree(w, u64(page.p + at + 8));
	}
	return rc;
}

/* A page with those that it overflows into, and what is below it. */
static int tree(struct walk *w, uint64_t id)
{
	struct sw_bolt *b = w->b;
	char head[HEADER];
	sw_autofree char *page = NULL;
	int rc = 0;
	b->depth++;
	if (b->depth <= SW_BOLT_DEPTH && id >= 2 && id <= b->size / b->page && read_at(b, id * b->page, head, HEADER)) {
		uint64_t n = ((uint64_t)u32(head + 12) + 1) * b->page;
		page = n <= SW_BOLT_PAGE ? malloc((size_t)n) : NULL;
		if (page && u64(head) == id && read_at(b, id * b->page, page, (size_t)n))
			rc = page_of(w, sw_str_make(page, (size_t)n));
		else
			b->damaged++;
	} else {
		b->damaged++;
	}
	b->depth--;
	return rc;
}

struct sw_bolt_bucket sw_bolt_root(const struct sw_bolt *b)
{
	return (struct sw_bolt_bucket){.root = b->root};
}

void sw_bolt_walk(struct sw_bolt *b, struct sw_bolt_bucket at,
	int (*each)(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in), void *arg)
{
	struct walk w = {b, each, arg};
	if (at.root)
		tree(&w, at.root);
	else
		page_of(&w, at.page);
}
