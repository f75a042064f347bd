/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The advisory database: one file, mapped, read by any number of processes at once.
 *
 * The file is replaced by rename only, so a reader never sees half of one. Opening checks the
 * header and the table of sections; a section's SHA-256 is checked when the section is first used.
 * Nothing in the file is trusted: every offset, count and length is checked where it is followed.
 * Texts that calls give are views into the file and live as long as it is open.
 * Format: db/format.h. Threads: an open database may be used by any number of threads.
 */
#ifndef SW_VULN_DB_H
#define SW_VULN_DB_H

#include "vuln/advisory.h"

struct sw_vuln_db;

/* $SEAWALL_DB, else /var/lib/seawall/vuln.db when it is there, else
 * $XDG_CACHE_HOME/seawall/vuln.db. In the arena. */
const char *sw_vuln_db_default(struct sw_arena *a);

/* -SW_ENOENT, -SW_EIO, -SW_ESYNTAX (no such file), -SW_EUNSUPPORTED (a newer format),
 * -SW_ESECURITY (a checksum that does not hold). */
int sw_vuln_db_open(const char *path, struct sw_vuln_db **ret, struct sw_error *err);
/* The same over bytes that outlive it. */
int sw_vuln_db_open_bytes(struct sw_str bytes, struct sw_vuln_db **ret, struct sw_error *err);
void sw_vuln_db_close(struct sw_vuln_db *db); /* NULL is fine */

struct sw_db_info {
	int64_t created;   /* seconds since 1970 */
	int64_t data_date; /* days since 1970 */
	uint64_t size;
	uint32_t n_sections;
	bool is_signed;
	uint8_t key_id[32];
	struct sw_str signed_bytes, signature;
};
void sw_vuln_db_info(const struct sw_vuln_db *db, struct sw_db_info *ret);

struct sw_db_section {
	unsigned kind; /* enum sw_dbf_kind */
	struct sw_str key;
	uint64_t size;
	uint32_t count;
	int64_t newest;	    /* days since 1970; 0: unknown */
	const uint8_t *sha; /* 32 */
	struct sw_str bytes;
};
bool sw_vuln_db_section(const struct sw_vuln_db *db, uint32_t i, struct sw_db_section *ret);
/* Checks every section's checksum and structure. -SW_ESECURITY, -SW_ESYNTAX. */
int sw_vuln_db_verify(struct sw_vuln_db *db, struct sw_error *err);
/* Ed25519 with a public key in PEM. -SW_ESECURITY: not signed, an other key, or altered. */
int sw_vuln_db_verify_key(const struct sw_vuln_db *db, struct sw_str pem, struct sw_error *err);

/* ---- looking up ---- */

struct sw_db_eco {
	struct sw_vuln_db *db;
	struct sw_str key;
	int64_t newest;
	const void *slots, *packages, *rows, *advisories, *flaws;
	struct sw_str pool;
	uint32_t n_slots, n_packages, n_rows, n_advisories, n_flaws;
};

/* -SW_ENOENT: no data of that ecosystem. */
int sw_vuln_db_eco(
	struct sw_vuln_db *db, struct sw_str key, struct sw_db_eco *ret, struct sw_error *err);
/* The rows [first, first + n) of a package; false when no advisory speaks of it. */
bool sw_db_eco_find(
	const struct sw_db_eco *e, struct sw_str name, uint32_t *ret_first, uint32_t *ret_n);
/* The i-th package's name and rows, for listing; false behind the end. */
bool sw_db_eco_package(const struct sw_db_eco *e, uint32_t i, struct sw_str *ret_name,
	uint32_t *ret_first, uint32_t *ret_n);

struct sw_db_row {
	struct sw_str introduced, fixed, last, only;
	unsigned flags; /* enum sw_affected_flags */
	enum sw_severity severity;
	uint32_t advisory;
	uint64_t interval; /* equal in rows of the same bounds */
};
bool sw_db_eco_row(const struct sw_db_eco *e, uint32_t i, struct sw_db_row *ret);

struct sw_db_advisory {
	struct sw_str id, feed, title, url, cvss;
	enum sw_severity severity;
	unsigned flags; /* enum sw_advisory_flags */
	uint32_t first_flaw, n_flaws;
};
bool sw_db_eco_advisory(const struct sw_db_eco *e, uint32_t i, struct sw_db_advisory *ret);
struct sw_str sw_db_eco_flaw(const struct sw_db_eco *e, uint32_t i); /* its id */

struct sw_db_flaw {
	struct sw_str id, aliases, title, url, cvss, cwe, source;
	enum sw_severity severity;
	double score, epss, percentile; /* epss < 0: none */
	int64_t published, kev;		/* days; kev 0: not in the catalogue */
	bool malicious;
};
/* By id (canonical). -SW_ENOENT. */
int sw_vuln_db_flaw(
	struct sw_vuln_db *db, struct sw_str id, struct sw_db_flaw *ret, struct sw_error *err);
/* By any of its names: canonical, or an alias (a scan). */
int sw_vuln_db_flaw_named(
	struct sw_vuln_db *db, struct sw_str id, struct sw_db_flaw *ret, struct sw_error *err);

struct sw_db_eol {
	struct sw_str cycle, codename;
	int64_t eol, extended; /* days; 0: unknown or none; INT64_MAX: still supported */
};
/* endoflife.date's product and the longest cycle that begins the version. -SW_ENOENT. */
int sw_vuln_db_eol(struct sw_vuln_db *db, struct sw_str product, struct sw_str version,
	struct sw_db_eol *ret, struct sw_error *err);

#endif
