/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall diff BASE HEAD`: what is new, gone or changed between two JSON reports, or two paths,
 * and why. Exit code 1 when something new is at or above --fail-on.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/scan/scanning.h"
#include "doc/json.h"
#include "report/jsonw.h"

struct item {
	struct sw_str fingerprint;
	struct sw_value v;
	bool open; /* fail, not waived */
	enum sw_severity severity;
};

struct side {
	struct sw_value root;
	struct item *v; /* sorted by fingerprint, first of equal ones kept */
	uint32_t n;
};

enum change { NEW, GONE, CHANGED };

struct row {
	enum change change;
	const struct item *base, *head; /* one may be NULL */
	struct sw_str cause;
};

struct rows {
	struct row *v;
	uint32_t n;
	uint32_t count[3];
};

/* ---- reading ---- */

static int scan_to_json(
	struct sw_cmd_ctx *ctx, const char *path, struct sw_str *ret, struct sw_error *err)
{
	struct sw_scanning s = {0};
	sw_autobuf text;
	sw_buf_init(&text, (size_t)4 << 30);
	int rc = sw_scanning_run(&s, ctx, &path, 1, err);
	if (!rc) {
		struct sw_report r = {.findings = &s.findings,
			.summary = &s.summary,
			.rules = s.rules,
			.n_rules = s.n_rules,
			.targets = &path,
			.n_targets = 1};
		rc = sw_report_json.write(&text, &r, err);
		*ret = sw_arena_str(ctx->arena, sw_buf_str(&text));
	}
	sw_scanning_release(&s);
	return rc;
}

/* A report by its schema; anything else is scanned. */
static int read_root(
	struct sw_cmd_ctx *ctx, const char *path, struct sw_value *ret, struct sw_error *err)
{
	struct sw_source *src;
	struct sw_str text;
	if (sw_cmd_read(ctx->arena, path, (size_t)2 << 30, &src, NULL) == 0 &&
		sw_json_parse(ctx->arena, src->text, 0, NULL, ret, NULL, NULL) == 0 &&
		sw_str_is(sw_value_getstr(*ret, "schema"), "seawall.dev/report/v1"))
		return 0;
	int rc = scan_to_json(ctx, path, &text, err);
	return rc ? rc : sw_json_parse(ctx->arena, text, 0, NULL, ret, NULL, err);
}

static int by_fingerprint(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int c = sw_str_cmp(x->fingerprint, y->fingerprint);
	return c ? c : y->open - x->open;
}

static int read_side(struct sw_cmd_ctx *ctx, const char *path, struct side *s, struct sw_error *err)
{
	int rc = read_root(ctx, path, &s->root, err);
	if (rc)
		return rc;
	struct sw_value list = sw_object_gets(s->root, SW_STR("findings"));
	if (!sw_is(list, SW_ARRAY))
		return sw_error_set(err, SW_EINVALID, "%s: the report has no findings", path);
	s->v = sw_arena_zalloc(ctx->arena, (list.n + 1) * sizeof(*s->v));
	if (!s->v)
		return sw_error_set(err, SW_ELIMIT, "%s: the report is too large", path);
	sw_array_foreach (f, list) {
		struct item it = {sw_value_getstr(*f, "fingerprint"), *f, false, SW_SEV_UNKNOWN};
		sw_severity_parse(sw_value_getstr(*f, "severity"), &it.severity);
		it.open = sw_str_is(sw_value_getstr(*f, "verdict"), "fail") &&
			  !sw_defined(sw_object_gets(*f, SW_STR("waiver")));
		s->v[s->n++] = it;
	}
	qsort(s->v, s->n, sizeof(*s->v), by_fingerprint);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < s->n; i++)
		if (!kept || !sw_str_eq(s->v[kept - 1].fingerprint, s->v[i].fingerprint))
			s->v[kept++] = s->v[i];
	s->n = kept;
	return 0;
}

/* ---- why ---- */

static struct sw_value rule_of(const struct side *s, struct sw_str id)
{
	struct sw_value list = sw_object_gets(s->root, SW_STR("rules"));
	if (sw_is(list, SW_ARRAY)) {
		sw_array_foreach (r, list) {
			if (sw_str_eq(sw_value_getstr(*r, "id"), id))
				return *r;
		}
	}
	return sw_undef();
}

static bool same_subject(struct sw_value a, struct sw_value b)
{
	static const char *const parts[] = {"cluster", "namespace", "kind", "name"};
	a = sw_object_gets(a, SW_STR("subject"));
	b = sw_object_gets(b, SW_STR("subject"));
	for (size_t i = 0; i < SW_ARRAY_LEN(parts); i++)
		if (!sw_str_eq(sw_value_getstr(a, parts[i]), sw_value_getstr(b, parts[i])))
			return false;
	return true;
}

static struct sw_str file_of(struct sw_value f)
{
	return sw_value_getstr(sw_array_at(sw_object_gets(f, SW_STR("evidence")), 0), "file");
}

/* Was this side unable to judge the thing? */
static bool unseen(const struct side *s, struct sw_value f)
{
	for (uint32_t i = 0; i < s->n; i++) {
		if (!sw_str_is(sw_value_getstr(s->v[i].v, "verdict"), "not-evaluated"))
			continue;
		bool same_rule =
			sw_str_eq(sw_value_getstr(s->v[i].v, "rule"), sw_value_getstr(f, "rule"));
		struct sw_str file = file_of(f);
		if ((same_rule && same_subject(s->v[i].v, f)) ||
			(file.n && sw_str_eq(file_of(s->v[i].v), file)))
			return true;
	}
	return false;
}

static bool any_of_subject(const struct side *s, struct sw_value f)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (same_subject(s->v[i].v, f))
			return true;
	return false;
}

static bool rule_differs(const struct side *a, const struct side *b, struct sw_str id)
{
	struct sw_value x = rule_of(a, id), y = rule_of(b, id);
	return sw_defined(x) && sw_defined(y) && !sw_value_eq(x, y);
}

/* Why it is on one side only: `other` is the side that has it not. */
static struct sw_str cause_of_one(struct sw_cmd_ctx *ctx, const struct side *mine,
	const struct side *other, const struct item *it, const struct item *there, bool is_new)
{
	struct sw_str rule = sw_value_getstr(it->v, "rule");
	struct sw_value waiver = there ? sw_object_gets(there->v, SW_STR("waiver")) : sw_undef();
	if (sw_defined(waiver) && is_new)
		return SW_STR("waiver: it was waived before and is not any more");
	if (sw_defined(waiver))
		return sw_arena_printf(ctx->arena, "waiver: waived by %.*s until %.*s",
			SW_STR_ARG(sw_value_getstr(waiver, "owner")),
			SW_STR_ARG(sw_value_getstr(waiver, "expires")));
	if (!sw_defined(rule_of(other, rule)))
		return is_new ? SW_STR("rules: the rule was not applied before")
			      : SW_STR("rules: the rule is not applied any more");
	if (there || unseen(other, it->v))
		return is_new ? SW_STR("coverage: it could not be judged before")
			      : SW_STR("coverage: it cannot be judged any more");
	if (rule_differs(mine, other, rule))
		return SW_STR("rules: the rule itself changed");
	if (!any_of_subject(other, it->v))
		return is_new ? SW_STR("manifest: the object is new, or had no finding before")
			      : SW_STR("manifest: the object is gone, or has no finding any more");
	return is_new ? SW_STR("manifest: the object changed")
		      : SW_STR("manifest: fixed in the object");
}

static struct sw_str cause_of_change(struct sw_cmd_ctx *ctx, const struct side *base,
	const struct side *head, const struct item *b, const struct item *h)
{
	struct sw_value sb = sw_object_gets(b->v, SW_STR("subject")),
			sh = sw_object_gets(h->v, SW_STR("subject"));
	struct sw_value eb = sw_array_at(sw_object_gets(b->v, SW_STR("evidence")), 0);
	struct sw_value eh = sw_array_at(sw_object_gets(h->v, SW_STR("evidence")), 0);
	if (b->severity != h->severity)
		return sw_arena_printf(ctx->arena, "%s: severity %s, was %s",
			rule_differs(base, head, sw_value_getstr(h->v, "rule")) ? "rules"
										: "manifest",
			sw_severity_name(h->severity), sw_severity_name(b->severity));
	if (!sw_str_eq(sw_value_getstr(sb, "image"), sw_value_getstr(sh, "image")))
		return sw_arena_printf(ctx->arena, "image: %.*s, was %.*s",
			SW_STR_ARG(sw_value_getstr(sh, "image")),
			SW_STR_ARG(sw_value_getstr(sb, "image")));
	if (!sw_str_eq(sw_value_getstr(eb, "value"), sw_value_getstr(eh, "value")))
		return sw_arena_printf(ctx->arena, "manifest: %.*s, was %.*s",
			SW_STR_ARG(sw_value_getstr(eh, "value")),
			SW_STR_ARG(sw_value_getstr(eb, "value")));
	return (struct sw_str){0}; /* a moved line or another wording is no change */
}

/* ---- comparing ---- */

static const struct item *find(const struct side *s, struct sw_str fingerprint)
{
	struct item key = {.fingerprint = fingerprint};
	uint32_t lo = 0, hi = s->n;
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;
		if (sw_str_cmp(s->v[mid].fingerprint, key.fingerprint) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n && sw_str_eq(s->v[lo].fingerprint, fingerprint) ? &s->v[lo] : NULL;
}

static void add(struct rows *r, enum change c, const struct item *base, const struct item *head,
	struct sw_str cause)
{
	r->v[r->n++] = (struct row){c, base, head, cause};
	r->count[c]++;
}

static int by_weight(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	const struct item *i = x->head ? x->head : x->base, *k = y->head ? y->head : y->base;
	if (x->change != y->change)
		return x->change < y->change ? -1 : 1;
	if (i->severity != k->severity)
		return i->severity > k->severity ? -1 : 1;
	int c = sw_str_cmp(sw_value_getstr(i->v, "rule"), sw_value_getstr(k->v, "rule"));
	return c ? c : sw_str_cmp(i->fingerprint, k->fingerprint);
}

static int compare(
	struct sw_cmd_ctx *ctx, const struct side *base, const struct side *head, struct rows *r)
{
	r->v = sw_arena_zalloc(ctx->arena, (base->n + head->n + 1) * sizeof(*r->v));
	if (!r->v)
		return -SW_ELIMIT;
	for (uint32_t i = 0; i < head->n; i++) {
		const struct item *h = &head->v[i], *b = find(base, h->fingerprint);
		if (h->open && (!b || !b->open))
			add(r, NEW, NULL, h, cause_of_one(ctx, head, base, h, b, true));
		else if (h->open && cause_of_change(ctx, base, head, b, h).n)
			add(r, CHANGED, b, h, cause_of_change(ctx, base, head, b, h));
	}
	for (uint32_t i = 0; i < base->n; i++) {
		const struct item *b = &base->v[i], *h = find(head, b->fingerprint);
		if (b->open && (!h || !h->open))
			add(r, GONE, b, NULL, cause_of_one(ctx, base, head, b, h, false));
	}
	qsort(r->v, r->n, sizeof(*r->v), by_weight);
	return 0;
}

/* ---- showing ---- */

static const char *const change_names[] = {"new", "gone", "changed"};

static void subject_text(struct sw_buf *out, struct sw_value f)
{
	struct sw_value s = sw_object_gets(f, SW_STR("subject"));
	struct sw_subject subject = {.cluster = sw_value_getstr(s, "cluster"),
		.ns = sw_value_getstr(s, "namespace"),
		.kind = sw_value_getstr(s, "kind"),
		.name = sw_value_getstr(s, "name"),
		.container = sw_value_getstr(s, "container"),
		.image = sw_value_getstr(s, "image"),
		.package = sw_value_getstr(s, "package"),
		.node = sw_value_getstr(s, "node"),
		.process = sw_value_getstr(s, "process")};
	sw_subject_print(out, &subject);
}

static void put_text(struct sw_cmd_ctx *ctx, const struct rows *r)
{
	static const char signs[] = "+-~";
	size_t width = ctx->term.width < 120 ? ctx->term.width : 120;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct item *it = r->v[i].head ? r->v[i].head : r->v[i].base;
		sw_autobuf line;
		sw_buf_init(&line, 64 << 10);
		sw_buf_printf(&line, "%c %c  %.*s  ", signs[r->v[i].change],
			sw_severity_letter(it->severity),
			SW_STR_ARG(sw_value_getstr(it->v, "rule")));
		subject_text(&line, it->v);
		sw_buf_printf(&line, ": %.*s", SW_STR_ARG(sw_value_getstr(it->v, "message")));
		sw_text_wrap(ctx->out, sw_buf_str(&line), 0, 5, width);
		sw_buf_addz(ctx->out, "     ");
		sw_text_wrap(ctx->out, r->v[i].cause, 5, 5, width);
	}
	if (r->n)
		sw_buf_addch(ctx->out, '\n');
	sw_buf_printf(ctx->out, "%u new, %u gone, %u changed\n", r->count[NEW], r->count[GONE],
		r->count[CHANGED]);
}

static void put_json(struct sw_cmd_ctx *ctx, const struct rows *r)
{
	struct sw_jsonw w;
	sw_jsonw_init(&w, ctx->out);
	sw_jsonw_object(&w, NULL);
	sw_jsonw_z(&w, "schema", "seawall.dev/diff/v1");
	sw_jsonw_object(&w, "summary");
	for (int i = 0; i < 3; i++)
		sw_jsonw_int(&w, change_names[i], r->count[i]);
	sw_jsonw_end(&w);
	sw_jsonw_array(&w, "changes");
	for (uint32_t i = 0; i < r->n; i++) {
		size_t colon = sw_str_chr(r->v[i].cause, ':', 0);
		sw_jsonw_object(&w, NULL);
		sw_jsonw_z(&w, "change", change_names[r->v[i].change]);
		sw_jsonw_str(&w, "cause", sw_str_sub(r->v[i].cause, 0, colon));
		sw_jsonw_str(&w, "because",
			sw_str_trim(sw_str_sub(r->v[i].cause, colon + 1, r->v[i].cause.n)));
		if (r->v[i].base)
			sw_jsonw_value(&w, "base", r->v[i].base->v);
		if (r->v[i].head)
			sw_jsonw_value(&w, "head", r->v[i].head->v);
		sw_jsonw_end(&w);
	}
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct side base = {0}, head = {0};
	struct rows rows = {0};
	struct sw_error err = {0};
	int rc = read_side(ctx, ctx->opts.args[0], &base, &err);
	if (!rc)
		rc = read_side(ctx, ctx->opts.args[1], &head, &err);
	if (!rc)
		rc = compare(ctx, &base, &head, &rows)
			     ? sw_error_set(&err, SW_ELIMIT, "the reports are too large")
			     : 0;
	if (rc)
		return sw_cmd_fail(&err);
	if (strcmp(sw_opts_str(&ctx->opts, "output"), "json") == 0)
		put_json(ctx, &rows);
	else
		put_text(ctx, &rows);
	enum sw_severity least;
	if (sw_severity_parse(sw_str_from(sw_opts_str(&ctx->opts, "fail-on")), &least))
		return 0;
	for (uint32_t i = 0; i < rows.n; i++)
		if (rows.v[i].change == NEW && rows.v[i].head->severity >= least)
			return SW_EXIT_FINDINGS;
	return 0;
}

static const struct sw_opt opts[] = {
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "text|json",
		.def = "text",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "form of the answer"},
	{.name = "fail-on",
		.type = SW_OPT_ENUM,
		.choices = "never|info|low|medium|high|critical",
		.def = "low",
		.since = "0.1",
		.help = "exit 1 when a new finding is this severe or worse"},
	SW_SCANNING_OPTS,
};

const struct sw_cmd sw_cmd_diff = {
	.name = "diff",
	.summary = "tell what is new, gone or changed between two runs, and why",
	.args = "BASE HEAD",
	.description = "BASE and HEAD are JSON reports (seawall scan -o json), or files and "
		       "folders to scan. A finding is the same\n"
		       "while its fingerprint is: a moved line or a new tag is no change. Each "
		       "change names its cause: manifest,\n"
		       "image, rules, waiver or coverage.",
	.examples = "  seawall diff main.json branch.json\n"
		    "  seawall diff deploy.old/ deploy/ --fail-on high\n",
	.group = "Understand",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
