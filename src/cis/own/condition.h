/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions of the rulebook and the facts that they ask for; inside of own/.
 *
 * A condition is an object of YAML: a test of a setting, of a file or of a fact, or `all`, `any` and
 * `not` of others. It is judged into an outcome, of which there are four: what could not be seen is
 * UNKNOWN with a reason, never YES. Facts fill outcomes too, and answer 0 or a negative code for
 * what is wrong in the rulebook itself.
 *
 * One struct sw_cis_judging per run of a bench, one thread; components and layouts are read once
 * and kept in its arena. Limits: SW_CIS_OUTCOME_FILES files named by an outcome, and the depth of
 * conditions in each other (`depth`).
 */
#ifndef SW_CIS_OWN_CONDITION_H
#define SW_CIS_OWN_CONDITION_H

#include "cis/own/component.h"
#include "cis/own/fix.h"

enum sw_cis_truth { SW_CIS_NO, SW_CIS_YES, SW_CIS_UNKNOWN, SW_CIS_NOT_APPLICABLE };

#define SW_CIS_OUTCOME_FILES 16

/* What judging a condition found; every text lives in the arena. */
struct sw_cis_outcome {
	enum sw_cis_truth truth;
	struct sw_str actual, expected; /* "--anonymous-auth is not set (default true)" */
	struct sw_str reason;		/* of UNKNOWN and NOT_APPLICABLE */
	struct sw_str note;		/* a file that disagrees with the process */
	struct sw_str files[SW_CIS_OUTCOME_FILES];
	bool mended; /* it does not hold, and the plan has what would make it hold (fix.h) */
	uint32_t n_files, line; /* line in files[0]; 0: unknown */
};

struct sw_cis_judging {
	struct sw_cis_node *n;
	struct sw_arena *a;
	struct sw_cis_component components[SW_CIS_COMPONENT__COUNT];
	bool loaded[SW_CIS_COMPONENT__COUNT];
	struct sw_value layouts;  /* layouts.yaml */
	struct sw_value versions; /* versions.yaml */
	struct sw_value numbers;  /* numbers.yaml */
	uint32_t minor;		  /* of Kubernetes 1.x; 0: unknown */
	struct sw_str version;
	struct sw_str packages; /* /var/lib/dpkg/status, read once; empty: none */
	bool packages_read;
	int64_t today;			    /* seconds since 1970 */
	enum sw_cis_component_id component; /* of the group */
	int depth;
	bool negated; /* within a `not`: it is bad when the condition holds */
	struct sw_cis_plan plan;
	struct sw_error *err;
};

/* The component, found once. NULL: no memory. */
const struct sw_cis_component *sw_cis_judging_component(
	struct sw_cis_judging *j, enum sw_cis_component_id id);
/* That of `cond`'s `component`, or the group's. */
const struct sw_cis_component *sw_cis_component_of(struct sw_cis_judging *j, struct sw_value cond);

/* 0; negative when the condition itself is wrong or memory is out. */
int sw_cis_condition(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o);

/* A setting with the layout's defaults and `fallback` for when nobody says it. */
struct sw_cis_setting sw_cis_told(struct sw_cis_judging *j, const struct sw_cis_component *c,
	const char *flag, const char *config, const char *fallback);
void sw_cis_outcome_file(struct sw_cis_outcome *o, struct sw_str file);
void sw_cis_outcome_setting(
	struct sw_cis_judging *j, struct sw_cis_outcome *o, const struct sw_cis_setting *s);
/* Sets UNKNOWN with a reason and returns 0. */
int sw_cis_outcome_unknown(struct sw_cis_judging *j, struct sw_cis_outcome *o, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* What the component does when nobody says the setting, in this version. Undefined: that is not known. */
struct sw_value sw_cis_default(const struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_value cond);
uint32_t sw_cis_minor(struct sw_str version); /* "1.31" is 31; 0: no version */
/* The test that stands in `cond` (is, has, within …) of a text. -SW_EINVALID: there is none. */
int sw_cis_test(struct sw_cis_judging *j, struct sw_value cond, struct sw_str value, bool found,
	bool *ret, struct sw_str *ret_expected);
/* A file of the node as YAML (or JSON), the path as the component has it. 0 or UNKNOWN set, then 1. */
int sw_cis_outcome_yaml(struct sw_cis_judging *j, const struct sw_cis_component *c,
	struct sw_str path, struct sw_cis_outcome *o, struct sw_cis_layer *ret);
bool sw_cis_listed(struct sw_str list, struct sw_str item); /* is it in a list with commas? */
/* "1h30m", "5m0s", "30" (seconds) in nanoseconds; false when it is none. */
bool sw_cis_duration(struct sw_str s, int64_t *ret);

/* Is this truth what the control does not want? */
static inline bool sw_cis_bad(const struct sw_cis_judging *j, enum sw_cis_truth t)
{
	return t == (j->negated ? SW_CIS_YES : SW_CIS_NO);
}
struct sw_value sw_cis_member(struct sw_value v, struct sw_str path); /* dotted; a part in quotes may hold dots */

typedef int sw_cis_fact_fn(
	struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o);

/*
 * The facts, by name (facts.c):
 *   anonymous          who may talk to the API server without a name (flag and AuthenticationConfiguration)
 *   authorization      modes of the API server or kubelet: `has`, `lacks` (flag and AuthorizationConfiguration)
 *   plugin             an admission plugin: `name`, `enabled`
 *   external-sign-in   OIDC or another way for people to sign in, its issuer over HTTPS
 *   audit-policy       `ask`: exists, logs, secrets (audit.c)
 *   encryption         `ask`: secrets, strength, file (encryption.c)
 *   certificates       files of certificates: expiry within `days`, weak keys and signatures (certificate.c)
 *   ciphers            only strong TLS cipher suites
 *   etcd-ca            etcd's clients are signed by a CA of their own
 *   supported          Kubernetes, etcd, containerd … still get fixes; known vulnerabilities (versions.c)
 *   document           a member of a TOML, JSON or YAML file: `file`, `path`, a test
 */
sw_cis_fact_fn sw_cis_fact_anonymous, sw_cis_fact_authorization, sw_cis_fact_plugin,
	sw_cis_fact_sign_in, sw_cis_fact_audit, sw_cis_fact_encryption, sw_cis_fact_certificates,
	sw_cis_fact_ciphers, sw_cis_fact_etcd_ca, sw_cis_fact_supported, sw_cis_fact_document;
sw_cis_fact_fn *sw_cis_fact_find(struct sw_str name);

/* Paths of `files` and of `of`, variables and stars put in; at most `max`. */
int sw_cis_paths(struct sw_cis_judging *j, struct sw_value list, struct sw_str ends,
	struct sw_str *ret, uint32_t max, uint32_t *ret_n, struct sw_str *ret_why);

#endif
