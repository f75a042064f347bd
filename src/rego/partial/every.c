/* SPDX-License-Identifier: Apache-2.0 */
/* every: over known elements it is the conjunction of its bodies, else it is kept. */
#include "rego/partial/explain.h"

enum { UNROLL_MAX = 32 }; /* elements of nested domains together, as in OPA */

static void plug_expr(struct ev *e, struct sw_rego_expr *x);

void pe_plug_body(struct ev *e, struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		plug_expr(e, b->v[i]);
}

static term *plug_term(struct ev *e, term *t)
{
	return is_comprehension(t) ? pe_amend(e, t, e->b) : pe_plug_ns(e->pe, e->b, t);
}

static void plug_expr(struct ev *e, struct sw_rego_expr *x)
{
	for (uint32_t i = x->kind == SW_REGO_EXPR_CALL; i < x->terms.n; i++)
		x->terms.v[i] = plug_term(e, x->terms.v[i]);
	pe_plug_body(e, &x->body);
	for (uint32_t i = 0; i < x->n_branches; i++)
		pe_plug_body(e, &x->branches[i]);
	if (x->kind != SW_REGO_EXPR_EVERY)
		return;
	x->key = pe_plug_ns(e->pe, e->b, x->key);
	x->val = pe_plug_ns(e->pe, e->b, x->val);
	x->domain = pe_plug_ns(e->pe, e->b, x->domain);
}

/* ---- unrolling ---- */

struct element {
	struct ev *e;
	const struct sw_rego_expr *every;
	term *key, *val; /* what stands for the variables, or NULL */
	struct sw_str suffix;
	struct varset heads;
};

static bool note_head(struct visitor *v, struct sw_rego_expr *x)
{
	struct element *el = v->ctx;
	if (x->kind == SW_REGO_EXPR_CALL && x->terms.v[0]->kind == SW_REGO_REF &&
		x->terms.v[0]->items.v[0]->kind == SW_REGO_VAR)
		vs_add(v->c, &el->heads, x->terms.v[0]->items.v[0]->name);
	return false;
}

static bool same_var(const term *t, const term *v)
{
	return v && v->kind == SW_REGO_VAR && sw_str_eq(t->name, v->name);
}

static bool replace_var(struct visitor *v, term *t)
{
	struct element *el = v->ctx;
	struct pe *pe = el->e->pe;
	if (t->kind != SW_REGO_VAR)
		return false;
	const term *to = same_var(t, el->every->key) ? el->key
			 : same_var(t, el->every->val) ? el->val : NULL;
	if (to) {
		struct sw_rego_loc loc = t->loc;
		*t = *to;
		t->loc = loc;
		return false;
	}
	if (vs_has(&el->heads, t->name))
		return false;
	const term *x = pe_plug(pe, el->e->b, t);
	if (x->kind != SW_REGO_VAR || !sw_str_eq(x->name, t->name) || pe_unknown(el->e, t, el->e->b))
		return false;
	t->name = cc_printf(pe->c, "%.*s%.*s", SW_STR_ARG(t->name), SW_STR_ARG(el->suffix));
	return false;
}

/* What stands for a variable: a scalar itself, for anything else a new variable bound to it first. */
static term *stand_in(struct element *el, const term *var, struct sw_value v, struct sw_rego_body *out)
{
	struct pe *pe = el->e->pe;
	if (!var || var->kind != SW_REGO_VAR)
		return NULL;
	if (v.type < SW_ARRAY)
		return pe_scalar(pe, v);
	term *fresh = mk_var(pe->c,
		cc_printf(pe->c, "%.*s%.*s", SW_STR_ARG(var->name), SW_STR_ARG(el->suffix)), NULL);
	body_add(pe->c, out, mk_eq(pe->c, fresh, pe_scalar(pe, v), NULL));
	return fresh;
}

