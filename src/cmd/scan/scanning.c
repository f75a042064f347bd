/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/scanning.h"
#include "doc/json.h"

#include <errno.h>
#include <sched.h>
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
		if (strcmp(v->v[i], "labels") == 0) {
			o->pss_labels = true;
			continue;
		}
		int rc = sw_pss_policy_parse(sw_str_from(v->v[i]), &p[o->n_pss++], err);
		if (rc) {
			sw_error_prefix(err, "--pss %s: ", v->v[i]);
			return rc;
		}
	}
	o->pss = p;
	return 0;
}

/*
 * --set KEY=VALUE: JSON where it is JSON, else a text. A key that is given again makes a list. The same key space
 * has kubernetes_version from its own flag.
 */
static int add_setting(struct sw_map *m, struct sw_arena *a, struct sw_str text, struct sw_error *err)
{
	size_t eq = sw_str_chr(text, '=', 0);
	if (eq == SW_NPOS || eq == 0) {
		sw_error_set(err, SW_EUSAGE, "--set %.*s: not KEY=VALUE", SW_STR_ARG(text));
		return sw_error_hint(err, "such as --set allowed_registries=registry.example");
	}
	struct sw_value key = sw_string(sw_str_sub(text, 0, eq)), value;
	struct sw_str raw = sw_str_sub(text, eq + 1, text.n);
	if (sw_json_parse(a, raw, 0, NULL, &value, NULL, NULL) < 0)
		value = sw_string(raw);
	for (uint32_t i = 0; i < m->n; i++) {
		struct sw_value *old = &m->m[i].v;
		if (!sw_value_eq(m->m[i].k, key))
			continue;
		struct sw_list l;
		sw_list_init(&l, a);
		if (old->type == SW_ARRAY)
			sw_array_foreach(e, *old)
				sw_list_add(&l, *e);
		else
			sw_list_add(&l, *old);
		sw_list_add(&l, value);
		*old = sw_list_array(&l);
		return 0;
	}
	return sw_map_add(m, key, value) < 0 ? sw_error_set(err, SW_ELIMIT, "too many settings") : 0;
}

static int settings(struct sw_cmd_ctx *ctx, struct sw_str live, struct sw_value *ret, struct sw_error *err)
{
	const struct sw_optval *v = sw_opts_get(&ctx->opts, "set");
	const char *version = sw_opts_str(&ctx->opts, "kubernetes-version");
	struct sw_map m;
	int rc = 0;
	sw_map_init(&m, ctx->arena);
	for (uint32_t i = 0; !rc && i < v->n; i++)
		rc = add_setting(&m, ctx->arena, sw_str_from(v->v[i]), err);
	if (!version && live.n)
		sw_map_adds(&m, "kubernetes_version", sw_string(live));
	if (!rc && version) {
		unsigned major, minor;
		if (sscanf(*version == 'v' ? version + 1 : version, "%u.%u", &major, &minor) != 2)
			return sw_error_set(err, SW_EUSAGE, "--kubernetes-version %s: not a version such as 1.34", version);
		sw_map_adds(&m, "kubernetes_version", sw_string(sw_str_from(version)));
	}
	*ret = sw_map_object(&m);
	return rc;
}

enum { JOBS_MAX = 64, JOBS_DEFAULT_MAX = 8 };

static int threads(struct sw_cmd_ctx *ctx, uint32_t *ret, struct sw_error *err)
{
	int64_t n = sw_opts_int(&ctx->opts, "jobs");
	cpu_set_t set;
	if (n < 0 || n > JOBS_MAX)
		return sw_error_set(err, SW_EUSAGE, "--jobs %lld: not a number from 0 to %d", (long long)n, JOBS_MAX);
	if (n == 0) { /* those that this process may use */
		n = sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);
		n = n < JOBS_DEFAULT_MAX ? n : JOBS_DEFAULT_MAX;
	}
	*ret = (uint32_t)n;
	return 0;
}

int sw_scanning_load(struct sw_scanning *s, struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	const struct sw_optval *dirs = sw_opts_get(&ctx->opts, "policy");
	struct sw_scan_opts o = {0};
	if (!s->ctx) {
		*s = (struct sw_scanning){.ctx = ctx};
		sw_findings_init(&s->findings, FINDINGS_MAX);
	}
	o.packs.dirs = dirs->v;
	o.packs.n_dirs = dirs->n;
	o.packs.no_builtin = sw_opts_bool(&ctx->opts, "no-builtin");
	o.packs.disable = strings(ctx, "disable", &o.packs.n_disable);
	o.packs.only = strings(ctx, "check", &o.packs.n_only);
	const struct sw_optval *policies = sw_opts_get(&ctx->opts, "policies");
	o.policies = policies->v;
	o.n_policies = policies->n;
	o.external_data = sw_opts_bool(&ctx->opts, "allow-external-data");
	o.cluster = sw_str_from(sw_opts_str(&ctx->opts, "cluster"));
	if (!o.cluster.n)
		o.cluster = s->cluster;
	o.report_other = sw_opts_bool(&ctx->opts, "other");
	int rc = pss_policies(ctx, &o, err);
	if (!rc)
		rc = settings(ctx, s->kubernetes, &o.packs.settings, err);
	if (!rc)
		rc = threads(ctx, &o.jobs, err);
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

void sw_scanning_watch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal};
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

int sw_scanning_accept(struct sw_scanning *s, bool whole, struct sw_error *err)
{
	int rc = load_waivers(s, err);
	if (!rc)
		rc = load_baseline(s, err);
	if (rc)
		return rc;
	if (sw_waivers_apply(
		    &s->waivers, &s->findings, sw_today(), s->rules, whole ? s->n_rules : 0))
		return sw_error_set(err, SW_ELIMIT, "the findings take too much memory");
	if (s->baseline.v)
		sw_baseline_apply(&s->baseline, &s->findings);
	sw_findings_sort(&s->findings);
	sw_summary_make(&s->findings, &s->summary);
	return 0;
}

int sw_scanning_run(struct sw_scanning *s, struct sw_cmd_ctx *ctx, const char *const *paths,
	uint32_t n_paths, struct sw_error *err)
{
	struct sw_input_opts in = {
		.paths = paths, .n_paths = n_paths, .cancel = &sw_scanning_cancel, .live = s->live};
	int rc = sw_scanning_load(s, ctx, err);
	if (rc)
		return rc;
	in.no_render = sw_opts_bool(&ctx->opts, "no-render");
	in.max_file = (size_t)sw_opts_int(&ctx->opts, "max-file");
	sw_scanning_watch_signals();
	rc = sw_scan_run(s->scan, &in, &s->findings, &s->stats, err);
	if (rc == -SW_ECANCELLED || sw_scanning_cancel)
		return interrupted(s, err);
	if (rc)
		return rc;
	collect_rules(s);
	bool whole = !sw_opts_get(&ctx->opts, "check")->n && !sw_opts_get(&ctx->opts, "disable")->n;
	return sw_scanning_accept(s, whole, err);
}
