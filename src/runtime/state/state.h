/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the node is doing: threads and their ancestry, open descriptors, users, interfaces, containers. Built
 * from the lists of a capture or from /proc, kept current by the events.
 *
 * Everything is bounded: threads (SW_STATE_THREADS), descriptors per process (fdtab.h), containers, users.
 * What does not fit is not remembered and counted in `stats`. A thread that the events name but nobody
 * introduced gets an entry without details, so that its descriptors are tracked from then on; live, it is
 * looked up in /proc.
 *
 * One state, one thread of execution. A pointer to a thread or descriptor is valid until the next event.
 */
#ifndef SW_RUNTIME_STATE_STATE_H
#define SW_RUNTIME_STATE_STATE_H

#include "runtime/capture/scap.h"
#include "runtime/raw.h"
#include "runtime/state/fdtab.h"

#define SW_STATE_THREADS 262144u
#define SW_STATE_USERS 65536u
#define SW_STATE_CONTAINERS 16384u
#define SW_STATE_IFACES 1024u
#define SW_STATE_BLIND 64u

/* Flags of threads: those of clone in the schema's numbers, and a few of our own. */
enum sw_clone_flag {
	SW_CL_FILES = 1 << 0,
	SW_CL_FS = 1 << 1,
	SW_CL_NEWNS = 1 << 5,
	SW_CL_NEWPID = 1 << 6,
	SW_CL_PARENT = 1 << 8,
	SW_CL_THREAD = 1 << 13,
	SW_CL_INVERTED = 1 << 16, /* made from the child's side */
	SW_CL_NEWUSER = 1 << 20,
	SW_CL_VFORK = 1 << 27,
	SW_CL_IN_PIDNS = 1 << 29,
};

struct sw_container;
struct sw_ask;

struct sw_thread {
	int64_t tid, pid, ptid;      /* -1: unknown */
	int64_t sid, vpgid, pgid, vtid, vpid;
	struct sw_rstr *comm, *exe, *exepath, *args, *cwd, *env, *cgroups, *root; /* args, env: NUL-separated */
	int64_t fdlimit;
	uint32_t flags, uid, gid, loginuid, tty;
	uint32_t vmsize, vmrss, vmswap; /* KiB */
	uint64_t pfmajor, pfminor;
	uint64_t clone_ts, exec_ts, pidns_ts;
	uint64_t cap_inheritable, cap_permitted, cap_effective;
	uint64_t exe_ino, exe_ctime, exe_mtime, ctime_to_clone, ctime_since_pidns;
	bool exe_writable, exe_upper, exe_lower, exe_memfd;
	bool own_cwd; /* of a thread: no longer that of its process */
	bool dead, reaper, known; /* known: introduced by a list, a clone or an exec */
	int64_t last_fd; /* of the last event that used one */
	uint16_t last_code;
	uint32_t threads;	 /* of the process, alive; kept in the main thread */
	struct sw_fdtab *fds;	 /* of the process; kept in the main thread */
	struct sw_rstr *container_id; /* "" : the host */
	const struct sw_container *container; /* its details, when known */
	uint32_t container_gen;
	uint32_t seen; /* the scan that found it */
	struct sw_raw_kept *enter; /* of an open, connect or exec, until its exit */
	struct sw_thread *next; /* hash chain */
	struct sw_thread *children, *sibling_next, **sibling_at;
};

struct sw_user {
	uint32_t uid, gid;
	struct sw_rstr *name, *home, *shell;
	bool used;
};

struct sw_state_stats {
	uint64_t threads_added, threads_removed, threads_refused, thread_unknown, fds_refused, containers_refused;
};

/* A time in which events were lost: what ran then may be unknown to the tables. */
struct sw_blind {
	uint64_t from, to, events;
	struct sw_codeset codes; /* of the lost events; empty: not known */
};

