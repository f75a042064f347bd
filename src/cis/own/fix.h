/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would mend a failed control: commands and changes of the node's own files, gathered while its conditions are
 * judged (struct sw_cis_judging.plan). Nothing is ever written or run.
 *
 * A condition that fails and knows how it would hold adds to the plan and says so (sw_cis_outcome.mended). Where
 * several must hold, all that fail must be mended, each change on top of the one before, in one diff for each file;
 * where one of several is enough, the first that can be mended is. Otherwise the plan is put back as it was.
 *
 * A file is changed only where the file decides: not where a process runs with something else, nor where the value
 * comes from a command line that no file of this node has. Changes of YAML and JSON are splices (doc/splice.h), so
 * comments and layout stay; of units and TOML, single lines. A new file is a diff from nothing.
 */
#ifndef SW_CIS_OWN_FIX_H
#define SW_CIS_OWN_FIX_H

#include "cis/own/component.h"
#include "doc/patch.h"

#define SW_CIS_EDITS_MAX 6

struct sw_cis_judging;
struct sw_cis_outcome;

struct sw_cis_plan {
	struct {
		struct sw_str file, before, after; /* before: "" with a NULL pointer for a new file */
	} edits[SW_CIS_EDITS_MAX];
	uint32_t n_edits;
	struct sw_str commands; /* each on a line */
};

/* ---- the pieces (fix.c) ---- */

/* What the file would have: after the plan's changes, or as it is. -ENOENT: no such file; another errno. */
int sw_cis_plan_text(struct sw_cis_judging *j, struct sw_str file, struct sw_str *ret);
/* Each returns false, the plan untouched, when it cannot be done. */
bool sw_cis_plan_put(struct sw_cis_judging *j, struct sw_str file, struct sw_str after);
bool sw_cis_plan_splice(struct sw_cis_judging *j, struct sw_str file, const struct sw_patch_op *ops, uint32_t n);
bool sw_cis_plan_command(struct sw_cis_judging *j, struct sw_str command);
/* All diffs, one behind the other; empty: none, or a name that no diff can carry. */
struct sw_str sw_cis_plan_diff(struct sw_cis_judging *j);
struct sw_str sw_cis_shell_word(struct sw_arena *a, struct sw_str s); /* quoted where it must be */
struct sw_value sw_cis_plan_yaml(struct sw_cis_judging *j, struct sw_str file); /* SW_UNDEF: not readable */

/* ---- what a component is told (remedy.c) ---- */

/*
 * The flag, or the key of the configuration file, gets a value or is taken away (`value` NULL), at the place that
 * decides. `list`: the value is a list where the place can hold one.
 */
bool sw_cis_remedy_tell(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str flag,
	struct sw_str config, const struct sw_str *value, bool list);
/* The condition's own test would hold (or not, where it is negated) with a value that is put there. */
bool sw_cis_remedy_setting(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_value cond,
	const struct sw_cis_setting *s);
/* A file gets the mode (-1: any) and owner ("": any). */
bool sw_cis_remedy_file(struct sw_cis_judging *j, struct sw_str path, uint32_t mode, int64_t wanted_mode,
	struct sw_str owner);
bool sw_cis_remedy_sysctl(struct sw_cis_judging *j, struct sw_value cond, struct sw_str name);
/* A member of a TOML or JSON document, its path as in fact `document`. */
bool sw_cis_remedy_document(struct sw_cis_judging *j, struct sw_value cond, struct sw_str file, struct sw_str value,
	bool found);

/* The API server's audit policy (remedy_audit.c): rules in front of the others, or a policy where there is none. */
bool sw_cis_remedy_audit_rule(struct sw_cis_judging *j, struct sw_str file, bool secrets);
bool sw_cis_remedy_audit_policy(struct sw_cis_judging *j, const struct sw_cis_component *c);
/* A static pod sees the path of the node; true also where it does already, or is no static pod. */
bool sw_cis_remedy_mount(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str path, bool folder);

/* {"a": {"b": v}} of the dotted path "a.b"; undefined without memory. */
struct sw_value sw_cis_nested(struct sw_cis_judging *j, struct sw_str path, struct sw_value v);

/*
 * OpenShift (remedy_openshift.c): commands that change the objects which its operators write the node's files from.
 * Is this such a node? `c` may be NULL.
 */
bool sw_cis_openshift(struct sw_cis_judging *j, const struct sw_cis_component *c);
bool sw_cis_openshift_kubelet(struct sw_cis_judging *j, struct sw_str path, struct sw_value v);
bool sw_cis_openshift_flag(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str flag);
bool sw_cis_openshift_apiserver(struct sw_cis_judging *j, const char *spec); /* merged into APIServer cluster's */
/* A file 99-seawall-KEY.conf in the folder, by a MachineConfig of its own. */
bool sw_cis_openshift_file(struct sw_cis_judging *j, struct sw_str folder, struct sw_str key, struct sw_str text);

/* Arguments in files (remedy_args.c): static pods, units, k3s and RKE2. `value` NULL: taken away. */
bool sw_cis_args_pod(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str flag,
	const struct sw_str *value);
bool sw_cis_args_unit(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str flag,
	const struct sw_str *value);
bool sw_cis_args_rancher(struct sw_cis_judging *j, const struct sw_cis_component *c, const char *product,
	struct sw_str flag, const struct sw_str *value);

#endif
