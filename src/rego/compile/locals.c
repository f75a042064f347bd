/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage RewriteLocalVars: variables declared by :=, some, every and arguments get names of their
 * own, so that no two scopes share one. Uses before a declaration, double declarations and, in
 * strict mode, unused variables are errors.
 */
#include "rego/compile/internal.h"

enum occurrence { NEW_VAR, ARG_VAR, SEEN_VAR, ASSIGNED_VAR, DECLARED_VAR };

struct local {
	struct sw_str to; /* "" when only counted */
	uint8_t occ;
	uint32_t count;
};

struct frame {
	struct varset vars; /* user's name -> struct local * */
	struct frame *up;
};

struct locals {
	cc *c;
	struct frame *top;
	struct compiler_error
		*unused; /* strict-mode errors, kept apart: they do not end the compilation */
	uint32_t n_unused, cap_unused;
	uint32_t n_errs; /* of the rewriting itself */
	bool assigned;
};

static void push(struct locals *l)
{
	struct frame *f = cc_tmp(l->c, sizeof(*f));
	vs_init(&f->vars, &l->c->tmp);
	f->up = l->top;
	l->top = f;
}

static void pop(struct locals *l)
{
	l->top = l->top->up;
}

static struct local *frame_get(const struct frame *f, struct sw_str name)
{
	struct var_entry *e = vs_get(&f->vars, name);
	return e ? e->val : NULL;
}

static struct local *declared(const struct locals *l, struct sw_str name)
{
	for (const struct frame *f = l->top; f; f = f->up) {
		struct local *x = frame_get(f, name);
		if (x && x->to.n)
			return x;
	}
	return NULL;
}

static enum occurrence occurrence(const struct locals *l, struct sw_str name)
{
	struct local *x = frame_get(l->top, name);
	return x ? x->occ : NEW_VAR;
}

static uint32_t count(const struct locals *l, struct sw_str name)
{
	for (const struct frame *f = l->top; f; f = f->up) {
		struct local *x = frame_get(f, name);
		if (x)
			return x->count;
	}
	return 0;
}

static struct local *frame_make(struct locals *l, struct sw_str name)
{
	struct local *x = frame_get(l->top, name);
	if (!x) {
		x = cc_tmp(l->c, sizeof(*x));
		vs_set(l->c, &l->top->vars, name, x);
	}
	return x;
}

static void seen(struct locals *l, struct sw_str name)
{
	for (const struct frame *f = l->top; f; f = f->up) {
		struct local *x = frame_get(f, name);
		if (x) {
			x->count++;
			return;
		}
	}
	frame_make(l, name)->count = 1;
}

static void insert(struct locals *l, struct sw_str name, struct sw_str to, enum occurrence occ)
{
	*frame_make(l, name) = (struct local){to, (uint8_t)occ, 1};
	if (sw_str_eq(name, to))
		return;
	struct sw_str *user = cc_alloc(l->c, sizeof(*user));
	*user = name;
	vs_set(l->c, l->c->query ? l->c->user_names : &l->c->rewritten, to, user);
}

static void fail(struct locals *l, const struct sw_rego_loc *loc, const char *fmt, struct sw_str a)
	__attribute__((format(printf, 3, 0)));

static void fail(struct locals *l, const struct sw_rego_loc *loc, const char *fmt, struct sw_str a)
{
	l->n_errs++;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	cc_err(l->c, true, ERR_COMPILE, loc, fmt, SW_STR_ARG(a));
#pragma GCC diagnostic pop
}

/* A new name for a variable that is declared here. False: it was there before (error recorded). */
static bool declare(struct locals *l, struct sw_str name, enum occurrence occ,
	const struct sw_rego_loc *loc, struct sw_str *ret)
{
	switch (occurrence(l, name)) {
	case SEEN_VAR:
		fail(l, loc, "var %.*s referenced above", name);
		return false;
	case ASSIGNED_VAR:
		fail(l, loc, "var %.*s assigned above", name);
		return false;
	case DECLARED_VAR:
		fail(l, loc, "var %.*s declared above", name);
		return false;
	case ARG_VAR:
		fail(l, loc, "arg %.*s redeclared", name);
		return false;
	default:
		*ret = vargen_next(l->c, l->c->gen);
		insert(l, name, *ret, occ);
		return true;
	}
}

