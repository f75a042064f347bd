/* SPDX-License-Identifier: Apache-2.0 */
/* Events of traces, early exits, and the run whose only result they are. */
#include "rego/partial/explain.h"

#include "base/cleanup.h"

enum { TEXT_MAX = 1 << 16 };

/* ---- events ---- */

static void tell(struct ev *e, enum sw_rego_trace_op op, struct sw_rego_trace_point at, const struct sw_rego_loc *loc,
	struct sw_str text)
{
	struct explain *x = e->pe->explain;
	at.e = e;
	if (loc->row)
		x->last = loc;
	x->trace(x->arg, &(struct sw_rego_trace_event){.op = op, .depth = e->depth,
		.query = (uint32_t)e->id, .parent = (uint32_t)e->parent, .loc = x->last, .text = text,
		.whole = at.body || at.rule, .point = &at});
}

/* `alone`: no body but one expression, of whose `every` a key that nobody wrote is not shown. */
static void add_exprs(
	struct pe *pe, struct sw_rego_expr *const *v, uint32_t n, bool alone, struct sw_buf *out)
{
	for (uint32_t i = 0; i < n; i++) {
		struct sw_rego_expr *copy = cc_check(pe->c, sw_rego_expr_copy(pe->c->a, v[i]));
		sw_rego_program_user_names(pe->c->p, copy);
		if (alone && copy->kind == SW_REGO_EXPR_EVERY && copy->key && var_generated(copy->key->name))
			copy->key = NULL;
		sw_buf_addz(out, i ? "; " : "");
		sw_rego_expr_print(out, copy);
	}
}

/* The ref of a rule up to its first variable. */
static void add_rule(struct pe *pe, const struct sw_rego_rule *r, struct sw_buf *out)
{
	term *ref = rule_ref(pe->c, r);
	uint32_t n = 1;
	while (n < ref->items.n && ref->items.v[n]->kind == SW_REGO_SCALAR)
		n++;
	ref->items.n = n;
	sw_rego_term_print(out, ref);
}

/* The text of a rule or of expressions, made once per `key`, which is where it lies. */
static struct sw_str text_of(struct pe *pe, const void *key, const struct sw_rego_rule *r,
	struct sw_rego_expr *const *v, uint32_t n)
{
	char name[32];
	struct sw_str at = {name, (size_t)snprintf(name, sizeof(name), "%p", key)};
	const struct var_entry *known = vs_get(&pe->explain->texts, at);
	if (known)
		return *(const struct sw_str *)known->val;
	struct sw_str *made = cc_alloc(pe->c, sizeof(*made));
	sw_autobuf text;
	sw_buf_init(&text, TEXT_MAX);
	if (r)
		add_rule(pe, r, &text);
	else
		add_exprs(pe, v, n, n == 1 && key == v[0], &text);
	*made = sw_arena_str(pe->c->a, sw_buf_str(&text));
	vs_set(pe->c, &pe->explain->texts, sw_arena_str(pe->c->a, at), made);
	return *made;
}

static struct sw_str early(struct ev *e, enum sw_rego_trace_op op, struct sw_str text)
{
	if (op != SW_REGO_TRACE_EXIT || !e->find_one)
		return text;
	return cc_printf(e->pe->c, "%.*s early", SW_STR_ARG(text));
}

void pe_trace_expr(struct ev *e, enum sw_rego_trace_op op, const struct sw_rego_expr *x)
{
	struct sw_rego_expr *one = (struct sw_rego_expr *)x;
	if (e->pe->explain)
		tell(e, op, (struct sw_rego_trace_point){.expr = x}, &x->loc,
			text_of(e->pe, x, NULL, &one, 1));
}

void pe_trace_body(struct ev *e, enum sw_rego_trace_op op, const struct sw_rego_body *b)
{
	if (e->pe->explain && b->n)
		tell(e, op, (struct sw_rego_trace_point){.body = b}, &b->v[0]->loc,
			early(e, op, text_of(e->pe, b->v, NULL, b->v, b->n)));
}

