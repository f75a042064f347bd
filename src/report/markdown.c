/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub-flavoured Markdown, for comments and job summaries: totals, then one section per rule. */
#include "finding/waiver.h"
#include "report/report.h"

/* Text that stays text: nothing in it may become markup, a link, a mention or the end of a table
 * cell. */
static void text(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t cp = sw_utf8_next(s, &i);
		switch (cp) {
		case '&':
			sw_buf_addz(out, "&amp;");
			break;
		case '<':
			sw_buf_addz(out, "&lt;");
			break;
		case '>':
			sw_buf_addz(out, "&gt;");
			break;
		case '@': /* no mentions */
			sw_buf_addz(out, "&#64;");
			break;
		case '\n':
		case '\r':
		case '\t':
			sw_buf_addch(out, ' ');
			break;
		case '\\':
		case '`':
		case '*':
		case '_':
		case '{':
		case '}':
		case '[':
		case ']':
		case '(':
		case ')':
		case '#':
		case '!':
		case '|':
		case '~':
			sw_buf_addch(out, '\\');
			sw_buf_addrune(out, cp);
			break;
		default:
			sw_buf_addrune(out, cp < 0x20 || cp == 0x7f ? 0xfffd : cp);
		}
	}
}

/* Code: the fence is longer than any run of backquotes inside; a pipe would end a table cell. */
static void code(struct sw_buf *out, struct sw_str s)
{
	size_t run = 0, longest = 0;
	for (size_t i = 0; i < s.n; i++) {
		run = s.p[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	sw_buf_pad(out, '`', longest + 1);
	if (longest)
		sw_buf_addch(out, ' ');
	for (size_t i = 0; i < s.n;) {
		uint32_t cp = sw_utf8_next(s, &i);
		if (cp == '|')
			sw_buf_addch(out, '\\');
		sw_buf_addrune(out,
			cp < 0x20 || cp == 0x7f ? (cp == '\n' || cp == '\t' ? ' ' : 0xfffd) : cp);
	}
	if (longest)
		sw_buf_addch(out, ' ');
	sw_buf_pad(out, '`', longest + 1);
}

static void put_place(struct sw_buf *out, const struct sw_finding *f)
{
	sw_autobuf who, where;
	sw_buf_init(&who, 64 << 10);
	sw_buf_init(&where, 64 << 10);
	sw_subject_print(&who, &f->subject);
	sw_buf_addz(out, "| ");
	text(out, sw_buf_str(&who));
	sw_buf_addz(out, " | ");
	if (f->n_evidence && f->evidence[0].file.n) {
		sw_buf_addstr(&where, f->evidence[0].file);
		if (f->evidence[0].line)
			sw_buf_printf(&where, ":%u", f->evidence[0].line);
		code(out, sw_buf_str(&where));
	}
	sw_buf_addz(out, " | ");
	text(out, f->message);
	sw_buf_addz(out, f->is_new ? " |\n" : " (in the baseline) |\n");
}

static void put_rule(struct sw_buf *out, const struct sw_report *r, uint32_t from, uint32_t to)
{
	const struct sw_finding *f = r->findings->v[from];
	sw_buf_printf(out, "\n### %s: ", sw_severity_name(f->severity));
	text(out, f->rule->title.n ? f->rule->title : f->rule->id);
	sw_buf_addz(out, " (");
	text(out, f->rule->id);
	sw_buf_addz(out, ")\n\n");
	if (f->rule->description.n) {
		text(out, f->rule->description);
		sw_buf_addz(out, "\n\n");
	}
	sw_buf_addz(out, "| What | Where | Finding |\n|---|---|---|\n");
	for (uint32_t i = from; i < to; i++)
		if (sw_finding_open(r->findings->v[i]))
			put_place(out, r->findings->v[i]);
	if (f->rule->remediation.n) {
		sw_buf_addz(out, "\n**Fix:** ");
		text(out, f->rule->remediation);
		sw_buf_addch(out, '\n');
	}
}

static void put_unseen(struct sw_buf *out, const struct sw_report *r)
{
	bool any = false;
	for (uint32_t i = 0; i < r->findings->n; i++) {
		const struct sw_finding *f = r->findings->v[i];
		if (f->verdict != SW_VERDICT_MANUAL && f->verdict != SW_VERDICT_NOT_EVALUATED)
			continue;
		if (!any)
			sw_buf_addz(out, "\n### Not judged\n\n");
		any = true;
		sw_autobuf who, where;
		sw_buf_init(&who, 64 << 10);
		sw_buf_init(&where, 64 << 10);
		sw_subject_print(&who, &f->subject);
		sw_finding_place(&where, f);
		sw_buf_printf(out, "- %s: ", sw_verdict_name(f->verdict));
		text(out, f->rule->id);
		if (who.n)
			sw_buf_addch(out, ' ');
		text(out, sw_buf_str(&who));
		if (where.n) {
			sw_buf_addch(out, ' ');
			code(out, sw_buf_str(&where));
		}
		sw_buf_addz(out, ": ");
		text(out, f->reason.n ? f->reason : f->message);
		sw_buf_addch(out, '\n');
	}
	if (!any && r->n_notes)
		sw_buf_addz(out, "\n### Not judged\n\n");
	for (uint32_t i = 0; i < r->n_notes; i++) {
		sw_buf_addz(out, "- ");
		text(out, r->notes[i].file);
		if (r->notes[i].line)
			sw_buf_printf(out, ":%u:%u", r->notes[i].line, r->notes[i].col);
		sw_buf_addz(out, ": ");
		text(out, r->notes[i].text);
		sw_buf_addch(out, '\n');
	}
}

static int write_markdown(struct sw_buf *out, const struct sw_report *r, struct sw_error *err)
{
	const struct sw_summary *s = r->summary;
	const struct sw_findings *fs = r->findings;
	sw_buf_addz(out, "## Seawall\n\n| Critical | High | Medium | Low | Info | Waived | Score | "
			 "Coverage |\n"
			 "|---|---|---|---|---|---|---|---|\n");
	sw_buf_printf(out, "| %u | %u | %u | %u | %u | %u | ", s->open[SW_SEV_CRITICAL],
		s->open[SW_SEV_HIGH], s->open[SW_SEV_MEDIUM], s->open[SW_SEV_LOW],
		s->open[SW_SEV_INFO], s->waived);
	if (s->score < 0)
		sw_buf_addz(out, "none");
	else
		sw_buf_printf(out, "%d", s->score);
	sw_buf_printf(out, " | %d%% |\n", s->coverage);
	if (!s->total)
		sw_buf_addz(out, "\nNo findings.\n");
	for (uint32_t i = 0, end; i < fs->n; i = end) {
		end = i + 1;
		if (!sw_finding_open(fs->v[i]))
			continue;
		while (end < fs->n && fs->v[end]->rule == fs->v[i]->rule &&
			fs->v[end]->severity == fs->v[i]->severity &&
			fs->v[end]->verdict == SW_VERDICT_FAIL)
			end++;
		put_rule(out, r, i, end);
	}
	put_unseen(out, r);
	return 0;
}

const struct sw_report_format sw_report_markdown = {
	.name = "markdown",
	.summary = "Markdown, for comments and job summaries",
	.media = "text/markdown",
	.schema = "",
	.since = "0.1",
	.write = write_markdown,
};
