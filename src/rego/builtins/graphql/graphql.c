/* SPDX-License-Identifier: Apache-2.0 */
/* graphql.*: documents given as text or as the tree that these builtins return. */
#include "base/error.h"
#include "rego/builtins/graphql/parse.h"
#include "rego/builtins/graphql/validate.h"
#include "rego/builtins/operand.h"

#define MAX_TEXT ((size_t)16 << 20)

/*
 * Two kinds of failure: what OPA calls an error (fail == true: the reason goes to ctx), and what its
 * is_valid and verify builtins turn into false (rc == 1, nothing in ctx).
 */
enum { NOT_VALID = 1 };

static int bad(struct sw_builtin_ctx *ctx, bool fail, struct sw_str text)
{
	return fail ? sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(text)) : NOT_VALID;
}

static int limit(struct sw_builtin_ctx *ctx)
{
	return sw_builtin_limit(ctx, "GraphQL document too big");
}

/* Text or tree to the tree with positions. */
static int tree_of(struct sw_builtin_ctx *ctx, uint32_t pos, struct sw_value v, bool schema, bool fail,
	struct sw_value *ret)
{
	sw_autobuf why;
	int rc;

	sw_buf_init(&why, MAX_TEXT);
	if (v.type == SW_OBJECT) {
		*ret = sw_gql_normal(ctx->scratch, v, schema);
		return sw_defined(*ret) ? 0 : limit(ctx);
	}
	if (v.type != SW_STRING) {
		if (!fail)
			return NOT_VALID;
		return sw_builtin_operand(ctx, pos, "one of {string, object}", v);
	}
	if ((rc = sw_builtin_steps(ctx, 16 + v.n / 4)))
		return rc;
	*ret = schema ? sw_gql_parse_schema(ctx->scratch, sw_value_str(v), &why)
		      : sw_gql_parse_query(ctx->scratch, sw_value_str(v), &why);
	if (sw_defined(*ret) && !ctx->scratch->overflow)
		return 0;
	return why.n ? bad(ctx, fail, sw_buf_str(&why)) : limit(ctx);
}

static int build_schema(
	struct sw_builtin_ctx *ctx, struct sw_value tree, bool fail, struct sw_gql_schema *ret)
{
	struct sw_gql_schema_doc doc;
	sw_autobuf why, text;

	sw_buf_init(&why, MAX_TEXT);
	sw_buf_init(&text, MAX_TEXT);
	if (!sw_gql_load_schema(ctx->scratch, tree, &doc))
		return ctx->scratch->overflow ? limit(ctx)
					      : bad(ctx, fail, SW_STR("json: cannot unmarshal GraphQL schema"));
	int rc = sw_gql_schema_build(ctx->scratch, &doc, ret, &why);
	if (rc == -SW_EINVALID) {
		sw_buf_addz(&text, "Error in gqlparser SchemaDocument to Schema conversion: ");
		sw_buf_addstr(&text, sw_buf_str(&why));
		return bad(ctx, fail, sw_buf_str(&text));
	}
	return rc ? limit(ctx) : 0;
}

/* "input:3:4: text.\n…" to OPA's "text… in GraphQL string at location 3:4". */
static int fail_errors(struct sw_builtin_ctx *ctx, struct sw_str errors)
{
	struct sw_str rest = errors, file, line, col;
	int64_t row, column;

	if (sw_str_split(&rest, ':', &file) && sw_str_split(&rest, ':', &line) &&
		sw_str_split(&rest, ':', &col) && rest.n && sw_str_to_i64(line, &row) &&
		sw_str_to_i64(col, &column) && column >= 0) {
		while (rest.n && rest.p[0] == ' ')
			rest = sw_str_sub(rest, 1, rest.n);
		if (sw_str_ends(rest, SW_STR(".\n")))
			rest.n -= 2;
		return sw_builtin_fail(ctx, "%.*s in GraphQL string at location %lld:%lld",
			SW_STR_ARG(rest), (long long)row, (long long)column);
	}
	return sw_builtin_fail(ctx, "GraphQL parse error: %.*s", SW_STR_ARG(errors));
}

