/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every file in an archive, and in the archives in it: zip (jar, war, whl), tar, gzip, zstd, xz, bzip2, and tar in those.
 * Kinds are told by their bytes, never by names.
 *
 * Paths are written outer!/inner/path; a single compressed file has the name of what holds it. The bytes are
 * untrusted: call it in a cage (cage/cage.h). A damaged archive gives what stands before the damage and is told;
 * what begins like one and has nothing in it is a file by itself.
 *
 * Ownership: texts live during the call of file(). Threads: one walk, one thread.
 * Limits, each told when it is reached: SW_ARCHIVE_DEPTH archives in one another, SW_ARCHIVE_FILE bytes of a file,
 * SW_ARCHIVE_TOTAL bytes unpacked in all, SW_ARCHIVE_ENTRIES entries, SW_ARCHIVE_NAME bytes of a path.
 */
#ifndef SW_IMAGE_ARCHIVE_H
#define SW_IMAGE_ARCHIVE_H

#include "base/error.h"
#include "base/str.h"

#define SW_ARCHIVE_DEPTH 4
#define SW_ARCHIVE_FILE ((size_t)64 << 20)
#define SW_ARCHIVE_ZIP ((size_t)256 << 20) /* a zip is read whole */
#define SW_ARCHIVE_TOTAL ((uint64_t)2 << 30)
#define SW_ARCHIVE_ENTRIES 1000000
#define SW_ARCHIVE_NAME 8192
#define SW_ARCHIVE_HEAD 512

struct sw_archive {
	int fd;		 /* seekable */
	uint64_t offset, length; /* where it stands in that file */
	int spool;	 /* a file to write to, for archives in archives */
	struct sw_str name;
	void *arg;
	/* Not 0 ends the walk and is returned. */
	int (*file)(void *arg, struct sw_str path, struct sw_str text);
	/* What was not looked into, or not to its end, and why. */
	void (*left_out)(void *arg, struct sw_str path, const char *why);
};

/* Do the first SW_ARCHIVE_HEAD bytes of a file begin an archive? */
bool sw_archive_is(struct sw_str head);
/* 0, what file() returned, or -SW_EIO. */
int sw_archive_walk(const struct sw_archive *a, struct sw_error *err);

#endif
