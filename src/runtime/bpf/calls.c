/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/bpf/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "base/cleanup.h"

#define W(...)                                                                                     \
	{                                                                                          \
		.on = 1, __VA_ARGS__                                                               \
	}

/* clang-format off */
const struct sw_call sw_calls[] = {
#ifdef __x86_64__
	{SYS_open, SW_EV_OPEN_X, true, W(.str = {1}, .opened = 1, .failed = 1), "r s1 O2 e3 d i"},
	{SYS_openat, SW_EV_OPENAT_2_X, true, W(.str = {2}, .opened = 1, .failed = 1), "r f1 s1 O3 e4 d i"},
	{SYS_openat2, SW_EV_OPENAT2_X, true, W(.str = {2}, .blob = 3, .blob_len = 24, .opened = 1, .failed = 1), "r f1 s1 w m v d i"},
	{SYS_creat, SW_EV_CREAT_X, true, W(.str = {1}, .opened = 1, .failed = 1), "r s1 u2 d i y"},
	/* Not needed for the tables: a number that is used again gets its new entry from the call that makes it. */
	{SYS_close, SW_EV_CLOSE_X, false, W(), "r f1"},
	{SYS_close_range, SW_EV_CLOSE_RANGE_X, true, W(), "r u1 u2 u3"},
	{SYS_dup, SW_EV_DUP_1_X, true, W(), "r f1"},
	{SYS_dup2, SW_EV_DUP2_X, true, W(), "r f1 f2"},
	{SYS_dup3, SW_EV_DUP3_X, true, W(), "r f1 f2 o3"},
	{SYS_fcntl, SW_EV_FCNTL_X, true, W(.dups = 1), "r f1 C2 q3"},
	{SYS_pipe, SW_EV_PIPE_X, true, W(.blob = 1, .blob_len = 8, .opened = 2), "r p0 p4 i"},
	{SYS_pipe2, SW_EV_PIPE2_X, true, W(.blob = 1, .blob_len = 8, .opened = 2), "r p0 p4 i o2"},
	{SYS_socket, SW_EV_SOCKET_X, true, W(.failed = 1), "r u1 u2 u3 ."},
	{SYS_bind, SW_EV_BIND_X, true, W(.sock = 1, .blob = 2, .blob_len = 110, .blob_n = 3), "r S f1"},
	{SYS_connect, SW_EV_CONNECT_X, true, W(.sock = 1, .addr = 2, .blob = 2, .blob_len = 110, .blob_n = 3, .failed = 1), "r T f1 A"},
	{SYS_listen, SW_EV_LISTEN_X, false, W(), "r f1 u2"},
	{SYS_accept, SW_EV_ACCEPT_5_X, true, W(.sock = 255), "r U b9 u9 u9"},
	{SYS_accept4, SW_EV_ACCEPT4_6_X, true, W(.sock = 255), "r U b9 u9 u9 o4"},
	{SYS_sendto, SW_EV_SENDTO_X, false, W(.sock = 1, .addr = 5, .blob = 2, .blob_len = SW_REC_DATA, .blob_n = 255), "r D f1 u3 T"},
	{SYS_sendmsg, SW_EV_SENDMSG_X, false, W(.sock = 1, .blob = 2, .blob_len = SW_REC_DATA, .blob_n = 255, .blob_how = SW_BLOB_MSG),
		"r D f1 u9 T"},
	{SYS_recvfrom, SW_EV_RECVFROM_X, false, W(.sock = 1, .addr = 5, .blob = 2, .blob_len = SW_REC_DATA, .blob_n = 255), "r D U f1 u3"},
	{SYS_recvmsg, SW_EV_RECVMSG_X, false, W(.sock = 1, .blob = 2, .blob_len = SW_REC_DATA, .blob_n = 255, .blob_how = SW_BLOB_MSG),
		"r u9 D U . f1"},
	{SYS_read, SW_EV_READ_X, false, W(.blob = 2, .blob_len = SW_REC_DATA, .blob_n = 255), "r D f1 u3"},
	{SYS_write, SW_EV_WRITE_X, false, W(.blob = 2, .blob_len = SW_REC_DATA, .blob_n = 255), "r D f1 u3"},
	{SYS_pread64, SW_EV_PREAD_X, false, W(.blob = 2, .blob_len = SW_REC_DATA, .blob_n = 255), "r D f1 u3 q4"},
	{SYS_pwrite64, SW_EV_PWRITE_X, false, W(.blob = 2, .blob_len = SW_REC_DATA, .blob_n = 255), "r D f1 u3 q4"},
	{SYS_readv, SW_EV_READV_X, false, W(.blob = 2, .blob_len = SW_REC_DATA, .blob_n = 255, .blob_how = SW_BLOB_IOV), "r . D f1"},
	{SYS_writev, SW_EV_WRITEV_X, false, W(.blob = 2, .blob_len = SW_REC_DATA, .blob_n = 255, .blob_how = SW_BLOB_IOV), "r D f1 ."},
	{SYS_rename, SW_EV_RENAME_X, false, W(.str = {1, 2}, .failed = 1), "r s1 s2"},
	{SYS_renameat, SW_EV_RENAMEAT_X, false, W(.str = {2, 4}, .failed = 1), "r f1 s1 f3 s2"},
	{SYS_renameat2, SW_EV_RENAMEAT2_X, false, W(.str = {2, 4}, .failed = 1), "r f1 s1 f3 s2 u5"},
	{SYS_unlink, SW_EV_UNLINK_2_X, false, W(.str = {1}, .failed = 1), "r s1"},
	{SYS_unlinkat, SW_EV_UNLINKAT_2_X, false, W(.str = {2}, .failed = 1), "r f1 s1 R3"},
	{SYS_rmdir, SW_EV_RMDIR_2_X, false, W(.str = {1}, .failed = 1), "r s1"},
	{SYS_mkdir, SW_EV_MKDIR_2_X, false, W(.str = {1}, .failed = 1), "r s1 u2"},
	{SYS_mkdirat, SW_EV_MKDIRAT_X, false, W(.str = {2}, .failed = 1), "r f1 s1 u3"},
	{SYS_chmod, SW_EV_CHMOD_X, false, W(.str = {1}, .failed = 1), "r s1 u2"},
	{SYS_fchmod, SW_EV_FCHMOD_X, false, W(.failed = 1), "r f1 u2"},
	{SYS_fchmodat, SW_EV_FCHMODAT_X, false, W(.str = {2}, .failed = 1), "r f1 s1 u3"},
	{SYS_chown, SW_EV_CHOWN_X, false, W(.str = {1}, .failed = 1), "r s1 u2 u3"},
	{SYS_symlink, SW_EV_SYMLINK_X, false, W(.str = {1, 2}, .failed = 1), "r s1 s2"},
	{SYS_symlinkat, SW_EV_SYMLINKAT_X, false, W(.str = {1, 3}, .failed = 1), "r s1 f2 s2"},
	{SYS_link, SW_EV_LINK_2_X, false, W(.str = {1, 2}, .failed = 1), "r s1 s2"},
	{SYS_linkat, SW_EV_LINKAT_2_X, false, W(.str = {2, 4}, .failed = 1), "r f1 s1 f3 s2 u5"},
	{SYS_mknod, SW_EV_MKNOD_X, false, W(.str = {1}, .failed = 1), "r s1 u2 u3"},
	{SYS_mknodat, SW_EV_MKNODAT_X, false, W(.str = {2}, .failed = 1), "r f1 s1 u3 u4"},
	{SYS_ptrace, SW_EV_PTRACE_X, false, W(.failed = 1), "r . . P1 f2"},
	{SYS_setns, SW_EV_SETNS_X, true, W(.failed = 1), "r f1 N2"},
	{SYS_unshare, SW_EV_UNSHARE_X, true, W(.failed = 1), "r N1"},
	{SYS_setuid, SW_EV_SETUID_X, true, W(), "r u1"},
	{SYS_setgid, SW_EV_SETGID_X, true, W(), "r u1"},
	{SYS_setresuid, SW_EV_SETRESUID_X, true, W(), "r u1 u2 u3"},
	{SYS_setresgid, SW_EV_SETRESGID_X, true, W(), "r u1 u2 u3"},
	{SYS_setreuid, SW_EV_SETREUID_X, true, W(), "r u1 u2"},
	{SYS_setregid, SW_EV_SETREGID_X, true, W(), "r u1 u2"},
	{SYS_capset, SW_EV_CAPSET_X, true, W(.blob = 2, .blob_len = 24), "r K L M"},
	{SYS_setsid, SW_EV_SETSID_X, true, W(), "r"},
	{SYS_setpgid, SW_EV_SETPGID_X, true, W(), "r f1 f2"},
	{SYS_chdir, SW_EV_CHDIR_X, true, W(.str = {1}), "r s1"},
	{SYS_fchdir, SW_EV_FCHDIR_X, true, W(), "r f1"},
	{SYS_chroot, SW_EV_CHROOT_X, true, W(.str = {1}, .failed = 1), "r s1"},
	{SYS_init_module, SW_EV_INIT_MODULE_X, false, W(.str = {3}, .failed = 1), "r . q2 s1"},
	{SYS_finit_module, SW_EV_FINIT_MODULE_X, false, W(.str = {2}, .failed = 1), "r f1 s1 u3"},
	{SYS_delete_module, SW_EV_DELETE_MODULE_X, false, W(.str = {1}, .failed = 1), "r s1 u2"},
	{SYS_bpf, SW_EV_BPF_2_X, false, W(.failed = 1), "r u1"},
	{SYS_userfaultfd, SW_EV_USERFAULTFD_X, false, W(.failed = 1), "r u1"},
	{SYS_mount, SW_EV_MOUNT_X, false, W(.str = {1, 2}, .failed = 1), "r s1 s2 . u4"},
	{SYS_umount2, SW_EV_UMOUNT2_X, false, W(.str = {1}, .failed = 1), "r s1 u2"},
	{SYS_kill, SW_EV_KILL_X, false, W(.failed = 1), "r f1 b2"},
	{SYS_prctl, SW_EV_PRCTL_X, false, W(), "r u1 . q2"},
	{SYS_execve, SW_EV_EXECVE_19_X, false, W(.str = {1}, .failed = 2), "r s1"},
	{SYS_execveat, SW_EV_EXECVEAT_X, false, W(.str = {2}, .failed = 2), "r s1"},
	{SYS_open_by_handle_at, SW_EV_OPEN_BY_HANDLE_AT_X, true, W(.opened = 1, .failed = 1), "r f1 O3 . d i"},
	{SYS_pidfd_getfd, SW_EV_PIDFD_GETFD_X, true, W(.failed = 1), "r f1 f2 u3"},
	{SYS_io_uring_setup, SW_EV_IO_URING_SETUP_X, true, W(.failed = 1), "r u1 . . . . . ."},
	{SYS_eventfd2, SW_EV_EVENTFD2_X, true, W(), "r . ."},
	{SYS_signalfd4, SW_EV_SIGNALFD4_X, true, W(), "r . . ."},
	{SYS_timerfd_create, SW_EV_TIMERFD_CREATE_X, true, W(), "r . ."},
	{SYS_inotify_init1, SW_EV_INOTIFY_INIT1_X, true, W(), "r ."},
	{SYS_epoll_create1, SW_EV_EPOLL_CREATE1_X, true, W(), "r ."},
	{SYS_socketpair, SW_EV_SOCKETPAIR_X, true, W(.blob = 4, .blob_len = 8), "r p0 p4 . . . . ."},
	{SYS_keyctl, 453, false, W(.failed = 1), "r u1 . . . ."},
	{SYS_mprotect, 329, false, W(), "r q1 q2 u3"},
	{SYS_seccomp, 299, false, W(.failed = 1), "r q1 q2"},
	{SYS_fchown, SW_EV_FCHOWN_X, false, W(.failed = 1), "r f1 u2 u3"},
	{SYS_lchown, SW_EV_LCHOWN_X, false, W(.str = {1}, .failed = 1), "r s1 u2 u3"},
	{SYS_fchownat, SW_EV_FCHOWNAT_X, false, W(.str = {2}, .failed = 1), "r f1 s1 u3 u4 u5"},
	{SYS_tkill, 131, false, W(.failed = 1), "r f1 b2"},
	{SYS_tgkill, 133, false, W(.failed = 1), "r f1 f2 b3"},
	{SYS_splice, SW_EV_SPLICE_X, false, W(), "r f1 f3 q5 u6"},
	{SYS_memfd_create, SW_EV_MEMFD_CREATE_X, true, W(.str = {1}), "r s1 u2"},
	{SYS_pidfd_open, SW_EV_PIDFD_OPEN_X, false, W(), "r f1 u2"},
	{SYS_process_vm_readv, SW_EV_PROCESS_VM_READV_X, false, W(.failed = 1), "r f1 ."},
	{SYS_process_vm_writev, SW_EV_PROCESS_VM_WRITEV_X, false, W(.failed = 1), "r f1 ."},
	/* Without an event of their own; told by their number. Only what is rare: a rule that names one gets all. */
#define G(call) {SYS_##call, SW_EV_GENERIC_X, false, W(.failed = 1), "g G"}
	G(add_key),
	G(request_key),
	G(fsopen),
	G(fsmount),
	G(fspick),
	G(open_tree),
	G(move_mount),
	G(mount_setattr),
	G(pivot_root),
	G(kexec_load),
	G(kexec_file_load),
	G(perf_event_open),
	G(acct),
	G(swapon),
	G(swapoff),
	G(iopl),
	G(ioperm),
	G(reboot),
	G(sethostname),
	G(setdomainname),
	G(settimeofday),
	G(clock_settime),
	G(adjtimex),
	G(personality),
	G(modify_ldt),
	G(syslog),
	G(memfd_secret),
	G(kcmp),
	G(pidfd_send_signal),
	G(process_madvise),
	G(setxattr),
	G(lsetxattr),
	G(fsetxattr),
	{452, SW_EV_GENERIC_X, false, W(.failed = 1), "g G"}, /* fchmodat2 */
	G(name_to_handle_at),
	G(quotactl_fd),
	G(landlock_restrict_self),
	G(setgroups),
#undef G
#endif
};
/* clang-format on */
const size_t sw_calls_n = SW_ARRAY_LEN(sw_calls);

