/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the partial evaluator share. Not for others.
 *
 * Everything is written in continuations, for every expression may have many solutions: a function calls
 * `k` once per solution, while the bindings of that solution are in place, and takes them back when `k`
 * returns. Continuations live in their maker's frame. Errors unwind by cc_fail(), as in the compiler.
 *
 * A term is always seen with the bindings that its variables are of: the same variable of two calls of a
 * rule are two variables. Constant arrays, sets and objects may stand in a SCALAR term whose value is a
 * container ("packed"), and are unpacked when they are written down.
 */
#ifndef SW_REGO_PARTIAL_INTERNAL_H
#define SW_REGO_PARTIAL_INTERNAL_H

#include "rego/compile/internal.h"
#include "rego/partial/partial.h"
#include "rego/vm/vm.h"

typedef struct sw_rego_term term; /* as in the compiler: it is in every prototype */

struct k {
	void (*fn)(struct k *k);
};

struct bound {
	const term *key;
	term *v;
	struct bnd *b;
};

struct bnd {
	uint64_t id;
	struct bound *v;
	uint32_t n, cap;
};

struct unknown {
	term *t; /* VAR or REF */
	struct bnd *b;
};

struct saved {
	struct sw_rego_expr *e;
	struct bnd *b1, *b2; /* both NULL: plugged already */
};

struct saved_query {
	struct saved *v;
	uint32_t n, cap;
};

struct disabled {
	term **refs;
	uint32_t n;
	bool internal;
};

struct mock {
	const term *target; /* NULL: a barrier, nothing below it counts */
	term *by;
};

struct cached {
	struct varset docs; /* printed ref -> term, or &pe_undefined */
};

struct pe_module {
	term *pkg;
	struct sw_rego_rule **v;
	uint32_t n, cap;
};

struct pe {
	cc *c;
	struct sw_rego_engine *e;
	const struct sw_rego_partial_opts *o;
	struct bnd *root;
	struct unknown *unknown;
	uint32_t n_unknown, cap_unknown;
	struct saved_query *saved;
	uint32_t n_saved, cap_saved;
	struct disabled *disabled;
	uint32_t n_disabled, cap_disabled;
	struct mock *mocks;
	uint32_t n_mocks, cap_mocks;
	term **targets; /* of `with` in force */
	uint32_t n_targets, cap_targets;
	struct cached *caches;
	uint32_t n_caches, cap_caches;
	struct pe_module *modules;
	uint32_t n_modules, cap_modules;
	struct sw_rego_body *queries;
	uint32_t n_queries, cap_queries;
	uint64_t next_id, steps, next_var;
	const char *stack;
	struct sw_builtin_ctx bc;
	struct sw_arena scratch;
	struct sw_str space;
	struct sw_rego_eval_error error;
	struct explain *explain; /* every step is told and nothing unknown (explain.h); NULL: not so */
	const struct ee *ee;	 /* an early exit under way */
};

/* The evaluation of one body. */
struct ev {
	struct pe *pe;
	const struct sw_rego_body *q;
	uint32_t at;
	uint64_t id;
	struct bnd *b;
	struct sw_value input, data; /* as replaced by `with`; data: what is laid over the base documents */
	uint32_t unrolled;
	uint32_t depth; /* of bodies in bodies */
	uint64_t parent; /* id of the body that this one is in */
	bool find_one;	/* its first solution is enough */
	struct groups *groups; /* comprehensions that were indexed here or further out */
};

extern const term pe_undefined;

/* partial.c */
void pe_step(struct pe *pe); /* counts work and looks at the stack */
void pe_error(struct pe *pe, const char *code, const struct sw_rego_loc *loc, const char *text)
	__attribute__((noreturn));
struct ev pe_closure(const struct ev *e, const struct sw_rego_body *q); /* shares the bindings */
struct ev pe_child(const struct ev *e, const struct sw_rego_body *q);

/* bind.c */
bool pe_bound(const struct bnd *b, const term *var);
term *pe_apply(struct bnd *b, const term *t, struct bnd **ret);
void pe_bind(struct pe *pe, struct bnd *b, const term *key, term *v, struct bnd *vb);
void pe_unbind(struct bnd *b, const term *key);
term *pe_plug(struct pe *pe, struct bnd *b, const term *t); /* what is bound put in */
term *pe_plug_ns(struct pe *pe, struct bnd *b, const term *t); /* and other variables made unique */
void pe_namespace(struct pe *pe, struct bnd *b, term *comprehension);
bool pe_ground(const term *t);
term *pe_pack(struct pe *pe, const term *t);
struct sw_value pe_value(struct pe *pe, const term *t); /* of a constant, else SW_UNDEF */
term *pe_scalar(struct pe *pe, struct sw_value v);
term *pe_unpack(struct pe *pe, const term *t); /* a deep copy */
struct sw_rego_expr *pe_unpack_expr(struct pe *pe, const struct sw_rego_expr *e);
bool pe_eq(struct pe *pe, const term *a, const term *b);
term *pe_ref(struct pe *pe, term *const *v, uint32_t n);
bool pe_has_prefix(struct pe *pe, term *const *v, uint32_t n, const term *prefix);
enum sw_type pe_type(const term *t); /* SW_UNDEF: a variable, ref or comprehension */
uint32_t pe_len(const term *t);
/* Elements; of an object member i's key and value. Sets and objects in order. */
term *pe_item(struct pe *pe, const term *t, uint32_t i, term **ret_value);
term *pe_sorted(struct pe *pe, const term *t); /* an object or set whose items stand in order */

