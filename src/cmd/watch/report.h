/* SPDX-License-Identifier: Apache-2.0 */
/* The alerts of a run as findings in a report, with waivers. */
#ifndef SW_CMD_WATCH_REPORT_H
#define SW_CMD_WATCH_REPORT_H

#include "cmd/cmd.h"
#include "finding/finding.h"
#include "runtime/incident/incident.h"

struct sw_watch_report;

/* The format's name; NULL: no report was asked for, *ret is NULL and the answer 0. */
int sw_watch_report_new(struct sw_cmd_ctx *ctx, const char *format, const struct sw_ruleset *rs,
	struct sw_watch_report **ret, struct sw_error *err);
/* Incidents must not end before the report does: one finding per line of programs, with a count. */
int sw_watch_report_add(
	struct sw_watch_report *w, const struct sw_alert *a, struct sw_incident_news *n);
/* The finding that an alert makes; views live in the event's arena. */
void sw_watch_report_finding(const struct sw_alert *a, const struct sw_rule *rule,
	const struct sw_incident_news *n, struct sw_finding *ret);
/* Waives, sorts and writes. Frees w in any case. */
int sw_watch_report_finish(struct sw_watch_report *w, struct sw_error *err);

#endif
