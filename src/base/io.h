/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading whole files and walking directories.
 *
 * Only regular files are read (and standard input, and pipes that the shell hands over as
 * /dev/fd/N): opening a device, a FIFO or a socket that lies in a scanned tree must never block or
 * act. All calls are thread-safe; an arena belongs to one thread.
 */
#ifndef SW_BASE_IO_H
#define SW_BASE_IO_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#define SW_IO_MAX_DEFAULT ((size_t)1 << 30)

/*
 * The whole content of a file; "-" is standard input. It lives as long as the arena (or until it is
 * rewound), outside of its budget: a big regular file is mapped, anything else is on the heap. A
 * mapped file that somebody cuts short while it is read ends the process with SIGBUS: pass
 * SW_IO_COPY for files that others may write to. `max`: ceiling in bytes, 0 for SW_IO_MAX_DEFAULT.
 * -SW_EIO, -SW_ENOENT, -SW_ELIMIT (larger than max), -SW_EUNSUPPORTED (not a regular file). The
 * error carries the path as its file.
 */
enum sw_io_flags { SW_IO_COPY = 1 << 0 };
int sw_io_read(struct sw_arena *a, const char *path, size_t max, unsigned flags, struct sw_str *ret,
	struct sw_error *err);
/* The same from an open descriptor of any kind, which stays open. `name` is for errors. */
int sw_io_read_fd(struct sw_arena *a, int fd, const char *name, size_t max, struct sw_str *ret,
	struct sw_error *err);

enum sw_walk_flags {
	SW_WALK_HIDDEN =
		1 << 0, /* folders whose name begins with '.' too; never those of version control */
	SW_WALK_ONE_FS = 1 << 1, /* stay on the file system of the root */
};

struct sw_walk {
	unsigned flags;
	uint32_t depth_max;   /* folders below the root; 0: 64 */
	uint64_t entries_max; /* 0: 10 million */
	/* One regular file, in order. 0 to go on; anything else ends the walk and is returned. */
	int (*file)(void *arg, const char *path, const struct stat *st);
	/* What could not be read or followed; the walk goes on. May be NULL. */
	void (*error)(void *arg, const struct sw_error *err);
	void *arg;
};

/*
 * Walks a tree in byte order of the names, folders in their place among the files. A root that is a
 * file is given to file() itself. Symbolic links to files are followed; links to folders are
 * followed once, and not at all when they lead into a part of the tree that is walked anyway. Every
 * folder is entered once at most. -SW_ENOENT or -SW_EIO for the root, -SW_ELIMIT for too many
 * entries, or what file() returned.
 */
int sw_io_walk(const char *root, const struct sw_walk *walk, struct sw_error *err);

#endif
