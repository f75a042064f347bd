/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Beginnings that tokens have (ghp_, sk-, AKCp), hundreds of them and most too short for a search of the
 * whole text: they are looked for only where a word begins in a run of token characters (runs.c). A
 * bitmap of their first two bytes tells at most of these places that there is none.
 */
#include "secret/impl.h"

enum { CHAINS = 1024, NONE = UINT16_MAX };

struct prefix {
	struct sw_str text;
	uint32_t rule;
	uint16_t next;
};

struct secret_prefixes {
	uint8_t first[8192]; /* bitmap over two bytes */
	uint16_t chain[CHAINS];
	struct prefix v[SECRET_PREFIXES];
	uint32_t n;
};

static uint16_t load2(const char *p)
{
	uint16_t k;
	memcpy(&k, p, sizeof(k));
	return k;
}

static uint32_t chain_of(uint16_t key)
{
	return (key * UINT32_C(0x9e3779b1) >> 20) % CHAINS;
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
	uint16_t key = load2(prefix.p);
	uint32_t chain = chain_of(key);
	s->first[key >> 3] |= (uint8_t)(1u << (key & 7));
	s->v[s->n] = (struct prefix){.text = prefix, .rule = rule, .next = s->chain[chain]};
	s->chain[chain] = (uint16_t)s->n++;
	return true;
}

static bool at_word(const struct secret_prefixes *s, struct sw_str text, size_t at, size_t end,
	bool (*on)(void *, size_t, uint32_t), void *arg)
{
	uint16_t key = load2(text.p + at);
	if (!(s->first[key >> 3] >> (key & 7) & 1))
		return true;
	for (uint32_t i = s->chain[chain_of(key)]; i != NONE; i = s->v[i].next) {
		struct sw_str p = s->v[i].text;
		if (p.n <= end - at && !memcmp(text.p + at, p.p, p.n) && !on(arg, at, s->v[i].rule))
			return false;
	}
	return true;
}

bool secret_prefixes_find(const struct secret_prefixes *s, struct sw_str text,
	const struct secret_run *run, bool (*on)(void *arg, size_t at, uint32_t rule), void *arg)
{
	size_t last = run->end - SECRET_RUN_MIN;
	if (!at_word(s, text, run->start, run->end, on, arg))
		return false;
	/* Behind \n in a string its letter begins the run, and the token stands behind that. */
	if (run->start && text.p[run->start - 1] == '\\' && run->start < last &&
		!at_word(s, text, run->start + 1, run->end, on, arg))
		return false;
	for (size_t at = run->start + 1; at <= last; at++)
		if (!is_word(text.p[at - 1]) && is_word(text.p[at]) &&
			!at_word(s, text, at, run->end, on, arg))
			return false;
	return true;
}
