/* SPDX-License-Identifier: Apache-2.0 */
/* Terms: scalars, refs, calls, collections, comprehensions, and infix operators by precedence. */
#include "rego/parse/impl.h"

/* ---- terms read before, by offset ---- */

static bool cache_lookup(struct parser *p, struct sw_rego_term **ret)
{
	size_t at = p->s.loc.offset;
	for (struct pcache *c = p->cache; c && c->offset >= at; c = c->next) {
		if (c->offset == at) {
			p->s = c->post;
			*ret = c->term;
			return true;
		}
	}
	return false;
}

static void cache_push(struct parser *p, struct sw_rego_term *t, size_t offset)
{
	struct pcache *c = p->cache;
	while (c && c->offset >= offset) { /* what lies inside is done with */
		struct pcache *next = c->next;
		if (!p->cache_hold) {
			c->next = p->cache_free;
			p->cache_free = c;
		}
		c = next;
	}
	struct pcache *n = p->cache_free;
	if (n)
		p->cache_free = n->next;
	else
		n = sw_arena_alloc(p->arena, sizeof(*n));
	p->cache = c;
	if (!n)
		return;
	*n = (struct pcache){.next = c, .offset = offset, .term = t, .post = p->s};
	p->cache = n;
}

/* ---- names, refs, calls ---- */

struct sw_rego_term *parse_var(struct parser *p)
{
	bool wild = sw_str_is(p->s.lit, "_");
	return p_var(p, wild ? p_wildcard(p) : p->s.lit, &p->s.loc);
}

static struct sw_rego_term *parse_infix_in_list(struct parser *p);

static bool parse_term_list(struct parser *p, enum sw_rego_tok end, struct sw_rego_terms *r)
{
	if (p->s.tok == end)
		return true;
	for (;;) {
		if (!p_add(p, r, parse_infix_in_list(p)))
			return false;
		if (p->s.tok == end)
			return true;
		if (p->s.tok != SW_TOK_COMMA) {
			p_illegal(p, "expected \"%s\" or \"%s\"", sw_rego_tok_name(SW_TOK_COMMA),
				sw_rego_tok_name(end));
			return false;
		}
		p_scan(p);
		if (p->s.tok == end)
			return true;
	}
}

static bool is_set_constructor(const struct sw_rego_term *op)
{
	return op->kind == SW_REGO_REF && op->items.n == 1 && p_term_is_var(op->items.v[0], "set");
}

static struct sw_rego_term *parse_call_args(struct parser *p, struct sw_rego_term *op, size_t offset)
{
	struct sw_rego_term *call;
	p_scan(p); /* ( */
	if (p->s.tok == SW_TOK_RPAREN && is_set_constructor(op)) {
		call = p_term(p, SW_REGO_SET, &op->loc);
	} else {
		call = p_term(p, SW_REGO_CALL, &op->loc);
		if (!call || !p_add(p, &call->items, op) ||
			!parse_term_list(p, SW_TOK_RPAREN, &call->items))
			return NULL;
	}
	if (!call)
		return NULL;
	size_t end = p->s.tok_end;
	p_scan_ws(p);
	call->loc = p_span(p, &op->loc, offset, end);
	return call;
}

static struct sw_rego_term *parse_call(struct parser *p, struct sw_rego_term *op, size_t offset)
{
	if (!p_enter(p))
		return NULL;
	struct sw_rego_term *t = op ? parse_call_args(p, op, offset) : NULL;
	p_leave(p);
	return t;
}

static bool can_head_ref(const struct sw_rego_term *t)
{
	return t->kind != SW_REGO_SCALAR && t->kind != SW_REGO_REF && t->kind != SW_REGO_TEMPLATE_STRING;
}

static bool parse_dot(struct parser *p, struct sw_rego_term *ref)
{
	p_scan_ws(p);
	if (p->s.tok != SW_TOK_IDENT && !p_is_ref_keyword(p, p->s.tok)) {
		p_illegal(p, "expected %s", sw_rego_tok_name(SW_TOK_IDENT));
		return false;
	}
	if (!p_add(p, &ref->items, p_string(p, p->s.lit, &p->s.loc)))
		return false;
	p_scan_ws(p);
	return true;
}

