/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTML page that needs nothing else: no server, no network, no fonts. Dark and light follow the
 * reader's system; severities differ by letter and weight, not by colour alone; the list can be
 * filtered by text and severity from the keyboard; without JavaScript everything is shown; printing
 * opens everything.
 *
 * The page forbids itself every connection (Content-Security-Policy), and everything from outside
 * is text.
 */
#include <stdlib.h>

#include "base/embed.h"
#include "finding/fingerprint.h"
#include "finding/waiver.h"
#include "report/report.h"

extern const struct sw_embed sw_embed_html[];

static struct sw_str part(const char *name)
{
	const struct sw_embed *e = sw_embed_html;
	while (e->name && strcmp(e->name, name) != 0)
		e++;
	return e->text;
}

static void element(struct sw_buf *out, const char *tag, const char *class, struct sw_str text)
{
	if (!text.n)
		return;
	sw_buf_printf(out, "<%s%s%s%s>", tag, *class ? " class=\"" : "", class, *class ? "\"" : "");
	sw_xml_escape(out, text);
	sw_buf_printf(out, "</%s>", tag);
}

static void badge(struct sw_buf *out, enum sw_severity s)
{
	sw_buf_printf(out,
		"<span class=\"sev %s\" title=\"%s\"><b aria-hidden=\"true\">%c</b>"
		"<span class=\"word\">%s</span></span>",
		sw_severity_name(s), sw_severity_name(s), sw_severity_letter(s),
		sw_severity_name(s));
}

static void put_totals(struct sw_buf *out, const struct sw_report *r)
{
	const struct sw_summary *s = r->summary;
	sw_buf_addz(out, "<section class=\"totals\" aria-label=\"Totals\"><dl>");
	if (s->score >= 0)
		sw_buf_printf(out,
			"<div class=\"big\"><dt>Score</dt><dd>%d<small>/100</small></dd></div>",
			s->score);
	sw_buf_printf(out, "<div class=\"big\"><dt>Coverage</dt><dd>%d<small>%%</small></dd></div>",
		s->coverage);
	for (int i = SW_SEV_CRITICAL; i >= SW_SEV_INFO; i--)
		sw_buf_printf(out, "<div class=\"n %s%s\"><dt>%s</dt><dd>%u</dd></div>",
			sw_severity_name((enum sw_severity)i), s->open[i] ? "" : " none",
			sw_severity_name((enum sw_severity)i), s->open[i]);
	sw_buf_addz(out, "</dl><p>");
	sw_report_seen(out, r);
	sw_buf_printf(out,
		"; %llu judgements passed, %u waived, %u in the baseline, %u not evaluated, %u to do by hand.</p></section>\n",
		(unsigned long long)s->passed, s->waived, s->in_baseline, s->not_evaluated,
		s->manual);
}

static void put_filter(struct sw_buf *out)
{
	sw_buf_addz(out,
		"<form class=\"filter\" role=\"search\" hidden>"
		"<label>Filter <input type=\"search\" id=\"q\" placeholder=\"name, rule, file\" "
		"autocomplete=\"off\" aria-describedby=\"keys\"></label>"
		"<fieldset><legend>Severity</legend>");
	for (int i = SW_SEV_CRITICAL; i >= SW_SEV_INFO; i--)
		sw_buf_printf(out,
			"<label class=\"%s\"><input type=\"checkbox\" name=\"sev\" value=\"%s\" "
			"checked> %s</label>",
			sw_severity_name((enum sw_severity)i),
			sw_severity_name((enum sw_severity)i),
			sw_severity_name((enum sw_severity)i));
	sw_buf_addz(out, "</fieldset><label><input type=\"checkbox\" id=\"waived\"> waived</label>"
			 "<button type=\"button\" id=\"open\">Open all</button>"
			 "<output id=\"count\" aria-live=\"polite\"></output>"
			 "<p id=\"keys\">/ to filter, j and k to move, Enter to open, Escape to "
			 "clear</p></form>\n");
}

