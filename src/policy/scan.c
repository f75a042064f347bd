/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/scan.h"

#include <glib.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/cleanup.h"
#include "finding/fingerprint.h"
#include "policy/check.h"
#include "policy/fold.h"

struct sw_scan {
	struct sw_scan_opts opts;
	struct sw_pss_policy *pss;
	struct sw_packs *packs;
};

/* One run. */
struct scan {
	const struct sw_scan *s;
	struct sw_findings *out;
	struct sw_finding *
		*replicas; /* of pods, told as their controller's; in the memory of `out` */
	uint32_t n_replicas, cap_replicas;
	struct sw_check_runner *runner; /* NULL with no_checks */
	struct sw_inventory *inventory;
	bool inventory_full;
	struct sw_fold *fold;
	struct sw_arena scratch;
};

int sw_scan_load(const struct sw_scan_opts *opts, struct sw_scan **ret, struct sw_error *err)
{
	struct sw_scan *s = g_new0(struct sw_scan, 1);
	s->opts = *opts;
	s->pss = g_memdup2(opts->pss, opts->n_pss * sizeof(*opts->pss));
	int r = opts->no_checks ? 0 : sw_packs_load(&opts->packs, &s->packs, err);
	if (r)
		sw_scan_free(s);
	else
		*ret = s;
	return r;
}

void sw_scan_free(struct sw_scan *s)
{
	if (!s)
		return;
	sw_packs_free(s->packs);
	g_free(s->pss);
	g_free(s);
}

const struct sw_packs *sw_scan_packs(const struct sw_scan *s)
{
	return s->packs;
}

/* ---- input problems ---- */

static void count_problem(struct sw_coverage *c, enum sw_input_problem_kind kind)
{
	switch (kind) {
	case SW_INPUT_UNREADABLE:
		c->unreadable_files++;
		break;
	case SW_INPUT_BROKEN:
	case SW_INPUT_TEMPLATE:
	case SW_INPUT_LIMIT:
	case SW_INPUT_BINARY:
		c->broken_documents++;
		break;
	case SW_INPUT_NOT_KUBERNETES:
	case SW_INPUT_EMPTY:
		c->not_kubernetes++;
		break;
	default:
		c->not_evaluated++;
		break;
	}
}

static void on_problem(void *arg, const struct sw_input_problem *p)
{
	struct scan *x = arg;
	bool other = p->kind == SW_INPUT_NOT_KUBERNETES || p->kind == SW_INPUT_EMPTY;
	count_problem(&x->out->coverage, p->kind);
	if (other && !x->s->opts.report_other)
		return;
	const struct sw_rule *rule = sw_scan_input_rule(p->kind);
	sw_autobuf document;
	sw_buf_init(&document, 1 << 16);
	sw_buf_printf(&document, "%.*s#%u", SW_STR_ARG(p->file), p->index);
	struct sw_evidence ev = {.file = p->file,
		.line = p->line,
		.col = p->col,
		.end_line = p->line,
		.end_col = p->col,
		.span = p->span,
		.path = p->pointer};
	struct sw_finding f = {.rule = rule,
		.verdict = SW_VERDICT_NOT_EVALUATED,
		.severity = rule->severity,
		.message = p->reason,
		.reason = p->reason,
		.evidence = &ev,
		.n_evidence = 1,
		.document = sw_buf_str(&document)};
	f.subject.cluster = x->s->opts.cluster;
	/* A second broken document of a file is another finding. */
	f.key = f.document;
	sw_findings_add(x->out, &f);
}

/* ---- Pod Security Standards ---- */

