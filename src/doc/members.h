/* SPDX-License-Identifier: Apache-2.0 */
/* Putting the members of a read object in order, with their places; shared by the readers of
 * src/doc. */
#ifndef SW_DOC_MEMBERS_H
#define SW_DOC_MEMBERS_H

#include "doc/value.h"

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
