/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An apply configuration merged into an object, as MutatingAdmissionPolicies do it: members are
 * merged, keyed lists element by element, sets united, scalars replaced; null takes a field away.
 * What could only be replaced as a whole (atomic lists, maps and structs) is refused, and so are
 * fields that the kind does not have.
 *
 * Semantics and the order of lists are those of sigs.k8s.io/structured-merge-diff v6 and of
 * k8s.io/apiserver 0.36 (admission/plugin/policy/mutating/patch). Of the object nothing is
 * demanded: what is wrong in it stays.
 *
 * Ownership: the result shares what did not change with both; the rest is in the arena. Threads:
 * any. Limits: 256 levels, 20 million comparisons of elements.
 */
#ifndef SW_KUBE_APPLY_H
#define SW_KUBE_APPLY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "kube/fields.h"

/* -SW_EINVALID with the fields concerned, -SW_ENOENT (one that is not declared), -SW_EUNSUPPORTED
 * (lists of a kind that is not known), -SW_ELIMIT. */
int sw_kube_apply(struct sw_arena *a, const struct sw_kube_shape *shape, struct sw_value object,
	struct sw_value config, struct sw_value *ret, struct sw_error *err);

/*
 * 0: `v` is of the shape. -SW_ENOENT: it has a field that is not declared; -SW_EINVALID: one is of
 * another type; the place of the first (".spec.ports[0].x") is added to `path`, which may be NULL.
 */
int sw_kube_shape_check(const struct sw_kube_shape *shape, struct sw_value v, struct sw_buf *path,
	struct sw_error *err);

#endif
