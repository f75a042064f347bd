/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builtins that are part of the language: most are the compiler's or the planner's own work (no function);
 * membership, printing and template strings have code here.
 */
#include "rego/builtin.h"

static int member(struct sw_builtin_ctx *ctx, struct sw_value x, struct sw_value in, struct sw_value *ret)
{
	bool hit = false;
	if (in.type == SW_SET) {
		hit = sw_set_has(in, x);
	} else if (in.type == SW_ARRAY) {
		sw_array_foreach(e, in)
			if ((hit = sw_value_eq(*e, x)))
				break;
	} else if (in.type == SW_OBJECT) {
		sw_object_foreach(m, in)
			if ((hit = sw_value_eq(m->v, x)))
				break;
	}
	*ret = sw_bool(hit);
	return in.type >= SW_ARRAY ? sw_builtin_steps(ctx, in.n / 16) : 0;
}

static int member_2(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	return member(ctx, args[0], args[1], ret);
}

static int member_3(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	struct sw_value got = sw_undef(), key = args[0], in = args[2];
	int64_t i;
	if (in.type == SW_OBJECT)
		got = sw_object_get(in, key);
	else if (in.type == SW_ARRAY && key.type == SW_NUMBER && sw_value_int(key, &i))
		got = sw_array_at(in, i);
	else if (in.type == SW_SET && sw_set_has(in, key))
		got = key;
	*ret = sw_bool(sw_defined(got) && sw_value_eq(got, args[1]));
	return 0;
}

/* Strings bare, everything else as Rego writes it. */
static void put_operand(struct sw_buf *out, struct sw_value v)
{
	if (v.type == SW_STRING)
		sw_buf_addstr(out, sw_value_str(v));
	else
		sw_rego_value_print(out, v);
}

enum { PRINT_ARGS_MAX = 1024, PRINT_LINES_MAX = 1 << 16 };

/*
 * Every operand is a scalar or a set of the values it may have; an empty set prints "<undefined>".
 * Calls `line` for each combination, the last operand turning fastest.
 */
static int cross_product(struct sw_builtin_ctx *ctx, struct sw_value ops, struct sw_buf *out,
	const char *sep, char end, uint32_t *ret_lines)
{
	uint32_t at[PRINT_ARGS_MAX] = {0}, lines = 0;
	if (ops.type != SW_ARRAY || ops.n > PRINT_ARGS_MAX)
		return sw_builtin_fail(ctx, "illegal argument type: %s",
			sw_type_name((enum sw_type)ops.type));
	for (;;) {
		if (++lines > PRINT_LINES_MAX)
			return sw_builtin_limit(ctx, "too many lines in one print()");
		for (uint32_t i = 0; i < ops.n; i++) {
			struct sw_value op = ops.u.a->v[i];
			if (i)
				sw_buf_addz(out, sep);
			if (op.type == SW_SET && !op.n)
				sw_buf_addz(out, "<undefined>");
			else
				put_operand(out, op.type == SW_SET ? op.u.a->v[at[i]] : op);
		}
		if (end)
			sw_buf_addch(out, end);
		uint32_t i = ops.n;
		for (; i > 0; i--) {
			struct sw_value op = ops.u.a->v[i - 1];
			if (op.type == SW_SET && ++at[i - 1] < op.n)
				break;
			at[i - 1] = 0;
		}
		if (!i)
			break;
	}
	*ret_lines = lines;
	return 0;
}

static int internal_print(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	uint32_t lines;
	*ret = sw_bool(true);
	return ctx->print ? cross_product(ctx, args[0], ctx->print, " ", '\n', &lines) : 0;
}

static int template_string(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	sw_autobuf out;
	sw_buf_init(&out, 64 << 20);
	uint32_t lines;
	int r = cross_product(ctx, args[0], &out, "", 0, &lines);
	if (r < 0)
		return r;
	if (out.overflow)
		return sw_builtin_limit(ctx, "string too long");
	if (lines > 1) {
		sw_builtin_fail(ctx, "template-strings must not produce multiple outputs");
		ctx->err_code = SW_BUILTIN_CONFLICT;
		return -SW_ECONFLICT;
	}
	return sw_builtin_ret_str(ctx, sw_buf_str(&out), ret);
}

static int test_case(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	if (ctx->test_case && args[0].type == SW_ARRAY)
		ctx->test_case(ctx->test_case_arg, args[0]);
	*ret = sw_bool(true);
	return 0;
}

static int trace(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	if (args[0].type != SW_STRING)
		return sw_builtin_operand(ctx, 1, "string", args[0]);
	*ret = sw_bool(true);
	return 0;
}

/* Calls in rules are constants by now. */
static int metadata_rule(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	return sw_builtin_fail(ctx, "the rego.metadata.rule function must only be called within the scope of a rule");
}

static int metadata_chain(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	return sw_builtin_fail(ctx, "the rego.metadata.chain function must only be called within the scope of a rule");
}

static const struct sw_builtin rows[] = {
	{"assign", ":=", "(any, any) boolean", SW_BUILTIN_NO_CONST, NULL},
	{"eq", "=", "(any, any) boolean", SW_BUILTIN_NO_CONST, NULL},
	{"internal.member_2", "in", "(any, any) boolean", SW_BUILTIN_INTERNAL, member_2},
	{"internal.member_3", "in", "(any, any, any) boolean", SW_BUILTIN_INTERNAL, member_3},
	{"internal.print", NULL, "(array[set[any]])", SW_BUILTIN_INTERNAL | SW_BUILTIN_NO_CONST,
		internal_print},
	{"internal.template_string", NULL, "(array[any]) string", SW_BUILTIN_INTERNAL,
		template_string},
	{"internal.test_case", NULL, "(array[any])", SW_BUILTIN_INTERNAL | SW_BUILTIN_NO_CONST,
		test_case},
	{"print", NULL, "(any...)", SW_BUILTIN_NO_CONST, NULL},
	{"rego.metadata.chain", NULL, "() array[any]", SW_BUILTIN_NO_CONST, metadata_chain},
	{"rego.metadata.rule", NULL, "() any", SW_BUILTIN_NO_CONST, metadata_rule},
	{"walk", NULL, "(any) array<array[any], any>", SW_BUILTIN_RELATION, NULL},
	{"trace", NULL, "(string) boolean", SW_BUILTIN_NO_CONST, trace},
};

const struct sw_builtin_group sw_builtins_engine = {rows, sizeof(rows) / sizeof(rows[0])};
