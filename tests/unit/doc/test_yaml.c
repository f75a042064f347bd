/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include <math.h>
#include <stdlib.h>

#include "doc/json.h"
#include "doc/yaml.h"

static struct sw_str at_span(struct sw_str text, struct sw_span s)
{
	return sw_str_sub(text, s.start, s.end);
}

static struct sw_value parse(struct sw_arena *a, struct sw_str text)
{
	struct sw_value v;
	struct sw_error err;
	if (sw_yaml_parse(a, text, SW_YAML_SPANS, NULL, &v, &err) < 0)
		fail_msg("%u:%u: %s", err.line, err.col, err.text);
	return v;
}

/* The span of the value under a path of keys and indexes ("a/0/b"), key span when `key`. */
static struct sw_span span_at(struct sw_value v, const char *path, bool key)
{
	struct sw_str rest = sw_str_from(path), piece;
	struct sw_span s = {0, 0};
	while (sw_str_split(&rest, '/', &piece)) {
		if (v.type == SW_ARRAY) {
			int64_t i = 0;
			assert_true(sw_str_to_i64(piece, &i) && i < v.n);
			s = v.u.a->spans[i];
			v = v.u.a->v[i];
		} else {
			int64_t i = sw_object_index(v, sw_string(piece));
			if (i < 0)
				fail_msg("no %.*s", SW_STR_ARG(piece));
			s = v.u.o->spans[2 * i + (key ? 0 : 1)];
			v = v.u.o->m[i].v;
		}
	}
	return s;
}

static void spans_are_bytes(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_str t = SW_STR("\xef\xbb\xbf# \xe2\x82\xac comment\n"
				 "k\xc3\xa9y: 'v\xc3\xa4l'   # c\n"
				 "list: # \xf0\x9f\x98\x80\n"
				 "- \xf0\x9f\x98\x80 x\n"
				 "- !!str &an 12\n"
				 "- *an\n"
				 "- [a, {b: c}]\n"
				 "-\n"
				 "map:\n"
				 "  block: |\n"
				 "    one\n"
				 "\n"
				 "    two\n"
				 "\n"
				 "  # comment behind\n"
				 "  \"q\\x41\": plain text  \n"
				 "\n"
				 "empty:\n"
				 "last: {  }\n");
	struct sw_value v = parse(&a, t);
	assert_str(at_span(t, span_at(v, "k\xc3\xa9y", true)), "k\xc3\xa9y");
	assert_str(at_span(t, span_at(v, "k\xc3\xa9y", false)), "'v\xc3\xa4l'");
	assert_str(at_span(t, span_at(v, "list/0", false)), "\xf0\x9f\x98\x80 x");
	assert_str(at_span(t, span_at(v, "list/1", false)), "!!str &an 12");
	assert_str(at_span(t, span_at(v, "list/2", false)), "*an");
	assert_str(at_span(t, span_at(v, "list/3", false)), "[a, {b: c}]");
	assert_str(at_span(t, span_at(v, "list/3/1", false)), "{b: c}");
	assert_str(at_span(t, span_at(v, "list/3/1/b", false)), "c");
	struct sw_span nothing = span_at(v, "list/4", false);
	assert_int_equal(nothing.start, nothing.end);
	assert_str(sw_str_sub(t, nothing.start - 2, nothing.end + 4), "\n-\nmap");
	assert_str(at_span(t, span_at(v, "map/qA", true)), "\"q\\x41\"");
	assert_str(at_span(t, span_at(v, "map/qA", false)), "plain text");
	struct sw_str block = at_span(t, span_at(v, "map/block", false));
	assert_true(sw_str_starts(block, SW_STR("|\n    one\n\n    two\n")));
	struct sw_str map = at_span(t, span_at(v, "map", false));
	assert_true(sw_str_starts(map, SW_STR("block: |")));
	assert_true(sw_str_ends(map, SW_STR("plain text")));
	assert_str(at_span(t, span_at(v, "last", false)), "{  }");
	struct sw_span empty = span_at(v, "empty", false);
	assert_str(sw_str_sub(t, empty.start - 6, empty.end + 1), "empty:\n");
}

