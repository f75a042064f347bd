/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler, case by case (compile.cases, one TAP line each), then what no text case can say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "rego/compile.h"
#include "rego/parse.h"
#include "rego/types.h"

static unsigned count, failed;

static void result(bool ok, struct sw_str name)
{
	printf("%sok %u - %.*s\n", ok ? "" : "not ", ++count, SW_STR_ARG(name));
	failed += !ok;
}

static void explain(const char *what, struct sw_str s)
{
	struct sw_str line;
	printf("# %s:\n", what);
	while (sw_str_split(&s, '\n', &line))
		printf("#   %.*s\n", SW_STR_ARG(line));
}

struct flags {
	bool strict, print, v0, dump;
};

static void print_diags(struct sw_buf *out, const struct sw_rego_diags *d)
{
	for (uint32_t i = 0; i < d->n; i++) {
		if (i)
			sw_buf_addch(out, '\n');
		sw_rego_diag_format(&d->v[i], out);
	}
}

static struct sw_rego_program *compile(struct sw_arena *a, struct sw_str text,
	const struct sw_rego_compile_opts *opts, bool v0, struct sw_rego_diags *d)
{
	struct sw_source *src = sw_arena_new(a, struct sw_source);
	const struct sw_rego_parse_opts po = {
		.version = v0 ? SW_REGO_V0 : SW_REGO_V1, .annotations = true};
	struct sw_rego_module *m;
	struct sw_rego_program *p;
	*src = (struct sw_source){.name = SW_STR("t.rego"), .text = text};
	sw_rego_diags_init(d, a);
	if (sw_rego_program_new(a, opts, &p, NULL) < 0 ||
		sw_rego_parse_module(a, src, &po, &m, d) < 0 || sw_rego_program_add(p, m) < 0)
		return NULL;
	int rc = sw_rego_program_compile(p, d);
	if ((rc < 0) != (d->n > 0) && !a->overflow)
		abort();
	return p;
}

static void run_case(struct sw_str name, struct flags f, struct sw_str text, struct sw_str want)
{
	sw_autoarena a;
	sw_autobuf out;
	struct sw_rego_diags d;
	const struct sw_rego_compile_opts opts = {.strict = f.strict, .print = f.print};
	sw_arena_init(&a, 64 << 20);
	sw_buf_init(&out, 0);
	struct sw_rego_program *p = compile(&a, text, &opts, f.v0, &d);
	if (p && f.dump && !d.n)
		sw_rego_module_print(&out, p->modules[0]);
	print_diags(&out, &d);
	struct sw_str got = sw_str_trim(sw_buf_str(&out));
	bool ok = sw_str_eq(got, sw_str_trim(want));
	result(ok, name);
	if (!ok) {
		explain("got", got);
		explain("want", want);
	}
}

static char *read_file(const char *path, size_t *ret_n)
{
	sw_autofclose *f = fopen(path, "rb");
	char *p = malloc(1 << 20);
	if (!f || !p)
		return p;
	*ret_n = fread(p, 1, 1 << 20, f);
	return p;
}

static void run_cases(void)
{
	char path[4096];
	size_t n = 0;
	const char *root = getenv("SW_SOURCE_ROOT");
	snprintf(path, sizeof(path), "%s/tests/unit/rego/compile.cases", root ? root : ".");
	sw_autofree char *text = read_file(path, &n);
	struct sw_str all = {text, n};
	size_t at = sw_str_find(all, SW_STR("\n=== "), 0);
	while (at != SW_NPOS) {
		size_t start = at + 5, next = sw_str_find(all, SW_STR("\n=== "), start);
		struct sw_str c = sw_str_sub(all, start, next == SW_NPOS ? all.n : next + 1), line;
		sw_str_split(&c, '\n', &line);
		size_t sep = sw_str_find(c, SW_STR("--- want\n"), 0);
		if (sep == SW_NPOS)
			break;
		size_t open = sw_str_chr(line, '[', 0);
		struct sw_str flags = open == SW_NPOS ? SW_STR("") : sw_str_sub(line, open, line.n);
		struct flags f = {sw_str_has(flags, SW_STR("strict")),
			sw_str_has(flags, SW_STR("print")), sw_str_has(flags, SW_STR("v0")),
			sw_str_has(flags, SW_STR("dump"))};
		run_case(line, f, sw_str_sub(c, 0, sep), sw_str_sub(c, sep + 9, c.n));
		at = next;
	}
}

/* ---- queries ---- */

