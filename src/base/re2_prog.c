/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Pike machine: all ways through the pattern are followed at once, one subject character at a
 * time, in the order in which a backtracking matcher would try them. Time is linear in subject
 * times program.
 */
#include "base/re2_impl.h"

#include <stdlib.h>

enum inst_op {
	I_CHAR,	 /* arg: code point */
	I_CLASS, /* arg: index of the class */
	I_ANY,
	I_ANY_NOT_NL,
	I_ALT, /* out first, then arg */
	I_NOP,
	I_CAP,	 /* arg: place */
	I_EMPTY, /* arg: enum re2_op of an assertion */
	I_MATCH,
};

struct inst {
	uint8_t op;
	uint32_t out, arg;
};

struct thread_list {
	uint32_t *dense; /* instructions, in order of priority */
	uint32_t n;
	size_t *caps; /* n_caps per entry */
};

struct frame { /* of the walk over instructions that consume nothing */
	uint32_t pc;
	size_t place, old; /* pc == NO_PC: put caps[place] back to old */
};

#define NO_PC UINT32_MAX

struct re2_prog {
	struct inst *v;
	uint32_t n, cap, start;
	struct re2_class *classes;
	uint32_t n_classes, cap_classes;
	uint32_t n_caps; /* places: two per group, the whole match included */
	bool anchored;
	int first_byte; /* every match starts with it; -1: not known */
	struct sw_arena *arena;
	bool full;
	/* scratch, made by the first match */
	uint32_t *sparse;
	struct thread_list list[2];
	struct frame *stack;
	size_t *caps;
	uint32_t scratch_caps;
};

enum { MAX_INSTS = 4 << 20 };

/* ---- compiling ---- */

/* Open ends are chained through the instruction's own field: place * 2 (+ 1 for arg), 0 ends the
 * chain. */
struct frag {
	uint32_t start;
	uint32_t head, tail;
};

static uint32_t emit(struct re2_prog *p, enum inst_op op, uint32_t arg)
{
	if (p->n == p->cap) {
		uint32_t cap = p->cap ? p->cap * 2 : 64;
		void *v = p->full || cap > MAX_INSTS ? NULL : realloc(p->v, cap * sizeof(*p->v));
		if (!v) {
			p->full = true;
			return 0;
		}
		p->v = v;
		p->cap = cap;
	}
	p->v[p->n] = (struct inst){.op = (uint8_t)op, .arg = arg};
	return p->n++;
}

static uint32_t *slot(struct re2_prog *p, uint32_t ref)
{
	struct inst *i = &p->v[ref >> 1];
	return ref & 1 ? &i->arg : &i->out;
}

static void patch(struct re2_prog *p, struct frag f, uint32_t target)
{
	for (uint32_t ref = f.head, next; ref; ref = next) {
		next = *slot(p, ref);
		*slot(p, ref) = target;
	}
}

static struct frag single(struct re2_prog *p, enum inst_op op, uint32_t arg)
{
	uint32_t pc = emit(p, op, arg);
	return (struct frag){pc, pc << 1, pc << 1};
}

static struct frag join(struct re2_prog *p, struct frag a, struct frag b, uint32_t start)
{
	if (a.head && b.head)
		*slot(p, a.tail) = b.head;
	return (struct frag){start, a.head ? a.head : b.head, b.head ? b.tail : a.tail};
}

static struct frag cat(struct re2_prog *p, struct frag a, struct frag b)
{
	patch(p, a, b.start);
	return (struct frag){a.start, b.head, b.tail};
}

static struct frag alt(struct re2_prog *p, struct frag a, struct frag b)
{
	uint32_t pc = emit(p, I_ALT, b.start);
	if (!p->full)
		p->v[pc].out = a.start;
	return join(p, a, b, pc);
}

/* A fork that enters `into` and leaves one end open, in the order that laziness asks for. */
static struct frag fork_to(struct re2_prog *p, uint32_t into, bool lazy)
{
	uint32_t pc = emit(p, I_ALT, 0);
	uint32_t open = lazy ? pc << 1 : pc << 1 | 1;
	if (!p->full)
		*slot(p, lazy ? pc << 1 | 1 : pc << 1) = into;
	return (struct frag){pc, open, open};
}

static struct frag quest(struct re2_prog *p, struct frag f, bool lazy)
{
	struct frag q = fork_to(p, f.start, lazy);
	return join(p, q, f, q.start);
}

