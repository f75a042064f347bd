/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of services, hundreds of them, in short stretches of text. They begin where a word does, or
 * with a capital inside one (myStripeKey); a bitmap of what the first four bytes can be, in any case,
 * tells at most of these places that it is none.
 */
#include "secret/block.h"
#include "secret/impl.h"

enum { CHAINS = 4096, NONE = UINT16_MAX };
#define SMALL UINT64_C(0x2020202020202020) /* makes small letters, and of _ another byte that stands for it alone */

struct name {
	uint64_t head, mask; /* the first eight bytes */
	struct sw_str text;
	uint16_t next;
};

struct secret_names {
	uint8_t first[8192]; /* bitmap over hash4() */
	uint16_t chain[CHAINS];
	struct name v[SECRET_NAMES];
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
	uint64_t mask = block_mask8(name.n);
	s->v[s->n] = (struct name){.head = (block_load8(name.p, name.n) | SMALL) & mask,
		.mask = mask,
		.text = name,
		.next = s->chain[chain]};
	s->chain[chain] = (uint16_t)s->n++;
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
	uint64_t head = block_load8(text.p + at, text.n - at) | SMALL;
	for (uint32_t i = s->chain[chain_of(text.p + at)]; i != NONE; i = s->v[i].next) {
		const struct name *e = &s->v[i];
		if ((head & e->mask) == e->head && stands_at(text, at, e->text) && !on(arg, at + e->text.n))
			return false;
	}
	return true;
}

/* Where words begin in a block: with a letter behind none, and with the capitals of myName and MYName. */
static uint64_t words_of(struct sw_str text, size_t at)
{
	char before = at ? text.p[at - 1] : 0, behind = text.n - at > BLOCK ? text.p[at + BLOCK] : 0;
	char rest[BLOCK];
	struct block b = block_kinds(block_at(text, at, rest));
	uint64_t after_letter = b.letter << 1 | is_letter(before);
	uint64_t after_capital = b.capital << 1 | is_capital(before);
	uint64_t before_small = (b.letter & ~b.capital) >> 1 |
				(uint64_t)(is_letter(behind) && !is_capital(behind)) << (BLOCK - 1);
	return b.letter & (~after_letter | (b.capital & (~after_capital | before_small)));
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
