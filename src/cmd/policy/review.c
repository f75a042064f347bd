/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall policy review`: objects against Gatekeeper's policies, as gator test does. */
#include "cmd/policy/review.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/scan/scanning.h"
#include "cmd/rows.h"
#include "kube/kinds.h"

#define OBJECTS_MEMORY ((size_t)16 << 30)
#define PRINT_MAX ((size_t)10 << 20)

enum form { FORM_TEXT, FORM_JSON, FORM_YAML, FORM_FINDINGS };

struct output {
	enum form form;
	const struct sw_report_format *format; /* of FORM_FINDINGS */
	const char *file;		       /* NULL: standard output */
};

/* ---- what is wanted ---- */

static int output_of(struct sw_cmd_ctx *ctx, const char *text, struct output *ret, struct sw_error *err)
{
	static const char *const own[] = {"text", "json", "yaml"};
	struct sw_str s = sw_str_from(text), name;
	sw_str_split(&s, '=', &name);
	*ret = (struct output){.form = FORM_FINDINGS};
	ret->file = s.p ? sw_arena_cstr(ctx->arena, s) : NULL;
	for (unsigned i = 0; i < SW_ARRAY_LEN(own); i++)
		if (sw_str_is(name, own[i])) {
			ret->form = (enum form)i;
			return 0;
		}
	if (sw_str_is(name, "findings"))
		name = SW_STR("json");
	ret->format = sw_report_format_find(name, err);
	return ret->format ? 0 : -SW_EUSAGE;
}

static int outputs(struct sw_cmd_ctx *ctx, struct output **ret, uint32_t *ret_n, struct sw_error *err)
{
	const struct sw_optval *v = sw_opts_get(&ctx->opts, "output");
	struct output *o = sw_arena_new_array(ctx->arena, v->n + 1, struct output);
	uint32_t to_stdout = 0;
	for (uint32_t i = 0; i < v->n; i++) {
		int rc = output_of(ctx, v->v[i], &o[i], err);
		if (rc < 0)
			return rc;
		to_stdout += !o[i].file;
	}
	if (to_stdout > 1)
		return sw_error_set(err, SW_EUSAGE, "only one report can go to standard output");
	*ret = o;
	*ret_n = v->n;
	return 0;
}

/* ---- reading ---- */

/* gator reads standard input whenever something is piped into it. */
static bool is_piped(void)
{
	struct stat st;
	return fstat(STDIN_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode));
}

int sw_review_read(struct sw_cmd_ctx *ctx, struct sw_gk_objects *os, struct sw_error *err)
{
	const struct sw_optval *files = sw_opts_get(&ctx->opts, "filename");
	bool named = false;
	if (sw_opts_get(&ctx->opts, "image")->n) {
		sw_error_set(err, SW_EUNSUPPORTED, "--image: policies are not fetched from a registry");
		return sw_error_hint(err, "fetch them with `oras pull`, then name the folder with -f");
	}
	for (uint32_t i = 0; i < files->n; i++) {
		named = named || strcmp(files->v[i], "-") == 0;
		int rc = sw_gk_objects_read(os, files->v[i], err);
		if (rc < 0)
			return sw_error_prefix(err, "reading: ");
	}
	for (uint32_t i = 0; i < ctx->opts.n_args; i++) {
		named = named || strcmp(ctx->opts.args[i], "-") == 0;
		int rc = sw_gk_objects_read(os, ctx->opts.args[i], err);
		if (rc < 0)
			return sw_error_prefix(err, "reading: ");
	}
	if (!named && is_piped() && sw_gk_objects_read(os, "-", err) < 0)
		return sw_error_prefix(err, "reading: ");
	if (os->n == 0 && os->n_problems == 0)
		return sw_error_set(err, SW_EUSAGE, "no input data identified");
	return 0;
}

/* ---- reviewing ---- */

static void *grow(struct sw_arena *a, void *old, uint32_t n, uint32_t more, uint32_t *cap, size_t size)
{
	if (n + more <= *cap)
		return old;
	uint32_t want = *cap ? *cap * 2 : 256;
	while (want < n + more)
		want *= 2;
	void *p = sw_arena_grow(a, old, n * size, want * size);
	if (p)
		*cap = want;
	return p;
}

static int keep(struct sw_review *r, const struct sw_gk_object *o, const struct sw_gk_reviewed *x)
{
	struct sw_arena *a = r->ctx->arena;
	void *rows = grow(a, r->rows, r->n_rows, x->results.n, &r->cap_rows, sizeof(*r->rows));
	void *stats = grow(a, r->stats, r->n_stats, x->results.n_stats, &r->cap_stats, sizeof(*r->stats));
	if ((x->results.n && !rows) || (x->results.n_stats && !stats))
		return -SW_ELIMIT;
	r->rows = rows;
	r->stats = stats;
	for (uint32_t i = 0; i < x->results.n; i++) {
		r->rows[r->n_rows++] = (struct sw_review_row){
			.result = &x->results.v[i], .object = o, .shown = x->object};
		r->denied = r->denied || sw_gk_is_deny(&x->results.v[i]);
	}
	for (uint32_t i = 0; i < x->results.n_stats; i++)
		r->stats[r->n_stats++] = x->results.stats[i];
	return 0;
}

static int review_one(struct sw_review *r, const struct sw_gk_object *o, struct sw_error *err)
{
	struct sw_gk_request req = {.object = o->value, .source = SW_GK_ORIGINAL, .stats = r->with_stats};
	struct sw_gk_reviewed x;
	struct sw_error e = {0};
	req.match_ns = sw_gk_gator_namespace(r->gk, o->value);
	int rc = sw_gk_review_expanded(r->gk, r->ctx->arena, &req, &x, &e);
	if (rc == 0 && keep(r, o, &x) < 0)
		rc = sw_error_set(&e, SW_ELIMIT, "too many results");
	if (rc == 0 && x.not_expanded.p) {
		sw_error_set(&e, SW_EINVALID, "%.*s", SW_STR_ARG(x.not_expanded));
		sw_gk_objects_problem_at(&r->objects, o, &e);
	}
	if (rc == 0)
		return 0;
	if (rc == -SW_ELIMIT) {
		*err = e;
		return rc;
	}
	sw_gk_objects_problem_at(&r->objects, o, &e);
	return 0;
}

static int by_action_and_message(const void *x, const void *y)
{
	const struct sw_review_row *a = x, *b = y;
	int c = sw_str_cmp(a->result->action, b->result->action);
	c = c ? c : sw_str_cmp(a->result->msg, b->result->msg);
	if (c)
		return c;
	return (a->object > b->object) - (a->object < b->object);
}

/* A template looks for kinds of which there are none: that it finds nothing means little. */
static void on_missing(void *arg, struct sw_value template, struct sw_str kinds)
{
	struct sw_review *r = arg;
	struct sw_error err = {0};
	struct sw_str name = sw_value_getstr(sw_object_gets(template, SW_STR("metadata")), "name");
	sw_error_set(&err, SW_EINVALID, "not evaluated: template \"%.*s\" looks for %.*s, of which there are none here",
		SW_STR_ARG(name), SW_STR_ARG(kinds));
	for (uint32_t i = 0; i < r->objects.n; i++)
		if (r->objects.v[i].value.type == SW_OBJECT && r->objects.v[i].value.u.o == template.u.o) {
			sw_gk_objects_problem_at(&r->objects, &r->objects.v[i], &err);
			return;
		}
	sw_gk_objects_problem(&r->objects, &err);
}

/*
 * gator test puts objects without a namespace into one without a name, so that constraints with a list of namespaces
 * pass them over; gator verify and the webhook do not. The results are gator test's; that something was passed over is
 * said.
 */
static void tell_passed_over(const struct sw_review *r)
{
	uint32_t constraints = 0, objects = 0;
	for (uint32_t i = 0; i < r->objects.n; i++) {
		struct sw_kube_object o;
		struct sw_value v = r->objects.v[i].value;
		struct sw_value listed = sw_value_path(v, "spec", "match", "namespaces", NULL);
		if (sw_kube_object_init(v, &o, NULL) < 0)
			continue;
		const struct sw_kube_kind *k = sw_kube_kind_find(o.group, o.kind);
		constraints += sw_gk_kind_of(v) == SW_GK_CONSTRAINT && listed.type == SW_ARRAY && listed.n;
		objects += k && k->namespaced && !o.ns.n;
	}
	if (constraints && objects)
		sw_log(SW_LOG_WARNING,
			"%u object%s without a namespace: the %u constraint%s with match.namespaces pass%s over them here, as in "
			"gator test, but not at the door", objects, objects == 1 ? "" : "s", constraints,
			constraints == 1 ? "" : "s", constraints == 1 ? "es" : "");
}

static int judge(struct sw_review *r, struct sw_error *err)
{
	sw_gk_load(r->gk, &r->objects);
	if (sw_opts_bool(&r->ctx->opts, "strict-sync"))
		sw_gk_missing_data(r->gk, on_missing, r);
	for (uint32_t i = 0; i < r->objects.n; i++) {
		if (sw_scanning_cancel)
			return sw_error_set(err, SW_ECANCELLED, "interrupted");
		int rc = review_one(r, &r->objects.v[i], err);
		if (rc < 0)
			return rc;
	}
	if (r->n_rows > 1)
		qsort(r->rows, r->n_rows, sizeof(*r->rows), by_action_and_message);
	tell_passed_over(r);
	return 0;
}

/* ---- reporting ---- */

static int write_findings(
	struct sw_review *r, const struct output *o, struct sw_buf *out, struct sw_error *err)
{
	struct sw_findings fs;
	struct sw_summary summary;
	sw_findings_init(&fs, OBJECTS_MEMORY);
	int rc = sw_review_findings(r, &fs, err);
	if (rc == 0) {
		sw_summary_make(&fs, &summary);
		const struct sw_optval *files = sw_opts_get(&r->ctx->opts, "filename");
		struct sw_report report = {.findings = &fs, .summary = &summary, .targets = files->v,
			.n_targets = files->n, .verbose = sw_opts_int(&r->ctx->opts, "verbose") > 0,
			.failed = r->denied, .term = r->ctx->term};
		rc = o->format->write(out, &report, err);
	}
	sw_findings_release(&fs);
	return rc;
}

static int write_output(struct sw_review *r, const struct output *o, struct sw_error *err)
{
	sw_autobuf text;
	sw_buf_init(&text, (size_t)8 << 30);
	struct sw_buf *out = o->file ? &text : r->ctx->out;
	int rc = 0;
	if (o->form == FORM_TEXT)
		sw_review_text(r, out);
	else if (o->form == FORM_JSON)
		sw_review_json(r, out);
	else if (o->form == FORM_YAML)
		sw_review_yaml(r, out);
	else
		rc = write_findings(r, o, out, err);
	if (rc == 0 && out->overflow)
		rc = sw_error_set(err, SW_ELIMIT, "the report is too large");
	if (rc == 0 && o->file)
		rc = sw_cmd_write(o->file, sw_buf_str(&text), err);
	return rc;
}

/* Also when the reports go well: what was not judged is said. */
static void tell_problems(const struct sw_review *r)
{
	for (uint32_t i = 0; i < r->objects.n_problems; i++)
		sw_cmd_fail(&r->objects.problems[i]);
	if (r->objects.all_problems > r->objects.n_problems)
		sw_log(SW_LOG_ERROR, "and %llu more",
			(unsigned long long)(r->objects.all_problems - r->objects.n_problems));
}

static int review(struct sw_review *r, struct sw_error *err)
{
	struct output *o = NULL;
	uint32_t n = 0;
	int rc = outputs(r->ctx, &o, &n, err);
	if (rc == 0) {
		bool spans = false;
		for (uint32_t i = 0; i < n; i++)
			spans = spans || o[i].form == FORM_FINDINGS;
		sw_gk_objects_init(&r->objects, r->ctx->arena, spans);
		rc = sw_review_read(r->ctx, &r->objects, err);
	}
	if (rc == 0)
		rc = judge(r, err);
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = write_output(r, &o[i], err);
	if (rc == 0 && r->print.n)
		sw_buf_printf(r->ctx->out, "\n%.*s\n", SW_STR_ARG(sw_buf_str(&r->print)));
	return rc;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_review r = {.ctx = ctx, .with_stats = sw_opts_bool(&ctx->opts, "stats"),
		.deny_only = sw_opts_bool(&ctx->opts, "deny-only")};
	struct sw_error err = {0};
	ctx->arena->budget = OBJECTS_MEMORY;
	sw_buf_init(&r.print, PRINT_MAX);
	struct sw_gk_opts opts = {.print = sw_opts_int(&ctx->opts, "verbose") > 0 ? &r.print : NULL,
		.external_data = sw_opts_bool(&ctx->opts, "allow-external-data"),
		.sync_only = sw_opts_bool(&ctx->opts, "strict-sync")};
	r.gk = sw_gk_new(&opts);
	int rc = review(&r, &err);
	tell_problems(&r);
	int code = rc < 0 ? sw_cmd_fail(&err) : SW_EXIT_CLEAN;
	if (rc == 0 && r.objects.all_problems)
		code = SW_EXIT_ERROR;
	if (rc == 0 && r.denied)
		code = SW_EXIT_FINDINGS;
	if (rc == -SW_ECANCELLED)
		code = SW_EXIT_INTERRUPTED;
	sw_gk_free(r.gk);
	sw_buf_release(&r.print);
	return code;
}

static const struct sw_opt opts[] = {
	SW_ROW_EXTERNAL_DATA(
		NULL, "templates ask the Providers given, over HTTPS; without it such templates are refused"),
	{.name = "deny-only", .type = SW_OPT_BOOL, .since = "0.1",
		.help = "show only what is denied, not what is warned about or tried"},
	SW_ROW_FILENAME('f', "policies and objects"),
	SW_ROW_IMAGE,
	{.name = "output", .letter = 'o', .type = SW_OPT_STRING, .metavar = "FORMAT[=FILE]", .def = "text",
		.flags = SW_OPT_LIST | SW_OPT_TRUSTED, .since = "0.1", .complete = SW_COMPLETE_FORMATS,
		.help = "text, json and yaml as gator test has them, findings (Seawall's JSON), or a format "
			"of `seawall list formats`"},
	{.name = "stats", .type = SW_OPT_BOOL, .since = "0.1",
		.help = "with json and yaml: the time that each template took"},
	{.name = "strict-sync", .type = SW_OPT_BOOL, .since = "0.1",
		.help = "keep to Config and SyncSets as a cluster does, and report templates that look for kinds of "
			"which there are no objects as not evaluated"},
};

const struct sw_cmd sw_cmd_policy_review = {
	.name = "policy review",
	.summary = "judge objects by Gatekeeper policies, as gator test does",
	.args = "[PATH...]",
	.description =
		"Reads templates, constraints, expansions, mutators and objects from files, folders and what is\n"
		"piped in, puts every object into data.inventory and reviews each.\n"
		"\n"
		"Exit code 1 means that something is denied; warn and dryrun do not count. What could not be\n"
		"read or judged is told on standard error and makes the exit code 2 when nothing is denied.",
	.examples = "  seawall policy review -f policies/ -f deploy/\n"
		    "  kubectl get pods -A -o json | seawall policy review -f policies/ -o sarif=review.sarif\n",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.max_args = SW_CMD_ANY,
	.run = run,
};
