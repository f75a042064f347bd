/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Rego compiler: modules and queries from the syntax tree that the parser makes to one that can
 * be planned. Stages, their order, error codes and error texts are OPA's (1.22).
 *
 * Ownership: everything lives in the arena given to sw_rego_program_new(), which also owns the
 * modules' trees. The modules are rewritten in place and belong to the program from then on.
 * Queries are compiled into an arena of the caller's choice, against a finished program, which they
 * only read. Threads: one while compiling; a finished program may be read by any number. Limits:
 * nesting of terms and bodies SW_REGO_COMPILE_DEPTH; beyond it -SW_ELIMIT with a diagnostic.
 *
 * ---- What the tree looks like after compilation (the contract with the planner) ----
 *
 * Refs. Every REF starts with VAR `data`, VAR `input` or a local variable. `data` and `input` alone
 * are REFs of one item. Names of rules and imports are resolved: `p` is data.pkg.p. The operator of
 * a call is a REF: data.pkg.f for a function, VAR + strings for a builtin (REF[VAR "json", "patch"]
 * is json.patch). Items behind the head are scalars, variables, or composites that hold only
 * scalars and variables. Locals. Declared variables (:=, some, every, arguments) are renamed
 * __localN__, unique in the program
 *   (__localqN__ in a query). Undeclared ones keep their name. Wildcards are $N.
 *   sw_rego_program_user_names() gives the user's names back. A variable of an enclosing body that
 * is seen in a closure keeps its name there. Bodies are in a safe order: left to right, every
 * variable is bound before an expression needs it. There is no EXPR_SOME left (some x vanishes,
 * some k, v in xs is `v = xs[k]` by eq) and no `assign`: `x := e` is eq.
 *   `==` is rewritten to eq in modules (not in queries). A body is never empty.
 * Terms. No CALL is left inside a term: calls are expressions with the result as an extra last
 * operand (terms.n == arity + 2), or without it when they stand alone (a false or undefined result
 * fails). Operands of calls hold no REF and no comprehension; of eq each side may be one REF or
 * comprehension at the top. A TERM expression may be a REF or a comprehension. Domains of `every`
 * are variables. TEMPLATE_STRING is internal.template_string([…]): parts are scalars, or sets of
 * zero or one element. Comprehensions: heads hold only scalars, variables and composites of them.
 * Rule heads and arguments too; head->ref items behind the first are scalars or variables (evaluate
 * the body, then the head). `with`: targets are REFs of data…, input…, a function or a builtin;
 * values are variables, ground terms or, when the target is a function, may be a REF that names a
 * function. print(…) is internal.print([{x | x = arg}, …]) or gone; rego.metadata.rule/chain() are
 * constants bound by a first expression of the body. `every`: key is always set (a generated local
 * when the user wrote none). Rules: default rules keep is_default and have one body `true`.
 * else_rule chains are kept; a rule of a chain has the head's args of the first, renamed the same
 * way. head->key is also the last ref item of a PARTIAL_OBJECT.
 */
#ifndef SW_REGO_COMPILE_H
#define SW_REGO_COMPILE_H

#include "rego/ast.h"
#include "rego/builtin.h"

#define SW_REGO_COMPILE_DEPTH 1000
#define SW_REGO_COMPILE_ERRORS 10 /* OPA's default number of errors before "error limit reached" */

/* What a --capabilities file allows. */
struct sw_rego_caps {
	const struct sw_builtin **builtins; /* sorted by name; rows of ours or made from the file */
	uint32_t n_builtins;
	struct sw_str *features;
	uint32_t n_features;
	struct sw_str *keywords; /* future_keywords */
	uint32_t n_keywords;
	bool all_features; /* no file: everything this build knows */
};

/* Everything that this build knows. */
int sw_rego_caps_default(struct sw_arena *a, struct sw_rego_caps **ret, struct sw_error *err);
/* From a capabilities document as `opa capabilities` prints it. */
int sw_rego_caps_read(struct sw_arena *a, struct sw_value doc, struct sw_rego_caps **ret,
	struct sw_error *err);
const struct sw_builtin *sw_rego_caps_find(const struct sw_rego_caps *c, struct sw_str name);
bool sw_rego_caps_feature(const struct sw_rego_caps *c, const char *name);

