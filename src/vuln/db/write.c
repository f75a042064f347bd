/* SPDX-License-Identifier: Apache-2.0 */
/* From what the builder holds to the bytes of a file. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/sha256.h"
#include "doc/json.h"
#include "doc/value.h"
#include "vuln/cvss.h"
#include "vuln/db/builder_impl.h"
#include "vuln/db/format.h"

/* ---- one flaw, one id ---- */

struct pair {
	text_id flaw, name;
};

struct writer {
	struct sw_db_builder *b;
	text_id *canonical; /* by text id: the CVE of a name; 0 none; AMBIGUOUS */
	VEC(text_id) flaws; /* of all advisories */
	VEC(struct pair) names;
	struct sw_buf *out;
	VEC(struct sw_dbf_section) sections;
	bool full;
};

#define AMBIGUOUS UINT32_MAX

static bool is_cve(struct sw_str s)
{
	return sw_str_starts(s, SW_STR("CVE-"));
}

static bool is_ghsa(struct sw_str s)
{
	return sw_str_starts(s, SW_STR("GHSA-")) || sw_str_starts(s, SW_STR("ghsa-"));
}

static uint32_t names_of(
	const struct writer *w, const struct build_advisory *a, text_id *out, uint32_t max)
{
	uint32_t n = 0;
	out[n++] = a->id;
	for (uint32_t i = 0; i < a->n_aliases && n < max; i++)
		out[n++] = w->b->aliases.v[a->first_alias + i];
	return n;
}

enum { NAMES_MAX = 2048 };

/* Advisories with exactly one CVE give it to their other names. */
static void learn(struct writer *w)
{
	text_id names[NAMES_MAX];
	for (uint32_t i = 0; i < w->b->advisories.n; i++) {
		const struct build_advisory *a = &w->b->advisories.v[i];
		uint32_t n = names_of(w, a, names, NAMES_MAX), cves = 0;
		text_id cve = 0;
		if (a->flags & SW_ADV_MANY)
			continue;
		for (uint32_t k = 0; k < n; k++)
			if (is_cve(build_text(w->b, names[k])) && names[k] != cve) {
				cve = names[k];
				cves++;
			}
		for (uint32_t k = 0; cves == 1 && k < n; k++) {
			text_id *c = &w->canonical[names[k]];
			if (names[k] != cve)
				*c = *c && *c != cve ? AMBIGUOUS : cve;
		}
	}
}

static bool push(struct writer *w, text_id flaw, uint32_t from)
{
	for (uint32_t i = from; i < w->flaws.n; i++)
		if (w->flaws.v[i] == flaw)
			return true;
	if (!VEC_ROOM(w->flaws, 1 << 27)) {
		w->full = true;
		return false;
	}
	w->flaws.v[w->flaws.n++] = flaw;
	return true;
}

static text_id resolved(const struct writer *w, text_id name)
{
	text_id c = w->canonical[name];
	return c && c != AMBIGUOUS ? c : name;
}

static void flaws_of(struct writer *w, struct build_advisory *a)
{
	text_id names[NAMES_MAX];
	uint32_t n = names_of(w, a, names, NAMES_MAX), from = w->flaws.n;
	bool many = a->flags & SW_ADV_MANY;
	a->first_flaw = from;
	/* A notice about several flaws is its own name only where it names none. */
	for (uint32_t i = many ? 1 : 0; i < n; i++)
		if (many || is_cve(build_text(w->b, names[i])))
			push(w, resolved(w, names[i]), from);
	for (uint32_t i = 0; !many && w->flaws.n == from && i < n; i++)
		if (resolved(w, names[i]) != names[i])
			push(w, resolved(w, names[i]), from);
	for (uint32_t i = 0; w->flaws.n == from && i < n; i++)
		if (is_ghsa(build_text(w->b, names[i])))
			push(w, names[i], from);
	if (w->flaws.n == from)
		push(w, a->id, from);
	a->n_flaws = w->flaws.n - from;
	if (a->n_flaws > UINT16_MAX)
		a->n_flaws = UINT16_MAX;
	for (uint32_t i = 0; a->n_flaws == 1 && i < n; i++) {
		text_id flaw = w->flaws.v[from];
		if (names[i] == flaw || (is_cve(build_text(w->b, names[i])) && !many))
			continue;
		if (!VEC_ROOM(w->names, 1 << 27)) {
			w->full = true;
			return;
		}
		w->names.v[w->names.n++] = (struct pair){flaw, names[i]};
	}
}

