/* SPDX-License-Identifier: Apache-2.0 */
/* Stage RewriteWithValues: targets of `with` are checked, values that must be computed become
 * locals. */
#include "rego/compile/internal.h"

static bool unsafe_target(cc *c, const struct sw_rego_term *t, bool *ret_builtin)
{
	*ret_builtin = false;
	if (t->kind != SW_REGO_REF && t->kind != SW_REGO_VAR)
		return false;
	struct sw_str n = ref_name(c, t);
	if (n.n && vs_has(&c->unsafe, n)) {
		cc_err(c, true, ERR_COMPILE, &t->loc,
			"with keyword replacing built-in function: target must not be unsafe: "
			"\"%.*s\"",
			SW_STR_ARG(n));
		return true;
	}
	*ret_builtin = ref_builtin(c, t) != NULL;
	return false;
}

static bool has_function(const struct sw_rego_node *n)
{
	for (uint32_t i = 0; n && i < n->n_rules; i++)
		if (n->rules[i]->head->args.n)
			return true;
	return false;
}

/* 1: the value names something that can replace a function; 0: it does not; -1: error recorded. */
static int function_value(cc *c, const struct sw_rego_term *value)
{
	bool builtin;
	if (value->kind == SW_REGO_REF && sw_rego_node_find(c->p, value))
		return 1;
	if (unsafe_target(c, value, &builtin))
		return -1;
	return builtin;
}

static int data_target(cc *c, const struct sw_rego_term *target, const struct sw_rego_term *value)
{
	struct sw_rego_node *n = c->p->data;
	const struct sw_rego_terms *ref = &target->items;
	for (uint32_t i = 1; n && i + 1 < ref->n; i++) {
		if (ref->v[i]->kind != SW_REGO_SCALAR)
			break;
		struct sw_rego_node *child = sw_rego_node_child(n, ref->v[i]->value);
		if (!child)
			break;
		if (child->n_rules) {
			cc_err(c, true, ERR_COMPILE, &target->loc,
				"with keyword cannot partially replace virtual document(s)");
			return -1;
		}
		n = child;
	}
	if (has_function(sw_rego_node_find(c->p, target))) {
		int rc = function_value(c, value);
		if (rc)
			return rc < 0 ? -1 : 0;
	}
	if (value->kind == SW_REGO_REF && has_function(sw_rego_node_find(c->p, value)))
		return 0;
	return requires_eval(value);
}

static int builtin_target(cc *c, struct sw_rego_with *w)
{
	struct sw_rego_term *t = w->target;
	const struct sw_builtin *b = ref_builtin(c, t);
	type *f = env_function(c, t);
	if (t->kind == SW_REGO_VAR)
		w->target = mk_ref1(c, t->name, &t->loc);
#define REPLACING "with keyword replacing built-in function: "
	if (!strcmp(b->name, "eq") || !strcmp(b->name, "rego.metadata.chain") ||
		!strcmp(b->name, "rego.metadata.rule"))
		cc_err(c, true, ERR_COMPILE, &t->loc, REPLACING "replacement of \"%s\" invalid",
			b->name);
	else if (sw_str_starts(sw_str_from(b->name), SW_STR("internal.")))
		cc_err(c, true, ERR_COMPILE, &t->loc,
			REPLACING "replacement of internal function \"%s\" invalid", b->name);
	else if (b->flags & SW_BUILTIN_RELATION)
		cc_err(c, true, ERR_COMPILE, &t->loc, REPLACING "target must not be a relation");
	else if (f && !f->result)
		cc_err(c, true, ERR_COMPILE, &t->loc,
			REPLACING "target must not be a void function");
	else {
		int rc = function_value(c, w->value);
		return rc < 0 ? -1 : rc ? 0 : requires_eval(w->value);
	}
	return -1;
}

/* 1: the value must be computed first; 0: fine; -1: error recorded. */
static int check_with(cc *c, struct sw_rego_with *w)
{
	bool builtin;
	if (w->value->kind == SW_REGO_VAR && sw_rego_caps_find(c->caps, w->value->name))
		w->value = mk_ref1(c, w->value->name, &w->value->loc);
	if (unsafe_target(c, w->target, &builtin))
		return -1;
	if (ref_starts(w->target, "data"))
		return data_target(c, w->target, w->value);
	if (ref_starts(w->target, "input"))
		return requires_eval(w->value);
	if (builtin)
		return builtin_target(c, w);
	if (c->allow_undefined &&
		(w->target->kind == SW_REGO_REF || w->target->kind == SW_REGO_VAR))
		return 0;
	cc_err(c, true, ERR_TYPE, &w->target->loc,
		"with keyword target must reference existing input, data, or a function");
	return -1;
}

static bool with_body(struct visitor *v, struct sw_rego_body *b)
{
	cc *c = v->c;
	struct sw_rego_body out = {.implicit = b->implicit};
	for (uint32_t i = 0; i < b->n; i++) {
		struct sw_rego_expr *e = b->v[i];
		for (uint32_t k = 0; k < e->n_withs; k++) {
			int rc = check_with(c, &e->withs[k]);
			if (rc < 0)
				return true;
			if (!rc)
				continue;
			struct sw_rego_expr *eq = mk_capture(c, e->withs[k].value);
			e->withs[k].value = mk_var(c, eq->terms.v[1]->name, &eq->loc);
			body_add(c, &out, eq);
		}
		body_add(c, &out, e);
	}
	*b = out;
	return false;
}

static void with_rule(cc *c, struct sw_rego_rule *r)
{
	struct visitor v = {.c = c, .body = with_body};
	walk_rule(&v, r);
}

void stage_with(cc *c)
{
	each_rule_using(c, USES_WITH, with_rule);
}

void body_with(cc *c, struct sw_rego_body *b)
{
	struct visitor v = {.c = c, .body = with_body};
	walk_body(&v, b);
}
