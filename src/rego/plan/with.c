/* SPDX-License-Identifier: Apache-2.0 */
/* `with`: other input, data and functions for one expression. */
#include "rego/plan/plan.h"

static bool is_root(const struct sw_rego_term *ref, const char *name)
{
	return ref->kind == SW_REGO_REF && ref->items.n && ref->items.v[0]->kind == SW_REGO_VAR &&
	       sw_str_is(ref->items.v[0]->name, name);
}

static bool names_function(struct plan *p, const struct sw_rego_term *t)
{
	if (plan_is_data(t)) { /* rules without arguments are documents */
		const struct sw_rego_node *n = sw_rego_node_find(p->e->program, t);
		return n && n->n_rules && n->rules[0]->kind == SW_REGO_FUNCTION;
	}
	return (t->kind == SW_REGO_REF || t->kind == SW_REGO_VAR) &&
	       sw_rego_program_arity(p->e->program, t) >= 0;
}

/* `f` alone may be a VAR. */
static const struct sw_rego_term *as_ref(struct plan *p, const struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_REF)
		return t;
	struct sw_rego_term *r = sw_arena_new(p->a, struct sw_rego_term);
	struct sw_rego_term **items = sw_arena_new(p->a, struct sw_rego_term *);
	if (!r || !items) {
		plan_fail(p, -SW_ELIMIT, "the engine's memory budget is spent");
		return t;
	}
	*r = *t;
	r->kind = SW_REGO_REF;
	*items = (struct sw_rego_term *)t;
	r->items.v = items;
	r->items.n = r->items.cap = 1;
	return r;
}

/* An operator with an instruction of its own cannot be replaced: from now on all are calls. */
static void note_operator(struct plan *p, const struct sw_builtin *b)
{
	static const char *const own[] = {
		"equal", "neq", "lt", "lte", "gt", "gte", "plus", "minus", "mul", "count",
		"object.get", "is_array", "is_boolean", "is_null", "is_number", "is_object",
		"is_set", "is_string"};
	for (size_t i = 0; b && i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(b->name, own[i]) == 0)
			p->e->plain_ops = true;
}

static struct vm_with_item item(struct plan *p, const struct sw_rego_with *w)
{
	struct vm_with_item it = {.target_fn = VM_NONE, .by_fn = VM_NONE};
	bool input = is_root(w->target, "input"), data = is_root(w->target, "data");
	if (input || (data && !names_function(p, w->target))) {
		it.kind = input ? WITH_INPUT : WITH_DATA;
		it.path = plan_path(p, w->target, w->target->items.n);
		it.reg = plan_term(p, w->value);
		return it;
	}
	it.kind = WITH_FN;
	it.target = plan_operator(p, as_ref(p, w->target), &it.target_fn);
	note_operator(p, it.target);
	if (names_function(p, w->value) &&
		!(w->value->kind == SW_REGO_VAR && plan_var(p, w->value->name) >= 0))
		it.by = plan_operator(p, as_ref(p, w->value), &it.by_fn);
	else
		it.reg = plan_term(p, w->value);
	return it;
}

static uint32_t items(struct plan *p, const struct sw_rego_expr *e)
{
	struct vm_with w = {.n = e->n_withs, .loc = p->loc};
	w.items = sw_arena_new_array(p->a, e->n_withs, struct vm_with_item);
	if (!w.items) {
		plan_fail(p, -SW_ELIMIT, "the engine's memory budget is spent");
		return 0;
	}
	for (uint32_t i = 0; i < e->n_withs && !p->err; i++)
		w.items[i] = item(p, &e->withs[i]);
	plan_push(p, p->c->withs, w);
	return p->c->withs.n - 1;
}

/*
 * The scope is left behind the expression and entered again when a loop inside has to go on:
 *
 *	WITH s; inner → LEAVE s → rest … fails → ENTER s, inner's next
 */
void plan_with(struct plan *p, const struct sw_rego_expr *e,
	void (*inner)(struct plan *p, const struct sw_rego_expr *e))
{
	uint32_t w = items(p, e), outer = p->fail, floor = p->known_floor, known = p->known.n;
	uint16_t s = plan_regs(p, 2);
	plan_cold(p, COLD_WITH, s, 0, w);
	uint32_t out = plan_label(p), on = plan_label(p), again = plan_label(p);
	p->fail = out;
	p->known_floor = known;
	inner(p, e);
	uint32_t inside = p->fail;
	plan_cold(p, COLD_LEAVE, s, 0, 0);
	plan_jump(p, on);
	if (inside != out) {
		plan_here(p, again);
		plan_cold(p, COLD_ENTER, s, 0, 0);
		plan_jump(p, inside);
	}
	plan_here(p, out);
	plan_cold(p, COLD_LEAVE, s, 0, 0);
	plan_jump(p, outer);
	plan_here(p, on);
	p->fail = inside != out ? again : outer;
	p->known_floor = floor;
	p->known.n = known;
}
