/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of variables, and which variables a piece of tree mentions. */
#include "rego/compile/internal.h"

#define INDEX_FROM 12 /* below that many, looking at each is faster than hashing */

void vs_init(struct varset *s, struct sw_arena *a)
{
	*s = (struct varset){.a = a};
}

uint32_t vs_hash(struct sw_str n)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < n.n; i++)
		h = (h ^ (unsigned char)n.p[i]) * 16777619u;
	return h ^ h >> 15;
}

/*
 * Names of locals differ in the middle: __local12__. Looking there first saves most comparisons.
 */
static inline bool same_name(struct sw_str a, struct sw_str b)
{
	if (a.n != b.n)
		return false;
	if (a.p == b.p || !a.n)
		return true;
	return a.p[0] == b.p[0] && (a.n < 3 || a.p[a.n - 3] == b.p[a.n - 3]) &&
	       memcmp(a.p, b.p, a.n) == 0;
}

static void index_put(struct varset *s, uint32_t pos)
{
	uint32_t at = vs_hash(s->v[pos].name) & (s->index_cap - 1);
	while (s->index[at])
		at = (at + 1) & (s->index_cap - 1);
	s->index[at] = pos + 1;
}

static bool index_build(struct varset *s)
{
	uint32_t cap = 64;
	while (cap < s->n * 4)
		cap *= 2;
	uint32_t *index = sw_arena_zalloc(s->a, cap * sizeof(*index));
	if (!index)
		return false;
	s->index = index;
	s->index_cap = cap;
	for (uint32_t i = 0; i < s->n; i++)
		index_put(s, i);
	return true;
}

static struct var_entry *own_get(const struct varset *s, struct sw_str name)
{
	if (!s->index_cap) {
		for (uint32_t i = 0; i < s->n; i++)
			if (same_name(s->v[i].name, name))
				return &s->v[i];
		return NULL;
	}
	uint32_t at = vs_hash(name) & (s->index_cap - 1);
	for (; s->index[at]; at = (at + 1) & (s->index_cap - 1))
		if (same_name(s->v[s->index[at] - 1].name, name))
			return &s->v[s->index[at] - 1];
	return NULL;
}

struct var_entry *vs_get(const struct varset *s, struct sw_str name)
{
	struct var_entry *e = own_get(s, name);
	return e || !s->base ? e : vs_get(s->base, name);
}

struct var_entry *vs_add(cc *c, struct varset *s, struct sw_str name)
{
	struct var_entry *e = own_get(s, name);
	if (e)
		return e;
	CC_GROW(c, s->a, s->v, s->n, s->cap);
	e = &s->v[s->n++];
	*e = (struct var_entry){.name = name};
	if (s->index_cap && s->n * 2 < s->index_cap) {
		index_put(s, s->n - 1);
	} else if (s->n > INDEX_FROM && !index_build(s)) {
		cc_fail(c, SW_ELIMIT);
	}
	return e;
}

void vs_set(cc *c, struct varset *s, struct sw_str name, void *val)
{
	vs_add(c, s, name)->val = val;
}

bool vs_del(struct varset *s, struct sw_str name)
{
	struct var_entry *e = own_get(s, name);
	if (!e)
		return false;
	uint32_t at = (uint32_t)(e - s->v);
	memmove(e, e + 1, (s->n - at - 1) * sizeof(*e));
	s->n--;
	if (s->index_cap) {
		memset(s->index, 0, s->index_cap * sizeof(*s->index));
		for (uint32_t i = 0; i < s->n; i++)
			index_put(s, i);
	}
	return true;
}

void vs_update(cc *c, struct varset *s, const struct varset *from)
{
	for (uint32_t i = 0; i < from->n; i++) {
		struct var_entry *e = vs_add(c, s, from->v[i].name);
		if (!e->loc)
			e->loc = from->v[i].loc;
		if (!e->val)
			e->val = from->v[i].val;
	}
}

struct varset vs_copy(cc *c, const struct varset *s)
{
	struct varset out;
	vs_init(&out, &c->tmp);
	vs_update(c, &out, s);
	return out;
}

struct varset vs_diff(cc *c, const struct varset *s, const struct varset *minus)
{
	struct varset out;
	vs_init(&out, &c->tmp);
	for (uint32_t i = 0; i < s->n; i++)
		if (!vs_has(minus, s->v[i].name))
			*vs_add(c, &out, s->v[i].name) = s->v[i];
	return out;
}

struct varset vs_intersect(cc *c, const struct varset *s, const struct varset *with)
{
	struct varset out;
	vs_init(&out, &c->tmp);
	for (uint32_t i = 0; i < s->n; i++)
		if (vs_has(with, s->v[i].name))
			*vs_add(c, &out, s->v[i].name) = s->v[i];
	return out;
}

uint32_t vs_diff_count(const struct varset *s, const struct varset *minus)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < s->n; i++)
		n += !vs_has(minus, s->v[i].name);
	return n;
}

