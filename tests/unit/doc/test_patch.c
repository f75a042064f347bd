/* SPDX-License-Identifier: Apache-2.0 */
/* The examples of RFC 6901, 6902 and 7386, and what their texts leave to be got wrong. */
#include "../test.h"

#include "doc/json.h"
#include "doc/patch.h"
#include "doc/pointer.h"

static struct sw_value parse(struct sw_arena *a, const char *text)
{
	struct sw_value v;
	struct sw_error err;
	if (sw_json_parse(a, sw_str_from(text), SW_JSON_SPANS, NULL, &v, NULL, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return v;
}

static void rfc6901(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value doc = parse(&a,
		"{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
		"\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,\"~1\":9}");
	static const struct {
		const char *p, *want;
	} c[] = {{"/foo/0", "\"bar\""}, {"/", "0"}, {"/a~1b", "1"}, {"/c%d", "2"}, {"/e^f", "3"},
		{"/g|h", "4"}, {"/i\\j", "5"}, {"/k\"l", "6"}, {"/ ", "7"}, {"/m~0n", "8"},
		{"/~01", "9"}, {"/foo", "[\"bar\",\"baz\"]"}, {"/foo/2", NULL}, {"/foo/-", NULL},
		{"/foo/00", NULL}, {"/foo/+0", NULL}, {"/foo/-0", NULL}, {"/foo/0/x", NULL},
		{"/foo/4294967296", NULL}, {"foo", NULL}, {"/m~n", NULL}, {"/m~", NULL},
		{"/m~2", NULL}, {"/x", NULL}, {"/foo/", NULL}};
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		struct sw_value v = sw_pointer_get(doc, sw_str_from(c[i].p));
		if (sw_defined(v) != (c[i].want != NULL) ||
			(c[i].want && !sw_value_eq(v, parse(&a, c[i].want))))
			fail_msg("%s", c[i].p);
	}
	assert_true(sw_value_eq(sw_pointer_get(doc, SW_STR("")), doc));
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_pointer_add(&b, SW_STR("a~/b"));
	sw_pointer_add_index(&b, 7);
	assert_str(sw_buf_str(&b), "/a~0~1b/7");
	struct sw_str last;
	assert_str(sw_pointer_parent(sw_buf_str(&b), &last), "/a~0~1b");
	assert_str(last, "7");
	assert_str(sw_pointer_parent(SW_STR(""), &last), "");
}

static const struct {
	const char *doc, *patch, *want; /* want NULL: refused with code */
	int code;
} patches[] = {
	{"{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\"}]",
		"{\"baz\":\"qux\",\"foo\":\"bar\"}", 0},
	{"{\"foo\":[\"bar\",\"baz\"]}", "[{\"op\":\"add\",\"path\":\"/foo/1\",\"value\":\"qux\"}]",
		"{\"foo\":[\"bar\",\"qux\",\"baz\"]}", 0},
	{"{\"baz\":1,\"foo\":2}", "[{\"op\":\"remove\",\"path\":\"/baz\"}]", "{\"foo\":2}", 0},
	{"{\"foo\":[1,2,3]}", "[{\"op\":\"remove\",\"path\":\"/foo/1\"}]", "{\"foo\":[1,3]}", 0},
	{"{\"baz\":1}", "[{\"op\":\"replace\",\"path\":\"/baz\",\"value\":[]}]", "{\"baz\":[]}", 0},
	{"{\"foo\":{\"bar\":1,\"w\":2},\"q\":{\"c\":3}}",
		"[{\"op\":\"move\",\"from\":\"/foo/w\",\"path\":\"/q/t\"}]",
		"{\"foo\":{\"bar\":1},\"q\":{\"c\":3,\"t\":2}}", 0},
	{"{\"foo\":[1,2,3,4]}", "[{\"op\":\"move\",\"from\":\"/foo/1\",\"path\":\"/foo/3\"}]",
		"{\"foo\":[1,3,4,2]}", 0},
	{"{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":1.0}]", "{\"a\":1}", 0},
	{"{\"a\":\"1\"}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":1}]", NULL, SW_ECONFLICT},
	{"{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/b\",\"value\":null}]", NULL, SW_ENOENT},
	{"{}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":{\"b\":null}}]", "{\"a\":{\"b\":null}}",
		0},
	{"{\"foo\":1}", "[{\"op\":\"add\",\"path\":\"/child/x\",\"value\":1}]", NULL, SW_ENOENT},
	{"{\"foo\":1}", "[{\"op\":\"add\",\"path\":\"\",\"value\":[1]}]", "[1]", 0},
	{"[1]",
		"[{\"op\":\"add\",\"path\":\"/-\",\"value\":2},{\"op\":\"add\",\"path\":\"/"
		"0\",\"value\":0}]",
		"[0,1,2]", 0},
	{"[]", "[{\"op\":\"add\",\"path\":\"/-\",\"value\":1}]", "[1]", 0},
	{"[]", "[{\"op\":\"add\",\"path\":\"/0\",\"value\":1}]", "[1]", 0},
	{"[]", "[{\"op\":\"add\",\"path\":\"/1\",\"value\":1}]", NULL, SW_ENOENT},
	{"[1]", "[{\"op\":\"add\",\"path\":\"/01\",\"value\":1}]", NULL, SW_EINVALID},
	{"[1]", "[{\"op\":\"add\",\"path\":\"/x\",\"value\":1}]", NULL, SW_EINVALID},
	{"[1]", "[{\"op\":\"remove\",\"path\":\"/0\"}]", "[]", 0},
	{"[1]", "[{\"op\":\"remove\",\"path\":\"/-\"}]", NULL, SW_ENOENT},
	{"[1]", "[{\"op\":\"replace\",\"path\":\"/1\",\"value\":1}]", NULL, SW_ENOENT},
	{"{}", "[{\"op\":\"remove\",\"path\":\"/a\"}]", NULL, SW_ENOENT},
	{"{}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":1}]", NULL, SW_ENOENT},
	{"{}", "[{\"op\":\"remove\",\"path\":\"\"}]", NULL, SW_EINVALID},
	{"{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"/a\"}]", "{}", 0},
	{"{\"a\":{\"b\":1}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b\"}]", NULL,
		SW_EINVALID},
	{"{\"a\":{\"b\":1}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a\"}]",
		"{\"a\":{\"b\":1}}", 0},
	{"{\"a\":1,\"ab\":2}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/ab\"}]", "{\"ab\":1}",
		0},
	{"{\"a\":{\"b\":1}}", "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/b\"}]",
		"{\"a\":{\"b\":{\"b\":1}}}", 0},
	{"{\"a\":1}", "[{\"op\":\"copy\",\"from\":\"/z\",\"path\":\"/b\"}]", NULL, SW_ENOENT},
	{"{\"a/b\":1}",
		"[{\"op\":\"replace\",\"path\":\"/a~1b\",\"value\":2},{\"op\":\"add\",\"path\":\"/"
		"m~0~1\",\"value\":3}]",
		"{\"a/b\":2,\"m~/\":3}", 0},
	{"{\"a\":\"x\"}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":2}]", NULL, SW_ENOENT},
	{"{}", "[{\"op\":\"add\",\"path\":\"/a\"}]", NULL, SW_EINVALID},
	{"{}", "[{\"op\":\"test\",\"path\":\"/a\"}]", NULL, SW_EINVALID},
	{"{}", "[{\"op\":\"Add\",\"path\":\"/a\",\"value\":1}]", NULL, SW_EINVALID},
	{"{}", "[{\"path\":\"/a\",\"value\":1}]", NULL, SW_EINVALID},
	{"{}", "[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]", NULL, SW_EINVALID},
	{"{}", "[{\"op\":\"add\",\"value\":1}]", NULL, SW_EINVALID},
	{"{}", "[{\"op\":\"move\",\"path\":\"/a\"}]", NULL, SW_EINVALID},
	{"{}", "{\"op\":\"add\"}", NULL, SW_EINVALID},
	{"{}", "[1]", NULL, SW_EINVALID},
	{"{}", "[]", "{}", 0},
	{"{}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":1,\"extra\":true}]", "{\"a\":1}", 0},
};

static void rfc6902(void **state)
{
	for (size_t i = 0; i < sizeof(patches) / sizeof(*patches); i++) {
		sw_autoarena a;
		sw_arena_init(&a, 0);
		struct sw_value v = sw_int(99), doc = parse(&a, patches[i].doc);
		struct sw_error err = {0};
		int rc = sw_patch_apply(&a, doc, parse(&a, patches[i].patch), &v, &err);
		if (rc != -patches[i].code)
			fail_msg("%s: %d %s", patches[i].patch, rc, err.text);
		if (rc == 0 && !sw_value_eq(v, parse(&a, patches[i].want)))
			fail_msg("%s: wrong", patches[i].patch);
		if (rc < 0)
			assert_true(v.u.i == 99);
		assert_true(sw_value_eq(doc, parse(&a, patches[i].doc))); /* never changed */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc6901),
		cmocka_unit_test(rfc6902),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
