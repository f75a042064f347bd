/* SPDX-License-Identifier: Apache-2.0 */
/* Statements that parse as a query and mean a rule: `p = 1`, `p[x] = y`, `p.q.r`, `f(x)`. */
#include "base/cleanup.h"
#include "rego/builtin.h"
#include "rego/parse/impl.h"


/* All of it behind one place to report: `error` says why the statement is no rule. */
struct conv {
	struct parser *p;
	struct sw_str error;
};

static struct sw_rego_rule *refuse(struct conv *c, struct sw_str error)
{
	c->error = error;
	return NULL;
}

static struct sw_rego_rule *refuse_ref(struct conv *c, const struct sw_rego_term *ref)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_rego_term_print(&b, ref);
	return refuse(c, sw_arena_printf(c->p->arena, "invalid rule head: %.*s", SW_STR_ARG(sw_buf_str(&b))));
}

static struct sw_rego_rule *finish(struct conv *c, struct sw_rego_head *h, const struct sw_rego_loc *loc,
	const struct sw_rego_loc *body_loc)
{
	struct sw_rego_rule *r = p_rule(c->p, loc);
	if (!r || !h || !p_true_body(c->p, &r->body, body_loc))
		return NULL;
	h->loc = *loc;
	r->head = h;
	return r;
}

static bool generated_true(struct conv *c, struct sw_rego_head *h, const struct sw_rego_loc *loc)
{
	h->value = p_scalar(c->p, sw_bool(true), loc);
	if (h->value)
		h->value->generated = true;
	return h->value != NULL;
}

/* A copy of a ref with one operand less, or the same ref: heads own their ref's list. */
static struct sw_rego_term *own_ref(struct conv *c, const struct sw_rego_term *ref, uint32_t n)
{
	struct sw_rego_term *r = p_term(c->p, SW_REGO_REF, &ref->loc);
	for (uint32_t i = 0; r && i < n; i++)
		if (!p_add(c->p, &r->items, ref->items.v[i]))
			return NULL;
	return r;
}

static struct sw_rego_term *ref_of_var(struct conv *c, struct sw_rego_term *var)
{
	struct sw_rego_term *r = p_term(c->p, SW_REGO_REF, &var->loc);
	return r && p_add(c->p, &r->items, var) ? r : NULL;
}

static struct sw_rego_rule *from_term(struct conv *c, struct sw_rego_term *t)
{
	struct sw_rego_head *h;
	if (t->kind != SW_REGO_REF)
		return refuse(c, sw_arena_printf(c->p->arena, "%s cannot be used for rule name", p_kind_name(t)));
	if (t->items.n == 1)
		return refuse(c, SW_STR("refs cannot be used for rule head"));
	if (t->items.v[0]->kind != SW_REGO_VAR)
		return refuse_ref(c, t);
	if (t->items.n > 2) {
		h = p_head(c->p, t);
		if (!h || !generated_true(c, h, &t->loc))
			return NULL;
		h->generated_value = true;
	} else {
		h = p_head(c->p, own_ref(c, t, 1));
		if (!h)
			return NULL;
		h->opa_key = t->items.v[1];
	}
	return finish(c, h, &t->loc, &t->loc);
}

static struct sw_rego_rule *from_call(struct conv *c, const struct sw_rego_terms *terms)
{
	struct sw_rego_term *op = terms->v[0];
	struct sw_rego_head *h;
	if (terms->n <= 1)
		return refuse(c, SW_STR("rule argument list must take at least one argument"));
	if (op->items.v[0]->kind != SW_REGO_VAR)
		return refuse_ref(c, op);
	h = p_head(c->p, op);
	if (!h || !generated_true(c, h, &op->loc))
		return NULL;
	for (uint32_t i = 1; i < terms->n; i++)
		if (!p_add(c->p, &h->args, terms->v[i]))
			return NULL;
	return finish(c, h, &op->loc, &op->loc);
}

