/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree as it is run: small functions in place of their calls; objects that these make and whose members alone are
 * wanted as a value for each member; and members that are looked up in several places looked up once, in front of
 * them (SV_FETCH, which cannot fail; its uses ask SV_HAS).
 *
 * Here every value has a number of its own; slots are given at the end, by the path from the root as ever, but one
 * that is fetched stays for the rest of its list.
 */
#include <stdlib.h>

#include "rego/sieve/impl.h"

enum {
	VALUES = SV_K,    /* of one tree */
	NODES = 1 << 16,
	SMALL = 256,      /* nodes of a function that takes the place of its calls */
	DEPTH = 2 * SV_DEPTH,
	RECORDS = 256,
};

/* An object that is not made: `value` stands for it, nothing holds it, and its members are values in a row. */
struct record {
	uint16_t value, members;
	const struct sv_node *make; /* whose keys it has */
};

struct lower {
	struct sw_rego_sieve *s;
	uint32_t n_values, cap_values, n_nodes, depth, max_slots;
	bool failed;
	uint16_t *alias;     /* of a value that is fetched elsewhere: that one; else itself */
	uint16_t *origin;    /* of a value that is fetched: what it is a member of; else 0 */
	uint16_t *slots;     /* of values */
	bool *known;         /* values that are there where the search is */
	VM_VEC(struct use) uses;
	struct record records[RECORDS];
	uint32_t n_records;
};

/* A look-up below a list of nodes. */
struct use {
	struct sv_node *node;
	struct sv_node *child; /* of the list: what it is in */
	uint32_t region;       /* which part of it */
	bool again;            /* a loop that it does not depend on is around it */
};

/* ---- nodes ---- */

/* Values that a node makes. */
static uint32_t width(enum sv_op op)
{
	switch (op) {
	case SV_ITER:
		return 2;
	case SV_GET:
	case SV_GETV:
	case SV_OBJGET:
	case SV_COUNT:
	case SV_MAKE:
	case SV_BUILTIN:
	case SV_BUILD:
	case SV_CALL:
	case SV_FETCH:
		return 1;
	default:
		return 0;
	}
}

static uint32_t width_of(const struct sv_node *n)
{
	return n->op == SV_LET ? n->b : width((enum sv_op)n->op);
}

/* Whose a and b are values, apart from arguments. */
static bool reads_a(const struct sv_node *n)
{
	return (n->op >= SV_GET && n->op <= SV_SIZE) || (n->op == SV_YIELD && !n->n_args) || n->op == SV_FETCH || n->op == SV_HAS ||
	       n->op == SV_EXCEEDS;
}

static bool reads_b(const struct sv_node *n)
{
	return n->op == SV_GETV || n->op == SV_OBJGET || n->op == SV_EXCEEDS || (n->op >= SV_EQ && n->op <= SV_LE) ||
	       (n->op == SV_YIELD && n->x);
}

static void each_operand(struct sv_node *n, const uint16_t *map)
{
	if (reads_a(n) && !(n->a & SV_K))
		n->a = map[n->a];
	if (reads_b(n) && !(n->b & SV_K))
		n->b = map[n->b];
	for (uint32_t i = 0; i < n->n_args; i++)
		if (!(n->args[i] & SV_K))
			n->args[i] = map[n->args[i]];
}

static struct sv_node *new_node(struct lower *l, const struct sv_node *from)
{
	struct sv_node *n = sw_arena_new(&l->s->arena, struct sv_node);
	l->failed = l->failed || !n || ++l->n_nodes > NODES;
	if (l->failed)
		return NULL;
	*n = *from;
	n->parent = n->child = n->last = n->next = n->sub = NULL;
	if (n->n_args)
		n->args = (uint16_t *)(void *)sw_arena_memdup(
			&l->s->arena, from->args, from->n_args * sizeof(*n->args));
	l->failed = l->failed || (n->n_args && !n->args);
	return l->failed ? NULL : n;
}

static void *grown(void *p, uint32_t cap, size_t size)
{
	p = reallocarray(p, cap, size);
	if (!p)
		abort();
	return p;
}

