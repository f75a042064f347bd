/* SPDX-License-Identifier: Apache-2.0 */
/* The eight criteria of a match, alone and together, over objects with, without and as a Namespace. */
#include "gk.h"

#define POD "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, labels: {app: web, tier: front}}}"
#define DEPLOY "{apiVersion: apps/v1, kind: Deployment, metadata: {name: api, namespace: kube-system}}"
#define ROLE "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: admin}}"
#define NS "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {env: prod}}}"
#define NS_POD "{apiVersion: example.com/v1, kind: Namespace, metadata: {name: shop}}"
#define GEN "{apiVersion: v1, kind: Pod, metadata: {generateName: web-, namespace: shop}}"
#define PROD "{metadata: {name: shop, labels: {env: prod}}}"

struct row {
	const char *match, *object, *ns; /* ns NULL: none known */
	int want;			 /* 1, 0, -1: error */
};

static const struct row rows[] = {
	/* nothing asked */
	{"{}", POD, NULL, 1},
	{"{}", ROLE, NULL, 1},
	/* kinds */
	{"{kinds: []}", POD, NULL, 1},
	{"{kinds: [{kinds: [Pod]}]}", POD, NULL, 1},
	{"{kinds: [{kinds: [pod]}]}", POD, NULL, 0},
	{"{kinds: [{apiGroups: [''], kinds: [Pod]}]}", POD, NULL, 1},
	{"{kinds: [{apiGroups: [apps], kinds: [Pod]}]}", POD, NULL, 0},
	{"{kinds: [{apiGroups: ['*'], kinds: ['*']}]}", DEPLOY, NULL, 1},
	{"{kinds: [{apiGroups: [apps]}]}", DEPLOY, NULL, 1},
	{"{kinds: [{apiGroups: ['a*'], kinds: [Deployment]}]}", DEPLOY, NULL, 0},
	{"{kinds: [{kinds: [Service]}, {kinds: [Pod]}]}", POD, NULL, 1},
	{"{kinds: [{apiGroups: [apps], kinds: [Pod]}, {apiGroups: [''], kinds: [Service]}]}", POD, NULL, 0},
	{"{kinds: [{}]}", POD, NULL, 1},
	/* scope */
	{"{scope: Cluster}", POD, NULL, 0},
	{"{scope: Cluster}", ROLE, NULL, 1},
	{"{scope: Cluster}", NS, NULL, 1},
	{"{scope: Cluster}", ROLE, "{}", 0}, /* gator's empty Namespace */
	{"{scope: Namespaced}", POD, NULL, 1},
	{"{scope: Namespaced}", ROLE, NULL, 0},
	{"{scope: Namespaced}", NS, NULL, 0},
	{"{scope: Namespaced}", NS_POD, NULL, 0},
	{"{scope: '*'}", POD, NULL, 1},
	{"{scope: cluster}", POD, NULL, 1}, /* an unknown scope is no criterion */
	/* namespaces */
	{"{namespaces: [shop]}", POD, NULL, 1},
	{"{namespaces: [other]}", POD, NULL, 0},
	{"{namespaces: [other, sh*]}", POD, NULL, 1},
	{"{namespaces: ['*op']}", POD, NULL, 1},
	{"{namespaces: ['*ho*']}", POD, NULL, 1},
	{"{namespaces: ['s*p']}", POD, NULL, 0}, /* wildcards only at the ends */
	{"{namespaces: ['*']}", POD, NULL, 1},
	{"{namespaces: [other]}", ROLE, NULL, 1}, /* not about cluster-wide objects */
	{"{namespaces: [other]}", ROLE, "{}", 0},
	{"{namespaces: [shop]}", NS, NULL, 1},
	{"{namespaces: [other]}", NS, NULL, 0},
	{"{namespaces: [shop]}", DEPLOY, PROD, 1}, /* the Namespace given wins over the object's word */
	/* excludedNamespaces */
	{"{excludedNamespaces: [shop]}", POD, NULL, 0},
	{"{excludedNamespaces: [kube-*]}", POD, NULL, 1},
	{"{excludedNamespaces: [kube-*]}", DEPLOY, NULL, 0},
	{"{excludedNamespaces: ['*-system']}", DEPLOY, NULL, 0},
	{"{excludedNamespaces: [shop]}", NS, NULL, 0},
	{"{excludedNamespaces: ['*']}", ROLE, NULL, 1},
	{"{namespaces: [shop], excludedNamespaces: [shop]}", POD, NULL, 0},
	/* labelSelector */
	{"{labelSelector: {}}", POD, NULL, 1},
	{"{labelSelector: {matchLabels: {app: web}}}", POD, NULL, 1},
	{"{labelSelector: {matchLabels: {app: web, tier: back}}}", POD, NULL, 0},
	{"{labelSelector: {matchLabels: {app: web}}}", ROLE, NULL, 0},
	{"{labelSelector: {matchExpressions: [{key: app, operator: In, values: [api, web]}]}}", POD, NULL, 1},
	{"{labelSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}", POD, NULL, 0},
	{"{labelSelector: {matchExpressions: [{key: gone, operator: DoesNotExist}]}}", POD, NULL, 1},
	{"{labelSelector: {matchExpressions: [{key: gone, operator: NotIn, values: [x]}]}}", POD, NULL, 1},
	{"{labelSelector: {matchExpressions: [{key: app, operator: Exists}]}}", ROLE, NULL, 0},
	/* namespaceSelector */
	{"{namespaceSelector: {matchLabels: {env: prod}}}", POD, PROD, 1},
	{"{namespaceSelector: {matchLabels: {env: dev}}}", POD, PROD, 0},
	{"{namespaceSelector: {matchLabels: {env: prod}}}", POD, NULL, -1},
	{"{namespaceSelector: {}}", POD, NULL, -1},
	{"{namespaceSelector: {matchLabels: {env: prod}}}", NS, NULL, 1},
	{"{namespaceSelector: {matchLabels: {env: dev}}}", NS, NULL, 0},
	{"{namespaceSelector: {matchLabels: {env: prod}}}", ROLE, NULL, 1},
	{"{namespaceSelector: {matchLabels: {env: prod}}}", ROLE, "{}", 0},
	{"{namespaceSelector: {matchExpressions: [{key: env, operator: DoesNotExist}]}}", POD, "{}", 1},
	/* an earlier criterion that says no hides the missing Namespace */
	{"{kinds: [{kinds: [Service]}], namespaceSelector: {matchLabels: {env: prod}}}", POD, NULL, 0},
	/* name */
	{"{name: web-1}", POD, NULL, 1},
	{"{name: web}", POD, NULL, 0},
	{"{name: web-*}", POD, NULL, 1},
	{"{name: '*-1'}", POD, NULL, 1},
	{"{name: ''}", POD, NULL, 1},
	{"{name: web-*}", GEN, NULL, 1},
	{"{name: web-1}", GEN, NULL, 0},
	{"{name: '*-1'}", GEN, NULL, 0},
	/* source; these objects are original */
	{"{source: All}", POD, NULL, 1},
	{"{source: Original}", POD, NULL, 1},
	{"{source: Generated}", POD, NULL, 0},
	{"{source: Somewhere}", POD, NULL, -1},
	/* all at once */
	{"{kinds: [{kinds: [Pod]}], scope: Namespaced, namespaces: [s*], excludedNamespaces: [x], labelSelector: "
	 "{matchLabels: {app: web}}, namespaceSelector: {matchLabels: {env: prod}}, name: web*, source: Original}",
		POD, PROD, 1},
	/* of the wrong type: no criterion, no crash */
	{"{kinds: 5, namespaces: {a: b}, name: [x]}", POD, NULL, 1},
};

