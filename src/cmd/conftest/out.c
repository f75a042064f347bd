/* SPDX-License-Identifier: Apache-2.0 */
/* Results of `policy verify --policy` in conftest's forms; junit and sarif through the reports. */
#include <stdlib.h>

#include "cmd/conftest/conftest.h"
#include "cmd/policy/policy.h"
#include "cmd/scan/scanning.h"
#include "doc/json.h"
#include "report/report.h"

static const char *const words[CF__KINDS] = {"FAIL", "WARN", "EXCP", "SKIP"};

struct totals {
	uint32_t by[CF__KINDS], passed, all;
};

static uint32_t results(const struct cf_check *k)
{
	uint32_t n = k->successes;
	for (int kind = 0; kind < CF__KINDS; kind++)
		n += k->by[kind].n;
	return n;
}

static struct totals count(const struct conftest *c)
{
	struct totals t = {0};
	for (uint32_t i = 0; i < c->n_checks; i++) {
		t.passed += c->checks[i].successes;
		for (int k = 0; k < CF__KINDS; k++)
			t.by[k] += c->checks[i].by[k].n;
	}
	t.all = t.passed;
	for (int k = 0; k < CF__KINDS; k++)
		t.all += t.by[k];
	return t;
}

static const char *s(uint32_t n)
{
	return n == 1 ? "" : "s";
}

static void put_totals(struct sw_buf *out, const struct totals *t)
{
	sw_buf_printf(out, "%u test%s, %u passed, %u warning%s, %u failure%s, %u exception%s",
		t->all, s(t->all), t->passed, t->by[CF_WARNING], s(t->by[CF_WARNING]),
		t->by[CF_FAILURE], s(t->by[CF_FAILURE]), t->by[CF_EXCEPTION],
		s(t->by[CF_EXCEPTION]));
}

/* "- file - namespace -" */
static void put_place(struct sw_buf *out, const struct cf_check *k)
{
	sw_buf_addz(out, "- ");
	if (!sw_str_is(k->file, "-"))
		sw_buf_printf(out, "%.*s ", SW_STR_ARG(k->file));
	if (sw_str_is(k->ns, "-"))
		sw_buf_addz(out, "- ");
	else
		sw_buf_printf(out, "- %.*s - ", SW_STR_ARG(k->ns));
}

static void put_color(struct conftest *c, const char *code)
{
	if (c->ctx->term.color)
		sw_buf_printf(c->ctx->out, "\033[%sm", code);
}

/* Messages of policies may hold anything: a terminal shows them as text. */
static void put_message(struct conftest *c, struct sw_str m)
{
	for (size_t i = 0; i < m.n; i++) {
		unsigned char ch = (unsigned char)m.p[i];
		if ((ch < 0x20 && ch != '\n' && ch != '\t') || ch == 0x7f)
			sw_buf_addz(c->ctx->out, "\xef\xbf\xbd");
		else
			sw_buf_addch(c->ctx->out, m.p[i]);
	}
}

static void write_standard(struct conftest *c, bool tests)
{
	static const char *const colors[] = {"31", "33", "36", "33"};
	static const int order[] = {CF_WARNING, CF_FAILURE, CF_EXCEPTION};
	struct sw_buf *out = c->ctx->out;
	struct totals t = count(c);
	for (uint32_t i = 0; i < c->n_checks; i++) {
		struct sw_str rest = c->checks[i].print, line;
		while (sw_str_split(&rest, '\n', &line))
			if (line.n)
				sw_buf_printf(out, "PRNT   %.*s\n", SW_STR_ARG(line));
	}
	for (uint32_t i = 0; i < c->n_checks; i++) {
		const struct cf_check *k = &c->checks[i];
		for (size_t o = 0; o < SW_ARRAY_LEN(order); o++) {
			if (order[o] == CF_EXCEPTION &&
				sw_opts_bool(&c->ctx->opts, "suppress-exceptions"))
				continue;
			for (uint32_t r = 0; r < k->by[order[o]].n; r++) {
				put_color(c, colors[order[o]]);
				sw_buf_addz(out, words[order[o]]);
				put_color(c, "0");
				sw_buf_addch(out, ' ');
				put_place(out, k);
				put_message(c, k->by[order[o]].v[r].msg);
				sw_buf_addch(out, '\n');
			}
		}
	}
	sw_buf_addch(out, '\n');
	put_color(c, t.by[CF_FAILURE]	  ? "31"
		     : t.by[CF_WARNING]	  ? "33"
		     : t.by[CF_EXCEPTION] ? "36"
					  : "32");
	put_totals(out, &t);
	if (tests)
		sw_buf_printf(out, ", %u skipped", t.by[CF_SKIPPED]);
	put_color(c, "0");
	sw_buf_addch(out, '\n');
}

