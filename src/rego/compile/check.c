/* SPDX-License-Identifier: Apache-2.0 */
/* Stage CheckTypes: the types of rules, in order of dependency, and calls and equations that cannot
 * be. */
#include "rego/compile/internal.h"

struct with_target {
	const struct sw_rego_term *ref;
	uint32_t len;
	type *type;
};

/* ---- with ---- */

struct relax {
	cc *c;
	const struct sw_rego_term *skip; /* the replaced function itself keeps its declaration */
	struct type_node *tree;
};

static void relax_rule(void *ctx, struct sw_rego_rule *r)
{
	struct relax *x = ctx;
	struct sw_rego_term *ref = rule_ref(x->c, r);
	if (x->skip && term_eq(x->skip, ref))
		return;
	if (!x->tree)
		x->tree = type_node_new(x->c, &x->c->tmp);
	type_node_put(x->c, &x->c->tmp, x->tree, ref, sw_rego_ref_ground_len(ref), &sw_rt_any);
}

/*
 * The environment for an expression with modifiers: what depends on replaced documents may be
 * anything, the documents themselves may also have the type of their replacement.
 */
static struct type_env *with_env(struct type_env *env, struct sw_rego_expr *e)
{
	cc *c = env->c;
	struct type_env *out = env;
	struct with_target *targets = cc_tmp(c, (e->n_withs + 1) * sizeof(*targets));
	uint32_t n = 0;
	for (uint32_t i = 0; i < e->n_withs; i++) {
		const struct sw_rego_term *t = e->withs[i].target;
		if (t->kind != SW_REGO_REF)
			continue;
		type *have = env_get_ref(env, t), *to = &sw_rt_any;
		bool function = have && have->kind == SW_RT_FUNCTION;
		struct relax x = {c, function ? t : NULL, NULL};
		graph_dependents(c, t, relax_rule, &x);
		if (x.tree) {
			out = env_wrap(c, out, true);
			out->tree = x.tree;
		}
		if (function)
			continue;
		if (ref_is_ground(t) && have) {
			type *value = env_get(env, e->withs[i].value);
			type *both = value ? type_or(c, have, value) : NULL;
			to = both ? both : to;
		}
		targets[n++] = (struct with_target){t, sw_rego_ref_ground_len(t), to};
	}
	if (n)
		out = env_wrap(c, out, true);
	for (uint32_t i = 0; i < n; i++)
		type_node_put(
			c, &c->tmp, out->tree, targets[i].ref, targets[i].len, targets[i].type);
	return out;
}

/* ---- expressions ---- */

/* Errors whose cause may be that something else in the expression already failed. */
struct expr_error {
	struct compiler_error e;
	bool set, nil;
};

static void set_error(struct expr_error *out, struct compiler_error e, bool nil)
{
	*out = (struct expr_error){e, true, nil};
}

static type **arg_types(struct type_env *env, const struct sw_rego_expr *e)
{
	type **v = cc_alloc(env->c, (e->terms.n + 1) * sizeof(*v));
	for (uint32_t i = 1; i < e->terms.n; i++)
		v[i - 1] = env_get(env, e->terms.v[i]);
	return v;
}

static bool any_nil(type **v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (sw_rego_type_nil(v[i]))
			return true;
	return false;
}

static void arg_error(struct type_env *env, struct sw_rego_expr *e, const char *what, type **have,
	type *f, struct expr_error *out)
{
	uint32_t n = e->terms.n - 1;
	set_error(out, err_args(env->c, &e->loc, e->terms.v[0], what, have, n, f, true),
		any_nil(have, n));
}

static void check_eq(struct type_env *env, struct sw_rego_expr *e, struct expr_error *out)
{
	cc *c = env->c;
	if (e->terms.n != 3) {
		type **have = arg_types(env, e);
		set_error(out,
			err_args(c, &e->loc, e->terms.v[0],
				e->terms.n < 3 ? "too few arguments" : "too many arguments", have,
				e->terms.n - 1, env_function(c, e->terms.v[0]), false),
			any_nil(have, e->terms.n - 1));
		return;
	}
	const struct sw_rego_term *a = e->terms.v[1], *b = e->terms.v[2];
	type *ta = env_get(env, a), *tb = env_get(env, b);
	if (!unify_two(env, a, ta, b, tb))
		set_error(out, err_match(c, &e->loc, ta, tb),
			sw_rego_type_nil(ta) || sw_rego_type_nil(tb));
}

