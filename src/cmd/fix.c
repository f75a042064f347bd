/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall fix`: patches that prove themselves.
 *
 * The files to fix are copied to a private folder and patched there, round by round: in one round
 * only changes that do not touch each other, then everything is judged again. At the end the fixed
 * copies are judged against the untouched ones: what was patched must be gone and nothing may be
 * new. For a file for which that does not hold, the fixes of one rule after another are left out
 * until it does; else the file is left alone. Only then is anything shown or written.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/diff.h"
#include "cmd/scan/scanning.h"
#include "doc/splice.h"
#include "finding/fingerprint.h"

#define ROUNDS 16
#define RULES_MAX 64 /* different rules fixed in one file, whose fixes may be left out one by one  \
		      */

struct target {
	struct sw_str name; /* as the user named it */
	struct sw_str text; /* untouched */
	struct sw_buf now;
	char *copy;			/* path of the working copy */
	struct sw_str rules[RULES_MAX]; /* whose fixes were applied in the first attempt */
	uint32_t n_rules, tried;
	struct sw_str without; /* the rule that is left out in this attempt */
	struct sw_str brings;  /* a rule that the fix would newly violate */
	bool worse, hopeless;
};

struct fixer {
	struct sw_scanning s;
	struct sw_cmd_ctx *ctx;
	char dir[64];
	struct target *v;
	uint32_t n;
	const char **copies;
};

/* "file#index" */
static bool split_document(struct sw_str doc, struct sw_str *ret_file, uint32_t *ret_index)
{
	size_t at = sw_str_rfind(doc, SW_STR("#"));
	int64_t index;
	if (at == SW_NPOS || !sw_str_to_i64(sw_str_sub(doc, at + 1, doc.n), &index) || index < 0 ||
		index > UINT32_MAX)
		return false;
	*ret_file = sw_str_sub(doc, 0, at);
	*ret_index = (uint32_t)index;
	return true;
}

static bool fixable(const struct sw_finding *f)
{
	return sw_finding_open(f) && sw_is(f->fix.patch, SW_ARRAY) && f->fix.patch.n;
}

static struct target *find_target(struct fixer *x, struct sw_str file)
{
	for (uint32_t i = 0; i < x->n; i++)
		if (sw_str_eq(x->v[i].name, file) ||
			sw_str_is(file, x->v[i].copy ? x->v[i].copy : ""))
			return &x->v[i];
	return NULL;
}

static int add_target(struct fixer *x, struct sw_str file, struct sw_error *err)
{
	struct sw_source *src;
	struct stat st;
	const char *path = sw_arena_cstr(x->ctx->arena, file);
	if (!path || sw_str_is(file, "-") || stat(path, &st) || !S_ISREG(st.st_mode))
		return 0; /* rendered, or standard input: nothing to write to */
	int rc = sw_cmd_read(x->ctx->arena, path, 0, &src, err);
	if (rc)
		return rc;
	x->v = sw_arena_grow(x->ctx->arena, x->v, x->n * sizeof(*x->v), (x->n + 1) * sizeof(*x->v));
	if (!x->v)
		return sw_error_set(err, SW_ELIMIT, "too many files");
	struct target *t = &x->v[x->n];
	const char *dot = strrchr(path, '.');
	bool json = dot && strcmp(dot, ".json") == 0;
	*t = (struct target){.name = sw_arena_str(x->ctx->arena, file)};
	t->text = sw_arena_str(x->ctx->arena, src->text);
	sw_buf_init(&t->now, (size_t)2 << 30);
	sw_buf_addstr(&t->now, t->text);
	t->copy = sw_arena_cstr(x->ctx->arena,
		sw_arena_printf(x->ctx->arena, "%s/%08u.%s", x->dir, x->n, json ? "json" : "yaml"));
	x->n++;
	return t->copy ? sw_cmd_write(t->copy, t->text, err)
		       : sw_error_set(err, SW_ELIMIT, "too many files");
}

static int scan_copies(struct fixer *x, struct sw_findings *out, struct sw_error *err)
{
	struct sw_input_opts in = {.paths = x->copies,
		.n_paths = x->n,
		.no_render = true,
		.cancel = &sw_scanning_cancel};
	struct sw_input_stats stats;
	int rc = sw_scan_run(x->s.scan, &in, out, &stats, err);
	if (!rc)
		rc = sw_waivers_apply(&x->s.waivers, out, sw_today(), NULL, 0);
	sw_findings_sort(out);
	return rc;
}

/* Do two places lie in one another? */
static bool overlap(struct sw_str a, struct sw_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	if (n && memcmp(a.p, b.p, n) != 0)
		return false;
	return a.n == b.n || (a.n > n ? a.p[n] : b.p[n]) == '/';
}

/* An array whose elements move when one is added or removed: everything below it is touched. */
static struct sw_str touched(const struct sw_patch_op *op)
{
	size_t slash = sw_str_rfind(op->path, SW_STR("/"));
	struct sw_str last = sw_str_base(op->path);
	int64_t index;
	bool element = sw_str_is(last, "-") || sw_str_to_i64(last, &index);
	return element && (op->kind == SW_PATCH_ADD || op->kind == SW_PATCH_REMOVE)
		       ? sw_str_sub(op->path, 0, slash)
		       : op->path;
}

struct claim {
	const struct target *t;
	uint32_t index;
	struct sw_str path;
};

struct claims {
	struct claim *v;
	uint32_t n, cap;
};

static bool is_free(const struct claims *c, const struct target *t, uint32_t index,
	const struct sw_patch_op *ops, uint32_t n)
{
	for (uint32_t i = 0; i < c->n; i++)
		for (uint32_t k = 0; k < n; k++)
			if (c->v[i].t == t && c->v[i].index == index &&
				overlap(c->v[i].path, touched(&ops[k])))
				return false;
	return true;
}

static void take(struct claims *c, const struct target *t, uint32_t index,
	const struct sw_patch_op *ops, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++) {
		if (c->n == c->cap) {
			c->cap = c->cap ? c->cap * 2 : 64;
			c->v = realloc(c->v, c->cap * sizeof(*c->v));
			if (!c->v)
				abort();
		}
		c->v[c->n++] = (struct claim){t, index, touched(&ops[k])};
	}
}

static void remember_rule(struct target *t, struct sw_str id)
{
	for (uint32_t i = 0; i < t->n_rules; i++)
		if (sw_str_eq(t->rules[i], id))
			return;
	if (t->n_rules < RULES_MAX && !t->tried)
		t->rules[t->n_rules++] = id;
}

/* One finding's patch, when nothing of this round touches the same place. 1: applied. */
static int apply(struct fixer *x, struct claims *c, const struct sw_finding *f)
{
	struct sw_str file;
	uint32_t index, n;
	const struct sw_patch_op *ops;
	sw_autoarena a = {0};
	struct sw_error err = {0};
	if (!fixable(f) || !split_document(f->document, &file, &index))
		return 0;
	struct target *t = find_target(x, file);
	if (!t || t->hopeless || sw_str_eq(f->rule->id, t->without) ||
		sw_patch_parse(x->ctx->arena, f->fix.patch, &ops, &n, &err) ||
		!is_free(c, t, index, ops, n))
		return 0;
	sw_arena_init(&a, (size_t)4 << 30);
	struct sw_buf out;
	sw_buf_init(&out, (size_t)2 << 30);
	bool json = sw_str_ends(t->name, SW_STR(".json"));
	int rc = sw_splice(&a, sw_buf_str(&t->now), json ? SW_SPLICE_JSON : SW_SPLICE_YAML, index,
		ops, n, &out, &err);
	if (rc) {
		char text[1600];
		sw_log(SW_LOG_INFO, "%.*s: %.*s: not patched: %s", SW_STR_ARG(t->name),
			SW_STR_ARG(f->rule->id), sw_error_format(&err, text, sizeof(text)));
		sw_buf_release(&out);
		take(c, t, index, ops, n); /* not again in this round */
		return 0;
	}
	take(c, t, index, ops, n);
	sw_buf_release(&t->now);
	t->now = out;
	remember_rule(t, f->rule->id);
	return 1;
}

/* Patch what can be patched at once. *ret_applied: how many. */
static int one_round(struct fixer *x, uint32_t *ret_applied, struct sw_error *err)
{
	struct sw_findings fs;
	struct claims c = {0};
	sw_findings_init(&fs, (size_t)4 << 30);
	int rc = scan_copies(x, &fs, err);
	*ret_applied = 0;
	for (uint32_t i = 0; !rc && i < fs.n; i++)
		*ret_applied += (uint32_t)apply(x, &c, fs.v[i]);
	for (uint32_t i = 0; !rc && i < x->n; i++)
		rc = sw_cmd_write(x->v[i].copy, sw_buf_str(&x->v[i].now), err);
	free(c.v);
	sw_findings_release(&fs);
	return rc;
}

static bool has(const struct sw_findings *fs, const struct sw_finding *f)
{
	for (uint32_t i = 0; i < fs->n; i++)
		if (sw_finding_open(fs->v[i]) &&
			memcmp(fs->v[i]->fingerprint, f->fingerprint, 16) == 0)
			return true;
	return false;
}

/* Nothing may be new. False when something is, somewhere. */
static bool prove(
	struct fixer *x, const struct sw_findings *before, const struct sw_findings *after)
{
	bool good = true;
	for (uint32_t i = 0; i < x->n; i++)
		x->v[i].worse = false;
	for (uint32_t i = 0; i < after->n; i++) {
		const struct sw_finding *f = after->v[i];
		struct sw_str file;
		uint32_t index;
		if (!sw_finding_open(f) || has(before, f) ||
			!split_document(f->document, &file, &index))
			continue;
		struct target *t = find_target(x, file);
		if (t && !t->worse) {
			t->worse = true;
			t->brings = f->rule->id;
			good = false;
		}
	}
	return good;
}

/* Start again with the files that got worse, each without the fixes of its next rule. */
static int back_out(struct fixer *x, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < x->n; i++) {
		struct target *t = &x->v[i];
		if (!t->worse)
			continue;
		t->hopeless = t->tried == t->n_rules;
		t->without = t->hopeless ? (struct sw_str){0} : t->rules[t->tried++];
		sw_buf_clear(&t->now);
		sw_buf_addstr(&t->now, t->text);
		rc = sw_cmd_write(t->copy, t->text, err);
	}
	return rc;
}

static int write_results(struct fixer *x, uint32_t gone, struct sw_error *err)
{
	uint32_t files = 0;
	bool write = sw_opts_bool(&x->ctx->opts, "write");
	for (uint32_t i = 0; i < x->n; i++) {
		struct target *t = &x->v[i];
		if (t->hopeless)
			sw_log(SW_LOG_WARNING, "%.*s is left alone: its fix would bring %.*s",
				SW_STR_ARG(t->name), SW_STR_ARG(t->brings));
		else if (t->without.n)
			sw_log(SW_LOG_WARNING,
				"%.*s: the fix of %.*s is left out: it would bring %.*s",
				SW_STR_ARG(t->name), SW_STR_ARG(t->without), SW_STR_ARG(t->brings));
		if (t->hopeless || sw_str_eq(sw_buf_str(&t->now), t->text))
			continue;
		files++;
		if (!write) {
			sw_diff_unified(
				x->ctx->out, t->name, t->text, sw_buf_str(&t->now), &x->ctx->term);
			continue;
		}
		int rc = sw_cmd_write(
			sw_arena_cstr(x->ctx->arena, t->name), sw_buf_str(&t->now), err);
		if (rc)
			return rc;
	}
	if (!files)
		sw_log(SW_LOG_NOTE, "nothing that can be fixed by a patch");
	else
		sw_log(SW_LOG_NOTE,
			"%u finding%s %s by patches to %u file%s; judged again: none is new%s",
			gone, gone == 1 ? "" : "s", write ? "gone" : "would be gone", files,
			files == 1 ? "" : "s", write ? "" : " (--write writes them)");
	return 0;
}

/* One attempt: all rounds, then judge what came out. */
static int attempt(struct fixer *x, const struct sw_findings *before, bool *ret_good,
	uint32_t *ret_gone, struct sw_error *err)
{
	struct sw_findings after;
	uint32_t applied = 1;
	int rc = 0;
	for (int i = 0; !rc && applied && i < ROUNDS; i++)
		rc = one_round(x, &applied, err);
	sw_findings_init(&after, (size_t)4 << 30);
	if (!rc)
		rc = scan_copies(x, &after, err);
	if (!rc) {
		*ret_good = prove(x, before, &after);
		*ret_gone = 0;
		for (uint32_t i = 0; i < before->n; i++)
			*ret_gone += sw_finding_open(before->v[i]) && !has(&after, before->v[i]);
	}
	sw_findings_release(&after);
	return rc;
}

static int fix_copies(struct fixer *x, struct sw_error *err)
{
	struct sw_findings before;
	bool good = false;
	uint32_t gone = 0;
	sw_findings_init(&before, (size_t)4 << 30);
	int rc = scan_copies(x, &before, err);
	for (uint32_t i = 0; !rc && !good && i < RULES_MAX + 2; i++) {
		rc = i ? back_out(x, err) : 0;
		if (!rc)
			rc = attempt(x, &before, &good, &gone, err);
	}
	if (!rc)
		rc = write_results(x, gone, err);
	sw_findings_release(&before);
	return rc;
}

static int prepare(struct fixer *x, struct sw_error *err)
{
	int rc = sw_scanning_run(&x->s, x->ctx, x->ctx->opts.args, x->ctx->opts.n_args, err);
	snprintf(x->dir, sizeof(x->dir), "/tmp/seawall-fix-XXXXXX");
	if (!rc && !mkdtemp(x->dir))
		rc = sw_error_errno(err, SW_EIO, errno, "cannot make a folder in /tmp");
	for (uint32_t i = 0; !rc && i < x->s.findings.n; i++) {
		const struct sw_finding *f = x->s.findings.v[i];
		struct sw_str file;
		uint32_t index;
		if (fixable(f) && split_document(f->document, &file, &index) &&
			!find_target(x, file))
			rc = add_target(x, file, err);
	}
	x->copies = rc ? NULL : sw_arena_zalloc(x->ctx->arena, (x->n + 1) * sizeof(*x->copies));
	for (uint32_t i = 0; x->copies && i < x->n; i++)
		x->copies[i] = x->v[i].copy;
	return rc;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct fixer x = {.ctx = ctx};
	struct sw_error err = {0};
	if (sw_opts_bool(&ctx->opts, "write") && sw_opts_bool(&ctx->opts, "diff")) {
		sw_error_set(&err, SW_EUSAGE, "--diff and --write exclude each other");
		return sw_cmd_fail(&err);
	}
	int rc = prepare(&x, &err);
	if (!rc && x.n)
		rc = fix_copies(&x, &err);
	else if (!rc)
		sw_log(SW_LOG_NOTE, "nothing that can be fixed by a patch");
	for (uint32_t i = 0; i < x.n; i++) {
		unlink(x.v[i].copy);
		sw_buf_release(&x.v[i].now);
	}
	if (x.dir[0])
		rmdir(x.dir);
	int code = rc ? sw_cmd_fail(&err) : 0;
	if (x.s.code)
		code = x.s.code;
	sw_scanning_release(&x.s);
	return code;
}

static const struct sw_opt opts[] = {
	{.name = "diff",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "show the changes as a unified diff (the default)"},
	{.name = "write",
		.letter = 'w',
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "write the files"},
	SW_SCANNING_OPTS,
};

const struct sw_cmd sw_cmd_fix = {
	.name = "fix",
	.summary = "patch manifests, and prove that the findings are gone",
	.args = "PATH...",
	.description = "Changes only the bytes that must change: comments, order and formatting "
		       "stay. The result is judged\n"
		       "again before anything is shown or written; a file whose fix would bring a "
		       "new finding is left alone.\n"
		       "What needs a decision (which user, which limits) is not fixed; the report "
		       "says how.",
	.examples = "  seawall fix --diff deploy/\n"
		    "  seawall fix --write deploy/ --check SW-POD-001\n",
	.group = "Act",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
};
