/* SPDX-License-Identifier: Apache-2.0 */
/* From what the kernel side saw of a system call to an event of the schema. */
#ifndef SW_RUNTIME_BPF_CALLS_H
#define SW_RUNTIME_BPF_CALLS_H

#include "runtime/bpf/record.h"
#include "runtime/raw.h"

struct sw_call {
	uint16_t nr, code;
	bool state; /* traced always: the tables follow from it */
	struct sw_rec_want want;
	/*
	 * The parameters, blank between them: r result; fN, uN, qN, bN argument N (from 1) as a
	 * sign-extended int32, uint32, uint64, byte; s1, s2 the paths; oN flags of open, ON with what the file tells,
	 * eN its mode, N - 1 being the flags; d, i, y device, inode and layer of what was opened; RN of unlinkat; NN of clone; PN a request of ptrace; CN a command of fcntl; T the socket's
	 * tuple; A its remote address; pN an int32 in the blob at byte N; D the blob; w, m, v flags,
	 * mode and resolve of openat2; K, L, M capabilities; g, G the number of a call without an event of
	 * its own; . empty.
	 */
	const char *make;
};

extern const struct sw_call sw_calls[];
extern const size_t sw_calls_n;

/* Room for the values of one event. */
struct sw_call_room {
	char bytes[512];
	size_t n;
};

/* Fills *ret; strings point into data. */
void sw_call_event(const struct sw_call *c, const struct sw_rec *r, const char *data,
	struct sw_call_room *room, struct sw_raw *ret);

#endif
