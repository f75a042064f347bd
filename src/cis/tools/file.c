/* SPDX-License-Identifier: Apache-2.0 */
/* Tools over files: stat, find, ls, test. Their answers and messages are those of GNU coreutils. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "cis/sh/impl.h"

#define FIND_DEPTH_MAX 64

static void mode_text(mode_t m, char out[11])
{
	static const char bits[] = "rwxrwxrwx";
	out[0] = S_ISDIR(m)    ? 'd'
		 : S_ISLNK(m)  ? 'l'
		 : S_ISCHR(m)  ? 'c'
		 : S_ISBLK(m)  ? 'b'
		 : S_ISFIFO(m) ? 'p'
		 : S_ISSOCK(m) ? 's'
			       : '-';
	for (int i = 0; i < 9; i++)
		out[1 + i] = m & (0400 >> i) ? bits[i] : '-';
	if (m & S_ISUID)
		out[3] = m & 0100 ? 's' : 'S';
	if (m & S_ISGID)
		out[6] = m & 0010 ? 's' : 'S';
	if (m & S_ISVTX)
		out[9] = m & 0001 ? 't' : 'T';
	out[10] = 0;
}

static const char *type_text(const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		return st->st_size ? "regular file" : "regular empty file";
	return S_ISDIR(st->st_mode)    ? "directory"
	       : S_ISLNK(st->st_mode)  ? "symbolic link"
	       : S_ISCHR(st->st_mode)  ? "character special file"
	       : S_ISBLK(st->st_mode)  ? "block special file"
	       : S_ISFIFO(st->st_mode) ? "fifo"
				       : "socket";
}

static void user_name(struct sh *sh, struct sw_buf *out, uint32_t id, bool group, bool numeric)
{
	struct sw_str name =
		group ? sw_cis_group(sh->node, id) : sw_cis_user(sh->node, id);
	if (name.n)
		sw_buf_addstr(out, name);
	else if (numeric)
		sw_buf_printf(out, "%u", id);
	else
		sw_buf_addz(out, "UNKNOWN");
}

/* One directive of a stat format. False: not known. */
static bool stat_directive(struct sh *sh, struct sw_buf *out, char c, struct sw_str path,
	const struct stat *st)
{
	char mode[11];
	switch (c) {
	case 'a':
		sw_buf_printf(out, "%o", st->st_mode & 07777);
		break;
	case 'A':
		mode_text(st->st_mode, mode);
		sw_buf_addz(out, mode);
		break;
	case 'f':
		sw_buf_printf(out, "%x", st->st_mode);
		break;
	case 'F':
		sw_buf_addz(out, type_text(st));
		break;
	case 'U':
	case 'G':
		user_name(sh, out, c == 'U' ? st->st_uid : st->st_gid, c == 'G', false);
		break;
	case 'u':
		sw_buf_printf(out, "%u", st->st_uid);
		break;
	case 'g':
		sw_buf_printf(out, "%u", st->st_gid);
		break;
	case 'n':
		sw_buf_addstr(out, path);
		break;
	case 'N':
		sw_buf_printf(out, "'%.*s'", SW_STR_ARG(path));
		break;
	case 's':
		sw_buf_printf(out, "%lld", (long long)st->st_size);
		break;
	case 'h':
		sw_buf_printf(out, "%lu", (unsigned long)st->st_nlink);
		break;
	case 'Y':
		sw_buf_printf(out, "%lld", (long long)st->st_mtime);
		break;
	case '%':
		sw_buf_addch(out, '%');
		break;
	default:
		return false;
	}
	return true;
}

static bool stat_format(struct sh *sh, struct sw_buf *out, struct sw_str format, struct sw_str path,
	const struct stat *st)
{
	for (size_t i = 0; i < format.n; i++) {
		if (format.p[i] != '%' || i + 1 == format.n) {
			sw_buf_addch(out, format.p[i]);
		} else if (!stat_directive(sh, out, format.p[++i], path, st)) {
			sh_unknown(sh, "stat %%%c", format.p[i]);
			return false;
		}
	}
	sw_buf_addch(out, '\n');
	return true;
}