/* n in a row. */
static uint16_t new_value(struct lower *l, uint32_t n)
{
	uint32_t first = l->n_values;
	if (first + n > VALUES) {
		l->failed = true;
		return 0;
	}
	l->n_values += n;
	if (l->n_values > l->cap_values) {
		l->cap_values = 2 * l->n_values + 64;
		l->alias = grown(l->alias, l->cap_values, sizeof(*l->alias));
		l->origin = grown(l->origin, l->cap_values, sizeof(*l->origin));
		l->slots = grown(l->slots, l->cap_values, sizeof(*l->slots));
		l->known = grown(l->known, l->cap_values, sizeof(*l->known));
	}
	for (uint32_t i = first; i < l->n_values; i++) {
		l->alias[i] = l->slots[i] = (uint16_t)i;
		l->origin[i] = 0;
		l->known[i] = false;
	}
	return (uint16_t)first;
}

/* ---- functions in place of their calls ---- */

/* Nothing that is better remembered than done again, as a function of strings and numbers alone is. */
static bool light(const struct lower *l, const struct sv_node *root, bool closed, uint32_t *n);
static bool takes_apart(const struct sv_node *root, uint32_t n_args);

/* NULL: it stays a call. */
static const struct sv_prog *in_place(const struct lower *l, uint32_t x, uint32_t *n)
{
	const struct sv_prog *p = l->s->progs.v[x];
	if (p->kind != SW_UNDEF || p->has_default || !p->n_args)
		return NULL;
	bool chained = p->n > 1 && p->clauses[1].chained, closed = p->closed;
	for (uint32_t i = 0; closed && i < p->n; i++)
		closed = !takes_apart(p->clauses[i].root, p->n_args);
	for (uint32_t i = 0; i < p->n; i++)
		if (p->clauses[i].chained != (chained && i) || !light(l, p->clauses[i].root, closed, n))
			return NULL;
	return p;
}

static bool light(const struct lower *l, const struct sv_node *root, bool closed, uint32_t *n)
{
	for (const struct sv_node *k = root->child; k; k = k->next) {
		bool heavy = k->op == SV_BUILTIN || k->op == SV_BUILD || (k->op == SV_CALL && !in_place(l, k->x, n));
		if ((heavy && closed) || ++*n > SMALL || (k->sub && !light(l, k->sub, closed, n)) ||
			!light(l, k, closed, n))
			return false;
	}
	return true;
}

/* Is an argument something with members? */
static bool takes_apart(const struct sv_node *root, uint32_t n_args)
{
	for (const struct sv_node *k = root->child; k; k = k->next) {
		bool member = k->op == SV_GET || k->op == SV_GETV || k->op == SV_OBJGET || k->op == SV_ITER;
		if ((member && k->a && k->a <= n_args) || (k->sub && takes_apart(k->sub, n_args)) || takes_apart(k, n_args))
			return true;
	}
	return false;
}

static bool same_args(const struct sv_node *a, const struct sv_node *b)
{
	return a->n_args == b->n_args &&
	       (!a->n_args || memcmp(a->args, b->args, a->n_args * sizeof(*a->args)) == 0);
}

/* The node on the way from the root that has done the same. */
static const struct sv_node *done_before(const struct sv_node *at, const struct sv_node *n)
{
	bool may = n->op == SV_GET || n->op == SV_GETV || n->op == SV_OBJGET || (n->op >= SV_EQ && n->op <= SV_SIZE) ||
		   n->op == SV_BUILTIN;
	for (const struct sv_node *p = may ? at : NULL; p; p = p->parent)
		if (p->op == n->op && p->a == n->a && p->b == n->b && p->x == n->x && p->builtin == n->builtin &&
			same_args(p, n))
			return p;
	return NULL;
}

static void expand(struct lower *l, struct sv_node *into, const struct sv_node *from, uint16_t *map);

static struct sv_node *expand_apart(struct lower *l, struct sv_node *at, const struct sv_node *from, uint16_t *map)
{
	struct sv_node *root = new_node(l, from);
	if (!root)
		return NULL;
	root->parent = at; /* what is done there need not be done again */
	expand(l, root, from, map);
	return root;
}

/* The clauses of the program, whose frame becomes values of this one. */
static void expand_call(struct lower *l, struct sv_node *at, struct sv_node *let, const struct sv_prog *p)
{
	uint16_t inner[SV_SLOTS];
	struct sv_node **link = &let->sub;
	inner[0] = 0;
	for (uint32_t i = 0; i < p->n_args; i++)
		inner[i + 1] = let->args[i];
	for (uint32_t i = 0; i < p->n && !l->failed; i++) {
		*link = expand_apart(l, at, p->clauses[i].root, inner);
		if (!*link)
			return;
		(*link)->x = p->clauses[i].chained;
		link = &(*link)->next;
	}
	let->op = SV_LET;
	let->n_args = 0;
	let->x = p->first_wins;
	let->b = 1;
}

