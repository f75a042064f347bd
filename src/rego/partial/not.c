/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Negation. What is left of the negated query is a disjunction of conjunctions; its complement is written
 * in place where that is small and binds nothing, and else goes into support rules that are negated.
 */
#include "rego/partial/explain.h"

enum { INLINE_MAX = 16 }; /* size of the cross product, as in OPA */

struct holds {
	struct k k;
	struct ev *e;
	bool yes;
};

static void it_holds(struct k *k)
{
	struct holds *h = (struct holds *)k;
	pe_trace_body(h->e, SW_REGO_TRACE_EXIT, h->e->q);
	pe_trace_body(h->e, SW_REGO_TRACE_REDO, h->e->q);
	h->yes = true;
}

bool pe_holds(struct ev *e, const struct sw_rego_body *b, bool one)
{
	struct ev child = pe_closure(e, b);
	struct holds h = {{it_holds}, &child, false};
	child.find_one = one && e->pe->explain;
	pe_trace_body(&child, SW_REGO_TRACE_ENTER, b);
	pe_eval(&child, &h.k);
	pe_suppress(e->pe);
	return h.yes;
}

/* ---- what is left of a negated query ---- */

struct rest {
	struct k k;
	struct pe *pe;
	struct sw_rego_body *v;
	uint32_t n, cap;
	const struct varset *live; /* NULL: as it is */
};

static void rest_found(struct k *k)
{
	struct rest *r = (struct rest *)k;
	struct pe *pe = r->pe;
	struct sw_rego_body b = pe_plug_query(pe, &pe->saved[pe->n_saved - 1]);
	if (!pe_type_checks(pe, &b))
		return;
	if (r->live)
		b = pe_propagate(pe, r->live, &b, true);
	CC_GROW(pe->c, pe->c->a, r->v, r->n, r->cap);
	r->v[r->n++] = b;
}

static void collect(struct ev *e, const struct sw_rego_body *b, struct rest *r, uint64_t *ret_id)
{
	struct ev child = pe_closure(e, b);
	*ret_id = child.id;
	pe_push_query(e->pe, NULL);
	pe_eval(&child, &r->k);
	pe_pop_query(e->pe);
}

/* ---- can it be written in place? ---- */

static bool find_nested(struct visitor *v, term *t)
{
	if (t->kind == SW_REGO_REF || t->kind == SW_REGO_CALL)
		*(bool *)v->ctx = true;
	return *(bool *)v->ctx;
}

static bool has_nested(struct pe *pe, const term *t)
{
	bool found = false;
	struct visitor v = {.c = pe->c, .ctx = &found, .term = find_nested};
	walk_term(&v, (term *)t);
	return found;
}

static bool nested_in_term(struct pe *pe, const term *t)
{
	if (t->kind != SW_REGO_REF)
		return has_nested(pe, t);
	for (uint32_t i = 1; i < t->items.n; i++)
		if (has_nested(pe, t->items.v[i]))
			return true;
	return false;
}

static bool hard(struct pe *pe, const struct sw_rego_expr *x);

static bool hard_body(struct pe *pe, const struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (hard(pe, b->v[i]))
			return true;
	return false;
}

static bool hard(struct pe *pe, const struct sw_rego_expr *x)
{
	bool eq = is_eq(x);
	switch ((enum sw_rego_expr_kind)x->kind) {
	case SW_REGO_EXPR_CALL:
		for (uint32_t i = 1; i < x->terms.n; i++)
			if (eq ? nested_in_term(pe, x->terms.v[i]) : has_nested(pe, x->terms.v[i]))
				return true;
		return false;
	case SW_REGO_EXPR_NOT_BODY:
		return hard_body(pe, &x->body);
	case SW_REGO_EXPR_AND_OR:
		return hard_body(pe, &x->branches[0]) || hard_body(pe, &x->branches[1]);
	case SW_REGO_EXPR_TERM:
		return nested_in_term(pe, x->terms.v[0]);
	default:
		return true;
	}
}

