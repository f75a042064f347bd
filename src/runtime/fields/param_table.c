/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the parameters of events are shown: the names of flags and values, the base of numbers, which parameter
 * a relative path starts from; and the names of system calls by their number in the schema.
 */
#include "base/cleanup.h"
#include "runtime/fields/params.h"

/* clang-format off */
static const struct sw_flag_name t0[] = {
	{"O_LARGEFILE", 0x800}, {"O_DIRECTORY", 0x400}, {"O_DIRECT", 0x200}, {"O_TRUNC", 0x100},
	{"O_SYNC", 0x80}, {"O_NONBLOCK", 0x40}, {"O_EXCL", 0x20}, {"O_DSYNC", 0x10},
	{"O_APPEND", 8}, {"O_CREAT", 4}, {"O_RDWR", 3}, {"O_WRONLY", 2}, {"O_RDONLY", 1},
	{"O_CLOEXEC", 0x1000}, {"O_NONE", 0}, {"O_TMPFILE", 0x2000}, {"O_F_CREATED", 0x4000},
	{"FD_UPPER_LAYER", 0x8000}, {"FD_LOWER_LAYER", 0x10000},
	{NULL, 0},
};
static const struct sw_flag_name t1[] = {
	{"CLONE_FILES", 1}, {"CLONE_FS", 2}, {"CLONE_IO", 4}, {"CLONE_NEWIPC", 8},
	{"CLONE_NEWNET", 0x10}, {"CLONE_NEWNS", 0x20}, {"CLONE_NEWPID", 0x40},
	{"CLONE_NEWUTS", 0x80}, {"CLONE_PARENT", 0x100}, {"CLONE_PARENT_SETTID", 0x200},
	{"CLONE_PTRACE", 0x400}, {"CLONE_SIGHAND", 0x800}, {"CLONE_SYSVSEM", 0x1000},
	{"CLONE_THREAD", 0x2000}, {"CLONE_UNTRACED", 0x4000}, {"CLONE_VM", 0x8000},
	{"CLONE_INVERTED", 0x10000}, {"NAME_CHANGED", 0x20000}, {"CLOSED", 0x40000},
	{"CLONE_NEWUSER", 0x100000}, {"CLONE_CHILD_CLEARTID", 0x800000},
	{"CLONE_CHILD_SETTID", 0x1000000}, {"CLONE_SETTLS", 0x2000000},
	{"CLONE_STOPPED", 0x4000000}, {"CLONE_VFORK", 0x8000000}, {"CLONE_NEWCGROUP", 0x10000000},
	{"CLONE_CHILD_IN_PIDNS", 0x20000000},
	{NULL, 0},
};
static const struct sw_flag_name t2[] = {
	{"AF_NFC", 0x27}, {"AF_ALG", 0x26}, {"AF_CAIF", 0x25}, {"AF_IEEE802154", 0x24},
	{"AF_PHONET", 0x23}, {"AF_ISDN", 0x22}, {"AF_RXRPC", 0x21}, {"AF_IUCV", 0x20},
	{"AF_BLUETOOTH", 0x1f}, {"AF_TIPC", 0x1e}, {"AF_CAN", 0x1d}, {"AF_LLC", 0x1a},
	{"AF_WANPIPE", 0x19}, {"AF_PPPOX", 0x18}, {"AF_IRDA", 0x17}, {"AF_SNA", 0x16},
	{"AF_RDS", 0x15}, {"AF_ATMSVC", 0x14}, {"AF_ECONET", 0x13}, {"AF_ASH", 0x12},
	{"AF_PACKET", 0x11}, {"AF_ROUTE", 0x10}, {"AF_NETLINK", 0x10}, {"AF_KEY", 0xf},
	{"AF_SECURITY", 0xe}, {"AF_NETBEUI", 0xd}, {"AF_DECnet", 0xc}, {"AF_ROSE", 0xb},
	{"AF_INET6", 0xa}, {"AF_X25", 9}, {"AF_ATMPVC", 8}, {"AF_BRIDGE", 7}, {"AF_NETROM", 6},
	{"AF_APPLETALK", 5}, {"AF_IPX", 4}, {"AF_AX25", 3}, {"AF_INET", 2}, {"AF_LOCAL", 1},
	{"AF_UNIX", 1}, {"AF_UNSPEC", 0},
	{NULL, 0},
};
static const struct sw_flag_name t3[] = {
	{"SHUT_UNKNOWN", 0xffff}, {"SHUT_RDWR", 2}, {"SHUT_WR", 1}, {"SHUT_RD", 0},
	{NULL, 0},
};
static const struct sw_flag_name t4[] = {
	{"SOL_SOCKET", 1}, {"SOL_TCP", 2}, {"UNKNOWN", 0},
	{NULL, 0},
};
static const struct sw_flag_name t5[] = {
	{"SO_COOKIE", 0x35}, {"SO_MEMINFO", 0x34}, {"SO_PEERGROUPS", 0x33},
	{"SO_ATTACH_BPF", 0x32}, {"SO_INCOMING_CPU", 0x31}, {"SO_BPF_EXTENSIONS", 0x30},
	{"SO_MAX_PACING_RATE", 0x2f}, {"SO_BUSY_POLL", 0x2e}, {"SO_SELECT_ERR_QUEUE", 0x2d},
	{"SO_LOCK_FILTER", 0x2c}, {"SO_NOFCS", 0x2b}, {"SO_PEEK_OFF", 0x2a},
	{"SO_WIFI_STATUS", 0x29}, {"SO_RXQ_OVFL", 0x28}, {"SO_DOMAIN", 0x27},
	{"SO_PROTOCOL", 0x26}, {"SO_TIMESTAMPING", 0x25}, {"SO_MARK", 0x24},
	{"SO_TIMESTAMPNS", 0x23}, {"SO_PASSSEC", 0x22}, {"SO_PEERSEC", 0x1f},
	{"SO_ACCEPTCONN", 0x1e}, {"SO_TIMESTAMP", 0x1d}, {"SO_PEERNAME", 0x1c},
	{"SO_DETACH_FILTER", 0x1b}, {"SO_ATTACH_FILTER", 0x1a}, {"SO_BINDTODEVICE", 0x19},
	{"SO_SECURITY_ENCRYPTION_NETWORK", 0x18}, {"SO_SECURITY_ENCRYPTION_TRANSPORT", 0x17},
	{"SO_SECURITY_AUTHENTICATION", 0x16}, {"SO_SNDTIMEO", 0x15}, {"SO_RCVTIMEO", 0x14},
	{"SO_SNDLOWAT", 0x13}, {"SO_RCVLOWAT", 0x12}, {"SO_PEERCRED", 0x11},
	{"SO_PASSCRED", 0x10}, {"SO_REUSEPORT", 0xf}, {"SO_BSDCOMPAT", 0xe}, {"SO_LINGER", 0xd},
	{"SO_PRIORITY", 0xc}, {"SO_NO_CHECK", 0xb}, {"SO_OOBINLINE", 0xa}, {"SO_KEEPALIVE", 9},
	{"SO_RCVBUFFORCE", 0x21}, {"SO_SNDBUFFORCE", 0x20}, {"SO_RCVBUF", 8}, {"SO_SNDBUF", 7},
	{"SO_BROADCAST", 6}, {"SO_DONTROUTE", 5}, {"SO_ERROR", 4}, {"SO_TYPE", 3},
	{"SO_REUSEADDR", 2}, {"SO_DEBUG", 1}, {"UNKNOWN", 0},
	{NULL, 0},
};
static const struct sw_flag_name t6[] = {
	{"FD_UPPER_LAYER_CREAT", 1}, {"FD_LOWER_LAYER_CREAT", 2},
	{NULL, 0},
};
static const struct sw_flag_name t7[] = {
	{"FUTEX_CLOCK_REALTIME", 0x100}, {"FUTEX_PRIVATE_FLAG", 0x80},
	{"FUTEX_CMP_REQUEUE_PI", 0xc}, {"FUTEX_WAIT_REQUEUE_PI", 0xb}, {"FUTEX_WAKE_BITSET", 0xa},
	{"FUTEX_WAIT_BITSET", 9}, {"FUTEX_TRYLOCK_PI", 8}, {"FUTEX_UNLOCK_PI", 7},
	{"FUTEX_LOCK_PI", 6}, {"FUTEX_WAKE_OP", 5}, {"FUTEX_CMP_REQUEUE", 4},
	{"FUTEX_REQUEUE", 3}, {"FUTEX_FD", 2}, {"FUTEX_WAKE", 1}, {"FUTEX_WAIT", 0},
	{NULL, 0},
};
static const struct sw_flag_name t8[] = {
	{"SEEK_END", 2}, {"SEEK_CUR", 1}, {"SEEK_SET", 0},
	{NULL, 0},
};
static const struct sw_flag_name t9[] = {
	{"RLIMIT_UNKNOWN", 0xff}, {"RLIMIT_RTTIME", 0xf}, {"RLIMIT_RTPRIO", 0xe},
	{"RLIMIT_NICE", 0xd}, {"RLIMIT_MSGQUEUE", 0xc}, {"RLIMIT_SIGPENDING", 0xb},
	{"RLIMIT_LOCKS", 0xa}, {"RLIMIT_AS", 9}, {"RLIMIT_MEMLOCK", 8}, {"RLIMIT_NOFILE", 7},
	{"RLIMIT_NPROC", 6}, {"RLIMIT_RSS", 5}, {"RLIMIT_CORE", 4}, {"RLIMIT_STACK", 3},
	{"RLIMIT_DATA", 2}, {"RLIMIT_FSIZE", 1}, {"RLIMIT_CPU", 0},
	{NULL, 0},
};
static const struct sw_flag_name t10[] = {
	{"F_GETPIPE_SZ", 0x1d}, {"F_SETPIPE_SZ", 0x1c}, {"F_NOTIFY", 0x1b},
	{"F_DUPFD_CLOEXEC", 0x1a}, {"F_CANCELLK", 0x19}, {"F_GETLEASE", 0x18},
	{"F_SETLEASE", 0x17}, {"F_GETOWN_EX", 0x16}, {"F_SETOWN_EX", 0x15}, {"F_SETLKW64", 0x13},
	{"F_SETLK64", 0x12}, {"F_GETLK64", 0x11}, {"F_GETSIG", 0xf}, {"F_SETSIG", 0xd},
	{"F_GETOWN", 0xc}, {"F_SETOWN", 0xa}, {"F_SETLKW", 9}, {"F_SETLK", 8}, {"F_GETLK", 6},
	{"F_SETFL", 5}, {"F_GETFL", 4}, {"F_SETFD", 3}, {"F_GETFD", 2}, {"F_DUPFD", 1},
	{"F_OFD_GETLK", 0x1e}, {"F_OFD_SETLK", 0x1f}, {"F_OFD_SETLKW", 0x20}, {"UNKNOWN", 0},
	{NULL, 0},
};
static const struct sw_flag_name t11[] = {
	{"PROT_READ", 1}, {"PROT_WRITE", 2}, {"PROT_EXEC", 4}, {"PROT_SEM", 8},
	{"PROT_GROWSDOWN", 0x10}, {"PROT_GROWSUP", 0x20}, {"PROT_SAO", 0x40}, {"PROT_NONE", 0},
	{NULL, 0},
};
static const struct sw_flag_name t12[] = {
	{"MAP_SHARED", 1}, {"MAP_PRIVATE", 2}, {"MAP_FIXED", 4}, {"MAP_ANONYMOUS", 8},
	{"MAP_32BIT", 0x10}, {"MAP_RENAME", 0x20}, {"MAP_NORESERVE", 0x40},
	{"MAP_POPULATE", 0x80}, {"MAP_NONBLOCK", 0x100}, {"MAP_GROWSDOWN", 0x200},
	{"MAP_DENYWRITE", 0x400}, {"MAP_EXECUTABLE", 0x800}, {"MAP_INHERIT", 0x1000},
	{"MAP_FILE", 0x2000}, {"MAP_LOCKED", 0x4000},
	{NULL, 0},
};
static const struct sw_flag_name t13[] = {
	{"SPLICE_F_MOVE", 1}, {"SPLICE_F_NONBLOCK", 2}, {"SPLICE_F_MORE", 4},
	{"SPLICE_F_GIFT", 8},
	{NULL, 0},
};
static const struct sw_flag_name t14[] = {
	{"PTRACE_SINGLEBLOCK", 0x26}, {"PTRACE_SYSEMU_SINGLESTEP", 0x25}, {"PTRACE_SYSEMU", 0x24},
	{"PTRACE_ARCH_PRCTL", 0x23}, {"PTRACE_SET_THREAD_AREA", 0x22},
	{"PTRACE_GET_THREAD_AREA", 0x21}, {"PTRACE_OLDSETOPTIONS", 0x20},
	{"PTRACE_SETFPXREGS", 0x1f}, {"PTRACE_GETFPXREGS", 0x1e}, {"PTRACE_SETFPREGS", 0x1d},
	{"PTRACE_GETFPREGS", 0x1c}, {"PTRACE_SETREGS", 0x1b}, {"PTRACE_GETREGS", 0x1a},
	{"PTRACE_SETSIGMASK", 0x19}, {"PTRACE_GETSIGMASK", 0x18}, {"PTRACE_PEEKSIGINFO", 0x17},
	{"PTRACE_LISTEN", 0x16}, {"PTRACE_INTERRUPT", 0x15}, {"PTRACE_SEIZE", 0x14},
	{"PTRACE_SETREGSET", 0x13}, {"PTRACE_GETREGSET", 0x12}, {"PTRACE_SETSIGINFO", 0x11},
	{"PTRACE_GETSIGINFO", 0x10}, {"PTRACE_GETEVENTMSG", 0xf}, {"PTRACE_SETOPTIONS", 0xe},
	{"PTRACE_SYSCALL", 0xd}, {"PTRACE_DETACH", 0xc}, {"PTRACE_ATTACH", 0xb},
	{"PTRACE_SINGLESTEP", 0xa}, {"PTRACE_KILL", 9}, {"PTRACE_CONT", 8}, {"PTRACE_POKEUSR", 7},
	{"PTRACE_POKEDATA", 6}, {"PTRACE_POKETEXT", 5}, {"PTRACE_PEEKUSR", 4},
	{"PTRACE_PEEKDATA", 3}, {"PTRACE_PEEKTEXT", 2}, {"PTRACE_TRACEME", 1},
	{"PTRACE_UNKNOWN", 0},
	{NULL, 0},
};
static const struct sw_flag_name t15[] = {
	{"Q_QUOTAON", 1}, {"Q_QUOTAOFF", 2}, {"Q_GETFMT", 4}, {"Q_GETINFO", 8},
	{"Q_SETINFO", 0x10}, {"Q_GETQUOTA", 0x20}, {"Q_SETQUOTA", 0x40}, {"Q_SYNC", 0x80},
	{"Q_XQUOTAON", 0x100}, {"Q_XQUOTAOFF", 0x200}, {"Q_XGETQUOTA", 0x400},
	{"Q_XSETQLIM", 0x800}, {"Q_XGETQSTAT", 0x1000}, {"Q_XQUOTARM", 0x2000},
	{"Q_XQUOTASYNC", 0x4000},
	{NULL, 0},
};
static const struct sw_flag_name t16[] = {
	{"USRQUOTA", 1}, {"GRPQUOTA", 2},
	{NULL, 0},
};
static const struct sw_flag_name t17[] = {
	{"QFMT_NOT_USED", 1}, {"QFMT_VFS_OLD", 2}, {"QFMT_VFS_V0", 4}, {"QFMT_VFS_V1", 8},
	{NULL, 0},
};
static const struct sw_flag_name t18[] = {
	{"DQF_NONE", 1}, {"V1_DQF_RSQUASH", 2},
	{NULL, 0},
};
static const struct sw_flag_name t19[] = {
	{"LOCK_SH", 1}, {"LOCK_EX", 2}, {"LOCK_NB", 4}, {"LOCK_UN", 8}, {"LOCK_NONE", 0},
	{NULL, 0},
};
static const struct sw_flag_name t20[] = {
	{"IPC_NOWAIT", 1}, {"SEM_UNDO", 2},
	{NULL, 0},
};
static const struct sw_flag_name t21[] = {
	{"IPC_STAT", 1}, {"IPC_SET", 2}, {"IPC_RMID", 4}, {"IPC_INFO", 8}, {"SEM_INFO", 0x10},
	{"SEM_STAT", 0x20}, {"GETALL", 0x40}, {"GETNCNT", 0x80}, {"GETPID", 0x100},
	{"GETVAL", 0x200}, {"GETZCNT", 0x400}, {"SETALL", 0x800}, {"SETVAL", 0x1000},
	{NULL, 0},
};
static const struct sw_flag_name t22[] = {
	{"RDONLY", 1}, {"NOSUID", 2}, {"NODEV", 4}, {"NOEXEC", 8}, {"SYNCHRONOUS", 0x10},
	{"REMOUNT", 0x20}, {"MANDLOCK", 0x40}, {"DIRSYNC", 0x80}, {"NOATIME", 0x400},
	{"NODIRATIME", 0x800}, {"BIND", 0x1000}, {"MOVE", 0x2000}, {"REC", 0x4000},
	{"SILENT", 0x8000}, {"POSIXACL", 0x10000}, {"UNBINDABLE", 0x20000}, {"PRIVATE", 0x40000},
	{"SLAVE", 0x80000}, {"SHARED", 0x100000}, {"RELATIME", 0x200000}, {"KERNMOUNT", 0x400000},
	{"I_VERSION", 0x800000}, {"STRICTATIME", 0x1000000}, {"LAZYTIME", 0x2000000},
	{"NOSEC", 0x10000000}, {"BORN", 0x20000000}, {"ACTIVE", 0x40000000},
	{"NOUSER", 0x80000000},
	{NULL, 0},
};
static const struct sw_flag_name t23[] = {
	{"FORCE", 1}, {"DETACH", 2}, {"EXPIRE", 4}, {"NOFOLLOW", 8},
	{NULL, 0},
};
static const struct sw_flag_name t24[] = {
	{"IPC_EXCL", 0x4000}, {"IPC_CREAT", 0x2000},
	{NULL, 0},
};
static const struct sw_flag_name t25[] = {
	{"F_OK", 0}, {"R_OK", 4}, {"W_OK", 2}, {"X_OK", 1},
	{NULL, 0},
};
static const struct sw_flag_name t26[] = {
	{"PROTECTION_VIOLATION", 1}, {"PAGE_NOT_PRESENT", 2}, {"WRITE_ACCESS", 4},
	{"READ_ACCESS", 8}, {"USER_FAULT", 0x10}, {"SUPERVISOR_FAULT", 0x20},
	{"RESERVED_PAGE", 0x40}, {"INSTRUCTION_FETCH", 0x80},
	{NULL, 0},
};
static const struct sw_flag_name t27[] = {
	{"EXE_WRITABLE", 1}, {"EXE_UPPER_LAYER", 2}, {"EXE_FROM_MEMFD", 4},
	{"EXE_LOWER_LAYER", 8},
	{NULL, 0},
};
static const struct sw_flag_name t28[] = {
	{"AT_REMOVEDIR", 0x200},
	{NULL, 0},
};
static const struct sw_flag_name t29[] = {
	{"AT_SYMLINK_FOLLOW", 0x400}, {"AT_EMPTY_PATH", 0x1000},
	{NULL, 0},
};
static const struct sw_flag_name t30[] = {
	{"S_IXOTH", 1}, {"S_IWOTH", 2}, {"S_IROTH", 4}, {"S_IXGRP", 8}, {"S_IWGRP", 0x10},
	{"S_IRGRP", 0x20}, {"S_IXUSR", 0x40}, {"S_IWUSR", 0x80}, {"S_IRUSR", 0x100},
	{"S_ISVTX", 0x200}, {"S_ISGID", 0x400}, {"S_ISUID", 0x800},
	{NULL, 0},
};
static const struct sw_flag_name t31[] = {
	{"RENAME_NOREPLACE", 1}, {"RENAME_EXCHANGE", 2}, {"RENAME_WHITEOUT", 4},
	{NULL, 0},
};
static const struct sw_flag_name t32[] = {
	{"RESOLVE_BENEATH", 1}, {"RESOLVE_IN_ROOT", 2}, {"RESOLVE_NO_MAGICLINKS", 4},
	{"RESOLVE_NO_SYMLINKS", 8}, {"RESOLVE_NO_XDEV", 0x10}, {"RESOLVE_CACHED", 0x20},
	{NULL, 0},
};
static const struct sw_flag_name t33[] = {
	{"AT_EMPTY_PATH", 1}, {"AT_SYMLINK_NOFOLLOW", 2},
	{NULL, 0},
};
static const struct sw_flag_name t34[] = {
	{"IORING_SETUP_IOPOLL", 1}, {"IORING_SETUP_SQPOLL", 2}, {"IORING_SQ_NEED_WAKEUP", 4},
	{"IORING_SETUP_SQ_AFF", 8}, {"IORING_SETUP_CQSIZE", 0x10}, {"IORING_SETUP_CLAMP", 0x20},
	{"IORING_SETUP_ATTACH_RW", 0x40}, {"IORING_SETUP_R_DISABLED", 0x80},
	{NULL, 0},
};
static const struct sw_flag_name t35[] = {
	{"IORING_FEAT_SINGLE_MMAP", 1}, {"IORING_FEAT_NODROP", 2},
	{"IORING_FEAT_SUBMIT_STABLE", 4}, {"IORING_FEAT_RW_CUR_POS", 8},
	{"IORING_FEAT_CUR_PERSONALITY", 0x10}, {"IORING_FEAT_FAST_POLL", 0x20},
	{"IORING_FEAT_POLL_32BITS", 0x40}, {"IORING_FEAT_SQPOLL_NONFIXED", 0x80},
	{"IORING_FEAT_ENTER_EXT_ARG", 0x100}, {"IORING_FEAT_NATIVE_WORKERS", 0x200},
	{"IORING_FEAT_RSRC_TAGS", 0x400},
	{NULL, 0},
};
static const struct sw_flag_name t36[] = {
	{"IORING_ENTER_GETEVENTS", 1}, {"IORING_ENTER_SQ_WAKEUP", 2}, {"IORING_ENTER_SQ_WAIT", 4},
	{"IORING_ENTER_EXT_ARG", 8},
	{NULL, 0},
};
static const struct sw_flag_name t37[] = {
	{"IORING_REGISTER_BUFFERS", 0}, {"IORING_UNREGISTER_BUFFERS", 1},
	{"IORING_REGISTER_FILES", 2}, {"IORING_UNREGISTER_FILES", 3},
	{"IORING_REGISTER_EVENTFD", 4}, {"IORING_UNREGISTER_EVENTFD", 5},
	{"IORING_REGISTER_FILES_UPDATE", 6}, {"IORING_REGISTER_EVENTFD_ASYNC", 7},
	{"IORING_REGISTER_PROBE", 8}, {"IORING_REGISTER_PERSONALITY", 9},
	{"IORING_UNREGISTER_PERSONALITY", 0xa}, {"IORING_REGISTER_RESTRICTIONS", 0xb},
	{"IORING_REGISTER_ENABLE_RINGS", 0xc}, {"IORING_REGISTER_FILES2", 0xd},
	{"IORING_REGISTER_FILES_UPDATE2", 0xe}, {"IORING_REGISTER_BUFFERS2", 0xf},
	{"IORING_REGISTER_BUFFERS_UPDATE", 0x10}, {"IORING_REGISTER_IOWQ_AFF", 0x11},
	{"IORING_UNREGISTER_IOWQ_AFF", 0x12}, {"IORING_REGISTER_IOWQ_MAX_WORKERS", 0x13},
	{"IORING_REGISTER_RING_FDS", 0x14}, {"IORING_UNREGISTER_RING_FDS", 0x15},
	{NULL, 0},
};
static const struct sw_flag_name t38[] = {
	{"MCL_CURRENT", 1}, {"MCL_FUTURE", 2}, {"MCL_ONFAULT", 4},
	{NULL, 0},
};
static const struct sw_flag_name t39[] = {
	{"BPF_MAP_CREATE", 0}, {"BPF_MAP_LOOKUP_ELEM", 1}, {"BPF_MAP_UPDATE_ELEM", 2},
	{"BPF_MAP_DELETE_ELEM", 3}, {"BPF_MAP_GET_NEXT_KEY", 4}, {"BPF_PROG_LOAD", 5},
	{"BPF_OBJ_PIN", 6}, {"BPF_OBJ_GET", 7}, {"BPF_PROG_ATTACH", 8}, {"BPF_PROG_DETACH", 9},
	{"BPF_PROG_TEST_RUN", 0xa}, {"BPF_PROG_RUN", 0xa}, {"BPF_PROG_GET_NEXT_ID", 0xb},
	{"BPF_MAP_GET_NEXT_ID", 0xc}, {"BPF_PROG_GET_FD_BY_ID", 0xd},
	{"BPF_MAP_GET_FD_BY_ID", 0xe}, {"BPF_OBJ_GET_INFO_BY_FD", 0xf}, {"BPF_PROG_QUERY", 0x10},
	{"BPF_RAW_TRACEPOINT_OPEN", 0x11}, {"BPF_BTF_LOAD", 0x12}, {"BPF_BTF_GET_FD_BY_ID", 0x13},
	{"BPF_TASK_FD_QUERY", 0x14}, {"BPF_MAP_LOOKUP_AND_DELETE_ELEM", 0x15},
	{"BPF_MAP_FREEZE", 0x16}, {"BPF_BTF_GET_NEXT_ID", 0x17}, {"BPF_MAP_LOOKUP_BATCH", 0x18},
	{"BPF_MAP_LOOKUP_AND_DELETE_BATCH", 0x19}, {"BPF_MAP_UPDATE_BATCH", 0x1a},
	{"BPF_MAP_DELETE_BATCH", 0x1b}, {"BPF_LINK_CREATE", 0x1c}, {"BPF_LINK_UPDATE", 0x1d},
	{"BPF_LINK_GET_FD_BY_ID", 0x1e}, {"BPF_LINK_GET_NEXT_ID", 0x1f},
	{"BPF_ENABLE_STATS", 0x20}, {"BPF_ITER_CREATE", 0x21}, {"BPF_LINK_DETACH", 0x22},
	{"BPF_PROG_BIND_MAP", 0x23},
	{NULL, 0},
};
static const struct sw_flag_name t40[] = {
	{"MLOCK_ONFAULT", 1},
	{NULL, 0},
};
static const struct sw_flag_name t41[] = {
	{"FSCONFIG_SET_FLAG", 0}, {"FSCONFIG_SET_STRING", 1}, {"FSCONFIG_SET_BINARY", 2},
	{"FSCONFIG_SET_PATH", 3}, {"FSCONFIG_SET_PATH_EMPTY", 4}, {"FSCONFIG_SET_FD", 5},
	{"FSCONFIG_CMD_CREATE", 6}, {"FSCONFIG_CMD_RECONFIGURE", 7},
	{NULL, 0},
};
static const struct sw_flag_name t42[] = {
	{"EPOLL_CLOEXEC", 1},
	{NULL, 0},
};
static const struct sw_flag_name t43[] = {
	{"AT_SYMLINK_NOFOLLOW", 0x400}, {"AT_EMPTY_PATH", 0x1000},
	{NULL, 0},
};
static const struct sw_flag_name t44[] = {
	{"PR_GET_DUMPABLE", 3}, {"PR_SET_DUMPABLE", 4}, {"PR_GET_KEEPCAPS", 7},
	{"PR_SET_KEEPCAPS", 8}, {"PR_SET_NAME", 0xf}, {"PR_GET_NAME", 0x10},
	{"PR_GET_SECCOMP", 0x15}, {"PR_SET_SECCOMP", 0x16}, {"PR_CAPBSET_READ", 0x17},
	{"PR_CAPBSET_DROP", 0x18}, {"PR_GET_SECUREBITS", 0x1b}, {"PR_SET_SECUREBITS", 0x1c},
	{"PR_MCE_KILL", 0x21}, {"PR_MCE_KILL", 0x21}, {"PR_SET_MM", 0x23},
	{"PR_SET_CHILD_SUBREAPER", 0x24}, {"PR_GET_CHILD_SUBREAPER", 0x25},
	{"PR_SET_NO_NEW_PRIVS", 0x26}, {"PR_GET_NO_NEW_PRIVS", 0x27},
	{"PR_GET_TID_ADDRESS", 0x28}, {"PR_SET_THP_DISABLE", 0x29}, {"PR_GET_THP_DISABLE", 0x2a},
	{"PR_CAP_AMBIENT", 0x2f},
	{NULL, 0},
};
static const struct sw_flag_name t45[] = {
	{"MFD_CLOEXEC", 1}, {"MFD_ALLOW_SEALING", 2}, {"MFD_HUGETLB", 4},
	{NULL, 0},
};
static const struct sw_flag_name t46[] = {
	{"PIDFD_NONBLOCK", 1},
	{NULL, 0},
};
static const struct sw_flag_name t47[] = {
	{"MODULE_INIT_IGNORE_MODVERSIONS", 1}, {"MODULE_INIT_IGNORE_VERMAGIC", 2},
	{"MODULE_INIT_COMPRESSED_FILE", 4},
	{NULL, 0},
};
static const struct sw_flag_name t48[] = {
	{"S_IXOTH", 1}, {"S_IWOTH", 2}, {"S_IROTH", 4}, {"S_IXGRP", 8}, {"S_IWGRP", 0x10},
	{"S_IRGRP", 0x20}, {"S_IXUSR", 0x40}, {"S_IWUSR", 0x80}, {"S_IRUSR", 0x100},
	{"S_ISVTX", 0x200}, {"S_ISGID", 0x400}, {"S_ISUID", 0x800}, {"S_IFREG", 0x8000},
	{"S_IFCHR", 0x2000}, {"S_IFBLK", 0x6000}, {"S_IFIFO", 0x1000}, {"S_IFSOCK", 0xc000},
	{NULL, 0},
};
static const struct sw_flag_name t49[] = {
	{"AT_EMPTY_PATH", 0x1000}, {"AT_NO_AUTOMOUNT", 0x800}, {"AT_SYMLINK_NOFOLLOW", 0x100},
	{NULL, 0},
};
static const struct sw_flag_name t50[] = {
	{"O_NONBLOCK", 2}, {"O_TRUNC", 1},
	{NULL, 0},
};
static const struct sw_flag_name t51[] = {
	{"ANON_INODE_FD_TYPE_UNKNOWN", 0}, {"ANON_INODE_FD_TYPE_EVENTFD", 1},
	{"ANON_INODE_FD_TYPE_EVENTPOLL", 2}, {"ANON_INODE_FD_TYPE_INOTIFY", 3},
	{"ANON_INODE_FD_TYPE_SIGNALFD", 4}, {"ANON_INODE_FD_TYPE_TIMERFD", 5},
	{"ANON_INODE_FD_TYPE_IO_URING", 6}, {"ANON_INODE_FD_TYPE_USERFAULTFD", 7},
	{"ANON_INODE_FD_TYPE_PIDFD", 8}, {"ANON_INODE_FD_TYPE_BPF_MAP", 9},
	{"ANON_INODE_FD_TYPE_BPF_PROG", 0xa}, {"ANON_INODE_FD_TYPE_BPF_LINK", 0xb},
	{"ANON_INODE_FD_TYPE_BPF_ITER", 0xc}, {"ANON_INODE_FD_TYPE_PERF_EVENT", 0xd},
	{NULL, 0},
};
static const struct sw_flag_name t52[] = {
	{"CLOSE_RANGE_UNSHARE", 2}, {"CLOSE_RANGE_CLOEXEC", 4},
	{NULL, 0},
};
static const struct sw_flag_name t53[] = {
	{"KEYCTL_GET_KEYRING_ID", 0}, {"KEYCTL_JOIN_SESSION_KEYRING", 1}, {"KEYCTL_UPDATE", 2},
	{"KEYCTL_REVOKE", 3}, {"KEYCTL_CHOWN", 4}, {"KEYCTL_SETPERM", 5}, {"KEYCTL_DESCRIBE", 6},
	{"KEYCTL_CLEAR", 7}, {"KEYCTL_LINK", 8}, {"KEYCTL_UNLINK", 9}, {"KEYCTL_SEARCH", 0xa},
	{"KEYCTL_READ", 0xb}, {"KEYCTL_INSTANTIATE", 0xc}, {"KEYCTL_NEGATE", 0xd},
	{"KEYCTL_SET_REQKEY_KEYRING", 0xe}, {"KEYCTL_SET_TIMEOUT", 0xf},
	{"KEYCTL_ASSUME_AUTHORITY", 0x10}, {"KEYCTL_GET_SECURITY", 0x11},
	{"KEYCTL_SESSION_TO_PARENT", 0x12}, {"KEYCTL_REJECT", 0x13},
	{"KEYCTL_INSTANTIATE_IOV", 0x14}, {"KEYCTL_INVALIDATE", 0x15},
	{"KEYCTL_GET_PERSISTENT", 0x16}, {"KEYCTL_DH_COMPUTE", 0x17}, {"KEYCTL_PKEY_QUERY", 0x18},
	{"KEYCTL_PKEY_ENCRYPT", 0x19}, {"KEYCTL_PKEY_DECRYPT", 0x1a}, {"KEYCTL_PKEY_SIGN", 0x1b},
	{"KEYCTL_PKEY_VERIFY", 0x1c}, {"KEYCTL_RESTRICT_KEYRING", 0x1d}, {"KEYCTL_MOVE", 0x1e},
	{"KEYCTL_CAPABILITIES", 0x1f}, {"KEYCTL_WATCH_KEY", 0x20},
	{NULL, 0},
};
const struct sw_flag_name *const sw_flag_tables[] = {
	t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15, t16, t17, t18, t19,
	t20, t21, t22, t23, t24, t25, t26, t27, t28, t29, t30, t31, t32, t33, t34, t35, t36, t37,
	t38, t39, t40, t41, t42, t43, t44, t45, t46, t47, t48, t49, t50, t51, t52, t53,
};

