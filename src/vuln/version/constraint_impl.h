/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of ranges share; nobody else includes this. */
#ifndef SW_VULN_CONSTRAINT_IMPL_H
#define SW_VULN_CONSTRAINT_IMPL_H

#include "vuln/version/constraint.h"
#include "vuln/version/impl.h"

/* The alternative that is being read. */
struct range_reader {
	struct sw_arena *a;
	enum sw_range_language l;
	unsigned flags;
	struct sw_error *err;
	struct sw_comparator *c; /* of all alternatives so far */
	uint32_t n, cap;
	bool full;
};

/* -SW_ELIMIT. */
int range_add(struct range_reader *r, enum sw_comparator_op op, struct sw_str v);
int range_bad(struct range_reader *r, struct sw_str what); /* -SW_ESYNTAX */

/* One alternative's text (between ||). */
int range_read_npm(struct range_reader *r, struct sw_str text);
int range_read_composer(struct range_reader *r, struct sw_str text);
int range_read_conan(struct range_reader *r, struct sw_str text);
int range_read_pep440(struct range_reader *r, struct sw_str text);
/* Whole texts: they have alternatives of their own kind. */
int range_read_intervals(struct range_reader *r, struct sw_str text, struct sw_range_alt *alts,
	uint32_t max, uint32_t *ret_n);

/* The next operator (may be "") and version of a list; false at its end. */
bool range_token(struct sw_str text, size_t *at, struct sw_str *ret_op, struct sw_str *ret_v);

/* "1.2.3" with part `i` one more and all behind it 0; words and the rest are dropped. */
struct sw_str range_bump(struct sw_arena *a, struct sw_str core, unsigned i);
unsigned range_parts(struct sw_str core);		  /* how many */
struct sw_str range_part(struct sw_str core, unsigned i); /* "" behind the end */

/*
 * "<2.0" and ">=2.0" of Composer are about 2.0-dev, the first of all that may be called 2.0: its
 * release candidates are below it no more. A version that names its stability stands as it is.
 * `room` may hold the result.
 */
struct sw_str range_composer_edge(struct sw_str v, char *room, size_t size);

bool range_check_npm(const struct sw_range *r, const struct sw_range_alt *alt, struct sw_str v);
bool range_check_semver(const struct sw_range *r, const struct sw_comparator *c, struct sw_str v);
int range_check_pep440(const struct sw_comparator *c, struct sw_str v);
bool range_semver_pattern(struct sw_str v); /* 1.x-rc.1+b */

int range_cmp_fuzzy(struct sw_str a, struct sw_str b);
int range_cmp_jvm(struct sw_str a, struct sw_str b);
int range_cmp_bitnami(struct sw_str a, struct sw_str b);
int range_cmp_maven(struct sw_str a, struct sw_str b);
int range_cmp_rpm(struct sw_str a, struct sw_str b);
int range_cmp_semantic(struct sw_str a, struct sw_str b);
int range_cmp_lax_pep440(struct sw_str a, struct sw_str b); /* b: the range's */
struct sw_str range_gem_without_platform(struct sw_str v);

#endif
