/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gatekeeper's policies in a scan. A template may look at any object of the inventory, so all
 * objects are kept until the end of the input, and each is then reviewed as it was read: no pod
 * stands for another.
 */
#include <glib.h>

#include "policy/gatekeeper/finding.h"
#include "policy/gatekeeper/objects.h"
#include "policy/scan_impl.h"

#define POLICIES_MEMORY ((size_t)1 << 30)

struct scan_gatekeeper {
	struct sw_gk *gk;
	struct sw_arena arena; /* of the policies */
	struct sw_gk_objects policies;
	struct sw_inventory *inventory;
	bool live, full;
};

static int read_policies(
	struct scan_gatekeeper *g, const struct sw_scan_opts *o, struct sw_error *err)
{
	sw_gk_objects_init(&g->policies, &g->arena, true);
	for (uint32_t i = 0; i < o->n_policies; i++) {
		uint32_t before = g->policies.n + g->policies.n_problems;
		int r = sw_gk_objects_read(&g->policies, o->policies[i], err);
		if (r)
			return sw_error_prefix(err, "--policies: ");
		if (g->policies.n + g->policies.n_problems == before)
			return sw_error_set(
				err, SW_EUSAGE, "--policies %s: no policy in it", o->policies[i]);
	}
	sw_gk_load(g->gk, &g->policies);
	if (!sw_gk_constraints(g->gk) && !g->policies.n_problems)
		return sw_error_set(err, SW_EUSAGE,
			"--policies: no constraint in it, so nothing would be judged");
	return 0;
}

int scan_gatekeeper_new(
	const struct sw_scan_opts *o, bool live, struct scan_gatekeeper **ret, struct sw_error *err)
{
	struct scan_gatekeeper *g = g_new0(struct scan_gatekeeper, 1);
	struct sw_gk_opts opts = {.sieve = SW_GK_SIEVE_NEVER, .external_data = o->external_data};
	if (live)
		opts.enforcement_point = SW_STR("audit.gatekeeper.sh");
	g->live = live;
	g->gk = sw_gk_new(&opts);
	g->inventory = sw_inventory_new(o->inventory_memory);
	sw_inventory_keep_whole(g->inventory);
	sw_arena_init(&g->arena, POLICIES_MEMORY);
	int r = read_policies(g, o, err);
	if (r)
		scan_gatekeeper_free(g);
	else
		*ret = g;
	return r;
}

void scan_gatekeeper_free(struct scan_gatekeeper *g)
{
	if (!g)
		return;
	sw_gk_free(g->gk);
	sw_inventory_free(g->inventory);
	sw_arena_release(&g->arena);
	g_free(g);
}

void scan_gatekeeper_add(struct scan *x, const struct sw_input_doc *doc)
{
	struct scan_gatekeeper *g = x->gatekeeper;
	struct sw_error err = {0};
	if (g->full || sw_inventory_add(g->inventory, doc, false, &err) == 0)
		return;
	g->full = true;
	scan_limit(x, doc, &err);
}

static int tell(struct scan *x, struct sw_gk_reporter *m, const struct sw_where *w,
	const char *text, struct sw_error *err)
{
	struct sw_evidence ev;
	struct sw_error e = {0};
	sw_error_set(&e, SW_EINVALID, "%s", text);
	if (sw_place_pointer(&x->judge.scratch, w, SW_STR(""), &ev) == 0)
		sw_error_at(&e, ev.file, ev.line, ev.col, ev.span.start);
	return sw_gk_report_problem(m, &e, err);
}

static int review(struct scan *x, struct sw_gk_reporter *m, const struct sw_kube_object *o,
	struct sw_where *w, struct sw_error *err)
{
	struct scan_gatekeeper *g = x->gatekeeper;
	struct sw_gk_request req = {.object = o->value, .source = SW_GK_ORIGINAL};
	struct sw_gk_reviewed reviewed;
	struct sw_error e = {0};
	if (g->live && sw_gk_excluded(g->gk, "audit", o->ns))
		return 0;
	req.match_ns = sw_gk_gator_namespace(g->gk, o->value);
	w->subject.cluster = x->s->opts.cluster;
	int r = sw_gk_review_expanded(g->gk, &x->judge.scratch, &req, &reviewed, &e);
	if (r)
		return r == -SW_ELIMIT && x->judge.scratch.overflow
			       ? sw_error_set(err, SW_ELIMIT, "%s", e.text)
			       : tell(x, m, w, e.text, err);
	r = sw_gk_report_all(m, &x->judge.scratch, w, &reviewed.results, err);
	if (!r && reviewed.not_expanded.p)
		r = tell(x, m, w, sw_arena_cstr(&x->judge.scratch, reviewed.not_expanded), err);
	return r;
}

/* Every object is in the inventory before the first is reviewed. */
static int review_all(struct scan *x, struct sw_gk_reporter *m, struct sw_error *err)
{
	struct scan_gatekeeper *g = x->gatekeeper;
	struct sw_kube_object o;
	struct sw_where w;
	struct sw_error e = {0};
	int r = 0;
	for (uint32_t i = 0; !r && sw_inventory_at(g->inventory, i, &o, &w); i++)
		if (sw_gk_add_data(g->gk, o.value, &e))
			r = tell(x, m, &w, e.text, err);
	for (uint32_t i = 0; !r && sw_inventory_at(g->inventory, i, &o, &w); i++) {
		r = x->cancel && *x->cancel ? sw_error_set(err, SW_ECANCELLED, "interrupted")
					    : review(x, m, &o, &w, err);
		sw_arena_reset(&x->judge.scratch);
	}
	return r;
}

int scan_gatekeeper_judge(struct scan *x, struct sw_error *err)
{
	struct scan_gatekeeper *g = x->gatekeeper;
	struct sw_gk_reporter *m = sw_gk_reporter_new(x->out);
	int r = 0;
	for (uint32_t i = 0; !r && i < g->policies.n_problems; i++)
		r = sw_gk_report_problem(m, &g->policies.problems[i], err);
	if (!r)
		r = review_all(x, m, err);
	sw_gk_reporter_free(m);
	return r;
}
