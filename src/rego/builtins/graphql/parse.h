/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GraphQL documents to the tree that OPA shows for them: objects with the members of gqlparser's structures,
 * nulls and empty lists left out. Every node also has "Position", line << 32 | column, which
 * sw_gql_strip() takes out again.
 */
#ifndef SW_REGO_BUILTINS_GRAPHQL_PARSE_H
#define SW_REGO_BUILTINS_GRAPHQL_PARSE_H

#include "doc/value.h"

#define SW_GQL_DEPTH 400 /* nested selection sets, values, types */

/* SW_UNDEF with the reason in `why`, "text in GraphQL string at location line:col". */
struct sw_value sw_gql_parse_query(struct sw_arena *a, struct sw_str text, struct sw_buf *why);
struct sw_value sw_gql_parse_schema(struct sw_arena *a, struct sw_str text, struct sw_buf *why);
/* Without positions, nulls and empty containers; SW_UNDEF when the arena is full. */
struct sw_value sw_gql_strip(struct sw_arena *a, struct sw_value v);

/* A tree given by a policy, with the members that it can have and no others. SW_UNDEF: the arena is full. */
struct sw_value sw_gql_normal(struct sw_arena *a, struct sw_value tree, bool is_schema);

#endif
