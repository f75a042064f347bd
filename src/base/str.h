/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A string is a view: a pointer and a length, passed by value.
 *
 * The bytes belong to somebody else (an arena, a mapped file, a literal) and are never freed through
 * the view. They may hold NUL and need not end in one: bytes that came from outside are never given to
 * strlen() or printf("%s"); print them with "%.*s", SW_STR_ARG(s).
 */
#ifndef SW_BASE_STR_H
#define SW_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sw_str {
	const char *p;
	size_t n;
};

#define SW_STR(literal) ((struct sw_str){(literal), sizeof(literal) - 1})
/* The same for a static initialiser. */
#define SW_STR_INIT(literal) {(literal), sizeof(literal) - 1}
#define SW_STR_ARG(s) (int)((s).n), ((s).p ? (s).p : "")

static inline struct sw_str sw_str_from(const char *cstr)
{
	return (struct sw_str){cstr, cstr ? strlen(cstr) : 0};
}

static inline struct sw_str sw_str_make(const char *p, size_t n)
{
	return (struct sw_str){p, n};
}

static inline bool sw_str_eq(struct sw_str a, struct sw_str b)
{
	return a.n == b.n && (a.n == 0 || a.p == b.p || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool sw_str_is(struct sw_str a, const char *cstr)
{
	return sw_str_eq(a, sw_str_from(cstr));
}

/* Byte order, as Go, Rego and JSON key sorting have it: <0, 0, >0. */
static inline int sw_str_cmp(struct sw_str a, struct sw_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int r = n ? memcmp(a.p, b.p, n) : 0;
	return r ? r : (a.n > b.n) - (a.n < b.n);
}

static inline bool sw_str_starts(struct sw_str s, struct sw_str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool sw_str_ends(struct sw_str s, struct sw_str suffix)
{
	return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* Bytes [from, to), clipped to the string. */
static inline struct sw_str sw_str_sub(struct sw_str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	return (struct sw_str){s.p ? s.p + from : NULL, to - from};
}

#define SW_NPOS SIZE_MAX

/* Offset of the first match at or after `from`, or SW_NPOS. An empty needle matches at `from`. */
size_t sw_str_find(struct sw_str s, struct sw_str needle, size_t from);
size_t sw_str_rfind(struct sw_str s, struct sw_str needle);
size_t sw_str_chr(struct sw_str s, char c, size_t from);
/* What follows the last '/', or all of it: the name of a file, the last part of a path. */
static inline struct sw_str sw_str_base(struct sw_str path)
{
	size_t slash = sw_str_rfind(path, (struct sw_str){"/", 1});
	return slash == SW_NPOS ? path : sw_str_sub(path, slash + 1, path.n);
}
static inline bool sw_str_has(struct sw_str s, struct sw_str needle)
{
	return sw_str_find(s, needle, 0) != SW_NPOS;
}
bool sw_str_ieq(struct sw_str a, struct sw_str b); /* ASCII case folded */

/* Without ASCII white space at both ends. */
struct sw_str sw_str_trim(struct sw_str s);

/* Cuts the next piece that ends before `sep` off *rest. False when nothing is left: p == NULL. */
bool sw_str_split(struct sw_str *rest, char sep, struct sw_str *ret_piece);

/* Whole-string decimal, no white space; false on any other byte or overflow. */
bool sw_str_to_i64(struct sw_str s, int64_t *ret);

/*
 * UTF-8. next() decodes the code point at *pos and moves past it; a byte that is not valid UTF-8 yields
 * 0xFFFD and moves by one, as Go's range loop does.
 */
uint32_t sw_utf8_next(struct sw_str s, size_t *pos);
size_t sw_utf8_put(char out[4], uint32_t cp); /* bytes written; surrogates and >0x10FFFF become U+FFFD */
size_t sw_str_ascii(struct sw_str s);         /* bytes before the first that is not ASCII */
size_t sw_utf8_count(struct sw_str s);        /* code points */
bool sw_utf8_valid(struct sw_str s);

#endif
