/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/live.h"

#include <stdlib.h>

#include "base/buf.h"
#include "cis/node_impl.h"

#define OBJECTS_BUDGET ((size_t)1 << 30)
#define CONFIGZ_MAX ((size_t)1 << 20)
enum { LISTS_MAX = 4096 };

struct list {
	const struct sw_kube_resource *resource;
	struct sw_str ns;
	struct sw_value objects; /* an array; SW_UNDEF: `why` */
	struct sw_str why;
	int rc;
};

struct sw_cis_live {
	struct sw_kube_client *client;
	struct sw_arena arena;
	struct sw_str node_name;
	bool asked, there; /* discovery */
	struct sw_kube_discovery discovery;
	struct sw_str why;
	struct list *lists;
	uint32_t n, cap;
	bool kubelet_asked;
	struct sw_value kubelet;
	struct sw_str kubelet_why;
};

struct sw_cis_live *sw_cis_live_new(struct sw_arena *a, struct sw_kube_client *c, const char *node_name)
{
	struct sw_cis_live *l = sw_arena_new(a, struct sw_cis_live);
	if (!l)
		return NULL;
	l->client = c;
	l->node_name = sw_str_from(node_name);
	sw_arena_init(&l->arena, OBJECTS_BUDGET);
	return l;
}

void sw_cis_live_release(struct sw_cis_live *l)
{
	if (l)
		sw_arena_release(&l->arena);
}

struct sw_cis_live *sw_cis_node_live(struct sw_cis_node *n)
{
	return n->live;
}

static struct sw_str keep(struct sw_cis_live *l, const struct sw_error *err)
{
	return sw_arena_str(&l->arena, sw_str_from(err->text));
}

const struct sw_kube_discovery *sw_cis_live_resources(struct sw_cis_live *l, struct sw_str *ret_why)
{
	struct sw_error err = {0};
	if (!l->asked) {
		l->asked = true;
		l->there = sw_kube_discover(l->client, &l->arena, &l->discovery, &err) == 0;
		if (!l->there)
			l->why = keep(l, &err);
	}
	*ret_why = l->why;
	return l->there ? &l->discovery : NULL;
}

/* ---- lists ---- */

struct taking {
	struct sw_cis_live *live;
	struct sw_list list;
};

static int take(void *arg, struct sw_arena *a, struct sw_value object, struct sw_str text, struct sw_error *err)
{
	struct taking *t = arg;
	struct sw_map m, md;
	sw_map_init(&m, a);
	sw_map_init(&md, a);
	sw_object_foreach(it, object)
		if (!sw_str_is(sw_value_str(it->k), "metadata"))
			sw_map_add(&m, it->k, it->v);
	struct sw_value meta = sw_object_gets(object, SW_STR("metadata"));
	if (meta.type == SW_OBJECT)
		sw_object_foreach(it, meta)
			if (!sw_str_is(sw_value_str(it->k), "managedFields"))
				sw_map_add(&md, it->k, it->v);
	sw_map_adds(&m, "metadata", sw_map_object(&md));
	struct sw_value copy = sw_value_copy(&t->live->arena, sw_map_object(&m));
	return !sw_defined(copy) || sw_list_add(&t->list, copy)
		       ? sw_error_set(err, SW_ELIMIT, "the cluster's objects take too much memory")
		       : 0;
}

static struct list *find(struct sw_cis_live *l, const struct sw_kube_resource *r, struct sw_str ns)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->lists[i].resource == r && (!l->lists[i].ns.n || sw_str_eq(l->lists[i].ns, ns)) &&
			(l->lists[i].rc == 0 || sw_str_eq(l->lists[i].ns, ns)))
			return &l->lists[i];
	return NULL;
}

static struct list *list_of(struct sw_cis_live *l, const struct sw_kube_resource *r, struct sw_str ns)
{
	struct taking t = {.live = l};
	struct sw_error err = {0};
	struct list *have = find(l, r, r->namespaced ? ns : SW_STR(""));
	if (have)
		return have;
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 32;
		void *v = sw_arena_grow(&l->arena, l->lists, l->n * sizeof(*l->lists), cap * sizeof(*l->lists));
		if (!v || cap > LISTS_MAX)
			return NULL;
		l->lists = v;
		l->cap = cap;
	}
	sw_list_init(&t.list, &l->arena);
	struct sw_kube_list req = {.resource = r, .ns = r->namespaced ? ns : SW_STR(""), .item = take, .arg = &t};
	struct list *x = &l->lists[l->n++];
	*x = (struct list){.resource = r, .ns = sw_arena_str(&l->arena, req.ns)};
	x->rc = sw_kube_list(l->client, &req, &err);
	if (x->rc)
		x->why = keep(l, &err);
	else
		x->objects = t.list.n ? sw_list_array(&t.list) : sw_empty_array();
	return x;
}

