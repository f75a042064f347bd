/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share. */
#ifndef SW_CEL_INTERNAL_H
#define SW_CEL_INTERNAL_H

#include "base/re2.h"
#include "cel/cel.h"
#include "kube/quantity.h"

/* Ceilings. */
enum {
	CEL_NEST_MAX = 250,
	CEL_DEPTH_MAX = 1000,
	CEL_LOCALS_MAX = 64,
	CEL_SLOTS_MAX = 1024,
	CEL_ARGS_MAX = 8192,
	CEL_TEXT_MAX = 100000,
	CEL_CANDIDATES_MAX = 8,
};

/* ---- static types ---- */

enum cel_tkind {
	T_DYN,
	T_ERROR, /* already reported */
	T_NULL,
	T_BOOL,
	T_INT,
	T_UINT,
	T_DOUBLE,
	T_STRING,
	T_BYTES,
	T_TIMESTAMP,
	T_DURATION,
	T_TYPE,
	T_LIST,	    /* a */
	T_MAP,	    /* a, b */
	T_OPTIONAL, /* a */
	T_URL,
	T_IP,
	T_CIDR,
	T_QUANTITY,
	T_SEMVER,
	T_FORMAT,
	T_OBJECT, /* fields */
	T_AUTHORIZER,
	T_PARAM_A,
	T_PARAM_B,
	T_PARAM_C,
	T_PARAM_K, /* as T_PARAM_A, of what has an order */
	T_KIND__COUNT
};

struct cel_field;
struct cel_type {
	uint8_t kind;
	const struct cel_type *a, *b;
	const struct cel_field *fields; /* of an object; the last has no name */
	const char *name;
};
struct cel_field {
	const char *name;
	const struct cel_type *type;
};

extern const struct cel_type cel_types[T_KIND__COUNT]; /* those without parameters */
extern const struct cel_type cel_list_string, cel_request_type, cel_namespace_type, cel_jsonpatch_type;
void cel_type_write(struct sw_buf *out, const struct cel_type *t);

/* ---- the tree ---- */

enum cel_op {
	OP_CONST,
	OP_IDENT,  /* before checking */
	OP_VAR,	   /* slot */
	OP_LOCAL,  /* slot: index into the frame */
	OP_SELECT, /* args[0], name */
	OP_HAS,
	OP_OPT_SELECT,
	OP_INDEX,
	OP_OPT_INDEX,
	OP_CALL,
	OP_AND, /* args: two or more */
	OP_OR,
	OP_COND,
	OP_NOT,
	OP_NEG,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_MOD,
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_IN,
	OP_LIST,
	OP_MAYBE,   /* ?args[0]: an element or the value of an entry */
	OP_MAP,	    /* args: key, value, key, value */
	OP_MESSAGE, /* name; args: key (constant), value */
	OP_ALL,	    /* macros: args[0] the range; vars; args[1…] */
	OP_EXISTS,
	OP_EXISTS_ONE,
	OP_FILTER,	  /* args[1]: predicate */
	OP_MAP_LIST,	  /* args[1]: element, args[2]: predicate or NULL */
	OP_TRANSFORM_MAP, /* the same over maps */
	OP_TRANSFORM_ENTRY,
	OP_SORT_BY, /* args[1]: key */
	OP_BIND,    /* args[0]: value, args[1]: body */
	OP_OPT_MAP, /* args[0]: optional, args[1]: body */
	OP_OPT_FLAT_MAP,
};

struct cel_ctx;
typedef struct sw_value (*cel_fn)(struct cel_ctx *c, const struct sw_value *args, uint32_t n);

/*
 * A function: its name and signatures "args:result", letters of cel_sig_type(); a '.' behind the
 * first argument makes it a method; '*' behind the last: one or more of it. Rows of one name stand
 * together or apart, all are candidates.
 */
struct cel_row {
	const char *name, *sig;
	cel_fn fn;
	uint8_t cost; /* enum cel_cost */
	bool spec;    /* not in Kubernetes */
};

enum cel_cost {
	COST_1,
	COST_ARG0, /* a tenth of the first argument's size */
	COST_ARG1,
	COST_ARG0_X2,
	COST_BOTH, /* a tenth of the product of both */
	COST_REGEX,
	COST_WALK,   /* elements of the first argument */
	COST_RESULT, /* two tenths of the result */
	COST_IMPURE, /* 1, and not folded */
};

struct cel_candidate {
	cel_fn fn;
	uint8_t types[6]; /* runtime types of the arguments; 0: any */
	uint8_t n;
	bool variadic;
	uint8_t cost;
};

