/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/match_impl.h"

#include <stdlib.h>

#include "vuln/vex.h"

void sw_match_report_init(struct sw_match_report *r)
{
	*r = (struct sw_match_report){0};
	sw_arena_init(&r->arena, 0);
}

void sw_match_report_release(struct sw_match_report *r)
{
	sw_arena_release(&r->arena);
	*r = (struct sw_match_report){0};
}

/* ---- growing ---- */

static void *grown(struct sw_arena *a, void *v, uint32_t n, uint32_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	uint32_t want = *cap ? *cap * 2 : 64;
	void *p = sw_arena_grow(a, v, *cap * size, want * size);
	if (p)
		*cap = want;
	return p;
}

static int limit(struct matcher *m)
{
	return sw_error_set(m->err, SW_ELIMIT, "more than %u matches", SW_MATCHES_MAX);
}

int match_gap(struct matcher *m, enum sw_gap_kind kind, struct sw_str subject,
	struct sw_str reason, uint32_t packages)
{
	void *v = grown(&m->r->arena, m->r->gaps, m->r->n_gaps, &m->cap_gaps, sizeof(*m->r->gaps));
	if (!v || !subject.p || !reason.p)
		return limit(m);
	m->r->gaps = v;
	m->r->gaps[m->r->n_gaps++] = (struct sw_gap){kind, subject, reason, packages};
	return 0;
}

/* ---- one interval ---- */

/* <0, 0, >0 of the installed version and a bound; *ok false when there is no order. */
static int order(struct matcher *m, const struct sw_ecosystem *e, struct sw_str version,
	struct sw_str bound, bool *ok)
{
	int c = 0;
	*ok = sw_ecosystem_cmp(e, version, bound, &c) == 0;
	return c;
}

static bool in_range(struct matcher *m, const struct sw_ecosystem *e, struct sw_str version,
	const struct sw_db_row *row)
{
	struct sw_range range;
	bool in = false;
	enum sw_range_language l =
		e->language == SW_RANGE_LAX_PEP440 ? SW_RANGE_PEP440 : e->language;
	if (sw_range_parse(&m->scratch, l, SW_RANGE_PRERELEASE | SW_RANGE_LOOSE, row->introduced,
		    &range, NULL))
		return false;
	if (sw_range_check(&range, version, &in)) {
		m->bad_version = true;
		return false;
	}
	return row->flags & SW_AFF_EXCEPT ? !in : in;
}

static bool is_module(struct sw_str version)
{
	return sw_str_has(version, SW_STR("module"));
}

/* "nodejs:18" of "nodejs:18:8090020240301110609:a75119d5"; an rpm without a label may be of any. */
static bool other_module(const struct sw_package *p, struct sw_str module)
{
	return module.n && p->module.n &&
	       !(sw_str_starts(p->module, module) &&
		       (p->module.n == module.n || p->module.p[module.n] == ':'));
}

static bool other_arch(const struct sw_package *p, struct sw_str arch)
{
	return arch.n && p->arch.n && !sw_str_is(p->arch, "noarch") && !sw_str_eq(p->arch, arch);
}

/* "oe2203sp1" of "3.0.9-2.oe2203sp1": service packs of openEuler share os-release's version only.
 */
static struct sw_str service_pack(struct sw_str version)
{
	size_t at = sw_str_rfind(version, SW_STR(".oe"));
	return at == SW_NPOS ? SW_STR("") : sw_str_sub(version, at + 1, version.n);
}

static bool other_service_pack(struct sw_str version, struct sw_str bound)
{
	struct sw_str a = service_pack(version), b = service_pack(bound);
	return a.n && b.n && !sw_str_eq(a, b);
}

