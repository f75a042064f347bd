/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies and the expressions in them. */
#include "rego/parse/impl.h"

/* ---- hints: what would have parsed had the keyword been imported ---- */

struct future {
	struct pstate s;
	struct pcache *cache;
};

/* Try on with every future keyword known; what was read is forgotten by future_end(). */
static struct future future_begin(struct parser *p)
{
	struct future f = {p->s, p->cache};
	p->s.lex.keywords |= SW_KW_ALL_FUTURE;
	p->cache = NULL;
	p->cache_hold++;
	return f;
}

static void future_end(struct parser *p, const struct future *f)
{
	p->s = f->s;
	p->cache = f->cache;
	p->cache_hold--;
}

static bool is_member_call(const struct sw_rego_term *t)
{
	return t && t->kind == SW_REGO_CALL &&
	       (p_is_call(&t->items, "internal.member_2") || p_is_call(&t->items, "internal.member_3"));
}

static bool member_follows(struct parser *p)
{
	struct pstate s = p->s;
	p_scan(p);
	struct future f = future_begin(p);
	bool yes = is_member_call(parse_infix(p));
	future_end(p, &f);
	p->s = s;
	return yes;
}

static void hint_missing_infix(struct parser *p)
{
	const char *kw = "in", *example = "x in xs";
	if (p->s.hints)
		return;
	if (p->s.tok == SW_TOK_IDENT) {
		/* An active keyword has a token of its own: a name means that the import is missing. */
		if (sw_str_is(p->s.lit, "and")) {
			kw = "and";
			example = "x and y";
		} else if (sw_str_is(p->s.lit, "or")) {
			kw = "or";
			example = "x or y";
		} else if (!sw_str_is(p->s.lit, "in")) {
			return;
		}
	} else if (p->s.tok != SW_TOK_COMMA || !member_follows(p)) {
		return;
	}
	p_hint(p, "`import future.keywords.%s` for `%s` expressions", kw, example);
}

/* ---- queries ---- */

bool parse_query(struct parser *p, bool one, enum sw_rego_tok end, struct sw_rego_body *ret)
{
	struct sw_rego_body b = {0};
	if (p->s.tok == end) {
		p_error(p, &p->s.loc, "found empty body");
		return false;
	}
	for (;;) {
		if (!p_body_add(p, &b, parse_literal(p)))
			return false;
		if (p->s.tok == SW_TOK_SEMICOLON) {
			p_scan(p);
			continue;
		}
		if (p->s.tok == end || one) {
			*ret = b;
			return true;
		}
		if (!p->s.skipped_nl) {
			if (!p->s.errors) {
				hint_missing_infix(p);
				p_illegal(p, "expected \\n or %s or %s", sw_rego_tok_name(SW_TOK_SEMICOLON),
					sw_rego_tok_name(end));
			}
			return false;
		}
	}
}

/* ---- with ---- */

static bool parse_with(struct parser *p, struct sw_rego_with *w)
{
	w->loc = p->s.loc;
	p_scan(p);
	if (p->s.tok != SW_TOK_IDENT) {
		p_illegal(p, "expected ident");
		return false;
	}
	w->target = parse_term(p);
	if (!w->target)
		return false;
	if (w->target->kind != SW_REGO_REF && w->target->kind != SW_REGO_VAR)
		p_illegal(p, "expected with target path");
	if (p->s.tok != SW_TOK_AS) {
		p_illegal(p, "expected as keyword");
		return false;
	}
	p_scan(p);
	w->value = parse_infix(p);
	if (!w->value)
		return false;
	w->loc = p_extend(p, &w->loc);
	return true;
}

bool parse_withs(struct parser *p, struct sw_rego_expr *e)
{
	e->n_withs = 0;
	do {
		struct sw_rego_with w = {0}, *v;
		if (!parse_with(p, &w))
			return false;
		v = sw_arena_new_array(p->arena, e->n_withs + 1, struct sw_rego_with);
		if (!v)
			return false;
		if (e->n_withs)
			memcpy(v, e->withs, e->n_withs * sizeof(*v));
		v[e->n_withs] = w;
		e->withs = v;
		e->n_withs++;
	} while (p->s.tok == SW_TOK_WITH);
	return true;
}

