/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of tar archives for hostile ones: nothing is ever written to a disk, no link followed.
 *
 * Knows V7, ustar, GNU (long names and link names, base-256 numbers, sparse files of the old form)
 * and pax (global and local headers, sparse files 0.0, 0.1 and 1.0). Sources: POSIX.1-2017 pax,
 * the GNU tar manual's "Basic Tar Format" and "Storing Sparse Files".
 *
 * Limits: SW_TAR_NAME bytes in a name (longer: the entry is given with `bad` set), SW_TAR_HEADER
 * bytes in an extended header (beyond is -SW_ELIMIT), SW_TAR_SPARSE pieces in a sparse file, and
 * SW_TAR_ENTRIES entries. Views in an entry are valid until the next call of sw_tar_next().
 * Threads: one.
 */
#ifndef SW_IMAGE_LAYER_TAR_H
#define SW_IMAGE_LAYER_TAR_H

#include "base/buf.h"
#include "base/error.h"
#include "image/layer/unzip.h"

#define SW_TAR_NAME 4096
#define SW_TAR_HEADER (1u << 20)
#define SW_TAR_SPARSE 65536
#define SW_TAR_ENTRIES 16000000

enum sw_tar_type {
	SW_TAR_FILE,
	SW_TAR_HARD_LINK,
	SW_TAR_SYMLINK,
	SW_TAR_DIR,
	SW_TAR_CHAR,
	SW_TAR_BLOCK,
	SW_TAR_FIFO,
	SW_TAR_OTHER,
};

struct sw_tar_entry {
	enum sw_tar_type type;
	struct sw_str name; /* as written, never empty unless bad */
	struct sw_str link; /* of links */
	uint32_t mode;	    /* permission bits */
	uint32_t dev_major, dev_minor;
	uint64_t size;	 /* of a file, holes included */
	uint64_t stored; /* bytes in the archive */
	uint64_t at;	 /* where they begin, in the plain stream */
	bool sparse;
	const char *bad; /* the entry cannot be used, and why; NULL */
};

struct sw_tar_piece {
	uint64_t at, n;
};

struct sw_tar {
	struct sw_unzip *in;
	const uint8_t *p; /* window into the stream */
	size_t n;
	uint64_t pos;	    /* of p in the stream */
	uint64_t left, pad; /* of the current entry's data */
	uint64_t logical;   /* position in a sparse file */
	uint64_t entries;
	uint32_t piece, n_pieces;
	bool end;
	uint8_t block[512];
	struct sw_tar_entry e;
	struct sw_buf name, link, header; /* of the current entry; of an extended header */
	struct sw_tar_piece *pieces;
	struct sw_tar_pax {
		bool has_path, has_link, has_size, sparse, has_real;
		uint64_t size, real_size;
		uint32_t major, minor;
		struct sw_tar_piece open; /* an offset that waits for its length */
		bool has_open;
		const char *bad;
	} pax;
};

void sw_tar_init(struct sw_tar *t, struct sw_unzip *in); /* borrowed */
void sw_tar_release(struct sw_tar *t);
/* 1: an entry; 0: the end; negative: the archive ends here in an error, and nothing follows. */
int sw_tar_next(struct sw_tar *t, const struct sw_tar_entry **ret, struct sw_error *err);
/* The next piece of the file's content, holes as zeros; *ret_n 0 at its end. */
int sw_tar_read(struct sw_tar *t, const uint8_t **ret_p, size_t *ret_n, struct sw_error *err);

/* ---- shared with tar_pax.c ---- */
int sw_tar_pax(struct sw_tar *t, bool global, struct sw_error *err); /* of t->header */
int sw_tar_sparse_map(struct sw_tar *t, struct sw_error *err);	      /* of pax 1.0, in the data */
bool sw_tar_add_piece(struct sw_tar *t, uint64_t at, uint64_t n);
int sw_tar_take(struct sw_tar *t, const uint8_t **ret, size_t *ret_n, size_t most,
	struct sw_error *err); /* raw bytes of the entry's data */

#endif