static void rewrite_body(struct locals *l, const struct varset *used, struct sw_rego_body *b);
static void rewrite_term(struct locals *l, struct sw_rego_term *t);

static void rewrite_comprehension(struct locals *l, struct sw_rego_term *t)
{
	struct varset used;
	vs_init(&used, &l->c->tmp);
	vars_terms(l->c, &used, 0, &t->items, 0);
	push(l);
	rewrite_body(l, &used, &t->body);
	for (uint32_t i = 0; i < t->items.n; i++)
		rewrite_term(l, t->items.v[i]);
	pop(l);
}

static bool root_ref(const struct sw_rego_term *t)
{
	return t->items.n == 1 && (ref_starts(t, "data") || ref_starts(t, "input"));
}

static void become_var(struct sw_rego_term *t, struct sw_str name)
{
	t->kind = SW_REGO_VAR;
	t->name = name;
	t->items = (struct sw_rego_terms){0};
}

static void rewrite_var(struct locals *l, struct sw_rego_term *t)
{
	struct sw_str name = t->name;
	struct local *x = declared(l, name);
	if (x) {
		t->name = x->to;
		seen(l, name);
	} else if (occurrence(l, name) == NEW_VAR) {
		insert(l, name, name, SEEN_VAR);
	}
}

static void rewrite_root(struct locals *l, struct sw_rego_term *t)
{
	struct sw_str name = t->items.v[0]->name;
	for (const struct frame *f = l->top; f; f = f->up) {
		struct local *x = frame_get(f, name);
		if (!x || x->occ == NEW_VAR)
			continue;
		if (x->occ != SEEN_VAR && (x = declared(l, name)))
			become_var(t, x->to);
		return;
	}
}

/* A function's name cannot be a local variable: there are no first-class functions. */
static void check_shadowed(struct locals *l, const struct sw_rego_term *call)
{
	struct varset vars;
	vs_init(&vars, &l->c->tmp);
	vars_term(l->c, &vars, 0, call->items.v[0]);
	for (uint32_t i = 0; i < vars.n; i++) {
		struct local *x = declared(l, vars.v[i].name);
		if (!x || sw_str_eq(x->to, vars.v[i].name))
			continue;
		fail(l, &call->loc, "called function %.*s shadowed",
			cc_term_str(l->c, call->items.v[0]));
	}
}

static void rewrite_expr(struct locals *l, struct sw_rego_expr *e);

static void rewrite_term(struct locals *l, struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_SCALAR)
		return;
	if (t->kind == SW_REGO_VAR) {
		rewrite_var(l, t);
		return;
	}
	if (t->kind == SW_REGO_REF && root_ref(t)) {
		rewrite_root(l, t);
		return;
	}
	if (is_comprehension(t)) {
		rewrite_comprehension(l, t);
		return;
	}
	if (t->kind == SW_REGO_CALL)
		check_shadowed(l, t);
	for (uint32_t i = 0; i < t->items.n; i++)
		rewrite_term(l, t->items.v[i]);
	for (uint32_t i = 0; i < t->body.n; i++)
		rewrite_expr(l, t->body.v[i]);
}

/* A target `input…` means the document even where a local variable shadows it. */
static void rewrite_with(struct locals *l, struct sw_rego_with *w)
{
	rewrite_term(l, w->target);
	struct local *x = declared(l, SW_STR("input"));
	if (x && w->target->kind == SW_REGO_VAR && sw_str_eq(w->target->name, x->to))
		w->target = mk_ref1(l->c, SW_STR("input"), &w->target->loc);
	else if (x && w->target->kind == SW_REGO_REF &&
		 w->target->items.v[0]->kind == SW_REGO_VAR &&
		 sw_str_eq(w->target->items.v[0]->name, x->to))
		w->target->items.v[0]->name = SW_STR("input");
	rewrite_term(l, w->value);
}

static void rewrite_withs(struct locals *l, struct sw_rego_expr *e)
{
	for (uint32_t i = 0; i < e->n_withs; i++)
		rewrite_with(l, &e->withs[i]);
}

static void rewrite_expr(struct locals *l, struct sw_rego_expr *e)
{
	for (uint32_t i = 0; i < e->terms.n; i++)
		rewrite_term(l, e->terms.v[i]);
	rewrite_withs(l, e);
}

