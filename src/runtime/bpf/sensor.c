/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/bpf/sensor.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "runtime/ask/ask.h"
#include "runtime/bpf/convert.h"
#include "runtime/bpf/iter.h"
#include "runtime/bpf/lib.h"
#include "runtime/state/container.h"
#include "runtime/state/live.h"
#include "runtime/state/path.h"

extern const unsigned char sw_sensor_object[];
extern const size_t sw_sensor_object_n;

enum { RING = SW_REC_RING, BUSY = 1u << 31, DISCARD = 1 << 30, DROPS = SW_REC_NR + SW_REC_KINDS };
enum { AHEAD = -10 }; /* nice */
/* How often losses are looked for, and how soon after one scan the next may follow. */
enum { CHECK_RECORDS = 1024, CHECK_IDLE_MS = 64 };
#define SCAN_PAUSE_NS 1000000000ull
#define CLOCK_STEP_NS 200000000ll

struct sensor {
	struct sw_stream base;
	struct sw_sensor_options o;
	struct sw_bpf_lib lib;
	struct bpf_object *obj;
	struct sw_iter *iter; /* NULL: /proc is read instead */
	struct bpf_link *links[8];
	size_t n_links;
	/* The ring: positions written by us and by the kernel, and its data twice in a row. */
	_Atomic unsigned long *consumer;
	const _Atomic unsigned long *producer;
	const char *data;
	size_t page;
	unsigned long at;
	bool pending;		       /* the record at `at` is still in use */
	const _Atomic uint64_t *drops; /* by call, then by kind */
	uint64_t seen_drops[DROPS];
	/* A scan is due when the ring is read up to here: what was before it, is older than the
	 * scan. */
	bool scan_due;
	unsigned long scan_at;
	uint64_t last_scan, last_good, blind_from;
	struct sw_state *state;
	struct sw_arena arena;
	struct sw_raw raw;
	struct sw_sysev sysev;
	struct sw_rec_room room;
	int16_t call_of[SW_REC_NR];
	struct sw_codeset codes, failed, absent;
	bool have_codes, have_failed, scanned;
	struct sw_rec_config config;
	int64_t boot_offset;
	struct sw_sensor_stats stats;
};

