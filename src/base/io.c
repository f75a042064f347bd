/* SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"

enum { MAP_FROM = 1 << 20, READ_STEP = 1 << 16 };

static int fail_errno(struct sw_error *err, const char *path, const char *what)
{
	int e = errno;
	sw_error_errno(err, e == ENOENT || e == ENOTDIR ? SW_ENOENT : SW_EIO, e, "cannot %s", what);
	sw_error_at(err, sw_str_from(path), 0, 0, 0);
	return e == ENOENT || e == ENOTDIR ? -SW_ENOENT : -SW_EIO;
}

static int fail_with(struct sw_error *err, enum sw_errcode code, const char *path, const char *text)
{
	sw_error_set(err, code, "%s", text);
	sw_error_at(err, sw_str_from(path), 0, 0, 0);
	return -(int)code;
}

static int fail_size(struct sw_error *err, const char *path, size_t max)
{
	sw_error_set(err, SW_ELIMIT, "larger than the limit of %zu bytes", max);
	sw_error_at(err, sw_str_from(path), 0, 0, 0);
	return -SW_ELIMIT;
}

int sw_io_read_fd(struct sw_arena *a, int fd, const char *name, size_t max, struct sw_str *ret,
	struct sw_error *err)
{
	sw_autobuf b;
	if (!max)
		max = SW_IO_MAX_DEFAULT;
	sw_buf_init(&b, max + READ_STEP);
	for (;;) {
		char *at = sw_buf_extend(&b, READ_STEP);
		if (!at)
			return fail_size(err, name, max);
		ssize_t n = read(fd, at, READ_STEP);
		if (n < 0 && errno != EINTR)
			return fail_errno(err, name, "read");
		b.n -= (size_t)(READ_STEP - (n > 0 ? n : 0));
		if (b.n > max)
			return fail_size(err, name, max);
		if (n == 0)
			break;
	}
	struct sw_str data = {"", 0};
	if (b.n) {
		data = (struct sw_str){realloc(b.p, b.n), b.n};
		if (!data.p)
			abort();
		b.p = NULL;
		if (sw_arena_defer(a, free, (void *)(uintptr_t)data.p) < 0)
			return fail_with(err, SW_ELIMIT, name, "the memory budget is spent");
	}
	*ret = data;
	return 0;
}

struct mapping {
	void *p;
	size_t n;
};

static void unmap(void *arg)
{
	struct mapping *m = arg;
	munmap(m->p, m->n);
}

static int map_file(struct sw_arena *a, int fd, const char *path, size_t n, struct sw_str *ret,
	struct sw_error *err)
{
	struct mapping *m = sw_arena_new(a, struct mapping);
	if (!m)
		return fail_with(err, SW_ELIMIT, path, "the memory budget is spent");
	*m = (struct mapping){mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0), n};
	if (m->p == MAP_FAILED)
		return fail_errno(err, path, "map");
	if (sw_arena_defer(a, unmap, m) < 0)
		return fail_with(err, SW_ELIMIT, path, "the memory budget is spent");
	*ret = (struct sw_str){m->p, n};
	return 0;
}

/* Descriptors that the caller was given under a name: `<(command)` of a shell. */
static bool is_own_descriptor(const char *path)
{
	return strcmp(path, "/dev/stdin") == 0 || strncmp(path, "/dev/fd/", 8) == 0 ||
	       strncmp(path, "/proc/self/fd/", 14) == 0;
}

int sw_io_read(struct sw_arena *a, const char *path, size_t max, unsigned flags, struct sw_str *ret,
	struct sw_error *err)
{
	if (strcmp(path, "-") == 0)
		return sw_io_read_fd(a, STDIN_FILENO, "-", max, ret, err);
	bool own = is_own_descriptor(path);
	sw_autoclose fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (own ? 0 : O_NONBLOCK));
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_errno(err, path, "open");
	if (S_ISDIR(st.st_mode))
		return fail_with(err, SW_EUNSUPPORTED, path, "is a directory");
	if (!S_ISREG(st.st_mode) && !own)
		return fail_with(err, SW_EUNSUPPORTED, path, "not a regular file");
	if (!max)
		max = SW_IO_MAX_DEFAULT;
	if (S_ISREG(st.st_mode) && st.st_size > 0 && (uint64_t)st.st_size > max)
		return fail_size(err, path, max);
	if (S_ISREG(st.st_mode) && st.st_size >= MAP_FROM && !(flags & SW_IO_COPY))
		return map_file(a, fd, path, (size_t)st.st_size, ret, err);
	return sw_io_read_fd(a, fd, path, max, ret, err);
}
