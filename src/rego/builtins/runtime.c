/* SPDX-License-Identifier: Apache-2.0 */
/* opa.runtime: what the host tells about itself, without the secrets of its configuration. */
#include "rego/builtins/operand.h"

static struct sw_value without(struct sw_arena *a, struct sw_value o, const char *x, const char *y)
{
	struct sw_map m;

	if (o.type != SW_OBJECT)
		return o;
	sw_map_init(&m, a);
	sw_object_foreach(e, o) {
		struct sw_str k = e->k.type == SW_STRING ? sw_value_str(e->k) : SW_STR("");
		if (!sw_str_is(k, x) && !sw_str_is(k, y))
			sw_map_add(&m, e->k, e->v);
	}
	return sw_map_object(&m);
}

/* Every element of a list or object of objects without two of its members. */
static struct sw_value each_without(struct sw_arena *a, struct sw_value v, const char *x, const char *y)
{
	struct sw_map m;
	struct sw_list l;

	if (v.type == SW_ARRAY) {
		sw_list_init(&l, a);
		sw_array_foreach(e, v)
			sw_list_add(&l, without(a, *e, x, y));
		return sw_list_array(&l);
	}
	if (v.type != SW_OBJECT)
		return v;
	sw_map_init(&m, a);
	sw_object_foreach(e, v)
		sw_map_add(&m, e->k, without(a, e->v, x, y));
	return sw_map_object(&m);
}

static struct sw_value redact_config(struct sw_arena *a, struct sw_value config)
{
	struct sw_map m;

	if (config.type != SW_OBJECT)
		return config;
	sw_map_init(&m, a);
	sw_object_foreach(e, config) {
		struct sw_str k = e->k.type == SW_STRING ? sw_value_str(e->k) : SW_STR("");
		struct sw_value v = e->v;
		if (sw_str_is(k, "services"))
			v = each_without(a, v, "credentials", "credentials");
		else if (sw_str_is(k, "keys"))
			v = each_without(a, v, "key", "private_key");
		sw_map_add(&m, e->k, v);
	}
	return sw_map_object(&m);
}

static int opa_runtime(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	bool all = ctx->allow & SW_BUILTIN_ALLOW_RUNTIME;
	struct sw_map m;

	if (!ctx->runtime || ctx->runtime->type != SW_OBJECT) {
		*ret = sw_empty_object();
		return 0;
	}
	sw_map_init(&m, ctx->arena);
	sw_object_foreach(e, *ctx->runtime) {
		struct sw_str k = e->k.type == SW_STRING ? sw_value_str(e->k) : SW_STR("");
		bool config = sw_str_is(k, "config");
		if (!all && (config || sw_str_is(k, "env")))
			continue;
		sw_map_add(&m, e->k, config ? redact_config(ctx->arena, e->v) : e->v);
	}
	*ret = sw_map_object(&m);
	return sw_defined(*ret) && !ctx->arena->overflow ? 0 : sw_builtin_limit(ctx, "result");
}

static const struct sw_builtin rows[] = {
	{"opa.runtime", NULL, "() object[string:any]", SW_BUILTIN_NONDETERMINISTIC, opa_runtime},
};

const struct sw_builtin_group sw_builtins_runtime = {rows, SW_ARRAY_LEN(rows)};
