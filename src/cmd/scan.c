/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall scan`: judge manifests. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/scanning.h"
#include "finding/framework.h"

struct output {
	const struct sw_report_format *format;
	const char *file; /* NULL: standard output */
};

/* "FORMAT[=FILE]"; one format at most goes to standard output. */
static int outputs(
	struct sw_cmd_ctx *ctx, struct output **ret, uint32_t *ret_n, struct sw_error *err)
{
	const struct sw_optval *v = sw_opts_get(&ctx->opts, "output");
	struct output *o = sw_arena_zalloc(ctx->arena, (v->n + 1) * sizeof(*o));
	uint32_t to_stdout = 0;
	if (!o)
		return sw_error_set(err, SW_ELIMIT, "too many outputs");
	for (uint32_t i = 0; i < v->n; i++) {
		const char *eq = strchr(v->v[i], '=');
		struct sw_str name =
			eq ? sw_str_make(v->v[i], (size_t)(eq - v->v[i])) : sw_str_from(v->v[i]);
		o[i].format = sw_report_format_find(name, err);
		if (!o[i].format)
			return -SW_EUSAGE;
		o[i].file = eq && strcmp(eq + 1, "-") != 0 ? eq + 1 : NULL;
		if (o[i].file && !*o[i].file)
			return sw_error_set(
				err, SW_EUSAGE, "-o %s: the file's name is missing", v->v[i]);
		to_stdout += !o[i].file;
	}
	if (to_stdout > 1) {
		sw_error_set(err, SW_EUSAGE, "only one report can go to standard output");
		return sw_error_hint(err, "give the others a file: -o sarif=seawall.sarif");
	}
	*ret = o;
	*ret_n = v->n;
	return 0;
}

static int write_outputs(struct sw_cmd_ctx *ctx, const struct sw_report *r, const struct output *o,
	uint32_t n, struct sw_error *err)
{
	for (uint32_t i = 0; i < n; i++) {
		sw_autobuf text;
		sw_buf_init(&text, (size_t)8 << 30);
		struct sw_buf *out = o[i].file ? &text : ctx->out;
		int rc = o[i].format->write(out, r, err);
		if (!rc && out->overflow)
			rc = sw_error_set(
				err, SW_ELIMIT, "the %s report is too large", o[i].format->name);
		if (!rc && o[i].file)
			rc = sw_cmd_write(o[i].file, sw_buf_str(&text), err);
		if (rc)
			return rc;
	}
	return 0;
}

static int severities(
	const struct sw_cmd_ctx *ctx, bool wanted[SW_SEV__COUNT], struct sw_error *err)
{
	const struct sw_optval *v = sw_opts_get(&ctx->opts, "severity");
	for (int i = 0; i < SW_SEV__COUNT; i++)
		wanted[i] = v->n == 0;
	for (uint32_t i = 0; i < v->n; i++) {
		enum sw_severity s;
		if (sw_severity_parse(sw_str_from(v->v[i]), &s)) {
			sw_error_set(
				err, SW_EUSAGE, "--severity: \"%.40s\" is no severity", v->v[i]);
			return sw_error_hint(err, "critical, high, medium, low, info");
		}
		wanted[s] = true;
	}
	return 0;
}

static bool answers(const struct sw_rule *rule, struct sw_str framework)
{
	for (uint32_t i = 0; i < rule->n_frameworks; i++)
		if (sw_str_eq(rule->frameworks[i].framework, framework))
			return true;
	return false;
}

/* Leave out what was not asked for. What could not be judged always stays. */
static void filter(
	struct sw_findings *fs, const bool wanted[SW_SEV__COUNT], struct sw_str framework)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < fs->n; i++) {
		struct sw_finding *f = fs->v[i];
		bool keep = f->verdict == SW_VERDICT_NOT_EVALUATED ||
			    (wanted[f->severity] && (!framework.n || answers(f->rule, framework)));
		if (keep)
			fs->v[n++] = f;
	}
	fs->n = n;
}

static int check_framework(struct sw_cmd_ctx *ctx, struct sw_str id, struct sw_error *err)
{
	const struct sw_framework *fw;
	uint32_t n;
	struct sw_nearest near;
	if (!id.n)
		return 0;
	int rc = sw_frameworks_builtin(ctx->arena, &fw, &n, err);
	sw_nearest_init(&near, id);
	for (uint32_t i = 0; !rc && i < n; i++) {
		if (sw_str_eq(fw[i].id, id))
			return 0;
		sw_nearest_try(&near, sw_arena_cstr(ctx->arena, fw[i].id));
	}
	if (!rc) {
		rc = sw_error_set(err, SW_EUSAGE, "there is no framework \"%.*s\"", SW_STR_ARG(id));
		if (near.best)
			sw_error_hint(err, "did you mean %s?", near.best);
	}
	return rc;
}

static bool failed(const struct sw_findings *fs, const char *fail_on)
{
	enum sw_severity least;
	if (sw_severity_parse(sw_str_from(fail_on), &least))
		return false; /* never */
	for (uint32_t i = 0; i < fs->n; i++) {
		const struct sw_finding *f = fs->v[i];
		if (f->verdict == SW_VERDICT_FAIL && !f->waiver && f->is_new &&
			f->severity >= least)
			return true;
	}
	return false;
}

/* What to do next: fix what can be fixed, else understand the worst. */
static struct sw_str next_command(struct sw_cmd_ctx *ctx, const struct sw_findings *fs)
{
	const struct sw_finding *worst = NULL;
	uint32_t fixable = 0;
	for (uint32_t i = 0; i < fs->n; i++) {
		const struct sw_finding *f = fs->v[i];
		if (!sw_finding_open(f) || !f->is_new)
			continue;
		worst = worst ? worst : f;
		fixable += sw_defined(f->fix.patch);
	}
	if (!worst)
		return (struct sw_str){0};
	if (fixable && strcmp(ctx->opts.args[0], "-") != 0)
		return sw_arena_printf(ctx->arena,
			"seawall fix --diff %s   (patches for %u finding%s)", ctx->opts.args[0],
			fixable, fixable == 1 ? "" : "s");
	return sw_arena_printf(ctx->arena, "seawall explain %.*s", SW_STR_ARG(worst->rule->id));
}

static int write_baseline(
	struct sw_cmd_ctx *ctx, const struct sw_findings *fs, struct sw_error *err)
{
	const char *file = sw_opts_str(&ctx->opts, "write-baseline");
	if (!file)
		return 0;
	sw_autobuf text;
	sw_buf_init(&text, (size_t)4 << 30);
	sw_baseline_write(&text, fs);
	return sw_cmd_write(file, sw_buf_str(&text), err);
}

static int finish(struct sw_scanning *s, const struct output *o, uint32_t n_o, struct sw_error *err)
{
	struct sw_cmd_ctx *ctx = s->ctx;
	bool wanted[SW_SEV__COUNT];
	struct sw_str framework = sw_str_from(sw_opts_str(&ctx->opts, "framework"));
	int rc = severities(ctx, wanted, err);
	if (!rc)
		rc = write_baseline(ctx, &s->findings, err);
	if (rc)
		return rc;
	filter(&s->findings, wanted, framework);
	sw_summary_make(&s->findings, &s->summary);
	bool bad = failed(&s->findings, sw_opts_str(&ctx->opts, "fail-on"));
	struct sw_report r = {.findings = &s->findings,
		.summary = &s->summary,
		.rules = s->rules,
		.n_rules = s->n_rules,
		.next = next_command(ctx, &s->findings),
		.targets = ctx->opts.args,
		.n_targets = ctx->opts.n_args,
		.verbose = sw_opts_int(&ctx->opts, "verbose") > 0,
		.failed = bad,
		.term = ctx->term};
	if (sw_opts_bool(&ctx->opts, "timestamp"))
		r.timestamp = sw_timestamp(ctx->arena);
	rc = write_outputs(ctx, &r, o, n_o, err);
	if (rc)
		return rc;
	s->code = bad ? SW_EXIT_FINDINGS : SW_EXIT_CLEAN;
	if (!s->summary.complete) {
		if (sw_opts_bool(&ctx->opts, "strict-coverage") && !bad)
			s->code = SW_EXIT_INCOMPLETE;
		sw_log(SW_LOG_WARNING, "not everything could be judged: coverage %d%%",
			s->summary.coverage);
	}
	/* A path of the command line that leads nowhere: a slip of the pen must not look like a
	 * clean result. */
	if (s->stats.named_unread && !bad)
		s->code = SW_EXIT_ERROR;
	return 0;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_scanning s = {0};
	struct sw_error err = {0};
	struct output *o = NULL;
	uint32_t n_o = 0;
	bool wanted[SW_SEV__COUNT];
	int rc = outputs(ctx, &o, &n_o, &err);
	if (!rc)
		rc = severities(ctx, wanted, &err);
	if (!rc)
		rc = check_framework(ctx, sw_str_from(sw_opts_str(&ctx->opts, "framework")), &err);
	if (rc)
		return sw_cmd_fail(&err);
	rc = sw_scanning_run(&s, ctx, ctx->opts.args, ctx->opts.n_args, &err);
	if (!rc)
		rc = finish(&s, o, n_o, &err);
	int code = rc ? sw_cmd_fail(&err) : s.code;
	if (rc && s.code)
		code = s.code;
	sw_scanning_release(&s);
	return code;
}

static const struct sw_opt opts[] = {
	{.name = "output",
		.letter = 'o',
		.metavar = "FORMAT[=FILE]",
		.type = SW_OPT_STRING,
		.def = "table",
		.flags = SW_OPT_LIST | SW_OPT_TRUSTED,
		.group = "What is reported",
		.since = "0.1",
		.complete = SW_COMPLETE_FORMATS,
		.help = "write a report, to standard output or to a file; see `seawall list "
			"formats`"},
	{.name = "severity",
		.metavar = "LEVEL",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST | SW_OPT_COMMA,
		.group = "What is reported",
		.since = "0.1",
		.help = "report only these severities"},
	{.name = "framework",
		.metavar = "ID",
		.type = SW_OPT_STRING,
		.group = "What is reported",
		.since = "0.1",
		.complete = SW_COMPLETE_FRAMEWORKS,
		.help = "report only what answers this framework"},
	{.name = "fail-on",
		.type = SW_OPT_ENUM,
		.choices = "never|info|low|medium|high|critical",
		.def = "low",
		.group = "What is reported",
		.since = "0.1",
		.help = "exit 1 when a finding is this severe or worse"},
	{.name = "strict-coverage",
		.type = SW_OPT_BOOL,
		.group = "What is reported",
		.since = "0.1",
		.help = "exit 3 when something could not be judged"},
	{.name = "timestamp",
		.type = SW_OPT_BOOL,
		.group = "What is reported",
		.since = "0.1",
		.help = "put the time into reports; without it the same input makes the same "
			"bytes"},
	{.name = "write-baseline",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_FLAG_ONLY,
		.group = "What is accepted",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "write the findings of this run as the baseline of later ones"},
	SW_SCANNING_OPTS,
};

const struct sw_cmd sw_cmd_scan = {
	.name = "scan",
	.summary = "judge Kubernetes manifests",
	.args = "PATH...|-",
	.description = "Reads files and folders, or standard input for -, and judges every "
		       "Kubernetes object in them.\n"
		       "Kustomize folders and Helm charts are rendered when kubectl and helm are "
		       "installed.\n"
		       "\n"
		       "What could not be read or judged is reported as not evaluated, with its "
		       "place and reason; it never\n"
		       "counts as passed. Seawall opens no connection to do this.",
	.examples = "  seawall scan deploy/\n"
		    "  seawall scan deploy/ -o table -o sarif=seawall.sarif --fail-on high\n"
		    "  kubectl get all -A -o json | seawall scan -\n"
		    "  seawall scan deploy/ --pss restricted:v1.30\n",
	.group = "Judge",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
};
