/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that a match cannot do without: most subjects hold none of them, and one look at each byte shows
 * it, where a matcher would try the pattern at each.
 *
 * From the tree come literals of which every match holds one at least. Letters count without their case
 * (all bytes are taken with bit 5 set), so that (?i) is no hindrance. Two or three bytes of each literal
 * go into a small table of hashes; a subject without any of them cannot match. It may still not match
 * when it has one.
 */
#include "base/re2_impl.h"

#include <string.h>

enum {
	LITERALS_MAX = 48,  /* alternatives */
	LITERAL_BYTES = 24, /* of one of them */
	CLASS_MAX = 6,	    /* members of a class that is written out */
	DEPTH_MAX = 64,
	GRAM_MAX = 3,
	BITS = 15,
};

struct re2_literal {
	uint32_t mask;	/* of the bytes of a gram */
	uint32_t n;	/* its bytes */
	uint64_t table[(1 << BITS) / 64];
};

struct literal {
	uint8_t n;
	unsigned char b[LITERAL_BYTES];
};

/* Alternatives; n 0: nothing is known. */
struct literals {
	uint32_t n;
	struct literal v[LITERALS_MAX];
};

static bool add(struct literals *s, const struct literal *l)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->v[i].n == l->n && memcmp(s->v[i].b, l->b, l->n) == 0)
			return true;
	if (s->n == LITERALS_MAX)
		return false;
	s->v[s->n++] = *l;
	return true;
}

/* False for what broken UTF-8 is read as: a subject has no bytes of it. */
static bool rune(struct literals *s, uint32_t cp)
{
	struct literal l = {0};
	char utf8[4];
	if (cp == 0xfffd || (cp >= 0xd800 && cp <= 0xdfff))
		return false;
	l.n = (uint8_t)sw_utf8_put(utf8, cp);
	for (uint32_t i = 0; i < l.n; i++)
		l.b[i] = (unsigned char)utf8[i] | 0x20;
	return add(s, &l);
}

static bool class_runes(struct literals *s, struct re2_class c)
{
	uint64_t members = 0;
	for (uint32_t i = 0; i < c.n; i++)
		members += (uint64_t)c.v[i].hi - c.v[i].lo + 1;
	if (!members || members > CLASS_MAX)
		return false;
	for (uint32_t i = 0; i < c.n; i++)
		for (uint32_t cp = c.v[i].lo; cp <= c.v[i].hi; cp++)
			if (!rune(s, cp))
				return false;
	return true;
}

static bool join(struct literals *a, const struct literals *b)
{
	struct literals out;
	out.n = 0;
	for (uint32_t i = 0; i < a->n; i++)
		for (uint32_t k = 0; k < b->n; k++) {
			struct literal l = a->v[i];
			if (l.n + b->v[k].n > LITERAL_BYTES)
				return false;
			memcpy(l.b + l.n, b->v[k].b, b->v[k].n);
			l.n = (uint8_t)(l.n + b->v[k].n);
			if (!add(&out, &l))
				return false;
		}
	*a = out;
	return true;
}

/* All texts that the node matches, when they are few. Recursion: DEPTH_MAX. */
static bool exact(const struct re2_node *n, struct literals *ret, int depth)
{
	struct literals sub;
	ret->n = 0;
	if (depth > DEPTH_MAX)
		return false;
	switch ((enum re2_op)n->op) {
	case RE2_CHAR:
		return rune(ret, n->rune);
	case RE2_CLASS:
		return class_runes(ret, n->cls);
	case RE2_CAPTURE:
	case RE2_CONCAT:
		ret->n = 1;
		ret->v[0].n = 0;
		for (const struct re2_node *c = n->child; c; c = c->next)
			if (!exact(c, &sub, depth + 1) || !join(ret, &sub))
				return false;
		return true;
	case RE2_ALT:
		for (const struct re2_node *c = n->child; c; c = c->next) {
			if (!exact(c, &sub, depth + 1))
				return false;
			for (uint32_t i = 0; i < sub.n; i++)
				if (!add(ret, &sub.v[i]))
					return false;
		}
		return true;
	default:
		return false;
	}
}