void pe_trace_rule(struct ev *e, enum sw_rego_trace_op op, const struct sw_rego_rule *r)
{
	tell(e, op, (struct sw_rego_trace_point){.rule = r}, &r->loc,
		early(e, op, text_of(e->pe, r, r, NULL, 0)));
}

void pe_trace_note(struct ev *e, struct sw_str text)
{
	if (e->pe->explain)
		tell(e, SW_REGO_TRACE_NOTE, (struct sw_rego_trace_point){0}, &e->q->v[e->at]->loc, text);
}

void pe_trace_test_case(struct ev *e, struct sw_value path)
{
	struct explain *x = e->pe->explain;
	if (!x)
		return;
	sw_autobuf text;
	sw_buf_init(&text, TEXT_MAX);
	sw_buf_addz(&text, "internal.test_case(");
	sw_rego_value_print(&text, path);
	sw_buf_addch(&text, ')');
	x->trace(x->arg, &(struct sw_rego_trace_event){.op = SW_REGO_TRACE_TEST_CASE, .depth = e->depth,
		.query = (uint32_t)e->id, .parent = (uint32_t)e->parent, .text = sw_buf_str(&text),
		.test_case = path});
}

void pe_trace_index(struct ev *e, const term *ref, const struct candidates *c)
{
	sw_autobuf text;
	sw_buf_init(&text, TEXT_MAX);
	sw_rego_term_print(&text, pe_unpack(e->pe, ref));
	sw_buf_printf(&text, " (matched %u rule%s%s)", c->n_groups, c->n_groups == 1 ? "" : "s",
		c->early ? ", early exit" : "");
	tell(e, SW_REGO_TRACE_INDEX, (struct sw_rego_trace_point){.expr = e->q->v[e->at]}, &e->q->v[e->at]->loc,
		sw_buf_str(&text));
}

/* ---- early exits ---- */

static void leave(struct pe *pe, bool deferred)
{
	struct ee *x = cc_alloc(pe->c, sizeof(*x));
	*x = (struct ee){deferred, pe->ee};
	pe->ee = x;
}

bool pe_stopped(struct pe *pe, const struct ee **deferred)
{
	if (!pe->ee || !pe->ee->deferred)
		return pe->ee != NULL;
	*deferred = *deferred ? *deferred : pe->ee;
	pe->ee = NULL;
	return false;
}

void pe_solved(struct ev *e)
{
	if (e->pe->ee || e->find_one)
		leave(e->pe, !e->find_one);
}

void pe_suppress(struct pe *pe)
{
	pe->ee = pe->ee ? pe->ee->prev : NULL;
}

/* ---- indices of comprehensions ---- */

void pe_groups_hide(struct ev *e)
{
	cc *c = e->pe->c;
	struct level *l = cc_alloc(c, sizeof(*l));
	if (!e->groups)
		e->groups = cc_alloc(c, sizeof(*e->groups));
	vs_init(&l->known, c->a);
	l->hidden = e->groups->top;
	e->groups->top = l;
}

void pe_groups_show(struct ev *e)
{
	e->groups->top = e->groups->top->hidden;
}

struct varset *pe_groups(struct ev *e)
{
	if (!e->groups || !e->groups->top)
		pe_groups_hide(e);
	return &e->groups->top->known;
}

/* ---- the query ---- */

struct query {
	struct k k;
	struct ev *e;
};

static void query_found(struct k *k)
{
	struct ev *e = ((struct query *)k)->e;
	pe_trace_body(e, SW_REGO_TRACE_EXIT, e->q);
	pe_trace_body(e, SW_REGO_TRACE_REDO, e->q);
}

void pe_explain(struct ev *e)
{
	struct query q = {{query_found}, e};
	vs_init(&e->pe->explain->indices, e->pe->c->a);
	vs_init(&e->pe->explain->texts, e->pe->c->a);
	pe_trace_body(e, SW_REGO_TRACE_ENTER, e->q);
	pe_eval(e, &q.k);
}
