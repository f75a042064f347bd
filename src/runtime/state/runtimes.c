/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What container runtimes keep on disk about a container: docker's config.v2.json, the OCI
 * configuration that containerd, CRI-O and podman leave beside it, the storage library's
 * containers.json, runc's state.json, and the names of the kubelet's log files. Paths are below the
 * state's host_root. This is there at once, with the first process of a container; what the runtimes
 * answer over their sockets comes later (ask/ask.h).
 */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "doc/json.h"
#include "runtime/state/container.h"
#include "runtime/state/impl.h"
#include "runtime/state/oci.h"

enum { FILE_MAX = 8 << 20, LOGS_MAX = 16384, TEXT_MAX = 1 << 20, PATH_ROOM = 640 };

struct look {
	struct sw_state *st;
	struct sw_arena a;
	struct sw_str id; /* whole */
	uint8_t type;
};

/* `before`, the id, `after`; false: too long. */
static bool path_of(const struct sw_state *st, const char *before, struct sw_str id,
	const char *after, char out[PATH_ROOM])
{
	int n = snprintf(out, PATH_ROOM, "%s%s%.*s%s", st->host_root ? st->host_root : "", before,
		SW_STR_ARG(id), after);

	return n > 0 && n < PATH_ROOM;
}

/* Name spaces have folders of their own. */
static const char *const task_folders[] = {
	"/run/containerd/io.containerd.runtime.v2.task", "/run/k3s/containerd/io.containerd.runtime.v2.task"};

static bool is_task(const struct sw_state *st, struct sw_str ns, struct sw_str id)
{
	char path[PATH_ROOM], folder[PATH_ROOM];

	for (size_t i = 0; i < SW_ARRAY_LEN(task_folders); i++) {
		int n = snprintf(folder, sizeof(folder), "%s/%.*s/", task_folders[i], SW_STR_ARG(ns));
		if (n > 0 && n < PATH_ROOM && path_of(st, folder, id, "", path) && access(path, F_OK) == 0)
			return true;
	}
	return false;
}

struct sw_str sw_container_named(const struct sw_state *st, struct sw_str path, uint8_t *ret_type)
{
	enum { DEPTH = 8 };
	char file[PATH_ROOM];

	for (int depth = 0; depth < DEPTH && path.n; depth++) {
		size_t slash = sw_str_rfind(path, SW_STR("/")), start = slash == SW_NPOS ? 0 : slash + 1;
		struct sw_str id = sw_str_sub(path, start, path.n);
		path.n = slash == SW_NPOS ? 0 : slash;
		if (!sw_container_safe_id(id))
			continue;
		if (path_of(st, "/run/runc/", id, "/state.json", file) && access(file, F_OK) == 0)
			return id;
		slash = sw_str_rfind(path, SW_STR("/"));
		struct sw_str ns = sw_str_sub(path, slash == SW_NPOS ? 0 : slash + 1, path.n);
		if (!sw_container_safe_id(ns) || !is_task(st, ns, id))
			continue;
		*ret_type = SW_CT_CONTAINERD;
		return id;
	}
	return (struct sw_str){NULL, 0};
}

static bool parse(struct sw_arena *a, struct sw_str text, struct sw_value *ret)
{
	const struct sw_json_limits limits = {.depth = 64, .nodes = 500000};

	return sw_json_parse(a, text, 0, &limits, ret, NULL, NULL) == 0;
}

static bool read_json(struct sw_arena *a, const char *path, struct sw_value *ret)
{
	struct sw_str text;

	return sw_io_read(a, path, FILE_MAX, SW_IO_COPY, &text, NULL) == 0 && parse(a, text, ret);
}

static void take_annotations(struct sw_container *c, struct sw_value v)
{
	if (!sw_is(v, SW_OBJECT))
		return;
	sw_object_foreach (m, v)
		if (sw_is(m->v, SW_STRING))
			sw_container_take_label(c, sw_value_str(m->k), sw_value_str(m->v));
}

