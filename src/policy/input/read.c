/* SPDX-License-Identifier: Apache-2.0 */
/* Reads files whole. They are copied, not mapped: a file that shrinks meanwhile must not end the
 * program. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/input/impl.h"

bool input_first_time(struct input *in, const struct stat *st)
{
	struct {
		uint64_t dev, ino;
	} id = {st->st_dev, st->st_ino};
	return g_hash_table_add(in->seen, g_bytes_new(&id, sizeof(id)));
}

static size_t max_file(const struct input *in)
{
	size_t max = in->opts->max_file ? in->opts->max_file : INPUT_FILE_MAX_DEFAULT;
	return max < UINT32_MAX ? max : UINT32_MAX - 1;
}

/* 1: read some, 0: the end, -1: error in errno. */
static int read_some(int fd, struct sw_buf *b)
{
	char chunk[1 << 14];
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			sw_buf_add(b, chunk, (size_t)n);
		if (n >= 0)
			return n > 0;
		if (errno == EAGAIN || errno == EWOULDBLOCK) {
			struct pollfd p = {.fd = fd, .events = POLLIN};
			if (poll(&p, 1, -1) < 0 && errno != EINTR)
				return -1;
		} else if (errno != EINTR) {
			return -1;
		}
	}
}

bool input_read_fd(struct input *in, int fd, const char *path, struct sw_buf *ret)
{
	sw_buf_init(ret, max_file(in));
	int r;
	while ((r = read_some(fd, ret)) > 0)
		if (ret->overflow || input_cancelled(in))
			break;
	if (r >= 0 && !ret->overflow)
		return !in->rc;
	if (ret->overflow)
		input_problem(in, SW_INPUT_LIMIT, sw_str_from(path), "larger than %zu bytes",
			max_file(in));
	else
		input_problem(in, SW_INPUT_UNREADABLE, sw_str_from(path), "cannot read: %s",
			strerror(errno));
	return false;
}

static const char *special_name(mode_t mode)
{
	return S_ISFIFO(mode)			? "a named pipe"
	       : S_ISSOCK(mode)			? "a socket"
	       : S_ISBLK(mode) || S_ISCHR(mode) ? "a device"
						: "no regular file";
}

static bool read_regular(struct input *in, int fd, size_t n, const char *path, struct sw_buf *ret)
{
	char *p = n ? sw_buf_extend(ret, n) : NULL;
	size_t at = 0;
	while (p && at < n) {
		ssize_t got = read(fd, p + at, n - at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			input_problem(in, SW_INPUT_UNREADABLE, sw_str_from(path), "cannot read: %s",
				strerror(errno));
			return false;
		}
		if (got == 0)
			break;
		at += (size_t)got;
	}
	ret->n = at;
	return true;
}

bool input_read(struct input *in, int dir, const char *entry, const char *path, bool named,
	struct sw_buf *ret)
{
	struct sw_str name = sw_str_from(path);
	struct stat st;
	sw_buf_init(ret, max_file(in));
	/* Not blocking, so that opening a pipe nobody writes to returns. */
	sw_autoclose fd = openat(dir, entry, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st)) {
		input_problem(in, SW_INPUT_UNREADABLE, name, "cannot open: %s", strerror(errno));
		return false;
	}
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > max_file(in)) {
		input_problem(in, SW_INPUT_LIMIT, name, "larger than %zu bytes", max_file(in));
		return false;
	}
	if (!S_ISREG(st.st_mode) && !named) {
		input_problem(in, SW_INPUT_UNREADABLE, name, "is %s", special_name(st.st_mode));
		return false;
	}
	/* Files of /proc are regular and say they are empty. */
	if (S_ISREG(st.st_mode) && st.st_size > 0)
		return read_regular(in, fd, (size_t)st.st_size, path, ret);
	return input_read_fd(in, fd, path, ret);
}
