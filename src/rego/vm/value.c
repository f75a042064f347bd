/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups, collectors and merging: what instructions do to values. */
#include <stdio.h>
#include <stdlib.h>

#include "rego/vm/vm.h"

struct sw_value vm_get(struct sw_value from, struct sw_value key)
{
	int64_t i;
	switch (from.type) {
	case SW_OBJECT:
		return sw_object_get(from, key);
	case SW_ARRAY:
		if (key.type == SW_NUMBER && sw_value_int(key, &i))
			return sw_array_at(from, i);
		return sw_undef();
	case SW_SET:
		return sw_set_has(from, key) ? key : sw_undef();
	default:
		return sw_undef();
	}
}

/*
 * OPA's store has paths of texts: data.a[1] finds the member "1", data.a["1"] the second element of an array.
 */
struct sw_value vm_get_text(struct sw_value from, struct sw_value key)
{
	char text[32];
	int64_t at;
	if (from.type == SW_ARRAY && key.type == SW_STRING) {
		struct sw_str s = sw_value_str(key);
		if (!s.n || (s.n > 1 && s.p[0] == '0') || !sw_str_to_i64(s, &at))
			return sw_undef();
		return sw_array_at(from, at);
	}
	if (from.type != SW_OBJECT)
		return sw_undef();
	if (key.type == SW_NUMBER && key.repr == SW_NUM_TEXT)
		return sw_object_gets(from, sw_value_str(key));
	if (key.type == SW_NUMBER && key.repr == SW_NUM_INT) {
		int n = snprintf(text, sizeof(text), "%lld", (long long)key.u.i);
		return sw_object_gets(from, sw_str_make(text, (size_t)n));
	}
	if (key.type == SW_BOOL)
		return sw_object_gets(from, key.u.b ? SW_STR("true") : SW_STR("false"));
	return key.type == SW_NULL ? sw_object_gets(from, SW_STR("null")) : sw_undef();
}

enum { COLLECT_MAX = 1 << 28 };

/* The stack of collectors is heap memory that stays with the evaluation. */
int vm_collect(struct sw_rego_eval *vm, struct sw_value v)
{
	if (vm->n_coll == vm->cap_coll) {
		if (vm->cap_coll >= COLLECT_MAX ||
			(size_t)vm->cap_coll * sizeof(v) > vm->arena.budget)
			return vm_limit(vm, "the evaluation's memory budget is spent");
		vm->cap_coll = vm->cap_coll ? vm->cap_coll * 2 : 256;
		vm->coll = realloc(vm->coll, vm->cap_coll * sizeof(v));
		if (!vm->coll)
			abort();
	}
	vm->coll[vm->n_coll++] = v;
	return 0;
}

/* A member with two values is an error, or, in the document of a rule (x), one for who reads the member. */
static int members_agree(struct sw_rego_eval *vm, const struct sw_member *m, uint32_t n,
	const struct vm_ins *at)
{
	uint32_t first = 0;
	for (uint32_t i = 1; i < n; i++) {
		if (!sw_value_eq(m[first].k, m[i].k)) {
			first = i;
			continue;
		}
		if (sw_value_eq(m[first].v, m[i].v))
			continue;
		if (at->op != OP_SEAL || !at->x)
			return vm_error(vm, SW_ECONFLICT, SW_BUILTIN_CONFLICT, vm_loc(vm, at),
				"object keys must be unique");
		struct sw_value *key =
			(struct sw_value *)sw_arena_memdup(&vm->arena, &m[i].k, sizeof(*key));
		int r = key ? vm_clash_add(vm, sw_array_from(&vm->arena, key, 1), vm_loc(vm, at))
			    : vm_limit(vm, "the evaluation's memory budget is spent");
		if (r < 0)
			return r;
	}
	return 0;
}

enum { INSERTION_MAX = 24 };

static void merge_sort(struct sw_member *m, struct sw_member *tmp, uint32_t n)
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
	merge_sort(m, tmp, half);
	merge_sort(m + half, tmp, n - half);
	if (sw_value_cmp(m[half - 1].k, m[half].k) <= 0)
		return;
	memcpy(tmp, m, half * sizeof(*m));
	for (uint32_t i = 0, j = half, k = 0; i < half; k++)
		m[k] = j < n && sw_value_cmp(m[j].k, tmp[i].k) < 0 ? m[j++] : tmp[i++];
}