/* Builds of a module's stream compare with each other only, and so do those of one machine. */
static bool other_stream(
	const struct sw_package *p, const struct sw_db_row *row, struct sw_str version)
{
	if (p->type != SW_PKG_RPM)
		return false;
	size_t slash = sw_str_chr(row->only, '/', 0);
	if (other_module(p, sw_str_sub(row->only, 0, slash)) ||
		(slash != SW_NPOS && other_arch(p, sw_str_sub(row->only, slash + 1, row->only.n))))
		return true;
	struct sw_str bound = row->fixed.n ? row->fixed : row->last;
	return bound.n &&
	       (is_module(bound) != is_module(version) || other_service_pack(version, bound));
}

/* "el9_2" of "5.14.0-284.11.1.el9_2": a minor release that is kept alive apart from the others. */
static struct sw_str minor_stream(struct sw_str version)
{
	for (size_t at = 0; (at = sw_str_find(version, SW_STR(".el"), at)) != SW_NPOS; at++) {
		size_t end = at + 3, digits = 0;
		while (end < version.n && version.p[end] >= '0' && version.p[end] <= '9')
			end++;
		if (end == at + 3 || end == version.n || version.p[end++] != '_')
			continue;
		while (end < version.n && version.p[end] >= '0' && version.p[end] <= '9') {
			end++;
			digits++;
		}
		if (digits)
			return sw_str_sub(version, at + 1, end);
	}
	return SW_STR("");
}

static bool affected(struct matcher *m, const struct sw_ecosystem *e, struct sw_str version,
	const struct sw_db_row *row)
{
	if (row->flags & (SW_AFF_RANGE | SW_AFF_EXCEPT))
		return in_range(m, e, version, row);
	const struct sw_affected interval = {.introduced = row->introduced,
		.fixed = row->fixed,
		.last = row->last,
		.flags = row->flags};
	return sw_ecosystem_within(e, version, &interval);
}

/* The smallest of the versions that close it and are above the installed one. */
static struct sw_str fix_of(
	struct matcher *m, const struct sw_ecosystem *e, struct sw_str version, struct sw_str fixed)
{
	struct sw_str best = SW_STR(""), one, rest = fixed;
	bool ok;
	if (sw_str_chr(fixed, ' ', 0) == SW_NPOS)
		return fixed;
	while (sw_str_split(&rest, ' ', &one)) {
		if (order(m, e, version, one, &ok) >= 0 || !ok)
			continue;
		if (!best.n || (order(m, e, one, best, &ok) < 0 && ok))
			best = one;
	}
	return best;
}

/* ---- one match ---- */

static enum sw_severity raise(enum sw_severity a, enum sw_severity b)
{
	return a > b ? a : b;
}

/* Who ships the package knows how bad it is there; then the raters; then who wrote of it. */
static void rate(struct sw_match *o, const struct sw_db_row *row, const struct sw_db_advisory *adv,
	const struct sw_db_flaw *flaw, bool first)
{
	bool distro = adv->flags & SW_ADV_DISTRO;
	enum sw_severity own = row->severity ? row->severity
			       : distro	     ? adv->severity
					     : SW_SEV_UNKNOWN;
	if (row->flags & SW_AFF_MINOR)
		own = SW_SEV_INFO;
	if (adv->flags & SW_ADV_MALICIOUS) {
		o->malicious = true;
		own = SW_SEV_CRITICAL;
	}
	if (own) {
		bool was_own = !first && sw_str_eq(o->severity_source, adv->feed);
		o->severity = was_own ? raise(o->severity, own) : own;
		o->severity_source = adv->feed;
	} else if (first && flaw->severity) {
		o->severity = flaw->severity;
		o->severity_source = flaw->source.n ? flaw->source : SW_STR("cvss");
	} else if (!o->severity && adv->severity) {
		o->severity = adv->severity;
		o->severity_source = adv->feed;
	}
}

static const struct sw_str *split_names(struct matcher *m, struct sw_str names, uint32_t *ret_n)
{
	struct sw_str rest = names, one;
	uint32_t n = 0;
	for (size_t i = 0; i < names.n; i++)
		n += names.p[i] == ' ';
	struct sw_str *v = names.n ? sw_arena_new_array(&m->r->arena, n + 1, struct sw_str) : NULL;
	*ret_n = 0;
	while (v && sw_str_split(&rest, ' ', &one))
		v[(*ret_n)++] = one;
	return v;
}

