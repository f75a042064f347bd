/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/format/impl.h"

static bool is_true(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_SCALAR && sw_is_true(t->value);
}

/* A body that is nothing but `true`: written, or made for a rule that has none. */
static bool is_expanded_const(const struct sw_rego_rule *r)
{
	const struct sw_rego_expr *e = r->body.n == 1 ? r->body.v[0] : NULL;
	return e && !r->else_rule && e->kind == SW_REGO_EXPR_TERM && !e->negated && !e->n_withs &&
	       is_true(e->terms.v[0]);
}

bool fmt_is_set_expr(const struct sw_rego_expr *e)
{
	return !e->negated && e->kind == SW_REGO_EXPR_TERM && e->terms.v[0]->kind == SW_REGO_SET;
}

/* ---- heads ---- */

static void put_term(struct fmt_writer *w, const struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_VAR)
		fmt_str(w, fmt_var_name(w, t));
	else
		sw_rego_term_print(w->out, t);
}

static enum fmt_result head_name(struct fmt_writer *w, const struct sw_rego_head *h, bool *done, struct fmt_comments *c)
{
	const struct sw_rego_terms *ref = &h->ref->items;
	enum fmt_result r;
	if (w->ref_heads || ref->n == 1) {
		r = fmt_ref(w, ref, c);
		if (r)
			c->n = 0;
		return r;
	}
	if (c->n && ref->v[1]->loc.row == c->v[0]->loc.row) {
		*done = true;
		r = fmt_unformatted(w, &h->loc, c);
		if (r)
			c->n = 0;
		return r;
	}
	put_term(w, ref->v[0]);
	fmt_put(w, "[");
	put_term(w, ref->v[1]);
	fmt_put(w, "]");
	return FMT_OK;
}

static enum fmt_result head_key(struct fmt_writer *w, const struct sw_rego_head *h, struct fmt_comments *c)
{
	if (!h->opa_key || h->value)
		return FMT_OK;
	fmt_put(w, w->contains ? " contains " : "[");
	enum fmt_result r = fmt_term(w, h->opa_key, c);
	if (!r && !w->contains)
		fmt_put(w, "]");
	return r;
}

/* A generated value stands at its head's place. */
static bool at_head(const struct sw_rego_head *h)
{
	return h->value->loc.row && h->value->loc.row == h->loc.row && h->value->loc.offset == h->loc.offset;
}

static enum fmt_result head_value(struct fmt_writer *w, const struct sw_rego_rule *r, bool is_else, bool expanded,
	struct fmt_comments *c)
{
	const struct sw_rego_head *h = r->head;
	bool no_args = is_else || !h->args.n;
	if (!h->value || (!h->opa_key && is_true(h->value) && !expanded && !r->is_default))
		return FMT_OK;
	bool v1_ref_const = w->v1 && expanded && !h->opa_key && no_args;
	if (!is_else && at_head(h) && is_true(h->value) && !v1_ref_const)
		return FMT_OK;
	fmt_put(w, h->assign || w->v1 ? " := " : " = ");
	struct sw_rego_term v = *h->value;
	if (is_else || !v.loc.row) /* else values have always been laid out from the word `else` */
		v.loc = h->loc;
	return fmt_term(w, &v, c);
}

static enum fmt_result head(struct fmt_writer *w, const struct sw_rego_rule *r, bool is_else, bool expanded,
	struct fmt_comments *c)
{
	const struct sw_rego_head *h = r->head;
	enum fmt_result res = FMT_OK;
	bool done = false;
	if (is_else) {
		res = fmt_insert_comments(w, c, h->loc.row);
		fmt_put(w, res ? "" : "else");
		if (res)
			c->n = 0;
	} else {
		res = head_name(w, h, &done, c);
		if (!res && !done && h->args.n) {
			fmt_put(w, "(");
			res = fmt_list(w, &h->args, &h->loc, fmt_closing_row(0, 0, '(', ')', &h->loc), FMT_LIST, c);
			fmt_put(w, ")");
		}
		if (!res && !done)
			res = head_key(w, h, c);
	}
	return res || done ? res : head_value(w, r, is_else, expanded, c);
}

/* ---- else ---- */

