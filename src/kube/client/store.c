/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of a mirror: JSON texts by namespace and name. */
#include <glib.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "kube/client/mirror_impl.h"

struct store {
	GTree *tree; /* "ns/name" -> JSON, in order */
	size_t bytes;
};

static gint by_key(gconstpointer a, gconstpointer b, gpointer arg)
{
	return strcmp(a, b);
}

static struct store *store_new(void)
{
	struct store *s = g_new0(struct store, 1);
	s->tree = g_tree_new_full(by_key, NULL, g_free, (GDestroyNotify)g_bytes_unref);
	return s;
}

void store_free(struct store *s)
{
	if (!s)
		return;
	g_tree_destroy(s->tree);
	g_free(s);
}

uint64_t store_count(const struct store *s)
{
	return (uint64_t)g_tree_nnodes(s->tree);
}

size_t store_bytes(const struct store *s)
{
	return s->bytes;
}

/* 1: it is new or another; 0: it was there. */
static int store_put(struct store *s, struct sw_str key, struct sw_str text)
{
	g_autofree char *k = g_strndup(key.p, key.n);
	GBytes *old = g_tree_lookup(s->tree, k);
	if (old) {
		gsize n;
		const char *p = g_bytes_get_data(old, &n);
		if (sw_str_eq(sw_str_make(p, n), text))
			return 0;
		s->bytes -= n + key.n;
	}
	s->bytes += text.n + key.n;
	g_tree_replace(s->tree, g_steal_pointer(&k), g_bytes_new(text.p, text.n));
	return 1;
}

static bool store_remove(struct store *s, struct sw_str key)
{
	g_autofree char *k = g_strndup(key.p, key.n);
	GBytes *old = g_tree_lookup(s->tree, k);
	if (!old)
		return false;
	s->bytes -= g_bytes_get_size(old) + key.n;
	g_tree_remove(s->tree, k);
	return true;
}

static gboolean share(gpointer key, gpointer value, gpointer arg)
{
	g_ptr_array_add(arg, g_bytes_ref(value));
	return FALSE;
}

/* What each() visits: the texts of a moment, shared, so that the lock is held for as long as counting takes. */
struct snapshot {
	struct sw_arena arena;
	struct sw_kube_resource *resources;
	guint *ends; /* of a resource's texts in `texts` */
	uint32_t n;
	GPtrArray *texts;
};

static void resource_copy(struct sw_arena *a, struct sw_kube_resource *to, const struct sw_kube_resource *r)
{
	*to = *r;
	to->group = sw_arena_str(a, r->group);
	to->version = sw_arena_str(a, r->version);
	to->api_version = sw_arena_str(a, r->api_version);
	to->resource = sw_arena_str(a, r->resource);
	to->singular = sw_arena_str(a, r->singular);
	to->kind = sw_arena_str(a, r->kind);
	to->shorts = NULL;
	to->n_shorts = 0;
}

bool part_init(struct part *p, const struct sw_kube_resource *r)
{
	sw_arena_init(&p->arena, 1 << 20);
	resource_copy(&p->arena, &p->resource, r);
	p->objects = store_new();
	return !p->arena.overflow;
}

/* Under the lock. */
static bool snapshot_take(struct snapshot *s, const struct sw_kube_mirror *m)
{
	sw_arena_init(&s->arena, (size_t)PARTS_MAX * 8192);
	s->resources = sw_arena_new_array(&s->arena, m->n + 1, struct sw_kube_resource);
	s->ends = sw_arena_new_array(&s->arena, m->n + 1, guint);
	s->texts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	s->n = m->n;
	for (uint32_t i = 0; s->ends && s->resources && i < m->n; i++) {
		resource_copy(&s->arena, &s->resources[i], &m->parts[i]->resource);
		g_tree_foreach(m->parts[i]->objects->tree, share, s->texts);
		s->ends[i] = s->texts->len;
	}
	return !s->arena.overflow;
}

int store_each(struct sw_kube_mirror *m, int (*fn)(void *arg, const struct sw_kube_resource *r, struct sw_str text),
	void *arg)
{
	struct snapshot s;
	int rc = 0;
	pthread_mutex_lock(&m->lock);
	bool whole = snapshot_take(&s, m);
	pthread_mutex_unlock(&m->lock);
	if (!whole)
		rc = -SW_ELIMIT;
	for (uint32_t i = 0, at = 0; !rc && i < s.n; i++)
		for (; !rc && at < s.ends[i]; at++) {
			gsize n;
			const char *p = g_bytes_get_data(g_ptr_array_index(s.texts, at), &n);
			rc = fn(arg, &s.resources[i], sw_str_make(p, n));
		}
	g_ptr_array_free(s.texts, TRUE);
	sw_arena_release(&s.arena);
	return rc;
}

static gboolean equal_entry(gpointer key, gpointer value, gpointer arg)
{
	GBytes *other = g_tree_lookup(arg, key);
	return !other || !g_bytes_equal(other, value);
}

