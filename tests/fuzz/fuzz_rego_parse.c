/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever parses prints, has places inside its text, and is compared and copied without a crash. */
#include <stdint.h>
#include <stdlib.h>

#include "rego/ast_json.h"
#include "rego/format.h"
#include "rego/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define must(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			abort();                                                                   \
	} while (0)

static void check_term(struct sw_arena *a, const struct sw_rego_term *t, struct sw_str text)
{
	must(t->loc.text.n <= text.n);
	must(!t->loc.text.n || (t->loc.text.p >= text.p && t->loc.text.p + t->loc.text.n <= text.p + text.n));
	struct sw_rego_term *copy = sw_rego_term_copy(a, t);
	must(!copy || sw_rego_term_cmp(copy, t) == 0);
}

static void check_body(struct sw_arena *a, const struct sw_rego_body *b, struct sw_str text)
{
	for (uint32_t i = 0; i < b->n; i++)
		for (uint32_t k = 0; k < b->v[i]->terms.n; k++)
			check_term(a, b->v[i]->terms.v[k], text);
}

/* Into every version that may follow the module's. */
static void format_all(struct sw_arena *a, const struct sw_rego_module *m)
{
	for (int v = SW_REGO_V0; v <= SW_REGO_V1; v++) {
		sw_autobuf out;
		struct sw_rego_diags d;
		struct sw_rego_format_opts opts = {.target = (enum sw_rego_version)v};
		sw_buf_init(&out, 16 << 20);
		sw_rego_diags_init(&d, a);
		int r = sw_rego_format(a, m, &opts, &out, &d);
		must(r == 0 || (r < 0 && !out.n));
	}
}

static void run(struct sw_str text, const struct sw_rego_parse_opts *opts)
{
	sw_autoarena a;
	sw_autobuf out;
	struct sw_source src = {.name = SW_STR("f.rego"), .text = text};
	struct sw_rego_diags d;
	struct sw_rego_module *m = NULL;
	struct sw_rego_body body = {0};
	sw_arena_init(&a, 64 << 20);
	sw_buf_init(&out, 16 << 20);
	sw_rego_diags_init(&d, &a);
	int r = sw_rego_parse_module(&a, &src, opts, &m, &d);
	must((r == 0) == (d.n == 0) || a.overflow);
	if (r == 0) {
		sw_rego_module_print(&out, m);
		sw_rego_module_json(&out, m, SW_REGO_JSON_LOCATIONS | SW_REGO_JSON_TEXT);
		format_all(&a, m);
		for (uint32_t i = 0; i < m->n_rules; i++)
			for (const struct sw_rego_rule *rule = m->rules[i]; rule; rule = rule->else_rule)
				check_body(&a, &rule->body, text);
	}
	for (uint32_t i = 0; i < d.n; i++)
		sw_rego_diag_format(&d.v[i], &out);
	d.n = 0;
	if (sw_rego_parse_body(&a, &src, opts, &body, &d) == 0)
		check_body(&a, &body, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_str text = {(const char *)data, n};
	if (n > 1 << 16)
		return 0;
	run(text, &(struct sw_rego_parse_opts){.version = SW_REGO_V1, .annotations = true});
	run(text, &(struct sw_rego_parse_opts){.version = SW_REGO_V0, .annotations = true});
	run(text, &(struct sw_rego_parse_opts){.version = SW_REGO_V1, .all_future_keywords = true});
	return 0;
}
