/* SPDX-License-Identifier: Apache-2.0 */
/* json.filter and json.remove: parts of an object by JSON pointers or lists of segments. */
#include <stdlib.h>

#include "rego/builtins/arg.h"
#include "rego/builtins/jsonpath.h"

enum { DEPTH_MAX = 2000 };

static int no_memory(struct sw_builtin_ctx *ctx)
{
	return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
}

/* ~1 is /, ~0 is ~. */
static struct sw_value unescape(struct sw_arena *a, struct sw_str s)
{
	if (sw_str_chr(s, '~', 0) == SW_NPOS)
		return sw_string(s);
	char *p = sw_arena_alloc(a, s.n + 1);
	size_t n = 0;
	if (!p)
		return sw_undef();
	for (size_t i = 0; i < s.n; i++) {
		bool pair =
			s.p[i] == '~' && i + 1 < s.n && (s.p[i + 1] == '0' || s.p[i + 1] == '1');
		p[n++] = pair ? (s.p[i + 1] == '0' ? '~' : '/') : s.p[i];
		i += pair;
	}
	return sw_string(sw_str_make(p, n));
}

static int pointer(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_path *ret)
{
	struct sw_list list;
	struct sw_str piece;
	sw_list_init(&list, ctx->arena);
	*ret = (struct sw_path){0};
	if (!s.n)
		return 0;
	while (s.n && s.p[0] == '/')
		s = sw_str_sub(s, 1, s.n);
	for (size_t at = 0; at <= s.n;) {
		size_t end = sw_str_chr(s, '/', at);
		piece = sw_str_sub(s, at, end);
		at = end == SW_NPOS ? s.n + 1 : end + 1;
		struct sw_value v = unescape(ctx->arena, piece);
		SW_TRY(sw_builtin_steps(ctx, 1));
		if (!sw_defined(v) || sw_list_add(&list, v) < 0)
			return no_memory(ctx);
	}
	*ret = (struct sw_path){list.v, list.n};
	return 0;
}

int sw_jsonpath_parse(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_path *ret)
{
	if (v.type == SW_STRING)
		return pointer(ctx, sw_value_str(v), ret);
	if (v.type == SW_ARRAY) {
		*ret = (struct sw_path){v.u.a->v, v.n};
		return 0;
	}
	return sw_arg_fail(ctx,
		"operand 2 must be one of {set, array} containing string paths or array of path "
		"segments "
		"but got %s",
		sw_type_name((enum sw_type)v.type));
}

/* ---- paths as a tree: an object of segments, null where a path ends ---- */

static int order_paths(const void *x, const void *y)
{
	const struct sw_path *a = x, *b = y;
	for (uint32_t i = 0; i < a->n && i < b->n; i++) {
		int c = sw_value_cmp(a->v[i], b->v[i]);
		if (c)
			return c;
	}
	return (a->n > b->n) - (a->n < b->n);
}

/* Sorted paths that agree in their first `at` segments; a path that ends hides all longer ones. */
static int build_tree(struct sw_builtin_ctx *ctx, const struct sw_path *v, uint32_t n, uint32_t at,
	struct sw_value *ret)
{
	struct sw_map map;
	sw_map_init(&map, ctx->scratch);
	if (at > DEPTH_MAX)
		return sw_builtin_limit(ctx, "path too long");
	for (uint32_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && sw_value_eq(v[end].v[at], v[i].v[at]);)
			end++;
		struct sw_value sub = sw_null();
		if (v[i].n > at + 1)
			SW_TRY(build_tree(ctx, v + i, end - i, at + 1, &sub));
		if (sw_map_add(&map, v[i].v[at], sub) < 0)
			return no_memory(ctx);
	}
	return sw_ret_value(ctx, sw_map_object(&map), ret);
}

static int path_tree(struct sw_builtin_ctx *ctx, const struct sw_value *args, struct sw_value *ret)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_OBJECT));
	SW_TRY(sw_arg_list(ctx, args, 1, "one of {set, array}"));
	struct sw_path *v = sw_arena_new_array(ctx->scratch, args[1].n + 1, struct sw_path);
	uint32_t n = 0;
	if (!v)
		return no_memory(ctx);
	sw_array_foreach (e, args[1]) {
		SW_TRY(sw_builtin_steps(ctx, 1));
		SW_TRY(sw_jsonpath_parse(ctx, *e, &v[n]));
		n += v[n].n > 0;
	}
	qsort(v, n, sizeof(*v), order_paths);
	return build_tree(ctx, v, n, 0, ret);
}

