/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/bpf/sensor.h"

#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/bpf/calls.h"
#include "runtime/state/live.h"
#include "runtime/state/path.h"

extern const unsigned char sw_sensor_object[];
extern const size_t sw_sensor_object_n;

enum { RING = 8 << 20, BUSY = 1u << 31, DISCARD = 1 << 30, CPUS_MAX = 1024 };

/* libbpf, opened when it is needed. */
struct lib {
	struct bpf_object *(*open_mem)(const void *, size_t, const struct bpf_object_open_opts *);
	int (*load)(struct bpf_object *);
	void (*close)(struct bpf_object *);
	struct bpf_program *(*next_program)(const struct bpf_object *, struct bpf_program *);
	struct bpf_link *(*attach)(const struct bpf_program *);
	int (*link_destroy)(struct bpf_link *);
	int (*map_fd)(const struct bpf_object *, const char *);
	int (*update)(int, const void *, const void *, __u64);
	int (*lookup)(int, const void *, void *);
	libbpf_print_fn_t (*set_print)(libbpf_print_fn_t);
	int (*cpus)(void);
};

struct sensor {
	struct sw_stream base;
	struct sw_sensor_options o;
	struct lib lib;
	void *dl;
	struct bpf_object *obj;
	struct bpf_link *links[8];
	size_t n_links;
	int drops_fd;
	/* The ring: positions written by us and by the kernel, and its data twice in a row. */
	_Atomic unsigned long *consumer;
	const _Atomic unsigned long *producer;
	const char *data;
	size_t page;
	unsigned long at;
	bool pending; /* the record at `at` is still in use */
	struct sw_state *state;
	struct sw_arena arena;
	struct sw_raw raw;
	struct sw_sysev sysev;
	struct sw_call_room room;
	char text[64];
	int16_t call_of[SW_REC_NR];
	struct sw_codeset codes;
	bool have_codes, scanned;
	uint64_t boot_offset, last_drops, last_ts, looked;
	struct sw_sensor_stats stats;
};

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

static int load_lib(struct sensor *s, struct sw_error *err)
{
	struct lib *l = &s->lib;
	const struct {
		const char *name;
		void **slot;
	} need[] = {
		{"bpf_object__open_mem", (void **)&l->open_mem}, {"bpf_object__load", (void **)&l->load},
		{"bpf_object__close", (void **)&l->close}, {"bpf_object__next_program", (void **)&l->next_program},
		{"bpf_program__attach", (void **)&l->attach}, {"bpf_link__destroy", (void **)&l->link_destroy},
		{"bpf_object__find_map_fd_by_name", (void **)&l->map_fd},
		{"bpf_map_update_elem", (void **)&l->update}, {"bpf_map_lookup_elem", (void **)&l->lookup},
		{"libbpf_set_print", (void **)&l->set_print}, {"libbpf_num_possible_cpus", (void **)&l->cpus},
	};

	s->dl = dlopen("libbpf.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!s->dl) {
		sw_error_set(err, SW_EUNSUPPORTED, "the live sensor needs libbpf.so.1, which is not installed");
		return sw_error_hint(err, "apt-get install libbpf1");
	}
	for (size_t i = 0; i < SW_ARRAY_LEN(need); i++) {
		*need[i].slot = dlsym(s->dl, need[i].name);
		if (!*need[i].slot)
			return sw_error_set(err, SW_EUNSUPPORTED, "libbpf has no %s: a version before 1.0?",
				need[i].name);
	}
	l->set_print(quiet);
	return 0;
}

static int check_machine(struct sw_error *err)
{
	if (!sw_sensor_object_n)
		return sw_error_set(err, SW_EUNSUPPORTED, "this build has no live sensor: it was made without clang");
	if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
		return sw_error_set(err, SW_EUNSUPPORTED,
			"the live sensor needs a kernel with BTF (/sys/kernel/btf/vmlinux)");
	if (geteuid() != 0) {
		sw_error_set(err, SW_EUNSUPPORTED, "the live sensor needs root, or CAP_BPF and CAP_PERFMON");
		return sw_error_hint(err, "sudo seawall watch …");
	}
	return 0;
}

