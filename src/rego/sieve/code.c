/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree as code: its nodes in the order of the search. What succeeds goes on to the next instruction, what does
 * not, and what is at its end, to `skip`; so the search needs no recursion and negations no instruction.
 */
#include <stdlib.h>

#include "rego/sieve/impl.h"

enum { STAY = UINT8_MAX /* a jump that leaves no loop */, MOVED_BYTES = 128 };

struct coder {
	struct sw_rego_sieve *s;
	bool failed;
	struct sv_ins *ins;
	struct sv_lost *lost;
	uint32_t n, cap;
	uint32_t *places; /* of labels */
	uint32_t n_labels, cap_labels;
	uint32_t loops;   /* open ones */
	uint32_t outer;   /* of a node inside of another one: where that begins; UINT32_MAX: outermost */
	uint32_t outer_end; /* a label, as places are until all is emitted */
	uint32_t outer_loops;
	const struct sv_node *into; /* what takes what is yielded; NULL: the caller */
	uint32_t into_done, into_loops; /* where it is done, a label */
};

static void *grown(void *p, uint32_t *cap, size_t size)
{
	*cap = *cap ? 2 * *cap : 64;
	p = reallocarray(p, *cap, size);
	if (!p)
		abort();
	return p;
}

static uint32_t new_label(struct coder *c)
{
	if (c->n_labels == c->cap_labels)
		c->places = grown(c->places, &c->cap_labels, sizeof(*c->places));
	return c->n_labels++;
}

static void put_label(struct coder *c, uint32_t l)
{
	c->places[l] = c->n;
}

/* `skip` is a label until all is emitted. */
static struct sv_ins *emit(struct coder *c, enum sv_op op, uint32_t skip)
{
	if (c->n == c->cap) {
		uint32_t cap = c->cap;
		c->lost = grown(c->lost, &cap, sizeof(*c->lost));
		c->ins = grown(c->ins, &c->cap, sizeof(*c->ins));
	}
	bool inner = c->outer != UINT32_MAX;
	c->lost[c->n] = (struct sv_lost){inner ? c->outer : c->n, inner ? c->outer_end : skip,
		inner ? c->outer_loops : c->loops};
	c->ins[c->n] = (struct sv_ins){
		.op = (uint8_t)op, .next = c->n + 1, .skip = skip, .loops = STAY};
	return &c->ins[c->n++];
}

/* Where a solution leads to, and the loops that are open there. NULL: to the end of the code. */
struct found {
	uint32_t label, loops;
};

static void emit_list(struct coder *c, const struct sv_node *first, uint32_t after, const struct found *found);

static void emit_loop(struct coder *c, const struct sv_node *n, uint32_t after, const struct found *found)
{
	struct sv_ins *i = emit(c, SV_ITER, after);
	uint32_t next = new_label(c);
	uint32_t body = c->n;
	i->dst = n->dst;
	i->a = n->a;
	c->failed |= ++c->loops > SV_NESTED;
	emit_list(c, n->child, next, found);
	put_label(c, next);
	i = emit(c, SV_NEXT, after);
	i->dst = n->dst;
	i->x = i->next = body;
	c->ins[body - 1].x = c->n - body;
	c->loops--;
}

/* Of a node with others inside: what cannot be told there takes all of it along. Returns whether it is outermost. */
static bool begin_outer(struct coder *c, uint32_t after)
{
	if (c->outer != UINT32_MAX)
		return false;
	c->outer = c->n;
	c->outer_end = after;
	c->outer_loops = c->loops;
	return true;
}

static void end_outer(struct coder *c, bool outermost)
{
	if (outermost)
		c->outer = UINT32_MAX;
}

/* What only tells whether there is a solution; then the node's children. */
static void emit_test(struct coder *c, const struct sv_node *n, uint32_t after, const struct found *found)
{
	uint32_t on = new_label(c);
	struct found inner = {n->op == SV_NOT ? after : on, c->loops};
	bool outermost = begin_outer(c, after);
	emit_list(c, n->sub->child, n->op == SV_NOT ? on : after, &inner);
	put_label(c, on);
	end_outer(c, outermost);
	emit_list(c, n->child, after, found);
}

