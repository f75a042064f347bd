/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "doc/json.h"
#include "doc/splice.h"

struct edit_case {
	const char *text, *ops, *want; /* want NULL: refused with code */
	int code;
};

static void run(const struct edit_case *c, enum sw_splice_format format, uint32_t index)
{
	sw_autoarena a;
	sw_autobuf out;
	struct sw_value patch;
	struct sw_error err = {0};
	const struct sw_patch_op *ops;
	uint32_t n;
	sw_arena_init(&a, 0);
	sw_buf_init(&out, 0);
	assert_int_equal(sw_json_parse(&a, sw_str_from(c->ops), 0, NULL, &patch, NULL, &err), 0);
	assert_int_equal(sw_patch_parse(&a, patch, &ops, &n, &err), 0);
	int rc = sw_splice(&a, sw_str_from(c->text), format, index, ops, n, &out, &err);
	if (rc != -c->code)
		fail_msg("%s on\n%s\n%d %s", c->ops, c->text, rc, err.text);
	if (rc == 0 && !sw_str_is(sw_buf_str(&out), c->want))
		fail_msg("%s on\n%s\ngot\n%.*s\nwant\n%s", c->ops, c->text,
			SW_STR_ARG(sw_buf_str(&out)), c->want);
	if (rc < 0)
		assert_int_equal(out.n, 0);
}

#define ADD(path, value) "[{\"op\":\"add\",\"path\":\"" path "\",\"value\":" value "}]"
#define SET(path, value) "[{\"op\":\"replace\",\"path\":\"" path "\",\"value\":" value "}]"
#define DEL(path) "[{\"op\":\"remove\",\"path\":\"" path "\"}]"

static void block_replace(void **state)
{
	static const struct edit_case c[] = {
		{"a: 1 # one\nb: 2\n", SET("/a", "5"), "a: 5 # one\nb: 2\n", 0},
		{"a: 'x' # one\n", SET("/a", "\"it's\""), "a: 'it''s' # one\n", 0},
		{"a: \"x\"\n", SET("/a", "\"y\""), "a: \"y\"\n", 0},
		{"a: x\n", SET("/a", "\"yes\""), "a: \"yes\"\n", 0},
		{"a: x\n", SET("/a", "\"1.5\""), "a: \"1.5\"\n", 0},
		{"a: x\n", SET("/a", "\"y: z\""), "a: \"y: z\"\n", 0},
		{"a: x\n", SET("/a", "\"line\\nbreak\""), "a: \"line\\nbreak\"\n", 0},
		{"a:   x   # keep\r\nb: 1\r\n", SET("/a", "true"), "a:   true   # keep\r\nb: 1\r\n",
			0},
		{"a:\nb: 1\n", SET("/a", "true"), "a: true\nb: 1\n", 0},
		{"a: # none\nb: 1\n", SET("/a", "true"), "a: true # none\nb: 1\n", 0},
		{"a: x", SET("/a", "2"), "a: 2", 0},
		{"a: x # c\nb: 1\n", SET("/a", "{\"k\":[1,\"t\"]}"),
			"a: # c\n  k:\n  - 1\n  - t\nb: 1\n", 0},
		{"a: # c\n  k: 1 # gone\n\n# keep\nb: 1\n", SET("/a", "7"),
			"a: 7 # c\n\n# keep\nb: 1\n", 0},
		{"a:\n    k: 1\nb: 1\n", SET("/a", "{\"z\":{\"y\":1}}"),
			"a:\n    z:\n      \"y\": 1\nb: 1\n", 0},
		{"a:\n  - 1\n  - 2\nb: 1\n", SET("/a", "[3]"), "a:\n  - 3\nb: 1\n", 0},
		{"a: |\n  text\n  more\n# keep\nb: 1\n", SET("/a", "\"short\""),
			"a: short\n# keep\nb: 1\n", 0},
		{"- a: 1 # x\n  b: 2\n- 3\n", SET("/0/a", "9"), "- a: 9 # x\n  b: 2\n- 3\n", 0},
		{"- a: 1\n  b: 2 # gone\n- 3 # c\n", SET("/0", "4"), "- 4 # gone\n- 3 # c\n", 0},
		{"- 1\n-   2 # c\n", SET("/1", "[5,6]"), "- 1\n- # c\n  - 5\n  - 6\n", 0},
		{"a: !!str 12\n", SET("/a", "\"13\""), "a: \"13\"\n", 0},
		{"a: [1, 2] # c\n", SET("/a", "[]"), "a: [] # c\n", 0},
		{"\xc3\xa9: \xe2\x82\xac # \xf0\x9f\x98\x80\nb: x\n", SET("/b", "\"\xc3\xa4\""),
			"\xc3\xa9: \xe2\x82\xac # \xf0\x9f\x98\x80\nb: \xc3\xa4\n", 0},
		{"# head\na: 1\n", SET("", "{\"b\":2}"), "# head\nb: 2\n", 0},
		{"x: &x {k: 1}\nq: *x\n", SET("/q", "5"), "x: &x {k: 1}\nq: 5\n", 0},
		{"x: &x {k: 1}\nq: *x\n", SET("/q/k", "5"), NULL, SW_EUNSUPPORTED},
		{"x: &x {k: 1}\nq: *x\n", SET("/x/k", "5"), NULL, SW_EUNSUPPORTED},
		{"x: &x {k: 1}\nq:\n  <<: *x\n", SET("/q/k", "5"), NULL, SW_EUNSUPPORTED},
		{"x: &x {k: 1}\nq:\n  <<: *x\n", ADD("/q/z", "5"),
			"x: &x {k: 1}\nq:\n  <<: *x\n  z: 5\n", 0},
		{"a: 1\n", SET("/b", "1"), NULL, SW_ENOENT},
		{"a: 1\n", SET("/a/b", "1"), NULL, SW_ENOENT},
		{"a: [\n", SET("/a", "1"), NULL, SW_ESYNTAX},
	};
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++)
		run(&c[i], SW_SPLICE_YAML, 0);
}

