/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compile any module, then any query behind a line `###` against it. Every way ends: with a
 * program, with errors, or with a limit. The first byte chooses version, strictness and print.
 */
#include <stdint.h>
#include <stdlib.h>

#include "rego/compile.h"
#include "rego/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { MEMORY = 96 << 20, INPUT_MAX = 1 << 14 };

static void query(struct sw_arena *a, struct sw_rego_program *p, struct sw_str text, bool strict)
{
	struct sw_source src = {.name = SW_STR(""), .text = text};
	const struct sw_rego_parse_opts po = {.version = SW_REGO_V1, .experimental = true};
	const struct sw_rego_query_opts qo = {.capture = true, .strict = strict, .print = true};
	struct sw_rego_diags d;
	struct sw_rego_body body;
	struct sw_rego_query q;
	sw_rego_diags_init(&d, a);
	if (sw_rego_parse_body(a, &src, &po, &body, &d) < 0)
		return;
	int rc = sw_rego_query_compile(p, a, &qo, &body, &q, &d);
	if (!a->overflow && (rc < 0) != (d.n > 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	sw_autoarena a = {0};
	struct sw_rego_diags d;
	struct sw_rego_program *p;
	struct sw_rego_module *m;
	if (n < 1 || n > INPUT_MAX)
		return 0;
	const struct sw_rego_compile_opts opts = {
		.strict = data[0] & 1, .print = data[0] & 2, .allow_undefined_funcs = data[0] & 8};
	const struct sw_rego_parse_opts po = {.version = data[0] & 4 ? SW_REGO_V0 : SW_REGO_V1,
		.experimental = true,
		.annotations = true};
	struct sw_str all = {(const char *)data + 1, n - 1};
	size_t cut = sw_str_find(all, SW_STR("\n###\n"), 0);
	struct sw_source src = {.name = SW_STR("f.rego"), .text = sw_str_sub(all, 0, cut)};
	sw_arena_init(&a, MEMORY);
	sw_rego_diags_init(&d, &a);
	if (sw_rego_parse_module(&a, &src, &po, &m, &d) < 0 ||
		sw_rego_program_new(&a, &opts, &p, NULL) < 0 || sw_rego_program_add(p, m) < 0)
		return 0;
	int rc = sw_rego_program_compile(p, &d);
	if (!a.overflow && (rc < 0) != (d.n > 0))
		abort();
	if (rc == 0 && cut != SW_NPOS)
		query(&a, p, sw_str_sub(all, cut + 5, all.n), opts.strict);
	return 0;
}
