/* SPDX-License-Identifier: Apache-2.0 */
/* Annotations: declared once per target; chains of them; rego.metadata.rule() and chain() as
 * constants. */
#include <stdlib.h>

#include "rego/compile/internal.h"

static struct sw_str redeclared_at(cc *c, const struct sw_rego_loc *loc)
{
	if (loc->file && loc->file->name.n)
		return cc_printf(c, "%.*s:%u", SW_STR_ARG(loc->file->name), loc->row);
	return cc_printf(c, "%u:%u", loc->row, loc->col);
}

static bool scope_is(const struct sw_rego_annotations *a, const char *scope)
{
	return sw_str_is(a->scope, scope);
}

struct place {
	const struct sw_rego_annotations *a;
	const struct sw_rego_term *path; /* package, or the ground prefix of a rule's ref */
	bool package;			 /* scope package: apart from the paths of the others */
};

struct places {
	struct place *v;
	uint32_t n, cap;
};

static const struct sw_rego_rule *target_rule(
	const struct sw_rego_module *m, const struct sw_rego_annotations *a)
{
	for (uint32_t i = 0; i < m->n_rules; i++)
		for (const struct sw_rego_rule *r = m->rules[i]; r; r = r->else_rule)
			if (r == a->target)
				return r;
	return NULL;
}

static void add_place(cc *c, struct places *l, const struct sw_rego_module *m,
	const struct sw_rego_annotations *a)
{
	struct place p = {.a = a};
	if (scope_is(a, "package") || scope_is(a, "subpackages")) {
		p.path = m->package;
		p.package = scope_is(a, "package");
	} else if (scope_is(a, "document")) {
		const struct sw_rego_rule *r = target_rule(m, a);
		if (!r)
			return;
		struct sw_rego_term *ref = rule_ref(c, r);
		p.path = ref_prefix(c, ref, sw_rego_ref_ground_len(ref));
	} else {
		return;
	}
	for (uint32_t i = 0; i < l->n; i++) {
		if (l->v[i].package != p.package || !term_eq(l->v[i].path, p.path))
			continue;
		struct sw_str at = redeclared_at(c, &l->v[i].a->loc);
		cc_err(c, true, ERR_TYPE, &a->loc, "%.*s annotation redeclared: %.*s",
			SW_STR_ARG(a->scope), SW_STR_ARG(at));
		return;
	}
	CC_GROW(c, &c->tmp, l->v, l->n, l->cap);
	l->v[l->n++] = p;
}

void stage_annotations(cc *c)
{
	struct places l = {0};
	for (uint32_t m = 0; m < c->p->n_modules; m++) {
		const struct sw_rego_module *mod = c->p->modules[m];
		for (uint32_t i = 0; i < mod->n_annotations; i++) {
			add_place(c, &l, mod, mod->annotations[i]);
			if (sw_defined(sw_object_gets(mod->annotations[i]->value, SW_STR("schemas"))))
				c->annotated = true;
		}
	}
}

/* ---- chains ---- */

struct chain {
	struct sw_arena *a;
	struct sw_rego_annotation_link *v;
	uint32_t n, cap;
};

static int chain_add(struct chain *l, const struct sw_rego_term *path, uint32_t len,
	const struct sw_rego_annotations *a)
{
	struct sw_list items;
	sw_list_init(&items, l->a);
	for (uint32_t i = 1; i < len; i++) {
		const struct sw_rego_term *t = path->items.v[i];
		if (sw_list_add(&items, t->kind == SW_REGO_SCALAR ? t->value : sw_string(t->name)) <
			0)
			return -SW_ELIMIT;
	}
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 8;
		void *v = sw_arena_grow(l->a, l->v, l->cap * sizeof(*l->v), cap * sizeof(*l->v));
		if (!v)
			return -SW_ELIMIT;
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = (struct sw_rego_annotation_link){sw_list_array(&items), a};
	return 0;
}

static bool path_prefix(const struct sw_rego_term *path, uint32_t len,
	const struct sw_rego_term *of, uint32_t of_len)
{
	if (len > of_len)
		return false;
	for (uint32_t i = 1; i < len; i++)
		if (!term_eq(path->items.v[i], of->items.v[i]))
			return false;
	return true;
}

