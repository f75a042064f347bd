/* SPDX-License-Identifier: Apache-2.0 */
/* Values changed at random, by words and keys of what was seen before: for tests that compare two judges. */
#ifndef SW_TEST_MUTANT_H
#define SW_TEST_MUTANT_H

#include "doc/value.h"

enum { MUTANT_POOL = 1024 };

struct mutant {
	struct sw_arena *arena;
	uint64_t state;
	struct sw_value keys[MUTANT_POOL], values[MUTANT_POOL];
	uint32_t n_keys, n_values;
};

static inline uint32_t mutant_roll(struct mutant *m, uint32_t n)
{
	m->state ^= m->state >> 12;
	m->state ^= m->state << 25;
	m->state ^= m->state >> 27;
	return (uint32_t)((m->state * 0x2545f4914f6cdd1du) >> 32) % n;
}

static inline void mutant_keep(struct sw_value *pool, uint32_t *n, struct mutant *m, struct sw_value v)
{
	if (*n < MUTANT_POOL)
		pool[(*n)++] = v;
	else
		pool[mutant_roll(m, MUTANT_POOL)] = v;
}

/* Keys, scalars and small containers of a value, for later. */
static inline void mutant_learn(struct mutant *m, struct sw_value v)
{
	if (v.type < SW_ARRAY || v.n < 3)
		mutant_keep(m->values, &m->n_values, m, v);
	if (v.type == SW_ARRAY)
		sw_array_foreach (e, v)
			mutant_learn(m, *e);
	if (v.type == SW_OBJECT)
		sw_object_foreach (it, v) {
			mutant_keep(m->keys, &m->n_keys, m, it->k);
			mutant_learn(m, it->v);
		}
}

static inline struct sw_value mutant_value(struct mutant *m)
{
	switch (mutant_roll(m, 12)) {
	case 0:
		return sw_null();
	case 1:
		return sw_bool(false);
	case 2:
		return sw_bool(true);
	case 3:
		return sw_int((int64_t)mutant_roll(m, 5) - 2);
	case 4:
		return SW_VSTR("");
	case 5:
		return mutant_roll(m, 2) ? sw_empty_array() : sw_empty_object();
	default:
		return m->n_values ? m->values[mutant_roll(m, m->n_values)] : sw_null();
	}
}

static inline struct sw_value mutant_of(struct mutant *m, struct sw_value v);

static inline struct sw_value mutant_of_array(struct mutant *m, struct sw_value v)
{
	struct sw_list l;
	sw_list_init(&l, m->arena);
	uint32_t at = mutant_roll(m, v.n + 1), what = mutant_roll(m, 8);
	for (uint32_t i = 0; i < v.n; i++) {
		bool here = i == at;
		if (here && what == 0)
			continue; /* one less */
		sw_list_add(&l, here && what > 2 ? mutant_of(m, v.u.a->v[i]) : v.u.a->v[i]);
		if (here && what == 1)
			sw_list_add(&l, v.u.a->v[i]); /* twice */
	}
	if (at == v.n)
		sw_list_add(&l, mutant_value(m));
	return sw_list_array(&l);
}

static inline struct sw_value mutant_of_object(struct mutant *m, struct sw_value v)
{
	struct sw_map o;
	sw_map_init(&o, m->arena);
	uint32_t at = mutant_roll(m, v.n + 1), what = mutant_roll(m, 8);
	for (uint32_t i = 0; i < v.n; i++) {
		const struct sw_member *it = &v.u.o->m[i];
		if (i == at && what == 0)
			continue;
		sw_map_add(&o, it->k, i == at && what > 0 ? mutant_of(m, it->v) : it->v);
	}
	if (at == v.n && m->n_keys)
		sw_map_add(&o, m->keys[mutant_roll(m, m->n_keys)], mutant_value(m));
	return sw_map_object(&o);
}

/* The value with one change somewhere. Recursion: the depth of the value. */
static inline struct sw_value mutant_of(struct mutant *m, struct sw_value v)
{
	if (v.n && v.type == SW_ARRAY && mutant_roll(m, 10))
		return mutant_of_array(m, v);
	if (v.n && v.type == SW_OBJECT && mutant_roll(m, 12))
		return mutant_of_object(m, v);
	return mutant_value(m);
}

/* The same, mostly in its member `key`. */
static inline struct sw_value mutant_of_member(struct mutant *m, struct sw_value v, const char *key)
{
	struct sw_map o;
	struct sw_value at = sw_object_gets(v, sw_str_from(key));
	if (!sw_defined(at) || !mutant_roll(m, 6))
		return mutant_of(m, v);
	sw_map_init(&o, m->arena);
	sw_object_foreach (it, v)
		sw_map_add(&o, it->k, it->v);
	sw_map_adds(&o, key, mutant_of(m, at));
	return sw_map_object(&o);
}

#endif