static uint32_t open_flags(uint64_t f)
{
	static const struct {
		uint64_t kernel;
		uint32_t schema;
	} bits[] = {{O_CREAT, 1 << 2}, {O_APPEND, 1 << 3}, {O_DSYNC, 1 << 4}, {O_EXCL, 1 << 5},
		{O_NONBLOCK, 1 << 6}, {O_SYNC, 1 << 7}, {O_TRUNC, 1 << 8}, {O_DIRECT, 1 << 9},
		{O_DIRECTORY, 1 << 10}, {O_CLOEXEC, 1 << 12}};
	uint32_t out = (f & O_ACCMODE) == O_WRONLY ? 2 : (f & O_ACCMODE) == O_RDWR ? 3 : 1;

	for (size_t i = 0; i < SW_ARRAY_LEN(bits); i++)
		if ((f & bits[i].kernel) == bits[i].kernel)
			out |= bits[i].schema;
	if ((f & O_TMPFILE) == O_TMPFILE)
		out |= 1 << 13;
	return out;
}

/* Without these flags the kernel does not look at it. */
static uint64_t open_mode(uint64_t flags, uint64_t mode)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? mode : 0;
}

static uint32_t resolve_flags(uint64_t f)
{
	static const uint32_t schema[] = {1 << 4, 1 << 2, 1 << 3, 1 << 0, 1 << 1, 1 << 5};
	uint32_t out = 0;

	for (size_t i = 0; i < SW_ARRAY_LEN(schema); i++)
		out |= f >> i & 1 ? schema[i] : 0;
	return out;
}

