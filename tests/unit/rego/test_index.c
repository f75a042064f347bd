/* SPDX-License-Identifier: Apache-2.0 */
/* That rule indexing is used: of a thousand rules only those are evaluated that may succeed, and in all shapes. */
#include "../test.h"
#include "doc/json.h"
#include "rego/rego.h"
#include "rego/vm/vm.h"

enum { RULES = 1000 };

static struct sw_arena values;

static struct sw_rego_engine *engine(const char *module, bool index, uint32_t *ret_query)
{
	struct sw_error err = {0};
	struct sw_rego_engine *e =
		sw_rego_engine_new(&(struct sw_rego_engine_opts){.no_index = !index});
	assert_int_equal(sw_rego_engine_add_text(e, SW_STR("m.rego"), sw_str_from(module), SW_REGO_V1,
				 &err), 0);
	assert_int_equal(sw_rego_engine_compile(e, &err), 0);
	assert_int_equal(sw_rego_engine_entrypoint(e, SW_STR("data.t.r"), ret_query, &err), 0);
	return e;
}

/* The value as text, and how many steps it took. */
static uint64_t steps(struct sw_rego_engine *e, uint32_t query, const char *input, struct sw_buf *ret)
{
	struct sw_value v;
	struct sw_error err = {0};
	struct sw_rego_result r = {0};
	struct sw_rego_eval *ev = sw_rego_eval_new(e, NULL);
	assert_int_equal(sw_json_parse(&values, sw_str_from(input), 0, NULL, &v, NULL, NULL), 0);
	sw_rego_eval_begin(ev, &(struct sw_rego_eval_input){.input = v});
	assert_int_equal(sw_rego_eval_run(ev, query, &r, &err), 0);
	sw_rego_value_print(ret, r.value);
	uint64_t n = ev->steps_max - ev->steps;
	sw_rego_eval_free(ev);
	return n;
}

static void add_numbered(struct sw_buf *out, const char *text, int i)
{
	for (; *text; text++) {
		if (*text == '#')
			sw_buf_printf(out, "%d", i);
		else
			sw_buf_addch(out, *text);
	}
}

/* Head and body have # for the number of the rule. */
static void few_steps(const char *head, const char *body, const char *more, const char *input, const char *want)
{
	sw_autobuf module, x, y;
	uint32_t q;
	sw_buf_init(&module, 0);
	sw_buf_init(&x, 0);
	sw_buf_init(&y, 0);
	sw_buf_addz(&module, "package t\n");
	for (int i = 0; i < RULES; i++) {
		add_numbered(&module, head, i);
		add_numbered(&module, body, i);
		sw_buf_addz(&module, "}\n");
	}
	sw_buf_addz(&module, more);
	struct sw_rego_engine *with = engine(sw_buf_cstr(&module), true, &q);
	assert_int_equal(with->code.filters.n, 1);
	uint64_t few = steps(with, q, input, &x);
	const struct vm_filter *f = with->code.filters.v;
	for (uint32_t i = 1; i < f->n_sources; i++) /* what tells more rules apart is looked at first */
		assert_true(f->sources[i - 1].crowd <= f->sources[i].crowd);
	struct sw_rego_engine *without = engine(sw_buf_cstr(&module), false, &q);
	assert_int_equal(without->code.filters.n, 0);
	uint64_t many = steps(without, q, input, &y);
	assert_str(sw_buf_str(&x), want);
	assert_str(sw_buf_str(&y), want);
	assert_in_range(few, 1, 60);
	assert_true(many >= few); /* comparisons alone take no steps */
	sw_rego_engine_free(with);
	sw_rego_engine_free(without);
}

#define SET "r contains # if {"

static void prefixes(void **state)
{
	(void)state;
	few_steps(SET, "startswith(input.x, \"t#:\")", "", "{\"x\": \"t7:a\"}", "{7}");
	few_steps(SET, "endswith(input.x, \":t#\")", "", "{\"x\": \"a:t7\"}", "{7}");
	few_steps(SET, "startswith(input.x, \"t#:\"); endswith(input.y, \"#\")", "", "{\"x\": \"t7:a\", \"y\": \"7\"}", "{7}");
	few_steps(SET, "startswith(input.x, \"t#\")", "", "{\"x\": \"t123\"}", "{1, 12, 123}");
	few_steps(SET, "startswith(input.x, \"t#:\")", "", "{}", "set()");
}

static void globs(void **state)
{
	(void)state;
	few_steps(SET, "glob.match(\"t#:*:z\", [\":\"], input.x)", "", "{\"x\": \"t7:b:z\"}", "{7}");
	few_steps(SET, "glob.match(\"*:t#\", [\":\"], input.x)", "", "{\"x\": \"a:t7\"}", "{7}");
	few_steps(SET, "glob.match(\"t#\", [], input.x)", "", "{\"x\": \"t7\"}", "{7}");
	few_steps(SET, "glob.match(\"t#{a,b}\", null, input.x)", "", "{\"x\": \"t7b\"}", "{7}");
	few_steps(SET, "glob.match(\"t#*\", [], input.x)", "", "{\"x\": 7}", "set()");
}

