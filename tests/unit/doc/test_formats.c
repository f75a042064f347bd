/* SPDX-License-Identifier: Apache-2.0 */
/* What the formats beside JSON and YAML become, and where they fail. Shapes are those of conftest
 * 0.71. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "doc/formats/formats.h"
#include "doc/json.h"

static const struct {
	const char *format, *text, *json; /* json NULL: an error at line:col */
	uint32_t line, col;
} cases[] = {
	{"toml", "a.b = 1\na.c = [1, {x = 'y'}]", "{\"a\":{\"b\":1,\"c\":[1,{\"x\":\"y\"}]}}"},
	{"toml", "[[t]]\nn = 1\n[t.u]\nm = 2\n[[t]]\nn = 3",
		"{\"t\":[{\"n\":1,\"u\":{\"m\":2}},{\"n\":3}]}"},
	{"toml", "s = \"\"\"\na\"\"b\\\n   c\"\"\"\"", "{\"s\":\"a\\\"\\\"bc\\\"\"}"},
	{"toml", "d = 1979-05-27 07:32:00.500+01:00", "{\"d\":\"1979-05-27T07:32:00.5+01:00\"}"},
	{"toml", "l = 07:32:00\ne = 1979-05-27",
		"{\"e\":\"1979-05-27T00:00:00Z\",\"l\":\"0000-01-01T07:32:00Z\"}"},
	{"toml", "x = 0xff\no = 0o17\nb = 0b11\nf = 1_0.5e1",
		"{\"b\":3,\"f\":105,\"o\":15,\"x\":255}"},
	{"toml", "a = 1\na = 2", NULL, 2, 1},
	{"toml", "[a]\n[a]", NULL, 2, 1},
	{"toml", "a = {b = 1}\n[a.c]", NULL, 2, 4},
	{"toml", "a.b = 1\n[a]", NULL, 2, 1},
	{"toml", "a = 01", NULL, 1, 5},
	{"toml", "a = 1979-02-30", NULL, 1, 5},
	{"toml", "a = 1 b = 2", NULL, 1, 7},
	{"toml", "a = \"x\ny\"", NULL, 1, 7},
	{"toml", "a = nan", NULL, 1, 5},
	{"toml", "a = 9223372036854775808", NULL, 1, 5},
	{"ini", "k = 0\n[s]\na = 1\nb = yes\nc = T\nd = 'q' ; x\ne = 1e3\n- = x",
		"{\"s\":{\"#1\":\"x\",\"a\":1,\"b\":\"yes\",\"c\":true,\"d\":\"q\",\"e\":1000}}"},
	{"ini", "[s]\na = \"\"\"x\ny\"\"\"\nb = one\\\n two",
		"{\"s\":{\"a\":\"x\\ny\",\"b\":\"onetwo\"}}"},
	{"ini", "[s]\n x", NULL, 2, 2},
	{"ini", "[s", NULL, 1, 1},
	{"dotenv", "A=1\nexport B=\"$A-${A}\\n\"\nC='$A' # c\nD=\\$A\nE: x",
		"{\"A\":\"1\",\"B\":\"1-1\\n\",\"C\":\"$A\",\"D\":\"$A\",\"E\":\"x\"}"},
	{"dotenv", "A=\"x\ny\"\nB=", "{\"A\":\"x\\ny\",\"B\":\"\"}"},
	{"dotenv", "A=1\nnonsense here", NULL, 2, 1},
	{"dotenv", "A=\"x", NULL, 1, 1},
	{"dotenv", "PATH=$HOME", "{\"PATH\":\"\"}"},
	{"dockerfile", "# c\nFROM a AS b\nRUN x \\\n # no\n y",
		"[[{\"Cmd\":\"comment\",\"Flags\":null,\"JSON\":false,\"Stage\":0,\"SubCmd\":\"\","
		"\"Value\":[\"c\"]},{\"Cmd\":\"from\",\"Flags\":[],\"JSON\":false,\"Stage\":0,"
		"\"SubCmd\":\"\",\"Value\":[\"a\",\"AS\",\"b\"]},{\"Cmd\":\"run\",\"Flags\":[],"
		"\"JSON\":false,\"Stage\":0,\"SubCmd\":\"\",\"Value\":[\"x  y\"]}]]"},
	{"dockerfile", "FROM a\nNOPE x", NULL, 2, 1},
	{"dockerfile", "FROM a\nRUN <<E\nx", NULL, 2, 1},
	{"dockerfile", "FROM a\nENV x", NULL, 2, 1},
	{"dockerfile", "", NULL, 1, 1},
	{"edn", "{:a 1, :b \"x\\n\" :c [1 2.50 nil true \\a foo/bar :k/w #_ x] :d () \"e\" {}}",
		"{\":a\":\"1\",\":b\":\"x\\n\",\":c\":[\"1\",\"2.5\",\"<nil>\",\"true\",\"97\",\"foo/bar\",\":k/w\"],"
		"\":d\":[],\"e\":{}}"},
	{"edn", "; c\n[1N 2.5M 1e10 -0 123456789.5 0.00001234 +5]",
		"[\"1\",\"2.5\",\"1e+10\",\"0\",\"1.234567895e+08\",\"1.234e-05\",\"5\"]"},
	{"edn", "{:t #inst \"2020-01-01T10:20:30.50+05:30\" :u #uuid \"f8\" :s #{2 1 1} :m #x {:b 1}}",
		"{\":m\":\"#x map[:b:1]\",\":s\":\"map[1:true 2:true]\","
		"\":t\":\"2020-01-01 10:20:30.5 +0530 +0530\",\":u\":\"#uuid f8\"}"},
	{"edn", "", NULL, 1, 1},
	{"edn", "[1\n(2", NULL, 2, 1},
	{"edn", "{:a}", NULL, 1, 1},
	{"edn", "[012]", NULL, 1, 2},
	{"edn", "[9223372036854775808]", NULL, 1, 2},
	{"edn", "\"a\\q\"", NULL, 1, 4},
	{"edn", "[a/b/c]", NULL, 1, 3},
	{"nginx", "user  x; # c\nhttp { set $a \"b;\\\" c\" d${e}f; location ~ \\.php$ { return 200 'x'; } }",
		"{\"directives\":[{\"name\":\"user\",\"parameters\":[\"x\"]},{\"block\":{\"directives\":["
		"{\"name\":\"set\",\"parameters\":[\"$a\",\"\\\"b;\\\\\\\" c\\\"\",\"d${e}f\"]},"
		"{\"block\":{\"directives\":[{\"name\":\"return\",\"parameters\":[\"200\",\"'x'\"]}]},"
		"\"name\":\"location\",\"parameters\":[\"~\",\"\\\\.php$\"]}]},\"name\":\"http\"}]}"},
	{"nginx", "upstream u { server a; keepalive 3; }",
		"{\"directives\":[{\"block\":{\"directives\":[{\"name\":\"keepalive\",\"parameters\":[\"3\"]},"
		"{\"name\":\"server\",\"parameters\":[\"a\"]}]},\"name\":\"upstream\",\"parameters\":[\"u\"]}]}"},
	{"nginx", "a b;\nhttp { c d;", NULL, 2, 6},
	{"nginx", "a b;\nc d", NULL, 2, 1},
	{"nginx", "a \"b;", NULL, 1, 3},
	{"spdx", "SPDXVersion: SPDX-2.3\n# c\nSPDXID: SPDXRef-D\nDocumentName: n\nCreator: Tool: t\n"
		 "PackageName: p\nSPDXID: SPDXRef-p\nPackageSupplier: Person: A\nPackageComment: <text>a \n b</text>\n"
		 "FileName: f\nSPDXID: SPDXRef-f\nFileChecksum: SHA1: 00\nRelationship: SPDXRef-p CONTAINS NONE\n",
		"{\"SPDXID\":\"SPDXRef-D\",\"creationInfo\":{\"created\":\"\",\"creators\":[\"Tool: t\"]},\"dataLicense\":\"\","
		"\"documentNamespace\":\"\",\"name\":\"n\",\"packages\":[{\"SPDXID\":\"SPDXRef-p\",\"comment\":\"a \\n b\","
		"\"downloadLocation\":\"\",\"files\":[{\"SPDXID\":\"SPDXRef-f\",\"checksums\":[{\"algorithm\":\"SHA1\","
		"\"checksumValue\":\"00\"}],\"copyrightText\":\"\",\"fileName\":\"f\"}],\"filesAnalyzed\":true,\"name\":\"p\","
		"\"supplier\":\"Person: A\"}],\"relationships\":[{\"relatedSpdxElement\":\"NONE\",\"relationshipType\":"
		"\"CONTAINS\",\"spdxElementId\":\"SPDXRef-p\"}],\"spdxVersion\":\"SPDX-2.3\"}"},
	{"spdx", "SPDXVersion: SPDX-2.3\nnothing", NULL, 2, 1},
	{"spdx", "SPDXVersion: SPDX-2.3\nCreated: x\nPackageVersion: 1", NULL, 3, 1},
	{"spdx", "SPDXVersion: SPDX-2.3\nSPDXID: x", NULL, 2, 1},
	{"spdx", "SPDXVersion: SPDX-3.0\n", NULL, 1, 1},
	{"spdx", "DocumentComment: <text>\na", NULL, 1, 1},
	{"codeowners", "# c\n* @o/t a@b.com @u # note\n/a\\ b/\n",
		"{\"rules\":[{\"comment\":\"note\",\"lineNumber\":2,\"owners\":[{\"type\":\"team\",\"value\":\"o/t\"},"
		"{\"type\":\"email\",\"value\":\"a@b.com\"},{\"type\":\"username\",\"value\":\"u\"}],\"pattern\":\"*\"},"
		"{\"comment\":\"\",\"lineNumber\":3,\"owners\":[],\"pattern\":\"/a\\\\ b/\"}]}"},
	{"codeowners", "# c\n", "{\"rules\":null}"},
	{"codeowners", "a @b\n  *.go nobody", NULL, 2, 8},
	{"codeowners", "a***b @c", NULL, 1, 1},
	{"codeowners", "[x] @c", NULL, 1, 1},
	{"hcl2", "a \"b\" { c = \"x-${v}\" }\na \"b\" { d = [1, -2, null] }",
		"{\"a\":{\"b\":[{\"c\":\"x-${v}\"},{\"d\":[1,-2,null]}]}}"},
	{"hcl2", "a = \"${v}\"\nb = \"${1}\"\nc = f(x, 1)\nd = v.a[0].*.b",
		"{\"a\":\"${v}\",\"b\":1,\"c\":\"${f(x, 1)}\",\"d\":\"${v.a[0].*.b}\"}"},
	{"hcl2", "a = \"p${c ? \"x\" : v}\"", "{\"a\":\"p%{if c}x%{else}${v}%{endif}\"}"},
	{"hcl2", "a = <<-E\n  x\n    y\n  E\nb = 1", "{\"a\":\"x\\n  y\\n\",\"b\":1}"},
	{"hcl2", "a = \"$${x} \\u00e9\"", "{\"a\":\"$${x} \xc3\xa9\"}"},
	{"hcl2", "a = 1\na = 2", NULL, 2, 1},
	{"hcl2", "a {", NULL, 1, 4},
	{"hcl2", "a = [1, 2", NULL, 1, 10},
	{"hcl2", "a = \"x", NULL, 1, 7},
	{"hcl2", "a = 1 b = 2", NULL, 1, 7},
	{"hcl1", "a = {b = 1}\nr \"x\" {c = [{d = 2}]}\nr \"y\" {}",
		"{\"a\":[{\"b\":1}],\"r\":[{\"x\":[{\"c\":[{\"d\":2}]}]},{\"y\":[{}]}]}"},
	{"hcl1", "a = \"${f(\"x\")}\"", "{\"a\":\"${f(\\\"x\\\")}\"}"},
	{"hcl1", "a = [", NULL, 1, 6},
	{"properties", "a = b\nc:d\\\n   e\n! x\nf\\ g h\\u00e9",
		"{\"a\":\"b\",\"c\":\"de\",\"f g\":\"h\xc3\xa9\"}"},
	{"properties", "a = \\u12", NULL, 1, 9},
	{"ignore", "# c\n!x\ny ",
		"[[{\"Kind\":\"Comment\",\"Original\":\"# "
		"c\",\"Value\":\"c\"},{\"Kind\":\"NegatedPath\",\"Original\":\"!x\",\"Value\":"
		"\"x\"},{\"Kind\":\"Path\",\"Original\":\"y \",\"Value\":\"y\"}]]"},
	{"jsonc", "{ // c\n\"a\": \"//\" /* x */ }", "{\"a\":\"//\"}"},
	{"jsonc", "{ /* c", NULL, 1, 3},
	{"yaml", "a: 1\n---\n# x\n---\nb: yes", "[{\"a\":1},null,{\"b\":true}]"},
	{"yaml", "a: 1\n---\nb: [", NULL, 3, 5},
};

