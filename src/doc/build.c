/* SPDX-License-Identifier: Apache-2.0 */
/* Building containers: growing lists, sorting, folding duplicates, set algebra. */
#include "doc/value.h"

#include <stdlib.h>

#include "base/error.h"

static int grow(struct sw_arena *a, void *items, uint32_t n, uint32_t *cap, size_t size, void **ret)
{
	if (n < *cap) {
		*ret = items;
		return 0;
	}
	if (*cap > SW_VALUE_MAX_LEN / 2)
		return -SW_ELIMIT;
	uint32_t want = *cap ? *cap * 2 : 8;
	void *p = sw_arena_grow(a, items, n * size, want * size);
	if (!p)
		return -SW_ELIMIT;
	*cap = want;
	*ret = p;
	return 0;
}

int sw_list_add(struct sw_list *l, struct sw_value v)
{
	void *p;
	if (grow(l->arena, l->v, l->n, &l->cap, sizeof(*l->v), &p) < 0)
		return -SW_ELIMIT;
	l->v = p;
	l->v[l->n++] = v;
	return 0;
}

static struct sw_value list_value(
	struct sw_arena *a, enum sw_type type, const struct sw_value *v, uint32_t n)
{
	if (n == 0)
		return type == SW_SET ? sw_empty_set() : sw_empty_array();
	struct sw_array *body = sw_arena_alloc(a, sizeof(*body));
	if (!body)
		return sw_undef();
	*body = (struct sw_array){.v = v};
	return (struct sw_value){.type = (uint8_t)type, .n = n, .u.a = body};
}

struct sw_value sw_array_from(struct sw_arena *a, const struct sw_value *v, uint32_t n)
{
	return list_value(a, SW_ARRAY, v, n);
}

struct sw_value sw_set_from_sorted(struct sw_arena *a, const struct sw_value *v, uint32_t n)
{
	return list_value(a, SW_SET, v, n);
}

struct sw_value sw_object_from_sorted(struct sw_arena *a, const struct sw_member *m, uint32_t n)
{
	if (n == 0)
		return sw_empty_object();
	struct sw_object *body = sw_arena_alloc(a, sizeof(*body));
	if (!body)
		return sw_undef();
	*body = (struct sw_object){.m = m, .keys = sw_members_keys(m, n)};
	return (struct sw_value){.type = SW_OBJECT, .n = n, .u.o = body};
}

struct sw_value sw_list_array(struct sw_list *l)
{
	return sw_array_from(l->arena, l->v, l->n);
}

struct sw_value sw_list_set(struct sw_list *l)
{
	l->n = sw_values_sort_unique(l->v, l->n);
	return sw_set_from_sorted(l->arena, l->v, l->n);
}

static int order_values(const void *x, const void *y)
{
	return sw_value_cmp(*(const struct sw_value *)x, *(const struct sw_value *)y);
}

enum { INSERTION_MAX = 24 };

static bool values_sorted(const struct sw_value *v, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (sw_value_cmp(v[i - 1], v[i]) > 0)
			return false;
	return true;
}

/* Comparing is what costs: each pair is compared once. */
static uint32_t insert_unique(struct sw_value *v, uint32_t n)
{
	uint32_t out = 1;
	for (uint32_t i = 1; i < n; i++) {
		struct sw_value x = v[i];
		uint32_t j = out;
		int c = -1;
		while (j && (c = sw_value_cmp(v[j - 1], x)) > 0)
			j--;
		if (j && c == 0)
			continue;
		memmove(&v[j + 1], &v[j], (out - j) * sizeof(*v));
		v[j] = x;
		out++;
	}
	return out;
}

uint32_t sw_values_sort_unique(struct sw_value *v, uint32_t n)
{
	if (n < 2)
		return n;
	if (n <= INSERTION_MAX)
		return insert_unique(v, n);
	if (!values_sorted(v, n)) {
		qsort(v, n, sizeof(*v), order_values);
	}
	uint32_t out = 1;
	for (uint32_t i = 1; i < n; i++)
		if (sw_value_cmp(v[out - 1], v[i]) != 0)
			v[out++] = v[i];
	return out;
}

