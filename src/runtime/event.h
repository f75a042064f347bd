/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events, and where they come from.
 *
 * An event is one thing that happened: a system call seen by the sensor or read from a capture, or a
 * record of the Kubernetes audit log. Who consumes it (the rules, the recorder) knows only this header and
 * rules/field.h; who produces it (capture/, the sensor, audit/) knows nothing of rules.
 *
 * A source is pulled: next() gives one event after the other, in the order of their time. An event, and every
 * value extracted from it, is valid until the next call of next() or close() on the same source. One source,
 * one thread.
 *
 * The event codes, their names and parameters are those of the Falco libraries' schema 4.5 (454 codes; see
 * sw_event_table). Only the current exit codes reach the rules: a source of old events converts them first.
 */
#ifndef SW_RUNTIME_EVENT_H
#define SW_RUNTIME_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum sw_event_source {
	SW_SOURCE_SYSCALL,
	SW_SOURCE_K8S_AUDIT,
	SW_SOURCE__COUNT
};

#define SW_EVENT_CODES 454
#define SW_EVENT_CODE_PLUGIN 322 /* what every audit event is, as for any source that is not the kernel */

/* The types of parameters and fields. The numbers are those of capture files. */
enum sw_ftype {
	SW_FT_NONE = 0,
	SW_FT_INT8 = 1,
	SW_FT_INT16 = 2,
	SW_FT_INT32 = 3,
	SW_FT_INT64 = 4,
	SW_FT_UINT8 = 5,
	SW_FT_UINT16 = 6,
	SW_FT_UINT32 = 7,
	SW_FT_UINT64 = 8,
	SW_FT_CHARBUF = 9,
	SW_FT_BYTEBUF = 10,
	SW_FT_ERRNO = 11,
	SW_FT_SOCKADDR = 12,
	SW_FT_SOCKTUPLE = 13,
	SW_FT_FD = 14,
	SW_FT_PID = 15,
	SW_FT_FDLIST = 16,
	SW_FT_FSPATH = 17,
	SW_FT_SYSCALLID = 18,
	SW_FT_SIGTYPE = 19,
	SW_FT_RELTIME = 20,
	SW_FT_ABSTIME = 21,
	SW_FT_PORT = 22,
	SW_FT_L4PROTO = 23,
	SW_FT_SOCKFAMILY = 24,
	SW_FT_BOOL = 25,
	SW_FT_IPV4ADDR = 26,
	SW_FT_DYN = 27,
	SW_FT_FLAGS8 = 28,
	SW_FT_FLAGS16 = 29,
	SW_FT_FLAGS32 = 30,
	SW_FT_UID = 31,
	SW_FT_GID = 32,
	SW_FT_DOUBLE = 33,
	SW_FT_SIGSET = 34,
	SW_FT_CHARBUFARRAY = 35,
	SW_FT_CHARBUFPAIRARRAY = 36,
	SW_FT_IPV4NET = 37,
	SW_FT_IPV6ADDR = 38,
	SW_FT_IPV6NET = 39,
	SW_FT_IPADDR = 40,
	SW_FT_IPNET = 41,
	SW_FT_MODE = 42,
	SW_FT_FSRELPATH = 43,
	SW_FT_ENUMFLAGS8 = 44,
	SW_FT_ENUMFLAGS16 = 45,
	SW_FT_ENUMFLAGS32 = 46,
	SW_FT_FD32 = 47,
	SW_FT_PID32 = 48,
	SW_FT__COUNT = 49
};

const char *sw_ftype_name(enum sw_ftype t); /* "CHARBUF", as Falco's messages have it */

/* ---- the event table ---- */

enum sw_event_flag { /* of struct sw_event_info */
	SW_EF_CREATES_FD = 1 << 0,
	SW_EF_DESTROYS_FD = 1 << 1,
	SW_EF_USES_FD = 1 << 2,
	SW_EF_READS_FROM_FD = 1 << 3,
	SW_EF_WRITES_TO_FD = 1 << 4,
	SW_EF_MODIFIES_STATE = 1 << 5,
	SW_EF_UNUSED = 1 << 6,
	SW_EF_WAITS = 1 << 7,
	SW_EF_SKIPPARSERESET = 1 << 8,
	SW_EF_OLD_VERSION = 1 << 9,
	SW_EF_LARGE_PAYLOAD = 1 << 11,
	SW_EF_CONVERTER_MANAGED = 1 << 12,
};

