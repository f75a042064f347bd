/* SPDX-License-Identifier: Apache-2.0 */
/* Expected results were taken from sigs.k8s.io/yaml 1.6 and go.yaml.in/yaml/v3 3.0.4. */
#include "../test.h"

#include "doc/json.h"
#include "doc/yaml.h"

#define BROKEN "(error)"

static void expect(unsigned flags, const char *text, const char *want)
{
	sw_autoarena a;
	sw_autobuf out;
	struct sw_value v;
	struct sw_error err;
	sw_arena_init(&a, 0);
	sw_buf_init(&out, 0);
	if (sw_yaml_parse(&a, sw_str_from(text), flags, NULL, &v, &err) < 0)
		sw_buf_addz(&out, BROKEN);
	else
		sw_json_write(&out, v, 0);
	if (!sw_str_is(sw_buf_str(&out), want))
		fail_msg("%s: got %.*s, want %s", text, SW_STR_ARG(sw_buf_str(&out)), want);
}

struct scalar {
	const char *text, *want;
};

static void each(unsigned flags, const struct scalar *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char text[512], want[512];
		expect(flags, c[i].text, c[i].want);
		snprintf(text, sizeof(text), "- k: %s\n  z: 1\n", c[i].text);
		snprintf(want, sizeof(want), "[{\"k\":%s,\"z\":1}]", c[i].want);
		expect(flags, text, strcmp(c[i].want, BROKEN) == 0 ? BROKEN : want);
	}
}

