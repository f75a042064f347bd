/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/value.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

const struct sw_array sw_array_empty = {0};
const struct sw_object sw_object_empty = {0};

static uint64_t hash_seed;

__attribute__((constructor)) static void seed_hash(void)
{
	if (getrandom(&hash_seed, sizeof(hash_seed), GRND_NONBLOCK) != sizeof(hash_seed))
		hash_seed ^= (uintptr_t)&hash_seed;
}

const char *sw_type_name(enum sw_type t)
{
	static const char *const names[SW_TYPE__COUNT] = {
		[SW_UNDEF] = "undefined",
		[SW_NULL] = "null",
		[SW_BOOL] = "boolean",
		[SW_NUMBER] = "number",
		[SW_STRING] = "string",
		[SW_ARRAY] = "array",
		[SW_OBJECT] = "object",
		[SW_SET] = "set",
	};
	return names[t];
}

struct sw_value sw_object_get(struct sw_value o, struct sw_value key)
{
	int64_t i = sw_object_index(o, key);
	return i < 0 ? sw_undef() : o.u.o->m[i].v;
}

struct sw_value sw_object_gets(struct sw_value o, struct sw_str key)
{
	return sw_object_get(o, sw_string(key));
}

enum { LINEAR_MAX = 16 }; /* below this a scan over 8-byte heads beats a binary search */

static int64_t search_members(struct sw_value o, struct sw_value key)
{
	const struct sw_member *m = o.u.o->m;
	uint32_t lo = 0, hi = o.n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = sw_value_cmp(m[mid].k, key);
		if (c == 0)
			return mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}

int64_t sw_object_index(struct sw_value o, struct sw_value key)
{
	if (o.type != SW_OBJECT)
		return -1;
	if (key.type == SW_STRING && !sw_object_may_have(o, key))
		return -1;
	if (o.n > LINEAR_MAX || key.type != SW_STRING)
		return search_members(o, key);
	const struct sw_member *m = o.u.o->m;
	uint64_t head = sw_value_head(key);
	for (uint32_t i = 0; i < o.n; i++)
		if (sw_value_head(m[i].k) == head && sw_bytes_eq(m[i].k.u.s, key.u.s, key.n))
			return i;
	return -1;
}

struct sw_value sw_array_at(struct sw_value a, int64_t index)
{
	if (a.type != SW_ARRAY || index < 0 || index >= (int64_t)a.n)
		return sw_undef();
	return a.u.a->v[index];
}

