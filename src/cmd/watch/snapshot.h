/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Falco's metrics (metrics.* of its configuration): from time to time an alert "Falco internal: metrics snapshot", a
 * line of JSON in a file, or both, under the names that Falco gives its numbers, as far as Seawall has them.
 *
 * A snapshot is taken with the first event behind its time: where nothing happens, nothing is told.
 */
#ifndef SW_CMD_WATCH_SNAPSHOT_H
#define SW_CMD_WATCH_SNAPSHOT_H

#include <stdio.h>

#include "cmd/watch/config.h"
#include "runtime/bpf/sensor.h"
#include "runtime/rules/engine.h"

struct sw_watch_snapshot {
	uint64_t next; /* when it is time; 0: never */
	uint64_t started, last, events, records, drops;
	uint64_t samples;
	FILE *file;
};

/* What the numbers are taken from. */
struct sw_watch_sight {
	const struct sw_engine *engine;
	const struct sw_ruleset *rules;
	struct sw_stream *live; /* NULL: a recording */
	struct sw_notify *notify;
};

/* Without metrics.enabled nothing is opened. -SW_EIO: the file. */
int sw_watch_snapshot_open(const struct sw_watch_snapshot_options *o, struct sw_watch_snapshot *ret, struct sw_error *err);
/* At or behind `next`: `out` gets the alert, or nothing. False: the file could not be written. */
bool sw_watch_snapshot_take(struct sw_watch_snapshot *s, const struct sw_watch_config *c,
	const struct sw_watch_sight *sight, uint64_t ts, struct sw_buf *out);
void sw_watch_snapshot_close(struct sw_watch_snapshot *s);

#endif
