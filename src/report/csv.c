/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV (RFC 4180, CRLF), one finding a line. A field that a spreadsheet would take for a formula
 * gets an apostrophe in front.
 */
#include "finding/fingerprint.h"
#include "finding/waiver.h"
#include "report/report.h"

static void field(struct sw_buf *out, struct sw_str s, bool last)
{
	bool quote = false;
	for (size_t i = 0; i < s.n; i++)
		quote |= s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r';
	bool formula = s.n && strchr("=+-@\t\r", s.p[0]) && s.p[0];
	if (quote)
		sw_buf_addch(out, '"');
	if (formula)
		sw_buf_addch(out, '\'');
	for (size_t i = 0; i < s.n;) {
		uint32_t cp = sw_utf8_next(s, &i);
		if (cp == '"')
			sw_buf_addch(out, '"');
		sw_buf_addrune(out, cp == 0 ? 0xfffd : cp);
	}
	if (quote)
		sw_buf_addch(out, '"');
	sw_buf_addz(out, last ? "\r\n" : ",");
}

static void number(struct sw_buf *out, uint32_t n)
{
	if (n)
		sw_buf_printf(out, "%u", n);
	sw_buf_addch(out, ',');
}

static void put(struct sw_buf *out, const struct sw_finding *f)
{
	static const struct sw_evidence nowhere;
	const struct sw_evidence *e = f->n_evidence ? &f->evidence[0] : &nowhere;
	char hex[SW_FINGERPRINT_HEX];
	field(out, sw_str_from(sw_fingerprint_hex(f->fingerprint, hex)), false);
	field(out, f->rule->id, false);
	field(out, sw_str_from(sw_verdict_name(f->verdict)), false);
	field(out, sw_str_from(sw_severity_name(f->severity)), false);
	field(out, f->rule->title, false);
	field(out, f->message.n ? f->message : f->reason, false);
	field(out, f->subject.cluster, false);
	field(out, f->subject.ns, false);
	field(out, f->subject.kind, false);
	field(out, f->subject.name, false);
	field(out, f->subject.container, false);
	field(out, f->subject.image, false);
	field(out, f->subject.package, false);
	field(out, e->file, false);
	number(out, e->line);
	number(out, e->col);
	field(out, e->path, false);
	field(out, f->rule->remediation, false);
	field(out, sw_str_from(f->is_new ? "true" : "false"), false);
	field(out, f->waiver ? f->waiver->reason : (struct sw_str){0}, true);
}

static int write_csv(struct sw_buf *out, const struct sw_report *r, struct sw_error *err)
{
	sw_buf_addz(out, "fingerprint,rule,verdict,severity,title,message,cluster,namespace,kind,"
			 "name,container,"
			 "image,package,file,line,column,path,remediation,new,waived\r\n");
	for (uint32_t i = 0; i < r->findings->n; i++)
		put(out, r->findings->v[i]);
	return 0;
}

const struct sw_report_format sw_report_csv = {
	.name = "csv",
	.summary = "one line per finding, for spreadsheets",
	.media = "text/csv",
	.schema = "RFC 4180",
	.since = "0.1",
	.write = write_csv,
};
