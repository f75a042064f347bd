/* SPDX-License-Identifier: Apache-2.0 */
/* References: into values, input, base data and the documents of rules. */
#include "rego/plan/plan.h"

bool plan_is_data(const struct sw_rego_term *ref)
{
	return ref->kind == SW_REGO_REF && ref->items.n && ref->items.v[0]->kind == SW_REGO_VAR &&
	       sw_str_is(ref->items.v[0]->name, "data");
}

uint16_t plan_getk(struct plan *p, uint16_t src, struct sw_value key)
{
	uint32_t k = plan_constant(p, key);
	int32_t hit = plan_known(p, src, k);
	if (hit >= 0)
		return (uint16_t)hit;
	uint16_t dst = plan_reg(p);
	if (key.type == SW_STRING)
		plan_emit(p, OP_GETK, dst, src, 0, k);
	else
		plan_emit(p, OP_GET, dst, src, plan_value(p, key), 0);
	plan_know(p, src, k, dst);
	return dst;
}

/* Opens a loop over a collection. Returns the register of the value. */
uint16_t plan_iterate(struct plan *p, uint16_t src, int32_t want, uint16_t *ret_key)
{
	uint16_t it = plan_regs(p, 2), key = plan_reg(p), val = plan_reg(p);
	if (want >= 0)
		plan_emit(p, OP_ITER_IN, it, src, (uint16_t)want, 0);
	else
		plan_emit(p, OP_ITER, it, src, 0, 0);
	uint32_t next = plan_label(p);
	plan_here(p, next);
	plan_emit(p, OP_NEXT, it, key, val, 0);
	p->fail = next;
	p->heavy = true;
	*ret_key = key;
	return val;
}

static bool wildcard(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_VAR && t->name.n > 1 && t->name.p[0] == '$' &&
	       t->name.p[1] >= '0' && t->name.p[1] <= '9';
}

/* One operand further. */
static uint16_t step(
	struct plan *p, uint16_t src, const struct sw_rego_term *key, int32_t want, bool base)
{
	if (key->kind == SW_REGO_SCALAR && !base)
		return plan_getk(p, src, key->value);
	if (plan_ground(p, key)) {
		uint16_t dst = plan_reg(p), k = plan_term(p, key);
		plan_emit(p, OP_GET, dst, src, k, base);
		return dst;
	}
	uint16_t k, val = plan_iterate(p, src, want, &k);
	if (key->kind == SW_REGO_VAR) {
		if (!wildcard(key))
			plan_bind(p, key->name, k);
	} else {
		plan_unify_reg(p, k, key);
	}
	return val;
}

static uint16_t steps(struct plan *p, uint16_t r, const struct sw_rego_term *t, uint32_t from,
	int32_t want, bool base)
{
	for (uint32_t i = from; i < t->items.n && !p->err; i++)
		r = step(p, r, t->items.v[i], i + 1 == t->items.n ? want : -1, base);
	return r;
}

static uint16_t tail(
	struct plan *p, uint16_t r, const struct sw_rego_term *t, uint32_t from, int32_t want)
{
	return steps(p, r, t, from, want, false);
}

static uint16_t input(struct plan *p)
{
	int32_t hit = plan_known(p, SRC_INPUT, 0);
	if (hit >= 0)
		return (uint16_t)hit;
	uint16_t dst = plan_reg(p);
	plan_emit(p, OP_INPUT, dst, 0, 0, 0);
	plan_know(p, SRC_INPUT, 0, dst);
	return dst;
}

/* items[1…n) as an array of keys. */
struct sw_value plan_path(struct plan *p, const struct sw_rego_term *ref, uint32_t n)
{
	struct sw_list l;
	sw_list_init(&l, p->a);
	for (uint32_t i = 1; i < n; i++)
		sw_list_add(&l, ref->items.v[i]->value);
	return sw_list_array(&l);
}

