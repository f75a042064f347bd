/* SPDX-License-Identifier: Apache-2.0 */
/* What the sieve rules out, and what it must not: one rule, one input, one answer. */
#include "../test.h"

#include "base/cleanup.h"
#include "doc/json.h"
#include "rego/sieve.h"

static struct sw_arena arena;

static struct sw_value json(const char *text)
{
	struct sw_value v;
	struct sw_error err = {0};
	if (sw_json_parse(&arena, sw_str_from(text), 0, NULL, &v, NULL, &err) < 0)
		fail_msg("%s in %s", err.text, text);
	return v;
}

/* -1: no part could be made; else the bit. */
static int sieve(const char *rego, const char *parameters, const char *review)
{
	struct sw_error err = {0};
	struct sw_rego_engine *e = sw_rego_engine_new(NULL);
	struct sw_str text = sw_arena_printf(&arena, "package t\n%s", rego);
	if (sw_rego_engine_add_text(e, SW_STR("t.rego"), text, SW_REGO_V0, &err) < 0 ||
		sw_rego_engine_compile(e, &err) < 0)
		fail_msg("%s in %s", err.text, rego);
	struct sw_rego_sieve *s = sw_rego_sieve_new();
	const struct sw_rego_sieve_input in = {SW_STR("parameters"), SW_STR("review"), json(parameters)};
	const struct sw_rego_sieve_part *parts[70] = {sw_rego_sieve_part(s, e, SW_STR("t"), SW_STR("violation"), &in)};
	uint64_t bits[2] = {0};
	parts[69] = parts[0]; /* between parts that are not known, beyond the first word */
	struct sw_rego_screen *screen = sw_rego_sieve_screen(s, parts, 70);
	assert_non_null(screen);
	for (int i = 0; i < 3; i++) { /* what is remembered changes nothing */
		sw_rego_sieve_run(screen, json(review), bits);
		assert_true(parts[0] ? (bits[0] & 1) == (bits[1] >> 5 & 1) : (bits[0] & 1));
		assert_int_equal(bits[0] >> 1, UINT64_MAX >> 1);
		assert_int_equal(bits[1] & 0x1f, 0x1f);
	}
	int r = parts[0] ? (int)(bits[0] & 1) : -1;
	sw_rego_sieve_free(s);
	sw_rego_engine_free(e);
	return r;
}

