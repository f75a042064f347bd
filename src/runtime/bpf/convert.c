/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/bpf/convert.h"

#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/state/container.h"
#include "runtime/state/impl.h"
#include "runtime/state/live.h"

enum { KIND = 0170000, SOCKET = 0140000, FIFO = 0010000, DIRECTORY = 0040000, CHAR_OR_FILE = 0 };

static struct sw_str keep(struct sw_rec_room *room, uint64_t v, size_t n)
{
	char *at = room->values.bytes + room->values.n;

	if (room->values.n + n > sizeof(room->values.bytes))
		return (struct sw_str){NULL, 0};
	memcpy(at, &v, n);
	room->values.n += n;
	return sw_str_make(at, n);
}

static struct sw_str comm_of(const struct sw_rec *r)
{
	return sw_raw_cstr(sw_str_make(r->comm, sizeof(r->comm)));
}

static struct sw_str section(const struct sw_rec *r, const char *data, unsigned i)
{
	size_t at = 0;

	for (unsigned k = 0; k < i; k++)
		at += r->len[k];
	return (struct sw_str){data + at, r->len[i]};
}

/* "leaf NUL above NUL …" becomes "name=/above/leaf NUL". */
static size_t one_hierarchy(const char *name, struct sw_str names, char *out, size_t room)
{
	struct sw_str part[SW_REC_CG_LEVELS], p;
	size_t n = 0, at = strlen(name) + 1;

	while (n < SW_REC_CG_LEVELS && names.n && sw_str_split(&names, '\0', &p))
		if (p.n)
			part[n++] = p;
	if (at + 2 > room)
		return 0;
	memcpy(out, name, at - 1);
	out[at - 1] = '=';
	if (!n)
		out[at++] = '/';
	while (n--) {
		if (at + part[n].n + 2 > room)
			return 0;
		out[at++] = '/';
		memcpy(out + at, part[n].p, part[n].n);
		at += part[n].n;
	}
	out[at++] = 0;
	return at;
}

/* The two hierarchies are parted by an empty name. */
static struct sw_str cgroups_of(struct sw_str names, struct sw_rec_room *room)
{
	size_t part = sw_str_find(names, (struct sw_str){"\0\0", 2}, 0);
	struct sw_str one = names, two = {NULL, 0};

	if (!names.n)
		return (struct sw_str){NULL, 0};
	if (names.p[0] == 0) {
		one = (struct sw_str){NULL, 0};
		two = sw_str_sub(names, 1, names.n);
	} else if (part != SW_NPOS) {
		one = sw_str_sub(names, 0, part + 1);
		two = sw_str_sub(names, part + 2, names.n);
	}
	size_t n = one_hierarchy("memory", one, room->cgroups, sizeof(room->cgroups));
	if (two.n)
		n += one_hierarchy("unified", two, room->cgroups + n, sizeof(room->cgroups) - n);
	return sw_str_make(room->cgroups, n);
}

static void fork_event(
	struct sw_state *st, const struct sw_rec *r, struct sw_rec_room *room, struct sw_raw *e)
{
	const struct sw_thread *p = sw_state_thread(st, (int64_t)r->args[1]); /* the maker */
	bool thread = r->tid != r->pid, ns = r->tid != r->vtid;

	e->code = SW_EV_CLONE_20_X;
	e->n = 21;
	e->p[0] = keep(room, 0, 8);
	e->p[1] = p ? sw_rstr_str(p->exe) : comm_of(r);
	e->p[2] = p ? sw_rstr_str(p->args) : (struct sw_str){NULL, 0};
	e->p[3] = keep(room, r->tid, 8);
	e->p[4] = keep(room, r->pid, 8);
	e->p[5] = keep(room, r->args[1], 8);
	e->p[7] = keep(room, p ? (uint64_t)p->fdlimit : ~(uint64_t)0, 8);
	e->p[13] = comm_of(r);
	e->p[14] = p ? sw_rstr_str(p->cgroups) : (struct sw_str){NULL, 0};
	e->p[15] = keep(room,
		(thread ? SW_CL_THREAD | SW_CL_FILES | SW_CL_FS : 0u) | (ns ? SW_CL_IN_PIDNS : 0u),
		4);
	e->p[16] = keep(room, r->uid, 4);
	e->p[17] = keep(room, r->gid, 4);
	e->p[18] = keep(room, r->vtid, 8);
	e->p[19] = keep(room, r->vpid, 8);
}

static struct sw_str proc_exe(uint32_t pid, struct sw_rec_room *room)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	ssize_t n = readlink(path, room->exe, sizeof(room->exe));
	return (struct sw_str){room->exe, n > 0 ? (size_t)n : 0};
}

/* A name given to execve, where the process is gone already. */
static struct sw_str absolute(
	struct sw_state *st, const struct sw_rec *r, struct sw_str file, struct sw_rec_room *room)
{
	struct sw_thread *t = sw_state_thread(st, r->pid);
	char buf[SW_PATH_MAX];

