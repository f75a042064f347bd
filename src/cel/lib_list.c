/* SPDX-License-Identifier: Apache-2.0 */
/* Lists: Kubernetes' own functions and the extension's. */
#include <stdlib.h>

#include "cel/internal.h"

#define ARGS struct cel_ctx *c, const struct sw_value *v, uint32_t n

static struct sw_value at(struct sw_value list, uint32_t i)
{
	return cel_norm(list.u.a->v[i]);
}

static struct sw_value is_sorted(ARGS)
{
	for (uint32_t i = 1; i < v[0].n; i++) {
		int r = cel_cmp(at(v[0], i - 1), at(v[0], i));
		if (r == 2)
			return cel_no_overload(c);
		if (r == 1)
			return sw_bool(false);
	}
	return sw_bool(true);
}

static struct sw_value sum(ARGS)
{
	if (!v[0].n)
		return sw_int(0);
	struct sw_value r = at(v[0], 0);
	if (v[0].n == 1)
		return cel_is_int(r) || cel_is_double(r) || r.type == SW_CEL_UINT ||
				       r.type == SW_CEL_DURATION
			       ? r
			       : cel_no_overload(c);
	for (uint32_t i = 1; i < v[0].n && !cel_is_err(r); i++) {
		if (r.type == SW_STRING || r.type == SW_ARRAY || r.type == SW_CEL_BYTES)
			return cel_no_overload(c);
		r = cel_arith(c, OP_ADD, r, at(v[0], i));
	}
	return r;
}

/* An empty list of durations sums up to none of them, of numbers to that type's zero. */
static struct sw_value sum_uint(ARGS)
{
	return v[0].n ? sum(c, v, n) : cel_uint(0);
}
static struct sw_value sum_double(ARGS)
{
	return v[0].n ? sum(c, v, n) : sw_double(0);
}
static struct sw_value sum_duration(ARGS)
{
	return v[0].n ? sum(c, v, n) : cel_duration(0);
}

static struct sw_value extreme(struct cel_ctx *c, struct sw_value list, int want, const char *name)
{
	if (!list.n)
		return cel_err(c, "%s called on empty list", name);
	struct sw_value r = at(list, 0);
	for (uint32_t i = 0; i < list.n; i++) {
		int o = cel_cmp(at(list, i), r);
		if (o == 2)
			return cel_no_overload(c);
		if (o == want)
			r = at(list, i);
	}
	return r;
}
static struct sw_value min(ARGS)
{
	return extreme(c, v[0], -1, "min");
}
static struct sw_value max(ARGS)
{
	return extreme(c, v[0], 1, "max");
}

static struct sw_value index_of(ARGS)
{
	for (uint32_t i = 0; i < v[0].n; i++)
		if (cel_eq(at(v[0], i), v[1]))
			return sw_int(i);
	return sw_int(-1);
}
static struct sw_value last_index_of(ARGS)
{
	for (uint32_t i = v[0].n; i > 0; i--)
		if (cel_eq(at(v[0], i - 1), v[1]))
			return sw_int(i - 1);
	return sw_int(-1);
}

/* ---- the extension ---- */

static struct sw_value slice(ARGS)
{
	int64_t from = v[1].u.i, to = v[2].u.i;
	if (from < 0 || to < 0)
		return cel_err(c, "cannot slice(%lld, %lld), negative indexes not supported",
			(long long)from, (long long)to);
	if (from > to)
		return cel_err(c,
			"cannot slice(%lld, %lld), start index must be less than or equal to end "
			"index",
			(long long)from, (long long)to);
	if (to > v[0].n)
		return cel_err(c, "cannot slice(%lld, %lld), list is length %u", (long long)from,
			(long long)to, v[0].n);
	return cel_list_make(c, v[0].u.a->v + from, (uint32_t)(to - from));
}

static bool flatten_into(
	struct cel_ctx *c, struct sw_list *out, struct sw_value list, int64_t depth, uint32_t nest)
{
	for (uint32_t i = 0; i < list.n && !c->fatal; i++) {
		struct sw_value e = at(list, i);
		cel_spend(c, 1);
		if (e.type == SW_ARRAY && depth > 0 && nest < CEL_DEPTH_MAX) {
			if (!flatten_into(c, out, e, depth - 1, nest + 1))
				return false;
		} else if (sw_list_add(out, e) < 0) {
			return false;
		}
	}
	return true;
}

