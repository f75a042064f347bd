/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System-call events as a source for the rules: a capture, or records handed in one by one (the sensor, a
 * test). ev->data is a struct sw_sysev, valid until the next event.
 *
 * Delivered are exit events and meta events of today's schema, and of old captures the enter events of open,
 * openat, creat, openat2, connect and execve, as the Falco libraries deliver them. A damaged event is
 * -SW_EINVALID and the next one follows; what cannot be skipped ends the source.
 */
#ifndef SW_RUNTIME_CAPTURE_SOURCE_H
#define SW_RUNTIME_CAPTURE_SOURCE_H

#include "runtime/capture/scap.h"
#include "runtime/state/state.h"

#define SW_SYSCALL_ARENA ((size_t)8 << 20) /* the ceiling for the values of one event */

struct sw_capture_stats {
	uint64_t blocks, events, enter, unknown, damaged, lists_damaged, converted_away;
};

/* Whether a file begins as a capture does, plain or gzip. */
bool sw_capture_is(const char *path);
int sw_capture_open(const char *path, struct sw_stream **ret, struct sw_error *err);
int sw_capture_open_bytes(struct sw_str bytes, struct sw_stream **ret, struct sw_error *err);

const struct sw_capture_stats *sw_capture_stats(struct sw_stream *s);

/* What an event of such a source is about. NULL for events of other sources. */
static inline const struct sw_sysev *sw_event_sysev(const struct sw_event *ev)
{
	return ev->source == SW_SOURCE_SYSCALL ? ev->data : NULL;
}

#endif
