/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/format/impl.h"

enum fmt_result fmt_body(struct fmt_writer *w, const struct sw_rego_body *b, struct fmt_comments *c)
{
	enum fmt_result r = fmt_insert_comments(w, c, b->v[0]->loc.row);
	if (r)
		return r;
	for (uint32_t i = 0; i < b->n; i++) {
		const struct sw_rego_expr *e = b->v[i];
		/* Keep a blank line between expressions. */
		if (i && (int64_t)e->loc.row > fmt_end_row(&b->v[i - 1]->loc) + 1)
			fmt_blank_line(w);
		fmt_start_line(w);
		r = fmt_expr(w, e, c);
		if (r == FMT_FAIL)
			return r;
		fmt_end_line(w);
	}
	return FMT_OK;
}

static enum fmt_result fail_all(struct fmt_comments *c, enum fmt_result r)
{
	if (r)
		c->n = 0;
	return r;
}

/* ---- some, every ---- */

static enum fmt_result some(struct fmt_writer *w, const struct sw_rego_expr *e, struct fmt_comments *c)
{
	uint32_t row = e->loc.row, arity;
	enum fmt_result r = fmt_insert_comments(w, c, row);
	fmt_put(w, r ? "" : "some ");
	for (uint32_t i = 0; !r && i < e->terms.n; i++) {
		const struct sw_rego_term *t = e->terms.v[i];
		if (t->kind == SW_REGO_CALL) {
			fmt_is_member(t->items.v[0], &arity);
			r = fmt_in(w, false, t->items.v + 1, t->items.n - 1, arity, &e->loc, c);
			continue;
		}
		if (t->loc.row > row) {
			fmt_end_line(w);
			fmt_start_line(w);
			fmt_put(w, "\t");
			row = t->loc.row;
		} else if (i) {
			fmt_put(w, " ");
		}
		r = fmt_term(w, t, c);
		if (!r && i + 1 < e->terms.n)
			fmt_put(w, ",");
	}
	return fail_all(c, r);
}

static enum fmt_result every(struct fmt_writer *w, const struct sw_rego_expr *e, struct fmt_comments *c)
{
	enum fmt_result r = fmt_insert_comments(w, c, e->loc.row);
	fmt_put(w, r ? "" : "every ");
	if (!r && e->key) {
		r = fmt_term(w, e->key, c);
		fmt_put(w, r ? "" : ", ");
	}
	if (!r)
		r = fmt_term(w, e->val, c);
	fmt_put(w, r ? "" : " in ");
	if (!r)
		r = fmt_term(w, e->domain, c);
	if (r)
		return fail_all(c, r);
	fmt_put(w, " {");
	r = fmt_braced_body(w, '{', '}', &e->body, &e->loc, &e->loc, c);
	if (r == FMT_FAIL)
		return r;
	if (e->body.n == 1 && e->body.v[0]->loc.row == e->loc.row)
		fmt_put(w, " ");
	fmt_put(w, "}");
	return FMT_OK;
}

/* ---- calls ---- */

static enum fmt_result infix(struct fmt_writer *w, const struct sw_rego_term *x, const char *op,
	const struct sw_rego_term *y, struct fmt_comments *c)
{
	enum fmt_result r = fmt_term(w, x, c);
	if (r)
		return fail_all(c, r);
	fmt_put(w, " ");
	fmt_put(w, op);
	fmt_put(w, " ");
	return fmt_term(w, y, c);
}

static enum fmt_result call(struct fmt_writer *w, const struct sw_rego_expr *e, struct fmt_comments *c)
{
	const struct sw_rego_terms *t = &e->terms;
	const char *op = sw_rego_infix(t->v[0]);
	uint32_t arity;
	if (fmt_is_member(t->v[0], &arity))
		return fmt_in(w, false, t->v + 1, t->n - 1, arity, &t->v[0]->loc, c);
	if (!op)
		return fmt_call_plain(w, t, c);
	if (t->n == 3)
		return infix(w, t->v[1], op, t->v[2], c);
	if (t->n == 4) { /* z = x + y */
		enum fmt_result r = fmt_term(w, t->v[3], c);
		if (r)
			return fail_all(c, r);
		fmt_put(w, " = ");
		return fail_all(c, infix(w, t->v[1], op, t->v[2], c));
	}
	fmt_arity_error(w, t, &t->v[0]->loc);
	return fmt_call_plain(w, t, c);
}

/* ---- with ---- */

