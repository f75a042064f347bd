/* SPDX-License-Identifier: Apache-2.0 */
/* Rules and functions: in place of their call where that keeps their meaning, else programs of their own. */
#include "rego/parse.h"
#include "rego/sieve/impl.h"

/* ---- one rule ---- */

struct args {
	const struct sv_opnd *v;
	uint32_t n;
};

static void run_value(struct sv *c, const struct sv_goal *g)
{
	if (!sv_resolve(c, g->rule->head->value, g->scope, g->cell)) {
		sv_give_up(c);
		return;
	}
	sv_solve(c, g->next);
}

bool sv_is_value(const struct sv_goal *g)
{
	return g->run == run_value;
}

/* Arguments against the head, the body, then the value into g->cell. g->cell2: g->i arguments. */
static void run_rule(struct sv *c, const struct sv_goal *g)
{
	const struct sw_rego_head *h = g->rule->head;
	uint32_t scope = ++c->scopes;
	if (h->args.n != g->i) {
		sv_give_up(c);
		return;
	}
	for (uint32_t i = 0; i < g->i; i++)
		if (!sv_unify(c, (struct sv_side){.o = &g->cell2[i]}, (struct sv_side){h->args.v[i], scope, NULL}))
			return;
	struct sv_goal *value = sv_goal(c, run_value, g->next);
	value->rule = g->rule;
	value->scope = scope;
	value->cell = g->cell;
	sv_solve(c, sv_body(c, &g->rule->body, scope, value));
}

static struct sv_goal *rule_goal(struct sv *c, const struct sw_rego_rule *r, struct args args,
	struct sv_opnd *cell, const struct sv_goal *next)
{
	struct sv_goal *g = sv_goal(c, run_rule, next);
	struct sv_opnd *copy = sw_arena_new_array(c->a, args.n + 1, struct sv_opnd);
	if (copy && args.n)
		memcpy(copy, args.v, args.n * sizeof(*copy));
	c->full = c->full || !copy;
	g->rule = r;
	g->cell = cell;
	g->cell2 = copy;
	g->i = args.n;
	return g;
}

/* The same constant in all rules, so that the first success decides. */
static bool one_constant(const struct sw_rego_node *node, struct sw_value *ret)
{
	struct sw_value seen = sw_undef();
	for (uint32_t i = 0; i < node->n_rules; i++)
		for (const struct sw_rego_rule *r = node->rules[i]; r; r = r->else_rule) {
			const struct sw_rego_term *t = r->head->value;
			if (r->is_default || !t || t->kind != SW_REGO_SCALAR ||
				(sw_defined(seen) && !sw_value_eq(seen, t->value)))
				return false;
			seen = t->value;
		}
	*ret = seen;
	return true;
}

/* ---- programs ---- */

static bool reads_open(const struct sv *c, const struct sv_node *root);

static bool node_reads_open(const struct sv *c, const struct sv_node *n)
{
	for (uint32_t i = 0; i < n->n_args; i++)
		if (n->args[i] == 0)
			return true;
	switch ((enum sv_op)n->op) {
	case SV_GETV:
	case SV_OBJGET:
	case SV_EQ:
	case SV_NE:
	case SV_LT:
	case SV_LE:
		if (n->b == 0 || n->a == 0)
			return true;
		break;
	case SV_YIELD:
		if (n->a == 0 || (n->x && n->b == 0))
			return true;
		break;
	case SV_GET:
	case SV_ITER:
	case SV_TRUTH:
	case SV_IS:
	case SV_COUNT:
	case SV_SIZE:
		if (n->a == 0)
			return true;
		break;
	case SV_CALL:
		if (!c->s->progs.v[n->x]->closed)
			return true;
		break;
	default:
		break;
	}
	return n->sub && reads_open(c, n->sub);
}

static bool reads_open(const struct sv *c, const struct sv_node *root)
{
	for (const struct sv_node *n = root->child; n; n = n->next)
		if (node_reads_open(c, n) || reads_open(c, n))
			return true;
	return false;
}

