/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokens of conditions, as Falco's own parser (libsinsp, filter/parser.cpp) tells them apart.
 * Internal to rules/.
 *
 * There is no list of tokens: the parser asks for what may stand here. A call that finds it returns
 * true, has it in `tok` (a view into `in`, or in the arena where escapes stood in it) and moves
 * `pos` past it; one that does not leaves both as they were. White space is taken by
 * sw_lex_blank() only. The first error ends it all: it is in `err`, its code in `failed`.
 * A lexer belongs to one condition and one thread; the parser counts `depth`.
 */
#ifndef SW_RUNTIME_RULES_LEX_H
#define SW_RUNTIME_RULES_LEX_H

#include "runtime/rules/ast.h"

struct sw_lex {
	struct sw_arena *a;
	struct sw_str in;
	struct sw_cond_pos pos;
	struct sw_str tok; /* the last token */
	uint32_t depth, max_depth;
	struct sw_error *err;
	int failed; /* the first error, negative */
};

int sw_lex_fail(struct sw_lex *l, enum sw_errcode code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool sw_lex_blank(struct sw_lex *l);
bool sw_lex_str(struct sw_lex *l, const char *s);
bool sw_lex_not(struct sw_lex *l); /* not, with the white space behind it */
bool sw_lex_identifier(struct sw_lex *l);
bool sw_lex_field_name(struct sw_lex *l);
bool sw_lex_field_arg(struct sw_lex *l);
bool sw_lex_number(struct sw_lex *l);
bool sw_lex_bare_str(struct sw_lex *l);
/* 1, 0, or an error: a bad escape (the position is behind the string then). */
int sw_lex_quoted(struct sw_lex *l);
bool sw_lex_unary_op(struct sw_lex *l);
bool sw_lex_num_op(struct sw_lex *l);
bool sw_lex_str_op(struct sw_lex *l);
bool sw_lex_list_op(struct sw_lex *l);
bool sw_lex_modifier(struct sw_lex *l);
/* A transformer with its "("; the token is its name. */
bool sw_lex_transformer(struct sw_lex *l);
/* A list or an identifier that is not and, or, not stands here. */
bool sw_lex_list_follows(struct sw_lex *l);

#endif
