/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Globs as OPA's glob.match() has them (the library gobwas/glob 1.0):
 *
 *     *       any characters but separators      **      any characters
 *     ?       one character but a separator      [abc] [a-z] [!abc] [!a-z]   one character,
 * separators too {a,b*}  alternatives, nested at will       \x      x itself
 *
 * Without separators * and ** are the same. A glob becomes a regular expression (base/re2.h):
 * matching takes linear time. -SW_ESYNTAX with that library's text: "glob: syntax error at 3:
 * unclosed `{`".
 */
#ifndef SW_BASE_GLOB_H
#define SW_BASE_GLOB_H

#include "base/re2.h"

/* `separators`: each code point of it is one. Match the result against a whole string with
 * sw_re2_match(). */
int sw_glob_compile(
	struct sw_str pattern, struct sw_str separators, struct sw_re2 **ret, struct sw_error *err);
/* The same through a cache. */
int sw_glob_cached(struct sw_regex_cache *c, struct sw_str pattern, struct sw_str separators,
	struct sw_re2 **ret, struct sw_error *err);
/* A backslash before each of * ? \ [ ] { } */
void sw_glob_quote(struct sw_buf *out, struct sw_str s);

#endif
