/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Schema, drafts 4, 6 and 7 and the mix of them that applies without $schema, compiled and judged as
 * gojsonschema does it: its order of checks, its scores for anyOf and oneOf, its texts. Members of schemas
 * and documents are visited in sorted order, where Go's order is random. References to other documents
 * are not fetched.
 */
#ifndef SW_REGO_BUILTINS_JSONSCHEMA_SCHEMA_H
#define SW_REGO_BUILTINS_JSONSCHEMA_SCHEMA_H

#include "base/re2.h"
#include "rego/builtin.h"

#define SW_JS_DEPTH 400       /* nested subschemas; also schemas and references met on one path */
#define SW_JS_MAX_ERRORS 100000

enum sw_js_draft { SW_JS_DRAFT4 = 4, SW_JS_DRAFT6 = 6, SW_JS_DRAFT7 = 7, SW_JS_HYBRID = 1000 };

struct sw_js_schema;

struct sw_js_named {
	struct sw_str name;
	struct sw_js_schema *schema; /* dependencies: NULL when `keys` say it */
	struct sw_re2 *re;           /* patternProperties */
	struct sw_value keys;
};

struct sw_js_list {
	struct sw_js_named *v;
	uint32_t n;
};

struct sw_js_schema {
	int draft;
	int pass; /* -1: not a boolean schema */
	struct sw_js_schema *ref;
	struct sw_str ref_text; /* as it is written */
	uint8_t types[7], n_types; /* indexes of sw_js_type_names, as written */
	struct sw_js_list properties, patterns, dependencies, items, one_of, any_of, all_of;
	bool items_single, unique;
	int more_props, more_items; /* -1: not said; 0 / 1: boolean; 2: the schema below */
	struct sw_js_schema *more_props_schema, *more_items_schema;
	struct sw_js_schema *prop_names, *contains, *not_, *if_, *then_, *else_;
	struct sw_value multiple, maximum, ex_maximum, minimum, ex_minimum; /* SW_UNDEF: not said */
	int64_t min_length, max_length, min_props, max_props, min_items, max_items; /* -1: not said */
	struct sw_re2 *pattern;
	struct sw_str pattern_text, format;
	struct sw_str *required;
	uint32_t n_required;
	struct sw_str const_; /* p NULL: not said */
	struct sw_str *enum_;
	uint32_t n_enum;
	bool has_enum;
};

extern const char *const sw_js_type_names[7];

/* 0; NULL schema and gojsonschema's text in `why` when it does not hold; negative: a limit, in ctx. */
int sw_js_compile(
	struct sw_builtin_ctx *ctx, struct sw_value doc, struct sw_js_schema **ret, struct sw_buf *why);
/* The errors as an array of {desc, error, field, type}. */
int sw_js_validate(struct sw_builtin_ctx *ctx, const struct sw_js_schema *s, struct sw_value doc,
	struct sw_value *ret_errors);

/* encoding/json of a value whose numbers went through float64. p NULL: the arena is full. */
struct sw_str sw_js_canonical(struct sw_arena *a, struct sw_value v);
bool sw_js_is_integer(struct sw_value number);
bool sw_js_format_ok(struct sw_builtin_ctx *ctx, struct sw_str format, struct sw_value v);
/* big.Float's %v: shortest digits, an exponent from 1e+06 on. */
void sw_js_number_print(struct sw_buf *out, struct sw_value number);
/* Is a / b a whole number? */
bool sw_js_multiple(struct sw_value a, struct sw_value b);

#endif