static bool parse_bracket(struct parser *p, struct sw_rego_term *ref)
{
	p_scan(p);
	struct sw_rego_term *t = parse_infix(p);
	if (!t)
		return false;
	if (p->s.tok != SW_TOK_RBRACK) {
		p_illegal(p, "expected %s", sw_rego_tok_name(SW_TOK_LBRACK));
		return false;
	}
	if (!p_add(p, &ref->items, t))
		return false;
	p_scan_ws(p);
	return true;
}

/* The ref so far is called; what follows the call may go on as a ref on its result. */
static struct sw_rego_term *parse_ref_call(struct parser *p, struct sw_rego_term *ref,
	const struct sw_rego_loc *loc, size_t offset)
{
	ref->loc = p_span(p, loc, offset, p->s.loc.offset);
	struct sw_rego_term *t = parse_call(p, ref, offset);
	if (t && p->s.tok == SW_TOK_WHITESPACE)
		p_scan(p);
	else if (t && (p->s.tok == SW_TOK_DOT || p->s.tok == SW_TOK_LBRACK))
		t = parse_ref(p, t, offset);
	if (t)
		t->loc = p_span(p, loc, offset, p->s.last_end);
	return t;
}

static struct sw_rego_term *parse_ref_items(struct parser *p, struct sw_rego_term *ref,
	const struct sw_rego_loc *loc, size_t offset)
{
	for (;;) {
		switch (p->s.tok) {
		case SW_TOK_DOT:
			if (!parse_dot(p, ref))
				return NULL;
			break;
		case SW_TOK_LBRACK:
			if (!parse_bracket(p, ref))
				return NULL;
			break;
		case SW_TOK_LPAREN:
			return parse_ref_call(p, ref, loc, offset);
		default:
			ref->loc = p_span(p, loc, offset, p->s.last_end);
			if (p->s.tok == SW_TOK_WHITESPACE)
				p_scan(p);
			return ref;
		}
	}
}

struct sw_rego_term *parse_ref(struct parser *p, struct sw_rego_term *head, size_t offset)
{
	struct sw_rego_loc loc = head->loc;
	if (!p_enter(p))
		return NULL;
	if (!can_head_ref(head))
		p_error(p, &loc, "illegal ref (head cannot be %s)", p_kind_name(head));
	struct sw_rego_term *ref = p_term(p, SW_REGO_REF, &loc);
	if (ref && p_add(p, &ref->items, head))
		ref = parse_ref_items(p, ref, &loc, offset);
	else
		ref = NULL;
	p_leave(p);
	return ref;
}

static struct sw_rego_term *parse_term_finish(struct parser *p, struct sw_rego_term *head)
{
	size_t offset = p->s.loc.offset;
	p_scan_ws(p);
	if (p->s.tok == SW_TOK_LPAREN || p->s.tok == SW_TOK_DOT || p->s.tok == SW_TOK_LBRACK)
		return parse_ref(p, head, offset);
	if (p->s.tok == SW_TOK_WHITESPACE)
		p_scan(p);
	if (!p_term_is_var(head, "data") && !p_term_is_var(head, "input"))
		return head;
	struct sw_rego_term *ref = p_term(p, SW_REGO_REF, &head->loc);
	return ref && p_add(p, &ref->items, head) ? ref : NULL;
}

/* ---- collections ---- */

bool parse_body(struct parser *p, enum sw_rego_tok end, struct sw_rego_body *ret)
{
	if (!p_enter(p))
		return false;
	bool ok = parse_query(p, false, end, ret);
	p_leave(p);
	return ok;
}

static struct sw_rego_term *finish_list(struct parser *p, struct sw_rego_term *t, enum sw_rego_tok end)
{
	if (!parse_term_list(p, end, &t->items))
		return NULL;
	return t->kind == SW_REGO_SET && !p_dedup_set(p, &t->items) ? NULL : t;
}