static struct frag plus(struct re2_prog *p, struct frag f, bool lazy)
{
	struct frag loop = fork_to(p, f.start, lazy);
	patch(p, f, loop.start);
	loop.start = f.start;
	return loop;
}

static struct frag star(struct re2_prog *p, struct frag f, bool lazy, bool nullable)
{
	if (nullable) /* as Go: keeps the order of priorities right */
		return quest(p, plus(p, f, lazy), lazy);
	struct frag loop = fork_to(p, f.start, lazy);
	patch(p, f, loop.start);
	return loop;
}

static struct frag compile(struct re2_prog *p, const struct re2_node *n);

/* x{n,m} is n copies and then (x(x)?)?; x{n,} ends in x+. */
static struct frag compile_repeat(struct re2_prog *p, const struct re2_node *n)
{
	const struct re2_node *x = n->child;
	if (n->max == 0)
		return single(p, I_NOP, 0);
	if (n->max == -1 && n->min == 0)
		return star(p, compile(p, x), n->lazy, x->nullable);
	struct frag f = {0};
	bool has = false;
	int copies = n->max == -1 ? n->min - 1 : n->min;
	for (int i = 0; i < copies && !p->full; i++) {
		struct frag c = compile(p, x);
		f = has ? cat(p, f, c) : c;
		has = true;
	}
	if (n->max == -1) {
		struct frag c = plus(p, compile(p, x), n->lazy);
		return has ? cat(p, f, c) : c;
	}
	/* The optional copies: each fork's open end leaves, its other end goes on to the next copy.
	 */
	struct frag ends = {0};
	uint32_t start = 0;
	struct frag last = f;
	for (int i = n->min; i < n->max && !p->full; i++) {
		struct frag c = compile(p, x);
		struct frag fork = fork_to(p, c.start, n->lazy);
		if (has)
			patch(p, last, fork.start);
		else
			start = fork.start;
		ends = join(p, ends, fork, 0);
		last = c;
		if (!has)
			f.start = start;
		has = true;
	}
	ends = join(p, ends, last, 0);
	ends.start = f.start;
	return ends;
}

static uint32_t add_class(struct re2_prog *p, struct re2_class c)
{
	if (p->n_classes == p->cap_classes) {
		uint32_t cap = p->cap_classes ? p->cap_classes * 2 : 16;
		void *v = realloc(p->classes, cap * sizeof(*p->classes));
		if (!v) {
			p->full = true;
			return 0;
		}
		p->classes = v;
		p->cap_classes = cap;
	}
	p->classes[p->n_classes] = c;
	return p->n_classes++;
}

static struct frag compile_list(struct re2_prog *p, const struct re2_node *n)
{
	struct frag f = {0};
	for (const struct re2_node *c = n->child; c && !p->full; c = c->next) {
		struct frag g = compile(p, c);
		f = c == n->child ? g : n->op == RE2_ALT ? alt(p, f, g) : cat(p, f, g);
	}
	return f;
}

/* Depth: the parser's limit on height. */
static struct frag compile(struct re2_prog *p, const struct re2_node *n)
{
	if (p->full)
		return (struct frag){0};
	switch ((enum re2_op)n->op) {
	case RE2_CHAR:
		return single(p, I_CHAR, n->rune);
	case RE2_CLASS:
		return single(p, I_CLASS, add_class(p, n->cls));
	case RE2_ANY:
		return single(p, I_ANY, 0);
	case RE2_ANY_NOT_NL:
		return single(p, I_ANY_NOT_NL, 0);
	case RE2_BEGIN_TEXT:
	case RE2_END_TEXT:
	case RE2_BEGIN_LINE:
	case RE2_END_LINE:
	case RE2_WORD:
	case RE2_NO_WORD:
		return single(p, I_EMPTY, n->op);
	case RE2_CAPTURE: {
		struct frag open = single(p, I_CAP, (uint32_t)n->min * 2);
		struct frag body = cat(p, open, compile(p, n->child));
		return cat(p, body, single(p, I_CAP, (uint32_t)n->min * 2 + 1));
	}
	case RE2_STAR:
		return star(p, compile(p, n->child), n->lazy, n->child->nullable);
	case RE2_PLUS:
		return plus(p, compile(p, n->child), n->lazy);
	case RE2_QUEST:
		return quest(p, compile(p, n->child), n->lazy);
	case RE2_REPEAT:
		return compile_repeat(p, n);
	case RE2_CONCAT:
	case RE2_ALT:
		return compile_list(p, n);
	default:
		return single(p, I_NOP, 0);
	}
}

