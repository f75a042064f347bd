/* SPDX-License-Identifier: Apache-2.0 */
/* proc.* and thread.* */
#include "base/buf.h"
#include "base/cleanup.h"
#include "runtime/fields/impl.h"

enum { ANCESTORS_MAX = 256, TEXT_MAX = 1 << 18 };

/* One NUL at the end belongs to the last piece; more of them are pieces that are empty. */
static struct sw_str pieces(struct sw_str s)
{
	return s.n && s.p[s.n - 1] == 0 ? sw_str_sub(s, 0, s.n - 1) : s;
}

/* "a\0b\0" as "a b" */
static struct sw_str join_nul(struct sw_arena *a, struct sw_str s)
{
	s = pieces(s);
	if (!memchr(s.p ? s.p : "", 0, s.n))
		return s;
	char *out = sw_arena_memdup(a, s.p, s.n);
	for (size_t i = 0; out && i < s.n; i++)
		if (!out[i])
			out[i] = ' ';
	return sw_str_make(out, out ? s.n : 0);
}

static struct sw_str args_of(struct sw_arena *a, const struct sw_thread *t)
{
	return t->args ? join_nul(a, sw_rstr_str(t->args)) : SW_STR("");
}

/* Command line: comm and the arguments. */
static struct sw_str command_line(struct sw_arena *a, const struct sw_thread *t)
{
	struct sw_str comm = sw_rstr_str(t->comm), args = pieces(sw_rstr_str(t->args));

	if (!args.n)
		return comm;
	char *out = sw_arena_alloc(a, comm.n + 1 + args.n);
	if (!out)
		return comm;
	if (comm.n)
		memcpy(out, comm.p, comm.n);
	out[comm.n] = ' ';
	for (size_t i = 0; i < args.n; i++)
		out[comm.n + 1 + i] = args.p[i] ? args.p[i] : ' ';
	return sw_str_make(out, comm.n + 1 + args.n);
}

static size_t count_args(struct sw_str args, size_t *ret_bytes)
{
	size_t n = 0;

	args = pieces(args);
	for (size_t i = 0; i < args.n; i++)
		n += args.p[i] == 0;
	*ret_bytes = args.n - n;
	return args.n ? n + 1 : 0;
}

/* Of an environment "A=b\0C=d\0": the value of a name. */
static struct sw_str env_get(const struct sw_thread *t, struct sw_str name)
{
	struct sw_str env = sw_rstr_str(t->env), one;

	while (sw_str_split(&env, '\0', &one))
		if (one.n > name.n && one.p[name.n] == '=' && sw_str_starts(one, name))
			return sw_str_trim(sw_str_sub(one, name.n + 1, one.n));
	return (struct sw_str){NULL, 0};
}

/* What one field says of a thread, for itself, its parent or any ancestor. */
static struct sw_str of_thread(uint32_t id, struct sw_arena *a, const struct sw_thread *t)
{
	switch (id) {
	case SW_FLD_PROC_EXE:
	case SW_FLD_PROC_PEXE:
	case SW_FLD_PROC_AEXE:
	case SW_FLD_PROC_SID_EXE:
	case SW_FLD_PROC_VPGID_EXE:
	case SW_FLD_PROC_PGID_EXE:
		return sw_rstr_str(t->exe);
	case SW_FLD_PROC_EXEPATH:
	case SW_FLD_PROC_PEXEPATH:
	case SW_FLD_PROC_AEXEPATH:
	case SW_FLD_PROC_SID_EXEPATH:
	case SW_FLD_PROC_VPGID_EXEPATH:
	case SW_FLD_PROC_PGID_EXEPATH:
		return sw_rstr_str(t->exepath);
	case SW_FLD_PROC_CMDLINE:
	case SW_FLD_PROC_PCMDLINE:
	case SW_FLD_PROC_ACMDLINE:
		return command_line(a, t);
	case SW_FLD_PROC_ARGS:
	case SW_FLD_PROC_AARGS:
		return args_of(a, t);
	case SW_FLD_PROC_ENV:
	case SW_FLD_PROC_AENV:
		return t->env ? join_nul(a, sw_rstr_str(t->env)) : SW_STR("");
	default:
		return sw_rstr_str(t->comm);
	}
}

