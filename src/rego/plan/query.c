/* SPDX-License-Identifier: Apache-2.0 */
/* Queries: a function that returns a document, or one that reports rows of bindings. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "rego/plan/plan.h"

static uint32_t new_fn(struct plan *p, struct sw_rego_engine *e, struct sw_str name)
{
	plan_begin(p, e, e->code.fns.n);
	struct vm_fn f = {.flags = FN_QUERY, .name = name, .path = sw_empty_array()};
	plan_push(p, e->code.fns, f);
	return p->fn;
}

static int finish(struct plan *p, struct vm_query *q, uint32_t *ret)
{
	plan_push(p, p->c->queries, *q);
	int r = plan_finish(p);
	if (r < 0) {
		struct sw_rego_loc none = {0};
		sw_rego_diag_add(&p->e->diags, "rego_compile_error", &none, "%s",
			p->why ? p->why : "the engine's memory budget is spent");
		return r;
	}
	*ret = p->c->queries.n - 1;
	return 0;
}

int plan_document(struct sw_rego_engine *e, const struct sw_rego_term *ref, struct sw_str name,
	uint32_t *ret)
{
	struct plan p;
	struct vm_query q = {.document = true};
	q.fn = new_fn(&p, e, name);
	uint32_t none = plan_label(&p);
	p.fail = none;
	plan_emit(&p, OP_RET, plan_ref(&p, ref, -1), 0, 0, 0);
	plan_here(&p, none);
	uint16_t r = plan_reg(&p);
	plan_emit(&p, OP_UNDEF, r, 0, 0, 0);
	plan_emit(&p, OP_RET, r, 0, 0, 0);
	return finish(&p, &q, ret);
}

struct binding {
	struct sw_str name;
	uint16_t reg;
};

static int order_bindings(const void *x, const void *y)
{
	return sw_str_cmp(((const struct binding *)x)->name, ((const struct binding *)y)->name);
}

static bool is_capture(const struct sw_rego_query *q, struct sw_str name)
{
	for (uint32_t i = 0; i < q->n_exprs; i++)
		if (q->exprs[i].capture.n && sw_str_eq(q->exprs[i].capture, name))
			return true;
	return false;
}

/* The user's name of a variable of the body, or {NULL} when it is not reported. */
static struct sw_str reported(const struct sw_rego_query *q, struct sw_str name)
{
	for (uint32_t i = 0; i < q->n_vars; i++)
		if (sw_str_eq(q->vars[i].var, name))
			return q->vars[i].name;
	if (!name.n || name.p[0] == '$' || sw_str_starts(name, SW_STR("__local")) ||
		is_capture(q, name))
		return (struct sw_str){NULL, 0};
	return name;
}

static struct binding *bindings(struct plan *p, const struct sw_rego_query *q, uint32_t *ret_n)
{
	struct binding *b = sw_arena_new_array(p->a, p->vars.n + 1, struct binding);
	uint32_t n = 0;
	for (uint32_t i = 0; b && i < p->vars.n; i++) {
		struct sw_str name = reported(q, p->vars.v[i].name);
		if (name.p)
			b[n++] = (struct binding){name, p->vars.v[i].reg};
	}
	if (b)
		qsort(b, n, sizeof(*b), order_bindings);
	*ret_n = n;
	return b;
}

static void report(struct plan *p, const struct sw_rego_query *q, bool exprs, struct vm_query *vq)
{
	uint32_t n, n_exprs = exprs ? q->n_exprs : 0;
	struct binding *b = bindings(p, q, &n);
	struct sw_str *names = sw_arena_new_array(p->a, n + 1, struct sw_str);
	struct sw_rego_loc *locs = sw_arena_new_array(p->a, n_exprs + 1, struct sw_rego_loc);
	if (!b || !names || !locs) {
		plan_fail(p, -SW_ELIMIT, "the engine's memory budget is spent");
		return;
	}
	uint16_t base = plan_regs(p, n + n_exprs + 1);
	for (uint32_t i = 0; i < n; i++) {
		names[i] = b[i].name;
		plan_emit(p, OP_MOV, (uint32_t)(base + i), b[i].reg, 0, 0);
	}
	for (uint32_t i = 0; i < n_exprs; i++) {
		locs[i] = q->exprs[i].loc;
		int32_t r = q->exprs[i].capture.n ? plan_var(p, q->exprs[i].capture) : -1;
		if (r >= 0)
			plan_emit(p, OP_MOV, base + n + i, (uint32_t)r, 0, 0);
		else
			plan_emit(p, OP_MOVK, base + n + i, 0, 0, plan_constant(p, sw_bool(true)));
	}
	vq->info = (struct sw_rego_query_info){names, n, locs, n_exprs};
	plan_cold(p, COLD_ROW, base, 0, p->c->queries.n);
}

void plan_trace_body(struct plan *p, enum sw_rego_trace_op op, const struct sw_rego_body *b, uint16_t how)
{
	if (!p->e->opts.trace || !b->n)
		return;
	sw_autobuf text;
	struct sw_rego_loc loc = b->v[0]->loc;
	sw_buf_init(&text, 1 << 16);
	for (uint32_t i = 0; i < b->n; i++) {
		struct sw_rego_expr *copy = sw_rego_expr_copy(p->a, b->v[i]);
		if (!copy)
			break;
		sw_rego_program_user_names(p->e->program, copy);
		sw_buf_addz(&text, i ? "; " : "");
		sw_rego_expr_print(&text, copy);
	}
	loc.text = sw_arena_str(p->a, sw_buf_str(&text));
	plan_push(p, p->c->locs, loc);
	plan_cold(p, COLD_TRACE, op, how, p->c->locs.n - 1);
}

int plan_query(struct sw_rego_engine *e, const struct sw_rego_query *q, bool exprs, uint32_t *ret)
{
	struct plan p;
	struct vm_query vq = {0};
	bool plain = e->plain_ops;
	vq.fn = new_fn(&p, e, SW_STR("query"));
	uint32_t done = plan_label(&p);
	p.fail = done;
	plan_trace_body(&p, SW_REGO_TRACE_ENTER, &q->body, TRACE_WHOLE);
	plan_body(&p, &q->body);
	plan_trace_body(&p, SW_REGO_TRACE_EXIT, &q->body, TRACE_WHOLE);
	report(&p, q, exprs, &vq);
	plan_trace_body(&p, SW_REGO_TRACE_REDO, &q->body, TRACE_WHOLE);
	if (p.fail != done)
		plan_jump(&p, p.fail);
	plan_here(&p, done);
	uint16_t r = plan_reg(&p);
	plan_emit(&p, OP_UNDEF, r, 0, 0, 0);
	plan_emit(&p, OP_RET, r, 0, 0, 0);
	int code = finish(&p, &vq, ret);
	if (code < 0 || plain == e->plain_ops)
		return code;
	code = plan_functions(e); /* the query replaces an operator */
	return code < 0 ? code : plan_query(e, q, exprs, ret);
}
