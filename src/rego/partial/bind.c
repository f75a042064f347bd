/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings, and terms with what is bound put in. */
#include "rego/partial/internal.h"

const term pe_undefined;

/* ---- bindings ---- */

static uint32_t find(const struct bnd *b, const term *key)
{
	uint32_t i = 0;
	while (i < b->n && !sw_str_eq(b->v[i].key->name, key->name))
		i++;
	return i;
}

bool pe_bound(const struct bnd *b, const term *var)
{
	return find(b, var) < b->n;
}

term *pe_apply(struct bnd *b, const term *t, struct bnd **ret)
{
	while (t->kind == SW_REGO_VAR && b) {
		uint32_t i = find(b, t);
		if (i == b->n)
			break;
		t = b->v[i].v;
		b = b->v[i].b;
	}
	*ret = b;
	return (term *)t;
}

void pe_bind(struct pe *pe, struct bnd *b, const term *key, term *v, struct bnd *vb)
{
	uint32_t i = find(b, key);
	if (i == b->n) {
		CC_GROW(pe->c, pe->c->a, b->v, b->n, b->cap);
		b->n++;
	}
	b->v[i] = (struct bound){key, v, vb};
}

void pe_unbind(struct bnd *b, const term *key)
{
	uint32_t i = find(b, key);
	if (i < b->n)
		b->v[i] = b->v[--b->n];
}

/* ---- packed terms ---- */

static bool composite(const term *t)
{
	return t->kind == SW_REGO_ARRAY || t->kind == SW_REGO_SET || t->kind == SW_REGO_OBJECT;
}

term *pe_scalar(struct pe *pe, struct sw_value v)
{
	term *t = mk_term(pe->c, SW_REGO_SCALAR, NULL);
	t->value = v;
	return t;
}

struct sw_value pe_value(struct pe *pe, const term *t)
{
	if (t->kind == SW_REGO_SCALAR)
		return t->value;
	if (!composite(t) || !sw_rego_term_is_constant(t))
		return sw_undef();
	struct sw_value v = sw_rego_term_value(pe->c->a, t);
	if (!sw_defined(v))
		cc_fail(pe->c, SW_ELIMIT);
	return v;
}

term *pe_pack(struct pe *pe, const term *t)
{
	if (!composite(t) || !sw_rego_term_is_constant(t))
		return (term *)t;
	term *out = pe_scalar(pe, pe_value(pe, t));
	out->loc = t->loc;
	return out;
}

static bool unpack_visit(struct visitor *v, term *t)
{
	if (t->kind == SW_REGO_SCALAR && t->value.type >= SW_ARRAY) {
		term *full = value_term(v->c, t->value, &t->loc);
		*t = *full;
	}
	t->type = NULL;
	return false;
}

term *pe_unpack(struct pe *pe, const term *t)
{
	struct visitor v = {.c = pe->c, .term = unpack_visit};
	term *out = copy_term(pe->c, t);
	walk_term(&v, out);
	return out;
}

struct sw_rego_expr *pe_unpack_expr(struct pe *pe, const struct sw_rego_expr *e)
{
	struct visitor v = {.c = pe->c, .term = unpack_visit};
	struct sw_rego_expr *out = cc_check(pe->c, sw_rego_expr_copy(pe->c->a, e));
	walk_expr(&v, out);
	return out;
}

enum sw_type pe_type(const term *t)
{
	switch (t->kind) {
	case SW_REGO_SCALAR:
		return (enum sw_type)t->value.type;
	case SW_REGO_ARRAY:
		return SW_ARRAY;
	case SW_REGO_SET:
		return SW_SET;
	case SW_REGO_OBJECT:
		return SW_OBJECT;
	default:
		return SW_UNDEF;
	}
}

uint32_t pe_len(const term *t)
{
	if (t->kind == SW_REGO_SCALAR)
		return t->value.n;
	return t->kind == SW_REGO_OBJECT ? t->items.n / 2 : t->items.n;
}

term *pe_item(struct pe *pe, const term *t, uint32_t i, term **ret_value)
{
	if (t->kind == SW_REGO_OBJECT) {
		*ret_value = t->items.v[2 * i + 1];
		return t->items.v[2 * i];
	}
	if (t->kind != SW_REGO_SCALAR)
		return t->items.v[i];
	if (t->value.type != SW_OBJECT)
		return pe_scalar(pe, t->value.u.a->v[i]);
	*ret_value = pe_scalar(pe, t->value.u.o->m[i].v);
	return pe_scalar(pe, t->value.u.o->m[i].k);
}

term *pe_sorted(struct pe *pe, const term *t)
{
	if (t->kind != SW_REGO_OBJECT && t->kind != SW_REGO_SET)
		return (term *)t;
	term *out = mk_term(pe->c, t->kind, &t->loc);
	for (uint32_t i = 0; i < t->items.n; i++)
		terms_add(pe->c, &out->items, t->items.v[i]);
	sw_rego_terms_sort(out->items.v, out->items.n, t->kind == SW_REGO_OBJECT ? 2 : 1);
	return out;
}

