/* SPDX-License-Identifier: Apache-2.0 */
/* ExpansionTemplates: what is generated, mutated and reviewed; cycles; what is refused. */
#include "gk.h"

#include <glib.h>
#include <glib/gstdio.h>

#include "policy/gatekeeper/suite.h"

#define TEMPLATE(name, group, kind, source, to)                                                                \
	"{apiVersion: expansion.gatekeeper.sh/v1beta1, kind: ExpansionTemplate, metadata: {name: " name "}, spec: "  \
	"{applyTo: [{groups: ['" group "'], versions: [v1], kinds: [" kind "]}], templateSource: " source            \
	", generatedGVK: {group: '', version: v1, kind: " to "}}}"
#define WEB                                                                                                    \
	"{apiVersion: apps/v1, kind: Deployment, metadata: {name: Web, namespace: shop}, spec: {template: {metadata: " \
	"{labels: {app: web}, name: ignored}, spec: {containers: [{name: c, image: i}]}}}}"

static const char *expand(struct sw_gk *gk, const char *object)
{
	struct sw_gk_mutable m = {.object = yaml(object)};
	struct sw_gk_expanded x;
	struct sw_error err = {0};
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	if (sw_gk_expand(gk, &arena, &m, &x, &err) < 0)
		sw_buf_printf(&b, "error: %s", err.text);
	else
		for (uint32_t i = 0; i < x.n; i++)
			sw_buf_printf(&b, "%s%.*s %s", i ? "\n" : "", SW_STR_ARG(x.v[i].template), json(x.v[i].object));
	return sw_arena_cstr(&arena, sw_buf_str(&b));
}

static void add(struct sw_gk *gk, const char *text)
{
	struct sw_error err = {0};
	must(sw_gk_add_expansion(gk, yaml(text), &err), &err);
}

static void generated(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	add(gk, TEMPLATE("pods", "apps", "Deployment", "spec.template", "Pod"));
	assert_string_equal(expand(gk, WEB),
		"pods {\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"labels\":{\"app\":\"web\"},\"name\":"
		"\"web-pod\",\"namespace\":\"shop\",\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\","
		"\"name\":\"Web\",\"uid\":\"\"}]},\"spec\":{\"containers\":[{\"image\":\"i\",\"name\":\"c\"}]}}");
	assert_string_equal(expand(gk, "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}}"), "");
	assert_string_equal(expand(gk, "{apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: a}}"), "");
	assert_string_equal(expand(gk, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {}}"),
		"error: error expanding resource a: could not find source field \"spec.template\" in resource a");
	assert_string_equal(expand(gk, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: 5}}"),
		"error: error expanding resource a: could not extract source field from unstructured: \"spec.template\" is no "
		"object");
	sw_gk_free(gk);
}

static void recursion(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	add(gk, TEMPLATE("jobs", "batch", "CronJob", "spec.job", "Task"));
	add(gk, TEMPLATE("pods", "", "Task", "spec.template", "Pod"));
	const char *text = expand(gk, "{apiVersion: batch/v1, kind: CronJob, metadata: {name: t}, spec: {job: {spec: {template: "
				      "{spec: {}}}}}}");
	assert_true(g_str_has_prefix(text, "pods {\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"t-task-pod\""));
	assert_non_null(strstr(text, "\njobs {"));
	sw_gk_free(gk);
}

static void cycles(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	struct sw_error err = {0};
	add(gk, TEMPLATE("a", "", "A", "spec", "B"));
	add(gk, TEMPLATE("c", "", "X", "spec", "A"));
	assert_int_equal(sw_gk_add_expansion(gk, yaml(TEMPLATE("b", "", "B", "spec", "A")), &err), -SW_ECONFLICT);
	assert_string_equal(err.text, "template forms expansion cycle");
	assert_string_equal(expand(gk, "{apiVersion: v1, kind: A, metadata: {name: x}, spec: {}}"), "");
	/* one that only leads into the cycle still works */
	assert_true(g_str_has_prefix(expand(gk, "{apiVersion: v1, kind: X, metadata: {name: x}, spec: {}}"), "c {"));
	add(gk, TEMPLATE("b", "", "B", "spec", "C")); /* resolved */
	assert_true(expand(gk, "{apiVersion: v1, kind: A, metadata: {name: x}, spec: {spec: {}}}")[0]);
	sw_gk_free(gk);
}

