/* SPDX-License-Identifier: Apache-2.0 */
/* Mutators: what they do to an object, what is refused, who contradicts whom, and the patch. */
#include "gk.h"

#include "doc/patch.h"

#define POD                                                                                                    \
	"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: " \
	"[{name: main, image: nginx}, {name: side, image: 'docker.io/redis:7', args: [a, b], ports: "             \
	"[{containerPort: 80}]}]}}"

/* A mutator of Pods with this location and these parameters. */
static struct sw_value mutator(const char *kind, const char *name, const char *location, const char *parameters)
{
	return yamlf("{apiVersion: mutations.gatekeeper.sh/v1, kind: %s, metadata: {name: %s}, spec: {applyTo: "
		     "[{groups: [''], versions: [v1], kinds: [Pod]}], location: '%s', parameters: %s}}",
		kind, name, location, parameters);
}

static int mutate(struct sw_gk *gk, const char *object, struct sw_gk_mutation *ret, struct sw_error *err)
{
	struct sw_gk_mutable m = {.object = yaml(object), .operation = SW_STR("CREATE")};
	return sw_gk_mutate(gk, &arena, &m, ret, err);
}

struct row {
	const char *kind, *location, *parameters;
	const char *patch; /* as JSON; or "! text" of the error */
};

static const struct row rows[] = {
	{"Assign", "spec.hostNetwork", "{assign: {value: false}}",
		"[{\"op\":\"add\",\"path\":\"/spec/hostNetwork\",\"value\":false}]"},
	{"Assign", "spec.a.b", "{assign: {value: {x: [1]}}}",
		"[{\"op\":\"add\",\"path\":\"/spec/a\",\"value\":{\"b\":{\"x\":[1]}}}]"},
	{"Assign", "spec.containers[name: *].image", "{assign: {value: x}}",
		"[{\"op\":\"replace\",\"path\":\"/spec/containers/0/image\",\"value\":\"x\"},"
		"{\"op\":\"replace\",\"path\":\"/spec/containers/1/image\",\"value\":\"x\"}]"},
	{"Assign", "spec.containers[name: side].image", "{assign: {value: 'docker.io/redis:7'}}", "[]"},
	{"Assign", "spec.containers[name: new].image", "{assign: {value: x}}",
		"[{\"op\":\"add\",\"path\":\"/spec/containers/2\",\"value\":{\"image\":\"x\",\"name\":\"new\"}}]"},
	{"Assign", "spec.initContainers[name: *].image", "{assign: {value: x}}", "[]"},
	{"Assign", "spec.containers[name: main]", "{assign: {value: {name: main, image: new}}}",
		"[{\"op\":\"replace\",\"path\":\"/spec/containers/0/image\",\"value\":\"new\"}]"},
	{"Assign", "spec.containers[name: side].ports[containerPort: 80].hostPort", "{assign: {value: 8080}}",
		"[{\"op\":\"add\",\"path\":\"/spec/containers/1/ports/0/hostPort\",\"value\":8080}]"},
	{"Assign", "spec.\"a/b~c\"", "{assign: {value: 1}}",
		"[{\"op\":\"add\",\"path\":\"/spec/a~1b~0c\",\"value\":1}]"},
	{"Assign", "spec.who", "{assign: {fromMetadata: {field: name}}}",
		"[{\"op\":\"add\",\"path\":\"/spec/who\",\"value\":\"web\"}]"},
	{"Assign", "spec.who", "{assign: {fromMetadata: {field: namespace}}}",
		"[{\"op\":\"add\",\"path\":\"/spec/who\",\"value\":\"shop\"}]"},
	/* path tests */
	{"Assign", "spec.x.y", "{pathTests: [{subPath: spec.x, condition: MustExist}], assign: {value: 1}}", "[]"},
	{"Assign", "spec.x.y", "{pathTests: [{subPath: spec.x, condition: MustNotExist}], assign: {value: 1}}",
		"[{\"op\":\"add\",\"path\":\"/spec/x\",\"value\":{\"y\":1}}]"},
	{"Assign", "spec.containers[name: *].args",
		"{pathTests: [{subPath: 'spec.containers[name: *].args', condition: MustNotExist}], assign: {value: [z]}}",
		"[{\"op\":\"add\",\"path\":\"/spec/containers/0/args\",\"value\":[\"z\"]}]"},
	{"Assign", "spec.containers[name: nope].image",
		"{pathTests: [{subPath: 'spec.containers[name: nope]', condition: MustExist}], assign: {value: x}}", "[]"},
	{"Assign", "spec.containers[name: *].image",
		"{pathTests: [{subPath: 'spec.containers[name: *]', condition: MustNotExist}], assign: {value: x}}", "[]"},
	/* what does not fit */
	{"Assign", "spec.containers.image", "{assign: {value: x}}",
		"! mutation for mutator Assign.mutations.gatekeeper.sh /m failed for  Pod shop web: mismatch between path "
		"entry (type: object) and received object (type: []interface {}). Path: image"},
	{"Assign", "spec.containers[name: main].image.tag", "{assign: {value: x}}",
		"! mutation for mutator Assign.mutations.gatekeeper.sh /m failed for  Pod shop web: mismatch between path "
		"entry (type: object) and received object (type: string). Path: tag"},
	/* metadata: only what is not there */
	{"AssignMetadata", "metadata.labels.owner", "{assign: {value: me}}",
		"[{\"op\":\"add\",\"path\":\"/metadata/labels/owner\",\"value\":\"me\"}]"},
	{"AssignMetadata", "metadata.labels.app", "{assign: {value: other}}", "[]"},
	{"AssignMetadata", "metadata.annotations.\"a.b/c\"", "{assign: {fromMetadata: {field: name}}}",
		"[{\"op\":\"add\",\"path\":\"/metadata/annotations\",\"value\":{\"a.b/c\":\"web\"}}]"},
	/* sets */
	{"ModifySet", "spec.containers[name: *].args", "{operation: merge, values: {fromList: [b, c, c]}}",
		"[{\"op\":\"add\",\"path\":\"/spec/containers/0/args\",\"value\":[\"b\",\"c\",\"c\"]},"
		"{\"op\":\"add\",\"path\":\"/spec/containers/1/args/2\",\"value\":\"c\"}]"},
	{"ModifySet", "spec.containers[name: side].args", "{operation: prune, values: {fromList: [a, z]}}",
		"[{\"op\":\"replace\",\"path\":\"/spec/containers/1/args/0\",\"value\":\"b\"},"
		"{\"op\":\"remove\",\"path\":\"/spec/containers/1/args/1\"}]"},
	{"ModifySet", "spec.tolerations", "{values: {fromList: [{key: a}]}}",
		"[{\"op\":\"add\",\"path\":\"/spec/tolerations\",\"value\":[{\"key\":\"a\"}]}]"},
	{"ModifySet", "spec.containers[name: main].image", "{values: {fromList: [x]}}",
		"! mutation for mutator ModifySet.mutations.gatekeeper.sh /m failed for  Pod shop web: \"nginx\" is not a "
		"list of values, cannot treat it as a set"},
	/* images */
	{"AssignImage", "spec.containers[name: side].image", "{assignTag: ':8'}",
		"[{\"op\":\"replace\",\"path\":\"/spec/containers/1/image\",\"value\":\"docker.io/redis:8\"}]"},
	{"AssignImage", "spec.containers[name: *].image", "{assignDomain: 'r.example.com:5000'}",
		"[{\"op\":\"replace\",\"path\":\"/spec/containers/0/image\",\"value\":\"r.example.com:5000/nginx\"},"
		"{\"op\":\"replace\",\"path\":\"/spec/containers/1/image\",\"value\":\"r.example.com:5000/redis:7\"}]"},
	{"AssignImage", "spec.containers[name: side].image",
		"{assignDomain: localhost, assignPath: a/b, assignTag: '@sha256:0123456789abcdef0123456789abcdef'}",
		"[{\"op\":\"replace\",\"path\":\"/spec/containers/1/image\",\"value\":"
		"\"localhost/a/b@sha256:0123456789abcdef0123456789abcdef\"}]"},
	{"AssignImage", "spec.containers", "{assignTag: ':8'}",
		"! mutation for mutator AssignImage.mutations.gatekeeper.sh /m failed for  Pod shop web: expected value at "
		"AssignImage location to be a string, got a value of type []interface {}"},
};

