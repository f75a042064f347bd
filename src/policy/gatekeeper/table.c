/* SPDX-License-Identifier: Apache-2.0 */
/* Objects by kind and by kind and name. An entry is the key of its own chain. */
#include "policy/gatekeeper/internal.h"

struct gk_chain {
	struct gk_entry *first, *last;
};

static guint hash_kind(gconstpointer key)
{
	const struct gk_entry *e = key;
	return gk_str_hash(&e->object.kind);
}

static gboolean same_kind(gconstpointer a, gconstpointer b)
{
	const struct gk_entry *x = a, *y = b;
	return sw_str_eq(x->object.kind, y->object.kind);
}

static guint hash_name(gconstpointer key)
{
	const struct gk_entry *e = key;
	return gk_str_hash(&e->object.name) ^ hash_kind(key) * 131;
}

static gboolean same_name(gconstpointer a, gconstpointer b)
{
	const struct gk_entry *x = a, *y = b;
	return sw_str_eq(x->object.name, y->object.name) && same_kind(a, b);
}

void gk_table_init(struct gk_table *t)
{
	t->names = g_hash_table_new(hash_name, same_name);
	t->kinds = g_hash_table_new(hash_kind, same_kind);
}

void gk_table_release(struct gk_table *t)
{
	g_hash_table_destroy(t->names);
	g_hash_table_destroy(t->kinds);
}

void gk_table_clear(struct gk_table *t)
{
	g_hash_table_remove_all(t->names);
	g_hash_table_remove_all(t->kinds);
}

/* Where the next of `e` goes: behind the last of its chain, or nowhere when `e` begins one. */
static struct gk_entry *append(GHashTable *chains, struct gk_chain *fresh, struct gk_entry *e)
{
	struct gk_chain *c = g_hash_table_lookup(chains, e);
	struct gk_entry *before = c ? c->last : NULL;
	if (c) {
		c->last = e;
	} else {
		*fresh = (struct gk_chain){.first = e, .last = e};
		g_hash_table_insert(chains, e, fresh);
	}
	return before;
}

int gk_table_add(struct gk_table *t, struct sw_arena *a, const struct sw_kube_object *o)
{
	struct gk_entry *e = sw_arena_new(a, struct gk_entry), *before;
	struct gk_chain *fresh = sw_arena_new_array(a, 2, struct gk_chain);
	if (!e || !fresh)
		return -SW_ELIMIT;
	*e = (struct gk_entry){.object = *o};
	if ((before = append(t->names, &fresh[0], e)))
		before->next_name = e;
	if ((before = append(t->kinds, &fresh[1], e)))
		before->next_kind = e;
	return 0;
}

const struct gk_entry *gk_table_first(const struct gk_table *t, struct sw_str kind, struct sw_str name)
{
	struct gk_entry key = {.object = {.kind = kind, .name = name}};
	struct gk_chain *c = g_hash_table_lookup(name.p ? t->names : t->kinds, &key);
	return c ? c->first : NULL;
}

bool gk_table_has(const struct gk_table *t, const struct sw_kube_object *o)
{
	const struct gk_entry *e = gk_table_first(t, o->kind, o->name.p ? o->name : SW_STR(""));
	while (e && !(sw_str_eq(e->object.ns, o->ns) && sw_str_eq(e->object.api_version, o->api_version)))
		e = e->next_name;
	return e != NULL;
}
