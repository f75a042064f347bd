/* SPDX-License-Identifier: Apache-2.0 */
/* The results of `policy review` as findings. */
#include "cmd/policy/review.h"
#include "policy/gatekeeper/finding.h"

static int add_row(struct sw_gk_reporter *m, const struct sw_review *r,
	const struct sw_review_row *row, struct sw_error *err)
{
	const struct sw_gk_object *o = row->object;
	struct sw_where w = {.source = o->source,
		.line_arena = r->objects.arena,
		.root = o->value,
		.span = o->span,
		.pointer = o->pointer,
		.index = o->index};
	return sw_gk_report(m, r->ctx->arena, &w, row->result, err);
}

int sw_review_findings(const struct sw_review *r, struct sw_findings *out, struct sw_error *err)
{
	struct sw_gk_reporter *m = sw_gk_reporter_new(out);
	int rc = 0;
	out->coverage.files = r->objects.files;
	out->coverage.objects = out->coverage.documents = r->objects.n;
	for (uint32_t i = 0; rc == 0 && i < r->n_rows; i++)
		if (!r->deny_only || sw_gk_is_deny(r->rows[i].result))
			rc = add_row(m, r, &r->rows[i], err);
	for (uint32_t i = 0; rc == 0 && i < r->objects.n_problems; i++)
		rc = sw_gk_report_problem(m, &r->objects.problems[i], err);
	sw_gk_reporter_free(m);
	if (rc == 0)
		sw_findings_sort(out);
	return rc;
}