/* The bind mounts of an OCI configuration. */
static void oci_mounts(struct sw_container *c, struct sw_value mounts)
{
	sw_autobuf text = {0};
	struct sw_oci_mount m;
	uint32_t n = 0;

	if (!sw_is(mounts, SW_ARRAY))
		return;
	sw_buf_init(&text, TEXT_MAX);
	sw_array_foreach (v, mounts)
		if (sw_oci_mount(*v, &m) && n++ < SW_CONTAINER_LIST_MAX)
			sw_container_add_mount(&text, m.source, m.dest, SW_STR(""), m.writable, m.propagation);
	if (!text.overflow)
		sw_rstr_set(&c->mounts, sw_buf_str(&text));
}

static void oci_rights(struct sw_container *c, struct sw_value spec)
{
	struct sw_oci_rights r = sw_oci_rights(spec);

	if (!r.known)
		return;
	c->has_privileged = true;
	c->privileged = r.privileged;
	c->host_pid = r.host_pid;
	c->host_net = r.host_net;
	c->host_ipc = r.host_ipc;
}

static struct sw_str first_of(struct sw_value v, const char *const *keys)
{
	for (; *keys; keys++) {
		struct sw_str s = sw_value_getstr(v, *keys);
		if (s.n)
			return s;
	}
	return (struct sw_str){NULL, 0};
}

static void oci_names(struct look *l, struct sw_container *c, struct sw_value ann)
{
	static const char *const names[] = {"io.kubernetes.cri.container-name",
		"io.kubernetes.container.name", "io.kubernetes.cri-o.ContainerName", "nerdctl/name",
		NULL};
	static const char *const images[] = {"io.kubernetes.cri.image-name",
		"io.kubernetes.cri-o.ImageName", "org.opencontainers.image.ref.name", NULL};
	static const char *const kinds[] = {
		"io.kubernetes.cri.container-type", "io.kubernetes.cri-o.ContainerType", NULL};
	struct sw_str name = first_of(ann, names), image = first_of(ann, images);
	struct sw_value labels;

	sw_rstr_set(&c->name, name.n ? name : l->id);
	if (image.n)
		sw_container_set_image(c, image);
	sw_rstr_set(&c->image_id, sw_value_getstr(ann, "io.kubernetes.cri-o.Image"));
	sw_rstr_set(&c->ip, sw_value_getstr(ann, "io.kubernetes.cri-o.IP.0"));
	c->is_sandbox = sw_str_is(first_of(ann, kinds), "sandbox");
	/* CRI-O keeps the labels as JSON within. */
	struct sw_str text = sw_value_getstr(ann, "io.kubernetes.cri-o.Labels");
	if (text.n && parse(&l->a, text, &labels)) {
		sw_container_take_labels(c, &c->labels, labels);
		if (c->is_sandbox)
			sw_container_take_labels(c, &c->pod_labels, labels);
	}
}

static void created_with(struct sw_container *c, const char *path)
{
	struct stat sb;

	if (stat(path, &sb) == 0)
		c->created =
			(uint64_t)sb.st_mtim.tv_sec * 1000000000u + (uint64_t)sb.st_mtim.tv_nsec;
}

/* An OCI runtime configuration. */
static struct sw_container *from_oci(struct look *l, const char *path, uint8_t type)
{
	struct sw_value v;
	struct sw_container *c = read_json(&l->a, path, &v) && sw_is(v, SW_OBJECT)
					 ? sw_containers_put(l->st, l->id)
					 : NULL;

	if (!c)
		return NULL;
	struct sw_value ann = sw_object_gets(v, SW_STR("annotations"));
	c->type = type;
	take_annotations(c, ann);
	oci_names(l, c, ann);
	oci_mounts(c, sw_object_gets(v, SW_STR("mounts")));
	oci_rights(c, v);
	created_with(c, path);
	c->complete = true;
	return c;
}

/* ---- docker ---- */

