/* SPDX-License-Identifier: Apache-2.0 */
/* Macros over lists and maps. all and exists absorb errors as && and || do; the others do not. */
#include <stdlib.h>

#include "cel/internal.h"

struct walk {
	struct cel_ctx *c;
	const struct cel_node *n;
	struct sw_value range;
	uint32_t i;
};

/* Sets the variables to the next element; false behind the last. */
static bool step(struct walk *w)
{
	const struct cel_node *n = w->n;
	if (w->i >= w->range.n || w->c->fatal)
		return false;
	uint32_t i = w->i++;
	bool two = sw_defined(n->var[1]);
	cel_spend(w->c, 3);
	if (w->range.type == SW_OBJECT) {
		w->c->locals[n->slot] = w->range.u.o->m[i].k;
		if (two)
			w->c->locals[n->slot + 1] = cel_norm(w->range.u.o->m[i].v);
	} else if (two) {
		w->c->locals[n->slot] = sw_int(i);
		w->c->locals[n->slot + 1] = cel_norm(w->range.u.a->v[i]);
	} else {
		w->c->locals[n->slot] = cel_norm(w->range.u.a->v[i]);
	}
	return !w->c->fatal;
}

static struct sw_value quantify(struct walk *w, bool stop)
{
	struct sw_value error = sw_undef();
	while (step(w)) {
		struct sw_value v = cel_run(w->c, w->n->args[1]);
		if (w->c->fatal)
			return v;
		if (v.type == SW_BOOL) {
			if (v.u.b == stop)
				return v;
		} else if (!sw_defined(error)) {
			error = cel_is_err(v) ? v : cel_no_overload(w->c);
		}
	}
	return sw_defined(error) ? error : sw_bool(!stop);
}

/* 1, 0; -1: *ret is an error. NULL is true. */
static int holds(struct cel_ctx *c, const struct cel_node *n, struct sw_value *ret)
{
	if (!n)
		return 1;
	*ret = cel_run(c, n);
	if (ret->type == SW_BOOL)
		return ret->u.b;
	if (!cel_is_err(*ret))
		*ret = cel_no_overload(c);
	return -1;
}

static struct sw_value exists_one(struct walk *w)
{
	uint32_t count = 0;
	struct sw_value v;
	while (step(w)) {
		int r = holds(w->c, w->n->args[1], &v);
		if (r < 0)
			return v;
		count += (uint32_t)r;
	}
	return sw_bool(count == 1);
}

static struct sw_value gather(struct walk *w)
{
	struct cel_ctx *c = w->c;
	const struct cel_node *n = w->n;
	bool filter = n->op == OP_FILTER;
	struct sw_value v;
	struct sw_list out;
	sw_list_init(&out, c->a);
	while (step(w)) {
		int r = holds(c, filter ? n->args[1] : n->n > 2 ? n->args[2] : NULL, &v);
		if (r < 0)
			return v;
		if (!r)
			continue;
		v = filter ? c->locals[n->slot] : cel_run(c, n->args[1]);
		if (cel_is_err(v))
			return v;
		cel_spend(c, 10);
		if (sw_list_add(&out, v) < 0)
			return cel_memory(c);
	}
	v = sw_list_array(&out);
	return sw_defined(v) ? v : cel_memory(c);
}

static struct sw_value transform_map(struct walk *w)
{
	struct cel_ctx *c = w->c;
	const struct cel_node *n = w->n;
	struct sw_value v;
	uint32_t used = 0, cap = w->range.n;
	struct sw_member *m = cap ? sw_arena_new_array(c->a, cap, struct sw_member) : NULL;
	if (cap && !m)
		return cel_memory(c);
	while (step(w)) {
		struct sw_value key = c->locals[n->slot];
		int r = holds(c, n->n > 2 ? n->args[2] : NULL, &v);
		if (r < 0)
			return v;
		if (!r)
			continue;
		v = cel_run(c, n->args[1]);
		if (cel_is_err(v))
			return v;
		cel_spend(c, 1);
		if (n->op == OP_TRANSFORM_MAP) {
			m[used++] = (struct sw_member){key, v};
			continue;
		}
		if (v.type != SW_OBJECT)
			return cel_no_overload(c);
		for (uint32_t i = 0; i < v.n; i++) {
			if (used == cap) {
				uint32_t want = cap ? cap * 2 : 8;
				m = sw_arena_grow(c->a, m, cap * sizeof(*m), want * sizeof(*m));
				if (!m)
					return cel_memory(c);
				cap = want;
			}
			m[used++] = v.u.o->m[i];
		}
	}
	return cel_map_make(c, m, used);
}

static int by_key(const void *a, const void *b)
{
	const struct sw_member *x = a, *y = b;
	int r = cel_cmp(x->k, y->k);
	if (r == 0 || r == 3) /* stable: the place breaks a tie */
		return x->v.n < y->v.n ? -1 : x->v.n > y->v.n;
	return r;
}

/* list.sortBy(e, key): keys are of one type that has an order. */
static struct sw_value sort_by(struct walk *w)
{
	struct cel_ctx *c = w->c;
	uint32_t n = w->range.n;
	struct sw_member *m = sw_arena_new_array(c->a, n, struct sw_member);
	struct sw_value *out = sw_arena_new_array(c->a, n, struct sw_value);
	if (w->range.type != SW_ARRAY)
		return cel_no_overload(c);
	if (n && (!m || !out))
		return cel_memory(c);
	for (uint32_t i = 0; step(w); i++) {
		m[i].k = cel_run(c, w->n->args[1]);
		m[i].v = (struct sw_value){.n = i};
		if (cel_is_err(m[i].k))
			return m[i].k;
		if (cel_cmp(m[i].k, m[i].k) == 2)
			return cel_err(c, "list elements must be comparable");
		if (cel_cmp(m[0].k, m[i].k) == 2)
			return cel_err(c, "list elements must have the same type");
	}
	if (c->fatal)
		return cel_no_overload(c);
	if (n)
		qsort(m, n, sizeof(*m), by_key);
	for (uint32_t i = 0; i < n; i++)
		out[i] = w->range.u.a->v[m[i].v.n];
	return cel_list_make(c, out, n);
}

struct sw_value cel_comprehend(struct cel_ctx *c, const struct cel_node *n)
{
	struct walk w = {.c = c, .n = n, .range = cel_run(c, n->args[0])};
	if (cel_is_err(w.range))
		return w.range;
	if (w.range.type != SW_ARRAY && w.range.type != SW_OBJECT)
		return cel_err(c, "got '%s', expected iterable type", sw_cel_type_name(w.range));
	switch (n->op) {
	case OP_ALL:
		return quantify(&w, false);
	case OP_EXISTS:
		return quantify(&w, true);
	case OP_EXISTS_ONE:
		return exists_one(&w);
	case OP_FILTER:
	case OP_MAP_LIST:
		cel_spend(c, 10);
		return gather(&w);
	case OP_SORT_BY:
		return sort_by(&w);
	default:
		cel_spend(c, 30);
		return transform_map(&w);
	}
}
