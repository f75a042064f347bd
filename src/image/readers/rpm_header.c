/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One package of an rpm database: a header blob (rpm's docs/manual/format_header.md and
 * hregions.md). Big endian u32: number of entries, bytes of data; entries of {tag, type, offset,
 * count}; data. A later entry of a tag stands before an earlier one: it was added after the
 * package was signed, as rpm itself has it.
 */
#include "image/readers/rpm.h"

#include <stdlib.h>

#define ENTRIES_MAX 0xffffu
#define DATA_MAX 0x0fffffffu
#define DIRS_MAX (1u << 20)

enum tag {
	TAG_NAME = 1000,
	TAG_VERSION = 1001,
	TAG_RELEASE = 1002,
	TAG_EPOCH = 1003,
	TAG_VENDOR = 1011,
	TAG_LICENSE = 1014,
	TAG_ARCH = 1022,
	TAG_OLDFILENAMES = 1027,
	TAG_SOURCERPM = 1044,
	TAG_DIRINDEXES = 1116,
	TAG_BASENAMES = 1117,
	TAG_DIRNAMES = 1118,
	TAG_MODULARITYLABEL = 5096,
};

enum type {
	TYPE_INT32 = 4,
	TYPE_STRING = 6,
	TYPE_STRING_ARRAY = 8,
	TYPE_I18NSTRING = 9,
};

struct header {
	struct sw_str entries, data;
};

struct entry {
	uint32_t type, count;
	struct sw_str data; /* from its offset to the end of the data */
};

static bool find(const struct header *h, enum tag tag, struct entry *ret)
{
	for (size_t at = h->entries.n; at >= 16; at -= 16) {
		const char *e = h->entries.p + at - 16;
		if (rd_u32(e, true) != (uint32_t)tag)
			continue;
		uint32_t offset = rd_u32(e + 8, true), count = rd_u32(e + 12, true);
		if (offset > h->data.n || count == 0)
			return false;
		*ret = (struct entry){
			rd_u32(e + 4, true), count, sw_str_sub(h->data, offset, h->data.n)};
		return true;
	}
	return false;
}

/* The next of NUL-terminated strings; false when no NUL ends it. */
static bool next_string(struct sw_str *rest, struct sw_str *ret)
{
	size_t end = sw_str_chr(*rest, '\0', 0);

	if (end == SW_NPOS)
		return false;
	*ret = sw_str_sub(*rest, 0, end);
	*rest = sw_str_sub(*rest, end + 1, rest->n);
	return true;
}

static struct sw_str text(const struct header *h, enum tag tag)
{
	struct entry e;
	struct sw_str s;

	if (!find(h, tag, &e) ||
		(e.type != TYPE_STRING && e.type != TYPE_STRING_ARRAY && e.type != TYPE_I18NSTRING))
		return SW_STR("");
	return next_string(&e.data, &s) ? s : SW_STR("");
}

/* Files by folder: basenames, each with the index of its folder in dirnames. */
static int own_files(struct rpm_reader *r, const struct header *h)
{
	struct entry base, dir, index;
	struct sw_str name, *dirs;
	int e = 0;

	if (!find(h, TAG_BASENAMES, &base) || !find(h, TAG_DIRNAMES, &dir) ||
		!find(h, TAG_DIRINDEXES, &index))
		return 0;
	if (base.type != TYPE_STRING_ARRAY || dir.type != TYPE_STRING_ARRAY ||
		index.type != TYPE_INT32 || base.count > index.count ||
		index.data.n / 4 < index.count || dir.count > dir.data.n || dir.count > DIRS_MAX)
		return rpm_note(r, "a package's list of files is broken");
	sw_autobuf path;
	sw_buf_init(&path, 16384);
	dirs = calloc(dir.count, sizeof(*dirs));
	if (!dirs)
		return -SW_ELIMIT;
	for (uint32_t i = 0; i < dir.count && next_string(&dir.data, &dirs[i]); i++)
		;
	for (uint32_t i = 0; e == 0 && i < base.count && next_string(&base.data, &name); i++) {
		uint32_t d = rd_u32(index.data.p + 4 * (size_t)i, true);
		sw_buf_clear(&path);
		if (d < dir.count)
			sw_buf_addstr(&path, dirs[d]);
		sw_buf_addstr(&path, name);
		if (d < dir.count && !path.overflow)
			e = rd_own(r->bom, sw_buf_str(&path));
	}
	free(dirs);
	return e;
}