static void begin_match(struct matcher *m, struct sw_match *o, uint32_t package, struct sw_str id,
	const struct sw_db_advisory *adv, struct sw_db_flaw *flaw)
{
	if (sw_vuln_db_flaw(m->db, id, flaw, NULL))
		*flaw = (struct sw_db_flaw){.id = id, .epss = -1, .percentile = -1};
	*o = (struct sw_match){.package = package,
		.id = id,
		.advisory = adv->id,
		.feed = adv->feed,
		.title = flaw->title.n ? flaw->title : adv->title,
		.url = adv->url,
		.fixed = SW_STR(""),
		.severity_source = SW_STR(""),
		.cvss = flaw->cvss.p ? flaw->cvss : SW_STR(""),
		.cvss_score = flaw->score,
		.epss = flaw->epss,
		.epss_percentile = flaw->percentile,
		.kev = flaw->kev != 0,
		.vex_reason = SW_STR("")};
	o->aliases = split_names(m, flaw->aliases, &o->n_aliases);
	if (!o->title.p)
		o->title = SW_STR("");
}

static uint32_t slot_of(const struct matcher *m, struct sw_str id)
{
	uint32_t at = 2166136261u;
	for (size_t i = 0; i < id.n; i++)
		at = (at ^ (unsigned char)id.p[i]) * 16777619u;
	at &= m->n_slots - 1;
	while (m->slots[at] && !sw_str_eq(m->r->v[m->slots[at] - 1].id, id))
		at = (at + 1) & (m->n_slots - 1);
	return at;
}

static bool reslot(struct matcher *m)
{
	uint32_t want = m->n_slots ? m->n_slots * 2 : 256;
	uint32_t *slots = calloc(want, sizeof(*slots));
	if (!slots)
		return false;
	free(m->slots);
	m->slots = slots;
	m->n_slots = want;
	for (uint32_t i = m->first; i < m->r->n; i++)
		m->slots[slot_of(m, m->r->v[i].id)] = i + 1;
	return true;
}

/* The package's match of this flaw. */
static struct sw_match *match_of(struct matcher *m, uint32_t package, struct sw_str id,
	const struct sw_db_advisory *adv, struct sw_db_flaw *flaw, bool *ret_first)
{
	if ((m->r->n - m->first + 1) * 2 > m->n_slots && !reslot(m))
		return NULL;
	uint32_t at = slot_of(m, id);
	*ret_first = !m->slots[at];
	if (m->slots[at])
		return &m->r->v[m->slots[at] - 1];
	void *v = m->r->n < SW_MATCHES_MAX
			  ? grown(&m->r->arena, m->r->v, m->r->n, &m->cap, sizeof(*m->r->v))
			  : NULL;
	if (!v)
		return NULL;
	m->r->v = v;
	begin_match(m, &m->r->v[m->r->n++], package, id, adv, flaw);
	m->slots[at] = m->r->n;
	return &m->r->v[m->r->n - 1];
}

/* ---- minor streams of rpm distributions ---- */

static bool closed_elsewhere(const struct matcher *m, struct sw_str id, const struct sw_db_row *row)
{
	for (uint32_t i = 0; i < m->n_closed; i++)
		if (sw_str_eq(m->closed[i], id))
			return !sw_str_eq(minor_stream(row->fixed), m->stream);
	return false;
}

/*
 * A build of el9_2 that has the fix of el9_2 is older than the fix of el9_4 and yet not affected:
 * flaws that its own stream closed are remembered before anything is judged.
 */
