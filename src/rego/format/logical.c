/* SPDX-License-Identifier: Apache-2.0 */
/* `not`, `and`, `or`: where parentheses keep the meaning, and where chains break. */
#include "base/cleanup.h"
#include "rego/format/impl.h"

#define MAX_CHAIN 4096

static bool fmt_is_union_terms(const struct sw_rego_terms *call)
{
	const char *infix = call->n ? sw_rego_infix(call->v[0]) : NULL;
	return infix && infix[0] == '|';
}

bool fmt_is_union(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_CALL && fmt_is_union_terms(&t->items);
}

bool fmt_is_union_expr(const struct sw_rego_expr *e)
{
	return e->kind == SW_REGO_EXPR_CALL && e->terms.n == 3 && fmt_is_union_terms(&e->terms);
}

static bool has_infix(const struct sw_rego_term *op, uint32_t *arity)
{
	*arity = 2;
	return fmt_is_member(op, arity) || sw_rego_infix(op);
}

static bool term_brace_led(const struct sw_rego_term *t)
{
	uint32_t arity;
	switch ((enum sw_rego_term_kind)t->kind) {
	case SW_REGO_SET:
		return t->items.n > 0;
	case SW_REGO_OBJECT:
	case SW_REGO_SET_COMP:
	case SW_REGO_OBJECT_COMP:
		return true;
	case SW_REGO_REF:
		return term_brace_led(t->items.v[0]);
	case SW_REGO_CALL:
		return has_infix(t->items.v[0], &arity) && t->items.n == arity + 1 && term_brace_led(t->items.v[1]);
	default:
		return false;
	}
}

static bool fmt_brace_led(const struct sw_rego_expr *e)
{
	uint32_t arity;
	if (e->kind == SW_REGO_EXPR_TERM)
		return term_brace_led(e->terms.v[0]);
	if (e->kind != SW_REGO_EXPR_CALL || !has_infix(e->terms.v[0], &arity))
		return false;
	if (e->terms.n == arity + 1)
		return term_brace_led(e->terms.v[1]);
	return e->terms.n == arity + 2 && term_brace_led(e->terms.v[e->terms.n - 1]);
}

/* ---- not ---- */

static bool not_needs_parens(const struct sw_rego_expr *e)
{
	return e->n_withs || e->kind == SW_REGO_EXPR_AND_OR || e->kind == SW_REGO_EXPR_NOT_BODY || fmt_brace_led(e);
}

enum fmt_result fmt_not(struct fmt_writer *w, const struct sw_rego_expr *e, struct fmt_comments *c)
{
	enum fmt_result r = fmt_insert_comments(w, c, e->loc.row);
	if (r) {
		c->n = 0;
		return r;
	}
	fmt_put(w, "not ");
	if (!e->explicit_body && e->body.n == 1) {
		bool parens = not_needs_parens(e->body.v[0]);
		fmt_put(w, parens ? "(" : "");
		r = fmt_expr(w, e->body.v[0], c);
		if (r == FMT_FAIL)
			return r;
		fmt_put(w, parens ? ")" : "");
		return FMT_OK;
	}
	if (fmt_is_union_expr(e->body.v[0]))
		w->paren_expr = e->body.v[0];
	fmt_put(w, "{");
	r = fmt_braced_body(w, '{', '}', &e->body, &e->loc, &e->loc, c);
	if (r == FMT_FAIL)
		return r;
	if (e->body.v[e->body.n - 1]->loc.row == e->loc.row)
		fmt_put(w, " ");
	fmt_put(w, "}");
	return FMT_OK;
}

/* ---- and, or ---- */

struct operand {
	const struct sw_rego_body *body;
	bool explicit_body, parens;
	struct sw_rego_loc brace;
};

struct step {
	const struct sw_rego_expr *node;
	struct operand rhs;
	int64_t lhs_end;
};

static bool operand_needs_parens(const struct sw_rego_expr *e, bool under_or, bool rhs)
{
	if (e->n_withs)
		return true;
	if (e->kind == SW_REGO_EXPR_AND_OR)
		return e->is_or ? !under_or || rhs : !under_or && rhs;
	return fmt_brace_led(e);
}