static void put_place(struct sw_buf *out, const struct sw_finding *f)
{
	sw_autobuf who;
	char hex[SW_FINGERPRINT_HEX];
	sw_buf_init(&who, 64 << 10);
	sw_subject_print(&who, &f->subject);
	sw_buf_printf(out, "<li class=\"place%s\" id=\"f-%s\">", f->waiver ? " waived" : "",
		sw_fingerprint_hex(f->fingerprint, hex));
	element(out, "strong", "", sw_buf_str(&who));
	for (uint32_t i = 0; i < f->n_evidence; i++) {
		const struct sw_evidence *e = &f->evidence[i];
		if (e->file.n) {
			sw_buf_addz(out, " <code class=\"file\">");
			sw_xml_escape(out, e->file);
			if (e->line)
				sw_buf_printf(out, ":%u:%u", e->line, e->col);
			sw_buf_addz(out, "</code>");
		}
		element(out, "code", "path", e->path);
		element(out, "code", "value", e->value);
		if (e->expected.n) {
			sw_buf_addz(out, " <span class=\"expected\">expected: ");
			sw_xml_escape(out, e->expected);
			sw_buf_addz(out, "</span>");
		}
	}
	if (f->message.n && !sw_str_eq(f->message, f->rule->title))
		element(out, "p", "message", f->message);
	if (f->waiver) {
		sw_buf_addz(out, "<p class=\"waiver\">Waived: ");
		sw_xml_escape(out, f->waiver->reason);
		sw_buf_addz(out, " (");
		sw_xml_escape(out, f->waiver->owner);
		sw_buf_addz(out, ", until ");
		sw_xml_escape(out, f->waiver->expires);
		sw_buf_addz(out, ")</p>");
	}
	if (!f->is_new)
		sw_buf_addz(out, " <span class=\"tag\">in the baseline</span>");
	sw_buf_printf(out, " <span class=\"fp\">%s</span></li>\n", hex);
}

static bool is_link(struct sw_str s)
{
	return sw_str_starts(s, SW_STR("https://")) || sw_str_starts(s, SW_STR("http://"));
}

static void put_rule_text(struct sw_buf *out, const struct sw_rule *r)
{
	element(out, "p", "why", r->description);
	if (r->remediation.n) {
		sw_buf_addz(out, "<p class=\"fix\"><b>Fix:</b> ");
		sw_xml_escape(out, r->remediation);
		sw_buf_addz(out, "</p>");
	}
	if (!r->n_references && !r->n_frameworks)
		return;
	sw_buf_addz(out, "<p class=\"refs\">");
	for (uint32_t i = 0; i < r->n_frameworks; i++) {
		sw_buf_addz(out, "<span class=\"tag\">");
		sw_xml_escape(out, r->frameworks[i].framework);
		sw_buf_addch(out, ' ');
		sw_xml_escape(out, r->frameworks[i].control);
		sw_buf_addz(out, "</span> ");
	}
	for (uint32_t i = 0; i < r->n_references; i++) {
		if (!is_link(r->references[i])) { /* never javascript: */
			element(out, "span", "", r->references[i]);
			continue;
		}
		sw_buf_addz(out, "<a rel=\"noreferrer noopener\" href=\"");
		sw_xml_escape(out, r->references[i]);
		sw_buf_addz(out, "\">");
		sw_xml_escape(out, r->references[i]);
		sw_buf_addz(out, "</a> ");
	}
	sw_buf_addz(out, "</p>");
}

/* Findings [from, to) of one rule and severity. */
static void put_group(struct sw_buf *out, const struct sw_report *r, uint32_t from, uint32_t to)
{
	const struct sw_finding *f = r->findings->v[from];
	uint32_t open = 0;
	for (uint32_t i = from; i < to; i++)
		open += !r->findings->v[i]->waiver;
	sw_buf_printf(out, "<details class=\"group%s\" data-sev=\"%s\"><summary>",
		open ? "" : " waived", sw_severity_name(f->severity));
	badge(out, f->severity);
	sw_buf_addz(out, "<span class=\"title\">");
	sw_xml_escape(out, f->rule->title.n ? f->rule->title : f->rule->id);
	sw_buf_addz(out, "</span><code class=\"id\">");
	sw_xml_escape(out, f->rule->id);
	sw_buf_printf(out, "</code><span class=\"num\">%u</span></summary><div class=\"body\">",
		to - from);
	put_rule_text(out, f->rule);
	sw_buf_addz(out, "<ul>\n");
	for (uint32_t i = from; i < to; i++)
		put_place(out, r->findings->v[i]);
	sw_buf_addz(out, "</ul></div></details>\n");
}

