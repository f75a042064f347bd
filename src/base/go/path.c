/* SPDX-License-Identifier: Apache-2.0 */
#include "base/go/path.h"

/* One character off the front; an invalid byte is U+FFFD. */
static uint32_t next(struct sw_str *s)
{
	size_t n = 0;
	uint32_t c = sw_utf8_next(*s, &n);
	*s = sw_str_sub(*s, n, s->n);
	return c;
}

/* One end of a range in a class. */
static bool class_end(struct sw_str *pattern, uint32_t *ret)
{
	if (!pattern->n || pattern->p[0] == '-' || pattern->p[0] == ']')
		return false;
	if (pattern->p[0] == '\\')
		*pattern = sw_str_sub(*pattern, 1, pattern->n);
	if (!pattern->n)
		return false;
	*ret = next(pattern);
	return pattern->n > 0; /* the bracket is still to come */
}

/* Behind the bracket. False: not in it, or no class. */
static bool in_class(struct sw_str *pattern, uint32_t c)
{
	bool negated = sw_str_starts(*pattern, SW_STR("^")), hit = false;
	if (negated)
		*pattern = sw_str_sub(*pattern, 1, pattern->n);
	for (uint32_t n = 0;; n++) {
		uint32_t low, high;
		if (n && sw_str_starts(*pattern, SW_STR("]")))
			break;
		if (!class_end(pattern, &low))
			return false;
		high = low;
		if (pattern->p[0] == '-') {
			*pattern = sw_str_sub(*pattern, 1, pattern->n);
			if (!class_end(pattern, &high))
				return false;
		}
		hit |= low <= c && c <= high;
	}
	*pattern = sw_str_sub(*pattern, 1, pattern->n);
	return hit != negated;
}

/* What a pattern has up to its next `*` at the front of a name; both are cut. */
static bool take_chunk(struct sw_str *pattern, struct sw_str *name)
{
	while (pattern->n && pattern->p[0] != '*') {
		if (!name->n)
			return false;
		char p = pattern->p[0];
		*pattern = sw_str_sub(*pattern, 1, pattern->n);
		if (p == '[') {
			if (!in_class(pattern, next(name)))
				return false;
			continue;
		}
		if (p == '?') {
			if (next(name) == '/')
				return false;
			continue;
		}
		if (p == '\\') {
			if (!pattern->n)
				return false;
			p = pattern->p[0];
			*pattern = sw_str_sub(*pattern, 1, pattern->n);
		}
		if (name->p[0] != p)
			return false;
		*name = sw_str_sub(*name, 1, name->n);
	}
	return true;
}

/* `*` in front is off: the shortest run that lets the next chunk match, as what is behind may still be longer. */
static bool take_star(struct sw_str *pattern, struct sw_str *name)
{
	for (size_t i = 0; i <= name->n; i++) {
		struct sw_str p = *pattern, rest = sw_str_sub(*name, i, name->n);
		if (take_chunk(&p, &rest) && (p.n || !rest.n)) {
			*pattern = p;
			*name = rest;
			return true;
		}
		if (i < name->n && name->p[i] == '/')
			return false;
	}
	return false;
}

bool sw_go_path_match(struct sw_str pattern, struct sw_str name)
{
	while (pattern.n) {
		if (pattern.p[0] != '*') {
			if (!take_chunk(&pattern, &name))
				return false;
			continue;
		}
		while (pattern.n && pattern.p[0] == '*')
			pattern = sw_str_sub(pattern, 1, pattern.n);
		if (!pattern.n)
			return sw_str_chr(name, '/', 0) == SW_NPOS;
		if (!take_star(&pattern, &name))
			return false;
	}
	return !name.n;
}
