/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading JSON by shapes against reading it without: the same values, places and errors, whatever the shapes have
 * learnt. test_doc_json_shape [ROUNDS [FILE…]] changes other texts than these.
 */
#include "../test.h"

#include <glib.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "doc/json.h"

static unsigned rounds = 15000;
static char **files;
static int n_files;
static uint64_t seed = 20261127, n_read, n_refused;

static uint32_t roll(uint32_t n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (uint32_t)((seed * 0x2545f4914f6cdd1du) >> 32) % n;
}

static const unsigned flag_sets[] = {
	0, SW_JSON_DUP_ERROR, SW_JSON_SPANS, SW_JSON_SPANS | SW_JSON_DUP_ERROR, SW_JSON_COPY | SW_JSON_DUP_ERROR};

/* Values, keys and places, in the order in which they lie there. */
static void assert_same(struct sw_value a, struct sw_value b)
{
	assert_int_equal(a.type, b.type);
	assert_int_equal(a.n, b.n);
	if (a.type < SW_ARRAY) {
		assert_int_equal(a.repr, b.repr);
		assert_true(sw_value_eq(a, b));
	}
	for (uint32_t i = 0; a.type == SW_ARRAY && i < a.n; i++)
		assert_same(a.u.a->v[i], b.u.a->v[i]);
	for (uint32_t i = 0; a.type == SW_OBJECT && i < a.n; i++) {
		assert_int_equal(sw_value_head(a.u.o->m[i].k), sw_value_head(b.u.o->m[i].k));
		assert_same(a.u.o->m[i].k, b.u.o->m[i].k);
		assert_same(a.u.o->m[i].v, b.u.o->m[i].v);
	}
	if (a.type == SW_OBJECT) {
		assert_int_equal(a.u.o->keys, b.u.o->keys);
		assert_int_equal(!a.u.o->spans, !b.u.o->spans);
		if (a.u.o->spans)
			assert_memory_equal(a.u.o->spans, b.u.o->spans, 2 * a.n * sizeof(struct sw_span));
	}
	if (a.type == SW_ARRAY && a.u.a->spans)
		assert_memory_equal(a.u.a->spans, b.u.a->spans, a.n * sizeof(struct sw_span));
}

/* A heap copy of exactly its bytes, so that a read past the end is seen. */
static void read_both(struct sw_json_shapes *shapes, struct sw_str text, unsigned flags)
{
	static const struct sw_json_limits limits = {.depth = 24, .nodes = 3000};
	sw_autoarena a;
	struct sw_value want, got;
	struct sw_error e = {0}, f = {0};
	char *copy = malloc(text.n + 1);
	sw_arena_init(&a, 0);
	memcpy(copy, text.p, text.n);
	copy = realloc(copy, text.n ? text.n : 1);
	text.p = copy;
	int rc = sw_json_parse(&a, text, flags, &limits, &want, NULL, &e);
	assert_int_equal(sw_json_parse_alike(shapes, &a, text, flags, &limits, &got, &f), rc);
	assert_string_equal(f.text, e.text);
	assert_int_equal(f.line, e.line);
	assert_int_equal(f.col, e.col);
	assert_int_equal(f.byte, e.byte);
	if (rc == 0)
		assert_same(want, got);
	n_read++;
	n_refused += rc < 0;
	free(copy);
}

