/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpm's databases, read from the bytes of one file. Each back end gives every header blob that it
 * finds to rpm_header(); what is broken is noted and the rest is read. A blob that lies in pieces
 * is put together in `blob`, which grows to the longest.
 */
#ifndef SW_IMAGE_READERS_RPM_H
#define SW_IMAGE_READERS_RPM_H

#include "image/readers/impl.h"

#define RPM_FILE_MAX RD_MIB(512)
#define RPM_BLOB_MAX ((size_t)64 << 20) /* one header; kernels with all their files have 2 MiB */
#define RPM_NOTES 16			/* what is said of one file before it is cut short */

struct rpm_reader {
	struct sw_bom *bom;
	const struct sw_reader_file *f;
	struct sw_str t; /* the file */
	struct sw_str log; /* rpmdb.sqlite-wal; "" */
	struct sw_buf blob;
	uint32_t headers, notes;
	uint64_t bytes; /* of all blobs so far */
};

/*
 * Before `n` bytes are put together for a blob: true when the blobs are more than the file can
 * hold, that is, when they share pages. Noted; the back end then goes on to the next.
 */
bool rpm_spent(struct rpm_reader *r, uint64_t n, int *ret_e);

int rpm_note(struct rpm_reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int rpm_header(struct rpm_reader *r, struct sw_str blob);

bool rpm_is_sqlite(struct sw_str t);
bool rpm_is_ndb(struct sw_str t);
bool rpm_is_bdb(struct sw_str t);
int rpm_read_sqlite(struct rpm_reader *r);
bool rpm_log_commits(struct sw_str log); /* a write-ahead log of sqlite with a whole change in it */
int rpm_read_ndb(struct rpm_reader *r);
int rpm_read_bdb(struct rpm_reader *r);

#endif
