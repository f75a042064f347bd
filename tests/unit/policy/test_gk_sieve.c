/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sieve against evaluating everything: the same results for the same reviews, changed at random by the
 * thousand. test_gk_sieve [ROUNDS [FOLDER of policies and objects…]] judges other policies than these.
 */
#include "gk.h"

#include <stdlib.h>

#include "mutant.h"
#include "policy/gatekeeper/objects.h"

static struct mutant mutant;
static unsigned rounds = 300;
static uint64_t n_reviews, n_results;

static const char *text_of(struct sw_arena *a, int rc, const struct sw_gk_results *r, const struct sw_error *err)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 24);
	if (rc < 0)
		sw_buf_addz(&b, err->text);
	for (uint32_t i = 0; rc == 0 && i < r->n; i++) {
		sw_buf_printf(&b, "%.*s %.*s %d %d %.*s ", SW_STR_ARG(r->v[i].kind), SW_STR_ARG(r->v[i].name),
			r->v[i].error, r->v[i].unmatched, SW_STR_ARG(r->v[i].msg));
		sw_json_write(&b, r->v[i].details, 0);
		sw_buf_addch(&b, '\n');
	}
	n_results += rc == 0 ? r->n : 0;
	return sw_arena_cstr(a, sw_buf_str(&b));
}

static void judge_both(struct sw_gk *plain, struct sw_gk *sieved, struct sw_value object)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_gk_request req = {.object = object, .operation = mutant_roll(&mutant, 3) ? SW_STR("CREATE") : SW_STR("UPDATE")};
	struct sw_gk_results r = {0};
	struct sw_error err = {0};
	int rc = sw_gk_review(plain, &a, &req, &r, &err);
	const char *want = text_of(&a, rc, &r, &err);
	r = (struct sw_gk_results){0};
	rc = sw_gk_review(sieved, &a, &req, &r, &err);
	const char *got = text_of(&a, rc, &r, &err);
	n_reviews++;
	if (strcmp(got, want) != 0) {
		sw_autobuf b;
		sw_buf_init(&b, 1 << 24);
		sw_json_write(&b, object, 0);
		fail_msg("of %s\ngot:\n%s\nwant:\n%s", sw_buf_cstr(&b), got, want);
	}
}

static void mutate_and_judge(struct sw_gk *plain, struct sw_gk *sieved, struct sw_value object)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_arena *saved = mutant.arena;
	judge_both(plain, sieved, object);
	for (unsigned i = 0; i < rounds; i++) {
		struct sw_value v = object;
		mutant.arena = &a;
		for (uint32_t k = mutant_roll(&mutant, 4) + 1; k--;)
			v = mutant_of_member(&mutant, v, "spec");
		judge_both(plain, sieved, v);
		sw_arena_reset(&a);
	}
	mutant.arena = saved;
}

static struct sw_gk *new_gk(enum sw_gk_sieve sieve)
{
	return sw_gk_new(&(struct sw_gk_opts){.sieve = sieve, .dual = SW_GK_DUAL_REGO});
}

/* ---- the language: every construct, with rules that hold, fail, and err ---- */

