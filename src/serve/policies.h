/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the door judges by: Gatekeeper templates and constraints, packs of checks, Rego in
 * conftest's manner, Pod Security Standards; read from folders, as one whole.
 *
 * A set is loaded completely or not at all, and is then read-only and counted: every thread that
 * judges holds a reference through its own sw_door (door.h). A fault in any file is an error with
 * its place.
 *
 * Threads: loading and polling in one thread; ref and unref in any.
 */
#ifndef SW_SERVE_POLICIES_H
#define SW_SERVE_POLICIES_H

#include "base/arena.h"
#include "base/error.h"
#include "finding/finding.h"
#include "policy/gatekeeper/gatekeeper.h"
#include "policy/pack.h"
#include "policy/pss/pss.h"
#include "rego/rego.h"

struct sw_paths {
	const char *const *v;
	uint32_t n;
};

struct sw_cluster;
struct sw_gk_answers;

/* Lives as long as the server. */
struct sw_door_opts {
	struct sw_paths
		policies; /* Gatekeeper: templates, constraints, mutators, expansions, Config */
	struct sw_paths inventory; /* objects for data.inventory; Namespaces for selectors and their
				      labels */
	struct sw_paths rego;	   /* deny, violation and warn rules of any package */
	struct sw_paths packs;	   /* checks in Seawall's form, as `scan --policy` */
	bool no_builtin;
	struct sw_paths enforce;			  /* ids of checks that deny */
	enum sw_severity enforce_severity, warn_severity; /* SW_SEV_UNKNOWN: never */
	struct sw_paths fixes;	 /* ids of checks whose fix /mutate applies */
	struct sw_pss_modes pss; /* for namespaces that say nothing */
	bool pss_labels;	 /* honour pod-security.kubernetes.io/… */
	struct sw_paths exclude; /* namespaces, with `*` at an end */
	bool fail_closed;	 /* what could not be judged is denied */
	struct sw_rego_limits limits;
	bool external_data;	 /* templates and mutators may ask Providers */
	enum sw_gk_dual dual;	 /* of templates in CEL and Rego */
	struct sw_gk_answers *answers; /* with it; what they said */
	int64_t external_ttl_ns;
	const char *client_cert, *client_key; /* that they are shown */
	struct sw_cluster *cluster; /* cluster.h: more policies and inventory; NULL: none */
};

/* A rule of the user's Rego. */
struct sw_rego_entry {
	struct sw_str package, rule; /* "main", "deny_root" */
	uint32_t query;
	bool warn;
};

struct sw_policies {
	const struct sw_door_opts *opts;
	struct sw_arena arena;
	struct sw_value *templates, *constraints, *others,
		*data, *params; /* others: mutators, expansions, Config, admission policies */
	uint32_t n_templates, n_constraints, n_others, n_data, n_params;
	struct sw_value *namespaces; /* sorted by name */
	uint32_t n_namespaces;
	struct sw_packs *packs;
	struct sw_rego_engine *rego;
	struct sw_rego_entry *entries;
	uint32_t n_entries;
	struct sw_value failed; /* the object because of which the last sw_door_new() failed */
	uint32_t refs; /* atomic */
};

/* One reference is the caller's. */
int sw_policies_load(
	const struct sw_door_opts *opts, struct sw_policies **ret, struct sw_error *err);
void sw_policies_ref(struct sw_policies *p);
void sw_policies_unref(struct sw_policies *p); /* takes NULL */

/* The Namespace of that name, or SW_UNDEF. */
struct sw_value sw_policies_namespace(const struct sw_policies *p, struct sw_str name);
/* By the option; a Config's exclusions are sw_gk_excluded()'s. */
bool sw_policies_excluded(const struct sw_policies *p, struct sw_str ns);

/* Names, sizes and times of all files that a set is made of, as a number that changes when they do.
 */
uint64_t sw_policies_stamp(const struct sw_door_opts *opts);

#endif