/* ---- questions ---- */

bool pe_ground(const term *t)
{
	if (t->kind == SW_REGO_SCALAR)
		return true;
	if (t->kind == SW_REGO_VAR || is_comprehension(t) || t->kind == SW_REGO_TEMPLATE_STRING)
		return false;
	for (uint32_t i = t->kind == SW_REGO_REF; i < t->items.n; i++)
		if (!pe_ground(t->items.v[i]))
			return false;
	return true;
}

static int pe_cmp(struct pe *pe, const term *a, const term *b)
{
	return sw_rego_term_cmp(pe_unpack(pe, a), pe_unpack(pe, b));
}

bool pe_eq(struct pe *pe, const term *a, const term *b)
{
	if (a == b)
		return true;
	if (a->kind == SW_REGO_VAR || b->kind == SW_REGO_VAR)
		return a->kind == b->kind && sw_str_eq(a->name, b->name);
	struct sw_value x = pe_value(pe, a), y = pe_value(pe, b);
	if (sw_defined(x) || sw_defined(y))
		return sw_defined(x) && sw_defined(y) && sw_value_eq(x, y);
	if (a->kind != b->kind || a->items.n != b->items.n)
		return false;
	if (a->kind == SW_REGO_REF || a->kind == SW_REGO_ARRAY) {
		for (uint32_t i = 0; i < a->items.n; i++)
			if (!pe_eq(pe, a->items.v[i], b->items.v[i]))
				return false;
		return true;
	}
	return pe_cmp(pe, a, b) == 0;
}

term *pe_ref(struct pe *pe, term *const *v, uint32_t n)
{
	term *t = mk_term(pe->c, SW_REGO_REF, NULL);
	t->items.v = cc_alloc(pe->c, (n + 1) * sizeof(*v));
	t->items.n = n;
	t->items.cap = n + 1;
	memcpy(t->items.v, v, n * sizeof(*v));
	return t;
}

bool pe_has_prefix(struct pe *pe, term *const *v, uint32_t n, const term *prefix)
{
	if (n < prefix->items.n)
		return false;
	for (uint32_t i = 0; i < prefix->items.n; i++)
		if (!pe_eq(pe, v[i], prefix->items.v[i]))
			return false;
	return true;
}

/* ---- plugging ---- */

static bool reserved(const term *v)
{
	return sw_str_is(v->name, "data") || sw_str_is(v->name, "input");
}

static term *namespaced(struct pe *pe, const struct bnd *b, const term *v)
{
	if (!b || b == pe->root || reserved(v))
		return (term *)v;
	return mk_var(pe->c,
		cc_printf(pe->c, "%.*s%llu", SW_STR_ARG(v->name), (unsigned long long)b->id),
		&v->loc);
}

static term *plug(struct pe *pe, struct bnd *b, const term *t, bool ns)
{
	struct bnd *to;
	pe_step(pe);
	if (t->kind == SW_REGO_VAR) {
		term *v = pe_apply(b, t, &to);
		if (v->kind != SW_REGO_VAR)
			return plug(pe, to, v, ns);
		return ns ? namespaced(pe, to, v) : v;
	}
	if (t->kind != SW_REGO_REF && !composite(t))
		return (term *)t;
	if (t->kind != SW_REGO_REF && pe_ground(t))
		return pe_pack(pe, t);
	term *out = mk_term(pe->c, t->kind, &t->loc);
	out->items.v = cc_alloc(pe->c, t->items.n * sizeof(*out->items.v));
	out->items.n = out->items.cap = t->items.n;
	for (uint32_t i = 0; i < t->items.n; i++)
		out->items.v[i] = plug(pe, b, t->items.v[i], ns);
	return t->kind == SW_REGO_REF ? out : pe_pack(pe, out);
}

term *pe_plug(struct pe *pe, struct bnd *b, const term *t)
{
	return plug(pe, b, t, false);
}

term *pe_plug_ns(struct pe *pe, struct bnd *b, const term *t)
{
	return plug(pe, b, t, true);
}

/* ---- variables of a copied comprehension ---- */

struct renaming {
	struct pe *pe;
	struct bnd *b;
};

static bool rename_term(struct visitor *v, term *t)
{
	struct renaming *r = v->ctx;
	if (t->kind == SW_REGO_VAR)
		t->name = namespaced(r->pe, r->b, t)->name;
	return false;
}

static bool rename_expr(struct visitor *v, struct sw_rego_expr *e)
{
	if (e->kind != SW_REGO_EXPR_CALL)
		return false;
	for (uint32_t i = 1; i < e->terms.n; i++)
		walk_term(v, e->terms.v[i]);
	for (uint32_t i = 0; i < e->n_withs; i++) {
		walk_term(v, e->withs[i].target);
		walk_term(v, e->withs[i].value);
	}
	return true;
}

void pe_namespace(struct pe *pe, struct bnd *b, term *comprehension)
{
	struct renaming r = {pe, b};
	struct visitor v = {.c = pe->c, .ctx = &r, .term = rename_term, .expr = rename_expr};
	walk_term(&v, comprehension);
}
