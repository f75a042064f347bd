/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall bench`: judge a node by a benchmark. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/io.h"
#include "cis/bench.h"
#include "cis/kubelet.h"
#include "cis/output.h"
#include "cmd/scan/live.h"
#include "cmd/scan/scanning.h"
#include "doc/json.h"
#include "policy/input/input.h"

#define BENCH_BUDGET ((size_t)1 << 30)
#define SHELL_OUT_MAX ((size_t)16 << 20)
#define OBJECTS_MAX 2000000

struct output {
	const struct sw_report_format *format;
	void (*write)(struct sw_buf *out, const struct sw_cis_controls *c, uint32_t n);
	const char *file; /* NULL: standard output */
};

static const struct {
	const char *name;
	void (*write)(struct sw_buf *out, const struct sw_cis_controls *c, uint32_t n);
} own_formats[] = {
	{"kube-bench-json", sw_cis_write_json},
	{"kube-bench-junit", sw_cis_write_junit},
	{"kube-bench-text", sw_cis_write_text},
};

static int outputs(
	struct sw_cmd_ctx *ctx, struct output **ret, uint32_t *ret_n, struct sw_error *err)
{
	const struct sw_optval *v = sw_opts_get(&ctx->opts, "output");
	struct output *o = sw_arena_zalloc(ctx->arena, (v->n + 1) * sizeof(*o));
	uint32_t to_stdout = 0;
	for (uint32_t i = 0; o && i < v->n; i++) {
		const char *eq = strchr(v->v[i], '=');
		struct sw_str name =
			eq ? sw_str_make(v->v[i], (size_t)(eq - v->v[i])) : sw_str_from(v->v[i]);
		for (size_t k = 0; k < SW_ARRAY_LEN(own_formats); k++)
			if (sw_str_is(name, own_formats[k].name))
				o[i].write = own_formats[k].write;
		if (!o[i].write && !(o[i].format = sw_report_format_find(name, err)))
			return -SW_EUSAGE;
		o[i].file = eq && eq[1] && strcmp(eq + 1, "-") != 0 ? eq + 1 : NULL;
		to_stdout += !o[i].file;
	}
	if (to_stdout > 1)
		return sw_error_set(err, SW_EUSAGE, "only one report can go to standard output");
	*ret = o;
	*ret_n = o ? v->n : 0;
	return 0;
}

/* ---- objects of the cluster ---- */

struct objects {
	struct sw_arena *a;
	struct sw_list list;
};

static int on_object(void *arg, const struct sw_input_doc *doc, struct sw_error *err)
{
	struct objects *o = arg;
	struct sw_value v = sw_value_copy(o->a, doc->object.value);
	if (o->list.n >= OBJECTS_MAX || !sw_defined(v) || sw_list_add(&o->list, v))
		return sw_error_set(err, SW_ELIMIT, "--objects: there are too many objects");
	return 0;
}

static void on_problem(void *arg, const struct sw_input_problem *p)
{
	(void)arg;
	sw_log(SW_LOG_WARNING, "%.*s: %.*s", SW_STR_ARG(p->file), SW_STR_ARG(p->reason));
}

static int load_objects(struct sw_cmd_ctx *ctx, struct sw_value *ret, struct sw_error *err)
{
	const struct sw_optval *v = sw_opts_get(&ctx->opts, "objects");
	struct objects o = {.a = ctx->arena};
	struct sw_input_opts in = {.paths = v->v, .n_paths = v->n, .no_render = true};
	struct sw_input_handler h = {.object = on_object, .problem = on_problem, .arg = &o};
	struct sw_input_stats stats;
	*ret = sw_undef();
	if (!v->n)
		return 0;
	sw_list_init(&o.list, ctx->arena);
	int rc = sw_input_run(&in, &h, &stats, err);
	if (rc)
		return rc;
	if (stats.named_unread)
		return sw_error_set(err, SW_EIO, "--objects could not be read");
	*ret = sw_list_array(&o.list);
	return 0;
}

/* ---- --allow-shell ---- */

static int run_shell(void *arg, struct sw_arena *a, struct sw_str text, struct sw_str *ret_out,
	int *ret_status)
{
	extern char **environ;
	static const char *const argv[] = {"/bin/sh", NULL};
	int in[2], out[2], status;
	pid_t pid;
	posix_spawn_file_actions_t fa;
	struct sw_error err;
	(void)arg;
	if (text.n > 65536 || pipe2(in, O_CLOEXEC)) /* a pipe takes it whole, without a reader */
		return EINVAL;
	if (pipe2(out, O_CLOEXEC)) {
		close(in[0]);
		close(in[1]);
		return EMFILE;
	}
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, in[0], 0);
	posix_spawn_file_actions_adddup2(&fa, out[1], 1);
	posix_spawn_file_actions_adddup2(&fa, out[1], 2);
	int rc = posix_spawn(&pid, argv[0], &fa, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	close(in[0]);
	close(out[1]);
	if (!rc && write(in[1], text.p, text.n) != (ssize_t)text.n)
		rc = EPIPE;
	close(in[1]);
	if (!rc && sw_io_read_fd(a, out[0], "/bin/sh", SHELL_OUT_MAX, ret_out, &err))
		rc = EIO;
	close(out[0]);
	if (rc == ENOENT)
		return rc;
	if (waitpid(pid, &status, 0) < 0)
		return ECHILD;
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return rc;
}

/* ---- the run ---- */

static const char *const *strings(const struct sw_cmd_ctx *ctx, const char *name, uint32_t *ret_n)
{
	const struct sw_optval *v = sw_opts_get(&ctx->opts, name);
	*ret_n = v->n;
	return v->v;
}

static struct sw_cis_bench_opts bench_opts(const struct sw_cmd_ctx *ctx)
{
	struct sw_cis_bench_opts o = {.dir = sw_opts_str(&ctx->opts, "benchmark-dir"),
		.config_dir = sw_opts_str(&ctx->opts, "config-dir"),
		.benchmark = sw_str_from(sw_opts_str(&ctx->opts, "benchmark")),
		.version = sw_str_from(sw_opts_str(&ctx->opts, "kubernetes-version")),
		.guess = sw_opts_bool(&ctx->opts, "usual-paths"),
		.today = sw_today() * 86400};
	o.targets = strings(ctx, "target", &o.n_targets);
	o.filter.checks = strings(ctx, "check", &o.filter.n_checks);
	o.filter.groups = strings(ctx, "group", &o.filter.n_groups);
	o.filter.skip = strings(ctx, "skip", &o.filter.n_skip);
	o.filter.no_unscored = sw_opts_bool(&ctx->opts, "scored-only");
	if (sw_opts_bool(&ctx->opts, "allow-shell"))
		o.shell = run_shell;
	return o;
}

static int write_capture(struct sw_cmd_ctx *ctx, struct sw_cis_node *n, struct sw_error *err)
{
	const char *file = sw_opts_str(&ctx->opts, "capture");
	sw_autobuf b = {0};
	if (!file)
		return 0;
	sw_buf_init(&b, (size_t)1 << 30);
	int rc = sw_cis_capture_write(n, &b, err);
	return rc ? rc : sw_cmd_write(file, sw_buf_str(&b), err);
}

static int write_reports(struct sw_cmd_ctx *ctx, const struct sw_cis_bench *b,
	const struct sw_report *r, const struct output *o, uint32_t n_o, struct sw_error *err)
{
	for (uint32_t i = 0; i < n_o; i++) {
		sw_autobuf text = {0};
		int rc = 0;
		sw_buf_init(&text, (size_t)1 << 30);
		struct sw_buf *out = o[i].file ? &text : ctx->out;
		if (o[i].write)
			o[i].write(out, b->controls, b->n_controls);
		else
			rc = o[i].format->write(out, r, err);
		if (!rc && out->overflow)
			rc = sw_error_set(err, SW_ELIMIT, "the report is too large");
		if (!rc && o[i].file)
			rc = sw_cmd_write(o[i].file, sw_buf_str(&text), err);
		if (rc)
			return rc;
	}
	return 0;
}

static bool narrowed(const struct sw_cis_bench_opts *o)
{
	return o->n_targets || o->filter.n_checks || o->filter.n_groups || o->filter.n_skip || o->filter.no_unscored;
}

static int report(struct sw_cmd_ctx *ctx, struct sw_cis_node *n, const struct sw_cis_bench *b,
	const struct output *o, uint32_t n_o, struct sw_error *err)
{
	struct sw_scanning s = {.ctx = ctx};
	const struct sw_rule **rules;
	uint32_t n_rules;
	int code = SW_EXIT_CLEAN;
	const char *target = sw_opts_str(&ctx->opts, "root") ? sw_opts_str(&ctx->opts, "root") : "/";
	sw_findings_init(&s.findings, BENCH_BUDGET);
	s.findings.keep_passes = sw_opts_bool(&ctx->opts, "passes");
	int rc = sw_cis_findings(ctx->arena, b->controls, b->n_controls, sw_cis_hostname(n), &s.findings,
		&rules, &n_rules, err);
	if (!rc)
		rc = sw_scanning_accept(&s, false, err); /* a waiver of the project's manifests is not unused here */
	if (!rc) {
		bool bad = sw_scanning_failed(&s.findings, sw_opts_str(&ctx->opts, "fail-on"));
		struct sw_report r = {.findings = &s.findings, .summary = &s.summary, .rules = rules,
			.n_rules = n_rules, .targets = &target, .n_targets = 1,
			.seen = sw_arena_printf(ctx->arena, "%u control%s", n_rules, n_rules == 1 ? "" : "s"),
			.verbose = sw_opts_int(&ctx->opts, "verbose") > 0, .failed = bad,
			.term = ctx->term};
		rc = write_reports(ctx, b, &r, o, n_o, err);
		if (bad)
			code = SW_EXIT_FINDINGS;
		else if (s.summary.not_evaluated && sw_opts_bool(&ctx->opts, "strict-coverage"))
			code = SW_EXIT_INCOMPLETE;
	}
	sw_scanning_release(&s);
	return rc ? rc : code;
}

/* ---- what was asked for and is not there ---- */

static int known_targets(const struct sw_cis_bench_opts *o, struct sw_error *err)
{
	static const char *const targets[] = {"master", "controlplane", "etcd", "node", "policies", "managedservices"};
	for (uint32_t i = 0; i < o->n_targets; i++) {
		bool known = false;
		for (size_t k = 0; k < SW_ARRAY_LEN(targets); k++)
			known |= !strcmp(targets[k], o->targets[i]);
		if (!known)
			return sw_error_set(err, SW_EUSAGE, "--target must be of master, controlplane, etcd, node, policies and "
				"managedservices, not \"%s\"", o->targets[i]);
	}
	return 0;
}

/* Is a group or a control that is called so among what was judged? */
static bool judged(const struct sw_cis_bench *b, struct sw_str id, bool group)
{
	for (uint32_t c = 0; c < b->n_controls; c++)
		for (uint32_t g = 0; g < b->controls[c].n_groups; g++) {
			const struct sw_cis_group *gr = &b->controls[c].groups[g];
			for (uint32_t i = 0; i < gr->n_checks; i++)
				if (gr->checks[i].chosen && (!id.n || sw_str_eq(group ? gr->id : gr->checks[i].id, id)))
					return true;
		}
	return false;
}

static void tell_unjudged(const struct sw_cis_bench *b, const char *const *ids, uint32_t n, bool group)
{
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str id = sw_str_trim(sw_str_from(ids[i]));
		if (!judged(b, id, group))
			sw_log(SW_LOG_WARNING, "nothing was judged for --%s %.*s: it is not in this benchmark, or not for this node",
				group ? "group" : "check", SW_STR_ARG(id));
	}
}

/* Nothing judged is not the same as nothing wrong. */
static int tell_what_was_left(const struct sw_cis_bench *b, const struct sw_cis_bench_opts *o, struct sw_error *err)
{
	bool any = judged(b, (struct sw_str){0}, false);
	for (uint32_t i = 0; i < b->n_skipped; i++)
		sw_log(any ? SW_LOG_INFO : SW_LOG_WARNING, "left out: %.*s", SW_STR_ARG(b->skipped[i]));
	if (!any) {
		sw_error_set(err, SW_ENOENT, "no control of %.*s was judged", SW_STR_ARG(b->benchmark));
		return sw_error_hint(err, narrowed(o) ? "--check, --group and --target take names of this benchmark's controls, groups and targets"
						      : "none is for this node");
	}
	tell_unjudged(b, o->filter.checks, o->filter.n_checks, false);
	tell_unjudged(b, o->filter.groups, o->filter.n_groups, true);
	return 0;
}

/* The kubelet's running configuration was wanted and not seen: what its files say was judged. */
static void tell_unseen_kubelet(struct sw_cis_node *n)
{
	struct sw_str why = {0};
	if (sw_cis_running_unseen(n, &why))
		sw_log(SW_LOG_WARNING, "the running configuration of the kubelet was not seen, only its files: %.*s",
			SW_STR_ARG(why));
}

static int bench(struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	struct output *o = NULL;
	uint32_t n_o = 0;
	struct sw_cis_node *n = NULL;
	struct sw_cis_bench b = {0};
	struct sw_cis_node_opts no = {.root = sw_opts_str(&ctx->opts, "root"),
		.proc = sw_opts_str(&ctx->opts, "proc"), .name = sw_opts_str(&ctx->opts, "node-name"),
		.kubelet = sw_opts_str(&ctx->opts, "kubelet")};
	struct sw_cis_bench_opts bo = bench_opts(ctx);
	if (bo.shell && no.root)
		return sw_error_set(
			err, SW_EUSAGE, "--allow-shell would ask this machine, not the one under --root");
	int rc = known_targets(&bo, err);
	if (!rc && no.kubelet)
		rc = sw_cis_kubelet_address(sw_str_from(no.kubelet), err);
	if (!rc)
		rc = outputs(ctx, &o, &n_o, err);
	if (!rc)
		rc = load_objects(ctx, &no.objects, err);
	if (!rc)
		rc = sw_live_open(ctx, NULL, &no.client, err);
	if (!rc && no.client && !bo.version.n)
		bo.version = sw_live_version(ctx, no.client);
	if (!rc)
		rc = sw_cis_node_open(&no, &n, err);
	if (!rc && sw_opts_str(&ctx->opts, "capture") && sw_cis_capture_begin(n))
		rc = sw_error_set(err, SW_EUSAGE, "a captured node cannot be captured again");
	if (!rc)
		rc = sw_cis_bench_run(n, ctx->arena, &bo, &b, err);
	if (!rc)
		rc = tell_what_was_left(&b, &bo, err);
	if (!rc)
		rc = report(ctx, n, &b, o, n_o, err);
	int done = rc < 0 ? 0 : write_capture(ctx, n, err);
	if (rc >= 0)
		tell_unseen_kubelet(n);
	sw_cis_node_free(n);
	sw_kube_client_free(no.client);
	return done ? done : rc;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	int rc = bench(ctx, &err);
	return rc < 0 ? sw_cmd_fail(&err) : rc;
}

#define WHAT .group = "What is judged", .since = "0.1"
#define NODE .group = "What node", .since = "0.1"
#define REPORT .group = "What is reported", .since = "0.1"

static const struct sw_opt opts[] = {
	{.name = "benchmark", .metavar = "NAME", .type = SW_OPT_STRING, .def = "auto", WHAT,
		.help = "seawall, a published one such as cis-1.12, or auto: by the node's version"},
	{.name = "benchmark-dir", .metavar = "DIR", .type = SW_OPT_STRING, WHAT,
		.flags = SW_OPT_TRUSTED, .complete = SW_COMPLETE_DIR,
		.help = "folder of benchmarks in kube-bench's language; else Seawall's own"},
	{.name = "config-dir", .metavar = "DIR", .type = SW_OPT_STRING, WHAT,
		.flags = SW_OPT_TRUSTED, .complete = SW_COMPLETE_DIR,
		.help = "folder of config.yaml, when it is another one"},
	{.name = "kubernetes-version", .metavar = "VERSION", .type = SW_OPT_STRING, WHAT,
		.help = "version of Kubernetes that auto goes by, such as 1.31 or v1.31.2+k3s1"},
	{.name = "target", .metavar = "NAME", .type = SW_OPT_STRING, WHAT,
		.flags = SW_OPT_LIST | SW_OPT_COMMA,
		.help = "only these: master, controlplane, etcd, node, policies, managedservices"},
	{.name = "check", .metavar = "ID", .type = SW_OPT_STRING, WHAT,
		.flags = SW_OPT_LIST | SW_OPT_COMMA, .help = "only these controls, such as 1.2.1"},
	{.name = "group", .metavar = "ID", .type = SW_OPT_STRING, WHAT,
		.flags = SW_OPT_LIST | SW_OPT_COMMA, .help = "only these groups, such as 1.2"},
	{.name = "skip", .metavar = "ID", .type = SW_OPT_STRING, WHAT,
		.flags = SW_OPT_LIST | SW_OPT_COMMA,
		.help = "controls and groups to skip; they are reported as skipped"},
	{.name = "scored-only", .type = SW_OPT_BOOL, WHAT, .help = "leave out what is not scored"},
	{.name = "root", .metavar = "DIR|FILE", .type = SW_OPT_STRING, NODE,
		.complete = SW_COMPLETE_FILE,
		.help = "a node's mounted file system, or a captured node"},
	{.name = "proc", .metavar = "DIR", .type = SW_OPT_STRING, NODE,
		.complete = SW_COMPLETE_DIR, .help = "the node's /proc, when it is elsewhere"},
	{.name = "objects", .metavar = "PATH", .type = SW_OPT_STRING, NODE,
		.flags = SW_OPT_LIST, .complete = SW_COMPLETE_FILE,
		.help = "Kubernetes objects that answer kubectl, as `kubectl get -o json` gives"},
	{.name = "node-name", .metavar = "NAME", .type = SW_OPT_STRING, NODE,
		.help = "the node's name in the cluster, when it is not its host name"},
	{.name = "kubelet", .metavar = "ADDRESS", .type = SW_OPT_STRING, NODE, .flags = SW_OPT_FLAG_ONLY,
		.help = "ask the kubelet at 127.0.0.1:10250 what it runs with (/configz), with the node's certificate"},
	SW_LIVE_OPTS,
	SW_ACCEPTING_OPTS,
	{.name = "usual-paths", .type = SW_OPT_BOOL, NODE,
		.help = "look for configuration where config.yaml says only, not where the "
			"programs were told"},
	{.name = "allow-shell", .type = SW_OPT_BOOL, NODE,
		.flags = SW_OPT_FLAG_ONLY,
		.help = "run with /bin/sh what cannot be answered without it"},
	{.name = "capture", .metavar = "FILE", .type = SW_OPT_STRING, NODE,
		.flags = SW_OPT_FLAG_ONLY, .complete = SW_COMPLETE_FILE,
		.help = "write what the node answered, secrets cut out, to judge it elsewhere"},
	{.name = "output", .letter = 'o', .metavar = "FORMAT[=FILE]", .type = SW_OPT_STRING,
		.def = "table", .flags = SW_OPT_LIST | SW_OPT_TRUSTED, REPORT,
		.complete = SW_COMPLETE_FORMATS,
		.help = "write a report; also kube-bench-json, kube-bench-junit, kube-bench-text"},
	{.name = "passes", .type = SW_OPT_BOOL, REPORT, .help = "report what passed, too"},
	{.name = "fail-on", .type = SW_OPT_ENUM, .choices = "never|info|low|medium|high|critical",
		.def = "low", REPORT, .help = "exit 1 when a finding is this severe or worse"},
	{.name = "strict-coverage", .type = SW_OPT_BOOL, REPORT,
		.help = "exit 3 when something could not be judged"},
};

const struct sw_cmd sw_cmd_bench = {
	.name = "bench",
	.summary = "judge a node by a CIS benchmark",
	.args = "",
	.description =
		"Judges this machine, a mounted file system or a captured node by Seawall's own benchmark, or by "
		"benchmarks in kube-bench's language, in the process itself: no shell and no other program is started.\n"
		"\n"
		"What could not be judged is reported as not evaluated, with its reason; a missing file, permission or "
		"process never counts as passed or failed.\n"
		"\n"
		"With --live, what audits ask kubectl for is asked of the cluster's API server, and the kubelet for the "
		"configuration it runs with (nodes/NAME/proxy/configz).",
	.examples = "  seawall bench\n"
		    "  seawall bench --root /mnt/node --benchmark cis-1.12 -v\n"
		    "  seawall bench --capture node.json && seawall bench --root node.json\n"
		    "  seawall bench --benchmark-dir cfg --benchmark cis-1.12 --target node -o kube-bench-json\n",
	.group = "Judge",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.max_args = 0,
	.run = run,
};