static const struct scalar both[] = {
	{"~", "null"},
	{"null", "null"},
	{"Null", "null"},
	{"NULL", "null"},
	{"nUll", "\"nUll\""},
	{"true", "true"},
	{"True", "true"},
	{"TRUE", "true"},
	{"tRUE", "\"tRUE\""},
	{"FALSE", "false"},
	{"0", "0"},
	{"-0", "0"},
	{"+5", "5"},
	{"007", "7"},
	{"0777", "511"},
	{"-0777", "-511"},
	{"089", "89"},
	{"0o17", "15"},
	{"0O17", "15"},
	{"-0o17", "-15"},
	{"0o8", "\"0o8\""},
	{"0x1F", "31"},
	{"-0x1f", "-31"},
	{"0x", "\"0x\""},
	{"0b101", "5"},
	{"0b2", "\"0b2\""},
	{"0b-101", "-5"},
	{"0b+1", "1"},
	{"1_000", "1000"},
	{"1_", "1"},
	{"_1", "\"_1\""},
	{"-_1", "-1"},
	{"0x_1F", "31"},
	{"1_000.5", "1000.5"},
	{"1e3", "1000"},
	{"12e03", "12000"},
	{"1e400", "\"1e400\""},
	{"1e-400", "0"},
	{"1.0", "1"},
	{"1.10", "1.1"},
	{"1.", "1"},
	{".5", "0.5"},
	{"-.5", "-0.5"},
	{".5_0", "0.5"},
	{"._5", "\"._5\""},
	{".", "\".\""},
	{"1.2.3", "\"1.2.3\""},
	{"10.0.0.1", "\"10.0.0.1\""},
	{"1e", "\"1e\""},
	{"0x1p4", "\"0x1p4\""},
	{"+", "\"+\""},
	{"--1", "\"--1\""},
	{"190:20:30", "\"190:20:30\""},
	{"-0.0", "-0"},
	{"9223372036854775807", "9223372036854775807"},
	{"9223372036854775808", "9223372036854775808"},
	{"-9223372036854775809", "-9223372036854776000"},
	{"18446744073709551615", "18446744073709551615"},
	{"18446744073709551616", "18446744073709552000"},
	{"+18446744073709551615", "18446744073709552000"},
	{"0xFFFFFFFFFFFFFFFF", "18446744073709551615"},
	{"123456789012345678901234567890", "1.2345678901234568e+29"},
	{"3.141592653589793238", "3.141592653589793"},
	{"1e21", "1e+21"},
	{"0.0000001", "1e-7"},
	{"0.000001", "0.000001"},
	{"100.0", "100"},
	{"4.35", "4.35"},
	{"5e-324", "5e-324"},
	{"2001-01-01", "\"2001-01-01\""},
	{"2001-12-14t21:59:43.10-05:00", "\"2001-12-14t21:59:43.10-05:00\""},
	{"<<", "\"<<\""},
	{"=", "\"=\""},
	{"''", "\"\""},
	{"'1'", "\"1\""},
	{"\"yes\"", "\"yes\""},
	{"\"\\x41\\u00e9\\U0001F600\\e\\_\"", "\"A\xc3\xa9\xf0\x9f\x98\x80\\u001b\xc2\xa0\""},
	{"\"\\ud83d\"", BROKEN},
	{"\"\\q\"", BROKEN},
	{"a:b", "\"a:b\""},
	{"a#b", "\"a#b\""},
	{"-a", "\"-a\""},
	{"?a", "\"?a\""},
	{"@a", BROKEN},
	{"%a: b", BROKEN},
	{"`a", BROKEN},
	{"http://x.y/z", "\"http://x.y/z\""},
	{"'a''b'", "\"a'b\""},
	{"!!str 12", "\"12\""},
	{"!!str yes", "\"yes\""},
	{"!!int '12'", "12"},
	{"!!int x", BROKEN},
	{"!!int 1.5", BROKEN},
	{"!!int ''", BROKEN},
	{"!!float 5", "5"},
	{"!!float 0x10", "16"},
	{"!!float x", BROKEN},
	{"!!float 18446744073709551615", BROKEN},
	{"!!float 9007199254740993", "9007199254740992"},
	{"!!bool 1", BROKEN},
	{"!!null ''", "null"},
	{"!!null x", BROKEN},
	{"!foo 12", "\"12\""},
	{"!!foo 12", "\"12\""},
	{"!!binary aGVsbG8=", "\"hello\""},
	{"!!binary aGVsbG8", BROKEN},
	{"!!binary \"aGVs\\nbG8=\"", "\"hello\""},
	{"!!binary aG=s", BROKEN},
	{"!!binary /w==", "\"\xef\xbf\xbd\""},
	{"!!timestamp 2001-01-01", "\"2001-01-01\""},
	{"!!timestamp 2001-02-30", BROKEN},
	{"!!timestamp x", BROKEN},
	{"!!timestamp 2001-12-14t21:59:43.10-05:00", "\"2001-12-14t21:59:43.10-05:00\""},
	{"!<tag:yaml.org,2002:int> 5", "5"},
	{"!e!foo 5", BROKEN},
	{"!!seq {a: 1}", "{\"a\":1}"},
	{"! '12'", "\"12\""},
	{"[]", "[]"},
	{"{}", "{}"},
	{"[a,]", "[\"a\"]"},
	{"[,]", BROKEN},
	{"{a}", "{\"a\":null}"},
	{"{a: 1, b: }", "{\"a\":1,\"b\":null}"},
	{"{\"a\":1}", "{\"a\":1}"},
	{"[a: b]", "[{\"a\":\"b\"}]"},
	{"{<<: {a: 1}}", "{\"a\":1}"},
	{"{<<: {a: 1}, a: 2}", "{\"a\":2}"},
	{"{'<<': {a: 1}}", "{\"<<\":{\"a\":1}}"},
	{"{<<: [{a: 1}, {a: 2, b: 3}]}", "{\"a\":1,\"b\":3}"},
	{"{<<: []}", "{}"},
	{"{<<: null}", BROKEN},
	{"{<<: [1]}", BROKEN},
	{"{<<: [[{a: 1}]]}", BROKEN},
	{"{<<: {<<: {a: 1}, b: 2}, c: 3}", "{\"a\":1,\"b\":2,\"c\":3}"},
	{"{x: &x {a: 1}, z: {<<: *x, b: 2}}", "{\"x\":{\"a\":1},\"z\":{\"a\":1,\"b\":2}}"},
	{"{x: &x [{a: 1}], y: {<<: *x}}", BROKEN},
	{"{x: &x {a: *x}}", BROKEN},
	{"[*a, &a 1]", BROKEN},
	{"[&a 1, *a, &a 2, *a]", "[1,1,2,2]"},
	{"{x: &x 1e7, *x : 2}", "{\"1e+07\":2,\"x\":10000000}"},
	{"{x: &x [1], *x : 2}", BROKEN},
	{"{[a]: b}", BROKEN},
	{"{~: a}", BROKEN},
	{"{: a}", BROKEN},
	{"{18446744073709551615: a}", BROKEN},
	{"{18446744073709551616: a}", "{\"1.8446744e+19\":\"a\"}"},
	{"{1: a}", "{\"1\":\"a\"}"},
	{"{1.0: a}", "{\"1\":\"a\"}"},
	{"{10000000.0: a}", "{\"1e+07\":\"a\"}"},
	{"{16777217.0: a}", "{\"1.6777216e+07\":\"a\"}"},
	{"{.inf: a}", "{\".inf\":\"a\"}"},
	{"{1e39: a}", "{\".inf\":\"a\"}"},
	{"{0.1: a}", "{\"0.1\":\"a\"}"},
	{"{true: a}", "{\"true\":\"a\"}"},
};

static void scalars_in_both_modes(void **state)
{
	each(SW_YAML_K8S, both, sizeof(both) / sizeof(*both));
	each(SW_YAML_GOYAML3, both, sizeof(both) / sizeof(*both));
}

