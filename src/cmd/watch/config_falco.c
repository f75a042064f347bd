/* SPDX-License-Identifier: Apache-2.0 */
/* What Falco's file means to the watch, key by key. */
#include "cmd/watch/config.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/watch/falco_keys.h"
#include "doc/yaml.h"
#include "runtime/fields/params.h"
#include "runtime/fields/static.h"
#include "runtime/rules/load_int.h"

/* rules: [{enable: {tag: x}}, {disable: {rule: "a*"}}] */
static int falco_choices(struct sw_cmd_ctx *ctx, const struct sw_falco *f,
	struct sw_watch_config *c, struct sw_error *err)
{
	struct sw_value list = sw_falco_list(f, "rules");
	int rc = 0;

	if (!sw_is(list, SW_ARRAY))
		return 0;
	sw_array_foreach (v, list) {
		for (int on = 0; on < 2 && rc == 0; on++) {
			struct sw_value o = sw_is(*v, SW_OBJECT)
						    ? sw_object_gets(*v, on ? SW_STR("enable")
									    : SW_STR("disable"))
						    : sw_undef();
			if (!sw_is(o, SW_OBJECT))
				continue;
			struct sw_str rule = sw_value_getstr(o, "rule"),
				      tag = sw_value_getstr(o, "tag");
			if (rule.n)
				rc = sw_watch_choice(ctx, c, rule, false, on, false, err);
			if (rc == 0 && tag.n)
				rc = sw_watch_choice(ctx, c, tag, true, on, false, err);
		}
	}
	return rc;
}

static int append_fields(
	struct sw_cmd_ctx *ctx, struct sw_value list, struct sw_append *a, struct sw_error *err)
{
	if (!sw_is(list, SW_ARRAY))
		return 0;
	sw_array_foreach (v, list) {
		struct sw_append_field one = {.raw = true};
		if (sw_is(*v, SW_STRING)) {
			one.name = sw_value_str(*v);
			one.format = sw_arena_printf(ctx->arena, "%%%.*s", SW_STR_ARG(one.name));
		} else if (sw_is(*v, SW_OBJECT)) {
			sw_object_foreach (m, *v) {
				if (!sw_is(m->v, SW_STRING))
					continue;
				one = (struct sw_append_field){sw_value_str(m->k), sw_value_str(m->v), false};
			}
		}
		struct sw_append_field *p =
			sw_array_push(ctx->arena, a->fields, a->n_fields, sizeof(*p));
		if (!p)
			return sw_error_set(err, SW_ELIMIT, "out of memory");
		if (!one.name.n || !one.format.n)
			return sw_error_set(err, SW_EUSAGE,
				"append_output: extra_fields has names of fields, or NAME: FORMAT");
		a->fields = p;
		p[a->n_fields++] = one;
	}
	return 0;
}

static int append_one(
	struct sw_cmd_ctx *ctx, struct sw_value v, struct sw_append *a, struct sw_error *err)
{
	struct sw_value match = sw_object_gets(v, SW_STR("match"));
	struct sw_value tags =
		sw_is(match, SW_OBJECT) ? sw_object_gets(match, SW_STR("tags")) : sw_undef();

	if (sw_is(match, SW_OBJECT)) {
		a->source = sw_value_getstr(match, "source");
		a->rule = sw_value_getstr(match, "rule");
	}
	if (sw_is(tags, SW_ARRAY)) {
		struct sw_str *t = NULL;
		sw_array_foreach (x, tags) {
			t = sw_array_push(ctx->arena, t, a->n_tags, sizeof(*t));
			if (!t || !sw_is(*x, SW_STRING))
				return sw_error_set(
					err, SW_EUSAGE, "append_output: a tag is a text");
			t[a->n_tags++] = sw_value_str(*x);
		}
		a->tags = t;
	}
	a->text = sw_value_getstr(v, "extra_output");
	a->suggested = sw_is_true(sw_object_gets(v, SW_STR("suggested_output")));
	return append_fields(ctx, sw_object_gets(v, SW_STR("extra_fields")), a, err);
}

static int falco_append(struct sw_cmd_ctx *ctx, const struct sw_falco *f, struct sw_watch_config *c,
	struct sw_error *err)
{
	struct sw_value list = sw_falco_list(f, "append_output");
	struct sw_append *all = NULL;

