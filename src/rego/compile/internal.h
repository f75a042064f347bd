/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the stages of the compiler share. Not for others.
 *
 * Memory: nodes live in c->a; sets and lists of a stage in c->tmp, which is rewound between rules.
 * Both are arenas, so running out of budget (or of depth) unwinds to the entry point by longjmp and
 * loses nothing; that is why no function here returns an allocation error. Nothing between setjmp
 * and longjmp may own heap memory: texts are made in c->buf.
 */
#ifndef SW_REGO_COMPILE_INTERNAL_H
#define SW_REGO_COMPILE_INTERNAL_H

#include <setjmp.h>
#include <stdlib.h>

#include "rego/compile.h"
#include "rego/parse.h"
#include "rego/types.h"

#define ERR_COMPILE "rego_compile_error"
#define ERR_TYPE "rego_type_error"
#define ERR_UNSAFE "rego_unsafe_var_error"
#define ERR_RECURSION "rego_recursion_error"

/* ---- sets of and maps from variable names ---- */

struct var_entry {
	struct sw_str name;
	const struct sw_rego_loc *loc; /* first place seen, or NULL */
	void *val;
};

struct varset {
	struct sw_arena *a;
	struct var_entry *v; /* in order of insertion */
	uint32_t n, cap;
	uint32_t *index; /* open addressing, value is position + 1 */
	uint32_t index_cap;
	const struct varset *base; /* members of it count as members, for look-ups only; or NULL */
};

struct compiler_error {
	const char *code;
	const struct sw_rego_loc *loc;
	struct sw_str text, details;
	struct sw_value json; /* details, as types */
	uint8_t stage; /* of a group of stages that is running: which of them */
};

/* Makes names that nobody uses; remembers what they stand for. */
struct vargen {
	struct varset exclude;
	const char *prefix; /* "__local" or "__localq" */
	uint32_t next;
	struct varset subjects; /* name -> struct sw_rego_term *, for type errors */
};

struct type_env;
struct graph;

struct sw_rego_compiler {
	struct sw_rego_program *p;
	struct sw_arena *a;  /* nodes */
	struct sw_arena tmp; /* a stage's own */
	struct sw_buf buf;
	jmp_buf *out;
	const struct sw_rego_caps *caps;
	struct varset builtins; /* of caps: name -> row */
	struct varset unsafe; /* names of unsafe builtins */
	struct vargen *gen;
	struct varset rewritten; /* generated name -> struct sw_str * of the user's */
	struct compiler_error *errs;
	uint32_t n_errs, cap_errs, max_errs;
	uint32_t from, to;	/* modules that the stage is to look at */
	uint32_t below;		/* errors that count towards the limit: not those of a group's other stages */
	uint8_t stage;
	bool stop;		/* an error that ends the compilation after its stage */
	bool limited;		/* the limit was reached */
	struct varset required; /* name -> row */
	struct sw_rego_import **unused;
	uint32_t n_unused, cap_unused;
	uint32_t *packages; /* of each module, a number by which most packages differ */
	struct type_env *env;
	const struct sw_rego_type *input; /* of a schema, or NULL */
	bool annotated; /* some annotation has schemas */
	struct graph *graph;
	bool strict, print, allow_undefined;
	bool query; /* compiling a query */
	bool equals; /* of a query too: == is = */
	struct varset
		*user_names; /* the set to look a variable's user name up in, besides rewritten */
};

typedef struct sw_rego_compiler cc; /* the one abbreviation: it is in every prototype */

