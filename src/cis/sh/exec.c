/* SPDX-License-Identifier: Apache-2.0 */
/* Running the tree of an audit. */
#include <errno.h>
#include <stdlib.h>

#include "cis/node_impl.h"
#include "cis/sh/impl.h"

int sh_unknown(struct sh *sh, const char *fmt, ...)
{
	va_list ap;
	sw_autobuf b = {0};
	if (!sh->unknown.n) {
		sw_buf_init(&b, 1024);
		va_start(ap, fmt);
		sw_buf_vprintf(&b, fmt, ap);
		va_end(ap);
		sh->unknown = sw_arena_str(sh->arena, sw_buf_str(&b));
		if (!sh->unknown.n)
			sh->unknown = SW_STR("the audit takes too much memory");
	}
	sh->stop = true;
	return 127;
}

void sh_unseen(struct sh *sh, struct sw_str path, int err)
{
	const char *why = strerror(err);
	if (err == ENXIO)
		why = "not a regular file";
	else if (err == EFBIG)
		why = "larger than 4 MiB";
	else if (err == ENODATA)
		why = sh->node->viewed ? "within the container, not seen from the node" : "not in the captured node";
	if (!sh->unseen.n)
		sh->unseen = sw_arena_printf(sh->arena, "%.*s: %s", SW_STR_ARG(path), why);
}

void sh_missing(struct sh *sh, struct sw_str what)
{
	if (!sh->missing.n && what.n)
		sh->missing = sw_arena_str(sh->arena, what);
}

void sh_touch(struct sh *sh, struct sw_str path)
{
	for (uint32_t i = 0; i < sh->n_files; i++)
		if (sw_str_eq(sh->files[i], path))
			return;
	if (sh->n_files < sizeof(sh->files) / sizeof(sh->files[0])) {
		sh->files[sh->n_files] = sw_arena_str(sh->arena, path);
		sh->n_files += sh->files[sh->n_files].p != NULL;
	}
}

const char *sh_file_error(struct sh *sh, struct sw_str path, int err)
{
	if (!path.n)
		return strerror(err); /* an empty word, not a file */
	if (err == ENOENT || err == ENOTDIR)
		sh_missing(sh, sw_arena_printf(sh->arena, "%.*s does not exist", SW_STR_ARG(path)));
	else if (err != EISDIR && err != ENAMETOOLONG)
		sh_unseen(sh, path, err);
	return strerror(err);
}

bool sh_step(struct sh *sh)
{
	if (!sh->stop && ++sh->steps > SH_STEPS_MAX)
		sh_unknown(sh, "the audit takes more than %d steps", SH_STEPS_MAX);
	if (!sh->stop && sh->arena->overflow)
		sh_unknown(sh, "the audit takes too much memory");
	return !sh->stop;
}

int sh_add_arg(struct sh *sh, struct sh_args *args, struct sw_str s)
{
	if (args->n >= SH_ARGS_MAX)
		return sh_unknown(sh, "a command has more than %d arguments", SH_ARGS_MAX);
	if (args->n == args->cap) {
		uint32_t cap = args->cap ? args->cap * 2 : 8;
		args->v = sw_arena_grow(sh->arena, args->v, args->cap * sizeof(*args->v),
			cap * sizeof(*args->v));
		if (!args->v) {
			args->n = args->cap = 0;
			return sh_unknown(sh, "the audit takes too much memory");
		}
		args->cap = cap;
	}
	args->v[args->n++] = s;
	return 0;
}

static void sh_set(struct sh *sh, struct sw_str name, struct sw_str value)
{
	struct sh_var *v = sw_arena_new(sh->arena, struct sh_var);
	if (!v)
		return;
	v->name = name;
	v->value = sw_arena_str(sh->arena, value);
	v->next = sh->vars;
	sh->vars = v;
}

bool sh_get(const struct sh *sh, struct sw_str name, struct sw_str *ret)
{
	for (const struct sh_var *v = sh->vars; v; v = v->next) {
		if (sw_str_eq(v->name, name)) {
			*ret = v->value;
			return true;
		}
	}
	return false;
}

/* ---- commands that change the shell itself ---- */

