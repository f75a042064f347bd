/* SPDX-License-Identifier: Apache-2.0 */

#include <glib.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/cleanup.h"
#include "finding/fingerprint.h"
#include "policy/scan_impl.h"

/* A folder without a check would silently judge nothing. */
static int has_checks(const struct sw_scan *s, struct sw_error *err)
{
	const struct sw_packs_opts *o = &s->opts.packs;
	uint32_t n;
	const struct sw_check *c = sw_packs_checks(s->packs, &n);
	for (uint32_t i = 0; i < n; i++)
		if (!c[i].builtin)
			return 0;
	sw_error_set(err, SW_EUSAGE, "--policy %s: no check in it", o->dirs[0]);
	return sw_error_hint(err, "checks are Rego with metadata; Gatekeeper's templates are given with --policies");
}

int sw_scan_load(const struct sw_scan_opts *opts, struct sw_scan **ret, struct sw_error *err)
{
	struct sw_scan *s = g_new0(struct sw_scan, 1);
	s->opts = *opts;
	s->pss = g_memdup2(opts->pss, opts->n_pss * sizeof(*opts->pss));
	int r = opts->no_checks ? 0 : sw_packs_load(&opts->packs, &s->packs, err);
	if (!r && s->packs && opts->packs.n_dirs)
		r = has_checks(s, err);
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
	struct sw_error err;
	if (!sw_findings_add(x->out, &f) && x->jobs)
		scan_jobs_finding(x->jobs, &err); /* what ends the run is told again by the next object */
}

/* ---- objects ---- */

void scan_judge_init(struct scan_judge *j, const struct sw_scan *s, struct sw_findings *out)
{
	*j = (struct scan_judge){.s = s, .out = out};
	if (s->packs)
		j->runner = sw_check_runner_new(s->packs, out);
	sw_arena_init(&j->scratch, 0);
}

void scan_judge_release(struct scan_judge *j)
{
	sw_check_runner_free(j->runner);
	sw_arena_release(&j->scratch);
}

int scan_judge_object(struct scan_judge *j, const struct scan_object *o, struct sw_error *err)
{
	int r = 0;
	if (j->runner)
		r = sw_check_object(j->runner, &o->object, o->n_pods > 0, &o->where, err);
	if (!r)
		r = scan_pss(j, o, err);
	sw_arena_reset(&j->scratch);
	return r;
}

void scan_limit(struct scan *x, const struct sw_input_doc *doc, const struct sw_error *err)
{
	struct sw_input_problem p = {.kind = SW_INPUT_LIMIT,
		.file = doc->source->name,
		.index = doc->index,
		.pointer = doc->pointer,
		.reason = sw_str_from(err->text)};
	on_problem(x, &p);
}

