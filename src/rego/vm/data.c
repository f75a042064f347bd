/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of documents: base data, what `with` replaces in it, and the values of rules; and `with` itself.
 *
 * Replaced data is kept beside the real data (`rep`), as in OPA: at and below a target only `rep` counts;
 * above it both are merged. A document cursor (vm_doc) stands at a place of that tree that is only known
 * at run time, and evaluates no more rules than the reference needs.
 */
#include "rego/vm/vm.h"

static struct sw_value follow(struct sw_value v, struct sw_value path)
{
	for (uint32_t i = 0; i < path.n && sw_defined(v); i++) {
		struct sw_value at = vm_get(v, path.u.a->v[i]);
		v = sw_defined(at) ? at : vm_get_text(v, path.u.a->v[i]);
	}
	return v;
}

/* Is `path` at or below the path of a target? */
static bool below(struct sw_value path, struct sw_value target)
{
	if (target.n > path.n)
		return false;
	for (uint32_t i = 0; i < target.n; i++)
		if (!sw_value_eq(path.u.a->v[i], target.u.a->v[i]))
			return false;
	return true;
}

bool vm_replaced(const struct sw_rego_eval *vm, struct sw_value path)
{
	for (const struct vm_target *t = vm->sc->targets; t; t = t->next)
		if (below(path, t->path))
			return true;
	return false;
}

/* `v` without the member at path keys[0…n). Recursion: the length of a `with` target. */
static struct sw_value cut(
	struct sw_rego_eval *vm, struct sw_value v, const struct sw_value *keys, uint32_t n)
{
	if (v.type != SW_OBJECT || sw_object_index(v, keys[0]) < 0)
		return v;
	struct sw_map m;
	sw_map_init(&m, &vm->arena);
	sw_object_foreach(x, v)
	{
		if (!sw_value_eq(x->k, keys[0]))
			sw_map_add(&m, x->k, x->v);
		else if (n > 1)
			sw_map_add(&m, x->k, cut(vm, x->v, keys + 1, n - 1));
	}
	return sw_map_object(&m);
}

/* Real data without what targets replace: for references that go on below. */
static struct sw_value exchange(struct sw_rego_eval *vm, struct sw_value real, struct sw_value path)
{
	for (const struct vm_target *t = vm->sc->targets; t; t = t->next)
		if (t->path.n > path.n && below(t->path, path))
			real = cut(vm, real, t->path.u.a->v + path.n, t->path.n - path.n);
	return real;
}

struct sw_value vm_base(struct sw_rego_eval *vm, struct sw_value path, bool whole)
{
	if (__builtin_expect(!vm->sc->targets, 1))
		return follow(vm->data, path);
	struct sw_value rep = follow(vm->sc->rep, path);
	if (vm_replaced(vm, path))
		return rep;
	struct sw_value real = follow(vm->data, path);
	return vm_merge(&vm->arena, rep, whole ? real : exchange(vm, real, path));
}

/* ---- cursors ---- */

static struct sw_value doc_value(const struct vm_doc *d)
{
	return (struct sw_value){.type = VM_T_DOC, .u.s = (const char *)d};
}

static const struct vm_doc *doc_of(struct sw_value v)
{
	return (const struct vm_doc *)v.u.s;
}

/* The path of a cursor, in the evaluation's arena. */
static struct sw_value doc_path(struct sw_rego_eval *vm, const struct vm_doc *d)
{
	uint32_t n = 0;
	for (const struct vm_doc *p = d; p->parent; p = p->parent)
		n++;
	struct sw_value *keys = sw_arena_new_array(&vm->arena, n, struct sw_value);
	if (!keys || !n)
		return sw_empty_array();
	uint32_t i = n;
	for (const struct vm_doc *p = d; p->parent; p = p->parent)
		keys[--i] = p->key;
	return sw_array_from(&vm->arena, keys, n);
}

/* data.system is there for those who name it; it is no part of `data` as a whole. */
static struct sw_value doc_base(struct sw_rego_eval *vm, const struct vm_doc *d)
{
	static const struct sw_str system = SW_STR_INIT("system");
	if (!d->parent && !d->replaced && sw_defined(sw_object_gets(d->real, system))) {
		struct sw_value key = sw_string(system);
		return vm_merge(&vm->arena, d->rep, cut(vm, d->real, &key, 1));
	}
	return d->replaced ? d->rep : vm_merge(&vm->arena, d->rep, d->real);
}

static bool all_functions(const struct sw_rego_node *n)
{
	return n->n_rules && n->rules[0]->kind == SW_REGO_FUNCTION;
}

/* The value of a rule node. */
static int node_rule(struct sw_rego_eval *vm, const struct sw_rego_node *n, struct sw_value *frame,
	struct sw_value *ret)
{
	*ret = sw_undef();
	if (all_functions(n))
		return 0;
	return vm_rule(vm, (uint32_t)(uintptr_t)n->plan - 1, frame, ret);
}

