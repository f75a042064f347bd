/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/db/delta.h"

#include <stdlib.h>

#include "base/sha256.h"
#include "vuln/db/read_impl.h"

#define DELTA_MAGIC "SWVDELT\n"

bool sw_db_is_delta(struct sw_str bytes)
{
	return sw_str_starts(bytes, SW_STR(DELTA_MAGIC));
}

static const struct sw_dbf_section *same_section(
	const struct sw_vuln_db *db, const struct sw_dbf_section *s)
{
	for (uint32_t i = 0; i < db->header.n_sections; i++)
		if (db->sections[i].size == s->size && memcmp(db->sections[i].sha, s->sha, 32) == 0)
			return &db->sections[i];
	return NULL;
}

int sw_db_delta_make(const struct sw_vuln_db *from, const struct sw_vuln_db *to, struct sw_buf *out,
	struct sw_error *err)
{
	uint64_t head = sizeof(struct sw_dbf_header) +
			to->header.n_sections * sizeof(struct sw_dbf_section);
	uint32_t n = 0, zero = 0;
	sw_buf_add(out, DELTA_MAGIC, 8);
	sw_buf_add(out, &head, sizeof(head));
	sw_buf_add(out, to->bytes.p, head);
	for (uint32_t i = 0; i < to->header.n_sections; i++)
		n += same_section(from, &to->sections[i]) == NULL;
	sw_buf_add(out, &n, sizeof(n));
	sw_buf_add(out, &zero, sizeof(zero));
	for (uint32_t i = 0; i < to->header.n_sections; i++) {
		const struct sw_dbf_section *s = &to->sections[i];
		if (same_section(from, s))
			continue;
		sw_buf_add(out, &i, sizeof(i));
		sw_buf_add(out, &zero, sizeof(zero));
		sw_buf_add(out, to->bytes.p + s->offset, s->size);
	}
	return out->overflow ? sw_error_set(err, SW_ELIMIT, "the update would be too large") : 0;
}

static int broken(struct sw_error *err)
{
	return sw_error_set(err, SW_ESYNTAX, "the update is cut short or broken");
}

/* Checks the new header and table; where the file ends goes to *ret_size. */
static int new_table(struct sw_str head, struct sw_dbf_header *h, struct sw_dbf_section **ret,
	uint64_t *ret_size, struct sw_error *err)
{
	uint8_t sha[32];
	if (head.n < sizeof(*h))
		return broken(err);
	memcpy(h, head.p, sizeof(*h));
	size_t table = head.n - sizeof(*h);
	if (memcmp(h->magic, SW_DBF_MAGIC, 8) || h->version != SW_DBF_VERSION ||
		h->n_sections > SW_DBF_SECTIONS ||
		table != h->n_sections * sizeof(struct sw_dbf_section))
		return broken(err);
	sw_sha256(head.p + sizeof(*h), table, sha);
	if (memcmp(sha, h->table_sha, 32))
		return sw_error_set(err, SW_ESECURITY,
			"the update's table of sections does not match its checksum");
	struct sw_dbf_section *s = malloc(table + 1);
	if (!s)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	memcpy(s, head.p + sizeof(*h), table);
	*ret_size = head.n;
	for (uint32_t i = 0; i < h->n_sections; i++) {
		/* In order, without gaps but for alignment: what the writer makes. */
		uint64_t at = (*ret_size + 7) / 8 * 8;
		if (s[i].offset != at || s[i].size > SW_DBF_MAX || at + s[i].size > SW_DBF_MAX) {
			free(s);
			return broken(err);
		}
		*ret_size = at + s[i].size;
	}
	*ret_size = (*ret_size + 7) / 8 * 8;
	*ret = s;
	return 0;
}

static int place(
	struct sw_buf *out, const struct sw_dbf_section *s, const char *p, struct sw_error *err)
{
	uint8_t sha[32];
	while (out->n < s->offset && !out->overflow)
		sw_buf_addch(out, 0);
	sw_sha256(p, s->size, sha);
	if (memcmp(sha, s->sha, 32))
		return sw_error_set(
			err, SW_ESECURITY, "a section of the update does not match its checksum");
	sw_buf_add(out, p, s->size);
	return 0;
}