static void test_cases(void **state)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		sw_autoarena a;
		sw_autobuf out;
		struct sw_error err = {0};
		const struct sw_format *f;
		struct sw_value v;
		sw_arena_init(&a, 0);
		sw_buf_init(&out, 0);
		assert_int_equal(sw_format_find(sw_str_from(cases[i].format), &f, &err), 0);
		int rc = f->parse(&a, sw_str_from(cases[i].text), &v, &err);
		if (cases[i].json) {
			if (rc)
				print_message(
					"# %s: %s: %s\n", cases[i].format, cases[i].text, err.text);
			assert_int_equal(rc, 0);
			sw_json_write(&out, v, 0);
			assert_string_equal(sw_buf_cstr(&out), cases[i].json);
		} else {
			if (rc >= 0 || err.line != cases[i].line || err.col != cases[i].col)
				print_message("# %s: %s: %d %u:%u %s\n", cases[i].format,
					cases[i].text, rc, err.line, err.col, err.text);
			assert_true(rc < 0);
			assert_int_equal(err.line, cases[i].line);
			assert_int_equal(err.col, cases[i].col);
		}
	}
}

/* Depth ends in an error in every format that nests. */
static void test_depth(void **state)
{
	static const struct {
		const char *format, *head, *unit;
	} deep[] = {{"toml", "a = ", "["}, {"hcl2", "a = ", "["}, {"hcl2", "a = ", "("},
		{"hcl2", "", "a {\n"}, {"hcl2", "a = ", "\"${"}, {"hcl2", "a = ", "-"},
		{"hcl1", "a = ", "["}, {"hcl1", "", "a {"}, {"jsonc", "", "["},
		{"hcl2", "a = ", "x ? "}, {"hcl2", "a = x ? y : ", "x ? y : "}, {"toml", "", "a."},
		{"edn", "", "["}, {"edn", "", "#_"}, {"edn", "", "#a "}, {"edn", "", "{1 "},
		{"nginx", "", "a {"}};
	for (size_t i = 0; i < SW_ARRAY_LEN(deep); i++) {
		sw_autoarena a;
		sw_autobuf text;
		struct sw_error err = {0};
		const struct sw_format *f;
		struct sw_value v;
		sw_arena_init(&a, 0);
		sw_buf_init(&text, 0);
		sw_buf_addz(&text, deep[i].head);
		for (int k = 0; k < 20000; k++)
			sw_buf_addz(&text, deep[i].unit);
		assert_int_equal(sw_format_find(sw_str_from(deep[i].format), &f, &err), 0);
		assert_true(f->parse(&a, sw_buf_str(&text), &v, &err) < 0);
	}
}