/* Too much for cluster checks is said once and does not stop the others. */
static void keep(struct scan *x, const struct sw_input_doc *doc, bool workload)
{
	struct sw_error err = {0};
	if (x->inventory_full || sw_inventory_add(x->inventory, doc, workload, &err) == 0)
		return;
	x->inventory_full = true;
	scan_limit(x, doc, &err);
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

int scan_take(struct scan *x, struct sw_finding *const *v, uint32_t n, enum sw_fold_result fold,
	struct sw_error *err)
{
	if (fold != SW_FOLD_FIRST)
		return sw_findings_put_back(x->out, v, n)
			       ? sw_error_set(err, SW_ELIMIT, "no memory left for findings")
			       : 0;
	if (x->n_replicas + n > x->cap_replicas) {
		uint32_t cap = 2 * (x->n_replicas + n);
		void *more = cap > x->cap_replicas ? realloc(x->replicas, cap * sizeof(*x->replicas))
						   : NULL;
		if (!more)
			return sw_error_set(err, SW_ELIMIT, "no memory left for findings");
		x->replicas = more;
		x->cap_replicas = cap;
	}
	if (n)
		memcpy(x->replicas + x->n_replicas, v, n * sizeof(*x->replicas));
	x->n_replicas += n;
	return 0;
}

/* Judges in this thread; replicas' findings are taken out of the collection again. */
static int judge_here(struct scan *x, const struct scan_object *o, struct sw_error *err)
{
	uint32_t before = x->out->n;
	int r = scan_judge_object(&x->judge, o, err);
	if (r || o->fold != SW_FOLD_FIRST)
		return r;
	uint32_t n = x->out->n - before;
	x->out->n = before;
	return scan_take(x, x->out->v + before, n, o->fold, err);
}

static void find_pods(struct scan *x, const struct sw_input_doc *doc, struct scan_object *o)
{
	struct sw_error err;
	if (sw_kube_pods(doc->arena, &doc->object, &o->pods, &o->n_pods, &err) == 0)
		return;
	scan_limit(x, doc, &err);
	o->n_pods = 0;
}

static int on_object(void *arg, const struct sw_input_doc *doc, struct sw_error *err)
{
	struct scan *x = arg;
	struct scan_object o = {.object = doc->object,
		.where = {.source = doc->source,
			.line_arena = doc->file_arena,
			.root = doc->object.value,
			.span = doc->span,
			.pointer = doc->pointer,
			.index = doc->index,
			.ascii = sw_source_ascii(doc->source, doc->span),
			.subject = sw_check_subject(&doc->object)}};
	x->out->coverage.objects++;
	o.fold = sw_fold_pod(x->fold, &o.object, &o.where.subject);
	if (x->gatekeeper)
		scan_gatekeeper_add(x, doc);
	if (o.fold == SW_FOLD_AGAIN)
		return 0;
	if (!o.where.ascii)
		sw_source_inner(doc->source, doc->file_arena);
	o.where.subject.cluster = x->s->opts.cluster;
	find_pods(x, doc, &o);
	if (x->labels && (o.n_pods || sw_kube_is(&o.object, "", "Namespace")))
		scan_labels_add(x, doc, &o);
	/* Judging in other threads only reads the table of lines. */
	int r = x->jobs && sw_source_pos(doc->source, doc->file_arena, 0).line
			? scan_jobs_object(x->jobs, &o, err)
			: judge_here(x, &o, err);
	if (!r && x->judge.runner && sw_check_wants_inventory(x->judge.runner, &o.object, o.n_pods > 0))
		keep(x, doc, o.n_pods > 0);
	return r;
}

/* ---- several threads ---- */

static void on_document_end(void *arg, struct sw_arena *values)
{
	scan_jobs_document_end(((struct scan *)arg)->jobs, values);
}

static bool on_file_end(void *arg, struct sw_input_file *file)
{
	return scan_jobs_file_end(((struct scan *)arg)->jobs, file);
}

static size_t needed_from(void *arg)
{
	return scan_jobs_needed_from(((struct scan *)arg)->jobs);
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
	struct sw_input_handler h = {.object = on_object, .problem = on_problem, .arg = x};
	if (x->jobs) {
		h.document_end = on_document_end;
		h.file_end = on_file_end;
		h.needed_from = needed_from;
	}
	int r = sw_input_run(input, &h, stats, err);
	if (x->jobs) {
		int rest = scan_jobs_finish(x->jobs, r ? NULL : err);
		r = r ? r : rest;
	}
	if (x->labels) {
		int judged = scan_labels_judge(x, r ? NULL : err);
		r = r ? r : judged;
	}
	x->out->coverage.files += stats->files;
	x->out->coverage.documents += stats->documents;
	x->out->coverage.skipped_files += stats->skipped_files;
	int merged = merge_replicas(x, r ? NULL : err);
	if (!r)
		r = merged;
	if (!r && x->gatekeeper)
		r = scan_gatekeeper_judge(x, err);
	if (r || !x->judge.runner)
		return r;
	return sw_check_cluster(x->judge.runner, x->inventory, err);
}

int sw_scan_run(struct sw_scan *s, const struct sw_input_opts *input, struct sw_findings *out,
	struct sw_input_stats *ret_stats, struct sw_error *err)
{
	struct scan x = {.s = s, .out = out};
	struct sw_input_stats stats = {0};
	const struct sw_str *fields;
	uint32_t n;
	scan_judge_init(&x.judge, s, out);
	x.inventory = sw_inventory_new(s->opts.inventory_memory);
	if (x.judge.runner && !s->opts.whole_inventory &&
		sw_check_inventory_fields(x.judge.runner, &fields, &n))
		sw_inventory_keep_fields(x.inventory, fields, n);
	if (s->opts.pss_labels)
		x.labels = scan_labels_new(s->opts.inventory_memory);
	x.fold = sw_fold_new();
	if (s->opts.jobs > 1 && !input->live) /* whose objects are gone after the call */
		x.jobs = scan_jobs_new(&x, s->opts.jobs);
	x.cancel = input->cancel;
	int r = s->opts.n_policies ? scan_gatekeeper_new(&s->opts, input->live, &x.gatekeeper, err) : 0;
	if (!r)
		r = run_all(&x, input, &stats, err);
	scan_jobs_free(x.jobs);
	free(x.replicas);
	sw_fold_free(x.fold);
	scan_labels_free(x.labels);
	scan_gatekeeper_free(x.gatekeeper);
	sw_inventory_free(x.inventory);
	scan_judge_release(&x.judge);
	if (ret_stats)
		*ret_stats = stats;
	return r;
}
