/* SPDX-License-Identifier: Apache-2.0 */
/* Pre-order walks over the tree, and the check of its depth that makes every other recursion safe.
 */
#include "rego/compile/internal.h"

void walk_terms(struct visitor *v, struct sw_rego_terms *l, uint32_t from)
{
	for (uint32_t i = from; i < l->n; i++)
		walk_term(v, l->v[i]);
}

void walk_term(struct visitor *v, struct sw_rego_term *t)
{
	if (v->term && v->term(v, t))
		return;
	walk_terms(v, &t->items, 0);
	if (t->body.n) /* comprehensions; modifiers of the parts of a template string */
		walk_body(v, &t->body);
}

void walk_body(struct visitor *v, struct sw_rego_body *b)
{
	if (v->body && v->body(v, b))
		return;
	for (uint32_t i = 0; i < b->n; i++)
		walk_expr(v, b->v[i]);
}

void walk_expr(struct visitor *v, struct sw_rego_expr *e)
{
	if (v->expr && v->expr(v, e))
		return;
	walk_terms(v, &e->terms, 0);
	if (e->key)
		walk_term(v, e->key);
	if (e->val)
		walk_term(v, e->val);
	if (e->domain)
		walk_term(v, e->domain);
	if (e->kind == SW_REGO_EXPR_EVERY || e->kind == SW_REGO_EXPR_NOT_BODY)
		walk_body(v, &e->body);
	for (uint32_t i = 0; i < e->n_branches; i++)
		walk_body(v, &e->branches[i]);
	for (uint32_t i = 0; i < e->n_withs; i++) {
		if (v->with && v->with(v, &e->withs[i]))
			continue;
		walk_term(v, e->withs[i].target);
		walk_term(v, e->withs[i].value);
	}
}

void walk_head(struct visitor *v, struct sw_rego_head *h)
{
	walk_terms(v, &h->args, 0);
	if (h->key)
		walk_term(v, h->key);
	if (h->value)
		walk_term(v, h->value);
}

void walk_rule(struct visitor *v, struct sw_rego_rule *r)
{
	walk_head(v, r->head);
	walk_body(v, &r->body);
}

void each_rule(cc *c, void (*fn)(cc *c, struct sw_rego_rule *r))
{
	for (uint32_t m = c->from; m < c->to; m++) {
		struct sw_rego_module *mod = c->p->modules[m];
		for (uint32_t i = 0; i < mod->n_rules; i++) {
			for (struct sw_rego_rule *r = mod->rules[i]; r; r = r->else_rule) {
				struct sw_arena_mark mark = sw_arena_mark(&c->tmp);
				fn(c, r);
				sw_arena_rewind(&c->tmp, mark);
			}
		}
	}
}

void each_rule_using(cc *c, unsigned uses, void (*fn)(cc *c, struct sw_rego_rule *r))
{
	for (uint32_t m = c->from; m < c->to; m++) {
		struct sw_rego_module *mod = c->p->modules[m];
		for (uint32_t i = 0; i < mod->n_rules; i++) {
			for (struct sw_rego_rule *r = mod->rules[i]; r; r = r->else_rule) {
				if (!(r->uses & uses))
					continue;
				struct sw_arena_mark mark = sw_arena_mark(&c->tmp);
				fn(c, r);
				sw_arena_rewind(&c->tmp, mark);
			}
		}
	}
}

/* ---- depth ---- */

static bool body_ok(const struct sw_rego_body *b, unsigned left);

static bool term_ok(const struct sw_rego_term *t, unsigned left)
{
	if (!t) /* a part of a template string that is no term */
		return true;
	if (!left)
		return false;
	for (uint32_t i = 0; i < t->items.n; i++)
		if (!term_ok(t->items.v[i], left - 1))
			return false;
	return body_ok(&t->body, left - 1);
}

static bool expr_ok(const struct sw_rego_expr *e, unsigned left)
{
	if (!e)
		return true;
	for (uint32_t i = 0; i < e->terms.n; i++)
		if (!term_ok(e->terms.v[i], left))
			return false;
	for (uint32_t i = 0; i < e->n_branches; i++)
		if (!body_ok(&e->branches[i], left))
			return false;
	for (uint32_t i = 0; i < e->n_withs; i++)
		if (!term_ok(e->withs[i].target, left) || !term_ok(e->withs[i].value, left))
			return false;
	return (!e->domain || term_ok(e->domain, left)) && (!e->key || term_ok(e->key, left)) &&
	       (!e->val || term_ok(e->val, left)) && body_ok(&e->body, left);
}

static bool body_ok(const struct sw_rego_body *b, unsigned left)
{
	if (!b->n)
		return true;
	if (!left)
		return false;
	for (uint32_t i = 0; i < b->n; i++)
		if (!expr_ok(b->v[i], left - 1))
			return false;
	return true;
}

bool check_body_depth(const struct sw_rego_body *b)
{
	return body_ok(b, SW_REGO_COMPILE_DEPTH);
}

static bool rule_ok(const struct sw_rego_rule *r)
{
	const struct sw_rego_head *h = r->head;
	for (uint32_t i = 0; i < h->args.n; i++)
		if (!term_ok(h->args.v[i], SW_REGO_COMPILE_DEPTH))
			return false;
	return term_ok(h->ref, SW_REGO_COMPILE_DEPTH) &&
	       (!h->key || term_ok(h->key, SW_REGO_COMPILE_DEPTH)) &&
	       (!h->value || term_ok(h->value, SW_REGO_COMPILE_DEPTH)) &&
	       body_ok(&r->body, SW_REGO_COMPILE_DEPTH);
}

bool check_depth(cc *c, const struct sw_rego_module *m)
{
	for (uint32_t i = 0; i < m->n_rules; i++) {
		for (const struct sw_rego_rule *r = m->rules[i]; r; r = r->else_rule) {
			if (rule_ok(r))
				continue;
			cc_err(c, true, ERR_COMPILE, &r->loc, "nested deeper than %d levels",
				SW_REGO_COMPILE_DEPTH);
			return false;
		}
	}
	return true;
}
