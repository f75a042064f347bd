/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live sensor: system calls of this machine as events, through eBPF.
 *
 * Needs root (or CAP_BPF, CAP_PERFMON), a kernel with BTF from 5.11 on, x86-64, and libbpf.so.1,
 * which is opened when the sensor starts. Where one of these is missing sw_sensor_open says which,
 * with -SW_EUNSUPPORTED. Only the calls that the rules and the state need are traced: tell them
 * with want() before the first next().
 *
 * A process of ordinary priority gets a higher one (nice -10) with the first next(), so that a fork
 * bomb does not starve its sensor.
 *
 * A container comes as an event "container" when it is found on disk, and again when its runtime answers; the answer
 * holds for what follows.
 *
 * next() waits for an event, but returns 0 when *stop becomes true. Events that the kernel had to
 * drop are counted and recorded as blind windows in the state (sw_state_drop_codes), and the tables
 * are read anew when the ring is empty again. Where the wall clock is set, the times of later
 * events and of the tables follow.
 */
#ifndef SW_RUNTIME_BPF_SENSOR_H
#define SW_RUNTIME_BPF_SENSOR_H

#include "runtime/capture/source.h"

struct sw_sensor_options {
	const volatile int *stop; /* NULL: never */
	const char *host_root;	  /* where the node's files are mounted, when this is a container;
				     NULL: here */
	struct sw_ask *ask; /* of the container runtimes; NULL: their state on disk only. Not owned */
	/* Paths whose execution is answered in the kernel, before the first instruction runs. */
	const struct sw_str *deny;
	size_t n_deny;
	bool enforce; /* false: only said (the event's flags), nothing is killed */
	/* Told of each denied execution: killed, or what would have been. May be NULL. */
	void (*denied)(void *arg, const struct sw_sysev *ev, struct sw_str path, bool killed);
	void *arg;
};

struct sw_sensor_stats {
	uint64_t records, drops, denied, killed, scans;
};

/*
 * Names (the last component) of files that rules ask for by their path: where such a file is opened
 * under another path, through a link, its descriptor has the real path as name. At most 4,096.
 */
void sw_sensor_want_names(struct sw_stream *s, const struct sw_str *names, size_t n);
/*
 * For other rules later: names are added, then the failed codes, then want() of the stream, which may be called again
 * after events have come.
 */
/*
 * Of which codes failed calls are wanted as well, and of which also those that failed for want of a file (ENOENT), which
 * are by far the most; all, without. Before want().
 */
void sw_sensor_want_failed(
	struct sw_stream *s, const struct sw_codeset *codes, const struct sw_codeset *absent);
int sw_sensor_open(const struct sw_sensor_options *o, struct sw_stream **ret, struct sw_error *err);
struct sw_sensor_stats sw_sensor_stats(struct sw_stream *s);
struct sw_state *sw_sensor_state(struct sw_stream *s);

#endif
