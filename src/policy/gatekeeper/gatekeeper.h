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
 * Where a template offers CEL and Rego, Rego is used.
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

enum sw_gk_source { SW_GK_ORIGINAL, SW_GK_GENERATED };

struct sw_gk_opts {
	struct sw_str enforcement_point; /* default "gator.gatekeeper.sh" */
	struct sw_rego_limits limits;    /* of one evaluation */
	int64_t timeout_ns;              /* of one evaluation; 0: none */
	struct sw_buf *print;            /* print() of the policies; NULL: dropped */
};

struct sw_gk *sw_gk_new(const struct sw_gk_opts *opts); /* NULL: defaults */
void sw_gk_free(struct sw_gk *gk);

/* What an object is to Gatekeeper. */
enum sw_gk_kind {
	SW_GK_NOTHING, /* any other object */
	SW_GK_TEMPLATE,
	SW_GK_CONSTRAINT,
	SW_GK_EXPANSION,
	SW_GK_MUTATOR,
	SW_GK_CONFIG, /* Config, SyncSet, Provider: accepted, nothing to do */
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
void sw_gk_clear_data(struct sw_gk *gk); /* an empty inventory again */
uint32_t sw_gk_constraints(const struct sw_gk *gk); /* how many */

struct sw_gk_request {
	struct sw_value object;        /* a Kubernetes object, or SW_UNDEF when `admission` is given */
	struct sw_value admission;     /* AdmissionRequest (the `request` of an AdmissionReview), or SW_UNDEF */
	struct sw_value ns;            /* its Namespace, or SW_UNDEF: looked up in the inventory */
	struct sw_str operation;       /* CREATE …, for a bare object; "" as gator leaves it */
	enum sw_gk_source source;
	int64_t deadline_ns;           /* CLOCK_MONOTONIC, of the whole review; 0: none */
};

struct sw_gk_result {
	struct sw_str msg;
	struct sw_value details;      /* what the violation says beside msg; {} */
	struct sw_value constraint;   /* the object */
	struct sw_str kind, name;     /* of the constraint */
	struct sw_str action;         /* deny, warn, dryrun, scoped … */
	struct sw_str *scoped;        /* actions of the enforcement point, when scoped */
	uint32_t n_scoped;
	bool error;                   /* msg is an error: the policy could not be evaluated or matched */
	bool late;                    /* an error because the deadline of the review has passed */
};

struct sw_gk_results {
	struct sw_gk_result *v;
	uint32_t n, cap;
};

/*
 * All constraints against one request. Results are in the order of the constraints (by kind and name), then
 * of the messages. An evaluation that fails is a result with `error`, never silence.
 * -SW_EINVALID: the request itself makes no sense; -SW_ELIMIT.
 */
int sw_gk_review(struct sw_gk *gk, struct sw_arena *a, const struct sw_gk_request *req,
	struct sw_gk_results *ret, struct sw_error *err);

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
