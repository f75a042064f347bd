/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formatter's inside. It follows OPA's v1/format step by step: where a line breaks depends on the rows of
 * the source, comments are handed along and written when their row is passed. A comment in a place that has no
 * room for it makes the term around it be written as it stands in the source (FMT_UNEXPECTED).
 */
#ifndef SW_REGO_FORMAT_IMPL_H
#define SW_REGO_FORMAT_IMPL_H

#include "rego/format.h"
#include "rego/parse.h"

enum fmt_result {
	FMT_OK = 0,
	FMT_UNEXPECTED = 1, /* a second comment for the same line */
	FMT_FAIL = -1,      /* w->fail says what */
};

/* Comments that are not written yet, sorted; a window into one list. */
struct fmt_comments {
	struct sw_rego_comment *const *v;
	uint32_t n;
};

struct fmt_writer {
	struct sw_arena *arena;
	struct sw_buf *out;
	const struct sw_rego_expr *paren_expr; /* to be wrapped when it is met, once */
	const struct sw_rego_term *paren_term;
	const struct sw_rego_comment *before_end; /* due at the end of the line */
	uint32_t level;
	bool in_line, delay, comment_on_final_line;
	bool contains, ifs, ref_heads, v1, v2_imported;
	uint32_t keywords; /* beyond the base words: enum sw_rego_keyword */
	const char *fail;
	struct sw_rego_diags *diags;
	const uint8_t *wildcards; /* how often $N occurs, up to 2 */
	uint32_t n_wildcards;
};

/* ---- format.c: lines and comments ---- */
void fmt_put(struct fmt_writer *w, const char *s);
void fmt_str(struct fmt_writer *w, struct sw_str s);
void fmt_start_line(struct fmt_writer *w);
void fmt_end_line(struct fmt_writer *w);
void fmt_blank_line(struct fmt_writer *w);
enum fmt_result fmt_down(struct fmt_writer *w);
enum fmt_result fmt_insert_comments(struct fmt_writer *w, struct fmt_comments *c, int64_t row);
void fmt_write_comments(struct fmt_writer *w, const struct fmt_comments *c);
/* Cut those above `row` off. */
struct fmt_comments fmt_take_before(struct fmt_comments *c, int64_t row);
enum fmt_result fmt_unformatted(struct fmt_writer *w, const struct sw_rego_loc *loc, struct fmt_comments *c);
int64_t fmt_closing_row(char skip_open, char skip_close, char open, char close, const struct sw_rego_loc *loc);
int64_t fmt_end_row(const struct sw_rego_loc *loc); /* of the last line of its text */

/* ---- rule.c ---- */
enum fmt_result fmt_rule(struct fmt_writer *w, const struct sw_rego_rule *r, bool is_else, struct fmt_comments *c);
bool fmt_is_set_expr(const struct sw_rego_expr *e);

/* ---- expr.c ---- */
enum fmt_result fmt_body(struct fmt_writer *w, const struct sw_rego_body *b, struct fmt_comments *c);
enum fmt_result fmt_expr(struct fmt_writer *w, const struct sw_rego_expr *e, struct fmt_comments *c);
void fmt_mark_union_lead(struct fmt_writer *w, const struct sw_rego_expr *e);
/* ---- logical.c ---- */
enum fmt_result fmt_logical(struct fmt_writer *w, const struct sw_rego_expr *e, struct fmt_comments *c);
enum fmt_result fmt_not(struct fmt_writer *w, const struct sw_rego_expr *e, struct fmt_comments *c);
const struct sw_rego_expr *fmt_logical_lead(const struct sw_rego_expr *e); /* NULL: it is wrapped */
bool fmt_is_union(const struct sw_rego_term *t);
bool fmt_is_union_expr(const struct sw_rego_expr *e);

/* ---- term.c ---- */
enum fmt_result fmt_term(struct fmt_writer *w, const struct sw_rego_term *t, struct fmt_comments *c);
enum fmt_result fmt_term_parens(struct fmt_writer *w, bool parens, const struct sw_rego_term *t,
	struct fmt_comments *c);
enum fmt_result fmt_ref(struct fmt_writer *w, const struct sw_rego_terms *ref, struct fmt_comments *c);
enum fmt_result fmt_call_plain(struct fmt_writer *w, const struct sw_rego_terms *call, struct fmt_comments *c);
enum fmt_result fmt_in(struct fmt_writer *w, bool parens, struct sw_rego_term *const *v, uint32_t n, uint32_t arity,
	const struct sw_rego_loc *loc, struct fmt_comments *c);
void fmt_arity_error(struct fmt_writer *w, const struct sw_rego_terms *call, const struct sw_rego_loc *loc);
struct sw_str fmt_var_name(const struct fmt_writer *w, const struct sw_rego_term *t);
bool fmt_is_member(const struct sw_rego_term *op, uint32_t *ret_arity);
/* ---- list.c ---- */
enum fmt_list_kind { FMT_LIST, FMT_LIST_UNION_PARENS, FMT_OBJECT };
enum fmt_result fmt_list(struct fmt_writer *w, const struct sw_rego_terms *items, const struct sw_rego_loc *last,
	int64_t close_row, enum fmt_list_kind kind, struct fmt_comments *c);
enum fmt_result fmt_comprehension(struct fmt_writer *w, const struct sw_rego_term *t, struct fmt_comments *c);
enum fmt_result fmt_braced_body(struct fmt_writer *w, char open, char close, const struct sw_rego_body *b,
	const struct sw_rego_loc *term, const struct sw_rego_loc *whole, struct fmt_comments *c);

#endif
