/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stages CheckSafetyRuleHeads and CheckSafetyRuleBodies: every variable must be bound before it is
 * needed; bodies are reordered, as little as possible, to make it so.
 */
#include "rego/compile/internal.h"

/* ---- what expressions bind ---- */

struct outputs {
	const struct varset *safe;
	struct varset *out;
};

static bool output_term(struct visitor *v, struct sw_rego_term *t)
{
	struct outputs *o = v->ctx;
	if (is_comprehension(t) || t->kind == SW_REGO_TEMPLATE_STRING)
		return true;
	if (t->kind != SW_REGO_REF)
		return false;
	if (!ref_safe(v->c, t, o->safe))
		return true;
	vars_terms(v->c, o->out, VV_SKIP_REF_HEAD, &t->items, 1);
	return false;
}

static struct varset out_vars_terms(cc *c, struct sw_rego_expr *e, const struct varset *safe)
{
	struct varset out;
	vs_init(&out, &c->tmp);
	struct outputs o = {safe, &out};
	struct visitor v = {.c = c, .ctx = &o, .term = output_term};
	if (e->kind == SW_REGO_EXPR_EVERY)
		walk_term(&v, e->domain);
	else
		walk_expr(&v, e);
	return out;
}

struct varset out_vars_eq(cc *c, struct sw_rego_expr *e, const struct varset *safe)
{
	struct varset basis = out_vars_terms(c, e, safe), lhs;
	vs_init(&lhs, &c->tmp);
	if (e->from_assign)
		vars_term(c, &lhs, 0, e->terms.v[1]);
	if (vs_diff_count(&lhs, safe) < lhs.n)
		vs_update(c, &basis, safe);
	else
		basis.base = safe; /* long bodies: no copy for each expression */
	for (uint32_t i = 0; i < lhs.n; i++)
		vs_del(&basis, lhs.v[i].name);
	struct varset unified = unify_vars(c, &basis, e->terms.v[1], e->terms.v[2]);
	vs_update(c, &basis, &unified);
	return vs_diff(c, &basis, safe);
}

static struct varset out_vars_call(cc *c, struct sw_rego_expr *e, const struct varset *safe)
{
	const unsigned params =
		VV_SKIP_CLOSURES | VV_SKIP_SETS | VV_SKIP_OBJECT_KEYS | VV_SKIP_REF_HEAD;
	struct varset none, in, out;
	vs_init(&none, &c->tmp);
	int ar = arity_of(c, e->terms.v[0]);
	if (e->terms.v[0]->kind != SW_REGO_REF || ar < 0)
		return none;
	out = out_vars_terms(c, e, safe);
	if ((uint32_t)ar + 1 >= e->terms.n)
		return out;
	vs_init(&in, &c->tmp);
	for (uint32_t i = 0; i <= (uint32_t)ar; i++)
		vars_term(c, &in, params, e->terms.v[i]);
	for (uint32_t i = 0; i < in.n; i++)
		if (!vs_has(&out, in.v[i].name) && !vs_has(safe, in.v[i].name))
			return none;
	vars_terms(c, &out, params, &e->terms, (uint32_t)ar + 1);
	return out;
}

static struct varset out_vars_expr(cc *c, struct sw_rego_expr *e, const struct varset *safe)
{
	struct varset none;
	vs_init(&none, &c->tmp);
	if (e->negated || e->kind == SW_REGO_EXPR_NOT_BODY || e->kind == SW_REGO_EXPR_AND_OR)
		return none;
	for (uint32_t i = 0; i < e->n_withs; i++) {
		struct varset vars;
		vs_init(&vars, &c->tmp);
		vars_with(c, &vars, VV_SAFETY, &e->withs[i]);
		if (vs_diff_count(&vars, safe))
			return none;
	}
	if (e->kind != SW_REGO_EXPR_CALL)
		return e->kind == SW_REGO_EXPR_SOME ? none : out_vars_terms(c, e, safe);
	if (!is_call_of(e, "eq"))
		return out_vars_call(c, e, safe);
	return e->terms.n == 3 ? out_vars_eq(c, e, safe) : vs_copy(c, safe);
}

