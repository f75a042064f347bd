/* SPDX-License-Identifier: Apache-2.0 */
/* object.*: get, keys, filter, remove, union, subset. */
#include <stdlib.h>

#include "rego/builtins/arg.h"

enum { DEPTH_MAX = 2000 };

SW_BUILTIN_FN(get)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_OBJECT));
	struct sw_value at = args[0];
	if (args[1].type != SW_ARRAY) {
		at = sw_object_get(at, args[1]);
	} else {
		int64_t i;
		sw_array_foreach (key, args[1]) {
			if (at.type == SW_OBJECT)
				at = sw_object_get(at, *key);
			else if (at.type == SW_ARRAY)
				at = sw_rego_number_int(*key, &i) ? sw_array_at(at, i) : sw_undef();
			else if (at.type == SW_SET)
				at = sw_set_has(at, *key) ? *key : sw_undef();
			else
				at = sw_undef();
			if (!sw_defined(at))
				break;
		}
	}
	*ret = sw_defined(at) ? at : args[2];
	return 0;
}

SW_BUILTIN_FN(keys)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_OBJECT));
	struct sw_value o = args[0];
	if (!o.n) {
		*ret = sw_empty_set();
		return 0;
	}
	SW_TRY(sw_builtin_steps(ctx, o.n / 8));
	struct sw_value *v = sw_arena_new_array(ctx->arena, o.n, struct sw_value);
	if (!v)
		return sw_ret_value(ctx, sw_undef(), ret);
	for (uint32_t i = 0; i < o.n; i++)
		v[i] = o.u.o->m[i].k;
	return sw_ret_value(ctx, sw_set_from_sorted(ctx->arena, v, o.n), ret);
}

/* The keys named by an array, set or object, as a set. */
static int key_set(struct sw_builtin_ctx *ctx, const struct sw_value *args, struct sw_value *ret)
{
	struct sw_value k = args[1];
	if (k.type == SW_SET) {
		*ret = k;
		return 0;
	}
	if (k.type == SW_OBJECT)
		return keys(ctx, args + 1, 1, ret);
	if (k.type != SW_ARRAY)
		return sw_builtin_operand(ctx, 2, "one of {object, set, array}", k);
	SW_TRY(sw_builtin_steps(ctx, k.n));
	if (!k.n) {
		*ret = sw_empty_set();
		return 0;
	}
	struct sw_value *v = sw_arena_new_array(ctx->arena, k.n, struct sw_value);
	if (!v)
		return sw_ret_value(ctx, sw_undef(), ret);
	memcpy(v, k.u.a->v, k.n * sizeof(*v));
	return sw_ret_value(
		ctx, sw_set_from_sorted(ctx->arena, v, sw_values_sort_unique(v, k.n)), ret);
}

static int choose(
	struct sw_builtin_ctx *ctx, bool keep, const struct sw_value *args, struct sw_value *ret)
{
	struct sw_value set;
	SW_TRY(sw_arg_type(ctx, args, 0, SW_OBJECT));
	SW_TRY(key_set(ctx, args, &set));
	struct sw_value o = args[0];
	SW_TRY(sw_builtin_steps(ctx, o.n));
	if (!o.n) {
		*ret = o;
		return 0;
	}
	struct sw_member *m = sw_arena_new_array(ctx->arena, o.n, struct sw_member);
	if (!m)
		return sw_ret_value(ctx, sw_undef(), ret);
	uint32_t k = 0;
	sw_object_foreach (it, o)
		if (sw_set_has(set, it->k) == keep)
			m[k++] = *it;
	return sw_ret_value(ctx, sw_object_from_sorted(ctx->arena, m, k), ret);
}

SW_BUILTIN_FN(filter)
{
	return choose(ctx, true, args, ret);
}

SW_BUILTIN_FN(remove_)
{
	return choose(ctx, false, args, ret);
}

/* ---- union ---- */

struct candidate { /* a member and which of the objects it comes from */
	const struct sw_member *m;
	uint32_t from;
};

static int order_candidates(const void *x, const void *y)
{
	const struct candidate *a = x, *b = y;
	int c = sw_value_cmp(a->m->k, b->m->k);
	return c ? c : (a->from > b->from) - (a->from < b->from);
}

static int merge(struct sw_builtin_ctx *ctx, const struct sw_value *objects, uint32_t n,
	uint32_t depth, struct sw_value *ret);

/*
 * All values of one key, in the order of their objects: the last one wins, and when it is an object
 * it is merged with the objects right before it. Anything else in between hides what came earlier.
 */
static int merge_key(struct sw_builtin_ctx *ctx, const struct candidate *c, uint32_t n,
	uint32_t depth, struct sw_value *ret)
{
	uint32_t first = n - 1;
	while (first > 0 && c[first].m->v.type == SW_OBJECT && c[first - 1].m->v.type == SW_OBJECT)
		first--;
	if (first == n - 1) {
		*ret = c[first].m->v;
		return 0;
	}
	struct sw_value *v = sw_arena_new_array(ctx->scratch, n - first, struct sw_value);
	if (!v)
		return sw_ret_value(ctx, sw_undef(), ret);
	for (uint32_t i = first; i < n; i++)
		v[i - first] = c[i].m->v;
	return merge(ctx, v, n - first, depth + 1, ret);
}