static void criteria(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sw_gk_match m;
		struct sw_kube_object o;
		struct sw_error err = {0};
		must(sw_gk_match_init(&arena, yaml(rows[i].match), &m, &err), &err);
		must(sw_kube_object_init(yaml(rows[i].object), &o, &err), &err);
		struct sw_gk_subject s = {.object = &o, .ns = rows[i].ns ? yaml(rows[i].ns) : sw_undef()};
		int got = sw_gk_match(&m, &s, &err);
		got = got < 0 ? -1 : got;
		if (got != rows[i].want)
			fail_msg("%s of %s (%s): got %d, want %d", rows[i].match, rows[i].object,
				rows[i].ns ? rows[i].ns : "no Namespace", got, rows[i].want);
	}
}

static void generated(void **state)
{
	struct sw_gk_match m;
	struct sw_kube_object o;
	struct sw_error err = {0};
	must(sw_kube_object_init(yaml(POD), &o, &err), &err);
	struct sw_gk_subject s = {.object = &o, .source = SW_GK_GENERATED};
	must(sw_gk_match_init(&arena, yaml("{source: Generated}"), &m, &err), &err);
	assert_int_equal(sw_gk_match(&m, &s, &err), 1);
	must(sw_gk_match_init(&arena, yaml("{source: Original}"), &m, &err), &err);
	assert_int_equal(sw_gk_match(&m, &s, &err), 0);
	s.no_source = true;
	assert_int_equal(sw_gk_match(&m, &s, &err), -SW_EINVALID);
	assert_string_equal(err.text,
		"failed to run Match criteria: source field not specified for resource web-1");
}

static void missing_namespace_text(void **state)
{
	struct sw_gk_match m;
	struct sw_kube_object o;
	struct sw_error err = {0};
	must(sw_kube_object_init(yaml(POD), &o, &err), &err);
	struct sw_gk_subject s = {.object = &o};
	must(sw_gk_match_init(&arena, yaml("{namespaceSelector: {}}"), &m, &err), &err);
	assert_int_equal(sw_gk_match(&m, &s, &err), -SW_EINVALID);
	assert_string_equal(err.text, "failed to run Match criteria: namespace selector for namespace-scoped object but "
				      "missing Namespace");
}

static void bad_selectors(void **state)
{
	static const char *const bad[] = {
		"{labelSelector: {matchExpressions: [{key: a, operator: Near, values: [x]}]}}",
		"{labelSelector: {matchExpressions: [{key: a, operator: In}]}}",
		"{labelSelector: {matchExpressions: [{key: a, operator: Exists, values: [x]}]}}",
		"{namespaceSelector: {matchLabels: {'not a key!': x}}}",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct sw_gk_match m;
		struct sw_error err = {0};
		if (sw_gk_match_init(&arena, yaml(bad[i]), &m, &err) == 0)
			fail_msg("accepted: %s", bad[i]);
		assert_true(err.text[0]);
	}
}

int main(void)
{
	sw_arena_init(&arena, 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(criteria),
		cmocka_unit_test(generated),
		cmocka_unit_test(missing_namespace_text),
		cmocka_unit_test(bad_selectors),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	sw_arena_release(&arena);
	return rc;
}
