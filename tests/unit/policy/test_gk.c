/* SPDX-License-Identifier: Apache-2.0 */
/* Templates and constraints: what is refused and why, defaults and validation, the inventory, hostile policies. */
#include "gk.h"

#include <glib.h>

#include "base/cleanup.h"
#include "policy/gatekeeper/internal.h"

#define LABELS "{type: object, properties: {labels: {type: array, items: {type: string}}, min: {type: integer, default: 3}}}"
#define DENY_ALL "package p\nviolation[{\"msg\": msg}] { msg := sprintf(\"%v\", [input.parameters]) }\n"

static const char pod[] = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}}";

/* ---- templates ---- */

struct bad {
	const char *rego, *why; /* a part of the text */
};

static const struct bad bad_rego[] = {
	{"package p\nallow { true }", "missing required rules: [violation]"},
	{"package p\nviolation[{\"msg\": x}] { x := data.secrets.a }", "data.inventory"},
	{"package p\nimport data.other\nviolation[{\"msg\": \"x\"}] { other.a }", "data.inventory"},
	{"package p\nviolation[{\"msg\": x}] { x := http.send({}) }", "http.send"},
	{"package p\nviolation[{\"msg\": x}] { x := y }", "y"},
	{"package p\nviolation[{\"msg\": \"x\"}] { nosuch.builtin(1) }", "nosuch.builtin"},
	{"package p\nviolation[{\"msg\": x}] { x := external_data({\"provider\": \"p\", \"keys\": []}) }",
		"external_data"},
	{"package p\nviolation[{", "rego_parse_error"},
	{"not rego at all", "rego_parse_error"},
	{"package p\nviolation[{\"msg\": x}] { x := violation[_] }", "recursi"},
	/* what cannot be a set of results */
	{"package p\nviolation { input.x }", "undefined ref: data.template.violation"},
	{"package p\nviolation = [\"a\"] { true }", "undefined ref: r.msg"},
	{"package p\nviolation[x] { x := \"s\" }", "undefined ref: r.msg"},
	{"package p\nviolation[{\"details\": {}}] { true }", "undefined ref: r.msg"},
	{"package p\nviolation(x) = y { y := x }", "used as reference, not called"},
};

static void bad_policies(void **state)
{
	for (size_t i = 0; i < sizeof(bad_rego) / sizeof(bad_rego[0]); i++) {
		struct sw_gk *gk = sw_gk_new(NULL);
		struct sw_error err = {0};
		int rc = sw_gk_add_template(gk, template_of("K8sBad", "{type: object}", bad_rego[i].rego), &err);
		if (rc != -SW_EINVALID || !strstr(err.text, bad_rego[i].why))
			fail_msg("%s: %d \"%s\", want \"%s\"", bad_rego[i].rego, rc, err.text, bad_rego[i].why);
		sw_gk_free(gk);
	}
}

#define HEAD "{apiVersion: templates.gatekeeper.sh/v1, kind: ConstraintTemplate, metadata: {name: k8sx}, spec: "
#define CRD "crd: {spec: {names: {kind: K8sX}}}"

static const struct bad bad_objects[] = {
	{HEAD "{}}", "invalid ConstraintTemplate: no spec.crd.spec.names.kind"},
	{HEAD "{crd: {spec: {names: {kind: K8sOther}}}}}",
		"invalid ConstraintTemplate: the name \"k8sx\" must be the lowercase of the CRD's kind \"K8sOther\""},
	{HEAD "{" CRD "}}",
		"invalid ConstraintTemplate: no targets specified: ConstraintTemplate must specify one target"},
	{HEAD "{" CRD ", targets: []}}",
		"invalid ConstraintTemplate: no targets specified: ConstraintTemplate must specify one target"},
	{HEAD "{" CRD ", targets: [{target: a}, {target: b}]}}",
		"invalid ConstraintTemplate: multi-target templates are not currently supported"},
	{HEAD "{" CRD ", targets: [{target: other.sh, rego: x}]}}",
		"invalid ConstraintTemplate: the target must be admission.k8s.gatekeeper.sh"},
	{HEAD "{" CRD ", targets: [{target: admission.k8s.gatekeeper.sh}]}}",
		"invalid ConstraintTemplate: no source in Rego or CEL in spec.targets"},
	{HEAD "{" CRD ", targets: [{target: admission.k8s.gatekeeper.sh, code: [{engine: K8sNativeValidation, source: "
	      "{validations: [{expression: 'object.a == thing'}]}}]}]}}",
		"validations[0].expression:1:13: undeclared reference to 'thing' (in container '')"},
	{HEAD "{" CRD ", targets: [{target: admission.k8s.gatekeeper.sh, code: [{engine: K8sNativeValidation, source: "
	      "{variables: [{name: params, expression: '1'}]}}]}]}}",
		"variables[0].name: \"params\" is reserved"},
	{HEAD "{" CRD ", targets: [{target: admission.k8s.gatekeeper.sh, rego: \"package p\\nviolation[{'msg': 1}]\", "
	      "libs: [5]}]}}",
		NULL},
	{"{apiVersion: templates.gatekeeper.sh/v1, kind: ConstraintTemplate, spec: [1, 2]}", NULL},
	{"{apiVersion: templates.gatekeeper.sh/v1, kind: ConstraintTemplate, metadata: 5, spec: {crd: 7, targets: x}}",
		NULL},
};

