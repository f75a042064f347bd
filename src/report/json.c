/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own JSON: everything a run knows. The schema is content/schemas/report.schema.json, shown by
 * `seawall schema report`; members are only ever added within a version.
 */
#include <stdlib.h>

#include "finding/fingerprint.h"
#include "finding/waiver.h"
#include "report/jsonw.h"
#include "report/report.h"

static void put_subject(struct sw_jsonw *w, const struct sw_subject *s)
{
	sw_jsonw_object(w, "subject");
	sw_jsonw_str_if(w, "cluster", s->cluster);
	sw_jsonw_str_if(w, "namespace", s->ns);
	sw_jsonw_str_if(w, "apiVersion", s->api_version);
	sw_jsonw_str_if(w, "kind", s->kind);
	sw_jsonw_str_if(w, "name", s->name);
	sw_jsonw_str_if(w, "container", s->container);
	sw_jsonw_str_if(w, "image", s->image);
	sw_jsonw_str_if(w, "digest", s->digest);
	sw_jsonw_str_if(w, "package", s->package);
	sw_jsonw_str_if(w, "node", s->node);
	sw_jsonw_str_if(w, "process", s->process);
	sw_jsonw_end(w);
}

static void put_evidence(struct sw_jsonw *w, const struct sw_finding *f)
{
	sw_jsonw_array(w, "evidence");
	for (uint32_t i = 0; i < f->n_evidence; i++) {
		const struct sw_evidence *e = &f->evidence[i];
		sw_jsonw_object(w, NULL);
		sw_jsonw_str_if(w, "file", e->file);
		if (e->line) {
			sw_jsonw_int(w, "line", e->line);
			sw_jsonw_int(w, "column", e->col);
		}
		if (e->end_line) {
			sw_jsonw_int(w, "endLine", e->end_line);
			sw_jsonw_int(w, "endColumn", e->end_col);
		}
		if (e->span.end) {
			sw_jsonw_int(w, "startByte", e->span.start);
			sw_jsonw_int(w, "endByte", e->span.end);
		}
		sw_jsonw_str_if(w, "path", e->path);
		sw_jsonw_str_if(w, "value", e->value);
		sw_jsonw_str_if(w, "expected", e->expected);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

static void put_waiver(struct sw_jsonw *w, const struct sw_waiver *v)
{
	sw_jsonw_object(w, "waiver");
	sw_jsonw_str_if(w, "id", v->id);
	sw_jsonw_str(w, "reason", v->reason);
	sw_jsonw_str(w, "owner", v->owner);
	sw_jsonw_str_if(w, "ticket", v->ticket);
	sw_jsonw_str_if(w, "approver", v->approver);
	sw_jsonw_str(w, "expires", v->expires);
	sw_jsonw_str(w, "file", v->file);
	sw_jsonw_int(w, "line", v->line);
	sw_jsonw_end(w);
}

static void put_finding(struct sw_jsonw *w, const struct sw_finding *f)
{
	char hex[SW_FINGERPRINT_HEX];
	sw_jsonw_object(w, NULL);
	sw_jsonw_z(w, "fingerprint", sw_fingerprint_hex(f->fingerprint, hex));
	sw_jsonw_str(w, "rule", f->rule->id);
	sw_jsonw_z(w, "verdict", sw_verdict_name(f->verdict));
	sw_jsonw_z(w, "severity", sw_severity_name(f->severity));
	sw_jsonw_str(w, "message", f->message);
	sw_jsonw_str_if(w, "reason", f->reason);
	put_subject(w, &f->subject);
	put_evidence(w, f);
	if (f->fix.summary.n || f->fix.command.n || f->fix.diff.n || sw_defined(f->fix.patch)) {
		sw_jsonw_object(w, "fix");
		sw_jsonw_str_if(w, "summary", f->fix.summary);
		if (sw_defined(f->fix.patch))
			sw_jsonw_value(w, "patch", f->fix.patch);
		sw_jsonw_str_if(w, "command", f->fix.command);
		sw_jsonw_str_if(w, "diff", f->fix.diff);
		sw_jsonw_end(w);
	}
	sw_jsonw_str_if(w, "document", f->document);
	sw_jsonw_bool(w, "new", f->is_new);
	if (f->waiver)
		put_waiver(w, f->waiver);
	sw_jsonw_end(w);
}

static void put_rule(struct sw_jsonw *w, const struct sw_rule *r)
{
	sw_jsonw_object(w, NULL);
	sw_jsonw_str(w, "id", r->id);
	sw_jsonw_str(w, "title", r->title);
	sw_jsonw_str_if(w, "description", r->description);
	sw_jsonw_str_if(w, "remediation", r->remediation);
	sw_jsonw_z(w, "severity", sw_severity_name(r->severity));
	sw_jsonw_str_if(w, "category", r->category);
	sw_jsonw_str_if(w, "engine", r->engine);
	sw_jsonw_str_if(w, "source", r->source);
	sw_jsonw_array(w, "references");
	for (uint32_t i = 0; i < r->n_references; i++)
		sw_jsonw_str(w, NULL, r->references[i]);
	sw_jsonw_end(w);
	sw_jsonw_array(w, "frameworks");
	for (uint32_t i = 0; i < r->n_frameworks; i++) {
		sw_jsonw_object(w, NULL);
		sw_jsonw_str(w, "framework", r->frameworks[i].framework);
		sw_jsonw_str(w, "control", r->frameworks[i].control);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
	sw_jsonw_end(w);
}

static void put_summary(struct sw_jsonw *w, const struct sw_summary *s)
{
	sw_jsonw_object(w, "summary");
	sw_jsonw_object(w, "open");
	for (int i = SW_SEV_CRITICAL; i >= 0; i--)
		sw_jsonw_int(w, sw_severity_name((enum sw_severity)i), s->open[i]);
	sw_jsonw_end(w);
	sw_jsonw_int(w, "total", s->total);
	sw_jsonw_int(w, "inBaseline", s->in_baseline);
	sw_jsonw_int(w, "waived", s->waived);
	sw_jsonw_int(w, "manual", s->manual);
	sw_jsonw_int(w, "notEvaluated", s->not_evaluated);
	sw_jsonw_int(w, "passed", (int64_t)s->passed);
	if (s->score < 0)
		sw_jsonw_null(w, "score");
	else
		sw_jsonw_int(w, "score", s->score);
	sw_jsonw_end(w);
}

static void put_coverage(
	struct sw_jsonw *w, const struct sw_coverage *c, const struct sw_summary *s)
{
	sw_jsonw_object(w, "coverage");
	sw_jsonw_int(w, "percent", s->coverage);
	sw_jsonw_bool(w, "complete", s->complete);
	sw_jsonw_int(w, "files", (int64_t)c->files);
	sw_jsonw_int(w, "documents", (int64_t)c->documents);
	sw_jsonw_int(w, "objects", (int64_t)c->objects);
	sw_jsonw_int(w, "unreadableFiles", (int64_t)c->unreadable_files);
	sw_jsonw_int(w, "brokenDocuments", (int64_t)c->broken_documents);
	sw_jsonw_int(w, "skippedFiles", (int64_t)c->skipped_files);
	sw_jsonw_int(w, "notKubernetes", (int64_t)c->not_kubernetes);
	sw_jsonw_int(w, "evaluations", (int64_t)c->evaluations);
	sw_jsonw_int(w, "notEvaluated", (int64_t)c->not_evaluated);
	sw_jsonw_end(w);
}

static void put_notes(struct sw_jsonw *w, const struct sw_report *r)
{
	sw_jsonw_array(w, "notes");
	for (uint32_t i = 0; i < r->n_notes; i++) {
		const struct sw_report_note *n = &r->notes[i];
		sw_jsonw_object(w, NULL);
		sw_jsonw_z(w, "level", n->level == SW_NOTE_ERROR ? "error" : "warning");
		sw_jsonw_str_if(w, "file", n->file);
		if (n->line) {
			sw_jsonw_int(w, "line", n->line);
			sw_jsonw_int(w, "column", n->col);
		}
		sw_jsonw_str(w, "text", n->text);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

static int write_json(struct sw_buf *out, const struct sw_report *r, struct sw_error *err)
{
	struct sw_jsonw w;
	uint32_t n_rules;
	const struct sw_rule **rules = sw_report_rules(r, &n_rules);
	sw_jsonw_init(&w, out);
	sw_jsonw_object(&w, NULL);
	sw_jsonw_z(&w, "schema", "seawall.dev/report/v1");
	sw_jsonw_object(&w, "tool");
	sw_jsonw_z(&w, "name", "seawall");
	sw_jsonw_z(&w, "version", SW_VERSION);
	sw_jsonw_end(&w);
	sw_jsonw_str_if(&w, "timestamp", r->timestamp);
	sw_jsonw_array(&w, "targets");
	for (uint32_t i = 0; i < r->n_targets; i++)
		sw_jsonw_z(&w, NULL, r->targets[i]);
	sw_jsonw_end(&w);
	put_summary(&w, r->summary);
	put_coverage(&w, &r->findings->coverage, r->summary);
	put_notes(&w, r);
	sw_jsonw_array(&w, "rules");
	for (uint32_t i = 0; i < n_rules; i++)
		put_rule(&w, rules[i]);
	sw_jsonw_end(&w);
	sw_jsonw_array(&w, "findings");
	for (uint32_t i = 0; i < r->findings->n; i++)
		put_finding(&w, r->findings->v[i]);
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
	free(rules);
	return 0;
}

const struct sw_report_format sw_report_json = {
	.name = "json",
	.summary = "everything, for programs; see `seawall schema report`",
	.media = "application/json",
	.schema = "seawall.dev/report/v1",
	.since = "0.1",
	.write = write_json,
};
