/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replicas: which pods of one controller are the same to every check.
 *
 * Left out of the comparison is what the scheduler, the network and the controller write into each
 * pod: name, uid, status, nodeName, hostname, a DaemonSet's node affinity, the name of the token
 * volume, labels and annotations that carry the pod's own name, number or address.
 */
#ifndef SW_POLICY_FOLD_H
#define SW_POLICY_FOLD_H

#include "finding/finding.h"
#include "kube/object.h"

struct sw_fold;

struct sw_fold *sw_fold_new(void);
void sw_fold_free(struct sw_fold *f); /* takes NULL */

enum sw_fold_result {
	SW_FOLD_NONE,  /* no pod of a controller: judge it as it is */
	SW_FOLD_FIRST, /* the first of its like: *ret_subject is its controller */
	SW_FOLD_AGAIN, /* judged already */
};

/* Views in *ret_subject are of the object. */
enum sw_fold_result sw_fold_pod(
	struct sw_fold *f, const struct sw_kube_object *o, struct sw_subject *ret_subject);

#endif
