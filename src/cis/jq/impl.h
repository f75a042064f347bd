/* SPDX-License-Identifier: Apache-2.0 */
/* Between parse.c, run.c and call.c. */
#ifndef SW_CIS_JQ_IMPL_H
#define SW_CIS_JQ_IMPL_H

#include "cis/jq/jq.h"

#define JQ_DEPTH_MAX 64
#define JQ_RESULTS_MAX 1000000

enum jq_kind {
	JQ_DOT, JQ_RECURSE, JQ_VALUE, JQ_FIELD, JQ_INDEX, JQ_SLICE, JQ_EACH, JQ_PIPE, JQ_COMMA, JQ_BIN,
	JQ_AND, JQ_OR, JQ_ALT, JQ_NEG, JQ_IF, JQ_TRY, JQ_ARRAY, JQ_OBJECT, JQ_STRING, JQ_CALL, JQ_AS,
	JQ_VAR
};

/* kids by kind: FIELD term; INDEX term, index; SLICE term, from, to (or NULL); IF condition, then,
 * else; AS source, body; OBJECT key, value, key, value …; STRING pieces */
struct jq_node {
	enum jq_kind kind;
	char op[3];
	struct sw_value value;
	struct sw_str name; /* field, function or variable */
	struct jq_node **kids;
	uint32_t n;
};

struct sw_cis_jq {
	struct jq_node *root;
};

struct jq_env {
	struct sw_str name;
	struct sw_value value;
	const struct jq_env *next;
};

struct jq {
	struct sw_arena *a;
	struct sw_error *err;
	int rc, depth;
	uint32_t results;
};

void jq_fail(struct jq *q, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void jq_emit(struct jq *q, struct sw_list *out, struct sw_value v);
void jq_eval(struct jq *q, const struct jq_node *n, const struct jq_env *env, struct sw_value in,
	struct sw_list *out);
bool jq_truth(struct sw_value v);
/* A call of a function by name; false when there is none of that name and number of arguments. */
bool jq_call(struct jq *q, const struct jq_node *n, const struct jq_env *env, struct sw_value in,
	struct sw_list *out);
struct sw_str jq_text(struct jq *q, struct sw_value v); /* as tostring */
struct sw_value jq_binary(struct jq *q, const char *op, struct sw_value l, struct sw_value r);
/* Is there such a function? */
bool jq_known(struct sw_str name, uint32_t args);

#endif