	if (!sw_defined(list))
		return 0;
	c->engine.suggested = false;
	sw_array_foreach (v, list) {
		struct sw_append a = {0};
		int rc = sw_is(*v, SW_OBJECT) ? append_one(ctx, *v, &a, err)
					      : sw_error_set(err, SW_EUSAGE,
							"append_output: not a list of mappings");
		all = rc ? NULL : sw_array_push(ctx->arena, all, c->engine.n_append, sizeof(*all));
		if (!all)
			return rc ? rc : sw_error_set(err, SW_ELIMIT, "out of memory");
		all[c->engine.n_append++] = a;
	}
	c->engine.append = all;
	return 0;
}

static int need(const char *what, const char *value, struct sw_error *err)
{
	return value && *value ? 0
			       : sw_error_set(err, SW_EUSAGE, "%s output enabled but no %s", what,
					 strcmp(what, "http") == 0   ? "url"
					 : strcmp(what, "file") == 0 ? "filename"
								     : "program");
}

static int falco_outputs(const struct sw_falco *f, struct sw_watch_config *c, struct sw_error *err)
{
	bool on = false, mtls = false;
	int rc = sw_falco_bool(f, "file_output.enabled", false, &on, err);

	if (rc == 0 && on && (rc = sw_falco_str(f, "file_output.filename", "", &c->file, err)) == 0)
		rc = need("file", c->file, err);
	if (rc == 0 && (rc = sw_falco_bool(f, "program_output.enabled", false, &on, err)) == 0 &&
		on) {
		rc = sw_falco_str(f, "program_output.program", "", &c->program, err);
		rc = rc ? rc : need("program", c->program, err);
		rc = rc ? rc
			: sw_falco_bool(
				  f, "program_output.keep_alive", false, &c->program_keep, err);
	}
	if (rc == 0 && (rc = sw_falco_bool(f, "syslog_output.enabled", false, &on, err)) == 0 && on)
		c->syslog = "local";
	if (rc == 0 && (rc = sw_falco_bool(f, "http_output.enabled", false, &on, err)) == 0 && on) {
		rc = sw_falco_str(f, "http_output.url", "", &c->http, err);
		rc = rc ? rc : need("http", c->http, err);
		rc = rc ? rc
			: sw_falco_str(f, "http_output.user_agent", NULL, &c->post.user_agent, err);
		rc = rc ? rc
			: sw_falco_bool(f, "http_output.insecure", false, &c->post.insecure, err);
		rc = rc ? rc : sw_falco_str(f, "http_output.ca_cert", NULL, &c->post.ca_file, err);
		if (rc == 0 && (!c->post.ca_file || !*c->post.ca_file))
			rc = sw_falco_str(f, "http_output.ca_bundle", NULL, &c->post.ca_file, err);
		rc = rc ? rc : sw_falco_str(f, "http_output.ca_path", NULL, &c->post.ca_dir, err);
		rc = rc ? rc : sw_falco_bool(f, "http_output.mtls", false, &mtls, err);
		if (mtls && rc == 0)
			rc = sw_falco_str(f, "http_output.client_cert", "/etc/ssl/certs/client.crt",
				&c->post.client_cert, err);
		if (mtls && rc == 0)
			rc = sw_falco_str(f, "http_output.client_key", "/etc/ssl/certs/client.key",
				&c->post.client_key, err);
	}
	bool other = c->file || c->program || c->syslog || c->http;
	if (rc == 0)
		rc = sw_falco_bool(
			f, "stdout_output.enabled", !other || !f->n_files, &c->to_stdout, err);
	return rc;
}