static int pair_order(const void *x, const void *y, void *arg)
{
	const struct sw_db_builder *b = arg;
	const struct pair *p = x, *q = y;
	int c = p->flaw == q->flaw ? 0 : sw_str_cmp(build_text(b, p->flaw), build_text(b, q->flaw));
	if (!c && p->name != q->name)
		c = sw_str_cmp(build_text(b, p->name), build_text(b, q->name));
	return c;
}

/* ---- sections ---- */

static void put(struct sw_buf *out, const void *p, size_t n)
{
	if (n)
		sw_buf_add(out, p, n);
}

static void align8(struct sw_buf *out)
{
	while (out->n % 8)
		sw_buf_addch(out, 0);
}

/* The texts of one section: number of a text -> its offset, each written once. */
struct pool {
	const struct sw_db_builder *b;
	struct sw_buf bytes;
	uint32_t *at;	 /* by text id; 0: not in yet */
	VEC(text_id) in; /* to clear `at` */
};

static void pool_begin(struct pool *p)
{
	for (uint32_t i = 0; i < p->in.n; i++)
		p->at[p->in.v[i]] = 0;
	p->in.n = 0;
	sw_buf_clear(&p->bytes);
	sw_buf_add(&p->bytes, "\0\0", 2);
}

static uint32_t pool_add(struct pool *p, struct sw_str s)
{
	uint32_t at = (uint32_t)p->bytes.n;
	uint16_t n = (uint16_t)s.n;
	if (!s.n)
		return 0;
	sw_buf_add(&p->bytes, &n, 2);
	sw_buf_add(&p->bytes, s.p, s.n);
	return at;
}

static uint32_t pool_text(struct pool *p, text_id t)
{
	if (!t)
		return 0;
	if (!p->at[t]) {
		p->at[t] = pool_add(p, build_text(p->b, t));
		if (VEC_ROOM(p->in, 1 << 27))
			p->in.v[p->in.n++] = t;
	}
	return p->at[t];
}

static uint32_t slots_for(uint32_t n)
{
	uint32_t s = 8;
	while (s < n * 2u)
		s *= 2;
	return s;
}

static void section_end(struct writer *w, unsigned kind, struct sw_str key, size_t from,
	uint32_t count, int64_t newest)
{
	struct sw_dbf_section s = {.kind = kind,
		.offset = from,
		.size = w->out->n - from,
		.count = count,
		.newest = newest > 0 ? (uint32_t)newest : 0};
	memcpy(s.key, key.p, key.n < sizeof(s.key) - 1 ? key.n : sizeof(s.key) - 1);
	sw_sha256(w->out->p + from, s.size, s.sha);
	align8(w->out);
	if (!VEC_ROOM(w->sections, SW_DBF_SECTIONS))
		w->full = true;
	else
		w->sections.v[w->sections.n++] = s;
}

static int row_order(const void *x, const void *y, void *arg)
{
	const struct sw_db_builder *b = arg;
	const struct build_row *p = x, *q = y;
	const struct build_advisory *r = &b->advisories.v[p->advisory],
				    *s = &b->advisories.v[q->advisory];
	int c = p->eco == q->eco ? 0 : sw_str_cmp(build_text(b, p->eco), build_text(b, q->eco));
	if (!c && p->name != q->name)
		c = sw_str_cmp(build_text(b, p->name), build_text(b, q->name));
	if (!c && r->id != s->id)
		c = sw_str_cmp(build_text(b, r->id), build_text(b, s->id));
	if (!c && r->feed != s->feed)
		c = sw_str_cmp(build_text(b, r->feed), build_text(b, s->feed));
	const text_id pt[] = {p->introduced, p->fixed, p->last, p->only},
		      qt[] = {q->introduced, q->fixed, q->last, q->only};
	for (unsigned i = 0; !c && i < 4; i++)
		if (pt[i] != qt[i])
			c = sw_str_cmp(build_text(b, pt[i]), build_text(b, qt[i]));
	return c ? c : (int)p->flags - (int)q->flags;
}

static bool same_row(
	const struct sw_db_builder *b, const struct build_row *p, const struct build_row *q)
{
	return b->advisories.v[p->advisory].id == b->advisories.v[q->advisory].id &&
	       b->advisories.v[p->advisory].feed == b->advisories.v[q->advisory].feed &&
	       p->name == q->name && p->introduced == q->introduced && p->fixed == q->fixed &&
	       p->last == q->last && p->only == q->only && p->flags == q->flags;
}