static const char *kind_name(const struct sw_rego_term *t)
{
	static const char *const names[] = {
		[SW_REGO_VAR] = "var",
		[SW_REGO_REF] = "ref",
		[SW_REGO_ARRAY] = "array",
		[SW_REGO_SET] = "set",
		[SW_REGO_OBJECT] = "object",
		[SW_REGO_ARRAY_COMP] = "arraycomprehension",
		[SW_REGO_SET_COMP] = "setcomprehension",
		[SW_REGO_OBJECT_COMP] = "objectcomprehension",
		[SW_REGO_CALL] = "call",
		[SW_REGO_TEMPLATE_STRING] = "templatestring",
	};
	return t->kind == SW_REGO_SCALAR ? sw_type_name((enum sw_type)t->value.type)
					 : names[t->kind];
}

/* The left side of :=, a pattern of variables. */
static void assign_pattern(struct locals *l, struct sw_rego_term *t)
{
	struct sw_str to;
	if (t->kind == SW_REGO_VAR) {
		if (declare(l, t->name, ASSIGNED_VAR, &t->loc, &to))
			t->name = to;
	} else if (t->kind == SW_REGO_ARRAY) {
		for (uint32_t i = 0; i < t->items.n; i++)
			assign_pattern(l, t->items.v[i]);
	} else if (t->kind == SW_REGO_OBJECT) {
		for (uint32_t i = 1; i < t->items.n; i += 2)
			assign_pattern(l, t->items.v[i]);
	} else if (t->kind == SW_REGO_REF && root_ref(t)) {
		if (declare(l, t->items.v[0]->name, ASSIGNED_VAR, &t->loc, &to))
			become_var(t, to);
	} else {
		fail(l, &t->loc, "cannot assign to %.*s", sw_str_from(kind_name(t)));
	}
}

#define ERR_NEGATED "cannot assign vars inside negated expression"

static void rewrite_assign(struct locals *l, struct sw_rego_expr *e)
{
	l->assigned = true;
	if (e->negated) {
		fail(l, &e->loc, "%.*s", SW_STR(ERR_NEGATED));
		return;
	}
	if (e->terms.n != 3)
		return;
	uint32_t before = l->n_errs;
	rewrite_term(l, e->terms.v[2]);
	for (uint32_t i = 0; i < e->n_withs; i++)
		rewrite_term(l, e->withs[i].value);
	assign_pattern(l, e->terms.v[1]);
	if (l->n_errs != before)
		return;
	struct sw_rego_loc loc = e->terms.v[0]->loc;
	e->terms.v[0] = mk_ref1(l->c, SW_STR("eq"), &loc);
	e->from_assign = true;
}

/* OPA looks at the domain once more when key and value are declared: it may name them, which is unsafe. */
static void rewrite_domain_again(struct locals *l, struct sw_rego_expr *e, struct sw_str key, struct sw_str val)
{
	struct varset vars;
	vs_init(&vars, &l->c->tmp);
	vars_term(l->c, &vars, 0, e->domain);
	if ((key.n && vs_has(&vars, key)) || vs_has(&vars, val))
		rewrite_term(l, e->domain);
}

static void rewrite_every(struct locals *l, struct sw_rego_expr *e)
{
	struct varset used;
	struct sw_str key = e->key ? e->key->name : SW_STR(""), val = e->val->name;
	vs_init(&used, &l->c->tmp);
	rewrite_term(l, e->domain);
	push(l);
	if (!e->key)
		e->key = mk_gen(l->c, &e->val->loc);
	else if (!var_wildcard(key) && !declare(l, key, DECLARED_VAR, NULL, &e->key->name))
		return pop(l);
	if (!var_wildcard(val) && !declare(l, val, DECLARED_VAR, NULL, &e->val->name))
		return pop(l);
	rewrite_body(l, &used, &e->body);
	rewrite_domain_again(l, e, key, val);
	rewrite_withs(l, e);
	pop(l);
}