/* Before rpm 4: whole paths. */
static int own_old_files(struct rpm_reader *r, const struct header *h)
{
	struct entry names;
	struct sw_str name;
	int e = 0;

	if (!find(h, TAG_OLDFILENAMES, &names) || names.type != TYPE_STRING_ARRAY)
		return 0;
	for (uint32_t i = 0; e == 0 && i < names.count && next_string(&names.data, &name); i++)
		e = rd_own(r->bom, name);
	return e;
}

/* "[epoch:]version[-release]" at the end of `out`; the string is valid until it grows. */
static void put_version(struct sw_buf *out, uint32_t epoch, struct sw_str v, struct sw_str rel)
{
	if (epoch)
		sw_buf_printf(out, "%u:", epoch);
	sw_buf_addstr(out, v);
	if (rel.n) {
		sw_buf_addch(out, '-');
		sw_buf_addstr(out, rel);
	}
}

/* "name-version-release.src.rpm" (or .nosrc.rpm) */
static void split_source(struct sw_str s, struct sw_str *name, struct sw_str *v, struct sw_str *rel)
{
	struct sw_str nv;

	s = rd_strip(rd_strip(rd_strip(s, ".rpm"), ".src"), ".nosrc");
	rd_split_last(s, '-', &nv, rel);
	rd_split_last(nv, '-', name, v);
}

static int add(struct rpm_reader *r, const struct header *h)
{
	struct entry e;
	struct sw_str name, v, rel;
	uint32_t epoch = 0;

	if (find(h, TAG_EPOCH, &e) && e.type == TYPE_INT32 && e.data.n >= 4)
		epoch = rd_u32(e.data.p, true);
	sw_autobuf version, source;
	sw_buf_init(&version, RD_NAME_MAX * 2);
	sw_buf_init(&source, RD_NAME_MAX * 2);
	put_version(&version, epoch, text(h, TAG_VERSION), text(h, TAG_RELEASE));
	struct sw_package p = {
		.type = SW_PKG_RPM,
		.name = text(h, TAG_NAME),
		.version = sw_buf_str(&version),
		.arch = text(h, TAG_ARCH),
		.module = text(h, TAG_MODULARITYLABEL),
		.license = text(h, TAG_LICENSE),
		.supplier = text(h, TAG_VENDOR),
	};
	split_source(text(h, TAG_SOURCERPM), &name, &v, &rel);
	if (name.n && v.n) {
		put_version(&source, epoch, v, rel);
		p.source = name;
		p.source_version = sw_buf_str(&source);
	}
	if (p.name.n == 0 || version.overflow || source.overflow)
		return rpm_note(r, "a package whose name or version cannot be read");
	return rd_add(r->bom, r->f, &p);
}

int rpm_header(struct rpm_reader *r, struct sw_str blob)
{
	r->headers++;
	if (blob.n < 8)
		return rpm_note(r, "a package's header is cut short");
	uint64_t entries = rd_u32(blob.p, true), data = rd_u32(blob.p + 4, true);
	if (entries == 0 || entries > ENTRIES_MAX || data > DATA_MAX)
		return rpm_note(r, "a package's header is broken");
	struct header h = {rd_bytes(blob, 8, entries * 16), rd_bytes(blob, 8 + entries * 16, data)};
	if (!h.entries.p || !h.data.p)
		return rpm_note(r, "a package's header is cut short");
	int e = add(r, &h);
	if (e == 0)
		e = own_files(r, &h);
	return e ? e : own_old_files(r, &h);
}
