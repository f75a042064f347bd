/* SPDX-License-Identifier: Apache-2.0 */
/* Walking feeds, and telling formats apart. */
#include "vuln/feed/feed.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/io.h"
#include "doc/formats/formats.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "vuln/feed/impl.h"

static bool has(struct sw_value v, const char *key)
{
	return sw_defined(sw_object_gets(v, sw_str_from(key)));
}

static bool any_member_has(struct sw_value v, const char *key)
{
	return sw_is(v, SW_OBJECT) && v.n && has(v.u.o->m[0].v, key);
}

static bool is_osv(struct sw_value v)
{
	return has(v, "id") &&
	       (has(v, "affected") || has(v, "schema_version") || has(v, "modified"));
}

static bool is_csaf(struct sw_value v)
{
	return sw_str_starts(sw_value_getstr(sw_value_path(v, "document", NULL), "category"),
		       SW_STR("csaf_")) &&
	       has(v, "vulnerabilities");
}

static bool is_openvex(struct sw_value v)
{
	return sw_str_has(sw_value_getstr(v, "@context"), SW_STR("openvex")) &&
	       has(v, "statements");
}

static bool is_secdb(struct sw_value v)
{
	return has(v, "packages") && (has(v, "reponame") || has(v, "distroversion") ||
					     has(v, "urlprefix") || has(v, "apkurl"));
}

static bool is_kev(struct sw_value v)
{
	return has(v, "catalogVersion");
}

static bool is_cve_record(struct sw_value v)
{
	return sw_str_is(sw_value_getstr(v, "dataType"), "CVE_RECORD");
}

static bool is_node_npm(struct sw_value v)
{
	return has(v, "module_name") && has(v, "vulnerable_versions");
}

static bool is_node_core(struct sw_value v)
{
	return has(v, "vulnerable") || any_member_has(v, "vulnerable");
}

static bool is_retire(struct sw_value v)
{
	return any_member_has(v, "vulnerabilities");
}

/* {"CVE-2020-1": {"5.4": {"cmt_id": …, "fixed_version": …}}} */
static bool is_kernel(struct sw_value v)
{
	return sw_is(v, SW_OBJECT) && v.n &&
	       sw_str_starts(sw_value_str(v.u.o->m[0].k), SW_STR("CVE-")) &&
	       any_member_has(v.u.o->m[0].v, "cmt_id");
}

static bool is_debian_tracker(struct sw_value v)
{
	return sw_is(v, SW_OBJECT) && v.n && any_member_has(v.u.o->m[0].v, "releases");
}

static bool is_rubysec(struct sw_value v)
{
	return (has(v, "gem") || has(v, "engine")) &&
	       (has(v, "title") || has(v, "patched_versions"));
}

static bool is_friendsofphp(struct sw_value v)
{
	return has(v, "branches") && has(v, "reference");
}

static bool is_elixir(struct sw_value v)
{
	return has(v, "package") && has(v, "vulnerable_version_ranges");
}

static bool is_project_kb(struct sw_value v)
{
	return has(v, "vulnerability_id");
}

static bool is_rustsec(struct sw_value v)
{
	return has(v, "advisory") && has(sw_value_path(v, "advisory", NULL), "package");
}

static bool is_haskell(struct sw_value v)
{
	return has(v, "advisory") && has(v, "affected");
}

static bool is_julia(struct sw_value v)
{
	return has(v, "id") && has(v, "affected") && !has(v, "aliases_of");
}

static bool is_eol(struct sw_value v)
{
	return has(v, "releases") && has(v, "permalink");
}

enum shape { JSON = 1, YAML = 2, TOML = 4, MATTER = 8 };

