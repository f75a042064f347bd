/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs eval.cases: modules, data, input and a query, and what OPA says to them. One TAP line per case.
 *
 * A case is "=== name" and parts "--- kind": module, data, input, query, strict, v0, want. Without a query
 * the document data.t.r is wanted: its JSON, "undefined" or "error <code>". With one: "rows <JSON>".
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "rego/rego.h"

struct test_case {
	struct sw_str name, modules[16], data, input, query, want;
	uint32_t n_modules;
	bool strict, v0;
};

static struct sw_str read_file(struct sw_arena *a, const char *path)
{
	sw_autofclose *f = fopen(path, "rb");
	if (!f)
		return (struct sw_str){NULL, 0};
	char *p = sw_arena_alloc(a, 1 << 20);
	return sw_str_make(p, fread(p, 1, 1 << 20, f));
}

static bool next_part(struct sw_str *rest, const char *mark, struct sw_str *head, struct sw_str *body)
{
	if (!sw_str_starts(*rest, sw_str_from(mark)))
		return false;
	size_t m = strlen(mark), eol = sw_str_chr(*rest, '\n', 0);
	if (eol == SW_NPOS)
		return false;
	*head = sw_str_sub(*rest, m, eol);
	struct sw_str tail = sw_str_sub(*rest, eol + 1, rest->n);
	char sep[8];
	snprintf(sep, sizeof(sep), "\n%s", mark);
	size_t end = sw_str_starts(tail, sw_str_from(mark)) ? 0 : sw_str_find(tail, sw_str_from(sep), 0);
	size_t cut = end == SW_NPOS ? tail.n : end ? end + 1 : 0;
	*body = sw_str_sub(tail, 0, cut);
	*rest = sw_str_sub(tail, cut, tail.n);
	return true;
}

static void read_case(struct sw_str text, struct test_case *c)
{
	struct sw_str head, body;
	while (next_part(&text, "--- ", &head, &body)) {
		struct sw_str v = sw_str_trim(body);
		if (sw_str_is(head, "module") && c->n_modules < 16)
			c->modules[c->n_modules++] = body;
		else if (sw_str_is(head, "data"))
			c->data = v;
		else if (sw_str_is(head, "input"))
			c->input = v;
		else if (sw_str_is(head, "query"))
			c->query = v;
		else if (sw_str_is(head, "want"))
			c->want = v;
		c->strict |= sw_str_is(head, "strict");
		c->v0 |= sw_str_is(head, "v0");
	}
}

static struct sw_value json(struct sw_arena *a, struct sw_str text)
{
	struct sw_value v = sw_undef();
	if (text.n)
		sw_json_parse(a, text, 0, NULL, &v, NULL, NULL);
	return v;
}

static const char *error_code(const struct sw_rego_engine *e, const struct sw_rego_eval *ev)
{
	if (ev && sw_rego_eval_error(ev)->code)
		return sw_rego_eval_error(ev)->code;
	const struct sw_rego_diags *d = sw_rego_engine_diags(e);
	return d->n ? d->v[0].code : "no code";
}

static void show_rows(struct sw_arena *a, const struct sw_rego_engine *e, uint32_t q,
	const struct sw_rego_result *r, struct sw_buf *out)
{
	struct sw_rego_query_info info;
	sw_rego_engine_query_info(e, q, &info);
	struct sw_list rows;
	sw_list_init(&rows, a);
	for (uint32_t i = 0; i < r->n_rows; i++) {
		struct sw_map m;
		sw_map_init(&m, a);
		for (uint32_t k = 0; k < info.n_vars; k++)
			sw_map_add(&m, sw_string(info.vars[k]), r->rows[i].vars[k]);
		sw_list_add(&rows, sw_map_object(&m));
	}
	sw_buf_addz(out, "rows ");
	sw_json_write(out, sw_list_array(&rows), 0);
}

