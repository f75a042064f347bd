/* SPDX-License-Identifier: Apache-2.0 */
/* ValidatingAdmissionPolicies, and Gatekeeper's templates in CEL, in one set. */
#include "../test.h"

#include <stdlib.h>

#include "doc/yaml.h"
#include "policy/gatekeeper/gatekeeper.h"

#define POLICY(name)                                                                               \
	"apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: " \
	"{name: " name "}\nspec:\n"
#define BINDING(name)                                                                              \
	"---\napiVersion: admissionregistration.k8s.io/v1\nkind: "                                 \
	"ValidatingAdmissionPolicyBinding\nmetadata: {name: " name "}\nspec:\n"
#define PODS                                                                                       \
	"  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: "   \
	"[CREATE], resources: [pods]}]}\n"
#define POD                                                                                        \
	"apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop, labels: {app: "           \
	"web}}\nspec: {containers: [{name: a, image: x}]}\n"
#define DELETED                                                                                    \
	"request: {uid: u, operation: DELETE, kind: {group: '', version: v1, kind: Pod}, "         \
	"resource: {group: '', version: v1, resource: pods}, name: p, namespace: shop, userInfo: " \
	"{username: jane}, object: null, oldObject: {apiVersion: v1, kind: Pod, metadata: {name: " \
	"p, namespace: shop}}}\n"

