/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Kernel structures with the few members that the programs need, and what several programs read from them.
 * Their real places are found when a program is loaded (CO-RE), so the build needs no kernel headers and no BTF.
 */
#ifndef SW_RUNTIME_BPF_KERNEL_H
#define SW_RUNTIME_BPF_KERNEL_H

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
struct kcap { u64 val; };
struct cred {
	struct { u32 val; } euid, egid, fsuid, fsgid;
	struct kcap cap_inheritable, cap_permitted, cap_effective;
} K;
struct sock_common {
	u32 skc_daddr, skc_rcv_saddr;
	unsigned short skc_dport, skc_num, skc_family;
	struct { unsigned char in6[16]; } skc_v6_daddr, skc_v6_rcv_saddr;
} K;
struct sock { struct sock_common __sk_common; unsigned short sk_type, sk_protocol; } K;
struct unix_sock { struct sock *peer; } K;
struct socket { struct sock *sk; short type; } K;
struct super_block { unsigned int s_dev; unsigned long s_magic; unsigned int s_flags; } K;
struct inode {
	unsigned short i_mode;
	struct { u32 val; } i_uid, i_gid;
	struct super_block *i_sb;
	unsigned long i_ino;
	long long i_mtime_sec, i_ctime_sec;
	u32 i_mtime_nsec, i_ctime_nsec;
} K;
struct timespec64 { long long tv_sec; long tv_nsec; } K;
struct inode___old { struct timespec64 i_mtime, i_ctime; } K;
struct inode___mid { struct timespec64 __i_mtime, __i_ctime; } K;
struct qstr { const unsigned char *name; } K;
struct dentry { struct dentry *d_parent; struct qstr d_name; } K;
struct vfsmount { struct dentry *mnt_root; } K;
struct mount { struct mount *mnt_parent; struct dentry *mnt_mountpoint; struct vfsmount mnt; } K;
struct path { struct vfsmount *mnt; struct dentry *dentry; } K;
struct file { void *private_data; struct inode *f_inode; struct path f_path; unsigned int f_mode; } K;
struct fdtable { unsigned int max_fds; struct file **fd; } K;
struct files_struct { struct fdtable *fdt; } K;
struct fs_struct { struct path root, pwd; } K;
struct mm_struct { unsigned long arg_start, arg_end, env_start, env_end; struct file *exe_file; } K;
struct kernfs_node { struct kernfs_node *__parent; const char *name; } K;
struct kernfs_node___old { struct kernfs_node *parent; } K;
struct cgroup { struct kernfs_node *kn; } K;
struct cgroup_subsys_state { struct cgroup *cgroup; } K;
struct css_set { struct cgroup_subsys_state *subsys[1]; struct cgroup *dfl_cgrp; } K;
enum cgroup_subsys_id { cpu_cgrp_id = 1, memory_cgrp_id = 4 };
struct tty_driver { int major, minor_start; } K;
struct tty_struct { struct tty_driver *driver; int index; } K;
struct signal_struct {
	unsigned int is_child_subreaper : 1, has_child_subreaper : 1;
	struct pid *pids[4];
	struct tty_struct *tty;
} K;
struct task_struct;
struct pid_namespace { struct task_struct *child_reaper; unsigned int level; } K;
struct nsproxy { struct pid_namespace *pid_ns_for_children; } K;
struct task_struct {
	int pid, tgid, exit_code;
	unsigned int flags;
	struct task_struct *real_parent, *group_leader;
	struct mm_struct *mm;
	struct files_struct *files;
	struct fs_struct *fs;
	struct pid *thread_pid;
	const struct cred *cred;
	struct signal_struct *signal;
	struct nsproxy *nsproxy;
	struct css_set *cgroups;
	struct { u32 val; } loginuid;
	u64 start_boottime;
	char comm[16];
} K;
struct linux_binprm { const char *filename; } K;

enum { S_SOCKET = 0140000, S_KIND = 0170000, OVERLAY_MAGIC = 0x794c7630, PF_KERNEL = 0x00200000, SB_READONLY = 1 };

