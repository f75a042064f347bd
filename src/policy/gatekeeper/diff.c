/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON Patch between two values: members one by one, lists by place. */
#include "policy/gatekeeper/gatekeeper.h"

enum { DEPTH_MAX = 512 };

struct diff {
	struct sw_arena *a;
	struct sw_list ops;
	bool failed;
};

static void op(struct diff *d, const char *kind, struct sw_str path, struct sw_value v)
{
	struct sw_map m;
	sw_map_init(&m, d->a);
	sw_map_adds(&m, "op", sw_string(sw_str_from(kind)));
	sw_map_adds(&m, "path", sw_string(path));
	if (sw_defined(v))
		sw_map_adds(&m, "value", v);
	struct sw_value o = sw_map_object(&m);
	d->failed = d->failed || !path.p || !sw_defined(o) || sw_list_add(&d->ops, o) < 0;
}

static struct sw_str below(struct diff *d, struct sw_str path, struct sw_value key)
{
	struct sw_str k = sw_value_str(key);
	char *out = sw_arena_alloc(d->a, path.n + 2 * k.n + 2);
	if (!out)
		return (struct sw_str){0};
	memcpy(out, path.p, path.n);
	size_t n = path.n;
	out[n++] = '/';
	for (size_t i = 0; i < k.n; i++) {
		bool special = k.p[i] == '~' || k.p[i] == '/';
		if (special)
			out[n++] = '~';
		out[n++] = special ? (k.p[i] == '~' ? '0' : '1') : k.p[i];
	}
	return (struct sw_str){out, n};
}

static void compare(struct diff *d, struct sw_str path, struct sw_value x, struct sw_value y, int depth);

static void compare_objects(struct diff *d, struct sw_str path, struct sw_value x, struct sw_value y, int depth)
{
	sw_object_foreach(it, x)
		if (!sw_defined(sw_object_get(y, it->k)))
			op(d, "remove", below(d, path, it->k), sw_undef());
	sw_object_foreach(it, y)
	{
		struct sw_value old = sw_object_get(x, it->k);
		struct sw_str at = below(d, path, it->k);
		if (!sw_defined(old))
			op(d, "add", at, it->v);
		else
			compare(d, at, old, it->v, depth + 1);
	}
}

static void compare_lists(struct diff *d, struct sw_str path, struct sw_value x, struct sw_value y, int depth)
{
	uint32_t both = x.n < y.n ? x.n : y.n;
	for (uint32_t i = 0; i < both; i++)
		compare(d, sw_arena_printf(d->a, "%.*s/%u", SW_STR_ARG(path), i), x.u.a->v[i], y.u.a->v[i],
			depth + 1);
	for (uint32_t i = x.n; i > both; i--)
		op(d, "remove", sw_arena_printf(d->a, "%.*s/%u", SW_STR_ARG(path), i - 1), sw_undef());
	for (uint32_t i = both; i < y.n; i++)
		op(d, "add", sw_arena_printf(d->a, "%.*s/%u", SW_STR_ARG(path), i), y.u.a->v[i]);
}

static void compare(struct diff *d, struct sw_str path, struct sw_value x, struct sw_value y, int depth)
{
	if (d->failed || sw_value_eq(x, y))
		return;
	if (depth < DEPTH_MAX && x.type == SW_OBJECT && y.type == SW_OBJECT)
		compare_objects(d, path, x, y, depth);
	else if (depth < DEPTH_MAX && x.type == SW_ARRAY && y.type == SW_ARRAY)
		compare_lists(d, path, x, y, depth);
	else
		op(d, "replace", path, y);
}

struct sw_value sw_gk_diff(struct sw_arena *a, struct sw_value from, struct sw_value to)
{
	struct diff d = {.a = a};
	sw_list_init(&d.ops, a);
	compare(&d, SW_STR(""), from, to, 0);
	return d.failed ? sw_undef() : sw_list_array(&d.ops);
}
