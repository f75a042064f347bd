/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall admit`: the admission webhook. */
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/embed.h"
#include "base/io.h"
#include "cmd/scan/live.h"
#include "cmd/rows.h"
#include "policy/gatekeeper/gatekeeper.h"
#include "serve/cluster.h"
#include "serve/server.h"
#include "serve/tls.h"

extern const struct sw_embed sw_embed_deploy[];
extern const unsigned sw_embed_deploy_n;

#define SECOND ((int64_t)1000000000)

static struct sw_paths list(struct sw_cmd_ctx *ctx, const char *name)
{
	const struct sw_optval *v = sw_opts_get(&ctx->opts, name);
	return (struct sw_paths){v->v, v->n};
}

/* ---- --print-manifests ---- */

static int ca_bundle(
	struct sw_cmd_ctx *ctx, const char *file, struct sw_buf *out, struct sw_error *err)
{
	struct sw_str pem;
	int rc = sw_io_read(ctx->arena, file, 1 << 20, SW_IO_COPY, &pem, err);
	if (rc)
		return rc;
	if (!sw_str_has(pem, SW_STR("-----BEGIN CERTIFICATE-----")) ||
		sw_str_has(pem, SW_STR("PRIVATE KEY")))
		return sw_error_set(
			err, SW_EINVALID, "%s is no PEM file of certificates alone", file);
	char *coded = sw_arena_alloc(ctx->arena, pem.n / 3 * 4 + 8);
	if (!coded)
		return sw_error_set(err, SW_ELIMIT, "%s is too large", file);
	int n = EVP_EncodeBlock((unsigned char *)coded, (const unsigned char *)pem.p, (int)pem.n);
	sw_buf_add(out, coded, (size_t)n);
	return 0;
}

static const char *bundle_place = "    clientConfig:\n";

static void put_manifest(struct sw_buf *out, struct sw_str text, const struct sw_buf *bundle)
{
	size_t at = sw_str_find(text, sw_str_from(bundle_place), 0);
	if (bundle->n && at != SW_NPOS) {
		at += strlen(bundle_place);
		sw_buf_addstr(out, sw_str_sub(text, 0, at));
		sw_buf_addz(out, "      caBundle: ");
		sw_buf_addstr(out, sw_buf_str(bundle));
		sw_buf_addch(out, '\n');
		text = sw_str_sub(text, at, text.n);
	}
	sw_buf_addstr(out, text);
}

/* The Namespace first, the webhooks last. */
static int print_manifests(struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	static const char *const order[] = {"namespace.yaml", "quota.yaml", "rbac.yaml",
		"policies.yaml", "networkpolicy.yaml", "service.yaml", "deployment.yaml",
		"pdb.yaml", "webhook.yaml", "mutating-webhook.yaml"};
	enum { WEBHOOKS = SW_ARRAY_LEN(order) - 2 };
	const char *file = sw_opts_str(&ctx->opts, "ca-bundle");
	bool only = sw_opts_bool(&ctx->opts, "only-webhook"), first = true;
	size_t n = SW_ARRAY_LEN(order) - !sw_opts_bool(&ctx->opts, "mutating");
	sw_autobuf bundle;
	sw_buf_init(&bundle, 2 << 20);
	int rc = file ? ca_bundle(ctx, file, &bundle, err) : 0;
	for (size_t i = only ? WEBHOOKS : 0; !rc && i < n; i++)
		for (unsigned k = 0; k < sw_embed_deploy_n; k++)
			if (strcmp(sw_embed_deploy[k].name, order[i]) == 0) {
				sw_buf_addz(ctx->out, first ? "" : "---\n");
				put_manifest(ctx->out, sw_embed_deploy[k].text, &bundle);
				first = false;
			}
	return rc;
}

/* ---- options ---- */

static int severity(
	struct sw_cmd_ctx *ctx, const char *name, enum sw_severity *ret, struct sw_error *err)
{
	const char *s = sw_opts_str(&ctx->opts, name);
	if (strcmp(s, "never") == 0)
		*ret = SW_SEV_UNKNOWN;
	else if (sw_severity_parse(sw_str_from(s), ret))
		return sw_error_set(err, SW_EUSAGE, "--%s: there is no severity \"%s\"", name, s);
	return 0;
}

static int pss_mode(
	struct sw_cmd_ctx *ctx, const char *name, struct sw_pss_policy *ret, struct sw_error *err)
{
	const char *s = sw_opts_str(&ctx->opts, name);
	*ret = (struct sw_pss_policy){SW_PSS_PRIVILEGED, SW_PSS_LATEST};
	int rc = s ? sw_pss_policy_parse(sw_str_from(s), ret, err) : 0;
	return rc ? sw_error_prefix(err, "--%s: ", name) : 0;
}

static int door_options(struct sw_cmd_ctx *ctx, struct sw_door_opts *d, struct sw_error *err)
{
	const struct sw_opts *o = &ctx->opts;
	d->policies = list(ctx, "policies");
	d->inventory = list(ctx, "inventory");
	d->rego = list(ctx, "rego");
	d->packs = list(ctx, "policy");
	d->no_builtin = sw_opts_bool(o, "no-builtin");
	d->enforce = list(ctx, "enforce");
	d->fixes = list(ctx, "fix");
	d->exclude = list(ctx, "exclude-namespace");
	d->pss_labels = !sw_opts_bool(o, "no-pss-labels");
	d->fail_closed = strcmp(sw_opts_str(o, "fail-policy"), "closed") == 0;
	d->external_data = sw_opts_bool(o, "allow-external-data");
	d->dual = sw_gk_dual_of(sw_str_from(sw_opts_str(o, "dual-templates")));
	d->external_ttl_ns = sw_opts_int(o, "external-data-ttl");
	d->client_cert = sw_opts_str(o, "cert");
	d->client_key = sw_opts_str(o, "key");
	d->limits.steps = (uint64_t)sw_opts_int(o, "max-steps");
	d->limits.memory = (size_t)sw_opts_int(o, "max-memory");
	int rc = severity(ctx, "enforce-severity", &d->enforce_severity, err);
	if (!rc)
		rc = severity(ctx, "warn-severity", &d->warn_severity, err);
	if (!rc)
		rc = pss_mode(ctx, "pss", &d->pss.enforce, err);
	if (!rc)
		rc = pss_mode(ctx, "pss-warn", &d->pss.warn, err);
	return rc ? rc : pss_mode(ctx, "pss-audit", &d->pss.audit, err);
}

static int positive(
	struct sw_cmd_ctx *ctx, const char *name, int64_t least, int64_t most, struct sw_error *err)
{
	int64_t v = sw_opts_int(&ctx->opts, name);
	if (v >= least && v <= most)
		return 0;
	return sw_error_set(
		err, SW_EUSAGE, "--%s: %s is out of range", name, sw_opts_str(&ctx->opts, name));
}

static int check_ranges(struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	static const struct {
		const char *name;
		int64_t least, most;
	} ranges[] = {{"workers", 0, 64}, {"second-line", 1, 64}, {"queue", 0, 100000},
		{"max-connections", 16, 1000000}, {"max-body", 4096, 256 << 20},
		{"deadline", SECOND / 100, 30 * SECOND}, {"inline", 0, SECOND},
		{"idle-timeout", SECOND / 10, 3600 * SECOND},
		{"request-timeout", SECOND / 10, 300 * SECOND}, {"drain", 0, 600 * SECOND},
		{"poll", SECOND / 100, 3600 * SECOND}, {"log-max", 4096, INT64_MAX},
		{"log-keep", 0, 1000}, {"max-steps", 1000, INT64_MAX},
		{"max-memory", 1 << 20, INT64_MAX}, {"external-data-ttl", 1, 24 * 3600 * SECOND}, {"days", 1, 3650}};
	int rc = 0;
	for (size_t i = 0; !rc && i < SW_ARRAY_LEN(ranges); i++)
		rc = positive(ctx, ranges[i].name, ranges[i].least, ranges[i].most, err);
	return rc;
}

static int server_options(struct sw_cmd_ctx *ctx, struct sw_server_opts *s, struct sw_error *err)
{
	const struct sw_opts *o = &ctx->opts;
	*s = (struct sw_server_opts){.listen = sw_opts_str(o, "listen"),
		.health_listen = sw_opts_str(o, "health-listen"),
		.cert = sw_opts_str(o, "cert"),
		.key = sw_opts_str(o, "key"),
		.client_ca = sw_opts_str(o, "client-ca"),
		.client_names = list(ctx, "client-name"),
		.client_required = sw_opts_bool(o, "client-required"),
		.allow_tls12 = sw_opts_bool(o, "tls12"),
		.workers = (uint32_t)sw_opts_int(o, "workers"),
		.second_line = (uint32_t)sw_opts_int(o, "second-line"),
		.queue = (uint32_t)sw_opts_int(o, "queue"),
		.max_connections = (uint32_t)sw_opts_int(o, "max-connections"),
		.max_body = (size_t)sw_opts_int(o, "max-body"),
		.deadline_ns = sw_opts_int(o, "deadline"),
		.inline_ns = sw_opts_int(o, "inline"),
		.idle_ns = sw_opts_int(o, "idle-timeout"),
		.request_ns = sw_opts_int(o, "request-timeout"),
		.drain_ns = sw_opts_int(o, "drain"),
		.poll_ns = sw_opts_int(o, "poll"),
		.decision_log = sw_opts_str(o, "decision-log"),
		.audit_spool = sw_opts_str(o, "audit-spool"),
		.log_max_bytes = (uint64_t)sw_opts_int(o, "log-max"),
		.log_keep = (uint32_t)sw_opts_int(o, "log-keep"),
		.static_answers = sw_opts_bool(o, "static-answers"),
		.port_file = sw_opts_str(o, "port-file")};
	int rc = check_ranges(ctx, err);
	if (rc)
		return rc;
	if (!s->cert || !s->key) {
		sw_error_set(err, SW_EUSAGE, "--cert and --key are needed");
		return sw_error_hint(err, "`seawall admit --generate-cert DIR` makes a pair");
	}
	if ((s->client_required || s->client_names.n) && !s->client_ca)
		return sw_error_set(
			err, SW_EUSAGE, "--client-required and --client-name need --client-ca");
	if (s->client_names.n)
		s->client_required = true;
	/* They wait for Providers most of the time. */
	if (sw_opts_bool(o, "allow-external-data") && !sw_opts_given(o, "second-line"))
		s->second_line = 4;
	return door_options(ctx, &s->door, err);
}

static int generate(struct sw_cmd_ctx *ctx, const char *dir, struct sw_error *err)
{
	static const char *const service[] = {"seawall-admit.seawall-system.svc",
		"seawall-admit.seawall-system.svc.cluster.local"};
	struct sw_paths names = list(ctx, "name");
	int rc = sw_tls_generate(dir, names.n ? names.v : service, names.n ? names.n : 2,
		(int)sw_opts_int(&ctx->opts, "days"), err);
	const char *slash = sw_str_ends(sw_str_from(dir), SW_STR("/")) ? "" : "/";
	if (!rc)
		sw_buf_printf(ctx->out, "%s%stls.crt\n%s%stls.key\n", dir, slash, dir, slash);
	return rc;
}

static int serve(struct sw_cmd_ctx *ctx, struct sw_server_opts *server, struct sw_error *err)
{
	struct sw_kube_client *client;
	int rc = sw_live_open(ctx, NULL, &client, err);
	if (server->door.external_data)
		server->door.answers = sw_gk_answers_new();
	if (!rc && client)
		rc = sw_cluster_new(client, server->door.external_data, &server->door.cluster, err);
	if (!rc && client)
		rc = sw_cluster_wait(server->door.cluster, sw_opts_int(&ctx->opts, "api-timeout") / 1000000, err);
	if (!rc)
		rc = sw_server_run(server, err);
	sw_cluster_free(server->door.cluster);
	sw_gk_answers_free(server->door.answers);
	sw_kube_client_free(client);
	return rc;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	struct sw_server_opts server;
	const char *dir = sw_opts_str(&ctx->opts, "generate-cert");
	int rc = check_ranges(ctx, &err);
	if (!rc && dir)
		rc = generate(ctx, dir, &err);
	else if (!rc && sw_opts_bool(&ctx->opts, "print-manifests"))
		rc = print_manifests(ctx, &err);
	else if (!rc && (rc = server_options(ctx, &server, &err)) == 0)
		rc = serve(ctx, &server, &err);
	return rc ? sw_cmd_fail(&err) : SW_EXIT_CLEAN;
}

#define JUDGED "What is judged"
#define SERVED "How it is served"
#define LIMITED "Limits"
#define MADE "Setting up"

static const struct sw_opt rows[] = {
	SW_LIVE_OPTS,
	{.name = "policies",
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST,
		.group = JUDGED,
		.since = "0.1",
		.complete = SW_COMPLETE_DIR,
		.help = "Gatekeeper templates, constraints and Config, ValidatingAdmissionPolicies and "
			"MutatingAdmissionPolicies; reloaded when they change"},
	SW_ROW_INVENTORY(0, JUDGED),
	{.name = "rego",
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST,
		.group = JUDGED,
		.since = "0.1",
		.complete = SW_COMPLETE_DIR,
		.help = "Rego with deny, violation and warn rules, as conftest has them"},
	{.name = "policy",
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST,
		.group = JUDGED,
		.since = "0.1",
		.complete = SW_COMPLETE_DIR,
		.help = "checks of your own, as for `seawall scan`"},
	SW_ROW_NO_BUILTIN(0, JUDGED),
	{.name = "enforce",
		.metavar = "ID",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST | SW_OPT_COMMA,
		.group = JUDGED,
		.since = "0.1",
		.complete = SW_COMPLETE_CHECKS,
		.help = "checks whose findings deny the request"},
	SW_ROW_ENFORCE_SEVERITY(0, JUDGED,
		"deny on findings of this severity and above, whatever the check"),
	{.name = "warn-severity",
		.type = SW_OPT_ENUM,
		.choices = "never|info|low|medium|high|critical",
		.def = "never",
		.group = JUDGED,
		.since = "0.1",
		.help = "warn of findings of this severity and above"},
	{.name = "fix",
		.metavar = "ID",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST | SW_OPT_COMMA,
		.group = JUDGED,
		.since = "0.1",
		.complete = SW_COMPLETE_CHECKS,
		.help = "checks whose fix /mutate applies"},
	{.name = "pss",
		.metavar = "LEVEL[:VERSION]",
		.type = SW_OPT_STRING,
		.group = JUDGED,
		.since = "0.1",
		.help = "deny pods by this Pod Security Standard, where the namespace says "
			"nothing"},
	{.name = "pss-warn",
		.metavar = "LEVEL[:VERSION]",
		.type = SW_OPT_STRING,
		.group = JUDGED,
		.since = "0.1",
		.help = "warn by this Pod Security Standard"},
	{.name = "pss-audit",
		.metavar = "LEVEL[:VERSION]",
		.type = SW_OPT_STRING,
		.group = JUDGED,
		.since = "0.1",
		.help = "note violations of this Pod Security Standard in the audit log"},
	{.name = "no-pss-labels",
		.type = SW_OPT_BOOL,
		.group = JUDGED,
		.since = "0.1",
		.help = "do not look at pod-security.kubernetes.io labels of namespaces in "
			"--inventory"},
	{.name = "exclude-namespace",
		.metavar = "NAME",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST | SW_OPT_COMMA,
		.group = JUDGED,
		.since = "0.1",
		.help = "let everything in these namespaces pass; * at an end"},
	{.name = "fail-policy",
		.type = SW_OPT_ENUM,
		.choices = "open|closed",
		.def = "open",
		.group = JUDGED,
		.since = "0.1",
		.help = "what happens to a request that could not be judged"},
	SW_ROW_DUAL(0, JUDGED),
	SW_ROW_EXTERNAL_DATA(JUDGED,
		"templates and mutators ask the Providers given, over HTTPS, showing --cert; "
		"without it such templates are refused"),
	{.name = "external-data-ttl",
		.type = SW_OPT_DURATION,
		.def = "3m",
		.group = JUDGED,
		.since = "0.1",
		.help = "how long what Providers answer is kept"},
	{.name = "listen",
		.metavar = "ADDRESS",
		.type = SW_OPT_STRING,
		.def = ":8443",
		.group = SERVED,
		.since = "0.1",
		.help = "HOST:PORT for HTTPS; port 0 takes a free one"},
	{.name = "health-listen",
		.metavar = "ADDRESS",
		.type = SW_OPT_STRING,
		.group = SERVED,
		.since = "0.1",
		.help = "also serve /healthz, /readyz and /metrics here, without TLS"},
	{.name = "port-file",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.group = SERVED,
		.since = "0.1",
		.flags = SW_OPT_FLAG_ONLY,
		.complete = SW_COMPLETE_FILE,
		.help = "write the ports that were taken here"},
	{.name = "cert",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.group = SERVED,
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "certificate and chain, PEM; reloaded when it changes"},
	{.name = "key",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.group = SERVED,
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "its private key, PEM"},
	{.name = "client-ca",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.group = SERVED,
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "ask clients for a certificate of this CA"},
	{.name = "client-required",
		.type = SW_OPT_BOOL,
		.group = SERVED,
		.since = "0.1",
		.help = "refuse reviews and audit events without such a certificate"},
	{.name = "client-name",
		.metavar = "NAME",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST,
		.group = SERVED,
		.since = "0.1",
		.help = "and only take it with this common or DNS name"},
	{.name = "tls12",
		.type = SW_OPT_BOOL,
		.group = SERVED,
		.since = "0.1",
		.help = "allow TLS 1.2 beside 1.3"},
	{.name = "decision-log",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.group = SERVED,
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "every verdict as a line of JSON; - is standard output"},
	{.name = "audit-spool",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.group = SERVED,
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "take the API server's audit events on /audit and write them here"},
	{.name = "log-max",
		.type = SW_OPT_SIZE,
		.def = "100MiB",
		.group = SERVED,
		.since = "0.1",
		.help = "rotate these files at this size"},
	{.name = "log-keep",
		.type = SW_OPT_INT,
		.def = "5",
		.group = SERVED,
		.since = "0.1",
		.help = "and keep this many older ones"},
	{.name = "poll",
		.type = SW_OPT_DURATION,
		.def = "1s",
		.group = SERVED,
		.since = "0.1",
		.help = "how often policies and certificates are looked at"},
	{.name = "drain",
		.type = SW_OPT_DURATION,
		.def = "3s",
		.group = SERVED,
		.since = "0.1",
		.help = "go on serving this long after SIGTERM"},
	{.name = "workers",
		.type = SW_OPT_INT,
		.def = "0",
		.group = LIMITED,
		.since = "0.1",
		.help = "threads that serve; 0: one per CPU that affinity and the cgroup's quota leave"},
	{.name = "second-line",
		.type = SW_OPT_INT,
		.def = "1",
		.group = LIMITED,
		.since = "0.1",
		.help = "threads for reviews that take long; 4 with --allow-external-data"},
	{.name = "queue",
		.type = SW_OPT_INT,
		.def = "64",
		.group = LIMITED,
		.since = "0.1",
		.help = "reviews that may wait for them"},
	{.name = "deadline",
		.type = SW_OPT_DURATION,
		.def = "2s",
		.group = LIMITED,
		.since = "0.1",
		.help = "longest time for a review, and never more than 3/4 of the API server's "
			"timeout"},
	{.name = "inline",
		.type = SW_OPT_DURATION,
		.def = "5ms",
		.group = LIMITED,
		.since = "0.1",
		.help = "time after which a review goes to the second line"},
	{.name = "idle-timeout",
		.type = SW_OPT_DURATION,
		.def = "2m",
		.group = LIMITED,
		.since = "0.1",
		.help = "close connections without a request for this long; the API server does "
			"after 90s"},
	{.name = "request-timeout",
		.type = SW_OPT_DURATION,
		.def = "10s",
		.group = LIMITED,
		.since = "0.1",
		.help = "time for a TLS handshake, for a whole request to come in, and for an "
			"answer to go out"},
	{.name = "max-connections",
		.type = SW_OPT_INT,
		.def = "4096",
		.group = LIMITED,
		.since = "0.1",
		.help = "beyond it the longest idle connection is closed"},
	{.name = "max-body",
		.type = SW_OPT_SIZE,
		.def = "8MiB",
		.group = LIMITED,
		.since = "0.1",
		.help = "largest review"},
	{.name = "max-steps",
		.type = SW_OPT_INT,
		.def = "100000000",
		.group = LIMITED,
		.since = "0.1",
		.help = "steps of one evaluation of a policy"},
	{.name = "max-memory",
		.type = SW_OPT_SIZE,
		.def = "256MiB",
		.group = LIMITED,
		.since = "0.1",
		.help = "memory of one evaluation of a policy"},
	{.name = "generate-cert",
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_FLAG_ONLY,
		.group = MADE,
		.since = "0.1",
		.complete = SW_COMPLETE_DIR,
		.help = "make an ECDSA certificate DIR/tls.crt with its key, and exit"},
	{.name = "name",
		.metavar = "NAME",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST | SW_OPT_FLAG_ONLY,
		.group = MADE,
		.since = "0.1",
		.help = "DNS name or address in it; default: those of the Service"},
	{.name = "days",
		.type = SW_OPT_INT,
		.def = "365",
		.flags = SW_OPT_FLAG_ONLY,
		.group = MADE,
		.since = "0.1",
		.help = "its validity"},
	{.name = "print-manifests",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.group = MADE,
		.since = "0.1",
		.help = "print the Kubernetes objects of an installation, and exit"},
	{.name = "ca-bundle",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_FLAG_ONLY,
		.group = MADE,
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "PEM for caBundle in them"},
	{.name = "only-webhook",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.group = MADE,
		.since = "0.1",
		.help = "print the ValidatingWebhookConfiguration alone"},
	{.name = "mutating",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.group = MADE,
		.since = "0.1",
		.help = "print the MutatingWebhookConfiguration with them"},
	{.name = "static-answers",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY | SW_OPT_HIDDEN,
		.since = "0.1",
		.help = "allow everything without judging, for measurements"},
};

const struct sw_cmd sw_cmd_admit = {
	.name = "admit",
	.summary = "judge at the cluster's door: the admission webhook",
	.args = "",
	.description = "An HTTPS server for the Kubernetes API server: POST /validate and /mutate "
		       "take AdmissionReviews "
		       "(admission.k8s.io/v1), POST /audit takes audit events, GET /healthz, "
		       "/readyz and /metrics tell how it is.\n\n"
		       "Judged by Gatekeeper policies (--policies), conftest's kind of Rego "
		       "(--rego), checks by id and severity "
		       "(--enforce, --enforce-severity, --warn-severity) and Pod Security "
		       "Standards (namespace labels, --pss). "
		       "Policies and certificates are reloaded when their files change; a broken "
		       "one never replaces a working one.\n\n"
		       "With --live, policies, Namespaces and the kinds that Gatekeeper's Config and "
		       "SyncSet name come from the "
		       "cluster, too, and are watched; when a watch breaks what was known stays in "
		       "use.\n\n"
		       "What cannot be judged, in time or at all, is decided by --fail-policy; a "
		       "constraint may choose for itself "
		       "with the annotation seawall.dev/fail-policy.",
	.examples = "seawall admit --generate-cert tls --name localhost\n"
		    "    A certificate to begin with.\n"
		    "seawall admit --cert tls/tls.crt --key tls/tls.key --policies policies/ "
		    "--warn-severity high\n"
		    "    Enforce constraints, and warn of high findings.\n"
		    "seawall admit --print-manifests | kubectl apply -f -\n"
		    "    What a cluster needs.\n",
	.group = "Judge",
	.since = "0.1",
	.opts = rows,
	.n_opts = SW_ARRAY_LEN(rows),
	.max_args = 0,
	.run = run,
};
