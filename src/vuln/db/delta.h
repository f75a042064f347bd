/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates: a new database as what an old one lacks of it.
 *
 *	"SWVDELT\n", u64 bytes of header and table | header and table of the new file, as they are |
 *	u32 sections, u32 0 | per section: u32 its number, u32 0, bytes
 *
 * Applying gives the new file byte for byte, signature included, or nothing.
 */
#ifndef SW_VULN_DB_DELTA_H
#define SW_VULN_DB_DELTA_H

#include "base/buf.h"
#include "vuln/db/db.h"

bool sw_db_is_delta(struct sw_str bytes);
/* -SW_ELIMIT. */
int sw_db_delta_make(const struct sw_vuln_db *from, const struct sw_vuln_db *to, struct sw_buf *out,
	struct sw_error *err);
/* -SW_ESYNTAX; -SW_ECONFLICT: `from` is not a database that the delta builds on; -SW_ESECURITY. */
int sw_db_delta_apply(const struct sw_vuln_db *from, struct sw_str delta, struct sw_buf *out,
	struct sw_error *err);

/* One package's or section's difference, for people: "+ npm axios GHSA-…". */
struct sw_db_change {
	char sign; /* '+', '-', '~' */
	struct sw_str eco, name, id;
};
/* Calls fn for each advisory of a package that one side has and the other has not. */
int sw_db_diff(struct sw_vuln_db *a, struct sw_vuln_db *b,
	void (*fn)(void *arg, const struct sw_db_change *change), void *arg, struct sw_error *err);

#endif
