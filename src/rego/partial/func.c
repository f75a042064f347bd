/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of functions and of builtins. */
#include "rego/partial/explain.h"

/* ---- builtins ---- */

static void unify_output(struct ev *e, uint32_t arity, bool has_result,
	const struct sw_rego_terms *call, struct sw_value v, struct k *k)
{
	if (!has_result)
		k->fn(k);
	else if (call->n == arity + 2)
		pe_unify(e, call->v[call->n - 1], pe_scalar(e->pe, v), e->b, e->b, k);
	else if (!sw_is_false(v))
		k->fn(k);
}

static void builtin_failed(struct ev *e, const struct sw_builtin *b, int r)
{
	struct pe *pe = e->pe;
	const char *code = pe->bc.err_code ? pe->bc.err_code : SW_BUILTIN_ERROR;
	bool hard = r == -SW_ELIMIT || r == -SW_ECANCELLED || strcmp(code, SW_BUILTIN_LIMIT) == 0 ||
		    strcmp(code, SW_BUILTIN_CANCEL) == 0;
	if (!hard && !pe->e->opts.strict_errors)
		return;
	struct sw_str text = cc_printf(pe->c, "%s%s%.*s", hard ? "" : b->name, hard ? "" : ": ",
		SW_STR_ARG(pe->bc.err_text));
	pe_error(pe, code, &e->q->v[e->at]->loc,
		cc_check(pe->c, sw_arena_cstr(pe->c->a, text)));
}

void pe_eval_builtin(
	struct ev *e, const struct sw_builtin *b, const struct sw_rego_terms *call, struct k *k)
{
	struct pe *pe = e->pe;
	const struct sw_rego_type *f = env_function(pe->c, call->v[0]);
	bool has_result = !f || f->result;
	uint32_t arity = sw_builtin_arity(b), n = has_result ? arity : call->n - 1;
	struct sw_value *args = cc_alloc(pe->c, (n + 1) * sizeof(*args)), v = sw_undef();
	for (uint32_t i = 0; i < n && i + 1 < call->n; i++) {
		args[i] = pe_value(pe, pe_plug(pe, e->b, call->v[i + 1]));
		if (!sw_defined(args[i]))
			pe_error(pe, "eval_internal_error", &e->q->v[e->at]->loc,
				"an operand of a built-in was not evaluated");
	}
	if (!b->fn)
		pe_error(pe, "eval_internal_error", &e->q->v[e->at]->loc, "unsupported built-in");
	if (strcmp(b->name, "trace") == 0 && args[0].type == SW_STRING)
		pe_trace_note(e, sw_value_str(args[0]));
	if (strcmp(b->name, "internal.test_case") == 0)
		pe_trace_test_case(e, args[0]);
	pe->bc.err_code = NULL;
	int r = b->fn(&pe->bc, args, n, &v);
	sw_arena_reset(&pe->scratch);
	if (r < 0) {
		builtin_failed(e, b, r);
		return;
	}
	if (has_result && !sw_defined(v))
		return;
	if (!(b->flags & SW_BUILTIN_RELATION)) {
		unify_output(e, arity, has_result, call, v, k);
		return;
	}
	for (uint32_t i = 0; i < v.n && !pe->ee; i++)
		unify_output(e, arity, true, call, v.u.a->v[i], k);
}

/* ---- functions ---- */

struct func {
	struct k k;
	struct ev *e, *child;
	const struct sw_rego_terms *call;
	struct sw_rego_rule *rule;
	term *prev, *result;
	struct k *then;
};

static void func_done(struct k *k)
{
	struct func *f = (struct func *)k;
	struct pe *pe = f->e->pe;
	const struct sw_rego_head *h = f->rule->head;
	bool no_output = h->args.n + 1 == f->call->n;
	if (no_output && pe_contains(pe, h->value, f->child->b)) {
		struct sw_rego_expr *x = mk_expr(pe->c, SW_REGO_EXPR_TERM, NULL);
		terms_add(pe->c, &x->terms, h->value);
		pe_save_expr(f->e, x, f->child->b, f->then);
		return;
	}
	f->result = pe_plug(pe, f->child->b, h->value);
	if (no_output && f->result->kind == SW_REGO_SCALAR && sw_is_false(f->result->value)) {
		if (f->prev && !pe_eq(pe, f->prev, f->result))
			pe_error(pe, "eval_conflict_error", &h->loc,
				"functions must not produce multiple outputs for same inputs");
		f->prev = f->result;
		return;
	}
	f->prev = f->result;
	f->then->fn(f->then);
}

struct args_bound {
	struct k k;
	struct func *f;
};

static void args_bound(struct k *k)
{
	struct func *f = ((struct args_bound *)k)->f;
	pe_eval(f->child, &f->k);
}