static void applied(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct sw_gk *gk = sw_gk_new(NULL);
		struct sw_gk_mutation m;
		struct sw_error err = {0};
		must(sw_gk_add_mutator(gk, mutator(r->kind, "m", r->location, r->parameters), &err), &err);
		int rc = mutate(gk, POD, &m, &err);
		if (r->patch[0] == '!') {
			assert_int_equal(rc, -SW_EINVALID);
			assert_string_equal(err.text, r->patch + 2);
		} else {
			must(rc, &err);
			assert_string_equal(json(m.patch), r->patch);
			struct sw_value again;
			must(sw_patch_apply(&arena, yaml(POD), m.patch, &again, &err), &err);
			assert_true(sw_value_eq(again, m.object));
			assert_int_equal(m.changed, strcmp(r->patch, "[]") != 0);
		}
		sw_gk_free(gk);
	}
}

static const struct row refused[] = {
	{"Assign", "", "{assign: {value: 1}}", "empty path"},
	{"Assign", "spec.", "{assign: {value: 1}}",
		"invalid location format `spec.` for Assign m: trailing separators are forbidden"},
	{"Assign", "spec[a", "{assign: {value: 1}}",
		"invalid location format `spec[a` for Assign m: unexpected token: expected ':' following keyField a, got: "
		"EOF: \"\""},
	{"Assign", "spec.a[b: 99999999999999999999]", "{assign: {value: 1}}",
		"invalid location format `spec.a[b: 99999999999999999999]` for Assign m: overflow in integer string: "
		"99999999999999999999: parsing key value for key: b"},
	{"Assign", "spec.\"open", "{assign: {value: 1}}",
		"invalid location format `spec.\"open` for Assign m: unexpected token: expected field name or eof, got: "
		"ERROR: \"open\""},
	{"Assign", "metadata.labels.x", "{assign: {value: 1}}", "assign m can't change metadata"},
	{"Assign", "spec.c[name: x].name", "{assign: {value: 1}}",
		"invalid path format: changing the item key is not allowed"},
	{"Assign", "spec.c[name: *]", "{assign: {value: {name: x}}}", "can't append to a globbed list"},
	{"Assign", "spec.c[name: x]", "{assign: {value: {name: y}}}", "adding object to list with different key name"},
	{"Assign", "spec.c[name: x]", "{assign: {fromMetadata: {field: name}}}",
		"cannot assign a metadata field to a list"},
	{"Assign", "spec.x", "{}",
		"assign must set one of `externalData`, `value` or `fromMetadata`: invalid assign field"},
	{"Assign", "spec.x", "{assign: {externalData: {provider: p}}}", "external data feature flag is not enabled"},
	{"Assign", "spec.x.y",
		"{assign: {value: 1}, pathTests: [{subPath: spec.x, condition: MustNotExist}, {subPath: spec.x.y, "
		"condition: MustExist}]}",
		"conflicting path test conditions: a path is marked MustExist but its parent MustNotExist"},
	{"AssignMetadata", "metadata.name", "{assign: {value: x}}", "invalid location for assignmetadata m: metadata.name"},
	{"AssignMetadata", "metadata.labels.a", "{assign: {value: 5}}",
		"spec.parameters.assign.value field must be a string for AssignMetadata \"m\""},
	{"ModifySet", "spec.c[name: x]", "{values: {fromList: [1]}}",
		"final node in a modifyset location cannot be a keyed list"},
	{"ModifySet", "spec.c", "{operation: append}", "unrecognized operation for modifyset: append"},
	{"AssignImage", "spec.c", "{}",
		"assignImage m has invalid parameters: at least one of [assignDomain, assignPath, assignTag] must be set"},
	{"AssignImage", "spec.c", "{assignTag: v1}",
		"assignImage m has invalid parameters: assignTag \"v1\" must be a valid docker image tag or digest starting "
		"with ':' or '@'"},
	{"AssignImage", "spec.c", "{assignPath: gcr.io/x}",
		"assignImage m has invalid parameters: assignDomain must be set if the first part of assignPath "
		"\"gcr.io/x\" can be interpreted as part of a domain"},
	{"Replace", "spec.c", "{}", "cannot convert mutator of kind \"Replace\""},
};

