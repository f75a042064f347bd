/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/falco_keys.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "runtime/rules/load_int.h"

enum { PATH_ROOM = 256, DEPTH = 8 };

enum type { TEXT, YES_NO, NUMBER, TEXTS, LIST, MAPPING, ANY };

/* "[]" stands for the elements of a list. `why`: it means nothing here; NULL: it is taken. */
struct key {
	const char *path;
	enum type type;
	const char *why;
};

static const char at_once[] = "alerts are written at once, and each output has a queue of its own";
static const char own_sensor[] = "the sensor is seawall's own: its ring has 8 MiB, and only the calls that rules need are looked at";
static const char own_log[] = "messages go to standard error; -v and -q say how many";
static const char own_counters[] = "what the kernel's programs count is in seawall's own metrics (--metrics)";
static const char old_engine[] = "an engine of an older Falco; the sensor is seawall's own";
static const char no_grpc[] = "there is no gRPC output, as in Falco since 0.44: use http_output or program_output";
static const char no_client[] = "metadata comes from the runtimes' sockets";

static const struct key keys[] = {
	{"append_output", LIST, NULL},
	{"append_output[]", MAPPING, NULL},
	{"append_output[].match", MAPPING, NULL},
	{"append_output[].match.source", TEXT, NULL},
	{"append_output[].match.tags", TEXTS, NULL},
	{"append_output[].match.rule", TEXT, NULL},
	{"append_output[].extra_output", TEXT, NULL},
	{"append_output[].extra_fields", LIST, NULL},
	{"append_output[].extra_fields[]", ANY, NULL},
	{"append_output[].suggested_output", YES_NO, NULL},
	{"base_syscalls", MAPPING, NULL},
	{"base_syscalls.all", YES_NO, "every call that a rule asks for is looked at, the frequent ones too"},
	{"base_syscalls.custom_set", TEXTS, NULL},
	{"base_syscalls.repair", YES_NO, "the calls that the tables need are always looked at"},
	{"buffer_format_base64", YES_NO, NULL},
	{"buffered_outputs", YES_NO, at_once},
	{"capture", MAPPING, NULL},
	{"capture.enabled", YES_NO, NULL},
	{"capture.path_prefix", TEXT, NULL},
	{"capture.mode", TEXT, NULL},
	{"capture.default_duration", NUMBER, NULL},
	{"capture.max_file_size_mb", NUMBER, NULL},
	{"config_files", LIST, NULL},
	{"config_files[]", ANY, NULL},
	{"config_files[].path", TEXT, NULL},
	{"config_files[].strategy", TEXT, NULL},
	{"container_engines", MAPPING, NULL},
	{"container_engines.docker", ANY, NULL},
	{"container_engines.cri", ANY, NULL},
	{"container_engines.podman", ANY, NULL},
	{"container_engines.containerd", ANY, NULL},
	{"container_engines.lxc", ANY, NULL},
	{"container_engines.libvirt_lxc", ANY, NULL},
	{"container_engines.bpm", ANY, NULL},
	{"engine", MAPPING, NULL},
	{"engine.kind", TEXT, NULL},
	{"engine.kmod", MAPPING, NULL},
	{"engine.kmod.buf_size_preset", NUMBER, own_sensor},
	{"engine.kmod.drop_failed_exit", YES_NO, own_sensor},
	{"engine.ebpf", ANY, old_engine},
	{"engine.gvisor", ANY, old_engine},
	{"engine.modern_ebpf", MAPPING, NULL},
	{"engine.modern_ebpf.cpus_for_each_buffer", NUMBER, own_sensor},
	{"engine.modern_ebpf.buf_size_preset", NUMBER, own_sensor},
	{"engine.modern_ebpf.drop_failed_exit", YES_NO, own_sensor},
	{"engine.modern_ebpf.disable_iterators", YES_NO, own_sensor},
	{"engine.replay", MAPPING, NULL},
	{"engine.replay.capture_file", TEXT, NULL},
	{"falco_libs", MAPPING, NULL},
	{"falco_libs.thread_table_size", NUMBER, "the table holds 262,144 threads"},
	{"falco_libs.thread_table_auto_purging_interval_s", NUMBER, "threads leave the table when they end"},
	{"falco_libs.thread_table_auto_purging_thread_timeout_s", NUMBER, "threads leave the table when they end"},
	{"falco_libs.snaplen", NUMBER, "80 bytes of what is read or written are kept"},
	{"file_output", MAPPING, NULL},
	{"file_output.enabled", YES_NO, NULL},
	{"file_output.keep_alive", YES_NO, "the file stays open, and is opened anew when logrotate moved it"},
	{"file_output.filename", TEXT, NULL},
	{"grpc", ANY, no_grpc},
	{"grpc_output", ANY, no_grpc},
	{"http_output", MAPPING, NULL},
	{"http_output.enabled", YES_NO, NULL},
	{"http_output.url", TEXT, NULL},
	{"http_output.user_agent", TEXT, NULL},
	{"http_output.insecure", YES_NO, NULL},
	{"http_output.ca_cert", TEXT, NULL},
	{"http_output.ca_bundle", TEXT, NULL},
	{"http_output.ca_path", TEXT, NULL},
	{"http_output.mtls", YES_NO, NULL},
	{"http_output.client_cert", TEXT, NULL},
	{"http_output.client_key", TEXT, NULL},
	{"http_output.echo", YES_NO, "what the server answers is not printed"},
	{"http_output.compress_uploads", YES_NO, "alerts are sent as they are"},
	{"http_output.keep_alive", YES_NO, "connections are kept where the server keeps them"},
	{"http_output.max_consecutive_timeouts", NUMBER, "an alert is tried three times and then counted as lost"},
	{"json_include_message_property", YES_NO, NULL},
	{"json_include_output_fields_property", YES_NO, NULL},
	{"json_include_output_property", YES_NO, NULL},
	{"json_include_tags_property", YES_NO, NULL},
	{"json_output", YES_NO, NULL},
	{"libs_logger", MAPPING, NULL},
	{"libs_logger.enabled", YES_NO, own_log},
	{"libs_logger.severity", TEXT, own_log},
	{"load_plugins", TEXTS, NULL},
	{"log_level", TEXT, own_log},
	{"log_stderr", YES_NO, own_log},
	{"log_syslog", YES_NO, own_log},
	{"metadata_download", ANY, no_client},
	{"metrics", MAPPING, NULL},
	{"metrics.enabled", YES_NO, NULL},
	{"metrics.interval", TEXT, NULL},
	{"metrics.output_rule", YES_NO, NULL},
	{"metrics.output_file", TEXT, NULL},
	{"metrics.rules_counters_enabled", YES_NO, NULL},
	{"metrics.resource_utilization_enabled", YES_NO, NULL},
	{"metrics.state_counters_enabled", YES_NO, NULL},
	{"metrics.kernel_event_counters_enabled", YES_NO, NULL},
	{"metrics.kernel_event_counters_per_cpu_enabled", YES_NO, own_counters},
	{"metrics.libbpf_stats_enabled", YES_NO, own_counters},
	{"metrics.plugins_metrics_enabled", YES_NO, "there are no plugins"},
	{"metrics.kernel_iter_event_counters_enabled", YES_NO, own_counters},
	{"metrics.jemalloc_stats_enabled", YES_NO, "memory is the C library's"},
	{"metrics.convert_memory_to_mb", YES_NO, NULL},
	{"metrics.include_empty_values", YES_NO, NULL},
	{"modern_bpf", ANY, old_engine},
	{"output_timeout", NUMBER, NULL},
	{"outputs", ANY, "rates of alerts are not limited, as in Falco since 0.36; --fold tells repeats ever more seldom"},
	{"outputs_queue", MAPPING, NULL},
	{"outputs_queue.capacity", NUMBER, NULL},
	{"outputs_queue.recovery", NUMBER, "what is above the capacity is lost and counted"},
	{"plugins", LIST, NULL},
	{"plugins[]", MAPPING, NULL},
	{"plugins[].name", TEXT, NULL},
	{"plugins[].library_path", TEXT, NULL},
	{"plugins[].init_config", ANY, NULL},
	{"plugins[].open_params", TEXT, NULL},
	{"plugins_hostinfo", YES_NO, "there are no plugins"},
	{"priority", TEXT, NULL},
	{"program_output", MAPPING, NULL},
	{"program_output.enabled", YES_NO, NULL},
	{"program_output.keep_alive", YES_NO, NULL},
	{"program_output.program", TEXT, NULL},
	{"rule_files", TEXTS, "Falco reads rules_files"},
	{"rule_matching", TEXT, NULL},
	{"rules", LIST, NULL},
	{"rules[]", MAPPING, NULL},
	{"rules[].disable", MAPPING, NULL},
	{"rules[].disable.rule", TEXT, NULL},
	{"rules[].disable.tag", TEXT, NULL},
	{"rules[].enable", MAPPING, NULL},
	{"rules[].enable.rule", TEXT, NULL},
	{"rules[].enable.tag", TEXT, NULL},
	{"rules_file", TEXTS, NULL},
	{"rules_files", TEXTS, NULL},
	{"static_fields", ANY, NULL},
	{"stdout_output", MAPPING, NULL},
	{"stdout_output.enabled", YES_NO, NULL},
	{"syscall_buf_size_preset", NUMBER, own_sensor},
	{"syscall_drop_failed_exit", YES_NO, own_sensor},
	{"syscall_event_drops", MAPPING, NULL},
	{"syscall_event_drops.threshold", NUMBER, NULL},
	{"syscall_event_drops.actions", TEXTS, NULL},
	{"syscall_event_drops.rate", NUMBER, NULL},
	{"syscall_event_drops.max_burst", NUMBER, NULL},
	{"syscall_event_drops.simulate_drops", YES_NO, NULL},
	{"syscall_event_timeouts", MAPPING, NULL},
	{"syscall_event_timeouts.max_consecutives", NUMBER, "the sensor waits for events without a limit"},
	{"syslog_output", MAPPING, NULL},
	{"syslog_output.enabled", YES_NO, NULL},
	{"time_format_iso_8601", YES_NO, NULL},
	{"watch_config_files", YES_NO, NULL},
	{"webserver", MAPPING, NULL},
	{"webserver.enabled", YES_NO, NULL},
	{"webserver.threadiness", NUMBER, "one thread answers"},
	{"webserver.listen_port", NUMBER, NULL},
	{"webserver.listen_address", TEXT, NULL},
	{"webserver.k8s_healthz_endpoint", TEXT, NULL},
	{"webserver.prometheus_metrics_enabled", YES_NO, NULL},
	{"webserver.ssl_enabled", YES_NO, NULL},
	{"webserver.ssl_certificate", TEXT, NULL},
};

