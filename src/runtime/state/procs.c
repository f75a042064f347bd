/* SPDX-License-Identifier: Apache-2.0 */
/* Births, executions and identities. */
#include "runtime/state/container.h"
#include "runtime/state/impl.h"

#define STALE_NS 2000000000u /* a clone this much later is of another thread with that number */

/* What a child has from its parent. */
static void inherit(struct sw_thread *c, const struct sw_thread *p)
{
	sw_rstr_share(&c->exepath, p->exepath);
	sw_rstr_share(&c->root, p->root);
	sw_rstr_share(&c->cgroups, p->cgroups);
	sw_rstr_share(&c->container_id, p->container_id);
	c->container = p->container;
	c->container_gen = p->container_gen;
	c->exe_writable = p->exe_writable;
	c->exe_upper = p->exe_upper;
	c->exe_lower = p->exe_lower;
	c->exe_memfd = p->exe_memfd;
	c->sid = p->sid;
	c->vpgid = p->vpgid;
	c->pgid = p->pgid;
	c->tty = p->tty;
	c->loginuid = p->loginuid;
	c->cap_inheritable = p->cap_inheritable;
	c->cap_permitted = p->cap_permitted;
	c->cap_effective = p->cap_effective;
	c->exe_ino = p->exe_ino;
	c->exe_ctime = p->exe_ctime;
	c->exe_mtime = p->exe_mtime;
	c->ctime_to_clone = p->ctime_to_clone;
}

static void from_params(struct sw_thread *c, const struct sw_raw *r)
{
	sw_rstr_set(&c->exe, sw_raw_cstr(sw_raw_param(r, 1)));
	struct sw_str comm = sw_raw_param(r, 13);
	sw_rstr_set(&c->comm, comm.n ? sw_raw_cstr(comm) : sw_rstr_str(c->exe));
	sw_rstr_set(&c->args, sw_raw_param(r, 2));
	c->fdlimit = sw_raw_int(sw_raw_param(r, 7));
	c->pfmajor = sw_raw_uint(sw_raw_param(r, 8));
	c->pfminor = sw_raw_uint(sw_raw_param(r, 9));
	c->vmsize = (uint32_t)sw_raw_uint(sw_raw_param(r, 10));
	c->vmrss = (uint32_t)sw_raw_uint(sw_raw_param(r, 11));
	c->vmswap = (uint32_t)sw_raw_uint(sw_raw_param(r, 12));
	c->uid = (uint32_t)sw_raw_uint(sw_raw_param(r, 16));
	c->gid = (uint32_t)sw_raw_uint(sw_raw_param(r, 17));
}

/* A new process has its own copies, a thread uses those of its main thread. */
static void share_tables(struct sw_state *st, struct sw_thread *c, struct sw_thread *from)
{
	if (c->flags & SW_CL_THREAD) {
		c->exec_ts = from->exec_ts;
		return;
	}
	sw_fdtab_unref(c->fds);
	c->fds = sw_fdtab_ref(sw_thread_fds(st, from));
	struct sw_str cwd = sw_thread_cwd(st, from);
	sw_rstr_set(&c->cwd, cwd);
	sw_rstr_share(&c->env, from->env);
}

static void set_cgroups(struct sw_state *st, struct sw_thread *t, struct sw_str p)
{
	if (!p.n || sw_str_eq(sw_rstr_str(t->cgroups), p))
		return;
	sw_rstr_set(&t->cgroups, p);
	sw_thread_find_container(st, t);
}

/*
 * The process of a new thread, of which nothing was seen: threads keep their descriptors there. What the thread
 * says of itself is the best that is known of it.
 */
static struct sw_thread *make_leader(struct sw_state *st, const struct sw_thread *c, const struct sw_raw *r)
{
	struct sw_thread *l = sw_state_thread(st, c->pid);

	if (c->pid <= 0 || c->pid == c->tid || (l && l->pid != -1))
		return l;
	l = l ? l : sw_apply_unknown(st, c->pid);
	if (!l || l->pid != -1)
		return l;
	l->pid = c->pid;
	l->ptid = c->ptid;
	l->vpid = l->vtid = c->vpid;
	struct sw_str exe = sw_raw_cstr(sw_raw_param(r, 1)), comm = sw_raw_cstr(sw_raw_param(r, 13));
	sw_rstr_set(&l->exe, exe);
	sw_rstr_set(&l->comm, comm.n ? comm : exe);
	sw_rstr_set(&l->args, sw_raw_param(r, 2));
	sw_state_thread_link(st, l);
	return NULL; /* nothing to be had from it */
}

