/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "notify/impl.h"

#define KEEP_MAX 1000

struct file {
	char *path;
	uint64_t max, size;
	uint32_t keep;
	int fd;
	dev_t dev;
	ino_t ino;
};

static int file_open(struct file *f, struct sw_error *err)
{
	struct stat sb;

	f->fd = open(f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (f->fd < 0)
		return sw_error_errno(err, SW_EIO, errno, "%s", f->path);
	if (fstat(f->fd, &sb) == 0) {
		f->size = (uint64_t)sb.st_size;
		f->dev = sb.st_dev;
		f->ino = sb.st_ino;
	}
	return 0;
}

static void file_shut(struct file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

static void rotate(struct file *f)
{
	char from[4096], to[4096];

	for (uint32_t i = f->keep; i > 0; i--) {
		snprintf(to, sizeof(to), "%s.%u", f->path, i);
		if (i == 1)
			snprintf(from, sizeof(from), "%s", f->path);
		else
			snprintf(from, sizeof(from), "%s.%u", f->path, i - 1);
		/* A gap in the row is no fault. */
		(void)rename(from, to);
	}
	if (!f->keep)
		(void)unlink(f->path);
	file_shut(f);
}

/* A name that leads elsewhere by now was moved by logrotate or the like. */
static bool moved(const struct file *f)
{
	struct stat sb;

	return stat(f->path, &sb) != 0 || sb.st_dev != f->dev || sb.st_ino != f->ino;
}

static int file_send(void *priv, unsigned level, struct sw_str line, struct sw_error *err)
{
	struct file *f = priv;

	if (f->fd >= 0 && moved(f))
		file_shut(f);
	if (f->fd >= 0 && f->max && f->size && f->size + line.n + 1 > f->max)
		rotate(f);
	int rc = f->fd < 0 ? file_open(f, err) : 0;
	if (rc)
		return rc;
	struct iovec v[2] = {{(void *)line.p, line.n}, {(char[]){"\n"}, 1}};
	size_t want = line.n + 1;
	while (want) {
		ssize_t n = writev(f->fd, v, 2);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			rc = sw_error_errno(err, SW_EIO, n < 0 ? errno : EIO, "%s", f->path);
			file_shut(f);
			return rc;
		}
		f->size += (uint64_t)n;
		want -= (size_t)n;
		size_t first = (size_t)n < v[0].iov_len ? (size_t)n : v[0].iov_len;
		v[0].iov_base = (char *)v[0].iov_base + first;
		v[0].iov_len -= first;
		v[1].iov_base = (char *)v[1].iov_base + ((size_t)n - first);
		v[1].iov_len -= (size_t)n - first;
	}
	return 0;
}

static void file_close(void *priv)
{
	struct file *f = priv;

	file_shut(f);
	free(f->path);
	free(f);
}

static const struct sw_sink_ops ops = {.name = "file", .send = file_send, .close = file_close};

int sw_notify_file(struct sw_notify *n, const char *path, uint64_t max_bytes, uint32_t keep,
	struct sw_error *err)
{
	struct file *f = calloc(1, sizeof(*f));

	if (!f)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	*f = (struct file){.path = strdup(path),
		.max = max_bytes,
		.keep = keep < KEEP_MAX ? keep : KEEP_MAX,
		.fd = -1};
	int rc = !f->path || strlen(path) > 4000
			 ? sw_error_set(err, SW_EUSAGE, "%.100s: a long name", path)
			 : file_open(f, err);
	if (rc) {
		file_close(f);
		return rc;
	}
	return sw_notify_add(n, &ops, f, path, err);
}
