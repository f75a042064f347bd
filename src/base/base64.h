/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 (RFC 4648), strictly: the standard or the URL-safe alphabet (not both in one text), with
 * or without padding, no white space, unused bits zero. Hexadecimal and percent-encoding beside it.
 */
#ifndef SW_BASE_BASE64_H
#define SW_BASE_BASE64_H

#include "base/arena.h"
#include "base/buf.h"

/* Bytes in the arena (p is never NULL on success). False: not base64, or the arena is full. */
bool sw_base64_decode(struct sw_arena *a, struct sw_str text, struct sw_str *ret);
/* Standard alphabet with padding. */
void sw_base64_encode(struct sw_buf *out, struct sw_str bytes);

/* Lower case. */
void sw_hex_encode(struct sw_buf *out, struct sw_str bytes);
/* Either case; false on an odd length or any other byte. `out` holds text.n / 2 bytes. */
bool sw_hex_decode(struct sw_str text, uint8_t *out);
/* RFC 3986: all but its unreserved characters and those in `keep` as "%2F". */
void sw_percent_encode(struct sw_buf *out, struct sw_str text, const char *keep);
/* RFC 3986, "%2F" in either case. False: '%' before anything else than two hexadecimal digits. */
bool sw_percent_decode(struct sw_buf *out, struct sw_str text);

#endif
