/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in a database: every offset is checked where it is followed. */
#include <xxhash.h>

#include "vuln/db/read_impl.h"

static uint32_t u32(const void *base, size_t i)
{
	uint32_t x;
	memcpy(&x, (const char *)base + i * sizeof(x), sizeof(x));
	return x;
}

static struct sw_str pool_str(struct sw_str pool, uint32_t at)
{
	uint16_t n;
	if (!at || (uint64_t)at + 2 > pool.n)
		return SW_STR("");
	memcpy(&n, pool.p + at, 2);
	if ((uint64_t)at + 2 + n > pool.n)
		return SW_STR("");
	return sw_str_make(pool.p + at + 2, n);
}

/* Takes n records of `size` off the front; false when they do not fit. */
static bool take(struct sw_str *rest, uint32_t n, size_t size, const void **ret)
{
	if (rest->n / size < n)
		return false;
	*ret = rest->p;
	*rest = sw_str_sub(*rest, n * size, rest->n);
	return true;
}

static bool power_of_two(uint32_t n)
{
	return n && !(n & (n - 1));
}

/* ---- ecosystems ---- */

int sw_vuln_db_eco(
	struct sw_vuln_db *db, struct sw_str key, struct sw_db_eco *ret, struct sw_error *err)
{
	struct sw_str bytes;
	struct sw_dbf_eco h;
	uint32_t i;
	int rc = db_section_bytes(db, SW_DBF_ECOSYSTEM, key, &bytes, &i, err);
	if (rc)
		return rc;
	struct sw_db_eco e = {.db = db,
		.key = sw_str_from(db->sections[i].key),
		.newest = db->sections[i].newest};
	bool ok = bytes.n >= sizeof(h);
	if (ok) {
		memcpy(&h, bytes.p, sizeof(h));
		bytes = sw_str_sub(bytes, sizeof(h), bytes.n);
		ok = power_of_two(h.n_slots) && h.n_packages < h.n_slots &&
		     take(&bytes, h.n_slots, sizeof(uint32_t), &e.slots) &&
		     take(&bytes, h.n_packages, sizeof(struct sw_dbf_package), &e.packages) &&
		     take(&bytes, h.n_rows, sizeof(struct sw_dbf_row), &e.rows) &&
		     take(&bytes, h.n_advisories, sizeof(struct sw_dbf_advisory), &e.advisories) &&
		     take(&bytes, h.n_flaws, sizeof(uint32_t), &e.flaws) && bytes.n == h.pool;
	}
	if (!ok)
		return sw_error_set(err, SW_ESYNTAX, "section '%.*s' of the database is broken",
			SW_STR_ARG(key));
	e.pool = bytes;
	e.n_slots = h.n_slots;
	e.n_packages = h.n_packages;
	e.n_rows = h.n_rows;
	e.n_advisories = h.n_advisories;
	e.n_flaws = h.n_flaws;
	*ret = e;
	return 0;
}

static struct sw_dbf_package package_at(const struct sw_db_eco *e, uint32_t i)
{
	struct sw_dbf_package p;
	memcpy(&p, (const char *)e->packages + (size_t)i * sizeof(p), sizeof(p));
	if (p.first > e->n_rows || p.count > e->n_rows - p.first)
		p.first = p.count = 0;
	return p;
}

bool sw_db_eco_find(
	const struct sw_db_eco *e, struct sw_str name, uint32_t *ret_first, uint32_t *ret_n)
{
	uint32_t hash = (uint32_t)XXH3_64bits(name.p, name.n), mask = e->n_slots - 1;
	for (uint32_t k = 0, at = hash & mask; k < e->n_slots; k++, at = (at + 1) & mask) {
		uint32_t i = u32(e->slots, at);
		if (!i || i > e->n_packages)
			return false;
		struct sw_dbf_package p = package_at(e, i - 1);
		if (p.hash == hash && sw_str_eq(pool_str(e->pool, p.name), name)) {
			*ret_first = p.first;
			*ret_n = p.count;
			return true;
		}
	}
	return false;
}

bool sw_db_eco_package(const struct sw_db_eco *e, uint32_t i, struct sw_str *ret_name,
	uint32_t *ret_first, uint32_t *ret_n)
{
	if (i >= e->n_packages)
		return false;
	struct sw_dbf_package p = package_at(e, i);
	*ret_name = pool_str(e->pool, p.name);
	*ret_first = p.first;
	*ret_n = p.count;
	return true;
}

