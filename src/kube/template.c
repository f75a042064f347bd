/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/template.h"

#include "base/cleanup.h"

/* The places of the built-in kinds, up to five segments. */
static const struct {
	const char *group, *kind;
	const char *path[6];
} known[] = {
	{"", "Pod", {"spec"}},
	{"", "PodTemplate", {"template", "spec"}},
	{"", "ReplicationController", {"spec", "template", "spec"}},
	{"apps", "Deployment", {"spec", "template", "spec"}},
	{"apps", "ReplicaSet", {"spec", "template", "spec"}},
	{"apps", "StatefulSet", {"spec", "template", "spec"}},
	{"apps", "DaemonSet", {"spec", "template", "spec"}},
	{"extensions", "Deployment", {"spec", "template", "spec"}},
	{"extensions", "ReplicaSet", {"spec", "template", "spec"}},
	{"extensions", "DaemonSet", {"spec", "template", "spec"}},
	{"batch", "Job", {"spec", "template", "spec"}},
	{"batch", "CronJob", {"spec", "jobTemplate", "spec", "template", "spec"}},
};

/* One step of the way from the root to where the search stands. */
struct step {
	const struct step *up;
	struct sw_value parent, key;
};

struct search {
	struct sw_arena *arena;
	struct sw_kube_pod *pods;
	uint32_t n, cap;
	bool too_many, full;
};

static void pointer_add(struct sw_buf *b, struct sw_value key)
{
	sw_buf_addch(b, '/');
	if (key.type == SW_NUMBER) {
		sw_buf_printf(b, "%lld", (long long)key.u.i);
		return;
	}
	struct sw_str s = sw_value_str(key);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '~')
			sw_buf_addz(b, "~0");
		else if (s.p[i] == '/')
			sw_buf_addz(b, "~1");
		else
			sw_buf_addch(b, s.p[i]);
	}
}

static bool grow(struct search *s)
{
	if (s->n == SW_KUBE_PODS_MAX) {
		s->too_many = true;
		return false;
	}
	if (s->n == s->cap) {
		uint32_t cap = s->cap ? s->cap * 2 : 1;
		struct sw_kube_pod *p =
			sw_arena_grow(s->arena, s->pods, s->n * sizeof(*p), cap * sizeof(*p));
		if (!p) {
			s->full = true;
			return false;
		}
		s->pods = p;
		s->cap = cap;
	}
	return true;
}

/* Adds the pod whose spec lies behind `last`. */
static bool add(struct search *s, const struct step *last, struct sw_value spec)
{
	if (!grow(s))
		return false;
	const struct step *steps[SW_KUBE_TEMPLATE_DEPTH + 8];
	uint32_t n = 0;
	for (const struct step *t = last; t; t = t->up)
		steps[n++] = t;
	sw_autobuf text;
	sw_buf_init(&text, 1 << 20);
	struct sw_value *path = sw_arena_new_array(s->arena, n, struct sw_value);
	for (uint32_t i = 0; path && i < n; i++) {
		path[i] = steps[n - 1 - i]->key;
		pointer_add(&text, path[i]);
	}
	struct sw_kube_pod pod = {.spec = spec};
	struct sw_value metadata = sw_object_gets(last->parent, SW_STR("metadata"));
	if (metadata.type == SW_OBJECT)
		pod.metadata = metadata;
	if (path)
		pod.path = sw_array_from(s->arena, path, n);
	pod.pointer = sw_arena_str(s->arena, sw_buf_str(&text));
	if (!path || !sw_defined(pod.path) || !pod.pointer.p || text.overflow) {
		s->full = true;
		return false;
	}
	s->pods[s->n++] = pod;
	return true;
}

static bool is_pod_spec(struct sw_value v)
{
	struct sw_value cs = sw_object_gets(v, SW_STR("containers"));
	if (cs.type != SW_ARRAY)
		return false;
	sw_array_foreach (c, cs) {
		if (sw_object_gets(*c, SW_STR("image")).type == SW_STRING)
			return true;
	}
	return false;
}

