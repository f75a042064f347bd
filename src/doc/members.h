/* SPDX-License-Identifier: Apache-2.0 */
/* Putting the members of a read object in order, with their places; shared by the readers of
 * src/doc. */
#ifndef SW_DOC_MEMBERS_H
#define SW_DOC_MEMBERS_H

#include "doc/value.h"

/* The order of keys, which are strings. */
static inline int members_key_cmp(struct sw_value a, struct sw_value b)
{
	if (a.n && b.n && a.u.s[0] != b.u.s[0])
		return (unsigned char)a.u.s[0] - (unsigned char)b.u.s[0];
	if (a.u.s == b.u.s && a.n == b.n)
		return 0;
	return sw_str_cmp(sw_value_str(a), sw_value_str(b));
}

struct pair_span {
	struct sw_span k, v;
};

struct members_dup {
	uint32_t count; /* repeated keys; the first of them: */
	struct sw_value key;
	struct sw_span span; /* of its second place, when spans were given */
};

/*
 * Sorts members with string keys, folds repeats (the last one wins), counts them in *dup. `sp` may
 * be NULL. Returns how many are left.
 */
uint32_t members_settle(
	struct sw_member *m, struct pair_span *sp, uint32_t n, struct members_dup *dup);

#endif
