/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of the characters that tokens are made of, found 64 bytes at a time. Tokens without a shape of
 * their own are looked for only where such a run is: that is a few places of a text, while the words
 * that tell what they are (google, line, column) are everywhere.
 */
#include "secret/block.h"
#include "secret/impl.h"

struct masks {
	uint64_t run, digit; /* bit i: byte i of the block */
};

static struct masks classify(const char *p)
{
	struct block b = block_kinds(p);
	return (struct masks){.digit = b.digit, .run = b.letter | b.digit | block_of(p, '_') | block_of(p, '-') |
						       block_of(p, '+') | block_of(p, '/')};
}

/* Bits where SECRET_RUN_MIN ones begin. */
static uint64_t starts_of(uint64_t m)
{
	_Static_assert(SECRET_RUN_MIN == 12, "the shifts below make 12");
	m &= m >> 1;
	m &= m >> 2;
	m &= m >> 4;
	return m & m >> 4;
}

struct walk {
	bool open, digit; /* a run reaches the end of the block before, from `start` */
	size_t start;
	bool (*on)(void *arg, const struct secret_run *run);
	void *arg;
};

static bool give(struct walk *w, size_t start, size_t end, bool digit)
{
	const struct secret_run run = {.start = start, .end = end, .digit = digit};
	return end - start < SECRET_RUN_MIN || w->on(w->arg, &run);
}

static bool block(struct walk *w, struct masks m, size_t base)
{
	if (w->open) {
		unsigned n = m.run == UINT64_MAX ? BLOCK : (unsigned)__builtin_ctzll(~m.run);
		w->digit |= (m.digit & block_below(n)) != 0;
		if (n == BLOCK)
			return true;
		w->open = false;
		if (!give(w, w->start, base + n, w->digit))
			return false;
		m.run &= ~block_below(n);
	}
	unsigned tail = m.run == UINT64_MAX ? BLOCK : (unsigned)__builtin_clzll(~m.run);
	uint64_t inner = m.run & block_below(BLOCK - tail);
	for (uint64_t s = starts_of(inner); s;) {
		unsigned from = (unsigned)__builtin_ctzll(s);
		unsigned to = from + (unsigned)__builtin_ctzll(~(inner >> from));
		if (!give(w, base + from, base + to, (m.digit & block_below(to) & ~block_below(from)) != 0))
			return false;
		s &= ~block_below(to);
	}
	if (tail) {
		w->open = true;
		w->start = base + BLOCK - tail;
		w->digit = (m.digit & ~block_below(BLOCK - tail)) != 0;
	}
	return true;
}

void secret_runs(struct sw_str text, bool (*on)(void *, const struct secret_run *), void *arg)
{
	struct walk w = {.on = on, .arg = arg};
	size_t at = 0;
	for (; text.n - at >= BLOCK; at += BLOCK)
		if (!block(&w, classify(text.p + at), at))
			return;
	char rest[BLOCK] = {0}; /* at least one byte of it ends a run */
	if (at < text.n)
		block_at(text, at, rest);
	block(&w, classify(rest), at);
}