int sh_tool_stat(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct sw_str format = {0};
	bool follow = false, options = true;
	struct sh_args files = {0};
	struct stat st;
	int rc = 0;
	for (uint32_t i = 1; i < args->n; i++) {
		struct sw_str a = args->v[i];
		if (!options || a.n < 2 || a.p[0] != '-') {
			sh_add_arg(sh, &files, a);
		} else if (sw_str_is(a, "--")) {
			options = false;
		} else if (sw_str_is(a, "-L")) {
			follow = true;
		} else if (sw_str_starts(a, SW_STR("--format="))) {
			format = sw_str_sub(a, 9, a.n);
		} else if (a.p[1] == 'c' || sw_str_starts(a, SW_STR("-Lc"))) {
			follow |= a.p[1] == 'L';
			format = sw_str_sub(a, a.p[1] == 'L' ? 3 : 2, a.n);
			if (!format.n && i + 1 < args->n)
				format = args->v[++i];
		} else {
			return sh_unknown(sh, "stat %.*s", SW_STR_ARG(a));
		}
	}
	if (!files.n) {
		sw_buf_addz(io->err, "stat: missing operand\nTry 'stat --help' for more information.\n");
		sh_missing(sh, SW_STR("there is no file to look at"));
		return 1;
	}
	if (!format.n)
		return sh_unknown(sh, "stat without a format");
	for (uint32_t i = 0; i < files.n && sh_step(sh); i++) {
		int e = sw_cis_stat(sh->node, files.v[i], follow, &st);
		if (e) {
			sw_buf_printf(io->err, "stat: cannot statx '%.*s': %s\n",
				SW_STR_ARG(files.v[i]), sh_file_error(sh, files.v[i], -e));
			rc = 1;
			continue;
		}
		sh_touch(sh, files.v[i]);
		if (!stat_format(sh, io->out, format, files.v[i], &st))
			return 1;
	}
	return rc;
}

/* ---- test ---- */

static bool test_file(struct sh *sh, char op, struct sw_str path)
{
	struct stat st;
	int rc = sw_cis_stat(sh->node, path, op != 'L' && op != 'h', &st);
	if (rc) {
		sh_file_error(sh, path, -rc);
		return false;
	}
	switch (op) {
	case 'f':
		return S_ISREG(st.st_mode);
	case 'd':
		return S_ISDIR(st.st_mode);
	case 'L':
	case 'h':
		return S_ISLNK(st.st_mode);
	case 's':
		return st.st_size > 0;
	case 'x':
		return S_ISDIR(st.st_mode) || (st.st_mode & 0111);
	case 'S':
		return S_ISSOCK(st.st_mode);
	case 'p':
		return S_ISFIFO(st.st_mode);
	default: /* e, r, w: root may */
		return true;
	}
}

struct test {
	struct sh *sh;
	const struct sw_str *v;
	uint32_t n, at;
	int depth;
	bool bad;
};

static bool test_or(struct test *t);

static bool test_binary(struct test *t, struct sw_str l, struct sw_str op, struct sw_str r)
{
	static const char *const ops[] = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge"};
	int64_t a, b;
	if (sw_str_is(op, "=") || sw_str_is(op, "=="))
		return sw_str_eq(l, r);
	if (sw_str_is(op, "!="))
		return !sw_str_eq(l, r);
	if (sw_str_is(op, "<") || sw_str_is(op, ">"))
		return op.p[0] == '<' ? sw_str_cmp(l, r) < 0 : sw_str_cmp(l, r) > 0;
	for (int i = 0; i < 6; i++) {
		if (!sw_str_is(op, ops[i]))
			continue;
		if (!sh_number(l, &a) || !sh_number(r, &b)) {
			t->bad = true;
			return false;
		}
		bool results[] = {a == b, a != b, a < b, a <= b, a > b, a >= b};
		return results[i];
	}
	t->bad = true;
	return false;
}

static bool is_binary(struct sw_str s)
{
	static const char *const ops[] = {
		"=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"};
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (sw_str_is(s, ops[i]))
			return true;
	return false;
}

