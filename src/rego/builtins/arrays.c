/* SPDX-License-Identifier: Apache-2.0 */
/* array.* */
#include "rego/builtins/arg.h"

static int new_elements(struct sw_builtin_ctx *ctx, uint64_t n, struct sw_value **ret)
{
	SW_TRY(sw_builtin_steps(ctx, n / 8));
	struct sw_value *v =
		n > SW_VALUE_MAX_LEN ? NULL : sw_arena_new_array(ctx->arena, n, struct sw_value);
	if (!v)
		return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
	*ret = v;
	return 0;
}

SW_BUILTIN_FN(concat)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_ARRAY));
	SW_TRY(sw_arg_type(ctx, args, 1, SW_ARRAY));
	struct sw_value x = args[0], y = args[1], *v = NULL;
	if (!x.n || !y.n) {
		*ret = x.n ? x : y;
		return 0;
	}
	SW_TRY(new_elements(ctx, (uint64_t)x.n + y.n, &v));
	memcpy(v, x.u.a->v, x.n * sizeof(*v));
	memcpy(v + x.n, y.u.a->v, y.n * sizeof(*v));
	return sw_ret_value(ctx, sw_array_from(ctx->arena, v, x.n + y.n), ret);
}

SW_BUILTIN_FN(flatten)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_ARRAY));
	uint64_t total = 0;
	bool nested = false;
	sw_array_foreach (e, args[0]) {
		total += e->type == SW_ARRAY ? e->n : 1;
		nested = nested || e->type == SW_ARRAY;
	}
	if (!nested) {
		*ret = args[0];
		return 0;
	}
	if (!total) {
		*ret = sw_empty_array();
		return 0;
	}
	struct sw_value *v = NULL, *at;
	SW_TRY(new_elements(ctx, total, &v));
	at = v;
	sw_array_foreach (e, args[0]) {
		if (e->type != SW_ARRAY) {
			*at++ = *e;
		} else if (e->n) {
			memcpy(at, e->u.a->v, e->n * sizeof(*v));
			at += e->n;
		}
	}
	return sw_ret_value(ctx, sw_array_from(ctx->arena, v, (uint32_t)total), ret);
}

SW_BUILTIN_FN(slice)
{
	int64_t from, to;
	SW_TRY(sw_arg_type(ctx, args, 0, SW_ARRAY));
	SW_TRY(sw_arg_int(ctx, args, 1, &from));
	SW_TRY(sw_arg_int(ctx, args, 2, &to));
	int64_t len = args[0].n;
	to = to < 0 ? 0 : to > len ? len : to;
	from = from < 0 ? 0 : from > to ? to : from;
	if (from == to)
		*ret = sw_empty_array();
	else if (from == 0 && to == len)
		*ret = args[0];
	else /* shares the elements: arrays are immutable */
		return sw_ret_value(ctx,
			sw_array_from(ctx->arena, args[0].u.a->v + from, (uint32_t)(to - from)),
			ret);
	return 0;
}

SW_BUILTIN_FN(reverse)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_ARRAY));
	struct sw_value x = args[0], *v = NULL;
	if (x.n < 2) {
		*ret = x;
		return 0;
	}
	SW_TRY(new_elements(ctx, x.n, &v));
	for (uint32_t i = 0; i < x.n; i++)
		v[i] = x.u.a->v[x.n - 1 - i];
	return sw_ret_value(ctx, sw_array_from(ctx->arena, v, x.n), ret);
}

static const struct sw_builtin rows[] = {
	{"array.concat", NULL, "(array[any], array[any]) array[any]", 0, concat},
	{"array.flatten", NULL, "(array[any]) array[any]", 0, flatten},
	{"array.reverse", NULL, "(array[any]) array[any]", 0, reverse},
	{"array.slice", NULL, "(array[any], number, number) array[any]", 0, slice},
};

const struct sw_builtin_group sw_builtins_arrays = {rows, SW_ARRAY_LEN(rows)};
