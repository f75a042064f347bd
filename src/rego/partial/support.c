/* SPDX-License-Identifier: Apache-2.0 */
/* Modules of support rules. */
#include "rego/partial/internal.h"

/* data.partial.a.b for data.a.b; in place the same. */
term *pe_namespace_ref(struct pe *pe, term *const *v, uint32_t n)
{
	term *t = mk_term(pe->c, SW_REGO_REF, NULL);
	terms_add(pe->c, &t->items, v[0]);
	if (!pe->o->in_place)
		terms_add(pe->c, &t->items, pe_scalar(pe, sw_string(pe->space)));
	for (uint32_t i = 1; i < n; i++)
		terms_add(pe->c, &t->items, v[i]);
	return t;
}

static bool is_string(const term *t)
{
	return t->kind == SW_REGO_SCALAR && t->value.type == SW_STRING;
}

/* The package reaches as far as names go, less one: the last of them is the rule's. */
void pe_split(struct pe *pe, const term *path, term **ret_pkg, term **ret_rule)
{
	uint32_t strings = 1, at = 2;
	while (strings < path->items.n && is_string(path->items.v[strings]))
		strings++;
	for (uint32_t i = 2; i < strings; i++) {
		if (!sw_rego_is_var_name(sw_value_str(path->items.v[i]->value)))
			break;
		at = i;
	}
	*ret_pkg = pe_ref(pe, path->items.v, at);
	term *rule = pe_ref(pe, path->items.v + at, path->items.n - at);
	if (is_string(rule->items.v[0]))
		rule->items.v[0] =
			mk_var(pe->c, sw_value_str(rule->items.v[0]->value), NULL);
	*ret_rule = rule;
}

static struct pe_module *find_module(struct pe *pe, const term *pkg)
{
	for (uint32_t i = 0; i < pe->n_modules; i++)
		if (pe_eq(pe, pe->modules[i].pkg, pkg))
			return &pe->modules[i];
	return NULL;
}

bool pe_support_exists(struct pe *pe, const term *path)
{
	term *pkg, *rule;
	pe_split(pe, path, &pkg, &rule);
	const struct pe_module *m = find_module(pe, pkg);
	for (uint32_t i = 0; m && i < m->n; i++) {
		const struct sw_rego_head *h = m->v[i]->head;
		if (rule->items.n == 1 ? sw_str_eq(h->opa_name, rule->items.v[0]->name)
				       : pe_has_prefix(pe, h->ref->items.v, h->ref->items.n, rule))
			return true;
	}
	return false;
}

void pe_support_add_pkg(struct pe *pe, const term *pkg, struct sw_rego_rule *r)
{
	struct pe_module *m = find_module(pe, pkg);
	if (!m) {
		CC_GROW(pe->c, pe->c->a, pe->modules, pe->n_modules, pe->cap_modules);
		m = &pe->modules[pe->n_modules++];
		*m = (struct pe_module){.pkg = pe_unpack(pe, pkg)};
	}
	CC_GROW(pe->c, pe->c->a, m->v, m->n, m->cap);
	m->v[m->n++] = r;
}

void pe_support_add(struct pe *pe, const term *path, struct sw_rego_rule *r)
{
	term *pkg, *rule;
	pe_split(pe, path, &pkg, &rule);
	pe_support_add_pkg(pe, pkg, r);
}

/* The name is empty in most heads with longer refs, as in OPA's own tree. */
struct sw_rego_rule *pe_rule(struct pe *pe, term *ref, term *key, term *value, struct sw_rego_body body)
{
	struct sw_rego_rule *r = cc_alloc(pe->c, sizeof(*r));
	struct sw_rego_head *h = cc_alloc(pe->c, sizeof(*h));
	r->head = h;
	r->body = body;
	h->ref = pe_unpack(pe, ref);
	h->key = h->opa_key = key ? pe_unpack(pe, key) : NULL;
	h->value = value ? pe_unpack(pe, value) : NULL;
	if (ref->items.n == 1)
		h->opa_name = ref->items.v[0]->name;
	r->kind = key && !value ? SW_REGO_PARTIAL_SET
		  : ref_is_ground(h->ref) ? SW_REGO_COMPLETE : SW_REGO_PARTIAL_OBJECT;
	return r;
}

bool pe_type_checks(struct pe *pe, const struct sw_rego_body *b)
{
	struct ref_errors errs = {0};
	struct sw_rego_body copy = *b;
	struct sw_arena_mark mark = sw_arena_mark(&pe->c->tmp);
	check_body(pe->c->env, &copy, &errs);
	sw_arena_rewind(&pe->c->tmp, mark);
	return !errs.n;
}