/* What only the file itself tells, in the bits behind those of the flags. */
static uint32_t file_flags(const struct sw_rec *r)
{
	if (r->ret < 0)
		return 0;
	return (r->file.flags & SW_FILE_CREATED ? 1u << 14 : 0) | (r->file.flags & SW_FILE_UPPER ? 1u << 15 : 0) |
	       (r->file.flags & SW_FILE_LOWER ? 1u << 16 : 0);
}

static uint32_t clone_flags(uint64_t f)
{
	static const struct {
		uint64_t kernel;
		uint32_t schema;
	} bits[] = {{0x400, 1 << 0}, {0x200, 1 << 1}, {0x80000000, 1 << 2}, {0x08000000, 1 << 3},
		{0x40000000, 1 << 4}, {0x00020000, 1 << 5}, {0x20000000, 1 << 6},
		{0x04000000, 1 << 7}, {0x10000000, 1 << 20}, {0x02000000, 1 << 28}};
	uint32_t out = 0;

	for (size_t i = 0; i < SW_ARRAY_LEN(bits); i++)
		out |= f & bits[i].kernel ? bits[i].schema : 0;
	return out;
}

/* Requests of ptrace in the schema's numbers. */
static uint16_t ptrace_request(uint64_t v)
{
	static const uint8_t high[] = {
		0xe, 0xf, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19};
	static const uint8_t low[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 0xa, 0, 0, 0x1a, 0x1b, 0x1c,
		0x1d, 0xb, 0xc, 0x1e, 0x1f, 0, 0x20, 0, 0, 0xd};

	if (v >= 0x4200 && v - 0x4200 < SW_ARRAY_LEN(high))
		return high[v - 0x4200];
	return v < SW_ARRAY_LEN(low) ? low[v] : 0;
}

