/* SPDX-License-Identifier: Apache-2.0 */
/* Over whole collections: count, sum, product, max, min, sort, and v0's any and all. */
#include <stdlib.h>

#include "rego/builtins/arg.h"

SW_BUILTIN_FN(count)
{
	switch (args[0].type) {
	case SW_ARRAY:
	case SW_OBJECT:
	case SW_SET:
		*ret = sw_int(args[0].n);
		return 0;
	case SW_STRING:
		*ret = sw_int((int64_t)sw_utf8_count(sw_value_str(args[0])));
		return sw_builtin_steps(ctx, args[0].n / 64);
	default:
		return sw_builtin_operand(ctx, 1, "one of {array, object, set, string}", args[0]);
	}
}

static int accumulate(struct sw_builtin_ctx *ctx, bool multiply, const struct sw_value *args,
	struct sw_value *ret)
{
	SW_TRY(sw_arg_list(ctx, args, 0, "one of {set, array}"));
	SW_TRY(sw_builtin_steps(ctx, args[0].n));
	sw_array_foreach (e, args[0])
		if (e->type != SW_NUMBER)
			return sw_arg_element(ctx, 0, args[0], *e, "number");
	const char *why = "";
	int r = sw_rego_accumulate(ctx->arena, multiply, args[0].u.a->v, args[0].n, ret, &why);
	return r < 0 ? sw_ret_number_error(ctx, r, why) : 0;
}

SW_BUILTIN_FN(sum)
{
	return accumulate(ctx, false, args, ret);
}

SW_BUILTIN_FN(product)
{
	return accumulate(ctx, true, args, ret);
}

/* sign 1: the greatest, -1: the least. Of equal elements of an array the last is taken, as OPA
 * does. */
static int extreme(
	struct sw_builtin_ctx *ctx, int sign, const struct sw_value *args, struct sw_value *ret)
{
	SW_TRY(sw_arg_list(ctx, args, 0, "one of {set, array}"));
	struct sw_value c = args[0], best = sw_undef();
	if (c.type == SW_SET && c.n) {
		best = c.u.a->v[sign > 0 ? c.n - 1 : 0];
	} else {
		SW_TRY(sw_builtin_steps(ctx, c.n));
		sw_array_foreach (e, c)
			if (!sw_defined(best) || sign * sw_value_cmp(best, *e) <= 0)
				best = *e;
	}
	*ret = best;
	return 0;
}

SW_BUILTIN_FN(max)
{
	return extreme(ctx, 1, args, ret);
}

SW_BUILTIN_FN(min)
{
	return extreme(ctx, -1, args, ret);
}

static int order(const void *x, const void *y)
{
	return sw_value_cmp(*(const struct sw_value *)x, *(const struct sw_value *)y);
}

SW_BUILTIN_FN(sort)
{
	SW_TRY(sw_arg_list(ctx, args, 0, "one of {set, array}"));
	struct sw_value c = args[0];
	if (c.type == SW_SET)
		return sw_ret_value(ctx, sw_array_from(ctx->arena, c.u.a->v, c.n), ret);
	SW_TRY(sw_builtin_steps(ctx, (uint64_t)c.n * 8));
	struct sw_value *v = sw_arena_new_array(ctx->arena, c.n, struct sw_value);
	if (!v && c.n)
		return sw_ret_value(ctx, sw_undef(), ret);
	if (c.n) {
		memcpy(v, c.u.a->v, c.n * sizeof(*v));
		qsort(v, c.n, sizeof(*v), order);
	}
	return sw_ret_value(ctx, sw_array_from(ctx->arena, v, c.n), ret);
}

SW_BUILTIN_FN(all)
{
	SW_TRY(sw_arg_list(ctx, args, 0, "one of {array, set}"));
	bool every = true;
	sw_array_foreach (e, args[0])
		every = every && sw_is_true(*e);
	*ret = sw_bool(every);
	return sw_builtin_steps(ctx, args[0].n / 8);
}

SW_BUILTIN_FN(any)
{
	SW_TRY(sw_arg_list(ctx, args, 0, "one of {array, set}"));
	bool some = false;
	sw_array_foreach (e, args[0])
		some = some || sw_is_true(*e);
	*ret = sw_bool(some);
	return sw_builtin_steps(ctx, args[0].n / 8);
}

#define ANY_LIST "any<array[any],set[any]>"
#define NUMBER_LIST "any<array[number],set[number]>"

static const struct sw_builtin rows[] = {
	{"all", NULL, "(" ANY_LIST ") boolean", SW_BUILTIN_DEPRECATED, all},
	{"any", NULL, "(" ANY_LIST ") boolean", SW_BUILTIN_DEPRECATED, any},
	{"count", NULL, "(any<string,array[any],object[any:any],set[any]>) number", 0, count},
	{"max", NULL, "(" ANY_LIST ") any", 0, max},
	{"min", NULL, "(" ANY_LIST ") any", 0, min},
	{"product", NULL, "(" NUMBER_LIST ") number", 0, product},
	{"sort", NULL, "(" ANY_LIST ") array[any]", 0, sort},
	{"sum", NULL, "(" NUMBER_LIST ") number", 0, sum},
};

const struct sw_builtin_group sw_builtins_aggregates = {rows, SW_ARRAY_LEN(rows)};
