/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Beginnings that tokens have (ghp_, sk-, AKCp), hundreds of them and most too short for a search of the
 * whole text: they are looked for only where a word begins in a run of token characters (runs.c). A
 * bitmap of their first three bytes tells at most of these places that there is none.
 */
#include "secret/block.h"
#include "secret/impl.h"

enum { CHAINS = 1024, NONE = UINT16_MAX };

struct prefix {
	uint64_t head, mask; /* the first eight bytes */
	struct sw_str text;
	uint32_t rule;
	uint16_t next;
};

struct secret_prefixes {
	uint8_t first[8192]; /* bitmap over hash3() */
	uint16_t chain[CHAINS];
	struct prefix v[SECRET_PREFIXES];
	uint32_t n;
};

static uint32_t hash3(unsigned char a, unsigned char b, unsigned char c)
{
	return ((uint32_t)a << 16 | (uint32_t)b << 8 | c) * UINT32_C(0x9e3779b1) >> 16;
}

static uint32_t chain_of(const char *p)
{
	return ((uint32_t)(unsigned char)p[0] << 8 | (unsigned char)p[1]) * UINT32_C(0x9e3779b1) >> 22;
}

struct secret_prefixes *secret_prefixes_new(struct sw_arena *a)
{
	struct secret_prefixes *s = sw_arena_new(a, struct secret_prefixes);
	for (uint32_t i = 0; s && i < CHAINS; i++)
		s->chain[i] = NONE;
	return s;
}

static bool is_word(char c)
{
	char low = c | 0x20;
	return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool in_run(char c)
{
	return is_word(c) || c == '-' || c == '+' || c == '/';
}

bool secret_prefixes_add(struct secret_prefixes *s, struct sw_str prefix, uint32_t rule)
{
	if (prefix.n < SECRET_PREFIX_MIN || prefix.n > SECRET_RUN_MIN || s->n >= SECRET_PREFIXES ||
		!is_word(prefix.p[0]))
		return false;
	for (size_t i = 0; i < prefix.n; i++)
		if (!in_run(prefix.p[i]))
			return false;
	const unsigned char *p = (const unsigned char *)prefix.p;
	for (unsigned c = 0; c < 256; c++) {
		uint32_t h = hash3(p[0], p[1], prefix.n > 2 ? p[2] : (unsigned char)c);
		s->first[h >> 3] |= (uint8_t)(1u << (h & 7));
	}
	uint32_t chain = chain_of(prefix.p);
	uint64_t mask = block_mask8(prefix.n);
	s->v[s->n] = (struct prefix){.head = block_load8(prefix.p, prefix.n),
		.mask = mask,
		.text = prefix,
		.rule = rule,
		.next = s->chain[chain]};
	s->chain[chain] = (uint16_t)s->n++;
	return true;
}

/* At least SECRET_RUN_MIN bytes of the run stand behind `at`: the longest prefix. */
static bool at_word(const struct secret_prefixes *s, struct sw_str text, size_t at,
	bool (*on)(void *, size_t, uint32_t), void *arg)
{
	const unsigned char *p = (const unsigned char *)text.p + at;
	uint32_t h = hash3(p[0], p[1], p[2]);
	if (!(s->first[h >> 3] >> (h & 7) & 1))
		return true;
	uint64_t head = block_load8(text.p + at, sizeof(head));
	for (uint32_t i = s->chain[chain_of(text.p + at)]; i != NONE; i = s->v[i].next) {
		const struct prefix *e = &s->v[i];
		if ((head & e->mask) == e->head && (e->text.n <= sizeof(head) || !memcmp(p, e->text.p, e->text.n)) &&
			!on(arg, at, e->rule))
			return false;
	}
	return true;
}

bool secret_prefixes_find(const struct secret_prefixes *s, struct sw_str text,
	const struct secret_run *run, bool (*on)(void *arg, size_t at, uint32_t rule), void *arg)
{
	size_t last = run->end - SECRET_RUN_MIN;
	/* Behind \n in a string its letter begins the run, and the token stands behind that. */
	if (run->start && text.p[run->start - 1] == '\\' && run->start < last &&
		!at_word(s, text, run->start + 1, on, arg))
		return false;
	uint64_t carry = 0;
	for (size_t base = run->start; base <= last; base += BLOCK) {
		char rest[BLOCK];
		const char *p = block_at(text, base, rest);
		struct block b = block_kinds(p);
		uint64_t word = b.letter | b.digit | block_of(p, '_');
		uint64_t begins = word & ~(word << 1 | carry);
		carry = word >> (BLOCK - 1);
		if (last - base < BLOCK - 1)
			begins &= block_below((unsigned)(last - base) + 1);
		for (; begins; begins &= begins - 1)
			if (!at_word(s, text, base + (unsigned)__builtin_ctzll(begins), on, arg))
				return false;
	}
	return true;
}
