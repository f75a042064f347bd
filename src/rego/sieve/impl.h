/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the sieve: a partial evaluator that works like Prolog (goals, choices, no unifier left at run time) and
 * the tree it makes.
 *
 * A node does one thing and, when that succeeds, goes to all of its children, one after the other: the tree is
 * the search, and is run as code (code.c, run.c). Values are in slots, numbered by the path from the root, so that
 * equal beginnings of paths are equal nodes and become one. Slot 0 is the open member of the input.
 */
#ifndef SW_REGO_SIEVE_IMPL_H
#define SW_REGO_SIEVE_IMPL_H

#include "base/cleanup.h"
#include "rego/sieve.h"
#include "rego/vm/vm.h"

enum {
	SV_K = 0x8000,      /* a reference to a constant, not to a slot */
	SV_SLOTS = 512,     /* of one frame */
	SV_STACK = 8192,    /* slots of all frames at run time */
	SV_LOOPS = 1024,    /* open at a time */
	SV_NESTED = 200,    /* loops inside of each other in one code */
	SV_DEPTH = 400,     /* of goals and nodes */
	SV_WORK = 100000,   /* goals of one part */
	SV_UNROLL = 24,     /* elements of a constant whose loop is unrolled */
	SV_ARGS = 8,
	SV_STEPS = 200000,  /* instructions in the loops and calls of one run, those that are skipped included */
};

enum sv_op {
	SV_ROOT,
	SV_GET,     /* dst = a[K x], a string key */
	SV_GETV,    /* dst = a[b] */
	SV_OBJGET,  /* dst = object.get(a, K x, b), a path */
	SV_ITER,    /* dst, dst + 1 = every value and key of a */
	SV_EQ, SV_NE, SV_LT, SV_LE, /* of a and b */
	SV_TRUTH,   /* a is not false */
	SV_IS,      /* the type of a is one of the bits of x */
	SV_COUNT,   /* dst = count(a) */
	SV_SIZE,    /* a is of type b and has x elements */
	SV_MAKE,    /* dst = array, set or object (x) of args; b: keys are sorted and differ */
	SV_BUILTIN, /* dst = builtin(args) */
	SV_NOT,     /* sub finds nothing */
	SV_EXISTS,  /* sub finds something */
	SV_BUILD,   /* dst = array, set or object (x) of what sub yields */
	SV_CALL,    /* dst = program x of args */
	SV_HIT,     /* part x may hold */
	SV_FOUND,
	SV_YIELD,   /* a, and b of objects; or args, the values of a SV_LET */
	/* of trees that are run (lower.c) */
	SV_FETCH,   /* dst = a[K x], a string key, or no value */
	SV_HAS,     /* a has a value */
	SV_LET,     /* dst, b values in a row = what the clauses in sub yield; x: the first is enough. A clause's x: else */
	SV_EXCEEDS, /* the sets a - b have elements */
	/* of code alone */
	SV_EQK,     /* a is the constant */
	SV_STARTS,  /* dst = builtin(args): a string begins with a constant one, or one of several */
	SV_CLEAR,   /* dst and the x behind it have no value */
	SV_SET,     /* dst = a; it must not have another value */
	SV_LACKS,   /* a has no value */
	SV_OPEN,    /* what follows is collected for dst */
	SV_PUSH,    /* a, and b of objects, are collected */
	SV_NEXT,    /* the next element of the innermost loop, whose body is at x; dst, dst + 1 */
	SV_JUMP,    /* to skip, where `loops` are open */
	SV_END,
	SV_OPS,
};

struct sv_node {
	uint8_t op, n_args;
	uint16_t dst, a, b;
	uint16_t slots; /* in use behind it */
	uint32_t x;
	const struct sw_builtin *builtin;
	uint16_t *args;
	struct sv_node *parent, *child, *last, *next, *sub;
};

/*
 * A node as an instruction (code.c). What succeeds goes on at `next`, what does not at `skip`, which are in bytes from
 * the first instruction once the code is made.
 */
struct sv_ins {
	uint8_t op, n_args, hint;
	uint8_t loops; /* SV_JUMP: those that stay open; UINT8_MAX: all */
	uint16_t dst, a, b, slots;
	uint32_t x, next, skip;
	union {
		const struct sw_value *key; /* SV_GET, SV_FETCH, SV_EQK */
		struct sv_call *call;       /* with arguments */
	};
};

struct sv_call {
	const struct sw_builtin *builtin;
	uint32_t id;   /* in the memo; 0: not remembered there */
	uint16_t last; /* its entry in the memo, + 1, that was the answer last; 0: none */
	uint32_t memo_gen; /* when that was: entries of an earlier memo are others now */
	uint16_t args[];
};