static int validate(struct sw_builtin_ctx *ctx, struct sw_value tree, bool from_value,
	const struct sw_gql_schema *schema, bool fail)
{
	struct sw_gql_query query;
	bool valid = false;
	sw_autobuf why;

	sw_buf_init(&why, MAX_TEXT);
	if (!sw_gql_load_query(ctx->scratch, tree, from_value, &query))
		return ctx->scratch->overflow ? limit(ctx)
					      : bad(ctx, fail, SW_STR("json: cannot unmarshal GraphQL query"));
	int rc = sw_gql_validate(ctx, schema, &query, &why, &valid);
	if (rc || valid)
		return rc;
	return fail ? fail_errors(ctx, sw_buf_str(&why)) : NOT_VALID;
}

/* Query and schema parsed and checked; trees with positions. */
static int check_both(struct sw_builtin_ctx *ctx, const struct sw_value *args, bool fail,
	struct sw_value *ret_query, struct sw_value *ret_schema)
{
	struct sw_gql_schema schema = {0};
	int rc;

	if ((rc = tree_of(ctx, 0, args[0], false, fail, ret_query)) ||
		(rc = tree_of(ctx, 1, args[1], true, fail, ret_schema)) ||
		(rc = build_schema(ctx, *ret_schema, fail, &schema)))
		return rc;
	return validate(ctx, *ret_query, args[0].type == SW_OBJECT, &schema, fail);
}

static int strip(struct sw_builtin_ctx *ctx, struct sw_value tree, struct sw_value *ret)
{
	struct sw_value v = sw_value_copy(ctx->arena, sw_gql_strip(ctx->scratch, tree));

	if (!sw_defined(v) || ctx->arena->overflow || ctx->scratch->overflow)
		return limit(ctx);
	*ret = v;
	return 0;
}

static int parse(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_value pair[2] = {{0}};
	int rc;

	if ((rc = check_both(ctx, args, true, &pair[0], &pair[1])) || (rc = strip(ctx, pair[0], &pair[0])) ||
		(rc = strip(ctx, pair[1], &pair[1])))
		return rc;
	return sw_ret_array(ctx, pair, 2, ret);
}

static int parse_and_verify(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_value all[3] = {sw_bool(false), sw_empty_object(), sw_empty_object()};
	struct sw_value query = {0}, schema = {0};
	int rc = check_both(ctx, args, false, &query, &schema);

	if (rc < 0)
		return rc;
	if (rc == 0) {
		all[0] = sw_bool(true);
		if ((rc = strip(ctx, query, &all[1])) || (rc = strip(ctx, schema, &all[2])))
			return rc;
	}
	return sw_ret_array(ctx, all, 3, ret);
}

static int is_valid(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_value query = {0}, schema = {0};
	int rc = check_both(ctx, args, false, &query, &schema);

	if (rc < 0)
		return rc;
	*ret = sw_bool(rc == 0);
	return 0;
}

static int schema_is_valid(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_value tree = {0};
	struct sw_gql_schema schema = {0};
	int rc = tree_of(ctx, 1, args[0], true, false, &tree);

	if (rc == 0)
		rc = build_schema(ctx, tree, false, &schema);
	if (rc < 0)
		return rc;
	*ret = sw_bool(rc == 0);
	return 0;
}

static int parse_one(
	struct sw_builtin_ctx *ctx, struct sw_value v, bool schema, struct sw_value *ret)
{
	struct sw_value tree = {0};
	int rc;

	if (v.type != SW_STRING)
		return sw_builtin_operand(ctx, 1, "string", v);
	if ((rc = tree_of(ctx, 1, v, schema, true, &tree)))
		return rc;
	return strip(ctx, tree, ret);
}

static int parse_query(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	return parse_one(ctx, args[0], false, ret);
}

static int parse_schema(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	return parse_one(ctx, args[0], true, ret);
}

#define DOC "any<string,object[any:any]>"
#define TREE "object[any:any]"

static const struct sw_builtin rows[] = {
	{"graphql.is_valid", NULL, "(" DOC ", " DOC ") boolean", 0, is_valid},
	{"graphql.parse", NULL, "(" DOC ", " DOC ") array<" TREE "," TREE ">", 0, parse},
	{"graphql.parse_and_verify", NULL, "(" DOC ", " DOC ") array<boolean," TREE "," TREE ">", 0,
		parse_and_verify},
	{"graphql.parse_query", NULL, "(string) " TREE, 0, parse_query},
	{"graphql.parse_schema", NULL, "(string) " TREE, 0, parse_schema},
	{"graphql.schema_is_valid", NULL, "(" DOC ") boolean", 0, schema_is_valid},
};

const struct sw_builtin_group sw_builtins_graphql = {rows, SW_ARRAY_LEN(rows)};