/* What every match starts with: an assertion of the text's start, or a byte. */
static void look_at_start(struct re2_prog *p, const struct re2_node *n)
{
	while (n->op == RE2_CAPTURE || n->op == RE2_CONCAT || n->op == RE2_PLUS)
		n = n->child;
	p->anchored = n->op == RE2_BEGIN_TEXT;
	p->first_byte = n->op == RE2_CHAR && n->rune < 0x80 ? (int)n->rune : -1;
}

static void re2_prog_free_scratch(struct re2_prog *p)
{
	free(p->sparse);
	free(p->stack);
	free(p->caps);
	for (int i = 0; i < 2; i++) {
		free(p->list[i].dense);
		free(p->list[i].caps);
		p->list[i] = (struct thread_list){0};
	}
	p->sparse = NULL;
	p->stack = NULL;
	p->caps = NULL;
}

static void free_prog(void *arg)
{
	struct re2_prog *p = arg;
	free(p->v);
	free(p->classes);
	re2_prog_free_scratch(p);
}

struct re2_prog *re2_prog_new(struct sw_arena *a, const struct re2_tree *t)
{
	struct re2_prog *p = sw_arena_new(a, struct re2_prog);
	if (!p || sw_arena_defer(a, free_prog, p) < 0)
		return NULL;
	p->arena = a;
	p->n_caps = (t->groups + 1) * 2;
	emit(p, I_MATCH, 0); /* place 0 is never an open end */
	struct frag f = compile(p, t->root);
	if (p->full)
		return NULL;
	patch(p, f, 0);
	p->start = f.start;
	look_at_start(p, t->root);
	return p;
}

/* ---- running ---- */

static bool prepare(struct re2_prog *p, uint32_t n_caps)
{
	enum { MAX_CAPS = 32 << 20 };
	if (p->sparse && p->scratch_caps >= n_caps)
		return true;
	re2_prog_free_scratch(p);
	if ((uint64_t)p->n * (n_caps + 1) > MAX_CAPS)
		return false;
	p->scratch_caps = n_caps;
	p->sparse = calloc(p->n, sizeof(*p->sparse));
	p->stack = calloc((size_t)p->n * 2 + 2, sizeof(*p->stack));
	p->caps = calloc(n_caps + 1, sizeof(*p->caps));
	for (int i = 0; i < 2; i++) {
		p->list[i].dense = calloc(p->n, sizeof(uint32_t));
		p->list[i].caps = calloc((size_t)p->n * (n_caps + 1), sizeof(size_t));
		if (!p->list[i].dense || !p->list[i].caps)
			abort();
	}
	if (!p->sparse || !p->stack || !p->caps)
		abort();
	return true;
}

static bool word_char(uint32_t c)
{
	return c < 0x80 &&
	       ((c >= '0' && c <= '9') || c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'));
}

static bool holds(struct sw_str s, size_t at, uint32_t op)
{
	switch (op) {
	case RE2_BEGIN_TEXT:
		return at == 0;
	case RE2_END_TEXT:
		return at == s.n;
	case RE2_BEGIN_LINE:
		return at == 0 || s.p[at - 1] == '\n';
	case RE2_END_LINE:
		return at == s.n || s.p[at] == '\n';
	default: {
		bool before = at > 0 && word_char((unsigned char)s.p[at - 1]);
		bool after = at < s.n && word_char((unsigned char)s.p[at]);
		return (before != after) == (op == RE2_WORD);
	}
	}
}

static bool listed(const struct re2_prog *p, const struct thread_list *l, uint32_t pc)
{
	uint32_t i = p->sparse[pc];
	return i < l->n && l->dense[i] == pc;
}

/* Enter pc and all that can be reached from it without a character, in order of priority. */
static void follow(struct re2_prog *p, struct thread_list *l, uint32_t pc, struct sw_str s,
	size_t at, size_t *caps, uint32_t n_caps)
{
	uint32_t depth = 0;
	p->stack[depth++] = (struct frame){.pc = pc};
	while (depth) {
		struct frame f = p->stack[--depth];
		if (f.pc == NO_PC) {
			caps[f.place] = f.old;
			continue;
		}
		if (listed(p, l, f.pc))
			continue;
		const struct inst *i = &p->v[f.pc];
		uint32_t entry = l->n++;
		p->sparse[f.pc] = entry;
		l->dense[entry] = f.pc;
		switch (i->op) {
		case I_ALT:
			p->stack[depth++] = (struct frame){.pc = i->arg};
			p->stack[depth++] = (struct frame){.pc = i->out};
			break;
		case I_NOP:
			p->stack[depth++] = (struct frame){.pc = i->out};
			break;
		case I_EMPTY:
			if (holds(s, at, i->arg))
				p->stack[depth++] = (struct frame){.pc = i->out};
			break;
		case I_CAP:
			if (i->arg < n_caps) {
				p->stack[depth++] = (struct frame){NO_PC, i->arg, caps[i->arg]};
				caps[i->arg] = at;
			}
			p->stack[depth++] = (struct frame){.pc = i->out};
			break;
		default:
			if (n_caps)
				memcpy(l->caps + (size_t)entry * n_caps, caps,
					n_caps * sizeof(*caps));
			break;
		}
	}
}

static bool in_class(struct re2_class c, uint32_t cp)
{
	uint32_t lo = 0, hi = c.n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (cp > c.v[mid].hi)
			lo = mid + 1;
		else if (cp < c.v[mid].lo)
			hi = mid;
		else
			return true;
	}
	return false;
}

