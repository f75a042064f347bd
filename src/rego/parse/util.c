/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "rego/parse/impl.h"

#define MAX_ERRORS 4096 /* of one file; the rest is dropped */

/* ---- effort and depth ---- */

static void exhaust(struct parser *p, const char *text)
{
	if (p->exhausted)
		return;
	struct sw_rego_loc loc = p->s.loc;
	p_error(p, &loc, "%s", text);
	p->exhausted = true;
	p->last_errors = p->s.errors;
}

bool p_enter(struct parser *p)
{
	if (++p->depth <= p->max_depth)
		return true;
	p->depth--;
	exhaust(p, "max parsing recursion depth exceeded");
	return false;
}

/* ---- tokens ---- */

struct sw_str p_text(const struct parser *p, size_t offset, size_t end)
{
	struct sw_str bs = p->file->text;
	if (offset < bs.n && end >= offset && end <= bs.n)
		return sw_str_sub(bs, offset, end);
	return (struct sw_str){0};
}

struct sw_rego_loc p_span(const struct parser *p, const struct sw_rego_loc *start, size_t offset, size_t end)
{
	struct sw_rego_loc loc = *start;
	loc.text = p_text(p, offset, end);
	return loc;
}

struct sw_rego_loc p_extend(const struct parser *p, const struct sw_rego_loc *start)
{
	return p_span(p, start, start->offset, p->s.last_end);
}

static void add_comment(struct parser *p, const struct sw_rego_token *t)
{
	struct sw_str text = p->s.loc.text.n ? sw_str_sub(p->s.loc.text, 1, SIZE_MAX)
					     : sw_str_sub(t->lit, 1, SIZE_MAX);
	struct pcomment *c = sw_arena_new(p->arena, struct pcomment);
	if (!c)
		return;
	if (text.n == 1 && text.p[0] == '\r')
		text.n = 0;
	while (text.n > 1 && text.p[text.n - 1] == '\r')
		text.n--;
	c->c = (struct sw_rego_comment){.loc = p->s.loc, .text = text};
	c->prev = p->s.comments;
	p->s.comments = c;
	p->s.n_comments++;
}

static void do_scan(struct parser *p, bool skip_ws, enum sw_rego_lex_mode mode)
{
	struct pstate *s = &p->s;
	struct sw_rego_token t;
	if (s->tok != SW_TOK_WHITESPACE) {
		s->last_end = s->tok_end;
		s->skipped_nl = false;
	}
	if (p->effort == 0 && !p->exhausted)
		exhaust(p, "the text needs too much backtracking to be parsed");
	if (p->exhausted) {
		s->tok = SW_TOK_EOF;
		s->lit = (struct sw_str){0};
		return;
	}
	p->effort--;
	for (;;) {
		sw_rego_lexer_scan(&s->lex, p->file->text, p->arena, mode, &t);
		s->tok = (uint8_t)t.tok;
		s->lit = t.lit;
		s->tok_end = t.end;
		s->loc = (struct sw_rego_loc){.file = p->file,
			.row = t.row,
			.col = t.col,
			.offset = (uint32_t)t.offset,
			.text = p_text(p, t.offset, t.end)};
		for (unsigned i = 0; i < t.n_errors; i++)
			p_error(p, &s->loc, "%s", t.errors[i]);
		if (t.n_errors)
			s->tok = SW_TOK_ILLEGAL;
		if (s->tok == SW_TOK_WHITESPACE) {
			if (t.lit.p[0] == '\n')
				s->skipped_nl = true;
			if (skip_ws)
				continue;
		}
		if (s->tok != SW_TOK_COMMENT)
			return;
		add_comment(p, &t);
	}
}

void p_scan(struct parser *p)
{
	do_scan(p, true, SW_LEX_NORMAL);
}

void p_scan_ws(struct parser *p)
{
	do_scan(p, false, SW_LEX_NORMAL);
}

void p_scan_template(struct parser *p, bool raw)
{
	do_scan(p, false, raw ? SW_LEX_RAW_TEMPLATE : SW_LEX_TEMPLATE);
}

/* ---- errors ---- */

static void write_hints(struct sw_buf *b, const struct phint *hints)
{
	const struct phint *v[8];
	unsigned n = 0;
	for (; hints && n < SW_ARRAY_LEN(v); hints = hints->prev)
		v[n++] = hints;
	if (!n)
		return;
	sw_buf_addz(b, n == 1 ? " (hint: " : " (hints: ");
	for (unsigned i = n; i-- > 0;) {
		sw_buf_addstr(b, v[i]->text);
		if (i)
			sw_buf_addz(b, ", ");
	}
	sw_buf_addch(b, ')');
}

