/* SPDX-License-Identifier: Apache-2.0 */
/* json.match_schema and json.verify_schema. */
#include "doc/json.h"
#include "rego/builtins/jsonschema/schema.h"
#include "rego/builtins/operand.h"

#define MAX_TEXT ((size_t)1 << 24)

/* A document given as JSON text, object or array. NULL, or why it is none. */
static const char *document(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_value *ret)
{
	*ret = v;
	if (v.type == SW_OBJECT || v.type == SW_ARRAY)
		return NULL;
	if (v.type != SW_STRING)
		return "wrong type, expected string or object";
	if (sw_json_parse(ctx->scratch, sw_value_str(v), 0, NULL, ret, NULL, NULL))
		return "invalid JSON string";
	return NULL;
}

static int verify_schema(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_value doc, pair[2] = {sw_bool(true), sw_null()};
	struct sw_js_schema *schema = NULL;
	sw_autobuf why, text;
	int rc;

	sw_buf_init(&why, MAX_TEXT);
	sw_buf_init(&text, MAX_TEXT);
	const char *bad = document(ctx, args[0], &doc);
	if (bad)
		sw_buf_addz(&why, bad);
	else if ((rc = sw_js_compile(ctx, doc, &schema, &why)))
		return rc;
	if (!schema) {
		sw_buf_addz(&text, "jsonschema: ");
		sw_buf_addstr(&text, sw_buf_str(&why));
		pair[0] = sw_bool(false);
		if ((rc = sw_builtin_ret_str(ctx, sw_buf_str(&text), &pair[1])))
			return rc;
	}
	return sw_ret_array(ctx, pair, 2, ret);
}

static int match_schema(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_value doc, schema_doc, pair[2];
	struct sw_js_schema *schema = NULL;
	sw_autobuf why;
	const char *bad;
	int rc;

	sw_buf_init(&why, MAX_TEXT);
	if ((bad = document(ctx, args[0], &doc)) || (bad = document(ctx, args[1], &schema_doc)))
		return sw_builtin_fail(ctx, "%s", bad);
	if ((rc = sw_js_compile(ctx, schema_doc, &schema, &why)))
		return rc;
	if (!schema)
		return sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(&why)));
	if ((rc = sw_js_validate(ctx, schema, doc, &pair[1])))
		return rc;
	pair[0] = sw_bool(pair[1].n == 0);
	return sw_ret_array(ctx, pair, 2, ret);
}

#define DOC "any<string,object[any:any]>"

static const struct sw_builtin rows[] = {
	{"json.match_schema", NULL,
		"(" DOC ", " DOC ") array<boolean,array[object{\"desc\":string,\"error\":string,"
		"\"field\":string,\"type\":string}]>", SW_BUILTIN_NONDETERMINISTIC, match_schema},
	{"json.verify_schema", NULL, "(" DOC ") array<boolean,any<null,string>>", SW_BUILTIN_NONDETERMINISTIC, verify_schema},
};

const struct sw_builtin_group sw_builtins_jsonschema = {rows, SW_ARRAY_LEN(rows)};
