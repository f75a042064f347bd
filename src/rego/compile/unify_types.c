/* SPDX-License-Identifier: Apache-2.0 */
/* Do types agree, and what do terms that meet tell about each other's variables? */
#include "rego/compile/internal.h"

static bool any_unifies(type *any, type *t)
{
	if (t->kind == SW_RT_FUNCTION)
		return false;
	for (uint32_t i = 0; i < any->n; i++)
		if (unifies(any->items[i], t))
			return true;
	return !any->n;
}

static type *array_at(type *t, uint32_t i)
{
	return i < t->n ? t->items[i] : t->dyn;
}

static bool arrays_unify(type *a, type *b)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (!unifies(a->items[i], array_at(b, i)))
			return false;
	for (uint32_t i = 0; i < b->n; i++)
		if (!unifies(b->items[i], array_at(a, i)))
			return false;
	return !a->dyn || !b->dyn || unifies(a->dyn, b->dyn);
}

static type *prop_type(type *obj, struct sw_value key)
{
	for (uint32_t i = 0; i < obj->n; i++)
		if (sw_value_eq(obj->props[i].key, key))
			return obj->props[i].type;
	if (obj->has_dyn &&
		sw_rego_type_contains(obj->key, sw_rego_type_of_scalar((enum sw_type)key.type)))
		return obj->dyn;
	return NULL;
}

static bool props_unify(type *a, type *b)
{
	for (uint32_t i = 0; i < a->n; i++) {
		type *t = prop_type(b, a->props[i].key);
		if (!t && ((a->has_dyn && a->dyn) || (b->has_dyn && b->dyn)))
			continue;
		if (!t || !unifies(a->props[i].type, t))
			return false;
	}
	return true;
}

bool unifies(type *a, type *b)
{
	if (!a || !b)
		return false;
	bool twice = a->kind == SW_RT_RECURSIVE && b->kind == SW_RT_RECURSIVE;
	a = sw_rego_type_bare(a);
	b = sw_rego_type_bare(b);
	if (!a || !b || a == b || twice) /* two of them might never end */
		return a && b && a->kind == b->kind;
	bool any_a = a->kind == SW_RT_ANY, any_b = b->kind == SW_RT_ANY;
	if ((any_a && any_unifies(a, b)) || (any_b && any_unifies(b, a)))
		return true;
	if (any_a || any_b || a->kind != b->kind)
		return false;
	switch (a->kind) {
	case SW_RT_ARRAY:
		return arrays_unify(a, b);
	case SW_RT_OBJECT:
		return props_unify(a, b) && props_unify(b, a) &&
		       (!a->dyn || !b->dyn || unifies(a->dyn, b->dyn));
	case SW_RT_SET: /* without an element type it is the empty set */
		return !a->dyn || !b->dyn || unifies(a->dyn, b->dyn);
	case SW_RT_FUNCTION:
		for (uint32_t i = 0; a->n == b->n && i < a->n; i++)
			if (!unifies(a->items[i], b->items[i]))
				return false;
		return a->n == b->n;
	default:
		return true;
	}
}

/* ---- terms and types ---- */

static bool one_array(struct type_env *e, const struct sw_rego_term *t, type *with, bool join)
{
	if (t->items.n != with->n && !with->dyn)
		return false;
	for (uint32_t i = 0; i < t->items.n; i++)
		if (!unify_one(e, t->items.v[i], array_at(with, i), join))
			return false;
	return true;
}

static bool one_object(struct type_env *e, const struct sw_rego_term *t, type *with, bool join)
{
	if (t->items.n / 2 != with->n && !(with->has_dyn && with->dyn))
		return false;
	for (uint32_t i = 0; i + 1 < t->items.n; i += 2) {
		if (!sw_rego_term_is_constant(t->items.v[i])) {
			unify_one(e, t->items.v[i + 1], &sw_rt_any, join);
			continue;
		}
		type *child = select_constant(e->c, with, t->items.v[i]);
		if (!child || !unify_one(e, t->items.v[i + 1], child, join))
			return false;
	}
	return true;
}

static bool one_set(struct type_env *e, const struct sw_rego_term *t, type *with, bool join)
{
	for (uint32_t i = 0; i < t->items.n; i++)
		if (!unify_one(e, t->items.v[i], with->dyn, join))
			return false;
	return true;
}

static bool one_any(struct type_env *e, const struct sw_rego_term *t, type *any)
{
	bool ok = false;
	if (!any->n) {
		for (uint32_t i = 0; i < t->items.n; i++)
			unify_one(e, t->items.v[i], &sw_rt_any, true);
		return true;
	}
	for (uint32_t i = 0; i < any->n; i++)
		ok = unify_one(e, t, any->items[i], true) || ok;
	return ok;
}