static const struct {
	const char *parameters, *rego;
} programs[] = {
	{"{a: [x, y]}", "violation[{\"msg\": \"m\"}] { input.review.object.spec.a[_] == input.parameters.a[_] }"},
	{"{a: x}", "violation[{\"msg\": m}] { v := input.review.object.spec[k]; v == input.parameters.a; m := sprintf(\"%v\", [k]) }"},
	{"{}", "violation[{\"msg\": \"m\"}] { not input.review.object.spec.a }\n"
	       "violation[{\"msg\": \"n\"}] { not input.review.object.spec.b == \"x\" }\n"
	       "violation[{\"msg\": \"o\"}] { input.review.object.spec.b != \"x\" }"},
	{"{}", "f(x) = 1 { x.a }\nf(x) = 2 { x.b }\nviolation[{\"msg\": \"m\"}] { f(input.review.object.spec) == 3 }"},
	{"{}", "f(x) = 1 { x.a }\nf(x) = 2 { x.b }\nviolation[{\"msg\": \"m\"}] { v := input.review.object.spec.list[_]; not f(v) }"},
	{"{}", "f(x) = y { y := x[_] }\nviolation[{\"msg\": \"m\"}] { f(input.review.object.spec.list) == \"none\" }"},
	{"{}", "f(x) = \"a\" { x.a } else = \"b\" { x.b } else = \"c\" { x.a == false }\n"
	       "violation[{\"msg\": f(input.review.object.spec)}] { true }"},
	{"{}", "by[c.name] = c { c := input.review.object.spec.list[_] }\nviolation[{\"msg\": n}] { c := by[n]; c.a == true }"},
	{"{}", "by[c.name] = c.a { c := input.review.object.spec.list[_] }\nviolation[{\"msg\": \"m\"}] { by.x == true; not by.y }"},
	{"{}", "s[x] { x := input.review.object.spec.list[_] }\nviolation[{\"msg\": \"m\"}] { count(s) == 2 }\n"
	       "violation[{\"msg\": \"n\"}] { not s[\"x\"] }\nviolation[{\"msg\": \"o\"}] { s[\"y\"]; s[{\"a\": true}] }"},
	{"{n: 2}", "violation[{\"msg\": \"m\"}] { count([x | x := input.review.object.spec.list[_]]) == input.parameters.n }\n"
		   "violation[{\"msg\": \"n\"}] { count([1 | input.review.object.spec.list[_] == [\"x\", \"x\", \"y\"][_]]) == 2 }"},
	{"{allowed: [x, y]}", "violation[{\"msg\": \"m\"}] { {x | x := input.review.object.spec.list[_]} - {x | x := input.parameters.allowed[_]} != set() }\n"
		"violation[{\"msg\": \"n\"}] { {k: v | v := input.review.object.spec[k]} == {\"a\": true} }"},
	{"{}", "violation[{\"msg\": \"m\"}] { {i.name: i.a | i := input.review.object.spec.list[_]}.x == true }"},
	{"{}", "default p = false\np { input.review.object.spec.a }\nviolation[{\"msg\": \"m\"}] { not p }\nviolation[{\"msg\": \"n\"}] { p == false }"},
	{"{}", "p = 1 { input.review.object.spec.a }\np = 2 { input.review.object.spec.b }\nviolation[{\"msg\": \"m\"}] { p > 1 }"},
	{"{}", "violation[{\"msg\": \"m\"}] { [a, b] := input.review.object.spec.list; a == \"x\"; b != a }\n"
	       "violation[{\"msg\": \"n\"}] { {\"a\": a, \"b\": b} = input.review.object.spec; a == b }"},
	{"{}", "violation[{\"msg\": \"m\"}] { input.review.object.spec.a with input.review.object.spec.a as true }"},
	{"{}", "violation[{\"msg\": \"m\"}] { walk(input.review.object.spec, [p, \"x\"]); count(p) > 0 }"},
	{"{}", "violation[{\"msg\": m}] { m := input.review.object.spec.a }\nviolation[{\"details\": 1}] { input.review.object.spec.b }"},
	{"{re: \"^[xy]+$\"}", "violation[{\"msg\": \"m\"}] { not re_match(input.parameters.re, input.review.object.spec.a) }\n"
		"violation[{\"msg\": \"n\"}] { v := input.review.object.spec.b; lower(v) == \"x\" }\n"
		"violation[{\"msg\": \"o\"}] { to_number(input.review.object.spec.b) > 1 }"},
	{"{}", "violation[{\"msg\": \"m\"}] { object.get(input.review.object.spec, \"a\", false) == false }\n"
	       "violation[{\"msg\": \"n\"}] { object.get(input.review.object, [\"spec\", \"list\"], [])[0] == \"x\" }\n"
	       "violation[{\"msg\": \"o\"}] { object.get(object.get(input, \"parameters\", {}), \"none\", \"d\") == input.review.object.spec.b }"},
	{"{list: [{k: a, v: x}, {k: b, v: y}]}", "violation[{\"msg\": m}] { e := input.parameters.list[_]; input.review.object.spec[e.k] == e.v; m := e.k }\n"
		"violation[{\"msg\": \"all\"}] { count({e | e := input.parameters.list[_]; input.review.object.spec[e.k] == e.v}) == count(input.parameters.list) }"},
	{"{}", "g[{\"msg\": m, \"f\": f}] { c := input.review.object.spec[f][_]; c == \"x\"; m := sprintf(\"%v\", [c]) }\n"
	       "violation[{\"msg\": m}] { g[{\"msg\": m, \"f\": \"list\"}] }"},
	{"{}", "g[{\"msg\": m, \"f\": f}] { c := input.review.object.spec[f]; h(c) > 1; m := f }\nh(x) = 1 { x.a }\nh(x) = 2 { x.b }\n"
	       "violation[{\"msg\": m}] { g[{\"msg\": m, \"f\": f}]; f != \"list\" }"},
	{"{}", "violation[{\"msg\": \"m\"}] { x := input.review.object.spec.list[i]; y := input.review.object.spec.list[j]; i != j; x == y }"},
	{"{}", "violation[{\"msg\": \"m\"}] { not any_x }\nany_x { input.review.object.spec.list[_] == \"x\" }\n"
	       "violation[{\"msg\": \"n\"}] { all([b | b := input.review.object.spec.list[_] == \"x\"]) }"},
	{"{}", "f(\"x\") = 1 { true }\nf(\"y\") = 2 { true }\nf([a, _]) = a { true }\nviolation[{\"msg\": \"m\"}] { f(input.review.object.spec.a) == 1 }\n"
	       "violation[{\"msg\": \"n\"}] { f(input.review.object.spec.list) == \"x\" }"},
	{"{}", "f(x) { x == \"x\" }\nf(x) { x.name == \"x\" }\nviolation[{\"msg\": \"m\"}] { f(input.review.object.spec.list[_]) }\n"
	       "violation[{\"msg\": \"n\"}] { not f(input.review.object.spec.a) }"},
	{"{}", "violation[{\"msg\": \"m\"}] { input.review.operation == \"UPDATE\"; not input.review.object.spec.a == input.review.oldObject.spec.a }"},
	{"{}", "violation[{\"msg\": \"m\"}] { v := input.review.object.spec.list[_]; startswith(v, \"x\"); not endswith(v, \"y\"); v >= \"x\" }"},
	{"{}", "violation[{\"msg\": \"m\"}] { data.inventory.cluster[_].Pod[_] ; input.review.object.spec.a }"},
	{"{}", "import future.keywords.every\nimport future.keywords.in\nimport future.keywords.if\n"
	       "violation[{\"msg\": \"m\"}] { every x in input.review.object.spec.list { x != \"x\" } }\n"
	       "violation[{\"msg\": \"n\"}] { every k, v in input.review.object.spec { some y in [true, \"x\"]; v == y; k != \"b\" } }\n"
	       "violation[{\"msg\": \"o\"}] { not \"x\" in input.review.object.spec.list; some z in input.review.object.spec.list; z }"},
	{"{}", "q = x { x := {c | c := input.review.object.spec.list[_]} }\nviolation[{\"msg\": \"m\"}] { count(q) > 1; q[_].name }"},
	{"{}", "f(x, y) = z { z := [x, y, input.review.object.spec.a] }\nviolation[{\"msg\": \"m\"}] { f(1, input.review.object.spec.b)[2] == f(2, 3)[2] }\n"
	       "violation[{\"msg\": \"n\"}] { f(1, 2)[1] == 3 }"},
	{"{}", "violation[{\"msg\": \"m\"}] { f(input) }\nf(i) { i.review.object.spec.a; object.get(i, \"none\", true) }\n"
	       "violation[{\"msg\": \"n\"}] { input[k].object.spec.b; k == \"review\" }"},
	{"{min: 1}", "violation[{\"msg\": \"m\"}] { input.review.object.spec.n < input.parameters.min }\n"
		"violation[{\"msg\": \"n\"}] { input.review.object.spec.n * 2 + 1 >= 3; input.review.object.spec.n != 1.0 }\n"
		"violation[{\"msg\": \"o\"}] { {\"a\": input.review.object.spec.a} == {\"a\": true} }"},
	{"{}", "violation[{\"msg\": \"m\"}] { not { x | x := input.review.object.spec.list[_]; x == \"y\" } == {\"y\"} }\n"
	       "violation[{\"msg\": \"n\"}] { x := {\"k\": input.review.object.spec.a, \"l\": 2}[_]; x == 2; input.review.object.spec.b }\n"
	       "violation[{\"msg\": \"o\"}] { [input.review.object.spec.a, input.review.object.spec.b][i] == \"x\"; i == 1 }"},
	/* functions that take the place of their calls, members that several rules look up */
	{"{}", "g(x) = y { y := x.a }\ng(x) = y { y := x.b }\nf(x) = y { y := g(x) }\nf(x) = \"none\" { not g(x) }\n"
	       "violation[{\"msg\": \"m\"}] { c := input.review.object.spec.list[_]; f(c) == \"none\" }\n"
	       "violation[{\"msg\": \"n\"}] { f(input.review.object.spec) == \"x\" }\nviolation[{\"msg\": \"o\"}] { not f(input.review.object.spec) == true }"},
	{"{}", "f(x) = {\"k\": k, \"f\": f, \"a\": \"one\"} { x.name; k := x.a; f := object.get(x, \"b\", \"\") }\n"
	       "f(x) = {\"k\": k, \"f\": \"\", \"a\": \"two\"} { not x.name; k := input.review.object.spec.a }\n"
	       "f(x) = {\"k\": \"no\", \"f\": \"\", \"a\": \"three\"} { not x.name; not input.review.object.spec.a }\n"
	       "violation[{\"msg\": \"m\"}] { r := f(input.review.object.spec.list[_]); r.k == true; r.f == 1 }\n"
	       "violation[{\"msg\": \"n\"}] { r := f(input.review.object.spec.list[_]); not r.k == \"no\"; not r.a == \"one\" }"},
	{"{}", "f(x) = \"p\" { x.a[_] == \"x\" } else = \"q\" { y := x.list[_]; y == \"y\"; not y == x.b } else = \"r\" { x.b }\n"
	       "violation[{\"msg\": \"m\"}] { f(input.review.object.spec) == \"q\" }\nviolation[{\"msg\": \"n\"}] { f(input.review.object.spec.list[_]) == \"r\" }\n"
	       "violation[{\"msg\": \"o\"}] { not f(input.review.object.spec.list[0]); input.review.object.spec.list[0].name }"},
	{"{}", "has(x, k) { x[k] }\nhas(x, k) { x[k] == false }\nv(k, c) = y { y := c[k] }\nv(k, c) = y { not has(c, k); y := input.review.object.spec[k] }\n"
	       "violation[{\"msg\": k}] { k := [\"a\", \"b\", \"name\"][_]; c := input.review.object.spec.list[_]; v(k, c) == \"x\" }\n"
	       "violation[{\"msg\": \"m\"}] { c := input.review.object.spec.list[_]; not v(\"a\", c) }\n"
	       "violation[{\"msg\": \"n\"}] { c := input.review.object.spec.list[_]; not is_string(v(\"b\", c)) }"},
	{"{drop: [X, y]}", "violation[{\"msg\": \"m\"}] { c := input.review.object.spec.list[_]; d := {lower(x) | x := c.a[_]}; count({lower(x) | x := input.parameters.drop[_]} - d) > 0; count({\"all\"} - d) > 0 }\n"
		"violation[{\"msg\": \"n\"}] { count({x | x := input.review.object.spec.list[_]} - {\"x\", \"y\"}) > 0 }\n"
		"violation[{\"msg\": \"o\"}] { n := count({x | input.review.object.spec[x]} - {\"a\"}); n > 0; n == 2 }"},
	{"{p: [x, 'y/']}", "violation[{\"msg\": \"m\"}] { startswith(input.review.object.spec.b, \"x\") }\nviolation[{\"msg\": \"n\"}] { v := input.review.object.spec.list[_]; not startswith(v, \"x\") }\n"
		"violation[{\"msg\": \"o\"}] { not strings.any_prefix_match(input.review.object.spec.a, input.parameters.p) }\n"
		"violation[{\"msg\": \"p\"}] { strings.any_prefix_match(input.review.object.spec.list, input.parameters.p) }"},
	{"{}", "violation[{\"msg\": \"m\"}] { l := [k | c := input.review.object.spec.list[_]; s := {v | v := c[k]; c.a}; count(s) == 1; k := c.name]; count(l) > 0 }\n"
	       "violation[{\"msg\": \"n\"}] { every_name; input.review.object.spec.a }\nevery_name { count([c | c := input.review.object.spec.list[_]; not c.name]) == 0 }"},
};

