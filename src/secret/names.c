/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of services, hundreds of them, in short stretches of text. They begin where a word does, or
 * with a capital inside one (myStripeKey); a bitmap of what the first four bytes can be, in any case,
 * tells at most of these places that it is none.
 */
#include "secret/impl.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = 64, CHAINS = 4096, NONE = UINT16_MAX };

struct secret_names {
	uint8_t first[8192]; /* bitmap over hash4() */
	uint16_t chain[CHAINS], next[SECRET_NAMES];
	struct sw_str name[SECRET_NAMES];
	uint32_t n;
};

static uint32_t load4(const char *p)
{
	uint32_t k;
	memcpy(&k, p, sizeof(k));
	return k | 0x20202020;
}

static uint32_t hash4(uint32_t key)
{
	return key * UINT32_C(0x9e3779b1) >> 16;
}

static uint32_t chain_of(const char *p)
{
	uint32_t k = (uint32_t)(p[0] | 0x20) << 16 ^ (uint32_t)(p[1] | 0x20) << 8 ^ (uint32_t)(p[2] | 0x20);
	return (k * UINT32_C(0x9e3779b1) >> 20) % CHAINS;
}

struct secret_names *secret_names_new(struct sw_arena *a)
{
	struct secret_names *s = sw_arena_new(a, struct secret_names);
	for (uint32_t i = 0; s && i < CHAINS; i++)
		s->chain[i] = NONE;
	return s;
}

bool secret_names_add(struct secret_names *s, struct sw_str name)
{
	if (name.n < SECRET_NAME_MIN || s->n >= SECRET_NAMES)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))
			return false;
	}
	char key[4];
	memcpy(key, name.p, 3);
	for (unsigned c = 0; c < 256; c++) {
		key[3] = name.n > 3 ? name.p[3] : (char)c;
		uint32_t h = hash4(load4(key));
		s->first[h >> 3] |= (uint8_t)(1u << (h & 7));
	}
	uint32_t chain = chain_of(name.p);
	s->next[s->n] = s->chain[chain];
	s->chain[chain] = (uint16_t)s->n;
	s->name[s->n++] = name;
	return true;
}

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_word(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

static bool stands_at(struct sw_str text, size_t at, struct sw_str name)
{
	if (name.n > text.n - at)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = text.p[at + i];
		if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != name.p[i])
			return false;
	}
	return name.n > SECRET_NAME_SHORT || at == 0 || !is_word(text.p[at - 1]);
}

static bool names_at(const struct secret_names *s, struct sw_str text, size_t at,
	bool (*on)(void *, size_t), void *arg)
{
	for (uint32_t i = s->chain[chain_of(text.p + at)]; i != NONE; i = s->next[i])
		if (stands_at(text, at, s->name[i]) && !on(arg, at + s->name[i].n))
			return false;
	return true;
}

#ifdef __SSE2__
static __m128i between(__m128i v, char low, char high)
{
	return _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8((char)(low - 1))),
		_mm_cmplt_epi8(v, _mm_set1_epi8((char)(high + 1))));
}

static void letters_of(const char *p, uint64_t *ret_letters, uint64_t *ret_capitals)
{
	uint64_t letters = 0, capitals = 0;
	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i low = between(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 'z');
		letters |= (uint64_t)(unsigned)_mm_movemask_epi8(low) << i;
		capitals |= (uint64_t)(unsigned)_mm_movemask_epi8(between(v, 'A', 'Z')) << i;
	}
	*ret_letters = letters;
	*ret_capitals = capitals;
}
#else
static void letters_of(const char *p, uint64_t *ret_letters, uint64_t *ret_capitals)
{
	uint64_t letters = 0, capitals = 0;
	for (unsigned i = 0; i < BLOCK; i++) {
		letters |= (uint64_t)is_letter(p[i]) << i;
		capitals |= (uint64_t)is_capital(p[i]) << i;
	}
	*ret_letters = letters;
	*ret_capitals = capitals;
}
#endif

/* Where words begin in a block: with a letter behind none, and with the capitals of myName and MYName. */
static uint64_t words_of(struct sw_str text, size_t at)
{
	uint64_t letters, capitals;
	char before = at ? text.p[at - 1] : 0, behind = text.n - at > BLOCK ? text.p[at + BLOCK] : 0;
	char rest[BLOCK] = {0};
	const char *p = text.p + at;
	if (text.n - at < BLOCK)
		p = memcpy(rest, p, text.n - at);
	letters_of(p, &letters, &capitals);
	uint64_t after_letter = letters << 1 | is_letter(before);
	uint64_t after_capital = capitals << 1 | is_capital(before);
	uint64_t before_small = (letters & ~capitals) >> 1 |
				(uint64_t)(is_letter(behind) && !is_capital(behind)) << (BLOCK - 1);
	return letters & (~after_letter | (capitals & (~after_capital | before_small)));
}

bool secret_names_find(const struct secret_names *s, struct sw_str text, size_t from, size_t to,
	bool (*on)(void *arg, size_t end), void *arg)
{
	if (text.n < 4)
		return true;
	if (to > text.n - 3)
		to = text.n - 3;
	for (size_t at = from; at < to; at += BLOCK) {
		for (uint64_t words = words_of(text, at); words; words &= words - 1) {
			size_t word = at + (unsigned)__builtin_ctzll(words);
			if (word >= to)
				break;
			uint32_t h = hash4(load4(text.p + word));
			if (s->first[h >> 3] >> (h & 7) & 1 && !names_at(s, text, word, on, arg))
				return false;
		}
	}
	return true;
}
