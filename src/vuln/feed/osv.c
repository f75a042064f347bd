/* SPDX-License-Identifier: Apache-2.0 */
/* OSV (ossf/osv-schema 1.x), JSON or YAML: the format that most feeds speak. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "vuln/feed/impl.h"

enum {
	WORK = 1 << 20, /* comparisons of one list with its ranges */
	STREAMS = 16,
};

struct event {
	enum { INTRODUCED, FIXED, LAST, LIMIT } kind;
	struct sw_str v;
	uint32_t at;
	const struct sw_ecosystem *e;
};

static int event_order(const void *x, const void *y)
{
	const struct event *p = x, *q = y;
	int c = 0;
	bool zp = sw_str_is(p->v, "0"), zq = sw_str_is(q->v, "0");
	if (zp != zq)
		return zp ? -1 : 1;
	if (zp || sw_ecosystem_cmp(p->e, p->v, q->v, &c))
		c = 0;
	if (c)
		return c;
	/* At one version: what ends comes before what begins, a last affected one after its
	 * beginning. */
	static const int rank[] = {[FIXED] = 0, [INTRODUCED] = 1, [LAST] = 2, [LIMIT] = 3};
	if (rank[p->kind] != rank[q->kind])
		return rank[p->kind] - rank[q->kind];
	return p->at < q->at ? -1 : 1;
}

static bool same_version(const struct event *x, const struct event *y)
{
	int c = 0;
	if (sw_str_eq(x->v, y->v))
		return true;
	return sw_ecosystem_cmp(x->e, x->v, y->v, &c) == 0 && c == 0;
}

/*
 * The record is kept; what is wrong with it is said. An end that cannot be compared is none: better
 * affected without a known fix than not affected.
 */
static uint32_t check_events(
	struct feed_file *f, struct sw_str id, struct event *v, uint32_t n, bool begins)
{
	uint32_t kept = 0;
	bool told = false;
	int c;
	if (n && !begins)
		feed_bad(f, 0, "%.*s: a range without a beginning counts from the first version",
			SW_STR_ARG(sw_str_sub(id, 0, 100)));
	for (uint32_t i = 0; i < n; i++) {
		bool bad = !sw_str_is(v[i].v, "0") && v[i].kind != LIMIT &&
			   sw_ecosystem_cmp(v[i].e, v[i].v, v[i].v, &c);
		if (bad && !told)
			feed_bad(f, 0, "%.*s: '%.*s' is no version that could be compared",
				SW_STR_ARG(sw_str_sub(id, 0, 100)),
				SW_STR_ARG(sw_str_sub(v[i].v, 0, 100)));
		told = told || bad;
		if (!bad || v[i].kind == INTRODUCED)
			v[kept++] = v[i];
	}
	return kept;
}

static uint32_t read_events(struct feed_file *f, struct sw_str id, struct sw_value list,
	const struct sw_ecosystem *e, struct event **ret)
{
	static const char *const keys[] = {"introduced", "fixed", "last_affected", "limit"};
	struct event *v = sw_arena_new_array(f->a, (size_t)list.n * 4 + 2, struct event);
	bool begins = false;
	uint32_t n = 0;
	if (!v)
		return 0;
	sw_array_foreach (ev, list)
		for (unsigned k = 0; k < 4; k++) {
			struct sw_str s = sw_value_getstr(*ev, keys[k]);
			if (s.n) {
				v[n] = (struct event){k, s, n, e};
				n++;
				begins = begins || k == INTRODUCED;
			}
		}
	n = check_events(f, id, v, n, begins);
	if (n && !begins) {
		v[n] = (struct event){INTRODUCED, SW_STR("0"), n, e};
		n++;
	}
	qsort(v, n, sizeof(*v), event_order);
	*ret = v;
	return n;
}

/* What a range must stay below, the greatest of its limits: none where one of them is "*", or unreadable. */
static struct sw_str limit_of(const struct event *v, uint32_t n)
{
	struct sw_str limit = SW_STR("");
	for (uint32_t i = 0; i < n; i++) {
		int c = 0;
		if (v[i].kind != LIMIT)
			continue;
		if (sw_str_is(v[i].v, "*") || sw_ecosystem_cmp(v[i].e, v[i].v, v[i].v, &c))
			return SW_STR("");
		if (!limit.n || (sw_ecosystem_cmp(v[i].e, limit, v[i].v, &c) == 0 && c < 0))
			limit = v[i].v;
	}
	return limit;
}

