/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GraphQL documents as the validator works on them, loaded from the tree that parse.h describes, whether it
 * came from the parser or from a policy. Everything lives in the arena of the load.
 */
#ifndef SW_REGO_BUILTINS_GRAPHQL_MODEL_H
#define SW_REGO_BUILTINS_GRAPHQL_MODEL_H

#include "doc/value.h"

/* line << 32 | column; 0: unknown */
typedef uint64_t sw_gql_at_t;

enum sw_gql_value_kind {
	SW_GQL_V_VARIABLE,
	SW_GQL_V_INT,
	SW_GQL_V_FLOAT,
	SW_GQL_V_STRING,
	SW_GQL_V_BLOCK,
	SW_GQL_V_BOOL,
	SW_GQL_V_NULL,
	SW_GQL_V_ENUM,
	SW_GQL_V_LIST,
	SW_GQL_V_OBJECT,
};

struct sw_gql_type {
	struct sw_str named; /* "": a list of elem */
	struct sw_gql_type *elem;
	bool non_null;
	sw_gql_at_t at;
};

struct sw_gql_def;
struct sw_gql_var;

struct sw_gql_value {
	struct sw_str raw;
	int kind;
	struct sw_gql_arg *children;
	uint32_t n_children;
	sw_gql_at_t at;
	/* found by the walker */
	const struct sw_gql_def *def;
	struct sw_gql_var *var;
	const struct sw_gql_type *expected;
	bool expected_default;
};

/* An argument, or a child of a list or object value. */
struct sw_gql_arg {
	struct sw_str name;
	struct sw_gql_value *value; /* never NULL */
	sw_gql_at_t at;
};

struct sw_gql_dir {
	struct sw_str name;
	struct sw_gql_arg *args;
	uint32_t n_args;
	sw_gql_at_t at;
	const struct sw_gql_dirdef *def;
	const char *location;
};

struct sw_gql_dirs {
	struct sw_gql_dir *v;
	uint32_t n;
};

/* An argument's, an input field's or an output field's definition. */
struct sw_gql_field_def {
	struct sw_str name;
	struct sw_gql_type *type; /* NULL only in enum values */
	struct sw_gql_value *def_value;
	struct sw_gql_field_def *args;
	uint32_t n_args;
	struct sw_gql_dirs dirs;
	sw_gql_at_t at;
};

struct sw_gql_dirdef {
	struct sw_str name;
	struct sw_gql_field_def *args;
	uint32_t n_args;
	struct sw_str *locations;
	uint32_t n_locations;
	bool repeatable;
	sw_gql_at_t at;
};

struct sw_gql_def {
	struct sw_str kind, name; /* "OBJECT", … */
	struct sw_gql_dirs dirs;
	struct sw_str *interfaces, *types;
	uint32_t n_interfaces, n_types;
	sw_gql_at_t *type_at;
	uint32_t n_type_at;
	struct sw_gql_field_def *fields, *values;
	uint32_t n_fields, n_values;
	bool built_in;
	sw_gql_at_t at;
	const struct sw_gql_def **possible;
	uint32_t n_possible, cap_possible;
	/* scratch of the check for cycles */
	bool visited;
	int64_t path_index;
};

struct sw_gql_optype {
	struct sw_str operation, type;
	sw_gql_at_t at;
};

struct sw_gql_schema_def {
	struct sw_gql_dirs dirs;
	struct sw_gql_optype *ops;
	uint32_t n_ops;
	sw_gql_at_t at;
};

struct sw_gql_schema_doc {
	struct sw_gql_schema_def *schema, *schema_ext;
	struct sw_gql_dirdef *dirs;
	struct sw_gql_def *defs, *exts;
	uint32_t n_schema, n_schema_ext, n_dirs, n_defs, n_exts;
};

enum sw_gql_sel_kind { SW_GQL_SEL_FIELD, SW_GQL_SEL_INLINE, SW_GQL_SEL_SPREAD };

struct sw_gql_sel;
struct sw_gql_sels {
	struct sw_gql_sel *v;
	uint32_t n;
};

struct sw_gql_sel {
	enum sw_gql_sel_kind kind;
	struct sw_str alias, name; /* INLINE: name is the type condition */
	struct sw_gql_arg *args;
	uint32_t n_args;
	struct sw_gql_dirs dirs;
	struct sw_gql_sels set;
	sw_gql_at_t at;
	/* found by the walker */
	const struct sw_gql_field_def *def;
	const struct sw_gql_def *parent;
	struct sw_gql_frag *frag;
};

struct sw_gql_var {
	struct sw_str name;
	struct sw_gql_type *type;
	struct sw_gql_value *def_value;
	struct sw_gql_dirs dirs;
	sw_gql_at_t at;
	const struct sw_gql_def *def;
	bool used;
};

struct sw_gql_op {
	struct sw_str operation, name;
	struct sw_gql_var *vars;
	uint32_t n_vars;
	struct sw_gql_dirs dirs;
	struct sw_gql_sels set;
	sw_gql_at_t at;
};

struct sw_gql_frag {
	struct sw_str name, on;
	struct sw_gql_dirs dirs;
	struct sw_gql_sels set;
	sw_gql_at_t at;
	bool walked, used, visited;
	uint32_t mark;       /* of a walk that must not go in circles */
	int64_t path_index;
	uint32_t compared;   /* overlap.c: round in which it was compared */
};

struct sw_gql_query {
	struct sw_gql_op *ops;
	struct sw_gql_frag *frags;
	uint32_t n_ops, n_frags;
};

/*
 * False: the tree is not of the shape (or the arena is full). `from_value`: it was given by a policy; OPA
 * then takes every selection for a field.
 */
bool sw_gql_load_schema(struct sw_arena *a, struct sw_value v, struct sw_gql_schema_doc *ret);
bool sw_gql_load_query(struct sw_arena *a, struct sw_value v, bool from_value, struct sw_gql_query *ret);

/* Innermost name of a type. */
struct sw_str sw_gql_type_name(const struct sw_gql_type *t);
void sw_gql_type_print(struct sw_buf *out, const struct sw_gql_type *t);
void sw_gql_value_print(struct sw_buf *out, const struct sw_gql_value *v);
const struct sw_gql_field_def *sw_gql_find_field(
	const struct sw_gql_field_def *v, uint32_t n, struct sw_str name);
const struct sw_gql_arg *sw_gql_find_arg(const struct sw_gql_arg *v, uint32_t n, struct sw_str name);
bool sw_gql_compatible(const struct sw_gql_type *t, const struct sw_gql_type *other, bool other_non_null);

#endif
