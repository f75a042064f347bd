/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include <stdlib.h>

#include "doc/json.h"

/* Parses a heap copy of exactly n bytes, so that a read past the end is seen. */
static int parse(struct sw_arena *a, struct sw_str text, unsigned flags, struct sw_value *ret,
	struct sw_error *err)
{
	char *copy = malloc(text.n ? text.n : 1);
	if (text.n)
		memcpy(copy, text.p, text.n);
	int rc = sw_json_parse(
		a, sw_str_make(copy, text.n), flags | SW_JSON_COPY, NULL, ret, NULL, err);
	free(copy);
	return rc;
}

static void expect(struct sw_str text, const char *want)
{
	sw_autoarena a;
	sw_autobuf out;
	struct sw_value v;
	struct sw_error err;
	sw_arena_init(&a, 0);
	sw_buf_init(&out, 0);
	if (parse(&a, text, 0, &v, &err) < 0)
		fail_msg("%.*s: %s", SW_STR_ARG(text), err.text);
	sw_json_write(&out, v, 0);
	assert_str(sw_buf_str(&out), want);
}

static void accepts(void **state)
{
	static const struct {
		struct sw_str text;
		const char *want;
	} c[] = {
		{SW_STR_INIT("0"), "0"},
		{SW_STR_INIT("-0"), "-0"},
		{SW_STR_INIT("-1"), "-1"},
		{SW_STR_INIT(" \t\r\n1 \n"), "1"},
		{SW_STR_INIT("\xef\xbb\xbf{}"), "{}"},
		{SW_STR_INIT("[]"), "[]"},
		{SW_STR_INIT("[ ]"), "[]"},
		{SW_STR_INIT("{ \n}"), "{}"},
		{SW_STR_INIT("true"), "true"},
		{SW_STR_INIT("false"), "false"},
		{SW_STR_INIT("null"), "null"},
		{SW_STR_INIT("\"\""), "\"\""},
		{SW_STR_INIT("1.0"), "1.0"},
		{SW_STR_INIT("1E+2"), "1E+2"},
		{SW_STR_INIT("1e-0002"), "1e-0002"},
		{SW_STR_INIT("-0.0e0"), "-0.0e0"},
		{SW_STR_INIT("1e9999999999"), "1e9999999999"},
		{SW_STR_INIT("9223372036854775807"), "9223372036854775807"},
		{SW_STR_INIT("-9223372036854775808"), "-9223372036854775808"},
		{SW_STR_INIT("9223372036854775808"), "9223372036854775808"},
		{SW_STR_INIT("18446744073709551616"), "18446744073709551616"},
		{SW_STR_INIT("999999999999999999"), "999999999999999999"},
		{SW_STR_INIT("1000000000000000000"), "1000000000000000000"},
		{SW_STR_INIT("123456789012345678901234567890"), "123456789012345678901234567890"},
		{SW_STR_INIT("[1,[2,[3]],{\"a\":[]}]"), "[1,[2,[3]],{\"a\":[]}]"},
		{SW_STR_INIT("{\"b\":1,\"a\":2}"), "{\"a\":2,\"b\":1}"},
		{SW_STR_INIT("{\"\":1}"), "{\"\":1}"},
		{SW_STR_INIT("{\"a\":1,\"a\":2}"), "{\"a\":2}"},
		{SW_STR_INIT("{\"a\":1,\"b\":3,\"\\u0061\":2,\"a\":{}}"), "{\"a\":{},\"b\":3}"},
		{SW_STR_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
		{SW_STR_INIT("\"\\u0000\""), "\"\\u0000\""},
		{SW_STR_INIT("\"\\u00e9\\u20AC\""), "\"\xc3\xa9\xe2\x82\xac\""},
		{SW_STR_INIT("\"\\uD83D\\uDE00\""), "\"\xf0\x9f\x98\x80\""},
		{SW_STR_INIT("\"\\ud800\""), "\"\xef\xbf\xbd\""},
		{SW_STR_INIT("\"\\udc00\""), "\"\xef\xbf\xbd\""},
		{SW_STR_INIT("\"\\ud800x\""), "\"\xef\xbf\xbdx\""},
		{SW_STR_INIT("\"\\ud800\\n\""), "\"\xef\xbf\xbd\\n\""},
		{SW_STR_INIT("\"\\ud800\\u0041\""), "\"\xef\xbf\xbd"
						    "A\""},
		{SW_STR_INIT("\"\\ud800\\ud800\\udc00\""), "\"\xef\xbf\xbd\xf0\x90\x80\x80\""},
		{SW_STR_INIT("\"\\udc00\\ud800\""), "\"\xef\xbf\xbd\xef\xbf\xbd\""},
		{SW_STR_INIT("\"\xff\""), "\"\xef\xbf\xbd\""},
		{SW_STR_INIT("\"\xc0\xaf\""), "\"\xef\xbf\xbd\xef\xbf\xbd\""},
		{SW_STR_INIT("\"\xed\xa0\x80\""), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{SW_STR_INIT("\"\xe2\x82\""), "\"\xef\xbf\xbd\xef\xbf\xbd\""},
		{SW_STR_INIT("\"\xef\xbf\xbd\""), "\"\xef\xbf\xbd\""},
		{SW_STR_INIT("\"\x7f\""), "\"\x7f\""},
		{SW_STR_INIT("\"0123456789abcde\\n0123456789abcdef0123456789abcdef\xc3\xa9\""),
			"\"0123456789abcde\\n0123456789abcdef0123456789abcdef\xc3\xa9\""},
	};
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++)
		expect(c[i].text, c[i].want);
}

static const struct {
	struct sw_str text;
	uint32_t line, col;
} rejected[] = {
	{SW_STR_INIT(""), 1, 1},
	{SW_STR_INIT("  \n "), 2, 2},
	{SW_STR_INIT("\xef\xbb\xbf"), 1, 4},
	{SW_STR_INIT("\xef\xbb\xbf\xef\xbb\xbf{}"), 1, 4},
	{SW_STR_INIT("\xff\xfe{\0}\0"), 1, 1},
	{SW_STR_INIT("nul"), 1, 4},
	{SW_STR_INIT("nulx"), 1, 4},
	{SW_STR_INIT("truee"), 1, 5},
	{SW_STR_INIT("True"), 1, 1},
	{SW_STR_INIT("NaN"), 1, 1},
	{SW_STR_INIT("Infinity"), 1, 1},
	{SW_STR_INIT("-Infinity"), 1, 2},
	{SW_STR_INIT("-"), 1, 2},
	{SW_STR_INIT("+1"), 1, 1},
	{SW_STR_INIT("--1"), 1, 2},
	{SW_STR_INIT("01"), 1, 2},
	{SW_STR_INIT("-01"), 1, 3},
	{SW_STR_INIT(".5"), 1, 1},
	{SW_STR_INIT("1."), 1, 3},
	{SW_STR_INIT("1.e1"), 1, 3},
	{SW_STR_INIT("1e"), 1, 3},
	{SW_STR_INIT("1e+"), 1, 4},
	{SW_STR_INIT("1e1.5"), 1, 4},
	{SW_STR_INIT("0x10"), 1, 2},
	{SW_STR_INIT("1_000"), 1, 2},
	{SW_STR_INIT("1 2"), 1, 3},
	{SW_STR_INIT("[1,]"), 1, 4},
	{SW_STR_INIT("[,1]"), 1, 2},
	{SW_STR_INIT("[1,,2]"), 1, 4},
	{SW_STR_INIT("[1 2]"), 1, 4},
	{SW_STR_INIT("[1}"), 1, 3},
	{SW_STR_INIT("]"), 1, 1},
	{SW_STR_INIT("[]]"), 1, 3},
	{SW_STR_INIT("{,}"), 1, 2},
	{SW_STR_INIT("{\"a\":1,}"), 1, 8},
	{SW_STR_INIT("{\"a\"}"), 1, 5},
	{SW_STR_INIT("{\"a\":}"), 1, 6},
	{SW_STR_INIT("{\"a\",1}"), 1, 5},
	{SW_STR_INIT("{\"a\":1]"), 1, 7},
	{SW_STR_INIT("{a:1}"), 1, 2},
	{SW_STR_INIT("{1:1}"), 1, 2},
	{SW_STR_INIT("{'a':1}"), 1, 2},
	{SW_STR_INIT("{\"a\":1 \"b\":2}"), 1, 8},
	{SW_STR_INIT("'a'"), 1, 1},
	{SW_STR_INIT("\"a"), 1, 3},
	{SW_STR_INIT("\"a\\"), 1, 4},
	{SW_STR_INIT("\"a\\\""), 1, 5},
	{SW_STR_INIT("\"\\x41\""), 1, 3},
	{SW_STR_INIT("\"\\'\""), 1, 3},
	{SW_STR_INIT("\"\\U0041\""), 1, 3},
	{SW_STR_INIT("\"\\u\""), 1, 2},
	{SW_STR_INIT("\"\\u00\""), 1, 2},
	{SW_STR_INIT("\"\\u00g0\""), 1, 2},
	{SW_STR_INIT("\"\\u 041\""), 1, 2},
	{SW_STR_INIT("\"\\\0\""), 1, 3},
	{SW_STR_INIT("\"a\nb\""), 1, 3},
	{SW_STR_INIT("\"a\tb\""), 1, 3},
	{SW_STR_INIT("\"a\0b\""), 1, 3},
	{SW_STR_INIT("\"\x1f\""), 1, 2},
	{SW_STR_INIT("\"0123456789abcdef\x01\""), 1, 18},
	{SW_STR_INIT("1\0"), 1, 2},
	{SW_STR_INIT("\0"), 1, 1},
	{SW_STR_INIT("[\v1]"), 1, 2},
	{SW_STR_INIT("[1\f]"), 1, 3},
	{SW_STR_INIT("\xc2\xa0"
		     "1"),
		1, 1},
	{SW_STR_INIT("// c\n1"), 1, 1},
	{SW_STR_INIT("[1] /* */"), 1, 5},
	{SW_STR_INIT("{\n\t\"a\": 1,\n\t\"b\": tru\n}"), 3, 10},
};

static void rejects_with_place(void **state)
{
	for (size_t i = 0; i < sizeof(rejected) / sizeof(*rejected); i++) {
		sw_autoarena a;
		struct sw_value v = sw_int(77);
		struct sw_error err = {0};
		sw_arena_init(&a, 0);
		int rc = parse(&a, rejected[i].text, 0, &v, &err);
		if (rc != -SW_ESYNTAX || err.line != rejected[i].line || err.col != rejected[i].col)
			fail_msg("\"%.*s\": %d at %u:%u: %s", SW_STR_ARG(rejected[i].text), rc,
				err.line, err.col, err.text);
		assert_int_equal(err.code, SW_ESYNTAX);
		assert_true(err.text[0]);
		assert_true(v.type == SW_NUMBER && v.u.i == 77); /* written on success only */
		assert_int_equal(parse(&a, rejected[i].text, 0, &v, NULL), -SW_ESYNTAX);
	}
}

static void truncated_anywhere_is_an_error(void **state)
{
	struct sw_str whole =
		SW_STR("{\"k\\u00e9y\": [1, -2.5e+10, true, false, null, \"\\ud83d\\ude00 "
		       "\xe2\x82\xac\", {}],"
		       " \"long string that fills more than one vector\": {\"a\": [[]]}}");
	sw_autoarena a;
	struct sw_value v;
	sw_arena_init(&a, 0);
	assert_int_equal(parse(&a, whole, 0, &v, NULL), 0);
	for (size_t n = 0; n < whole.n; n++)
		assert_int_equal(parse(&a, sw_str_sub(whole, 0, n), 0, &v, NULL), -SW_ESYNTAX);
}

static void depth_has_a_limit(void **state)
{
	enum { DEEP = 100000 };
	sw_autoarena a;
	struct sw_value v;
	struct sw_error err;
	sw_arena_init(&a, 0);
	char *text = malloc(2 * DEEP);
	memset(text, '[', DEEP);
	memset(text + DEEP, ']', DEEP);
	assert_int_equal(
		sw_json_parse(&a, sw_str_make(text + DEEP - 512, 1024), 0, NULL, &v, NULL, &err),
		0);
	assert_int_equal(
		sw_json_parse(&a, sw_str_make(text + DEEP - 513, 1026), 0, NULL, &v, NULL, &err),
		-SW_ELIMIT);
	assert_int_equal(err.col, 513);
	struct sw_json_limits limits = {.depth = DEEP};
	assert_int_equal(
		sw_json_parse(&a, sw_str_make(text, 2 * DEEP), 0, &limits, &v, NULL, &err), 0);
	assert_int_equal(sw_json_parse(&a, sw_str_make(text, DEEP), 0, &limits, &v, NULL, &err),
		-SW_ESYNTAX);
	free(text);
}

static void nodes_numbers_and_memory_have_limits(void **state)
{
	sw_autoarena a;
	struct sw_value v;
	sw_arena_init(&a, 0);
	struct sw_json_limits limits = {.nodes = 4};
	assert_int_equal(sw_json_parse(&a, SW_STR("[1,2,3]"), 0, &limits, &v, NULL, NULL), 0);
	assert_int_equal(
		sw_json_parse(&a, SW_STR("[1,2,[3]]"), 0, &limits, &v, NULL, NULL), -SW_ELIMIT);
	char digits[5000];
	memset(digits, '7', sizeof(digits));
	struct sw_str n = sw_str_make(digits, 4097);
	assert_int_equal(sw_json_parse(&a, n, 0, NULL, &v, NULL, NULL), -SW_ELIMIT);
	assert_int_equal(sw_json_parse(&a, n, SW_JSON_ANY_NUMBER, NULL, &v, NULL, NULL), 0);
	assert_int_equal(v.n, 4097);
	n.n--;
	assert_int_equal(sw_json_parse(&a, n, 0, NULL, &v, NULL, NULL), 0);
	sw_autoarena small;
	sw_arena_init(&small, 4096);
	char many[20001];
	memset(many, ',', sizeof(many));
	many[0] = '[';
	many[sizeof(many) - 1] = ']';
	for (size_t i = 1; i < sizeof(many); i += 2)
		many[i] = '1';
	many[sizeof(many) - 1] = ']';
	struct sw_error err;
	assert_int_equal(
		sw_json_parse(&small, sw_str_make(many, sizeof(many)), 0, NULL, &v, NULL, &err),
		-SW_ELIMIT);
}

static void duplicates_can_be_an_error(void **state)
{
	sw_autoarena a;
	struct sw_value v;
	struct sw_error err;
	sw_arena_init(&a, 0);
	assert_int_equal(parse(&a, SW_STR("{\"a\":1,\"b\":2,\n \"\\u0061\":3}"), SW_JSON_DUP_ERROR,
				 &v, &err),
		-SW_EINVALID);
	assert_int_equal(err.line, 2);
	assert_int_equal(err.col, 2);
	assert_non_null(strstr(err.text, "\"a\""));
	assert_int_equal(
		parse(&a, SW_STR("{\"a\":{\"a\":1},\"b\":{\"a\":1}}"), SW_JSON_DUP_ERROR, &v, &err),
		0);
}

static void many_keys_sort_and_fold(void **state)
{
	enum { N = 1000 };
	sw_autobuf text;
	sw_autoarena a;
	struct sw_value v;
	struct sw_error err;
	sw_buf_init(&text, 0);
	sw_arena_init(&a, 0);
	sw_buf_addch(&text, '{');
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < N; i++)
			sw_buf_printf(&text, "%s\"k%d\":%d", text.n > 1 ? "," : "", i * 7919 % N,
				round * N + i);
	sw_buf_addch(&text, '}');
	assert_int_equal(
		sw_json_parse(&a, sw_buf_str(&text), SW_JSON_SPANS, NULL, &v, NULL, &err), 0);
	assert_int_equal(v.n, N);
	for (uint32_t i = 0; i < N; i++) {
		const struct sw_member *m = &v.u.o->m[i];
		if (i)
			assert_true(sw_value_cmp(m[-1].k, m->k) < 0);
		assert_true(m->v.u.i >= N); /* the last one won */
		struct sw_span k = v.u.o->spans[2 * i], w = v.u.o->spans[2 * i + 1];
		assert_int_equal(k.end - k.start, m->k.n + 2);
		assert_memory_equal(text.p + k.start + 1, m->k.u.s, m->k.n);
		assert_int_equal(strtol(text.p + w.start, NULL, 10), m->v.u.i);
		assert_int_equal(w.end - w.start, 4);
	}
}

