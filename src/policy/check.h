/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running checks: one object, or the whole inventory, against a pack set; results become findings.
 *
 * A runner belongs to one thread and keeps its memory between objects: after warm-up nothing is
 * allocated on the heap but for findings. What a check answers in the wrong form, and what stops
 * its evaluation (limits, conflicts), becomes a finding "not evaluated" of that check; it never
 * ends the run.
 */
#ifndef SW_POLICY_CHECK_H
#define SW_POLICY_CHECK_H

#include "policy/inventory.h"
#include "policy/pack.h"
#include "policy/place.h"

struct sw_check_runner;

/* `packs` and `out` must outlive the runner. */
struct sw_check_runner *sw_check_runner_new(const struct sw_packs *packs, struct sw_findings *out);
void sw_check_runner_free(struct sw_check_runner *r); /* takes NULL */

/* What the checks of one object may take together; 0: no limit but that of steps. */
void sw_check_runner_timeout(struct sw_check_runner *r, int64_t timeout_ns);

/* Does any check look at this object, or at the inventory? */
bool sw_check_wants_inventory(
	const struct sw_check_runner *r, const struct sw_kube_object *o, bool workload);
/*
 * What the cluster checks read of objects with a pod template, for sw_inventory_keep_fields(); the
 * views live as long as the runner. False: one of them may read anything.
 */
bool sw_check_inventory_fields(
	const struct sw_check_runner *r, const struct sw_str **ret, uint32_t *ret_n);

/* One object. `workload`: it has a pod template. `where->subject` must be filled. -SW_ELIMIT only.
 */
int sw_check_object(struct sw_check_runner *r, const struct sw_kube_object *o, bool workload,
	const struct sw_where *where, struct sw_error *err);
/* All cluster checks. */
int sw_check_cluster(struct sw_check_runner *r, struct sw_inventory *inv, struct sw_error *err);

/* The subject of an object: cluster left empty, namespace, API version, kind, name. */
struct sw_subject sw_check_subject(const struct sw_kube_object *o);

#endif