static void block_add(void **state)
{
	static const struct edit_case c[] = {
		{"a: 1\n", ADD("/b", "2"), "a: 1\nb: 2\n", 0},
		{"a: 1", ADD("/b", "2"), "a: 1\nb: 2", 0},
		{"a: 1\r\n", ADD("/b", "{\"c\":[]}"), "a: 1\r\nb:\r\n  c: []\r\n", 0},
		{"a: 1 # one\n# end\n", ADD("/b", "\"no\""), "a: 1 # one\nb: \"no\"\n# end\n", 0},
		{"m:\n    x: 1\n    y: 2\n\nn: 1\n", ADD("/m/z", "3"),
			"m:\n    x: 1\n    y: 2\n    z: 3\n\nn: 1\n", 0},
		{"m:\n  x:\n    deep: 1\n", ADD("/m/z", "3"), "m:\n  x:\n    deep: 1\n  z: 3\n", 0},
		{"m:\n  x: |\n    t\n\nn: 1\n", ADD("/m/z", "3"),
			"m:\n  x: |\n    t\n  z: 3\n\nn: 1\n", 0},
		{"m:\n  x: |+\n    t\n\nn: 1\n", ADD("/m/z", "3"),
			"m:\n  x: |+\n    t\n\n  z: 3\nn: 1\n", 0},
		{"m:\n  x:\nn: 1\n", ADD("/m/z", "3"), "m:\n  x:\n  z: 3\nn: 1\n", 0},
		{"- a: 1\n- b: 2\n", ADD("/0/c", "{\"d\":1}"), "- a: 1\n  c:\n    d: 1\n- b: 2\n",
			0},
		{"m: {}\n", ADD("/m/k", "\"v\""), "m: {k: v}\n", 0},
		{"m: {a: 1}\n", ADD("/m/k", "{\"x\":[1,\"a,b\"]}"),
			"m: {a: 1, k: {x: [1, \"a,b\"]}}\n", 0},
		{"\"a\": 1\n", ADD("/b", "2"), "\"a\": 1\n\"b\": 2\n", 0},
		{"a: 1\n", ADD("/a~1b", "2"), "a: 1\na/b: 2\n", 0},
		{"a: 1\n", ADD("/yes", "2"), "a: 1\n\"yes\": 2\n", 0},
		{"a: 1\n", ADD("/x: y", "2"), "a: 1\n\"x: y\": 2\n", 0},
		{"a: 1\n", ADD("/a", "2"), "a: 2\n", 0},
		{"l:\n- 1\n- 2 # two\n", ADD("/l/-", "3"), "l:\n- 1\n- 2 # two\n- 3\n", 0},
		{"l:\n  - 1\n  - 2\nm: 1\n", ADD("/l/1", "{\"a\":1,\"b\":2}"),
			"l:\n  - 1\n  - a: 1\n    b: 2\n  - 2\nm: 1\n", 0},
		{"l:\n- 1\n", ADD("/l/0", "0"), "l:\n- 0\n- 1\n", 0},
		{"l:\n- - 1\n  - 2\n", ADD("/l/0/0", "0"), "l:\n- - 0\n  - 1\n  - 2\n", 0},
		{"l:\n- - 1\n  - 2\n- 3\n", ADD("/l/0/-", "9"), "l:\n- - 1\n  - 2\n  - 9\n- 3\n",
			0},
		{"l: []\n", ADD("/l/-", "\"x\""), "l: [x]\n", 0},
		{"l: [1, 2]\n", ADD("/l/1", "9"), "l: [1, 9, 2]\n", 0},
		{"l: [\n  1,\n  2\n]\n", ADD("/l/-", "3"), "l: [\n  1,\n  2,\n  3\n]\n", 0},
		{"\xef\xbb\xbf"
		 "a: 1\n",
			ADD("/b", "2"),
			"\xef\xbb\xbf"
			"a: 1\nb: 2\n",
			0},
		{"a: 1\n---\nb: 1\n", ADD("/c", "2"), "a: 1\nc: 2\n---\nb: 1\n", 0},
		{"containers:\n- name: a\n  image: x # latest\n- name: b\n",
			ADD("/containers/0/securityContext",
				"{\"runAsNonRoot\":true,\"capabilities\":{\"drop\":[\"ALL\"]}}"),
			"containers:\n- name: a\n  image: x # latest\n  securityContext:\n    "
			"capabilities:\n      drop:\n      - ALL\n    runAsNonRoot: true\n- name: "
			"b\n",
			0},
	};
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++)
		run(&c[i], SW_SPLICE_YAML, 0);
}

