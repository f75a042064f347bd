/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects advisories and writes a database. Everything added is copied; equal texts are kept once.
 *
 * One flaw has one id whatever feed speaks of it: advisories that name one CVE belong to it; an
 * advisory without one takes the CVE that any other advisory gives for one of its names; else the
 * GHSA id, else its own. An advisory that names several CVEs counts for each.
 *
 * The same input gives the same bytes, whatever its order. Threads: one.
 * Limits: 32 million texts, 64 million intervals, 4 GiB of file.
 */
#ifndef SW_VULN_DB_BUILDER_H
#define SW_VULN_DB_BUILDER_H

#include "base/buf.h"
#include "vuln/advisory.h"

struct sw_db_builder;

struct sw_db_builder *sw_db_builder_new(void);
void sw_db_builder_free(struct sw_db_builder *b);

/* Bytes held, and advisories and intervals so far. */
void sw_db_builder_count(
	const struct sw_db_builder *b, uint64_t *ret_advisories, uint64_t *ret_rows);

/* -SW_ELIMIT. An advisory without id is -SW_EINVALID. */
int sw_db_builder_add(struct sw_db_builder *b, const struct sw_advisory *adv, struct sw_error *err);

/* What is known of a flaw beside its ranges; fields that say nothing change nothing. */
struct sw_flaw_facts {
	struct sw_str id; /* any of its names */
	struct sw_str cvss, source, cwe, title;
	double score; /* 0: none */
	enum sw_severity severity;
	double epss, percentile; /* < 0: none */
	int64_t published, kev;	 /* days; 0: none */
};
int sw_db_builder_facts(
	struct sw_db_builder *b, const struct sw_flaw_facts *f, struct sw_error *err);

/* One product of endoflife.date: lines as struct sw_dbf_product has them. */
int sw_db_builder_product(
	struct sw_db_builder *b, struct sw_str name, struct sw_str cycles, struct sw_error *err);

struct sw_feed_stats {
	struct sw_str name, format;
	uint64_t files, records, bad, skipped;
	int64_t newest; /* days */
};
/*
 * The whole file into `out`. `created`: seconds since 1970. `key`: a private Ed25519 key in PEM, or
 * "". `feeds` become META. -SW_ELIMIT, -SW_EINVALID (the key).
 */
int sw_db_builder_write(struct sw_db_builder *b, int64_t created, const struct sw_feed_stats *feeds,
	uint32_t n_feeds, struct sw_str key, struct sw_buf *out, struct sw_error *err);

#endif