static int do_read(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct sw_str line, ifs = SW_STR(" \t\n");
	uint32_t i = 1;
	while (i < args->n && args->v[i].n && args->v[i].p[0] == '-') {
		if (!sw_str_is(args->v[i], "-r"))
			return sh_unknown(sh, "read %.*s", SW_STR_ARG(args->v[i]));
		i++;
	}
	bool got = sh_line(&io->in->text, &line);
	if (!got)
		line = SW_STR("");
	sh_get(sh, SW_STR("IFS"), &ifs);
	for (; i < args->n; i++) {
		size_t n = 0;
		while (line.n && ifs.n && memchr(ifs.p, line.p[0], ifs.n) && line.p[0] <= ' ')
			line = sw_str_sub(line, 1, line.n);
		if (i + 1 == args->n) {
			while (line.n && ifs.n && line.p[line.n - 1] <= ' ' &&
				memchr(ifs.p, line.p[line.n - 1], ifs.n))
				line.n--;
			n = line.n;
		} else {
			while (n < line.n && !(ifs.n && memchr(ifs.p, line.p[n], ifs.n)))
				n++;
		}
		sh_set(sh, args->v[i], sw_str_sub(line, 0, n));
		line = sw_str_sub(line, n + 1, line.n);
	}
	return got ? 0 : 1;
}

static int do_export(struct sh *sh, const struct sh_args *args)
{
	for (uint32_t i = 1; i < args->n; i++) {
		size_t eq = sw_str_chr(args->v[i], '=', 0);
		if (eq != SW_NPOS && eq)
			sh_set(sh, sw_str_sub(args->v[i], 0, eq),
				sw_str_sub(args->v[i], eq + 1, args->v[i].n));
	}
	return 0;
}

static int sh_run_text(struct sh *sh, struct sw_str text, const struct sh_io *io);

static int do_sh(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct sw_str flag = args->n > 1 ? args->v[1] : (struct sw_str){0};
	if (args->n < 3 || flag.n < 2 || flag.p[0] != '-' || flag.p[flag.n - 1] != 'c')
		return sh_unknown(sh, "sh without -c");
	const struct sh_var *vars = sh->vars;
	sh->vars = NULL; /* nothing is exported by the audits' own variables */
	int rc = sh_run_text(sh, args->v[2], io);
	sh->vars = vars;
	return rc;
}

static int do_exit(struct sh *sh, const struct sh_args *args)
{
	int64_t code = sh->status;
	if (args->n > 1 && !sh_number(args->v[1], &code))
		code = 2;
	sh->exiting = true;
	return (int)(code & 255);
}

static int do_command(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	if (args->n == 3 && sw_str_is(args->v[1], "-v"))
		return sh_unknown(sh, "command -v");
	struct sh_args rest = {args->v + 1, args->n - 1, 0};
	return args->n > 1 ? sh_run_args(sh, &rest, io) : 0;
}

/* -e, -o errexit, -o pipefail; -u -x and others say nothing of what is written. */
static int do_set(struct sh *sh, const struct sh_args *args)
{
	for (uint32_t i = 1; i < args->n; i++) {
		struct sw_str a = args->v[i];
		if (a.n < 2 || (a.p[0] != '-' && a.p[0] != '+'))
			return sh_unknown(sh, "set %.*s", SW_STR_ARG(a));
		bool on = a.p[0] == '-';
		if (memchr(a.p, 'e', a.n))
			sh->errexit = on;
		if (a.p[a.n - 1] == 'o' && i + 1 < args->n) {
			if (sw_str_is(args->v[++i], "pipefail"))
				sh->pipefail = on;
			else if (sw_str_is(args->v[i], "errexit"))
				sh->errexit = on;
		}
	}
	return args->n > 1 ? 0 : sh_unknown(sh, "set");
}

static int do_trap(struct sh *sh, const struct sh_args *args)
{
	for (uint32_t i = 2; i < args->n; i++) {
		if (sw_str_is(args->v[i], "ERR"))
			sh->on_error = args->v[1];
		else if (sw_str_is(args->v[i], "EXIT") || sw_str_is(args->v[i], "0"))
			return sh_unknown(sh, "trap … EXIT");
	}
	return 0; /* no signal comes */
}