static bool can_inline(struct pe *pe, const struct varset *safe, const struct rest *r)
{
	uint32_t size = 1;
	for (uint32_t i = 0; i < r->n; i++) {
		size *= r->v[i].n;
		if (size > INLINE_MAX)
			return false;
		for (uint32_t k = 0; k < r->v[i].n; k++) {
			const struct sw_rego_expr *x = r->v[i].v[k];
			struct varset vars;
			if (hard(pe, x))
				return false;
			if (x->negated || x->kind == SW_REGO_EXPR_NOT_BODY)
				continue;
			vs_init(&vars, pe->c->a);
			vars_expr(pe->c, &vars, VV_SAFETY, x);
			for (uint32_t j = 0; j < vars.n; j++)
				if (!vs_has(safe, vars.v[j].name) &&
					!sw_str_is(vars.v[j].name, "input") &&
					!sw_str_is(vars.v[j].name, "data"))
					return false;
		}
	}
	return true;
}

/* ---- complements ---- */

static struct sw_rego_expr *copy(struct pe *pe, const struct sw_rego_expr *x)
{
	return cc_check(pe->c, sw_rego_expr_copy(pe->c->a, x));
}

static struct sw_rego_expr *not_of(struct pe *pe, const struct sw_rego_expr *x)
{
	struct sw_rego_expr *out = mk_expr(pe->c, SW_REGO_EXPR_NOT_BODY, &x->loc);
	body_add(pe->c, &out->body, copy(pe, x));
	out->body.implicit = true;
	return out;
}

struct exprs {
	struct sw_rego_expr **v;
	uint32_t n, cap;
};

static void exprs_add(struct pe *pe, struct exprs *l, struct sw_rego_expr *x)
{
	CC_GROW(pe->c, pe->c->a, l->v, l->n, l->cap);
	l->v[l->n++] = x;
}

static void complement(struct pe *pe, const struct sw_rego_expr *x, bool body, struct exprs *out)
{
	if (!x->negated && x->kind == SW_REGO_EXPR_NOT_BODY) {
		for (uint32_t i = 0; i < x->body.n; i++) {
			struct sw_rego_expr *y = copy(pe, x->body.v[i]);
			struct sw_rego_with *w =
				cc_alloc(pe->c, (y->n_withs + x->n_withs + 1) * sizeof(*w));
			memcpy(w, y->withs, y->n_withs * sizeof(*w));
			memcpy(w + y->n_withs, x->withs, x->n_withs * sizeof(*w));
			y->withs = w;
			y->n_withs += x->n_withs;
			exprs_add(pe, out, y);
		}
	} else if (x->negated || !body) {
		struct sw_rego_expr *y = copy(pe, x);
		y->negated = !y->negated;
		exprs_add(pe, out, y);
	} else {
		exprs_add(pe, out, not_of(pe, x));
	}
}

/* One expression of each query, negated, in every combination. */
static void product(struct ev *e, const struct rest *r, uint32_t at, struct exprs *cur, bool body,
	struct k *k)
{
	if (at == r->n) {
		pe_save_negated(e, cur->v, cur->n, k);
		return;
	}
	for (uint32_t i = 0; i < r->v[at].n; i++) {
		uint32_t mark = cur->n;
		complement(e->pe, r->v[at].v[i], body, cur);
		product(e, r, at + 1, cur, body, k);
		cur->n = mark;
	}
}

/* ---- support rules ---- */

static void save_support(struct ev *e, uint64_t id, const struct varset *unknown,
	const struct rest *r, bool body, struct k *k)
{
	struct pe *pe = e->pe;
	const struct sw_rego_expr *x = e->q->v[e->at];
	struct sw_str name = cc_printf(pe->c, "__not%llu_%u_%llu__", (unsigned long long)e->id, e->at,
		(unsigned long long)id);
	struct varset vars, args;
	term *items[] = {mk_var(pe->c, SW_STR("data"), NULL), pe_scalar(pe, sw_string(pe->space)),
		pe_scalar(pe, sw_string(name))};
	term *path = pe_ref(pe, items, 3);
	vs_init(&vars, pe->c->a);
	for (uint32_t i = 0; i < r->n; i++)
		vars_body(pe->c, &vars, 0, &r->v[i]);
	args = vs_intersect(pe->c, unknown, &vars);
	vs_sort(&args);
	for (uint32_t i = 0; i < r->n; i++) {
		struct sw_rego_rule *rule = pe_rule(pe, mk_ref1(pe->c, name, NULL), NULL,
			pe_scalar(pe, sw_bool(true)), r->v[i]);
		for (uint32_t a = 0; a < args.n; a++)
			terms_add(pe->c, &rule->head->args, mk_var(pe->c, args.v[a].name, NULL));
		if (args.n)
			rule->kind = SW_REGO_FUNCTION;
		pe_support_add(pe, path, rule);
	}
	struct sw_rego_expr *call =
		mk_expr(pe->c, args.n ? SW_REGO_EXPR_CALL : SW_REGO_EXPR_TERM, &x->loc);
	terms_add(pe->c, &call->terms, path);
	for (uint32_t a = 0; a < args.n; a++)
		terms_add(pe->c, &call->terms, mk_var(pe->c, args.v[a].name, NULL));
	if (body)
		call = not_of(pe, call);
	else
		call->negated = true;
	pe_save_negated(e, &call, 1, k);
}