/* `want`: "action name: message", a line for each result; a message of an error begins with "!". */
static const struct {
	const char *policies, *object, *want;
} cases[] = {
	/* without a binding, outside of a cluster */
	{POLICY("a") PODS "  validations: [{expression: 'object.metadata.name == \"q\"'}]\n", POD,
		"deny a: failed expression: object.metadata.name == \"q\"\n"},
	{POLICY("a") PODS "  validations: [{expression: 'object.metadata.name == \"p\"'}]\n", POD,
		""},
	/* messages */
	{POLICY("a") PODS "  validations: [{expression: 'false', message: ' no '}, {expression: "
			  "'false', message: m, "
			  "messageExpression: '\"x\" + object.metadata.name'}]\n",
		POD, "deny a: no\ndeny a: xp\n"},
	{POLICY("a") PODS "  validations: [{expression: 'false', message: m, messageExpression: "
			  "'object.nothing'}, "
			  "{expression: 'false', message: m, messageExpression: '\"a\\nb\"'}, "
			  "{expression: 'false', message: m, "
			  "messageExpression: '\" \"'}]\n",
		POD, "deny a: m\ndeny a: m\ndeny a: m\n"},
	/* errors and the failurePolicy */
	{POLICY("a") PODS "  validations: [{expression: 'object.nothing == 1'}]\n", POD,
		"deny a: expression 'object.nothing == 1' resulted in error: no such key: "
		"nothing\n"},
	{POLICY("a") "  failurePolicy: Ignore\n" PODS
		     "  validations: [{expression: 'object.nothing == 1'}]\n",
		POD, ""},
	/* nothing can be said: not even Ignore hides it */
	{POLICY("a") "  failurePolicy: Ignore\n" PODS
		     "  validations: [{expression: 'lists.range(9000000).all(x, x >= 0)'}]\n",
		POD, "!deny a: not evaluated: operation cancelled: actual cost limit exceeded\n"},
	{POLICY("a") PODS "  validations: [{expression: "
			  "'authorizer.requestResource.check(\"create\").allowed()'}]\n",
		POD,
		"!deny a: not evaluated: the expression asks the cluster's authorizer, which "
		"cannot be asked here\n"},
	/* matchConditions */
	{POLICY("a") PODS "  matchConditions: [{name: c, expression: 'object.metadata.name == "
			  "\"q\"'}]\n  validations: "
			  "[{expression: 'false'}]\n",
		POD, ""},
	{POLICY("a") PODS "  matchConditions: [{name: c, expression: 'object.nothing'}, {name: d, "
			  "expression: 'false'}]\n  "
			  "validations: [{expression: 'false'}]\n",
		POD, ""},
	{POLICY("a") PODS "  matchConditions: [{name: c, expression: 'object.nothing'}]\n  "
			  "validations: [{expression: "
			  "'false'}]\n",
		POD,
		"deny a: expression 'object.nothing' resulted in error: no such key: nothing\n"},
	/* variables are computed when they are used */
	{POLICY("a") PODS
		"  variables: [{name: bad, expression: 'object.nothing'}, {name: 'n', expression: "
		"'object.metadata.name'}, {name: m, expression: 'variables.n + \"!\"'}]\n  "
		"validations: [{expression: "
		"'variables.m != \"p!\"', messageExpression: 'variables.m'}]\n",
		POD, "deny a: p!\n"},
	/* the request of a bare object */
	{POLICY("a") PODS "  validations: [{expression: 'request.operation + request.kind.kind + "
			  "request.resource.resource + "
			  "request.namespace + request.name != \"CREATEPodpodsshopp\"'}]\n",
		POD,
		"deny a: failed expression: request.operation + request.kind.kind + "
		"request.resource.resource + "
		"request.namespace + request.name != \"CREATEPodpodsshopp\"\n"},
	/* actions of bindings */
	{POLICY("a")
			PODS "  validations: [{expression: 'false', message: m}]\n" BINDING(
				"d") "  {policyName: a, validationActions: [Deny, "
				     "Audit]}\n" BINDING("w") "  {policyName: a, "
							      "validationActions: "
							      "[Warn]}\n" BINDING(
								      "o") "  {policyName: other, "
									   "validationActions: "
									   "[Deny]}\n" BINDING(
										   "u") "  "
											"{policyNam"
											"e: a, "
											"validation"
											"Actions: "
											"[Audit]}"
											"\n",
		POD, "deny a/d: m\nwarn a/w: m\ndryrun a/u: m\n"},
	/* what a binding is about */
	{POLICY("a") PODS "  validations: [{expression: 'false', message: m}]\n" BINDING(
		 "b") "  {policyName: a, validationActions: [Deny], matchResources: "
		      "{objectSelector: {matchLabels: {app: db}}}}\n",
		POD, ""},
	{POLICY("a") PODS "  validations: [{expression: 'false', message: m}]\n" BINDING(
		 "b") "  {policyName: a, validationActions: [Deny], matchResources: "
		      "{namespaceSelector: {matchLabels: "
		      "{kubernetes.io/metadata.name: shop}}}}\n",
		POD, "deny a/b: m\n"},
	{POLICY("a") PODS "  validations: [{expression: 'false', message: m}]\n" BINDING(
		 "b") "  {policyName: a, validationActions: [Deny], matchResources: "
		      "{namespaceSelector: {matchLabels: {env: "
		      "prod}}}}\n",
		POD,
		"!deny a/b: not evaluated: a namespaceSelector asks for labels of its Namespace, "
		"which is not among the "
		"objects\n"},
	{POLICY("a") PODS "  validations: [{expression: 'namespaceObject.metadata.labels.env != "
			  "\"prod\"', message: m}]\n" BINDING(
				  "b") "  {policyName: a, validationActions: [Deny], "
				       "matchResources: {namespaceSelector: {matchLabels: {env: "
				       "prod}}}}\n---\napiVersion: v1\nkind: Namespace\nmetadata: "
				       "{name: shop, labels: {env: prod}}\n",
		POD, "deny a/b: m\n"},
	{POLICY("a") PODS "  validations: [{expression: 'false', message: m}]\n" BINDING(
		 "b") "  {policyName: a, validationActions: [Deny], matchResources: "
		      "{excludeResourceRules: [{apiGroups: ['*'], "
		      "apiVersions: ['*'], operations: ['*'], resources: ['*'], resourceNames: "
		      "[p]}]}}\n",
		POD, ""},
	/* parameters */
	{POLICY("a") "  paramKind: {apiVersion: v1, kind: ConfigMap}\n" PODS
		     "  validations: [{expression: 'params.data.name != object.metadata.name', "
		     "messageExpression: "
		     "'params.metadata.name'}]\n" BINDING(
			     "b") "  {policyName: a, validationActions: [Deny], paramRef: "
				  "{selector: "
				  "{matchLabels: {team: a}}, parameterNotFoundAction: Deny}}\n---\n"
				  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, "
				  "namespace: shop, labels: {team: a}}\ndata: {name: p}\n"
				  "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: two, "
				  "namespace: shop, labels: {team: a}}\ndata: {name: "
				  "p}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: far, "
				  "namespace: other, labels: {team: a}}\ndata: "
				  "{name: p}\n",
		POD, "deny a/b: one\ndeny a/b: two\n"},
	{POLICY("a") "  paramKind: {apiVersion: v1, kind: ConfigMap}\n" PODS
		     "  validations: [{expression: 'true'}]\n" BINDING(
			     "b") "  {policyName: a, validationActions: [Deny], paramRef: "
				  "{name: c, parameterNotFoundAction: Deny}}\n",
		POD,
		"deny a/b: failed to configure binding: no params found for policy binding with `Deny` "
		"parameterNotFoundAction\n"},
	/* whatever the binding's actions are; but failurePolicy Ignore ignores it */
	{POLICY("a") "  paramKind: {apiVersion: v1, kind: ConfigMap}\n" PODS
		     "  validations: [{expression: 'true'}]\n" BINDING(
			     "b") "  {policyName: a, validationActions: [Warn, Audit], paramRef: "
				  "{name: c, parameterNotFoundAction: Deny}}\n",
		POD,
		"deny a/b: failed to configure binding: no params found for policy binding with `Deny` "
		"parameterNotFoundAction\n"},
	{POLICY("a") "  failurePolicy: Ignore\n  paramKind: {apiVersion: v1, kind: ConfigMap}\n" PODS
		     "  validations: [{expression: 'true'}]\n" BINDING(
			     "b") "  {policyName: a, validationActions: [Deny], paramRef: "
				  "{name: c, parameterNotFoundAction: Deny}}\n",
		POD, ""},
	{POLICY("a") PODS "  auditAnnotations: [{key: k, valueExpression: 'object.nothing'}]\n" BINDING(
		 "b") "  {policyName: a, validationActions: [Audit]}\n",
		POD, "deny a/b: expression 'object.nothing' resulted in error: no such key: nothing\n"},
	{POLICY("a") "  paramKind: {apiVersion: v1, kind: ConfigMap}\n" PODS
		     "  validations: [{expression: 'false'}]\n" BINDING(
			     "b") "  {policyName: a, validationActions: [Deny], paramRef: "
				  "{name: c, parameterNotFoundAction: Allow}}\n",
		POD, ""},
	{POLICY("a") "  paramKind: {apiVersion: v1, kind: ConfigMap}\n" PODS
		     "  validations: [{expression: 'params == null'}]\n" BINDING(
			     "b") "  {policyName: a, validationActions: [Deny]}\n",
		POD, ""},
	{POLICY("a") "  paramKind: {apiVersion: v1, kind: ConfigMap}\n" PODS
		     "  validations: [{expression: 'true'}]\n",
		POD,
		"!deny a: not evaluated: the policy has a paramKind, and no binding says which "
		"parameters\n"},
	/* a deletion: there is no object */
	{POLICY("a") "  matchConstraints: {resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], "
		     "operations: ['*'], resources: "
		     "['*']}]}\n  validations: [{expression: 'object != null', messageExpression: "
		     "'oldObject.metadata.name + "
		     "request.userInfo.username'}]\n",
		DELETED, "deny a: pjane\n"},
	{POLICY("a") PODS "  validations: [{expression: 'false'}]\n", DELETED, ""},
	/* what nobody may judge */
	{POLICY("a") "  matchConstraints: {resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], "
		     "operations: ['*'], resources: "
		     "['*']}]}\n  validations: [{expression: 'false'}]\n",
		POLICY("b") PODS "  validations: [{expression: 'true'}]\n", ""},
	/* Gatekeeper's template in CEL */
	{"apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {name: "
	 "k8sname}\nspec:\n  crd: {spec: {names: "
	 "{kind: K8sName}, validation: {openAPIV3Schema: {type: object, properties: {name: {type: "
	 "string}}}}}}\n  targets:\n"
	 "  - target: admission.k8s.gatekeeper.sh\n    code:\n    - engine: K8sNativeValidation\n  "
	 "    source:\n        variables: "
	 "[{name: whole, expression: 'params.metadata.name'}]\n        validations: [{expression: "
	 "'variables.anyObject.metadata.name != variables.params.name', messageExpression: "
	 "'variables.whole + \" \" + "
	 "variables.params.name'}]\n---\napiVersion: constraints.gatekeeper.sh/v1beta1\nkind: "
	 "K8sName\nmetadata: {name: c}\nspec: "
	 "{parameters: {name: p}, enforcementAction: warn}\n",
		DELETED, "warn c: c p\n"},
};

