/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes audit events as a source of events, and the fields ka.* and jevt.* of them.
 *
 * Input is what kube-apiserver's log backend writes (one JSON event per line) and what its webhook backend sends
 * (EventList, or an array of events), in any mixture: a file, a folder (its files by age, sub-folders left
 * out), or standard input ("-"). A line that is no audit event is an error of that line only.
 *
 * The values of the fields are those of Falco's k8saudit plugin 0.18, its odd corners included: rules are
 * written against them. Known ones: ka.req.*.image.repository cuts at the first ':' (a registry's port too);
 * ka.sourceips looks into requestObject.rules; ka.req.pod.*.add_capabilities gives each container's list as
 * one JSON text; eff_run_as_user ignores securityContext.
 *
 * Limits: 16 MiB per line, 256 KiB per event (the plugin's own), 100,000 files per folder.
 * One source, one thread. Source of the formats: audit.k8s.io/v1, falcosecurity/plugins k8saudit.
 */
#ifndef SW_RUNTIME_AUDIT_AUDIT_H
#define SW_RUNTIME_AUDIT_AUDIT_H

#include "runtime/rules/field.h"

#define SW_AUDIT_EVENT_MAX 262144
#define SW_AUDIT_LINE_MAX ((size_t)16 << 20)

enum sw_audit_flags {
	/*
	 * Do not stop at the end of a file: wait for more, notice that it was truncated or replaced (log
	 * rotation), and go on with the new one. *stop (see below) ends it.
	 */
	SW_AUDIT_FOLLOW = 1 << 0,
	SW_AUDIT_FROM_END = 1 << 1, /* with FOLLOW: skip what is there already */
};

/* `stop` (may be NULL) is looked at while waiting. Free with sw_stream_close(). */
int sw_audit_open(const char *path, unsigned flags, const volatile int *stop, struct sw_stream **ret,
	struct sw_error *err);
/* From memory that outlives the source. */
int sw_audit_open_text(struct sw_str text, struct sw_stream **ret, struct sw_error *err);

/* The event as compact JSON text, in the order in which it was written. */
struct sw_str sw_audit_text(const struct sw_event *ev);

extern const struct sw_field_class sw_fields_ka, sw_fields_jevt;

#endif
