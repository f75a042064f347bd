/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change would have hidden: the same events judged with the rules as they are, and with a
 * rule file on top (exceptions, appended conditions, overrides), or with waivers applied to the
 * findings.
 *
 * A rule file is a YAML list, a waiver file a mapping: that tells them apart. An alert is hidden
 * when the same rule does not fire on the same event any more; alerts that only the change brings
 * are told, too, as are the first SW_PREVIEW_SAMPLES different messages that each rule would have
 * lost.
 */
#ifndef SW_CMD_WATCH_PREVIEW_H
#define SW_CMD_WATCH_PREVIEW_H

#include "cmd/watch/config.h"
#include "runtime/incident/incident.h"

#define SW_PREVIEW_SAMPLES 3

struct sw_watch_preview;

int sw_watch_preview_open(struct sw_cmd_ctx *ctx, const struct sw_watch_config *c, const char *path,
	struct sw_watch_preview **ret, struct sw_error *err);
/* An alert of the rules as they are. n: what the incidents make of it. */
int sw_watch_preview_alert(
	struct sw_watch_preview *p, const struct sw_alert *a, const struct sw_incident_news *n);
/* After the alerts of an event. */
int sw_watch_preview_event(struct sw_watch_preview *p, const struct sw_event *ev);
void sw_watch_preview_tell(const struct sw_watch_preview *p, struct sw_buf *out);
void sw_watch_preview_free(struct sw_watch_preview *p); /* takes NULL */

#endif