static int call(struct sh *sh, const struct sh_function *f, const struct sh_args *args, const struct sh_io *io)
{
	for (uint32_t i = 1; i < args->n && i < 10; i++)
		sh_set(sh, sw_arena_printf(sh->arena, "%u", i), args->v[i]);
	sh_set(sh, SW_STR("#"), sw_arena_printf(sh->arena, "%u", args->n - 1));
	int rc = sh_run(sh, f->body, io); /* what it sets stays set, as in a shell */
	if (sh->returning)
		sh->exiting = sh->returning = false;
	return rc;
}

static const struct sh_function *function_named(const struct sh *sh, struct sw_str name)
{
	for (const struct sh_function *f = sh->functions; f; f = f->next)
		if (sw_str_eq(f->name, name))
			return f;
	return NULL;
}

static int define(struct sh *sh, const struct sh_node *n)
{
	struct sh_function *f = sw_arena_new(sh->arena, struct sh_function);
	if (f) {
		*f = (struct sh_function){n->var, n->kids[0], sh->functions};
		sh->functions = f;
	}
	return 0;
}

/* 1: it was one of these, with its status in *ret */
static bool builtin(struct sh *sh, const struct sh_args *args, const struct sh_io *io, int *ret)
{
	struct sw_str name = args->v[0];
	if (sw_str_is(name, ":") || sw_str_is(name, "true"))
		*ret = 0;
	else if (sw_str_is(name, "false"))
		*ret = 1;
	else if (sw_str_is(name, "read"))
		*ret = do_read(sh, args, io);
	else if (sw_str_is(name, "export") || sw_str_is(name, "local") ||
		 sw_str_is(name, "readonly"))
		*ret = do_export(sh, args);
	else if (sw_str_is(name, "sh") || sw_str_is(name, "bash"))
		*ret = do_sh(sh, args, io);
	else if (sw_str_is(name, "exit"))
		*ret = do_exit(sh, args);
	else if (sw_str_is(name, "return")) {
		*ret = do_exit(sh, args);
		sh->returning = true;
	} else if (sw_str_is(name, "break"))
		*ret = 0 * (sh->loop_break = 1);
	else if (sw_str_is(name, "continue"))
		*ret = 0 * (sh->loop_continue = 1);
	else if (sw_str_is(name, "set"))
		*ret = do_set(sh, args);
	else if (sw_str_is(name, "trap"))
		*ret = do_trap(sh, args);
	else if (sw_str_is(name, "unset") || sw_str_is(name, "shopt"))
		*ret = sw_str_is(name, "unset") || (args->n > 1 && args->v[1].n && args->v[1].p[0] == '-')
			       ? 0
			       : sh_unknown(sh, "%.*s", SW_STR_ARG(name));
	else if (sw_str_is(name, "sudo") || sw_str_is(name, "command"))
		*ret = do_command(sh, args, io);
	else
		return false;
	return true;
}


struct sw_str sh_base_name(struct sw_str path)
{
	static const char *const dirs[] = {
		"/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/"};
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		struct sw_str d = sw_str_from(dirs[i]);
		if (sw_str_starts(path, d) && sw_str_chr(path, '/', d.n) == SW_NPOS)
			return sw_str_sub(path, d.n, path.n);
	}
	return path;
}

int sh_run_args(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	int rc;
	if (!args->n || !sh_step(sh))
		return 0;
	struct sh_args own = *args;
	struct sw_str saved = own.v[0];
	own.v[0] = sh_base_name(saved);
	const struct sh_function *f = function_named(sh, own.v[0]);
	if (++sh->depth > SH_DEPTH_MAX) {
		rc = sh_unknown(sh, "the audit is nested too deeply");
	} else if (f) {
		rc = call(sh, f, &own, io);
	} else if (!builtin(sh, &own, io, &rc)) {
		const struct sh_tool *t = sh_tool_named(own.v[0]);
		rc = t ? t->run(sh, &own, io)
		       : sh_unknown(sh, "the command %.*s is not one that is answered without a "
					"shell", SW_STR_ARG(saved));
	}
	sh->depth--;
	own.v[0] = saved;
	if (io->out->overflow || io->err->overflow)
		sh_unknown(sh, "the output of %.*s is too large", SW_STR_ARG(saved));
	return rc;
}