static int merge(struct sw_builtin_ctx *ctx, const struct sw_value *objects, uint32_t n,
	uint32_t depth, struct sw_value *ret)
{
	uint64_t total = 0;
	for (uint32_t i = 0; i < n; i++)
		total += objects[i].n;
	SW_TRY(sw_builtin_steps(ctx, total));
	if (depth > DEPTH_MAX || total > SW_VALUE_MAX_LEN)
		return sw_builtin_limit(ctx, "objects nest too deeply");
	if (!total) {
		*ret = sw_empty_object();
		return 0;
	}
	struct candidate *c = sw_arena_new_array(ctx->scratch, total, struct candidate);
	struct sw_member *m = sw_arena_new_array(ctx->arena, total, struct sw_member);
	if (!c || !m)
		return sw_ret_value(ctx, sw_undef(), ret);
	uint32_t at = 0, out = 0;
	for (uint32_t i = 0; i < n; i++)
		sw_object_foreach (it, objects[i])
			c[at++] = (struct candidate){it, i};
	qsort(c, at, sizeof(*c), order_candidates);
	for (uint32_t i = 0, end; i < at; i = end) {
		for (end = i + 1; end < at && sw_value_eq(c[end].m->k, c[i].m->k);)
			end++;
		m[out].k = c[i].m->k;
		SW_TRY(merge_key(ctx, c + i, end - i, depth, &m[out].v));
		out++;
	}
	return sw_ret_value(ctx, sw_object_from_sorted(ctx->arena, m, out), ret);
}

SW_BUILTIN_FN(union_)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_OBJECT));
	SW_TRY(sw_arg_type(ctx, args, 1, SW_OBJECT));
	if (!args[0].n || !args[1].n) {
		*ret = args[0].n ? args[0] : args[1];
		return 0;
	}
	return merge(ctx, args, 2, 0, ret);
}

SW_BUILTIN_FN(union_n)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_ARRAY));
	sw_array_foreach (e, args[0])
		if (e->type != SW_OBJECT)
			return sw_arg_element(ctx, 0, args[0], *e, "object");
	if (args[0].n == 1) {
		*ret = args[0].u.a->v[0];
		return 0;
	}
	return merge(ctx, args[0].u.a->v, args[0].n, 0, ret);
}

/* ---- subset ---- */

static bool set_subset(struct sw_value super, struct sw_value sub)
{
	sw_array_foreach (e, sub)
		if (!sw_set_has(super, *e))
			return false;
	return true;
}

/* `sub` as a run of neighbours in `super`; 1 yes, 0 no, negative: out of steps. */
static int array_subset(struct sw_builtin_ctx *ctx, struct sw_value super, struct sw_value sub)
{
	if (sub.n > super.n)
		return 0;
	for (uint32_t i = 0; i + sub.n <= super.n; i++) {
		uint32_t k = 0;
		while (k < sub.n && sw_value_eq(super.u.a->v[i + k], sub.u.a->v[k]))
			k++;
		SW_TRY(sw_builtin_steps(ctx, k + 1));
		if (k == sub.n)
			return 1;
	}
	return 0;
}

static bool array_has_set(struct sw_value super, struct sw_value sub)
{
	uint32_t left = sub.n;
	sw_array_foreach (e, super) {
		if (sw_set_has(sub, *e))
			left--; /* a repeated element counts again, as in OPA */
		if (left == 0)
			return true;
	}
	return false;
}

static int object_subset(
	struct sw_builtin_ctx *ctx, struct sw_value super, struct sw_value sub, uint32_t depth)
{
	if (depth > DEPTH_MAX)
		return sw_builtin_limit(ctx, "objects nest too deeply");
	SW_TRY(sw_builtin_steps(ctx, sub.n));
	sw_object_foreach (m, sub) {
		struct sw_value got = sw_object_get(super, m->k);
		int r = 0;
		if (!sw_defined(got))
			return 0;
		if (sw_value_eq(got, m->v))
			continue;
		if (got.type != m->v.type)
			return 0;
		if (got.type == SW_OBJECT)
			r = object_subset(ctx, got, m->v, depth + 1);
		else if (got.type == SW_SET)
			r = set_subset(got, m->v);
		else if (got.type == SW_ARRAY)
			r = array_subset(ctx, got, m->v);
		if (r <= 0)
			return r;
	}
	return 1;
}

SW_BUILTIN_FN(subset)
{
	struct sw_value super = args[0], sub = args[1];
	int r;
	if (super.type == SW_OBJECT && sub.type == SW_OBJECT)
		r = object_subset(ctx, super, sub, 0);
	else if (super.type == SW_SET && sub.type == SW_SET)
		r = set_subset(super, sub);
	else if (super.type == SW_ARRAY && sub.type == SW_ARRAY)
		r = array_subset(ctx, super, sub);
	else if (super.type == SW_ARRAY && sub.type == SW_SET)
		r = array_has_set(super, sub);
	else
		return sw_arg_fail(ctx,
			"both arguments object.subset must be of the same type or array and set");
	if (r < 0)
		return r;
	*ret = sw_bool(r);
	return 0;
}

#define OBJECT "object[any:any]"
#define KEYS "any<array[any],object[any:any],set[any]>"

static const struct sw_builtin rows[] = {
	{"object.filter", NULL, "(" OBJECT ", " KEYS ") " OBJECT, 0, filter},
	{"object.get", NULL, "(" OBJECT ", any, any) any", 0, get},
	{"object.keys", NULL, "(" OBJECT ") set[any]", 0, keys},
	{"object.remove", NULL, "(" OBJECT ", " KEYS ") " OBJECT, 0, remove_},
	{"object.subset", NULL, "(" KEYS ", " KEYS ") boolean", 0, subset},
	{"object.union", NULL, "(" OBJECT ", " OBJECT ") " OBJECT, 0, union_},
	{"object.union_n", NULL, "(array[object[any:any]]) object[any:any]", 0, union_n},
};

const struct sw_builtin_group sw_builtins_objects = {rows, SW_ARRAY_LEN(rows)};
