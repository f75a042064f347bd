/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The value: JSON's types plus sets, immutable, 16 bytes, passed by value.
 *
 * Everything that Seawall reads becomes values and everything that judges computes on them. A value's
 * body (string bytes, elements) lives in an arena, a mapped file or a literal that outlives it; nothing
 * is ever freed through a value, and a finished value may be read by any number of threads.
 *
 * Invariants, kept by every constructor in this folder:
 * - members of an object are sorted by key, elements of a set are sorted; no duplicates;
 *   the order is OPA's: null < false < true < numbers < strings < arrays < objects < sets.
 * - a string's `tag` is sw_value_strtag() of its bytes, so that two strings whose first 8 bytes of header
 *   differ are different strings.
 * - a number that fits int64 and is written as a plain integer is SW_NUM_INT. SW_NUM_TEXT keeps the exact
 *   JSON text (1.0, 1e400, 12345678901234567890); SW_NUM_DOUBLE is what CEL computes. They compare by
 *   exact decimal value: 1 == 1.0.
 * - SW_UNDEF (all bytes zero) is "no value": Rego's undefined, a missing member.
 *
 * Source places: a container read from a file may carry one span per element (and per key). A span is a
 * half-open range of byte offsets into the source text.
 */
#ifndef SW_DOC_VALUE_H
#define SW_DOC_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum sw_type {
	SW_UNDEF = 0,
	SW_NULL,
	SW_BOOL,
	SW_NUMBER,
	SW_STRING,
	SW_ARRAY,
	SW_OBJECT,
	SW_SET,
	SW_TYPE__COUNT
};

enum sw_numrepr {
	SW_NUM_INT,    /* u.i */
	SW_NUM_TEXT,   /* u.s, n: JSON number text */
	SW_NUM_DOUBLE, /* u.d */
};

struct sw_object;
struct sw_array;

struct sw_value {
	uint8_t type; /* enum sw_type */
	uint8_t repr; /* enum sw_numrepr of a number; else 0 */
	uint16_t tag; /* of a string: sw_value_strtag(); else 0 */
	uint32_t n;   /* bytes of a string or number text; elements of a container; else 0 */
	union {
		bool b;
		int64_t i;
		double d;
		const char *s;
		const struct sw_array *a;  /* array and set */
		const struct sw_object *o;
	} u;
};

struct sw_span {
	uint32_t start, end;
};

struct sw_array {
	const struct sw_value *v;    /* n elements; sorted, without duplicates in a set */
	const struct sw_span *spans; /* n, or NULL */
};

struct sw_member {
	struct sw_value k, v;
};

struct sw_object {
	const struct sw_member *m;   /* n members, sorted by key */
	const struct sw_span *spans; /* 2n: key, value of each member, in the order of m; or NULL */
	uint64_t keys; /* sw_members_keys(), more bits, or 0: not known. Most look-ups find nothing */
};

/* Limits of containers and strings: a length is 32 bits. */
#define SW_VALUE_MAX_LEN UINT32_MAX

/* ---- making scalars (no allocation; string and number text are borrowed) ---- */

static inline struct sw_value sw_undef(void)
{
	return (struct sw_value){0};
}
static inline struct sw_value sw_null(void)
{
	return (struct sw_value){.type = SW_NULL};
}
static inline struct sw_value sw_bool(bool b)
{
	return (struct sw_value){.type = SW_BOOL, .u.b = b};
}
static inline struct sw_value sw_int(int64_t i)
{
	return (struct sw_value){.type = SW_NUMBER, .repr = SW_NUM_INT, .u.i = i};
}
static inline struct sw_value sw_double(double d)
{
	return (struct sw_value){.type = SW_NUMBER, .repr = SW_NUM_DOUBLE, .u.d = d};
}

/* Cheap fingerprint of a string: its first and last bytes and its length. */
static inline uint16_t sw_value_strtag(const char *p, size_t n)
{
	uint64_t head = 0, tail = 0;
	if (n >= 8) {
		memcpy(&head, p, 8);
		memcpy(&tail, p + n - 8, 8);
	} else if (n >= 4) {
		uint32_t h, t;
		memcpy(&h, p, 4);
		memcpy(&t, p + n - 4, 4);
		head = h;
		tail = t;
	} else if (n) {
		head = (unsigned char)p[0];
		tail = (unsigned char)p[n - 1] | (uint64_t)(unsigned char)p[n / 2] << 8;
	}
	uint64_t h = (head ^ (tail << 21 | tail >> 43) ^ n) * 0x9e3779b97f4a7c15u;
	return (uint16_t)(h >> 48);
}

