/* SPDX-License-Identifier: Apache-2.0 */
#include "image/archive.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "image/layer/layer.h"
#include "image/readers/zip.h"

#define LEADS_OUT "the name of an entry leads out of the archive, or is none"

struct walk {
	const struct sw_archive *a;
	uint64_t total;
	uint32_t entries;
	uint64_t top; /* of the spool */
	struct sw_error *err;
};

struct part {
	int fd;
	uint64_t at, length;
	struct sw_str name;
	uint32_t depth;
};

static bool is_zip(struct sw_str h)
{
	return sw_str_starts(h, SW_STR("PK\x03\x04")) || sw_str_starts(h, SW_STR("PK\x05\x06"));
}

static bool is_tar(struct sw_str h)
{
	return h.n >= 262 && sw_str_eq(sw_str_sub(h, 257, 262), SW_STR("ustar"));
}

bool sw_archive_is(struct sw_str head)
{
	return is_zip(head) || sw_unzip_is(head) || is_tar(head);
}

static int part_of(struct walk *w, struct part p);

static void left_out(struct walk *w, struct sw_str path, const char *why)
{
	w->a->left_out(w->a->arg, path, why);
}

/* Too many entries or bytes in all? Told once, by who asks. */
static const char *spent(struct walk *w, uint64_t more)
{
	w->total += more;
	if (w->total > SW_ARCHIVE_TOTAL)
		return "the archive holds more than is unpacked of one";
	return ++w->entries > SW_ARCHIVE_ENTRIES ? "the archive has more entries than are looked at" : NULL;
}

static bool write_all(int fd, struct sw_str s, uint64_t at)
{
	while (s.n) {
		ssize_t n = pwrite(fd, s.p, s.n, (off_t)at);
		if (n <= 0 && !(n < 0 && errno == EINTR))
			return false;
		if (n > 0) {
			s = sw_str_sub(s, (size_t)n, s.n);
			at += (uint64_t)n;
		}
	}
	return true;
}

static bool read_all(int fd, void *to, size_t n, uint64_t at)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(fd, (char *)to + done, n - done, (off_t)(at + done));
		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		done += got > 0 ? (size_t)got : 0;
	}
	return true;
}

/* The bytes of a file: looked at, or into when they are an archive. */
static int bytes_of(struct walk *w, struct sw_str path, struct sw_str text, uint32_t depth)
{
	if (!sw_archive_is(text))
		return w->a->file(w->a->arg, path, text);
	if (depth >= SW_ARCHIVE_DEPTH) {
		left_out(w, path, "archives in archives, deeper than is looked at");
		return 0;
	}
	struct part p = {.fd = w->a->spool, .at = w->top, .length = text.n, .name = path, .depth = depth + 1};
	if (!write_all(p.fd, text, p.at))
		return sw_error_errno(w->err, SW_EIO, errno, "the temporary file cannot be written");
	w->top += text.n;
	int rc = part_of(w, p);
	w->top = p.at;
	return rc;
}

static struct sw_str inner(struct sw_buf *path, struct sw_str outer, struct sw_str name)
{
	sw_buf_clear(path);
	sw_buf_addstr(path, outer);
	sw_buf_addz(path, "!/");
	sw_buf_addstr(path, name);
	return path->overflow ? outer : sw_buf_str(path);
}

/* What begins like an archive and has nothing in it may be no archive: the bytes as they stand. */
static int as_it_is(struct walk *w, struct part p)
{
	sw_autobuf whole;
	sw_buf_init(&whole, SW_ARCHIVE_FILE);
	void *to = p.length <= SW_ARCHIVE_FILE ? sw_buf_extend(&whole, (size_t)p.length) : NULL;
	if (!to || !read_all(p.fd, to, (size_t)p.length, p.at)) {
		left_out(w, p.name, to ? "the file could not be read" : "the file is too large");
		return 0;
	}
	return w->a->file(w->a->arg, p.name, (struct sw_str){to, (size_t)p.length});
}

static int zip_of(struct walk *w, struct part p)
{
	sw_autobuf whole, out, path, clean;
	struct zip z;
	struct zip_entry e;
	sw_buf_init(&whole, SW_ARCHIVE_ZIP);
	sw_buf_init(&out, SW_ARCHIVE_FILE);
	sw_buf_init(&path, SW_ARCHIVE_NAME);
	sw_buf_init(&clean, SW_ARCHIVE_NAME);
	void *to = p.length <= SW_ARCHIVE_ZIP ? sw_buf_extend(&whole, (size_t)p.length) : NULL;
	if (!to || !read_all(p.fd, to, (size_t)p.length, p.at)) {
		left_out(w, p.name, to ? "the archive could not be read" : "the archive is too large");
		return 0;
	}
	if (!zip_open(&z, (struct sw_str){to, (size_t)p.length})) {
		left_out(w, p.name, "the archive is damaged");
		return as_it_is(w, p);
	}
	int rc = 0;
	while (!rc && zip_next(&z, &e)) {
		struct sw_str text;
		if (sw_str_ends(e.name, SW_STR("/")))
			continue;
		if (!sw_layer_path(e.name, &clean)) {
			left_out(w, p.name, LEADS_OUT);
			continue;
		}
		struct sw_str name = inner(&path, p.name, sw_buf_str(&clean));
		const char *why = spent(w, 0);
		if (why) {
			left_out(w, p.name, why);
			return 0;
		}
		if (!zip_read(&z, &e, &out, &text)) {
			left_out(w, name, e.flags & 1 ? "it is encrypted" : "it is damaged, too large or packed in an unknown way");
			continue;
		}
		why = spent(w, text.n);
		rc = bytes_of(w, name, text, p.depth);
	}
	return rc;
}