static int add_pss(struct scan *x, const struct sw_where *w, const struct sw_pss_check *c,
	struct sw_pss_policy policy, struct sw_error *err)
{
	const struct sw_rule *rule = sw_pss_rule(c->id);
	struct sw_evidence *ev =
		sw_arena_new_array(&x->scratch, c->n_places + 1, struct sw_evidence);
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_buf_addz(&b, "violates PodSecurity \"");
	sw_pss_policy_write(&b, policy);
	sw_buf_printf(&b, "\": %.*s (%.*s)", SW_STR_ARG(c->reason), SW_STR_ARG(c->detail));
	struct sw_finding f = {.rule = rule,
		.verdict = SW_VERDICT_FAIL,
		.severity = rule->severity,
		.subject = w->subject,
		.message = sw_buf_str(&b),
		.evidence = ev};
	if (c->verdict == SW_PSS_UNKNOWN) {
		f.verdict = SW_VERDICT_NOT_EVALUATED;
		f.reason = f.message = c->detail;
	}
	for (uint32_t i = 0; ev && i < c->n_places; i++)
		if (sw_place_pointer(&x->scratch, w, c->places[i].pointer, &ev[f.n_evidence]) == 0)
			f.n_evidence++;
	if (ev && !f.n_evidence && sw_place_path(&x->scratch, w, sw_empty_array(), ev) == 0)
		f.n_evidence = 1;
	if (c->n_places)
		f.subject.container = c->places[0].container;
	f.document = sw_arena_printf(&x->scratch, "%.*s#%u", SW_STR_ARG(w->source->name), w->index);
	/* One finding per check and pod: which places it has may change. */
	f.key = sw_arena_printf(&x->scratch, "%s", sw_pss_level_name(policy.level));
	f.subject.container = SW_STR("");
	return sw_findings_add(x->out, &f)
		       ? sw_error_set(err, SW_ELIMIT, "no memory left for findings")
		       : 0;
}

static int run_pss(struct scan *x, const struct sw_where *w, const struct sw_kube_pod *pods,
	uint32_t n, struct sw_error *err)
{
	int r = 0;
	for (uint32_t p = 0; p < x->s->opts.n_pss; p++)
		for (uint32_t i = 0; !r && i < n; i++) {
			struct sw_pss_result result;
			r = sw_pss_eval(&x->scratch, x->s->pss[p], &pods[i], &result, err);
			for (uint32_t k = 0; !r && k < result.n; k++) {
				const struct sw_pss_check *c = &result.checks[k];
				x->out->coverage.evaluations++;
				x->out->coverage.not_evaluated += c->verdict == SW_PSS_UNKNOWN;
				if (c->verdict == SW_PSS_ALLOWED)
					sw_findings_pass(x->out, sw_pss_rule(c->id)->severity, 1);
				else
					r = add_pss(x, w, c, x->s->pss[p], err);
			}
		}
	return r;
}

/* ---- objects ---- */

/* Too much for cluster checks is said once and does not stop the others. */
static void keep(struct scan *x, const struct sw_input_doc *doc, bool workload)
{
	struct sw_error err = {0};
	if (x->inventory_full || sw_inventory_add(x->inventory, doc, workload, &err) == 0)
		return;
	x->inventory_full = true;
	struct sw_input_problem p = {.kind = SW_INPUT_LIMIT,
		.file = doc->source->name,
		.index = doc->index,
		.pointer = doc->pointer,
		.reason = sw_str_from(err.text)};
	on_problem(x, &p);
}

/* What must agree for a pod's finding to be its controller's: rule, object, container. */
static const struct sw_str *identity(const struct sw_finding *f, uint32_t i)
{
	const struct sw_str *parts[] = {&f->rule->id, &f->subject.ns, &f->subject.kind,
		&f->subject.name, &f->subject.container};
	return i < SW_ARRAY_LEN(parts) ? parts[i] : NULL;
}

static guint hash_identity(gconstpointer p)
{
	const struct sw_finding *f = p;
	uint64_t h = f->verdict;
	const struct sw_str *s;
	for (uint32_t i = 0; (s = identity(f, i)); i++)
		h = XXH3_64bits_withSeed(s->p, s->n, h);
	return (guint)(h ^ h >> 32);
}

static gboolean same_identity(gconstpointer a, gconstpointer b)
{
	const struct sw_finding *x = a, *y = b;
	const struct sw_str *s;
	for (uint32_t i = 0; (s = identity(x, i)); i++)
		if (!sw_str_eq(*s, *identity(y, i)))
			return FALSE;
	return x->verdict == y->verdict;
}

/* Takes the findings behind the first n out of the collection. */
static int set_aside(struct scan *x, uint32_t n, struct sw_error *err)
{
	uint32_t more = x->out->n - n;
	if (x->n_replicas + more > x->cap_replicas) {
		uint32_t cap = 2 * (x->n_replicas + more);
		void *v = cap > x->cap_replicas ? realloc(x->replicas, cap * sizeof(*x->replicas))
						: NULL;
		if (!v)
			return sw_error_set(err, SW_ELIMIT, "no memory left for findings");
		x->replicas = v;
		x->cap_replicas = cap;
	}
	if (more)
		memcpy(x->replicas + x->n_replicas, x->out->v + n, more * sizeof(*x->replicas));
	x->n_replicas += more;
	x->out->n = n;
	return 0;
}