static void close_streams(struct matcher *m, const struct sw_db_eco *eco,
	const struct sw_ecosystem *e, const struct sw_package *p, struct sw_str version,
	uint32_t from, uint32_t n)
{
	m->n_closed = m->cap_closed = 0;
	m->closed = NULL;
	m->stream = p->type == SW_PKG_RPM ? minor_stream(version) : SW_STR("");
	for (uint32_t i = from; m->stream.n && i < from + n; i++) {
		struct sw_db_row row;
		struct sw_db_advisory adv;
		bool ok;
		if (!sw_db_eco_row(eco, i, &row) || other_stream(p, &row, version) ||
			!sw_str_eq(minor_stream(row.fixed), m->stream) ||
			order(m, e, version, row.fixed, &ok) < 0 || !ok ||
			!sw_db_eco_advisory(eco, row.advisory, &adv))
			continue;
		for (uint32_t k = 0; k < adv.n_flaws; k++) {
			void *v = grown(&m->scratch, m->closed, m->n_closed, &m->cap_closed,
				sizeof(*m->closed));
			if (!v)
				return;
			m->closed = v;
			m->closed[m->n_closed++] = sw_db_eco_flaw(eco, adv.first_flaw + k);
		}
	}
}

/* ---- extended releases ---- */

static bool is_told(const struct matcher *m, struct sw_str id)
{
	for (uint32_t i = 0; i < m->n_told; i++)
		if (sw_str_eq(m->told[i], id))
			return true;
	return false;
}

/* The flaws of a package that a section has anything to say about. */
static void collect_told(struct matcher *m, const struct section *s, const struct sw_package *p,
	struct sw_str name, struct sw_str version)
{
	uint32_t from, n;
	if (!sw_db_eco_find(&s->eco, name, &from, &n))
		return;
	for (uint32_t i = from; i < from + n; i++) {
		struct sw_db_row row;
		struct sw_db_advisory adv;
		if (!sw_db_eco_row(&s->eco, i, &row) || other_stream(p, &row, version) ||
			!sw_db_eco_advisory(&s->eco, row.advisory, &adv))
			continue;
		for (uint32_t k = 0; k < adv.n_flaws; k++) {
			void *v = grown(&m->scratch, m->told, m->n_told, &m->cap_told,
				sizeof(*m->told));
			if (!v)
				return;
			m->told = v;
			m->told[m->n_told++] = sw_db_eco_flaw(&s->eco, adv.first_flaw + k);
		}
	}
}

static int row_matches(struct matcher *m, const struct sw_db_eco *eco, const struct sw_ecosystem *e,
	uint32_t package, struct sw_str version, const struct sw_db_row *row)
{
	struct sw_db_advisory adv;
	if (!sw_db_eco_advisory(eco, row->advisory, &adv))
		return 0;
	struct sw_str fix = row->fixed.n ? fix_of(m, e, version, row->fixed) : SW_STR("");
	for (uint32_t k = 0; k < adv.n_flaws; k++) {
		struct sw_str id = sw_db_eco_flaw(eco, adv.first_flaw + k);
		struct sw_db_flaw flaw = {0};
		bool first = false, ok;
		if (!id.n || closed_elsewhere(m, id, row) || (m->skip_told && is_told(m, id)))
			continue;
		struct sw_match *o = match_of(m, package, id, &adv, &flaw, &first);
		if (!o)
			return limit(m);
		rate(o, row, &adv, &flaw, first);
		/* Of two that name a fix, the later one closes both. */
		if (fix.n && (!o->fixed.n || (order(m, e, o->fixed, fix, &ok) < 0 && ok)))
			o->fixed = fix;
		if (o->fixed.n)
			o->fix = SW_FIX_AVAILABLE;
		else if (row->flags & SW_AFF_WONT_FIX)
			o->fix = SW_FIX_WONT;
		else if (row->flags & SW_AFF_DEFERRED && o->fix == SW_FIX_NONE)
			o->fix = SW_FIX_DEFERRED;
		else if (row->flags & SW_AFF_UNSURE && o->fix == SW_FIX_NONE)
			o->fix = SW_FIX_UNSURE;
	}
	return 0;
}

