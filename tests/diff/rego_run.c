/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine for rego_diff.py: reads a JSON array of {modules: [text], input, data, query: "data.a.b"} from
 * standard input and writes an array of {value}, {undefined: true} or {error: code, text}, in that order.
 */
#include <stdio.h>
#include <stdlib.h>

#include "doc/json.h"
#include "rego/rego.h"

static struct sw_value failure(struct sw_arena *a, const struct sw_rego_engine *e,
	const struct sw_rego_eval *ev, const struct sw_error *err)
{
	const struct sw_rego_diags *d = sw_rego_engine_diags(e);
	const char *code = ev && sw_rego_eval_error(ev)->code ? sw_rego_eval_error(ev)->code
			   : d->n ? d->v[0].code : "unknown";
	struct sw_map m;
	sw_map_init(&m, a);
	sw_map_adds(&m, "error", sw_string_copy(a, sw_str_from(code)));
	sw_map_adds(&m, "text", sw_string_copy(a, sw_str_from(err->text)));
	return sw_map_object(&m);
}

static struct sw_value run(struct sw_arena *a, struct sw_value c)
{
	static const char *const names[] = {"m0.rego", "m1.rego", "m2.rego", "m3.rego"};
	struct sw_rego_engine *e = sw_rego_engine_new(NULL);
	struct sw_rego_eval *ev = NULL;
	struct sw_rego_result res = {0};
	struct sw_error err = {0};
	struct sw_value mods = sw_object_gets(c, SW_STR("modules"));
	struct sw_value data = sw_object_gets(c, SW_STR("data")), ret;
	uint32_t q = 0;
	int r = 0;
	if (data.type == SW_OBJECT)
		sw_rego_engine_data(e, data);
	for (uint32_t i = 0; r == 0 && mods.type == SW_ARRAY && i < mods.n; i++)
		r = sw_rego_engine_add_text(e, sw_str_from(names[i % 4]),
			sw_value_str(mods.u.a->v[i]), SW_REGO_V1, &err);
	if (r == 0)
		r = sw_rego_engine_compile(e, &err);
	if (r == 0)
		r = sw_rego_engine_entrypoint(e, sw_value_getstr(c, "query"), &q, &err);
	if (r == 0) {
		ev = sw_rego_eval_new(e, NULL);
		sw_rego_eval_begin(ev,
			&(struct sw_rego_eval_input){.input = sw_object_gets(c, SW_STR("input"))});
		r = sw_rego_eval_run(ev, q, &res, &err);
	}
	if (r < 0) {
		ret = failure(a, e, ev, &err);
	} else {
		struct sw_map m;
		sw_map_init(&m, a);
		if (sw_defined(res.value))
			sw_map_adds(&m, "value", sw_value_copy(a, res.value));
		else
			sw_map_adds(&m, "undefined", sw_bool(true));
		ret = sw_map_object(&m);
	}
	sw_rego_eval_free(ev);
	sw_rego_engine_free(e);
	return ret;
}

int main(void)
{
	sw_autoarena a;
	sw_arena_init(&a, (size_t)4 << 30);
	sw_autobuf text, out;
	sw_buf_init(&text, 0);
	sw_buf_init(&out, 0);
	char chunk[65536];
	size_t n;
	while ((n = fread(chunk, 1, sizeof(chunk), stdin)) > 0)
		sw_buf_add(&text, chunk, n);
	struct sw_value cases;
	struct sw_error err;
	if (sw_json_parse(&a, sw_buf_str(&text), 0, NULL, &cases, NULL, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	struct sw_list l;
	sw_list_init(&l, &a);
	for (uint32_t i = 0; cases.type == SW_ARRAY && i < cases.n; i++)
		sw_list_add(&l, run(&a, cases.u.a->v[i]));
	sw_json_write(&out, sw_list_array(&l), 0);
	fwrite(out.p, 1, out.n, stdout);
	return 0;
}
