/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds in YAML of their own: RubySec, FriendsOfPHP, Elixir, project-kb, secdb, endoflife.date. */
#include "package/purl.h"
#include "vuln/feed/impl.h"

static double number_at(struct sw_value v, const char *key)
{
	struct sw_value n = sw_object_gets(v, sw_str_from(key));
	if (sw_is(n, SW_NUMBER))
		return sw_value_double(n);
	return 0;
}

/* The file's name without folder and ending. */
static struct sw_str base_name(struct sw_str path)
{
	path = sw_str_base(path);
	return sw_str_sub(path, 0, sw_str_rfind(path, SW_STR(".")));
}

/* ---- RubySec ---- */

int feed_rubysec(struct feed_file *f, struct sw_value v)
{
	struct feed_names names = {.a = f->a};
	struct feed_rows rows = {.a = f->a};
	struct sw_str gem = sw_value_getstr(v, "gem"), engine = sw_value_getstr(v, "engine");
	struct sw_str cve = sw_value_getstr(v, "cve"), ghsa = sw_value_getstr(v, "ghsa");
	struct sw_value patched = sw_value_path(v, "patched_versions", NULL);
	struct sw_value unaffected = sw_value_path(v, "unaffected_versions", NULL);
	struct sw_advisory adv = {
		.title = sw_value_getstr(v, "title"), .url = sw_value_getstr(v, "url")};
	struct sw_affected row = {
		.eco = gem.n ? SW_STR("gem") : SW_STR("generic"), .name = gem.n ? gem : engine};
	if (cve.n)
		feed_name(&names, sw_arena_printf(f->a, "CVE-%.*s", SW_STR_ARG(cve)));
	if (ghsa.n)
		feed_name(&names, sw_arena_printf(f->a, "GHSA-%.*s", SW_STR_ARG(ghsa)));
	adv.id = names.n ? names.v[names.n - 1] : base_name(f->path);
	adv.aliases = names.v;
	adv.n_aliases = names.n;
	adv.published = feed_day(f, sw_value_getstr(v, "date"));
	adv.score = number_at(v, "cvss_v3");
	if (adv.score <= 0)
		adv.score = number_at(v, "cvss_v4");
	if (adv.score <= 0)
		adv.score = number_at(v, "cvss_v2");
	adv.severity = sw_cvss_severity(adv.score);
	row.fixed = feed_lower_bounds(f, SW_RANGE_GEM, feed_join(f->a, patched, " || "));
	struct sw_str good = feed_join(f->a, patched, " || "),
		      more = feed_join(f->a, unaffected, " || ");
	if (good.n && more.n)
		good = sw_arena_printf(f->a, "%.*s || %.*s", SW_STR_ARG(good), SW_STR_ARG(more));
	else if (more.n)
		good = more;
	row.introduced = good;
	row.flags = good.n ? SW_AFF_EXCEPT : 0;
	struct sw_range check;
	struct sw_error err = {0};
	if (good.n && sw_range_parse(f->a, SW_RANGE_GEM, 0, good, &check, &err)) {
		feed_bad(f, 0, "%s", err.text);
		return 0;
	}
	feed_row(&rows, &row);
	adv.affected = rows.v;
	adv.n_affected = rows.n;
	return feed_add(f, &adv);
}

/* ---- FriendsOfPHP ---- */

int feed_friendsofphp(struct feed_file *f, struct sw_value v)
{
	struct feed_names names = {.a = f->a};
	struct feed_rows rows = {.a = f->a};
	struct sw_str reference = sw_value_getstr(v, "reference"), cve = sw_value_getstr(v, "cve");
	struct sw_value branches = sw_value_path(v, "branches", NULL);
	const struct sw_ecosystem *composer = sw_ecosystem_find(SW_STR("composer"));
	struct sw_advisory adv = {
		.title = sw_value_getstr(v, "title"), .url = sw_value_getstr(v, "link")};
	if (!sw_str_starts(reference, SW_STR("composer://"))) {
		feed_bad(f, 0, "'reference' is no composer package");
		return 0;
	}
	struct sw_str name =
		sw_ecosystem_name(f->a, composer, sw_str_sub(reference, 11, reference.n));
	if (cve.n)
		feed_name(&names, cve);
	adv.id = cve.n ? cve
		       : sw_arena_printf(f->a, "PHPSEC-%.*s-%.*s", SW_STR_ARG(name),
				 SW_STR_ARG(base_name(f->path)));
	adv.aliases = names.v;
	adv.n_aliases = names.n;
	if (sw_is(branches, SW_OBJECT))
		sw_object_foreach (b, branches) {
			struct sw_str range =
				feed_join(f->a, sw_value_path(b->v, "versions", NULL), ", ");
			struct sw_affected row = {.eco = SW_STR("composer"), .name = name};
			int64_t day = feed_day(f, sw_value_getstr(b->v, "time"));
			if (day > adv.modified)
				adv.modified = day;
			if (day && (!adv.published || day < adv.published))
				adv.published = day;
			if (range.n)
				feed_range_rows(f, &rows, row, SW_RANGE_COMPOSER, range);
		}
	adv.affected = rows.v;
	adv.n_affected = rows.n;
	return feed_add(f, &adv);
}

