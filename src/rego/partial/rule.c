/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that rules define: evaluated, inlined, or written to support modules. */
#include "rego/partial/explain.h"

/* ---- the rules of a document ---- */

static void add_rule(struct pe *pe, struct ir *ir, struct sw_rego_rule *r)
{
	bool var = false;
	if (!ir->n && !ir->def)
		ir->multi = r->kind == SW_REGO_PARTIAL_SET;
	for (uint32_t i = 1; i < r->head->ref->items.n; i++)
		var = var || !pe_ground(r->head->ref->items.v[i]);
	ir->ground = ir->ground && !var;
	if (r->is_default) {
		ir->def = r;
		return;
	}
	ir->any_else = ir->any_else || r->else_rule;
	CC_GROW(pe->c, pe->c->a, ir->v, ir->n, ir->cap);
	ir->v[ir->n++] = r;
}

static void add_below(struct pe *pe, struct ir *ir, const struct sw_rego_node *n)
{
	for (uint32_t i = 0; i < n->n_children; i++) {
		for (uint32_t r = 0; r < n->children[i]->n_rules; r++)
			add_rule(pe, ir, n->children[i]->rules[r]);
		add_below(pe, ir, n->children[i]);
	}
}

/* Where heads have variables, also the rules of single keys below. */
struct ir pe_rules(struct pe *pe, const struct sw_rego_node *n)
{
	struct ir ir = {.ground = true};
	for (uint32_t i = 0; i < n->n_rules; i++)
		add_rule(pe, &ir, n->rules[i]);
	if (!ir.ground)
		add_below(pe, &ir, n);
	return ir;
}

/* ---- what has been evaluated once ---- */

static struct sw_str cache_key(struct pe *pe, term *const *v, uint32_t n)
{
	return cc_term_str(pe->c, pe_unpack(pe, pe_ref(pe, v, n)));
}

term *pe_remembered(struct pe *pe, term *const *v, uint32_t n)
{
	const struct var_entry *x =
		vs_get(&pe->caches[pe->n_caches - 1].docs, cache_key(pe, v, n));
	return x ? x->val : NULL;
}

void pe_remember(struct pe *pe, term *const *v, uint32_t n, const term *t)
{
	vs_set(pe->c, &pe->caches[pe->n_caches - 1].docs, cache_key(pe, v, n), (void *)t);
}

/* ---- support rules ---- */

struct supporting {
	struct k k;
	struct ev *e; /* of the rule's body */
	struct sw_rego_rule *rule;
	const term *pkg, *ref; /* NULL: from the rule's own ref */
	bool defined;
};

static struct sw_rego_rule *partial_rule(struct supporting *s, struct sw_rego_body b, term **ret_pkg)
{
	struct pe *pe = s->e->pe;
	const struct sw_rego_head *h = s->rule->head;
	term *own = rule_ref(pe->c, s->rule), *ref;
	own = pe_namespace_ref(pe, own->items.v, own->items.n);
	for (uint32_t i = 1; i < own->items.n; i++)
		own->items.v[i] = pe_plug_ns(pe, s->e->b, own->items.v[i]);
	pe_split(pe, own, ret_pkg, &ref);
	bool multi = s->rule->kind == SW_REGO_PARTIAL_SET;
	term *value = h->value ? pe_plug_ns(pe, s->e->b, h->value) : NULL, *key = NULL;
	if (multi)
		key = pe_plug_ns(pe, s->e->b, h->key);
	else if (ref->items.n == 2)
		key = ref->items.v[1];
	struct sw_rego_rule *r = pe_rule(pe, ref, key, value, b);
	if (ref->items.n == 2 && !multi)
		r->head->opa_name = ref->items.v[0]->name;
	return r;
}

