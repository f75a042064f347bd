/* SPDX-License-Identifier: Apache-2.0 */
/* ps and pgrep over the node's processes, in the columns of procps. */
#include <stdlib.h>

#include "cis/sh/impl.h"

struct ps {
	bool all, full, no_header, aux;
	struct sw_str names; /* -C: comma-separated */
	struct sw_str pids;  /* -p */
	struct sw_str columns[8];
	bool no_title[8]; /* pid= */
	uint32_t n_columns;
};

static bool ps_columns(struct ps *p, struct sw_str list)
{
	static const char *const known[] = {"cmd", "args", "command", "pid", "ppid", "user", "comm", "uid"};
	struct sw_str one;
	while (sw_str_split(&list, ',', &one)) {
		size_t eq = sw_str_chr(one, '=', 0);
		if (p->n_columns == 8 || (eq != SW_NPOS && eq + 1 < one.n))
			return false;
		struct sw_str name = sw_str_sub(one, 0, eq);
		bool ok = false;
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			ok |= sw_str_is(name, known[i]);
		if (!ok)
			return false;
		p->no_title[p->n_columns] = eq != SW_NPOS;
		p->columns[p->n_columns++] = name;
	}
	return true;
}

/* -ef, -fC NAME, -o LIST, -p PID, aux, -aux. *i moves over values. */
static bool ps_option(struct ps *p, const struct sh_args *args, uint32_t *i)
{
	struct sw_str a = args->v[*i];
	if (sw_str_is(a, "--no-headers") || sw_str_is(a, "--no-heading")) {
		p->no_header = true;
		return true;
	}
	if (sw_str_is(a, "aux") || sw_str_is(a, "-aux") || sw_str_is(a, "auxww")) {
		p->all = p->aux = true;
		return true;
	}
	if (sw_str_is(a, "ax") || sw_str_is(a, "axo") || sw_str_is(a, "-axo")) {
		p->all = true;
		return a.p[a.n - 1] != 'o' || (++*i < args->n && ps_columns(p, args->v[*i]));
	}
	if (a.n < 2 || a.p[0] != '-' || a.p[1] == '-')
		return false;
	for (size_t k = 1; k < a.n; k++) {
		char c = a.p[k];
		if (c == 'e' || c == 'A') {
			p->all = true;
		} else if (c == 'f' || c == 'F') {
			p->full = true;
		} else if (c == 'w') {
			continue;
		} else if (c == 'C' || c == 'o' || c == 'p' || c == 'O') {
			struct sw_str val = sw_str_sub(a, k + 1, a.n);
			if (!val.n && *i + 1 < args->n)
				val = args->v[++*i];
			if (c == 'o')
				return ps_columns(p, val);
			if (c == 'O' || !val.n)
				return false;
			*(c == 'C' ? &p->names : &p->pids) = val;
			return true;
		} else {
			return false;
		}
	}
	return true;
}

/* The kernel keeps 15 bytes of a name: kube-controller-manager is kube-controller. */
static bool named(const struct sw_cis_proc *proc, struct sw_str names)
{
	struct sw_str one;
	while (sw_str_split(&names, ',', &one))
		if (one.n && (sw_str_eq(one, proc->comm) ||
				     (proc->comm.n == 15 && sw_str_starts(one, proc->comm))))
			return true;
	return false;
}

static bool numbered(int64_t pid, struct sw_str pids)
{
	struct sw_str one;
	int64_t n;
	while (sw_str_split(&pids, ',', &one))
		if (sh_number(one, &n) && n == pid)
			return true;
	return false;
}

static void user(struct sh *sh, struct sw_buf *out, uint32_t uid, int width)
{
	struct sw_str name = sw_cis_user(sh->node, uid);
	if (name.n && name.n <= 32)
		sw_buf_printf(out, "%-*.*s", width, SW_STR_ARG(name));
	else
		sw_buf_printf(out, "%-*u", width, uid);
}

static void ps_column(struct sh *sh, struct sw_buf *out, struct sw_str col,
	const struct sw_cis_proc *p, bool last)
{
	if (sw_str_is(col, "pid") || sw_str_is(col, "ppid"))
		sw_buf_printf(out, "%7lld", (long long)(col.n == 3 ? p->pid : p->ppid));
	else if (sw_str_is(col, "user"))
		user(sh, out, p->uid, last ? 0 : 8);
	else if (sw_str_is(col, "uid"))
		sw_buf_printf(out, "%5u", p->uid);
	else if (sw_str_is(col, "comm"))
		sw_buf_printf(out, last ? "%.*s" : "%.*s ", SW_STR_ARG(p->comm));
	else
		sw_buf_addstr(out, p->cmd);
}

static void ps_line(struct sh *sh, struct sw_buf *out, const struct ps *o,
	const struct sw_cis_proc *p)
{
	if (o->n_columns) {
		for (uint32_t i = 0; i < o->n_columns; i++) {
			if (i)
				sw_buf_addch(out, ' ');
			ps_column(sh, out, o->columns[i], p, i + 1 == o->n_columns);
		}
	} else if (o->aux) {
		user(sh, out, p->uid, 8);
		sw_buf_printf(out, " %7lld  0.0  0.0      0     0 ?        S    00:00   0:00 %.*s",
			(long long)p->pid, SW_STR_ARG(p->cmd));
	} else if (o->full) {
		user(sh, out, p->uid, 8);
		sw_buf_printf(out, " %7lld %7lld  0 00:00 ?        00:00:00 %.*s",
			(long long)p->pid, (long long)p->ppid, SW_STR_ARG(p->cmd));
	} else {
		sw_buf_printf(out, "%7lld ?        00:00:00 %.*s", (long long)p->pid,
			SW_STR_ARG(p->comm));
	}
	sw_buf_addch(out, '\n');
}