/*
 * One step down. *ret is a value when a rule was met or nothing virtual lies below, a cursor when the
 * rule tree goes on, SW_UNDEF when there is nothing.
 */
static int doc_step(struct sw_rego_eval *vm, const struct vm_doc *d, struct sw_value key,
	struct sw_value *frame, struct sw_value *ret)
{
	struct vm_doc *next = sw_arena_new(&vm->arena, struct vm_doc);
	if (!next)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	next->parent = d;
	next->key = key;
	next->real = vm_get(d->real, key);
	next->rep = vm_get(d->rep, key);
	next->replaced = d->replaced ||
		(vm->sc->targets && vm_replaced(vm, doc_path(vm, next)));
	if (d->node && !next->replaced)
		next->node = sw_rego_node_child(d->node, key);
	if (next->node && next->node->n_rules)
		return node_rule(vm, next->node, frame, ret);
	*ret = next->node || vm->sc->targets ? doc_value(next) : next->real;
	if (!next->node && vm->sc->targets && !sw_defined(doc_base(vm, next)))
		*ret = sw_undef();
	return 0;
}

VM_COLD(vm_cold_doc)
{
	const struct vm_path *p = &vm->e->code.paths.v[i->x];
	struct vm_doc *d = sw_arena_new(&vm->arena, struct vm_doc);
	if (!d)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	d->node = vm->e->program->data;
	d->real = vm->data;
	d->rep = vm->sc->rep;
	d->replaced = vm->sc->targets && vm_replaced(vm, sw_empty_array());
	struct sw_value v = doc_value(d);
	for (uint32_t n = 0; n < p->keys.n && v.type == VM_T_DOC; n++) {
		int r = doc_step(vm, doc_of(v), p->keys.u.a->v[n], frame, &v);
		if (r < 0)
			return r;
	}
	R[i->a] = v;
	return sw_defined(v) ? 0 : 1;
}

VM_COLD(vm_cold_docget)
{
	struct sw_value from = R[i->b], v;
	if (from.type == VM_T_DOC) {
		int r = doc_step(vm, doc_of(from), R[i->x], frame, &v);
		if (r < 0)
			return r;
	} else {
		v = vm_get(from, R[i->x]);
	}
	R[i->a] = v;
	return sw_defined(v) ? 0 : 1;
}

/* R[a]: the collection of keys, R[a+1]: index, R[a+2]: where to step from. */
VM_COLD(vm_cold_dociter)
{
	struct sw_value from = R[i->b];
	R[i->a + 1].u.i = 0;
	R[i->a + 2] = from;
	if (from.type != VM_T_DOC) {
		R[i->a] = from;
		return from.type >= SW_ARRAY && from.type <= SW_SET ? 0 : 1;
	}
	const struct vm_doc *d = doc_of(from);
	struct sw_value base = doc_base(vm, d);
	struct sw_list keys;
	sw_list_init(&keys, &vm->arena);
	for (uint32_t n = 0; base.type >= SW_ARRAY && n < base.n; n++)
		sw_list_add(&keys, base.type == SW_OBJECT ? base.u.o->m[n].k
			: base.type == SW_SET ? base.u.a->v[n] : sw_int(n));
	for (uint32_t n = 0; d->node && !d->replaced && n < d->node->n_children; n++)
		if (!sw_defined(vm_get(base, d->node->children[n]->key)))
			sw_list_add(&keys, d->node->children[n]->key);
	R[i->a] = sw_list_array(&keys);
	if (vm->arena.overflow)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	return 0;
}

static bool plain_next(struct sw_value it, int64_t at, struct sw_value *k, struct sw_value *v)
{
	if (it.type == SW_OBJECT) {
		*k = it.u.o->m[at].k;
		*v = it.u.o->m[at].v;
	} else {
		*v = it.u.a->v[at];
		*k = it.type == SW_SET ? *v : sw_int(at);
	}
	return true;
}

VM_COLD(vm_cold_docnext)
{
	struct sw_value *it = R + i->a;
	while (it[1].u.i < (int64_t)it[0].n) {
		if (--vm->steps <= vm->check_at && vm_tick(vm) < 0)
			return -SW_ELIMIT;
		int64_t at = it[1].u.i++;
		if (it[2].type != VM_T_DOC) {
			plain_next(it[0], at, &R[i->b], &R[i->x]);
			return 0;
		}
		struct sw_value v;
		R[i->b] = it[0].u.a->v[at];
		int r = doc_step(vm, doc_of(it[2]), R[i->b], frame, &v);
		if (r < 0)
			return r;
		R[i->x] = v;
		if (sw_defined(v))
			return 0;
	}
	return 1;
}

/*
 * The whole value: rules below, then base data over them. Recursion: the depth of the rule tree, which
 * the parser bounds.
 */
