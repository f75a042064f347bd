/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The form in which a caged process hands back what it found: bytes, numbers and texts one after
 * another, without names. The reader trusts nothing: whatever it is given, it stays inside the
 * bytes, and a length that does not fit sets `bad`, after which everything read is 0 or "".
 *
 * Numbers are LEB128 (7 bits a byte, lowest first, at most 10 bytes); a text is its length and its
 * bytes. Texts read are views into the bytes.
 */
#ifndef SW_CAGE_PACK_H
#define SW_CAGE_PACK_H

#include "base/buf.h"
#include "base/str.h"

void sw_pack_u64(struct sw_buf *out, uint64_t v);
void sw_pack_str(struct sw_buf *out, struct sw_str s);
void sw_pack_bytes(struct sw_buf *out, const void *p, size_t n); /* without a length */

struct sw_unpack {
	struct sw_str rest;
	bool bad;
};

uint64_t sw_unpack_u64(struct sw_unpack *u);
/* More than max: bad. */
uint64_t sw_unpack_max(struct sw_unpack *u, uint64_t max);
struct sw_str sw_unpack_str(struct sw_unpack *u, size_t max);
const uint8_t *sw_unpack_bytes(struct sw_unpack *u, size_t n); /* NULL when bad */

#endif
