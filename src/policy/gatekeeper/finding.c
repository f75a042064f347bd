/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/gatekeeper/finding.h"

#include <ctype.h>
#include <glib.h>

#include "kube/template.h"
#include "policy/scan.h"

struct sw_gk_reporter {
	struct sw_findings *out;
	GHashTable *rules; /* constraint object's body to struct sw_rule */
};

struct sw_gk_reporter *sw_gk_reporter_new(struct sw_findings *out)
{
	struct sw_gk_reporter *m = g_new0(struct sw_gk_reporter, 1);
	m->out = out;
	m->rules = g_hash_table_new(NULL, NULL);
	return m;
}

void sw_gk_reporter_free(struct sw_gk_reporter *m)
{
	if (!m)
		return;
	g_hash_table_destroy(m->rules);
	g_free(m);
}

static enum sw_severity severity_of(const struct sw_gk_result *x)
{
	if (sw_gk_is_deny(x))
		return SW_SEV_HIGH;
	if (sw_str_is(x->action, "warn"))
		return SW_SEV_MEDIUM;
	return sw_str_is(x->action, "dryrun") ? SW_SEV_LOW : SW_SEV_MEDIUM;
}

static struct sw_str annotation(struct sw_value object, const char *key)
{
	return sw_value_getstr(sw_value_path(object, "metadata", "annotations", NULL), key);
}

/* One rule for each constraint: "K8sAllowedRepos/repo-must-be-ours". */
static const struct sw_rule *rule_of(struct sw_gk_reporter *m, const struct sw_gk_result *x)
{
	struct sw_arena *a = &m->out->arena;
	struct sw_rule *rule = g_hash_table_lookup(m->rules, x->constraint.u.o);
	if (rule)
		return rule;
	rule = sw_arena_new(a, struct sw_rule);
	if (!rule)
		return NULL;
	struct sw_str title = annotation(x->template, "metadata.gatekeeper.sh/title");
	rule->id = sw_arena_printf(a, "%.*s/%.*s", SW_STR_ARG(x->kind), SW_STR_ARG(x->name));
	rule->title = sw_arena_str(a, title.n ? title : x->kind);
	rule->description = sw_arena_str(a, annotation(x->template, "description"));
	rule->category = SW_STR("policy");
	rule->engine = SW_STR("gatekeeper");
	rule->source = SW_STR("constraint");
	rule->severity = severity_of(x);
	g_hash_table_insert(m->rules, (gpointer)x->constraint.u.o, rule);
	return rule;
}

/* ---- where ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.';
}

/* Does the text name it: as a word of its own? */
static bool names(struct sw_str text, struct sw_str word)
{
	if (!word.n)
		return false;
	for (size_t at = sw_str_find(text, word, 0); at != SW_NPOS;
		at = sw_str_find(text, word, at + 1)) {
		bool before = at == 0 || !is_word(text.p[at - 1]);
		size_t end = at + word.n;
		bool full_stop = end < text.n && text.p[end] == '.' &&
				 (end + 1 == text.n || text.p[end + 1] == ' ');
		if (before && (end == text.n || !is_word(text.p[end]) || full_stop))
			return true;
	}
	return false;
}

/* The container that the message names, when it names one and only one; else the object itself. */
static struct sw_str pointer_of(
	struct sw_arena *a, const struct sw_kube_object *o, const struct sw_gk_result *x)
{
	struct sw_kube_pod *pods;
	uint32_t n;
	struct sw_str found = SW_STR("");
	if (sw_kube_pods(a, o, &pods, &n, NULL) < 0)
		return found;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_kube_containers it;
		struct sw_kube_container c;
		sw_kube_containers_init(&it, pods[i].spec);
		while (sw_kube_containers_next(&it, &c)) {
			if (!names(x->msg, c.name) || sw_str_eq(c.name, o->name))
				continue;
			if (found.n)
				return SW_STR("");
			found = sw_arena_printf(
				a, "%.*s/%s/%u", SW_STR_ARG(pods[i].pointer), c.field, c.index);
		}
	}
	return found.p ? found : SW_STR("");
}

/* ---- findings ---- */

int sw_gk_report(struct sw_gk_reporter *m, struct sw_arena *a, const struct sw_where *where,
	const struct sw_gk_result *x, struct sw_error *err)
{
	struct sw_kube_object k;
	struct sw_evidence ev = {0};
	const struct sw_rule *rule = rule_of(m, x);
	int rc = rule ? sw_kube_object_init(where->root, &k, err)
		      : sw_error_set(err, SW_ELIMIT, "too many rules");
	if (rc < 0)
		return rc;
	struct sw_where w = *where;
	w.subject = (struct sw_subject){.cluster = where->subject.cluster,
		.ns = k.ns,
		.api_version = k.api_version,
		.kind = k.kind,
		.name = k.name};
	struct sw_finding f = {.rule = rule,
		.verdict = SW_VERDICT_FAIL,
		.severity = rule->severity,
		.subject = w.subject,
		.message = x->msg,
		.key = x->msg,
		.document = sw_arena_printf(a, "%.*s#%u", SW_STR_ARG(w.source->name), w.index)};
	if (x->error) {
		f.verdict = SW_VERDICT_NOT_EVALUATED;
		f.reason = x->msg;
	}
	if (sw_place_pointer(a, &w, pointer_of(a, &k, x), &ev) == 0) {
		f.evidence = &ev;
		f.n_evidence = 1;
	}
	rc = sw_findings_add(m->out, &f);
	return rc < 0 ? sw_error_set(err, SW_ELIMIT, "too many findings") : 0;
}

int sw_gk_report_all(struct sw_gk_reporter *m, struct sw_arena *a, const struct sw_where *where,
	const struct sw_gk_results *results, struct sw_error *err)
{
	uint32_t denying = results->denying, others = results->judged - results->denying;
	int rc = 0;
	for (uint32_t i = 0; rc == 0 && i < results->n; i++) {
		const struct sw_gk_result *x = &results->v[i];
		bool again = i && results->v[i - 1].constraint.u.o == x->constraint.u.o;
		uint32_t *of = sw_str_is(x->action, "deny") ? &denying : &others;
		*of -= !again && *of;
		m->out->coverage.not_evaluated += x->error;
		rc = sw_gk_report(m, a, where, x, err);
	}
	m->out->coverage.evaluations += results->judged;
	sw_findings_pass(m->out, SW_SEV_HIGH, denying);
	sw_findings_pass(m->out, SW_SEV_MEDIUM, others);
	return rc;
}

int sw_gk_report_problem(struct sw_gk_reporter *m, const struct sw_error *e, struct sw_error *err)
{
	const struct sw_rule *rule = sw_scan_input_rule(SW_INPUT_BROKEN);
	struct sw_evidence ev = {.file = sw_str_from(e->file),
		.line = e->line,
		.col = e->col,
		.end_line = e->line,
		.end_col = e->col};
	struct sw_finding f = {.rule = rule,
		.verdict = SW_VERDICT_NOT_EVALUATED,
		.severity = rule->severity,
		.message = sw_str_from(e->text),
		.reason = sw_str_from(e->text),
		.evidence = &ev,
		.n_evidence = 1,
		.document = ev.file,
		.key = sw_str_from(e->text)};
	m->out->coverage.not_evaluated++;
	return sw_findings_add(m->out, &f) < 0 ? sw_error_set(err, SW_ELIMIT, "too many findings")
					       : 0;
}
