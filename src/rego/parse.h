/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to syntax tree: OPA's lexer and parser, v0 and v1, with its errors to the word and the place.
 *
 * Trees live in the arena given and refer to their file's text, which must outlive them. Nothing is
 * shared between calls: any thread, each with an arena of its own. Limits: opts->max_depth (at most
 * 10,000); what the arena allows, beyond which the answer is -SW_ELIMIT. Source of the grammar: OPA
 * 1.22, ast/parser.go and ast/internal/scanner.
 */
#ifndef SW_REGO_PARSE_H
#define SW_REGO_PARSE_H

#include "rego/ast.h"

struct sw_rego_parse_opts {
	enum sw_rego_version version; /* SW_REGO_V0 or SW_REGO_V1; `import rego.v1` moves a v0 file on */
	bool all_future_keywords;     /* as if the file imported future.keywords */
	bool experimental;            /* `and` / `or` without an import */
	bool future_not;              /* `not { … }` without an import */
	bool annotations;             /* parse # METADATA blocks */
	uint32_t max_depth;           /* nesting of terms and bodies; 0: 2,500 */
};

/*
 * Parse a whole module. Errors are collected in `diags` (never only the first where the parser can go on);
 * returns 0 or -SW_ESYNTAX / -SW_ELIMIT. The tree refers to `file` and its text, which must outlive it.
 */
int sw_rego_parse_module(struct sw_arena *a, struct sw_source *file,
	const struct sw_rego_parse_opts *opts, struct sw_rego_module **ret, struct sw_rego_diags *diags);
/* A query: one body. */
int sw_rego_parse_body(struct sw_arena *a, struct sw_source *file,
	const struct sw_rego_parse_opts *opts, struct sw_rego_body *ret, struct sw_rego_diags *diags);
/* One term, as `input_term` of OPA's cases and command-line values are written. */
int sw_rego_parse_term(struct sw_arena *a, struct sw_source *file,
	const struct sw_rego_parse_opts *opts, struct sw_rego_term **ret, struct sw_rego_diags *diags);

/* No variables, refs, calls, comprehensions. */
bool sw_rego_term_is_constant(const struct sw_rego_term *t);
/* A constant as a value; SW_UNDEF when it is none. */
struct sw_value sw_rego_term_value(struct sw_arena *a, const struct sw_rego_term *t);

/*
 * Order of terms as ast.Compare has it (0: structurally equal), for sorting, hashing by order, and the
 * printing of sets and objects. Recursion is bounded by the parser's depth limit.
 */
int sw_rego_term_cmp(const struct sw_rego_term *a, const struct sw_rego_term *b);
int sw_rego_expr_cmp(const struct sw_rego_expr *a, const struct sw_rego_expr *b);
/* Sort n terms in place; stride 2: key, value pairs, by key. */
void sw_rego_terms_sort(struct sw_rego_term **v, uint32_t n, unsigned stride);

/* Deep copies; NULL when the arena is full. */
struct sw_rego_term *sw_rego_term_copy(struct sw_arena *a, const struct sw_rego_term *t);
struct sw_rego_expr *sw_rego_expr_copy(struct sw_arena *a, const struct sw_rego_expr *e);
/* Give a whole subtree one location. */
void sw_rego_term_relocate(struct sw_rego_term *t, const struct sw_rego_loc *loc);
void sw_rego_body_relocate(struct sw_rego_body *b, const struct sw_rego_loc *loc);

/* Print nodes as OPA's String() methods do (error texts and generated messages quote them). */
void sw_rego_term_print(struct sw_buf *out, const struct sw_rego_term *t);
void sw_rego_expr_print(struct sw_buf *out, const struct sw_rego_expr *e);
void sw_rego_body_print(struct sw_buf *out, const struct sw_rego_body *b);
void sw_rego_rule_print(struct sw_buf *out, const struct sw_rego_rule *r);
void sw_rego_package_print(struct sw_buf *out, const struct sw_rego_term *package); /* package a.b */
void sw_rego_module_print(struct sw_buf *out, const struct sw_rego_module *m);

/* "+" for plus and so on; NULL when the operator has no infix form. */
const char *sw_rego_infix(const struct sw_rego_term *op);
/* Whether a string may follow a dot in a ref: [A-Za-z_][A-Za-z0-9_]*. Keywords are not asked about. */
bool sw_rego_is_var_name(struct sw_str s);
/* "a.b.c" of a ref of names, as builtins are called, in `buf`. False when it does not fit. */
bool sw_rego_ref_name(
	const struct sw_rego_term *ref, char *buf, size_t size, struct sw_str *ret);

#endif
