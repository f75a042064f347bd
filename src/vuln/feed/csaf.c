/* SPDX-License-Identifier: Apache-2.0 */
/* CSAF 2.0 as Red Hat and SUSE publish it: one document per CVE (VEX) or per advisory. */
#include <stdlib.h>

#include "package/purl.h"
#include "vuln/feed/impl.h"

enum { BRANCH_DEPTH = 32, PRODUCTS_MAX = 1 << 20 };

struct product {
	struct sw_str id, name, version, eco; /* eco: of platforms */
	struct sw_str component, platform;    /* of relationships: ids */
};

struct csaf {
	struct feed_file *f;
	struct product *v;
	uint32_t n, cap;
	bool full;
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

/* "cpe:/o:redhat:enterprise_linux:8::baseos", "cpe:/a:redhat:enterprise_linux:9", "…:rhel_eus:8.6"
 */
static struct sw_str ecosystem_of_cpe(struct sw_arena *a, struct sw_str cpe)
{
	static const struct {
		const char *product, *id;
	} known[] = {{":redhat:enterprise_linux:", "rhel"}, {":suse:sles:", "sles"},
		{":suse:sle-server:", "sles"}, {":opensuse:leap:", "opensuse-leap"},
		{":suse:sled:", "sles"}};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t at = sw_str_find(cpe, sw_str_from(known[i].product), 0);
		if (at == SW_NPOS)
			continue;
		struct sw_str tail = sw_str_sub(cpe, at + strlen(known[i].product), cpe.n);
		struct sw_str release = sw_str_sub(tail, 0, sw_str_chr(tail, ':', 0));
		size_t sp = sw_str_find(tail, SW_STR(":sp"), 0);
		if (sp != SW_NPOS)
			release = sw_arena_printf(a, "%.*s.%.*s", SW_STR_ARG(release),
				SW_STR_ARG(
					sw_str_sub(tail, sp + 3, sw_str_chr(tail, ':', sp + 1))));
		struct sw_distribution d = {.id = sw_str_from(known[i].id), .version = release};
		return release.n ? sw_ecosystem_of_distribution(a, &d) : SW_STR("");
	}
	return SW_STR("");
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
		p->eco = ecosystem_of_cpe(c->f->a, cpe);
	if (purl.n && sw_purl_parse(c->f->a, purl, SW_PURL_FOLD_KEYS, &u, NULL) == 0 &&
		sw_purl_package(c->f->a, &u, &pkg, NULL, NULL) == 0 && pkg.type == SW_PKG_RPM) {
		p->name = pkg.name;
		p->version = sw_str_is(pkg.arch, "src") ? SW_STR("") : pkg.version;
		if (sw_str_is(pkg.arch, "src"))
			p->name = SW_STR("");
	} else if (!sw_str_ends(p->id, SW_STR(".src"))) {
		struct product named = {0};
		if (nevra(p->id, &named)) {
			p->name = named.name;
			p->version = named.version;
		} else if (!cpe.n) {
			p->name = p->id; /* a component without version: "kernel" */
		}
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

/* A module's component is reached through the module: one more step. */
static bool resolve(const struct csaf *c, struct sw_str id, struct sw_str *eco, struct sw_str *name,
	struct sw_str *version)
{
	const struct product *p = find(c, id);
	*eco = *name = *version = SW_STR("");
	for (unsigned step = 0; p && step < 4; step++) {
		const struct product *platform = find(c, p->platform);
		if (platform && platform->eco.n)
			*eco = platform->eco;
		for (unsigned up = 0; platform && !eco->n && up < 4; up++) {
			const struct product *above = find(c, platform->platform);
			if (above && above->eco.n)
				*eco = above->eco;
			platform = above;
		}
		if (p->name.n && !p->component.n) {
			*name = p->name;
			*version = p->version.p ? p->version : SW_STR("");
		}
		p = find(c, p->component);
	}
	return eco->n && name->n;
}

static void status(
	struct csaf *c, struct sw_value list, bool fixed, unsigned flags, struct feed_rows *rows)
{
	if (!sw_is(list, SW_ARRAY))
		return;
	sw_array_foreach (s, list) {
		struct sw_str eco, name, version;
		if (!sw_is(*s, SW_STRING) || !resolve(c, sw_value_str(*s), &eco, &name, &version))
			continue;
		if (fixed && !version.n)
			continue;
		struct sw_affected row = {.eco = eco,
			.name = name,
			.fixed = fixed ? version : SW_STR(""),
			.flags = flags};
		if (sw_str_starts(row.fixed, SW_STR("0:")))
			row.fixed = sw_str_sub(row.fixed, 2, row.fixed.n);
		feed_row(rows, &row);
	}
}

static unsigned remediation(struct sw_value flaw)
{
	struct sw_value list = sw_value_path(flaw, "remediations", NULL);
	if (sw_is(list, SW_ARRAY))
		sw_array_foreach (r, list) {
			struct sw_str category = sw_value_getstr(*r, "category"),
				      details = sw_value_getstr(*r, "details");
			if (sw_str_is(category, "no_fix_planned") ||
				sw_str_is(details, "Will not fix"))
				return SW_AFF_WONT_FIX;
			if (sw_str_is(details, "Fix deferred"))
				return SW_AFF_DEFERRED;
		}
	return 0;
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
		struct sw_value score = sw_array_at(sw_value_path(*flaw, "scores", NULL), 0);
		struct sw_advisory adv = {.id = sw_value_getstr(*flaw, "cve"),
			.title = sw_value_getstr(*flaw, "title"),
			.cvss = sw_value_getstr(
				sw_value_path(score, "cvss_v3", NULL), "vectorString"),
			.severity = feed_severity(sw_value_getstr(
				sw_value_path(doc, "aggregate_severity", NULL), "text")),
			.published = feed_day(f, sw_value_getstr(tracking, "initial_release_date")),
			.modified = feed_day(f, sw_value_getstr(tracking, "current_release_date")),
			.flags = SW_ADV_DISTRO};
		if (!adv.id.n) {
			feed_bad(f, 0, "a vulnerability without a CVE");
			continue;
		}
		unsigned left = remediation(*flaw);
		status(&c, sw_value_path(state, "fixed", NULL), true, 0, &rows);
		status(&c, sw_value_path(state, "known_affected", NULL), false, left, &rows);
		status(&c, sw_value_path(state, "under_investigation", NULL), false,
			SW_AFF_DEFERRED, &rows);
		adv.affected = rows.v;
		adv.n_affected = rows.n;
		int rc = feed_add(f, &adv);
		if (rc)
			return rc;
	}
	return 0;
}
