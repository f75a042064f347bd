/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/respond/target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/state/container.h"

enum { SAME_NS = 20000000, ROUNDS = 4, PIDS_TEXT = 65536, FREEZE_MS = 50 };

/* ---- who is left alone ---- */

static const char *const critical[] = {
	"systemd",
	"init",
	"systemd-journal",
	"systemd-udevd",
	"systemd-logind",
	"systemd-network",
	"systemd-resolve",
	"dbus-daemon",
	"dbus-broker",
	"kubelet",
	"containerd",
	"containerd-shim",
	"containerd-shim-runc-v2",
	"dockerd",
	"docker-proxy",
	"crio",
	"conmon",
	"runc",
	"crun",
	"podman",
	"k3s",
	"k3s-server",
	"k3s-agent",
	"rke2",
	"kube-apiserver",
	"kube-controller",
	"kube-scheduler",
	"kube-proxy",
	"etcd",
	"cilium-agent",
	"calico-node",
	"flanneld",
	"sshd",
	"NetworkManager",
	"chronyd",
	"auditd",
	"rsyslogd",
	"agetty",
	"seawall",
	"falco",
	"tetragon",
};

/* Names of the kernel have 15 characters. */
static bool same_comm(struct sw_str comm, const char *name)
{
	size_t n = strlen(name);

	return comm.n == (n > 15 ? 15 : n) && memcmp(comm.p, name, comm.n) == 0;
}

static bool is_critical(const struct sw_thread *t, const struct sw_str *protect, uint32_t n_protect)
{
	struct sw_str comm = sw_rstr_str(t->comm);
	bool host = !t->container_id || !t->container_id->n;

	if (t->pid <= 2 || t->pid == getpid() || (host && !t->exepath))
		return true;
	/* In a container a name says nothing: whoever is in it has chosen it. */
	for (size_t i = 0; host && i < SW_ARRAY_LEN(critical); i++)
		if (same_comm(comm, critical[i]))
			return true;
	for (uint32_t i = 0; i < n_protect; i++)
		if (sw_str_eq(protect[i], comm) || sw_str_eq(protect[i], sw_rstr_str(t->exepath)))
			return true;
	return false;
}

static bool ancestor_of_ours(struct sw_state *st, const struct sw_thread *t)
{
	struct sw_thread *me = sw_state_thread(st, getppid());

	for (uint64_t i = 0; me && i < 64; i++) {
		const struct sw_thread *a = sw_thread_ancestor(st, me, i);
		if (!a)
			return false;
		if (a->pid == t->pid)
			return true;
	}
	return false;
}

const char *sw_target_protected(const struct sw_target *t)
{
	if (!t->thread)
		return "the process is not known";
	if (is_critical(t->thread, t->protect, t->n_protect))
		return "the process belongs to the node";
	if (ancestor_of_ours(t->state, t->thread))
		return "the process has started Seawall";
	const struct sw_container *c = t->thread->container;
	if (c && sw_str_is(sw_rstr_str(c->pod_ns), "kube-system"))
		return "the container belongs to the cluster (kube-system)";
	return NULL;
}

/* ---- where its cgroup is ---- */

/* Where a hierarchy is mounted: "cgroup2", or "cgroup" with an option. */
static bool mount_of(const char *type, const char *option, char out[PATH_MAX])
{
	FILE *f = fopen("/proc/self/mounts", "re");
	char line[PATH_MAX + 256], where[PATH_MAX], kind[64], options[512];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %4095s %63s %511s", where, kind, options) != 3 ||
			strcmp(kind, type) != 0)
			continue;
		found = !option || strstr(options, option) != NULL;
		if (found)
			memcpy(out, where, strlen(where) + 1);
	}
	if (f)
		fclose(f);
	return found;
}

/* The path in a hierarchy up to the component that has the container's id. */
static bool cut_to_container(struct sw_str path, struct sw_str id, char *out, size_t room)
{
	size_t at = sw_str_find(path, id, 0);

	if (!id.n || at == SW_NPOS)
		return false;
	size_t end = sw_str_chr(path, '/', at);
	path = sw_str_sub(path, 0, end == SW_NPOS ? path.n : end);
	if (sw_str_find(path, SW_STR(".."), 0) != SW_NPOS || path.n < 2)
		return false;
	return (size_t)snprintf(out, room, "%.*s", SW_STR_ARG(path)) < room;
}

/* A line of /proc/PID/cgroup: "0::" for the second version, ":freezer:" for that of the first. */
static bool line_of(int64_t pid, const char *mark, char *out, size_t room)
{
	char path[64], line[PATH_MAX];
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%lld/cgroup", (long long)pid);
	FILE *f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f)) {
		char *at = strstr(line, mark);
		found = at && (mark[0] != '0' || at == line);
		if (!found)
			continue;
		at += strlen(mark);
		at[strcspn(at, "\n")] = 0;
		found = (size_t)snprintf(out, room, "%s", at) < room;
	}
	if (f)
		fclose(f);
	return found;
}