/* What one ecosystem section is made of while it grows. */
struct eco_out {
	VEC(struct sw_dbf_package) packages;
	VEC(struct sw_dbf_row) rows;
	VEC(struct sw_dbf_advisory) advisories;
	VEC(uint32_t) flaws;
	uint32_t *local; /* by advisory: 1 + its place in this section */
	VEC(uint32_t) used;
};

static uint32_t local_advisory(struct writer *w, struct eco_out *e, struct pool *p, uint32_t i)
{
	const struct build_advisory *a = &w->b->advisories.v[i];
	if (e->local[i])
		return e->local[i] - 1;
	if (!VEC_ROOM(e->advisories, 1 << 26) || !VEC_ROOM(e->used, 1 << 26)) {
		w->full = true;
		return 0;
	}
	struct sw_dbf_advisory o = {.id = pool_text(p, a->id),
		.feed = pool_text(p, a->feed),
		.title = pool_text(p, a->title),
		.url = pool_text(p, a->url),
		.cvss = pool_text(p, a->cvss),
		.first_flaw = e->flaws.n,
		.n_flaws = (uint16_t)a->n_flaws,
		.severity = a->severity,
		.flags = a->flags};
	for (uint32_t k = 0; k < a->n_flaws; k++) {
		if (!VEC_ROOM(e->flaws, 1 << 27)) {
			w->full = true;
			return 0;
		}
		e->flaws.v[e->flaws.n++] = pool_text(p, w->flaws.v[a->first_flaw + k]);
	}
	e->advisories.v[e->advisories.n++] = o;
	e->used.v[e->used.n++] = i;
	e->local[i] = e->advisories.n;
	return e->advisories.n - 1;
}

static void eco_rows(struct writer *w, struct eco_out *e, struct pool *p, uint32_t from,
	uint32_t to, int64_t *newest)
{
	const struct build_row *rows = w->b->rows.v;
	for (uint32_t i = from; i < to && !w->full; i++) {
		const struct build_row *r = &rows[i];
		if (i > from && same_row(w->b, r, r - 1))
			continue;
		if (!VEC_ROOM(e->rows, 1 << 27) || !VEC_ROOM(e->packages, 1 << 26)) {
			w->full = true;
			return;
		}
		if (i == from || r->name != rows[i - 1].name) {
			struct sw_str name = build_text(w->b, r->name);
			e->packages.v[e->packages.n++] =
				(struct sw_dbf_package){.name = pool_text(p, r->name),
					.first = e->rows.n,
					.hash = (uint32_t)XXH3_64bits(name.p, name.n)};
		}
		struct sw_dbf_row o = {.advisory = local_advisory(w, e, p, r->advisory),
			.introduced = pool_text(p, r->introduced),
			.fixed = pool_text(p, r->fixed),
			.last = pool_text(p, r->last),
			.only = pool_text(p, r->only),
			.flags = r->flags,
			.severity = r->severity};
		e->rows.v[e->rows.n++] = o;
		e->packages.v[e->packages.n - 1].count++;
		const struct build_advisory *a = &w->b->advisories.v[r->advisory];
		int64_t day = a->modified > a->published ? a->modified : a->published;
		if (day > *newest)
			*newest = day;
	}
}

static void eco_section(
	struct writer *w, struct eco_out *e, struct pool *p, uint32_t from, uint32_t to)
{
	int64_t newest = 0;
	pool_begin(p);
	e->packages.n = e->rows.n = e->advisories.n = e->flaws.n = 0;
	eco_rows(w, e, p, from, to, &newest);
	for (uint32_t i = 0; i < e->used.n; i++)
		e->local[e->used.v[i]] = 0;
	e->used.n = 0;
	uint32_t n_slots = slots_for(e->packages.n);
	uint32_t *slots = calloc(n_slots, sizeof(*slots));
	if (!slots) {
		w->full = true;
		return;
	}
	for (uint32_t i = 0; i < e->packages.n; i++) {
		uint32_t at = e->packages.v[i].hash & (n_slots - 1);
		while (slots[at])
			at = (at + 1) & (n_slots - 1);
		slots[at] = i + 1;
	}
	size_t start = w->out->n;
	struct sw_dbf_eco head = {n_slots, e->packages.n, e->rows.n, e->advisories.n, e->flaws.n,
		(uint32_t)p->bytes.n};
	put(w->out, &head, sizeof(head));
	put(w->out, slots, n_slots * sizeof(*slots));
	put(w->out, e->packages.v, e->packages.n * sizeof(*e->packages.v));
	put(w->out, e->rows.v, e->rows.n * sizeof(*e->rows.v));
	put(w->out, e->advisories.v, e->advisories.n * sizeof(*e->advisories.v));
	put(w->out, e->flaws.v, e->flaws.n * sizeof(*e->flaws.v));
	put(w->out, p->bytes.p, p->bytes.n);
	free(slots);
	section_end(w, SW_DBF_ECOSYSTEM, build_text(w->b, w->b->rows.v[from].eco), start,
		e->advisories.n, newest);
}