/* Below the limit only: what lies behind it is somebody else's to say, and no fix. */
static void limited_row(struct feed_rows *rows, struct sw_affected row,
	const struct sw_ecosystem *e, struct sw_str limit)
{
	struct sw_str end = row.flags & SW_AFF_LAST ? row.last : row.fixed;
	int c = 0;
	if (!limit.n)
		return feed_row(rows, &row);
	if (sw_ecosystem_cmp(e, row.introduced, limit, &c) == 0 && c >= 0)
		return;
	bool cut = !end.n || (sw_ecosystem_cmp(e, limit, end, &c) == 0 &&
				     (c < 0 || (c == 0 && row.flags & SW_AFF_LAST)));
	if (cut) {
		row.last = limit;
		row.flags = (row.flags & ~(unsigned)SW_AFF_LAST) | SW_AFF_BELOW;
	}
	feed_row(rows, &row);
}

/* Sorted events as intervals. A fix behind a last affected version is what to upgrade to. */
static void intervals(
	struct feed_rows *rows, const struct sw_affected *base, const struct event *v, uint32_t n)
{
	struct sw_str limit = limit_of(v, n);
	struct sw_affected row = *base;
	bool open = false;
	bool unused = false; /* the event before is a fix that ended nothing */
	for (uint32_t i = 0; i < n; i++) {
		bool ends_at_once = unused && same_version(&v[i - 1], &v[i]);
		unused = v[i].kind == FIXED && !open;
		if (v[i].kind == INTRODUCED && !open) {
			if (ends_at_once)
				continue; /* fixed where it was introduced: in no version */
			row = *base;
			row.introduced = v[i].v;
			open = true;
		} else if (v[i].kind == FIXED && open) {
			row.fixed = v[i].v;
			limited_row(rows, row, v[i].e, limit);
			open = false;
		} else if (v[i].kind == LAST && open) {
			row.last = v[i].v;
			row.flags |= SW_AFF_LAST;
			limited_row(rows, row, v[i].e, limit);
			open = false;
		} else if (v[i].kind == FIXED && rows->n &&
			   (rows->v[rows->n - 1].flags & (SW_AFF_LAST | SW_AFF_BELOW)) &&
			   !rows->v[rows->n - 1].fixed.n) {
			rows->v[rows->n - 1].fixed = v[i].v;
		}
	}
	if (open)
		limited_row(rows, row, v[0].e, limit);
}

/* Is the version in one of the intervals that were read from the ranges, or a fix of one of them?
 */
static bool is_said(const struct feed_rows *rows, uint32_t from, const struct sw_ecosystem *e,
	struct sw_str version)
{
	for (uint32_t i = from; i < rows->n; i++)
		if (sw_str_eq(rows->v[i].fixed, version) ||
			sw_ecosystem_within(e, version, &rows->v[i]))
			return true;
	return false;
}

/*
 * Lists repeat what ranges say, or (CleanStart) name the fix; what they name beside is affected
 * too. Lists and ranges of more than WORK pairs are not compared: then all of the list is.
 */
static void read_versions(struct feed_rows *rows, const struct sw_affected *base, uint32_t from,
	const struct sw_ecosystem *e, struct sw_value versions)
{
	uint32_t to = rows->n;
	bool compare = (uint64_t)versions.n * (to - from) <= WORK;
	sw_array_foreach (s, versions) {
		struct sw_affected row = *base;
		struct feed_rows ranges = {.v = rows->v, .n = to};
		row.introduced = sw_is(*s, SW_STRING) ? sw_value_str(*s) : SW_STR("");
		row.flags |= SW_AFF_EXACT;
		if (row.introduced.n && !(compare && is_said(&ranges, from, e, row.introduced)))
			feed_row(rows, &row);
	}
}