int sw_db_delta_apply(const struct sw_vuln_db *from, struct sw_str delta, struct sw_buf *out,
	struct sw_error *err)
{
	struct sw_dbf_header h;
	struct sw_dbf_section *sections = NULL;
	uint64_t head, size = 0;
	uint32_t n, next = UINT32_MAX, seen = 0;
	if (!sw_db_is_delta(delta) || delta.n < 16)
		return sw_error_set(err, SW_ESYNTAX, "this is no update of a database");
	memcpy(&head, delta.p + 8, 8);
	delta = sw_str_sub(delta, 16, delta.n);
	if (head > delta.n || delta.n - head < 8)
		return broken(err);
	struct sw_str table = sw_str_sub(delta, 0, head);
	int rc = new_table(table, &h, &sections, &size, err);
	if (rc)
		return rc;
	memcpy(&n, delta.p + head, 4);
	delta = sw_str_sub(delta, head + 8, delta.n);
	sw_buf_addstr(out, table);
	for (uint32_t i = 0; !rc && i < h.n_sections; i++) {
		const struct sw_dbf_section *s = &sections[i];
		if (next == UINT32_MAX && seen < n && delta.n >= 8)
			memcpy(&next, delta.p, 4);
		if (next == i) {
			if (delta.n - 8 < s->size)
				rc = broken(err);
			else
				rc = place(out, s, delta.p + 8, err);
			delta = sw_str_sub(delta, 8 + s->size, delta.n);
			next = UINT32_MAX;
			seen++;
			continue;
		}
		const struct sw_dbf_section *old = same_section(from, s);
		if (!old)
			rc = sw_error_set(err, SW_ECONFLICT,
				"the update builds on an other database than this one");
		else
			rc = place(out, s, from->bytes.p + old->offset, err);
	}
	while (!rc && out->n < size && !out->overflow)
		sw_buf_addch(out, 0);
	if (!rc && (seen != n || delta.n))
		rc = broken(err);
	if (!rc && out->overflow)
		rc = sw_error_set(err, SW_ELIMIT, "the database would be too large");
	free(sections);
	return rc;
}

/* ---- what changed, for people ---- */

struct side {
	struct sw_db_eco eco;
	uint32_t at, first, n;
	struct sw_str name;
	bool more;
};

static void step(struct side *s)
{
	s->more = sw_db_eco_package(&s->eco, s->at++, &s->name, &s->first, &s->n);
}

static struct sw_str id_of(const struct side *s, uint32_t i)
{
	struct sw_db_row row;
	struct sw_db_advisory adv;
	if (i >= s->n || !sw_db_eco_row(&s->eco, s->first + i, &row) ||
		!sw_db_eco_advisory(&s->eco, row.advisory, &adv))
		return SW_STR("");
	return adv.id;
}

/* Rows of a package are sorted by advisory. */
static void merge(
	struct side *a, struct side *b, void (*fn)(void *, const struct sw_db_change *), void *arg)
{
	uint32_t i = 0, j = 0, na = a ? a->n : 0, nb = b ? b->n : 0;
	struct sw_db_change c = {.eco = a ? a->eco.key : b->eco.key, .name = a ? a->name : b->name};
	struct sw_str last = SW_STR("");
	while (i < na || j < nb) {
		struct sw_str x = i < na ? id_of(a, i) : SW_STR(""),
			      y = j < nb ? id_of(b, j) : SW_STR("");
		int order = i >= na ? 1 : j >= nb ? -1 : sw_str_cmp(x, y);
		if (order == 0) {
			last = x;
			i++;
			j++;
			continue;
		}
		c.sign = order < 0 ? '-' : '+';
		c.id = order < 0 ? x : y;
		if (!sw_str_eq(c.id, last)) /* more or fewer intervals of one advisory is no news */
			fn(arg, &c);
		last = c.id;
		if (order < 0)
			i++;
		else
			j++;
	}
}

static int diff_section(struct sw_vuln_db *a, struct sw_vuln_db *b, struct sw_str key,
	void (*fn)(void *, const struct sw_db_change *), void *arg, struct sw_error *err)
{
	struct side x = {0}, y = {0};
	int ra = sw_vuln_db_eco(a, key, &x.eco, err), rb = sw_vuln_db_eco(b, key, &y.eco, err);
	if ((ra && ra != -SW_ENOENT) || (rb && rb != -SW_ENOENT))
		return ra && ra != -SW_ENOENT ? ra : rb;
	if (!ra)
		step(&x);
	if (!rb)
		step(&y);
	while (x.more || y.more) {
		int order = !x.more ? 1 : !y.more ? -1 : sw_str_cmp(x.name, y.name);
		merge(order <= 0 ? &x : NULL, order >= 0 ? &y : NULL, fn, arg);
		if (order <= 0)
			step(&x);
		if (order >= 0)
			step(&y);
	}
	return 0;
}

int sw_db_diff(struct sw_vuln_db *a, struct sw_vuln_db *b,
	void (*fn)(void *arg, const struct sw_db_change *change), void *arg, struct sw_error *err)
{
	struct sw_db_section s, other;
	for (unsigned side = 0; side < 2; side++)
		for (uint32_t i = 0; sw_vuln_db_section(side ? b : a, i, &s); i++) {
			bool both = false;
			if (s.kind != SW_DBF_ECOSYSTEM)
				continue;
			for (uint32_t k = 0; sw_vuln_db_section(side ? a : b, k, &other) && !both;
				k++)
				both = other.kind == s.kind && sw_str_eq(other.key, s.key);
			if (side && both)
				continue;
			int rc = diff_section(a, b, s.key, fn, arg, err);
			if (rc)
				return rc;
		}
	if (err)
		*err = (struct sw_error){0};
	return 0;
}