static bool search_in(struct search *s, struct sw_value v, const struct step *up, uint32_t depth)
{
	if (depth > SW_KUBE_TEMPLATE_DEPTH)
		return true;
	/* The second step at the earliest: `spec` itself is no template, it has no metadata beside
	 * it. */
	if (depth > 1 && v.type == SW_OBJECT && is_pod_spec(v) && !add(s, up, v))
		return false;
	if (v.type == SW_OBJECT) {
		sw_object_foreach (m, v) {
			if (m->v.type != SW_OBJECT && m->v.type != SW_ARRAY)
				continue;
			if (depth == 0 && (sw_str_is(sw_value_str(m->k), "status") ||
						  sw_str_is(sw_value_str(m->k), "metadata")))
				continue;
			struct step step = {up, v, m->k};
			if (!search_in(s, m->v, &step, depth + 1))
				return false;
		}
	} else if (v.type == SW_ARRAY) {
		for (uint32_t i = 0; i < v.n; i++) {
			struct step step = {up, v, sw_int(i)};
			if (!search_in(s, v.u.a->v[i], &step, depth + 1))
				return false;
		}
	}
	return true;
}

static bool follow(
	struct search *s, struct sw_value v, const char *const *path, const struct step *up)
{
	if (!*path)
		return v.type != SW_OBJECT || add(s, up, v);
	struct step step = {up, v, sw_string(sw_str_from(*path))};
	struct sw_value next = sw_object_gets(v, sw_str_from(*path));
	return next.type != SW_OBJECT || follow(s, next, path + 1, &step);
}

const char *const *sw_kube_pod_place(const struct sw_kube_object *o)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(known); i++)
		if (sw_kube_is(o, known[i].group, known[i].kind))
			return known[i].path;
	return NULL;
}

bool sw_kube_pod_kind(struct sw_str kind)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(known); i++)
		if (sw_str_is(kind, known[i].kind))
			return true;
	return false;
}

int sw_kube_pods(struct sw_arena *a, const struct sw_kube_object *o, struct sw_kube_pod **ret,
	uint32_t *ret_n, struct sw_error *err)
{
	struct search s = {.arena = a};
	const char *const *path = sw_kube_pod_place(o);
	bool ok = path ? follow(&s, o->value, path, NULL) : search_in(&s, o->value, NULL, 0);
	if (!ok && s.too_many)
		return sw_error_set(err, SW_ELIMIT, "more than %d pod templates in one object",
			SW_KUBE_PODS_MAX);
	if (!ok)
		return sw_error_set(err, SW_ELIMIT, "no memory left for pod templates");
	*ret = s.pods;
	*ret_n = s.n;
	return 0;
}

static const char *const fields[] = {"initContainers", "containers", "ephemeralContainers"};

void sw_kube_containers_init(struct sw_kube_containers *it, struct sw_value pod_spec)
{
	*it = (struct sw_kube_containers){.spec = pod_spec};
}

bool sw_kube_containers_next(struct sw_kube_containers *it, struct sw_kube_container *ret)
{
	for (; it->field < SW_ARRAY_LEN(fields); it->field++, it->index = 0) {
		struct sw_value list = sw_object_gets(it->spec, sw_str_from(fields[it->field]));
		if (list.type != SW_ARRAY)
			continue;
		while (it->index < list.n) {
			uint32_t i = it->index++;
			struct sw_value c = list.u.a->v[i];
			if (c.type != SW_OBJECT)
				continue;
			struct sw_value name = sw_object_gets(c, SW_STR("name"));
			static const enum sw_kube_container_kind kinds[] = {
				SW_KUBE_INIT, SW_KUBE_CONTAINER, SW_KUBE_EPHEMERAL};
			*ret = (struct sw_kube_container){
				.value = c,
				.name = name.type == SW_STRING ? sw_value_str(name) : SW_STR(""),
				.kind = kinds[it->field],
				.field = fields[it->field],
				.index = i,
			};
			if (ret->kind == SW_KUBE_INIT &&
				sw_str_is(sw_value_getstr(c, "restartPolicy"), "Always"))
				ret->kind = SW_KUBE_SIDECAR;
			return true;
		}
	}
	return false;
}
