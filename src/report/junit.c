/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit XML in the form that CI systems read (the Jenkins xunit schema): one suite per category,
 * one test case per finding or, for a rule without findings, one that passed; not evaluated and
 * manual are skipped with the reason; waived findings too.
 */
#include <stdlib.h>

#include "finding/waiver.h"
#include "report/report.h"

struct counts {
	uint32_t tests, failures, skipped;
};

static struct sw_str category_of(const struct sw_rule *r)
{
	return r->category.n ? r->category : SW_STR("general");
}

static bool has_finding(const struct sw_findings *fs, const struct sw_rule *rule)
{
	for (uint32_t i = 0; i < fs->n; i++)
		if (sw_str_eq(fs->v[i]->rule->id, rule->id) && fs->v[i]->verdict != SW_VERDICT_PASS)
			return true;
	return false;
}

static void attr(struct sw_buf *out, const char *name, struct sw_str value)
{
	sw_buf_printf(out, " %s=\"", name);
	sw_xml_escape(out, value);
	sw_buf_addch(out, '"');
}

static void put_case(struct sw_buf *out, const struct sw_finding *f)
{
	sw_autobuf name, text;
	sw_buf_init(&name, 64 << 10);
	sw_buf_init(&text, 1 << 20);
	sw_buf_printf(&name, "%.*s: ", SW_STR_ARG(f->rule->title.n ? f->rule->title : f->rule->id));
	sw_subject_print(&name, &f->subject);
	if (f->n_evidence && f->evidence[0].path.n)
		sw_buf_printf(&name, " %.*s", SW_STR_ARG(f->evidence[0].path));
	sw_buf_addz(out, "    <testcase");
	attr(out, "classname", f->rule->id);
	attr(out, "name", sw_buf_str(&name));
	sw_buf_addz(out, ">\n");
	if (f->verdict != SW_VERDICT_FAIL || f->waiver) {
		sw_buf_addz(out, "      <skipped");
		sw_finding_place(&text, f);
		if (text.n)
			sw_buf_addz(&text, ": ");
		if (f->waiver)
			sw_buf_printf(&text, "waived: %.*s", SW_STR_ARG(f->waiver->reason));
		else
			sw_buf_printf(&text, "%s: %.*s", sw_verdict_name(f->verdict),
				SW_STR_ARG(f->reason.n ? f->reason : f->message));
		attr(out, "message", sw_buf_str(&text));
		sw_buf_addz(out, "/>\n");
	} else {
		sw_buf_addz(out, "      <failure");
		attr(out, "message", f->message.n ? f->message : f->rule->title);
		attr(out, "type", sw_str_from(sw_severity_name(f->severity)));
		sw_buf_addch(out, '>');
		sw_finding_place(&text, f);
		if (f->rule->remediation.n)
			sw_buf_printf(&text, "%sfix: %.*s", text.n ? "\n" : "",
				SW_STR_ARG(f->rule->remediation));
		sw_xml_escape(out, sw_buf_str(&text));
		sw_buf_addz(out, "</failure>\n");
	}
	sw_buf_addz(out, "    </testcase>\n");
}

static void put_passed(struct sw_buf *out, const struct sw_rule *rule)
{
	sw_buf_addz(out, "    <testcase");
	attr(out, "classname", rule->id);
	attr(out, "name", rule->title.n ? rule->title : rule->id);
	sw_buf_addz(out, "/>\n");
}

static void put_suite(struct sw_buf *out, const struct sw_report *r,
	const struct sw_rule *const *rules, uint32_t n_rules, struct sw_str category,
	struct counts *total)
{
	struct counts c = {0};
	sw_autobuf cases;
	sw_buf_init(&cases, 0);
	for (uint32_t i = 0; i < n_rules; i++) {
		if (!sw_str_eq(category_of(rules[i]), category) ||
			has_finding(r->findings, rules[i]))
			continue;
		put_passed(&cases, rules[i]);
		c.tests++;
	}
	for (uint32_t i = 0; i < r->findings->n; i++) {
		const struct sw_finding *f = r->findings->v[i];
		if (!sw_str_eq(category_of(f->rule), category) || f->verdict == SW_VERDICT_PASS)
			continue;
		put_case(&cases, f);
		c.tests++;
		if (f->verdict == SW_VERDICT_FAIL && !f->waiver)
			c.failures++;
		else
			c.skipped++;
	}
	sw_buf_addz(out, "  <testsuite");
	attr(out, "name", category);
	sw_buf_printf(out,
		" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\" time=\"0\">\n", c.tests,
		c.failures, c.skipped);
	sw_buf_addstr(out, sw_buf_str(&cases));
	sw_buf_addz(out, "  </testsuite>\n");
	total->tests += c.tests;
	total->failures += c.failures;
	total->skipped += c.skipped;
}

