/* SPDX-License-Identifier: Apache-2.0 */
/* Optional values and sets. */
#include "cel/internal.h"

#define ARGS struct cel_ctx *c, const struct sw_value *v, uint32_t n

static struct sw_value none(ARGS)
{
	return cel_none();
}
static struct sw_value of(ARGS)
{
	return cel_some(c, v[0]);
}

static bool is_zero(struct sw_value v)
{
	switch (v.type) {
	case SW_NULL:
		return true;
	case SW_BOOL:
		return !v.u.b;
	case SW_NUMBER:
		return cel_is_double(v) ? v.u.d == 0 : v.u.i == 0;
	case SW_CEL_UINT:
	case SW_CEL_DURATION:
		return v.u.i == 0;
	case SW_STRING:
	case SW_CEL_BYTES:
	case SW_ARRAY:
	case SW_OBJECT:
		return v.n == 0;
	case SW_CEL_TIMESTAMP:
		return v.u.i == -62135596800 && v.n == 0;
	case SW_CEL_OPTIONAL:
		return !cel_optional(v);
	case SW_CEL_MESSAGE:
		return cel_message(v)->fields.n == 0;
	default:
		return false;
	}
}

static struct sw_value of_non_zero(ARGS)
{
	return is_zero(v[0]) ? cel_none() : cel_some(c, v[0]);
}
static struct sw_value has_value(ARGS)
{
	return sw_bool(cel_optional(v[0]) != NULL);
}
static struct sw_value value(ARGS)
{
	return cel_optional(v[0]) ? *cel_optional(v[0]) : cel_err(c, "optional.none() dereference");
}
static struct sw_value or (ARGS)
{
	return cel_optional(v[0]) ? v[0] : v[1];
}
static struct sw_value or_value(ARGS)
{
	return cel_optional(v[0]) ? *cel_optional(v[0]) : v[1];
}

static struct sw_value unwrap(ARGS)
{
	struct sw_list l;
	sw_list_init(&l, c->a);
	for (uint32_t i = 0; i < v[0].n; i++) {
		struct sw_value e = v[0].u.a->v[i];
		if (e.type != SW_CEL_OPTIONAL)
			return cel_no_overload(c);
		if (cel_optional(e) && sw_list_add(&l, *cel_optional(e)) < 0)
			return cel_memory(c);
	}
	struct sw_value r = sw_list_array(&l);
	return sw_defined(r) ? r : cel_memory(c);
}

/* ---- sets ---- */

static bool has_element(struct cel_ctx *c, struct sw_value list, struct sw_value e)
{
	cel_spend(c, list.n);
	for (uint32_t i = 0; i < list.n && !c->fatal; i++)
		if (cel_eq(list.u.a->v[i], e))
			return true;
	return false;
}

static bool has_all(struct cel_ctx *c, struct sw_value list, struct sw_value sub)
{
	for (uint32_t i = 0; i < sub.n; i++)
		if (!has_element(c, list, sub.u.a->v[i]))
			return false;
	return true;
}

static struct sw_value set_contains(ARGS)
{
	return sw_bool(has_all(c, v[0], v[1]));
}
static struct sw_value set_equivalent(ARGS)
{
	return sw_bool(has_all(c, v[0], v[1]) && has_all(c, v[1], v[0]));
}
static struct sw_value set_intersects(ARGS)
{
	for (uint32_t i = 0; i < v[0].n; i++)
		if (has_element(c, v[1], v[0].u.a->v[i]))
			return sw_bool(true);
	return sw_bool(false);
}

const struct cel_row cel_rows_optional[] = {
	{"optional.none", ":o?", none, COST_1, false},
	{"optional.of", "A:oA", of, COST_1, false},
	{"optional.ofNonZeroValue", "A:oA", of_non_zero, COST_1, false},
	{"hasValue", "oA.:b", has_value, COST_1, false},
	{"value", "oA.:A", value, COST_1, false},
	{"or", "oA.oA:oA", or, COST_1, false},
	{"orValue", "oA.A:A", or_value, COST_1, false},
	{"optional.unwrap", "loA:lA", unwrap, COST_1, false},
	{"unwrapOpt", "loA.:lA", unwrap, COST_1, false},
	{"sets.contains", "lAlA:b", set_contains, COST_1, false},
	{"sets.equivalent", "lAlA:b", set_equivalent, COST_1, false},
	{"sets.intersects", "lAlA:b", set_intersects, COST_1, false},
	{NULL, NULL, NULL, 0, false},
};
