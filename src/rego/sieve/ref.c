/* SPDX-License-Identifier: Apache-2.0 */
/* References: into values, the input, and the documents of rules. */
#include "rego/sieve/impl.h"

static void walk(struct sv *c, struct sv_opnd o, const struct sw_rego_term *ref, uint32_t i, uint32_t scope,
	struct sv_opnd *cell, const struct sv_goal *next);

/* An element of a constant, or of a composite term whose elements are known one by one. */
static bool element(struct sv *c, const struct sv_opnd *o, uint32_t at, struct sv_opnd *key, struct sv_opnd *val)
{
	struct sw_value v = sv_value(c, o);
	if (v.type == SW_OBJECT) {
		*key = sv_k(c, v.u.o->m[at].k);
		*val = sv_k(c, v.u.o->m[at].v);
	} else if (v.type == SW_ARRAY || v.type == SW_SET) {
		*val = sv_k(c, v.u.a->v[at]);
		*key = v.type == SW_SET ? *val : sv_k(c, sw_int(at));
	} else if (o->kind == SV_O_OBJECT) {
		*key = o->items[2 * at];
		*val = o->items[2 * at + 1];
	} else {
		*key = sv_k(c, sw_int(at));
		*val = o->items[at];
	}
	return !c->full;
}

/* How many elements are known one by one; -1: they are not, or too many. */
static int64_t elements(const struct sv *c, const struct sv_opnd *o)
{
	struct sw_value v = sv_value(c, o);
	int64_t n = -1;
	if (o->kind == SV_O_ARRAY || o->kind == SV_O_OBJECT)
		n = o->kind == SV_O_ARRAY ? o->n : o->n / 2;
	if (sw_defined(v))
		n = v.type >= SW_ARRAY && v.type <= SW_SET ? (int64_t)v.n : 0;
	return n > SV_UNROLL && sw_defined(v) ? -1 : n;
}

/* o[k] for every k that fits ref's item i. */
static void iterate(struct sv *c, const struct sv_opnd *o, const struct sw_rego_term *ref, uint32_t i,
	uint32_t scope, struct sv_opnd *cell, const struct sv_goal *next)
{
	struct sv_side pattern = {ref->items.v[i], scope, NULL};
	struct sv_opnd key, val;
	int64_t n = elements(c, o);
	for (int64_t at = 0; at < n && !c->full && !c->gave_up; at++) {
		struct sv_mark m = sv_mark(c);
		if (element(c, o, (uint32_t)at, &key, &val) &&
			sv_unify(c, (struct sv_side){.o = &key}, pattern))
			walk(c, val, ref, i + 1, scope, cell, next);
		sv_back(c, m);
	}
	if (n >= 0)
		return;
	if (sv_has_any(o)) {
		sv_give_up(c);
		return;
	}
	uint16_t at = sv_compute(c, (struct sv_node){.op = SV_ITER, .a = sv_ref(c, o)}, 2);
	val = sv_slot(at);
	key = sv_slot((uint16_t)(at + 1));
	if (sv_unify(c, (struct sv_side){.o = &key}, pattern))
		walk(c, val, ref, i + 1, scope, cell, next);
}

/* From `o` on along the items [i, n) of the reference. */
static void walk(struct sv *c, struct sv_opnd o, const struct sw_rego_term *ref, uint32_t i, uint32_t scope,
	struct sv_opnd *cell, const struct sv_goal *next)
{
	for (; i < ref->items.n && !c->full; i++) {
		struct sv_opnd key, val;
		if (!sv_resolve(c, ref->items.v[i], scope, &key)) {
			iterate(c, &o, ref, i, scope, cell, next);
			return;
		}
		if (!sv_step(c, &o, &key, &val))
			return;
		o = val;
	}
	*cell = o;
	sv_solve(c, next);
}

static void walk_on(struct sv *c, const struct sv_goal *g)
{
	walk(c, *g->cell2, g->t, g->i, g->scope, g->cell, g->next);
}

static struct sv_goal *walk_goal(struct sv *c, const struct sw_rego_term *ref, uint32_t i, uint32_t scope,
	struct sv_opnd *cell, const struct sv_goal *next)
{
	struct sv_goal *g = sv_goal(c, walk_on, next);
	g->t = ref;
	g->i = i;
	g->scope = scope;
	g->cell = cell;
	g->cell2 = sv_cell(c);
	return g;
}