static void run_yield(struct sv *c, const struct sv_goal *g)
{
	struct sv_opnd a, b = {0};
	bool two = g->b.t != NULL;
	if (g->cell)
		a = *g->cell;
	else if (!sv_resolve(c, g->a.t, g->a.scope, &a))
		a.kind = SV_O_ANY;
	if (two && !sv_resolve(c, g->b.t, g->b.scope, &b))
		b.kind = SV_O_ANY;
	if (a.kind == SV_O_ANY || b.kind == SV_O_ANY || sv_has_any(&a) || sv_has_any(&b)) {
		sv_give_up(c);
		return;
	}
	uint16_t ra = sv_ref(c, &a), rb = two ? sv_ref(c, &b) : 0;
	struct sv_node *n = sv_new(c, SV_YIELD);
	n->a = ra;
	n->b = rb;
	n->x = two;
	sv_add(c, n);
}

static bool same_prog(const struct sv_prog *a, const struct sv_prog *b)
{
	if (a->kind != b->kind || a->first_wins != b->first_wins || a->has_default != b->has_default ||
		a->n_args != b->n_args || a->n != b->n || a->max_slots != b->max_slots ||
		(a->has_default && !sw_value_eq(a->fallback, b->fallback)))
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (a->clauses[i].chained != b->clauses[i].chained ||
			!sv_same_tree(a->clauses[i].root, b->clauses[i].root))
			return false;
	return true;
}

/* Its number; UINT32_MAX: there are too many. */
static uint32_t keep(struct sv *c, struct sv_prog *p)
{
	struct sw_rego_sieve *s = c->s;
	for (uint32_t i = 0; i < s->progs.n; i++)
		if (same_prog(s->progs.v[i], p))
			return i;
	if (s->progs.n == s->progs.cap) {
		uint32_t cap = s->progs.cap ? 2 * s->progs.cap : 64;
		struct sv_prog **v =
			cap > 1 << 16 ? NULL
				      : sw_arena_grow(&s->arena, s->progs.v, s->progs.n * sizeof(*v), cap * sizeof(*v));
		if (!v) {
			c->full = true;
			return UINT32_MAX;
		}
		s->progs.v = v;
		s->progs.cap = cap;
	}
	s->progs.v[s->progs.n++] = p;
	return s->progs.n - 1;
}

/* A clause that needs no input: 1 with its value, 0 when it never succeeds, -1 when it does need it. */
static int static_clause(const struct sv *c, const struct sv_node *root, struct sw_value *ret)
{
	int found = 0;
	for (const struct sv_node *n = root->child; n; n = n->next) {
		if (n->op != SV_YIELD || !(n->a & SV_K))
			return -1;
		struct sw_value v = c->s->k.v[n->a & ~SV_K];
		if (found && !sw_value_eq(v, *ret))
			return -1;
		*ret = v;
		found = 1;
	}
	return found;
}

/* The same of a program with one value. */
static int static_value(const struct sv *c, const struct sv_prog *p, struct sw_value *ret)
{
	struct sw_value v, all = sw_undef();
	bool had = false;
	for (uint32_t i = 0; i < p->n; i++) {
		had = had && p->clauses[i].chained;
		if (had)
			continue;
		int r = static_clause(c, p->clauses[i].root, &v);
		if (r < 0 || (r && sw_defined(all) && !sw_value_eq(all, v)))
			return -1;
		if (r) {
			all = v;
			had = true;
		}
	}
	if (!sw_defined(all) && p->has_default)
		all = p->fallback;
	*ret = all;
	return sw_defined(all);
}

struct frame {
	struct sv_node *at;
	uint32_t slots, max_slots;
};

static struct frame enter(struct sv *c, uint32_t slots)
{
	struct frame f = {c->at, c->slots, c->max_slots};
	c->at = NULL;
	c->slots = c->max_slots = slots;
	return f;
}

