/* SPDX-License-Identifier: Apache-2.0 */
/* What is unknown, what depends on it, and the expressions that are kept for that. */
#include "rego/partial/internal.h"

/* ---- the unknowns ---- */

void pe_push_unknown(struct pe *pe, term *t, struct bnd *b)
{
	CC_GROW(pe->c, pe->c->a, pe->unknown, pe->n_unknown, pe->cap_unknown);
	pe->unknown[pe->n_unknown++] = (struct unknown){t, b};
}

static bool contains_var(struct pe *pe, const term *v, const struct bnd *b)
{
	if (v->kind != SW_REGO_VAR)
		return false;
	for (uint32_t i = pe->n_unknown; i-- > 0;) {
		const struct unknown *u = &pe->unknown[i];
		if (u->b == b && u->t->kind == SW_REGO_VAR && sw_str_eq(u->t->name, v->name))
			return true;
	}
	return false;
}

/* A variable or ref that is unknown, or of which a part is, or which is a part of an unknown. */
bool pe_contains(struct pe *pe, const term *t, struct bnd *b)
{
	if (t->kind == SW_REGO_VAR)
		return contains_var(pe, t, b);
	if (t->kind != SW_REGO_REF)
		return false;
	for (uint32_t i = 0; i < pe->n_unknown; i++) {
		const term *u = pe->unknown[i].t;
		if (u->kind == SW_REGO_REF &&
			(pe_has_prefix(pe, t->items.v, t->items.n, u) ||
				pe_has_prefix(pe, u->items.v, u->items.n, t)))
			return true;
	}
	return contains_var(pe, t->items.v[0], b);
}

struct search {
	struct pe *pe;
	struct bnd *b;
	bool found, rec, ignore_internal;
	struct ev *e;
};

static bool search_var(struct visitor *v, term *t)
{
	struct search *s = v->ctx;
	struct bnd *to;
	if (s->found || t->kind != SW_REGO_VAR)
		return s->found;
	term *x = pe_apply(s->b, t, &to);
	if (x != t || to != s->b)
		s->found = pe_contains_rec(s->pe, x, to);
	else
		s->found = pe_contains(s->pe, x, to);
	return s->found;
}

bool pe_contains_rec(struct pe *pe, const term *t, struct bnd *b)
{
	struct search s = {.pe = pe, .b = b};
	struct visitor v = {.c = pe->c, .ctx = &s, .term = search_var};
	pe_step(pe);
	walk_term(&v, (term *)t);
	return s.found;
}

static bool may_overlap(struct pe *pe, const term *unknown, const term *ref)
{
	uint32_t n = unknown->items.n < ref->items.n ? unknown->items.n : ref->items.n;
	if (!n)
		return true;
	if (!pe_eq(pe, unknown->items.v[0], ref->items.v[0]))
		return false;
	for (uint32_t i = 1; i < n; i++) {
		const term *x = unknown->items.v[i], *y = ref->items.v[i];
		if (pe_ground(x) && pe_ground(y) && !pe_eq(pe, x, y))
			return false;
	}
	return true;
}

/* Also what may be unknown once its variables have values. */
bool pe_contains_overlap(struct pe *pe, const term *t, struct bnd *b)
{
	if (t->kind != SW_REGO_REF)
		return pe_contains(pe, t, b);
	for (uint32_t i = 0; i < pe->n_unknown; i++)
		if (pe->unknown[i].t->kind == SW_REGO_REF &&
			may_overlap(pe, pe->unknown[i].t, t))
			return true;
	return contains_var(pe, t->items.v[0], b);
}

/* The whole document at this path is unknown. */
bool pe_covers(struct pe *pe, term *const *v, uint32_t n)
{
	for (uint32_t i = 0; i < pe->n_unknown; i++)
		if (pe->unknown[i].t->kind == SW_REGO_REF &&
			pe_has_prefix(pe, v, n, pe->unknown[i].t))
			return true;
	return false;
}

struct varset pe_unknown_vars(struct pe *pe)
{
	struct varset out;
	vs_init(&out, pe->c->a);
	for (uint32_t i = 0; i < pe->n_unknown; i++) {
		if (pe->unknown[i].t->kind != SW_REGO_VAR)
			continue;
		const term *v = pe_plug_ns(pe, pe->unknown[i].b, pe->unknown[i].t);
		if (v->kind == SW_REGO_VAR)
			vs_add(pe->c, &out, v->name);
	}
	return out;
}