static bool test_primary(struct test *t)
{
	uint32_t left = t->n - t->at;
	const struct sw_str *v = t->v + t->at;
	bool r;
	if (!left || ++t->depth > SH_DEPTH_MAX) {
		t->bad = true;
		return false;
	}
	if (left >= 3 && is_binary(v[1])) {
		t->at += 3;
		r = test_binary(t, v[0], v[1], v[2]);
	} else if (left >= 2 && sw_str_is(v[0], "!")) {
		t->at++;
		r = !test_primary(t);
	} else if (left >= 3 && sw_str_is(v[0], "(")) {
		t->at++;
		r = test_or(t);
		t->at++;
	} else if (left >= 2 && v[0].n == 2 && v[0].p[0] == '-' && memchr("zn", v[0].p[1], 2)) {
		t->at += 2;
		r = (v[1].n == 0) == (v[0].p[1] == 'z');
	} else if (left >= 2 && v[0].n == 2 && v[0].p[0] == '-' &&
		   memchr("efdLhsrwxSp", v[0].p[1], 11)) {
		t->at += 2;
		r = test_file(t->sh, v[0].p[1], v[1]);
	} else {
		/* `test -e $EMPTY` is one word, and that is not empty */
		t->at++;
		r = v[0].n > 0;
	}
	t->depth--;
	return r;
}

static bool test_and(struct test *t)
{
	bool r = test_primary(t);
	while (!t->bad && t->at < t->n && sw_str_is(t->v[t->at], "-a")) {
		t->at++;
		r = test_primary(t) && r;
	}
	return r;
}

static bool test_or(struct test *t)
{
	bool r = test_and(t);
	while (!t->bad && t->at < t->n && sw_str_is(t->v[t->at], "-o")) {
		t->at++;
		r = test_and(t) || r;
	}
	return r;
}

int sh_tool_test(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	uint32_t n = args->n;
	if (sw_str_is(args->v[0], "[")) {
		if (!sw_str_is(args->v[n - 1], "]"))
			return 2;
		n--;
	}
	struct test t = {.sh = sh, .v = args->v + 1, .n = n - 1};
	bool r = t.n && test_or(&t);
	if (t.bad || t.at < t.n) {
		if (io)
			sw_buf_printf(io->err, "%.*s: argument expected\n", SW_STR_ARG(args->v[0]));
		return 2;
	}
	return r ? 0 : 1;
}

/* ---- find ---- */

enum find_kind {
	F_TYPE, F_NAME, F_INAME, F_PATH, F_PERM, F_USER, F_GROUP, F_NOT, F_OR, F_OPEN, F_CLOSE, F_PRINT,
	F_PRINT0, F_EXEC, F_PRUNE, F_TRUE, F_NOUSER, F_NOGROUP
};

struct find_test {
	enum find_kind kind;
	struct sw_str arg;
	uint32_t id;	 /* of a user or group */
	uint32_t first, n; /* of -exec's words */
};

struct find {
	struct sh *sh;
	const struct sh_args *args;
	const struct sh_io *io;
	struct find_test t[64];
	uint32_t n;
	int64_t min, max;
	bool follow, acts, prune;
	int rc;
};

static bool perm_matches(struct sw_str arg, mode_t mode)
{
	bool all = arg.n && arg.p[0] == '-', any = arg.n && arg.p[0] == '/';
	struct sw_str digits = sw_str_sub(arg, all || any, arg.n);
	unsigned want = 0;
	for (size_t i = 0; i < digits.n; i++)
		want = want * 8 + (unsigned)(digits.p[i] - '0');
	mode &= 07777;
	if (all)
		return (mode & want) == want;
	return any ? !want || (mode & want) : mode == want;
}

static bool perm_valid(struct sw_str arg)
{
	size_t i = arg.n && (arg.p[0] == '-' || arg.p[0] == '/');
	bool ok = i < arg.n && arg.n - i <= 4;
	for (; ok && i < arg.n; i++)
		ok = arg.p[i] >= '0' && arg.p[i] <= '7';
	return ok;
}

static struct sw_str lower(struct sh *sh, struct sw_str s)
{
	char *p = sw_arena_memdup(sh->arena, s.p, s.n);
	for (size_t i = 0; p && i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] | 32);
	return sw_str_make(p, p ? s.n : 0);
}