/* ---- the documents of rules ---- */

/* The element that a partial set was asked for, once its rule's body holds. */
static void take_element(struct sv *c, const struct sv_goal *g)
{
	struct sv_opnd o;
	if (!sv_unify(c, g->a, g->b))
		return;
	if (!sv_resolve(c, g->b.t, g->b.scope, &o)) { /* a wildcard: the head is the value */
		if (!sv_resolve(c, g->a.t, g->a.scope, &o)) {
			sv_give_up(c);
			return;
		}
	}
	walk(c, o, g->t, g->i, g->scope, g->cell, g->next);
}

/*
 * set[x], where solutions may be found in any order and more than once: the rules take the set's place, and
 * the set is never made.
 */
static void set_in_place(struct sv *c, const struct sw_rego_node *node, const struct sw_rego_term *ref,
	uint32_t i, uint32_t scope, struct sv_opnd *cell, const struct sv_goal *next)
{
	for (uint32_t k = 0; k < node->n_rules && !c->full; k++) {
		const struct sw_rego_rule *r = node->rules[k];
		struct sv_mark m = sv_mark(c);
		uint32_t inner = ++c->scopes;
		struct sv_goal *take = sv_goal(c, take_element, next);
		take->a = (struct sv_side){r->head->key, inner, NULL};
		take->b = (struct sv_side){ref->items.v[i], scope, NULL};
		take->t = ref;
		take->i = i + 1;
		take->scope = scope;
		take->cell = cell;
		sv_prebind(c, take->a, take->b);
		sv_solve(c, sv_body(c, &r->body, inner, take));
		sv_back(c, m);
	}
}

static bool plain_set(const struct sw_rego_node *node)
{
	for (uint32_t i = 0; i < node->n_rules; i++)
		if (node->rules[i]->kind != SW_REGO_PARTIAL_SET || node->rules[i]->is_default)
			return false;
	return !node->n_children;
}

static void document(struct sv *c, const struct sw_rego_node *node, const struct sw_rego_term *ref, uint32_t i,
	uint32_t scope, struct sv_opnd *cell, const struct sv_goal *next)
{
	const struct sw_rego_rule *first = node->rules[0];
	struct sv_opnd o;
	if (first->kind == SW_REGO_FUNCTION || node->n_children) {
		sv_give_up(c);
	} else if (first->kind == SW_REGO_COMPLETE) {
		struct sv_goal *on = walk_goal(c, ref, i, scope, cell, next);
		sv_apply(c, node, NULL, 0, on->cell2, on);
	} else if (plain_set(node) && i < ref->items.n && (!c->nested || (!c->strict && !c->ordered))) {
		c->met_set = true;
		set_in_place(c, node, ref, i, scope, cell, next);
	} else if (sv_document(c, node, &o)) {
		walk(c, o, ref, i, scope, cell, next);
	} else {
		sv_give_up(c);
	}
}

static void data(struct sv *c, const struct sw_rego_term *ref, uint32_t scope, struct sv_opnd *cell,
	const struct sv_goal *next)
{
	const struct sw_rego_node *node = c->e->program->data;
	for (uint32_t i = 1; i < ref->items.n && ref->items.v[i]->kind == SW_REGO_SCALAR; i++) {
		node = sw_rego_node_child(node, ref->items.v[i]->value);
		if (!node)
			break;
		if (node->n_rules) {
			document(c, node, ref, i + 1, scope, cell, next);
			return;
		}
	}
	sv_give_up(c); /* base data, or a whole package */
}

void sv_evaluate_ref(struct sv *c, const struct sw_rego_term *t, uint32_t scope, struct sv_opnd *cell,
	const struct sv_goal *next)
{
	const struct sw_rego_term *head = t->items.v[0];
	struct sv_opnd o;
	if (head->kind == SW_REGO_VAR && sw_str_is(head->name, "data")) {
		data(c, t, scope, cell, next);
	} else if (head->kind == SW_REGO_VAR && sw_str_is(head->name, "input")) {
		walk(c, c->input, t, 1, scope, cell, next);
	} else if (sv_resolve(c, head, scope, &o)) {
		walk(c, o, t, 1, scope, cell, next);
	} else {
		sv_give_up(c);
	}
}
