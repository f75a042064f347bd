/* SPDX-License-Identifier: Apache-2.0 */
/* uri.*: what Go's net/url makes of a URI. */

#include "rego/builtins/operand.h"
#include "base/go/url.h"

static int put(struct sw_builtin_ctx *ctx, struct sw_map *map, const char *key, struct sw_str s)
{
	struct sw_value v;

	if (!s.n)
		return 0;
	int rc = sw_builtin_ret_str(ctx, s, &v);
	if (rc == 0 && sw_map_adds(map, key, v))
		return sw_builtin_limit(ctx, "result");
	return rc;
}

static int uri_parse(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_str s, name, port;
	struct sw_gourl u;
	struct sw_map map;
	sw_autobuf why;
	int rc = sw_operand_str(ctx, 1, args[0], &s);

	sw_buf_init(&why, 0);
	if (rc || (rc = sw_builtin_steps(ctx, 1 + s.n / 16)))
		return rc;
	rc = sw_gourl_parse(ctx->scratch, s, &u, &why);
	if (rc == -SW_ELIMIT)
		return sw_builtin_limit(ctx, "URI too long");
	if (rc)
		return sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(&why)));
	sw_gourl_split_host(u.host, &name, &port);
	sw_map_init(&map, ctx->arena);
	if ((rc = put(ctx, &map, "scheme", u.scheme)) || (rc = put(ctx, &map, "hostname", name)) ||
		(rc = put(ctx, &map, "port", port)) || (rc = put(ctx, &map, "path", u.path)) ||
		(rc = put(ctx, &map, "raw_path", u.path.n && !u.raw_path.n ? u.path : u.raw_path)) ||
		(rc = put(ctx, &map, "raw_query", u.raw_query)) ||
		(rc = put(ctx, &map, "fragment", u.fragment)))
		return rc;
	*ret = sw_map_object(&map);
	return sw_defined(*ret) ? 0 : sw_builtin_limit(ctx, "result");
}

static int is_valid(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_gourl u;
	sw_autobuf why;
	int rc = 0;

	sw_buf_init(&why, 0);
	*ret = sw_bool(false);
	if (args[0].type != SW_STRING || args[0].n == 0)
		return 0;
	if ((rc = sw_builtin_steps(ctx, 1 + args[0].n / 16)))
		return rc;
	rc = sw_gourl_parse(ctx->scratch, sw_value_str(args[0]), &u, &why);
	if (rc == -SW_ELIMIT)
		return sw_builtin_limit(ctx, "URI too long");
	*ret = sw_bool(rc == 0);
	return 0;
}

static const struct sw_builtin rows[] = {
	{"uri.is_valid", NULL, "(string) boolean", 0, is_valid},
	{"uri.parse", NULL, "(string) object[string:string]", 0, uri_parse},
};

const struct sw_builtin_group sw_builtins_uri = {rows, SW_ARRAY_LEN(rows)};