struct sw_state {
	struct sw_thread **hash;
	uint32_t n_threads, n_buckets, threads_max;
	struct sw_thread *last; /* the one found last */
	struct sw_user *users, *groups; /* open hash tables */
	uint32_t n_users, cap_users, n_groups, cap_groups;
	struct sw_scap_iface *ifaces; /* names not kept */
	uint32_t n_ifaces;
	uint64_t boot_ts;
	char hostname[SW_SCAP_HOSTNAME]; /* of the machine whose events were recorded, NUL-ended; "": this one */
	struct sw_containers *containers;
	uint32_t container_gen;
	uint32_t untold; /* containers, at most */
	const char *host_root; /* where the node's files are, when Seawall is in a container itself; NULL: here */
	struct sw_ask *ask;    /* the runtimes' sockets; NULL: not asked. Not owned */
	bool live; /* unknown threads and containers are looked up on this machine */
	struct sw_state_stats stats;
	struct sw_blind blind[SW_STATE_BLIND];
	uint32_t n_blind; /* all; the newest SW_STATE_BLIND are kept */
	uint32_t scan;	  /* number of the running or the last one */
	/* What is removed when the next event comes. */
	int64_t pending_exit, pending_reaper;
	int64_t pending_close_tid, pending_close_fd;
};

/* One event as the fields see it. */
struct sw_sysev {
	const struct sw_raw *raw;
	struct sw_state *state;
	struct sw_thread *thread; /* NULL: not known */
	struct sw_fd *fd;	  /* of the event; NULL: none */
	int64_t fd_num;		  /* -1: none */
	bool name_changed;
	bool has_res;
	int64_t res;
	struct sw_rstr *old_name;
};

/* threads_max 0: SW_STATE_THREADS. NULL without memory. */
struct sw_state *sw_state_new(uint32_t threads_max);
void sw_state_free(struct sw_state *st); /* takes NULL */

/* The lists of a capture. */
void sw_state_add_proc(struct sw_state *st, const struct sw_scap_proc *p);
void sw_state_add_fd(struct sw_state *st, const struct sw_scap_fd *f);
void sw_state_add_user(struct sw_state *st, const struct sw_scap_user *u);
void sw_state_add_iface(struct sw_state *st, const struct sw_scap_iface *f);
void sw_state_lists_done(struct sw_state *st); /* links parents, tells servers from clients */

/*
 * Takes the event in and says what it is about. Called once per event, in order; exit events, meta events
 * and the enter events that sw_convert passes. *ret is valid until the next call.
 */
void sw_state_event(struct sw_state *st, const struct sw_raw *r, struct sw_sysev *ret);
/*
 * Events were lost, with these codes; a loss within a second of the one before is part of its window. A
 * rule was blind in a window when its codes and the window's meet.
 */
void sw_state_drop_codes(struct sw_state *st, uint64_t from, uint64_t to, uint64_t events,
	const struct sw_codeset *codes);
/* Newest first; NULL behind the last that is kept. */
const struct sw_blind *sw_state_blind(const struct sw_state *st, uint32_t i);

/*
 * A scan of the machine: between the two calls sw_thread.seen of what is there gets st->scan. The end forgets
 * the rest when all was read, links parents and tells servers from clients.
 */
void sw_state_scan_begin(struct sw_state *st);
void sw_state_scan_end(struct sw_state *st, bool complete);
/* The wall clock was set: all times of the tables move. */
void sw_state_shift_clock(struct sw_state *st, int64_t step);

/* The parent became another one. */
void sw_state_reparent(struct sw_state *st, struct sw_thread *t, int64_t ptid);

struct sw_thread *sw_state_thread(struct sw_state *st, int64_t tid);
struct sw_thread *sw_thread_main(struct sw_state *st, struct sw_thread *t);
struct sw_thread *sw_thread_parent(struct sw_state *st, struct sw_thread *t); /* the parent's entry, as is */
/* n steps up in the tree of processes; 0: the process itself. */
struct sw_thread *sw_thread_ancestor(struct sw_state *st, struct sw_thread *t, uint64_t n);
struct sw_fdtab *sw_thread_fds(struct sw_state *st, struct sw_thread *t);
struct sw_str sw_thread_cwd(struct sw_state *st, struct sw_thread *t);
static inline bool sw_thread_is_main(const struct sw_thread *t)
{
	return t->tid == t->pid;
}
static inline bool sw_thread_in_pidns(const struct sw_thread *t)
{
	return (t->flags & SW_CL_IN_PIDNS) || t->tid != t->vtid;
}

const struct sw_user *sw_state_user(const struct sw_state *st, uint32_t uid);
const struct sw_user *sw_state_group(const struct sw_state *st, uint32_t gid);
bool sw_state_local_addr(const struct sw_state *st, const uint8_t *addr, bool v6);

#endif
