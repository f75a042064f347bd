/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Narrowing: which constant values a variable of a rule body can hold, so that data[x].p with x
 * from a known list does not depend on every rule. Only expressions ahead of the ref count.
 */
#include "rego/compile/internal.h"

static void list_add(cc *c, struct term_list *l, struct sw_rego_term *t)
{
	CC_GROW(c, &c->tmp, l->v, l->n, l->cap);
	l->v[l->n++] = t;
}

bool ref_has_var(const struct sw_rego_term *ref)
{
	for (uint32_t i = 1; i < ref->items.n; i++)
		if (!sw_rego_term_is_constant(ref->items.v[i]))
			return true;
	return false;
}

struct term_list collection_members(cc *c, const struct sw_rego_term *t, bool *ok)
{
	struct term_list out = {0};
	uint32_t step = t->kind == SW_REGO_OBJECT ? 2 : 1;
	*ok = t->kind == SW_REGO_ARRAY || t->kind == SW_REGO_SET || t->kind == SW_REGO_OBJECT;
	for (uint32_t i = step - 1; *ok && i < t->items.n; i += step)
		list_add(c, &out, t->items.v[i]);
	return out;
}

static struct sw_rego_term *member(const struct sw_rego_term *t, const struct sw_rego_term *key)
{
	int64_t i;
	if (t->kind == SW_REGO_ARRAY) {
		if (key->kind != SW_REGO_SCALAR || !sw_is(key->value, SW_NUMBER) ||
			!sw_value_int(key->value, &i) || i < 0 || i >= t->items.n)
			return NULL;
		return t->items.v[i];
	}
	uint32_t step = t->kind == SW_REGO_OBJECT ? 2 : 1;
	if (step == 1 && t->kind != SW_REGO_SET)
		return NULL;
	for (uint32_t k = 0; k < t->items.n; k += step)
		if (term_eq(t->items.v[k], key))
			return t->items.v[k + step - 1];
	return NULL;
}

static bool term_values(
	cc *c, struct sw_rego_term *t, const struct varset *known, struct term_list *ret);

static bool ref_values(
	cc *c, struct sw_rego_term *ref, const struct varset *known, struct term_list *ret)
{
	struct term_list values = {0};
	if (!term_values(c, ref->items.v[0], known, &values))
		return false;
	for (uint32_t i = 1; i < ref->items.n; i++) {
		struct term_list next = {0};
		for (uint32_t k = 0; k < values.n; k++) {
			if (sw_rego_term_is_constant(ref->items.v[i])) {
				struct sw_rego_term *m = member(values.v[k], ref->items.v[i]);
				if (m)
					list_add(c, &next, m);
				continue;
			}
			bool ok;
			struct term_list all = collection_members(c, values.v[k], &ok);
			if (!ok)
				return false;
			for (uint32_t j = 0; j < all.n; j++)
				list_add(c, &next, all.v[j]);
		}
		if (next.n > REF_EXPANSION_MAX)
			return false;
		values = next;
	}
	*ret = values;
	return true;
}

/* False: cannot tell. True with an empty list: no value. */
static bool term_values(
	cc *c, struct sw_rego_term *t, const struct varset *known, struct term_list *ret)
{
	*ret = (struct term_list){0};
	if (t->kind == SW_REGO_VAR) {
		struct var_entry *e = vs_get(known, t->name);
		if (e)
			*ret = *(struct term_list *)e->val;
		return e != NULL;
	}
	if (t->kind == SW_REGO_REF)
		return ref_values(c, t, known, ret);
	if (!sw_rego_term_is_constant(t))
		return false;
	list_add(c, ret, t);
	return true;
}

/* Variables that expressions ahead of `at` bind to a known set of constants; the first binding
 * counts. */
