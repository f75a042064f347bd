/* SPDX-License-Identifier: Apache-2.0 */
/* Refs: into data, where rules and base documents meet, and into any other term. */
#include "rego/partial/explain.h"

/* ---- base documents ---- */

static bool prefixed(struct pe *pe, term *const *v, uint32_t n)
{
	for (uint32_t i = 0; i < pe->n_targets; i++)
		if (pe_has_prefix(pe, v, n, pe->targets[i]))
			return true;
	return false;
}

struct sw_value pe_select(struct sw_value in, struct sw_value key)
{
	int64_t i;
	if (in.type == SW_OBJECT)
		return sw_object_get(in, key);
	if (in.type == SW_ARRAY && key.type == SW_NUMBER && sw_value_int(key, &i))
		return sw_array_at(in, i);
	return in.type == SW_SET && sw_set_has(in, key) ? key : sw_undef();
}

static struct sw_value find(struct pe *pe, struct sw_value in, term *const *v, uint32_t n)
{
	for (uint32_t i = 1; i < n && sw_defined(in); i++) {
		struct sw_value key = pe_value(pe, v[i]);
		in = sw_defined(key) ? pe_select(in, key) : sw_undef();
	}
	return in;
}

/* Objects are laid over each other, the first counts for anything else. */
static struct sw_value merge(struct pe *pe, struct sw_value a, struct sw_value b)
{
	struct sw_map m;
	if (!sw_defined(a) || !sw_defined(b))
		return sw_defined(a) ? a : b;
	if (a.type != SW_OBJECT || b.type != SW_OBJECT)
		return a;
	sw_map_init(&m, pe->c->a);
	int r = 0;
	for (uint32_t i = 0; !r && i < b.n; i++)
		r = sw_map_add(&m, b.u.o->m[i].k, b.u.o->m[i].v);
	for (uint32_t i = 0; !r && i < a.n; i++) {
		struct sw_value old = sw_object_get(b, a.u.o->m[i].k), v = a.u.o->m[i].v;
		r = sw_map_add(&m, a.u.o->m[i].k,
			old.type == SW_OBJECT && v.type == SW_OBJECT ? merge(pe, v, old) : v);
	}
	struct sw_value out = r < 0 ? sw_undef() : sw_map_object(&m);
	if (!sw_defined(out))
		cc_fail(pe->c, SW_ELIMIT);
	return out;
}

/* The part of it that is not Seawall's or OPA's own business. */
static struct sw_value without_system(struct pe *pe, struct sw_value v)
{
	struct sw_map m;
	if (!sw_defined(sw_object_gets(v, SW_STR("system"))))
		return v;
	sw_map_init(&m, pe->c->a);
	for (uint32_t i = 0; i < v.n; i++)
		if (!sw_str_is(sw_value_str(v.u.o->m[i].k), "system") &&
			sw_map_add(&m, v.u.o->m[i].k, v.u.o->m[i].v) < 0)
			cc_fail(pe->c, SW_ELIMIT);
	return sw_map_object(&m);
}

struct sw_value pe_base(struct ev *e, term *const *v, uint32_t n, bool *ret_unknown)
{
	struct pe *pe = e->pe;
	const term ref = {.kind = SW_REGO_REF, .items = {(term **)v, n, n}};
	*ret_unknown = pe_disabled(pe, v, n, true) || pe_contains(pe, &ref, NULL);
	if (*ret_unknown)
		return sw_undef();
	struct sw_value laid = sw_defined(e->data) ? find(pe, e->data, v, n) : sw_undef();
	if (prefixed(pe, v, n))
		return laid;
	struct sw_value real = find(pe, pe->e->data, v, n);
	if (n == 1)
		real = without_system(pe, real);
	return merge(pe, laid, real);
}

/* ---- data ---- */

static void tree_eval(const struct reff *r, struct k *k);

