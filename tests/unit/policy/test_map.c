/* SPDX-License-Identifier: Apache-2.0 */
/* MutatingAdmissionPolicies: what they make of objects, and when they refuse them. */
#include "../test.h"

#include "doc/json.h"
#include "doc/yaml.h"
#include "policy/gatekeeper/gatekeeper.h"

#define GROUP "apiVersion: admissionregistration.k8s.io/v1\n"
#define POLICY(name) GROUP "kind: MutatingAdmissionPolicy\nmetadata: {name: " name "}\nspec:\n"
#define BINDING(name)                                                                              \
	"---\n" GROUP "kind: MutatingAdmissionPolicyBinding\nmetadata: {name: " name "}\nspec:\n"
#define ON(group, kinds)                                                                           \
	"  matchConstraints: {resourceRules: [{apiGroups: ['" group "'], apiVersions: ['*'], "     \
	"operations: [CREATE, UPDATE], resources: [" kinds "]}]}\n"
#define NEVER "  reinvocationPolicy: Never\n"
#define APPLY(e) "  - {patchType: ApplyConfiguration, applyConfiguration: {expression: '" e "'}}\n"
#define PATCH(e) "  - {patchType: JSONPatch, jsonPatch: {expression: '" e "'}}\n"
#define ANY(group, kinds, mutations) POLICY("a") NEVER ON(group, kinds) "  mutations:\n" mutations
#define PODS(mutations) ANY("", "pods", mutations)
#define DEPLOYMENTS(mutations) ANY("apps", "deployments", mutations)

#define POD                                                                                        \
	"apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop, labels: {app: web}}\n"    \
	"spec: {nodeSelector: {a: b}, containers: [{name: a, image: i, ports: [{containerPort: "   \
	"80}, {containerPort: 80, protocol: UDP}]}, {name: b, image: i}, {name: c, image: i}]}\n"
#define DEPLOYMENT                                                                                 \
	"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, labels: {'y': '1'}, "          \
	"finalizers: "                                                                             \
	"[one, two]}\nspec: {replicas: 1, template: {spec: {containers: [{name: a, image: "        \
	"i}]}}}\n"
#define CUSTOM                                                                                     \
	"apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t, labels: {a: b}}\nspec: {r: " \
	"1, m: {x: 1}}\n"
#define DEFINITION                                                                                 \
	"---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: "     \
	"{name: "                                                                                  \
	"things.example.com}\nspec: {group: example.com, names: {kind: Thing}, versions: [{name: " \
	"v1, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, "          \
	"properties: {r: {type: integer}, m: {type: object, additionalProperties: {type: "         \
	"integer}}, l: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: "    \
	"[k], items: {type: object, properties: {k: {type: string, default: d}, v: {type: "        \
	"integer}}}}, s: {type: array, x-kubernetes-list-type: set, items: {type: string}}, o: "   \
	"{type: object, x-kubernetes-map-type: atomic, properties: {a: {type: string}}}}}}}}}]}\n"

