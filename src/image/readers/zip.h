/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ZIP archive in memory, by its central directory (PKWARE APPNOTE 6.3, ZIP64 included). Stored
 * and deflated entries; encrypted and other ones are skipped.
 *
 * Limits: ZIP_ENTRIES entries; the caller's buffer bounds what one entry unpacks to.
 */
#ifndef SW_IMAGE_READERS_ZIP_H
#define SW_IMAGE_READERS_ZIP_H

#include "image/readers/impl.h"

#define ZIP_ENTRIES (1u << 20)

struct zip {
	struct sw_str t;
	struct sw_str rest; /* of the central directory */
	uint64_t base;	    /* what stands before the archive */
	uint32_t seen;
};

struct zip_entry {
	struct sw_str name;
	uint16_t method, flags;
	uint64_t packed, size, offset;
};

bool zip_open(struct zip *z, struct sw_str t);	     /* false: no archive */
bool zip_next(struct zip *z, struct zip_entry *ret); /* false: the end, or broken from here on */
/* Stored entries are a view into the archive; others are unpacked into *out, emptied before. */
bool zip_read(
	const struct zip *z, const struct zip_entry *e, struct sw_buf *out, struct sw_str *ret);

#endif
