/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/output.h"

#include <stdlib.h>

#include "doc/json.h"

static void field(struct sw_buf *b, const char *name, struct sw_str s)
{
	sw_buf_printf(b, "\"%s\":", name);
	sw_json_write_str(b, s, SW_JSON_HTML_ESCAPE);
	sw_buf_addch(b, ',');
}

static struct sw_str shown_reason(const struct sw_cis_check *c, struct sw_buf *b)
{
	sw_buf_clear(b);
	if (c->result.reason.n && !c->result.evaluated && !c->result.manual &&
		c->result.shown == SW_CIS_WARN)
		sw_buf_addz(b, "not evaluated: ");
	sw_buf_addstr(b, c->result.reason);
	return sw_buf_str(b);
}

static void check_json(struct sw_buf *b, const struct sw_cis_check *c)
{
	sw_autobuf reason = {0};
	sw_buf_init(&reason, 1 << 20);
	sw_buf_addch(b, '{');
	field(b, "test_number", c->id);
	field(b, "test_desc", c->text);
	field(b, "audit", c->audit);
	field(b, "AuditEnv", c->audit_env);
	field(b, "AuditConfig", c->audit_config);
	field(b, "type", c->type);
	field(b, "remediation", c->remediation);
	sw_buf_addz(b, "\"test_info\":[");
	sw_json_write_str(b, c->remediation, SW_JSON_HTML_ESCAPE);
	sw_buf_printf(b, "],\"status\":\"%s\",", sw_cis_state_name(c->result.shown));
	field(b, "actual_value", c->result.actual);
	sw_buf_printf(b, "\"scored\":%s,\"IsMultiple\":%s,\"expected_result\":",
		c->scored ? "true" : "false", c->multiple ? "true" : "false");
	sw_json_write_str(b, c->result.expected, SW_JSON_HTML_ESCAPE);
	if (shown_reason(c, &reason).n) {
		sw_buf_addz(b, ",\"reason\":");
		sw_json_write_str(b, sw_buf_str(&reason), SW_JSON_HTML_ESCAPE);
	}
	sw_buf_addch(b, '}');
}

static uint32_t count(const struct sw_cis_group *g, uint32_t v[4])
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < g->n_checks; i++) {
		if (!g->checks[i].chosen)
			continue;
		v[g->checks[i].result.shown]++;
		n++;
	}
	return n;
}

struct totals {
	uint32_t v[4]; /* by enum sw_cis_state, as shown */
};

static struct totals totals_of(const struct sw_cis_controls *c, uint32_t n)
{
	struct totals t = {0};
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < c[i].n_groups; k++)
			count(&c[i].groups[k], t.v);
	return t;
}

static void totals_json(struct sw_buf *b, const struct totals *t)
{
	sw_buf_printf(b, "\"total_pass\":%u,\"total_fail\":%u,\"total_warn\":%u,\"total_info\":%u}",
		t->v[SW_CIS_PASS], t->v[SW_CIS_FAIL], t->v[SW_CIS_WARN], t->v[SW_CIS_INFO]);
}

static void group_json(struct sw_buf *b, const struct sw_cis_group *g, const uint32_t v[4])
{
	bool first = true;
	sw_buf_addch(b, '{');
	field(b, "section", g->id);
	sw_buf_printf(b, "\"type\":\"\",\"pass\":%u,\"fail\":%u,\"warn\":%u,\"info\":%u,",
		v[SW_CIS_PASS], v[SW_CIS_FAIL], v[SW_CIS_WARN], v[SW_CIS_INFO]);
	field(b, "desc", g->text);
	sw_buf_addz(b, "\"results\":[");
	for (uint32_t i = 0; i < g->n_checks; i++) {
		if (!g->checks[i].chosen)
			continue;
		if (!first)
			sw_buf_addch(b, ',');
		first = false;
		check_json(b, &g->checks[i]);
	}
	sw_buf_addz(b, "]}");
}

