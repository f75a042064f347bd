/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to do about which alert, as written in a file:
 *
 *	enforce: false			# without it (and without --enforce) everything is only told
 *	limit: {per_minute: 10}		# actions in all
 *	protect: [my-agent]		# more programs that are never acted upon
 *	folder: /var/lib/seawall	# where policies and captures are written
 *	responses:
 *	- rule: Shell bound to network connection	# or rules: [...], tag:, priority: (that one
 *and worse) do: [kill, cut]
 *	- tag: mitre_privilege_escalation
 *	  priority: error
 *	  do: [stop, capture]
 *	  for: 600			# cut and freeze: seconds until it is undone; 0, the default:
 *never host: true			# processes outside containers too; only kill and capture
 *
 * The actions: kill (the process and what it started), freeze (the container stands still), stop
 *(all its processes are killed), cut (it is taken off the network on this node), policy (a
 *NetworkPolicy that does the same in the cluster is written), capture (the events around the alert
 *are kept). All entries that match an alert count, each action is done once, freeze before kill.
 */
#ifndef SW_RUNTIME_RESPOND_PLAN_H
#define SW_RUNTIME_RESPOND_PLAN_H

#include "base/arena.h"
#include "base/error.h"
#include "runtime/rules/load.h"

enum sw_action {
	SW_DO_FREEZE = 1 << 0,
	SW_DO_CUT = 1 << 1,
	SW_DO_KILL = 1 << 2,
	SW_DO_STOP = 1 << 3,
	SW_DO_POLICY = 1 << 4,
	SW_DO_CAPTURE = 1 << 5,
	SW_DO__COUNT = 6,
};

struct sw_response {
	struct sw_str *rules;
	uint32_t n_rules;
	struct sw_str tag; /* "": any */
	bool has_priority, host;
	enum sw_priority priority;
	unsigned actions;
	uint32_t seconds; /* until it is undone; 0: never */
};

struct sw_response_plan {
	bool enforce;
	uint32_t per_minute;
	struct sw_str folder;
	struct sw_str *protect;
	uint32_t n_protect;
	struct sw_response *responses;
	uint32_t n_responses;
};

#define SW_RESPOND_PER_MINUTE 10
#define SW_RESPONSES_MAX 1000

const char *sw_action_name(enum sw_action a);
/* `name` is for errors; the text must outlive the plan. An unknown word anywhere is an error, never
 * passed over. */
int sw_response_plan_read(struct sw_arena *a, const char *name, struct sw_str text,
	struct sw_response_plan *ret, struct sw_error *err);
/* What all entries together say about an alert of the rule; *ret_seconds: the longest time. */
unsigned sw_response_plan_match(const struct sw_response_plan *p, const struct sw_runtime_rule *r,
	bool host, uint32_t *ret_seconds);

#endif
