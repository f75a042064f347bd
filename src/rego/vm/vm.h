/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the engine: the instruction set, compiled code, and the state of an evaluation.
 *
 * A function (a rule-tree node's rules, or a query) is a run of instructions over a frame of 16-byte
 * registers. There is no unifier at run time: the planner knows at every place which variables are bound.
 * Backtracking is jumps: every instruction that can fail names where to go on, which is the NEXT of the
 * innermost open loop. Loops therefore need no recursion; calls of rules and functions recurse, bounded by
 * sw_rego_limits.depth.
 */
#ifndef SW_REGO_VM_H
#define SW_REGO_VM_H

#include "rego/compile.h"
#include "rego/rego.h"

struct vm;

/* Hot instructions, run by the loop in run.c. R: registers, K: constants, F: jump to `f` of the instruction. */
enum vm_op {
	OP_MOVK,     /* R[a] = K[x] */
	OP_MOV,      /* R[a] = R[b] */
	OP_UNDEF,    /* R[a] = undefined */
	OP_INPUT,    /* R[a] = input, else F */
	OP_DATA,     /* R[a] = base document at path K[x], else F; b: the reference ends here */
	OP_GETK,     /* R[a] = R[b][K[x]] for a string key, else F */
	OP_GETPATH,  /* R[a] = object.get(R[b], K[x], R[c]) for a path of strings */
	OP_GET,      /* R[a] = R[b][R[c]], else F; x: in base data, where keys are also found as text */
	OP_EQ,       /* R[a] == R[b], else F */
	OP_EQK,      /* R[a] == K[x], else F */
	OP_NE,       /* R[a] != R[b], else F */
	OP_LT,       /* R[a] < R[b], else F */
	OP_LE,       /* R[a] <= R[b], else F */
	OP_CMP,      /* R[a] = boolean of comparison x of R[b], R[c] */
	OP_TRUTH,    /* R[a] is not false, else F */
	OP_DEFINED,  /* R[a] is defined, else F */
	OP_IS,       /* the type of R[a] is one of the bits of x, else F */
	OP_COUNT,    /* R[a] = count(R[b]), else F; x: the builtin */
	OP_ARRAY_N,  /* R[a] is an array of x elements, else F */
	OP_OBJECT_N, /* R[a] is an object of x members, else F */
	OP_JMP,      /* F */
	OP_ITER,     /* R[a], R[a+1] = iterator over R[b]; no collection: F */
	OP_ITER_IN,  /* the same, when only elements equal to R[c] matter */
	OP_NEXT,     /* R[b], R[c] = next key and value of iterator a, else F */
	OP_OPEN,     /* R[a] = mark of a new collector */
	OP_ADD1,     /* collect R[a] */
	OP_ADD2,     /* collect R[a]: R[b] */
	OP_SEAL,     /* R[a] = array, set or object (c: enum sw_type) collected since R[b]; x: of a rule */
	OP_CALLB,    /* R[a] = builtin x of R[b…b+c), else F */
	OP_ARITH,    /* R[a] = builtin x of R[b], R[c], with a short cut for small integers, else F */
	OP_CALL,     /* R[a] = function x of R[b…b+c), else F */
	OP_RULE,     /* R[a] = document of function x, else F */
	OP_MKARR,    /* R[a] = [R[b…b+c)] */
	OP_ONCE,     /* R[a]: the value of a complete rule so far; R[b]: another one; x: the rule */
	OP_RET,      /* return R[a] */
	OP_COLD,     /* cold[c](vm, …); negative: error, 0: go on, 1: F */
	OP__COUNT
};

/* Shapes of OP_CMP and OP_ARITH. */
enum vm_cmp { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE };

/* Instructions that are rare or do much. Operands besides c: a, b, x and f. */
enum vm_cold {
	COLD_MKSET,    /* R[a] = {R[b…b+n)}; x = n */
	COLD_MKOBJ,    /* R[a] = {R[b]: R[b+1], …}; x = n pairs; equal keys with other values: conflict */
	COLD_MKOBJK,   /* R[a] = object of the keys K[x], sorted strings, and the values R[b…] */
	COLD_REFADD,   /* collect a path R[a…a+n) and the value R[b]; x: index of a vm_refadd */
	COLD_REFSEAL,  /* R[a] = object of paths collected since R[b] */
	COLD_WITH,     /* R[a], R[a+1] = new and old scope; x: index of a vm_with */
	COLD_ENTER,    /* scope = R[a] */
	COLD_LEAVE,    /* scope = R[a+1] */
	COLD_DOC,      /* R[a] = document cursor at path x (a vm_path) */
	COLD_DOCGET,   /* R[a] = step from R[b] by key R[x], else F */
	COLD_DOCITER,  /* R[a…a+3] = iterator over R[b] */
	COLD_DOCNEXT,  /* R[b], R[x] = next key and step of iterator a, else F */
	COLD_DOCVALUE, /* R[a] = whole value of R[b], else F */
	COLD_WALK,     /* R[a] = array of all [path, value] below R[b]; x: without paths */
	COLD_WALKER,   /* R[a] = walker over R[b] */
	COLD_WALKNEXT, /* R[b] = next value of walker R[a], else F */
	COLD_WALKPATH, /* R[b] = path of the value that walker R[a] gave last */
	COLD_ROW,      /* a row: R[a…a+n); x: query */
	COLD_COVER,    /* count expression x */
	COLD_TRACE,    /* a: enum sw_rego_trace_op; x: location; the text of a note: R[b] */
	COLD_CINDEX,   /* R[a] = comprehension group of R[b…]; x: a vm_cindex; else F: index not built */
	COLD_CBUILD,   /* build the index from what was collected since R[b]; x: a vm_cindex */
	COLD_SWITCH,   /* jump by the value of R[a]; x: a vm_switch */
	COLD_FILTER,   /* R[a] = rules that may succeed, jump to the first; x: a vm_filter */
	COLD_FILTER_NEXT, /* jump to the next such rule behind rule b */
	COLD_MAY_BE,   /* R[a] is of type x or a set, else F */
	COLD_UNREACHABLE,
	COLD__COUNT
};

struct vm_ins {
	uint16_t op;
	uint16_t a, b, c;
	uint32_t f;
	uint32_t x;
};

#define VM_NONE UINT32_MAX

enum vm_fn_flags {
	FN_FUNCTION = 1 << 0, /* takes arguments */
	FN_MEMO = 1 << 1,     /* calls are remembered by their arguments */
	FN_QUERY = 1 << 2,
	FN_CONST = 1 << 3,    /* value known since load time: `constant` */
	FN_DATA = 1 << 4,     /* an entrypoint: a plain read of data */
};

struct vm_fn {
	uint32_t start;  /* first instruction */
	uint32_t n_regs;
	uint32_t n_args;
	unsigned flags;
	struct sw_value path; /* array of keys behind `data` */
	const struct sw_rego_node *node;
	struct sw_str name;   /* data.a.b */
	struct sw_value constant;
};

/* A path into data that ends inside the rule tree. */
struct vm_path {
	struct sw_value keys; /* array */
	const struct sw_rego_node *node;
};

struct vm_refadd {
	uint32_t n;   /* keys of the path */
	bool set;     /* the value is an element of a set at the path */
	uint32_t loc; /* of the rule's head */
};

enum vm_with_kind { WITH_INPUT, WITH_DATA, WITH_FN };

struct vm_with_item {
	enum vm_with_kind kind;
	struct sw_value path;            /* array of keys behind input or data */
	const struct sw_builtin *target; /* WITH_FN: what is replaced: a builtin … */
	uint32_t target_fn;              /* … or a function */
	const struct sw_builtin *by;     /* by a builtin, a function, or the value in `reg` */
	uint32_t by_fn;
	uint16_t reg;
};

struct vm_with {
	struct vm_with_item *items;
	uint32_t n;
	uint32_t loc;
};

struct vm_rule { /* for conflict errors */
	uint32_t loc, last; /* of the rule, and of the last expression of its body */
	struct sw_str name;
	bool function;
};

struct vm_expr { /* for coverage */
	struct sw_rego_loc loc;
	bool generated;
};

struct vm_switch_case {
	struct sw_value key;
	uint32_t target; /* label, then instruction */
};

struct vm_switch {
	struct vm_switch_case *cases; /* sorted by key */
	uint32_t n, other;
};

/* What rules need of one place of the input or argument: see plan/filter.c. */
struct vm_filter_key {
	struct sw_value key;
	uint32_t rule;
};

struct vm_filter_text {
	struct sw_str prefix, suffix;
	uint32_t rule;
	uint32_t up; /* number + 1 of the entry before it whose prefix is a prefix of this one's; 0: none */
	bool glob;   /* what is no string does not match, and is no error */
};

struct vm_filter_source {
	struct sw_value place;	    /* keys behind `input`, or the number of an argument */
	struct vm_filter_key *is;   /* it is that, sorted */
	struct vm_filter_key *has;  /* an element of it is that, sorted */
	struct vm_filter_text *texts; /* it starts and ends so, sorted by prefix */
	uint32_t n_is, n_has, n_texts;
	uint32_t crowd;  /* most rules that one constant of `is` lets through */
	uint64_t *bound; /* a bit per rule that needs something of it */
};

struct vm_filter {
	struct vm_filter_source *sources;
	uint32_t *targets; /* of each rule: label, then instruction */
	uint32_t end;	   /* behind all of them */
	uint32_t n_sources, n_rules, n_words;
};

struct vm_cindex {
	uint32_t id, n_keys;
	uint8_t kind; /* enum sw_type of the comprehension */
	uint32_t loc;
};

struct vm_query {
	uint32_t fn;
	struct sw_rego_query_info info;
	uint16_t n_regs_row;
	bool document; /* entrypoint */
};

#define VM_VEC(type)                                                                               \
	struct {                                                                                   \
		type *v;                                                                           \
		uint32_t n, cap;                                                                   \
	}

/* Compiled code. Grows while queries are prepared; read-only afterwards. */
struct vm_code {
	VM_VEC(struct vm_ins) ins;
	VM_VEC(uint32_t) ins_loc; /* location of each instruction: index in locs */
	VM_VEC(struct sw_value) k;
	VM_VEC(struct vm_fn) fns;
	VM_VEC(struct sw_rego_loc) locs;
	VM_VEC(const struct sw_builtin *) builtins;
	VM_VEC(struct vm_path) paths;
	VM_VEC(struct vm_refadd) refadds;
	VM_VEC(struct vm_with) withs;
	VM_VEC(struct vm_rule) rules;
	VM_VEC(struct vm_switch) switches;
	VM_VEC(struct vm_cindex) cindexes;
	VM_VEC(struct vm_filter) filters;
	VM_VEC(struct vm_query) queries;
	VM_VEC(struct vm_expr) exprs;
	uint32_t *k_table; /* constants by hash: index + 1 */
	uint32_t k_table_n;
};

/* A place of the source in an image. */
struct vm_image_loc {
	uint32_t file; /* number + 1; 0: none */
	uint32_t row, col, offset;
	uint32_t text, n; /* bytes [text, text + n) of the file */
};

struct sw_rego_engine {
	struct sw_rego_engine_opts opts;
	struct sw_arena arena;
	struct sw_rego_diags diags;
	struct sw_rego_program *program;
	struct sw_value data;
	struct vm_code code;
	struct plan_spare *spare; /* the planner's */
	bool compiled;
	bool from_image; /* rego/image.h: no trees, and locations as offsets */
	const struct vm_image_loc *image_locs;
	struct sw_source *image_sources;
	uint32_t n_image_locs;
	bool plain_ops; /* somebody replaces an operator's builtin: no short cuts */
};

/* ---- evaluation ---- */

struct vm_target {
	struct sw_value path;
	const struct vm_target *next;
};

struct vm_mock {
	const struct sw_builtin *target;
	uint32_t target_fn;
	const struct sw_builtin *by;
	uint32_t by_fn;
	struct sw_value value;
	const struct vm_mock *next;
};

/* What `with` changes. The outermost scope has id 0. */
struct vm_scope {
	uint32_t id;
	struct sw_value input;
	struct sw_value rep; /* replaced parts of data */
	const struct vm_target *targets;
	const struct vm_mock *mocks;
	struct vm_scope *bare; /* the same without mocks, made on first use */
};

/* A place in the merged tree of base and virtual documents. */
struct vm_doc {
	const struct sw_rego_node *node;
	struct sw_value real, rep;
	bool replaced; /* at or below a `with` target */
	struct sw_value key;
	const struct vm_doc *parent;
};

/* Types of registers that are no values. */
enum { VM_T_DOC = 0xe0, VM_T_SCOPE, VM_T_MARK, VM_T_CLASH, VM_T_WALKER };

struct vm_memo {
	uint32_t gen;
	struct sw_value v; /* SW_UNDEF: undefined */
};

struct vm_call_memo {
	uint64_t hash; /* 0: free */
	uint32_t gen, fn, scope, n;
	const struct sw_value *args;
	struct sw_value v;
};

struct vm_cgroup; /* groups of a comprehension index */

enum { VM_BUILTIN_ERRORS_MAX = 64 };

struct sw_rego_eval {
	const struct sw_rego_engine *e;
	struct sw_rego_eval_opts opts;
	struct sw_builtin_ctx bc;
	struct sw_arena arena, scratch;
	struct vm_scope root, *sc;
	uint32_t n_scopes;
	struct sw_value data;
	struct sw_value *stack, *stack_end;
	struct sw_value *coll; /* collectors, one on top of another */
	uint32_t n_coll, cap_coll;
	uint8_t *hints; /* per instruction: where a key was found last */
	uint32_t n_hints;
	struct vm_memo *memo; /* per function */
	uint32_t n_memo, gen;
	struct vm_call_memo *calls; /* open addressing, power of two */
	uint32_t n_calls, cap_calls;
	uint64_t steps, check_at; /* budget left, and when to look at cancel and clock */
	uint64_t steps_max;
	int64_t deadline_ns;
	uint64_t n_alloc; /* of the arenas, at begin */
	uint32_t depth, max_depth;
	struct sw_rego_eval_error err;
	struct sw_rego_loc err_stack[SW_REGO_STACK_MAX];
	struct sw_rego_eval_error *builtin_errs;
	uint32_t n_builtin_errs;
	VM_VEC(struct sw_rego_row) rows;
	struct vm_cgroup *cgroups;
	uint32_t n_nd; /* remembered nondeterministic results */
	struct vm_nd *nd;
	struct vm_clash *clashes;
	uint64_t n_call, n_hit;
	uint64_t random; /* where seeds come from; 0: nowhere yet */
	struct sw_buf text; /* scratch text of errors and traces */
};

/* A member of an object with two values (clash.c). */
struct vm_clash {
	const void *object; /* identity of the object */
	struct sw_value path;
	const struct sw_rego_loc *loc;
	struct vm_clash *next;
};

struct vm_nd {
	const struct sw_builtin *b;
	struct sw_value args, v;
	struct vm_nd *next;
};

/* run.c */
int vm_run(struct sw_rego_eval *vm, uint32_t fn, struct sw_value *frame, struct sw_value *ret);
/* call.c */
int vm_tick(struct sw_rego_eval *vm);
int vm_rule(struct sw_rego_eval *vm, uint32_t fn, struct sw_value *frame, struct sw_value *ret);
/* For the instruction `at`, which may read but one member of it. */
int vm_rule_at(struct sw_rego_eval *vm, const struct vm_ins *at, struct sw_value *R,
	struct sw_value *frame);
int vm_call(struct sw_rego_eval *vm, uint32_t fn, const struct sw_value *args,
	struct sw_value *frame, struct sw_value *ret);
int vm_builtin(struct sw_rego_eval *vm, const struct sw_builtin *b, const struct sw_value *args,
	uint32_t n, const struct vm_ins *at, struct sw_value *frame, struct sw_value *ret);
/* clash.c */
int vm_clash_add(struct sw_rego_eval *vm, struct sw_value path, const struct sw_rego_loc *loc);
void vm_clash_own(struct sw_rego_eval *vm, const struct vm_clash *before, struct sw_value object);
bool vm_clashes(const struct sw_rego_eval *vm, struct sw_value v);
int vm_clash_check(struct sw_rego_eval *vm, struct sw_value v, const struct vm_ins *at,
	const struct sw_value *R);
/* error.c */
int vm_error(struct sw_rego_eval *vm, int code, const char *name, const struct sw_rego_loc *loc,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
int vm_limit(struct sw_rego_eval *vm, const char *what);
/* By number; NULL when there is none. Of an image: made in the evaluation's arena. */
const struct sw_rego_loc *vm_loc_at(struct sw_rego_eval *vm, uint32_t loc);
const struct sw_rego_loc *vm_loc(struct sw_rego_eval *vm, const struct vm_ins *at);
int vm_conflict(struct sw_rego_eval *vm, uint32_t rule, struct sw_value a, struct sw_value b);
/* An error goes up through the instruction `at`; returns its code `r`. */
int vm_up(struct sw_rego_eval *vm, const struct vm_ins *at, int r);
/* value.c */
struct sw_value vm_get(struct sw_value from, struct sw_value key);
struct sw_value vm_get_text(struct sw_value from, struct sw_value key);
enum { VM_LINEAR_MAX = 16 }; /* members that are looked through one after another */

/*
 * A member by a string key. Most look-ups find nothing, which the object can tell; of the others most
 * find the key where the same instruction found it last, for documents of one kind look alike.
 */
static inline struct sw_value vm_get_str(struct sw_value o, struct sw_value key, uint8_t *hint)
{
	if (__builtin_expect(o.type != SW_OBJECT, 0))
		return o.type == SW_SET ? vm_get(o, key) : sw_undef();
	if (!sw_object_may_have(o, key))
		return sw_undef();
	uint64_t head = sw_value_head(key);
	const struct sw_member *m = o.u.o->m;
	uint32_t i = *hint;
	if (i < o.n && sw_value_head(m[i].k) == head && sw_bytes_eq(m[i].k.u.s, key.u.s, key.n))
		return m[i].v;
	if (o.n > VM_LINEAR_MAX)
		return sw_object_get(o, key);
	for (i = 0; i < o.n; i++)
		if (sw_value_head(m[i].k) == head && sw_bytes_eq(m[i].k.u.s, key.u.s, key.n)) {
			*hint = (uint8_t)i;
			return m[i].v;
		}
	return sw_undef();
}

int vm_collect(struct sw_rego_eval *vm, struct sw_value v);
int vm_seal(struct sw_rego_eval *vm, uint32_t base, enum sw_type kind, const struct vm_ins *at,
	struct sw_value *ret);
struct sw_value vm_merge(struct sw_arena *a, struct sw_value x, struct sw_value y);
/* data.c */
struct sw_value vm_base(struct sw_rego_eval *vm, struct sw_value path, bool whole);
bool vm_replaced(const struct sw_rego_eval *vm, struct sw_value path);

typedef int (*vm_cold_fn)(struct sw_rego_eval *vm, const struct vm_ins *i, struct sw_value *R,
	struct sw_value *frame);
extern const vm_cold_fn vm_cold_table[COLD__COUNT];

#define VM_COLD(name)                                                                              \
	int name(struct sw_rego_eval *vm, const struct vm_ins *i, struct sw_value *R,              \
		struct sw_value *frame)
VM_COLD(vm_cold_mkset);
VM_COLD(vm_cold_mkobj);
VM_COLD(vm_cold_mkobjk);
VM_COLD(vm_cold_refadd);
VM_COLD(vm_cold_refseal);
VM_COLD(vm_cold_with);
VM_COLD(vm_cold_enter);
VM_COLD(vm_cold_leave);
VM_COLD(vm_cold_doc);
VM_COLD(vm_cold_docget);
VM_COLD(vm_cold_dociter);
VM_COLD(vm_cold_docnext);
VM_COLD(vm_cold_docvalue);
VM_COLD(vm_cold_walk);
VM_COLD(vm_cold_walker);
VM_COLD(vm_cold_walknext);
VM_COLD(vm_cold_walkpath);
VM_COLD(vm_cold_row);
VM_COLD(vm_cold_cover);
VM_COLD(vm_cold_trace);
VM_COLD(vm_cold_cindex);
VM_COLD(vm_cold_cbuild);
VM_COLD(vm_cold_switch);
VM_COLD(vm_cold_filter);
VM_COLD(vm_cold_filter_next);
VM_COLD(vm_cold_may_be);

#endif