/* ---- what must not be inlined ---- */

void pe_push_disabled(struct pe *pe, term **refs, uint32_t n, bool internal)
{
	CC_GROW(pe->c, pe->c->a, pe->disabled, pe->n_disabled, pe->cap_disabled);
	pe->disabled[pe->n_disabled++] = (struct disabled){refs, n, internal};
}

bool pe_disabled(struct pe *pe, term *const *v, uint32_t n, bool ignore_internal)
{
	const term ref = {.kind = SW_REGO_REF, .items = {(term **)v, n, n}};
	for (uint32_t i = 0; i < pe->n_disabled; i++) {
		const struct disabled *d = &pe->disabled[i];
		if (d->internal && ignore_internal)
			continue;
		for (uint32_t k = 0; k < d->n; k++) {
			const term *other = d->refs[k];
			if (pe_has_prefix(pe, other->items.v, other->items.n, &ref) ||
				pe_has_prefix(pe, v, n, other))
				return true;
		}
	}
	return false;
}

/* ---- would evaluating it keep something? ---- */

static bool required_rule(struct search *s, struct sw_rego_rule *r);

static bool any_rule(struct search *s, const struct sw_rego_node *n)
{
	for (uint32_t i = 0; i < n->n_rules; i++)
		for (struct sw_rego_rule *r = n->rules[i]; r; r = r->else_rule)
			if (required_rule(s, r))
				return true;
	return false;
}

static bool any_below(struct search *s, const struct sw_rego_node *n, bool self)
{
	if (self && any_rule(s, n))
		return true;
	if (n->hide)
		return false;
	for (uint32_t i = 0; i < n->n_children; i++)
		if (any_below(s, n->children[i], true))
			return true;
	return false;
}

static bool any_matching(
	struct search *s, const struct sw_rego_node *n, const term *ref, uint32_t i)
{
	if (i >= ref->items.n)
		return any_below(s, n, i == 1);
	struct sw_value v = pe_value(s->pe, ref->items.v[i]);
	if (sw_defined(v)) {
		const struct sw_rego_node *child = sw_rego_node_child(n, v);
		return child && (any_rule(s, child) || any_matching(s, child, ref, i + 1));
	}
	for (uint32_t k = 0; k < n->n_children; k++) {
		const struct sw_rego_node *child = n->children[k];
		if (!child->hide && (any_rule(s, child) || any_matching(s, child, ref, i + 1)))
			return true;
	}
	return false;
}

/* Variables that have a scalar by now narrow the rules that a ref may mean. */
static const term *narrowed(struct search *s, const term *ref)
{
	term *out = NULL;
	for (uint32_t i = 1; s->b && i < ref->items.n; i++) {
		if (ref->items.v[i]->kind != SW_REGO_VAR)
			continue;
		term *x = pe_plug(s->pe, s->b, ref->items.v[i]);
		if (x->kind != SW_REGO_SCALAR || x->value.type >= SW_ARRAY)
			continue;
		if (!out)
			out = pe_ref(s->pe, ref->items.v, ref->items.n);
		out->items.v[i] = x;
	}
	return out ? out : ref;
}

static uint32_t constant_prefix(const term *ref)
{
	uint32_t i = 1;
	while (i < ref->items.n && sw_rego_term_is_constant(ref->items.v[i]))
		i++;
	return i < ref->items.n ? i : ref->items.n;
}

static bool required_term(struct visitor *v, term *t)
{
	struct search *s = v->ctx;
	if (s->found)
		return true;
	if (t->kind == SW_REGO_VAR && !s->rec && pe_contains_rec(s->pe, t, s->b))
		s->found = true;
	if (t->kind != SW_REGO_REF)
		return s->found;
	pe_step(s->pe);
	if (pe_contains_overlap(s->pe, t, s->b) ||
		pe_disabled(s->pe, t->items.v, constant_prefix(t), s->ignore_internal))
		s->found = true;
	else if (ref_starts(t, "data"))
		s->found = any_matching(
			s, s->pe->c->p->data, s->rec ? t : narrowed(s, t), 1);
	return s->found;
}

