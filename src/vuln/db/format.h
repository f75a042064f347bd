/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file format of the advisory database, version 1. Little-endian, 8-byte aligned.
 *
 *	header (256 bytes) | section table | sections
 *
 * Sections stand alone: they name flaws by their id, never by a place in an other section, so that
 * one can be replaced without the rest. Each has its SHA-256 in the table, the table has its own in
 * the header, and the header may carry an Ed25519 signature over everything before it: one check
 * vouches for the whole file, and a section is hashed only when it is used. A delta (db/delta.h)
 * carries header and table of the new file and those sections that the old one has not.
 *
 *	ECOSYSTEM ("npm", "debian:12"): packages by hashed name; rows (intervals); advisories; flaw
 *ids FLAWS: by hashed id: aliases, title, CVSS, EPSS, KEV EOL: by hashed product: release cycles
 *with their dates META: JSON: the feeds, their dates, what was read and what could not be
 *
 * Texts are in a pool at the end of each section: u16 length, bytes; offset 0 is "".
 * Hashes are XXH3 (64 bits) of the text; tables use open addressing with linear probes.
 */
#ifndef SW_VULN_DB_FORMAT_H
#define SW_VULN_DB_FORMAT_H

#include <stdint.h>

#define SW_DBF_MAGIC "SWVULN\r\n"
#define SW_DBF_VERSION 1u
#define SW_DBF_SECTIONS 4096u
#define SW_DBF_MAX ((uint64_t)4 << 30)

enum sw_dbf_kind { SW_DBF_META = 1, SW_DBF_FLAWS, SW_DBF_EOL, SW_DBF_ECOSYSTEM };

struct sw_dbf_header {
	char magic[8];
	uint32_t version, header_size;
	uint32_t n_sections, section_size;
	int64_t created;   /* seconds since 1970 */
	int64_t data_date; /* days since 1970: the newest record of all feeds */
	uint8_t table_sha[32];
	uint8_t reserved[88];
	uint8_t key_id[32];    /* SHA-256 of the public key; zeros: not signed */
	uint8_t signature[64]; /* Ed25519 over the bytes before it */
};

struct sw_dbf_section {
	uint32_t kind, flags;
	char key[48]; /* padded with zeros */
	uint64_t offset, size;
	uint32_t count;	 /* advisories, flaws, products, bytes */
	uint32_t newest; /* days since 1970 of its newest record; 0: unknown */
	uint8_t sha[32];
};

/* At the beginning of an ecosystem section. Then slots u32[], packages, rows, advisories, flaws
 * u32[], pool. */
struct sw_dbf_eco {
	uint32_t n_slots; /* a power of two */
	uint32_t n_packages, n_rows, n_advisories, n_flaws, pool;
};

struct sw_dbf_package {
	uint32_t name, first, count, hash;
};

struct sw_dbf_row {
	uint32_t advisory;
	uint32_t introduced, fixed, last, only;
	uint16_t flags;
	uint8_t severity, reserved;
};

struct sw_dbf_advisory {
	uint32_t id, feed, title, url, cvss;
	uint32_t first_flaw;
	uint16_t n_flaws;
	uint8_t severity, flags;
};

/* Flaws and products: { n_slots, n, pool, 0 }, slots u32[], records, pool. */
struct sw_dbf_table {
	uint32_t n_slots, n, pool, reserved;
};

struct sw_dbf_flaw {
	uint64_t hash;
	uint32_t id, aliases; /* aliases: separated by spaces */
	uint32_t title, url, cvss, cwe;
	uint32_t source;	   /* of the severity */
	uint16_t epss, percentile; /* of 65534; 65535: none */
	int32_t published, kev;	   /* days; kev 0: not in the catalogue */
	uint8_t score10, severity, flags, reserved;
};

struct sw_dbf_product {
	uint64_t hash;
	uint32_t name;
	uint32_t cycles; /* text: "cycle\tcodename\teol\textended\n"…, dates or "true"/"false" */
};

_Static_assert(sizeof(struct sw_dbf_header) == 256, "header");
_Static_assert(sizeof(struct sw_dbf_section) == 112, "section");
_Static_assert(sizeof(struct sw_dbf_row) == 24, "row");
_Static_assert(sizeof(struct sw_dbf_flaw) == 56, "flaw");

#endif
