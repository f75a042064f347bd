/* SPDX-License-Identifier: Apache-2.0 */
/* The rule tree, and finding rules by ref. */
#include "rego/compile/internal.h"

static uint32_t child_at(const struct sw_rego_node *n, struct sw_value key, bool *found)
{
	uint32_t lo = 0, hi = n->n_children;
	*found = false;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int d = sw_value_cmp(n->children[mid]->key, key);
		if (!d) {
			*found = true;
			return mid;
		}
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct sw_rego_node *sw_rego_node_child(const struct sw_rego_node *n, struct sw_value key)
{
	bool found;
	uint32_t at = child_at(n, key, &found);
	return found ? n->children[at] : NULL;
}

static struct sw_rego_node *child_make(cc *c, struct sw_rego_node *n, struct sw_value key)
{
	bool found;
	uint32_t at = child_at(n, key, &found);
	if (found)
		return n->children[at];
	struct sw_rego_node *k = cc_alloc(c, sizeof(*k));
	k->key = key;
	k->parent = n;
	CC_GROW(c, c->a, n->children, n->n_children, n->cap_children);
	memmove(n->children + at + 1, n->children + at,
		(n->n_children - at) * sizeof(*n->children));
	n->children[at] = k;
	n->n_children++;
	return k;
}

/* The key of a ground ref item, SW_UNDEF for others. */
static struct sw_value item_key(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_SCALAR ? t->value : sw_undef();
}

static struct sw_rego_node *node_make(cc *c, const struct sw_rego_term *ref, uint32_t n)
{
	struct sw_rego_node *node = c->p->data;
	for (uint32_t i = 1; i < n; i++)
		node = child_make(c, node, item_key(ref->items.v[i]));
	return node;
}

void stage_tree(cc *c)
{
	c->p->data = cc_alloc(c, sizeof(*c->p->data));
	c->p->data->key = SW_VSTR("data");
	for (uint32_t m = 0; m < c->p->n_modules; m++) {
		struct sw_rego_module *mod = c->p->modules[m];
		node_make(c, mod->package, mod->package->items.n);
		for (uint32_t i = 0; i < mod->n_rules; i++) {
			struct sw_rego_term *ref = rule_ref(c, mod->rules[i]);
			struct sw_rego_node *n = node_make(c, ref, sw_rego_ref_ground_len(ref));
			CC_GROW(c, c->a, n->rules, n->n_rules, n->cap_rules);
			n->rules[n->n_rules++] = mod->rules[i];
		}
	}
	struct sw_rego_node *sys = sw_rego_node_child(c->p->data, SW_VSTR("system"));
	if (sys)
		sys->hide = true;
}

struct sw_rego_node *sw_rego_node_find(
	const struct sw_rego_program *p, const struct sw_rego_term *ref)
{
	if (!p->data || !ref_starts(ref, "data"))
		return NULL;
	struct sw_rego_node *n = p->data;
	for (uint32_t i = 1; n && i < ref->items.n; i++) {
		struct sw_value k = item_key(ref->items.v[i]);
		n = sw_defined(k) ? sw_rego_node_child(n, k) : NULL;
	}
	return n;
}

/* Depth first in key order; fn returns true to stay out of the children. */
bool node_each(struct sw_rego_node *n, bool (*fn)(void *ctx, struct sw_rego_node *n), void *ctx)
{
	if (fn(ctx, n))
		return true;
	for (uint32_t i = 0; i < n->n_children; i++)
		node_each(n->children[i], fn, ctx);
	return false;
}

int arity_of(cc *c, const struct sw_rego_term *op)
{
	const struct sw_builtin *b = ref_builtin(c, op);
	if (b)
		return (int)sw_builtin_arity(b);
	const struct sw_rego_node *n = sw_rego_node_find(c->p, op);
	return n && n->n_rules ? (int)n->rules[0]->head->args.n : -1;
}

int sw_rego_program_arity(const struct sw_rego_program *p, const struct sw_rego_term *ref)
{
	return arity_of(p->c, ref);
}

/* ---- rules that a ref with variables may reach ---- */

struct reach {
	const struct sw_rego_term *ref;
	bool hidden;
	rule_fn fn;
	void *ctx;
};

static bool may_intersect(const struct sw_rego_rule *r, const struct sw_rego_term *ref, uint32_t i)
{
	const struct sw_rego_terms *pkg = &r->module->package->items, *head = &r->head->ref->items;
	for (; i < pkg->n + head->n && i < ref->items.n; i++) {
		if (i <= pkg->n)
			continue; /* the node's own path matched already */
		const struct sw_rego_term *x = head->v[i - pkg->n], *y = ref->items.v[i];
		if (sw_rego_term_is_constant(x) && sw_rego_term_is_constant(y) && !term_eq(x, y))
			return false;
	}
	return true;
}

static void reach_rules(const struct reach *r, const struct sw_rego_node *n, uint32_t i)
{
	for (uint32_t k = 0; k < n->n_rules; k++)
		if (may_intersect(n->rules[k], r->ref, i))
			r->fn(r->ctx, n->rules[k]);
}

static bool reach_all(void *ctx, struct sw_rego_node *n)
{
	const struct reach *r = ctx;
	for (uint32_t k = 0; k < n->n_rules; k++)
		r->fn(r->ctx, n->rules[k]);
	return !r->hidden && n->hide;
}

static void reach_walk(struct reach *r, struct sw_rego_node *n, uint32_t i)
{
	if (i >= r->ref->items.n) {
		node_each(n, reach_all, r);
		return;
	}
	const struct sw_rego_term *t = r->ref->items.v[i];
	if (sw_rego_term_is_constant(t)) {
		struct sw_value k = item_key(t);
		struct sw_rego_node *child = sw_defined(k) ? sw_rego_node_child(n, k) : NULL;
		if (child) {
			reach_rules(r, child, i + 1);
			reach_walk(r, child, i + 1);
		}
		return;
	}
	for (uint32_t k = 0; k < n->n_children; k++) {
		if (n->children[k]->hide && !r->hidden)
			continue;
		reach_rules(r, n->children[k], i + 1);
		reach_walk(r, n->children[k], i + 1);
	}
}

/* fn may see a rule twice. */
void rules_dynamic(cc *c, const struct sw_rego_term *ref, bool hidden, rule_fn fn, void *ctx)
{
	struct reach r = {ref, hidden, fn, ctx};
	if (ref_starts(ref, "data"))
		reach_walk(&r, c->p->data, 1);
}
