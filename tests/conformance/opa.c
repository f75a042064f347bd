/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OPA's own evaluation cases, compared as OPA's test suite compares them: result rows as a set of objects whose
 * values went through JSON (sets become arrays), error texts as a substring, error codes exactly.
 *
 *	conformance_opa v0|v1 [part of a case's name]
 *
 * Every case runs plainly and, where its modules say `not`, once more with `not` bodies. Cases of a file run in a child process: one that crashes or
 * hangs fails alone.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "rego/parse.h"
#include "rego/rego.h"

#define CASE_SECONDS 20

static char *files[4096];
static int n_files;
static unsigned n_lines;
static const char *only;
static enum sw_rego_version version;

/* ---- one case ---- */

/* Why a case fails; empty: it passes. */
struct why {
	struct sw_buf text;
};

static void say(struct why *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct why *w, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	sw_buf_vprintf(&w->text, fmt, ap);
	va_end(ap);
}

static struct sw_value key_text(struct sw_arena *a, struct sw_value k)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	if (k.type == SW_STRING)
		return k;
	sw_json_write(&b, k, 0);
	return sw_string_copy(a, sw_buf_str(&b));
}

/* A value as it comes back from JSON. */
static struct sw_value as_json(struct sw_arena *a, struct sw_value v)
{
	if (v.type == SW_ARRAY || v.type == SW_SET) {
		struct sw_list l;
		sw_list_init(&l, a);
		sw_array_foreach(it, v)
			sw_list_add(&l, as_json(a, *it));
		return sw_list_array(&l);
	}
	if (v.type == SW_OBJECT) {
		struct sw_map m;
		sw_map_init(&m, a);
		sw_object_foreach(it, v)
		{
			struct sw_value k = as_json(a, it->k);
			sw_map_add(&m, key_text(a, k), as_json(a, it->v));
		}
		return sw_map_object(&m);
	}
	return v;
}

static int cmp_values(const void *a, const void *b)
{
	return sw_value_cmp(*(const struct sw_value *)a, *(const struct sw_value *)b);
}

static struct sw_value sorted(struct sw_arena *a, struct sw_value v)
{
	if (v.type != SW_ARRAY || v.n < 2)
		return v;
	struct sw_value *copy = sw_arena_new_array(a, v.n, struct sw_value);
	memcpy(copy, v.u.a->v, v.n * sizeof(*copy));
	qsort(copy, v.n, sizeof(*copy), cmp_values);
	return sw_array_from(a, copy, v.n);
}

static bool flag(struct sw_value c, const char *name)
{
	return sw_is_true(sw_object_gets(c, sw_str_from(name)));
}

static struct sw_value rows_value(struct sw_arena *a, struct sw_value c, const struct sw_rego_query_info *info,
	const struct sw_rego_result *res)
{
	struct sw_list rows;
	sw_list_init(&rows, a);
	for (uint32_t i = 0; i < res->n_rows; i++) {
		struct sw_map row;
		sw_map_init(&row, a);
		for (uint32_t k = 0; k < info->n_vars; k++) {
			struct sw_value v = as_json(a, res->rows[i].vars[k]);
			if (flag(c, "ignore_generated_vars") &&
				sw_str_starts(info->vars[k], SW_STR("__localq")))
				continue;
			if (flag(c, "sort_bindings"))
				v = sorted(a, v);
			sw_map_add(&row, sw_string(info->vars[k]), v);
		}
		sw_list_add(&rows, sw_map_object(&row));
	}
	return sw_list_set(&rows);
}

static void show(struct why *w, const char *what, struct sw_value v)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_json_write(&b, v, 0);
	say(w, "%s %.*s\n", what, (int)(b.n > 1500 ? 1500 : b.n), b.n ? b.p : "");
}

