/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judging checks: an audit's answer against the tests, by kube-bench's rules.
 *
 * A test item is looked for in the audit's answer as `flag`, then in audit_config's as `path`, then
 * in audit_env's as `env`; the first place that has it decides.
 * - flag: found as plain bytes; its value is what the pattern (FLAG)(=|: *)*([^\s]*) takes, an
 *   empty one is "true" for flags that begin with -- and the flag itself for others.
 * - path: the answer as JSON, else YAML, through JSONPath; found when the result has text.
 * - env: NAME=value on a line.
 *
 * Two states come out. `state` is what kube-bench says from the same answers. `shown` differs where
 * that would be a verdict by accident: an audit that failed, that nobody could answer, or that
 * looked at a file or a process that is not there; then the check is not evaluated, `reason` says
 * why, and the shown state is WARN.
 */
#ifndef SW_CIS_JUDGE_H
#define SW_CIS_JUDGE_H

#include "cis/controls.h"
#include "cis/sh/sh.h"

struct sw_cis_judge {
	struct sw_cis_node *node;
	struct sw_arena *arena; /* results live here */
	/* Runs what the shell here cannot answer; NULL: it is not evaluated. Returns 0 or an errno. */
	int (*shell)(void *arg, struct sw_arena *a, struct sw_str text, struct sw_str *ret_out,
		int *ret_status);
	void *arg;
	/* Programs that do not run. An audit that greps the process list for one finds others at
	 * best: kube-bench takes any process whose command line has the letters. */
	struct sw_str absent[16];
	uint32_t n_absent;
	struct sw_cis_cache *cache; /* answers by text; made on first use, in the arena */
	uint32_t audits, native;    /* asked; answered without a shell */
};

struct sw_cis_filter {
	const char *const *checks, *const *groups, *const *skip;
	uint32_t n_checks, n_groups, n_skip;
	bool no_scored, no_unscored;
};

/* Is the check asked for, and is it one to skip? By its group's id, its own, and whether it is scored. */
bool sw_cis_filter_takes(const struct sw_cis_filter *f, struct sw_str group, const struct sw_cis_check *c);
bool sw_cis_filter_skips(const struct sw_cis_filter *f, struct sw_str group, const struct sw_cis_check *c);
/* Judges every chosen check of the controls; `bin` is the program put in for $…bin, if only one. */
int sw_cis_judge_controls(struct sw_cis_judge *j, struct sw_cis_controls *c, struct sw_str bin,
	const struct sw_cis_filter *f, struct sw_error *err);

#endif