static void eco_sections(struct writer *w, struct pool *p)
{
	struct eco_out e = {0};
	struct sw_db_builder *b = w->b;
	e.local = calloc(b->advisories.n + 1u, sizeof(*e.local));
	if (!e.local) {
		w->full = true;
		return;
	}
	if (b->rows.n)
		qsort_r(b->rows.v, b->rows.n, sizeof(*b->rows.v), row_order, b);
	for (uint32_t i = 0; i < b->rows.n && !w->full;) {
		uint32_t j = i;
		while (j < b->rows.n && b->rows.v[j].eco == b->rows.v[i].eco)
			j++;
		eco_section(w, &e, p, i, j);
		i = j;
	}
	free(e.local);
	free(e.packages.v);
	free(e.rows.v);
	free(e.advisories.v);
	free(e.flaws.v);
	free(e.used.v);
}

/* ---- flaws ---- */

static int text_order(const void *x, const void *y, void *arg)
{
	const struct sw_db_builder *b = arg;
	text_id p = *(const text_id *)x, q = *(const text_id *)y;
	return p == q ? 0 : sw_str_cmp(build_text(b, p), build_text(b, q));
}

/* What advisories say of their one flaw, where no rater of CVEs did. */
static void gather(struct writer *w)
{
	struct sw_db_builder *b = w->b;
	for (uint32_t i = 0; i < b->advisories.n && !w->full; i++) {
		const struct build_advisory *a = &b->advisories.v[i];
		text_id flaw = a->n_flaws ? w->flaws.v[a->first_flaw] : 0;
		struct build_facts *f = flaw ? build_facts_of(b, flaw) : NULL;
		if (!f) {
			w->full = w->full || flaw;
			continue;
		}
		if (a->n_flaws != 1 || (a->flags & SW_ADV_MANY))
			continue;
		struct sw_str cvss = build_text(b, a->cvss);
		double score = a->score10 ? a->score10 / 10.0 : sw_cvss_score(cvss);
		uint8_t severity = (uint8_t)(score > 0 ? sw_cvss_severity(score)
						       : sw_cvss_vector_severity(cvss));
		if (!severity && !(a->flags & SW_ADV_DISTRO))
			severity = a->severity;
		bool better = (uint8_t)(score * 10 + 0.5) > f->score10 ||
			      (!f->score10 && severity > f->severity);
		if (severity && better) {
			f->severity = severity;
			f->score10 = (uint8_t)(score * 10 + 0.5);
			f->cvss = a->cvss;
			f->source = a->feed;
		}
		/* The same title whatever the order: the one that sorts first. */
		if (a->title && (!f->title || sw_str_cmp(build_text(b, a->title),
						      build_text(b, f->title)) < 0))
			f->title = a->title;
		if (a->published && (!f->published || a->published < f->published))
			f->published = a->published;
	}
}

static uint32_t pool_aliases(struct writer *w, struct pool *p, text_id flaw, uint32_t *at)
{
	const struct pair *names = w->names.v;
	sw_autobuf joined;
	sw_buf_init(&joined, 60000);
	while (*at < w->names.n &&
		sw_str_cmp(build_text(w->b, names[*at].flaw), build_text(w->b, flaw)) < 0)
		++*at;
	for (text_id last = 0; *at < w->names.n && names[*at].flaw == flaw; ++*at) {
		if (names[*at].name == last)
			continue;
		last = names[*at].name;
		struct sw_str s = build_text(w->b, last);
		if (joined.n + s.n + 1 > 50000)
			continue;
		if (joined.n)
			sw_buf_addch(&joined, ' ');
		sw_buf_addstr(&joined, s);
	}
	return pool_add(p, sw_buf_str(&joined));
}

