/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of a node, from /proc (proc_pid_stat(5), proc_pid_cmdline(5)). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cis/node_impl.h"

#define ARGS_MAX ((size_t)1 << 20) /* a longer command line is a lie or an attack */

static int read_at(struct sw_arena *a, int dir, const char *name, struct sw_str *ret)
{
	sw_autoclose at = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (at < 0)
		return -errno;
	sw_autoclose fd = sw_cis_node_reopen(at, 0);
	return fd < 0 ? fd : sw_cis_slurp(a, fd, ARGS_MAX, ret);
}

struct sw_str sw_cis_proc_display(struct sw_arena *a, struct sw_str args, struct sw_str comm)
{
	while (args.n && (!args.p[args.n - 1] || args.p[args.n - 1] == ' '))
		args.n--;
	if (!args.n)
		return sw_arena_printf(a, "[%.*s]", SW_STR_ARG(comm));
	char *p = sw_arena_memdup(a, args.p, args.n);
	for (size_t i = 0; p && i < args.n; i++) {
		unsigned char c = (unsigned char)p[i];
		if (!c)
			p[i] = ' ';
		else if (c < 32 || c == 127) /* a newline would make two processes of one */
			p[i] = '?';
	}
	return sw_str_make(p, p ? args.n : 0);
}

/* "123 (name) S 1 …": the name may hold anything, a bracket and a blank too. */
static bool parse_stat(struct sw_str s, struct sw_cis_proc *p, struct sw_arena *a)
{
	size_t from = sw_str_chr(s, '(', 0), to = sw_str_rfind(s, SW_STR(")"));
	struct sw_str state, ppid, rest;
	if (from == SW_NPOS || to == SW_NPOS || to < from || to + 2 > s.n)
		return false;
	p->comm = sw_arena_str(a, sw_str_sub(s, from + 1, to));
	rest = sw_str_sub(s, to + 2, s.n);
	return sw_str_split(&rest, ' ', &state) && sw_str_split(&rest, ' ', &ppid) &&
	       sw_str_to_i64(ppid, &p->ppid);
}

static uint32_t uid_of(struct sw_str status)
{
	struct sw_str line;
	while (sw_str_split(&status, '\n', &line)) {
		int64_t uid;
		if (!sw_str_starts(line, SW_STR("Uid:")))
			continue;
		line = sw_str_trim(sw_str_sub(line, 4, line.n));
		size_t end = 0; /* real, effective, saved, file: ps shows the effective one */
		while (end < line.n && line.p[end] > ' ')
			end++;
		struct sw_str rest = sw_str_trim(sw_str_sub(line, end, line.n));
		end = 0;
		while (end < rest.n && rest.p[end] > ' ')
			end++;
		struct sw_str eff = sw_str_sub(rest, 0, end);
		if (sw_str_to_i64(eff.n ? eff : line, &uid) && uid >= 0 && uid <= UINT32_MAX)
			return (uint32_t)uid;
	}
	return UINT32_MAX;
}

/* A process that goes away while it is read is simply not there. */
static bool load_one(struct sw_cis_node *n, int dir, int64_t pid, struct sw_cis_proc *p)
{
	char name[32];
	struct sw_str text;
	snprintf(name, sizeof(name), "%lld", (long long)pid);
	sw_autoclose fd = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	*p = (struct sw_cis_proc){.pid = pid, .uid = UINT32_MAX};
	struct stat st;
	if (read_at(&n->arena, fd, "cmdline", &p->args))
		p->args = (struct sw_str){0};
	bool known = !read_at(&n->arena, fd, "stat", &text) && parse_stat(text, p, &n->arena);
	if (!read_at(&n->arena, fd, "status", &text))
		p->uid = uid_of(text);
	if (p->uid == UINT32_MAX && !fstat(fd, &st))
		p->uid = st.st_uid;
	if (!known) {
		if (read_at(&n->arena, fd, "comm", &text))
			return false;
		p->comm = sw_str_trim(text);
	}
	p->cmd = sw_cis_proc_display(&n->arena, p->args, p->comm);
	return true;
}

static int by_pid(const void *x, const void *y)
{
	int64_t a = ((const struct sw_cis_proc *)x)->pid, b = ((const struct sw_cis_proc *)y)->pid;
	return (a > b) - (a < b);
}

static void procs_load(struct sw_cis_node *n)
{
	int64_t pid, self = getpid();
	uint32_t cap = 256;
	if (n->proc < 0) {
		n->no_procs = "the node has no /proc (give its process list with --proc)";
		return;
	}
	int fd = openat(n->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		n->no_procs = "the node's process list cannot be read";
		return;
	}
	n->procs = sw_arena_new_array(&n->arena, cap, struct sw_cis_proc);
	for (const struct dirent *e; n->procs && (e = readdir(d)) && n->n_procs < SW_CIS_PROC_MAX;) {
		if (!sw_str_to_i64(sw_str_from(e->d_name), &pid) || pid <= 0 || pid == self)
			continue;
		if (n->n_procs == cap) {
			n->procs = sw_arena_grow(&n->arena, n->procs, cap * sizeof(*n->procs),
				2 * cap * sizeof(*n->procs));
			cap *= 2;
		}
		if (n->procs && load_one(n, n->proc, pid, &n->procs[n->n_procs]))
			n->n_procs++;
	}
	closedir(d);
	if (!n->procs)
		n->no_procs = "the node's process list is too large";
	else if (!n->n_procs)
		n->no_procs = "the node's /proc shows no process";
	else
		qsort(n->procs, n->n_procs, sizeof(*n->procs), by_pid);
}

const struct sw_cis_proc *sw_cis_procs(
	struct sw_cis_node *n, uint32_t *ret_n, const char **ret_why)
{
	if (!n->procs_loaded) {
		n->procs_loaded = true;
		if (sw_defined(n->image))
			sw_cis_image_procs(n);
		else
			procs_load(n);
	}
	*ret_n = n->no_procs ? 0 : n->n_procs;
	*ret_why = n->no_procs;
	return n->no_procs ? NULL : n->procs;
}