/* A constant, a string beside its bytes: those of few keys are looked at again and again. */
static const struct sw_value *key_of(struct coder *c, uint32_t x)
{
	struct sw_rego_sieve *s = c->s;
	if (x >= s->cap_keys) {
		const struct sw_value **keys = sw_arena_new_array(&s->arena, s->k.n, const struct sw_value *);
		if (!keys)
			return NULL;
		memset(keys, 0, s->k.n * sizeof(*keys));
		memcpy(keys, s->keys ? s->keys : keys, s->cap_keys * sizeof(*keys));
		s->keys = keys;
		s->cap_keys = s->k.n;
	}
	if (!s->keys[x]) {
		struct sw_value v = s->k.v[x];
		uint32_t bytes = v.type == SW_STRING ? v.n : 0;
		struct sw_value *copy = sw_arena_alloc(&s->arena, sizeof(v) + bytes);
		if (!copy)
			return NULL;
		*copy = v;
		if (v.type == SW_STRING)
			copy->u.s = memcpy(copy + 1, v.u.s, bytes);
		s->keys[x] = copy;
	}
	return s->keys[x];
}

/* What costs more than looking an answer up. */
static uint32_t memo_id(const struct coder *c, const struct sv_node *n)
{
	const struct sw_builtin *b = n->builtin;
	if (n->op == SV_CALL)
		return c->s->progs.v[n->x]->closed ? n->x + 1 : 0;
	if (n->op != SV_BUILTIN || strncmp(b->name, "regex.", 6) != 0)
		return 0;
	return (uint32_t)((uintptr_t)b >> 3) | 1u << 31; /* rows of one table are not that far apart */
}

static struct sv_call *call_of(struct coder *c, const struct sv_node *n)
{
	struct sv_call *call = sw_arena_alloc(&c->s->arena, sizeof(*call) + n->n_args * sizeof(*n->args));
	if (!call)
		return NULL;
	*call = (struct sv_call){.builtin = n->builtin, .id = memo_id(c, n)};
	for (uint32_t i = 0; i < n->n_args; i++)
		call->args[i] = n->args[i];
	return call;
}

/* Whether a text begins with a constant string, or with one of several. */
static bool is_prefix_test(const struct coder *c, const struct sv_node *n)
{
	bool one = strcmp(n->builtin->name, "startswith") == 0;
	if ((!one && strcmp(n->builtin->name, "strings.any_prefix_match") != 0) || !(n->args[1] & SV_K))
		return false;
	struct sw_value k = c->s->k.v[n->args[1] & ~SV_K];
	if (one || k.type == SW_STRING)
		return k.type == SW_STRING;
	if (k.type != SW_ARRAY && k.type != SW_SET)
		return false;
	sw_array_foreach(e, k)
		if (e->type != SW_STRING)
			return false;
	return true;
}

static void emit_plain(struct coder *c, const struct sv_node *n, uint32_t after)
{
	enum sv_op op = (enum sv_op)n->op;
	struct sv_ins *i = emit(c, op, after);
	i->n_args = n->n_args;
	i->dst = n->dst;
	i->a = n->a;
	i->b = n->b;
	i->x = n->x;
	i->slots = n->slots;
	if (op == SV_GET && n->a & SV_K) {
		i->op = SV_GETV;
		i->b = (uint16_t)(SV_K | n->x);
	} else if (op == SV_GET || op == SV_FETCH) {
		i->key = key_of(c, n->x);
		c->failed |= !i->key;
	} else if (op == SV_EQ && (n->a | n->b) & SV_K) {
		i->op = SV_EQK;
		i->a = n->a & SV_K ? n->b : n->a;
		i->key = key_of(c, (n->a & SV_K ? n->a : n->b) & ~SV_K);
		c->failed |= !i->key;
	} else if (n->n_args || n->builtin) {
		i->op = op == SV_BUILTIN && is_prefix_test(c, n) ? SV_STARTS : i->op;
		i->call = call_of(c, n);
		c->failed |= !i->call;
	}
}

/* What the part inside yields, as one value. */
static void emit_build(struct coder *c, const struct sv_node *n, uint32_t after)
{
	const struct sv_node *into = c->into;
	uint32_t end = new_label(c);
	bool outermost = begin_outer(c, after);
	emit(c, SV_OPEN, after)->dst = n->dst;
	c->into = n;
	emit_list(c, n->sub->child, end, NULL);
	c->into = into;
	put_label(c, end);
	emit_plain(c, n, after);
	end_outer(c, outermost);
}

