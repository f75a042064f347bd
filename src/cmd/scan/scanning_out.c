/* SPDX-License-Identifier: Apache-2.0 */
/* The second half of every scan: what is accepted, what is reported, and the exit code. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/scan/scanning.h"

#define FINDINGS_MAX ((size_t)16 << 30)

struct sw_scanning_output {
	const struct sw_report_format *format;
	const char *file; /* NULL: standard output */
};

/* "FORMAT[=FILE]"; one format at most goes to standard output. */
static int outputs(
	struct sw_cmd_ctx *ctx, struct sw_scanning_output **ret, uint32_t *ret_n, struct sw_error *err)
{
	const struct sw_optval *v = sw_opts_get(&ctx->opts, "output");
	struct sw_scanning_output *o = sw_arena_zalloc(ctx->arena, (v->n + 1) * sizeof(*o));
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

static int write_outputs(struct sw_cmd_ctx *ctx, const struct sw_report *r, const struct sw_scanning_output *o,
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

bool sw_scanning_failed(const struct sw_findings *fs, const char *fail_on)
{
	enum sw_severity least;
	if (sw_severity_parse(sw_str_from(fail_on), &least))
		return false; /* never */
	for (uint32_t i = 0; i < fs->n; i++) {
		const struct sw_finding *f = fs->v[i];
		if (sw_finding_open(f) && f->is_new && f->severity >= least)
			return true;
	}
	return false;
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

int sw_scanning_report(struct sw_scanning *s,
	struct sw_str (*next)(struct sw_cmd_ctx *ctx, const struct sw_findings *fs),
	struct sw_error *err)
{
	struct sw_cmd_ctx *ctx = s->ctx;
	bool wanted[SW_SEV__COUNT];
	int rc = severities(ctx, wanted, err);
	if (!rc)
		rc = write_baseline(ctx, &s->findings, err);
	if (rc)
		return rc;
	filter(&s->findings, wanted, s->framework);
	sw_summary_make(&s->findings, &s->summary);
	bool bad = sw_scanning_failed(&s->findings, sw_opts_str(&ctx->opts, "fail-on"));
	struct sw_report r = {.findings = &s->findings,
		.summary = &s->summary,
		.rules = s->rules,
		.n_rules = s->n_rules,
		.next = next ? next(ctx, &s->findings) : (struct sw_str){0},
		.seen = s->seen,
		.notes = s->notes,
		.n_notes = s->n_notes,
		.targets = ctx->opts.args,
		.n_targets = ctx->opts.n_args,
		.framework = s->framework,
		.verbose = sw_opts_int(&ctx->opts, "verbose") > 0,
		.failed = bad,
		.term = ctx->term};
	if (sw_opts_bool(&ctx->opts, "timestamp"))
		r.timestamp = sw_timestamp(ctx->arena);
	rc = write_outputs(ctx, &r, s->outputs, s->n_outputs, err);
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

int sw_scanning_begin(struct sw_scanning *s, struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	bool wanted[SW_SEV__COUNT];
	*s = (struct sw_scanning){.ctx = ctx};
	sw_findings_init(&s->findings, FINDINGS_MAX);
	int rc = outputs(ctx, &s->outputs, &s->n_outputs, err);
	return rc ? rc : severities(ctx, wanted, err);
}
