/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall scan` without its command line: paths in, findings out.
 *
 * Input problems (broken, unreadable, templates …) are findings too, of rules SW-INPUT-001 …,
 * verdict "not evaluated", and are counted in the coverage; what is simply no Kubernetes object is
 * counted only, and reported where `report_other` asks for it.
 *
 * Pods that a controller owns and that differ in nothing a check may look at are judged once, as
 * their controller's (a ReplicaSet's as its Deployment's), and not again where the controller
 * itself was read and shows the same. Gatekeeper's policies judge every object as it is.
 *
 * Life: load once, run as often as wanted, free after the last finding was used: findings point to
 * its rules. Threads: one run at a time; with `jobs` it starts
 * threads of its own, and adds the same findings in the same order.
 */
#ifndef SW_POLICY_SCAN_H
#define SW_POLICY_SCAN_H

#include "policy/input/input.h"
#include "policy/pack.h"
#include "policy/pss/pss.h"

struct sw_scan_opts {
	struct sw_packs_opts packs;
	const struct sw_pss_policy *pss; /* policies to judge every pod by */
	uint32_t n_pss;
	bool pss_labels; /* and by the labels pod-security.kubernetes.io/… of its namespace, when that was read */
	const char *const *policies; /* files and folders of Gatekeeper's templates and constraints */
	uint32_t n_policies;
	bool external_data; /* which may ask Providers */
	struct sw_str cluster;	 /* name for the subjects; "" when not known */
	size_t inventory_memory; /* bytes for cluster checks, and again for Gatekeeper's; 0: 1 GiB */
	bool report_other;	 /* findings also for documents that are no Kubernetes objects */
	bool whole_inventory;	 /* keep whole objects for cluster checks, whatever they say they read */
	bool no_checks;		 /* only the Pod Security Standards */
	uint32_t jobs;		 /* threads that judge, beside the one that reads; 0 or 1: none */
};

struct sw_scan;

int sw_scan_load(const struct sw_scan_opts *opts, struct sw_scan **ret, struct sw_error *err);
void sw_scan_free(struct sw_scan *s);			       /* takes NULL */
const struct sw_packs *sw_scan_packs(const struct sw_scan *s); /* NULL with no_checks */

/*
 * Findings are added to `out`, not sorted. Errors: -SW_EUSAGE without a path, -SW_ECANCELLED,
 * -SW_ELIMIT; what was found until then is there.
 */
int sw_scan_run(struct sw_scan *s, const struct sw_input_opts *input, struct sw_findings *out,
	struct sw_input_stats *ret_stats, struct sw_error *err);

/* The rules that are no check: of input problems and of the Pod Security Standards; for listings.
 */
const struct sw_rule *sw_scan_input_rule(enum sw_input_problem_kind kind);
/* NULL when unknown; "labels": of namespaces whose labels are not known or not understood. */
const struct sw_rule *sw_pss_rule(const char *id);

#endif
