/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The advisory database: one file, mapped, read by any number of processes at once.
 *
 * The file is replaced by rename only, so a reader never sees half of one. Opening checks the
 * header and the table of sections; a section's SHA-256 is checked when the section is first used.
 * Nothing in the file is trusted: every offset, count and length is checked where it is followed.
 * Format: db/format.h.
 *
 * Threads: an open database may be used by any number of threads.
 */
#ifndef SW_VULN_DB_H
#define SW_VULN_DB_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct sw_vuln_db;

/* $SEAWALL_DB, else /var/lib/seawall/vuln.db when it is there, else
 * $XDG_CACHE_HOME/seawall/vuln.db. In the arena. */
const char *sw_vuln_db_default(struct sw_arena *a);

/* -SW_ENOENT, -SW_EIO, -SW_ESYNTAX (no such file), -SW_EUNSUPPORTED (a newer format),
 * -SW_ESECURITY (a checksum that does not hold). */
int sw_vuln_db_open(const char *path, struct sw_vuln_db **ret, struct sw_error *err);
void sw_vuln_db_close(struct sw_vuln_db *db); /* NULL is fine */

#endif