/* The number of a process; what no kernel gives is one that somebody made up inside, and is not shown. */
static int ret_pid(const struct sw_event *ev, struct sw_fvals *ret, int64_t pid)
{
	return pid >= -1 && pid <= UINT32_MAX ? sw_ret_i64(ev, ret, pid) : 0;
}

/* All ancestors, nearest first, as alternatives; an endless loop of parents ends at the ceiling. */
static int any_ancestor(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	struct sw_thread *t = sw_thread_main(e->state, e->thread);
	struct sw_fval v[ANCESTORS_MAX];
	uint32_t n = 0;

	for (t = t ? sw_thread_parent(e->state, t) : NULL; t && n < ANCESTORS_MAX;
		t = sw_thread_parent(e->state, t), n++) {
		if (ref->id == SW_FLD_PROC_APID)
			v[n].i = t->pid;
		else
			v[n].s = of_thread(ref->id, ev->arena, t);
	}
	struct sw_fval *out = n ? (struct sw_fval *)(void *)sw_arena_memdup(ev->arena, v, n * sizeof(*v)) : NULL;
	if (!out)
		return 0;
	*ret = (struct sw_fvals){.v = out, .n = n};
	return (int)n;
}

static int ancestor(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	struct sw_thread *t;

	if (!ref->has_arg)
		return any_ancestor(ref, ev, ret);
	if (ref->id == SW_FLD_PROC_AENV && !ref->arg_is_index) {
		/* A variable by name: the nearest ancestor that has it. */
		t = sw_thread_main(e->state, e->thread);
		for (int i = 0; i < 20 && t; i++) {
			t = sw_thread_parent(e->state, t);
			struct sw_str v = t ? env_get(t, ref->arg) : (struct sw_str){NULL, 0};
			if (v.n)
				return sw_ret_str(ev, ret, v);
		}
		return sw_ret_str(ev, ret, SW_STR(""));
	}
	t = sw_thread_ancestor(e->state, e->thread, ref->index);
	if (!t)
		return 0;
	if (ref->id == SW_FLD_PROC_APID)
		return ret_pid(ev, ret, t->pid);
	return sw_ret_str(ev, ret, of_thread(ref->id, ev->arena, t));
}

static int of_parent(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	struct sw_thread *p = sw_thread_ancestor(e->state, e->thread, 1);

	if (!p)
		return 0;
	switch (ref->id) {
	case SW_FLD_PROC_PPID:
		return ret_pid(ev, ret, p->pid);
	case SW_FLD_PROC_PPID_DURATION:
		return p->clone_ts && ev->ts >= p->clone_ts ? sw_ret_u64(ev, ret, ev->ts - p->clone_ts) : 0;
	default:
		return sw_ret_str(ev, ret, of_thread(ref->id, ev->arena, p));
	}
}

/* The leader of a session or group. Outside of name spaces it is the thread of that number, if it lives;
 * else the oldest ancestor in a row that belongs to it. */
static struct sw_thread *leader(const struct sw_sysev *e, int64_t id, size_t offset, bool virt)
{
	struct sw_thread *t = e->thread, *found = NULL;

	if (id == -1)
		return NULL;
	if (!virt || !sw_thread_in_pidns(t)) {
		found = sw_state_thread(e->state, id);
		if (found)
			return found;
	}
	t = sw_thread_parent(e->state, t);
	for (int i = 0; t && i < ANCESTORS_MAX; i++, t = sw_thread_parent(e->state, t)) {
		int64_t theirs;
		memcpy(&theirs, (const char *)t + offset, sizeof(theirs));
		if (theirs != id)
			break;
		found = t;
	}
	return found;
}

static int of_leader(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	struct sw_thread *t = e->thread, *l;

	if (ref->id >= SW_FLD_PROC_SNAME && ref->id <= SW_FLD_PROC_SID_EXEPATH)
		l = leader(e, t->sid, offsetof(struct sw_thread, sid), true);
	else if (ref->id >= SW_FLD_PROC_VPGID_NAME && ref->id <= SW_FLD_PROC_VPGID_EXEPATH)
		l = leader(e, t->vpgid, offsetof(struct sw_thread, vpgid), true);
	else
		l = leader(e, t->pgid, offsetof(struct sw_thread, pgid), false);
	return sw_ret_str(ev, ret, l ? of_thread(ref->id, ev->arena, l) : SW_STR(""));
}