static void spans_of_merged_members_point_at_their_source(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_str t = SW_STR("base: &b {x: 1, z: 2}\nuse:\n  <<: *b\n  z: 3\n");
	struct sw_value v = parse(&a, t);
	assert_str(at_span(t, span_at(v, "use/x", false)), "1");
	assert_str(at_span(t, span_at(v, "use/z", false)), "3");
	assert_int_equal(span_at(v, "use/x", false).start, span_at(v, "base/x", false).start);
}

static void values_are_views_where_they_can(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_str t = SW_STR("a: plain\nb: 'quoted'\nc: \"esc\\n\"\n");
	struct sw_value v = parse(&a, t);
	assert_ptr_equal(sw_value_getstr(v, "a").p, t.p + 3);
	assert_ptr_equal(sw_value_getstr(v, "b").p, t.p + 13);
	assert_str(sw_value_getstr(v, "c"), "esc\n");
}

/* ---- streams ---- */

static void stream_of_documents(void **state)
{
	sw_autoarena a;
	struct sw_yaml_stream *s;
	struct sw_yaml_doc d;
	struct sw_error err;
	sw_arena_init(&a, 0);
	struct sw_str t = SW_STR("a: 1\n---\n---\n# only a comment\n--- text\n...\n---\nb: 2\n");
	assert_int_equal(sw_yaml_open(&a, t, 0, NULL, &s, &err), 0);
	static const enum sw_type types[] = {SW_OBJECT, SW_NULL, SW_NULL, SW_STRING, SW_OBJECT};
	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(sw_yaml_next(s, &a, &d, &err), 1);
		assert_int_equal(d.index, i);
		assert_int_equal(d.root.type, types[i]);
	}
	assert_str(at_span(t, d.span), "b: 2");
	assert_int_equal(sw_yaml_next(s, &a, &d, &err), 0);
	assert_int_equal(sw_yaml_next(s, &a, &d, &err), 0);
	assert_int_equal(sw_yaml_open(&a, SW_STR("# nothing\n"), 0, NULL, &s, &err), 0);
	assert_int_equal(sw_yaml_next(s, &a, &d, &err), 0);
}

static void goes_on_behind_a_broken_document(void **state)
{
	sw_autoarena a;
	struct sw_yaml_stream *s;
	struct sw_yaml_doc d;
	struct sw_error err;
	sw_arena_init(&a, 0);
	struct sw_str t = SW_STR("\xc3\xa9: 1\n"
				 "---\n"
				 "a: [1, 2\n"
				 "b: 'x\n"
				 "--- # third \xc3\xa9\n"
				 "k\xc3\xa9: ok\n"
				 "---\r\n"
				 "a: b: c\r\n"
				 "---\r\n"
				 "a: *nowhere\n"
				 "x: |\n"
				 "  ---\n"
				 "---\n"
				 "last: [1]\n");
	assert_int_equal(sw_yaml_open(&a, t, SW_YAML_SPANS, NULL, &s, &err), 0);
	assert_int_equal(sw_yaml_next(s, &a, &d, &err), 1);
	assert_int_equal(sw_yaml_next(s, &a, &d, &err), -SW_ESYNTAX);
	assert_true(err.line >= 3 && err.line <= 5);
	assert_int_equal(sw_yaml_next(s, &a, &d, &err), 1);
	assert_int_equal(d.index, 2);
	assert_str(at_span(t, span_at(d.root, "k\xc3\xa9", true)), "k\xc3\xa9");
	assert_str(at_span(t, span_at(d.root, "k\xc3\xa9", false)), "ok");
	assert_int_equal(sw_yaml_next(s, &a, &d, &err), -SW_ESYNTAX);
	assert_int_equal(err.line, 8);
	assert_int_equal(err.col, 5);
	assert_int_equal(t.p[err.byte], ':');
	assert_int_equal(sw_yaml_next(s, &a, &d, &err), -SW_EINVALID);
	assert_int_equal(err.line, 10);
	assert_int_equal(err.col, 4);
	assert_int_equal(sw_yaml_next(s, &a, &d, &err), 1);
	assert_int_equal(d.index, 5);
	assert_str(at_span(t, span_at(d.root, "last", false)), "[1]");
	assert_int_equal(sw_yaml_next(s, &a, &d, &err), 0);
}

