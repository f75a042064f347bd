/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements and modules. The order of attempts, the errors and where they stop the file are those of
 * OPA 1.22's parser.go and parser_ext.go.
 */
#include "rego/parse.h"

#include "base/cleanup.h"
#include "rego/annotations.h"
#include "rego/parse/impl.h"

#define DEFAULT_DEPTH 2500
#define MAX_DEPTH 10000

/* ---- statements ---- */

bool p_stmt(struct parser *p, const struct pstmt *s)
{
	if (p->n_stmts == p->cap_stmts) {
		uint32_t cap = p->cap_stmts ? p->cap_stmts * 2 : 16;
		void *grown = sw_arena_grow(p->arena, p->stmts, p->cap_stmts * sizeof(*p->stmts),
			cap * sizeof(*p->stmts));
		if (!grown)
			return false;
		p->stmts = grown;
		p->cap_stmts = cap;
	}
	p->stmts[p->n_stmts++] = *s;
	return true;
}

/* Behind a path a minus is no part of it, and would be taken for a sign of what follows. */
static bool trailing_minus(struct parser *p)
{
	if (p->s.tok != SW_TOK_SUB)
		return false;
	p_illegal_token(p);
	return true;
}

/* 1: read; 0: not that kind of statement; -1: an error ends the parsing. */
static int package_stmt(struct parser *p)
{
	struct pstmt st = {.kind = STMT_PACKAGE};
	if (p->s.tok != SW_TOK_PACKAGE)
		return 0;
	if (!parse_package(p, &st.path, &st.loc))
		return p->s.errors ? -1 : 0;
	return trailing_minus(p) || !p_stmt(p, &st) ? -1 : 1;
}

static int import_stmt(struct parser *p)
{
	struct pstmt st = {.kind = STMT_IMPORT};
	if (p->s.tok != SW_TOK_IMPORT)
		return 0;
	st.import = parse_import(p);
	if (!st.import)
		return p->s.errors ? -1 : 0;
	st.loc = st.import->loc;
	if (trailing_minus(p))
		return -1;
	apply_import(p, st.import);
	return p_stmt(p, &st) ? 1 : -1;
}

static int rule_stmt(struct parser *p)
{
	if (p->skip_rules)
		return 0;
	if (parse_rules(p))
		return 1;
	return p->s.errors || p->arena->overflow ? -1 : 0;
}

static bool one_statement(struct parser *p)
{
	static int (*const kinds[])(struct parser *) = {package_stmt, import_stmt, rule_stmt};
	if (!p->skip_rules && error_keyword_rule_name(p, false))
		return false;
	for (size_t i = 0; i < SW_ARRAY_LEN(kinds); i++) {
		struct pstate s = p->s;
		int r = kinds[i](p);
		if (r)
			return r > 0;
		p->s = s;
	}
	struct pstmt st = {.kind = STMT_BODY};
	if (!parse_query(p, true, SW_TOK_EOF, &st.body))
		return false;
	st.loc = st.body.v[0]->loc;
	return p_stmt(p, &st);
}

static uint32_t start_keywords(const struct sw_rego_parse_opts *o)
{
	uint32_t kw = SW_KW_NOT;
	if (o->version == SW_REGO_V1)
		kw |= SW_KW_V0_FUTURE;
	if (o->experimental)
		kw |= SW_KW_AND | SW_KW_OR;
	if (o->all_future_keywords)
		kw |= SW_KW_ALL_FUTURE;
	return kw;
}

static void parser_init(struct parser *p, struct sw_arena *a, struct sw_source *file,
	const struct sw_rego_parse_opts *opts)
{
	*p = (struct parser){.arena = a, .file = file, .opts = opts, .allowed = SW_KW_ALL_FUTURE};
	p->max_depth = opts->max_depth ? opts->max_depth : DEFAULT_DEPTH;
	if (p->max_depth > MAX_DEPTH)
		p->max_depth = MAX_DEPTH;
	/* Each nested brace may be tried twice or more; anything worse is somebody's attack. */
	p->effort = 1000000 + 64 * (uint64_t)file->text.n;
	p->not_bodies = opts->all_future_keywords || opts->future_not;
	sw_rego_lexer_init(&p->s.lex, file->text);
	p->s.lex.keywords = start_keywords(opts);
	p->s.loc = (struct sw_rego_loc){.file = file, .row = 1};
}