static struct sw_str caps_text(struct sw_arena *a, uint64_t caps)
{
	static const char *const names[] = {"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID",
		"KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST",
		"NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT",
		"SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME",
		"SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
		"MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
		"CHECKPOINT_RESTORE"};
	char out[1024];
	size_t n = 0;

	for (unsigned i = 0; i < SW_ARRAY_LEN(names); i++)
		if (caps >> i & 1)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "%sCAP_%s", n ? " " : "", names[i]);
	return sw_arena_str(a, sw_str_make(out, n));
}

static int std_fd(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	bool name = ref->id >= SW_FLD_PROC_STDIN_NAME;
	int64_t num = (int64_t)ref->id - (name ? SW_FLD_PROC_STDIN_NAME : SW_FLD_PROC_STDIN_TYPE);
	const struct sw_fd *f = sw_fdtab_find(sw_thread_fds(e->state, e->thread), num);

	if (!f)
		return 0;
	return sw_ret_str(ev, ret, name ? sw_rstr_str(f->name) : sw_str_from(sw_fd_type_name(f->type)));
}

/* What kernels call the same controller: "perf_event_cgroup", "mem_cgroup", "io" are perf_event, memory, blkio. */
static struct sw_str controller(struct sw_arena *a, struct sw_str s)
{
	static const struct {
		const char *from, *to;
	} renamed[] = {{"perf", "perf_event"}, {"mem", "memory"}, {"io", "blkio"}};
	size_t at = sw_str_find(s, SW_STR("_cgroup"), 0);

	if (at != SW_NPOS)
		s = sw_arena_printf(a, "%.*s%.*s", (int)at, s.p, (int)(s.n - at - 7), s.p + at + 7);
	for (size_t i = 0; i < SW_ARRAY_LEN(renamed); i++)
		if (sw_str_is(s, renamed[i].from))
			return sw_str_from(renamed[i].to);
	return s;
}

static int cgroups(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	struct sw_str all = sw_rstr_str(e->thread->cgroups), one;
	sw_autobuf out;

	sw_buf_init(&out, TEXT_MAX);
	while (sw_str_split(&all, '\0', &one)) {
		size_t eq = sw_str_chr(one, '=', 0);
		if (eq == SW_NPOS)
			continue;
		struct sw_str name = controller(ev->arena, sw_str_sub(one, 0, eq));
		struct sw_str path = sw_str_sub(one, eq + 1, one.n);
		if (ref->id == SW_FLD_THREAD_CGROUP && sw_str_eq(name, ref->arg))
			return sw_ret_str(ev, ret, path);
		if (ref->id == SW_FLD_THREAD_CGROUPS)
			sw_buf_printf(&out, "%s%.*s=%.*s", out.n ? " " : "", SW_STR_ARG(name), SW_STR_ARG(path));
	}
	return out.n ? sw_ret_str(ev, ret, sw_arena_str(ev->arena, sw_buf_str(&out))) : 0;
}

/* Nearest to the root: the last shell among the ancestors. */
static int login_shell(const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	struct sw_thread *t = sw_thread_main(e->state, e->thread), *found = NULL;

	for (int i = 0; t && i < ANCESTORS_MAX; i++, t = sw_thread_parent(e->state, t))
		if (sw_str_ends(sw_rstr_str(t->comm), SW_STR("sh")))
			found = t;
	return found ? sw_ret_i64(ev, ret, found->pid) : 0;
}

static int fd_counts(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	const struct sw_fdtab *tab = sw_thread_fds(e->state, e->thread);
	struct sw_thread *m = sw_thread_main(e->state, e->thread);
	bool known = e->thread->known; /* of what nobody introduced the libraries have nothing */
	int64_t limit = !known ? 0 : m ? m->fdlimit : -1;
	uint64_t n = known && tab ? tab->n : 0;

	if (ref->id == SW_FLD_PROC_FDLIMIT)
		return sw_ret_i64(ev, ret, limit);
	if (ref->id == SW_FLD_PROC_FDOPENCOUNT)
		return sw_ret_u64(ev, ret, n);
	return sw_ret_double(ev, ret, limit > 0 ? (double)n * 100 / (double)limit : 0);
}

