/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products as the National Vulnerability Database names them: CVE records of its API 2.0
 * (`vulnerabilities`, or one record a file), and records that only add or replace configurations
 * (anchore/nvd-data-overrides). Applications only: what distributions and languages ship is matched
 * by their own advisories. CPE 2.3 (NIST IR 7695), formatted strings.
 *
 * Left out: what is said not to be vulnerable, what runs on other systems only (Windows, macOS,
 * phones), and parts of other ecosystems (plug-ins of WordPress, packages of npm or Maven), whose
 * products are not names of packages.
 */
#include "vuln/feed/impl.h"

#define CPE_FIELDS 13 /* cpe:2.3:part:vendor:product:version:update:…:target_sw:target_hw:other */
#define NODES_MAX 256

enum { PART = 2, VENDOR, PRODUCT, VERSION, UPDATE, TARGET_SW = 10 };

static bool cpe_split(struct sw_str cpe, struct sw_str v[CPE_FIELDS])
{
	size_t from = 0;
	unsigned n = 0;

	for (size_t i = 0; i <= cpe.n; i++) {
		if (i < cpe.n && cpe.p[i] == '\\') {
			i++;
			continue;
		}
		if (i < cpe.n && cpe.p[i] != ':')
			continue;
		if (n == CPE_FIELDS)
			return false;
		v[n++] = sw_str_sub(cpe, from, i);
		from = i + 1;
	}
	return n == CPE_FIELDS && sw_str_is(v[0], "cpe") && sw_str_is(v[1], "2.3");
}

static bool is_any(struct sw_str s)
{
	return sw_str_is(s, "*") || sw_str_is(s, "-");
}

/* Is it meant for programs on Linux, as far as it says? */
static bool for_linux(struct sw_str target)
{
	return is_any(target) || sw_str_is(target, "linux") || sw_str_is(target, "linux_kernel") ||
	       sw_str_is(target, "docker") || sw_str_is(target, "kubernetes");
}

/* Without the backslashes of the formatted string. */
static struct sw_str plain(struct sw_arena *a, struct sw_str s)
{
	if (sw_str_chr(s, '\\', 0) == SW_NPOS)
		return s;
	char *p = sw_arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		p[n++] = s.p[i];
	}
	return p ? sw_str_make(p, n) : SW_STR("");
}

static void take_match(struct feed_file *f, struct feed_rows *rows, struct sw_value m)
{
	struct sw_str v[CPE_FIELDS], from, after, before, upto;
	struct sw_value vulnerable = sw_value_path(m, "vulnerable", NULL);

	if (sw_defined(vulnerable) && !sw_is_true(vulnerable))
		return;
	if (!cpe_split(sw_value_getstr(m, "criteria"), v)) {
		feed_bad(f, 0, "a criteria that is no CPE 2.3");
		return;
	}
	if (!sw_str_is(v[PART], "a") || is_any(v[PRODUCT]) || !for_linux(v[TARGET_SW]))
		return;
	struct sw_affected row = {.eco = SW_STR("cpe"),
		.name = sw_arena_printf(
			f->a, "%.*s:%.*s", SW_STR_ARG(v[VENDOR]), SW_STR_ARG(v[PRODUCT]))};
	from = sw_value_getstr(m, "versionStartIncluding");
	after = sw_value_getstr(m, "versionStartExcluding");
	before = sw_value_getstr(m, "versionEndExcluding");
	upto = sw_value_getstr(m, "versionEndIncluding");
	bool bounds = from.n || after.n || before.n || upto.n;
	if (sw_str_is(v[VERSION], "-") && !bounds)
		return; /* not known which: nothing can be said of any */
	if (!is_any(v[VERSION])) {
		row.introduced = plain(f->a, v[VERSION]);
		if (!is_any(v[UPDATE]))
			row.introduced = sw_arena_printf(f->a, "%.*s-%.*s",
				SW_STR_ARG(row.introduced), SW_STR_ARG(plain(f->a, v[UPDATE])));
		row.flags = SW_AFF_EXACT;
	} else {
		row.introduced = after.n ? after : from;
		row.flags = after.n ? SW_AFF_AFTER : 0;
		row.fixed = before;
		if (!before.n && upto.n) {
			row.last = upto;
			row.flags |= SW_AFF_LAST;
		}
	}
	feed_row(rows, &row);
}

/* All that the node names are systems, and none is Linux. */
static bool other_system(struct sw_value node)
{
	struct sw_value list = sw_value_path(node, "cpeMatch", NULL);
	struct sw_str v[CPE_FIELDS];
	bool any = false;

	if (!sw_is(list, SW_ARRAY))
		return false;
	sw_array_foreach (m, list) {
		if (!cpe_split(sw_value_getstr(*m, "criteria"), v) || sw_str_is(v[PART], "a"))
			return false;
		if (sw_str_has(v[PRODUCT], SW_STR("linux")) || sw_str_is(v[PART], "h"))
			return false;
		any = true;
	}
	return any;
}

