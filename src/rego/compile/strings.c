/* SPDX-License-Identifier: Apache-2.0 */
/* Stages RewriteTemplateStrings, CheckVoidCalls and RewritePrintCalls. */
#include "rego/compile/internal.h"

/* ---- template strings ---- */

struct templates {
	cc *c;
	const struct varset *safe;
	bool *modified;
};

static bool find_template(struct visitor *v, struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_TEMPLATE_STRING)
		*(bool *)v->ctx = true;
	return *(bool *)v->ctx;
}

static void undeclared(cc *c, const struct sw_rego_term *t, const struct varset *safe)
{
	struct varset vars;
	vs_init(&vars, &c->tmp);
	vars_term(c, &vars, VV_SAFETY, t);
	vs_sort(&vars);
	for (uint32_t i = 0; i < vars.n; i++) {
		if (vs_has(safe, vars.v[i].name))
			continue;
		struct sw_str n = shown_name(c, vars.v[i].name);
		cc_err(c, true, ERR_COMPILE, &t->loc, "var %.*s is undeclared", SW_STR_ARG(n));
	}
}

static bool constant_rule(const struct sw_rego_rule *r)
{
	const struct sw_rego_term *v = r->head->value;
	return is_true_body(&r->body) && v && (sw_rego_term_is_constant(v) || v->kind == SW_REGO_VAR);
}

/* A ref to a rule that always has a value needs no protection from being undefined. */
static bool always_defined(cc *c, const struct sw_rego_term *t)
{
	const struct sw_rego_node *n = t->kind == SW_REGO_REF ? sw_rego_node_find(c->p, t) : NULL;
	if (!n || !n->n_rules || n->rules[0]->head->args.n)
		return false;
	if (n->rules[0]->kind == SW_REGO_PARTIAL_SET)
		return true;
	for (uint32_t i = 0; i < n->n_rules; i++)
		if (n->rules[i]->is_default)
			return true;
	return n->n_rules == 1 && constant_rule(n->rules[0]);
}

/* {x | x = t}: empty where t is undefined. */
static struct sw_rego_term *capture_set(cc *c, struct sw_rego_term *t)
{
	struct sw_rego_term *x = mk_gen(c, &t->loc);
	struct sw_rego_term *set = mk_term(c, SW_REGO_SET_COMP, &t->loc);
	terms_add(c, &set->items, x);
	struct sw_rego_expr *eq = mk_eq(c, mk_var(c, x->name, &t->loc), t, &t->loc);
	eq->generated = true;
	body_add(c, &set->body, eq);
	return set;
}

static struct sw_rego_term *template_part(
	struct templates *s, struct sw_rego_term *t, const struct sw_rego_expr *withs)
{
	cc *c = s->c;
	if (t->kind == SW_REGO_SCALAR && !withs)
		return t;
	if (t->kind == SW_REGO_CALL) {
		t->loc = (struct sw_rego_loc){0}; /* OPA's has none either */
		const struct sw_builtin *b = ref_builtin(c, t->items.v[0]);
		if (b && b->flags & SW_BUILTIN_RELATION) {
			cc_err(c, true, ERR_COMPILE, NULL,
				"illegal call to relation built-in '%s' that may cause multiple "
				"outputs",
				b->name);
			return t;
		}
	}
	if (t->kind == SW_REGO_VAR || always_defined(c, t)) {
		struct sw_rego_term *set = mk_term(c, SW_REGO_SET, &t->loc);
		terms_add(c, &set->items, t);
		return set;
	}
	undeclared(c, t, s->safe);
	struct sw_rego_term *set = capture_set(c, t);
	if (withs) {
		set->body.v[0]->withs = withs->withs;
		set->body.v[0]->n_withs = withs->n_withs;
	}
	return set;
}

/* The modifiers of part `i`: stage Prepare left those that have any in the body. */
static const struct sw_rego_expr *part_withs(const struct sw_rego_term *t, uint32_t i)
{
	for (uint32_t k = 0; k < t->body.n; k++)
		if (t->body.v[k]->index == i)
			return t->body.v[k];
	return NULL;
}

static void template_call(struct templates *s, struct sw_rego_term *t)
{
	cc *c = s->c;
	if (!sw_rego_caps_feature(c->caps, "template_strings") ||
		!sw_rego_caps_find(c->caps, SW_STR("internal.template_string"))) {
		cc_err(c, true, ERR_COMPILE, &t->loc, "template-strings are not supported");
		return;
	}
	struct sw_rego_term *arr = mk_term(c, SW_REGO_ARRAY, &t->loc);
	uint32_t before = c->n_errs;
	for (uint32_t i = 0; i < t->items.n; i++)
		terms_add(c, &arr->items, template_part(s, t->items.v[i], part_withs(t, i)));
	if (c->n_errs > before)
		return;
	if (!arr->items.n)
		terms_add(c, &arr->items, mk_string(c, SW_STR(""), &t->loc));
	t->kind = SW_REGO_CALL;
	t->items = (struct sw_rego_terms){0};
	t->body = (struct sw_rego_body){0};
	terms_add(c, &t->items, mk_builtin_ref(c, "internal.template_string", &t->loc));
	terms_add(c, &t->items, arr);
	*s->modified = true;
}