int sw_map_add(struct sw_map *m, struct sw_value k, struct sw_value v)
{
	void *p;
	if (grow(m->arena, m->m, m->n, &m->cap, sizeof(*m->m), &p) < 0)
		return -SW_ELIMIT;
	m->m = p;
	m->m[m->n++] = (struct sw_member){k, v};
	return 0;
}

int sw_map_adds(struct sw_map *m, const char *literal_key, struct sw_value v)
{
	return sw_map_add(m, sw_string(sw_str_from(literal_key)), v);
}

/*
 * Stable merge sort: the last of several equal keys must stay last, and qsort() promises no order.
 * `tmp` has room for n members.
 */
static void merge_members(struct sw_member *m, struct sw_member *tmp, uint32_t n)
{
	if (n <= INSERTION_MAX) {
		for (uint32_t i = 1; i < n; i++) {
			struct sw_member x = m[i];
			uint32_t j = i;
			for (; j && sw_value_cmp(m[j - 1].k, x.k) > 0; j--)
				m[j] = m[j - 1];
			m[j] = x;
		}
		return;
	}
	uint32_t half = n / 2;
	merge_members(m, tmp, half);
	merge_members(m + half, tmp, n - half);
	if (sw_value_cmp(m[half - 1].k, m[half].k) <= 0)
		return;
	memcpy(tmp, m, half * sizeof(*m));
	for (uint32_t i = 0, j = half, k = 0; i < half; k++)
		m[k] = j < n && sw_value_cmp(m[j].k, tmp[i].k) < 0 ? m[j++] : tmp[i++];
}

uint32_t sw_members_sort(struct sw_member *m, uint32_t n)
{
	if (n < 2)
		return n;
	struct sw_member *tmp = n > INSERTION_MAX ? malloc(n / 2 * sizeof(*m)) : NULL;
	if (n > INSERTION_MAX && !tmp)
		abort();
	merge_members(m, tmp, n);
	free(tmp);
	uint32_t out = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (out && sw_value_eq(m[out - 1].k, m[i].k))
			out--;
		m[out++] = m[i];
	}
	return out;
}

struct sw_value sw_map_object(struct sw_map *m)
{
	uint32_t n = sw_members_sort(m->m, m->n);
	m->dup += m->n - n;
	m->n = n;
	return sw_object_from_sorted(m->arena, m->m, m->n);
}

/* One merge pass for the three set operations: which sides of it are kept. */
enum { ONLY_X = 1, ONLY_Y = 2, BOTH = 4 };

static struct sw_value set_merge(struct sw_arena *a, struct sw_value x, struct sw_value y, int keep)
{
	struct sw_value *out = sw_arena_new_array(a, (size_t)x.n + y.n, struct sw_value);
	if (!out)
		return sw_undef();
	uint32_t i = 0, j = 0, n = 0;
	while (i < x.n || j < y.n) {
		int c = i == x.n ? 1 : j == y.n ? -1 : sw_value_cmp(x.u.a->v[i], y.u.a->v[j]);
		struct sw_value v = c <= 0 ? x.u.a->v[i] : y.u.a->v[j];
		if (keep & (c < 0 ? ONLY_X : c > 0 ? ONLY_Y : BOTH))
			out[n++] = v;
		i += c <= 0;
		j += c >= 0;
	}
	return sw_set_from_sorted(a, out, n);
}

struct sw_value sw_set_union(struct sw_arena *a, struct sw_value x, struct sw_value y)
{
	if (y.n == 0 || x.n == 0)
		return y.n == 0 ? x : y;
	return set_merge(a, x, y, ONLY_X | ONLY_Y | BOTH);
}

struct sw_value sw_set_intersection(struct sw_arena *a, struct sw_value x, struct sw_value y)
{
	return set_merge(a, x, y, BOTH);
}

struct sw_value sw_set_difference(struct sw_arena *a, struct sw_value x, struct sw_value y)
{
	return y.n == 0 ? x : set_merge(a, x, y, ONLY_X);
}