static const struct {
	const char *rego, *parameters, *review;
	int want;
} cases[] = {
	/* members of what the first member of an object that is not made holds */
	{"f(x) = {\"a\": x.b, \"k\": 1} { x.c }\nf(x) = {\"a\": x.d, \"k\": 2} { not x.c }\n"
	 "violation[1] { r := f(input.review); r.a.z == 1 }", "{}", "{\"c\": 1, \"b\": {\"z\": 1}}", 1},
	{"f(x) = {\"a\": x.b, \"k\": 1} { x.c }\nf(x) = {\"a\": x.d, \"k\": 2} { not x.c }\n"
	 "violation[1] { r := f(input.review); r.a.k == 5 }", "{}", "{\"c\": 1, \"b\": {\"k\": 5}}", 1},
	{"f(x) = {\"a\": x.b, \"k\": 1} { x.c }\nf(x) = {\"a\": x.d, \"k\": 2} { not x.c }\n"
	 "violation[1] { r := f(input.review); r.a.k == 1 }", "{}", "{\"c\": 1, \"b\": {\"k\": 5}}", 0},
	{"f(x) = {\"a\": x.b, \"k\": 1} { x.c }\nf(x) = {\"a\": x.d, \"k\": 2} { not x.c }\n"
	 "violation[1] { r := f(input.review); r.k == 2; r.a.z == 3 }", "{}", "{\"d\": {\"z\": 3}}", 1},
	/* constants fold, dead rules vanish */
	{"violation[1] { input.parameters.on; input.review.a }", "{\"on\": false}", "{\"a\": true}", 0},
	{"violation[1] { input.parameters.on; input.review.a }", "{\"on\": true}", "{\"a\": true}", 1},
	{"violation[1] { input.parameters.on; input.review.a }", "{\"on\": true}", "{\"a\": false}", 0},
	{"violation[1] { input.review.a == input.parameters.l[_] }", "{\"l\": [1, 2]}", "{\"a\": 3}", 0},
	{"violation[1] { input.review.a == input.parameters.l[_] }", "{\"l\": [1, 2]}", "{\"a\": 2.0}", 1},
	{"violation[1] { not startswith(input.review.a, input.parameters.p) }", "{\"p\": \"x\"}", "{\"a\": \"xy\"}", 0},
	{"violation[1] { not startswith(input.review.a, input.parameters.p) }", "{\"p\": \"x\"}", "{\"a\": 1}", 1},
	{"violation[1] { c := input.review.l[_]; not c.a }", "{}", "{\"l\": [{\"a\": true}, {\"a\": 0}]}", 0},
	{"violation[1] { c := input.review.l[_]; not c.a }", "{}", "{\"l\": [{\"a\": true}, {\"a\": false}]}", 1},
	{"violation[1] { count({c | c := input.review.l[_]}) > 1 }", "{}", "{\"l\": [1, 1]}", 0},
	{"violation[1] { count([c | c := input.review.l[_]]) > 1 }", "{}", "{\"l\": [1, 1]}", 1},
	{"violation[1] { count([1 | input.review.l[_] == [1, 1][_]]) > 1 }", "{}", "{\"l\": [1]}", 1},
	{"s[c] { c := input.review.l[_] }\nviolation[1] { s[2] }", "{}", "{\"l\": [1]}", 0},
	{"s[c] { c := input.review.l[_] }\nviolation[1] { not s[2] }", "{}", "{\"l\": [1, 2]}", 0},
	{"f(x) = 1 { x == \"a\" }\nf(x) = 2 { x == \"b\" }\nviolation[1] { f(input.review.a) == 2 }", "{}", "{\"a\": \"a\"}", 0},
	{"f(x) = 1 { x == \"a\" }\nf(x) = 2 { x == \"b\" }\nviolation[1] { f(input.review.a) == 2 }", "{}", "{\"a\": \"b\"}", 1},
	{"f(x) = \"p\" { x > 1 } else = \"q\" { x > 0 }\nviolation[1] { f(input.review.a) == \"q\" }", "{}", "{\"a\": 2}", 0},
	{"f(x) = \"p\" { x > 1 } else = \"q\" { x > 0 }\nviolation[1] { f(input.review.a) == \"q\" }", "{}", "{\"a\": 1}", 1},
	{"default p = true\np = false { input.review.a }\nviolation[1] { p }", "{}", "{\"a\": 1}", 0},
	{"default p = true\np = false { input.review.a }\nviolation[1] { p }", "{}", "{}", 1},
	{"o[c.n] = c { c := input.review.l[_] }\nviolation[1] { o[_].a }", "{}", "{\"l\": [{\"n\": 1}, {\"n\": 2}]}", 0},
	/* errors are not for the sieve to swallow: two values for one key, or of one function */
	{"o[c.n] = c { c := input.review.l[_] }\nviolation[1] { o[_].a }", "{}", "{\"l\": [{\"n\": 1}, {\"n\": 1, \"b\": 1}]}", 1},
	{"f(x) = 1 { x.a }\nf(x) = 2 { x.b }\nviolation[1] { f(input.review) == 3 }", "{}", "{\"a\": 1, \"b\": 1}", 1},
	{"f(x) = 1 { x.a }\nf(x) = 2 { x.b }\nviolation[1] { not f(input.review) }", "{}", "{\"a\": 1, \"b\": 1}", 1},
	{"f(x) = y { y := x[_] }\nviolation[1] { f(input.review.l) == 9 }", "{}", "{\"l\": [1, 2]}", 1},
	{"f(x) = y { y := x[_] }\nviolation[1] { f(input.review.l) == 9 }", "{}", "{\"l\": [1, 1]}", 0},
	/* functions in place of their calls: one value, its absence, two that agree, two that do not */
	{"f(x) = y { y := x.a }\nf(x) = y { not x.a; y := x.b }\nviolation[1] { f(input.review) == 2 }", "{}", "{\"b\": 2}", 1},
	{"f(x) = y { y := x.a }\nf(x) = y { not x.a; y := x.b }\nviolation[1] { f(input.review) == 2 }", "{}", "{\"a\": 1, \"b\": 2}", 0},
	{"f(x) = y { y := x.a }\nf(x) = y { not x.a; y := x.b }\nviolation[1] { not f(input.review) }", "{}", "{\"c\": 1}", 1},
	{"f(x) = y { y := x.a }\nf(x) = y { y := x.b }\nviolation[1] { f(input.review) == 2 }", "{}", "{\"a\": 1, \"b\": 1.0}", 0},
	{"f(x) = y { y := x.a }\nf(x) = y { y := x.b }\nviolation[1] { f(input.review) == 2 }", "{}", "{\"a\": 1, \"b\": 3}", 1},
	{"f(x) = y { y := x.a }\nf(x) = y { y := x.b }\nviolation[1] { c := input.review.l[_]; f(c) == 2 }", "{}",
		"{\"l\": [{\"a\": 1}, {\"a\": 3, \"b\": 4}]}", 1},
	{"f(x) = y { y := x.l[_] }\nf(x) = y { y := x.b }\nviolation[1] { f(input.review) == 9 }", "{}", "{\"l\": [1, 1], \"b\": 1}", 0},
	{"f(x) = y { y := x.l[_] }\nf(x) = y { y := x.b }\nviolation[1] { f(input.review) == 9 }", "{}", "{\"l\": [1, 1], \"b\": 2}", 1},
	{"f(x) = 1 { x.a[_] == 1 }\nf(x) = 1 { x.b[_] == 1 }\nf(x) = 1 { x.c }\nviolation[1] { y := f(input.review); y != 1 }", "{}",
		"{\"a\": [0, 1, 1], \"b\": [1, 1]}", 0},
	{"f(x) = \"p\" { x.a > 1 } else = \"q\" { x.b[_] == 1 } else = \"r\" { x.c }\nviolation[1] { v := input.review.l[_]; f(v) == \"r\" }", "{}",
		"{\"l\": [{\"a\": 2, \"c\": 1}, {\"a\": 1, \"b\": [0, 1], \"c\": 1}, {\"a\": 0}]}", 0},
	{"f(x) = \"p\" { x.a > 1 } else = \"q\" { x.b[_] == 1 } else = \"r\" { x.c }\nviolation[1] { v := input.review.l[_]; f(v) == \"r\" }", "{}",
		"{\"l\": [{\"a\": 2, \"c\": 1}, {\"a\": 1, \"b\": [0], \"c\": 1}]}", 1},
	{"g(x) = y { y := x.b }\ng(x) = y { y := x.c }\nf(x) = y { y := g(x.a) }\nf(x) = 7 { not g(x.a) }\nviolation[1] { f(input.review) == 7 }", "{}",
		"{\"a\": {\"b\": 1}}", 0},
	{"g(x) = y { y := x.b }\ng(x) = y { y := x.c }\nf(x) = y { y := g(x.a) }\nf(x) = 7 { not g(x.a) }\nviolation[1] { f(input.review) == 7 }", "{}",
		"{\"a\": {}}", 1},
	{"g(x) = y { y := x.b }\ng(x) = y { y := x.c }\nf(x) = y { y := g(x.a) }\nf(x) = 7 { not g(x.a) }\nviolation[1] { f(input.review) == 8 }", "{}",
		"{\"a\": {\"b\": 1, \"c\": 2}}", 1},
	{"f(x) = {\"z\": x.b, \"a\": 1, \"m\": n} { n := x.c }\nf(x) = {\"a\": 1, \"m\": 3, \"z\": 2} { x.d }\nviolation[1] { f(input.review).m == 4 }", "{}",
		"{\"b\": 2, \"c\": 3, \"d\": 1}", 0},
	{"f(x) = {\"z\": x.b, \"a\": 1, \"m\": n} { n := x.c }\nf(x) = {\"a\": 1, \"m\": 3, \"z\": 2} { x.d }\nviolation[1] { f(input.review).z == 2 }", "{}",
		"{\"b\": 2, \"c\": 3}", 1},
	/* objects of which only members are wanted: still one value */
	{"f(x) = {\"m\": x.a, \"k\": 1} { true }\nf(x) = {\"k\": 1, \"m\": x.b} { true }\nviolation[1] { f(input.review).k == 2 }", "{}",
		"{\"a\": 5, \"b\": 5.0}", 0},
	{"f(x) = {\"m\": x.a, \"k\": 1} { true }\nf(x) = {\"k\": 1, \"m\": x.b} { true }\nviolation[1] { f(input.review).k == 2 }", "{}",
		"{\"a\": 5, \"b\": 6}", 1},
	{"f(x) = {\"m\": x.a, \"k\": 1} { x.c }\nf(x) = {\"k\": 2, \"m\": \"none\"} { not x.c }\n"
	 "violation[1] { r := f(input.review); r.k == 1; r.m == 3 }\nviolation[1] { r := f(input.review); r.m == \"no\" }", "{}", "{\"a\": 3}", 0},
	{"f(x) = {\"m\": x.a, \"k\": 1} { x.c }\nf(x) = {\"k\": 2, \"m\": \"none\"} { not x.c }\n"
	 "violation[1] { r := f(input.review); r.k == 1; r.m == 3 }\nviolation[1] { r := f(input.review); r.m == \"no\" }", "{}", "{\"a\": 3, \"c\": 1}", 1},
	{"f(x) = {\"m\": x.a, \"k\": 1} { x.c }\nf(x) = {\"k\": 2, \"n\": \"none\"} { not x.c }\n"
	 "violation[1] { r := f(input.review); r.n }", "{}", "{\"a\": 3}", 1},
	{"f(x) = {\"m\": x.a, \"k\": 1} { x.c }\nviolation[1] { r := f(input.review); r.k; r == {\"m\": 3, \"k\": 1} }", "{}", "{\"a\": 3, \"c\": 1}", 1},
	{"f(x) = {\"m\": x.a, \"k\": 1} { x.c }\nviolation[1] { r := f(input.review); r.k; count(r) == 3 }", "{}", "{\"a\": 3, \"c\": 1}", 0},
	{"f(x) = {\"m\": x.a, \"k\": 1} { x.l[_] == 2 }\nviolation[1] { c := input.review.l[_]; r := f(input.review); r.m == c }", "{}",
		"{\"a\": 3, \"l\": [2, 2, 1]}", 0},
	{"f(x) = {\"m\": y, \"k\": 1} { y := x.l[_] }\nviolation[1] { r := f(input.review); r.k == 2 }", "{}", "{\"l\": [2, 1]}", 1},
	/* members that are looked up in front of what needs them, there or not, of what is no object */
	{"violation[1] { input.review.a; input.review.c.x != 1 }\nviolation[1] { input.review.b; input.review.c.x != 1 }", "{}",
		"{\"a\": 1, \"b\": 1, \"c\": {}}", 0},
	{"violation[1] { input.review.a; input.review.c.x != 1 }\nviolation[1] { input.review.b; input.review.c.x != 1 }", "{}",
		"{\"b\": 1, \"c\": {\"x\": 2}}", 1},
	{"violation[1] { input.review.a; not is_string(input.review.c.x) }\nviolation[1] { input.review.b; not is_string(input.review.c.x) }", "{}",
		"{\"a\": 1, \"b\": 1, \"c\": {\"x\": \"s\"}}", 0},
	{"violation[1] { input.review.a; not is_string(input.review.c.x) }\nviolation[1] { input.review.b; not is_string(input.review.c.x) }", "{}",
		"{\"a\": 1, \"c\": [1]}", 0}, /* an operand without a value */
	{"violation[1] { input.review.a; input.review.c.x < 5 }\nviolation[1] { input.review.b; input.review.c.x < 5 }", "{}",
		"{\"a\": 1, \"b\": 1, \"c\": 7}", 0},
	{"violation[1] { input.review.a; input.review.c.x == input.review.c.y }\nviolation[1] { input.review.b; input.review.c.x == input.review.c.y }",
		"{}", "{\"a\": 1, \"b\": 1, \"c\": {}}", 0},
	{"violation[1] { c := input.review.l[_]; c.x == input.review.o.k }", "{}", "{\"l\": [{\"x\": 1}, {}, 3]}", 0},
	{"violation[1] { c := input.review.l[_]; c.x == input.review.o.k }", "{}", "{\"l\": [{\"x\": 1}], \"o\": {\"k\": 1}}", 1},
	{"violation[1] { c := input.review.l[_]; not c.s.r == true; not c.s.q }", "{}",
		"{\"l\": [{\"s\": {\"r\": true}}, {\"s\": {\"q\": 0}}]}", 0},
	{"violation[1] { c := input.review.l[_]; not c.s.r == true; not c.s.q }", "{}", "{\"l\": [{\"s\": {\"r\": true}}, {\"t\": 1}]}", 1},
	{"violation[1] { count({k | c := input.review.l[_]; k := c.s.k; not c.s.n}) == 2; input.review.a }\n"
	 "violation[1] { c := input.review.l[_]; c.s.n == 2 }", "{}",
		"{\"a\": 1, \"l\": [{\"s\": {\"k\": 1}}, {\"s\": {\"k\": 2, \"n\": 1}}, {\"s\": {\"k\": 1}}]}", 0},
	{"violation[1] { count([k | c := input.review.l[_]; k := c.s.k; not c.s.n]) == 2; input.review.a }\n"
	 "violation[1] { c := input.review.l[_]; c.s.n == 2 }", "{}",
		"{\"a\": 1, \"l\": [{\"s\": {\"k\": 1}}, {\"s\": {\"k\": 2, \"n\": 1}}, {\"s\": {\"k\": 1}}]}", 1},
	/* differences that are not made, beginnings of texts */
	{"violation[1] { count({x | x := input.review.l[_]} - {1, 2}) > 0 }", "{}", "{\"l\": [2, 1, 1.0]}", 0},
	{"violation[1] { count({x | x := input.review.l[_]} - {1, 2}) > 0 }", "{}", "{\"l\": [2, 3]}", 1},
	{"violation[1] { count({1, 2} - {x | x := input.review.l[_]}) > 0 }", "{}", "{\"l\": [2, 1]}", 0},
	{"violation[1] { count({1, 2} - {x | x := input.review.l[_]}) > 0 }", "{}", "{\"l\": [2]}", 1},
	{"violation[1] { count(input.review.l - {1}) > 0 }", "{}", "{\"l\": [2]}", 0},
	{"violation[1] { d := {x | x := input.review.l[_]} - {1}; count(d) > 0; d[3] }", "{}", "{\"l\": [2]}", 0},
	{"violation[1] { d := {x | x := input.review.l[_]} - {1}; n := count(d); n > 0; n == 2; d[3] }", "{}", "{\"l\": [2, 3]}", 1},
	{"violation[1] { startswith(input.review.a, \"ab\") }", "{}", "{\"a\": \"a\"}", 0},
	{"violation[1] { startswith(input.review.a, \"ab\") }", "{}", "{\"a\": \"ab\"}", 1},
	{"violation[1] { startswith(input.review.a, \"ab\") }", "{}", "{\"a\": [\"ab\"]}", 0},
	{"violation[1] { strings.any_prefix_match(input.review.a, input.parameters.p) }", "{\"p\": [\"x\", \"ab\"]}", "{\"a\": \"abc\"}", 1},
	{"violation[1] { strings.any_prefix_match(input.review.a, input.parameters.p) }", "{\"p\": [\"x\", \"ab\"]}", "{\"a\": \"acx\"}", 0},
	{"violation[1] { strings.any_prefix_match(input.review.a, input.parameters.p) }", "{\"p\": [\"x\", \"ab\"]}", "{\"a\": [\"q\", \"xy\"]}", 1},
	{"violation[1] { not strings.any_prefix_match(input.review.a, input.parameters.p) }", "{\"p\": [\"x\", 1]}", "{\"a\": \"x\"}", 1},
	{"violation[1] { c := input.review.l[_]; not regex.match(\"^a+$\", c) }", "{}", "{\"l\": [\"a\", \"aa\", \"a\", \"a\", \"aa\"]}", 0},
	{"violation[1] { c := input.review.l[_]; not regex.match(\"^a+$\", c) }", "{}", "{\"l\": [\"a\", \"aa\", \"a\", 1]}", 1},
	{"h(x) = y { y := to_number(x) * 2 }\nviolation[1] { c := input.review.l[_]; h(c) > 6 }", "{}", "{\"l\": [\"1\", \"2\", \"1\", \"3\"]}", 0},
	{"h(x) = y { y := to_number(x) * 2 }\nviolation[1] { c := input.review.l[_]; h(c) > 6 }", "{}", "{\"l\": [\"1\", \"2\", \"1\", \"4\"]}", 1},
	/* what it does not know may hold, but only once it is reached */
	{"violation[1] { input.review.a; data.inventory.x }", "{}", "{\"a\": true}", 1},
	{"violation[1] { input.review.a; data.inventory.x }", "{}", "{}", 0},
	{"violation[1] { input.review.a; not data.inventory.x }", "{}", "{\"a\": 1}", 1},
	{"violation[1] { true with input.review as {} }", "{}", "{}", 1},
	{"violation[1] { time.now_ns() < 0 }", "{}", "{}", 1},
	{"violation[m] { m := sprintf(\"%v\", [input.review.a]) }", "{}", "{}", 0},
	{"violation[m] { m := sprintf(\"%d\", [\"no number\"]) }", "{}", "{}", 1},
	{"violation[1] { walk(input.review, [_, 7]) }", "{}", "{}", 1},
};

