/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel side of the sensor writes and the user side reads. No other header: both sides include it. */
#ifndef SW_RUNTIME_BPF_RECORD_H
#define SW_RUNTIME_BPF_RECORD_H

#define SW_REC_STR 4096  /* ceiling of one string, the arguments and the environment */
#define SW_REC_NR 512	 /* system call numbers; the lost events of other kinds are counted behind them */
#define SW_REC_KINDS 8
#define SW_REC_DENY 128	 /* bytes of a path that may not be executed */
#define SW_REC_CGROUP 1024 /* bytes of the names of cgroups */
#define SW_REC_CG_LEVELS 8
#define SW_REC_CG_NAME 112
#define SW_REC_LEAF 32 /* bytes of a name that is looked for, NUL within */
#define SW_REC_LEVELS 24 /* folders of a real path */
#define SW_REC_RING (8 << 20) /* bytes */
#define SW_REC_NAME 64 /* of one of them; a longer one makes the real path unknown */
#define SW_REC_DATA 80 /* bytes of what was read or written */

enum sw_rec_kind { SW_REC_SYSCALL = 1, SW_REC_EXEC, SW_REC_FORK, SW_REC_EXIT, SW_REC_TASK, SW_REC_FILE };

/* How the argument `blob` gives its bytes. */
enum sw_rec_blob { SW_BLOB_DIRECT = 0, SW_BLOB_IOV, SW_BLOB_MSG };

/* What to take along for a system call; argument numbers are 1-based, 0: none. */
struct sw_rec_want {
	unsigned char on;
	unsigned char str[2]; /* arguments that are paths */
	unsigned char sock;   /* the argument with a socket; 255: the result */
	unsigned char blob;   /* an argument that points to `blob_len` bytes */
	unsigned char blob_len;
	unsigned char blob_n; /* the argument with their number, when there are fewer; 255: the result */
	unsigned char blob_how;
	unsigned char failed; /* failed calls as well; 2: only they */
	unsigned char found;  /* of those not the ones for want of a file (ENOENT) */
	unsigned char addr;   /* an argument with an address, where the socket has none */
	unsigned char opened; /* the result is an open file; 2: the argument `blob` points to two */
	unsigned char dups;   /* of fcntl: only the commands that make a descriptor or keep it from exec */
};

struct sw_rec_sock {
	unsigned short family, type, sport, dport; /* host order; family 0: no socket of the internet */
	unsigned char saddr[16], daddr[16];	   /* of a socket of the machine: the two ends as numbers */
	unsigned char proto, pad[7];
};

enum sw_rec_exe_flag {
	SW_EXE_WRITABLE = 1, SW_EXE_UPPER = 2, SW_EXE_MEMFD = 4, SW_EXE_LOWER = 8, SW_EXE_KTHREAD = 16,
	SW_EXE_PIDNS = 32, /* not in the first name space of processes */
};

/* Of EXEC and TASK: who runs which file. */
struct sw_rec_exe {
	unsigned long long inheritable, permitted, effective;
	unsigned long long ino, ctime, mtime; /* of the file; times in nanoseconds */
	unsigned long long pidns_start, start; /* since boot */
	unsigned int tty, loginuid, sid, pgid, vpgid, flags;
};

enum sw_rec_file_flag { SW_FILE_UPPER = 1, SW_FILE_LOWER = 2, SW_FILE_CREATED = 4 };

/* Of calls that open. */
struct sw_rec_file {
	unsigned long long ino;
	unsigned int dev, flags; /* dev: as stat(2) numbers it */
};

struct sw_rec {
	unsigned long long ts; /* since boot */
	long long ret;
	unsigned long long args[6];
	unsigned int tid, pid;
	unsigned int ptid, ppid;	/* EXEC, FORK: the parent */
	unsigned int vtid, vpid;	/* FORK, EXEC: in the innermost name space */
	unsigned int uid, gid;
	unsigned short nr, kind;
	/*
	 * Of what follows, one behind the other. System calls: two strings, a blob, the
	 * steps of the real path, innermost first, SW_REC_NAME bytes each. EXEC: path, arguments,
	 * environment, cgroups. TASK: nothing, arguments, environment, cgroups. FILE: path.
	 */
	unsigned short len[4];
	unsigned short cpu, denied; /* denied: 1 would be, 2 was killed */
	char comm[16];
	union {
		struct sw_rec_sock sock;
		struct sw_rec_exe exe;
		struct sw_rec_file file;
	};
};

struct sw_rec_config {
	unsigned int self; /* our own process: not watched */
	unsigned int enforce;
	unsigned int deny_n;
	unsigned int names_n; /* names that are looked for */
};

#endif
