/* SPDX-License-Identifier: Apache-2.0 */
/* Matches and gaps as findings. */
#include <stdlib.h>

#include "package/purl.h"
#include "vuln/match.h"

#define RULE(id_, title_, severity_, description_, remediation_)                                   \
	{                                                                                          \
		.id = SW_STR_INIT(id_), .title = SW_STR_INIT(title_),                              \
		.description = SW_STR_INIT(description_),                                          \
		.remediation = SW_STR_INIT(remediation_), .category = SW_STR_INIT("image"),        \
		.engine = SW_STR_INIT("vuln"), .source = SW_STR_INIT("builtin"),                   \
		.severity = severity_                                                              \
	}

static const struct sw_rule gap_rules[SW_GAP__COUNT] = {
	[SW_GAP_EOL] = RULE("SW-VULN-001", "The distribution is past its end of life", SW_SEV_HIGH,
		"Nobody looks for flaws in it any more, so a report without findings means "
		"nothing.",
		"Build on a release that is still supported."),
	[SW_GAP_STALE] = RULE("SW-VULN-002", "The advisory data is old", SW_SEV_MEDIUM,
		"Flaws that became known since then are not in this report.",
		"Update the database: seawall db update, or build it from fresh feeds."),
	[SW_GAP_DISTRIBUTION] = RULE("SW-VULN-003", "No advisories for this distribution",
		SW_SEV_MEDIUM, "The packages of the operating system were not judged.",
		"Give seawall db build a feed for this distribution and release."),
	[SW_GAP_ECOSYSTEM] = RULE("SW-VULN-004", "No advisories for this kind of package",
		SW_SEV_LOW, "Packages of this kind were not judged.",
		"Give seawall db build a feed for this ecosystem."),
	[SW_GAP_VERSION] = RULE("SW-VULN-005", "A package without a version that can be compared",
		SW_SEV_LOW, "It was not judged.", "Build it with its version, or take it out."),
	[SW_GAP_UNREADABLE] = RULE("SW-VULN-006", "Something in the image could not be read",
		SW_SEV_MEDIUM, "What is in it was not judged.",
		"See the reason; a damaged package database hides everything."),
	[SW_GAP_VEX_UNUSED] = RULE("SW-VULN-007", "A VEX statement matched nothing", SW_SEV_LOW,
		"It names a flaw or a product that is not here: it may be written wrong, and hide "
		"nothing.",
		"Compare its product with the package's purl, or take it out."),
};

const struct sw_rule *sw_match_rules(uint32_t *ret_n)
{
	*ret_n = SW_GAP__COUNT;
	return gap_rules;
}

/* ---- rules of flaws: one per id and upgrade, in the report's arena ---- */

/* Reports group by remediation: so all that one upgrade closes stands together. */
struct rules {
	const struct sw_rule **slots;
	const struct sw_upgrade **upgrades; /* of the rule in the same slot */
	uint32_t n_slots;
};

static const struct sw_upgrade *upgrade_of(
	const struct sw_match_report *r, const struct sw_bom *bom, const struct sw_match *m)
{
	const struct sw_package *p = &bom->packages[m->package];
	bool os = sw_package_type_is_os(p->type);
	struct sw_str name = os && p->source.n ? p->source : p->name;
	struct sw_str from = os && p->source_version.n ? p->source_version : p->version;
	if (m->fix != SW_FIX_AVAILABLE)
		return NULL;
	for (uint32_t i = 0; i < r->n_upgrades; i++) {
		const struct sw_upgrade *u = &r->upgrades[i];
		if (os ? bom->packages[u->package].type == p->type && sw_str_eq(u->name, name) &&
					sw_str_eq(u->from, from)
		       : u->package == m->package)
			return u;
	}
	return NULL;
}

static struct sw_str remediation(
	struct sw_arena *a, const struct sw_match *m, const struct sw_upgrade *u)
{
	if (u)
		return sw_arena_printf(a, "Upgrade %.*s from %.*s to %.*s (closes %u).",
			SW_STR_ARG(u->name), SW_STR_ARG(u->from), SW_STR_ARG(u->to), u->closes);
	if (m->malicious)
		return SW_STR("Remove the package; what it ran on is no longer yours alone.");
	if (m->fix == SW_FIX_AVAILABLE)
		return SW_STR("Upgrade the package.");
	return SW_STR("No fixed version is known: replace the package, or state in a VEX document "
		      "why the flaw does not concern it.");
}

static uint32_t hash(struct sw_str s)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h;
}