/* A JSON Schema for the type checker. */
struct sw_rego_schema {
	struct sw_value path; /* array of strings behind `schema`, as annotations name it; empty: of input */
	struct sw_value doc;
};

struct sw_rego_compile_opts {
	bool strict;                /* --strict: unused and duplicate things are errors */
	bool print;                 /* keep print(); else it is erased */
	bool test_cases;            /* rules test_x[name] tell of every case: internal.test_case */
	bool test_values;           /* sides of equations in rules test_… get locals, for traces */
	bool opa_names;             /* generated variables are numbered as OPA numbers them, for what shows them */
	bool allow_undefined_funcs; /* calls of unknown functions are left alone */
	bool metadata_only;         /* stop after the annotation set (opa inspect) */
	uint32_t max_errors;        /* 0: SW_REGO_COMPILE_ERRORS; UINT32_MAX: no limit */
	const struct sw_rego_caps *caps; /* NULL: the default */
	const struct sw_str *unsafe;     /* names of builtins that must not be called */
	uint32_t n_unsafe;
	const struct sw_rego_schema *schemas;
	uint32_t n_schemas;
	bool schema_set;         /* a set was given, maybe empty: annotations must not name what it lacks */
	bool schema_annotations; /* the `schemas` of annotations count */
	struct sw_value data; /* base documents: a rule on the path of one is a conflict; SW_UNDEF: no check */
};

/*
 * A node of the rule tree: data.a.b.p. Children are sorted by key. A rule sits at the ground prefix of its
 * ref: p[x].q under p. A node with rules may have children when its rules have dynamic refs.
 */
struct sw_rego_node {
	struct sw_value key; /* string at packages; any scalar inside ref heads */
	struct sw_rego_node *parent;
	struct sw_rego_node **children;
	uint32_t n_children, cap_children;
	struct sw_rego_rule **rules; /* in order of module name, then file order; else branches not listed */
	uint32_t n_rules, cap_rules;
	bool hide;      /* data.system: left out of `data` enumerations */
	void *plan;     /* the planner's */
};

struct sw_rego_program {
	struct sw_arena *arena;
	struct sw_rego_compile_opts opts;
	struct sw_rego_module **modules; /* sorted by file name */
	uint32_t n_modules, cap_modules;
	struct sw_rego_node *data;       /* the node of `data`; never NULL after a compilation */
	struct sw_rego_rule **order;     /* every rule (else branches too), dependencies first */
	uint32_t n_order;
	const struct sw_builtin **required; /* builtins called anywhere, sorted by name */
	uint32_t n_required;
	struct sw_rego_compiler *c;      /* the compiler's own */
};

/* Makes an empty program in `a`. Options are copied. */
int sw_rego_program_new(struct sw_arena *a, const struct sw_rego_compile_opts *opts,
	struct sw_rego_program **ret, struct sw_error *err);
/* The module's tree must live in the program's arena (or outlive it). */
int sw_rego_program_add(struct sw_rego_program *p, struct sw_rego_module *m);
/*
 * Compile all modules added. Errors go to `diags`, sorted as OPA sorts them; a stage that finds errors
 * ends the compilation where OPA ends it. 0, -SW_EINVALID (see diags) or -SW_ELIMIT.
 * Constants are folded later, when the plan is made (plan/fold.c).
 */
int sw_rego_program_compile(struct sw_rego_program *p, struct sw_rego_diags *diags);

/* Puts the names that the user gave to variables into an expression, which must be the caller's
 * own. */
void sw_rego_program_user_names(const struct sw_rego_program *p, struct sw_rego_expr *e);
/* Node by absolute ref (data.a.b); NULL when there is none. Only ground items are followed. */
struct sw_rego_node *sw_rego_node_find(const struct sw_rego_program *p, const struct sw_rego_term *ref);
struct sw_rego_node *sw_rego_node_child(const struct sw_rego_node *n, struct sw_value key);
/* Number of parameters of a function or builtin named by ref; -1 when it is neither. */
int sw_rego_program_arity(const struct sw_rego_program *p, const struct sw_rego_term *ref);
/* data.pkg.p of a rule: package path and head ref joined, in `a`. */
struct sw_rego_term *sw_rego_rule_ref(struct sw_arena *a, const struct sw_rego_rule *r);
/* And as far as it holds no variables: the document to which the rule belongs. */
struct sw_rego_term *sw_rego_rule_path(struct sw_arena *a, const struct sw_rego_rule *r);
/* Length of the prefix of a ref that holds no variables. */
uint32_t sw_rego_ref_ground_len(const struct sw_rego_term *ref);
/* Does it begin with that one, or is it the same? Variables are compared by name. */
bool sw_rego_ref_has_prefix(const struct sw_rego_term *ref, const struct sw_rego_term *prefix);

