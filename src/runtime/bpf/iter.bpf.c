/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What is there already: every thread, and every open file of every process, as records of the sensor. Read once
 * when the sensor starts and again when records were lost. The kernel lets no
 * program ask for the paths of another task's program and folders: the reader asks /proc for these. Loaded apart from the sensor, which works without.
 */
#include "kernel.h"

struct bpf_iter_meta { void *seq; u64 session_id, seq_num; } K;
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; } K;
struct bpf_iter__task_file { struct bpf_iter_meta *meta; struct task_struct *task; u32 fd; struct file *file; } K;

struct scratch {
	struct sw_rec rec;
	char data[6 * SW_REC_STR];
};

struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1); __type(key, u32);
	__type(value, struct scratch); } room SEC(".maps");

enum { LIMIT = 5 * SW_REC_STR - 1 };

static __always_inline struct scratch *begin(unsigned kind)
{
	u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&room, &zero);

	if (!s)
		return 0;
	__builtin_memset(&s->rec, 0, sizeof(s->rec));
	s->rec.ts = bpf_ktime_get_boot_ns();
	s->rec.kind = kind;
	return s;
}

static __always_inline void write_out(void *seq, struct scratch *s, u32 n)
{
	u32 len = sizeof(s->rec) + n;

	if (len <= sizeof(*s))
		bpf_seq_write(seq, s, len);
}

static __always_inline u32 add_path(struct scratch *s, struct path *p)
{
	long n = bpf_d_path(p, s->data, SW_REC_STR);
	if (n <= 0 || n > SW_REC_STR)
		return 0;
	s->rec.len[0] = n;
	return n;
}

static __always_inline u32 add_range(struct scratch *s, u32 at, unsigned i, struct task_struct *t, u64 from, u64 end)
{
	u64 len = end - from;

	if (len > SW_REC_STR - 1)
		len = SW_REC_STR - 1;
	if (at > LIMIT || !len || bpf_copy_from_user_task(s->data + at, len, (const void *)from, t, 0) != 0)
		return at;
	s->rec.len[i] = len;
	return at + len;
}

static __always_inline u32 add_cgroups(struct scratch *s, u32 at, struct task_struct *t)
{
	struct cgroup *one = cgroup_v1(t), *two = BPF_CORE_READ(t, cgroups, dfl_cgrp);
	u32 from = at;

	if (at > LIMIT - SW_REC_CGROUP)
		return at;
	at = cgroup_names(s->data, at, LIMIT - SW_REC_CGROUP, one);
	if (two != one && at < LIMIT) {
		s->data[at] = 0;
		at = cgroup_names(s->data, at + 1, LIMIT, two);
	}
	s->rec.len[3] = at - from;
	return at;
}

SEC("iter.s/task")
int sw_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *t = ctx->task;
	struct scratch *s;
	u32 at = 0;

	if (!t || !(s = begin(SW_REC_TASK)))
		return 0;
	add_ids(&s->rec, t);
	add_exe(&s->rec, t);
	bpf_core_read(&s->rec.comm, sizeof(s->rec.comm), &t->comm);
	struct mm_struct *mm = t->mm;
	if (mm && s->rec.tid == s->rec.pid) {
		at = add_range(s, at, 1, t, mm->arg_start, mm->arg_end);
		at = add_range(s, at, 2, t, mm->env_start, mm->env_end);
	}
	at = add_cgroups(s, at, t);
	write_out(ctx->meta->seq, s, at);
	return 0;
}

SEC("iter/task_file")
int sw_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *t = ctx->task;
	struct file *f = ctx->file;
	struct scratch *s;
	u32 at = 0;

	if (!t || !f || !(s = begin(SW_REC_FILE)))
		return 0;
	s->rec.tid = t->pid;
	s->rec.pid = t->tgid;
	s->rec.ret = ctx->fd;
	struct inode *i = f->f_inode;
	s->rec.args[0] = i ? BPF_CORE_READ(i, i_mode) : 0;
	s->rec.args[1] = i ? BPF_CORE_READ(i, i_ino) : 0;
	s->rec.args[2] = i ? file_dev(i) : 0;
	if ((s->rec.args[0] & S_KIND) == S_SOCKET)
		sock_ends(&s->rec, f);
	else
		at = add_path(s, &f->f_path);
	write_out(ctx->meta->seq, s, at);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
