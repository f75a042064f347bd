/* SPDX-License-Identifier: Apache-2.0 */
/*
 * updateinfo.xml, which every repository of rpm packages carries beside primary.xml: Amazon Linux,
 * Fedora, Rocky, AlmaLinux, Oracle, SUSE, openEuler.
 *
 *	<update type="security"><id>ALAS2-2018-939</id><severity>medium</severity>
 *	<references><reference type="cve" id="CVE-2017-5754"/></references>
 *	<pkglist><collection short="amazon-linux-2"><package name= epoch= version= release= arch=/>
 *
 * Which distribution it is the collection tells, else the folder of the feed or the file's name
 * ("amzn-2023", "rocky-9"). Only security updates, and others that name a CVE, count.
 */
#include "vuln/feed/impl.h"
#include "doc/xml.h"

struct update {
	struct feed_file *f;
	struct sw_xml x;
	struct sw_advisory adv;
	struct feed_names names;
	struct feed_rows rows;
	struct sw_str release, collection; /* what tells the distribution */
	bool security, full;
};

/* ---- whose ---- */

static struct sw_str release_in(struct sw_arena *a, struct sw_str s)
{
	size_t i = 0, j;
	while (i < s.n && !(s.p[i] >= '0' && s.p[i] <= '9'))
		i++;
	for (j = i; j < s.n && ((s.p[j] >= '0' && s.p[j] <= '9') || s.p[j] == '.'); j++)
		;
	while (j > i && s.p[j - 1] == '.')
		j--;
	struct sw_str release = sw_str_sub(s, i, j);
	size_t sp = sw_str_find(s, SW_STR("SP"), j);
	if (release.n && sp != SW_NPOS && sp + 2 < s.n)
		release = sw_arena_printf(a, "%.*s.%c", SW_STR_ARG(release), s.p[sp + 2]);
	return release;
}

/* A word that all texts about a distribution have, and its ID. */
static struct sw_str ecosystem_in(struct sw_arena *a, struct sw_str text)
{
	static const struct {
		const char *word, *id;
	} known[] = {{"amazon", "amzn"}, {"Amazon", "amzn"}, {"amzn", "amzn"}, {"Rocky", "rocky"},
		{"rocky", "rocky"}, {"AlmaLinux", "almalinux"}, {"almalinux", "almalinux"},
		{"Fedora", "fedora"}, {"fedora", "fedora"}, {"FEDORA", "fedora"}, {"Oracle", "ol"},
		{"oracle", "ol"}, {"ol", "ol"}, {"openEuler", "openeuler"},
		{"openSUSE-Leap", "opensuse-leap"}, {"openSUSE Leap", "opensuse-leap"},
		{"opensuse-leap", "opensuse-leap"}, {"SLE", "sles"}, {"sles", "sles"},
		{"SUSE Linux Enterprise", "sles"}, {"rhel", "rhel"},
		{"Red Hat Enterprise Linux", "rhel"}, {"photon", "photon"}};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct sw_str word = sw_str_from(known[i].word);
		size_t at = sw_str_find(text, word, 0);
		if (at == SW_NPOS)
			continue;
		struct sw_distribution d = {.id = sw_str_from(known[i].id),
			.version = release_in(a, sw_str_sub(text, at + word.n, text.n))};
		if (d.version.n)
			return sw_ecosystem_of_distribution(a, &d);
	}
	return SW_STR("");
}

static struct sw_str ecosystem_of(struct update *u)
{
	struct sw_str texts[] = {u->collection, u->release, u->f->path};
	for (unsigned i = 0; i < 3; i++) {
		struct sw_str eco = ecosystem_in(u->f->a, texts[i]);
		if (eco.n)
			return eco;
	}
	return SW_STR("");
}

/* ---- one update ---- */

static void package(struct update *u)
{
	struct sw_str epoch = sw_xml_get(&u->x, "epoch"), arch = sw_xml_get(&u->x, "arch"),
		      version = sw_xml_get(&u->x, "version"),
		      release = sw_xml_get(&u->x, "release");
	bool any = sw_str_is(arch, "noarch"), has_epoch = epoch.n && !sw_str_is(epoch, "0");
	struct sw_affected row = {.eco = ecosystem_of(u), .name = sw_xml_get(&u->x, "name")};
	if (sw_str_is(arch, "src") || sw_str_is(arch, "nosrc") || !version.n || !release.n)
		return;
	row.fixed = sw_arena_printf(u->f->a, "%.*s%s%.*s-%.*s", has_epoch ? (int)epoch.n : 0,
		epoch.n ? epoch.p : "", has_epoch ? ":" : "", SW_STR_ARG(version),
		SW_STR_ARG(release));
	row.only =
		any || !arch.n ? SW_STR("") : sw_arena_printf(u->f->a, "/%.*s", SW_STR_ARG(arch));
	if (row.eco.n && row.name.n)
		feed_row(&u->rows, &row);
}