static void eval_partial(struct ev *e, const struct sw_rego_body *b, bool body, struct k *k)
{
	struct pe *pe = e->pe;
	uint64_t id;
	struct varset unknown = pe_unknown_vars(pe);
	struct rest r = {.k = {rest_found}, .pe = pe, .live = pe->o->shallow ? NULL : &unknown};
	collect(e, b, &r, &id);
	if (!r.n) {
		k->fn(k);
	} else if (!can_inline(pe, &unknown, &r)) {
		save_support(e, id, &unknown, &r, body, k);
	} else {
		struct exprs cur = {0};
		product(e, &r, 0, &cur, body, k);
	}
}

static struct sw_rego_body positive(struct pe *pe, const struct sw_rego_expr *x)
{
	struct sw_rego_body b = {0};
	struct sw_rego_expr *y = cc_alloc(pe->c, sizeof(*y));
	*y = *x;
	y->negated = false;
	y->n_withs = 0;
	y->withs = NULL;
	body_add(pe->c, &b, y);
	return b;
}

void pe_eval_not(struct ev *e, struct k *k)
{
	struct sw_rego_expr *x = e->q->v[e->at];
	struct sw_rego_body b = positive(e->pe, x);
	if (pe_unknown_expr(e, x))
		eval_partial(e, &b, false, k);
	else if (!pe_holds(e, &b, false))
		k->fn(k);
	else
		pe_trace_expr(e, SW_REGO_TRACE_FAIL, x);
}

/* ---- not { … } ---- */

static void save_bodies(struct ev *e, const struct sw_rego_expr *x, struct k *k)
{
	struct pe *pe = e->pe;
	struct rest r = {.k = {rest_found}, .pe = pe};
	struct exprs out = {0};
	uint64_t id;
	collect(e, &x->body, &r, &id);
	for (uint32_t i = 0; i < r.n; i++) {
		struct sw_rego_expr *y = mk_expr(pe->c, SW_REGO_EXPR_NOT_BODY, &x->loc);
		y->body = r.v[i];
		y->explicit_body = true;
		exprs_add(pe, &out, y);
	}
	if (out.n)
		pe_save_negated(e, out.v, out.n, k);
	else
		k->fn(k);
}

void pe_eval_not_body(struct ev *e, struct k *k)
{
	const struct sw_rego_expr *x = e->q->v[e->at];
	if (!pe_unknown_body(e, &x->body)) {
		if (!pe_holds(e, &x->body, false))
			k->fn(k);
	} else if (x->explicit_body && !e->pe->o->shallow) {
		save_bodies(e, x, k);
	} else {
		eval_partial(e, &x->body, true, k);
	}
}

/* ---- and, or ---- */

void pe_eval_and_or(struct ev *e, struct k *k)
{
	struct pe *pe = e->pe;
	const struct sw_rego_expr *x = e->q->v[e->at];
	if (pe_unknown_body(e, &x->branches[0]) || pe_unknown_body(e, &x->branches[1])) {
		struct sw_rego_expr *y = copy(pe, x);
		for (uint32_t i = 0; i < y->n_branches; i++)
			pe_plug_body(e, &y->branches[i]);
		pe_save_expr(e, y, e->b, k);
		return;
	}
	bool left = pe_holds(e, &x->branches[0], true);
	if (left == x->is_or || pe_holds(e, &x->branches[1], true))
		if (left || x->is_or)
			k->fn(k);
}