static struct sw_str put(struct sw_call_room *room, const void *p, size_t n)
{
	if (room->n + n > sizeof(room->bytes))
		return (struct sw_str){NULL, 0};
	char *at = room->bytes + room->n;
	memcpy(at, p, n);
	room->n += n;
	return sw_str_make(at, n);
}

struct maker {
	const struct sw_rec *r;
	struct sw_rec_sock sock;
	struct sw_str str[2], blob, path; /* path: of a socket of the machine */
	struct sw_call_room *room;
};

/* The name of a socket of the machine; one that begins with NUL has no file and is shown from its
 * next byte. */
static struct sw_str unix_tuple(struct maker *m, bool with_source)
{
	char out[1 + 16 + SW_REC_DENY + 1];
	struct sw_str path =
		m->path.n && !m->path.p[0] ? sw_str_sub(m->path, 1, m->path.n) : m->path;
	size_t at = 1;

	path = sw_raw_cstr(sw_str_sub(path, 0, SW_REC_DENY));
	out[0] = 1;
	if (with_source) {
		memcpy(out + 1, m->sock.saddr, 8);
		memcpy(out + 9, m->sock.daddr, 8);
		at = 17;
	}
	if (path.n)
		memcpy(out + at, path.p, path.n);
	out[at + path.n] = 0;
	return put(m->room, out, at + path.n + 1);
}

