/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall policy test`: the unit tests of Rego policies, as `opa test` runs them: rules named
 * test_… and todo_test_… . Exit codes: 0 all passed, 2 something did not or the coverage is below
 * --threshold, 1 when loading or compiling failed, or nothing was run and --fail-on-empty given.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/re2.h"
#include "cmd/policy/test.h"
#include "cmd/rows.h"
#include "rego/parse.h"
#include "rego/partial/partial.h"

/* ---- loading ---- */

static int engine_opts(struct sw_test_suite *s, struct sw_rego_engine_opts *ret)
{
	const struct sw_opts *o = &s->ctx->opts;
	*ret = (struct sw_rego_engine_opts){.compile = {.print = !sw_opts_bool(o, "bench"),
						    .test_cases = true,
						    .test_values = s->values,
						    .opa_names = s->tracing,
						    .max_errors = sw_policy_max_errors(o)},
		.annotations = true,
		.coverage = s->covering};
	int rc = sw_policy_caps(
		s->ctx->arena, sw_opts_str(o, "capabilities"), &ret->compile.caps, &s->err);
	return rc ? rc
		  : sw_policy_schemas(
			    s->ctx->arena, sw_opts_str(o, "schema"), &ret->compile, &s->err);
}

static int compile(struct sw_test_suite *s, uint32_t run, const struct sw_rego_engine_opts *base)
{
	struct sw_rego_engine_opts opts = *base;
	sw_cover_engine_opts(&s->cover, run, &opts);
	struct sw_rego_engine *e = s->cover.run[run].engine = sw_rego_engine_new(&opts);
	int rc = sw_rego_load_modules(&s->load, e, &s->err);
	sw_rego_engine_data(e, s->load.data);
	rc = rc ? rc : sw_tests_rename(e, s->ctx->arena, &s->err);
	return rc ? rc : sw_rego_engine_compile(e, &s->err);
}

static int load_all(struct sw_test_suite *s)
{
	const struct sw_opts *o = &s->ctx->opts;
	struct sw_rego_engine_opts opts;
	s->load.bundle = sw_opts_bool(o, "bundle");
	s->load.ignore = sw_opts_get(o, "ignore")->v;
	s->load.n_ignore = sw_opts_get(o, "ignore")->n;
	int rc = engine_opts(s, &opts);
	if (rc)
		return rc;
	s->load.told_as = SW_BUNDLE_TEST;
	s->load.version = sw_opts_bool(o, "v0-compatible") ? SW_REGO_V0 : SW_REGO_V1;
	if (!sw_rego_load_paths(&s->load, o->args, o->n_args, &s->err))
		sw_rego_load_overlap(&s->load, &s->err);
	opts.compile.data = s->load.data;
	for (uint32_t i = 0; !rc && i < s->cover.n; i++)
		rc = compile(s, i, &opts);
	return rc;
}

/* ---- finding the tests ---- */

static struct sw_str package_name(struct sw_test_suite *s, const struct sw_rego_module *m)
{
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	sw_rego_term_print(&b, m->package);
	return sw_arena_str(s->ctx->arena, sw_buf_str(&b));
}

static int prepare(struct sw_test_suite *s, struct sw_test *t, uint32_t items)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < s->cover.n; i++)
		rc = sw_rego_engine_entrypoint_ref(s->cover.run[i].engine,
			sw_test_path(s->ctx->arena, t->rule, items), t->full, &t->query[i],
			&s->err);
	return rc;
}

static int add_test(
	struct sw_test_suite *s, const struct sw_rego_rule *r, uint32_t n, struct sw_str full)
{
	if (s->n == s->cap) {
		uint32_t cap = s->cap ? s->cap * 2 : 64;
		s->v = sw_arena_grow(
			s->ctx->arena, s->v, s->cap * sizeof(*s->v), cap * sizeof(*s->v));
		if (!s->v)
			return sw_error_set(&s->err, SW_ELIMIT, "too many tests");
		s->cap = cap;
	}
	struct sw_test *t = &s->v[s->n];
	*t = (struct sw_test){.rule = r,
		.package = package_name(s, r->module),
		.name = sw_test_name(s->ctx->arena, r, n, false),
		.full = full};
	if (sw_test_is_todo(r, n))
		t->outcome = SW_TEST_SKIP;
	int rc = t->outcome == SW_TEST_SKIP ? 0 : prepare(s, t, n);
	if (!rc)
		s->n++;
	return rc;
}

static int find_tests(struct sw_test_suite *s)
{
	const struct sw_rego_program *p = sw_rego_engine_program(s->cover.run[0].engine);
	const char *run = sw_opts_str(&s->ctx->opts, "run");
	struct sw_re2 *re = NULL;
	int rc = run ? sw_re2_compile(sw_str_from(run), &re, &s->err) : 0;
	for (uint32_t i = 0; !rc && p && i < p->n_modules; i++) {
		const struct sw_rego_module *m = p->modules[i];
		for (uint32_t k = 0; !rc && k < m->n_rules; k++) {
			uint32_t n = sw_test_name_items(m->rules[k]);
			if (!n)
				continue;
			struct sw_str full = sw_test_name(s->ctx->arena, m->rules[k], n, true);
			if (re && sw_re2_match(re, full, NULL) <= 0)
				continue;
			rc = add_test(s, m->rules[k], n, full);
		}
	}
	sw_re2_free(re);
	return rc;
}

/* ---- running ---- */

/* What an evaluation tells while it goes. */
struct told {
	struct sw_arena *arena;
	struct sw_buf print;
	struct sw_list began; /* paths of cases */
	bool deaf;	      /* while a test is measured: it is evaluated over and over */
};

static void note_case(void *arg, struct sw_value path)
{
	struct told *t = arg;
	if (!t->deaf)
		sw_list_add(&t->began, sw_value_copy(t->arena, path));
}

/* A test with cases passes when all that began are true; any other when it is the value true. */
static enum sw_test_outcome judge(
	struct sw_test_suite *s, struct sw_test *t, const struct sw_rego_result *r, struct told *told)
{
	struct sw_value v = r->value;
	if (!sw_defined(v))
		return SW_TEST_FAIL;
	if (t->rule->kind != SW_REGO_PARTIAL_OBJECT)
		return sw_is_true(v) ? SW_TEST_PASS : SW_TEST_FAIL;
	struct sw_value paths = sw_list_array(&told->began);
	sw_test_cases_add(s->ctx->arena, &t->cases, v);
	for (uint32_t i = 0; i < paths.n; i++)
		sw_test_cases_began(s->ctx->arena, &t->cases, paths.u.a->v[i]);
	return t->cases.fail ? SW_TEST_FAIL : SW_TEST_PASS;
}

static void keep_error(struct sw_test_suite *s, struct sw_test *t, const struct sw_error *err)
{
	const struct sw_rego_eval_error *x = sw_rego_eval_error(s->cover.run[0].ev);
	struct sw_arena *a = s->ctx->arena;
	t->outcome = SW_TEST_ERROR;
	t->error = sw_arena_str(a, x && x->code ? x->message : sw_str_from(err->text));
	t->code = sw_str_from(x && x->code ? x->code : "eval_internal_error");
	if (!x)
		return;
	t->error_loc = x->loc;
	struct sw_rego_loc *stack = sw_arena_new_array(a, x->n_stack + 1, struct sw_rego_loc);
	for (uint32_t i = 0; stack && i < x->n_stack; i++)
		stack[i] = x->stack[i];
	t->stack = stack;
	t->n_stack = stack ? x->n_stack : 0;
	if (stack && x->n_stack) /* the query, which is no text here, would be a frame of its own */
		stack[t->n_stack++] = (struct sw_rego_loc){.row = 1, .col = 1, .text = t->full};
}

/* What happened in a test that failed, from an evaluation of its own. */
static void explain(struct sw_test_suite *s, struct sw_test *t, int64_t timeout_ns)
{
	const struct sw_opts *o = &s->ctx->opts;
	const struct sw_rego_query_params params = {.version = SW_REGO_V1, .exprs = true};
	struct sw_rego_eval_opts eval = {0};
	struct sw_error err;
	sw_policy_eval_opts(o, &eval);
	struct sw_rego_partial_opts opts = {.text = t->full,
		.params = &params,
		.input = sw_undef(),
		.steps = eval.limits.steps,
		.allow = eval.allow,
		.timeout_ns = timeout_ns};
	t->trace = calloc(1, sizeof(*t->trace));
	if (!t->trace)
		abort();
	bool both = s->verbose && !sw_opts_given(o, "explain");
	sw_test_trace_init(
		t->trace, s->ctx->arena, both ? "" : sw_opts_str(o, "explain"), s->values, &t->cases);
	sw_rego_explain_run(s->cover.run[0].engine, &opts, sw_test_trace_event, t->trace, &err);
	sw_test_trace_finish(t->trace);
}

/* Time for one test. */
static int64_t patience(const struct sw_opts *o)
{
	int64_t asked = sw_opts_int(o, "timeout");
	return sw_opts_bool(o, "bench") ? INT64_C(30000000000) : asked ? asked : INT64_C(5000000000);
}

/* The other runs only count: what they say, OPA does not look at either. */
static void run_for_coverage(struct sw_test_suite *s, const struct sw_test *t, struct sw_rego_eval_input in)
{
	for (uint32_t i = 1; i < s->cover.n; i++) {
		struct sw_rego_result r;
		struct sw_error err;
		sw_rego_eval_begin(s->cover.run[i].ev, &in);
		sw_rego_eval_run(s->cover.run[i].ev, t->query[i], &r, &err);
		sw_rego_eval_end(s->cover.run[i].ev);
	}
}

static void run_test(struct sw_test_suite *s, struct told *told, struct sw_test *t)
{
	struct sw_rego_eval_input in = {.timeout_ns = patience(&s->ctx->opts)};
	struct sw_rego_eval *ev = s->cover.run[0].ev;
	struct sw_rego_result r = {0};
	struct sw_error err = {0};
	sw_buf_clear(&told->print);
	sw_list_init(&told->began, told->arena);
	int64_t start = sw_now_ns();
	sw_rego_eval_begin(ev, &in);
	int rc = sw_rego_eval_run(ev, t->query[0], &r, &err);
	t->ns = sw_now_ns() - start;
	if (rc)
		keep_error(s, t, &err);
	else
		t->outcome = judge(s, t, &r, told);
	sw_rego_eval_end(ev);
	if (s->tracing && t->outcome == SW_TEST_FAIL)
		explain(s, t, in.timeout_ns);
	if (!rc)
		run_for_coverage(s, t, in);
	t->output = told->print.n ? sw_arena_str(s->ctx->arena, sw_buf_str(&told->print))
				  : (struct sw_str){0};
	if (!sw_opts_bool(&s->ctx->opts, "bench") || t->outcome != SW_TEST_PASS)
		return;
	told->deaf = true;
	if (!sw_test_bench_run(ev, t->query[0], in.timeout_ns, &t->bench, &err))
		t->ns += t->bench.ns;
	told->deaf = false;
}

static void make_evaluations(struct sw_test_suite *s, struct told *told)
{
	for (uint32_t i = 0; i < s->cover.n; i++) {
		struct sw_cover_run *r = &s->cover.run[i];
		struct sw_rego_eval_opts opts = {0};
		sw_policy_eval_opts(&s->ctx->opts, &opts);
		if (s->covering)
			opts.coverage = sw_cover_hits(&s->cover, i, s->ctx->arena);
		if (!i) {
			opts.print = &told->print;
			opts.test_case = note_case;
			opts.test_case_arg = told;
		}
		r->ev = sw_rego_eval_new(r->engine, &opts);
	}
}

static void forget(struct sw_test_suite *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct sw_test *t = &s->v[i];
		if (t->trace)
			sw_test_trace_release(t->trace);
		free(t->trace);
		t->trace = NULL;
		t->cases = (struct sw_test_case){0};
	}
	memset(s->count, 0, sizeof(s->count));
}

static void run_all(struct sw_test_suite *s, struct told *told)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct sw_test *t = &s->v[i];
		if (t->outcome != SW_TEST_SKIP)
			run_test(s, told, t);
		if (t->cases.n)
			sw_test_cases_count(
				&t->cases, &s->count[SW_TEST_PASS], &s->count[SW_TEST_FAIL]);
		else
			s->count[t->outcome]++;
	}
}

/* As often as asked for, until a run does not end well. */
static int run_and_report(struct sw_test_suite *s)
{
	int64_t left = sw_opts_int(&s->ctx->opts, "count");
	struct told told = {.arena = s->ctx->arena};
	int code = 0;
	sw_buf_init(&told.print, 64 << 20);
	make_evaluations(s, &told);
	for (; !code && left > 0; left--) {
		run_all(s, &told);
		code = sw_test_report(s);
		forget(s);
	}
	sw_buf_release(&told.print);
	return code;
}

static void tell_errors(struct sw_test_suite *s)
{
	const struct sw_rego_diags *d = s->load.errors.n ? &s->load.errors : NULL;
	for (uint32_t i = 0; i < s->cover.n && !d; i++)
		if (s->cover.run[i].engine && sw_rego_engine_diags(s->cover.run[i].engine)->n)
			d = sw_rego_engine_diags(s->cover.run[i].engine);
	bool loading = !d || d == &s->load.errors;
	if (s->load.alone)
		fprintf(stderr, "%s\n", s->err.text);
	else
		sw_rego_errors_text(loading ? " during loading" : "", d, &s->err);
}

/* --threshold; 0 without one. False: it is no number. */
static bool threshold(const struct sw_opts *o, double *ret)
{
	const char *text = sw_opts_str(o, "threshold");
	char *end;
	*ret = text ? strtod(text, &end) : 0;
	return !text || (*text && !*end);
}

static int once(struct sw_cmd_ctx *ctx)
{
	const struct sw_opts *o = &ctx->opts;
	struct sw_test_suite s = {.ctx = ctx,
		.verbose = sw_opts_int(o, "verbose") > 0 || sw_opts_given(o, "explain")};
	threshold(o, &s.threshold);
	s.covering = sw_cover_wanted(o) || s.threshold > 0;
	s.values = sw_opts_bool(o, "var-values");
	s.tracing = (s.verbose || s.values) && !s.covering;
	sw_rego_load_init(&s.load, ctx->arena);
	int code = 1;
	if (sw_policy_agree(o, &s.err) || sw_cover_init(&s.cover, o, s.covering, &s.err)) {
		sw_cmd_fail(&s.err);
		return code;
	}
	if (load_all(&s)) {
		tell_errors(&s);
	} else if (find_tests(&s)) {
		fprintf(stderr, "%s\n", s.err.text);
	} else {
		code = run_and_report(&s);
	}
	sw_cover_release(&s.cover);
	return code;
}

/* Options that do not go together, in opa's words and with its exit code. False: end. */
static bool agree(const struct sw_opts *o, int *ret)
{
	bool bench = sw_opts_bool(o, "bench");
	const char *why = NULL;
	double t = 0;
	*ret = 1;
	if (!threshold(o, &t)) {
		why = "invalid argument for \"--threshold\": a number is needed";
	} else if (!bench && strcmp(sw_opts_str(o, "format"), "gobench") == 0) {
		why = "cannot use output format gobench without running benchmarks (--bench)";
		*ret = 0;
	} else if (!(t >= 0 && t <= 100)) {
		why = "Code coverage threshold must be between 0 and 100";
	} else if (bench && (sw_cover_wanted(o) || t > 0)) {
		why = "coverage reporting is not supported when benchmarking tests";
	}
	if (why)
		fprintf(stderr, "%s\n", why);
	return !why;
}

static int run(struct sw_cmd_ctx *ctx)
{
	int code;
	if (!agree(&ctx->opts, &code))
		return code;
	return sw_opts_bool(&ctx->opts, "watch") ? sw_test_watch(ctx, once) : once(ctx);
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	SW_POLICY_EVAL_OPTS(F),
	{.name = "bench",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "measure each test that passes for a second"},
	{.name = "benchmem",
		.type = SW_OPT_BOOL,
		.def = "true",
		.flags = F,
		.help = "with --bench, tell the memory of an evaluation too"},
	{.name = "bundle",
		.letter = 'b',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "load the paths as bundles"},
	SW_ROW_CAPABILITIES(F, NULL),
	{.name = "coverage",
		.letter = 'c',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "report coverage as JSON instead"},
	SW_COVER_RUNS_OPT(F),
	{.name = "count",
		.type = SW_OPT_INT,
		.def = "1",
		.flags = F,
		.help = "run all tests so many times"},
	{.name = "exit-zero-on-skipped",
		.letter = 'z',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "skipped tests are no failure"},
	{.name = "explain",
		.type = SW_OPT_ENUM,
		.choices = "fails|full|notes|debug",
		.def = "fails",
		.flags = F,
		.help = "what to tell of the evaluation of tests that failed; brings -v"},
	{.name = "fail-on-empty",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "exit 1 when no test was run"},
	{.name = "format",
		.letter = 'f',
		.type = SW_OPT_ENUM,
		.choices = "pretty|json|gobench",
		.def = "pretty",
		.flags = F,
		.help = "form of the results; gobench with --bench"},
	SW_ROW_IGNORE(F),
	{.name = "max-errors",
		.letter = 'm',
		.type = SW_OPT_INT,
		.def = "10",
		.flags = F,
		.help = "stop after so many compile errors"},
	{.name = "parallel",
		.letter = 'p',
		.type = SW_OPT_INT,
		.def = "1",
		.flags = F,
		.help = "accepted for compatibility: tests run one after another"},
	{.name = "run",
		.letter = 'r',
		.metavar = "REGEX",
		.type = SW_OPT_STRING,
		.flags = F,
		.help = "only tests whose full name matches"},
	SW_POLICY_SCHEMA_OPT(F),
	{.name = "sort",
		.type = SW_OPT_ENUM,
		.choices = "none|duration",
		.def = "none",
		.flags = F,
		.help = "order of the results as JSON; duration: slowest first"},
	{.name = "target",
		.letter = 't',
		.type = SW_OPT_ENUM,
		.choices = "rego",
		.def = "rego",
		.flags = F,
		.help = "what evaluates; only rego"},
	{.name = "threshold",
		.metavar = "PERCENT",
		.type = SW_OPT_STRING,
		.flags = F,
		.help = "exit 2 when less than this is covered"},
	{.name = "timeout",
		.type = SW_OPT_DURATION,
		.def = "5s",
		.flags = F,
		.help = "of one test; 30s with --bench"},
	SW_ROW_V0(F),
	SW_ROW_V1(F),
	{.name = "var-values",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "show the expression at which a test failed, and what its parts were"},
	{.name = "watch",
		.letter = 'w',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "run again whenever a file below the paths changes, until interrupted"},
};

const struct sw_cmd sw_cmd_policy_test = {
	.name = "policy test",
	.summary = "run the unit tests of Rego policies, as opa test does",
	.args = "PATH...",
	.description = "Runs rules named test_... and reports those that are not true; -v reports "
		       "all. Exit codes: 0 all\n"
		       "passed, 1 could not load or compile, or nothing was run and --fail-on-empty "
		       "given, 2 a test did not pass\n"
		       "or the coverage is below --threshold.",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
	.own_exit_codes = true,
	.usage_code = 1,
};
