/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of the characters that tokens are made of, found 64 bytes at a time. Tokens without a shape of
 * their own are looked for only where such a run is: that is a few places of a text, while the words
 * that tell what they are (google, line, column) are everywhere.
 */
#include "secret/impl.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = 64 };

struct masks {
	uint64_t run, digit; /* bit i: byte i of the block */
};

#ifdef __SSE2__
static struct masks classify(const char *p)
{
	struct masks m = {0};
	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i low = _mm_or_si128(v, _mm_set1_epi8(0x20));
		/* Signed comparisons: bytes from 0x80 on are below all of these. */
		__m128i letter = _mm_and_si128(_mm_cmpgt_epi8(low, _mm_set1_epi8('a' - 1)),
			_mm_cmplt_epi8(low, _mm_set1_epi8('z' + 1)));
		__m128i digit = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8('0' - 1)),
			_mm_cmplt_epi8(v, _mm_set1_epi8('9' + 1)));
		__m128i other = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('_')),
						     _mm_cmpeq_epi8(v, _mm_set1_epi8('-'))),
			_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('+')),
				_mm_cmpeq_epi8(v, _mm_set1_epi8('/'))));
		__m128i all = _mm_or_si128(_mm_or_si128(letter, digit), other);
		m.run |= (uint64_t)(unsigned)_mm_movemask_epi8(all) << i;
		m.digit |= (uint64_t)(unsigned)_mm_movemask_epi8(digit) << i;
	}
	return m;
}
#else
static struct masks classify(const char *p)
{
	struct masks m = {0};
	for (unsigned i = 0; i < BLOCK; i++) {
		unsigned char c = (unsigned char)p[i], low = c | 0x20;
		bool digit = c >= '0' && c <= '9';
		bool in = digit || (low >= 'a' && low <= 'z') || c == '_' || c == '-' || c == '+' || c == '/';
		m.run |= (uint64_t)in << i;
		m.digit |= (uint64_t)digit << i;
	}
	return m;
}
#endif

static uint64_t below(unsigned n)
{
	return n >= BLOCK ? UINT64_MAX : (UINT64_C(1) << n) - 1;
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
		w->digit |= (m.digit & below(n)) != 0;
		if (n == BLOCK)
			return true;
		w->open = false;
		if (!give(w, w->start, base + n, w->digit))
			return false;
		m.run &= ~below(n);
	}
	unsigned tail = m.run == UINT64_MAX ? BLOCK : (unsigned)__builtin_clzll(~m.run);
	uint64_t inner = m.run & below(BLOCK - tail);
	for (uint64_t s = starts_of(inner); s;) {
		unsigned from = (unsigned)__builtin_ctzll(s);
		unsigned to = from + (unsigned)__builtin_ctzll(~(inner >> from));
		if (!give(w, base + from, base + to, (m.digit & below(to) & ~below(from)) != 0))
			return false;
		s &= ~below(to);
	}
	if (tail) {
		w->open = true;
		w->start = base + BLOCK - tail;
		w->digit = (m.digit & ~below(BLOCK - tail)) != 0;
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
	memcpy(rest, text.n ? text.p + at : rest, text.n - at);
	block(&w, classify(rest), at);
}
