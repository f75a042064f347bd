/* SPDX-License-Identifier: Apache-2.0 */
/* The engine as a library: limits, cancelling, errors, reuse, sharing between threads, hooks. */
#include <pthread.h>
#include <stdlib.h>

#include "../test.h"
#include "base/cleanup.h"
#include "doc/json.h"
#include "rego/builtin.h"
#include "rego/rego.h"

struct fixture {
	struct sw_rego_engine *e;
	struct sw_rego_eval *ev;
	uint32_t q;
	struct sw_error err;
};

static struct sw_arena values;

static struct sw_value json(const char *text)
{
	struct sw_value v = sw_undef();
	assert_int_equal(sw_json_parse(&values, sw_str_from(text), 0, NULL, &v, NULL, NULL), 0);
	return v;
}

static void open_engine(struct fixture *f, const char *module, const struct sw_rego_engine_opts *eo,
	const struct sw_rego_eval_opts *vo)
{
	*f = (struct fixture){.e = sw_rego_engine_new(eo)};
	assert_int_equal(sw_rego_engine_add_text(f->e, SW_STR("m.rego"), sw_str_from(module),
		SW_REGO_V1, &f->err), 0);
	assert_int_equal(sw_rego_engine_compile(f->e, &f->err), 0);
	assert_int_equal(sw_rego_engine_entrypoint(f->e, SW_STR("data.t.r"), &f->q, &f->err), 0);
	f->ev = sw_rego_eval_new(f->e, vo);
}

static void close_engine(struct fixture *f)
{
	sw_rego_eval_free(f->ev);
	sw_rego_engine_free(f->e);
}

static int run(struct fixture *f, const char *input, struct sw_value *ret)
{
	struct sw_rego_result r = {0};
	sw_rego_eval_begin(f->ev, &(struct sw_rego_eval_input){.input = input ? json(input) : sw_undef()});
	int code = sw_rego_eval_run(f->ev, f->q, &r, &f->err);
	*ret = r.value;
	return code;
}

static void wants(struct fixture *f, const char *input, const char *want)
{
	struct sw_value v;
	assert_int_equal(run(f, input, &v), 0);
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_rego_value_print(&b, v);
	assert_str(sw_buf_str(&b), want);
}

static void steps_end_a_long_loop(void **state)
{
	struct fixture f;
	struct sw_value v;
	open_engine(&f, "package t\nr := count([1 | input[_]; input[_]; input[_]])", NULL,
		&(struct sw_rego_eval_opts){.limits = {.steps = 1000}});
	assert_int_equal(run(&f, "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]", &v), -SW_ELIMIT);
	assert_string_equal(sw_rego_eval_error(f.ev)->code, "eval_limit_error");
	wants(&f, "[1, 2]", "8"); /* and the evaluation can be used again */
	close_engine(&f);
}

static void memory_is_bounded(void **state)
{
	struct fixture f;
	struct sw_value v;
	open_engine(&f, "package t\nr := [[a, b, c] | a := input[_]; b := input[_]; c := input[_]]", NULL,
		&(struct sw_rego_eval_opts){.limits = {.memory = 1 << 20}});
	char big[2048] = "[1";
	for (int i = 0; i < 200; i++)
		strcat(big, ",1");
	strcat(big, "]");
	assert_int_equal(run(&f, big, &v), -SW_ELIMIT);
	wants(&f, "[1]", "[[1, 1, 1]]");
	close_engine(&f);
}

static void depth_is_bounded(void **state)
{
	struct fixture f;
	struct sw_value v;
	open_engine(&f, "package t\na := input\nb := a\nc := b\nd := c\nr := d", NULL,
		&(struct sw_rego_eval_opts){.limits = {.depth = 3}});
	assert_int_equal(run(&f, "1", &v), -SW_ELIMIT);
	close_engine(&f);
}

