/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/buf.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "policy/place.h"

static const char text[] = "apiVersion: v1\n"
			   "kind: Pod\n"
			   "metadata:\n"
			   "  name: x\n"
			   "spec:\n"
			   "  containers:\n"
			   "  - name: c\n"
			   "    image: nginx # here\n"
			   "    securityContext: null\n"
			   "  - name: d\n"
			   "    command: [a, b]\n"
			   "  a/b~c: 1\n";

struct fixture {
	struct sw_arena a;
	struct sw_source source;
	struct sw_where w;
};

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	sw_arena_init(&f.a, 0);
	f.source = (struct sw_source){.name = SW_STR("f.yaml"), .text = SW_STR(text)};
	struct sw_error err = {0};
	struct sw_yaml_stream *s;
	struct sw_yaml_doc d;
	assert_int_equal(sw_yaml_open(&f.a, f.source.text, SW_YAML_SPANS, NULL, &s, &err), 0);
	assert_int_equal(sw_yaml_next(s, &f.a, &d, &err), 1);
	f.w = (struct sw_where){.source = &f.source,
		.line_arena = &f.a,
		.root = d.root,
		.span = d.span,
		.pointer = SW_STR("")};
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	sw_arena_release(&((struct fixture *)*state)->a);
	return 0;
}

static struct sw_value json(struct fixture *f, const char *t)
{
	struct sw_value v;
	assert_int_equal(sw_json_parse(&f->a, sw_str_from(t), 0, NULL, &v, NULL, NULL), 0);
	return v;
}

static void places(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *path, *want;
	} cases[] = {
		{"[]", "1:1 "},
		{"[\"metadata\",\"name\"]", "4:3-4:10 /metadata/name"},
		{"[\"spec\",\"containers\",0,\"image\"]", "8:5-8:17 /spec/containers/0/image"},
		/* Missing: the head of the nearest parent. */
		{"[\"spec\",\"hostPID\"]", "5:1-5:5 /spec/hostPID"},
		{"[\"spec\",\"containers\",1,\"securityContext\",\"privileged\"]",
			"10:5-10:12 /spec/containers/1/securityContext/privileged"},
		{"[\"spec\",\"containers\",0,\"securityContext\",\"privileged\"]",
			"9:5-9:20 /spec/containers/0/securityContext/privileged"},
		{"[\"spec\",\"containers\",7]", "6:3-6:13 /spec/containers/7"},
		{"[\"spec\",\"containers\",1,\"command\",1]",
			"11:18-11:19 /spec/containers/1/command/1"},
		{"[\"spec\",\"a/b~c\"]", "12:3-12:11 /spec/a~1b~0c"},
		{"[\"nothing\"]", "1:1-1:15 /nothing"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_evidence ev;
		assert_int_equal(sw_place_path(&f->a, &f->w, json(f, cases[i].path), &ev), 0);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		if (i == 0)
			sw_buf_printf(&b, "%u:%u %.*s", ev.line, ev.col, SW_STR_ARG(ev.path));
		else
			sw_buf_printf(&b, "%u:%u-%u:%u %.*s", ev.line, ev.col, ev.end_line,
				ev.end_col, SW_STR_ARG(ev.path));
		assert_str(sw_buf_str(&b), cases[i].want);
		assert_str(ev.file, "f.yaml");
	}
	struct sw_evidence ev;
	assert_int_equal(sw_place_path(&f->a, &f->w, json(f, "[true]"), &ev), -SW_EINVALID);
	assert_int_equal(sw_place_path(&f->a, &f->w, json(f, "{}"), &ev), -SW_EINVALID);
	assert_int_equal(
		sw_place_pointer(&f->a, &f->w, SW_STR("/spec/containers/0/image"), &ev), 0);
	assert_int_equal(ev.line, 8);
	assert_int_equal(sw_place_pointer(&f->a, &f->w, SW_STR("/spec/a~1b~0c"), &ev), 0);
	assert_int_equal(ev.line, 12);
}

