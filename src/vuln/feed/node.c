/* SPDX-License-Identifier: Apache-2.0 */
/* Node.js' own database, Retire.js, and the kernel's stream fixes. */
#include "vuln/feed/impl.h"

/* ---- npm ---- */

int feed_node_npm(struct feed_file *f, struct sw_value v)
{
	struct feed_names names = {.a = f->a};
	struct feed_rows rows = {.a = f->a};
	struct sw_value id = sw_value_path(v, "id", NULL);
	struct sw_str range = sw_value_getstr(v, "vulnerable_versions"),
		      patched = sw_value_getstr(v, "patched_versions");
	int64_t number = 0;
	sw_value_int(id, &number);
	struct sw_advisory adv = {.id = sw_arena_printf(f->a, "NSWG-ECO-%lld", (long long)number),
		.title = sw_value_getstr(v, "title"),
		.cvss = sw_value_getstr(v, "cvss_vector"),
		.score = sw_value_double(sw_value_path(v, "cvss_score", NULL)),
		.published = feed_day(f, sw_value_getstr(v, "publish_date")),
		.modified = feed_day(f, sw_value_getstr(v, "updated_at"))};
	struct sw_affected base = {.eco = SW_STR("npm"), .name = sw_value_getstr(v, "module_name")};
	adv.severity = sw_cvss_severity(adv.score);
	feed_names_of(&names, sw_value_path(v, "cves", NULL));
	adv.aliases = names.v;
	adv.n_aliases = names.n;
	base.fixed = feed_lower_bounds(f, SW_RANGE_NPM, patched);
	if (!range.n || sw_str_is(sw_str_trim(range), "*"))
		feed_row(&rows, &base);
	else
		feed_range_rows(f, &rows, base, SW_RANGE_NPM, range);
	adv.affected = rows.v;
	adv.n_affected = rows.n;
	return feed_add(f, &adv);
}

/* ---- Node itself: what is vulnerable, less what is patched ---- */

static struct sw_str low_of(const struct sw_range_alt *alt)
{
	for (uint32_t k = 0; k < alt->n; k++)
		if (alt->c[k].op == SW_CMP_GE || alt->c[k].op == SW_CMP_EQ ||
			alt->c[k].op == SW_CMP_GT)
			return alt->c[k].v;
	return SW_STR("");
}

static bool inside(const struct sw_range_alt *alt, struct sw_str v)
{
	struct sw_range one = {SW_RANGE_NPM, SW_RANGE_PRERELEASE, alt, 1};
	bool in = false;
	return sw_range_check(&one, v, &in) == 0 && in;
}

static void node_rows(struct feed_file *f, struct feed_rows *rows, struct sw_str vulnerable,
	struct sw_str patched)
{
	struct sw_range bad, good = {0};
	struct sw_error err = {0};
	if (sw_range_parse(f->a, SW_RANGE_NPM, SW_RANGE_PRERELEASE, vulnerable, &bad, &err)) {
		feed_bad(f, 0, "%s", err.text);
		return;
	}
	if (patched.n &&
		sw_range_parse(f->a, SW_RANGE_NPM, SW_RANGE_PRERELEASE, patched, &good, NULL))
		good.n = 0;
	for (uint32_t i = 0; i < bad.n; i++) {
		struct sw_affected row = {.eco = SW_STR("generic"), .name = SW_STR("node")};
		for (uint32_t k = 0; k < bad.alts[i].n; k++) {
			const struct sw_comparator *c = &bad.alts[i].c[k];
			struct sw_str v = sw_str_ends(c->v, SW_STR("-0"))
						  ? sw_str_sub(c->v, 0, c->v.n - 2)
						  : c->v;
			if (c->op == SW_CMP_GE || c->op == SW_CMP_GT || c->op == SW_CMP_EQ)
				row.introduced = v;
			if (c->op == SW_CMP_EQ)
				row.flags |= SW_AFF_EXACT;
			if (c->op == SW_CMP_GT)
				row.flags |= SW_AFF_AFTER;
			if (c->op == SW_CMP_LT)
				row.fixed = v;
			if (c->op == SW_CMP_LE) {
				row.last = v;
				row.flags |= SW_AFF_LAST;
			}
		}
		for (uint32_t k = 0; k < good.n; k++) {
			struct sw_str fix = low_of(&good.alts[k]);
			if (fix.n && inside(&bad.alts[i], fix)) {
				row.fixed = fix;
				row.last = SW_STR("");
				row.flags &= ~(unsigned)SW_AFF_LAST;
			}
		}
		feed_row(rows, &row);
	}
}

static int node_one(struct feed_file *f, struct sw_str number, struct sw_value v)
{
	struct feed_names names = {.a = f->a};
	struct feed_rows rows = {.a = f->a};
	struct sw_advisory adv = {.id = sw_arena_printf(f->a, "NSWG-NODE-%.*s", SW_STR_ARG(number)),
		.title = sw_value_getstr(v, "description"),
		.url = sw_value_getstr(v, "ref"),
		.severity = feed_severity(sw_value_getstr(v, "severity"))};
	feed_names_of(&names, sw_value_path(v, "cve", NULL));
	adv.aliases = names.v;
	adv.n_aliases = names.n;
	struct sw_str vulnerable = sw_value_getstr(v, "vulnerable");
	if (vulnerable.n)
		node_rows(f, &rows, vulnerable, sw_value_getstr(v, "patched"));
	adv.affected = rows.v;
	adv.n_affected = rows.n;
	return feed_add(f, &adv);
}