/* What the first n expressions bind beyond `safe`. */
struct varset out_vars_body(cc *c, struct sw_rego_body *b, uint32_t n, const struct varset *safe)
{
	struct varset all = vs_copy(c, safe);
	for (uint32_t i = 0; i < n; i++) {
		struct varset out = out_vars_expr(c, b->v[i], &all);
		vs_update(c, &all, &out);
	}
	return vs_diff(c, &all, safe);
}

/* ---- reordering ---- */

struct unsafe {
	struct sw_rego_expr *e;
	struct varset vars;
};

struct unsafes {
	struct unsafe *v;
	uint32_t n, cap;
};

struct reorder {
	cc *c;
	struct unsafes *unsafe;
	struct varset globals;
	struct sw_rego_expr *current;
};

static struct varset *unsafe_of(cc *c, struct unsafes *u, struct sw_rego_expr *e)
{
	for (uint32_t i = u->n; i-- > 0;)
		if (u->v[i].e == e)
			return &u->v[i].vars;
	CC_GROW(c, &c->tmp, u->v, u->n, u->cap);
	u->v[u->n].e = e;
	vs_init(&u->v[u->n].vars, &c->tmp);
	return &u->v[u->n++].vars;
}

static void reorder_body(
	cc *c, const struct varset *globals, struct sw_rego_body *b, struct unsafes *unsafe);

/* ---- variables inside closures ---- */

static bool closure_term(struct visitor *v, struct sw_rego_term *t)
{
	if (!is_comprehension(t))
		return false;
	vars_term(v->c, v->ctx, 0, t);
	return true;
}

static bool closure_expr(struct visitor *v, struct sw_rego_expr *e)
{
	if (e->kind != SW_REGO_EXPR_EVERY && e->kind != SW_REGO_EXPR_NOT_BODY &&
		e->kind != SW_REGO_EXPR_AND_OR)
		return false;
	vars_body(v->c, v->ctx, 0, &e->body);
	for (uint32_t i = 0; i < e->n_branches; i++)
		vars_body(v->c, v->ctx, 0, &e->branches[i]);
	for (uint32_t i = 0; i < e->n_withs; i++)
		walk_term(v, e->withs[i].value);
	return true;
}

struct slot {
	struct varset vars;    /* not bound yet */
	struct varset closure; /* of the body, seen in closures */
	bool done;
};

static void slots_init(cc *c, struct slot *s, const struct sw_rego_body *b,
	const struct varset *globals, const struct varset *body_vars, const struct varset *safe)
{
	for (uint32_t i = 0; i < b->n; i++) {
		struct varset vars, closure;
		vs_init(&vars, &c->tmp);
		vs_init(&closure, &c->tmp);
		vars_expr(c, &vars, VV_SAFETY | VV_PROMOTE, b->v[i]);
		s[i].vars = vs_diff(c, &vars, safe);
		struct visitor v = {
			.c = c, .ctx = &closure, .term = closure_term, .expr = closure_expr};
		walk_expr(&v, b->v[i]);
		closure = vs_intersect(c, &closure, body_vars);
		s[i].closure = vs_diff(c, &closure, globals);
	}
}

/* Append every expression that can be evaluated now. True when one was found. */
static bool reorder_pass(cc *c, struct slot *s, const struct sw_rego_body *b, struct varset *safe,
	struct sw_rego_body *out)
{
	uint32_t before = out->n;
	for (uint32_t i = 0; i < b->n; i++) {
		if (s[i].done)
			continue;
		struct varset outs = out_vars_expr(c, b->v[i], safe);
		if (s[i].closure.n) {
			if (vs_equal(&s[i].closure, &outs)) /* closes over what it binds itself */
				continue;
			s[i].vars = vs_copy(c, &s[i].closure);
		}
		struct varset left = vs_diff(c, &s[i].vars, &outs);
		s[i].vars = vs_diff(c, &left, safe);
		if (s[i].vars.n)
			continue;
		s[i].done = true;
		body_add(c, out, b->v[i]);
		vs_update(c, safe, &outs);
	}
	return out->n > before;
}