static void controls_json(struct sw_buf *b, const struct sw_cis_controls *c)
{
	bool first = true;
	struct totals t = totals_of(c, 1);
	sw_buf_addch(b, '{');
	field(b, "id", c->id);
	field(b, "version", c->version);
	if (c->detected.n)
		field(b, "detected_version", c->detected);
	field(b, "text", c->text);
	field(b, "node_type", c->type);
	sw_buf_addz(b, "\"tests\":");
	for (uint32_t i = 0; i < c->n_groups; i++) {
		uint32_t v[4] = {0};
		if (!count(&c->groups[i], v))
			continue;
		sw_buf_addch(b, first ? '[' : ',');
		first = false;
		group_json(b, &c->groups[i], v);
	}
	sw_buf_addz(b, first ? "null," : "],");
	totals_json(b, &t);
}

void sw_cis_write_json(struct sw_buf *out, const struct sw_cis_controls *c, uint32_t n)
{
	struct totals t = totals_of(c, n);
	sw_buf_addz(out, n ? "{\"Controls\":[" : "{\"Controls\":null");
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			sw_buf_addch(out, ',');
		controls_json(out, &c[i]);
	}
	sw_buf_addz(out, n ? "],\"Totals\":{" : ",\"Totals\":{");
	totals_json(out, &t);
	sw_buf_addz(out, "}\n");
}

/* ---- JUnit ---- */

static void xml(struct sw_buf *b, struct sw_str s)
{
	static const char *const from = "<>&\"'\t\n\r";
	static const char *const to[] = {
		"&lt;", "&gt;", "&amp;", "&#34;", "&#39;", "&#x9;", "&#xA;", "&#xD;"};
	for (size_t i = 0; i < s.n; i++) {
		const char *hit = s.p[i] ? strchr(from, s.p[i]) : NULL;
		if (hit)
			sw_buf_addz(b, to[hit - from]);
		else if ((unsigned char)s.p[i] < 32)
			sw_buf_addz(b, "\xef\xbf\xbd");
		else
			sw_buf_addch(b, s.p[i]);
	}
}

static void case_junit(struct sw_buf *b, const struct sw_cis_group *g, const struct sw_cis_check *c)
{
	sw_autobuf json = {0};
	sw_buf_init(&json, 4 << 20);
	sw_buf_addz(b, "    <testcase name=\"");
	xml(b, c->id);
	sw_buf_addch(b, ' ');
	xml(b, c->text);
	sw_buf_addz(b, "\" classname=\"");
	xml(b, g->text);
	sw_buf_addz(b, "\" time=\"0\">\n");
	if (c->result.shown == SW_CIS_FAIL) {
		sw_buf_addz(b, "        <failure type=\"\">");
		xml(b, c->remediation);
		sw_buf_addz(b, "</failure>\n");
	} else if (c->result.shown != SW_CIS_PASS) {
		sw_buf_addz(b, "        <skipped></skipped>\n");
	}
	check_json(&json, c);
	sw_buf_addz(b, "        <system-out>");
	xml(b, sw_buf_str(&json));
	sw_buf_addz(b, "</system-out>\n    </testcase>\n");
}

void sw_cis_write_junit(struct sw_buf *out, const struct sw_cis_controls *c, uint32_t n)
{
	sw_buf_addz(out, "<testsuites>\n");
	for (uint32_t i = 0; i < n; i++) {
		struct totals t = totals_of(&c[i], 1);
		sw_buf_addz(out, "<testsuite name=\"");
		xml(out, c[i].text);
		sw_buf_printf(out, "\" tests=\"%u\" failures=\"%u\" errors=\"0\" time=\"0\">\n",
			t.v[0] + t.v[1] + t.v[2] + t.v[3], t.v[SW_CIS_FAIL]);
		for (uint32_t k = 0; k < c[i].n_groups; k++)
			for (uint32_t x = 0; x < c[i].groups[k].n_checks; x++)
				if (c[i].groups[k].checks[x].chosen)
					case_junit(out, &c[i].groups[k], &c[i].groups[k].checks[x]);
		sw_buf_addz(out, "</testsuite>");
	}
	sw_buf_addz(out, "\n</testsuites>\n");
}

/* ---- text ---- */

static void line_text(struct sw_buf *b, enum sw_cis_state s, struct sw_str id, struct sw_str text)
{
	sw_buf_printf(b, "[%s] %.*s %.*s\n", sw_cis_state_name(s), SW_STR_ARG(id), SW_STR_ARG(text));
}