/* `head |` was read up to the bar: the body of a comprehension. */
static struct sw_rego_term *parse_comprehension(struct parser *p, enum sw_rego_term_kind kind,
	struct sw_rego_term *head, struct sw_rego_term *val, enum sw_rego_tok end)
{
	struct sw_rego_term *t = p_term(p, kind, NULL);
	p_scan(p);
	if (!t || !p_add(p, &t->items, head) || (val && !p_add(p, &t->items, val)))
		return NULL;
	return parse_body(p, end, &t->body) ? t : NULL;
}

static struct sw_rego_term *parse_array(struct parser *p)
{
	bool comprehension = true;
	struct sw_rego_term *arr = p_term(p, SW_REGO_ARRAY, NULL), *head;
	p_scan(p);
	if (!arr || p->s.tok == SW_TOK_RBRACK)
		return arr;
	if (p->s.tok == SW_TOK_COMMA) { /* [, x] has always been accepted */
		comprehension = false;
		p_scan(p);
	}
	struct pstate s = p->s;
	/* A whole relation cannot be tried first: [1 | 1] would be an `or` call. Comprehensions win. */
	head = parse_term(p);
	if (!head)
		return NULL;
	if (p->s.tok == SW_TOK_RBRACK)
		return p_add(p, &arr->items, head) ? arr : NULL;
	if (p->s.tok == SW_TOK_COMMA) {
		p_scan(p);
		return p_add(p, &arr->items, head) ? finish_list(p, arr, SW_TOK_RBRACK) : NULL;
	}
	if (p->s.tok == SW_TOK_OR && comprehension) {
		struct sw_rego_term *t =
			parse_comprehension(p, SW_REGO_ARRAY_COMP, head, NULL, SW_TOK_RBRACK);
		if (t || p->s.tok != SW_TOK_COMMA)
			return t;
	}
	p->s = s;
	return finish_list(p, arr, SW_TOK_RBRACK);
}

static struct sw_rego_term *parse_set(struct parser *p, const struct pstate *s, struct sw_rego_term *head,
	bool comprehension)
{
	struct sw_rego_term *set = p_term(p, SW_REGO_SET, NULL);
	if (!set)
		return NULL;
	if (p->s.tok == SW_TOK_RBRACE)
		return p_add(p, &set->items, head) ? set : NULL;
	if (p->s.tok == SW_TOK_COMMA) {
		p_scan(p);
		return p_add(p, &set->items, head) ? finish_list(p, set, SW_TOK_RBRACE) : NULL;
	}
	if (comprehension) {
		struct sw_rego_term *t = parse_comprehension(p, SW_REGO_SET_COMP, head, NULL, SW_TOK_RBRACE);
		if (t || p->s.tok != SW_TOK_COMMA)
			return t;
	}
	p->s = *s;
	return finish_list(p, set, SW_TOK_RBRACE);
}

static bool parse_pair_list(struct parser *p, struct sw_rego_terms *r)
{
	while (p->s.tok != SW_TOK_RBRACE) {
		struct sw_rego_term *k = parse_infix_in_list(p), *v;
		if (!k)
			return false;
		if (p->s.tok != SW_TOK_COLON) {
			p_illegal(p, "expected \"%s\"", sw_rego_tok_name(SW_TOK_COLON));
			return false;
		}
		p_scan(p);
		v = parse_infix_in_list(p);
		if (!v || !p_add(p, r, k) || !p_add(p, r, v))
			return false;
		if (p->s.tok == SW_TOK_RBRACE)
			return true;
		if (p->s.tok != SW_TOK_COMMA) {
			p_illegal(p, "expected \"%s\" or \"%s\"", sw_rego_tok_name(SW_TOK_COMMA),
				sw_rego_tok_name(SW_TOK_RBRACE));
			return false;
		}
		p_scan(p);
	}
	return true;
}

