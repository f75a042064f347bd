/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: heads, bodies, chained bodies, else. */
#include "base/cleanup.h"
#include "rego/parse/impl.h"

/* ---- keywords as rule names ---- */

#define T(tok) (1ull << SW_TOK_##tok)
#define NAME_FOLLOWERS (T(ASSIGN) | T(UNIFY) | T(IF) | T(CONTAINS) | T(LPAREN))

/* The tokens that, behind a keyword, make the statement a rule declaration beyond doubt. */
static uint64_t rule_name_followers(enum sw_rego_tok t)
{
	switch (t) {
	case SW_TOK_EVERY:
	case SW_TOK_IF:
	case SW_TOK_IN:
	case SW_TOK_SOME:
	case SW_TOK_AS:
		return NAME_FOLLOWERS;
	case SW_TOK_PACKAGE: /* their paths may be named after keywords: package contains */
	case SW_TOK_IMPORT:
		return T(ASSIGN) | T(UNIFY) | T(LPAREN);
	case SW_TOK_NOT: /* not (x) is a negation, or(x, y) a union */
	case SW_TOK_LOGICAL_AND:
	case SW_TOK_LOGICAL_OR:
		return NAME_FOLLOWERS & ~T(LPAREN);
	case SW_TOK_CONTAINS: /* a name everywhere but in heads */
		return T(IF) | T(CONTAINS);
	default:
		return 0;
	}
}

bool error_keyword_rule_name(struct parser *p, bool is_default)
{
	uint64_t followers = rule_name_followers(p->s.tok);
	struct sw_rego_loc loc = p->s.loc;
	const char *keyword = sw_rego_tok_name(p->s.tok);
	if (!followers)
		return false;
	if (!is_default) {
		struct pstate s = p->s;
		p_scan(p);
		enum sw_rego_tok next = p->s.tok;
		p->s = s;
		if (!(followers & 1ull << next))
			return false;
	}
	p_error(p, &loc, "%s keyword cannot be used for rule name", keyword);
	return true;
}

/* ---- heads ---- */

struct sw_rego_head *p_head(struct parser *p, struct sw_rego_term *ref)
{
	struct sw_rego_head *h = sw_arena_new(p->arena, struct sw_rego_head);
	if (!h || !ref)
		return NULL;
	h->ref = ref;
	if (ref->items.n < 2)
		h->opa_name = ref->items.v[0]->name;
	return h;
}

struct sw_rego_rule *p_rule(struct parser *p, const struct sw_rego_loc *loc)
{
	struct sw_rego_rule *r = sw_arena_new(p->arena, struct sw_rego_rule);
	if (r)
		r->loc = *loc;
	return r;
}

static bool constant(const struct sw_rego_term *t)
{
	uint32_t i = 0;
	if (t->kind == SW_REGO_SCALAR)
		return true;
	if (t->kind != SW_REGO_ARRAY && t->kind != SW_REGO_SET && t->kind != SW_REGO_OBJECT)
		return t->kind == SW_REGO_TEMPLATE_STRING && p_ground(t);
	for (; i < t->items.n; i++)
		if (!constant(t->items.v[i]))
			return false;
	return true;
}

void p_rule_kind(struct sw_rego_rule *r)
{
	struct sw_rego_head *h = r->head;
	const struct sw_rego_terms *ref = &h->ref->items;
	bool dynamic = false;
	for (uint32_t i = 1; i < ref->n; i++)
		dynamic |= !constant(ref->v[i]);
	h->key = NULL;
	if (h->args.n) {
		r->kind = SW_REGO_FUNCTION;
	} else if (!h->value && h->opa_key) {
		r->kind = SW_REGO_PARTIAL_SET;
		h->key = h->opa_key;
	} else if (dynamic) {
		r->kind = SW_REGO_PARTIAL_OBJECT;
		h->key = ref->v[ref->n - 1];
	} else {
		r->kind = SW_REGO_COMPLETE;
	}
}

