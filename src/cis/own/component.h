/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A component of Kubernetes on a node, and what it is told: the one answer to "what is
 * --anonymous-auth here", wherever it was said.
 *
 * What a component is told comes from these places; the first that speaks decides:
 *   1. its arguments: of the running process; else, where it does not run or processes cannot be
 * seen, of its static pod's manifest, its systemd unit (drop-ins, environment files), or, for
 * components that k3s runs inside itself, k3s's own arguments and configuration files;
 *   2. its environment (etcd only: ETCD_CERT_FILE);
 *   3. its configuration file, the one its arguments name, drop-in folders laid over it (kubelet),
 * or OpenShift's apiServerArguments; etcd with a configuration file reads nothing else;
 *   4. what the distribution sets by itself (content/benchmarks/seawall/layouts.yaml).
 * Paths that a static pod is given are translated to the node's by its volume mounts.
 *
 * Where the live cluster is asked, what the kubelet says it runs with (configz) decides about its
 * configuration. When a component runs and its file says something else, both are told (struct
 * sw_cis_setting.differs): somebody edited the file and nothing was restarted, or it is not the
 * file that counts.
 *
 * Ownership: everything lives in the arena given. One thread. Limits: those of node.h; 32
 * configuration files; a manifest folder of 256 entries.
 */
#ifndef SW_CIS_OWN_COMPONENT_H
#define SW_CIS_OWN_COMPONENT_H

#include "cis/node.h"

enum sw_cis_component_id {
	SW_CIS_APISERVER,
	SW_CIS_CONTROLLER_MANAGER,
	SW_CIS_SCHEDULER,
	SW_CIS_ETCD,
	SW_CIS_KUBELET,
	SW_CIS_PROXY,
	SW_CIS_COMPONENT__COUNT
};

/* "apiserver", "controller-manager", "scheduler", "etcd", "kubelet", "proxy". */
const char *sw_cis_component_name(enum sw_cis_component_id id);
const char *sw_cis_component_unit(enum sw_cis_component_id id); /* "kubelet", without .service */
const char *sw_cis_component_arg(enum sw_cis_component_id id);	/* "kube-apiserver-arg", as k3s and RKE2 call it */
int sw_cis_component_find(struct sw_str name, enum sw_cis_component_id *ret); /* -SW_ENOENT */

#define SW_CIS_LAYERS_MAX 32

/* A configuration file, spans kept. */
struct sw_cis_layer {
	struct sw_str file, text;
	struct sw_value root;
};

struct sw_cis_component {
	enum sw_cis_component_id id;
	bool present;	      /* it runs here, or is set up to */
	int64_t pid;	      /* 0: not seen running */
	struct sw_str layout; /* "static pod", "service", "k3s", "process" */
	/* Arguments that decide, each followed by a NUL, the program first; and where they stand.
	 */
	struct sw_str args, args_from;
	/* What the file says when `args` are a process's; empty: no file was found. */
	struct sw_str file_args, file_args_from;
	struct sw_str file_text;		       /* of file_args_from, to tell a line */
	struct sw_str env;			       /* NAME=value, each followed by a NUL */
	struct sw_value pod;			       /* the static pod, or SW_UNDEF */
	struct sw_cis_layer layers[SW_CIS_LAYERS_MAX]; /* later ones win */
	uint32_t n_layers;
	bool files_only;      /* etcd with a configuration file */
	struct sw_value running; /* the configuration it runs with, as it says itself (kubelet, configz); SW_UNDEF */
	struct sw_str unseen; /* a place that should have been read and could not be: "FILE: why" */
};

/* 0, also when the component is not there (present is false); -SW_ELIMIT for memory. */
int sw_cis_component(struct sw_cis_node *n, struct sw_arena *a, enum sw_cis_component_id id,
	struct sw_cis_component *ret, struct sw_error *err);

struct sw_cis_setting {
	bool found;	     /* somebody said it; else `value` is empty */
	struct sw_str value; /* lists joined by commas */
	struct sw_str from;  /* "process kube-apiserver (812)", or a file */
	struct sw_str file;  /* "" when it is not from a file */
	uint32_t line;
	struct sw_str differs; /* "FILE:LINE says X": a file that disagrees with the process */
};

/*
 * What the component is told by the flag `flag` (without dashes; "" for none) or in its
 * configuration at `path` (dotted; "" for none). `defaults` is the distribution's object of flags,
 * or SW_UNDEF.
 */
void sw_cis_setting(struct sw_arena *a, const struct sw_cis_component *c, struct sw_str flag,
	struct sw_str path, struct sw_value defaults, struct sw_cis_setting *ret);

/* A path as the component sees it, on the node. */
struct sw_str sw_cis_host_path(
	struct sw_arena *a, const struct sw_cis_component *c, struct sw_str path);

/* The member at a dotted path; *ret_at is the byte where its value begins, where spans are known.
 */
struct sw_value sw_cis_lookup(struct sw_value root, struct sw_str path, uint32_t *ret_at);
/* Any value as the text that a flag would have. */
struct sw_str sw_cis_flat(struct sw_arena *a, struct sw_value v);
uint32_t sw_cis_line_of(struct sw_str text, size_t offset); /* 1-based */

#endif