static int map_ring(struct sensor *s, int fd, struct sw_error *err)
{
	void *c = mmap(NULL, s->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	void *p = mmap(NULL, s->page + 2 * (size_t)RING, PROT_READ, MAP_SHARED, fd, (off_t)s->page);

	if (c == MAP_FAILED || p == MAP_FAILED)
		return sw_error_errno(err, SW_EIO, errno, "cannot map the ring of the sensor");
	s->consumer = c;
	s->producer = p;
	s->data = (const char *)p + s->page;
	return 0;
}

static int map_drops(struct sensor *s, struct sw_error *err)
{
	size_t n = (DROPS * sizeof(uint64_t) + s->page - 1) / s->page * s->page;
	void *p = mmap(NULL, n, PROT_READ, MAP_SHARED, s->lib.map_fd(s->obj, "drops"), 0);

	if (p == MAP_FAILED)
		return sw_error_errno(err, SW_EIO, errno, "cannot map the counters of the sensor");
	s->drops = p;
	return 0;
}

static int fill_deny(struct sensor *s, struct sw_error *err)
{
	int fd = s->lib.map_fd(s->obj, "deny");
	uint32_t one = 1;

	for (size_t i = 0; i < s->o.n_deny; i++) {
		char key[SW_REC_DENY] = {0};
		if (s->o.deny[i].n >= sizeof(key))
			return sw_error_set(err, SW_EINVALID,
				"a denied path has more than %d bytes", SW_REC_DENY - 1);
		memcpy(key, s->o.deny[i].p, s->o.deny[i].n);
		if (s->lib.update(fd, key, &one, 0) != 0)
			return sw_error_errno(err, SW_EIO, errno, "cannot set the denied paths");
	}
	return 0;
}

static int load_programs(struct sensor *s, struct sw_error *err)
{
	uint32_t zero = 0;
	s->config = (struct sw_rec_config){.self = (unsigned)getpid(),
		.enforce = s->o.enforce,
		.deny_n = (unsigned)s->o.n_deny};

	int rc = sw_bpf_load(&s->lib, sw_sensor_object, sw_sensor_object_n, &s->obj, err);
	if (rc)
		return rc;
	if (s->lib.update(s->lib.map_fd(s->obj, "config"), &zero, &s->config, 0) != 0)
		return sw_error_errno(err, SW_EIO, errno, "cannot configure the sensor");
	rc = fill_deny(s, err);
	if (rc == 0)
		rc = map_ring(s, s->lib.map_fd(s->obj, "ring"), err);
	return rc ? rc : map_drops(s, err);
}

/* Only what the rules and the tables need is looked at in the kernel. */
static int choose_calls(struct sensor *s, struct sw_error *err)
{
	int fd = s->lib.map_fd(s->obj, "want");
	int16_t before[SW_REC_NR];

	memcpy(before, s->call_of, sizeof(before));
	for (size_t i = 0; i < SW_REC_NR; i++)
		s->call_of[i] = -1;
	for (size_t i = 0; i < sw_calls_n; i++) {
		const struct sw_call *c = &sw_calls[i];
		uint32_t nr = c->nr;
		if (s->have_codes && !c->state && !sw_codeset_has(&s->codes, c->code))
			continue;
		struct sw_rec_want w = c->want;
		/* A failed call changes nothing: only a rule may want it. */
		if ((s->have_codes && !sw_codeset_has(&s->codes, c->code)) ||
			(s->have_failed && !sw_codeset_has(&s->failed, c->code))) {
			if (w.failed == 2)
				continue;
			w.failed = 0;
		}
		w.found = s->have_failed && !sw_codeset_has(&s->absent, c->code);
		if (!s->have_codes || sw_codeset_has(&s->codes, c->code))
			w.dups = 0;
		s->call_of[nr] = (int16_t)i;
		if (s->lib.update(fd, &nr, &w, 0) != 0)
			return sw_error_errno(
				err, SW_EIO, errno, "cannot choose the calls of the sensor");
	}
	for (uint32_t nr = 0; s->scanned && nr < SW_REC_NR; nr++)
		if (before[nr] >= 0 && s->call_of[nr] < 0)
			s->lib.update(fd, &nr, &(struct sw_rec_want){0}, 0);
	return 0;
}

static int attach(struct sensor *s, struct sw_error *err)
{
	for (struct bpf_program *p = NULL; (p = s->lib.next_program(s->obj, p));) {
		struct bpf_link *l = s->lib.attach(p);
		if (!l)
			return sw_error_errno(err, SW_EUNSUPPORTED, errno,
				"this kernel does not attach the sensor");
		if (s->n_links < SW_ARRAY_LEN(s->links))
			s->links[s->n_links++] = l;
	}
	return 0;
}

static uint64_t now_ns(clockid_t id)
{
	return (uint64_t)sw_clock_ns(id);
}

static int64_t wall_offset(void)
{
	return (int64_t)(now_ns(CLOCK_REALTIME) - now_ns(CLOCK_BOOTTIME));
}

static void scan(struct sensor *s)
{
	if (!s->iter || sw_iter_scan(s->iter, s->state, (uint64_t)s->boot_offset) != 0)
		sw_live_scan(s->state);
	s->last_scan = now_ns(CLOCK_BOOTTIME);
	s->scan_due = false;
	s->stats.scans++;
}

static int start(struct sensor *s, struct sw_error *err)
{
	s->boot_offset = wall_offset();
	/* Whoever starts a thousand processes must not thereby have the sensor wait for its turn.
	 */
	errno = 0;
	if (getpriority(PRIO_PROCESS, 0) == 0 && errno == 0)
		setpriority(PRIO_PROCESS, 0, AHEAD);
	int rc = choose_calls(s, err);
	if (rc == 0)
		rc = attach(s, err);
	if (rc)
		return rc;
	/* Events wait in the ring while the tables are filled, so nothing falls between. */
	sw_live_prepare(s->state);
	scan(s);
	s->last_good = now_ns(CLOCK_REALTIME);
	s->scanned = true;
	return 0;
}

/* True: the event is in s->raw. */
static bool take_record(struct sensor *s, const struct sw_rec *r, const char *data)
{
	struct sw_raw *e = &s->raw;

	e->ts = r->ts + (uint64_t)s->boot_offset;
	e->tid = r->tid;
	e->cpu = r->cpu;
	e->flags = 0;
	if (r->kind != SW_REC_SYSCALL)
		return sw_rec_event(s->state, r, data, &s->room, e);
	if (r->nr >= SW_REC_NR || s->call_of[r->nr] < 0)
		return false;
	sw_call_event(&sw_calls[s->call_of[r->nr]], r, data, &s->room.values, e);
	return true;
}

static void add_code(struct sensor *s, struct sw_codeset *set, size_t i)
{
	static const uint16_t kinds[SW_REC_KINDS] = {[SW_REC_EXEC] = SW_EV_EXECVE_19_X,
		[SW_REC_FORK] = SW_EV_CLONE_20_X,
		[SW_REC_EXIT] = SW_EV_PROCEXIT_1_E};

	if (i >= SW_REC_NR)
		sw_codeset_add(set, kinds[i - SW_REC_NR]);
	else if (s->call_of[i] >= 0)
		sw_codeset_add(set, sw_calls[s->call_of[i]].code);
}

/* What was lost since the last look: counted, told to the state, and healed when the ring is read
 * this far. */
static void note_drops(struct sensor *s)
{
	struct sw_codeset codes = {0};
	uint64_t lost = 0, now = now_ns(CLOCK_REALTIME);

	for (size_t i = 0; i < DROPS; i++) {
		uint64_t v = atomic_load_explicit(&s->drops[i], memory_order_relaxed);
		if (v == s->seen_drops[i])
			continue;
		lost += v - s->seen_drops[i];
		s->seen_drops[i] = v;
		add_code(s, &codes, i);
	}
	if (lost) {
		s->stats.drops += lost;
		sw_state_drop_codes(s->state, s->last_good, now, lost, &codes);
		s->scan_due = true;
		s->scan_at = atomic_load_explicit(s->producer, memory_order_acquire);
	}
	s->last_good = now;
	if (s->scan_due && s->at >= s->scan_at &&
		now_ns(CLOCK_BOOTTIME) - s->last_scan > SCAN_PAUSE_NS)
		scan(s);
}

/* The wall clock was set: the times in the tables move with it, so that durations stay true. */
static void note_clock(struct sensor *s)
{
	int64_t step = wall_offset() - s->boot_offset;

	if (step < CLOCK_STEP_NS && step > -CLOCK_STEP_NS)
		return;
	s->boot_offset += step;
	s->last_good += (uint64_t)step;
	sw_state_shift_clock(s->state, step);
}

static void house_keeping(struct sensor *s)
{
	note_clock(s);
	note_drops(s);
}

/* The next record in the ring; NULL: nothing there. */
static const struct sw_rec *peek(struct sensor *s, const char **ret_data)
{
	for (;;) {
		unsigned long end = atomic_load_explicit(s->producer, memory_order_acquire);
		if (s->at >= end)
			return NULL;
		const char *p = s->data + (s->at & (RING - 1));
		uint32_t len = atomic_load_explicit(
			(const _Atomic uint32_t *)(const void *)p, memory_order_acquire);
		if (len & BUSY)
			return NULL;
		bool skip = len & DISCARD;
		len &= ~((uint32_t)BUSY | DISCARD);
		if (skip || len < sizeof(struct sw_rec)) {
			s->at += (len + 8 + 7) & ~7ul;
			atomic_store_explicit(s->consumer, s->at, memory_order_release);
			continue;
		}
		const struct sw_rec *r = (const struct sw_rec *)(const void *)(p + 8);
		if (sizeof(*r) + r->len[0] + r->len[1] + r->len[2] + r->len[3] > len) {
			s->at += (len + 8 + 7) & ~7ul;
			continue;
		}
		*ret_data = (const char *)(r + 1);
		return r;
	}
}

static void done(struct sensor *s)
{
	if (!s->pending)
		return;
	uint32_t len;
	memcpy(&len, s->data + (s->at & (RING - 1)), 4);
	s->at += ((len & ~((uint32_t)BUSY | DISCARD)) + 8 + 7) & ~7ul;
	atomic_store_explicit(s->consumer, s->at, memory_order_release);
	s->pending = false;
}

static const struct sw_rec *wait_record(struct sensor *s, const char **ret_data)
{
	const struct timespec ms = {0, 1000000};
	const struct sw_rec *r;
	unsigned idle = 0;

	while (!(r = peek(s, ret_data))) {
		if ((s->o.stop && *s->o.stop) || sw_ask_ready(s->o.ask))
			return NULL;
		nanosleep(&ms, NULL);
		if (++idle % CHECK_IDLE_MS == 0)
			house_keeping(s);
	}
	return r;
}

/* What the event has no parameter for. */
static void exec_numbers(struct sw_thread *t, const struct sw_rec *r, uint64_t offset)
{
	t->vtid = r->vtid;
	t->vpid = r->vpid;
	t->sid = r->exe.sid;
	t->pidns_ts = r->exe.pidns_start + offset;
	t->ctime_since_pidns = t->exe_ctime > t->pidns_ts ? t->exe_ctime - t->pidns_ts : 0;
	if (r->exe.flags & SW_EXE_PIDNS)
		t->flags |= SW_CL_IN_PIDNS;
}

/* ---- files behind links ---- */

void sw_sensor_want_names(struct sw_stream *base, const struct sw_str *names, size_t n)
{
	struct sensor *s = base->priv;
	int fd = s->lib.map_fd(s->obj, "names");
	uint32_t zero = 0, one = 1;

	for (size_t i = 0; i < n; i++) {
		char key[SW_REC_LEAF] = {0};
		memcpy(key, names[i].p, names[i].n < sizeof(key) ? names[i].n : sizeof(key) - 1);
		s->config.names_n += s->lib.update(fd, key, &one, 0) == 0;
	}
	s->lib.update(s->lib.map_fd(s->obj, "config"), &zero, &s->config, 0);
}

/* What was opened has a name that rules look for, and its real path came with it. */
static void real_name(struct sensor *s, const struct sw_rec *r, const char *data)
{
	struct sw_str names = {data + r->len[0] + r->len[1] + r->len[2], r->len[3]},
		      part[SW_REC_LEVELS], one;
	char path[SW_PATH_MAX];
	size_t n = 0, at = 0;

	for (size_t i = 0; i + SW_REC_NAME <= names.n && n < SW_REC_LEVELS; i += SW_REC_NAME) {
		one = sw_raw_cstr(sw_str_sub(names, i, i + SW_REC_NAME));
		if (one.n >= SW_REC_NAME - 1)
			return;
		if (one.n)
			part[n++] = one;
	}
	if (!n || n == SW_REC_LEVELS || !s->sysev.fd)
		return;
	while (n-- > 0) {
		if (at + part[n].n + 1 > sizeof(path))
			return;
		path[at++] = '/';
		memcpy(path + at, part[n].p, part[n].n);
		at += part[n].n;
	}
	sw_rstr_set(&s->sysev.fd->name, sw_str_make(path, at));
}

static void denied(struct sensor *s, const struct sw_rec *r, const char *data)
{
	s->stats.denied++;
	s->stats.killed += r->denied == 2;
	if (s->o.denied)
		s->o.denied(s->o.arg, &s->sysev, sw_raw_cstr(sw_str_make(data, r->len[0])),
			r->denied == 2);
}

/* What a runtime answered, or has on disk, as the event that Falco's container plugin has for it. */
static bool take_container(struct sensor *s, const struct sw_rec *before)
{
	sw_autofree char *json = sw_ask_ready(s->o.ask) ? sw_ask_take(s->o.ask) : NULL;
	const struct sw_container *known = json || !s->state->untold ? NULL : sw_containers_untold(s->state);
	struct sw_str text = {NULL, 0};

	if (json)
		text = sw_arena_str(&s->arena, sw_str_make(json, strlen(json) + 1));
	else if (known)
		text = sw_container_tell(&s->arena, known);
	if (!text.p)
		return false;
	s->raw = (struct sw_raw){.ts = (before ? before->ts : now_ns(CLOCK_BOOTTIME)) + (uint64_t)s->boot_offset,
		.tid = -1,
		.code = SW_EV_CONTAINER_JSON_2_E,
		.n = 1};
	s->raw.p[0] = text;
	if (json)
		sw_state_event(s->state, &s->raw, &s->sysev);
	else
		s->sysev = (struct sw_sysev){.raw = &s->raw, .state = s->state, .fd_num = -1};
	return true;
}

static int give(struct sensor *s, struct sw_event *ret)
{
	*ret = (struct sw_event){.source = SW_SOURCE_SYSCALL,
		.code = s->raw.code,
		.ts = s->raw.ts,
		.arena = &s->arena,
		.data = &s->sysev,
		.from = ret->from};
	return 1;
}

static int next(struct sw_stream *base, struct sw_event *ret, struct sw_error *err)
{
	struct sensor *s = base->priv;
	const char *data = NULL;

	if (!s->scanned) {
		int rc = start(s, err);
		if (rc)
			return rc;
	}
	sw_arena_reset(&s->arena);
	for (;;) {
		done(s);
		const struct sw_rec *r = wait_record(s, &data);
		if (take_container(s, r))
			return give(s, ret);
		if (!r && (!s->o.stop || !*s->o.stop))
			continue;
		if (!r)
			return 0;
		s->pending = true;
		if (++s->stats.records % CHECK_RECORDS == 0)
			house_keeping(s);
		if (!take_record(s, r, data))
			continue;
		sw_state_event(s->state, &s->raw, &s->sysev);
		if ((r->kind == SW_REC_EXEC || r->kind == SW_REC_FORK) && s->sysev.thread &&
			r->tid == r->pid)
			sw_state_reparent(s->state, s->sysev.thread, r->ppid);
		if (r->kind == SW_REC_EXEC && s->sysev.thread)
			exec_numbers(s->sysev.thread, r, (uint64_t)s->boot_offset);
		if (r->kind == SW_REC_SYSCALL && r->len[3])
			real_name(s, r, data);
		if (r->denied)
			denied(s, r, data);
		return give(s, ret);
	}
}

static void want(struct sw_stream *base, const struct sw_codeset *codes)
{
	struct sensor *s = base->priv;

	s->codes = *codes;
	s->have_codes = true;
	/* The map is there and has room: it cannot fail. */
	if (s->scanned)
		choose_calls(s, NULL);
}

static void sensor_close(struct sw_stream *base)
{
	struct sensor *s = base->priv;

	for (size_t i = 0; i < s->n_links; i++)
		s->lib.link_destroy(s->links[i]);
	if (s->consumer)
		munmap((void *)s->consumer, s->page);
	if (s->producer)
		munmap((void *)(uintptr_t)s->producer, s->page + 2 * (size_t)RING);
	if (s->drops)
		munmap((void *)(uintptr_t)s->drops,
			(DROPS * sizeof(uint64_t) + s->page - 1) / s->page * s->page);
	sw_iter_free(s->iter);
	if (s->obj)
		s->lib.close(s->obj);
	sw_bpf_lib_close(&s->lib);
	sw_state_free(s->state);
	sw_arena_release(&s->arena);
	free(s);
}

static const struct sw_stream_ops ops = {
	.name = "syscall",
	.next = next,
	.close = sensor_close,
	.want = want,
};

int sw_sensor_open(const struct sw_sensor_options *o, struct sw_stream **ret, struct sw_error *err)
{
	struct sensor *s = calloc(1, sizeof(*s));

	if (!s)
		return sw_error_set(err, SW_ELIMIT, "no memory");
	s->base = (struct sw_stream){.ops = &ops, .priv = s};
	s->o = *o;
	s->page = (size_t)sysconf(_SC_PAGESIZE);
	sw_arena_init(&s->arena, SW_SYSCALL_ARENA);
	s->state = sw_state_new(0);
	int rc = sw_bpf_lib_open(sw_sensor_object_n, &s->lib, err);
	if (rc == 0 && !s->state)
		rc = sw_error_set(err, SW_ELIMIT, "no memory");
	if (rc == 0)
		rc = load_programs(s, err);
	if (rc) {
		sensor_close(&s->base);
		return rc;
	}
	s->state->host_root = o->host_root;
	s->state->ask = o->ask;
	s->iter = sw_iter_new(&s->lib);
	*ret = &s->base;
	return 0;
}

void sw_sensor_want_failed(
	struct sw_stream *base, const struct sw_codeset *codes, const struct sw_codeset *absent)
{
	struct sensor *s = base->priv;

	s->failed = *codes;
	s->absent = *absent;
	s->have_failed = true;
}

struct sw_sensor_stats sw_sensor_stats(struct sw_stream *s)
{
	return ((struct sensor *)s->priv)->stats;
}

struct sw_state *sw_sensor_state(struct sw_stream *s)
{
	return ((struct sensor *)s->priv)->state;
}