static int sh_run_text(struct sh *sh, struct sw_str text, const struct sh_io *io)
{
	struct sw_error err = {0};
	const struct sh_node *n = sh_parse(sh->arena, text, sh->depth + 1, &err);
	if (!n)
		return sh_unknown(sh, "%s", err.text[0] ? err.text : "this is no shell text");
	int rc = sh_run(sh, n, io);
	sh->exiting = false;
	return rc;
}

/* ---- nodes ---- */

static int run_simple(struct sh *sh, const struct sh_node *n, const struct sh_io *io)
{
	struct sh_args args = {0};
	const struct sh_var *saved = sh->vars;
	sh->substituted = false;
	if (sh_expand(sh, n->words, n->n_words, &args))
		return 127;
	for (uint32_t i = 0; i < n->n_assigns && !sh->stop; i++) {
		const struct sh_assign *as = &n->assigns[i];
		struct sw_str v = as->value ? sh_expand_one(sh, as->value, false) : SW_STR("");
		struct sw_str old = {0};
		if (as->append && sh_get(sh, as->name, &old))
			v = sw_arena_printf(sh->arena, "%.*s%.*s", SW_STR_ARG(old), SW_STR_ARG(v));
		sh_set(sh, as->name, v);
	}
	if (sh->stop)
		return 127;
	if (!args.n)
		return sh->substituted ? sh->status : 0; /* that of the last $(…) in an assignment */
	int rc = sh_run_args(sh, &args, io);
	if (n->n_assigns) /* they held for this command only */
		sh->vars = saved;
	return rc;
}

/* The next stage's arguments when they are a grep and nothing in them is to be computed. */
static bool plain_grep(struct sh *sh, const struct sh_node *n, struct sh_args *ret)
{
	if (n->kind != SH_CMD || n->n_redirs || n->n_assigns || n->n_words < 2)
		return false;
	for (uint32_t i = 0; i < n->n_words; i++)
		for (uint32_t k = 0; k < n->words[i]->n; k++)
			if (n->words[i]->v[k].kind != SH_LIT)
				return false;
	if (sh_expand(sh, n->words, n->n_words, ret) || !ret->n)
		return false;
	ret->v[0] = sh_base_name(ret->v[0]);
	return sw_str_is(ret->v[0], "grep") || sw_str_is(ret->v[0], "egrep") || sw_str_is(ret->v[0], "fgrep");
}

static bool is_command(const struct sh_node *n, const char *name)
{
	return n->kind == SH_CMD && n->n_words && n->words[0]->n == 1 && n->words[0]->v[0].kind == SH_LIT &&
	       sw_str_is(sh_base_name(n->words[0]->v[0].text), name);
}

static int run_pipe(struct sh *sh, const struct sh_node *n, const struct sh_io *io)
{
	sw_autobuf a = {0}, b = {0};
	struct sw_buf *pipes[2] = {&a, &b};
	struct sh_in in = *io->in;
	int rc = 0, failed = 0;
	sw_buf_init(&a, SH_PIPE_MAX);
	sw_buf_init(&b, SH_PIPE_MAX);
	for (uint32_t i = 0; i < n->n_kids && !sh->stop; i++) {
		bool last = i + 1 == n->n_kids;
		struct sw_buf *out = pipes[i & 1];
		struct sh_io stage = {&in, last ? io->out : out, io->err};
		const struct sh_var *vars = sh->vars;
		struct sh_args next = {0};
		sw_buf_clear(out);
		bool any = in.text.n > 0;
		sh->ahead = !last && n->kids[i]->kind == SH_CMD && plain_grep(sh, n->kids[i + 1], &next) ? &next : NULL;
		rc = sh_run(sh, n->kids[i], &stage);
		sh->ahead = NULL;
		sh->sifted = last && rc == 1 && any && is_command(n->kids[0], "journalctl") &&
			     is_command(n->kids[i], "grep");
		failed = rc ? rc : failed;
		sh->vars = vars; /* each stage is a subshell */
		sh->exiting = false;
		in.text = sw_buf_str(out);
	}
	return sh->pipefail ? failed : rc;
}

