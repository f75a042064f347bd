/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies, expression by expression, and calls. */
#include "rego/partial/explain.h"

void pe_next(struct ev *e, struct k *k)
{
	e->at++;
	pe_eval(e, k);
	e->at--;
}

void pe_eval(struct ev *e, struct k *k)
{
	pe_step(e->pe);
	if (e->at >= e->q->n) {
		k->fn(k);
		pe_solved(e);
		return;
	}
	pe_trace_expr(e, SW_REGO_TRACE_EVAL, e->q->v[e->at]);
	if (e->q->v[e->at]->n_withs)
		pe_eval_with(e, k);
	else
		pe_eval_step(e, k, true);
}

struct step {
	struct k k;
	struct ev *e;
	struct k *then;
	bool advance, defined;
	term *rterm;
};

static void step_on(struct k *k)
{
	struct step *s = (struct step *)k;
	if (s->advance)
		pe_next(s->e, s->then);
	else
		s->then->fn(s->then);
}

static void step_done(struct k *k)
{
	struct step *s = (struct step *)k;
	const struct sw_rego_expr *x = s->e->q->v[s->e->at];
	s->defined = true;
	step_on(k);
	pe_trace_expr(s->e, SW_REGO_TRACE_REDO, x);
}

/* A term alone: its value is in rterm, and must not be false. */
static void term_done(struct k *k)
{
	struct step *s = (struct step *)k;
	struct ev *e = s->e;
	struct pe *pe = e->pe;
	if (pe_contains(pe, s->rterm, e->b)) {
		struct step rest = {.k = {step_on}, .e = e, .then = s->then, .advance = s->advance};
		struct sw_rego_expr *x = mk_expr(pe->c, SW_REGO_EXPR_TERM, NULL);
		terms_add(pe->c, &x->terms, s->rterm);
		pe_save_expr(e, x, e->b, &rest.k);
		return;
	}
	const term *v = pe_plug(pe, e->b, s->rterm);
	if (v->kind != SW_REGO_SCALAR || !sw_is_false(v->value))
		step_done(k);
}

static void pe_call(struct ev *e, const struct sw_rego_terms *call, struct k *k);

void pe_eval_step(struct ev *e, struct k *k, bool advance)
{
	struct pe *pe = e->pe;
	struct sw_rego_expr *x = e->q->v[e->at];
	struct step s = {.k = {step_done}, .e = e, .then = k, .advance = advance};
	if (x->negated) {
		s.k.fn = step_on;
		pe_eval_not(e, &s.k);
		return;
	}
	switch ((enum sw_rego_expr_kind)x->kind) {
	case SW_REGO_EXPR_TERM:
		s.k.fn = term_done;
		s.rterm = mk_var(pe->c,
			cc_printf(pe->c, "$_term_%llu_%u", (unsigned long long)e->id, e->at), NULL);
		pe_unify(e, x->terms.v[0], s.rterm, e->b, e->b, &s.k);
		break;
	case SW_REGO_EXPR_CALL:
		if (is_eq(x))
			pe_unify(e, x->terms.v[1], x->terms.v[2], e->b, e->b, &s.k);
		else
			pe_call(e, &x->terms, &s.k);
		break;
	case SW_REGO_EXPR_EVERY:
		pe_eval_every(e, &s.k);
		break;
	case SW_REGO_EXPR_NOT_BODY:
		pe_eval_not_body(e, &s.k);
		break;
	case SW_REGO_EXPR_AND_OR:
		pe_eval_and_or(e, &s.k);
		break;
	case SW_REGO_EXPR_SOME:
		step_done(&s.k);
		break;
	}
	if (!s.defined && !pe->ee)
		pe_trace_expr(e, SW_REGO_TRACE_FAIL, x);
}

/* ---- calls ---- */

bool pe_is_function(struct pe *pe, const term *ref)
{
	return ref->kind == SW_REGO_REF && env_function(pe->c, ref);
}

static term *mocked(struct pe *pe, const term *op)
{
	for (uint32_t i = pe->n_mocks; i-- > 0;) {
		if (!pe->mocks[i].target)
			return NULL;
		if (pe_eq(pe, pe->mocks[i].target, op))
			return pe->mocks[i].by;
	}
	return NULL;
}

struct unmocked {
	struct k k;
	struct pe *pe;
	struct k *then;
};

static void push_barrier(struct pe *pe)
{
	CC_GROW(pe->c, pe->c->a, pe->mocks, pe->n_mocks, pe->cap_mocks);
	pe->mocks[pe->n_mocks++] = (struct mock){0};
}

static void mock_returned(struct k *k)
{
	struct unmocked *u = (struct unmocked *)k;
	u->pe->n_mocks--;
	u->then->fn(u->then);
	push_barrier(u->pe);
}

/* Another function is called instead; it is not itself replaced. */
static void call_instead(struct ev *e, term *by, const struct sw_rego_terms *call, struct k *k)
{
	struct pe *pe = e->pe;
	struct unmocked u = {{mock_returned}, pe, k};
	term **v = cc_alloc(pe->c, call->n * sizeof(*v));
	memcpy(v, call->v, call->n * sizeof(*v));
	v[0] = by;
	push_barrier(pe);
	pe_call(e, &(struct sw_rego_terms){v, call->n, call->n}, &u.k);
	pe->n_mocks--;
}

static void value_instead(
	struct ev *e, uint32_t arity, term *by, const struct sw_rego_terms *call, struct k *k)
{
	if (call->n == arity + 2)
		pe_unify(e, call->v[call->n - 1], by, e->b, e->b, k);
	else if (by->kind != SW_REGO_SCALAR || !sw_is_false(by->value))
		k->fn(k);
}

static void pe_call(struct ev *e, const struct sw_rego_terms *call, struct k *k)
{
	struct pe *pe = e->pe;
	const term *op = call->v[0];
	term *by = mocked(pe, op);
	if (by && pe_is_function(pe, by)) {
		call_instead(e, by, call, k);
		return;
	}
	if (ref_starts(op, "data")) {
		if (by)
			value_instead(e, (uint32_t)arity_of(pe->c, op), by, call, k);
		else
			pe_eval_func(e, call, k);
		return;
	}
	const struct sw_builtin *b = ref_builtin(pe->c, op);
	if (!b)
		pe_error(pe, "eval_internal_error", &e->q->v[e->at]->loc, "unsupported built-in");
	if (by)
		value_instead(e, sw_builtin_arity(b), by, call, k);
	else if (pe_unknown_expr(e, e->q->v[e->at]))
		pe_save_call(e, sw_builtin_arity(b), call, k);
	else
		pe_eval_builtin(e, b, call, k);
}