static enum sw_severity severity_of(unsigned s)
{
	return s < SW_SEV__COUNT ? (enum sw_severity)s : SW_SEV_UNKNOWN;
}

bool sw_db_eco_row(const struct sw_db_eco *e, uint32_t i, struct sw_db_row *ret)
{
	struct sw_dbf_row r;
	if (i >= e->n_rows)
		return false;
	memcpy(&r, (const char *)e->rows + (size_t)i * sizeof(r), sizeof(r));
	*ret = (struct sw_db_row){.introduced = pool_str(e->pool, r.introduced),
		.fixed = pool_str(e->pool, r.fixed),
		.last = pool_str(e->pool, r.last),
		.only = pool_str(e->pool, r.only),
		.flags = r.flags,
		.severity = severity_of(r.severity),
		.advisory = r.advisory,
		.interval = ((uint64_t)r.introduced << 32 | r.fixed) ^
			    ((uint64_t)r.last << 13 ^ (uint64_t)r.flags << 50)};
	return true;
}

bool sw_db_eco_advisory(const struct sw_db_eco *e, uint32_t i, struct sw_db_advisory *ret)
{
	struct sw_dbf_advisory a;
	if (i >= e->n_advisories)
		return false;
	memcpy(&a, (const char *)e->advisories + (size_t)i * sizeof(a), sizeof(a));
	if (a.first_flaw > e->n_flaws || a.n_flaws > e->n_flaws - a.first_flaw)
		a.first_flaw = a.n_flaws = 0;
	*ret = (struct sw_db_advisory){.id = pool_str(e->pool, a.id),
		.feed = pool_str(e->pool, a.feed),
		.title = pool_str(e->pool, a.title),
		.url = pool_str(e->pool, a.url),
		.cvss = pool_str(e->pool, a.cvss),
		.severity = severity_of(a.severity),
		.flags = a.flags,
		.first_flaw = a.first_flaw,
		.n_flaws = a.n_flaws};
	return true;
}

struct sw_str sw_db_eco_flaw(const struct sw_db_eco *e, uint32_t i)
{
	return i < e->n_flaws ? pool_str(e->pool, u32(e->flaws, i)) : SW_STR("");
}

/* ---- flaws and products ---- */

int db_table(struct sw_vuln_db *db, unsigned kind, struct sw_str key, size_t record,
	struct db_table *ret, struct sw_error *err)
{
	struct sw_str bytes;
	struct sw_dbf_table h;
	const void *slots = NULL, *records = NULL;
	uint32_t i;
	int rc = db_section_bytes(db, kind, key, &bytes, &i, err);
	if (rc)
		return rc;
	bool ok = bytes.n >= sizeof(h);
	if (ok) {
		memcpy(&h, bytes.p, sizeof(h));
		bytes = sw_str_sub(bytes, sizeof(h), bytes.n);
		ok = power_of_two(h.n_slots) && h.n < h.n_slots &&
		     take(&bytes, h.n_slots, sizeof(uint32_t), &slots) &&
		     take(&bytes, h.n, record, &records) && bytes.n == h.pool;
	}
	if (!ok)
		return sw_error_set(err, SW_ESYNTAX, "section '%.*s' of the database is broken",
			SW_STR_ARG(key));
	*ret = (struct db_table){slots, records, bytes, h.n_slots, h.n};
	return 0;
}

/* The record whose hash and text (at offset `name` in it) are those of `id`. */
static const char *table_find(
	const struct db_table *t, size_t record, size_t name, struct sw_str id)
{
	uint64_t hash = XXH3_64bits(id.p, id.n);
	uint32_t mask = t->n_slots - 1;
	for (uint32_t k = 0, at = (uint32_t)hash & mask; k < t->n_slots;
		k++, at = (at + 1) & mask) {
		uint32_t i = u32(t->slots, at), text;
		uint64_t h;
		if (!i || i > t->n)
			return NULL;
		const char *r = t->records + (size_t)(i - 1) * record;
		memcpy(&h, r, sizeof(h));
		memcpy(&text, r + name, sizeof(text));
		if (h == hash && sw_str_eq(pool_str(t->pool, text), id))
			return r;
	}
	return NULL;
}