static const char *const bases[] = {
	"{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {a: true, b: x, n: 1, list: [x, y]}}",
	"{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {a: x, b: '2', list: [{name: x, a: true}, {name: y, b: 1}]}}",
	"{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {list: [x, x, [x, y], {a: {b: 1}}], a: {a: 1, b: {a: x}}, b: X}}",
};

static struct sw_value constraint_of(const char *kind, const char *parameters)
{
	return yamlf("{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: %s, metadata: {name: c}, spec: {parameters: %s}}",
		kind, parameters);
}

static void add_program(struct sw_gk *gk, uint32_t i)
{
	struct sw_error err = {0};
	const char *kind = sw_arena_printf(&arena, "K%u%c", i, 0).p;
	const char *rego = sw_arena_printf(&arena, "package p\n%s%c", programs[i].rego, 0).p;
	struct sw_value t = template_of(kind, "{type: object, x-kubernetes-preserve-unknown-fields: true}", rego);
	int r = sw_gk_add_template(gk, t, &err);
	if (r < 0)
		fail_msg("%s: %s", programs[i].rego, err.text);
	must(sw_gk_add_constraint(gk, constraint_of(kind, programs[i].parameters), NULL, &err), &err);
}

static void language(void **state)
{
	struct sw_gk *plain = new_gk(SW_GK_SIEVE_NEVER), *sieved = new_gk(SW_GK_SIEVE_AT_ONCE);
	for (uint32_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		add_program(plain, i);
		add_program(sieved, i);
	}
	for (uint32_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		mutant_learn(&mutant, yaml(bases[i]));
	unsigned saved = rounds;
	rounds *= 100;
	for (uint32_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		mutate_and_judge(plain, sieved, yaml(bases[i]));
	rounds = saved;
	print_message("# %llu reviews, %llu results\n", (unsigned long long)n_reviews, (unsigned long long)n_results);
	assert_true(n_results > 1000);
	sw_gk_free(plain);
	sw_gk_free(sieved);
}

/* ---- policies of others ---- */

static char **folders;
static int n_folders;

static void library(void **state)
{
	static char path[1024];
	const char *shared = getenv("SW_SHARED");
	char *one[] = {path};
	snprintf(path, sizeof(path), "%s/conformance/gatekeeper/library", shared ? shared : "../shared");
	struct sw_gk_objects os;
	struct sw_error err = {0};
	sw_gk_objects_init(&os, &arena, false);
	for (int i = 0; i < (n_folders ? n_folders : 1); i++)
		if (sw_gk_objects_read(&os, n_folders ? folders[i] : one[0], &err) < 0)
			skip();
	struct sw_gk *plain = new_gk(SW_GK_SIEVE_NEVER), *sieved = new_gk(SW_GK_SIEVE_AT_ONCE);
	for (int kind = SW_GK_TEMPLATE; kind <= SW_GK_CONSTRAINT; kind++)
		for (uint32_t i = 0; i < os.n; i++) {
			struct sw_value v = os.v[i].value;
			if ((int)sw_gk_kind_of(v) != kind)
				continue;
			if (kind == SW_GK_TEMPLATE) {
				(void)(sw_gk_add_template(plain, v, &err) == 0 && sw_gk_add_template(sieved, v, &err));
			} else {
				(void)(sw_gk_add_constraint(plain, v, NULL, &err) == 0 &&
					sw_gk_add_constraint(sieved, v, NULL, &err));
				mutant_learn(&mutant, sw_value_path(v, "spec", "parameters", NULL));
			}
		}
	for (uint32_t i = 0; i < os.n; i++)
		if (sw_gk_kind_of(os.v[i].value) == SW_GK_NOTHING)
			mutant_learn(&mutant, os.v[i].value);
	for (uint32_t i = 0; i < os.n; i++)
		if (sw_gk_kind_of(os.v[i].value) == SW_GK_NOTHING)
			mutate_and_judge(plain, sieved, os.v[i].value);
	print_message("# %llu reviews, %llu results\n", (unsigned long long)n_reviews, (unsigned long long)n_results);
	sw_gk_free(plain);
	sw_gk_free(sieved);
}

int main(int argc, char **argv)
{
	sw_arena_init(&arena, 0);
	mutant = (struct mutant){.arena = &arena, .state = 20261127};
	if (argc > 1)
		rounds = (unsigned)atoi(argv[1]);
	else
		rounds = 30;
	folders = argv + 2;
	n_folders = argc > 2 ? argc - 2 : 0;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(language),
		cmocka_unit_test(library),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	sw_arena_release(&arena);
	return rc;
}
