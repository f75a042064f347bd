/* SPDX-License-Identifier: Apache-2.0 */
/* The NetworkPolicy that cuts a pod off in the whole cluster, as YAML to be applied. */
#ifndef SW_RUNTIME_RESPOND_QUARANTINE_H
#define SW_RUNTIME_RESPOND_QUARANTINE_H

#include "base/buf.h"
#include "runtime/state/container.h"

/*
 * Selects by the pod's labels (without those that a controller changes with each version); where
 * they are not known, by a label of our own, which a comment says how to set. False: the container
 * is not one of a pod.
 */
bool sw_quarantine_policy(const struct sw_container *c, struct sw_str rule, struct sw_buf *out);

#endif