static const struct query_case {
	const char *query, *want; /* body, renamed variables, captures; or the error */
} queries[] = {
	{"x := 1", "__localq0__ = 1 | x=__localq0__ | x := 1 ->"},
	{"data.t.p", "data.t.p = _ | | data.t.p -> $term1"},
	{"data.t.p; y = 1", "data.t.p = _; y = 1; _ | | data.t.p -> $term1, y = 1 ->"},
	{"1 + 1", "plus(1, 1, _) | | 1 + 1 -> $term1"},
	{"some i; [1, 2][i] = v",
		"__localq1__ = [1, 2]; __localq1__[__localq0__] = v | i=__localq0__ | "
		"[1, 2][i] = v ->"},
	{"x", "1:1: rego_unsafe_var_error: var _ is unsafe\n1:1: rego_unsafe_var_error: var x is "
	      "unsafe"},
	{"x > 1; y", "1:1: rego_unsafe_var_error: var _ is unsafe\n1:1: rego_unsafe_var_error: var "
		     "x is unsafe\n"
		     "1:8: rego_unsafe_var_error: var _ is unsafe\n1:8: rego_unsafe_var_error: var "
		     "y is unsafe"},
	{"foo(1)", "1:1: rego_type_error: undefined function foo"},
	{"data.t.p.q.r", "1:1: rego_type_error: undefined ref: data.t.p.q.r\n\tdata.t.p.q.r\n"
			 "\t^^^^^^^^\n\thave: number"},
};

static struct sw_str run_query(struct sw_arena *a, const char *text, struct sw_buf *out)
{
	struct sw_rego_diags d;
	struct sw_rego_body body;
	struct sw_rego_query q;
	struct sw_source *src = sw_arena_new(a, struct sw_source);
	const struct sw_rego_parse_opts po = {.version = SW_REGO_V1};
	const struct sw_rego_query_opts qo = {.capture = true};
	struct sw_rego_program *p = compile(a, SW_STR("package t\np := 1\n"), NULL, false, &d);
	*src = (struct sw_source){.name = SW_STR(""), .text = sw_str_from(text)};
	if (!p || sw_rego_parse_body(a, src, &po, &body, &d) < 0 ||
		sw_rego_query_compile(p, a, &qo, &body, &q, &d) < 0) {
		print_diags(out, &d);
		return sw_buf_str(out);
	}
	sw_rego_body_print(out, &q.body);
	sw_buf_addz(out, " |");
	for (uint32_t i = 0; i < q.n_vars; i++)
		sw_buf_printf(
			out, " %.*s=%.*s", SW_STR_ARG(q.vars[i].name), SW_STR_ARG(q.vars[i].var));
	sw_buf_addz(out, " |");
	for (uint32_t i = 0; i < q.n_exprs; i++)
		sw_buf_printf(out, "%s %.*s ->%s%.*s", i ? "," : "",
			SW_STR_ARG(q.exprs[i].loc.text), q.exprs[i].capture.n ? " " : "",
			SW_STR_ARG(q.exprs[i].capture));
	return sw_buf_str(out);
}

static void run_queries(void)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(queries); i++) {
		sw_autoarena a;
		sw_autobuf out;
		sw_arena_init(&a, 64 << 20);
		sw_buf_init(&out, 0);
		struct sw_str got = run_query(&a, queries[i].query, &out);
		bool ok = sw_str_is(got, queries[i].want);
		result(ok, sw_str_from(queries[i].query));
		if (!ok) {
			explain("got", got);
			explain("want", sw_str_from(queries[i].want));
		}
	}
}

/* ---- limits ---- */

static void deep_nesting(const char *name, const char *open, const char *close)
{
	sw_autoarena a;
	sw_autobuf b;
	struct sw_rego_diags d;
	sw_arena_init(&a, 256 << 20);
	sw_buf_init(&b, 0);
	sw_buf_addz(&b, "package t\np := ");
	for (int i = 0; i < 1500; i++)
		sw_buf_addz(&b, open);
	sw_buf_addz(&b, "1");
	for (int i = 0; i < 1500; i++)
		sw_buf_addz(&b, close);
	sw_buf_addz(&b, "\n");
	compile(&a, sw_buf_str(&b), NULL, false, &d);
	result(d.n == 1 && sw_str_has(d.v[0].text, SW_STR("dep")), sw_str_from(name));
	if (d.n)
		explain("diag", d.v[0].text);
}

/* Nesting that is allowed must not take time that doubles with every level. */
static void nested_closures(const char *name, const char *open, const char *close, int levels)
{
	sw_autoarena a;
	sw_autobuf b;
	struct sw_rego_diags d;
	sw_arena_init(&a, 512 << 20);
	sw_buf_init(&b, 0);
	sw_buf_addz(&b, "package t\np := ");
	for (int i = 0; i < levels; i++)
		for (const char *q = open; *q; q++)
			if (*q == '#')
				sw_buf_printf(&b, "%d", i);
			else
				sw_buf_addch(&b, *q);
	sw_buf_addz(&b, "1");
	for (int i = 0; i < levels; i++)
		sw_buf_addz(&b, close);
	sw_buf_addz(&b, "\n");
	compile(&a, sw_buf_str(&b), NULL, false, &d);
	result(d.n == 0, sw_str_from(name));
	if (d.n)
		explain("diag", d.v[0].text);
}