static int by_text(const void *a, const void *b)
{
	return sw_str_cmp(*(const struct sw_str *)a, *(const struct sw_str *)b);
}

/* What could not be read is an error of its own suite: a CI that only looks at the numbers must see
 * it. */
static uint32_t put_notes(struct sw_buf *out, const struct sw_report *r)
{
	uint32_t errors = 0;
	if (!r->n_notes)
		return 0;
	sw_autobuf cases;
	sw_buf_init(&cases, 0);
	for (uint32_t i = 0; i < r->n_notes; i++) {
		const struct sw_report_note *n = &r->notes[i];
		sw_autobuf name;
		sw_buf_init(&name, 64 << 10);
		sw_buf_addstr(&name, n->file.n ? n->file : SW_STR("input"));
		if (n->line)
			sw_buf_printf(&name, ":%u:%u", n->line, n->col);
		sw_buf_addz(&cases, "    <testcase classname=\"seawall\"");
		attr(&cases, "name", sw_buf_str(&name));
		sw_buf_printf(
			&cases, ">\n      <%s", n->level == SW_NOTE_ERROR ? "error" : "skipped");
		attr(&cases, "message", n->text);
		if (n->level == SW_NOTE_ERROR)
			sw_buf_addz(&cases, " type=\"input\"");
		sw_buf_addz(&cases, "/>\n    </testcase>\n");
		errors += n->level == SW_NOTE_ERROR;
	}
	sw_buf_printf(out,
		"  <testsuite name=\"input\" tests=\"%u\" failures=\"0\" errors=\"%u\" "
		"skipped=\"%u\" time=\"0\">\n",
		r->n_notes, errors, r->n_notes - errors);
	sw_buf_addstr(out, sw_buf_str(&cases));
	sw_buf_addz(out, "  </testsuite>\n");
	return errors;
}

static int write_junit(struct sw_buf *out, const struct sw_report *r, struct sw_error *err)
{
	uint32_t n_rules, n = 0;
	const struct sw_rule **rules = sw_report_rules(r, &n_rules);
	struct sw_str *cats = calloc((size_t)n_rules + 1, sizeof(*cats));
	struct counts total = {0};
	sw_autobuf suites;
	sw_buf_init(&suites, 0);
	if (!cats)
		abort();
	for (uint32_t i = 0; i < n_rules; i++)
		cats[n++] = category_of(rules[i]);
	qsort(cats, n, sizeof(*cats), by_text);
	for (uint32_t i = 0; i < n; i++)
		if (!i || !sw_str_eq(cats[i], cats[i - 1]))
			put_suite(&suites, r, rules, n_rules, cats[i], &total);
	uint32_t errors = put_notes(&suites, r);
	sw_buf_printf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"seawall\" "
		"tests=\"%u\" failures=\"%u\" "
		"errors=\"%u\" time=\"0\">\n",
		total.tests + r->n_notes, total.failures, errors);
	sw_buf_addstr(out, sw_buf_str(&suites));
	sw_buf_addz(out, "</testsuites>\n");
	free(cats);
	free(rules);
	return suites.overflow ? sw_error_set(err, SW_ELIMIT, "the report is too large") : 0;
}

const struct sw_report_format sw_report_junit = {
	.name = "junit",
	.summary = "JUnit XML, for CI systems",
	.media = "application/xml",
	.schema = "https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/"
		  "jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd",
	.since = "0.1",
	.write = write_junit,
};
