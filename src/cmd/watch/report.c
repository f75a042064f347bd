/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/report.h"

#include <stdlib.h>

#include "cmd/scan/scanning.h"
#include "base/cleanup.h"
#include "runtime/incident/lineage.h"
#include "runtime/rules/finding.h"
#include "runtime/rules/load_int.h"

#define FINDINGS_MAX 100000

struct sw_watch_report {
	struct sw_cmd_ctx *ctx;
	const struct sw_report_format *format;
	struct sw_findings findings;
	struct sw_waivers waivers;
	struct sw_arena arena;	      /* of the rules */
	uint64_t *counts;	      /* alerts, by index of the finding */
	const struct sw_rule **rules; /* by index of the runtime rule; made when first needed */
};

int sw_watch_report_new(struct sw_cmd_ctx *ctx, const char *name, const struct sw_ruleset *rs,
	struct sw_watch_report **ret, struct sw_error *err)
{
	const struct sw_optval *files = sw_opts_get(&ctx->opts, "waivers");
	*ret = NULL;
	if (!name)
		return files->n ? sw_error_set(
					  err, SW_EUSAGE, "--waivers needs a report: -o table, say")
				: 0;
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

/* What a finding is told apart by: the workload and the line of programs, not the words of one
 * alert. */
static struct sw_str key_of(const struct sw_incident_news *n, struct sw_arena *a)
{
	sw_autobuf b;
	sw_buf_init(&b, 65536);
	sw_buf_addstr(&b, n->incident->workload);
	sw_buf_addz(&b, ": ");
	sw_incident_line(n->incident, n->entry->node, &b);
	return sw_arena_str(a, sw_buf_str(&b));
}

void sw_watch_report_finding(const struct sw_alert *a, const struct sw_rule *rule,
	const struct sw_incident_news *n, struct sw_finding *ret)
{
	sw_alert_finding(a, rule, a->event->arena, ret);
	if (n->entry)
		ret->key = key_of(n, a->event->arena);
	/* Ten replicas that do the same are one finding, about what they have in common. */
	if (sw_str_is(ret->subject.kind, "Pod") || sw_str_is(ret->subject.kind, "pods"))
		ret->subject.name = sw_pod_owner(ret->subject.name);
}

int sw_watch_report_add(
	struct sw_watch_report *w, const struct sw_alert *a, struct sw_incident_news *n)
{
	struct sw_finding f;
	const struct sw_rule **rule = &w->rules[a->rule->index];
	if (!n->entry)
		return 0;
	if (!n->new_entry) {
		w->counts[n->entry->tag]++;
		return 0;
	}
	if (w->findings.n >= FINDINGS_MAX)
		return -SW_ELIMIT;
	if (!*rule)
		*rule = sw_runtime_rule_finding(a->rule, &w->arena);
	uint64_t *counts = sw_array_push(&w->arena, w->counts, w->findings.n, sizeof(*counts));
	if (!*rule || !counts)
		return -SW_ELIMIT;
	w->counts = counts;
	counts[w->findings.n] = 1;
	n->entry->tag = w->findings.n;
	sw_watch_report_finding(a, *rule, n, &f);
	return sw_findings_add(&w->findings, &f);
}

static void tell_counts(struct sw_watch_report *w)
{
	for (uint32_t i = 0; i < w->findings.n; i++) {
		struct sw_finding *f = w->findings.v[i];
		if (w->counts[i] < 2)
			continue;
		struct sw_str s = sw_arena_printf(&w->findings.arena, "%.*s (%llu times)",
			SW_STR_ARG(f->message), (unsigned long long)w->counts[i]);
		if (s.p)
			f->message = s;
	}
}

int sw_watch_report_finish(struct sw_watch_report *w, struct sw_error *err)
{
	struct sw_summary summary = {0};
	int rc = 0;
	tell_counts(w);
	if (sw_waivers_apply(&w->waivers, &w->findings, sw_today(), NULL, 0))
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
