/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pod Security Standards, every level and version, as k8s.io/pod-security-admission judges them:
 * the same 19 checks in 31 versions, the same reasons and details, word for word.
 *
 * Ownership: results live in the arena given and view the pod. Threads: pure.
 * What cannot be judged because a field has the wrong type is `unknown`, never allowed; the API
 * server would refuse such a pod.
 */
#ifndef SW_POLICY_PSS_H
#define SW_POLICY_PSS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "doc/value.h"
#include "kube/template.h"

enum sw_pss_level {
	SW_PSS_PRIVILEGED,
	SW_PSS_BASELINE,
	SW_PSS_RESTRICTED,
};

#define SW_PSS_LATEST UINT16_MAX
#define SW_PSS_MINOR_MAX 37 /* the newest version that changed anything; later ones mean the same  \
			     */

struct sw_pss_policy {
	enum sw_pss_level level;
	uint16_t minor; /* of 1.x, or SW_PSS_LATEST */
};

const char *sw_pss_level_name(enum sw_pss_level level);
/* "privileged", "baseline", "restricted". -SW_EINVALID with upstream's text. */
int sw_pss_level_parse(struct sw_str s, enum sw_pss_level *ret, struct sw_error *err);
/* "latest" or "v1.x". */
int sw_pss_version_parse(struct sw_str s, uint16_t *ret, struct sw_error *err);
/* "baseline", "baseline:v1.30", "baseline:1.30", "restricted:latest". */
int sw_pss_policy_parse(struct sw_str s, struct sw_pss_policy *ret, struct sw_error *err);
/* "baseline:v1.30" */
void sw_pss_policy_write(struct sw_buf *out, struct sw_pss_policy p);

/* A place that makes the pod forbidden. */
struct sw_pss_place {
	struct sw_str pointer;	 /* JSON Pointer in the object; may name what is missing */
	struct sw_str container; /* "" when it is about the pod */
};

enum sw_pss_verdict {
	SW_PSS_ALLOWED,
	SW_PSS_FORBIDDEN,
	SW_PSS_UNKNOWN, /* `detail` says why */
};

struct sw_pss_check {
	const char *id;		 /* upstream's: "hostNamespaces" */
	enum sw_pss_level level; /* that it belongs to */
	enum sw_pss_verdict verdict;
	struct sw_str reason, detail;
	const struct sw_pss_place *places;
	uint32_t n_places;
};

struct sw_pss_result {
	struct sw_pss_check *checks; /* all that were applied, in upstream's order */
	uint32_t n;
	bool allowed;
	bool unknown; /* at least one check could not be judged; then `allowed` is false */
};

/* Judge one pod. Only -SW_ELIMIT (the arena is full). */
int sw_pss_eval(struct sw_arena *a, struct sw_pss_policy policy, const struct sw_kube_pod *pod,
	struct sw_pss_result *ret, struct sw_error *err);

/*
 * What the admission plugin says: `violates PodSecurity "baseline:v1.30": host namespaces
 * (hostNetwork=true), privileged (container "c" must not …)`; would: "would violate …".
 */
void sw_pss_write_violation(
	struct sw_buf *out, struct sw_pss_policy p, const struct sw_pss_result *r, bool would);

/* ---- namespaces ---- */

struct sw_pss_modes {
	struct sw_pss_policy enforce, audit, warn;
};

/* A label that could not be read; the mode then falls back as upstream's does. */
struct sw_pss_label_error {
	const char *label; /* "pod-security.kubernetes.io/enforce" */
	struct sw_str value;
	const char *text; /* `must be one of privileged, baseline, restricted` */
};

#define SW_PSS_LABELS 6

/* `labels`: of the namespace, or SW_UNDEF. Returns the number of errors written to `errors`. */
uint32_t sw_pss_namespace(struct sw_value labels, const struct sw_pss_modes *defaults,
	struct sw_pss_modes *ret, struct sw_pss_label_error errors[SW_PSS_LABELS]);

#endif