/* Annotations of the rule itself, the nearest above it first. */
static int chain_rule(
	struct chain *l, const struct sw_rego_rule *r, const struct sw_rego_term *ref, uint32_t len)
{
	const struct sw_rego_module *m = r->module;
	uint32_t before = l->n;
	for (uint32_t i = m->n_annotations; i-- > 0;)
		if (m->annotations[i]->target == r && scope_is(m->annotations[i], "rule") &&
			chain_add(l, ref, len, m->annotations[i]) < 0)
			return -SW_ELIMIT;
	return l->n > before ? 0 : chain_add(l, ref, len, NULL);
}

static int chain_scope(struct chain *l, const struct sw_rego_program *p, const char *scope,
	const struct sw_rego_term *ref, uint32_t len, struct sw_arena *a)
{
	for (uint32_t m = 0; m < p->n_modules; m++) {
		const struct sw_rego_module *mod = p->modules[m];
		for (uint32_t i = 0; i < mod->n_annotations; i++) {
			const struct sw_rego_annotations *x = mod->annotations[i];
			const struct sw_rego_term *path = mod->package;
			uint32_t n = mod->package->items.n;
			if (!scope_is(x, scope))
				continue;
			if (scope_is(x, "document")) {
				const struct sw_rego_rule *r = target_rule(mod, x);
				path = r ? sw_rego_rule_ref(a, r) : NULL;
				if (!path)
					continue;
				n = sw_rego_ref_ground_len(path);
			}
			if (n == len && path_prefix(path, n, ref, len))
				return chain_add(l, path, n, x);
		}
	}
	return 0;
}

int sw_rego_annotation_chain(const struct sw_rego_program *p, struct sw_arena *a,
	const struct sw_rego_rule *r, struct sw_rego_annotation_link **ret, uint32_t *ret_n)
{
	struct chain l = {.a = a};
	struct sw_rego_term *ref = sw_rego_rule_ref(a, r);
	const struct sw_rego_term *pkg = r->module->package;
	if (!ref)
		return -SW_ELIMIT;
	uint32_t len = sw_rego_ref_ground_len(ref);
	int rc = chain_rule(&l, r, ref, len);
	if (!rc)
		rc = chain_scope(&l, p, "document", ref, len, a);
	if (!rc)
		rc = chain_scope(&l, p, "package", pkg, pkg->items.n, a);
	for (uint32_t n = pkg->items.n; !rc && n > 0; n--)
		rc = chain_scope(&l, p, "subpackages", pkg, n, a);
	if (rc < 0)
		return rc;
	*ret = l.v;
	*ret_n = l.n;
	return 0;
}

/* ---- rego.metadata calls ---- */

struct sw_rego_term *value_term(cc *c, struct sw_value v, const struct sw_rego_loc *loc)
{
	struct sw_rego_term *t = mk_term(c, SW_REGO_SCALAR, loc);
	if (v.type < SW_ARRAY) {
		t->value = v;
		return t;
	}
	t->kind = v.type == SW_ARRAY ? SW_REGO_ARRAY
		  : v.type == SW_SET ? SW_REGO_SET
				     : SW_REGO_OBJECT;
	for (uint32_t i = 0; i < v.n; i++) {
		if (v.type != SW_OBJECT) {
			terms_add(c, &t->items, value_term(c, v.u.a->v[i], loc));
			continue;
		}
		terms_add(c, &t->items, value_term(c, v.u.o->m[i].k, loc));
		terms_add(c, &t->items, value_term(c, v.u.o->m[i].v, loc));
	}
	return t;
}

/* The fields that rego.metadata shows; empty ones are left out. */
static struct sw_value shown(cc *c, const struct sw_rego_annotations *a)
{
	static const char *const fields[] = {"title", "entrypoint", "description", "organizations",
		"related_resources", "authors", "schemas", "custom", "labels"};
	struct sw_map m;
	sw_map_init(&m, c->a);
	sw_map_adds(&m, "scope", sw_string(a->scope));
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		struct sw_value v = sw_object_gets(a->value, sw_str_from(fields[i]));
		bool empty = !sw_defined(v) || v.type == SW_NULL || sw_is_false(v) ||
			     (v.type >= SW_STRING && !v.n);
		if (!empty)
			sw_map_adds(&m, fields[i], v);
	}
	return sw_map_object(&m);
}

