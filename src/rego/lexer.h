/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rego's tokens, cut off a source text one at a time. The state is a small value: copying it saves the
 * position, assigning it back restores it. Tokens are views into the text, except template string parts
 * that hold \{ (rewritten in the arena). Which words are keywords is a set of bits in the state.
 */
#ifndef SW_REGO_LEXER_H
#define SW_REGO_LEXER_H

#include "base/arena.h"
#include "base/str.h"

enum sw_rego_tok {
	SW_TOK_ILLEGAL,
	SW_TOK_EOF,
	SW_TOK_WHITESPACE,
	SW_TOK_IDENT,
	SW_TOK_COMMENT,
	SW_TOK_PACKAGE,
	SW_TOK_IMPORT,
	SW_TOK_AS,
	SW_TOK_DEFAULT,
	SW_TOK_ELSE,
	SW_TOK_NOT,
	SW_TOK_SOME,
	SW_TOK_WITH,
	SW_TOK_NULL,
	SW_TOK_TRUE,
	SW_TOK_FALSE,
	SW_TOK_NUMBER,
	SW_TOK_STRING,
	SW_TOK_TEMPLATE_PART, /* $"… up to {, or }… up to { */
	SW_TOK_TEMPLATE_END,
	SW_TOK_RAW_TEMPLATE_PART,
	SW_TOK_RAW_TEMPLATE_END,
	SW_TOK_LBRACK,
	SW_TOK_RBRACK,
	SW_TOK_LBRACE,
	SW_TOK_RBRACE,
	SW_TOK_LPAREN,
	SW_TOK_RPAREN,
	SW_TOK_COMMA,
	SW_TOK_COLON,
	SW_TOK_ADD,
	SW_TOK_SUB,
	SW_TOK_MUL,
	SW_TOK_QUO,
	SW_TOK_REM,
	SW_TOK_AND, /* & */
	SW_TOK_OR,  /* | */
	SW_TOK_UNIFY,
	SW_TOK_EQUAL,
	SW_TOK_ASSIGN,
	SW_TOK_IN,
	SW_TOK_NEQ,
	SW_TOK_GT,
	SW_TOK_LT,
	SW_TOK_GTE,
	SW_TOK_LTE,
	SW_TOK_DOT,
	SW_TOK_SEMICOLON,
	SW_TOK_EVERY,
	SW_TOK_CONTAINS,
	SW_TOK_IF,
	SW_TOK_LOGICAL_AND,
	SW_TOK_LOGICAL_OR,
	SW_TOK__COUNT
};

/* Words that are keywords only when the version or an import says so. */
enum sw_rego_keyword {
	SW_KW_IN = 1 << 0,
	SW_KW_EVERY = 1 << 1, /* brings SW_KW_IN with it */
	SW_KW_CONTAINS = 1 << 2,
	SW_KW_IF = 1 << 3,
	SW_KW_NOT = 1 << 4, /* set at the start: `not` was always one */
	SW_KW_AND = 1 << 5,
	SW_KW_OR = 1 << 6,
	SW_KW_V0_FUTURE = SW_KW_IN | SW_KW_EVERY | SW_KW_CONTAINS | SW_KW_IF,
	SW_KW_V1_FUTURE = SW_KW_NOT | SW_KW_AND | SW_KW_OR,
	SW_KW_ALL_FUTURE = SW_KW_V0_FUTURE | SW_KW_V1_FUTURE,
};

struct sw_rego_lexer {
	size_t offset;  /* behind the current character */
	uint32_t row, col;
	uint32_t width; /* bytes of the current character */
	int32_t curr;   /* -1: the end */
	uint32_t keywords;
	const char *pending; /* error met while reading the very first character */
};

#define SW_REGO_LEX_ERRORS 8 /* kept per token */

struct sw_rego_token {
	enum sw_rego_tok tok;
	struct sw_str lit;
	size_t offset, end;
	uint32_t row, col;
	unsigned n_errors;
	const char *errors[SW_REGO_LEX_ERRORS];
};

enum sw_rego_lex_mode {
	SW_LEX_NORMAL,
	SW_LEX_TEMPLATE,     /* go on behind the } of a template string's expression */
	SW_LEX_RAW_TEMPLATE, /* the same in back quotes */
};

void sw_rego_lexer_init(struct sw_rego_lexer *l, struct sw_str text);
void sw_rego_lexer_scan(struct sw_rego_lexer *l, struct sw_str text, struct sw_arena *a,
	enum sw_rego_lex_mode mode, struct sw_rego_token *ret);

const char *sw_rego_tok_name(enum sw_rego_tok t);      /* as error texts call it */
bool sw_rego_tok_is_keyword(enum sw_rego_tok t);       /* base or future keyword */
uint32_t sw_rego_keyword_bit(struct sw_str word);      /* of a future keyword; 0: none */
enum sw_rego_tok sw_rego_keyword_tok(struct sw_str word, uint32_t keywords); /* IDENT: none */

#endif