static void support_found(struct k *k)
{
	struct supporting *s = (struct supporting *)k;
	struct pe *pe = s->e->pe;
	struct saved_query cur = pe_pop_query(pe);
	struct sw_rego_body b = pe_plug_query(pe, &cur);
	struct sw_rego_rule *r;
	term *pkg = (term *)s->pkg;
	s->defined = true;
	if (pe_type_checks(pe, &b)) {
		if (s->ref)
			r = pe_rule(pe, (term *)s->ref, NULL,
				pe_plug_ns(pe, s->e->b, s->rule->head->value), b);
		else
			r = partial_rule(s, b, &pkg);
		if (!pe->o->shallow) {
			struct varset live;
			vs_init(&live, pe->c->a);
			vars_head(pe->c, &live, 0, r->head);
			vars_terms(pe->c, &live, 0, &r->head->ref->items, 0);
			r->body = pe_propagate(pe, &live, &b, true);
		}
		r->is_default = s->rule->is_default;
		pe_support_add_pkg(pe, pkg, r);
	}
	pe_push_query(pe, &cur);
}

static bool support_rule(struct ev *e, struct sw_rego_rule *r, const term *pkg, const term *ref)
{
	struct ev child = pe_child(e, &r->body);
	struct supporting s = {{support_found}, &child, r, pkg, ref, false};
	pe_push_query(e->pe, NULL);
	pe_eval(&child, &s.k);
	pe_pop_query(e->pe);
	return s.defined;
}

/* ---- complete documents ---- */

struct result {
	struct k k;
	const struct reff *r;
	struct ev *e;
	struct sw_rego_rule *rule;
	term *v; /* what it came to */
	term *prev;
	struct k *then;
};

static void complete_found(struct k *k)
{
	struct result *x = (struct result *)k;
	struct pe *pe = x->e->pe;
	const struct reff *r = x->r;
	x->v = pe_plug(pe, x->e->b, x->rule->head->value);
	if (x->prev) {
		if (!pe_eq(pe, x->prev, x->v))
			pe_error(pe, "eval_conflict_error", &x->rule->head->loc,
				"complete rules must not produce multiple outputs");
		return;
	}
	x->prev = x->v;
	pe_remember(pe, r->plugged, r->pos + 1, x->v);
	struct bnd *tb;
	term *t = pe_apply(x->e->b, x->rule->head->value, &tb);
	pe_eval_term(r, r->pos + 1, t, tb, x->then);
}

static term *complete_rule(
	const struct reff *r, struct sw_rego_rule *rule, term *prev, struct k *k)
{
	struct ev child = pe_child(r->e, &rule->body);
	struct result x = {{complete_found}, r, &child, rule, NULL, prev, k};
	pe_eval(&child, &x.k);
	return x.v;
}

static void complete_value(const struct reff *r, const struct ir *ir, struct k *k)
{
	struct pe *pe = r->e->pe;
	term *known = pe_remembered(pe, r->plugged, r->pos + 1), *prev = NULL;
	if (known) {
		if (known != &pe_undefined)
			pe_eval_term(r, r->pos + 1, known, r->b, k);
		return;
	}
	for (uint32_t i = 0; i < ir->n; i++) {
		term *v = NULL;
		for (struct sw_rego_rule *x = ir->v[i]; x && !v; x = x->else_rule)
			v = complete_rule(r, x, prev, k);
		prev = v ? v : prev;
	}
	if (ir->def && !prev)
		complete_rule(r, ir->def, NULL, k);
	else if (!prev)
		pe_remember(pe, r->plugged, r->pos + 1, &pe_undefined);
}

static void inline_found(struct k *k)
{
	struct result *x = (struct result *)k;
	struct bnd *tb;
	term *t = pe_apply(x->e->b, x->rule->head->value, &tb);
	pe_eval_term(x->r, x->r->pos + 1, t, tb, x->then);
}

/* The path without its package, as a rule is named. */
static bool complete_support(const struct reff *r, struct sw_rego_rule *rule)
{
	struct pe *pe = r->e->pe;
	uint32_t n = rule->module->package->items.n;
	term *pkg = pe_namespace_ref(pe, r->plugged, n);
	term *ref = pe_ref(pe, r->plugged + n, r->pos + 1 - n);
	ref->items.v[0] = mk_var(pe->c, sw_value_str(ref->items.v[0]->value), NULL);
	return support_rule(r->e, rule, pkg, ref);
}

