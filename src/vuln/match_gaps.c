/* SPDX-License-Identifier: Apache-2.0 */
/* Why a zero would be a lie: what the matcher could not see. */
#include "vuln/match_impl.h"

#include <stdio.h>

static const char *eol_product(struct sw_str id)
{
	static const char *const products[][2] = {{"alpine", "alpine-linux"},
		{"rocky", "rocky-linux"}, {"amzn", "amazon-linux"}, {"ol", "oracle-linux"},
		{"oracle", "oracle-linux"}, {"opensuse-leap", "opensuse"}, {"photon", "photon"},
		{"debian", "debian"}, {"ubuntu", "ubuntu"}, {"almalinux", "almalinux"},
		{"rhel", "rhel"}, {"redhat", "rhel"}, {"centos", "centos"}, {"fedora", "fedora"},
		{"sles", "sles"}, {"azurelinux", "azure-linux"}, {"mariner", "cbl-mariner"}};
	for (size_t i = 0; i < sizeof(products) / sizeof(*products); i++)
		if (sw_str_is(id, products[i][0]))
			return products[i][1];
	return NULL;
}

static void day_text(int64_t day, char out[16])
{
	int64_t z = day + 719468, era = z / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t d = doy - (153 * mp + 2) / 5 + 1, mo = mp < 10 ? mp + 3 : mp - 9;
	snprintf(out, 16, "%04d-%02d-%02d", (int)(yoe + era * 400 + (mo <= 2)), (int)mo, (int)d);
}

int match_end_of_life(struct matcher *m)
{
	const struct sw_distribution *d = &m->bom->distribution;
	const char *product = eol_product(d->id);
	struct sw_db_eol eol;
	int64_t today = m->opt->now / 86400;
	char day[16], more[16];
	if (!product || !d->version.n ||
		sw_vuln_db_eol(m->db, sw_str_from(product), d->version, &eol, NULL))
		return 0;
	if (!eol.eol || eol.eol > today)
		return 0;
	struct sw_str name = sw_arena_printf(
		&m->r->arena, "%.*s %.*s", SW_STR_ARG(d->id), SW_STR_ARG(d->version));
	day_text(eol.eol, day);
	bool extended = eol.extended > today && eol.extended != INT64_MAX;
	if (extended)
		day_text(eol.extended, more);
	struct sw_str reason = extended	      ? sw_arena_printf(&m->r->arena,
							"its standard support ended on %s; extended "
							      "support, where it is had, ends on %s",
							day, more)
			       : eol.eol == 1 ? SW_STR("it gets no more security fixes: flaws "
						       "found since then are in no advisory")
					      : sw_arena_printf(&m->r->arena,
							"it gets no more security fixes since %s: "
							"flaws found since then are in no advisory",
							day);
	return match_gap(m, SW_GAP_EOL, name, reason, 0);
}

int match_stale(struct matcher *m)
{
	struct sw_db_info info;
	int64_t today = m->opt->now / 86400,
		max = m->opt->max_age ? m->opt->max_age : SW_VULN_AGE_DAYS;
	char day[16];
	int rc = 0;
	sw_vuln_db_info(m->db, &info);
	day_text(info.data_date, day);
	if (!info.data_date)
		rc = match_gap(m, SW_GAP_STALE, SW_STR("advisory database"),
			SW_STR("none of its records says of which day it is"), 0);
	else if (today - info.data_date > max)
		rc = match_gap(m, SW_GAP_STALE, SW_STR("advisory database"),
			sw_arena_printf(&m->r->arena, "its newest record is of %s, %lld days ago",
				day, (long long)(today - info.data_date)),
			0);
	/* A distribution that is alive has advisories every week. */
	if (!rc && m->distro.state == OPEN && m->distro.eco.newest &&
		info.data_date - m->distro.eco.newest > 90) {
		day_text(m->distro.eco.newest, day);
		rc = match_gap(m, SW_GAP_STALE, m->distro.eco.key,
			sw_arena_printf(&m->r->arena,
				"the newest advisory of this distribution in the database is of %s",
				day),
			0);
	}
	return rc;
}

static bool has_system_package(const struct sw_bom *bom)
{
	for (uint32_t i = 0; i < bom->n; i++)
		if (sw_package_type_is_os(bom->packages[i].type) ||
			bom->packages[i].type == SW_PKG_EBUILD)
			return true;
	return false;
}

static struct sw_str distribution_name(struct matcher *m)
{
	const struct sw_distribution *d = &m->bom->distribution;
	if (!d->id.n)
		return SW_STR("unknown distribution");
	return d->version.n ? sw_arena_printf(&m->r->arena, "%.*s %.*s", SW_STR_ARG(d->id),
				      SW_STR_ARG(d->version))
			    : d->id;
}

int match_unseen(struct matcher *m)
{
	const struct sw_distribution *d = &m->bom->distribution;
	int rc = 0;
	/* Images are made small by taking the package database out, and look clean ever after. */
	if (d->id.n && !has_system_package(m->bom))
		rc = match_gap(m, SW_GAP_DISTRIBUTION, distribution_name(m),
			SW_STR("no package database of it was found: what it has installed is not "
			       "known"),
			0);
	if (!rc && m->distro.packages)
		rc = match_gap(m, SW_GAP_DISTRIBUTION, distribution_name(m),
			d->id.n ? SW_STR("the database has no advisories for this distribution and "
					 "release")
				: SW_STR("no os-release tells which distribution the packages are "
					 "of"),
			m->distro.packages);
	for (uint32_t i = 0; !rc && i < m->n_more; i++)
		if (m->more[i].s.state == MISSING && sw_str_starts(m->more[i].key, SW_STR("rhel-")))
			rc = match_gap(m, SW_GAP_DISTRIBUTION, m->more[i].key,
				SW_STR("the image's packages come from this extended release, of which "
				       "the database has no advisories: those of the release itself "
				       "were used"),
				0);
	for (int t = 0; !rc && t < SW_PKG__COUNT; t++)
		if (m->types[t].packages)
			rc = match_gap(m, SW_GAP_ECOSYSTEM, sw_str_from(sw_package_type_name(t)),
				SW_STR("the database has no advisories for packages of this kind"),
				m->types[t].packages);
	if (!rc && m->unnamed)
		rc = match_gap(m, SW_GAP_ECOSYSTEM, SW_STR("software without a package"),
			SW_STR("the database has no advisories that name it"), m->unnamed);
	for (uint32_t i = 0; !rc && i < m->bom->n_problems; i++)
		rc = match_gap(m, SW_GAP_UNREADABLE, m->bom->problems[i].path,
			m->bom->problems[i].reason, 0);
	return rc;
}
