/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of bbolt's files (containerd keeps its images in one), for hostile ones: pages are read by offset as they
 * are needed, nothing is mapped, and no lock is taken, so that a file in use can be read. A writer leaves the pages
 * of the transaction before its own alone: what was walked is whole when no newer one is there at the end. When there is,
 * pages may have been used for something else, which need not look like damage: ask sw_bolt_changed(), and walk again.
 *
 * A file is two meta pages, of which the valid one with the higher transaction counts, and pages of B+ trees: a bucket
 * is a tree, or lies whole in the value that names it. A damaged page is passed over and counted.
 *
 * Views live during the call of each(). Threads: one. Call it in a cage.
 * Limits: SW_BOLT_DEPTH pages below each other, buckets in buckets included, SW_BOLT_PAGE bytes of a page with its overflow,
 * SW_BOLT_BYTES read in all; what lies beyond counts as damage.
 * Source: go.etcd.io/bbolt 1.3 and 1.4 (db.go, page.go, bucket.go), file version 2.
 */
#ifndef SW_IMAGE_SOURCE_BOLT_H
#define SW_IMAGE_SOURCE_BOLT_H

#include "base/error.h"
#include "base/str.h"

#define SW_BOLT_DEPTH 32
#define SW_BOLT_PAGE ((size_t)1 << 20)
#define SW_BOLT_BYTES ((uint64_t)1 << 30)

struct sw_bolt {
	int fd;
	uint64_t size, read;
	uint32_t page, depth;
	uint64_t root; /* page of the bucket that holds all others */
	uint64_t txid; /* transaction that is read */
	uint32_t damaged;
};

struct sw_bolt_bucket {
	uint64_t root;	    /* 0: inlined */
	struct sw_str page; /* then */
};

/* -SW_ESYNTAX: no such file, or none of its meta pages is whole. */
int sw_bolt_open(struct sw_bolt *b, int fd, uint64_t size, struct sw_error *err);
/* Is the newest transaction of the file another one by now, or none? */
bool sw_bolt_changed(const struct sw_bolt *b);
struct sw_bolt_bucket sw_bolt_root(const struct sw_bolt *b);
/*
 * Every entry of a bucket by its key; `in` is not NULL where the value is a bucket. each() may walk that; it returns
 * not 0 to end this walk.
 */
void sw_bolt_walk(struct sw_bolt *b, struct sw_bolt_bucket at,
	int (*each)(void *arg, struct sw_str key, struct sw_str value, const struct sw_bolt_bucket *in), void *arg);

#endif
