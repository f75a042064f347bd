/* SPDX-License-Identifier: Apache-2.0 */
#include "image/source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/sha256.h"
#include "image/source/store.h"

const char *sw_source_kind_name(enum sw_source_kind k)
{
	static const char *const names[] = {"oci", "oci-archive", "docker-archive", "rootfs",
		"rootfs-archive", "registry", "dir",
		"containerd", "containers-storage", "docker-daemon", "podman"};
	return names[k];
}

/* ---- digests ---- */

static size_t hex_digits(struct sw_str digest)
{
	return sw_str_starts(digest, SW_STR("sha256:"))	  ? 64
	       : sw_str_starts(digest, SW_STR("sha512:")) ? 128
							  : 0;
}

bool sw_digest_valid(struct sw_str digest)
{
	size_t n = hex_digits(digest);
	if (!n || digest.n != n + 7)
		return false;
	for (size_t i = 7; i < digest.n; i++)
		if (!((digest.p[i] >= '0' && digest.p[i] <= '9') ||
			    (digest.p[i] >= 'a' && digest.p[i] <= 'f')))
			return false;
	return true;
}

struct sw_str sw_digest_of_sum(struct sw_arena *a, const uint8_t sum[32])
{
	sw_autobuf text;
	sw_buf_init(&text, 128);
	sw_buf_addz(&text, "sha256:");
	sw_hex_encode(&text, sw_str_make((const char *)sum, 32));
	return sw_arena_str(a, sw_buf_str(&text));
}

struct sw_str sw_digest_text(struct sw_arena *a, struct sw_str bytes)
{
	uint8_t sum[SW_SHA256_LEN];
	sw_sha256(bytes.p, bytes.n, sum);
	return sw_digest_of_sum(a, sum);
}

int sw_digest_check(struct sw_str digest, struct sw_str bytes, struct sw_error *err)
{
	uint8_t sum[64];
	unsigned n = 0;
	char hex[129];
	if (!sw_digest_valid(digest))
		return sw_error_set(err, SW_ESECURITY, "\"%.*s\" is no digest",
			(int)(digest.n > 80 ? 80 : digest.n), digest.p ? digest.p : "");
	const EVP_MD *md = digest.p[3] == '2' ? EVP_sha256() : EVP_sha512();
	if (EVP_Digest(bytes.p ? bytes.p : "", bytes.n, sum, &n, md, NULL) != 1)
		return sw_error_set(err, SW_EIO, "no such digest in this OpenSSL");
	for (unsigned i = 0; i < n; i++)
		snprintf(hex + (size_t)i * 2, 3, "%02x", sum[i]);
	if (memcmp(hex, digest.p + 7, (size_t)n * 2) != 0)
		return sw_error_set(err, SW_ESECURITY,
			"the digest does not hold: %.*s is wanted, and it is %.7s%s",
			SW_STR_ARG(digest), digest.p, hex);
	return 0;
}

int sw_source_temp(int *ret_fd, struct sw_error *err)
{
	const char *dir = getenv("TMPDIR");
	dir = dir && *dir == '/' ? dir : "/var/tmp";
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0) {
		char name[4096];
		snprintf(name, sizeof(name), "%s/seawall.XXXXXX", dir);
		fd = mkostemp(name, O_CLOEXEC);
		if (fd >= 0)
			unlink(name);
	}
	if (fd < 0)
		return sw_error_errno(err, SW_EIO, errno, "no temporary file in %s", dir);
	*ret_fd = fd;
	return 0;
}

/* ---- opening ---- */

static const struct prefix {
	const char *text;
	enum sw_source_kind kind;
} prefixes[] = {
	{"oci-archive:", SW_SOURCE_OCI_TAR},
	{"docker-archive:", SW_SOURCE_DOCKER_TAR},
	{"oci:", SW_SOURCE_OCI_DIR},
	{"dir:", SW_SOURCE_ROOTFS},
	{"docker://", SW_SOURCE_REGISTRY},
	{"containerd:", SW_SOURCE_CONTAINERD},
	{"containers-storage:", SW_SOURCE_STORAGE},
	{"docker-daemon:", SW_SOURCE_ENGINE},
	{"podman:", SW_SOURCE_PODMAN},
};

static bool exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

/* "PATH:TAG" where PATH alone is what exists: the longest such. */
static const char *split_path(struct sw_source *s, const char *text)
{
	char *path = sw_arena_cstr(&s->arena, sw_str_from(text));
	if (!path || exists(path))
		return path;
	for (size_t i = strlen(path); i-- > 1;) {
		if (path[i] != ':')
			continue;
		path[i] = '\0';
		if (exists(path)) {
			s->select = sw_str_from(path + i + 1);
			return path;
		}
		path[i] = ':';
	}
	return path;
}