/* ---- Elixir ---- */

int feed_elixir(struct feed_file *f, struct sw_value v)
{
	struct feed_names names = {.a = f->a};
	struct feed_rows rows = {.a = f->a};
	const struct sw_ecosystem *hex = sw_ecosystem_find(SW_STR("hex"));
	struct sw_value ranges = sw_value_path(v, "vulnerable_version_ranges", NULL);
	struct sw_str cve = sw_value_getstr(v, "cve");
	struct sw_advisory adv = {.id = sw_value_getstr(v, "id"),
		.title = sw_value_getstr(v, "title"),
		.url = sw_value_getstr(v, "link"),
		.severity = feed_severity(sw_value_getstr(v, "severity")),
		.published = feed_day(f, sw_value_getstr(v, "disclosure_date"))};
	struct sw_affected base = {.eco = SW_STR("hex"),
		.name = sw_ecosystem_name(f->a, hex, sw_value_getstr(v, "package")),
		.fixed = feed_join(f->a, sw_value_path(v, "first_patched_versions", NULL), " ")};
	if (cve.n)
		feed_name(&names, sw_str_starts(cve, SW_STR("CVE-"))
					  ? cve
					  : sw_arena_printf(f->a, "CVE-%.*s", SW_STR_ARG(cve)));
	if (sw_is(ranges, SW_ARRAY))
		sw_array_foreach (r, ranges)
			if (sw_is(*r, SW_STRING))
				feed_range_rows(f, &rows, base, SW_RANGE_HEX, sw_value_str(*r));
	adv.aliases = names.v;
	adv.n_aliases = names.n;
	adv.affected = rows.v;
	adv.n_affected = rows.n;
	return feed_add(f, &adv);
}

/* ---- SAP project-kb: single versions, judged one by one ---- */

int feed_project_kb(struct feed_file *f, struct sw_value v)
{
	struct feed_rows rows = {.a = f->a};
	struct sw_value artifacts = sw_value_path(v, "artifacts", NULL),
			notes = sw_value_path(v, "notes", NULL);
	struct sw_advisory adv = {.id = sw_value_getstr(v, "vulnerability_id")};
	struct sw_str id = adv.id;
	adv.title = sw_value_getstr(sw_array_at(notes, 0), "text");
	if (sw_is(artifacts, SW_ARRAY))
		sw_array_foreach (one, artifacts) {
			struct sw_purl purl;
			struct sw_package p;
			if (!sw_is_true(sw_value_path(*one, "affected", NULL)))
				continue;
			if (sw_purl_parse(f->a, sw_value_getstr(*one, "id"), 0, &purl, NULL) ||
				sw_purl_package(f->a, &purl, &p, NULL, NULL) || !p.version.n)
				continue;
			const struct sw_ecosystem *e = sw_ecosystem_of_type(p.type);
			if (!e)
				continue;
			struct sw_affected row = {.eco = sw_str_from(e->key),
				.name = sw_ecosystem_package(f->a, e, &p),
				.introduced = p.version,
				.flags = SW_AFF_EXACT};
			feed_row(&rows, &row);
		}
	/* "CVE-2018-1000840-PROCESSING": the project's own way to tell two apart. */
	adv.aliases = &id;
	adv.affected = rows.v;
	adv.n_affected = rows.n;
	return feed_add(f, &adv);
}

/* ---- secdb ---- */

static int secdb_fix(struct feed_file *f, struct sw_str eco, struct sw_str name,
	struct sw_str version, struct sw_str text)
{
	struct feed_names names = {.a = f->a};
	struct sw_str rest = text, word;
	struct sw_affected row = {.eco = eco, .name = name, .fixed = version};
	/* "CVE-2017-2616 (+ regression fix)", "CVE-2019-1 GHSA-…" */
	while (sw_str_split(&rest, ' ', &word)) {
		size_t dash = sw_str_chr(word, '-', 0);
		if (dash == SW_NPOS || dash < 2 || word.p[0] == '(')
			break;
		feed_name(&names, word);
	}
	if (!names.n)
		return 0;
	struct sw_advisory adv = {.id = names.v[0],
		.aliases = names.v,
		.n_aliases = names.n,
		.flags = SW_ADV_DISTRO,
		.affected = &row,
		.n_affected = 1};
	return feed_add(f, &adv);
}

