/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everyday YAML read in one pass, without libyaml; nobody outside src/doc includes this.
 *
 * What manifests are made of: block mappings and lists, flow collections, scalars of every style, comments and
 * document marks. Whatever is rarer (anchors, aliases, tags, directives, merge and complex keys, tabs before a
 * token) or wrong makes a call return false: the document is then read by libyaml, whose errors and habits are
 * the ones that count. So nothing here reports an error, and a false must never depend on luck: what is accepted
 * has the values and places that libyaml's events give (tests/unit/doc/test_yaml_fast.c and fuzz_yaml_fast hold
 * one against the other).
 *
 * Columns and lengths are bytes here and characters in libyaml. They are the same where they count: before a
 * block token there are only spaces and dashes, and a key of at most 1024 bytes has no more characters.
 */
#ifndef SW_DOC_YAML_FAST_H
#define SW_DOC_YAML_FAST_H

#include "doc/yaml_stream.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	YAML_FAST_DEPTH_MAX = 1000,
	YAML_KEY_MAX = 1024,	 /* libyaml takes no longer key without `?` */
	YAML_FAST_KEYS = 1 << 10, /* keys that are remembered, */
	YAML_REMEMBER_FROM = 4096 /* of longer texts */
};

struct yaml_fast {
	struct sw_yaml_stream *s;
	const char *text, *end;
	const char *p;	 /* next byte */
	const char *bol; /* where its line begins */
};

/* A scalar as it is read. */
struct yaml_piece {
	struct sw_str text;
	struct sw_span span;
	bool lines; /* it went over a line's end */
};

/*
 * Is the text UTF-8 without bytes and line ends that only libyaml may judge: controls, a lone carriage return,
 * NEL, LS, PS, a BOM (the caller has skipped one at the start)?
 */
bool yaml_is_everyday(struct sw_str text);

/* The next document at s->fast_at. 1: in s->slots[0]; 0: the end of the stream; -1: not everyday YAML. */
int yaml_fast_document(struct sw_yaml_stream *s);
/*
 * Behind a document, at `at`: where the next one's `---` is (or the end), over `...` and comments. False:
 * something else is there.
 */
bool yaml_fast_boundary(struct sw_yaml_stream *s, size_t at, size_t *ret);

/* A whole flow collection at f->p, which is its bracket; leaves f->p behind it. */
bool yaml_fast_flow(struct yaml_fast *f);

/* At a quote; leaves f->p behind the other one. */
bool yaml_fast_quoted(struct yaml_fast *f, struct yaml_piece *ret);
/*
 * At the first byte of a plain scalar, at most `indent` columns of which belong to what is around it (-1: nothing
 * is). f->p is left at the next token, or at a comment or line end behind the scalar.
 */
bool yaml_fast_plain(struct yaml_fast *f, int64_t indent, bool flow, struct yaml_piece *ret);
/* At `|` or `>`; leaves f->p at the start of a line. */
bool yaml_fast_block_scalar(struct yaml_fast *f, int64_t indent, struct yaml_piece *ret);
/* May a plain scalar begin at f->p? */
bool yaml_fast_plain_starts(const struct yaml_fast *f, bool flow);

/* Push a scalar as a value, or as a key. */
bool yaml_fast_value(struct yaml_fast *f, const struct yaml_piece *in, bool plain);
bool yaml_fast_key(struct yaml_fast *f, const struct yaml_piece *in, bool plain);
bool yaml_fast_null(struct yaml_fast *f, size_t at);

/* Containers: opened with their first byte, closed behind their last one (0: where their last child ends). */
bool yaml_fast_open(struct yaml_fast *f, enum yaml_frame_kind kind, bool object, uint32_t indent);
bool yaml_fast_close(struct yaml_fast *f, uint32_t end);

/* ---- the text ---- */

/* NUL at the end: an everyday text has none inside. */
static inline char yaml_at(const struct yaml_fast *f, const char *p)
{
	return p < f->end ? *p : '\0';
}
static inline uint32_t yaml_offset(const struct yaml_fast *f, const char *p)
{
	return (uint32_t)(p - f->text);
}
static inline bool yaml_blank(char c)
{
	return c == ' ' || c == '\t';
}
static inline bool yaml_break(char c)
{
	return c == '\n' || c == '\r';
}
/* Blank, line end or the end of the text. */
static inline bool yaml_blankz(char c)
{
	return yaml_blank(c) || yaml_break(c) || c == '\0';
}
/* Over the line end at p, which a carriage return may precede. */
static inline const char *yaml_next_line(struct yaml_fast *f, const char *p)
{
	p += *p == '\r' ? 2 : 1;
	f->bol = p;
	return p;
}
/* `---` or `...` at p. */
static inline bool yaml_is_marker(const struct yaml_fast *f, const char *p)
{
	return f->end - p >= 3 && (*p == '-' || *p == '.') && p[1] == *p && p[2] == *p &&
	       yaml_blankz(yaml_at(f, p + 3));
}
/* The first of three bytes, or `end`. */
static inline const char *yaml_find3(const char *p, const char *end, char a, char b, char c)
{
#ifdef __SSE2__
	const __m128i va = _mm_set1_epi8(a), vb = _mm_set1_epi8(b), vc = _mm_set1_epi8(c);
	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)p);
		__m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, va), _mm_cmpeq_epi8(v, vb)),
			_mm_cmpeq_epi8(v, vc));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);
		if (mask)
			return p + __builtin_ctz(mask);
	}
#endif
	while (p < end && *p != a && *p != b && *p != c)
		p++;
	return p;
}
static inline const char *yaml_find(const char *p, const char *end, char c)
{
	const char *hit = p < end ? memchr(p, c, (size_t)(end - p)) : NULL;
	return hit ? hit : end;
}
/* Behind a value there may be a comment on its line, no more. */
static inline bool yaml_end_line(struct yaml_fast *f)
{
	const char *p = f->p;
	while (p < f->end && yaml_blank(*p))
		p++;
	if (p < f->end && *p == '#')
		p = yaml_find(p, f->end, '\n');
	if (p < f->end && !yaml_break(*p))
		return false;
	f->p = p < f->end ? yaml_next_line(f, p) : p;
	return true;
}
/* To the next byte that is no space, over empty lines. */
static inline const char *yaml_skip_lines(struct yaml_fast *f, const char *p)
{
	for (;; p = yaml_next_line(f, p)) {
		while (p < f->end && *p == ' ')
			p++;
		if (p == f->end || !yaml_break(*p))
			return p;
	}
}

#endif