static void answers(void **state)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		int got = sieve(cases[i].rego, cases[i].parameters, cases[i].review);
		if (got != cases[i].want)
			fail_msg("%s of %s: got %d, want %d", cases[i].rego, cases[i].review, got, cases[i].want);
	}
}

/* Constants without end fall back on the general program. */
static void ceilings(void **state)
{
	sw_autobuf p, r;
	sw_buf_init(&p, 1 << 24);
	sw_buf_init(&r, 1 << 24);
	sw_buf_addz(&p, "{\"l\": [0");
	for (int i = 1; i < 20000; i++)
		sw_buf_printf(&p, ",%d", i);
	sw_buf_addz(&p, "]}");
	assert_int_equal(sieve("violation[1] { input.review.a == input.parameters.l[_] }", sw_buf_cstr(&p), "{\"a\": -1}"), 0);
	sw_buf_addz(&r, "violation[1] { input.review.a == 1");
	for (int i = 0; i < 600; i++)
		sw_buf_printf(&r, "; input.review.k%d == %d", i, i);
	sw_buf_addz(&r, "}");
	assert_int_equal(sieve(sw_buf_cstr(&r), "{}", "{\"a\": 0}"), -1);
	/* a loop in a loop in a loop over a long list: too long, not "no" */
	sw_buf_clear(&p);
	sw_buf_addz(&p, "{\"l\": [0");
	for (int i = 1; i < 300; i++)
		sw_buf_printf(&p, ",%d", i);
	sw_buf_addz(&p, "]}");
	assert_int_equal(sieve("violation[1] { l := input.review.l; l[_] + l[_] + l[_] == -1 }", "{}", sw_buf_cstr(&p)), 1);
}