static bool required_expr(struct visitor *v, struct sw_rego_expr *e)
{
	struct search *s = v->ctx;
	if (s->found)
		return true;
	if (e->n_withs) {
		s->found = true;
	} else if (!s->pe->o->nondeterministic && e->kind == SW_REGO_EXPR_CALL) {
		const struct sw_builtin *b = ref_builtin(v->c, e->terms.v[0]);
		s->found = b && b->flags & SW_BUILTIN_NONDETERMINISTIC;
	}
	return s->found;
}

static bool required_rule(struct search *outer, struct sw_rego_rule *r)
{
	struct search s = *outer;
	struct visitor v = {.c = s.pe->c, .ctx = &s, .term = required_term, .expr = required_expr};
	pe_step(s.pe);
	s.rec = true;
	walk_rule(&v, r);
	return s.found;
}

static struct search begin(struct ev *e, struct bnd *b)
{
	return (struct search){.pe = e->pe, .b = b, .ignore_internal = true, .e = e};
}

bool pe_unknown(struct ev *e, const term *t, struct bnd *b)
{
	struct search s = begin(e, b);
	struct visitor v = {.c = e->pe->c, .ctx = &s, .term = required_term, .expr = required_expr};
	if (!e->pe->explain)
		walk_term(&v, (term *)t);
	return s.found;
}

bool pe_unknown_expr(struct ev *e, struct sw_rego_expr *x)
{
	struct search s = begin(e, e->b);
	struct visitor v = {.c = e->pe->c, .ctx = &s, .term = required_term, .expr = required_expr};
	if (!e->pe->explain) /* there nothing is */
		walk_expr(&v, x);
	return s.found;
}

bool pe_unknown_body(struct ev *e, const struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (pe_unknown_expr(e, b->v[i]))
			return true;
	return false;
}

/* ---- queries being collected ---- */

void pe_push_query(struct pe *pe, const struct saved_query *q)
{
	CC_GROW(pe->c, pe->c->a, pe->saved, pe->n_saved, pe->cap_saved);
	pe->saved[pe->n_saved++] = q ? *q : (struct saved_query){0};
}

struct saved_query pe_pop_query(struct pe *pe)
{
	return pe->saved[--pe->n_saved];
}

static void push_saved(struct pe *pe, struct sw_rego_expr *e, struct bnd *b1, struct bnd *b2)
{
	struct saved_query *q = &pe->saved[pe->n_saved - 1];
	CC_GROW(pe->c, pe->c->a, q->v, q->n, q->cap);
	q->v[q->n++] = (struct saved){e, b1, b2};
}

static void pop_saved(struct pe *pe)
{
	pe->saved[pe->n_saved - 1].n--;
}

static struct sw_rego_expr *plug_saved(struct pe *pe, const struct saved *s)
{
	if (!s->b1 && !s->b2)
		return pe_unpack_expr(pe, s->e);
	struct sw_rego_expr *e = cc_check(pe->c, sw_rego_expr_copy(pe->c->a, s->e));
	bool eq = is_eq(e);
	if (e->kind == SW_REGO_EXPR_TERM)
		e->terms.v[0] = pe_plug_ns(pe, s->b1, e->terms.v[0]);
	for (uint32_t i = 1; e->kind == SW_REGO_EXPR_CALL && i < e->terms.n; i++)
		e->terms.v[i] = pe_plug_ns(pe, eq && i == 2 ? s->b2 : s->b1, e->terms.v[i]);
	for (uint32_t i = 0; i < e->n_withs; i++)
		e->withs[i].value = pe_plug_ns(pe, s->b1, e->withs[i].value);
	return pe_unpack_expr(pe, e);
}

struct sw_rego_body pe_plug_query(struct pe *pe, const struct saved_query *q)
{
	struct sw_rego_body out = {0};
	for (uint32_t i = 0; i < q->n; i++)
		body_add(pe->c, &out, plug_saved(pe, &q->v[i]));
	if (!q->n)
		body_add(pe->c, &out, mk_true(pe->c, NULL));
	return out;
}

