/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages for people and log collectors, on standard error. Findings are never logs. Only cmd/ and
 * serve/ log; libraries return errors. Any thread may log: one line is one write.
 *
 * Human form: "warning: text". JSON form: {"time":…,"level":…,"msg":…} one object a line.
 */
#ifndef SW_BASE_LOG_H
#define SW_BASE_LOG_H

#include <stdbool.h>

enum sw_log_level {
	SW_LOG_ERROR,
	SW_LOG_WARNING,
	SW_LOG_NOTE, /* progress and hints, shown unless --quiet */
	SW_LOG_INFO, /* -v */
	SW_LOG_DEBUG /* -vv */
};

void sw_log_setup(enum sw_log_level max, bool json); /* once, before threads */
/* One line; control bytes are made harmless; cut at 4 KiB. */
void sw_log(enum sw_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
