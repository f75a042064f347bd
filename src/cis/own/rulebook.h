/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seawall's own benchmark: one declared condition per control, over facts of a node.
 *
 * A file of content/benchmarks/seawall is a mapping:
 *
 *	target: master | etcd | controlplane | node
 *	title: …                          the file's title
 *	groups: [{id, title, component, controls: [control …]}]
 *
 * and a control:
 *
 *	id: SW-NODE-201                   stable, never used again
 *	title, why, fix, severity         texts in our own words; low, medium, high or critical
 *	cis: 1.2.1                        its number in the CIS benchmarks 1.10 to 1.12 …
 *	cis: {cis-1.12: 1.2.1, eks-1.8: …}  … or in several benchmarks
 *	since, until: 1.25                only for these minor versions, both included
 *	manual: true                      a failed condition is for a person to judge
 *	when: condition                   where it does not hold the control does not apply
 *	must: condition
 *
 * A condition is a mapping with one of these keys; what belongs to it stands beside it:
 *
 *	flag: NAME, config: a.b           what the component is told (component.h); `component` overrides the group's,
 *	                                  `default` is what it does when nobody says it, `default_by_flags` where it has
 *	                                  no configuration file, `default_before: {"1.27": …}` in older versions.
 *	                                  One test: is, is_not, has, lacks (of a comma list), within (a list), without
 *	                                  (a list), present, at_least, at_most (numbers), duration_at_least, prefix,
 *	                                  begins (one of a comma list)
 *	files: [path …]                   all that exist: mode (at most these bits), owner (user:group).
 *	                                  ${apiserver.manifest}, ${kubelet.config}, ${kubelet.unit}, ${x.flag.NAME} and *
 *	                                  in the last part; a trailing ** walks a folder, `ends` then keeps what ends so.
 *	                                  None there: not evaluated, or does not apply with `optional: true`
 *	sysctl: kernel.panic              a test as above
 *	fact: NAME                        one of facts.c; its parameters stand beside it
 *	all, any: [condition …]; not: condition
 *
 * Beside a test stands what a fix takes (fix.h): `set: VALUE`, which of several good ones; `paths: [FILE …]`, the
 * first of these that the node has; `replace: TEXT`, put where the test's own text stands in the value; `mount: DIR`,
 * a folder of the node that a static pod must see for it.
 *
 * Verdicts are three-valued: a condition that cannot be judged is neither true nor false, and the
 * control is then not evaluated, with the reason, unless the rest decides without it.
 */
#ifndef SW_CIS_OWN_RULEBOOK_H
#define SW_CIS_OWN_RULEBOOK_H

#include "cis/bench.h"

/*
 * Judges a node by our own benchmark. `benchmark` "seawall" takes all controls under their own ids;
 * the name of a published benchmark (cis-1.12, eks-1.8.0 …) those that it has, under its numbers;
 * -SW_ENOENT when no control has a number in it.
 */
int sw_cis_rulebook_run(struct sw_cis_node *n, struct sw_arena *a,
	const struct sw_cis_bench_opts *o, struct sw_cis_bench *ret, struct sw_error *err);

#endif
