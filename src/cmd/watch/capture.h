/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Captures that alerts begin, as Falco's configuration asks for (capture: enabled, path_prefix, mode, default_duration,
 * max_file_size_mb) and its rules (capture: true, capture_duration): from the event of the alert on, into
 * PREFIX_TIME_NUMBER.scap, compressed, mode 0600, never over a file that is there. One at a time: more alerts make it
 * longer.
 */
#ifndef SW_CMD_WATCH_CAPTURE_H
#define SW_CMD_WATCH_CAPTURE_H

#include "runtime/rules/engine.h"

struct sw_watch_capture_options {
	bool enabled, all; /* all: whatever rule alerts */
	const char *prefix;
	uint64_t duration_ns, max_bytes; /* of rules that say none; 0: no limit */
};

struct sw_watch_capture {
	struct sw_watch_capture_options o;
	struct sw_scap_writer *out;
	uint64_t until, files, failed;
	bool due; /* an alert of this event wants it */
};

void sw_watch_capture_alert(struct sw_watch_capture *c, const struct sw_alert *a);
/* Behind the alerts of the event. True: a capture has come to its largest size. */
bool sw_watch_capture_event(struct sw_watch_capture *c, const struct sw_event *ev);
void sw_watch_capture_close(struct sw_watch_capture *c);

#endif
