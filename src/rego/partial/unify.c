/* SPDX-License-Identifier: Apache-2.0 */
/* Unification of terms. */
#include "rego/partial/internal.h"

static bool needs_values(const term *t)
{
	return t->kind == SW_REGO_VAR || t->kind == SW_REGO_REF || is_comprehension(t);
}

/* ---- arrays and other lists ---- */

struct lists {
	struct k k;
	struct ev *e;
	term *const *a, *const *b;
	uint32_t at, n;
	struct bnd *b1, *b2;
	struct k *then;
};

static void lists_next(struct lists *x)
{
	if (x->at == x->n)
		x->then->fn(x->then);
	else
		pe_unify(x->e, x->a[x->at], x->b[x->at], x->b1, x->b2, &x->k);
}

static void lists_more(struct k *k)
{
	struct lists *x = (struct lists *)k;
	x->at++;
	lists_next(x);
	x->at--;
}

void pe_unify_lists(struct ev *e, term *const *a, term *const *b, uint32_t n, struct bnd *b1,
	struct bnd *b2, struct k *k)
{
	struct lists x = {{lists_more}, e, a, b, 0, n, b1, b2, k};
	lists_next(&x);
}

static term **elements(struct pe *pe, const term *t)
{
	uint32_t n = pe_len(t);
	term **v = cc_alloc(pe->c, (n + 1) * sizeof(*v));
	for (uint32_t i = 0; i < n; i++)
		v[i] = pe_item(pe, t, i, NULL);
	return v;
}

/* ---- objects ---- */

/* The object with its keys plugged. */
static term *with_keys(struct pe *pe, const term *t, struct bnd *b)
{
	if (t->kind == SW_REGO_SCALAR)
		return (term *)t;
	term *out = mk_term(pe->c, SW_REGO_OBJECT, &t->loc);
	for (uint32_t i = 0; i + 1 < t->items.n; i += 2) {
		term *key = pe_plug(pe, b, t->items.v[i]);
		uint32_t at = 0;
		while (at < out->items.n && !pe_eq(pe, out->items.v[at], key))
			at += 2;
		if (at < out->items.n) { /* the last one counts */
			out->items.v[at + 1] = t->items.v[i + 1];
			continue;
		}
		terms_add(pe->c, &out->items, key);
		terms_add(pe->c, &out->items, t->items.v[i + 1]);
	}
	return pe_sorted(pe, out);
}

static void unify_objects(
	struct ev *e, const term *a, const term *b, struct bnd *b1, struct bnd *b2, struct k *k)
{
	struct pe *pe = e->pe;
	a = with_keys(pe, a, b1);
	b = with_keys(pe, b, b2);
	uint32_t n = pe_len(a);
	if (n != pe_len(b))
		return;
	term **va = cc_alloc(pe->c, (n + 1) * sizeof(*va));
	term **vb = cc_alloc(pe->c, (n + 1) * sizeof(*vb));
	for (uint32_t i = 0; i < n; i++) {
		const term *key = pe_item(pe, a, i, &va[i]);
		uint32_t at = 0;
		while (at < n && !pe_eq(pe, pe_item(pe, b, at, &vb[i]), key))
			at++;
		if (at == n)
			return;
	}
	pe_unify_lists(e, va, vb, n, b1, b2, k);
}

/* ---- comprehensions ---- */

struct collect {
	struct k k;
	struct ev *e;
	const term *t;
	struct sw_list list;
	struct sw_map map;
};

static struct sw_value head_value(struct collect *x, uint32_t i)
{
	struct pe *pe = x->e->pe;
	struct sw_value v = pe_value(pe, pe_plug(pe, x->e->b, x->t->items.v[i]));
	if (!sw_defined(v))
		pe_error(pe, "eval_internal_error", &x->t->loc, "the head of a comprehension is not ground");
	return v;
}

static void collected(struct k *k)
{
	struct collect *x = (struct collect *)k;
	struct pe *pe = x->e->pe;
	int r;
	if (x->t->kind == SW_REGO_OBJECT_COMP) {
		struct sw_value key = head_value(x, 0), v = head_value(x, 1);
		for (uint32_t i = 0; i < x->map.n; i++)
			if (sw_value_eq(x->map.m[i].k, key) && !sw_value_eq(x->map.m[i].v, v))
				pe_error(pe, "eval_conflict_error", &x->t->items.v[0]->loc,
					"object keys must be unique");
		r = sw_map_add(&x->map, key, v);
	} else {
		r = sw_list_add(&x->list, head_value(x, 0));
	}
	if (r < 0)
		cc_fail(pe->c, SW_ELIMIT);
}

