/* SPDX-License-Identifier: Apache-2.0 */
/* A place inside a value: object keys, array indexes, set elements, from the root on. */
#ifndef SW_REGO_BUILTINS_JSONPATH_H
#define SW_REGO_BUILTINS_JSONPATH_H

#include "rego/builtin.h"

struct sw_path {
	const struct sw_value *v;
	uint32_t n;
};

/*
 * "/a/b~1c" (RFC 6901; leading slashes may be left out or doubled) or an array of segments. The
 * segments live in the evaluation's arena or are the operand's. Fails with OPA's text on any other
 * type.
 */
int sw_jsonpath_parse(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_path *ret);

#endif
