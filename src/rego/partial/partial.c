/* SPDX-License-Identifier: Apache-2.0 */
/* The run: what is unknown, the query, its solutions, the result. */
#include "rego/partial/explain.h"

#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "base/re2.h"

enum { STACK_MAX = 6 << 20 }; /* bytes of the C stack: threads of Linux have eight million */
enum { TICK = 4096 };	      /* steps between two looks at the clock */
#define STEPS ((uint64_t)100 * 1000 * 1000)

void pe_error(struct pe *pe, const char *code, const struct sw_rego_loc *loc, const char *text)
{
	pe->error = (struct sw_rego_eval_error){.code = code, .message = sw_str_from(text)};
	if (loc)
		pe->error.loc = *loc;
	cc_fail(pe->c, SW_EINVALID);
}

static void tick(struct pe *pe)
{
	if (pe->o->cancel && *pe->o->cancel)
		pe_error(pe, SW_BUILTIN_CANCEL, NULL, "caller cancelled query execution");
	if (pe->bc.deadline_ns && sw_now_ns() > pe->bc.deadline_ns)
		pe_error(pe, SW_BUILTIN_CANCEL, NULL, "the evaluation's time is over");
}

void pe_step(struct pe *pe)
{
	const char *here = __builtin_frame_address(0);
	if (!pe->steps)
		pe_error(pe, SW_BUILTIN_LIMIT, NULL, "the evaluation's step budget is spent");
	if (--pe->steps % TICK == 0)
		tick(pe);
	if ((here < pe->stack ? pe->stack - here : here - pe->stack) > STACK_MAX)
		pe_error(pe, SW_BUILTIN_LIMIT, NULL, "calls are nested too deep");
}

struct ev pe_closure(const struct ev *e, const struct sw_rego_body *q)
{
	struct ev out = *e;
	out.q = q;
	out.at = 0;
	out.id = e->pe->next_id++;
	out.depth = e->depth + 1;
	out.parent = e->id;
	out.find_one = false;
	return out;
}

struct ev pe_child(const struct ev *e, const struct sw_rego_body *q)
{
	struct ev out = pe_closure(e, q);
	out.b = cc_alloc(e->pe->c, sizeof(*out.b));
	out.b->id = out.id;
	return out;
}

/* ---- what was asked for ---- */

struct run {
	struct sw_rego_engine *e;
	const struct sw_rego_partial_opts *o;
	struct sw_rego_body query;
	term **unknowns, **disable;
	struct explain *explain; /* NULL: partial evaluation */
	struct pe pe;
};

static int parse_term(struct run *r, struct sw_str text, term **ret)
{
	struct sw_rego_engine *e = r->e;
	struct sw_source *s = sw_arena_new(&e->arena, struct sw_source);
	struct sw_rego_parse_opts po = {.version = SW_REGO_V1};
	if (!s)
		return -SW_ELIMIT;
	*s = (struct sw_source){.name = SW_STR(""), .text = sw_arena_str(&e->arena, text)};
	int rc = s->text.p ? sw_rego_parse_term(&e->arena, s, &po, ret, &e->diags) : -SW_ELIMIT;
	if (rc < 0 || (*ret)->kind != SW_REGO_VAR ||
		(!sw_str_is((*ret)->name, "input") && !sw_str_is((*ret)->name, "data")))
		return rc;
	term *ref = sw_arena_new(&e->arena, term);
	term **items = sw_arena_new(&e->arena, term *);
	if (!ref || !items)
		return -SW_ELIMIT;
	*items = *ret;
	*ref = **ret;
	ref->kind = SW_REGO_REF;
	ref->items = (struct sw_rego_terms){items, 1, 1};
	*ret = ref;
	return 0;
}

static int parse_list(struct run *r, const struct sw_str *v, uint32_t n, bool vars, term ***ret,
	struct sw_error *err)
{
	term **out = sw_arena_array(&r->e->arena, n + 1, sizeof(*out));
	for (uint32_t i = 0; out && i < n; i++) {
		int rc = parse_term(r, v[i], &out[i]);
		if (rc < 0)
			return rc;
		if (out[i]->kind != SW_REGO_REF && !(vars && out[i]->kind == SW_REGO_VAR))
			return sw_error_set(err, SW_EUSAGE, "not a path: %.*s", SW_STR_ARG(v[i]));
	}
	*ret = out;
	return out ? 0 : -SW_ELIMIT;
}

/* ---- the evaluation ---- */

struct found {
	struct k k;
	struct ev *e;
	const struct varset *live;
};

static int by_expr(const void *a, const void *b)
{
	return sw_rego_expr_cmp(
		*(struct sw_rego_expr *const *)a, *(struct sw_rego_expr *const *)b);
}