/* The caller promises s.n <= SW_VALUE_MAX_LEN (every reader's limit is far below it). */
static inline struct sw_value sw_string(struct sw_str s)
{
	return (struct sw_value){
		.type = SW_STRING, .tag = sw_value_strtag(s.p, s.n), .n = (uint32_t)s.n, .u.s = s.p};
}
#define SW_VSTR(literal) sw_string(SW_STR(literal))

/*
 * A number from valid JSON number text. Plain integers that fit become SW_NUM_INT; everything else keeps
 * the text, borrowed. The text "-0" is kept.
 */
struct sw_value sw_number(struct sw_str text);

extern const struct sw_array sw_array_empty;
extern const struct sw_object sw_object_empty;

static inline struct sw_value sw_empty_array(void)
{
	return (struct sw_value){.type = SW_ARRAY, .u.a = &sw_array_empty};
}
static inline struct sw_value sw_empty_set(void)
{
	return (struct sw_value){.type = SW_SET, .u.a = &sw_array_empty};
}
static inline struct sw_value sw_empty_object(void)
{
	return (struct sw_value){.type = SW_OBJECT, .u.o = &sw_object_empty};
}

/* ---- reading ---- */

static inline struct sw_str sw_value_str(struct sw_value v) /* a string's bytes, or a text number's */
{
	return (struct sw_str){v.u.s, v.n};
}
static inline bool sw_is(struct sw_value v, enum sw_type t)
{
	return v.type == t;
}
static inline bool sw_is_true(struct sw_value v)
{
	return v.type == SW_BOOL && v.u.b;
}
static inline bool sw_is_false(struct sw_value v)
{
	return v.type == SW_BOOL && !v.u.b;
}
static inline bool sw_defined(struct sw_value v)
{
	return v.type != SW_UNDEF;
}

/* The first 8 bytes: equal in equal strings. */
static inline uint64_t sw_value_head(struct sw_value v)
{
	uint64_t h;
	memcpy(&h, &v, 8);
	return h;
}
/* Mostly of few bytes, for which a call costs more than the comparison. */
static inline bool sw_bytes_eq(const char *a, const char *b, size_t n)
{
	uint64_t x[4], y[4];
	uint32_t s[2], t[2];
	if (a == b)
		return true;
	if (n > 32)
		return memcmp(a, b, n) == 0;
	if (n >= 8) {
		memcpy(&x[0], a, 8);
		memcpy(&y[0], b, 8);
		memcpy(&x[1], a + n - 8, 8);
		memcpy(&y[1], b + n - 8, 8);
		if (n <= 16)
			return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
		memcpy(&x[2], a + 8, 8);
		memcpy(&y[2], b + 8, 8);
		memcpy(&x[3], a + n - 16, 8);
		memcpy(&y[3], b + n - 16, 8);
		return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3])) == 0;
	}
	if (n >= 4) {
		memcpy(&s[0], a, 4);
		memcpy(&t[0], b, 4);
		memcpy(&s[1], a + n - 4, 4);
		memcpy(&t[1], b + n - 4, 4);
		return ((s[0] ^ t[0]) | (s[1] ^ t[1])) == 0;
	}
	return !n || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}
static inline bool sw_value_str_eq(struct sw_value a, struct sw_value b) /* both strings */
{
	return sw_value_head(a) == sw_value_head(b) && sw_bytes_eq(a.u.s, b.u.s, a.n);
}

/* A bit for each key that is a string, by its tag. */
static inline uint64_t sw_members_keys(const struct sw_member *m, uint32_t n)
{
	uint64_t keys = 0;
	for (uint32_t i = 0; i < n; i++)
		if (m[i].k.type == SW_STRING)
			keys |= (uint64_t)1 << (m[i].k.tag & 63);
	return keys;
}
/* False: the object has no such key. True: it may have it. Both of the types that the names say. */
static inline bool sw_object_may_have(struct sw_value o, struct sw_value string)
{
	return !o.u.o->keys || (o.u.o->keys >> (string.tag & 63) & 1);
}