static int map_ring(struct sensor *s, int fd, struct sw_error *err)
{
	s->page = (size_t)sysconf(_SC_PAGESIZE);
	void *c = mmap(NULL, s->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	void *p = mmap(NULL, s->page + 2 * (size_t)RING, PROT_READ, MAP_SHARED, fd, (off_t)s->page);

	if (c == MAP_FAILED || p == MAP_FAILED)
		return sw_error_errno(err, SW_EIO, errno, "cannot map the ring of the sensor");
	s->consumer = c;
	s->producer = p;
	s->data = (const char *)p + s->page;
	return 0;
}

static int fill_deny(struct sensor *s, struct sw_error *err)
{
	int fd = s->lib.map_fd(s->obj, "deny");
	uint32_t one = 1;

	for (size_t i = 0; i < s->o.n_deny; i++) {
		char key[SW_REC_DENY] = {0};
		if (s->o.deny[i].n >= sizeof(key))
			return sw_error_set(err, SW_EINVALID, "a denied path has more than %d bytes", SW_REC_DENY - 1);
		memcpy(key, s->o.deny[i].p, s->o.deny[i].n);
		if (s->lib.update(fd, key, &one, 0) != 0)
			return sw_error_errno(err, SW_EIO, errno, "cannot set the denied paths");
	}
	return 0;
}

static int load_programs(struct sensor *s, struct sw_error *err)
{
	uint32_t zero = 0;
	struct sw_rec_config config = {.self = (unsigned)getpid(), .enforce = s->o.enforce,
		.deny_n = (unsigned)s->o.n_deny};

	s->obj = s->lib.open_mem(sw_sensor_object, sw_sensor_object_n, NULL);
	if (!s->obj)
		return sw_error_errno(err, SW_EUNSUPPORTED, errno, "cannot open the programs of the sensor");
	if (s->lib.load(s->obj) != 0)
		return sw_error_errno(err, SW_EUNSUPPORTED, errno, "this kernel refuses the programs of the sensor");
	s->drops_fd = s->lib.map_fd(s->obj, "drops");
	if (s->lib.update(s->lib.map_fd(s->obj, "config"), &zero, &config, 0) != 0)
		return sw_error_errno(err, SW_EIO, errno, "cannot configure the sensor");
	int rc = fill_deny(s, err);
	return rc ? rc : map_ring(s, s->lib.map_fd(s->obj, "ring"), err);
}

/* Only what the rules and the tables need is looked at in the kernel. */
static int choose_calls(struct sensor *s, struct sw_error *err)
{
	int fd = s->lib.map_fd(s->obj, "want");

	for (size_t i = 0; i < SW_REC_NR; i++)
		s->call_of[i] = -1;
	for (size_t i = 0; i < sw_calls_n; i++) {
		const struct sw_call *c = &sw_calls[i];
		uint32_t nr = c->nr;
		if (s->have_codes && !c->state && !sw_codeset_has(&s->codes, c->code))
			continue;
		struct sw_rec_want w = c->want;
		/* A failed call changes nothing: only a rule may want it. */
		if (s->have_codes && !sw_codeset_has(&s->codes, c->code))
			w.failed = 0;
		s->call_of[nr] = (int16_t)i;
		if (s->lib.update(fd, &nr, &w, 0) != 0)
			return sw_error_errno(err, SW_EIO, errno, "cannot choose the calls of the sensor");
	}
	return 0;
}

static int attach(struct sensor *s, struct sw_error *err)
{
	for (struct bpf_program *p = NULL; (p = s->lib.next_program(s->obj, p));) {
		struct bpf_link *l = s->lib.attach(p);
		if (!l)
			return sw_error_errno(err, SW_EUNSUPPORTED, errno, "this kernel does not attach the sensor");
		if (s->n_links < SW_ARRAY_LEN(s->links))
			s->links[s->n_links++] = l;
	}
	return 0;
}

static uint64_t now_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int start(struct sensor *s, struct sw_error *err)
{
	s->boot_offset = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_BOOTTIME);
	int rc = choose_calls(s, err);
	if (rc == 0)
		rc = attach(s, err);
	if (rc)
		return rc;
	/* Events wait in the ring while the tables are filled, so nothing falls between. */
	sw_live_scan(s->state);
	s->scanned = true;
	return 0;
}

/* ---- events that are no system call ---- */

static struct sw_str keep64(struct sensor *s, int64_t v)
{
	char *at = s->room.bytes + s->room.n;

	if (s->room.n + 8 > sizeof(s->room.bytes))
		return (struct sw_str){NULL, 0};
	memcpy(at, &v, 8);
	s->room.n += 8;
	return sw_str_make(at, 8);
}

static struct sw_str keep32(struct sensor *s, uint32_t v)
{
	char *at = s->room.bytes + s->room.n;

	if (s->room.n + 4 > sizeof(s->room.bytes))
		return (struct sw_str){NULL, 0};
	memcpy(at, &v, 4);
	s->room.n += 4;
	return sw_str_make(at, 4);
}