static const char *const texts[] = {
	"{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"705ab4f5-6393\","
	"\"kind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"},\"resource\":{\"group\":\"\",\"version\":\"v1\","
	"\"resource\":\"pods\"},\"name\":\"good\",\"namespace\":\"default\",\"operation\":\"CREATE\",\"userInfo\":{"
	"\"username\":\"jane\",\"groups\":[\"system:authenticated\"],\"extra\":{}},\"object\":{\"kind\":\"Pod\",\"spec\":{"
	"\"containers\":[{\"name\":\"a\",\"image\":\"nginx:1\",\"env\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"B\","
	"\"value\":\"\"},{\"name\":\"C\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"x\"}}}],\"ports\":[{\"containerPort\":80}]},"
	"{\"name\":\"b\",\"image\":\"nginx:2\",\"env\":[],\"resources\":{\"limits\":{\"cpu\":1.50,\"memory\":\"1Gi\"}}}],"
	"\"terminationGracePeriodSeconds\":-30}},\"oldObject\":null,\"dryRun\":false}}",
	"[{\"a\":1,\"b\":[{\"a\":1},{\"a\":2}]},{\"a\":1,\"b\":[{\"a\":1},{\"a\":2}]}, {\"b\":[ ],\"a\":{}},{\"a\":{\"a\":{\"a\":1}}}]",
	"{ \"a\" : 1 , \"k\\u00e9y\" : [ true , false , null ] , \"k\\\"\" : \"v\\n\" ,\n\t\"\xc3\xa9\": \"\xf0\x9f\x98\x80\", \"x\": -0.5e+7 }",
	"[[{\"z\":1,\"y\":2,\"x\":3}],[{\"z\":1,\"y\":2,\"x\":3}],{\"z\":1,\"y\":2,\"x\":3,\"w\":4},{\"z\":1,\"x\":3}]",
};

/* One change: a byte, a piece taken out, a piece repeated elsewhere, or a key given again. */
static void change(struct sw_buf *b)
{
	static const char bytes[] = "{}[]:,\"\\ \n\t0-1.eEtfn\x01\x1f\x7f\x80\xc3\xff" "abk";
	uint32_t at = roll((uint32_t)b->n), to = roll((uint32_t)b->n), n = roll(24) + 1;
	char piece[64];
	n = at + n > b->n ? (uint32_t)b->n - at : n;
	memcpy(piece, b->p + at, n);
	switch (roll(8)) {
	case 0 ... 3: /* mostly still JSON */
		if (g_ascii_isalnum(b->p[at]))
			b->p[at] = g_ascii_isdigit(b->p[at]) ? '2' : "abkz"[roll(4)];
		break;
	case 4:
		b->p[at] = bytes[roll(sizeof(bytes) - 1)];
		break;
	case 5:
		memmove(b->p + at, b->p + at + n, b->n - at - n);
		b->n -= n;
		break;
	case 6:
		sw_buf_add(b, piece, n);
		memmove(b->p + to + n, b->p + to, b->n - n - to);
		memcpy(b->p + to, piece, n);
		break;
	default:
		b->n = roll(8) ? b->n : to + 1;
	}
}

static void change_and_read(struct sw_json_shapes *shapes, struct sw_str text)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	for (size_t f = 0; f < SW_ARRAY_LEN(flag_sets); f++)
		read_both(shapes, text, flag_sets[f]);
	for (unsigned i = 0; i < rounds; i++) {
		sw_buf_clear(&b);
		sw_buf_addstr(&b, text);
		for (uint32_t k = roll(4) + 1; k-- && b.n > 1;)
			change(&b);
		read_both(shapes, sw_buf_str(&b), flag_sets[roll(SW_ARRAY_LEN(flag_sets))]);
	}
}

static void changed_texts(void **state)
{
	struct sw_json_shapes *shapes = sw_json_shapes_new();
	for (size_t i = 0; i < SW_ARRAY_LEN(texts); i++)
		change_and_read(shapes, sw_str_from(texts[i]));
	for (int i = 0; i < n_files; i++) {
		sw_autoarena a;
		struct sw_str text;
		sw_arena_init(&a, 0);
		assert_int_equal(sw_io_read(&a, files[i], 16 << 20, SW_IO_COPY, &text, NULL), 0);
		change_and_read(shapes, text);
	}
	sw_json_shapes_free(shapes);
	print_message("# %llu read, %llu refused\n", (unsigned long long)n_read, (unsigned long long)n_refused);
	assert_true(n_refused > n_read / 4 && n_refused < n_read);
}