static int seal_object(struct sw_rego_eval *vm, struct sw_member *m, uint32_t n,
	const struct vm_ins *at, struct sw_value *ret)
{
	struct sw_arena_mark mark = sw_arena_mark(&vm->scratch);
	struct sw_member *tmp = n > INSERTION_MAX
		? sw_arena_new_array(&vm->scratch, n / 2 + 1, struct sw_member) : NULL;
	if (n > INSERTION_MAX && !tmp)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	merge_sort(m, tmp, n);
	sw_arena_rewind(&vm->scratch, mark);
	const struct vm_clash *before = vm->clashes;
	int r = members_agree(vm, m, n, at);
	if (r < 0)
		return r;
	uint32_t out = 0;
	for (uint32_t i = 0; i < n; i++)
		if (!out || !sw_value_eq(m[out - 1].k, m[i].k))
			m[out++] = m[i];
	struct sw_member *copy = (struct sw_member *)sw_arena_memdup(&vm->arena, m, out * sizeof(*m));
	*ret = copy ? sw_object_from_sorted(&vm->arena, copy, out) : sw_undef();
	if (vm->clashes != before)
		vm_clash_own(vm, before, *ret);
	return 0;
}

int vm_seal(struct sw_rego_eval *vm, uint32_t base, enum sw_type kind, const struct vm_ins *at,
	struct sw_value *ret)
{
	uint32_t n = vm->n_coll - base;
	vm->n_coll = base;
	int r = 0;
	if (!n) {
		*ret = kind == SW_ARRAY ? sw_empty_array()
		       : kind == SW_SET ? sw_empty_set() : sw_empty_object();
		return 0;
	}
	struct sw_value *v = vm->coll + base;
	if (kind == SW_OBJECT) {
		r = seal_object(vm, (struct sw_member *)v, n / 2, at, ret);
	} else {
		if (kind == SW_SET)
			n = sw_values_sort_unique(v, n);
		v = (struct sw_value *)sw_arena_memdup(&vm->arena, v, n * sizeof(*v));
		*ret = !v ? sw_undef() : kind == SW_SET ? sw_set_from_sorted(&vm->arena, v, n)
							: sw_array_from(&vm->arena, v, n);
	}
	if (r == 0 && vm->arena.overflow)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	return r;
}

/* Both objects: members of both, x's first, objects below merged again. Else x, or y when there is no x. */
struct sw_value vm_merge(struct sw_arena *a, struct sw_value x, struct sw_value y)
{
	if (x.type != SW_OBJECT || y.type != SW_OBJECT)
		return sw_defined(x) ? x : y;
	if (!x.n || !y.n)
		return x.n ? x : y;
	struct sw_member *out = sw_arena_new_array(a, (size_t)x.n + y.n, struct sw_member);
	if (!out)
		return sw_undef();
	uint32_t i = 0, j = 0, n = 0;
	while (i < x.n || j < y.n) {
		const struct sw_member *mx = x.u.o->m + i, *my = y.u.o->m + j;
		int c = i == x.n ? 1 : j == y.n ? -1 : sw_value_cmp(mx->k, my->k);
		if (c < 0)
			out[n++] = *mx;
		else if (c > 0)
			out[n++] = *my;
		else
			out[n++] = (struct sw_member){mx->k, vm_merge(a, mx->v, my->v)};
		i += c <= 0;
		j += c >= 0;
	}
	return sw_object_from_sorted(a, out, n);
}

VM_COLD(vm_cold_may_be)
{
	return R[i->a].type == i->x || R[i->a].type == SW_SET ? 0 : 1;
}

/* ---- composites ---- */

VM_COLD(vm_cold_mkset)
{
	if (!i->x) {
		R[i->a] = sw_empty_set();
		return 0;
	}
	struct sw_value *v =
		(struct sw_value *)sw_arena_memdup(&vm->arena, R + i->b, i->x * sizeof(*v));
	if (!v)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	R[i->a] = sw_set_from_sorted(&vm->arena, v, sw_values_sort_unique(v, i->x));
	return 0;
}

VM_COLD(vm_cold_mkobj)
{
	struct sw_map m;
	sw_map_init(&m, &vm->arena);
	for (uint32_t n = 0; n < i->x; n++)
		if (sw_map_add(&m, R[i->b + 2 * n], R[i->b + 2 * n + 1]) < 0)
			break;
	R[i->a] = sw_map_object(&m);
	if (vm->arena.overflow)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	return 0;
}

VM_COLD(vm_cold_mkobjk)
{
	struct sw_value keys = vm->e->code.k.v[i->x];
	struct sw_object *o = sw_arena_alloc(&vm->arena, sizeof(*o) + keys.n * sizeof(*o->m));
	if (!o)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	struct sw_member *m = (struct sw_member *)(o + 1);
	for (uint32_t n = 0; n < keys.n; n++)
		m[n] = (struct sw_member){keys.u.a->v[n], R[i->b + n]};
	*o = (struct sw_object){.m = m, .keys = sw_members_keys(m, keys.n)};
	R[i->a] = (struct sw_value){.type = SW_OBJECT, .n = keys.n, .u.o = o};
	return 0;
}

/* ---- documents of rules with variables in their refs ---- */

VM_COLD(vm_cold_refadd)
{
	const struct vm_refadd *ra = &vm->e->code.refadds.v[i->x];
	int r = vm_collect(vm, sw_int(i->x));
	for (uint32_t n = 0; r == 0 && n < ra->n; n++)
		r = vm_collect(vm, R[i->a + n]);
	return r ? r : vm_collect(vm, R[i->b]);
}