static int tar_file(struct walk *w, struct sw_tar *tar, struct sw_str path, uint32_t depth, struct sw_buf *out)
{
	const uint8_t *piece;
	size_t n;
	int rc;
	sw_buf_clear(out);
	while (!(rc = sw_tar_read(tar, &piece, &n, w->err)) && n)
		sw_buf_add(out, piece, n);
	if (rc)
		return rc;
	if (!out->overflow)
		return bytes_of(w, path, sw_buf_str(out), depth);
	left_out(w, path, "the file is too large");
	return 0;
}

static int tar_of(struct walk *w, struct sw_unzip *in, struct part p)
{
	struct sw_tar tar;
	const struct sw_tar_entry *e;
	struct sw_error why = {0};
	sw_autobuf out, path, clean;
	int rc = 0, more;
	sw_buf_init(&out, SW_ARCHIVE_FILE);
	sw_buf_init(&path, SW_ARCHIVE_NAME);
	sw_buf_init(&clean, SW_ARCHIVE_NAME);
	sw_tar_init(&tar, in);
	while (!rc && (more = sw_tar_next(&tar, &e, &why)) > 0) {
		const char *full = spent(w, e->type == SW_TAR_FILE && e->size <= SW_ARCHIVE_FILE ? e->size : 0);
		if (full) {
			left_out(w, p.name, full);
			break;
		}
		if (e->type != SW_TAR_FILE)
			continue;
		if (e->bad || !sw_layer_path(e->name, &clean)) {
			left_out(w, p.name, e->bad ? e->bad : LEADS_OUT);
			continue;
		}
		struct sw_str name = inner(&path, p.name, sw_buf_str(&clean));
		if (e->size > SW_ARCHIVE_FILE)
			left_out(w, name, "the file is too large");
		else
			rc = tar_file(w, &tar, name, p.depth, &out);
		if (rc == -SW_ESYNTAX || rc == -SW_ELIMIT) {
			left_out(w, p.name, w->err->text);
			rc = 0;
			break;
		}
	}
	if (!rc && more < 0)
		left_out(w, p.name, why.text);
	sw_tar_release(&tar);
	return rc;
}

/* What was compressed and is no tar: one file. */
static int packed_of(struct walk *w, struct sw_unzip *in, struct part p)
{
	sw_autobuf out;
	const uint8_t *piece;
	size_t n;
	struct sw_error why = {0};
	sw_buf_init(&out, SW_ARCHIVE_FILE);
	int rc;
	while (!(rc = sw_unzip_next(in, &piece, &n, &why)) && n && !out.overflow)
		sw_buf_add(&out, piece, n);
	const char *full = out.overflow ? "the file is too large" : spent(w, out.n);
	if (rc || full)
		left_out(w, p.name, rc ? why.text : full);
	if (full)
		return 0;
	return out.n ? bytes_of(w, p.name, sw_buf_str(&out), p.depth) : as_it_is(w, p);
}

static int open_part(struct walk *w, const struct part *p, struct sw_unzip **ret)
{
	struct sw_unzip_opts o = {.fd = p->fd, .seekable = true, .offset = p->at, .length = p->length,
		.max_plain = SW_ARCHIVE_TOTAL};
	return sw_unzip_open(&o, ret, w->err);
}

/* Is there a tar in it? A second reading begins anew. */
static int looks_like_tar(struct walk *w, const struct part *p, bool *ret)
{
	struct sw_unzip *in;
	char head[SW_ARCHIVE_HEAD];
	size_t have = 0, n = 0;
	const uint8_t *piece;
	struct sw_error damage = {0}; /* told by the second reading */
	int rc = open_part(w, p, &in);
	if (rc)
		return rc;
	while (have < sizeof(head) && !sw_unzip_next(in, &piece, &n, &damage) && n) {
		n = n < sizeof(head) - have ? n : sizeof(head) - have;
		memcpy(head + have, piece, n);
		have += n;
	}
	sw_unzip_free(in);
	*ret = is_tar((struct sw_str){head, have});
	return 0;
}

static int part_of(struct walk *w, struct part p)
{
	char head[4];
	struct sw_unzip *in;
	bool tar = false;
	if (p.length >= sizeof(head) && read_all(p.fd, head, sizeof(head), p.at) &&
		is_zip((struct sw_str){head, sizeof(head)}))
		return zip_of(w, p);
	int rc = looks_like_tar(w, &p, &tar);
	if (!rc)
		rc = open_part(w, &p, &in);
	if (rc) {
		left_out(w, p.name, w->err->text);
		return 0;
	}
	rc = tar ? tar_of(w, in, p) : packed_of(w, in, p);
	sw_unzip_free(in);
	return rc;
}

int sw_archive_walk(const struct sw_archive *a, struct sw_error *err)
{
	struct walk w = {.a = a, .err = err};
	return part_of(&w, (struct part){.fd = a->fd, .at = a->offset, .length = a->length, .name = a->name});
}