static struct sw_value index_key(char tmp[16], uint32_t i)
{
	return sw_string(sw_str_make(tmp, (size_t)snprintf(tmp, 16, "%u", i)));
}

/* ---- filter ---- */

static int filter(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_value tree,
	uint32_t depth, struct sw_value *ret)
{
	struct sw_list list;
	struct sw_map map;
	char tmp[16];
	*ret = v;
	if (tree.type != SW_OBJECT || v.type < SW_ARRAY)
		return 0;
	SW_TRY(sw_builtin_steps(ctx, v.n));
	if (depth > DEPTH_MAX)
		return sw_builtin_limit(ctx, "value nests too deeply");
	sw_list_init(&list, ctx->arena);
	sw_map_init(&map, ctx->arena);
	for (uint32_t i = 0; i < v.n; i++) {
		struct sw_value k = v.type == SW_OBJECT	 ? v.u.o->m[i].k
				    : v.type == SW_ARRAY ? index_key(tmp, i)
							 : v.u.a->v[i];
		struct sw_value x = v.type == SW_OBJECT ? v.u.o->m[i].v : v.u.a->v[i];
		struct sw_value sub = sw_object_get(tree, k), kept = sw_undef();
		if (!sw_defined(sub))
			continue;
		SW_TRY(filter(ctx, x, sub, depth + 1, &kept));
		if ((v.type == SW_OBJECT ? sw_map_add(&map, k, kept) : sw_list_add(&list, kept)) <
			0)
			return no_memory(ctx);
	}
	return sw_ret_value(ctx,
		v.type == SW_OBJECT  ? sw_map_object(&map)
		: v.type == SW_ARRAY ? sw_list_array(&list)
				     : sw_list_set(&list),
		ret);
}

SW_BUILTIN_FN(json_filter)
{
	struct sw_value tree = sw_undef();
	SW_TRY(path_tree(ctx, args, &tree));
	return filter(ctx, args[0], tree, 0, ret);
}

/* ---- remove ---- */

/* *ret SW_UNDEF: nothing is left. */
static int without(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_value tree,
	uint32_t depth, struct sw_value *ret)
{
	struct sw_list list;
	struct sw_map map;
	char tmp[16];
	*ret = tree.type == SW_NULL ? sw_undef() : v;
	if (tree.type != SW_OBJECT || v.type < SW_ARRAY)
		return 0;
	SW_TRY(sw_builtin_steps(ctx, v.n));
	if (depth > DEPTH_MAX)
		return sw_builtin_limit(ctx, "value nests too deeply");
	sw_list_init(&list, ctx->arena);
	sw_map_init(&map, ctx->arena);
	for (uint32_t i = 0; i < v.n; i++) {
		struct sw_value k = v.type == SW_OBJECT	 ? v.u.o->m[i].k
				    : v.type == SW_ARRAY ? index_key(tmp, i)
							 : v.u.a->v[i];
		struct sw_value x = v.type == SW_OBJECT ? v.u.o->m[i].v : v.u.a->v[i];
		struct sw_value left = sw_undef();
		SW_TRY(without(ctx, x, sw_object_get(tree, k), depth + 1, &left));
		if (!sw_defined(left))
			continue;
		if ((v.type == SW_OBJECT ? sw_map_add(&map, k, left) : sw_list_add(&list, left)) <
			0)
			return no_memory(ctx);
	}
	return sw_ret_value(ctx,
		v.type == SW_OBJECT  ? sw_map_object(&map)
		: v.type == SW_ARRAY ? sw_list_array(&list)
				     : sw_list_set(&list),
		ret);
}

SW_BUILTIN_FN(json_remove)
{
	struct sw_value tree = sw_undef();
	SW_TRY(path_tree(ctx, args, &tree));
	return without(ctx, args[0], tree, 0, ret);
}

#define PATHS "any<array[any<string,array[any]>],set[any<string,array[any]>]>"

static const struct sw_builtin rows[] = {
	{"json.filter", NULL, "(object[any:any], " PATHS ") object[any:any]", 0, json_filter},
	{"json.remove", NULL, "(object[any:any], " PATHS ") object[any:any]", 0, json_remove},
};

const struct sw_builtin_group sw_builtins_jsonpath = {rows, SW_ARRAY_LEN(rows)};