/* What cannot be told takes the outermost node that it is part of with it: instructions [from, to) may hold. */
struct sv_lost {
	uint32_t from, to, loops;
};

struct sv_code {
	struct sv_ins *ins;
	struct sv_lost *lost;
	uint32_t n;
};

struct sv_loop {
	struct sw_value of;
	uint32_t i;
};

/* A rule or function that has a value of its own. */
struct sv_clause {
	struct sv_node *root;
	uint32_t entry; /* in the program's code */
	bool chained; /* an else branch: only when those of its chain before it had no value */
};

struct sv_prog {
	uint8_t kind; /* SW_UNDEF: one value; SW_SET, SW_OBJECT */
	bool first_wins, closed /* reads nothing but its arguments */, has_default;
	uint32_t n_args, n, max_slots;
	struct sv_clause *clauses;
	struct sv_code code;
	struct sw_value fallback;
	uint64_t gen; /* of the run whose value this is, when it has no arguments */
	struct sw_value value;
};

/* What a term is when the sieve is made. */
enum sv_kind { SV_O_UNBOUND, SV_O_REF, SV_O_ARRAY, SV_O_OBJECT, SV_O_ANY };

struct sv_opnd {
	uint8_t kind;
	uint16_t ref;   /* O_REF: a slot or SV_K | constant */
	uint32_t n;     /* items; of an object key and value each count */
	const struct sv_opnd *items;
};

struct sv_side { /* of a unification */
	const struct sw_rego_term *t;
	uint32_t scope;
	const struct sv_opnd *o; /* when it is evaluated */
};

struct sv;
struct sv_goal {
	void (*run)(struct sv *c, const struct sv_goal *g);
	const struct sv_goal *next;
	const struct sw_rego_body *body;
	const struct sw_rego_term *t;
	const struct sw_rego_rule *rule;
	struct sv_side a, b;
	struct sv_opnd *cell, *cell2;
	uint32_t i, scope;
};

struct sv_binding {
	struct sw_str name;
	uint32_t scope;
	struct sv_opnd o;
};

struct sv_mark {
	struct sv_node *at;
	uint32_t n_env, slots, depth;
};

enum { SV_MEMO = 4096, SV_MEMO_TEXT = 256 };

struct sv_memo {
	uint64_t hash;
	uint32_t id, n;
	struct sw_value args[4], value;
};

/* What a program answered in this run, by the identity of its arguments. */
enum { SV_SEEN = 64 };
struct sv_seen {
	uint64_t gen;
	uint32_t id;
	struct sw_value args[2], value;
};

/* While a part is made. */
struct sv {
	struct sw_rego_sieve *s;
	const struct sw_rego_engine *e;
	struct sw_arena *a;
	struct sv_opnd input;
	struct sv_node *at;
	VM_VEC(struct sv_binding) env;
	uint32_t slots, max_slots, scopes, depth, work, nodes;
	uint32_t nested;   /* inside of a not, a comprehension, a program */
	bool gave_up;      /* what is inside cannot be told */
	bool full;         /* a ceiling is reached: the whole part cannot */
	uint32_t strict;   /* sets are made as values, in the order of evaluation */
	bool met_set;      /* a set's rules were put in its place */
	uint32_t ordered;  /* inside of an array comprehension: how often and in which order counts */
};

struct sw_rego_sieve_part {
	struct sv_node *root;
	uint32_t max_slots;
};

struct sw_rego_sieve {
	struct sw_arena arena;
	VM_VEC(struct sw_value) k;
	VM_VEC(struct sv_prog *) progs;
	uint32_t k_table[1 << 13]; /* constants by hash: index + 1 */
	struct sw_builtin_ctx bc;
	struct sw_arena values, scratch; /* of a run */
	struct sw_arena kept;            /* of the memo */
	struct sv_memo *memo;            /* n_memo of them, side by side for the cache's sake */
	uint16_t *memo_table;            /* by hash: index + 1 */
	uint32_t n_memo;
	uint32_t memo_gen; /* how often it was emptied */
	struct sv_seen seen[SV_SEEN];
	uint32_t n_coded, n_moved; /* programs that have code; constants whose bytes stand together */
	const struct sw_value **keys; /* of instructions: copies of constants, each with its bytes behind it */
	uint32_t cap_keys;
	struct sw_value *stack;
	struct sv_loop *loops;
	uint32_t n_loops;
	struct sw_value *coll;
	uint32_t n_coll, cap_coll;
	uint64_t gen;
	uint64_t budget; /* of builtins */
	uint32_t steps;
};

struct sw_rego_screen {
	struct sw_rego_sieve *s;
	struct sv_code code;
	uint32_t n;
	uint64_t *always;
};

