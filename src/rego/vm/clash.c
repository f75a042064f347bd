/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents whose rules disagree about a member. OPA looks up one key by evaluating the rules for
 * that key alone: what they say of other keys is then no error. Here the document is made once,
 * with the first value of such a member, and who reads it tells whether the member concerns him.
 */
#include "rego/vm/vm.h"

/* Remembers that the member at `path` of `object` has two values. */
int vm_clash_add(struct sw_rego_eval *vm, struct sw_value path, const struct sw_rego_loc *loc)
{
	struct vm_clash *c = sw_arena_new(&vm->arena, struct vm_clash);
	if (!c)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	*c = (struct vm_clash){NULL, path, loc, vm->clashes};
	vm->clashes = c;
	return 0;
}

/* The clashes recorded since `before` belong to this object. */
void vm_clash_own(struct sw_rego_eval *vm, const struct vm_clash *before, struct sw_value object)
{
	for (struct vm_clash *c = vm->clashes; c != before; c = c->next)
		c->object = object.u.o;
}

bool vm_clashes(const struct sw_rego_eval *vm, struct sw_value v)
{
	for (const struct vm_clash *c = v.type == SW_OBJECT ? vm->clashes : NULL; c; c = c->next)
		if (c->object == v.u.o)
			return true;
	return false;
}

/* The key that the instructions behind a look-up of a rule read from register `reg`; SW_UNDEF:
 * none. */
static struct sw_value next_key(const struct sw_rego_eval *vm, const struct vm_ins **at,
	uint16_t *reg, const struct sw_value *R)
{
	const struct sw_value *k = vm->e->code.k.v;
	const struct vm_ins *i = *at, *mov = i->op == OP_MOVK ? i++ : NULL;
	if ((i->op != OP_GETK && i->op != OP_GET) || i->b != *reg)
		return sw_undef();
	*at = i + 1;
	*reg = i->a;
	if (i->op == OP_GETK)
		return k[i->x];
	return mov && mov->a == i->c ? k[mov->x] : R[i->c];
}

/* `at`: the instruction that asked for the document; NULL: all of it is wanted. */
int vm_clash_check(struct sw_rego_eval *vm, struct sw_value v, const struct vm_ins *at,
	const struct sw_value *R)
{
	const struct vm_clash *first = NULL;
	for (const struct vm_clash *c = v.type == SW_OBJECT ? vm->clashes : NULL; c; c = c->next) {
		if (c->object != v.u.o)
			continue;
		const struct vm_ins *i = at ? at + 1 : NULL;
		uint16_t reg = at ? at->a : 0;
		bool apart = false;
		for (uint32_t n = 0; i && !apart && n < c->path.n; n++) {
			struct sw_value key = next_key(vm, &i, &reg, R);
			if (!sw_defined(key))
				break;
			apart = !sw_value_eq(key, c->path.u.a->v[n]);
		}
		if (!apart)
			first = c; /* the list runs backwards */
	}
	return first ? vm_error(vm, SW_ECONFLICT, SW_BUILTIN_CONFLICT, first->loc,
			       "object keys must be unique")
		     : 0;
}