static struct sw_value flatten(ARGS)
{
	struct sw_list l;
	int64_t depth = n > 1 ? v[1].u.i : 1;
	sw_list_init(&l, c->a);
	if (depth < 0)
		return cel_err(c, "level must be non-negative");
	if (!flatten_into(c, &l, v[0], depth, 0))
		return cel_memory(c);
	struct sw_value r = sw_list_array(&l);
	return sw_defined(r) ? r : cel_memory(c);
}

static struct sw_value distinct(ARGS)
{
	struct sw_list l;
	sw_list_init(&l, c->a);
	for (uint32_t i = 0; i < v[0].n && !c->fatal; i++) {
		struct sw_value e = at(v[0], i);
		uint32_t j = 0;
		cel_spend(c, 1 + l.n / 4);
		while (j < l.n && !cel_eq(l.v[j], e))
			j++;
		if (j == l.n && sw_list_add(&l, e) < 0)
			return cel_memory(c);
	}
	struct sw_value r = sw_list_array(&l);
	return sw_defined(r) ? r : cel_memory(c);
}

static int cmp(const void *a, const void *b)
{
	int r = cel_cmp(*(const struct sw_value *)a, *(const struct sw_value *)b);
	return r == 3 ? 0 : r;
}

static struct sw_value sort(ARGS)
{
	struct sw_value *out = sw_arena_new_array(c->a, v[0].n, struct sw_value);
	if (v[0].n && !out)
		return cel_memory(c);
	for (uint32_t i = 0; i < v[0].n; i++) {
		out[i] = at(v[0], i);
		if (cel_cmp(out[i], out[i]) == 2)
			return cel_err(c, "list elements must be comparable");
		if (out[i].type != out[0].type || cel_is_double(out[i]) != cel_is_double(out[0]))
			return cel_err(c, "list elements must have the same type");
	}
	if (v[0].n)
		qsort(out, v[0].n, sizeof(*out), cmp);
	return cel_list_make(c, out, v[0].n);
}

static struct sw_value range(ARGS)
{
	int64_t count = v[0].u.i;
	if (count < 0)
		count = 0;
	cel_spend(c, count > UINT32_MAX ? UINT32_MAX : (uint64_t)count);
	if (c->fatal || count > 10000000)
		return cel_memory(c);
	struct sw_value *out = sw_arena_new_array(c->a, (size_t)count, struct sw_value);
	if (count && !out)
		return cel_memory(c);
	for (int64_t i = 0; i < count; i++)
		out[i] = sw_int(i);
	return cel_list_make(c, out, (uint32_t)count);
}

static struct sw_value reverse(ARGS)
{
	struct sw_value *out = sw_arena_new_array(c->a, v[0].n, struct sw_value);
	if (v[0].n && !out)
		return cel_memory(c);
	for (uint32_t i = 0; i < v[0].n; i++)
		out[i] = at(v[0], v[0].n - 1 - i);
	return cel_list_make(c, out, v[0].n);
}

static struct sw_value first(ARGS)
{
	return v[0].n ? cel_some(c, at(v[0], 0)) : cel_none();
}
static struct sw_value last(ARGS)
{
	return v[0].n ? cel_some(c, at(v[0], v[0].n - 1)) : cel_none();
}

const struct cel_row cel_rows_list[] = {
	{"isSorted", "lK.:b", is_sorted, COST_WALK, false},
	{"sum", "li.:i", sum, COST_WALK, false},
	{"sum", "lu.:u", sum_uint, COST_WALK, false},
	{"sum", "ld.:d", sum_double, COST_WALK, false},
	{"sum", "lD.:D", sum_duration, COST_WALK, false},
	{"min", "lK.:K", min, COST_WALK, false},
	{"max", "lK.:K", max, COST_WALK, false},
	{"indexOf", "lA.A:i", index_of, COST_WALK, false},
	{"lastIndexOf", "lA.A:i", last_index_of, COST_WALK, false},
	{"slice", "lA.ii:lA", slice, COST_WALK, false},
	{"flatten", "llA.:lA", flatten, COST_WALK, false},
	{"flatten", "l?.i:l?", flatten, COST_WALK, false},
	{"distinct", "lA.:lA", distinct, COST_WALK, false},
	{"sort", "lK.:lK", sort, COST_WALK, false},
	{"lists.range", "i:li", range, COST_1, false},
	{"reverse", "lA.:lA", reverse, COST_WALK, false},
	{"first", "lA.:oA", first, COST_1, false},
	{"last", "lA.:oA", last, COST_1, false},
	{NULL, NULL, NULL, 0, false},
};