/* Whether something stood in front of `else` on its line. */
static bool else_was_inline(const struct sw_rego_rule *r)
{
	struct sw_str rest = r->loc.text, line = {0};
	int64_t row = (int64_t)r->else_rule->loc.row - r->loc.row;
	if (row <= 0)
		return false;
	for (int64_t i = 0; i <= row; i++)
		if (!sw_str_split(&rest, '\n', &line))
			return false;
	return !sw_str_starts(sw_str_trim(line), SW_STR("else"));
}

static enum fmt_result write_else(struct fmt_writer *w, const struct sw_rego_rule *r, struct fmt_comments *c)
{
	const struct sw_rego_head *h = r->else_rule->head;
	bool was_inline = else_was_inline(r);
	bool comment_above = (c->n && c->v[0]->loc.row < h->loc.row) || w->before_end;
	if (!comment_above && was_inline) {
		fmt_put(w, " ");
	} else {
		fmt_blank_line(w);
		fmt_start_line(w);
	}
	enum fmt_result res = fmt_insert_comments(w, c, h->loc.row);
	if (res) {
		c->n = 0;
		return res;
	}
	if (comment_above && !was_inline)
		fmt_start_line(w);
	return fmt_rule(w, r->else_rule, true, c);
}

static enum fmt_result maybe_else(struct fmt_writer *w, const struct sw_rego_rule *r, struct fmt_comments *c)
{
	if (!r->else_rule)
		return FMT_OK;
	enum fmt_result res = write_else(w, r, c);
	if (res)
		c->n = 0;
	return res;
}

/* ---- rules ---- */

static int64_t body_close_row(const struct sw_rego_rule *r, bool is_else)
{
	if (r->head->args.n && !is_else)
		return fmt_closing_row('(', ')', '{', '}', &r->loc);
	if (r->head->opa_key)
		return fmt_closing_row('[', ']', '{', '}', &r->loc);
	return fmt_closing_row(0, 0, '{', '}', &r->loc);
}

static enum fmt_result braced(struct fmt_writer *w, const struct sw_rego_rule *r, bool is_else, bool uses_if,
	struct fmt_comments *c)
{
	if (uses_if && !is_else)
		fmt_mark_union_lead(w, r->body.v[0]);
	w->level++;
	enum fmt_result res = fmt_body(w, &r->body, c);
	if (res == FMT_FAIL)
		return res;
	res = fmt_insert_comments(w, c, body_close_row(r, is_else));
	if (!res)
		res = fmt_down(w);
	if (res) {
		c->n = 0;
		return res;
	}
	fmt_start_line(w);
	fmt_put(w, "}");
	return maybe_else(w, r, c);
}

static bool one_line_if(const struct sw_rego_rule *r)
{
	return r->body.n == 1 && (int64_t)r->body.v[0]->loc.row == fmt_end_row(&r->head->loc) &&
	       !fmt_is_set_expr(r->body.v[0]);
}

static enum fmt_result rule_body(struct fmt_writer *w, const struct sw_rego_rule *r, bool is_else, bool unexpected,
	struct fmt_comments *c)
{
	bool uses_if = (w->v1 || w->ifs) && (w->contains || r->head->value);
	w->comment_on_final_line = true;
	fmt_put(w, uses_if ? " if" : "");
	if (uses_if && one_line_if(r)) {
		fmt_put(w, " ");
		if (fmt_expr(w, r->body.v[0], c) == FMT_FAIL)
			return FMT_FAIL;
		fmt_end_line(w);
		return maybe_else(w, r, c);
	}
	if (unexpected && c->n) {
		fmt_put(w, " { ");
	} else {
		fmt_put(w, " {");
		fmt_end_line(w);
	}
	return braced(w, r, is_else, uses_if, c);
}

enum fmt_result fmt_rule(struct fmt_writer *w, const struct sw_rego_rule *r, bool is_else, struct fmt_comments *c)
{
	bool expanded = is_expanded_const(r);
	if (!is_else)
		fmt_start_line(w);
	fmt_put(w, r->is_default ? "default " : "");
	w->comment_on_final_line = expanded;
	enum fmt_result res = head(w, r, is_else, expanded, c);
	if (res == FMT_FAIL) {
		c->n = 0;
		return res;
	}
	if (expanded) {
		fmt_end_line(w);
		return FMT_OK;
	}
	return rule_body(w, r, is_else, res == FMT_UNEXPECTED, c);
}
