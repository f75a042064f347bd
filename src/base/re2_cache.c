/* SPDX-License-Identifier: Apache-2.0 */
#include "base/re2.h"

#include <stdlib.h>

#include <glib.h>
#include <xxhash.h>

struct entry {
	GList link; /* of all entries; data: the entry */
	uint64_t used; /* the time of its last use */
	struct sw_str key;
	struct sw_re2 *re;
};

enum { SLOTS = 512 }; /* a power of two */

struct sw_regex_cache {
	GHashTable *table; /* struct sw_str of an entry -> entry; NULL before the first */
	/* By the address of the text asked for, which of a program's constants is always the same. */
	struct entry *slots[SLOTS];
	GQueue all;
	uint64_t clock; /* counts uses */
	size_t max;
};

static guint hash_key(gconstpointer p)
{
	const struct sw_str *s = p;
	/* Patterns can be long, and this is done for every call. */
	return (guint)XXH3_64bits(s->p, s->n);
}

static gboolean equal_keys(gconstpointer a, gconstpointer b)
{
	return sw_str_eq(*(const struct sw_str *)a, *(const struct sw_str *)b);
}

static void free_entry(gpointer p)
{
	struct entry *e = p;
	sw_re2_free(e->re);
	g_free((char *)e->key.p);
	g_free(e);
}

struct sw_regex_cache *sw_regex_cache_new(size_t max)
{
	/* Most policies match nothing: GLib is not to be loaded for a cache that stays empty (base/lazy.h). */
	struct sw_regex_cache *c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	c->max = max ? max : 256;
	return c;
}

void sw_regex_cache_free(struct sw_regex_cache *c)
{
	if (!c)
		return;
	if (c->table)
		g_hash_table_destroy(c->table);
	free(c);
}

static struct sw_re2 *use(struct sw_regex_cache *c, struct entry *e)
{
	e->used = ++c->clock;
	return e->re;
}

static struct entry *find(const struct sw_regex_cache *c, struct sw_str key)
{
	return c->table ? g_hash_table_lookup(c->table, &key) : NULL;
}

struct sw_re2 *sw_regex_cache_lookup(struct sw_regex_cache *c, struct sw_str key)
{
	struct entry *e = find(c, key);
	return e ? use(c, e) : NULL;
}

static struct entry **slot_of(struct sw_regex_cache *c, struct sw_str pattern)
{
	return &c->slots[((uintptr_t)pattern.p * 0x9e3779b97f4a7c15u >> 32) & (SLOTS - 1)];
}

static void drop(struct sw_regex_cache *c, struct entry *e)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (c->slots[i] == e)
			c->slots[i] = NULL;
	g_queue_unlink(&c->all, &e->link);
	g_hash_table_remove(c->table, &e->key);
}

/* Rare, for it makes room for a pattern that was just compiled. */
static struct entry *least_used(struct sw_regex_cache *c)
{
	struct entry *least = c->all.head->data;
	for (GList *l = c->all.head; l; l = l->next)
		if (((struct entry *)l->data)->used < least->used)
			least = l->data;
	return least;
}

static struct entry *insert(struct sw_regex_cache *c, struct sw_str key, struct sw_re2 *re)
{
	struct entry *old = find(c, key);
	if (!c->table)
		c->table = g_hash_table_new_full(hash_key, equal_keys, NULL, free_entry);
	if (old)
		drop(c, old);
	while (c->all.length >= c->max)
		drop(c, least_used(c));
	struct entry *e = g_new0(struct entry, 1);
	e->key = sw_str_make(g_memdup2(key.p, key.n), key.n);
	e->re = re;
	e->link.data = e;
	e->used = ++c->clock;
	g_queue_push_head_link(&c->all, &e->link);
	g_hash_table_insert(c->table, &e->key, e);
	return e;
}

void sw_regex_cache_insert(struct sw_regex_cache *c, struct sw_str key, struct sw_re2 *re)
{
	insert(c, key, re);
}

int sw_regex_cache_get(
	struct sw_regex_cache *c, struct sw_str pattern, struct sw_re2 **ret, struct sw_error *err)
{
	struct entry **slot = slot_of(c, pattern);
	struct entry *e = *slot;
	if (!e || !sw_str_eq(e->key, pattern))
		e = find(c, pattern);
	if (!e) {
		struct sw_re2 *re;
		int r = sw_re2_compile(pattern, &re, err);
		if (r < 0)
			return r;
		e = insert(c, pattern, re);
	}
	*slot = e;
	*ret = use(c, e);
	return 0;
}
