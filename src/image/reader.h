/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inventory readers: one const row per file format that tells of packages.
 *
 * The walk over a layer or a folder asks each row, by path, mode and size, whether it wants the
 * file; a wanted file is given to read() whole, in the cage (src/cage), and what is found goes into
 * the inventory. Rows are in readers/; adding a format is one file there and one line in
 * readers/readers.c.
 *
 * Ownership: `content` is valid during the call only. Threads: a reader keeps no state of its own.
 * Errors: what is wrong in the file is not an error of the scan: read() notes it by
 * sw_bom_problem() and keeps what it could read. It returns an error only when the inventory is
 * full. Readers run on hostile bytes: every length, depth and count is checked, nothing is opened,
 * executed or asked of a network.
 */
#ifndef SW_IMAGE_READER_H
#define SW_IMAGE_READER_H

#include "package/package.h"

struct sw_reader_file {
	struct sw_str path;    /* in the image, no leading slash, no "." or ".." parts */
	struct sw_str content; /* whole */
	uint32_t mode;	       /* permission bits and S_IFREG */
	uint32_t layer;
	bool mapped;	       /* content is a shared mapping of a file, and may be let go of */
	struct sw_str beside;  /* of a row with `beside`: that file, whole; p NULL: there is none */
};

struct sw_reader {
	const char *name;  /* "dpkg" */
	const char *about; /* one line for `seawall list readers` */
	/* By path alone (and size and mode): cheap, called for every regular file. */
	bool (*wants)(struct sw_str path, uint32_t mode, uint64_t size);
	uint64_t max_size; /* larger files are reported as not evaluated */
	int (*read)(struct sw_bom *bom, const struct sw_reader_file *file);
	/*
	 * Base name of a file that is read together with the one that tells, when both lie in one
	 * folder of one layer; wants() takes both. One that lies there alone is given by itself: its
	 * path, no content, its bytes in `beside`. NULL: every file tells for itself.
	 */
	const char *beside;
};

extern const struct sw_reader *const sw_readers[]; /* sorted by name, NULL at the end */

#endif
