/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"

#include "kube/object.h"
#include "kube/template.h"

static struct sw_kube_object object(struct sw_arena *a, const char *text)
{
	struct sw_kube_object o = {0};
	struct sw_error err = {0};
	if (sw_kube_object_init(json(a, text), &o, &err))
		fail_msg("%s", err.text);
	return o;
}

static void identity(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_kube_object o = object(&a,
		"{'apiVersion':'apps/"
		"v1','kind':'Deployment','metadata':{'name':'web','namespace':'shop',"
		"'uid':'u','labels':{'a':'b','n':1},'annotations':{'x':'y'},'ownerReferences':["
		"{'kind':'X','name':'x'},{'apiVersion':'apps/"
		"v1','kind':'Y','name':'y','uid':'z','controller':true}]}}");
	assert_str(o.group, "apps");
	assert_str(o.version, "v1");
	assert_str(o.kind, "Deployment");
	assert_str(o.name, "web");
	assert_str(o.ns, "shop");
	assert_str(o.uid, "u");
	assert_str(sw_kube_label(&o, "a"), "b");
	assert_null(sw_kube_label(&o, "n").p);
	assert_true(sw_kube_is(&o, "apps", "Deployment"));
	assert_false(sw_kube_is(&o, "", "Deployment"));
	struct sw_kube_owner w;
	assert_true(sw_kube_controller(&o, &w));
	assert_str(w.name, "y");
	assert_false(sw_kube_owner_at(&o, 2, &w));
	o = object(&a, "{'apiVersion':'v1','kind':'Pod','metadata':{'generateName':'web-'}}");
	assert_str(o.group, "");
	assert_str(sw_kube_object_name(&o), "web-");
}

static void what_is_no_object_says_why(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"[]", "not a Kubernetes object: a list instead of a mapping"},
		{"null", "not a Kubernetes object: null instead of a mapping"},
		{"'x'", "not a Kubernetes object: a text instead of a mapping"},
		{"{}", "not a Kubernetes object: no apiVersion"},
		{"{'apiVersion':1,'kind':'x'}", "not a Kubernetes object: no apiVersion"},
		{"{'apiVersion':'v1','kind':''}", "not a Kubernetes object: no kind"},
		{"{'apiVersion':'a/b/c','kind':'x'}",
			"not a Kubernetes object: apiVersion \"a/b/c\" has more than one slash"},
	};
	sw_autoarena a;
	sw_arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_kube_object o;
		struct sw_error err = {0};
		assert_int_equal(
			sw_kube_object_init(json(&a, cases[i].text), &o, &err), -SW_EINVALID);
		assert_string_equal(err.text, cases[i].why);
	}
}

static void wrong_types_read_as_empty(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_kube_object o = object(&a, "{'apiVersion':'v1','kind':'Pod','metadata':[1]}");
	assert_str(o.name, "");
	assert_false(sw_defined(o.metadata));
	o = object(&a, "{'apiVersion':'v1','kind':'Pod','metadata':{'name':7,'labels':'x','"
		       "ownerReferences':{}}}");
	assert_str(o.name, "");
	struct sw_kube_owner w;
	assert_false(sw_kube_controller(&o, &w));
	assert_null(sw_kube_label(&o, "a").p);
}

static void lists(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value l = json(&a,
		"{'apiVersion':'apps/"
		"v1','kind':'DeploymentList','items':[{'metadata':{'name':'x'},'zeta':1,'a':2},"
		"{'apiVersion':'v1','kind':'Pod'},{'kind':'Odd'},7]}");
	assert_true(sw_kube_is_list(l));
	struct sw_value i0 = sw_kube_list_item(&a, l, 0);
	assert_str(sw_value_getstr(i0, "kind"), "Deployment");
	assert_str(sw_value_getstr(i0, "apiVersion"), "apps/v1");
	assert_int_equal(i0.n, 5);
	for (uint32_t i = 1; i < i0.n; i++)
		assert_true(sw_value_cmp(i0.u.o->m[i - 1].k, i0.u.o->m[i].k) < 0);
	/* Spans stay with their members. */
	int64_t at = sw_object_index(i0, SW_VSTR("zeta"));
	assert_true(i0.u.o->spans[2 * at + 1].end - i0.u.o->spans[2 * at + 1].start == 1);
	assert_str(sw_value_getstr(sw_kube_list_item(&a, l, 1), "kind"), "Pod");
	assert_str(sw_value_getstr(sw_kube_list_item(&a, l, 2), "kind"), "Odd");
	assert_str(sw_value_getstr(sw_kube_list_item(&a, l, 2), "apiVersion"), "apps/v1");
	assert_int_equal(sw_kube_list_item(&a, l, 3).type, SW_NUMBER);
	assert_false(sw_defined(sw_kube_list_item(&a, l, 4)));
	struct sw_value v1 = json(&a, "{'apiVersion':'v1','kind':'List','items':[{}]}");
	assert_int_equal(sw_kube_list_item(&a, v1, 0).n, 0);
	assert_false(
		sw_kube_is_list(json(&a, "{'apiVersion':'v1','kind':'AllowList','items':{}}")));
	assert_false(sw_kube_is_list(json(&a, "{'kind':'List','items':[]}")));
}

/* The places of all pods of an object, joined by blanks. */
static const char *places(struct sw_arena *a, const char *text)
{
	struct sw_kube_object o = object(a, text);
	struct sw_kube_pod *pods;
	uint32_t n;
	struct sw_error err = {0};
	assert_int_equal(sw_kube_pods(a, &o, &pods, &n, &err), 0);
	sw_autobuf b;
	sw_buf_init(&b, 0);
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			sw_buf_addch(&b, ' ');
		sw_buf_addstr(&b, pods[i].pointer);
	}
	return sw_arena_cstr(a, sw_buf_str(&b));
}

