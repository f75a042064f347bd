/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine for rego_diff.py: reads JSON lines {modules: [text], input, data, query, entry, v0, strict,
 * strict_builtin} from standard input and writes one line each, in that order: {value: rows of values} or
 * {undefined: true} or {errors: [{code, text, loc}]}, with builtin_errors and print where there are any.
 * entry: the query is the path of a document and run as an entry point; its value is the only row.
 * A line {fmt: text, v0, v0v1, drop} gives {fmt: the text as `policy fmt` writes it} or {errors}.
 * A line {fn, arity, args: [Rego text of an array, ...]} asks for many calls of one builtin and gives {out:
 * [JSON of the result | UNDEF | ERR code: text, ...]}; the clock stands still for them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "doc/json.h"
#include "rego/format.h"
#include "rego/parse.h"
#include "rego/rego.h"

static struct sw_value one_error(struct sw_arena *a, const char *code, struct sw_str text,
	const struct sw_rego_loc *loc)
{
	struct sw_map m;
	char place[64] = "";
	sw_map_init(&m, a);
	sw_map_adds(&m, "code", sw_string_copy(a, sw_str_from(code)));
	if (loc && loc->row)
		snprintf(place, sizeof(place), "%.*s:%u:%u",
			loc->file ? (int)loc->file->name.n : 0, loc->file ? loc->file->name.p : "",
			loc->row, loc->col);
	sw_map_adds(&m, "loc", sw_string_copy(a, sw_str_from(place)));
	sw_map_adds(&m, "text", sw_string_copy(a, text));
	return sw_map_object(&m);
}

static struct sw_value failure(struct sw_arena *a, const struct sw_rego_engine *e,
	const struct sw_rego_eval *ev, const struct sw_error *err)
{
	const struct sw_rego_diags *d = sw_rego_engine_diags(e);
	const struct sw_rego_eval_error *x = ev ? sw_rego_eval_error(ev) : NULL;
	struct sw_list l;
	sw_list_init(&l, a);
	if (x && x->code)
		sw_list_add(&l, one_error(a, x->code, x->message, &x->loc));
	else
		for (uint32_t i = 0; i < d->n; i++)
			sw_list_add(&l, one_error(a, d->v[i].code, d->v[i].text, &d->v[i].loc));
	struct sw_value all = sw_list_array(&l);
	if (!all.n) {
		sw_list_init(&l, a);
		sw_list_add(&l, one_error(a, "other", sw_str_from(err->text), NULL));
		all = sw_list_array(&l);
	}
	return all;
}

static void add_rows(struct sw_map *m, struct sw_arena *a, const struct sw_rego_engine *e, uint32_t q,
	const struct sw_rego_result *res)
{
	struct sw_rego_query_info info;
	struct sw_list rows;
	sw_rego_engine_query_info(e, q, &info);
	sw_list_init(&rows, a);
	for (uint32_t i = 0; i < res->n_rows; i++) {
		struct sw_list row;
		sw_list_init(&row, a);
		for (uint32_t j = 0; j < info.n_exprs; j++)
			sw_list_add(&row, sw_value_copy(a, res->rows[i].exprs[j]));
		sw_list_add(&rows, sw_list_array(&row));
	}
	if (res->n_rows)
		sw_map_adds(m, "value", sw_list_array(&rows));
	else
		sw_map_adds(m, "undefined", sw_bool(true));
}

static void add_entry(struct sw_map *m, struct sw_arena *a, const struct sw_rego_result *res)
{
	struct sw_value *v = sw_arena_new_array(a, 1, struct sw_value);
	struct sw_value *w = sw_arena_new_array(a, 1, struct sw_value);
	if (!sw_defined(res->value)) {
		sw_map_adds(m, "undefined", sw_bool(true));
		return;
	}
	v[0] = sw_value_copy(a, res->value);
	w[0] = sw_array_from(a, v, 1);
	sw_map_adds(m, "value", sw_array_from(a, w, 1));
}

static bool flag(struct sw_value c, const char *name)
{
	struct sw_value v = sw_object_gets(c, sw_str_from(name));
	return v.type == SW_BOOL && v.u.b;
}