/* save.c */
bool pe_contains(struct pe *pe, const term *t, struct bnd *b);
bool pe_contains_rec(struct pe *pe, const term *t, struct bnd *b);
bool pe_contains_overlap(struct pe *pe, const term *ref, struct bnd *b);
bool pe_covers(struct pe *pe, term *const *v, uint32_t n);
bool pe_unknown(struct ev *e, const term *t, struct bnd *b);
bool pe_unknown_expr(struct ev *e, struct sw_rego_expr *x);
bool pe_unknown_body(struct ev *e, const struct sw_rego_body *b);
struct varset pe_unknown_vars(struct pe *pe);
void pe_push_unknown(struct pe *pe, term *t, struct bnd *b);
bool pe_disabled(struct pe *pe, term *const *v, uint32_t n, bool ignore_internal);
void pe_push_disabled(struct pe *pe, term **refs, uint32_t n, bool internal);
void pe_push_query(struct pe *pe, const struct saved_query *q);
struct saved_query pe_pop_query(struct pe *pe);
struct sw_rego_body pe_plug_query(struct pe *pe, const struct saved_query *q);
void pe_save_unify(struct ev *e, term *a, term *b, struct bnd *b1, struct bnd *b2, struct k *k);
void pe_save_expr(struct ev *e, struct sw_rego_expr *x, struct bnd *b, struct k *k);
void pe_save_expr_unknowns(struct ev *e, struct sw_rego_expr *x, struct bnd *b, struct k *k);
void pe_save_call(struct ev *e, uint32_t arity, const struct sw_rego_terms *call, struct k *k);
void pe_save_negated(struct ev *e, struct sw_rego_expr **v, uint32_t n, struct k *k);

/* support.c */
bool pe_support_exists(struct pe *pe, const term *path);
void pe_support_add(struct pe *pe, const term *path, struct sw_rego_rule *r);
void pe_support_add_pkg(struct pe *pe, const term *pkg, struct sw_rego_rule *r);
void pe_split(struct pe *pe, const term *path, term **ret_pkg, term **ret_rule);
term *pe_namespace_ref(struct pe *pe, term *const *v, uint32_t n);
struct sw_rego_rule *pe_rule(struct pe *pe, term *ref, term *key, term *value, struct sw_rego_body body);
bool pe_type_checks(struct pe *pe, const struct sw_rego_body *b);

/* eval.c */
void pe_eval(struct ev *e, struct k *k);
void pe_eval_step(struct ev *e, struct k *k, bool advance);
void pe_next(struct ev *e, struct k *k);
bool pe_is_function(struct pe *pe, const term *ref);
/* with.c */
void pe_eval_with(struct ev *e, struct k *k);
/* not.c */
void pe_eval_not(struct ev *e, struct k *k);
void pe_eval_not_body(struct ev *e, struct k *k);
void pe_eval_and_or(struct ev *e, struct k *k);
/* every.c */
void pe_eval_every(struct ev *e, struct k *k);
void pe_plug_body(struct ev *e, struct sw_rego_body *b);
/* In a scope of its own; `one`: the first solution is enough. */
bool pe_holds(struct ev *e, const struct sw_rego_body *b, bool one);

/* unify.c */
void pe_unify(struct ev *e, term *a, term *b, struct bnd *b1, struct bnd *b2, struct k *k);
void pe_unify_lists(struct ev *e, term *const *a, term *const *b, uint32_t n, struct bnd *b1,
	struct bnd *b2, struct k *k);
term *pe_amend(struct ev *e, const term *comprehension, struct bnd *b);

/* ref.c */
struct reff {
	struct ev *e;
	struct bnd *b;
	term *const *ref; /* as written */
	term **plugged;   /* data: what has been plugged so far */
	uint32_t n, pos;
	term *rterm;
	struct bnd *rb;
	const struct sw_rego_node *node; /* data */
	term *t;			 /* the document that ref[pos…] selects from */
	struct bnd *tb;
};
void pe_eval_ref(struct ev *e, const term *ref, term *other, struct bnd *b, struct bnd *ob, struct k *k);
void pe_eval_term(const struct reff *r, uint32_t pos, term *t, struct bnd *tb, struct k *k);
struct sw_value pe_base(struct ev *e, term *const *v, uint32_t n, bool *ret_unknown);
struct sw_value pe_select(struct sw_value in, struct sw_value key);

/* rule.c */
struct ir {
	struct sw_rego_rule **v;
	uint32_t n, cap;
	struct sw_rego_rule *def;
	bool any_else, multi, ground;
};
struct ir pe_rules(struct pe *pe, const struct sw_rego_node *n);
void pe_eval_virtual(const struct reff *r, const struct sw_rego_node *node, struct k *k);
term *pe_remembered(struct pe *pe, term *const *v, uint32_t n);
void pe_remember(struct pe *pe, term *const *v, uint32_t n, const term *t);
/* func.c */
void pe_eval_func(struct ev *e, const struct sw_rego_terms *call, struct k *k);
void pe_eval_builtin(
	struct ev *e, const struct sw_builtin *b, const struct sw_rego_terms *call, struct k *k);
/* extent.c: documents whose rules are all known */
term *pe_extent(const struct reff *r, const struct ir *ir);
/* One whose own path has n items, made step by step. */
struct extent *pe_extent_new(struct pe *pe, uint32_t n);
/* A solution of a rule, whose whole ref is `own`. True: it was there already. */
bool pe_extent_add(struct extent *x, struct ev *e, struct sw_rego_rule *rule, const term *own);
term *pe_extent_value(struct extent *x, struct pe *pe, bool set); /* set: what nothing gives is one */

/* copy.c */
struct sw_rego_body pe_propagate(
	struct pe *pe, const struct varset *live, const struct sw_rego_body *b, bool non_empty);

#endif
