/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The kernel side of the sensor. One look-up per system call decides whether anything is done; records go into
 * one ring without waking the reader, who looks every millisecond.
 */
#include "kernel.h"

struct scratch {
	struct sw_rec rec;
	char data[3 * SW_REC_STR + 2 * SW_REC_CGROUP + 256];
	char path[SW_REC_LEVELS][SW_REC_NAME];
};

struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, SW_REC_RING); } ring SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, SW_REC_NR); __type(key, u32);
	__type(value, struct sw_rec_want); } want SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1); __type(key, u32);
	__type(value, struct scratch); } room SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, SW_REC_NR + SW_REC_KINDS);
	__uint(map_flags, BPF_F_MMAPABLE); __type(key, u32); __type(value, u64); } drops SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32);
	__type(value, struct sw_rec_config); } config SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1024); __uint(key_size, SW_REC_DENY);
	__type(value, u32); } deny SEC(".maps");

struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4096); __uint(key_size, SW_REC_LEAF);
	__type(value, u32); } names SEC(".maps");

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
	/* The tables know the name of who calls. */
	if (kind != SW_REC_SYSCALL)
		bpf_get_current_comm(s->rec.comm, sizeof(s->rec.comm));
	return s;
}

enum { DATA_MAX = 3 * SW_REC_STR + 2 * SW_REC_CGROUP + 255 };

