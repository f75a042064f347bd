/* SPDX-License-Identifier: Apache-2.0 */
/* What `policy test` tells: the forms of `opa test`. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "cmd/policy/test.h"

enum { CASE_DEPTH_MAX = 64 };

static const char *const outcomes[] = {"PASS", "FAIL", "SKIPPED", "ERROR"};

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

static void put_outcome(struct sw_buf *out, const struct sw_test *t)
{
	sw_buf_printf(out, "%.*s.%.*s: %s", SW_STR_ARG(t->package), SW_STR_ARG(t->name),
		outcomes[t->outcome]);
	if (t->outcome != SW_TEST_SKIP) {
		sw_buf_addz(out, " (");
		duration(out, t->ns);
		sw_buf_addch(out, ')');
	}
	sw_buf_addch(out, '\n');
}

static void put_output(struct sw_buf *out, struct sw_str text)
{
	struct sw_str rest = sw_str_trim(text), line;
	sw_buf_addch(out, '\n');
	while (sw_str_split(&rest, '\n', &line))
		sw_buf_printf(out, "  %.*s\n", SW_STR_ARG(line));
	sw_buf_addch(out, '\n');
}

static void put_error(struct sw_buf *out, const struct sw_test *t)
{
	const struct sw_rego_loc *l = &t->error_loc;
	sw_buf_addz(out, "  ");
	if (l->file)
		sw_buf_printf(out, "%.*s:%u: ", SW_STR_ARG(l->file->name), l->row);
	sw_buf_printf(out, "%.*s: %.*s\n", SW_STR_ARG(t->code), SW_STR_ARG(t->error));
	if (!t->n_stack)
		return;
	sw_buf_addz(out, "  Traceback:\n");
	sw_policy_stack(out, 4, t->stack, t->n_stack);
}

static void put_result(struct sw_buf *out, const struct sw_test *t, bool verbose)
{
	put_outcome(out, t);
	sw_test_cases_lines(out, &t->cases, verbose, 2);
	if (t->output.n)
		put_output(out, t->output);
	if (t->outcome == SW_TEST_ERROR)
		put_error(out, t);
}

static void rule(struct sw_buf *out)
{
	sw_buf_pad(out, '-', 80);
	sw_buf_addch(out, '\n');
}

static void put_bench(const struct sw_test_suite *s, const struct sw_test *t)
{
	const struct sw_opts *o = &s->ctx->opts;
	sw_test_bench_line(s->ctx->out, &t->bench,
		sw_arena_printf(s->ctx->arena, "%.*s.%.*s", SW_STR_ARG(t->package), SW_STR_ARG(t->name)),
		strcmp(sw_opts_str(o, "format"), "gobench") == 0, sw_opts_bool(o, "benchmem"));
}

/* A line or more of each test that is worth it; false: there was none. */
static bool put_results(const struct sw_test_suite *s, bool only_failed)
{
	struct sw_buf *out = s->ctx->out;
	const struct sw_source *last = NULL;
	bool any = false;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct sw_test *t = &s->v[i];
		if (only_failed ? t->outcome != SW_TEST_FAIL
				: t->outcome == SW_TEST_PASS && !t->bench.n && !s->verbose)
			continue;
		any = true;
		if (t->bench.n) {
			put_bench(s, t);
			continue;
		}
		if (last && last != t->rule->loc.file)
			sw_buf_addch(out, '\n');
		last = t->rule->loc.file;
		sw_buf_printf(out, "%.*s:%u:\n", SW_STR_ARG(last->name), t->rule->loc.row);
		put_result(out, t, s->verbose);
	}
	return any;
}

/* ---- details of failures ---- */

static void put_trace(const struct sw_test_suite *s, const struct sw_test *t)
{
	if (!s->verbose)
		return;
	sw_buf_addch(s->ctx->out, '\n');
	if (t->trace)
		sw_policy_trace_indented(&t->trace->rows, s->ctx->out);
}

