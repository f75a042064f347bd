/* SPDX-License-Identifier: Apache-2.0 */
/* The matcher's own; nobody else includes this. */
#ifndef SW_VULN_MATCH_IMPL_H
#define SW_VULN_MATCH_IMPL_H

#include "vuln/ecosystem.h"
#include "vuln/match.h"

/* An ecosystem's section, opened at its first package. */
struct section {
	const struct sw_ecosystem *e;
	struct sw_db_eco eco;
	enum { UNOPENED, OPEN, MISSING } state;
	uint32_t packages; /* that it leaves unjudged */
};

struct matcher {
	struct sw_vuln_db *db;
	const struct sw_bom *bom;
	const struct sw_match_options *opt;
	struct sw_match_report *r;
	struct sw_error *err;
	struct sw_arena scratch; /* of one package */
	struct section distro, types[SW_PKG__COUNT];
	struct section bitnami, cpe; /* of software without a package manager */
	uint32_t unnamed;	     /* of it, what no advisory names */
	/* What is fixed for subscribers only: Ubuntu Pro, Red Hat's extended releases. */
	struct extra {
		struct section s;
		struct sw_str key;
	} more[6];
	uint32_t n_more;
	/* Flaws that an extended release of the image's speaks of: the release's word is void. */
	bool skip_told;
	struct sw_str *told;
	uint32_t n_told, cap_told;
	struct sw_str distro_key;
	uint32_t cap, cap_gaps;
	/* The matches of the package in hand: slots over r->v[first..n). */
	uint32_t first, n_slots, *slots;
	/* The last interval that was judged, and how. */
	uint64_t interval;
	bool has_interval, inside;
	bool bad_version;
	/* Flaws that the package's own minor stream closed: what other streams say is void. */
	struct sw_str stream, *closed;
	uint32_t n_closed, cap_closed;
};

int match_gap(struct matcher *m, enum sw_gap_kind kind, struct sw_str subject, struct sw_str reason,
	uint32_t packages);

/* match_gaps.c: after all packages were judged */
int match_end_of_life(struct matcher *m);
int match_stale(struct matcher *m);
int match_unseen(struct matcher *m);

#endif