static void refusals(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct row *r = &refused[i];
		struct sw_gk *gk = sw_gk_new(NULL);
		struct sw_error err = {0};
		int rc = sw_gk_add_mutator(gk, mutator(r->kind, "m", r->location, r->parameters), &err);
		if (rc != -SW_EINVALID)
			fail_msg("%s %s %s: %d", r->kind, r->location, r->parameters, rc);
		assert_string_equal(err.text, r->patch);
		assert_int_equal(sw_gk_mutators(gk), 0);
		sw_gk_free(gk);
	}
}

struct pair {
	struct row a, b;
	bool conflict;
};

#define ASSIGN(location) {"Assign", location, "{assign: {value: 1}}", NULL}
#define IMAGE(location) {"AssignImage", location, "{assignTag: ':1'}", NULL}
#define SET(location) {"ModifySet", location, "{values: {fromList: [1]}}", NULL}

static const struct pair pairs[] = {
	{ASSIGN("spec.a.b"), ASSIGN("spec.a.c"), false},
	{ASSIGN("spec.a[name: x].b"), ASSIGN("spec.a.c"), true},
	{ASSIGN("spec.a[name: x].b"), ASSIGN("spec.a[name: y].c"), false},
	{ASSIGN("spec.a[name: x].b"), ASSIGN("spec.a[id: y].c"), true},
	{ASSIGN("spec.a[name: x].b"), ASSIGN("spec.z[id: y].c"), false},
	{ASSIGN("spec.a"), ASSIGN("spec.a.b"), false},
	{IMAGE("spec.a"), ASSIGN("spec.a.b"), true},
	{IMAGE("spec.a.b"), ASSIGN("spec.a"), false},
	{SET("spec.a"), ASSIGN("spec.a.b"), true},
	{SET("spec.a"), ASSIGN("spec.a[n: x].b"), true},
	{SET("spec.a"), ASSIGN("spec.a"), false},
	{SET("spec.a"), IMAGE("spec.a"), true},
	{ASSIGN("spec.a[name: *].b"), ASSIGN("spec.a[name: x].b[k: v].c"), false},
	{{"AssignMetadata", "metadata.labels.a", "{assign: {value: x}}", NULL}, ASSIGN("spec.a"), false},
};