static int on_object(void *arg, const struct sw_input_doc *doc, struct sw_error *err)
{
	struct scan *x = arg;
	const struct sw_kube_object *o = &doc->object;
	struct sw_where w = {.source = doc->source,
		.line_arena = doc->file_arena,
		.root = o->value,
		.span = doc->span,
		.pointer = doc->pointer,
		.index = doc->index,
		.ascii = sw_source_ascii(doc->source, doc->span),
		.subject = sw_check_subject(o)};
	struct sw_kube_pod *pods = NULL;
	uint32_t n = 0;
	x->out->coverage.objects++;
	enum sw_fold_result fold = sw_fold_pod(x->fold, o, &w.subject);
	if (fold == SW_FOLD_AGAIN)
		return 0;
	w.subject.cluster = x->s->opts.cluster;
	if (sw_kube_pods(&x->scratch, o, &pods, &n, err)) {
		struct sw_input_problem p = {.kind = SW_INPUT_LIMIT,
			.file = doc->source->name,
			.index = doc->index,
			.pointer = doc->pointer,
			.reason = sw_str_from(err->text)};
		on_problem(x, &p);
		n = 0;
	}
	int r = 0;
	uint32_t before = x->out->n;
	if (x->runner)
		r = sw_check_object(x->runner, o, n > 0, &w, err);
	if (!r)
		r = run_pss(x, &w, pods, n, err);
	if (!r && fold == SW_FOLD_FIRST)
		r = set_aside(x, before, err);
	if (!r && x->runner && sw_check_wants_inventory(x->runner, o, n > 0))
		keep(x, doc, n > 0);
	sw_arena_reset(&x->scratch);
	return r;
}

/* ---- the end ---- */

/* Findings of pods, without those that their controller has itself. */
static int merge_replicas(struct scan *x, struct sw_error *err)
{
	g_autoptr(GHashTable) known = g_hash_table_new(hash_identity, same_identity);
	uint32_t n = x->out->n, kept = 0;
	for (uint32_t i = 0; x->n_replicas && i < n; i++)
		g_hash_table_add(known, x->out->v[i]);
	for (uint32_t i = 0; i < x->n_replicas; i++)
		if (!n || !g_hash_table_contains(known, x->replicas[i]))
			x->replicas[kept++] = x->replicas[i];
	if (sw_findings_put_back(x->out, x->replicas, kept))
		return sw_error_set(err, SW_ELIMIT, "no memory left for findings");
	return 0;
}

static int run_all(struct scan *x, const struct sw_input_opts *input, struct sw_input_stats *stats,
	struct sw_error *err)
{
	struct sw_input_handler h = {on_object, on_problem, x};
	int r = sw_input_run(input, &h, stats, err);
	x->out->coverage.files += stats->files;
	x->out->coverage.documents += stats->documents;
	x->out->coverage.skipped_files += stats->skipped_files;
	int merged = merge_replicas(x, r ? NULL : err);
	if (!r)
		r = merged;
	if (r || !x->runner)
		return r;
	return sw_check_cluster(x->runner, x->inventory, err);
}

int sw_scan_run(struct sw_scan *s, const struct sw_input_opts *input, struct sw_findings *out,
	struct sw_input_stats *ret_stats, struct sw_error *err)
{
	struct scan x = {.s = s, .out = out};
	struct sw_input_stats stats = {0};
	const struct sw_str *fields;
	uint32_t n;
	if (s->packs)
		x.runner = sw_check_runner_new(s->packs, out);
	x.inventory = sw_inventory_new(s->opts.inventory_memory);
	if (x.runner && !s->opts.whole_inventory && sw_check_inventory_fields(x.runner, &fields, &n))
		sw_inventory_keep_fields(x.inventory, fields, n);
	x.fold = sw_fold_new();
	sw_arena_init(&x.scratch, 0);
	int r = run_all(&x, input, &stats, err);
	sw_arena_release(&x.scratch);
	free(x.replicas);
	sw_fold_free(x.fold);
	sw_inventory_free(x.inventory);
	sw_check_runner_free(x.runner);
	if (ret_stats)
		*ret_stats = stats;
	return r;
}