static struct sw_str comm_of(const struct sw_rec *r)
{
	return sw_raw_cstr(sw_str_make(r->comm, sizeof(r->comm)));
}

static void fork_event(struct sensor *s, const struct sw_rec *r)
{
	struct sw_raw *e = &s->raw;
	struct sw_thread *p = sw_state_thread(s->state, r->ppid);
	bool thread = r->tid != r->pid, ns = r->tid != r->vtid;

	memset(e->p, 0, sizeof(e->p));
	e->code = SW_EV_CLONE_20_X;
	e->n = 21;
	e->p[0] = keep64(s, 0);
	e->p[1] = p ? sw_rstr_str(p->exe) : comm_of(r);
	e->p[2] = p ? sw_rstr_str(p->args) : (struct sw_str){NULL, 0};
	e->p[3] = keep64(s, r->tid);
	e->p[4] = keep64(s, r->pid);
	e->p[5] = keep64(s, r->ppid);
	e->p[7] = keep64(s, p ? p->fdlimit : -1);
	e->p[13] = comm_of(r);
	e->p[14] = p ? sw_rstr_str(p->cgroups) : (struct sw_str){NULL, 0};
	e->p[15] = keep32(s, (thread ? SW_CL_THREAD | SW_CL_FILES | SW_CL_FS : 0) | (ns ? SW_CL_IN_PIDNS : 0));
	e->p[16] = keep32(s, r->uid);
	e->p[17] = keep32(s, r->gid);
	e->p[18] = keep64(s, r->vtid);
	e->p[19] = keep64(s, r->vpid);
}

/* What the record has; the rest comes from /proc behind it, while the process lives. */
static void exec_event(struct sensor *s, const struct sw_rec *r, const char *data)
{
	struct sw_raw *e = &s->raw;
	struct sw_str file = sw_raw_cstr(sw_str_make(data, r->len[0]));
	struct sw_str args = sw_str_make(data + r->len[0], r->len[1]), exe = sw_raw_cstr(args);
	struct sw_str env = sw_str_make(data + r->len[0] + r->len[1], r->len[2]);

	memset(e->p, 0, sizeof(e->p));
	e->code = SW_EV_EXECVE_19_X;
	e->n = 31;
	e->p[0] = keep64(s, 0);
	e->p[1] = exe.n ? exe : file;
	e->p[2] = sw_str_sub(args, exe.n + 1, args.n);
	e->p[3] = keep64(s, r->tid);
	e->p[4] = keep64(s, r->pid);
	e->p[5] = keep64(s, r->ppid);
	e->p[7] = keep64(s, 1024);
	e->p[13] = comm_of(r);
	e->p[15] = env;
	e->p[26] = keep32(s, r->uid);
	e->p[27] = file;
	e->p[29] = keep32(s, r->gid);
	e->p[30] = file;
}

/* After the event: identity, cgroup and file of the program, from /proc. */
static void exec_details(struct sensor *s, const struct sw_rec *r, struct sw_str file)
{
	struct sw_thread *t = s->sysev.thread;
	char buf[SW_PATH_MAX];

	if (!t)
		return;
	s->looked++;
	if (!sw_live_refresh(s->state, t) && file.n && file.p[0] != '/')
		sw_rstr_set(&t->exepath, sw_path_join(sw_thread_cwd(s->state, t), file, buf));
	t->vtid = r->vtid;
	t->vpid = r->vpid;
}

static void exit_event(struct sensor *s, const struct sw_rec *r)
{
	struct sw_raw *e = &s->raw;

	e->code = SW_EV_PROCEXIT_1_E;
	e->n = 5;
	e->p[0] = keep64(s, r->ret);
	e->p[1] = keep64(s, r->ret >> 8 & 0xff);
	e->p[2] = sw_str_sub(keep32(s, (uint32_t)r->ret & 0x7f), 0, 1);
	e->p[3] = sw_str_sub(keep32(s, (uint32_t)r->ret >> 7 & 1), 0, 1);
	e->p[4] = (struct sw_str){NULL, 0};
}

/* True: the event is in s->raw. */
static bool take_record(struct sensor *s, const struct sw_rec *r, const char *data)
{
	struct sw_raw *e = &s->raw;

	s->room.n = 0;
	e->ts = r->ts + s->boot_offset;
	e->tid = r->tid;
	e->cpu = r->cpu;
	e->flags = 0;
	switch (r->kind) {
	case SW_REC_SYSCALL:
		if (r->nr >= SW_REC_NR || s->call_of[r->nr] < 0)
			return false;
		sw_call_event(&sw_calls[s->call_of[r->nr]], r, data, &s->room, e);
		return true;
	case SW_REC_EXEC:
		exec_event(s, r, data);
		return true;
	case SW_REC_FORK:
		fork_event(s, r);
		return true;
	case SW_REC_EXIT:
		exit_event(s, r);
		return true;
	default:
		return false;
	}
}

