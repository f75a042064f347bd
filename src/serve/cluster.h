/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live cluster as a source of policies and inventory: Gatekeeper's templates, constraints, mutators, expansions
 * and configuration, Namespaces, the kinds that Config and SyncSet name, and the parameters of admission policies;
 * listed and watched (kube/client/mirror.h).
 *
 * An object that makes a set of policies fail is set aside: its former version stays in use, or it is left out
 * where it has none. It is tried again when it changes.
 *
 * Threads: generation and status from any; the others from the one that loads.
 */
#ifndef SW_SERVE_CLUSTER_H
#define SW_SERVE_CLUSTER_H

#include "base/buf.h"
#include "doc/value.h"
#include "kube/client/mirror.h"

struct sw_cluster;

/* The client is the cluster's until it is freed. */
/* `providers`: those of external data, too. */
int sw_cluster_new(struct sw_kube_client *c, bool providers, struct sw_cluster **ret, struct sw_error *err);
void sw_cluster_free(struct sw_cluster *c); /* takes NULL */
/* Until everything was listed; -SW_EIO with what is in the way after so many milliseconds. */
int sw_cluster_wait(struct sw_cluster *c, int64_t ms, struct sw_error *err);
uint64_t sw_cluster_generation(struct sw_cluster *c);
/*
 * The kinds (paramKind: apiVersion, kind) whose objects are parameters from now on; returns when they are listed, or
 * with -SW_EIO after so many milliseconds.
 */
int sw_cluster_params(
	struct sw_cluster *c, const struct sw_value *kinds, uint32_t n, int64_t ms, struct sw_error *err);
/* Every object as JSON, versions set aside replaced. `param`: it is a parameter only. Non-zero ends it. */
int sw_cluster_each(struct sw_cluster *c, int (*fn)(void *arg, struct sw_str text, bool param), void *arg);
/* The object is why a set failed. False: it is not the cluster's, or it was set aside already. */
bool sw_cluster_set_aside(struct sw_cluster *c, struct sw_value object, const struct sw_error *why);
/* The set that was made of the last each() is in use. */
void sw_cluster_accept(struct sw_cluster *c);
/* Lines for /metrics, and one or two for /readyz. */
void sw_cluster_metrics(struct sw_cluster *c, struct sw_buf *out);
void sw_cluster_ready(struct sw_cluster *c, struct sw_buf *out);

#endif
