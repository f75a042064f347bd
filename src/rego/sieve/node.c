/* SPDX-License-Identifier: Apache-2.0 */
/* The tree: nodes that are equal become one, in a part and between parts. */
#include "rego/sieve/impl.h"

struct sv_node *sv_new(struct sv *c, enum sv_op op)
{
	static struct sv_node none;
	struct sv_node *n = sw_arena_new(c->a, struct sv_node);
	c->nodes++;
	if (!n) {
		c->full = true;
		none = (struct sv_node){0};
		return &none;
	}
	n->op = (uint8_t)op;
	n->slots = (uint16_t)c->slots;
	return n;
}

static bool same_node(const struct sv_node *a, const struct sv_node *b)
{
	if (a->op != b->op || a->dst != b->dst || a->a != b->a || a->b != b->b || a->x != b->x ||
		a->builtin != b->builtin || a->n_args != b->n_args || a->slots != b->slots)
		return false;
	for (uint32_t i = 0; i < a->n_args; i++)
		if (a->args[i] != b->args[i])
			return false;
	return !a->sub == !b->sub && (!a->sub || sv_same_tree(a->sub, b->sub));
}

/* Recursion: the depth of a tree, SV_DEPTH. */
bool sv_same_tree(const struct sv_node *a, const struct sv_node *b)
{
	const struct sv_node *x = a->child, *y = b->child;
	for (; x && y; x = x->next, y = y->next)
		if (!same_node(x, y) || !sv_same_tree(x, y))
			return false;
	return !x && !y;
}

static struct sv_node *find(const struct sv_node *parent, const struct sv_node *n)
{
	for (struct sv_node *k = parent->child; k; k = k->next)
		if (same_node(k, n))
			return k;
	return NULL;
}

void sv_append(struct sv_node *parent, struct sv_node *n)
{
	n->parent = parent;
	n->next = NULL;
	if (parent->last)
		parent->last->next = n;
	else
		parent->child = n;
	parent->last = n;
}

struct sv_node *sv_add(struct sv *c, struct sv_node *n)
{
	if (c->full)
		return n;
	struct sv_node *same = c->ordered ? NULL : find(c->at, n);
	if (!same)
		sv_append(c->at, n);
	c->at = same ? same : n;
	return c->at;
}

/* One way down, without loops: at most one solution. */
bool sv_linear(const struct sv_node *root)
{
	for (const struct sv_node *n = root->child; n; n = n->child)
		if (n->next || n->op == SV_ITER)
			return false;
	return true;
}

bool sv_succeeds(const struct sv_node *root)
{
	for (const struct sv_node *n = root->child; n; n = n->next)
		if (n->op == SV_FOUND)
			return true;
	return false;
}

/* Builtins whose only errors are those of operands, which make an expression undefined. */
static bool harmless(const struct sw_builtin *b)
{
	static const char *const names[] = {"and", "contains", "count", "endswith", "lower", "minus", "or", "plus",
		"startswith", "strings.any_prefix_match", "strings.any_suffix_match", "trim_prefix", "trim_suffix", "upper"};
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++)
		if (strcmp(b->name, names[i]) == 0)
			return true;
	return false;
}

bool sv_may_fail(const struct sv_node *n)
{
	if (n->op == SV_CALL || (n->op == SV_BUILTIN && !harmless(n->builtin)))
		return true;
	for (const struct sv_node *k = n->sub ? n->sub->child : NULL; k; k = k->next)
		if (sv_may_fail(k))
			return true;
	for (const struct sv_node *k = n->child; k; k = k->next)
		if (sv_may_fail(k))
			return true;
	return false;
}

/* Ways that lead nowhere, and cannot fail either, are taken out. Recursion: SV_DEPTH. */
void sv_prune(struct sv_node *n)
{
	struct sv_node *k = n->child;
	n->child = n->last = NULL;
	while (k) {
		struct sv_node *next = k->next;
		sv_prune(k);
		bool end = k->op == SV_HIT || k->op == SV_FOUND || k->op == SV_YIELD;
		if (k->child || end || sv_may_fail(k)) {
			struct sv_node *parent = k->parent; /* of trees made apart: the way for sv_compute() */
			sv_append(n, k);
			k->parent = parent;
		}
		k = next;
	}
}

/* Of `not x` where x is one test: the opposite test. */
bool sv_opposite(struct sv *c, const struct sv_node *root, struct sv_node *ret)
{
	const struct sv_node *t = root->child;
	if (!t || t->next || !t->child || t->child->op != SV_FOUND || t->child->next)
		return false;
	*ret = (struct sv_node){.op = t->op, .a = t->a, .b = t->b, .x = t->x};
	switch ((enum sv_op)t->op) {
	case SV_EQ:
		ret->op = SV_NE;
		return true;
	case SV_NE:
		ret->op = SV_EQ;
		return true;
	case SV_LT:
	case SV_LE:
		ret->op = t->op == SV_LT ? SV_LE : SV_LT;
		ret->a = t->b;
		ret->b = t->a;
		return true;
	case SV_IS:
		ret->x = ~t->x;
		return true;
	case SV_TRUTH:
		ret->op = SV_EQ;
		ret->b = sv_constant(c, sw_bool(false));
		return true;
	default:
		return false;
	}
}

uint16_t sv_compute(struct sv *c, struct sv_node n, uint32_t width)
{
	if (n.op != SV_ITER && n.op != SV_BUILD)
		for (const struct sv_node *p = c->at; p; p = p->parent)
			if (p->op == n.op && p->a == n.a && p->b == n.b && p->x == n.x && p->builtin == n.builtin &&
				p->n_args == n.n_args && !p->sub &&
				(!n.n_args || memcmp(p->args, n.args, n.n_args * sizeof(*n.args)) == 0))
				return p->dst;
	if (c->slots + width > SV_SLOTS) {
		c->full = true;
		return 0;
	}
	n.dst = (uint16_t)c->slots;
	c->slots += width;
	c->max_slots = c->slots > c->max_slots ? c->slots : c->max_slots;
	struct sv_node *made = sv_new(c, (enum sv_op)n.op);
	n.slots = (uint16_t)c->slots;
	n.args = n.n_args ? (uint16_t *)sw_arena_memdup(c->a, n.args, n.n_args * sizeof(*n.args)) : NULL;
	c->full = c->full || (n.n_args && !n.args);
	*made = n;
	return sv_add(c, made)->dst;
}

void sv_test(struct sv *c, struct sv_node n)
{
	for (const struct sv_node *p = c->at; p; p = p->parent)
		if (p->op == n.op && p->a == n.a && p->b == n.b && p->x == n.x && !p->sub && !n.sub)
			return;
	struct sv_node *made = sv_new(c, (enum sv_op)n.op);
	n.slots = made->slots;
	*made = n;
	sv_add(c, made);
}

/* A copy of the nodes below `from` goes below `into`. id: of hits. Recursion: SV_DEPTH. */
struct sv_node *sv_merge(struct sw_arena *a, struct sv_node *into, const struct sv_node *from, uint32_t id)
{
	for (const struct sv_node *n = from->child; into && n; n = n->next) {
		struct sv_node key = *n;
		if (key.op == SV_HIT)
			key.x = id;
		struct sv_node *k = find(into, &key);
		if (!k) {
			k = sw_arena_new(a, struct sv_node);
			if (!k)
				return NULL;
			*k = key;
			k->child = k->last = NULL;
			sv_append(into, k);
		}
		sv_merge(a, k, n, id);
	}
	return into;
}