static int holds(struct sw_rego_screen *screen, const char *review)
{
	uint64_t bits;
	sw_rego_sieve_run(screen, json(review), &bits);
	return (int)(bits & 3);
}

/* More members that are looked up in two places than there are slots for: the tree is run as it was made. */
static void without_slots(void **state)
{
	sw_autobuf r;
	struct sw_error err = {0};
	sw_buf_init(&r, 1 << 24);
	sw_buf_addz(&r, "package t\nf(x) = y { y := x.m }\nf(x) = y { y := x.n }\n"
			"a[1] { count({x | x := input.review.l[_]}) == 2; f(input.review) == 3 }\n");
	for (int i = 0; i < 600; i++)
		sw_buf_printf(&r, "a[1] { input.review.a; input.review.k%d == %d }\nb[1] { input.review.b; input.review.k%d == %d }\n",
			i, i, i, i);
	struct sw_rego_engine *e = sw_rego_engine_new(NULL);
	if (sw_rego_engine_add_text(e, SW_STR("t.rego"), sw_buf_str(&r), SW_REGO_V0, &err) < 0 || sw_rego_engine_compile(e, &err) < 0)
		fail_msg("%s", err.text);
	struct sw_rego_sieve *s = sw_rego_sieve_new();
	const struct sw_rego_sieve_input in = {SW_STR("parameters"), SW_STR("review"), sw_empty_object()};
	const struct sw_rego_sieve_part *parts[] = {sw_rego_sieve_part(s, e, SW_STR("t"), SW_STR("a"), &in),
		sw_rego_sieve_part(s, e, SW_STR("t"), SW_STR("b"), &in)};
	assert_non_null(parts[0]);
	assert_non_null(parts[1]);
	struct sw_rego_screen *screen = sw_rego_sieve_screen(s, parts, 2);
	assert_non_null(screen);
	assert_int_equal(holds(screen, "{\"a\": 1, \"b\": 1, \"k7\": 8, \"l\": [1, 2], \"m\": 4}"), 0);
	assert_int_equal(holds(screen, "{\"b\": 1, \"k599\": 599}"), 2);
	assert_int_equal(holds(screen, "{\"a\": 1, \"k599\": 599}"), 1);
	assert_int_equal(holds(screen, "{\"l\": [1, 2], \"n\": 3}"), 1);
	assert_int_equal(holds(screen, "{\"l\": [1, 2], \"m\": 4, \"n\": 3}"), 1);
	sw_rego_sieve_free(s);
	sw_rego_engine_free(e);
}

