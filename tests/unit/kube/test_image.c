/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "kube/image.h"
#include "kube/kinds.h"

#define HEX32 "0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX32 HEX32

static void references(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} cases[] = {
		{"nginx", "docker.io/library/nginx"},
		{"nginx:1.27", "docker.io/library/nginx:1.27"},
		{"library/nginx", "docker.io/library/nginx"},
		{"docker.io/nginx", "docker.io/library/nginx"},
		{"index.docker.io/nginx:x", "docker.io/library/nginx:x"},
		{"a/b", "docker.io/a/b"},
		{"a/b/c:1", "docker.io/a/b/c:1"},
		{"localhost/x", "localhost/x"},
		{"localhost:5000/x:y", "localhost:5000/x:y"},
		{"reg.example/x", "reg.example/x"},
		{"REG/x", "REG/x"},
		{"[::1]:5000/x", "[::1]:5000/x"},
		{"[2001:db8::1]/x/y", "[2001:db8::1]/x/y"},
		{"nginx@" DIGEST, "docker.io/library/nginx@" DIGEST},
		{"reg.example/a/b:v1.2-x_y@" DIGEST, "reg.example/a/b:v1.2-x_y@" DIGEST},
		{"a__b/c-----d.e_f", "docker.io/a__b/c-----d.e_f"},
		{"x:_t", "docker.io/library/x:_t"},
		{"", NULL},
		{":tag", NULL},
		{"x:", NULL},
		{"x@", NULL},
		{"x:-t", NULL},
		{"Nginx", NULL},
		{"a/B", NULL},
		{"a//b", NULL},
		{"/a", NULL},
		{"a/", NULL},
		{"a..b", NULL},
		{"a___b", NULL},
		{"a_", NULL},
		{"-a", NULL},
		{"a b", NULL},
		{"a:b:c", NULL},
		{"https://reg.example/x", NULL},
		{"reg.example:port/x", NULL},
		{"reg..example/x", NULL},
		{"{{ .Values.image }}", NULL},
		{"$IMAGE", NULL},
		{"x@sha256:" HEX32, NULL},
		{"x@md5:" HEX32, NULL},
		{"x@sha256:" HEX32 "0123456789ABCDEF0123456789abcdef", NULL},
		{HEX32 HEX32, NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_image_ref ref;
		struct sw_error err = {0};
		int r = sw_image_parse(sw_str_from(cases[i].text), &ref, &err);
		if (!cases[i].want) {
			if (r != -SW_ESYNTAX)
				fail_msg("\"%s\" was taken", cases[i].text);
			continue;
		}
		if (r)
			fail_msg("\"%s\": %s", cases[i].text, err.text);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		sw_buf_printf(&b, "%.*s/%.*s%.*s%s%.*s%s%.*s", SW_STR_ARG(ref.registry),
			SW_STR_ARG(ref.prefix), SW_STR_ARG(ref.repository), ref.tag.n ? ":" : "",
			SW_STR_ARG(ref.tag), ref.digest.n ? "@" : "", SW_STR_ARG(ref.digest));
		assert_str(sw_buf_str(&b), cases[i].want);
	}
}

static void limits(void **state)
{
	char name[300], tag[140] = "x:";
	memset(name, 'a', sizeof(name));
	struct sw_image_ref ref;
	assert_int_equal(
		sw_image_parse(sw_str_make(name, 247), &ref, NULL), 0); /* library/ in front */
	assert_int_equal(sw_image_parse(sw_str_make(name, 248), &ref, NULL), -SW_ESYNTAX);
	memset(tag + 2, 't', 129);
	assert_int_equal(sw_image_parse(sw_str_make(tag, 130), &ref, NULL), 0);
	assert_int_equal(sw_image_parse(sw_str_make(tag, 131), &ref, NULL), -SW_ESYNTAX);
	assert_int_equal(sw_image_parse(SW_STR("a\0b"), &ref, NULL), -SW_ESYNTAX);
}

static void tables_are_sorted_and_found(void **state)
{
	size_t n;
	const struct sw_kube_kind *k = sw_kube_kinds(&n);
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(
			sw_kube_kind_find(sw_str_from(k[i].group), sw_str_from(k[i].kind)), &k[i]);
	assert_false(sw_kube_kind_find(SW_STR(""), SW_STR("Node"))->namespaced);
	assert_string_equal(
		sw_kube_kind_find(SW_STR("networking.k8s.io"), SW_STR("NetworkPolicy"))->resource,
		"networkpolicies");
	assert_null(sw_kube_kind_find(SW_STR("x"), SW_STR("Pod")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references),
		cmocka_unit_test(limits),
		cmocka_unit_test(tables_are_sorted_and_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