static void check_error(struct why *w, struct sw_value c, const struct sw_rego_eval *ev, const struct sw_error *err)
{
	struct sw_value text = sw_object_gets(c, SW_STR("want_error"));
	struct sw_value code = sw_object_gets(c, SW_STR("want_error_code"));
	const struct sw_rego_eval_error *got = sw_rego_eval_error(ev);
	sw_autobuf b;
	sw_buf_init(&b, 0);
	if (got && got->code)
		sw_rego_eval_error_format(got, &b);
	else
		sw_buf_addz(&b, err->text);
	if (text.type != SW_STRING && code.type != SW_STRING)
		say(w, "unexpected error: %.*s\n", SW_STR_ARG(sw_buf_str(&b)));
	if (text.type == SW_STRING && !sw_str_has(sw_buf_str(&b), sw_value_str(text)))
		say(w, "want error: %.*s\ngot: %.*s\n", SW_STR_ARG(sw_value_str(text)), SW_STR_ARG(sw_buf_str(&b)));
	if (code.type == SW_STRING && !(got && got->code && sw_str_is(sw_value_str(code), got->code)))
		say(w, "want code: %.*s\ngot: %.*s\n", SW_STR_ARG(sw_value_str(code)), SW_STR_ARG(sw_buf_str(&b)));
}

static void check_result(struct why *w, struct sw_arena *a, struct sw_value c, const struct sw_rego_query_info *info,
	const struct sw_rego_result *res)
{
	struct sw_value want = sw_object_gets(c, SW_STR("want_result")), rows;
	struct sw_list l;
	if (sw_is(sw_object_gets(c, SW_STR("want_error")), SW_STRING) ||
		sw_is(sw_object_gets(c, SW_STR("want_error_code")), SW_STRING)) {
		say(w, "an error is wanted, and there is none\n");
		return;
	}
	if (want.type != SW_ARRAY) {
		say(w, "the case wants nothing\n");
		return;
	}
	sw_list_init(&l, a);
	sw_array_foreach(it, want)
		sw_list_add(&l, *it);
	want = sw_list_set(&l);
	rows = rows_value(a, c, info, res);
	if (sw_value_eq(want, rows))
		return;
	show(w, "want", want);
	show(w, "got", rows);
}

static bool add_modules(struct why *w, struct sw_arena *a, struct sw_rego_engine *e, struct sw_value c)
{
	struct sw_value mods = sw_object_gets(c, SW_STR("modules"));
	struct sw_error err = {0};
	for (uint32_t i = 0; mods.type == SW_ARRAY && i < mods.n; i++) {
		struct sw_str name = sw_arena_printf(a, "test-%u.rego", i);
		if (sw_rego_engine_add_text(e, name, sw_value_str(mods.u.a->v[i]), version, &err))
			break;
	}
	if (!err.code)
		sw_rego_engine_compile(e, &err);
	if (!err.code)
		return true;
	say(w, "no compilation: %s\n", err.text);
	return false;
}

/* The value of a Rego term: refs, calls and comprehensions are not used in these. */
static bool read_input(struct why *w, struct sw_arena *a, struct sw_value c, struct sw_value *ret)
{
	struct sw_value term = sw_object_gets(c, SW_STR("input_term")), input = sw_object_gets(c, SW_STR("input"));
	if (term.type != SW_STRING) {
		*ret = input.type == SW_NULL ? sw_undef() : input;
		return true;
	}
	struct sw_source *src = sw_arena_new(a, struct sw_source);
	struct sw_rego_parse_opts opts = {.version = SW_REGO_V1};
	struct sw_rego_term *t = NULL;
	struct sw_rego_diags d;
	*src = (struct sw_source){.text = sw_value_str(term)};
	sw_rego_diags_init(&d, a);
	if (!sw_rego_parse_term(a, src, &opts, &t, &d))
		*ret = sw_rego_term_value(a, t);
	if (!t || !sw_defined(*ret))
		say(w, "input_term is no value: %.*s\n", SW_STR_ARG(sw_value_str(term)));
	return t && sw_defined(*ret);
}

static void evaluate(struct why *w, struct sw_arena *a, struct sw_rego_engine *e, struct sw_value c)
{
	struct sw_rego_query_params params = {.version = SW_REGO_V1};
	struct sw_rego_eval_input in = {0};
	struct sw_rego_query_info info;
	struct sw_rego_result res;
	struct sw_error err = {0};
	uint32_t q;
	if (!read_input(w, a, c, &in.input))
		return;
	if (sw_rego_engine_query(e, sw_value_str(sw_object_gets(c, SW_STR("query"))), &params, &q, &err)) {
		say(w, "query: %s\n", err.text);
		return;
	}
	struct sw_rego_eval *ev = sw_rego_eval_new(e, &(struct sw_rego_eval_opts){.allow = ~0u});
	sw_rego_eval_begin(ev, &in);
	if (sw_rego_eval_run(ev, q, &res, &err)) {
		check_error(w, c, ev, &err);
	} else {
		sw_rego_engine_query_info(e, q, &info);
		check_result(w, a, c, &info, &res);
	}
	sw_rego_eval_end(ev);
	sw_rego_eval_free(ev);
}

