/* SPDX-License-Identifier: Apache-2.0 */
/* A container as the event that sw_state_container_json() reads: so that who reads a capture knows it, too. */
#include "base/cleanup.h"
#include "doc/json.h"
#include "runtime/state/container.h"

static void put(struct sw_map *m, const char *key, const struct sw_rstr *s)
{
	struct sw_str text = sw_rstr_str(s);

	if (text.n)
		sw_map_adds(m, key, sw_string(text));
}

static struct sw_value labels(struct sw_arena *a, const struct sw_rstr *list)
{
	struct sw_str all = sw_rstr_str(list), one;
	struct sw_map m;

	sw_map_init(&m, a);
	while (sw_str_split(&all, '\0', &one)) {
		size_t colon = sw_str_chr(one, ':', 0);
		if (colon != SW_NPOS && colon)
			sw_map_add(&m, sw_string(sw_str_sub(one, 0, colon)), sw_string(sw_str_sub(one, colon + 1, one.n)));
	}
	return sw_map_object(&m);
}

static struct sw_value mounts(struct sw_arena *a, const struct sw_rstr *list)
{
	static const char *const names[] = {"Source", "Destination", "Mode", "RW", "Propagation"};
	struct sw_str all = sw_rstr_str(list), one, part;
	struct sw_list l;

	sw_list_init(&l, a);
	while (sw_str_split(&all, '\0', &one)) {
		struct sw_map m;
		if (!one.n) /* behind the last NUL */
			continue;
		sw_map_init(&m, a);
		for (size_t i = 0; i < SW_ARRAY_LEN(names) && sw_str_split(&one, ':', &part); i++)
			sw_map_adds(&m, names[i], i == 3 ? sw_bool(sw_str_is(part, "true")) : sw_string(part));
		sw_list_add(&l, sw_map_object(&m));
	}
	return sw_list_array(&l);
}

/* Pods are told by labels. */
static void pod(struct sw_map *m, const struct sw_container *c)
{
	put(m, "io.kubernetes.pod.name", c->pod_name);
	put(m, "io.kubernetes.pod.namespace", c->pod_ns);
	put(m, "io.kubernetes.pod.uid", c->pod_uid);
	put(m, "io.kubernetes.sandbox.id", c->sandbox);
}

static struct sw_value event(struct sw_arena *a, const struct sw_container *c)
{
	struct sw_map m, all, outer;
	struct sw_value own = labels(a, c->labels);

	sw_map_init(&m, a);
	put(&m, "id", c->id);
	put(&m, "full_id", c->full_id);
	put(&m, "name", c->name);
	put(&m, "image", c->image);
	put(&m, "imageid", c->image_id);
	put(&m, "imagerepo", c->repo);
	put(&m, "imagetag", c->tag);
	put(&m, "imagedigest", c->digest);
	put(&m, "ip", c->ip);
	put(&m, "cni_json", c->cni);
	put(&m, "pod_sandbox_id", c->sandbox);
	sw_map_adds(&m, "type", sw_int(c->type));
	sw_map_adds(&m, "is_pod_sandbox", sw_bool(c->is_sandbox));
	if (c->has_privileged)
		sw_map_adds(&m, "privileged", sw_bool(c->privileged));
	sw_map_adds(&m, "host_pid", sw_bool(c->host_pid));
	sw_map_adds(&m, "host_network", sw_bool(c->host_net));
	sw_map_adds(&m, "host_ipc", sw_bool(c->host_ipc));
	sw_map_adds(&m, "created_time", sw_int((int64_t)(c->created / 1000000000u)));
	sw_map_init(&all, a);
	pod(&all, c);
	if (sw_is(own, SW_OBJECT))
		sw_object_foreach(x, own)
			sw_map_add(&all, x->k, x->v);
	sw_map_adds(&m, "labels", sw_map_object(&all));
	sw_map_adds(&m, "pod_sandbox_labels", labels(a, c->pod_labels));
	sw_map_adds(&m, "Mounts", mounts(a, c->mounts));
	sw_map_init(&outer, a);
	sw_map_adds(&outer, "container", sw_map_object(&m));
	return sw_map_object(&outer);
}

struct sw_str sw_container_tell(struct sw_arena *a, const struct sw_container *c)
{
	enum { TOLD_MAX = 4 << 20 };
	sw_autobuf text = {0};
	struct sw_value v = event(a, c);

	sw_buf_init(&text, TOLD_MAX);
	if (sw_defined(v))
		sw_json_write(&text, v, 0);
	sw_buf_addch(&text, '\0');
	return !sw_defined(v) || text.overflow ? (struct sw_str){NULL, 0} : sw_arena_str(a, sw_buf_str(&text));
}