static void reorder_closure(struct reorder *r, const struct varset *heads, struct sw_rego_body *b)
{
	cc *c = r->c;
	struct unsafes unsafe = {0};
	if (heads) {
		struct varset bound = vs_copy(c, &r->globals);
		vars_body(c, &bound, VV_SAFETY | VV_PROMOTE, b);
		struct varset missing = vs_diff(c, heads, &bound);
		if (missing.n)
			vs_update(c, unsafe_of(c, r->unsafe, r->current), &missing);
	}
	struct sw_rego_body copy = *b;
	reorder_body(c, &r->globals, &copy, &unsafe);
	if (!unsafe.n) {
		*b = copy;
		return;
	}
	for (uint32_t i = 0; i < unsafe.n; i++)
		vs_update(c, unsafe_of(c, r->unsafe, unsafe.v[i].e), &unsafe.v[i].vars);
}

static bool nested_term(struct visitor *v, struct sw_rego_term *t)
{
	struct reorder *r = v->ctx;
	if (!is_comprehension(t))
		return false;
	struct varset heads;
	vs_init(&heads, &r->c->tmp);
	vars_terms(r->c, &heads, 0, &t->items, 0);
	reorder_closure(r, &heads, &t->body);
	return true;
}

static bool nested_expr(struct visitor *v, struct sw_rego_expr *e)
{
	struct reorder *r = v->ctx;
	if (e->kind == SW_REGO_EXPR_EVERY) {
		vars_term(r->c, &r->globals, 0, e->key);
		vars_term(r->c, &r->globals, 0, e->val);
		reorder_closure(r, NULL, &e->body);
	} else if (e->kind == SW_REGO_EXPR_NOT_BODY) {
		reorder_closure(r, NULL, &e->body);
	} else if (e->kind == SW_REGO_EXPR_AND_OR) {
		for (uint32_t i = 0; i < e->n_branches; i++)
			reorder_closure(r, NULL, &e->branches[i]);
	} else {
		return false;
	}
	return true;
}

/* Reorders *b as far as it goes; what stays unbound is in *unsafe. */
static void reorder_body(
	cc *c, const struct varset *globals, struct sw_rego_body *b, struct unsafes *unsafe)
{
	struct varset body_vars;
	vs_init(&body_vars, &c->tmp);
	vars_body(c, &body_vars, VV_SAFETY | VV_PROMOTE, b);
	struct varset safe = vs_intersect(c, &body_vars, globals);
	struct slot *slots = cc_tmp(c, b->n * sizeof(*slots));
	struct sw_rego_body out = {.implicit = b->implicit};
	slots_init(c, slots, b, globals, &body_vars, &safe);
	while (reorder_pass(c, slots, b, &safe, &out))
		;
	for (uint32_t i = 0; i < b->n; i++)
		if (!slots[i].done && slots[i].vars.n)
			vs_update(c, unsafe_of(c, unsafe, b->v[i]), &slots[i].vars);
	struct reorder r = {.c = c, .unsafe = unsafe, .globals = vs_copy(c, globals)};
	struct visitor v = {.c = c, .ctx = &r, .term = nested_term, .expr = nested_expr};
	for (uint32_t i = 0; i < out.n; i++) {
		if (i)
			vars_expr(c, &r.globals, VV_SAFETY | VV_PROMOTE, out.v[i - 1]);
		r.current = out.v[i];
		walk_expr(&v, out.v[i]);
	}
	*b = out;
}

/* ---- errors ---- */

