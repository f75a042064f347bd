/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A blob as a stream of plain bytes: read, hashed, decompressed, hashed again, in one pass.
 *
 * gzip, zstd (frames, skippable frames), xz, bzip2, each with members back to back, and plain bytes are told apart by
 * their first bytes, never by a media type, which may lie. gzip is inflated by ISA-L where libisal.so.2 is
 * installed and by zlib elsewhere; the bytes are the same.
 *
 * Memory: two buffers of 256 KiB, and the window of the format (layer/codec.h).
 * Limits: `max_plain` bytes come out; a blob that grows by more than SW_UNZIP_RATIO once it is
 * larger than SW_UNZIP_RATIO_FROM is a bomb: both -SW_ELIMIT. Threads: one.
 */
#ifndef SW_IMAGE_LAYER_UNZIP_H
#define SW_IMAGE_LAYER_UNZIP_H

#include "base/error.h"
#include "base/str.h"

#define SW_UNZIP_RATIO 250
#define SW_UNZIP_RATIO_FROM ((uint64_t)1 << 30)

struct sw_unzip_opts {
	int fd;		     /* borrowed */
	bool seekable;	     /* read by offset; else from where the descriptor stands */
	uint64_t offset;     /* of the blob, when seekable */
	uint64_t length;     /* UINT64_MAX: to the end of the file */
	bool hash_raw;	     /* SHA-256 of what is read */
	bool hash_plain;     /* SHA-256 of what comes out */
	uint64_t max_plain;  /* 0: 64 GiB */
	uint64_t *progress;  /* raw bytes read so far are written here; NULL */
};

struct sw_unzip;

/* Loads libraries that will be needed: call it once before the process gives up its rights. */
void sw_unzip_prepare(void);

/* Do the first bytes of a blob, ten are enough, begin something compressed? */
bool sw_unzip_is(struct sw_str head);

int sw_unzip_open(const struct sw_unzip_opts *opts, struct sw_unzip **ret, struct sw_error *err);
void sw_unzip_free(struct sw_unzip *s); /* takes NULL */
const char *sw_unzip_name(const struct sw_unzip *s); /* "gzip" …; NULL: plain bytes */
/*
 * The next piece of plain bytes; *ret_n 0 at the end. Valid until the next call. -SW_EIO,
 * -SW_ESYNTAX (damaged or cut short), -SW_ELIMIT.
 */
int sw_unzip_next(
	struct sw_unzip *s, const uint8_t **ret_p, size_t *ret_n, struct sw_error *err);
/* Leaves out n bytes. Free of cost where nothing is compressed or hashed. */
int sw_unzip_skip(struct sw_unzip *s, uint64_t n, struct sw_error *err);
/* Can sw_unzip_skip() jump? */
bool sw_unzip_jumps(const struct sw_unzip *s);

uint64_t sw_unzip_raw_bytes(const struct sw_unzip *s);
uint64_t sw_unzip_plain_bytes(const struct sw_unzip *s);
/* After damage: reads the rest all the same, for the sum of what is stored (when asked for). */
int sw_unzip_drain(struct sw_unzip *s, uint8_t ret_raw[32], struct sw_error *err);
/* After the end: the sums, where they were asked for; also reads what lies behind the last frame. */
int sw_unzip_finish(
	struct sw_unzip *s, uint8_t ret_raw[32], uint8_t ret_plain[32], struct sw_error *err);

#endif