static struct sw_rego_term *finish_head_name(struct parser *p, struct sw_rego_term *name)
{
	size_t offset = p->s.loc.offset;
	p_scan_ws(p);
	switch (p->s.tok) {
	case SW_TOK_ADD:
	case SW_TOK_SUB:
	case SW_TOK_MUL:
	case SW_TOK_QUO:
	case SW_TOK_REM:
	case SW_TOK_AND:
	case SW_TOK_OR:
	case SW_TOK_EQUAL:
	case SW_TOK_NEQ:
	case SW_TOK_GT:
	case SW_TOK_GTE:
	case SW_TOK_LT:
	case SW_TOK_LTE:
		p_illegal_token(p);
		break;
	case SW_TOK_WHITESPACE:
		p_scan(p);
		break;
	default:
		break;
	}
	if (p->s.tok == SW_TOK_LPAREN || p->s.tok == SW_TOK_DOT || p->s.tok == SW_TOK_LBRACK)
		return parse_ref(p, name, offset);
	struct sw_rego_term *ref = p_term(p, SW_REGO_REF, &name->loc);
	return ref && p_add(p, &ref->items, name) ? ref : NULL;
}

/* name, name.ref[…], name(args) */
static struct sw_rego_head *parse_head_name(struct parser *p)
{
	struct sw_rego_term *t = parse_var(p), *ref;
	struct sw_rego_head *h;
	if (!t)
		return NULL;
	t = finish_head_name(p, t);
	if (!t) {
		p_illegal(p, "expected rule head name");
		return NULL;
	}
	if (t->kind != SW_REGO_CALL && t->kind != SW_REGO_REF)
		return NULL;
	ref = t->kind == SW_REGO_CALL ? t->items.v[0] : t;
	if (ref->items.v[0]->kind != SW_REGO_VAR) {
		sw_autobuf b;
		sw_buf_init(&b, 1 << 20);
		sw_rego_term_print(&b, ref);
		if (t->kind == SW_REGO_CALL)
			p_illegal(p, "rule head ref %.*s invalid", SW_STR_ARG(sw_buf_str(&b)));
		return NULL;
	}
	h = p_head(p, ref);
	for (uint32_t i = 1; h && t->kind == SW_REGO_CALL && i < t->items.n; i++)
		if (!p_add(p, &h->args, t->items.v[i]))
			return NULL;
	return h;
}

static void illegal_value(struct parser *p, const struct sw_rego_head *h, bool is_default, bool unify)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_rego_term_print(&b, h->ref);
	struct sw_str name = sw_buf_str(&b);
	if (unify)
		p_illegal(p, "expected rule value term (e.g., %.*s[<nil>] = <VALUE> { ... })", SW_STR_ARG(name));
	else if (h->args.n)
		p_illegal(p, "expected function value term (e.g., %.*s(...) := <VALUE> { ... })", SW_STR_ARG(name));
	else if (is_default)
		p_illegal(p, "expected default rule value term (e.g., default %.*s := <VALUE>)", SW_STR_ARG(name));
	else
		p_illegal(p, "expected rule value term (e.g., %.*s := <VALUE> { ... })", SW_STR_ARG(name));
}

static void parse_contains_key(struct parser *p, struct sw_rego_head *h, bool is_call)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_rego_term_print(&b, h->ref);
	struct sw_str name = sw_buf_str(&b);
	h->has_contains = true;
	if (is_call)
		p_illegal(p,
			"the contains keyword can only be used with multi-value rule definitions (e.g., %.*s contains "
			"<VALUE> { ... })",
			SW_STR_ARG(name));
	p_scan(p);
	h->opa_key = parse_infix(p);
	if (!h->opa_key)
		p_illegal(p, "expected rule key term (e.g., %.*s contains <VALUE> { ... })", SW_STR_ARG(name));
}

/* The value `true` of a head without one; it has a place only where OPA gives it one. */
static bool generate_value(struct parser *p, struct sw_rego_head *h, const struct sw_rego_loc *loc)
{
	h->generated_value = true;
	h->value = p_scalar(p, sw_bool(true), loc);
	if (h->value)
		h->value->generated = true;
	return h->value != NULL;
}

static struct sw_rego_head *parse_head(struct parser *p, bool is_default)
{
	struct sw_rego_loc loc = p->s.loc;
	struct sw_rego_head *h = parse_head_name(p);
	if (!h)
		return NULL;
	enum sw_rego_tok tok = p->s.tok;
	if (tok == SW_TOK_CONTAINS) {
		parse_contains_key(p, h, h->args.n > 0);
	} else if (tok == SW_TOK_UNIFY || tok == SW_TOK_ASSIGN) {
		h->assign = tok == SW_TOK_ASSIGN;
		p_scan(p);
		h->value = parse_infix(p);
		if (!h->value)
			illegal_value(p, h, is_default, tok == SW_TOK_UNIFY);
	}
	h->loc = p_extend(p, &loc);
	if (!h->value && !h->has_contains && (h->ref->items.n != 2 || h->args.n) && !generate_value(p, h, NULL))
		return NULL;
	return h;
}