/* make.c: goals and expressions */
void sv_solve(struct sv *c, const struct sv_goal *g);
struct sv_goal *sv_goal(struct sv *c, void (*run)(struct sv *c, const struct sv_goal *g), const struct sv_goal *next);
const struct sv_goal *sv_body(struct sv *c, const struct sw_rego_body *b, uint32_t scope, const struct sv_goal *next);
void sv_found(struct sv *c, const struct sv_goal *g);
void sv_truth(struct sv *c, const struct sv_goal *g);
void sv_give_up(struct sv *c);
struct sv_mark sv_mark(const struct sv *c);
void sv_back(struct sv *c, struct sv_mark m);
struct sv_opnd *sv_cell(struct sv *c);
/* Can nothing fail between here and "may hold"? */
bool sv_tail(struct sv *c, const struct sv_goal *g);
/* The same for a root without children. */
bool sv_sub_fresh(struct sv *c, struct sv_node *root, const struct sv_goal *g);
struct sv_node *sv_sub_root(struct sv *c);

/* node.c */
struct sv_node *sv_new(struct sv *c, enum sv_op op);
void sv_append(struct sv_node *parent, struct sv_node *n);
/* Below c->at, or the equal one that is there already; c->at becomes it. */
struct sv_node *sv_add(struct sv *c, struct sv_node *n);
bool sv_same_tree(const struct sv_node *a, const struct sv_node *b);
bool sv_may_fail(const struct sv_node *n); /* it, or what is below, can end an evaluation with an error */
void sv_prune(struct sv_node *n);
bool sv_opposite(struct sv *c, const struct sv_node *root, struct sv_node *ret);
bool sv_linear(const struct sv_node *root);
bool sv_succeeds(const struct sv_node *root); /* whatever the input is */
/* dst of the node; looks for one on the way from the root that has done it */
uint16_t sv_compute(struct sv *c, struct sv_node n, uint32_t width);
void sv_test(struct sv *c, struct sv_node n);
struct sv_node *sv_merge(struct sw_arena *a, struct sv_node *into, const struct sv_node *from, uint32_t id);

/* term.c: operands and unification */
uint16_t sv_constant(struct sv *c, struct sw_value v);
struct sv_opnd sv_k(struct sv *c, struct sw_value v);
struct sv_opnd sv_slot(uint16_t slot);
struct sw_value sv_value(const struct sv *c, const struct sv_opnd *o); /* SW_UNDEF: no constant */
bool sv_has_any(const struct sv_opnd *o);
bool sv_resolve(struct sv *c, const struct sw_rego_term *t, uint32_t scope, struct sv_opnd *ret);
uint16_t sv_ref(struct sv *c, const struct sv_opnd *o); /* a slot or constant with its value */
const struct sv_opnd *sv_lookup(const struct sv *c, uint32_t scope, struct sw_str name);
bool sv_unify(struct sv *c, struct sv_side a, struct sv_side b);
void sv_prebind(struct sv *c, struct sv_side head, struct sv_side key);
bool sv_step(struct sv *c, const struct sv_opnd *o, const struct sv_opnd *key, struct sv_opnd *ret);

/* ref.c */
void sv_evaluate_ref(struct sv *c, const struct sw_rego_term *t, uint32_t scope, struct sv_opnd *cell,
	const struct sv_goal *next);

/* call.c */
void sv_call(struct sv *c, const struct sw_rego_expr *e, uint32_t scope, const struct sv_goal *next);
/* The value of a rule or function; cell is set before `next`. */
void sv_apply(struct sv *c, const struct sw_rego_node *node, const struct sv_opnd *args, uint32_t n,
	struct sv_opnd *cell, const struct sv_goal *next);
/* All that a partial rule makes. False: it cannot be told. */
bool sv_document(struct sv *c, const struct sw_rego_node *node, struct sv_opnd *ret);
bool sv_is_result(const struct sv_goal *g); /* of a call, into a variable or a test */
bool sv_is_value(const struct sv_goal *g);  /* of a rule's head */
void sv_comprehension(struct sv *c, const struct sw_rego_term *t, uint32_t scope, struct sv_opnd *cell,
	const struct sv_goal *next);

/*
 * lower.c: the same tree for running it; slots from 1 to n_args are arguments. NULL: it would be too large, or no memory
 */
struct sv_node *sv_lower(struct sw_rego_sieve *s, const struct sv_node *root, uint32_t n_args, uint32_t *ret_slots);

/* code.c: of a tree, and of the programs that have none yet. False: no memory */
bool sv_code(struct sw_rego_sieve *s, struct sv_node *root, struct sv_code *ret);

/* run.c */
void sv_run_init(struct sw_rego_sieve *s);
void sv_run_release(struct sw_rego_sieve *s);

#endif
