/* SPDX-License-Identifier: Apache-2.0 */
/* == != < <= > >= over OPA's total order of values. */
#include "rego/builtins/arg.h"

SW_BUILTIN_FN(equal)
{
	*ret = sw_bool(sw_value_eq(args[0], args[1]));
	return 0;
}

SW_BUILTIN_FN(neq)
{
	*ret = sw_bool(!sw_value_eq(args[0], args[1]));
	return 0;
}

SW_BUILTIN_FN(lt)
{
	*ret = sw_bool(sw_value_cmp(args[0], args[1]) < 0);
	return 0;
}

SW_BUILTIN_FN(lte)
{
	*ret = sw_bool(sw_value_cmp(args[0], args[1]) <= 0);
	return 0;
}

SW_BUILTIN_FN(gt)
{
	*ret = sw_bool(sw_value_cmp(args[0], args[1]) > 0);
	return 0;
}

SW_BUILTIN_FN(gte)
{
	*ret = sw_bool(sw_value_cmp(args[0], args[1]) >= 0);
	return 0;
}

static const struct sw_builtin rows[] = {
	{"equal", "==", "(any, any) boolean", 0, equal},
	{"gt", ">", "(any, any) boolean", 0, gt},
	{"gte", ">=", "(any, any) boolean", 0, gte},
	{"lt", "<", "(any, any) boolean", 0, lt},
	{"lte", "<=", "(any, any) boolean", 0, lte},
	{"neq", "!=", "(any, any) boolean", 0, neq},
};

const struct sw_builtin_group sw_builtins_comparison = {rows, SW_ARRAY_LEN(rows)};
