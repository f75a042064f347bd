/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a component's configuration really is: what its own command line says, not what a list of
 * usual places guesses.
 */
#ifndef SW_CIS_DISCOVER_H
#define SW_CIS_DISCOVER_H

#include "cis/node.h"

enum sw_cis_find {
	SW_CIS_FIND_NONE,
	SW_CIS_FIND_CONFIG,	/* --config of kubelet, kube-proxy, scheduler; --config-file of etcd; */
				/* the static pod manifest of what runs as a static pod */
	SW_CIS_FIND_KUBECONFIG, /* --kubeconfig; kube-proxy's clientConnection.kubeconfig */
	SW_CIS_FIND_CA,		/* --client-ca-file; the kubelet's authentication.x509.clientCAFile */
	SW_CIS_FIND_DATA,	/* --data-dir */
};

/* The path that the running component was given. False when it was given none, or it is not there. */
bool sw_cis_discover(struct sw_cis_node *n, struct sw_arena *a, struct sw_str component,
	struct sw_str bin, enum sw_cis_find what, struct sw_str *ret);

/* The running process of a program, root's before others'; NULL when there is none. */
const struct sw_cis_proc *sw_cis_process(struct sw_cis_node *n, struct sw_str bin);
/* A flag's value on a command line: --name=value or --name value. False when it is not there. */
bool sw_cis_flag(const struct sw_cis_proc *p, struct sw_str name, struct sw_str *ret);

/*
 * The files of a folder that the kubelet would take for static pods, in byte order, at most 256: those whose names do not
 * begin with a dot. A link, and what lies in a folder that is a link, is one only when it and what it leads to is named
 * *.yaml, *.yml, *.json or *.manifest: a link must not make this program read whatever there is. 0 or a negative errno.
 */
int sw_cis_pod_files(struct sw_cis_node *n, struct sw_arena *a, struct sw_str dir, struct sw_str **ret, uint32_t *ret_n);

/*
 * The configuration that a kubelet runs with: its file, then the files of its drop-in folder
 * (--config-dir) in byte order laid over it. SW_UNDEF and a reason when it cannot be read.
 */
struct sw_value sw_cis_kubelet_config(struct sw_cis_node *n, struct sw_arena *a,
	struct sw_str bin, struct sw_str *ret_file, const char **ret_why);

#endif
