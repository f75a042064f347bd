/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rego's syntax tree, shaped like OPA's ast package so that its documentation reads on ours.
 *
 * Ownership: a module and everything below it live in one arena. The parser makes the tree, the compiler
 * rewrites it in place (nodes may be shared after that, and are then read-only), the planner reads it.
 */
#ifndef SW_REGO_AST_H
#define SW_REGO_AST_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/source.h"
#include "doc/value.h"

/* Where a node was written. `text` is the exact source of the node. file NULL: generated. */
struct sw_rego_loc {
	struct sw_source *file;
	uint32_t row, col; /* 1-based; col counts code points, as OPA's does */
	uint32_t offset;   /* bytes from the start of the file */
	struct sw_str text;
};

enum sw_rego_version {
	SW_REGO_V0,        /* before 1.0: if/contains/in/every are names unless imported */
	SW_REGO_V0_COMPAT_V1, /* a v0 file that says `import rego.v1` */
	SW_REGO_V1,
};

struct sw_rego_term;
struct sw_rego_expr;
struct sw_rego_rule;

/* A growable pointer list in the arena. */
struct sw_rego_terms {
	struct sw_rego_term **v;
	uint32_t n, cap;
};

struct sw_rego_body {
	struct sw_rego_expr **v;
	uint32_t n, cap : 31;
	uint32_t implicit : 1; /* the compiler's, of a NOT_BODY or AND_OR: written without braces */
};

enum sw_rego_term_kind {
	SW_REGO_SCALAR,          /* null, bool, number, string: `value` */
	SW_REGO_VAR,             /* `name` ("_" is renamed $0, $1 … by the parser, as OPA does) */
	SW_REGO_REF,             /* `items`: head (var, call, …) then the operands */
	SW_REGO_ARRAY,           /* `items` */
	SW_REGO_SET,             /* `items` */
	SW_REGO_OBJECT,          /* `items`: key, value, key, value … in source order; a key may repeat, the last counts */
	SW_REGO_ARRAY_COMP,      /* [ items[0] | body ] */
	SW_REGO_SET_COMP,        /* { items[0] | body } */
	SW_REGO_OBJECT_COMP,     /* { items[0] : items[1] | body } */
	SW_REGO_CALL,            /* items[0] is the operator (REF), then the arguments */
	SW_REGO_TEMPLATE_STRING, /* $"…": items are SCALAR strings and expressions; see body below */
};

struct sw_rego_term {
	uint8_t kind;      /* enum sw_rego_term_kind */
	bool generated;    /* made by the compiler, not written by anybody */
	bool multi_line;   /* template string in back quotes */
	/* What walks look at comes first: trees are larger than caches. */
	struct sw_rego_terms items;
	/*
	 * Comprehensions. TEMPLATE_STRING: as long as items; v[i] is NULL for literal text, else the whole
	 * expression written there (its `with` modifiers too), whose term or call is also items[i]; items[i]
	 * is NULL where the expression is no term (not { … }, and / or).
	 */
	struct sw_rego_body body;
	struct sw_str name;         /* VAR. SCALAR: a number as written where that is no JSON (.5), else "" */
	struct sw_value value;      /* SCALAR */
	struct sw_rego_loc loc;
	void *type;                 /* the compiler's: struct sw_rego_type, or NULL */
	const struct sw_rego_terms *keys; /* the compiler's: index of a comprehension, see compile.h */
	const struct sw_rego_grouping *grouping; /* and one that OPA does not have */
};

/* `with target as value` */
struct sw_rego_with {
	struct sw_rego_loc loc;
	struct sw_rego_term *target, *value;
};

enum sw_rego_expr_kind {
	SW_REGO_EXPR_TERM,  /* terms[0] alone: true unless false or undefined */
	SW_REGO_EXPR_CALL,  /* terms[0] operator REF, then arguments (eq, assign, plus, f(x) …) */
	SW_REGO_EXPR_SOME,  /* some x, y · some k, v in xs: then terms[0] is a CALL of internal.member_2/3 */
	SW_REGO_EXPR_EVERY, /* every k, v in domain { body } */
	SW_REGO_EXPR_NOT_BODY, /* not { body } (future keyword `not`) */
	SW_REGO_EXPR_AND_OR,   /* experimental `and` / `or` of two or more bodies or expressions */
};

struct sw_rego_expr {
	uint8_t kind;   /* enum sw_rego_expr_kind */
	bool negated;   /* not … */
	bool generated;
	bool is_or;     /* AND_OR */
	bool explicit_body; /* NOT_BODY: written with braces */
	bool explicit_lhs, explicit_rhs; /* AND_OR: the operand was written as { body } */
	bool from_assign; /* the compiler's: an eq that was written := */
	const struct sw_rego_expr *from; /* the compiler's: of which written expression it was taken out; or NULL */
	uint32_t index; /* place in its body */
	struct sw_rego_loc loc;
	struct sw_rego_terms terms;
	struct sw_rego_with *withs;
	uint32_t n_withs;
	struct sw_rego_term *key, *val, *domain; /* EVERY; key may be NULL */
	struct sw_rego_body body;                /* EVERY, NOT_BODY */
	struct sw_rego_body *branches;           /* AND_OR: always two, chains nest to the left */
	uint32_t n_branches;
};

