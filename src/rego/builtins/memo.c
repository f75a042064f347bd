/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/memo.h"

#include "rego/builtins/operand.h"

bool sw_builtin_memo_get(
	struct sw_builtin_ctx *ctx, const char *name, struct sw_value key, struct sw_value *ret)
{
	struct sw_value pair[2] = {sw_string(sw_str_from(name)), key};
	struct sw_value k = sw_array_from(ctx->scratch, pair, 2);

	if (ctx->memo.type != SW_OBJECT || !sw_defined(k))
		return false;
	struct sw_value v = sw_object_get(ctx->memo, k);
	if (!sw_defined(v))
		return false;
	*ret = v;
	return true;
}

int sw_builtin_memo_put(
	struct sw_builtin_ctx *ctx, const char *name, struct sw_value key, struct sw_value v)
{
	struct sw_value k;
	struct sw_map map;
	int rc = sw_ret_array(ctx, (struct sw_value[]){sw_string(sw_str_from(name)), key}, 2, &k);

	if (rc)
		return rc;
	sw_map_init(&map, ctx->arena);
	if (ctx->memo.type == SW_OBJECT)
		sw_object_foreach(m, ctx->memo)
			if (sw_map_add(&map, m->k, m->v))
				return sw_builtin_limit(ctx, "memo");
	if (sw_map_add(&map, k, v))
		return sw_builtin_limit(ctx, "memo");
	struct sw_value o = sw_map_object(&map);
	if (!sw_defined(o))
		return sw_builtin_limit(ctx, "memo");
	ctx->memo = o;
	return 0;
}
