/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall scan secrets`: keys, tokens and passwords in any files. */
#include <stdlib.h>

#include "base/io.h"
#include "cmd/scan/scanning.h"
#include "cmd/scan/secret_archive.h"
#include "secret/secret.h"

#define FILE_MAX_DEFAULT "256MiB"

struct run {
	struct sw_scanning s;
	struct sw_secret_rules *own;
	const struct sw_secret_rules *rules;
	struct sw_secret_scanner *scanner;
	struct sw_secret_archives *archives; /* NULL: they are not looked into */
	size_t file_max;
	bool comments;
};

/* What cannot be read is a finding of its own, and the search goes on. */
static void problem(void *arg, const struct sw_error *err)
{
	struct run *r = arg;
	struct sw_evidence ev = {.file = sw_str_from(err->file)};
	struct sw_finding f = {.rule = &sw_secret_unread,
		.verdict = SW_VERDICT_NOT_EVALUATED,
		.severity = sw_secret_unread.severity,
		.subject.kind = SW_STR("File"),
		.subject.name = ev.file,
		.message = sw_secret_unread.title,
		.reason = sw_str_from(err->text),
		.evidence = &ev,
		.n_evidence = 1,
		.key = ev.file,
		.is_new = true};
	r->s.findings.coverage.unreadable_files++;
	sw_findings_add(&r->s.findings, &f);
}

static int search(struct run *r, struct sw_str name, struct sw_str text, struct sw_error *err)
{
	struct sw_subject subject = {.kind = SW_STR("File"), .name = name};
	r->s.findings.coverage.files++;
	bool more;
	int rc = sw_secret_findings(
		r->scanner, name, text, &subject, r->comments, &r->s.findings, &more, err);
	if (!rc && more) {
		struct sw_error why = {0};
		sw_error_set(&why, SW_ELIMIT, "more secrets than are counted in one file");
		sw_error_at(&why, name, 0, 0, 0);
		problem(r, &why);
	}
	return rc;
}

static int on_archived(void *arg)
{
	struct run *r = arg;
	r->s.findings.coverage.files++;
	return sw_scanning_cancel ? -SW_ECANCELLED : 0;
}

static int on_seen(void *arg, struct sw_str path, const struct sw_secret_seen *seen)
{
	struct run *r = arg;
	struct sw_subject subject = {.kind = SW_STR("File"), .name = path};
	return sw_secret_finding_add(seen, path, &subject, r->comments, &r->s.findings);
}

static int on_left_out(void *arg, struct sw_str path, struct sw_str why)
{
	struct sw_error err = {0};
	sw_error_set(&err, SW_EUNSUPPORTED, "%.*s", SW_STR_ARG(why));
	sw_error_at(&err, path, 0, 0, 0);
	problem(arg, &err);
	return 0;
}

static int told(const char *path, int rc, const struct sw_error *err)
{
	if (rc < 0 && rc != -SW_ECANCELLED)
		sw_log(SW_LOG_ERROR, "%s: %s", path, err->text);
	return rc;
}

static int on_file(void *arg, const char *path, const struct stat *st)
{
	struct run *r = arg;
	struct sw_error err = {0};
	struct sw_str text, name = sw_str_from(path);
	bool small = S_ISREG(st->st_mode) && (size_t)st->st_size <= SW_ARCHIVES_SMALL &&
		     (size_t)st->st_size <= r->file_max;
	int rc = 0;
	sw_autoarena a;
	if (sw_scanning_cancel)
		return -SW_ECANCELLED;
	sw_arena_init(&a, 0);
	if (r->archives && !small)
		rc = sw_secret_archives_add_file(r->archives, path, &err);
	if (rc)
		return rc < 0 ? told(path, rc, &err) : 0;
	rc = sw_io_read(&a, path, r->file_max, SW_IO_COPY, &text, &err);
	if (rc) {
		problem(r, &err);
		return 0;
	}
	if (r->archives && small)
		rc = sw_secret_archives_add(r->archives, name, text, &err);
	if (!rc)
		rc = search(r, name, text, &err);
	return rc < 0 ? told(path, rc, &err) : 0;
}

static int search_path(struct run *r, const char *path, struct sw_error *err)
{
	struct sw_walk walk = {
		.flags = SW_WALK_HIDDEN, .file = on_file, .error = problem, .arg = r};
	struct sw_str text;
	if (strcmp(path, "-") != 0)
		return sw_io_walk(path, &walk, err);
	int rc = sw_io_read(r->s.ctx->arena, path, r->file_max, 0, &text, err);
	return rc ? rc : search(r, SW_STR("-"), text, err);
}

static int load(struct run *r, struct sw_error *err)
{
	struct sw_cmd_ctx *ctx = r->s.ctx;
	const char *file = sw_opts_str(&ctx->opts, "rules");
	struct sw_str text;
	int rc;
	if (!file) {
		rc = sw_secret_rules_builtin(&r->rules, err);
	} else {
		rc = sw_io_read(ctx->arena, file, (size_t)16 << 20, SW_IO_COPY, &text, err);
		if (!rc)
			rc = sw_secret_rules_parse(sw_str_from(file), text, &r->own, err);
		r->rules = r->own;
	}
	if (rc)
		return rc;
	uint32_t n = sw_secret_rules_n(r->rules);
	const struct sw_rule **v = calloc((size_t)n + 1, sizeof(*v)); /* freed with the run */
	for (uint32_t i = 0; v && i < n; i++)
		v[i] = sw_secret_rule(r->rules, i);
	r->s.rules = v;
	r->s.n_rules = v ? n : 0;
	rc = sw_secret_scanner_new(r->rules, &r->scanner, err);
	file = sw_opts_str(&ctx->opts, "allow");
	if (rc || !file)
		return rc;
	rc = sw_io_read(ctx->arena, file, (size_t)16 << 20, SW_IO_COPY, &text, err);
	return rc ? rc : sw_secret_scanner_allow(r->scanner, sw_str_from(file), text, err);
}

static int work(struct run *r, struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	int rc = sw_scanning_begin(&r->s, ctx, err);
	if (!rc)
		rc = load(r, err);
	if (rc)
		return rc;
	r->file_max = (size_t)sw_opts_int(&ctx->opts, "max-file-size");
	const struct sw_secret_archive archive = {.scanner = r->scanner, .rules = r->rules, .arg = r, .file = on_archived,
		.seen = on_seen, .left_out = on_left_out};
	if (!sw_opts_bool(&ctx->opts, "no-archives"))
		rc = sw_secret_archives_new(&archive, &r->archives, err);
	r->comments = !sw_opts_bool(&ctx->opts, "no-waivers");
	sw_scanning_watch_signals();
	for (uint32_t i = 0; i < ctx->opts.n_args && !rc; i++)
		rc = search_path(r, ctx->opts.args[i], err);
	if (!rc && r->archives)
		rc = sw_secret_archives_finish(r->archives, err);
	if (rc == -SW_ECANCELLED) {
		r->s.code = SW_EXIT_INTERRUPTED;
		sw_error_set(err, SW_ECANCELLED, "interrupted");
	}
	uint64_t files = r->s.findings.coverage.files;
	r->s.seen = sw_arena_printf(
		r->s.ctx->arena, "%llu file%s", (unsigned long long)files, files == 1 ? "" : "s");
	if (!rc)
		rc = sw_scanning_accept(&r->s, true, err);
	return rc ? rc : sw_scanning_report(&r->s, NULL, err);
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct run r = {0};
	struct sw_error err = {0};
	int rc = work(&r, ctx, &err);
	int code = rc ? sw_cmd_fail(&err) : r.s.code;
	if (rc && r.s.code)
		code = r.s.code;
	sw_scanning_release(&r.s);
	sw_secret_archives_free(r.archives);
	sw_secret_scanner_free(r.scanner);
	sw_secret_rules_free(r.own);
	return code;
}

static const struct sw_opt opts[] = {
	SW_REPORTING_OPTS,
	SW_ACCEPTING_OPTS,
	{.name = "rules",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_TRUSTED,
		.group = "What is judged",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "look for what these rules say, in place of the built-in ones"},
	{.name = "allow",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_TRUSTED,
		.group = "What is accepted",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "report nothing that is in this list: rules, paths, values, lines, "
			"entropy"},
	{.name = "no-archives",
		.type = SW_OPT_BOOL,
		.group = "What is read",
		.since = "0.1",
		.help = "search zip, jar, tar, gzip and zstd files as bytes, without unpacking them"},
	{.name = "max-file-size",
		.metavar = "SIZE",
		.type = SW_OPT_SIZE,
		.def = FILE_MAX_DEFAULT,
		.group = "What is read",
		.since = "0.1",
		.help = "a larger file is reported as not evaluated"},
};

const struct sw_cmd sw_cmd_scan_secrets = {
	.name = "scan secrets",
	.summary = "look for keys, tokens and passwords in files",
	.args = "PATH...",
	.description = "Searches every file below the paths (- is standard input) for secrets: "
		       "keys of cloud "
		       "providers, tokens of\n"
		       "services, private keys, passwords in configuration and on command lines.\n"
		       "\n"
		       "No output shows a secret: reports have at most its first four characters "
		       "and its length. "
		       "What is meant to be\n"
		       "there is accepted by a waiver, as any other finding, by a comment "
		       "seawall:ignore on its line,\n"
		       "or by a list (--allow).",
	.examples = "  seawall scan secrets .\n"
		    "  seawall scan secrets --fail-on critical -o sarif=secrets.sarif src/\n"
		    "  git diff | seawall scan secrets -\n",
	.group = "Judge",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
};