static int doc_extent(struct sw_rego_eval *vm, const struct vm_doc *d, struct sw_value *frame,
	struct sw_value *ret)
{
	struct sw_value base = doc_base(vm, d);
	if (!d->node || d->replaced) {
		*ret = base;
		return 0;
	}
	struct sw_map m;
	sw_map_init(&m, &vm->arena);
	for (uint32_t n = 0; n < d->node->n_children; n++) {
		const struct sw_rego_node *c = d->node->children[n];
		struct sw_value v;
		if (c->hide)
			continue;
		int r = doc_step(vm, d, c->key, frame, &v);
		if (r == 0 && v.type == VM_T_DOC)
			r = doc_extent(vm, doc_of(v), frame, &v);
		if (r < 0)
			return r;
		if (sw_defined(v))
			sw_map_add(&m, c->key, v);
	}
	*ret = vm_merge(&vm->arena, base, sw_map_object(&m));
	if (vm->arena.overflow)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	return 0;
}

VM_COLD(vm_cold_docvalue)
{
	struct sw_value from = R[i->b];
	int r = 0;
	if (from.type == VM_T_DOC)
		r = doc_extent(vm, doc_of(from), frame, &from);
	R[i->a] = from;
	return r < 0 ? r : sw_defined(from) ? 0 : 1;
}

/* ---- with ---- */

/* `from` with the value at path keys[0…n) replaced; what is no object on the way is replaced by one. */
static struct sw_value put(struct sw_rego_eval *vm, struct sw_value from, const struct sw_value *keys,
	uint32_t n, struct sw_value v)
{
	if (!n)
		return v;
	struct sw_map m;
	sw_map_init(&m, &vm->arena);
	struct sw_value old = sw_undef();
	if (from.type == SW_OBJECT) {
		sw_object_foreach(x, from)
			sw_map_add(&m, x->k, x->v);
		old = sw_object_get(from, keys[0]);
	}
	sw_map_add(&m, keys[0], put(vm, old, keys + 1, n - 1, v));
	return sw_map_object(&m);
}

static int add_mock(struct sw_rego_eval *vm, struct vm_scope *s, const struct vm_with_item *w,
	const struct sw_value *R)
{
	struct vm_mock *m = sw_arena_new(&vm->arena, struct vm_mock);
	if (!m)
		return -SW_ELIMIT;
	*m = (struct vm_mock){w->target, w->target_fn, w->by, w->by_fn, sw_undef(), s->mocks};
	if (!w->by && w->by_fn == VM_NONE)
		m->value = R[w->reg];
	s->mocks = m;
	return 0;
}

static int add_target(struct sw_rego_eval *vm, struct vm_scope *s, struct sw_value path)
{
	struct vm_target *t = sw_arena_new(&vm->arena, struct vm_target);
	if (!t)
		return -SW_ELIMIT;
	*t = (struct vm_target){path, s->targets};
	s->targets = t;
	return 0;
}

/* As OPA has it, only documents below names can be replaced, and it tells so where it comes to replace one. */
static bool only_names(struct sw_value path)
{
	sw_array_foreach (k, path)
		if (!sw_is(*k, SW_STRING))
			return false;
	return true;
}

static struct sw_value scope_value(const struct vm_scope *s)
{
	return (struct sw_value){.type = VM_T_SCOPE, .u.s = (const char *)s};
}

VM_COLD(vm_cold_with)
{
	const struct vm_with *w = &vm->e->code.withs.v[i->x];
	struct vm_scope *s = sw_arena_new(&vm->arena, struct vm_scope);
	if (!s)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	*s = *vm->sc;
	s->id = ++vm->n_scopes;
	s->bare = NULL;
	int r = 0;
	for (uint32_t n = 0; n < w->n && r == 0; n++) {
		const struct vm_with_item *it = &w->items[n];
		if (it->kind == WITH_FN) {
			r = add_mock(vm, s, it, R);
			continue;
		}
		if (!only_names(it->path))
			return vm_error(vm, SW_ECONFLICT, SW_BUILTIN_CONFLICT, vm_loc_at(vm, w->loc), "bad document path");
		struct sw_value *doc = it->kind == WITH_INPUT ? &s->input : &s->rep;
		*doc = put(vm, *doc, it->path.u.a->v, it->path.n, R[it->reg]);
		if (it->kind == WITH_DATA)
			r = add_target(vm, s, it->path);
	}
	if (r < 0 || vm->arena.overflow)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	R[i->a] = scope_value(s);
	R[i->a + 1] = scope_value(vm->sc);
	vm->sc = s;
	return 0;
}

VM_COLD(vm_cold_enter)
{
	vm->sc = (struct vm_scope *)R[i->a].u.s;
	return 0;
}

VM_COLD(vm_cold_leave)
{
	vm->sc = (struct vm_scope *)R[i->a + 1].u.s;
	return 0;
}