/* ---- default rules ---- */

static void check_default_value(struct parser *p, const struct sw_rego_rule *r, const struct sw_rego_term *t,
	bool *ok)
{
	switch ((enum sw_rego_term_kind)t->kind) {
	case SW_REGO_REF:
	case SW_REGO_VAR:
	case SW_REGO_CALL:
		p_error(p, &r->loc, "illegal default rule (value cannot contain %s)", p_kind_name(t));
		*ok = false;
		return;
	case SW_REGO_TEMPLATE_STRING:
	case SW_REGO_ARRAY:
	case SW_REGO_SET:
	case SW_REGO_OBJECT:
		for (uint32_t i = 0; i < t->items.n; i++)
			if (t->items.v[i])
				check_default_value(p, r, t->items.v[i], ok);
		return;
	default:
		return;
	}
}

static bool check_default_args(struct parser *p, const struct sw_rego_rule *r)
{
	const struct sw_rego_terms *args = &r->head->args;
	bool ok = true;
	for (uint32_t i = 0; i < args->n; i++) {
		const struct sw_rego_term *t = args->v[i];
		if (t->kind != SW_REGO_VAR) {
			p_error(p, &r->loc, "illegal default rule (arguments cannot contain %s)", p_kind_name(t));
			ok = false;
			continue;
		}
		for (uint32_t k = 0; k < i; k++) {
			if (args->v[k]->kind == SW_REGO_VAR && sw_str_eq(args->v[k]->name, t->name)) {
				p_error(p, &r->loc, "illegal default rule (arguments cannot be repeated %.*s)",
					SW_STR_ARG(t->name));
				ok = false;
				break;
			}
		}
	}
	return ok;
}

static bool check_default(struct parser *p, struct sw_rego_rule *r)
{
	bool ok = true;
	if (!r->head->value) {
		p_error(p, &r->loc, "illegal default rule (must have a value)");
		return false;
	}
	check_default_value(p, r, r->head->value, &ok);
	return ok && check_default_args(p, r) && p_true_body(p, &r->body, &r->loc);
}

/* ---- copies of a head ---- */

static struct sw_rego_term *copy_opt(struct parser *p, const struct sw_rego_term *t, bool *ok)
{
	struct sw_rego_term *c = t ? sw_rego_term_copy(p->arena, t) : NULL;
	*ok = *ok && (!t || c);
	return c;
}

/* Wildcards among the arguments become fresh ones. */
static struct sw_rego_head *copy_head(struct parser *p, const struct sw_rego_head *from)
{
	struct sw_rego_head *h = sw_arena_new(p->arena, struct sw_rego_head);
	bool ok = h != NULL;
	if (!ok)
		return NULL;
	*h = *from;
	h->ref = copy_opt(p, from->ref, &ok);
	h->opa_key = copy_opt(p, from->opa_key, &ok);
	h->value = copy_opt(p, from->value, &ok);
	h->args = (struct sw_rego_terms){0};
	for (uint32_t i = 0; ok && i < from->args.n; i++) {
		struct sw_rego_term *arg = copy_opt(p, from->args.v[i], &ok);
		if (arg && arg->kind == SW_REGO_VAR && arg->name.n && arg->name.p[0] == '$')
			arg->name = p_wildcard(p);
		ok = ok && p_add(p, &h->args, arg);
	}
	return ok ? h : NULL;
}

static void relocate_head(struct sw_rego_head *h, const struct sw_rego_loc *loc)
{
	h->loc = *loc; /* the ref keeps its places */
	if (h->opa_key)
		sw_rego_term_relocate(h->opa_key, loc);
	if (h->value)
		sw_rego_term_relocate(h->value, loc);
	for (uint32_t i = 0; i < h->args.n; i++)
		sw_rego_term_relocate(h->args.v[i], loc);
}

/* ---- else ---- */

static bool parse_else_value(struct parser *p, struct sw_rego_rule *r)
{
	struct sw_rego_head *h = r->head;
	p_scan(p);
	switch (p->s.tok) {
	case SW_TOK_LBRACE:
	case SW_TOK_IF:
		return generate_value(p, h, NULL);
	case SW_TOK_ASSIGN:
	case SW_TOK_UNIFY:
		h->assign = p->s.tok == SW_TOK_ASSIGN;
		p_scan(p);
		h->value = parse_infix(p);
		if (h->value)
			h->loc = p_extend(p, &h->loc);
		return h->value != NULL;
	default:
		p_illegal(p, "expected else value term or rule body");
		return false;
	}
}

