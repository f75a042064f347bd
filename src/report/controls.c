/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for an auditor: each control of each framework, and what it came to. Controls that no
 * rule of this run answers are told, and those whose rules met nothing to judge, so that nobody
 * takes their silence for compliance.
 */
#include "base/cleanup.h"
#include "finding/framework.h"
#include "report/report.h"

#define ARENA_MAX (8u << 20)

enum outcome { FAILED, UNSEEN, WAIVED, PASSED, BY_HAND, NOTHING, UNANSWERED, N_OUTCOMES };

static const struct {
	const char *name;
	enum sw_style style;
} outcomes[N_OUTCOMES] = {
	[FAILED] = {"failed", SW_STYLE_HIGH},
	[UNSEEN] = {"not evaluated", SW_STYLE_MEDIUM},
	[WAIVED] = {"waived", SW_STYLE_LOW},
	[PASSED] = {"passed", SW_STYLE_OK},
	[BY_HAND] = {"by hand", SW_STYLE_MEDIUM},
	[NOTHING] = {"nothing met", SW_STYLE_DIM},
	[UNANSWERED] = {"no rule", SW_STYLE_DIM},
};

static enum outcome outcome_of(const struct sw_control *c, const struct sw_control_result *r)
{
	if (r->failed)
		return FAILED;
	if (r->unseen)
		return UNSEEN;
	if (r->waived)
		return WAIVED;
	if (c->manual || r->manual)
		return BY_HAND;
	if (r->passed)
		return PASSED;
	return r->rules ? NOTHING : UNANSWERED;
}

static void put_control(struct sw_buf *out, const struct sw_report *r, const struct sw_control *c,
	const struct sw_control_result *result, enum outcome o)
{
	struct sw_str name = sw_str_from(outcomes[o].name);
	sw_buf_addz(out, "  ");
	sw_term_styled(out, &r->term, outcomes[o].style, name);
	/* Outside the colour, which has no width. */
	sw_buf_printf(out, "%*s", (int)(15 - name.n), "");
	if (o == FAILED)
		sw_buf_printf(out, "%6u  %-10s", result->failed, sw_severity_name(result->worst));
	else if (o == PASSED)
		sw_buf_printf(out, "%6llu%12s", (unsigned long long)result->passed, "");
	else
		sw_buf_printf(out, "%18s", "");
	sw_buf_printf(out, "%-8.*s %.*s\n", SW_STR_ARG(c->id), SW_STR_ARG(c->title));
}

static void put_total(struct sw_buf *out, const uint32_t counts[N_OUTCOMES])
{
	const char *sep = "  ";
	for (enum outcome o = 0; o < N_OUTCOMES; o++) {
		if (!counts[o])
			continue;
		sw_buf_printf(out, "%s%u %s", sep, counts[o], outcomes[o].name);
		sep = ", ";
	}
	sw_buf_addch(out, '\n');
}

static bool is_answered(const struct sw_control_result *results, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (results[i].rules)
			return true;
	return false;
}

static void put_framework(struct sw_buf *out, const struct sw_report *r,
	const struct sw_framework *fw, struct sw_control_result *results)
{
	uint32_t counts[N_OUTCOMES] = {0};
	sw_framework_judge(fw, r->rules, r->n_rules, r->findings, results);
	if (!r->framework.n && !is_answered(results, fw->n_controls))
		return;
	if (out->n)
		sw_buf_addch(out, '\n');
	sw_buf_printf(out, "%.*s %.*s (%.*s)\n\n", SW_STR_ARG(fw->title), SW_STR_ARG(fw->version),
		SW_STR_ARG(fw->id));
	for (uint32_t i = 0; i < fw->n_controls; i++) {
		enum outcome o = outcome_of(&fw->controls[i], &results[i]);
		put_control(out, r, &fw->controls[i], &results[i], o);
		counts[o]++;
	}
	sw_buf_addch(out, '\n');
	put_total(out, counts);
}

static int write_controls(struct sw_buf *out, const struct sw_report *r, struct sw_error *err)
{
	sw_autoarena a;
	const struct sw_framework *fw;
	uint32_t n;
	struct sw_report all = *r; /* with the rules that only findings name */
	sw_autofree const struct sw_rule **rules = sw_report_rules(r, &all.n_rules);
	all.rules = rules;
	sw_arena_init(&a, ARENA_MAX);
	int rc = sw_frameworks_builtin(&a, &fw, &n, err);
	for (uint32_t i = 0; !rc && i < n; i++) {
		if (r->framework.n && !sw_str_eq(r->framework, fw[i].id))
			continue;
		struct sw_control_result *results =
			sw_arena_new_array(&a, fw[i].n_controls, struct sw_control_result);
		if (!results)
			return sw_error_set(err, SW_ELIMIT, "the frameworks take too much memory");
		put_framework(out, &all, &fw[i], results);
	}
	if (!rc && !out->n)
		sw_buf_addz(out, "No rule of this run answers a framework's control.\n");
	return rc;
}

const struct sw_report_format sw_report_controls = {
	.name = "controls",
	.summary = "each control of each framework and what it came to",
	.media = "text/plain",
	.schema = "",
	.since = "0.1",
	.write = write_controls,
};