static struct sw_value chain_value(cc *c, const struct sw_rego_rule *r)
{
	struct sw_rego_annotation_link *v;
	uint32_t n;
	struct sw_list out;
	if (sw_rego_annotation_chain(c->p, c->a, r, &v, &n) < 0)
		cc_fail(c, SW_ELIMIT);
	sw_list_init(&out, c->a);
	for (uint32_t i = 0; i < n; i++) {
		struct sw_map m;
		sw_map_init(&m, c->a);
		sw_map_adds(&m, "path", v[i].path);
		if (v[i].annotations)
			sw_map_adds(&m, "annotations", shown(c, v[i].annotations));
		sw_list_add(&out, sw_map_object(&m));
	}
	return sw_list_array(&out);
}

static struct sw_value rule_value(cc *c, const struct sw_rego_rule *r)
{
	const struct sw_rego_module *m = r->module;
	const struct sw_rego_annotations *first = NULL;
	for (uint32_t i = 0; i < m->n_annotations; i++) {
		const struct sw_rego_annotations *a = m->annotations[i];
		if (a->target == r && scope_is(a, "rule") &&
			(!first || loc_cmp(&a->loc, &first->loc) < 0))
			first = a;
	}
	return first ? shown(c, first) : sw_empty_object();
}

struct calls {
	const struct sw_rego_expr *chain, *rule;
	struct sw_str chain_var, rule_var;
};

static bool find_call(struct visitor *v, struct sw_rego_expr *e)
{
	struct calls *x = v->ctx;
	if (!x->chain && is_call_of(e, "rego.metadata.chain"))
		x->chain = e;
	else if (!x->rule && is_call_of(e, "rego.metadata.rule"))
		x->rule = e;
	return false;
}

static bool replace_call(struct visitor *v, struct sw_rego_body *b)
{
	struct calls *x = v->ctx;
	for (uint32_t i = 0; i < b->n; i++) {
		struct sw_rego_expr *e = b->v[i], *out;
		struct sw_str name;
		if (is_call_of(e, "rego.metadata.chain"))
			name = x->chain_var;
		else if (is_call_of(e, "rego.metadata.rule"))
			name = x->rule_var;
		else
			continue;
		struct sw_rego_term *var = mk_var(v->c, name, &e->loc);
		if (e->terms.n > 1) {
			out = mk_eq(v->c, e->terms.v[1], var, &e->loc);
		} else {
			out = mk_expr(v->c, SW_REGO_EXPR_TERM, &e->loc);
			terms_add(v->c, &out->terms, var);
		}
		out->generated = true;
		out->index = i;
		b->v[i] = out;
	}
	return false;
}

static void metadata_rule(cc *c, struct sw_rego_rule *r)
{
	struct calls x = {0};
	struct sw_rego_body body = {0};
	struct visitor find = {.c = c, .ctx = &x, .expr = find_call};
	walk_rule(&find, r);
	if (!x.chain && !x.rule)
		return;
	if (x.chain) {
		struct sw_rego_expr *e =
			mk_capture(c, value_term(c, chain_value(c, r), &x.chain->loc));
		x.chain_var = e->terms.v[1]->name;
		body_add(c, &body, e);
	}
	if (x.rule) {
		struct sw_rego_expr *e =
			mk_capture(c, value_term(c, rule_value(c, r), &x.rule->loc));
		x.rule_var = e->terms.v[1]->name;
		body_add(c, &body, e);
	}
	for (uint32_t i = 0; i < r->body.n; i++)
		body_add(c, &body, r->body.v[i]);
	r->body = body;
	struct visitor replace = {.c = c, .ctx = &x, .body = replace_call};
	walk_rule(&replace, r);
}

void stage_metadata_calls(cc *c)
{
	each_rule_using(c, USES_METADATA, metadata_rule);
}