static struct sw_str known_path(struct sw_str cgroups)
{
	struct sw_str entry;

	while (sw_str_split(&cgroups, '\0', &entry))
		if (sw_str_starts(entry, SW_STR("unified=")))
			return sw_str_sub(entry, 8, entry.n);
	return (struct sw_str){NULL, 0};
}

static void find_folder(
	const char *mount, struct sw_str path, struct sw_str id, char out[SW_TARGET_PATH])
{
	char cut[PATH_MAX], full[2 * PATH_MAX];

	if (!cut_to_container(path, id, cut, sizeof(cut)))
		return;
	int n = snprintf(full, sizeof(full), "%s%s", mount, cut);
	if (n > 0 && n < SW_TARGET_PATH && access(full, F_OK) == 0)
		memcpy(out, full, (size_t)n + 1);
}

void sw_target_find(struct sw_target *t, struct sw_state *st, struct sw_thread *thread)
{
	char mount[PATH_MAX], path[PATH_MAX];

	t->state = st;
	t->thread = thread ? sw_thread_main(st, thread) : NULL;
	t->cgroup[0] = t->freezer[0] = 0;
	if (thread && !t->thread)
		t->thread = thread;
	t->container = t->thread ? sw_rstr_str(t->thread->container_id) : (struct sw_str){"", 0};
	if (!t->container.n)
		return;
	if (mount_of("cgroup2", NULL, mount)) {
		struct sw_str known = known_path(sw_rstr_str(t->thread->cgroups));
		if (line_of(t->thread->pid, "0::", path, sizeof(path)))
			known = sw_str_from(path);
		find_folder(mount, known, t->container, t->cgroup);
	}
	if (mount_of("cgroup", "freezer", mount) &&
		line_of(t->thread->pid, ":freezer:", path, sizeof(path)))
		find_folder(mount, sw_str_from(path), t->container, t->freezer);
}

/* ---- processes ---- */

/* Start of a process in the time of the state, to the clock tick; 0: it is gone. */
static uint64_t started(const struct sw_state *st, int64_t pid)
{
	char path[64], buf[1024];
	unsigned long long ticks = 0;

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	sw_autoclose fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, buf, sizeof(buf) - 1) : -1;
	if (n <= 0)
		return 0;
	buf[n] = 0;
	const char *paren = strrchr(buf, ')');
	if (!paren || sscanf(paren + 1,
			      " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
			      "%*d %*d %*d %llu",
			      &ticks) != 1)
		return 0;
	return st->boot_ts + ticks * (1000000000u / (unsigned)sysconf(_SC_CLK_TCK));
}

static bool still_the_same(const struct sw_state *st, const struct sw_thread *t)
{
	uint64_t now = started(st, t->pid), then = t->clone_ts;

	return now && then && (now > then ? now - then : then - now) <= SAME_NS;
}

static bool send_signal(const struct sw_state *st, const struct sw_thread *t, int sig)
{
	sw_autoclose fd = (int)syscall(SYS_pidfd_open, t->pid, 0);

	/* The handle first: what it names cannot change any more while its start is looked at. */
	return fd >= 0 && still_the_same(st, t) &&
	       syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0) == 0;
}

/*
 * The children that the kernel knows, which are more than ours when it forks fast. Their numbers
 * hold while the parent stands still: it reaps none. Who is stopped is stopped before its children, so
 * that it makes no more of them; who is killed is killed after them, since it gives them away at once.
 */
static uint32_t signal_children(int64_t pid, int sig, int depth)
{
	char path[80], *text;
	uint32_t n = 0;
	size_t got = 0;

	if (depth > 32)
		return 0;
	snprintf(path, sizeof(path), "/proc/%lld/task/%lld/children", (long long)pid,
		(long long)pid);
	sw_autoclose fd = open(path, O_RDONLY | O_CLOEXEC);
	text = fd >= 0 ? malloc(PIDS_TEXT + 1) : NULL;
	for (ssize_t r = 1; text && r > 0 && got<PIDS_TEXT; got += r> 0 ? (size_t)r : 0)
		r = read(fd, text + got, PIDS_TEXT - got);
	if (!text)
		return 0;
	text[got] = 0;
	for (char *at = text, *end; *at; at = end) {
		long child = strtol(at, &end, 10);
		if (end == at)
			break;
		if (child > 2) {
			if (sig != SIGKILL)
				n += kill((pid_t)child, sig) == 0;
			n += signal_children(child, sig, depth + 1);
			if (sig == SIGKILL)
				n += kill((pid_t)child, sig) == 0;
		}
		if (*end == ' ')
			end++;
	}
	free(text);
	return n;
}

struct tree {
	struct sw_thread *of[SW_TARGET_TREE];
	uint32_t n;
};

