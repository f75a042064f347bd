/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.yaml of a benchmark folder: which programs a component may be called, where its files may
 * lie, which benchmark answers which version, and which targets a benchmark has.
 *
 * Variables are a component's name and one of bin, conf, svc, kubeconfig, cafile, datadir. They are
 * replaced as text: in the order of the components, bin first; a value of several words gets single
 * quotes. The first running program of the list is the bin; the first path that exists is the file,
 * else its default, else the component's own name. Where the component's own command line names its
 * configuration (--config, --kubeconfig, --data-dir, --client-ca-file), that is taken before the
 * list (discover.h), unless `guess` is set, which is what kube-bench does.
 *
 * Source: kube-bench's cmd/util.go and cmd/common.go.
 */
#ifndef SW_CIS_CONFIG_H
#define SW_CIS_CONFIG_H

#include "cis/node.h"

struct sw_cis_config {
	struct sw_value root; /* both files, merged: the benchmark's own wins, mapping by mapping */
};

/* `base` is config.yaml of the folder of all benchmarks, `own` that of one; either may be empty. */
int sw_cis_config_parse(struct sw_arena *a, struct sw_str base_name, struct sw_str base,
	struct sw_str own_name, struct sw_str own, struct sw_cis_config *ret, struct sw_error *err);

struct sw_cis_var {
	struct sw_str name;  /* "$apiserverbin" */
	struct sw_str value;
	bool is_bin;
	bool found; /* a running program, or a file that exists */
};

/* The variables of a target, in the order of replacement. */
int sw_cis_vars(struct sw_cis_node *n, struct sw_arena *a, const struct sw_cis_config *c,
	struct sw_str target, bool guess, struct sw_cis_var **ret, uint32_t *ret_n,
	struct sw_error *err);

/* Replaces all variables. *ret_bin is the one program that was put in, if it was exactly one. */
struct sw_str sw_cis_substitute(struct sw_arena *a, struct sw_str text,
	const struct sw_cis_var *vars, uint32_t n, struct sw_str *ret_bin);

/* Are all components that are not optional running? (master, etcd) */
bool sw_cis_target_runs(struct sw_cis_node *n, struct sw_arena *a, const struct sw_cis_config *c,
	struct sw_str target);
/* Is this target one of the benchmark's? True when the file says nothing about the benchmark. */
bool sw_cis_target_valid(
	const struct sw_cis_config *c, struct sw_str benchmark, struct sw_str target);

/*
 * The benchmark for a version of Kubernetes such as "v1.31.2+k3s1", "1.29", "v1.32.1-eks-1234":
 * by platform, then by the mapping, one minor version down at a time. Empty when there is none.
 */
struct sw_str sw_cis_benchmark_for(
	struct sw_arena *a, const struct sw_cis_config *c, struct sw_str version);

/* The version of the node's kubelet, from what the node shows; empty when it does not say. */
struct sw_str sw_cis_node_version(struct sw_cis_node *n, struct sw_arena *a);

#endif
