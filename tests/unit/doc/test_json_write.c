/* SPDX-License-Identifier: Apache-2.0 */
/* Expected results were taken from Go's encoding/json (1.26). */
#include "../test.h"

#include <float.h>
#include <math.h>

#include "doc/json.h"

static void expect(struct sw_value v, unsigned flags, const char *want)
{
	sw_autobuf out;
	sw_buf_init(&out, 0);
	sw_json_write(&out, v, flags);
	assert_str(sw_buf_str(&out), want);
}

static struct sw_value parse(struct sw_arena *a, const char *text)
{
	struct sw_value v;
	assert_int_equal(sw_json_parse(a, sw_str_from(text), 0, NULL, &v, NULL, NULL), 0);
	return v;
}

static void doubles_as_go(void **state)
{
	static const struct {
		double d;
		const char *want;
	} c[] = {
		{0, "0"},
		{-0.0, "-0"},
		{1, "1"},
		{-1.5, "-1.5"},
		{0.1, "0.1"},
		{1.0 / 3, "0.3333333333333333"},
		{100, "100"},
		{123456789, "123456789"},
		{1e20, "100000000000000000000"},
		{1e21, "1e+21"},
		{999999999999999900000.0, "999999999999999900000"},
		{1e-6, "0.000001"},
		{1e-7, "1e-7"},
		{1.5e-7, "1.5e-7"},
		{0.000001234, "0.000001234"},
		{1e-10, "1e-10"},
		{5e-324, "5e-324"},
		{DBL_MAX, "1.7976931348623157e+308"},
		{DBL_MIN, "2.2250738585072014e-308"},
		{2.2250738585072011e-308, "2.225073858507201e-308"},
		{9007199254740993.0, "9007199254740992"},
		{1.7e300, "1.7e+300"},
		{0.1 + 0.2, "0.30000000000000004"},
		{4.35, "4.35"},
		{3e-320, "3e-320"},
		{INFINITY, "null"},
		{-INFINITY, "null"},
		{NAN, "null"},
	};
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++)
		expect(sw_double(c[i].d), 0, c[i].want);
}

static void strings_as_go(void **state)
{
	expect(SW_VSTR("\"\\/\b\f\n\r\t\x01\x1f\x7f"), 0,
		"\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
	expect(SW_VSTR("a\0b"), 0, "\"a\\u0000b\"");
	expect(SW_VSTR("<a>&'"), 0, "\"<a>&'\"");
	expect(SW_VSTR("<a>&'"), SW_JSON_HTML_ESCAPE, "\"\\u003ca\\u003e\\u0026'\"");
	expect(SW_VSTR("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa"), 0,
		"\"\\u2028\\u2029\xe2\x80\xaa\"");
	expect(SW_VSTR("\xff-\xed\xa0\x80\xef\xbf\xbd"), 0,
		"\"\\ufffd-\\ufffd\\ufffd\\ufffd\xef\xbf\xbd\"");
	expect(sw_string((struct sw_str){NULL, 0}), 0, "\"\"");
}

static void shapes(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value v = parse(&a, "{\"b\":[1,{\"x\":null}],\"a\":{},\"c\":[]}");
	expect(v, 0, "{\"a\":{},\"b\":[1,{\"x\":null}],\"c\":[]}");
	expect(v, SW_JSON_SPACED, "{\"a\": {}, \"b\": [1, {\"x\": null}], \"c\": []}");
	expect(v, SW_JSON_PRETTY,
		"{\n  \"a\": {},\n  \"b\": [\n    1,\n    {\n      \"x\": null\n    }\n  ],\n  "
		"\"c\": []\n}");
	expect(sw_undef(), 0, "null");
	expect(sw_int(INT64_MIN), 0, "-9223372036854775808");
	expect(sw_number(SW_STR("1.50e400")), 0, "1.50e400");
	struct sw_map m;
	sw_map_init(&m, &a);
	sw_map_add(&m, sw_int(1), sw_bool(true));
	sw_map_add(&m, parse(&a, "[\"a\",1]"), sw_bool(false));
	sw_map_add(&m, sw_null(), sw_empty_set());
	expect(sw_map_object(&m), 0, "{\"1\":true,\"[\\\"a\\\",1]\":false,\"null\":[]}");
	expect(sw_empty_set(), SW_JSON_PRETTY, "[]");
}

static void nesting_and_size_end_in_overflow(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value v = sw_empty_array();
	for (int i = 0; i < 20000; i++) {
		struct sw_value *one = sw_arena_new_array(&a, 1, struct sw_value);
		*one = v;
		v = sw_array_from(&a, one, 1);
	}
	sw_autobuf out;
	sw_buf_init(&out, 0);
	sw_json_write(&out, v, 0);
	assert_true(out.overflow);
	sw_autobuf small;
	sw_buf_init(&small, 10);
	sw_json_write(&small, parse(&a, "[1,2,3,4,5,6,7,8,9]"), 0);
	assert_true(small.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubles_as_go),
		cmocka_unit_test(strings_as_go),
		cmocka_unit_test(shapes),
		cmocka_unit_test(nesting_and_size_end_in_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
