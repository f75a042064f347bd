/* SPDX-License-Identifier: Apache-2.0 */
/* What check.c and overload.c share: the state of checking one expression. */
#ifndef SW_CEL_CHECK_H
#define SW_CEL_CHECK_H

#include "cel/internal.h"

struct cel_local {
	struct sw_str name;
	const struct cel_type *type;
};

struct cel_checker {
	struct cel_compiler *k;
	struct cel_local locals[CEL_LOCALS_MAX];
	uint32_t n_locals;
	uint32_t formatting; /* in the arguments of format() */
};

static inline const struct cel_type *cel_simple(enum cel_tkind kind)
{
	return &cel_types[kind];
}
static inline const struct cel_type *cel_param(const struct cel_type *t) /* NULL: dyn */
{
	return t ? t : &cel_types[T_DYN];
}
static inline bool cel_is_dyn(const struct cel_type *t)
{
	return t->kind == T_DYN || t->kind == T_ERROR;
}

const struct cel_type *cel_type_new(struct cel_checker *k, enum cel_tkind kind,
	const struct cel_type *a, const struct cel_type *b);
/* May a value of `have` stand where `want` is asked for? `bind`: what A, B and C are, may be NULL.
 */
bool cel_is_ordered(const struct cel_type *t); /* or dyn */
bool cel_assignable(
	const struct cel_type *want, const struct cel_type *have, const struct cel_type **bind);
/* The type of operator n, whose arguments are typed; an issue when there is none. */
const struct cel_type *cel_operator_type(struct cel_checker *k, const struct cel_node *n);
/* The candidates of a call, whose arguments are typed, and its type. */
void cel_call_resolve(struct cel_checker *k, struct cel_node *n);
/* An issue of types and names, which an environment that does not check passes over. */
void cel_type_issue(struct cel_checker *k, uint32_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Is there a function (not a method) of that name? */
bool cel_function_known(const struct cel_checker *k, struct sw_str name);

#endif