/* When the memo was emptied, the place of a call's last answer is another call's. */
static void emptied_memo(void **state)
{
	sw_autobuf full;
	struct sw_error err = {0};
	sw_buf_init(&full, 1 << 20);
	struct sw_rego_engine *e = sw_rego_engine_new(NULL);
	const struct sw_str text = SW_STR("package t\n"
		"b[1] { input.review.b; regex.match(`^x+b`, input.review.s) }\n"
		"a[1] { regex.match(`^x+a`, input.review.s); c := input.review.l[_]; regex.match(`^y+`, c) }\n");
	if (sw_rego_engine_add_text(e, SW_STR("t.rego"), text, SW_REGO_V0, &err) < 0 || sw_rego_engine_compile(e, &err) < 0)
		fail_msg("%s", err.text);
	struct sw_rego_sieve *s = sw_rego_sieve_new();
	const struct sw_rego_sieve_input in = {SW_STR("parameters"), SW_STR("review"), sw_empty_object()};
	const struct sw_rego_sieve_part *parts[] = {sw_rego_sieve_part(s, e, SW_STR("t"), SW_STR("b"), &in),
		sw_rego_sieve_part(s, e, SW_STR("t"), SW_STR("a"), &in)};
	struct sw_rego_screen *screen = sw_rego_sieve_screen(s, parts, 2);
	assert_non_null(screen);
	sw_buf_addz(&full, "{\"s\": \"xxa\", \"l\": [");
	for (int i = 0; i < 2100; i++) /* more than it holds */
		sw_buf_printf(&full, "\"z%d\", ", i);
	sw_buf_addz(&full, "\"y\"]}");
	assert_int_equal(holds(screen, sw_buf_cstr(&full)), 2);
	assert_int_equal(holds(screen, "{\"s\": \"xxa\", \"b\": 1, \"l\": [\"y\"]}"), 2);
	sw_rego_sieve_free(s);
	sw_rego_engine_free(e);
}

int main(void)
{
	sw_arena_init(&arena, 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(ceilings),
		cmocka_unit_test(without_slots),
		cmocka_unit_test(emptied_memo),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	sw_arena_release(&arena);
	return rc;
}