static void contradictions(void **state)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct pair *p = &pairs[i];
		struct sw_gk *gk = sw_gk_new(NULL);
		struct sw_error err = {0};
		must(sw_gk_add_mutator(gk, mutator(p->a.kind, "a", p->a.location, p->a.parameters), &err), &err);
		int rc = sw_gk_add_mutator(gk, mutator(p->b.kind, "b", p->b.location, p->b.parameters), &err);
		if (rc != (p->conflict ? -SW_ECONFLICT : 0))
			fail_msg("%s and %s: %d %s", p->a.location, p->b.location, rc, err.text);
		struct sw_gk_mutation m;
		if (p->conflict) { /* neither is applied */
			must(mutate(gk, "{apiVersion: v1, kind: Pod, metadata: {name: x}}", &m, &err), &err);
			assert_false(m.changed);
		}
		sw_gk_free(gk);
	}
}

/* The contradiction goes when one of the two is replaced. */
static void contradiction_resolved(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	struct sw_error err = {0};
	struct sw_gk_mutation m;
	must(sw_gk_add_mutator(gk, mutator("Assign", "a", "spec.a[name: x].b", "{assign: {value: 1}}"), &err), &err);
	assert_int_equal(
		sw_gk_add_mutator(gk, mutator("Assign", "b", "spec.a.c", "{assign: {value: 1}}"), &err), -SW_ECONFLICT);
	assert_string_equal(err.text, "the following mutators have conflicting schemas: "
				      "[Assign.mutations.gatekeeper.sh /a,Assign.mutations.gatekeeper.sh /b]");
	must(sw_gk_add_mutator(gk, mutator("Assign", "b", "spec.c", "{assign: {value: 1}}"), &err), &err);
	assert_int_equal(sw_gk_mutators(gk), 2);
	must(mutate(gk, "{apiVersion: v1, kind: Pod, metadata: {name: x}}", &m, &err), &err);
	assert_string_equal(json(m.object), "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\"},"
					    "\"spec\":{\"a\":[{\"b\":1,\"name\":\"x\"}],\"c\":1}}");
	sw_gk_free(gk);
}

