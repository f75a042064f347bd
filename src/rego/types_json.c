/* SPDX-License-Identifier: Apache-2.0 */
/* Types as a capabilities file has them. */
#include "rego/types.h"

static const char *const names[] = {
	"null", "boolean", "number", "string", "array", "object", "set", "any", "function", "recursive"};

static void put_list(struct sw_arena *a, struct sw_map *m, const char *key,
	const struct sw_rego_type **v, uint32_t n)
{
	struct sw_list l;
	sw_list_init(&l, a);
	for (uint32_t i = 0; i < n; i++)
		sw_list_add(&l, sw_rego_type_value(a, v[i]));
	sw_map_adds(m, key, sw_list_array(&l));
}

static struct sw_value pair(struct sw_arena *a, struct sw_value key, struct sw_value value)
{
	struct sw_map m;
	sw_map_init(&m, a);
	sw_map_adds(&m, "key", key);
	sw_map_adds(&m, "value", value);
	return sw_map_object(&m);
}

static void put_object(struct sw_arena *a, struct sw_map *m, const struct sw_rego_type *t)
{
	struct sw_list l;
	sw_list_init(&l, a);
	for (uint32_t i = 0; i < t->n; i++)
		sw_list_add(&l, pair(a, t->props[i].key, sw_rego_type_value(a, t->props[i].type)));
	if (t->n)
		sw_map_adds(m, "static", sw_list_array(&l));
	if (t->has_dyn)
		sw_map_adds(m, "dynamic",
			pair(a, sw_rego_type_value(a, t->key ? t->key : &sw_rt_any),
				sw_rego_type_value(a, t->dyn ? t->dyn : &sw_rt_any)));
}

/* Recursion: types of builtins are written in their rows, those of terms are as deep as the terms. */
struct sw_value sw_rego_type_value(struct sw_arena *a, const struct sw_rego_type *t)
{
	struct sw_map m;
	if (!t)
		return sw_null();
	if (!t) /* of a member that nothing is known of */
		return sw_null();
	sw_map_init(&m, a);
	switch ((enum sw_rego_type_kind)t->kind) {
	case SW_RT_ARRAY:
		if (t->n)
			put_list(a, &m, "static", t->items, t->n);
		if (t->dyn)
			sw_map_adds(&m, "dynamic", sw_rego_type_value(a, t->dyn));
		break;
	case SW_RT_OBJECT:
		put_object(a, &m, t);
		break;
	case SW_RT_SET:
		if (t->dyn)
			sw_map_adds(&m, "of", sw_rego_type_value(a, t->dyn));
		break;
	case SW_RT_ANY:
		if (t->n)
			put_list(a, &m, "of", t->items, t->n);
		break;
	case SW_RT_FUNCTION:
		if (t->n)
			put_list(a, &m, "args", t->items, t->n);
		if (t->dyn)
			sw_map_adds(&m, "variadic", sw_rego_type_value(a, t->dyn));
		if (t->result)
			sw_map_adds(&m, "result", sw_rego_type_value(a, t->result));
		break;
	default:
		break;
	}
	sw_map_adds(&m, "type", sw_string(sw_str_from(names[t->kind])));
	return sw_map_object(&m);
}
