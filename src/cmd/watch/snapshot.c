/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cmd/watch/internal.h"
#include "doc/json.h"
#include "runtime/rules/generic.h"
#include "runtime/state/container.h"

enum { SECOND = 1000000000, MAP_ROOM = 8 << 20 };

int sw_watch_snapshot_open(const struct sw_watch_snapshot_options *o, struct sw_watch_snapshot *ret, struct sw_error *err)
{
	*ret = (struct sw_watch_snapshot){0};
	if (!o->enabled)
		return 0;
	ret->next = 1;
	if (!*o->file)
		return 0;
	ret->file = fopen(o->file, "ae");
	return ret->file ? 0 : sw_error_errno(err, SW_EIO, errno, "metrics.output_file %.200s", o->file);
}

static void put(struct sw_map *m, const char *name, uint64_t n, bool always)
{
	if (n || always)
		sw_map_adds(m, name, sw_int((int64_t)n));
}

/* To one decimal, as Falco. */
static void rate(struct sw_map *m, const char *name, uint64_t n, double seconds)
{
	uint64_t tenths = seconds > 0 ? (uint64_t)((double)n / seconds * 10 + .5) : 0;

	sw_map_adds(m, name, sw_double((double)tenths / 10));
}

static void wrapper(struct sw_watch_snapshot *s, struct sw_map *m, const struct sw_watch_sight *x, uint64_t ts)
{
	struct utsname u;
	uint64_t events = sw_engine_events(x->engine);

	put(m, "evt.time", ts, true);
	sw_map_adds(m, "evt.hostname", sw_string(sw_event_hostname()));
	sw_map_adds(m, "evt.source", SW_VSTR("syscall"));
	sw_map_adds(m, "falco.version", SW_VSTR(SW_VERSION));
	put(m, "falco.start_ts", s->started, true);
	put(m, "falco.duration_sec", (ts - s->started) / SECOND, true);
	if (uname(&u) == 0)
		sw_map_adds(m, "falco.kernel_release", sw_string(sw_arena_str(m->arena, sw_str_from(u.release))));
	put(m, "falco.host_num_cpus", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN), true);
	put(m, "falco.outputs_queue_num_drops", sw_notify_lost(x->notify), true);
	if (s->last)
		rate(m, "falco.evts_rate_sec", events - s->events, (double)(ts - s->last) / SECOND);
	put(m, "falco.num_evts", events, true);
	put(m, "falco.num_evts_prev", s->events, true);
	s->events = events;
}

/* "Read a file (untrusted)" is Read_a_file_untrusted */
static const char *rule_key(struct sw_arena *a, struct sw_str name)
{
	sw_autobuf b = {0};
	bool gap = false;

	sw_buf_init(&b, 4096);
	sw_buf_addz(&b, "falco.rules.");
	size_t start = b.n;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i], lower = (char)(c | 32);
		bool plain = (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') || c == ':';
		if (plain && gap && b.n > start)
			sw_buf_addch(&b, '_');
		if (plain)
			sw_buf_addch(&b, c);
		gap = !plain;
	}
	return sw_arena_cstr(a, sw_buf_str(&b));
}

static void by_rule(struct sw_map *m, const struct sw_watch_sight *x, bool empty)
{
	put(m, "falco.rules.matches_total", sw_engine_alerts(x->engine), true);
	for (uint32_t i = 0; i < sw_ruleset_n(x->rules); i++) {
		const struct sw_runtime_rule *r = sw_ruleset_rule(x->rules, i);
		const char *key = sw_engine_count(x->engine, r) || empty ? rule_key(m->arena, r->name) : NULL;
		if (key)
			put(m, key, sw_engine_count(x->engine, r), empty);
	}
}

static void memory(struct sw_map *m, const char *name, uint64_t pages, bool megabytes)
{
	uint64_t kb = pages * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	const char *key = sw_arena_printf(m->arena, "falco.memory_%s_%s", name, megabytes ? "mb" : "kb").p;

	if (key && megabytes)
		sw_map_adds(m, key, sw_double((double)(kb * 10 / 1024) / 10));
	else if (key)
		put(m, key, kb, true);
}

static void resources(struct sw_map *m, const struct sw_watch_snapshot *s, uint64_t ts, bool megabytes)
{
	struct timespec cpu;
	struct sw_str text;
	unsigned long vsz, rss;
	struct sysinfo info;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0 && ts > s->started)
		rate(m, "falco.cpu_usage_perc", (uint64_t)(cpu.tv_sec * 1000 + cpu.tv_nsec / 1000000),
			(double)(ts - s->started) / SECOND * 10);
	if (sw_io_read(m->arena, "/proc/self/statm", 4096, SW_IO_COPY, &text, NULL) == 0 &&
		sscanf(sw_arena_cstr(m->arena, text), "%lu %lu", &vsz, &rss) == 2) {
		memory(m, "vsz", vsz, megabytes);
		memory(m, "rss", rss, megabytes);
	}
	if (sysinfo(&info) == 0)
		put(m, "falco.host_procs", info.procs, true);
}

