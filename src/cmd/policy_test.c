/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall policy test`: the unit tests of Rego policies, as `opa test` runs them: rules named
 * test_… and todo_test_… . Exit codes: 0 all passed, 2 something did not, 1 when loading or
 * compiling failed, or the coverage is below --threshold.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/re2.h"
#include "cmd/policy.h"
#include "cmd/policy_test_cases.h"
#include "cmd/rego_load.h"
#include "cmd/rows.h"
#include "rego/parse.h"

enum outcome { PASS, FAIL, SKIP, ERROR };

struct test {
	const struct sw_rego_rule *rule;
	struct sw_str package, name; /* "data.a_test", "test_x" */
	struct sw_test_case cases;
	uint32_t query;
	enum outcome outcome;
	int64_t ns;
	struct sw_str output, error, code;
	struct sw_rego_loc error_loc;
};

struct suite {
	struct sw_cmd_ctx *ctx;
	struct sw_rego_load load;
	struct sw_rego_engine *engine;
	struct sw_error err;
	struct test *v;
	uint32_t n, cap;
	uint32_t *hits;
	uint32_t count[4], total;
};

/* ---- loading ---- */

static int load_all(struct suite *s)
{
	const struct sw_opts *o = &s->ctx->opts;
	struct sw_rego_engine_opts opts = {.compile = {.print = true,
						   .test_cases = true,
						   .max_errors = sw_policy_max_errors(o)},
		.annotations = true,
		.coverage = sw_opts_bool(o, "coverage") || sw_opts_given(o, "threshold")};
	s->load.bundle = sw_opts_bool(o, "bundle");
	s->load.ignore = sw_opts_get(o, "ignore")->v;
	s->load.n_ignore = sw_opts_get(o, "ignore")->n;
	int rc = sw_policy_caps(
		s->ctx->arena, sw_opts_str(o, "capabilities"), &opts.compile.caps, &s->err);
	if (!rc)
		rc = sw_policy_schemas(
			s->ctx->arena, sw_opts_str(o, "schema"), &opts.compile, &s->err);
	if (rc)
		return rc;
	sw_rego_load_paths(&s->load, s->ctx->opts.args, s->ctx->opts.n_args, &s->err);
	opts.compile.data = s->load.data;
	s->engine = sw_rego_engine_new(&opts);
	rc = sw_rego_load_modules(&s->load, s->engine,
		sw_opts_bool(o, "v0-compatible") ? SW_REGO_V0 : SW_REGO_V1, &s->err);
	sw_rego_engine_data(s->engine, s->load.data);
	rc = rc ? rc : sw_tests_rename(s->engine, s->ctx->arena, &s->err);
	return rc ? rc : sw_rego_engine_compile(s->engine, &s->err);
}

/* ---- finding the tests ---- */

static struct sw_str package_name(struct suite *s, const struct sw_rego_module *m)
{
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	sw_rego_term_print(&b, m->package);
	return sw_arena_str(s->ctx->arena, sw_buf_str(&b));
}

static int add_test(struct suite *s, const struct sw_rego_rule *r, uint32_t n, struct sw_str full)
{
	if (s->n == s->cap) {
		uint32_t cap = s->cap ? s->cap * 2 : 64;
		s->v = sw_arena_grow(
			s->ctx->arena, s->v, s->cap * sizeof(*s->v), cap * sizeof(*s->v));
		if (!s->v)
			return sw_error_set(&s->err, SW_ELIMIT, "too many tests");
		s->cap = cap;
	}
	struct test *t = &s->v[s->n];
	*t = (struct test){.rule = r,
		.package = package_name(s, r->module),
		.name = sw_test_name(s->ctx->arena, r, n, false)};
	if (sw_test_is_todo(r, n))
		t->outcome = SKIP;
	int rc = t->outcome == SKIP
			 ? 0
			 : sw_rego_engine_entrypoint_ref(s->engine,
				   sw_test_path(s->ctx->arena, r, n), full, &t->query, &s->err);
	if (!rc)
		s->n++;
	return rc;
}

static int find_tests(struct suite *s)
{
	const struct sw_rego_program *p = sw_rego_engine_program(s->engine);
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

struct began {
	struct sw_arena *arena;
	struct sw_list paths;
};

static void note_case(void *arg, struct sw_value path)
{
	struct began *b = arg;
	sw_list_add(&b->paths, sw_value_copy(b->arena, path));
}

/* A test with cases passes when all that began are true; any other when it is the value true. */
static enum outcome judge(struct suite *s, struct test *t, struct sw_value v, struct began *b)
{
	if (!sw_defined(v))
		return FAIL;
	if (t->rule->kind != SW_REGO_PARTIAL_OBJECT)
		return sw_is_true(v) ? PASS : FAIL;
	sw_test_cases_add(s->ctx->arena, &t->cases, v);
	struct sw_value paths = sw_list_array(&b->paths);
	for (uint32_t i = 0; i < paths.n; i++)
		sw_test_cases_began(s->ctx->arena, &t->cases, paths.u.a->v[i]);
	return t->cases.fail ? FAIL : PASS;
}

static void run_test(struct suite *s, struct sw_rego_eval *ev, struct sw_buf *print,
	struct began *began, struct test *t)
{
	struct sw_rego_eval_input in = {.timeout_ns = sw_opts_int(&s->ctx->opts, "timeout")};
	struct sw_rego_result r = {0};
	struct sw_error err = {0};
	if (t->outcome == SKIP)
		return;
	sw_buf_clear(print);
	sw_list_init(&began->paths, began->arena);
	int64_t start = sw_now_ns();
	sw_rego_eval_begin(ev, &in);
	int rc = sw_rego_eval_run(ev, t->query, &r, &err);
	t->ns = sw_now_ns() - start;
	if (rc) {
		const struct sw_rego_eval_error *x = sw_rego_eval_error(ev);
		t->outcome = ERROR;
		t->error = sw_arena_str(
			s->ctx->arena, x && x->code ? x->message : sw_str_from(err.text));
		t->code = sw_str_from(x && x->code ? x->code : "eval_internal_error");
		if (x)
			t->error_loc = x->loc;
	} else {
		t->outcome = judge(s, t, r.value, began);
	}
	sw_rego_eval_end(ev);
	t->output = print->n ? sw_arena_str(s->ctx->arena, sw_buf_str(print)) : (struct sw_str){0};
}

static void run_all(struct suite *s)
{
	sw_autobuf print;
	sw_buf_init(&print, 64 << 20);
	struct began began = {.arena = s->ctx->arena};
	struct sw_rego_eval_opts opts = {
		.print = &print, .test_case = note_case, .test_case_arg = &began};
	uint32_t n;
	sw_policy_eval_opts(&s->ctx->opts, &opts);
	if (sw_rego_engine_exprs(s->engine, &n))
		s->hits = opts.coverage =
			sw_arena_zalloc(s->ctx->arena, (n + 1) * sizeof(*s->hits));
	struct sw_rego_eval *ev = sw_rego_eval_new(s->engine, &opts);
	for (uint32_t i = 0; i < s->n; i++) {
		struct test *t = &s->v[i];
		int64_t left = sw_opts_int(&s->ctx->opts, "count");
		do /* until it does not pass */
			run_test(s, ev, &print, &began, t);
		while (--left > 0 && t->outcome == PASS && !t->cases.n);
		if (t->cases.n)
			sw_test_cases_count(&t->cases, &s->count[PASS], &s->count[FAIL]);
		else
			s->count[t->outcome]++;
	}
	for (int k = 0; k < 4; k++)
		s->total += s->count[k];
	sw_rego_eval_free(ev);
}

/* ---- reporting ---- */

/* time.Duration as Go prints it. */
static void duration(struct sw_buf *out, int64_t ns)
{
	double v = ns < 1000	     ? (double)ns
		   : ns < 1000000    ? (double)ns / 1e3
		   : ns < 1000000000 ? (double)ns / 1e6
				     : (double)ns / 1e9;
	sw_buf_printf(out, "%.9g%s", v,
		ns < 1000	  ? "ns"
		: ns < 1000000	  ? "\u00b5s"
		: ns < 1000000000 ? "ms"
				  : "s");
}

static void put_result(struct sw_buf *out, const struct test *t, bool verbose)
{
	static const char *const names[] = {"PASS", "FAIL", "SKIPPED", "ERROR"};
	sw_buf_printf(out, "%.*s.%.*s: %s", SW_STR_ARG(t->package), SW_STR_ARG(t->name),
		names[t->outcome]);
	if (t->outcome != SKIP) {
		sw_buf_addz(out, " (");
		duration(out, t->ns);
		sw_buf_addch(out, ')');
	}
	sw_buf_addch(out, '\n');
	sw_test_cases_lines(out, &t->cases, verbose, 2);
	if (t->output.n) {
		struct sw_str rest = sw_str_trim(t->output), line;
		sw_buf_addch(out, '\n');
		while (sw_str_split(&rest, '\n', &line))
			sw_buf_printf(out, "  %.*s\n", SW_STR_ARG(line));
		sw_buf_addch(out, '\n');
	}
	if (t->outcome == ERROR)
		sw_buf_printf(out, "  %.*s%s%u: %.*s: %.*s\n",
			SW_STR_ARG(
				t->error_loc.file ? t->error_loc.file->name : (struct sw_str){0}),
			t->error_loc.file ? ":" : "", t->error_loc.row, SW_STR_ARG(t->code),
			SW_STR_ARG(t->error));
}

static void pretty(struct suite *s)
{
	static const char *const names[] = {"PASS", "FAIL", "SKIPPED", "ERROR"};
	struct sw_buf *out = s->ctx->out;
	const struct sw_source *last = NULL;
	bool dirty = false;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct test *t = &s->v[i];
		if (t->outcome == PASS && !sw_opts_bool(&s->ctx->opts, "verbose"))
			continue;
		if (last && last != t->rule->loc.file)
			sw_buf_addch(out, '\n');
		last = t->rule->loc.file;
		sw_buf_printf(out, "%.*s:%u:\n", SW_STR_ARG(last->name), t->rule->loc.row);
		put_result(out, t, sw_opts_bool(&s->ctx->opts, "verbose"));
		dirty = true;
	}
	if (dirty) {
		sw_buf_pad(out, '-', 80);
		sw_buf_addch(out, '\n');
	}
	for (int k = 0; k < 4; k++)
		if (s->count[k])
			sw_buf_printf(out, "%s: %u/%u\n", names[k], s->count[k], s->total);
}

static void base64(struct sw_buf *out, struct sw_str s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t v = (uint32_t)(unsigned char)s.p[i] << 16;
		v |= i + 1 < s.n ? (uint32_t)(unsigned char)s.p[i + 1] << 8 : 0;
		v |= i + 2 < s.n ? (unsigned char)s.p[i + 2] : 0;
		sw_buf_addch(out, digits[v >> 18]);
		sw_buf_addch(out, digits[v >> 12 & 63]);
		sw_buf_addch(out, i + 1 < s.n ? digits[v >> 6 & 63] : '=');
		sw_buf_addch(out, i + 2 < s.n ? digits[v & 63] : '=');
	}
}

static void json(struct suite *s)
{
	struct sw_jsonw w;
	sw_jsonw_init(&w, s->ctx->out);
	sw_jsonw_array(&w, NULL);
	for (uint32_t i = 0; i < s->n; i++) {
		const struct test *t = &s->v[i];
		sw_jsonw_object(&w, NULL);
		sw_rego_location_json(&w, "location", &t->rule->loc, true);
		sw_jsonw_str(&w, "package", t->package);
		sw_jsonw_str(&w, "name", t->name);
		if (t->outcome == FAIL)
			sw_jsonw_bool(&w, "fail", true);
		if (t->outcome == ERROR) {
			sw_jsonw_object(&w, "error");
			sw_jsonw_str(&w, "code", t->code);
			sw_jsonw_str(&w, "message", t->error);
			sw_rego_location_json(&w, "location", &t->error_loc, true);
			sw_jsonw_end(&w);
		}
		if (t->outcome == SKIP)
			sw_jsonw_bool(&w, "skip", true);
		sw_jsonw_int(&w, "duration", t->ns);
		if (t->output.n) {
			sw_autobuf b;
			sw_buf_init(&b, 0);
			base64(&b, t->output);
			sw_jsonw_str(&w, "output", sw_buf_str(&b));
		}
		sw_test_cases_json(&w, &t->cases);
		sw_jsonw_end(&w);
	}
	sw_jsonw_end(&w);
}

static int report(struct suite *s)
{
	const struct sw_opts *o = &s->ctx->opts;
	const char *threshold = sw_opts_str(o, "threshold");
	bool bad = s->count[FAIL] || s->count[ERROR] ||
		   (s->count[SKIP] && !sw_opts_bool(o, "exit-zero-on-skipped")) ||
		   (!s->n && sw_opts_bool(o, "fail-on-empty"));
	double covered = 0;
	if (s->hits) {
		struct sw_jsonw w;
		sw_autobuf unused;
		sw_buf_init(&unused, 0);
		sw_jsonw_init(&w, sw_opts_bool(o, "coverage") && !bad ? s->ctx->out : &unused);
		covered = sw_policy_coverage_json(&w, NULL, s->engine, s->hits);
	}
	if (!bad && threshold && covered < atof(threshold)) {
		fprintf(stderr, "Code coverage threshold not met: got %.2f instead of %.2f\n",
			covered, atof(threshold));
		return 2;
	}
	if (!sw_opts_bool(o, "coverage") || bad) {
		if (strcmp(sw_opts_str(o, "format"), "json") == 0)
			json(s);
		else
			pretty(s);
	}
	return bad ? 2 : 0;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct suite s = {.ctx = ctx};
	sw_rego_load_init(&s.load, ctx->arena);
	int rc = load_all(&s);
	if (!rc)
		rc = find_tests(&s);
	if (rc) {
		const struct sw_rego_diags *d = s.load.errors.n ? &s.load.errors
						: s.engine	? sw_rego_engine_diags(s.engine)
								: NULL;
		bool loading = !d || !d->n || d == &s.load.errors;
		sw_rego_errors_text(loading ? " during loading" : "", d, &s.err);
		sw_rego_engine_free(s.engine);
		return 1;
	}
	run_all(&s);
	int code = report(&s);
	sw_rego_engine_free(s.engine);
	return code;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	SW_POLICY_EVAL_OPTS(F),
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
	{.name = "count",
		.type = SW_OPT_INT,
		.def = "1",
		.flags = F,
		.help = "run each test so many times"},
	{.name = "exit-zero-on-skipped",
		.letter = 'z',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "skipped tests are no failure"},
	{.name = "fail-on-empty",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "exit 2 when no test was run"},
	{.name = "format",
		.letter = 'f',
		.type = SW_OPT_ENUM,
		.choices = "pretty|json",
		.def = "pretty",
		.flags = F,
		.help = "form of the results"},
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
		.help = "of one test"},
	{.name = "v0-compatible",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "read policies as Rego v0"},
	{.name = "v1-compatible",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "read policies as Rego v1 (the default)"},
};

const struct sw_cmd sw_cmd_policy_test = {
	.name = "policy test",
	.summary = "run the unit tests of Rego policies, as opa test does",
	.args = "PATH...",
	.description = "Runs rules named test_... and reports those that are not true; -v reports "
		       "all. Exit codes: 0 all\n"
		       "passed, 1 could not load or compile, 2 a test did not pass or the coverage "
		       "is below --threshold.",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
	.own_exit_codes = true,
};