/* ---- queries ---- */

struct sw_rego_query_opts {
	const struct sw_rego_term *package; /* REF data.a.b, or NULL */
	struct sw_rego_import **imports;
	uint32_t n_imports;
	bool strict;
	bool print;
	bool equals;  /* `==` binds as `=` does, as in modules */
	bool capture; /* rewrite expressions so that their values can be told (opa eval's "expressions") */
	const struct sw_str *unsafe;
	uint32_t n_unsafe;
};

/* A variable of the query to report: `name` is what the user wrote, `var` what it is called in the body. */
struct sw_rego_query_var {
	struct sw_str name, var;
};

/* An expression as the user wrote it. */
struct sw_rego_query_expr {
	struct sw_rego_loc loc; /* loc.text is its source */
	struct sw_str capture;  /* variable that holds its value; "" : the value is `true` */
};

struct sw_rego_query {
	struct sw_rego_body body;
	struct sw_rego_query_var *vars; /* renamed ones only: others are reported under their own name */
	uint32_t n_vars;
	struct sw_rego_query_expr *exprs;
	uint32_t n_exprs;
};

/*
 * Compile a query against a compiled program. The body is rewritten (in place, new nodes in `a`).
 * Result bindings of a query are all its variables except wildcards ($…), generated ones (__local…) without
 * an entry in `vars`, and captures.
 */
int sw_rego_query_compile(struct sw_rego_program *p, struct sw_arena *a,
	const struct sw_rego_query_opts *opts, struct sw_rego_body *body, struct sw_rego_query *ret,
	struct sw_rego_diags *diags);

/* ---- dependencies ---- */

/*
 * The documents that a parsed, not compiled, query depends on in a compiled program: base documents (data and
 * input, up to the first variable of a ref) and the rules that are reached. Refs, sorted, each once; they live in
 * the program's arena. The query is rewritten. 0 or -SW_ELIMIT.
 */
int sw_rego_program_deps(struct sw_rego_program *p, struct sw_rego_body *query,
	struct sw_rego_terms *ret_base, struct sw_rego_terms *ret_virtual);

/* Targets of `with` in the rules below data; and refs of data that begin with none of the roots. */
int sw_rego_program_with_targets(struct sw_rego_program *p, struct sw_rego_terms *ret);
int sw_rego_program_outside(
	struct sw_rego_program *p, const struct sw_rego_terms *roots, struct sw_rego_terms *ret);

/* ---- comprehension indices ---- */

/*
 * Variables by which the results of a comprehension may be grouped, so that it is evaluated once instead
 * of once per binding (OPA's comprehension index). NULL when there is none. Sorted by name.
 */
/*
 * Grouping by members of outer variables too (x.id == outer.id), which OPA does not do: the body without such
 * equations binds `keys`, and the group that is asked for is that of `from`, terms of the enclosing body. The
 * body is then evaluated for elements that nobody asks for, so there is none where that could be noticed:
 * where calls of rules and functions, whose values may conflict, or of what has effects follow the first of
 * the equations. Not to be used where errors of builtins end the evaluation or expressions are counted.
 */
struct sw_rego_grouping {
	struct sw_rego_terms keys, from;
	struct sw_rego_body body;
};
const struct sw_rego_grouping *sw_rego_comprehension_grouping(const struct sw_rego_term *comprehension);
const struct sw_rego_terms *sw_rego_comprehension_keys(const struct sw_rego_program *p,
	const struct sw_rego_term *comprehension);

/* ---- annotations ---- */

/* One link of rego.metadata.chain(): path and the annotations found there (NULL for a bare rule). */
struct sw_rego_annotation_link {
	struct sw_value path; /* array of strings, without "data" */
	const struct sw_rego_annotations *annotations;
};
/* From the rule outwards: rule, document, package, subpackages. */
int sw_rego_annotation_chain(const struct sw_rego_program *p, struct sw_arena *a,
	const struct sw_rego_rule *r, struct sw_rego_annotation_link **ret, uint32_t *ret_n);

#endif
