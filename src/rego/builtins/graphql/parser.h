/* SPDX-License-Identifier: Apache-2.0 */
/* The parser's inner parts, shared by parse.c (executable documents) and parse_schema.c (type systems). */
#ifndef SW_REGO_BUILTINS_GRAPHQL_PARSER_H
#define SW_REGO_BUILTINS_GRAPHQL_PARSER_H

#include "rego/builtins/graphql/lexer.h"
#include "rego/builtins/graphql/parse.h"

struct sw_gql_parser {
	struct sw_arena *arena;
	struct sw_gql_lexer lexer;
	struct sw_gql_token token, prev; /* the next one, when peeked; the last one taken */
	bool peeked, failed;
	struct sw_value comment; /* the comments before the next token; SW_UNDEF: none */
	struct sw_buf *why;
	unsigned depth;
};

void sw_gql_parser_init(struct sw_gql_parser *p, struct sw_arena *a, struct sw_str text, struct sw_buf *why);
struct sw_gql_token sw_gql_peek(struct sw_gql_parser *p);
struct sw_gql_token sw_gql_next(struct sw_gql_parser *p);
bool sw_gql_skip(struct sw_gql_parser *p, enum sw_gql_token_kind kind);
bool sw_gql_at(struct sw_gql_parser *p, enum sw_gql_token_kind kind);
bool sw_gql_at_name(struct sw_gql_parser *p, const char *name);
void sw_gql_unexpected(struct sw_gql_parser *p, struct sw_gql_token t);
void sw_gql_expect(struct sw_gql_parser *p, enum sw_gql_token_kind kind);
/* The comments before the keyword. */
struct sw_value sw_gql_keyword(struct sw_gql_parser *p, const char *name);
struct sw_value sw_gql_name(struct sw_gql_parser *p);
struct sw_value sw_gql_pos(struct sw_gql_parser *p);
/* `{ one one … }`, at least one; the comments before the closing token in *ret_comment (may be NULL). */
struct sw_value sw_gql_some(struct sw_gql_parser *p, enum sw_gql_token_kind open,
	enum sw_gql_token_kind close, struct sw_value (*one)(struct sw_gql_parser *),
	struct sw_value *ret_comment);
void sw_gql_put(struct sw_map *m, const char *key, struct sw_value v); /* not when null or empty */

struct sw_value sw_gql_directives(struct sw_gql_parser *p, bool constant);
struct sw_value sw_gql_type(struct sw_gql_parser *p);
struct sw_value sw_gql_value(struct sw_gql_parser *p, bool constant);

#endif