static void templates(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	static const struct {
		const char *api, *kind, *body, *want;
	} cases[] = {
		{"v1", "Pod", "'spec':{}", "/spec"},
		{"v1", "Pod", "'spec':[]", ""},
		{"v1", "PodTemplate", "'template':{'spec':{}}", "/template/spec"},
		{"v1", "ReplicationController", "'spec':{'template':{'spec':{}}}",
			"/spec/template/spec"},
		{"extensions/v1beta1", "Deployment", "'spec':{'template':{'spec':{}}}",
			"/spec/template/spec"},
		{"apps/v1", "StatefulSet", "'spec':{'template':{'spec':{}}}",
			"/spec/template/spec"},
		{"batch/v1", "Job", "'spec':{'template':{'spec':{}}}", "/spec/template/spec"},
		{"batch/v1", "CronJob", "'spec':{'jobTemplate':{'spec':{'template':{'spec':{}}}}}",
			"/spec/jobTemplate/spec/template/spec"},
		{"v1", "Service", "'spec':{'containers':[{'image':'x'}]}", ""},
		{"argoproj.io/v1alpha1", "Rollout",
			"'spec':{'template':{'spec':{'containers':[{'image':'x'}]}}}",
			"/spec/template/spec"},
		{"jobset.x-k8s.io/v1alpha2", "JobSet",
			"'spec':{'replicatedJobs':[{'template':{'spec':{'template':{'spec':{'"
			"containers':[{'image':'x'}]}}}}},"
			"{'template':{'spec':{'template':{'spec':{'containers':[{'image':'y'}]}}}}}"
			"]}",
			"/spec/replicatedJobs/0/template/spec/template/spec "
			"/spec/replicatedJobs/1/template/spec/template/spec"},
		{"machinelearning.seldon.io/v1", "SeldonDeployment",
			"'spec':{'predictors':[{'componentSpecs':[{'spec':{'containers':[{'image':'"
			"x'}]}}]}]}",
			"/spec/predictors/0/componentSpecs/0/spec"},
		{"kubeflow.org/v1", "PyTorchJob",
			"'spec':{'r':{'a/"
			"b~c':{'template':{'spec':{'containers':[{'image':'x'}]}}}}}",
			"/spec/r/a~1b~0c/template/spec"},
		{"x/v1", "X", "'status':{'spec':{'containers':[{'image':'x'}]}}", ""},
		{"x/v1", "X", "'spec':{'template':{'spec':{'containers':['x',{'name':'y'}]}}}", ""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_str t = sw_arena_printf(&a, "{'apiVersion':'%s','kind':'%s',%s}",
			cases[i].api, cases[i].kind, cases[i].body);
		assert_string_equal(places(&a, sw_arena_cstr(&a, t)), cases[i].want);
	}
}

static void deep_and_many(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value pod = json(&a, "{'containers':[{'image':'x'}]}"), v = pod;
	for (int i = 0; i < 400; i++) {
		struct sw_map m;
		sw_map_init(&m, &a);
		sw_map_adds(&m, "a", v);
		v = sw_map_object(&m);
	}
	struct sw_list l;
	sw_list_init(&l, &a);
	for (int i = 0; i < 2000; i++)
		sw_list_add(&l, pod);
	struct sw_map m;
	sw_map_init(&m, &a);
	sw_map_adds(&m, "apiVersion", SW_VSTR("x/v1"));
	sw_map_adds(&m, "kind", SW_VSTR("X"));
	sw_map_adds(&m, "deep", v);
	struct sw_kube_object o;
	struct sw_kube_pod *pods;
	uint32_t n = 77;
	struct sw_error err = {0};
	assert_int_equal(sw_kube_object_init(sw_map_object(&m), &o, &err), 0);
	assert_int_equal(sw_kube_pods(&a, &o, &pods, &n, &err), 0);
	assert_int_equal(n, 0);
	sw_map_adds(&m, "many", sw_list_array(&l));
	assert_int_equal(sw_kube_object_init(sw_map_object(&m), &o, &err), 0);
	assert_int_equal(sw_kube_pods(&a, &o, &pods, &n, &err), -SW_ELIMIT);
	assert_string_equal(err.text, "more than 1024 pod templates in one object");
}

static void containers(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value spec = json(&a,
		"{'ephemeralContainers':[{'name':'e'}],'containers':[{'name':'c'},7,{'name':1}],"
		"'initContainers':[{'name':'i'},{'name':'s','restartPolicy':'Always'}]}");
	struct sw_kube_containers it;
	struct sw_kube_container c;
	static const char *const kinds[] = {"init", "sidecar", "container", "ephemeral"};
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_kube_containers_init(&it, spec);
	while (sw_kube_containers_next(&it, &c))
		sw_buf_printf(&b, "%.*s:%s:%u ", SW_STR_ARG(c.name), kinds[c.kind], c.index);
	assert_str(
		sw_buf_str(&b), "i:init:0 s:sidecar:1 c:container:0 :container:2 e:ephemeral:0 ");
	sw_kube_containers_init(&it, json(&a, "{'containers':{}}"));
	assert_false(sw_kube_containers_next(&it, &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity),
		cmocka_unit_test(what_is_no_object_says_why),
		cmocka_unit_test(wrong_types_read_as_empty),
		cmocka_unit_test(lists),
		cmocka_unit_test(templates),
		cmocka_unit_test(deep_and_many),
		cmocka_unit_test(containers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