static void table_out(struct writer *w, struct pool *p, const void *records, size_t size,
	uint32_t n, const uint64_t *hashes)
{
	uint32_t n_slots = slots_for(n);
	uint32_t *slots = calloc(n_slots, sizeof(*slots));
	if (!slots) {
		w->full = true;
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = (uint32_t)hashes[i] & (n_slots - 1);
		while (slots[at])
			at = (at + 1) & (n_slots - 1);
		slots[at] = i + 1;
	}
	struct sw_dbf_table head = {n_slots, n, (uint32_t)p->bytes.n, 0};
	put(w->out, &head, sizeof(head));
	put(w->out, slots, n_slots * sizeof(*slots));
	put(w->out, records, size * n);
	put(w->out, p->bytes.p, p->bytes.n);
	free(slots);
}

static void flaw_section(struct writer *w, struct pool *p)
{
	struct sw_db_builder *b = w->b;
	text_id *ids = calloc(w->flaws.n + 1u, sizeof(*ids));
	if (!ids) {
		w->full = true;
		return;
	}
	if (w->flaws.n) {
		memcpy(ids, w->flaws.v, w->flaws.n * sizeof(*ids));
		qsort_r(ids, w->flaws.n, sizeof(*ids), text_order, b);
	}
	uint32_t n = 0;
	for (uint32_t i = 0; i < w->flaws.n; i++)
		if (!n || ids[n - 1] != ids[i])
			ids[n++] = ids[i];
	struct sw_dbf_flaw *out = calloc(n + 1u, sizeof(*out));
	uint64_t *hashes = calloc(n + 1u, sizeof(*hashes));
	uint32_t at = 0;
	pool_begin(p);
	for (uint32_t i = 0; out && hashes && i < n && !w->full; i++) {
		struct sw_str id = build_text(b, ids[i]);
		const struct build_facts *f = build_facts_of(b, ids[i]);
		if (!f) {
			w->full = true;
			break;
		}
		hashes[i] = XXH3_64bits(id.p, id.n);
		out[i] = (struct sw_dbf_flaw){.hash = hashes[i],
			.id = pool_text(p, ids[i]),
			.aliases = pool_aliases(w, p, ids[i], &at),
			.title = pool_text(p, f->title),
			.cvss = pool_text(p, f->cvss),
			.cwe = pool_text(p, f->cwe),
			.source = pool_text(p, f->source),
			.epss = f->epss,
			.percentile = f->percentile,
			.published = f->published,
			.kev = f->kev,
			.score10 = f->score10,
			.severity = f->severity};
	}
	size_t start = w->out->n;
	if (out && hashes)
		table_out(w, p, out, sizeof(*out), n, hashes);
	section_end(w, SW_DBF_FLAWS, SW_STR("flaws"), start, n, 0);
	free(ids);
	free(out);
	free(hashes);
}

/* ---- end of life, feeds ---- */

static int product_order(const void *x, const void *y, void *arg)
{
	const struct sw_db_builder *b = arg;
	const struct build_product *p = x, *q = y;
	return sw_str_cmp(build_text(b, p->name), build_text(b, q->name));
}

static void eol_section(struct writer *w, struct pool *p)
{
	struct sw_db_builder *b = w->b;
	uint32_t n = b->products.n;
	struct sw_dbf_product *out = calloc(n + 1u, sizeof(*out));
	uint64_t *hashes = calloc(n + 1u, sizeof(*hashes));
	if (n)
		qsort_r(b->products.v, n, sizeof(*b->products.v), product_order, b);
	pool_begin(p);
	for (uint32_t i = 0; out && hashes && i < n; i++) {
		struct sw_str name = build_text(b, b->products.v[i].name);
		hashes[i] = XXH3_64bits(name.p, name.n);
		out[i] = (struct sw_dbf_product){hashes[i], pool_text(p, b->products.v[i].name),
			pool_text(p, b->products.v[i].cycles)};
	}
	size_t start = w->out->n;
	if (out && hashes)
		table_out(w, p, out, sizeof(*out), n, hashes);
	section_end(w, SW_DBF_EOL, SW_STR("eol"), start, n, 0);
	free(out);
	free(hashes);
}

static void meta_section(struct writer *w, const struct sw_feed_stats *feeds, uint32_t n)
{
	size_t start = w->out->n;
	sw_buf_addz(w->out, "{\"schema\":\"seawall.dev/vuln-db/v1\",\"feeds\":[");
	for (uint32_t i = 0; i < n; i++) {
		sw_buf_addz(w->out, i ? ",{\"name\":" : "{\"name\":");
		sw_json_write_str(w->out, feeds[i].name, 0);
		sw_buf_addz(w->out, ",\"format\":");
		sw_json_write_str(w->out, feeds[i].format, 0);
		sw_buf_printf(w->out,
			",\"files\":%llu,\"records\":%llu,\"bad\":%llu,\"skipped\":%llu,\"newest\":"
			"%lld}",
			(unsigned long long)feeds[i].files, (unsigned long long)feeds[i].records,
			(unsigned long long)feeds[i].bad, (unsigned long long)feeds[i].skipped,
			(long long)feeds[i].newest);
	}
	sw_buf_addz(w->out, "]}");
	section_end(w, SW_DBF_META, SW_STR("meta"), start, n, 0);
}

