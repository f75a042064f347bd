/* SPDX-License-Identifier: Apache-2.0 */
/* Which variables an equation binds, given those that are bound already. */
#include "rego/compile/internal.h"

struct unifier {
	cc *c;
	const struct varset *safe;
	struct varset unified;
	struct varset unknown; /* variable -> struct varset * of those it waits for */
};

#define PATTERN (VV_SKIP_REF_HEAD | VV_SKIP_OBJECT_KEYS | VV_SKIP_CLOSURES)

static bool all_safe(cc *c, const struct sw_rego_term *t, const struct varset *safe)
{
	struct varset vars;
	vs_init(&vars, &c->tmp);
	vars_term(c, &vars, VV_SAFETY, t);
	return vs_diff_count(&vars, safe) == 0;
}

bool ref_safe(cc *c, const struct sw_rego_term *ref, const struct varset *safe)
{
	const struct sw_rego_term *head = ref->items.v[0];
	if (head->kind == SW_REGO_VAR)
		return vs_has(safe, head->name);
	return all_safe(c, head, safe);
}

static bool is_safe(const struct unifier *u, struct sw_str name)
{
	return vs_has(u->safe, name) || vs_has(&u->unified, name);
}

static void mark_safe(struct unifier *u, struct sw_str name)
{
	struct varset todo;
	vs_init(&todo, &u->c->tmp);
	vs_add(u->c, &todo, name);
	for (uint32_t at = 0; at < todo.n; at++) {
		struct sw_str x = todo.v[at].name;
		vs_add(u->c, &u->unified, x);
		struct var_entry *e = vs_get(&u->unknown, x);
		if (e) {
			vs_update(u->c, &todo, e->val);
			vs_del(&u->unknown, x);
		}
		for (uint32_t i = 0; i < u->unknown.n;) {
			struct varset *deps = u->unknown.v[i].val;
			if (vs_del(deps, x) && !deps->n) {
				vs_add(u->c, &todo, u->unknown.v[i].name);
				vs_del(&u->unknown, u->unknown.v[i].name);
			} else {
				i++;
			}
		}
	}
}

static void mark_all(struct unifier *u, const struct sw_rego_term *t)
{
	struct varset vars;
	vs_init(&vars, &u->c->tmp);
	vars_term(u->c, &vars, PATTERN, t);
	for (uint32_t i = 0; i < vars.n; i++)
		mark_safe(u, vars.v[i].name);
}

static void mark_unknown(struct unifier *u, struct sw_str a, struct sw_str b)
{
	struct var_entry *e = vs_add(u->c, &u->unknown, a);
	if (!e->val) {
		struct varset *deps = cc_tmp(u->c, sizeof(*deps));
		vs_init(deps, &u->c->tmp);
		e->val = deps;
	}
	vs_add(u->c, e->val, b);
}

static void unify_all(struct unifier *u, struct sw_str a, const struct sw_rego_term *b)
{
	if (is_safe(u, a)) {
		mark_all(u, b);
		return;
	}
	struct varset vars;
	uint32_t waiting = 0;
	vs_init(&vars, &u->c->tmp);
	vars_term(u->c, &vars, PATTERN, b);
	for (uint32_t i = 0; i < vars.n; i++) {
		if (is_safe(u, vars.v[i].name))
			continue;
		mark_unknown(u, a, vars.v[i].name);
		waiting++;
	}
	if (!waiting)
		mark_safe(u, a);
}

static void unify(struct unifier *u, const struct sw_rego_term *a, const struct sw_rego_term *b);

static bool source_safe(struct unifier *u, const struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_REF)
		return ref_safe(u->c, t, u->safe);
	return t->kind == SW_REGO_CALL && all_safe(u->c, t, u->safe);
}

static void unify_var(struct unifier *u, const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	switch (b->kind) {
	case SW_REGO_VAR:
		if (is_safe(u, b->name)) {
			mark_safe(u, a->name);
		} else if (is_safe(u, a->name)) {
			mark_safe(u, b->name);
		} else {
			mark_unknown(u, a->name, b->name);
			mark_unknown(u, b->name, a->name);
		}
		break;
	case SW_REGO_ARRAY:
	case SW_REGO_OBJECT:
		unify_all(u, a->name, b);
		break;
	case SW_REGO_REF:
	case SW_REGO_CALL:
		if (source_safe(u, b))
			mark_safe(u, a->name);
		break;
	default:
		mark_safe(u, a->name);
	}
}

static void unify_objects(
	struct unifier *u, const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	if (a->items.n != b->items.n)
		return;
	for (uint32_t i = 0; i < a->items.n; i += 2)
		for (uint32_t k = 0; k < b->items.n; k += 2)
			if (term_eq(a->items.v[i], b->items.v[k])) {
				unify(u, a->items.v[i + 1], b->items.v[k + 1]);
				break;
			}
}

/* `a` is an array or object. */
static void unify_composite(
	struct unifier *u, const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	if (b->kind == SW_REGO_VAR) {
		unify_all(u, b->name, a);
	} else if (b->kind == SW_REGO_REF || b->kind == SW_REGO_CALL) {
		if (source_safe(u, b))
			mark_all(u, a);
	} else if (a->kind == SW_REGO_ARRAY && is_comprehension(b)) {
		mark_all(u, a);
	} else if (a->kind == SW_REGO_ARRAY && b->kind == SW_REGO_ARRAY) {
		for (uint32_t i = 0; a->items.n == b->items.n && i < a->items.n; i++)
			unify(u, a->items.v[i], b->items.v[i]);
	} else if (a->kind == SW_REGO_OBJECT && b->kind == SW_REGO_OBJECT) {
		unify_objects(u, a, b);
	}
}

static void unify(struct unifier *u, const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	bool pattern = b->kind == SW_REGO_ARRAY || b->kind == SW_REGO_OBJECT;
	switch (a->kind) {
	case SW_REGO_VAR:
		unify_var(u, a, b);
		break;
	case SW_REGO_REF:
	case SW_REGO_CALL:
		if (!source_safe(u, a))
			break;
		if (b->kind == SW_REGO_VAR)
			mark_safe(u, b->name);
		else if (pattern)
			mark_all(u, b);
		break;
	case SW_REGO_ARRAY_COMP:
		if (b->kind == SW_REGO_ARRAY)
			mark_all(u, b);
		else if (b->kind == SW_REGO_VAR)
			mark_safe(u, b->name);
		break;
	case SW_REGO_OBJECT_COMP:
		if (b->kind == SW_REGO_OBJECT)
			mark_all(u, b);
		else if (b->kind == SW_REGO_VAR)
			mark_safe(u, b->name);
		break;
	case SW_REGO_ARRAY:
	case SW_REGO_OBJECT:
		unify_composite(u, a, b);
		break;
	default:
		if (b->kind == SW_REGO_VAR)
			mark_safe(u, b->name);
	}
}

struct varset unify_vars(cc *c, const struct varset *safe, const struct sw_rego_term *a,
	const struct sw_rego_term *b)
{
	struct unifier u = {.c = c, .safe = safe};
	vs_init(&u.unified, &c->tmp);
	vs_init(&u.unknown, &c->tmp);
	unify(&u, a, b);
	return u.unified;
}