static void summary_text(struct sw_buf *b, const struct totals *t, struct sw_str name)
{
	sw_buf_printf(b,
		"== Summary %.*s ==\n%u checks PASS\n%u checks FAIL\n%u checks WARN\n"
		"%u checks INFO\n\n",
		SW_STR_ARG(name), t->v[0], t->v[1], t->v[2], t->v[3]);
}

static void remedies_text(struct sw_buf *b, const struct sw_cis_controls *c)
{
	sw_buf_printf(b, "== Remediations %.*s ==\n", SW_STR_ARG(c->type));
	for (uint32_t i = 0; i < c->n_groups; i++)
		for (uint32_t k = 0; k < c->groups[i].n_checks; k++) {
			const struct sw_cis_check *x = &c->groups[i].checks[k];
			if (!x->chosen || (x->result.shown != SW_CIS_FAIL &&
						  x->result.shown != SW_CIS_WARN))
				continue;
			if (x->result.shown == SW_CIS_WARN && x->result.reason.n &&
				!x->result.manual)
				sw_buf_printf(b, "%.*s audit test did not run: %.*s\n",
					SW_STR_ARG(x->id), SW_STR_ARG(x->result.reason));
			else
				sw_buf_printf(b, "%.*s %.*s\n", SW_STR_ARG(x->id),
					SW_STR_ARG(x->remediation));
		}
	sw_buf_addch(b, '\n');
}

void sw_cis_write_text(struct sw_buf *out, const struct sw_cis_controls *c, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct totals t = totals_of(&c[i], 1);
		line_text(out, SW_CIS_INFO, c[i].id, c[i].text);
		for (uint32_t k = 0; k < c[i].n_groups; k++) {
			const struct sw_cis_group *g = &c[i].groups[k];
			uint32_t v[4] = {0};
			if (!count(g, v))
				continue;
			line_text(out, SW_CIS_INFO, g->id, g->text);
			for (uint32_t x = 0; x < g->n_checks; x++)
				if (g->checks[x].chosen)
					line_text(out, g->checks[x].result.shown, g->checks[x].id,
						g->checks[x].text);
		}
		sw_buf_addch(out, '\n');
		if (t.v[SW_CIS_FAIL] || t.v[SW_CIS_WARN])
			remedies_text(out, &c[i]);
		summary_text(out, &t, c[i].type);
	}
	struct totals all = totals_of(c, n);
	summary_text(out, &all, SW_STR("total"));
}

/* ---- findings ---- */

static enum sw_severity severity(const struct sw_cis_check *x)
{
	/* What lets somebody in without a name weighs more than how long a log is kept. */
	static const char *const grave[] = {"anonymous-auth", "authorization-mode", "AlwaysAllow",
		"AlwaysAdmit", "client-cert-auth", "client-ca-file", "cluster-admin", "privileged",
		"--token-auth-file"};
	if (x->severity != SW_SEV_UNKNOWN)
		return x->severity;
	for (size_t i = 0; i < sizeof(grave) / sizeof(grave[0]); i++)
		if (sw_str_has(x->text, sw_str_from(grave[i])))
			return SW_SEV_HIGH;
	return x->scored ? SW_SEV_MEDIUM : SW_SEV_LOW;
}

static struct sw_rule *make_rule(struct sw_arena *a, const struct sw_cis_controls *c,
	const struct sw_cis_check *x)
{
	struct sw_rule *r = sw_arena_new(a, struct sw_rule);
	if (!r)
		return NULL;
	struct sw_str bench = c->version.n ? c->version : SW_STR("benchmark");
	r->id = sw_str_is(bench, "seawall") ? x->id
					    : sw_arena_printf(a, "%.*s/%.*s", SW_STR_ARG(bench),
						      SW_STR_ARG(x->id));
	r->title = x->text;
	r->description = x->why.n ? x->why : x->text;
	r->remediation = sw_str_trim(x->remediation);
	r->category = sw_str_is(c->type, "policies") || sw_str_is(c->type, "managedservices")
			      ? SW_STR("cluster")
			      : SW_STR("node");
	r->engine = SW_STR("cis");
	r->source = c->file;
	r->frameworks = &x->framework;
	r->n_frameworks = x->framework.control.n > 0;
	r->severity = severity(x);
	return r;
}

