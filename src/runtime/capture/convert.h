/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brings events of old captures to today's schema, as the Falco libraries do (libscap, savefile/converter):
 * codes that are no more become those of today, what was in the enter event moves into the exit event,
 * parameters that did not exist are pushed empty or with their default.
 *
 * Enter events are kept per thread until their exit event; the table of threads has a ceiling, beyond which
 * the oldest are forgotten, as if they had not been captured. A few enter events are passed on, because the
 * state needs them (open, creat, openat, openat2, connect, execve, execveat): sw_convert says so.
 *
 * One converter, one thread.
 */
#ifndef SW_RUNTIME_CAPTURE_CONVERT_H
#define SW_RUNTIME_CAPTURE_CONVERT_H

#include "runtime/raw.h"

#define SW_CONVERT_THREADS 65536
#define SW_CONVERT_KEEP_MAX ((size_t)64 << 10) /* bytes of an enter event that is kept */

struct sw_convert;

struct sw_convert *sw_convert_new(void);
void sw_convert_free(struct sw_convert *c); /* takes NULL */

/*
 * 1: *r is an event of today's schema. 0: nothing of it is to be seen. -SW_EINVALID: an event that no known
 * writer makes. *r may point into the converter until its next call.
 */
int sw_convert(struct sw_convert *c, struct sw_raw *r, struct sw_error *err);

/*
 * The enter event that older readers (sysdig) want in front of an exit event: they know a descriptor or a name from
 * there only. False: there is none for that code. Of those that sw_convert passes on, only with `live`, when nobody
 * else has made one. Views are those of `exit`. Any thread.
 */
bool sw_convert_enter_of(const struct sw_raw *exit, bool live, struct sw_raw *ret);

#endif