#define sw_array_foreach(it, val)                                                                  \
	for (const struct sw_value *it = (val).u.a->v, *it##_end = it ? it + (val).n : NULL;       \
		it != it##_end; it++)
#define sw_object_foreach(it, val)                                                                 \
	for (const struct sw_member *it = (val).u.o->m, *it##_end = it ? it + (val).n : NULL;      \
		it != it##_end; it++)

/* Member by key; SW_UNDEF when `o` is not an object or has no such key. */
struct sw_value sw_object_get(struct sw_value o, struct sw_value key);
struct sw_value sw_object_gets(struct sw_value o, struct sw_str key);
/* Index in o.u.o->m, or -1. */
int64_t sw_object_index(struct sw_value o, struct sw_value key);
/* SW_UNDEF when `a` is not an array or the index is outside. */
struct sw_value sw_array_at(struct sw_value a, int64_t index);
bool sw_set_has(struct sw_value set, struct sw_value v);
/* Follows string keys: sw_value_path(v, "metadata", "name", NULL). SW_UNDEF when any is missing. */
struct sw_value sw_value_path(struct sw_value v, ...) __attribute__((sentinel));
/* The string at a path's end, or {NULL, 0} when it is missing or no string. */
struct sw_str sw_value_getstr(struct sw_value o, const char *key);
/* Integer value of a number when it is exactly an int64 (also 1.0, 1e2). */
bool sw_value_int(struct sw_value v, int64_t *ret);
double sw_value_double(struct sw_value v); /* nearest; 0 when not a number */

/* ---- order, equality, hash ---- */

int sw_value_cmp(struct sw_value a, struct sw_value b); /* OPA's total order */
bool sw_value_eq(struct sw_value a, struct sw_value b);
/* Equal values hash equal, seeded per process: not stable between runs, never to be stored. */
uint64_t sw_value_hash(struct sw_value v);
/* Exact decimal comparison of two numbers in any representation. */
int sw_number_cmp(struct sw_value a, struct sw_value b);

/* ---- building containers ---- */

/*
 * A builder collects elements in memory of its own arena use and seals them into a value.
 * - Adding may be done in any order; equal set elements fold into one.
 * - An object builder keeps the LAST value of a repeated key; `dup` then counts (the caller decides
 *   whether that is an error).
 * - -SW_ELIMIT when the arena's budget is spent; the builder is then unusable.
 * A builder may be dropped without release: it owns nothing outside the arena.
 */
struct sw_list {
	struct sw_arena *arena;
	struct sw_value *v;
	uint32_t n, cap;
};

static inline void sw_list_init(struct sw_list *l, struct sw_arena *a)
{
	*l = (struct sw_list){.arena = a};
}
int sw_list_add(struct sw_list *l, struct sw_value v);
/* Array of the elements as they stand. SW_UNDEF on overflow. */
struct sw_value sw_list_array(struct sw_list *l);
/* Sorted, duplicates removed. */
struct sw_value sw_list_set(struct sw_list *l);

struct sw_map {
	struct sw_arena *arena;
	struct sw_member *m;
	uint32_t n, cap;
	uint32_t dup;
};

static inline void sw_map_init(struct sw_map *m, struct sw_arena *a)
{
	*m = (struct sw_map){.arena = a};
}
int sw_map_add(struct sw_map *m, struct sw_value k, struct sw_value v);
int sw_map_adds(struct sw_map *m, const char *literal_key, struct sw_value v); /* key is borrowed */
struct sw_value sw_map_object(struct sw_map *m); /* SW_UNDEF on overflow */

/* Containers from arrays that the caller built in the arena. `v` must already be sorted for a set. */
struct sw_value sw_array_from(struct sw_arena *a, const struct sw_value *v, uint32_t n);
struct sw_value sw_set_from_sorted(struct sw_arena *a, const struct sw_value *v, uint32_t n);
struct sw_value sw_object_from_sorted(struct sw_arena *a, const struct sw_member *m, uint32_t n);
/* Sorts members in place and folds repeated keys (last one wins). Returns the new count. */
uint32_t sw_members_sort(struct sw_member *m, uint32_t n);
/* Sorts values in place and removes duplicates. Returns the new count. */
uint32_t sw_values_sort_unique(struct sw_value *v, uint32_t n);

/* Set algebra over sorted sets; SW_UNDEF on overflow. */
struct sw_value sw_set_union(struct sw_arena *a, struct sw_value x, struct sw_value y);
struct sw_value sw_set_intersection(struct sw_arena *a, struct sw_value x, struct sw_value y);
struct sw_value sw_set_difference(struct sw_arena *a, struct sw_value x, struct sw_value y);

/* Deep copy, strings included; SW_UNDEF on overflow. Spans are kept. */
struct sw_value sw_value_copy(struct sw_arena *a, struct sw_value v);
/*
 * The same for many copies in one arena: short strings that were copied lately are shared. `recent` is
 * SW_VALUE_RECENT views of the caller, zero at first, that live no longer than the arena.
 */
#define SW_VALUE_RECENT 4096
struct sw_value sw_value_copy_sharing(struct sw_arena *a, struct sw_str *recent, struct sw_value v);
/* A copy of string bytes in the arena, as a string value; SW_UNDEF on overflow. */
struct sw_value sw_string_copy(struct sw_arena *a, struct sw_str s);

const char *sw_type_name(enum sw_type t); /* "null", "boolean", "number", …, as Rego's type_name */

#endif