static void take_configuration(struct feed_file *f, struct feed_rows *rows, struct sw_value c)
{
	struct sw_value nodes = sw_value_path(c, "nodes", NULL);

	if (!sw_is(nodes, SW_ARRAY))
		return;
	if (nodes.n > NODES_MAX) {
		feed_bad(f, 0, "a configuration of more than %d nodes", NODES_MAX);
		return;
	}
	if (sw_str_is(sw_value_getstr(c, "operator"), "AND"))
		sw_array_foreach (node, nodes)
			if (other_system(*node))
				return;
	sw_array_foreach (node, nodes) {
		struct sw_value list = sw_value_path(*node, "cpeMatch", NULL);
		if (!sw_is(list, SW_ARRAY) || sw_is_true(sw_value_path(*node, "negate", NULL)))
			continue;
		sw_array_foreach (m, list)
			take_match(f, rows, *m);
	}
}

/* metrics.cvssMetricV31[0].cvssData of the NVD itself, else of whoever rated it. */
static void take_metrics(struct sw_value cve, struct sw_advisory *adv)
{
	static const char *const kinds[] = {
		"cvssMetricV31", "cvssMetricV30", "cvssMetricV40", "cvssMetricV2"};

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct sw_value list = sw_value_path(cve, "metrics", kinds[k], NULL);
		if (!sw_is(list, SW_ARRAY) || !list.n)
			continue;
		struct sw_value best = sw_array_at(list, 0);
		sw_array_foreach (m, list)
			if (sw_str_is(sw_value_getstr(*m, "type"), "Primary")) {
				best = *m;
				break;
			}
		struct sw_value data = sw_value_path(best, "cvssData", NULL);
		adv->cvss = sw_value_getstr(data, "vectorString");
		adv->score = sw_value_double(sw_value_path(data, "baseScore", NULL));
		adv->severity = sw_cvss_severity(adv->score);
		return;
	}
}

static struct sw_str english(struct sw_value list)
{
	if (sw_is(list, SW_ARRAY))
		sw_array_foreach (d, list)
			if (sw_str_is(sw_value_getstr(*d, "lang"), "en"))
				return sw_value_getstr(*d, "value");
	return SW_STR("");
}

static int take_cve(struct feed_file *f, struct sw_value cve, struct sw_value note)
{
	struct feed_rows rows = {.a = f->a};
	struct sw_value list = sw_value_path(cve, "configurations", NULL);
	struct sw_str id = sw_value_getstr(cve, "id");
	struct sw_advisory adv = {.id = id.n ? id : sw_value_getstr(note, "cve_id"),
		.title = english(sw_value_path(cve, "descriptions", NULL)),
		.published = feed_day(f, sw_value_getstr(cve, "published")),
		.modified = feed_day(f, sw_value_getstr(cve, "lastModified"))};

	if (!sw_str_starts(adv.id, SW_STR("CVE-"))) {
		feed_bad(f, 0, "a record without the id of a CVE");
		return 0;
	}
	if (sw_str_is(sw_value_getstr(cve, "vulnStatus"), "Rejected")) {
		f->stats->skipped++;
		return 0;
	}
	if (!adv.title.n)
		adv.title = sw_value_getstr(note, "description");
	if (!adv.modified)
		adv.modified = feed_day(f, sw_value_getstr(note, "modified"));
	if (sw_is(list, SW_ARRAY))
		sw_array_foreach (c, list)
			take_configuration(f, &rows, *c);
	if (!rows.n) {
		f->stats->skipped++; /* of systems, devices or other ecosystems only */
		return 0;
	}
	take_metrics(cve, &adv);
	adv.affected = rows.v;
	adv.n_affected = rows.n;
	return feed_add(f, &adv);
}

bool feed_is_nvd(struct sw_value v)
{
	struct sw_value list = sw_value_path(v, "vulnerabilities", NULL);

	if (sw_is(list, SW_ARRAY) && sw_is(sw_value_path(sw_array_at(list, 0), "cve", NULL), SW_OBJECT))
		return true;
	if (sw_is(sw_value_path(v, "cve_items", NULL), SW_ARRAY))
		return true;
	if (sw_is(sw_value_path(v, "cve", NULL), SW_OBJECT) &&
		sw_is(sw_value_path(v, "_annotation", NULL), SW_OBJECT))
		return true;
	return sw_str_starts(sw_value_getstr(v, "id"), SW_STR("CVE-")) &&
	       sw_is(sw_value_path(v, "vulnStatus", NULL), SW_STRING);
}

int feed_nvd(struct feed_file *f, struct sw_value v)
{
	struct sw_value list = sw_value_path(v, "vulnerabilities", NULL), one = sw_value_path(v, "cve", NULL);
	bool wrapped = sw_is(list, SW_ARRAY);

	if (!wrapped)
		list = sw_value_path(v, "cve_items", NULL);
	if (!sw_is(list, SW_ARRAY))
		return take_cve(f, sw_is(one, SW_OBJECT) ? one : v,
			sw_value_path(v, "_annotation", NULL));
	sw_array_foreach (item, list) {
		int rc = take_cve(f, wrapped ? sw_value_path(*item, "cve", NULL) : *item, sw_undef());
		if (rc)
			return rc;
	}
	return 0;
}