static const struct sw_rule *new_rule(
	struct sw_arena *a, const struct sw_match *m, const struct sw_upgrade *u)
{
	struct sw_rule *rule = sw_arena_new(a, struct sw_rule);
	struct sw_str *refs = sw_arena_new_array(a, 2, struct sw_str);
	if (!rule || !refs)
		return NULL;
	*rule = (struct sw_rule){.id = m->id,
		.title = m->title.n ? m->title : m->id,
		.description = m->title,
		.remediation = remediation(a, m, u),
		.category = SW_STR("image"),
		.engine = SW_STR("vuln"),
		.source = m->feed,
		.severity = m->severity,
		.references = refs};
	if (m->url.n)
		refs[rule->n_references++] = m->url;
	if (sw_str_starts(m->id, SW_STR("CVE-")))
		refs[rule->n_references++] = sw_arena_printf(
			a, "https://nvd.nist.gov/vuln/detail/%.*s", SW_STR_ARG(m->id));
	else if (sw_str_starts(m->id, SW_STR("GHSA-")))
		refs[rule->n_references++] =
			sw_arena_printf(a, "https://github.com/advisories/%.*s", SW_STR_ARG(m->id));
	return rule;
}

static const struct sw_rule *rule_of(struct rules *rules, struct sw_arena *a,
	const struct sw_match *m, const struct sw_upgrade *u)
{
	uint32_t at = hash(m->id) & (rules->n_slots - 1);
	/* Severity too: a distribution's word for its own package is not that of an other one. */
	while (rules->slots[at] &&
		(!sw_str_eq(rules->slots[at]->id, m->id) || rules->upgrades[at] != u ||
			rules->slots[at]->severity != m->severity))
		at = (at + 1) & (rules->n_slots - 1);
	if (!rules->slots[at]) {
		rules->slots[at] = new_rule(a, m, u);
		rules->upgrades[at] = u;
	}
	return rules->slots[at];
}

/* ---- words ---- */

static void provenance(
	struct sw_buf *out, const struct sw_package *p, const struct sw_match_options *opt)
{
	if (p->layer == SW_LAYER_UNKNOWN || !opt->n_layers)
		return;
	sw_buf_printf(out, "; layer %u", p->layer);
	if (opt->base_layers)
		sw_buf_addz(out, p->layer < opt->base_layers ? " of the base image"
							     : " on top of the base image");
	if (opt->layers && p->layer < opt->n_layers && opt->layers[p->layer].n) {
		struct sw_str by = opt->layers[p->layer];
		sw_buf_printf(
			out, " (%.*s%s)", (int)(by.n > 80 ? 80 : by.n), by.p, by.n > 80 ? "…" : "");
	}
}

static void rating(struct sw_buf *out, const struct sw_match *m)
{
	sw_buf_printf(out, "; %s", sw_severity_name(m->severity));
	if (m->severity_source.n)
		sw_buf_printf(out, " says %.*s", SW_STR_ARG(m->severity_source));
	if (m->cvss_score > 0)
		sw_buf_printf(out, ", CVSS %.1f", m->cvss_score);
	if (m->epss >= 0)
		sw_buf_printf(out, ", EPSS %.2f %%", m->epss * 100);
	if (m->kev)
		sw_buf_addz(out, ", exploited in the wild");
	if (m->malicious)
		sw_buf_addz(out, ", the package itself is malicious");
}

static struct sw_str message(struct sw_arena *a, const struct sw_match *m,
	const struct sw_package *p, const struct sw_match_options *opt)
{
	static const char *const no_fix[] = {[SW_FIX_NONE] = "no fixed version is known",
		[SW_FIX_AVAILABLE] = "",
		[SW_FIX_WONT] = "it will not be fixed",
		[SW_FIX_DEFERRED] = "a fix is put off",
		[SW_FIX_UNSURE] = "the vendor is still looking into it"};
	sw_autobuf out;
	sw_buf_init(&out, 8192);
	if (p->ns.n && !sw_package_type_is_os(p->type))
		sw_buf_printf(
			&out, "%.*s%s", SW_STR_ARG(p->ns), p->type == SW_PKG_MAVEN ? ":" : "/");
	sw_buf_printf(&out, "%.*s %.*s: ", SW_STR_ARG(p->name), SW_STR_ARG(p->version));
	if (m->fix == SW_FIX_AVAILABLE)
		sw_buf_printf(&out, "fixed in %.*s", SW_STR_ARG(m->fixed));
	else
		sw_buf_addz(&out, no_fix[m->fix]);
	rating(&out, m);
	provenance(&out, p, opt);
	return sw_arena_str(a, sw_buf_str(&out));
}

