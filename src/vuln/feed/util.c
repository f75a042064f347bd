/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of feeds share. */
#include "finding/waiver.h"
#include <stdlib.h>

#include "vuln/feed/impl.h"

static void *room(struct sw_arena *a, void *v, uint32_t n, uint32_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	uint32_t want = *cap ? *cap * 2 : 16;
	void *grown = sw_arena_grow(a, v, *cap * size, want * size);
	if (grown)
		*cap = want;
	return grown;
}

void feed_row(struct feed_rows *rows, const struct sw_affected *row)
{
	void *v = room(rows->a, rows->v, rows->n, &rows->cap, sizeof(*rows->v));
	if (!v) {
		rows->full = true;
		return;
	}
	rows->v = v;
	rows->v[rows->n++] = *row;
}

void feed_name(struct feed_names *names, struct sw_str name)
{
	name = sw_str_trim(name);
	if (!name.n || name.n > 128 || names->n == FEED_NAMES_MAX)
		return;
	/* "UBUNTU-CVE-2021-3782": a distribution's record of a flaw, not another flaw. */
	if (sw_str_starts(name, SW_STR("UBUNTU-CVE-")) ||
		sw_str_starts(name, SW_STR("DEBIAN-CVE-")) ||
		sw_str_starts(name, SW_STR("ALPINE-CVE-")))
		name = sw_str_sub(name, 7, name.n);
	if (sw_str_starts(name, SW_STR("ghsa-")))
		name = sw_arena_printf(
			names->a, "GHSA-%.*s", SW_STR_ARG(sw_str_sub(name, 5, name.n)));
	for (uint32_t i = 0; i < names->n; i++)
		if (sw_str_eq(names->v[i], name))
			return;
	void *v = room(names->a, names->v, names->n, &names->cap, sizeof(*names->v));
	if (!v)
		return;
	names->v = v;
	names->v[names->n++] = name;
}

void feed_names_of(struct feed_names *names, struct sw_value list)
{
	if (sw_is(list, SW_STRING))
		feed_name(names, sw_value_str(list));
	if (sw_is(list, SW_ARRAY))
		sw_array_foreach (s, list)
			if (sw_is(*s, SW_STRING))
				feed_name(names, sw_value_str(*s));
}

static struct sw_str module_of(const struct sw_affected *row)
{
	return sw_str_sub(row->only, 0, sw_str_chr(row->only, '/', 0));
}

/* All but fixed version and architecture. */
static int by_package(const struct sw_affected *a, const struct sw_affected *b)
{
	int c = sw_str_cmp(a->eco, b->eco);
	c = c ? c : sw_str_cmp(a->name, b->name);
	c = c ? c : sw_str_cmp(module_of(a), module_of(b));
	return c ? c : (int)a->flags - (int)b->flags;
}

static int by_all(const void *x, const void *y)
{
	const struct sw_affected *a = x, *b = y;
	int c = by_package(a, b);
	c = c ? c : sw_str_cmp(a->fixed, b->fixed);
	return c ? c : sw_str_cmp(a->only, b->only);
}

enum { ARCHES = 32 };

/* Different architectures among rows; one of all counts as all. */
static uint32_t arches(const struct sw_affected *v, uint32_t n)
{
	struct sw_str seen[ARCHES];
	uint32_t found = 0;
	for (uint32_t i = 0; i < n && found < ARCHES; i++) {
		uint32_t k = 0;
		if (sw_str_chr(v[i].only, '/', 0) == SW_NPOS)
			return ARCHES;
		while (k < found && !sw_str_eq(seen[k], v[i].only))
			k++;
		if (k == found)
			seen[found++] = v[i].only;
	}
	return found;
}

void feed_fold_arches(struct feed_rows *rows)
{
	uint32_t out = 0, end, run;
	if (rows->n)
		qsort(rows->v, rows->n, sizeof(*rows->v), by_all);
	for (uint32_t i = 0; i < rows->n; i = end) {
		for (end = i + 1; end < rows->n && !by_package(&rows->v[i], &rows->v[end]);)
			end++;
		uint32_t all = arches(&rows->v[i], end - i);
		for (uint32_t k = i; k < end; k = run) {
			for (run = k + 1;
				run < end && sw_str_eq(rows->v[run].fixed, rows->v[k].fixed);)
				run++;
			bool same = all > 1 && arches(&rows->v[k], run - k) == all;
			for (uint32_t j = k; j < run; j++) {
				struct sw_affected row = rows->v[j];
				if (same)
					row.only = module_of(&row);
				if (!out || by_all(&rows->v[out - 1], &row))
					rows->v[out++] = row;
			}
		}
	}
	rows->n = out;
}

