/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a bundle, from a folder or an archive, and a bundle's archive of them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "cmd/policy/bundle.h"
#include "image/layer/tar.h"

int sw_bundle_files_add(
	struct sw_bundle_files *f, struct sw_str name, struct sw_str bytes, struct sw_error *err)
{
	if (f->n == f->cap) {
		uint32_t cap = f->cap ? f->cap * 2 : 64;
		f->v = sw_arena_grow(f->arena, f->v, f->cap * sizeof(*f->v), cap * sizeof(*f->v));
		f->cap = f->v ? cap : 0;
	}
	f->bytes += bytes.n;
	if (!f->v || !name.p || f->n == SW_REGO_LOAD_FILES || f->bytes > SW_REGO_BUNDLE_BYTES)
		return sw_error_set(err, SW_ELIMIT, "the bundle is too big");
	f->v[f->n++] = (struct sw_bundle_file){name, bytes};
	return 0;
}

/* ---- reading ---- */

static struct sw_str joined(struct sw_arena *a, const char *folder, struct sw_str name)
{
	struct sw_str path = sw_arena_printf(a, "%s/%.*s", folder, SW_STR_ARG(name));
	return path.p ? sw_rego_clean_path(a, path) : path;
}

static int read_folder(struct sw_bundle_files *f, const char *path, int depth, struct sw_error *err);

static int read_entry(
	struct sw_bundle_files *f, const char *folder, const char *name, int depth, struct sw_error *err)
{
	struct stat st;
	struct sw_source *src;
	struct sw_str full = joined(f->arena, folder, sw_str_from(name));
	const char *path = full.p ? sw_arena_cstr(f->arena, full) : NULL;
	if (!path)
		return sw_error_set(err, SW_ELIMIT, "the bundle is too big");
	if (lstat(path, &st))
		return sw_error_errno(err, SW_EIO, errno, "stat %s", path);
	if (S_ISDIR(st.st_mode))
		return read_folder(f, path, depth + 1, err);
	if (stat(path, &st) || !S_ISREG(st.st_mode)) /* through a link, too */
		return 0;
	int rc = sw_cmd_read(f->arena, path, SW_REGO_BUNDLE_BYTES, &src, err);
	if (rc)
		return rc;
	/* a copy: a file that is mapped could still change between its sum and its use */
	struct sw_str bytes = sw_arena_str(f->arena, src->text);
	return bytes.p ? sw_bundle_files_add(f, full, bytes, err)
		       : sw_error_set(err, SW_ELIMIT, "the bundle is too big");
}

static int read_folder(struct sw_bundle_files *f, const char *path, int depth, struct sw_error *err)
{
	struct dirent **names;
	if (depth > SW_REGO_LOAD_DEPTH)
		return sw_error_set(
			err, SW_ELIMIT, "%s: folders are nested deeper than %d", path, SW_REGO_LOAD_DEPTH);
	int n = sw_rego_scan_folder(path, &names), rc = 0;
	if (n < 0)
		return sw_error_errno(err, SW_EIO, errno, "open %s", path);
	for (int i = 0; i < n; i++) {
		rc = rc ? rc : read_entry(f, path, names[i]->d_name, depth, err);
		free(names[i]);
	}
	free(names);
	return rc;
}

static int read_archived(
	struct sw_bundle_files *f, struct sw_tar *t, const struct sw_tar_entry *e, struct sw_error *err)
{
	sw_autobuf b;
	const uint8_t *p;
	size_t n;
	int rc;
	sw_buf_init(&b, SW_REGO_BUNDLE_BYTES);
	struct sw_str name = sw_rego_clean_path(f->arena, e->name);
	while ((rc = sw_tar_read(t, &p, &n, err)) >= 0 && n)
		sw_buf_add(&b, (const char *)p, n);
	if (rc < 0)
		return rc;
	struct sw_str bytes = sw_arena_str(f->arena, sw_buf_str(&b));
	if (b.overflow || !bytes.p)
		return sw_error_set(err, SW_ELIMIT, "%.*s: too long", SW_STR_ARG(name));
	return sw_bundle_files_add(f, name, bytes, err);
}

static int read_archive(struct sw_bundle_files *f, struct sw_tar *t, struct sw_error *err)
{
	const struct sw_tar_entry *e;
	int rc;
	while ((rc = sw_tar_next(t, &e, err)) > 0) {
		int one = e->type != SW_TAR_FILE || e->bad ? 0 : read_archived(f, t, e, err);
		if (one)
			return one;
	}
	return rc;
}

