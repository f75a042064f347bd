/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Pointer (RFC 6901): "" is the whole, "/a/0/b~1c" a member, an element, a member named "b/c".
 *
 * Pointers address objects by string keys and arrays by index; sets have no places. Nothing is
 * copied.
 */
#ifndef SW_DOC_POINTER_H
#define SW_DOC_POINTER_H

#include "base/buf.h"
#include "doc/value.h"

/* Empty, or begins with '/', every '~' followed by 0 or 1. */
bool sw_pointer_valid(struct sw_str p);

/*
 * Cuts the first token off *rest; still escaped. False at the end. *rest must be valid.
 * A token without '~' is the key itself; else sw_pointer_unescape() it.
 */
bool sw_pointer_next(struct sw_str *rest, struct sw_str *ret_token);
void sw_pointer_unescape(struct sw_buf *out, struct sw_str token);
/* The index that a token names in an array: "0" or digits without a leading zero; false for "-". */
bool sw_pointer_index(struct sw_str token, uint32_t *ret);

/* Append "/" and the token, escaped. */
void sw_pointer_add(struct sw_buf *out, struct sw_str key);
void sw_pointer_add_index(struct sw_buf *out, uint32_t index);
/* The pointer without its last token, which goes to *ret_last (may be NULL). */
struct sw_str sw_pointer_parent(struct sw_str p, struct sw_str *ret_last);

/* Index of the member or element that an escaped token names in v, or -1. */
int64_t sw_pointer_child(struct sw_value v, struct sw_str token);
/* SW_UNDEF when there is no such place or the pointer is not valid. */
struct sw_value sw_pointer_get(struct sw_value root, struct sw_str pointer);

#endif
