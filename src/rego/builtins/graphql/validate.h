/* SPDX-License-Identifier: Apache-2.0 */
/* Validation of a query against a schema: section 5 of the specification, with gqlparser's rules and words. */
#ifndef SW_REGO_BUILTINS_GRAPHQL_VALIDATE_H
#define SW_REGO_BUILTINS_GRAPHQL_VALIDATE_H

#include "rego/builtin.h"
#include "rego/builtins/graphql/schema.h"

struct sw_gql_walk {
	struct sw_builtin_ctx *ctx; /* work is taken from its budget */
	const struct sw_gql_schema *schema;
	struct sw_gql_query *query;
	struct sw_gql_op *op; /* NULL outside of operations */
	struct sw_buf *why;   /* "input:1:2: text\n" for each error */
	uint32_t errors;
	uint32_t mark;        /* newest sw_gql_frag.mark */
	bool in_fragments;
	int rc;               /* negative: a limit was reached */
	unsigned depth;
	uint8_t *pairs;       /* overlap.c: fragments compared with each other already */
	uint32_t round;
};

/* 0: valid, or not, then `why` has the errors. Negative: a limit. */
int sw_gql_validate(struct sw_builtin_ctx *ctx, const struct sw_gql_schema *schema,
	struct sw_gql_query *query, struct sw_buf *why, bool *ret_valid);

/* One error; what stands in the buffer `text` is the message. */
void sw_gql_error(struct sw_gql_walk *w, sw_gql_at_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
struct sw_gql_frag *sw_gql_find_frag(const struct sw_gql_query *q, struct sw_str name);

/* " Did you mean "a" or "b"?" for names that are near to `typed`. */
struct sw_gql_names {
	struct sw_str *v;
	uint32_t n;
};
void sw_gql_suggest(struct sw_arena *a, struct sw_buf *out, const char *prefix, struct sw_str typed,
	struct sw_gql_names options, bool quoted);
void sw_gql_or_list(struct sw_buf *out, struct sw_gql_names names, bool quoted);

void sw_gql_rule_value(struct sw_gql_walk *w, struct sw_gql_value *v);         /* rules_value.c */
void sw_gql_rule_fields(struct sw_gql_walk *w, const struct sw_gql_sel *f);    /* rules_field.c: before overlap */
void sw_gql_rule_fields_late(struct sw_gql_walk *w, const struct sw_gql_sel *f);
void sw_gql_rule_directive(struct sw_gql_walk *w, const struct sw_gql_dir *d);
void sw_gql_rule_overlap(struct sw_gql_walk *w, const struct sw_gql_sels *set); /* overlap.c */
void sw_gql_rule_operation(struct sw_gql_walk *w);                              /* rules_document.c */
void sw_gql_rule_fragment(struct sw_gql_walk *w, struct sw_gql_frag *f);
void sw_gql_rule_inline(struct sw_gql_walk *w, const struct sw_gql_sel *s);
void sw_gql_rule_spread(struct sw_gql_walk *w, const struct sw_gql_sel *s);

#endif
