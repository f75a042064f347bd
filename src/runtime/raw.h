/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A system-call event as it comes from a capture or from the sensor: the header and the parameters as
 * views, in the schema of sw_event_table. Nothing is copied; the bytes belong to the source and live until
 * its next event. A parameter with n == 0 is empty: the source did not know it.
 *
 * Integers are little endian and unaligned, and a forged capture may give any length for any type: read
 * them with the calls here, which check.
 */
#ifndef SW_RUNTIME_RAW_H
#define SW_RUNTIME_RAW_H

#include <string.h>

#include "runtime/event.h"

#define SW_RAW_PARAMS 32

struct sw_raw {
	uint64_t ts;
	int64_t tid;
	uint16_t code, cpu;
	uint8_t n; /* parameters */
	uint32_t flags;
	struct sw_str p[SW_RAW_PARAMS];
};

/* Codes that the code of this folder names. */
enum sw_ev {
	SW_EV_GENERIC_E = 0, SW_EV_GENERIC_X = 1, SW_EV_OPEN_E = 2, SW_EV_OPEN_X = 3,
	SW_EV_CLOSE_X = 5, SW_EV_READ_X = 7, SW_EV_WRITE_X = 9, SW_EV_SOCKET_X = 19,
	SW_EV_BIND_X = 21, SW_EV_CONNECT_E = 22, SW_EV_CONNECT_X = 23, SW_EV_LISTEN_X = 25,
	SW_EV_SEND_X = 29, SW_EV_SENDTO_X = 31, SW_EV_RECV_X = 33, SW_EV_RECVFROM_X = 35,
	SW_EV_SHUTDOWN_X = 37, SW_EV_SOCKETPAIR_X = 43, SW_EV_GETSOCKOPT_X = 47,
	SW_EV_SENDMSG_X = 49, SW_EV_SENDMMSG_X = 51, SW_EV_RECVMSG_X = 53, SW_EV_RECVMMSG_X = 55,
	SW_EV_CREAT_E = 58, SW_EV_CREAT_X = 59, SW_EV_PIPE_X = 61, SW_EV_EVENTFD_X = 63,
	SW_EV_STAT_X = 67, SW_EV_LSTAT_X = 69, SW_EV_STAT64_X = 73, SW_EV_LSTAT64_X = 75,
	SW_EV_POLL_X = 81, SW_EV_GETCWD_X = 93, SW_EV_CHDIR_X = 95, SW_EV_FCHDIR_X = 97,
	SW_EV_PREAD_X = 113, SW_EV_PWRITE_X = 115, SW_EV_READV_X = 117, SW_EV_WRITEV_X = 119,
	SW_EV_PREADV_X = 121, SW_EV_PWRITEV_X = 123, SW_EV_SIGNALFD_X = 127, SW_EV_KILL_X = 129,
	SW_EV_TIMERFD_CREATE_X = 137, SW_EV_INOTIFY_INIT_X = 139, SW_EV_SETRLIMIT_X = 143,
	SW_EV_SCHEDSWITCH_1_E = 146, SW_EV_DROP_E = 148, SW_EV_DROP_X = 149, SW_EV_FCNTL_X = 151,
	SW_EV_SCHEDSWITCH_6_E = 152, SW_EV_BRK_4_X = 159, SW_EV_MMAP_X = 161,
	SW_EV_SPLICE_X = 167, SW_EV_PTRACE_X = 169, SW_EV_IOCTL_3_X = 171, SW_EV_RENAME_X = 175,
	SW_EV_RENAMEAT_X = 177, SW_EV_SYMLINK_X = 179, SW_EV_SYMLINKAT_X = 181,
	SW_EV_PROCEXIT_1_E = 186, SW_EV_SENDFILE_X = 189, SW_EV_QUOTACTL_X = 191,
	SW_EV_SETRESUID_X = 193, SW_EV_SETRESGID_X = 195, SW_EV_SETUID_X = 199,
	SW_EV_SETGID_X = 201, SW_EV_CLONE_20_X = 223, SW_EV_FORK_20_X = 225,
	SW_EV_VFORK_20_X = 227, SW_EV_SIGNALDELIVER_E = 232, SW_EV_PROCINFO_E = 234,
	SW_EV_SETNS_X = 241, SW_EV_ACCEPT_5_X = 247, SW_EV_MOUNT_X = 257, SW_EV_UMOUNT_X = 259,
	SW_EV_ACCESS_X = 265, SW_EV_CHROOT_X = 267, SW_EV_SETSID_X = 275, SW_EV_MKDIR_2_X = 277,
	SW_EV_RMDIR_2_X = 279, SW_EV_UNSHARE_X = 285, SW_EV_EXECVE_19_E = 292,
	SW_EV_EXECVE_19_X = 293, SW_EV_SETPGID_X = 295, SW_EV_UNLINK_2_X = 301,
	SW_EV_UNLINKAT_2_X = 303, SW_EV_MKDIRAT_X = 305, SW_EV_OPENAT_2_E = 306,
	SW_EV_OPENAT_2_X = 307, SW_EV_LINK_2_X = 309, SW_EV_LINKAT_2_X = 311,
	SW_EV_FCHMODAT_X = 313, SW_EV_CHMOD_X = 315, SW_EV_FCHMOD_X = 317,
	SW_EV_RENAMEAT2_X = 319, SW_EV_USERFAULTFD_X = 321, SW_EV_CONTAINER_JSON_2_E = 324,
	SW_EV_OPENAT2_E = 326, SW_EV_OPENAT2_X = 327, SW_EV_EXECVEAT_E = 330,
	SW_EV_EXECVEAT_X = 331, SW_EV_CLONE3_X = 335, SW_EV_OPEN_BY_HANDLE_AT_X = 337,
	SW_EV_IO_URING_SETUP_X = 339, SW_EV_CAPSET_X = 353, SW_EV_USER_ADDED_E = 354,
	SW_EV_USER_DELETED_E = 356, SW_EV_GROUP_ADDED_E = 358, SW_EV_GROUP_DELETED_E = 360,
	SW_EV_DUP2_X = 363, SW_EV_DUP3_X = 365, SW_EV_DUP_1_X = 367, SW_EV_BPF_2_X = 369,
	SW_EV_EPOLL_CREATE_X = 375, SW_EV_EPOLL_CREATE1_X = 377, SW_EV_CHOWN_X = 379,
	SW_EV_LCHOWN_X = 381, SW_EV_FCHOWN_X = 383, SW_EV_FCHOWNAT_X = 385,
	SW_EV_UMOUNT_1_X = 387, SW_EV_ACCEPT4_6_X = 389, SW_EV_UMOUNT2_X = 391,
	SW_EV_PIPE2_X = 393, SW_EV_INOTIFY_INIT1_X = 395, SW_EV_EVENTFD2_X = 397,
	SW_EV_SIGNALFD4_X = 399, SW_EV_PRCTL_X = 401, SW_EV_ASYNCEVENT_E = 402,
	SW_EV_MEMFD_CREATE_X = 405, SW_EV_PIDFD_GETFD_X = 407, SW_EV_PIDFD_OPEN_X = 409,
	SW_EV_INIT_MODULE_X = 411, SW_EV_FINIT_MODULE_X = 413, SW_EV_MKNOD_X = 415,
	SW_EV_MKNODAT_X = 417, SW_EV_NEWFSTATAT_X = 419, SW_EV_PROCESS_VM_READV_X = 421,
	SW_EV_PROCESS_VM_WRITEV_X = 423, SW_EV_DELETE_MODULE_X = 425, SW_EV_SETREUID_X = 427,
	SW_EV_SETREGID_X = 429, SW_EV_CLOSE_RANGE_X = 451,
};

static inline uint64_t sw_raw_uint(struct sw_str p)
{
	uint64_t v = 0;

	memcpy(&v, p.p ? p.p : "", p.p ? (p.n < 8 ? p.n : 8) : 0);
	return v;
}

/* Sign-extended from its own width: 1, 2, 4 or 8 bytes. */
static inline int64_t sw_raw_int(struct sw_str p)
{
	uint64_t v = sw_raw_uint(p);
	unsigned bits = (unsigned)(p.n < 8 ? p.n : 8) * 8;

	if (bits && bits < 64 && (v >> (bits - 1) & 1))
		v |= ~(uint64_t)0 << bits;
	return (int64_t)v;
}

/* Up to the first NUL. */
static inline struct sw_str sw_raw_cstr(struct sw_str p)
{
	const char *end = p.n ? memchr(p.p, 0, p.n) : NULL;

	return (struct sw_str){p.p, end ? (size_t)(end - p.p) : p.n};
}

static inline struct sw_str sw_raw_param(const struct sw_raw *r, unsigned i)
{
	return i < r->n ? r->p[i] : (struct sw_str){NULL, 0};
}

#endif
