/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "cmd/cmd.h"

#define READ_MAX_DEFAULT ((size_t)1 << 30)
#define MAP_FROM (128 << 10)

struct mapping {
	void *p;
	size_t n;
};

static void unmap(void *arg)
{
	struct mapping *m = arg;
	munmap(m->p, m->n);
}

static void free_copy(void *p)
{
	free(p);
}

static int map_file(struct sw_arena *a, int fd, size_t n, struct sw_str *ret, struct sw_error *err)
{
	struct mapping *m = sw_arena_zalloc(a, sizeof(*m));
	void *p = m ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	if (p == MAP_FAILED)
		return sw_error_errno(err, SW_EIO, errno, "cannot map");
	*m = (struct mapping){p, n};
	*ret = sw_str_make(p, n);
	return sw_arena_defer(a, unmap, m) ? sw_error_set(err, SW_ELIMIT, "out of memory") : 0;
}

/* A small file is read: a mapping costs a fault and two changes of the address space. */
static int read_small(struct sw_arena *a, int fd, size_t n, struct sw_str *ret, struct sw_error *err)
{
	char *p = sw_arena_alloc(a, n);
	size_t at = 0;
	if (!p)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	while (at < n) {
		ssize_t k = read(fd, p + at, n - at);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return sw_error_errno(err, SW_EIO, errno, "cannot read");
		if (k == 0)
			break;
		at += (size_t)k;
	}
	*ret = sw_str_make(p, at);
	return 0;
}

static int read_stream(
	struct sw_arena *a, int fd, size_t max, struct sw_str *ret, struct sw_error *err)
{
	struct sw_buf b;
	sw_buf_init(&b, max);
	for (;;) {
		char *at = malloc(1 << 16);
		ssize_t n = at ? read(fd, at, 1 << 16) : -1;
		if (n > 0)
			sw_buf_add(&b, at, (size_t)n);
		free(at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || b.overflow) {
			sw_buf_release(&b);
			return b.overflow
				       ? sw_error_set(err, SW_ELIMIT, "larger than %zu bytes", max)
				       : sw_error_errno(err, SW_EIO, errno, "cannot read");
		}
		if (n == 0)
			break;
	}
	*ret = sw_buf_str(&b);
	if (b.p && sw_arena_defer(a, free_copy, b.p))
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	return 0;
}

int sw_cmd_read(struct sw_arena *a, const char *path, size_t max, struct sw_source **ret,
	struct sw_error *err)
{
	bool in = strcmp(path, "-") == 0;
	struct stat st;
	struct sw_str text = {0};
	if (!max)
		max = READ_MAX_DEFAULT;
	sw_autoclose fd = in ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st))
		return sw_error_errno(err, SW_EIO, errno, "cannot open %s", path);
	if (S_ISDIR(st.st_mode))
		return sw_error_set(err, SW_EIO, "%s is a directory", path);
	int rc;
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > max)
		rc = sw_error_set(err, SW_ELIMIT, "larger than %zu bytes", max);
	else if (S_ISREG(st.st_mode) && st.st_size && st.st_size < MAP_FROM && !in)
		rc = read_small(a, fd, (size_t)st.st_size, &text, err);
	else if (S_ISREG(st.st_mode) && st.st_size && !in)
		rc = map_file(a, fd, (size_t)st.st_size, &text, err);
	else
		rc = read_stream(a, fd, max, &text, err);
	if (rc)
		return sw_error_at(err, sw_str_from(in ? "standard input" : path), 0, 0, 0), rc;
	struct sw_source *src = sw_arena_new(a, struct sw_source);
	if (!src)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	src->name = sw_str_from(path);
	src->text = text;
	*ret = src;
	return 0;
}

static int write_all(int fd, struct sw_str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text = sw_str_sub(text, (size_t)n, text.n);
	}
	return 0;
}

int sw_cmd_write(const char *path, struct sw_str text, struct sw_error *err)
{
	struct stat st;
	char tmp[4200];
	if (strcmp(path, "-") == 0)
		return write_all(STDOUT_FILENO, text) ? sw_error_errno(err, SW_EIO, errno,
								"cannot write to standard output")
						      : 0;
	bool exists = stat(path, &st) == 0;
	if (exists && !S_ISREG(st.st_mode)) { /* /dev/null, a pipe: not to be replaced */
		sw_autoclose fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0 || write_all(fd, text))
			return sw_error_errno(err, SW_EIO, errno, "cannot write %s", path);
		return 0;
	}
	sw_autofree char *real = exists ? realpath(path, NULL) : NULL; /* keep a symbolic link */
	if ((size_t)snprintf(tmp, sizeof(tmp), "%s.XXXXXX", real ? real : path) >= sizeof(tmp))
		return sw_error_set(err, SW_EIO, "the name is too long: %.100s...", path);
	sw_autoclose fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return sw_error_errno(err, SW_EIO, errno, "cannot write %s", path);
	mode_t mask = umask(0);
	umask(mask);
	fchmod(fd, exists ? st.st_mode & 07777 : 0666 & ~mask);
	if (write_all(fd, text) || rename(tmp, real ? real : path)) {
		int saved = errno;
		unlink(tmp);
		return sw_error_errno(err, SW_EIO, saved, "cannot write %s", path);
	}
	return 0;
}
