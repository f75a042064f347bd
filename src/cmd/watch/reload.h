/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New rules while events are judged. A thread reads the files again when it is told to (SIGHUP), or, where that is
 * wanted, when one of them changed; it compiles them, and the loop of events takes the new set between two events. A
 * set that does not load, or lacks a rule that an answer names, changes nothing and is told.
 */
#ifndef SW_CMD_WATCH_RELOAD_H
#define SW_CMD_WATCH_RELOAD_H

#include <stdatomic.h>

#include "cmd/watch/config.h"
#include "runtime/respond/plan.h"

/* How often files are looked at, in seconds. A state is read when two looks have seen it: files are written one after
 * the other. */
#define SW_WATCH_LOOK 2

struct sw_watch_reload;

struct sw_watch_reload_options {
	const struct sw_watch_config *config; /* outlives it; not changed meanwhile */
	bool own;			      /* Seawall's rules first */
	bool follow;			      /* the files, not only when told to */
	const struct sw_response_plan *plan;  /* NULL: none */
	const char *plan_name;
	_Atomic uint64_t *done, *failed; /* counted */
};

struct sw_watch_rules {
	struct sw_ruleset *rules;
	struct sw_engine *engine;
};

int sw_watch_reload_open(const struct sw_watch_reload_options *o, struct sw_watch_reload **ret, struct sw_error *err);
void sw_watch_reload_close(struct sw_watch_reload *r); /* takes NULL */
void sw_watch_reload_now(struct sw_watch_reload *r);   /* may be called by a signal's handler */
bool sw_watch_reload_ready(const struct sw_watch_reload *r); /* cheap; takes NULL */
/* The newest set, which is the caller's then. False: none. */
bool sw_watch_reload_take(struct sw_watch_reload *r, struct sw_watch_rules *ret);

#endif
