/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/db/builder_impl.h"

#include <stdlib.h>
#include <xxhash.h>

enum { TEXTS_MAX = 1 << 25, ROWS_MAX = 1 << 26, TEXT_LEN_MAX = 60000 };

struct sw_str build_text(const struct sw_db_builder *b, text_id t)
{
	return b->texts.v[t];
}

bool build_room(void **v, uint32_t n, uint32_t *cap, size_t size, uint32_t max)
{
	if (n < *cap)
		return true;
	if (n >= max)
		return false;
	uint32_t want = *cap ? *cap * 2 : 1024;
	void *grown = reallocarray(*v, want, size);
	if (!grown)
		return false;
	*v = grown;
	*cap = want;
	return true;
}

static void rehash(struct texts *t, uint32_t n_slots)
{
	uint32_t *slots = calloc(n_slots, sizeof(*slots));
	if (!slots)
		return;
	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t at = (uint32_t)XXH3_64bits(t->v[i].p, t->v[i].n) & (n_slots - 1);
		while (slots[at])
			at = (at + 1) & (n_slots - 1);
		slots[at] = i + 1;
	}
	free(t->slots);
	t->slots = slots;
	t->n_slots = n_slots;
}

text_id build_intern(struct sw_db_builder *b, struct sw_str s)
{
	struct texts *t = &b->texts;
	if (!s.n)
		return 0;
	if (s.n > TEXT_LEN_MAX)
		s.n = TEXT_LEN_MAX;
	if (t->n * 2 >= t->n_slots)
		rehash(t, t->n_slots * 2);
	uint32_t at = (uint32_t)XXH3_64bits(s.p, s.n) & (t->n_slots - 1);
	for (; t->slots[at]; at = (at + 1) & (t->n_slots - 1))
		if (sw_str_eq(t->v[t->slots[at] - 1], s))
			return t->slots[at] - 1;
	struct sw_str copy = sw_arena_str(&b->arena, s);
	if (!copy.p || t->n * 2 >= t->n_slots || !VEC_ROOM(*t, TEXTS_MAX)) {
		b->full = true;
		return 0;
	}
	t->v[t->n] = copy;
	t->slots[at] = ++t->n;
	return t->n - 1;
}

struct sw_db_builder *sw_db_builder_new(void)
{
	struct sw_db_builder *b = calloc(1, sizeof(*b));
	if (!b)
		return NULL;
	sw_arena_init(&b->arena, (size_t)4 << 30);
	b->texts.n_slots = 1 << 16;
	b->texts.slots = calloc(b->texts.n_slots, sizeof(*b->texts.slots));
	if (!b->texts.slots || !VEC_ROOM(b->texts, TEXTS_MAX)) {
		sw_db_builder_free(b);
		return NULL;
	}
	b->texts.v[b->texts.n++] = SW_STR("");
	return b;
}

void sw_db_builder_free(struct sw_db_builder *b)
{
	if (!b)
		return;
	free(b->texts.v);
	free(b->texts.slots);
	free(b->advisories.v);
	free(b->aliases.v);
	free(b->rows.v);
	free(b->facts.v);
	free(b->products.v);
	free(b->fact_of);
	sw_arena_release(&b->arena);
	free(b);
}

void sw_db_builder_count(
	const struct sw_db_builder *b, uint64_t *ret_advisories, uint64_t *ret_rows)
{
	*ret_advisories = b->advisories.n;
	*ret_rows = b->rows.n;
}

static int full(struct sw_error *err)
{
	return sw_error_set(err, SW_ELIMIT, "too many advisories for one database");
}

