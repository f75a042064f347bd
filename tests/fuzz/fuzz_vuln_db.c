/* SPDX-License-Identifier: Apache-2.0 */
/* A database file whose checksums were made to fit: every table, and lookups in all of it. Deltas
 * too. */
#include <openssl/evp.h>
#include <stdlib.h>

#include "vuln/db/delta.h"
#include "vuln/db/format.h"

static void mend(char *p, size_t n)
{
	struct sw_dbf_header h;
	if (n < sizeof(h))
		return;
	memcpy(&h, p, sizeof(h));
	memcpy(h.magic, SW_DBF_MAGIC, 8);
	h.version = SW_DBF_VERSION;
	h.header_size = sizeof(h);
	h.section_size = sizeof(struct sw_dbf_section);
	h.n_sections %= 8;
	if (h.n_sections > (n - sizeof(h)) / sizeof(struct sw_dbf_section))
		h.n_sections = (uint32_t)((n - sizeof(h)) / sizeof(struct sw_dbf_section));
	for (uint32_t i = 0; i < h.n_sections; i++) {
		char *at = p + sizeof(h) + i * sizeof(struct sw_dbf_section);
		struct sw_dbf_section s;
		memcpy(&s, at, sizeof(s));
		if (s.offset <= n && s.size <= n - s.offset)
			EVP_Digest(p + s.offset, s.size, s.sha, NULL, EVP_sha256(), NULL);
		memcpy(at, &s, sizeof(s));
	}
	EVP_Digest(p + sizeof(h), h.n_sections * sizeof(struct sw_dbf_section), h.table_sha, NULL,
		EVP_sha256(), NULL);
	memcpy(p, &h, sizeof(h));
}

static void change(void *arg, const struct sw_db_change *c)
{
	(void)arg;
	(void)c;
}

static void walk(struct sw_vuln_db *db)
{
	struct sw_db_section s;
	struct sw_db_flaw flaw;
	struct sw_db_eol eol;
	for (uint32_t i = 0; sw_vuln_db_section(db, i, &s); i++) {
		struct sw_db_eco e;
		struct sw_str name;
		uint32_t first, n;
		if (sw_vuln_db_eco(db, s.key, &e, NULL))
			continue;
		for (uint32_t k = 0; sw_db_eco_package(&e, k, &name, &first, &n) && k < 1000; k++) {
			struct sw_db_row row;
			struct sw_db_advisory adv;
			sw_db_eco_find(&e, name, &first, &n);
			for (uint32_t r = first; r < first + n && r < first + 100; r++)
				if (sw_db_eco_row(&e, r, &row) &&
					sw_db_eco_advisory(&e, row.advisory, &adv))
					for (uint32_t f = 0; f < adv.n_flaws && f < 100; f++)
						sw_vuln_db_flaw(db,
							sw_db_eco_flaw(&e, adv.first_flaw + f),
							&flaw, NULL);
		}
	}
	sw_vuln_db_flaw_named(db, SW_STR("GHSA-1"), &flaw, NULL);
	sw_vuln_db_eol(db, SW_STR("debian"), SW_STR("12.1"), &eol, NULL);
	sw_db_diff(db, db, change, NULL, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_vuln_db *db = NULL;
	char *p = malloc(size + 1);
	sw_autobuf out;
	sw_buf_init(&out, 64 << 20);
	if (!p)
		return 0;
	memcpy(p, data, size);
	mend(p, size);
	if (sw_vuln_db_open_bytes(sw_str_make(p, size), &db, NULL) == 0) {
		sw_vuln_db_verify(db, NULL);
		walk(db);
		sw_db_delta_apply(db, sw_str_make((const char *)data, size), &out, NULL);
		sw_vuln_db_close(db);
	}
	free(p);
	return 0;
}