/* Seen from the child: clone returned 0. */
static void child(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;
	struct sw_thread *old = ev->thread;

	/* Live there is one event per birth: a number that is taken is one whose end was lost. */
	if (!st->live && old && old->clone_ts && r->ts - old->clone_ts < STALE_NS)
		return;
	/* The parent, or the process that the thread is in, before the old entry goes. */
	struct sw_thread *c = sw_state_thread_new(st, r->tid);
	ev->thread = c;
	if (!c)
		return;
	c->known = true;
	c->pid = sw_raw_int(sw_raw_param(r, 4));
	c->ptid = sw_raw_int(sw_raw_param(r, 5));
	bool virt = sw_raw_param(r, 19).n > 0;
	c->vtid = virt ? sw_raw_int(r->p[18]) : c->tid;
	c->vpid = virt ? sw_raw_int(r->p[19]) : -1;
	c->flags = (uint32_t)sw_raw_uint(sw_raw_param(r, 15)) | SW_CL_INVERTED;
	if (c->flags & SW_CL_THREAD)
		c->flags |= SW_CL_FILES;
	else
		c->flags &= ~(uint32_t)SW_CL_FILES;
	struct sw_thread *from = c->flags & SW_CL_THREAD ? make_leader(st, c, r) : sw_state_thread(st, c->ptid);
	from_params(c, r);
	if (from && from != c) {
		inherit(c, from);
		share_tables(st, c, from);
	}
	set_cgroups(st, c, sw_raw_param(r, 14));
	c->clone_ts = r->ts;
	struct sw_str ns = sw_raw_param(r, 20);
	if (!(c->flags & (SW_CL_IN_PIDNS | SW_CL_NEWPID)) && c->tid == c->vtid)
		c->pidns_ts = st->boot_ts;
	else if (ns.n)
		c->pidns_ts = sw_raw_uint(ns) + st->boot_ts;
	sw_state_thread_link(st, c);
}

/* Seen from the parent, for a child of which nothing was seen. */
static void caller(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;
	int64_t tid = ev->res;
	uint32_t flags = (uint32_t)sw_raw_uint(sw_raw_param(r, 15));

	if (!ev->thread) {
		struct sw_thread *t = sw_state_thread_new(st, r->tid);
		ev->thread = t;
		if (!t)
			return;
		t->pid = sw_raw_int(sw_raw_param(r, 4));
		t->ptid = sw_raw_int(sw_raw_param(r, 5));
		t->vtid = sw_raw_param(r, 18).n ? sw_raw_int(r->p[18]) : t->tid;
		t->vpid = sw_raw_param(r, 19).n ? sw_raw_int(r->p[19]) : -1;
		from_params(t, r);
		set_cgroups(st, t, sw_raw_param(r, 14));
		sw_state_thread_link(st, t);
	}
	if (flags & (SW_CL_IN_PIDNS | SW_CL_NEWPID | SW_CL_PARENT | SW_CL_VFORK) ||
		r->code == SW_EV_VFORK_20_X || r->tid != ev->thread->vtid)
		return;
	struct sw_thread *c = sw_state_thread(st, tid);
	if (c && c->flags & SW_CL_INVERTED)
		return;
	c = sw_state_thread_new(st, tid);
	if (!c)
		return;
	struct sw_thread *p = ev->thread;
	c->known = true;
	c->flags = flags;
	bool thread = flags & SW_CL_THREAD;
	c->pid = thread ? p->pid : tid;
	c->ptid = thread ? p->ptid : p->tid;
	if (thread)
		c->flags |= SW_CL_FILES;
	else
		c->flags &= ~(uint32_t)SW_CL_FILES;
	c->vtid = tid;
	c->vpid = thread ? p->vpid : tid;
	from_params(c, r);
	inherit(c, p);
	share_tables(st, c, p);
	set_cgroups(st, c, sw_raw_param(r, 14));
	c->clone_ts = r->ts;
	c->pidns_ts = st->boot_ts;
	sw_state_thread_link(st, c);
}

void sw_apply_clone(struct sw_state *st, struct sw_sysev *ev)
{
	if (ev->res == 0)
		child(st, ev);
	else if (ev->res > 0)
		caller(st, ev);
}

static bool close_on_exec(const struct sw_fd *f, const void *arg)
{
	return f->open_flags & 0x1000; /* O_CLOEXEC in the schema's numbers */
}