static int build(struct sw_rego_engine *e, struct sw_value c, uint32_t *ret_q, struct sw_error *err)
{
	static const char *const names[] = {"m0.rego", "m1.rego", "m2.rego", "m3.rego"};
	struct sw_value mods = sw_object_gets(c, SW_STR("modules"));
	struct sw_value data = sw_object_gets(c, SW_STR("data"));
	enum sw_rego_version version = flag(c, "v0") ? SW_REGO_V0 : SW_REGO_V1;
	int r = 0;
	if (data.type == SW_OBJECT)
		sw_rego_engine_data(e, data);
	for (uint32_t i = 0; mods.type == SW_ARRAY && i < mods.n; i++) {
		int one = sw_rego_engine_add_text(
			e, sw_str_from(names[i % 4]), sw_value_str(mods.u.a->v[i]), version, err);
		r = r ? r : one;
	}
	if (r == 0)
		r = sw_rego_engine_compile(e, err);
	struct sw_str query = sw_value_getstr(c, "query");
	if (r == 0 && flag(c, "entry"))
		return sw_rego_engine_entrypoint(e, query, ret_q, err);
	struct sw_rego_query_params params = {.version = version, .exprs = true};
	return r ? r : sw_rego_engine_query(e, query, &params, ret_q, err);
}

static struct sw_value run(struct sw_arena *a, struct sw_value c)
{
	struct sw_rego_engine_opts opts = {.strict_errors = flag(c, "strict_builtin"),
		.compile = {.strict = flag(c, "strict"), .print = true}, .annotations = true, .check_paths = true};
	struct sw_rego_engine *e = sw_rego_engine_new(&opts);
	struct sw_rego_eval *ev = NULL;
	struct sw_rego_result res = {0};
	struct sw_error err = {0};
	struct sw_map m;
	uint32_t q = 0;
	sw_autobuf print;
	sw_buf_init(&print, 1 << 20);
	sw_map_init(&m, a);
	int r = build(e, c, &q, &err);
	if (r == 0) {
		ev = sw_rego_eval_new(e, &(struct sw_rego_eval_opts){.print = &print});
		sw_rego_eval_begin(ev,
			&(struct sw_rego_eval_input){.input = sw_object_gets(c, SW_STR("input"))});
		r = sw_rego_eval_run(ev, q, &res, &err);
	}
	if (r < 0)
		sw_map_adds(&m, "errors", failure(a, e, ev, &err));
	else if (flag(c, "entry"))
		add_entry(&m, a, &res);
	else
		add_rows(&m, a, e, q, &res);
	uint32_t n = 0;
	const struct sw_rego_eval_error *be = ev ? sw_rego_eval_builtin_errors(ev, &n) : NULL;
	struct sw_list l;
	sw_list_init(&l, a);
	for (uint32_t i = 0; i < n; i++)
		sw_list_add(&l, one_error(a, be[i].code, be[i].message, &be[i].loc));
	if (n)
		sw_map_adds(&m, "builtin_errors", sw_list_array(&l));
	if (print.n)
		sw_map_adds(&m, "print", sw_string_copy(a, sw_str_make(print.p, print.n - 1)));
	sw_rego_eval_free(ev);
	sw_rego_engine_free(e);
	return sw_map_object(&m);
}

#define NOW_NS INT64_C(1800000000000000000) /* certificates in the cases are valid then */

/* What one call gives. */
static struct sw_value call_result(struct sw_arena *a, struct sw_rego_eval *ev, uint32_t q, struct sw_value args)
{
	struct sw_rego_result res = {0};
	struct sw_error err = {0};
	sw_autobuf out;
	sw_buf_init(&out, 0);
	sw_rego_eval_begin(ev, &(struct sw_rego_eval_input){.input = args, .now_ns = NOW_NS, .seed = 42});
	if (sw_rego_eval_run(ev, q, &res, &err) < 0) {
		const struct sw_rego_eval_error *x = sw_rego_eval_error(ev);
		sw_buf_addz(&out, "ERR ");
		sw_buf_addz(&out, x && x->code ? x->code : "other");
		sw_buf_addz(&out, ": ");
		sw_buf_addstr(&out, x && x->code ? x->message : sw_str_from(err.text));
	} else if (!res.n_rows) {
		sw_buf_addz(&out, "UNDEF");
	} else {
		sw_json_write(&out, res.rows[0].vars[0], 0);
	}
	return sw_string_copy(a, sw_buf_str(&out));
}

/* A value written as Rego, which may be a set where JSON has none. */
static int term_value(struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct sw_rego_engine *e = sw_rego_engine_new(NULL);
	struct sw_rego_result res = {0};
	uint32_t q = 0;
	sw_autobuf query;
	sw_buf_init(&query, 0);
	sw_buf_addz(&query, "x = ");
	sw_buf_addstr(&query, text);
	int r = sw_rego_engine_compile(e, err);
	r = r ? r : sw_rego_engine_query(e, sw_buf_str(&query), NULL, &q, err);
	if (r == 0) {
		struct sw_rego_eval *ev = sw_rego_eval_new(e, NULL);
		sw_rego_eval_begin(ev, &(struct sw_rego_eval_input){0});
		r = sw_rego_eval_run(ev, q, &res, err);
		if (r == 0)
			*ret = sw_value_copy(a, res.rows[0].vars[0]);
		sw_rego_eval_free(ev);
	}
	sw_rego_engine_free(e);
	return r;
}

