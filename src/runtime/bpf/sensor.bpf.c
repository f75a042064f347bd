/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The kernel side of the sensor. One look-up per system call decides whether anything is done; records go into
 * one ring without waking the reader, who looks every millisecond.
 *
 * Kernel structures are named here with the few members that are needed; their real places are found when the
 * program is loaded (CO-RE), so the build needs no kernel headers and no BTF.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "record.h"

#define K __attribute__((preserve_access_index))

typedef unsigned int u32;
typedef unsigned long long u64;

struct pt_regs { unsigned long r10, r9, r8, dx, si, di, orig_ax; } K;
struct upid { int nr; } K;
struct pid { unsigned int level; struct upid numbers[1]; } K;
struct mm_struct { unsigned long arg_start, arg_end, env_start, env_end; } K;
struct cred { struct { u32 val; } euid, egid; } K;
struct sock_common {
	u32 skc_daddr, skc_rcv_saddr;
	unsigned short skc_dport, skc_num, skc_family;
	struct { unsigned char in6[16]; } skc_v6_daddr, skc_v6_rcv_saddr;
} K;
struct sock { struct sock_common __sk_common; unsigned short sk_type, sk_protocol; } K;
struct socket { struct sock *sk; short type; } K;
struct inode { unsigned short i_mode; } K;
struct file { void *private_data; struct inode *f_inode; } K;
struct fdtable { unsigned int max_fds; struct file **fd; } K;
struct files_struct { struct fdtable *fdt; } K;
struct task_struct {
	int pid, tgid, exit_code;
	struct task_struct *real_parent, *group_leader;
	struct mm_struct *mm;
	struct files_struct *files;
	struct pid *thread_pid;
	const struct cred *cred;
	char comm[16];
} K;
struct linux_binprm { const char *filename; } K;

struct scratch {
	struct sw_rec rec;
	char data[3 * SW_REC_STR + 256];
};

struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 8 << 20); } ring SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, SW_REC_NR); __type(key, u32);
	__type(value, struct sw_rec_want); } want SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1); __type(key, u32);
	__type(value, struct scratch); } room SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1); __type(key, u32);
	__type(value, u64); } drops SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32);
	__type(value, struct sw_rec_config); } config SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1024); __uint(key_size, SW_REC_DENY);
	__type(value, u32); } deny SEC(".maps");

static __always_inline struct scratch *begin(unsigned kind)
{
	u32 zero = 0;
	u64 id = bpf_get_current_pid_tgid();
	struct sw_rec_config *c = bpf_map_lookup_elem(&config, &zero);

	if (!c || id >> 32 == c->self)
		return 0;
	struct scratch *s = bpf_map_lookup_elem(&room, &zero);
	if (!s)
		return 0;
	__builtin_memset(&s->rec, 0, sizeof(s->rec));
	s->rec.ts = bpf_ktime_get_boot_ns();
	s->rec.tid = (u32)id;
	s->rec.pid = id >> 32;
	s->rec.kind = kind;
	s->rec.cpu = bpf_get_smp_processor_id();
	bpf_get_current_comm(s->rec.comm, sizeof(s->rec.comm));
	return s;
}

static __always_inline void send(struct scratch *s, u32 n)
{
	if (n > 3 * SW_REC_STR + 255)
		n = 3 * SW_REC_STR + 255;
	if (bpf_ringbuf_output(&ring, s, sizeof(s->rec) + n, BPF_RB_NO_WAKEUP) != 0) {
		u32 zero = 0;
		u64 *d = bpf_map_lookup_elem(&drops, &zero);
		if (d)
			(*d)++;
	}
}

static __always_inline u64 arg_of(const struct sw_rec *r, unsigned char i)
{
	switch (i) {
	case 1: return r->args[0];
	case 2: return r->args[1];
	case 3: return r->args[2];
	case 4: return r->args[3];
	case 5: return r->args[4];
	default: return r->args[5];
	}
}