static void add_element(
	struct element *el, struct sw_value key, struct sw_value val, struct sw_rego_body *out)
{
	struct pe *pe = el->e->pe;
	struct visitor heads = {.c = pe->c, .ctx = el, .expr = note_head};
	struct visitor vars = {.c = pe->c, .ctx = el, .term = replace_var};
	struct sw_rego_body b = copy_body(pe->c, &el->every->body);
	el->suffix = cc_printf(pe->c, "__e%llu", (unsigned long long)++pe->next_var);
	el->key = stand_in(el, el->every->key, key, out);
	el->val = stand_in(el, el->every->val, val, out);
	vs_init(&el->heads, pe->c->a);
	vs_add(pe->c, &el->heads, SW_STR("data"));
	vs_add(pe->c, &el->heads, SW_STR("input"));
	walk_body(&heads, &b);
	walk_body(&vars, &b);
	for (uint32_t i = 0; i < b.n; i++)
		body_add(pe->c, out, b.v[i]);
}

static void unroll(struct ev *e, const struct sw_rego_expr *x, struct sw_value v, struct k *k)
{
	struct sw_rego_body body = {0};
	struct element el = {.e = e, .every = x};
	for (uint32_t i = 0; i < v.n; i++) {
		struct sw_value key = v.type == SW_ARRAY ? sw_int(i)
				      : v.type == SW_SET ? v.u.a->v[i] : v.u.o->m[i].k;
		add_element(&el, key, v.type == SW_OBJECT ? v.u.o->m[i].v : v.u.a->v[i], &body);
	}
	struct ev child = pe_closure(e, &body);
	child.unrolled = (e->unrolled ? e->unrolled : 1) * (v.n ? v.n : 1);
	pe_eval(&child, k);
}

/* ---- all of it known ---- */

struct all {
	struct k k;
	struct ev *e;
	const struct sw_rego_expr *x;
	bool yes;
};

static void each(struct k *k)
{
	struct all *a = (struct all *)k;
	if (!a->yes)
		return;
	a->yes = pe_holds(a->e, &a->x->body, true);
	pe_trace_expr(a->e, SW_REGO_TRACE_REDO, a->x);
}

static void all_hold(struct ev *e, const struct sw_rego_expr *x, struct k *k)
{
	struct pe *pe = e->pe;
	struct sw_rego_body gen = {0};
	term *items[] = {x->domain, x->key};
	struct sw_rego_expr *eq = mk_eq(pe->c, pe_ref(pe, items, 2), x->val, &x->domain->loc);
	body_add(pe->c, &gen, eq);
	struct ev child = pe_closure(e, &gen);
	struct all a = {{each}, &child, x, true};
	pe_trace_expr(&child, SW_REGO_TRACE_ENTER, x);
	pe_eval(&child, &a.k);
	if (a.yes)
		k->fn(k);
	pe_trace_expr(&child, a.yes ? SW_REGO_TRACE_EXIT : SW_REGO_TRACE_FAIL, x);
}

void pe_eval_every(struct ev *e, struct k *k)
{
	struct pe *pe = e->pe;
	struct sw_rego_expr *x = e->q->v[e->at];
	bool unknown = pe_unknown(e, x->domain, e->b);
	struct sw_value v = unknown ? sw_undef() : pe_value(pe, pe_plug(pe, e->b, x->domain));
	if (unknown || pe_unknown_body(e, &x->body)) {
		uint64_t n = v.n ? v.n : 1;
		if (v.type >= SW_ARRAY && n * (e->unrolled ? e->unrolled : 1) <= UNROLL_MAX) {
			unroll(e, x, v, k);
			return;
		}
		struct sw_rego_expr *y = cc_check(pe->c, sw_rego_expr_copy(pe->c->a, x));
		plug_expr(e, y);
		pe_save_expr(e, y, e->b, k);
	} else if (v.type >= SW_ARRAY) {
		all_hold(e, x, k);
	} else {
		pe_trace_expr(e, SW_REGO_TRACE_FAIL, x);
	}
}