static void set_env(struct sw_value c, bool on)
{
	struct sw_value env = sw_object_gets(c, SW_STR("env"));
	if (env.type != SW_OBJECT)
		return;
	sw_object_foreach(it, env)
	{
		char name[128], value[512];
		snprintf(name, sizeof(name), "%.*s", SW_STR_ARG(sw_value_str(it->k)));
		snprintf(value, sizeof(value), "%.*s", SW_STR_ARG(sw_value_str(it->v)));
		if (on)
			setenv(name, value, 1);
		else
			unsetenv(name);
	}
}

/* OPA's suite brings a builtin of its own: test.sleep("10ms"). */
static int test_sleep(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	usleep(10000);
	*ret = sw_null();
	return 0;
}

static struct sw_rego_caps *all_builtins(struct sw_arena *a)
{
	static const struct sw_builtin row = {
		"test.sleep", NULL, "(string) null", SW_BUILTIN_NO_CONST, test_sleep};
	struct sw_rego_caps *c;
	if (sw_rego_caps_default(a, &c, NULL) < 0)
		return NULL;
	const struct sw_builtin **v = sw_arena_array(a, c->n_builtins + 1, sizeof(*v));
	uint32_t n = 0;
	for (uint32_t i = 0; v && i < c->n_builtins; i++) {
		if (n == i && strcmp(c->builtins[i]->name, row.name) > 0)
			v[n++] = &row;
		v[n++] = c->builtins[i];
	}
	c->builtins = v;
	c->n_builtins = n;
	return v ? c : NULL;
}

static void run_case(struct why *w, struct sw_value c, bool future_not)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_rego_caps *caps = all_builtins(&a);
	struct sw_rego_engine_opts opts = {.annotations = true,
		.compile = {.caps = caps},
		.future_not = future_not,
		.strict_errors = flag(c, "strict_error")};
	struct sw_rego_engine *e = sw_rego_engine_new(&opts);
	struct sw_value data = sw_object_gets(c, SW_STR("data"));
	set_env(c, true);
	if (data.type == SW_OBJECT)
		sw_rego_engine_data(e, data);
	if (add_modules(w, &a, e, c))
		evaluate(w, &a, e, c);
	set_env(c, false);
	sw_rego_engine_free(e);
	if (w->text.n && future_not)
		say(w, "(with `not` bodies)\n");
}

/* Whether `not` stands anywhere in a case's modules: else both modes read the same. */
static bool says_not(struct sw_value c)
{
	struct sw_value mods = sw_object_gets(c, SW_STR("modules"));
	for (uint32_t i = 0; mods.type == SW_ARRAY && i < mods.n; i++)
		if (sw_str_has(sw_value_str(mods.u.a->v[i]), SW_STR("not")))
			return true;
	return false;
}

/* ---- TAP ---- */

static void print_line(bool ok, const char *file, uint32_t index, struct sw_value c, struct sw_str why)
{
	struct sw_str note = sw_value_str(sw_object_gets(c, SW_STR("note"))), line;
	printf("%s %u - %s/%u/", ok ? "ok" : "not ok", ++n_lines, file, index);
	for (size_t i = 0; i < note.n; i++)
		printf(note.p[i] == '#' ? "\\#" : "%c", note.p[i]);
	putchar('\n');
	while (why.n && sw_str_split(&why, '\n', &line))
		if (line.n)
			printf("# %.*s\n", SW_STR_ARG(line));
	fflush(stdout);
}

static bool chosen(const char *file, struct sw_value c)
{
	struct sw_str note = sw_value_str(sw_object_gets(c, SW_STR("note")));
	return !only || strstr(file, only) || sw_str_has(note, sw_str_from(only));
}

