/* SPDX-License-Identifier: Apache-2.0 */
/* A layer as bytes and back. The bytes come from a caged process or a cache file: not trusted. */
#include <endian.h>
#include <stdlib.h>

#include "cage/pack.h"
#include "image/layer/layer.h"

static const char magic[8] = {'S', 'W', 'L', 'A', 'Y', 'R', '3', '\n'};

enum { PKG_TEXTS = SW_PACKAGE_TEXTS, OS_TEXTS = SW_DISTRIBUTION_TEXTS };

/* What is as in the package before is one bit. */
static void pack_package(struct sw_buf *out, struct sw_package *p, struct sw_package *last)
{
	struct sw_str *now[PKG_TEXTS], *before[PKG_TEXTS];
	uint64_t same = 0;
	sw_package_texts(p, now);
	sw_package_texts(last, before);
	for (int i = 0; i < PKG_TEXTS; i++)
		same |= (uint64_t)sw_str_eq(*now[i], *before[i]) << i;
	sw_pack_u64(out, p->type);
	sw_pack_u64(out, same | (uint64_t)p->dev << PKG_TEXTS |
				   (uint64_t)p->claimed << (PKG_TEXTS + 1));
	for (int i = 0; i < PKG_TEXTS; i++)
		if (!(same >> i & 1))
			sw_pack_str(out, *now[i]);
	*last = *p;
}

static void pack_hashes(struct sw_buf *out, const struct sw_hashes *h)
{
	sw_pack_u64(out, h->n);
	for (uint32_t i = 0; i < h->n; i++) {
		uint64_t v = htole64(h->v[i]);
		sw_pack_bytes(out, &v, 8);
	}
}

static void pack_groups(struct sw_buf *out, const struct sw_layer *l)
{
	uint32_t p = 0, o = 0, q = 0, alive = 0;
	struct sw_package last = {0};
	for (uint32_t i = 0; i < l->n_told; i++)
		alive += !l->told[i].dead;
	sw_pack_u64(out, alive);
	for (uint32_t i = 0; i < l->n_told; i++) {
		const struct sw_layer_file *f = &l->told[i];
		if (!f->dead) {
			sw_pack_str(out, f->path);
			sw_pack_str(out, f->notes);
			sw_pack_u64(out, f->n_packages);
			sw_pack_u64(out, f->n_owned);
			sw_pack_u64(out, f->n_problems);
			for (uint32_t k = 0; k < f->n_packages; k++)
				pack_package(out, &l->bom.packages[p + k], &last);
			for (uint32_t k = 0; k < f->n_owned; k++) {
				uint64_t v = htole64(l->bom.owned[o + k]);
				sw_pack_bytes(out, &v, 8);
			}
			for (uint32_t k = 0; k < f->n_problems; k++) {
				sw_pack_str(out, l->bom.problems[q + k].path);
				sw_pack_str(out, l->bom.problems[q + k].reason);
			}
		}
		p += f->n_packages;
		o += f->n_owned;
		q += f->n_problems;
	}
}

void sw_layer_pack(struct sw_buf *out, const struct sw_layer *l)
{
	struct sw_distribution d = l->bom.distribution;
	struct sw_str *t[OS_TEXTS];
	sw_pack_bytes(out, magic, sizeof(magic));
	sw_pack_bytes(out, l->digest, 32);
	sw_pack_bytes(out, l->diff_id, 32);
	sw_pack_u64(out, l->bytes);
	sw_pack_u64(out, l->unpacked);
	sw_pack_u64(out, l->entries);
	sw_pack_u64(out, l->files);
	sw_pack_u64(out, d.rank);
	sw_distribution_texts(&d, t);
	for (int i = 0; i < OS_TEXTS; i++)
		sw_pack_str(out, *t[i]);
	pack_groups(out, l);
	pack_hashes(out, &l->paths);
	pack_hashes(out, &l->leaves);
	pack_hashes(out, &l->removed);
	pack_hashes(out, &l->opaque);
}

/* ---- back ---- */

static int unpack_package(struct sw_unpack *u, struct sw_layer *l, struct sw_package *last)
{
	struct sw_package p = *last;
	struct sw_str *now[PKG_TEXTS];
	p.type = (enum sw_package_type)sw_unpack_max(u, SW_PKG__COUNT - 1);
	uint64_t same = sw_unpack_max(u, (4u << PKG_TEXTS) - 1);
	p.dev = same >> PKG_TEXTS & 1;
	p.claimed = same >> (PKG_TEXTS + 1) & 1;
	p.layer = 0;
	sw_package_texts(&p, now);
	for (int i = 0; i < PKG_TEXTS; i++)
		if (!(same >> i & 1))
			*now[i] = sw_unpack_str(u, SW_BOM_TEXT);
	if (u->bad || sw_bom_add(&l->bom, &p))
		return -SW_ESYNTAX;
	*last = l->bom.packages[l->bom.n - 1]; /* copies, which repeats share no longer: small */
	return 0;
}