/* ---- some ---- */

/* 1: `some … in xs` was read; 0: it is not that; -1: it is, and wrong. */
static int parse_some_in(struct parser *p, struct sw_rego_expr *e)
{
	p_scan(p);
	struct sw_rego_term *t = parse_infix(p);
	if (!t || t->kind != SW_REGO_CALL)
		return 0;
	bool two = p_is_call(&t->items, "internal.member_2");
	if (!two && !p_is_call(&t->items, "internal.member_3")) {
		p_illegal(p, "expected `x in xs` or `x, y in xs` expression");
		return -1;
	}
	if (t->items.n != (two ? 3 : 4)) {
		p_illegal(p, "illegal domain");
		return -1;
	}
	return p_add(p, &e->terms, t) ? 1 : -1;
}

static bool parse_some_vars(struct parser *p, struct sw_rego_expr *e)
{
	do {
		p_scan(p);
		if (p->s.tok != SW_TOK_IDENT) {
			p_illegal(p, "expected var");
			return false;
		}
		if (!p_add(p, &e->terms, parse_var(p)))
			return false;
		p_scan(p);
	} while (p->s.tok == SW_TOK_COMMA);
	return true;
}

static struct sw_rego_expr *parse_some(struct parser *p)
{
	struct sw_rego_expr *e = p_expr(p, SW_REGO_EXPR_SOME);
	struct pstate s = p->s;
	if (!e)
		return NULL;
	e->loc = p->s.loc;
	int r = parse_some_in(p, e);
	if (r < 0)
		return NULL;
	if (r > 0)
		return p->s.tok == SW_TOK_WITH && !parse_withs(p, e) ? NULL : e;
	p->s = s;
	if (p_is_future_keyword(p, SW_KW_IN) && member_follows(p))
		p_hint(p, "`import future.keywords.in` for `some x in xs` expressions");
	return parse_some_vars(p, e) ? e : NULL;
}

/* ---- every ---- */

static bool every_head(struct parser *p, struct sw_rego_expr *e, const struct sw_rego_term *t)
{
	bool two = t->kind == SW_REGO_CALL && p_is_call(&t->items, "internal.member_2");
	bool three = t->kind == SW_REGO_CALL && p_is_call(&t->items, "internal.member_3");
	if (!two && !three) {
		p_illegal(p, "expected `x[, y] in xs { ... }` expression");
		return false;
	}
	if (t->items.n != (two ? 3 : 4)) {
		p_illegal(p, "illegal domain");
		return false;
	}
	e->key = two ? NULL : t->items.v[1];
	e->val = t->items.v[two ? 1 : 2];
	e->domain = t->items.v[two ? 2 : 3];
	if (e->key && e->key->kind != SW_REGO_VAR) {
		p_illegal(p, "expected key to be a variable");
		return false;
	}
	if (e->val->kind != SW_REGO_VAR) {
		p_illegal(p, "expected value to be a variable");
		return false;
	}
	return true;
}

static struct sw_rego_expr *parse_every(struct parser *p)
{
	struct sw_rego_expr *e = p_expr(p, SW_REGO_EXPR_EVERY);
	if (!e)
		return NULL;
	e->loc = p->s.loc;
	p_scan(p);
	struct sw_rego_term *t = parse_infix(p);
	if (!t || !every_head(p, e, t))
		return NULL;
	if (p->s.tok != SW_TOK_LBRACE) {
		p_illegal(p, "missing body");
		return NULL;
	}
	p_scan(p);
	if (!parse_body(p, SW_TOK_RBRACE, &e->body))
		return NULL;
	p_scan(p);
	return p->s.tok == SW_TOK_WITH && !parse_withs(p, e) ? NULL : e;
}