static const struct {
	const char *policies, *object, *want;
} cases[] = {
	/* ---- ApplyConfiguration ---- */
	/* scalars and maps */
	{DEPLOYMENTS(APPLY("Object{spec: Object.spec{replicas: 3}, metadata: "
			   "Object.metadata{labels: {\"x\": \"2\"}}}")),
		DEPLOYMENT,
		"[{\"op\":\"add\",\"path\":\"/metadata/labels/"
		"x\",\"value\":\"2\"},{\"op\":\"replace\",\"path\":\"/spec/"
		"replicas\",\"value\":3}]"},
	/* null takes away, and the default comes back; an empty object changes nothing */
	{DEPLOYMENTS(APPLY(
		 "Object{spec: Object.spec{replicas: null, template: Object.spec.template{}}}")),
		DEPLOYMENT, "[]"},
	{DEPLOYMENTS(APPLY("Object{metadata: Object.metadata{labels: {\"y\": null}}}")),
		DEPLOYMENT, "[{\"op\":\"remove\",\"path\":\"/metadata/labels/y\"}]"},
	/* what is added gets its defaults before the next mutation sees it; what was there gets none */
	{PODS(APPLY("Object{spec: Object.spec{containers: [Object.spec.containers{name: \"d\", image: "
		    "\"i@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\", readinessProbe: "
		    "Object.spec.containers.readinessProbe{httpGet: "
		    "Object.spec.containers.readinessProbe.httpGet{port: 80}}}]}}")
		 APPLY("Object{metadata: Object.metadata{labels: {\"seen\": "
		       "object.spec.containers.filter(c, has(c.imagePullPolicy)).map(c, c.name + c.imagePullPolicy + "
		       "string(c.readinessProbe.periodSeconds)).join()}}}")),
		POD,
		"[{\"op\":\"add\",\"path\":\"/metadata/labels/seen\",\"value\":\"dIfNotPresent10\"},{\"op\":\"add\","
		"\"path\":\"/spec/containers/3\",\"value\":{\"image\":"
		"\"i@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"imagePullPolicy\":"
		"\"IfNotPresent\",\"name\":\"d\",\"readinessProbe\":{\"failureThreshold\":3,\"httpGet\":{\"path\":\"/\","
		"\"port\":80,\"scheme\":\"HTTP\"},\"periodSeconds\":10,\"successThreshold\":1,\"timeoutSeconds\":1},"
		"\"terminationMessagePath\":\"/dev/termination-log\",\"terminationMessagePolicy\":\"File\"}}]"},
	{PODS(PATCH("[JSONPatch{op: \"add\", path: \"/spec/volumes\", value: [{\"name\": dyn(\"v\")}, {\"name\": dyn(\"c\"), "
		    "\"configMap\": dyn({\"name\": \"x\"})}]}, JSONPatch{op: \"add\", path: \"/spec/hostNetwork\", value: true}]")),
		POD,
		"[{\"op\":\"add\",\"path\":\"/spec/containers/0/ports/0/hostPort\",\"value\":80},{\"op\":\"add\",\"path\":"
		"\"/spec/containers/0/ports/1/hostPort\",\"value\":80},{\"op\":\"add\",\"path\":\"/spec/hostNetwork\","
		"\"value\":true},{\"op\":\"add\",\"path\":\"/spec/volumes\",\"value\":[{\"emptyDir\":{},\"name\":\"v\"},"
		"{\"configMap\":{\"defaultMode\":420,\"name\":\"x\"},\"name\":\"c\"}]}]"},
	/* of pods only: a limit is a request */
	{PODS(PATCH("[JSONPatch{op: \"add\", path: \"/spec/containers/0/resources\", value: {\"limits\": {\"cpu\": "
		    "\"1\", \"memory\": \"1Gi\"}, \"requests\": {\"cpu\": \"100m\"}}}]")),
		POD,
		"[{\"op\":\"add\",\"path\":\"/spec/containers/0/resources\",\"value\":{\"limits\":{\"cpu\":\"1\",\"memory\":"
		"\"1Gi\"},\"requests\":{\"cpu\":\"100m\",\"memory\":\"1Gi\"}}}]"},
	{DEPLOYMENTS(PATCH("[JSONPatch{op: \"add\", path: \"/spec/template/spec/containers/0/resources\", value: "
			   "{\"limits\": {\"cpu\": \"1\"}}}, JSONPatch{op: \"add\", path: \"/spec/strategy\", value: {}}]")),
		DEPLOYMENT,
		"[{\"op\":\"add\",\"path\":\"/spec/strategy\",\"value\":{\"rollingUpdate\":{\"maxSurge\":\"25%\","
		"\"maxUnavailable\":\"25%\"},\"type\":\"RollingUpdate\"}},{\"op\":\"add\",\"path\":"
		"\"/spec/template/spec/containers/0/resources\",\"value\":{\"limits\":{\"cpu\":\"1\"}}}]"},
	/* invoked once more only while its selector still means the object */
	{POLICY("a") "  reinvocationPolicy: IfNeeded\n  matchConstraints: {objectSelector: {matchExpressions: [{key: done, "
		     "operator: DoesNotExist}]}, resourceRules: [{apiGroups: [''], apiVersions: ['*'], operations: "
		     "[CREATE], resources: [pods]}]}\n  mutations:\n"
		 APPLY("Object{metadata: Object.metadata{labels: {\"done\": \"1\", \"n\": has(object.metadata.labels.n) ? "
		       "\"twice\" : \"once\"}}}"),
		POD,
		"[{\"op\":\"add\",\"path\":\"/metadata/labels/done\",\"value\":\"1\"},{\"op\":\"add\",\"path\":"
		"\"/metadata/labels/n\",\"value\":\"once\"}]"},
	{DEPLOYMENTS(APPLY("Object{}")), DEPLOYMENT, "[]"},
	/* the kind is the object's own */
	{DEPLOYMENTS(APPLY("Object{kind: \"Pod\", apiVersion: \"v9\"}")), DEPLOYMENT, "[]"},
	/* a set is united, in the order of both */
	{DEPLOYMENTS(APPLY("Object{metadata: Object.metadata{finalizers: [\"two\", \"three\"]}}")),
		DEPLOYMENT,
		"[{\"op\":\"add\",\"path\":\"/metadata/finalizers/2\",\"value\":\"three\"}]"},
	/* a keyed list: the element's members are merged, others are added */
	{PODS(APPLY("Object{spec: Object.spec{containers: [Object.spec.containers{name: \"b\", "
		    "image: \"new\"}]}}")),
		POD,
		"[{\"op\":\"replace\",\"path\":\"/spec/containers/1/image\",\"value\":\"new\"}]"},
	{PODS(APPLY("Object{spec: Object.spec{containers: object.spec.containers.map(c, "
		    "Object.spec.containers{name: c.name, stdin: true})}}")),
		POD,
		"[{\"op\":\"add\",\"path\":\"/spec/containers/0/"
		"stdin\",\"value\":true},{\"op\":\"add\",\"path\":\"/spec/"
		"containers/1/stdin\",\"value\":true},{\"op\":\"add\",\"path\":\"/spec/containers/"
		"2/"
		"stdin\",\"value\":true}]"},
	/* keys of two fields, one of which has a default */
	{PODS(APPLY(
		 "Object{spec: Object.spec{containers: [Object.spec.containers{name: \"a\", ports: "
		 "[Object.spec.containers.ports{containerPort: 80, protocol: \"TCP\", name: "
		 "\"http\"}, "
		 "Object.spec.containers.ports{containerPort: 80, protocol: \"UDP\", name: "
		 "\"quic\"}]}]}}")),
		POD,
		"[{\"op\":\"add\",\"path\":\"/spec/containers/0/ports/0/"
		"name\",\"value\":\"http\"},{\"op\":\"add\","
		"\"path\":\"/spec/containers/0/ports/0/"
		"protocol\",\"value\":\"TCP\"},{\"op\":\"add\",\"path\":\"/spec/"
		"containers/0/ports/1/name\",\"value\":\"quic\"}]"},
	/* conditions, variables, optional fields */
	{POLICY("a") NEVER ON("apps",
		 "deployments") "  variables: [{name: next, expression: 'object.spec.replicas + "
				"1'}]\n"
				"  mutations:\n" APPLY("object.spec.replicas < 2 ? Object{spec: "
						       "Object.spec{replicas: "
						       "variables.next, ?paused: optional.none(), "
						       "?revisionHistoryLimit: "
						       "optional.of(7)}} : Object{}")
					APPLY("Object{spec: Object.spec{minReadySeconds: "
					      "variables.next}}"),
		DEPLOYMENT,
		"[{\"op\":\"add\",\"path\":\"/spec/"
		"minReadySeconds\",\"value\":3},{\"op\":\"replace\",\"path\":\"/spec/"
		"replicas\",\"value\":2},{\"op\":\"add\",\"path\":\"/spec/"
		"revisionHistoryLimit\",\"value\":7}]"},
	/* what is replaced as a whole may not be mutated, and every such place is named */
	{DEPLOYMENTS(APPLY("Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: "
			   "{\"a\": \"b\"}}}}")),
		DEPLOYMENT,
		"denied: policy \"a\" denied request: error applying patch: invalid "
		"ApplyConfiguration: may not mutate "
		"atomic arrays, maps or structs: .spec.selector"},
	{PODS(APPLY("Object{spec: Object.spec{nodeSelector: {\"c\": \"d\"}, containers: "
		    "[Object.spec.containers{name: \"a\", args: [\"x\"]}]}}")),
		POD,
		"denied: policy \"a\" denied request: error applying patch: invalid "
		"ApplyConfiguration: may not mutate "
		"atomic arrays, maps or structs: .spec.containers[0].args, .spec.nodeSelector"},
	/* what the kind does not have */
	{DEPLOYMENTS(APPLY("Object{spec: Object.spec{replicasx: 1}}")), DEPLOYMENT,
		"denied: policy \"a\" denied request: error applying patch: failed to convert "
		"patch object to typed "
		"object: .spec.replicasx: field not declared in schema"},
	{DEPLOYMENTS(APPLY("Object{spec: Object.spec{replicas: \"1\"}}")), DEPLOYMENT,
		"denied: policy \"a\" denied request: error applying patch: failed to convert "
		"patch object to typed "
		"object: .spec.replicas: expected numeric"},
	{PODS(APPLY("Object{spec: Object.spec{containers: [Object.spec.containers{image: \"x\"}, "
		    "Object.spec.containers{image: \"y\"}]}}")),
		POD,
		"denied: policy \"a\" denied request: error applying patch: duplicate entries for "
		"the key of element 1"},
	/* types say where they stand */
	{DEPLOYMENTS(APPLY("Object{spec: Object.specx{}}")), DEPLOYMENT,
		"denied: policy \"a\" denied request: type mismatch: unexpected type name "
		"\"Object.specx\", expected "
		"\"Object.spec\", which matches field name path from root Object type"},
	/* a custom resource without its definition: members are merged, lists cannot be */
	{ANY("example.com", "things",
		 APPLY("Object{spec: Object.spec{o: 2, m: Object.spec.m{y: 2}}}")),
		CUSTOM,
		"[{\"op\":\"add\",\"path\":\"/spec/m/y\",\"value\":2},{\"op\":\"add\",\"path\":\"/"
		"spec/o\",\"value\":2}]"},
	{ANY("example.com", "things", APPLY("Object{spec: Object.spec{l: [1]}}")), CUSTOM,
		"error: MutatingAdmissionPolicy a: not evaluated: error applying patch: the kind's "
		"CustomResourceDefinition is "
		"not known, so how its lists are merged is not either"},
	/* with it, as it says */
	{ANY("example.com", "things",
		 APPLY("Object{spec: Object.spec{l: [Object.spec.l{v: 1}, Object.spec.l{k: \"e\", "
		       "v: 2}], s: [\"z\"]}}")
			 APPLY("Object{spec: Object.spec{l: [Object.spec.l{k: \"d\", v: 3}], s: "
			       "[\"y\", \"z\"]}}")) DEFINITION,
		CUSTOM,
		"[{\"op\":\"add\",\"path\":\"/spec/"
		"l\",\"value\":[{\"k\":\"d\",\"v\":3},{\"k\":\"e\",\"v\":2}]},{\"op\":"
		"\"add\",\"path\":\"/spec/s\",\"value\":[\"y\",\"z\"]}]"},
	{ANY("example.com", "things",
		 APPLY("Object{spec: Object.spec{o: Object.spec.o{a: \"x\"}}}")) DEFINITION,
		CUSTOM,
		"denied: policy \"a\" denied request: error applying patch: invalid "
		"ApplyConfiguration: may not mutate "
		"atomic arrays, maps or structs: .spec.o"},
	{ANY("example.com", "things", APPLY("Object{spec: Object.spec{q: 1}}")) DEFINITION, CUSTOM,
		"denied: policy \"a\" denied request: error applying patch: failed to convert "
		"patch object to typed "
		"object: .spec.q: field not declared in schema"},
	{ANY("example.com", "things",
		 APPLY("Object{metadata: Object.metadata{labels: {\"c\": \"d\"}}}")) DEFINITION,
		CUSTOM, "[{\"op\":\"add\",\"path\":\"/metadata/labels/c\",\"value\":\"d\"}]"},

	/* ---- JSONPatch ---- */
	{DEPLOYMENTS(PATCH("[JSONPatch{op: \"test\", path: \"/spec/replicas\", value: 100}, "
			   "JSONPatch{op: \"replace\", "
			   "path: \"/spec/replicas\", value: 3}]")),
		DEPLOYMENT, "[]"},
	{DEPLOYMENTS(PATCH("[JSONPatch{op: \"test\", path: \"/spec/replicas\", value: 1}, "
			   "JSONPatch{op: \"replace\", "
			   "path: \"/spec/replicas\", value: 3}]")),
		DEPLOYMENT, "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":3}]"},
	/* of what is not there: a test fails, one for null holds, to replace it adds it */
	{DEPLOYMENTS(PATCH("[JSONPatch{op: \"test\", path: \"/spec/paused\", value: true}, "
			   "JSONPatch{op: \"remove\", "
			   "path: \"/spec/replicas\"}]")),
		DEPLOYMENT, "[]"},
	{DEPLOYMENTS(PATCH("[JSONPatch{op: \"test\", path: \"/spec/paused\", value: null}, "
			   "JSONPatch{op: \"replace\", "
			   "path: \"/spec/paused\", value: true}]")),
		DEPLOYMENT, "[{\"op\":\"add\",\"path\":\"/spec/paused\",\"value\":true}]"},
	{DEPLOYMENTS(PATCH("[JSONPatch{op: \"remove\", path: \"/spec/paused\"}]")), DEPLOYMENT,
		"denied: policy \"a\" denied request: JSON Patch: remove /spec/paused: there is no "
		"\"paused\""},
	{DEPLOYMENTS(PATCH("[JSONPatch{op: \"replace\", path: "
			   "\"/spec/template/spec/containers/-\", value: {}}]")),
		DEPLOYMENT,
		"denied: policy \"a\" denied request: JSON Patch: replace "
		"/spec/template/spec/containers/-: there is no \"-\""},
	{DEPLOYMENTS(PATCH("[JSONPatch{op: \"copy\", from: \"/metadata/labels/y\", path: "
			   "\"/metadata/labels/z\"}, "
			   "JSONPatch{op: \"move\", from: \"/metadata/labels/y\", path: "
			   "\"/metadata/labels/\" + "
			   "jsonpatch.escapeKey(\"k8s.io/x~y\")}]")),
		DEPLOYMENT,
		"[{\"op\":\"remove\",\"path\":\"/metadata/labels/y\"},{\"op\":\"add\",\"path\":\"/"
		"metadata/labels/"
		"k8s.io~1x~0y\",\"value\":\"1\"},{\"op\":\"add\",\"path\":\"/metadata/labels/"
		"z\",\"value\":\"1\"}]"},
	/* values of every kind, as JSON has them */
	{ANY("example.com", "things",
		 PATCH("[JSONPatch{op: \"add\", path: \"/spec/v\", value: [dyn(1), dyn(2.5), "
		       "dyn(3.0), dyn(4u), dyn(true), "
		       "dyn(null), dyn(b\"hi\"), dyn(duration(\"90s\")), "
		       "dyn(timestamp(\"2020-01-02T03:04:05Z\")), "
		       "dyn(9007199254740993), dyn({\"a\": [1]}), dyn(Object.x{y: "
		       "9007199254740993})]}]")),
		CUSTOM,
		"[{\"op\":\"add\",\"path\":\"/spec/"
		"v\",\"value\":[1,2.5,3,4,true,null,\"aGk=\",\"90s\",\"2020-01-02T03:04:"
		"05Z\",\"9007199254740993\",{\"a\":[1]},{\"y\":9007199254740993}]}]"},
	{ANY("example.com", "things",
		 PATCH("[JSONPatch{op: \"add\", path: \"/spec/v\", value: quantity(\"1\")}]")),
		CUSTOM,
		"denied: policy \"a\" denied request: a value of type kubernetes.Quantity has no "
		"form in JSON"},
	{ANY("example.com", "things",
		 PATCH("[JSONPatch{op: \"add\", path: \"/spec/v\", value: {1: 2}}]")),
		CUSTOM,
		"denied: policy \"a\" denied request: a key of a map is of type int, not string"},
	/* messages are compared and asked for fields */
	{ANY("example.com", "things",
		 PATCH("[JSONPatch{op: \"add\", path: \"/spec/v\", value: [JSONPatch{} == "
		       "JSONPatch{from: \"\"}, "
		       "JSONPatch{op: \"add\"} == JSONPatch{op: \"remove\"}, has(JSONPatch{op: "
		       "\"x\"}.op), "
		       "has(JSONPatch{}.path), JSONPatch{}.from == \"\", Object.x{a: 1} == "
		       "Object.x{a: 1}, Object.x{a: 1} "
		       "== Object.x{a: 2}, Object.x{a: 1}.a == 1, has(Object.x{a: 1}.b), "
		       "type(Object.x{}) == Object.x]}]")),
		CUSTOM,
		"[{\"op\":\"add\",\"path\":\"/spec/"
		"v\",\"value\":[true,false,true,false,true,true,false,true,false,true]}]"},
	/* what the patch leaves is no object of its kind */
	{PODS(PATCH("[JSONPatch{op: \"add\", path: \"/spec/containers/-\", value: "
		    "Object.spec.containers{name: \"x\", "
		    "ports: [Object.spec.containers.ports{containerPortZ: 1}]}}]")),
		POD,
		"denied: policy \"a\" denied request: strict decoding error: unknown field "
		"\"spec.containers[3].ports[0].containerPortZ\""},
	{PODS(PATCH("[JSONPatch{op: \"add\", path: \"\", value: [1]}]")), POD,
		"denied: policy \"a\" denied request: JSON Patch: the result is no object"},
	{PODS(PATCH("[JSONPatch{op: \"add\", path: \"/spec/containers/-\", value: "
		    "Object.spec.containers{name: \"x\", "
		    "ports: [Object.spec.containers.portsZ{}]}}]")),
		POD,
		"denied: policy \"a\" denied request: type mismatch: unexpected type name "
		"\"Object.spec.containers.portsZ\", expected \"Object.spec.containers.ports\", "
		"which matches field name "
		"path from root Object type"},
	/* one list with another behind it */
	{PODS(PATCH("[JSONPatch{op: \"add\", path: \"/spec/containers/0/args\", value: "
		    "object.spec.containers[0].?command.orValue([\"x\"]) + [\"-v\"]}]")),
		POD,
		"[{\"op\":\"add\",\"path\":\"/spec/containers/0/args\",\"value\":[\"x\",\"-v\"]}]"},

	/* ---- which policies act ---- */
	{POLICY("a") NEVER ON(
		 "", "pods") "  matchConditions: [{name: c, expression: 'object.metadata.name == "
			     "\"q\"'}]\n"
			     "  mutations:\n" APPLY(
				     "Object{metadata: Object.metadata{labels: {\"x\": \"y\"}}}"),
		POD, "[]"},
	{POLICY("a") NEVER ON("", "pods") "  matchConditions: [{name: c, expression: "
					  "'object.nothing'}]\n  mutations:\n" APPLY("Object{}"),
		POD,
		"denied: policy \"a\" denied request: expression 'object.nothing' resulted in "
		"error: no such key: nothing"},
	/* under Ignore the mutation that fails is left out, and the others are not */
	{POLICY("a") NEVER "  failurePolicy: Ignore\n" ON("", "pods") "  mutations:\n" APPLY(
		 "Object{metadata: Object.metadata{labels: {\"x\": object.nothing}}}")
			APPLY("Object{spec: Object.spec{no: 1}}") PATCH(
				"[JSONPatch{op: \"remove\", path: \"/no\"}]")
				APPLY("Object{metadata: Object.metadata{labels: {\"x\": \"y\"}}}"),
		POD, "[{\"op\":\"add\",\"path\":\"/metadata/labels/x\",\"value\":\"y\"}]"},
	/* not even under Ignore is it silent that nothing can be said */
	{POLICY("a") NEVER "  failurePolicy: Ignore\n" ON("", "pods") "  mutations:\n" APPLY(
		 "lists.range(9000000).all(x, x >= 0) ? Object{} : Object{}"),
		POD,
		"error: MutatingAdmissionPolicy a: not evaluated: operation cancelled: actual cost "
		"limit exceeded"},
	{PODS(APPLY(
		 "authorizer.requestResource.check(\"create\").allowed() ? Object{} : Object{}")),
		POD,
		"error: MutatingAdmissionPolicy a: not evaluated: the expression asks the "
		"cluster's authorizer, which cannot "
		"be asked here"},
	/* what stops one from removing a policy is never mutated */
	{ANY("*", "'*'", APPLY("Object{metadata: Object.metadata{labels: {\"x\": \"y\"}}}")),
		POLICY("other"), "[]"},
	/* parameters: each one makes a mutation, in the order of the objects */
	{
		POLICY("a") NEVER ON("",
			"pods") "  paramKind: {apiVersion: v1, kind: ConfigMap}\n  "
				"mutations:\n" APPLY("Object{metadata: Object.metadata{labels: "
						     "params.data}}")
					BINDING("b") "  policyName: a\n  paramRef: {selector: "
						     "{matchLabels: {p: q}}, "
						     "parameterNotFoundAction: Deny}\n"
						     "---\napiVersion: v1\nkind: "
						     "ConfigMap\nmetadata: {name: one, namespace: "
						     "shop, labels: {p: q}}\n"
						     "data: {x: '1', 'y': '1'}\n---\napiVersion: "
						     "v1\nkind: ConfigMap\nmetadata: {name: two, "
						     "namespace: "
						     "shop, labels: {p: q}}\ndata: {'y': "
						     "'2'}\n---\napiVersion: v1\nkind: "
						     "ConfigMap\nmetadata: {name: "
						     "three, namespace: other, labels: {p: "
						     "q}}\ndata: {z: '3'}\n",
		POD,
		"[{\"op\":\"add\",\"path\":\"/metadata/labels/"
		"x\",\"value\":\"1\"},{\"op\":\"add\",\"path\":\"/metadata/"
		"labels/y\",\"value\":\"2\"}]"},
	{POLICY("a") NEVER ON("", "pods") "  paramKind: {apiVersion: v1, kind: ConfigMap}\n  "
					  "mutations:\n" APPLY("Object{metadata: "
							       "Object.metadata{labels: "
							       "params.data}}") BINDING(
						  "b") "  policyName: a\n  paramRef: {name: "
						       "missing, parameterNotFoundAction: Deny}\n",
		POD,
		"denied: policy 'a' with binding 'b' denied request: failed to configure binding: "
		"no params found for policy "
		"binding with `Deny` parameterNotFoundAction"},
	{POLICY("a") NEVER ON("", "pods") "  paramKind: {apiVersion: v1, kind: ConfigMap}\n  "
					  "mutations:\n" APPLY("Object{metadata: "
							       "Object.metadata{labels: "
							       "params.data}}") BINDING(
						  "b") "  policyName: a\n  paramRef: {name: "
						       "missing, parameterNotFoundAction: Allow}\n",
		POD, "[]"},
	{POLICY("a") NEVER ON(
		 "", "nodes") "  paramKind: {apiVersion: v1, kind: ConfigMap}\n  "
			      "mutations:\n" APPLY("Object{}")
				      BINDING("b") "  policyName: a\n  paramRef: {name: missing, "
						   "parameterNotFoundAction: Allow}\n",
		"apiVersion: v1\nkind: Node\nmetadata: {name: node}\n",
		"denied: policy 'a' with binding 'b' denied request: failed to configure binding: "
		"cannot use namespaced "
		"paramRef in policy binding that matches cluster-scoped resources"},
	{POLICY("a") NEVER ON("",
		 "pods") "  paramKind: {apiVersion: v1, kind: Node}\n  mutations:\n" APPLY("Object{"
											   "}")
			BINDING("b") "  policyName: a\n  paramRef: {name: node, namespace: x, "
				     "parameterNotFoundAction: Allow}\n",
		POD,
		"denied: policy 'a' with binding 'b' denied request: failed to configure binding: "
		"paramRef.namespace must not "
		"be provided for a cluster-scoped `paramKind`"},
	/* reinvocation: those that ask for it see what the later ones left, once */
	{POLICY("a") "  reinvocationPolicy: IfNeeded\n" ON("apps",
		 "deployments") "  mutations:\n" APPLY("Object{spec: Object.spec{replicas: "
						       "object.spec.replicas + 1}}") "---\n" POLICY("b")
			NEVER ON("apps", "deployments") "  mutations:\n" APPLY(
				"Object{spec: Object.spec{replicas: object.spec.replicas * 10}}"),
		DEPLOYMENT, "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":21}]"},
	/* the request of a bare object */
	{PODS(APPLY("Object{metadata: Object.metadata{labels: {\"r\": request.operation + "
		    "request.kind.kind + "
		    "request.resource.resource + request.namespace + request.name + "
		    "request.userInfo.username}}}")),
		POD,
		"[{\"op\":\"add\",\"path\":\"/metadata/labels/"
		"r\",\"value\":\"CREATEPodpodsshoppjane\"}]"},
};