static void block_remove(void **state)
{
	static const struct edit_case c[] = {
		{"a: 1\nb: 2 # gone\nc: 3\n", DEL("/b"), "a: 1\nc: 3\n", 0},
		{"a: 1\nb:\n  x: 1\n  y: [1,\n    2]\nc: 3\n", DEL("/b"), "a: 1\nc: 3\n", 0},
		{"a: 1\nb: 2", DEL("/b"), "a: 1", 0},
		{"a: 1\r\nb: 2", DEL("/b"), "a: 1", 0},
		{"a: 1\r\nb: 2\r\n", DEL("/a"), "b: 2\r\n", 0},
		{"a: 1\nb: |\n  t\n\n  u\nc: 3\n", DEL("/b"), "a: 1\nc: 3\n", 0},
		{"a: 1\nb: |+\n  t\n\nc: 3\n", DEL("/b"), "a: 1\n\nc: 3\n", 0},
		{"m:\n  a: 1\nn: 2\n", DEL("/m/a"), "m: {}\nn: 2\n", 0},
		{"a: 1\n", DEL("/a"), "{}\n", 0},
		{"- a: 1\n  b: 2\n", DEL("/0/a"), "- b: 2\n", 0},
		{"- a: 1\n  b: 2\n", DEL("/0/b"), "- a: 1\n", 0},
		{"- a: 1\n- 2\n", DEL("/0/a"), "- {}\n- 2\n", 0},
		{"- 1\n- 2 # x\n- 3\n", DEL("/1"), "- 1\n- 3\n", 0},
		{"l:\n- 1\nm: 2\n", DEL("/l/0"), "l: []\nm: 2\n", 0},
		{"- - 1\n  - 2\n- 3\n", DEL("/0/0"), "- - 2\n- 3\n", 0},
		{"- - 1\n  - 2\n- 3\n", DEL("/0/1"), "- - 1\n- 3\n", 0},
		{"- a\n-\n- c\n", DEL("/1"), "- a\n- c\n", 0},
		{"a:\nb: 1\n", DEL("/a"), "b: 1\n", 0},
		{"m: {a: 1, b: 2, c: 3}\n", DEL("/m/b"), "m: {a: 1, c: 3}\n", 0},
		{"m: {a: 1, b: 2, c: 3}\n", DEL("/m/c"), "m: {a: 1, b: 2}\n", 0},
		{"m: {a: 1,}\n", DEL("/m/a"), "m: {}\n", 0},
		{"l: [1, 2]\n", DEL("/l/0"), "l: [2]\n", 0},
		{"x: &x 1\nq: *x\n", DEL("/x"), NULL, SW_EUNSUPPORTED},
		{"a: 1\n", DEL("/b"), NULL, SW_ENOENT},
		{"a: 1\na: 2\nb: 3\n", DEL("/a"), NULL, SW_EUNSUPPORTED},
		{"? a\n: 1\nb: 2\n", DEL("/a"), NULL, SW_EUNSUPPORTED},
	};
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++)
		run(&c[i], SW_SPLICE_YAML, 0);
}