static void where_the_modes_differ(void **state)
{
	static const struct scalar v2[] = {{"yes", "true"}, {"Yes", "true"}, {"YES", "true"},
		{"yEs", "\"yEs\""}, {"y", "true"}, {"N", "false"}, {"on", "true"}, {"Off", "false"},
		{"!!bool yes", "true"}, {"{yes: a}", "{\"true\":\"a\"}"}, {".inf", BROKEN},
		{"-.INF", BROKEN}, {".nan", BROKEN}, {"{a: 2, <<: {a: 1}}", "{\"a\":1}"},
		{"! 12", "\"12\""}, {"{! '<<': {a: 1}}", "{\"a\":1}"},
		{"{<<: {a: 1}, <<: {b: 2}}", "{\"a\":1,\"b\":2}"}, {"0o-17", "\"0o-17\""}};
	static const struct scalar v3[] = {{"yes", "\"yes\""}, {"y", "\"y\""}, {"N", "\"N\""},
		{"on", "\"on\""}, {"Off", "\"Off\""}, {"!!bool yes", BROKEN},
		{"{yes: a}", "{\"yes\":\"a\"}"}, {"{a: 2, <<: {a: 1}}", "{\"a\":2}"},
		{"! 12", "12"}, {"{<<: {a: 1}, <<: {b: 2}}", "{\"b\":2}"},
		{"{! '<<': {a: 1}}", "{\"<<\":{\"a\":1}}"}, {"0o-17", "-15"}};
	each(SW_YAML_K8S, v2, sizeof(v2) / sizeof(*v2));
	each(SW_YAML_GOYAML3, v3, sizeof(v3) / sizeof(*v3));
}

static void structures(void **state)
{
	static const struct scalar c[] = {
		{"", "null"},
		{"\n", "null"},
		{"# c\n", "null"},
		{"---\n...\n", "null"},
		{"a:\nb: 1\n", "{\"a\":null,\"b\":1}"},
		{"a: |\n  x\n  y\n", "{\"a\":\"x\\ny\\n\"}"},
		{"a: |-\n  x\n\n", "{\"a\":\"x\"}"},
		{"a: |+\n  x\n\n", "{\"a\":\"x\\n\\n\"}"},
		{"a: >\n  x\n  y\n\n  z\n", "{\"a\":\"x y\\nz\\n\"}"},
		{"a: |2\n    x\n", "{\"a\":\"  x\\n\"}"},
		{"a: 'x\n\n  y'\n", "{\"a\":\"x\\ny\"}"},
		{"a: x\n  y\n", "{\"a\":\"x y\"}"},
		{"- - a\n  - b\n- c\n", "[[\"a\",\"b\"],\"c\"]"},
		{"a:\n- b\n- c: 1\n  d: 2\n", "{\"a\":[\"b\",{\"c\":1,\"d\":2}]}"},
		{"? a\n: b\n", "{\"a\":\"b\"}"},
		{"a: 1\na: 2\n", "{\"a\":2}"},
		{"a:\r\n  - b\r\n  - |\r\n    x\r\n    y\r\n", "{\"a\":[\"b\",\"x\\ny\\n\"]}"},
		{"\xef\xbb\xbf"
		 "a: b",
			"{\"a\":\"b\"}"},
		{"%YAML 1.1\n---\na", "\"a\""},
		{"%YAML 1.1\na", BROKEN},
		{"a:\n\t- b", BROKEN},
		{"a: 1\n\tb: 2", BROKEN},
		{"a: b: c", BROKEN},
		{"x: [1, 2\ny: 3", BROKEN},
		{"a: 'b", BROKEN},
		{"a: 1\n b: 2\n", BROKEN},
		{"a\nb: c", BROKEN},
		{"- a\nb: c", BROKEN},
		{"a: *x\n", BROKEN},
		{"a: x\x01y", BROKEN},
		{"a: \xff", BROKEN},
		{"a: \xc0\xaf", BROKEN},
		{"a: \xed\xa0\x80", BROKEN},
		{"a: 1\n---\nb: 2\n", BROKEN},
		{"a: &a\n  x: 1\nb:\n  z: 2\n  <<: *a\n  x: 3\n",
			"{\"a\":{\"x\":1},\"b\":{\"x\":3,\"z\":2}}"},
		{"&x a: *x\n", "{\"a\":\"a\"}"},
		{"- &x a: 1\n- *x\n", "[{\"a\":1},\"a\"]"},
	};
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		expect(SW_YAML_K8S, c[i].text, c[i].want);
		expect(SW_YAML_GOYAML3, c[i].text, c[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_in_both_modes),
		cmocka_unit_test(where_the_modes_differ),
		cmocka_unit_test(structures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