static term *comprehension_value(struct ev *e, const term *t)
{
	struct pe *pe = e->pe;
	struct ev child = pe_closure(e, &t->body);
	struct collect x = {.k = {collected}, .e = &child, .t = t};
	sw_list_init(&x.list, pe->c->a);
	sw_map_init(&x.map, pe->c->a);
	pe_eval(&child, &x.k);
	struct sw_value v = t->kind == SW_REGO_OBJECT_COMP ? sw_map_object(&x.map)
			    : t->kind == SW_REGO_SET_COMP ? sw_list_set(&x.list)
							  : sw_list_array(&x.list);
	if (!sw_defined(v))
		cc_fail(pe->c, SW_ELIMIT);
	return pe_scalar(pe, v);
}

/* A copy with what its variables are bound to said in its body. */
term *pe_amend(struct ev *e, const term *t, struct bnd *b)
{
	struct pe *pe = e->pe;
	term *out = copy_term(pe->c, t);
	struct varset vars;
	vs_init(&vars, pe->c->a);
	vars_term(pe->c, &vars, 0, out);
	for (uint32_t i = 0; i < b->n; i++)
		if (vs_has(&vars, b->v[i].key->name))
			body_add(pe->c, &out->body,
				mk_eq(pe->c, copy_term(pe->c, b->v[i].key),
					copy_term(pe->c, pe_plug_ns(pe, b, b->v[i].key)), NULL));
	pe_namespace(pe, b, out);
	return out;
}

static void unify_comprehension(struct ev *e, term *a, term *b, struct bnd *b1, struct bnd *b2,
	bool swap, struct k *k)
{
	if (!pe_unknown(e, a, b1)) {
		pe_unify(e, comprehension_value(e, a), b, b1, b2, k);
		return;
	}
	a = pe_amend(e, a, b1);
	if (is_comprehension(b))
		b = pe_amend(e, b, b2);
	if (swap)
		pe_save_unify(e, b, a, b2, b1, k);
	else
		pe_save_unify(e, a, b, b1, b2, k);
}

/* ---- values ---- */

static void bind_and_go(
	struct ev *e, const term *key, struct bnd *b, term *v, struct bnd *vb, struct k *k)
{
	pe_bind(e->pe, b, key, v, vb);
	k->fn(k);
	pe_unbind(b, key);
}

static bool saved(struct ev *e, const term *t, struct bnd *b)
{
	return pe_type(t) == SW_SET ? pe_contains_rec(e->pe, t, b) : pe_contains(e->pe, t, b);
}

static void unify_values(
	struct ev *e, term *a, term *b, struct bnd *b1, struct bnd *b2, struct k *k)
{
	struct pe *pe = e->pe;
	bool save_a = saved(e, a, b1);
	if (!save_a && a->kind == SW_REGO_REF) {
		pe_eval_ref(e, a, b, b1, b2, k);
		return;
	}
	bool save_b = saved(e, b, b2);
	if (!save_b && b->kind == SW_REGO_REF) {
		pe_eval_ref(e, b, a, b2, b1, k);
		return;
	}
	if (save_a || save_b) {
		pe_save_unify(e, a, b, b1, b2, k);
	} else if (is_comprehension(a)) {
		unify_comprehension(e, a, b, b1, b2, false, k);
	} else if (is_comprehension(b)) {
		unify_comprehension(e, b, a, b2, b1, true, k);
	} else if (a->kind == SW_REGO_VAR) {
		if (b->kind == SW_REGO_VAR && b1 == b2 && sw_str_eq(a->name, b->name))
			k->fn(k);
		else
			bind_and_go(e, a, b1, b, b2, k);
	} else if (b->kind == SW_REGO_VAR) {
		bind_and_go(e, b, b2, a, b1, k);
	} else if (pe_eq(pe, pe_plug(pe, b1, a), pe_plug(pe, b2, b))) {
		k->fn(k);
	}
}

void pe_unify(struct ev *e, term *a, term *b, struct bnd *b1, struct bnd *b2, struct k *k)
{
	struct pe *pe = e->pe;
	pe_step(pe);
	a = pe_apply(b1, a, &b1);
	b = pe_apply(b2, b, &b2);
	if (a->kind == SW_REGO_SCALAR && b->kind == SW_REGO_SCALAR) {
		if (sw_value_eq(a->value, b->value))
			k->fn(k);
		return;
	}
	enum sw_type ta = pe_type(a), tb = pe_type(b);
	if (needs_values(a) || ta == SW_SET || b->kind == SW_REGO_VAR || b->kind == SW_REGO_REF) {
		if (ta != SW_SET || needs_values(b) || tb == SW_SET)
			unify_values(e, a, b, b1, b2, k);
		return;
	}
	if ((ta == SW_ARRAY && b->kind == SW_REGO_ARRAY_COMP) ||
		(ta == SW_OBJECT && b->kind == SW_REGO_OBJECT_COMP)) {
		unify_values(e, a, b, b1, b2, k);
	} else if (ta == SW_ARRAY && tb == SW_ARRAY) {
		if (pe_len(a) == pe_len(b))
			pe_unify_lists(e, elements(pe, a), elements(pe, b), pe_len(a), b1, b2, k);
	} else if (ta == SW_OBJECT && tb == SW_OBJECT) {
		unify_objects(e, a, b, b1, b2, k);
	}
}