static struct varset known_before(cc *c, struct sw_rego_body *b, uint32_t at)
{
	struct varset known;
	vs_init(&known, &c->tmp);
	for (uint32_t i = 0; i < at && i < b->n; i++) {
		struct sw_rego_expr *e = b->v[i];
		if (!is_eq(e) || e->negated || e->n_withs)
			continue;
		for (uint32_t k = 1; k < 3; k++) {
			struct sw_rego_term *v = e->terms.v[k], *x = e->terms.v[3 - k];
			struct term_list values;
			if (v->kind != SW_REGO_VAR || !term_values(c, x, &known, &values))
				continue;
			if (!vs_has(&known, v->name)) {
				struct term_list *l = cc_tmp(c, sizeof(*l));
				*l = values;
				vs_set(c, &known, v->name, l);
			}
			break;
		}
	}
	return known;
}

struct term_list narrow_ref(cc *c, struct sw_rego_rule *r, uint32_t at, struct sw_rego_term *ref)
{
	struct term_list out = {0};
	struct varset known = known_before(c, &r->body, at);
	list_add(c, &out, ref);
	for (uint32_t i = 1; known.n && i < ref->items.n; i++) {
		struct term_list values, next = {0};
		if (sw_rego_term_is_constant(ref->items.v[i]) ||
			!term_values(c, ref->items.v[i], &known, &values) || !values.n ||
			out.n * values.n > REF_EXPANSION_MAX)
			continue;
		for (uint32_t k = 0; k < out.n; k++) {
			for (uint32_t j = 0; j < values.n; j++) {
				struct sw_rego_term *x = ref_prefix(c, out.v[k], out.v[k]->items.n);
				x->items.v[i] = values.v[j];
				list_add(c, &next, x);
			}
		}
		out = next;
	}
	return out;
}

/* ---- where a variable comes from ---- */

struct origin_ctx {
	cc *c;
	struct sw_rego_rule *r;
	struct varset bindings; /* variable -> term it is equal to */
	struct varset outputs;	/* variable -> builtin row that computes it */
};

static void collect_bindings(struct origin_ctx *o, uint32_t at)
{
	cc *c = o->c;
	for (uint32_t i = 0; i < at && i < o->r->body.n; i++) {
		struct sw_rego_expr *e = o->r->body.v[i];
		if (e->negated || e->n_withs || e->kind != SW_REGO_EXPR_CALL)
			continue;
		if (is_eq(e)) {
			for (uint32_t k = 1; k < 3; k++)
				if (e->terms.v[k]->kind == SW_REGO_VAR &&
					!vs_has(&o->bindings, e->terms.v[k]->name))
					vs_set(c, &o->bindings, e->terms.v[k]->name,
						e->terms.v[3 - k]);
			continue;
		}
		const struct sw_builtin *b = ref_builtin(c, e->terms.v[0]);
		const struct sw_rego_term *last = e->terms.v[e->terms.n - 1];
		if (b && e->terms.n == sw_builtin_arity(b) + 2 && last->kind == SW_REGO_VAR)
			vs_set(c, &o->outputs, last->name, (void *)b);
	}
}

static const struct sw_rego_term *constant_collection(
	struct origin_ctx *o, const struct sw_rego_term *t)
{
	for (uint32_t i = 0; t->kind == SW_REGO_VAR; i++) {
		struct var_entry *e = vs_get(&o->bindings, t->name);
		if (!e || i > o->bindings.n)
			return NULL;
		t = e->val;
	}
	bool composite =
		t->kind == SW_REGO_ARRAY || t->kind == SW_REGO_SET || t->kind == SW_REGO_OBJECT;
	return composite && sw_rego_term_is_constant(t) ? t : NULL;
}

static uint32_t constant_len(const struct sw_rego_term *ref)
{
	uint32_t n = 1;
	while (n < ref->items.n && sw_rego_term_is_constant(ref->items.v[n]))
		n++;
	return n;
}

static bool head_origin(const struct sw_rego_rule *r, struct sw_str name, struct var_origin *ret)
{
	const struct sw_rego_head *h = r->head;
	for (uint32_t i = 0; i < h->args.n; i++)
		if (h->args.v[i]->kind == SW_REGO_VAR && sw_str_eq(h->args.v[i]->name, name)) {
			ret->kind = ORIGIN_HEAD_ARG;
			return true;
		}
	for (uint32_t i = 1; i <= h->ref->items.n; i++) {
		const struct sw_rego_term *t = i < h->ref->items.n ? h->ref->items.v[i] : h->key;
		if (t && t->kind == SW_REGO_VAR && sw_str_eq(t->name, name)) {
			ret->kind = ORIGIN_HEAD_KEY;
			return true;
		}
	}
	return false;
}