static void bad_template_objects(void **state)
{
	for (size_t i = 0; i < sizeof(bad_objects) / sizeof(bad_objects[0]); i++) {
		struct sw_gk *gk = sw_gk_new(NULL);
		struct sw_error err = {0};
		assert_true(sw_gk_add_template(gk, yaml(bad_objects[i].rego), &err) < 0);
		if (bad_objects[i].why)
			assert_string_equal(err.text, bad_objects[i].why);
		sw_gk_free(gk);
	}
}

/* ---- constraints ---- */

#define CONSTRAINT(spec) "{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sX, metadata: {name: c}, spec: " spec "}"

struct constraint {
	const char *text, *why; /* NULL: accepted */
	enum sw_gk_refusal refusal;
};

static const struct constraint constraints[] = {
	{CONSTRAINT("{}"), NULL, 0},
	{CONSTRAINT("{parameters: {labels: [a]}}"), NULL, 0},
	{CONSTRAINT("{parameters: {labels: a}}"),
		"schema validation error: spec.parameters.labels: Invalid value: \"string\": "
		"spec.parameters.labels in body must be of type array: \"string\"",
		SW_GK_REFUSED_SCHEMA},
	{CONSTRAINT("{parameters: {min: x}}"),
		"schema validation error: spec.parameters.min: Invalid value: \"string\": spec.parameters.min in body "
		"must be of type integer: \"string\"",
		SW_GK_REFUSED_SCHEMA},
	{CONSTRAINT("{match: {source: Nowhere}}"), "", SW_GK_REFUSED_SCHEMA},
	{CONSTRAINT("{match: {namespaces: ['a*b']}}"), "", SW_GK_REFUSED_SCHEMA},
	{CONSTRAINT("{match: {labelSelector: {matchExpressions: [{key: a, operator: Near}]}}}"), "", SW_GK_REFUSED},
	{CONSTRAINT("{enforcementAction: scoped}"), "spec.scopedEnforcementActions must be defined", SW_GK_REFUSED},
	{"{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sNone, metadata: {name: c}}",
		"missing ConstraintTemplate: no template makes constraints of kind \"K8sNone\"", SW_GK_REFUSED},
	{"{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sX, metadata: {name: 'Not a name'}}",
		"invalid constraint: invalid name: \"Not a name\"", SW_GK_REFUSED},
	{"{apiVersion: constraints.gatekeeper.sh/v7, kind: K8sX, metadata: {name: c}}",
		"invalid constraint: unsupported version \"v7\" for Constraint \"c\"; supported: v1beta1, v1alpha1",
		SW_GK_REFUSED},
};

static void validation(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	add_template(gk, template_of("K8sX", LABELS, DENY_ALL));
	for (size_t i = 0; i < sizeof(constraints) / sizeof(constraints[0]); i++) {
		const struct constraint *c = &constraints[i];
		enum sw_gk_refusal why = 0;
		struct sw_error err = {0};
		int rc = sw_gk_add_constraint(gk, yaml(c->text), &why, &err);
		if ((rc == 0) != (c->why == NULL))
			fail_msg("%s: %d %s", c->text, rc, err.text);
		if (c->why && c->why[0])
			assert_string_equal(err.text, c->why);
		if (c->why)
			assert_int_equal(why, c->refusal);
	}
	assert_int_equal(sw_gk_constraints(gk), 1); /* the second of that name replaced the first */
	sw_gk_free(gk);
}

