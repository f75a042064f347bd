/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSONPath templates as kubectl's library has them (k8s.io/client-go/util/jsonpath): text with
 * actions in braces: {.a.b}, {.a['b']}, {.a[0]}, {.a[1:3]}, {.a[*]}, {..a}, {.a[?(@.b=="c")]},
 * {range …}{end}, {"text"}. Several results of one action are separated by a blank.
 *
 * Lists and mappings print as JSON, null as "null", numbers as Go's fmt prints them: those of JSON
 * are doubles (1e+06), those of YAML keep being integers. A mapping read from YAML cannot be
 * printed by that library, which is an error here too.
 *
 * Limits: nesting 64, a million values visited.
 */
#ifndef SW_CIS_JSONPATH_H
#define SW_CIS_JSONPATH_H

#include "base/buf.h"
#include "base/error.h"
#include "doc/value.h"

enum sw_cis_jsonpath_flags {
	SW_CIS_JSONPATH_YAML = 1 << 0,	  /* the value was read from YAML */
	SW_CIS_JSONPATH_MISSING = 1 << 1, /* a missing key is no error */
};

int sw_cis_jsonpath(struct sw_arena *a, struct sw_str text, struct sw_value root, unsigned flags,
	struct sw_buf *out, struct sw_error *err);

/* A number as Go's fmt.Print() shows a float64. */
void sw_cis_go_double(struct sw_buf *out, double d);

#endif