static void every_cut_ends(void **state)
{
	struct sw_str t = SW_STR("a: &x {b: [1, 'two', \"thr\\u00e9e\"]}\nc:\n  - *x\n  - <<: *x\n "
				 "   d: |\n      t\xc3\xa9xt\n"
				 "---\n? k\n: v\n--- !!int 5\n...\n%YAML 1.1\n---\n- - - x\n");
	for (size_t n = 0; n <= t.n; n++) {
		sw_autoarena a;
		struct sw_yaml_stream *s;
		struct sw_yaml_doc d;
		struct sw_error err;
		sw_arena_init(&a, 0);
		char *copy = malloc(n + 1);
		memcpy(copy, t.p, n);
		assert_int_equal(
			sw_yaml_open(&a, sw_str_make(copy, n), SW_YAML_SPANS, NULL, &s, &err), 0);
		int docs = 0;
		while (sw_yaml_next(s, &a, &d, &err) != 0)
			assert_true(++docs < 20);
		free(copy);
	}
}

static void utf16_has_values_but_no_places(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	char text[64] = "\xff\xfe";
	size_t n = 2;
	for (const char *p = "a: [x, 'y']\n"; *p; p++) {
		text[n++] = *p;
		text[n++] = '\0';
	}
	struct sw_value v = parse(&a, sw_str_make(text, n));
	assert_int_equal(v.type, SW_OBJECT);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(v.u.o->spans[i].start, 0);
		assert_int_equal(v.u.o->spans[i].end, 0);
		assert_int_equal(v.u.o->m[0].v.u.a->spans[i].end, 0);
	}
	assert_str(sw_value_str(v.u.o->m[0].v.u.a->v[1]), "y");
}

/* ---- limits ---- */

static int parse_code(struct sw_str text, unsigned flags, const struct sw_yaml_limits *limits,
	size_t budget, struct sw_error *err)
{
	sw_autoarena a;
	struct sw_value v;
	sw_arena_init(&a, budget);
	return sw_yaml_parse(&a, text, flags, limits, &v, err);
}

static void billion_laughs(void **state)
{
	sw_autobuf t;
	struct sw_error err;
	sw_buf_init(&t, 0);
	sw_buf_addz(&t, "l0: &l0 lol\n");
	for (int i = 1; i < 40; i++) {
		sw_buf_printf(&t, "l%d: &l%d [", i, i);
		for (int k = 0; k < 10; k++)
			sw_buf_printf(&t, "%s*l%d", k ? ", " : "", i - 1);
		sw_buf_addz(&t, "]\n");
	}
	assert_int_equal(parse_code(sw_buf_str(&t), 0, NULL, 0, &err), -SW_ELIMIT);
	/* The honest use of one anchor many times is fine. */
	sw_buf_clear(&t);
	sw_buf_addz(&t, "base: &b {x: 1, y: [1, 2, 3]}\nall:\n");
	for (int i = 0; i < 2000; i++)
		sw_buf_printf(&t, "- {<<: *b, i: %d}\n", i);
	assert_int_equal(parse_code(sw_buf_str(&t), 0, NULL, 0, &err), 0);
}

static void limits_hold(void **state)
{
	sw_autobuf t;
	struct sw_error err;
	sw_buf_init(&t, 0);
	sw_buf_pad(&t, '[', 512);
	sw_buf_pad(&t, ']', 512);
	assert_int_equal(parse_code(sw_buf_str(&t), 0, NULL, 0, &err), 0);
	sw_buf_clear(&t);
	sw_buf_pad(&t, '[', 100000);
	assert_int_equal(parse_code(sw_buf_str(&t), 0, NULL, 0, &err), -SW_ELIMIT);
	struct sw_yaml_limits few = {.nodes = 5};
	assert_int_equal(parse_code(SW_STR("[1, 2, 3]"), 0, &few, 0, &err), 0);
	assert_int_equal(parse_code(SW_STR("[1, 2, 3, 4, 5]"), 0, &few, 0, &err), -SW_ELIMIT);
	sw_buf_clear(&t);
	for (int i = 0; i < 70000; i++)
		sw_buf_printf(&t, "- &a%d x\n", i);
	assert_int_equal(parse_code(sw_buf_str(&t), 0, NULL, 0, &err), -SW_ELIMIT);
	assert_int_equal(parse_code(sw_buf_str(&t), 0, NULL, 65536, &err), -SW_ELIMIT);
	sw_buf_clear(&t);
	for (int i = 0; i < 60000; i++)
		sw_buf_printf(&t, "- &a%d x\n- *a%d\n", i, i);
	assert_int_equal(parse_code(sw_buf_str(&t), 0, NULL, 0, &err), 0);
}