static int prepare(struct sw_arena *a, struct sw_rego_engine *e, const struct test_case *c,
	uint32_t *q, struct sw_error *err)
{
	static const char *const names[] = {"m0.rego", "m1.rego", "m2.rego", "m3.rego", "m4.rego"};
	enum sw_rego_version v = c->v0 ? SW_REGO_V0 : SW_REGO_V1;
	if (c->data.n)
		sw_rego_engine_data(e, json(a, c->data));
	int r = 0;
	for (uint32_t i = 0; r == 0 && i < c->n_modules; i++)
		r = sw_rego_engine_add_text(e, sw_str_from(names[i % 5]), c->modules[i], v, err);
	if (r == 0)
		r = sw_rego_engine_compile(e, err);
	if (r == 0 && c->query.n)
		r = sw_rego_engine_query(e, c->query,
			&(struct sw_rego_query_params){.version = v, .exprs = true}, q, err);
	else if (r == 0)
		r = sw_rego_engine_entrypoint(e, SW_STR("data.t.r"), q, err);
	return r;
}

static void run_case(const struct test_case *c, bool index, struct sw_buf *out)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_error err = {0};
	struct sw_rego_engine *e = sw_rego_engine_new(&(struct sw_rego_engine_opts){
		.strict_errors = c->strict, .check_paths = true, .no_index = !index});
	struct sw_rego_eval *ev = NULL;
	struct sw_rego_result res = {0};
	uint32_t q = 0;
	int r = prepare(&a, e, c, &q, &err);
	if (r == 0) {
		ev = sw_rego_eval_new(e, NULL);
		sw_rego_eval_begin(ev, &(struct sw_rego_eval_input){.input = json(&a, c->input)});
		r = sw_rego_eval_run(ev, q, &res, &err);
	}
	if (r < 0)
		sw_buf_printf(out, "error %s", error_code(e, ev));
	else if (c->query.n)
		show_rows(&a, e, q, &res, out);
	else if (sw_defined(res.value))
		sw_json_write(out, res.value, 0);
	else
		sw_buf_addz(out, "undefined");
	sw_rego_eval_free(ev);
	sw_rego_engine_free(e);
}

/* JSON with other white space is the same. */
static bool same(struct sw_str got, struct sw_str want)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	if (sw_str_starts(want, SW_STR("rows ")) && sw_str_starts(got, SW_STR("rows "))) {
		got = sw_str_sub(got, 5, got.n);
		want = sw_str_sub(want, 5, want.n);
	}
	struct sw_value g = json(&a, got), w = json(&a, want);
	return sw_str_eq(got, want) || (sw_defined(g) && sw_defined(w) && sw_value_eq(g, w));
}

int main(void)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	char path[4096];
	const char *root = getenv("SW_SOURCE_ROOT");
	snprintf(path, sizeof(path), "%s/tests/unit/rego/eval.cases", root ? root : ".");
	struct sw_str text = read_file(&a, path), head, body;
	size_t start = sw_str_find(text, SW_STR("=== "), 0);
	int n = 0, failed = 0;
	text = start == SW_NPOS ? (struct sw_str){NULL, 0} : sw_str_sub(text, start, text.n);
	while (next_part(&text, "=== ", &head, &body)) {
		struct test_case c = {.name = head};
		read_case(body, &c);
		for (int index = 0; index < 2; index++) {
			sw_autobuf got;
			sw_buf_init(&got, 0);
			run_case(&c, index, &got);
			bool ok = same(sw_buf_str(&got), c.want);
			failed += !ok;
			printf("%sok %d - %.*s%s\n", ok ? "" : "not ", ++n, SW_STR_ARG(c.name),
				index ? " (indexed)" : "");
			if (!ok)
				printf("# got %.*s\n# want %.*s\n", SW_STR_ARG(sw_buf_str(&got)),
					SW_STR_ARG(c.want));
		}
	}
	printf("1..%d\n", n);
	return failed || !n;
}
