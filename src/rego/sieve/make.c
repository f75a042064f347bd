/* SPDX-License-Identifier: Apache-2.0 */
/* Goals: the bodies of rules, walked once with what is known. */
#include <stdlib.h>

#include "rego/sieve/impl.h"

/* ---- goals ---- */

struct sv_goal *sv_goal(
	struct sv *c, void (*run)(struct sv *c, const struct sv_goal *g), const struct sv_goal *next)
{
	struct sv_goal *g = sw_arena_new(c->a, struct sv_goal);
	if (!g) {
		static struct sv_goal none;
		c->full = true;
		return &none; /* never run: full */
	}
	g->run = run;
	g->next = next;
	return g;
}

void sv_solve(struct sv *c, const struct sv_goal *g)
{
	if (c->depth >= SV_DEPTH || ++c->work > SV_WORK || c->nodes > SW_SIEVE_NODES || c->a->overflow)
		c->full = true;
	if (c->full || c->gave_up || !g)
		return;
	c->depth++;
	g->run(c, g);
	c->depth--;
}

struct sv_mark sv_mark(const struct sv *c)
{
	return (struct sv_mark){c->at, c->env.n, c->slots, c->depth};
}

void sv_back(struct sv *c, struct sv_mark m)
{
	c->at = m.at;
	c->env.n = m.n_env;
	c->slots = m.slots;
	c->depth = m.depth;
}

struct sv_opnd *sv_cell(struct sv *c)
{
	static struct sv_opnd none;
	struct sv_opnd *o = sw_arena_new(c->a, struct sv_opnd);
	c->full = c->full || !o;
	return o ? o : &none;
}

static void hit(struct sv *c)
{
	sv_add(c, sv_new(c, SV_HIT));
}

/*
 * What follows cannot be told. Outermost the part is then taken to hold; inside of a negation neither answer
 * is safe, and the negation as a whole cannot be told.
 */
void sv_give_up(struct sv *c)
{
	if (c->nested)
		c->gave_up = true;
	else
		hit(c);
}

static void run_hit(struct sv *c, const struct sv_goal *g)
{
	hit(c);
}

void sv_found(struct sv *c, const struct sv_goal *g)
{
	sv_add(c, sv_new(c, SV_FOUND));
}

/* ---- trees of their own ---- */

struct sv_node *sv_sub_root(struct sv *c)
{
	struct sv_node *root = sv_new(c, SV_ROOT);
	root->parent = c->at;
	root->slots = (uint16_t)c->slots;
	return root;
}

/* The tree that `g` makes by itself. False: it cannot be told. */
static bool sv_sub(struct sv *c, struct sv_node *root, const struct sv_goal *g)
{
	struct sv_mark m = sv_mark(c);
	c->at = root;
	c->nested++;
	sv_solve(c, g);
	c->nested--;
	sv_back(c, m);
	bool ok = !c->gave_up && !c->full;
	c->gave_up = false;
	return ok;
}

/*
 * Inside of other trees too a set's rules take its place, as long as nothing in the tree can fail: an error
 * that is met depends on the order of solutions, and sets are in an order of their own.
 */
bool sv_sub_fresh(struct sv *c, struct sv_node *root, const struct sv_goal *g)
{
	bool met = c->met_set;
	c->met_set = false;
	bool ok = sv_sub(c, root, g);
	if (c->met_set && !c->strict && sv_may_fail(root)) {
		root->child = root->last = NULL;
		c->strict++;
		ok = sv_sub(c, root, g);
		c->strict--;
	}
	c->met_set = c->met_set || met;
	return ok;
}

/* ---- expressions ---- */

void sv_truth(struct sv *c, const struct sv_goal *g)
{
	const struct sv_opnd *o = g->cell;
	struct sw_value v = sv_value(c, o);
	if (sw_is_false(v))
		return;
	if (o->kind == SV_O_ANY && c->nested) {
		sv_give_up(c);
		return;
	}
	if (!sw_defined(v) && o->kind == SV_O_REF)
		sv_test(c, (struct sv_node){.op = SV_TRUTH, .a = o->ref});
	sv_solve(c, g->next);
}

static bool comprehension(const struct sw_rego_term *t)
{
	return t->kind >= SW_REGO_ARRAY_COMP && t->kind <= SW_REGO_OBJECT_COMP;
}

