/* SPDX-License-Identifier: Apache-2.0 */
/* Expected results were taken from sigs.k8s.io/yaml 1.6, but for the quotes around "<<". */
#include "../test.h"

#include "doc/json.h"
#include "doc/yaml.h"

static void expect(const char *json, const char *want)
{
	sw_autoarena a;
	sw_autobuf out;
	struct sw_value v, again;
	struct sw_error err;
	sw_arena_init(&a, 0);
	sw_buf_init(&out, 0);
	assert_int_equal(sw_json_parse(&a, sw_str_from(json), 0, NULL, &v, NULL, &err), 0);
	sw_yaml_write(&out, v);
	assert_str(sw_buf_str(&out), want);
	if (sw_yaml_parse(&a, sw_buf_str(&out), 0, NULL, &again, &err) < 0)
		fail_msg("%s: %s", want, err.text);
	assert_true(sw_value_eq(v, again));
}

static void shapes(void **state)
{
	expect("null", "null\n");
	expect("[]", "[]\n");
	expect("{}", "{}\n");
	expect("{\"a\":[],\"b\":{},\"c\":null}", "a: []\nb: {}\nc: null\n");
	expect("{\"a\":[1,[2,[3]],{\"x\":1,\"y\":[{}]}]}",
		"a:\n- 1\n- - 2\n  - - 3\n- x: 1\n  \"y\":\n  - {}\n");
	expect("[{\"a\":{\"b\":1}},[]]", "- a:\n    b: 1\n- []\n");
	expect("{\"a10\":1,\"a9\":2,\"B\":3,\"_\":4,\"1\":5}",
		"_: 4\n\"1\": 5\nB: 3\na9: 2\na10: 1\n");
}

static void strings(void **state)
{
	static const char *const same[] = {
		"a b", "a'b", "a#b", "a:b", "-a", "?a", "1.2.3", "\xc3\xa9", "=", "a\\\\b"};
	static const char *const quoted[] = {"yes", "1", "0x1F", "1_000", "null", "~", "2001-01-01",
		"1:30", ".inf", "1e3", "", "<<"};
	static const char *const single[] = {"a: b", "a #b", "- a", "?", "#a", "*a", "&a", "!a",
		"%a", "@a", "{a", "[a", "|", ">", "---", " a", "a "};
	char json[64], want[64];
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		snprintf(json, sizeof(json), "{\"k\":\"%s\"}", same[i]);
		snprintf(want, sizeof(want), "k: %s\n", i == 9 ? "a\\b" : same[i]);
		expect(json, want);
	}
	for (size_t i = 0; i < sizeof(quoted) / sizeof(*quoted); i++) {
		snprintf(json, sizeof(json), "[\"%s\"]", quoted[i]);
		snprintf(want, sizeof(want), "- \"%s\"\n", quoted[i]);
		expect(json, want);
	}
	for (size_t i = 0; i < sizeof(single) / sizeof(*single); i++) {
		snprintf(json, sizeof(json), "{\"k\":\"%s\"}", single[i]);
		snprintf(want, sizeof(want), "k: '%s'\n", single[i]);
		expect(json, want);
	}
	expect("\"'a\"", "'''a'\n");
	expect("\"a\\tb\"", "\"a\\tb\"\n");
	expect("\"\\u0000\\u0007\\u001b\\u007f\\u0085\\u00a0\\u2028\\ud83d\\ude00\"",
		"\"\\0\\a\\e\\x7F\\N\xc2\xa0\\L\\U0001F600\"\n");
}

static void lines(void **state)
{
	expect("{\"k\":\"a\\nb\\n\"}", "k: |\n  a\n  b\n");
	expect("{\"k\":\"a\\nb\"}", "k: |-\n  a\n  b\n");
	expect("[{\"k\":\"a\\n\\n\",\"l\":1}]", "- k: |+\n    a\n\n  l: 1\n");
	expect("{\"k\":[\" a\\n b\"]}", "k:\n- |2-\n   a\n   b\n");
	expect("\"\\n\"", "|2+\n\n");
	expect("{\"k\":\"a \\nb\"}", "k: \"a \\nb\"\n");
	expect("{\"k\":\"a\\n\\tb\"}", "k: \"a\\n\\tb\"\n");
	expect("{\"a\\nb\":1}", "? |-\n  a\n  b\n: 1\n");
	expect("{\"a\\nb\":[1,{\"c\":2}]}", "? |-\n  a\n  b\n: - 1\n  - c: 2\n");
	expect("{\"k\":\"aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbb cccccccccccccccccccc "
	       "dddddddddddddddddddd e\"}",
		"k: aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbb cccccccccccccccccccc "
		"dddddddddddddddddddd\n  e\n");
	expect("[\"aaaaaaaaaaaaaaaaaaaa: bbbbbbbbbbbbbbbbbbb cccccccccccccccccccc "
	       "dddddddddddddddddddd  e f\"]",
		"- 'aaaaaaaaaaaaaaaaaaaa: bbbbbbbbbbbbbbbbbbb cccccccccccccccccccc "
		"dddddddddddddddddddd  e\n  f'\n");
}

static void numbers(void **state)
{
	expect("[0,-1,9223372036854775807,18446744073709551615]",
		"- 0\n- -1\n- 9223372036854775807\n- 18446744073709551615\n");
	expect("[1.5,0.1,0.0001,0.00001,100000.5,1234567.5]",
		"- 1.5\n- 0.1\n- 0.0001\n- 1e-05\n- 100000.5\n- 1.2345675e+06\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes),
		cmocka_unit_test(strings),
		cmocka_unit_test(lines),
		cmocka_unit_test(numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
