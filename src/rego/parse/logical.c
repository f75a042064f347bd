/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keywords `and`, `or` and the bodies of `not`. In operand position braces hold a body and parentheses
 * group; whatever else starts with a brace there is refused with a hint rather than read one way or the other.
 */
#include "base/cleanup.h"
#include "rego/parse/impl.h"

bool logical_active(const struct parser *p)
{
	return p->s.lex.keywords & (SW_KW_AND | SW_KW_OR);
}

/* The keyword `not`, as opposed to a ref such as not.x. */
bool is_negated(struct parser *p)
{
	if (p->s.tok != SW_TOK_NOT)
		return false;
	struct pstate s = p->s;
	p_scan_ws(p);
	enum sw_rego_tok tok = p->s.tok;
	p->s = s;
	return tok != SW_TOK_DOT && tok != SW_TOK_LBRACK;
}

static bool at_operator(const struct parser *p)
{
	return p->s.tok == SW_TOK_LOGICAL_AND || p->s.tok == SW_TOK_LOGICAL_OR;
}

/* ---- errors ---- */

void error_with_on_operand(struct parser *p, const struct sw_rego_loc *loc, const char *kw)
{
	p_hint(p,
		"Wrap the operand in `(...)` or `{...}` to scope, or move `with` after the `%s` expression to "
		"apply it to the whole expression",
		kw);
	p_error(p, loc, "`with` modifier is not allowed on operand of `%s`", kw);
}

void error_brace_led(struct parser *p, const struct sw_rego_loc *loc, struct sw_str operand, const char *op)
{
	p_hint(p, "wrap the operand to keep the value: `(%.*s) %s ...`", SW_STR_ARG(operand), op);
	p_error(p, loc, "operand of `%s` cannot begin with `{` unless the braces hold a body", op);
}

/* `{ a | b }` as an operand could be a body with a union or a comprehension. */
static bool ambiguous_union(const struct sw_rego_body *b)
{
	const struct sw_rego_expr *e = b->n ? b->v[0] : NULL;
	if (!e || e->kind != SW_REGO_EXPR_CALL || !p_is_call(&e->terms, "or") ||
		!sw_str_is(e->terms.v[0]->loc.text, "|"))
		return false;
	struct sw_str text = sw_str_trim(e->loc.text);
	return !text.n || text.p[0] != '(';
}

static void error_ambiguous_union(struct parser *p, const struct sw_rego_loc *loc,
	const struct sw_rego_body *b, const char *prefix)
{
	sw_autobuf u;
	struct sw_str braces = p_text(p, loc->offset, p->s.last_end);
	const struct sw_rego_loc *e = &b->v[0]->loc;
	size_t rel = e->offset - loc->offset;
	sw_buf_init(&u, 1 << 20);
	if (e->row && e->offset > loc->offset && rel + e->text.n <= braces.n) {
		sw_buf_addstr(&u, sw_str_sub(braces, 0, rel));
		sw_buf_printf(&u, "(%.*s)", SW_STR_ARG(e->text));
		sw_buf_addstr(&u, sw_str_sub(braces, rel + e->text.n, SIZE_MAX));
	} else {
		sw_buf_addstr(&u, braces);
	}
	p_hint(p, "write `%s(%.*s)` for the comprehension, or `%s%.*s` for the set union", prefix,
		SW_STR_ARG(braces), prefix, SW_STR_ARG(sw_buf_str(&u)));
	p_error(p, loc,
		"ambiguous `{ ... | ... }` operand: read as a body holding a set-union expression, not as a "
		"comprehension");
}

static bool is_infix_name(const struct sw_rego_terms *call)
{
	static const char *const names[] = {"eq", "assign", "equal", "neq", "lt", "gt", "lte", "gte", "plus", "minus",
		"mul", "div", "rem", "and", "or", "internal.member_2", NULL};
	for (size_t i = 0; names[i]; i++)
		if (p_is_call(call, names[i]))
			return call->n == 3;
	return call->n == 4 && p_is_call(call, "internal.member_3");
}

/* The value that the leading brace of a term opens: an infix call is printed left operand first. */
static const struct sw_rego_term *brace_led_value(const struct sw_rego_term *t)
{
	while (t->kind == SW_REGO_CALL && is_infix_name(&t->items))
		t = t->items.v[1];
	return t;
}

