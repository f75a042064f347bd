/* SPDX-License-Identifier: Apache-2.0 */
/* CSAF 2.0 as Red Hat and SUSE publish it: one document per CVE (VEX) or per advisory. */
#include <stdlib.h>

#include "package/purl.h"
#include "vuln/feed/impl.h"

enum { BRANCH_DEPTH = 32, PRODUCTS_MAX = 1 << 20 };

struct product {
	struct sw_str id, name, version, eco; /* eco: of platforms */
	struct sw_str module, arch;	      /* "nodejs:18"; of a package, or a module itself */
	struct sw_str component, platform;    /* of relationships: ids */
	bool is_source;			      /* a component without version, named by its source */
};

/* What is said of one product beside its state. */
struct said {
	struct sw_str id;
	unsigned flags;
	enum sw_severity severity;
};

struct csaf {
	struct feed_file *f;
	struct product *v;
	uint32_t n, cap;
	bool full;
	/* Of the vulnerability in hand, sorted by id. */
	struct said *said;
	uint32_t n_said, cap_said;
};

static struct product *add(struct csaf *c)
{
	if (c->n == c->cap) {
		uint32_t want = c->cap ? c->cap * 2 : 256;
		void *p = want > PRODUCTS_MAX ? NULL
					      : sw_arena_grow(c->f->a, c->v, c->cap * sizeof(*c->v),
							want * sizeof(*c->v));
		if (!p) {
			c->full = true;
			return NULL;
		}
		c->v = p;
		c->cap = want;
	}
	c->v[c->n] = (struct product){0};
	return &c->v[c->n++];
}