static int falco_style(const struct sw_falco *f, struct sw_watch_config *c, struct sw_error *err)
{
	struct sw_alert_style *s = &c->engine.style;
	const char *matching, *priority;
	bool output, tags, fields, base64;
	double ms, queue;
	int rc = sw_falco_bool(f, "json_output", false, &c->json, err);

	rc = rc ? rc : sw_falco_bool(f, "json_include_output_property", true, &output, err);
	rc = rc ? rc : sw_falco_bool(f, "json_include_tags_property", true, &tags, err);
	rc = rc ? rc : sw_falco_bool(f, "json_include_output_fields_property", true, &fields, err);
	rc = rc ? rc : sw_falco_bool(f, "json_include_message_property", false, &s->message, err);
	rc = rc ? rc : sw_falco_bool(f, "buffer_format_base64", false, &base64, err);
	rc = rc ? rc : sw_falco_bool(f, "time_format_iso_8601", false, &s->iso_time, err);
	rc = rc ? rc : sw_falco_str(f, "rule_matching", "first", &matching, err);
	rc = rc ? rc : sw_falco_str(f, "priority", "debug", &priority, err);
	rc = rc ? rc : sw_falco_num(f, "output_timeout", 2000, &ms, err);
	rc = rc ? rc : sw_falco_num(f, "outputs_queue.capacity", 0, &queue, err);
	if (rc)
		return rc;
	sw_param_base64(base64);
	*s = (struct sw_alert_style){.iso_time = s->iso_time,
		.message = s->message,
		.no_output = !output,
		.no_tags = !tags,
		.no_fields = !fields};
	if (queue < 0 || queue > UINT32_MAX)
		return sw_falco_wrong(f, "outputs_queue.capacity", "is a number of alerts, 0 for any", err);
	c->queue_lines = (uint32_t)queue;
	c->patience_ms = ms < 0 ? 0 : ms > 60000 ? 60000 : (uint32_t)ms;
	c->engine.all = strcmp(matching, "all") == 0;
	if (!c->engine.all && strcmp(matching, "first") != 0)
		return sw_error_set(err, SW_EUSAGE,
			"Unknown rule matching strategy \"%s\"--must be one of first, all",
			matching);
	if (!sw_priority_from(sw_str_from(priority), &c->engine.least))
		return sw_error_set(err, SW_EUSAGE,
			"Unknown priority \"%s\"--must be one of emergency, alert, critical, "
			"error, warning, notice, "
			"informational, debug",
			priority);
	return 0;
}

static int falco_drops(const struct sw_falco *f, struct sw_watch_config *c, struct sw_error *err)
{
	struct sw_value list = sw_falco_list(f, "syscall_event_drops.actions");
	bool ignore = false, log = false;
	int rc = sw_falco_num(f, "syscall_event_drops.threshold", .1, &c->drops.threshold, err);

	rc = rc ? rc : sw_falco_num(f, "syscall_event_drops.rate", .03333, &c->drops.rate, err);
	rc = rc ? rc : sw_falco_num(f, "syscall_event_drops.max_burst", 1, &c->drops.burst, err);
	rc = rc ? rc
		: sw_falco_bool(
			  f, "syscall_event_drops.simulate_drops", false, &c->drops.simulate, err);
	c->drops.tell = !sw_defined(list);
	if (rc)
		return rc;
	if (sw_is(list, SW_ARRAY)) {
		sw_array_foreach (v, list) {
			struct sw_str a = sw_is(*v, SW_STRING) ? sw_value_str(*v) : SW_STR("");
			ignore |= sw_str_is(a, "ignore");
			log |= sw_str_is(a, "log");
			c->drops.tell |= sw_str_is(a, "log");
			c->drops.alert |= sw_str_is(a, "alert");
			c->drops.end |= sw_str_is(a, "exit");
			if (!sw_str_is(a, "ignore") && !sw_str_is(a, "log") &&
				!sw_str_is(a, "alert") && !sw_str_is(a, "exit"))
				return sw_error_set(err, SW_EUSAGE,
					"%s: available actions for syscall event drops are "
					"\"ignore\", \"log\", \"alert\", and \"exit\"",
					f->name ? f->name : "--set");
		}
	}
	if (ignore && (log || c->drops.alert))
		return sw_error_set(err, SW_EUSAGE,
			"%s: syscall event drop action \"%s\" does not make sense with the "
			"\"ignore\" action",
			f->name ? f->name : "--set", log ? "log" : "alert");
	if (c->drops.threshold < 0 || c->drops.threshold > 1)
		return sw_error_set(err, SW_EUSAGE,
			"%s: syscall event drops threshold must be a double in the range "
			"[0, 1]",
			f->name ? f->name : "--set");
	return 0;
}

static int falco_replay(const struct sw_falco *f, struct sw_watch_config *c, struct sw_error *err)
{
	int rc = sw_falco_str(f, "engine.replay.capture_file", NULL, &c->replay, err);

	return rc || (c->replay && *c->replay)
		       ? rc
		       : sw_error_set(err, SW_EUSAGE,
				 "engine.kind is 'replay' but no engine.replay.capture_file specified.");
}