/* Base data: no rule can be at or below the constant part of the path. */
static uint16_t base_data(struct plan *p, const struct sw_rego_term *t, uint32_t at, int32_t want)
{
	while (at < t->items.n && t->items.v[at]->kind == SW_REGO_SCALAR)
		at++;
	uint16_t dst = plan_reg(p);
	plan_emit(p, OP_DATA, dst, at == t->items.n, 0, plan_constant(p, plan_path(p, t, at)));
	return steps(p, dst, t, at, want, true);
}

/* From a place of the rule tree on, with operands only known at run time. */
static uint16_t dynamic(
	struct plan *p, const struct sw_rego_term *t, uint32_t at, const struct sw_rego_node *node)
{
	struct vm_path path = {plan_path(p, t, at), node};
	plan_push(p, p->c->paths, path);
	uint16_t d = plan_reg(p);
	p->heavy = true;
	plan_cold(p, COLD_DOC, d, 0, p->c->paths.n - 1);
	for (uint32_t i = at; i < t->items.n && !p->err; i++) {
		const struct sw_rego_term *key = t->items.v[i];
		if (plan_ground(p, key)) {
			uint16_t k = plan_term(p, key), dst = plan_reg(p);
			plan_cold(p, COLD_DOCGET, dst, d, k);
			d = dst;
			continue;
		}
		uint16_t it = plan_regs(p, 3), k = plan_reg(p), val = plan_reg(p);
		plan_cold(p, COLD_DOCITER, it, d, 0);
		uint32_t next = plan_label(p);
		plan_here(p, next);
		plan_cold(p, COLD_DOCNEXT, it, k, val);
		p->fail = next;
		if (key->kind == SW_REGO_VAR)
			plan_bind(p, key->name, k);
		else
			plan_unify_reg(p, k, key);
		d = val;
	}
	uint16_t dst = plan_reg(p);
	plan_cold(p, COLD_DOCVALUE, dst, d, 0);
	return dst;
}

/* `keyed`: a known key is read of it, and other members are of no concern. */
static uint16_t rule_document(struct plan *p, const struct sw_rego_node *node, bool keyed)
{
	if (node->rules[0]->kind == SW_REGO_FUNCTION) { /* functions have no value */
		plan_jump(p, p->fail);
		return plan_reg(p);
	}
	uint32_t fn = (uint32_t)(uintptr_t)node->plan - 1;
	int32_t hit = plan_known(p, SRC_RULE, fn);
	if (hit >= 0)
		return (uint16_t)hit;
	uint16_t dst = plan_reg(p);
	plan_emit(p, OP_RULE, dst, 0, 0, fn);
	if (!keyed)
		plan_know(p, SRC_RULE, fn, dst);
	return dst;
}

/* A document whose keys are made by its rules. */
static bool open_object(struct plan *p, const struct sw_rego_node *node)
{
	for (uint32_t i = 0; i < node->n_rules; i++) {
		const struct sw_rego_rule *r = node->rules[i];
		if (r->kind != SW_REGO_FUNCTION && plan_dynamic_ref(p, r))
			return true;
	}
	return false;
}

static uint16_t data(struct plan *p, const struct sw_rego_term *t, int32_t want)
{
	const struct sw_rego_node *node = p->e->program->data;
	uint32_t at = 1;
	for (; at < t->items.n && t->items.v[at]->kind == SW_REGO_SCALAR; at++) {
		node = sw_rego_node_child(node, t->items.v[at]->value);
		if (!node)
			return base_data(p, t, at, want);
		if (node->n_rules) {
			bool keyed = at + 1 < t->items.n && open_object(p, node) &&
				     plan_ground(p, t->items.v[at + 1]);
			return tail(p, rule_document(p, node, keyed), t, at + 1, want);
		}
	}
	return dynamic(p, t, at, node);
}

uint16_t plan_ref(struct plan *p, const struct sw_rego_term *t, int32_t want)
{
	const struct sw_rego_term *head = t->items.v[0];
	if (plan_is_data(t))
		return data(p, t, want);
	if (head->kind != SW_REGO_VAR)
		return tail(p, plan_term(p, head), t, 1, want);
	if (sw_str_is(head->name, "input"))
		return tail(p, input(p), t, 1, want);
	return tail(p, plan_term(p, head), t, 1, want);
}
