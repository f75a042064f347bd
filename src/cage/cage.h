/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cage: a parser of untrusted bytes runs in a process of its own that can do nothing else.
 *
 * The process gets the descriptors it is given, memory and time up to its limits, and a pipe for
 * what it found. It cannot open, connect, execute, fork, trace or signal anything:
 *
 * - no_new_privs, no core dumps, not traceable, standard streams closed;
 * - landlock (whatever its ABI knows, up to 6: files, devices, TCP, abstract sockets, signals) with
 *   an empty rule set: nothing may be touched;
 * - seccomp: a list of the few calls that computing needs; any other call ends the process;
 * - limits: memory (RLIMIT_DATA, and watched from outside), CPU time, no new files or processes,
 *   how much it may write to a file it was given;
 * - a deadline kept by the parent.
 *
 * What the kernel does not offer is left out and told by sw_cage_offer(); a process in which seccomp
 * could not be set up does not start. The parser's answer is bytes to be decoded with cage/pack.h
 * and mistrusted: the process that made them may have been taken over.
 *
 * Threads: the process that starts one should have a single thread, or hold no locks that the
 * parser needs. Works on Linux, x86-64 and arm64.
 */
#ifndef SW_CAGE_CAGE_H
#define SW_CAGE_CAGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

#define SW_CAGE_FDS 4

/* What holds a caged process, on this kernel. Asked once. */
struct sw_cage_offer {
	int landlock; /* ABI; 0: none */
	bool seccomp, no_new_privs;
	char missing[256]; /* "" or a sentence about what is not there */
};
const struct sw_cage_offer *sw_cage_offer(void);

struct sw_cage_out; /* the way back */
/* Goes to the parent; more than the job's `answer` bytes end the process. */
void sw_cage_put(struct sw_cage_out *out, const void *p, size_t n);

struct sw_cage_job {
	/* In the caged process: 0, or a negative code with *err filled. */
	int (*run)(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out,
		struct sw_error *err);
	void *arg;		 /* as it is at the start: the process works on a copy */
	int fds[SW_CAGE_FDS];	 /* -1: none; stay open in the parent */
	size_t memory;		 /* bytes; 0: 256 MiB */
	uint64_t file;		 /* largest offset it may write; 0: none at all */
	uint32_t deadline_ms;	 /* 0: ten minutes */
	size_t answer;		 /* bytes; 0: 64 MiB */
	bool open;		 /* not caged: for a process that must open files or connections */
};

enum sw_cage_end {
	SW_CAGE_RUNNING,
	SW_CAGE_DONE,	   /* `code` is what run() returned, err is filled when it is not 0 */
	SW_CAGE_FORBIDDEN, /* it made a call that it must not make */
	SW_CAGE_MEMORY,
	SW_CAGE_DEADLINE, /* or CPU time */
	SW_CAGE_CRASHED,  /* by `signal`, or it left without an answer */
	SW_CAGE_ANSWER,	  /* too long, or broken off */
	SW_CAGE_STOPPED,  /* by sw_cage_kill() */
};

struct sw_cage_proc {
	pid_t pid; /* 0: none */
	int pipe;
	struct sw_buf answer;
	size_t memory, peak; /* limit, and the most seen resident, in bytes */
	size_t inherited;    /* bytes that it had of its parent: beside the limit */
	int64_t deadline_ns;
	enum sw_cage_end end;
	int code, signal;
	struct sw_error err;
};

/* -SW_EIO: no process or pipe to be had. Release in any case. */
int sw_cage_start(struct sw_cage_proc *p, const struct sw_cage_job *job, struct sw_error *err);
/*
 * Reads answers until one of the processes has ended, and returns its index; -1 when none is
 * running; -2 after `wait_ms` without an end. `p`: array, those with pid 0 are passed over.
 */
int sw_cage_wait(struct sw_cage_proc *const *p, uint32_t n, int wait_ms);
void sw_cage_kill(struct sw_cage_proc *p);
void sw_cage_release(struct sw_cage_proc *p); /* kills what still runs */
/*
 * How it ended, as an error of the caller: 0 when done well. "the parser was stopped: it tried to
 * open a file …". -SW_ESECURITY, -SW_ELIMIT, -SW_ECANCELLED, or its own code.
 */
int sw_cage_verdict(const struct sw_cage_proc *p, struct sw_error *err);
/* Start, wait, verdict. The answer is in p->answer. Release in any case. */
int sw_cage_run(struct sw_cage_proc *p, const struct sw_cage_job *job, struct sw_error *err);

/* ---- for cage.c: 0, or -1 with errno ---- */
int sw_cage_landlock_abi(void);
int sw_cage_landlock(void);
int sw_cage_seccomp(void);
bool sw_cage_has_seccomp(void);

#endif