static struct sw_str secdb_ecosystem(struct feed_file *f, struct sw_value v)
{
	struct sw_str release = sw_value_getstr(v, "distroversion");
	struct sw_str url = sw_value_getstr(v, "urlprefix");
	if (sw_str_has(url, SW_STR("wolfi")))
		return SW_STR("wolfi");
	if (sw_str_has(url, SW_STR("chainguard")) || sw_str_has(url, SW_STR("cgr.dev")))
		return SW_STR("chainguard");
	if (sw_str_has(url, SW_STR("minimal.dev")) || sw_str_has(url, SW_STR("minimus")))
		return SW_STR("minimos");
	if (release.n && release.p[0] == 'v')
		release = sw_str_sub(release, 1, release.n);
	return release.n ? sw_arena_printf(f->a, "alpine:%.*s", SW_STR_ARG(release))
			 : SW_STR("alpine");
}

int feed_secdb(struct feed_file *f, struct sw_value v)
{
	struct sw_value packages = sw_value_path(v, "packages", NULL);
	struct sw_str eco = secdb_ecosystem(f, v);
	if (!sw_is(packages, SW_ARRAY))
		return 0;
	sw_array_foreach (p, packages) {
		struct sw_value pkg = sw_value_path(*p, "pkg", NULL),
				fixes = sw_value_path(pkg, "secfixes", NULL);
		struct sw_str name = sw_value_getstr(pkg, "name");
		if (!name.n || !sw_is(fixes, SW_OBJECT)) {
			if (!name.n)
				feed_bad(f, 0, "a package without a name");
			continue;
		}
		sw_object_foreach (m, fixes) {
			struct sw_str version = sw_value_str(m->k);
			if (sw_str_is(version, "0") ||
				!sw_is(m->v, SW_ARRAY)) /* 0: never was affected */
				continue;
			if (!sw_version_valid(SW_VER_APK, version)) {
				feed_bad(f, 0, "%.*s: '%.*s' is no version", SW_STR_ARG(name),
					SW_STR_ARG(version));
				continue;
			}
			sw_array_foreach (id, m->v) {
				int rc = sw_is(*id, SW_STRING) ? secdb_fix(f, eco, name, version,
									 sw_value_str(*id))
							       : 0;
				if (rc)
					return rc;
			}
		}
	}
	return 0;
}

/* ---- endoflife.date ---- */

static struct sw_str date_at(struct sw_value v, const char *key)
{
	struct sw_value d = sw_object_gets(v, sw_str_from(key));
	if (sw_is(d, SW_STRING))
		return sw_value_str(d);
	return sw_is_true(d) ? SW_STR("true") : sw_is_false(d) ? SW_STR("false") : SW_STR("");
}

int feed_eol(struct feed_file *f, struct sw_value v)
{
	struct sw_str product = sw_value_getstr(v, "permalink");
	struct sw_value releases = sw_value_path(v, "releases", NULL);
	sw_autobuf out;
	sw_buf_init(&out, 1 << 20);
	if (product.n && product.p[0] == '/')
		product = sw_str_sub(product, 1, product.n);
	if (!sw_is(releases, SW_ARRAY))
		return 0;
	sw_array_foreach (r, releases) {
		struct sw_value cycle = sw_value_path(*r, "releaseCycle", NULL);
		struct sw_str name = sw_is(cycle, SW_STRING) ? sw_value_str(cycle) : SW_STR("");
		if (!name.n || sw_str_chr(name, '\t', 0) != SW_NPOS ||
			sw_str_chr(name, '\n', 0) != SW_NPOS) {
			feed_bad(f, 0, "a release of '%.*s' without a releaseCycle in quotes",
				SW_STR_ARG(product));
			continue;
		}
		struct sw_str codename = sw_value_getstr(*r, "codename");
		struct sw_str eol = date_at(*r, "eol"), extended = date_at(*r, "eoes");
		sw_buf_printf(&out, "%.*s\t%.*s\t%.*s\t%.*s\n", SW_STR_ARG(name),
			SW_STR_ARG(codename), SW_STR_ARG(eol), SW_STR_ARG(extended));
		int64_t day = feed_day(f, date_at(*r, "releaseDate"));
		if (day > f->stats->newest)
			f->stats->newest = day;
	}
	f->stats->records++;
	return sw_db_builder_product(f->feeds->builder, product, sw_buf_str(&out), NULL);
}
