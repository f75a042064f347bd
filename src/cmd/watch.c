/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall watch`: rules against events as they come, or as they were recorded. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/rules.h"
#include "cmd/watch_blind.h"
#include "cmd/watch_report.h"
#include "runtime/audit/audit.h"
#include "runtime/bpf/sensor.h"
#include "runtime/capture/writer.h"
#include "runtime/respond/respond.h"

static volatile int stop;

static void on_signal(int sig)
{
	stop = 1;
}

struct watch {
	struct sw_cmd_ctx *ctx;
	struct sw_engine *engine;
	struct sw_scap_writer *record;
	struct sw_error record_err;
	struct sw_buf line;
	bool json, failed;
	bool live;
	struct sw_watch_report *report; /* alerts go there, not to standard output */
};

static int on_alert(void *arg, const struct sw_alert *a)
{
	struct watch *w = arg;
	if (w->report)
		return sw_watch_report_add(w->report, a);
	sw_buf_clear(&w->line);
	sw_alert_print(a, w->json, &w->line);
	sw_buf_addch(&w->line, '\n');
	/* An alert is written at once: somebody waits for it. */
	if (fwrite(w->line.p, 1, w->line.n, stdout) != w->line.n || fflush(stdout) != 0) {
		w->failed = true;
		return 1;
	}
	return 0;
}

static int on_event(void *arg, const struct sw_event *ev)
{
	struct watch *w = arg;
	const struct sw_sysev *e = w->record ? sw_event_sysev(ev) : NULL;
	if (e && sw_scap_write(w->record, e, &w->record_err) < 0)
		return 1;
	int rc = sw_engine_event(w->engine, ev, on_alert, w);
	return rc ? rc : stop;
}

static void totals(const struct watch *w, const struct sw_ruleset *rs, uint64_t broken)
{
	fprintf(stderr, "Events: %llu", (unsigned long long)sw_engine_events(w->engine));
	if (broken)
		fprintf(stderr, ", not readable: %llu", (unsigned long long)broken);
	fprintf(stderr, "\nAlerts: %llu\n", (unsigned long long)sw_engine_alerts(w->engine));
	for (unsigned p = 0; p <= SW_PRIO_DEBUG; p++)
		if (sw_engine_count_priority(w->engine, (enum sw_priority)p))
			fprintf(stderr, "   %s: %llu\n", sw_priority_name((enum sw_priority)p),
				(unsigned long long)sw_engine_count_priority(w->engine, (enum sw_priority)p));
	for (uint32_t i = 0; i < sw_ruleset_n(rs); i++) {
		const struct sw_runtime_rule *r = sw_ruleset_rule(rs, i);
		if (sw_engine_count(w->engine, r))
			fprintf(stderr, "   %.*s: %llu\n", SW_STR_ARG(r->name),
				(unsigned long long)sw_engine_count(w->engine, r));
	}
}

/* This machine, as it happens. */
static int open_live(struct sw_cmd_ctx *ctx, struct sw_respond **ret_respond, struct sw_stream **ret,
	struct sw_error *err)
{
	const struct sw_optval *deny = sw_opts_get(&ctx->opts, "deny");
	struct sw_str *paths = sw_arena_new_array(ctx->arena, deny->n + 1, struct sw_str);
	struct sw_sensor_options o = {.stop = &stop, .deny = paths, .enforce = sw_opts_bool(&ctx->opts, "enforce"),
		.denied = sw_respond_denied};

	for (uint32_t i = 0; paths && i < deny->n; i++)
		paths[o.n_deny++] = sw_str_from(deny->v[i]);
	int rc = o.n_deny ? sw_respond_open(sw_opts_str(&ctx->opts, "respond-log"), ret_respond, err) : 0;
	o.arg = *ret_respond;
	return rc ? rc : sw_sensor_open(&o, ret, err);
}

static int open_source(struct sw_cmd_ctx *ctx, struct sw_respond **ret_respond, struct sw_stream **ret,
	struct sw_error *err)
{
	const char *audit = sw_opts_str(&ctx->opts, "audit"), *replay = sw_opts_str(&ctx->opts, "replay");
	if (audit && replay) {
		sw_error_set(err, SW_EUSAGE, "give one source of events");
		return sw_error_hint(err, "--audit FILE, or --replay FILE, or neither for this machine");
	}
	if (!audit && !replay)
		return open_live(ctx, ret_respond, ret, err);
	if (replay)
		return sw_rules_open(replay, ret, err);
	return sw_audit_open(audit, sw_opts_bool(&ctx->opts, "follow") ? SW_AUDIT_FOLLOW : 0, &stop, ret, err);
}

static int choose_rules(struct sw_cmd_ctx *ctx, struct sw_ruleset *rs, struct sw_error *err)
{
	const struct sw_optval *off = sw_opts_get(&ctx->opts, "disable"), *tags = sw_opts_get(&ctx->opts, "tag");
	for (uint32_t i = 0; tags->n && i < sw_ruleset_n(rs); i++)
		sw_ruleset_enable(rs, sw_ruleset_rule(rs, i)->name, false, false);
	for (uint32_t i = 0; i < tags->n; i++)
		if (sw_ruleset_enable(rs, sw_str_from(tags->v[i]), true, true) == 0)
			return sw_error_set(err, SW_EUSAGE, "no rule has the tag \"%s\"", tags->v[i]);
	const struct sw_optval *off_tags = sw_opts_get(&ctx->opts, "disable-tag");
	for (uint32_t i = 0; i < off_tags->n; i++)
		if (sw_ruleset_enable(rs, sw_str_from(off_tags->v[i]), true, false) == 0)
			return sw_error_set(err, SW_EUSAGE, "no rule has the tag \"%s\"", off_tags->v[i]);
	for (uint32_t i = 0; i < off->n; i++)
		if (sw_ruleset_enable(rs, sw_str_from(off->v[i]), false, false) == 0)
			return sw_error_set(err, SW_EUSAGE, "there is no rule \"%s\"", off->v[i]);
	return 0;
}

static int watch(struct sw_cmd_ctx *ctx, struct sw_ruleset *rs, struct sw_error *err)
{
	const struct sw_opts *o = &ctx->opts;
	struct watch w = {.ctx = ctx, .live = !sw_opts_str(o, "audit") && !sw_opts_str(o, "replay"), .json = strcmp(sw_opts_str(o, "output"), "json") == 0};
	struct sw_engine_options eo = {.all = strcmp(sw_opts_str(o, "rule-matching"), "all") == 0,
		.least = SW_PRIO_DEBUG,
		.suggested = !sw_opts_bool(o, "no-suggested"),
		.style = {.iso_time = sw_opts_bool(o, "iso-time"),
			.no_output = sw_opts_bool(o, "no-output-property"),
			.no_tags = sw_opts_bool(o, "no-tags-property"),
			.message = sw_opts_bool(o, "message-property")}};
	struct sw_stream *src = NULL;
	struct sw_respond *respond = NULL;
	uint64_t broken = 0;
	sw_priority_from(sw_str_from(sw_opts_str(o, "priority")), &eo.least);
	int rc = choose_rules(ctx, rs, err);
	if (rc == 0)
		rc = sw_watch_report_new(ctx, rs, &w.report, err);
	if (rc == 0)
		rc = open_source(ctx, &respond, &src, err);
	if (rc == 0 && sw_opts_str(o, "record"))
		rc = sw_scap_writer_open(sw_opts_str(o, "record"), &w.record, err);
	if (rc < 0) {
		sw_stream_close(src);
		if (w.report)
			sw_watch_report_finish(w.report, NULL);
		sw_respond_close(respond);
		return rc;
	}
	rc = sw_engine_new(rs, &eo, &w.engine, err);
	if (rc == 0) {
		struct sw_codeset codes = sw_engine_codes(w.engine, SW_SOURCE_SYSCALL);
		if (src->ops->want)
			src->ops->want(src, &codes);
		sw_buf_init(&w.line, (size_t)64 << 20);
		rc = sw_rules_run(src, on_event, &w, &broken, err);
		if (!sw_opts_bool(o, "quiet"))
			totals(&w, rs, broken);
		if (w.live)
			sw_watch_blind_print(sw_sensor_state(src), rs);
		sw_buf_release(&w.line);
		if (rc >= 0 && w.report)
			rc = sw_watch_report_finish(SW_TAKE(w.report), err);
		if (w.failed)
			rc = sw_error_errno(err, SW_EIO, errno, "standard output");
		else if (rc >= 0)
			rc = sw_engine_alerts(w.engine) && sw_opts_bool(o, "exit-code") ? SW_EXIT_FINDINGS :
											  SW_EXIT_CLEAN;
		sw_engine_free(w.engine);
	}
	if (w.report)
		sw_watch_report_finish(w.report, NULL);
	sw_stream_close(src);
	sw_respond_close(respond);
	if (w.record_err.code) {
		*err = w.record_err;
		rc = -err->code;
	}
	int closed = sw_scap_writer_close(w.record, rc < 0 ? NULL : err);
	return rc < 0 ? rc : closed ? closed : rc;
}

static int run(struct sw_cmd_ctx *ctx)
{
	const struct sw_optval *files = sw_opts_get(&ctx->opts, "rules");
	struct sw_error err = {0};
	struct sigaction sa = {.sa_handler = on_signal};
	bool ok;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	struct sw_ruleset *rs = sw_rules_load(files->v, files->n, sw_opts_bool(&ctx->opts, "own"), true, &ok);
	int rc = ok ? watch(ctx, rs, &err) : SW_EXIT_ERROR;
	sw_ruleset_free(rs);
	return rc < 0 ? sw_cmd_fail(&err) : rc;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	{.name = "audit",
		.metavar = "FILE|DIR|-",
		.type = SW_OPT_STRING,
		.flags = F,
		.group = "Where events come from",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "a Kubernetes audit log, one JSON event per line; a folder of such; or standard input"},
	{.name = "follow",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = "Where events come from",
		.since = "0.1",
		.help = "of --audit: wait for more at the end, through log rotation"},
	{.name = "record",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = F,
		.group = "Where events come from",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "write the system-call events to a capture that sysdig -r and --replay read; .gz: compressed"},
	{.name = "replay",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = F,
		.group = "Where events come from",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "a capture of system calls (.scap), or an audit log"},
	{.name = "deny",
		.metavar = "PATH",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.group = "Response",
		.since = "0.1",
		.help = "live: a program that may not be executed; only told unless --enforce is given; may be "
			"repeated"},
	{.name = "enforce",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = "Response",
		.since = "0.1",
		.help = "kill what executes a --deny PATH before its first instruction"},
	{.name = "respond-log",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = F,
		.group = "Response",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "append each response as a JSON line; standard error without it"},
	{.name = "disable",
		.metavar = "RULE",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.group = "Rules",
		.since = "0.1",
		.help = "leave this rule out"},
	{.name = "disable-tag",
		.metavar = "TAG",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.group = "Rules",
		.since = "0.1",
		.help = "leave out rules with this tag"},
	{.name = "own",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = "Rules",
		.since = "0.1",
		.help = "load Seawall's own rules before the given files"},
	{.name = "priority",
		.type = SW_OPT_ENUM,
		.choices = "emergency|alert|critical|error|warning|notice|informational|debug",
		.def = "debug",
		.flags = F,
		.group = "Rules",
		.since = "0.1",
		.help = "leave out rules that are less important"},
	{.name = "rule-matching",
		.type = SW_OPT_ENUM,
		.choices = "first|all",
		.def = "first",
		.flags = F,
		.group = "Rules",
		.since = "0.1",
		.help = "the first rule that matches an event, or all of them"},
	{.name = "rules",
		.letter = 'r',
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST | F,
		.group = "Rules",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "a rule file. Without it Seawall's own rules"},
	{.name = "tag",
		.metavar = "TAG",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.group = "Rules",
		.since = "0.1",
		.help = "only rules with this tag"},
	{.name = "exit-code",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = "Output",
		.since = "0.1",
		.help = "exit 1 when there was an alert"},
	{.name = "iso-time",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = "Output",
		.since = "0.1",
		.help = "times as ISO 8601 in UTC, not as local time of day"},
	{.name = "message-property",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = "Output",
		.since = "0.1",
		.help = "of json: add the message without time and priority"},
	{.name = "no-output-property",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = "Output",
		.since = "0.1",
		.help = "of json: leave the whole line out"},
	{.name = "no-suggested",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = "Output",
		.since = "0.1",
		.help = "do not append container and pod to every message"},
	{.name = "no-tags-property",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = "Output",
		.since = "0.1",
		.help = "of json: leave the tags out"},
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "text|json",
		.def = "text",
		.flags = F,
		.group = "Output",
		.since = "0.1",
		.help = "form of the alerts: Falco's lines or Falco's JSON"},
	{.name = "report",
		.metavar = "FORMAT",
		.type = SW_OPT_STRING,
		.flags = F,
		.group = "Output",
		.since = "0.1",
		.complete = SW_COMPLETE_FORMATS,
		.help = "no alerts as they happen, but a report of findings at the end (table, sarif, json ...)"},
	{.name = "waivers",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.group = "Output",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "of --report: accepted findings"},
};

const struct sw_cmd sw_cmd_watch = {
	.name = "watch",
	.summary = "run runtime rules against this machine, audit logs and captures",
	.args = "",
	.description = "Alerts go to standard output as they happen, in Falco's form; totals to standard error at "
		       "the end. Without a source of events the system calls of this machine are watched (root, "
		       "eBPF). Without -r Seawall's own rules are used.",
	.examples = "sudo seawall watch\n"
		    "  alerts of this machine, live\n"
		    "seawall watch --audit /var/log/kubernetes/audit.log --follow -o json\n"
		    "  alerts of a running cluster\n"
		    "seawall watch --replay trace.scap -r falco_rules.yaml\n"
		    "  what Falco's rules say about a capture\n",
	.group = "Runtime",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.run = run,
};