static void leave(struct sv *c, struct frame f)
{
	c->at = f.at;
	c->slots = f.slots;
	c->max_slots = f.max_slots;
}

static bool add_clause(struct sv *c, struct sv_prog *p, const struct sv_goal *g, bool chained)
{
	struct sv_node *root = sv_sub_root(c);
	p->clauses[p->n++] = (struct sv_clause){.root = root, .chained = chained};
	bool ok = sv_sub_fresh(c, root, g);
	sv_prune(root);
	return ok;
}

static uint32_t count_clauses(const struct sw_rego_node *node)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < node->n_rules; i++)
		for (const struct sw_rego_rule *r = node->rules[i]; r; r = r->else_rule)
			n++;
	return n;
}

static bool add_rule(struct sv *c, struct sv_prog *p, const struct sw_rego_rule *first, struct args args)
{
	bool ok = true;
	if (first->is_default) {
		p->has_default = true;
		p->fallback = sw_rego_term_value(c->a, first->head->value);
		return sw_defined(p->fallback);
	}
	for (const struct sw_rego_rule *r = first; ok && r; r = r->else_rule) {
		struct sv_goal *yield = sv_goal(c, run_yield, NULL);
		yield->cell = sv_cell(c);
		ok = add_clause(c, p, rule_goal(c, r, args, yield->cell, yield), r != first);
	}
	return ok;
}

static struct sv_prog *new_prog(struct sv *c, const struct sw_rego_node *node, enum sw_type kind)
{
	struct sv_prog *p = sw_arena_new(c->a, struct sv_prog);
	if (p)
		p->clauses = sw_arena_new_array(c->a, count_clauses(node) + 1, struct sv_clause);
	if (!p || !p->clauses) {
		c->full = true;
		return NULL;
	}
	p->kind = (uint8_t)kind;
	return p;
}

static void finish_prog(const struct sv *c, struct sv_prog *p)
{
	p->max_slots = c->max_slots;
	p->closed = true;
	for (uint32_t i = 0; i < p->n; i++)
		p->closed = p->closed && !reads_open(c, p->clauses[i].root);
}

/* Slots among the arguments become those of the program's frame, constants are folded in. */
static void program(struct sv *c, const struct sw_rego_node *node, struct args args, struct sv_opnd *cell,
	const struct sv_goal *next)
{
	struct sv_opnd inner[SV_ARGS];
	uint16_t outer[SV_ARGS];
	struct sw_value ignored;
	struct sv_prog *p = new_prog(c, node, SW_UNDEF);
	uint32_t n = 0;
	if (!p)
		return;
	for (uint32_t i = 0; i < args.n; i++) {
		uint16_t r = sv_ref(c, &args.v[i]);
		inner[i] = sv_slot(r & SV_K ? r : (uint16_t)(n + 1));
		if (!(r & SV_K))
			outer[n++] = r;
	}
	p->n_args = n;
	p->first_wins = one_constant(node, &ignored);
	struct frame f = enter(c, n + 1);
	bool ok = true;
	for (uint32_t i = 0; ok && i < node->n_rules; i++)
		ok = add_rule(c, p, node->rules[i], (struct args){inner, args.n});
	finish_prog(c, p);
	leave(c, f);
	struct sw_value v;
	int known = ok ? static_value(c, p, &v) : -1;
	if (!ok) {
		sv_give_up(c);
	} else if (known >= 0) {
		if (known) {
			*cell = sv_k(c, v);
			sv_solve(c, next);
		}
	} else {
		uint32_t x = keep(c, p);
		if (c->full)
			return;
		*cell = sv_slot(sv_compute(
			c, (struct sv_node){.op = SV_CALL, .x = x, .n_args = (uint8_t)n, .args = outer}, 1));
		sv_solve(c, next);
	}
}

/* ---- in place ---- */

