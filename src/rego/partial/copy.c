/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copy propagation: the variables that compilation and inlining put between expressions are taken out
 * again, so that `x = input.a; x > 1` reads `input.a > 1`. Live variables keep their meaning, refs that
 * must be defined stay, and nothing becomes unsafe.
 */
#include "rego/partial/internal.h"

/* A class of variables that are equal, with the constant that they are, if any. */
struct root {
	struct sw_str name;
	term *constant;
};

struct copier {
	struct pe *pe;
	const struct varset *live;
	struct varset parents; /* variable -> parent's entry; of itself in a root */
	struct varset roots;   /* name -> struct root */
	struct varset heads;   /* variables at the head of refs */
	struct varset removed; /* variable -> term that it was equal to */
	struct varset placeholders;
	uint32_t next;
	bool negated;
};

/* ---- classes ---- */

static struct root *find(struct copier *x, struct sw_str v)
{
	struct var_entry *e = vs_get(&x->parents, v);
	while (e && !sw_str_eq(((struct root *)e->val)->name, e->name))
		e = vs_get(&x->parents, ((struct root *)e->val)->name);
	if (!e)
		return NULL;
	struct var_entry *r = vs_get(&x->roots, e->name);
	return r ? r->val : NULL;
}

static struct root *make(struct copier *x, struct sw_str v)
{
	struct root *r = find(x, v);
	if (r)
		return r;
	r = cc_alloc(x->pe->c, sizeof(*r));
	r->name = v;
	vs_set(x->pe->c, &x->parents, v, r);
	vs_set(x->pe->c, &x->roots, v, r);
	return r;
}

/* False: two different constants. The live one, else the first by name, stands for both. */
static bool unite(struct copier *x, struct sw_str a, struct sw_str b)
{
	struct root *r1 = make(x, a), *r2 = make(x, b);
	if (r1 == r2)
		return true;
	if (!vs_has(x->live, r1->name)) {
		struct root *t = r1;
		r1 = r2;
		r2 = t;
	}
	vs_set(x->pe->c, &x->parents, r2->name, r1);
	if (r1->constant && r2->constant && !pe_eq(x->pe, r1->constant, r2->constant))
		return false;
	if (!r1->constant)
		r1->constant = r2->constant;
	return true;
}

static bool is_const(const term *t)
{
	return sw_rego_term_is_constant(t);
}

static bool set_constant(struct copier *x, struct sw_str v, term *t)
{
	struct root *r = make(x, v);
	if (r->constant && !pe_eq(x->pe, r->constant, t))
		return false;
	r->constant = t;
	return true;
}

static bool classes(struct copier *x, const struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n; i++) {
		const struct sw_rego_expr *e = b->v[i];
		if (!is_eq(e) || e->negated || e->n_withs)
			continue;
		term *l = e->terms.v[1], *r = e->terms.v[2];
		bool lv = l->kind == SW_REGO_VAR, rv = r->kind == SW_REGO_VAR, ok = true;
		if (lv && rv)
			ok = unite(x, l->name, r->name);
		else if (lv && is_const(r))
			ok = set_constant(x, l->name, r);
		else if (rv && is_const(l))
			ok = set_constant(x, r->name, l);
		if (!ok)
			return false;
	}
	return true;
}

static bool note_head(struct visitor *v, term *t)
{
	struct copier *x = v->ctx;
	if (t->kind != SW_REGO_REF || t->items.v[0]->kind != SW_REGO_VAR)
		return false;
	struct root *r = find(x, t->items.v[0]->name);
	if (r)
		r->constant = NULL;
	vs_add(v->c, &x->heads, r ? r->name : t->items.v[0]->name);
	return false;
}

/* ---- putting in ---- */

static term *removed(struct copier *x, struct sw_str v)
{
	const struct var_entry *e = vs_get(&x->removed, v);
	return e ? e->val : NULL;
}

static bool mentions(struct pe *pe, const term *t, struct sw_str v)
{
	struct varset vars;
	vs_init(&vars, pe->c->a);
	vars_term(pe->c, &vars, 0, t);
	return vs_has(&vars, v);
}

static term *of_root(struct copier *x, const struct root *r, const term *like)
{
	return copy_term(x->pe->c, r->constant ? r->constant : mk_var(x->pe->c, r->name, &like->loc));
}

static void put_var(struct copier *x, term *t)
{
	struct root *r = find(x, t->name);
	if (r)
		*t = *of_root(x, r, t);
	if (t->kind != SW_REGO_VAR)
		return;
	term *b = removed(x, t->name);
	if (b && !(x->negated && !pe_ground(b)) && !mentions(x->pe, b, t->name))
		*t = *copy_term(x->pe->c, b);
}