static struct sw_value calls(struct sw_arena *a, struct sw_value c)
{
	struct sw_rego_engine *e = sw_rego_engine_new(&(struct sw_rego_engine_opts){.strict_errors = true});
	struct sw_value args = sw_object_gets(c, SW_STR("args"));
	struct sw_rego_query_params params = {.version = SW_REGO_V0};
	struct sw_error err = {0};
	struct sw_map m;
	struct sw_list out;
	uint32_t q = 0;
	sw_autobuf text;
	sw_buf_init(&text, 0);
	sw_map_init(&m, a);
	sw_list_init(&out, a);
	sw_buf_addz(&text, "x = ");
	sw_buf_addstr(&text, sw_value_getstr(c, "fn"));
	for (int64_t i = 0; i < sw_object_gets(c, SW_STR("arity")).u.i; i++)
		sw_buf_printf(&text, "%sinput[%d]", i ? ", " : "(", (int)i);
	sw_buf_addz(&text, sw_object_gets(c, SW_STR("arity")).u.i ? ")" : "()");
	if (sw_rego_engine_compile(e, &err) < 0 ||
		sw_rego_engine_query(e, sw_buf_str(&text), &params, &q, &err) < 0) {
		sw_map_adds(&m, "fatal", sw_string_copy(a, sw_str_from(err.text)));
	} else {
		struct sw_rego_eval *ev = sw_rego_eval_new(e, NULL);
		for (uint32_t i = 0; i < args.n; i++) {
			struct sw_value v;
			if (term_value(a, sw_value_str(args.u.a->v[i]), &v, &err) < 0)
				sw_list_add(&out, sw_string_copy(a, sw_str_from(err.text)));
			else
				sw_list_add(&out, call_result(a, ev, q, v));
		}
		sw_rego_eval_free(ev);
		sw_map_adds(&m, "out", sw_list_array(&out));
	}
	sw_rego_engine_free(e);
	return sw_map_object(&m);
}

static struct sw_value formatted(struct sw_arena *a, struct sw_value c)
{
	bool both = flag(c, "v0v1");
	struct sw_rego_parse_opts opts = {.version = both || flag(c, "v0") ? SW_REGO_V0 : SW_REGO_V1};
	struct sw_rego_format_opts target = {
		.target = both ? SW_REGO_V0_COMPAT_V1 : opts.version, .drop_imports = flag(c, "drop")};
	struct sw_source src = {.name = SW_STR("m0.rego"), .text = sw_value_getstr(c, "fmt")};
	struct sw_rego_module *m = NULL;
	struct sw_rego_diags d;
	struct sw_map map;
	sw_autobuf out;
	sw_buf_init(&out, 0);
	sw_map_init(&map, a);
	sw_rego_diags_init(&d, a);
	int r = sw_rego_parse_module(a, &src, &opts, &m, &d);
	r = r ? r : sw_rego_format(a, m, &target, &out, &d);
	if (r == 0) {
		sw_map_adds(&map, "fmt", sw_string_copy(a, sw_buf_str(&out)));
		return sw_map_object(&map);
	}
	struct sw_list l;
	sw_list_init(&l, a);
	for (uint32_t i = 0; i < d.n; i++)
		sw_list_add(&l, one_error(a, d.v[i].code, d.v[i].text, &d.v[i].loc));
	sw_map_adds(&map, "errors", sw_list_array(&l));
	return sw_map_object(&map);
}

static struct sw_value answer(struct sw_arena *a, struct sw_value c)
{
	if (sw_defined(sw_object_gets(c, SW_STR("fn"))))
		return calls(a, c);
	return sw_defined(sw_object_gets(c, SW_STR("fmt"))) ? formatted(a, c) : run(a, c);
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	while ((n = getline(&line, &cap, stdin)) > 0) {
		sw_autoarena a;
		sw_autobuf out;
		sw_arena_init(&a, (size_t)1 << 30);
		sw_buf_init(&out, 0);
		struct sw_value c;
		struct sw_error err;
		if (sw_json_parse(&a, sw_str_make(line, (size_t)n), 0, NULL, &c, NULL, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			return 2;
		}
		sw_json_write(&out, answer(&a, c), 0);
		sw_buf_addch(&out, '\n');
		fwrite(out.p, 1, out.n, stdout);
		fflush(stdout);
	}
	free(line);
	return 0;
}