/* A solution: what was kept, and what the query's variables are. */
static void found(struct k *k)
{
	struct found *f = (struct found *)k;
	struct ev *e = f->e;
	struct pe *pe = e->pe;
	struct saved_query *q = &pe->saved[pe->n_saved - 1];
	struct sw_rego_body b = q->n ? pe_plug_query(pe, q) : (struct sw_rego_body){0};
	uint32_t mark = b.n;
	for (uint32_t i = 0; i < e->b->n; i++) {
		struct sw_rego_expr *x = mk_eq(pe->c, copy_term(pe->c, e->b->v[i].key),
			pe_unpack(pe, pe_plug_ns(pe, e->b, e->b->v[i].key)), NULL);
		body_add(pe->c, &b, x);
		x->index = 0;
	}
	if (b.n > mark)
		qsort(b.v + mark, b.n - mark, sizeof(*b.v), by_expr);
	for (uint32_t i = 0; i < b.n; i++)
		b.v[i]->index = i;
	if (!pe_type_checks(pe, &b))
		return;
	if (!pe->o->shallow)
		b = pe_propagate(pe, f->live, &b, false);
	CC_GROW(pe->c, pe->c->a, pe->queries, pe->n_queries, pe->cap_queries);
	pe->queries[pe->n_queries++] = b;
}

static struct varset live_vars(struct run *r, cc *c)
{
	struct varset live, all;
	uint32_t n = r->o->n_unknowns ? r->o->n_unknowns : 1;
	vs_init(&live, c->a);
	vs_init(&all, c->a);
	for (uint32_t i = 0; i < n; i++)
		vs_add(c, &live,
			r->unknowns[i]->kind == SW_REGO_VAR ? r->unknowns[i]->name
							    : r->unknowns[i]->items.v[0]->name);
	vars_body(c, &all, 0, &r->query);
	for (uint32_t i = 0; i < all.n; i++)
		if (!var_generated(all.v[i].name))
			vs_add(c, &live, all.v[i].name);
	return live;
}

static void evaluate(cc *c, void *arg)
{
	struct run *r = arg;
	struct pe *pe = &r->pe;
	query_env(c);
	pe->root = cc_alloc(c, sizeof(*pe->root));
	CC_GROW(c, c->a, pe->caches, pe->n_caches, pe->cap_caches);
	vs_init(&pe->caches[pe->n_caches++].docs, c->a);
	struct ev e = {.pe = pe, .q = &r->query, .id = pe->next_id++, .b = pe->root,
		.input = r->o->input};
	if (r->explain) {
		pe->explain = r->explain;
		pe_explain(&e);
		return;
	}
	uint32_t n = r->o->n_unknowns ? r->o->n_unknowns : 1;
	for (uint32_t i = 0; i < n; i++)
		pe_push_unknown(pe, r->unknowns[i], pe->root);
	if (r->o->n_disable)
		pe_push_disabled(pe, r->disable, r->o->n_disable, false);
	pe_push_query(pe, NULL);
	struct varset live = live_vars(r, c);
	struct found f = {{found}, &e, &live};
	pe_eval(&e, &f.k);
}

/* ---- the result ---- */

static int by_package(const void *a, const void *b)
{
	const struct pe_module *x = a, *y = b;
	return sw_rego_term_cmp(x->pkg, y->pkg);
}

static int cmp_terms(const struct sw_rego_terms *x, const struct sw_rego_terms *y)
{
	for (uint32_t i = 0; i < x->n && i < y->n; i++) {
		int c = sw_rego_term_cmp(x->v[i], y->v[i]);
		if (c)
			return c;
	}
	return (x->n > y->n) - (x->n < y->n);
}

static int cmp_opt(const term *x, const term *y)
{
	return x && y ? sw_rego_term_cmp(x, y) : (x != NULL) - (y != NULL);
}

static int by_rule(const void *a, const void *b)
{
	const struct sw_rego_rule *x = *(struct sw_rego_rule *const *)a;
	const struct sw_rego_rule *y = *(struct sw_rego_rule *const *)b;
	int c = cmp_terms(&x->head->args, &y->head->args);
	c = c ? c : cmp_terms(&x->head->ref->items, &y->head->ref->items);
	c = c ? c : sw_str_cmp(x->head->opa_name, y->head->opa_name);
	c = c ? c : cmp_opt(x->head->opa_key, y->head->opa_key);
	c = c ? c : cmp_opt(x->head->value, y->head->value);
	if (!c && x->is_default != y->is_default)
		return x->is_default ? 1 : -1;
	for (uint32_t i = 0; !c && i < x->body.n && i < y->body.n; i++)
		c = sw_rego_expr_cmp(x->body.v[i], y->body.v[i]);
	return c ? c : (x->body.n > y->body.n) - (x->body.n < y->body.n);
}