/* `some k, v in xs` becomes `v = xs[k]`. NULL after an error. */
static struct sw_rego_expr *some_in(struct locals *l, struct sw_rego_expr *e)
{
	cc *c = l->c;
	const struct sw_rego_terms *a = &e->terms.v[0]->items;
	if (a->n < 3)
		return NULL;
	struct sw_rego_term *key = a->n == 4 ? copy_term(c, a->v[1]) : mk_gen(c, &e->loc);
	struct sw_rego_term *val = copy_term(c, a->v[a->n - 2]);
	struct sw_rego_term *in = copy_term(c, a->v[a->n - 1]);
	struct varset bound, domain;
	vs_init(&bound, &c->tmp);
	vs_init(&domain, &c->tmp);
	const unsigned params = VV_SKIP_REF_HEAD | VV_SKIP_OBJECT_KEYS | VV_SKIP_CLOSURES;
	vars_term(c, &bound, params, key);
	vars_term(c, &bound, params, val);
	vars_term(c, &domain, VV_SKIP_CLOSURES, in);
	struct varset both = vs_intersect(c, &bound, &domain);
	vs_sort(&both);
	uint32_t before = l->n_errs;
	for (uint32_t i = 0; i < both.n; i++)
		if (!var_wildcard(both.v[i].name))
			fail(l, &e->loc, "var %.*s assigned before", both.v[i].name);
	if (l->n_errs > before)
		return NULL;
	struct sw_rego_term *rhs = mk_term(c, SW_REGO_REF, &in->loc);
	if (in->kind == SW_REGO_REF)
		rhs->items = in->items;
	else
		terms_add(c, &rhs->items, in);
	rhs->items.cap = rhs->items.n; /* grow into new memory */
	terms_add(c, &rhs->items, key);
	struct sw_rego_expr *out = mk_eq(c, val, rhs, &e->loc);
	out->withs = e->withs;
	out->n_withs = e->n_withs;
	struct varset safe;
	vs_init(&safe, &c->tmp);
	vars_term(c, &safe, 0, in);
	struct varset outs = out_vars_eq(c, out, &safe);
	vs_sort(&outs);
	for (uint32_t i = 0; i < outs.n; i++) {
		struct sw_str to;
		if (!declare(l, outs.v[i].name, DECLARED_VAR, &e->loc, &to))
			return NULL;
	}
	rewrite_expr(l, out);
	return out;
}

static struct sw_rego_expr *rewrite_some(struct locals *l, struct sw_rego_expr *e)
{
	for (uint32_t i = 0; i < e->terms.n; i++) {
		struct sw_str to;
		if (e->terms.v[i]->kind == SW_REGO_CALL)
			return some_in(l, e);
		if (e->terms.v[i]->kind == SW_REGO_VAR &&
			!declare(l, e->terms.v[i]->name, DECLARED_VAR, &e->loc, &to))
			return NULL;
	}
	return NULL;
}

static void rewrite_operand(struct locals *l, struct sw_rego_body *b, const char *err);

static void rewrite_nested(struct locals *l, struct sw_rego_expr *e)
{
	if (e->kind == SW_REGO_EXPR_NOT_BODY)
		rewrite_operand(l, &e->body, ERR_NEGATED);
	for (uint32_t i = 0; i < e->n_branches; i++)
		rewrite_operand(l, &e->branches[i],
			e->is_or ? "cannot assign vars inside implicit or operand"
				 : "cannot assign vars inside implicit and operand");
	rewrite_withs(l, e);
}

/* The body of a `not`, `and`, `or`: with braces a scope of its own, without them no declarations.
 */
static void rewrite_operand(struct locals *l, struct sw_rego_body *b, const char *err)
{
	if (!b->implicit) {
		struct varset used;
		vs_init(&used, &l->c->tmp);
		push(l);
		rewrite_body(l, &used, b);
		pop(l);
		return;
	}
	for (uint32_t i = 0; i < b->n; i++) {
		struct sw_rego_expr *e = b->v[i];
		if (is_assign(e))
			fail(l, &e->loc, "%.*s", sw_str_from(err));
		else if (e->kind == SW_REGO_EXPR_NOT_BODY || e->kind == SW_REGO_EXPR_AND_OR)
			rewrite_nested(l, e);
		else
			rewrite_expr(l, e);
	}
}

/* ---- unused variables ---- */