/* ---- objects of which only members are wanted ---- */

/* Is the value in that slot nowhere read but by look-ups of constant keys? Recursion: the depth of the tree. */
static bool only_members(const struct sv_node *root, uint16_t slot)
{
	for (const struct sv_node *n = root->child; n; n = n->next) {
		bool whole = (reads_a(n) && n->a == slot && n->op != SV_GET) || (reads_b(n) && n->b == slot);
		for (uint32_t i = 0; i < n->n_args; i++)
			whole = whole || n->args[i] == slot;
		if (whole || (n->sub && !only_members(n->sub, slot)) || !only_members(n, slot))
			return false;
	}
	return true;
}

static bool same_keys(const struct sv_node *a, const struct sv_node *b)
{
	bool same = a->n_args == b->n_args;
	for (uint32_t i = 0; same && i < a->n_args; i += 2)
		same = a->args[i] == b->args[i];
	return same;
}

static bool constant_has_keys(const struct lower *l, struct sw_value v, const struct sv_node *make)
{
	if (v.type != SW_OBJECT || 2 * v.n != make->n_args)
		return false;
	for (uint32_t i = 0; i < v.n; i++) /* both are sorted */
		if (!sw_value_eq(v.u.o->m[i].k, l->s->k.v[make->args[2 * i] & ~SV_K]))
			return false;
	return true;
}

/* The node that makes the object that is yielded, for that alone; NULL: there is none. */
static struct sv_node *maker(const struct sv_node *yield)
{
	struct sv_node *m = yield->parent;
	bool made = m->op == SV_MAKE && m->x == SW_OBJECT && m->b && m->n_args && m->dst == yield->a &&
		    m->child == yield && !yield->next;
	return made ? m : NULL;
}

static const struct sv_node *first_maker(const struct sv_node *root)
{
	const struct sv_node *found = NULL;
	for (const struct sv_node *n = root->child; n && !found; n = n->next)
		found = n->op == SV_YIELD ? maker(n) : first_maker(n);
	return found;
}

/* Is all that is yielded an object of those keys? */
static bool yields_records(const struct lower *l, const struct sv_node *root, const struct sv_node *make)
{
	for (const struct sv_node *n = root->child; n; n = n->next) {
		if (n->op != SV_YIELD) {
			if (!yields_records(l, n, make))
				return false;
		} else if (n->a & SV_K) {
			if (!constant_has_keys(l, l->s->k.v[n->a & ~SV_K], make))
				return false;
		} else if (!maker(n) || !same_keys(maker(n), make)) {
			return false;
		}
	}
	return true;
}

static void yield_members_of(struct lower *l, struct sv_node *yield, struct sw_value v)
{
	struct sv c = {.s = l->s};
	yield->args = sw_arena_new_array(&l->s->arena, v.n, uint16_t);
	l->failed = l->failed || !yield->args;
	for (uint32_t i = 0; i < v.n && !l->failed; i++)
		yield->args[i] = sv_constant(&c, v.u.o->m[i].v);
	yield->n_args = (uint8_t)v.n;
	l->failed = l->failed || c.full;
}

/* The values of the members are yielded, by the nodes that made the objects. */
static void yield_members(struct lower *l, struct sv_node *root)
{
	for (struct sv_node *n = root->child; n; n = n->next) {
		if (n->op == SV_YIELD) {
			yield_members_of(l, n, l->s->k.v[n->a & ~SV_K]);
		} else if (!n->child || n->child->op != SV_YIELD || maker(n->child) != n) {
			yield_members(l, n);
		} else {
			n->op = SV_YIELD;
			n->x = n->b = 0;
			n->n_args /= 2;
			for (uint32_t i = 0; i < n->n_args; i++)
				n->args[i] = n->args[2 * i + 1];
			n->child = n->last = NULL;
		}
	}
}

