/* SPDX-License-Identifier: Apache-2.0 */
/* Queries: one body, compiled against a finished program. */
#include "rego/compile/internal.h"

/* ---- values of expressions ---- */

static bool iterates_term(struct visitor *v, struct sw_rego_term *t)
{
	bool *found = v->ctx;
	if (*found || is_comprehension(t))
		return true;
	if (t->kind != SW_REGO_REF)
		return false;
	const struct sw_builtin *b = ref_builtin(v->c, t);
	if (b && b->flags & SW_BUILTIN_RELATION)
		*found = true;
	for (uint32_t i = 1; i < t->items.n; i++)
		if (t->items.v[i]->kind == SW_REGO_VAR)
			*found = true;
	return *found;
}

static struct sw_rego_term *capture_expr(cc *c, struct sw_rego_expr *e, uint32_t id)
{
	if (e->negated || is_assign(e) || is_call_of(e, "eq"))
		return NULL;
	struct sw_rego_term *var =
		mk_var(c, cc_printf(c, "$term%u", id), e->terms.n ? &e->terms.v[0]->loc : NULL);
	if (e->kind == SW_REGO_EXPR_TERM) {
		struct sw_rego_term *t = e->terms.v[0];
		e->kind = SW_REGO_EXPR_CALL;
		e->terms = (struct sw_rego_terms){0};
		terms_add(c, &e->terms, mk_ref1(c, SW_STR("eq"), &t->loc));
		terms_add(c, &e->terms, t);
	} else if (e->kind == SW_REGO_EXPR_CALL) {
		type *f = env_function(c, e->terms.v[0]);
		if (!f || (ref_builtin(c, e->terms.v[0]) && !f->result) || f->n != e->terms.n - 1)
			return NULL;
	} else {
		return NULL;
	}
	terms_add(c, &e->terms, var);
	return var;
}

/*
 * opa eval shows the value of every expression: it is bound to a variable. Where there is more than
 * one result or expression, a false value still ends the body.
 */
static void capture_body(cc *c, struct sw_rego_body *b, struct sw_rego_query *q)
{
	bool many = false;
	struct visitor v = {.c = c, .ctx = &many, .term = iterates_term};
	walk_body(&v, b);
	many = many || b->n > 1;
	uint32_t n = b->n, id = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_rego_expr *e = b->v[i];
		struct sw_rego_term *var = capture_expr(c, e, id + 1);
		if (!var)
			continue;
		id++;
		q->exprs[i].capture = var->name;
		if (!many)
			continue;
		struct sw_rego_expr *check = mk_expr(c, SW_REGO_EXPR_TERM, &e->loc);
		check->generated = true;
		terms_add(c, &check->terms, mk_var(c, var->name, &e->loc));
		body_add(c, b, check);
	}
}

static void list_exprs(cc *c, const struct sw_rego_body *b, struct sw_rego_query *q)
{
	q->exprs = cc_alloc(c, (b->n + 1) * sizeof(*q->exprs));
	q->n_exprs = b->n;
	for (uint32_t i = 0; i < b->n; i++)
		q->exprs[i].loc = b->v[i]->loc;
}

/* Declarations have no value to show. */
static void drop_declarations(const struct sw_rego_body *b, struct sw_rego_query *q)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < q->n_exprs; i++) {
		const struct sw_rego_expr *e = b->v[i];
		if (e->kind != SW_REGO_EXPR_SOME || e->terms.v[0]->kind == SW_REGO_CALL)
			q->exprs[n++] = q->exprs[i];
	}
	q->n_exprs = n;
}

static void list_vars(cc *c, struct sw_rego_query *q)
{
	const struct varset *names = c->user_names;
	q->vars = cc_alloc(c, (names->n + 1) * sizeof(*q->vars));
	for (uint32_t i = 0; i < names->n; i++)
		q->vars[q->n_vars++] = (struct sw_rego_query_var){
			.name = *(struct sw_str *)names->v[i].val, .var = names->v[i].name};
}

typedef void (*body_fn)(cc *c, struct sw_rego_body *b);

static const body_fn before[] = {body_prepare, body_keyword_overrides};
static const body_fn after[] = {
	body_locals,
	body_templates,
	body_void_calls,
	body_print,
	body_expr_terms,
	body_comprehensions,
	body_with,
	body_undefined,
	body_safety,
	body_equals,
	body_dynamics,
	body_types,
	body_unsafe_builtins,
	body_deprecated,
	body_comp_index,
};