static void list_comments(struct parser *p)
{
	uint32_t i = p->s.n_comments;
	p->comment_list = sw_arena_new_array(p->arena, i, struct sw_rego_comment);
	for (const struct pcomment *c = p->s.comments; p->comment_list && c && i; c = c->prev)
		p->comment_list[--i] = c->c;
}

static void parse_statements(struct parser *p)
{
	p_scan(p);
	while (p->s.tok != SW_TOK_EOF && !p->arena->overflow)
		if (!one_statement(p))
			break;
	if (p->exhausted)
		p->s.errors = p->last_errors;
	list_comments(p);
	if (p->opts->annotations && p->comment_list)
		p->annotations = p_annotations(p, p->comment_list, p->s.n_comments, &p->n_annotations);
}

/* Errors in the order in which they were found. */
static void give_errors(struct parser *p, struct sw_rego_diags *d)
{
	struct perror *first = NULL;
	for (struct perror *e = p->s.errors, *prev; e; e = prev) {
		prev = e->prev;
		e->prev = first;
		first = e;
	}
	for (; first; first = first->prev)
		sw_rego_diag_add_source(d, PARSE_ERR, &first->loc, first->text);
	p->s.errors = NULL;
}

static int parse_result(struct parser *p, struct sw_rego_diags *d)
{
	/* Without memory terms fail to be made where nothing is wrong with the text. */
	if (p->arena->overflow) {
		struct sw_rego_loc loc = {.file = p->file, .row = p->s.loc.row};
		sw_rego_diag_add(d, PARSE_ERR, &loc, "the module needs more memory than it is allowed");
		return -SW_ELIMIT;
	}
	if (!p->s.errors)
		return 0;
	give_errors(p, d);
	return p->exhausted ? -SW_ELIMIT : -SW_ESYNTAX;
}

/* ---- modules ---- */

struct build {
	struct parser *p;
	struct sw_rego_module *m;
	struct sw_rego_diags *d;
	bool failed;
	bool v1_or_later;
};

static void fail(struct build *b, const struct sw_rego_loc *loc, struct sw_str text)
{
	sw_rego_diag_add(b->d, PARSE_ERR, loc, "%.*s", SW_STR_ARG(text));
	b->failed = true;
}

static const char *head_keyword(struct sw_str name)
{
	return sw_str_is(name, "if") ? "if" : sw_str_is(name, "contains") ? "contains" : NULL;
}

/* The keyword that a statement of a v0 module was reduced to: a rule named `if`, or just that name. */
static const char *statement_keyword(const struct pstmt *s)
{
	if (s->kind == STMT_RULE)
		return head_keyword(s->rule->head->opa_name);
	if (s->kind != STMT_BODY || s->body.n != 1 || s->body.v[0]->kind != SW_REGO_EXPR_TERM ||
		s->body.v[0]->terms.v[0]->kind != SW_REGO_VAR)
		return NULL;
	return head_keyword(s->body.v[0]->terms.v[0]->name);
}

static const char *missing_keyword(const struct build *b, uint32_t i)
{
	const struct pstmt *s = &b->p->stmts[i];
	if (b->v1_or_later)
		return NULL;
	const char *kw = statement_keyword(s);
	if (kw || i + 1 >= b->p->n_stmts || s[1].loc.row != s->loc.row)
		return kw;
	return statement_keyword(&s[1]);
}

static struct sw_rego_rule *body_rule(struct build *b, uint32_t i)
{
	struct pstmt *s = &b->p->stmts[i];
	struct sw_str error = {0};
	struct sw_rego_rule *r = rule_from_body(b->p, &s->body, &error);
	if (r)
		return r;
	const char *kw = missing_keyword(b, i);
	if (kw)
		error = sw_arena_printf(b->p->arena, "%.*s (hint: `import future.keywords.%s` for `%s` rules)",
			SW_STR_ARG(error), kw, *kw == 'i' ? "p if { ... }" : "p contains x");
	fail(b, &s->body.v[0]->loc, error);
	return NULL;
}

static void take_import(struct build *b, struct sw_rego_import *imp)
{
	const struct sw_rego_terms *path = &imp->path->items;
	b->m->imports[b->m->n_imports++] = imp;
	if (path->n == 2 && p_term_is_var(path->v[0], "rego") &&
		(p_term_is_string(path->v[1], "v1") || p_term_is_string(path->v[1], "v2"))) {
		b->v1_or_later = true;
		if (b->m->version == SW_REGO_V0)
			b->m->version = SW_REGO_V0_COMPAT_V1;
	}
}

