/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall scan`: judge manifests. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/scan/live.h"
#include "cmd/scan/scanning.h"
#include "finding/framework.h"

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
		else
			sw_error_hint(err, "see `seawall list frameworks`");
	}
	return rc;
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
	if (fixable && ctx->opts.n_args && strcmp(ctx->opts.args[0], "-") != 0)
		return sw_arena_printf(ctx->arena,
			"seawall fix --diff %s   (patches for %u finding%s)", ctx->opts.args[0],
			fixable, fixable == 1 ? "" : "s");
	return sw_arena_printf(ctx->arena, "seawall explain %.*s", SW_STR_ARG(worst->rule->id));
}

static int check_arguments(struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	bool live = sw_opts_bool(&ctx->opts, "live");
	if (!ctx->opts.n_args && !live) {
		sw_error_set(err, SW_EUSAGE, "nothing to scan: name files or folders, or - for standard input");
		return sw_error_hint(err, "--live scans the cluster of your kubeconfig");
	}
	if (!live && (sw_opts_bool(&ctx->opts, "secrets") || sw_opts_str(&ctx->opts, "namespace")))
		return sw_error_set(err, SW_EUSAGE, "--secrets and --namespace are for --live");
	return 0;
}

/* What the live cluster adds to a scan; nothing without --live. */
static int go_live(struct sw_scanning *s, struct sw_cmd_ctx *ctx, struct sw_input_live *live,
	struct sw_error *err)
{
	int rc = check_arguments(ctx, err);
	if (!rc)
		rc = sw_live_open(ctx, &sw_scanning_cancel, &live->client, err);
	if (rc || !live->client)
		return rc;
	live->ns = sw_opts_str(&ctx->opts, "namespace");
	live->secrets = sw_opts_bool(&ctx->opts, "secrets");
	sw_scanning_watch_signals();
	s->live = live;
	s->cluster = sw_kube_client_access(live->client)->cluster;
	s->kubernetes = sw_live_version(ctx, live->client);
	return 0;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_scanning s = {0};
	struct sw_input_live live = {0};
	struct sw_error err = {0};
	int rc = sw_scanning_begin(&s, ctx, &err);
	if (!rc)
		rc = go_live(&s, ctx, &live, &err);
	s.framework = sw_str_from(sw_opts_str(&ctx->opts, "framework"));
	if (!rc)
		rc = check_framework(ctx, s.framework, &err);
	if (!rc)
		rc = sw_scanning_run(&s, ctx, ctx->opts.args, ctx->opts.n_args, &err);
	if (!rc)
		rc = sw_scanning_report(&s, next_command, &err);
	if (!rc && !s.findings.coverage.objects && !s.findings.n) /* the wrong folder would look clean */
		sw_log(SW_LOG_WARNING, "there was no Kubernetes object in what was read");
	int code = rc ? sw_cmd_fail(&err) : s.code;
	if (rc && s.code)
		code = s.code;
	sw_scanning_release(&s);
	sw_kube_client_free(live.client);
	return code;
}

static const struct sw_opt opts[] = {
	{.name = "framework",
		.metavar = "ID",
		.type = SW_OPT_STRING,
		.group = "What is reported",
		.since = "0.1",
		.complete = SW_COMPLETE_FRAMEWORKS,
		.help = "report only what answers this framework"},
	SW_LIVE_OPTS,
	{.name = "namespace",
		.letter = 'n',
		.metavar = "NAME",
		.type = SW_OPT_STRING,
		.group = "The live cluster",
		.since = "0.1",
		.help = "scan only what is in this namespace"},
	{.name = "secrets",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_TRUSTED,
		.group = "The live cluster",
		.since = "0.1",
		.help = "read Secrets whole; else only their metadata"},
	SW_REPORTING_OPTS,
	SW_SCANNING_OPTS,
};

const struct sw_cmd sw_cmd_scan = {
	.name = "scan",
	.summary = "judge Kubernetes manifests",
	.args = "[PATH...|-]",
	.description = "Reads files and folders, or standard input for -, and judges every "
		       "Kubernetes object in them.\n"
		       "Kustomize folders and Helm charts are rendered when kubectl and helm are "
		       "installed.\n"
		       "\n"
		       "What could not be read or judged is reported as not evaluated, with its "
		       "place and reason; it never\n"
		       "counts as passed. Seawall opens no connection to do this,\n"
		       "but with --live: then every resource that the cluster's API server lists is "
		       "judged, too.",
	.examples = "  seawall scan deploy/\n"
		    "  seawall scan deploy/ -o table -o sarif=seawall.sarif --fail-on high\n"
		    "  kubectl get all -A -o json | seawall scan -\n"
		    "  seawall scan deploy/ --pss restricted:v1.30\n"
		    "  seawall scan --live --context production -o html=cluster.html\n",
	.group = "Judge",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.max_args = SW_CMD_ANY,
	.run = run,
};
