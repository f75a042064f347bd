/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct sw_logfile {
	pthread_mutex_t lock;
	char *path;
	int fd;
	uint64_t size, max;
	uint32_t keep;
	bool rotates;
};

static int open_file(struct sw_logfile *f)
{
	struct stat st;
	f->fd = open(
		f->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (f->fd < 0 || fstat(f->fd, &st))
		return -1;
	f->size = (uint64_t)st.st_size;
	f->rotates = S_ISREG(st.st_mode);
	return 0;
}

int sw_logfile_open(const char *path, uint64_t max_bytes, uint32_t keep, struct sw_logfile **ret,
	struct sw_error *err)
{
	struct sw_logfile *f = calloc(1, sizeof(*f));
	if (!f || !(f->path = strdup(path))) {
		free(f);
		return sw_error_set(err, SW_ELIMIT, "no memory left");
	}
	f->max = max_bytes;
	f->keep = keep > 1000 ? 1000 : keep;
	f->fd = -1;
	pthread_mutex_init(&f->lock, NULL);
	if (strcmp(path, "-") == 0) {
		f->fd = dup(STDOUT_FILENO);
	} else if (open_file(f)) {
		int e = errno;
		sw_logfile_close(f);
		return sw_error_errno(err, SW_EIO, e, "cannot write to %s", path);
	}
	*ret = f;
	return 0;
}

void sw_logfile_close(struct sw_logfile *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	pthread_mutex_destroy(&f->lock);
	free(f->path);
	free(f);
}

static void rotate(struct sw_logfile *f)
{
	char from[4200], to[4200];
	for (uint32_t i = f->keep; i > 0; i--) {
		snprintf(to, sizeof(to), "%s.%u", f->path, i);
		if (i > 1)
			snprintf(from, sizeof(from), "%s.%u", f->path, i - 1);
		else
			snprintf(from, sizeof(from), "%s", f->path);
		rename(from, to);
	}
	if (!f->keep)
		unlink(f->path);
	close(f->fd);
	open_file(f);
}

static int write_all(struct sw_logfile *f, struct sw_str s)
{
	for (size_t at = 0; at < s.n;) {
		ssize_t n = write(f->fd, s.p + at, s.n - at);
		if (n > 0)
			at += (size_t)n;
		else if (errno != EINTR)
			return -SW_EIO;
	}
	f->size += s.n;
	return 0;
}

int sw_logfile_write(struct sw_logfile *f, struct sw_str lines)
{
	pthread_mutex_lock(&f->lock);
	if (f->fd < 0)
		open_file(f); /* the disk may have room again */
	if (f->rotates && f->max && f->size && f->size + lines.n > f->max)
		rotate(f);
	int rc = f->fd < 0 ? -SW_EIO : write_all(f, lines);
	pthread_mutex_unlock(&f->lock);
	return rc;
}
