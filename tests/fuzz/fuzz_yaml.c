/* SPDX-License-Identifier: Apache-2.0 */
/* Spans stay inside the text; what is written as YAML reads back as the same value. */
#include <stdint.h>
#include <stdlib.h>

#include "doc/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define must(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			abort();                                                                   \
	} while (0)

static int left; /* aliases make trees of any size: look at a part */

static void check_spans(struct sw_value v, size_t n)
{
	if (v.n == 0 || left-- <= 0)
		return;
	if (v.type == SW_ARRAY) {
		for (uint32_t i = 0; v.u.a->spans && i < v.n; i++) {
			must(v.u.a->spans[i].start <= v.u.a->spans[i].end &&
				v.u.a->spans[i].end <= n);
			check_spans(v.u.a->v[i], n);
		}
	} else if (v.type == SW_OBJECT) {
		for (uint32_t i = 0; v.u.o->spans && i < v.n; i++) {
			const struct sw_span *s = &v.u.o->spans[2 * (size_t)i];
			must(s[0].start <= s[0].end && s[0].end <= n);
			must(s[1].start <= s[1].end && s[1].end <= n);
			must(i == 0 || sw_value_cmp(v.u.o->m[i - 1].k, v.u.o->m[i].k) < 0);
			check_spans(v.u.o->m[i].v, n);
		}
	}
}

static void read_back(struct sw_arena *a, struct sw_value v)
{
	sw_autobuf out;
	struct sw_value again;
	sw_buf_init(&out, 1 << 20);
	sw_yaml_write(&out, v);
	if (out.overflow)
		return;
	must(sw_yaml_parse(a, sw_buf_str(&out), SW_YAML_DUP_ERROR, NULL, &again, NULL) == 0);
	must(sw_value_eq(v, again));
}

static void read_all(struct sw_str text, unsigned flags)
{
	sw_autoarena a;
	struct sw_yaml_stream *s;
	struct sw_yaml_doc d;
	struct sw_error err = {0};
	struct sw_yaml_limits limits = {.nodes = 20000};
	sw_arena_init(&a, 64 << 20);
	must(sw_yaml_open(&a, text, flags, &limits, &s, &err) == 0);
	int rc;
	size_t docs = 0;
	while ((rc = sw_yaml_next(s, &a, &d, &err)) != 0) {
		must(++docs <= text.n + 1);
		if (rc < 0) {
			must(err.code == -rc && err.line && err.byte <= text.n);
			continue;
		}
		left = 20000;
		must(d.span.start <= d.span.end && d.span.end <= text.n);
		check_spans(d.root, text.n);
		if (!(flags & SW_YAML_GOYAML3))
			read_back(&a, d.root);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_str text = {(const char *)data, n};
	read_all(text, SW_YAML_SPANS);
	read_all(text, SW_YAML_SPANS | SW_YAML_GOYAML3 | SW_YAML_DUP_ERROR);
	return 0;
}
