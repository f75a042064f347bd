/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the planner: one function at a time, from the compiled tree to instructions.
 *
 * The planner walks a body in order and emits straight code. `fail` is the label where a failing
 * instruction goes on: the NEXT of the innermost open loop, or the end of the body. A variable is the name
 * of the register that holds its value; since whatever comes later in the code is only reached through
 * what binds it, nothing ever has to be unbound at run time.
 */
#ifndef SW_REGO_PLAN_H
#define SW_REGO_PLAN_H

#include "rego/parse.h"
#include "rego/vm/vm.h"

enum { TRACE_WHOLE = 1 }; /* operand b of COLD_TRACE: of a rule or body, not of an expression */
enum { PLAN_REGS_MAX = 0xfff0, PLAN_DEPTH = 1200 };

struct plan_var {
	struct sw_str name;
	uint16_t reg;
};

/* A value that a register already holds: `src` is a register or one of the codes below. */
enum { SRC_K = 0x10000, SRC_INPUT, SRC_RULE, SRC_DATA };

struct plan_known {
	uint32_t src, key;
	uint16_t reg;
};

struct plan_side {
	const struct sw_rego_term *t;
	int32_t reg; /* -1: not evaluated */
};

struct plan_pair {
	struct plan_side a, b;
};

/* The path of a walk, which nothing has asked for yet. */
struct plan_path {
	struct sw_str name;
	uint16_t walker, reg;
};

struct plan {
	struct sw_rego_engine *e;
	struct vm_code *c;
	struct sw_arena *a;
	uint32_t fn, start;
	uint32_t n_regs, max_regs;
	VM_VEC(uint32_t) labels;
	VM_VEC(struct plan_var) vars;
	VM_VEC(struct plan_known) known;
	VM_VEC(struct plan_pair) later; /* pairs that wait for a variable */
	VM_VEC(struct plan_path) paths; /* of the bodies being planned */
	VM_VEC(uint32_t) switches;      /* whose targets are still labels */
	VM_VEC(uint32_t) filters;
	uint32_t known_floor; /* entries below are of another scope */
	uint32_t vars_floor;  /* variables below are out of sight */
	uint32_t fail;        /* label */
	uint32_t loc;
	uint32_t depth;
	bool heavy;           /* loops or calls: worth remembering */
	int err;              /* -SW_E…, sticky */
	const char *why;
};

/* Lists that no function is being planned with, for the next one. */
struct plan_spare {
	uint32_t *labels;
	struct plan_var *vars;
	struct plan_known *known;
	uint32_t n_labels, n_vars, n_known;
};

/* Where a closure began. */
struct plan_mark {
	uint32_t vars, known, fail;
};

/* emit.c */
void *plan_vec_grow(struct sw_arena *a, void *v, uint32_t n, uint32_t *cap, size_t size, int *err);
#define plan_push(p, vec, item)                                                                    \
	do {                                                                                       \
		if ((vec).n == (vec).cap)                                                          \
			(vec).v = plan_vec_grow(                                                   \
				(p)->a, (vec).v, (vec).n, &(vec).cap, sizeof(*(vec).v), &(p)->err); \
		if (!(p)->err)                                                                     \
			(vec).v[(vec).n++] = (item);                                               \
	} while (0)
void plan_fail(struct plan *p, int code, const char *why);
uint16_t plan_reg(struct plan *p);
uint16_t plan_regs(struct plan *p, uint32_t n); /* consecutive */
uint32_t plan_label(struct plan *p);
void plan_here(struct plan *p, uint32_t label);
uint32_t plan_emit(struct plan *p, enum vm_op op, uint32_t a, uint32_t b, uint32_t c, uint32_t x);
void plan_cold(struct plan *p, enum vm_cold op, uint32_t a, uint32_t b, uint32_t x);
void plan_jump(struct plan *p, uint32_t label);
uint32_t plan_constant(struct plan *p, struct sw_value v);
uint16_t plan_value(struct plan *p, struct sw_value v); /* a register with a constant */
uint32_t plan_location(struct plan *p, const struct sw_rego_loc *loc);
uint32_t plan_builtin(struct plan *p, const struct sw_builtin *b);
struct plan_mark plan_open(struct plan *p);
void plan_close(struct plan *p, struct plan_mark m);
int32_t plan_known(const struct plan *p, uint32_t src, uint32_t key);
void plan_know(struct plan *p, uint32_t src, uint32_t key, uint16_t reg);
int32_t plan_var(const struct plan *p, struct sw_str name);
void plan_bind(struct plan *p, struct sw_str name, uint16_t reg);
void plan_begin(struct plan *p, struct sw_rego_engine *e, uint32_t fn);
int plan_finish(struct plan *p);