/* What the clauses inside yield, which must be one value. */
static void emit_let(struct coder *c, const struct sv_node *n, uint32_t after)
{
	const struct coder outside = *c;
	uint32_t done = new_label(c);
	bool outermost = begin_outer(c, after);
	struct sv_ins *clear = emit(c, SV_CLEAR, done);
	clear->dst = n->dst;
	clear->x = n->b - 1u;
	c->into = n;
	c->into_done = done;
	c->into_loops = c->loops;
	for (const struct sv_node *clause = n->sub; clause; clause = clause->next) {
		uint32_t next = clause->next ? new_label(c) : done;
		if (clause->x)
			emit(c, SV_LACKS, done)->a = n->dst;
		emit_list(c, clause->child, next, NULL);
		if (clause->next)
			put_label(c, next);
	}
	c->into = outside.into;
	c->into_done = outside.into_done;
	c->into_loops = outside.into_loops;
	put_label(c, done);
	end_outer(c, outermost);
	emit(c, SV_HAS, after)->a = n->dst;
}

static void found_one(struct coder *c, uint32_t after, const struct found *found)
{
	struct sv_ins *i = emit(c, found ? SV_JUMP : SV_FOUND, found ? found->label : after);
	if (found && found->loops < c->loops)
		i->loops = (uint8_t)found->loops;
}

/* Into the values of the SV_LET around it. */
static void emit_sets(struct coder *c, const struct sv_node *n, uint32_t after)
{
	const struct sv_node *let = c->into;
	for (uint32_t i = 0; i < let->b; i++) {
		bool last = i + 1u == let->b && !let->x;
		uint32_t on = last ? after : new_label(c);
		struct sv_ins *set = emit(c, SV_SET, on);
		set->dst = (uint16_t)(let->dst + i);
		set->a = n->n_args ? n->args[i] : n->a;
		if (!last)
			put_label(c, on);
	}
	if (let->x)
		found_one(c, after, &(struct found){c->into_done, c->into_loops});
}

static void emit_yield(struct coder *c, const struct sv_node *n, uint32_t after)
{
	if (c->into && c->into->op == SV_LET) {
		emit_sets(c, n, after);
		return;
	}
	emit_plain(c, n, after);
	struct sv_ins *i = &c->ins[c->n - 1];
	i->op = c->into ? SV_PUSH : SV_YIELD;
	i->dst = c->into ? c->into->dst : 0;
}

static void emit_node(struct coder *c, const struct sv_node *n, uint32_t after, const struct found *found)
{
	switch ((enum sv_op)n->op) {
	case SV_ITER:
		emit_loop(c, n, after, found);
		return;
	case SV_NOT:
	case SV_EXISTS:
		emit_test(c, n, after, found);
		return;
	case SV_FOUND:
		found_one(c, after, found);
		return;
	case SV_YIELD:
		emit_yield(c, n, after);
		return;
	case SV_HIT:
	case SV_FETCH:
		emit_plain(c, n, after);
		return;
	case SV_BUILD:
		emit_build(c, n, after);
		break;
	case SV_LET:
		emit_let(c, n, after);
		break;
	case SV_ROOT: /* does nothing */
		break;
	default:
		emit_plain(c, n, after);
	}
	emit_list(c, n->child, after, found);
}

/* One after the other, then to `after`. Recursion: the depth of a tree, SV_DEPTH. */
static void emit_list(struct coder *c, const struct sv_node *first, uint32_t after, const struct found *found)
{
	if (!first)
		emit(c, SV_JUMP, after);
	for (const struct sv_node *n = first; n; n = n->next) {
		uint32_t next = n->next ? new_label(c) : after;
		emit_node(c, n, next, found);
		if (n->next)
			put_label(c, next);
	}
}

static void release(struct coder *c)
{
	free(c->ins);
	free(c->lost);
	free(c->places);
}

/* Past jumps that do nothing else. */
static uint32_t target(const struct coder *c, uint32_t at)
{
	while (c->ins[at].op == SV_JUMP && c->ins[at].loops == STAY)
		at = c->ins[at].skip;
	return at;
}

/* Does the second fail for the reason for which the first has failed? */
static bool fails_too(const struct sv_ins *a, const struct sv_ins *b)
{
	bool asks = b->op == SV_HAS || b->op == SV_TRUTH || b->op == SV_EQK || b->op == SV_GET || b->op == SV_SIZE;
	if (a->a != b->a)
		return false;
	return (a->op == SV_HAS && asks) || (a->op == b->op && (a->op == SV_TRUTH || (a->op == SV_EQK && a->key == b->key)));
}

