/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parse, compile and evaluate any module within small limits: no crash, no hang, and the same outcome with
 * and without rule indices whenever neither met a limit.
 */
#include <stdint.h>
#include <stdlib.h>

#include "doc/json.h"
#include "rego/rego.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { STEPS = 200000, MEMORY = 32 << 20, ENGINE_MEMORY = 64 << 20 };

static const char input_json[] =
	"{\"a\": 1, \"b\": [1, 2, 3], \"c\": {\"x\": 1, \"y\": [2, {\"z\": 3}]}, \"kind\": \"Pod\", \"s\": \"x\"}";

/* May two evaluations differ? A signature does, for one. */
static bool by_chance(const struct sw_rego_engine *e)
{
	const struct sw_rego_program *p = sw_rego_engine_program(e);
	for (uint32_t i = 0; i < p->n_required; i++)
		if (p->required[i]->flags & SW_BUILTIN_NONDETERMINISTIC)
			return true;
	return false;
}

/* The outcome as text; false when it was a limit's or may differ. */
static bool evaluate(struct sw_str text, enum sw_rego_version version, bool index, struct sw_buf *out)
{
	sw_autoarena a;
	sw_arena_init(&a, 1 << 20);
	struct sw_error err = {0};
	struct sw_value input = sw_undef(), base = sw_empty_object();
	sw_json_parse(&a, SW_STR(input_json), 0, NULL, &input, NULL, NULL);
	sw_json_parse(&a, SW_STR("{\"base\": {\"x\": [1], \"y\": {\"k\": 2}}}"), 0, NULL, &base, NULL, NULL);
	struct sw_rego_engine *e = sw_rego_engine_new(
		&(struct sw_rego_engine_opts){.memory = ENGINE_MEMORY, .no_index = !index});
	sw_rego_engine_data(e, base);
	uint32_t q;
	int r = sw_rego_engine_add_text(e, SW_STR("f.rego"), text, version, &err);
	if (r == 0)
		r = sw_rego_engine_compile(e, &err);
	if (r == 0)
		r = sw_rego_engine_entrypoint(e, SW_STR("data"), &q, &err);
	bool whole = r != -SW_ELIMIT;
	if (r == 0) {
		struct sw_rego_eval_opts opts = {
			.limits = {.steps = STEPS, .memory = MEMORY, .depth = 200}};
		struct sw_rego_eval *ev = sw_rego_eval_new(e, &opts);
		struct sw_rego_result res = {0};
		for (int again = 0; again < 2; again++) { /* the second one with used memory */
			struct sw_rego_eval_input in = {.input = input, .now_ns = 1, .seed = 1};
			sw_buf_clear(out);
			sw_rego_eval_begin(ev, &in);
			r = sw_rego_eval_run(ev, q, &res, &err);
			if (r == 0)
				sw_rego_value_print(out, res.value);
			else
				sw_buf_addz(out, sw_rego_eval_error(ev)->code);
		}
		whole = r == 0 && !by_chance(e);
		sw_rego_eval_free(ev);
	}
	sw_rego_engine_free(e);
	return whole && !out->overflow;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_str text = sw_str_make((const char *)data, n);
	if (n > 1 << 14)
		return 0;
	for (int version = SW_REGO_V0; version <= SW_REGO_V1; version += SW_REGO_V1 - SW_REGO_V0) {
		sw_autobuf with, without;
		sw_buf_init(&with, 4 << 20);
		sw_buf_init(&without, 4 << 20);
		bool a = evaluate(text, (enum sw_rego_version)version, true, &with);
		bool b = evaluate(text, (enum sw_rego_version)version, false, &without);
		if (a && b && !sw_str_eq(sw_buf_str(&with), sw_buf_str(&without)))
			abort();
	}
	return 0;
}