/* The sensor is our own, whichever of Falco's the file names. */
static int falco_engine(const struct sw_falco *f, struct sw_watch_config *c, struct sw_error *err)
{
	static const struct {
		const char *kind, *no_live;
	} kinds[] = {{"", NULL}, {"kmod", NULL}, {"ebpf", NULL}, {"modern_ebpf", NULL},
		{"nodriver", "engine.kind is nodriver: only plugins were to give events, and none is loaded"},
		{"gvisor", "engine.kind is gvisor: events of gVisor are not read"}};
	const char *kind;
	int rc = sw_falco_str(f, "engine.kind", "", &kind, err);

	if (rc || strcmp(kind, "replay") == 0)
		return rc ? rc : falco_replay(f, c, err);
	for (size_t i = 0; i < SW_ARRAY_LEN(kinds); i++) {
		if (strcmp(kind, kinds[i].kind) != 0)
			continue;
		c->no_live = kinds[i].no_live;
		return 0;
	}
	return sw_falco_wrong(f, "engine.kind", "is not a valid kind: kmod, modern_ebpf, replay, nodriver", err);
}

static int falco_webserver(struct sw_cmd_ctx *ctx, const struct sw_falco *f, struct sw_watch_config *c,
	struct sw_error *err)
{
	const char *host;
	bool on, tls, prom;
	double port;
	int rc = sw_falco_bool(f, "webserver.enabled", false, &on, err);

	rc = rc ? rc : sw_falco_bool(f, "webserver.ssl_enabled", false, &tls, err);
	rc = rc ? rc : sw_falco_bool(f, "webserver.prometheus_metrics_enabled", false, &prom, err);
	rc = rc ? rc : sw_falco_str(f, "webserver.listen_address", "0.0.0.0", &host, err);
	rc = rc ? rc
		: sw_falco_str(f, "webserver.k8s_healthz_endpoint", "/healthz", &c->health, err);
	rc = rc ? rc : sw_falco_num(f, "webserver.listen_port", 8765, &port, err);
	if (rc || !on)
		return rc;
	if (port < 0 || port > 65535)
		return sw_falco_wrong(f, "webserver.listen_port", "is no port", err);
	/* What was to be hidden is not shown. */
	if (tls)
		return sw_falco_wrong(f, "webserver.ssl_enabled",
			"is true, but TLS is not spoken here: give it to a proxy, or webserver.enabled=false", err);
	c->metrics = sw_arena_printf(
		ctx->arena, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, (unsigned)port).p;
	c->health_only = !prom;
	return 0;
}

/* "1d2h30m" as Prometheus has it: each unit at most once, the larger before the smaller, blanks between. */
static bool prometheus_ms(struct sw_str s, int64_t *ret)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"y", 31536000000}, {"w", 604800000}, {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
	size_t unit = 0;
	int64_t total = 0;

	for (s = sw_str_trim(s); s.n; s = sw_str_trim(s)) {
		size_t digits = 0, end;
		int64_t v;
		while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
			digits++;
		for (end = digits; end < s.n && s.p[end] >= 'a' && s.p[end] <= 'z';)
			end++;
		while (unit < SW_ARRAY_LEN(units) && !sw_str_is(sw_str_sub(s, digits, end), units[unit].name))
			unit++;
		if (unit == SW_ARRAY_LEN(units) || !sw_str_to_i64(sw_str_sub(s, 0, digits), &v) ||
			__builtin_mul_overflow(v, units[unit].ms, &v) || __builtin_add_overflow(total, v, &total))
			return false;
		s = sw_str_sub(s, end, s.n);
		unit++;
	}
	*ret = total;
	return total > 0;
}

/* A number alone is milliseconds. */
static int falco_interval(const struct sw_falco *f, uint64_t *ret_ns, struct sw_error *err)
{
	const char *text;
	int64_t v;
	int rc = sw_falco_str(f, "metrics.interval", "5000", &text, err);

	if (rc)
		return rc;
	if ((!sw_str_to_i64(sw_str_from(text), &v) && !prometheus_ms(sw_str_from(text), &v)) || v <= 0 ||
		v >= INT64_MAX / 1000000)
		return sw_falco_wrong(f, "metrics.interval", "is a time above 0 such as 1h, 30m or 15s", err);
	*ret_ns = (uint64_t)v * 1000000;
	/* As Falco: at least a tenth of a second. */
	return *ret_ns >= 100000000 ? 0 : sw_falco_wrong(f, "metrics.interval", "is below 100ms", err);
}