enum sw_event_category { /* the low byte; the bits above say where the event comes from */
	SW_EC_UNKNOWN,
	SW_EC_OTHER,
	SW_EC_FILE,
	SW_EC_NET,
	SW_EC_IPC,
	SW_EC_MEMORY,
	SW_EC_PROCESS,
	SW_EC_SLEEP,
	SW_EC_SYSTEM,
	SW_EC_SIGNAL,
	SW_EC_USER,
	SW_EC_TIME,
	SW_EC_PROCESSING,
	SW_EC_IO_READ = 32,
	SW_EC_IO_WRITE,
	SW_EC_IO_OTHER,
	SW_EC_WAIT = 1 << 6,
	SW_EC_SCHEDULER = 1 << 7,
	SW_EC_INTERNAL = 1 << 8,
	SW_EC_SYSCALL = 1 << 9,
	SW_EC_TRACEPOINT = 1 << 10,
	SW_EC_PLUGIN = 1 << 11,
	SW_EC_METAEVENT = 1 << 12,
	SW_EC_ITER = 1 << 13,
};

struct sw_event_param {
	const char *name;
	uint8_t type; /* enum sw_ftype */
};

struct sw_event_info {
	const char *name; /* "openat"; "NA" for a number that is not used */
	uint16_t category, flags;
	uint8_t n_params;
	const struct sw_event_param *params;
};

extern const struct sw_event_info sw_event_table[SW_EVENT_CODES];

/* An even code is the enter half of a pair, the odd one behind it the exit half. */
static inline bool sw_event_is_enter(uint16_t code)
{
	return (code & 1) == 0;
}

/* A bit per event code. */
struct sw_codeset {
	uint64_t w[(SW_EVENT_CODES + 63) / 64];
};

static inline bool sw_codeset_has(const struct sw_codeset *s, uint16_t code)
{
	return code < SW_EVENT_CODES && (s->w[code / 64] >> (code % 64) & 1);
}

static inline void sw_codeset_add(struct sw_codeset *s, uint16_t code)
{
	if (code < SW_EVENT_CODES)
		s->w[code / 64] |= (uint64_t)1 << (code % 64);
}

/*
 * The codes that an event type of a rule stands for: every code of that name, and for a system call that has no
 * code of its own ("getppid") the generic pair. False: there is no such event.
 */
bool sw_event_codes_of(struct sw_str name, struct sw_codeset *ret);
/* Names of system calls without a code of their own, sorted; they arrive as code 1 with their number. */
extern const char *const sw_generic_syscalls[];
extern const size_t sw_generic_syscalls_n;

/* ---- events ---- */

struct sw_fieldref;
struct sw_fvals;

struct sw_event {
	enum sw_event_source source;
	uint16_t code;  /* index in sw_event_table */
	uint64_t num;   /* 1-based, in the source */
	uint64_t ts;    /* nanoseconds since the epoch */
	/*
	 * What extraction allocates: the source empties it before it hands out the next event. Its budget
	 * is the ceiling for all values of one event.
	 */
	struct sw_arena *arena;
	const void *data;   /* the source's own */
	struct sw_stream *from;
	/*
	 * Set for events that were written down field by field (rules/written.h): gives the values instead of
	 * the field's class. NULL for events that happened.
	 */
	int (*lookup)(const struct sw_event *ev, const struct sw_fieldref *ref, struct sw_fvals *ret);
};

struct sw_stream {
	const struct sw_stream_ops *ops;
	uint64_t first_ts, last_ts; /* of the first event that is no meta event (0: not yet) and of this one */
	uint64_t before_ts;	    /* of the one before this; of this one when it is the first */
	uint64_t n_events;
	struct sw_str hostname; /* of the machine whose events were recorded; empty: this one */
	void *priv;
};

struct sw_stream_ops {
	const char *name; /* "syscall", "k8s_audit": the value of evt.source */
	/*
	 * 1 and the next event; 0: the end; negative: something could not be read. After -SW_EINVALID or
	 * -SW_ESYNTAX the source has skipped it and may be asked again; any other error is final.
	 */
	int (*next)(struct sw_stream *s, struct sw_event *ret, struct sw_error *err);
	void (*close)(struct sw_stream *s);
	/*
	 * What the rules need, told once before the first next(); may be NULL. Events of other codes need
	 * not be delivered.
	 */
	void (*want)(struct sw_stream *s, const struct sw_codeset *codes);
};

/* An event that the source keeps to itself: it has a number and a time like any other. */
void sw_stream_count(struct sw_stream *s, uint64_t ts, uint16_t code);
/* next() with num and the times kept. Times never fall: an event before its predecessor keeps its own ts. */
int sw_stream_next(struct sw_stream *s, struct sw_event *ret, struct sw_error *err);
void sw_stream_close(struct sw_stream *s); /* takes NULL */

#endif