/* " in rule p" where a line holds rules of more than one name and the place alone does not tell. */
static struct sw_str rule_scope(cc *c, const struct sw_rego_rule *r)
{
	const struct sw_rego_term *first = NULL;
	bool shared = false;
	if (!r || !r->loc.row)
		return SW_STR("");
	const struct sw_rego_module *m = r->module;
	for (uint32_t i = 0; i < m->n_rules && !shared; i++) {
		for (const struct sw_rego_rule *x = m->rules[i]; x; x = x->else_rule) {
			if (x->loc.row != r->loc.row)
				continue;
			struct sw_rego_term *name =
				ref_prefix(c, x->head->ref, sw_rego_ref_ground_len(x->head->ref));
			if (!first)
				first = name;
			else
				shared = shared || !term_eq(first, name);
		}
	}
	if (!shared)
		return SW_STR("");
	struct sw_str s =
		cc_term_str(c, ref_prefix(c, r->head->ref, sw_rego_ref_ground_len(r->head->ref)));
	return cc_printf(c, " in rule %.*s", SW_STR_ARG(s));
}

/* Variables on the left of a := whose right side is what is unsafe: only a consequence. */
static struct varset assigned_vars(cc *c, const struct unsafes *u)
{
	struct varset lhs;
	vs_init(&lhs, &c->tmp);
	for (uint32_t i = 0; i < u->n; i++) {
		struct varset vars;
		if (!u->v[i].e->from_assign || u->v[i].e->terms.n != 3)
			continue;
		vs_init(&vars, &c->tmp);
		vars_term(c, &vars, 0, u->v[i].e->terms.v[1]);
		for (uint32_t k = 0; k < vars.n; k++) {
			vs_add(c, &lhs, vars.v[k].name);
			vs_add(c, &lhs, user_name(c, vars.v[k].name));
		}
	}
	return lhs;
}

