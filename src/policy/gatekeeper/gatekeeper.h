/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gatekeeper's model: constraint templates, constraints, data.inventory, and the review of an object.
 *
 * Semantics are those of gatekeeper 3.23 and its constraint framework: a template's Rego (v0 unless
 * source.version says v1) must define `violation`, may import its own libs (package lib…) and read
 * data.inventory; a constraint is validated by the template's schema, its parameters are defaulted by it, and
 * it applies where all of its match criteria do.
 *
 * Every template has an engine of its own, so that one that does not compile takes nothing else down.
 *
 * Ownership: the set copies nothing of the objects given to it; they must outlive it (read them into an
 * arena that does). Results live in the arena given to the review.
 * Threads: building is for one thread. A set is reviewed by one thread at a time.
 * Where a template offers CEL (engine K8sNativeValidation) and Rego, CEL judges, as Gatekeeper does by default; see
 * enum sw_gk_dual.
 */
#ifndef SW_POLICY_GATEKEEPER_H
#define SW_POLICY_GATEKEEPER_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/value.h"
#include "kube/object.h"
#include "kube/selector.h"
#include "rego/rego.h"

struct sw_gk;
struct gk_provider;
struct sw_gk_answers;

enum sw_gk_source { SW_GK_ORIGINAL, SW_GK_GENERATED };

/*
 * Most reviews break nothing: when a kind of objects has been reviewed a few times, its constraints are put
 * through a sieve (rego/sieve.h) and only those that it lets pass are evaluated. Results are the same.
 */
enum sw_gk_sieve { SW_GK_SIEVE_LATER, SW_GK_SIEVE_AT_ONCE, SW_GK_SIEVE_NEVER };

/*
 * Of templates that offer CEL and Rego. SIEVE: the CEL judges what the sieve of the Rego does not rule out, at a fraction
 * of the cost where objects are as they should be. It finds what CEL finds, unless the template's Rego is the laxer one, or
 * the CEL fails on what the Rego allows.
 */
enum sw_gk_dual { SW_GK_DUAL_CEL, SW_GK_DUAL_SIEVE, SW_GK_DUAL_REGO };
enum sw_gk_dual sw_gk_dual_of(struct sw_str name); /* "sieve", "rego"; all else is CEL */

struct sw_gk_opts {
	struct sw_str enforcement_point; /* default "gator.gatekeeper.sh" */
	struct sw_rego_limits limits;    /* of one evaluation */
	int64_t timeout_ns;              /* of one evaluation; 0: none */
	struct sw_buf *print;            /* print() of the policies; NULL: dropped */
	bool sync_only;                  /* only what sw_gk_syncs() says goes into data.inventory */
	bool external_data;              /* templates may ask external data providers; see external.h */
	int64_t external_ttl_ns;         /* how long answers are kept; 0: 3 minutes */
	/* How a provider is asked; NULL: over HTTPS. 0 with the answer's text and HTTP status. */
	int (*ask)(void *arg, const struct gk_provider *p, struct sw_str body, struct sw_buf *ret, long *ret_status,
		struct sw_error *err);
	void *ask_arg;
	struct sw_gk_answers *answers;   /* where answers are kept, shared by sets; NULL: each set has its own */
	const char *client_cert, *client_key; /* PEM files that providers are shown, read for each request; NULL: none */
	enum sw_gk_sieve sieve;
	enum sw_gk_dual dual;
};

/*
 * What providers answered, for sets of any thread; it outlives them.
 */
struct sw_gk_answers_state {
	uint64_t asked, failed; /* requests to providers */
	uint64_t kept;		/* answers */
};
struct sw_gk_answers *sw_gk_answers_new(void);
void sw_gk_answers_free(struct sw_gk_answers *a); /* takes NULL */
void sw_gk_answers_state(struct sw_gk_answers *a, struct sw_gk_answers_state *ret);

struct sw_gk *sw_gk_new(const struct sw_gk_opts *opts); /* NULL: defaults */
void sw_gk_free(struct sw_gk *gk);

