/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes of the objects that a JSON reader has met: which key followed which.
 *
 * Documents of one kind look alike: at the same place stand objects with the same keys in the same order. A shape
 * is a path in a tree of keys, each with its text as it stands in compact JSON (`"key":`). The reader compares the
 * next bytes with the key that followed last time; when they are equal it has the key without reading it, and at
 * the end of the object the order of its members and that none is there twice. Whatever does not fit is read as if
 * there were no shapes: they decide nothing.
 *
 * Ownership: a shape's key is a view into what was read, or (copies) bytes of the shapes themselves, which must
 * outlive the values. Threads: one.
 * Limits: JSON_SHAPES nodes, then they are forgotten before the next text; JSON_SHAPE_KEYS members, keys of
 * JSON_SHAPE_TEXT - 3 bytes, JSON_SHAPE_FAN different keys behind the same one; beyond, an object has no shape.
 */
#ifndef SW_DOC_JSON_SHAPE_H
#define SW_DOC_JSON_SHAPE_H

#include "doc/json.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { JSON_SHAPES = 4096, JSON_SHAPE_KEYS = 64, JSON_SHAPE_FAN = 8, JSON_SHAPE_TEXT = 32 };

/* An object that has the keys on the way from the root to here; the root has none. */
struct json_shape {
	struct json_shape *next;   /* with one key more */
	struct json_shape *other;  /* with another last key */
	struct json_shape *inside; /* of objects that are the value of the last key */
	struct sw_value key;       /* the last one */
	uint64_t keys;             /* sw_members_keys() of them all */
	const uint8_t *order;      /* members by their place in the text; NULL: not known */
	uint8_t n, len;            /* keys; bytes of text */
	bool twice;                /* there is no order: a key is there twice */
	uint32_t mask;             /* a bit for each byte of text */
	char text[JSON_SHAPE_TEXT];
};

struct sw_json_shapes {
	struct sw_arena arena;
	struct json_shape root;
	uint32_t n;
	bool copies;
};

void json_shapes_init(struct sw_json_shapes *s, bool copies);
/* A new text is about to be read. */
void json_shapes_start(struct sw_json_shapes *s);
void json_shapes_release(struct sw_json_shapes *s);
/* The root for objects inside; NULL: none any more. */
struct json_shape *json_shape_inside(struct sw_json_shapes *s, struct json_shape *outer);
/* With this key behind those of `at`; *key becomes the shape's own. NULL: there is no room. */
struct json_shape *json_shape_add(
	struct sw_json_shapes *s, struct json_shape *at, struct sw_value *key);
/* The order of an object of that shape with these members. NULL: some keys are equal. */
const uint8_t *json_shape_order(
	struct sw_json_shapes *s, struct json_shape *shape, const struct sw_member *m);

/* Do the bytes at p, JSON_SHAPE_TEXT of which can be read, begin with the shape's text? */
static inline bool json_shape_fits(const struct json_shape *s, const char *p)
{
#ifdef __SSE2__
	const __m128i *x = (const __m128i *)p, *y = (const __m128i *)s->text;
	__m128i low = _mm_cmpeq_epi8(_mm_loadu_si128(x), _mm_loadu_si128(y));
	__m128i high = _mm_cmpeq_epi8(_mm_loadu_si128(x + 1), _mm_loadu_si128(y + 1));
	uint32_t same = (uint32_t)_mm_movemask_epi8(low) | (uint32_t)_mm_movemask_epi8(high) << 16;
	return (same & s->mask) == s->mask;
#else
	return memcmp(p, s->text, s->len) == 0;
#endif
}

#endif