static void complete_as_support(const struct reff *r, const struct ir *ir, struct k *k)
{
	struct pe *pe = r->e->pe;
	bool defined = pe_support_exists(pe, pe_namespace_ref(pe, r->plugged, r->pos + 1));
	if (!defined) {
		for (uint32_t i = 0; i < ir->n; i++)
			defined |= complete_support(r, ir->v[i]);
		if (ir->def)
			defined |= complete_support(r, ir->def);
	}
	if (defined)
		pe_save_unify(r->e, pe_namespace_ref(pe, r->ref, r->n), r->rterm, r->b, r->rb, k);
}

static void complete(const struct reff *r, const struct ir *ir, struct k *k)
{
	struct pe *pe = r->e->pe;
	const struct sw_rego_rule *any = ir->n ? ir->v[0] : ir->def;
	bool support = pe->o->shallow || pe_disabled(pe, r->plugged, r->pos + 1, false);
	if (any->head->args.n)
		return; /* functions are no documents */
	if (!pe_unknown(r->e, pe_ref(pe, r->ref, r->n), r->b)) {
		complete_value(r, ir, k);
		return;
	}
	if (ir->def) { /* the default value may be what the other side is equal to */
		const term *other = pe_plug(pe, r->rb, r->rterm);
		support = support || !sw_rego_term_is_constant(other) || pe_eq(pe, ir->def->head->value, other);
	}
	if (support) {
		complete_as_support(r, ir, k);
		return;
	}
	for (uint32_t i = 0; i < ir->n; i++) {
		struct ev child = pe_child(r->e, &ir->v[i]->body);
		struct result x = {{inline_found}, r, &child, ir->v[i], NULL, NULL, k};
		pe_eval(&child, &x.k);
	}
}

/* ---- sets, and objects by key ---- */

static uint32_t longest_ref(const struct ir *ir, uint32_t ceiling)
{
	uint32_t max = 0;
	for (uint32_t i = 0; i < ir->n; i++) {
		const struct sw_rego_rule *r = ir->v[i];
		uint32_t n = r->module->package->items.n + r->head->ref->items.n +
			     (r->kind == SW_REGO_PARTIAL_SET);
		max = n > max ? n : max;
	}
	return max < ceiling ? max : ceiling;
}

static void partial_as_support(const struct reff *r, const struct ir *ir, struct k *k)
{
	struct pe *pe = r->e->pe;
	term *t = pe_namespace_ref(pe, r->ref, r->n);
	bool defined = pe_support_exists(pe, pe_namespace_ref(pe, r->plugged, r->pos + 1));
	for (uint32_t i = 0; !i || (!defined && i < ir->n); i++) {
		if (defined)
			break;
		for (i = 0; i < ir->n; i++)
			defined |= support_rule(r->e, ir->v[i], NULL, NULL);
	}
	if (!defined && r->n != r->pos + 1)
		return;
	if (!defined)
		t = mk_term(pe->c, ir->multi && ir->ground ? SW_REGO_SET : SW_REGO_OBJECT, NULL);
	pe_save_unify(r->e, t, r->rterm, r->b, r->rb, k);
}

/* The ref of a rule against the ref that asks, behind the document's own path. */
struct heads {
	struct k k;
	const struct reff *r;
	struct ev *child;
	struct sw_rego_rule *rule;
	term *own;
	uint32_t at;
	bool key_done, evaluate;
	struct k *then;
};

static void heads_next(struct heads *h);

static void heads_more(struct k *k)
{
	struct heads *h = (struct heads *)k;
	h->at++;
	heads_next(h);
	h->at--;
}

static void heads_key(struct k *k)
{
	struct heads *h = (struct heads *)k;
	h->key_done = true;
	heads_next(h);
	h->key_done = false;
}

/* A rule's solution: its contribution is a document around the value, in which the ref goes on. */
static void contributes(struct k *k)
{
	struct heads *h = (struct heads *)k;
	struct pe *pe = h->child->pe;
	const struct sw_rego_head *head = h->rule->head;
	bool multi = h->rule->kind == SW_REGO_PARTIAL_SET;
	term *t = multi ? head->key : head->value;
	if (multi) {
		term *set = mk_term(pe->c, SW_REGO_SET, NULL);
		terms_add(pe->c, &set->items, t);
		t = set;
	}
	for (uint32_t i = h->own->items.n; i-- > h->r->pos + 1;) {
		term *o = mk_term(pe->c, SW_REGO_OBJECT, NULL);
		terms_add(pe->c, &o->items, h->own->items.v[i]);
		terms_add(pe->c, &o->items, t);
		t = o;
	}
	pe_eval_term(h->r, h->r->pos + 1, t, h->child->b, h->then);
}

