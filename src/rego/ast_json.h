/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A module as JSON, byte for byte as `opa parse --format json` and rego.parse_module() have it: key order,
 * HTML escapes and all. Recursion is bounded by the parser's depth limit.
 */
#ifndef SW_REGO_AST_JSON_H
#define SW_REGO_AST_JSON_H

#include "rego/ast.h"

enum sw_rego_json_flags {
	SW_REGO_JSON_PRETTY = 1 << 0,    /* two-space indent */
	SW_REGO_JSON_LOCATIONS = 1 << 1, /* --json-include locations */
	SW_REGO_JSON_TEXT = 1 << 2,      /* locations carry their source text in base64 */
	SW_REGO_JSON_NO_COMMENTS = 1 << 3, /* opa parse's default; comments always have locations */
};

void sw_rego_module_json(struct sw_buf *out, const struct sw_rego_module *m, unsigned flags);
void sw_rego_term_json(struct sw_buf *out, const struct sw_rego_term *t, unsigned flags);
/* The same inside of other JSON: lines are indented by `depth` levels more. */
void sw_rego_module_json_at(struct sw_buf *out, const struct sw_rego_module *m, unsigned flags, uint32_t depth);
void sw_rego_ref_json_at(struct sw_buf *out, const struct sw_rego_term *ref, unsigned flags, uint32_t depth);
void sw_rego_body_json_at(struct sw_buf *out, const struct sw_rego_body *b, unsigned flags, uint32_t depth);

#endif