bool vs_equal(const struct varset *s, const struct varset *o)
{
	return s->n == o->n && !vs_diff_count(s, o);
}

static int by_name(const void *a, const void *b)
{
	return sw_str_cmp(((const struct var_entry *)a)->name, ((const struct var_entry *)b)->name);
}

void vs_sort(struct varset *s)
{
	if (s->n > 1)
		qsort(s->v, s->n, sizeof(*s->v), by_name);
	if (s->index_cap) {
		memset(s->index, 0, s->index_cap * sizeof(*s->index));
		for (uint32_t i = 0; i < s->n; i++)
			index_put(s, i);
	}
}

struct varset vars_reserved(cc *c)
{
	struct varset s;
	vs_init(&s, &c->tmp);
	vs_add(c, &s, SW_STR("data"));
	vs_add(c, &s, SW_STR("input"));
	return s;
}

/* ---- which variables a piece of tree mentions ---- */

static void add_var(cc *c, struct varset *s, const struct sw_rego_term *t)
{
	vs_add(c, s, t->name)->loc = &t->loc; /* the last one is shown */
}

void vars_terms(
	cc *c, struct varset *s, unsigned params, const struct sw_rego_terms *l, uint32_t from)
{
	for (uint32_t i = from; i < l->n; i++)
		vars_term(c, s, params, l->v[i]);
}

static void vars_call(cc *c, struct varset *s, unsigned params, const struct sw_rego_terms *l)
{
	if (!l->n)
		return;
	if (!(params & VV_SKIP_CALL_HEAD))
		vars_term(c, s, params, l->v[0]);
	else if (l->v[0]->kind == SW_REGO_REF)
		vars_terms(c, s, params, &l->v[0]->items, 1);
	vars_terms(c, s, params, l, 1);
}

void vars_term(cc *c, struct varset *s, unsigned params, const struct sw_rego_term *t)
{
	switch (t->kind) {
	case SW_REGO_SCALAR:
		return;
	case SW_REGO_VAR:
		add_var(c, s, t);
		return;
	case SW_REGO_REF:
		vars_terms(c, s, params, &t->items, params & VV_SKIP_REF_HEAD ? 1 : 0);
		return;
	case SW_REGO_OBJECT:
		if (!(params & VV_SKIP_OBJECT_KEYS)) {
			vars_terms(c, s, params, &t->items, 0);
			return;
		}
		for (uint32_t i = 1; i < t->items.n; i += 2)
			vars_term(c, s, params, t->items.v[i]);
		return;
	case SW_REGO_SET:
		if (!(params & VV_SKIP_SETS))
			vars_terms(c, s, params, &t->items, 0);
		return;
	case SW_REGO_ARRAY:
		vars_terms(c, s, params, &t->items, 0);
		return;
	case SW_REGO_CALL:
		vars_call(c, s, params, &t->items);
		return;
	case SW_REGO_TEMPLATE_STRING:
		if (params & (VV_SKIP_TEMPLATES | VV_SKIP_CLOSURES))
			return;
		vars_terms(c, s, params, &t->items, 0);
		for (uint32_t i = 0; i < t->body.n; i++)
			if (t->body.v[i]) /* NULL: literal text */
				vars_expr(c, s, params, t->body.v[i]);
		return;
	default: /* comprehensions */
		if (params & VV_SKIP_CLOSURES)
			return;
		vars_terms(c, s, params, &t->items, 0);
		vars_body(c, s, params, &t->body);
	}
}

void vars_with(cc *c, struct varset *s, unsigned params, const struct sw_rego_with *w)
{
	if (!(params & VV_SKIP_CALL_HEAD)) {
		vars_term(c, s, params, w->target);
		vars_term(c, s, params, w->value);
		return;
	}
	if (w->target->kind == SW_REGO_REF)
		vars_terms(c, s, params, &w->target->items, 1);
	if (w->value->kind == SW_REGO_REF)
		vars_terms(c, s, params, &w->value->items, 1);
	else
		vars_term(c, s, params, w->value);
}

/*
 * Variables of an implicit operand body that it cannot satisfy itself. In a body of one expression
 * that is every visible one; else one that nothing in the body binds, or that only one of its
 * expressions mentions.
 */