static void tree_next(const struct reff *r, term *key, struct k *k)
{
	struct pe *pe = r->e->pe;
	struct reff at = *r;
	at.plugged[r->pos] = key;
	at.pos++;
	at.node = NULL;
	if (r->node && !prefixed(pe, at.plugged, at.pos)) {
		struct sw_value v = pe_value(pe, key);
		at.node = sw_defined(v) ? sw_rego_node_child(r->node, v) : NULL;
		if (at.node && at.node->n_rules) {
			at.pos = r->pos;
			pe_eval_virtual(&at, at.node, k);
			return;
		}
	}
	tree_eval(&at, k);
}

struct one {
	struct k k;
	term *v;
	struct ev *e;
	term *var;
};

static void take_one(struct k *k)
{
	struct one *o = (struct one *)k;
	o->v = pe_plug(o->e->pe, o->e->b, o->var);
}

/* All documents of rules below a node. */
static struct sw_value leaves(
	struct ev *e, const struct sw_rego_node *node, term *const *v, uint32_t n)
{
	struct pe *pe = e->pe;
	struct sw_map m;
	sw_map_init(&m, pe->c->a);
	for (uint32_t i = 0; i < node->n_children; i++) {
		const struct sw_rego_node *child = node->children[i];
		if (child->hide)
			continue;
		term *ref = pe_ref(pe, v, n);
		ref->items.v[ref->items.n++] = pe_scalar(pe, child->key);
		struct sw_value doc = sw_undef();
		if (child->n_rules) {
			struct one o = {.k = {take_one}, .e = e,
				.var = mk_var(pe->c, cc_printf(pe->c, "$_leaf_%llu",
					(unsigned long long)pe->next_var++), NULL)};
			pe_unify(e, ref, o.var, e->b, e->b, &o.k);
			doc = o.v ? pe_value(pe, o.v) : sw_undef();
		} else {
			doc = leaves(e, child, ref->items.v, ref->items.n);
		}
		if (sw_defined(doc) && sw_map_add(&m, child->key, doc) < 0)
			cc_fail(pe->c, SW_ELIMIT);
	}
	return sw_map_object(&m);
}

static void tree_finish(const struct reff *r, struct k *k)
{
	struct pe *pe = r->e->pe;
	bool unknown;
	term *ref = pe_ref(pe, r->plugged, r->n);
	if (pe_unknown(r->e, ref, r->b)) {
		pe_save_unify(r->e, ref, r->rterm, r->b, r->rb, k);
		return;
	}
	struct sw_value v = pe_base(r->e, r->plugged, r->n, &unknown);
	if (r->node)
		v = merge(pe, v, leaves(r->e, r->node, r->plugged, r->n));
	if (sw_defined(v))
		pe_unify(r->e, r->rterm, pe_scalar(pe, v), r->rb, r->b, k);
}

struct tree_key {
	struct k k;
	const struct reff *r;
	term *key;
	struct k *then;
};

static void with_key(struct k *k)
{
	struct tree_key *x = (struct tree_key *)k;
	tree_next(x->r, x->key, x->then);
}

static void try_key(const struct reff *r, term *key, struct k *k)
{
	struct tree_key x = {{with_key}, r, key, k};
	pe_unify(r->e, key, r->ref[r->pos], r->b, r->b, &x.k);
}

static void tree_enumerate(const struct reff *r, struct k *k)
{
	struct pe *pe = r->e->pe;
	const struct ee *deferred = NULL;
	bool unknown;
	struct sw_value doc = pe_base(r->e, r->plugged, r->pos, &unknown);
	if (unknown) {
		pe_save_unify(r->e, pe_ref(pe, r->plugged, r->n), r->rterm, r->b, r->rb, k);
		return;
	}
	for (uint32_t i = 0; doc.type >= SW_ARRAY && i < doc.n; i++) {
		try_key(r,
			pe_scalar(pe, doc.type == SW_ARRAY ? sw_int(i)
				      : doc.type == SW_SET ? doc.u.a->v[i] : doc.u.o->m[i].k),
			k);
		/* As in OPA, a second exit that could wait does not. */
		if (deferred ? pe->ee != NULL : pe_stopped(pe, &deferred))
			return;
	}
	pe->ee = deferred;
	for (uint32_t i = 0; r->node && !pe->ee && i < r->node->n_children; i++) {
		struct sw_value key = r->node->children[i]->key;
		if (!sw_defined(doc) || !sw_defined(pe_select(doc, key)))
			try_key(r, pe_scalar(pe, key), k);
	}
}