/* program.c */
void cc_fail(cc *c, int code) __attribute__((noreturn));
int cc_guard(cc *c, void (*fn)(cc *c, void *arg), void *arg);
void *cc_alloc(cc *c, size_t n); /* zeroed, in c->a */
void *cc_tmp(cc *c, size_t n);	 /* zeroed, in c->tmp */
void *cc_check(cc *c, void *p);	 /* unwinds when p is NULL */
struct sw_str cc_str(cc *c, struct sw_str s);
struct sw_str cc_printf(cc *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Record an error; false when the limit is reached. `hard` ends the compilation after the stage. */
bool cc_err(cc *c, bool hard, const char *code, const struct sw_rego_loc *loc, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
bool cc_err_add(cc *c, bool hard, const struct compiler_error *e);
struct sw_str cc_term_str(cc *c, const struct sw_rego_term *t); /* printed, in c->a */
void cc_require(cc *c, const char *builtin);
/* Grow an array in c->a (tmp: in c->tmp) so that one more fits. */
#define CC_GROW(c, arena, arr, n, cap)                                                             \
	do {                                                                                       \
		if ((n) == (cap)) {                                                                \
			uint32_t ncap_ = (cap) ? (cap)*2 : 4;                                      \
			(arr) = cc_check(                                                          \
				(c), sw_arena_grow((arena), (arr), (cap) * sizeof(*(arr)),         \
					     ncap_ * sizeof(*(arr))));                             \
			(cap) = ncap_;                                                             \
		}                                                                                  \
	} while (0)
int loc_cmp(const struct sw_rego_loc *x, const struct sw_rego_loc *y);
void errors_flush(cc *c, struct sw_rego_diags *diags);

void body_prepare(cc *c, struct sw_rego_body *b);

/* vars.c */
void vs_init(struct varset *s, struct sw_arena *a);
struct var_entry *vs_get(const struct varset *s, struct sw_str name);
static inline bool vs_has(const struct varset *s, struct sw_str name)
{
	return vs_get(s, name) != NULL;
}
struct var_entry *vs_add(cc *c, struct varset *s, struct sw_str name);
void vs_set(cc *c, struct varset *s, struct sw_str name, void *val);
bool vs_del(struct varset *s, struct sw_str name);
void vs_update(cc *c, struct varset *s, const struct varset *from);
struct varset vs_copy(cc *c, const struct varset *s);
struct varset vs_diff(cc *c, const struct varset *s, const struct varset *minus);
struct varset vs_intersect(cc *c, const struct varset *s, const struct varset *with);
uint32_t vs_diff_count(const struct varset *s, const struct varset *minus);
bool vs_equal(const struct varset *s, const struct varset *o);
void vs_sort(struct varset *s); /* by name */
uint32_t vs_hash(struct sw_str name);

enum {
	VV_SKIP_REF_HEAD = 1,
	VV_SKIP_CALL_HEAD = 2,
	VV_SKIP_OBJECT_KEYS = 4,
	VV_SKIP_CLOSURES = 8,
	VV_SKIP_SETS = 16,
	VV_SKIP_TEMPLATES = 32,
	VV_PROMOTE =
		64, /* variables of implicit operand bodies that the body must get from outside */
};
#define VV_SAFETY (VV_SKIP_CALL_HEAD | VV_SKIP_CLOSURES)

void vars_term(cc *c, struct varset *s, unsigned params, const struct sw_rego_term *t);
void vars_terms(
	cc *c, struct varset *s, unsigned params, const struct sw_rego_terms *l, uint32_t from);
void vars_expr(cc *c, struct varset *s, unsigned params, const struct sw_rego_expr *e);
void vars_body(cc *c, struct varset *s, unsigned params, const struct sw_rego_body *b);
void vars_head(cc *c, struct varset *s, unsigned params, const struct sw_rego_head *h);
void vars_with(cc *c, struct varset *s, unsigned params, const struct sw_rego_with *w);
struct varset vars_reserved(cc *c); /* {data, input} in c->tmp */
struct sw_str vargen_next(cc *c, struct vargen *g);
struct vargen *vargen_new(cc *c, const char *prefix);
static inline bool var_wildcard(struct sw_str n)
{
	return n.n && n.p[0] == '$';
}
static inline bool var_generated(struct sw_str n)
{
	return sw_str_starts(n, SW_STR("__local"));
}
struct sw_str user_name(cc *c, struct sw_str name);  /* what the user called a rewritten variable */
struct sw_str shown_name(cc *c, struct sw_str name); /* the same for error texts: _ for wildcards */

/* node.c */
bool str_const(const struct sw_rego_term *t, const char *s); /* VAR or string of this text */
struct sw_rego_term *mk_term(cc *c, int kind, const struct sw_rego_loc *loc);
struct sw_rego_term *mk_var(cc *c, struct sw_str name, const struct sw_rego_loc *loc);
struct sw_rego_term *mk_string(cc *c, struct sw_str s, const struct sw_rego_loc *loc);
struct sw_rego_term *mk_ref1(cc *c, struct sw_str var, const struct sw_rego_loc *loc);
struct sw_rego_term *mk_builtin_ref(cc *c, const char *name, const struct sw_rego_loc *loc);
struct sw_rego_term *mk_gen(cc *c, const struct sw_rego_loc *loc); /* a new local */
struct sw_rego_expr *mk_expr(cc *c, int kind, const struct sw_rego_loc *loc);
struct sw_rego_expr *mk_eq(
	cc *c, struct sw_rego_term *a, struct sw_rego_term *b, const struct sw_rego_loc *loc);
struct sw_rego_expr *mk_true(cc *c, const struct sw_rego_loc *loc);
/* `local = t`, generated: the local is terms.v[1]. */
struct sw_rego_expr *mk_capture(cc *c, struct sw_rego_term *t);
void terms_add(cc *c, struct sw_rego_terms *l, struct sw_rego_term *t);
void body_add(cc *c, struct sw_rego_body *b, struct sw_rego_expr *e);
void body_append(
	cc *c, struct sw_rego_body *b, struct sw_rego_expr *e); /* replaces a lone `true` */
struct sw_rego_term *copy_term(cc *c, const struct sw_rego_term *t);
struct sw_rego_body copy_body(cc *c, const struct sw_rego_body *b);
bool term_eq(const struct sw_rego_term *a, const struct sw_rego_term *b);
bool is_scalar(const struct sw_rego_term *t);
bool is_comprehension(const struct sw_rego_term *t);
bool is_call_of(const struct sw_rego_expr *e, const char *name);
bool is_eq(const struct sw_rego_expr *e);
bool is_assign(const struct sw_rego_expr *e);
bool ref_starts(const struct sw_rego_term *t, const char *head); /* REF whose head is VAR head */
bool ref_is(const struct sw_rego_term *t, const char *dotted);	 /* operator REF or VAR by name */
struct sw_str ref_name(
	cc *c, const struct sw_rego_term *t); /* dotted name of an operator, in c->a */
const struct sw_builtin *builtin_named(cc *c, struct sw_str name);
const struct sw_builtin *ref_builtin(cc *c, const struct sw_rego_term *t);
bool requires_eval(const struct sw_rego_term *t);
bool is_true_body(const struct sw_rego_body *b);
struct sw_rego_term *rule_ref(cc *c, const struct sw_rego_rule *r);
struct sw_rego_term *ref_prefix(cc *c, const struct sw_rego_term *ref, uint32_t n);
bool ref_is_ground(const struct sw_rego_term *t);
/* The ref with the user's names for rewritten variables, printed. */
struct sw_str ref_user_str(cc *c, const struct sw_rego_term *ref);

/* walk.c: pre-order; a callback that returns true keeps the walk out of the node's children. */
struct visitor {
	cc *c;
	void *ctx;
	bool (*term)(struct visitor *v, struct sw_rego_term *t);
	bool (*expr)(struct visitor *v, struct sw_rego_expr *e);
	bool (*with)(struct visitor *v, struct sw_rego_with *w);
	bool (*body)(struct visitor *v, struct sw_rego_body *b);
};
void walk_term(struct visitor *v, struct sw_rego_term *t);
void walk_terms(struct visitor *v, struct sw_rego_terms *l, uint32_t from);
void walk_expr(struct visitor *v, struct sw_rego_expr *e);
void walk_body(struct visitor *v, struct sw_rego_body *b);
void walk_head(struct visitor *v, struct sw_rego_head *h); /* args, key, value */
void walk_rule(
	struct visitor *v, struct sw_rego_rule *r); /* this rule only, not its else branches */
/* Every rule of every module, else branches behind their rule. */
/*
 * What is written in a rule, so that a stage need not walk rules that hold nothing for it. Closures: there
 * are comprehensions, or an earlier stage may have made some.
 */
enum rule_uses { USES_CLOSURES = 1, USES_TEMPLATES = 2, USES_PRINT = 4, USES_WITH = 8, USES_METADATA = 16,
	USES_GENERATED = 32 /* names like the compiler's own */ };
void each_rule_using(cc *c, unsigned uses, void (*fn)(cc *c, struct sw_rego_rule *r));
void each_rule(cc *c, void (*fn)(cc *c, struct sw_rego_rule *r));
bool check_depth(cc *c, const struct sw_rego_module *m);
bool check_body_depth(const struct sw_rego_body *b);

/* resolve.c */
void stage_resolve(cc *c);
void stage_unused_imports(cc *c);
void stage_head_refs(cc *c);
void stage_keyword_overrides(cc *c);
void stage_imports(cc *c);
void body_keyword_overrides(cc *c, struct sw_rego_body *b);
void body_resolve(cc *c, const struct sw_rego_query_opts *o, struct sw_rego_body *b);
void declared_vars(cc *c, struct varset *s, struct sw_rego_expr *e);
void declared_body_vars(cc *c, struct varset *s, struct sw_rego_body *b);

/* tree.c */
void stage_tree(cc *c);
typedef void (*rule_fn)(void *ctx, struct sw_rego_rule *r);
void rules_dynamic(cc *c, const struct sw_rego_term *ref, bool hidden, rule_fn fn, void *ctx);
int arity_of(cc *c, const struct sw_rego_term *op);
bool node_each(struct sw_rego_node *n, bool (*fn)(void *ctx, struct sw_rego_node *n), void *ctx);

/* locals.c */
void stage_locals(cc *c);
void body_locals(cc *c, struct sw_rego_body *b);

/* strings.c */
void stage_templates(cc *c);
void body_templates(cc *c, struct sw_rego_body *b);
void stage_void_calls(cc *c);
void body_void_calls(cc *c, struct sw_rego_body *b);
void stage_print(cc *c);
void body_print(cc *c, struct sw_rego_body *b);

/* terms.c */
void stage_expr_terms(cc *c);
void body_expr_terms(cc *c, struct sw_rego_body *b);
void stage_comprehensions(cc *c);
void body_comprehensions(cc *c, struct sw_rego_body *b);
void stage_head_terms(cc *c);
void stage_equals(cc *c);
void body_equals(cc *c, struct sw_rego_body *b);
void stage_dynamics(cc *c);
void stage_test_values(cc *c);
void body_dynamics(cc *c, struct sw_rego_body *b);

/* with.c */
void stage_with(cc *c);
void body_with(cc *c, struct sw_rego_body *b);

/* metadata.c */
struct sw_rego_term *value_term(cc *c, struct sw_value v, const struct sw_rego_loc *loc);
void stage_annotations(cc *c);
void stage_metadata_calls(cc *c);

/* A ref that may select rules only through a variable term, as it was when the graph was built. */
struct dyn_ref {
	struct sw_rego_term *ref, *sel; /* as written; narrowed to what its variables can hold */
	uint32_t at;			/* index of its expression in the body */
	struct varset bound;		/* variables that may have a value there */
	struct varset origins;		/* variable -> struct var_origin * */
	struct sw_rego_rule **rules;
	uint32_t n_rules, cap_rules;
};

enum origin_kind {
	ORIGIN_INPUT = 1,
	ORIGIN_RULE,
	ORIGIN_COLLECTION,
	ORIGIN_BUILTIN,
	ORIGIN_HEAD_KEY,
	ORIGIN_HEAD_ARG,
};

/* Where a variable gets its value. */
struct var_origin {
	enum origin_kind kind;
	struct sw_rego_term *term; /* ref or collection */
	struct sw_str builtin;
};

struct graph_node {
	struct sw_rego_rule *rule;
	uint32_t *adj, n_adj, cap_adj; /* rules it depends on */
	uint32_t *radj, n_radj, cap_radj;
	struct dyn_ref *dyn;
	uint32_t n_dyn, cap_dyn;
	uint8_t mark;
};

struct graph {
	struct graph_node *v;
	uint32_t n;
	uint32_t *order, n_order;
	bool cyclic;
};

/* narrow.c: the values that variables can hold, as far as the compiler can tell */
struct term_list {
	struct sw_rego_term **v;
	uint32_t n, cap;
};
#define REF_EXPANSION_MAX 64
bool ref_has_var(const struct sw_rego_term *ref);
/* Refs that `ref` can be at expression `at` of the rule's body: at least one. */
struct term_list narrow_ref(cc *c, struct sw_rego_rule *r, uint32_t at, struct sw_rego_term *ref);
struct term_list collection_members(cc *c, const struct sw_rego_term *t, bool *ok);
void var_origins(cc *c, struct sw_rego_rule *r, uint32_t at, const struct sw_rego_term *ref,
	struct varset *out);
/* Does `ref` select the rule whatever its variables hold? positions: items that must be equal for
 * it. */
bool ref_selects(const struct sw_rego_term *ref, const struct sw_rego_rule *r,
	const struct varset *bound, uint32_t *positions, uint32_t *n_positions);

/* graph.c */
void stage_graph(cc *c);
void stage_recursion(cc *c);
void graph_dependents(cc *c, const struct sw_rego_term *ref, rule_fn fn, void *ctx);

/* conflicts.c */
void stage_conflicts(cc *c);
void stage_undefined(cc *c);
void body_undefined(cc *c, struct sw_rego_body *b);
void stage_unsafe_builtins(cc *c);
void body_unsafe_builtins(cc *c, struct sw_rego_body *b);
void stage_deprecated(cc *c);
void body_deprecated(cc *c, struct sw_rego_body *b);

/* safety.c */
struct varset out_vars_body(cc *c, struct sw_rego_body *b, uint32_t n, const struct varset *safe);
struct varset out_vars_eq(cc *c, struct sw_rego_expr *e, const struct varset *safe);
void stage_safety_heads(cc *c);
void stage_safety_bodies(cc *c);
void stage_test_cases(cc *c); /* testcases.c */
void body_safety(cc *c, struct sw_rego_body *b);
/* unify.c */
bool ref_safe(cc *c, const struct sw_rego_term *ref, const struct varset *safe);
struct varset unify_vars(cc *c, const struct varset *safe, const struct sw_rego_term *a,
	const struct sw_rego_term *b);

/* env.c: what is known about the types of documents and variables */
struct type_node {
	const struct sw_rego_term *key;
	const struct sw_rego_type *value; /* NULL: inner node */
	struct varset vars, strs;	  /* children by variable name, by string */
	struct type_node **other;	  /* children by other keys */
	uint32_t n_other, cap_other;
};

struct type_env {
	cc *c;
	struct sw_arena *arena; /* of its nodes */
	struct type_node *tree; /* documents and variables */
	struct type_node *vars; /* where inferred types of variables go: tree, but for `with` */
	struct type_env *next;	/* enclosing */
	bool builtins;		/* the outermost: types of builtins, read when they are asked for */
};
/* Before a look-up in the tree: knows the builtins of that name and below it. */
void env_need(struct type_env *e, const struct sw_rego_term *key);
typedef const struct sw_rego_type type;

struct type_node *type_node_new(cc *c, struct sw_arena *a);
struct type_node *type_node_child(const struct type_node *n, const struct sw_rego_term *key);
void type_node_put(cc *c, struct sw_arena *a, struct type_node *n, const struct sw_rego_term *ref,
	uint32_t len, type *t);
struct type_env *env_wrap(cc *c, struct type_env *e, bool with);
type *env_get(struct type_env *e, const struct sw_rego_term *t);
type *env_get_ref(struct type_env *e, const struct sw_rego_term *ref);
type *env_extent(struct type_env *e, const struct type_node *n);
void env_put_var(struct type_env *e, const struct sw_rego_term *var, type *t);
/* Merge the type of one rule into what is known at its path. */
void env_insert(struct type_env *e, const struct sw_rego_term *ref, uint32_t len, type *t);
struct sw_value term_key(cc *c, const struct sw_rego_term *t); /* a constant as a property's key */
type *select_constant(cc *c, type *t, const struct sw_rego_term *key);
bool empty_collection(type *t);
type *type_object1(cc *c, type *key, type *value); /* object[key: value] */
type *type_or(cc *c, type *x, type *y);

/* check.c */
struct ref_errors;
struct type_env *check_body(struct type_env *env, struct sw_rego_body *b, struct ref_errors *errs);
/* The type of a comprehension whose body was checked; its errors, if any, go to errs. */
type *comprehension_type(struct type_env *env, struct sw_rego_term *t, struct ref_errors *errs);
bool unifies(type *a, type *b);

/* unify_types.c */
bool unify_one(struct type_env *env, const struct sw_rego_term *t, type *with, bool join);
bool unify_two(struct type_env *env, const struct sw_rego_term *a, type *ta,
	const struct sw_rego_term *b, type *tb);

/* schema.c */
void stage_schemas(cc *c);
type *schema_type(cc *c, struct sw_value doc, struct sw_str *why);
struct type_env *annotated_env(struct type_env *env, struct sw_rego_rule *r);

/* refcheck.c: refs against what is known */
struct ref_errors {
	struct compiler_error *v;
	uint32_t n, cap;
};
void check_refs(struct type_env *env, struct sw_rego_expr *e, struct ref_errors *out);
void errors_add(cc *c, struct ref_errors *l, struct compiler_error e);

/* typeerr.c: texts of type errors */
struct compiler_error err_args(cc *c, const struct sw_rego_loc *loc, const struct sw_rego_term *op,
	const char *what, type **have, uint32_t n_have, type *function, bool with_result);
struct compiler_error err_match(cc *c, const struct sw_rego_loc *loc, type *left, type *right);
struct compiler_error err_ref_invalid(cc *c, const struct sw_rego_term *ref, uint32_t pos,
	type *have, type *want, struct sw_value one_of); /* an array of keys */
struct compiler_error err_ref_unsupported(
	cc *c, const struct sw_rego_term *ref, uint32_t pos, type *have);
/* Names of a builtin's arguments and result, comma separated; NULL when there are none. */
const char *builtin_arg_names(struct sw_str name);

/* check.c, env.c */
void stage_env(cc *c); /* the environment of builtins and the input */
void env_put_input(struct type_env *e);
void stage_types(cc *c);
void body_types(cc *c, struct sw_rego_body *b);
const struct sw_rego_type *env_function(
	cc *c, const struct sw_rego_term *op); /* FUNCTION type, or NULL */
void err_arity(cc *c, const struct sw_rego_term *op, struct sw_rego_expr *e, int want, int have);

/* query.c: a compiler of its own against a finished program, which is only read. NULL: no memory. */
cc *query_compiler(struct sw_rego_program *p, struct sw_arena *a, const struct sw_rego_query_opts *o);
void query_env(cc *c); /* inside of its cc_guard: types that are inferred stay its own */

/* index.c */
void stage_comp_index(cc *c);
void body_comp_index(cc *c, struct sw_rego_body *b);

#endif