struct cel_node {
	uint8_t op;
	bool method;
	bool lead_dot; /* .name */
	uint16_t depth;
	uint16_t n_candidates;
	uint32_t at; /* byte */
	uint32_t n;
	uint32_t slot;		/* also of the first variable of a macro */
	struct sw_value value;	/* a constant; a name */
	struct sw_value var[2]; /* names of a macro's variables, SW_UNDEF: none */
	struct cel_node **args;
	const struct cel_candidate *candidates;
	const struct cel_type *type;
	struct sw_re2 *re; /* of a call with a constant pattern */
};

struct cel_slot {
	struct sw_str name;
	const struct cel_type *type;
	const struct sw_cel_program *program; /* NULL: set by the caller */
	struct sw_str why;
	bool defined, hidden;
	struct sw_value value; /* of this run */
	bool busy;
};

struct sw_cel {
	struct sw_arena arena;
	struct sw_cel_opts opts;
	bool mutations; /* their types are known */
	struct cel_slot *slots;
	uint32_t n_slots, cap_slots;
	struct sw_regex_cache *cache;
	struct sw_re2 **res; /* of constant patterns */
	uint32_t n_res, cap_res;
	/* of the run */
	struct sw_arena *run;
	uint64_t cost, run_limit;
	int64_t deadline_ns;
};

struct sw_cel_program {
	struct sw_str text;
	const struct cel_node *root;
	const struct cel_type *type;
	const struct sw_cel *cel;
};

/* ---- compiling ---- */

struct cel_compiler {
	struct sw_cel *cel;
	struct sw_arena *a;
	struct sw_str text;
	struct sw_cel_issues *issues;
	struct sw_cel_issues own;
	bool failed, full;
};