static int add_finding(struct sw_arena *a, const struct sw_cis_controls *c,
	const struct sw_cis_check *x, const struct sw_rule *rule, struct sw_str node,
	struct sw_findings *fs)
{
	const struct sw_cis_result *r = &x->result;
	struct sw_evidence *ev = sw_arena_zalloc(a, (r->n_files + 1) * sizeof(*ev));
	struct sw_finding f = {.rule = rule, .severity = rule->severity, .is_new = true};
	if (!ev)
		return -SW_ELIMIT;
	f.subject.kind = SW_STR("Node");
	f.subject.name = f.subject.node = node;
	f.verdict = !r->evaluated && !r->manual ? SW_VERDICT_NOT_EVALUATED
		    : r->state == SW_CIS_PASS	? SW_VERDICT_PASS
		    : r->manual || r->state != SW_CIS_FAIL ? SW_VERDICT_MANUAL
							   : SW_VERDICT_FAIL;
	if (r->shown == SW_CIS_INFO) {
		f.verdict = SW_VERDICT_MANUAL;
		f.reason = r->reason;
	}
	bool judged = f.verdict == SW_VERDICT_FAIL || f.verdict == SW_VERDICT_PASS;
	f.message = !judged ? x->text
		    : x->why.n && r->actual.n
			    ? sw_arena_printf(a, "%.*s; expected %.*s", SW_STR_ARG(r->actual),
				      SW_STR_ARG(r->expected))
			    : sw_arena_printf(a, "expected: %.*s", SW_STR_ARG(r->expected));
	if (judged && r->note.n)
		f.message = sw_arena_printf(
			a, "%.*s; %.*s", SW_STR_ARG(f.message), SW_STR_ARG(r->note));
	f.reason = r->reason.n ? r->reason
		   : f.verdict == SW_VERDICT_MANUAL
			   ? sw_arena_printf(a, "not scored; expected: %.*s", SW_STR_ARG(r->expected))
			   : r->reason;
	f.key = x->id;
	for (uint32_t i = 0; i < r->n_files; i++)
		ev[i].file = r->files[i];
	ev[0].line = r->n_files ? r->line : 0;
	if (r->n_files || r->expected.n) {
		ev[0].value = sw_str_sub(r->actual, 0, 200);
		ev[0].expected = r->expected;
		f.n_evidence = r->n_files ? r->n_files : 1;
	}
	f.evidence = ev;
	f.fix.summary = rule->remediation;
	f.fix.command = r->command;
	f.fix.diff = r->diff;
	return sw_findings_add(fs, &f);
}

int sw_cis_findings(struct sw_arena *a, const struct sw_cis_controls *c, uint32_t n,
	struct sw_str node, struct sw_findings *fs, const struct sw_rule ***ret_rules,
	uint32_t *ret_n, struct sw_error *err)
{
	uint32_t total = 0, k = 0;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t g = 0; g < c[i].n_groups; g++)
			total += c[i].groups[g].n_checks;
	const struct sw_rule **rules = sw_arena_zalloc(a, (total + 1) * sizeof(*rules));
	for (uint32_t i = 0; rules && i < n; i++)
		for (uint32_t g = 0; g < c[i].n_groups; g++)
			for (uint32_t x = 0; x < c[i].groups[g].n_checks; x++) {
				const struct sw_cis_check *ch = &c[i].groups[g].checks[x];
				if (!ch->chosen)
					continue;
				rules[k] = make_rule(a, &c[i], ch);
				if (!rules[k] || add_finding(a, &c[i], ch, rules[k], node, fs))
					return sw_error_set(
						err, SW_ELIMIT, "the findings take too much memory");
				fs->coverage.evaluations++;
				k++;
			}
	if (!rules)
		return sw_error_set(err, SW_ELIMIT, "the findings take too much memory");
	*ret_rules = rules;
	*ret_n = k;
	return 0;
}