static void tree_eval(const struct reff *r, struct k *k)
{
	pe_step(r->e->pe);
	if (r->pos == r->n) {
		tree_finish(r, k);
		return;
	}
	term *key = pe_plug(r->e->pe, r->b, r->ref[r->pos]);
	if (pe_ground(key))
		tree_next(r, key, k);
	else
		tree_enumerate(r, k);
}

/* ---- any other term ---- */

static void term_eval(const struct reff *r, struct k *k);

static term *get(const struct reff *r, const term *key)
{
	struct pe *pe = r->e->pe;
	enum sw_type kind = pe_type(r->t);
	if (r->t->kind == SW_REGO_SCALAR) {
		struct sw_value kv = pe_value(pe, key);
		struct sw_value v = sw_defined(kv) ? pe_select(r->t->value, kv) : sw_undef();
		return sw_defined(v) ? pe_scalar(pe, v) : NULL;
	}
	if (kind == SW_ARRAY) {
		int64_t i;
		struct sw_value v = pe_value(pe, key);
		return v.type == SW_NUMBER && sw_value_int(v, &i) && i >= 0 && i < r->t->items.n
			       ? r->t->items.v[i] : NULL;
	}
	for (uint32_t i = 0; kind >= SW_OBJECT && i < pe_len(r->t); i++) {
		term *v = NULL, *x = pe_item(pe, r->t, i, &v);
		if (pe_eq(pe, pe_plug(pe, r->tb, x), key))
			return v ? v : x;
	}
	return NULL;
}

static term *plugged_ref(const struct reff *r, term *key)
{
	term *ref = pe_ref(r->e->pe, r->ref, r->n);
	for (uint32_t i = 0; i < r->n; i++)
		ref->items.v[i] = i == r->pos ? key : pe_plug(r->e->pe, r->b, r->ref[i]);
	return ref;
}

static void term_next(const struct reff *r, term *key, struct k *k)
{
	struct reff at = *r;
	term *ref = plugged_ref(r, key);
	if (pe_covers(r->e->pe, ref->items.v, r->pos + 1)) {
		pe_save_unify(r->e, ref, r->rterm, r->b, r->rb, k);
		return;
	}
	at.t = get(r, key);
	if (!at.t)
		return;
	at.t = pe_apply(r->tb, at.t, &at.tb);
	at.pos++;
	term_eval(&at, k);
}

static void with_term_key(struct k *k)
{
	struct tree_key *x = (struct tree_key *)k;
	term_next(x->r, pe_plug(x->r->e->pe, x->r->tb, x->key), x->then);
}

static void save_ref(struct k *k)
{
	struct tree_key *x = (struct tree_key *)k;
	const struct reff *r = x->r;
	pe_save_unify(r->e, x->key, r->rterm, r->b, r->rb, x->then);
}

/* Keys that only an unknown has: input[k] with input.x unknown. */
static void enumerate_unknown(const struct reff *r, struct k *k)
{
	struct pe *pe = r->e->pe;
	struct sw_rego_terms seen = {0};
	term *prefix = plugged_ref(r, r->ref[r->pos]);
	for (uint32_t i = pe->n_unknown; i-- > 0;) {
		const term *u = pe->unknown[i].t;
		const term head = {.kind = SW_REGO_REF,
			.items = {prefix->items.v, r->pos, r->pos}};
		if (u->kind != SW_REGO_REF || u->items.n <= r->pos ||
			!pe_has_prefix(pe, u->items.v, u->items.n, &head))
			continue;
		term *key = u->items.v[r->pos];
		bool known = !pe_ground(key) || get(r, key);
		for (uint32_t s = 0; s < seen.n && !known; s++)
			known = pe_eq(pe, seen.v[s], key);
		if (known)
			continue;
		terms_add(pe->c, &seen, key);
		term *ref = plugged_ref(r, key);
		struct tree_key x = {{save_ref}, r, ref, k};
		if (pe_contains_overlap(pe, ref, r->b))
			pe_unify(r->e, key, r->ref[r->pos], r->b, r->b, &x.k);
	}
}