static term *one_rule(struct ev *e, const struct sw_rego_terms *call, struct sw_rego_rule *rule,
	term *prev, struct k *k)
{
	struct pe *pe = e->pe;
	struct ev child = pe_child(e, &rule->body);
	struct func f = {{func_done}, e, &child, call, rule, prev, NULL, k};
	struct args_bound a = {{args_bound}, &f};
	uint32_t n = rule->head->args.n;
	term **args = cc_alloc(pe->c, (n + 2) * sizeof(*args));
	memcpy(args, rule->head->args.v, n * sizeof(*args));
	args[n] = rule->head->value;
	if (call->n != n + 1 && call->n != n + 2)
		return NULL;
	pe_unify_lists(&child, call->v + 1, args, call->n - 1, e->b, child.b, &a.k);
	return f.result;
}

static void func_value(struct ev *e, const struct sw_rego_terms *call, const struct ir *ir, struct k *k)
{
	term *prev = NULL;
	for (uint32_t i = 0; i < ir->n; i++) {
		term *v = NULL;
		for (struct sw_rego_rule *r = ir->v[i]; r && !v; r = r->else_rule)
			v = one_rule(e, call, r, prev, k);
		prev = v ? v : prev;
	}
	if (ir->def && !prev)
		one_rule(e, call, ir->def, NULL, k);
}

/* ---- functions as support ---- */

struct supporting {
	struct k k;
	struct ev *e;
	struct sw_rego_rule *rule;
	const term *path;
};

static void support_found(struct k *k)
{
	struct supporting *s = (struct supporting *)k;
	struct pe *pe = s->e->pe;
	const struct sw_rego_head *h = s->rule->head;
	struct saved_query cur = pe_pop_query(pe);
	struct sw_rego_body b = pe_plug_query(pe, &cur);
	if (pe_type_checks(pe, &b)) {
		struct sw_rego_rule *r = pe_rule(
			pe, h->ref, NULL, pe_plug_ns(pe, s->e->b, h->value), b);
		r->head->opa_name = h->opa_name;
		for (uint32_t i = 0; i < h->args.n; i++)
			terms_add(pe->c, &r->head->args,
				pe_unpack(pe, pe_plug_ns(pe, s->e->b, h->args.v[i])));
		r->is_default = s->rule->is_default;
		r->kind = SW_REGO_FUNCTION;
		pe_support_add(pe, s->path, r);
	}
	pe_push_query(pe, &cur);
}

/* Arguments are unknown in the rules that are written down. */
static void support_rule(struct ev *e, struct sw_rego_rule *rule, const term *path)
{
	struct pe *pe = e->pe;
	struct ev child = pe_child(e, &rule->body);
	struct supporting s = {{support_found}, &child, rule, path};
	struct varset args;
	uint32_t mark = pe->n_unknown;
	vs_init(&args, pe->c->a);
	vars_terms(pe->c, &args, 0, &rule->head->args, 0);
	for (uint32_t i = 0; i < args.n; i++)
		pe_push_unknown(pe, mk_var(pe->c, args.v[i].name, NULL), child.b);
	pe_push_query(pe, NULL);
	pe_eval(&child, &s.k);
	pe_pop_query(pe);
	pe->n_unknown = mark;
}

static void as_support(struct ev *e, uint32_t arity, const struct sw_rego_terms *call,
	const struct ir *ir, struct k *k)
{
	struct pe *pe = e->pe;
	term *path = pe_namespace_ref(pe, call->v[0]->items.v, call->v[0]->items.n);
	if (!pe_support_exists(pe, path)) {
		for (uint32_t i = 0; i < ir->n; i++)
			support_rule(e, ir->v[i], path);
		if (ir->def)
			support_rule(e, ir->def, path);
	}
	if (!pe_support_exists(pe, path))
		return;
	struct sw_rego_terms to = {0};
	terms_add(pe->c, &to, path);
	for (uint32_t i = 1; i < call->n; i++)
		terms_add(pe->c, &to, call->v[i]);
	pe_save_call(e, arity, &to, k);
}

void pe_eval_func(struct ev *e, const struct sw_rego_terms *call, struct k *k)
{
	struct pe *pe = e->pe;
	const struct sw_rego_node *node = sw_rego_node_find(pe->c->p, call->v[0]);
	if (!node || !node->n_rules)
		return;
	if (pe->explain) {
		pe_known_func(e, call, node, k);
		return;
	}
	struct ir ir = pe_rules(pe, node);
	const struct sw_rego_rule *any = ir.n ? ir.v[0] : ir.def;
	uint32_t arity = any->head->args.n;
	if (ir.any_else && pe_unknown_expr(e, e->q->v[e->at])) {
		pe_save_call(e, arity, call, k);
		return;
	}
	bool support = pe->o->shallow ||
		       pe_disabled(pe, call->v[0]->items.v, call->v[0]->items.n, false);
	if (ir.def) { /* its default may be the answer, unless that is false and nobody asks which */
		const term *v = ir.def->head->value;
		support = support || call->n != arity + 1 || v->kind != SW_REGO_SCALAR ||
			  !sw_is_false(v->value);
	}
	bool unknown = support && pe_unknown(e, call->v[0], e->b);
	for (uint32_t i = 1; support && !unknown && i <= arity && i < call->n; i++)
		unknown = pe_unknown(e, call->v[i], e->b);
	if (unknown)
		as_support(e, arity, call, &ir, k);
	else
		func_value(e, call, &ir, k);
}
