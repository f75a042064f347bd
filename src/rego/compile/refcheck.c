/* SPDX-License-Identifier: Apache-2.0 */
/* Are the refs of an expression possible, given the types of what they go into? */
#include "rego/compile/internal.h"

struct refcheck {
	struct type_env *env;
	struct ref_errors *out;
};

void errors_add(cc *c, struct ref_errors *l, struct compiler_error e)
{
	CC_GROW(c, c->a, l->v, l->n, l->cap);
	l->v[l->n++] = e;
}

/* Sorted, without duplicates; null when there are none. */
static struct sw_value key_list(cc *c, struct sw_value *v, uint32_t n)
{
	if (!n)
		return sw_null();
	n = sw_values_sort_unique(v, n);
	struct sw_value *copy = cc_alloc(c, n * sizeof(*copy));
	memcpy(copy, v, n * sizeof(*copy));
	return sw_array_from(c->a, copy, n);
}

static void type_keys(cc *c, type *t, struct sw_value **v, uint32_t *n, uint32_t *cap)
{
	t = sw_rego_type_bare(t);
	if (!t)
		return;
	for (uint32_t i = 0; i < t->n && t->kind == SW_RT_OBJECT; i++) {
		CC_GROW(c, &c->tmp, *v, *n, *cap);
		(*v)[(*n)++] = t->props[i].key;
	}
	for (uint32_t i = 0; i < t->n && t->kind == SW_RT_ANY; i++)
		type_keys(c, t->items[i], v, n, cap);
}

static struct sw_value keys_of_type(cc *c, type *t)
{
	struct sw_value *v = NULL;
	uint32_t n = 0, cap = 0;
	type_keys(c, t, &v, &n, &cap);
	return key_list(c, v, n);
}

static struct sw_value keys_of_node(cc *c, const struct type_node *n)
{
	struct sw_value *v = cc_tmp(c, (n->strs.n + n->n_other + 1) * sizeof(*v));
	uint32_t count = 0;
	for (uint32_t i = 0; i < n->strs.n; i++)
		v[count++] = sw_string(n->strs.v[i].name);
	for (uint32_t i = 0; i < n->n_other; i++)
		if (n->other[i]->key->kind == SW_REGO_SCALAR)
			v[count++] = n->other[i]->key->value;
	return key_list(c, v, count);
}

static bool fail(struct refcheck *r, struct compiler_error e)
{
	if (r->out)
		errors_add(r->env->c, r->out, e);
	return false;
}

/* In a collection without members a constant key is wrong; iterating is fine and yields nothing. */
static bool check_empty(struct refcheck *r, type *t, const struct sw_rego_term *ref, uint32_t idx)
{
	cc *c = r->env->c;
	const struct sw_rego_term *k = ref->items.v[idx];
	if (k->kind == SW_REGO_SCALAR)
		return fail(r, err_ref_invalid(c, ref, idx, NULL, NULL, sw_null()));
	if (k->kind != SW_REGO_VAR)
		return true;
	type *exist = env_get(r->env, k), *keys = sw_rego_type_keys(c->a, t);
	if (!exist)
		env_put_var(r->env, k, &sw_rt_any);
	else if (keys && !unifies(exist, keys))
		return fail(r, err_ref_invalid(c, ref, idx, exist, keys, sw_null()));
	return true;
}

/* What lies behind ref[..idx] has type t: check the rest. */
static bool check_leaf(struct refcheck *r, type *t, const struct sw_rego_term *ref, uint32_t idx)
{
	cc *c = r->env->c;
	for (; idx < ref->items.n; idx++) {
		const struct sw_rego_term *k = ref->items.v[idx];
		if (empty_collection(t))
			return check_empty(r, t, ref, idx);
		type *keys = sw_rego_type_keys(c->a, t), *exist;
		if (!keys)
			return fail(r, err_ref_unsupported(c, ref, idx - 1, t));
		switch (k->kind) {
		case SW_REGO_VAR:
		case SW_REGO_REF:
			exist = env_get(r->env, k);
			if (exist && !unifies(exist, keys))
				return fail(r, err_ref_invalid(c, ref, idx, exist, keys,
						       keys_of_type(c, t)));
			if (!exist && k->kind == SW_REGO_VAR)
				env_put_var(r->env, k, keys);
			break;
		case SW_REGO_ARRAY:
		case SW_REGO_OBJECT:
		case SW_REGO_SET:
			if (!unify_one(r->env, k, keys, false))
				return fail(r, err_ref_invalid(c, ref, idx, env_get(r->env, k),
						       keys, sw_null()));
			break;
		default: {
			type *child = select_constant(c, t, k);
			if (!child)
				return fail(r, err_ref_invalid(c, ref, idx, NULL, keys,
						       keys_of_type(c, t)));
			t = child;
			continue;
		}
		}
		t = sw_rego_type_values(c->a, t);
	}
	return true;
}

