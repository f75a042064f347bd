/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall watch`: rules against events as they come, or as they were recorded. */
#include "cmd/watch/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/watch/blind.h"
#include "cmd/watch/config.h"
#include "cmd/watch/drops.h"
#include "cmd/watch/metrics.h"
#include "cmd/watch/preview.h"
#include "cmd/watch/reload.h"
#include "cmd/watch/report.h"
#include "cmd/watch/respond.h"
#include "cmd/watch/snapshot.h"
#include "runtime/ask/ask.h"
#include "runtime/audit/audit.h"
#include "runtime/bpf/sensor.h"
#include "runtime/capture/writer.h"
#include "runtime/fields/names.h"
#include "runtime/incident/incident.h"

static volatile int stop;
static struct sw_watch_reload *volatile reload;

static void on_signal(int sig)
{
	int saved = errno;

	if (sig != SIGHUP)
		stop = 1;
	else if (reload)
		sw_watch_reload_now(reload);
	errno = saved;
}

struct watch {
	struct sw_cmd_ctx *ctx;
	struct sw_watch_config config;
	struct sw_ruleset *rules;
	struct sw_engine *engine;
	struct sw_stream *source;
	bool live;
	struct sw_ask *ask;
	struct sw_watch_respond respond;
	struct sw_scap_writer *record;
	struct sw_error record_err;
	struct sw_buf line;
	bool failed;
	struct sw_watch_report *report; /* alerts go there, too; and not to standard output */
	struct sw_incidents *incidents;
	struct sw_watch_preview *preview;
	struct sw_notify *notify;
	struct sw_watch_counts counts;
	struct sw_watch_metrics *metrics;
	uint64_t broken;
	bool watch_drops;
	struct sw_watch_drops drops;
	struct sw_watch_snapshot snapshot;
	struct sw_watch_capture capture;
};

static void count(_Atomic uint64_t *to, uint64_t n)
{
	atomic_store_explicit(to, n, memory_order_relaxed);
}

/* With --fold: the first of its kind, and then ever more seldom. */
static bool worth_telling(const struct sw_incident_news *n)
{
	uint64_t c = n->entry ? n->entry->count : 1;

	while (c >= 10 && c % 10 == 0)
		c /= 10;
	return c == 1;
}

static void on_incident(void *arg, const struct sw_incident *i)
{
	struct watch *w = arg;

	if (!w->config.incidents)
		return;
	sw_buf_clear(&w->line);
	if (w->config.incidents_json)
		sw_incident_json(i, &w->line);
	else
		sw_incident_text(i, &w->line);
	if (w->config.incidents_json || w->line.n == 0)
		sw_buf_addch(&w->line, '\n');
	if (fwrite(w->line.p, 1, w->line.n, stdout) != w->line.n || fflush(stdout) != 0)
		w->failed = true;
}

static int on_alert(void *arg, const struct sw_alert *a)
{
	struct watch *w = arg;

	/* First of all: each millisecond counts. */
	if (w->respond.responder)
		sw_responder_alert(w->respond.responder, a);
	sw_watch_capture_alert(&w->capture, a);
	count(&w->counts.by_rule[a->rule->index], sw_engine_count(w->engine, a->rule));
	struct sw_incident_news n = {0};
	int rc = w->incidents ? sw_incidents_add(w->incidents, a, &n) : 0;
	if (rc == 0 && w->report)
		rc = sw_watch_report_add(w->report, a, &n);
	if (rc == 0 && w->preview)
		rc = sw_watch_preview_alert(w->preview, a, &n);
	bool print = w->config.to_stdout && !w->report && !w->config.incidents && !w->preview;
	if (rc || (!print && !sw_notify_any(w->notify)) || (w->config.fold && !worth_telling(&n)))
		return rc;
	sw_buf_clear(&w->line);
	sw_alert_print(a, w->config.json, &w->line);
	if (sw_notify_any(w->notify))
		sw_notify_send(w->notify, (unsigned)a->rule->priority, sw_buf_str(&w->line));
	if (!print)
		return 0;
	sw_buf_addch(&w->line, '\n');
	/* An alert is written at once: somebody waits for it. */
	if (fwrite(w->line.p, 1, w->line.n, stdout) != w->line.n || fflush(stdout) != 0) {
		w->failed = true;
		return 1;
	}
	return 0;
}

static void count_sensor(struct watch *w)
{
	struct sw_sensor_stats s = sw_sensor_stats(w->source);

	count(&w->counts.drops, s.drops);
	count(&w->counts.denied, s.denied);
	count(&w->counts.killed, s.killed);
	count(&w->counts.blind, sw_sensor_state(w->source)->n_blind);
}

/* An alert of the watch itself, in `line`. */
static void tell_internal(struct watch *w, enum sw_priority priority)
{
	if (w->line.n && sw_notify_any(w->notify))
		sw_notify_send(w->notify, (unsigned)priority, sw_buf_str(&w->line));
	if (w->line.n && w->config.to_stdout && !w->report)
		printf("%.*s\n", (int)w->line.n, w->line.p);
}

/* What the kernel lost, once a second. 1: the watch is to end. */
static int check_drops(struct watch *w, const struct sw_event *ev)
{
	uint64_t all = w->live ? sw_sensor_stats(w->source).drops : 0;

	sw_buf_clear(&w->line);
	int rc = sw_watch_drops_check(
		&w->drops, ev->ts, sw_engine_events(w->engine), all, &w->config, &w->line);
	tell_internal(w, SW_PRIO_DEBUG);
	return rc;
}

static void take_snapshot(struct watch *w, const struct sw_event *ev)
{
	const struct sw_watch_sight sight = {.engine = w->engine,
		.rules = w->rules,
		.live = w->live ? w->source : NULL,
		.notify = w->notify};

	sw_buf_clear(&w->line);
	if (!sw_watch_snapshot_take(&w->snapshot, &w->config, &sight, ev->ts, &w->line)) {
		sw_log(SW_LOG_WARNING, "metrics.output_file %s: cannot be written any more", w->config.snapshot.file);
		sw_watch_snapshot_close(&w->snapshot);
	}
	tell_internal(w, SW_PRIO_INFORMATIONAL);
}

static int count_rules(struct watch *w, struct sw_error *err)
{
	_Atomic uint64_t *by_rule = calloc(sw_ruleset_n(w->rules) + 1, sizeof(*by_rule)), *old;

	if (!by_rule)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	for (uint32_t i = 0; i < sw_ruleset_n(w->rules); i++)
		count(&by_rule[i], sw_engine_count(w->engine, sw_ruleset_rule(w->rules, i)));
	pthread_mutex_lock(&w->counts.lock);
	old = w->counts.by_rule;
	w->counts.by_rule = by_rule;
	w->counts.rules = w->rules;
	pthread_mutex_unlock(&w->counts.lock);
	free((void *)old);
	return 0;
}

static void leave_out(struct sw_codeset *codes, const struct sw_watch_config *c)
{
	struct sw_codeset s;

	for (uint32_t i = 0; i < c->n_no_calls; i++)
		for (size_t k = 0; sw_event_codes_of(c->no_calls[i], &s) && k < SW_ARRAY_LEN(s.w); k++)
			codes->w[k] &= ~s.w[k];
}

/* What the rules want of the source. */
static void tell_source(struct watch *w)
{
	struct sw_codeset codes = sw_engine_codes(w->engine, SW_SOURCE_SYSCALL);

	if (w->record) /* who reads the capture may want to know what is open */
		sw_codeset_add(&codes, SW_EV_CLOSE_X);
	if (w->live)
		sw_names_ask();
	if (w->live && !w->record) {
		struct sw_codeset failed = sw_ruleset_failed_codes(w->rules, false),
				  absent = sw_ruleset_failed_codes(w->rules, true);
		sw_autoarena a;
		struct sw_str *names;
		sw_arena_init(&a, 0);
		size_t n = sw_ruleset_file_names(w->rules, &a, &names);
		sw_sensor_want_names(w->source, names, n);
		sw_sensor_want_failed(w->source, &failed, &absent);
	}
	leave_out(&codes, &w->config);
	if (w->source->ops->want)
		w->source->ops->want(w->source, &codes);
}

/* New rules take the place of the old ones. Incidents are of the old ones, and end. */
static void take_rules(struct watch *w)
{
	struct sw_watch_rules n;
	struct sw_ruleset *rules = w->rules;
	struct sw_engine *engine = w->engine;

	if (!sw_watch_reload_take(reload, &n))
		return;
	sw_engine_inherit(n.engine, engine);
	if (w->incidents)
		sw_incidents_end(w->incidents, UINT64_MAX);
	w->rules = n.rules;
	w->engine = n.engine;
	if (count_rules(w, NULL) < 0) {
		/* Without memory for the counters nothing changes. */
		w->rules = rules;
		w->engine = engine;
		rules = n.rules;
		engine = n.engine;
	} else {
		tell_source(w);
	}
	sw_engine_free(engine);
	sw_ruleset_free(rules);
}

static int on_event(void *arg, const struct sw_event *ev)
{
	struct watch *w = arg;
	const struct sw_sysev *e = w->record ? sw_event_sysev(ev) : NULL;
	uint64_t n = sw_engine_events(w->engine);

	if (sw_watch_reload_ready(reload))
		take_rules(w);
	count(&w->counts.events, n + 1);
	/* An incident is told when it is over, not when the next alert comes. */
	if (w->incidents && n % 1024 == 0)
		sw_incidents_end(w->incidents, ev->ts);
	if (w->live && n % 256 == 0)
		count_sensor(w);
	if (e && sw_scap_write(w->record, e, &w->record_err) < 0)
		return 1;
	if (w->watch_drops && ev->ts >= w->drops.next && check_drops(w, ev))
		return 1;
	if (w->snapshot.next && ev->ts >= w->snapshot.next)
		take_snapshot(w, ev);
	if (w->respond.responder)
		sw_responder_event(w->respond.responder, ev);
	int rc = sw_engine_event(w->engine, ev, on_alert, w);
	if (rc == 0 && w->preview)
		rc = sw_watch_preview_event(w->preview, ev);
	if (w->capture.o.enabled && sw_watch_capture_event(&w->capture, ev))
		sw_log(SW_LOG_NOTE, "Falco internal: capture size limit reached. Configured limit: %llu MB.",
			(unsigned long long)w->capture.o.max_bytes >> 20);
	return rc ? rc : stop;
}

static void totals(const struct watch *w)
{
	const struct sw_engine *e = w->engine;

	if (w->watch_drops)
		fprintf(stderr,
			"Syscall event drop monitoring:\n   - event drop detected: %u occurrences\n"
			"   - num times actions taken: %u\n",
			w->drops.detected, w->drops.acted);
	fprintf(stderr, "Events: %llu", (unsigned long long)sw_engine_events(e));
	if (w->broken)
		fprintf(stderr, ", not readable: %llu", (unsigned long long)w->broken);
	fprintf(stderr, "\nAlerts: %llu\n", (unsigned long long)sw_engine_alerts(e));
	for (unsigned p = 0; p <= SW_PRIO_DEBUG; p++)
		if (sw_engine_count_priority(e, (enum sw_priority)p))
			fprintf(stderr, "   %s: %llu\n", sw_priority_name((enum sw_priority)p),
				(unsigned long long)sw_engine_count_priority(
					e, (enum sw_priority)p));
	for (uint32_t i = 0; i < sw_ruleset_n(w->rules); i++) {
		const struct sw_runtime_rule *r = sw_ruleset_rule(w->rules, i);
		if (sw_engine_count(e, r))
			fprintf(stderr, "   %.*s: %llu\n", SW_STR_ARG(r->name),
				(unsigned long long)sw_engine_count(e, r));
	}
}

/* This machine, as it happens. */
static int open_live(struct watch *w, struct sw_error *err)
{
	const struct sw_opts *opts = &w->ctx->opts;
	const struct sw_optval *deny = sw_opts_get(opts, "deny");
	struct sw_str *paths = sw_arena_new_array(w->ctx->arena, deny->n + 1, struct sw_str);
	int rc = sw_ask_open(getenv("SEAWALL_HOST_ROOT"), w->config.sockets, w->config.n_sockets,
		w->config.usual_sockets, &w->ask, err);
	if (rc)
		return rc;
	struct sw_sensor_options o = {.stop = &stop,
		.host_root = getenv("SEAWALL_HOST_ROOT"),
		.deny = paths,
		.ask = w->ask,
		.enforce = sw_opts_bool(opts, "enforce"),
		.denied = sw_respond_denied};

	for (uint32_t i = 0; paths && i < deny->n; i++)
		paths[o.n_deny++] = sw_str_from(deny->v[i]);
	rc = sw_watch_respond_open(w->ctx, w->rules, &w->respond, err);
	o.arg = w->respond.log;
	w->live = true;
	return rc ? rc : sw_sensor_open(&o, &w->source, err);
}

static int open_source(struct watch *w, struct sw_error *err)
{
	const char *audit = sw_opts_str(&w->ctx->opts, "audit"), *replay = w->config.replay;

	if (audit && replay) {
		sw_error_set(err, SW_EUSAGE, "give one source of events");
		return sw_error_hint(
			err, "--audit FILE, or --replay FILE, or neither for this machine");
	}
	if (!audit && !replay)
		return w->config.no_live ? sw_error_set(err, SW_EUSAGE, "%s", w->config.no_live) : open_live(w, err);
	if (replay)
		return sw_rules_open(replay, &w->source, err);
	return sw_audit_open(audit, sw_opts_bool(&w->ctx->opts, "follow") ? SW_AUDIT_FOLLOW : 0,
		&stop, &w->source, err);
}

static int open_outputs(struct watch *w, struct sw_error *err)
{
	const struct sw_watch_config *c = &w->config;
	int rc = 0;

	w->notify = sw_notify_new(c->patience_ms, c->queue_lines);
	if (!w->notify)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	if (c->file)
		rc = sw_notify_file(w->notify, c->file, c->file_bytes, c->file_keep, err);
	if (rc == 0 && c->syslog)
		rc = sw_notify_syslog(w->notify, c->syslog, "seawall", err);
	if (rc == 0 && c->program)
		rc = sw_notify_program(w->notify, c->program, c->program_keep, err);
	if (rc == 0 && c->http)
		rc = sw_notify_post(w->notify, &c->post, err);
	return rc;
}

static int open_metrics(struct watch *w, struct sw_error *err)
{
	w->counts.notify = w->notify;
	int rc = count_rules(w, err);
	if (rc || !w->config.metrics)
		return rc;
	w->counts.health_only = w->config.health_only;
	return sw_watch_metrics_open(w->config.metrics,
		w->config.health ? w->config.health : "/healthz", &w->counts, &w->metrics, err);
}

/* A report and a preview are about one set of rules. */
static int open_reload(struct watch *w, struct sw_error *err)
{
	const struct sw_watch_reload_options o = {.config = &w->config,
		.own = sw_opts_bool(&w->ctx->opts, "own"),
		.follow = w->config.follow_rules,
		.plan = w->respond.responder ? &w->respond.plan : NULL,
		.plan_name = sw_opts_str(&w->ctx->opts, "respond"),
		.done = &w->counts.reloads,
		.failed = &w->counts.reloads_failed};
	struct sw_watch_reload *r;

	if (w->report || w->preview)
		return 0;
	int rc = sw_watch_reload_open(&o, &r, err);
	if (rc == 0)
		reload = r;
	return rc;
}

static int open_all(struct watch *w, struct sw_error *err)
{
	const char *record = sw_opts_str(&w->ctx->opts, "record"),
		   *preview = sw_opts_str(&w->ctx->opts, "preview");
	int rc = sw_watch_choose(&w->config, w->rules, err);

	rc = rc ? rc : sw_watch_report_new(w->ctx, w->config.report, w->rules, &w->report, err);
	rc = rc ? rc : sw_engine_new(w->rules, &w->config.engine, &w->engine, err);
	if (rc || sw_opts_bool(&w->ctx->opts, "dry-run"))
		return rc;
	if (preview)
		rc = sw_watch_preview_open(w->ctx, &w->config, preview, &w->preview, err);
	if (rc == 0 && (w->report || w->preview || w->config.incidents || w->config.fold)) {
		w->incidents = sw_incidents_new(
			w->report || w->preview ? 0 : w->config.quiet_ns, on_incident, w);
		rc = w->incidents ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
	}
	rc = rc ? rc : open_outputs(w, err);
	rc = rc ? rc : sw_watch_snapshot_open(&w->config.snapshot, &w->snapshot, err);
	rc = rc ? rc : open_source(w, err);
	if (rc == 0 && record)
		rc = sw_scap_writer_open(record, &w->record, err);
	rc = rc ? rc : open_metrics(w, err);
	return rc ? rc : open_reload(w, err);
}

static void tell_lost(struct watch *w)
{
	struct sw_notify_stats s;

	for (uint32_t i = 0; sw_notify_stats(w->notify, i, &s); i++)
		if (s.lost)
			sw_log(SW_LOG_WARNING, "%s %s: %llu alerts lost: %.*s", s.name, s.target,
				(unsigned long long)s.lost, SW_STR_ARG(s.error));
}

static int judge(struct watch *w, struct sw_error *err)
{
	tell_source(w);
	w->watch_drops = w->live || w->config.drops.simulate;
	sw_buf_init(&w->line, (size_t)64 << 20);
	int rc = sw_rules_run(w->source, on_event, w, &w->broken, err);
	if (!sw_opts_bool(&w->ctx->opts, "quiet"))
		totals(w);
	sw_watch_respond_tell(&w->respond);
	if (w->live)
		sw_watch_blind_print(sw_sensor_state(w->source), w->rules);
	if (rc >= 0 && w->incidents && !w->report)
		sw_incidents_end(w->incidents, UINT64_MAX);
	if (rc >= 0 && w->preview)
		sw_watch_preview_tell(w->preview, w->ctx->out);
	if (rc >= 0 && w->report)
		rc = sw_watch_report_finish(SW_TAKE(w->report), err);
	if (w->failed)
		return sw_error_errno(err, SW_EIO, errno, "standard output");
	if (w->drops.end)
		return sw_error_set(
			err, SW_EIO, "events were dropped, and the configuration says to end then");
	if (rc < 0)
		return rc;
	return sw_engine_alerts(w->engine) && sw_opts_bool(&w->ctx->opts, "exit-code")
		       ? SW_EXIT_FINDINGS
		       : SW_EXIT_CLEAN;
}

static int close_all(struct watch *w, int rc, struct sw_error *err)
{
	struct sw_watch_reload *r = reload;

	signal(SIGHUP, SIG_IGN);
	reload = NULL;
	sw_watch_reload_close(r);
	if (w->report)
		sw_watch_report_finish(w->report, NULL);
	sw_watch_capture_close(&w->capture);
	sw_watch_snapshot_close(&w->snapshot);
	sw_incidents_free(w->incidents);
	sw_watch_preview_free(w->preview);
	sw_buf_release(&w->line);
	sw_watch_metrics_close(w->metrics);
	free((void *)w->counts.by_rule);
	sw_notify_drain(w->notify);
	tell_lost(w);
	sw_notify_close(w->notify);
	sw_stream_close(w->source);
	/* Containers are then what their runtimes keep on disk. */
	if (w->ask && sw_ask_stats(w->ask).no_library)
		sw_log(SW_LOG_WARNING, "container runtimes could not be asked: libcurl.so.4 is not installed");
	sw_ask_close(w->ask);
	sw_watch_respond_close(&w->respond);
	sw_engine_free(w->engine);
	if (w->record_err.code) {
		*err = w->record_err;
		rc = -err->code;
	}
	int closed = sw_scap_writer_close(w->record, rc < 0 ? NULL : err);
	return rc < 0 ? rc : closed ? closed : rc;
}

int sw_watch_run(struct sw_cmd_ctx *ctx)
{
	struct watch w = {.ctx = ctx, .counts.lock = PTHREAD_MUTEX_INITIALIZER};
	struct sw_error err = {0};
	struct sigaction sa = {.sa_handler = on_signal};
	bool ok;

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	int rc = sw_watch_config(ctx, &w.config, &err);
	if (rc < 0)
		return sw_cmd_fail(&err);
	for (uint32_t i = 0; i < w.config.n_notes; i++)
		sw_log(w.config.notes[i].warning ? SW_LOG_WARNING : SW_LOG_INFO, "%.*s",
			SW_STR_ARG(w.config.notes[i].text));
	w.capture.o = w.config.capture;
	w.rules = sw_rules_load(
		w.config.rules, w.config.n_rules, sw_opts_bool(&ctx->opts, "own"), true, &ok);
	if (ok && sw_ruleset_n(w.rules) == 0)
		sw_log(SW_LOG_WARNING, "there are no rules: nothing will be told");
	rc = ok ? open_all(&w, &err) : SW_EXIT_ERROR;
	if (rc == 0 && !sw_opts_bool(&ctx->opts, "dry-run"))
		rc = judge(&w, &err);
	rc = close_all(&w, rc, &err);
	sw_ruleset_free(w.rules);
	return rc < 0 ? sw_cmd_fail(&err) : rc;
}