static void cancelling_stops(void **state)
{
	struct fixture f;
	struct sw_value v;
	bool cancel = true;
	open_engine(&f, "package t\nr := count([1 | input[_]; input[_]])", NULL,
		&(struct sw_rego_eval_opts){.cancel = &cancel});
	assert_int_equal(run(&f, "[1, 2, 3]", &v), -SW_ECANCELLED);
	assert_string_equal(sw_rego_eval_error(f.ev)->code, "eval_cancel_error");
	cancel = false;
	wants(&f, "[1, 2, 3]", "9");
	close_engine(&f);
}

static void errors_say_where(void **state)
{
	struct fixture f;
	struct sw_value v;
	open_engine(&f, "package t\n\nr := 1 if input.a\n\nr := 2 if input.b", NULL, NULL);
	assert_int_equal(run(&f, "{\"a\": 1, \"b\": 1}", &v), -SW_ECONFLICT);
	assert_non_null(strstr(f.err.text, "m.rego:5: eval_conflict_error: complete rules must not"));
	wants(&f, "{\"b\": 1}", "2");
	close_engine(&f);
}

static void failed_builtins_are_told(void **state)
{
	struct fixture f;
	uint32_t n;
	open_engine(&f, "package t\nr contains x if { x := to_number(input[_]) }", NULL, NULL);
	wants(&f, "[\"1\", \"a\", \"2\"]", "{1, 2}");
	const struct sw_rego_eval_error *e = sw_rego_eval_builtin_errors(f.ev, &n);
	assert_int_equal(n, 1);
	assert_string_equal(e->code, "eval_builtin_error");
	assert_int_equal(e->loc.row, 2);
	close_engine(&f);
	struct sw_value v;
	open_engine(&f, "package t\nr contains x if { x := to_number(input[_]) }",
		&(struct sw_rego_engine_opts){.strict_errors = true}, NULL);
	assert_int_equal(run(&f, "[\"1\", \"a\"]", &v), -SW_EINVALID);
	close_engine(&f);
}

static void data_may_be_replaced(void **state)
{
	struct fixture f;
	struct sw_rego_result r;
	open_engine(&f, "package t\nr := data.x", NULL, NULL);
	wants(&f, NULL, "undefined");
	sw_rego_eval_begin(f.ev, &(struct sw_rego_eval_input){.data = json("{\"x\": 5}")});
	assert_int_equal(sw_rego_eval_run(f.ev, f.q, &r, &f.err), 0);
	assert_int_equal(r.value.u.i, 5);
	wants(&f, NULL, "undefined");
	close_engine(&f);
}

static void queries_of_one_input_share(void **state)
{
	struct fixture f;
	struct sw_rego_result r;
	struct sw_rego_eval_stats a, b;
	open_engine(&f, "package t\nr := count([1 | input[_]])", NULL, NULL);
	sw_rego_eval_begin(f.ev, &(struct sw_rego_eval_input){.input = json("[1, 2, 3]")});
	assert_int_equal(sw_rego_eval_run(f.ev, f.q, &r, &f.err), 0);
	sw_rego_eval_stats(f.ev, &a);
	assert_int_equal(sw_rego_eval_run(f.ev, f.q, &r, &f.err), 0);
	sw_rego_eval_stats(f.ev, &b);
	assert_int_equal(a.calls, b.calls);
	assert_true(b.memo_hits > a.memo_hits);
	close_engine(&f);
}

static void now_is_fixed(void **state)
{
	struct fixture f;
	open_engine(&f, "package t\nr if time.now_ns() == time.now_ns()", NULL, NULL);
	wants(&f, NULL, "true");
	close_engine(&f);
}

static void print_goes_to_the_buffer(void **state)
{
	struct fixture f;
	sw_autobuf out;
	sw_buf_init(&out, 0);
	open_engine(&f, "package t\nr := x if { x := input.a; print(\"x is\", x, input.nope, [1]) }",
		&(struct sw_rego_engine_opts){.compile = {.print = true}},
		&(struct sw_rego_eval_opts){.print = &out});
	wants(&f, "{\"a\": {\"k\": \"v\"}}", "{\"k\": \"v\"}");
	assert_str(sw_buf_str(&out), "x is {\"k\": \"v\"} <undefined> [1]\n");
	close_engine(&f);
}

