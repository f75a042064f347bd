/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the shell's parser: words (word.c), and commands made of them (parse.c). */
#ifndef SW_CIS_SH_PARSER_H
#define SW_CIS_SH_PARSER_H

#include "cis/sh/impl.h"

struct sh_parser {
	struct sw_arena *a;
	struct sw_str s;
	size_t at;
	int depth;
	struct sw_error *err;
	bool bad;
	struct sh_redir *here[8]; /* here-documents that begin on the next line */
	struct sw_str here_end[8];
	bool here_raw[8];
	uint32_t n_here;
};

/* Notes the first fault with its line; -SW_ESYNTAX. */
int sh_parse_fail(struct sh_parser *p, const char *what);
void *sh_parse_mem(struct sh_parser *p, size_t n); /* NULL: the fault is noted */
/* Room for one more in an array of the arena, doubled at powers of two. */
void *sh_parse_grow(struct sh_parser *p, void *v, uint32_t n, size_t size);
void sh_parse_blanks(struct sh_parser *p); /* blanks, comments and continued lines */
void sh_parse_literal(struct sh_parser *p, struct sh_word *w, struct sw_str s, bool quoted);
/* One piece of a word: a quoted text, a $…, bytes up to the next. `inner`: within ${…}, where blanks are bytes. */
void sh_parse_piece(struct sh_parser *p, struct sh_word *w, bool inner);
struct sh_word *sh_parse_word(struct sh_parser *p);
struct sh_word *sh_parse_word_of(struct sh_parser *p, struct sw_str text, bool quoted);

static inline int peek(const struct sh_parser *p)
{
	return p->at < p->s.n ? (unsigned char)p->s.p[p->at] : -1;
}

static inline bool looking(const struct sh_parser *p, const char *text)
{
	return sw_str_starts(sw_str_sub(p->s, p->at, p->s.n), sw_str_from(text));
}

static inline bool take(struct sh_parser *p, const char *text)
{
	if (!looking(p, text))
		return false;
	p->at += strlen(text);
	return true;
}

static inline bool is_meta(int c)
{
	return c < 0 || memchr(" \t\n;&|<>()", c, 10);
}

static inline bool is_name(int c, bool first)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (!first && c >= '0' && c <= '9');
}

#endif
