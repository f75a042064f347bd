/* SPDX-License-Identifier: Apache-2.0 */
/* YAML nodes with their places, and scalars as they are written. */
#include <stdlib.h>

#include "runtime/rules/load_int.h"

struct sw_ynode sw_ynode_get(struct sw_ynode map, const char *key)
{
	if (map.v.type != SW_OBJECT)
		return (struct sw_ynode){0};
	int64_t i = sw_object_index(map.v, sw_string(sw_str_from(key)));
	if (i < 0)
		return (struct sw_ynode){0};
	return (struct sw_ynode){map.v.u.o->m[i].v, map.v.u.o->spans[2 * i + 1]};
}

struct sw_ynode sw_ynode_at(struct sw_ynode seq, uint32_t i)
{
	return (struct sw_ynode){seq.v.u.a->v[i], seq.v.u.a->spans[i]};
}

bool sw_ynode_scalar(struct sw_ynode n)
{
	return n.v.type == SW_STRING || n.v.type == SW_NUMBER || n.v.type == SW_BOOL;
}

struct sw_str sw_ynode_text(const struct sw_load *l, struct sw_ynode n)
{
	if (n.v.type == SW_STRING)
		return sw_str_make(n.v.u.s, n.v.n);
	/* Numbers and booleans are plain scalars: what stands there, without tag and anchor. */
	struct sw_str s = sw_str_trim(sw_str_sub(l->res->content, n.span.start, n.span.end));
	while (s.n && (s.p[0] == '!' || s.p[0] == '&')) {
		size_t sp = sw_str_chr(s, ' ', 0);
		s = sp == SW_NPOS ? SW_STR("") : sw_str_trim(sw_str_sub(s, sp, s.n));
	}
	return s;
}

static __thread const struct sw_span *sort_spans;

static int by_key_place(const void *pa, const void *pb)
{
	uint32_t a = sort_spans[2 * *(const uint32_t *)pa].start, b = sort_spans[2 * *(const uint32_t *)pb].start;
	return (a > b) - (a < b);
}

uint32_t *sw_ynode_order(struct sw_arena *a, struct sw_ynode map)
{
	uint32_t *order = sw_arena_new_array(a, map.v.n ? map.v.n : 1, uint32_t);
	if (!order)
		return NULL;
	for (uint32_t i = 0; i < map.v.n; i++)
		order[i] = i;
	sort_spans = map.v.u.o->spans;
	if (map.v.n > 1)
		qsort(order, map.v.n, sizeof(*order), by_key_place);
	return order;
}