static void each_rule(struct sv *c, const struct sw_rego_node *node, struct args args, struct sv_opnd *cell,
	const struct sv_goal *next)
{
	for (uint32_t i = 0; i < node->n_rules; i++)
		for (const struct sw_rego_rule *r = node->rules[i]; r; r = r->else_rule) {
			struct sv_mark m = sv_mark(c);
			sv_solve(c, rule_goal(c, r, args, cell, next));
			sv_back(c, m);
		}
}

static void run_alternatives(struct sv *c, const struct sv_goal *g)
{
	const struct sw_rego_node *node = (const struct sw_rego_node *)(const void *)g->t; /* goals carry one of the two */
	each_rule(c, node, (struct args){g->cell2, g->i}, g->cell, g->next);
}

static struct sv_node *alternatives(struct sv *c, const struct sw_rego_node *node, struct args args)
{
	struct sv_node *root = sv_sub_root(c);
	struct sv_goal *g = rule_goal(c, NULL, args, sv_cell(c), sv_goal(c, sv_found, NULL));
	g->run = run_alternatives;
	g->t = (const struct sw_rego_term *)(const void *)node;
	if (!sv_sub_fresh(c, root, g))
		return NULL;
	sv_prune(root);
	return root;
}

void sv_apply(struct sv *c, const struct sw_rego_node *node, const struct sv_opnd *args, uint32_t n,
	struct sv_opnd *cell, const struct sv_goal *next)
{
	struct args a = {args, n};
	struct sw_value v = sw_undef();
	for (uint32_t i = 0; i < n; i++)
		if (sv_has_any(&args[i])) {
			*cell = (struct sv_opnd){.kind = SV_O_ANY};
			if (c->nested)
				sv_give_up(c);
			else
				sv_solve(c, next);
			return;
		}
	if (sv_tail(c, next)) { /* any success is enough, and two that contradict each other are two of them */
		each_rule(c, node, a, cell, next);
		return;
	}
	bool alone = node->n_rules == 1 && !node->rules[0]->else_rule && !node->rules[0]->is_default;
	bool constant = one_constant(node, &v);
	struct sv_node *root = alone || constant ? alternatives(c, node, a) : NULL;
	if ((alone || constant) && !root) {
		sv_give_up(c);
		return;
	}
	if (root && !root->child)
		return; /* it never holds */
	if (root && alone && sv_linear(root)) {
		sv_solve(c, rule_goal(c, node->rules[0], a, cell, next));
		return;
	}
	if (!root || !constant) {
		program(c, node, a, cell, next);
		return;
	}
	if (!sv_succeeds(root)) {
		struct sv_node *e = sv_new(c, SV_EXISTS);
		e->sub = root;
		sv_add(c, e);
	}
	*cell = sv_k(c, v);
	sv_solve(c, next);
}

/* ---- documents and comprehensions ---- */

static uint32_t node_depth(const struct sw_rego_node *n)
{
	uint32_t d = 0;
	for (; n->parent; n = n->parent)
		d++;
	return d;
}

static bool usual_rule(struct sv *c, const struct sw_rego_node *node, const struct sw_rego_rule *r, uint8_t kind)
{
	if (r->kind != kind || r->is_default || r->else_rule)
		return false;
	if (kind == SW_REGO_PARTIAL_SET)
		return true;
	const struct sw_rego_term *ref = sw_rego_rule_ref(c->a, r);
	return kind == SW_REGO_PARTIAL_OBJECT && ref && ref->items.n == node_depth(node) + 2;
}