	if (!file.n || file.p[0] == '/' || !t)
		return file;
	struct sw_str full = sw_path_join(sw_thread_cwd(st, t), file, buf);
	if (full.n > sizeof(room->exe))
		return file;
	memcpy(room->exe, full.p, full.n);
	return sw_str_make(room->exe, full.n);
}

static void exec_who(const struct sw_rec_exe *x, struct sw_rec_room *room, struct sw_raw *e)
{
	e->p[16] = keep(room, x->tty, 4);
	e->p[17] = keep(room, x->vpgid, 8);
	e->p[18] = keep(room, x->loginuid, 4);
	e->p[19] = keep(
		room, x->flags & (SW_EXE_WRITABLE | SW_EXE_UPPER | SW_EXE_MEMFD | SW_EXE_LOWER), 4);
	e->p[20] = keep(room, x->inheritable, 8);
	e->p[21] = keep(room, x->permitted, 8);
	e->p[22] = keep(room, x->effective, 8);
	e->p[23] = keep(room, x->ino, 8);
	e->p[24] = keep(room, x->ctime, 8);
	e->p[25] = keep(room, x->mtime, 8);
	e->p[28] = keep(room, x->pgid, 8);
}

static void exec_event(struct sw_state *st, const struct sw_rec *r, const char *data,
	struct sw_rec_room *room, struct sw_raw *e)
{
	struct sw_str file = sw_raw_cstr(section(r, data, 0)), args = section(r, data, 1),
		      exe = sw_raw_cstr(args);
	struct sw_str real = proc_exe(r->pid, room);

	e->code = SW_EV_EXECVE_19_X;
	e->n = 31;
	e->p[0] = keep(room, 0, 8);
	e->p[1] = exe.n ? exe : file;
	e->p[2] = sw_str_sub(args, exe.n + 1, args.n);
	e->p[3] = keep(room, r->tid, 8);
	e->p[4] = keep(room, r->pid, 8);
	e->p[5] = keep(room, r->ppid, 8);
	e->p[7] = keep(room, 1024, 8);
	e->p[13] = comm_of(r);
	e->p[14] = cgroups_of(section(r, data, 3), room);
	e->p[15] = section(r, data, 2);
	exec_who(&r->exe, room, e);
	e->p[26] = keep(room, r->uid, 4);
	e->p[27] = real.n ? real : absolute(st, r, file, room);
	e->p[29] = keep(room, r->gid, 4);
	e->p[30] = file;
}

static void exit_event(const struct sw_rec *r, struct sw_rec_room *room, struct sw_raw *e)
{
	e->code = SW_EV_PROCEXIT_1_E;
	e->n = 5;
	e->p[0] = keep(room, (uint64_t)r->ret, 8);
	e->p[1] = keep(room, (uint64_t)r->ret >> 8 & 0xff, 8);
	e->p[2] = keep(room, (uint64_t)r->ret & 0x7f, 1);
	e->p[3] = keep(room, (uint64_t)r->ret >> 7 & 1, 1);
	if (r->ppid)
		e->p[4] = keep(room, r->ppid, 8);
}

bool sw_rec_event(struct sw_state *st, const struct sw_rec *r, const char *data,
	struct sw_rec_room *room, struct sw_raw *e)
{
	memset(e->p, 0, sizeof(e->p));
	room->values.n = 0;
	switch (r->kind) {
	case SW_REC_EXEC:
		exec_event(st, r, data, room, e);
		return true;
	case SW_REC_FORK:
		fork_event(st, r, room, e);
		return true;
	case SW_REC_EXIT:
		exit_event(r, room, e);
		return true;
	default:
		return false;
	}
}

/* ---- what is there already ---- */

static void task_exe(struct sw_thread *t, const struct sw_rec *r, uint64_t offset)
{
	const struct sw_rec_exe *x = &r->exe;

	t->cap_inheritable = x->inheritable;
	t->cap_permitted = x->permitted;
	t->cap_effective = x->effective;
	t->exe_ino = x->ino;
	t->exe_ctime = x->ctime;
	t->exe_mtime = x->mtime;
	t->exe_writable = x->flags & SW_EXE_WRITABLE;
	t->exe_upper = x->flags & SW_EXE_UPPER;
	t->exe_lower = x->flags & SW_EXE_LOWER;
	t->exe_memfd = x->flags & SW_EXE_MEMFD;
	t->tty = x->tty;
	t->loginuid = x->loginuid;
	t->sid = x->sid;
	t->pgid = x->pgid;
	t->vpgid = x->vpgid;
	t->clone_ts = x->start + offset;
	t->pidns_ts = x->pidns_start + offset;
	if (x->flags & SW_EXE_PIDNS)
		t->flags |= SW_CL_IN_PIDNS;
}