/* Notes an error at a byte. */
void cel_issue(struct cel_compiler *k, uint32_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* NULL with an issue noted. */
struct cel_node *cel_parse(struct cel_compiler *k);
/* Resolves and types the tree. False with issues noted. */
struct cel_node *cel_check(struct cel_compiler *k, struct cel_node *root, struct sw_cel_program *p);

struct cel_node *cel_node_new(struct cel_compiler *k, enum cel_op op, uint32_t at, uint32_t n);
/* A call that is a macro becomes one; else NULL. `target` may be NULL. */
struct cel_node *cel_macro(struct cel_compiler *k, struct cel_node *target, struct sw_str name,
	struct cel_node **args, uint32_t n, uint32_t at, bool *ret_failed);

/* Rows by group; the last has no name. */
extern const struct cel_row cel_rows_std[], cel_rows_string[], cel_rows_list[], cel_rows_math[],
	cel_rows_time[], cel_rows_net[], cel_rows_kube[], cel_rows_regex[], cel_rows_optional[],
	cel_rows_authz[], cel_rows_patch[];

/* ---- running ---- */

struct cel_error {
	struct sw_str text;
	uint32_t at;
	bool placed;
	bool unsupported;
};

enum cel_fatal { CEL_OK, CEL_COST, CEL_MEMORY, CEL_TIME };

struct cel_ctx {
	struct sw_cel *cel;
	struct sw_arena *a;
	uint64_t cost, limit, check; /* check: cost at which the clock is looked at next */
	enum cel_fatal fatal;
	uint32_t depth;
	const struct cel_node *call; /* being called */
	struct sw_value locals[CEL_LOCALS_MAX];
};

struct sw_value cel_run(struct cel_ctx *c, const struct cel_node *n);
struct sw_value cel_comprehend(struct cel_ctx *c, const struct cel_node *n);
void cel_spend(struct cel_ctx *c, uint64_t cost);

struct sw_value cel_err(struct cel_ctx *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
struct sw_value cel_no_overload(struct cel_ctx *c);
struct sw_value cel_memory(struct cel_ctx *c); /* sets fatal */
static inline bool cel_is_err(struct sw_value v)
{
	return v.type == SW_CEL_ERROR;
}
static inline const struct cel_error *cel_error_of(struct sw_value v)
{
	return (const struct cel_error *)(const void *)v.u.s;
}

/* ---- values ---- */

/* What a document's number is to CEL: text (1.0, 1e400) is a double. */
static inline struct sw_value cel_norm(struct sw_value v)
{
	if (__builtin_expect(v.type == SW_NUMBER && v.repr == SW_NUM_TEXT, 0))
		return sw_double(sw_value_double(v));
	return v;
}
static inline bool cel_is_int(struct sw_value v)
{
	return v.type == SW_NUMBER && v.repr == SW_NUM_INT;
}
static inline bool cel_is_double(struct sw_value v)
{
	return v.type == SW_NUMBER && v.repr == SW_NUM_DOUBLE;
}
static inline struct sw_value cel_uint(uint64_t u)
{
	return (struct sw_value){.type = SW_CEL_UINT, .u.i = (int64_t)u};
}
static inline uint64_t cel_as_uint(struct sw_value v)
{
	return (uint64_t)v.u.i;
}
static inline struct sw_value cel_kind_str(enum sw_cel_kind kind, struct sw_str s)
{
	return (struct sw_value){.type = (uint8_t)kind, .n = (uint32_t)s.n, .u.s = s.p};
}
static inline struct sw_value cel_duration(int64_t ns)
{
	return (struct sw_value){.type = SW_CEL_DURATION, .u.i = ns};
}
static inline struct sw_value cel_time(int64_t sec, uint32_t ns)
{
	return (struct sw_value){.type = SW_CEL_TIMESTAMP, .n = ns, .u.i = sec};
}
static inline const void *cel_ptr(struct sw_value v)
{
	return v.u.s;
}
static inline struct sw_value cel_opaque(enum sw_cel_kind kind, const void *p)
{
	return (struct sw_value){.type = (uint8_t)kind, .u.s = p};
}
/* repr of an object: keys of other types than string are among them, in the order of cel_key_cmp().
 */
enum { CEL_MIXED_KEYS = 1 };

/* A message: its type's name and its fields. */
struct cel_message {
	const char *type;
	struct sw_value fields; /* an object */
};

struct cel_ip {
	uint8_t b[16];
	bool v4;
};
struct cel_cidr {
	struct cel_ip ip;
	int bits;
};
struct cel_semver {
	uint64_t n[3];
	struct sw_str pre, build, text;
};

static inline struct sw_value cel_none(void)
{
	return cel_opaque(SW_CEL_OPTIONAL, NULL);
}
static inline const struct cel_message *cel_message(struct sw_value v)
{
	return cel_ptr(v);
}
/* Is it the name of a type that mutations have? */
bool cel_message_known(const struct sw_cel *cel, struct sw_str name);
/* SW_UNDEF: it has none. */
struct sw_value cel_message_field(const struct cel_message *m, struct sw_value name);
struct sw_value cel_message_make(struct cel_ctx *c, const struct cel_node *n);
struct sw_value cel_some(struct cel_ctx *c, struct sw_value v);
static inline const struct sw_value *cel_optional(struct sw_value v) /* NULL: none */
{
	return cel_ptr(v);
}

bool cel_eq(struct sw_value a, struct sw_value b);
/* Order of two values of one type, numbers of any: -1, 0, 1; 2: not comparable; 3: NaN is among
 * them. */
int cel_cmp(struct sw_value a, struct sw_value b);
/* SW_UNDEF when it has no such key. */
struct sw_value cel_map_find(struct sw_value map, struct sw_value key);
/* Sealed from pairs; an error value for a repeated or impossible key. Sorts `m`. */
struct sw_value cel_map_make(struct cel_ctx *c, struct sw_member *m, uint32_t n);
struct sw_value cel_list_make(struct cel_ctx *c, const struct sw_value *v, uint32_t n);
struct sw_value cel_str_copy(struct cel_ctx *c, struct sw_str s);
struct sw_value cel_buf_str(struct cel_ctx *c, struct sw_buf *b); /* a copy; overflow is fatal */
uint64_t cel_size(struct sw_value v); /* for costs: bytes, elements, else 1 */
struct sw_value cel_type_of(struct sw_value v);

/* strconv.FormatFloat(d, 'g', -1, 64), 'f' */
void cel_write_double(struct sw_buf *out, double d, char verb);
void cel_write_time(struct sw_buf *out, struct sw_value t);
void cel_write_duration(struct sw_buf *out, struct sw_value d);
void cel_write_ip(struct sw_buf *out, const struct cel_ip *ip);
void cel_write_semver(struct sw_buf *out, const struct cel_semver *v);
bool cel_semver_eq(const struct cel_semver *a, const struct cel_semver *b);
void cel_write_url(struct sw_buf *out, struct sw_value u);
/* Texts as values; false: the text is none. */
bool cel_time_parse(struct sw_str s, struct sw_value *ret);
bool cel_time_valid(struct sw_value t);

/* Runtime type that a letter of a signature asks for; 0: any. */
uint8_t cel_runtime_type(uint8_t tkind);
bool cel_type_fits(uint8_t want, struct sw_value v);

/* Operators, shared with the libraries. */
struct sw_value cel_arith(struct cel_ctx *c, enum cel_op op, struct sw_value a, struct sw_value b);

#endif