int feed_node_core(struct feed_file *f, struct sw_value v)
{
	if (sw_is(sw_value_path(v, "vulnerable", NULL), SW_STRING)) {
		struct sw_str name = sw_str_base(f->path);
		return node_one(f, sw_str_sub(name, 0, sw_str_rfind(name, SW_STR("."))), v);
	}
	sw_object_foreach (m, v) {
		int rc = sw_is(m->v, SW_OBJECT) ? node_one(f, sw_value_str(m->k), m->v) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- Retire.js ---- */

static void retire_range(
	struct feed_rows *rows, struct sw_str eco, struct sw_str name, struct sw_value r)
{
	struct sw_affected row = {.eco = eco,
		.name = name,
		.introduced = sw_value_getstr(r, "atOrAbove"),
		.fixed = sw_value_getstr(r, "below")};
	struct sw_str above = sw_value_getstr(r, "above");
	if (above.n) {
		row.introduced = above;
		row.flags = SW_AFF_AFTER;
	}
	if (row.introduced.n || row.fixed.n)
		feed_row(rows, &row);
}

static int retire_one(
	struct feed_file *f, struct sw_str eco, struct sw_str name, struct sw_value v, uint32_t i)
{
	struct feed_names names = {.a = f->a};
	struct feed_rows rows = {.a = f->a};
	struct sw_value ids = sw_value_path(v, "identifiers", NULL),
			ranges = sw_value_path(v, "ranges", NULL);
	struct sw_advisory adv = {.severity = feed_severity(sw_value_getstr(v, "severity"))};
	struct sw_str github = sw_value_getstr(ids, "githubID"),
		      summary = sw_value_getstr(v, "summary");
	struct sw_value cves = sw_value_path(ids, "CVE", NULL);
	if (sw_str_is(name, "retire-example"))
		return 0;
	feed_names_of(&names, cves);
	if (github.n)
		feed_name(&names, github);
	adv.title = summary.n ? summary : sw_value_getstr(ids, "summary");
	adv.id = github.n	? github
		 : names.n == 1 ? names.v[0]
				: sw_arena_printf(f->a, "RETIRE-%.*s-%u", SW_STR_ARG(name), i + 1);
	adv.url = sw_is(sw_array_at(sw_value_path(v, "info", NULL), 0), SW_STRING)
			  ? sw_value_str(sw_array_at(sw_value_path(v, "info", NULL), 0))
			  : SW_STR("");
	adv.aliases = names.v;
	adv.n_aliases = names.n;
	if (sw_is(ranges, SW_ARRAY))
		sw_array_foreach (r, ranges)
			retire_range(&rows, eco, name, *r);
	else
		retire_range(&rows, eco, name, v);
	adv.affected = rows.v;
	adv.n_affected = rows.n;
	return feed_add(f, &adv);
}

int feed_retire(struct feed_file *f, struct sw_value v)
{
	/* The repository is published in several generations that say the same. */
	static const char *const older[] = {"-v2.", "-v3.", "-v4.", "-v5.", "-v6.", "-combined.",
		"backdoored", "jsrepository."};
	bool npm = sw_str_has(f->path, SW_STR("npmrepository"));
	for (size_t i = 0; i < sizeof(older) / sizeof(*older); i++)
		if (sw_str_has(f->path, sw_str_from(older[i])) &&
			sw_str_has(f->path, SW_STR("retire/"))) {
			f->stats->skipped++;
			return 0;
		}
	sw_object_foreach (lib, v) {
		struct sw_value list = sw_value_path(lib->v, "vulnerabilities", NULL);
		struct sw_str name = sw_value_str(lib->k),
			      npmname = sw_value_getstr(lib->v, "npmname");
		for (uint32_t i = 0; sw_is(list, SW_ARRAY) && i < list.n; i++) {
			struct sw_value one = sw_array_at(list, i);
			int rc = retire_one(f, npm ? SW_STR("npm") : SW_STR("js"), name, one, i);
			if (!rc && !npm && npmname.n)
				rc = retire_one(f, SW_STR("npm"), npmname, one, i);
			if (rc)
				return rc;
		}
	}
	return 0;
}

/* ---- linux_kernel_cves: {CVE: {stream: {cmt_id, fixed_version}}} ---- */

int feed_kernel(struct feed_file *f, struct sw_value v)
{
	sw_object_foreach (m, v) {
		struct feed_rows rows = {.a = f->a};
		struct sw_advisory adv = {.id = sw_value_str(m->k)};
		if (!sw_is(m->v, SW_OBJECT) || !sw_str_starts(adv.id, SW_STR("CVE-")))
			continue;
		sw_object_foreach (s, m->v) {
			struct sw_affected row = {.eco = SW_STR("generic"),
				.name = SW_STR("linux"),
				.introduced = sw_value_str(s->k),
				.fixed = sw_value_getstr(s->v, "fixed_version")};
			if (row.fixed.n)
				feed_row(&rows, &row);
		}
		adv.affected = rows.v;
		adv.n_affected = rows.n;
		int rc = rows.n ? feed_add(f, &adv) : 0;
		if (rc)
			return rc;
	}
	return 0;
}