static void add_unused(
	struct locals *l, const struct sw_rego_loc *loc, const char *what, struct sw_str name)
{
	cc *c = l->c;
	CC_GROW(c, &c->tmp, l->unused, l->n_unused, l->cap_unused);
	l->unused[l->n_unused++] = (struct compiler_error){.code = ERR_COMPILE,
		.loc = loc,
		.text = cc_printf(c, "%s var %.*s unused", what, SW_STR_ARG(name))};
}

/* Renamed variables of the frame that are of this kind of occurrence, name -> user's name. */
static struct varset renamed(struct locals *l, enum occurrence occ)
{
	struct varset out;
	vs_init(&out, &l->c->tmp);
	for (uint32_t i = 0; i < l->top->vars.n; i++) {
		struct var_entry *e = &l->top->vars.v[i];
		const struct local *x = e->val;
		if (x->occ == occ)
			vs_set(l->c, &out, x->to, &e->name);
	}
	return out;
}

static void check_assigned(struct locals *l, const struct varset *used, struct sw_rego_body *b)
{
	struct varset all = renamed(l, ASSIGNED_VAR), unused;
	vs_init(&unused, &l->c->tmp);
	for (uint32_t i = 0; i < all.n; i++) {
		struct sw_str user = *(struct sw_str *)all.v[i].val;
		if (!var_wildcard(user) && count(l, user) <= 1 && !vs_has(used, all.v[i].name))
			vs_set(l->c, &unused, all.v[i].name, all.v[i].val);
	}
	for (uint32_t i = 0; i < used->n; i++) {
		struct local *x = declared(l, used->v[i].name);
		if (x)
			vs_del(&unused, x->to);
	}
	vs_sort(&unused);
	for (uint32_t i = 0; i < unused.n; i++) {
		const struct sw_rego_loc *loc = &b->v[0]->loc;
		for (uint32_t k = 0; k < b->n; k++) {
			struct varset vars;
			vs_init(&vars, &l->c->tmp);
			vars_expr(l->c, &vars, 0, b->v[k]);
			if (!vs_has(&vars, unused.v[i].name))
				continue;
			loc = &b->v[k]->loc;
			break;
		}
		add_unused(l, loc, "assigned", *(struct sw_str *)unused.v[i].val);
	}
}

static void check_declared(struct locals *l, const struct varset *used, struct sw_rego_body *old,
	struct sw_rego_body *b)
{
	struct varset all = renamed(l, DECLARED_VAR), vars;
	if (!all.n)
		return;
	vs_init(&vars, &l->c->tmp);
	vars_body(l->c, &vars, 0, b);
	for (uint32_t i = 0; i < used->n; i++) {
		struct local *x = declared(l, used->v[i].name);
		vs_add(l->c, &vars, x ? x->to : used->v[i].name);
	}
	struct varset unused = vs_diff(l->c, &all, &vars);
	unused = vs_diff(l->c, &unused, used);
	vs_sort(&unused);
	for (uint32_t i = 0; i < unused.n; i++) {
		struct sw_str user = *(struct sw_str *)unused.v[i].val;
		const struct sw_rego_loc *loc = &old->v[0]->loc;
		if (var_generated(user))
			continue;
		for (uint32_t k = 0; k < old->n; k++) {
			struct varset in;
			vs_init(&in, &l->c->tmp);
			declared_vars(l->c, &in, old->v[k]);
			if (!vs_has(&in, user))
				continue;
			loc = &old->v[k]->loc;
			break;
		}
		add_unused(l, loc, "declared", user);
	}
}

static void rewrite_body(struct locals *l, const struct varset *used, struct sw_rego_body *b)
{
	struct sw_rego_body out = {.implicit = b->implicit};
	for (uint32_t i = 0; i < b->n; i++) {
		struct sw_rego_expr *e = b->v[i];
		if (is_assign(e))
			rewrite_assign(l, e);
		else if (e->kind == SW_REGO_EXPR_SOME)
			e = rewrite_some(l, e);
		else if (e->kind == SW_REGO_EXPR_EVERY)
			rewrite_every(l, e);
		else if (e->kind == SW_REGO_EXPR_NOT_BODY || e->kind == SW_REGO_EXPR_AND_OR)
			rewrite_nested(l, e);
		else
			rewrite_expr(l, e);
		if (e)
			body_add(l->c, &out, e);
	}
	if (!out.n)
		body_add(l->c, &out, mk_true(l->c, b->n ? &b->v[0]->loc : NULL));
	if (l->c->strict && !l->n_errs && !l->n_unused)
		check_assigned(l, used, b);
	if (!l->n_errs && !l->n_unused)
		check_declared(l, used, b, &out);
	*b = out;
}

