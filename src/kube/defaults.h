/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the API server fills in where an object does not say it, after something has changed the object: a container that
 * was added gets its pull policy, a field that was removed its default again. What stood there before and says nothing
 * is left as it is, unless the change made its default due (ClusterIP becomes LoadBalancer), so that objects which no API
 * server has seen stay as they were written.
 *
 * Source: the defaulting functions of Kubernetes 1.36 (pkg/apis: core, apps, batch, networking, rbac, storage, autoscaling)
 * with the feature gates that are on by default, and the `default` of a custom resource's schema. A field that is no
 * pointer in Go is unsaid where it is zero, too (timeoutSeconds: 0 of a probe is 1, policyTypes: [] are filled in). Not filled
 * in: status, labels, selectors, the resources of a pod as a whole (sums over its containers), other groups and versions. Nothing
 * is taken away or rounded (a Service keeps its sessionAffinityConfig without ClientIP, a quantity its nanos).
 *
 * Ownership: the result shares what did not change; the rest is in the arena. Threads: any. Limits: 64 levels, below which
 * nothing is filled in.
 */
#ifndef SW_KUBE_DEFAULTS_H
#define SW_KUBE_DEFAULTS_H

#include "base/arena.h"
#include "kube/fields.h"

/* `after` with defaults where it differs from `before`; SW_UNDEF when the arena is full. */
struct sw_value sw_kube_defaults(
	struct sw_arena *a, const struct sw_kube_shape *shape, struct sw_value before, struct sw_value after);

#endif
