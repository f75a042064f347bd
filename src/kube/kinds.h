/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API of Kubernetes up to 1.37: which kinds there are, and which of their versions are gone.
 * Source: the lifecycle marks of k8s.io/api and the deprecation guide of kubernetes.io.
 */
#ifndef SW_KUBE_KINDS_H
#define SW_KUBE_KINDS_H

#include "base/str.h"

#define SW_KUBE_MINOR_LATEST 37 /* of version 1.x: what "latest" means */

struct sw_kube_kind {
	const char *group, *kind, *resource; /* "apps", "Deployment", "deployments" */
	bool namespaced;
};

/* One version of a kind that was deprecated. Minor numbers of 1.x; 0: not (yet). */
struct sw_kube_lifecycle {
	const char *group, *version, *kind;
	uint8_t introduced, deprecated, removed;
	const char *new_group, *new_version, *new_kind; /* NULL when nothing replaces it */
};

/* NULL for what is not part of Kubernetes (custom resources). */
const struct sw_kube_kind *sw_kube_kind_find(struct sw_str group, struct sw_str kind);
const struct sw_kube_kind *sw_kube_kinds(size_t *ret_n);
/* NULL for versions that were never deprecated. */
const struct sw_kube_lifecycle *sw_kube_lifecycle_find(
	struct sw_str group, struct sw_str version, struct sw_str kind);
const struct sw_kube_lifecycle *sw_kube_lifecycles(size_t *ret_n);

#endif