static void read_ranges(struct feed_file *f, struct sw_str id, struct feed_rows *rows,
	const struct sw_affected *base, const struct sw_ecosystem *e, struct sw_value affected)
{
	struct sw_value ranges = sw_value_path(affected, "ranges", NULL);
	struct sw_value versions = sw_value_path(affected, "versions", NULL);
	uint32_t from = rows->n;
	if (sw_is(ranges, SW_ARRAY))
		sw_array_foreach (r, ranges) {
			struct sw_value events = sw_value_path(*r, "events", NULL);
			struct event *v = NULL;
			if (sw_str_is(sw_value_getstr(*r, "type"), "GIT") ||
				!sw_is(events, SW_ARRAY))
				continue;
			uint32_t n = read_events(f, id, events, e, &v);
			intervals(rows, base, v, n);
		}
	if (sw_is(versions, SW_ARRAY))
		read_versions(rows, base, from, e, versions);
}

/* The vector to keep of several: version 3, else 4, else 2. */
static struct sw_str vector_of(struct sw_value list)
{
	static const char *const kinds[] = {"CVSS_V3", "CVSS_V4", "CVSS_V2"};
	for (unsigned k = 0; k < 3 && sw_is(list, SW_ARRAY); k++)
		sw_array_foreach (s, list)
			if (sw_str_is(sw_value_getstr(*s, "type"), kinds[k])) {
				struct sw_str v = sw_value_getstr(*s, "score");
				if (v.n)
					return v;
			}
	return SW_STR("");
}

/* A word where a publisher puts it, instead of a vector. */
static enum sw_severity word_of(struct sw_value v)
{
	static const char *const keys[] = {"severity", "urgency", "Severity"};
	struct sw_value places[] = {sw_value_path(v, "database_specific", NULL),
		sw_value_path(v, "ecosystem_specific", NULL)};
	struct sw_value list = sw_value_path(v, "severity", NULL);
	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 0; k < 3; k++) {
			enum sw_severity s = feed_severity(sw_value_getstr(places[i], keys[k]));
			if (s)
				return s;
		}
	if (sw_is(list, SW_ARRAY)) /* {"type": "Ubuntu", "score": "medium"} */
		sw_array_foreach (s, list) {
			enum sw_severity w = feed_severity(sw_value_getstr(*s, "score"));
			if (w)
				return w;
		}
	return SW_SEV_UNKNOWN;
}

static struct sw_str link_of(struct sw_value v)
{
	struct sw_value refs = sw_value_path(v, "references", NULL);
	struct sw_str first = SW_STR("");
	if (sw_is(refs, SW_ARRAY))
		sw_array_foreach (r, refs) {
			struct sw_str url = sw_value_getstr(*r, "url");
			if (sw_str_is(sw_value_getstr(*r, "type"), "ADVISORY") && url.n)
				return url;
			if (!first.n && url.n)
				first = url;
		}
	return first;
}

/* "Moderate: go-toolset security update" */
static enum sw_severity of_title(struct sw_str title)
{
	size_t colon = sw_str_chr(title, ':', 0);
	return colon == SW_NPOS ? SW_SEV_UNKNOWN : feed_severity(sw_str_sub(title, 0, colon));
}

static bool begins(struct sw_str id, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (sw_str_starts(id, sw_str_from(*prefixes)))
			return true;
	return false;
}

/* "nodejs:18" of "Important: nodejs:18 security update"; the next one of the title, "" at its end.
 */
static struct sw_str next_stream(struct sw_str *title)
{
	struct sw_str word;
	while (sw_str_split(title, ' ', &word)) {
		size_t colon = sw_str_chr(word, ':', 0);
		while (word.n && word.p[word.n - 1] == ',')
			word = sw_str_sub(word, 0, word.n - 1);
		if (colon && colon != SW_NPOS && colon + 1 < word.n && word.p[colon + 1] != '/' &&
			sw_str_chr(word, ':', colon + 1) == SW_NPOS)
			return word;
	}
	return SW_STR("");
}

/* Builds of modules belong to the streams that only the title names; a row for each of them, STREAMS at most. */
static void set_streams(struct feed_rows *rows, struct sw_str title)
{
	uint32_t n = rows->n;
	struct sw_str rest = title, stream = next_stream(&rest);
	for (uint32_t k = 0; stream.n && k < STREAMS; k++, stream = next_stream(&rest))
		for (uint32_t i = 0; i < n; i++) {
			struct sw_affected row = rows->v[i];
			if (!sw_str_has(row.fixed.n ? row.fixed : row.last, SW_STR("module")))
				continue;
			row.only = stream;
			if (k == 0)
				rows->v[i] = row;
			else
				feed_row(rows, &row);
		}
}

