/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events written down field by field, to test rules with things that nobody wants to make happen:
 *
 *	- evt.type: execve
 *	  proc.name: xmrig
 *	  proc.aname: [bash, containerd-shim]
 *	  container.id: 3ad7b26ded6d
 *
 * A field that is not written has no value. evt.type is required; evt.rawtime may give the time. A list gives a
 * field several values. A field that does not exist and a value
 * that is not of the type of its field are errors.
 */
#ifndef SW_RUNTIME_RULES_WRITTEN_H
#define SW_RUNTIME_RULES_WRITTEN_H

#include "doc/value.h"
#include "runtime/rules/field.h"

/* `fields` and `arena` must outlive the event. -SW_EINVALID with what is wrong. */
int sw_written_event(struct sw_value fields, struct sw_arena *arena, uint64_t num, struct sw_event *ret,
	struct sw_error *err);

#endif