/* call: what the node has been made of. The value that stands for the object; 0: it is made. */
static uint16_t take_apart(struct lower *l, struct sv_node *let, const struct sv_node *call)
{
	const struct sv_node *make = NULL;
	for (const struct sv_node *clause = let->sub; clause && !make; clause = clause->next)
		make = first_maker(clause);
	if (!make || l->n_records == RECORDS || !only_members(call, call->dst))
		return 0;
	for (const struct sv_node *clause = let->sub; clause; clause = clause->next)
		if (!yields_records(l, clause, make))
			return 0;
	struct sv_node *keys = new_node(l, make);
	uint16_t value = new_value(l, 1);
	if (!keys || l->failed)
		return 0;
	let->b = make->n_args / 2;
	l->records[l->n_records++] = (struct record){value, (uint16_t)l->n_values, keys};
	for (struct sv_node *clause = let->sub; clause; clause = clause->next)
		yield_members(l, clause);
	return value;
}

/* A look-up in such an object: 1 with the value, 0 when it has no such member, -1 when it is none. */
static int member_of_record(const struct lower *l, const struct sv_node *get, const uint16_t *map, uint16_t *ret)
{
	if (get->op != SV_GET || get->a & SV_K)
		return -1;
	for (uint32_t i = 0; i < l->n_records; i++) {
		const struct record *r = &l->records[i];
		for (uint32_t k = 0; r->value == map[get->a] && k < r->make->n_args; k += 2)
			if (r->make->args[k] == (SV_K | get->x)) {
				*ret = (uint16_t)(r->members + k / 2);
				return 1;
			}
		if (r->value == map[get->a])
			return 0;
	}
	return -1;
}

static void expand_node(struct lower *l, struct sv_node *into, const struct sv_node *from, uint16_t *map)
{
	uint32_t size = 0, w = width((enum sv_op)from->op);
	const struct sv_prog *p = from->op == SV_CALL ? in_place(l, from->x, &size) : NULL;
	int member = member_of_record(l, from, map, &map[from->dst]);
	if (member > 0)
		expand(l, into, from, map);
	struct sv_node *n = member < 0 ? new_node(l, from) : NULL;
	if (!n)
		return;
	each_operand(n, map);
	const struct sv_node *before = done_before(into, n);
	if (before) {
		if (w)
			map[from->dst] = before->dst;
		expand(l, into, from, map);
		return;
	}
	sv_append(into, n);
	if (p)
		expand_call(l, into, n, p);
	else if (from->sub)
		n->sub = expand_apart(l, into, from->sub, map);
	uint16_t apart = p && !l->failed ? take_apart(l, n, from) : 0;
	n->dst = w ? new_value(l, p ? n->b : w) : 0;
	for (uint32_t i = 0; i < w; i++)
		map[from->dst + i] = apart ? apart : (uint16_t)(n->dst + i);
	expand(l, n, from, map);
}

/* Copies of what is below `from` go below `into`. map: values of slots. */
static void expand(struct lower *l, struct sv_node *into, const struct sv_node *from, uint16_t *map)
{
	l->failed = l->failed || ++l->depth > DEPTH;
	for (const struct sv_node *n = from->child; n && !l->failed; n = n->next)
		expand_node(l, into, n, map);
	l->depth--;
}

/* ---- look-ups in front of what needs them ---- */

static void find_uses(struct lower *l, struct sv_node *root, struct use use);

static void add_use(struct lower *l, struct use u)
{
	if (l->uses.n == l->uses.cap) {
		l->uses.cap = l->uses.cap ? 2 * l->uses.cap : 256;
		l->uses.v = grown(l->uses.v, l->uses.cap, sizeof(u));
	}
	l->uses.v[l->uses.n++] = u;
}

/* Those of a node and of what is below; use.region is that of the node itself. */
static void find_in_node(struct lower *l, struct sv_node *n, struct use use)
{
	each_operand(n, l->alias);
	if (n->op == SV_GET && !(n->a & SV_K) && l->known[n->a]) {
		use.node = n;
		add_use(l, use);
	}
	for (struct sv_node *k = n->sub; k; k = k->next)
		find_uses(l, k, use);
	find_uses(l, n, use);
}

static void find_uses(struct lower *l, struct sv_node *root, struct use use)
{
	for (struct sv_node *n = root->child; n; n = n->next)
		find_in_node(l, n, use);
}

