/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder as a layer: walked outside of the cage, which cannot open files, and sent into it as the
 * tar of the files that readers want. Symbolic links are not followed; pseudo file systems (proc,
 * sysfs, cgroups …) are left out; a FIFO or device is never opened.
 *
 * Of a layer among others, what hides something below it matters as well: every entry is told, a file that nobody
 * wants as one of holes, whiteouts (devices 0:0) as they are, and an opaque folder (overlay.opaque) as in images.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "cage/pack.h"
#include "image/layer/layer.h"
#include "image/reader.h"
#include "image/readers/release.h"
#include "image/source/source.h"

enum { DEPTH_MAX = 128, PATH_LIMIT = 4096, PROBLEMS_MAX = 1000 };

struct feed {
	int to;
	struct sw_cage_out *out;
	struct sw_buf path, back;
	char *buf;
	uint32_t problems;
	const struct sw_layer_look *look;
	bool layer;
	dev_t pseudo; /* devices seen lately and what they are */
	dev_t real;
};

static bool send_all(struct feed *f, const void *p, size_t n)
{
	const char *c = p;
	while (n) {
		ssize_t k = write(f->to, c, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		c += k;
		n -= (size_t)k;
	}
	return true;
}

/* What could not be read, for the bill: told in the answer. */
static void problem(struct feed *f, const char *what, int errnum)
{
	char why[256];
	if (f->problems++ >= PROBLEMS_MAX)
		return;
	snprintf(why, sizeof(why), "%s: %s", what, strerror(errnum));
	sw_buf_clear(&f->back);
	sw_pack_str(&f->back, f->path.n ? sw_str_sub(sw_buf_str(&f->path), 0, PATH_LIMIT) : SW_STR("/"));
	sw_pack_str(&f->back, sw_str_from(why));
	sw_cage_put(f->out, f->back.p, f->back.n);
}

static void octal(char *to, size_t n, uint64_t v)
{
	for (size_t i = n - 1; i-- > 0; v >>= 3) /* the last byte stays NUL */
		to[i] = (char)('0' + (v & 7));
}

static bool send_header(struct feed *f, char flag, struct sw_str name, uint32_t mode, uint64_t size)
{
	char h[512] = {0};
	unsigned sum = 0;
	memcpy(h, name.p, name.n > 100 ? 100 : name.n);
	octal(h + 100, 8, mode & 07777);
	octal(h + 124, 12, size & 077777777777u);
	if (flag != 'S' && size > 077777777777u) {
		h[124] = (char)0x80;
		for (int i = 0; i < 11; i++)
			h[135 - i] = i < 8 ? (char)(size >> (8 * i)) : 0;
	}
	h[156] = flag;
	memcpy(h + 257, "ustar  ", 8);
	if (flag == 'S') { /* as large as it is, and nothing of it is here */
		octal(h + 483, 12, size > 077777777777u ? 077777777777u : size);
		octal(h + 124, 12, 0);
	}
	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)h[i];
	octal(h + 148, 7, sum);
	return send_all(f, h, 512);
}

static bool send_pad(struct feed *f, uint64_t size)
{
	static const char zeros[512];
	return send_all(f, zeros, -size & 511);
}

/* The path in hand, however long it is. */
static bool send_entry(struct feed *f, char flag, uint32_t mode, uint64_t size)
{
	struct sw_str name = sw_buf_str(&f->path);
	if (name.n > 100) {
		if (!send_header(f, 'L', SW_STR("././@LongLink"), 0644, name.n + 1) ||
			!send_all(f, sw_buf_cstr(&f->path), name.n + 1) || !send_pad(f, name.n + 1))
			return false;
	}
	return send_header(f, flag, name, mode, size);
}

static bool send_file(struct feed *f, int fd, const struct stat *st)
{
	uint64_t size = (uint64_t)st->st_size, at = 0;
	if (!send_entry(f, '0', st->st_mode, size))
		return false;
	while (at < size) {
		uint64_t want = size - at < (1 << 18) ? size - at : (1 << 18);
		ssize_t n = pread(fd, f->buf, (size_t)want, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) { /* became shorter, or cannot be read: zeros, and said */
			problem(f, "cannot be read to its end", n ? errno : EIO);
			memset(f->buf, 0, (size_t)want);
			n = (ssize_t)want;
		}
		if (!send_all(f, f->buf, (size_t)n))
			return false;
		at += (uint64_t)n;
	}
	return send_pad(f, size);
}

static bool wanted(const struct feed *f, struct sw_str path, const struct stat *st)
{
	const struct sw_layer_look *k = f->look;
	if (k && st->st_size && k->wants(k->arg, path, st->st_mode & 07777, (uint64_t)st->st_size))
		return true;
	if (sw_distribution_wants(path))
		return true;
	for (int i = 0; sw_readers[i]; i++)
		if (sw_readers[i]->wants(path, st->st_mode & 07777, (uint64_t)st->st_size))
			return true;
	return false;
}