/* Modifiers of the current expression, but for replaced functions: those were applied. */
static void take_withs(struct pe *pe, struct sw_rego_expr *to, const struct sw_rego_expr *from)
{
	to->n_withs = 0;
	to->withs = from->n_withs ? cc_alloc(pe->c, from->n_withs * sizeof(*to->withs)) : NULL;
	for (uint32_t i = 0; i < from->n_withs; i++) {
		const term *t = from->withs[i].target;
		if ((!ref_starts(t, "data") && !ref_starts(t, "input")) || pe_is_function(pe, t))
			continue;
		to->withs[to->n_withs++] = from->withs[i];
	}
}

static struct sw_rego_expr *from_query(struct ev *e, const struct sw_rego_expr *x)
{
	struct sw_rego_expr *out = cc_alloc(e->pe->c, sizeof(*out));
	*out = *x;
	take_withs(e->pe, out, e->q->v[e->at]);
	out->loc = e->q->v[e->at]->loc;
	return out;
}

/* Variables that get their value from what is kept become unknown. */
static void mark_unknown(struct pe *pe, const term *t, struct bnd *b)
{
	struct varset vars;
	if (t->kind == SW_REGO_VAR) {
		pe_push_unknown(pe, (term *)t, b);
		return;
	}
	vs_init(&vars, pe->c->a);
	vars_term(pe->c, &vars, VV_SKIP_CLOSURES | VV_SKIP_REF_HEAD, t);
	for (uint32_t i = 0; i < vars.n; i++) {
		struct bnd *to;
		term *v = pe_apply(b, mk_var(pe->c, vars.v[i].name, NULL), &to);
		mark_unknown(pe, v, to);
	}
}

static void keep(struct pe *pe, struct sw_rego_expr *x, struct bnd *b1, struct bnd *b2, struct k *k)
{
	push_saved(pe, x, b1, b2);
	k->fn(k);
	pop_saved(pe);
}

void pe_save_unify(struct ev *e, term *a, term *b, struct bnd *b1, struct bnd *b2, struct k *k)
{
	struct pe *pe = e->pe;
	uint32_t mark = pe->n_unknown;
	struct sw_rego_expr *x = from_query(e, mk_eq(pe->c, a, b, NULL));
	mark_unknown(pe, a, b1);
	mark_unknown(pe, b, b2);
	keep(pe, x, b1, b2, k);
	pe->n_unknown = mark;
}

void pe_save_expr(struct ev *e, struct sw_rego_expr *x, struct bnd *b, struct k *k)
{
	keep(e->pe, from_query(e, x), b, b, k);
}

void pe_save_expr_unknowns(struct ev *e, struct sw_rego_expr *x, struct bnd *b, struct k *k)
{
	struct pe *pe = e->pe;
	uint32_t mark = pe->n_unknown;
	if (x->kind == SW_REGO_EXPR_TERM) {
		mark_unknown(pe, x->terms.v[0], b);
	} else if (is_eq(x)) {
		mark_unknown(pe, x->terms.v[1], b);
		mark_unknown(pe, x->terms.v[2], b);
	} else if (x->kind == SW_REGO_EXPR_CALL &&
		   arity_of(pe->c, x->terms.v[0]) == (int)x->terms.n - 2) {
		mark_unknown(pe, x->terms.v[x->terms.n - 1], b);
	}
	keep(pe, from_query(e, x), b, b, k);
	pe->n_unknown = mark;
}

void pe_save_call(struct ev *e, uint32_t arity, const struct sw_rego_terms *call, struct k *k)
{
	struct pe *pe = e->pe;
	uint32_t mark = pe->n_unknown;
	struct sw_rego_expr *x = mk_expr(pe->c, SW_REGO_EXPR_CALL, NULL);
	x->terms = *call;
	if (arity + 2 == call->n)
		mark_unknown(pe, call->v[call->n - 1], e->b);
	keep(pe, from_query(e, x), e->b, NULL, k);
	pe->n_unknown = mark;
}

void pe_save_negated(struct ev *e, struct sw_rego_expr **v, uint32_t n, struct k *k)
{
	struct pe *pe = e->pe;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_rego_expr *x = cc_alloc(pe->c, sizeof(*x));
		*x = *v[i];
		take_withs(pe, x, e->q->v[e->at]);
		for (uint32_t w = 0; w < x->n_withs; w++)
			x->withs[w].value = pe_plug_ns(pe, e->b, x->withs[w].value);
		push_saved(pe, x, NULL, NULL);
	}
	k->fn(k);
	for (uint32_t i = 0; i < n; i++)
		pop_saved(pe);
}
