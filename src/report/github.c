/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GitHub workflow commands: lines of a log that become annotations in a pull request. Values are
 * escaped as the runner's toolkit does (% CR LF; in properties also : and ,), so that a name cannot
 * inject a command.
 */
#include "report/report.h"

static void escaped(struct sw_buf *out, struct sw_str s, bool property)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%')
			sw_buf_addz(out, "%25");
		else if (c == '\r')
			sw_buf_addz(out, "%0D");
		else if (c == '\n')
			sw_buf_addz(out, "%0A");
		else if (property && c == ':')
			sw_buf_addz(out, "%3A");
		else if (property && c == ',')
			sw_buf_addz(out, "%2C");
		else if ((unsigned char)c < 0x20 || c == 0x7f)
			sw_buf_addz(out, "\xef\xbf\xbd");
		else
			sw_buf_addch(out, c);
	}
}

static const char *level_of(const struct sw_finding *f)
{
	if (f->verdict != SW_VERDICT_FAIL)
		return "notice";
	return f->severity >= SW_SEV_HIGH     ? "error"
	       : f->severity == SW_SEV_MEDIUM ? "warning"
					      : "notice";
}

static void put_place(struct sw_buf *out, const char *level, struct sw_str file, uint32_t line,
	uint32_t col, uint32_t end_line)
{
	sw_buf_printf(out, "::%s ", level);
	if (!file.n)
		return;
	while (sw_str_starts(file, SW_STR("./")))
		file = sw_str_sub(file, 2, file.n);
	sw_buf_addz(out, "file=");
	escaped(out, file, true);
	if (line)
		sw_buf_printf(out, ",line=%u", line);
	if (end_line > line)
		sw_buf_printf(out, ",endLine=%u", end_line);
	else if (line && col)
		sw_buf_printf(out, ",col=%u", col);
	sw_buf_addch(out, ',');
}

static void put(struct sw_buf *out, const struct sw_finding *f)
{
	static const struct sw_evidence nowhere;
	const struct sw_evidence *e = f->n_evidence ? &f->evidence[0] : &nowhere;
	sw_autobuf title, text;
	sw_buf_init(&title, 64 << 10);
	sw_buf_init(&text, 1 << 20);
	put_place(out, level_of(f), e->file, e->line, e->col, e->end_line);
	sw_buf_printf(&title, "%.*s %.*s", SW_STR_ARG(f->rule->id), SW_STR_ARG(f->rule->title));
	sw_buf_addz(out, "title=");
	escaped(out, sw_buf_str(&title), true);
	sw_buf_addz(out, "::");
	sw_subject_print(&text, &f->subject);
	sw_buf_printf(&text, "%s%.*s", text.n ? ": " : "",
		SW_STR_ARG(f->verdict == SW_VERDICT_FAIL && f->message.n ? f->message
			   : f->reason.n				 ? f->reason
									 : f->message));
	if (f->verdict == SW_VERDICT_FAIL && f->rule->remediation.n)
		sw_buf_printf(&text, "\nFix: %.*s", SW_STR_ARG(f->rule->remediation));
	escaped(out, sw_buf_str(&text), false);
	sw_buf_addch(out, '\n');
}

static int write_github(struct sw_buf *out, const struct sw_report *r, struct sw_error *err)
{
	for (uint32_t i = 0; i < r->n_notes; i++) {
		const struct sw_report_note *n = &r->notes[i];
		put_place(out, n->level == SW_NOTE_ERROR ? "error" : "warning", n->file, n->line,
			n->col, 0);
		sw_buf_addz(out, "title=seawall::");
		escaped(out, n->text, false);
		sw_buf_addch(out, '\n');
	}
	for (uint32_t i = 0; i < r->findings->n; i++) {
		const struct sw_finding *f = r->findings->v[i];
		if (f->verdict != SW_VERDICT_PASS && !f->waiver && f->is_new)
			put(out, f);
	}
	return 0;
}

const struct sw_report_format sw_report_github = {
	.name = "github",
	.summary = "annotations in a GitHub workflow's log",
	.media = "text/plain",
	.schema = "https://docs.github.com/actions/reference/workflow-commands-for-github-actions",
	.since = "0.1",
	.write = write_github,
};
