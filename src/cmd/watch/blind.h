/* SPDX-License-Identifier: Apache-2.0 */
/* The times in which events were lost, and which rules could not see. */
#ifndef SW_CMD_WATCH_BLIND_H
#define SW_CMD_WATCH_BLIND_H

#include "runtime/rules/load.h"
#include "runtime/state/state.h"

/* To standard error; nothing when nothing was lost. */
void sw_watch_blind_print(const struct sw_state *st, const struct sw_ruleset *rs);

#endif
