/* SPDX-License-Identifier: Apache-2.0 */
/* rego.parse_module: a policy's source as its syntax tree. */
#include "doc/json.h"
#include "rego/ast_json.h"
#include "rego/builtin.h"
#include "rego/parse.h"

enum { SOURCE_MAX = 16 << 20 };

/* OPA's text of all the errors of a file. */
static int parse_failed(struct sw_builtin_ctx *ctx, const struct sw_rego_diags *d)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	if (d->n == 1)
		sw_buf_addz(&b, "1 error occurred: ");
	else
		sw_buf_printf(&b, "%u errors occurred:\n", d->n);
	for (uint32_t i = 0; i < d->n; i++) {
		if (i)
			sw_buf_addch(&b, '\n');
		sw_rego_diag_format(&d->v[i], &b);
	}
	return sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(&b)));
}

static int parse_module(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	static const struct sw_rego_parse_opts opts = {.version = SW_REGO_V1, .max_depth = 150};
	sw_autobuf json;
	struct sw_rego_module *m = NULL;
	struct sw_rego_diags d;
	struct sw_error err;
	sw_buf_init(&json, 256 << 20);
	for (uint32_t i = 0; i < 2; i++)
		if (args[i].type != SW_STRING)
			return sw_builtin_operand(ctx, i + 1, "string", args[i]);
	struct sw_source src = {.name = sw_value_str(args[0]), .text = sw_value_str(args[1])};
	if (src.text.n > SOURCE_MAX)
		return sw_builtin_limit(ctx, "the module is too large");
	int r = sw_builtin_steps(ctx, 1 + src.text.n);
	if (r < 0)
		return r;
	sw_rego_diags_init(&d, ctx->arena);
	if (sw_rego_parse_module(ctx->scratch, &src, &opts, &m, &d))
		return ctx->scratch->overflow ? sw_builtin_limit(ctx, "the evaluation's memory budget is spent")
					      : parse_failed(ctx, &d);
	sw_rego_module_json(&json, m, 0);
	if (sw_json_parse(ctx->arena, sw_buf_str(&json), SW_JSON_COPY, &(struct sw_json_limits){.depth = 10000}, ret, NULL,
		    &err))
		return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
	return 0;
}

static const struct sw_builtin rows[] = {
	{"rego.parse_module", NULL, "(string, string) object[string:any]", 0, parse_module},
};
const struct sw_builtin_group sw_builtins_module = {rows, 1};
