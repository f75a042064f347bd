/* SPDX-License-Identifier: Apache-2.0 */
/* Between door.c, door_audit.c, door_checks.c and door_mutate.c. */
#ifndef SW_SERVE_DOOR_IMPL_H
#define SW_SERVE_DOOR_IMPL_H

#include "policy/check.h"
#include "policy/gatekeeper/gatekeeper.h"
#include "serve/door.h"

struct sw_door {
	struct sw_policies *p;
	struct sw_gk *gk;
	struct sw_check_runner *runner; /* NULL: no checks are loaded */
	struct sw_findings findings;
	struct sw_rego_eval *rego; /* NULL: no Rego of the user */
	bool expands;
	bool pss; /* any mode or label can matter */
};

/* One review in work. */
struct review {
	struct sw_door *d;
	struct sw_arena *a;
	const struct sw_admission *r;
	struct sw_kube_object object;
	bool has_object;
	int64_t deadline_ns;
	struct sw_answer *answer;
	struct sw_judgements *js;
};

/* NULL: there are too many already; what it asks for still counts. */
struct sw_judgement *door_add(struct review *x, const char *engine, struct sw_str policy,
	struct sw_str message, enum sw_door_action action);
/* What is to be told in the answer. */
void door_say(
	struct review *x, enum sw_door_action action, struct sw_str name, struct sw_str message);
/* -1: nothing is left; 0 is never returned. */
int64_t door_time_left(const struct review *x);
/* Is it an object as it will be stored, of which checks can judge? */
bool door_judges_object(const struct review *x);
bool door_in(const struct sw_paths *list, struct sw_str id);

/* door_audit.c: what is for the audit log alone. */
void door_audit(struct review *x, const struct sw_gk_results *rs);

/* door_checks.c. False when the findings could not be made. */
void door_checks(struct review *x);
void door_pss(struct review *x);
bool door_run_checks(struct review *x, const struct sw_kube_object *o);

#endif