static void take_rule(struct build *b, struct sw_rego_rule *r)
{
	b->m->rules[b->m->n_rules++] = r;
	for (; r; r = r->else_rule)
		r->module = b->m;
}

static void take_statement(struct build *b, uint32_t i)
{
	struct pstmt *s = &b->p->stmts[i];
	struct sw_rego_rule *r;
	switch (s->kind) {
	case STMT_IMPORT:
		take_import(b, s->import);
		break;
	case STMT_RULE:
		take_rule(b, s->rule);
		break;
	case STMT_BODY:
		r = body_rule(b, i);
		if (r)
			take_rule(b, r);
		break;
	case STMT_PACKAGE:
		fail(b, &s->loc, SW_STR("unexpected package"));
		break;
	}
}

/* What Rego v1 asks of every rule. */
static void check_v1_rule(struct build *b, const struct sw_rego_rule *r)
{
	const struct sw_rego_head *h = r->head;
	const char *what = h->args.n ? "function" : "rule";
	if (h->ref->items.n < 2 &&
		sw_rego_keyword_tok(h->opa_name, SW_KW_NOT | SW_KW_V0_FUTURE) != SW_TOK_IDENT)
		fail(b, &r->loc,
			sw_arena_printf(b->p->arena, "%.*s keyword cannot be used for rule name",
				SW_STR_ARG(h->opa_name)));
	if (r->generated_body && h->generated_value)
		fail(b, &r->loc,
			sw_arena_printf(b->p->arena, "%s must have value assignment and/or body declaration", what));
	if (!r->generated_body && !h->has_if && !r->is_default)
		fail(b, &r->loc,
			sw_arena_printf(b->p->arena, "`if` keyword is required before %s body", what));
	if (!h->value && h->opa_key && !h->has_contains)
		fail(b, &r->loc, SW_STR("`contains` keyword is required for partial set rules"));
}

static bool build_lists(struct build *b)
{
	struct sw_arena *a = b->p->arena;
	b->m->imports = sw_arena_new_array(a, b->p->n_stmts, struct sw_rego_import *);
	b->m->rules = sw_arena_new_array(a, b->p->n_stmts, struct sw_rego_rule *);
	if (!b->m->imports || !b->m->rules)
		return false;
	for (uint32_t i = 1; i < b->p->n_stmts; i++)
		take_statement(b, i);
	b->m->comments = b->p->comment_list;
	b->m->n_comments = b->p->comment_list ? b->p->s.n_comments : 0;
	b->m->annotations = b->p->annotations;
	b->m->n_annotations = b->p->n_annotations;
	return true;
}

static int build_module(struct build *b)
{
	struct parser *p = b->p;
	const struct pstmt *first = p->stmts;
	if (!p->n_stmts && p->n_annotations) {
		fail(b, &p->annotations[0]->loc, SW_STR("package expected"));
		return -SW_ESYNTAX;
	}
	if (!p->n_stmts) {
		struct sw_rego_loc loc = {.file = p->file};
		fail(b, &loc, SW_STR("empty module"));
		return -SW_ESYNTAX;
	}
	b->m = sw_arena_new(p->arena, struct sw_rego_module);
	if (!b->m)
		return -SW_ELIMIT;
	b->m->file = p->file;
	b->m->version = p->opts->version;
	b->v1_or_later = p->opts->version != SW_REGO_V0;
	if (first->kind == STMT_PACKAGE) {
		b->m->package = first->path;
		b->m->package_loc = first->loc;
	} else {
		fail(b, &first->loc, SW_STR("package expected"));
	}
	if (!build_lists(b))
		return -SW_ELIMIT;
	for (uint32_t i = 0; b->v1_or_later && i < b->m->n_rules; i++)
		for (struct sw_rego_rule *r = b->m->rules[i]; r; r = r->else_rule)
			check_v1_rule(b, r);
	if (b->failed)
		return -SW_ESYNTAX;
	return b->m->n_annotations ? p_annotations_attach(p->arena, b->m, b->d) : 0;
}

int sw_rego_parse_module(struct sw_arena *a, struct sw_source *file, const struct sw_rego_parse_opts *opts,
	struct sw_rego_module **ret, struct sw_rego_diags *diags)
{
	struct parser p;
	struct build b = {.p = &p, .d = diags};
	parser_init(&p, a, file, opts);
	parse_statements(&p);
	int r = parse_result(&p, diags);
	if (!r)
		r = build_module(&b);
	if (!r)
		r = parse_result(&p, diags);
	if (r)
		return r;
	*ret = b.m;
	return 0;
}

