/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An advisory as every feed is read into: names of a flaw, what is said of it, and which versions
 * of which packages have it. All strings are views; whoever takes an advisory copies.
 */
#ifndef SW_VULN_ADVISORY_H
#define SW_VULN_ADVISORY_H

#include "finding/finding.h"

enum sw_affected_flags {
	SW_AFF_AFTER = 1 << 0,	  /* `introduced` itself is not affected */
	SW_AFF_EXACT = 1 << 1,	  /* `introduced` is the one version */
	SW_AFF_RANGE = 1 << 2,	  /* `introduced` is a range in the ecosystem's own words */
	SW_AFF_EXCEPT = 1 << 3,	  /* the same, of what is NOT affected */
	SW_AFF_WONT_FIX = 1 << 4, /* the vendor will not */
	SW_AFF_DEFERRED = 1 << 5, /* the vendor will later */
	SW_AFF_MINOR = 1 << 6,	  /* the vendor thinks it negligible ("unimportant") */
	SW_AFF_LAST = 1 << 7,	  /* `last` is set: affected up to and with it */
	SW_AFF_BINARY = 1 << 8,	  /* a distribution's binary package, not the source */
	SW_AFF_UNSURE = 1 << 9,	  /* the vendor is still looking into it */
	SW_AFF_SOURCE = 1 << 10,  /* a source package, where others of the feed are binary ones */
	SW_AFF_BELOW = 1 << 11,	  /* `last` is set: affected below it; what comes then is unknown */
};

/*
 * One interval: introduced <= v < fixed, or introduced <= v <= last (SW_AFF_BELOW: < last). "" is
 * no bound. `fixed` may hold several versions separated by spaces where there is a range: each
 * closes it for its line.
 */
struct sw_affected {
	struct sw_str eco;  /* key of the ecosystem: "npm", "debian:12" (vuln/ecosystem.h) */
	struct sw_str name; /* normalised */
	struct sw_str introduced, fixed, last;
	struct sw_str only; /* rpm: "MODULE:STREAM", "/ARCH" or both it is restricted to; "" */
	unsigned flags;
	enum sw_severity severity; /* for this package; SW_SEV_UNKNOWN: the advisory's */
};

enum sw_advisory_flags {
	SW_ADV_MALICIOUS = 1 << 0,
	SW_ADV_UNMAINTAINED = 1 << 1, /* informational: nobody looks after it */
	SW_ADV_MANY = 1 << 2,	      /* `aliases` are several flaws, not names of one */
	SW_ADV_DISTRO = 1 << 3,	      /* by who ships the package: its severity wins */
};

struct sw_advisory {
	struct sw_str id, feed;
	const struct sw_str *aliases;
	uint32_t n_aliases;
	struct sw_str title, url, cvss;
	double score; /* where only a number is given; 0: none */
	enum sw_severity severity;
	int64_t published, modified; /* days since 1970; 0: unknown */
	unsigned flags;
	const struct sw_affected *affected;
	uint32_t n_affected;
};

#endif
