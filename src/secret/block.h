/* SPDX-License-Identifier: Apache-2.0 */
/* Which of 64 bytes are letters, capitals, digits, or a certain byte: bit i tells of byte i. */
#ifndef SW_SECRET_BLOCK_H
#define SW_SECRET_BLOCK_H

#include <stdint.h>
#include <string.h>

#include "base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = 64 };

struct block {
	uint64_t letter, capital, digit;
};

static inline uint64_t block_below(unsigned n)
{
	return n >= BLOCK ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

/* The bytes of the text from `at` on, of which there are fewer than a block: `rest` holds them, and zeros. */
static inline const char *block_at(struct sw_str text, size_t at, char rest[BLOCK])
{
	if (text.n - at >= BLOCK)
		return text.p + at;
	memset(rest, 0, BLOCK);
	return memcpy(rest, text.p + at, text.n - at);
}

#ifdef __SSE2__
static inline __m128i block_between(__m128i v, char low, char high)
{
	return _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8((char)(low - 1))),
		_mm_cmplt_epi8(v, _mm_set1_epi8((char)(high + 1))));
}

static inline struct block block_kinds(const char *p)
{
	struct block b = {0};
	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i letter = block_between(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 'z');
		b.letter |= (uint64_t)(unsigned)_mm_movemask_epi8(letter) << i;
		b.capital |= (uint64_t)(unsigned)_mm_movemask_epi8(block_between(v, 'A', 'Z')) << i;
		b.digit |= (uint64_t)(unsigned)_mm_movemask_epi8(block_between(v, '0', '9')) << i;
	}
	return b;
}

static inline uint64_t block_of(const char *p, char c)
{
	uint64_t m = 0;
	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));
		m |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c))) << i;
	}
	return m;
}
#else
static inline struct block block_kinds(const char *p)
{
	struct block b = {0};
	for (unsigned i = 0; i < BLOCK; i++) {
		char low = p[i] | 0x20;
		b.letter |= (uint64_t)(low >= 'a' && low <= 'z') << i;
		b.capital |= (uint64_t)(p[i] >= 'A' && p[i] <= 'Z') << i;
		b.digit |= (uint64_t)(p[i] >= '0' && p[i] <= '9') << i;
	}
	return b;
}

static inline uint64_t block_of(const char *p, char c)
{
	uint64_t m = 0;
	for (unsigned i = 0; i < BLOCK; i++)
		m |= (uint64_t)(p[i] == c) << i;
	return m;
}
#endif

/* The first eight bytes, or all that there are: as a number that can be compared under a mask. */
static inline uint64_t block_load8(const char *p, size_t n)
{
	uint64_t k = 0;
	memcpy(&k, p, n < sizeof(k) ? n : sizeof(k));
	return k;
}

static inline uint64_t block_mask8(size_t n)
{
	static const uint8_t ones[16] = {255, 255, 255, 255, 255, 255, 255, 255};
	uint64_t m;
	memcpy(&m, ones + 8 - (n < 8 ? n : 8), sizeof(m));
	return m;
}

#endif