static struct varset templates_body(
	struct templates *s, const struct varset *outer, struct sw_rego_body *b);

static bool templates_term(struct visitor *v, struct sw_rego_term *t)
{
	struct templates *s = v->ctx;
	if (t->kind == SW_REGO_TEMPLATE_STRING)
		template_call(s, t);
	if (!is_comprehension(t))
		return false;
	struct varset inner = templates_body(s, s->safe, &t->body);
	struct templates in = {s->c, &inner, s->modified};
	for (uint32_t i = 0; i < t->items.n; i++) {
		if (t->items.v[i]->kind == SW_REGO_TEMPLATE_STRING)
			template_call(&in, t->items.v[i]);
		walk_term(v, t->items.v[i]);
	}
	return true;
}

static bool templates_expr(struct visitor *v, struct sw_rego_expr *e)
{
	struct templates *s = v->ctx;
	if (e->kind != SW_REGO_EXPR_EVERY)
		return false;
	walk_term(v, e->domain);
	struct varset inner = vs_copy(s->c, s->safe);
	vars_term(s->c, &inner, 0, e->key);
	vars_term(s->c, &inner, 0, e->val);
	templates_body(s, &inner, &e->body);
	for (uint32_t i = 0; i < e->n_withs; i++)
		walk_term(v, e->withs[i].value);
	return true;
}

/* Returns what is bound in the body and around it. */
static struct varset templates_body(
	struct templates *s, const struct varset *outer, struct sw_rego_body *b)
{
	struct varset safe = out_vars_body(s->c, b, b->n, outer);
	vs_update(s->c, &safe, outer);
	struct templates in = {s->c, &safe, s->modified};
	struct visitor v = {.c = s->c, .ctx = &in, .term = templates_term, .expr = templates_expr};
	for (uint32_t i = 0; i < b->n; i++)
		walk_expr(&v, b->v[i]);
	return safe;
}

static void templates_rule(cc *c, struct sw_rego_rule *r)
{
	bool found = false, modified = false;
	struct visitor look = {.ctx = &found, .term = find_template};
	walk_rule(&look, r);
	if (!found)
		return;
	struct varset safe = vars_reserved(c);
	vars_terms(c, &safe, 0, &r->head->args, 0);
	struct templates s = {c, &safe, &modified};
	struct varset inner = templates_body(&s, &safe, &r->body);
	s.safe = &inner;
	struct visitor v = {.c = c, .ctx = &s, .term = templates_term, .expr = templates_expr};
	walk_head(&v, r->head);
	if (modified)
		cc_require(c, "internal.template_string");
}

void stage_templates(cc *c)
{
	each_rule_using(c, USES_TEMPLATES, templates_rule);
}

void body_templates(cc *c, struct sw_rego_body *b)
{
	bool found = false, modified = false;
	struct visitor look = {.ctx = &found, .term = find_template};
	walk_body(&look, b);
	if (!found)
		return;
	struct varset safe = vars_reserved(c);
	struct templates s = {c, &safe, &modified};
	templates_body(&s, &safe, b);
}

/* ---- calls without a result, used as values ---- */

static bool void_term(struct visitor *v, struct sw_rego_term *t)
{
	if (t->kind != SW_REGO_CALL)
		return false;
	type *f = ref_builtin(v->c, t->items.v[0]) ? env_function(v->c, t->items.v[0]) : NULL;
	if (f && !f->result) {
		struct sw_str s = cc_term_str(v->c, t);
		cc_err(v->c, true, ERR_TYPE, &t->loc, "%.*s used as value", SW_STR_ARG(s));
	}
	return false;
}

static void void_rule(cc *c, struct sw_rego_rule *r)
{
	struct visitor v = {.c = c, .term = void_term};
	walk_rule(&v, r);
}

void stage_void_calls(cc *c)
{
	each_rule(c, void_rule);
}

void body_void_calls(cc *c, struct sw_rego_body *b)
{
	struct visitor v = {.c = c, .term = void_term};
	walk_body(&v, b);
}

/* ---- print ---- */

static bool is_print(const struct sw_rego_expr *e)
{
	return is_call_of(e, "print");
}

static bool erase_body(struct visitor *v, struct sw_rego_body *b)
{
	struct sw_rego_body out = {.implicit = b->implicit};
	bool any = false;
	for (uint32_t i = 0; i < b->n && !any; i++)
		any = is_print(b->v[i]);
	if (!any)
		return false;
	*(bool *)v->ctx = true;
	for (uint32_t i = 0; i < b->n; i++)
		if (!is_print(b->v[i]))
			body_add(v->c, &out, b->v[i]);
	if (!out.n)
		body_add(v->c, &out, mk_true(v->c, &b->v[0]->loc));
	*b = out;
	return false;
}

