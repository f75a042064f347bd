/* SPDX-License-Identifier: Apache-2.0 */
/* Fills the state from this machine. Read-only; needs root to see other users' processes whole. */
#ifndef SW_RUNTIME_STATE_LIVE_H
#define SW_RUNTIME_STATE_LIVE_H

#include "runtime/state/state.h"

/* Users and the time of the start; from now on the state looks up by itself what it does not know. */
void sw_live_prepare(struct sw_state *st);
/* Program file, current folder and root of a process; what cannot be read is left as it is. */
void sw_live_links(struct sw_thread *t);
/* Arguments of a process. */
void sw_live_args(struct sw_thread *t);
/* Users, processes, threads and descriptors; the state then looks up by itself what it does not know. */
void sw_live_scan(struct sw_state *st);

#endif