bool sw_set_has(struct sw_value set, struct sw_value v)
{
	if (set.type != SW_SET)
		return false;
	uint32_t lo = 0, hi = set.n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = sw_value_cmp(set.u.a->v[mid], v);
		if (c == 0)
			return true;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

struct sw_value sw_value_path(struct sw_value v, ...)
{
	va_list ap;
	va_start(ap, v);
	const char *key;
	while ((key = va_arg(ap, const char *)) && sw_defined(v))
		v = sw_object_gets(v, sw_str_from(key));
	va_end(ap);
	return v;
}

struct sw_str sw_value_getstr(struct sw_value o, const char *key)
{
	struct sw_value v = sw_object_gets(o, sw_str_from(key));
	return v.type == SW_STRING ? sw_value_str(v) : (struct sw_str){NULL, 0};
}

/* ---- order ---- */

/* Told without a call; false does not say that they differ. */
static inline bool same_text(struct sw_value a, struct sw_value b)
{
	return a.type == SW_STRING && sw_value_str_eq(a, b);
}

static int cmp_arrays(struct sw_value a, struct sw_value b)
{
	uint32_t n = a.n < b.n ? a.n : b.n;
	if (a.u.a != b.u.a)
		for (uint32_t i = 0; i < n; i++) {
			int c = sw_value_cmp(a.u.a->v[i], b.u.a->v[i]);
			if (c)
				return c;
		}
	return (a.n > b.n) - (a.n < b.n);
}

/* As OPA: keys are compared first, pair by pair, each followed by its value. */
static int cmp_objects(struct sw_value a, struct sw_value b)
{
	uint32_t n = a.n < b.n ? a.n : b.n;
	if (a.u.o != b.u.o)
		for (uint32_t i = 0; i < n; i++) {
			const struct sw_member *x = &a.u.o->m[i], *y = &b.u.o->m[i];
			int c = same_text(x->k, y->k) ? 0 : sw_value_cmp(x->k, y->k);
			if (!c && !same_text(x->v, y->v))
				c = sw_value_cmp(x->v, y->v);
			if (c)
				return c;
		}
	return (a.n > b.n) - (a.n < b.n);
}

int sw_value_cmp(struct sw_value a, struct sw_value b)
{
	if (a.type != b.type)
		return a.type < b.type ? -1 : 1;
	switch ((enum sw_type)a.type) {
	case SW_UNDEF:
	case SW_NULL:
	case SW_TYPE__COUNT:
		return 0;
	case SW_BOOL:
		return a.u.b - b.u.b;
	case SW_NUMBER:
		if (a.repr == SW_NUM_INT && b.repr == SW_NUM_INT)
			return (a.u.i > b.u.i) - (a.u.i < b.u.i);
		return sw_number_cmp(a, b);
	case SW_STRING:
		return sw_str_cmp(sw_value_str(a), sw_value_str(b));
	case SW_ARRAY:
	case SW_SET:
		return cmp_arrays(a, b);
	case SW_OBJECT:
		return cmp_objects(a, b);
	}
	return 0;
}

bool sw_value_eq(struct sw_value a, struct sw_value b)
{
	if (a.type != b.type)
		return false;
	if (a.type == SW_STRING)
		return sw_value_str_eq(a, b);
	if (a.type >= SW_ARRAY && a.n != b.n)
		return false;
	return sw_value_cmp(a, b) == 0;
}

/* ---- hash ---- */

uint64_t sw_number_hash(struct sw_value v, uint64_t seed); /* number.c: canonical decimal */

static uint64_t hash_mix(uint64_t h, uint64_t v)
{
	return XXH3_64bits_withSeed(&v, sizeof(v), h);
}

static uint64_t hash_value(struct sw_value v, uint64_t h)
{
	switch ((enum sw_type)v.type) {
	case SW_UNDEF:
	case SW_NULL:
	case SW_TYPE__COUNT:
		break;
	case SW_BOOL:
		h = hash_mix(h, v.u.b);
		break;
	case SW_NUMBER:
		return sw_number_hash(v, h);
	case SW_STRING:
		return XXH3_64bits_withSeed(v.u.s, v.n, h + SW_STRING);
	case SW_ARRAY:
	case SW_SET:
		sw_array_foreach(e, v)
			h = hash_value(*e, h);
		break;
	case SW_OBJECT:
		sw_object_foreach(m, v)
			h = hash_value(m->v, hash_value(m->k, h));
		break;
	}
	return hash_mix(h, (uint64_t)v.type << 32 | v.n);
}

uint64_t sw_value_hash(struct sw_value v)
{
	return hash_value(v, hash_seed);
}

/* ---- copying ---- */

struct sw_value sw_string_copy(struct sw_arena *a, struct sw_str s)
{
	const char *p = sw_arena_memdup(a, s.p, s.n);
	return p ? sw_string(sw_str_make(p, s.n)) : sw_undef();
}

static const struct sw_span *copy_spans(struct sw_arena *a, const struct sw_span *spans, size_t n)
{
	return spans ? (const void *)sw_arena_memdup(a, spans, n * sizeof(*spans)) : NULL;
}

enum { SHARED_BYTES = 128 }; /* longer strings rarely repeat */

static struct sw_value copy_string(struct sw_arena *a, struct sw_str *recent, struct sw_value v)
{
	if (!recent || v.n > SHARED_BYTES)
		return sw_string_copy(a, sw_value_str(v));
	struct sw_str *slot = &recent[XXH3_64bits(v.u.s, v.n) & (SW_VALUE_RECENT - 1)];
	if (!sw_str_eq(*slot, sw_value_str(v)) || !slot->p) {
		const char *p = sw_arena_memdup(a, v.u.s, v.n);
		if (!p)
			return sw_undef();
		*slot = sw_str_make(p, v.n);
	}
	v.u.s = slot->p;
	return v;
}

static struct sw_value copy_list(struct sw_arena *a, struct sw_str *recent, struct sw_value v)
{
	struct sw_array *body = sw_arena_new(a, struct sw_array);
	struct sw_value *out = sw_arena_new_array(a, v.n, struct sw_value);
	if (!body || !out)
		return sw_undef();
	for (uint32_t i = 0; i < v.n; i++)
		out[i] = sw_value_copy_sharing(a, recent, v.u.a->v[i]);
	body->v = out;
	body->spans = copy_spans(a, v.u.a->spans, v.n);
	v.u.a = body;
	return a->overflow ? sw_undef() : v;
}

static struct sw_value copy_object(struct sw_arena *a, struct sw_str *recent, struct sw_value v)
{
	struct sw_object *body = sw_arena_new(a, struct sw_object);
	struct sw_member *out = sw_arena_new_array(a, v.n, struct sw_member);
	if (!body || !out)
		return sw_undef();
	for (uint32_t i = 0; i < v.n; i++) {
		out[i].k = sw_value_copy_sharing(a, recent, v.u.o->m[i].k);
		out[i].v = sw_value_copy_sharing(a, recent, v.u.o->m[i].v);
	}
	body->m = out;
	body->spans = copy_spans(a, v.u.o->spans, (size_t)v.n * 2);
	body->keys = v.u.o->keys;
	v.u.o = body;
	return a->overflow ? sw_undef() : v;
}

struct sw_value sw_value_copy(struct sw_arena *a, struct sw_value v)
{
	return sw_value_copy_sharing(a, NULL, v);
}

struct sw_value sw_value_copy_sharing(struct sw_arena *a, struct sw_str *recent, struct sw_value v)
{
	switch ((enum sw_type)v.type) {
	case SW_ARRAY:
	case SW_SET:
		return v.n ? copy_list(a, recent, v) : v;
	case SW_OBJECT:
		return v.n ? copy_object(a, recent, v) : v;
	case SW_STRING:
		return copy_string(a, recent, v);
	case SW_NUMBER:
		if (v.repr == SW_NUM_TEXT && !(v.u.s = sw_arena_memdup(a, v.u.s, v.n)))
			return sw_undef();
		return v;
	default:
		return v;
	}
}
