/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of a database share. */
#ifndef SW_VULN_DB_READ_IMPL_H
#define SW_VULN_DB_READ_IMPL_H

#include <stdatomic.h>
#include <stddef.h>

#include "vuln/db/db.h"
#include "vuln/db/format.h"

struct sw_vuln_db {
	struct sw_str bytes;
	void *mapped; /* NULL: the bytes are somebody else's */
	struct sw_dbf_header header;
	struct sw_dbf_section *sections; /* copies: alignment, and a NUL behind each key */
	atomic_uchar *state;		 /* 1: its checksum was found right */
};

/* A table of flaws or products. */
struct db_table {
	const char *slots, *records;
	struct sw_str pool;
	uint32_t n_slots, n;
};

/* -SW_ENOENT, -SW_ESECURITY. */
int db_section_bytes(struct sw_vuln_db *db, unsigned kind, struct sw_str key, struct sw_str *ret,
	uint32_t *ret_i, struct sw_error *err);
/* -SW_ESYNTAX beside those. */
int db_table(struct sw_vuln_db *db, unsigned kind, struct sw_str key, size_t record,
	struct db_table *ret, struct sw_error *err);

#endif
