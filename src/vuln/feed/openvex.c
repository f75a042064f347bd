/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenVEX as a feed: documents in which a distribution says what of its own packages is affected
 * (Ubuntu). Products are purls of distribution packages, with the release in `distro=jammy` or
 * `distro=esm-infra/bionic`. What is fixed names the newest build and not the first with the fix,
 * so that is left to the OSV feed. Documents about anything else are for --vex.
 */
#include "package/purl.h"
#include "vuln/feed/impl.h"

/* "jammy", "esm-apps/xenial", "trusty/esm", "noble": whose package. */
static struct sw_str ecosystem_of(struct sw_arena *a, const struct sw_purl *u)
{
	struct sw_str distro = sw_purl_get(u, "distro"), rest = distro, word;
	bool esm = sw_str_has(distro, SW_STR("esm")) || sw_str_has(distro, SW_STR("fips")) ||
		   sw_str_has(distro, SW_STR("ros"));
	if (!sw_str_is(u->type, "deb"))
		return SW_STR("");
	while (sw_str_split(&rest, '/', &word)) {
		struct sw_str release = sw_str_is(u->ns, "ubuntu") ? feed_ubuntu_release(word)
								   : feed_debian_release(word);
		if (release.n)
			return sw_arena_printf(a, "%s:%.*s",
				!sw_str_is(u->ns, "ubuntu") ? "debian"
				: esm			    ? "ubuntu-pro"
							    : "ubuntu",
				SW_STR_ARG(release));
	}
	return SW_STR("");
}

static void product(struct feed_file *f, struct feed_rows *rows, struct sw_str text, unsigned flags)
{
	struct sw_purl u;
	struct sw_affected row = {.flags = flags};
	if (sw_purl_parse(f->a, text, SW_PURL_FOLD_KEYS, &u, NULL))
		return;
	row.eco = ecosystem_of(f->a, &u);
	row.name = u.name;
	if (!row.eco.n)
		return;
	if (!sw_str_is(sw_purl_get(&u, "arch"), "source"))
		row.flags |= SW_AFF_BINARY;
	feed_row(rows, &row);
}

static int statement(struct feed_file *f, struct sw_value v)
{
	struct sw_value flaw = sw_value_path(v, "vulnerability", NULL),
			products = sw_value_path(v, "products", NULL);
	struct sw_str status = sw_value_getstr(v, "status");
	struct feed_names names = {.a = f->a};
	struct feed_rows rows = {.a = f->a};
	struct sw_advisory adv = {.id = sw_value_getstr(flaw, "name"),
		.title = sw_value_getstr(flaw, "description"),
		.url = sw_value_getstr(flaw, "@id"),
		.published = feed_day(f, sw_value_getstr(v, "timestamp")),
		.flags = SW_ADV_DISTRO};
	bool unsure = sw_str_is(status, "under_investigation");
	if (!adv.id.n && sw_is(flaw, SW_STRING))
		adv.id = sw_value_str(flaw);
	if ((!unsure && !sw_str_is(status, "affected")) || !sw_is(products, SW_ARRAY) || !adv.id.n)
		return 0;
	sw_array_foreach (p, products) {
		struct sw_str purl =
			sw_value_getstr(sw_value_path(*p, "identifiers", NULL), "purl");
		product(f, &rows, purl.n ? purl : sw_value_getstr(*p, "@id"),
			unsure ? SW_AFF_UNSURE : 0);
	}
	feed_names_of(&names, sw_value_path(flaw, "aliases", NULL));
	adv.aliases = names.v;
	adv.n_aliases = names.n;
	adv.affected = rows.v;
	adv.n_affected = rows.n;
	return rows.n ? feed_add(f, &adv) : 0;
}

int feed_openvex(struct feed_file *f, struct sw_value v)
{
	struct sw_value list = sw_value_path(v, "statements", NULL);
	if (!sw_is(list, SW_ARRAY))
		return 0;
	sw_array_foreach (s, list) {
		int rc = statement(f, *s);
		if (rc)
			return rc;
	}
	return 0;
}