/* The row where an expression's own terms end, without its modifiers. */
static int64_t terms_end_row(const struct sw_rego_expr *e)
{
	struct sw_rego_loc loc = e->loc;
	if (e->n_withs && e->withs[0].loc.offset > loc.offset &&
		e->withs[0].loc.offset - loc.offset <= loc.text.n)
		loc.text.n = e->withs[0].loc.offset - loc.offset;
	while (loc.text.n && strchr(" \t\r\n", loc.text.p[loc.text.n - 1]))
		loc.text.n--;
	return fmt_end_row(&loc);
}

static enum fmt_result with(struct fmt_writer *w, const struct sw_rego_with *x, bool indented, struct fmt_comments *c)
{
	enum fmt_result r = fmt_insert_comments(w, c, x->loc.row);
	if (r)
		return fail_all(c, r);
	fmt_put(w, indented ? "with " : " with ");
	r = fmt_term(w, x->target, c);
	if (r)
		return fail_all(c, r);
	fmt_put(w, " as ");
	r = fmt_term(w, x->value, c);
	return r == FMT_UNEXPECTED ? FMT_OK : r;
}

static enum fmt_result withs(struct fmt_writer *w, const struct sw_rego_expr *e, struct fmt_comments *c)
{
	int64_t last = terms_end_row(e);
	bool indented = false;
	enum fmt_result r = FMT_OK;
	for (uint32_t i = 0; !r && i < e->n_withs; i++) {
		const struct sw_rego_with *x = &e->withs[i];
		bool down = i || x->loc.row != last ? (int64_t)x->loc.row > last : false;
		if (down) {
			w->level += !indented;
			indented = true;
			fmt_end_line(w);
			fmt_start_line(w);
		}
		if (down || i == 0)
			last = x->loc.row > last || x->loc.row == last ? (int64_t)x->loc.row : last;
		r = with(w, x, down, c);
	}
	if (indented)
		w->level--;
	return r;
}

/* ---- expressions ---- */

static enum fmt_result terms(struct fmt_writer *w, const struct sw_rego_expr *e, struct fmt_comments *c)
{
	switch ((enum sw_rego_expr_kind)e->kind) {
	case SW_REGO_EXPR_TERM:
		return fmt_term(w, e->terms.v[0], c);
	case SW_REGO_EXPR_CALL:
		return call(w, e, c);
	case SW_REGO_EXPR_SOME:
		return fail_all(c, some(w, e, c));
	case SW_REGO_EXPR_EVERY:
		return fail_all(c, every(w, e, c));
	case SW_REGO_EXPR_NOT_BODY:
		return fail_all(c, fmt_not(w, e, c));
	case SW_REGO_EXPR_AND_OR:
		return fail_all(c, fmt_logical(w, e, c));
	}
	return FMT_FAIL;
}

enum fmt_result fmt_expr(struct fmt_writer *w, const struct sw_rego_expr *e, struct fmt_comments *c)
{
	bool parens = w->paren_expr == e;
	if (parens)
		w->paren_expr = NULL;
	enum fmt_result r = fmt_insert_comments(w, c, e->loc.row);
	if (r)
		return r;
	if (!w->in_line)
		fmt_start_line(w);
	fmt_put(w, e->negated ? "not " : "");
	fmt_put(w, parens ? "(" : "");
	r = terms(w, e, c);
	if (r)
		return r;
	fmt_put(w, parens ? ")" : "");
	return e->n_withs ? withs(w, e, c) : FMT_OK;
}

/* A union that comes first behind the brace of a body would read as a comprehension: wrap it. */
void fmt_mark_union_lead(struct fmt_writer *w, const struct sw_rego_expr *e)
{
	const struct sw_rego_term *lead = NULL;
	uint32_t arity = 2;
	while (e && !e->negated && e->kind == SW_REGO_EXPR_AND_OR)
		e = fmt_logical_lead(e);
	if (!e || e->negated || e->kind != SW_REGO_EXPR_CALL)
		return;
	if (fmt_is_union_expr(e)) {
		w->paren_expr = e;
		return;
	}
	if (!fmt_is_member(e->terms.v[0], &arity) && !sw_rego_infix(e->terms.v[0]))
		return;
	if (e->terms.n == arity + 1)
		lead = e->terms.v[1];
	else if (e->terms.n == arity + 2)
		lead = e->terms.v[e->terms.n - 1];
	if (lead && fmt_is_union(lead))
		w->paren_term = lead;
}