static int one_object(struct sw_cis_live *l, const struct sw_kube_resource *r, struct sw_str ns,
	struct sw_str name, struct sw_list *out, struct sw_str *ret_why)
{
	struct sw_error err = {0};
	struct sw_value v;
	int rc = sw_kube_get_object(l->client, &l->arena, r, ns, name, &v, &err);
	if (rc == -SW_ENOENT)
		return 0;
	if (rc)
		*ret_why = keep(l, &err);
	else
		sw_list_add(out, v);
	return rc;
}

static int one_word(struct sw_cis_live *l, const struct sw_kube_discovery *d, struct sw_str word,
	struct sw_str ns, struct sw_str name, struct sw_list *out, struct sw_str *ret_why)
{
	const struct sw_kube_resource *r = sw_kube_discovery_find(d, word);
	if (!r) {
		*ret_why = sw_arena_printf(&l->arena, "error: the server doesn't have a resource type \"%.*s\"",
			SW_STR_ARG(word));
		return -SW_ENOENT;
	}
	if (name.n)
		return one_object(l, r, ns, name, out, ret_why);
	struct list *x = list_of(l, r, ns);
	if (!x || x->rc) {
		*ret_why = x ? x->why : SW_STR("the cluster's objects take too much memory");
		return x && x->rc != -SW_ENOENT ? x->rc : -SW_EIO;
	}
	sw_array_foreach(it, x->objects)
		if (sw_list_add(out, *it))
			return -SW_ELIMIT;
	return 0;
}

int sw_cis_live_get(struct sw_cis_live *l, struct sw_str words, struct sw_str ns, struct sw_str name,
	struct sw_value *ret, struct sw_str *ret_why)
{
	/* what kubectl's category "all" is on every cluster */
	static const char all[] = "pods,replicationcontrollers,services,daemonsets.apps,deployments.apps,"
				  "replicasets.apps,statefulsets.apps,horizontalpodautoscalers.autoscaling,"
				  "cronjobs.batch,jobs.batch";
	const struct sw_kube_discovery *d = sw_cis_live_resources(l, ret_why);
	bool category = sw_str_is(words, "all");
	struct sw_str rest = category ? SW_STR(all) : words, one;
	struct sw_list out;
	if (!d)
		return -SW_EIO;
	sw_list_init(&out, &l->arena);
	while (sw_str_split(&rest, ',', &one)) {
		int rc = one_word(l, d, sw_str_trim(one), ns, name, &out, ret_why);
		if (rc && !(category && rc == -SW_ENOENT))
			return rc;
	}
	*ret = out.n ? sw_list_array(&out) : sw_empty_array();
	return 0;
}

/* ---- the kubelet ---- */

static int ask_kubelet(struct sw_cis_live *l, struct sw_str name, struct sw_value *ret, struct sw_error *err)
{
	static const struct sw_kube_resource nodes = {.version = SW_STR_INIT("v1"), .resource = SW_STR_INIT("nodes")};
	struct sw_value v;
	const char *path = sw_kube_path(&l->arena, &nodes, SW_STR(""), name);
	struct sw_str full = sw_arena_printf(&l->arena, "%s/proxy/configz", path ? path : "");
	int rc = path && full.p ? sw_kube_get(l->client, &l->arena, full.p, NULL, CONFIGZ_MAX, &v, err)
				: sw_error_set(err, SW_ELIMIT, "the node's name is too long");
	if (rc)
		return rc;
	*ret = sw_object_gets(v, SW_STR("kubeletconfig"));
	return ret->type == SW_OBJECT ? 0
				      : sw_error_set(err, SW_EINVALID, "%s: no kubelet's configuration", full.p);
}

struct sw_value sw_cis_live_kubelet(struct sw_cis_live *l, struct sw_str host, struct sw_str *ret_why)
{
	struct sw_error err = {0};
	struct sw_str name = l->node_name.n ? l->node_name : host;
	if (!l->kubelet_asked) {
		l->kubelet_asked = true;
		char *lower = sw_arena_memdup(&l->arena, name.p, name.n);
		for (size_t i = 0; lower && i < name.n; i++) /* a node's name is the host's in small letters */
			if (lower[i] >= 'A' && lower[i] <= 'Z')
				lower[i] = (char)(lower[i] | 32);
		if (!lower || !name.n)
			sw_error_set(&err, SW_ENOENT, "the node's name is not known (--node-name)");
		else if (ask_kubelet(l, sw_str_make(lower, name.n), &l->kubelet, &err))
			l->kubelet = sw_undef();
		if (!sw_defined(l->kubelet))
			l->kubelet_why = keep(l, &err);
	}
	*ret_why = l->kubelet_why;
	return l->kubelet;
}