struct check {
	const struct sw_falco *f;
	const struct sw_falco_file *file;
	struct sw_falco_note *notes;
	uint32_t n;
	bool full;
};

static void note(struct check *c, struct sw_span at, bool warning, const char *path, const char *why)
{
	struct sw_pos pos = sw_source_pos(c->file->src, c->f->arena, at.start);
	struct sw_falco_note *p = c->n < SW_FALCO_NOTES ? sw_array_push(c->f->arena, c->notes, c->n, sizeof(*p)) : NULL;

	c->full |= c->n < SW_FALCO_NOTES && !p;
	if (!p)
		return;
	c->notes = p;
	p[c->n++] = (struct sw_falco_note){
		.text = sw_arena_printf(c->f->arena, "%.*s:%u:%u: %s: %s", SW_STR_ARG(c->file->src->name), pos.line,
			pos.col, path, why),
		.at = at.start,
		.file = (uint32_t)(c->file - c->f->files),
		.warning = warning};
}

static const struct key *find(const char *path)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(keys); i++)
		if (strcmp(keys[i].path, path) == 0)
			return &keys[i];
	return NULL;
}

static void unknown(struct check *c, struct sw_span at, const char *path)
{
	struct sw_nearest near;
	char why[PATH_ROOM + 64];

	sw_nearest_init(&near, sw_str_from(path));
	for (size_t i = 0; i < SW_ARRAY_LEN(keys); i++)
		sw_nearest_try(&near, keys[i].path);
	snprintf(why, sizeof(why), "Falco has no such key%s%s%s", near.best ? "; did you mean " : "",
		near.best ? near.best : "", near.best ? "?" : "");
	note(c, at, true, path, why);
}

