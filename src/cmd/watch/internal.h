/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts of the watch about itself, in the form of Falco's "internal" source (falco_outputs::handle_msg): text with the
 * fields in brackets, or JSON.
 */
#ifndef SW_CMD_WATCH_INTERNAL_H
#define SW_CMD_WATCH_INTERNAL_H

#include "cmd/watch/config.h"

struct sw_watch_internal {
	uint64_t ts; /* nanoseconds */
	enum sw_priority priority;
	const char *rule;
	struct sw_str message;
	struct sw_value fields; /* an object of numbers and texts */
};

void sw_watch_internal_print(const struct sw_watch_internal *i, bool json, struct sw_buf *out);

#endif
