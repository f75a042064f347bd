/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions in Go's (RE2's) syntax and with Go's results, in bounded time.
 *
 * The grammar is that of Go's regexp/syntax with Perl flags; a pattern that Go refuses is refused
 * with Go's text: "error parsing regexp: missing closing ]: `[a`". A pattern is parsed once into a
 * tree. It is matched by PCRE2's JIT where PCRE2 is known to agree, under a match limit; where it
 * is not known to agree (loops over empty matches, subjects that are not UTF-8) or where the limit
 * strikes, by a Pike machine, whose time is linear in the subject. So the result is always Go's and
 * no pattern is catastrophic.
 *
 * A byte of a subject that is not UTF-8 is U+FFFD of width one. \w \d \s \b are ASCII.
 *
 * Threads: one struct sw_re2, one thread at a time (it owns the scratch memory of matching).
 * Limits: Go's own (nesting 1000, repetition 1000, size), 64 MiB per pattern.
 * Source: https://pkg.go.dev/regexp/syntax and the behaviour of Go 1.26.
 */
#ifndef SW_BASE_RE2_H
#define SW_BASE_RE2_H

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

struct sw_re2;

/* -SW_ESYNTAX with Go's text. The pattern may go away afterwards. */
int sw_re2_compile(struct sw_str pattern, struct sw_re2 **ret, struct sw_error *err);
/* Go's syntax.Parse(pattern, Perl) accepts it; *err as above. */
int sw_re2_check(struct sw_str pattern, struct sw_error *err);
void sw_re2_free(struct sw_re2 *re);
/* From now on no code is made for the machine: where memory may not become executable (the cage). */
void sw_re2_interpret(void);
bool sw_re2_interprets(void); /* for who uses PCRE2 by itself */

uint32_t sw_re2_groups(const struct sw_re2 *re); /* capturing groups, the whole match not counted */

#define SW_RE2_NONE SIZE_MAX /* a group that took no part in the match */

/*
 * The leftmost match at or after byte `from`. 1 and the places of the first `n_groups` groups
 * (group 0: the match) as byte pairs in caps[0 … 2 * n_groups - 1]; 0: no match; -SW_ELIMIT: *work
 * is used up. `work` (may be NULL) is what the caller is ready to spend, about one unit for 16
 * bytes or instructions. With n_groups 0 only the answer is computed.
 */
int sw_re2_find(struct sw_re2 *re, struct sw_str subject, size_t from, size_t *caps,
	uint32_t n_groups, uint64_t *work);

static inline int sw_re2_match(struct sw_re2 *re, struct sw_str subject, uint64_t *work)
{
	return sw_re2_find(re, subject, 0, NULL, 0, work);
}

/*
 * Go's FindAll: every match in turn, an empty one not right behind the one before it. `max` < 0:
 * all. caps holds 2 * (1 + groups) places. The callback returns 0 to go on; anything else is handed
 * back.
 */
int sw_re2_find_all(struct sw_re2 *re, struct sw_str subject, int64_t max,
	int (*fn)(void *arg, const size_t *caps), void *arg, uint64_t *work);

/* Go's ReplaceAllString: $1, ${1}, $name, ${name} and $$ in `with`. 0 or -SW_ELIMIT. */
int sw_re2_replace(struct sw_re2 *re, struct sw_str subject, struct sw_str with, struct sw_buf *out,
	uint64_t *work);

/* Go's regexp.QuoteMeta */
void sw_re2_quote(struct sw_buf *out, struct sw_str s);

/* ---- cache ---- */

/*
 * Compiled patterns by key, the least recently used one leaving first. One thread at a time. A
 * pattern got from the cache stays valid until the next insertion.
 */
struct sw_regex_cache;

struct sw_regex_cache *sw_regex_cache_new(size_t max); /* 0: 256 entries */
void sw_regex_cache_free(struct sw_regex_cache *c);
struct sw_re2 *sw_regex_cache_lookup(
	struct sw_regex_cache *c, struct sw_str key); /* NULL: not there */
void sw_regex_cache_insert(
	struct sw_regex_cache *c, struct sw_str key, struct sw_re2 *re); /* takes re */
/* Look up a pattern by itself, or compile and keep it. */
int sw_regex_cache_get(
	struct sw_regex_cache *c, struct sw_str pattern, struct sw_re2 **ret, struct sw_error *err);

#endif