/* A builtin without a result. */
static bool is_void_call(const struct sw_rego_expr *e)
{
	return !e->negated && e->kind == SW_REGO_EXPR_CALL && p_is_call(&e->terms, "print");
}

static void check_void_operand(struct parser *p, const struct sw_rego_body *b, const char *op)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (!is_void_call(b->v[i]))
			return;
	p_hint(p, "`print` produces no value and always succeeds, so the operand can never fail; move it out of "
		  "the operand, or add an expression that can fail");
	p_error(p, &b->v[0]->loc, "operand of `%s` cannot consist only of calls to `print`", op);
}

/* ---- not ---- */

struct sw_rego_expr *parse_not_of(struct parser *p, struct sw_rego_body *body, bool explicit_body,
	const struct sw_rego_loc *loc)
{
	struct sw_rego_expr *e = p_expr(p, SW_REGO_EXPR_NOT_BODY);
	if (!e)
		return NULL;
	e->body = *body;
	e->explicit_body = explicit_body;
	e->loc = *loc;
	return e;
}

/* The braces may hold a value rather than a body: then that is what to report. */
static bool report_value_operand(struct parser *p, const struct pstate *at_brace, const struct sw_rego_loc *loc)
{
	struct pstate failed = p->s;
	p->s = *at_brace;
	struct sw_rego_term *t = parse_infix(p);
	if (!t) {
		p->s = failed;
		return false;
	}
	struct sw_str operand = p_text(p, loc->offset, p->s.last_end);
	p_hint(p, "write `not (%.*s)` to negate the value, or `not {%.*s}` for a body holding it",
		SW_STR_ARG(operand), SW_STR_ARG(operand));
	p_error(p, loc, "`{...}` in an operand position must contain expression(s), got: %s",
		p_kind_name(brace_led_value(t)));
	return true;
}

struct sw_rego_expr *parse_not_body(struct parser *p, const struct sw_rego_loc *not_loc)
{
	struct sw_rego_loc brace = p->s.loc;
	struct pstate at_brace = p->s;
	struct sw_rego_body body = {0};
	p_scan(p);
	bool empty = p->s.tok == SW_TOK_RBRACE;
	if (!parse_body(p, SW_TOK_RBRACE, &body)) {
		if (!empty)
			report_value_operand(p, &at_brace, &brace);
		return NULL;
	}
	p_scan(p);
	if (ambiguous_union(&body)) {
		error_ambiguous_union(p, &brace, &body, "not ");
		return NULL;
	}
	struct sw_rego_loc loc = p_extend(p, not_loc);
	return parse_not_of(p, &body, true, &loc);
}

/* ---- chains ---- */

struct operand {
	struct sw_rego_body body;
	bool explicit_body;
	struct sw_rego_loc loc;
};

static bool parse_operand(struct parser *p, const char *op, struct operand *ret);

static bool join(struct parser *p, struct operand *lhs, const struct operand *rhs, bool is_or)
{
	const char *op = is_or ? "or" : "and";
	check_void_operand(p, &lhs->body, op);
	check_void_operand(p, &rhs->body, op);
	struct sw_rego_expr *e = p_expr(p, SW_REGO_EXPR_AND_OR);
	struct sw_rego_body *branches = sw_arena_new_array(p->arena, 2, struct sw_rego_body), b = {0};
	if (!e || !branches)
		return false;
	branches[0] = lhs->body;
	branches[1] = rhs->body;
	e->is_or = is_or;
	e->branches = branches;
	e->n_branches = 2;
	e->explicit_lhs = lhs->explicit_body;
	e->explicit_rhs = rhs->explicit_body;
	e->loc = p_extend(p, &lhs->loc);
	if (!p_body_add(p, &b, e))
		return false;
	*lhs = (struct operand){b, false, e->loc};
	return true;
}

static bool parse_and_chain(struct parser *p, struct operand *lhs)
{
	uint32_t depth = p->depth;
	bool ok = true;
	while (ok && p->s.tok == SW_TOK_LOGICAL_AND) {
		struct operand rhs = {0};
		ok = p_enter(p);
		if (ok)
			p_scan(p);
		ok = ok && parse_operand(p, "and", &rhs) && join(p, lhs, &rhs, false);
	}
	p->depth = depth;
	return ok;
}

