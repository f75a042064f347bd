/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes of objects: made by the first object that has one, followed by the others. */
#include "doc/json_impl.h"

#include <stdlib.h>

#include "doc/members.h"

void json_shapes_init(struct sw_json_shapes *s, bool copies)
{
	*s = (struct sw_json_shapes){.copies = copies};
	sw_arena_init(&s->arena, (size_t)16 << 20);
}

struct sw_json_shapes *sw_json_shapes_new(void)
{
	struct sw_json_shapes *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	json_shapes_init(s, true);
	return s;
}

void sw_json_shapes_free(struct sw_json_shapes *s)
{
	if (!s)
		return;
	json_shapes_release(s);
	free(s);
}

void json_shapes_release(struct sw_json_shapes *s)
{
	sw_arena_release(&s->arena);
}

void json_shapes_start(struct sw_json_shapes *s)
{
	if (s->n < JSON_SHAPES)
		return;
	sw_arena_reset(&s->arena);
	s->n = 0;
	s->root = (struct json_shape){0};
}

static struct json_shape *new_shape(struct sw_json_shapes *s)
{
	if (s->n >= JSON_SHAPES)
		return NULL;
	s->n++;
	return sw_arena_new(&s->arena, struct json_shape);
}

struct json_shape *json_shape_inside(struct sw_json_shapes *s, struct json_shape *outer)
{
	if (!outer->inside)
		outer->inside = new_shape(s);
	return outer->inside;
}

struct json_shape *json_shape_add(
	struct sw_json_shapes *s, struct json_shape *at, struct sw_value *key)
{
	struct json_shape **link = &at->next;
	uint32_t fan = 0;
	for (; *link; link = &(*link)->other, fan++)
		if (sw_value_str_eq((*link)->key, *key)) {
			*key = (*link)->key;
			return *link;
		}
	/* What must be escaped in a text is not the same as in the key. */
	bool plain = key->n <= JSON_SHAPE_TEXT - 3 && json_scan_plain(key->u.s, key->u.s + key->n) == key->u.s + key->n;
	if (!plain || fan >= JSON_SHAPE_FAN || at->n >= JSON_SHAPE_KEYS)
		return NULL;
	struct json_shape *made = new_shape(s);
	if (!made)
		return NULL;
	made->key = s->copies ? sw_string_copy(&s->arena, sw_value_str(*key)) : *key;
	if (!sw_defined(made->key))
		return NULL;
	made->n = at->n + 1;
	made->keys = at->keys | (uint64_t)1 << (key->tag & 63);
	made->len = (uint8_t)(key->n + 3);
	made->mask = UINT32_MAX >> (JSON_SHAPE_TEXT - made->len);
	made->text[0] = '"';
	memcpy(made->text + 1, key->u.s, key->n);
	memcpy(made->text + 1 + key->n, "\":", 2);
	*key = made->key;
	*link = made;
	return made;
}

/* False: some are equal. */
static bool sort(const struct sw_member *m, uint8_t *order, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t j = i;
		int c = -1;
		for (; j && (c = members_key_cmp(m[order[j - 1]].k, m[i].k)) > 0; j--)
			order[j] = order[j - 1];
		if (j && c == 0)
			return false;
		order[j] = (uint8_t)i;
	}
	return true;
}

const uint8_t *json_shape_order(
	struct sw_json_shapes *s, struct json_shape *shape, const struct sw_member *m)
{
	if (shape->order || shape->twice)
		return shape->order;
	uint8_t *order = sw_arena_alloc(&s->arena, shape->n);
	shape->twice = !order || !sort(m, order, shape->n);
	shape->order = shape->twice ? NULL : order;
	return shape->order;
}