static void patches(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *ops, *want; /* NULL: none */
	} cases[] = {
		{"[{\"op\":\"set\",\"path\":[\"spec\",\"containers\",0,\"image\"],\"value\":\"x\"}"
		 "]",
			"[{\"op\":\"replace\",\"path\":\"/spec/containers/0/"
			"image\",\"value\":\"x\"}]"},
		{"[{\"op\":\"set\",\"path\":[\"spec\",\"hostPID\"],\"value\":false}]",
			"[{\"op\":\"add\",\"path\":\"/spec/hostPID\",\"value\":false}]"},
		{"[{\"op\":\"set\",\"path\":[\"spec\",\"containers\",1,\"securityContext\","
		 "\"privileged\"],\"value\":false}]",
			"[{\"op\":\"add\",\"path\":\"/spec/containers/1/"
			"securityContext\",\"value\":{\"privileged\":false}}]"},
		{"[{\"op\":\"set\",\"path\":[\"spec\",\"containers\",0,\"securityContext\","
		 "\"privileged\"],\"value\":false}]",
			"[{\"op\":\"replace\",\"path\":\"/spec/containers/0/"
			"securityContext\",\"value\":{\"privileged\":false}}]"},
		/* The second operation builds on the first. */
		{"[{\"op\":\"set\",\"path\":[\"spec\",\"x\",\"y\",\"a\"],\"value\":1},"
		 "{\"op\":\"set\",\"path\":[\"spec\",\"x\",\"b\"],\"value\":2},"
		 "{\"op\":\"set\",\"path\":[\"spec\",\"x\",\"y\",\"c\",\"d\"],\"value\":3}]",
			"[{\"op\":\"add\",\"path\":\"/spec/x\",\"value\":{\"y\":{\"a\":1}}},"
			"{\"op\":\"add\",\"path\":\"/spec/x/b\",\"value\":2},"
			"{\"op\":\"add\",\"path\":\"/spec/x/y/c\",\"value\":{\"d\":3}}]"},
		{"[{\"op\":\"remove\",\"path\":[\"spec\",\"containers\",0,\"image\"]}]",
			"[{\"op\":\"remove\",\"path\":\"/spec/containers/0/image\"}]"},
		{"[{\"op\":\"add\",\"path\":\"/spec/a~1b~0c\",\"value\":2}]",
			"[{\"op\":\"add\",\"path\":\"/spec/a~1b~0c\",\"value\":2}]"},
		{"[{\"op\":\"set\",\"path\":[\"spec\",\"list\",0],\"value\":1}]", NULL},
		{"[{\"op\":\"set\",\"path\":[],\"value\":1}]", NULL},
		{"[{\"op\":\"set\",\"path\":[\"spec\"]}]", NULL},
		{"[{\"op\":\"move\",\"path\":[\"spec\"],\"from\":\"/x\"}]", NULL},
		{"[7]", NULL},
		{"[]", NULL},
		{"{}", NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_value p = sw_place_patch(&f->a, &f->w, json(f, cases[i].ops));
		sw_autobuf b;
		sw_buf_init(&b, 0);
		sw_json_write(&b, p, 0);
		if (!cases[i].want) {
			if (sw_defined(p))
				fail_msg("%s: %s", cases[i].ops, sw_buf_cstr(&b));
		} else {
			assert_str(sw_buf_str(&b), cases[i].want);
		}
	}
	f->w.pointer = SW_STR("/items/3");
	struct sw_value p =
		sw_place_patch(&f->a, &f->w, json(f, "[{\"op\":\"remove\",\"path\":[\"spec\"]}]"));
	assert_str(sw_value_str(sw_value_path(sw_array_at(p, 0), "path", NULL)), "/items/3/spec");
}

static void small_things(void **state)
{
	struct fixture *f = *state;
	assert_str(sw_place_image(f->w.root, json(f, "[\"spec\",\"containers\",0,\"ports\"]")),
		"nginx");
	assert_str(sw_place_image(f->w.root, json(f, "[\"spec\",\"containers\",1]")), "");
	assert_str(sw_place_image(f->w.root, json(f, "[\"spec\"]")), "");
	assert_str(sw_place_value(&f->a, json(f, "{\"b\":1,\"a\":[true]}")),
		"{\"a\": [true], \"b\": 1}");
	assert_str(sw_place_value(&f->a, sw_undef()), "");
	char big[400];
	memset(big, 'a', sizeof(big));
	struct sw_str cut = sw_place_value(&f->a, sw_string(sw_str_make(big, sizeof(big))));
	assert_int_equal(cut.n, 200);
	assert_true(sw_str_ends(cut, SW_STR("a...")));
	for (size_t i = 0; i + 1 < sizeof(big); i += 2)
		memcpy(big + i, "\xc3\xa9", 2);
	cut = sw_place_value(&f->a, sw_string(sw_str_make(big, sizeof(big))));
	assert_true(cut.n <= 200 && sw_utf8_valid(cut));
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static void columns_count_code_points(void **state)
{
	(void)state;
	static const char wide[] = "a: \"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\", b: 1"; /* a: "é€😀", b: 1 */
	struct sw_arena a;
	struct sw_source source = {.name = SW_STR("f"), .text = SW_STR(wide)};
	struct sw_evidence ev;
	struct sw_value root, path;

	sw_arena_init(&a, 0);
	source.text = sw_arena_printf(&a, "{%s}", wide);
	assert_int_equal(sw_yaml_parse(&a, source.text, SW_YAML_SPANS, NULL, &root, NULL), 0);
	assert_int_equal(sw_json_parse(&a, SW_STR("[\"b\"]"), 0, NULL, &path, NULL, NULL), 0);
	struct sw_where w = {.source = &source, .line_arena = &a, .root = root,
		.span = {0, (uint32_t)source.text.n}, .pointer = SW_STR("")};
	assert_int_equal(sw_place_path(&a, &w, path, &ev), 0);
	assert_int_equal(ev.line, 1);
	assert_int_equal(ev.col, 12); /* {a: "é€😀", is eleven characters, and 17 bytes */
	assert_int_equal(ev.end_col, 16);
	assert_int_equal(ev.span.start, 17);
	sw_arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(places), T(patches), T(small_things),
		cmocka_unit_test(columns_count_code_points)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
