/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch_config.h"

#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/watch_falco.h"
#include "doc/yaml.h"
#include "runtime/fields/static.h"
#include "runtime/rules/load_int.h"

/* ---- Falco's file ---- */

static int choice(struct sw_cmd_ctx *ctx, struct sw_watch_config *c, struct sw_str what, bool tag,
	bool on, bool strict, struct sw_error *err)
{
	struct sw_rule_choice *p = sw_array_push(ctx->arena, c->choices, c->n_choices, sizeof(*p));

	if (!p)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	c->choices = p;
	p[c->n_choices++] = (struct sw_rule_choice){what, tag, on, strict};
	return 0;
}

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
				rc = choice(ctx, c, rule, false, on, false, err);
			if (rc == 0 && tag.n)
				rc = choice(ctx, c, tag, true, on, false, err);
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
				const char *text = sw_falco_expand(ctx->arena, sw_value_str(m->v));
				one = (struct sw_append_field){
					sw_value_str(m->k), sw_str_from(text), false};
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
	bool output, tags, fields;
	double ms;
	int rc = sw_falco_bool(f, "json_output", false, &c->json, err);

	rc = rc ? rc : sw_falco_bool(f, "json_include_output_property", true, &output, err);
	rc = rc ? rc : sw_falco_bool(f, "json_include_tags_property", true, &tags, err);
	rc = rc ? rc : sw_falco_bool(f, "json_include_output_fields_property", true, &fields, err);
	rc = rc ? rc : sw_falco_bool(f, "json_include_message_property", false, &s->message, err);
	rc = rc ? rc : sw_falco_bool(f, "time_format_iso_8601", false, &s->iso_time, err);
	rc = rc ? rc : sw_falco_str(f, "rule_matching", "first", &matching, err);
	rc = rc ? rc : sw_falco_str(f, "priority", "debug", &priority, err);
	rc = rc ? rc : sw_falco_num(f, "output_timeout", 2000, &ms, err);
	if (rc)
		return rc;
	*s = (struct sw_alert_style){.iso_time = s->iso_time,
		.message = s->message,
		.no_output = !output,
		.no_tags = !tags,
		.no_fields = !fields};
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

static int falco_rest(struct sw_cmd_ctx *ctx, const struct sw_falco *f, struct sw_watch_config *c,
	struct sw_error *err)
{
	const char *kind, *host;
	bool web, prom;
	double port;
	int rc = sw_falco_str(f, "engine.kind", "", &kind, err);

	rc = rc ? rc : sw_falco_bool(f, "watch_config_files", false, &c->follow_rules, err);

	if (rc == 0 && strcmp(kind, "replay") == 0) {
		rc = sw_falco_str(f, "engine.replay.capture_file", NULL, &c->replay, err);
		if (rc == 0 && (!c->replay || !*c->replay))
			rc = sw_error_set(err, SW_EUSAGE,
				"engine.kind is 'replay' but no engine.replay.capture_file "
				"specified.");
	}
	rc = rc ? rc : sw_falco_bool(f, "webserver.enabled", false, &web, err);
	rc = rc ? rc : sw_falco_bool(f, "webserver.prometheus_metrics_enabled", false, &prom, err);
	rc = rc ? rc : sw_falco_str(f, "webserver.listen_address", "0.0.0.0", &host, err);
	rc = rc ? rc
		: sw_falco_str(f, "webserver.k8s_healthz_endpoint", "/healthz", &c->health, err);
	rc = rc ? rc : sw_falco_num(f, "webserver.listen_port", 8765, &port, err);
	if (rc == 0 && web && (port < 0 || port > 65535))
		rc = sw_error_set(err, SW_EUSAGE, "webserver.listen_port: no port");
	if (rc == 0 && web)
		c->metrics = sw_arena_printf(
			ctx->arena, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, (unsigned)port)
				     .p;
	return rc;
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
	static const char prefix[] = "static_fields.";
	struct sw_value map = sw_falco_get(f, "static_fields");
	struct sw_static_field *all = NULL;
	uint32_t n = 0;
	struct sw_map m;

