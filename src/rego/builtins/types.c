/* SPDX-License-Identifier: Apache-2.0 */
/* What type a value has, and v0's casts; to_number() is the one that converts. */
#include <math.h>
#include <stdlib.h>

#include "rego/builtins/arg.h"

SW_BUILTIN_FN(is_array)
{
	*ret = sw_bool(args[0].type == SW_ARRAY);
	return 0;
}

SW_BUILTIN_FN(is_boolean)
{
	*ret = sw_bool(args[0].type == SW_BOOL);
	return 0;
}

SW_BUILTIN_FN(is_null)
{
	*ret = sw_bool(args[0].type == SW_NULL);
	return 0;
}

SW_BUILTIN_FN(is_number)
{
	*ret = sw_bool(args[0].type == SW_NUMBER);
	return 0;
}

SW_BUILTIN_FN(is_object)
{
	*ret = sw_bool(args[0].type == SW_OBJECT);
	return 0;
}

SW_BUILTIN_FN(is_set)
{
	*ret = sw_bool(args[0].type == SW_SET);
	return 0;
}

SW_BUILTIN_FN(is_string)
{
	*ret = sw_bool(args[0].type == SW_STRING);
	return 0;
}

SW_BUILTIN_FN(type_name)
{
	*ret = sw_string(sw_str_from(sw_type_name((enum sw_type)args[0].type)));
	return 0;
}

/* ---- casts ---- */

static int cast(struct sw_builtin_ctx *ctx, const struct sw_value *args, enum sw_type t,
	struct sw_value *ret)
{
	SW_TRY(sw_arg_type(ctx, args, 0, t));
	*ret = args[0];
	return 0;
}

SW_BUILTIN_FN(cast_boolean)
{
	return cast(ctx, args, SW_BOOL, ret);
}

SW_BUILTIN_FN(cast_null)
{
	return cast(ctx, args, SW_NULL, ret);
}

SW_BUILTIN_FN(cast_object)
{
	return cast(ctx, args, SW_OBJECT, ret);
}

SW_BUILTIN_FN(cast_string)
{
	return cast(ctx, args, SW_STRING, ret);
}

SW_BUILTIN_FN(cast_array)
{
	SW_TRY(sw_arg_list(ctx, args, 0, "one of {array, set}"));
	*ret = args[0];
	if (args[0].type == SW_SET)
		return sw_ret_value(ctx, sw_array_from(ctx->arena, args[0].u.a->v, args[0].n), ret);
	return 0;
}

SW_BUILTIN_FN(cast_set)
{
	SW_TRY(sw_arg_list(ctx, args, 0, "one of {array, set}"));
	*ret = args[0];
	if (args[0].type == SW_SET || !args[0].n) {
		ret->type = SW_SET;
		return 0;
	}
	SW_TRY(sw_builtin_steps(ctx, args[0].n));
	struct sw_value *v = sw_arena_new_array(ctx->arena, args[0].n, struct sw_value);
	if (!v)
		return sw_ret_value(ctx, sw_undef(), ret);
	memcpy(v, args[0].u.a->v, args[0].n * sizeof(*v));
	return sw_ret_value(
		ctx, sw_set_from_sorted(ctx->arena, v, sw_values_sort_unique(v, args[0].n)), ret);
}

/* ---- to_number ---- */

/* Go's strconv.ParseFloat grammar without its names (inf, nan): hex floats and _ are not numbers
 * here. */
static bool float_syntax(struct sw_str s)
{
	size_t i = s.n && (s.p[0] == '+' || s.p[0] == '-'), digits = 0, dots = 0;
	for (; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (s.p[i] == '.' && !dots)
			dots++;
		else
			break;
	}
	if (!digits)
		return false;
	if (i < s.n && (s.p[i] | 0x20) == 'e') {
		i++;
		i += i < s.n && (s.p[i] == '+' || s.p[i] == '-');
		size_t start = i;
		while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
			i++;
		if (i == start)
			return false;
	}
	return i == s.n;
}

/*
 * OPA keeps the text as it is written ("+5", ".5", "5." and "007" become such numbers). Our number
 * text is JSON's, so what JSON cannot spell is rewritten; the value is the same.
 */