static void each(struct sw_arena *a, const char *text,
	void (*fn)(struct sw_gk *gk, struct sw_value v), struct sw_gk *gk)
{
	struct sw_error err;
	struct sw_yaml_stream *s;
	struct sw_yaml_doc d;
	int r;
	assert_int_equal(sw_yaml_open(a, sw_str_from(text), SW_YAML_K8S, NULL, &s, &err), 0);
	while ((r = sw_yaml_next(s, a, &d, &err)) > 0)
		if (d.root.type == SW_OBJECT)
			fn(gk, d.root);
	if (r < 0)
		fail_msg("%s: %s", err.text, text);
}

static void add(struct sw_gk *gk, struct sw_value v)
{
	struct sw_error err = {0};
	int r = sw_gk_kind_of(v) == SW_GK_ADMISSION ? sw_gk_add_admission(gk, v, &err)
						    : sw_gk_add_data(gk, v, &err);
	if (r < 0)
		fail_msg("%s", err.text);
}

static void mutate(struct sw_arena *a, struct sw_gk *gk, const char *object, struct sw_buf *out)
{
	struct sw_error err = {0};
	struct sw_gk_mutation done;
	struct sw_yaml_stream *s;
	struct sw_yaml_doc d;
	if (sw_yaml_open(a, sw_str_from(object), SW_YAML_K8S, NULL, &s, &err) < 0 ||
		sw_yaml_next(s, a, &d, &err) != 1)
		fail_msg("%s", object);
	struct sw_gk_mutable m = {.object = d.root, .user = SW_STR("jane")};
	if (sw_gk_mutate(gk, a, &m, &done, &err) < 0)
		sw_buf_printf(out, "error: %s", err.text);
	else if (done.denied.p)
		sw_buf_printf(out, "denied: %.*s", SW_STR_ARG(done.denied));
	else
		sw_json_write(out, done.patch, 0);
}