static const struct format {
	struct sw_feed_format row;
	unsigned shapes;
	bool (*is)(struct sw_value v);
	int (*read)(struct feed_file *f, struct sw_value v);
} formats[] = {
	{{"cve", "CVE records with CVSS and weakness (cvelistV5, CISA vulnrichment)"}, JSON,
		is_cve_record, feed_cve_record},
	{{"rustsec", "RustSec advisory-db"}, TOML, is_rustsec, feed_rustsec},
	{{"haskell", "Haskell security-advisories"}, TOML, is_haskell, feed_haskell},
	{{"julia", "Julia SecurityAdvisories"}, TOML, is_julia, feed_julia},
	{{"osv", "OSV: GHSA, Go, PyPA, PSF, Bitnami, AlmaLinux, Ubuntu, Debian, Drupal and all of "
		 "osv.dev"},
		JSON | YAML, is_osv, feed_osv},
	{{"csaf", "CSAF 2.0 VEX and security advisories (Red Hat, SUSE)"}, JSON, is_csaf,
		feed_csaf},
	{{"openvex", "OpenVEX of a distribution about its own packages (Ubuntu)"}, JSON, is_openvex,
		feed_openvex},
	{{"nvd", "NVD: CVE records of its API 2.0, and nvd-data-overrides"}, JSON, feed_is_nvd,
		feed_nvd},
	{{"kev", "CISA's catalogue of exploited vulnerabilities"}, JSON, is_kev, feed_kev},
	{{"secdb", "Alpine secdb and its kin"}, JSON | YAML, is_secdb, feed_secdb},
	{{"debian-tracker", "Debian security tracker, JSON"}, JSON, is_debian_tracker,
		feed_debian_tracker},
	{{"node-npm", "Node.js security-wg, npm"}, JSON, is_node_npm, feed_node_npm},
	{{"node-core", "Node.js security-wg, core"}, JSON, is_node_core, feed_node_core},
	{{"retire", "Retire.js repositories"}, JSON, is_retire, feed_retire},
	{{"kernel", "linux_kernel_cves stream fixes"}, JSON, is_kernel, feed_kernel},
	{{"rubysec", "ruby-advisory-db"}, YAML, is_rubysec, feed_rubysec},
	{{"friendsofphp", "FriendsOfPHP security-advisories"}, YAML, is_friendsofphp,
		feed_friendsofphp},
	{{"elixir", "elixir-security-advisories"}, YAML, is_elixir, feed_elixir},
	{{"project-kb", "SAP project-kb statements"}, YAML, is_project_kb, feed_project_kb},
	{{"eol", "endoflife.date products"}, MATTER, is_eol, feed_eol},
	{{"debian-list", "Debian DSA, DLA and DTSA lists"}, 0, NULL, NULL},
	{{"epss", "FIRST EPSS scores, CSV"}, 0, NULL, NULL},
	{{"oval", "OVAL definitions (Azure Linux, Ubuntu, Debian, Red Hat, SUSE, Oracle, Amazon)"},
		0, NULL, NULL},
	{{"updateinfo", "updateinfo.xml of rpm repositories (Amazon, Rocky, Fedora, Oracle, SUSE)"},
		0, NULL, NULL},
	{{"opam", "OCaml security-advisories"}, 0, NULL, NULL},
	{{"changelog", "fixes out of changelogs: source, CVE, version, release, by tabs"}, 0, NULL,
		NULL},
};

const struct sw_feed_format *sw_feed_formats(uint32_t *ret_n)
{
	static struct sw_feed_format rows[sizeof(formats) / sizeof(*formats)];
	*ret_n = sizeof(formats) / sizeof(*formats);
	for (uint32_t i = 0; i < *ret_n; i++)
		rows[i] = formats[i].row;
	return rows;
}

/* ---- the state ---- */

void sw_feeds_init(struct sw_feeds *f, struct sw_db_builder *b, int64_t now)
{
	*f = (struct sw_feeds){.builder = b, .now = now};
	sw_arena_init(&f->arena, (size_t)6 << 30);
	sw_arena_init(&f->names, 0);
}

void sw_feeds_release(struct sw_feeds *f)
{
	sw_arena_release(&f->arena);
	sw_arena_release(&f->names);
}

static struct sw_feed_stats *stats_of(struct sw_feeds *f, struct sw_str feed)
{
	for (uint32_t i = 0; i < f->n_stats; i++)
		if (sw_str_eq(f->stats[i].name, feed))
			return &f->stats[i];
	if (f->n_stats == SW_FEEDS_MAX)
		return NULL;
	f->stats[f->n_stats] =
		(struct sw_feed_stats){.name = sw_arena_str(&f->names, feed), .format = SW_STR("")};
	return &f->stats[f->n_stats++];
}

void feed_bad(struct feed_file *f, uint32_t line, const char *fmt, ...)
{
	struct sw_error err = {0};
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f->stats->bad++;
	if (!f->feeds->problem)
		return;
	sw_error_set(&err, SW_EINVALID, "%s", text);
	sw_error_at(&err, f->path, line, 0, 0);
	f->feeds->problem(f->feeds->arg, &err);
}