static struct sw_rego_partial *result(struct run *r)
{
	struct sw_arena *a = &r->e->arena;
	struct pe *pe = &r->pe;
	struct sw_rego_partial *p = sw_arena_new(a, struct sw_rego_partial);
	struct sw_source *src = sw_arena_new(a, struct sw_source);
	bool v0 = r->o->params && r->o->params->version == SW_REGO_V0;
	if (!p || !src)
		return NULL;
	*p = (struct sw_rego_partial){pe->queries, pe->n_queries, NULL, pe->n_modules};
	*src = (struct sw_source){.name = SW_STR("")};
	p->support = sw_arena_array(a, pe->n_modules + 1, sizeof(*p->support));
	if (pe->n_modules)
		qsort(pe->modules, pe->n_modules, sizeof(*pe->modules), by_package);
	for (uint32_t i = 0; p->support && i < pe->n_modules; i++) {
		struct pe_module *from = &pe->modules[i];
		struct sw_rego_module *m = p->support[i] = sw_arena_new(a, struct sw_rego_module);
		if (!m)
			return NULL;
		qsort(from->v, from->n, sizeof(*from->v), by_rule);
		*m = (struct sw_rego_module){.file = src, .package = from->pkg, .rules = from->v,
			.n_rules = from->n, .version = v0 ? SW_REGO_V0 : SW_REGO_V1};
		for (uint32_t k = 0; k < m->n_rules; k++)
			m->rules[k]->module = m;
	}
	return p->support ? p : NULL;
}

static void pe_begin(struct run *r, cc *c)
{
	struct pe *pe = &r->pe;
	pe->c = c;
	pe->e = r->e;
	pe->o = r->o;
	pe->steps = r->o->steps ? r->o->steps : STEPS;
	pe->stack = __builtin_frame_address(0);
	pe->space = sw_str_from(r->o->space ? r->o->space : "partial");
	sw_arena_init(&pe->scratch, 0);
	pe->bc = (struct sw_builtin_ctx){.arena = c->a, .scratch = &pe->scratch,
		.allow = r->o->allow, .steps = &pe->steps, .cancel = r->o->cancel,
		.print = r->o->print, .regexes = sw_regex_cache_new(256),
		.now_ns = sw_clock_ns(CLOCK_REALTIME), .memo = sw_empty_object()};
	if (r->o->timeout_ns > 0)
		pe->bc.deadline_ns = sw_now_ns() + r->o->timeout_ns;
	if (getrandom(&pe->bc.seed, sizeof(pe->bc.seed), 0) < 0)
		pe->bc.seed = (uint64_t)pe->bc.now_ns;
}

static int run_failed(struct run *r, int code, struct sw_error *err)
{
	struct sw_rego_eval_error *x = &r->pe.error;
	if (!x->code)
		*x = (struct sw_rego_eval_error){.code = SW_BUILTIN_LIMIT,
			.message = SW_STR("the evaluation's memory budget is spent")};
	if (r->o->ret_error)
		*r->o->ret_error = *x;
	return sw_error_set(err, (enum sw_errcode)code, "%s: %.*s", x->code, SW_STR_ARG(x->message));
}

static int prepare(struct run *r, struct sw_error *err)
{
	static const struct sw_str input = {"input", 5};
	const struct sw_rego_partial_opts *o = r->o;
	int rc = sw_rego_engine_body(r->e, o->text, o->params, &r->query, err);
	if (!rc)
		rc = parse_list(r, o->n_unknowns ? o->unknowns : &input,
			o->n_unknowns ? o->n_unknowns : 1, true, &r->unknowns, err);
	if (!rc)
		rc = parse_list(r, o->disable, o->n_disable, false, &r->disable, err);
	return rc;
}

static int run(struct run *r, struct sw_error *err)
{
	cc *c;
	int rc = prepare(r, err);
	if (rc < 0)
		return rc;
	c = query_compiler(r->e->program, &r->e->arena, NULL);
	if (!c)
		return sw_error_set(err, SW_ELIMIT, "the engine's memory budget is spent");
	pe_begin(r, c);
	int code = cc_guard(c, evaluate, r);
	sw_regex_cache_free(r->pe.bc.regexes);
	sw_arena_release(&r->pe.scratch);
	return code ? run_failed(r, code, err) : 0;
}

int sw_rego_partial_run(struct sw_rego_engine *e, const struct sw_rego_partial_opts *opts,
	struct sw_rego_partial **ret, struct sw_error *err)
{
	struct run r = {.e = e, .o = opts};
	int rc = run(&r, err);
	if (rc)
		return rc;
	*ret = result(&r);
	return *ret ? 0 : sw_error_set(err, SW_ELIMIT, "the engine's memory budget is spent");
}

struct asked {
	const struct sw_rego_term *path;
	bool found;
};

static bool see_ref(struct visitor *v, struct sw_rego_term *t)
{
	struct asked *a = v->ctx;
	a->found |= t->kind == SW_REGO_REF && sw_rego_ref_has_prefix(t, a->path);
	return a->found;
}

bool sw_rego_partial_refers(const struct sw_rego_partial *p, const struct sw_rego_term *path)
{
	struct asked a = {.path = path};
	struct visitor v = {.ctx = &a, .term = see_ref};
	for (uint32_t i = 0; i < p->n_queries; i++)
		walk_body(&v, &p->queries[i]);
	return a.found;
}

int sw_rego_explain_run(struct sw_rego_engine *e, const struct sw_rego_partial_opts *opts,
	void (*trace)(void *arg, const struct sw_rego_trace_event *ev), void *arg, struct sw_error *err)
{
	struct explain x = {.trace = trace, .arg = arg};
	struct run r = {.e = e, .o = opts, .explain = &x};
	return run(&r, err);
}
