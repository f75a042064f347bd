/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was done, or would have been done, against a process, written down: one JSON object per
 * line, appended to a file of mode 0600. The kernel acts (see bpf/sensor.h); this tells.
 * Rate-limited: beyond SW_RESPOND_PER_SECOND lines of one second only their number is written.
 */
#ifndef SW_RUNTIME_RESPOND_RESPOND_H
#define SW_RUNTIME_RESPOND_RESPOND_H

#include "runtime/state/state.h"

#define SW_RESPOND_PER_SECOND 1000

struct sw_respond;

int sw_respond_open(
	const char *path, struct sw_respond **ret, struct sw_error *err); /* NULL: standard error */
void sw_respond_close(struct sw_respond *r);				  /* takes NULL */
/* An execution that was refused. In dry-run `killed` is false. Usable as sw_sensor_options.denied.
 */
void sw_respond_denied(void *arg, const struct sw_sysev *ev, struct sw_str path, bool killed);

/* Any other answer. */
struct sw_respond_line {
	uint64_t ts; /* of the event */
	const char *action;
	bool done;
	struct sw_str rule, container;
	const struct sw_thread *thread; /* NULL: not known */
	const char *reason;		/* why it was not done; NULL: the alert */
	const char *file;		/* that was written, or NULL */
	uint32_t killed;
};
void sw_respond_action(struct sw_respond *r, const struct sw_respond_line *l);

#endif
