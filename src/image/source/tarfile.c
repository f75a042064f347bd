/* SPDX-License-Identifier: Apache-2.0 */
/* An image in a tar: its table of contents, made in the cage, and its files found by name. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "cage/pack.h"
#include "image/layer/layer.h"
#include "image/source/source.h"

enum { ENTRIES_MAX = 50000, HOPS_MAX = 8 };

/* What is in front of the table: is it a tar at all, or a compressed one? */
enum { PLAIN, COMPRESSED };

static bool matters(struct sw_str path)
{
	return sw_str_is(path, "manifest.json") || sw_str_is(path, "index.json") ||
	       sw_str_is(path, "oci-layout");
}

static int index_tar(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out,
	struct sw_error *err)
{
	const uint64_t *size = arg;
	struct sw_unzip_opts o = {.fd = fds[0], .seekable = true, .length = *size,
		.max_plain = UINT64_MAX};
	struct sw_unzip *in;
	struct sw_tar tar;
	const struct sw_tar_entry *e;
	sw_autobuf b, path;
	uint32_t n = 0;
	sw_buf_init(&b, 64 << 20);
	sw_buf_init(&path, SW_TAR_HEADER);
	int rc = sw_unzip_open(&o, &in, err);
	if (rc)
		return rc;
	if (sw_unzip_name(in)) {
		sw_pack_u64(&b, COMPRESSED);
		sw_cage_put(out, b.p, b.n);
		return 0;
	}
	sw_pack_u64(&b, PLAIN);
	sw_tar_init(&tar, in);
	while ((rc = sw_tar_next(&tar, &e, err)) > 0) {
		if (e->bad || e->type > SW_TAR_SYMLINK || !sw_layer_path(e->name, &path))
			continue;
		if (++n > ENTRIES_MAX && !matters(sw_buf_str(&path)))
			continue;
		sw_pack_str(&b, sw_buf_str(&path));
		sw_pack_str(&b, e->link);
		sw_pack_u64(&b, e->at);
		sw_pack_u64(&b, e->size);
	}
	sw_cage_put(out, b.p, b.n);
	return rc;
}

static int spool(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out,
	struct sw_error *err)
{
	struct sw_unzip_opts o = {.fd = fds[0], .seekable = true, .length = UINT64_MAX};
	struct sw_unzip *in;
	const uint8_t *p;
	size_t n = 1;
	int rc = sw_unzip_open(&o, &in, err);
	while (!rc && n) {
		rc = sw_unzip_next(in, &p, &n, err);
		for (size_t at = 0; !rc && at < n;) {
			ssize_t k = write(fds[1], p + at, n - at);
			if (k <= 0 && errno != EINTR)
				return sw_error_errno(
					err, SW_EIO, errno, "cannot write the temporary file");
			at += k > 0 ? (size_t)k : 0;
		}
	}
	return rc;
}

static int by_path(const void *a, const void *b)
{
	const struct sw_source_entry *x = a, *y = b;
	int r = sw_str_cmp(x->path, y->path);
	return r ? r : (x->at > y->at) - (x->at < y->at);
}

/* The table, decoded with mistrust: what lies outside of the file is left out. */
static int decode(struct sw_source *s, struct sw_str bytes, bool *ret_compressed)
{
	struct sw_unpack u = {.rest = bytes};
	uint32_t n = 0, cap = 0;
	struct sw_source_entry *v = NULL;
	*ret_compressed = sw_unpack_max(&u, COMPRESSED) == COMPRESSED;
	while (!u.bad && u.rest.n) {
		struct sw_source_entry e;
		if (n == cap) {
			v = sw_arena_grow(&s->arena, v, cap * sizeof(*v), (cap * 2 + 256) * sizeof(*v));
			if (!v)
				return -SW_ELIMIT;
			cap = cap * 2 + 256;
		}
		e.path = sw_arena_str(&s->arena, sw_unpack_str(&u, SW_TAR_NAME));
		e.link = sw_arena_str(&s->arena, sw_unpack_str(&u, SW_TAR_NAME));
		e.at = sw_unpack_u64(&u);
		e.size = sw_unpack_u64(&u);
		if (!u.bad && e.at <= s->size && e.size <= s->size - e.at)
			v[n++] = e;
	}
	if (n)
		qsort(v, n, sizeof(*v), by_path);
	s->entries = v;
	s->n_entries = n;
	return u.bad ? -SW_ESYNTAX : 0;
}