/* {family, [source,] destination}; the schema's order. Nothing for other families. */
static struct sw_str tuple(struct maker *m, bool with_source, bool turned)
{
	const struct sw_rec_sock *s = &m->sock;
	size_t n = s->family == 2 ? 4 : s->family == 10 ? 16 : 0, at = 1;
	char out[64];

	if (s->family == 1)
		return unix_tuple(m, with_source);
	if (!n)
		return (struct sw_str){NULL, 0};
	const unsigned char *src = turned ? s->daddr : s->saddr,
			    *dst = turned ? s->saddr : s->daddr;
	uint16_t sport = turned ? s->dport : s->sport, dport = turned ? s->sport : s->dport;
	out[0] = (char)s->family;
	if (with_source) {
		memcpy(out + at, src, n);
		memcpy(out + at + n, &sport, 2);
		at += n + 2;
	}
	memcpy(out + at, dst, n);
	memcpy(out + at + n, &dport, 2);
	return put(m->room, out, at + n + 2);
}

static struct sw_str number(struct maker *m, char op, uint64_t v)
{
	int64_t wide = (int32_t)v;
	uint32_t u = (uint32_t)v;
	uint8_t b = (uint8_t)v;
	uint16_t h = (uint16_t)v;

	switch (op) {
	case 'f':
		return put(m->room, &wide, 8);
	case 'q':
		return put(m->room, &v, 8);
	case 'b':
		return put(m->room, &b, 1);
	case 'C': /* F_DUPFD 0, F_GETFD 1, F_SETFD 2 … and F_DUPFD_CLOEXEC, in the schema's numbers
		   */
		b = v == 1030 ? 26 : v < 12 ? (uint8_t)(v + 1) : 0;
		return put(m->room, &b, 1);
	case 'P':
		h = ptrace_request(v);
		return put(m->room, &h, 2);
	case 'h':
		h = (uint16_t)v;
		return put(m->room, &h, 2);
	case 'o':
		u = open_flags(v);
		return put(m->room, &u, 4);
	case 'N':
		u = clone_flags(v);
		return put(m->room, &u, 4);
	case 'R':
		u = v & AT_REMOVEDIR ? 1 : 0;
		return put(m->room, &u, 4);
	default:
		return put(m->room, &u, 4);
	}
}

