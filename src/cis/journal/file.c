/* SPDX-License-Identifier: Apache-2.0 */
/* One file of the journal. Nothing of it is trusted: offsets, sizes and chains are checked where they are used. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cis/journal/impl.h"

enum { OBJECT_DATA = 1, OBJECT_FIELD = 2, OBJECT_ENTRY = 3, OBJECT_ARRAY = 6 };
enum { IS_XZ = 1, IS_LZ4 = 2, KEYED = 4, IS_ZSTD = 8, COMPACT = 16 };
#define KNOWN (IS_XZ | IS_LZ4 | KEYED | IS_ZSTD | COMPACT)
#define ITEMS_MAX 1024 /* fields of one entry */

static uint64_t le(const unsigned char *p, int bytes)
{
	uint64_t v = 0;
	for (int i = bytes; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

static int damaged(struct jf *f, const char *why)
{
	if (!f->why)
		f->why = why;
	return -1;
}

static struct jf_window *window(struct jf *f, uint64_t at)
{
	struct jf_window *old = &f->windows[0];
	for (int i = 0; i < JF_WINDOWS; i++) {
		struct jf_window *w = &f->windows[i];
		if (w->p && w->at == at) {
			w->used = ++f->clock;
			return w;
		}
		if (w->used < old->used)
			old = w;
	}
	if (!old->p && !(old->p = malloc(JF_WINDOW)))
		abort();
	ssize_t got;
	do
		got = pread(f->fd, old->p, JF_WINDOW, (off_t)at);
	while (got < 0 && errno == EINTR);
	old->at = got < 0 ? UINT64_MAX : at;
	old->n = got < 0 ? 0 : (size_t)got;
	old->used = ++f->clock;
	return old;
}

static int get(struct jf *f, uint64_t at, void *to, size_t n)
{
	unsigned char *out = to;
	if (at > f->size || n > f->size - at)
		return damaged(f, "an offset lies beyond its end");
	while (n) {
		struct jf_window *w = window(f, at / JF_WINDOW * JF_WINDOW);
		size_t from = (size_t)(at % JF_WINDOW);
		size_t take = w->n > from ? w->n - from : 0;
		if (!take)
			return damaged(f, "it ended while it was read");
		take = take < n ? take : n;
		memcpy(out, w->p + from, take);
		out += take;
		at += take;
		n -= take;
	}
	return 0;
}

/* The first `n` bytes of an object of this type; *ret_size is the whole of it. */
static int object(struct jf *f, uint64_t at, int type, void *to, size_t n, uint64_t *ret_size)
{
	unsigned char *p = to;
	if (++f->steps > JF_STEPS_MAX)
		return damaged(f, "its chains do not end");
	if (at % 8 || get(f, at, p, n))
		return damaged(f, "an offset is none of an object");
	*ret_size = le(p + 8, 8);
	if (p[0] != type || *ret_size < n || *ret_size > f->size - at)
		return damaged(f, "an object is not what it should be");
	return 0;
}

int jf_open(struct jf *f, int fd)
{
	unsigned char h[192];
	struct stat st;
	*f = (struct jf){.fd = fd};
	for (int i = 0; i < JF_WINDOWS; i++)
		f->windows[i].at = UINT64_MAX;
	if (fstat(fd, &st) || st.st_size < (off_t)sizeof(h))
		return damaged(f, "it is no journal");
	f->size = (uint64_t)st.st_size;
	if (get(f, 0, h, sizeof(h)) || memcmp(h, "LPKSHHRH", 8) != 0)
		return damaged(f, "it is no journal");
	uint64_t flags = le(h + 12, 4);
	if (flags & ~(uint64_t)KNOWN)
		return damaged(f, "it is of a newer kind");
	f->compact = flags & COMPACT;
	f->fields = le(h + 120, 8);
	f->fields_size = le(h + 128, 8);
	f->entries = le(h + 176, 8);
	return 0;
}

void jf_close(struct jf *f)
{
	for (int i = 0; i < JF_WINDOWS; i++)
		free(f->windows[i].p);
	if (f->fd >= 0)
		close(f->fd);
}

/* ---- data ---- */

static size_t data_head(const struct jf *f)
{
	return f->compact ? 72 : 64;
}

/* The whole of a data object, "NAME=value"; false: damaged, or too large. */
static bool data_text(struct jf *f, struct sw_arena *a, uint64_t at, struct sw_str *ret)
{
	unsigned char h[72], *raw;
	uint64_t size;
	size_t head = data_head(f);
	if (object(f, at, OBJECT_DATA, h, head, &size))
		return false;
	uint64_t n = size - head;
	if (n > JF_MESSAGE_MAX || !(raw = sw_arena_alloc(a, (size_t)n + 1)) || get(f, at + head, raw, (size_t)n))
		return false;
	unsigned how = h[1] & JF_PACKED;
	if (!how) {
		*ret = sw_str_make((const char *)raw, (size_t)n);
		return true;
	}
	struct sw_str text = {0};
	const char *why = jf_unpack(a, how, raw, (size_t)n, &text);
	if (why)
		damaged(f, why);
	*ret = text;
	return text.p;
}

/* ---- entries ---- */

static int one_entry(struct jf *f, uint64_t at, jf_entry_fn *fn, void *arg)
{
	unsigned char h[64];
	uint64_t size;
	if (object(f, at, OBJECT_ENTRY, h, sizeof(h), &size))
		return -1;
	struct jf_entry e = {.seqnum = le(h + 16, 8), .realtime = le(h + 24, 8), .at = at};
	memcpy(e.boot, h + 40, sizeof(e.boot));
	return fn(arg, &e);
}

/* The chain of arrays that begins at `at`; zeroes at an array's end are room for later. */
static int arrays(struct jf *f, uint64_t at, jf_entry_fn *fn, void *arg)
{
	size_t width = f->compact ? 4 : 8;
	while (at) {
		unsigned char h[24], item[8];
		uint64_t size, next;
		if (object(f, at, OBJECT_ARRAY, h, sizeof(h), &size))
			return -1;
		next = le(h + 16, 8);
		for (uint64_t k = 24; k + width <= size; k += width) {
			if (get(f, at + k, item, width))
				return -1;
			uint64_t e = le(item, (int)width);
			if (!e)
				break;
			int rc = one_entry(f, e, fn, arg);
			if (rc)
				return rc;
		}
		if (next && next <= at) /* written behind one another */
			return damaged(f, "its arrays go backwards");
		at = next;
	}
	return 0;
}

static int entries_of_data(struct jf *f, const unsigned char *h, jf_entry_fn *fn, void *arg)
{
	uint64_t first = le(h + 40, 8);
	int rc = first ? one_entry(f, first, fn, arg) : 0;
	return rc ? rc : arrays(f, le(h + 48, 8), fn, arg);
}

/* Every value that a field has is in one chain, without entries: there are few of a unit's name. */
static int values_of(struct jf *f, uint64_t data, size_t name_n, jf_match_fn *match, jf_entry_fn *fn, void *arg)
{
	unsigned char h[72 + 512];
	size_t head = data_head(f);
	for (uint64_t at = data; at;) {
		uint64_t size;
		if (object(f, at, OBJECT_DATA, h, head, &size))
			return -1;
		uint64_t n = size - head;
		if (n > name_n && n <= 512 && !(h[1] & JF_PACKED)) {
			if (get(f, at + head, h + head, (size_t)n))
				return -1;
			struct sw_str v = sw_str_make((const char *)h + head + name_n, (size_t)n - name_n);
			int rc = match(arg, v) ? entries_of_data(f, h, fn, arg) : 0;
			if (rc)
				return rc;
		}
		at = le(h + 32, 8);
	}
	return 0;
}

int jf_entries(struct jf *f, const char *field, jf_match_fn *match, jf_entry_fn *fn, void *arg)
{
	unsigned char h[40 + 64], bucket[16];
	if (!field)
		return arrays(f, f->entries, fn, arg);
	size_t name_n = strlen(field);
	if (f->fields_size > f->size)
		return damaged(f, "an offset lies beyond its end");
	for (uint64_t k = 0; k + 16 <= f->fields_size; k += 16) {
		if (get(f, f->fields + k, bucket, sizeof(bucket)))
			return -1;
		for (uint64_t at = le(bucket, 8); at;) {
			uint64_t size;
			if (object(f, at, OBJECT_FIELD, h, 40, &size))
				return -1;
			if (size - 40 == name_n) {
				if (get(f, at + 40, h + 40, name_n))
					return -1;
				if (!memcmp(h + 40, field, name_n)) /* "NAME=" is one longer */
					return values_of(f, le(h + 32, 8), name_n + 1, match, fn, arg);
			}
			at = le(h + 24, 8);
		}
	}
	return 0;
}

int jf_fields(struct jf *f, struct sw_arena *a, uint64_t at, const char *const *names, uint32_t n, struct sw_str *ret)
{
	unsigned char h[64], item[8], d[72 + 32];
	uint64_t size, dsize;
	size_t width = f->compact ? 4 : 16, head = data_head(f);
	uint32_t count = 0;
	memset(ret, 0, n * sizeof(*ret));
	if (object(f, at, OBJECT_ENTRY, h, sizeof(h), &size))
		return -1;
	for (uint64_t k = 64; k + width <= size && count++ < ITEMS_MAX; k += width) {
		struct sw_str text;
		size_t have;
		if (get(f, at + k, item, f->compact ? 4 : 8))
			return -1;
		uint64_t data = le(item, f->compact ? 4 : 8);
		if (object(f, data, OBJECT_DATA, d, head, &dsize))
			return -1;
		have = dsize - head < 32 ? (size_t)(dsize - head) : 32;
		if (get(f, data + head, d + head, have))
			return -1;
		for (uint32_t i = 0; i < n; i++) {
			size_t len = strlen(names[i]);
			/* What is compressed is long: a message, whose name is seen when it is read. */
			if (ret[i].p || (!(d[1] & JF_PACKED) && (have < len || memcmp(d + head, names[i], len) != 0)))
				continue;
			if (!data_text(f, a, data, &text)) {
				if (f->why)
					return -1;
				continue;
			}
			if (sw_str_starts(text, sw_str_from(names[i])))
				ret[i] = sw_str_sub(text, len, text.n);
		}
	}
	return 0;
}