/* Of a list: the parts of its nodes are regions of their own. */
static void find_all_uses(struct lower *l, struct sv_node *owner)
{
	uint32_t region = 0;
	l->uses.n = 0;
	for (struct sv_node *n = owner->child; n; n = n->next) {
		struct use use = {.node = n, .child = n, .region = region++};
		each_operand(n, l->alias);
		if (n->op == SV_GET && !(n->a & SV_K))
			add_use(l, use);
		for (struct sv_node *k = n->sub; k; k = k->next) {
			use.region = region++;
			find_uses(l, k, use);
		}
		use.region = region++;
		use.again = n->op == SV_ITER;
		find_uses(l, n, use);
	}
}

static int by_value_and_region(const void *x, const void *y)
{
	const struct use *a = x, *b = y;
	if (a->node->a != b->node->a)
		return a->node->a < b->node->a ? -1 : 1;
	if (a->node->x != b->node->x)
		return a->node->x < b->node->x ? -1 : 1;
	return a->region < b->region ? -1 : a->region > b->region;
}

static void insert_before(struct sv_node *owner, struct sv_node *at, struct sv_node *n)
{
	struct sv_node **link = &owner->child;
	while (*link != at)
		link = &(*link)->next;
	n->parent = owner;
	n->next = at;
	*link = n;
}

/* The uses [from, to) are of the same member. */
static void fetch(struct lower *l, struct sv_node *owner, uint32_t from, uint32_t to)
{
	struct use *u = l->uses.v;
	struct sv_node *n = new_node(l, u[from].node);
	uint16_t value = new_value(l, 1);
	if (!n || l->failed)
		return;
	n->op = SV_FETCH;
	n->dst = value;
	l->known[value] = true;
	l->origin[value] = n->a;
	insert_before(owner, u[from].child, n);
	for (uint32_t i = from; i < to; i++) {
		l->alias[u[i].node->dst] = value;
		u[i].node->op = SV_HAS;
		u[i].node->a = value;
		u[i].node->x = 0;
	}
}

/* Returns whether there was any. */
static bool fetch_common(struct lower *l, struct sv_node *owner)
{
	bool any = false;
	find_all_uses(l, owner);
	if (l->uses.n)
		qsort(l->uses.v, l->uses.n, sizeof(*l->uses.v), by_value_and_region);
	for (uint32_t i = 0, to; i < l->uses.n && !l->failed; i = to) {
		const struct use *u = l->uses.v;
		bool again = false;
		for (to = i; to < l->uses.n && u[to].node->a == u[i].node->a && u[to].node->x == u[i].node->x; to++)
			again = again || u[to].again;
		if (again || u[i].region != u[to - 1].region) {
			fetch(l, owner, i, to);
			any = true;
		}
	}
	return any;
}

/* Recursion: the depth of the tree. */
static void hoist(struct lower *l, struct sv_node *owner)
{
	while (!l->failed && fetch_common(l, owner))
		;
	for (struct sv_node *n = owner->child; n && !l->failed; n = n->next) {
		for (struct sv_node *k = n->sub; k; k = k->next)
			hoist(l, k);
		for (uint32_t i = 0; i < width_of(n); i++)
			l->known[n->dst + i] = true;
		hoist(l, n);
	}
}

/* ---- what need not be asked ---- */

/* The value without which the node fails by itself; 0: none. */
static uint16_t needed(const struct sv_node *n)
{
	switch ((enum sv_op)n->op) {
	case SV_EQ:
		return n->a & SV_K ? n->b : n->b & SV_K ? n->a : 0;
	case SV_GET:
	case SV_TRUTH:
	case SV_ITER:
	case SV_SIZE:
	case SV_HAS:
		return n->a & SV_K ? 0 : n->a;
	default:
		return 0;
	}
}

/* Where a member is, there is what it is a member of. */
static bool needs(const struct lower *l, const struct sv_node *n, uint16_t value)
{
	uint16_t v = needed(n);
	while (v && v != value)
		v = l->origin[v];
	return v;
}

static bool is_asked_before(const struct lower *l, const struct sv_node *at, uint16_t value)
{
	while (at && !needs(l, at, value))
		at = at->parent;
	return at;
}

/* Is the value read below? Recursion: the depth of the tree. */
static bool is_read(struct sv_node *root, uint16_t value)
{
	for (struct sv_node *n = root->child; n; n = n->next) {
		bool here = (reads_a(n) && n->a == value) || (reads_b(n) && n->b == value);
		for (uint32_t i = 0; i < n->n_args; i++)
			here = here || n->args[i] == value;
		for (struct sv_node *k = n->sub; k; k = k->next)
			here = here || is_read(k, value);
		if (here || is_read(n, value))
			return true;
	}
	return false;
}