static bool future_keyword(struct sw_str n)
{
	static const char *const names[] = {"in", "every", "contains", "if", "not", "and", "or"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (sw_str_is(n, names[i]))
			return true;
	return false;
}

static void unsafe_var(cc *c, const struct sw_rego_loc *loc, struct sw_str v, struct sw_str scope)
{
	v = shown_name(c, v);
	if (future_keyword(v))
		cc_err(c, true, ERR_UNSAFE, loc,
			"var %.*s is unsafe%.*s (hint: `import future.keywords.%.*s` to import a "
			"future keyword)",
			SW_STR_ARG(v), SW_STR_ARG(scope), SW_STR_ARG(v));
	else
		cc_err(c, true, ERR_UNSAFE, loc, "var %.*s is unsafe%.*s", SW_STR_ARG(v),
			SW_STR_ARG(scope));
}

/* By place; what nobody named comes last. */
static int by_loc(const void *a, const void *b)
{
	const struct var_entry *x = a, *y = b;
	int c = loc_cmp(x->loc, y->loc);
	return c ? c : (int)var_wildcard(x->name) - (int)var_wildcard(y->name);
}

static int pair_by_loc(const void *a, const void *b)
{
	return loc_cmp(&((const struct unsafe *)a)->e->loc, &((const struct unsafe *)b)->e->loc);
}

/* Only generated variables are unsafe: tell the expressions. At most one error per variable. */
static bool unsafe_exprs(cc *c, struct unsafes *u, struct sw_str scope)
{
	struct varset seen;
	bool any = false;
	vs_init(&seen, &c->tmp);
	qsort(u->v, u->n, sizeof(*u->v), pair_by_loc);
	for (uint32_t i = 0; i < u->n; i++) {
		uint32_t before = seen.n;
		for (uint32_t k = 0; k < u->v[i].vars.n; k++)
			if (var_generated(u->v[i].vars.v[k].name))
				vs_add(c, &seen, u->v[i].vars.v[k].name);
		if (seen.n == before)
			continue;
		cc_err(c, true, ERR_UNSAFE, &u->v[i].e->loc, "expression is unsafe%.*s",
			SW_STR_ARG(scope));
		any = true;
	}
	return any;
}

/* False when there is nothing to report. */
static bool unsafe_errors(cc *c, struct unsafes *u, const struct sw_rego_rule *r)
{
	struct varset vars, lhs;
	vs_init(&vars, &c->tmp);
	for (uint32_t i = 0; i < u->n; i++) {
		for (uint32_t k = 0; k < u->v[i].vars.n; k++) {
			struct var_entry *e = vs_add(c, &vars, u->v[i].vars.v[k].name);
			if (!e->loc || loc_cmp(e->loc, &u->v[i].e->loc) > 0)
				e->loc = &u->v[i].e->loc;
		}
	}
	if (!vars.n)
		return false;
	vs_sort(&vars);
	qsort(vars.v, vars.n, sizeof(*vars.v), by_loc);
	lhs = assigned_vars(c, u);
	struct sw_str scope = rule_scope(c, r);
	bool others = false, any = false;
	for (uint32_t i = 0; i < vars.n; i++) {
		struct sw_str n = user_name(c, vars.v[i].name);
		others = others ||
			 (!var_generated(n) && !vs_has(&lhs, n) && !vs_has(&lhs, vars.v[i].name));
	}
	for (uint32_t i = 0; i < vars.n; i++) {
		struct sw_str n = user_name(c, vars.v[i].name);
		if (var_generated(n))
			continue;
		if (others && (vs_has(&lhs, n) || vs_has(&lhs, vars.v[i].name)))
			continue;
		unsafe_var(c, vars.v[i].loc, n, scope);
		any = true;
	}
	return any || unsafe_exprs(c, u, scope);
}

/* ---- stages ---- */

static void safety_rule(cc *c, struct sw_rego_rule *r)
{
	struct varset safe = vars_reserved(c);
	struct unsafes unsafe = {0};
	struct sw_rego_body b = r->body;
	if (c->allow_undefined)
		return;
	vars_terms(c, &safe, 0, &r->head->args, 0);
	reorder_body(c, &safe, &b, &unsafe);
	if (!unsafe_errors(c, &unsafe, r))
		r->body = b;
}

void stage_safety_bodies(cc *c)
{
	each_rule(c, safety_rule);
}

void body_safety(cc *c, struct sw_rego_body *b)
{
	struct varset safe = vars_reserved(c);
	struct unsafes unsafe = {0};
	struct sw_rego_body out = *b;
	reorder_body(c, &safe, &out, &unsafe);
	if (!unsafe_errors(c, &unsafe, NULL))
		*b = out;
}

static void safety_head(cc *c, struct sw_rego_rule *r)
{
	struct varset bound, vars;
	const struct sw_rego_head *h = r->head;
	vs_init(&bound, &c->tmp);
	vs_init(&vars, &c->tmp);
	vars_body(c, &bound, VV_SAFETY, &r->body);
	vars_terms(c, &bound, 0, &h->args, 0);
	vars_terms(c, &vars, 0, &h->args, 0);
	if (h->key)
		vars_term(c, &vars, 0, h->key);
	if (h->value)
		vars_term(c, &vars, 0, h->value);
	vars_terms(c, &vars, 0, &h->ref->items, 1);
	struct varset unsafe = vs_diff(c, &vars, &bound);
	if (!unsafe.n)
		return;
	struct sw_str scope = rule_scope(c, r);
	for (uint32_t i = 0; i < unsafe.n; i++) {
		struct sw_str n = shown_name(c, unsafe.v[i].name);
		if (!var_generated(n) &&
			!cc_err(c, true, ERR_UNSAFE, unsafe.v[i].loc, "var %.*s is unsafe%.*s",
				SW_STR_ARG(n), SW_STR_ARG(scope)))
			return;
	}
}

void stage_safety_heads(cc *c)
{
	each_rule(c, safety_head);
}
