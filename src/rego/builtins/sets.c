/* SPDX-License-Identifier: Apache-2.0 */
/* Set algebra; `-` is in numbers.c, where it also means subtraction. */
#include "rego/builtins/arg.h"

static int two_sets(struct sw_builtin_ctx *ctx, const struct sw_value *args)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_SET));
	SW_TRY(sw_arg_type(ctx, args, 1, SW_SET));
	return sw_builtin_steps(ctx, ((uint64_t)args[0].n + args[1].n) / 4);
}

SW_BUILTIN_FN(and_)
{
	SW_TRY(two_sets(ctx, args));
	return sw_ret_value(ctx, sw_set_intersection(ctx->arena, args[0], args[1]), ret);
}

SW_BUILTIN_FN(or_)
{
	SW_TRY(two_sets(ctx, args));
	return sw_ret_value(ctx, sw_set_union(ctx->arena, args[0], args[1]), ret);
}

SW_BUILTIN_FN(set_diff)
{
	SW_TRY(two_sets(ctx, args));
	return sw_ret_value(ctx, sw_set_difference(ctx->arena, args[0], args[1]), ret);
}

/* The operand is a set of sets; OPA names operand 1 also for a wrong element. */
static int set_of_sets(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint64_t *ret_total)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_SET));
	uint64_t total = 0;
	sw_array_foreach (e, args[0]) {
		if (e->type != SW_SET)
			return sw_builtin_operand(ctx, 1, "set", *e);
		total += e->n;
	}
	*ret_total = total;
	return sw_builtin_steps(ctx, total / 4 + args[0].n);
}

SW_BUILTIN_FN(intersection)
{
	uint64_t total;
	SW_TRY(set_of_sets(ctx, args, &total));
	struct sw_value acc = args[0].n ? args[0].u.a->v[0] : sw_empty_set();
	for (uint32_t i = 1; i < args[0].n && acc.n; i++) {
		acc = sw_set_intersection(ctx->arena, acc, args[0].u.a->v[i]);
		if (!sw_defined(acc))
			break;
	}
	return sw_ret_value(ctx, acc, ret);
}

SW_BUILTIN_FN(union_)
{
	uint64_t total;
	SW_TRY(set_of_sets(ctx, args, &total));
	if (!total) {
		*ret = sw_empty_set();
		return 0;
	}
	struct sw_value *v = total > SW_VALUE_MAX_LEN
				     ? NULL
				     : sw_arena_new_array(ctx->arena, total, struct sw_value);
	if (!v)
		return sw_ret_value(ctx, sw_undef(), ret);
	uint32_t at = 0;
	sw_array_foreach (e, args[0]) {
		if (e->n)
			memcpy(v + at, e->u.a->v, e->n * sizeof(*v));
		at += e->n;
	}
	at = sw_values_sort_unique(v, at);
	return sw_ret_value(ctx, sw_set_from_sorted(ctx->arena, v, at), ret);
}

static const struct sw_builtin rows[] = {
	{"and", "&", "(set[any], set[any]) set[any]", 0, and_},
	{"intersection", NULL, "(set[set[any]]) set[any]", 0, intersection},
	{"or", "|", "(set[any], set[any]) set[any]", 0, or_},
	{"set_diff", NULL, "(set[any], set[any]) set[any]", SW_BUILTIN_DEPRECATED, set_diff},
	{"union", NULL, "(set[set[any]]) set[any]", 0, union_},
};

const struct sw_builtin_group sw_builtins_sets = {rows, SW_ARRAY_LEN(rows)};