static void evaluate(struct sv *c, const struct sw_rego_term *t, uint32_t scope, struct sv_opnd *cell,
	const struct sv_goal *next)
{
	if (t->kind == SW_REGO_REF)
		sv_evaluate_ref(c, t, scope, cell, next);
	else if (comprehension(t))
		sv_comprehension(c, t, scope, cell, next);
	else if (sv_resolve(c, t, scope, cell))
		sv_solve(c, next);
	else
		sv_give_up(c);
}

static void term(struct sv *c, const struct sw_rego_term *t, uint32_t scope, const struct sv_goal *next)
{
	struct sv_goal *g = sv_goal(c, sv_truth, next);
	g->cell = sv_cell(c);
	evaluate(c, t, scope, g->cell, g);
}

/* ---- a = b ---- */

static void unify_now(struct sv *c, const struct sv_goal *g)
{
	if (sv_unify(c, g->a, g->b))
		sv_solve(c, g->next);
}

static void evaluate_side(struct sv *c, const struct sv_goal *g)
{
	evaluate(c, g->t, g->scope, g->cell, g->next);
}

static bool needs_evaluation(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_REF || comprehension(t);
}

/* A goal that evaluates the side before `next`, when it has to be. */
static const struct sv_goal *prepare(struct sv *c, struct sv_side *s, const struct sv_goal *next)
{
	if (!needs_evaluation(s->t))
		return next;
	struct sv_goal *g = sv_goal(c, evaluate_side, next);
	g->t = s->t;
	g->scope = s->scope;
	g->cell = sv_cell(c);
	s->o = g->cell;
	return g;
}

static void equation(struct sv *c, const struct sw_rego_expr *e, uint32_t scope, const struct sv_goal *next)
{
	struct sv_goal *g = sv_goal(c, unify_now, next);
	g->a = (struct sv_side){e->terms.v[1], scope, NULL};
	g->b = (struct sv_side){e->terms.v[2], scope, NULL};
	const struct sv_goal *first = prepare(c, &g->b, g);
	sv_solve(c, prepare(c, &g->a, first));
}

static bool is_equation(const struct sw_rego_expr *e)
{
	const struct sw_rego_term *op = e->terms.v[0];
	return e->terms.n == 3 && op->kind == SW_REGO_REF && op->items.n == 1 &&
	       op->items.v[0]->kind == SW_REGO_VAR &&
	       (sw_str_is(op->items.v[0]->name, "eq") || sw_str_is(op->items.v[0]->name, "assign"));
}

/* ---- not, every ---- */

static void positive(struct sv *c, const struct sw_rego_expr *e, uint32_t scope, const struct sv_goal *next);

static void run_positive(struct sv *c, const struct sv_goal *g)
{
	positive(c, (const struct sw_rego_expr *)(const void *)g->t, g->scope, g->next);
}

/* Goes on where the tree finds nothing. */
static void unless(struct sv *c, const struct sv_goal *inner, const struct sv_goal *next)
{
	struct sv_node *root = sv_sub_root(c);
	if (!sv_sub_fresh(c, root, inner)) {
		sv_give_up(c);
		return;
	}
	sv_prune(root);
	struct sv_node test;
	if (sv_succeeds(root))
		return;
	if (sv_opposite(c, root, &test)) {
		sv_test(c, test);
	} else if (root->child) {
		struct sv_node *n = sv_new(c, SV_NOT);
		n->sub = root;
		sv_add(c, n);
	}
	sv_solve(c, next);
}

static void negation(struct sv *c, const struct sw_rego_expr *e, uint32_t scope, const struct sv_goal *next)
{
	struct sv_goal *found = sv_goal(c, sv_found, NULL);
	if (e->kind == SW_REGO_EXPR_NOT_BODY) {
		unless(c, sv_body(c, &e->body, scope, found), next);
		return;
	}
	struct sv_goal *g = sv_goal(c, run_positive, found);
	g->t = (const struct sw_rego_term *)(const void *)e; /* goals carry one of the two */
	g->scope = scope;
	unless(c, g, next);
}

static void run_unless(struct sv *c, const struct sv_goal *g)
{
	unless(c, sv_body(c, g->body, g->scope, sv_goal(c, sv_found, NULL)), g->next);
}