static bool is_pseudo(struct feed *f, int fd, dev_t dev)
{
	static const unsigned long kinds[] = {PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP_SUPER_MAGIC,
		CGROUP2_SUPER_MAGIC, DEVPTS_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
		SECURITYFS_MAGIC, BPF_FS_MAGIC, PSTOREFS_MAGIC, SELINUX_MAGIC, EFIVARFS_MAGIC,
		0x62656570 /* configfs */, 0x19800202 /* mqueue */};
	struct statfs fs;
	if (dev == f->real)
		return false;
	if (dev == f->pseudo)
		return true;
	if (fstatfs(fd, &fs))
		return false;
	for (size_t i = 0; i < SW_ARRAY_LEN(kinds); i++) {
		if ((unsigned long)fs.f_type == kinds[i]) {
			f->pseudo = dev;
			return true;
		}
	}
	f->real = dev;
	return false;
}

static bool walk(struct feed *f, int dir, int depth);

/* A folder of a layer, and whether it hides what is below: as root overlayfs marks it, and as a user does. */
static bool tell_folder(struct feed *f, int fd, const struct stat *st)
{
	static const char *const marks[] = {"trusted.overlay.opaque", "user.overlay.opaque", "user.fuseoverlayfs.opaque"};
	size_t before = f->path.n;
	char y = 'n';
	bool good = send_entry(f, '5', st->st_mode, 0);
	for (size_t i = 0; i < SW_ARRAY_LEN(marks) && y != 'y'; i++)
		if (fgetxattr(fd, marks[i], &y, 1) != 1)
			y = 'n';
	if (!good || y != 'y')
		return good;
	sw_buf_addz(&f->path, "/.wh..wh..opq");
	good = send_entry(f, '0', 0644, 0);
	f->path.n = before;
	return good;
}

/* What is there and nobody reads. A device 0:0 is a whiteout. */
static bool tell_other(struct feed *f, const struct stat *st)
{
	char flag = S_ISREG(st->st_mode)				   ? 'S'
		    : S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0) ? '3'
									   : '6';
	return send_entry(f, flag, st->st_mode, S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0);
}

/* Takes the descriptor. */
static bool folder(struct feed *f, int fd, const struct stat *st, int depth)
{
	bool good = !f->layer || tell_folder(f, fd, st);
	if (depth >= DEPTH_MAX)
		problem(f, "nested too deep", ELOOP);
	else if (good && !is_pseudo(f, fd, st->st_dev))
		return walk(f, fd, depth + 1);
	close(fd);
	return good;
}

static bool one(struct feed *f, int dir, const char *name, int depth)
{
	struct stat st;
	size_t before = f->path.n;
	bool good = true;
	if (f->path.n)
		sw_buf_addch(&f->path, '/');
	sw_buf_addz(&f->path, name);
	if (f->path.n > PATH_LIMIT) {
		problem(f, "the path is too long", ENAMETOOLONG);
	} else if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW)) {
		if (errno != ENOENT) /* gone meanwhile */
			problem(f, "cannot be looked at", errno);
	} else if (S_ISDIR(st.st_mode)) {
		int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			good = folder(f, fd, &st, depth);
		else if (errno != ENOENT)
			problem(f, "the folder cannot be opened", errno);
	} else if (S_ISREG(st.st_mode) && wanted(f, sw_buf_str(&f->path), &st)) {
		sw_autoclose fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
			problem(f, "cannot be opened", fd < 0 ? errno : EINVAL);
		else
			good = send_file(f, fd, &st);
	} else if (f->layer) {
		good = tell_other(f, &st);
	}
	f->path.n = before;
	return good;
}

/* Takes the descriptor. */
static bool walk(struct feed *f, int fd, int depth)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;
	bool good = true;
	if (!d) {
		problem(f, "the folder cannot be read", errno);
		close(fd);
		return true;
	}
	while (good && (errno = 0, e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			good = one(f, dirfd(d), e->d_name, depth);
	if (good && errno)
		problem(f, "the folder cannot be read", errno);
	closedir(d);
	return good;
}

int sw_source_feed_rootfs(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out,
	struct sw_error *err)
{
	static const char end[1024];
	const struct sw_source *s = arg;
	struct feed f = {.to = fds[0], .out = out, .look = s->opts->look, .layer = s->kind != SW_SOURCE_ROOTFS};
	sw_buf_init(&f.path, 1 << 20);
	sw_buf_init(&f.back, 1 << 20);
	f.buf = malloc(1 << 18);
	if (!f.buf)
		abort();
	int root = openat(fds[1], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = root >= 0 && walk(&f, root, 0) && send_all(&f, end, sizeof(end));
	free(f.buf);
	sw_buf_release(&f.path);
	sw_buf_release(&f.back);
	return good ? 0 : sw_error_set(err, SW_EIO, "the folder could not be read to its end");
}