static bool accepts(const struct re2_prog *p, const struct inst *i, uint32_t cp)
{
	switch (i->op) {
	case I_CHAR:
		return cp == i->arg;
	case I_CLASS:
		return in_class(p->classes[i->arg], cp);
	case I_ANY:
		return true;
	case I_ANY_NOT_NL:
		return cp != '\n';
	default:
		return false;
	}
}

/* One character: threads of `now` that accept it move to `then`. True when a thread matched. */
static bool step(struct re2_prog *p, struct thread_list *now, struct thread_list *then,
	struct sw_str s, size_t at, uint32_t cp, size_t next, size_t *caps, uint32_t n_caps)
{
	then->n = 0;
	for (uint32_t k = 0; k < now->n; k++) {
		const struct inst *i = &p->v[now->dense[k]];
		size_t *own = now->caps + (size_t)k * n_caps;
		if (i->op == I_MATCH) { /* whatever stands behind it has lower priority */
			if (n_caps) {
				memcpy(caps, own, n_caps * sizeof(*caps));
				caps[1] = at;
			}
			return true;
		}
		if (at < s.n && accepts(p, i, cp)) {
			if (n_caps)
				memcpy(p->caps, own, n_caps * sizeof(*caps));
			follow(p, then, i->out, s, next, p->caps, n_caps);
		}
	}
	return false;
}

static bool spend(uint64_t *work, uint64_t n)
{
	if (!work)
		return true;
	if (*work < n) {
		*work = 0;
		return false;
	}
	*work -= n;
	return true;
}

static void enter(
	struct re2_prog *p, struct thread_list *l, struct sw_str s, size_t at, uint32_t n_caps)
{
	for (uint32_t i = 0; i < n_caps; i++)
		p->caps[i] = SW_RE2_NONE;
	if (n_caps)
		p->caps[0] = at;
	follow(p, l, p->start, s, at, p->caps, n_caps);
}

int re2_prog_find(struct re2_prog *p, struct sw_str s, size_t from, size_t *caps, uint32_t n_groups,
	uint64_t *work)
{
	uint32_t n_caps = n_groups * 2 < p->n_caps ? n_groups * 2 : p->n_caps;
	if (!prepare(p, n_caps))
		return -SW_ELIMIT;
	struct thread_list *now = &p->list[0], *then = &p->list[1];
	now->n = 0;
	bool matched = false;
	for (size_t at = from;;) {
		if (!now->n) {
			if (matched || (p->anchored && at > 0))
				break;
			if (p->first_byte >= 0 && at < s.n) {
				const char *hit = memchr(s.p + at, p->first_byte, s.n - at);
				if (!hit)
					break;
				at = (size_t)(hit - s.p);
			}
		}
		if (!matched && !(p->anchored && at > 0))
			enter(p, now, s, at, n_caps);
		size_t next = at;
		uint32_t cp = at < s.n ? sw_utf8_next(s, &next) : 0;
		if (!spend(work, now->n / 8 + 1))
			return -SW_ELIMIT;
		matched = step(p, now, then, s, at, cp, next, caps, n_caps) || matched;
		if (matched && !n_caps)
			return 1;
		struct thread_list *swap = now;
		now = then;
		then = swap;
		if (at >= s.n)
			break;
		at = next;
	}
	if (matched)
		for (uint32_t i = n_caps; i < n_groups * 2; i++)
			caps[i] = SW_RE2_NONE;
	return matched;
}