static void coverage_counts(void **state)
{
	struct fixture f;
	uint32_t hits[64] = {0};
	open_engine(&f, "package t\n\nr if {\n\tinput.a\n\tinput.b\n}\n", &(struct sw_rego_engine_opts){
		.coverage = true}, &(struct sw_rego_eval_opts){.coverage = hits});
	wants(&f, "{\"a\": 1, \"b\": false}", "undefined");
	wants(&f, "{}", "undefined");
	unsigned row4 = 0, row5 = 0;
	for (uint32_t i = 0; i < sw_rego_engine_n_exprs(f.e); i++) {
		bool generated;
		const struct sw_rego_loc *l = sw_rego_engine_expr(f.e, i, &generated);
		row4 += l->row == 4 ? hits[i] : 0;
		row5 += l->row == 5 ? hits[i] : 0;
	}
	assert_int_equal(row4, 1); /* without input.a or input.b opa's index leaves the rule out */
	assert_int_equal(row5, 1);
	close_engine(&f);
}

static void count_events(void *arg, const struct sw_rego_trace_event *ev)
{
	((unsigned *)arg)[ev->op]++;
}

static void trace_reports(void **state)
{
	struct fixture f;
	unsigned seen[8] = {0};
	open_engine(&f, "package t\np if input.a\nr if p", &(struct sw_rego_engine_opts){.trace = true},
		&(struct sw_rego_eval_opts){.trace = count_events, .trace_arg = seen});
	wants(&f, "{\"a\": 1}", "true");
	assert_int_equal(seen[SW_REGO_TRACE_ENTER], 2);
	assert_int_equal(seen[SW_REGO_TRACE_EXIT], 2);
	assert_int_equal(seen[SW_REGO_TRACE_EVAL], 2);
	assert_int_equal(seen[SW_REGO_TRACE_FAIL], 0);
	memset(seen, 0, sizeof(seen));
	wants(&f, "{}", "undefined");
	assert_int_equal(seen[SW_REGO_TRACE_EVAL], 2);
	assert_int_equal(seen[SW_REGO_TRACE_FAIL], 2);
	assert_int_equal(seen[SW_REGO_TRACE_EXIT], 0);
	close_engine(&f);
	open_engine(&f, "package t\nr := x if { some x in input; trace(\"here\"); x > 1 }",
		&(struct sw_rego_engine_opts){.trace = true},
		&(struct sw_rego_eval_opts){.trace = count_events, .trace_arg = seen});
	memset(seen, 0, sizeof(seen));
	wants(&f, "[1, 2]", "2");
	assert_int_equal(seen[SW_REGO_TRACE_NOTE], 2);
	assert_int_equal(seen[SW_REGO_TRACE_FAIL], 1);
	assert_true(seen[SW_REGO_TRACE_REDO] >= 2);
	close_engine(&f);
}

static void expressions_and_rows(void **state)
{
	struct fixture f;
	uint32_t q;
	struct sw_rego_result r;
	open_engine(&f, "package t\nr contains x if { x := [3, 1][_] }", NULL, NULL);
	struct sw_rego_query_params p = {.version = SW_REGO_V1, .exprs = true};
	assert_int_equal(sw_rego_engine_query(f.e, SW_STR("data.t.r[y]; y > 1"), &p, &q, &f.err), 0);
	sw_rego_eval_begin(f.ev, &(struct sw_rego_eval_input){0});
	assert_int_equal(sw_rego_eval_run(f.ev, q, &r, &f.err), 0);
	struct sw_rego_query_info info;
	sw_rego_engine_query_info(f.e, q, &info);
	assert_int_equal(info.n_vars, 1);
	assert_str(info.vars[0], "y");
	assert_int_equal(info.n_exprs, 2);
	assert_str(info.exprs[1].text, "y > 1");
	assert_int_equal(r.n_rows, 1);
	assert_int_equal(r.rows[0].vars[0].u.i, 3);
	assert_true(sw_is_true(r.rows[0].exprs[1]));
	close_engine(&f);
}