static void ps_header(struct sw_buf *out, const struct ps *o)
{
	bool titles = false;
	if (o->no_header)
		return;
	if (!o->n_columns) {
		sw_buf_addz(out, o->aux    ? "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
				 : o->full ? "UID          PID    PPID  C STIME TTY          TIME CMD\n"
					   : "    PID TTY          TIME CMD\n");
		return;
	}
	for (uint32_t i = 0; i < o->n_columns; i++)
		titles |= !o->no_title[i];
	for (uint32_t i = 0; titles && i < o->n_columns; i++) {
		if (i)
			sw_buf_addch(out, ' ');
		for (size_t k = 0; k < o->columns[i].n; k++)
			sw_buf_addch(out, (char)(o->columns[i].p[k] & ~32));
	}
	if (titles)
		sw_buf_addch(out, '\n');
}

int sh_tool_ps(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct ps o = {0};
	uint32_t n;
	const char *why;
	bool any = false;
	for (uint32_t i = 1; i < args->n; i++)
		if (!ps_option(&o, args, &i))
			return sh_unknown(sh, "ps %.*s", SW_STR_ARG(args->v[i < args->n ? i : args->n - 1]));
	if (!o.all && !o.names.n && !o.pids.n)
		return sh_unknown(sh, "ps without a choice of processes");
	const struct sw_cis_proc *v = sw_cis_procs(sh->node, &n, &why);
	if (!v)
		return sh_unknown(sh, "%s", why ? why : "the node shows no process");
	ps_header(io->out, &o);
	for (uint32_t i = 0; i < n && sh_step(sh); i++) {
		if (!o.all && !(o.names.n && named(&v[i], o.names)) &&
			!(o.pids.n && numbered(v[i].pid, o.pids)))
			continue;
		ps_line(sh, io->out, &o, &v[i]);
		any = true;
	}
	if (!any && o.names.n)
		sh_missing(sh, sw_arena_printf(sh->arena, "no process is called %.*s",
				       SW_STR_ARG(o.names)));
	return any ? 0 : 1;
}

int sh_tool_pgrep(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	bool full = false, exact = false, list = false, any = false;
	struct sw_str pattern = {0};
	uint32_t n;
	const char *why;
	for (uint32_t i = 1; i < args->n; i++) {
		struct sw_str a = args->v[i];
		if (a.n < 2 || a.p[0] != '-') {
			pattern = a;
			continue;
		}
		for (size_t k = 1; k < a.n; k++) {
			if (!memchr("fxal", a.p[k], 4))
				return sh_unknown(sh, "pgrep %.*s", SW_STR_ARG(a));
			full |= a.p[k] == 'f';
			exact |= a.p[k] == 'x';
			list |= a.p[k] == 'a';
		}
	}
	struct sw_re2 *re = sh_regex(sh, pattern, SH_RE_EXTENDED, false);
	const struct sw_cis_proc *v = sw_cis_procs(sh->node, &n, &why);
	if (!v)
		return sh_unknown(sh, "%s", why ? why : "the node shows no process");
	for (uint32_t i = 0; re && i < n && sh_step(sh); i++) {
		struct sw_str s = full ? v[i].cmd : v[i].comm;
		size_t c[2];
		if (sw_re2_find(re, s, 0, c, 1, NULL) != 1 || (exact && (c[0] || c[1] != s.n)))
			continue;
		any = true;
		sw_buf_printf(io->out, "%lld", (long long)v[i].pid);
		if (list)
			sw_buf_printf(io->out, " %.*s", SW_STR_ARG(v[i].cmd));
		sw_buf_addch(io->out, '\n');
	}
	if (!any)
		sh_missing(sh, sw_arena_printf(sh->arena, "no process matches %.*s", SW_STR_ARG(pattern)));
	return any ? 0 : 1;
}

int sh_tool_sysctl(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	bool bare = false;
	int rc = 0;
	for (uint32_t i = 1; i < args->n; i++) {
		struct sw_str a = args->v[i], text;
		if (sw_str_is(a, "-n") || sw_str_is(a, "-b")) {
			bare = true;
			continue;
		}
		if (!a.n || a.p[0] == '-' || sw_str_chr(a, '=', 0) != SW_NPOS)
			return sh_unknown(sh, "sysctl %.*s", SW_STR_ARG(a));
		char *path = sw_arena_cstr(sh->arena,
			sw_arena_printf(sh->arena, "/proc/sys/%.*s", SW_STR_ARG(a)));
		for (char *c = path ? path + 10 : NULL; c && *c; c++)
			*c = *c == '.' ? '/' : *c == '/' ? '.' : *c;
		struct sw_str p = sw_str_from(path);
		int e = sw_cis_read(sh->node, sh->arena, p, &text);
		if (e) {
			sw_buf_printf(io->err, "sysctl: cannot stat %.*s: %s\n", SW_STR_ARG(p),
				sh_file_error(sh, p, -e));
			rc = 255;
			continue;
		}
		text = sw_str_trim(text);
		if (!bare)
			sw_buf_printf(io->out, "%.*s = ", SW_STR_ARG(a));
		sw_buf_printf(io->out, "%.*s\n", SW_STR_ARG(text));
	}
	return rc;
}
