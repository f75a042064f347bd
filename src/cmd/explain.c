/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall explain RULE`: what a rule looks at, why, and how to fix it.
 * `seawall explain FINGERPRINT PATH...`: one finding with everything that led to it: the places and
 * values read, the source, the fix, and every waiver that was considered and why it did or did not
 * match.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/scan/scanning.h"
#include "doc/json.h"
#include "finding/fingerprint.h"
#include "finding/framework.h"
#include "image/judge.h"
#include "image/sbom/sbom.h"
#include "vuln/match.h"

static void field(struct sw_buf *out, const struct sw_term *t, const char *name, struct sw_str text)
{
	if (!text.n)
		return;
	sw_buf_printf(out, "  %-12s ", name);
	sw_text_wrap(out, text, 15, 15, t->width < 110 ? t->width : 110);
}

static void put_frameworks(struct sw_cmd_ctx *ctx, const struct sw_rule *r)
{
	const struct sw_framework *fw;
	uint32_t n;
	if (sw_frameworks_builtin(ctx->arena, &fw, &n, NULL))
		n = 0;
	for (uint32_t i = 0; i < r->n_frameworks; i++) {
		const struct sw_framework_ref *ref = &r->frameworks[i];
		const struct sw_control *c = NULL;
		for (uint32_t k = 0; k < n && !c; k++)
			if (sw_str_eq(fw[k].id, ref->framework))
				c = sw_framework_control(&fw[k], ref->control);
		field(ctx->out, &ctx->term, i ? "" : "frameworks",
			sw_arena_printf(ctx->arena, "%.*s %.*s%s%.*s", SW_STR_ARG(ref->framework),
				SW_STR_ARG(ref->control), c ? ": " : "",
				SW_STR_ARG(c ? c->title : (struct sw_str){0})));
	}
}

static void put_rule(struct sw_cmd_ctx *ctx, const struct sw_rule *r)
{
	struct sw_buf *out = ctx->out;
	sw_text_clean(out, r->id);
	sw_buf_addz(out, "  ");
	sw_text_clean(out, r->title);
	sw_buf_addz(out, "\n\n");
	field(out, &ctx->term, "severity", sw_str_from(sw_severity_name(r->severity)));
	field(out, &ctx->term, "category", r->category);
	field(out, &ctx->term, "engine", r->engine);
	field(out, &ctx->term, "from", r->source);
	field(out, &ctx->term, "why", r->description);
	field(out, &ctx->term, "fix", r->remediation);
	put_frameworks(ctx, r);
	for (uint32_t i = 0; i < r->n_references; i++)
		field(out, &ctx->term, i ? "" : "read on", r->references[i]);
}

static void put_check(struct sw_cmd_ctx *ctx, const struct sw_check *c)
{
	sw_autobuf kinds;
	sw_buf_init(&kinds, 64 << 10);
	static const char *const inputs[] = {
		[SW_CHECK_WORKLOAD] = "every object that holds a pod template",
		[SW_CHECK_KINDS] = "",
		[SW_CHECK_ANY] = "every object",
		[SW_CHECK_CLUSTER] = "everything read, as a whole"};
	sw_buf_addz(&kinds, inputs[c->input]);
	for (uint32_t i = 0; i < c->n_kinds; i++)
		sw_buf_printf(&kinds, "%s%.*s", kinds.n ? ", " : "", SW_STR_ARG(c->kinds[i].kind));
	put_rule(ctx, &c->rule);
	field(ctx->out, &ctx->term, "looks at", sw_buf_str(&kinds));
	field(ctx->out, &ctx->term, "package", c->package);
}

/* The line with a mark below the place. */
static void put_source(struct sw_cmd_ctx *ctx, const struct sw_evidence *e)
{
	struct sw_source *src;
	sw_autobuf name;
	sw_buf_init(&name, 16 << 10);
	sw_buf_addstr(&name, e->file);
	if (!e->line || sw_str_is(e->file, "-") ||
		sw_cmd_read(ctx->arena, sw_buf_cstr(&name), 0, &src, NULL))
		return;
	sw_source_pos(src, ctx->arena, 0); /* counts the lines */
	size_t width = ctx->term.width < 110 ? ctx->term.width : 110;
	uint32_t from = e->line > 2 ? e->line - 2 : 1;
	for (uint32_t l = from; l <= e->line + 2 && l <= src->n_lines; l++) {
		struct sw_str text = sw_source_line(src, ctx->arena, l);
		sw_buf_printf(ctx->out, "  %c %5u | ", l == e->line ? '>' : ' ', l);
		sw_autobuf plain;
		sw_buf_init(&plain, 1 << 20);
		sw_text_clean_fit(&plain, text, width - 13);
		sw_buf_addstr(ctx->out, sw_buf_str(&plain));
		sw_buf_addch(ctx->out, '\n');
		if (l == e->line && e->col && e->col < width - 13) {
			sw_buf_addz(ctx->out, "          | ");
			sw_buf_pad(ctx->out, ' ', e->col - 1);
			sw_buf_addz(ctx->out, "^\n");
		}
	}
}

static void put_evidence(struct sw_cmd_ctx *ctx, const struct sw_finding *f)
{
	for (uint32_t i = 0; i < f->n_evidence; i++) {
		const struct sw_evidence *e = &f->evidence[i];
		field(ctx->out, &ctx->term, "place",
			e->line ? sw_arena_printf(ctx->arena, "%.*s:%u:%u", SW_STR_ARG(e->file),
					  e->line, e->col)
				: e->file);
		field(ctx->out, &ctx->term, "path", e->path);
		field(ctx->out, &ctx->term, "is", e->value.n ? e->value : SW_STR("(not there)"));
		field(ctx->out, &ctx->term, "should be", e->expected);
		put_source(ctx, e);
	}
}

static void put_waivers(
	struct sw_cmd_ctx *ctx, const struct sw_scanning *s, const struct sw_finding *f)
{
	int64_t today = sw_today();
	for (uint32_t i = 0; i < s->waivers.n; i++) {
		const struct sw_waiver *w = &s->waivers.v[i];
		const char *why = sw_waiver_mismatch(w, f);
		sw_autobuf text;
		sw_buf_init(&text, 64 << 10);
		if (why && strcmp(why, "rules") == 0)
			continue; /* about something else */
		sw_buf_printf(&text, "%.*s:%u: ", SW_STR_ARG(w->file), w->line);
		if (why)
			sw_buf_printf(&text, "does not match: another %s", why);
		else if (sw_waiver_expired(w, today))
			sw_buf_printf(&text, "expired on %.*s", SW_STR_ARG(w->expires));
		else
			sw_buf_printf(&text, "waived by %.*s until %.*s: %.*s",
				SW_STR_ARG(w->owner), SW_STR_ARG(w->expires),
				SW_STR_ARG(w->reason));
		field(ctx->out, &ctx->term, "waiver", sw_buf_str(&text));
	}
}

static void put_finding(
	struct sw_cmd_ctx *ctx, const struct sw_scanning *s, const struct sw_finding *f)
{
	char hex[SW_FINGERPRINT_HEX];
	sw_autobuf who, patch;
	sw_buf_init(&who, 64 << 10);
	sw_buf_init(&patch, 1 << 20);
	sw_subject_print(&who, &f->subject);
	sw_buf_printf(ctx->out, "finding %s\n\n", sw_fingerprint_hex(f->fingerprint, hex));
	field(ctx->out, &ctx->term, "about", sw_buf_str(&who));
	field(ctx->out, &ctx->term, "verdict", sw_str_from(sw_verdict_name(f->verdict)));
	field(ctx->out, &ctx->term, "severity", sw_str_from(sw_severity_name(f->severity)));
	field(ctx->out, &ctx->term, "message", f->message);
	field(ctx->out, &ctx->term, "reason", f->reason);
	put_evidence(ctx, f);
	if (sw_defined(f->fix.patch)) {
		sw_json_write(&patch, f->fix.patch, 0);
		field(ctx->out, &ctx->term, "patch", sw_buf_str(&patch));
	}
	put_waivers(ctx, s, f);
	sw_buf_addz(ctx->out, "\nrule ");
}

static const struct sw_rule *other_rule(const char *id)
{
	static const struct sw_rule *(*const engines[])(uint32_t *) = {
		sw_waiver_rules, sw_image_rules, sw_sbom_rules, sw_match_rules};
	for (size_t e = 0; e < SW_ARRAY_LEN(engines); e++) {
		uint32_t n;
		const struct sw_rule *rules = engines[e](&n);
		for (uint32_t i = 0; i < n; i++)
			if (sw_str_is(rules[i].id, id))
				return &rules[i];
	}
	for (int k = 0; k < SW_INPUT__COUNT; k++)
		if (sw_str_is(sw_scan_input_rule((enum sw_input_problem_kind)k)->id, id))
			return sw_scan_input_rule((enum sw_input_problem_kind)k);
	return strncmp(id, "PSS-", 4) == 0 ? sw_pss_rule(id + 4) : NULL;
}

static int explain_rule(
	struct sw_cmd_ctx *ctx, const struct sw_scanning *s, const char *id, struct sw_error *err)
{
	const struct sw_packs *packs = sw_scan_packs(s->scan);
	const struct sw_check *c = sw_packs_find(packs, sw_str_from(id));
	const struct sw_rule *r = c ? &c->rule : other_rule(id);
	struct sw_nearest near;
	uint32_t n;
	if (c) {
		put_check(ctx, c);
		return 0;
	}
	if (r) {
		put_rule(ctx, r);
		return 0;
	}
	const struct sw_check *all = sw_packs_checks(packs, &n);
	sw_nearest_init(&near, sw_str_from(id));
	for (uint32_t i = 0; i < n; i++)
		sw_nearest_try(&near, sw_arena_cstr(ctx->arena, all[i].rule.id));
	sw_error_set(err, SW_ENOENT, "there is no rule \"%.80s\"", id);
	return near.best ? sw_error_hint(err, "did you mean %s?", near.best)
			 : sw_error_hint(err, "`seawall list checks` lists them");
}

static int explain_finding(struct sw_cmd_ctx *ctx, const struct sw_scanning *s, const char *prefix,
	struct sw_error *err)
{
	const struct sw_finding *found = NULL;
	char hex[SW_FINGERPRINT_HEX];
	for (uint32_t i = 0; i < s->findings.n; i++) {
		const struct sw_finding *f = s->findings.v[i];
		if (strncmp(sw_fingerprint_hex(f->fingerprint, hex), prefix, strlen(prefix)) != 0)
			continue;
		if (found && memcmp(found->fingerprint, f->fingerprint, 16) != 0)
			return sw_error_set(
				err, SW_EUSAGE, "several findings begin with %s", prefix);
		found = found ? found : f;
	}
	if (!found)
		return sw_error_set(
			err, SW_ENOENT, "no finding in this input has the fingerprint %s", prefix);
	put_finding(ctx, s, found);
	const struct sw_packs *packs = sw_scan_packs(s->scan);
	const struct sw_check *c = packs ? sw_packs_find(packs, found->rule->id) : NULL;
	if (c)
		put_check(ctx, c);
	else
		put_rule(ctx, found->rule);
	return 0;
}

static bool is_fingerprint(const char *s)
{
	return strlen(s) >= 6 && strlen(s) <= 32 && strspn(s, "0123456789abcdef") == strlen(s);
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_scanning s = {0};
	struct sw_error err = {0};
	const char *what = ctx->opts.args[0];
	int rc;
	if (is_fingerprint(what) && ctx->opts.n_args < 2) {
		sw_error_set(
			&err, SW_EUSAGE, "to explain a finding, name what was scanned as well");
		sw_error_hint(&err, "seawall explain %s PATH...", what);
		return sw_cmd_fail(&err);
	}
	if (is_fingerprint(what)) {
		rc = sw_scanning_run(&s, ctx, ctx->opts.args + 1, ctx->opts.n_args - 1, &err);
		if (!rc)
			rc = explain_finding(ctx, &s, what, &err);
	} else {
		rc = sw_scanning_load(&s, ctx, &err);
		if (!rc)
			rc = explain_rule(ctx, &s, what, &err);
	}
	sw_scanning_release(&s);
	return rc ? sw_cmd_fail(&err) : 0;
}

static const struct sw_opt opts[] = {
	SW_SCANNING_OPTS,
};

const struct sw_cmd sw_cmd_explain = {
	.name = "explain",
	.summary = "tell what a rule means, or how a finding came about",
	.args = "RULE | FINGERPRINT PATH...",
	.description = "A rule: the risk in plain words, how to fix it, which frameworks ask for "
		       "it. A finding, by at least the\n"
		       "first six digits of its fingerprint: the places and values that were read, "
		       "the source, the patch, and\n"
		       "the waivers that were considered and why they did or did not match.",
	.examples = "  seawall explain SW-POD-001\n"
		    "  seawall explain 3f9a2c deploy/\n",
	.group = "Understand",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
};