static struct sw_str at_span(struct sw_str text, struct sw_span s)
{
	return sw_str_sub(text, s.start, s.end);
}

static void spans_name_the_bytes(void **state)
{
	sw_autoarena a;
	struct sw_value v;
	struct sw_str t = SW_STR(
		"\xef\xbb\xbf { \"z\" : [ 10 , \"\xc3\xa9\" , { } ], \"\\u0061\":  -1.5  } ");
	sw_arena_init(&a, 0);
	assert_int_equal(sw_json_parse(&a, t, SW_JSON_SPANS, NULL, &v, NULL, NULL), 0);
	assert_str(at_span(t, v.u.o->spans[0]), "\"\\u0061\"");
	assert_str(at_span(t, v.u.o->spans[1]), "-1.5");
	assert_str(at_span(t, v.u.o->spans[2]), "\"z\"");
	assert_str(at_span(t, v.u.o->spans[3]), "[ 10 , \"\xc3\xa9\" , { } ]");
	const struct sw_array *z = v.u.o->m[1].v.u.a;
	assert_str(at_span(t, z->spans[0]), "10");
	assert_str(at_span(t, z->spans[1]), "\"\xc3\xa9\"");
	assert_str(at_span(t, z->spans[2]), "{ }");
	assert_int_equal(sw_json_parse(&a, t, 0, NULL, &v, NULL, NULL), 0);
	assert_null(v.u.o->spans);
}