/* ---- json ---- */

/* A value below a key, as json.Indent with tabs writes it. */
static void put_value(struct sw_buf *out, struct sw_value v, size_t depth)
{
	sw_autobuf text;
	sw_buf_init(&text, 0);
	sw_json_write(&text, v, SW_JSON_PRETTY | SW_JSON_HTML_ESCAPE);
	struct sw_str rest = sw_buf_str(&text), line;
	for (bool first = true; sw_str_split(&rest, '\n', &line); first = false) {
		size_t n = 0;
		while (n < line.n && line.p[n] == ' ')
			n++;
		if (!first) {
			sw_buf_addch(out, '\n');
			sw_buf_pad(out, '\t', depth + n / 2);
		}
		sw_buf_addstr(out, sw_str_sub(line, n, line.n));
	}
}

static void json_result(struct conftest *c, const struct cf_result *r)
{
	struct sw_buf *out = c->ctx->out;
	struct sw_map loc;
	sw_buf_addz(out, "\t\t\t{\n\t\t\t\t\"msg\": ");
	sw_json_write_str(out, r->msg, SW_JSON_HTML_ESCAPE);
	if (r->has_loc) {
		sw_map_init(&loc, c->ctx->arena);
		if (r->loc_file.n)
			sw_map_adds(&loc, "file", sw_string(r->loc_file));
		if (r->loc_line.n)
			sw_map_adds(&loc, "line", sw_number(r->loc_line));
		sw_buf_addz(out, ",\n\t\t\t\t\"loc\": ");
		put_value(out, sw_map_object(&loc), 4);
	}
	if (sw_defined(r->metadata)) {
		sw_buf_addz(out, ",\n\t\t\t\t\"metadata\": ");
		put_value(out, r->metadata, 4);
	}
	sw_buf_addz(out, "\n\t\t\t}");
}

static void json_results(struct conftest *c, const char *key, const struct cf_results *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (i)
			sw_buf_addz(c->ctx->out, ",\n");
		else
			sw_buf_printf(c->ctx->out, ",\n\t\t\"%s\": [\n", key);
		json_result(c, &l->v[i]);
	}
	if (l->n)
		sw_buf_addz(c->ctx->out, "\n\t\t]");
}

static void write_json(struct conftest *c)
{
	struct sw_buf *out = c->ctx->out;
	sw_buf_addz(out, c->n_checks ? "[" : "null\n");
	for (uint32_t i = 0; i < c->n_checks; i++) {
		const struct cf_check *k = &c->checks[i];
		sw_buf_addz(out, i ? ",\n\t{\n\t\t\"filename\": " : "\n\t{\n\t\t\"filename\": ");
		sw_json_write_str(
			out, sw_str_is(k->file, "-") ? SW_STR("") : k->file, SW_JSON_HTML_ESCAPE);
		sw_buf_addz(out, ",\n\t\t\"namespace\": ");
		sw_json_write_str(out, k->ns, SW_JSON_HTML_ESCAPE);
		sw_buf_printf(out, ",\n\t\t\"successes\": %u", k->successes);
		json_results(c, "skipped", &k->by[CF_SKIPPED]);
		json_results(c, "warnings", &k->by[CF_WARNING]);
		json_results(c, "failures", &k->by[CF_FAILURE]);
		json_results(c, "exceptions", &k->by[CF_EXCEPTION]);
		sw_buf_addz(out, "\n\t}");
	}
	if (c->n_checks)
		sw_buf_addz(out, "\n]\n");
}

/* ---- tap ---- */

