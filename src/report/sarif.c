/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SARIF 2.1.0 (OASIS), as code scanning services read it: one run; rules with help; results with
 * regions and partialFingerprints; baselineState; suppressions for waived findings; what could not
 * be judged as notifications of the invocation, whose executionSuccessful is then false.
 */
#include <stdlib.h>

#include "base/base64.h"
#include "finding/fingerprint.h"
#include "finding/waiver.h"
#include "report/jsonw.h"
#include "report/report.h"

static const char *level_of(enum sw_severity s)
{
	return s >= SW_SEV_HIGH ? "error" : s == SW_SEV_MEDIUM ? "warning" : "note";
}

/* GitHub's scale from 0 to 10. */
static const char *score_of(enum sw_severity s)
{
	static const char *const scores[SW_SEV__COUNT] = {"0.0", "0.0", "3.0", "5.5", "8.0", "9.5"};
	return scores[s];
}

/* A relative reference as RFC 3986 has it: every byte that is not unreserved or "/" is encoded. */
static void uri(struct sw_buf *out, struct sw_str path)
{
	if (path.n && path.p[0] == '/')
		sw_buf_addz(out, "file://");
	while (sw_str_starts(path, SW_STR("./")))
		path = sw_str_sub(path, 2, path.n);
	sw_percent_encode(out, path, "/");
}

static void put_uri(struct sw_jsonw *w, const char *key, struct sw_str path)
{
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	uri(&b, path);
	sw_jsonw_str(w, key, sw_buf_str(&b));
}

static void put_text(struct sw_jsonw *w, const char *key, struct sw_str text)
{
	sw_jsonw_object(w, key);
	sw_jsonw_str(w, "text", text);
	sw_jsonw_end(w);
}

static void put_help(struct sw_jsonw *w, const struct sw_rule *r)
{
	sw_autobuf text;
	sw_buf_init(&text, 1 << 20);
	sw_buf_addstr(&text, r->description);
	if (r->remediation.n)
		sw_buf_printf(
			&text, "%sFix: %.*s", text.n ? "\n\n" : "", SW_STR_ARG(r->remediation));
	for (uint32_t i = 0; i < r->n_references; i++)
		sw_buf_printf(&text, "%s%.*s", i ? "\n" : "\n\n", SW_STR_ARG(r->references[i]));
	if (!text.n)
		sw_buf_addstr(&text, r->title.n ? r->title : r->id);
	sw_jsonw_object(w, "help");
	sw_jsonw_str(w, "text", sw_buf_str(&text));
	sw_jsonw_str(w, "markdown", sw_buf_str(&text));
	sw_jsonw_end(w);
}

static bool is_http(struct sw_str s)
{
	return sw_str_starts(s, SW_STR("https://")) || sw_str_starts(s, SW_STR("http://"));
}

static void put_rule(struct sw_jsonw *w, const struct sw_rule *r)
{
	sw_jsonw_object(w, NULL);
	sw_jsonw_str(w, "id", r->id);
	put_text(w, "shortDescription", r->title.n ? r->title : r->id);
	put_text(w, "fullDescription",
		r->description.n ? r->description
		: r->title.n	 ? r->title
				 : r->id);
	put_help(w, r);
	for (uint32_t i = 0; i < r->n_references; i++)
		if (is_http(r->references[i]) && sw_str_chr(r->references[i], ' ', 0) == SW_NPOS) {
			sw_jsonw_str(w, "helpUri", r->references[i]);
			break;
		}
	sw_jsonw_object(w, "defaultConfiguration");
	sw_jsonw_z(w, "level", level_of(r->severity));
	sw_jsonw_end(w);
	sw_jsonw_object(w, "properties");
	sw_jsonw_array(w, "tags");
	sw_jsonw_z(w, NULL, "security");
	if (r->category.n && !sw_str_is(r->category, "security"))
		sw_jsonw_str(w, NULL, r->category);
	for (uint32_t i = 0; i < r->n_frameworks; i++) {
		sw_autobuf tag;
		sw_buf_init(&tag, 4096);
		sw_buf_printf(&tag, "%.*s:%.*s", SW_STR_ARG(r->frameworks[i].framework),
			SW_STR_ARG(r->frameworks[i].control));
		sw_jsonw_str(w, NULL, sw_buf_str(&tag));
	}
	sw_jsonw_end(w);
	sw_jsonw_z(w, "security-severity", score_of(r->severity));
	sw_jsonw_z(w, "severity", sw_severity_name(r->severity));
	sw_jsonw_end(w);
	sw_jsonw_end(w);
}