static void strings_are_views(void **state)
{
	sw_autoarena a;
	struct sw_value v;
	struct sw_str t = SW_STR("[{\"key\":\"val\"},{\"k\\u0065y\":\"v\\u0061l\"},{\"key\":1.5}]");
	sw_arena_init(&a, 0);
	assert_int_equal(sw_json_parse(&a, t, 0, NULL, &v, NULL, NULL), 0);
	const struct sw_member *m0 = v.u.a->v[0].u.o->m, *m1 = v.u.a->v[1].u.o->m;
	assert_ptr_equal(m0->k.u.s, t.p + 3);
	assert_true(sw_value_eq(m0->k, m1->k));
	assert_true(sw_value_eq(m0->v, m1->v));
	assert_int_equal(sw_json_parse(&a, t, SW_JSON_COPY, NULL, &v, NULL, NULL), 0);
	assert_ptr_not_equal(v.u.a->v[0].u.o->m->k.u.s, t.p + 3);
}

static void keys_of_long_texts_are_shared(void **state)
{
	sw_autobuf text;
	sw_autoarena a;
	struct sw_value v;
	sw_arena_init(&a, 0);
	sw_buf_init(&text, 0);
	sw_buf_addz(&text, "[{\"key\":\"val\"},{\"k\\u0065y\":1}");
	for (int i = 0; i < 2000; i++)
		sw_buf_printf(&text, ",{\"key\":%d}", i);
	sw_buf_addch(&text, ']');
	assert_int_equal(sw_json_parse(&a, sw_buf_str(&text), 0, NULL, &v, NULL, NULL), 0);
	assert_int_equal(v.n, 2002);
	assert_ptr_equal(v.u.a->v[0].u.o->m->k.u.s, text.p + 3);
	for (uint32_t i = 1; i < v.n; i++)
		assert_ptr_equal(v.u.a->v[i].u.o->m->k.u.s, text.p + 3);
}