enum sw_rego_rule_kind {
	SW_REGO_COMPLETE,       /* p = v · p := v · default p = v; also p.q.r = v with a ground ref */
	SW_REGO_PARTIAL_SET,    /* p contains x · v0: p[x] */
	SW_REGO_PARTIAL_OBJECT, /* p[k] = v · p[x].q[y] = v: any head ref with a variable behind its name */
	SW_REGO_FUNCTION,       /* f(x) = v */
};

struct sw_rego_head {
	struct sw_rego_loc loc;
	struct sw_rego_term *ref;   /* REF: name and what follows, as written */
	struct sw_rego_term *key;   /* PARTIAL_SET: the element. PARTIAL_OBJECT: the last operand of ref */
	struct sw_rego_term *value; /* NULL in a PARTIAL_SET; `true` (generated) when not written */
	struct sw_rego_terms args;  /* FUNCTION */
	bool assign;                /* written with := */
	bool has_contains, has_if;
	bool generated_value;       /* no value was written */
	/*
	 * Head.Name and Head.Key as OPA's own tree has them (printing, error texts and ast_json need both):
	 * the name is empty in most heads with a ref; the key is also set for p.q = v and p["q"] = v.
	 */
	struct sw_str opa_name;
	struct sw_rego_term *opa_key;
};

enum sw_rego_annotation_on { SW_REGO_ON_NOTHING, SW_REGO_ON_PACKAGE, SW_REGO_ON_IMPORT, SW_REGO_ON_RULE };

/* One `# METADATA` block. */
struct sw_rego_annotations {
	struct sw_rego_loc loc, end; /* its first and last line */
	struct sw_str scope;         /* rule | document | package | subpackages */
	bool entrypoint;
	uint8_t on;            /* enum sw_rego_annotation_on: what stands below */
	struct sw_value value; /* as rego.metadata.rule() and chain() give it */
	struct sw_value json;  /* as opa parse and opa inspect print it */
	const void *target;    /* struct sw_rego_rule; of a package its REF; of an import struct sw_rego_import */
};

struct sw_rego_rule {
	uint8_t kind; /* enum sw_rego_rule_kind */
	bool is_default;
	bool generated_body; /* no body was written */
	uint8_t uses;        /* the compiler's: what stages have to look for */
	struct sw_rego_loc loc;
	struct sw_rego_head *head;
	struct sw_rego_body body;
	struct sw_rego_rule *else_rule; /* the next of an else chain */
	struct sw_rego_module *module;
	struct sw_rego_annotations **annotations;
	uint32_t n_annotations;
	uint32_t id; /* the compiler's: place among all rules of a program */
};

struct sw_rego_import {
	struct sw_rego_loc loc;
	struct sw_rego_term *path; /* REF: data.x, input.x, rego.v1, future.keywords.in */
	struct sw_str alias;       /* "" when none */
	struct sw_rego_loc alias_loc;
};

struct sw_rego_comment {
	struct sw_rego_loc loc;
	struct sw_str text; /* behind '#' */
};

struct sw_rego_module {
	struct sw_source *file;
	enum sw_rego_version version;
	struct sw_rego_loc package_loc;
	struct sw_rego_term *package; /* REF that starts with data */
	struct sw_rego_import **imports;
	uint32_t n_imports;
	struct sw_rego_rule **rules;
	uint32_t n_rules;
	struct sw_rego_annotations **annotations;
	uint32_t n_annotations;
	struct sw_rego_comment *comments;
	uint32_t n_comments;
};

/*
 * Errors of a file or a compilation, all of them: OPA's codes (rego_parse_error, rego_compile_error,
 * rego_type_error, rego_unsafe_var_error, rego_recursion_error) and OPA's texts.
 */
struct sw_rego_diag {
	const char *code; /* "": the text alone says it */
	struct sw_rego_loc loc;
	struct sw_str text;
	struct sw_str details; /* further lines, "" or what OPA prints below the message */
	struct sw_value json;  /* of a type error: the types that do not fit, as OPA's JSON has them */
};

struct sw_rego_diags {
	struct sw_arena *arena; /* where texts live; set by init */
	struct sw_rego_diag *v;
	uint32_t n, cap;
	uint32_t max; /* stop after this many; 0: no limit. OPA's default is 10 */
};

void sw_rego_diags_init(struct sw_rego_diags *d, struct sw_arena *a);
/* The texts stay where they are. */
void sw_rego_diag_copy(struct sw_rego_diags *d, const struct sw_rego_diag *from);
void sw_rego_diag_add(struct sw_rego_diags *d, const char *code, const struct sw_rego_loc *loc,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* A parse error: `details` becomes the source line of loc->offset with a caret below. */
void sw_rego_diag_add_source(struct sw_rego_diags *d, const char *code,
	const struct sw_rego_loc *loc, struct sw_str text);
/* As OPA prints it: `file:row: code: text`, the source line and a caret below for parse errors. */
void sw_rego_diag_format(const struct sw_rego_diag *d, struct sw_buf *out);

#endif