/* Each case that failed under the names that lead to it, and where it failed. */
static void put_failed_cases(
	const struct sw_test_suite *s, const struct sw_test_case *root, struct sw_str *names, uint32_t depth)
{
	struct sw_buf *out = s->ctx->out;
	for (uint32_t i = 0; i < root->n; i++) {
		const struct sw_test_case *c = root->v[i];
		names[depth] = c->name;
		if (c->n && depth + 1 < CASE_DEPTH_MAX)
			put_failed_cases(s, c, names, depth + 1);
		if (c->n || !c->fail)
			continue;
		for (uint32_t k = 0; k <= depth; k++) {
			sw_buf_pad(out, ' ', 2 * (k + 1));
			sw_buf_printf(out, "%.*s: FAIL\n", SW_STR_ARG(names[k]));
		}
		if (s->values)
			sw_test_failure_write(out, &c->failure, 2 * (depth + 2));
	}
}

static void put_failure(const struct sw_test_suite *s, const struct sw_test *t)
{
	struct sw_buf *out = s->ctx->out;
	struct sw_str names[CASE_DEPTH_MAX];
	put_outcome(out, t);
	put_trace(s, t);
	if (t->cases.n) {
		sw_buf_addch(out, '\n');
		put_failed_cases(s, &t->cases, names, 0);
	} else if (s->values) {
		sw_test_failure_write(out, t->trace ? &t->trace->failure : &(struct sw_test_failure){0}, 0);
	}
	sw_buf_addch(out, '\n');
}

static void put_failures(const struct sw_test_suite *s)
{
	rule(s->ctx->out);
	sw_buf_addz(s->ctx->out, "FAILURES\n");
	rule(s->ctx->out);
	for (uint32_t i = 0; i < s->n; i++)
		if (s->v[i].outcome == SW_TEST_FAIL)
			put_failure(s, &s->v[i]);
}

static void put_summary(struct sw_buf *out, const uint32_t *count)
{
	uint32_t total = 0;
	for (int k = 0; k < SW_TEST__COUNT; k++)
		total += count[k];
	for (int k = 0; k < SW_TEST__COUNT; k++)
		if (count[k])
			sw_buf_printf(out, "%s: %u/%u\n", outcomes[k], count[k], total);
}

static void pretty(const struct sw_test_suite *s)
{
	bool dirty = put_results(s, false);
	if (s->count[SW_TEST_FAIL] && (s->verbose || s->values))
		put_failures(s);
	if (dirty)
		rule(s->ctx->out);
	put_summary(s->ctx->out, s->count);
}

/* ---- JSON ---- */

/* bench: also of tests that did not pass, whose result is empty, as opa has it. */
static void put_test(struct sw_jsonw *w, const struct sw_test *t, bool bench)
{
	sw_jsonw_object(w, NULL);
	sw_rego_location_json(w, "location", &t->rule->loc, true);
	sw_jsonw_str(w, "package", t->package);
	sw_jsonw_str(w, "name", t->name);
	if (t->outcome == SW_TEST_FAIL)
		sw_jsonw_bool(w, "fail", true);
	if (t->outcome == SW_TEST_ERROR) {
		sw_jsonw_object(w, "error");
		sw_jsonw_str(w, "code", t->code);
		sw_jsonw_str(w, "message", t->error);
		sw_rego_location_json(w, "location", &t->error_loc, true);
		sw_policy_stack_json(w, t->stack, t->n_stack);
		sw_jsonw_end(w);
	}
	if (t->outcome == SW_TEST_SKIP)
		sw_jsonw_bool(w, "skip", true);
	sw_jsonw_int(w, "duration", t->ns);
	if (t->output.n) {
		sw_autobuf b;
		sw_buf_init(&b, 0);
		sw_base64_encode(&b, t->output);
		sw_jsonw_str(w, "output", sw_buf_str(&b));
	}
	if (bench && t->outcome != SW_TEST_SKIP)
		sw_test_bench_json(w, &t->bench);
	sw_test_cases_json(w, &t->cases);
	sw_jsonw_end(w);
}

/* Slowest first; those that took as long stay in their order. */
static int by_duration(const void *a, const void *b)
{
	const struct sw_test *x = *(const struct sw_test *const *)a,
			     *y = *(const struct sw_test *const *)b;
	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	return x < y ? -1 : 1;
}

