/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to do when the kernel had to drop events: a warning, an alert, or the end of the watch; at
 * most so often (Falco's syscall_event_drops with its rate and max_burst). Time is that of the
 * events.
 */
#ifndef SW_CMD_WATCH_DROPS_H
#define SW_CMD_WATCH_DROPS_H

#include "cmd/watch/config.h"

struct sw_watch_drops {
	uint64_t next; /* when to look again */
	uint64_t events, dropped, filled_at;
	double tokens;
	uint32_t detected, acted;
	bool started, end;
};

/*
 * Called for an event at or behind `next`; events and dropped are totals. 1: the watch is to end.
 * `out` gets the text of an alert, in the configured form, or nothing.
 */
int sw_watch_drops_check(struct sw_watch_drops *d, uint64_t ts, uint64_t events, uint64_t dropped,
	const struct sw_watch_config *c, struct sw_buf *out);

#endif