static void error_text(struct parser *p, const struct sw_rego_loc *loc, struct sw_buf *b)
{
	write_hints(b, p->s.hints);
	p->s.hints = NULL;
	if (p->exhausted || p->s.n_errors >= MAX_ERRORS)
		return;
	struct perror *e = sw_arena_new(p->arena, struct perror);
	if (!e)
		return;
	e->loc = *loc;
	e->offset = loc->offset;
	e->text = sw_arena_str(p->arena, sw_buf_str(b));
	e->prev = p->s.errors;
	p->s.errors = e;
	p->s.n_errors++;
}

void p_error(struct parser *p, const struct sw_rego_loc *loc, const char *fmt, ...)
{
	sw_autobuf b;
	va_list ap;
	sw_buf_init(&b, 1 << 20);
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	error_text(p, loc, &b);
}

void p_hint(struct parser *p, const char *fmt, ...)
{
	sw_autobuf b;
	va_list ap;
	sw_buf_init(&b, 1 << 20);
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	struct phint *h = sw_arena_new(p->arena, struct phint);
	if (!h)
		return;
	h->text = sw_arena_str(p->arena, sw_buf_str(&b));
	h->prev = p->s.hints;
	p->s.hints = h;
}

static void illegal_start(struct parser *p, struct sw_buf *b)
{
	enum sw_rego_tok t = p->s.tok;
	if (t == SW_TOK_ILLEGAL)
		sw_buf_addz(b, "illegal token");
	else
		sw_buf_printf(b, "unexpected %s %s", sw_rego_tok_name(t),
			sw_rego_tok_is_keyword(t) ? "keyword" : "token");
}

void p_illegal(struct parser *p, const char *fmt, ...)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	illegal_start(p, &b);
	if (p->s.tok != SW_TOK_ILLEGAL) {
		va_list ap;
		sw_buf_addz(&b, ": ");
		va_start(ap, fmt);
		sw_buf_vprintf(&b, fmt, ap);
		va_end(ap);
	}
	error_text(p, &p->s.loc, &b);
}

void p_illegal_token(struct parser *p)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	illegal_start(p, &b);
	error_text(p, &p->s.loc, &b);
}

/* ---- keywords ---- */

bool p_is_keyword_in_version(const struct parser *p, struct sw_str word)
{
	uint32_t future = p->opts->version == SW_REGO_V0 ? 0 : SW_KW_V0_FUTURE;
	return sw_rego_keyword_tok(word, SW_KW_NOT | future) != SW_TOK_IDENT;
}

bool p_is_ref_keyword(const struct parser *p, enum sw_rego_tok t)
{
	struct sw_str name = sw_str_from(sw_rego_tok_name(t));
	return p_is_keyword_in_version(p, name) ||
	       sw_rego_keyword_tok(name, p->s.lex.keywords) != SW_TOK_IDENT;
}

bool p_is_future_keyword(const struct parser *p, uint32_t bit)
{
	return (p->opts->version == SW_REGO_V1 ? SW_KW_V1_FUTURE : SW_KW_V0_FUTURE) & bit;
}

/* A keyword that starts a ref (`if.x`, `in["y"]`) is a name there. */
bool p_scan_ahead_ref(struct parser *p)
{
	if (!p_is_ref_keyword(p, p->s.tok))
		return false;
	struct pstate saved = p->s;
	p_scan_ws(p);
	enum sw_rego_tok tok = p->s.tok;
	p->s = saved;
	if (tok != SW_TOK_DOT && tok != SW_TOK_LBRACK)
		return false;
	p->s.tok = SW_TOK_IDENT;
	return true;
}

struct sw_str p_wildcard(struct parser *p)
{
	return sw_arena_printf(p->arena, "$%u", p->s.wildcard++);
}

/* ---- nodes ---- */

struct sw_rego_term *p_term(struct parser *p, enum sw_rego_term_kind kind, const struct sw_rego_loc *loc)
{
	struct sw_rego_term *t = sw_arena_new(p->arena, struct sw_rego_term);
	if (t) {
		t->kind = (uint8_t)kind;
		if (loc)
			t->loc = *loc;
	}
	return t;
}

struct sw_rego_term *p_scalar(struct parser *p, struct sw_value v, const struct sw_rego_loc *loc)
{
	struct sw_rego_term *t = p_term(p, SW_REGO_SCALAR, loc);
	if (t)
		t->value = v;
	return t;
}

struct sw_rego_term *p_var(struct parser *p, struct sw_str name, const struct sw_rego_loc *loc)
{
	struct sw_rego_term *t = p_term(p, SW_REGO_VAR, loc);
	if (t)
		t->name = name;
	return t;
}

struct sw_rego_term *p_string(struct parser *p, struct sw_str s, const struct sw_rego_loc *loc)
{
	return p_scalar(p, sw_string(s.p ? s : SW_STR("")), loc);
}