static bool is_registry(const char *reference)
{
	return strncmp(reference, "docker://", 9) == 0;
}

/* The name of an archive that is not there is a slip of the pen; nobody calls an image of a registry so. */
static bool is_archive_name(const char *reference)
{
	static const char *const ends[] = {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.xz", ".txz", ".tar.bz2",
		".tbz2"};
	for (size_t i = 0; i < SW_ARRAY_LEN(ends); i++)
		if (sw_str_ends(sw_str_from(reference), sw_str_from(ends[i])))
			return true;
	return false;
}

/* "DIR:TAG" where DIR is a layout, as `verify` has it; else NULL. */
static const char *layout_with_tag(struct sw_source *s, const char *reference)
{
	const char *path = split_path(s, reference);
	if (path && s->select.n && sw_layout_is(path))
		return path;
	s->select = (struct sw_str){0};
	return NULL;
}

const char *sw_source_prefix(const char *reference, enum sw_source_kind *ret)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(prefixes); i++) {
		size_t n = strlen(prefixes[i].text);
		if (strncmp(reference, prefixes[i].text, n) == 0) {
			*ret = prefixes[i].kind;
			return reference + n;
		}
	}
	return NULL;
}

static int open_any(struct sw_source *s, const char *reference, struct sw_error *err)
{
	struct stat st;
	if (s->opts->rootfs) {
		s->kind = SW_SOURCE_ROOTFS;
		return sw_folder_open(s, reference, err);
	}
	const char *path = sw_source_prefix(reference, &s->kind);
	bool named = path;
	if (!named && strcmp(reference, "-") != 0 && !exists(reference)) {
		path = layout_with_tag(s, reference);
		if (path)
			return sw_folder_open(s, path, err);
	}
	if (named && sw_store_is(s->kind))
		return sw_store_open(s, path, err);
	if (is_registry(reference) ||
		(!named && strcmp(reference, "-") != 0 && !exists(reference) &&
			reference[0] != '/' && reference[0] != '.' && !is_archive_name(reference))) {
		s->kind = SW_SOURCE_REGISTRY;
		return sw_registry_open(s, named ? path : reference, err);
	}
	path = named ? split_path(s, path) : reference;
	if (strcmp(path, "-") != 0 && stat(path, &st))
		return sw_error_errno(
			err, errno == ENOENT ? SW_ENOENT : SW_EIO, errno, "%s", path);
	if (strcmp(path, "-") != 0 && S_ISDIR(st.st_mode))
		return sw_folder_open(s, path, err);
	return sw_source_open_tar(s, path, err);
}

struct sw_source *sw_source_new(const struct sw_image_opts *opts)
{
	struct sw_source *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	s->fd = -1;
	s->opts = opts;
	s->kind = SW_SOURCE_OCI_DIR;
	s->start = SW_STR("index.json");
	sw_arena_init(&s->arena, (size_t)256 << 20);
	return s;
}

int sw_source_open(const char *reference, const struct sw_image_opts *opts, struct sw_source **ret, struct sw_error *err)
{
	struct sw_source *s = sw_source_new(opts);
	int rc = open_any(s, reference, err);
	if (rc) {
		sw_source_free(s);
		return rc;
	}
	*ret = s;
	return 0;
}

void sw_source_free(struct sw_source *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	sw_registry_free(s->registry);
	sw_arena_release(&s->arena);
	free(s);
}

/* ---- documents and layers ---- */