/* Where the program file is, for captures that do not say: from the path given to the call. */
static void exepath_from_enter(struct sw_state *st, struct sw_sysev *ev)
{
	enum { EMPTY_PATH = 1 << 0 };
	const struct sw_raw_kept *k = sw_apply_enter(ev);
	struct sw_thread *t = ev->thread;
	char buf[SW_PATH_MAX], dir[SW_PATH_MAX];
	struct sw_str na = SW_STR("<NA>");

	if (!k)
		return;
	if (k->code == SW_EV_EXECVE_19_E) {
		struct sw_str name = sw_raw_cstr(sw_kept_param(k, 0));
		sw_thread_set_exepath(
			t, sw_str_eq(name, na) ? na : sw_path_join(sw_thread_cwd(st, t), name, buf));
		return;
	}
	struct sw_str name = sw_raw_cstr(sw_kept_param(k, 1));
	uint64_t flags = sw_raw_uint(sw_kept_param(k, 2));
	struct sw_str base = sw_apply_dirfd(st, t, name, sw_raw_int(sw_kept_param(k, 0)), dir);
	if (sw_str_is(base, "<UNKNOWN>") || (!(flags & EMPTY_PATH) && sw_str_eq(name, na)))
		sw_thread_set_exepath(t, na);
	else if (flags & EMPTY_PATH)
		sw_thread_set_exepath(t, sw_path_join((struct sw_str){NULL, 0}, base, buf));
	else
		sw_thread_set_exepath(t, sw_path_join(base, name, buf));
}

static void exec_ids(struct sw_thread *t, const struct sw_raw *r)
{
	if (sw_raw_param(r, 16).n)
		t->tty = (uint32_t)sw_raw_uint(r->p[16]);
	if (sw_raw_param(r, 17).n)
		t->vpgid = sw_raw_int(r->p[17]);
	if (sw_raw_param(r, 18).n)
		t->loginuid = (uint32_t)sw_raw_uint(r->p[18]);
	if (sw_raw_param(r, 22).n) {
		t->cap_inheritable = sw_raw_uint(r->p[20]);
		t->cap_permitted = sw_raw_uint(r->p[21]);
		t->cap_effective = sw_raw_uint(r->p[22]);
	}
	if (sw_raw_param(r, 26).n)
		t->uid = (uint32_t)sw_raw_uint(r->p[26]);
	t->pgid = sw_raw_param(r, 28).n ? sw_raw_int(r->p[28]) : -1;
	if (sw_raw_param(r, 29).n)
		t->gid = (uint32_t)sw_raw_uint(r->p[29]);
}

static void exec_file(struct sw_thread *t, const struct sw_raw *r)
{
	enum { WRITABLE = 1, UPPER = 2, MEMFD = 4, LOWER = 8 };

	if (sw_raw_param(r, 19).n) {
		uint64_t f = sw_raw_uint(r->p[19]);
		t->exe_writable = f & WRITABLE;
		t->exe_upper = f & UPPER;
		t->exe_memfd = f & MEMFD;
		t->exe_lower = f & LOWER;
	}
	if (!sw_raw_param(r, 25).n)
		return;
	t->exe_ino = sw_raw_uint(r->p[23]);
	t->exe_ctime = sw_raw_uint(r->p[24]);
	t->exe_mtime = sw_raw_uint(r->p[25]);
	if (t->clone_ts)
		t->ctime_to_clone = t->clone_ts - t->exe_ctime;
	if (t->pidns_ts && t->exe_ctime > t->pidns_ts)
		t->ctime_since_pidns = t->exe_ctime - t->pidns_ts;
}

/* The other threads of the process are gone. */
static void kill_siblings(struct sw_state *st, struct sw_thread *t)
{
	struct sw_thread *main = sw_thread_main(st, t);

	if (main != t || t->threads < 2)
		return;
	for (uint32_t i = 0; i < st->n_buckets && t->threads > 1; i++) {
		for (struct sw_thread *o = st->hash[i], *next; o; o = next) {
			next = o->next;
			if (o->pid == t->pid && o != t)
				sw_state_thread_remove(st, o, t->tid);
		}
	}
}

