/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for people in a terminal.
 *
 * Findings are grouped by what fixes them, the least severe first, so that the most severe stand at
 * the end, above the totals, where a terminal leaves the eye. A group shows its severity as a
 * letter (colour is only an addition), the places it concerns and how to fix them. Never wider than
 * the terminal. Nothing to say is one line.
 */
#include <stdlib.h>

#include "report/report.h"

#define PLACES_SHOWN 6
#define MAX_WIDTH 120 /* wider lines are hard to read */

struct group {
	const struct sw_finding **v;
	uint32_t n;
	struct sw_str fix;
	bool one_rule;
};

static struct sw_str fix_of(const struct sw_finding *f)
{
	if (f->rule->remediation.n)
		return f->rule->remediation;
	return f->fix.summary.n ? f->fix.summary : f->rule->id;
}

/* By the fix's most severe finding; then its first rule; the input is sorted by severity and rule.
 */
struct entry {
	const struct sw_finding *f;
	struct sw_str fix;
	uint32_t group, order;
};

static int by_fix(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = sw_str_cmp(x->fix, y->fix);
	return c ? c : (x->order > y->order) - (x->order < y->order);
}

static int by_group(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static enum sw_style style_of(enum sw_severity s)
{
	static const enum sw_style styles[SW_SEV__COUNT] = {SW_STYLE_DIM, SW_STYLE_DIM,
		SW_STYLE_LOW, SW_STYLE_MEDIUM, SW_STYLE_HIGH, SW_STYLE_CRITICAL};
	return styles[s];
}

/* A place of at most `cols` columns: a path is cut in front, since its end tells more. */
static struct sw_str fit_place(struct sw_buf *out, struct sw_str place, size_t cols)
{
	if (sw_text_width(place) <= cols)
		return place;
	sw_buf_addz(out, "...");
	while (sw_text_width(place) > cols - 3) {
		size_t at = 0;
		sw_utf8_next(place, &at);
		place = sw_str_sub(place, at, place.n);
	}
	return place;
}

/* "  shop/Deployment/web, container app        web.yaml:12:9" on one line where it fits, else on
 * two. */
static void put_place(
	struct sw_buf *out, const struct sw_report *r, const struct sw_finding *f, size_t width)
{
	sw_autobuf who, where, a, b;
	sw_buf_init(&who, 64 << 10);
	sw_buf_init(&where, 64 << 10);
	sw_buf_init(&a, 256 << 10);
	sw_buf_init(&b, 256 << 10);
	sw_subject_print(&who, &f->subject);
	if (f->n_evidence && f->evidence[0].file.n) {
		const struct sw_evidence *e = &f->evidence[0];
		sw_buf_addstr(&where, e->file);
		if (e->line)
			sw_buf_printf(&where, ":%u", e->line);
		if (e->line && e->col)
			sw_buf_printf(&where, ":%u", e->col);
	}
	sw_text_clean(&a, sw_buf_str(&who));
	sw_text_clean(&b, sw_buf_str(&where));
	size_t wa = sw_text_width(sw_buf_str(&a)), wb = sw_text_width(sw_buf_str(&b));
	size_t room = width - 3;
	bool one_line = wb && wa + 2 + wb <= room;
	sw_buf_addz(out, "   ");
	if (one_line || r->term.endless)
		sw_buf_addstr(out, sw_buf_str(&a));
	else
		sw_text_clean_fit(out, sw_buf_str(&who), room);
	if (one_line)
		sw_buf_pad(out, ' ', room - wa - wb);
	else if (wb)
		sw_buf_addz(out, "\n     ");
	struct sw_str place = sw_buf_str(&b);
	if (!one_line && !r->term.endless)
		place = fit_place(out, place, room - 2);
	if (wb)
		sw_term_styled(out, &r->term, SW_STYLE_DIM, place);
	sw_buf_addch(out, '\n');
}

static void put_heading(
	struct sw_buf *out, const struct sw_report *r, const struct group *g, size_t width)
{
	const struct sw_rule *rule = g->v[0]->rule;
	enum sw_severity sev = g->v[0]->severity;
	char letter[2] = {sw_severity_letter(sev), '\0'};
	sw_autobuf id, title;
	sw_buf_init(&id, 4096);
	sw_buf_init(&title, 64 << 10);
	if (g->one_rule)
		sw_text_clean_fit(&id, rule->id, width / 2);
	else
		sw_buf_addz(&id, "several rules");
	size_t wid = sw_text_width(sw_buf_str(&id));
	sw_text_clean_fit(
		&title, g->one_rule && rule->title.n ? rule->title : g->fix, width - 5 - wid);
	sw_term_styled(out, &r->term, style_of(sev), sw_str_from(letter));
	sw_buf_addz(out, "  ");
	sw_term_styled(out, &r->term, SW_STYLE_BOLD, sw_buf_str(&title));
	sw_buf_pad(out, ' ', width - 3 - wid - sw_text_width(sw_buf_str(&title)));
	sw_term_styled(out, &r->term, SW_STYLE_DIM, sw_buf_str(&id));
	sw_buf_addch(out, '\n');
}

/* A message that only says the title again is left out. */
static bool says_more(const struct sw_finding *f)
{
	return f->message.n && !sw_str_eq(f->message, f->rule->title);
}

/* A ready command or diff, line by line as it is: it is there to be copied. */
static void put_lines(struct sw_buf *out, struct sw_str text)
{
	struct sw_str line;
	while (sw_str_split(&text, '\n', &line)) {
		if (!line.n && !text.n)
			break;
		sw_buf_addz(out, "     ");
		sw_text_clean(out, line);
		sw_buf_addch(out, '\n');
	}
}

static void put_group(
	struct sw_buf *out, const struct sw_report *r, const struct group *g, size_t width)
{
	put_heading(out, r, g, width);
	uint32_t shown = r->verbose || g->n <= PLACES_SHOWN + 1 ? g->n : PLACES_SHOWN;
	struct sw_str last = {0};
	for (uint32_t i = 0; i < shown; i++) {
		const struct sw_finding *f = g->v[i];
		if (says_more(f) && !sw_str_eq(f->message, last)) {
			sw_buf_addz(out, "   ");
			sw_term_wrap(out, &r->term, f->message, 3, 3, width);
			last = f->message;
		}
		put_place(out, r, f, width);
	}
	if (shown < g->n)
		sw_buf_printf(out, "   and %u more (-v shows all)\n", g->n - shown);
	if (g->v[0]->rule->remediation.n || g->v[0]->fix.summary.n) {
		sw_buf_addz(out, "   fix: ");
		sw_term_wrap(out, &r->term, g->fix, 8, 8, width);
	}
	for (uint32_t i = 0; r->verbose && i < g->n; i++) {
		put_lines(out, g->v[i]->fix.command);
		put_lines(out, g->v[i]->fix.diff);
	}
	sw_buf_addch(out, '\n');
}

static void put_groups(struct sw_buf *out, const struct sw_report *r, size_t width)
{
	const struct sw_findings *fs = r->findings;
	struct entry *e = calloc((size_t)fs->n + 1, sizeof(*e));
	const struct sw_finding **flat = calloc((size_t)fs->n + 1, sizeof(*flat));
	if (!e || !flat)
		abort();
	uint32_t n = 0;
	for (uint32_t i = 0; i < fs->n; i++)
		if (sw_finding_open(fs->v[i]) && fs->v[i]->is_new)
			e[n++] = (struct entry){fs->v[i], fix_of(fs->v[i]), 0, i};
	qsort(e, n, sizeof(*e), by_fix);
	for (uint32_t i = 0, first = 0; i < n; i++) {
		if (i && !sw_str_eq(e[i].fix, e[i - 1].fix))
			first = i;
		e[i].group = e[first].order;
	}
	qsort(e, n, sizeof(*e), by_group);
	for (uint32_t i = 0; i < n; i++)
		flat[i] = e[i].f;
	for (uint32_t end = n; end;) { /* the most severe group is printed last */
		uint32_t start = end - 1;
		while (start && e[start - 1].group == e[end - 1].group)
			start--;
		struct group g = {&flat[start], end - start, e[start].fix, true};
		for (uint32_t i = start; i < end; i++)
			g.one_rule &= e[i].f->rule == e[start].f->rule;
		put_group(out, r, &g, width);
		end = start;
	}
	free(flat);
	free(e);
}

/* "not evaluated: broken.yaml:3:1: reason (RULE)" */
static void put_unseen(
	struct sw_buf *out, const struct sw_report *r, const struct sw_finding *f, size_t width)
{
	sw_autobuf line;
	sw_buf_init(&line, 64 << 10);
	sw_finding_place(&line, f);
	if (line.n)
		sw_buf_addz(&line, ": ");
	size_t at = line.n;
	sw_subject_print(&line, &f->subject);
	if (line.n > at)
		sw_buf_addz(&line, ": ");
	sw_buf_addstr(&line, f->reason.n ? f->reason : f->message);
	sw_buf_printf(&line, " (%.*s)", SW_STR_ARG(f->rule->id));
	sw_buf_addz(out, f->verdict == SW_VERDICT_MANUAL ? "to do by hand: " : "not evaluated: ");
	sw_term_wrap(out, &r->term, sw_buf_str(&line), 15, 3, width);
}

static void put_not_judged(struct sw_buf *out, const struct sw_report *r, size_t width)
{
	const struct sw_findings *fs = r->findings;
	uint32_t shown = 0, total = 0;
	for (uint32_t i = 0; i < fs->n; i++) {
		const struct sw_finding *f = fs->v[i];
		if (f->verdict != SW_VERDICT_MANUAL && f->verdict != SW_VERDICT_NOT_EVALUATED)
			continue;
		if (++total > PLACES_SHOWN && !r->verbose)
			continue;
		shown++;
		put_unseen(out, r, f, width);
	}
	if (shown < total)
		sw_buf_printf(out, "and %u more that could not be judged (-v shows all)\n",
			total - shown);
	if (total)
		sw_buf_addch(out, '\n');
}

static void put_totals(struct sw_buf *out, const struct sw_report *r, size_t width)
{
	const struct sw_summary *s = r->summary;
	const struct sw_coverage *c = &r->findings->coverage;
	sw_autobuf line;
	sw_buf_init(&line, 4096);
	sw_buf_printf(&line, "%u finding%s", s->total, s->total == 1 ? "" : "s");
	const char *sep = ": ";
	for (int i = SW_SEV_CRITICAL; i >= 0; i--)
		if (s->open[i]) {
			sw_buf_printf(&line, "%s%u %s", sep, s->open[i],
				sw_severity_name((enum sw_severity)i));
			sep = ", ";
		}
	if (s->in_baseline)
		sw_buf_printf(&line, "; %u of them in the baseline", s->in_baseline);
	if (s->waived)
		sw_buf_printf(&line, "; %u waived", s->waived);
	if (s->manual)
		sw_buf_printf(&line, "; %u to do by hand", s->manual);
	sw_term_wrap(out, &r->term, sw_buf_str(&line), 0, 2, width);
	sw_buf_clear(&line);
	if (s->score >= 0)
		sw_buf_printf(&line, "score %d of 100, ", s->score);
	sw_buf_printf(&line, "coverage %d%%: ", s->coverage);
	sw_report_seen(&line, r);
	if (c->unreadable_files)
		sw_buf_printf(&line, ", %llu unreadable", (unsigned long long)c->unreadable_files);
	if (c->broken_documents)
		sw_buf_printf(&line, ", %llu broken document%s",
			(unsigned long long)c->broken_documents,
			c->broken_documents == 1 ? "" : "s");
	if (s->not_evaluated)
		sw_buf_printf(&line, ", %u not evaluated", s->not_evaluated);
	sw_term_wrap(out, &r->term, sw_buf_str(&line), 0, 2, width);
	if (r->next.n) {
		sw_buf_addz(out, "next: ");
		sw_term_wrap(out, &r->term, r->next, 6, 6, width);
	}
}

static int write_table(struct sw_buf *out, const struct sw_report *r, struct sw_error *err)
{
	const struct sw_summary *s = r->summary;
	size_t width = r->term.width < MAX_WIDTH ? r->term.width : MAX_WIDTH;
	if (width < 20)
		width = 20;
	if (!s->total && !s->manual && s->complete) {
		sw_autobuf line;
		sw_buf_init(&line, 4096);
		sw_buf_addz(&line, "clean: ");
		sw_report_seen(&line, r);
		sw_buf_addz(&line, ", nothing to report");
		if (s->waived)
			sw_buf_printf(&line, " (%u waived)", s->waived);
		sw_term_wrap(out, &r->term, sw_buf_str(&line), 0, 2, width);
		return 0;
	}
	put_not_judged(out, r, width);
	put_groups(out, r, width);
	put_totals(out, r, width);
	return 0;
}

const struct sw_report_format sw_report_table = {
	.name = "table",
	.summary = "for people in a terminal, grouped by what fixes it (the default)",
	.media = "text/plain",
	.schema = "",
	.since = "0.1",
	.write = write_table,
};
