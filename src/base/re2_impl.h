/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of re2 share: the tree that the parser makes and its two readers. */
#ifndef SW_BASE_RE2_IMPL_H
#define SW_BASE_RE2_IMPL_H

#include "base/arena.h"
#include "base/re2.h"

enum re2_op {
	RE2_EMPTY,
	RE2_CHAR,  /* rune */
	RE2_CLASS, /* ranges */
	RE2_ANY,
	RE2_ANY_NOT_NL,
	RE2_BEGIN_TEXT,
	RE2_END_TEXT,
	RE2_BEGIN_LINE,
	RE2_END_LINE,
	RE2_WORD,
	RE2_NO_WORD,
	RE2_CAPTURE, /* min: group */
	RE2_STAR,
	RE2_PLUS,
	RE2_QUEST,
	RE2_REPEAT, /* min, max (-1: open) */
	RE2_CONCAT,
	RE2_ALT,
	RE2_LEFT_PAREN, /* of the parser's stack only */
	RE2_BAR,
};

struct re2_range {
	uint32_t lo, hi;
};

struct re2_class {
	const struct re2_range *v; /* sorted, apart */
	uint32_t n;
};

struct re2_node {
	uint8_t op;
	bool lazy;     /* loops */
	bool nullable; /* may match the empty string */
	uint16_t height;
	int32_t min, max;
	uint32_t rune;
	unsigned flags; /* LEFT_PAREN: those to return to */
	int64_t size;	/* instructions, as Go counts them */
	struct re2_class cls;
	struct re2_node *child, *last, *next;
};

struct re2_name {
	uint32_t group;
	struct sw_str name;
};

struct re2_tree {
	struct sw_arena *arena;
	struct re2_node *root;
	uint32_t groups;
	struct re2_name *names;
	uint32_t n_names, cap_names;
};

int re2_parse(
	struct sw_arena *a, struct sw_str pattern, struct re2_tree *ret, struct sw_error *err);

/* ---- character classes ---- */

struct re2_ranges { /* a class under construction */
	struct sw_arena *arena;
	struct re2_range *v;
	uint32_t n, cap;
	bool full; /* the arena was */
};

void re2_ranges_add(struct re2_ranges *r, uint32_t lo, uint32_t hi);
void re2_ranges_add_fold(
	struct re2_ranges *r, uint32_t lo, uint32_t hi); /* and all cases of them */
void re2_ranges_add_class(struct re2_ranges *r, struct re2_class c, bool negate, bool fold);
struct re2_class re2_ranges_class(struct re2_ranges *r, bool negate);
/* The next code point of the same letter in another case, in a circle; itself when there is none.
 */
uint32_t re2_fold_next(uint32_t cp);
/* \p{name}: false when there is no such thing. `fold`: with all cases, where Go adds them. */
bool re2_unicode_class(struct sw_str name, bool fold, struct re2_class *ret, bool *ret_negated);

#define RE2_MAX_RUNE 0x10ffffu

/* ---- the Pike machine ---- */

struct re2_prog;

/* NULL: larger than the arena allows. */
struct re2_prog *re2_prog_new(struct sw_arena *a, const struct re2_tree *t);
int re2_prog_find(struct re2_prog *p, struct sw_str subject, size_t from, size_t *caps,
	uint32_t n_groups, uint64_t *work);

/* ---- what a match cannot do without ---- */

struct re2_literal;

/* NULL: nothing is known of what a match holds. */
struct re2_literal *re2_literal_new(struct sw_arena *a, const struct re2_tree *t);
/* False: no match can be in these bytes. */
bool re2_literal_in(const struct re2_literal *l, const char *p, size_t n);

/* ---- PCRE2 ---- */

struct re2_pcre;

/* NULL: PCRE2 does not match like Go here, or cannot hold the pattern. */
struct re2_pcre *re2_pcre_new(const struct re2_tree *t);
void re2_pcre_free(struct re2_pcre *p);
/* As sw_re2_find; -SW_EUNSUPPORTED: a limit struck, ask the Pike machine. The subject is valid
 * UTF-8. */
int re2_pcre_find(
	struct re2_pcre *p, struct sw_str subject, size_t from, size_t *caps, uint32_t n_groups);

#endif
