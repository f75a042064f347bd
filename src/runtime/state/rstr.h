/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Immutable strings with a count of references: a process and its hundred children share one path. NULL is the
 * empty string. One thread.
 */
#ifndef SW_RUNTIME_STATE_RSTR_H
#define SW_RUNTIME_STATE_RSTR_H

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

struct sw_rstr {
	uint32_t refs, n;
	char p[];
};

static inline struct sw_rstr *sw_rstr_new(struct sw_str s)
{
	if (!s.n || s.n > UINT32_MAX / 2)
		return NULL;
	struct sw_rstr *r = malloc(sizeof(*r) + s.n + 1);
	if (!r)
		return NULL;
	r->refs = 1;
	r->n = (uint32_t)s.n;
	memcpy(r->p, s.p, s.n);
	r->p[s.n] = 0;
	return r;
}

static inline struct sw_rstr *sw_rstr_ref(struct sw_rstr *r)
{
	if (r)
		r->refs++;
	return r;
}

static inline void sw_rstr_unref(struct sw_rstr *r)
{
	if (r && --r->refs == 0)
		free(r);
}

static inline struct sw_str sw_rstr_str(const struct sw_rstr *r)
{
	return r ? (struct sw_str){r->p, r->n} : (struct sw_str){"", 0};
}

/* *slot becomes a copy of s; nothing is allocated where it holds these bytes already. */
static inline void sw_rstr_set(struct sw_rstr **slot, struct sw_str s)
{
	if (sw_str_eq(sw_rstr_str(*slot), s))
		return;
	struct sw_rstr *r = sw_rstr_new(s);
	sw_rstr_unref(*slot);
	*slot = r;
}

static inline void sw_rstr_share(struct sw_rstr **slot, struct sw_rstr *r)
{
	sw_rstr_ref(r);
	sw_rstr_unref(*slot);
	*slot = r;
}

#endif