static void test_names(void **state)
{
	static const char *const rows[][2] = {{"x/Dockerfile", "dockerfile"},
		{"Dockerfile.dev", "dockerfile"}, {"a.dockerfile", "dockerfile"}, {"a.tf", "hcl2"},
		{"a.tfvars", "hcl2"}, {"a.hcl", "hcl2"}, {".gitignore", "ignore"},
		{".dockerignore", "ignore"}, {".env", "dotenv"}, {".env.prod", "dotenv"},
		{"prod.env", "dotenv"}, {"a.yml", "yaml"}, {"a.YAML", "yaml"}, {"-", "yaml"},
		{"a.toml", "toml"}, {"a.ini", "ini"}, {"nginx.conf", "nginx"}, {"CODEOWNERS", "codeowners"}, {"a.edn", "edn"},
		{"Jenkinsfile.x", "groovy"}, {"a.txt", ""}, {"noext", ""}};
	for (size_t i = 0; i < SW_ARRAY_LEN(rows); i++) {
		const struct sw_format *f = sw_format_of_path(sw_str_from(rows[i][0]));
		assert_string_equal(f ? f->name : "", rows[i][1]);
	}
	struct sw_error err = {0};
	const struct sw_format *f;
	assert_int_equal(sw_format_find(SW_STR("xml"), &f, &err), 0);
	assert_int_equal(sw_format_find(SW_STR("cue"), &f, &err), -SW_EUNSUPPORTED);
	assert_int_equal(sw_format_find(SW_STR("nope"), &f, &err), -SW_EUSAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases),
		cmocka_unit_test(test_depth), cmocka_unit_test(test_names)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
