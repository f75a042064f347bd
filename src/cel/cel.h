/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CEL, the Common Expression Language, as Kubernetes uses it.
 *
 * An environment (struct sw_cel) declares names; expressions are compiled in it (parsed, checked,
 * every name and function resolved) and evaluated any number of times over values of src/doc. The
 * whole language of the spec is there but protocol buffers' own messages, with the macros, optional
 * syntax and two-variable comprehensions; of libraries: strings, lists, sets, math, encoders,
 * optional, and Kubernetes' url, ip, cidr, quantity, semver, format, regex and list functions.
 *
 * - Results are values of src/doc where those have the type; the rest have types of their own,
 * below. They live in the arena given to sw_cel_begin() and in what the variables' values live in.
 * - A run-time error is the result -SW_EINVALID with CEL's text ("no such key: x"). -SW_ELIMIT: the
 * cost limit, memory or time was spent, which is never absorbed by ||, && or a macro: there is no
 * verdict. -SW_EUNSUPPORTED: the expression asks for what only a cluster can answer (authorizer).
 * - Costs are counted as Kubernetes counts them: one per variable, selection and call, and more for
 *   functions that walk their arguments.
 *
 * Threads: one environment and all of its programs, one thread at a time.
 * Limits: 100,000 code points per expression, nesting of 250, tree depth of 1,000, 1,024 variables,
 * 64 variables of macros in each other, 20 errors per expression. Sources:
 * https://github.com/google/cel-spec (langdef.md), cel-go 0.30, k8s.io/apiserver/pkg/cel 0.36.
 */
#ifndef SW_CEL_CEL_H
#define SW_CEL_CEL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "doc/value.h"

/* Types of values beyond enum sw_type. */
enum sw_cel_kind {
	SW_CEL_UINT = 32, /* u.i, as uint64 */
	SW_CEL_BYTES,	  /* as a string */
	SW_CEL_TYPE,	  /* the type's name, as a string */
	SW_CEL_TIMESTAMP, /* u.i: seconds since 1970, n: nanoseconds */
	SW_CEL_DURATION,  /* u.i: nanoseconds */
	SW_CEL_OPTIONAL,
	SW_CEL_URL,
	SW_CEL_IP,
	SW_CEL_CIDR,
	SW_CEL_QUANTITY,
	SW_CEL_SEMVER,
	SW_CEL_FORMAT,
	SW_CEL_AUTHORIZER,
	SW_CEL_MESSAGE, /* Object{…}, JSONPatch{…} */
	SW_CEL_ERROR, /* inside of the engine only */
	SW_CEL_KIND__COUNT
};

/* What is known of a variable when expressions are checked. */
enum sw_cel_decl {
	SW_CEL_DYN,
	SW_CEL_REQUEST,	    /* kubernetes.AdmissionRequest */
	SW_CEL_NAMESPACE,   /* kubernetes.Namespace */
	SW_CEL_AUTHORIZERS, /* kubernetes.authorization.Authorizer: declared, never answered */
};

/* What an expression may result in; what is dyn passes. */
enum {
	SW_CEL_WANT_BOOL = 1,
	SW_CEL_WANT_STRING = 2,
	SW_CEL_WANT_NULL = 4,
	SW_CEL_WANT_ANY = 7,
	SW_CEL_WANT_CONFIGURATION = 8, /* Object{…} */
	SW_CEL_WANT_PATCHES = 16,      /* a list of JSONPatch{…} */
};

#define SW_CEL_COST_CALL 1000000u /* Kubernetes' limit of one evaluation */
#define SW_CEL_COST_RUN 10000000u /* of all expressions of a policy */

struct sw_cel;
struct sw_cel_program;

struct sw_cel_opts {
	bool loose; /* literals may mix types ([1, "a"]), which Kubernetes refuses */
	bool spec;  /* by the specification where Kubernetes differs; math and encoders are there */
	bool unchecked; /* types and names are looked at when they are needed only */
};

struct sw_cel *sw_cel_new(const struct sw_cel_opts *opts); /* NULL: as Kubernetes */
void sw_cel_free(struct sw_cel *cel);

/* A variable; the name may have dots ("variables.x"). *ret_slot names it from now on. */
int sw_cel_declare(struct sw_cel *cel, struct sw_str name, enum sw_cel_decl decl,
	uint32_t *ret_slot, struct sw_error *err);
/*
 * A variable that is the result of a program, evaluated when it is first asked for, with the
 * variables of the run. Expressions that are compiled later see it. A `program` of NULL makes one
 * whose use is the error `why`.
 */
int sw_cel_define(struct sw_cel *cel, struct sw_str name, const struct sw_cel_program *program,
	struct sw_str why, uint32_t *ret_slot, struct sw_error *err);
void sw_cel_hide(
	struct sw_cel *cel, uint32_t slot, bool hidden); /* from expressions compiled later */
/*
 * Whether expressions compiled later know the types of mutations: Object, Object.spec.template …,
 * whose fields are not declared, and JSONPatch; and jsonpatch.escapeKey().
 */
void sw_cel_mutations(struct sw_cel *cel, bool known);

struct sw_cel_issue {
	uint32_t line, col, byte; /* line and column from 1, in code points as cel-go counts */
	struct sw_str text;
};
struct sw_cel_issues { /* may be NULL where one is asked for */
	struct sw_cel_issue v[20];
	uint32_t n;
};

/*
 * -SW_ESYNTAX or -SW_EINVALID with the first error and its place in *err and all of them in
 * `issues` (their texts live as long as the environment), -SW_ELIMIT. The text may go away
 * afterwards. `want`: SW_CEL_WANT_….
 */
int sw_cel_compile(struct sw_cel *cel, struct sw_str text, unsigned want,
	struct sw_cel_program **ret, struct sw_cel_issues *issues, struct sw_error *err);

/* A run: a set of variables' values. Every slot is unset at first, and using an unset one is an
 * error. */
void sw_cel_begin(struct sw_cel *cel, struct sw_arena *a, uint64_t cost_limit, int64_t deadline_ns);
void sw_cel_set(struct sw_cel *cel, uint32_t slot, struct sw_value v);
/* In this run. `cost_limit` 0: what is left of the run. */
int sw_cel_eval(struct sw_cel *cel, const struct sw_cel_program *p, uint64_t cost_limit,
	struct sw_value *ret, struct sw_error *err);

/*
 * A result without CEL's own types, as it is written in JSON: messages become objects (a JSONPatch
 * without what it does not say), times and durations strings, bytes base64. `exact`: integers stay;
 * else those that a double cannot tell are strings, as in protocol buffers' JSON.
 * -SW_EINVALID for what has no JSON, and for an Object.a{} that stands in another field than a.
 */
int sw_cel_plain(struct sw_arena *a, struct sw_value v, bool exact, struct sw_value *ret,
	struct sw_error *err);

/* "int", "string", "google.protobuf.Timestamp", … */
const char *sw_cel_type_name(struct sw_value v);
/* As an expression that makes it, e.g. {"a": [1u, b"x"]}; of an opaque value its type and text. */
void sw_cel_write(struct sw_buf *out, struct sw_value v);

#endif
