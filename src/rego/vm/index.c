/* SPDX-License-Identifier: Apache-2.0 */
/* Jumps by value, and comprehensions that are computed once for all their bindings. */
#include "rego/vm/vm.h"

VM_COLD(vm_cold_switch)
{
	const struct vm_switch *s = &vm->e->code.switches.v[i->x];
	uint32_t lo = 0, hi = s->n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = sw_value_cmp(s->cases[mid].key, R[i->a]);
		if (c == 0)
			return (int)s->cases[mid].target;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return 1;
}

/*
 * The groups of one comprehension in one scope, sorted by key: the comprehension is evaluated once without
 * its keys bound, and every binding then finds its own group.
 */
struct vm_cgroup {
	uint32_t id, scope, n;
	const struct sw_value *keys; /* n times n_keys */
	const struct sw_value *values;
	struct vm_cgroup *next;
};

static int compare_keys(const struct sw_value *a, const struct sw_value *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		int c = sw_value_cmp(a[i], b[i]);
		if (c)
			return c;
	}
	return 0;
}

static const struct vm_cgroup *find_groups(const struct sw_rego_eval *vm, uint32_t id)
{
	for (const struct vm_cgroup *g = vm->cgroups; g; g = g->next)
		if (g->id == id && g->scope == vm->sc->id)
			return g;
	return NULL;
}

VM_COLD(vm_cold_cindex)
{
	const struct vm_cindex *ci = &vm->e->code.cindexes.v[i->x];
	const struct vm_cgroup *g = find_groups(vm, ci->id);
	if (!g)
		return 1;
	uint32_t lo = 0, hi = g->n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = compare_keys(g->keys + (size_t)mid * ci->n_keys, R + i->b, ci->n_keys);
		if (c == 0 && g->values[mid].type == VM_T_CLASH)
			return vm_error(vm, SW_ECONFLICT, SW_BUILTIN_CONFLICT, vm_loc_at(vm, ci->loc),
				"object keys must be unique");
		if (c == 0) {
			R[i->a] = g->values[mid];
			return 0;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	R[i->a] = ci->kind == SW_ARRAY ? sw_empty_array()
		  : ci->kind == SW_SET ? sw_empty_set() : sw_empty_object();
	return 0;
}

/* A stable merge sort of entry numbers by their keys. */
static void sort_entries(uint32_t *at, uint32_t *tmp, uint32_t n, const struct sw_value *v,
	uint32_t width, uint32_t n_keys)
{
	if (n < 2)
		return;
	uint32_t half = n / 2;
	sort_entries(at, tmp, half, v, width, n_keys);
	sort_entries(at + half, tmp, n - half, v, width, n_keys);
	memcpy(tmp, at, half * sizeof(*at));
	for (uint32_t i = 0, j = half, k = 0; i < half; k++) {
		bool right = j < n && compare_keys(v + (size_t)at[j] * width,
			v + (size_t)tmp[i] * width, n_keys) < 0;
		at[k] = right ? at[j++] : tmp[i++];
	}
}

/* Collected: keys, then one value or a member, per solution. */
VM_COLD(vm_cold_cbuild)
{
	const struct vm_cindex *ci = &vm->e->code.cindexes.v[i->x];
	uint32_t base = (uint32_t)R[i->b].u.i, head = ci->kind == SW_OBJECT ? 2 : 1;
	uint32_t width = ci->n_keys + head, n = (vm->n_coll - base) / width;
	struct sw_arena *a = &vm->arena;
	struct vm_cgroup *g = sw_arena_new(a, struct vm_cgroup);
	uint32_t *at = sw_arena_new_array(a, n, uint32_t), *tmp = sw_arena_new_array(a, n, uint32_t);
	struct sw_value *keys = sw_arena_new_array(a, (size_t)n * ci->n_keys, struct sw_value);
	struct sw_value *values = sw_arena_new_array(a, n, struct sw_value);
	struct sw_value *copy = (struct sw_value *)sw_arena_memdup(a, vm->coll + base,
		(size_t)n * width * sizeof(*copy));
	if (a->overflow)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	vm->n_coll = base;
	for (uint32_t k = 0; k < n; k++)
		at[k] = k;
	sort_entries(at, tmp, n, copy, width, ci->n_keys);
	*g = (struct vm_cgroup){ci->id, vm->sc->id, 0, keys, values, vm->cgroups};
	for (uint32_t k = 0, j; k < n; k = j) {
		const struct sw_value *first = copy + (size_t)at[k] * width;
		for (j = k; j < n; j++) {
			const struct sw_value *e = copy + (size_t)at[j] * width;
			if (compare_keys(first, e, ci->n_keys) != 0)
				break;
			int r = vm_collect(vm, e[ci->n_keys]);
			if (r == 0 && head == 2)
				r = vm_collect(vm, e[ci->n_keys + 1]);
			if (r < 0)
				return r;
		}
		memcpy(keys + (size_t)g->n * ci->n_keys, first, ci->n_keys * sizeof(*first));
		int r = vm_seal(vm, base, (enum sw_type)ci->kind, i, values + g->n);
		if (r == -SW_ECONFLICT) { /* no error before somebody asks for this group */
			values[g->n] = (struct sw_value){.type = VM_T_CLASH};
			vm->err = (struct sw_rego_eval_error){0};
		} else if (r < 0) {
			return r;
		}
		g->n++;
	}
	vm->cgroups = g;
	return 0;
}