static uint64_t count_drops(struct sensor *s)
{
	uint64_t v[CPUS_MAX] = {0}, sum = 0;
	uint32_t zero = 0;
	int n = s->lib.cpus();

	if (n <= 0 || n > CPUS_MAX || s->lib.lookup(s->drops_fd, &zero, v) != 0)
		return s->last_drops;
	for (int i = 0; i < n; i++)
		sum += v[i];
	return sum;
}

static void note_drops(struct sensor *s)
{
	uint64_t d = count_drops(s), now = now_ns(CLOCK_REALTIME);

	if (d != s->last_drops) {
		sw_state_drop(s->state, s->last_ts, now, d - s->last_drops);
		s->stats.drops = d;
		s->last_drops = d;
		sw_live_scan(s->state);
	}
}

/* The next record in the ring; NULL: nothing there. */
static const struct sw_rec *peek(struct sensor *s, const char **ret_data)
{
	for (;;) {
		unsigned long end = atomic_load_explicit(s->producer, memory_order_acquire);
		if (s->at >= end)
			return NULL;
		const char *p = s->data + (s->at & (RING - 1));
		uint32_t len = atomic_load_explicit((const _Atomic uint32_t *)(const void *)p, memory_order_acquire);
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
		if (sizeof(*r) + r->len[0] + r->len[1] + r->len[2] > len) {
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
		if (s->o.stop && *s->o.stop)
			return NULL;
		nanosleep(&ms, NULL);
		if (++idle % 256 == 0)
			note_drops(s);
	}
	return r;
}

static void denied(struct sensor *s, const struct sw_rec *r, const char *data)
{
	s->stats.denied++;
	s->stats.killed += r->denied == 2;
	if (s->o.denied)
		s->o.denied(s->o.arg, &s->sysev, sw_raw_cstr(sw_str_make(data, r->len[0])), r->denied == 2);
}

static int next(struct sw_stream *base, struct sw_event *ret, struct sw_error *err)
{
	struct sensor *s = base->priv;
	const char *data;

	if (!s->scanned) {
		int rc = start(s, err);
		if (rc)
			return rc;
	}
	sw_arena_reset(&s->arena);
	for (;;) {
		done(s);
		const struct sw_rec *r = wait_record(s, &data);
		if (!r)
			return 0;
		s->pending = true;
		if ((++s->stats.records & 4095) == 0)
			note_drops(s);
		if (!take_record(s, r, data))
			continue;
		s->last_ts = s->raw.ts;
		sw_state_event(s->state, &s->raw, &s->sysev);
		if (r->kind == SW_REC_EXEC)
			exec_details(s, r, s->raw.p[27]);
		if (r->denied)
			denied(s, r, data);
		*ret = (struct sw_event){.source = SW_SOURCE_SYSCALL, .code = s->raw.code, .ts = s->raw.ts,
			.arena = &s->arena, .data = &s->sysev, .from = ret->from};
		return 1;
	}
}

static void want(struct sw_stream *base, const struct sw_codeset *codes)
{
	struct sensor *s = base->priv;

	s->codes = *codes;
	s->have_codes = true;
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
	if (s->obj)
		s->lib.close(s->obj);
	if (s->dl)
		dlclose(s->dl);
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
	int rc = check_machine(err);

	if (rc)
		return rc;
	struct sensor *s = calloc(1, sizeof(*s));
	if (!s)
		return sw_error_set(err, SW_ELIMIT, "no memory");
	s->base = (struct sw_stream){.ops = &ops, .priv = s};
	s->o = *o;
	sw_arena_init(&s->arena, SW_SYSCALL_ARENA);
	s->state = sw_state_new(0);
	rc = s->state ? load_lib(s, err) : sw_error_set(err, SW_ELIMIT, "no memory");
	if (rc == 0)
		rc = load_programs(s, err);
	if (rc) {
		sensor_close(&s->base);
		return rc;
	}
	*ret = &s->base;
	return 0;
}

struct sw_sensor_stats sw_sensor_stats(struct sw_stream *s)
{
	return ((struct sensor *)s->priv)->stats;
}

struct sw_state *sw_sensor_state(struct sw_stream *s)
{
	return ((struct sensor *)s->priv)->state;
}
