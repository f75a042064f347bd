/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports: the findings of a run as a document that somebody or something reads.
 *
 * One file per format, one const row each. A writer only appends to a buffer; it neither prints nor
 * judges. The same findings make the same bytes on every run: no clock, no host name, no random
 * identifiers (a format that must carry a time takes `timestamp`).
 *
 * Four things to do to add a format: write src/report/<name>.c with its row, name the row in table
 * of report.c, add a golden file under tests/golden with a check against the published schema, and
 * one line in docs/reports.md. Help, completion and `seawall list formats` come from the row.
 *
 * Everything in a finding came from outside: each writer escapes for its own format.
 */
#ifndef SW_REPORT_REPORT_H
#define SW_REPORT_REPORT_H

#include "base/buf.h"
#include "base/error.h"
#include "base/term.h"
#include "finding/finding.h"
#include "finding/score.h"

/* Something that went wrong while looking: part of the report, so that nobody takes silence for
 * health. */
struct sw_report_note {
	enum { SW_NOTE_ERROR, SW_NOTE_WARNING } level;
	struct sw_str file;
	uint32_t line, col;
	struct sw_str text;
};

struct sw_report {
	const struct sw_findings *findings; /* sorted */
	const struct sw_summary *summary;
	const struct sw_rule *const
		*rules; /* every rule that was applied, sorted by id; may be NULL */
	uint32_t n_rules;
	const struct sw_report_note *notes;
	uint32_t n_notes;
	struct sw_str
		timestamp;  /* RFC 3339; "" : left out, or 1970-01-01T00:00:00Z where it must be */
	struct sw_str next; /* command to try next; "": none */
	const char *const *targets; /* what was looked at, as the user named it */
	uint32_t n_targets;
	struct sw_str seen;	 /* how much was looked at, such as "113 controls"; "": objects in files */
	struct sw_str framework; /* the only one asked for; "": all */
	bool verbose;	     /* every place, not the first few */
	bool failed;	     /* findings at or above --fail-on */
	struct sw_term term; /* width and colour, for formats that people read in a terminal */
};

struct sw_report_format {
	const char *name;    /* as in -o NAME */
	const char *summary; /* one line for `seawall list formats` */
	const char *media;   /* media type */
	const char *schema;  /* published schema, "" when there is none */
	const char *since;
	int (*write)(struct sw_buf *out, const struct sw_report *r, struct sw_error *err);
};

extern const struct sw_report_format sw_report_controls, sw_report_csv, sw_report_github,
	sw_report_html, sw_report_json, sw_report_junit, sw_report_markdown, sw_report_openreports,
	sw_report_policyreport, sw_report_sarif, sw_report_table;

const struct sw_report_format *const *sw_report_formats(uint32_t *ret_n); /* sorted by name */
/* NULL and *err with the nearest name when unknown. */
const struct sw_report_format *sw_report_format_find(struct sw_str name, struct sw_error *err);

/* ---- shared by the writers ---- */

/* How much was looked at: "9 objects in 2 files", or r->seen. */
void sw_report_seen(struct sw_buf *out, const struct sw_report *r);
/* "shop/Deployment/web", "ClusterRole/admin", or image, node, file: what a person calls it. Not
 * cleaned. */
void sw_subject_print(struct sw_buf *out, const struct sw_subject *s);
/* "file:line:column" of the first evidence; nothing when that is in no file. */
void sw_finding_place(struct sw_buf *out, const struct sw_finding *f);
/* The rules that the findings name, or r->rules, sorted by id and without repeats. Caller frees the
 * list. */
const struct sw_rule **sw_report_rules(const struct sw_report *r, uint32_t *ret_n);
int64_t sw_report_rule_index(
	const struct sw_rule *const *rules, uint32_t n, const struct sw_rule *rule);
/* &, <, >, quotes as entities; control characters that XML 1.0 forbids as U+FFFD. Also right for
 * HTML. */
void sw_xml_escape(struct sw_buf *out, struct sw_str s);
static inline bool sw_finding_open(const struct sw_finding *f)
{
	return f->verdict == SW_VERDICT_FAIL && !f->waiver;
}

#endif
