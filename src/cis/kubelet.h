/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the node's kubelet says it runs with (configz): asked of the kubelet itself where that was told, else through
 * the API server of the live cluster, else what a capture kept of it. Asked once.
 *
 * The kubelet itself is asked over loopback and nowhere else, and only when the one that listens there is root's: any
 * user may take the port while no kubelet runs. Credentials are the node's: the API server's certificate for kubelets
 * (--kubelet-client-certificate), else the kubelet's own, else the token of the pod that this program runs in. A
 * certificate tells nobody a secret, so it is shown to whoever answers; a token is sent to one whose certificate is
 * the kubelet's (its tlsCertFile, /var/lib/kubelet/pki) or of the cluster's CA, under the node's name.
 */
#ifndef SW_CIS_KUBELET_H
#define SW_CIS_KUBELET_H

#include "cis/node.h"

/* "127.0.0.1:10250", "[::1]:10250", "localhost:10250". -SW_EUSAGE for what is not loopback. */
int sw_cis_kubelet_address(struct sw_str text, struct sw_error *err);

/* SW_UNDEF with the reason; the reason is empty when nobody told to ask. */
struct sw_value sw_cis_running_kubelet(struct sw_cis_node *n, struct sw_str host, struct sw_str *ret_why);

/* True: it was asked and had no answer. */
bool sw_cis_running_unseen(struct sw_cis_node *n, struct sw_str *ret_why);

#endif
