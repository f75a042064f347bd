/* SPDX-License-Identifier: Apache-2.0 */
/* References between schemas: $id (or id) gives a subschema a place, $ref names one. */
#ifndef SW_REGO_BUILTINS_JSONSCHEMA_REFS_H
#define SW_REGO_BUILTINS_JSONSCHEMA_REFS_H

#include "rego/builtin.h"

#define SW_JS_MAX_DOCS 100000

struct sw_js_doc {
	struct sw_str at; /* absolute reference; "" is the root */
	struct sw_value doc;
	int draft; /* 0: that of the place it is referred from */
};

struct sw_js_docs {
	struct sw_builtin_ctx *ctx;
	struct sw_js_doc *v;
	uint32_t n, cap;
	struct sw_buf *why;
	unsigned depth;
};

/* 0: *ret is the root with every $ref made absolute. 1: `why` says what is wrong. Negative: a limit. */
int sw_js_docs_load(struct sw_js_docs *d, struct sw_value root, struct sw_value *ret);
/* The document that an absolute reference means. 0, 1, negative as above. */
int sw_js_docs_find(struct sw_js_docs *d, struct sw_str ref, struct sw_js_doc *ret);
/* The schema of schemas at that address (without fragment), as JSON; {NULL, 0}: none is there. */
struct sw_str sw_js_metaschema(struct sw_str url);
/* The draft that $schema names, 0 when it does not; 1 in *ret_bad with the reason. */
int sw_js_schema_draft(struct sw_js_docs *d, struct sw_value doc, bool *ret_bad);

#endif
