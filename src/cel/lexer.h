/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokens of CEL (the language definition's Syntax section, with escaped names). Internal to
 * this folder.
 *
 * A token's text is a view into the source, which must outlive it; what a literal means is in the
 * arena where escapes stood in it. An error is a token, too: `why` says in words what is wrong at
 * `at`. White space and comments are passed over.
 */
#ifndef SW_CEL_LEXER_H
#define SW_CEL_LEXER_H

#include "base/arena.h"
#include "base/str.h"

enum cel_tok {
	CEL_TOK_END,
	CEL_TOK_ERROR, /* why */
	CEL_TOK_IDENT,
	CEL_TOK_ESCAPED, /* `a-b` */
	CEL_TOK_INT,
	CEL_TOK_UINT,
	CEL_TOK_FLOAT,
	CEL_TOK_STRING,
	CEL_TOK_BYTES,
	CEL_TOK_TRUE,
	CEL_TOK_FALSE,
	CEL_TOK_NULL,
	CEL_TOK_IN,
	CEL_TOK_PUNCT,
};

struct cel_token {
	enum cel_tok kind;
	uint32_t at;
	struct sw_str text; /* as written; of a number without its suffix */
	struct sw_str name; /* of a name or literal: what it means, in the arena */
	const char *why;
};

struct cel_lexer {
	struct sw_arena *a;
	struct sw_str text;
	size_t at;
};

void cel_lexer_init(struct cel_lexer *l, struct sw_arena *a, struct sw_str text);
void cel_lexer_next(struct cel_lexer *l, struct cel_token *ret);

#endif