void sw_apply_exec(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;
	struct sw_thread *t = ev->thread;

	if (ev->res < 0 || !t)
		return;
	if (t->dead) {
		t->dead = false;
		t->threads++;
	}
	int64_t pid = sw_raw_int(sw_raw_param(r, 4));
	if (!t->known) {
		t->pid = pid;
		t->ptid = sw_raw_int(sw_raw_param(r, 5));
		if (!(t->flags & SW_CL_IN_PIDNS)) {
			t->vtid = t->tid;
			t->vpid = pid;
		}
		t->known = true;
		sw_state_thread_link(st, t);
	}
	sw_rstr_set(&t->exe, sw_raw_cstr(sw_raw_param(r, 1)));
	struct sw_str comm = sw_raw_param(r, 13);
	sw_rstr_set(&t->comm, comm.n ? sw_raw_cstr(comm) : sw_rstr_str(t->exe));
	sw_rstr_set(&t->args, sw_raw_param(r, 2));
	t->exec_ts = r->ts;
	t->fdlimit = sw_raw_int(sw_raw_param(r, 7));
	if (sw_raw_param(r, 12).n) {
		t->pfmajor = sw_raw_uint(r->p[8]);
		t->pfminor = sw_raw_uint(r->p[9]);
		t->vmsize = (uint32_t)sw_raw_uint(r->p[10]);
		t->vmrss = (uint32_t)sw_raw_uint(r->p[11]);
		t->vmswap = (uint32_t)sw_raw_uint(r->p[12]);
	}
	if (sw_raw_param(r, 15).n)
		sw_rstr_set(&t->env, r->p[15]);
	set_cgroups(st, t, sw_raw_param(r, 14));
	if (sw_raw_param(r, 27).n)
		sw_thread_set_exepath(t, sw_raw_cstr(r->p[27]));
	else
		exepath_from_enter(st, ev);
	exec_ids(t, r);
	exec_file(t, r);
	struct sw_fdtab **slot = sw_thread_fdslot(st, t);
	if (slot)
		sw_fdtab_sift(slot, close_on_exec, NULL);
	t->flags &= SW_CL_INVERTED | SW_CL_IN_PIDNS;
	kill_siblings(st, t);
}

static void caps_all(struct sw_thread *t)
{
	t->cap_inheritable = t->cap_permitted = t->cap_effective = ((uint64_t)1 << 41) - 1;
}

/* setuid and its kin: the parameter with the effective id. */
static int id_param(uint16_t code, bool *ret_group)
{
	*ret_group = code == SW_EV_SETRESGID_X || code == SW_EV_SETREGID_X || code == SW_EV_SETGID_X;
	switch (code) {
	case SW_EV_SETRESUID_X:
	case SW_EV_SETREUID_X:
	case SW_EV_SETRESGID_X:
	case SW_EV_SETREGID_X:
		return 2;
	case SW_EV_SETUID_X:
	case SW_EV_SETGID_X:
		return 1;
	default:
		return -1;
	}
}

static void set_id(struct sw_thread *t, const struct sw_raw *r, int i, bool group)
{
	struct sw_str p = sw_raw_param(r, (unsigned)i);

	/* setreuid and setresuid take -1 for "leave it" */
	if (p.n && (uint32_t)sw_raw_uint(p) != UINT32_MAX)
		*(group ? &t->gid : &t->uid) = (uint32_t)sw_raw_uint(p);
}

void sw_apply_cred(struct sw_state *st, struct sw_sysev *ev)
{
	enum { SET_SUBREAPER = 36 };
	const struct sw_raw *r = ev->raw;
	struct sw_thread *t = ev->thread, *main;
	bool group;
	int id = id_param(r->code, &group);

	if (ev->res < 0)
		return;
	if (id >= 0) {
		set_id(t, r, id, group);
		return;
	}
	switch (r->code) {
	case SW_EV_SETSID_X:
		t->sid = ev->res;
		break;
	case SW_EV_SETPGID_X: {
		int64_t who = sw_raw_int(sw_raw_param(r, 1)), pgid = sw_raw_int(sw_raw_param(r, 2));
		if (sw_raw_param(r, 2).n && (who == 0 || who == t->pid))
			t->pgid = pgid ? pgid : t->pid;
		break;
	}
	case SW_EV_CAPSET_X:
		t->cap_inheritable = sw_raw_uint(sw_raw_param(r, 1));
		t->cap_permitted = sw_raw_uint(sw_raw_param(r, 2));
		t->cap_effective = sw_raw_uint(sw_raw_param(r, 3));
		break;
	case SW_EV_UNSHARE_X: {
		uint64_t flags = sw_raw_uint(sw_raw_param(r, 1));
		if (flags & SW_CL_NEWUSER)
			caps_all(t);
		if (flags & (SW_CL_FS | SW_CL_NEWNS) && !sw_thread_is_main(t) && !t->own_cwd) {
			sw_rstr_set(&t->cwd, sw_thread_cwd(st, t));
			t->own_cwd = true;
		}
		break;
	}
	case SW_EV_SETNS_X:
		if (sw_raw_uint(sw_raw_param(r, 2)) & SW_CL_NEWUSER)
			caps_all(t);
		break;
	case SW_EV_PRCTL_X:
		main = sw_thread_main(st, t);
		if (main && sw_raw_uint(sw_raw_param(r, 1)) == SET_SUBREAPER)
			main->reaper = sw_raw_int(sw_raw_param(r, 3)) != 0;
		break;
	case SW_EV_CHROOT_X: {
		char buf[SW_PATH_MAX];
		struct sw_str path = sw_raw_cstr(sw_raw_param(r, 1));
		sw_rstr_set(&t->root, sw_path_join(sw_thread_cwd(st, t), path, buf));
		break;
	}
	default:
		break;
	}
}