static struct sw_value json_number(struct sw_arena *a, struct sw_str s)
{
	sw_autobuf b;
	sw_buf_init(&b, s.n + 4);
	size_t i = s.n && (s.p[0] == '+' || s.p[0] == '-');
	if (i && s.p[0] == '-')
		sw_buf_addch(&b, '-');
	while (i + 1 < s.n && s.p[i] == '0' && s.p[i + 1] >= '0' && s.p[i + 1] <= '9')
		i++;
	if (i < s.n && s.p[i] == '.')
		sw_buf_addch(&b, '0');
	for (; i < s.n; i++) {
		bool bare_point =
			s.p[i] == '.' && (i + 1 == s.n || s.p[i + 1] < '0' || s.p[i + 1] > '9');
		if (!bare_point)
			sw_buf_addch(&b, s.p[i]);
	}
	struct sw_str text = sw_arena_str(a, sw_buf_str(&b));
	return text.p ? sw_number(text) : sw_undef();
}

static bool named_float(struct sw_str s)
{
	while (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		s = sw_str_sub(s, 1, s.n);
	return sw_str_ieq(s, SW_STR("inf")) || sw_str_ieq(s, SW_STR("infinity")) ||
	       sw_str_ieq(s, SW_STR("nan"));
}

static int string_to_number(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_value *ret)
{
	struct sw_str s = sw_value_str(v);
	if (named_float(s))
		return sw_builtin_operand(ctx, 1, "valid number string", v);
	sw_autobuf quoted;
	sw_buf_init(&quoted, 0);
	if (!float_syntax(s)) {
		sw_rego_value_print(&quoted, v);
		return sw_builtin_fail(ctx, "strconv.ParseFloat: parsing %.*s: invalid syntax",
			SW_STR_ARG(sw_buf_str(&quoted)));
	}
	struct sw_value num = json_number(ctx->arena, s);
	if (sw_defined(num) && isinf(sw_value_double(num))) {
		sw_rego_value_print(&quoted, v);
		return sw_builtin_fail(ctx, "strconv.ParseFloat: parsing %.*s: value out of range",
			SW_STR_ARG(sw_buf_str(&quoted)));
	}
	return sw_ret_value(ctx, num, ret);
}

SW_BUILTIN_FN(to_number)
{
	switch (args[0].type) {
	case SW_NULL:
		*ret = sw_int(0);
		return 0;
	case SW_BOOL:
		*ret = sw_int(args[0].u.b);
		return 0;
	case SW_NUMBER:
		*ret = args[0];
		return 0;
	case SW_STRING:
		return string_to_number(ctx, args[0], ret);
	default:
		return sw_builtin_operand(
			ctx, 1, "one of {null, boolean, number, string}", args[0]);
	}
}

static const struct sw_builtin rows[] = {
	{"cast_array", NULL, "(any) array[any]", SW_BUILTIN_DEPRECATED, cast_array},
	{"cast_boolean", NULL, "(any) boolean", SW_BUILTIN_DEPRECATED, cast_boolean},
	{"cast_null", NULL, "(any) null", SW_BUILTIN_DEPRECATED, cast_null},
	{"cast_object", NULL, "(any) object[any:any]", SW_BUILTIN_DEPRECATED, cast_object},
	{"cast_set", NULL, "(any) set[any]", SW_BUILTIN_DEPRECATED, cast_set},
	{"cast_string", NULL, "(any) string", SW_BUILTIN_DEPRECATED, cast_string},
	{"is_array", NULL, "(any) boolean", 0, is_array},
	{"is_boolean", NULL, "(any) boolean", 0, is_boolean},
	{"is_null", NULL, "(any) boolean", 0, is_null},
	{"is_number", NULL, "(any) boolean", 0, is_number},
	{"is_object", NULL, "(any) boolean", 0, is_object},
	{"is_set", NULL, "(any) boolean", 0, is_set},
	{"is_string", NULL, "(any) boolean", 0, is_string},
	{"to_number", NULL, "(any<null,boolean,number,string>) number", 0, to_number},
	{"type_name", NULL, "(any) string", 0, type_name},
};

const struct sw_builtin_group sw_builtins_types = {rows, SW_ARRAY_LEN(rows)};