static void constants(void **state)
{
	(void)state;
	few_steps(SET, "input.x in {\"a#\", \"b#\", #}", "", "{\"x\": \"b7\"}", "{7}");
	few_steps(SET, "input.x in [\"a#\", #.0]", "", "{\"x\": 7}", "{7}");
	few_steps(SET, "input.x in {\"k\": \"a#\", \"l\": \"b#\"}", "", "{\"x\": \"b7\"}", "{7}");
	few_steps(SET, "{\"a#\", \"b#\"}[input.x]", "", "{\"x\": \"b7\"}", "{7}");
	few_steps(SET, "input.x == [\"a\", #]; input.y.z == \"q\"; input.w == {\"k\": #}", "",
		"{\"x\": [\"a\", 7], \"y\": {\"z\": \"q\"}, \"w\": {\"k\": 7}}", "{7}");
}

static void elements(void **state)
{
	(void)state;
	few_steps(SET, "input.x[_] == \"a#\"", "", "{\"x\": [\"a7\", \"a9\", 1]}", "{7, 9}");
	few_steps(SET, "some y in input.x; y == \"a#\"", "", "{\"x\": {\"k\": \"a7\"}}", "{7}");
	few_steps(SET, "\"a#\" in input.x", "", "{\"x\": [\"a7\"]}", "{7}");
	few_steps(SET, "input.x[k] == #; k > 0", "", "{\"x\": [1, 7]}", "{7}");
}

static void functions(void **state)
{
	(void)state;
	few_steps("f(x) := # if {", "x in {\"a#\", \"b#\"}", "r := [f(input.x), f(\"a9\")]\n", "{\"x\": \"b7\"}",
		"[7, 9]");
	few_steps("f(x, y) := # if {", "startswith(y, \"a#:\"); x == \"k\"", "r := f(\"k\", input.x)\n", "{\"x\": \"a7:\"}", "7");
}

static void two_places(void **state)
{
	(void)state;
	few_steps(SET, "input.x == \"a\"; input.y == #", "", "{\"x\": \"a\", \"y\": 7}", "{7}");
}

static void small(const char *module, const char *input, const char *want)
{
	sw_autobuf x, y;
	uint32_t q;
	sw_buf_init(&x, 0);
	sw_buf_init(&y, 0);
	struct sw_rego_engine *with = engine(module, true, &q), *without = engine(module, false, &q);
	steps(with, q, input, &x);
	steps(without, q, input, &y);
	assert_str(sw_buf_str(&x), want);
	assert_str(sw_buf_str(&y), want);
	sw_rego_engine_free(with);
	sw_rego_engine_free(without);
}

/* A mock of a builtin may say yes to anything: nothing is ruled out ahead. */
static void mocks(void **state)
{
	(void)state;
	small("package t\n"
	      "p contains 1 if startswith(input.x, \"a\")\np contains 2 if startswith(input.x, \"b\")\n"
	      "p contains 3 if startswith(input.x, \"c\")\np contains 4 if startswith(input.x, \"d\")\n"
	      "yes(_, _) := true\n"
	      "r := [p, q]\nq := x if { x := p with startswith as yes }\n",
		"{\"x\": \"a\"}", "[{1}, {1, 2, 3, 4}]");
}

/* `with input` changes what the places hold. */
static void other_inputs(void **state)
{
	(void)state;
	small("package t\n"
	      "p contains 1 if input.x in {\"a\", 1}\np contains 2 if input.x in {\"b\", 2}\n"
	      "p contains 3 if input.x in {\"c\", 3}\np contains 4 if input.x in {\"d\", 4}\n"
	      "r := [p, q, s]\nq := x if { x := p with input.x as \"d\" }\ns := x if { x := p with input as {\"x\": 2} }\n",
		"{\"x\": \"a\"}", "[{1}, {4}, {2}]");
}

