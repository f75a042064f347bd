/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods inside objects: the pod template of every kind that has one.
 *
 * Known kinds (Pod, PodTemplate, Deployment, ReplicaSet, ReplicationController, StatefulSet,
 * DaemonSet, Job, CronJob) have theirs at a fixed place. Any other kind is searched by shape: a
 * mapping with an array `containers` of which one at least has an image (Argo Rollout, Knative
 * Service, SeldonDeployment, JobSet, Kubeflow jobs …). content/lib/kube.rego has the same rules for
 * checks.
 */
#ifndef SW_KUBE_TEMPLATE_H
#define SW_KUBE_TEMPLATE_H

#include "kube/object.h"

struct sw_kube_pod {
	struct sw_value spec;	  /* an object */
	struct sw_value metadata; /* of the template; SW_UNDEF when it has none */
	struct sw_str pointer;	  /* JSON Pointer of the spec: "/spec/template/spec" */
	struct sw_value path;	  /* the same as an array of segments */
};

#define SW_KUBE_PODS_MAX 1024	  /* templates in one object */
#define SW_KUBE_TEMPLATE_DEPTH 64 /* how deep the search by shape goes */

/*
 * All pods that the object describes, in document order of sorted keys, in the arena. *ret_n is 0
 * for what is no workload. -SW_ELIMIT: more than the limits above, or the arena is full.
 */
int sw_kube_pods(struct sw_arena *a, const struct sw_kube_object *o, struct sw_kube_pod **ret,
	uint32_t *ret_n, struct sw_error *err);

/* The fixed place of a known kind's pod spec, ended by NULL; NULL for kinds that are searched by shape. */
const char *const *sw_kube_pod_place(const struct sw_kube_object *o);

/* Is there such a kind of that name, in any group? */
bool sw_kube_pod_kind(struct sw_str kind);

enum sw_kube_container_kind {
	SW_KUBE_INIT,
	SW_KUBE_SIDECAR, /* an init container that is always restarted */
	SW_KUBE_CONTAINER,
	SW_KUBE_EPHEMERAL,
};

struct sw_kube_container {
	struct sw_value value; /* an object */
	struct sw_str name;
	enum sw_kube_container_kind kind;
	const char *field; /* "initContainers", "containers", "ephemeralContainers" */
	uint32_t index;	   /* in that field */
};

/* Walks all containers of a pod spec in that order; what is no mapping is passed over. */
struct sw_kube_containers {
	struct sw_value spec;
	uint32_t field, index;
};

void sw_kube_containers_init(struct sw_kube_containers *it, struct sw_value pod_spec);
bool sw_kube_containers_next(struct sw_kube_containers *it, struct sw_kube_container *ret);

#endif
