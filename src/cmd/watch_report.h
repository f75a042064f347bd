/* SPDX-License-Identifier: Apache-2.0 */
/* The alerts of a run as findings in a report, with waivers. */
#ifndef SW_CMD_WATCH_REPORT_H
#define SW_CMD_WATCH_REPORT_H

#include "cmd/cmd.h"
#include "runtime/rules/engine.h"

struct sw_watch_report;

/* *ret NULL and 0 when no report was asked for (--report). */
int sw_watch_report_new(struct sw_cmd_ctx *ctx, const struct sw_ruleset *rs, struct sw_watch_report **ret,
	struct sw_error *err);
int sw_watch_report_add(struct sw_watch_report *w, const struct sw_alert *a);
/* Waives, sorts and writes. Frees w in any case. */
int sw_watch_report_finish(struct sw_watch_report *w, struct sw_error *err);

#endif