static void small_budget(void)
{
	struct sw_arena a;
	struct sw_rego_diags d;
	for (size_t budget = 64 << 10; budget < 512 << 10; budget += 16 << 10) {
		sw_arena_init(&a, budget);
		compile(&a, SW_STR("package t\np := [x | some x in input.a; x > count(input.b)]\n"),
			NULL, false, &d);
		sw_arena_release(&a);
	}
	result(true, SW_STR("a small memory budget ends in an error"));
}

/* ---- types, capabilities ---- */

static void every_declaration_reads(void)
{
	size_t n;
	const struct sw_builtin *const *all = sw_builtin_all(&n);
	bool ok = n > 0;
	for (size_t i = 0; i < n; i++) {
		sw_autoarena a;
		const struct sw_rego_type *t;
		struct sw_error err;
		sw_arena_init(&a, 1 << 20);
		if (sw_rego_type_read(&a, all[i]->decl, &t, &err) < 0) {
			printf("# %s: %s\n", all[i]->name, err.text);
			ok = false;
		} else if (!t->dyn && t->n != sw_builtin_arity(all[i])) {
			printf("# %s: arity\n", all[i]->name);
			ok = false;
		}
	}
	result(ok, SW_STR("every builtin's declaration reads"));
}

static const struct decl_case {
	const char *decl, *want;
} decls[] = {
	{"(any) boolean", "(any) => boolean"},
	{"(any...)", "(any...) => ???"},
	{"() number", "() => number"},
	{"(array[string], set[any]) object[string:any]",
		"(array[string], set[any]) => object[string: any]"},
	{"(any<string,array<number,null>>) object{\"a\":number,\"b\"?:any}[string:null]",
		"(any<string, array<number, null>>) => object<a: number, b: any>[string: null]"},
	{"(strin) any", NULL},
	{"(any", NULL},
	{"(any) any any", NULL},
	{"", NULL},
	{"(array[array[array[array[array[array[array[array[array[array[array[array[array[array["
	 "array[array[array["
	 "array[array[array[array[array[array[array[array[array[array[array[array[array[array["
	 "array[array[any",
		NULL},
};

static void declarations(void)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(decls); i++) {
		sw_autoarena a;
		sw_autobuf b;
		const struct sw_rego_type *t;
		sw_arena_init(&a, 1 << 20);
		sw_buf_init(&b, 0);
		int rc = sw_rego_type_read(&a, decls[i].decl, &t, NULL);
		if (!rc)
			sw_rego_type_print(&b, t);
		result(decls[i].want ? !rc && sw_str_is(sw_buf_str(&b), decls[i].want) : rc < 0,
			sw_str_from(decls[i].decl));
	}
}

static void capabilities(void)
{
	sw_autoarena a;
	struct sw_rego_diags d;
	struct sw_value doc;
	struct sw_rego_caps *caps;
	struct sw_error err;
	sw_arena_init(&a, 64 << 20);
	const char *json =
		"{\"builtins\": [{\"name\": \"eq\"}, {\"name\": \"my.fn\", \"decl\": {\"type\": "
		"\"function\", \"args\": [{\"type\": \"string\"}], \"result\": {\"type\": "
		"\"number\"}}}], "
		"\"features\": [\"rego_v1\"]}";
	bool ok = sw_json_parse(&a, sw_str_from(json), 0, NULL, &doc, NULL, &err) == 0 &&
		  sw_rego_caps_read(&a, doc, &caps, &err) == 0;
	result(ok, SW_STR("capabilities read"));
	if (!ok)
		return;
	const struct sw_rego_compile_opts opts = {.caps = caps};
	compile(&a, SW_STR("package t\np := my.fn(\"a\")\n"), &opts, false, &d);
	result(d.n == 0, SW_STR("a foreign builtin compiles"));
	compile(&a, SW_STR("package t\np := my.fn(1)\n"), &opts, false, &d);
	result(d.n == 1 && sw_str_is(d.v[0].text, "my.fn: invalid argument(s)"),
		SW_STR("a foreign builtin is typed"));
	compile(&a, SW_STR("package t\np := count([])\n"), &opts, false, &d);
	result(d.n == 1 && sw_str_is(d.v[0].text, "undefined function count"),
		SW_STR("a builtin left out is unknown"));
	result(sw_rego_caps_read(&a, sw_int(1), &caps, &err) < 0,
		SW_STR("capabilities must be an object"));
}

int main(void)
{
	run_cases();
	run_queries();
	deep_nesting("arrays 1500 deep", "[", "]");
	deep_nesting("comprehensions 1500 deep", "[x | x := ", "]");
	nested_closures("comprehensions 200 deep", "[x# | x# := ", "]", 200);
	nested_closures("every 60 deep", "[y | every x# in [1] { x# == ", " }; y := 1]", 60);
	small_budget();
	every_declaration_reads();
	declarations();
	capabilities();
	printf("1..%u\n", count);
	return failed != 0;
}