static bool member_operand(struct type_env *env, struct sw_rego_expr *e,
	const struct sw_rego_term *t, type *want, struct expr_error *out)
{
	if (sw_rego_type_nil(want))
		return true;
	type *have = env_get(env, t);
	if ((!sw_rego_type_nil(have) && !unifies(have, want)) || !unify_one(env, t, want, false)) {
		set_error(out, err_match(env->c, &e->loc, have, want), sw_rego_type_nil(have));
		return false;
	}
	return true;
}

/* `x in xs`: what may be found depends on the collection, which a declaration cannot say. */
static bool check_member(
	struct type_env *env, struct sw_rego_expr *e, bool with_key, struct expr_error *out)
{
	cc *c = env->c;
	uint32_t arity = with_key ? 3 : 2;
	if (e->terms.n - 1 < arity)
		return true;
	type *in = env_get(env, e->terms.v[arity]);
	type *values = sw_rego_type_values(c->a, in);
	if (!values)
		return true;
	if (with_key && !member_operand(env, e, e->terms.v[1], sw_rego_type_keys(c->a, in), out))
		return false;
	return member_operand(env, e, e->terms.v[arity - 1], values, out);
}

static type *param(type *f, uint32_t i)
{
	if (i < f->n)
		return f->items[i];
	return i == f->n && f->result ? f->result : f->dyn;
}

static void check_call(struct type_env *env, struct sw_rego_expr *e, struct expr_error *out)
{
	cc *c = env->c;
	const struct sw_rego_term *op = e->terms.v[0];
	type *f = env_get_ref(env, op);
	uint32_t n = e->terms.n - 1;
	if (!f && c->allow_undefined)
		return;
	if (f && f->kind == SW_RT_ANY && !f->n)
		return;
	if (!f || f->kind != SW_RT_FUNCTION) {
		struct sw_str s = cc_term_str(c, op);
		set_error(out,
			(struct compiler_error){ERR_TYPE, &e->loc,
				cc_printf(c, "undefined function %.*s", SW_STR_ARG(s)), SW_STR("")},
			false);
		return;
	}
	uint32_t max = f->n + (f->result != NULL);
	type **pre = arg_types(env, e);
	if (n > max && !f->dyn) {
		arg_error(env, e, "too many arguments", pre, f, out);
		return;
	}
	if (n < f->n) {
		arg_error(env, e, "too few arguments", pre, f, out);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		type *want = param(f, i);
		if (!sw_rego_type_nil(pre[i]) && !unifies(pre[i], want)) {
			arg_error(env, e, "invalid argument(s)", pre, f, out);
			return;
		}
		if (!unify_one(env, e->terms.v[i + 1], want, false)) {
			arg_error(env, e, "invalid argument(s)", arg_types(env, e), f, out);
			return;
		}
	}
}

static bool check_withs(struct type_env *env, struct sw_rego_expr *e, struct expr_error *out)
{
	for (uint32_t i = 0; i < e->n_withs; i++) {
		type *target = env_get(env, e->withs[i].target);
		type *value = env_get(env, e->withs[i].value);
		if (!target || target->kind != SW_RT_FUNCTION || !value ||
			value->kind != SW_RT_FUNCTION || unifies(target, value))
			continue;
		set_error(out,
			err_args(env->c, &e->withs[i].loc, e->withs[i].target, "arity mismatch",
				(type **)value->items, value->n, target, false),
			any_nil((type **)value->items, value->n));
		return false;
	}
	return true;
}

static void check_expr(struct type_env *env, struct sw_rego_expr *e, struct expr_error *out)
{
	if (!check_withs(env, e, out) || e->kind != SW_REGO_EXPR_CALL)
		return;
	if (is_call_of(e, "eq")) {
		check_eq(env, e, out);
		return;
	}
	bool two = is_call_of(e, "internal.member_2"), three = is_call_of(e, "internal.member_3");
	if ((two || three) && !check_member(env, e, three, out))
		return;
	check_call(env, e, out);
}

struct closures {
	struct type_env *env;
	struct ref_errors errs;
};

static bool closure_term(struct visitor *v, struct sw_rego_term *t)
{
	struct closures *x = v->ctx;
	struct ref_errors errs = {0};
	if (!is_comprehension(t))
		return false;
	comprehension_type(x->env, t, &errs);
	if (errs.n)
		x->errs = errs;
	return true;
}

static void errors_take(cc *c, struct ref_errors *to, const struct ref_errors *from)
{
	for (uint32_t i = 0; i < from->n; i++)
		errors_add(c, to, from->v[i]);
}