/* Room for one more pointer in a list of the arena. */
static bool reserve(struct parser *p, void *list, uint32_t n, uint32_t *cap)
{
	void **v = list;
	if (n < *cap)
		return true;
	uint32_t new_cap = *cap ? *cap * 2 : 4;
	void *grown = sw_arena_grow(p->arena, *v, *cap * sizeof(void *), new_cap * sizeof(void *));
	if (!grown)
		return false;
	*v = grown;
	*cap = new_cap;
	return true;
}

bool p_add(struct parser *p, struct sw_rego_terms *l, struct sw_rego_term *t)
{
	if (!t || !reserve(p, &l->v, l->n, &l->cap))
		return false;
	l->v[l->n++] = t;
	return true;
}

bool p_body_add(struct parser *p, struct sw_rego_body *b, struct sw_rego_expr *e)
{
	uint32_t cap = b->cap;
	if (!e || !reserve(p, &b->v, b->n, &cap))
		return false;
	b->cap = cap;
	e->index = b->n;
	b->v[b->n++] = e;
	return true;
}

struct sw_rego_expr *p_expr(struct parser *p, enum sw_rego_expr_kind kind)
{
	struct sw_rego_expr *e = sw_arena_new(p->arena, struct sw_rego_expr);
	if (e)
		e->kind = (uint8_t)kind;
	return e;
}

bool p_true_body(struct parser *p, struct sw_rego_body *b, const struct sw_rego_loc *loc)
{
	struct sw_rego_expr *e = p_expr(p, SW_REGO_EXPR_TERM);
	if (!e || !p_add(p, &e->terms, p_scalar(p, sw_bool(true), loc)))
		return false;
	e->loc = *loc;
	e->generated = true;
	*b = (struct sw_rego_body){0};
	return p_body_add(p, b, e);
}

bool p_term_is_var(const struct sw_rego_term *t, const char *name)
{
	return t->kind == SW_REGO_VAR && sw_str_is(t->name, name);
}

bool p_term_is_string(const struct sw_rego_term *t, const char *s)
{
	return t->kind == SW_REGO_SCALAR && sw_is(t->value, SW_STRING) &&
	       sw_str_is(sw_value_str(t->value), s);
}

bool p_is_call(const struct sw_rego_terms *call, const char *name)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 16);
	if (!call->n)
		return false;
	sw_rego_term_print(&b, call->v[0]);
	return sw_str_is(sw_buf_str(&b), name);
}

static bool body_ground(const struct sw_rego_body *b);

static bool expr_ground(const struct sw_rego_expr *e)
{
	switch ((enum sw_rego_expr_kind)e->kind) {
	case SW_REGO_EXPR_TERM:
		return p_ground(e->terms.v[0]);
	case SW_REGO_EXPR_CALL:
		for (uint32_t i = 1; i < e->terms.n; i++)
			if (!p_ground(e->terms.v[i]))
				return false;
		return true;
	case SW_REGO_EXPR_NOT_BODY:
		return body_ground(&e->body);
	case SW_REGO_EXPR_AND_OR:
		return body_ground(&e->branches[0]) && body_ground(&e->branches[1]);
	case SW_REGO_EXPR_SOME:
	case SW_REGO_EXPR_EVERY:
		break;
	}
	return false;
}

static bool body_ground(const struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (!expr_ground(b->v[i]))
			return false;
	return true;
}

bool p_ground(const struct sw_rego_term *t)
{
	uint32_t i = 0;
	switch ((enum sw_rego_term_kind)t->kind) {
	case SW_REGO_SCALAR:
		return true;
	case SW_REGO_VAR:
	case SW_REGO_TEMPLATE_STRING:
		return false;
	case SW_REGO_REF:
		i = 1;
		break;
	default:
		break;
	}
	for (; i < t->items.n; i++)
		if (!p_ground(t->items.v[i]))
			return false;
	return body_ground(&t->body);
}

const char *p_kind_name(const struct sw_rego_term *t)
{
	switch ((enum sw_rego_term_kind)t->kind) {
	case SW_REGO_SCALAR:
		return sw_type_name((enum sw_type)t->value.type);
	case SW_REGO_VAR:
		return "var";
	case SW_REGO_REF:
		return "ref";
	case SW_REGO_ARRAY:
		return "array";
	case SW_REGO_SET:
		return "set";
	case SW_REGO_OBJECT:
		return "object";
	case SW_REGO_ARRAY_COMP:
		return "arraycomprehension";
	case SW_REGO_SET_COMP:
		return "setcomprehension";
	case SW_REGO_OBJECT_COMP:
		return "objectcomprehension";
	case SW_REGO_CALL:
		return "call";
	case SW_REGO_TEMPLATE_STRING:
		return "templatestring";
	}
	return "unknown";
}
