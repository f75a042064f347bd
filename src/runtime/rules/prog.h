/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions as a program: every distinct field, transformer and comparison of all rules of a source is one node,
 * evaluated at most once per event and only when an answer depends on it.
 *
 * Compilation checks what Falco checks (fields, arguments, types and operators, constants) and fails with its
 * texts. Constants are parsed once: sets are hashed, pmatch becomes a tree of path components, expressions are
 * compiled. Nodes are found again by their text, so macros shared by rules are shared in the program.
 *
 * A program is built by one thread and then read by any number, each with its own struct sw_eval.
 * Limits: the arena's; SW_COND_DEPTH_RULE levels.
 */
#ifndef SW_RUNTIME_RULES_PROG_H
#define SW_RUNTIME_RULES_PROG_H

#include "base/re2.h"
#include "runtime/rules/ast.h"
#include "runtime/rules/field.h"

enum sw_op {
	SW_OP_EQ,
	SW_OP_NE,
	SW_OP_LT,
	SW_OP_LE,
	SW_OP_GT,
	SW_OP_GE,
	SW_OP_CONTAINS,
	SW_OP_ICONTAINS,
	SW_OP_BCONTAINS,
	SW_OP_STARTSWITH,
	SW_OP_BSTARTSWITH,
	SW_OP_ENDSWITH,
	SW_OP_GLOB,
	SW_OP_IGLOB,
	SW_OP_REGEX,
	SW_OP_IN,
	SW_OP_INTERSECTS,
	SW_OP_PMATCH,
	SW_OP_EXISTS,
};

enum sw_mod { SW_MOD_NONE, SW_MOD_ONEOF, SW_MOD_ANYOF, SW_MOD_ALLOF };

enum sw_xt_kind {
	SW_XT_FIELD,
	SW_XT_CONST,
	SW_XT_LIST, /* of kids, each one value */
	SW_XT_TOLOWER,
	SW_XT_TOUPPER,
	SW_XT_B64,
	SW_XT_BASENAME,
	SW_XT_LEN,
	SW_XT_JOIN,
	SW_XT_CONCAT,
	SW_XT_GETOPT,
};

/* Something that yields values: a field, a constant, a transformer of such. */
struct sw_xt {
	uint8_t kind, type, format;
	bool list;
	uint32_t id; /* of its remembered values */
	uint32_t flags;
	struct sw_fieldref ref;
	struct sw_xt **kids;
	uint32_t n_kids;
	struct sw_fval value; /* CONST */
	bool has_opt;
	char opt;        /* getopt(…)[opt] */
	struct sw_str text; /* as printed */
};

/* A constant to compare with. */
struct sw_rhs {
	struct sw_fval v;
	const char *cstr;  /* strings: with a NUL behind */
	uint8_t addr[16];  /* addresses and networks */
	uint8_t addr_n, prefix;
	struct sw_re2 *re;
};

struct sw_strset;
struct sw_pathtree;

struct sw_rule_check {
	struct sw_xt *left, *right; /* right: val() or a transformer; else constants */
	uint8_t op, mod;
	struct sw_rhs *rhs;
	uint32_t n_rhs;
	const struct sw_strset *set; /* IN, INTERSECTS, "== anyof", "!= allof" over strings */
	const struct sw_pathtree *paths;
};

enum sw_node_kind { SW_NODE_AND, SW_NODE_OR, SW_NODE_NOT, SW_NODE_CHECK };

struct sw_node {
	uint8_t kind;
	uint32_t id;
	struct sw_node **kids;
	uint32_t n_kids;
	struct sw_rule_check *check;
	struct sw_str text; /* as printed; for explanations */
};

struct sw_prog;

struct sw_prog *sw_prog_new(struct sw_arena *a, enum sw_event_source source); /* released with the arena */

/* A warning of compilation: a constant that looks like a field, a regex that needs none. */
typedef void (*sw_prog_warn)(void *arg, struct sw_cond_pos pos, struct sw_str text);

/* A condition without identifiers. *ret_pos: the node that *err is about. */
int sw_prog_add(struct sw_prog *p, const struct sw_cond *c, sw_prog_warn warn, void *warn_arg,
	struct sw_node **ret, struct sw_cond_pos *ret_pos, struct sw_error *err);
/* A field or transformer for output. */
int sw_prog_add_field(struct sw_prog *p, const struct sw_cond *c, struct sw_xt **ret,
	struct sw_error *err);

/* The events for which a condition can be true. False: it cannot be told ("evt.type = val(…)"), *err says why. */
bool sw_cond_codes(const struct sw_cond *c, struct sw_codeset *ret, struct sw_error *err);
uint32_t sw_codeset_count(const struct sw_codeset *s);

/* ---- evaluation ---- */

struct sw_eval;

/* Room for what is remembered of one event. NULL: no memory. Free with sw_eval_free(). */
struct sw_eval *sw_eval_new(const struct sw_prog *p);
void sw_eval_free(struct sw_eval *e);
/* A new event: forget everything. It must stay valid until the next call. */
void sw_eval_begin(struct sw_eval *e, const struct sw_event *ev);
bool sw_eval_node(struct sw_eval *e, const struct sw_node *n);
/* -1: not asked yet for this event; 0, 1 */
int sw_eval_known(const struct sw_eval *e, const struct sw_node *n);
/* Values; n is 0 when there are none. */
struct sw_fvals sw_eval_values(struct sw_eval *e, const struct sw_xt *x);
const struct sw_event *sw_eval_event(const struct sw_eval *e);

/* ---- printing ---- */

/* One value as text: numbers by format, bytes with dots, addresses. */
void sw_value_print(struct sw_buf *out, uint8_t type, uint8_t format, struct sw_fval v);
/* As text output has it: lists in parentheses. False: there is no value. */
bool sw_eval_print(struct sw_eval *e, const struct sw_xt *x, struct sw_buf *out);
/* As JSON output has it; null when there is no value. */
void sw_eval_json(struct sw_eval *e, const struct sw_xt *x, struct sw_buf *out);

#endif