static void put_ref(struct copier *x, term *t)
{
	cc *c = x->pe->c;
	term *head = t->items.v[0];
	struct root *r = head->kind == SW_REGO_VAR ? find(x, head->name) : NULL;
	if (r)
		head = t->items.v[0] = of_root(x, r, head);
	term *b = head->kind == SW_REGO_VAR ? removed(x, head->name) : NULL;
	if (!b || (x->negated && !pe_ground(b)))
		return;
	struct sw_rego_terms items = {0};
	b = copy_term(c, b);
	for (uint32_t i = 0; b->kind == SW_REGO_REF && i < b->items.n; i++)
		terms_add(c, &items, b->items.v[i]);
	if (b->kind != SW_REGO_REF)
		terms_add(c, &items, b);
	for (uint32_t i = 1; i < t->items.n; i++)
		terms_add(c, &items, t->items.v[i]);
	t->items = items;
}

static bool put_in(struct visitor *v, term *t)
{
	if (t->kind == SW_REGO_VAR)
		put_var(v->ctx, t);
	else if (t->kind == SW_REGO_REF)
		put_ref(v->ctx, t);
	return false;
}

/* ---- taking out ---- */

static bool noop(const struct sw_rego_expr *e, struct pe *pe)
{
	if (e->kind == SW_REGO_EXPR_CALL)
		return is_call_of(e, "equal") && e->terms.n == 3 &&
		       pe_eq(pe, e->terms.v[1], e->terms.v[2]);
	return e->kind == SW_REGO_EXPR_TERM && sw_rego_term_is_constant(e->terms.v[0]) &&
	       !(e->terms.v[0]->kind == SW_REGO_SCALAR && sw_is_false(e->terms.v[0]->value));
}

static bool take_out(struct copier *x, const term *k, term *v)
{
	if (k->kind != SW_REGO_VAR || vs_has(x->live, k->name) ||
		(v->kind != SW_REGO_REF && v->kind != SW_REGO_CALL))
		return false;
	vs_set(x->pe->c, &x->removed, k->name, v);
	return true;
}

static void take_same(struct copier *x, term *t)
{
	const term *h = t->kind == SW_REGO_REF ? t->items.v[0] : NULL;
	if (!h || h->kind != SW_REGO_VAR || !vs_has(x->live, h->name))
		return;
	struct sw_str v = cc_printf(x->pe->c, "__localcp%u__", x->next++);
	vs_add(x->pe->c, &x->placeholders, v);
	vs_set(x->pe->c, &x->removed, v, t);
}

/* False: the expression is no longer needed; what it said is remembered. */
static bool stays(struct copier *x, struct sw_rego_expr *e)
{
	struct pe *pe = x->pe;
	if (x->negated || e->n_withs)
		return true;
	if (is_eq(e)) {
		term *a = e->terms.v[1], *b = e->terms.v[2];
		if (pe_eq(pe, a, b)) {
			take_same(x, a);
			return false;
		}
		return !take_out(x, a, b) && !take_out(x, b, a);
	}
	if (e->kind == SW_REGO_EXPR_CALL &&
		arity_of(pe->c, e->terms.v[0]) == (int)e->terms.n - 2) {
		const term *out = e->terms.v[e->terms.n - 1];
		if (out->kind == SW_REGO_VAR && !vs_has(x->live, out->name) &&
			!vs_has(&x->heads, out->name)) {
			term *call = mk_term(pe->c, SW_REGO_CALL, &e->loc);
			for (uint32_t i = 0; i + 1 < e->terms.n; i++)
				terms_add(pe->c, &call->items, e->terms.v[i]);
			vs_set(pe->c, &x->removed, out->name, call);
			return false;
		}
	}
	return !noop(e, pe);
}

static void inner_body(struct copier *x, struct sw_rego_expr *e)
{
	struct pe *pe = x->pe;
	struct varset vars, live;
	vs_init(&vars, pe->c->a);
	vs_init(&live, pe->c->a);
	vars_body(pe->c, &vars, VV_SAFETY, &e->body);
	for (uint32_t i = 0; i < vars.n; i++)
		if (vs_has(x->live, vars.v[i].name) || vs_has(&x->parents, vars.v[i].name) ||
			removed(x, vars.v[i].name))
			vs_add(pe->c, &live, vars.v[i].name);
	bool implicit = e->body.implicit;
	e->body = pe_propagate(pe, &live, &e->body, true);
	e->body.implicit = implicit;
}

/* ---- what must come back ---- */

struct within {
	struct pe *pe;
	const term *t;
	bool found;
};

static bool within_term(struct visitor *v, term *t)
{
	struct within *w = v->ctx;
	if (w->found || is_comprehension(t))
		return true;
	if (t->kind == SW_REGO_REF && w->t->kind == SW_REGO_REF)
		w->found = pe_has_prefix(w->pe, t->items.v, t->items.n, w->t);
	else
		w->found = pe_eq(w->pe, t, w->t);
	return w->found;
}

static bool within_expr(struct visitor *v, struct sw_rego_expr *e)
{
	if (e->kind != SW_REGO_EXPR_EVERY)
		return false;
	walk_term(v, e->key);
	walk_term(v, e->val);
	walk_term(v, e->domain);
	return true;
}

