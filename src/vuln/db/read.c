/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and checking a database file. Every number in it is suspect. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sha256.h"
#include "vuln/db/read_impl.h"

const char *sw_vuln_db_default(struct sw_arena *a)
{
	static const char system_wide[] = "/var/lib/seawall/vuln.db";
	const char *path = getenv("SEAWALL_DB"), *cache = getenv("XDG_CACHE_HOME"),
		   *home = getenv("HOME");
	if (path && *path)
		return path;
	if (access(system_wide, R_OK) == 0)
		return system_wide;
	if (cache && *cache)
		return sw_arena_printf(a, "%s/seawall/vuln.db%c", cache, 0).p;
	return home ? sw_arena_printf(a, "%s/.cache/seawall/vuln.db%c", home, 0).p : system_wide;
}

/* ---- opening ---- */

static int check_header(struct sw_vuln_db *db, struct sw_error *err)
{
	const struct sw_dbf_header *h = &db->header;
	if (db->bytes.n < sizeof(*h))
		return sw_error_set(
			err, SW_ESYNTAX, "no advisory database: shorter than its header");
	memcpy(&db->header, db->bytes.p, sizeof(db->header));
	if (memcmp(h->magic, SW_DBF_MAGIC, 8))
		return sw_error_set(
			err, SW_ESYNTAX, "no advisory database: the first bytes are others");
	if (h->version != SW_DBF_VERSION || h->header_size != sizeof(*h) ||
		h->section_size != sizeof(struct sw_dbf_section))
		return sw_error_set(err, SW_EUNSUPPORTED,
			"the database has format %u; this program reads %u", h->version,
			SW_DBF_VERSION);
	if (h->n_sections > SW_DBF_SECTIONS ||
		(db->bytes.n - sizeof(*h)) / sizeof(struct sw_dbf_section) < h->n_sections)
		return sw_error_set(err, SW_ESYNTAX,
			"the database is cut short: %u sections do not fit", h->n_sections);
	size_t size = h->n_sections * sizeof(struct sw_dbf_section);
	uint8_t sha[32];
	sw_sha256(db->bytes.p + sizeof(*h), size, sha);
	if (memcmp(sha, h->table_sha, sizeof(sha)))
		return sw_error_set(err, SW_ESECURITY,
			"the database's table of sections does not match its checksum");
	db->sections = calloc(h->n_sections + 1u, sizeof(*db->sections));
	db->state = calloc(h->n_sections + 1u, sizeof(*db->state));
	if (!db->sections || !db->state)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	memcpy(db->sections, db->bytes.p + sizeof(*h), size);
	for (uint32_t i = 0; i < h->n_sections; i++) {
		struct sw_dbf_section *s = &db->sections[i];
		s->key[sizeof(s->key) - 1] = '\0';
		if (s->offset % 8 || s->offset > db->bytes.n || s->size > db->bytes.n - s->offset ||
			s->size > UINT32_MAX)
			return sw_error_set(err, SW_ESYNTAX,
				"the database is cut short: section '%s' does not fit", s->key);
	}
	return 0;
}

int sw_vuln_db_open_bytes(struct sw_str bytes, struct sw_vuln_db **ret, struct sw_error *err)
{
	struct sw_vuln_db *db = calloc(1, sizeof(*db));
	if (!db)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	db->bytes = bytes;
	int rc = check_header(db, err);
	if (rc)
		sw_vuln_db_close(db);
	else
		*ret = db;
	return rc;
}

int sw_vuln_db_open(const char *path, struct sw_vuln_db **ret, struct sw_error *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		int rc = sw_error_errno(err, errno == ENOENT ? SW_ENOENT : SW_EIO, errno,
			"advisory database %s", path);
		if (rc == -SW_ENOENT)
			sw_error_hint(
				err, "make one with 'seawall db build', or name one with --db");
		return rc;
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size < 1 ||
		(uint64_t)st.st_size > SW_DBF_MAX) {
		close(fd);
		return sw_error_set(err, SW_ESYNTAX, "%s is no advisory database", path);
	}
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	int map_error = errno;
	close(fd);
	if (p == MAP_FAILED)
		return sw_error_errno(err, SW_EIO, map_error, "advisory database %s", path);
	int rc = sw_vuln_db_open_bytes(sw_str_make(p, (size_t)st.st_size), ret, err);
	if (rc) {
		munmap(p, (size_t)st.st_size);
		sw_error_prefix(err, "%s: ", path);
		return rc;
	}
	(*ret)->mapped = p;
	return 0;
}

void sw_vuln_db_close(struct sw_vuln_db *db)
{
	if (!db)
		return;
	if (db->mapped)
		munmap(db->mapped, db->bytes.n);
	free(db->sections);
	free(db->state);
	free(db);
}

