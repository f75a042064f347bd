/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images as folders: OCI layouts (index.json, blobs/ALGORITHM/HEX), and what `skopeo copy … dir:` writes
 * (manifest.json, blobs and further manifests beside it by the digits of their digests; "version" says which).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "image/source/source.h"

bool sw_layout_is(const char *dir)
{
	char path[4096];
	struct stat st;
	int n = snprintf(path, sizeof(path), "%s/index.json", dir);
	return n > 0 && (size_t)n < sizeof(path) && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool sw_folder_is(enum sw_source_kind k)
{
	return k == SW_SOURCE_OCI_DIR || k == SW_SOURCE_DIR || k == SW_SOURCE_CONTAINERD;
}

/* The first line that skopeo leaves in its folders: a root file system may well have files of these names. */
static bool is_skopeo(int dir)
{
	static const char line[] = "Directory Transport Version: ";
	char head[sizeof(line) - 1];
	struct stat st;
	sw_autoclose fd = openat(dir, "version", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	return fd >= 0 && read(fd, head, sizeof(head)) == (ssize_t)sizeof(head) && memcmp(head, line, sizeof(head)) == 0 &&
	       fstatat(dir, "manifest.json", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

/* Nothing that skopeo writes is called so: whoever made a root file system chose its other names as well. */
static bool is_root(int dir)
{
	static const char *const names[] = {"etc", "usr"};
	struct stat st;
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++)
		if (fstatat(dir, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	return false;
}

static int take_skopeo(struct sw_source *s, const char *path, struct sw_error *err)
{
	bool written = s->kind == SW_SOURCE_ROOTFS; /* dir: */
	if (!written && is_root(s->fd)) {
		sw_error_set(err, SW_EUSAGE, "%s: a root file system, or what skopeo wrote?", path);
		return sw_error_hint(err, "`seawall scan rootfs %s`, or `seawall scan image dir:%s`", path, path);
	}
	s->kind = SW_SOURCE_DIR;
	s->start = SW_STR("manifest.json");
	return 0;
}

int sw_folder_open(struct sw_source *s, const char *path, struct sw_error *err)
{
	struct stat st;
	s->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0)
		return sw_error_errno(err, errno == ENOENT ? SW_ENOENT : SW_EIO, errno, "%s", path);
	bool layout = fstatat(s->fd, "index.json", &st, 0) == 0 || fstatat(s->fd, "oci-layout", &st, 0) == 0;
	bool wanted = s->kind == SW_SOURCE_ROOTFS ? !s->opts->rootfs : !layout;
	if (wanted && is_skopeo(s->fd))
		return take_skopeo(s, path, err);
	if (s->kind == SW_SOURCE_ROOTFS)
		return 0;
	s->kind = SW_SOURCE_OCI_DIR;
	if (layout)
		return 0;
	sw_error_set(err, SW_EUNSUPPORTED, "%s: not an OCI layout: there is no index.json", path);
	return sw_error_hint(err, "a root file system? `seawall scan rootfs %s`", path);
}

static int no_file(const char *path, int errnum, struct sw_error *err)
{
	return sw_error_errno(err, errnum == ENOENT ? SW_ENOENT : SW_EIO, errnum, "%s", path);
}

int sw_folder_reach(int dir, const char *path, int flags, int *ret_fd, struct sw_error *err)
{
	char part[NAME_MAX + 1];
	sw_autoclose at = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	const char *rest = path;
	while (at >= 0) {
		size_t n = strcspn(rest, "/");
		bool last = !rest[n];
		/* Names come from parsers that may have been taken over: nothing leads up. */
		if (!n || n > NAME_MAX || strncmp(rest, "..", n) == 0)
			return no_file(path, EINVAL, err);
		memcpy(part, rest, n);
		part[n] = '\0';
		int next = openat(at, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (last ? flags : O_DIRECTORY));
		if (next < 0)
			return no_file(path, errno, err);
		close(at);
		at = next;
		if (last) {
			*ret_fd = at;
			at = -1;
			return 0;
		}
		rest += n + 1;
	}
	return no_file(path, errno, err);
}

int sw_folder_regular(int dir, const char *path, int *ret_fd, uint64_t *ret_size, struct sw_error *err)
{
	struct stat st;
	sw_autoclose fd = -1;
	int rc = sw_folder_reach(dir, path, O_NONBLOCK, &fd, err);
	if (rc)
		return rc;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return sw_error_set(err, SW_EUNSUPPORTED, "%s: not a regular file", path);
	*ret_size = (uint64_t)st.st_size;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int sw_folder_file(const struct sw_source *s, struct sw_str name, bool manifest, int *ret_fd, uint64_t *ret_size,
	struct sw_error *err)
{
	char path[256];
	bool digest = sw_digest_valid(name), start = !digest && sw_str_eq(name, s->start);
	if (!start && !digest)
		return sw_error_set(err, SW_ESECURITY, "\"%.*s\" is no digest", SW_STR_ARG(sw_str_sub(name, 0, 80)));
	struct sw_str hex = sw_str_sub(name, 7, name.n);
	if (start)
		snprintf(path, sizeof(path), "%.*s", SW_STR_ARG(name));
	else if (s->kind == SW_SOURCE_CONTAINERD)
		snprintf(path, sizeof(path), "io.containerd.content.v1.content/blobs/%.6s/%.*s", name.p, SW_STR_ARG(hex));
	else if (s->kind == SW_SOURCE_OCI_DIR)
		snprintf(path, sizeof(path), "blobs/%.6s/%.*s", name.p, SW_STR_ARG(hex));
	else
		snprintf(path, sizeof(path), "%.*s%s", SW_STR_ARG(hex), manifest ? ".manifest.json" : "");
	return sw_folder_regular(s->fd, path, ret_fd, ret_size, err);
}
