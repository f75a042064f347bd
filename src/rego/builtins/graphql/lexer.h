/* SPDX-License-Identifier: Apache-2.0 */
/* The tokens of GraphQL (October 2021 specification, section 2.1), with gqlparser's positions and texts. */
#ifndef SW_REGO_BUILTINS_GRAPHQL_LEXER_H
#define SW_REGO_BUILTINS_GRAPHQL_LEXER_H

#include "base/arena.h"
#include "base/buf.h"

enum sw_gql_token_kind {
	SW_GQL_INVALID,
	SW_GQL_EOF,
	SW_GQL_BANG,
	SW_GQL_DOLLAR,
	SW_GQL_AMP,
	SW_GQL_PAREN_L,
	SW_GQL_PAREN_R,
	SW_GQL_SPREAD,
	SW_GQL_COLON,
	SW_GQL_EQUALS,
	SW_GQL_AT,
	SW_GQL_BRACKET_L,
	SW_GQL_BRACKET_R,
	SW_GQL_BRACE_L,
	SW_GQL_BRACE_R,
	SW_GQL_PIPE,
	SW_GQL_NAME,
	SW_GQL_INT,
	SW_GQL_FLOAT,
	SW_GQL_STRING,
	SW_GQL_BLOCK_STRING,
	SW_GQL_COMMENT,
};

struct sw_gql_token {
	enum sw_gql_token_kind kind;
	struct sw_str value; /* "" of punctuation */
	uint32_t line, col;  /* 1-based; col in code points, as int32_t negative in a block string's last line */
};

struct sw_gql_lexer {
	struct sw_arena *arena; /* strings with escapes */
	struct sw_str text;
	size_t at;
	size_t runes, line_start; /* code points read, and at the start of the line */
	uint32_t line;
};

void sw_gql_lexer_init(struct sw_gql_lexer *l, struct sw_arena *a, struct sw_str text);
/* The next token; at the end EOF again and again. A bad one is INVALID and ends the reading. */
struct sw_gql_token sw_gql_lex(struct sw_gql_lexer *l);
const char *sw_gql_kind_name(enum sw_gql_token_kind k);

#endif
