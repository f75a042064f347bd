/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/state/container.h"

#include <ctype.h>
#include <time.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "runtime/ask/ask.h"

enum { BUCKETS = 4096, SHORT_ID = 12, FULL_ID = 64, JSON_MAX = 16 << 20, SCAN_NAMES = 1024 };

/* What the disk said of the cgroups of one task, while all tasks are read. */
struct scan_name {
	struct sw_rstr *cgroups, *id;
	uint8_t type;
};

struct sw_containers {
	struct sw_container *hash[BUCKETS];
	struct scan_name *scan; /* SCAN_NAMES, each for what hashes there; NULL: no scan */
	uint32_t n;
	uint64_t clock;
	struct sw_arena arena;
};

struct sw_containers *sw_containers_new(void)
{
	struct sw_containers *c = calloc(1, sizeof(*c));

	if (c)
		sw_arena_init(&c->arena, JSON_MAX * 4);
	return c;
}

static void container_clear(struct sw_container *c)
{
	struct sw_rstr **s[] = {&c->id, &c->full_id, &c->name, &c->image, &c->image_id, &c->repo, &c->tag,
		&c->digest, &c->ip, &c->cni, &c->labels, &c->mounts, &c->pod_labels, &c->pod_name, &c->pod_ns,
		&c->pod_uid, &c->sandbox, &c->health, &c->liveness, &c->readiness};

	for (size_t i = 0; i < SW_ARRAY_LEN(s); i++) {
		sw_rstr_unref(*s[i]);
		*s[i] = NULL;
	}
}

void sw_containers_free(struct sw_containers *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct sw_container *e = c->hash[i], *next; e; e = next) {
			next = e->next;
			container_clear(e);
			free(e);
		}
	}
	sw_containers_scan(c, false);
	sw_arena_release(&c->arena);
	free(c);
}

uint32_t sw_containers_count(const struct sw_containers *c)
{
	return c->n;
}

const char *sw_container_type_name(uint8_t type)
{
	static const char *const names[] = {"docker", "lxc", "libvirt-lxc", "mesos", "rkt", "custom", "cri",
		"containerd", "cri-o", "bpm", "static", "podman"};

	return type < SW_ARRAY_LEN(names) ? names[type] : "unknown";
}

bool sw_container_safe_id(struct sw_str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!isalnum((unsigned char)id.p[i]) && !(id.p[i] && strchr("_+-", id.p[i])) && !(id.p[i] == '.' && i))
			return false;
	return id.n > 0 && id.n < SW_CONTAINER_ID_MAX;
}

static uint32_t hash_of(struct sw_str s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h;
}

static uint32_t bucket(struct sw_str id)
{
	return hash_of(id) % BUCKETS;
}

struct sw_container *sw_containers_get(struct sw_containers *c, struct sw_str id)
{
	for (struct sw_container *e = c->hash[bucket(id)]; e; e = e->next) {
		if (sw_str_eq(sw_rstr_str(e->id), id)) {
			e->used = ++c->clock;
			return e;
		}
	}
	return NULL;
}

/* Makes room: the one that was asked for longest ago goes. */
static void evict(struct sw_state *st)
{
	struct sw_containers *c = st->containers;
	struct sw_container **oldest = NULL;

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct sw_container **at = &c->hash[i]; *at; at = &(*at)->next)
			if (!oldest || (*at)->used < (*oldest)->used)
				oldest = at;
	if (!oldest)
		return;
	struct sw_container *e = *oldest;
	*oldest = e->next;
	container_clear(e);
	free(e);
	c->n--;
	st->stats.containers_refused++;
	st->container_gen++;
}

struct sw_container *sw_containers_put(struct sw_state *st, struct sw_str id)
{
	struct sw_containers *c = st->containers;
	struct sw_str short_id = sw_str_sub(id, 0, SHORT_ID);
	struct sw_container *e = short_id.n ? sw_containers_get(c, short_id) : NULL;

	if (!short_id.n)
		return NULL;
	if (!e) {
		if (c->n >= SW_STATE_CONTAINERS)
			evict(st);
		e = calloc(1, sizeof(*e));
		if (!e)
			return NULL;
		uint32_t b = bucket(short_id);
		e->next = c->hash[b];
		c->hash[b] = e;
		c->n++;
	}
	container_clear(e);
	*e = (struct sw_container){.next = e->next,
		.used = ++c->clock,
		.type = SW_CT_UNKNOWN,
		.answered = e->answered,
		.asked = e->asked};
	sw_rstr_set(&e->id, short_id);
	sw_rstr_set(&e->full_id, sw_str_sub(id, 0, SW_CONTAINER_ID_MAX));
	st->container_gen++;
	return e;
}