static __always_inline u32 add_str(struct scratch *s, u32 at, unsigned i, u64 addr)
{
	if (at > 2 * SW_REC_STR)
		return at;
	long n = bpf_probe_read_user_str(s->data + at, SW_REC_STR, (const void *)addr);
	if (n <= 0 || n > SW_REC_STR)
		return at;
	s->rec.len[i] = n;
	return at + n;
}

static __always_inline void add_sock(struct sw_rec *r, int fd)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct files_struct *files = BPF_CORE_READ(t, files);
	struct fdtable *tab = files ? BPF_CORE_READ(files, fdt) : 0;
	struct file **slots, *f = 0;

	if (!tab || fd < 0 || (u32)fd >= BPF_CORE_READ(tab, max_fds))
		return;
	slots = BPF_CORE_READ(tab, fd);
	if (bpf_probe_read_kernel(&f, sizeof(f), slots + fd) != 0 || !f)
		return;
	struct inode *ino = BPF_CORE_READ(f, f_inode);
	if (!ino || (BPF_CORE_READ(ino, i_mode) & 0170000) != 0140000)
		return;
	struct socket *so = BPF_CORE_READ(f, private_data);
	struct sock *sk = so ? BPF_CORE_READ(so, sk) : 0;
	if (!sk)
		return;
	r->sock.family = BPF_CORE_READ(sk, __sk_common.skc_family);
	r->sock.type = BPF_CORE_READ(so, type);
	r->sock.proto = (unsigned char)BPF_CORE_READ(sk, sk_protocol);
	r->sock.sport = BPF_CORE_READ(sk, __sk_common.skc_num);
	r->sock.dport = __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (r->sock.family == 2) {
		u32 a = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr), b = BPF_CORE_READ(sk, __sk_common.skc_daddr);
		__builtin_memcpy(r->sock.saddr, &a, 4);
		__builtin_memcpy(r->sock.daddr, &b, 4);
	} else if (r->sock.family == 10) {
		BPF_CORE_READ_INTO(&r->sock.saddr, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&r->sock.daddr, sk, __sk_common.skc_v6_daddr);
	}
}

SEC("tp_btf/sys_exit")
int sw_sys_exit(u64 *ctx)
{
	struct pt_regs *regs = (void *)ctx[0];
	long ret = (long)ctx[1];
	u32 nr = (u32)regs->orig_ax;
	struct sw_rec_want *w = bpf_map_lookup_elem(&want, &nr);

	if (!w || !w->on || (ret < 0 && ret != -115 && !w->failed))
		return 0;
	struct scratch *s = begin(SW_REC_SYSCALL);
	if (!s)
		return 0;
	struct sw_rec *r = &s->rec;
	r->nr = nr;
	r->ret = ret;
	r->args[0] = regs->di;
	r->args[1] = regs->si;
	r->args[2] = regs->dx;
	r->args[3] = regs->r10;
	r->args[4] = regs->r8;
	r->args[5] = regs->r9;
	u32 at = 0;
	if (w->str[0])
		at = add_str(s, at, 0, arg_of(r, w->str[0]));
	if (w->str[1])
		at = add_str(s, at, 1, arg_of(r, w->str[1]));
	if (w->blob && at <= 2 * SW_REC_STR) {
		u32 n = w->blob_len;
		if (n && n <= 128 && bpf_probe_read_user(s->data + at, n, (const void *)arg_of(r, w->blob)) == 0) {
			r->len[2] = n;
			at += n;
		}
	}
	if (w->sock)
		add_sock(r, w->sock == 255 ? (int)ret : (int)arg_of(r, w->sock));
	send(s, at);
	return 0;
}