/* ---- what is in it ---- */

void sw_vuln_db_info(const struct sw_vuln_db *db, struct sw_db_info *ret)
{
	static const uint8_t zeros[32];
	*ret = (struct sw_db_info){.created = db->header.created,
		.data_date = db->header.data_date,
		.size = db->bytes.n,
		.n_sections = db->header.n_sections,
		.is_signed = memcmp(db->header.key_id, zeros, 32) != 0,
		.signed_bytes = sw_str_make(db->bytes.p, offsetof(struct sw_dbf_header, signature)),
		.signature =
			sw_str_make(db->bytes.p + offsetof(struct sw_dbf_header, signature), 64)};
	memcpy(ret->key_id, db->header.key_id, 32);
}

bool sw_vuln_db_section(const struct sw_vuln_db *db, uint32_t i, struct sw_db_section *ret)
{
	if (i >= db->header.n_sections)
		return false;
	const struct sw_dbf_section *s = &db->sections[i];
	*ret = (struct sw_db_section){.kind = s->kind,
		.key = sw_str_from(s->key),
		.size = s->size,
		.count = s->count,
		.newest = s->newest,
		.sha = s->sha,
		.bytes = sw_str_make(db->bytes.p + s->offset, s->size)};
	return true;
}

/* Hashes a section once; threads may do it twice, with the same result. */
int db_section_bytes(struct sw_vuln_db *db, unsigned kind, struct sw_str key, struct sw_str *ret,
	uint32_t *ret_i, struct sw_error *err)
{
	for (uint32_t i = 0; i < db->header.n_sections; i++) {
		const struct sw_dbf_section *s = &db->sections[i];
		if (s->kind != kind || !sw_str_is(key, s->key))
			continue;
		*ret = sw_str_make(db->bytes.p + s->offset, s->size);
		*ret_i = i;
		if (atomic_load(&db->state[i]))
			return 0;
		uint8_t sha[32];
		sw_sha256(ret->p, ret->n, sha);
		if (memcmp(sha, s->sha, sizeof(sha)))
			return sw_error_set(err, SW_ESECURITY,
				"section '%s' of the database does not match its checksum", s->key);
		atomic_store(&db->state[i], 1);
		return 0;
	}
	return sw_error_set(err, SW_ENOENT, "the database has no section '%.*s'", SW_STR_ARG(key));
}

int sw_vuln_db_verify(struct sw_vuln_db *db, struct sw_error *err)
{
	for (uint32_t i = 0; i < db->header.n_sections; i++) {
		const struct sw_dbf_section *s = &db->sections[i];
		struct sw_str bytes, key = sw_str_from(s->key);
		struct sw_db_eco eco;
		struct db_table table;
		uint32_t at;
		int rc = db_section_bytes(db, s->kind, key, &bytes, &at, err);
		if (rc)
			return rc;
		if (at != i)
			return sw_error_set(
				err, SW_ESYNTAX, "the database has two sections '%s'", s->key);
		if (s->kind == SW_DBF_ECOSYSTEM)
			rc = sw_vuln_db_eco(db, key, &eco, err);
		else if (s->kind == SW_DBF_FLAWS)
			rc = db_table(
				db, SW_DBF_FLAWS, key, sizeof(struct sw_dbf_flaw), &table, err);
		else if (s->kind == SW_DBF_EOL)
			rc = db_table(
				db, SW_DBF_EOL, key, sizeof(struct sw_dbf_product), &table, err);
		if (rc)
			return rc;
	}
	return 0;
}

int sw_vuln_db_verify_key(const struct sw_vuln_db *db, struct sw_str pem, struct sw_error *err)
{
	struct sw_db_info info;
	uint8_t raw[32], id[32];
	size_t n = sizeof(raw);
	sw_vuln_db_info(db, &info);
	if (!info.is_signed)
		return sw_error_set(err, SW_ESECURITY, "the database is not signed");
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
	BIO_free(bio);
	if (!key || EVP_PKEY_id(key) != EVP_PKEY_ED25519 ||
		EVP_PKEY_get_raw_public_key(key, raw, &n) != 1) {
		EVP_PKEY_free(key);
		return sw_error_set(err, SW_EINVALID, "the key is no public Ed25519 key in PEM");
	}
	sw_sha256(raw, n, id);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
		    EVP_DigestVerify(ctx, (const uint8_t *)info.signature.p, info.signature.n,
			    (const uint8_t *)info.signed_bytes.p, info.signed_bytes.n) == 1;
	bool same = memcmp(id, info.key_id, 32) == 0;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	if (good)
		return 0;
	return sw_error_set(err, SW_ESECURITY, "%s",
		same ? "the database's signature does not hold"
		     : "the database is signed with an other key");
}