static int some(const struct sw_event *ev, struct sw_fvals *ret, uint64_t v)
{
	return v ? sw_ret_u64(ev, ret, v) : 0;
}

static int memory(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_thread *t = ((const struct sw_sysev *)ev->data)->thread;
	bool main = sw_thread_is_main(t);

	switch (ref->id) {
	case SW_FLD_PROC_VMSIZE:
		return sw_ret_u64(ev, ret, t->vmsize);
	case SW_FLD_PROC_VMRSS:
		return sw_ret_u64(ev, ret, t->vmrss);
	case SW_FLD_PROC_VMSWAP:
		return sw_ret_u64(ev, ret, t->vmswap);
	case SW_FLD_THREAD_PFMAJOR:
		return sw_ret_u64(ev, ret, t->pfmajor);
	case SW_FLD_THREAD_PFMINOR:
		return sw_ret_u64(ev, ret, t->pfminor);
	case SW_FLD_THREAD_VMSIZE:
		return sw_ret_u64(ev, ret, main ? t->vmsize : 0);
	case SW_FLD_THREAD_VMRSS:
		return sw_ret_u64(ev, ret, main ? t->vmrss : 0);
	case SW_FLD_THREAD_VMSIZE_B:
		return sw_ret_u64(ev, ret, main ? (uint64_t)t->vmsize * 1024 : 0);
	default:
		return sw_ret_u64(ev, ret, main ? (uint64_t)t->vmrss * 1024 : 0);
	}
}

static int file_times(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	const struct sw_thread *t = e->thread;
	const struct sw_thread *p;

	switch (ref->id) {
	case SW_FLD_PROC_DURATION:
		return t->clone_ts && ev->ts >= t->clone_ts ? sw_ret_u64(ev, ret, ev->ts - t->clone_ts) : 0;
	case SW_FLD_PROC_PID_TS:
		return some(ev, ret, t->clone_ts);
	case SW_FLD_PROC_PPID_TS:
		p = sw_thread_parent(e->state, e->thread);
		return p ? sw_ret_u64(ev, ret, p->clone_ts) : 0;
	case SW_FLD_PROC_EXE_INO:
		return some(ev, ret, t->exe_ino);
	case SW_FLD_PROC_EXE_INO_CTIME:
		return some(ev, ret, t->exe_ctime);
	case SW_FLD_PROC_EXE_INO_MTIME:
		return some(ev, ret, t->exe_mtime);
	case SW_FLD_PROC_EXE_INO_CTIME_DURATION_PROC_START:
		return some(ev, ret, t->ctime_to_clone);
	case SW_FLD_PROC_EXE_INO_CTIME_DURATION_PIDNS_START:
		return some(ev, ret, t->ctime_since_pidns);
	default:
		return some(ev, ret, t->pidns_ts);
	}
}

static int flags_of(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_thread *t = ((const struct sw_sysev *)ev->data)->thread;

	switch (ref->id) {
	case SW_FLD_PROC_IS_EXE_WRITABLE:
		return sw_ret_u64(ev, ret, t->exe_writable);
	case SW_FLD_PROC_IS_EXE_UPPER_LAYER:
		return sw_ret_u64(ev, ret, t->exe_upper);
	case SW_FLD_PROC_IS_EXE_LOWER_LAYER:
		return sw_ret_u64(ev, ret, t->exe_lower);
	case SW_FLD_PROC_IS_EXE_FROM_MEMFD:
		return sw_ret_u64(ev, ret, t->exe_memfd);
	case SW_FLD_PROC_IS_SID_LEADER:
		return sw_ret_u64(ev, ret, t->sid == t->vpid);
	case SW_FLD_PROC_IS_VPGID_LEADER:
		return sw_ret_u64(ev, ret, t->vpgid == t->vpid);
	case SW_FLD_PROC_IS_PGID_LEADER:
		return sw_ret_u64(ev, ret, t->pgid == t->pid);
	default:
		return sw_ret_u64(ev, ret, sw_thread_is_main(t));
	}
}