static __always_inline void sock_ends(struct sw_rec *r, struct file *f)
{
	struct socket *so = BPF_CORE_READ(f, private_data);
	struct sock *sk = so ? BPF_CORE_READ(so, sk) : 0;

	if (!sk)
		return;
	r->sock.family = BPF_CORE_READ(sk, __sk_common.skc_family);
	r->sock.type = BPF_CORE_READ(so, type);
	r->sock.proto = (unsigned char)BPF_CORE_READ(sk, sk_protocol);
	if (r->sock.family == 1) {
		struct sock *peer = BPF_CORE_READ((struct unix_sock *)sk, peer);
		__builtin_memcpy(r->sock.saddr, &sk, 8);
		__builtin_memcpy(r->sock.daddr, &peer, 8);
		return;
	}
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

/* A number of a process as it is called at a level of its name spaces. */
static __always_inline u32 pid_at(struct pid *p, unsigned level)
{
	struct upid u = {0};

	if (!p || level > 32)
		return 0;
	bpf_probe_read_kernel(&u, sizeof(u.nr),
		(char *)p + bpf_core_field_offset(p->numbers) + level * bpf_core_type_size(struct upid) +
			bpf_core_field_offset(struct upid, nr));
	return u.nr;
}

static __always_inline void add_ids(struct sw_rec *r, struct task_struct *t)
{
	struct pid *p = BPF_CORE_READ(t, thread_pid);
	unsigned level = p ? BPF_CORE_READ(p, level) : 0;

	r->tid = BPF_CORE_READ(t, pid);
	r->pid = BPF_CORE_READ(t, tgid);
	r->ptid = BPF_CORE_READ(t, real_parent, pid);
	r->ppid = BPF_CORE_READ(t, real_parent, tgid);
	r->uid = BPF_CORE_READ(t, cred, euid.val);
	r->gid = BPF_CORE_READ(t, cred, egid.val);
	r->vtid = pid_at(p, level);
	r->vpid = pid_at(BPF_CORE_READ(t, group_leader, thread_pid), level);
}

static __always_inline u64 ns_of(long long sec, u64 nsec)
{
	return (u64)sec * 1000000000ull + nsec;
}

static __always_inline void file_times(struct sw_rec_exe *e, struct inode *i)
{
	if (bpf_core_field_exists(i->i_ctime_sec)) {
		e->ctime = ns_of(BPF_CORE_READ(i, i_ctime_sec), BPF_CORE_READ(i, i_ctime_nsec));
		e->mtime = ns_of(BPF_CORE_READ(i, i_mtime_sec), BPF_CORE_READ(i, i_mtime_nsec));
		return;
	}
	struct timespec64 c = {0}, m = {0};
	struct inode___mid *mid = (void *)i;
	struct inode___old *old = (void *)i;
	if (bpf_core_field_exists(mid->__i_ctime))
		bpf_core_read(&c, sizeof(c), &mid->__i_ctime);
	else if (bpf_core_field_exists(old->i_ctime))
		bpf_core_read(&c, sizeof(c), &old->i_ctime);
	if (bpf_core_field_exists(mid->__i_mtime))
		bpf_core_read(&m, sizeof(m), &mid->__i_mtime);
	else if (bpf_core_field_exists(old->i_mtime))
		bpf_core_read(&m, sizeof(m), &old->i_mtime);
	e->ctime = ns_of(c.tv_sec, c.tv_nsec);
	e->mtime = ns_of(m.tv_sec, m.tv_nsec);
}

/*
 * Whether the file is in the writable layer of an overlay, and whether it has one in the image's: the inode of
 * overlayfs is followed by the pointers to both.
 */
static __always_inline u32 file_layer(struct inode *i)
{
	void *upper = 0;

	if (BPF_CORE_READ(i, i_sb, s_magic) != OVERLAY_MAGIC)
		return 0;
	bpf_probe_read_kernel(&upper, sizeof(upper), (char *)i + bpf_core_type_size(struct inode));
	return upper ? SW_FILE_UPPER : SW_FILE_LOWER;
}

/* The device of an inode as stat(2) numbers it. */
static __always_inline u32 file_dev(struct inode *i)
{
	u32 dev = BPF_CORE_READ(i, i_sb, s_dev), minor = dev & 0xfffff;

	return (minor & 0xff) | dev >> 20 << 8 | (minor & ~0xffu) << 12;
}

static __always_inline u32 file_writable(struct sw_rec *r, struct inode *i)
{
	u32 mode = BPF_CORE_READ(i, i_mode);
	enum { DAC_OVERRIDE = 1 };

	if (BPF_CORE_READ(i, i_sb, s_flags) & SB_READONLY)
		return 0;
	if (r->exe.effective >> DAC_OVERRIDE & 1)
		return SW_EXE_WRITABLE;
	if (BPF_CORE_READ(i, i_uid.val) == r->uid)
		return mode & 0200 ? SW_EXE_WRITABLE : 0;
	if (BPF_CORE_READ(i, i_gid.val) == r->gid)
		return mode & 0020 ? SW_EXE_WRITABLE : 0;
	return mode & 0002 ? SW_EXE_WRITABLE : 0;
}

static __always_inline void exe_file(struct sw_rec *r, struct file *f)
{
	struct inode *i = BPF_CORE_READ(f, f_inode);
	struct dentry *d = BPF_CORE_READ(f, f_path.dentry);
	char name[8] = {0};

	r->exe.ino = BPF_CORE_READ(i, i_ino);
	file_times(&r->exe, i);
	u32 layer = file_layer(i);
	r->exe.flags |= (layer & SW_FILE_UPPER ? SW_EXE_UPPER : 0) | (layer & SW_FILE_LOWER ? SW_EXE_LOWER : 0);
	r->exe.flags |= file_writable(r, i);
	bpf_probe_read_kernel(name, 6, BPF_CORE_READ(d, d_name.name));
	if (name[0] == 'm' && name[1] == 'e' && name[2] == 'm' && name[3] == 'f' && name[4] == 'd' && name[5] == ':' &&
		BPF_CORE_READ(d, d_parent) == d)
		r->exe.flags |= SW_EXE_MEMFD;
}

/* Identity, rights and program of a task, whose numbers are in r. */
static __always_inline void add_exe(struct sw_rec *r, struct task_struct *t)
{
	struct sw_rec_exe *e = &r->exe;
	struct signal_struct *sig = BPF_CORE_READ(t, signal);
	const struct cred *c = BPF_CORE_READ(t, cred);
	struct pid *p = BPF_CORE_READ(t, thread_pid), *pg = 0, *se = 0;
	struct tty_struct *tty = sig ? BPF_CORE_READ(sig, tty) : 0;
	struct mm_struct *mm = BPF_CORE_READ(t, mm);
	unsigned level = p ? BPF_CORE_READ(p, level) : 0;

	bpf_core_read(&e->inheritable, 8, &c->cap_inheritable);
	bpf_core_read(&e->permitted, 8, &c->cap_permitted);
	bpf_core_read(&e->effective, 8, &c->cap_effective);
	e->loginuid = bpf_core_field_exists(t->loginuid) ? BPF_CORE_READ(t, loginuid.val) : ~0u;
	e->start = BPF_CORE_READ(t, start_boottime);
	e->pidns_start = BPF_CORE_READ(t, nsproxy, pid_ns_for_children, child_reaper, start_boottime);
	if (sig) {
		bpf_core_read(&pg, sizeof(pg), &sig->pids[2]);
		bpf_core_read(&se, sizeof(se), &sig->pids[3]);
	}
	e->sid = pid_at(se, level);
	e->vpgid = pid_at(pg, level);
	e->pgid = pid_at(pg, 0);
	if (tty) {
		struct tty_driver *d = BPF_CORE_READ(tty, driver);
		u32 minor = BPF_CORE_READ(d, minor_start) + BPF_CORE_READ(tty, index);
		e->tty = (minor & 0xff) | BPF_CORE_READ(d, major) << 8 | (minor & ~0xffu) << 12;
	}
	if (level)
		e->flags |= SW_EXE_PIDNS;
	if (BPF_CORE_READ(t, flags) & PF_KERNEL)
		e->flags |= SW_EXE_KTHREAD;
	struct file *f = mm ? BPF_CORE_READ(mm, exe_file) : 0;
	if (f)
		exe_file(r, f);
}

static __always_inline struct kernfs_node *kn_parent(struct kernfs_node *kn)
{
	struct kernfs_node___old *old = (void *)kn;

	if (bpf_core_field_exists(kn->__parent))
		return BPF_CORE_READ(kn, __parent);
	return BPF_CORE_READ(old, parent);
}

/* The names of a cgroup and those above it, innermost first, NUL-ended each. */
static __always_inline u32 cgroup_names(char *data, u32 at, u32 limit, struct cgroup *cg)
{
	struct kernfs_node *kn = cg ? BPF_CORE_READ(cg, kn) : 0;

	for (int i = 0; i < SW_REC_CG_LEVELS && kn; i++) {
		struct kernfs_node *up = kn_parent(kn);
		if (!up || at > limit)
			break;
		long n = bpf_probe_read_kernel_str(data + at, SW_REC_CG_NAME, BPF_CORE_READ(kn, name));
		if (n <= 1 || n > SW_REC_CG_NAME)
			break;
		at += n;
		kn = up;
	}
	return at;
}

static __always_inline struct cgroup *cgroup_v1(struct task_struct *t)
{
	struct css_set *set = BPF_CORE_READ(t, cgroups);
	struct cgroup_subsys_state *css = 0;
	unsigned id = bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id)
			      ? bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id)
			      : bpf_core_enum_value(enum cgroup_subsys_id, cpu_cgrp_id);

	if (!set || id > 16)
		return 0;
	bpf_probe_read_kernel(&css, sizeof(css), (char *)set + bpf_core_field_offset(set->subsys) + id * sizeof(css));
	return css ? BPF_CORE_READ(css, cgroup) : 0;
}

#endif