static void defaults(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	add_template(gk, template_of("K8sX", LABELS, DENY_ALL));
	add_constraint(gk, CONSTRAINT("{parameters: {labels: [a]}}"));
	assert_string_equal(review(gk, pod), "deny: {\"labels\": [\"a\"], \"min\": 3}");
	add_constraint(gk, CONSTRAINT("{parameters: {min: 5}}"));
	assert_string_equal(review(gk, pod), "deny: {\"min\": 5}");
	add_constraint(gk, CONSTRAINT("{}")); /* no parameters: nothing to default in */
	assert_string_equal(review(gk, pod), "deny: {}");
	sw_gk_free(gk);
}

/* ---- enforcement ---- */

static void actions(void **state)
{
	static const char *const rows[][3] = {
		{"gator.gatekeeper.sh", CONSTRAINT("{enforcementAction: warn}"), "warn: {}"},
		{"gator.gatekeeper.sh", CONSTRAINT("{enforcementAction: dryrun}"), "dryrun: {}"},
		{"gator.gatekeeper.sh",
			CONSTRAINT("{enforcementAction: scoped, scopedEnforcementActions: [{action: warn, "
				   "enforcementPoints: [{name: audit.gatekeeper.sh}]}]}"),
			""},
		{"audit.gatekeeper.sh",
			CONSTRAINT("{enforcementAction: scoped, scopedEnforcementActions: [{action: warn, "
				   "enforcementPoints: [{name: audit.gatekeeper.sh}]}, {action: warn, enforcementPoints: "
				   "[{name: '*'}]}, {action: deny, enforcementPoints: [{name: x}]}]}"),
			"scoped: {}"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sw_gk_opts opts = {.enforcement_point = sw_str_from(rows[i][0])};
		struct sw_gk *gk = sw_gk_new(&opts);
		struct sw_gk_results r;
		struct sw_error err = {0};
		add_template(gk, template_of("K8sX", LABELS, DENY_ALL));
		add_constraint(gk, rows[i][1]);
		struct sw_gk_request req = {.object = yaml(pod)};
		must(sw_gk_review(gk, &arena, &req, &r, &err), &err);
		assert_string_equal(results(&r), rows[i][2]);
		if (i == 3) { /* each action once */
			assert_int_equal(r.v[0].n_scoped, 1);
			assert_str(r.v[0].scoped[0], "warn");
		}
		sw_gk_free(gk);
	}
}

/* A template may name the operations it is about; only the webhook asks. */
static void operations(void **state)
{
	static const char *const points[] = {"validation.gatekeeper.sh", "gator.gatekeeper.sh"};
	for (int i = 0; i < 2; i++) {
		struct sw_gk_opts opts = {.enforcement_point = sw_str_from(points[i])};
		struct sw_gk *gk = sw_gk_new(&opts);
		add_template(gk, yaml(HEAD "{" CRD ", targets: [{target: admission.k8s.gatekeeper.sh, operations: [CREATE], "
					   "rego: \"package p\\nviolation[{\\\"msg\\\": \\\"no\\\"}] { true }\"}]}}"));
		add_constraint(gk, CONSTRAINT("{}"));
		struct sw_gk_results r;
		struct sw_error err = {0};
		struct sw_gk_request req = {.object = yaml(pod), .operation = SW_STR("UPDATE")};
		must(sw_gk_review(gk, &arena, &req, &r, &err), &err);
		assert_int_equal(r.n, i);
		req.operation = SW_STR("CREATE");
		must(sw_gk_review(gk, &arena, &req, &r, &err), &err);
		assert_int_equal(r.n, 1);
		sw_gk_free(gk);
	}
}

/* ---- engines ---- */

#define CEL_CODE "{engine: K8sNativeValidation, source: {validations: [{expression: 'false', message: cel}]}}"
#define REGO_TEXT "\"package p\\nviolation[{\\\"msg\\\": \\\"rego\\\"}] { true }\""
#define REGO_CODE "{engine: Rego, source: {rego: " REGO_TEXT "}}"
#define LAX_CODE "{engine: Rego, source: {rego: \"package p\\nviolation[{\\\"msg\\\": \\\"rego\\\"}] { input.review.object.kind == \\\"None\\\" }\"}}"
#define BROKEN_CODE "{engine: Rego, source: {rego: 'package p'}}"

/* Of a template with both, gatekeeper 3.23 takes the CEL, whatever the order and however the Rego is given. */
static void engines(void **state)
{
	/* The template's code, and who answers under SW_GK_DUAL_CEL, _SIEVE and _REGO. NULL: the template is refused. */
	static const char *const rows[][4] = {
		{"code: [" CEL_CODE ", " REGO_CODE "]", "cel", "cel", "rego"},
		{"code: [" REGO_CODE ", " CEL_CODE "]", "cel", "cel", "rego"},
		{"code: [" CEL_CODE "], rego: " REGO_TEXT, "cel", "cel", "rego"},
		{"code: [" CEL_CODE "]", "cel", "cel", "cel"},
		{"code: [" REGO_CODE "]", "rego", "rego", "rego"},
		{"code: [" CEL_CODE ", " BROKEN_CODE "]", "cel", "cel", NULL},
		{"code: [" CEL_CODE ", " LAX_CODE "]", "cel", "", ""}, /* Rego that denies nothing */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int dual = SW_GK_DUAL_CEL; dual <= SW_GK_DUAL_REGO; dual++) {
			struct sw_gk_opts opts = {.dual = (enum sw_gk_dual)dual, .sieve = SW_GK_SIEVE_AT_ONCE};
			struct sw_gk *gk = sw_gk_new(&opts);
			struct sw_error err = {0};
			g_autofree char *text = g_strconcat(HEAD "{" CRD ", targets: [{target: admission.k8s.gatekeeper.sh, ",
				rows[i][0], "}]}}", NULL);
			int rc = sw_gk_add_template(gk, yaml(text), &err);
			const char *want = rows[i][1 + dual];
			assert_int_equal(rc < 0, want == NULL);
			if (want) {
				struct sw_gk_results r;
				struct sw_gk_request req = {.object = yaml(pod)};
				add_constraint(gk, CONSTRAINT("{}"));
				must(sw_gk_review(gk, &arena, &req, &r, &err), &err);
				assert_int_equal(r.n, *want != '\0');
				if (r.n)
					assert_str(r.v[0].msg, want);
			}
			sw_gk_free(gk);
		}
}

/* ---- messages ---- */

static void messages(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	add_template(gk, template_of("K8sX", "{type: object}",
		"package p\n"
		"violation[{\"msg\": \"same\", \"details\": {\"n\": 1}}] { true }\n"
		"violation[{\"msg\": \"same\", \"details\": {\"n\": 1}, \"more\": input.review.kind.kind}] { true }\n"
		"violation[{\"msg\": \"same\", \"details\": {\"n\": 2}}] { true }\n"
		"violation[{\"details\": {}}] { true }\n"
		"violation[{\"msg\": 5}] { true }\n"));
	add_constraint(gk, CONSTRAINT("{}"));
	struct sw_gk_results r;
	struct sw_error err = {0};
	struct sw_gk_request req = {.object = yaml(pod)};
	must(sw_gk_review(gk, &arena, &req, &r, &err), &err);
	assert_int_equal(r.n, 3); /* one "same" folded, one without msg is none */
	uint32_t errors = 0, same = 0;
	for (uint32_t i = 0; i < r.n; i++) {
		errors += r.v[i].error;
		same += sw_str_is(r.v[i].msg, "same");
	}
	assert_int_equal(errors, 1);
	assert_int_equal(same, 2);
	sw_gk_free(gk);
}

static void broken_among_good(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	struct sw_error err = {0};
	add_template(gk, template_of("K8sX", "{type: object}", DENY_ALL));
	assert_true(sw_gk_add_template(gk, template_of("K8sBroken", "{type: object}", "package p\nviolation {"), &err) < 0);
	assert_true(sw_gk_add_constraint(gk,
			    yaml("{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sBroken, metadata: {name: b}}"),
			    NULL, &err) < 0);
	/* One that fails when it runs: a result, not silence. */
	add_template(gk, template_of("K8sConflict", "{type: object}",
		"package p\nx = 1 { true }\nx = 2 { true }\nviolation[{\"msg\": \"m\"}] { x }\n"));
	add_constraint(gk, "{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sConflict, metadata: {name: b}}");
	add_constraint(gk, CONSTRAINT("{}"));
	const char *text = review(gk, pod);
	assert_non_null(strstr(text, "deny: {}"));
	assert_non_null(strstr(text, "eval_conflict_error"));
	sw_gk_free(gk);
}

/* ---- inventory ---- */

static void inventory(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	struct sw_error err = {0};
	add_template(gk, template_of("K8sX", "{type: object}",
		"package p\n"
		"violation[{\"msg\": msg}] { data.inventory.namespace[ns][gv][kind][name]; msg := concat(\"/\", [ns, gv, "
		"kind, name]) }\n"
		"violation[{\"msg\": msg}] { o := data.inventory.cluster[gv][kind][name]; msg := concat(\"/\", [gv, kind, name, "
		"object.get(o, \"x\", \"\")]) }\n"));
	add_constraint(gk, CONSTRAINT("{}"));
	assert_string_equal(review(gk, pod), "");
	static const char *const objects[] = {
		"{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: n1}}",
		"{apiVersion: v1, kind: Namespace, metadata: {name: n1}, x: first}",
		"{apiVersion: v1, kind: Namespace, metadata: {name: n1}, x: second}",
		"{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: n2}}",
	};
	for (size_t i = 0; i < 4; i++)
		must(sw_gk_add_data(gk, yaml(objects[i]), &err), &err);
	assert_string_equal(review(gk, pod), "deny: n1/apps/v1/Deployment/a\ndeny: n2/v1/Pod/p\ndeny: "
					     "v1/Namespace/n1/second");
	assert_true(sw_gk_add_data(gk, yaml("{kind: Pod}"), &err) < 0);
	assert_true(sw_gk_add_data(gk, yaml("[1]"), &err) < 0);
	sw_gk_clear_data(gk);
	assert_string_equal(review(gk, pod), "");
	sw_gk_free(gk);
}

static void namespace_lookup(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	struct sw_error err = {0};
	add_template(gk, template_of("K8sX", "{type: object}", DENY_ALL));
	add_constraint(gk, CONSTRAINT("{match: {namespaceSelector: {matchLabels: {env: prod}}}}"));
	assert_string_equal(review(gk, pod),
		"deny: unable to match constraints: error matching the requested object: web :failed to run Match "
		"criteria: namespace selector for namespace-scoped object but missing Namespace");
	must(sw_gk_add_data(gk, yaml("{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {env: dev}}}"), &err),
		&err);
	assert_string_equal(review(gk, pod), "");
	must(sw_gk_add_data(gk, yaml("{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {env: prod}}}"), &err),
		&err);
	assert_string_equal(review(gk, pod), "deny: {}");
	sw_gk_free(gk);
}

/* ---- Config, SyncSet ---- */

static void on_missing(void *arg, struct sw_value template, struct sw_str kinds)
{
	sw_buf_printf(arg, "%.*s;", SW_STR_ARG(kinds));
}

static void synced_data(void **state)
{
	struct sw_gk_opts opts = {.sync_only = true};
	struct sw_gk *gk = sw_gk_new(&opts);
	struct sw_error err = {0};
	struct sw_kube_object o;
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	must(sw_kube_object_init(yaml("{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: n1}}"), &o,
		     &err),
		&err);
	assert_true(sw_gk_syncs(gk, &o)); /* nobody has said what */
	must(sw_gk_add_config(gk,
		     yaml("{apiVersion: config.gatekeeper.sh/v1alpha1, kind: Config, metadata: {name: config}, spec: {sync: "
			  "{syncOnly: [{group: '', version: v1, kind: Pod}]}, match: [{processes: [webhook], "
			  "excludedNamespaces: [kube-*]}, {processes: ['*'], excludedNamespaces: [secret]}]}}"),
		     &err),
		&err);
	assert_false(sw_gk_syncs(gk, &o));
	must(sw_gk_add_config(gk,
		     yaml("{apiVersion: syncset.gatekeeper.sh/v1alpha1, kind: SyncSet, metadata: {name: s}, spec: {gvks: "
			  "[{group: apps, version: v1, kind: Deployment}]}}"),
		     &err),
		&err);
	assert_true(sw_gk_syncs(gk, &o));
	assert_true(sw_gk_excluded(gk, "webhook", SW_STR("kube-system")));
	assert_false(sw_gk_excluded(gk, "audit", SW_STR("kube-system")));
	assert_true(sw_gk_excluded(gk, "audit", SW_STR("secret")));
	assert_false(sw_gk_excluded(gk, "webhook", SW_STR("")));
	must(sw_gk_add_config(gk, yaml("{apiVersion: v1, kind: Config}"), &err), &err); /* somebody else's */

	struct sw_value t = template_of("K8sX", "{type: object}", DENY_ALL);
	struct sw_value notes = yaml("{name: k8sx, annotations: {metadata.gatekeeper.sh/requires-sync-data: '\"[[{\"groups\": "
				     "[\"\"], \"versions\": [\"v1\"], \"kinds\": [\"Service\", \"Secret\"]}], [{\"groups\": "
				     "[\"apps\"], \"versions\": [\"v1\"], \"kinds\": [\"Deployment\"]}]]\"'}}");
	struct sw_map m;
	sw_map_init(&m, &arena);
	sw_object_foreach(it, t)
		sw_map_add(&m, it->k, it->v);
	sw_map_adds(&m, "metadata", notes);
	add_template(gk, sw_map_object(&m));
	sw_gk_missing_data(gk, on_missing, &b);
	assert_int_equal(b.n, 0); /* nobody uses it */
	add_constraint(gk, CONSTRAINT("{}"));
	sw_gk_missing_data(gk, on_missing, &b);
	assert_str(sw_buf_str(&b), "v1 Service or v1 Secret;");
	sw_gk_free(gk);
}

/* ---- hostile ---- */

static void endless(void **state)
{
	struct sw_gk_opts opts = {.limits = {.steps = 100000}};
	struct sw_gk *gk = sw_gk_new(&opts);
	add_template(gk, template_of("K8sX", "{type: object}",
		"package p\nviolation[{\"msg\": \"x\"}] { n := numbers.range(1, 3000); n[_] + n[_] + n[_] == 0 }\n"));
	add_constraint(gk, CONSTRAINT("{}"));
	struct sw_gk_results r;
	struct sw_error err = {0};
	struct sw_gk_request req = {.object = yaml(pod)};
	for (int i = 0; i < 3; i++) { /* and it goes on working */
		must(sw_gk_review(gk, &arena, &req, &r, &err), &err);
		assert_int_equal(r.n, 1);
		assert_true(r.v[0].error);
	}
	sw_gk_free(gk);
}

static void memory_hungry(void **state)
{
	struct sw_gk_opts opts = {.limits = {.memory = 8 << 20}};
	struct sw_gk *gk = sw_gk_new(&opts);
	add_template(gk, template_of("K8sX", "{type: object}",
		"package p\nviolation[{\"msg\": \"x\"}] { n := numbers.range(1, 2000); a := [[x, y] | x := n[_]; y := n[_]]; "
		"count(a) > 0 }\n"));
	add_constraint(gk, CONSTRAINT("{}"));
	struct sw_gk_results r;
	struct sw_error err = {0};
	struct sw_gk_request req = {.object = yaml(pod)};
	must(sw_gk_review(gk, &arena, &req, &r, &err), &err);
	assert_int_equal(r.n, 1);
	assert_true(r.v[0].error);
	sw_gk_free(gk);
}

/* Schemas and selectors as deep as YAML lets them be. */
static void deep(void **state)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	for (int i = 0; i < 200; i++)
		sw_buf_addz(&b, "{type: object, properties: {a: ");
	sw_buf_addz(&b, "{type: string}");
	for (int i = 0; i < 200; i++)
		sw_buf_addz(&b, "}}");
	struct sw_gk *gk = sw_gk_new(NULL);
	struct sw_error err = {0};
	struct sw_value t = template_of("K8sX", sw_buf_cstr(&b), DENY_ALL);
	if (sw_gk_add_template(gk, t, &err) == 0) {
		sw_buf_clear(&b);
		for (int i = 0; i < 200; i++)
			sw_buf_addz(&b, "{a: ");
		sw_buf_addz(&b, "5");
		for (int i = 0; i < 200; i++)
			sw_buf_addz(&b, "}");
		sw_gk_add_constraint(gk,
			yamlf("{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sX, metadata: {name: c}, spec: "
			      "{parameters: %s}}",
				sw_buf_cstr(&b)),
			NULL, &err);
		review(gk, pod);
	}
	sw_gk_free(gk);
}

