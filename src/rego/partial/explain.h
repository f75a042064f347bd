/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluation for traces, inside of the partial evaluator: nothing is unknown, every step is told as OPA tells
 * it, and rules are found, remembered and left early exactly where OPA does so. Not for others.
 *
 * Early exit: where the rules that may hold agree on one value, the first solution ends their evaluation. It
 * travels up as pe->ee while continuations return. Whoever has other solutions to try asks pe_stopped():
 * an exit that is deferred belongs to a caller further up, so that the loops of the query between
 * go on, and takes its way when they are done.
 */
#ifndef SW_REGO_PARTIAL_EXPLAIN_H
#define SW_REGO_PARTIAL_EXPLAIN_H

#include "rego/partial/internal.h"

struct explain {
	void (*trace)(void *arg, const struct sw_rego_trace_event *ev);
	void *arg;
	struct varset indices; /* of the rules of a node, by its address */
	struct varset texts;   /* of expressions and bodies, by their address */
	const struct sw_rego_loc *last; /* what has no place is told at the last one */
};

/* What an event is of: one of them, or nothing. */
struct sw_rego_trace_point {
	struct ev *e;
	const struct sw_rego_expr *expr;
	const struct sw_rego_body *body;
	const struct sw_rego_rule *rule;
};

struct ee {
	bool deferred;
	const struct ee *prev;
};

/*
 * Comprehensions that were indexed, by their address. OPA makes this where the first one is met, so that it
 * is forgotten with that body; `with` hides what was there before.
 */
struct groups {
	struct level {
		struct varset known;
		struct level *hidden;
	} *top;
};

/* Rules that may hold, in their order: else branches follow the first of their group. */
struct candidates {
	struct sw_rego_rule **v, *def;
	uint32_t *group;
	uint32_t n, n_groups;
	bool multi, ground, early;
};

/* explain.c. The events are dropped when nobody listens; of rules and indices: only where pe->explain is set. */
void pe_trace_expr(struct ev *e, enum sw_rego_trace_op op, const struct sw_rego_expr *x);
void pe_trace_body(struct ev *e, enum sw_rego_trace_op op, const struct sw_rego_body *b);
void pe_trace_rule(struct ev *e, enum sw_rego_trace_op op, const struct sw_rego_rule *r);
void pe_trace_note(struct ev *e, struct sw_str text);
void pe_trace_test_case(struct ev *e, struct sw_value path);
void pe_trace_index(struct ev *e, const term *ref, const struct candidates *c);
bool pe_stopped(struct pe *pe, const struct ee **deferred);
void pe_solved(struct ev *e); /* behind the continuation of a body's last expression */
void pe_suppress(struct pe *pe); /* the exit that was asked for has arrived */
struct varset *pe_groups(struct ev *e);
void pe_groups_hide(struct ev *e);
void pe_groups_show(struct ev *e);
void pe_explain(struct ev *e);   /* the query */

/* ruleindex.c. args: of a call, with their bindings. */
struct candidates pe_candidates(
	struct ev *e, const struct sw_rego_node *node, term *const *args, struct bnd *args_b);

/* known.c */
void pe_known_virtual(const struct reff *r, const struct sw_rego_node *node, struct k *k);
void pe_known_func(struct ev *e, const struct sw_rego_terms *call, const struct sw_rego_node *node, struct k *k);

#endif