/* What an object is to Gatekeeper. */
enum sw_gk_kind {
	SW_GK_NOTHING, /* any other object */
	SW_GK_TEMPLATE,
	SW_GK_CONSTRAINT,
	SW_GK_EXPANSION,
	SW_GK_MUTATOR,
	SW_GK_CONFIG, /* Config, SyncSet, Provider */
	SW_GK_ADMISSION, /* Kubernetes' own: Validating- and MutatingAdmissionPolicy and their bindings */
};
enum sw_gk_kind sw_gk_kind_of(struct sw_value object);

/* Why an object was refused, as gator tells them apart (suites expect ERR_SCHEMA of `invalid` tests). */
enum sw_gk_refusal { SW_GK_REFUSED = 1, SW_GK_REFUSED_SCHEMA };

/*
 * -SW_EINVALID with the reason; *ret_why (may be NULL) tells a schema violation apart. A template replaces an
 * earlier one of its kind; constraints come after their template.
 */
int sw_gk_add_template(struct sw_gk *gk, struct sw_value object, struct sw_error *err);
int sw_gk_add_constraint(struct sw_gk *gk, struct sw_value object, enum sw_gk_refusal *ret_why,
	struct sw_error *err);
/* An object for data.inventory. A Namespace also answers namespaceSelector. */
int sw_gk_add_data(struct sw_gk *gk, struct sw_value object, struct sw_error *err);
/* A parameter of admission policies that is no part of data.inventory; one that is there already counts once. */
int sw_gk_add_param(struct sw_gk *gk, struct sw_value object, struct sw_error *err);
void sw_gk_clear_data(struct sw_gk *gk); /* an empty inventory again */
/*
 * A ValidatingAdmissionPolicy, a MutatingAdmissionPolicy or their binding (vap/set.h). What validates: its results stand behind those of the constraints, with the
 * binding as constraint and the policy as template. Outside of a cluster (other enforcement points than the webhook's
 * and the audit's) a policy without binding is judged as if it were bound everywhere. Parameters are objects of the
 * inventory.
 */
int sw_gk_add_admission(struct sw_gk *gk, struct sw_value object, struct sw_error *err);
uint32_t sw_gk_constraints(const struct sw_gk *gk); /* how many, bindings of admission policies included */

struct sw_gk_request {
	struct sw_value object;        /* a Kubernetes object, or SW_UNDEF when `admission` is given */
	struct sw_value admission;     /* AdmissionRequest (the `request` of an AdmissionReview), or SW_UNDEF */
	struct sw_value ns;            /* its Namespace, or SW_UNDEF: looked up in the inventory */
	struct sw_value match_ns;      /* the same for matching only: input.review does not show it (gator test) */
	struct sw_str operation;       /* CREATE …, for a bare object; "" as gator leaves it */
	enum sw_gk_source source;
	int64_t deadline_ns;           /* CLOCK_MONOTONIC, of the whole review; 0: none */
	bool stats;                    /* measure */
};

struct sw_gk_result {
	struct sw_str msg;
	struct sw_value details;      /* what the violation says beside msg; {}; of CEL SW_UNDEF */
	struct sw_value constraint;   /* the object */
	struct sw_value template;     /* its ConstraintTemplate */
	struct sw_str kind, name;     /* of the constraint */
	struct sw_str action;         /* deny, warn, dryrun, scoped … */
	struct sw_str *scoped;        /* actions of the enforcement point, when scoped */
	uint32_t n_scoped;
	bool unmatched;               /* it could not be told whether the constraint is about the object */
	bool error;                   /* msg is an error: the policy could not be evaluated or matched */
	bool late;                    /* an error because the deadline of the review has passed */
	bool audit;                   /* of a ValidatingAdmissionPolicy: its binding's actions name Audit */
	int32_t validation;           /* with it: the validation's index; -1: of the policy itself */
};