static const struct sw_source_entry *exact(const struct sw_source *s, struct sw_str path)
{
	uint32_t low = 0, high = s->n_entries;
	while (low < high) { /* the last of equal ones */
		uint32_t mid = low + (high - low) / 2;
		if (sw_str_cmp(s->entries[mid].path, path) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || !sw_str_eq(s->entries[low - 1].path, path))
		return NULL;
	return &s->entries[low - 1];
}

/* Old docker archives share layers by symbolic links: ../OTHER/layer.tar. */
const struct sw_source_entry *sw_source_find(const struct sw_source *s, struct sw_str path)
{
	sw_autobuf to, joined;
	sw_buf_init(&to, SW_TAR_HEADER);
	sw_buf_init(&joined, SW_TAR_HEADER);
	if (!sw_layer_path(path, &to))
		return NULL;
	for (int hop = 0; hop < HOPS_MAX; hop++) {
		const struct sw_source_entry *e = exact(s, sw_buf_str(&to));
		if (!e || !e->link.n)
			return e;
		size_t slash = sw_str_rfind(e->path, SW_STR("/"));
		sw_buf_clear(&joined);
		/* A hard link's target is a name of the archive, a symbolic one's is relative. */
		if (!exact(s, e->link) && slash != SW_NPOS)
			sw_buf_addstr(&joined, sw_str_sub(e->path, 0, slash + 1));
		sw_buf_addstr(&joined, e->link);
		if (!sw_layer_path(sw_buf_str(&joined), &to))
			return NULL;
	}
	return NULL;
}

static int copy_stdin(struct sw_source *s, struct sw_error *err)
{
	sw_autofree char *buf = malloc(1 << 20);
	if (!buf)
		abort();
	int rc = sw_source_temp(&s->fd, err);
	while (!rc) {
		ssize_t n = read(STDIN_FILENO, buf, 1 << 20);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return sw_error_errno(err, SW_EIO, errno, "standard input");
		if (n == 0)
			break;
		for (ssize_t at = 0, k; at < n; at += k) {
			k = write(s->fd, buf + at, (size_t)(n - at));
			if (k <= 0)
				return sw_error_errno(
					err, SW_EIO, errno, "cannot write a temporary file");
		}
		if (s->opts->cancel && *s->opts->cancel)
			return sw_error_set(err, SW_ECANCELLED, "interrupted");
	}
	return rc;
}

static int unpack_to_temp(struct sw_source *s, struct sw_error *err)
{
	__attribute__((cleanup(sw_cage_release))) struct sw_cage_proc p = {.pipe = -1};
	int temp;
	int rc = sw_source_temp(&temp, err);
	if (rc)
		return rc;
	struct sw_cage_job job = {.run = spool, .fds = {s->fd, temp, -1, -1},
		.file = (uint64_t)64 << 30, .deadline_ms = s->opts->deadline_ms};
	rc = sw_cage_run(&p, &job, err);
	close(s->fd);
	s->fd = temp;
	return rc;
}

static int table(struct sw_source *s, bool *ret_compressed, struct sw_error *err)
{
	__attribute__((cleanup(sw_cage_release))) struct sw_cage_proc p = {.pipe = -1};
	struct stat st;
	if (fstat(s->fd, &st) || !S_ISREG(st.st_mode))
		return sw_error_set(err, SW_EUNSUPPORTED, "not a regular file");
	if (!st.st_size)
		return sw_error_set(err, SW_ESYNTAX, "an empty file");
	s->size = (uint64_t)st.st_size;
	struct sw_cage_job job = {.run = index_tar, .arg = &s->size, .fds = {s->fd, -1, -1, -1},
		.deadline_ms = s->opts->deadline_ms};
	int rc = sw_cage_run(&p, &job, err);
	if (!rc && decode(s, sw_buf_str(&p.answer), ret_compressed))
		rc = sw_error_set(err, SW_ESECURITY, "the parser's answer makes no sense");
	return rc;
}

int sw_source_open_tar(struct sw_source *s, const char *path, struct sw_error *err)
{
	int rc = 0;
	if (strcmp(path, "-") == 0) {
		rc = copy_stdin(s, err);
	} else {
		s->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (s->fd < 0)
			rc = sw_error_errno(
				err, errno == ENOENT ? SW_ENOENT : SW_EIO, errno, "%s", path);
	}
	return rc ? rc : sw_source_read_tar(s, strcmp(path, "-") == 0 ? "standard input" : path, err);
}

int sw_source_read_tar(struct sw_source *s, const char *name, struct sw_error *err)
{
	bool compressed = false, wanted_docker = s->kind == SW_SOURCE_DOCKER_TAR;
	int rc = table(s, &compressed, err);
	if (!rc && compressed) {
		rc = unpack_to_temp(s, err);
		if (!rc)
			rc = table(s, &compressed, err);
		if (!rc && compressed)
			rc = sw_error_set(err, SW_EUNSUPPORTED, "compressed twice");
	}
	if (rc) {
		sw_error_prefix(err, "%s: ", name);
		return rc;
	}
	bool docker = exact(s, SW_STR("manifest.json"));
	bool oci = exact(s, SW_STR("index.json"));
	s->kind = docker && (wanted_docker || !oci || s->kind != SW_SOURCE_OCI_TAR)
			  ? SW_SOURCE_DOCKER_TAR
		  : oci	  ? SW_SOURCE_OCI_TAR
			  : SW_SOURCE_ROOTFS_TAR;
	return 0;
}