static bool parse_else_body(struct parser *p, struct sw_rego_rule *r)
{
	if (p->s.tok != SW_TOK_IF && p->s.tok != SW_TOK_LBRACE) {
		r->generated_body = true;
		return p_true_body(p, &r->body, &r->loc);
	}
	r->head->has_if = p->s.tok == SW_TOK_IF;
	if (r->head->has_if)
		p_scan(p);
	if (p->s.tok == SW_TOK_LBRACE) {
		p_scan(p);
		if (!parse_body(p, SW_TOK_RBRACE, &r->body))
			return false;
		p_scan(p);
		return true;
	}
	if (p->s.tok == SW_TOK_EOF) {
		p_illegal(p, "rule body expected");
		return false;
	}
	if (!p_body_add(p, &r->body, parse_literal(p)))
		return false;
	sw_rego_body_relocate(&r->body, &r->loc);
	return true;
}

static struct sw_rego_rule *parse_one_else(struct parser *p, const struct sw_rego_head *head)
{
	struct sw_rego_rule *r = p_rule(p, &p->s.loc);
	if (!r)
		return NULL;
	r->head = copy_head(p, head);
	if (!r->head)
		return NULL;
	r->head->generated_value = r->head->has_if = r->head->has_contains = false;
	r->head->loc = p->s.loc;
	if (!parse_else_value(p, r) || !parse_else_body(p, r))
		return NULL;
	return r;
}

/* The chain, in a loop: it may be longer than the stack is deep. Texts reach to the chain's end. */
static bool parse_else_chain(struct parser *p, struct sw_rego_rule *first)
{
	struct sw_rego_rule *last = first;
	uint32_t depth = p->depth;
	bool ok = true;
	/* An else without a body is the last one. */
	while (ok && p->s.tok == SW_TOK_ELSE && !last->generated_body) {
		ok = p_enter(p);
		last->else_rule = ok ? parse_one_else(p, first->head) : NULL;
		last = last->else_rule;
		ok = last != NULL;
	}
	p->depth = depth;
	for (struct sw_rego_rule *r = first->else_rule; r; r = r->else_rule) {
		/* A body without braces of its own stands where its rule does. */
		bool shared = r->body.n == 1 && r->body.v[0]->loc.offset == r->loc.offset;
		r->loc = p_extend(p, &r->loc);
		if (shared)
			sw_rego_body_relocate(&r->body, &r->loc);
	}
	return ok;
}

/* ---- bodies ---- */

/* `if` was read: a literal, or { body } where no literal starts with that brace. */
static bool parse_if_body(struct parser *p, struct sw_rego_rule *r)
{
	r->head->has_if = true;
	p_scan(p);
	struct pstate s = p->s;
	bool brace = p->s.tok == SW_TOK_LBRACE;
	struct sw_rego_expr *e = parse_literal(p);
	/* A set is never false or undefined: `p if { true }` has a body and not a set. */
	bool set = e && brace && e->kind == SW_REGO_EXPR_TERM && e->terms.v[0]->kind == SW_REGO_SET;
	if (e && !set)
		return p_body_add(p, &r->body, e);
	if (!brace)
		return false;
	p->s = s;
	p_scan(p);
	if (!parse_body(p, SW_TOK_RBRACE, &r->body))
		return false;
	p_scan(p);
	return true;
}

/* 1: a body was read; 0: the rule ends here without one; -1: this is no rule, or an error. */
static int parse_rule_body(struct parser *p, struct sw_rego_rule *r)
{
	if (p->s.tok == SW_TOK_IF)
		return parse_if_body(p, r) ? 1 : -1;
	if (p->s.tok == SW_TOK_LBRACE) {
		p_scan(p);
		if (!parse_body(p, SW_TOK_RBRACE, &r->body))
			return -1;
		p_scan(p);
		return 1;
	}
	if (!r->head->has_contains)
		return -1;
	if (!p_true_body(p, &r->body, &r->loc))
		return -1;
	r->generated_body = true;
	r->loc = r->head->loc;
	return 0;
}