static void kernel(struct sw_watch_snapshot *s, struct sw_map *m, struct sw_sensor_stats now, double seconds)
{
	uint64_t records = now.records + now.drops, more = records - s->records, lost = now.drops - s->drops;

	sw_map_adds(m, "scap.engine_name", SW_VSTR("modern_bpf"));
	put(m, "scap.n_evts", records, true);
	put(m, "scap.n_evts_prev", s->records, true);
	put(m, "scap.n_drops", now.drops, true);
	put(m, "scap.n_drops_prev", s->drops, true);
	rate(m, "scap.evts_rate_sec", more, seconds);
	rate(m, "scap.evts_drop_rate_sec", lost, seconds);
	sw_map_adds(m, "scap.n_drops_perc", sw_double(more ? 100.0 * (double)lost / (double)more : 0));
	s->records = records;
	s->drops = now.drops;
}

static void state(struct sw_map *m, const struct sw_state *st, bool empty)
{
	put(m, "falco.n_threads", st->n_threads, true);
	put(m, "falco.n_containers", sw_containers_count(st->containers), true);
	put(m, "falco.n_added_threads", st->stats.threads_added, empty);
	put(m, "falco.n_removed_threads", st->stats.threads_removed, empty);
	put(m, "falco.n_drops_full_threadtable", st->stats.threads_refused, empty);
	put(m, "falco.n_failed_thread_lookups", st->stats.thread_unknown, empty);
}

static bool write_file(const struct sw_watch_snapshot *s, struct sw_arena *a, struct sw_value fields)
{
	sw_autobuf line = {0};
	struct sw_map m;

	sw_map_init(&m, a);
	sw_map_adds(&m, "output_fields", fields);
	sw_map_adds(&m, "sample", sw_int((int64_t)s->samples));
	struct sw_value v = sw_map_object(&m);
	sw_buf_init(&line, MAP_ROOM);
	if (sw_defined(v))
		sw_json_write(&line, v, 0);
	sw_buf_addch(&line, '\n');
	return fwrite(line.p, 1, line.n, s->file) == line.n && fflush(s->file) == 0;
}

static struct sw_value measure(struct sw_watch_snapshot *s, const struct sw_watch_snapshot_options *o,
	const struct sw_watch_sight *x, uint64_t ts, struct sw_arena *a)
{
	double seconds = s->last ? (double)(ts - s->last) / SECOND : 0;
	struct sw_map m;

	sw_map_init(&m, a);
	wrapper(s, &m, x, ts);
	if (o->rules)
		by_rule(&m, x, o->empty);
	if (o->resources)
		resources(&m, s, ts, o->megabytes);
	if (o->kernel && x->live)
		kernel(s, &m, sw_sensor_stats(x->live), seconds);
	if (o->state && x->live)
		state(&m, sw_sensor_state(x->live), o->empty);
	s->last = ts;
	return sw_map_object(&m);
}

static bool tell(struct sw_watch_snapshot *s, const struct sw_watch_config *c, const struct sw_watch_sight *x, uint64_t ts,
	struct sw_buf *out)
{
	sw_autoarena a;

	sw_arena_init(&a, (size_t)MAP_ROOM * 4);
	s->samples++;
	const struct sw_watch_internal i = {.ts = ts,
		.priority = SW_PRIO_INFORMATIONAL,
		.rule = "Falco internal: metrics snapshot",
		.message = SW_STR("Falco metrics snapshot"),
		.fields = measure(s, &c->snapshot, x, ts, &a)};
	if (!sw_defined(i.fields)) /* no memory: this one is left out */
		return true;
	if (c->snapshot.rule)
		sw_watch_internal_print(&i, c->json, out);
	return !s->file || write_file(s, &a, i.fields);
}

bool sw_watch_snapshot_take(struct sw_watch_snapshot *s, const struct sw_watch_config *c,
	const struct sw_watch_sight *x, uint64_t ts, struct sw_buf *out)
{
	s->next = ts + c->snapshot.interval_ns;
	if (s->started)
		return tell(s, c, x, ts, out);
	s->started = ts; /* the first is due when the interval is over */
	return true;
}

void sw_watch_snapshot_close(struct sw_watch_snapshot *s)
{
	if (s->file)
		fclose(s->file);
	s->file = NULL;
}