const struct sw_param_show sw_param_show[] = {
	{2, 1, 2, SW_SHOW_FLAGS, 0}, {2, 2, 6, SW_SHOW_PLAIN, 0}, {3, 2, 2, SW_SHOW_FLAGS, 0}, {3, 3, 6, SW_SHOW_PLAIN, 0},
	{3, 4, 2, SW_SHOW_PLAIN, 0}, {11, 0, 2, SW_SHOW_PLAIN, 0}, {15, 8, 2, SW_SHOW_FLAGS, 1}, {18, 0, 1, SW_SHOW_FLAGS, 2},
	{19, 1, 1, SW_SHOW_FLAGS, 2}, {19, 4, 2, SW_SHOW_FLAGS, 0}, {36, 1, 2, SW_SHOW_FLAGS, 3}, {37, 2, 2, SW_SHOW_FLAGS, 3},
	{42, 0, 1, SW_SHOW_FLAGS, 2}, {43, 3, 2, SW_SHOW_PLAIN, 0}, {43, 4, 2, SW_SHOW_PLAIN, 0}, {43, 5, 1, SW_SHOW_FLAGS, 2},
	{45, 2, 1, SW_SHOW_FLAGS, 4}, {45, 3, 1, SW_SHOW_FLAGS, 5}, {47, 2, 1, SW_SHOW_FLAGS, 4}, {47, 3, 1, SW_SHOW_FLAGS, 5},
	{56, 0, 2, SW_SHOW_PLAIN, 0}, {58, 1, 6, SW_SHOW_PLAIN, 0}, {59, 2, 6, SW_SHOW_PLAIN, 0}, {59, 3, 2, SW_SHOW_PLAIN, 0},
	{59, 5, 2, SW_SHOW_FLAGS, 6}, {62, 1, 2, SW_SHOW_PLAIN, 0}, {63, 2, 2, SW_SHOW_PLAIN, 0}, {64, 0, 2, SW_SHOW_PLAIN, 0},
	{64, 1, 2, SW_SHOW_FLAGS, 7}, {65, 1, 2, SW_SHOW_PLAIN, 0}, {65, 2, 2, SW_SHOW_FLAGS, 7}, {86, 2, 1, SW_SHOW_FLAGS, 8},
	{87, 3, 1, SW_SHOW_FLAGS, 8}, {88, 2, 1, SW_SHOW_FLAGS, 8}, {89, 3, 1, SW_SHOW_FLAGS, 8}, {90, 1, 2, SW_SHOW_PLAIN, 0},
	{98, 1, 2, SW_SHOW_PLAIN, 0}, {102, 2, 2, SW_SHOW_FLAGS, 0}, {102, 3, 6, SW_SHOW_PLAIN, 0}, {126, 1, 2, SW_SHOW_PLAIN, 0},
	{126, 2, 2, SW_SHOW_PLAIN, 0}, {127, 2, 2, SW_SHOW_PLAIN, 0}, {127, 3, 2, SW_SHOW_PLAIN, 0}, {136, 1, 2, SW_SHOW_PLAIN, 0},
	{137, 2, 2, SW_SHOW_PLAIN, 0}, {138, 0, 2, SW_SHOW_PLAIN, 0}, {139, 1, 2, SW_SHOW_PLAIN, 0}, {140, 0, 1, SW_SHOW_FLAGS, 9},
	{141, 3, 1, SW_SHOW_FLAGS, 9}, {142, 0, 1, SW_SHOW_FLAGS, 9}, {143, 3, 1, SW_SHOW_FLAGS, 9},
	{144, 1, 1, SW_SHOW_FLAGS, 9}, {145, 6, 1, SW_SHOW_FLAGS, 9}, {150, 1, 1, SW_SHOW_FLAGS, 10},
	{151, 2, 1, SW_SHOW_FLAGS, 10}, {151, 3, 2, SW_SHOW_PLAIN, 0}, {157, 13, 2, SW_SHOW_FLAGS, 1},
	{158, 0, 2, SW_SHOW_PLAIN, 0}, {159, 0, 2, SW_SHOW_PLAIN, 0}, {159, 4, 2, SW_SHOW_PLAIN, 0}, {160, 0, 2, SW_SHOW_PLAIN, 0},
	{160, 2, 2, SW_SHOW_FLAGS, 11}, {160, 3, 2, SW_SHOW_FLAGS, 12}, {161, 0, 2, SW_SHOW_PLAIN, 0},
	{161, 4, 2, SW_SHOW_PLAIN, 0}, {161, 6, 2, SW_SHOW_FLAGS, 11}, {161, 7, 2, SW_SHOW_FLAGS, 12},
	{162, 0, 2, SW_SHOW_PLAIN, 0}, {162, 2, 2, SW_SHOW_FLAGS, 11}, {162, 3, 2, SW_SHOW_FLAGS, 12},
	{163, 0, 2, SW_SHOW_PLAIN, 0}, {163, 4, 2, SW_SHOW_PLAIN, 0}, {163, 6, 2, SW_SHOW_FLAGS, 11},
	{163, 7, 2, SW_SHOW_FLAGS, 12}, {164, 0, 2, SW_SHOW_PLAIN, 0}, {165, 4, 2, SW_SHOW_PLAIN, 0},
	{166, 3, 2, SW_SHOW_FLAGS, 13}, {167, 4, 2, SW_SHOW_FLAGS, 13}, {168, 0, 1, SW_SHOW_FLAGS, 14},
	{169, 1, 2, SW_SHOW_PLAIN, 0}, {169, 2, 2, SW_SHOW_PLAIN, 0}, {169, 3, 1, SW_SHOW_FLAGS, 14}, {170, 1, 2, SW_SHOW_PLAIN, 0},
	{170, 2, 2, SW_SHOW_PLAIN, 0}, {171, 2, 2, SW_SHOW_PLAIN, 0}, {171, 3, 2, SW_SHOW_PLAIN, 0}, {177, 2, 0, SW_SHOW_DIR, 1},
	{177, 4, 0, SW_SHOW_DIR, 3}, {181, 3, 0, SW_SHOW_DIR, 2}, {183, 13, 2, SW_SHOW_FLAGS, 1}, {185, 13, 2, SW_SHOW_FLAGS, 1},
	{190, 0, 1, SW_SHOW_FLAGS, 15}, {190, 1, 1, SW_SHOW_FLAGS, 16}, {190, 3, 1, SW_SHOW_FLAGS, 17},
	{191, 12, 1, SW_SHOW_FLAGS, 18}, {191, 13, 1, SW_SHOW_FLAGS, 17}, {191, 14, 1, SW_SHOW_FLAGS, 15},
	{191, 15, 1, SW_SHOW_FLAGS, 16}, {191, 17, 1, SW_SHOW_FLAGS, 17}, {217, 14, 2, SW_SHOW_FLAGS, 1},
	{219, 14, 2, SW_SHOW_FLAGS, 1}, {221, 14, 2, SW_SHOW_FLAGS, 1}, {223, 15, 2, SW_SHOW_FLAGS, 1},
	{225, 15, 2, SW_SHOW_FLAGS, 1}, {227, 15, 2, SW_SHOW_FLAGS, 1}, {240, 1, 2, SW_SHOW_FLAGS, 1},
	{241, 2, 2, SW_SHOW_FLAGS, 1}, {242, 1, 2, SW_SHOW_FLAGS, 19}, {243, 2, 2, SW_SHOW_FLAGS, 19},
	{248, 0, 2, SW_SHOW_PLAIN, 0}, {251, 4, 2, SW_SHOW_FLAGS, 20}, {251, 7, 2, SW_SHOW_FLAGS, 20},
	{252, 2, 2, SW_SHOW_FLAGS, 21}, {253, 3, 2, SW_SHOW_FLAGS, 21}, {256, 0, 2, SW_SHOW_FLAGS, 22},
	{257, 4, 2, SW_SHOW_FLAGS, 22}, {258, 0, 2, SW_SHOW_FLAGS, 23}, {262, 0, 2, SW_SHOW_PLAIN, 0},
	{262, 2, 2, SW_SHOW_FLAGS, 24}, {263, 1, 2, SW_SHOW_PLAIN, 0}, {263, 3, 2, SW_SHOW_FLAGS, 24},
	{264, 0, 2, SW_SHOW_FLAGS, 25}, {265, 2, 2, SW_SHOW_FLAGS, 25}, {276, 0, 2, SW_SHOW_PLAIN, 0},
	{277, 2, 2, SW_SHOW_PLAIN, 0}, {284, 0, 2, SW_SHOW_FLAGS, 1}, {285, 1, 2, SW_SHOW_FLAGS, 1}, {290, 0, 2, SW_SHOW_PLAIN, 0},
	{290, 1, 2, SW_SHOW_PLAIN, 0}, {290, 2, 2, SW_SHOW_FLAGS, 26}, {293, 19, 2, SW_SHOW_FLAGS, 27},
	{293, 20, 2, SW_SHOW_PLAIN, 0}, {293, 21, 2, SW_SHOW_PLAIN, 0}, {293, 22, 2, SW_SHOW_PLAIN, 0}, {298, 1, 2, SW_SHOW_PLAIN, 0},
	{299, 2, 2, SW_SHOW_PLAIN, 0}, {303, 2, 0, SW_SHOW_DIR, 1}, {303, 3, 2, SW_SHOW_FLAGS, 28}, {305, 2, 0, SW_SHOW_DIR, 1},
	{305, 3, 2, SW_SHOW_PLAIN, 0}, {306, 1, 0, SW_SHOW_DIR, 0}, {306, 2, 2, SW_SHOW_FLAGS, 0}, {306, 3, 6, SW_SHOW_PLAIN, 0},
	{307, 2, 0, SW_SHOW_DIR, 1}, {307, 3, 2, SW_SHOW_FLAGS, 0}, {307, 4, 6, SW_SHOW_PLAIN, 0}, {307, 5, 2, SW_SHOW_PLAIN, 0},
	{311, 2, 0, SW_SHOW_DIR, 1}, {311, 4, 0, SW_SHOW_DIR, 3}, {311, 5, 2, SW_SHOW_FLAGS, 29}, {313, 2, 0, SW_SHOW_DIR, 1},
	{313, 3, 6, SW_SHOW_FLAGS, 30}, {315, 2, 6, SW_SHOW_FLAGS, 30}, {317, 2, 6, SW_SHOW_FLAGS, 30},
	{319, 2, 0, SW_SHOW_DIR, 1}, {319, 4, 0, SW_SHOW_DIR, 3}, {319, 5, 2, SW_SHOW_FLAGS, 31}, {321, 1, 2, SW_SHOW_FLAGS, 0},
	{326, 1, 0, SW_SHOW_DIR, 0}, {326, 2, 2, SW_SHOW_FLAGS, 0}, {326, 3, 6, SW_SHOW_PLAIN, 0}, {326, 4, 2, SW_SHOW_FLAGS, 32},
	{327, 2, 0, SW_SHOW_DIR, 1}, {327, 3, 2, SW_SHOW_FLAGS, 0}, {327, 4, 6, SW_SHOW_PLAIN, 0}, {327, 5, 2, SW_SHOW_FLAGS, 32},
	{327, 6, 2, SW_SHOW_PLAIN, 0}, {328, 0, 2, SW_SHOW_PLAIN, 0}, {328, 2, 2, SW_SHOW_FLAGS, 11}, {329, 1, 2, SW_SHOW_PLAIN, 0},
	{329, 3, 2, SW_SHOW_FLAGS, 11}, {330, 1, 0, SW_SHOW_DIR, 0}, {330, 2, 2, SW_SHOW_FLAGS, 33},
	{331, 19, 2, SW_SHOW_FLAGS, 27}, {331, 20, 2, SW_SHOW_PLAIN, 0}, {331, 21, 2, SW_SHOW_PLAIN, 0},
	{331, 22, 2, SW_SHOW_PLAIN, 0}, {335, 15, 2, SW_SHOW_FLAGS, 1}, {337, 2, 2, SW_SHOW_FLAGS, 0},
	{337, 4, 2, SW_SHOW_PLAIN, 0}, {339, 4, 2, SW_SHOW_FLAGS, 34}, {339, 7, 2, SW_SHOW_FLAGS, 35},
	{341, 4, 2, SW_SHOW_FLAGS, 36}, {343, 2, 1, SW_SHOW_FLAGS, 37}, {343, 3, 2, SW_SHOW_PLAIN, 0},
	{345, 1, 2, SW_SHOW_PLAIN, 0}, {347, 1, 2, SW_SHOW_PLAIN, 0}, {349, 1, 2, SW_SHOW_FLAGS, 38}, {353, 1, 2, SW_SHOW_PLAIN, 0},
	{353, 2, 2, SW_SHOW_PLAIN, 0}, {353, 3, 2, SW_SHOW_PLAIN, 0}, {365, 3, 2, SW_SHOW_FLAGS, 0}, {369, 1, 1, SW_SHOW_FLAGS, 39},
	{371, 1, 2, SW_SHOW_PLAIN, 0}, {371, 3, 2, SW_SHOW_FLAGS, 40}, {373, 2, 1, SW_SHOW_FLAGS, 41},
	{376, 0, 2, SW_SHOW_FLAGS, 42}, {377, 1, 2, SW_SHOW_FLAGS, 42}, {385, 2, 0, SW_SHOW_DIR, 1},
	{385, 5, 2, SW_SHOW_FLAGS, 43}, {388, 0, 2, SW_SHOW_PLAIN, 0}, {389, 5, 2, SW_SHOW_PLAIN, 0},
	{390, 0, 2, SW_SHOW_FLAGS, 23}, {391, 2, 2, SW_SHOW_FLAGS, 23}, {393, 4, 2, SW_SHOW_FLAGS, 0},
	{395, 1, 2, SW_SHOW_FLAGS, 0}, {397, 1, 2, SW_SHOW_FLAGS, 0}, {398, 1, 2, SW_SHOW_PLAIN, 0}, {399, 1, 2, SW_SHOW_FLAGS, 0},
	{399, 3, 2, SW_SHOW_PLAIN, 0}, {401, 1, 1, SW_SHOW_FLAGS, 44}, {405, 2, 2, SW_SHOW_FLAGS, 45},
	{407, 3, 2, SW_SHOW_PLAIN, 0}, {409, 2, 2, SW_SHOW_FLAGS, 46}, {413, 3, 2, SW_SHOW_FLAGS, 47},
	{415, 2, 6, SW_SHOW_FLAGS, 48}, {417, 2, 0, SW_SHOW_DIR, 1}, {417, 3, 6, SW_SHOW_FLAGS, 48}, {419, 2, 0, SW_SHOW_DIR, 1},
	{419, 3, 2, SW_SHOW_FLAGS, 49}, {425, 2, 2, SW_SHOW_FLAGS, 50}, {430, 7, 2, SW_SHOW_FLAGS, 27},
	{430, 13, 2, SW_SHOW_PLAIN, 0}, {430, 14, 2, SW_SHOW_PLAIN, 0}, {430, 15, 2, SW_SHOW_PLAIN, 0},
	{436, 2, 2, SW_SHOW_FLAGS, 0}, {440, 3, 2, SW_SHOW_PLAIN, 0}, {440, 4, 2, SW_SHOW_PLAIN, 0}, {440, 5, 2, SW_SHOW_PLAIN, 0},
	{440, 6, 2, SW_SHOW_PLAIN, 0}, {442, 3, 2, SW_SHOW_PLAIN, 0}, {442, 4, 2, SW_SHOW_PLAIN, 0}, {442, 5, 2, SW_SHOW_PLAIN, 0},
	{442, 6, 2, SW_SHOW_PLAIN, 0}, {448, 1, 1, SW_SHOW_FLAGS, 51}, {451, 3, 2, SW_SHOW_FLAGS, 52},
	{453, 1, 1, SW_SHOW_FLAGS, 53},
};
const size_t sw_param_show_n = SW_ARRAY_LEN(sw_param_show);