static struct sw_rego_term *parse_object_finish(struct parser *p, struct sw_rego_term *k,
	struct sw_rego_term *v, bool comprehension)
{
	struct sw_rego_term *obj;
	if (p->s.tok == SW_TOK_OR) {
		if (comprehension)
			return parse_comprehension(p, SW_REGO_OBJECT_COMP, k, v, SW_TOK_RBRACE);
		p_illegal(p, "non-terminated object");
		return NULL;
	}
	obj = p_term(p, SW_REGO_OBJECT, NULL);
	if (!obj || !p_add(p, &obj->items, k) || !p_add(p, &obj->items, v))
		return NULL;
	if (p->s.tok == SW_TOK_COMMA) {
		p_scan(p);
		if (!parse_pair_list(p, &obj->items))
			return NULL;
	}
	return obj;
}

static struct sw_rego_term *parse_object(struct parser *p, struct sw_rego_term *k, bool comprehension)
{
	p_scan(p); /* : */
	struct pstate s = p->s;
	struct sw_rego_term *v = parse_term(p), *t;
	if (!v)
		return NULL;
	if (comprehension && (p->s.tok == SW_TOK_RBRACE || p->s.tok == SW_TOK_COMMA))
		return parse_object_finish(p, k, v, true);
	if (comprehension && p->s.tok == SW_TOK_OR) {
		t = parse_object_finish(p, k, v, true);
		if (t)
			return t;
	}
	p->s = s;
	v = parse_infix_in_list(p);
	if (!v)
		return NULL;
	if (p->s.tok == SW_TOK_RBRACE || p->s.tok == SW_TOK_COMMA)
		return parse_object_finish(p, k, v, false);
	p_illegal(p, "non-terminated object");
	return NULL;
}

static struct sw_rego_term *parse_set_or_object(struct parser *p)
{
	bool comprehension = true;
	p_scan(p);
	if (p->s.tok == SW_TOK_RBRACE)
		return p_term(p, SW_REGO_OBJECT, NULL);
	if (p->s.tok == SW_TOK_COMMA) {
		comprehension = false;
		p_scan(p);
	}
	struct pstate s = p->s;
	struct sw_rego_term *head = parse_term(p);
	if (!head)
		return NULL;
	if (p->s.tok == SW_TOK_RBRACE || p->s.tok == SW_TOK_COMMA || (p->s.tok == SW_TOK_OR && comprehension))
		return parse_set(p, &s, head, comprehension);
	if (p->s.tok == SW_TOK_COLON)
		return parse_object(p, head, comprehension);
	p->s = s;
	head = parse_infix_in_list(p);
	if (!head)
		return NULL;
	if (p->s.tok == SW_TOK_RBRACE || p->s.tok == SW_TOK_COMMA)
		return parse_set(p, &s, head, false);
	if (p->s.tok == SW_TOK_COLON)
		return parse_object(p, head, comprehension);
	p_illegal(p, "non-terminated set");
	return NULL;
}

/* An array, set, object or comprehension: from its bracket to the closing one, which stays current. */
static struct sw_rego_term *parse_collection(struct parser *p)
{
	struct sw_rego_loc loc = p->s.loc;
	if (!p_enter(p))
		return NULL;
	struct sw_rego_term *t = p->s.tok == SW_TOK_LBRACK ? parse_array(p) : parse_set_or_object(p);
	if (t)
		t->loc = p_span(p, &loc, loc.offset, p->s.tok_end);
	p_leave(p);
	return t;
}

/* ---- single terms ---- */

static struct sw_rego_term *parse_parens(struct parser *p)
{
	size_t offset = p->s.loc.offset;
	p_scan(p);
	struct sw_rego_term *t = parse_infix(p);
	if (!t)
		return NULL;
	if (p->s.tok != SW_TOK_RPAREN) {
		p_error(p, &p->s.loc, "non-terminated expression");
		return NULL;
	}
	t->loc.text = p_text(p, offset, p->s.tok_end);
	return t;
}

