/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser's inside, shared by parse*.c only.
 *
 * The parser backtracks as OPA's does: everything that a failed attempt must undo lives in `struct pstate`,
 * which is saved and restored by assignment (lists in it are linked backwards, so that sharing is safe).
 * What a term's text gave is remembered by its offset, so that a second attempt does not read it again.
 * Effort is bounded: nesting by max_depth, tokens read by a budget in proportion to the text.
 */
#ifndef SW_REGO_PARSE_IMPL_H
#define SW_REGO_PARSE_IMPL_H

#include "rego/lexer.h"
#include "rego/parse.h"

#define PARSE_ERR "rego_parse_error"

struct perror {
	struct perror *prev;
	struct sw_rego_loc loc;
	struct sw_str text;
	size_t offset; /* whose line is shown; SIZE_MAX: none */
};

struct pcomment {
	struct pcomment *prev;
	struct sw_rego_comment c;
};

struct phint {
	struct phint *prev;
	struct sw_str text;
};

struct pstate {
	struct sw_rego_lexer lex;
	struct perror *errors;
	struct pcomment *comments;
	struct phint *hints;
	uint32_t n_errors, n_comments;
	struct sw_rego_loc loc;
	struct sw_str lit;
	size_t last_end, tok_end;
	uint32_t wildcard;
	uint8_t tok; /* enum sw_rego_tok */
	bool skipped_nl;
};

struct pcache {
	struct pcache *next;
	size_t offset;
	struct sw_rego_term *term;
	struct pstate post;
};

enum pstmt_kind { STMT_PACKAGE, STMT_IMPORT, STMT_RULE, STMT_BODY };

struct pstmt {
	enum pstmt_kind kind;
	struct sw_rego_loc loc;
	struct sw_rego_term *path; /* PACKAGE */
	struct sw_rego_import *import;
	struct sw_rego_rule *rule;
	struct sw_rego_body body;
};

struct parser {
	struct sw_arena *arena;
	struct sw_source *file;
	const struct sw_rego_parse_opts *opts;
	struct pstate s;
	struct pcache *cache, *cache_free;
	unsigned cache_hold; /* somebody remembers the cache's head: nodes are not used again */
	uint32_t depth, max_depth;
	uint64_t effort; /* tokens left */
	bool exhausted;  /* effort or depth; then everything reads as the end of the text */
	struct perror *last_errors; /* as they were when that happened: attempts are undone, this is not */
	bool not_bodies;
	bool skip_rules;
	uint32_t allowed; /* future keywords that may be imported */
	struct sw_rego_comment *comment_list; /* made at the end */
	struct sw_rego_annotations **annotations;
	uint32_t n_annotations;
	struct pstmt *stmts;
	uint32_t n_stmts, cap_stmts;
};