static void flaw_of(const struct db_table *t, const char *record, struct sw_db_flaw *ret)
{
	struct sw_dbf_flaw f;
	memcpy(&f, record, sizeof(f));
	*ret = (struct sw_db_flaw){.id = pool_str(t->pool, f.id),
		.aliases = pool_str(t->pool, f.aliases),
		.title = pool_str(t->pool, f.title),
		.url = pool_str(t->pool, f.url),
		.cvss = pool_str(t->pool, f.cvss),
		.cwe = pool_str(t->pool, f.cwe),
		.source = pool_str(t->pool, f.source),
		.severity = severity_of(f.severity),
		.score = f.score10 / 10.0,
		.epss = f.epss == UINT16_MAX ? -1 : f.epss / 65534.0,
		.percentile = f.percentile == UINT16_MAX ? -1 : f.percentile / 65534.0,
		.published = f.published,
		.kev = f.kev};
}

int sw_vuln_db_flaw(
	struct sw_vuln_db *db, struct sw_str id, struct sw_db_flaw *ret, struct sw_error *err)
{
	struct db_table t;
	int rc = db_table(db, SW_DBF_FLAWS, SW_STR("flaws"), sizeof(struct sw_dbf_flaw), &t, err);
	if (rc)
		return rc;
	const char *r =
		table_find(&t, sizeof(struct sw_dbf_flaw), offsetof(struct sw_dbf_flaw, id), id);
	if (!r)
		return sw_error_set(err, SW_ENOENT, "the database knows no '%.*s'", SW_STR_ARG(id));
	flaw_of(&t, r, ret);
	return 0;
}

int sw_vuln_db_flaw_named(
	struct sw_vuln_db *db, struct sw_str id, struct sw_db_flaw *ret, struct sw_error *err)
{
	struct db_table t;
	int rc = sw_vuln_db_flaw(db, id, ret, err);
	if (rc != -SW_ENOENT ||
		db_table(db, SW_DBF_FLAWS, SW_STR("flaws"), sizeof(struct sw_dbf_flaw), &t, NULL))
		return rc;
	for (uint32_t i = 0; i < t.n; i++) {
		struct sw_db_flaw f;
		struct sw_str alias;
		flaw_of(&t, t.records + (size_t)i * sizeof(struct sw_dbf_flaw), &f);
		struct sw_str rest = f.aliases;
		while (rest.n && sw_str_split(&rest, ' ', &alias))
			if (sw_str_ieq(alias, id)) {
				*ret = f;
				if (err)
					*err = (struct sw_error){0};
				return 0;
			}
	}
	return rc;
}

/* ---- end of life ---- */

/* YYYY-MM-DD in days; "true": long ago; "false": not yet. */
static int64_t eol_date(struct sw_str s)
{
	int64_t y, m, d;
	if (sw_str_is(s, "true"))
		return 1;
	if (sw_str_is(s, "false"))
		return INT64_MAX;
	if (s.n != 10 || !sw_str_to_i64(sw_str_sub(s, 0, 4), &y) ||
		!sw_str_to_i64(sw_str_sub(s, 5, 7), &m) || !sw_str_to_i64(sw_str_sub(s, 8, 10), &d))
		return 0;
	y -= m <= 2;
	int64_t era = y / 400, yoe = y - era * 400,
		doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool begins(struct sw_str version, struct sw_str cycle)
{
	return sw_str_starts(version, cycle) &&
	       (version.n == cycle.n || version.p[cycle.n] == '.' || version.p[cycle.n] == '-');
}

int sw_vuln_db_eol(struct sw_vuln_db *db, struct sw_str product, struct sw_str version,
	struct sw_db_eol *ret, struct sw_error *err)
{
	struct db_table t;
	struct sw_dbf_product p;
	struct sw_str line, field[4];
	size_t best = 0;
	int rc = db_table(db, SW_DBF_EOL, SW_STR("eol"), sizeof(p), &t, err);
	if (rc)
		return rc;
	const char *r = table_find(&t, sizeof(p), offsetof(struct sw_dbf_product, name), product);
	if (r) {
		memcpy(&p, r, sizeof(p));
		struct sw_str rest = pool_str(t.pool, p.cycles);
		while (rest.n && sw_str_split(&rest, '\n', &line)) {
			for (unsigned i = 0; i < 4; i++)
				if (!sw_str_split(&line, '\t', &field[i]))
					field[i] = SW_STR("");
			if (field[0].n <= best || !begins(version, field[0]))
				continue;
			best = field[0].n;
			*ret = (struct sw_db_eol){
				field[0], field[1], eol_date(field[2]), eol_date(field[3])};
		}
	}
	if (!best)
		return sw_error_set(err, SW_ENOENT, "no end of life is known for %.*s %.*s",
			SW_STR_ARG(product), SW_STR_ARG(version));
	return 0;
}