/* term.c */
uint16_t plan_term(struct plan *p, const struct sw_rego_term *t);
void plan_into(struct plan *p, const struct sw_rego_term *t, uint16_t dst);
bool plan_ground(const struct plan *p, const struct sw_rego_term *t);
struct sw_value plan_static(struct plan *p, const struct sw_rego_term *t);
/* ref.c; want: register of the only value of interest, or -1 */
uint16_t plan_ref(struct plan *p, const struct sw_rego_term *t, int32_t want);
bool plan_is_data(const struct sw_rego_term *ref);
uint16_t plan_iterate(struct plan *p, uint16_t src, int32_t want, uint16_t *ret_key);
uint16_t plan_getk(struct plan *p, uint16_t src, struct sw_value key);
struct sw_value plan_path(struct plan *p, const struct sw_rego_term *ref, uint32_t n);
/* unify.c */
void plan_unify(struct plan *p, const struct sw_rego_term *a, const struct sw_rego_term *b);
void plan_unify_reg(struct plan *p, uint16_t reg, const struct sw_rego_term *t);
/* body.c */
void plan_body(struct plan *p, const struct sw_rego_body *b);
/* call.c */
void plan_call(struct plan *p, const struct sw_rego_expr *e);
const struct sw_builtin *plan_operator(struct plan *p, const struct sw_rego_term *ref, uint32_t *ret_fn);
/* with.c */
void plan_with(struct plan *p, const struct sw_rego_expr *e, void (*inner)(struct plan *p,
	const struct sw_rego_expr *e));
/* index.c */
struct plan_indexed {
	const struct sw_rego_rule *rule;
	struct sw_value constant; /* SW_UNDEF: not indexed */
	uint32_t order;
};
bool plan_index(struct plan *p, const struct sw_rego_rule *const *rules, uint32_t n,
	struct plan_indexed *ret, uint32_t *ret_indexed, struct sw_value *ret_place);
void plan_switch(struct plan *p, struct sw_value at, const struct plan_indexed *rules, uint32_t n,
	const uint32_t *targets, uint32_t other);
/* filter.c */
struct plan_filter {
	uint16_t reg;
	uint32_t index, end;
	const uint32_t *labels; /* a rule's code begins at its own */
};
/* Where more rules than `indexed` need something of the input that can be told ahead. */
bool plan_filter(struct plan *p, const struct sw_rego_rule *const *rules, uint32_t n,
	uint32_t indexed, struct plan_filter *ret);
void plan_filter_next(struct plan *p, const struct plan_filter *f, uint32_t rule);
/* index.c */
struct sw_value plan_place(struct plan *p, const struct sw_rego_rule *r, const struct sw_rego_term *t);
/* rule.c */
bool plan_dynamic_ref(struct plan *p, const struct sw_rego_rule *r);
int plan_program(struct sw_rego_engine *e);
int plan_functions(struct sw_rego_engine *e);
/* fold.c */
void plan_fold(struct sw_rego_engine *e);
/* query.c */
int plan_document(struct sw_rego_engine *e, const struct sw_rego_term *ref, struct sw_str name,
	uint32_t *ret);
int plan_query(struct sw_rego_engine *e, const struct sw_rego_query *q, bool exprs, uint32_t *ret);

/* body.c: what is evaluated here counts as covered; and an expression without its `with`. */
void plan_covered(struct plan *p, const struct sw_rego_loc *loc, bool generated);
void plan_expr_plain(struct plan *p, const struct sw_rego_expr *e);
/* rule.c */
bool plan_constant_input_ref(const struct sw_rego_term *t); /* input.a.b */
bool plan_base_ref(const struct plan *p, const struct sw_rego_term *t);
bool plan_is_equation(const struct sw_rego_expr *e);
/* Is this term one of the rule's arguments? */
bool plan_argument(const struct sw_rego_rule *r, const struct sw_rego_term *t);
/* Is the operator called `a`, or `a.b` where b is not NULL? */
bool plan_named(const struct sw_rego_term *op, const char *a, const char *b);
/* excluded.c: fails where OPA's index would leave the rule out, when coverage is counted. */
void plan_excluded(struct plan *p, const struct sw_rego_rule *r);

/* An event of a whole body, where traces are wanted. */
void plan_trace_body(struct plan *p, enum sw_rego_trace_op op, const struct sw_rego_body *b, uint16_t how);

#endif
