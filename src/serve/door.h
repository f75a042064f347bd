/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge at the door: one admission request against everything that sw_policies holds.
 *
 * A door belongs to one thread and keeps its memory between reviews. It holds a reference to its
 * set, so that a set is freed with its last door. The same engines judge as in `scan` and `policy
 * review`: the same object has the same findings everywhere.
 *
 * A deadline ends a review early: what was not judged by then is an error of the policies
 * concerned, which the fail policy turns into a verdict. "Not evaluated" is never "allowed" without
 * saying so.
 */
#ifndef SW_SERVE_DOOR_H
#define SW_SERVE_DOOR_H

#include "serve/policies.h"
#include "serve/review.h"

enum sw_door_action {
	SW_DOOR_DENY,
	SW_DOOR_WARN,
	SW_DOOR_DRYRUN, /* logged and counted only */
	SW_DOOR_ERROR,	/* could not be judged */
	SW_DOOR_ACTIONS
};

struct sw_judgement {
	const char *engine;   /* "gatekeeper", "check", "pss", "rego" */
	struct sw_str policy; /* "K8sRequiredLabels/must-have-owner", "SW-POD-001",
				 "PSS-privileged", "main.deny" */
	struct sw_str message;
	enum sw_door_action action;
	bool open; /* of an error: this policy fails open */
};

/* An audit annotation of a ValidatingAdmissionPolicy: "policy/annotation". */
struct sw_note {
	struct sw_str key, value;
};

#define SW_JUDGEMENTS_MAX 4096

struct sw_judgements {
	struct sw_judgement *v;
	uint32_t n, cap;
	struct sw_note *notes;
	uint32_t n_notes;
	bool lost[SW_DOOR_ACTIONS]; /* of those beyond the limit, what they asked for */
	bool full;		    /* there were more */
	bool late;		    /* the deadline passed */
	bool excluded;		    /* the namespace is not judged */
};

struct sw_door;

/* Compiles the Gatekeeper policies. -SW_EINVALID with the policy's name and reason. */
int sw_door_new(struct sw_policies *p, struct sw_door **ret, struct sw_error *err);
void sw_door_free(struct sw_door *d); /* takes NULL */
uint32_t sw_door_constraints(const struct sw_door *d);

/*
 * Judge; `deadline_ns` of CLOCK_MONOTONIC. Judgements live in `a` and in the request until the
 * door's next review. The answer is complete, whatever happened.
 */
void sw_door_review(struct sw_door *d, struct sw_arena *a, const struct sw_admission *r,
	int64_t deadline_ns, struct sw_answer *ret_answer, struct sw_judgements *ret);
/* The changes that policies and fixes make: the answer's patch. */
void sw_door_mutate(struct sw_door *d, struct sw_arena *a, const struct sw_admission *r,
	int64_t deadline_ns, struct sw_answer *ret_answer, struct sw_judgements *ret);

/*
 * For the reviews that follow: may Providers of external data be asked, which takes its time? Where they may not and one
 * would have been, the review must be repeated where they may.
 */
void sw_door_may_ask(struct sw_door *d, bool may, int64_t deadline_ns);
bool sw_door_would_ask(const struct sw_door *d);

/* The answer to a request that nobody could judge: allowed with a warning, or denied. */
void sw_door_undecided(bool fail_closed, int code, const char *why, struct sw_answer *ret_answer);


#endif