static bool find_option(struct find *f, struct sw_str a, uint32_t *i)
{
	static const struct {
		const char *name;
		enum find_kind kind;
		bool arg;
	} rows[] = {{"-type", F_TYPE, true}, {"-name", F_NAME, true}, {"-iname", F_INAME, true},
		{"-path", F_PATH, true}, {"-wholename", F_PATH, true}, {"-perm", F_PERM, true},
		{"-user", F_USER, true}, {"-group", F_GROUP, true}, {"!", F_NOT, false},
		{"-not", F_NOT, false}, {"-o", F_OR, false}, {"-or", F_OR, false},
		{"(", F_OPEN, false}, {")", F_CLOSE, false}, {"-print", F_PRINT, false},
		{"-print0", F_PRINT0, false}, {"-prune", F_PRUNE, false}, {"-a", F_TRUE, false},
		{"-and", F_TRUE, false}, {"-true", F_TRUE, false}, {"-nouser", F_NOUSER, false},
		{"-nogroup", F_NOGROUP, false}, {"-xdev", F_TRUE, false}, {"-mount", F_TRUE, false}};
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		if (!sw_str_is(a, rows[k].name))
			continue;
		if (f->n == 64 || (rows[k].arg && *i + 1 >= f->args->n))
			return false;
		struct find_test *t = &f->t[f->n++];
		*t = (struct find_test){.kind = rows[k].kind};
		if (rows[k].arg)
			t->arg = f->args->v[++*i];
		f->acts |= t->kind == F_PRINT || t->kind == F_PRINT0;
		if (t->kind == F_INAME)
			t->arg = lower(f->sh, t->arg);
		return t->kind != F_PERM || perm_valid(t->arg);
	}
	return false;
}

static bool find_exec(struct find *f, uint32_t *i)
{
	struct find_test *t = &f->t[f->n];
	if (f->n == 64)
		return false;
	*t = (struct find_test){.kind = F_EXEC, .first = *i + 1};
	while (++*i < f->args->n && !sw_str_is(f->args->v[*i], ";") &&
		!sw_str_is(f->args->v[*i], "+"))
		t->n++;
	f->n++;
	f->acts = true;
	return *i < f->args->n && t->n > 0;
}

static void find_run(struct find *f, const struct find_test *t, struct sw_str path)
{
	struct sh_args a = {0};
	for (uint32_t i = 0; i < t->n; i++) {
		struct sw_str w = f->args->v[t->first + i];
		sh_add_arg(f->sh, &a, sw_str_is(w, "{}") ? path : w);
	}
	sh_run_args(f->sh, &a, f->io);
}

static bool find_or(struct find *f, uint32_t *i, struct sw_str path, const struct stat *st, bool run,
	int depth);

static bool find_simple(struct find *f, const struct find_test *t, struct sw_str path,
	const struct stat *st)
{
	static const char letters[] = "fdlcbps";
	static const mode_t types[] = {S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK};
	struct sw_str base = path;
	size_t slash = sw_str_rfind(path, SW_STR("/"));
	int64_t id;
	if (slash != SW_NPOS && slash + 1 < path.n)
		base = sw_str_sub(path, slash + 1, path.n);
	switch (t->kind) {
	case F_TYPE:
		for (size_t k = 0; k < 7; k++)
			if (t->arg.n && memchr(t->arg.p, letters[k], t->arg.n) &&
				(st->st_mode & S_IFMT) == types[k])
				return true;
		return false;
	case F_NAME:
		return sh_fnmatch(t->arg, base);
	case F_INAME:
		return sh_fnmatch(t->arg, lower(f->sh, base));
	case F_PATH:
		return sh_fnmatch(t->arg, path);
	case F_PERM:
		return perm_matches(t->arg, st->st_mode);
	case F_USER:
	case F_GROUP: {
		uint32_t own = t->kind == F_USER ? st->st_uid : st->st_gid;
		struct sw_str name = t->kind == F_USER ? sw_cis_user(f->sh->node, own)
						       : sw_cis_group(f->sh->node, own);
		return sw_str_eq(name, t->arg) || (sh_number(t->arg, &id) && id == own);
	}
	case F_NOUSER:
		return !sw_cis_user(f->sh->node, st->st_uid).n;
	case F_NOGROUP:
		return !sw_cis_group(f->sh->node, st->st_gid).n;
	case F_PRINT:
	case F_PRINT0:
		sw_buf_printf(f->io->out, "%.*s", SW_STR_ARG(path));
		sw_buf_addch(f->io->out, t->kind == F_PRINT ? '\n' : 0);
		return true;
	case F_EXEC:
		find_run(f, t, path);
		return true;
	case F_PRUNE:
		f->prune = true;
		return true;
	default:
		return true;
	}
}