const char *const sw_syscall_names[SW_SYSCALL_IDS] = {
	[0] = "unknown", [1] = "restart_syscall", [2] = "exit", [3] = "read", [4] = "write",
	[5] = "open", [6] = "close", [7] = "creat", [8] = "link", [9] = "unlink", [10] = "chdir",
	[11] = "time", [12] = "mknod", [13] = "chmod", [14] = "stat", [15] = "lseek",
	[16] = "getpid", [17] = "mount", [18] = "ptrace", [19] = "alarm", [20] = "fstat",
	[21] = "pause", [22] = "utime", [23] = "access", [24] = "sync", [25] = "kill",
	[26] = "rename", [27] = "mkdir", [28] = "rmdir", [29] = "dup", [30] = "pipe",
	[31] = "times", [32] = "brk", [33] = "acct", [34] = "ioctl", [35] = "fcntl",
	[36] = "setpgid", [37] = "umask", [38] = "chroot", [39] = "ustat", [40] = "dup2",
	[41] = "getppid", [42] = "getpgrp", [43] = "setsid", [44] = "sethostname",
	[45] = "setrlimit", [46] = "getrusage", [47] = "gettimeofday", [48] = "settimeofday",
	[49] = "symlink", [50] = "lstat", [51] = "readlink", [52] = "uselib", [53] = "swapon",
	[54] = "reboot", [55] = "mmap", [56] = "munmap", [57] = "truncate", [58] = "ftruncate",
	[59] = "fchmod", [60] = "getpriority", [61] = "setpriority", [62] = "statfs",
	[63] = "fstatfs", [64] = "syslog", [65] = "setitimer", [66] = "getitimer", [67] = "uname",
	[68] = "vhangup", [69] = "wait4", [70] = "swapoff", [71] = "sysinfo", [72] = "fsync",
	[73] = "setdomainname", [74] = "adjtimex", [75] = "mprotect", [76] = "init_module",
	[77] = "delete_module", [78] = "quotactl", [79] = "getpgid", [80] = "fchdir",
	[81] = "sysfs", [82] = "personality", [83] = "getdents", [84] = "select", [85] = "flock",
	[86] = "msync", [87] = "readv", [88] = "writev", [89] = "getsid", [90] = "fdatasync",
	[91] = "mlock", [92] = "munlock", [93] = "mlockall", [94] = "munlockall",
	[95] = "sched_setparam", [96] = "sched_getparam", [97] = "sched_setscheduler",
	[98] = "sched_getscheduler", [99] = "sched_yield", [100] = "sched_get_priority_max",
	[101] = "sched_get_priority_min", [102] = "sched_rr_get_interval", [103] = "nanosleep",
	[104] = "mremap", [105] = "poll", [106] = "prctl", [107] = "rt_sigaction",
	[108] = "rt_sigprocmask", [109] = "rt_sigpending", [110] = "rt_sigtimedwait",
	[111] = "rt_sigqueueinfo", [112] = "rt_sigsuspend", [113] = "getcwd", [114] = "capget",
	[115] = "capset", [116] = "sendfile", [117] = "getrlimit", [118] = "lchown",
	[119] = "getuid", [120] = "getgid", [121] = "geteuid", [122] = "getegid",
	[123] = "setreuid", [124] = "setregid", [125] = "getgroups", [126] = "setgroups",
	[127] = "fchown", [128] = "setresuid", [129] = "getresuid", [130] = "setresgid",
	[131] = "getresgid", [132] = "chown", [133] = "setuid", [134] = "setgid",
	[135] = "setfsuid", [136] = "setfsgid", [137] = "pivot_root", [138] = "mincore",
	[139] = "madvise", [140] = "gettid", [141] = "setxattr", [142] = "lsetxattr",
	[143] = "fsetxattr", [144] = "getxattr", [145] = "lgetxattr", [146] = "fgetxattr",
	[147] = "listxattr", [148] = "llistxattr", [149] = "flistxattr", [150] = "removexattr",
	[151] = "lremovexattr", [152] = "fremovexattr", [153] = "tkill", [154] = "futex",
	[155] = "sched_setaffinity", [156] = "sched_getaffinity", [157] = "set_thread_area",
	[158] = "get_thread_area", [159] = "io_setup", [160] = "io_destroy",
	[161] = "io_getevents", [162] = "io_submit", [163] = "io_cancel", [164] = "exit_group",
	[165] = "epoll_create", [166] = "epoll_ctl", [167] = "epoll_wait",
	[168] = "remap_file_pages", [169] = "set_tid_address", [170] = "timer_create",
	[171] = "timer_settime", [172] = "timer_gettime", [173] = "timer_getoverrun",
	[174] = "timer_delete", [175] = "clock_settime", [176] = "clock_gettime",
	[177] = "clock_getres", [178] = "clock_nanosleep", [179] = "tgkill", [180] = "utimes",
	[181] = "mq_open", [182] = "mq_unlink", [183] = "mq_timedsend", [184] = "mq_timedreceive",
	[185] = "mq_notify", [186] = "mq_getsetattr", [187] = "kexec_load", [188] = "waitid",
	[189] = "add_key", [190] = "request_key", [191] = "keyctl", [192] = "ioprio_set",
	[193] = "ioprio_get", [194] = "inotify_init", [195] = "inotify_add_watch",
	[196] = "inotify_rm_watch", [197] = "openat", [198] = "mkdirat", [199] = "mknodat",
	[200] = "fchownat", [201] = "futimesat", [202] = "unlinkat", [203] = "renameat",
	[204] = "linkat", [205] = "symlinkat", [206] = "readlinkat", [207] = "fchmodat",
	[208] = "faccessat", [209] = "pselect6", [210] = "ppoll", [211] = "unshare",
	[212] = "set_robust_list", [213] = "get_robust_list", [214] = "splice", [215] = "tee",
	[216] = "vmsplice", [217] = "getcpu", [218] = "epoll_pwait", [219] = "utimensat",
	[220] = "signalfd", [221] = "timerfd_create", [222] = "eventfd",
	[223] = "timerfd_settime", [224] = "timerfd_gettime", [225] = "signalfd4",
	[226] = "eventfd2", [227] = "epoll_create1", [228] = "dup3", [229] = "pipe2",
	[230] = "inotify_init1", [231] = "preadv", [232] = "pwritev", [233] = "rt_tgsigqueueinfo",
	[234] = "perf_event_open", [235] = "fanotify_init", [236] = "prlimit64",
	[237] = "clock_adjtime", [238] = "syncfs", [239] = "setns", [240] = "getdents64",
	[241] = "socket", [242] = "bind", [243] = "connect", [244] = "listen", [245] = "accept",
	[246] = "getsockname", [247] = "getpeername", [248] = "socketpair", [249] = "sendto",
	[250] = "recvfrom", [251] = "shutdown", [252] = "setsockopt", [253] = "getsockopt",
	[254] = "sendmsg", [255] = "sendmmsg", [256] = "recvmsg", [257] = "recvmmsg",
	[258] = "accept4", [259] = "semop", [260] = "semget", [261] = "semctl", [262] = "msgsnd",
	[263] = "msgrcv", [264] = "msgget", [265] = "msgctl", [266] = "shmdt", [267] = "shmget",
	[268] = "shmctl", [269] = "statfs64", [270] = "fstatfs64", [271] = "fstatat64",
	[272] = "sendfile64", [273] = "ugetrlimit", [274] = "bdflush", [275] = "sigprocmask",
	[276] = "ipc", [277] = "socketcall", [278] = "stat64", [279] = "lstat64",
	[280] = "fstat64", [281] = "fcntl64", [282] = "mmap2", [283] = "_newselect",
	[284] = "sgetmask", [285] = "ssetmask", [286] = "sigpending", [287] = "olduname",
	[288] = "umount", [289] = "signal", [290] = "nice", [291] = "stime", [292] = "_llseek",
	[293] = "waitpid", [294] = "pread64", [295] = "pwrite64", [296] = "arch_prctl",
	[297] = "shmat", [298] = "rt_sigreturn", [299] = "fallocate", [300] = "newfstatat",
	[301] = "process_vm_readv", [302] = "process_vm_writev", [303] = "fork", [304] = "vfork",
	[305] = "setuid32", [306] = "getuid32", [307] = "setgid32", [308] = "geteuid32",
	[309] = "getgid32", [310] = "setresuid32", [311] = "setresgid32", [312] = "getresuid32",
	[313] = "getresgid32", [314] = "finit_module", [315] = "bpf", [316] = "seccomp",
	[317] = "sigaltstack", [318] = "getrandom", [319] = "fadvise64", [320] = "renameat2",
	[321] = "userfaultfd", [322] = "openat2", [323] = "umount2", [324] = "execve",
	[325] = "execveat", [326] = "copy_file_range", [327] = "clone", [328] = "clone3",
	[329] = "open_by_handle_at", [330] = "io_uring_setup", [331] = "io_uring_enter",
	[332] = "io_uring_register", [333] = "mlock2", [334] = "getegid32", [335] = "fsconfig",
	[336] = "fspick", [337] = "fsmount", [338] = "fsopen", [339] = "open_tree",
	[340] = "move_mount", [341] = "mount_setattr", [342] = "memfd_create",
	[343] = "memfd_secret", [344] = "ioperm", [345] = "kexec_file_load",
	[346] = "pidfd_getfd", [347] = "pidfd_open", [348] = "pidfd_send_signal",
	[349] = "pkey_alloc", [350] = "pkey_mprotect", [351] = "pkey_free",
	[352] = "landlock_create_ruleset", [353] = "quotactl_fd",
	[354] = "landlock_restrict_self", [355] = "landlock_add_rule", [356] = "epoll_pwait2",
	[357] = "migrate_pages", [358] = "move_pages", [359] = "preadv2", [360] = "pwritev2",
	[361] = "kcmp", [362] = "sched_setattr", [363] = "mbind", [364] = "epoll_ctl_old",
	[365] = "lookup_dcookie", [366] = "modify_ldt", [367] = "statx", [368] = "set_mempolicy",
	[369] = "io_pgetevents", [370] = "set_mempolicy_home_node", [371] = "semtimedop",
	[372] = "get_kernel_syms", [373] = "readahead", [374] = "futex_waitv", [375] = "getpmsg",
	[376] = "name_to_handle_at", [377] = "process_mrelease", [378] = "nfsservctl",
	[379] = "epoll_wait_old", [380] = "rseq", [381] = "create_module", [382] = "na_1",
	[383] = "sched_getattr", [384] = "faccessat2", [385] = "_sysctl", [386] = "query_module",
	[387] = "get_mempolicy", [388] = "sync_file_range", [389] = "process_madvise",
	[390] = "membarrier", [391] = "iopl", [392] = "close_range", [393] = "fanotify_mark",
	[394] = "recv", [395] = "send", [396] = "sched_process_exit", [397] = "sched_switch",
	[398] = "page_fault_user", [399] = "page_fault_kernel", [400] = "signal_deliver",
	[401] = "timerfd", [402] = "s390_pci_mmio_read", [403] = "sigaction",
	[404] = "s390_pci_mmio_write", [405] = "readdir", [406] = "s390_sthyi",
	[407] = "sigsuspend", [408] = "idle", [409] = "s390_runtime_instr", [410] = "sigreturn",
	[411] = "s390_guarded_storage", [412] = "cachestat", [413] = "fchmodat2",
	[414] = "map_shadow_stack", [415] = "riscv_flush_icache", [416] = "riscv_hwprobe",
	[417] = "futex_wake", [418] = "futex_requeue", [419] = "futex_wait", [420] = "oldstat",
	[421] = "switch_endian", [422] = "multiplexer", [423] = "oldlstat", [424] = "spu_create",
	[425] = "sync_file_range2", [426] = "oldfstat", [427] = "spu_run", [428] = "swapcontext",
	[429] = "pciconfig_write", [430] = "rtas", [431] = "pciconfig_read",
	[432] = "sys_debug_setcontext", [433] = "vm86", [434] = "oldolduname",
	[435] = "subpage_prot", [436] = "pciconfig_iobase", [437] = "listmount",
	[438] = "statmount", [439] = "lsm_get_self_attr", [440] = "lsm_set_self_attr",
	[441] = "lsm_list_modules", [442] = "mseal", [443] = "uretprobe", [444] = "removexattrat",
	[445] = "listxattrat", [446] = "getxattrat", [447] = "setxattrat",
	[448] = "open_tree_attr", [449] = "file_getattr", [450] = "file_setattr",
	[451] = "listns", [452] = "uprobe", [453] = "rseq_slice_yield",
};
/* The same by the number that x86-64 has for the call; 0: unknown. */
const uint16_t sw_syscall_native_x86_64[SW_SYSCALL_NATIVE] = {
	[0] = 3, [1] = 4, [2] = 5, [3] = 6, [4] = 14, [5] = 20, [6] = 50, [7] = 105, [8] = 15,
	[9] = 55, [10] = 75, [11] = 56, [12] = 32, [13] = 107, [14] = 108, [15] = 298, [16] = 34,
	[17] = 294, [18] = 295, [19] = 87, [20] = 88, [21] = 23, [22] = 30, [23] = 84, [24] = 99,
	[25] = 104, [26] = 86, [27] = 138, [28] = 139, [29] = 267, [30] = 297, [31] = 268,
	[32] = 29, [33] = 40, [34] = 21, [35] = 103, [36] = 66, [37] = 19, [38] = 65, [39] = 16,
	[40] = 116, [41] = 241, [42] = 243, [43] = 245, [44] = 249, [45] = 250, [46] = 254,
	[47] = 256, [48] = 251, [49] = 242, [50] = 244, [51] = 246, [52] = 247, [53] = 248,
	[54] = 252, [55] = 253, [56] = 327, [57] = 303, [58] = 304, [59] = 324, [60] = 2,
	[61] = 69, [62] = 25, [63] = 67, [64] = 260, [65] = 259, [66] = 261, [67] = 266,
	[68] = 264, [69] = 262, [70] = 263, [71] = 265, [72] = 35, [73] = 85, [74] = 72,
	[75] = 90, [76] = 57, [77] = 58, [78] = 83, [79] = 113, [80] = 10, [81] = 80, [82] = 26,
	[83] = 27, [84] = 28, [85] = 7, [86] = 8, [87] = 9, [88] = 49, [89] = 51, [90] = 13,
	[91] = 59, [92] = 132, [93] = 127, [94] = 118, [95] = 37, [96] = 47, [97] = 117,
	[98] = 46, [99] = 71, [100] = 31, [101] = 18, [102] = 119, [103] = 64, [104] = 120,
	[105] = 133, [106] = 134, [107] = 121, [108] = 122, [109] = 36, [110] = 41, [111] = 42,
	[112] = 43, [113] = 123, [114] = 124, [115] = 125, [116] = 126, [117] = 128, [118] = 129,
	[119] = 130, [120] = 131, [121] = 79, [122] = 135, [123] = 136, [124] = 89, [125] = 114,
	[126] = 115, [127] = 109, [128] = 110, [129] = 111, [130] = 112, [131] = 317, [132] = 22,
	[133] = 12, [134] = 52, [135] = 82, [136] = 39, [137] = 62, [138] = 63, [139] = 81,
	[140] = 60, [141] = 61, [142] = 95, [143] = 96, [144] = 97, [145] = 98, [146] = 100,
	[147] = 101, [148] = 102, [149] = 91, [150] = 92, [151] = 93, [152] = 94, [153] = 68,
	[154] = 366, [155] = 137, [156] = 385, [157] = 106, [158] = 296, [159] = 74, [160] = 45,
	[161] = 38, [162] = 24, [163] = 33, [164] = 48, [165] = 17, [166] = 323, [167] = 53,
	[168] = 70, [169] = 54, [170] = 44, [171] = 73, [172] = 391, [173] = 344, [174] = 381,
	[175] = 76, [176] = 77, [177] = 372, [178] = 386, [179] = 78, [180] = 378, [181] = 375,
	[186] = 140, [187] = 373, [188] = 141, [189] = 142, [190] = 143, [191] = 144, [192] = 145,
	[193] = 146, [194] = 147, [195] = 148, [196] = 149, [197] = 150, [198] = 151, [199] = 152,
	[200] = 153, [201] = 11, [202] = 154, [203] = 155, [204] = 156, [205] = 157, [206] = 159,
	[207] = 160, [208] = 161, [209] = 162, [210] = 163, [211] = 158, [212] = 365, [213] = 165,
	[214] = 364, [215] = 379, [216] = 168, [217] = 240, [218] = 169, [219] = 1, [220] = 371,
	[221] = 319, [222] = 170, [223] = 171, [224] = 172, [225] = 173, [226] = 174, [227] = 175,
	[228] = 176, [229] = 177, [230] = 178, [231] = 164, [232] = 167, [233] = 166, [234] = 179,
	[235] = 180, [237] = 363, [238] = 368, [239] = 387, [240] = 181, [241] = 182, [242] = 183,
	[243] = 184, [244] = 185, [245] = 186, [246] = 187, [247] = 188, [248] = 189, [249] = 190,
	[250] = 191, [251] = 192, [252] = 193, [253] = 194, [254] = 195, [255] = 196, [256] = 357,
	[257] = 197, [258] = 198, [259] = 199, [260] = 200, [261] = 201, [262] = 300, [263] = 202,
	[264] = 203, [265] = 204, [266] = 205, [267] = 206, [268] = 207, [269] = 208, [270] = 209,
	[271] = 210, [272] = 211, [273] = 212, [274] = 213, [275] = 214, [276] = 215, [277] = 388,
	[278] = 216, [279] = 358, [280] = 219, [281] = 218, [282] = 220, [283] = 221, [284] = 222,
	[285] = 299, [286] = 223, [287] = 224, [288] = 258, [289] = 225, [290] = 226, [291] = 227,
	[292] = 228, [293] = 229, [294] = 230, [295] = 231, [296] = 232, [297] = 233, [298] = 234,
	[299] = 257, [300] = 235, [301] = 393, [302] = 236, [303] = 376, [304] = 329, [305] = 237,
	[306] = 238, [307] = 255, [308] = 239, [309] = 217, [310] = 301, [311] = 302, [312] = 361,
	[313] = 314, [314] = 362, [315] = 383, [316] = 320, [317] = 316, [318] = 318, [319] = 342,
	[320] = 345, [321] = 315, [322] = 325, [323] = 321, [324] = 390, [325] = 333, [326] = 326,
	[327] = 359, [328] = 360, [329] = 350, [330] = 349, [331] = 351, [332] = 367, [333] = 369,
	[334] = 380, [424] = 348, [425] = 330, [426] = 331, [427] = 332, [428] = 339, [429] = 340,
	[430] = 338, [431] = 335, [432] = 337, [433] = 336, [434] = 347, [435] = 328, [436] = 392,
	[437] = 322, [438] = 346, [439] = 384, [440] = 389, [441] = 356, [442] = 341, [443] = 353,
	[444] = 352, [445] = 355, [446] = 354, [447] = 343, [448] = 377, [449] = 374, [450] = 370,
};
/* clang-format on */