int sw_source_read(struct sw_source *s, int fd, uint64_t at, uint64_t size, size_t max, struct sw_str *ret,
	struct sw_error *err)
{
	if (size > max)
		return sw_error_set(
			err, SW_ELIMIT, "larger than %zu bytes, which no such document is", max);
	char *p = sw_arena_alloc(&s->arena, (size_t)size + 1);
	if (!p)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	for (size_t done = 0; done < size;) {
		ssize_t n = pread(fd, p + done, (size_t)size - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return sw_error_set(err, SW_EIO, "cut short");
		done += (size_t)n;
	}
	*ret = sw_str_make(p, (size_t)size);
	return 0;
}

static int tar_entry(const struct sw_source *s, struct sw_str name,
	const struct sw_source_entry **ret, struct sw_error *err)
{
	char path[256];
	struct sw_str want = name;
	if (s->kind == SW_SOURCE_OCI_TAR && sw_digest_valid(name)) {
		snprintf(path, sizeof(path), "blobs/%.6s/%.*s", name.p, (int)name.n - 7,
			name.p + 7);
		want = sw_str_from(path);
	}
	*ret = sw_source_find(s, want);
	if (!*ret)
		return sw_error_set(err, SW_ENOENT, "%.*s is not in the archive",
			(int)(want.n > 100 ? 100 : want.n), want.p);
	return 0;
}

int sw_source_document(struct sw_source *s, struct sw_str digest, bool manifest, size_t max,
	struct sw_str *ret, struct sw_error *err)
{
	const struct sw_source_entry *e;
	int rc;
	if (s->kind == SW_SOURCE_REGISTRY)
		return sw_registry_document(s, digest, manifest, max, ret, err);
	if (s->kind == SW_SOURCE_STORAGE) {
		rc = sw_storage_document(s, digest, max, ret, err);
		if (!sw_digest_valid(digest) && s->expected.n)
			digest = s->expected;
	} else if (sw_folder_is(s->kind)) {
		uint64_t size = 0;
		sw_autoclose fd = -1;
		rc = sw_folder_file(s, digest, manifest, &fd, &size, err);
		if (!rc)
			rc = sw_source_read(s, fd, 0, size, max, ret, err);
	} else {
		rc = tar_entry(s, digest, &e, err);
		if (!rc)
			rc = sw_source_read(s, s->fd, e->at, e->size, max, ret, err);
	}
	if (!rc && sw_digest_valid(digest))
		rc = sw_digest_check(digest, *ret, err);
	return rc;
}

static int feed(struct sw_source *s, int dir, struct sw_source_blob *ret, struct sw_error *err)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC)) {
		int e = errno;
		close(dir);
		return sw_error_errno(err, SW_EIO, e, "no pipe");
	}
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	*ret = (struct sw_source_blob){.fd = ends[0],
		.close = true,
		.folder = true,
		.length = UINT64_MAX,
		.feeder = {.run = sw_source_feed_rootfs,
			.arg = s,
			.fds = {ends[1], dir, -1, -1},
			.deadline_ms = 7 * 24 * 3600000u, /* the parser's ends it */
			.open = true}};
	return 0;
}

/* A blob of a folder, or the snapshot that was made of it. */
static int find_file(struct sw_source *s, const struct sw_descriptor *d, uint32_t index, struct sw_source_blob *ret,
	struct sw_error *err)
{
	struct sw_error gone = {0}, why = {0};
	int dir = -1, rc = sw_folder_file(s, d->digest, false, &ret->fd, &ret->length, &gone);
	ret->close = true;
	if (rc == -SW_ENOENT && s->kind == SW_SOURCE_CONTAINERD) {
		int other = sw_containerd_snapshot(s, index, &dir, &why);
		if (!other)
			return feed(s, dir, ret, err);
		if (other != -SW_ENOENT)
			sw_error_prefix(&gone, "%s; ", why.text);
	}
	if (rc && err)
		*err = gone;
	return rc;
}

static int find_blob(struct sw_source *s, const struct sw_descriptor *d, uint32_t index, uint32_t of,
	struct sw_source_blob *ret, struct sw_error *err)
{
	const struct sw_source_entry *e;
	int dir = -1, rc;
	*ret = (struct sw_source_blob){.fd = s->fd, .seekable = true, .length = s->size};
	switch (s->kind) {
	case SW_SOURCE_REGISTRY:
		return sw_registry_blob(s, d, ret, err);
	case SW_SOURCE_ROOTFS:
		dir = fcntl(s->fd, F_DUPFD_CLOEXEC, 0);
		return feed(s, dir, ret, err);
	case SW_SOURCE_STORAGE:
		rc = sw_storage_layer(s, index, of, &dir, err);
		return rc ? rc : feed(s, dir, ret, err);
	case SW_SOURCE_ROOTFS_TAR:
		return 0;
	case SW_SOURCE_OCI_DIR:
	case SW_SOURCE_DIR:
	case SW_SOURCE_CONTAINERD:
		return find_file(s, d, index, ret, err);
	default:
		rc = tar_entry(s, d->digest, &e, err);
		if (!rc) {
			ret->offset = e->at;
			ret->length = e->size;
		}
		return rc;
	}
}

/* Layers of Windows and others whose licence forbids to pass them on: only their address is there.
 */
static bool is_foreign(struct sw_str media_type)
{
	return sw_str_has(media_type, SW_STR(".foreign.")) ||
	       sw_str_has(media_type, SW_STR(".nondistributable."));
}

int sw_source_blob(struct sw_source *s, const struct sw_descriptor *d, uint32_t index, uint32_t of,
	struct sw_source_blob *ret, struct sw_error *err)
{
	int rc = find_blob(s, d, index, of, ret, err);
	if (rc == -SW_ENOENT && is_foreign(d->media_type))
		rc = sw_error_set(err, SW_ENOENT,
			"a foreign layer: its publisher alone gives it away, and it is not here");
	return rc;
}