static struct sw_rego_expr *parse_or_chain(struct parser *p, const struct sw_rego_body *body,
	bool explicit_lhs, const struct sw_rego_loc *loc)
{
	struct operand lhs = {*body, explicit_lhs, *loc};
	uint32_t depth = p->depth;
	bool ok = p_enter(p) && parse_and_chain(p, &lhs);
	while (ok && p->s.tok == SW_TOK_LOGICAL_OR) {
		struct operand rhs = {0};
		ok = p_enter(p);
		if (ok)
			p_scan(p);
		ok = ok && parse_operand(p, "or", &rhs) && parse_and_chain(p, &rhs) && join(p, &lhs, &rhs, true);
	}
	p->depth = depth;
	return ok ? lhs.body.v[0] : NULL;
}

static struct sw_rego_expr *attach_withs(struct parser *p, struct sw_rego_expr *e)
{
	return e && p->s.tok == SW_TOK_WITH && !parse_withs(p, e) ? NULL : e;
}

struct sw_rego_expr *fold_logical_tail(struct parser *p, const struct sw_rego_body *body, bool explicit_body,
	const struct sw_rego_loc *loc)
{
	struct sw_rego_expr *e =
		at_operator(p) ? parse_or_chain(p, body, explicit_body, loc) : body->v[0];
	return attach_withs(p, e);
}

/* ---- operands ---- */

static bool parse_braced(struct parser *p, const char *op, struct operand *ret)
{
	struct pstate at_brace = p->s;
	ret->loc = p->s.loc;
	p_scan(p);
	bool empty = p->s.tok == SW_TOK_RBRACE;
	if (!parse_body(p, SW_TOK_RBRACE, &ret->body)) {
		if (empty || !*op)
			return false;
		struct pstate failed = p->s;
		p->s = at_brace;
		if (parse_infix(p))
			error_brace_led(p, &ret->loc, p_text(p, ret->loc.offset, p->s.last_end), op);
		else
			p->s = failed;
		return false;
	}
	p_scan(p);
	/* Reported, yet handed back: a group that restores takes the error back with it. */
	if (ambiguous_union(&ret->body))
		error_ambiguous_union(p, &ret->loc, &ret->body, "");
	ret->explicit_body = true;
	return true;
}

static bool operand_of(struct parser *p, struct sw_rego_expr *e, struct operand *ret)
{
	*ret = (struct operand){0};
	if (!p_body_add(p, &ret->body, e))
		return false;
	ret->loc = e->loc;
	return true;
}

static bool parse_plain_operand(struct parser *p, bool negated, const struct sw_rego_loc *not_loc,
	struct operand *ret)
{
	struct sw_rego_loc start = p->s.loc;
	struct sw_rego_expr *e = parse_expr(p);
	if (!e)
		return false;
	if (!e->loc.row)
		e->loc = p_extend(p, &start);
	if (negated && p->not_bodies) {
		struct sw_rego_body b = {0};
		struct sw_rego_loc loc = p_extend(p, not_loc);
		if (!p_body_add(p, &b, e))
			return false;
		e = parse_not_of(p, &b, false, &loc);
	} else {
		e->negated = negated;
	}
	return operand_of(p, e, ret);
}

static bool parse_operand(struct parser *p, const char *op, struct operand *ret)
{
	struct sw_rego_loc not_loc = {0};
	if (p->s.tok == SW_TOK_LBRACE)
		return parse_braced(p, op, ret);
	bool negated = is_negated(p);
	if (negated) {
		not_loc = p->s.loc;
		p_scan(p);
	}
	if (negated && p->not_bodies && p->s.tok == SW_TOK_LBRACE)
		return operand_of(p, parse_not_body(p, &not_loc), ret);
	if (p->s.tok == SW_TOK_LPAREN && logical_active(p) && (!negated || p->not_bodies)) {
		struct operand g = {0};
		int r = parse_logical_group(p, true, negated ? "not " : "", &g.body, &g.explicit_body, &g.loc);
		if (r < 0)
			return false;
		if (r > 0 && negated) {
			struct sw_rego_loc loc = p_extend(p, &not_loc);
			return operand_of(p, parse_not_of(p, &g.body, g.explicit_body, &loc), ret);
		}
		if (r > 0) {
			*ret = g;
			return true;
		}
	}
	return parse_plain_operand(p, negated, &not_loc, ret);
}

