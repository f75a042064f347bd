/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel side of the sensor writes and the user side reads. No other header: both sides include it. */
#ifndef SW_RUNTIME_BPF_RECORD_H
#define SW_RUNTIME_BPF_RECORD_H

#define SW_REC_STR 4096  /* ceiling of one string, the arguments and the environment */
#define SW_REC_NR 512	 /* system call numbers */
#define SW_REC_DENY 128	 /* bytes of a path that may not be executed */

enum sw_rec_kind { SW_REC_SYSCALL = 1, SW_REC_EXEC, SW_REC_FORK, SW_REC_EXIT };

/* What to take along for a system call; argument numbers are 1-based, 0: none. */
struct sw_rec_want {
	unsigned char on;
	unsigned char str[2]; /* arguments that are paths */
	unsigned char sock;   /* the argument with a socket; 255: the result */
	unsigned char blob;   /* an argument that points to `blob_len` bytes */
	unsigned char blob_len;
	unsigned char failed; /* failed calls as well */
	unsigned char pad;
};

struct sw_rec_sock {
	unsigned short family, type, sport, dport; /* host order; family 0: no socket of the internet */
	unsigned char saddr[16], daddr[16];
	unsigned char proto, pad[7];
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
	unsigned short len[4]; /* of what follows, one behind the other: strings, then the blob */
	unsigned short cpu, denied; /* denied: 1 would be, 2 was killed */
	char comm[16];
	struct sw_rec_sock sock;
};

struct sw_rec_config {
	unsigned int self; /* our own process: not watched */
	unsigned int enforce;
	unsigned int deny_n;
	unsigned int pad;
};

#endif
