/* SPDX-License-Identifier: Apache-2.0 */
/* `with`: other documents and functions for one expression. */
#include "rego/partial/explain.h"

struct refs {
	struct pe *pe;
	struct sw_rego_terms list;
};

static uint32_t ground_prefix(const term *ref)
{
	uint32_t i = 1;
	while (i < ref->items.n && pe_ground(ref->items.v[i]))
		i++;
	return i < ref->items.n ? i : ref->items.n;
}

static bool note_ref(struct visitor *v, term *t)
{
	struct refs *r = v->ctx;
	if (t->kind == SW_REGO_REF)
		terms_add(v->c, &r->list, pe_ref(r->pe, t->items.v, ground_prefix(t)));
	return false;
}

/* The object with `v` at path[i…]; what is in the way is replaced. */
static struct sw_value put_at(
	struct pe *pe, struct sw_value in, term *const *path, uint32_t n, struct sw_value v)
{
	if (!n)
		return v;
	struct sw_value key = pe_value(pe, path[0]), old = sw_undef();
	struct sw_map m;
	sw_map_init(&m, pe->c->a);
	for (uint32_t i = 0; in.type == SW_OBJECT && i < in.n; i++) {
		if (sw_value_eq(in.u.o->m[i].k, key))
			old = in.u.o->m[i].v;
		else if (sw_map_add(&m, in.u.o->m[i].k, in.u.o->m[i].v) < 0)
			cc_fail(pe->c, SW_ELIMIT);
	}
	if (sw_map_add(&m, key, put_at(pe, old, path + 1, n - 1, v)) < 0)
		cc_fail(pe->c, SW_ELIMIT);
	return sw_map_object(&m);
}

struct frame {
	struct k k;
	struct ev *e;
	struct k *then;
	struct sw_value input, data, old_input, old_data;
	struct mock *mocks;
	uint32_t n_mocks, n_targets;
	term **targets;
	struct sw_rego_terms disable;
};

static void push(struct frame *f)
{
	struct ev *e = f->e;
	struct pe *pe = e->pe;
	f->old_input = e->input;
	f->old_data = e->data;
	e->input = f->input;
	e->data = f->data;
	CC_GROW(pe->c, pe->c->a, pe->caches, pe->n_caches, pe->cap_caches);
	vs_init(&pe->caches[pe->n_caches++].docs, pe->c->a);
	if (pe->explain)
		pe_groups_hide(e);
	for (uint32_t i = 0; i < f->n_targets; i++) {
		CC_GROW(pe->c, pe->c->a, pe->targets, pe->n_targets, pe->cap_targets);
		pe->targets[pe->n_targets++] = f->targets[i];
	}
	pe_push_disabled(pe, f->disable.v, f->disable.n, true);
	for (uint32_t i = 0; i < f->n_mocks; i++) {
		CC_GROW(pe->c, pe->c->a, pe->mocks, pe->n_mocks, pe->cap_mocks);
		pe->mocks[pe->n_mocks++] = f->mocks[i];
	}
}

static void pop(struct frame *f)
{
	struct pe *pe = f->e->pe;
	pe->n_mocks -= f->n_mocks;
	pe->n_disabled--;
	pe->n_targets -= f->n_targets;
	pe->n_caches--;
	if (pe->explain)
		pe_groups_show(f->e);
	f->e->data = f->old_data;
	f->e->input = f->old_input;
}

static void with_done(struct k *k)
{
	struct frame *f = (struct frame *)k;
	pop(f);
	pe_next(f->e, f->then);
	push(f);
}

struct next {
	struct k k;
	struct ev *e;
	struct k *then;
};

static void saved_done(struct k *k)
{
	struct next *n = (struct next *)k;
	pe_next(n->e, n->then);
}

static bool is_document(struct pe *pe, const term *t)
{
	return (ref_starts(t, "data") || ref_starts(t, "input")) && !pe_is_function(pe, t);
}

/* False: a value is unknown, so that the whole expression has to be kept. */
static bool prepare(struct frame *f, const struct sw_rego_expr *x)
{
	struct ev *e = f->e;
	struct pe *pe = e->pe;
	f->mocks = cc_alloc(pe->c, x->n_withs * sizeof(*f->mocks));
	f->targets = cc_alloc(pe->c, x->n_withs * sizeof(*f->targets));
	f->input = e->input;
	f->data = e->data;
	for (uint32_t i = 0; i < x->n_withs; i++) {
		const struct sw_rego_with *w = &x->withs[i];
		const struct sw_rego_terms *path = &w->target->items;
		term *v = pe_plug(pe, e->b, w->value);
		if (!is_document(pe, w->target)) {
			f->mocks[f->n_mocks++] = (struct mock){w->target, v};
			if (ref_starts(w->target, "data"))
				f->targets[f->n_targets++] = w->target;
			continue;
		}
		struct sw_value value = pe_value(pe, v);
		if (pe_contains_rec(pe, w->value, e->b) || !sw_defined(value))
			return false;
		struct sw_value *doc = ref_starts(w->target, "data") ? &f->data : &f->input;
		*doc = put_at(pe, *doc, path->v + 1, path->n - 1, value);
		f->targets[f->n_targets++] = w->target;
	}
	return true;
}

void pe_eval_with(struct ev *e, struct k *k)
{
	struct pe *pe = e->pe;
	struct sw_rego_expr *x = e->q->v[e->at];
	struct frame f = {.k = {with_done}, .e = e, .then = k};
	struct refs refs = {.pe = pe};
	struct visitor v = {.c = pe->c, .ctx = &refs, .term = note_ref};
	if (!prepare(&f, x)) {
		struct next n = {{saved_done}, e, k};
		pe_save_expr_unknowns(e, x, e->b, &n.k);
		return;
	}
	struct sw_rego_expr bare = *x;
	bare.n_withs = 0;
	for (uint32_t i = 0; !pe->explain && i < x->n_withs; i++) {
		walk_term(&v, x->withs[i].value);
		if (is_document(pe, x->withs[i].target))
			walk_term(&v, x->withs[i].target);
	}
	if (!pe->explain) /* nothing would be inlined */
		walk_expr(&v, &bare);
	f.disable = refs.list;
	push(&f);
	pe_eval_step(e, &f.k, false);
	pop(&f);
}