static void bad_file(struct feed_file *f, struct sw_error *err)
{
	f->stats->bad++;
	if (!f->feeds->problem)
		return;
	sw_error_at(err, f->path, err->line, err->col, err->byte);
	f->feeds->problem(f->feeds->arg, err);
}

/* ---- one file ---- */

static bool ends(struct sw_str path, const char *ext)
{
	return sw_str_ends(path, sw_str_from(ext));
}

static int read_value(struct feed_file *f, unsigned shape, struct sw_value v)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (!(formats[i].shapes & shape) || !formats[i].is(v))
			continue;
		if (!f->stats->format.n)
			f->stats->format = sw_str_from(formats[i].row.name);
		return formats[i].read(f, v);
	}
	f->stats->skipped++;
	return 0;
}

static int read_json(struct feed_file *f)
{
	struct sw_error err = {0};
	struct sw_value v;
	if (sw_json_parse(f->a, f->text, 0, NULL, &v, NULL, &err)) {
		bad_file(f, &err);
		return 0;
	}
	if (!sw_is(v, SW_ARRAY))
		return read_value(f, JSON, v);
	sw_array_foreach (one, v) {
		int rc = sw_is(*one, SW_OBJECT) ? read_value(f, JSON, *one) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

static int read_yaml(struct feed_file *f, struct sw_str text, unsigned shape)
{
	struct sw_error err = {0};
	struct sw_value v;
	if (sw_yaml_parse(f->a, text, SW_YAML_GOYAML3, NULL, &v, &err)) {
		bad_file(f, &err);
		return 0;
	}
	return read_value(f, shape, v);
}

static int read_toml(struct feed_file *f, struct sw_str text)
{
	struct sw_error err = {0};
	struct sw_value v;
	if (sw_toml_parse(f->a, text, &v, &err)) {
		err.line += err.line ? 1 : 0; /* the fence */
		bad_file(f, &err);
		return 0;
	}
	return read_value(f, TOML, v);
}

bool feed_front(
	struct sw_str text, const char *open, struct sw_str *ret_front, struct sw_str *ret_body)
{
	struct sw_str fence = sw_str_from(open);
	if (!sw_str_starts(text, fence))
		return false;
	size_t start = sw_str_chr(text, '\n', 0);
	if (start == SW_NPOS)
		return false;
	size_t end = sw_str_find(text,
		sw_str_starts(fence, SW_STR("---")) ? SW_STR("\n---") : SW_STR("\n```"), start);
	if (end == SW_NPOS)
		return false;
	*ret_front = sw_str_sub(text, start + 1, end + 1);
	*ret_body = sw_str_sub(text, end + 4, text.n);
	return true;
}

struct sw_str feed_heading(struct sw_str body)
{
	struct sw_str line;
	while (sw_str_split(&body, '\n', &line))
		if (sw_str_starts(line, SW_STR("# ")))
			return sw_str_trim(sw_str_sub(line, 2, line.n));
	return SW_STR("");
}

static int read_markdown(struct feed_file *f)
{
	struct sw_str front, body;
	if (feed_front(f->text, "```toml", &front, &body))
		return read_toml(f, front);
	if (feed_front(f->text, "---", &front, &body))
		return read_yaml(f, front, MATTER);
	if (sw_str_starts(f->text, SW_STR("```")) &&
		sw_str_has(sw_str_sub(f->text, 0, 200), SW_STR("id: OSEC-"))) {
		f->stats->format = SW_STR("opam");
		return feed_opam(f);
	}
	f->stats->skipped++;
	return 0;
}

static int as(struct feed_file *f, const char *format, int (*read)(struct feed_file *f))
{
	f->stats->format = sw_str_from(format);
	return read(f);
}

static int read_file(struct feed_file *f)
{
	struct sw_str head = sw_str_sub(f->text, 0, 4096);
	if (ends(f->path, ".json"))
		return read_json(f);
	if (ends(f->path, ".yaml") || ends(f->path, ".yml"))
		return read_yaml(f, f->text, YAML);
	if (ends(f->path, ".md"))
		return read_markdown(f);
	if (ends(f->path, ".toml"))
		return read_toml(f, f->text);
	if (sw_str_has(head, SW_STR("<oval_definitions")) ||
		sw_str_has(head, SW_STR(":oval_definitions")))
		return as(f, "oval", feed_oval);
	if (sw_str_has(head, SW_STR("<updates")) && sw_str_has(head, SW_STR("<update ")))
		return as(f, "updateinfo", feed_updateinfo);
	if (sw_str_has(head, SW_STR("] DSA-")) || sw_str_has(head, SW_STR("] DLA-")) ||
		sw_str_has(head, SW_STR("] DTSA-")))
		return as(f, "debian-list", feed_debian_list);
	if (sw_str_has(head, SW_STR("epss")) && sw_str_has(head, SW_STR("percentile")))
		return as(f, "epss", feed_epss);
	if (ends(f->path, ".tsv") && sw_str_has(head, SW_STR("\tCVE-")))
		return as(f, "changelog", feed_changelog);
	f->stats->skipped++;
	return 0;
}

int sw_feeds_file(struct sw_feeds *f, struct sw_str path, struct sw_str text, struct sw_error *err)
{
	size_t slash = sw_str_chr(path, '/', 0);
	struct sw_str feed = slash == SW_NPOS ? SW_STR("feeds") : sw_str_sub(path, 0, slash);
	struct feed_file file = {.feeds = f, .a = &f->arena, .path = path, .text = text};
	if (++f->files > SW_FEED_FILES)
		return sw_error_set(err, SW_ELIMIT, "more than %u files of feeds", SW_FEED_FILES);
	file.stats = stats_of(f, feed);
	if (!file.stats)
		return sw_error_set(err, SW_ELIMIT, "more than %d feeds", SW_FEEDS_MAX);
	file.feed = file.stats->name;
	file.stats->files++;
	int rc = read_file(&file);
	sw_arena_reset(&f->arena);
	if (rc)
		return sw_error_set(err, SW_ELIMIT, "the feeds are more than one database holds");
	return 0;
}

/* ---- folders ---- */

struct walk {
	struct sw_feeds *f;
	size_t root;	  /* bytes of the root's path, slash included */
	const char *name; /* of the root: the feed of files that lie directly in it */
	struct sw_error *err;
};

static int walk_file(void *arg, const char *path, const struct stat *st)
{
	struct walk *w = arg;
	struct sw_arena a __attribute__((cleanup(sw_arena_release)));
	struct sw_error err = {0};
	struct sw_str text, rel = sw_str_from(path);
	char joined[4096];
	sw_arena_init(&a, 0);
	if (sw_io_read(&a, path, SW_FEED_FILE_MAX, 0, &text, &err)) {
		if (w->f->problem)
			w->f->problem(w->f->arg, &err);
		return 0;
	}
	rel = sw_str_sub(rel, w->root < rel.n ? w->root : 0, rel.n);
	if (sw_str_chr(rel, '/', 0) == SW_NPOS) {
		snprintf(joined, sizeof(joined), "%s/%.*s", w->name, SW_STR_ARG(rel));
		rel = sw_str_from(joined);
	}
	return sw_feeds_file(w->f, rel, text, w->err);
}

static void walk_error(void *arg, const struct sw_error *err)
{
	struct walk *w = arg;
	if (w->f->problem)
		w->f->problem(w->f->arg, err);
}

static int archive_file(void *arg, struct sw_str path, struct sw_str text)
{
	struct walk *w = arg;
	while (sw_str_starts(path, SW_STR("./")))
		path = sw_str_sub(path, 2, path.n);
	return sw_feeds_file(w->f, path, text, w->err);
}

static bool is_archive(struct sw_str p)
{
	return ends(p, ".tar") || ends(p, ".tar.gz") || ends(p, ".tgz") || ends(p, ".tar.zst") ||
	       ends(p, ".tzst");
}

int sw_feeds_read(struct sw_feeds *f, const char *path, struct sw_error *err)
{
	struct sw_str p = sw_str_from(path);
	struct walk w = {.f = f, .err = err};
	struct sw_walk walk = {
		.file = walk_file, .error = walk_error, .arg = &w, .entries_max = SW_FEED_FILES};
	if (is_archive(p))
		return feed_archive(path, archive_file, &w, err);
	while (p.n > 1 && p.p[p.n - 1] == '/')
		p.n--;
	const char *slash = memrchr(p.p, '/', p.n);
	w.name = slash ? slash + 1 : path;
	struct stat st;
	w.root = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? p.n + 1
		 : slash				     ? (size_t)(slash + 1 - path)
							     : 0;
	if (!S_ISDIR(st.st_mode))
		w.name = "feeds";
	return sw_io_walk(path, &walk, err);
}