static void tap_results(
	struct conftest *c, const struct cf_check *k, int kind, const char *head, uint32_t *n)
{
	struct sw_buf *out = c->ctx->out;
	const struct cf_results *l = &k->by[kind];
	if (l->n && head)
		sw_buf_printf(out, "# %s\n", head);
	for (uint32_t i = 0; i < l->n; i++) {
		sw_buf_printf(out, "%s %u ",
			kind == CF_FAILURE || kind == CF_WARNING ? "not ok" : "ok", (*n)++);
		put_place(out, k);
		struct sw_str rest = l->v[i].msg,
			      line; /* a second line would be read as something else */
		for (bool first = true; sw_str_split(&rest, '\n', &line); first = false)
			sw_buf_printf(out, "%s%.*s", first ? "" : " ", SW_STR_ARG(line));
		sw_buf_addch(out, '\n');
	}
}

/* One plan for all files, with numbers that go on. */
static void write_tap(struct conftest *c)
{
	struct sw_buf *out = c->ctx->out;
	uint32_t all = 0, n = 1;
	for (uint32_t i = 0; i < c->n_checks; i++)
		all += results(&c->checks[i]);
	if (all)
		sw_buf_printf(out, "1..%u\n", all);
	for (uint32_t i = 0; i < c->n_checks; i++) {
		const struct cf_check *k = &c->checks[i];
		tap_results(c, k, CF_FAILURE, NULL, &n);
		tap_results(c, k, CF_WARNING, "warnings", &n);
		tap_results(c, k, CF_EXCEPTION, "exceptions", &n);
		tap_results(c, k, CF_SKIPPED, "skip", &n);
		if (k->successes)
			sw_buf_addz(out, "# successes\n");
		for (uint32_t x = 0; x < k->successes; x++) {
			sw_buf_printf(out, "ok %u ", n++);
			put_place(out, k);
			sw_buf_addz(out, "SUCCESS\n");
		}
	}
}

/* ---- table ---- */

static void table_row(
	struct sw_policy_table *t, const char *result, const struct cf_check *k, struct sw_str msg)
{
	sw_policy_table_cell(t, sw_str_from(result));
	sw_policy_table_cell(t, k->file);
	sw_policy_table_cell(t, k->ns);
	size_t line = sw_str_chr(msg, '\n', 0);
	sw_policy_table_cell(t, sw_str_sub(msg, 0, line == SW_NPOS ? msg.n : line));
}

static void write_table(struct conftest *c)
{
	static const struct {
		int kind;
		const char *name;
	} order[] = {{CF_EXCEPTION, "exception"}, {CF_WARNING, "warning"}, {CF_SKIPPED, "skipped"},
		{CF_FAILURE, "failure"}};
	static const char *const heads[] = {"RESULT", "FILE", "NAMESPACE", "MESSAGE"};
	struct sw_policy_table t;
	sw_policy_table_init(&t, c->ctx->arena);
	for (size_t i = 0; i < SW_ARRAY_LEN(heads); i++)
		sw_policy_table_head(&t, sw_str_from(heads[i]));
	if (!count(c).all)
		return;
	for (uint32_t i = 0; i < c->n_checks; i++) {
		const struct cf_check *k = &c->checks[i];
		for (uint32_t n = 0; n < k->successes; n++)
			table_row(&t, "success", k, SW_STR("SUCCESS"));
		for (size_t o = 0; o < SW_ARRAY_LEN(order); o++)
			for (uint32_t n = 0; n < k->by[order[o].kind].n; n++)
				table_row(&t, order[o].name, k, k->by[order[o].kind].v[n].msg);
	}
	sw_policy_table_write(&t, c->ctx->out);
}

/* ---- github ---- */

static void escaped(struct sw_buf *out, struct sw_str text, bool property)
{
	for (size_t i = 0; i < text.n; i++) {
		char ch = text.p[i];
		if (ch == '%' || ch == '\r' || ch == '\n' || (property && (ch == ':' || ch == ',')))
			sw_buf_printf(out, "%%%02X", (unsigned char)ch);
		else
			sw_buf_addch(out, ch);
	}
}

