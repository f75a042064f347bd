/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "rego/parse.h"

#include "parse_cases.h"

static const struct sw_rego_parse_opts v1 = {.version = SW_REGO_V1, .annotations = true};

static struct sw_str outcome(struct sw_arena *a, struct sw_str text, const struct sw_rego_parse_opts *opts,
	struct sw_buf *out)
{
	struct sw_source *src = sw_arena_new(a, struct sw_source);
	struct sw_rego_diags d;
	struct sw_rego_module *m = NULL;
	*src = (struct sw_source){.name = SW_STR("t.rego"), .text = text};
	sw_rego_diags_init(&d, a);
	int r = sw_rego_parse_module(a, src, opts, &m, &d);
	assert_true((r != 0) == (d.n > 0));
	if (!r)
		sw_rego_module_print(out, m);
	for (uint32_t i = 0; i < d.n; i++) {
		if (i)
			sw_buf_addch(out, '\n');
		sw_rego_diag_format(&d.v[i], out);
	}
	return sw_buf_str(out);
}

static void modules_and_errors_as_opa_has_them(void **state)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(parse_cases); i++) {
		const struct parse_case *c = &parse_cases[i];
		sw_autoarena a;
		sw_autobuf out;
		sw_arena_init(&a, 16 << 20);
		sw_buf_init(&out, 0);
		struct sw_rego_parse_opts opts = {.version = c->version, .annotations = true};
		struct sw_str got = outcome(&a, sw_str_from(c->source), &opts, &out);
		while (got.n && got.p[got.n - 1] == '\n')
			got.n--;
		if (!sw_str_is(got, c->want))
			fail_msg("case %zu:\n%s\n--- got\n%.*s\n--- want\n%s", i, c->source,
				SW_STR_ARG(got), c->want);
	}
}

/* What a module prints is a module that prints the same. */
static void printed_modules_parse_again(void **state)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(parse_cases); i++) {
		const struct parse_case *c = &parse_cases[i];
		if (strncmp(c->want, "package", 7) != 0 || strstr(c->source, "-.5") || strstr(c->source, "else :="))
			continue;
		sw_autoarena a;
		sw_autobuf out;
		sw_arena_init(&a, 16 << 20);
		sw_buf_init(&out, 0);
		struct sw_rego_parse_opts opts = {.version = c->version};
		struct sw_str got = outcome(&a, sw_str_from(c->want), &opts, &out);
		assert_true(sw_str_starts(got, SW_STR("package")) || c->version == SW_REGO_V0 ||
			    strstr(c->source, "future") || strstr(c->source, "_"));
	}
}

static struct sw_str repeat(struct sw_arena *a, const char *head, const char *piece, size_t n, const char *tail)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_buf_addz(&b, head);
	for (size_t i = 0; i < n; i++)
		sw_buf_addz(&b, piece);
	sw_buf_addz(&b, tail);
	return sw_arena_str(a, sw_buf_str(&b));
}

static void depth_has_a_limit(void **state)
{
	static const char *const pieces[] = {"[", "{", "(", "f(", "[x|", "{x:", "{x|", "x[", "1+(", "not ", "{1:{",
		"every x in y {", "x in (", "-(", "$\"{"};
	for (size_t i = 0; i < SW_ARRAY_LEN(pieces); i++) {
		sw_autoarena a;
		sw_autobuf out;
		sw_arena_init(&a, 256 << 20);
		sw_buf_init(&out, 0);
		struct sw_str t = repeat(&a, "package a\np if {\n", pieces[i], 100000, "\n}\n");
		struct sw_str got = outcome(&a, t, &v1, &out);
		assert_true(sw_str_starts(got, SW_STR("t.rego:3: rego_parse_error: ")));
	}
}

static void long_chains_have_a_limit(void **state)
{
	static const char *const pieces[] = {" + 1", " == 1", " in x", " * 2", " | x", ".a()"};
	for (size_t i = 0; i < SW_ARRAY_LEN(pieces); i++) {
		sw_autoarena a;
		sw_autobuf out;
		sw_arena_init(&a, 256 << 20);
		sw_buf_init(&out, 0);
		struct sw_str t = repeat(&a, "package a\np := x", pieces[i], 50000, "\n");
		struct sw_str got = outcome(&a, t, &v1, &out);
		assert_true(sw_str_starts(got, SW_STR("t.rego:2: rego_parse_error: max parsing recursion depth exceeded")));
	}
	sw_autoarena a;
	sw_autobuf out;
	sw_arena_init(&a, 256 << 20);
	sw_buf_init(&out, 0);
	struct sw_str t = repeat(&a, "package a\np if x", " else := 1 if y", 50000, "\n");
	assert_true(sw_str_starts(outcome(&a, t, &v1, &out),
		SW_STR("t.rego:2: rego_parse_error: max parsing recursion depth exceeded")));
}

/* Nothing that is only wide meets a limit. */
static void width_has_none(void **state)
{
	sw_autoarena a;
	sw_autobuf out;
	sw_arena_init(&a, 512 << 20);
	sw_buf_init(&out, 0);
	struct sw_str t = repeat(&a, "package a\np := [0", ", x", 100000, "]\n");
	assert_true(sw_str_starts(outcome(&a, t, &v1, &out), SW_STR("package a\n\np := [0, x, x")));
	sw_buf_clear(&out);
	t = repeat(&a, "package a\n", "p if x\n", 20000, "");
	assert_true(sw_str_starts(outcome(&a, t, &v1, &out), SW_STR("package a\n\np = true if { x }\np = ")));
}