static bool find_primary(struct find *f, uint32_t *i, struct sw_str path, const struct stat *st,
	bool run, int depth)
{
	const struct find_test *t = &f->t[(*i)++];
	if (depth > SH_DEPTH_MAX)
		return false;
	if (t->kind == F_NOT)
		return *i < f->n ? !find_primary(f, i, path, st, run, depth + 1) : false;
	if (t->kind == F_OPEN) {
		bool r = find_or(f, i, path, st, run, depth + 1);
		++*i; /* ) */
		return r;
	}
	return run ? find_simple(f, t, path, st) : true;
}

static bool find_and(struct find *f, uint32_t *i, struct sw_str path, const struct stat *st, bool run,
	int depth)
{
	bool r = true;
	while (*i < f->n && f->t[*i].kind != F_OR && f->t[*i].kind != F_CLOSE)
		r = find_primary(f, i, path, st, run && r, depth) && r;
	return r;
}

static bool find_or(struct find *f, uint32_t *i, struct sw_str path, const struct stat *st, bool run,
	int depth)
{
	bool r = find_and(f, i, path, st, run, depth);
	while (*i < f->n && f->t[*i].kind == F_OR) {
		++*i;
		bool right = find_and(f, i, path, st, run && !r, depth);
		r = r || right;
	}
	return r;
}

static void find_walk(struct find *f, struct sw_str path, int64_t depth)
{
	struct stat st;
	struct sw_str *names;
	uint32_t n, at = 0;
	if (!sh_step(f->sh))
		return;
	int rc = sw_cis_stat(f->sh->node, path, f->follow, &st);
	if (rc) {
		sw_buf_printf(f->io->err, "find: '%.*s': %s\n", SW_STR_ARG(path),
			sh_file_error(f->sh, path, -rc));
		f->rc = 1;
		return;
	}
	f->prune = false;
	if (depth >= f->min && find_or(f, &at, path, &st, true, 0) && !f->acts)
		sw_buf_printf(f->io->out, "%.*s\n", SW_STR_ARG(path));
	if (!S_ISDIR(st.st_mode) || depth >= f->max || f->prune)
		return;
	if (depth >= FIND_DEPTH_MAX) {
		sh_unseen(f->sh, path, ELOOP);
		return;
	}
	rc = sw_cis_list(f->sh->node, f->sh->arena, path, &names, &n);
	if (rc) {
		sw_buf_printf(f->io->err, "find: '%.*s': %s\n", SW_STR_ARG(path),
			sh_file_error(f->sh, path, -rc));
		f->rc = 1;
		return;
	}
	bool slash = path.n && path.p[path.n - 1] == '/';
	for (uint32_t i = 0; i < n && !f->sh->stop; i++)
		find_walk(f,
			sw_arena_printf(f->sh->arena, "%.*s%s%.*s", SW_STR_ARG(path), slash ? "" : "/",
				SW_STR_ARG(names[i])),
			depth + 1);
}

int sh_tool_find(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct find f = {.sh = sh, .args = args, .io = io, .max = INT64_MAX};
	uint32_t i = 1, first, n_paths = 0;
	for (; i < args->n && (sw_str_is(args->v[i], "-L") || sw_str_is(args->v[i], "-P") ||
			sw_str_is(args->v[i], "-H")); i++)
		f.follow = sw_str_is(args->v[i], "-L");
	for (first = i; i < args->n; i++, n_paths++)
		if ((args->v[i].n && args->v[i].p[0] == '-') || sw_str_is(args->v[i], "!") ||
			sw_str_is(args->v[i], "("))
			break;
	for (; i < args->n; i++) {
		struct sw_str a = args->v[i];
		bool ok;
		if (sw_str_is(a, "-maxdepth") || sw_str_is(a, "-mindepth"))
			ok = i + 1 < args->n &&
			     sh_number(args->v[i + 1], a.p[2] == 'a' ? &f.max : &f.min) && ++i;
		else if (sw_str_is(a, "-exec"))
			ok = find_exec(&f, &i);
		else
			ok = find_option(&f, a, &i);
		if (!ok)
			return sh_unknown(sh, "find %.*s", SW_STR_ARG(a));
	}
	if (!n_paths)
		return sh_unknown(sh, "find without a folder");
	for (uint32_t k = first; k < first + n_paths; k++)
		if (args->v[k].n)
			find_walk(&f, args->v[k], 0);
	return f.rc;
}

