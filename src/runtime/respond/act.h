/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers alerts: what the plan says, within its limits, on this node. Every answer is one JSON
 * line in the response log (respond.h), also those that were not given: dry run, over the limit,
 * protected, or failed, each with the reason.
 *
 * One thread. Alerts of other sources than system calls, and of captures, are never acted upon.
 */
#ifndef SW_RUNTIME_RESPOND_ACT_H
#define SW_RUNTIME_RESPOND_ACT_H

#include "runtime/respond/plan.h"
#include "runtime/respond/respond.h"
#include "runtime/rules/engine.h"

struct sw_responder;

struct sw_responder_options {
	const struct sw_response_plan *plan; /* must outlive the responder */
	bool enforce;			     /* as well as the plan's */
	struct sw_respond *log;		     /* must outlive the responder */
};

struct sw_responder_stats {
	uint64_t done, dry, limited, protected, failed;
};

/* *ret_note: what will not work on this machine and why, or left as it is; for the user. */
int sw_responder_new(const struct sw_responder_options *o, struct sw_responder **ret,
	struct sw_error *ret_note, struct sw_error *err);
void sw_responder_free(struct sw_responder *r); /* undoes cuts and freezes; takes NULL */
/* Every event, before its alerts. */
void sw_responder_event(struct sw_responder *r, const struct sw_event *ev);
void sw_responder_alert(struct sw_responder *r, const struct sw_alert *a);
struct sw_responder_stats sw_responder_stats(const struct sw_responder *r);

#endif
