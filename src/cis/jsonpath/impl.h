/* SPDX-License-Identifier: Apache-2.0 */
/* A JSONPath template as a tree: read by parse.c, walked by jsonpath.c. */
#ifndef SW_CIS_JSONPATH_IMPL_H
#define SW_CIS_JSONPATH_IMPL_H

#include "cis/jsonpath/jsonpath.h"

enum jp_kind {
	JP_LIST,  /* an action: steps one after another */
	JP_TEXT,  /* `value` */
	JP_FIELD, /* `name` */
	JP_ARRAY, /* from, to, step */
	JP_FILTER,
	JP_VALUE, /* a number, true or false: `value` */
	JP_WILDCARD,
	JP_RECURSIVE,
	JP_UNION, /* of lists */
	JP_RANGE,
	JP_END,
};

struct jp_bound {
	int64_t v;
	bool known, derived; /* derived: of a single index */
};

struct jp_node {
	enum jp_kind kind;
	struct sw_str name; /* of a field; a filter's operator, "exists" among them */
	struct sw_value value;
	struct jp_bound bound[3];
	struct jp_node *left, *right; /* lists of a filter */
	struct jp_node **v;	      /* of a list or a union */
	uint32_t n, cap;
};

/* The template as a list of texts and actions. 0 or -SW_EINVALID. */
int jp_parse(struct sw_arena *a, struct sw_str text, struct jp_node **ret, struct sw_error *err);

#endif