/* ---- expressions ---- */

struct sw_rego_expr *parse_expr(struct parser *p)
{
	struct sw_rego_term *lhs = parse_infix(p), *rhs, *op;
	struct sw_rego_expr *e;
	if (!lhs)
		return NULL;
	if (p->s.tok == SW_TOK_ASSIGN || p->s.tok == SW_TOK_UNIFY) {
		op = p_term(p, SW_REGO_REF, &p->s.loc);
		if (!op || !p_add(p, &op->items, p_var(p, sw_str_from(sw_rego_tok_name(p->s.tok)), &p->s.loc)))
			return NULL;
		p_scan(p);
		rhs = parse_infix(p);
		e = p_expr(p, SW_REGO_EXPR_CALL);
		if (!rhs || !e || !p_add(p, &e->terms, op) || !p_add(p, &e->terms, lhs) ||
			!p_add(p, &e->terms, rhs))
			return NULL;
		return e;
	}
	e = p_expr(p, lhs->kind == SW_REGO_CALL ? SW_REGO_EXPR_CALL : SW_REGO_EXPR_TERM);
	if (!e)
		return NULL;
	if (lhs->kind == SW_REGO_CALL)
		e->terms = lhs->items;
	else if (!p_add(p, &e->terms, lhs))
		return NULL;
	return e;
}

/* A plain name `every` where an every expression would parse: say which import is missing. */
static void hint_every(struct parser *p, const struct sw_rego_expr *e, const struct pstate *start)
{
	if (!p_is_future_keyword(p, SW_KW_EVERY) || e->kind != SW_REGO_EXPR_TERM ||
		!p_term_is_var(e->terms.v[0], "every"))
		return;
	struct pstate now = p->s;
	p->s = *start;
	struct future f = future_begin(p);
	bool would = parse_every(p) != NULL;
	future_end(p, &f);
	p->s = now;
	if (would)
		p_hint(p, "`import future.keywords.every` for `every x in xs { ... }` expressions");
}

/* `not x` as a body of its own, where the keyword `not` was imported; `with` moves to the outer one. */
static struct sw_rego_expr *wrap_negated(struct parser *p, struct sw_rego_expr *e,
	const struct sw_rego_loc *not_loc)
{
	struct sw_rego_body b = {0};
	struct sw_rego_with *withs = e->withs;
	uint32_t n_withs = e->n_withs;
	struct sw_rego_loc loc = p_extend(p, not_loc);
	e->n_withs = 0;
	e->withs = NULL;
	if (!p_body_add(p, &b, e))
		return NULL;
	struct sw_rego_expr *not_expr = parse_not_of(p, &b, false, &loc);
	if (not_expr) {
		not_expr->withs = withs;
		not_expr->n_withs = n_withs;
	}
	return not_expr;
}

static bool is_empty_object(const struct sw_rego_expr *e)
{
	return !e->n_withs && e->kind == SW_REGO_EXPR_TERM && e->terms.v[0]->kind == SW_REGO_OBJECT &&
	       !e->terms.v[0]->items.n;
}

/* The expression is the left operand of and / or. */
static struct sw_rego_expr *logical_after(struct parser *p, struct sw_rego_expr *e, const struct pstate *start,
	const struct sw_rego_loc *with_loc, bool negated)
{
	const char *kw = sw_rego_tok_name(p->s.tok);
	struct sw_rego_body b = {0};
	if (with_loc->row) {
		error_with_on_operand(p, with_loc, kw);
		return NULL;
	}
	if (!e->loc.row)
		e->loc = p_extend(p, &start->loc);
	if (!negated && e->loc.text.n && e->loc.text.p[0] == '{') {
		if (is_empty_object(e))
			p_error(p, &e->loc, "found empty body");
		else
			error_brace_led(p, &e->loc, e->loc.text, kw);
		return NULL;
	}
	struct sw_rego_loc loc = e->loc;
	if (!p_body_add(p, &b, e))
		return NULL;
	return fold_logical_tail(p, &b, false, &loc);
}