static bool leave_loop(struct sh *sh)
{
	bool leave = sh->loop_break || sh->exiting || sh->stop;
	sh->loop_break = sh->loop_continue = 0;
	return leave;
}

static int run_for(struct sh *sh, const struct sh_node *n, const struct sh_io *io)
{
	struct sh_args args = {0};
	int rc = 0;
	if (sh_expand(sh, n->words, n->n_words, &args))
		return 127;
	for (uint32_t i = 0; i < args.n && sh_step(sh); i++) {
		sh_set(sh, n->var, args.v[i]);
		rc = sh_run(sh, n->kids[0], io);
		if (leave_loop(sh))
			break;
	}
	return rc;
}

static int run_while(struct sh *sh, const struct sh_node *n, const struct sh_io *io)
{
	int rc = 0;
	while (sh_step(sh)) {
		sh->tested++;
		bool ok = sh_run(sh, n->kids[0], io) == 0;
		sh->tested--;
		if (sh->stop || sh->exiting || ok != (n->kind == SH_WHILE))
			break;
		rc = sh_run(sh, n->kids[1], io);
		if (leave_loop(sh))
			break;
	}
	return rc;
}

static int run_case(struct sh *sh, const struct sh_node *n, const struct sh_io *io)
{
	struct sw_str subject = sh_expand_one(sh, n->words[0], false);
	for (uint32_t i = 0; i < n->n_cases && i < n->n_kids; i++)
		for (uint32_t j = 0; j < n->cases[i].n; j++)
			if (sh_fnmatch(sh_expand_one(sh, n->cases[i].pats[j], true), subject))
				return sh_run(sh, n->kids[i], io);
	return 0;
}

static int run_if(struct sh *sh, const struct sh_node *n, const struct sh_io *io)
{
	sh->tested++;
	bool yes = sh_run(sh, n->kids[0], io) == 0;
	sh->tested--;
	if (sh->stop || sh->exiting)
		return 127;
	if (yes)
		return sh_run(sh, n->kids[1], io);
	return n->n_kids > 2 ? sh_run(sh, n->kids[2], io) : 0;
}

/* A command failed that nothing tests: the trap runs, and with -e the shell ends. */
static void failed(struct sh *sh, const struct sh_node *n, const struct sh_io *io)
{
	struct sw_str what = sh->on_error;
	if (n->kind == SH_AND || n->kind == SH_OR || n->kind == SH_NOT || n->kind == SH_IF || n->kind == SH_FOR ||
		n->kind == SH_WHILE || n->kind == SH_UNTIL || n->kind == SH_GROUP || n->kind == SH_CASE)
		return;
	if (what.n) {
		sh->on_error = (struct sw_str){0};
		sh_run_text(sh, what, io);
		sh->on_error = what;
	}
	if (sh->errexit)
		sh->exiting = true;
}

static int run_seq(struct sh *sh, const struct sh_node *n, const struct sh_io *io)
{
	int rc = 0;
	for (uint32_t i = 0; i < n->n_kids && !sh->stop && !sh->exiting; i++) {
		rc = sh_run(sh, n->kids[i], io);
		sh->status = rc;
		if (rc && !sh->tested && !sh->exiting && !sh->stop)
			failed(sh, n->kids[i], io);
		if (sh->loop_break || sh->loop_continue)
			break;
	}
	return rc;
}

/* ---- [[ ]] ---- */

struct cond {
	struct sh *sh;
	const struct sh_node *n;
	uint32_t at;
	int depth;
};

static bool cond_or(struct cond *c);

static bool cond_op(const struct cond *c, uint32_t i, const char *text)
{
	if (i >= c->n->n_words || !c->n->words[i] || c->n->words[i]->n != 1)
		return false;
	const struct sh_part *p = c->n->words[i]->v;
	return p->kind == SH_LIT && !p->quoted && sw_str_is(p->text, text);
}