static bool contained(struct pe *pe, const term *t, struct sw_rego_body *b)
{
	struct within w = {pe, t, false};
	struct visitor v = {.c = pe->c, .ctx = &w, .term = within_term, .expr = within_expr};
	walk_body(&v, b);
	return w.found;
}

static void bind_live(struct copier *x, struct sw_rego_body *out)
{
	cc *c = x->pe->c;
	struct varset sorted = vs_copy(c, x->live);
	vs_sort(&sorted);
	for (uint32_t i = 0; i < sorted.n; i++) {
		struct sw_str v = sorted.v[i].name;
		struct root *r = find(x, v);
		if (!r)
			continue;
		term *b = r->constant ? r->constant : removed(x, r->name);
		if (!b && !sw_str_eq(r->name, v))
			b = mk_var(c, r->name, NULL);
		if (b)
			body_add(c, out, mk_eq(c, mk_var(c, v, NULL), copy_term(c, b), NULL));
	}
}

/* What is missing for safety in `out`, given that live variables are bound. */
static void safety(struct copier *x, struct sw_rego_body *out, struct varset *safe, struct varset *unsafe)
{
	cc *c = x->pe->c;
	struct varset vars;
	*safe = vars_reserved(c);
	vs_update(c, safe, x->live);
	struct varset outs = out_vars_body(c, out, out->n, safe);
	vs_update(c, safe, &outs);
	vs_init(&vars, &c->tmp);
	vars_body(c, &vars, VV_SAFETY | VV_PROMOTE, out);
	*unsafe = vs_diff(c, &vars, safe);
}

static void put_back(struct copier *x, struct sw_rego_body *out, struct varset *safe, struct varset *unsafe)
{
	cc *c = x->pe->c;
	struct varset all = vs_copy(c, &x->removed);
	vs_sort(&all);
	for (uint32_t i = all.n; i-- > 0;) {
		term *v = all.v[i].val;
		struct sw_rego_body eq = {0};
		body_add(c, &eq, mk_eq(c, mk_var(c, all.v[i].name, NULL), v, NULL));
		struct varset outs = out_vars_body(c, &eq, 1, safe);
		uint32_t left = vs_diff_count(unsafe, &outs);
		bool needed = left < unsafe->n;
		if (needed)
			*unsafe = vs_diff(c, unsafe, &outs);
		bool plain = v->kind == SW_REGO_REF && v->items.n == 1 &&
			     v->items.v[0]->kind == SW_REGO_VAR &&
			     vs_has(safe, v->items.v[0]->name);
		if (!needed && (plain || contained(x->pe, v, out)))
			continue;
		struct sw_rego_expr *e = eq.v[0];
		if (v->kind == SW_REGO_REF && vs_has(&x->placeholders, all.v[i].name)) {
			e = mk_expr(c, SW_REGO_EXPR_TERM, NULL);
			terms_add(c, &e->terms, v);
		}
		body_add(c, out, e);
		vs_update(c, safe, &outs);
	}
}

static void copier_init(struct copier *x, struct pe *pe, const struct varset *live)
{
	*x = (struct copier){.pe = pe, .live = live};
	vs_init(&x->parents, pe->c->a);
	vs_init(&x->roots, pe->c->a);
	vs_init(&x->heads, pe->c->a);
	vs_init(&x->removed, pe->c->a);
	vs_init(&x->placeholders, pe->c->a);
}

struct sw_rego_body pe_propagate(
	struct pe *pe, const struct varset *live, const struct sw_rego_body *b, bool non_empty)
{
	cc *c = pe->c;
	struct copier x;
	struct visitor heads = {.c = c, .ctx = &x, .term = note_head};
	struct visitor put = {.c = c, .ctx = &x, .term = put_in};
	struct sw_rego_body out = {0};
	struct varset safe, unsafe;
	copier_init(&x, pe, live);
	if (!classes(&x, b))
		return *b;
	walk_body(&heads, (struct sw_rego_body *)b);
	for (uint32_t i = 0; i < b->n; i++) {
		struct sw_rego_expr *e = cc_check(c, sw_rego_expr_copy(c->a, b->v[i]));
		x.negated = e->negated;
		walk_expr(&put, e);
		if (e->kind == SW_REGO_EXPR_NOT_BODY)
			inner_body(&x, e);
		if (stays(&x, e))
			body_add(c, &out, e);
	}
	struct sw_arena_mark mark = sw_arena_mark(&c->tmp);
	bind_live(&x, &out);
	safety(&x, &out, &safe, &unsafe);
	put_back(&x, &out, &safe, &unsafe);
	bool bad = unsafe.n > 0;
	sw_arena_rewind(&c->tmp, mark);
	if (bad)
		return *b;
	if (non_empty && !out.n) {
		body_add(c, &out, mk_true(c, NULL));
		out.v[0]->generated = true;
	}
	return out;
}
