/* SPDX-License-Identifier: Apache-2.0 */
/* A report's matches as VEX: OpenVEX 0.2 and CycloneDX 1.6. */
#include <stdlib.h>

#include "doc/json.h"
#include "vuln/vex.h"

static void key(struct sw_buf *out, const char *name, bool first)
{
	if (!first)
		sw_buf_addch(out, ',');
	sw_json_write_str(out, sw_str_from(name), 0);
	sw_buf_addch(out, ':');
}

static void text(struct sw_buf *out, const char *name, struct sw_str v, bool first)
{
	key(out, name, first);
	sw_json_write_str(out, v, 0);
}

static int by_flaw(const void *x, const void *y, void *arg)
{
	const struct sw_match *v = ((const struct sw_match_report *)arg)->v;
	const struct sw_match *a = &v[*(const uint32_t *)x], *b = &v[*(const uint32_t *)y];
	int c = sw_str_cmp(a->id, b->id);
	return c ? c : a->package < b->package ? -1 : a->package > b->package;
}

/* Indices of the matches by flaw, then package; NULL: out of memory. */
static uint32_t *order_of(const struct sw_match_report *r)
{
	uint32_t *v = malloc((r->n + 1u) * sizeof(*v));
	for (uint32_t i = 0; v && i < r->n; i++)
		v[i] = i;
	if (v && r->n)
		qsort_r(v, r->n, sizeof(*v), by_flaw, (void *)r);
	return v;
}

static enum sw_vex_status status_of(const struct sw_match *m)
{
	if (m->vex != SW_VEX_NONE)
		return m->vex;
	return m->fix == SW_FIX_AVAILABLE ? SW_VEX_AFFECTED : SW_VEX_UNDER_INVESTIGATION;
}

static void openvex_statement(struct sw_buf *out, const struct sw_match *m,
	const struct sw_package *p, struct sw_str purl, const struct sw_match_options *opt)
{
	enum sw_vex_status status = status_of(m);
	sw_buf_addz(out, "{\"vulnerability\":{");
	text(out, "name", m->id, true);
	if (m->n_aliases) {
		sw_buf_addz(out, ",\"aliases\":[");
		for (uint32_t i = 0; i < m->n_aliases; i++) {
			if (i)
				sw_buf_addch(out, ',');
			sw_json_write_str(out, m->aliases[i], 0);
		}
		sw_buf_addch(out, ']');
	}
	sw_buf_addz(out, "},\"products\":[{");
	if (opt->image.n) {
		text(out, "@id", opt->digest.n ? opt->digest : opt->image, true);
		sw_buf_addz(out, ",\"subcomponents\":[{");
		text(out, "@id", purl, true);
		sw_buf_addz(out, "}]}]");
	} else {
		text(out, "@id", purl, true);
		sw_buf_addz(out, "}]");
	}
	text(out, "status", sw_str_from(sw_vex_status_name(status)), false);
	if (status == SW_VEX_NOT_AFFECTED)
		text(out,
			sw_str_chr(m->vex_reason, ' ', 0) == SW_NPOS && m->vex_reason.n
				? "justification"
				: "impact_statement",
			m->vex_reason.n ? m->vex_reason : SW_STR("not affected"), false);
	if (status == SW_VEX_AFFECTED) {
		key(out, "action_statement", false);
		sw_buf_addz(out, "\"");
		if (m->fix == SW_FIX_AVAILABLE)
			sw_buf_printf(out, "upgrade to ");
		else
			sw_buf_addz(out, "no fixed version is known");
		sw_autobuf quoted;
		sw_buf_init(&quoted, 16384);
		if (m->fix == SW_FIX_AVAILABLE)
			sw_json_write_str(&quoted, m->fixed, 0);
		if (quoted.n > 2)
			sw_buf_add(out, quoted.p + 1, quoted.n - 2);
		sw_buf_addz(out, "\"");
	}
	sw_buf_addch(out, '}');
}

void sw_vex_write_openvex(struct sw_buf *out, const struct sw_match_report *r,
	const struct sw_bom *bom, const struct sw_match_options *opt, struct sw_str timestamp)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	uint32_t *order = order_of(r);
	sw_buf_addz(out, "{\"@context\":\"https://openvex.dev/ns/v0.2.0\"");
	key(out, "@id", false);
	sw_json_write_str(
		out, sw_arena_printf(&a, "https://seawall.dev/vex/%.*s", SW_STR_ARG(timestamp)), 0);
	text(out, "author", SW_STR("seawall"), false);
	text(out, "timestamp", timestamp, false);
	sw_buf_addz(out, ",\"version\":1,\"statements\":[");
	for (uint32_t i = 0; order && i < r->n; i++) {
		const struct sw_match *m = &r->v[order[i]];
		const struct sw_package *p = &bom->packages[m->package];
		struct sw_arena_mark mark = sw_arena_mark(&a);
		if (i)
			sw_buf_addch(out, ',');
		openvex_statement(out, m, p, sw_package_purl(&a, p, &bom->distribution), opt);
		sw_arena_rewind(&a, mark);
	}
	sw_buf_addz(out, "]}\n");
	free(order);
}

/* CycloneDX' words for the same. */
static const char *cyclonedx_state(enum sw_vex_status s)
{
	static const char *const states[] = {
		"in_triage", "not_affected", "exploitable", "resolved", "in_triage"};
	return states[s];
}

void sw_vex_write_cyclonedx(struct sw_buf *out, const struct sw_match_report *r,
	const struct sw_bom *bom, const struct sw_match_options *opt, struct sw_str timestamp)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	uint32_t *order = order_of(r);
	sw_buf_addz(out, "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1,"
			 "\"metadata\":{");
	text(out, "timestamp", timestamp, true);
	sw_buf_addz(out, "},\"vulnerabilities\":[");
	for (uint32_t i = 0; order && i < r->n; i++) {
		const struct sw_match *m = &r->v[order[i]];
		const struct sw_package *p = &bom->packages[m->package];
		enum sw_vex_status status = status_of(m);
		struct sw_arena_mark mark = sw_arena_mark(&a);
		sw_buf_addz(out, i ? ",{" : "{");
		text(out, "id", m->id, true);
		if (m->title.n)
			text(out, "description", m->title, false);
		if (m->fix == SW_FIX_AVAILABLE)
			text(out, "recommendation",
				sw_arena_printf(&a, "upgrade %.*s to %.*s", SW_STR_ARG(p->name),
					SW_STR_ARG(m->fixed)),
				false);
		sw_buf_addz(out, ",\"ratings\":[{");
		text(out, "severity",
			sw_str_from(m->severity == SW_SEV_UNKNOWN ? "unknown"
								  : sw_severity_name(m->severity)),
			true);
		if (m->cvss_score > 0)
			sw_buf_printf(out, ",\"score\":%.1f", m->cvss_score);
		if (m->cvss.n)
			text(out, "vector", m->cvss, false);
		sw_buf_addz(out, "}],\"analysis\":{");
		text(out, "state", sw_str_from(cyclonedx_state(status)), true);
		if (m->vex_reason.n)
			text(out, "detail", m->vex_reason, false);
		sw_buf_addz(out, "},\"affects\":[{");
		text(out, "ref", sw_package_purl(&a, p, &bom->distribution), true);
		sw_buf_addz(out, "}]}");
		sw_arena_rewind(&a, mark);
	}
	sw_buf_addz(out, "]}\n");
	free(order);
}
