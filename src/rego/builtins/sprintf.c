/* SPDX-License-Identifier: Apache-2.0 */
/* sprintf: OPA's choice of a Go type for each argument, and Go's formatting of it. */
#include "rego/builtins/arg.h"
#include "base/go/gofmt.h"

#include <math.h>

static void number_arg(struct sw_value v, char tmp[SW_REGO_NUMTEXT_MAX], struct sw_gofmt_arg *ret)
{
	struct sw_str text = sw_rego_number_text(v, tmp);
	bool real = false;
	for (size_t i = 0; i < text.n; i++)
		real = real || text.p[i] == '.' || (text.p[i] | 0x20) == 'e';
	if (real) {
		ret->kind = SW_GOFMT_FLOAT;
		ret->d = sw_value_double(v);
		if (isinf(ret->d)) {
			ret->kind = SW_GOFMT_STRING;
			ret->s = text;
		}
	} else if (sw_rego_number_int(v, &ret->i)) {
		ret->kind = SW_GOFMT_INT;
	} else {
		ret->kind = SW_GOFMT_BIG;
		ret->s = text;
	}
}

static int convert(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_gofmt_arg *ret)
{
	if (v.type == SW_STRING) {
		ret->kind = SW_GOFMT_STRING;
		ret->s = sw_value_str(v);
		return 0;
	}
	if (v.type == SW_NUMBER) {
		char *tmp = sw_arena_alloc(ctx->scratch, SW_REGO_NUMTEXT_MAX);
		if (!tmp)
			return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
		number_arg(v, tmp, ret);
		return 0;
	}
	sw_autobuf text;
	sw_buf_init(&text, SW_BUILTIN_STR_MAX);
	sw_rego_value_print(&text, v);
	ret->kind = SW_GOFMT_STRING;
	ret->s = sw_arena_str(ctx->scratch, sw_buf_str(&text));
	if (text.overflow || !ret->s.p)
		return sw_builtin_limit(ctx, "string too long");
	return sw_builtin_steps(ctx, text.n / 16);
}

SW_BUILTIN_FN(sprintf_)
{
	struct sw_str format;
	SW_TRY(sw_arg_str(ctx, args, 0, &format));
	SW_TRY(sw_arg_type(ctx, args, 1, SW_ARRAY));
	struct sw_value list = args[1];
	struct sw_gofmt_arg *v =
		sw_arena_new_array(ctx->scratch, list.n ? list.n : 1, struct sw_gofmt_arg);
	if (!v)
		return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
	memset(v, 0, (list.n ? list.n : 1) * sizeof(*v));
	for (uint32_t i = 0; i < list.n; i++)
		SW_TRY(convert(ctx, list.u.a->v[i], &v[i]));
	sw_autobuf out;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	sw_gofmt(&out, format, v, list.n);
	SW_TRY(sw_builtin_steps(ctx, (out.n + list.n) / 16));
	return sw_ret_buf(ctx, &out, ret);
}

static const struct sw_builtin rows[] = {
	{"sprintf", NULL, "(string, array[any]) string", 0, sprintf_},
};

const struct sw_builtin_group sw_builtins_sprintf = {rows, SW_ARRAY_LEN(rows)};