/* One place; a subject without a file (a live object) has a logical location only. */
static void put_location(
	struct sw_jsonw *w, const struct sw_finding *f, const struct sw_evidence *e)
{
	sw_autobuf who;
	sw_buf_init(&who, 64 << 10);
	sw_subject_print(&who, &f->subject);
	sw_jsonw_object(w, NULL);
	if (e && e->file.n) {
		sw_jsonw_object(w, "physicalLocation");
		sw_jsonw_object(w, "artifactLocation");
		put_uri(w, "uri", e->file);
		sw_jsonw_end(w);
		if (e->line) {
			sw_jsonw_object(w, "region");
			sw_jsonw_int(w, "startLine", e->line);
			if (e->col)
				sw_jsonw_int(w, "startColumn", e->col);
			if (e->end_line >= e->line)
				sw_jsonw_int(w, "endLine", e->end_line);
			if (e->col && e->end_col && (e->end_line > e->line || e->end_col >= e->col))
				sw_jsonw_int(w, "endColumn", e->end_col);
			if (e->span.end > e->span.start) {
				sw_jsonw_int(w, "byteOffset", e->span.start);
				sw_jsonw_int(w, "byteLength", e->span.end - e->span.start);
			}
			sw_jsonw_end(w);
		}
		sw_jsonw_end(w);
	}
	if (who.n) {
		sw_jsonw_array(w, "logicalLocations");
		sw_jsonw_object(w, NULL);
		sw_jsonw_str(w, "fullyQualifiedName", sw_buf_str(&who));
		sw_jsonw_z(w, "kind", "resource");
		sw_jsonw_end(w);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

static void put_suppression(struct sw_jsonw *w, const struct sw_waiver *v)
{
	sw_jsonw_array(w, "suppressions");
	if (v) {
		sw_jsonw_object(w, NULL);
		sw_jsonw_z(w, "kind", "external");
		sw_jsonw_z(w, "status", "accepted");
		sw_jsonw_str(w, "justification", v->reason);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

static void put_result(
	struct sw_jsonw *w, const struct sw_report *r, const struct sw_finding *f, int64_t index)
{
	char hex[SW_FINGERPRINT_HEX];
	sw_jsonw_object(w, NULL);
	sw_jsonw_str(w, "ruleId", f->rule->id);
	sw_jsonw_int(w, "ruleIndex", index);
	sw_jsonw_z(w, "kind",
		f->verdict == SW_VERDICT_FAIL	? "fail"
		: f->verdict == SW_VERDICT_PASS ? "pass"
						: "review");
	sw_jsonw_z(w, "level", f->verdict == SW_VERDICT_FAIL ? level_of(f->severity) : "none");
	put_text(w, "message",
		f->message.n  ? f->message
		: f->reason.n ? f->reason
			      : f->rule->title);
	sw_jsonw_array(w, "locations");
	put_location(w, f, f->n_evidence ? &f->evidence[0] : NULL);
	sw_jsonw_end(w);
	if (f->n_evidence > 1) {
		sw_jsonw_array(w, "relatedLocations");
		for (uint32_t i = 1; i < f->n_evidence; i++)
			put_location(w, f, &f->evidence[i]);
		sw_jsonw_end(w);
	}
	sw_jsonw_object(w, "partialFingerprints");
	sw_jsonw_z(w, "seawall/v1", sw_fingerprint_hex(f->fingerprint, hex));
	sw_jsonw_end(w);
	if (r->summary->in_baseline)
		sw_jsonw_z(w, "baselineState", f->is_new ? "new" : "unchanged");
	put_suppression(w, f->waiver);
	sw_jsonw_object(w, "properties");
	sw_jsonw_z(w, "severity", sw_severity_name(f->severity));
	if (f->n_evidence)
		sw_jsonw_str_if(w, "path", f->evidence[0].path);
	sw_jsonw_str_if(w, "fix", f->fix.summary);
	sw_jsonw_end(w);
	sw_jsonw_end(w);
}

static void put_notification(struct sw_jsonw *w, const char *level, struct sw_str text,
	struct sw_str file, uint32_t line, uint32_t col, const struct sw_rule *rule, int64_t index)
{
	sw_jsonw_object(w, NULL);
	sw_jsonw_z(w, "level", level);
	put_text(w, "message", text);
	if (rule) {
		sw_jsonw_object(w, "associatedRule");
		sw_jsonw_str(w, "id", rule->id);
		sw_jsonw_int(w, "index", index);
		sw_jsonw_end(w);
	}
	if (file.n) {
		sw_jsonw_array(w, "locations");
		sw_jsonw_object(w, NULL);
		sw_jsonw_object(w, "physicalLocation");
		sw_jsonw_object(w, "artifactLocation");
		put_uri(w, "uri", file);
		sw_jsonw_end(w);
		if (line) {
			sw_jsonw_object(w, "region");
			sw_jsonw_int(w, "startLine", line);
			if (col)
				sw_jsonw_int(w, "startColumn", col);
			sw_jsonw_end(w);
		}
		sw_jsonw_end(w);
		sw_jsonw_end(w);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

static void put_invocation(struct sw_jsonw *w, const struct sw_report *r,
	const struct sw_rule *const *rules, uint32_t n_rules)
{
	static const struct sw_evidence nowhere;
	const struct sw_findings *fs = r->findings;
	sw_jsonw_array(w, "invocations");
	sw_jsonw_object(w, NULL);
	sw_jsonw_bool(w, "executionSuccessful", r->summary->complete);
	sw_jsonw_array(w, "toolExecutionNotifications");
	for (uint32_t i = 0; i < r->n_notes; i++) {
		const struct sw_report_note *n = &r->notes[i];
		put_notification(w, n->level == SW_NOTE_ERROR ? "error" : "warning", n->text,
			n->file, n->line, n->col, NULL, 0);
	}
	for (uint32_t i = 0; i < fs->n; i++) {
		const struct sw_finding *f = fs->v[i];
		if (f->verdict != SW_VERDICT_NOT_EVALUATED)
			continue;
		const struct sw_evidence *e = f->n_evidence ? &f->evidence[0] : &nowhere;
		sw_autobuf text;
		sw_buf_init(&text, 64 << 10);
		sw_buf_addz(&text, "not evaluated: ");
		sw_buf_addstr(&text, f->reason.n ? f->reason : f->message);
		put_notification(w, "warning", sw_buf_str(&text), e->file, e->line, e->col, f->rule,
			sw_report_rule_index(rules, n_rules, f->rule));
	}
	sw_jsonw_end(w);
	sw_jsonw_end(w);
	sw_jsonw_end(w);
}

static int write_sarif(struct sw_buf *out, const struct sw_report *r, struct sw_error *err)
{
	struct sw_jsonw w;
	uint32_t n_rules;
	const struct sw_rule **rules = sw_report_rules(r, &n_rules);
	sw_jsonw_init(&w, out);
	sw_jsonw_object(&w, NULL);
	sw_jsonw_z(&w, "$schema",
		"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
		"sarif-schema-2.1.0.json");
	sw_jsonw_z(&w, "version", "2.1.0");
	sw_jsonw_array(&w, "runs");
	sw_jsonw_object(&w, NULL);
	sw_jsonw_object(&w, "tool");
	sw_jsonw_object(&w, "driver");
	sw_jsonw_z(&w, "name", "Seawall");
	sw_jsonw_z(&w, "version", SW_VERSION);
	sw_jsonw_z(&w, "semanticVersion", SW_VERSION);
	sw_jsonw_array(&w, "rules");
	for (uint32_t i = 0; i < n_rules; i++)
		put_rule(&w, rules[i]);
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
	put_invocation(&w, r, rules, n_rules);
	sw_jsonw_array(&w, "results");
	for (uint32_t i = 0; i < r->findings->n; i++) {
		const struct sw_finding *f = r->findings->v[i];
		if (f->verdict != SW_VERDICT_NOT_EVALUATED)
			put_result(&w, r, f, sw_report_rule_index(rules, n_rules, f->rule));
	}
	sw_jsonw_end(&w);
	sw_jsonw_z(&w, "columnKind", "unicodeCodePoints");
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
	free(rules);
	return 0;
}

const struct sw_report_format sw_report_sarif = {
	.name = "sarif",
	.summary = "SARIF 2.1.0, for code scanning",
	.media = "application/sarif+json",
	.schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
		  "sarif-schema-2.1.0.json",
	.since = "0.1",
	.write = write_sarif,
};