static void docker_mounts(struct sw_container *c, struct sw_value points)
{
	sw_autobuf text = {0};
	uint32_t n = 0;

	if (!sw_is(points, SW_OBJECT))
		return;
	sw_buf_init(&text, TEXT_MAX);
	sw_object_foreach (m, points) {
		if (n++ >= SW_CONTAINER_LIST_MAX)
			break;
		sw_container_add_mount(&text, sw_value_getstr(m->v, "Source"),
			sw_value_getstr(m->v, "Destination"), sw_value_getstr(m->v, "Relabel"),
			sw_is_true(sw_object_gets(m->v, SW_STR("RW"))),
			sw_value_getstr(m->v, "Propagation"));
	}
	if (!text.overflow)
		sw_rstr_set(&c->mounts, sw_buf_str(&text));
}

static void docker_host_config(struct look *l, struct sw_container *c, const char *path)
{
	struct sw_value v;

	if (!read_json(&l->a, path, &v))
		return;
	struct sw_value p = sw_object_gets(v, SW_STR("Privileged"));
	c->has_privileged = sw_is(p, SW_BOOL);
	c->privileged = sw_is_true(p);
	c->host_pid = sw_str_is(sw_value_getstr(v, "PidMode"), "host");
	c->host_net = sw_str_is(sw_value_getstr(v, "NetworkMode"), "host");
	c->host_ipc = sw_str_is(sw_value_getstr(v, "IpcMode"), "host");
}

static void docker_ip(struct sw_container *c, struct sw_value v)
{
	struct sw_value nets = sw_value_path(v, "NetworkSettings", "Networks", NULL);

	if (!sw_is(nets, SW_OBJECT))
		return;
	sw_object_foreach (m, nets) {
		struct sw_str ip = sw_value_getstr(m->v, "IPAddress");
		if (ip.n)
			sw_rstr_set(&c->ip, ip);
	}
}

static bool from_docker(struct look *l)
{
	static const char folder[] = "/var/lib/docker/containers/";
	char path[PATH_ROOM];
	struct sw_value v;

	if (!path_of(l->st, folder, l->id, "/config.v2.json", path) ||
		!read_json(&l->a, path, &v) || !sw_is(v, SW_OBJECT))
		return false;
	struct sw_container *c = sw_containers_put(l->st, l->id);
	struct sw_str name = sw_value_getstr(v, "Name");
	struct sw_value config = sw_object_gets(v, SW_STR("Config")),
			labels = sw_object_gets(config, SW_STR("Labels"));
	if (!c)
		return false;
	c->type = SW_CT_DOCKER;
	sw_rstr_set(&c->name, name.n && name.p[0] == '/' ? sw_str_sub(name, 1, name.n) : name);
	sw_container_set_image(c, sw_value_getstr(config, "Image"));
	struct sw_str image = sw_value_getstr(v, "Image"), sha = SW_STR("sha256:");
	sw_rstr_set(&c->image_id,
		sw_str_starts(image, sha) ? sw_str_sub(image, sha.n, image.n) : image);
	sw_container_take_labels(c, &c->labels, labels);
	c->is_sandbox =
		sw_str_is(sw_value_getstr(labels, "io.kubernetes.docker.type"), "podsandbox");
	if (c->is_sandbox)
		sw_container_take_labels(c, &c->pod_labels, labels);
	docker_mounts(c, sw_object_gets(v, SW_STR("MountPoints")));
	docker_ip(c, v);
	created_with(c, path);
	if (path_of(l->st, folder, l->id, "/hostconfig.json", path))
		docker_host_config(l, c, path);
	c->complete = true;
	return true;
}

/* ---- the others ---- */

