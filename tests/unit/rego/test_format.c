/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "rego/format.h"
#include "rego/parse.h"

#include "format_cases.h"

/* What formatting says or gives. */
static struct sw_str outcome(struct sw_arena *a, struct sw_str text, enum sw_rego_version version,
	enum sw_rego_version target, struct sw_buf *out)
{
	struct sw_source *src = sw_arena_new(a, struct sw_source);
	struct sw_rego_parse_opts opts = {.version = version, .annotations = true};
	struct sw_rego_format_opts fmt = {.target = target};
	struct sw_rego_diags d;
	struct sw_rego_module *m = NULL;
	*src = (struct sw_source){.name = SW_STR("t.rego"), .text = text};
	sw_rego_diags_init(&d, a);
	if (!sw_rego_parse_module(a, src, &opts, &m, &d))
		sw_rego_format(a, m, &fmt, out, &d);
	assert_true(!d.n || !out->n);
	for (uint32_t i = 0; i < d.n; i++) {
		if (i)
			sw_buf_addch(out, '\n');
		sw_rego_diag_format(&d.v[i], out);
	}
	return sw_buf_str(out);
}

static void as_opa_fmt_writes_it(void **state)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(format_cases); i++) {
		const struct format_case *c = &format_cases[i];
		sw_autoarena a;
		sw_autobuf out;
		sw_arena_init(&a, 16 << 20);
		sw_buf_init(&out, 0);
		struct sw_str got = outcome(&a, sw_str_from(c->source), c->version, c->target, &out);
		if (!sw_str_is(got, c->want))
			fail_msg("case %zu:\n%s\n--- got\n%.*s\n--- want\n%s", i, c->source, SW_STR_ARG(got), c->want);
	}
}

static void formatted_text_stays(void **state)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(format_cases); i++) {
		const struct format_case *c = &format_cases[i];
		if (strncmp(c->want, "t.rego", 6) == 0)
			continue;
		sw_autoarena a;
		sw_autobuf out;
		sw_arena_init(&a, 16 << 20);
		sw_buf_init(&out, 0);
		enum sw_rego_version again = c->target == SW_REGO_V1 ? SW_REGO_V1 : SW_REGO_V0;
		struct sw_str got = outcome(&a, sw_str_from(c->want), again, c->target, &out);
		if (!sw_str_is(got, c->want))
			fail_msg("case %zu:\n%s\n--- again\n%.*s", i, c->want, SW_STR_ARG(got));
	}
}

/* Every comment of a source must be in what is written. */
static void no_comment_is_lost(void **state)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(format_cases); i++) {
		const struct format_case *c = &format_cases[i];
		for (const char *at = c->source; (at = strchr(at, '#')) && strncmp(c->want, "t.rego", 6) != 0; at++) {
			struct sw_str text = {at, strcspn(at, "\n")};
			assert_true(sw_str_has(sw_str_from(c->want), text));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_opa_fmt_writes_it),
		cmocka_unit_test(formatted_text_stays),
		cmocka_unit_test(no_comment_is_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
