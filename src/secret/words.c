/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a value made of words, as identifiers, paths and names of files are? In words 19 of 20 pairs of
 * letters are among the 230 most frequent ones; in random letters one of three is.
 */
#include "secret/impl.h"

enum { PAIRS_MIN = 6, SHORT = 24 };

/* Bit b of row a: the pair ab is frequent. Counted in C headers, Go, Python and documentation. */
static const uint32_t frequent[26] = {0x13ebd4e, 0x1124b11, 0x11a4d91, 0x0144119, 0x1afb87d, 0x01a4931,
	0x0162990, 0x0084111, 0x22ef87f, 0x0000010, 0x0000110, 0x11c4939, 0x014d113, 0x03c497d, 0x07ef96e,
	0x11ac911, 0x0100000, 0x11e717d, 0x11cc195, 0x11ec19d, 0x00eb937, 0x0004111, 0x0004181, 0x0088010,
	0x00c8000, 0x0000010};

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

struct pairs {
	size_t all, frequent;
	bool high; /* there are letters that hexadecimal numbers have not */
};

static struct pairs count(struct sw_str s)
{
	struct pairs n = {0};
	for (size_t i = 1; i < s.n; i++) {
		char a = s.p[i - 1], b = s.p[i];
		if (!is_letter(a) || !is_letter(b) || ((a & 0x20) && !(b & 0x20)))
			continue; /* aB: there one word ends, as in thisWord */
		n.all++;
		n.high |= (a | 0x20) > 'f' || (b | 0x20) > 'f';
		if ((b | 0x20) == (a | 0x20) + 1)
			continue; /* abcdef is no word */
		n.frequent += frequent[(a | 0x20) - 'a'] >> ((b | 0x20) - 'a') & 1;
	}
	return n;
}

/* A part of a path that is a word in small letters: bases of 64 have none of them between slashes. */
static bool word_in_path(struct sw_str s)
{
	size_t from = 0;
	for (size_t i = 0; i <= s.n; i++) {
		if (i < s.n && s.p[i] != '/')
			continue;
		struct sw_str part = sw_str_sub(s, from, i);
		bool small = part.n >= 4 && (from > 0 || i < s.n);
		for (size_t k = 0; small && k < part.n; k++)
			small = (part.p[k] >= 'a' && part.p[k] <= 'z') || part.p[k] == '-' || part.p[k] == '.';
		struct pairs n = count(part);
		if (small && n.all >= 3 && n.frequent * 4 >= n.all * 3)
			return true;
		from = i + 1;
	}
	return false;
}

bool secret_is_words(struct sw_str s)
{
	struct pairs n = count(s);
	if (word_in_path(s))
		return true;
	return n.high && n.all >= PAIRS_MIN && n.all * 10 >= s.n * 4 &&
	       n.frequent * 20 >= n.all * (s.n < SHORT ? 15 : 13);
}