static void keys_beyond_the_table_stay_right(void **state)
{
	enum { N = 60000 };
	sw_autobuf text;
	sw_autoarena a;
	struct sw_value v;
	sw_buf_init(&text, 0);
	sw_arena_init(&a, 0);
	sw_buf_addch(&text, '[');
	for (int i = 0; i < N; i++) /* same head, same tail, same length: the tags are all equal */
		sw_buf_printf(&text, "%s{\"AAAAAAAA%05dBBBBBBBB\":%d}", i ? "," : "", i, i);
	sw_buf_addch(&text, ']');
	assert_int_equal(sw_json_parse(&a, sw_buf_str(&text), 0, NULL, &v, NULL, NULL), 0);
	for (int i = 0; i < N; i += 997) {
		char key[32];
		snprintf(key, sizeof(key), "AAAAAAAA%05dBBBBBBBB", i);
		assert_int_equal(sw_object_gets(v.u.a->v[i], sw_str_from(key)).u.i, i);
	}
}

static void trailing_tells_the_end(void **state)
{
	sw_autoarena a;
	struct sw_value v;
	size_t end;
	sw_arena_init(&a, 0);
	struct sw_str t = SW_STR(" {\"a\":1} [2]x");
	assert_int_equal(sw_json_parse(&a, t, SW_JSON_TRAILING, NULL, &v, &end, NULL), 0);
	assert_int_equal(end, 8);
	t = sw_str_sub(t, end, t.n);
	assert_int_equal(sw_json_parse(&a, t, SW_JSON_TRAILING, NULL, &v, &end, NULL), 0);
	assert_int_equal(end, 4);
	t = sw_str_sub(t, end, t.n);
	assert_int_equal(sw_json_parse(&a, t, SW_JSON_TRAILING, NULL, &v, &end, NULL), -SW_ESYNTAX);
}

