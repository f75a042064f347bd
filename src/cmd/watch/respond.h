/* SPDX-License-Identifier: Apache-2.0 */
/* The answers of `seawall watch` to alerts: its plan, its log. */
#ifndef SW_CMD_WATCH_RESPOND_H
#define SW_CMD_WATCH_RESPOND_H

#include "cmd/cmd.h"
#include "runtime/respond/act.h"

struct sw_watch_respond {
	struct sw_respond *log; /* NULL: nothing is answered */
	struct sw_responder *responder;
	struct sw_response_plan plan;
};

/* From --respond, --deny, --enforce and --respond-log; a plan that names a rule that is not loaded
 * is an error. */
int sw_watch_respond_open(struct sw_cmd_ctx *ctx, const struct sw_ruleset *rs,
	struct sw_watch_respond *ret, struct sw_error *err);
/* The same about rules that come later. */
int sw_watch_respond_check(const struct sw_response_plan *p, const char *file, const struct sw_ruleset *rs,
	struct sw_error *err);
void sw_watch_respond_tell(const struct sw_watch_respond *w); /* totals, to standard error */
void sw_watch_respond_close(struct sw_watch_respond *w);

#endif