/* One line, cut at a whole character. */
static struct sw_str title_of(struct sw_str s)
{
	s = sw_str_trim(s);
	size_t end = sw_str_chr(s, '\n', 0);
	s = sw_str_trim(sw_str_sub(s, 0, end));
	if (s.n > 200) {
		s.n = 200;
		while (s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
			s.n--;
	}
	return s;
}

int sw_db_builder_add(struct sw_db_builder *b, const struct sw_advisory *adv, struct sw_error *err)
{
	if (!adv->id.n)
		return sw_error_set(err, SW_EINVALID, "an advisory without an id");
	if (!VEC_ROOM(b->advisories, TEXTS_MAX))
		return full(err);
	struct build_advisory a = {.id = build_intern(b, adv->id),
		.feed = build_intern(b, adv->feed),
		.title = build_intern(b, title_of(adv->title)),
		.url = build_intern(b, adv->url),
		.cvss = build_intern(b, adv->cvss),
		.first_alias = b->aliases.n,
		.published = (int32_t)adv->published,
		.modified = (int32_t)adv->modified,
		.severity = (uint8_t)adv->severity,
		.flags = (uint8_t)adv->flags,
		.score10 = adv->score > 0 && adv->score <= 10 ? (uint8_t)(adv->score * 10 + 0.5)
							       : 0};
	for (uint32_t i = 0; i < adv->n_aliases; i++) {
		struct sw_str alias = sw_str_trim(adv->aliases[i]);
		if (!alias.n || sw_str_eq(alias, adv->id))
			continue;
		if (!VEC_ROOM(b->aliases, TEXTS_MAX))
			return full(err);
		b->aliases.v[b->aliases.n++] = build_intern(b, alias);
	}
	a.n_aliases = b->aliases.n - a.first_alias;
	for (uint32_t i = 0; i < adv->n_affected; i++) {
		const struct sw_affected *f = &adv->affected[i];
		if (!f->eco.n || !f->name.n)
			continue;
		if (!VEC_ROOM(b->rows, ROWS_MAX))
			return full(err);
		b->rows.v[b->rows.n++] = (struct build_row){.advisory = b->advisories.n,
			.eco = build_intern(b, f->eco),
			.name = build_intern(b, f->name),
			.introduced = build_intern(b, f->introduced),
			.fixed = build_intern(b, f->fixed),
			.last = build_intern(b, f->last),
			.only = build_intern(b, f->only),
			.flags = (uint16_t)f->flags,
			.severity = (uint8_t)f->severity};
	}
	b->advisories.v[b->advisories.n++] = a;
	return b->full ? full(err) : 0;
}

struct build_facts *build_facts_of(struct sw_db_builder *b, text_id id)
{
	if (id >= b->n_fact_of) {
		uint32_t want = b->texts.cap > id ? b->texts.cap : id + 1;
		uint32_t *grown = reallocarray(b->fact_of, want, sizeof(*grown));
		if (!grown)
			return NULL;
		memset(grown + b->n_fact_of, 0, (want - b->n_fact_of) * sizeof(*grown));
		b->fact_of = grown;
		b->n_fact_of = want;
	}
	if (!b->fact_of[id]) {
		if (!VEC_ROOM(b->facts, TEXTS_MAX))
			return NULL;
		b->facts.v[b->facts.n++] = (struct build_facts){
			.id = id, .epss = UINT16_MAX, .percentile = UINT16_MAX};
		b->fact_of[id] = b->facts.n;
	}
	return &b->facts.v[b->fact_of[id] - 1];
}

static uint16_t share(double x)
{
	return x < 0 || !(x <= 1) ? UINT16_MAX : (uint16_t)(x * 65534 + 0.5);
}

int sw_db_builder_facts(
	struct sw_db_builder *b, const struct sw_flaw_facts *f, struct sw_error *err)
{
	text_id id = build_intern(b, f->id);
	struct build_facts *o = id ? build_facts_of(b, id) : NULL;
	if (!o)
		return b->full || id ? full(err) : 0;
	if (f->cvss.n || f->score > 0 || f->severity) {
		/* The higher score of two that speak: what one rater saw is not unseen. */
		uint8_t score = f->score > 0 && f->score <= 10 ? (uint8_t)(f->score * 10 + 0.5) : 0;
		if (score > o->score10 ||
			(!o->score10 && f->severity > (enum sw_severity)o->severity)) {
			o->score10 = score;
			o->severity = (uint8_t)f->severity;
			o->cvss = build_intern(b, f->cvss);
			o->source = build_intern(b, f->source);
		}
	}
	if (f->epss >= 0) {
		o->epss = share(f->epss);
		o->percentile = share(f->percentile);
	}
	if (f->cwe.n && !o->cwe)
		o->cwe = build_intern(b, f->cwe);
	if (f->title.n && !o->title)
		o->title = build_intern(b, title_of(f->title));
	if (f->kev)
		o->kev = (int32_t)f->kev;
	if (f->published && (!o->published || f->published < o->published))
		o->published = (int32_t)f->published;
	return b->full ? full(err) : 0;
}

int sw_db_builder_product(
	struct sw_db_builder *b, struct sw_str name, struct sw_str cycles, struct sw_error *err)
{
	if (!VEC_ROOM(b->products, 1 << 20))
		return full(err);
	b->products.v[b->products.n++] =
		(struct build_product){build_intern(b, name), build_intern(b, cycles)};
	return b->full ? full(err) : 0;
}