static void collect(struct sw_state *st, struct sw_thread *t, struct tree *tree)
{
	tree->of[tree->n++] = t;
	for (uint32_t i = 0; i < tree->n; i++) {
		for (struct sw_thread *c = tree->of[i]->children; c && tree->n < SW_TARGET_TREE;
			c = c->sibling_next)
			if (sw_thread_is_main(c) && !c->dead && !is_critical(c, NULL, 0))
				tree->of[tree->n++] = c;
	}
}

/* Does a file of the cgroup say so? */
static bool says(const char *folder, const char *name, const char *what)
{
	char path[SW_TARGET_PATH + 32], text[256] = "";

	if (!folder[0])
		return false;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	sw_autoclose fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && strstr(text, what);
}

static bool stands_still(const struct sw_target *t)
{
	return says(t->cgroup, "cgroup.events", "frozen 1") ||
	       says(t->freezer, "freezer.state", "FROZEN");
}

/*
 * The whole container stands still for a moment, so that what is in it can be looked at as it is. True: it did
 * not stand still before, and the caller lets it go on. Kernels take their time; FREEZE_MS is the patience.
 */
static bool hold(const struct sw_target *t)
{
	if (stands_still(t) || sw_target_freeze(t, true, NULL))
		return false;
	for (int ms = 0; ms < FREEZE_MS && !stands_still(t); ms++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	return true;
}

int sw_target_kill(const struct sw_target *t, uint32_t *ret_n, struct sw_error *err)
{
	sw_autofree struct tree *tree = calloc(1, sizeof(*tree));
	uint32_t killed = 0;
	bool held;

	if (!tree)
		return sw_error_set(err, SW_ELIMIT, "no memory");
	collect(t->state, t->thread, tree);
	/* All stand still before the first is killed: none can start another, and the number of
	 * none is given away. Signals do that one after the other, which a fast forker outruns;
	 * of a container the cgroup does it at once. */
	held = hold(t);
	for (int round = 0; round < ROUNDS; round++) {
		for (uint32_t i = 0; i < tree->n; i++)
			send_signal(t->state, tree->of[i], SIGSTOP);
		if (!still_the_same(t->state, t->thread) ||
			!signal_children(t->thread->pid, SIGSTOP, 0))
			break;
	}
	if (still_the_same(t->state, t->thread))
		killed = signal_children(t->thread->pid, SIGKILL, 0);
	uint32_t own = 0;
	for (uint32_t i = tree->n; i-- > 0;)
		own += send_signal(t->state, tree->of[i], SIGKILL);
	if (held)
		sw_target_freeze(t, false, NULL);
	if (!own && !killed)
		return sw_error_set(err, SW_ENOENT, "the process has ended already");
	*ret_n = own > killed + 1 ? own : killed + 1;
	return 0;
}

static int write_file(const char *folder, const char *name, const char *text, struct sw_error *err)
{
	char path[SW_TARGET_PATH + 32];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	sw_autoclose fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return sw_error_errno(err, SW_EIO, errno, "cannot write %s", path);
	return 0;
}

int sw_target_freeze(const struct sw_target *t, bool frozen, struct sw_error *err)
{
	if (t->cgroup[0] && write_file(t->cgroup, "cgroup.freeze", frozen ? "1" : "0", NULL) == 0)
		return 0;
	if (!t->freezer[0])
		return sw_error_set(
			err, SW_ENOENT, "the container has no cgroup that can be frozen");
	return write_file(t->freezer, "freezer.state", frozen ? "FROZEN" : "THAWED", err);
}

/* Every process of a cgroup of the first version. */
static int kill_members(const char *folder, struct sw_error *err)
{
	char path[SW_TARGET_PATH + 32], line[32];
	uint32_t n = 0;

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	FILE *f = fopen(path, "re");
	if (!f)
		return sw_error_errno(err, SW_EIO, errno, "cannot read %s", path);
	while (n < SW_TARGET_TREE && fgets(line, sizeof(line), f)) {
		long pid = strtol(line, NULL, 10);
		n += pid > 2 && pid != getpid() && kill((pid_t)pid, SIGKILL) == 0;
	}
	fclose(f);
	return n ? 0 : sw_error_set(err, SW_ENOENT, "the container has ended already");
}

int sw_target_stop(const struct sw_target *t, struct sw_error *err)
{
	if (t->cgroup[0] && write_file(t->cgroup, "cgroup.kill", "1", NULL) == 0)
		return 0;
	if (!t->cgroup[0] && !t->freezer[0])
		return sw_error_set(err, SW_ENOENT, "the container has no cgroup");
	sw_target_freeze(t, true, NULL);
	int rc = kill_members(t->cgroup[0] ? t->cgroup : t->freezer, err);
	sw_target_freeze(t, false, NULL);
	return rc;
}