/* ---- rules ---- */

static void arg_term(struct locals *l, struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_VAR) {
		struct sw_str name = t->name;
		struct local *x = declared(l, name);
		if (x) {
			seen(l, name);
			t->name = x->to;
		} else {
			t->name = vargen_next(l->c, l->c->gen);
			insert(l, name, t->name, ARG_VAR);
		}
	} else if (t->kind == SW_REGO_CALL) {
		fail(l, &t->loc, "%.*s", SW_STR("rule arguments cannot contain calls"));
	} else if (t->kind == SW_REGO_ARRAY || t->kind == SW_REGO_REF) {
		for (uint32_t i = 0; i < t->items.n; i++)
			arg_term(l, t->items.v[i]);
	} else if (t->kind == SW_REGO_OBJECT) {
		for (uint32_t i = 1; i < t->items.n; i += 2)
			arg_term(l, t->items.v[i]);
	}
}

static bool head_has_vars(const struct sw_rego_head *h)
{
	for (uint32_t i = 0; i < h->args.n; i++)
		if (!is_scalar(h->args.v[i]))
			return true;
	for (uint32_t i = 1; i < h->ref->items.n; i++)
		if (!is_scalar(h->ref->items.v[i]))
			return true;
	return (h->key && !is_scalar(h->key)) || (h->value && !is_scalar(h->value));
}

static void flush_unused(struct locals *l)
{
	for (uint32_t i = 0; i < l->n_unused; i++)
		if (!cc_err_add(l->c, false, &l->unused[i]))
			break;
}

/* Closures in a head are scopes of their own, renamed before the body. */
static bool head_closure(struct visitor *v, struct sw_rego_term *t)
{
	if (!is_comprehension(t) && t->kind != SW_REGO_TEMPLATE_STRING)
		return false;
	struct locals l = {.c = v->c};
	push(&l);
	if (t->kind == SW_REGO_TEMPLATE_STRING)
		for (uint32_t i = 0; i < t->items.n; i++) {
			push(&l);
			rewrite_term(&l, t->items.v[i]);
			for (uint32_t k = 0; k < t->body.n; k++)
				if (t->body.v[k]->index == i)
					rewrite_expr(&l, t->body.v[k]);
			pop(&l);
		}
	else
		rewrite_comprehension(&l, t);
	flush_unused(&l);
	return true;
}

static void head_used(
	cc *c, const struct sw_rego_head *h, struct varset *used, struct varset *unused_args)
{
	struct varset value;
	vs_init(&value, &c->tmp);
	for (uint32_t i = 1; i < h->ref->items.n; i++)
		vars_term(c, used, 0, h->ref->items.v[i]);
	if (h->key)
		vars_term(c, used, 0, h->key);
	if (h->value)
		vars_term(c, &value, 0, h->value);
	vs_update(c, used, &value);
	for (uint32_t i = 0; i < value.n; i++)
		vs_del(unused_args, value.v[i].name);
}

/* A variable named like a builtin is renamed, so that later stages cannot take it for the builtin.
 */
static bool with_names(struct visitor *v, struct sw_rego_with *w)
{
	vars_term(v->c, v->ctx, VV_SKIP_CALL_HEAD, w->target);
	vars_term(v->c, v->ctx, VV_SKIP_CALL_HEAD, w->value);
	return false;
}