/* The threads of a process whose main thread was never seen. Rare: the table is gone through. */
static uint64_t without_leader(const struct sw_state *st, const struct sw_thread *t)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < st->n_buckets; i++)
		for (const struct sw_thread *x = st->hash[i]; x; x = x->next)
			n += x->pid == t->pid && !x->dead;
	return n;
}

static int ids(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	struct sw_thread *t = e->thread, *p;

	switch (ref->id) {
	case SW_FLD_PROC_PID:
		return ret_pid(ev, ret, t->pid);
	case SW_FLD_PROC_VPID:
		return t->vpid == -1 ? 0 : sw_ret_i64(ev, ret, t->vpid);
	case SW_FLD_PROC_PVPID:
		p = sw_thread_parent(e->state, t);
		return p ? sw_ret_i64(ev, ret, p->vpid) : 0;
	case SW_FLD_PROC_SID:
		return sw_ret_i64(ev, ret, t->sid);
	case SW_FLD_PROC_VPGID:
		return sw_ret_i64(ev, ret, t->vpgid);
	case SW_FLD_PROC_PGID:
		return sw_ret_i64(ev, ret, t->pgid);
	case SW_FLD_PROC_TTY:
		return sw_ret_u64(ev, ret, t->tty);
	case SW_FLD_THREAD_VTID:
		return t->vtid == -1 ? 0 : sw_ret_i64(ev, ret, t->vtid);
	case SW_FLD_PROC_NTHREADS:
		p = sw_thread_main(e->state, t);
		return sw_ret_u64(ev, ret, !t->known ? 0 : p ? p->threads : without_leader(e->state, t));
	default: /* proc.nchilds: threads beside the main one */
		p = sw_thread_main(e->state, t);
		return sw_ret_u64(ev, ret, !p ? without_leader(e->state, t) : p->threads ? p->threads - !p->dead : 0);
	}
}

static int texts(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	struct sw_thread *t = e->thread;
	size_t bytes, n;

	switch (ref->id) {
	case SW_FLD_PROC_ARGS:
		if (ref->has_arg) {
			struct sw_str all = sw_rstr_str(t->args), one = SW_STR("");
			for (uint64_t i = 0; i <= ref->index; i++)
				if (!sw_str_split(&all, '\0', &one))
					return sw_ret_str(ev, ret, SW_STR(""));
			return sw_ret_str(ev, ret, one);
		}
		break;
	case SW_FLD_PROC_CMDNARGS:
	case SW_FLD_PROC_CMDLENARGS:
		n = count_args(sw_rstr_str(t->args), &bytes);
		return sw_ret_u64(ev, ret, ref->id == SW_FLD_PROC_CMDNARGS ? n : bytes);
	case SW_FLD_PROC_EXELINE:
		return sw_ret_str(ev, ret, sw_arena_printf(ev->arena, "%.*s %.*s", SW_STR_ARG(sw_rstr_str(t->exe)),
						   SW_STR_ARG(args_of(ev->arena, t))));
	case SW_FLD_PROC_CWD:
		return sw_ret_str(ev, ret, t->known ? sw_thread_cwd(e->state, t) : SW_STR("./"));
	case SW_FLD_THREAD_CAP_PERMITTED:
		return sw_ret_str(ev, ret, caps_text(ev->arena, t->cap_permitted));
	case SW_FLD_THREAD_CAP_INHERITABLE:
		return sw_ret_str(ev, ret, caps_text(ev->arena, t->cap_inheritable));
	case SW_FLD_THREAD_CAP_EFFECTIVE:
		return sw_ret_str(ev, ret, caps_text(ev->arena, t->cap_effective));
	case SW_FLD_THREAD_NAMETID:
		return sw_ret_str(ev, ret, sw_arena_printf(ev->arena, "%.*s%lld", SW_STR_ARG(sw_rstr_str(t->comm)),
						   (long long)e->raw->tid));
	default:
		break;
	}
	return sw_ret_str(ev, ret, of_thread(ref->id, ev->arena, t));
}