struct contribution {
	struct k k;
	struct heads *h;
};

static void body_done(struct k *k)
{
	contributes(&((struct contribution *)k)->h->k);
}

static void heads_next(struct heads *h)
{
	const struct reff *r = h->r;
	bool multi = h->rule->kind == SW_REGO_PARTIAL_SET;
	if (h->at < r->n && h->at < h->own->items.n) {
		h->k.fn = heads_more;
		pe_unify(h->child, r->ref[h->at], h->own->items.v[h->at], r->b, h->child->b, &h->k);
		return;
	}
	if (multi && !h->key_done && h->at < r->n && h->own->items.n <= r->n) {
		h->k.fn = heads_key;
		pe_unify(h->child, r->ref[h->at], h->rule->head->key, r->b, h->child->b, &h->k);
		return;
	}
	if (h->evaluate) {
		struct contribution c = {{body_done}, h};
		pe_eval(h->child, &c.k);
	} else {
		contributes(&h->k);
	}
}

static void after_body(struct k *k)
{
	struct heads *outer = (struct heads *)k, h = *outer;
	/* The terms of the ref that asks are evaluated by who asks. */
	struct ev asker = *h.r->e;
	asker.b = h.child->b;
	h.child = &asker;
	heads_next(&h);
}

static void one_rule(const struct reff *r, struct sw_rego_rule *rule, bool head_first, struct k *k)
{
	struct pe *pe = r->e->pe;
	struct ev child = pe_child(r->e, &rule->body);
	struct heads h = {.r = r, .child = &child, .rule = rule, .own = rule_ref(pe->c, rule),
		.at = r->pos + 1, .evaluate = head_first, .then = k};
	if (head_first) {
		heads_next(&h);
	} else {
		h.k.fn = after_body;
		pe_eval(&child, &h.k);
	}
}

static void partial_rules(const struct reff *r, const struct ir *ir, bool unknown, struct k *k)
{
	struct pe *pe = r->e->pe;
	uint32_t m = longest_ref(ir, r->n);
	bool late = false;
	for (uint32_t i = r->pos + 1; i < m && !late; i++)
		late = pe_unknown(r->e, r->ref[i], r->b);
	if (!ir->n)
		return;
	if (!late && !unknown) {
		pe_eval_term(r, r->pos + 1, pe_extent(r, ir), r->b, k);
		return;
	}
	for (uint32_t i = 0; i < ir->n; i++)
		one_rule(r, ir->v[i], !late, k);
	(void)pe;
}

static void partial(const struct reff *r, const struct ir *ir, struct k *k)
{
	struct pe *pe = r->e->pe;
	bool unknown = pe_unknown(r->e, pe_ref(pe, r->ref, r->pos + 1), r->b);
	if (r->n == r->pos + 1) {
		if (unknown)
			partial_as_support(r, ir, k);
		else
			pe_unify(r->e, pe_extent(r, ir), r->rterm, r->b, r->rb, k);
		return;
	}
	if ((unknown && pe->o->shallow) || pe_disabled(pe, r->ref, r->pos + 1, false))
		partial_as_support(r, ir, k);
	else
		partial_rules(r, ir, unknown, k);
}

void pe_eval_virtual(const struct reff *r, const struct sw_rego_node *node, struct k *k)
{
	struct pe *pe = r->e->pe;
	if (pe->explain) {
		pe_known_virtual(r, node, k);
		return;
	}
	struct ir ir = pe_rules(pe, node);
	term *ref = pe_ref(pe, r->ref, r->n);
	if (ir.any_else && pe_unknown(r->e, ref, r->b)) /* order cannot be kept: leave it alone */
		pe_save_unify(r->e, ref, r->rterm, r->b, r->rb, k);
	else if (!ir.multi && ir.ground)
		complete(r, &ir, k);
	else
		partial(r, &ir, k);
}
