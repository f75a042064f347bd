/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "rego/format/module.h"
#include "rego/lexer.h"

#define COMPILE_ERR "rego_compile_error"

struct check {
	struct sw_rego_diags *d;
	bool ok;
};

/* ---- imports ---- */

static struct sw_str import_name(const struct sw_rego_import *imp)
{
	const struct sw_rego_terms *p = &imp->path->items;
	if (imp->alias.n)
		return imp->alias;
	return p->n == 1 ? p->v[0]->name : sw_value_str(p->v[p->n - 1]->value);
}

static void duplicate_imports(struct check *c, const struct sw_rego_module *m)
{
	for (uint32_t i = 0; i < m->n_imports; i++) {
		for (uint32_t k = 0; k < i; k++) {
			if (!sw_str_eq(import_name(m->imports[i]), import_name(m->imports[k])))
				continue;
			sw_autobuf b;
			sw_buf_init(&b, 1 << 20);
			sw_rego_term_print(&b, m->imports[k]->path);
			if (m->imports[k]->alias.n)
				sw_buf_printf(&b, " as %.*s", SW_STR_ARG(m->imports[k]->alias));
			sw_rego_diag_add(c->d, COMPILE_ERR, &m->imports[i]->loc, "import must not shadow import %.*s",
				SW_STR_ARG(sw_buf_str(&b)));
			c->ok = false;
			break;
		}
	}
}

/* ---- input and data ---- */

static bool reserved(struct sw_str name)
{
	return sw_str_is(name, "data") || sw_str_is(name, "input");
}

static bool root_document(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_REF && t->items.n == 1 && t->items.v[0]->kind == SW_REGO_VAR &&
	       reserved(t->items.v[0]->name);
}

static void shadowed_in_head(struct check *c, const struct sw_rego_rule *r)
{
	struct sw_str name = r->head->ref->items.v[0]->name;
	if (reserved(name)) {
		sw_rego_diag_add(c->d, COMPILE_ERR, &r->loc, "rules must not shadow %.*s (use a different rule name)",
			SW_STR_ARG(name));
		c->ok = false;
	}
	for (uint32_t i = 0; i < r->head->args.n; i++) {
		const struct sw_rego_term *arg = r->head->args.v[i];
		if (!root_document(arg))
			continue;
		sw_rego_diag_add(c->d, COMPILE_ERR, &arg->loc, "args must not shadow %.*s (use a different variable name)",
			SW_STR_ARG(arg->items.v[0]->name));
		c->ok = false;
	}
}

static void check_body(struct check *c, const struct sw_rego_body *b, bool shadow);

static void deprecated(struct check *c, const struct sw_rego_term *op, const struct sw_rego_loc *loc)
{
	static const char *const names[] = {"all", "any", "cast_array", "cast_boolean", "cast_null", "cast_object",
		"cast_set", "cast_string", "net.cidr_overlap", "re_match", "set_diff"};
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_rego_term_print(&b, op);
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++) {
		if (!sw_str_is(sw_buf_str(&b), names[i]))
			continue;
		sw_rego_diag_add(c->d, "rego_type_error", loc,
			"deprecated built-in function calls in expression: %s", names[i]);
		c->ok = false;
	}
}

static void check_term(struct check *c, const struct sw_rego_term *t, bool shadow)
{
	if (!t)
		return;
	if (t->kind == SW_REGO_CALL && !shadow)
		deprecated(c, t->items.v[0], &t->items.v[0]->loc);
	for (uint32_t i = 0; i < t->items.n; i++)
		check_term(c, t->items.v[i], shadow);
	if (t->kind != SW_REGO_TEMPLATE_STRING)
		check_body(c, &t->body, shadow);
}

static void check_expr(struct check *c, const struct sw_rego_expr *e, bool shadow)
{
	const char *infix = e->kind == SW_REGO_EXPR_CALL ? sw_rego_infix(e->terms.v[0]) : NULL;
	if (e->kind == SW_REGO_EXPR_CALL && !shadow)
		deprecated(c, e->terms.v[0], &e->loc);
	if (shadow && infix && infix[0] == ':' && e->terms.n > 1 && root_document(e->terms.v[1])) {
		sw_rego_diag_add(c->d, COMPILE_ERR, &e->loc,
			"variables must not shadow %.*s (use a different variable name)",
			SW_STR_ARG(e->terms.v[1]->items.v[0]->name));
		c->ok = false;
	}
	for (uint32_t i = 0; i < e->terms.n; i++)
		check_term(c, e->terms.v[i], shadow);
	for (uint32_t i = 0; i < e->n_withs; i++) {
		check_term(c, e->withs[i].target, shadow);
		check_term(c, e->withs[i].value, shadow);
	}
	check_term(c, e->domain, shadow);
	check_body(c, &e->body, shadow);
	for (uint32_t i = 0; i < e->n_branches; i++)
		check_body(c, &e->branches[i], shadow);
}

static void check_body(struct check *c, const struct sw_rego_body *b, bool shadow)
{
	for (uint32_t i = 0; i < b->n; i++)
		check_expr(c, b->v[i], shadow);
}

static void check_rules(struct check *c, const struct sw_rego_module *m, bool shadow)
{
	for (uint32_t i = 0; i < m->n_rules; i++) {
		for (const struct sw_rego_rule *r = m->rules[i]; r; r = r->else_rule) {
			for (uint32_t k = 0; k < r->head->args.n; k++)
				check_term(c, r->head->args.v[k], shadow);
			check_term(c, r->head->opa_key, shadow);
			check_term(c, r->head->value, shadow);
			check_body(c, &r->body, shadow);
		}
	}
}

static void keyword_names(struct check *c, const struct sw_rego_module *m)
{
	for (uint32_t i = 0; i < m->n_rules; i++) {
		const struct sw_rego_head *h = m->rules[i]->head;
		if (h->ref->items.n >= 2 ||
			sw_rego_keyword_tok(h->opa_name, SW_KW_NOT | SW_KW_V0_FUTURE) == SW_TOK_IDENT)
			continue;
		sw_rego_diag_add(c->d, "rego_parse_error", &m->rules[i]->loc,
			"%.*s keyword cannot be used for rule name", SW_STR_ARG(h->opa_name));
		c->ok = false;
	}
}

bool fmt_check_v1(const struct sw_rego_module *m, struct sw_rego_diags *d)
{
	struct check c = {d, true};
	duplicate_imports(&c, m);
	for (uint32_t i = 0; i < m->n_rules; i++)
		shadowed_in_head(&c, m->rules[i]);
	check_rules(&c, m, true);
	check_rules(&c, m, false);
	keyword_names(&c, m);
	return c.ok;
}
