/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node's cluster, asked when an audit or a fact needs it (kube/client). Every resource is listed once and
 * kept without metadata.managedFields; what may not be read is a reason, never an empty list.
 *
 * Memory: 1 GiB for all objects together. One thread.
 */
#ifndef SW_CIS_LIVE_H
#define SW_CIS_LIVE_H

#include "cis/node.h"
#include "kube/client/client.h"

struct sw_cis_live;

/* In the node's arena; released with the node by sw_cis_live_release(). NULL: no memory. */
struct sw_cis_live *sw_cis_live_new(struct sw_arena *a, struct sw_kube_client *c, const char *node_name);
void sw_cis_live_release(struct sw_cis_live *l); /* takes NULL; not the client */

/* The live cluster of a node; NULL: there is none. */
struct sw_cis_live *sw_cis_node_live(struct sw_cis_node *n);

/*
 * Objects of `words` ("pods,deployments.apps", "all"), of one namespace or of all (""), or the one of `name`.
 * 0 with an array; -SW_ENOENT: no such resource (*ret_why as kubectl says it); another code: it could not be
 * read, and *ret_why is the reason.
 */
int sw_cis_live_get(struct sw_cis_live *l, struct sw_str words, struct sw_str ns, struct sw_str name,
	struct sw_value *ret, struct sw_str *ret_why);
/* NULL with the reason. */
const struct sw_kube_discovery *sw_cis_live_resources(struct sw_cis_live *l, struct sw_str *ret_why);
/*
 * The configuration that the node's kubelet runs with (configz, through the API server). SW_UNDEF with the
 * reason. `host`: the node's name where nobody said another one.
 */
struct sw_value sw_cis_live_kubelet(struct sw_cis_live *l, struct sw_str host, struct sw_str *ret_why);

#endif