/* ---- one package ---- */

static int judge(struct matcher *m, const struct section *s, uint32_t package, struct sw_str name,
	struct sw_str version, unsigned want, unsigned mask)
{
	const struct sw_package *p = &m->bom->packages[package];
	uint32_t from, n;
	if (!sw_db_eco_find(&s->eco, name, &from, &n))
		return 0;
	m->has_interval = false;
	close_streams(m, &s->eco, s->e, p, version, from, n);
	for (uint32_t i = from; i < from + n; i++) {
		struct sw_db_row row;
		if (!sw_db_eco_row(&s->eco, i, &row) || (row.flags & mask) != want)
			continue;
		if (other_stream(p, &row, version))
			continue;
		if (!m->has_interval || m->interval != row.interval) {
			m->inside = affected(m, s->e, version, &row);
			m->interval = row.interval;
			m->has_interval = true;
		}
		int rc = m->inside ? row_matches(m, &s->eco, s->e, package, version, &row) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

static int open_section(struct matcher *m, struct section *s, struct sw_str key)
{
	if (s->state != UNOPENED)
		return 0;
	int rc = s->e && key.n ? sw_vuln_db_eco(m->db, key, &s->eco, m->err) : -SW_ENOENT;
	if (rc && rc != -SW_ENOENT)
		return rc;
	s->state = rc ? MISSING : OPEN;
	return 0;
}

static int unknown_version(struct matcher *m, uint32_t package)
{
	const struct sw_package *p = &m->bom->packages[package];
	struct sw_str purl = sw_package_purl(&m->r->arena, p, &m->bom->distribution);
	struct sw_str reason = p->version.n ? sw_arena_printf(&m->r->arena,
						      "'%.*s' is no version that could be compared",
						      SW_STR_ARG(p->version))
					    : SW_STR("its version is not known");
	return match_gap(m, SW_GAP_VERSION, purl, reason, 1);
}

/* By the source package's name, and by its own. */
static int judge_both(struct matcher *m, const struct section *s, uint32_t i, struct sw_str source,
	struct sw_str version)
{
	const struct sw_package *p = &m->bom->packages[i];
	int rc = judge(m, s, i, source, version, 0, SW_AFF_BINARY);
	return rc ? rc : judge(m, s, i, p->name, p->version, SW_AFF_BINARY, SW_AFF_BINARY);
}

static int judge_os(struct matcher *m, uint32_t i)
{
	const struct sw_package *p = &m->bom->packages[i];
	struct section *s = &m->distro;
	int rc = open_section(m, s, m->distro_key);
	if (rc)
		return rc;
	if (s->state == MISSING || s->e->type != p->type) {
		s->packages++;
		return 0;
	}
	struct sw_str source = p->source.n ? p->source : p->name;
	struct sw_str version = p->source_version.n ? p->source_version : p->version;
	if (!sw_ecosystem_version_known(s->e, version))
		return unknown_version(m, i);
	m->r->evaluated++;
	m->told = NULL;
	m->n_told = m->cap_told = 0;
	for (uint32_t k = 0; !rc && k < m->n_more; k++) {
		struct section *x = &m->more[k].s;
		rc = open_section(m, x, m->more[k].key);
		if (rc || x->state == MISSING)
			continue;
		if (sw_str_starts(m->more[k].key, SW_STR("rhel-"))) {
			collect_told(m, x, p, source, version);
			collect_told(m, x, p, p->name, p->version);
		}
		rc = judge_both(m, x, i, source, version);
	}
	m->skip_told = m->n_told > 0;
	if (!rc)
		rc = judge_both(m, s, i, source, version);
	m->skip_told = false;
	return rc;
}

/* What Bitnami's advisories call it. */
static struct sw_str bitnami_name(struct sw_str name)
{
	static const char *const other[][2] = {{"openjdk", "java"}, {"mysql", "mysql-client"}};

	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		if (sw_str_is(name, other[i][0]))
			return sw_str_from(other[i][1]);
	return name;
}

/* Does any advisory of the section name it? */
static bool names(const struct section *s, struct sw_str name)
{
	uint32_t from, n;
	return s->state == OPEN && sw_db_eco_find(&s->eco, name, &from, &n) && n;
}

/*
 * Software that was not installed by a package manager: by its own name, as Bitnami's advisories
 * name it, and by the products of the CVE programme. What none of them names is not clean: nobody
 * said anything of it.
 */
static int judge_software(struct matcher *m, uint32_t i)
{
	const struct sw_package *p = &m->bom->packages[i];
	struct section *own = &m->types[SW_PKG_GENERIC];
	struct sw_str bitnami = bitnami_name(p->name), rest = p->cpe, product;
	bool known;
	int rc;
	own->e = sw_ecosystem_find(SW_STR("generic"));
	m->bitnami.e = sw_ecosystem_find(SW_STR("bitnami"));
	m->cpe.e = sw_ecosystem_find(SW_STR("cpe"));
	if ((rc = open_section(m, own, SW_STR("generic"))) ||
		(rc = open_section(m, &m->bitnami, SW_STR("bitnami"))) ||
		(rc = open_section(m, &m->cpe, SW_STR("cpe"))))
		return rc;
	if (!sw_ecosystem_version_known(m->cpe.e, p->version))
		return unknown_version(m, i);
	if ((known = names(own, p->name)))
		rc = judge(m, own, i, p->name, p->version, 0, 0);
	if (!rc && names(&m->bitnami, bitnami)) {
		known = true;
		rc = judge(m, &m->bitnami, i, bitnami, p->version, 0, 0);
	}
	while (!rc && rest.n && sw_str_split(&rest, ' ', &product)) {
		if (!names(&m->cpe, product))
			continue;
		known = true;
		rc = judge(m, &m->cpe, i, product, p->version, 0, 0);
	}
	m->r->evaluated += known;
	m->unnamed += !known;
	return rc;
}

static int judge_language(struct matcher *m, uint32_t i)
{
	const struct sw_package *p = &m->bom->packages[i];
	struct section *s = &m->types[p->type];
	if (p->owned_by_os) {
		m->r->skipped_owned++;
		return 0;
	}
	if (p->type == SW_PKG_GENERIC)
		return judge_software(m, i);
	if (!s->e)
		s->e = sw_ecosystem_of_type(p->type);
	int rc = open_section(m, s, s->e ? sw_str_from(s->e->key) : SW_STR(""));
	if (rc)
		return rc;
	if (s->state == MISSING) {
		s->packages++;
		return 0;
	}
	if (!sw_ecosystem_version_known(s->e, p->version))
		return unknown_version(m, i);
	if (p->type == SW_PKG_MAVEN && !p->ns.n)
		return match_gap(m, SW_GAP_VERSION,
			sw_package_purl(&m->r->arena, p, &m->bom->distribution),
			SW_STR("its group is not known, and advisories name group and artifact"), 1);
	m->r->evaluated++;
	m->bad_version = false;
	rc = judge(m, s, i, sw_ecosystem_package(&m->scratch, s->e, p), p->version, 0, 0);
	if (!rc && m->bad_version)
		rc = unknown_version(m, i);
	return rc;
}

/* ---- VEX, order, upgrades ---- */

static int apply_vex(struct matcher *m)
{
	struct sw_vex *vex = m->opt->vex;
	struct sw_str last = SW_STR("");
	struct sw_purl purl = {0};
	uint32_t package = UINT32_MAX;
	const struct sw_vex_subject where = {m->opt->image, m->opt->digest, m->bom};
	for (uint32_t i = 0; vex && i < m->r->n; i++) {
		struct sw_match *o = &m->r->v[i];
		if (o->package != package) {
			package = o->package;
			last = sw_package_purl(
				&m->r->arena, &m->bom->packages[package], &m->bom->distribution);
			if (!last.p || sw_purl_parse(&m->r->arena, last, 0, &purl, NULL))
				purl = (struct sw_purl){0};
		}
		struct sw_vex_statement *s = sw_vex_find(vex, &purl, o, &where);
		if (s) {
			o->vex = s->status;
			o->vex_reason = s->reason;
		}
	}
	for (uint32_t i = 0; vex && i < vex->n; i++) {
		const struct sw_vex_statement *s = &vex->v[i];
		if (s->matched)
			continue;
		struct sw_str flaw = s->n_names ? s->names[0] : SW_STR("a flaw without a name");
		int rc = match_gap(m, SW_GAP_VEX_UNUSED,
			sw_arena_printf(&m->r->arena, "%.*s#%u", SW_STR_ARG(s->file), s->index),
			sw_arena_printf(&m->r->arena,
				"the statement about %.*s matched nothing here", SW_STR_ARG(flaw)),
			0);
		if (rc)
			return rc;
	}
	return 0;
}

static int match_order(const void *x, const void *y)
{
	const struct sw_match *a = x, *b = y;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->kev != b->kev)
		return a->kev ? -1 : 1;
	if (a->package != b->package)
		return a->package < b->package ? -1 : 1;
	return sw_str_cmp(a->id, b->id);
}

static int upgrade_order(const void *x, const void *y)
{
	const struct sw_upgrade *a = x, *b = y;
	if (a->kev != b->kev)
		return a->kev ? -1 : 1;
	if (a->worst != b->worst)
		return a->worst > b->worst ? -1 : 1;
	if (a->closes != b->closes)
		return a->closes > b->closes ? -1 : 1;
	return a->package < b->package ? -1 : a->package > b->package;
}

static bool closed_by_vex(const struct sw_match *o)
{
	return o->vex == SW_VEX_NOT_AFFECTED || o->vex == SW_VEX_FIXED;
}

/* One upgrade per source package (or language package) and version: to what closes all that can be.
 */
static int upgrades(struct matcher *m)
{
	const struct sw_package *packages = m->bom->packages;
	uint32_t cap = 0, *of = calloc(m->bom->n + 1u, sizeof(*of));
	if (!of)
		return limit(m);
	for (uint32_t i = 0; i < m->r->n; i++) {
		const struct sw_match *o = &m->r->v[i];
		const struct sw_package *p = &packages[o->package];
		bool os = sw_package_type_is_os(p->type), ok;
		const struct section *s = os ? &m->distro : &m->types[p->type];
		if (o->fix != SW_FIX_AVAILABLE || closed_by_vex(o))
			continue;
		struct sw_str name = os && p->source.n ? p->source : p->name;
		struct sw_str from = os && p->source_version.n ? p->source_version : p->version;
		struct sw_upgrade *u = of[o->package] ? &m->r->upgrades[of[o->package] - 1] : NULL;
		for (uint32_t k = 0; os && !u && k < m->r->n_upgrades; k++)
			if (packages[m->r->upgrades[k].package].type == p->type &&
				sw_str_eq(m->r->upgrades[k].name, name) &&
				sw_str_eq(m->r->upgrades[k].from, from))
				u = &m->r->upgrades[k];
		if (!u) {
			void *v = grown(&m->r->arena, m->r->upgrades, m->r->n_upgrades, &cap,
				sizeof(*m->r->upgrades));
			if (!v) {
				free(of);
				return limit(m);
			}
			m->r->upgrades = v;
			u = &m->r->upgrades[m->r->n_upgrades++];
			*u = (struct sw_upgrade){
				.package = o->package, .name = name, .from = from, .to = o->fixed};
		}
		of[o->package] = (uint32_t)(u - m->r->upgrades) + 1;
		u->closes++;
		u->kev |= o->kev;
		u->worst = raise(u->worst, o->severity);
		if (order(m, s->e, u->to, o->fixed, &ok) < 0 && ok)
			u->to = o->fixed;
	}
	free(of);
	if (m->r->n_upgrades)
		qsort(m->r->upgrades, m->r->n_upgrades, sizeof(*m->r->upgrades), upgrade_order);
	return 0;
}

static int gap_order(const void *x, const void *y)
{
	const struct sw_gap *a = x, *b = y;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	int c = sw_str_cmp(a->subject, b->subject);
	return c ? c : sw_str_cmp(a->reason, b->reason);
}

static void add_more(struct matcher *m, struct sw_str key)
{
	if (m->n_more == sizeof(m->more) / sizeof(*m->more) || !key.p)
		return;
	m->more[m->n_more].key = key;
	m->more[m->n_more++].s.e = sw_ecosystem_find(key);
}

/* What else speaks of the distribution: advisories for any of its releases, and for subscribers. */
static void more_sections(struct matcher *m)
{
	const struct sw_distribution *d = &m->bom->distribution;
	struct sw_str rest = d->streams, one;
	size_t colon = sw_str_chr(m->distro_key, ':', 0);
	if (colon != SW_NPOS)
		add_more(m, sw_str_sub(m->distro_key, 0, colon));
	if (sw_str_starts(m->distro_key, SW_STR("ubuntu:")))
		add_more(m, sw_arena_printf(&m->r->arena, "ubuntu-pro%.*s",
				    SW_STR_ARG(sw_str_sub(m->distro_key, 6, m->distro_key.n))));
	if (!sw_str_starts(m->distro_key, SW_STR("rhel:")))
		return;
	while (rest.n && sw_str_split(&rest, ' ', &one))
		if (sw_str_is(one, "eus") || sw_str_is(one, "aus") || sw_str_is(one, "e4s") ||
			sw_str_is(one, "tus"))
			add_more(m, sw_arena_printf(&m->r->arena, "rhel-%.*s:%.*s", SW_STR_ARG(one),
					    SW_STR_ARG(d->version)));
}

static int run(struct matcher *m)
{
	int rc = 0;
	m->distro_key = sw_ecosystem_of_distribution(&m->r->arena, &m->bom->distribution);
	m->distro.e = sw_ecosystem_find(m->distro_key);
	if (m->distro.e && !m->distro.e->distro)
		m->distro.e = NULL;
	more_sections(m);
	for (uint32_t i = 0; !rc && i < m->bom->n; i++) {
		const struct sw_package *p = &m->bom->packages[i];
		if (p->dev && m->opt->skip_dev)
			continue;
		if (m->n_slots && m->first != m->r->n)
			memset(m->slots, 0, m->n_slots * sizeof(*m->slots));
		m->first = m->r->n;
		rc = sw_package_type_is_os(p->type) ? judge_os(m, i) : judge_language(m, i);
		sw_arena_reset(&m->scratch);
	}
	if (!rc)
		rc = match_end_of_life(m);
	if (!rc)
		rc = match_stale(m);
	if (!rc)
		rc = match_unseen(m);
	if (!rc)
		rc = apply_vex(m);
	if (!rc)
		rc = upgrades(m);
	if (m->r->n)
		qsort(m->r->v, m->r->n, sizeof(*m->r->v), match_order);
	if (m->r->n_gaps)
		qsort(m->r->gaps, m->r->n_gaps, sizeof(*m->r->gaps), gap_order);
	return rc;
}

int sw_match_bom(struct sw_vuln_db *db, const struct sw_bom *bom,
	const struct sw_match_options *opt, struct sw_match_report *ret, struct sw_error *err)
{
	struct sw_error own = {0};
	struct matcher m = {.db = db, .bom = bom, .opt = opt, .r = ret, .err = &own};
	sw_arena_init(&m.scratch, 0);
	int rc = run(&m);
	free(m.slots);
	sw_arena_release(&m.scratch);
	if (rc && err)
		*err = own;
	return rc;
}