static void duplicates_are_counted_or_refused(void **state)
{
	sw_autoarena a;
	struct sw_yaml_stream *s;
	struct sw_yaml_doc d;
	struct sw_error err;
	sw_arena_init(&a, 0);
	struct sw_str t = SW_STR("a: 1\nb: {x: 1, x: 2}\na: 3\n'a': 4\n");
	assert_int_equal(sw_yaml_open(&a, t, 0, NULL, &s, &err), 0);
	assert_int_equal(sw_yaml_next(s, &a, &d, &err), 1);
	assert_int_equal(d.dup_keys, 3);
	assert_int_equal(sw_object_gets(d.root, SW_STR("a")).u.i, 4);
	assert_int_equal(parse_code(t, SW_YAML_DUP_ERROR, NULL, 0, &err), -SW_EINVALID);
	assert_int_equal(err.line, 2);
	assert_int_equal(err.col, 11);
	/* Overriding what was merged is what merging is for. */
	t = SW_STR("m: &m {a: 1}\nu:\n  <<: *m\n  a: 2\n");
	assert_int_equal(parse_code(t, SW_YAML_DUP_ERROR, NULL, 0, &err), 0);
	t = SW_STR("m: &m {a: 1}\nu:\n  <<: *m\n  b: 2\n  b: 3\n");
	assert_int_equal(parse_code(t, SW_YAML_DUP_ERROR, NULL, 0, &err), -SW_EINVALID);
	assert_int_equal(err.line, 5);
}

static void places_of_errors(void **state)
{
	static const struct {
		const char *text;
		uint32_t line, col;
		int code;
	} c[] = {
		{"a: 1\nb: .inf\n", 2, 4, SW_EINVALID},
		{"a: 1\n~: 2\n", 2, 1, SW_EINVALID},
		{"\xc3\xa9: \xc3\xa9\n\xc3\xa9\xc3\xa9: !!int x\n", 2, 7, SW_EINVALID},
		{"a: 1\nb: [\xff]\n", 2, 5, SW_ESYNTAX},
		{"a: 1\n\tb: 2\n", 2, 1, SW_ESYNTAX},
		{"a: 'x\n", 2, 1, SW_ESYNTAX},
		{"a:\n  <<: 5\n", 2, 7, SW_EINVALID},
		{"? [a]\n: b\n", 1, 3, SW_EINVALID},
	};
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		struct sw_error err = {0};
		int rc = parse_code(sw_str_from(c[i].text), 0, NULL, 0, &err);
		if (rc != -c[i].code || err.line != c[i].line || err.col != c[i].col)
			fail_msg("%s: %d at %u:%u: %s", c[i].text, rc, err.line, err.col, err.text);
		assert_int_equal(parse_code(sw_str_from(c[i].text), 0, NULL, 0, NULL), -c[i].code);
	}
}

static void v3_keeps_infinity(void **state)
{
	sw_autoarena a;
	struct sw_value v;
	sw_arena_init(&a, 0);
	assert_int_equal(sw_yaml_parse(&a, SW_STR("-.inf"), SW_YAML_GOYAML3, NULL, &v, NULL), 0);
	assert_true(isinf(sw_value_double(v)) && sw_value_double(v) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_are_bytes),
		cmocka_unit_test(spans_of_merged_members_point_at_their_source),
		cmocka_unit_test(values_are_views_where_they_can),
		cmocka_unit_test(stream_of_documents),
		cmocka_unit_test(goes_on_behind_a_broken_document),
		cmocka_unit_test(every_cut_ends),
		cmocka_unit_test(utf16_has_values_but_no_places),
		cmocka_unit_test(billion_laughs),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(duplicates_are_counted_or_refused),
		cmocka_unit_test(places_of_errors),
		cmocka_unit_test(v3_keeps_infinity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