/* [{"id", "names", "metadata": "{\"image-name\": …}"}]: podman and CRI-O. */
static void from_storage(struct look *l, struct sw_container *c)
{
	static const char *const lists[] = {
		"/var/lib/containers/storage/overlay-containers/containers.json",
		"/run/containers/storage/overlay-containers/volatile-containers.json"};
	char path[PATH_ROOM];
	struct sw_value list, meta;

	for (size_t i = 0; i < SW_ARRAY_LEN(lists); i++) {
		if (!path_of(l->st, lists[i], (struct sw_str){"", 0}, "", path) ||
			!read_json(&l->a, path, &list) || !sw_is(list, SW_ARRAY))
			continue;
		sw_array_foreach (e, list) {
			if (!sw_str_eq(sw_value_getstr(*e, "id"), l->id) ||
				!parse(&l->a, sw_value_getstr(*e, "metadata"), &meta))
				continue;
			struct sw_str image = sw_value_getstr(meta, "image-name"),
				      name = sw_value_getstr(meta, "name");
			if (image.n && !c->image)
				sw_container_set_image(c, image);
			if (!c->image_id)
				sw_rstr_set(&c->image_id, sw_value_getstr(meta, "image-id"));
			if (name.n && sw_str_eq(sw_rstr_str(c->name), l->id))
				sw_rstr_set(&c->name, name);
		}
	}
}

static int64_t bits(struct sw_value v)
{
	int64_t n = 0;

	return sw_value_int(v, &n) ? n : 0;
}

/* A container of plain runc: what its state says. */
static struct sw_container *from_runc(struct look *l)
{
	enum { READ_ONLY = 1, BIND = 4096 };
	char path[PATH_ROOM];
	sw_autobuf text = {0};
	struct sw_value v;

	if (!path_of(l->st, "/run/runc/", l->id, "/state.json", path) ||
		!read_json(&l->a, path, &v))
		return NULL;
	struct sw_value config = sw_object_gets(v, SW_STR("config")),
			mounts = sw_object_gets(config, SW_STR("mounts"));
	struct sw_container *c = sw_is(config, SW_OBJECT) ? sw_containers_put(l->st, l->id) : NULL;
	if (!c)
		return NULL;
	c->type = SW_CT_CUSTOM;
	sw_rstr_set(&c->name, l->id);
	sw_buf_init(&text, TEXT_MAX);
	if (sw_is(mounts, SW_ARRAY)) {
		sw_array_foreach (m, mounts) {
			int64_t flags = bits(sw_object_gets(*m, SW_STR("flags")));
			if (flags & BIND)
				sw_container_add_mount(&text, sw_value_getstr(*m, "source"),
					sw_value_getstr(*m, "destination"), SW_STR(""),
					!(flags & READ_ONLY), SW_STR("rprivate"));
		}
	}
	sw_rstr_set(&c->mounts, sw_buf_str(&text));
	created_with(c, path);
	c->complete = true;
	return c;
}

/* "pod_namespace_container-ID.log" in /var/log/containers: whatever the runtime. */
static void from_logs(struct look *l, struct sw_container *c)
{
	char path[PATH_ROOM];
	const struct dirent *e;
	DIR *d = path_of(l->st, "/var/log/containers", (struct sw_str){"", 0}, "", path)
			 ? opendir(path)
			 : NULL;

	for (int n = 0; d && n < LOGS_MAX && (e = readdir(d)); n++) {
		struct sw_str name = sw_str_from(e->d_name), pod, ns, tail = SW_STR(".log");
		if (!sw_str_ends(name, tail) || name.n < l->id.n + tail.n + 1)
			continue;
		name.n -= tail.n;
		if (!sw_str_ends(name, l->id) || name.p[name.n - l->id.n - 1] != '-')
			continue;
		name.n -= l->id.n + 1;
		if (!sw_str_split(&name, '_', &pod) || !sw_str_split(&name, '_', &ns) || !name.n)
			break;
		if (!c->pod_name)
			sw_rstr_set(&c->pod_name, pod);
		if (!c->pod_ns)
			sw_rstr_set(&c->pod_ns, ns);
		if (!c->name || sw_str_eq(sw_rstr_str(c->name), l->id))
			sw_rstr_set(&c->name, name);
		break;
	}
	if (d)
		closedir(d);
}