/* What was evaluated in a review, and the time it took: the constraints of one template in Rego, or one in CEL. */
struct sw_gk_stat {
	struct sw_str kind;
	struct sw_str name; /* of the one in CEL; p NULL: it is Rego */
	uint64_t ns;
	uint32_t constraints;
	struct sw_str implied_by; /* the ExpansionTemplate, when the object was generated */
};

/* An audit annotation of a ValidatingAdmissionPolicy. */
struct sw_gk_note {
	struct sw_str policy, key, value;
};

struct sw_gk_results {
	struct sw_gk_result *v;
	uint32_t n, cap;
	struct sw_gk_note *notes; /* several of one key: of bindings and parameters, none twice */
	uint32_t n_notes, cap_notes;
	struct sw_gk_stat *stats; /* when asked for */
	uint32_t n_stats, cap_stats;
	/* Constraints that were evaluated, and those of them that deny; fewer where a sieve saw that they hold. */
	uint32_t judged, denying;
};

/* Does it deny the request: by its action, or by one of the enforcement point's? */
bool sw_gk_is_deny(const struct sw_gk_result *r);

/*
 * All constraints against one request. Results are in the order of the constraints (by kind and name), then
 * of the messages. An evaluation that fails is a result with `error`, never silence.
 * -SW_EINVALID: the request itself makes no sense; -SW_ELIMIT.
 */
int sw_gk_review(struct sw_gk *gk, struct sw_arena *a, const struct sw_gk_request *req,
	struct sw_gk_results *ret, struct sw_error *err);

/* ---- mutation: Assign, AssignMetadata, ModifySet, AssignImage of mutations.gatekeeper.sh ---- */

/*
 * -SW_EINVALID with upstream's reason. -SW_ECONFLICT: it was added, but its path contradicts those of others;
 * none of these is applied until a change resolves it. One of the same kind and name replaces the old one.
 */
int sw_gk_add_mutator(struct sw_gk *gk, struct sw_value object, struct sw_error *err);

struct sw_gk_mutable {
	struct sw_value object;
	struct sw_value ns;       /* its Namespace object, or SW_UNDEF */
	struct sw_str namespace;  /* of the request, for an object that does not say its own; "": none */
	struct sw_str operation;  /* CREATE, UPDATE; "": only mutators for both apply */
	struct sw_str user;
	enum sw_gk_source source;
	struct sw_value admission; /* AdmissionRequest that Kubernetes' own policies see, or SW_UNDEF: made of these */
	int64_t deadline_ns;	   /* of Kubernetes' own policies, CLOCK_MONOTONIC; 0: none */
};

struct sw_gk_mutation {
	bool changed;
	struct sw_value object; /* shares what did not change with the original */
	struct sw_value patch;  /* RFC 6902, from the original; [] when nothing changed */
	uint32_t iterations;
	/* Why a MutatingAdmissionPolicy with failurePolicy Fail refuses the object; p NULL: none does. */
	struct sw_str denied;
};

/*
 * MutatingAdmissionPolicies first, as the API server invokes them before webhooks; then all mutators that match, by
 * kind and name, again and again until nothing changes. -SW_EINVALID: a mutator does not fit the object;
 * -SW_ECONFLICT: they never come to an end; -SW_ELIMIT; -SW_EUNSUPPORTED: a policy could not be evaluated. All or
 * nothing.
 */
int sw_gk_mutate(struct sw_gk *gk, struct sw_arena *a, const struct sw_gk_mutable *m,
	struct sw_gk_mutation *ret, struct sw_error *err);
uint32_t sw_gk_mutators(const struct sw_gk *gk); /* bindings of MutatingAdmissionPolicies included */
/* The operations that make `to` out of `from`; SW_UNDEF when the arena is full. */
struct sw_value sw_gk_diff(struct sw_arena *a, struct sw_value from, struct sw_value to);

/* ---- expansion: what an object will generate (ExpansionTemplate) ---- */

/* -SW_EINVALID; -SW_ECONFLICT: added, but it forms a cycle, so that none of the cycle expands. */
int sw_gk_add_expansion(struct sw_gk *gk, struct sw_value object, struct sw_error *err);

