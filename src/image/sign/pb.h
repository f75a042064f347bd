/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading messages in the JSON form of Protocol Buffers (proto3): field names in lowerCamelCase or
 * as in the .proto file, null for an absent field, 64-bit integers as strings or numbers, bytes in
 * either base64 alphabet, enums as names or numbers, times in RFC 3339. Unknown fields are ignored.
 */
#ifndef SW_IMAGE_SIGN_PB_H
#define SW_IMAGE_SIGN_PB_H

#include "base/error.h"
#include "doc/value.h"

/* JSON text to a tree: repeated keys are errors, at most 64 levels and a million values. */
int sw_pb_parse(struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err);

/* SW_UNDEF when absent or null. `name` in lowerCamelCase. */
struct sw_value sw_pb_get(struct sw_value msg, const char *name);
/* Follows names: sw_pb_path(v, "a", "b", NULL). */
struct sw_value sw_pb_path(struct sw_value msg, ...) __attribute__((sentinel));
struct sw_str sw_pb_str(struct sw_value msg, const char *name); /* {NULL, 0}: absent or no string */

/*
 * 1 present, 0 absent (*ret untouched), negative: there, but not of this type.
 */
int sw_pb_bytes(struct sw_arena *a, struct sw_value msg, const char *name, struct sw_str *ret,
	struct sw_error *err);
int sw_pb_int(struct sw_value msg, const char *name, int64_t *ret, struct sw_error *err);
/* Seconds since 1970; fractions are cut off. */
int sw_pb_time(struct sw_value msg, const char *name, int64_t *ret, struct sw_error *err);
int sw_pb_list(struct sw_value msg, const char *name, uint32_t max, struct sw_value *ret,
	struct sw_error *err);

bool sw_pb_rfc3339(struct sw_str text, int64_t *ret);

#endif