static void json(const struct sw_test_suite *s)
{
	const struct sw_test **v = sw_arena_new_array(s->ctx->arena, s->n + 1, const struct sw_test *);
	struct sw_jsonw w;
	for (uint32_t i = 0; v && i < s->n; i++)
		v[i] = &s->v[i];
	if (v && s->n && strcmp(sw_opts_str(&s->ctx->opts, "sort"), "duration") == 0)
		qsort(v, s->n, sizeof(struct sw_test *), by_duration);
	sw_jsonw_init(&w, s->ctx->out);
	sw_jsonw_array(&w, NULL);
	for (uint32_t i = 0; v && i < s->n; i++)
		put_test(&w, v[i], sw_opts_bool(&s->ctx->opts, "bench"));
	sw_jsonw_end(&w);
}

/* ---- coverage ---- */

/* Without coverage, because of a test that did not pass: 1, as opa. */
static int put_uncovered(const struct sw_test_suite *s)
{
	sw_autobuf text;
	sw_buf_init(&text, 0);
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->v[i].outcome != SW_TEST_ERROR)
			continue;
		struct sw_test one = s->v[i];
		one.n_stack = 0;
		put_error(&text, &one);
		fwrite(text.p + 2, 1, text.n - 2, stderr);
		return 1;
	}
	uint32_t count[SW_TEST__COUNT] = {0};
	for (uint32_t i = 0; i < s->n; i++) {
		const struct sw_test *t = &s->v[i];
		if (t->outcome == SW_TEST_FAIL && t->cases.n)
			sw_test_cases_count(
				&t->cases, &count[SW_TEST_PASS], &count[SW_TEST_FAIL]);
		else
			count[SW_TEST_FAIL] += t->outcome == SW_TEST_FAIL;
	}
	put_results(s, true);
	rule(s->ctx->out);
	put_summary(s->ctx->out, count);
	for (uint32_t i = 0; i < s->n && !text.n; i++) {
		if (s->v[i].outcome != SW_TEST_FAIL)
			continue;
		put_outcome(&text, &s->v[i]);
		sw_test_cases_lines(&text, &s->v[i].cases, true, 0);
		sw_buf_addch(&text, '\n');
	}
	fwrite(text.p, 1, text.n, stderr);
	return 1;
}

static int put_coverage(const struct sw_test_suite *s, int code)
{
	struct sw_jsonw w;
	sw_autobuf report, missed;
	sw_buf_init(&report, 0);
	sw_buf_init(&missed, 0);
	if (s->count[SW_TEST_FAIL] || s->count[SW_TEST_ERROR])
		return put_uncovered(s);
	sw_jsonw_init(&w, &report);
	double covered = sw_cover_json(&w, NULL, &s->cover);
	if (covered < s->threshold) {
		if (s->verbose)
			sw_cover_missed(&missed, &s->cover);
		fprintf(stderr, "Code coverage threshold not met: got %.2f instead of %.2f%s%s\n",
			covered, s->threshold, s->verbose ? "\nLines not covered:" : "",
			sw_buf_cstr(&missed));
		return 2;
	}
	sw_buf_addstr(s->ctx->out, sw_buf_str(&report));
	return code;
}

int sw_test_report(struct sw_test_suite *s)
{
	const struct sw_opts *o = &s->ctx->opts;
	bool bad = s->count[SW_TEST_FAIL] || s->count[SW_TEST_ERROR] ||
		   (s->count[SW_TEST_SKIP] && !sw_opts_bool(o, "exit-zero-on-skipped"));
	bool as_json = strcmp(sw_opts_str(o, "format"), "json") == 0;
	int code = bad ? 2 : 0;
	if (s->covering) {
		code = put_coverage(s, code);
	} else if (as_json) {
		json(s);
	} else {
		if (strcmp(sw_opts_str(o, "sort"), "none") != 0)
			fputs("warning: --sort is only supported with JSON format\n", stderr);
		pretty(s);
	}
	if (!s->n && sw_opts_bool(o, "fail-on-empty")) {
		fputs("no tests were run\n", stderr);
		return 1;
	}
	return code;
}
