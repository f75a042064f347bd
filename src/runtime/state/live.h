/* SPDX-License-Identifier: Apache-2.0 */
/* Fills the state from this machine. Read-only; needs root to see other users' processes whole. */
#ifndef SW_RUNTIME_STATE_LIVE_H
#define SW_RUNTIME_STATE_LIVE_H

#include "runtime/state/state.h"

/* Users, processes, threads and descriptors; the state then looks up by itself what it does not know. */
void sw_live_scan(struct sw_state *st);
/* After an exec: identity, capabilities, program file and cgroup. False: the process is gone. */
bool sw_live_refresh(struct sw_state *st, struct sw_thread *t);
void sw_live_fds(struct sw_state *st, struct sw_thread *t);

#endif
