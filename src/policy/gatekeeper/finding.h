/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reviews gave as findings: a rule for each constraint ("K8sAllowedRepos/repo-must-be-ours"),
 * how bad by what it does (deny: high, dryrun: low, else medium), and the place of the container
 * that the message names, else of the object.
 *
 * Ownership: rules live in the memory of the collection. Threads: one at a time.
 */
#ifndef SW_POLICY_GATEKEEPER_FINDING_H
#define SW_POLICY_GATEKEEPER_FINDING_H

#include "finding/finding.h"
#include "policy/gatekeeper/gatekeeper.h"
#include "policy/place.h"

struct sw_gk_reporter;
struct sw_gk_reporter *sw_gk_reporter_new(struct sw_findings *out);
void sw_gk_reporter_free(struct sw_gk_reporter *m); /* takes NULL */

/*
 * One result about the object where->root; of where->subject only the cluster counts. `a` is
 * scratch. -SW_ELIMIT.
 */
int sw_gk_report(struct sw_gk_reporter *m, struct sw_arena *a, const struct sw_where *where,
	const struct sw_gk_result *x, struct sw_error *err);
/* All of a review, counted in the coverage, passes too: these are exact without a sieve. */
int sw_gk_report_all(struct sw_gk_reporter *m, struct sw_arena *a, const struct sw_where *where,
	const struct sw_gk_results *results, struct sw_error *err);
/* What could not be read or used: not evaluated. */
int sw_gk_report_problem(struct sw_gk_reporter *m, const struct sw_error *e, struct sw_error *err);

#endif