/* Base data that a rule needs is looked at before what may fail, as OPA's index does. */
static void base_data_first(void **state)
{
	static const char module[] =
		"package t\nf(_) := 1 if input.a\nf(_) := 2 if input.a\n"
		"r := \"no\" if { f(1); [1] = data.base.q }\n"
		"r := \"no\" if { f(1); data.base.s == 2 }\nr := \"yes\" if { data.base.s == 1 }\n";
	struct sw_value v, data;
	struct sw_error err = {0};
	uint32_t q;
	(void)state;
	struct sw_rego_engine *e = engine(module, true, &q);
	struct sw_rego_eval *ev = sw_rego_eval_new(e, NULL);
	struct sw_rego_result r = {0};
	assert_int_equal(sw_json_parse(&values, SW_STR("{\"a\": true}"), 0, NULL, &v, NULL, NULL), 0);
	assert_int_equal(sw_json_parse(&values, SW_STR("{\"base\": {\"q\": [1, 2], \"s\": 1}}"), 0,
				 NULL, &data, NULL, NULL), 0);
	sw_rego_eval_begin(ev, &(struct sw_rego_eval_input){.input = v, .data = data});
	assert_int_equal(sw_rego_eval_run(ev, q, &r, &err), 0);
	assert_str(sw_value_str(r.value), "yes");
	sw_rego_eval_free(ev);
	sw_rego_engine_free(e);
}

/* ---- comprehensions that ask for a member of what is bound outside ---- */

/* `r` counts, of each element y of input.xs, the elements x that `body` finds. */
static void grouped(const char *more, const char *body, bool want_index, const char *want)
{
	enum { ELEMENTS = 400, LINEAR = 40 * ELEMENTS };
	sw_autobuf module, input, x, z;
	uint32_t q;
	sw_buf_init(&module, 0);
	sw_buf_init(&input, 0);
	sw_buf_init(&x, 0);
	sw_buf_init(&z, 0);
	sw_buf_printf(&module, "package t\n%s\nr := {n | some y in input.xs; c := [1 | %s]; n := count(c)}\n", more, body);
	sw_buf_addz(&input, "{\"xs\": [{\"n\": 1}");
	for (int i = 0; i < ELEMENTS; i++)
		sw_buf_printf(&input, ", {\"id\": %d, \"in\": {\"id\": [%d]}, \"n\": %d}", i / 4, i / 4, i % 4);
	sw_buf_addz(&input, "]}");
	struct sw_rego_engine *with = engine(sw_buf_cstr(&module), true, &q);
	assert_int_equal(with->code.cindexes.n, want_index);
	uint64_t few = steps(with, q, sw_buf_cstr(&input), &x);
	struct sw_rego_engine *without = engine(sw_buf_cstr(&module), false, &q);
	uint64_t many = steps(without, q, sw_buf_cstr(&input), &z);
	assert_str(sw_buf_str(&x), want);
	assert_str(sw_buf_str(&z), want);
	assert_true(!want_index || (few < LINEAR && many > 2 * few));
	sw_rego_engine_free(with);
	sw_rego_engine_free(without);
}

static void members(void **state)
{
	(void)state;
	grouped("", "some x in input.xs; x.id == y.id", true, "{0, 4}"); /* one y has none */
	grouped("", "some x in input.xs; y.id == x.id", true, "{0, 4}");
	grouped("", "some x in input.xs; x.id == y.id; x.n == y.n", true, "{0, 1}");
	grouped("", "some x in input.xs; [x.id, x.n] == [y.id, y.n]", true, "{0, 1}");
	grouped("", "some x in input.xs; x.in.id[_] == y.in.id[0]; x.n > 1", true, "{0, 2}");
	grouped("", "x := input.xs[_]; x.in == y.in", true, "{0, 4}");
	grouped("k := 1", "some x in input.xs; x.id == y.id; not x.n == k", false, "{0, 3}");
	grouped("", "some x in input.xs; x.id == y.id; x.n != y.n", false, "{0, 3}");
	grouped("", "some x in input.xs; x.id == y.id with input.a as 1", false, "{0, 4}");
}

/* What could be told apart if it were evaluated for other elements too is not. */
static void members_alone(void **state)
{
	(void)state;
	/* f(x) has two values for elements that are not asked for. */
	grouped("f(x) := x.n\nf(x) := 7 if x.in.id[0] == 1000", "some x in input.xs; x.id == y.id; f(x) < 9", false, "{0, 4}");
	grouped("", "some x in input.xs; x.id == y.id; print(x)", true, "{0, 4}"); /* erased: nobody prints */
	grouped("", "some x in input.xs; x.id == y.id; trace(\"x\")", false, "{0, 4}");
	grouped("f(x) := x.n", "some x in input.xs; f(x) < 9; x.id == y.id", true, "{0, 4}"); /* it comes first */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes),
		cmocka_unit_test(globs),
		cmocka_unit_test(constants),
		cmocka_unit_test(elements),
		cmocka_unit_test(functions),
		cmocka_unit_test(two_places),
		cmocka_unit_test(mocks),
		cmocka_unit_test(base_data_first),
		cmocka_unit_test(other_inputs),
		cmocka_unit_test(members),
		cmocka_unit_test(members_alone),
	};
	sw_arena_init(&values, 0);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	sw_arena_release(&values);
	return failed;
}
