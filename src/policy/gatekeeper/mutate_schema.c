/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locations imply a schema: spec.containers[name: x].image says that containers is a list keyed by name. Two
 * mutators for the same kind and operation contradict each other when
 * - one has a list where the other has an object (or a set, or a text),
 * - they key the same list differently, or
 * - one must be the end of the path (AssignImage, a value from a provider) and the other goes on below it.
 */
#include "policy/gatekeeper/mutator.h"

enum shape { SHAPE_UNKNOWN, SHAPE_OBJECT, SHAPE_LIST, SHAPE_SET, SHAPE_TEXT };

/* What stands at step i: known from the step behind it, or from the mutator when it is the last. */
static enum shape shape_at(const struct gk_mutator *m, uint32_t i)
{
	if (i + 1 < m->path.n)
		return m->path.v[i + 1].list ? SHAPE_LIST : SHAPE_OBJECT;
	if (m->kind == GK_MODIFY_SET)
		return SHAPE_SET;
	return m->kind == GK_ASSIGN_IMAGE ? SHAPE_TEXT : SHAPE_UNKNOWN;
}

static bool must_end(const struct gk_mutator *m)
{
	return m->kind == GK_ASSIGN_IMAGE || m->from == GK_FROM_PROVIDER;
}

static bool contradict(const struct gk_mutator *x, const struct gk_mutator *y)
{
	for (uint32_t i = 0; i < x->path.n && i < y->path.n; i++) {
		if (!sw_str_eq(x->path.v[i].key, y->path.v[i].key))
			return false;
		bool x_ends = i + 1 == x->path.n, y_ends = i + 1 == y->path.n;
		if ((x_ends && !y_ends && must_end(x)) || (y_ends && !x_ends && must_end(y)))
			return true;
		enum shape a = shape_at(x, i), b = shape_at(y, i);
		if (a != b)
			return a != SHAPE_UNKNOWN && b != SHAPE_UNKNOWN;
		if (a == SHAPE_LIST && !sw_str_eq(x->path.v[i + 1].key, y->path.v[i + 1].key))
			return true;
	}
	return false;
}

/* ---- is there anything that both are about? ---- */

static bool share(struct sw_value x, struct sw_value y, const char *key)
{
	struct sw_value a = sw_object_gets(x, sw_str_from(key)), b = sw_object_gets(y, sw_str_from(key));
	for (uint32_t i = 0; i < a.n; i++)
		for (uint32_t j = 0; j < b.n; j++)
			if (sw_value_eq(a.u.a->v[i], b.u.a->v[j]))
				return true;
	return false;
}

static bool any_operation(struct sw_value entry)
{
	struct sw_value v = sw_object_gets(entry, SW_STR("operations"));
	return v.type != SW_ARRAY || v.n == 0 ||
	       (v.u.a->v[0].type == SW_STRING && sw_str_is(sw_value_str(v.u.a->v[0]), "*"));
}

static bool entries_meet(struct sw_value x, struct sw_value y)
{
	return share(x, y, "groups") && share(x, y, "versions") && share(x, y, "kinds") &&
	       (any_operation(x) || any_operation(y) || share(x, y, "operations"));
}

static bool meet(const struct gk_mutator *x, const struct gk_mutator *y)
{
	for (uint32_t i = 0; i < x->apply_to.n; i++)
		for (uint32_t j = 0; j < y->apply_to.n; j++)
			if (entries_meet(x->apply_to.u.a->v[i], y->apply_to.u.a->v[j]))
				return true;
	return false;
}

static void compare(struct gk_mutator *x, struct gk_mutator *y)
{
	/* AssignMetadata implies nothing. */
	if (x == y || x->kind == GK_ASSIGN_METADATA || y->kind == GK_ASSIGN_METADATA)
		return;
	if (contradict(x, y) && meet(x, y))
		x->conflict = y->conflict = true;
}

void gk_mutators_check(struct sw_gk *gk, struct gk_mutator *added)
{
	if (added) {
		for (uint32_t i = 0; i < gk->n_mutators; i++)
			compare(added, gk->mutators[i]);
		return;
	}
	for (uint32_t i = 0; i < gk->n_mutators; i++)
		gk->mutators[i]->conflict = false;
	for (uint32_t i = 0; i < gk->n_mutators; i++)
		for (uint32_t j = i + 1; j < gk->n_mutators; j++)
			compare(gk->mutators[i], gk->mutators[j]);
}