static const struct {
	const char *policy, *why;
} refused[] = {
	{POLICY("a") "  validations: [{expression: 'true'}]\n",
		"the policy has no matchConstraints"},
	{POLICY("a") "  matchConstraints: {}\n  validations: [{expression: 'true'}]\n",
		"matchConstraints.resourceRules is empty"},
	{POLICY("a") PODS, "the policy has neither validations nor auditAnnotations"},
	{POLICY("a") PODS "  validations: [{expression: '1'}]\n",
		"validations[0].expression:1:1: must evaluate to bool but got int"},
	{POLICY("a") PODS "  validations: [{expression: 'true', messageExpression: '1'}]\n",
		"validations[0].messageExpression:1:1: must evaluate to string but got int"},
	{POLICY("a") PODS "  validations: [{expression: 'params.a == 1'}]\n",
		"validations[0].expression:1:1: undeclared reference to 'params' (in container "
		"'')"},
	{POLICY("a") PODS "  validations: [{expression: 'true', messageExpression: "
			  "'authorizer.path(\"/\").check(\"get\")."
			  "reason()'}]\n",
		"validations[0].messageExpression:1:1: undeclared reference to 'authorizer' (in "
		"container '')"},
	{POLICY("a") PODS "  validations: [{expression: 'variables.x'}]\n  variables: [{name: x, "
			  "expression: 'variables.y'}]\n",
		"variables[0].expression:1:1: undeclared reference to 'variables' (in container "
		"'')"},
	{POLICY("a") PODS "  variables: [{name: a-b, expression: '1'}]\n  validations: "
			  "[{expression: 'true'}]\n",
		"variables[0].name: \"a-b\" is no identifier"},
	{POLICY("a") PODS "  failurePolicy: Maybe\n  validations: [{expression: 'true'}]\n",
		"unrecognized failure policy: Maybe"},
	{BINDING("b") "  {policyName: a}\n", "the binding has no validationActions"},
	{BINDING("b") "  {policyName: a, validationActions: [Deny, Warn]}\n",
		"validationActions: Deny and Warn may not be used together"},
	{BINDING("b") "  {validationActions: [Deny]}\n", "the binding has no policyName"},
	{BINDING("b") "  {policyName: a, validationActions: [Deny], paramRef: {name: x}}\n",
		"paramRef.parameterNotFoundAction must be Allow or Deny"},
};