static int falco_metrics(const struct sw_falco *f, struct sw_watch_config *c, struct sw_error *err)
{
	struct sw_watch_snapshot_options *o = &c->snapshot;
	const struct {
		const char *key;
		bool def, *to;
	} rows[] = {{"metrics.enabled", false, &o->enabled}, {"metrics.output_rule", false, &o->rule},
		{"metrics.rules_counters_enabled", true, &o->rules},
		{"metrics.resource_utilization_enabled", true, &o->resources},
		{"metrics.state_counters_enabled", true, &o->state},
		{"metrics.kernel_event_counters_enabled", true, &o->kernel},
		{"metrics.convert_memory_to_mb", true, &o->megabytes},
		{"metrics.include_empty_values", false, &o->empty}};
	int rc = sw_falco_str(f, "metrics.output_file", "", &o->file, err);

	for (size_t i = 0; rc == 0 && i < SW_ARRAY_LEN(rows); i++)
		rc = sw_falco_bool(f, rows[i].key, rows[i].def, rows[i].to, err);
	rc = rc ? rc : falco_interval(f, &o->interval_ns, err);
	o->enabled &= o->rule || *o->file;
	return rc;
}

static void warn_of_call(struct sw_str name)
{
	struct sw_nearest near;

	sw_nearest_init(&near, name);
	for (size_t i = 0; i < SW_EVENT_CODES; i++)
		sw_nearest_try(&near, sw_event_table[i].name);
	for (size_t i = 0; i < sw_generic_syscalls_n; i++)
		sw_nearest_try(&near, sw_generic_syscalls[i]);
	sw_log(SW_LOG_WARNING, "base_syscalls.custom_set: there is no system call \"%.*s\"%s%s%s", SW_STR_ARG(name),
		near.best ? "; did you mean " : "", near.best ? near.best : "", near.best ? "?" : "");
}

/* base_syscalls.custom_set: "!NAME" is not looked at, whatever rules say. What the tables need always is. */
static int falco_calls(struct sw_cmd_ctx *ctx, const struct sw_falco *f, struct sw_watch_config *c, struct sw_error *err)
{
	struct sw_value list = sw_falco_list(f, "base_syscalls.custom_set");
	struct sw_codeset codes;

	if (!sw_is(list, SW_ARRAY))
		return 0;
	sw_array_foreach (v, list) {
		struct sw_str text = sw_is(*v, SW_STRING) ? sw_value_str(*v) : SW_STR("");
		bool without = sw_str_starts(text, SW_STR("!"));
		struct sw_str name = sw_str_sub(text, without, text.n);
		if (name.n && !sw_event_codes_of(name, &codes))
			warn_of_call(name);
		if (!without || !name.n)
			continue;
		struct sw_str *p = sw_array_push(ctx->arena, c->no_calls, c->n_no_calls, sizeof(*p));
		if (!p)
			return sw_error_set(err, SW_ELIMIT, "out of memory");
		c->no_calls = p;
		p[c->n_no_calls++] = name;
	}
	return 0;
}

static int falco_capture(const struct sw_falco *f, struct sw_watch_config *c, struct sw_error *err)
{
	struct sw_watch_capture_options *o = &c->capture;
	const char *mode;
	double ms, mb;
	int rc = sw_falco_bool(f, "capture.enabled", false, &o->enabled, err);

	rc = rc ? rc : sw_falco_str(f, "capture.path_prefix", "/tmp/falco", &o->prefix, err);
	rc = rc ? rc : sw_falco_str(f, "capture.mode", "rules", &mode, err);
	rc = rc ? rc : sw_falco_num(f, "capture.default_duration", 5000, &ms, err);
	rc = rc ? rc : sw_falco_num(f, "capture.max_file_size_mb", 0, &mb, err);
	if (rc)
		return rc;
	o->all = strcmp(mode, "all_rules") == 0;
	if (!o->all && strcmp(mode, "rules") != 0)
		return sw_error_set(err, SW_EUSAGE, "%s: capture.mode '%s' is not a valid mode.",
			f->name ? f->name : "--set", mode);
	if (ms < 0 || ms > UINT32_MAX || mb < 0 || mb > UINT32_MAX)
		return sw_error_set(err, SW_EUSAGE, "%s: capture: a number is too large or below 0",
			f->name ? f->name : "--set");
	o->duration_ns = (uint64_t)ms * 1000000u;
	o->max_bytes = (uint64_t)mb << 20;
	return 0;
}

