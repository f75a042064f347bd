/* SPDX-License-Identifier: Apache-2.0 */
/* Apply configurations: the order of lists, what is empty or null, the table of fields. */
#include "build.h"

#include "kube/apply.h"

static struct sw_kube_shape pod(void)
{
	struct sw_kube_object o = {.kind = SW_STR("Pod"), .version = SW_STR("v1")};
	return sw_kube_shape_of(&o, sw_undef());
}

static struct sw_value containers(struct sw_arena *a, const char *names)
{
	sw_autobuf text;
	sw_buf_init(&text, 4096);
	sw_buf_addz(&text, "{'spec':{'containers':[");
	for (const char *p = names; *p; p++)
		sw_buf_printf(&text, "%s{'name':'%c'}", p > names ? "," : "", *p);
	sw_buf_addz(&text, "]}}");
	return json(a, sw_buf_cstr(&text));
}

/* The names of a Pod's containers before, in the configuration, and after. From the rules of
 * structured-merge-diff. */
static void order(void **state)
{
	static const struct {
		const char *object, *config, *want;
	} cases[] = {
		{"abc", "d", "abcd"},
		{"abc", "b", "abc"},
		{"abc", "cba", "cba"},
		{"abcd", "dxb", "acdxb"},
		{"abc", "xb", "axbc"},
		{"abc", "bx", "abcx"},
		{"", "ab", "ab"},
		{"abcde", "ec", "abdec"},
		{"aab", "ab", "ab"},
	};
	int bad = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sw_autoarena a;
		sw_autobuf got;
		sw_arena_init(&a, 0);
		sw_buf_init(&got, 100);
		struct sw_value after;
		struct sw_error err = {0};
		struct sw_kube_shape shape = pod();
		assert_int_equal(sw_kube_apply(&a, &shape, containers(&a, cases[i].object),
					 containers(&a, cases[i].config), &after, &err),
			0);
		struct sw_value list = sw_value_path(after, "spec", "containers", NULL);
		sw_array_foreach (e, list)
			sw_buf_addstr(&got, sw_value_getstr(*e, "name"));
		if (strcmp(sw_buf_cstr(&got), cases[i].want) != 0) {
			print_error("%s + %s: is %s, want %s\n", cases[i].object, cases[i].config,
				sw_buf_cstr(&got), cases[i].want);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

static void values(void **state)
{
	static const struct {
		const char *object, *config, *want;
	} cases[] = {
		{"{}", "{\"spec\":{}}", "{\"spec\":{}}"},
		{"{\"spec\":{\"hostPID\":true}}", "{\"spec\":{}}", "{\"spec\":{\"hostPID\":true}}"},
		{"{\"spec\":{\"hostPID\":true}}", "{\"spec\":null}",
			"{\"spec\":{\"hostPID\":true}}"},
		{"{\"spec\":{\"hostPID\":true,\"hostIPC\":true}}", "{\"spec\":{\"hostPID\":null}}",
			"{\"spec\":{\"hostIPC\":true}}"},
		{"{}", "{\"spec\":{\"hostPID\":null}}", "{\"spec\":{}}"},
		{"{\"spec\":{\"containers\":[{\"name\":\"a\"}]}}", "{\"spec\":{\"containers\":[]}}",
			"{\"spec\":{\"containers\":[{\"name\":\"a\"}]}}"},
		/* numbers and quantities where any scalar may be */
		{"{}", "{\"spec\":{\"overhead\":{\"cpu\":1,\"memory\":\"2Gi\"}}}",
			"{\"spec\":{\"overhead\":{\"cpu\":1,\"memory\":\"2Gi\"}}}"},
		/* what is wrong in the object stays */
		{"{\"spec\":{\"nosuch\":[1],\"containers\":\"x\"}}",
			"{\"spec\":{\"hostPID\":true}}",
			"{\"spec\":{\"containers\":\"x\",\"hostPID\":true,\"nosuch\":[1]}}"},
		{"{\"spec\":7}", "{\"spec\":{\"hostPID\":true}}", "{\"spec\":{\"hostPID\":true}}"},
		{"{\"spec\":{\"containers\":[7,null,{\"name\":\"a\"}]}}",
			"{\"spec\":{\"containers\":[{\"name\":\"a\",\"tty\":true}]}}",
			"{\"spec\":{\"containers\":[7,null,{\"name\":\"a\",\"tty\":true}]}}"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sw_autoarena a;
		sw_autobuf out;
		struct sw_value after;
		struct sw_error err = {0};
		sw_arena_init(&a, 0);
		sw_buf_init(&out, 1 << 16);
		struct sw_kube_shape shape = pod();
		int r = sw_kube_apply(&a, &shape, json(&a, cases[i].object),
			json(&a, cases[i].config), &after, &err);
		if (r < 0)
			fail_msg("%s: %s", cases[i].config, err.text);
		sw_json_write(&out, after, 0);
		assert_string_equal(sw_buf_cstr(&out), cases[i].want);
	}
}

static void refused(void **state)
{
	static const struct {
		const char *config;
		int code;
		const char *why;
	} cases[] = {
		{"{\"spec\":[]}", SW_EINVALID,
			"failed to convert patch object to typed object: .spec: expected map"},
		{"{\"spec\":{\"containers\":{}}}", SW_EINVALID,
			"failed to convert patch object to typed object: .spec.containers: "
			"expected list"},
		{"{\"spec\":{\"containers\":[1]}}", SW_EINVALID,
			"failed to convert patch object to typed object: .spec.containers[0]: a "
			"keyed list has an "
			"element that is no object"},
		{"{\"metadata\":{\"finalizers\":[[]]}}", SW_EINVALID,
			"failed to convert patch object to typed object: .metadata.finalizers[0]: "
			"a set has an element "
			"that is no scalar"},
		{"{\"metadata\":{\"ownerReferences\":[{\"name\":\"x\"},{\"name\":\"y\"}]}}",
			SW_EINVALID,
			"invalid ApplyConfiguration: may not mutate atomic arrays, maps or "
			"structs: "
			".metadata.ownerReferences[0], .metadata.ownerReferences[1]"},
		{"{\"spec\":{\"volumes\":[{\"name\":\"v\",\"configMap\":{\"items\":[]}}]}}",
			SW_EINVALID,
			"invalid ApplyConfiguration: may not mutate atomic arrays, maps or "
			"structs: "
			".spec.volumes[0].configMap.items"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sw_autoarena a;
		struct sw_value after = sw_undef();
		struct sw_error err = {0};
		sw_arena_init(&a, 0);
		struct sw_kube_shape shape = pod();
		assert_int_equal(sw_kube_apply(&a, &shape, sw_empty_object(),
					 json(&a, cases[i].config), &after, &err),
			-cases[i].code);
		assert_string_equal(err.text, cases[i].why);
		assert_false(sw_defined(after));
	}
}

/* Lists whose elements would have to be compared too often, and documents too deep, end in an
 * error. */
static void limits(void **state)
{
	sw_autoarena a;
	sw_autobuf text;
	struct sw_value after;
	struct sw_error err = {0};
	struct sw_kube_object crd = {
		.kind = SW_STR("X"), .group = SW_STR("g.io"), .version = SW_STR("v1")};
	sw_arena_init(&a, 0);
	sw_buf_init(&text, 1 << 20);
	sw_buf_addz(&text, "{\"metadata\":{\"finalizers\":[0");
	for (int i = 1; i < 5000; i++)
		sw_buf_printf(&text, ",%d", i);
	sw_buf_addz(&text, "]}}");
	struct sw_value v = json(&a, sw_buf_cstr(&text));
	struct sw_kube_shape shape = sw_kube_shape_of(&crd, sw_undef());
	assert_int_equal(
		sw_kube_apply(&a, &shape, v, v, &after, &err), -SW_EINVALID); /* no strings */
	sw_buf_clear(&text);
	sw_buf_addz(&text, "{\"metadata\":{\"finalizers\":[\"0\"");
	for (int i = 1; i < 5000; i++)
		sw_buf_printf(&text, ",\"%d\"", i);
	sw_buf_addz(&text, "]}}");
	v = json(&a, sw_buf_cstr(&text));
	assert_int_equal(sw_kube_apply(&a, &shape, v, v, &after, &err), -SW_ELIMIT);
	assert_string_equal(err.text, "the lists are too long to be merged");
	sw_buf_clear(&text);
	for (int i = 0; i < 300; i++)
		sw_buf_addz(&text, "{\"a\":");
	sw_buf_addz(&text, "1");
	for (int i = 0; i < 300; i++)
		sw_buf_addz(&text, "}");
	assert_int_equal(sw_kube_apply(&a, &shape, sw_empty_object(), json(&a, sw_buf_cstr(&text)),
				 &after, &err),
		-SW_ELIMIT);
	assert_string_equal(err.text, "more than 256 levels");
}

/* Every kind of the table is found, and every type that a field names is there. */
static void table(void **state)
{
	static const struct {
		const char *group, *version, *kind, *path;
		enum sw_kube_shape_kind want;
		bool atomic;
	} cases[] = {
		{"", "v1", "Pod", "spec.containers", SW_KUBE_LIST, false},
		{"", "v1", "Pod", "spec.tolerations", SW_KUBE_LIST, true},
		{"", "v1", "Pod", "metadata.labels", SW_KUBE_MAP, false},
		{"", "v1", "Service", "spec.selector", SW_KUBE_MAP, true},
		{"", "v1", "ConfigMap", "data", SW_KUBE_MAP, false},
		{"apps", "v1", "Deployment", "spec.selector", SW_KUBE_STRUCT, true},
		{"apps", "v1", "Deployment", "spec.replicas", SW_KUBE_NUMBER, false},
		{"networking.k8s.io", "v1", "Ingress", "spec.rules", SW_KUBE_LIST, true},
		{"rbac.authorization.k8s.io", "v1", "Role", "rules", SW_KUBE_LIST, true},
		{"batch", "v1", "CronJob", "spec.jobTemplate.spec.template.spec.hostPID",
			SW_KUBE_BOOL, false},
		{"flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", "spec", SW_KUBE_STRUCT, false},
		{"apps", "v9", "Deployment", "spec", SW_KUBE_ANY, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_kube_object o = {.group = sw_str_from(cases[i].group),
			.version = sw_str_from(cases[i].version),
			.kind = sw_str_from(cases[i].kind)};
		struct sw_kube_shape s = sw_kube_shape_of(&o, sw_undef());
		struct sw_str rest = sw_str_from(cases[i].path), name;
		while (sw_str_split(&rest, '.', &name)) {
			struct sw_kube_shape next;
			assert_true(sw_kube_shape_member(&s, name, &next));
			s = next;
		}
		assert_int_equal(s.kind, cases[i].want);
		assert_int_equal(s.atomic, cases[i].atomic);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(values),
		cmocka_unit_test(refused),
		cmocka_unit_test(limits),
		cmocka_unit_test(table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