/* By kind, then name; later ones see what earlier ones did; the last word is kept. */
static void ordering(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	struct sw_error err = {0};
	struct sw_gk_mutation m;
	must(sw_gk_add_mutator(gk, mutator("Assign", "z", "spec.x", "{assign: {value: z}}"), &err), &err);
	must(sw_gk_add_mutator(gk, mutator("Assign", "a", "spec.x", "{assign: {value: a}}"), &err), &err);
	must(mutate(gk, "{apiVersion: v1, kind: Pod, metadata: {name: x}}", &m, &err), &err);
	assert_string_equal(json(m.patch), "[{\"op\":\"add\",\"path\":\"/spec\",\"value\":{\"x\":\"z\"}}]");
	assert_int_equal(m.iterations, 2);
	sw_gk_free(gk);
}

/* A path test that its own mutator makes false: applied once, and that is the end. */
static void path_test_once(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	struct sw_error err = {0};
	struct sw_gk_mutation m;
	must(sw_gk_add_mutator(gk,
		     yaml("{apiVersion: mutations.gatekeeper.sh/v1, kind: Assign, metadata: {name: a}, spec: {applyTo: "
			  "[{groups: [''], versions: [v1], kinds: [Pod]}], match: {labelSelector: {matchLabels: {on: "
			  "'yes'}}}, location: spec.a.b, parameters: {pathTests: [{subPath: spec.a, condition: "
			  "MustNotExist}], assign: {value: 1}}}}"),
		     &err),
		&err);
	must(sw_gk_add_mutator(gk, mutator("Assign", "b", "spec.c", "{assign: {value: 1}}"), &err), &err);
	must(mutate(gk, "{apiVersion: v1, kind: Pod, metadata: {name: x, labels: {on: 'yes'}}}", &m, &err), &err);
	assert_int_equal(m.iterations, 2);
	sw_gk_free(gk);
}

static void scope_of_mutators(void **state)
{
	struct sw_gk *gk = sw_gk_new(NULL);
	struct sw_error err = {0};
	struct sw_gk_mutation m;
	must(sw_gk_add_mutator(gk,
		     yaml("{apiVersion: mutations.gatekeeper.sh/v1, kind: Assign, metadata: {name: a}, spec: {applyTo: "
			  "[{groups: [''], versions: [v1], kinds: [Pod], operations: [UPDATE]}], match: {namespaces: "
			  "[shop]}, location: spec.x, parameters: {assign: {value: 1}}}}"),
		     &err),
		&err);
	struct sw_gk_mutable in = {.object = yaml(POD), .operation = SW_STR("UPDATE")};
	must(sw_gk_mutate(gk, &arena, &in, &m, &err), &err);
	assert_true(m.changed);
	in.operation = SW_STR("CREATE");
	must(sw_gk_mutate(gk, &arena, &in, &m, &err), &err);
	assert_false(m.changed);
	in.operation = SW_STR(""); /* audit and expansion: only what holds for both */
	must(sw_gk_mutate(gk, &arena, &in, &m, &err), &err);
	assert_false(m.changed);
	in.operation = SW_STR("UPDATE");
	in.object = yaml("{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: other}}");
	must(sw_gk_mutate(gk, &arena, &in, &m, &err), &err);
	assert_false(m.changed);
	in.object = yaml("{apiVersion: v1, kind: Service, metadata: {name: x, namespace: shop}}");
	must(sw_gk_mutate(gk, &arena, &in, &m, &err), &err);
	assert_false(m.changed);
	sw_gk_free(gk);
}

int main(void)
{
	sw_arena_init(&arena, 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(applied),
		cmocka_unit_test(refusals),
		cmocka_unit_test(contradictions),
		cmocka_unit_test(contradiction_resolved),
		cmocka_unit_test(ordering),
		cmocka_unit_test(path_test_once),
		cmocka_unit_test(scope_of_mutators),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	sw_arena_release(&arena);
	return rc;
}