/* Each document of the text. */
static void each(struct sw_arena *a, const char *text,
	void (*fn)(struct sw_gk *gk, struct sw_value v), struct sw_gk *gk)
{
	struct sw_yaml_stream *s;
	struct sw_yaml_doc d;
	assert_int_equal(sw_yaml_open(a, sw_str_from(text), SW_YAML_K8S, NULL, &s, NULL), 0);
	while (sw_yaml_next(s, a, &d, NULL) > 0)
		if (d.root.type == SW_OBJECT)
			fn(gk, d.root);
}

static int add_any(struct sw_gk *gk, struct sw_value v, struct sw_error *err)
{
	switch (sw_gk_kind_of(v)) {
	case SW_GK_TEMPLATE:
		return sw_gk_add_template(gk, v, err);
	case SW_GK_CONSTRAINT:
		return sw_gk_add_constraint(gk, v, NULL, err);
	case SW_GK_ADMISSION:
		return sw_gk_add_admission(gk, v, err);
	default:
		return sw_gk_add_data(gk, v, err);
	}
}

static void add(struct sw_gk *gk, struct sw_value v)
{
	struct sw_error err = {0};
	if (add_any(gk, v, &err) < 0)
		fail_msg("%s", err.text);
}

static void write_results(const struct sw_gk_results *rs, struct sw_buf *out)
{
	for (uint32_t i = 0; i < rs->n; i++)
		sw_buf_printf(out, "%s%.*s %.*s: %.*s\n", rs->v[i].error ? "!" : "",
			SW_STR_ARG(rs->v[i].action), SW_STR_ARG(rs->v[i].name),
			SW_STR_ARG(rs->v[i].msg));
}

static struct sw_buf *output;

static void review(struct sw_gk *gk, struct sw_value v)
{
	sw_autoarena a;
	struct sw_gk_results rs;
	struct sw_error err = {0};
	struct sw_gk_request req = {.object = v};
	sw_arena_init(&a, 0);
	if (sw_defined(sw_object_gets(v, SW_STR("request"))))
		req = (struct sw_gk_request){.admission = sw_object_gets(v, SW_STR("request"))};
	if (sw_gk_review(gk, &a, &req, &rs, &err) < 0)
		fail_msg("%s", err.text);
	write_results(&rs, output);
}