static void streams_and_sequences(void **state)
{
	static const struct edit_case second = {
		"a: 1\n--- # two\nb: 1 # c\n---\nbroken: [\n---\nd: 1\n",
		"[{\"op\":\"test\",\"path\":\"/b\",\"value\":1},{\"op\":\"add\",\"path\":\"/"
		"c\",\"value\":[1]},"
		"{\"op\":\"move\",\"from\":\"/b\",\"path\":\"/z\"},{\"op\":\"copy\",\"from\":\"/"
		"z\",\"path\":\"/c/-\"}]",
		"a: 1\n--- # two\nc:\n- 1\n- 1\nz: 1\n---\nbroken: [\n---\nd: 1\n", 0};
	run(&second, SW_SPLICE_YAML, 1);
	static const struct edit_case failing = {"a: 1\n",
		"[{\"op\":\"replace\",\"path\":\"/a\",\"value\":2},{\"op\":\"test\",\"path\":\"/"
		"a\",\"value\":1}]",
		NULL, SW_ECONFLICT};
	run(&failing, SW_SPLICE_YAML, 0);
	static const struct edit_case none = {"a: 1\n", SET("/a", "2"), NULL, SW_ENOENT};
	run(&none, SW_SPLICE_YAML, 3);
	static const struct edit_case utf16 = {"\xff\xfe", SET("/a", "2"), NULL, SW_EUNSUPPORTED};
	run(&utf16, SW_SPLICE_YAML, 0);
}

static void json(void **state)
{
	static const struct edit_case c[] = {
		{"{\"a\":1,\"b\":2}", SET("/a", "{\"x\":1}"), "{\"a\":{\"x\": 1},\"b\":2}", 0},
		{"{\"a\":1,\"b\":2}", ADD("/c", "3"), "{\"a\":1,\"b\":2,\"c\": 3}", 0},
		{"{\"b\":2,\"a\":1}", DEL("/b"), "{\"a\":1}", 0},
		{"{ }", ADD("/c", "3"), "{\"c\": 3 }", 0},
		{"[]", ADD("/0", "3"), "[3]", 0},
		{"[1,2]", ADD("/0", "0"), "[0, 1,2]", 0},
		{"[1,2]", DEL("/1"), "[1]", 0},
		{"[1]", DEL("/0"), "[]", 0},
		{"{\n  \"a\": 1\n}\n", ADD("/b", "{\"c\":[1]}"),
			"{\n  \"a\": 1,\n  \"b\": {\n    \"c\": [\n      1\n    ]\n  }\n}\n", 0},
		{"{\n\t\"a\": 1,\n\t\"b\": [\n\t\t1\n\t]\n}\n", DEL("/a"),
			"{\n\t\"b\": [\n\t\t1\n\t]\n}\n", 0},
		{"{\n\t\"a\": 1,\n\t\"b\": [\n\t\t1\n\t]\n}\n", ADD("/b/-", "2"),
			"{\n\t\"a\": 1,\n\t\"b\": [\n\t\t1,\n\t\t2\n\t]\n}\n", 0},
		{"{\"a\":1,\"a\":2}", DEL("/a"), "{}", 0},
		{"{\"a\":", DEL("/a"), NULL, SW_ESYNTAX},
		{" 1 ", SET("", "[]"), " [] ", 0},
	};
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++)
		run(&c[i], SW_SPLICE_JSON, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(block_replace),
		cmocka_unit_test(block_add),
		cmocka_unit_test(block_remove),
		cmocka_unit_test(streams_and_sequences),
		cmocka_unit_test(json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