/* static_fields: {NAME: VALUE} */
static int falco_static(struct sw_cmd_ctx *ctx, const struct sw_falco *f, struct sw_error *err)
{
	struct sw_value map = sw_falco_get(f, "static_fields");
	struct sw_static_field *all = NULL;
	uint32_t n = 0;

	if (!sw_is(map, SW_OBJECT))
		return 0;
	sw_object_foreach (x, map) {
		sw_autobuf text = {0};
		sw_buf_init(&text, 65536);
		if (sw_is(x->v, SW_STRING))
			sw_buf_addstr(&text, sw_value_str(x->v));
		else
			sw_yaml_write(&text, x->v);
		const char *value = sw_arena_cstr(ctx->arena, sw_str_trim(sw_buf_str(&text)));
		struct sw_static_field *p = sw_array_push(ctx->arena, all, n, sizeof(*p));
		if (!p || !value)
			return sw_error_set(err, SW_ELIMIT, "out of memory");
		all = p;
		p[n++] = (struct sw_static_field){sw_value_str(x->k), sw_str_from(value)};
	}
	return sw_static_fields_set(all, n, err);
}

static int add_socket(struct sw_cmd_ctx *ctx, struct sw_watch_config *c, const char *kind, struct sw_str path,
	struct sw_error *err)
{
	const char **p = sw_array_push(ctx->arena, c->sockets, c->n_sockets, sizeof(*p));

	if (!p)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	c->sockets = p;
	p[c->n_sockets++] = sw_arena_printf(ctx->arena, "%s%.*s", kind, SW_STR_ARG(path)).p;
	return 0;
}

/* {docker: {enabled: true, sockets: [PATH]}}; of Falco before 0.41 {cri: {sockets: [PATH]}} beside the other keys. */
static int engine_sockets(struct sw_cmd_ctx *ctx, struct sw_value all, struct sw_watch_config *c, struct sw_error *err)
{
	static const struct {
		const char *name, *kind;
	} engines[] = {{"docker", "docker:"}, {"podman", "podman:"}, {"cri", "cri:"}, {"containerd", "containerd:"}};
	int rc = 0;

	for (size_t i = 0; sw_is(all, SW_OBJECT) && i < SW_ARRAY_LEN(engines); i++) {
		struct sw_value e = sw_object_gets(all, sw_str_from(engines[i].name)),
				sockets = sw_object_gets(e, SW_STR("sockets"));
		if (!sw_is(e, SW_OBJECT) || sw_is_false(sw_object_gets(e, SW_STR("enabled"))) || !sw_is(sockets, SW_ARRAY))
			continue;
		c->usual_sockets = false;
		sw_array_foreach (s, sockets)
			if (rc == 0 && sw_is(*s, SW_STRING))
				rc = add_socket(ctx, c, engines[i].kind, sw_value_str(*s), err);
	}
	return rc;
}

static struct sw_value plugin_of(struct sw_value plugins, struct sw_str name)
{
	if (sw_is(plugins, SW_ARRAY))
		sw_array_foreach (p, plugins)
			if (sw_is(*p, SW_OBJECT) && sw_str_eq(sw_value_getstr(*p, "name"), name))
				return *p;
	return sw_undef();
}

/* Containers and audit logs are read without a plugin; whose rules are of another's source see no event. */
static int one_plugin(struct sw_cmd_ctx *ctx, struct sw_value p, struct sw_watch_config *c, struct sw_error *err)
{
	static const char *const within[] = {"container", "k8smeta", "json", "k8saudit"};
	struct sw_str name = sw_value_getstr(p, "name");
	bool known = false;

	for (size_t i = 0; i < SW_ARRAY_LEN(within); i++)
		known |= sw_str_is(name, within[i]);
	if (sw_str_is(name, "k8saudit"))
		sw_log(SW_LOG_NOTE, "plugin k8saudit: its events are read by a watch of their own: seawall watch --audit FILE");
	else if (!known)
		sw_log(SW_LOG_WARNING, "plugin %.*s: plugins of Falco are not loaded; rules of its source see no event",
			SW_STR_ARG(name));
	return sw_str_is(name, "container") ? engine_sockets(ctx, sw_value_path(p, "init_config", "engines", NULL), c, err) : 0;
}