/* Tasks of containerd, whatever the name space; Docker has one, too. */
static struct sw_container *from_tasks(struct look *l, const char *folder)
{
	enum { NAMESPACES = 64 };
	struct sw_container *c = NULL;
	char path[PATH_ROOM], before[PATH_ROOM];
	const struct dirent *e;
	DIR *d = path_of(l->st, folder, (struct sw_str){"", 0}, "", path) ? opendir(path) : NULL;

	for (int n = 0; !c && d && n < NAMESPACES && (e = readdir(d));) {
		int len = snprintf(before, sizeof(before), "%s/%s/", folder, e->d_name);
		if (e->d_name[0] == '.' || len < 0 || len >= PATH_ROOM)
			continue;
		n++;
		/* A cgroup path of nothing but digits may be anybody's. */
		if (path_of(l->st, before, l->id, "/config.json", path))
			c = from_oci(l, path, strcmp(e->d_name, "moby") == 0 ? SW_CT_DOCKER : SW_CT_CONTAINERD);
	}
	if (d)
		closedir(d);
	return c;
}

static struct sw_container *anywhere(struct look *l)
{
	static const struct {
		const char *before;
		uint8_t type;
	} places[] = {
		{"/run/containers/storage/overlay-containers/", SW_CT_CRIO},
		{"/var/lib/containers/storage/overlay-containers/", SW_CT_PODMAN},
	};
	struct sw_container *c = NULL;
	char path[PATH_ROOM];

	for (size_t i = 0; !c && i < SW_ARRAY_LEN(task_folders); i++)
		c = from_tasks(l, task_folders[i]);
	for (size_t i = 0; !c && i < SW_ARRAY_LEN(places); i++)
		if (path_of(l->st, places[i].before, l->id, "/userdata/config.json", path))
			c = from_oci(l, path, l->type == SW_CT_UNKNOWN ? places[i].type : l->type);
	return c ? c : from_runc(l);
}

/* A pod's labels are those of its sandbox. */
static void from_sandbox(struct look *l)
{
	struct sw_container *c = sw_containers_get(l->st->containers, sw_str_sub(l->id, 0, 12));
	struct sw_str id = c ? sw_rstr_str(c->sandbox) : (struct sw_str){NULL, 0};

	if (!id.n || c->pod_labels || sw_str_eq(id, l->id) || !sw_container_safe_id(id))
		return;
	struct sw_container *s = sw_containers_get(l->st->containers, sw_str_sub(id, 0, 12));
	if (!s || !s->complete) {
		struct look inner = {.st = l->st, .id = sw_arena_str(&l->a, id), .type = l->type};
		sw_arena_init(&inner.a, (size_t)64 << 20);
		if (!from_docker(&inner))
			anywhere(&inner);
		sw_arena_release(&inner.a);
		/* The table may have moved on. */
		c = sw_containers_get(l->st->containers, sw_str_sub(l->id, 0, 12));
		s = sw_containers_get(l->st->containers, sw_str_sub(inner.id, 0, 12));
	}
	if (!c || !s)
		return;
	sw_rstr_share(&c->pod_labels, s->pod_labels);
	if (!c->ip)
		sw_rstr_share(&c->ip, s->ip);
}

bool sw_container_look_up(struct sw_state *st, struct sw_str id, uint8_t type)
{
	struct look l = {.st = st, .id = id, .type = type};
	bool found;

	if (!sw_container_safe_id(id))
		return false;
	sw_arena_init(&l.a, (size_t)64 << 20);
	l.id = sw_arena_str(&l.a, id);
	found = type != SW_CT_CRIO && type != SW_CT_PODMAN && from_docker(&l);
	struct sw_container *c =
		found ? sw_containers_get(st->containers, sw_str_sub(l.id, 0, 12)) : anywhere(&l);
	if (c && (c->type == SW_CT_CRIO || c->type == SW_CT_PODMAN))
		from_storage(&l, c);
	if (c && !c->pod_name)
		from_logs(&l, c);
	if (c)
		from_sandbox(&l);
	sw_arena_release(&l.a);
	return c != NULL;
}