static void unpack_hashes(struct sw_unpack *u, struct sw_hashes *h)
{
	uint64_t n = sw_unpack_max(u, SW_LAYER_ENTRIES);
	const uint8_t *p = sw_unpack_bytes(u, (size_t)n * 8);
	if (!p || !n)
		return;
	h->v = malloc((size_t)n * 8);
	if (!h->v)
		abort();
	h->n = h->cap = (uint32_t)n;
	memcpy(h->v, p, (size_t)n * 8);
	for (uint32_t i = 0; i < h->n; i++) {
		h->v[i] = le64toh(h->v[i]);
		if (i && h->v[i] < h->v[i - 1]) /* looked up by bisection */
			u->bad = true;
	}
}

/* The owned files of a group: hashes, which sw_bom_own() would make of paths. */
static int unpack_owned(struct sw_unpack *u, struct sw_bom *bom, uint32_t n)
{
	const uint8_t *p = sw_unpack_bytes(u, (size_t)n * 8);
	if (!p)
		return -SW_ESYNTAX;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t v;
		memcpy(&v, p + (size_t)i * 8, 8);
		if (sw_bom_own_hash(bom, le64toh(v)))
			return -SW_ELIMIT;
	}
	return 0;
}

static int unpack_group(struct sw_unpack *u, struct sw_layer *l, uint32_t i, struct sw_package *last)
{
	struct sw_layer_file *f = &l->told[i];
	int rc = 0;
	f->path = sw_arena_str(&l->bom.arena, sw_unpack_str(u, SW_TAR_NAME));
	f->notes = sw_arena_str(&l->bom.arena, sw_unpack_str(u, SW_LAYER_NOTES));
	f->n_packages = (uint32_t)sw_unpack_max(u, SW_BOM_PACKAGES);
	f->n_owned = (uint32_t)sw_unpack_max(u, SW_BOM_PACKAGES * 16u);
	f->n_problems = (uint32_t)sw_unpack_max(u, SW_BOM_PACKAGES);
	for (uint32_t k = 0; !rc && k < f->n_packages; k++)
		rc = unpack_package(u, l, last);
	if (!rc)
		rc = unpack_owned(u, &l->bom, f->n_owned);
	for (uint32_t k = 0; !rc && k < f->n_problems; k++) {
		struct sw_str path = sw_unpack_str(u, SW_BOM_TEXT);
		struct sw_str why = sw_unpack_str(u, SW_BOM_TEXT);
		rc = u->bad ? -SW_ESYNTAX : sw_bom_problem(&l->bom, path, why, 0);
	}
	return u->bad ? -SW_ESYNTAX : rc;
}

static int unpack_groups(struct sw_unpack *u, struct sw_layer *l)
{
	struct sw_package last = {0};
	uint64_t n = sw_unpack_max(u, SW_LAYER_ENTRIES);
	int rc = 0;
	if (u->bad || n > u->rest.n) /* every group takes more than a byte */
		return -SW_ESYNTAX;
	l->told = calloc((size_t)n + 1, sizeof(*l->told));
	if (!l->told)
		abort();
	l->cap_told = (uint32_t)n + 1;
	for (uint32_t i = 0; !rc && i < n; i++) {
		l->n_told = i + 1;
		rc = unpack_group(u, l, i, &last);
	}
	return rc;
}

int sw_layer_unpack(struct sw_str bytes, struct sw_layer *l, struct sw_error *err)
{
	struct sw_unpack u = {.rest = bytes};
	struct sw_str *t[OS_TEXTS];
	const uint8_t *m = sw_unpack_bytes(&u, sizeof(magic));
	const uint8_t *digest = sw_unpack_bytes(&u, 32), *diff = sw_unpack_bytes(&u, 32);
	if (u.bad || memcmp(m, magic, sizeof(magic)) != 0)
		return sw_error_set(err, SW_ESYNTAX, "not the result of a layer");
	memcpy(l->digest, digest, 32);
	memcpy(l->diff_id, diff, 32);
	l->bytes = sw_unpack_u64(&u);
	l->unpacked = sw_unpack_u64(&u);
	l->entries = sw_unpack_u64(&u);
	l->files = sw_unpack_u64(&u);
	l->bom.distribution.rank = (uint8_t)sw_unpack_max(&u, UINT8_MAX);
	sw_distribution_texts(&l->bom.distribution, t);
	for (int i = 0; i < OS_TEXTS; i++)
		*t[i] = sw_arena_str(&l->bom.arena, sw_unpack_str(&u, SW_BOM_TEXT));
	int rc = unpack_groups(&u, l);
	unpack_hashes(&u, &l->paths);
	unpack_hashes(&u, &l->leaves);
	unpack_hashes(&u, &l->removed);
	unpack_hashes(&u, &l->opaque);
	if (rc || u.bad || u.rest.n)
		return sw_error_set(err, SW_ESYNTAX, "the result of the layer is damaged");
	return 0;
}