static void task_names(
	struct sw_thread *t, const struct sw_rec *r, const char *data, struct sw_rec_room *room)
{
	struct sw_str args = section(r, data, 1), exe = sw_raw_cstr(args);

	sw_rstr_set(&t->comm, comm_of(r));
	sw_rstr_set(&t->exe, exe.n ? exe : comm_of(r));
	sw_rstr_set(&t->args, sw_str_sub(args, exe.n + 1, args.n));
	sw_rstr_set(&t->env, section(r, data, 2));
	sw_rstr_set(&t->cgroups, cgroups_of(section(r, data, 3), room));
	if (r->tid != r->pid || r->exe.flags & SW_EXE_KTHREAD)
		return;
	sw_live_links(t);
	if (!args.n)
		sw_live_args(t); /* its pages were not there at that moment */
}

void sw_rec_take_task(struct sw_state *st, const struct sw_rec *r, const char *data,
	uint64_t offset, struct sw_rec_room *room)
{
	enum { SAME_NS = 1000000 };
	struct sw_thread *t = sw_state_thread(st, r->tid);
	uint64_t start = r->exe.start + offset;

	/* The same number and another start: another process. */
	if (!t || t->dead ||
		(t->clone_ts > start ? t->clone_ts - start : start - t->clone_ts) > SAME_NS)
		t = sw_state_thread_new(st, r->tid);
	if (!t)
		return;
	t->pid = r->pid;
	t->ptid = r->ptid;
	t->vtid = r->vtid;
	t->vpid = r->vpid;
	t->uid = r->uid;
	t->gid = r->gid;
	t->known = true;
	t->seen = st->scan;
	if (t->tid != t->pid)
		t->flags |= SW_CL_THREAD | SW_CL_FILES;
	task_exe(t, r, offset);
	task_names(t, r, data, room);
	sw_thread_find_container(st, t);
}

static int kind_of_name(struct sw_str link)
{
	static const struct {
		const char *prefix;
		int type;
	} kinds[] = {
		{"pipe:", SW_FD_FIFO},
		{"anon_inode:[eventpoll]", SW_FD_EVENTPOLL},
		{"anon_inode:[eventfd]", SW_FD_EVENT},
		{"anon_inode:[timerfd]", SW_FD_TIMERFD},
		{"anon_inode:[signalfd]", SW_FD_SIGNALFD},
		{"anon_inode:inotify", SW_FD_INOTIFY},
		{"anon_inode:bpf", SW_FD_BPF},
		{"anon_inode:[io_uring]", SW_FD_IOURING},
		{"anon_inode:[userfaultfd]", SW_FD_USERFAULTFD},
		{"anon_inode:[pidfd]", SW_FD_PIDFD},
		{"/memfd:", SW_FD_MEMFD},
		{"anon_inode:", SW_FD_UNSUPPORTED},
	};

	for (size_t i = 0; i < SW_ARRAY_LEN(kinds); i++)
		if (sw_str_starts(link, sw_str_from(kinds[i].prefix)))
			return kinds[i].type;
	return SW_FD_FILE_V2;
}

static bool take_socket(struct sw_scap_fd *f, const struct sw_rec_sock *s)
{
	enum { STREAM = 1, LISTENS_ANY = 0 };
	bool v6 = s->family == SW_AF_INET6;

	if (s->family == SW_AF_UNIX) {
		f->type = SW_FD_UNIX_SOCK;
		memcpy(&f->unix_src, s->saddr, 8);
		memcpy(&f->unix_dst, s->daddr, 8);
		return true;
	}
	if (s->family != SW_AF_INET && !v6)
		return false;
	bool server = !s->dport && s->sport;
	f->type = server ? (v6 ? SW_FD_IPV6_SERVSOCK : SW_FD_IPV4_SERVSOCK)
		  : v6	 ? SW_FD_IPV6_SOCK
			 : SW_FD_IPV4_SOCK;
	f->l4 = s->type == STREAM ? SW_L4_TCP : SW_L4_UDP;
	memcpy(f->sip, s->saddr, 16);
	memcpy(f->dip, s->daddr, 16);
	f->sport = s->sport;
	f->dport = s->dport;
	return true;
}

void sw_rec_take_file(struct sw_state *st, const struct sw_rec *r, const char *data)
{
	struct sw_scap_fd f = {.tid = r->pid,
		.fd = r->ret,
		.ino = r->args[1],
		.dev = (uint32_t)r->args[2],
		.type = SW_FD_FILE_V2,
		.name = sw_raw_cstr(section(r, data, 0))};

	switch (r->args[0] & KIND) {
	case SOCKET:
		if (!take_socket(&f, &r->sock))
			return;
		break;
	case FIFO:
		f.type = SW_FD_FIFO;
		break;
	case DIRECTORY:
		f.type = SW_FD_DIRECTORY;
		break;
	default:
		f.type = kind_of_name(f.name);
	}
	sw_state_add_fd(st, &f);
}