/* ---- ls ---- */

static void ls_line(struct sh *sh, const struct sh_io *io, struct sw_str name, const struct stat *st,
	const char *f)
{
	char mode[11], date[64];
	struct tm tm;
	if (!strpbrk(f, "lgno")) {
		sw_buf_printf(io->out, "%.*s\n", SW_STR_ARG(name));
		return;
	}
	mode_text(st->st_mode, mode);
	sw_buf_printf(io->out, "%s %lu", mode, (unsigned long)st->st_nlink);
	if (!strchr(f, 'g')) {
		sw_buf_addch(io->out, ' ');
		if (strchr(f, 'n'))
			sw_buf_printf(io->out, "%u", st->st_uid);
		else
			user_name(sh, io->out, st->st_uid, false, true);
	}
	if (!strchr(f, 'o')) {
		sw_buf_addch(io->out, ' ');
		if (strchr(f, 'n'))
			sw_buf_printf(io->out, "%u", st->st_gid);
		else
			user_name(sh, io->out, st->st_gid, true, true);
	}
	gmtime_r(&st->st_mtime, &tm);
	strftime(date, sizeof(date), "%b %e %Y", &tm);
	sw_buf_printf(io->out, " %lld %s %.*s\n", (long long)st->st_size, date, SW_STR_ARG(name));
}

static void ls_dir(struct sh *sh, const struct sh_io *io, struct sw_str path, const char *f)
{
	struct sw_str *names;
	uint32_t n;
	struct stat st;
	int rc = sw_cis_list(sh->node, sh->arena, path, &names, &n);
	if (rc) {
		sw_buf_printf(io->err, "ls: cannot open directory '%.*s': %s\n", SW_STR_ARG(path),
			sh_file_error(sh, path, -rc));
		return;
	}
	for (uint32_t i = 0; i < n && sh_step(sh); i++) {
		if (names[i].p[0] == '.' && !strpbrk(f, "aA"))
			continue;
		struct sw_str at = sw_arena_printf(
			sh->arena, "%.*s/%.*s", SW_STR_ARG(path), SW_STR_ARG(names[i]));
		if (!sw_cis_stat(sh->node, at, false, &st))
			ls_line(sh, io, names[i], &st, f);
	}
}

int sh_tool_ls(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	char f[16] = "";
	size_t n = 0;
	int rc = 0;
	struct stat st;
	struct sh_args files = {0};
	for (uint32_t i = 1; i < args->n; i++) {
		struct sw_str a = args->v[i];
		if (a.n < 2 || a.p[0] != '-') {
			sh_add_arg(sh, &files, a);
			continue;
		}
		for (size_t k = 1; k < a.n; k++) {
			if (!memchr("laAd1gon", a.p[k], 8))
				return sh_unknown(sh, "ls %.*s", SW_STR_ARG(a));
			if (n < 15)
				f[n++] = a.p[k];
		}
	}
	f[n] = 0;
	if (!files.n)
		return sh_unknown(sh, "ls without a path");
	for (uint32_t i = 0; i < files.n && !sh->stop; i++) {
		int e = sw_cis_stat(sh->node, files.v[i], !strchr(f, 'l'), &st);
		if (e) {
			sw_buf_printf(io->err, "ls: cannot access '%.*s': %s\n",
				SW_STR_ARG(files.v[i]), sh_file_error(sh, files.v[i], -e));
			rc = 2;
		} else if (S_ISDIR(st.st_mode) && !strchr(f, 'd')) {
			ls_dir(sh, io, files.v[i], f);
		} else {
			ls_line(sh, io, files.v[i], &st, f);
		}
	}
	return rc;
}
