/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies and their expressions. */
#include "base/cleanup.h"
#include "rego/plan/plan.h"

/* The same, told as a body of its own. */
static void traced_negation(struct plan *p, const struct sw_rego_expr *e, bool body)
{
	struct plan_mark m = plan_open(p);
	struct sw_rego_expr inner = *e, *one = &inner;
	struct sw_rego_body single = {&one, 1, 1, false};
	const struct sw_rego_body *b = body ? &e->body : &single;
	uint32_t none = plan_label(p);
	inner.negated = false;
	inner.n_withs = 0;
	plan_trace_body(p, SW_REGO_TRACE_ENTER, b, TRACE_WHOLE);
	p->fail = none;
	uint32_t paths = p->paths.n;
	plan_body(p, b);
	p->paths.n = paths;
	plan_trace_body(p, SW_REGO_TRACE_EXIT, b, TRACE_WHOLE);
	plan_trace_body(p, SW_REGO_TRACE_REDO, b, TRACE_WHOLE);
	plan_jump(p, m.fail);
	plan_close(p, m);
	plan_here(p, none);
}

/* `not`: succeeds where the inside has no solution. */
static void negation(struct plan *p, const struct sw_rego_expr *e, bool body)
{
	if (p->e->opts.trace) {
		traced_negation(p, e, body);
		return;
	}
	struct plan_mark m = plan_open(p);
	uint32_t none = plan_label(p);
	p->fail = none;
	if (body) {
		plan_body(p, &e->body);
	} else {
		struct sw_rego_expr inner = *e;
		inner.negated = false;
		inner.n_withs = 0;
		uint32_t paths = p->paths.n;
		plan_expr_plain(p, &inner);
		p->paths.n = paths;
	}
	plan_jump(p, m.fail);
	plan_close(p, m);
	plan_here(p, none);
}

static void every(struct plan *p, const struct sw_rego_expr *e)
{
	uint16_t domain = plan_term(p, e->domain);
	struct plan_mark m = plan_open(p);
	uint16_t it = plan_regs(p, 2), key = plan_reg(p), val = plan_reg(p);
	uint32_t next = plan_label(p), done = plan_label(p);
	plan_emit(p, OP_ITER, it, domain, 0, 0); /* no collection: the expression fails */
	plan_here(p, next);
	p->fail = done;
	plan_emit(p, OP_NEXT, it, key, val, 0);
	p->fail = m.fail;
	p->heavy = true;
	if (e->key)
		plan_unify_reg(p, key, e->key);
	plan_unify_reg(p, val, e->val);
	plan_body(p, &e->body);
	plan_jump(p, next);
	plan_close(p, m);
	plan_here(p, done);
}

/* Every branch is a closed scope that succeeds at most once. */
static void and_or(struct plan *p, const struct sw_rego_expr *e)
{
	struct plan_mark m = plan_open(p);
	uint32_t yes = plan_label(p);
	for (uint32_t i = 0; i < e->n_branches && !p->err; i++) {
		bool last = i + 1 == e->n_branches;
		uint32_t other = plan_label(p);
		if (e->is_or && !last)
			p->fail = other;
		plan_body(p, &e->branches[i]);
		if (e->is_or)
			plan_jump(p, yes);
		plan_close(p, m);
		if (e->is_or && !last)
			plan_here(p, other);
	}
	plan_here(p, yes);
}

/* An expression without its `with`. */
void plan_expr_plain(struct plan *p, const struct sw_rego_expr *e)
{
	if (e->negated) {
		negation(p, e, false);
		return;
	}
	switch (e->kind) {
	case SW_REGO_EXPR_TERM:
		plan_emit(p, OP_TRUTH, plan_term(p, e->terms.v[0]), 0, 0, 0);
		break;
	case SW_REGO_EXPR_CALL:
		plan_call(p, e);
		break;
	case SW_REGO_EXPR_SOME: /* a membership, if anything is left of it */
		if (e->terms.n == 1 && e->terms.v[0]->kind == SW_REGO_CALL)
			plan_fail(p, -SW_EINVALID, "`some … in` was left in a body");
		break;
	case SW_REGO_EXPR_EVERY:
		every(p, e);
		break;
	case SW_REGO_EXPR_NOT_BODY:
		negation(p, e, true);
		break;
	case SW_REGO_EXPR_AND_OR:
		and_or(p, e);
		break;
	}
}

void plan_covered(struct plan *p, const struct sw_rego_loc *loc, bool generated)
{
	plan_push(p, p->c->exprs, ((struct vm_expr){*loc, generated}));
	plan_cold(p, COLD_COVER, 0, 0, p->c->exprs.n - 1);
}

static void count(struct plan *p, const struct sw_rego_expr *e)
{
	if (p->e->opts.coverage && e->loc.file) {
		bool some = sw_str_starts(e->loc.text, SW_STR("some ")); /* a declaration, to opa */
		plan_covered(p, &e->loc, e->generated || some);
	}
}