static __always_inline void add_ids(struct sw_rec *r, struct task_struct *t)
{
	struct pid *p = BPF_CORE_READ(t, thread_pid);
	unsigned level = p ? BPF_CORE_READ(p, level) : 0;
	struct upid u = {0};

	r->tid = BPF_CORE_READ(t, pid);
	r->pid = BPF_CORE_READ(t, tgid);
	r->ptid = BPF_CORE_READ(t, real_parent, pid);
	r->ppid = BPF_CORE_READ(t, real_parent, tgid);
	r->uid = BPF_CORE_READ(t, cred, euid.val);
	r->gid = BPF_CORE_READ(t, cred, egid.val);
	if (p && level <= 32) {
		bpf_core_read(&u, sizeof(u.nr), &p->numbers[0].nr);
		if (level)
			bpf_probe_read_kernel(&u, sizeof(u.nr),
				(char *)p + bpf_core_field_offset(p->numbers) + level * bpf_core_type_size(struct upid));
	}
	r->vtid = u.nr;
	p = BPF_CORE_READ(t, group_leader, thread_pid);
	u.nr = 0;
	if (p && level <= 32)
		bpf_probe_read_kernel(&u, sizeof(u.nr),
			(char *)p + bpf_core_field_offset(p->numbers) + level * bpf_core_type_size(struct upid));
	r->vpid = u.nr;
}

SEC("tp_btf/sched_process_exec")
int sw_exec(u64 *ctx)
{
	struct task_struct *t = (void *)ctx[0];
	struct linux_binprm *b = (void *)ctx[2];
	struct scratch *s = begin(SW_REC_EXEC);
	u32 zero = 0, at = 0;

	if (!s)
		return 0;
	add_ids(&s->rec, t);
	long n = bpf_probe_read_kernel_str(s->data, SW_REC_STR, BPF_CORE_READ(b, filename));
	if (n > 0 && n <= SW_REC_STR) {
		s->rec.len[0] = n;
		at = n;
	}
	struct sw_rec_config *c = bpf_map_lookup_elem(&config, &zero);
	if (c && c->deny_n) {
		char key[SW_REC_DENY] = {0};
		bpf_probe_read_kernel_str(key, sizeof(key), BPF_CORE_READ(b, filename));
		if (bpf_map_lookup_elem(&deny, key)) {
			s->rec.denied = 1;
			/* Never the first processes of the machine. */
			if (c->enforce && s->rec.pid > 2 && bpf_send_signal(9) == 0)
				s->rec.denied = 2;
		}
	}
	struct mm_struct *mm = BPF_CORE_READ(t, mm);
	if (mm) {
		u64 from = BPF_CORE_READ(mm, arg_start), len = BPF_CORE_READ(mm, arg_end) - from;
		if (len > SW_REC_STR - 1)
			len = SW_REC_STR - 1;
		if (at <= SW_REC_STR && bpf_probe_read_user(s->data + at, len, (const void *)from) == 0) {
			s->rec.len[1] = len;
			at += len;
		}
		from = BPF_CORE_READ(mm, env_start);
		len = BPF_CORE_READ(mm, env_end) - from;
		if (len > SW_REC_STR - 1)
			len = SW_REC_STR - 1;
		if (at <= 2 * SW_REC_STR && bpf_probe_read_user(s->data + at, len, (const void *)from) == 0) {
			s->rec.len[2] = len;
			at += len;
		}
	}
	send(s, at);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int sw_fork(u64 *ctx)
{
	struct scratch *s = begin(SW_REC_FORK);

	if (!s)
		return 0;
	u32 maker_tid = s->rec.tid, maker_pid = s->rec.pid;
	add_ids(&s->rec, (void *)ctx[1]);
	if (s->rec.tid == s->rec.pid) {
		s->rec.ptid = maker_tid;
		s->rec.ppid = maker_pid;
	}
	send(s, 0);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int sw_exit(u64 *ctx)
{
	struct scratch *s = begin(SW_REC_EXIT);

	if (!s)
		return 0;
	s->rec.ret = BPF_CORE_READ((struct task_struct *)ctx[0], exit_code);
	send(s, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