static uint64_t blob_u64(const struct maker *m, size_t at)
{
	return sw_raw_uint(sw_str_sub(m->blob, at, at + 8));
}

/* Two halves of 32 bits, 12 bytes from each other. */
static struct sw_str capability(struct maker *m, size_t at)
{
	uint64_t low = sw_raw_uint(sw_str_sub(m->blob, at, at + 4));
	uint64_t high = sw_raw_uint(sw_str_sub(m->blob, at + 12, at + 16));

	return m->blob.n >= 24 ? number(m, 'q', low | high << 32) : (struct sw_str){NULL, 0};
}

static struct sw_str make(struct maker *m, char op, unsigned n)
{
	struct sw_str none = {NULL, 0};
	int64_t wide;

	switch (op) {
	case 'r':
		return put(m->room, &m->r->ret, 8);
	case 's':
		return n >= 1 && n <= 2 ? m->str[n - 1] : none;
	case 'T':
		return tuple(m, true, false);
	case 'U':
		return tuple(m, true, true);
	case 'A':
		return tuple(m, false, false);
	case 'S':
		return tuple(m, false, true);
	case 'D':
		return m->blob;
	case 'g':
		return number(m, 'h', 0);
	case 'G':
		return number(m, 'h', m->r->nr);
	case 'K':
		return capability(m, 8);
	case 'L':
		return capability(m, 4);
	case 'M':
		return capability(m, 0);
	case 'p':
		wide = m->blob.n >= n + 4 ? (int32_t)sw_raw_uint(sw_str_sub(m->blob, n, n + 4))
					  : -1;
		return put(m->room, &wide, 8);
	case 'O':
		return number(m, 'u', open_flags(m->r->args[n - 1]) | file_flags(m->r));
	case 'e':
		return number(m, 'u', open_mode(m->r->args[n - 2], m->r->args[n - 1]));
	case 'w':
		return m->blob.n ? number(m, 'u', open_flags(blob_u64(m, 0)) | file_flags(m->r)) : none;
	case 'm':
		return m->blob.n ? number(m, 'u', open_mode(blob_u64(m, 0), blob_u64(m, 8))) : none;
	case 'v':
		return m->blob.n ? number(m, 'u', resolve_flags(blob_u64(m, 16))) : none;
	case 'd':
		return m->r->ret >= 0 ? number(m, 'u', m->r->file.dev) : none;
	case 'i':
		return m->r->ret >= 0 ? number(m, 'q', m->r->file.ino) : none;
	case 'y':
		return number(m, 'u', file_flags(m->r) >> 15);
	case '.':
		return none;
	default:
		return number(m, op, n >= 1 && n <= 6 ? m->r->args[n - 1] : 0);
	}
}

void sw_call_event(const struct sw_call *c, const struct sw_rec *r, const char *data,
	struct sw_call_room *room, struct sw_raw *ret)
{
	struct maker m = {.r = r,
		.sock = r->sock,
		.room = room,
		.str = {{data, r->len[0]}, {data + r->len[0], r->len[1]}},
		.blob = {data + r->len[0] + r->len[1], r->len[2]}};

	room->n = 0;
	if (m.sock.family == 1 && (c->code == SW_EV_CONNECT_X || c->code == SW_EV_BIND_X) &&
		m.blob.n > 2)
		m.path = sw_str_sub(m.blob, 2, m.blob.n);
	ret->code = c->code;
	ret->n = 0;
	for (const char *p = c->make; *p && ret->n < SW_RAW_PARAMS; ret->n++) {
		char op = *p++;
		unsigned n = 0;
		while (*p >= '0' && *p <= '9')
			n = n * 10 + (unsigned)(*p++ - '0');
		if (*p == ' ')
			p++;
		ret->p[ret->n] = make(&m, op, n);
	}
}