static void one(struct plan *p, const struct sw_rego_expr *e)
{
	if (e->n_withs)
		plan_with(p, e, plan_expr_plain);
	else
		plan_expr_plain(p, e);
}

enum { TRACE_TEXT_MAX = 1 << 16 };

/* The compiled expression with the names that the user gave to variables, as opa's traces show it. */
static uint32_t trace_location(struct plan *p, const struct sw_rego_expr *e)
{
	sw_autobuf text;
	struct sw_rego_loc loc = e->loc;
	struct sw_rego_expr *copy = sw_rego_expr_copy(p->a, e);
	sw_buf_init(&text, TRACE_TEXT_MAX);
	if (copy) {
		sw_rego_program_user_names(p->e->program, copy);
		if (copy->kind == SW_REGO_EXPR_EVERY && copy->key &&
			sw_str_starts(copy->key->name, SW_STR("__local"))) /* nobody wrote it */
			copy->key = NULL;
		sw_rego_expr_print(&text, copy);
	}
	loc.text = sw_arena_str(p->a, sw_buf_str(&text));
	plan_push(p, p->c->locs, loc);
	return p->c->locs.n - 1;
}

/*
 * The same with events around it: eval, then fail when there was no solution, and redo whenever what comes
 * behind wants another one.
 */
static void traced(struct plan *p, const struct sw_rego_expr *e)
{
	uint32_t outer = p->fail, fail = plan_label(p), redo = plan_label(p), on = plan_label(p);
	uint32_t never = plan_label(p);
	uint16_t found = plan_reg(p);
	uint32_t at = trace_location(p, e);
	plan_cold(p, COLD_TRACE, SW_REGO_TRACE_EVAL, 0, at);
	plan_emit(p, OP_UNDEF, found, 0, 0, 0);
	p->fail = fail;
	one(p, e);
	uint32_t inside = p->fail;
	plan_emit(p, OP_MOVK, found, 0, 0, plan_constant(p, sw_bool(true)));
	plan_jump(p, on);
	plan_here(p, redo);
	plan_cold(p, COLD_TRACE, SW_REGO_TRACE_REDO, 0, at);
	plan_jump(p, inside != fail ? inside : outer);
	plan_here(p, fail);
	p->fail = never;
	plan_emit(p, OP_DEFINED, found, 0, 0, 0);
	plan_jump(p, outer);
	plan_here(p, never);
	plan_cold(p, COLD_TRACE, SW_REGO_TRACE_FAIL, 0, at);
	plan_jump(p, outer);
	plan_here(p, on);
	p->fail = redo;
}

/* May the term use the variable? Closures are taken to. Recursion: the depth of a term. */
static bool term_uses(const struct sw_rego_term *t, struct sw_str name)
{
	if (t->kind == SW_REGO_SCALAR)
		return false;
	if (t->kind == SW_REGO_VAR)
		return sw_str_eq(t->name, name);
	if (t->kind != SW_REGO_REF && t->kind != SW_REGO_ARRAY && t->kind != SW_REGO_SET &&
		t->kind != SW_REGO_OBJECT)
		return true;
	for (uint32_t i = 0; i < t->items.n; i++)
		if (term_uses(t->items.v[i], name))
			return true;
	return false;
}

static bool uses(const struct sw_rego_expr *e, struct sw_str name)
{
	if (e->kind != SW_REGO_EXPR_TERM && e->kind != SW_REGO_EXPR_CALL)
		return true;
	for (uint32_t i = 0; i < e->terms.n; i++)
		if (term_uses(e->terms.v[i], name))
			return true;
	for (uint32_t i = 0; i < e->n_withs; i++)
		if (term_uses(e->withs[i].value, name))
			return true;
	return false;
}

/* The paths of walks from the `from`th on that the expression uses; NULL: all of them. */
static void make_paths(struct plan *p, uint32_t from, const struct sw_rego_expr *e)
{
	uint32_t kept = from;
	for (uint32_t i = from; i < p->paths.n; i++) {
		struct plan_path w = p->paths.v[i];
		if (e && !uses(e, w.name)) {
			p->paths.v[kept++] = w;
			continue;
		}
		plan_cold(p, COLD_WALKPATH, w.walker, w.reg, 0);
		plan_bind(p, w.name, w.reg);
	}
	p->paths.n = kept;
}

void plan_body(struct plan *p, const struct sw_rego_body *b)
{
	uint32_t paths = p->paths.n;
	if (++p->depth > PLAN_DEPTH)
		plan_fail(p, -SW_ELIMIT, "a body is nested too deep");
	for (uint32_t i = 0; i < b->n && !p->err; i++) {
		const struct sw_rego_expr *e = b->v[i];
		uint32_t saved = p->loc;
		p->loc = plan_location(p, &e->loc);
		make_paths(p, paths, e);
		count(p, e);
		if (p->e->opts.trace)
			traced(p, e);
		else
			one(p, e);
		p->loc = saved;
	}
	make_paths(p, paths, NULL);
	p->depth--;
}