static struct sw_rego_expr *parse_literal_expr(
	struct parser *p, bool negated, const struct sw_rego_loc *not_loc)
{
	struct pstate start = p->s;
	struct sw_rego_loc with_loc = {0};
	if (negated && p->not_bodies && p->s.tok == SW_TOK_LPAREN) {
		struct sw_rego_body b = {0}, outer = {0};
		bool explicit_body;
		struct sw_rego_loc loc;
		int r = parse_logical_group(p, true, "not ", &b, &explicit_body, &loc);
		if (r < 0)
			return NULL;
		if (r > 0) {
			loc = p_extend(p, not_loc);
			if (!p_body_add(p, &outer, parse_not_of(p, &b, explicit_body, &loc)))
				return NULL;
			return fold_logical_tail(p, &outer, false, &loc);
		}
	}
	struct sw_rego_expr *e = parse_expr(p);
	if (!e)
		return NULL;
	if (p->s.tok == SW_TOK_WITH) {
		with_loc = p->s.loc;
		if (!parse_withs(p, e))
			return NULL;
	}
	hint_every(p, e, &start);
	if (negated && p->not_bodies)
		e = wrap_negated(p, e, not_loc);
	else
		e->negated = negated;
	if (e && (p->s.tok == SW_TOK_LOGICAL_AND || p->s.tok == SW_TOK_LOGICAL_OR))
		return logical_after(p, e, &start, &with_loc, negated);
	return e;
}

static struct sw_rego_expr *parse_unlocated(struct parser *p)
{
	struct sw_rego_loc not_loc = {0};
	bool committed = false;
	if (p->s.tok == SW_TOK_LBRACE && logical_active(p)) {
		struct sw_rego_expr *e = parse_braced_operand(p, &committed);
		if (committed)
			return e;
	}
	if (p->s.tok == SW_TOK_LPAREN && logical_active(p)) {
		struct sw_rego_body b = {0};
		bool explicit_body;
		struct sw_rego_loc loc;
		int r = parse_logical_group(p, false, "", &b, &explicit_body, &loc);
		if (r)
			return r < 0 ? NULL : fold_logical_tail(p, &b, explicit_body, &loc);
	}
	if (p_scan_ahead_ref(p))
		return parse_literal_expr(p, false, NULL);
	bool negated = is_negated(p);
	if (negated) {
		not_loc = p->s.loc;
		p_scan(p);
	}
	if (negated && p->not_bodies && p->s.tok == SW_TOK_LBRACE) {
		struct sw_rego_body b = {0};
		struct sw_rego_expr *e = parse_not_body(p, &not_loc);
		if (!p_body_add(p, &b, e))
			return NULL;
		struct sw_rego_loc loc = e->loc;
		return fold_logical_tail(p, &b, false, &loc);
	}
	if (negated && (p->s.tok == SW_TOK_SOME || p->s.tok == SW_TOK_EVERY)) {
		p_illegal(p, "illegal negation of '%s'", sw_rego_tok_name(p->s.tok));
		return NULL;
	}
	if (p->s.tok == SW_TOK_SOME)
		return parse_some(p);
	if (p->s.tok == SW_TOK_EVERY)
		return parse_every(p);
	return parse_literal_expr(p, negated, &not_loc);
}

struct sw_rego_expr *parse_literal(struct parser *p)
{
	struct sw_rego_loc loc = p->s.loc;
	struct sw_rego_expr *e = parse_unlocated(p);
	if (!e)
		return NULL;
	e->loc = p_span(p, &loc, loc.offset, p->s.last_end);
	if (e->kind == SW_REGO_EXPR_NOT_BODY && !e->explicit_body)
		for (uint32_t i = 0; i < e->body.n; i++)
			e->body.v[i]->loc = e->loc;
	return e;
}