struct ref_entry {
	const struct sw_value *keys;
	const struct vm_refadd *ra;
	uint32_t order;
};

static int order_entries(const void *x, const void *y)
{
	const struct ref_entry *a = x, *b = y;
	for (uint32_t i = 0; i < a->ra->n && i < b->ra->n; i++) {
		int c = sw_value_cmp(a->keys[i], b->keys[i]);
		if (c)
			return c;
	}
	if (a->ra->n != b->ra->n)
		return a->ra->n < b->ra->n ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* They share their first `depth` keys and cannot all be true: `at` is the one that showed it. The first one stays. */
static int ref_conflict(struct sw_rego_eval *vm, const struct ref_entry *e, const struct ref_entry *at, uint32_t depth,
	struct sw_value *ret)
{
	struct sw_value *path = (struct sw_value *)sw_arena_memdup(
		&vm->arena, e->keys, depth * sizeof(*path));
	if (!path)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	*ret = e->keys[e->ra->n];
	return vm_clash_add(vm, sw_array_from(&vm->arena, path, depth), vm_loc_at(vm, at->ra->loc));
}

/* Where values end (the first `ends` entries) and others go on: the later of the first of both kinds. */
static const struct ref_entry *first_clash(const struct ref_entry *e, uint32_t ends, uint32_t n)
{
	const struct ref_entry *longer = e + ends;
	for (uint32_t i = ends + 1; i < n; i++)
		if (e[i].order < longer->order)
			longer = e + i;
	return e->order > longer->order ? e : longer;
}

/* The value of entries whose paths all end at `depth`: equal values, or elements of one set. */
static int ref_leaf(struct sw_rego_eval *vm, const struct ref_entry *e, uint32_t n, uint32_t depth,
	struct sw_value *ret)
{
	if (!e->ra->set) {
		for (uint32_t i = 1; i < n; i++)
			if (e[i].ra->set || !sw_value_eq(e[i].keys[depth], e->keys[depth]))
				return ref_conflict(vm, e, e + i, depth, ret);
		*ret = e->keys[depth];
		return 0;
	}
	struct sw_list l;
	sw_list_init(&l, &vm->arena);
	for (uint32_t i = 0; i < n; i++) {
		if (!e[i].ra->set)
			return ref_conflict(vm, e, e + i, depth, ret);
		sw_list_add(&l, e[i].keys[depth]);
	}
	*ret = sw_list_set(&l);
	return 0;
}

/* e[0…n) share their first `depth` keys. Recursion: at most the number of keys in a rule's ref. */
static int ref_build(struct sw_rego_eval *vm, const struct ref_entry *e, uint32_t n, uint32_t depth,
	struct sw_value *ret)
{
	uint32_t ends = 0;
	while (ends < n && e[ends].ra->n == depth)
		ends++;
	if (ends && ends < n)
		return ref_conflict(vm, e, first_clash(e, ends, n), depth, ret);
	if (ends)
		return ref_leaf(vm, e, n, depth, ret);
	struct sw_map m;
	sw_map_init(&m, &vm->arena);
	for (uint32_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && sw_value_eq(e[i].keys[depth], e[j].keys[depth]);)
			j++;
		struct sw_value v;
		int r = ref_build(vm, e + i, j - i, depth + 1, &v);
		if (r < 0)
			return r;
		sw_map_add(&m, e[i].keys[depth], v);
	}
	*ret = sw_map_object(&m);
	return 0;
}

VM_COLD(vm_cold_refseal)
{
	uint32_t base = (uint32_t)R[i->b].u.i, n = 0;
	struct sw_arena_mark mark = sw_arena_mark(&vm->scratch);
	for (uint32_t at = base; at < vm->n_coll; n++)
		at += 2 + vm->e->code.refadds.v[vm->coll[at].u.i].n;
	struct ref_entry *e = sw_arena_new_array(&vm->scratch, n, struct ref_entry);
	if (!e)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	for (uint32_t at = base, k = 0; k < n; k++) {
		const struct vm_refadd *ra = &vm->e->code.refadds.v[vm->coll[at].u.i];
		e[k] = (struct ref_entry){vm->coll + at + 1, ra, k};
		at += 2 + ra->n;
	}
	qsort(e, n, sizeof(*e), order_entries);
	const struct vm_clash *before = vm->clashes;
	int r = 0;
	if (n)
		r = ref_build(vm, e, n, 0, R + i->a);
	else
		R[i->a] = sw_empty_object();
	if (r == 0 && vm->clashes != before)
		vm_clash_own(vm, before, R[i->a]);
	sw_arena_rewind(&vm->scratch, mark);
	vm->n_coll = base;
	if (r == 0 && vm->arena.overflow)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	return r;
}