int sw_bundle_files_read(struct sw_bundle_files *f, const char *path, struct sw_error *err)
{
	struct sw_unzip *in = NULL;
	struct sw_tar t;
	struct stat st;
	if (stat(path, &st))
		return sw_error_set(err, SW_EIO, "error reading \"%s\": stat %s: %s", path, path,
			errno == ENOENT ? "no such file or directory" : strerrordesc_np(errno));
	f->folder = S_ISDIR(st.st_mode);
	if (f->folder)
		return read_folder(f, path, 0, err);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return sw_error_errno(err, SW_EIO, errno, "open %s", path);
	struct sw_unzip_opts opts = {
		.fd = fd, .seekable = true, .length = UINT64_MAX, .max_plain = SW_REGO_BUNDLE_BYTES};
	int rc = sw_unzip_open(&opts, &in, err);
	if (!rc) {
		sw_tar_init(&t, in);
		rc = read_archive(f, &t, err);
		sw_tar_release(&t);
	}
	sw_unzip_free(in);
	close(fd);
	return rc;
}

/* ---- writing ---- */

enum { BLOCK = 512, NAME_MAX_BYTES = 100 };

/* POSIX.1-1988, all of the owner root, for reading and writing by the owner, of the epoch. */
static void put_header(struct sw_buf *out, struct sw_str name, char type, size_t size)
{
	char h[BLOCK] = {0};
	unsigned sum = 0;
	memcpy(h, name.p, name.n < NAME_MAX_BYTES ? name.n : NAME_MAX_BYTES);
	memcpy(h + 100, "0000600\0" "0000000\0" "0000000", 24);
	snprintf(h + 124, 12, "%011zo", size);
	memcpy(h + 136, "00000000000", 12);
	memset(h + 148, ' ', 8);
	h[156] = type;
	memcpy(h + 257, "ustar\0" "00", 8);
	for (int i = 0; i < BLOCK; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	sw_buf_add(out, h, BLOCK);
}

static void put_body(struct sw_buf *out, struct sw_str bytes)
{
	sw_buf_addstr(out, bytes);
	sw_buf_pad(out, 0, (BLOCK - bytes.n % BLOCK) % BLOCK);
}

/* A name that the header has no place for: "LENGTH path=NAME\n", where the length counts itself. */
static void put_long_name(struct sw_buf *out, struct sw_str name)
{
	sw_autobuf record;
	size_t n = name.n + sizeof(" path=\n") - 1, digits = 1;
	for (size_t ten = 10; n + digits >= ten; ten *= 10)
		digits++;
	sw_buf_init(&record, 0);
	sw_buf_printf(&record, "%zu path=%.*s\n", n + digits, SW_STR_ARG(name));
	put_header(out, SW_STR("PaxHeaders.0/name"), 'x', record.n);
	put_body(out, sw_buf_str(&record));
}

static int deflate_all(struct sw_str in, struct sw_buf *out, struct sw_error *err)
{
	enum { GZIP = 16 };
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n};
	unsigned char piece[64 << 10];
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return sw_error_set(err, SW_ELIMIT, "the bundle is too big");
	int rc;
	do {
		z.next_out = piece;
		z.avail_out = sizeof(piece);
		rc = deflate(&z, Z_FINISH);
		sw_buf_add(out, (const char *)piece, sizeof(piece) - z.avail_out);
	} while (rc == Z_OK);
	deflateEnd(&z);
	return rc == Z_STREAM_END && !out->overflow ? 0 : sw_error_set(err, SW_ELIMIT, "the bundle is too big");
}

int sw_bundle_pack(const struct sw_bundle_files *f, struct sw_buf *out, struct sw_error *err)
{
	sw_autobuf tar;
	sw_buf_init(&tar, (size_t)2 << 30);
	for (uint32_t i = 0; i < f->n; i++) {
		if (f->v[i].name.n > NAME_MAX_BYTES)
			put_long_name(&tar, f->v[i].name);
		put_header(&tar, f->v[i].name, '0', f->v[i].bytes.n);
		put_body(&tar, f->v[i].bytes);
	}
	sw_buf_pad(&tar, 0, 2 * BLOCK);
	if (tar.overflow)
		return sw_error_set(err, SW_ELIMIT, "the bundle is too big");
	return deflate_all(sw_buf_str(&tar), out, err);
}