static __always_inline void send(struct scratch *s, u32 n)
{
	if (n > DATA_MAX)
		n = DATA_MAX;
	if (bpf_ringbuf_output(&ring, s, sizeof(s->rec) + n, BPF_RB_NO_WAKEUP) == 0)
		return;
	/* Counted by call, so that it can be told which rules were blind. */
	u32 i = s->rec.kind == SW_REC_SYSCALL ? s->rec.nr : SW_REC_NR + (s->rec.kind & (SW_REC_KINDS - 1));
	u64 *d = bpf_map_lookup_elem(&drops, &i);
	if (d)
		__sync_fetch_and_add(d, 1);
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

static __always_inline struct file *file_of(int fd)
{
	struct files_struct *files = bpf_get_current_task_btf()->files;
	struct fdtable *tab = files ? files->fdt : 0;
	struct file **slots, *f = 0;

	if (!tab || fd < 0 || (u32)fd >= tab->max_fds)
		return 0;
	slots = tab->fd;
	return bpf_probe_read_kernel(&f, sizeof(f), slots + fd) == 0 ? f : 0;
}

static __always_inline void add_sock(struct sw_rec *r, int fd)
{
	struct file *f = file_of(fd);

	if (!f)
		return;
	struct inode *ino = BPF_CORE_READ(f, f_inode);
	if (ino && (BPF_CORE_READ(ino, i_mode) & S_KIND) == S_SOCKET)
		sock_ends(r, f);
}

/* An address that the caller gave or got: where the socket has no remote end. */
static __always_inline void add_addr(struct sw_rec *r, u64 from)
{
	struct { unsigned short family, port; unsigned char v4[4], v6[16]; u32 scope; } a = {0};

	if (!from || bpf_probe_read_user(&a, 8, (const void *)from) != 0 || (a.family != 2 && a.family != 10))
		return;
	if (a.family == 10 && bpf_probe_read_user(&a, sizeof(a), (const void *)from) != 0)
		return;
	r->sock.family = a.family;
	r->sock.dport = __builtin_bswap16(a.port);
	if (a.family == 2)
		__builtin_memcpy(r->sock.daddr, a.v4, 4);
	else
		__builtin_memcpy(r->sock.daddr, a.v6, 16);
}

struct iov { u64 base, len; };

static __always_inline u32 add_blob(struct scratch *s, u32 at, const struct sw_rec_want *w)
{
	u32 n = w->blob_len;
	u64 from = arg_of(&s->rec, w->blob);
	struct iov v;

	if (w->blob_n) {
		u64 have = w->blob_n == 255 ? (u64)s->rec.ret : arg_of(&s->rec, w->blob_n);
		if (w->blob_n == 255 && s->rec.ret <= 0)
			return at;
		if (have < n)
			n = have;
	}
	/* struct msghdr: the vector is its third word */
	if (w->blob_how == SW_BLOB_MSG && bpf_probe_read_user(&from, 8, (const void *)(from + 16)) != 0)
		return at;
	if (w->blob_how != SW_BLOB_DIRECT) {
		if (bpf_probe_read_user(&v, sizeof(v), (const void *)from) != 0)
			return at;
		from = v.base;
		if (v.len < n)
			n = v.len;
	}
	if (at > 2 * SW_REC_STR || !n || n > 128 || bpf_probe_read_user(s->data + at, n, (const void *)from) != 0)
		return at;
	s->rec.len[2] = n;
	return at + n;
}

/* The names from a file up to its process's root, through mounts, where its own name is one that rules look for. */
static __always_inline u32 add_real_path(struct scratch *s, u32 at, struct file *f)
{
	u32 zero = 0;
	struct sw_rec_config *c = bpf_map_lookup_elem(&config, &zero);
	char leaf[SW_REC_LEAF] = {0};

	if (!c || !c->names_n || at > 2 * SW_REC_STR)
		return at;
	struct dentry *d = BPF_CORE_READ(f, f_path.dentry);
	bpf_probe_read_kernel_str(leaf, sizeof(leaf), BPF_CORE_READ(d, d_name.name));
	if (!bpf_map_lookup_elem(&names, leaf))
		return at;
	struct task_struct *t = bpf_get_current_task_btf();
	struct dentry *root = BPF_CORE_READ(t, fs, root.dentry), *top;
	struct vfsmount *v = BPF_CORE_READ(f, f_path.mnt), *root_mnt = BPF_CORE_READ(t, fs, root.mnt);
	struct mount *m = (void *)((char *)v - bpf_core_field_offset(struct mount, mnt)), *up;
	/* Each step has its own place, also those that go from one mount to the other: all paths through the loop look
	 * the same to the verifier. */
	for (int i = 0; i < SW_REC_LEVELS; i++) {
		s->path[i][0] = 0;
		v = (void *)((char *)m + bpf_core_field_offset(struct mount, mnt));
		top = BPF_CORE_READ(v, mnt_root);
		if (d == root && v == root_mnt)
			continue;
		if (d == top) {
			up = BPF_CORE_READ(m, mnt_parent);
			d = up == m ? d : BPF_CORE_READ(m, mnt_mountpoint);
			m = up;
			continue;
		}
		bpf_probe_read_kernel_str(s->path[i], SW_REC_NAME, BPF_CORE_READ(d, d_name.name));
		d = BPF_CORE_READ(d, d_parent);
	}
	if (bpf_probe_read_kernel(s->data + at, sizeof(s->path), s->path) != 0)
		return at;
	s->rec.len[3] = sizeof(s->path);
	return at + sizeof(s->path);
}

static __always_inline void add_file(struct sw_rec *r, struct file *f)
{
	enum { MODE_CREATED = 0x100000 };
	struct inode *i = BPF_CORE_READ(f, f_inode);

	r->file.ino = BPF_CORE_READ(i, i_ino);
	r->file.dev = file_dev(i);
	r->file.flags = file_layer(i) | (BPF_CORE_READ(f, f_mode) & MODE_CREATED ? SW_FILE_CREATED : 0);
}

/* What the call opened; of a pipe, whose ends are one file, the first. */
static __always_inline u32 add_opened(struct scratch *s, u32 at, const struct sw_rec_want *w)
{
	struct sw_rec *r = &s->rec;
	int fd = (int)r->ret;

	if (r->ret < 0 || (w->opened == 2 && bpf_probe_read_user(&fd, sizeof(fd), (const void *)arg_of(r, w->blob)) != 0))
		return at;
	struct file *f = file_of(fd);
	if (!f)
		return at;
	add_file(r, f);
	return w->opened == 1 ? add_real_path(s, at, f) : at;
}

SEC("tp_btf/sys_exit")
int sw_sys_exit(u64 *ctx)
{
	struct pt_regs *regs = (void *)ctx[0];
	long ret = (long)ctx[1];
	u32 nr = (u32)regs->orig_ax;
	struct sw_rec_want *w = bpf_map_lookup_elem(&want, &nr);

	if (!w || !w->on || (ret < 0 && ret != -115 && !w->failed) || (w->failed == 2 && ret >= 0))
		return 0;
	if (ret == -2 && w->found)
		return 0;
	/* F_DUPFD, F_SETFD, F_DUPFD_CLOEXEC */
	if (w->dups && regs->si != 0 && regs->si != 2 && regs->si != 1030)
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
	if (w->blob)
		at = add_blob(s, at, w);
	if (w->sock)
		add_sock(r, w->sock == 255 ? (int)ret : (int)arg_of(r, w->sock));
	if (w->addr && !r->sock.dport)
		add_addr(r, arg_of(r, w->addr));
	if (w->opened)
		at = add_opened(s, at, w);
	send(s, at);
	return 0;
}

static __always_inline u32 add_cgroups(struct scratch *s, u32 at, struct task_struct *t)
{
	struct cgroup *one = cgroup_v1(t), *two = BPF_CORE_READ(t, cgroups, dfl_cgrp);
	u32 from = at;

	if (at > 3 * SW_REC_STR)
		return at;
	at = cgroup_names(s->data, at, 3 * SW_REC_STR + SW_REC_CGROUP, one);
	if (two != one && at <= 3 * SW_REC_STR + SW_REC_CGROUP) {
		s->data[at] = 0;
		at = cgroup_names(s->data, at + 1, 3 * SW_REC_STR + 2 * SW_REC_CGROUP, two);
	}
	s->rec.len[3] = at - from;
	return at;
}

/* Between two addresses of the current process. */
static __always_inline u32 add_range(struct scratch *s, u32 at, unsigned i, u64 from, u64 end)
{
	u64 len = end - from;

	if (len > SW_REC_STR - 1)
		len = SW_REC_STR - 1;
	if (at > (i == 1 ? 1 : 2) * SW_REC_STR || bpf_probe_read_user(s->data + at, len, (const void *)from) != 0)
		return at;
	s->rec.len[i] = len;
	return at + len;
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
	add_exe(&s->rec, t);
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
		at = add_range(s, at, 1, BPF_CORE_READ(mm, arg_start), BPF_CORE_READ(mm, arg_end));
		at = add_range(s, at, 2, BPF_CORE_READ(mm, env_start), BPF_CORE_READ(mm, env_end));
	}
	at = add_cgroups(s, at, t);
	send(s, at);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int sw_fork(u64 *ctx)
{
	struct scratch *s = begin(SW_REC_FORK);

	if (!s)
		return 0;
	/* Who made it is not always its parent (CLONE_PARENT). */
	s->rec.args[0] = s->rec.tid;
	s->rec.args[1] = s->rec.pid;
	add_ids(&s->rec, (void *)ctx[1]);
	send(s, 0);
	return 0;
}

/* Who inherits the children of a process: the next ancestor that asked for them, else the first of the name space. */
static __always_inline u32 reaper_of(struct task_struct *t)
{
	struct task_struct *p = BPF_CORE_READ(t, real_parent);
	struct signal_struct *sig = BPF_CORE_READ(t, signal);

	if (sig && BPF_CORE_READ_BITFIELD_PROBED(sig, has_child_subreaper)) {
		for (int i = 0; i < 12 && p; i++) {
			sig = BPF_CORE_READ(p, signal);
			if (!sig || BPF_CORE_READ(p, pid) == 0)
				break;
			if (BPF_CORE_READ_BITFIELD_PROBED(sig, is_child_subreaper))
				return BPF_CORE_READ(p, tgid);
			p = BPF_CORE_READ(p, real_parent);
		}
	}
	return BPF_CORE_READ(t, nsproxy, pid_ns_for_children, child_reaper, pid);
}

SEC("tp_btf/sched_process_exit")
int sw_exit(u64 *ctx)
{
	struct scratch *s = begin(SW_REC_EXIT);

	if (!s)
		return 0;
	s->rec.ret = BPF_CORE_READ((struct task_struct *)ctx[0], exit_code);
	s->rec.ppid = reaper_of((struct task_struct *)ctx[0]);
	send(s, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