struct printer {
	const struct varset *globals;
	bool modified;
};

static void print_body(
	cc *c, struct printer *p, const struct varset *globals, struct sw_rego_body *b);

struct print_closure {
	struct printer *p;
	struct varset safe;
};

static bool closure_term(struct visitor *v, struct sw_rego_term *t)
{
	struct print_closure *pc = v->ctx;
	if (!is_comprehension(t))
		return false;
	print_body(v->c, pc->p, &pc->safe, &t->body);
	return true;
}

static bool closure_expr(struct visitor *v, struct sw_rego_expr *e)
{
	struct print_closure *pc = v->ctx;
	if (e->kind == SW_REGO_EXPR_EVERY) {
		vars_term(v->c, &pc->safe, 0, e->key);
		vars_term(v->c, &pc->safe, 0, e->val);
	}
	if (e->kind == SW_REGO_EXPR_EVERY || e->kind == SW_REGO_EXPR_NOT_BODY)
		print_body(v->c, pc->p, &pc->safe, &e->body);
	for (uint32_t i = 0; i < e->n_branches; i++)
		print_body(v->c, pc->p, &pc->safe, &e->branches[i]);
	return e->kind == SW_REGO_EXPR_EVERY || e->kind == SW_REGO_EXPR_NOT_BODY || e->n_branches;
}

static bool generated_var(struct visitor *v, struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_VAR && var_generated(t->name))
		vs_add(v->c, v->ctx, t->name);
	return false;
}

static void print_call(cc *c, struct varset *safe, struct sw_rego_body *b, uint32_t at)
{
	struct sw_rego_expr *e = b->v[at];
	struct visitor v = {.c = c, .ctx = safe, .term = generated_var};
	for (uint32_t i = 0; i < at; i++)
		walk_expr(&v, b->v[i]);
	uint32_t before = c->n_errs;
	for (uint32_t i = 1; i < e->terms.n; i++)
		undeclared(c, e->terms.v[i], safe);
	if (c->n_errs > before)
		return;
	struct sw_rego_term *arr = mk_term(c, SW_REGO_ARRAY, &e->loc);
	for (uint32_t i = 1; i < e->terms.n; i++)
		terms_add(c, &arr->items, capture_set(c, e->terms.v[i]));
	struct sw_rego_expr *out = mk_expr(c, SW_REGO_EXPR_CALL, &e->loc);
	terms_add(c, &out->terms, mk_builtin_ref(c, "internal.print", &e->loc));
	terms_add(c, &out->terms, arr);
	out->index = at;
	b->v[at] = out;
}

/*
 * print(a, …) becomes internal.print([{x | x = a}, …]): an undefined operand does not end the body.
 * Closures come first, so that their print() may only use what is bound before them.
 */
static void print_body(
	cc *c, struct printer *p, const struct varset *globals, struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n; i++) {
		struct print_closure pc = {p, out_vars_body(c, b, i, globals)};
		vs_update(c, &pc.safe, globals);
		struct visitor v = {.c = c, .ctx = &pc, .term = closure_term, .expr = closure_expr};
		walk_expr(&v, b->v[i]);
	}
	for (uint32_t i = 0; i < b->n; i++) {
		if (!is_print(b->v[i]))
			continue;
		p->modified = true;
		struct varset safe = out_vars_body(c, b, i, globals);
		vs_update(c, &safe, globals);
		print_call(c, &safe, b, i);
	}
}

static bool find_print(struct visitor *v, struct sw_rego_expr *e)
{
	if (is_print(e))
		*(bool *)v->ctx = true;
	return *(bool *)v->ctx;
}

static void print_rule(cc *c, struct sw_rego_rule *r)
{
	bool found = false;
	struct visitor look = {.ctx = &found, .expr = find_print};
	walk_rule(&look, r);
	if (!found)
		return;
	cc_require(c, "print");
	if (!c->print) {
		struct visitor v = {.c = c, .ctx = &found, .body = erase_body};
		walk_rule(&v, r);
		return;
	}
	struct varset globals = vars_reserved(c);
	vars_terms(c, &globals, 0, &r->head->args, 0);
	struct printer p = {&globals, false};
	struct print_closure pc = {&p, vs_copy(c, &globals)};
	struct visitor v = {.c = c, .ctx = &pc, .term = closure_term, .expr = closure_expr};
	walk_head(&v, r->head);
	print_body(c, &p, &globals, &r->body);
}

void stage_print(cc *c)
{
	each_rule_using(c, USES_PRINT, print_rule);
}

void body_print(cc *c, struct sw_rego_body *b)
{
	bool found = false;
	struct visitor look = {.ctx = &found, .expr = find_print};
	walk_body(&look, b);
	if (!found)
		return;
	if (!c->print) {
		struct visitor v = {.c = c, .ctx = &found, .body = erase_body};
		walk_body(&v, b);
		return;
	}
	struct varset globals = vars_reserved(c);
	struct printer p = {&globals, false};
	print_body(c, &p, &globals, b);
}