static int64_t count_lines(struct sw_str s)
{
	int64_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

/* The place of the brace that opens an operand's body, looked for backwards from its first expression. */
static struct sw_rego_loc brace_of(const struct sw_rego_loc *node, const struct sw_rego_body *b)
{
	struct sw_rego_loc loc = *node;
	if (!b->n || b->v[0]->loc.offset < node->offset)
		return loc;
	size_t i = b->v[0]->loc.offset - node->offset;
	if (i > node->text.n)
		i = node->text.n;
	while (i-- > 0) {
		if (node->text.p[i] != '{')
			continue;
		loc.row += (uint32_t)count_lines(sw_str_sub(node->text, 0, i));
		loc.offset += (uint32_t)i;
		loc.text = sw_str_sub(node->text, i, node->text.n);
		break;
	}
	return loc;
}

static struct operand operand_of(const struct sw_rego_expr *e, bool rhs)
{
	const struct sw_rego_body *b = &e->branches[rhs];
	struct operand o = {.body = b, .explicit_body = (rhs ? e->explicit_rhs : e->explicit_lhs) || b->n != 1};
	if (o.explicit_body)
		o.brace = brace_of(&e->loc, b);
	else
		o.parens = operand_needs_parens(b->v[0], e->is_or, rhs);
	return o;
}

static int64_t body_end(const struct sw_rego_body *b)
{
	if (!b->n)
		return 0;
	struct sw_rego_loc loc = b->v[b->n - 1]->loc;
	while (loc.text.n && strchr(" \t\r\n", loc.text.p[loc.text.n - 1]))
		loc.text.n--;
	return loc.row + count_lines(loc.text);
}

static int64_t operand_end(const struct operand *o)
{
	int64_t row = o->explicit_body ? fmt_closing_row(0, 0, '{', '}', &o->brace) : -1;
	return row > 0 ? row : body_end(o->body);
}

static bool continues(const struct sw_rego_expr *e)
{
	const struct sw_rego_body *lhs = &e->branches[0];
	return !e->explicit_lhs && lhs->n == 1 && lhs->v[0]->kind == SW_REGO_EXPR_AND_OR &&
	       !operand_needs_parens(lhs->v[0], e->is_or, false);
}

/* Chains nest to the left: collect the operators, the last one written first. */
static struct step *flatten(struct fmt_writer *w, const struct sw_rego_expr *e, uint32_t *ret_n, struct operand *first)
{
	uint32_t n = 1;
	for (const struct sw_rego_expr *x = e; continues(x); x = x->branches[0].v[0])
		n++;
	struct step *v = sw_arena_new_array(w->arena, n, struct step);
	*ret_n = n;
	for (uint32_t i = n; v && i-- > 0; e = e->branches[0].v[0]) {
		v[i].node = e;
		v[i].rhs = operand_of(e, true);
		if (i) {
			v[i].lhs_end = body_end(&e->branches[0]);
			continue;
		}
		*first = operand_of(e, false);
		v[i].lhs_end = operand_end(first);
		break;
	}
	return v;
}

const struct sw_rego_expr *fmt_logical_lead(const struct sw_rego_expr *e)
{
	while (continues(e))
		e = e->branches[0].v[0];
	struct operand o = operand_of(e, false);
	return o.explicit_body || o.parens ? NULL : o.body->v[0];
}

static enum fmt_result write_operand(struct fmt_writer *w, const struct operand *o, struct fmt_comments *c)
{
	enum fmt_result r;
	if (!o->explicit_body) {
		fmt_put(w, o->parens ? "(" : "");
		r = fmt_expr(w, o->body->v[0], c);
		fmt_put(w, o->parens ? ")" : "");
		return r;
	}
	if (!o->body->n) {
		fmt_put(w, "{}");
		return FMT_OK;
	}
	if (fmt_is_union_expr(o->body->v[0]))
		w->paren_expr = o->body->v[0];
	fmt_put(w, "{");
	r = fmt_braced_body(w, '{', '}', o->body, &o->brace, &o->brace, c);
	if (r == FMT_FAIL)
		return r;
	if (o->body->v[o->body->n - 1]->loc.row == o->brace.row)
		fmt_put(w, " ");
	fmt_put(w, "}");
	return FMT_OK;
}

static bool breaks_line(const struct step *s)
{
	uint32_t row = s->rhs.explicit_body ? s->rhs.brace.row : s->rhs.body->n ? s->rhs.body->v[0]->loc.row : 0;
	return row && (int64_t)row > s->lhs_end;
}

enum fmt_result fmt_logical(struct fmt_writer *w, const struct sw_rego_expr *e, struct fmt_comments *c)
{
	struct operand first = {0};
	uint32_t n;
	struct step *v = flatten(w, e, &n, &first);
	bool indented = false;
	if (!v) {
		w->fail = "out of memory";
		return FMT_FAIL;
	}
	enum fmt_result r = write_operand(w, &first, c);
	for (uint32_t i = 0; r != FMT_FAIL && i < n; i++) {
		fmt_put(w, v[i].node->is_or ? " or" : " and");
		if (breaks_line(&v[i])) {
			w->level += !indented;
			indented = true;
			fmt_end_line(w);
			fmt_start_line(w);
		} else {
			fmt_put(w, " ");
		}
		r = write_operand(w, &v[i].rhs, c);
	}
	if (indented)
		w->level--;
	return r == FMT_FAIL ? r : FMT_OK;
}