/* ---- from cgroup paths ---- */

static bool is_hex_id(struct sw_str s)
{
	if (s.n != FULL_ID)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!isxdigit((unsigned char)s.p[i]))
			return false;
	return true;
}

static const struct {
	const char *prefix;
	uint8_t type;
} prefixes[] = {
	{"docker-", SW_CT_DOCKER}, {"crio-", SW_CT_CRIO}, {"cri-containerd-", SW_CT_CONTAINERD},
	{"nerdctl-", SW_CT_CONTAINERD}, {"libpod-payload-", SW_CT_PODMAN}, {"libpod-", SW_CT_PODMAN},
	{"conmon-", SW_CT_UNKNOWN}, /* of podman and CRI-O: the monitor runs on the host */
};

/* One component of a path, such as "cri-containerd-<id>.scope". */
static struct sw_str component_id(struct sw_str c, struct sw_str path, uint8_t *ret_type)
{
	struct sw_str scope = SW_STR(".scope"), none = {NULL, 0};

	if (sw_str_ends(c, scope))
		c.n -= scope.n;
	size_t colon = sw_str_rfind(c, SW_STR(":"));
	if (colon != SW_NPOS) {
		struct sw_str id = sw_str_sub(c, colon + 1, c.n);
		*ret_type = sw_str_has(c, SW_STR(":docker:")) ? SW_CT_DOCKER : SW_CT_CONTAINERD;
		return is_hex_id(id) ? id : none;
	}
	for (size_t i = 0; i < SW_ARRAY_LEN(prefixes); i++) {
		struct sw_str p = sw_str_from(prefixes[i].prefix), rest;
		if (!sw_str_starts(c, p))
			continue;
		rest = sw_str_sub(c, p.n, c.n);
		if ((sw_str_starts(rest, SW_STR("conmon-")) || prefixes[i].type == SW_CT_UNKNOWN) || !is_hex_id(rest))
			return none;
		*ret_type = prefixes[i].type;
		return rest;
	}
	if (!is_hex_id(c))
		return none;
	*ret_type = sw_str_has(path, SW_STR("docker")) ? SW_CT_DOCKER
		    : sw_str_has(path, SW_STR("kubepods")) ? SW_CT_CRI
							   : SW_CT_DOCKER;
	return c;
}

static struct sw_str lxc_id(struct sw_str path, uint8_t *ret_type)
{
	static const char *const marks[] = {"/lxc.payload/", "/lxc.payload.", "/lxc/"};

	for (size_t i = 0; i < SW_ARRAY_LEN(marks); i++) {
		size_t at = sw_str_find(path, sw_str_from(marks[i]), 0);
		if (at == SW_NPOS)
			continue;
		struct sw_str rest = sw_str_sub(path, at + strlen(marks[i]), path.n), name;
		if (sw_str_split(&rest, '/', &name) && name.n) {
			*ret_type = SW_CT_LXC;
			return name;
		}
	}
	return (struct sw_str){NULL, 0};
}

/* From the end: the innermost container counts. */
static struct sw_str path_id(struct sw_str path, uint8_t *ret_type)
{
	size_t end = path.n;

	while (end) {
		size_t start = end;
		while (start && path.p[start - 1] != '/')
			start--;
		struct sw_str id = component_id(sw_str_sub(path, start, end), path, ret_type);
		if (id.n)
			return id;
		end = start ? start - 1 : 0;
	}
	return lxc_id(path, ret_type);
}

struct sw_str sw_cgroup_container(struct sw_str cgroups, uint8_t *ret_type)
{
	struct sw_str entry;

	while (sw_str_split(&cgroups, '\0', &entry)) {
		size_t eq = sw_str_chr(entry, '=', 0);
		if (eq == SW_NPOS)
			continue;
		struct sw_str id = path_id(sw_str_sub(entry, eq + 1, entry.n), ret_type);
		if (id.n)
			return id;
	}
	return (struct sw_str){NULL, 0};
}

/* Live only: a container with a name is any that the disk knows. */
static struct sw_str named(const struct sw_state *st, struct sw_str cgroups, uint8_t *ret_type)
{
	struct sw_str entry, id = {NULL, 0};