static void test_cases(void **state)
{
	int bad = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sw_autoarena a;
		sw_autobuf out;
		sw_arena_init(&a, 0);
		sw_buf_init(&out, 1 << 20);
		struct sw_gk *gk = sw_gk_new(NULL);
		each(&a, cases[i].policies, add, gk);
		mutate(&a, gk, cases[i].object, &out);
		if (strcmp(sw_buf_cstr(&out), cases[i].want) != 0) {
			print_error("%s\n  is   %s\n  want %s\n", cases[i].policies,
				sw_buf_cstr(&out), cases[i].want);
			bad++;
		}
		sw_gk_free(gk);
	}
	assert_int_equal(bad, 0);
}

/* ---- what is refused when it is read ---- */

static const struct {
	const char *policy, *why;
} refusals[] = {
	{POLICY("a") ON("", "pods") "  mutations:\n" APPLY("Object{}"),
		"reinvocationPolicy must be Never or IfNeeded"},
	{POLICY("a") NEVER "  mutations:\n" APPLY("Object{}"),
		"the policy has no matchConstraints"},
	{POLICY("a") NEVER ON("", "pods"), "the policy has no mutations"},
	{POLICY("a") NEVER "  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: "
			   "[v1], operations: [DELETE], "
			   "resources: [pods]}]}\n  mutations:\n" APPLY("Object{}"),
		"matchConstraints.resourceRules: the operation DELETE cannot be mutated"},
	{PODS("  - {patchType: Merge}\n"),
		"mutations[0].patchType: \"Merge\" is neither ApplyConfiguration nor JSONPatch"},
	{PODS("  - {patchType: JSONPatch}\n"), "mutations[0].jsonPatch.expression is missing"},
	{PODS(APPLY("\"tea\"")), "mutations[0].applyConfiguration.expression:1:1: must evaluate to "
				 "Object but got string"},
	{PODS(APPLY("Object.spec{}")),
		"mutations[0].applyConfiguration.expression:1:1: must evaluate to Object but got "
		"Object.spec"},
	{PODS(PATCH("Object{}")), "mutations[0].jsonPatch.expression:1:1: must evaluate to "
				  "list(JSONPatch) but got Object"},
	{PODS(PATCH("JSONPatch{}")), "mutations[0].jsonPatch.expression:1:1: must evaluate to "
				     "list(JSONPatch) but got JSONPatch"},
	{PODS(PATCH("[JSONPatch{op: 1}]")), "mutations[0].jsonPatch.expression:1:16: expected type "
					    "of field 'op' is 'string' but provided type is 'int'"},
	{PODS(PATCH("[JSONPatch{vale: 1}]")),
		"mutations[0].jsonPatch.expression:1:12: undefined field 'vale'"},
	{PODS(PATCH("[JSONPatch{}, Object{}]")), "mutations[0].jsonPatch.expression:1:15: expected "
						 "type 'JSONPatch' but found 'Object'"},
	{PODS(APPLY("Objects{}")), "mutations[0].applyConfiguration.expression:1:1: undeclared "
				   "reference to 'Objects' (in "
				   "container '')"},
	/* the types are known to mutations only */
	{POLICY("a") NEVER ON("", "pods") "  variables: [{name: v, expression: 'Object{}'}]\n  "
					  "mutations:\n" APPLY("Object{}"),
		"variables[0].expression:1:1: undeclared reference to 'Object' (in container '')"},
	{POLICY("a") NEVER ON("", "pods") "  matchConditions: [{name: v, expression: "
					  "'jsonpatch.escapeKey(\"a\") == \"\"'}]\n"
					  "  mutations:\n" APPLY("Object{}"),
		"matchConditions[0].expression:1:1: undeclared reference to 'jsonpatch' (in "
		"container '')"},
};