/* ---- the file ---- */

static int sign(struct sw_dbf_header *h, struct sw_str pem, struct sw_error *err)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"") : NULL;
	uint8_t raw[32];
	size_t n = sizeof(raw), len = sizeof(h->signature);
	int rc = 0;
	BIO_free(bio);
	if (!key || EVP_PKEY_id(key) != EVP_PKEY_ED25519 ||
		EVP_PKEY_get_raw_public_key(key, raw, &n) != 1) {
		EVP_PKEY_free(key);
		return sw_error_set(err, SW_EINVALID, "the signing key is no Ed25519 key in PEM");
	}
	sw_sha256(raw, n, h->key_id);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	if (!ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) != 1 ||
		EVP_DigestSign(ctx, h->signature, &len, (const uint8_t *)h,
			offsetof(struct sw_dbf_header, signature)) != 1)
		rc = sw_error_set(err, SW_EINVALID, "the database could not be signed");
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return rc;
}

static int64_t newest_of(const struct sw_feed_stats *feeds, uint32_t n)
{
	int64_t newest = 0;
	for (uint32_t i = 0; i < n; i++)
		if (feeds[i].newest > newest)
			newest = feeds[i].newest;
	return newest;
}

/* The table goes behind the header; offsets were counted from behind both. */
static int frame(struct writer *w, struct sw_buf *body, int64_t created, int64_t data_date,
	struct sw_str key, struct sw_buf *out, struct sw_error *err)
{
	struct sw_dbf_header h = {.magic = SW_DBF_MAGIC,
		.version = SW_DBF_VERSION,
		.header_size = sizeof(h),
		.n_sections = w->sections.n,
		.section_size = sizeof(struct sw_dbf_section),
		.created = created,
		.data_date = data_date};
	size_t table = w->sections.n * sizeof(struct sw_dbf_section);
	for (uint32_t i = 0; i < w->sections.n; i++)
		w->sections.v[i].offset += sizeof(h) + table;
	sw_sha256(w->sections.v, table, h.table_sha);
	int rc = key.n ? sign(&h, key, err) : 0;
	if (rc)
		return rc;
	put(out, &h, sizeof(h));
	put(out, w->sections.v, table);
	put(out, body->p, body->n);
	if (out->overflow)
		return sw_error_set(err, SW_ELIMIT, "the database would be larger than 4 GiB");
	return 0;
}

int sw_db_builder_write(struct sw_db_builder *b, int64_t created, const struct sw_feed_stats *feeds,
	uint32_t n_feeds, struct sw_str key, struct sw_buf *out, struct sw_error *err)
{
	sw_autobuf body;
	sw_buf_init(&body, SW_DBF_MAX);
	struct writer w = {.b = b, .out = &body};
	struct pool p = {.b = b};
	sw_buf_init(&p.bytes, UINT32_MAX);
	w.canonical = calloc(b->texts.n + 1u, sizeof(*w.canonical));
	p.at = calloc(b->texts.n + 1u, sizeof(*p.at));
	w.full = !w.canonical || !p.at;
	if (!w.full) {
		learn(&w);
		for (uint32_t i = 0; i < b->advisories.n && !w.full; i++)
			flaws_of(&w, &b->advisories.v[i]);
		if (w.names.n)
			qsort_r(w.names.v, w.names.n, sizeof(*w.names.v), pair_order, b);
		gather(&w);
		meta_section(&w, feeds, n_feeds);
		flaw_section(&w, &p);
		eol_section(&w, &p);
		eco_sections(&w, &p);
	}
	int rc = w.full || b->full || p.bytes.overflow
			 ? sw_error_set(err, SW_ELIMIT, "too many advisories for one database")
			 : frame(&w, &body, created, newest_of(feeds, n_feeds), key, out, err);
	free(w.canonical);
	free(w.flaws.v);
	free(w.names.v);
	free(w.sections.v);
	free(p.at);
	free(p.in.v);
	sw_buf_release(&p.bytes);
	return rc;
}