	while (!id.n && sw_str_split(&cgroups, '\0', &entry)) {
		size_t eq = sw_str_chr(entry, '=', 0);
		if (eq != SW_NPOS)
			id = sw_container_named(st, sw_str_sub(entry, eq + 1, entry.n), ret_type);
	}
	return id;
}

void sw_containers_scan(struct sw_containers *c, bool on)
{
	for (size_t i = 0; c->scan && i < SCAN_NAMES; i++) {
		sw_rstr_unref(c->scan[i].cgroups);
		sw_rstr_unref(c->scan[i].id);
	}
	free(c->scan);
	c->scan = on ? calloc(SCAN_NAMES, sizeof(*c->scan)) : NULL;
}

/* The same, asking the disk once for all tasks of one group while a scan goes on. */
static struct sw_str named_once(const struct sw_state *st, struct sw_rstr *cgroups, uint8_t *ret_type)
{
	struct scan_name *all = st->containers->scan;

	if (!all || !cgroups)
		return named(st, sw_rstr_str(cgroups), ret_type);
	struct scan_name *e = &all[hash_of(sw_rstr_str(cgroups)) % SCAN_NAMES];
	if (!sw_str_eq(sw_rstr_str(e->cgroups), sw_rstr_str(cgroups))) {
		e->type = *ret_type;
		sw_rstr_share(&e->cgroups, cgroups);
		sw_rstr_set(&e->id, named(st, sw_rstr_str(cgroups), &e->type));
	}
	*ret_type = e->type;
	return sw_rstr_str(e->id);
}

/* Live: what the runtime has written down, which may come a moment after the first process. */
static const struct sw_container *look_up(struct sw_state *st, struct sw_str id, uint8_t type, struct sw_str short_id)
{
	enum { TRIES = 4 };
	struct sw_container *c = sw_containers_get(st->containers, short_id);
	uint8_t tries = c ? c->tries : 0;

	if (c && (c->complete || tries >= TRIES))
		return c;
	if (!sw_container_look_up(st, id, type)) {
		if (!c)
			c = sw_containers_put(st, id);
		if (c) {
			c->type = type;
			c->tries = (uint8_t)(tries + 1);
		}
		return c;
	}
	c = sw_containers_get(st->containers, short_id);
	if (c && c->complete) {
		c->untold = true;
		st->untold++;
	}
	return c;
}

/* Live: what the runtime says. A container that it did not know may be asked for again later. */
static void ask_about(struct sw_state *st, struct sw_str id, uint8_t type, struct sw_str short_id)
{
	enum { AGAIN_S = 300 };
	struct sw_container *c = st->ask ? sw_containers_get(st->containers, short_id) : NULL;
	struct timespec now;

	if (!c || c->answered)
		return;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	uint32_t s = (uint32_t)now.tv_sec + 1;
	if ((!c->asked || s - c->asked >= AGAIN_S) && sw_ask(st->ask, id, type))
		c->asked = s;
}

const struct sw_container *sw_containers_untold(struct sw_state *st)
{
	for (size_t i = 0; st->untold && i < BUCKETS; i++) {
		for (struct sw_container *e = st->containers->hash[i]; e; e = e->next) {
			if (!e->untold)
				continue;
			e->untold = false;
			st->untold--;
			return e;
		}
	}
	st->untold = 0;
	return NULL;
}

void sw_thread_find_container(struct sw_state *st, struct sw_thread *t)
{
	uint8_t type = SW_CT_UNKNOWN;
	struct sw_str id = sw_cgroup_container(sw_rstr_str(t->cgroups), &type);

	if (!id.n && st->live)
		id = named_once(st, t->cgroups, &type);
	sw_rstr_set(&t->container_id, sw_str_sub(id, 0, SHORT_ID));
	t->container = NULL;
	t->container_gen = 0;
	if (!id.n)
		return;
	t->container = sw_containers_get(st->containers, sw_rstr_str(t->container_id));
	t->container = st->live ? look_up(st, id, type, sw_rstr_str(t->container_id)) : t->container;
	if (!t->container) {
		struct sw_container *c = sw_containers_put(st, id);
		if (c)
			c->type = type;
		t->container = c;
	}
	ask_about(st, id, type, sw_rstr_str(t->container_id));
	t->container_gen = st->container_gen;
}

void sw_thread_resolve_container(struct sw_state *st, struct sw_thread *t)
{
	if (!t->container_id || t->container_gen == st->container_gen)
		return;
	t->container = sw_containers_get(st->containers, sw_rstr_str(t->container_id));
	t->container_gen = st->container_gen;
}

