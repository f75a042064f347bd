/* SPDX-License-Identifier: Apache-2.0 */
/* walk(): all pairs at once, or value by value with a path only where it is asked for. */
#include "rego/vm/vm.h"

enum { WALK_DEPTH = 2048 };

/* ---- all at once ---- */

struct walk {
	struct sw_rego_eval *vm;
	bool values_only;
};

static int walk_into(struct walk *w, struct sw_value *path, uint32_t depth, struct sw_value v);

static int walk_child(struct walk *w, struct sw_value *path, uint32_t depth, struct sw_value k,
	struct sw_value v)
{
	path[depth] = k;
	return walk_into(w, path, depth + 1, v);
}

static int walk_into(struct walk *w, struct sw_value *path, uint32_t depth, struct sw_value v)
{
	struct sw_rego_eval *vm = w->vm;
	if (depth >= WALK_DEPTH)
		return vm_limit(vm, "walk: the document is nested too deep");
	if (--vm->steps <= vm->check_at && vm_tick(vm) < 0)
		return -SW_ELIMIT;
	struct sw_value pair[2] = {sw_empty_array(), v};
	if (depth && !w->values_only) {
		char *copy = sw_arena_memdup(&vm->arena, path, depth * sizeof(*path));
		if (copy)
			pair[0] = sw_array_from(&vm->arena, (struct sw_value *)copy, depth);
	}
	char *copy = sw_arena_memdup(&vm->arena, pair, sizeof(pair));
	int r = copy ? vm_collect(vm, sw_array_from(&vm->arena, (struct sw_value *)copy, 2)) : 0;
	if (vm->arena.overflow)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	for (uint32_t i = 0; r == 0 && v.type >= SW_ARRAY && i < v.n; i++) {
		if (v.type == SW_OBJECT)
			r = walk_child(w, path, depth, v.u.o->m[i].k, v.u.o->m[i].v);
		else
			r = walk_child(w, path, depth,
				v.type == SW_SET ? v.u.a->v[i] : sw_int(i), v.u.a->v[i]);
	}
	return r;
}

VM_COLD(vm_cold_walk)
{
	struct walk w = {vm, i->x};
	uint32_t base = vm->n_coll;
	struct sw_arena_mark mark = sw_arena_mark(&vm->scratch);
	struct sw_value *path = sw_arena_new_array(&vm->scratch, WALK_DEPTH, struct sw_value);
	if (!path)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	int r = walk_into(&w, path, 0, R[i->b]);
	sw_arena_rewind(&vm->scratch, mark);
	return r < 0 ? r : vm_seal(vm, base, SW_ARRAY, i, R + i->a);
}

/* ---- one by one ---- */

struct level {
	struct sw_value v;
	uint32_t next; /* element to go to */
};

struct walker {
	struct sw_value last; /* given last: its elements are next */
	bool started;
	uint32_t depth, cap;
	struct level *levels;
};

VM_COLD(vm_cold_walker)
{
	struct walker *w = sw_arena_new(&vm->arena, struct walker);
	if (!w)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	w->last = R[i->b];
	R[i->a] = (struct sw_value){.type = VM_T_WALKER, .u.s = (const char *)w};
	return 0;
}

static struct walker *walker_of(struct sw_value v)
{
	return (struct walker *)(uintptr_t)v.u.s;
}

static int go_down(struct sw_rego_eval *vm, struct walker *w)
{
	if (w->depth + 1 >= WALK_DEPTH)
		return vm_limit(vm, "walk: the document is nested too deep");
	if (w->depth == w->cap) {
		uint32_t cap = w->cap ? 2 * w->cap : 16;
		struct level *l = sw_arena_grow(
			&vm->arena, w->levels, w->cap * sizeof(*l), cap * sizeof(*l));
		if (!l)
			return vm_limit(vm, "the evaluation's memory budget is spent");
		w->levels = l;
		w->cap = cap;
	}
	w->levels[w->depth++] = (struct level){.v = w->last};
	return 0;
}

VM_COLD(vm_cold_walknext)
{
	struct walker *w = walker_of(R[i->a]);
	if (--vm->steps <= vm->check_at && vm_tick(vm) < 0)
		return -SW_ELIMIT;
	if (!w->started) {
		w->started = true;
		R[i->b] = w->last;
		return 0;
	}
	if (w->last.type >= SW_ARRAY && w->last.type <= SW_SET && w->last.n) {
		int r = go_down(vm, w);
		if (r < 0)
			return r;
	}
	while (w->depth && w->levels[w->depth - 1].next == w->levels[w->depth - 1].v.n)
		w->depth--;
	if (!w->depth) {
		w->last = sw_undef();
		return 1;
	}
	struct level *l = &w->levels[w->depth - 1];
	uint32_t at = l->next++;
	w->last = l->v.type == SW_OBJECT ? l->v.u.o->m[at].v : l->v.u.a->v[at];
	R[i->b] = w->last;
	return 0;
}

VM_COLD(vm_cold_walkpath)
{
	const struct walker *w = walker_of(R[i->a]);
	R[i->b] = sw_empty_array();
	if (!w->depth)
		return 0;
	struct sw_value *keys = sw_arena_new_array(&vm->arena, w->depth, struct sw_value);
	for (uint32_t k = 0; keys && k < w->depth; k++) {
		const struct level *l = &w->levels[k];
		uint32_t at = l->next - 1;
		keys[k] = l->v.type == SW_OBJECT  ? l->v.u.o->m[at].k
			  : l->v.type == SW_SET ? l->v.u.a->v[at]
						: sw_int(at);
	}
	R[i->b] = sw_array_from(&vm->arena, keys, w->depth);
	return vm->arena.overflow ? vm_limit(vm, "the evaluation's memory budget is spent") : 0;
}