static void refused(void **state)
{
	static const char *const rows[][2] = {
		{"{spec: {}}", "ExpansionTemplate has empty name field"},
		{"{metadata: {name: x}, spec: {}}", "ExpansionTemplate x has empty source field"},
		{"{metadata: {name: x}, spec: {templateSource: a}}", "ExpansionTemplate x has empty generatedGVK field"},
		{"{metadata: {name: x}, spec: {templateSource: a, generatedGVK: {kind: P}}}",
			"ExpansionTemplate x must specify ApplyTo"},
		{"{metadata: {name: x}, spec: {templateSource: a, generatedGVK: {version: v1, kind: P}, applyTo: [{groups: [''], "
		 "versions: [v1], kinds: [P]}]}}",
			"ExpansionTemplate x generates GVK /v1, Kind=P, but also applies to that same GVK"},
		{"{metadata: {name: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg}, spec: {}}",
			"ExpansionTemplate name must be less than 64 characters"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sw_gk *gk = sw_gk_new(NULL);
		struct sw_error err = {0};
		assert_int_equal(sw_gk_add_expansion(gk, yaml(rows[i][0]), &err), -SW_EINVALID);
		assert_string_equal(err.text, rows[i][1]);
		sw_gk_free(gk);
	}
}

static void reviewed(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	struct sw_error err = {0};
	add_template(gk, template_of("K8sX", "{type: object}",
		"package p\nviolation[{\"msg\": msg}] { msg := concat(\" \", [input.review.kind.kind, "
		"input.review.object.spec.containers[_].image]) }\n"));
	add_constraint(gk, "{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sX, metadata: {name: c}, spec: "
			   "{match: {source: Generated}}}");
	add(gk, "{apiVersion: expansion.gatekeeper.sh/v1beta1, kind: ExpansionTemplate, metadata: {name: pods}, spec: "
		"{enforcementAction: warn, applyTo: [{groups: [apps], versions: [v1], kinds: [Deployment]}], templateSource: "
		"spec.template, generatedGVK: {version: v1, kind: Pod}}}");
	must(sw_gk_add_mutator(gk,
		     yaml("{apiVersion: mutations.gatekeeper.sh/v1, kind: AssignImage, metadata: {name: i}, spec: {applyTo: "
			  "[{groups: [''], versions: [v1], kinds: [Pod]}], match: {source: Generated}, location: "
			  "'spec.containers[name: *].image', parameters: {assignDomain: r.io}}}"),
		     &err),
		&err);
	struct sw_gk_request req = {.object = yaml(WEB), .stats = true};
	struct sw_gk_reviewed x;
	must(sw_gk_review_expanded(gk, &arena, &req, &x, &err), &err);
	assert_null(x.not_expanded.p);
	assert_string_equal(results(&x.results), "warn: [Implied by pods] Pod r.io/i");
	assert_int_equal(x.results.n_stats, 1);
	assert_str(x.results.stats[0].implied_by, "pods");
	req.object = yaml("{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}");
	must(sw_gk_review_expanded(gk, &arena, &req, &x, &err), &err);
	assert_str(x.not_expanded,
		"error expanding resource a: could not find source field \"spec.template\" in resource a");
	sw_gk_free(gk);
}

/* ---- in suites ---- */

static void put(const char *dir, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void in_suites(void **state)
{
	static const char *const names[] = {"template.yaml", "constraint.yaml", "expansion.yaml", "web.yaml", "suite.yaml"};
	g_autofree char *dir = g_dir_make_tmp("sw-gk-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "suite.yaml", NULL);
	put(dir, "template.yaml",
		"{apiVersion: templates.gatekeeper.sh/v1, kind: ConstraintTemplate, metadata: {name: k8sx}, spec: {crd: {spec: "
		"{names: {kind: K8sX}}}, targets: [{target: admission.k8s.gatekeeper.sh, rego: \"package "
		"p\\nviolation[{\\\"msg\\\": input.review.kind.kind}] { true }\"}]}}");
	put(dir, "constraint.yaml",
		"{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sX, metadata: {name: c}, spec: {match: {kinds: "
		"[{kinds: [Pod]}]}}}");
	put(dir, "expansion.yaml", TEMPLATE("pods", "apps", "Deployment", "spec.template", "Pod"));
	put(dir, "web.yaml", WEB);
	put(dir, "suite.yaml",
		"kind: Suite\napiVersion: test.gatekeeper.sh/v1alpha1\ntests:\n"
		"- {name: a, template: template.yaml, constraint: constraint.yaml, expansion: expansion.yaml, cases: [{name: x, "
		"object: web.yaml, assertions: [{violations: 1, message: '^.Implied by pods. Pod$'}]}]}\n"
		"- {name: b, template: template.yaml, constraint: constraint.yaml, cases: [{name: x, object: web.yaml, "
		"assertions: [{violations: no}]}]}\n"
		"- {name: c, template: template.yaml, constraint: constraint.yaml, expansion: web.yaml, cases: [{name: x, object: "
		"web.yaml, assertions: [{violations: no}]}]}\n");
	struct sw_gk_filter filter = {0};
	struct sw_gk_suite suite;
	struct sw_error err = {0};
	assert_int_equal(sw_gk_suite_run(&arena, path, &filter, &suite, &err), 1);
	assert_int_equal(suite.n_tests, 3);
	assert_null(suite.tests[0].error.p);
	if (suite.tests[0].cases[0].error.p)
		fail_msg("%.*s", SW_STR_ARG(suite.tests[0].cases[0].error));
	assert_null(suite.tests[1].cases[0].error.p);
	assert_str(suite.tests[2].error, "not an Expansion: \"web.yaml\"");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		g_autofree char *p = g_build_filename(dir, names[i], NULL);
		g_remove(p);
	}
	g_rmdir(dir);
}

int main(void)
{
	sw_arena_init(&arena, 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generated),
		cmocka_unit_test(recursion),
		cmocka_unit_test(cycles),
		cmocka_unit_test(refused),
		cmocka_unit_test(reviewed),
		cmocka_unit_test(in_suites),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	sw_arena_release(&arena);
	return rc;
}
