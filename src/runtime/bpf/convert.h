/* SPDX-License-Identifier: Apache-2.0 */
/* From records that are no system call to events and to entries of the state. */
#ifndef SW_RUNTIME_BPF_CONVERT_H
#define SW_RUNTIME_BPF_CONVERT_H

#include "runtime/bpf/record.h"
#include "runtime/bpf/calls.h"
#include "runtime/state/state.h"

/* Room for what an event points to beside its record. */
struct sw_rec_room {
	struct sw_call_room values;
	char cgroups[2 * SW_REC_CGROUP + 64], exe[SW_REC_STR + 128];
};

/*
 * The event of an execution, a birth or an end; strings point into the record's data, the room and
 * the state. False: a kind that is no event. The parameters of a birth come from the parent's
 * entry; the path of an executed program from /proc, where the process still lives.
 */
bool sw_rec_event(struct sw_state *st, const struct sw_rec *r, const char *data,
	struct sw_rec_room *room, struct sw_raw *ret);

/* TASK: into the state; `offset` makes wall clock of time since boot. */
void sw_rec_take_task(struct sw_state *st, const struct sw_rec *r, const char *data,
	uint64_t offset, struct sw_rec_room *room);
/* FILE: a descriptor of a process that is in the state. */
void sw_rec_take_file(struct sw_state *st, const struct sw_rec *r, const char *data);

#endif
