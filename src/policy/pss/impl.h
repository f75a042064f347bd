/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of this folder. */
#ifndef SW_POLICY_PSS_IMPL_H
#define SW_POLICY_PSS_IMPL_H

#include "policy/pss/pss.h"

/* A list of strings; insert() keeps it sorted and unique. */
struct pss_names {
	struct sw_str *v;
	uint32_t n, cap;
};

struct pss {
	struct sw_arena *arena;
	const struct sw_kube_pod *pod;
	struct sw_value spec;	  /* of the pod */
	struct sw_value security; /* its securityContext */
	struct sw_str base;	  /* pointer of the pod: the spec's without "/spec" */
	const void *arg;	  /* of the version of the check */
	struct sw_pss_check *out;
	struct sw_pss_place *places;
	uint32_t n_places, cap_places;
	bool invalid; /* a field of the wrong type was met: `out->detail` says which */
	bool full;    /* the arena is spent */
};

void pss_add(struct pss *p, struct pss_names *names, struct sw_str s);
void pss_insert(struct pss *p, struct pss_names *names, struct sw_str s);
/* `"a", "b"` */
void pss_quote(struct sw_buf *out, const struct pss_names *names);
void pss_join(struct sw_buf *out, const struct pss_names *names, const char *sep);
/* `container "a"` or `containers "a", "b"` */
void pss_containers(struct sw_buf *out, const struct pss_names *names);

/*
 * Members by their type; missing and null are SW_UNDEF (or false, 0, ""). Another type is noted in
 * p->invalid: the check is then unknown.
 */
struct sw_value pss_object(struct pss *p, struct sw_value o, const char *key);
struct sw_value pss_array(struct pss *p, struct sw_value o, const char *key);
struct sw_value pss_bool(struct pss *p, struct sw_value o, const char *key);
struct sw_value pss_int(struct pss *p, struct sw_value o, const char *key);
struct sw_value pss_string(struct pss *p, struct sw_value o, const char *key);
struct sw_str pss_text(struct pss *p, struct sw_value o, const char *key); /* "" when missing */

/* Walks the containers in upstream's order. */
struct pss_container {
	struct sw_value value, security; /* securityContext or SW_UNDEF */
	struct sw_str name;
	struct sw_kube_containers it;
	struct sw_kube_container c;
};
void pss_containers_init(struct pss *p, struct pss_container *c);
bool pss_next(struct pss *p, struct pss_container *c);

/* Notes a place: format gives the pointer behind the pod's (c NULL) or behind the container's. */
void pss_place(struct pss *p, const struct pss_container *c, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The verdict; the buffer's content is copied. */
void pss_forbid(struct pss *p, const char *reason, const struct sw_buf *detail);

bool pss_is_windows(struct pss *p);
bool pss_in_user_namespace(struct pss *p);
/* Go's %q. */
void pss_go_quote(struct sw_buf *out, struct sw_str s);

/* "pod", "pod and containers …": who set a bad value. */
void pss_setters(struct sw_buf *out, bool pod, const struct pss_names *containers);

typedef void pss_check_fn(struct pss *p);

/* baseline.c */
pss_check_fn pss_app_armor, pss_capabilities_baseline, pss_host_namespaces, pss_host_path,
	pss_host_ports, pss_host_probes, pss_privileged, pss_proc_mount, pss_proc_mount_userns,
	pss_selinux, pss_seccomp_annotations, pss_seccomp_baseline, pss_sysctls,
	pss_windows_host_process;
/* restricted.c */
pss_check_fn pss_privilege_escalation, pss_privilege_escalation_windows,
	pss_capabilities_restricted, pss_capabilities_restricted_windows, pss_volumes, pss_non_root,
	pss_non_root_userns, pss_run_as_user, pss_run_as_user_userns, pss_seccomp_restricted,
	pss_seccomp_restricted_windows;

bool pss_valid_seccomp(struct sw_str type);

extern const char *const pss_selinux_1_0[], *const pss_selinux_1_31[];
/* Number of entries of the list of safe sysctls that a version knows. */
extern const unsigned pss_sysctls_1_0, pss_sysctls_1_27, pss_sysctls_1_29, pss_sysctls_1_32,
	pss_sysctls_1_37;

#endif