/* No element of the domain without a solution of the body. */
static void every(struct sv *c, const struct sw_rego_expr *e, uint32_t scope, const struct sv_goal *next)
{
	struct sv_opnd domain;
	if (!sv_resolve(c, e->domain, scope, &domain) || sv_has_any(&domain)) {
		sv_give_up(c);
		return;
	}
	const uint32_t collections = 1u << SW_ARRAY | 1u << SW_OBJECT | 1u << SW_SET;
	uint16_t r = sv_ref(c, &domain);
	sv_test(c, (struct sv_node){.op = SV_IS, .a = r, .x = collections});
	struct sv_node *root = sv_sub_root(c), *outer = c->at;
	struct sv_mark m = sv_mark(c);
	c->at = root;
	uint16_t at = sv_compute(c, (struct sv_node){.op = SV_ITER, .a = r}, 2);
	struct sv_opnd val = sv_slot(at), key = sv_slot((uint16_t)(at + 1));
	struct sv_goal *g = sv_goal(c, run_unless, sv_goal(c, sv_found, NULL));
	g->body = &e->body;
	g->scope = scope;
	struct sv_goal *take = sv_goal(c, unify_now, g), *take_key = sv_goal(c, unify_now, take);
	take->a = (struct sv_side){.o = &val};
	take->b = (struct sv_side){e->val, scope, NULL};
	take_key->a = (struct sv_side){.o = &key};
	take_key->b = (struct sv_side){e->key, scope, NULL};
	c->nested++;
	c->strict++;
	sv_solve(c, e->key ? take_key : take);
	c->strict--;
	c->nested--;
	sv_back(c, m);
	c->at = outer;
	bool gave_up = c->gave_up;
	c->gave_up = false;
	if (gave_up) {
		sv_give_up(c);
		return;
	}
	struct sv_node *n = sv_new(c, SV_NOT);
	n->sub = root;
	sv_add(c, n);
	sv_solve(c, next);
}

static void positive(struct sv *c, const struct sw_rego_expr *e, uint32_t scope, const struct sv_goal *next)
{
	if (e->n_withs) {
		sv_give_up(c);
		return;
	}
	switch (e->kind) {
	case SW_REGO_EXPR_TERM:
		term(c, e->terms.v[0], scope, next);
		break;
	case SW_REGO_EXPR_CALL:
		if (is_equation(e))
			equation(c, e, scope, next);
		else
			sv_call(c, e, scope, next);
		break;
	case SW_REGO_EXPR_EVERY:
		every(c, e, scope, next);
		break;
	case SW_REGO_EXPR_NOT_BODY:
		negation(c, e, scope, next);
		break;
	default:
		sv_give_up(c);
	}
}

static void run_body(struct sv *c, const struct sv_goal *g)
{
	if (g->i == g->body->n) {
		sv_solve(c, g->next);
		return;
	}
	const struct sw_rego_expr *e = g->body->v[g->i];
	struct sv_goal *rest = sv_goal(c, run_body, g->next);
	rest->body = g->body;
	rest->i = g->i + 1;
	rest->scope = g->scope;
	if (e->n_withs || (e->negated && e->kind == SW_REGO_EXPR_NOT_BODY))
		sv_give_up(c);
	else if (e->negated)
		negation(c, e, g->scope, rest);
	else
		positive(c, e, g->scope, rest);
}

const struct sv_goal *sv_body(
	struct sv *c, const struct sw_rego_body *b, uint32_t scope, const struct sv_goal *next)
{
	struct sv_goal *g = sv_goal(c, run_body, next);
	g->body = b;
	g->scope = scope;
	return g;
}

static bool free_variable(const struct sv *c, struct sv_side s)
{
	return s.t && s.t->kind == SW_REGO_VAR && !sv_lookup(c, s.scope, s.t->name);
}

/* Are what is left of the body only names for a value that is about to come? */
static bool only_names(const struct sv *c, const struct sv_goal *g)
{
	for (uint32_t i = g->i; i < g->body->n; i++) {
		const struct sw_rego_expr *e = g->body->v[i];
		if (e->kind != SW_REGO_EXPR_CALL || e->negated || e->n_withs || !is_equation(e))
			return false;
		struct sv_side a = {e->terms.v[1], g->scope, NULL}, b = {e->terms.v[2], g->scope, NULL};
		if (!free_variable(c, a) || !free_variable(c, b) || sw_str_eq(a.t->name, b.t->name))
			return false;
	}
	return g->body->n - g->i <= 1;
}