	sw_map_init(&m, ctx->arena);
	if (sw_is(map, SW_OBJECT))
		sw_object_foreach (x, map)
			sw_map_add(&m, x->k, x->v);
	for (uint32_t i = 0; i < f->n_sets; i++)
		if (sw_str_starts(f->sets[i].key, SW_STR("static_fields.")))
			sw_map_add(&m, sw_string(sw_str_sub(f->sets[i].key, sizeof(prefix) - 1, f->sets[i].key.n)),
				f->sets[i].value);
	map = sw_map_object(&m);
	if (!sw_is(map, SW_OBJECT))
		return 0;
	sw_object_foreach (x, map) {
		sw_autobuf text = {0};
		sw_buf_init(&text, 65536);
		if (sw_is(x->v, SW_STRING))
			sw_buf_addstr(&text, sw_value_str(x->v));
		else
			sw_yaml_write(&text, x->v);
		const char *value = sw_falco_expand(ctx->arena, sw_str_trim(sw_buf_str(&text)));
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

/* plugins: [{name: container, init_config: {engines: {docker: {enabled: true, sockets: [PATH]}}}}] */
static int falco_engines(struct sw_cmd_ctx *ctx, const struct sw_falco *f, struct sw_watch_config *c,
	struct sw_error *err)
{
	static const struct {
		const char *name, *kind;
	} engines[] = {{"docker", "docker:"}, {"podman", "podman:"}, {"cri", "cri:"}, {"containerd", "containerd:"}};
	struct sw_value list = sw_falco_list(f, "plugins");
	int rc = 0;

	if (!sw_is(list, SW_ARRAY))
		return 0;
	sw_array_foreach (v, list) {
		struct sw_value all = sw_value_path(*v, "init_config", "engines", NULL);
		if (!sw_str_is(sw_value_getstr(*v, "name"), "container") || !sw_is(all, SW_OBJECT))
			continue;
		for (size_t i = 0; i < SW_ARRAY_LEN(engines); i++) {
			struct sw_value e = sw_object_gets(all, sw_str_from(engines[i].name)),
					sockets = sw_object_gets(e, SW_STR("sockets"));
			if (!sw_is(e, SW_OBJECT) || sw_is_false(sw_object_gets(e, SW_STR("enabled"))) ||
				!sw_is(sockets, SW_ARRAY))
				continue;
			c->usual_sockets = false;
			sw_array_foreach (s, sockets)
				if (rc == 0 && sw_is(*s, SW_STRING))
					rc = add_socket(ctx, c, engines[i].kind, sw_value_str(*s), err);
		}
	}
	return rc;
}

/* Rule files that are not there are left out, as Falco does. */
static int falco_rules(struct sw_cmd_ctx *ctx, const struct sw_falco *f, struct sw_watch_config *c,
	struct sw_error *err)
{
	struct sw_value list = sw_falco_list(f, "rules_files");

	if (!sw_defined(list))
		list = sw_falco_list(f, "rules_file");
	if (!sw_is(list, SW_ARRAY))
		return 0;
	sw_array_foreach (v, list) {
		const char **p = sw_array_push(ctx->arena, c->rules, c->n_rules, sizeof(*p));
		const char *path =
			sw_is(*v, SW_STRING) ? sw_falco_expand(ctx->arena, sw_value_str(*v)) : NULL;
		if (!p || !path)
			return sw_error_set(err, SW_EUSAGE, "rules_files: not a list of paths");
		c->rules = p;
		if (access(path, F_OK) == 0)
			p[c->n_rules++] = path;
	}
	return 0;
}

static int note_unused(struct sw_cmd_ctx *ctx, const struct sw_falco *f, struct sw_watch_config *c)
{
	static const char *const known[] = {"config_files", "rules_files", "rules_file", "rules",
		"rule_matching", "priority", "json_output", "json_include_output_property",
		"json_include_message_property", "json_include_output_fields_property",
		"json_include_tags_property", "time_format_iso_8601", "append_output",
		"stdout_output", "file_output", "syslog_output", "program_output", "http_output",
		"output_timeout", "engine", "webserver", "syscall_event_drops", "outputs_queue",
		"buffered_outputs", "log_stderr", "log_syslog", "log_level", "libs_logger",
		"watch_config_files", "load_plugins", "plugins", "static_fields", "capture"};

	for (uint32_t i = 0; i < f->n_files; i++) {
		if (!sw_is(f->files[i], SW_OBJECT))
			continue;
		sw_object_foreach (m, f->files[i]) {
			bool is = false;
			for (size_t k = 0; k < SW_ARRAY_LEN(known); k++)
				is |= sw_str_is(sw_value_str(m->k), known[k]);
			struct sw_str *p =
				is ? NULL
				   : sw_array_push(ctx->arena, c->unused, c->n_unused, sizeof(*p));
			if (!p)
				continue;
			c->unused = p;
			p[c->n_unused++] = sw_value_str(m->k);
		}
	}
	return 0;
}

static int from_falco(struct sw_cmd_ctx *ctx, struct sw_watch_config *c, struct sw_error *err)
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
	rc = rc ? rc : falco_rest(ctx, &f, c, err);
	rc = rc ? rc : falco_engines(ctx, &f, c, err);
	rc = rc ? rc : falco_static(ctx, &f, err);
	rc = rc ? rc : falco_capture(&f, c, err);
	return rc ? rc : note_unused(ctx, &f, c);
}

/* ---- options ---- */

static bool given(const struct sw_opts *o, const char *name)
{
	return sw_opts_get(o, name)->origin != SW_FROM_DEFAULT;
}

static void option_style(const struct sw_opts *o, struct sw_watch_config *c)
{
	struct sw_alert_style *s = &c->engine.style;

	if (given(o, "output")) {
		const char *form = sw_opts_str(o, "output");
		c->json = strcmp(form, "json") == 0;
		c->incidents_json = strcmp(form, "incidents-json") == 0;
		c->incidents = c->incidents_json || strcmp(form, "incidents") == 0;
		if (!c->json && !c->incidents && strcmp(form, "text") != 0)
			c->report = form;
	}
	if (sw_opts_str(o, "report"))
		c->report = sw_opts_str(o, "report");
	/* There the container is told beside the message. */
	if (c->report || c->incidents)
		c->engine.suggested = false;
	c->fold = sw_opts_bool(o, "fold");
	c->quiet_ns = (uint64_t)sw_opts_int(o, "quiet-after");
	if (given(o, "rule-matching"))
		c->engine.all = strcmp(sw_opts_str(o, "rule-matching"), "all") == 0;
	if (given(o, "priority"))
		sw_priority_from(sw_str_from(sw_opts_str(o, "priority")), &c->engine.least);
	s->iso_time |= sw_opts_bool(o, "iso-time");
	s->no_output |= sw_opts_bool(o, "no-output-property");
	s->no_tags |= sw_opts_bool(o, "no-tags-property");
	s->no_fields |= sw_opts_bool(o, "no-fields-property");
	s->message |= sw_opts_bool(o, "message-property");
	c->engine.suggested &= !sw_opts_bool(o, "no-suggested");
	c->to_stdout &= !sw_opts_bool(o, "no-stdout");
}

static int option_choices(struct sw_cmd_ctx *ctx, struct sw_watch_config *c, struct sw_error *err)
{
	static const struct {
		const char *option;
		bool tag, on;
	} rows[] = {{"tag", true, true}, {"disable-tag", true, false}, {"disable", false, false}};
	int rc = 0;

	if (sw_opts_get(&ctx->opts, "tag")->n)
		rc = choice(ctx, c, SW_STR("*"), false, false, false, err);
	for (size_t i = 0; i < SW_ARRAY_LEN(rows); i++) {
		const struct sw_optval *v = sw_opts_get(&ctx->opts, rows[i].option);
		for (uint32_t k = 0; rc == 0 && k < v->n; k++)
			rc = choice(
				ctx, c, sw_str_from(v->v[k]), rows[i].tag, rows[i].on, true, err);
	}
	return rc;
}

static void option_str(const struct sw_opts *o, const char *name, const char **to)
{
	const char *v = sw_opts_str(o, name);

	if (v)
		*to = v;
}

static int from_options(struct sw_cmd_ctx *ctx, struct sw_watch_config *c, struct sw_error *err)
{
	const struct sw_opts *o = &ctx->opts;
	const struct sw_optval *rules = sw_opts_get(o, "rules"),
			       *headers = sw_opts_get(o, "http-header");

	if (rules->n) {
		c->rules = rules->v;
		c->n_rules = rules->n;
	}
	option_style(o, c);
	option_str(o, "replay", &c->replay);
	option_str(o, "to-file", &c->file);
	option_str(o, "to-syslog", &c->syslog);
	option_str(o, "to-program", &c->program);
	option_str(o, "to-http", &c->http);
	option_str(o, "http-ca", &c->post.ca_file);
	option_str(o, "http-cert", &c->post.client_cert);
	option_str(o, "http-key", &c->post.client_key);
	option_str(o, "metrics", &c->metrics);
	c->file_bytes = (uint64_t)sw_opts_int(o, "file-size");
	c->file_keep = (uint32_t)sw_opts_int(o, "file-keep");
	c->program_keep |= sw_opts_bool(o, "program-keep");
	const char **h = sw_arena_new_array(ctx->arena, headers->n + 1, const char *);
	for (uint32_t i = 0; h && i < headers->n; i++)
		if ((h[i] = sw_falco_expand(ctx->arena, sw_str_from(headers->v[i]))) != NULL)
			c->post.n_headers = i + 1;
	c->post.headers = h;
	const struct sw_optval *sockets = sw_opts_get(o, "container-socket");
	if (sockets->n) {
		c->usual_sockets = false;
		c->n_sockets = sockets->n;
		c->sockets = sockets->v;
		if (sockets->n == 1 && strcmp(sockets->v[0], "none") == 0)
			c->n_sockets = 0;
	}
	c->follow_rules |= sw_opts_bool(o, "follow-rules");
	c->post.url = c->http;
	c->post.json = c->json;
	return option_choices(ctx, c, err);
}

int sw_watch_config(struct sw_cmd_ctx *ctx, struct sw_watch_config *ret, struct sw_error *err)
{
	struct sw_watch_config c = {
		.engine = {.suggested = true, .least = SW_PRIO_DEBUG},
		.to_stdout = true,
		.usual_sockets = true};
	int rc = from_falco(ctx, &c, err);

	rc = rc ? rc : from_options(ctx, &c, err);
	if (rc == 0)
		*ret = c;
	return rc;
}

/* '*' stands for anything; the rest for itself. */
static bool like(struct sw_str pattern, struct sw_str s)
{
	size_t p = 0, i = 0, star = SW_NPOS, back = 0;

	while (i < s.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			back = i;
		} else if (p < pattern.n && pattern.p[p] == s.p[i]) {
			p++;
			i++;
		} else if (star != SW_NPOS) {
			p = star + 1;
			i = ++back;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

int sw_watch_choose(const struct sw_watch_config *c, struct sw_ruleset *rs, struct sw_error *err)
{
	for (uint32_t i = 0; i < c->n_choices; i++) {
		const struct sw_rule_choice *x = &c->choices[i];
		uint32_t n = x->tag ? sw_ruleset_enable(rs, x->what, true, x->on) : 0;
		for (uint32_t k = 0; !x->tag && k < sw_ruleset_n(rs); k++) {
			struct sw_str name = sw_ruleset_rule(rs, k)->name;
			if (like(x->what, name))
				n += sw_ruleset_enable(rs, name, false, x->on);
		}
		if (n == 0 && x->strict)
			return sw_error_set(err, SW_EUSAGE,
				x->tag ? "no rule has the tag \"%.*s\""
				       : "there is no rule \"%.*s\"",
				SW_STR_ARG(x->what));
	}
	return 0;
}