/* A huge policy: compiled or refused, and the next one is not the worse for it. */
static void huge(void **state)
{
	g_autoptr(GString) s = g_string_new("package p\n");
	for (int i = 0; i < 2000; i++)
		g_string_append_printf(s, "violation[{\"msg\": \"m%d\"}] { input.review.object.metadata.name == \"n%d\" }\n", i, i);
	struct sw_gk *gk = sw_gk_new(NULL);
	add_template(gk, template_of("K8sX", "{type: object}", s->str));
	add_constraint(gk, CONSTRAINT("{}"));
	assert_string_equal(review(gk, pod), "");
	assert_string_equal(review(gk, "{apiVersion: v1, kind: Pod, metadata: {name: n1999}}"), "deny: m1999");
	sw_gk_free(gk);
}

/* What may be the schema of a constraint's parameters: v1 as it is, v1beta1 with holes filled. */
static void template_schemas(void **state)
{
#define A "spec.validation.openAPIV3Schema.properties[spec].properties[parameters]"
#define OF(what) "{type: object, properties: {a: " what "}}"
	static const struct {
		const char *schema, *v1, *v1beta1; /* NULL: accepted; "": as v1 */
	} rows[] = {
		{OF("{type: string}"), NULL, NULL},
		{"{}", A ".type: Required value: must not be empty for specified object fields", NULL},
		{OF("{}"), A ".properties[a].type: Required value: must not be empty for specified object fields", NULL},
		{OF("{type: array}"), A ".properties[a].items: Required value: must be specified", NULL},
		{OF("{type: array, items: {}}"),
			A ".properties[a].items.type: Required value: must not be empty for specified array items", NULL},
		{OF("{type: strin}"),
			A ".properties[a].type: Unsupported value: \"strin\": supported values: \"array\", \"boolean\", "
			  "\"integer\", \"number\", \"object\", \"string\"", ""},
		{OF("{type: object, additionalProperties: {type: string}, properties: {b: {type: string}}}"),
			A ".properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual "
			  "exclusive", ""},
		{OF("{anyOf: [{type: integer}, {type: string}]}"),
			A ".properties[a].type: Required value: must not be empty for specified object fields", NULL},
		{OF("{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}"), NULL,
			A ".properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if "
			  "x-kubernetes-int-or-string is true"},
		{OF("{type: string, oneOf: [{type: string}, {format: x}]}"),
			A ".properties[a].oneOf[0].type: Forbidden: must be empty to be structural", ""},
		{OF("{type: string, not: {default: x}}"),
			A ".properties[a].not.default: Forbidden: must be undefined to be structural", ""},
		{OF("{type: string, pattern: '('}"),
			A ".properties[a].pattern: Invalid value: \"(\": must be a valid regular expression, but isn't: error "
			  "parsing regexp: missing closing ): `(`", ""},
		{OF("{type: array, uniqueItems: true, items: {type: string}}"),
			A ".properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity "
			  "becomes quadratic", ""},
		{OF("{$ref: x, type: string}"), A ".properties[a].$ref: Forbidden: $ref is not supported", ""},
		{OF("{type: object, x-kubernetes-embedded-resource: true}"),
			A ".properties[a].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true "
			  "without x-kubernetes-preserve-unknown-fields", NULL},
		{OF("{type: array, x-kubernetes-list-type: map, items: {type: object}}"),
			A ".properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type "
			  "is map", ""},
		{OF("{type: [string]}"), A ".properties[a].type: cannot unmarshal array into a field of type string", ""},
		{OF("{type: string, default: 1}"), A ".properties[a].default: Invalid value: ", ""},
		{"[1]", A ": cannot unmarshal array into a schema", NULL}, /* v1beta1: an empty one is made of it */
	};
	static const char *const versions[] = {"v1", "v1beta1"};
	(void)state;
	for (size_t i = 0; i < 2 * SW_ARRAY_LEN(rows); i++) {
		const char *want = i % 2 && !(rows[i / 2].v1beta1 && !*rows[i / 2].v1beta1) ? rows[i / 2].v1beta1 : rows[i / 2].v1;
		struct sw_gk *gk = sw_gk_new(NULL);
		struct sw_error err = {0};
		int rc = sw_gk_add_template(gk,
			yamlf("{apiVersion: templates.gatekeeper.sh/%s, kind: ConstraintTemplate, metadata: {name: k8sx}, spec: "
			      "{crd: {spec: {names: {kind: K8sX}, validation: {openAPIV3Schema: %s}}}, targets: [{target: "
			      "admission.k8s.gatekeeper.sh, rego: \"package p\\nviolation[{\\\"msg\\\": \\\"x\\\"}] { false }\"}]}}",
				versions[i % 2], rows[i / 2].schema),
			&err);
		const char *is = rc ? err.text : "";
		is = strncmp(is, "invalid ConstraintTemplate: ", 28) == 0 ? is + 28 : is;
		if (want ? strncmp(is, want, strlen(want)) != 0 : rc != 0)
			fail_msg("%s %s:\n%s\n%s", versions[i % 2], rows[i / 2].schema, is, want ? want : "");
		sw_gk_free(gk);
	}
}