/* ---- items ---- */

static void items_walk_a_list(void **state)
{
	sw_autoarena a;
	struct sw_json_items it;
	struct sw_value head, v;
	struct sw_error err;
	struct sw_str t =
		SW_STR("{\"kind\":\"List\", \"items\": [ {\"n\":0}, 1 ,[]], \"metadata\":{}}\n");
	sw_arena_init(&a, 0);
	assert_int_equal(sw_json_items_init(&it, &a, t, 0, NULL, "items", &head, &err), 0);
	assert_int_equal(head.n, 1);
	assert_str(sw_value_getstr(head, "kind"), "List");
	assert_int_equal(sw_json_items_next(&it, &a, &v, &err), 1);
	assert_int_equal(v.type, SW_OBJECT);
	assert_str(at_span(t, it.span), "{\"n\":0}");
	assert_int_equal(sw_json_items_next(&it, &a, &v, &err), 1);
	assert_int_equal(v.u.i, 1);
	assert_int_equal(sw_json_items_next(&it, &a, &v, &err), 1);
	assert_str(at_span(t, it.span), "[]");
	assert_int_equal(it.index, 3);
	assert_int_equal(sw_json_items_next(&it, &a, &v, &err), 0);
	assert_int_equal(sw_json_items_next(&it, &a, &v, &err), 0);
}

