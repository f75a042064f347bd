/* SPDX-License-Identifier: Apache-2.0 */
/* Workload and descent of an alert; incident.h says what these are. */
#ifndef SW_RUNTIME_INCIDENT_LINEAGE_H
#define SW_RUNTIME_INCIDENT_LINEAGE_H

#include "runtime/rules/engine.h"

#define SW_LINEAGE_DEPTH 64
#define SW_LINEAGE_TEXT 256 /* bytes of a command line */

struct sw_descent {
	struct sw_str workload, ns, pod, container, image, user, instance;
	struct {
		struct sw_str exe, cmdline;
		int64_t pid;
	} line[SW_LINEAGE_DEPTH]; /* from the root to the process itself */
	uint32_t n;
};

/* Views into the event, the state and `a`. */
void sw_alert_descent(const struct sw_alert *alert, struct sw_arena *a, struct sw_descent *ret);
/* "web-7d4b9c6f5d-x2x9p" of a Deployment, "db-0" of a StatefulSet, "log-k8xzt" of a DaemonSet: the
 * owner's name. */
struct sw_str sw_pod_owner(struct sw_str pod);

#endif