static bool find_origin(struct origin_ctx *o, struct sw_str name, struct var_origin *ret)
{
	cc *c = o->c;
	for (uint32_t depth = 0; depth <= o->r->body.n; depth++) {
		struct var_entry *e = vs_get(&o->outputs, name);
		if (e) {
			ret->kind = ORIGIN_BUILTIN;
			ret->builtin = sw_str_from(((const struct sw_builtin *)e->val)->name);
			return true;
		}
		e = vs_get(&o->bindings, name);
		struct sw_rego_term *t = e ? e->val : NULL;
		if (t && t->kind == SW_REGO_VAR) {
			name = t->name;
			continue;
		}
		if (t && t->kind == SW_REGO_REF) {
			const struct sw_rego_term *coll;
			if (ref_starts(t, "input") || ref_starts(t, "data")) {
				ret->kind = ref_starts(t, "input") ? ORIGIN_INPUT : ORIGIN_RULE;
				ret->term = copy_term(c, ref_prefix(c, t, constant_len(t)));
				return true;
			}
			if (t->items.n == 2 && !sw_rego_term_is_constant(t->items.v[1]) &&
				(coll = constant_collection(o, t->items.v[0]))) {
				ret->kind = ORIGIN_COLLECTION;
				ret->term = copy_term(c, coll);
				return true;
			}
		}
		return head_origin(o->r, name, ret);
	}
	return false;
}

void var_origins(cc *c, struct sw_rego_rule *r, uint32_t at, const struct sw_rego_term *ref,
	struct varset *out)
{
	struct origin_ctx o = {.c = c, .r = r};
	vs_init(&o.bindings, &c->tmp);
	vs_init(&o.outputs, &c->tmp);
	collect_bindings(&o, at);
	for (uint32_t i = 1; i < ref->items.n; i++) {
		struct var_origin *x = cc_alloc(c, sizeof(*x));
		if (ref->items.v[i]->kind == SW_REGO_VAR &&
			find_origin(&o, ref->items.v[i]->name, x))
			vs_set(c, out, ref->items.v[i]->name, x);
	}
}

/* ---- selection ---- */

static uint32_t var_count(const struct sw_rego_term *ref, struct sw_str name)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < ref->items.n; i++)
		n += ref->items.v[i]->kind == SW_REGO_VAR && sw_str_eq(ref->items.v[i]->name, name);
	return n;
}

bool ref_selects(const struct sw_rego_term *ref, const struct sw_rego_rule *r,
	const struct varset *bound, uint32_t *positions, uint32_t *n_positions)
{
	const struct sw_rego_terms *pkg = &r->module->package->items, *head = &r->head->ref->items;
	bool fixed = true;
	for (uint32_t i = 1; i < ref->items.n && i < pkg->n + head->n; i++) {
		const struct sw_rego_term *t = ref->items.v[i];
		const struct sw_rego_term *rt = i < pkg->n ? pkg->v[i] : head->v[i - pkg->n];
		bool name = i == pkg->n && rt->kind == SW_REGO_VAR;
		if (!name && !sw_rego_term_is_constant(rt))
			continue;
		if (t->kind == SW_REGO_VAR && !vs_has(bound, t->name) &&
			var_count(ref, t->name) == 1)
			continue;
		if (sw_rego_term_is_constant(t)) {
			bool eq = name ? t->kind == SW_REGO_SCALAR && sw_is(t->value, SW_STRING) &&
						  sw_str_eq(sw_value_str(t->value), rt->name)
				       : term_eq(t, rt);
			if (!eq)
				return false;
			continue;
		}
		if (!positions)
			return false;
		fixed = false;
		positions[(*n_positions)++] = i;
	}
	return fixed;
}