/* p[x] { … } is a partial set, p[x] if … a single value under p[x]: Rego's history. */
static bool settle_head(struct parser *p, struct sw_rego_head *h)
{
	struct sw_rego_terms *ref = &h->ref->items;
	bool has_if = p->s.tok == SW_TOK_IF;
	if (h->has_contains || ref->n != 2)
		return true;
	const struct sw_rego_term *key = ref->v[1];
	if (has_if) {
		if ((!p_ground(key) || key->kind == SW_REGO_REF) && !h->args.n)
			h->opa_key = ref->v[1];
		if (!h->value)
			return generate_value(p, h, &h->loc);
		h->opa_name = ref->v[0]->name;
	} else if (!h->args.n) {
		h->opa_name = ref->v[0]->name;
		h->opa_key = ref->v[1];
		if (!h->value)
			ref->n = 1;
	}
	return true;
}

static bool check_else(struct parser *p, const struct sw_rego_head *h)
{
	if (h->ref->items.n > 1 && !p_ground(h->ref)) {
		p_error(p, &p->s.loc, "else keyword cannot be used on rules with variables in head");
		return false;
	}
	if (h->opa_key) {
		p_error(p, &p->s.loc, "else keyword cannot be used on multi-value rules");
		return false;
	}
	return true;
}

static bool add_rule_stmt(struct parser *p, struct sw_rego_rule *r, struct sw_rego_rule ***list, uint32_t *n,
	uint32_t *cap)
{
	if (*n == *cap) {
		uint32_t grown = *cap ? *cap * 2 : 4;
		void *v = sw_arena_grow(p->arena, *list, *cap * sizeof(**list), grown * sizeof(**list));
		if (!v)
			return false;
		*list = v;
		*cap = grown;
	}
	(*list)[(*n)++] = r;
	return true;
}

static struct sw_rego_rule *parse_chained(struct parser *p, const struct sw_rego_rule *first)
{
	struct sw_rego_loc loc = p->s.loc;
	struct sw_rego_rule *r = p_rule(p, &loc);
	if (first->else_rule) {
		p_error(p, &loc, "expected else keyword");
		return NULL;
	}
	p_scan(p);
	if (!r || !parse_body(p, SW_TOK_RBRACE, &r->body))
		return NULL;
	p_scan(p);
	r->loc = p_extend(p, &loc);
	r->head = copy_head(p, first->head);
	if (!r->head)
		return NULL;
	relocate_head(r->head, &r->loc);
	return r;
}

static bool push_rules(struct parser *p, struct sw_rego_rule **v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		for (struct sw_rego_rule *r = v[i]; r; r = r->else_rule)
			p_rule_kind(r);
		if (!p_stmt(p, &(struct pstmt){.kind = STMT_RULE, .loc = v[i]->loc, .rule = v[i]}))
			return false;
	}
	return true;
}

static struct sw_rego_rule *parse_rule_start(struct parser *p)
{
	struct sw_rego_rule *r = p_rule(p, &p->s.loc);
	if (!r)
		return NULL;
	p_scan_ahead_ref(p);
	if (p->s.tok == SW_TOK_DEFAULT) {
		p_scan(p);
		r->is_default = true;
		p_scan_ahead_ref(p);
	}
	if (p->s.tok != SW_TOK_IDENT) {
		if (r->is_default)
			error_keyword_rule_name(p, true);
		return NULL;
	}
	r->head = parse_head(p, r->is_default);
	return r->head ? r : NULL;
}

bool parse_rules(struct parser *p)
{
	struct sw_rego_rule **rules = NULL, *r = parse_rule_start(p), *next;
	uint32_t n = 0, cap = 0;
	if (!r)
		return false;
	if (r->is_default)
		return check_default(p, r) && push_rules(p, &r, 1);
	if (!settle_head(p, r->head))
		return false;
	int got = parse_rule_body(p, r);
	if (got <= 0)
		return got == 0 && push_rules(p, &r, 1);
	if (p->s.tok == SW_TOK_ELSE && !p_scan_ahead_ref(p)) {
		if (!check_else(p, r->head) || !parse_else_chain(p, r))
			return false;
	}
	r->loc = p_extend(p, &r->loc);
	if (!add_rule_stmt(p, r, &rules, &n, &cap))
		return false;
	while (p->s.tok == SW_TOK_LBRACE) {
		next = parse_chained(p, r);
		if (!next || !add_rule_stmt(p, next, &rules, &n, &cap))
			return false;
	}
	return push_rules(p, rules, n);
}