struct sw_gk_resultant {
	struct sw_value object;
	struct sw_str template; /* name of the ExpansionTemplate */
	struct sw_str action;   /* "" or what replaces the constraints' enforcementAction */
};

struct sw_gk_expanded {
	struct sw_value object; /* the generator itself, after mutation */
	struct sw_gk_resultant *v;
	uint32_t n, cap;
};

/* Mutates the object, then everything that it generates, recursively. */
int sw_gk_expand(struct sw_gk *gk, struct sw_arena *a, const struct sw_gk_mutable *m,
	struct sw_gk_expanded *ret, struct sw_error *err);

struct sw_gk_reviewed {
	struct sw_gk_results results; /* of the object, then of what it generates ("[Implied by …] …") */
	struct sw_value object;       /* as it is after mutation */
	struct sw_str not_expanded;   /* why what it generates could not be reviewed; p NULL: it was */
};

/* sw_gk_review() of a bare object and of all that it generates. */
int sw_gk_review_expanded(struct sw_gk *gk, struct sw_arena *a, const struct sw_gk_request *req,
	struct sw_gk_reviewed *ret, struct sw_error *err);
/*
 * The Namespace that gator test sees: the one given; for "default" one without labels; an empty one for
 * objects without namespace; else SW_UNDEF.
 */
struct sw_value sw_gk_gator_namespace(const struct sw_gk *gk, struct sw_value object);

/* ---- Config and SyncSet ---- */

/*
 * A Config (sync.syncOnly, match), a SyncSet, or a Provider where external data is allowed. Others of
 * SW_GK_CONFIG are accepted and do nothing.
 */
int sw_gk_add_config(struct sw_gk *gk, struct sw_value object, struct sw_error *err);
/* Does a Config take the namespace out of this process: "webhook", "audit", "sync", "mutation-webhook"? */
bool sw_gk_excluded(const struct sw_gk *gk, const char *process, struct sw_str ns);
/*
 * What a cluster would put into data.inventory: everything while no Config or SyncSet names kinds, then only
 * these, without the namespaces excluded for "sync".
 */
bool sw_gk_syncs(const struct sw_gk *gk, const struct sw_kube_object *o);
/*
 * Calls `fn` for each template with constraints that says (metadata.gatekeeper.sh/requires-sync-data) that it
 * looks for kinds of which there is neither an object in the inventory nor a Config or SyncSet; `kinds` tells
 * them in words.
 */
void sw_gk_missing_data(const struct sw_gk *gk, void (*fn)(void *arg, struct sw_value template, struct sw_str kinds),
	void *arg);

/* ---- external data ---- */

/*
 * For the reviews and mutations that follow: may providers be asked, and until when (CLOCK_MONOTONIC; 0: their own
 * timeouts alone)? Where they may not, what is not known is an error, and refused() is true.
 */
void sw_gk_external_begin(struct sw_gk *gk, bool may_ask, int64_t deadline_ns);
bool sw_gk_external_refused(const struct sw_gk *gk);

/* ---- matching, also used by expansion and mutation ---- */

struct sw_gk_match {
	struct sw_value spec; /* spec.match; SW_UNDEF matches everything */
	struct sw_selector labels, namespaces;
	bool has_labels, has_namespaces;
};

struct sw_gk_subject {
	const struct sw_kube_object *object;
	struct sw_value ns; /* Namespace object or SW_UNDEF */
	enum sw_gk_source source;
	bool no_source;
};

int sw_gk_match_init(struct sw_arena *a, struct sw_value spec, struct sw_gk_match *ret,
	struct sw_error *err);
/* 1: matches; 0: does not; negative: cannot be told, *err says why. */
int sw_gk_match(const struct sw_gk_match *m, const struct sw_gk_subject *s, struct sw_error *err);
/* A name against "exact", "prefix*", "*suffix" or "*part*". */
bool sw_gk_wildcard(struct sw_str pattern, struct sw_str name);

#endif