/* All that clauses yield, when it is constant. */
static struct sw_value static_document(const struct sv *c, const struct sv_node *const *roots, uint32_t n,
	enum sw_type type)
{
	struct sw_list l;
	struct sw_map m;
	sw_list_init(&l, c->a);
	sw_map_init(&m, c->a);
	for (uint32_t i = 0; i < n; i++)
		for (const struct sv_node *k = roots[i]->child; k; k = k->next) {
			if (k->op != SV_YIELD || !(k->a & SV_K) || (k->x && !(k->b & SV_K)))
				return sw_undef();
			if (type == SW_OBJECT)
				sw_map_add(&m, c->s->k.v[k->a & ~SV_K], c->s->k.v[k->b & ~SV_K]);
			else
				sw_list_add(&l, c->s->k.v[k->a & ~SV_K]);
		}
	if (type == SW_OBJECT) {
		struct sw_value v = sw_map_object(&m);
		return m.dup ? sw_undef() : v;
	}
	return type == SW_SET ? sw_list_set(&l) : sw_list_array(&l);
}

bool sv_document(struct sv *c, const struct sw_rego_node *node, struct sv_opnd *ret)
{
	uint8_t kind = node->rules[0]->kind;
	enum sw_type type = kind == SW_REGO_PARTIAL_SET ? SW_SET : SW_OBJECT;
	const struct sv_node *roots[64];
	if (node->n_rules > SW_ARRAY_LEN(roots))
		return false;
	for (uint32_t i = 0; i < node->n_rules; i++)
		if (!usual_rule(c, node, node->rules[i], kind))
			return false;
	struct sv_prog *p = new_prog(c, node, type);
	if (!p)
		return false;
	struct frame f = enter(c, 1);
	bool ok = true;
	for (uint32_t i = 0; ok && i < node->n_rules; i++) {
		const struct sw_rego_rule *r = node->rules[i];
		uint32_t scope = ++c->scopes;
		struct sv_goal *yield = sv_goal(c, run_yield, NULL);
		yield->a = (struct sv_side){r->head->key, scope, NULL};
		if (type == SW_OBJECT)
			yield->b = (struct sv_side){r->head->value, scope, NULL};
		ok = add_clause(c, p, sv_body(c, &r->body, scope, yield), false);
		roots[i] = p->clauses[i].root;
	}
	finish_prog(c, p);
	leave(c, f);
	if (!ok)
		return false;
	struct sw_value v = static_document(c, roots, p->n, type);
	uint32_t x = sw_defined(v) ? 0 : keep(c, p);
	if (c->full)
		return false;
	*ret = sw_defined(v) ? sv_k(c, v)
			     : sv_slot(sv_compute(c, (struct sv_node){.op = SV_CALL, .x = x}, 1));
	return true;
}

void sv_comprehension(struct sv *c, const struct sw_rego_term *t, uint32_t scope, struct sv_opnd *cell,
	const struct sv_goal *next)
{
	bool object = t->kind == SW_REGO_OBJECT_COMP;
	enum sw_type type = object ? SW_OBJECT : t->kind == SW_REGO_SET_COMP ? SW_SET : SW_ARRAY;
	uint32_t dst = c->slots++; /* in use while it is made */
	c->full = c->full || c->slots > SV_SLOTS;
	struct sv_node *root = sv_sub_root(c);
	struct sv_goal *yield = sv_goal(c, run_yield, NULL);
	yield->a = (struct sv_side){t->items.v[0], scope, NULL};
	if (object)
		yield->b = (struct sv_side){t->items.v[1], scope, NULL};
	c->ordered += type == SW_ARRAY;
	bool ok = sv_sub_fresh(c, root, sv_body(c, &t->body, scope, yield));
	c->ordered -= type == SW_ARRAY;
	if (!ok) {
		sv_give_up(c);
		return;
	}
	const struct sv_node *const roots[] = {root};
	struct sw_value v = static_document(c, roots, 1, type);
	if (sw_defined(v)) {
		*cell = sv_k(c, v);
	} else {
		struct sv_node *n = sv_new(c, SV_BUILD);
		n->sub = root;
		n->x = type;
		n->dst = (uint16_t)dst;
		c->max_slots = c->slots > c->max_slots ? c->slots : c->max_slots;
		*cell = sv_slot(sv_add(c, n)->dst);
	}
	sv_solve(c, next);
}
