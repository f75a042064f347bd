/* SPDX-License-Identifier: Apache-2.0 */
/* A checked schema: the built-in types and directives and those of a document, extensions merged. */
#ifndef SW_REGO_BUILTINS_GRAPHQL_SCHEMA_H
#define SW_REGO_BUILTINS_GRAPHQL_SCHEMA_H

#include "rego/builtins/graphql/model.h"

struct sw_gql_schema {
	struct sw_arena *arena;
	struct sw_gql_def **types; /* sorted by name when sealed */
	uint32_t n_types, cap_types;
	struct sw_gql_dirdef **dirs;
	uint32_t n_dirs;
	struct sw_gql_def *query, *mutation, *subscription;
	struct sw_buf *why;
};

/* 0; -SW_EINVALID with gqlparser's text in `why`; -SW_ELIMIT. */
int sw_gql_schema_build(
	struct sw_arena *a, struct sw_gql_schema_doc *doc, struct sw_gql_schema *ret, struct sw_buf *why);
struct sw_gql_def *sw_gql_schema_type(const struct sw_gql_schema *s, struct sw_str name);
const struct sw_gql_dirdef *sw_gql_schema_dir(const struct sw_gql_schema *s, struct sw_str name);

static inline bool sw_gql_is(const struct sw_gql_def *d, const char *kind)
{
	return sw_str_is(d->kind, kind);
}
static inline bool sw_gql_leaf(const struct sw_gql_def *d)
{
	return sw_gql_is(d, "ENUM") || sw_gql_is(d, "SCALAR");
}
static inline bool sw_gql_abstract(const struct sw_gql_def *d)
{
	return sw_gql_is(d, "INTERFACE") || sw_gql_is(d, "UNION");
}
static inline bool sw_gql_composite(const struct sw_gql_def *d)
{
	return sw_gql_is(d, "OBJECT") || sw_gql_abstract(d);
}
static inline bool sw_gql_input(const struct sw_gql_def *d)
{
	return sw_gql_leaf(d) || sw_gql_is(d, "INPUT_OBJECT");
}

/* "input:3:7: " or "input: " when the place is not known. */
void sw_gql_put_at(struct sw_buf *out, sw_gql_at_t at);

/* The implicit part of every schema, in GraphQL's own language. */
extern const char sw_gql_prelude[];
/* 0, or negative: `why` says what does not hold. In schema_check.c. */
int sw_gql_schema_check(struct sw_gql_schema *s);
int sw_gql_schema_check_dirs(struct sw_gql_schema *s, const struct sw_gql_dirs *dirs, const char *location,
	const struct sw_gql_dirdef *inside, bool single);
int sw_gql_schema_fail(struct sw_gql_schema *s, sw_gql_at_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