static void mistakes_of_the_caller(void **state)
{
	struct sw_error err;
	uint32_t q;
	struct sw_rego_engine *e = sw_rego_engine_new(NULL);
	assert_int_equal(sw_rego_engine_entrypoint(e, SW_STR("data.t"), &q, &err), -SW_EUSAGE);
	assert_int_equal(sw_rego_engine_compile(e, &err), 0); /* no module at all */
	assert_int_equal(sw_rego_engine_entrypoint(e, SW_STR("input.x"), &q, &err), -SW_EUSAGE);
	assert_int_equal(sw_rego_engine_entrypoint(e, SW_STR("data.["), &q, &err), -SW_ESYNTAX);
	assert_int_equal(sw_rego_engine_compile(e, &err), -SW_EUSAGE);
	assert_int_equal(sw_rego_engine_entrypoint(e, SW_STR("data"), &q, &err), 0);
	sw_rego_engine_free(e);
	sw_rego_engine_free(NULL);
	sw_rego_eval_free(NULL);
}

/* ---- threads ---- */

struct job {
	const struct sw_rego_engine *e;
	uint32_t q;
	int id, wrong;
};

static void *evaluate_often(void *arg)
{
	struct job *j = arg;
	struct sw_rego_eval *ev = sw_rego_eval_new(j->e, NULL);
	struct sw_error err;
	for (int i = 0; i < 2000; i++) {
		struct sw_rego_result r;
		sw_rego_eval_begin(ev, &(struct sw_rego_eval_input){.input = sw_int(i + j->id)});
		if (sw_rego_eval_run(ev, j->q, &r, &err) < 0 || r.value.type != SW_ARRAY ||
			r.value.u.a->v[0].u.i != i + j->id + 1 || r.value.u.a->v[1].type != SW_STRING)
			j->wrong++;
	}
	sw_rego_eval_free(ev);
	return NULL;
}

static void threads_share_an_engine(void **state)
{
	struct fixture f;
	pthread_t t[4];
	struct job jobs[4];
	open_engine(&f, "package t\nf(x) := x + 1\nr := [f(input), sprintf(\"%d-%v\", [input, {input}])]",
		NULL, NULL);
	for (int i = 0; i < 4; i++) {
		jobs[i] = (struct job){f.e, f.q, i * 1000, 0};
		assert_int_equal(pthread_create(&t[i], NULL, evaluate_often, &jobs[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(jobs[i].wrong, 0);
	}
	close_engine(&f);
}

/* A rule that verifies certificates needs neither input nor data, and yet is not evaluated when it is compiled. */
static void what_depends_on_the_time_is_no_constant(void **state)
{
	static const char *const names[] = {"crypto.x509.parse_and_verify_certificates",
		"crypto.x509.parse_and_verify_certificates_with_options", "io.jwt.decode_verify", "time.now_ns",
		"uuid.rfc4122", "rand.intn"};
	(void)state;
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++) {
		const struct sw_builtin *b = sw_builtin_find(sw_str_from(names[i]));
		assert_non_null(b);
		assert_true(b->flags & (SW_BUILTIN_NONDETERMINISTIC | SW_BUILTIN_NO_CONST));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_end_a_long_loop),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(cancelling_stops),
		cmocka_unit_test(errors_say_where),
		cmocka_unit_test(failed_builtins_are_told),
		cmocka_unit_test(data_may_be_replaced),
		cmocka_unit_test(queries_of_one_input_share),
		cmocka_unit_test(now_is_fixed),
		cmocka_unit_test(print_goes_to_the_buffer),
		cmocka_unit_test(coverage_counts),
		cmocka_unit_test(trace_reports),
		cmocka_unit_test(expressions_and_rows),
		cmocka_unit_test(what_depends_on_the_time_is_no_constant),
		cmocka_unit_test(mistakes_of_the_caller),
		cmocka_unit_test(threads_share_an_engine),
	};
	sw_arena_init(&values, 0);
	int r = cmocka_run_group_tests(tests, NULL, NULL);
	sw_arena_release(&values);
	return r;
}