static uint32_t shortest(const struct literals *s)
{
	uint32_t n = s->n ? UINT32_MAX : 0;
	for (uint32_t i = 0; i < s->n; i++)
		n = s->v[i].n < n ? s->v[i].n : n;
	return n;
}

/* Longer ones say more; of the same length the fewer. */
static void keep_better(struct literals *best, const struct literals *s)
{
	uint32_t a = shortest(best), b = shortest(s);
	a = a < GRAM_MAX ? a : GRAM_MAX;
	b = b < GRAM_MAX ? b : GRAM_MAX;
	if (b > a || (b == a && b && s->n < best->n))
		*best = *s;
}

static void required(const struct re2_node *n, struct literals *ret, int depth);

/* The best of a concatenation's parts; neighbours that are texts make one longer text. */
static void required_concat(const struct re2_node *n, struct literals *ret, int depth)
{
	struct literals run, sub;
	bool open = false;
	for (const struct re2_node *c = n->child; c; c = c->next) {
		if (exact(c, &sub, depth + 1)) {
			struct literals longer = open ? run : sub;
			if (open && !join(&longer, &sub))
				longer = sub;
			run = longer;
			open = true;
			keep_better(ret, &run);
			continue;
		}
		open = false;
		required(c, &sub, depth + 1);
		keep_better(ret, &sub);
	}
}

/* Recursion: DEPTH_MAX. */
static void required(const struct re2_node *n, struct literals *ret, int depth)
{
	struct literals sub;
	if (depth > DEPTH_MAX || exact(n, ret, depth))
		return;
	ret->n = 0;
	switch ((enum re2_op)n->op) {
	case RE2_CAPTURE:
	case RE2_CONCAT:
		required_concat(n, ret, depth);
		return;
	case RE2_PLUS:
		required(n->child, ret, depth + 1);
		return;
	case RE2_REPEAT:
		if (n->min > 0)
			required(n->child, ret, depth + 1);
		return;
	case RE2_ALT:
		for (const struct re2_node *c = n->child; c; c = c->next) {
			required(c, &sub, depth + 1);
			for (uint32_t i = 0; i < sub.n; i++)
				if (!add(ret, &sub.v[i]))
					sub.n = 0;
			if (!sub.n) {
				ret->n = 0;
				return;
			}
		}
		return;
	default:
		return;
	}
}

static inline uint32_t place(uint32_t gram)
{
	return (gram * 0x9e3779b1u) >> (32 - BITS);
}

struct re2_literal *re2_literal_new(struct sw_arena *a, const struct re2_tree *t)
{
	struct literals s;
	s.n = 0;
	required(t->root, &s, 0);
	uint32_t n = shortest(&s);
	if (n < 2)
		return NULL;
	struct re2_literal *l = sw_arena_new(a, struct re2_literal);
	if (!l)
		return NULL;
	l->n = n < GRAM_MAX ? n : GRAM_MAX;
	l->mask = (uint32_t)((1ull << (8 * l->n)) - 1);
	for (uint32_t i = 0; i < s.n; i++) {
		uint32_t gram = 0;
		memcpy(&gram, s.v[i].b + s.v[i].n - l->n, l->n); /* ends tell more than beginnings */
		uint32_t at = place(gram & l->mask);
		l->table[at / 64] |= (uint64_t)1 << at % 64;
	}
	return l;
}

static inline bool hit(const struct re2_literal *l, uint32_t bytes)
{
	uint32_t at = place((bytes | 0x20202020u) & l->mask);
	return l->table[at / 64] >> at % 64 & 1;
}

bool re2_literal_in(const struct re2_literal *l, const char *p, size_t n)
{
	size_t i = 0;
	uint32_t bytes;
	for (; i + 4 <= n; i++) {
		memcpy(&bytes, p + i, 4);
		if (hit(l, bytes))
			return true;
	}
	for (; i + l->n <= n; i++) {
		bytes = 0;
		memcpy(&bytes, p + i, n - i < 4 ? n - i : 4);
		if (hit(l, bytes))
			return true;
	}
	return false;
}