static void annotate(struct conftest *c, const char *level, struct sw_str file, struct sw_str line,
	struct sw_str msg)
{
	sw_buf_printf(c->ctx->out, "::%s file=", level);
	escaped(c->ctx->out, file, true);
	sw_buf_printf(c->ctx->out, ",line=%.*s::", SW_STR_ARG(line));
	escaped(c->ctx->out, msg, false);
	sw_buf_addch(c->ctx->out, '\n');
}

static void github_result(
	struct conftest *c, const struct cf_check *k, const char *level, const struct cf_result *r)
{
	struct sw_str one = SW_STR("1");
	if (!r->has_loc) {
		annotate(c, level, k->file, one, r->msg);
	} else if (!r->loc_file.n || sw_str_eq(r->loc_file, k->file)) {
		annotate(c, level, k->file, r->loc_line.n ? r->loc_line : one, r->msg);
	} else {
		annotate(c, level, r->loc_file, r->loc_line, r->msg);
		annotate(c, level, k->file, one,
			sw_arena_printf(c->ctx->arena, "(ORIGINATING FROM %.*s L%.*s) %.*s",
				SW_STR_ARG(r->loc_file), SW_STR_ARG(r->loc_line),
				SW_STR_ARG(r->msg)));
	}
}

static void write_github(struct conftest *c)
{
	static const char *const levels[] = {"error", "warning", "notice", "notice"};
	struct totals t = count(c);
	struct sw_buf *out = c->ctx->out;
	for (uint32_t i = 0; i < c->n_checks; i++) {
		const struct cf_check *k = &c->checks[i];
		uint32_t all = results(k);
		if (all == k->successes && sw_opts_bool(&c->ctx->opts, "github-hide-passed"))
			continue;
		sw_buf_addz(out, "::group::Testing ");
		sw_json_write_str(out, k->file, 0);
		sw_buf_printf(out, " against %u policies in namespace ", all);
		sw_json_write_str(out, k->ns, 0);
		sw_buf_addch(out, '\n');
		for (int kind = 0; kind < CF__KINDS; kind++)
			for (uint32_t n = 0; n < k->by[kind].n; n++)
				github_result(c, k, levels[kind], &k->by[kind].v[n]);
		annotate(c, "notice", k->file, SW_STR("1"),
			sw_arena_printf(
				c->ctx->arena, "Number of successful checks: %u", k->successes));
		sw_buf_addz(out, "::endgroup::\n");
	}
	put_totals(out, &t);
	sw_buf_addch(out, '\n');
}

/* ---- azuredevops ---- */

/* The agent takes ##vso[ for a command wherever a line has it first: a message stays in its own line. */
static void put_command(struct sw_buf *out, struct sw_str msg, bool first)
{
	for (size_t i = 0; i < msg.n; i++) {
		bool mark = first && i && msg.p[i] == '#' && msg.p[i - 1] == '#';
		if (mark)
			sw_buf_addch(out, ' ');
		sw_buf_addch(out, msg.p[i] == '\r' || msg.p[i] == '\n' ? ' ' : msg.p[i]);
	}
	sw_buf_addch(out, '\n');
}

static void write_azure(struct conftest *c)
{
	static const char *const issues[] = {"error", "warning", "warning"};
	struct totals t = count(c);
	struct sw_buf *out = c->ctx->out;
	for (uint32_t i = 0; i < c->n_checks; i++) {
		const struct cf_check *k = &c->checks[i];
		uint32_t all = results(k);
		sw_buf_printf(out,
			"##[section]Testing '%.*s' against %u policies in namespace '%.*s'\n"
			"##[group]See conftest results\n",
			SW_STR_ARG(k->file), all, SW_STR_ARG(k->ns));
		for (int kind = 0; kind < CF_SKIPPED; kind++)
			for (uint32_t n = 0; n < k->by[kind].n; n++) {
				sw_buf_printf(out, "##vso[task.logissue type=%s] file=%.*s --> ",
					issues[kind], SW_STR_ARG(k->file));
				put_command(out, k->by[kind].v[n].msg, false);
			}
		for (uint32_t n = 0; n < k->by[CF_SKIPPED].n; n++) {
			sw_buf_printf(out, "skipped file=%.*s ", SW_STR_ARG(k->file));
			put_command(out, k->by[CF_SKIPPED].v[n].msg, true);
		}
		if (k->successes)
			sw_buf_printf(out, "success file=%.*s %u\n", SW_STR_ARG(k->file),
				k->successes);
		sw_buf_addz(out, "##[endgroup]\n");
	}
	put_totals(out, &t);
	sw_buf_addch(out, '\n');
}