static void reference(struct update *u)
{
	struct sw_str id = sw_xml_get(&u->x, "id"), href = sw_xml_get(&u->x, "href");
	size_t at =
		sw_str_find(id, SW_STR("CVE-"), 0); /* openEuler and others write titles there */
	if (at != SW_NPOS) {
		size_t end = at + 4;
		while (end < id.n && ((id.p[end] >= '0' && id.p[end] <= '9') || id.p[end] == '-'))
			end++;
		feed_name(&u->names, sw_str_sub(id, at, end));
	} else if (!u->adv.url.n && sw_str_is(sw_xml_get(&u->x, "type"), "self")) {
		u->adv.url = href;
	}
}

static int element(struct update *u, struct sw_error *err)
{
	struct sw_str name = u->x.name;
	struct {
		const char *name;
		struct sw_str *to;
	} texts[] = {{"id", &u->adv.id}, {"title", &u->adv.title}, {"release", &u->release},
		{"name", &u->collection}};
	if (sw_str_is(name, "package"))
		package(u);
	else if (sw_str_is(name, "reference"))
		reference(u);
	else if (sw_str_is(name, "collection") || sw_str_is(name, "module"))
		u->collection = sw_xml_get(&u->x, "short");
	else if (sw_str_is(name, "issued"))
		u->adv.published = feed_day(u->f, sw_xml_get(&u->x, "date"));
	else if (sw_str_is(name, "updated"))
		u->adv.modified = feed_day(u->f, sw_xml_get(&u->x, "date"));
	for (unsigned i = 0; i < 4; i++)
		if (sw_str_is(name, texts[i].name) && !texts[i].to->n)
			return sw_xml_text(&u->x, texts[i].to, err);
	if (sw_str_is(name, "severity")) {
		struct sw_str word;
		int rc = sw_xml_text(&u->x, &word, err);
		u->adv.severity = feed_severity(word);
		return rc;
	}
	return 0;
}

static int flush(struct update *u)
{
	if (!u->adv.id.n || !u->rows.n || (!u->security && !u->names.n))
		return 0;
	feed_fold_arches(&u->rows);
	u->adv.aliases = u->names.v;
	u->adv.n_aliases = u->names.n;
	u->adv.affected = u->rows.v;
	u->adv.n_affected = u->rows.n;
	u->adv.flags = SW_ADV_DISTRO | (u->names.n ? SW_ADV_MANY : 0);
	int rc = feed_add(u->f, &u->adv);
	u->full = rc != 0;
	return rc;
}

static int update(struct update *u, struct sw_error *err)
{
	uint32_t depth = u->x.depth;
	u->adv = (struct sw_advisory){.id = SW_STR(""), .title = SW_STR("")};
	u->names = (struct feed_names){.a = u->f->a};
	u->rows = (struct feed_rows){.a = u->f->a};
	u->release = u->collection = SW_STR("");
	u->security = sw_str_is(sw_xml_get(&u->x, "type"), "security");
	for (;;) {
		int k = sw_xml_next(&u->x, err);
		if (k < 0)
			return k;
		if (k == SW_XML_CLOSE && u->x.depth < depth)
			return flush(u);
		int rc = k == SW_XML_OPEN ? element(u, err) : 0;
		if (rc)
			return rc;
	}
}

int feed_updateinfo(struct feed_file *f)
{
	struct update u = {.f = f};
	struct sw_error err = {0};
	sw_xml_init(&u.x, f->a, f->text);
	for (;;) {
		int k = sw_xml_next(&u.x, &err);
		if (k > 0 && k == SW_XML_OPEN && sw_str_is(u.x.name, "update"))
			k = update(&u, &err);
		else if (k > 0)
			continue;
		else if (k == 0)
			return 0;
		if (u.full)
			return k;
		if (k < 0) {
			feed_bad(f, err.line, "%s",
				err.text); /* what was read before still counts */
			return 0;
		}
	}
}