static void child(const char *file, struct sw_value cases, uint32_t from, int done)
{
	for (uint32_t i = from; i < cases.n; i++) {
		struct sw_value c = cases.u.a->v[i];
		struct why w;
		if (!chosen(file, c))
			continue;
		sw_buf_init(&w.text, 1 << 20);
		alarm(CASE_SECONDS);
		run_case(&w, c, false);
		if (!w.text.n && says_not(c))
			run_case(&w, c, true);
		alarm(0);
		print_line(!w.text.n, file, i, c, sw_buf_str(&w.text));
		sw_buf_release(&w.text);
		if (write(done, &i, sizeof(i)) != sizeof(i))
			_exit(3);
	}
	fflush(stdout);
	_exit(0);
}

/* Runs cases from `from` on in a child; returns the index of the case that killed it, or the number of cases. */
static uint32_t run_from(const char *file, struct sw_value cases, uint32_t from, int *ret_status)
{
	int fd[2];
	uint32_t next = from, i;
	if (pipe2(fd, O_CLOEXEC))
		exit(3);
	fflush(stdout);
	pid_t pid = fork();
	if (pid < 0)
		exit(3);
	if (pid == 0)
		child(file, cases, from, fd[1]);
	close(fd[1]);
	while (read(fd[0], &i, sizeof(i)) == sizeof(i)) {
		n_lines++;
		next = i + 1;
	}
	close(fd[0]);
	waitpid(pid, ret_status, 0);
	if (WIFEXITED(*ret_status) && WEXITSTATUS(*ret_status) == 0)
		return cases.n;
	while (next < cases.n && !chosen(file, cases.u.a->v[next]))
		next++;
	return next;
}

static void run_file(const char *path, const char *name)
{
	sw_autoarena a;
	sw_autobuf text;
	sw_autofclose *f = fopen(path, "rb");
	char piece[65536];
	struct sw_value doc;
	struct sw_error err = {0};
	size_t n;
	sw_arena_init(&a, 0);
	sw_buf_init(&text, 0);
	while (f && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		sw_buf_add(&text, piece, n);
	if (sw_yaml_parse(&a, sw_buf_str(&text), SW_YAML_K8S, NULL, &doc, &err)) {
		printf("not ok %u - %s cannot be read: %u:%u %s\n", ++n_lines, name, err.line, err.col, err.text);
		return;
	}
	struct sw_value cases = sw_object_gets(doc, SW_STR("cases"));
	for (uint32_t from = 0; cases.type == SW_ARRAY && from < cases.n; from++) {
		int status = 0;
		char why[64];
		from = run_from(name, cases, from, &status);
		if (from >= cases.n)
			break;
		int k = WIFSIGNALED(status) ? snprintf(why, sizeof(why), "killed by signal %d", WTERMSIG(status))
					    : snprintf(why, sizeof(why), "exit status %d", WEXITSTATUS(status));
		print_line(false, name, from, cases.u.a->v[from], sw_str_make(why, (size_t)k));
	}
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t n = strlen(path);
	if (type == FTW_F && n > 5 && strcmp(path + n - 5, ".yaml") == 0 && n_files < (int)SW_ARRAY_LEN(files))
		files[n_files++] = strdup(path);
	return 0;
}

static int cmp_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(int argc, char **argv)
{
	const char *shared = getenv("SW_SHARED"), *v = argc > 1 ? argv[1] : "v1";
	char dir[4096];
	only = argc > 2 ? argv[2] : NULL;
	version = strcmp(v, "v0") == 0 ? SW_REGO_V0 : SW_REGO_V1;
	snprintf(dir, sizeof(dir), "%s/conformance/opa/%s", shared ? shared : "../shared", v);
	if (access(dir, R_OK)) {
		printf("1..1\nok 1 - OPA's cases # skip there is no %s\n", dir);
		return 0;
	}
	nftw(dir, visit, 16, FTW_PHYS);
	qsort(files, (size_t)n_files, sizeof(*files), cmp_names);
	for (int i = 0; i < n_files; i++) {
		run_file(files[i], files[i] + strlen(dir) + 1);
		free(files[i]);
	}
	printf("1..%u\n", n_lines);
	return 0;
}
