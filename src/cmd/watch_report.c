/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch_report.h"

#include <stdlib.h>

#include "cmd/scanning.h"
#include "runtime/rules/finding.h"

#define FINDINGS_MAX 100000

struct sw_watch_report {
	struct sw_cmd_ctx *ctx;
	const struct sw_report_format *format;
	struct sw_findings findings;
	struct sw_waivers waivers;
	struct sw_arena arena;        /* of the rules */
	const struct sw_rule **rules; /* by index of the runtime rule; made when first needed */
};

int sw_watch_report_new(struct sw_cmd_ctx *ctx, const struct sw_ruleset *rs, struct sw_watch_report **ret,
	struct sw_error *err)
{
	const char *name = sw_opts_str(&ctx->opts, "report");
	const struct sw_optval *files = sw_opts_get(&ctx->opts, "waivers");
	*ret = NULL;
	if (!name)
		return files->n ? sw_error_set(err, SW_EUSAGE, "--waivers needs --report") : 0;
	const struct sw_report_format *format = sw_report_format_find(sw_str_from(name), err);
	struct sw_watch_report *w = format ? calloc(1, sizeof(*w)) : NULL;
	if (!w)
		return format ? sw_error_set(err, SW_ELIMIT, "out of memory") : -SW_EUSAGE;
	w->ctx = ctx;
	w->format = format;
	sw_findings_init(&w->findings, 0);
	sw_arena_init(&w->arena, 0);
	w->rules = sw_arena_zalloc(&w->arena, (sw_ruleset_n(rs) + 1) * sizeof(*w->rules));
	int rc = w->rules ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
	for (uint32_t i = 0; rc == 0 && i < files->n; i++) {
		struct sw_source *src;
		rc = sw_cmd_read(ctx->arena, files->v[i], 0, &src, err);
		if (rc == 0)
			rc = sw_waivers_parse(&w->waivers, ctx->arena, src, err);
	}
	if (rc < 0) {
		sw_findings_release(&w->findings);
		sw_arena_release(&w->arena);
		free(w);
		return rc;
	}
	*ret = w;
	return 0;
}

int sw_watch_report_add(struct sw_watch_report *w, const struct sw_alert *a)
{
	struct sw_finding f;
	const struct sw_rule **rule = &w->rules[a->rule->index];
	if (w->findings.n >= FINDINGS_MAX)
		return -SW_ELIMIT;
	if (!*rule)
		*rule = sw_runtime_rule_finding(a->rule, &w->arena);
	if (!*rule)
		return -SW_ELIMIT;
	sw_alert_finding(a, *rule, a->event->arena, &f);
	return sw_findings_add(&w->findings, &f);
}

int sw_watch_report_finish(struct sw_watch_report *w, struct sw_error *err)
{
	struct sw_summary summary = {0};
	int rc = 0;
	if (sw_waivers_apply(&w->waivers, &w->findings, sw_today(), false))
		rc = sw_error_set(err, SW_ELIMIT, "too many findings");
	sw_findings_sort(&w->findings);
	sw_summary_make(&w->findings, &summary);
	struct sw_report r = {.findings = &w->findings,
		.summary = &summary,
		.timestamp = sw_timestamp(w->ctx->arena),
		.verbose = true,
		.term = w->ctx->term};
	if (rc == 0)
		rc = w->format->write(w->ctx->out, &r, err);
	sw_findings_release(&w->findings);
	sw_arena_release(&w->arena);
	free(w);
	return rc;
}