static void run_all(cc *c, const body_fn *fns, size_t n, struct sw_rego_body *b)
{
	for (size_t i = 0; i < n && !c->n_errs; i++) {
		if (c->allow_undefined && (fns[i] == body_undefined || fns[i] == body_safety))
			continue;
		if (fns[i] == body_equals && !c->equals)
			continue;
		fns[i](c, b);
	}
}

static void run_query(
	cc *c, const struct sw_rego_query_opts *o, struct sw_rego_body *b, struct sw_rego_query *q)
{
	if (!b->n) {
		cc_err(c, true, ERR_COMPILE, NULL, "empty query cannot be compiled");
		return;
	}
	if (!check_body_depth(b)) {
		cc_err(c, true, ERR_COMPILE, &b->v[0]->loc, "nested deeper than %d levels",
			SW_REGO_COMPILE_DEPTH);
		return;
	}
	vars_body(c, &c->gen->exclude, 0, b);
	run_all(c, before, sizeof(before) / sizeof(*before), b);
	if (c->n_errs)
		return;
	body_resolve(c, o, b);
	list_exprs(c, b, q);
	if (o->capture)
		capture_body(c, b, q);
	drop_declarations(b, q);
	run_all(c, after, sizeof(after) / sizeof(*after), b);
	if (c->n_errs)
		return;
	list_vars(c, q);
	q->body = *b;
}

/* A compiler of its own: the program is only read. */
static void query_init(
	cc *c, struct sw_rego_program *p, struct sw_arena *a, const struct sw_rego_query_opts *o)
{
	*c = *p->c;
	c->a = a;
	c->query = true;
	c->strict = o->strict;
	c->equals = o->equals;
	c->print = o->print;
	c->errs = NULL;
	c->n_errs = c->cap_errs = c->below = 0;
	c->stop = c->limited = false;
	vs_init(&c->required, a);
	if (c->builtins.n < c->caps->n_builtins)
		vs_init(&c->builtins, a);
}

struct query_run {
	const struct sw_rego_query_opts *opts;
	struct sw_rego_body *body;
	struct varset names;
	struct sw_rego_query out;
};

/* The program's type environment, working for this compiler: what it infers stays in scopes of its
 * own. */
static struct type_env *own_env(cc *c, const struct type_env *e)
{
	struct type_env *out = cc_alloc(c, sizeof(*out));
	*out = *e;
	out->c = c;
	out->arena = c->a;
	if (e->builtins) { /* the program's is only read */
		out->tree = out->vars = type_node_new(c, c->a);
		env_put_input(out);
	}
	out->next = e->next ? own_env(c, e->next) : NULL;
	return out;
}

void query_env(cc *c)
{
	c->gen = vargen_new(c, "__localq");
	c->env = own_env(c, c->env);
}

cc *query_compiler(struct sw_rego_program *p, struct sw_arena *a, const struct sw_rego_query_opts *o)
{
	static const struct sw_rego_query_opts none;
	cc *c = sw_arena_new(a, cc);
	if (c)
		query_init(c, p, a, o ? o : &none);
	return c;
}

static void start(cc *c, void *arg)
{
	struct query_run *r = arg;
	query_env(c);
	c->user_names = &r->names;
	if (r->opts->unsafe)
		vs_init(&c->unsafe, c->a);
	for (uint32_t i = 0; i < r->opts->n_unsafe; i++)
		vs_add(c, &c->unsafe, r->opts->unsafe[i]);
	run_query(c, r->opts, r->body, &r->out);
}

int sw_rego_query_compile(struct sw_rego_program *p, struct sw_arena *a,
	const struct sw_rego_query_opts *opts, struct sw_rego_body *body, struct sw_rego_query *ret,
	struct sw_rego_diags *diags)
{
	static const struct sw_rego_query_opts none;
	struct query_run run = {.opts = opts ? opts : &none, .body = body};
	cc *c = query_compiler(p, a, run.opts);
	if (!c)
		return -SW_ELIMIT;
	vs_init(&run.names, a);
	int code = cc_guard(c, start, &run);
	errors_flush(c, diags);
	if (code) {
		sw_rego_diag_add(diags, ERR_COMPILE, NULL, "out of memory for this query");
		return -code;
	}
	if (c->n_errs)
		return -SW_EINVALID;
	*ret = run.out;
	return 0;
}