static bool number(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* "bash-0:4.4.20-4.el8.x86_64" */
static bool nevra(struct sw_str s, struct product *p)
{
	size_t arch = sw_str_rfind(s, SW_STR("."));
	struct sw_str head = sw_str_sub(s, 0, arch);
	size_t release = sw_str_rfind(head, SW_STR("-"));
	if (arch == SW_NPOS || release == SW_NPOS)
		return false;
	size_t version = sw_str_rfind(sw_str_sub(head, 0, release), SW_STR("-"));
	if (version == SW_NPOS)
		return false;
	p->name = sw_str_sub(head, 0, version);
	p->version = sw_str_sub(head, version + 1, head.n);
	size_t colon = sw_str_chr(p->version, ':', 0);
	return colon == SW_NPOS || number(sw_str_sub(p->version, 0, colon));
}

static void rpm_purl(const struct sw_package *pkg, struct product *p)
{
	bool source = sw_str_is(pkg->arch, "src");
	p->arch = pkg->arch;
	p->name = pkg->name;
	p->version = pkg->version;
	if (p->module.n && sw_str_chr(p->version, '-', 0) == SW_NPOS)
		p->version = SW_STR(""); /* the stream, where a version should be */
	if (!source)
		return;
	/* Binary packages of a build are listed beside their source. */
	if (p->version.n || sw_str_ends(p->id, SW_STR(".src")))
		p->name = p->version = SW_STR("");
	else
		p->is_source = true;
}

static void product(struct csaf *c, struct sw_value v)
{
	struct sw_value helper = sw_value_path(v, "product_identification_helper", NULL);
	struct sw_str purl = sw_value_getstr(helper, "purl"), cpe = sw_value_getstr(helper, "cpe");
	struct product *p = add(c);
	struct sw_purl u;
	struct sw_package pkg;
	if (!p)
		return;
	p->id = sw_value_getstr(v, "product_id");
	if (cpe.n)
		p->eco = sw_ecosystem_of_cpe(c->f->a, cpe);
	if (purl.n && sw_purl_parse(c->f->a, purl, SW_PURL_FOLD_KEYS, &u, NULL) == 0) {
		p->module = sw_purl_stream(c->f->a, &u);
		if (sw_purl_package(c->f->a, &u, &pkg, NULL, NULL) == 0 && pkg.type == SW_PKG_RPM)
			rpm_purl(&pkg, p);
		return;
	}
	struct product named = {0};
	if (sw_str_ends(p->id, SW_STR(".src")))
		return;
	if (nevra(p->id, &named)) {
		p->name = named.name;
		p->version = named.version;
	} else if (!cpe.n) { /* a component without version: "kernel", "nodejs:18/nodejs" */
		size_t slash = sw_str_chr(p->id, '/', 0);
		p->module = slash == SW_NPOS ? SW_STR("") : sw_package_stream(sw_str_sub(p->id, 0, slash));
		p->name = p->module.n ? sw_str_sub(p->id, slash + 1, p->id.n) : p->id;
		p->is_source = true;
	}
}

static void branches(struct csaf *c, struct sw_value list, unsigned depth)
{
	if (depth == BRANCH_DEPTH || !sw_is(list, SW_ARRAY))
		return;
	sw_array_foreach (b, list) {
		struct sw_value p = sw_value_path(*b, "product", NULL);
		if (sw_is(p, SW_OBJECT))
			product(c, p);
		branches(c, sw_value_path(*b, "branches", NULL), depth + 1);
	}
}

static void relationships(struct csaf *c, struct sw_value list)
{
	if (!sw_is(list, SW_ARRAY))
		return;
	sw_array_foreach (r, list) {
		struct product *p = add(c);
		if (!p)
			return;
		p->id = sw_value_getstr(sw_value_path(*r, "full_product_name", NULL), "product_id");
		p->component = sw_value_getstr(*r, "product_reference");
		p->platform = sw_value_getstr(*r, "relates_to_product_reference");
	}
}

static int by_id(const void *x, const void *y)
{
	return sw_str_cmp(((const struct product *)x)->id, ((const struct product *)y)->id);
}

static const struct product *find(const struct csaf *c, struct sw_str id)
{
	struct product key = {.id = id};
	return c->n && id.n ? bsearch(&key, c->v, c->n, sizeof(*c->v), by_id) : NULL;
}

/* What a product of the status lists is: a package on a platform, perhaps in a module. */
struct meant {
	struct sw_str eco, module;
	const struct product *package;
};

/* A platform, or the module of a platform: {module} relates to {platform}. */
static void climb(const struct csaf *c, const struct product *p, struct meant *m)
{
	for (unsigned up = 0; p && up < 4; up++) {
		const struct product *module = find(c, p->component);
		if (!m->eco.n && p->eco.n)
			m->eco = p->eco;
		if (!m->module.n && module && module->module.n)
			m->module = module->module;
		p = find(c, p->platform);
	}
}

/* A module's component is reached through the module: one more step. */
static bool resolve(const struct csaf *c, struct sw_str id, struct meant *ret)
{
	const struct product *p = find(c, id);
	*ret = (struct meant){SW_STR(""), SW_STR(""), NULL};
	for (unsigned step = 0; p && step < 4; step++) {
		climb(c, find(c, p->platform), ret);
		if (p->name.n && !p->component.n) {
			ret->package = p;
			if (p->module.n)
				ret->module = p->module;
		}
		p = find(c, p->component);
	}
	return ret->eco.n && ret->package;
}

/* ---- what is said of single products ---- */

static int said_by_id(const void *x, const void *y)
{
	return sw_str_cmp(((const struct said *)x)->id, ((const struct said *)y)->id);
}

static void say(struct csaf *c, struct sw_value ids, unsigned flags, enum sw_severity severity)
{
	if (!sw_is(ids, SW_ARRAY))
		return;
	sw_array_foreach (s, ids) {
		if (c->n_said == c->cap_said) {
			uint32_t want = c->cap_said ? c->cap_said * 2 : 256;
			void *p = want > PRODUCTS_MAX ? NULL
						      : sw_arena_grow(c->f->a, c->said,
								c->cap_said * sizeof(*c->said),
								want * sizeof(*c->said));
			if (!p) {
				c->full = true;
				return;
			}
			c->said = p;
			c->cap_said = want;
		}
		if (sw_is(*s, SW_STRING))
			c->said[c->n_said++] = (struct said){sw_value_str(*s), flags, severity};
	}
}

static unsigned remediation(struct sw_value r)
{
	static const struct {
		const char *category, *details;
		unsigned flags;
	} known[] = {{"no_fix_planned", "", SW_AFF_WONT_FIX},
		{"none_available", "Will not fix", SW_AFF_WONT_FIX},
		{"none_available", "Out of support scope", SW_AFF_WONT_FIX},
		{"none_available", "Fix deferred", SW_AFF_DEFERRED}};
	struct sw_str category = sw_value_getstr(r, "category"),
		      details = sw_value_getstr(r, "details");
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (sw_str_is(category, known[i].category) &&
			(!*known[i].details || sw_str_is(details, known[i].details)))
			return known[i].flags;
	return 0;
}

static void read_said(struct csaf *c, struct sw_value flaw)
{
	struct sw_value fixes = sw_value_path(flaw, "remediations", NULL),
			threats = sw_value_path(flaw, "threats", NULL);
	c->n_said = 0;
	if (sw_is(fixes, SW_ARRAY))
		sw_array_foreach (r, fixes) {
			unsigned flags = remediation(*r);
			if (flags)
				say(c, sw_value_path(*r, "product_ids", NULL), flags,
					SW_SEV_UNKNOWN);
		}
	if (sw_is(threats, SW_ARRAY))
		sw_array_foreach (t, threats)
			if (sw_str_is(sw_value_getstr(*t, "category"), "impact"))
				say(c, sw_value_path(*t, "product_ids", NULL), 0,
					feed_severity(sw_value_getstr(*t, "details")));
	if (c->n_said)
		qsort(c->said, c->n_said, sizeof(*c->said), said_by_id);
}

static struct said said_of(const struct csaf *c, struct sw_str id)
{
	struct said all = {.id = id},
		    *one = c->n_said ? bsearch(&all, c->said, c->n_said, sizeof(all), said_by_id)
				     : NULL;
	while (one && one > c->said && sw_str_eq(one[-1].id, id))
		one--;
	for (; one && one < c->said + c->n_said && sw_str_eq(one->id, id); one++) {
		all.flags |= one->flags;
		all.severity = one->severity > all.severity ? one->severity : all.severity;
	}
	return all;
}

static void status(
	struct csaf *c, struct sw_value list, bool fixed, unsigned flags, struct feed_rows *rows)
{
	if (!sw_is(list, SW_ARRAY))
		return;
	sw_array_foreach (s, list) {
		struct meant m;
		if (!sw_is(*s, SW_STRING) || !resolve(c, sw_value_str(*s), &m))
			continue;
		struct sw_str version = m.package->version;
		struct said said = said_of(c, sw_value_str(*s));
		bool binary = fixed && m.package->arch.n && !sw_str_is(m.package->arch, "noarch");
		if (fixed && !version.n)
			continue;
		struct sw_affected row = {.eco = m.eco,
			.name = m.package->name,
			.fixed = fixed ? version : SW_STR(""),
			.only = binary ? sw_arena_printf(c->f->a, "%.*s/%.*s", SW_STR_ARG(m.module),
						 SW_STR_ARG(m.package->arch))
				       : m.module,
			.severity = said.severity,
			.flags = flags | (fixed ? 0 : said.flags) |
				 (m.package->is_source ? SW_AFF_SOURCE : 0)};
		if (sw_str_starts(row.fixed, SW_STR("0:")))
			row.fixed = sw_str_sub(row.fixed, 2, row.fixed.n);
		feed_row(rows, &row);
	}
}

/* By the newest kind of score that there is. */
static struct sw_str vector_of(struct sw_value scores)
{
	static const char *const kinds[] = {"cvss_v3", "cvss_v4", "cvss_v2"};
	for (unsigned k = 0; k < 3 && sw_is(scores, SW_ARRAY); k++)
		sw_array_foreach (s, scores) {
			struct sw_str v =
				sw_value_getstr(sw_value_path(*s, kinds[k], NULL), "vectorString");
			if (v.n)
				return v;
		}
	return SW_STR("");
}

int feed_csaf(struct feed_file *f, struct sw_value v)
{
	struct csaf c = {.f = f};
	struct sw_value doc = sw_value_path(v, "document", NULL),
			flaws = sw_value_path(v, "vulnerabilities", NULL);
	struct sw_value tracking = sw_value_path(doc, "tracking", NULL);
	branches(&c, sw_value_path(v, "product_tree", "branches", NULL), 0);
	relationships(&c, sw_value_path(v, "product_tree", "relationships", NULL));
	if (c.full)
		feed_bad(f, 0, "more than %d products", PRODUCTS_MAX);
	if (c.n)
		qsort(c.v, c.n, sizeof(*c.v), by_id);
	if (!sw_is(flaws, SW_ARRAY))
		return 0;
	sw_array_foreach (flaw, flaws) {
		struct feed_rows rows = {.a = f->a};
		struct sw_value state = sw_value_path(*flaw, "product_status", NULL);
		struct sw_advisory adv = {.id = sw_value_getstr(*flaw, "cve"),
			.title = sw_value_getstr(*flaw, "title"),
			.cvss = vector_of(sw_value_path(*flaw, "scores", NULL)),
			.severity = feed_severity(sw_value_getstr(
				sw_value_path(doc, "aggregate_severity", NULL), "text")),
			.published = feed_day(f, sw_value_getstr(tracking, "initial_release_date")),
			.modified = feed_day(f, sw_value_getstr(tracking, "current_release_date")),
			.flags = SW_ADV_DISTRO};
		if (!adv.id.n) {
			feed_bad(f, 0, "a vulnerability without a CVE");
			continue;
		}
		read_said(&c, *flaw);
		status(&c, sw_value_path(state, "fixed", NULL), true, 0, &rows);
		status(&c, sw_value_path(state, "known_affected", NULL), false, 0, &rows);
		status(&c, sw_value_path(state, "under_investigation", NULL), false, SW_AFF_UNSURE,
			&rows);
		feed_fold_arches(&rows);
		adv.affected = rows.v;
		adv.n_affected = rows.n;
		int rc = feed_add(f, &adv);
		if (rc)
			return rc;
	}
	return 0;
}