/*
 * GitHub's "last_known_affected_version_range": "<= 1.2.3", "< 2" stands beside ranges that nobody
 * ended yet. Versions above were looked at, and nobody said that they are affected.
 */
static void set_last_known(
	struct feed_rows *rows, uint32_t from, struct sw_str known, const struct sw_ecosystem *e)
{
	bool equal = sw_str_starts(known, SW_STR("<="));
	int c;
	if (!sw_str_starts(known, SW_STR("<")))
		return;
	known = sw_str_trim(sw_str_sub(known, equal ? 2 : 1, known.n));
	if (!known.n || sw_ecosystem_cmp(e, known, known, &c))
		return;
	for (uint32_t i = from; i < rows->n; i++) {
		struct sw_affected *row = &rows->v[i];
		if (row->fixed.n || row->last.n || row->flags & SW_AFF_EXACT)
			continue;
		row->last = known;
		row->flags |= equal ? SW_AFF_LAST : SW_AFF_BELOW;
	}
}

/* Mageia wrote "gtk+3.0-3.24.8-1.1.mga7" where the version goes. */
static void strip_name(struct sw_str *version, struct sw_str name)
{
	if (sw_str_starts(*version, name) && version->n > name.n + 1 && version->p[name.n] == '-')
		*version = sw_str_sub(*version, name.n + 1, version->n);
}

/* Do advisories of the ecosystem name source packages where others of its feeds name binary ones?
 */
static bool names_sources(struct sw_value package, const struct sw_ecosystem *e)
{
	static const char *const keys[] = {
		"rocky", "sles", "opensuse-leap", "opensuse-tumbleweed", "mageia", "openeuler"};
	struct sw_str purl = sw_value_getstr(package, "purl");
	for (size_t i = 0; i < SW_ARRAY_LEN(keys); i++)
		if (strcmp(e->key, keys[i]) == 0)
			return true;
	return sw_str_has(purl, SW_STR("arch=source")) || sw_str_has(purl, SW_STR("arch=src"));
}

struct osv {
	struct feed_file *f;
	struct sw_advisory *adv;
	struct feed_rows rows;
	bool only_unknown; /* every affected package was of an unknown ecosystem */
};

static void read_affected(struct osv *o, struct sw_value affected)
{
	struct feed_file *f = o->f;
	struct sw_value package = sw_value_path(affected, "package", NULL);
	struct sw_str osv = sw_value_getstr(package, "ecosystem"),
		      name = sw_value_getstr(package, "name");
	struct sw_affected base = {.severity = word_of(affected)};
	base.eco = sw_ecosystem_of_osv(f->a, osv.p ? osv : SW_STR(""));
	/* CPython's own database names no package; CleanStart's calls itself Alpine. */
	if (!osv.n && sw_str_starts(o->adv->id, SW_STR("PSF-"))) {
		base.eco = SW_STR("generic");
		name = SW_STR("python");
	} else if (sw_str_starts(o->adv->id, SW_STR("CLEANSTART-"))) {
		base.eco = SW_STR("cleanstart");
	}
	const struct sw_ecosystem *e = sw_ecosystem_find(base.eco);
	if (!e || !name.n)
		return;
	o->only_unknown = false;
	if (e->distro)
		o->adv->flags |= SW_ADV_DISTRO;
	base.name = sw_ecosystem_name(f->a, e, name);
	struct sw_str vector = vector_of(sw_value_path(affected, "severity", NULL));
	if (vector.n && !o->adv->cvss.n)
		o->adv->cvss = vector;
	if (base.severity == SW_SEV_INFO && e->type == SW_PKG_DEB)
		base.flags |= SW_AFF_MINOR;
	if (e->binary && names_sources(package, e))
		base.flags |= SW_AFF_SOURCE;
	uint32_t from = o->rows.n;
	read_ranges(f, o->adv->id, &o->rows, &base, e, affected);
	set_last_known(&o->rows, from,
		sw_value_getstr(sw_value_path(affected, "database_specific", NULL),
			"last_known_affected_version_range"),
		e);
	for (uint32_t i = from; e->type == SW_PKG_RPM && i < o->rows.n; i++) {
		strip_name(&o->rows.v[i].fixed, name);
		strip_name(&o->rows.v[i].last, name);
	}
	if (sw_str_is(base.eco, "kubernetes")) /* k8s.io/kubelet is also the program kubelet */
		for (uint32_t i = from, to = o->rows.n; i < to; i++) {
			struct sw_affected row = o->rows.v[i];
			row.eco = SW_STR("generic");
			row.name = sw_str_base(name);
			feed_row(&o->rows, &row);
		}
}

