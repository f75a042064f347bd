/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a response is about, and the means: processes and cgroups of this machine. Nothing here is
 * ever done to the node's own critical processes (init, the kubelet, container runtimes, the
 * control plane, logins, Seawall and what started it) nor to a cgroup that is not a container's.
 */
#ifndef SW_RUNTIME_RESPOND_TARGET_H
#define SW_RUNTIME_RESPOND_TARGET_H

#include "base/error.h"
#include "runtime/state/state.h"

#define SW_TARGET_PATH 4096
#define SW_TARGET_TREE 4096 /* processes of one tree */

struct sw_target {
	struct sw_state *state;
	struct sw_thread *thread;     /* the process of the alert; NULL: unknown */
	struct sw_str container;      /* "": the host */
	char cgroup[SW_TARGET_PATH];  /* the folder of the container's cgroup, second version; "":
					 none */
	char freezer[SW_TARGET_PATH]; /* of the first version's freezer, where there is no other;
					 "": none */
	const struct sw_str *protect;
	uint32_t n_protect;
};

/* Finds out; never fails: what is not there is "". */
void sw_target_find(struct sw_target *t, struct sw_state *st, struct sw_thread *thread);
/* Why nothing may be done to it, or NULL. */
const char *sw_target_protected(const struct sw_target *t);

/*
 * The process and all it started, the children first stopped and then killed, so that none escapes
 * by forking. A number that has another process by now is left alone. *ret_n: how many were killed.
 */
int sw_target_kill(const struct sw_target *t, uint32_t *ret_n, struct sw_error *err);
int sw_target_freeze(const struct sw_target *t, bool frozen, struct sw_error *err);
int sw_target_stop(const struct sw_target *t, struct sw_error *err);

#endif