/* ---- details ---- */

void sw_container_set_image(struct sw_container *c, struct sw_str image)
{
	size_t at = sw_str_chr(image, '@', 0);
	struct sw_str name = at == SW_NPOS ? image : sw_str_sub(image, 0, at);

	sw_rstr_set(&c->image, image);
	if (at != SW_NPOS)
		sw_rstr_set(&c->digest, sw_str_sub(image, at + 1, image.n));
	size_t colon = sw_str_rfind(name, SW_STR(":")), slash = sw_str_rfind(name, SW_STR("/"));
	if (colon != SW_NPOS && (slash == SW_NPOS || colon > slash)) {
		sw_rstr_set(&c->tag, sw_str_sub(name, colon + 1, name.n));
		name.n = colon;
	}
	sw_rstr_set(&c->repo, name);
}

void sw_container_take_label(struct sw_container *c, struct sw_str key, struct sw_str value)
{
	const struct {
		const char *key;
		struct sw_rstr **slot;
	} known[] = {
		{"io.kubernetes.pod.name", &c->pod_name}, {"io.kubernetes.pod.namespace", &c->pod_ns},
		{"io.kubernetes.pod.uid", &c->pod_uid}, {"io.kubernetes.sandbox.id", &c->sandbox},
		{"io.kubernetes.cri.sandbox-name", &c->pod_name},
		{"io.kubernetes.cri.sandbox-namespace", &c->pod_ns},
		{"io.kubernetes.cri.sandbox-uid", &c->pod_uid}, {"io.kubernetes.cri.sandbox-id", &c->sandbox},
		{"io.kubernetes.cri-o.SandboxID", &c->sandbox},
	};

	for (size_t i = 0; i < SW_ARRAY_LEN(known); i++)
		if (sw_str_is(key, known[i].key) && !*known[i].slot)
			sw_rstr_set(known[i].slot, value);
}

static struct sw_str str_of(struct sw_value v, const char *key)
{
	return sw_value_getstr(v, key);
}

/* A text that an event lacks does not take away what is known. */
static void take_str(struct sw_rstr **slot, struct sw_str text)
{
	if (text.n)
		sw_rstr_set(slot, text);
}

void sw_container_take_labels(struct sw_container *c, struct sw_rstr **list, struct sw_value labels)
{
	sw_autobuf text = {0};
	uint32_t n = 0;

	if (!sw_is(labels, SW_OBJECT) || !labels.n)
		return;
	sw_buf_init(&text, JSON_MAX);
	sw_object_foreach(m, labels) {
		struct sw_str k = sw_value_str(m->k), v = sw_is(m->v, SW_STRING) ? sw_value_str(m->v) : SW_STR("");
		sw_container_take_label(c, k, v);
		if (n++ >= SW_CONTAINER_LIST_MAX)
			break;
		sw_buf_addstr(&text, k);
		sw_buf_addch(&text, ':');
		sw_buf_addstr(&text, v);
		sw_buf_addch(&text, '\0');
	}
	sw_rstr_set(list, sw_buf_str(&text));
}

void sw_container_add_mount(struct sw_buf *list, struct sw_str source, struct sw_str dest, struct sw_str mode, bool rw,
	struct sw_str propagation)
{
	sw_buf_addstr(list, source);
	sw_buf_addch(list, ':');
	sw_buf_addstr(list, dest);
	sw_buf_addch(list, ':');
	sw_buf_addstr(list, mode);
	sw_buf_addz(list, rw ? ":true:" : ":false:");
	sw_buf_addstr(list, propagation);
	sw_buf_addch(list, '\0');
}

static void take_mounts(struct sw_container *c, struct sw_value mounts)
{
	sw_autobuf text = {0};
	uint32_t n = 0;

	if (!sw_is(mounts, SW_ARRAY) || !mounts.n)
		return;
	sw_buf_init(&text, JSON_MAX);
	sw_array_foreach(m, mounts) {
		if (n++ >= SW_CONTAINER_LIST_MAX)
			break;
		sw_container_add_mount(&text, str_of(*m, "Source"), str_of(*m, "Destination"), str_of(*m, "Mode"),
			sw_is_true(sw_object_gets(*m, SW_STR("RW"))), str_of(*m, "Propagation"));
	}
	sw_rstr_set(&c->mounts, sw_buf_str(&text));
}

