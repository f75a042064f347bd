/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions: text to syntax tree, tree to text, macros put in their place.
 *
 * The grammar is that of the Falco libraries (July 2026): and, or, not; unary and binary checks; fields with
 * arguments; transformers on both sides, val() on the right; lists; oneof, anyof and allof behind string
 * operators; identifiers, which are macros. Its corners are kept: "or(" needs no blank, a list that begins with
 * a broken string is an empty list, a string that ends in an escaped backslash does not end there.
 *
 * Nodes live in the arena and do not change once parsed, but for sw_cond_resolve(). Error texts and positions are
 * those of Falco: the position is where the parser stood.
 * Limits: nesting as given by the caller (Falco: 100 for filters, 1000 for rules).
 */
#ifndef SW_RUNTIME_RULES_AST_H
#define SW_RUNTIME_RULES_AST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define SW_COND_DEPTH_FILTER 100
#define SW_COND_DEPTH_RULE 1000

enum sw_cond_kind {
	SW_COND_AND,
	SW_COND_OR,
	SW_COND_NOT,
	SW_COND_IDENT,       /* text */
	SW_COND_UNARY,       /* kids[0] text */
	SW_COND_BINARY,      /* kids[0] text kids[1] */
	SW_COND_FIELD,       /* text[arg] */
	SW_COND_TRANSFORMER, /* text(kids…)[arg] */
	SW_COND_TLIST,       /* a list within a transformer: kids */
	SW_COND_VALUE,       /* text */
	SW_COND_LIST,        /* values */
};

struct sw_cond_pos {
	uint32_t idx, line, col; /* byte from 0; line and column from 1 */
};

struct sw_cond {
	uint8_t kind; /* enum sw_cond_kind */
	bool has_arg;
	struct sw_cond_pos pos;
	struct sw_str text, arg;
	struct sw_cond **kids;
	uint32_t n_kids;
	const struct sw_str *values;
	uint32_t n_values;
};

/*
 * `text` must outlive the nodes. *ret_pos (may be NULL) is where parsing ended, also on failure.
 * -SW_ESYNTAX, -SW_ELIMIT (nesting, memory).
 */
int sw_cond_parse(struct sw_arena *a, struct sw_str text, uint32_t max_depth, struct sw_cond **ret,
	struct sw_cond_pos *ret_pos, struct sw_error *err);
/* A field or transformer that `text` begins with; ret_pos->idx tells how much belongs to it. */
int sw_cond_parse_field(struct sw_arena *a, struct sw_str text, struct sw_cond **ret, struct sw_cond_pos *ret_pos,
	struct sw_error *err);

/* As Falco prints it: every and/or in parentheses, strings quoted where they must be. */
void sw_cond_print(struct sw_buf *out, const struct sw_cond *c);

/* The operator is a comparison that exists: one of Falco's, with or without a modifier. */
bool sw_cond_is_operator(struct sw_str op);
bool sw_cond_is_list_operator(struct sw_str op);          /* in, intersects, pmatch */
bool sw_cond_is_modified_operator(struct sw_str op);      /* "startswith oneof" */
bool sw_cond_is_identifier(struct sw_str s);              /* [a-zA-Z]+[a-zA-Z0-9_]* */
bool sw_cond_is_bare_string(struct sw_str s);             /* [^()"'[:space:]=,]+ */

/*
 * Replaces identifiers by what find() gives (NULL: there is no such macro), and within that again. The tree that is
 * put in is shared, not copied: find() must give resolved trees, or trees that may be resolved in place.
 * -SW_ENOENT: an unknown macro; -SW_EINVALID: a macro that contains itself. *ret_pos: the identifier.
 */
int sw_cond_resolve(struct sw_arena *a, struct sw_cond **c,
	const struct sw_cond *(*find)(void *arg, struct sw_str name), void *arg, struct sw_cond_pos *ret_pos,
	struct sw_error *err);

#endif
