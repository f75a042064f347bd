/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scanning.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WAIVER_FILE "seawall-waivers.yaml"
#define FINDINGS_MAX ((size_t)16 << 30)

volatile bool sw_scanning_cancel;

static void on_signal(int sig)
{
	if (sw_scanning_cancel) /* the second time, at once */
		_exit(SW_EXIT_INTERRUPTED);
	sw_scanning_cancel = true;
}

static time_t now(void)
{
	int64_t epoch;
	const char *fixed = getenv("SOURCE_DATE_EPOCH"); /* reproducible-builds.org */
	if (fixed && sw_str_to_i64(sw_str_from(fixed), &epoch) && epoch >= 0)
		return (time_t)epoch;
	return time(NULL);
}

int64_t sw_today(void)
{
	return (int64_t)now() / 86400;
}

struct sw_str sw_timestamp(struct sw_arena *a)
{
	time_t t = now();
	struct tm tm;
	char text[32];
	gmtime_r(&t, &tm);
	size_t n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return sw_arena_str(a, sw_str_make(text, n));
}

static struct sw_str *strings(struct sw_cmd_ctx *ctx, const char *name, uint32_t *ret_n)
{
	const struct sw_optval *v = sw_opts_get(&ctx->opts, name);
	struct sw_str *out = sw_arena_new_array(ctx->arena, v->n + 1, struct sw_str);
	for (uint32_t i = 0; out && i < v->n; i++)
		out[i] = sw_str_from(v->v[i]);
	*ret_n = out ? v->n : 0;
	return out;
}

static int pss_policies(struct sw_cmd_ctx *ctx, struct sw_scan_opts *o, struct sw_error *err)
{
	const struct sw_optval *v = sw_opts_get(&ctx->opts, "pss");
	struct sw_pss_policy *p = sw_arena_new_array(ctx->arena, v->n + 1, struct sw_pss_policy);
	if (!p)
		return sw_error_set(err, SW_ELIMIT, "too many policies");
	for (uint32_t i = 0; i < v->n; i++) {
		int rc = sw_pss_policy_parse(sw_str_from(v->v[i]), &p[i], err);
		if (rc) {
			sw_error_prefix(err, "--pss %s: ", v->v[i]);
			return rc;
		}
	}
	o->pss = p;
	o->n_pss = v->n;
	return 0;
}

int sw_scanning_load(struct sw_scanning *s, struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	const struct sw_optval *dirs = sw_opts_get(&ctx->opts, "policy");
	struct sw_scan_opts o = {0};
	*s = (struct sw_scanning){.ctx = ctx};
	sw_findings_init(&s->findings, FINDINGS_MAX);
	o.packs.dirs = dirs->v;
	o.packs.n_dirs = dirs->n;
	o.packs.no_builtin = sw_opts_bool(&ctx->opts, "no-builtin");
	o.packs.disable = strings(ctx, "disable", &o.packs.n_disable);
	o.packs.only = strings(ctx, "check", &o.packs.n_only);
	o.cluster = sw_str_from(sw_opts_str(&ctx->opts, "cluster"));
	o.report_other = sw_opts_bool(&ctx->opts, "other");
	int rc = pss_policies(ctx, &o, err);
	return rc ? rc : sw_scan_load(&o, &s->scan, err);
}

void sw_scanning_release(struct sw_scanning *s)
{
	sw_findings_release(&s->findings);
	sw_scan_free(s->scan);
	free(s->rules);
}

static int load_waivers(struct sw_scanning *s, struct sw_error *err)
{
	const struct sw_opts *o = &s->ctx->opts;
	const struct sw_optval *v = sw_opts_get(o, "waivers");
	static const char *const usual[] = {WAIVER_FILE};
	const char *const *files = v->v;
	uint32_t n = v->n;
	if (sw_opts_bool(o, "no-waivers"))
		return 0;
	if (!n && access(WAIVER_FILE, F_OK) == 0) {
		files = usual;
		n = 1;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct sw_source *src;
		int rc = sw_cmd_read(s->ctx->arena, files[i], 64 << 20, &src, err);
		if (!rc)
			rc = sw_waivers_parse(&s->waivers, s->ctx->arena, src, err);
		if (rc)
			return rc;
	}
	return 0;
}

static int load_baseline(struct sw_scanning *s, struct sw_error *err)
{
	const char *file = sw_opts_str(&s->ctx->opts, "baseline");
	struct sw_source *src;
	if (!file)
		return 0;
	int rc = sw_cmd_read(s->ctx->arena, file, 0, &src, err);
	return rc ? rc : sw_baseline_parse(&s->baseline, s->ctx->arena, src, err);
}

static void collect_rules(struct sw_scanning *s)
{
	uint32_t n = 0;
	const struct sw_packs *packs = sw_scan_packs(s->scan);
	const struct sw_check *checks = packs ? sw_packs_checks(packs, &n) : NULL;
	s->rules = calloc((size_t)n + 1, sizeof(*s->rules));
	if (!s->rules)
		abort();
	for (uint32_t i = 0; i < n; i++)
		if (!checks[i].off)
			s->rules[s->n_rules++] = &checks[i].rule;
}

static int interrupted(struct sw_scanning *s, struct sw_error *err)
{
	s->code = SW_EXIT_INTERRUPTED;
	return sw_error_set(err, SW_ECANCELLED, "interrupted");
}

static void watch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal};
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

int sw_scanning_run(struct sw_scanning *s, struct sw_cmd_ctx *ctx, const char *const *paths,
	uint32_t n_paths, struct sw_error *err)
{
	struct sw_input_opts in = {
		.paths = paths, .n_paths = n_paths, .cancel = &sw_scanning_cancel};
	int rc = sw_scanning_load(s, ctx, err);
	if (!rc)
		rc = load_waivers(s, err);
	if (!rc)
		rc = load_baseline(s, err);
	if (rc)
		return rc;
	in.no_render = sw_opts_bool(&ctx->opts, "no-render");
	in.max_file = (size_t)sw_opts_int(&ctx->opts, "max-file");
	watch_signals();
	rc = sw_scan_run(s->scan, &in, &s->findings, &s->stats, err);
	if (rc == -SW_ECANCELLED || sw_scanning_cancel)
		return interrupted(s, err);
	if (rc)
		return rc;
	collect_rules(s);
	bool whole = !sw_opts_get(&ctx->opts, "check")->n && !sw_opts_get(&ctx->opts, "disable")->n;
	if (sw_waivers_apply(&s->waivers, &s->findings, sw_today(), whole))
		return sw_error_set(err, SW_ELIMIT, "the findings take too much memory");
	if (s->baseline.v)
		sw_baseline_apply(&s->baseline, &s->findings);
	sw_findings_sort(&s->findings);
	sw_summary_make(&s->findings, &s->summary);
	return 0;
}
