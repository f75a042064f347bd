/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads capture files (.scap) of the Falco libraries and sysdig: format 1.0 to 1.2, plain or gzip, every
 * block type and version that was ever written, the numbers used before the first release included.
 *
 * The format (libscap, scap_savefile): blocks of {u32 type, u32 length, body, u32 length}, little endian;
 * a section header first; process, descriptor, interface and user lists; then events. From 1.2 on the
 * entries of the lists carry their own length and grow at the tail, so that what is newer is skipped.
 *
 * Hostile files: every length is checked against what is there; a block is read in pieces, so that a forged
 * length allocates nothing; a block above SW_SCAP_BLOCK_MAX is -SW_ELIMIT. A damaged event block is
 * -SW_EINVALID and the next call goes on behind it; a damaged block frame is final. Errors carry the byte offset
 * (uncompressed).
 *
 * One reader, one thread. What a call returns lives until the next sw_scap_next().
 */
#ifndef SW_RUNTIME_CAPTURE_SCAP_H
#define SW_RUNTIME_CAPTURE_SCAP_H

#include "runtime/raw.h"

#define SW_SCAP_BLOCK_MAX ((size_t)64 << 20)
#define SW_SCAP_EVENT_MAX ((size_t)16 << 20)

enum sw_scap_kind {
	SW_SCAP_OTHER, /* unknown: skipped */
	SW_SCAP_SECTION,
	SW_SCAP_MACHINE,
	SW_SCAP_PROCS,
	SW_SCAP_FDS,
	SW_SCAP_EVENT,
	SW_SCAP_IFACES,
	SW_SCAP_USERS,
};

struct sw_scap_type {
	uint32_t number;
	const char *name; /* "PLv6", as libscap's census tools write it */
	uint8_t kind, version;
	bool flags, large; /* of event blocks */
};

struct sw_scap_block {
	const struct sw_scap_type *type; /* never NULL; unknown numbers have kind SW_SCAP_OTHER */
	uint32_t number;
	struct sw_str body;
	uint64_t offset; /* of the block, uncompressed */
};

struct sw_scap;

int sw_scap_open(const char *path, struct sw_scap **ret, struct sw_error *err); /* "-": standard input */
int sw_scap_open_bytes(struct sw_str bytes, struct sw_scap **ret, struct sw_error *err);
void sw_scap_close(struct sw_scap *s); /* takes NULL */

/* The version of the section header; 0.0 before the first block. */
void sw_scap_version(const struct sw_scap *s, uint16_t *ret_major, uint16_t *ret_minor);

/* 1 and a block, 0 at the end, or an error. The first block must be a section header. */
int sw_scap_next(struct sw_scap *s, struct sw_scap_block *ret, struct sw_error *err);

/*
 * The event of an event block, as it was written (see convert.h). 1: an event; 0: one of a newer
 * schema, to be skipped; -SW_EINVALID: damaged.
 */
int sw_scap_event(const struct sw_scap_block *b, struct sw_raw *ret, struct sw_error *err);

/* ---- lists; strings point into the block ---- */

#define SW_SCAP_HOSTNAME 128

struct sw_scap_machine {
	uint32_t cpus;
	uint64_t memory, max_pid, boot_ts;
	struct sw_str hostname;
};

struct sw_scap_proc {
	int64_t tid, pid, ptid, sid, vpgid, pgid, vtid, vpid; /* -1: not in the file */
	struct sw_str comm, exe, exepath, args, cwd, env, cgroups, root;
	int64_t fdlimit;
	uint32_t flags, uid, gid, vmsize, vmrss, vmswap, tty, loginuid;
	uint64_t pfmajor, pfminor, pidns_ts;
	uint64_t cap_inheritable, cap_permitted, cap_effective;
	bool exe_writable, exe_upper_layer, exe_lower_layer, exe_from_memfd;
	uint64_t exe_ino, exe_ctime, exe_mtime;
};

/* Types of descriptors; the numbers are those of the files. */
enum sw_fd_type {
	SW_FD_UNKNOWN = 0,
	SW_FD_FILE = 1,
	SW_FD_DIRECTORY = 2,
	SW_FD_IPV4_SOCK = 3,
	SW_FD_IPV6_SOCK = 4,
	SW_FD_IPV4_SERVSOCK = 5,
	SW_FD_IPV6_SERVSOCK = 6,
	SW_FD_FIFO = 7,
	SW_FD_UNIX_SOCK = 8,
	SW_FD_EVENT = 9,
	SW_FD_UNSUPPORTED = 10,
	SW_FD_SIGNALFD = 11,
	SW_FD_EVENTPOLL = 12,
	SW_FD_INOTIFY = 13,
	SW_FD_TIMERFD = 14,
	SW_FD_NETLINK = 15,
	SW_FD_FILE_V2 = 16,
	SW_FD_BPF = 17,
	SW_FD_USERFAULTFD = 18,
	SW_FD_IOURING = 19,
	SW_FD_MEMFD = 20,
	SW_FD_PIDFD = 21,
};

struct sw_scap_fd {
	int64_t tid, fd;
	uint64_t ino;
	int type; /* enum sw_fd_type */
	struct sw_str name;
	uint32_t open_flags, dev;
	uint8_t l4;
	uint16_t sport, dport;
	uint8_t sip[16], dip[16]; /* 4 bytes used for IPv4; network order */
	uint64_t unix_src, unix_dst;
};

struct sw_scap_user {
	bool is_group;
	uint32_t uid, gid;
	struct sw_str name, home, shell;
};

struct sw_scap_iface {
	struct sw_str name;
	bool v6;
	uint8_t addr[16], mask[16];
};

/*
 * Each entry of a list block. 0, or -SW_EINVALID where the list is damaged: the entries before that have
 * been given. A callback that returns other than 0 ends the walk with that value.
 */
int sw_scap_machine(const struct sw_scap_block *b, struct sw_scap_machine *ret, struct sw_error *err);
int sw_scap_procs(const struct sw_scap_block *b, int (*each)(void *, const struct sw_scap_proc *), void *arg,
	struct sw_error *err);
int sw_scap_fds(const struct sw_scap_block *b, int (*each)(void *, const struct sw_scap_fd *), void *arg,
	struct sw_error *err);
int sw_scap_users(const struct sw_scap_block *b, int (*each)(void *, const struct sw_scap_user *), void *arg,
	struct sw_error *err);
int sw_scap_ifaces(const struct sw_scap_block *b, int (*each)(void *, const struct sw_scap_iface *),
	void *arg, struct sw_error *err);

#endif
