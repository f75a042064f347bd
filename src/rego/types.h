/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types of Rego values, as OPA's types package has them, and the reader of the `decl` language of builtin rows.
 *
 * A type is an immutable tree in an arena; NULL is "unknown". `any` without members is every value.
 * Types come from values and rules, so their depth is that of the tree (compile.h), except through the
 * dynamic parts of objects, which the checker bounds,
 * and recursive types (of JSON Schemas), which are named where they are printed and compared.
 */
#ifndef SW_REGO_TYPES_H
#define SW_REGO_TYPES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "doc/value.h"

enum sw_rego_type_kind { /* in OPA's order */
	SW_RT_NULL,
	SW_RT_BOOLEAN,
	SW_RT_NUMBER,
	SW_RT_STRING,
	SW_RT_ARRAY,
	SW_RT_OBJECT,
	SW_RT_SET,
	SW_RT_ANY,
	SW_RT_FUNCTION,
	SW_RT_RECURSIVE, /* a type met again inside of itself: `result` is it, names[0] what it is called */
};

struct sw_rego_type;

struct sw_rego_prop {
	struct sw_value key;
	const struct sw_rego_type *type;
};

struct sw_rego_type {
	uint8_t kind;    /* enum sw_rego_type_kind */
	bool has_dyn;    /* OBJECT: there is a dynamic part (key, dyn may still be unknown) */
	uint32_t n;      /* of items, or of props */
	const struct sw_rego_type **items; /* ARRAY: static elements; ANY: members, sorted; FUNCTION: args */
	const struct sw_rego_prop *props;  /* OBJECT: static properties, sorted by key */
	const struct sw_rego_type *key;    /* OBJECT: of dynamic properties */
	const struct sw_rego_type *dyn;    /* ARRAY, OBJECT: dynamic; SET: element; FUNCTION: variadic */
	const struct sw_rego_type *result; /* FUNCTION; NULL: void, or unknown */
	const struct sw_str *names;        /* FUNCTION: of args, then of the result; NULL: none */
};

typedef const struct sw_rego_type *sw_rego_type_p; /* for arrays in calls */

extern const struct sw_rego_type sw_rt_null, sw_rt_boolean, sw_rt_number, sw_rt_string, sw_rt_any,
	sw_rt_set, sw_rt_array, sw_rt_object; /* the last three: empty */

/* Makers: NULL when the arena is full. Arrays given are not copied. */
struct sw_rego_type *sw_rego_type_new(struct sw_arena *a, enum sw_rego_type_kind kind);
const struct sw_rego_type *sw_rego_type_set(struct sw_arena *a, const struct sw_rego_type *of);
const struct sw_rego_type *sw_rego_type_array(struct sw_arena *a, const struct sw_rego_type **items,
	uint32_t n, const struct sw_rego_type *dyn);
/* Sorts `props`. */
const struct sw_rego_type *sw_rego_type_object(struct sw_arena *a, struct sw_rego_prop *props,
	uint32_t n, bool has_dyn, const struct sw_rego_type *key, const struct sw_rego_type *dyn);

/* The function type that a row's decl says. -SW_ESYNTAX tells the byte. */
int sw_rego_type_read(struct sw_arena *a, const char *decl, const struct sw_rego_type **ret,
	struct sw_error *err);
/* As `opa capabilities` prints it; null for unknown. */
struct sw_value sw_rego_type_value(struct sw_arena *a, const struct sw_rego_type *t);
/* From a capabilities document's JSON. */
int sw_rego_type_json(struct sw_arena *a, struct sw_value v, const struct sw_rego_type **ret,
	struct sw_error *err);

/* Is y among what x says? */
bool sw_rego_type_contains(const struct sw_rego_type *x, const struct sw_rego_type *y);
/* Union. NULL when one is a function and the other is not. */
const struct sw_rego_type *sw_rego_type_or(struct sw_arena *a, const struct sw_rego_type *x,
	const struct sw_rego_type *y);
/* Types of the keys and of the values that can be enumerated; NULL when nothing can. */
const struct sw_rego_type *sw_rego_type_keys(struct sw_arena *a, const struct sw_rego_type *t);
const struct sw_rego_type *sw_rego_type_values(struct sw_arena *a, const struct sw_rego_type *t);
/* Type of the member with this key. */
const struct sw_rego_type *sw_rego_type_select(struct sw_arena *a, const struct sw_rego_type *t,
	struct sw_value key);
/* Is any part of it unknown? */
bool sw_rego_type_nil(const struct sw_rego_type *t);
const struct sw_rego_type *sw_rego_type_of_scalar(enum sw_type t);
/* What a recursive type stands for; other types themselves. NULL while it is being made. */
static inline const struct sw_rego_type *sw_rego_type_bare(const struct sw_rego_type *t)
{
	return t && t->kind == SW_RT_RECURSIVE ? t->result : t;
}
/* As OPA prints types: "array<number, string>[any]", "???" for unknown. */
void sw_rego_type_print(struct sw_buf *out, const struct sw_rego_type *t);
/* A key of a property as OPA prints it: strings bare. */
void sw_rego_type_print_key(struct sw_buf *out, struct sw_value key);

#endif