static struct sw_rego_rule *from_eq_call(struct conv *c, const struct sw_rego_term *lhs, struct sw_rego_term *rhs)
{
	struct sw_rego_term *op = lhs->items.v[0];
	struct sw_rego_head *h;
	if (op->items.v[0]->kind != SW_REGO_VAR)
		return refuse_ref(c, op);
	h = p_head(c->p, op);
	if (!h)
		return NULL;
	h->value = rhs;
	for (uint32_t i = 1; i < lhs->items.n; i++)
		if (!p_add(c->p, &h->args, lhs->items.v[i]))
			return NULL;
	return finish(c, h, &lhs->loc, &rhs->loc);
}

static struct sw_rego_rule *from_eq_ref(struct conv *c, struct sw_rego_term *lhs, struct sw_rego_term *rhs)
{
	struct sw_rego_head *h;
	if (lhs->items.v[0]->kind != SW_REGO_VAR)
		return refuse_ref(c, lhs);
	h = p_head(c->p, lhs);
	if (!h)
		return NULL;
	h->value = rhs;
	if (lhs->items.n == 2) {
		h->opa_name = lhs->items.v[0]->name;
		h->opa_key = lhs->items.v[1];
	}
	struct sw_rego_rule *r = finish(c, h, &rhs->loc, &rhs->loc);
	if (r)
		r->generated_body = true;
	return r;
}

static struct sw_rego_rule *from_eq(struct conv *c, const struct sw_rego_expr *e)
{
	struct sw_rego_rule *r;
	if (e->terms.n < 3)
		return refuse(c, SW_STR("assignment requires two operands"));
	struct sw_rego_term *lhs = e->terms.v[1], *rhs = e->terms.v[2];
	if (lhs->kind == SW_REGO_CALL) {
		r = from_eq_call(c, lhs, rhs);
	} else if (lhs->kind == SW_REGO_REF) {
		r = from_eq_ref(c, lhs, rhs);
	} else if (lhs->kind == SW_REGO_VAR) {
		struct sw_rego_head *h = p_head(c->p, ref_of_var(c, lhs));
		if (h)
			h->value = rhs;
		r = finish(c, h, &lhs->loc, &rhs->loc);
	} else {
		return refuse(c,
			sw_arena_printf(c->p->arena, "%s cannot be used for rule name", p_kind_name(lhs)));
	}
	if (r)
		r->loc = r->head->loc = e->loc;
	return r;
}

static bool is_builtin(const struct sw_rego_term *op)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 16);
	sw_rego_term_print(&b, op);
	return sw_builtin_find(sw_buf_str(&b));
}

static struct sw_rego_rule *from_expr(struct conv *c, const struct sw_rego_expr *e)
{
	if (e->n_withs)
		return refuse(c, SW_STR("expressions using with keyword cannot be used for rule head"));
	if (e->negated)
		return refuse(c, SW_STR("negated expressions cannot be used for rule head"));
	if (e->kind == SW_REGO_EXPR_SOME)
		return refuse(c, SW_STR("'some' declarations cannot be used for rule head"));
	if (e->kind == SW_REGO_EXPR_TERM)
		return from_term(c, e->terms.v[0]);
	if (e->kind != SW_REGO_EXPR_CALL)
		return refuse(c, SW_STR("expression cannot be used for rule head"));
	const struct sw_rego_term *op = e->terms.v[0];
	bool eq = op->items.n == 1 && p_term_is_var(op->items.v[0], "eq");
	bool assign = op->items.n == 1 && p_term_is_var(op->items.v[0], "assign");
	if (eq || assign) {
		struct sw_rego_rule *r = from_eq(c, e);
		if (r)
			r->head->assign = assign;
		return r;
	}
	if (is_builtin(op))
		return refuse(c, SW_STR("rule name conflicts with built-in function"));
	return from_call(c, &e->terms);
}

struct sw_rego_rule *rule_from_body(struct parser *p, const struct sw_rego_body *b, struct sw_str *ret_error)
{
	struct conv c = {.p = p};
	struct sw_rego_rule *r;
	if (b->n != 1)
		r = refuse(&c, SW_STR("multiple expressions cannot be used for rule head"));
	else
		r = from_expr(&c, b->v[0]);
	if (!r) {
		*ret_error = c.error.p ? c.error : SW_STR("the arena is full");
		return NULL;
	}
	r->generated_body = true;
	p_rule_kind(r);
	return r;
}