/* Memory does not grow with the number of reviews. */
static void steady(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	struct sw_gk_request req = {.object = yaml(pod)};
	struct sw_error err = {0};
	add_template(gk, template_of("K8sX", "{type: object}", DENY_ALL));
	add_constraint(gk, CONSTRAINT("{}"));
	sw_autoarena a;
	sw_arena_init(&a, 1 << 16);
	for (int i = 0; i < 5000; i++) {
		struct sw_gk_results r;
		must(sw_gk_review(gk, &a, &req, &r, &err), &err);
		assert_int_equal(r.n, 1);
		sw_arena_reset(&a);
	}
	sw_gk_free(gk);
}

static uint32_t params_of(const struct sw_gk *gk)
{
	static const char *const kinds[] = {"ConfigMap", "Secret"};
	uint32_t n = 0;
	for (size_t i = 0; i < SW_ARRAY_LEN(kinds); i++)
		for (const struct gk_entry *e = gk_table_first(&gk->params, sw_str_from(kinds[i]), (struct sw_str){0}); e;
			e = e->next_kind)
			n++;
	return n;
}

/* A parameter that is data already counts once, by its whole name, until the data are gone. */
static void params_beside_data(void **state)
{
#define MAP(version, kind, ns, name) \
	"{apiVersion: " version ", kind: " kind ", metadata: {namespace: " ns ", name: " name "}}"
	static const char *const others[] = {MAP("v2", "ConfigMap", "a", "x"), MAP("v1", "Secret", "a", "x"),
		MAP("v1", "ConfigMap", "b", "x"), MAP("v1", "ConfigMap", "a", "y"),
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}"};
	struct sw_gk *gk = sw_gk_new(NULL);
	struct sw_error err = {0};
	(void)state;
	must(sw_gk_add_data(gk, yaml(MAP("v1", "ConfigMap", "a", "x")), &err), &err);
	must(sw_gk_add_param(gk, yaml(MAP("v1", "ConfigMap", "a", "x")), &err), &err);
	assert_int_equal(params_of(gk), 0);
	for (size_t i = 0; i < SW_ARRAY_LEN(others); i++) {
		must(sw_gk_add_param(gk, yaml(others[i]), &err), &err);
		assert_int_equal(params_of(gk), i + 1);
	}
	assert_true(sw_gk_add_param(gk, yaml("[1]"), &err) < 0);
	sw_gk_clear_data(gk);
	must(sw_gk_add_param(gk, yaml(MAP("v1", "ConfigMap", "a", "x")), &err), &err);
	assert_int_equal(params_of(gk), SW_ARRAY_LEN(others) + 1);
	sw_gk_free(gk);
}

int main(void)
{
	sw_arena_init(&arena, 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_policies),
		cmocka_unit_test(bad_template_objects),
		cmocka_unit_test(template_schemas),
		cmocka_unit_test(engines),
		cmocka_unit_test(validation),
		cmocka_unit_test(defaults),
		cmocka_unit_test(actions),
		cmocka_unit_test(operations),
		cmocka_unit_test(messages),
		cmocka_unit_test(broken_among_good),
		cmocka_unit_test(inventory),
		cmocka_unit_test(namespace_lookup),
		cmocka_unit_test(synced_data),
		cmocka_unit_test(endless),
		cmocka_unit_test(memory_hungry),
		cmocka_unit_test(deep),
		cmocka_unit_test(huge),
		cmocka_unit_test(steady),
		cmocka_unit_test(params_beside_data),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	sw_arena_release(&arena);
	return rc;
}