static void test_cases(void **state)
{
	int bad = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sw_autoarena a;
		sw_autobuf out;
		sw_arena_init(&a, 0);
		sw_buf_init(&out, 1 << 20);
		output = &out;
		struct sw_gk *gk = sw_gk_new(NULL);
		each(&a, cases[i].policies, add, gk);
		each(&a, cases[i].object, review, gk);
		if (strcmp(sw_buf_cstr(&out), cases[i].want) != 0) {
			print_error("%s\n  is   %s\n  want %s\n", cases[i].policies,
				sw_buf_cstr(&out), cases[i].want);
			bad++;
		}
		sw_gk_free(gk);
	}
	assert_int_equal(bad, 0);
}

static const char *expected;

static void refuse(struct sw_gk *gk, struct sw_value v)
{
	struct sw_error err = {0};
	assert_int_equal(add_any(gk, v, &err), -SW_EINVALID);
	assert_string_equal(err.text, expected);
}

static void test_refused(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		sw_autoarena a;
		sw_arena_init(&a, 0);
		struct sw_gk *gk = sw_gk_new(NULL);
		expected = refused[i].why;
		each(&a, refused[i].policy, refuse, gk);
		assert_int_equal(sw_gk_constraints(gk), 0);
		sw_gk_free(gk);
	}
}

/* In a cluster a policy without binding does nothing; a policy replaced is judged by its new text.
 */
static void test_cluster(void **state)
{
	sw_autoarena a;
	sw_autobuf out;
	struct sw_gk_opts opts = {.enforcement_point = SW_STR("validation.gatekeeper.sh")};
	sw_arena_init(&a, 0);
	sw_buf_init(&out, 1 << 16);
	output = &out;
	struct sw_gk *gk = sw_gk_new(&opts);
	each(&a, POLICY("a") PODS "  validations: [{expression: 'false', message: old}]\n", add,
		gk);
	assert_int_equal(sw_gk_constraints(gk), 0);
	each(&a, POD, review, gk);
	assert_string_equal(sw_buf_cstr(&out), "");
	each(&a, BINDING("b") "  {policyName: a, validationActions: [Deny]}\n", add, gk);
	each(&a, POLICY("a") PODS "  validations: [{expression: 'false', message: new}]\n", add,
		gk);
	assert_int_equal(sw_gk_constraints(gk), 1);
	each(&a, POD, review, gk);
	assert_string_equal(sw_buf_cstr(&out), "deny a/b: new\n");
	sw_gk_free(gk);
}

#define CONSTRAINT(kind, name)                                                                     \
	"---\napiVersion: constraints.gatekeeper.sh/v1beta1\nkind: " kind "\nmetadata: {name: " name "}\n"

/* What a review measures: a template in Rego as a whole, each constraint in CEL. */
static void test_stats(void **state)
{
	static const char policies[] =
		"apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {name: inrego}\nspec: {crd: "
		"{spec: {names: {kind: InRego}}}, targets: [{target: admission.k8s.gatekeeper.sh, rego: 'package a\n\n  "
		"violation[{\"msg\": \"x\"}] { true }'}]}\n---\n"
		"apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {name: incel}\nspec: {crd: "
		"{spec: {names: {kind: InCEL}}}, targets: [{target: admission.k8s.gatekeeper.sh, code: [{engine: "
		"K8sNativeValidation, source: {validations: [{expression: 'false'}]}}]}]}\n" CONSTRAINT("InRego", "a")
			CONSTRAINT("InRego", "b") CONSTRAINT("InCEL", "a") CONSTRAINT("InCEL", "b");
	sw_autoarena a;
	sw_autobuf out;
	struct sw_yaml_stream *s;
	struct sw_yaml_doc d;
	struct sw_gk_results rs;
	sw_arena_init(&a, 0);
	sw_buf_init(&out, 4096);
	struct sw_gk *gk = sw_gk_new(NULL);
	each(&a, policies, add, gk);
	assert_int_equal(sw_yaml_open(&a, SW_STR(POD), SW_YAML_K8S, NULL, &s, NULL), 0);
	assert_int_equal(sw_yaml_next(s, &a, &d, NULL), 1);
	struct sw_gk_request req = {.object = d.root, .stats = true};
	assert_int_equal(sw_gk_review(gk, &a, &req, &rs, NULL), 0);
	for (uint32_t i = 0; i < rs.n_stats; i++)
		sw_buf_printf(&out, "%.*s %.*s %u\n", SW_STR_ARG(rs.stats[i].kind), SW_STR_ARG(rs.stats[i].name),
			rs.stats[i].constraints);
	assert_string_equal(sw_buf_cstr(&out), "InCEL a 1\nInCEL b 1\nInRego  2\n");
	sw_gk_free(gk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cluster),
		cmocka_unit_test(test_stats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