static int add_match(struct sw_match_report *r, const struct sw_match *m, const struct sw_bom *bom,
	const struct sw_match_options *opt, struct rules *rules, struct sw_findings *fs)
{
	struct sw_arena *a = &r->arena;
	const struct sw_package *p = &bom->packages[m->package];
	struct sw_evidence where = {.file = p->path.n	  ? p->path
					    : opt->file.p ? opt->file
							  : SW_STR(""),
		.path = SW_STR(""),
		.value = sw_arena_printf(a, "\"%.*s\"", SW_STR_ARG(p->version)),
		.expected = m->fix == SW_FIX_AVAILABLE
				    ? sw_arena_printf(a, "%.*s or later", SW_STR_ARG(m->fixed))
				    : SW_STR("")};
	struct sw_finding f = {.rule = rule_of(rules, a, m, upgrade_of(r, bom, m)),
		.verdict = SW_VERDICT_FAIL,
		.severity = m->severity,
		.subject = {.image = opt->image,
			.digest = opt->digest,
			.package = sw_package_purl(a, p, &bom->distribution)},
		.message = message(a, m, p, opt),
		.evidence = &where,
		.n_evidence = 1,
		.document = opt->file.p ? opt->file : SW_STR(""),
		.key = sw_package_type_is_os(p->type) ? SW_STR("") : p->path};
	if (m->fix == SW_FIX_AVAILABLE)
		f.fix.summary = sw_arena_printf(
			a, "upgrade %.*s to %.*s", SW_STR_ARG(p->name), SW_STR_ARG(m->fixed));
	if (m->vex == SW_VEX_NOT_AFFECTED || m->vex == SW_VEX_FIXED) {
		f.verdict = SW_VERDICT_PASS;
		f.reason = sw_arena_printf(a, "VEX: %s%s%.*s",
			m->vex == SW_VEX_FIXED ? "fixed" : "not affected",
			m->vex_reason.n ? ", " : "", SW_STR_ARG(m->vex_reason));
	}
	if (!f.rule || !f.message.p || !f.subject.package.p)
		return -SW_ELIMIT;
	return sw_findings_add(fs, &f);
}

static int add_gap(struct sw_match_report *r, const struct sw_gap *g,
	const struct sw_match_options *opt, struct sw_findings *fs)
{
	const struct sw_rule *rule = &gap_rules[g->kind];
	bool judged =
		g->kind == SW_GAP_EOL || g->kind == SW_GAP_STALE || g->kind == SW_GAP_VEX_UNUSED;
	struct sw_finding f = {.rule = rule,
		.verdict = judged ? SW_VERDICT_FAIL : SW_VERDICT_NOT_EVALUATED,
		.severity = rule->severity,
		.subject = {.image = opt->image, .digest = opt->digest},
		.reason = judged ? SW_STR("") : g->reason,
		.document = opt->file.p ? opt->file : SW_STR(""),
		.key = g->subject};
	struct sw_evidence where = {.file = g->kind == SW_GAP_UNREADABLE ? g->subject
					    : opt->file.p		 ? opt->file
									 : SW_STR(""),
		.path = SW_STR(""),
		.value = SW_STR(""),
		.expected = SW_STR("")};
	if (g->kind == SW_GAP_VERSION)
		f.subject.package = g->subject;
	/* Extended support is had by some: a smaller matter than none at all. */
	if (g->kind == SW_GAP_EOL && sw_str_has(g->reason, SW_STR("extended support")))
		f.severity = SW_SEV_LOW;
	f.message = g->packages > 1
			    ? sw_arena_printf(&r->arena, "%.*s: %.*s (%u packages)",
				      SW_STR_ARG(g->subject), SW_STR_ARG(g->reason), g->packages)
			    : sw_arena_printf(&r->arena, "%.*s: %.*s", SW_STR_ARG(g->subject),
				      SW_STR_ARG(g->reason));
	f.evidence = &where;
	f.n_evidence = 1;
	return f.message.p ? sw_findings_add(fs, &f) : -SW_ELIMIT;
}

int sw_match_findings(struct sw_match_report *r, const struct sw_bom *bom,
	const struct sw_match_options *opt, struct sw_findings *fs, struct sw_error *err)
{
	struct rules rules = {.n_slots = 64};
	int rc = 0;
	while (rules.n_slots < r->n * 2u)
		rules.n_slots *= 2;
	rules.slots = calloc(rules.n_slots, sizeof(*rules.slots));
	rules.upgrades = calloc(rules.n_slots, sizeof(*rules.upgrades));
	if (!rules.slots || !rules.upgrades)
		rc = -SW_ELIMIT;
	for (uint32_t i = 0; !rc && i < r->n; i++)
		rc = add_match(r, &r->v[i], bom, opt, &rules, fs);
	for (uint32_t i = 0; !rc && i < r->n_gaps; i++)
		rc = add_gap(r, &r->gaps[i], opt, fs);
	free(rules.slots);
	free(rules.upgrades);
	fs->coverage.evaluations += r->evaluated;
	return rc ? sw_error_set(err, SW_ELIMIT, "more findings than a report holds") : 0;
}