/* ---- queries and terms ---- */

int sw_rego_parse_body(struct sw_arena *a, struct sw_source *file, const struct sw_rego_parse_opts *opts,
	struct sw_rego_body *ret, struct sw_rego_diags *diags)
{
	struct parser p;
	struct sw_rego_body b = {0};
	parser_init(&p, a, file, opts);
	p.skip_rules = true;
	parse_statements(&p);
	int r = parse_result(&p, diags);
	for (uint32_t i = 0; !r && i < p.n_stmts; i++) {
		const struct pstmt *s = &p.stmts[i];
		if (s->kind != STMT_BODY) {
			sw_rego_diag_add(diags, PARSE_ERR, &s->loc, "expected body but got *ast.%s",
				s->kind == STMT_PACKAGE ? "Package" : "Import");
			return -SW_ESYNTAX;
		}
		for (uint32_t k = 0; k < s->body.n; k++)
			p_body_add(&p, &b, s->body.v[k]);
	}
	if (!r)
		r = parse_result(&p, diags);
	if (!r)
		*ret = b;
	return r;
}

int sw_rego_parse_term(struct sw_arena *a, struct sw_source *file, const struct sw_rego_parse_opts *opts,
	struct sw_rego_term **ret, struct sw_rego_diags *diags)
{
	struct sw_rego_body b = {0};
	struct sw_rego_loc loc = {.file = file, .row = 1, .col = 1};
	int r = sw_rego_parse_body(a, file, opts, &b, diags);
	if (r)
		return r;
	sw_autobuf text;
	sw_buf_init(&text, 1 << 20);
	if (b.n != 1) {
		sw_rego_body_print(&text, &b);
		sw_rego_diag_add(diags, PARSE_ERR, &loc, "expected exactly one term but got: %.*s",
			SW_STR_ARG(sw_buf_str(&text)));
		return -SW_ESYNTAX;
	}
	if (b.v[0]->kind != SW_REGO_EXPR_TERM) {
		sw_rego_expr_print(&text, b.v[0]);
		sw_rego_diag_add(diags, PARSE_ERR, &loc, "expected term but got %.*s",
			SW_STR_ARG(sw_buf_str(&text)));
		return -SW_ESYNTAX;
	}
	*ret = b.v[0]->terms.v[0];
	return 0;
}

/* ---- constants as values ---- */

bool sw_rego_term_is_constant(const struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_SCALAR)
		return true;
	if (t->kind != SW_REGO_ARRAY && t->kind != SW_REGO_SET && t->kind != SW_REGO_OBJECT)
		return false;
	for (uint32_t i = 0; i < t->items.n; i++)
		if (!sw_rego_term_is_constant(t->items.v[i]))
			return false;
	return true;
}

static struct sw_value list_value(struct sw_arena *a, const struct sw_rego_term *t)
{
	struct sw_list l;
	sw_list_init(&l, a);
	for (uint32_t i = 0; i < t->items.n; i++) {
		struct sw_value v = sw_rego_term_value(a, t->items.v[i]);
		if (!sw_defined(v) || sw_list_add(&l, v))
			return sw_undef();
	}
	return t->kind == SW_REGO_SET ? sw_list_set(&l) : sw_list_array(&l);
}

static struct sw_value object_value(struct sw_arena *a, const struct sw_rego_term *t)
{
	struct sw_map m;
	sw_map_init(&m, a);
	for (uint32_t i = 0; i + 1 < t->items.n; i += 2) {
		struct sw_value k = sw_rego_term_value(a, t->items.v[i]);
		struct sw_value v = sw_rego_term_value(a, t->items.v[i + 1]);
		if (!sw_defined(k) || !sw_defined(v) || sw_map_add(&m, k, v))
			return sw_undef();
	}
	return sw_map_object(&m);
}

struct sw_value sw_rego_term_value(struct sw_arena *a, const struct sw_rego_term *t)
{
	switch ((enum sw_rego_term_kind)t->kind) {
	case SW_REGO_SCALAR:
		return t->value;
	case SW_REGO_ARRAY:
	case SW_REGO_SET:
		return list_value(a, t);
	case SW_REGO_OBJECT:
		return object_value(a, t);
	default:
		return sw_undef();
	}
}