int feed_add(struct feed_file *f, struct sw_advisory *adv)
{
	struct sw_error err = {0};
	adv->feed = f->feed;
	if (!adv->title.p)
		adv->title = SW_STR("");
	if (!adv->url.p)
		adv->url = SW_STR("");
	if (!adv->cvss.p)
		adv->cvss = SW_STR("");
	for (uint32_t i = 0; i < adv->n_affected; i++) {
		struct sw_affected *a = (struct sw_affected *)&adv->affected[i];
		struct sw_str *texts[] = {&a->introduced, &a->fixed, &a->last, &a->only};
		for (unsigned k = 0; k < 4; k++)
			if (!texts[k]->p)
				*texts[k] = SW_STR("");
		const struct sw_ecosystem *e = sw_ecosystem_find(a->eco);
		if (e && e->binary && !(a->flags & SW_AFF_SOURCE))
			a->flags |= SW_AFF_BINARY;
		if (sw_str_is(a->introduced, "0") && !(a->flags & (SW_AFF_EXACT | SW_AFF_AFTER)))
			a->introduced = SW_STR("");
	}
	int rc = sw_db_builder_add(f->feeds->builder, adv, &err);
	if (rc == -SW_EINVALID) {
		feed_bad(f, 0, "%s", err.text);
		return 0;
	}
	f->stats->records++;
	int64_t day = adv->modified > adv->published ? adv->modified : adv->published;
	if (day > f->stats->newest)
		f->stats->newest = day;
	return rc;
}

int feed_facts(struct feed_file *f, const struct sw_flaw_facts *facts)
{
	f->stats->records++;
	return sw_db_builder_facts(f->feeds->builder, facts, NULL);
}

int64_t feed_day(struct feed_file *f, struct sw_str date)
{
	int64_t day = 0;
	if (date.n < 10 || sw_date_parse(sw_str_sub(date, 0, 10), &day))
		return 0;
	/* 0001-01-01 stands for nothing, and the future for a slip. */
	return day < 0 || day > f->feeds->now / 86400 ? 0 : day;
}

enum sw_severity feed_severity(struct sw_str word)
{
	static const struct {
		const char *word;
		enum sw_severity s;
	} words[] = {{"critical", SW_SEV_CRITICAL}, {"important", SW_SEV_HIGH},
		{"high", SW_SEV_HIGH}, {"moderate", SW_SEV_MEDIUM}, {"medium", SW_SEV_MEDIUM},
		{"low", SW_SEV_LOW}, {"negligible", SW_SEV_INFO}, {"unimportant", SW_SEV_INFO},
		{"none", SW_SEV_INFO}, {"minor", SW_SEV_LOW}, {"informational", SW_SEV_INFO}};
	word = sw_str_trim(word);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (sw_str_ieq(word, sw_str_from(words[i].word)))
			return words[i].s;
	return SW_SEV_UNKNOWN;
}

struct sw_str feed_join(struct sw_arena *a, struct sw_value list, const char *separator)
{
	sw_autobuf out;
	sw_buf_init(&out, SW_RANGE_MAX);
	if (sw_is(list, SW_STRING))
		return sw_value_str(list);
	if (!sw_is(list, SW_ARRAY))
		return SW_STR("");
	sw_array_foreach (s, list) {
		if (!sw_is(*s, SW_STRING))
			continue;
		if (out.n)
			sw_buf_addz(&out, separator);
		sw_buf_addstr(&out, sw_value_str(*s));
	}
	return out.n && !out.overflow ? sw_arena_str(a, sw_buf_str(&out)) : SW_STR("");
}