static bool cond_compare(struct cond *c, const struct sh_word *l, const struct sh_word *op,
	const struct sh_word *r)
{
	struct sw_str o = sh_expand_one(c->sh, op, false), left = sh_expand_one(c->sh, l, false);
	if (sw_str_is(o, "=") || sw_str_is(o, "=="))
		return sh_fnmatch(sh_expand_one(c->sh, r, true), left);
	if (sw_str_is(o, "!="))
		return !sh_fnmatch(sh_expand_one(c->sh, r, true), left);
	if (sw_str_is(o, "=~")) {
		struct sw_re2 *re =
			sh_regex(c->sh, sh_expand_one(c->sh, r, false), SH_RE_EXTENDED, false);
		return re && sw_re2_match(re, left, NULL) == 1;
	}
	struct sw_str v[] = {SW_STR("test"), left, o, sh_expand_one(c->sh, r, false)};
	struct sh_args args = {v, 4, 4};
	return sh_tool_test(c->sh, &args, NULL) == 0;
}

static bool cond_primary(struct cond *c)
{
	if (++c->depth > SH_DEPTH_MAX || c->at >= c->n->n_words) {
		sh_unknown(c->sh, "this [[ ]] is not known");
		return false;
	}
	bool r;
	if (cond_op(c, c->at, "!")) {
		c->at++;
		r = !cond_primary(c);
	} else if (cond_op(c, c->at, "(")) {
		c->at++;
		r = cond_or(c);
		c->at++;
	} else {
		uint32_t k = 0;
		while (c->at + k < c->n->n_words && !cond_op(c, c->at + k, "&&") &&
			!cond_op(c, c->at + k, "||") && !cond_op(c, c->at + k, ")"))
			k++;
		const struct sh_word *const *w = (const struct sh_word *const *)c->n->words + c->at;
		c->at += k;
		if (k == 3) {
			r = cond_compare(c, w[0], w[1], w[2]);
		} else if (k == 1 || k == 2) {
			struct sw_str v[] = {SW_STR("test"), sh_expand_one(c->sh, w[0], false),
				k == 2 ? sh_expand_one(c->sh, w[1], false) : SW_STR("")};
			struct sh_args args = {v, k + 1, 3};
			r = sh_tool_test(c->sh, &args, NULL) == 0;
		} else {
			r = false;
			sh_unknown(c->sh, "this [[ ]] is not known");
		}
	}
	c->depth--;
	return r;
}

static bool cond_and(struct cond *c)
{
	bool r = cond_primary(c);
	while (!c->sh->stop && cond_op(c, c->at, "&&")) {
		c->at++;
		r = cond_primary(c) && r;
	}
	return r;
}

static bool cond_or(struct cond *c)
{
	bool r = cond_and(c);
	while (!c->sh->stop && cond_op(c, c->at, "||")) {
		c->at++;
		r = cond_and(c) || r;
	}
	return r;
}

/* ---- redirections around a node ---- */

static int run_plain(struct sh *sh, const struct sh_node *n, const struct sh_io *io)
{
	int rc;
	const struct sh_var *vars = sh->vars;
	switch (n->kind) {
	case SH_CMD:
		return run_simple(sh, n, io);
	case SH_PIPE:
		return run_pipe(sh, n, io);
	case SH_AND:
	case SH_OR:
		sh->tested++;
		rc = sh_run(sh, n->kids[0], io);
		sh->tested--;
		sh->status = rc;
		if (sh->stop || sh->exiting || (rc == 0) != (n->kind == SH_AND))
			return rc;
		return sh_run(sh, n->kids[1], io);
	case SH_NOT:
		sh->tested++;
		rc = sh_run(sh, n->kids[0], io) == 0;
		sh->tested--;
		return rc;
	case SH_FUNCTION:
		return define(sh, n);
	case SH_IF:
		return run_if(sh, n, io);
	case SH_FOR:
		return run_for(sh, n, io);
	case SH_WHILE:
	case SH_UNTIL:
		return run_while(sh, n, io);
	case SH_CASE:
		return run_case(sh, n, io);
	case SH_COND:
		return cond_or(&(struct cond){sh, n, 0, 0}) ? 0 : 1;
	case SH_SUBSHELL:
		rc = run_seq(sh, n->kids[0], io);
		sh->vars = vars;
		sh->exiting = false;
		return rc;
	case SH_GROUP:
		return sh_run(sh, n->kids[0], io);
	case SH_SEQ:
		return run_seq(sh, n, io);
	}
	return 127;
}