static void term_enumerate(const struct reff *r, struct k *k)
{
	struct pe *pe = r->e->pe;
	const struct ee *deferred = NULL;
	struct reff at = *r;
	at.t = pe_sorted(pe, r->t);
	enum sw_type kind = pe_type(at.t);
	bool list = kind == SW_ARRAY;
	if (list && r->ref[r->pos]->kind != SW_REGO_VAR)
		return;
	for (uint32_t i = 0; kind >= SW_ARRAY && i < pe_len(at.t); i++) {
		term *v, *key = list ? pe_scalar(pe, sw_int(i)) : pe_item(pe, at.t, i, &v);
		struct tree_key x = {{with_term_key}, &at, key, k};
		pe_unify(r->e, key, r->ref[r->pos], r->tb, r->b, &x.k);
		if (pe_stopped(pe, &deferred))
			return;
	}
	pe->ee = deferred;
	enumerate_unknown(&at, k);
}

struct suffix {
	struct k k;
	struct reff r;
	term *var;
	struct k *then;
};

static void save_suffix(struct k *k)
{
	struct suffix *s = (struct suffix *)k;
	struct pe *pe = s->r.e->pe;
	term *ref = pe_ref(pe, s->r.ref + s->r.pos - 1, s->r.n - s->r.pos + 1);
	ref->items.v[0] = s->var;
	pe_unify(s->r.e, ref, s->r.rterm, s->r.b, s->r.rb, s->then);
}

static void term_eval(const struct reff *r, struct k *k)
{
	struct pe *pe = r->e->pe;
	pe_step(pe);
	if (r->pos == r->n) {
		pe_unify(r->e, r->t, r->rterm, r->tb, r->rb, k);
		return;
	}
	if (pe_contains(pe, r->t, r->tb)) {
		struct suffix s = {{save_suffix}, *r, NULL, k};
		s.var = mk_var(pe->c,
			cc_printf(pe->c, "$_ref_%llu", (unsigned long long)pe->next_var++), NULL);
		pe_unify(r->e, r->t, s.var, r->tb, r->b, &s.k);
		return;
	}
	term *key = pe_plug(pe, r->b, r->ref[r->pos]);
	if (pe_ground(key))
		term_next(r, key, k);
	else
		term_enumerate(r, k);
}

void pe_eval_term(const struct reff *r, uint32_t pos, term *t, struct bnd *tb, struct k *k)
{
	struct reff at = *r;
	at.t = t;
	at.tb = tb;
	at.pos = pos;
	term_eval(&at, k);
}

void pe_eval_ref(struct ev *e, const term *ref, term *other, struct bnd *b, struct bnd *ob, struct k *k)
{
	struct pe *pe = e->pe;
	const term *head = ref->items.v[0];
	struct reff r = {.e = e, .b = b, .ref = ref->items.v, .n = ref->items.n, .pos = 1,
		.rterm = other, .rb = ob};
	if (ref_starts(ref, "data")) {
		r.plugged = pe_ref(pe, ref->items.v, ref->items.n)->items.v;
		r.node = pe->c->p->data;
		tree_eval(&r, k);
		return;
	}
	if (ref_starts(ref, "input")) {
		if (!sw_defined(e->input))
			return;
		r.t = pe_scalar(pe, e->input);
		r.tb = b;
	} else {
		r.t = pe_apply(b, head, &r.tb);
		if (r.t == head && head->kind == SW_REGO_VAR)
			return;
	}
	term_eval(&r, k);
}