/* count(a - b) > 0: the difference is not made. */
static void simplify_difference(struct lower *l, struct sv_node *n)
{
	struct sv_node *count = n->child, *lt = count ? count->child : NULL;
	if (n->op != SV_BUILTIN || strcmp(n->builtin->name, "minus") != 0 || !lt || count->next || lt->next ||
		count->op != SV_COUNT || count->a != n->dst || lt->op != SV_LT || lt->b != count->dst || !(lt->a & SV_K))
		return;
	struct sw_value zero = l->s->k.v[lt->a & ~SV_K];
	if (zero.type != SW_NUMBER || zero.repr != SW_NUM_INT || zero.u.i != 0 || is_read(lt, n->dst) ||
		is_read(lt, count->dst))
		return;
	n->op = SV_EXCEEDS;
	n->a = n->args[0];
	n->b = n->args[1];
	n->n_args = 0;
	n->builtin = NULL;
	n->dst = 0;
	n->child = lt->child;
	n->last = lt->last;
	for (struct sv_node *k = n->child; k; k = k->next)
		k->parent = n;
}

static void settle(struct lower *l, struct sv_node *owner);

/* Questions whose answer is known, or comes with the next node, are left out. Recursion: the depth of the tree. */
static void settle_list(struct lower *l, struct sv_node *owner)
{
	struct sv_node *n = owner->child, *next;
	owner->child = owner->last = NULL;
	for (; n; n = next) {
		next = n->next;
		each_operand(n, l->alias);
		for (struct sv_node *k = n->child; k; k = k->next)
			each_operand(k, l->alias);
		bool next_asks = n->child && !n->child->next && needs(l, n->child, n->a);
		if (n->op == SV_HAS && (!n->child || next_asks || is_asked_before(l, owner, n->a))) {
			if (n->child) {
				n->last->next = next;
				next = n->child;
			}
			continue;
		}
		sv_append(owner, n);
		simplify_difference(l, n);
		for (struct sv_node *k = n->sub; k; k = k->next) {
			k->parent = owner;
			settle(l, k);
		}
		settle(l, n);
	}
}

/* Nothing asks for what is fetched last. */
static void settle(struct lower *l, struct sv_node *owner)
{
	struct sv_node *last = NULL;
	settle_list(l, owner);
	for (struct sv_node *n = owner->child; n; n = n->next)
		last = n->op == SV_FETCH ? last : n;
	if (last)
		last->next = NULL;
	else
		owner->child = NULL;
	owner->last = last;
}

/* ---- slots ---- */

/* Of what is below, from `at` on. Recursion: the depth of the tree. */
static void give_slots(struct lower *l, struct sv_node *owner, uint32_t at)
{
	for (struct sv_node *n = owner->child; n && !l->failed; n = n->next) {
		uint32_t w = width_of(n), end = at + w;
		each_operand(n, l->slots);
		l->failed = end >= SV_SLOTS;
		for (uint32_t i = 0; i < w; i++)
			l->slots[n->dst + i] = (uint16_t)(at + i);
		n->dst = w ? (uint16_t)at : 0;
		n->slots = (uint16_t)end;
		l->max_slots = end > l->max_slots ? end : l->max_slots;
		for (struct sv_node *k = n->sub; k; k = k->next)
			give_slots(l, k, end);
		give_slots(l, n, end);
		at = n->op == SV_FETCH ? end : at;
	}
}

static void release(struct lower *l)
{
	free(l->alias);
	free(l->origin);
	free(l->slots);
	free(l->known);
	free(l->uses.v);
}

struct sv_node *sv_lower(struct sw_rego_sieve *s, const struct sv_node *root, uint32_t n_args, uint32_t *ret_slots)
{
	__attribute__((cleanup(release))) struct lower l = {.s = s, .max_slots = n_args + 1};
	uint16_t map[SV_SLOTS];
	new_value(&l, n_args + 1); /* the arguments are in slots of their numbers */
	for (uint32_t i = 0; i <= n_args; i++) {
		map[i] = (uint16_t)i;
		l.known[i] = true;
	}
	struct sv_node *made = expand_apart(&l, NULL, root, map);
	if (l.failed)
		return NULL;
	hoist(&l, made);
	settle(&l, made);
	give_slots(&l, made, n_args + 1);
	if (l.failed)
		return NULL;
	*ret_slots = l.max_slots;
	return made;
}
