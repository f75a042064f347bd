/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSONPath templates as kubectl's library has them (k8s.io/client-go/util/jsonpath), its errors and oddities too, for a
 * verdict hangs on them: text with actions in braces: {.a.b}, {.a['b']}, {.a[0]}, {.a[1:3]}, {.a[*]}, {..a},
 * {.a[?(@.b=="c")]}, {range …}{end}, {"text"}. Several results of one action are separated by a blank.
 *
 * A key that is not there has no result; an index beyond the end, a filter over something else than a list, and a
 * comparison of different types (an integer with a double among them) are errors. ['a.b'] is .a.b, as there.
 *
 * Lists and mappings print as JSON, null as "null", numbers as Go's fmt prints them. A mapping read from YAML cannot be
 * printed by that library, which is an error here too.
 *
 * Limits: 64 KiB of template, nesting 64, a million values visited.
 */
#ifndef SW_CIS_JSONPATH_H
#define SW_CIS_JSONPATH_H

#include "base/buf.h"
#include "base/error.h"
#include "doc/value.h"

enum sw_cis_jsonpath_flags {
	SW_CIS_JSONPATH_YAML = 1 << 0,	  /* the value was read from YAML, by go-yaml */
	SW_CIS_JSONPATH_DOUBLES = 1 << 1, /* it was read by encoding/json, whose numbers are doubles */
};

/* After an error nothing was added to `out`. */
int sw_cis_jsonpath(struct sw_arena *a, struct sw_str text, struct sw_value root, unsigned flags,
	struct sw_buf *out, struct sw_error *err);

#endif