static struct sw_rego_term *parse_first(struct parser *p)
{
	switch (p->s.tok) {
	case SW_TOK_NULL:
		return p_scalar(p, sw_null(), &p->s.loc);
	case SW_TOK_TRUE:
	case SW_TOK_FALSE:
		return p_scalar(p, sw_bool(p->s.tok == SW_TOK_TRUE), &p->s.loc);
	case SW_TOK_SUB:
	case SW_TOK_DOT:
	case SW_TOK_NUMBER:
		return parse_number(p);
	case SW_TOK_STRING:
		return parse_string(p);
	case SW_TOK_TEMPLATE_PART:
	case SW_TOK_TEMPLATE_END:
		return parse_template(p, false);
	case SW_TOK_RAW_TEMPLATE_PART:
	case SW_TOK_RAW_TEMPLATE_END:
		return parse_template(p, true);
	case SW_TOK_IDENT:
	case SW_TOK_CONTAINS: /* a keyword in rule heads only */
		return parse_var(p);
	case SW_TOK_LBRACK:
	case SW_TOK_LBRACE:
		return parse_collection(p);
	case SW_TOK_LPAREN:
		return parse_parens(p);
	default:
		p_illegal_token(p);
		return NULL;
	}
}

/* A token `and` / `or` in front of a parenthesis where a term is expected is the function of that name. */
static void logical_call_ahead(struct parser *p)
{
	if (p->s.tok != SW_TOK_LOGICAL_AND && p->s.tok != SW_TOK_LOGICAL_OR)
		return;
	struct pstate s = p->s;
	p_scan_ws(p);
	bool call = p->s.tok == SW_TOK_LPAREN;
	p->s = s;
	if (call)
		p->s.tok = SW_TOK_IDENT;
}

/* `-x` is minus(0, x); `-1` is a number. Steps over the sign in the first case. */
static bool unary_minus(struct parser *p)
{
	if (p->s.tok != SW_TOK_SUB)
		return false;
	struct pstate s = p->s;
	p_scan(p);
	if (p->s.tok == SW_TOK_IDENT || p->s.tok == SW_TOK_CONTAINS)
		return true;
	p->s = s;
	return false;
}

static struct sw_rego_term *op_term(struct parser *p, const char *name, const char *member,
	const struct sw_rego_loc *loc)
{
	struct sw_rego_term *op = p_term(p, SW_REGO_REF, loc);
	if (!op || !p_add(p, &op->items, p_var(p, sw_str_from(name), loc)))
		return NULL;
	if (member && !p_add(p, &op->items, p_string(p, sw_str_from(member), loc)))
		return NULL;
	return op;
}

static struct sw_rego_term *call_of(struct parser *p, struct sw_rego_term *op, struct sw_rego_term *x,
	struct sw_rego_term *y, struct sw_rego_term *z)
{
	struct sw_rego_term *call = p_term(p, SW_REGO_CALL, NULL);
	if (!call || !p_add(p, &call->items, op) || !p_add(p, &call->items, x) ||
		!p_add(p, &call->items, y) || (z && !p_add(p, &call->items, z)))
		return NULL;
	return call;
}

static struct sw_rego_term *negate(struct parser *p, struct sw_rego_term *t, const struct sw_rego_loc *loc)
{
	struct sw_rego_term *op = op_term(p, "minus", NULL, NULL);
	struct sw_rego_term *call = call_of(p, op, p_scalar(p, sw_int(0), loc), t, NULL);
	if (call)
		call->loc = p_span(p, loc, loc->offset, p->s.last_end);
	return call;
}

struct sw_rego_term *parse_term(struct parser *p)
{
	struct sw_rego_term *t = NULL;
	if (!p_enter(p))
		return NULL;
	if (cache_lookup(p, &t)) {
		p_leave(p);
		return t;
	}
	struct sw_rego_loc start = p->s.loc;
	logical_call_ahead(p);
	bool minus = unary_minus(p);
	t = parse_first(p);
	if (t)
		t = parse_term_finish(p, t);
	if (t && minus)
		t = negate(p, t, &start);
	cache_push(p, t, start.offset);
	p_leave(p);
	return t;
}

/* ---- infix operators: relations, |, &, + -, * / %, in rising precedence ---- */

enum level { REL, OR, AND, ARITH, FACTOR };

