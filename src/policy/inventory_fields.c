/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of objects with a pod template that hold only what the checks say they read. */
#include <glib.h>

#include "base/cleanup.h"
#include "kube/template.h"
#include "policy/inventory_impl.h"

/* What is kept below a member; `whole`: everything. */
struct keep {
	struct sw_str key;
	bool whole;
	struct keep *child, *next;
};

enum { KEPT_MAX = 64 }; /* members of one object */

struct sw_inventory_fields {
	struct sw_arena arena;
	const struct sw_str *v;
	uint32_t n;
	GHashTable *trees; /* by the place of the pod spec */
};

/* What tells objects apart, and what labels and owners say of them. */
static const struct sw_str always[] = {SW_STR_INIT("apiVersion"), SW_STR_INIT("kind"),
	SW_STR_INIT("metadata.name"), SW_STR_INIT("metadata.namespace"), SW_STR_INIT("metadata.uid"),
	SW_STR_INIT("metadata.labels"), SW_STR_INIT("metadata.ownerReferences"),
	SW_STR_INIT("pod.metadata.labels")};

struct sw_inventory_fields *sw_inventory_fields_new(const struct sw_str *v, uint32_t n)
{
	struct sw_inventory_fields *f = g_new0(struct sw_inventory_fields, 1);
	sw_arena_init(&f->arena, 1 << 20);
	f->v = v;
	f->n = n;
	f->trees = g_hash_table_new(g_direct_hash, g_direct_equal);
	return f;
}

void sw_inventory_fields_free(struct sw_inventory_fields *f)
{
	if (!f)
		return;
	g_hash_table_destroy(f->trees);
	sw_arena_release(&f->arena);
	g_free(f);
}

/* The child of that key, made where it is missing; NULL: no memory. */
static struct keep *child(struct sw_arena *a, struct keep *k, struct sw_str key)
{
	for (struct keep *c = k ? k->child : NULL; c; c = c->next)
		if (sw_str_eq(c->key, key))
			return c;
	struct keep *c = k ? sw_arena_new(a, struct keep) : NULL;
	if (c) {
		c->key = key;
		c->next = k->child;
		k->child = c;
	}
	return c;
}

static struct keep *walk(struct sw_arena *a, struct keep *k, struct sw_str path)
{
	struct sw_str step;
	while (k && sw_str_split(&path, '.', &step))
		k = child(a, k, step);
	return k;
}

/* `pod` stands for what holds the pod's metadata and spec. */
static void add(struct sw_arena *a, struct keep *root, const char *const *place, struct sw_str path)
{
	const struct sw_str pod = SW_STR("pod.");
	struct keep *k = root;
	if (sw_str_starts(path, pod)) {
		path = sw_str_sub(path, pod.n, path.n);
		for (; place[1]; place++)
			k = child(a, k, sw_str_from(*place));
	}
	k = walk(a, k, path);
	if (k)
		k->whole = true;
}

static const struct keep *tree(struct sw_inventory_fields *f, const char *const *place)
{
	struct keep *root = g_hash_table_lookup(f->trees, place);
	if (root)
		return root;
	root = sw_arena_new(&f->arena, struct keep);
	if (!root)
		return NULL;
	struct keep *spec = root;
	for (const char *const *p = place; *p; p++) /* that it is there counts too */
		spec = child(&f->arena, spec, sw_str_from(*p));
	for (size_t i = 0; i < SW_ARRAY_LEN(always); i++)
		add(&f->arena, root, place, always[i]);
	for (uint32_t i = 0; i < f->n; i++)
		add(&f->arena, root, place, f->v[i]);
	if (f->arena.overflow)
		return NULL;
	g_hash_table_insert(f->trees, (gpointer)place, root);
	return root;
}

static const struct keep *find(const struct keep *k, struct sw_value key)
{
	for (k = k->child; k; k = k->next)
		if (k->key.n == key.n && memcmp(k->key.p, key.u.s, key.n) == 0)
			return k;
	return NULL;
}

/* Recursion: the depth of the fields. */
static struct sw_value copy(
	struct sw_arena *a, struct sw_str *recent, const struct keep *k, struct sw_value v)
{
	struct sw_member kept[KEPT_MAX];
	struct sw_span spans[2 * KEPT_MAX];
	uint32_t n = 0;
	if (k->whole || v.type != SW_OBJECT)
		return sw_value_copy_sharing(a, recent, v);
	for (uint32_t i = 0; i < v.n && n < KEPT_MAX; i++) {
		const struct sw_member *m = &v.u.o->m[i];
		const struct keep *c = find(k, m->k);
		if (!c)
			continue;
		kept[n].k = sw_value_copy_sharing(a, recent, m->k);
		kept[n].v = copy(a, recent, c, m->v);
		if (v.u.o->spans)
			memcpy(&spans[2 * n], &v.u.o->spans[2 * i], 2 * sizeof(*spans));
		n++;
	}
	if (!n)
		return sw_empty_object();
	struct sw_object *body = sw_arena_new(a, struct sw_object);
	const void *m = sw_arena_memdup(a, kept, n * sizeof(*kept));
	const void *s = v.u.o->spans ? sw_arena_memdup(a, spans, 2 * n * sizeof(*spans)) : NULL;
	if (!body || a->overflow)
		return sw_undef();
	*body = (struct sw_object){m, s, v.u.o->keys};
	return (struct sw_value){.type = SW_OBJECT, .n = n, .u.o = body};
}

bool sw_inventory_fields_copy(struct sw_inventory_fields *f, struct sw_arena *a,
	struct sw_str *recent, const struct sw_kube_object *o, struct sw_value *ret)
{
	const char *const *place = sw_kube_pod_place(o);
	/* Without a name only the whole of an object tells it from another. */
	const struct keep *k = place && o->name.n ? tree(f, place) : NULL;
	if (!k)
		return false;
	*ret = copy(a, recent, k, o->value);
	return true;
}
