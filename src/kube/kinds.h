/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API of Kubernetes up to 1.37: which kinds there are. (Which of their versions are gone is
 * known to the checks: content/lib/api.rego.) The table is constant. Source: k8s.io/api.
 */
#ifndef SW_KUBE_KINDS_H
#define SW_KUBE_KINDS_H

#include "base/str.h"

#define SW_KUBE_MINOR_LATEST 37 /* of version 1.x: what "latest" means */

struct sw_kube_kind {
	const char *group, *kind, *resource; /* "apps", "Deployment", "deployments" */
	bool namespaced;
};

/* NULL for what is not part of Kubernetes (custom resources). */
const struct sw_kube_kind *sw_kube_kind_find(struct sw_str group, struct sw_str kind);
/* The whole table, sorted by group and kind. */
const struct sw_kube_kind *sw_kube_kinds(size_t *ret_n);

#endif