static int level_of(enum sw_rego_tok t)
{
	switch (t) {
	case SW_TOK_EQUAL:
	case SW_TOK_NEQ:
	case SW_TOK_LT:
	case SW_TOK_GT:
	case SW_TOK_LTE:
	case SW_TOK_GTE:
		return REL;
	case SW_TOK_OR:
		return OR;
	case SW_TOK_AND:
		return AND;
	case SW_TOK_ADD:
	case SW_TOK_SUB:
		return ARITH;
	case SW_TOK_MUL:
	case SW_TOK_QUO:
	case SW_TOK_REM:
		return FACTOR;
	default:
		return -1;
	}
}

static struct sw_rego_term *op_here(struct parser *p)
{
	struct sw_rego_term *op = op_term(p, sw_rego_tok_name(p->s.tok), NULL, &p->s.loc);
	p_scan(p);
	return op;
}

static struct sw_rego_term *parse_binary(struct parser *p, int min, size_t offset)
{
	uint32_t depth = p->depth;
	struct sw_rego_term *lhs = parse_term(p), *rhs;
	for (int level = FACTOR; lhs && level >= min; level--) {
		while (level_of(p->s.tok) == level) {
			/* A chain nests to the left: every link is one level deeper. */
			if (!p_enter(p)) {
				p->depth = depth;
				return NULL;
			}
			struct sw_rego_term *op = op_here(p);
			rhs = level == FACTOR ? parse_term(p) : parse_binary(p, level + 1, p->s.loc.offset);
			if (!rhs)
				break; /* the error is recorded; looser operators may still follow */
			struct sw_rego_term *call = call_of(p, op, lhs, rhs, NULL);
			if (!call)
				break;
			call->loc = p_span(p, &lhs->loc, offset, p->s.last_end);
			lhs = call;
		}
	}
	p->depth = depth;
	return lhs;
}

static struct sw_rego_term *op_member(struct parser *p, const char *name)
{
	if (p->s.tok != SW_TOK_IN)
		return NULL;
	struct sw_rego_term *op = op_term(p, "internal", name, &p->s.loc);
	p_scan(p);
	return op;
}

static struct sw_rego_term *member_call(struct parser *p, struct sw_rego_term *op, struct sw_rego_term *lhs,
	struct sw_rego_term *mhs, size_t offset)
{
	struct sw_rego_term *rhs = parse_binary(p, REL, p->s.loc.offset), *call;
	if (!rhs)
		return NULL;
	call = mhs ? call_of(p, op, lhs, mhs, rhs) : call_of(p, op, lhs, rhs, NULL);
	if (call)
		call->loc = p_span(p, &lhs->loc, offset, p->s.last_end);
	return call;
}

/* `k, v in xs`: NULL, with nothing read, when the comma is not of that form. */
static struct sw_rego_term *parse_key_val_in(struct parser *p, struct sw_rego_term *lhs, size_t offset)
{
	struct pstate s = p->s;
	p_scan(p);
	struct sw_rego_term *mhs = parse_binary(p, REL, offset), *op, *call = NULL;
	if (mhs && (op = op_member(p, "member_3")))
		call = member_call(p, op, lhs, mhs, offset);
	if (!call)
		p->s = s;
	return call;
}

/* `in` is special: beside `x in xs` there is `k, v in xs` with a second left side. */
static struct sw_rego_term *parse_in(struct parser *p, bool key_val)
{
	size_t offset = p->s.loc.offset;
	uint32_t depth = p->depth;
	struct sw_rego_term *lhs = parse_binary(p, REL, offset), *op, *call;
	while (lhs && p_enter(p)) {
		call = NULL;
		if (key_val && p->s.tok == SW_TOK_COMMA)
			call = parse_key_val_in(p, lhs, offset);
		if (!call) {
			p_scan_ahead_ref(p);
			op = op_member(p, "member_2");
			call = op ? member_call(p, op, lhs, NULL, offset) : NULL;
		}
		if (!call)
			break;
		lhs = call;
		if (p->s.tok != SW_TOK_IN)
			break;
	}
	p->depth = depth;
	return lhs;
}

struct sw_rego_term *parse_infix(struct parser *p)
{
	return parse_in(p, true);
}

/* the comma separates */
static struct sw_rego_term *parse_infix_in_list(struct parser *p)
{
	return parse_in(p, false);
}
