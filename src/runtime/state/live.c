/* SPDX-License-Identifier: Apache-2.0 */
/* This machine: processes in /proc. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "runtime/state/container.h"
#include "runtime/state/impl.h"
#include "runtime/state/live.h"

enum { FILE_MAX = 1 << 20, PROC_MAX = 8192, ENV_MAX = 4096 };

/* ---- /proc ---- */

/* Up to n bytes of a file of /proc; -1: not there. */
static ssize_t proc_read(int64_t tid, const char *name, char *out, size_t n)
{
	char path[160];

	snprintf(path, sizeof(path), "/proc/%lld/%s", (long long)tid, name);
	sw_autoclose fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	size_t got = 0;
	while (got < n) {
		ssize_t r = read(fd, out + got, n - got);
		if (r <= 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

static struct sw_str proc_link(int64_t tid, const char *name, char *out, size_t n)
{
	char path[160];

	snprintf(path, sizeof(path), "/proc/%lld/%s", (long long)tid, name);
	ssize_t r = readlink(path, out, n);
	return (struct sw_str){out, r > 0 ? (size_t)r : 0};
}

static uint64_t number_after(struct sw_str text, const char *key, int base)
{
	size_t at = sw_str_find(text, sw_str_from(key), 0);

	return at == SW_NPOS ? 0 : strtoull(text.p + at + strlen(key), NULL, base);
}

static void from_status(struct sw_thread *t, struct sw_str s)
{
	t->pid = (int64_t)number_after(s, "\nTgid:", 10);
	t->ptid = (int64_t)number_after(s, "\nPPid:", 10);
	t->uid = (uint32_t)number_after(s, "\nUid:", 10);
	t->gid = (uint32_t)number_after(s, "\nGid:", 10);
	size_t at = sw_str_find(s, SW_STR("\nUid:"), 0);
	if (at != SW_NPOS) {
		/* The effective one is second. */
		char *end;
		strtoull(s.p + at + 5, &end, 10);
		t->uid = (uint32_t)strtoull(end, NULL, 10);
	}
	t->cap_inheritable = number_after(s, "\nCapInh:", 16);
	t->cap_permitted = number_after(s, "\nCapPrm:", 16);
	t->cap_effective = number_after(s, "\nCapEff:", 16);
	t->vmsize = (uint32_t)number_after(s, "\nVmSize:", 10);
	t->vmrss = (uint32_t)number_after(s, "\nVmRSS:", 10);
	t->vmswap = (uint32_t)number_after(s, "\nVmSwap:", 10);
	/* In name spaces: the innermost number is last. */
	struct sw_str line = s;
	at = sw_str_find(s, SW_STR("\nNStgid:"), 0);
	if (at != SW_NPOS) {
		line = sw_str_sub(s, at + 8, s.n);
		size_t end = sw_str_chr(line, '\n', 0), tab;
		line = sw_str_trim(sw_str_sub(line, 0, end == SW_NPOS ? line.n : end));
		tab = sw_str_rfind(line, SW_STR("\t"));
		t->vpid = strtoll(line.p + (tab == SW_NPOS ? 0 : tab + 1), NULL, 10);
	}
	at = sw_str_find(s, SW_STR("\nNSpid:"), 0);
	if (at != SW_NPOS) {
		line = sw_str_sub(s, at + 7, s.n);
		size_t end = sw_str_chr(line, '\n', 0), tab;
		line = sw_str_trim(sw_str_sub(line, 0, end == SW_NPOS ? line.n : end));
		tab = sw_str_rfind(line, SW_STR("\t"));
		t->vtid = strtoll(line.p + (tab == SW_NPOS ? 0 : tab + 1), NULL, 10);
		if (tab != SW_NPOS)
			t->flags |= SW_CL_IN_PIDNS;
	}
}

static void from_stat(struct sw_state *st, struct sw_thread *t, struct sw_str s)
{
	size_t paren = sw_str_rfind(s, SW_STR(")"));
	long long ppid, pgrp, session, tty, start;
	char state;

	if (paren == SW_NPOS || sscanf(s.p + paren + 1,
					" %c %lld %lld %lld %lld %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
					"%*d %lld",
					&state, &ppid, &pgrp, &session, &tty, &start) != 6)
		return;
	t->pgid = pgrp;
	t->sid = session;
	t->vpgid = pgrp;
	t->tty = (uint32_t)tty;
	t->clone_ts = st->boot_ts + (uint64_t)start * (1000000000u / (unsigned)sysconf(_SC_CLK_TCK));
}

/* "N:controllers:/path" lines become the form of events; the second version has no name. */
static void from_cgroup(struct sw_state *st, struct sw_thread *t, struct sw_str s)
{
	char out[ENV_MAX];
	size_t n = 0;
	struct sw_str line, field;

	while (sw_str_split(&s, '\n', &line) && n + line.n + 16 < sizeof(out)) {
		if (!sw_str_split(&line, ':', &field) || !sw_str_split(&line, ':', &field) || !line.p)
			continue;
		struct sw_str name = field.n ? field : SW_STR("cpuset");
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%.*s=%.*s", SW_STR_ARG(name), SW_STR_ARG(line));
		out[n++] = 0;
	}
	sw_rstr_set(&t->cgroups, sw_str_make(out, n));
	sw_thread_find_container(st, t);
}

static void exe_file(struct sw_thread *t)
{
	char path[64], link[SW_PATH_MAX];
	struct stat sb;

	struct sw_str exe = proc_link(t->tid, "exe", link, sizeof(link));
	if (!exe.n)
		return; /* a kernel thread, or on its way out */
	sw_thread_set_exepath(t, exe);
	t->exe_memfd = sw_str_starts(exe, SW_STR("/memfd:"));
	snprintf(path, sizeof(path), "/proc/%lld/exe", (long long)t->tid);
	if (stat(path, &sb) != 0)
		return;
	t->exe_ino = sb.st_ino;
	t->exe_ctime = (uint64_t)sb.st_ctim.tv_sec * 1000000000u + (uint64_t)sb.st_ctim.tv_nsec;
	t->exe_mtime = (uint64_t)sb.st_mtim.tv_sec * 1000000000u + (uint64_t)sb.st_mtim.tv_nsec;
}

void sw_live_args(struct sw_thread *t)
{
	char buf[ENV_MAX + 1];
	ssize_t n = proc_read(t->tid, "cmdline", buf, ENV_MAX);

	if (n > 0) {
		struct sw_str all = {buf, (size_t)n}, exe = sw_raw_cstr(all);
		sw_rstr_set(&t->exe, exe);
		sw_rstr_set(&t->args, sw_str_sub(all, exe.n + 1, all.n));
	} else {
		sw_rstr_set(&t->exe, sw_rstr_str(t->comm));
	}
}

static void names(struct sw_thread *t)
{
	char buf[ENV_MAX + 1];
	ssize_t n = proc_read(t->tid, "comm", buf, sizeof(buf));

	if (n > 0)
		sw_rstr_set(&t->comm, sw_str_trim(sw_str_make(buf, (size_t)n)));
	sw_live_args(t);
	n = proc_read(t->tid, "environ", buf, ENV_MAX);
	if (n > 0)
		sw_rstr_set(&t->env, sw_str_make(buf, (size_t)n));
	n = proc_read(t->tid, "loginuid", buf, 32);
	if (n > 0) {
		buf[n] = 0;
		t->loginuid = (uint32_t)strtoul(buf, NULL, 10);
	}
}

void sw_live_links(struct sw_thread *t)
{
	char cwd[SW_PATH_MAX + 1];
	struct sw_str exe = proc_link(t->tid, "exe", cwd, SW_PATH_MAX);

	if (exe.n)
		sw_thread_set_exepath(t, exe);
	struct sw_str dir = proc_link(t->tid, "cwd", cwd, SW_PATH_MAX);
	if (!dir.n)
		return;
	if (dir.p[dir.n - 1] != '/') {
		cwd[dir.n] = '/';
		dir.n++;
	}
	sw_rstr_set(&t->cwd, dir);
	sw_rstr_set(&t->root, proc_link(t->tid, "root", cwd, SW_PATH_MAX));
}

bool sw_state_look_up(struct sw_state *st, struct sw_thread *t)
{
	char buf[PROC_MAX + 1];
	ssize_t n = proc_read(t->tid, "status", buf, PROC_MAX);

	if (n <= 0)
		return false;
	buf[n] = 0;
	from_status(t, sw_str_make(buf, (size_t)n));
	if (t->tid != t->pid)
		t->flags |= SW_CL_THREAD | SW_CL_FILES;
	n = proc_read(t->tid, "stat", buf, PROC_MAX);
	if (n > 0) {
		buf[n] = 0;
		from_stat(st, t, sw_str_make(buf, (size_t)n));
	}
	names(t);
	sw_live_links(t);
	exe_file(t);
	n = proc_read(t->tid, "cgroup", buf, PROC_MAX);
	if (n > 0)
		from_cgroup(st, t, sw_str_make(buf, (size_t)n));
	if (!sw_thread_in_pidns(t))
		t->pidns_ts = st->boot_ts;
	t->known = true;
	t->seen = st->scan;
	sw_state_thread_link(st, t);
	return true;
}

static void one_fd(struct sw_state *st, struct sw_thread *t, int64_t num, struct sw_str link)
{
	struct sw_scap_fd f = {.tid = t->tid, .fd = num, .type = SW_FD_FILE_V2, .name = link};
	static const struct {
		const char *prefix;
		int type;
	} kinds[] = {
		{"pipe:", SW_FD_FIFO}, {"anon_inode:[eventpoll]", SW_FD_EVENTPOLL},
		{"anon_inode:[eventfd]", SW_FD_EVENT}, {"anon_inode:[timerfd]", SW_FD_TIMERFD},
		{"anon_inode:[signalfd]", SW_FD_SIGNALFD}, {"anon_inode:inotify", SW_FD_INOTIFY},
		{"anon_inode:bpf", SW_FD_BPF}, {"anon_inode:[io_uring]", SW_FD_IOURING},
		{"anon_inode:[userfaultfd]", SW_FD_USERFAULTFD}, {"anon_inode:[pidfd]", SW_FD_PIDFD},
		{"/memfd:", SW_FD_MEMFD}, {"anon_inode:", SW_FD_UNSUPPORTED},
	};

	if (sw_str_starts(link, SW_STR("socket:")))
		return; /* the socket's ends come with the first event that has them */
	for (size_t i = 0; i < SW_ARRAY_LEN(kinds); i++) {
		if (sw_str_starts(link, sw_str_from(kinds[i].prefix))) {
			f.type = kinds[i].type;
			break;
		}
	}
	sw_state_add_fd(st, &f);
}

static void live_fds(struct sw_state *st, struct sw_thread *t)
{
	enum { PER_PROCESS = 1024 };
	char path[64], link[SW_PATH_MAX], name[64];

	snprintf(path, sizeof(path), "/proc/%lld/fd", (long long)t->tid);
	DIR *dir = opendir(path);
	if (!dir)
		return;
	const struct dirent *e;
	for (int n = 0; n < PER_PROCESS && (e = readdir(dir));) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		n++;
		snprintf(name, sizeof(name), "fd/%.20s", e->d_name);
		struct sw_str l = proc_link(t->tid, name, link, sizeof(link));
		if (l.n)
			one_fd(st, t, strtoll(e->d_name, NULL, 10), l);
	}
	closedir(dir);
}

static void one_process(struct sw_state *st, int64_t pid)
{
	char path[64];

	struct sw_thread *t = sw_state_thread_new(st, pid);
	if (!t)
		return;
	t->vtid = pid;
	if (!sw_state_look_up(st, t)) {
		t->pid = pid;
		sw_state_thread_remove(st, t, -1);
		return;
	}
	live_fds(st, t);
	snprintf(path, sizeof(path), "/proc/%lld/task", (long long)pid);
	DIR *dir = opendir(path);
	if (!dir)
		return;
	const struct dirent *e;
	while ((e = readdir(dir))) {
		int64_t tid = isdigit((unsigned char)e->d_name[0]) ? strtoll(e->d_name, NULL, 10) : pid;
		struct sw_thread *o = tid != pid ? sw_state_thread_new(st, tid) : NULL;
		if (o) {
			o->vtid = tid;
			o->pid = pid;
			if (!sw_state_look_up(st, o))
				sw_state_thread_remove(st, o, -1);
		}
	}
	closedir(dir);
}

static void read_users(struct sw_state *st)
{
	static const struct {
		const char *path;
		bool group;
	} files[] = {{"/etc/passwd", false}, {"/etc/group", true}};

	for (size_t i = 0; i < SW_ARRAY_LEN(files); i++) {
		sw_autoarena a;
		struct sw_str text, line, f[7];
		sw_arena_init(&a, FILE_MAX * 16);
		if (sw_io_read(&a, files[i].path, FILE_MAX * 8, SW_IO_COPY, &text, NULL) != 0)
			continue;
		while (sw_str_split(&text, '\n', &line)) {
			size_t n = 0;
			while (n < 7 && sw_str_split(&line, ':', &f[n]))
				n++;
			int64_t id = -1, gid = -1;
			if (n < 3 || !sw_str_to_i64(f[2], &id))
				continue;
			struct sw_scap_user u = {.is_group = files[i].group, .name = f[0]};
			if (u.is_group) {
				u.gid = (uint32_t)id;
			} else if (n >= 6 && sw_str_to_i64(f[3], &gid)) {
				u.uid = (uint32_t)id;
				u.gid = (uint32_t)gid;
				u.home = f[5];
				u.shell = n > 6 ? f[6] : SW_STR("");
			}
			sw_state_add_user(st, &u);
		}
	}
}

static uint64_t boot_time(void)
{
	return (uint64_t)(sw_clock_ns(CLOCK_REALTIME) - sw_clock_ns(CLOCK_BOOTTIME));
}

void sw_live_prepare(struct sw_state *st)
{
	st->live = true;
	st->boot_ts = boot_time();
	read_users(st);
}

void sw_live_scan(struct sw_state *st)
{
	DIR *dir = opendir("/proc");
	const struct dirent *e;

	sw_live_prepare(st);
	sw_state_scan_begin(st);
	while (dir && (e = readdir(dir)))
		if (isdigit((unsigned char)e->d_name[0]))
			one_process(st, strtoll(e->d_name, NULL, 10));
	sw_state_scan_end(st, dir != NULL);
	if (dir)
		closedir(dir);
}