/* ---- the reports ---- */

static struct sw_rule *rule_of(
	struct conftest *c, struct sw_str query, enum sw_severity severity, struct sw_rule **all)
{
	for (struct sw_rule **r = all; *r; r++)
		if (sw_str_eq((*r)->id, query))
			return *r;
	struct sw_rule *r = sw_arena_new(c->ctx->arena, struct sw_rule);
	if (!r)
		abort();
	*r = (struct sw_rule){.id = query,
		.title = query,
		.category = SW_STR("policy"),
		.engine = SW_STR("conftest"),
		.source = SW_STR("policy"),
		.severity = severity};
	while (*all)
		all++;
	*all = r;
	return r;
}

static int add_finding(struct conftest *c, struct sw_findings *fs, struct sw_rule **rules,
	const struct cf_check *k, int kind, const struct cf_result *r)
{
	int64_t line = 0;
	sw_str_to_i64(r->loc_line, &line);
	struct sw_evidence place = {.file = r->loc_file.n ? r->loc_file : k->file,
		.line = line > 0 && line < UINT32_MAX ? (uint32_t)line : 0};
	struct sw_finding f = {.rule = rule_of(c, r->query,
				       kind == CF_FAILURE ? SW_SEV_HIGH : SW_SEV_MEDIUM, rules),
		.verdict = SW_VERDICT_FAIL,
		.severity = kind == CF_FAILURE ? SW_SEV_HIGH : SW_SEV_MEDIUM,
		.subject = {.name = k->file},
		.message = r->msg,
		.evidence = &place,
		.n_evidence = 1,
		.key = r->msg,
		.is_new = true};
	return sw_findings_add(fs, &f);
}

static int write_report(struct conftest *c, const struct sw_report_format *format)
{
	struct totals t = count(c);
	struct sw_findings fs;
	struct sw_summary summary;
	struct sw_rule **rules = sw_arena_zalloc(c->ctx->arena, (t.all + 1) * sizeof(*rules));
	int rc = rules ? 0 : sw_error_set(&c->err, SW_ELIMIT, "too many results");
	sw_findings_init(&fs, 0);
	for (uint32_t i = 0; !rc && i < c->n_checks; i++)
		for (int kind = CF_FAILURE; kind <= CF_WARNING; kind++)
			for (uint32_t n = 0; !rc && n < c->checks[i].by[kind].n; n++)
				rc = add_finding(c, &fs, rules, &c->checks[i], kind,
					&c->checks[i].by[kind].v[n]);
	sw_findings_pass(&fs, SW_SEV_HIGH, t.passed);
	fs.coverage.files = c->n_configs;
	fs.coverage.unreadable_files = c->problems;
	sw_findings_sort(&fs);
	sw_summary_make(&fs, &summary);
	struct sw_report r = {.findings = &fs,
		.summary = &summary,
		.timestamp = sw_timestamp(c->ctx->arena),
		.targets = c->ctx->opts.args,
		.n_targets = c->ctx->opts.n_args,
		.failed = t.by[CF_FAILURE] > 0,
		.term = c->ctx->term};
	if (!rc)
		rc = format->write(c->ctx->out, &r, &c->err);
	sw_findings_release(&fs);
	return rc;
}

int cf_write(struct conftest *c, bool tests)
{
	const char *o = sw_opts_str(&c->ctx->opts, "output");
	if (strcmp(o, "json") == 0)
		write_json(c);
	else if (strcmp(o, "tap") == 0)
		write_tap(c);
	else if (strcmp(o, "table") == 0)
		write_table(c);
	else if (strcmp(o, "github") == 0)
		write_github(c);
	else if (strcmp(o, "azuredevops") == 0)
		write_azure(c);
	else if (strcmp(o, "junit") == 0)
		return write_report(c, &sw_report_junit);
	else if (strcmp(o, "sarif") == 0)
		return write_report(c, &sw_report_sarif);
	else
		write_standard(c, tests);
	return 0;
}