/* Where the search goes on behind what failed: past what fails as well. */
static uint32_t behind(const struct coder *c, const struct sv_ins *failed)
{
	uint32_t at = target(c, failed->skip);
	while (fails_too(failed, &c->ins[at]))
		at = target(c, c->ins[at].skip);
	return at;
}

/* Labels become places. */
static void resolve(struct coder *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		c->ins[i].skip = c->places[c->ins[i].skip];
		c->lost[i].to = c->places[c->lost[i].to];
	}
	for (uint32_t i = 0; i < c->n; i++) {
		c->ins[i].skip = c->ins[i].op == SV_END ? i : behind(c, &c->ins[i]);
		c->ins[i].next = c->ins[i].op == SV_END ? i : target(c, c->ins[i].next);
	}
}

/* The roots one after the other, each with an end of its own; entries: where they begin. */
static bool make_code(struct sw_rego_sieve *s, struct sv_node *const *roots, uint32_t n, uint32_t *entries,
	struct sv_code *ret)
{
	__attribute__((cleanup(release))) struct coder c = {.s = s, .outer = UINT32_MAX};
	for (uint32_t i = 0; i < n; i++) {
		uint32_t end = new_label(&c);
		entries[i] = c.n;
		emit_list(&c, roots[i]->child, end, NULL);
		put_label(&c, end);
		emit(&c, SV_END, end);
	}
	if (c.failed)
		return false;
	resolve(&c);
	for (uint32_t i = 0; i < c.n; i++) {
		c.ins[i].next *= sizeof(*c.ins);
		c.ins[i].skip *= sizeof(*c.ins);
	}
	*ret = (struct sv_code){(struct sv_ins *)(void *)sw_arena_memdup(&s->arena, c.ins, c.n * sizeof(*c.ins)),
		(struct sv_lost *)(void *)sw_arena_memdup(&s->arena, c.lost, c.n * sizeof(*c.lost)), c.n};
	return ret->ins && ret->lost;
}

/* The tree for running, or the tree as it is. *slots becomes large enough. */
static struct sv_node *lowered(struct sw_rego_sieve *s, struct sv_node *root, uint32_t n_args, uint32_t *slots)
{
	uint32_t need = 0;
	struct sv_node *made = sv_lower(s, root, n_args, &need);
	*slots = need > *slots ? need : *slots;
	return made ? made : root;
}

/* The program moves to where its code is: what is run together should lie together. */
static bool code_of_prog(struct sw_rego_sieve *s, struct sv_prog **prog)
{
	struct sw_arena *a = &s->arena;
	const struct sv_prog *old = *prog;
	struct sv_prog *p = sw_arena_new(a, struct sv_prog);
	struct sv_clause *clauses = sw_arena_new_array(a, old->n + 1, struct sv_clause);
	struct sv_node **roots = sw_arena_new_array(a, old->n + 1, struct sv_node *);
	uint32_t *entries = sw_arena_new_array(a, old->n + 1, uint32_t);
	if (!p || !clauses || !roots || !entries)
		return false;
	*p = *old;
	p->clauses = clauses;
	for (uint32_t i = 0; i < p->n; i++)
		roots[i] = lowered(s, old->clauses[i].root, p->n_args, &p->max_slots);
	if (!make_code(s, roots, p->n, entries, &p->code))
		return false;
	for (uint32_t i = 0; i < p->n; i++) {
		clauses[i] = old->clauses[i];
		clauses[i].entry = entries[i];
	}
	*prog = p;
	return true;
}

/* The bytes of short constants, which are from all over the policies, come together. */
static bool move_constants(struct sw_rego_sieve *s)
{
	for (; s->n_moved < s->k.n; s->n_moved++) {
		struct sw_value *v = &s->k.v[s->n_moved];
		if (v->type != SW_STRING || v->n > MOVED_BYTES)
			continue;
		const char *p = sw_arena_memdup(&s->arena, v->u.s, v->n);
		if (!p)
			return false;
		v->u.s = p;
	}
	return true;
}

bool sv_code(struct sw_rego_sieve *s, struct sv_node *root, struct sv_code *ret)
{
	uint32_t entry, slots = 0; /* fewer than there are */
	root = lowered(s, root, 0, &slots);
	if (!move_constants(s))
		return false;
	for (; s->n_coded < s->progs.n; s->n_coded++)
		if (!code_of_prog(s, &s->progs.v[s->n_coded]))
			return false;
	return make_code(s, &root, 1, &entry, ret);
}
