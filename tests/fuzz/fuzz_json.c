/* SPDX-License-Identifier: Apache-2.0 */
/* What is read must be written so that it reads back as the same value, by either reader. */
#include <stdint.h>
#include <stdlib.h>

#include "doc/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define must(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			abort();                                                                   \
	} while (0)

static void check_spans(struct sw_value v, size_t n)
{
	if (v.type == SW_ARRAY) {
		for (uint32_t i = 0; i < v.n; i++) {
			must(v.u.a->spans[i].start < v.u.a->spans[i].end &&
				v.u.a->spans[i].end <= n);
			check_spans(v.u.a->v[i], n);
		}
	} else if (v.type == SW_OBJECT) {
		for (uint32_t i = 0; i < v.n; i++) {
			const struct sw_span *s = &v.u.o->spans[2 * (size_t)i];
			must(s[0].start < s[0].end && s[0].end < s[1].start);
			must(s[1].start < s[1].end && s[1].end <= n);
			must(i == 0 || sw_value_cmp(v.u.o->m[i - 1].k, v.u.o->m[i].k) < 0);
			check_spans(v.u.o->m[i].v, n);
		}
	}
}

static void read_back(struct sw_arena *a, struct sw_value v, unsigned flags)
{
	sw_autobuf out;
	struct sw_value again;
	sw_buf_init(&out, 0);
	sw_json_write(&out, v, flags);
	must(sw_json_parse(a, sw_buf_str(&out), SW_JSON_DUP_ERROR, NULL, &again, NULL, NULL) == 0);
	must(sw_value_eq(v, again));
}

static void walk_items(
	struct sw_arena *a, struct sw_str text, const char *key, struct sw_value whole)
{
	struct sw_json_items it;
	struct sw_value v;
	struct sw_error err;
	if (sw_json_items_init(&it, a, text, 0, NULL, key, NULL, &err) < 0)
		return;
	struct sw_value list = key ? sw_object_gets(whole, sw_str_from(key)) : whole;
	int rc;
	uint32_t i = 0;
	while ((rc = sw_json_items_next(&it, a, &v, &err)) > 0)
		i++;
	/* A repeated key makes "the first array" and "the last value" different things. */
	if (rc == 0 && !key)
		must(list.n == i);
	if (sw_defined(whole))
		must(rc == 0);
}

/* Shapes decide nothing: not those of the text itself, nor those of its own first half. */
static void read_alike(struct sw_arena *a, struct sw_str text, unsigned flags)
{
	struct sw_json_shapes *shapes = sw_json_shapes_new();
	struct sw_str texts[] = {sw_str_sub(text, 0, text.n / 2), text, text};
	for (int i = 0; i < 3; i++) {
		struct sw_value want = sw_undef(), got = sw_undef();
		struct sw_error e = {0}, f = {0};
		int rc = sw_json_parse(a, texts[i], flags, NULL, &want, NULL, &e);
		must(sw_json_parse_alike(shapes, a, texts[i], flags, NULL, &got, &f) == rc);
		must(strcmp(e.text, f.text) == 0 && e.line == f.line && e.col == f.col);
		must(rc < 0 || sw_value_eq(want, got));
		if (rc == 0 && (flags & SW_JSON_SPANS))
			check_spans(got, text.n);
	}
	sw_json_shapes_free(shapes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	sw_autoarena a;
	struct sw_str text = {(const char *)data, n};
	struct sw_value v = sw_undef(), plain;
	struct sw_error err = {0};
	sw_arena_init(&a, 64 << 20);
	int rc = sw_json_parse(&a, text, SW_JSON_SPANS, NULL, &v, NULL, &err);
	if (rc < 0) {
		must(err.code == -rc && err.line && err.col && err.byte <= n);
	} else {
		check_spans(v, n);
		read_back(&a, v, 0);
		read_back(&a, v, SW_JSON_PRETTY | SW_JSON_HTML_ESCAPE);
		read_back(&a, v, SW_JSON_SPACED);
	}
	must(sw_json_parse(&a, text, SW_JSON_COPY, NULL, &plain, NULL, NULL) == rc);
	read_alike(&a, text, SW_JSON_DUP_ERROR);
	read_alike(&a, text, SW_JSON_SPANS | SW_JSON_COPY);
	walk_items(&a, text, "items", rc == 0 ? v : sw_undef());
	walk_items(&a, text, NULL, rc == 0 ? v : sw_undef());
	return 0;
}