struct sw_rego_expr *parse_braced_operand(struct parser *p, bool *committed)
{
	struct pstate s = p->s;
	struct pcache *cache = p->cache;
	struct sw_rego_loc loc = p->s.loc;
	struct sw_rego_body body = {0};
	struct sw_rego_expr *e = NULL;
	*committed = false;
	p->cache_hold++;
	p_scan(p);
	if (parse_body(p, SW_TOK_RBRACE, &body)) {
		p_scan(p);
		if (at_operator(p)) {
			/* Only now the braces are known to be an operand and not a rule's body. */
			*committed = true;
			if (ambiguous_union(&body))
				error_ambiguous_union(p, &loc, &body, "");
			else
				e = attach_withs(p, parse_or_chain(p, &body, true, &loc));
		}
	}
	p->cache_hold--;
	if (!*committed) {
		p->s = s;
		p->cache = cache;
	}
	return e;
}

/* ---- groups ---- */

static bool expect_rparen(struct parser *p)
{
	if (p->s.tok != SW_TOK_RPAREN) {
		p_error(p, &p->s.loc, "expected ) to close parenthesized group");
		return false;
	}
	p_scan(p);
	return true;
}

/* `(a with x)`: the modifier is the sole operand's. */
static int group_with(struct parser *p, bool operand, const struct pstate *s, struct operand *lhs)
{
	struct sw_rego_loc with_loc = p->s.loc;
	if (!parse_withs(p, lhs->body.v[0]))
		return -1;
	if (at_operator(p)) {
		error_with_on_operand(p, &with_loc, sw_rego_tok_name(p->s.tok));
		return -1;
	}
	if (!expect_rparen(p))
		return -1;
	if (operand || at_operator(p))
		return 1;
	p->s = *s;
	return 0;
}

/* `({ body })`: parentheses do not wrap a body. Read as a term, where it is one. */
static int group_braces(struct parser *p, const struct pstate *s, const char *prefix, const struct operand *lhs)
{
	struct sw_str braces = p_text(p, lhs->loc.offset, p->s.last_end);
	p->s = *s;
	p_scan(p);
	bool term = parse_term(p) != NULL;
	p->s = *s;
	if (term)
		return 0;
	p_hint(p, "drop the parens to keep the body: `%s%.*s`", prefix, SW_STR_ARG(braces));
	p_error(p, &s->loc, "`(...)` in an operand position cannot contain a body");
	return -1;
}

static int parse_group(struct parser *p, bool operand, const char *prefix, struct operand *lhs)
{
	struct pstate s = p->s;
	p_scan(p); /* ( */
	if (p->s.tok == SW_TOK_RPAREN) {
		if (operand) {
			p_error(p, &s.loc, "empty parenthesized group");
			return -1;
		}
		p->s = s;
		return 0;
	}
	if (!parse_operand(p, "", lhs)) {
		p->s = s;
		return p->exhausted ? -1 : 0;
	}
	const struct sw_rego_expr *only = lhs->body.n == 1 ? lhs->body.v[0] : NULL;
	if (at_operator(p)) {
		struct sw_rego_expr *e = parse_or_chain(p, &lhs->body, lhs->explicit_body, &lhs->loc);
		e = attach_withs(p, e);
		if (!e || !expect_rparen(p))
			return -1;
		return operand_of(p, e, lhs) ? 1 : -1;
	}
	if (p->s.tok == SW_TOK_WITH && !lhs->explicit_body && only)
		return group_with(p, operand, &s, lhs);
	if (lhs->explicit_body)
		return group_braces(p, &s, prefix, lhs);
	if (only && (only->kind == SW_REGO_EXPR_AND_OR || only->negated || only->kind == SW_REGO_EXPR_NOT_BODY))
		return expect_rparen(p) ? 1 : -1;
	p->s = s;
	return 0;
}

int parse_logical_group(struct parser *p, bool operand, const char *prefix, struct sw_rego_body *body,
	bool *ret_explicit, struct sw_rego_loc *ret_loc)
{
	struct operand lhs = {0};
	struct sw_rego_loc open = p->s.loc;
	if (!p_enter(p))
		return -1;
	int r = parse_group(p, operand, prefix, &lhs);
	p_leave(p);
	if (r > 0) {
		*body = lhs.body;
		*ret_explicit = false;
		*ret_loc = p_extend(p, &open);
	}
	return r;
}