static int redirect_in(struct sh *sh, const struct sh_redir *r, struct sh_in *in,
	const struct sh_io *io)
{
	struct sw_str s = sh_expand_one(sh, r->word, false);
	if (r->kind == SH_RD_TEXT) {
		in->text = r->to ? sw_arena_printf(sh->arena, "%.*s\n", SW_STR_ARG(s)) : s;
		return 0;
	}
	if (sw_str_is(s, "/dev/null")) {
		in->text = (struct sw_str){0};
		return 0;
	}
	int rc = sh_read_file(sh, s, &in->text);
	if (!rc)
		return 0;
	sw_buf_printf(io->err, "sh: cannot open %.*s: %s\n", SW_STR_ARG(s),
		sh_file_error(sh, s, -rc));
	return 1;
}

static int run_redirected(struct sh *sh, const struct sh_node *n, const struct sh_io *outer)
{
	struct sw_buf null;
	struct sh_in in = *outer->in;
	struct sh_io io = {&in, outer->out, outer->err};
	bool own_in = false;
	int rc = 0;
	sw_buf_init(&null, SH_PIPE_MAX);
	for (uint32_t i = 0; i < n->n_redirs && !rc && !sh->stop; i++) {
		const struct sh_redir *r = n->redirs[i];
		if (r->kind == SH_RD_NULL_OUT) {
			if (r->fd != 2)
				io.out = &null;
			if (r->fd != 1)
				io.err = &null;
		} else if (r->kind == SH_RD_DUP) {
			struct sw_buf *to = r->to == 1 ? io.out : io.err;
			if (r->fd == 2)
				io.err = to;
			else
				io.out = to;
		} else {
			own_in = true;
			rc = redirect_in(sh, r, &in, &io);
		}
	}
	if (!rc && !sh->stop)
		rc = run_plain(sh, n, &io);
	if (!own_in)
		*outer->in = in;
	sw_buf_release(&null);
	return rc;
}

int sh_run(struct sh *sh, const struct sh_node *n, const struct sh_io *io)
{
	int rc;
	if (!n || !sh_step(sh))
		return 127;
	if (++sh->depth > SH_DEPTH_MAX * 4)
		rc = sh_unknown(sh, "the audit is nested too deeply");
	else
		rc = n->n_redirs ? run_redirected(sh, n, io) : run_plain(sh, n, io);
	sh->depth--;
	return rc;
}

/* ---- from outside ---- */

int sw_cis_audit(struct sw_cis_node *n, struct sw_arena *a, struct sw_str text,
	struct sw_cis_answer *ret, struct sw_error *err)
{
	sw_autoarena own = {0};
	sw_autobuf out = {0};
	struct sh_in in = {0};
	struct sh sh = {.node = n, .arena = &own};
	struct sh_io io = {&in, &out, &out};
	*ret = (struct sw_cis_answer){0};
	text = sw_str_trim(text);
	if (!text.n)
		return 0;
	sw_arena_init(&own, SH_ARENA_MAX);
	sw_buf_init(&out, SH_PIPE_MAX);
	sh_set(&sh, SW_STR("HOSTNAME"), SW_STR(SH_OWN_POD));
	sh.regex = sw_regex_cache_new(64);
	ret->status = sh_run_text(&sh, text, &io);
	sw_regex_cache_free(sh.regex);
	ret->out = sw_arena_str(a, sw_buf_str(&out));
	ret->unknown = sw_arena_str(a, sh.unknown);
	ret->unseen = sw_arena_str(a, sh.unseen);
	ret->missing = sw_arena_str(a, sh.missing);
	ret->sifted = sh.sifted && ret->status == 1 && !ret->out.n;
	struct sw_str *files = sw_arena_new_array(a, sh.n_files + 1, struct sw_str);
	for (uint32_t i = 0; files && i < sh.n_files; i++)
		files[i] = sw_arena_str(a, sh.files[i]);
	ret->files = files;
	ret->n_files = files ? sh.n_files : 0;
	return a->overflow ? sw_error_set(err, SW_ELIMIT, "the audits take too much memory") : 0;
}