/* Threads have the environment of their process. */
static int environment(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	struct sw_thread *m = sw_thread_main(e->state, e->thread);
	const struct sw_thread *t = m ? m : e->thread;

	if (ref->has_arg && ref->arg.n && !ref->arg_is_index)
		return sw_ret_str(ev, ret, env_get(t, ref->arg));
	return sw_ret_str(ev, ret, of_thread(ref->id, ev->arena, t));
}

int sw_extract_proc(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = sw_event_sysev(ev);

	if (!e)
		return 0;
	if (ref->id == SW_FLD_THREAD_TID)
		return ret_pid(ev, ret, e->raw->tid);
	if (ref->id == SW_FLD_THREAD_EXECTIME || ref->id == SW_FLD_THREAD_TOTEXECTIME)
		return sw_ret_u64(ev, ret, 0);
	if (!e->thread)
		return 0;
	switch (ref->id) {
	case SW_FLD_PROC_ENV:
		return environment(ref, ev, ret);
	case SW_FLD_PROC_AEXE:
	case SW_FLD_PROC_AEXEPATH:
	case SW_FLD_PROC_ANAME:
	case SW_FLD_PROC_AARGS:
	case SW_FLD_PROC_ACMDLINE:
	case SW_FLD_PROC_AENV:
	case SW_FLD_PROC_APID:
		return ancestor(ref, ev, ret);
	case SW_FLD_PROC_PEXE:
	case SW_FLD_PROC_PEXEPATH:
	case SW_FLD_PROC_PNAME:
	case SW_FLD_PROC_PCMDLINE:
	case SW_FLD_PROC_PPID:
	case SW_FLD_PROC_PPID_DURATION:
		return of_parent(ref, ev, ret);
	case SW_FLD_PROC_SNAME ... SW_FLD_PROC_SID_EXEPATH:
	case SW_FLD_PROC_VPGID_NAME ... SW_FLD_PROC_VPGID_EXEPATH:
	case SW_FLD_PROC_PGID_NAME ... SW_FLD_PROC_PGID_EXEPATH:
		return of_leader(ref, ev, ret);
	case SW_FLD_PROC_STDIN_TYPE ... SW_FLD_PROC_STDERR_NAME:
		return std_fd(ref, ev, ret);
	case SW_FLD_THREAD_CGROUPS:
	case SW_FLD_THREAD_CGROUP:
		return cgroups(ref, ev, ret);
	case SW_FLD_PROC_LOGINSHELLID:
		return login_shell(ev, ret);
	case SW_FLD_PROC_FDOPENCOUNT ... SW_FLD_PROC_FDUSAGE:
		return fd_counts(ref, ev, ret);
	case SW_FLD_PROC_VMSIZE ... SW_FLD_THREAD_PFMINOR:
	case SW_FLD_THREAD_VMSIZE ... SW_FLD_THREAD_VMRSS_B:
		return memory(ref, ev, ret);
	case SW_FLD_PROC_DURATION:
	case SW_FLD_PROC_PID_TS:
	case SW_FLD_PROC_PPID_TS:
	case SW_FLD_PROC_EXE_INO ... SW_FLD_PROC_PIDNS_INIT_START_TS:
		return file_times(ref, ev, ret);
	case SW_FLD_PROC_IS_EXE_WRITABLE ... SW_FLD_PROC_IS_PGID_LEADER:
	case SW_FLD_THREAD_ISMAIN:
		return flags_of(ref, ev, ret);
	case SW_FLD_PROC_PID:
	case SW_FLD_PROC_VPID:
	case SW_FLD_PROC_PVPID:
	case SW_FLD_PROC_SID:
	case SW_FLD_PROC_VPGID:
	case SW_FLD_PROC_PGID:
	case SW_FLD_PROC_TTY:
	case SW_FLD_THREAD_VTID:
	case SW_FLD_PROC_NTHREADS:
	case SW_FLD_PROC_NCHILDS:
		return ids(ref, ev, ret);
	case SW_FLD_THREAD_CPU ... SW_FLD_THREAD_CPU_SYSTEM:
		return ev->code == SW_EV_PROCINFO_E ? sw_ret_double(ev, ret, 0) : 0;
	default:
		return texts(ref, ev, ret);
	}
}
