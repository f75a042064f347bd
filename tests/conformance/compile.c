/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OPA's cases of compile errors ($SW_SHARED/conformance/opa/compilecases): every error a case wants
 * must be reported, and nothing else where the case says that its list is exhaustive.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "doc/yaml.h"
#include "rego/compile.h"
#include "rego/parse.h"

enum { FILE_MAX = 1 << 20, PATH_LEN = 4096, ERRORS_MAX = 64 };

static unsigned count, failed;

static int64_t number(struct sw_value v, const char *key)
{
	int64_t i = 0;
	sw_value_int(sw_object_gets(v, sw_str_from(key)), &i);
	return i;
}

static bool flag(struct sw_value v, const char *key)
{
	return sw_is_true(sw_object_gets(v, sw_str_from(key)));
}

static bool matches(struct sw_value want, const struct sw_rego_diag *got)
{
	struct sw_str module = sw_value_getstr(want, "module");
	struct sw_str file = got->loc.file ? got->loc.file->name : SW_STR("");
	int64_t col = number(want, "col");
	return sw_str_eq(module.n ? module : SW_STR("test-0.rego"),
		       file.n ? file : SW_STR("test-0.rego")) &&
	       sw_str_is(sw_value_getstr(want, "code"), got->code) &&
	       number(want, "row") == got->loc.row && (!col || col == got->loc.col) &&
	       sw_str_eq(sw_value_getstr(want, "message"), got->text);
}

static bool compare(struct sw_value c, const struct sw_rego_diags *d)
{
	bool used[ERRORS_MAX] = {false};
	struct sw_value want = sw_object_gets(c, SW_STR("want_errors"));
	uint32_t n = d->n < ERRORS_MAX ? d->n : ERRORS_MAX;
	for (uint32_t i = 0; sw_is(want, SW_ARRAY) && i < want.n; i++) {
		uint32_t k = 0;
		while (k < n && (used[k] || !matches(want.u.a->v[i], &d->v[k])))
			k++;
		if (k == n)
			return false;
		used[k] = true;
	}
	for (uint32_t k = 0; flag(c, "exhaustive") && k < n; k++)
		if (!used[k])
			return false;
	return sw_is(want, SW_ARRAY) && want.n > 0;
}

static bool run_case(struct sw_arena *a, struct sw_value c, struct sw_rego_diags *d)
{
	struct sw_str version = sw_value_getstr(c, "rego_version");
	struct sw_value modules = sw_object_gets(c, SW_STR("modules"));
	const struct sw_rego_parse_opts po = {.annotations = true,
		.experimental = flag(c, "experimental_keywords"),
		.version = sw_str_is(version, "v0")		? SW_REGO_V0
			   : sw_str_is(version, "v0-compat-v1") ? SW_REGO_V0_COMPAT_V1
								: SW_REGO_V1};
	const struct sw_rego_compile_opts opts = {
		.strict = flag(c, "strict"), .print = flag(c, "print_statements")};
	struct sw_rego_program *p;
	sw_rego_diags_init(d, a);
	if (sw_rego_program_new(a, &opts, &p, NULL) < 0)
		return false;
	for (uint32_t i = 0; sw_is(modules, SW_ARRAY) && i < modules.n; i++) {
		struct sw_source *src = sw_arena_new(a, struct sw_source);
		struct sw_rego_module *m;
		src->name = sw_arena_printf(a, "test-%u.rego", i);
		src->text = sw_value_str(modules.u.a->v[i]);
		if (sw_rego_parse_module(a, src, &po, &m, d) < 0 || sw_rego_program_add(p, m) < 0)
			return false;
	}
	sw_rego_program_compile(p, d);
	return compare(c, d);
}

static void run_file(const char *path)
{
	sw_autoarena a;
	sw_autobuf b;
	sw_autofclose *f = fopen(path, "rb");
	struct sw_value doc;
	struct sw_error err = {0};
	sw_arena_init(&a, 256 << 20);
	sw_buf_init(&b, 1 << 16);
	char *text = sw_arena_alloc(&a, FILE_MAX);
	size_t n = f && text ? fread(text, 1, FILE_MAX, f) : 0;
	if (sw_yaml_parse(&a, sw_str_make(text, n), 0, NULL, &doc, &err) < 0) {
		printf("not ok %u - %s: %s\n", ++count, path, err.text);
		failed++;
		return;
	}
	struct sw_value cases = sw_object_gets(doc, SW_STR("cases"));
	for (uint32_t i = 0; sw_is(cases, SW_ARRAY) && i < cases.n; i++) {
		struct sw_rego_diags d;
		struct sw_str note = sw_value_getstr(cases.u.a->v[i], "note");
		bool ok = run_case(&a, cases.u.a->v[i], &d);
		printf("%sok %u - %.*s\n", ok ? "" : "not ", ++count, SW_STR_ARG(note));
		failed += !ok;
		for (uint32_t k = 0; !ok && k < d.n; k++) {
			sw_buf_clear(&b);
			sw_rego_diag_format(&d.v[k], &b);
			printf("# got: %s\n", sw_buf_cstr(&b));
		}
	}
}

static void run_folder(const char *path, unsigned depth)
{
	struct dirent **names;
	int n = depth ? scandir(path, &names, NULL, alphasort) : -1;
	for (int i = 0; i < n; i++) {
		sw_autofree struct dirent *e = names[i];
		char child[PATH_LEN];
		struct stat st;
		if (e->d_name[0] == '.' ||
			snprintf(child, sizeof(child), "%s/%s", path, e->d_name) >=
				(int)sizeof(child) ||
			stat(child, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			run_folder(child, depth - 1);
		else
			run_file(child);
	}
	if (n >= 0)
		free(names);
}

int main(void)
{
	char path[PATH_LEN];
	struct stat st;
	const char *shared = getenv("SW_SHARED");
	snprintf(path, sizeof(path), "%s/conformance/opa/compilecases",
		shared ? shared : "../shared");
	if (stat(path, &st) < 0) {
		printf("1..1\nok 1 - compile cases # skip %s is not there\n", path);
		return 0;
	}
	run_folder(path, 4);
	printf("1..%u\n", count);
	return failed != 0;
}