struct sw_str feed_lower_bounds(struct feed_file *f, enum sw_range_language l, struct sw_str range)
{
	struct sw_range r;
	sw_autobuf out;
	sw_buf_init(&out, SW_RANGE_MAX);
	if (!range.n || sw_range_parse(f->a, l, SW_RANGE_PRERELEASE, range, &r, NULL))
		return SW_STR("");
	for (uint32_t i = 0; i < r.n; i++)
		for (uint32_t k = 0; k < r.alts[i].n; k++) {
			const struct sw_comparator *c = &r.alts[i].c[k];
			if (c->op != SW_CMP_GE && c->op != SW_CMP_EQ && c->op != SW_CMP_GT)
				continue;
			if (out.n)
				sw_buf_addch(&out, ' ');
			sw_buf_addstr(&out, c->v);
			break;
		}
	return out.n && !out.overflow ? sw_arena_str(f->a, sw_buf_str(&out)) : SW_STR("");
}

static struct sw_str bound(struct sw_str v)
{
	return sw_str_ends(v, SW_STR("-0")) ? sw_str_sub(v, 0, v.n - 2) : v;
}

/* One alternative as one interval; false when it is more than that. */
static bool interval(const struct sw_range_alt *alt, struct sw_affected *row)
{
	for (uint32_t k = 0; k < alt->n; k++) {
		const struct sw_comparator *c = &alt->c[k];
		switch (c->op) {
		case SW_CMP_EQ:
			if (alt->n > 1)
				return false;
			row->introduced = c->v;
			row->flags |= SW_AFF_EXACT;
			break;
		case SW_CMP_GT:
			row->flags |= SW_AFF_AFTER; /* fall through */
		case SW_CMP_GE:
			if (row->introduced.n)
				return false;
			row->introduced = bound(c->v);
			break;
		case SW_CMP_LT:
			if (row->fixed.n || row->last.n)
				return false;
			row->fixed = bound(c->v);
			break;
		case SW_CMP_LE:
			if (row->fixed.n || row->last.n)
				return false;
			row->last = c->v;
			row->flags |= SW_AFF_LAST;
			break;
		case SW_CMP_ANY:
			break;
		default:
			return false;
		}
	}
	return true;
}

void feed_range_rows(struct feed_file *f, struct feed_rows *rows, struct sw_affected base,
	enum sw_range_language l, struct sw_str range)
{
	struct sw_range r;
	struct sw_error err = {0};
	struct sw_str known = base.fixed.p ? base.fixed : SW_STR("");
	if (sw_range_parse(f->a, l, SW_RANGE_PRERELEASE, range, &r, &err)) {
		feed_bad(f, 0, "%s", err.text);
		return;
	}
	uint32_t from = rows->n;
	base.introduced = base.fixed = base.last = SW_STR("");
	for (uint32_t i = 0; i < r.n; i++) {
		struct sw_affected row = base;
		if (!interval(&r.alts[i], &row)) {
			rows->n = from;
			base.introduced = range;
			base.fixed = known;
			base.flags |= SW_AFF_RANGE;
			feed_row(rows, &base);
			return;
		}
		/* An upper bound without a fix of its own: any of the versions named as fixed. */
		if (!row.fixed.n && known.n)
			row.fixed = known;
		if (row.fixed.n && !row.last.n && sw_str_chr(row.fixed, ' ', 0) != SW_NPOS) {
			rows->n = from;
			base.introduced = range;
			base.fixed = known;
			base.flags |= SW_AFF_RANGE;
			feed_row(rows, &base);
			return;
		}
		feed_row(rows, &row);
	}
}

struct sw_str feed_debian_release(struct sw_str codename)
{
	static const char *const names[] = {"woody", "3.0", "sarge", "3.1", "etch", "4", "lenny",
		"5", "squeeze", "6", "wheezy", "7", "jessie", "8", "stretch", "9", "buster", "10",
		"bullseye", "11", "bookworm", "12", "trixie", "13", "forky", "14", "duke", "15"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i += 2)
		if (sw_str_is(codename, names[i]))
			return sw_str_from(names[i + 1]);
	return SW_STR("");
}

struct sw_str feed_ubuntu_release(struct sw_str codename)
{
	static const char *const names[] = {"trusty", "14.04", "xenial", "16.04", "bionic", "18.04",
		"focal", "20.04", "jammy", "22.04", "mantic", "23.10", "noble", "24.04", "oracular",
		"24.10", "plucky", "25.04", "questing", "25.10", "resolute", "26.04"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i += 2)
		if (sw_str_is(codename, names[i]))
			return sw_str_from(names[i + 1]);
	return SW_STR("");
}
