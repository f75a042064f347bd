/* SPDX-License-Identifier: Apache-2.0 */
/* Whole documents of known rules: sets, and objects that rules fill by key. */
#include "rego/partial/internal.h"

struct place {
	struct sw_value key;
	struct place **v;
	uint32_t n, cap;
	struct sw_value value; /* of a leaf */
	struct sw_list set;    /* of a leaf that is a set */
	bool leaf, is_set;
};

struct extent {
	struct k k;
	struct ev *e;
	struct sw_rego_rule *rule;
	const term *own;
	uint32_t from; /* items of `own` that are the document's own path */
	struct place *root;
	bool again;    /* the last solution told nothing new */
};

static void conflict(struct extent *x)
{
	pe_error(x->e->pe, "eval_conflict_error", &x->rule->head->loc, "object keys must be unique");
}

static struct sw_value known(struct extent *x, const term *t)
{
	struct sw_value v = pe_value(x->e->pe, pe_plug(x->e->pe, x->e->b, t));
	if (!sw_defined(v))
		pe_error(x->e->pe, "eval_internal_error", &x->rule->head->loc,
			"the head of a rule is not ground");
	return v;
}

static struct place *below(struct extent *x, struct place *p, struct sw_value key)
{
	cc *c = x->e->pe->c;
	if (p->leaf)
		conflict(x);
	pe_step(x->e->pe);
	for (uint32_t i = 0; i < p->n; i++)
		if (sw_value_eq(p->v[i]->key, key))
			return p->v[i];
	struct place *k = cc_alloc(c, sizeof(*k));
	k->key = key;
	sw_list_init(&k->set, c->a);
	CC_GROW(c, c->a, p->v, p->n, p->cap);
	p->v[p->n++] = k;
	return k;
}

static bool listed(const struct sw_list *l, struct sw_value v)
{
	uint32_t i = 0;
	while (i < l->n && !sw_value_eq(l->v[i], v))
		i++;
	return i < l->n;
}

static void extent_found(struct k *k)
{
	struct extent *x = (struct extent *)k;
	struct place *p = x->root;
	bool set = x->rule->kind == SW_REGO_PARTIAL_SET;
	for (uint32_t i = x->from; i < x->own->items.n; i++)
		p = below(x, p, known(x, x->own->items.v[i]));
	if (p->n || (p->leaf && p->is_set != set))
		conflict(x);
	struct sw_value v = known(x, set ? x->rule->head->key : x->rule->head->value);
	x->again = set ? x->e->pe->explain && listed(&p->set, v) : p->leaf;
	if (set && sw_list_add(&p->set, v) < 0)
		cc_fail(x->e->pe->c, SW_ELIMIT);
	if (!set && p->leaf && !sw_value_eq(p->value, v))
		conflict(x);
	p->value = v;
	p->leaf = true;
	p->is_set = set;
}

static struct sw_value seal(struct pe *pe, struct place *p)
{
	struct sw_map m;
	if (p->leaf)
		return p->is_set ? sw_list_set(&p->set) : p->value;
	sw_map_init(&m, pe->c->a);
	for (uint32_t i = 0; i < p->n; i++)
		if (sw_map_add(&m, p->v[i]->key, seal(pe, p->v[i])) < 0)
			cc_fail(pe->c, SW_ELIMIT);
	return sw_map_object(&m);
}

struct extent *pe_extent_new(struct pe *pe, uint32_t n)
{
	struct extent *x = cc_alloc(pe->c, sizeof(*x));
	x->root = cc_alloc(pe->c, sizeof(*x->root));
	x->k.fn = extent_found;
	x->from = n;
	sw_list_init(&x->root->set, pe->c->a);
	return x;
}

bool pe_extent_add(struct extent *x, struct ev *e, struct sw_rego_rule *rule, const term *own)
{
	x->e = e;
	x->rule = rule;
	x->own = own;
	extent_found(&x->k);
	return x->again;
}

term *pe_extent_value(struct extent *x, struct pe *pe, bool set)
{
	return pe_scalar(pe, set && !x->root->leaf ? sw_empty_set() : seal(pe, x->root));
}

term *pe_extent(const struct reff *r, const struct ir *ir)
{
	struct pe *pe = r->e->pe;
	term *out = pe_remembered(pe, r->plugged, r->pos + 1);
	if (out)
		return out;
	struct extent *x = pe_extent_new(pe, r->pos + 1);
	for (uint32_t i = 0; i < ir->n; i++) {
		struct ev child = pe_child(r->e, &ir->v[i]->body);
		x->e = &child;
		x->rule = ir->v[i];
		x->own = rule_ref(pe->c, ir->v[i]);
		pe_eval(&child, &x->k);
	}
	out = pe_extent_value(x, pe, ir->multi && ir->ground);
	pe_remember(pe, r->plugged, r->pos + 1, out);
	return out;
}