/* g_tree_foreach() ends where the callback says TRUE: is there a difference? */
static gboolean differs(gpointer key, gpointer value, gpointer arg)
{
	bool *found = ((void **)arg)[1];
	*found = equal_entry(key, value, ((void **)arg)[0]);
	return *found;
}

static bool same(struct store *a, struct store *b)
{
	bool found = false;
	void *arg[] = {b->tree, &found};
	if (store_count(a) != store_count(b) || a->bytes != b->bytes)
		return false;
	g_tree_foreach(a->tree, differs, arg);
	return !found;
}

/* ---- objects ---- */

/* Its JSON without what servers note of who wrote what. */
static struct sw_str text_of(struct sw_arena *a, struct sw_value object, struct sw_buf *out)
{
	struct sw_map m, md;
	struct sw_value meta = sw_object_gets(object, SW_STR("metadata"));
	sw_map_init(&m, a);
	sw_map_init(&md, a);
	sw_object_foreach(it, object)
		if (!sw_str_is(sw_value_str(it->k), "metadata"))
			sw_map_add(&m, it->k, it->v);
	if (meta.type == SW_OBJECT)
		sw_object_foreach(it, meta)
			if (!sw_str_is(sw_value_str(it->k), "managedFields"))
				sw_map_add(&md, it->k, it->v);
	sw_map_adds(&m, "metadata", sw_map_object(&md));
	sw_json_write(out, sw_map_object(&m), 0);
	return sw_buf_str(out);
}

static struct sw_str key_of(struct sw_arena *a, struct sw_value object)
{
	struct sw_value md = sw_object_gets(object, SW_STR("metadata"));
	struct sw_str ns = sw_value_getstr(md, "namespace"), name = sw_value_getstr(md, "name");
	if (!name.n || memchr(name.p, 0, name.n) || (ns.n && memchr(ns.p, 0, ns.n)))
		return (struct sw_str){0};
	return sw_arena_printf(a, "%.*s/%.*s", SW_STR_ARG(ns), SW_STR_ARG(name));
}

struct staging {
	struct sw_kube_mirror *m;
	struct part *p;
	struct store *objects;
};

static int too_much(struct sw_error *err, const struct sw_kube_mirror *m)
{
	return sw_error_set(err, SW_ELIMIT, "the objects of the cluster take more than %zu bytes", m->o.memory);
}

static int stage(void *arg, struct sw_arena *a, struct sw_value object, struct sw_str text, struct sw_error *err)
{
	struct staging *s = arg;
	sw_autobuf b;
	sw_buf_init(&b, SW_KUBE_ITEM_MAX * 2);
	struct sw_str key = key_of(a, object);
	if (!key.p)
		return sw_error_set(err, SW_EINVALID, "the list has an object without a name");
	store_put(s->objects, key, text_of(a, object, &b));
	size_t others = s->m->bytes - store_bytes(s->p->objects);
	return b.overflow || others + store_bytes(s->objects) > s->m->o.memory ? too_much(err, s->m) : 0;
}

void store_list(struct sw_kube_mirror *m, struct part *p)
{
	struct staging s = {.m = m, .p = p, .objects = store_new()};
	struct sw_kube_list l = {.resource = &p->resource, .item = stage, .arg = &s};
	struct sw_error err = {0};
	int rc = sw_kube_list(m->c, &l, &err);
	if (rc == -SW_ECANCELLED) {
		store_free(s.objects);
		return;
	}
	if (rc) {
		store_free(s.objects);
		mirror_failed(m, p, &err, 0);
		return;
	}
	bool changed = !same(s.objects, p->objects);
	struct store *old = p->objects;
	if (changed)
		mirror_shape(m, p);
	pthread_mutex_lock(&m->lock);
	m->status.lists++;
	m->bytes += store_bytes(s.objects) - store_bytes(old);
	p->objects = s.objects;
	p->listed = true;
	m->generation += changed;
	pthread_mutex_unlock(&m->lock);
	store_free(old);
	p->relist = false;
	p->next_ms = 0;
	memcpy(p->version, l.version, sizeof(p->version));
	mirror_works(m, p);
}

int store_event(struct sw_kube_mirror *m, struct part *p, struct sw_arena *a, struct sw_value object, bool gone,
	struct sw_error *err)
{
	sw_autobuf b;
	struct sw_str key = key_of(a, object);
	bool changed = false;
	sw_buf_init(&b, SW_KUBE_ITEM_MAX * 2);
	if (!key.p)
		return sw_error_set(err, SW_EINVALID, "the watch has an object without a name");
	struct sw_str text = gone ? SW_STR("") : text_of(a, object, &b);
	pthread_mutex_lock(&m->lock);
	size_t before = store_bytes(p->objects);
	bool fits = m->bytes + text.n <= m->o.memory && !b.overflow;
	if (gone)
		changed = store_remove(p->objects, key);
	else if (fits)
		changed = store_put(p->objects, key, text);
	m->bytes += store_bytes(p->objects) - before;
	m->status.events++;
	m->generation += changed;
	pthread_mutex_unlock(&m->lock);
	if (changed)
		mirror_shape(m, p);
	return fits || gone ? 0 : too_much(err, m);
}