/* ---- util.c ---- */
bool p_enter(struct parser *p);
static inline void p_leave(struct parser *p)
{
	p->depth--;
}
void p_scan(struct parser *p);
void p_scan_ws(struct parser *p); /* stops at white space */
void p_scan_template(struct parser *p, bool raw);
struct sw_str p_text(const struct parser *p, size_t offset, size_t end);
struct sw_rego_loc p_span(const struct parser *p, const struct sw_rego_loc *start, size_t offset, size_t end);
struct sw_rego_loc p_extend(const struct parser *p, const struct sw_rego_loc *start); /* to last_end */
void p_error(struct parser *p, const struct sw_rego_loc *loc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void p_hint(struct parser *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void p_illegal(struct parser *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void p_illegal_token(struct parser *p);
bool p_is_keyword_in_version(const struct parser *p, struct sw_str word);
bool p_is_ref_keyword(const struct parser *p, enum sw_rego_tok t);
bool p_is_future_keyword(const struct parser *p, uint32_t bit);
bool p_scan_ahead_ref(struct parser *p);
struct sw_str p_wildcard(struct parser *p);

struct sw_rego_term *p_term(struct parser *p, enum sw_rego_term_kind kind, const struct sw_rego_loc *loc);
struct sw_rego_term *p_scalar(struct parser *p, struct sw_value v, const struct sw_rego_loc *loc);
struct sw_rego_term *p_var(struct parser *p, struct sw_str name, const struct sw_rego_loc *loc);
struct sw_rego_term *p_string(struct parser *p, struct sw_str s, const struct sw_rego_loc *loc);
bool p_add(struct parser *p, struct sw_rego_terms *l, struct sw_rego_term *t); /* false: t NULL or no memory */
bool p_body_add(struct parser *p, struct sw_rego_body *b, struct sw_rego_expr *e);
struct sw_rego_expr *p_expr(struct parser *p, enum sw_rego_expr_kind kind);
bool p_true_body(struct parser *p, struct sw_rego_body *b, const struct sw_rego_loc *loc);
bool p_term_is_var(const struct sw_rego_term *t, const char *name);
bool p_term_is_string(const struct sw_rego_term *t, const char *s);
bool p_is_call(const struct sw_rego_terms *call, const char *name); /* operator prints as `name` */
bool p_ground(const struct sw_rego_term *t);
const char *p_kind_name(const struct sw_rego_term *t); /* OPA's ValueName */

/* ---- cmp.c ---- */
bool p_dedup_set(struct parser *p, struct sw_rego_terms *l); /* the first of equal elements stays */

/* ---- term.c: NULL, with an error recorded, when there is no term ---- */
struct sw_rego_term *parse_term(struct parser *p);
struct sw_rego_term *parse_infix(struct parser *p); /* `k, v in xs` allowed */
struct sw_rego_term *parse_ref(struct parser *p, struct sw_rego_term *head, size_t offset);
struct sw_rego_term *parse_var(struct parser *p);
bool parse_body(struct parser *p, enum sw_rego_tok end, struct sw_rego_body *ret);

/* ---- lit.c (parse_string, numbers, templates) ---- */
struct sw_rego_term *parse_number(struct parser *p);
struct sw_rego_term *parse_string(struct parser *p);
struct sw_rego_term *parse_template(struct parser *p, bool raw);

/* ---- body.c ---- */
bool parse_query(struct parser *p, bool one, enum sw_rego_tok end, struct sw_rego_body *ret);
struct sw_rego_expr *parse_literal(struct parser *p);
struct sw_rego_expr *parse_expr(struct parser *p);
bool parse_withs(struct parser *p, struct sw_rego_expr *e);
/* ---- logical.c: `and`, `or`, `not { … }` ---- */
bool logical_active(const struct parser *p);
struct sw_rego_expr *parse_not_body(struct parser *p, const struct sw_rego_loc *not_loc);
struct sw_rego_expr *parse_not_of(struct parser *p, struct sw_rego_body *body, bool explicit_body,
	const struct sw_rego_loc *loc);
struct sw_rego_expr *fold_logical_tail(struct parser *p, const struct sw_rego_body *body,
	bool explicit_body, const struct sw_rego_loc *loc);
/* An operand in braces at the start of a statement. *committed: the answer (maybe NULL) is final. */
struct sw_rego_expr *parse_braced_operand(struct parser *p, bool *committed);
/* 1: a group, in *body; 0: none here, nothing read; -1: an error was recorded. */
int parse_logical_group(struct parser *p, bool operand, const char *prefix, struct sw_rego_body *body,
	bool *ret_explicit, struct sw_rego_loc *ret_loc);
void error_with_on_operand(struct parser *p, const struct sw_rego_loc *loc, const char *kw);
void error_brace_led(struct parser *p, const struct sw_rego_loc *loc, struct sw_str operand, const char *op);
bool is_negated(struct parser *p);

/* ---- rule.c ---- */
/* Rules of one head, chained bodies included: appended to p->stmts. False: no rule here. */
bool parse_rules(struct parser *p);
bool error_keyword_rule_name(struct parser *p, bool is_default);
/* ---- import.c ---- */
bool parse_package(struct parser *p, struct sw_rego_term **ret_path, struct sw_rego_loc *ret_loc);
struct sw_rego_import *parse_import(struct parser *p);
void apply_import(struct parser *p, const struct sw_rego_import *imp);
bool p_stmt(struct parser *p, const struct pstmt *s);
/* ---- from_expr.c: statements such as `p = 1` or `f(x)` that are rules without saying so ---- */
struct sw_rego_rule *rule_from_body(struct parser *p, const struct sw_rego_body *b, struct sw_str *ret_error);
struct sw_rego_rule *p_rule(struct parser *p, const struct sw_rego_loc *loc);
struct sw_rego_head *p_head(struct parser *p, struct sw_rego_term *ref);
void p_rule_kind(struct sw_rego_rule *r); /* kind and key, from OPA's view of the head */

#endif