/* What stands between quotes must have been read once: the text of a key is not always its bytes. */
static void escaped_keys_have_no_text(void **state)
{
	struct sw_json_shapes *shapes = sw_json_shapes_new();
	const char *pad = ",\"padding\":\"................................\"}";
	static const char *const pairs[][2] = {
		{"{\"a\\\"b\":1", "{\"a\"b\":1"},
		{"{\"a\\\\b\":1", "{\"a\\b\":1"},
		{"{\"a\\u0001b\":1", "{\"a\x01" "b\":1"},
		{"{\"a\\u00e9\":1", "{\"a\xc3\xa9\":1"},
		{"{\"a\xff\":1", "{\"a\xef\xbf\xbd\":1"},
		{"{\"\":1", "{\"\":1"},
		{"{\"k\" :1", "{\"k\": 1"},
	};
	for (size_t i = 0; i < SW_ARRAY_LEN(pairs); i++)
		for (int k = 0; k < 4; k++) {
			sw_autobuf b;
			sw_buf_init(&b, 0);
			sw_buf_addz(&b, pairs[i][k & 1]);
			sw_buf_addz(&b, pad);
			read_both(shapes, sw_buf_str(&b), 0);
		}
	sw_json_shapes_free(shapes);
}

static void object_of(struct sw_buf *b, uint32_t n, uint32_t first, const char *stem)
{
	sw_buf_addch(b, '{');
	for (uint32_t i = 0; i < n; i++)
		sw_buf_printf(b, "%s\"%s%u\":{\"in\":%u}", i ? "," : "", stem, first + i * 7 % n, i);
	sw_buf_addch(b, '}');
}

/* Beyond each ceiling, and after all is forgotten. */
static void shapes_have_limits(void **state)
{
	struct sw_json_shapes *shapes = sw_json_shapes_new();
	static const char *const stems[] = {"k", "long-keys-of-26-characters", "longer-keys-of-28-characters"};
	for (size_t s = 0; s < SW_ARRAY_LEN(stems); s++)
		for (uint32_t n = 60; n < 70; n++) {
			sw_autobuf b;
			sw_buf_init(&b, 0);
			object_of(&b, n, 0, stems[s]);
			read_both(shapes, sw_buf_str(&b), SW_JSON_DUP_ERROR);
			read_both(shapes, sw_buf_str(&b), SW_JSON_SPANS);
		}
	for (uint32_t i = 0; i < 1000; i++) {
		sw_autobuf b;
		sw_buf_init(&b, 0);
		object_of(&b, i % 90, i * 13, i & 1 ? "a" : "b");
		read_both(shapes, sw_buf_str(&b), SW_JSON_DUP_ERROR);
	}
	sw_json_shapes_free(shapes);
}

static void a_key_given_twice_has_its_place(void **state)
{
	struct sw_json_shapes *shapes = sw_json_shapes_new();
	sw_autoarena a;
	struct sw_str t = SW_STR("{\"list\":[{\"a\":1,\"b\":2},\n{\"a\":1,\"b\":2,\"a\":3}],\"padding\":\"............................\"}");
	sw_arena_init(&a, 0);
	for (int i = 0; i < 3; i++) {
		struct sw_value v;
		struct sw_error err = {0};
		assert_int_equal(sw_json_parse_alike(shapes, &a, t, SW_JSON_DUP_ERROR, NULL, &v, &err), -SW_EINVALID);
		assert_string_equal(err.text, "the key \"a\" is given twice");
		assert_int_equal(err.line, 2);
		assert_int_equal(err.col, 14);
		assert_int_equal(sw_json_parse_alike(shapes, &a, t, 0, NULL, &v, &err), 0);
		assert_int_equal(sw_object_gets(sw_object_gets(v, SW_STR("list")).u.a->v[1], SW_STR("a")).u.i, 3);
	}
	sw_json_shapes_free(shapes);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changed_texts),
		cmocka_unit_test(escaped_keys_have_no_text),
		cmocka_unit_test(shapes_have_limits),
		cmocka_unit_test(a_key_given_twice_has_its_place),
	};
	rounds = argc > 1 ? (unsigned)atoi(argv[1]) : rounds;
	files = argv + 2;
	n_files = argc > 2 ? argc - 2 : 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