static const char *expected;

static void refuse(struct sw_gk *gk, struct sw_value v)
{
	struct sw_error err = {0};
	assert_int_not_equal(sw_gk_add_admission(gk, v, &err), 0);
	assert_string_equal(err.text, expected);
}

static void test_refused(void **state)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		sw_autoarena a;
		sw_arena_init(&a, 0);
		struct sw_gk *gk = sw_gk_new(NULL);
		expected = refusals[i].why;
		each(&a, refusals[i].policy, refuse, gk);
		assert_int_equal(sw_gk_mutators(gk), 0);
		sw_gk_free(gk);
	}
}

/* In a cluster a policy without a binding does nothing; validating and mutating ones of a name are
 * two. */
static void test_cluster(void **state)
{
	static const char
		policies[] = PODS(APPLY("Object{metadata: Object.metadata{labels: {\"x\": "
					"\"y\"}}}")) "---\n" GROUP
						     "kind: ValidatingAdmissionPolicy\nmetadata: "
						     "{name: a}\nspec:\n" ON("",
							     "pods") "  validations: [{expression: "
								     "'true'}]\n---\n" GROUP
								     "kind: "
								     "ValidatingAdmissionPolicyBind"
								     "ing\nmetadata: {name: "
								     "b}\nspec: {policyName: a, "
								     "validationActions: [Deny]}\n";
	struct sw_gk_opts opts = {.enforcement_point = SW_STR("validation.gatekeeper.sh")};
	sw_autoarena a;
	sw_autobuf out;
	sw_arena_init(&a, 0);
	sw_buf_init(&out, 1 << 20);
	struct sw_gk *gk = sw_gk_new(&opts);
	each(&a, policies, add, gk);
	assert_int_equal(sw_gk_mutators(gk), 0);
	assert_int_equal(sw_gk_constraints(gk), 1);
	mutate(&a, gk, POD, &out);
	assert_string_equal(sw_buf_cstr(&out), "[]");
	each(&a, BINDING("m") "  policyName: a\n", add, gk);
	assert_int_equal(sw_gk_mutators(gk), 1);
	sw_buf_clear(&out);
	mutate(&a, gk, POD, &out);
	assert_string_equal(sw_buf_cstr(&out),
		"[{\"op\":\"add\",\"path\":\"/metadata/labels/x\",\"value\":\"y\"}]");
	sw_gk_free(gk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cluster),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