/* Braces under `and` are tried as a body, then as a term: twice per level without a ceiling on effort. */
static void backtracking_has_a_limit(void **state)
{
	sw_autoarena a;
	sw_autobuf out;
	sw_arena_init(&a, (size_t)1 << 30);
	sw_buf_init(&out, 0);
	struct sw_str t = repeat(&a, "package a\nimport future.keywords.and\np if {\n", "{x == ", 60, "\n}\n");
	struct sw_str got = outcome(&a, t, &v1, &out);
	assert_true(sw_str_has(got, SW_STR("rego_parse_error")));
}

static void memory_has_a_limit(void **state)
{
	sw_autoarena big;
	sw_arena_init(&big, 64 << 20);
	struct sw_str t = repeat(&big, "package a\np := [0", ", x", 100000, "]\n");
	for (size_t budget = 1 << 16; budget <= 8 << 20; budget *= 2) {
		sw_autoarena a;
		sw_arena_init(&a, budget);
		struct sw_source src = {.name = SW_STR("t.rego"), .text = t};
		struct sw_rego_diags d;
		struct sw_rego_module *m = NULL;
		sw_rego_diags_init(&d, &big);
		assert_int_equal(sw_rego_parse_module(&a, &src, &v1, &m, &d), -SW_ELIMIT);
		assert_int_equal(d.n, 1);
	}
}

static struct sw_rego_term *term(struct sw_arena *a, const char *text)
{
	struct sw_source *src = sw_arena_new(a, struct sw_source);
	struct sw_rego_diags d;
	struct sw_rego_term *t = NULL;
	*src = (struct sw_source){.text = sw_str_from(text)};
	sw_rego_diags_init(&d, a);
	return sw_rego_parse_term(a, src, &v1, &t, &d) ? NULL : t;
}

static void ground_terms_are_values(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value v = sw_rego_term_value(&a, term(&a, "{\"a\": [1, {2, 2.0, \"x\"}], \"a\": null, \"b\": set()}"));
	assert_int_equal(v.type, SW_OBJECT);
	assert_int_equal(v.n, 2);
	assert_int_equal(sw_object_gets(v, SW_STR("a")).type, SW_NULL);
	assert_int_equal(sw_object_gets(v, SW_STR("b")).type, SW_SET);
	assert_false(sw_defined(sw_rego_term_value(&a, term(&a, "[input]"))));
	assert_false(sw_defined(sw_rego_term_value(&a, term(&a, "{x | x := 1}"))));
	assert_null(term(&a, "1; 2"));
	assert_null(term(&a, "x := 1"));
	assert_null(term(&a, ""));
}

static void order_of_terms(void **state)
{
	static const char *const rising[] = {"null", "false", "true", "-1", "1", "1.5", "1e3", "\"a\"", "\"b\"",
		"$\"x\"", "x", "y", "x.y", "x.z", "[]", "[1]", "[1, 2]", "{}", "{\"a\": 1}", "set()", "{1}", "{2, 1}",
		"[x | x]", "{x: y | x}", "{x | x}", "(f(1))[0]"};
	sw_autoarena a;
	sw_arena_init(&a, 0);
	for (size_t i = 0; i < SW_ARRAY_LEN(rising) - 1; i++)
		for (size_t k = 0; k < SW_ARRAY_LEN(rising) - 1; k++) {
			int c = sw_rego_term_cmp(term(&a, rising[i]), term(&a, rising[k]));
			int want = (i > k) - (i < k);
			if (c != want && (c > 0) - (c < 0) != want)
				fail_msg("%s <=> %s: %d", rising[i], rising[k], c);
		}
	assert_int_equal(sw_rego_term_cmp(term(&a, "{2, 1}"), term(&a, "{1, 2}")), 0);
	assert_int_equal(sw_rego_term_cmp(term(&a, "{\"b\": 1, \"a\": 2}"), term(&a, "{\"a\": 2, \"b\": 1}")), 0);
}

static void places_of_nodes(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_source src = {.name = SW_STR("t.rego"),
		.text = SW_STR("package a\n\np if {\n\t\"\xc3\xa9\" == input.x[i] # c\n}\n")};
	struct sw_rego_diags d;
	struct sw_rego_module *m = NULL;
	sw_rego_diags_init(&d, &a);
	assert_int_equal(sw_rego_parse_module(&a, &src, &v1, &m, &d), 0);
	const struct sw_rego_expr *e = m->rules[0]->body.v[0];
	assert_str(e->loc.text, "\"\xc3\xa9\" == input.x[i]");
	assert_int_equal(e->loc.row, 4);
	assert_int_equal(e->loc.col, 2);
	assert_str(e->terms.v[2]->loc.text, "input.x[i]");
	assert_int_equal(e->terms.v[2]->loc.col, 9);
	assert_int_equal(e->terms.v[2]->loc.offset, 27);
	assert_int_equal(m->n_comments, 1);
	assert_str(m->comments[0].text, " c");
	assert_str(m->rules[0]->loc.text, "p if {\n\t\"\xc3\xa9\" == input.x[i] # c\n}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modules_and_errors_as_opa_has_them),
		cmocka_unit_test(printed_modules_parse_again),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(long_chains_have_a_limit),
		cmocka_unit_test(width_has_none),
		cmocka_unit_test(backtracking_has_a_limit),
		cmocka_unit_test(memory_has_a_limit),
		cmocka_unit_test(ground_terms_are_values),
		cmocka_unit_test(order_of_terms),
		cmocka_unit_test(places_of_nodes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