static int count_items(const char *text, const char *key, struct sw_error *err)
{
	sw_autoarena a;
	struct sw_json_items it;
	struct sw_value v;
	sw_arena_init(&a, 0);
	int n = 0, rc = sw_json_items_init(&it, &a, sw_str_from(text), 0, NULL, key, NULL, err);
	if (rc < 0)
		return rc;
	while ((rc = sw_json_items_next(&it, &a, &v, err)) == 1)
		n++;
	assert_int_equal(sw_json_items_next(&it, &a, &v, err), 0);
	return rc < 0 ? rc : n;
}

static void items_edges(void **state)
{
	static const struct {
		const char *text, *key;
		int want;
		uint32_t col;
	} c[] = {
		{"[]", NULL, 0, 0},
		{" [ ] ", NULL, 0, 0},
		{"[1]", NULL, 1, 0},
		{"{\"items\":[]}", "items", 0, 0},
		{"{\"a\":{\"items\":[9]},\"items\":[1,2]}", "items", 2, 0},
		{"{\"items\":[1],\"x\":[1,{}]}", "items", 1, 0},
		{"{}", "items", -SW_ENOENT, 2},
		{"{\"a\":1}", "items", -SW_ENOENT, 7},
		{"{\"items\":{}}", "items", -SW_EINVALID, 10},
		{"{\"items\":null}", "items", -SW_EINVALID, 10},
		{"[]", "items", -SW_ESYNTAX, 1},
		{"", NULL, -SW_ESYNTAX, 1},
		{"{}", NULL, -SW_EINVALID, 1},
		{"[1", NULL, -SW_ESYNTAX, 3},
		{"[1,]", NULL, -SW_ESYNTAX, 4},
		{"[1 2]", NULL, -SW_ESYNTAX, 4},
		{"[1]x", NULL, -SW_ESYNTAX, 4},
		{"{\"items\":[1]", "items", -SW_ESYNTAX, 13},
		{"{\"items\":[1],}", "items", -SW_ESYNTAX, 14},
		{"{\"items\":[1]}}", "items", -SW_ESYNTAX, 14},
		{"{\"items\":[1],\"x\":}", "items", -SW_ESYNTAX, 18},
		{"{,\"items\":[1]}", "items", -SW_ESYNTAX, 2},
	};
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		struct sw_error err = {0};
		int n = count_items(c[i].text, c[i].key, &err);
		if (n != c[i].want || err.col != c[i].col)
			fail_msg("%s: %d at %u: %s", c[i].text, n, err.col, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(rejects_with_place),
		cmocka_unit_test(truncated_anywhere_is_an_error),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(nodes_numbers_and_memory_have_limits),
		cmocka_unit_test(duplicates_can_be_an_error),
		cmocka_unit_test(many_keys_sort_and_fold),
		cmocka_unit_test(spans_name_the_bytes),
		cmocka_unit_test(strings_are_views),
		cmocka_unit_test(keys_of_long_texts_are_shared),
		cmocka_unit_test(keys_beyond_the_table_stay_right),
		cmocka_unit_test(trailing_tells_the_end),
		cmocka_unit_test(items_walk_a_list),
		cmocka_unit_test(items_edges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