bool sv_tail(struct sv *c, const struct sv_goal *g)
{
	for (; g && !c->nested; g = g->next) {
		if (g->run == run_hit)
			return true;
		bool end = g->run == run_body && only_names(c, g);
		if (!end && !sv_is_value(g) && !(sv_is_result(g) && free_variable(c, g->b)))
			return false;
	}
	return false;
}

/* ---- parts ---- */

/* A rule of any kind holds when a body has a solution, whatever it makes of it. */
static void all_bodies(struct sv *c, const struct sw_rego_node *node)
{
	for (uint32_t i = 0; i < node->n_rules; i++)
		for (const struct sw_rego_rule *r = node->rules[i]; r; r = r->else_rule) {
			struct sv_mark m = sv_mark(c);
			sv_solve(c, r->is_default || r->kind == SW_REGO_FUNCTION
					    ? sv_goal(c, run_hit, NULL)
					    : sv_body(c, &r->body, ++c->scopes, sv_goal(c, run_hit, NULL)));
			sv_back(c, m);
		}
}

static void make_input(struct sv *c, const struct sw_rego_sieve_input *in)
{
	struct sv_opnd *items = sw_arena_new_array(c->a, 4, struct sv_opnd);
	if (!items) {
		c->full = true;
		return;
	}
	items[0] = sv_k(c, sw_string(in->known));
	items[1] = sv_k(c, in->value);
	items[2] = sv_k(c, sw_string(in->open));
	items[3] = sv_slot(0);
	c->input = (struct sv_opnd){.kind = SV_O_OBJECT, .n = 4, .items = items};
}

const struct sw_rego_sieve_part *sw_rego_sieve_part(struct sw_rego_sieve *s, const struct sw_rego_engine *e,
	struct sw_str package, struct sw_str rule, const struct sw_rego_sieve_input *in)
{
	struct sv c = {.s = s, .e = e, .a = &s->arena, .slots = 1, .max_slots = 1};
	const struct sw_rego_node *node = e->program && !e->from_image ? e->program->data : NULL;
	node = node ? sw_rego_node_child(node, sw_string(package)) : NULL;
	node = node ? sw_rego_node_child(node, sw_string(rule)) : NULL;
	if (!node || !node->n_rules || node->n_children || e->opts.strict_errors)
		return NULL;
	struct sw_rego_sieve_part *p = sw_arena_new(c.a, struct sw_rego_sieve_part);
	c.at = sv_new(&c, SV_ROOT);
	struct sv_node *root = c.at;
	make_input(&c, in);
	if (!c.full)
		all_bodies(&c, node);
	if (!p || c.full || c.a->overflow)
		return NULL;
	sv_prune(root);
	*p = (struct sw_rego_sieve_part){root, c.max_slots};
	return p;
}

struct sw_rego_screen *sw_rego_sieve_screen(
	struct sw_rego_sieve *s, const struct sw_rego_sieve_part *const *parts, uint32_t n)
{
	struct sw_rego_screen *screen = sw_arena_new(&s->arena, struct sw_rego_screen);
	uint64_t *always = sw_arena_new_array(&s->arena, n / 64 + 1, uint64_t);
	struct sv_node *root = sw_arena_new(&s->arena, struct sv_node);
	struct sv_code code;
	if (!screen || !always || !root || s->arena.overflow)
		return NULL;
	memset(always, 0, (n / 64 + 1) * sizeof(*always));
	for (uint32_t i = 0; i < n; i++) {
		if (parts[i])
			sv_merge(&s->arena, root, parts[i]->root, i);
		else
			always[i / 64] |= (uint64_t)1 << (i % 64);
	}
	if (s->arena.overflow || !sv_code(s, root, &code))
		return NULL;
	*screen = (struct sw_rego_screen){s, code, n, always};
	return screen;
}

struct sw_rego_sieve *sw_rego_sieve_new(void)
{
	struct sw_rego_sieve *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	sw_arena_init(&s->arena, (size_t)256 << 20);
	sv_run_init(s);
	return s;
}

void sw_rego_sieve_free(struct sw_rego_sieve *s)
{
	if (!s)
		return;
	sv_run_release(s);
	sw_arena_release(&s->arena);
	free(s);
}