static void put_unseen(struct sw_buf *out, const struct sw_report *r)
{
	bool any = r->n_notes > 0;
	for (uint32_t i = 0; i < r->findings->n && !any; i++)
		any = r->findings->v[i]->verdict == SW_VERDICT_MANUAL ||
		      r->findings->v[i]->verdict == SW_VERDICT_NOT_EVALUATED;
	if (!any)
		return;
	sw_buf_addz(out, "<section class=\"unseen\"><h2>Not judged</h2><ul>\n");
	for (uint32_t i = 0; i < r->n_notes; i++) {
		sw_buf_addz(out, "<li><code class=\"file\">");
		sw_xml_escape(out, r->notes[i].file);
		if (r->notes[i].line)
			sw_buf_printf(out, ":%u:%u", r->notes[i].line, r->notes[i].col);
		sw_buf_addz(out, "</code> ");
		sw_xml_escape(out, r->notes[i].text);
		sw_buf_addz(out, "</li>\n");
	}
	for (uint32_t i = 0; i < r->findings->n; i++) {
		const struct sw_finding *f = r->findings->v[i];
		if (f->verdict != SW_VERDICT_MANUAL && f->verdict != SW_VERDICT_NOT_EVALUATED)
			continue;
		sw_autobuf who, where;
		sw_buf_init(&who, 64 << 10);
		sw_buf_init(&where, 64 << 10);
		sw_subject_print(&who, &f->subject);
		sw_finding_place(&where, f);
		sw_buf_printf(out, "<li><span class=\"tag\">%s</span> ",
			f->verdict == SW_VERDICT_MANUAL ? "by hand" : "not evaluated");
		element(out, "code", "id", f->rule->id);
		sw_buf_addch(out, ' ');
		element(out, "strong", "", sw_buf_str(&who));
		sw_buf_addch(out, ' ');
		if (where.n) {
			element(out, "code", "file", sw_buf_str(&where));
			sw_buf_addch(out, ' ');
		}
		sw_xml_escape(out, f->reason.n ? f->reason : f->message);
		sw_buf_addz(out, "</li>\n");
	}
	sw_buf_addz(out, "</ul></section>\n");
}

static int write_html(struct sw_buf *out, const struct sw_report *r, struct sw_error *err)
{
	const struct sw_findings *fs = r->findings;
	sw_buf_addz(out,
		"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
		"form-action 'none'\">\n"
		"<title>Seawall report</title>\n<style>\n");
	sw_buf_addstr(out, part("report.css"));
	sw_buf_addz(out, "</style>\n</head>\n<body>\n<header><h1>Seawall report</h1><p>");
	for (uint32_t i = 0; i < r->n_targets; i++) {
		sw_buf_addz(out, i ? ", " : "");
		element(out, "code", "", sw_str_from(r->targets[i]));
	}
	sw_buf_addz(out, " <span class=\"version\">seawall " SW_VERSION);
	if (r->timestamp.n) {
		sw_buf_addz(out, ", ");
		sw_xml_escape(out, r->timestamp);
	}
	sw_buf_addz(out, "</span></p></header>\n<main>\n");
	put_totals(out, r);
	put_filter(out);
	sw_buf_addz(out, "<section id=\"list\" aria-label=\"Findings\">\n");
	uint32_t groups = 0;
	for (uint32_t i = 0, end; i < fs->n; i = end) {
		end = i + 1;
		if (fs->v[i]->verdict != SW_VERDICT_FAIL)
			continue;
		while (end < fs->n && fs->v[end]->rule == fs->v[i]->rule &&
			fs->v[end]->severity == fs->v[i]->severity &&
			fs->v[end]->verdict == SW_VERDICT_FAIL)
			end++;
		put_group(out, r, i, end);
		groups++;
	}
	if (!groups)
		sw_buf_addz(out, "<p class=\"clean\">Nothing to report.</p>\n");
	sw_buf_addz(out, "</section>\n");
	put_unseen(out, r);
	sw_buf_addz(out, "</main>\n<script>\n");
	sw_buf_addstr(out, part("report.js"));
	sw_buf_addz(out, "</script>\n</body>\n</html>\n");
	return out->overflow ? sw_error_set(err, SW_ELIMIT, "the report is too large") : 0;
}

const struct sw_report_format sw_report_html = {
	.name = "html",
	.summary = "one page for the browser, filterable without a server",
	.media = "text/html",
	.schema = "https://html.spec.whatwg.org/",
	.since = "0.1",
	.write = write_html,
};