int feed_osv(struct feed_file *f, struct sw_value v)
{
	static const char *const notices[] = {"ALSA-", "ALBA-", "ALEA-", "RLSA-", "RXSA-", "RHSA-",
		"RHBA-", "SUSE-", "openSUSE-", "USN-", "DSA-", "DLA-", "DTSA-", "ELSA-", "ALAS",
		"MGASA-", "OESA-", "CLEANSTART-", "PHSA-", "AZL-", "UBUNTU-", "DEBIAN-", NULL};
	struct feed_names names = {.a = f->a};
	struct sw_advisory adv = {.id = sw_value_getstr(v, "id")};
	struct osv o = {.f = f, .adv = &adv, .rows = {.a = f->a}, .only_unknown = true};
	struct sw_value affected = sw_value_path(v, "affected", NULL);
	if (!adv.id.n) {
		feed_bad(f, 0, "an OSV record without an id");
		return 0;
	}
	if (sw_value_getstr(v, "withdrawn").n) {
		f->stats->skipped++;
		return 0;
	}
	adv.title = sw_value_getstr(v, "summary");
	if (!adv.title.n)
		adv.title = sw_value_getstr(v, "details");
	adv.published = feed_day(f, sw_value_getstr(v, "published"));
	adv.modified = feed_day(f, sw_value_getstr(v, "modified"));
	adv.cvss = vector_of(sw_value_path(v, "severity", NULL));
	adv.severity = word_of(v);
	adv.url = link_of(v);
	if (sw_str_starts(adv.id, SW_STR("MAL-")))
		adv.flags |= SW_ADV_MALICIOUS;
	bool notice = begins(adv.id, notices);
	static const char *const mirrors[] = {"UBUNTU-CVE-", "DEBIAN-CVE-", "ALPINE-CVE-", NULL};
	if (begins(adv.id, mirrors))
		feed_name(&names, adv.id);
	feed_names_of(&names, sw_value_path(v, "aliases", NULL));
	feed_names_of(&names, sw_value_path(v, "upstream", NULL));
	if (notice)
		feed_names_of(&names, sw_value_path(v, "related", NULL));
	uint32_t cves = 0;
	for (uint32_t i = 0; i < names.n; i++)
		cves += sw_str_starts(names.v[i], SW_STR("CVE-"));
	/* Several upstream flaws in one notice, not several names of one. */
	if (names.n && (notice || (cves > 1 && sw_defined(sw_value_path(v, "upstream", NULL)))))
		adv.flags |= SW_ADV_MANY;
	if (names.n == FEED_NAMES_MAX)
		feed_bad(f, 0, "%.*s: more than %d names of a flaw, the rest is left out",
			SW_STR_ARG(sw_str_sub(adv.id, 0, 100)), FEED_NAMES_MAX);
	adv.aliases = names.v;
	adv.n_aliases = names.n;
	if (sw_is(affected, SW_ARRAY))
		sw_array_foreach (a, affected)
			read_affected(&o, *a);
	if (!adv.severity && (adv.flags & SW_ADV_DISTRO))
		adv.severity = of_title(adv.title);
	set_streams(&o.rows, adv.title);
	if (!o.rows.n) { /* nothing of it can be matched; its names and scores still count */
		f->stats->skipped++;
		if (o.only_unknown && !adv.n_aliases)
			return 0;
	}
	adv.affected = o.rows.v;
	adv.n_affected = o.rows.n;
	return feed_add(f, &adv);
}
