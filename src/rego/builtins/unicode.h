/* SPDX-License-Identifier: Apache-2.0 */
/* Code points in Go's way: a byte that is not UTF-8 is U+FFFD of width one. */
#ifndef SW_REGO_BUILTINS_UNICODE_H
#define SW_REGO_BUILTINS_UNICODE_H

#include "base/buf.h"
#include "base/str.h"

/* The code point that ends at `end` (> 0); *ret_start is where it begins. */
uint32_t sw_unicode_last(struct sw_str s, size_t end, size_t *ret_start);
bool sw_unicode_is_ascii(struct sw_str s);
bool sw_unicode_is_space(uint32_t cp); /* unicode.IsSpace */
/* strings.ToLower / ToUpper: simple mappings, one code point for one. */
void sw_unicode_lower(struct sw_buf *out, struct sw_str s);
void sw_unicode_upper(struct sw_buf *out, struct sw_str s);
/* Byte offset of the n-th code point, or the end. */
size_t sw_unicode_offset(struct sw_str s, size_t from, uint64_t n);

#endif
