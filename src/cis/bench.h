/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run of a benchmark over a node: from a folder of benchmarks to judged controls.
 *
 *	DIR/config.yaml            variables, version and target mappings of all benchmarks
 *	DIR/NAME/config.yaml       what one benchmark says otherwise
 *	DIR/NAME/<target>.yaml     controls; the target is the file's name, and its `type` says the same
 *
 * Without a folder it is our own (own/rulebook.h).
 *
 * Without targets those are run that the node is: master and controlplane where the control plane
 * runs, etcd where etcd runs, node, policies, managedservices. A target that is left out is told in
 * `skipped`, a file that cannot be read is an error.
 */
#ifndef SW_CIS_BENCH_H
#define SW_CIS_BENCH_H

#include "cis/config.h"
#include "cis/judge.h"

struct sw_cis_bench_opts {
	const char *dir, *config_dir; /* NULL: built in; NULL: dir */
	struct sw_str benchmark;      /* "" or "auto": by version */
	struct sw_str version;	      /* of Kubernetes; "": what the node shows */
	const char *const *targets;
	uint32_t n_targets;
	struct sw_cis_filter filter;
	int64_t today; /* seconds since 1970, for what ends; 0: now */
	bool guess; /* files by kube-bench's lists only */
	int (*shell)(void *arg, struct sw_arena *a, struct sw_str text, struct sw_str *ret_out,
		int *ret_status);
	void *arg;
};

struct sw_cis_bench {
	struct sw_str benchmark, version;
	struct sw_cis_controls *controls; /* sorted by the number of their id */
	uint32_t n_controls;
	struct sw_str skipped[8]; /* "master: no process of it is running" */
	uint32_t n_skipped;
	uint32_t audits, native;
};

int sw_cis_bench_run(struct sw_cis_node *n, struct sw_arena *a, const struct sw_cis_bench_opts *o,
	struct sw_cis_bench *ret, struct sw_error *err);

#endif
