/* SPDX-License-Identifier: Apache-2.0 */
/* Unification of terms. */
#include "rego/partial/explain.h"

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
	const struct sw_rego_terms *keys; /* collected for every binding of these at once; NULL: not so */
	struct sw_list list; /* of an index: of keys and head */
	struct sw_map map;
};

static struct sw_value head_value(struct collect *x, const term *t)
{
	struct pe *pe = x->e->pe;
	struct sw_value v = pe_value(pe, pe_plug(pe, x->e->b, t));
	if (!sw_defined(v))
		pe_error(pe, "eval_internal_error", &x->t->loc, "the head of a comprehension is not ground");
	return v;
}

static int add_member(struct collect *x, struct sw_value key, struct sw_value v)
{
	for (uint32_t i = 0; i < x->map.n; i++)
		if (sw_value_eq(x->map.m[i].k, key) && !sw_value_eq(x->map.m[i].v, v))
			pe_error(x->e->pe, "eval_conflict_error", &x->t->items.v[0]->loc,
				"object keys must be unique");
	return sw_map_add(&x->map, key, v);
}

static void collected(struct k *k)
{
	struct collect *x = (struct collect *)k;
	bool object = x->t->kind == SW_REGO_OBJECT_COMP;
	int r = 0;
	pe_trace_body(x->e, SW_REGO_TRACE_EXIT, x->e->q);
	for (uint32_t i = 0; x->keys && !r && i < x->keys->n; i++)
		r = sw_list_add(&x->list, head_value(x, x->keys->v[i]));
	if (object && !x->keys)
		r = add_member(x, head_value(x, x->t->items.v[0]), head_value(x, x->t->items.v[1]));
	else
		for (uint32_t i = 0; !r && i < 1u + object; i++)
			r = sw_list_add(&x->list, head_value(x, x->t->items.v[i]));
	if (r < 0)
		cc_fail(x->e->pe->c, SW_ELIMIT);
	pe_trace_body(x->e, SW_REGO_TRACE_REDO, x->e->q);
}

static struct sw_value sealed(struct collect *x)
{
	struct sw_value v = x->t->kind == SW_REGO_OBJECT_COMP ? sw_map_object(&x->map)
			    : x->t->kind == SW_REGO_SET_COMP  ? sw_list_set(&x->list)
							      : sw_list_array(&x->list);
	if (!sw_defined(v))
		cc_fail(x->e->pe->c, SW_ELIMIT);
	return v;
}

static struct collect *collection(struct ev *e, const term *t, const struct sw_rego_terms *keys)
{
	struct collect *x = cc_alloc(e->pe->c, sizeof(*x));
	*x = (struct collect){.k = {collected}, .e = e, .t = t, .keys = keys};
	sw_list_init(&x->list, e->pe->c->a);
	sw_map_init(&x->map, e->pe->c->a);
	pe_trace_body(e, SW_REGO_TRACE_ENTER, e->q);
	pe_eval(e, &x->k);
	return x;
}

/* The part of an index where the keys are what they are bound to here; SW_UNDEF: there is none. */
static struct sw_value group_of(struct ev *e, const struct collect *x)
{
	struct pe *pe = e->pe;
	uint32_t n = x->keys->n, width = n + 1 + (x->t->kind == SW_REGO_OBJECT_COMP);
	struct collect out = {.e = e, .t = x->t};
	bool any = false;
	sw_list_init(&out.list, pe->c->a);
	sw_map_init(&out.map, pe->c->a);
	for (uint32_t i = 0; i + width <= x->list.n; i += width) {
		bool same = true;
		int r = 0;
		for (uint32_t k = 0; same && k < n; k++)
			same = sw_value_eq(x->list.v[i + k], pe_value(pe, pe_plug(pe, e->b, x->keys->v[k])));
		any = any || same;
		if (same && width == n + 2)
			r = add_member(&out, x->list.v[i + n], x->list.v[i + n + 1]);
		else if (same)
			r = sw_list_add(&out.list, x->list.v[i + n]);
		if (r < 0)
			cc_fail(pe->c, SW_ELIMIT);
	}
	return any ? sealed(&out) : sw_undef();
}

/* OPA's index of a comprehension: all of its solutions are found once. */
static struct sw_value indexed(struct ev *e, const term *t, const struct sw_rego_terms *keys)
{
	struct pe *pe = e->pe;
	struct varset *known = pe_groups(e);
	struct sw_str name = cc_printf(pe->c, "%p", (const void *)t);
	const struct var_entry *x = vs_get(known, name);
	if (x)
		return group_of(e, x->val);
	struct ev child = pe_child(e, &t->body);
	struct collect *all = collection(&child, t, keys);
	vs_set(pe->c, known, name, all);
	return group_of(e, all);
}

static term *comprehension_value(struct ev *e, const term *t)
{
	struct pe *pe = e->pe;
	const struct sw_rego_terms *keys =
		pe->explain ? sw_rego_comprehension_keys(pe->c->p, t) : NULL;
	struct sw_value v = keys && keys->n ? indexed(e, t, keys) : sw_undef();
	if (sw_defined(v))
		return pe_scalar(pe, v);
	/* Also, as in OPA, where the index has nothing for these keys. */
	struct ev child = pe_closure(e, &t->body);
	return pe_scalar(pe, sealed(collection(&child, t, NULL)));
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