static bool one_var(struct type_env *e, const struct sw_rego_term *t, type *with, bool join)
{
	type *exist = env_get(e, t);
	if (!join && exist)
		return unifies(exist, with);
	env_put_var(e, t, join ? type_or(e->c, exist, with) : with);
	return true;
}

/* Is the term compatible with a type? Variables without a type get one; `join` widens those that
 * have. */
bool unify_one(struct type_env *e, const struct sw_rego_term *t, type *with, bool join)
{
	type *whole = with;
	with = sw_rego_type_bare(with);
	bool any = with && with->kind == SW_RT_ANY;
	switch (t->kind) {
	case SW_REGO_ARRAY:
		if (with && with->kind == SW_RT_ARRAY)
			return one_array(e, t, with, join);
		return any && one_any(e, t, with);
	case SW_REGO_OBJECT:
		if (with && with->kind == SW_RT_OBJECT)
			return one_object(e, t, with, join);
		return any && one_any(e, t, with);
	case SW_REGO_SET:
		if (with && with->kind == SW_RT_SET)
			return one_set(e, t, with, join);
		return any && one_any(e, t, with);
	case SW_REGO_VAR:
		return one_var(e, t, whole, join);
	default:
		return unifies(env_get(e, t), whole);
	}
}

static bool two_arrays(
	struct type_env *e, const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	if (b->kind == SW_REGO_VAR)
		return unify_one(e, a, &sw_rt_any, false) && unify_one(e, b, env_get(e, a), false);
	if (b->kind != SW_REGO_ARRAY || a->items.n != b->items.n)
		return false;
	for (uint32_t i = 0; i < a->items.n; i++)
		if (!unify_two(e, a->items.v[i], env_get(e, a->items.v[i]), b->items.v[i],
			    env_get(e, b->items.v[i])))
			return false;
	return true;
}

static const struct sw_rego_term *member(
	const struct sw_rego_term *obj, const struct sw_rego_term *key)
{
	for (uint32_t i = 0; i + 1 < obj->items.n; i += 2)
		if (term_eq(obj->items.v[i], key))
			return obj->items.v[i + 1];
	return NULL;
}

static bool two_objects(
	struct type_env *e, const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	if (b->kind == SW_REGO_VAR)
		return unify_one(e, a, &sw_rt_any, false) && unify_one(e, b, env_get(e, a), false);
	if (b->kind != SW_REGO_OBJECT || a->items.n != b->items.n)
		return false;
	for (uint32_t i = 0; i + 1 < a->items.n; i += 2)
		if (!member(b, a->items.v[i]))
			return false;
	for (uint32_t i = 0; i + 1 < a->items.n; i += 2) {
		const struct sw_rego_term *x = a->items.v[i + 1], *y = member(b, a->items.v[i]);
		if (!unify_two(e, x, env_get(e, x), y, env_get(e, y)))
			return false;
	}
	return true;
}

bool unify_two(struct type_env *e, const struct sw_rego_term *a, type *ta,
	const struct sw_rego_term *b, type *tb)
{
	bool nil_a = sw_rego_type_nil(ta), nil_b = sw_rego_type_nil(tb);
	if (nil_a != nil_b)
		return nil_a ? unify_one(e, a, tb, false) : unify_one(e, b, ta, false);
	if (!nil_a)
		return unifies(ta, tb);
	if (a->kind == SW_REGO_ARRAY)
		return two_arrays(e, a, b);
	if (a->kind == SW_REGO_OBJECT)
		return two_objects(e, a, b);
	if (a->kind == SW_REGO_VAR && b->kind == SW_REGO_VAR)
		return unify_one(e, a, &sw_rt_any, false) && unify_one(e, b, env_get(e, a), false);
	if (a->kind == SW_REGO_VAR && b->kind == SW_REGO_ARRAY)
		return two_arrays(e, b, a);
	if (a->kind == SW_REGO_VAR && b->kind == SW_REGO_OBJECT)
		return two_objects(e, b, a);
	if (a->kind == SW_REGO_VAR && b->kind == SW_REGO_REF)
		return unify_one(e, a, &sw_rt_any, false);
	if (a->kind == SW_REGO_REF && b->kind == SW_REGO_VAR)
		return unify_one(e, b, &sw_rt_any, false);
	if (a->kind == SW_REGO_VAR && !ta && tb)
		return unify_one(e, a, tb, false);
	if (b->kind == SW_REGO_VAR && !tb && ta)
		return unify_one(e, b, ta, false);
	return false;
}