/* What the type is not; NULL: it is. A text from the environment may be anything, and a scalar is a list of one. */
static const char *misfit(enum type type, struct sw_value v)
{
	bool scalar = !sw_is(v, SW_OBJECT) && !sw_is(v, SW_ARRAY);
	bool var = sw_is(v, SW_STRING) && sw_str_has(sw_value_str(v), SW_STR("${"));

	if (sw_is(v, SW_NULL) || var)
		return NULL;
	switch (type) {
	case TEXT:
		return scalar ? NULL : "not a text";
	case YES_NO:
		return sw_is(v, SW_BOOL) || sw_is(v, SW_STRING) ? NULL : "not true or false";
	case NUMBER:
		return scalar && !sw_is(v, SW_BOOL) ? NULL : "not a number";
	case TEXTS:
	case LIST:
		return sw_is(v, SW_OBJECT) ? "not a list" : NULL;
	case MAPPING:
		return sw_is(v, SW_OBJECT) ? NULL : "not a mapping";
	default:
		return NULL;
	}
}

/* An output that somebody relies on. */
static bool is_wanted(const struct key *k, struct sw_value v)
{
	return k->why == no_grpc && sw_is(v, SW_OBJECT) && sw_is_true(sw_object_gets(v, SW_STR("enabled")));
}