struct type_env *check_body(struct type_env *outer, struct sw_rego_body *b, struct ref_errors *errs)
{
	cc *c = outer->c;
	struct type_env *env = env_wrap(c, outer, false);
	for (uint32_t i = 0; i < b->n; i++) {
		struct sw_rego_expr *e = b->v[i];
		struct type_env *x = e->n_withs ? with_env(env, e) : env;
		struct closures cl = {.env = x};
		struct visitor v = {.c = c, .ctx = &cl, .term = closure_term};
		walk_expr(&v, e);
		errors_take(c, errs, &cl.errs);
		struct ref_errors refs = {0};
		check_refs(x, e, &refs);
		errors_take(c, errs, &refs);
		struct expr_error err = {0};
		check_expr(x, e, &err);
		if (err.set && !((cl.errs.n || refs.n) && err.nil))
			errors_add(c, errs, err.e);
	}
	return env;
}

/* ---- rules ---- */

/* object[k1: object[k2: t]] for the variables of a ref behind its ground part. NULL when unknown.
 */
static type *nested_object(
	struct type_env *env, const struct sw_rego_term *ref, uint32_t from, type *t)
{
	for (uint32_t i = ref->items.n; t && i-- > from;) {
		type *key = env_get(env, ref->items.v[i]);
		t = key ? type_object1(env->c, key, t) : NULL;
	}
	return t;
}

static bool arg_any(struct visitor *v, struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_VAR && !env_get(v->ctx, t))
		env_put_var(v->ctx, t, &sw_rt_any);
	return false;
}

static type *function_type(struct type_env *env, struct sw_rego_rule *r)
{
	cc *c = env->c;
	struct sw_rego_terms *args = &r->head->args;
	struct visitor v = {.c = c, .ctx = env, .term = arg_any};
	struct sw_rego_type *f = cc_check(c, sw_rego_type_new(c->a, SW_RT_FUNCTION));
	walk_terms(&v, args, 0);
	f->items = cc_alloc(c, args->n * sizeof(*f->items));
	f->n = args->n;
	for (uint32_t i = 0; i < args->n; i++)
		f->items[i] = env_get(env, args->v[i]);
	f->result = env_get(env, r->head->value);
	if (!f->result && c->allow_undefined)
		f->result = &sw_rt_any;
	return f;
}

static void check_rule(cc *c, struct type_env *env, struct sw_rego_rule *r)
{
	struct ref_errors errs = {0};
	struct type_env *in = check_body(annotated_env(env, r), &r->body, &errs);
	struct sw_rego_term *ref = rule_ref(c, r);
	uint32_t ground = sw_rego_ref_ground_len(ref);
	if (errs.n) {
		for (uint32_t i = 0; i < errs.n; i++)
			cc_err_add(c, false, &errs.v[i]);
		type_node_put(c, c->a, env->tree, ref, ref->items.n, &sw_rt_any);
		return;
	}
	type *t;
	if (r->head->args.n) {
		t = function_type(in, r);
		ground = ref->items.n;
	} else if (r->kind == SW_REGO_PARTIAL_SET) {
		t = env_get(in, r->head->key);
		t = t ? cc_check(c, (void *)sw_rego_type_set(c->a, t)) : NULL;
		t = nested_object(in, ref, ground, t);
	} else {
		t = nested_object(in, ref, ground, env_get(in, r->head->value));
	}
	if (t)
		env_insert(env, ref, ground, t);
}

void stage_types(cc *c)
{
	struct type_env *env = cc_alloc(c, sizeof(*env));
	env->c = c;
	env->arena = c->a;
	env->tree = env->vars = type_node_new(c, c->a);
	env->next = c->env;
	for (uint32_t i = 0; i < c->p->n_order; i++) {
		struct sw_arena_mark mark = sw_arena_mark(&c->tmp);
		check_rule(c, env, c->p->order[i]);
		sw_arena_rewind(&c->tmp, mark);
	}
	c->env = env;
}

void body_types(cc *c, struct sw_rego_body *b)
{
	struct ref_errors errs = {0};
	check_body(c->env, b, &errs);
	for (uint32_t i = 0; i < errs.n; i++)
		cc_err_add(c, true, &errs.v[i]);
}

void err_arity(cc *c, const struct sw_rego_term *op, struct sw_rego_expr *e, int want, int have)
{
	type *f = env_function(c, op);
	if (f) {
		struct type_env *env = c->env;
		type **v = arg_types(env, e);
		struct compiler_error x =
			err_args(c, &e->loc, op, "arity mismatch", v, e->terms.n - 1, f, false);
		cc_err_add(c, true, &x);
		return;
	}
	struct sw_str s = ref_user_str(c, op);
	cc_err(c, true, ERR_TYPE, &e->loc, "function %.*s has arity %d, got %d argument%s",
		SW_STR_ARG(s), want, have, have == 1 ? "" : "s");
}