static bool root_name(const struct sw_rego_term *ref)
{
	return ref_starts(ref, "data") || ref_starts(ref, "input");
}

static bool check_ref(struct refcheck *r, struct type_env *curr, const struct type_node *n,
	const struct sw_rego_term *ref, uint32_t idx);

/* Every document that a variable may select: types are inferred, errors are none of the ref's. */
static bool check_children(struct refcheck *r, struct type_env *curr, const struct type_node *n,
	const struct sw_rego_term *ref, uint32_t idx)
{
	struct refcheck quiet = {r->env, NULL};
	for (uint32_t i = 0; i < n->strs.n; i++)
		check_ref(&quiet, curr, n->strs.v[i].val, ref, idx + 1);
	for (uint32_t i = 0; i < n->vars.n; i++)
		check_ref(&quiet, curr, n->vars.v[i].val, ref, idx + 1);
	for (uint32_t i = 0; i < n->n_other; i++)
		check_ref(&quiet, curr, n->other[i], ref, idx + 1);
	return true;
}

static bool check_ref(struct refcheck *r, struct type_env *curr, const struct type_node *n,
	const struct sw_rego_term *ref, uint32_t idx)
{
	cc *c = r->env->c;
	if (idx == ref->items.n)
		return true;
	const struct sw_rego_term *k = ref->items.v[idx];
	if ((idx == 1 || idx == 2) && k->kind != SW_REGO_VAR &&
		!(k->kind == SW_REGO_SCALAR && sw_is(k->value, SW_STRING)))
		return fail(r, err_ref_invalid(c, ref, idx, env_get(r->env, k), &sw_rt_string,
				       keys_of_node(c, n)));
	if (k->kind == SW_REGO_VAR && idx) {
		type *t = sw_rego_type_keys(c->a, env_extent(r->env, n)),
		     *exist = env_get(r->env, k);
		if (exist && !unifies(t, exist))
			return fail(r, err_ref_invalid(c, ref, idx, exist, t, keys_of_node(c, n)));
		if (!exist)
			env_put_var(r->env, k, t);
	}
	if (curr->builtins && !idx)
		env_need(curr, k);
	const struct type_node *child = type_node_child(n, k);
	if (!child) {
		if (curr->next)
			return check_ref(r, curr->next, curr->next->tree, ref, 0);
		if (root_name(ref) && idx)
			return check_children(r, curr, n, ref, idx);
		return check_leaf(r, &sw_rt_any, ref, root_name(ref) ? 1 : 0);
	}
	if (child->value)
		return check_leaf(r, child->value, ref, idx + 1);
	return check_ref(r, curr, child, ref, idx + 1);
}

static bool visit_term(struct visitor *v, struct sw_rego_term *t)
{
	struct refcheck *r = v->ctx;
	if (is_comprehension(t))
		return true;
	if (t->kind != SW_REGO_REF)
		return false;
	type *f = env_get_ref(r->env, t);
	if (f && f->kind == SW_RT_FUNCTION) {
		fail(r, err_ref_unsupported(v->c, t, t->items.n - 1, f));
		return true;
	}
	check_ref(r, r->env, r->env->tree, t, 0);
	return false;
}

/* Operators and modifiers are not looked at. */
static bool visit_expr(struct visitor *v, struct sw_rego_expr *e)
{
	if (e->kind == SW_REGO_EXPR_CALL || e->kind == SW_REGO_EXPR_TERM) {
		walk_terms(v, &e->terms, e->kind == SW_REGO_EXPR_CALL ? 1 : 0);
		return true;
	}
	if (e->kind == SW_REGO_EXPR_NOT_BODY) {
		walk_body(v, &e->body);
		return true;
	}
	return false;
}

void check_refs(struct type_env *env, struct sw_rego_expr *e, struct ref_errors *out)
{
	struct refcheck r = {env, out};
	struct visitor v = {.c = env->c, .ctx = &r, .term = visit_term, .expr = visit_expr};
	walk_expr(&v, e);
}