static void builtin_names(struct locals *l, struct sw_rego_rule *r)
{
	cc *c = l->c;
	struct varset vars, decl, withs;
	vs_init(&vars, &c->tmp);
	vs_init(&decl, &c->tmp);
	vs_init(&withs, &c->tmp);
	vars_body(c, &vars, VV_SAFETY, &r->body);
	vs_sort(&vars);
	bool any = false;
	for (uint32_t i = 0; i < vars.n && !any; i++)
		any = sw_rego_caps_find(c->caps, vars.v[i].name) != NULL;
	if (!any)
		return;
	declared_body_vars(c, &decl, &r->body);
	struct visitor v = {.c = c, .ctx = &withs, .with = with_names};
	walk_rule(&v, r);
	for (uint32_t i = 0; i < vars.n; i++) {
		struct sw_str n = vars.v[i].name;
		if (!sw_rego_caps_find(c->caps, n) || vs_has(&decl, n) || vs_has(&withs, n) ||
			declared(l, n))
			continue;
		insert(l, n, vargen_next(c, c->gen), SEEN_VAR);
	}
}

/* Variables of a head that the body declared. Only names of the rule's own frame count. */
static bool head_var(struct visitor *v, struct sw_rego_term *t)
{
	struct locals *l = v->ctx;
	if (t->kind == SW_REGO_VAR) {
		struct local *x = frame_get(l->top, t->name);
		if (x && x->to.n)
			t->name = x->to;
	}
	return false;
}

static void rewrite_rule(struct locals *l, struct sw_rego_rule *r, struct varset *unused_args)
{
	cc *c = l->c;
	struct sw_rego_head *h = r->head;
	bool vars = head_has_vars(h);
	struct varset used;
	vs_init(&used, &c->tmp);
	if (vars) {
		struct visitor v = {.c = c, .term = head_closure};
		walk_head(&v, h);
		head_used(c, h, &used, unused_args);
	}
	builtin_names(l, r);
	rewrite_body(l, &used, &r->body);
	flush_unused(l);
	if (!vars)
		return;
	struct visitor v = {.c = c, .ctx = l, .term = head_var};
	walk_head(&v, h);
	walk_terms(&v, &h->ref->items, 1);
}

/* A frame with the arguments as they stand, for one branch of an else chain. */
static struct frame *frame_copy(cc *c, const struct frame *f)
{
	struct frame *out = cc_tmp(c, sizeof(*out));
	vs_init(&out->vars, &c->tmp);
	for (uint32_t i = 0; i < f->vars.n; i++) {
		struct local *x = cc_tmp(c, sizeof(*x));
		*x = *(struct local *)f->vars.v[i].val;
		vs_set(c, &out->vars, f->vars.v[i].name, x);
	}
	return out;
}

static void rewrite_chain(cc *c, struct sw_rego_rule *rule)
{
	struct locals args = {.c = c};
	struct varset unused;
	vs_init(&unused, &c->tmp);
	push(&args);
	if (c->strict)
		vars_terms(c, &unused, 0, &rule->head->args, 0);
	for (uint32_t i = 0; i < rule->head->args.n; i++)
		arg_term(&args, rule->head->args.v[i]);
	for (struct sw_rego_rule *r = rule; r; r = r->else_rule) {
		struct locals l = {.c = c, .top = frame_copy(c, args.top)};
		rewrite_rule(&l, r, &unused);
		if (c->limited)
			return;
		if (l.assigned)
			cc_require(c, "assign");
		for (uint32_t i = 0; i < unused.n;)
			if (count(&l, unused.v[i].name) > 1)
				vs_del(&unused, unused.v[i].name);
			else
				i++;
	}
	for (uint32_t i = 0; i < unused.n; i++)
		if (!var_wildcard(unused.v[i].name))
			cc_err(c, false, ERR_COMPILE, &rule->head->loc,
				"unused argument %.*s. (hint: use _ (wildcard variable) instead)",
				SW_STR_ARG(unused.v[i].name));
}

void stage_locals(cc *c)
{
	for (uint32_t m = c->from; m < c->to; m++) {
		struct sw_rego_module *mod = c->p->modules[m];
		for (uint32_t i = 0; i < mod->n_rules && !c->limited; i++) {
			struct sw_arena_mark mark = sw_arena_mark(&c->tmp);
			rewrite_chain(c, mod->rules[i]);
			sw_arena_rewind(&c->tmp, mark);
		}
	}
}

void body_locals(cc *c, struct sw_rego_body *b)
{
	struct locals l = {.c = c};
	struct varset used;
	vs_init(&used, &c->tmp);
	push(&l);
	rewrite_body(&l, &used, b);
	for (uint32_t i = 0; i < l.n_unused; i++)
		cc_err_add(c, true, &l.unused[i]);
}
