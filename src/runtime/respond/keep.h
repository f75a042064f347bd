/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture around an event: the newest events are held in memory, and when one is asked for they
 * go into a file that sysdig -r and --replay read, followed by what comes in the next seconds.
 */
#ifndef SW_RUNTIME_RESPOND_KEEP_H
#define SW_RUNTIME_RESPOND_KEEP_H

#include "base/error.h"
#include "runtime/state/state.h"

#define SW_KEEP_BYTES ((size_t)8 << 20)
#define SW_KEEP_AFTER_NS 5000000000ull

struct sw_keep;

struct sw_keep *sw_keep_new(size_t bytes); /* NULL: no memory */
void sw_keep_free(struct sw_keep *k);	   /* ends a running capture; takes NULL */
void sw_keep_event(struct sw_keep *k, const struct sw_sysev *ev);
/*
 * Starts a file (mode 0600, must not exist). One runs at a time: 1 and nothing done while another
 * does, which then goes on for the time of this one as well.
 */
int sw_keep_start(
	struct sw_keep *k, const char *path, const struct sw_sysev *now, struct sw_error *err);

#endif
