/* SPDX-License-Identifier: Apache-2.0 */
/*
 * data.inventory: what referential policies look into.
 *
 *     cluster.<groupVersion>.<Kind>.<name>      namespace.<ns>.<groupVersion>.<Kind>.<name>
 *
 * The tree is made once, from the objects sorted by path, before the first review that follows an addition.
 */
#include <stdlib.h>

#include "policy/gatekeeper/internal.h"

enum { LEVELS = 5 };

/* "namespace", ns, groupVersion, kind, name. A cluster-wide object has no second level. */
static struct sw_str part(const struct gk_data *d, int level)
{
	const struct sw_kube_object *o = &d->object;
	switch (level) {
	case 0:
		return o->ns.n ? SW_STR("namespace") : SW_STR("cluster");
	case 1:
		return o->ns.n ? o->ns : SW_STR("");
	case 2:
		return o->api_version;
	case 3:
		return o->kind;
	default:
		return o->name;
	}
}

static int order(const void *x, const void *y)
{
	const struct gk_data *a = x, *b = y;
	for (int level = 0; level < LEVELS; level++) {
		int c = sw_str_cmp(part(a, level), part(b, level));
		if (c)
			return c;
	}
	return (a->order > b->order) - (a->order < b->order);
}

static struct sw_value tree(struct sw_arena *a, const struct gk_data *d, uint32_t n, int level)
{
	if (level == LEVELS)
		return d[n - 1].object.value; /* of several with one path the last wins */
	if (level == 1 && !d[0].object.ns.n)
		return tree(a, d, n, 2);
	struct sw_map m;
	sw_map_init(&m, a);
	for (uint32_t i = 0, j; i < n; i = j) {
		struct sw_str key = part(&d[i], level);
		for (j = i + 1; j < n && sw_str_eq(part(&d[j], level), key);)
			j++;
		sw_map_add(&m, sw_string(key), tree(a, d + i, j - i, level + 1));
	}
	return sw_map_object(&m);
}

struct sw_value gk_inventory(struct sw_gk *gk)
{
	if (sw_defined(gk->inventory))
		return gk->inventory;
	sw_arena_reset(&gk->inventory_arena);
	struct sw_arena *a = &gk->inventory_arena;
	if (gk->n_data > 1)
		qsort(gk->data, gk->n_data, sizeof(*gk->data), order);
	struct sw_map m;
	sw_map_init(&m, a);
	if (gk->n_data)
		sw_map_adds(&m, "inventory", tree(a, gk->data, gk->n_data, 0));
	gk->inventory = sw_map_object(&m);
	return gk->inventory;
}

guint gk_str_hash(gconstpointer key)
{
	return (guint)sw_value_hash(sw_string(*(const struct sw_str *)key));
}

gboolean gk_str_equal(gconstpointer a, gconstpointer b)
{
	return sw_str_eq(*(const struct sw_str *)a, *(const struct sw_str *)b);
}

struct sw_value gk_namespace(const struct sw_gk *gk, struct sw_str name)
{
	const struct sw_value *v = g_hash_table_lookup(gk->namespaces, &name);
	return v ? *v : sw_undef();
}

static int add_namespace(struct sw_gk *gk, const struct sw_kube_object *o)
{
	struct sw_str *name = sw_arena_new(&gk->data_arena, struct sw_str);
	struct sw_value *v = sw_arena_new(&gk->data_arena, struct sw_value);
	if (!name || !v)
		return -SW_ELIMIT;
	*name = o->name;
	*v = o->value;
	g_hash_table_replace(gk->namespaces, name, v); /* the later of two wins */
	return 0;
}

int sw_gk_add_data(struct sw_gk *gk, struct sw_value object, struct sw_error *err)
{
	struct sw_kube_object o;
	int r = sw_kube_object_init(object, &o, err);
	if (r < 0)
		return r;
	bool is_namespace = sw_kube_is(&o, "", "Namespace");
	if (gk->opts.sync_only && !is_namespace && !sw_gk_syncs(gk, &o))
		return 0;
	r = gk_grow(&gk->data_arena, (void **)&gk->data, gk->n_data, &gk->cap_data, sizeof(*gk->data));
	if (r == 0 && is_namespace)
		r = add_namespace(gk, &o);
	if (r < 0)
		return sw_error_set(err, SW_ELIMIT, "too many objects");
	if (gk_table_add(&gk->known, &gk->data_arena, &o) < 0)
		return sw_error_set(err, SW_ELIMIT, "too many objects");
	gk->data[gk->n_data] = (struct gk_data){.object = o, .order = gk->n_data};
	gk->n_data++;
	gk->inventory = sw_undef();
	return 0;
}

void sw_gk_clear_data(struct sw_gk *gk)
{
	g_hash_table_remove_all(gk->namespaces);
	gk_table_clear(&gk->known);
	sw_arena_reset(&gk->data_arena);
	gk->data = NULL;
	gk->n_data = gk->cap_data = 0;
	gk->inventory = sw_undef();
}