static void promote_bindings(
	cc *c, const struct sw_rego_body *b, const struct varset *seen, struct varset *bound)
{
	struct varset safe = vars_reserved(c);
	vs_update(c, &safe, seen);
	for (uint32_t i = 0; i < b->n; i++)
		for (uint32_t k = 1; is_eq(b->v[i]) && k < 3; k++)
			if (b->v[i]->terms.v[k]->kind == SW_REGO_VAR)
				vs_del(&safe, b->v[i]->terms.v[k]->name);
	for (bool changed = true; changed;) {
		changed = false;
		for (uint32_t i = 0; i < b->n; i++) {
			if (!is_eq(b->v[i]))
				continue;
			struct varset out = out_vars_eq(c, b->v[i], &safe);
			for (uint32_t k = 0; k < out.n; k++) {
				if (vs_has(bound, out.v[k].name))
					continue;
				vs_add(c, bound, out.v[k].name);
				vs_add(c, &safe, out.v[k].name);
				changed = true;
			}
		}
	}
	for (uint32_t i = 0; i < b->n; i++) {
		const struct sw_rego_expr *e = b->v[i];
		if (e->kind != SW_REGO_EXPR_CALL || is_eq(e))
			continue;
		int ar = arity_of(c, e->terms.v[0]);
		if (ar >= 0 && (uint32_t)ar + 1 < e->terms.n)
			vars_terms(c, bound,
				VV_SKIP_CLOSURES | VV_SKIP_SETS | VV_SKIP_OBJECT_KEYS |
					VV_SKIP_REF_HEAD,
				&e->terms, (uint32_t)ar + 1);
	}
}

static void promote(cc *c, struct varset *s, const struct sw_rego_body *b)
{
	struct varset seen, bound;
	vs_init(&seen, &c->tmp);
	vs_init(&bound, &c->tmp);
	for (uint32_t i = 0; i < b->n; i++) {
		struct varset one;
		vs_init(&one, &c->tmp);
		vars_expr(c, &one, VV_SAFETY, b->v[i]);
		for (uint32_t k = 0; k < one.n; k++) {
			struct var_entry *e = vs_add(c, &seen, one.v[k].name);
			e->loc = e->loc ? e->loc : one.v[k].loc;
			e->val = (void *)((uintptr_t)e->val + 1);
		}
	}
	if (b->n > 1)
		promote_bindings(c, b, &seen, &bound);
	for (uint32_t k = 0; k < seen.n; k++)
		if (b->n == 1 || !vs_has(&bound, seen.v[k].name) || (uintptr_t)seen.v[k].val == 1)
			vs_add(c, s, seen.v[k].name);
}

static void vars_closure(cc *c, struct varset *s, unsigned params, const struct sw_rego_body *b)
{
	if (params & VV_PROMOTE) {
		if (b->implicit)
			promote(c, s, b);
	} else if (!(params & VV_SKIP_CLOSURES)) {
		vars_body(c, s, params, b);
	}
}

void vars_expr(cc *c, struct varset *s, unsigned params, const struct sw_rego_expr *e)
{
	switch (e->kind) {
	case SW_REGO_EXPR_EVERY:
		if (params & VV_SKIP_CLOSURES) {
			vars_term(c, s, params, e->domain);
			return;
		}
		if (e->key)
			vars_term(c, s, params, e->key);
		vars_term(c, s, params, e->val);
		vars_term(c, s, params, e->domain);
		vars_body(c, s, params, &e->body);
		break;
	case SW_REGO_EXPR_NOT_BODY:
		vars_closure(c, s, params, &e->body);
		break;
	case SW_REGO_EXPR_AND_OR:
		for (uint32_t i = 0; i < e->n_branches; i++)
			vars_closure(c, s, params, &e->branches[i]);
		break;
	case SW_REGO_EXPR_CALL:
		vars_call(c, s, params, &e->terms);
		break;
	default:
		vars_terms(c, s, params, &e->terms, 0);
	}
	for (uint32_t i = 0; i < e->n_withs; i++)
		vars_with(c, s, params, &e->withs[i]);
}

void vars_body(cc *c, struct varset *s, unsigned params, const struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		vars_expr(c, s, params, b->v[i]);
}

void vars_head(cc *c, struct varset *s, unsigned params, const struct sw_rego_head *h)
{
	vars_term(c, s, params, h->ref);
	vars_terms(c, s, params, &h->args, 0);
	if (h->key)
		vars_term(c, s, params, h->key);
	if (h->value)
		vars_term(c, s, params, h->value);
}

/* ---- new names ---- */

struct vargen *vargen_new(cc *c, const char *prefix)
{
	struct vargen *g = cc_alloc(c, sizeof(*g));
	g->prefix = prefix;
	vs_init(&g->exclude, c->a);
	vs_init(&g->subjects, c->a);
	return g;
}

struct sw_str vargen_next(cc *c, struct vargen *g)
{
	for (;;) {
		struct sw_str n = cc_printf(c, "%s%u__", g->prefix, g->next++);
		if (!g->exclude.n || !vs_has(&g->exclude, n))
			return n;
	}
}

struct sw_str user_name(cc *c, struct sw_str name)
{
	struct var_entry *e = c->user_names ? vs_get(c->user_names, name) : NULL;
	if (!e)
		e = vs_get(&c->rewritten, name);
	return e ? *(struct sw_str *)e->val : name;
}

struct sw_str shown_name(cc *c, struct sw_str name)
{
	name = user_name(c, name);
	return var_wildcard(name) ? SW_STR("_") : name;
}