/* {"exe": "...", "args": [...]} as one command line. */
static void take_probe(struct sw_rstr **slot, struct sw_value probe)
{
	sw_autobuf text = {0};
	struct sw_value args = sw_object_gets(probe, SW_STR("args"));

	if (!sw_is(probe, SW_OBJECT))
		return;
	sw_buf_init(&text, 65536);
	sw_buf_addstr(&text, str_of(probe, "exe"));
	if (sw_is(args, SW_ARRAY)) {
		sw_array_foreach(a, args) {
			sw_buf_addch(&text, ' ');
			if (sw_is(*a, SW_STRING))
				sw_buf_addstr(&text, sw_value_str(*a));
		}
	}
	sw_rstr_set(slot, sw_buf_str(&text));
}

static void take_image(struct sw_container *c, struct sw_value v)
{
	if (str_of(v, "image").n)
		sw_container_set_image(c, str_of(v, "image"));
	take_str(&c->repo, str_of(v, "imagerepo"));
	take_str(&c->tag, str_of(v, "imagetag"));
	take_str(&c->digest, str_of(v, "imagedigest"));
	take_str(&c->image_id, str_of(v, "imageid"));
}

static void take_flag(struct sw_value v, const char *key, bool *flag)
{
	struct sw_value x = sw_object_gets(v, sw_str_from(key));

	if (sw_is(x, SW_BOOL))
		*flag = x.u.b;
}

static void take_rest(struct sw_container *c, struct sw_value v)
{
	int64_t created;

	if (sw_value_int(sw_object_gets(v, SW_STR("created_time")), &created) && created > 0 &&
		created < INT64_MAX / 1000000000)
		c->created = (uint64_t)created * 1000000000u;
	take_str(&c->ip, str_of(v, "ip"));
	take_str(&c->cni, str_of(v, "cni_json"));
	sw_container_take_labels(c, &c->labels, sw_object_gets(v, SW_STR("labels")));
	/* The pod of the labels within is the same. */
	sw_container_take_labels(c, &c->pod_labels, sw_object_gets(v, SW_STR("pod_sandbox_labels")));
	take_str(&c->sandbox, str_of(v, "pod_sandbox_id"));
	take_mounts(c, sw_object_gets(v, SW_STR("Mounts")));
	take_probe(&c->health, sw_object_gets(v, SW_STR("Healthcheck")));
	take_probe(&c->liveness, sw_object_gets(v, SW_STR("LivenessProbe")));
	take_probe(&c->readiness, sw_object_gets(v, SW_STR("ReadinessProbe")));
}

static void take_json(struct sw_state *st, struct sw_value v)
{
	struct sw_str id = str_of(v, "full_id"), short_id = str_of(v, "id");
	struct sw_container *c = NULL;
	int64_t type;

	if (!id.n)
		id = short_id;
	if (st->live)
		c = sw_containers_get(st->containers, sw_str_sub(id, 0, SHORT_ID));
	if (!c)
		c = sw_containers_put(st, id);
	if (!c)
		return;
	if (sw_value_int(sw_object_gets(v, SW_STR("type")), &type))
		c->type = type >= 0 && type < SW_CT_UNKNOWN ? (uint8_t)type : SW_CT_UNKNOWN;
	take_str(&c->name, str_of(v, "name"));
	take_image(c, v);
	c->has_privileged |= sw_is(sw_object_gets(v, SW_STR("privileged")), SW_BOOL);
	take_flag(v, "privileged", &c->privileged);
	take_flag(v, "is_pod_sandbox", &c->is_sandbox);
	take_flag(v, "host_pid", &c->host_pid);
	take_flag(v, "host_network", &c->host_net);
	take_flag(v, "host_ipc", &c->host_ipc);
	take_rest(c, v);
	c->complete = true;
	c->answered = st->live;
	st->container_gen++;
}

void sw_state_container_json(struct sw_state *st, struct sw_str json)
{
	struct sw_arena *a = &st->containers->arena;
	const struct sw_json_limits limits = {.depth = 64, .nodes = 100000};
	struct sw_value v;

	sw_arena_reset(a);
	if (sw_json_parse(a, json, 0, &limits, &v, NULL, NULL) == 0 && sw_is(v, SW_OBJECT)) {
		struct sw_value inner = sw_object_gets(v, SW_STR("container"));
		take_json(st, sw_is(inner, SW_OBJECT) ? inner : v);
	}
	sw_arena_reset(a);
}