static int falco_plugins(struct sw_cmd_ctx *ctx, const struct sw_falco *f, struct sw_watch_config *c,
	struct sw_error *err)
{
	struct sw_value all = sw_falco_list(f, "plugins"), chosen = sw_falco_list(f, "load_plugins");
	int rc = engine_sockets(ctx, sw_falco_get(f, "container_engines"), c, err);

	if (!sw_defined(chosen) && sw_is(all, SW_ARRAY))
		sw_array_foreach (p, all)
			rc = rc || !sw_is(*p, SW_OBJECT) ? rc : one_plugin(ctx, *p, c, err);
	if (!sw_is(chosen, SW_ARRAY))
		return rc;
	sw_array_foreach (name, chosen) {
		struct sw_str s = sw_is(*name, SW_STRING) ? sw_value_str(*name) : SW_STR("");
		struct sw_value p = plugin_of(all, s);
		if (rc == 0 && !sw_defined(p))
			return sw_error_set(err, SW_EUSAGE,
				"Cannot load plugin '%.*s': plugin config not found for given name", SW_STR_ARG(s));
		rc = rc ? rc : one_plugin(ctx, p, c, err);
	}
	return rc;
}

/* Rule files that are not there are left out, as Falco does. */
static int falco_rules(struct sw_cmd_ctx *ctx, const struct sw_falco *f, struct sw_watch_config *c,
	struct sw_error *err)
{
	struct sw_value list = sw_falco_list(f, "rules_files");

	if (sw_defined(list) && sw_defined(sw_falco_get(f, "rules_file")))
		return sw_falco_wrong(f, "rules_file", "and rules_files are both set", err);
	if (!sw_defined(list))
		list = sw_falco_list(f, "rules_file");
	if (!sw_is(list, SW_ARRAY))
		return 0;
	sw_array_foreach (v, list) {
		const char **p = sw_array_push(ctx->arena, c->rules, c->n_rules, sizeof(*p));
		const char *path =
			sw_is(*v, SW_STRING) ? sw_arena_cstr(ctx->arena, sw_value_str(*v)) : NULL;
		if (!p || !path)
			return sw_error_set(err, SW_EUSAGE, "rules_files: not a list of paths");
		c->rules = p;
		if (access(path, F_OK) == 0)
			p[c->n_rules++] = path;
	}
	return 0;
}

int sw_watch_from_falco(struct sw_cmd_ctx *ctx, struct sw_watch_config *c, struct sw_error *err)
{
	const struct sw_optval *sets = sw_opts_get(&ctx->opts, "set");
	struct sw_falco f;
	int rc = sw_falco_open(
		ctx->arena, sw_opts_str(&ctx->opts, "falco-config"), sets->v, sets->n, &f, err);

	rc = rc ? rc : falco_style(&f, c, err);
	rc = rc ? rc : falco_rules(ctx, &f, c, err);
	rc = rc ? rc : falco_choices(ctx, &f, c, err);
	rc = rc ? rc : falco_append(ctx, &f, c, err);
	rc = rc ? rc : falco_outputs(&f, c, err);
	rc = rc ? rc : falco_drops(&f, c, err);
	rc = rc ? rc : sw_falco_bool(&f, "watch_config_files", f.n_files > 0, &c->follow_rules, err);
	rc = rc ? rc : falco_engine(&f, c, err);
	rc = rc ? rc : falco_webserver(ctx, &f, c, err);
	rc = rc ? rc : falco_plugins(ctx, &f, c, err);
	rc = rc ? rc : falco_metrics(&f, c, err);
	rc = rc ? rc : falco_calls(ctx, &f, c, err);
	rc = rc ? rc : falco_static(ctx, &f, err);
	rc = rc ? rc : falco_capture(&f, c, err);
	return rc ? rc : sw_falco_check(&f, &c->notes, &c->n_notes, err);
}