static void visit(struct check *c, struct sw_value v, const char *path, unsigned depth);

static void visit_one(struct check *c, struct sw_value v, struct sw_span at, const char *path, unsigned depth)
{
	const struct key *k = find(path);
	const char *why = k ? misfit(k->type, v) : NULL;

	if (!k)
		unknown(c, at, path);
	else if (why || k->why)
		note(c, at, why || is_wanted(k, v), path, why ? why : k->why);
	if (k && !why && !k->why && k->type != TEXTS)
		visit(c, v, path, depth + 1);
}

/* A key whose row says nothing of what is in it may hold anything. */
static bool open_below(const char *path)
{
	const struct key *k = find(path);
	size_t n = strlen(path);

	for (size_t i = 0; k && k->type == ANY && i < SW_ARRAY_LEN(keys); i++)
		if (strncmp(keys[i].path, path, n) == 0 && (keys[i].path[n] == '.' || keys[i].path[n] == '['))
			return false;
	return k && k->type == ANY;
}

static void visit(struct check *c, struct sw_value v, const char *path, unsigned depth)
{
	char below[PATH_ROOM];

	if (depth > DEPTH || open_below(path))
		return;
	if (sw_is(v, SW_ARRAY)) {
		snprintf(below, sizeof(below), "%s[]", path);
		for (uint32_t i = 0; i < v.n; i++)
			visit_one(c, v.u.a->v[i], v.u.a->spans ? v.u.a->spans[i] : (struct sw_span){0}, below, depth);
	} else if (sw_is(v, SW_OBJECT)) {
		for (uint32_t i = 0; i < v.n; i++) {
			struct sw_str name = sw_value_str(v.u.o->m[i].k);
			snprintf(below, sizeof(below), "%s%s%.*s", path, *path ? "." : "", (int)(name.n < 100 ? name.n : 100),
				name.p);
			visit_one(c, v.u.o->m[i].v, v.u.o->spans ? v.u.o->spans[2 * i] : (struct sw_span){0}, below, depth);
		}
	}
}

static int by_place(const void *a, const void *b)
{
	const struct sw_falco_note *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

int sw_falco_check(const struct sw_falco *f, struct sw_falco_note **ret, uint32_t *ret_n, struct sw_error *err)
{
	struct check c = {.f = f};

	for (uint32_t i = 0; i < f->n_files; i++) {
		c.file = &f->files[i];
		visit(&c, c.file->root, "", 0);
	}
	if (c.n)
		qsort(c.notes, c.n, sizeof(*c.notes), by_place);
	*ret = c.notes;
	*ret_n = c.n;
	return c.full ? sw_error_set(err, SW_ELIMIT, "out of memory") : 0;
}
