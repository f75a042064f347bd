/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall policy verify`: runs suites of Gatekeeper policies, as gator verify does; with --policy
 * it judges files by a folder of conftest policies, and without files runs their unit tests.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "cmd/conftest/conftest.h"
#include "cmd/rows.h"
#include "policy/gatekeeper/suite.h"

struct verify {
	struct sw_cmd_ctx *ctx;
	struct sw_gk_filter filter;
	bool verbose, failed, in_subfolders;
	const char *root; /* of the walk */
	uint32_t suites;
	struct sw_error err;
};

static void indent_lines(struct sw_buf *out, struct sw_str text)
{
	struct sw_str rest = text, line;
	while (sw_str_split(&rest, '\n', &line))
		if (rest.p || line.n)
			sw_buf_printf(out, "        %.*s\n", SW_STR_ARG(line));
}

static void print_case(struct verify *v, const struct sw_gk_case *c)
{
	struct sw_buf *out = v->ctx->out;
	if (v->verbose && c->skipped) {
		sw_buf_printf(out, "    === SKIP  %.*s\n", SW_STR_ARG(c->name));
		return;
	}
	if (v->verbose) {
		sw_buf_printf(out, "    === RUN   %.*s\n", SW_STR_ARG(c->name));
		if (c->print.n) {
			sw_buf_addz(out, "        === PRINT ===\n");
			indent_lines(out, c->print);
		}
	}
	if (c->error.p)
		sw_buf_printf(out, "    --- FAIL: %.*s\t(%.3fs)\n        %.*s\n",
			SW_STR_ARG(c->name), c->seconds, SW_STR_ARG(c->error));
	else if (v->verbose)
		sw_buf_printf(
			out, "    --- PASS: %.*s\t(%.3fs)\n", SW_STR_ARG(c->name), c->seconds);
}

static bool test_failed(const struct sw_gk_test *t)
{
	bool failed = t->error.p != NULL;
	for (uint32_t i = 0; i < t->n_cases; i++)
		failed = failed || t->cases[i].error.p;
	return failed;
}

static void print_test(struct verify *v, const struct sw_gk_test *t)
{
	struct sw_buf *out = v->ctx->out;
	if (v->verbose) {
		sw_buf_printf(
			out, "=== %s   %.*s\n", t->skipped ? "SKIP" : "RUN", SW_STR_ARG(t->name));
		if (t->skipped)
			return;
	}
	for (uint32_t i = 0; i < t->n_cases; i++)
		print_case(v, &t->cases[i]);
	if (test_failed(t)) {
		sw_buf_printf(out, "--- FAIL: %.*s\t(%.3fs)\n", SW_STR_ARG(t->name), t->seconds);
		if (t->error.p)
			sw_buf_printf(out, "  %.*s\n", SW_STR_ARG(t->error));
	} else if (v->verbose) {
		sw_buf_printf(out, "--- PASS: %.*s\t(%.3fs)\n", SW_STR_ARG(t->name), t->seconds);
	}
}

static void print_suite(struct verify *v, const struct sw_gk_suite *s)
{
	for (uint32_t i = 0; i < s->n_tests; i++)
		print_test(v, &s->tests[i]);
	bool failed = sw_gk_suite_failed(s);
	sw_buf_printf(v->ctx->out, "%s\t%.*s\t%.3fs\n", failed ? "FAIL" : "ok", SW_STR_ARG(s->path),
		s->seconds);
	v->failed = v->failed || failed;
	v->suites++;
}

/* One file. A suite that cannot be read fails, and the others still run. */
static void run_file(struct verify *v, const char *path)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_gk_suite suite;
	struct sw_error err;
	int r = sw_gk_suite_run(&a, path, &v->filter, &suite, &err);
	if (r > 0) {
		print_suite(v, &suite);
	} else if (r < 0) {
		char text[1400];
		sw_buf_printf(v->ctx->out, "FAIL\t%s\t0.000s\n  %s\n", path,
			sw_error_format(&err, text, sizeof(text)));
		v->failed = true;
	}
}

static bool is_yaml(const char *path)
{
	struct sw_str s = sw_str_from(path);
	return sw_str_ends(s, SW_STR(".yaml")) || sw_str_ends(s, SW_STR(".yml"));
}

static int on_file(void *arg, const char *path, const struct stat *st)
{
	struct verify *v = arg;
	const char *below = path + strlen(v->root);
	while (*below == '/')
		below++;
	if (is_yaml(path) && (v->in_subfolders || !strchr(below, '/')))
		run_file(v, path);
	return 0;
}

static void on_error(void *arg, const struct sw_error *err)
{
	struct verify *v = arg;
	sw_cmd_fail(err);
	v->failed = true;
}

/* FILE, FOLDER (its own files) or FOLDER/... (everything below). */
static int run_path(struct verify *v, const char *path)
{
	struct sw_str p = sw_str_from(path);
	v->in_subfolders = sw_str_ends(p, SW_STR("/...")) || sw_str_is(p, "...");
	if (v->in_subfolders)
		p.n -= p.n > 4 ? 4 : p.n;
	v->root = sw_arena_cstr(v->ctx->arena, p.n ? p : SW_STR("."));
	struct stat st;
	if (stat(v->root, &st) < 0)
		return sw_error_set(&v->err, SW_ENOENT, "%s: no such file or folder", v->root);
	if (S_ISDIR(st.st_mode)) {
		struct sw_walk walk = {.file = on_file, .error = on_error, .arg = v};
		return sw_io_walk(v->root, &walk, &v->err);
	}
	if (v->in_subfolders)
		return sw_error_set(
			&v->err, SW_EUSAGE, "%s: only folders have subfolders", v->root);
	if (!is_yaml(v->root))
		return sw_error_set(&v->err, SW_EUSAGE,
			"%s: unsupported extension, want .yaml or .yml", v->root);
	run_file(v, v->root);
	return 0;
}

static int run_suites(struct sw_cmd_ctx *ctx)
{
	struct verify v = {.ctx = ctx, .verbose = sw_opts_int(&ctx->opts, "verbose") > 0};
	int r = sw_gk_filter_init(&v.filter, sw_str_from(sw_opts_str(&ctx->opts, "run")), &v.err);
	for (uint32_t i = 0; r == 0 && i < ctx->opts.n_args; i++)
		r = run_path(&v, ctx->opts.args[i]);
	sw_gk_filter_release(&v.filter);
	if (r < 0)
		return sw_cmd_fail(&v.err);
	sw_buf_printf(ctx->out, "%s\n", v.failed ? "FAIL" : "PASS");
	return v.failed ? SW_EXIT_FINDINGS : SW_EXIT_CLEAN;
}

/* Only files of conftest, and its folder of policies where it looks for it. */
static bool looks_like_conftest(const struct sw_cmd_ctx *ctx)
{
	struct stat st;
	if ((stat("policy", &st) || !S_ISDIR(st.st_mode)) && !cf_config_file(ctx))
		return false;
	for (uint32_t i = 0; i < ctx->opts.n_args; i++) {
		const char *path = ctx->opts.args[i];
		struct sw_source *src;
		sw_autoarena a;
		sw_arena_init(&a, 0);
		if (strcmp(path, "-") == 0)
			continue;
		if (sw_str_ends(sw_str_from(path), SW_STR("/...")))
			return false;
		if (stat(path, &st))
			continue;
		if (!S_ISREG(st.st_mode))
			return false;
		if (is_yaml(path) && (sw_cmd_read(&a, path, 64 << 20, &src, NULL) ||
					     sw_str_has(src->text, SW_STR("test.gatekeeper.sh/"))))
			return false;
	}
	return true;
}

static int run(struct sw_cmd_ctx *ctx)
{
	static const char *const own[] = {"all-namespaces", "combine", "config-file", "data",
		"fail-on-warn", "namespace", "output", "parser", "policy", "rego-version"};
	for (size_t i = 0; i < SW_ARRAY_LEN(own); i++)
		if (sw_opts_given(&ctx->opts, own[i]))
			return cf_command(ctx);
	if (looks_like_conftest(ctx))
		return cf_command(ctx);
	if (ctx->opts.n_args)
		return run_suites(ctx);
	struct sw_error err = {0};
	sw_error_set(&err, SW_EUSAGE, "which suites or files?");
	sw_error_hint(&err, "`seawall policy verify ./...`, or --policy DIR FILE...");
	return sw_cmd_fail(&err);
}

#define F SW_OPT_FLAG_ONLY
#define G "With conftest policies"
static const struct sw_opt opts[] = {
	{.name = "run",
		.type = SW_OPT_STRING,
		.flags = F,
		.metavar = "REGEX",
		.since = "0.1",
		.help = "only tests or cases of suites whose name matches; test//case matches "
			"both"},
	{.name = "policy",
		.letter = 'p',
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST | SW_OPT_COMMA,
		.group = G,
		.complete = SW_COMPLETE_FILE,
		.help = "folder of Rego policies with deny, violation and warn rules; without "
			"files their unit tests run"},
	{.name = "data",
		.letter = 'd',
		.metavar = "PATH",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST | SW_OPT_COMMA,
		.group = G,
		.complete = SW_COMPLETE_FILE,
		.help = "JSON and YAML files for data"},
	{.name = "namespace",
		.letter = 'n',
		.metavar = "NAME",
		.type = SW_OPT_STRING,
		.def = "main",
		.flags = F | SW_OPT_LIST | SW_OPT_COMMA,
		.group = G,
		.help = "packages whose rules judge; * ? and [ ] match"},
	{.name = "all-namespaces",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = G,
		.help = "rules of every package"},
	{.name = "combine",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = G,
		.help = "judge all files at once, as a list of {path, contents}"},
	{.name = "parser",
		.metavar = "NAME",
		.type = SW_OPT_STRING,
		.flags = F,
		.group = G,
		.help = "format of the files: codeowners, cyclonedx, dockerfile, dotenv, edn, hcl1, "
			"hcl2, ignore, ini, json, jsonc, nginx, properties, toml, xml, yaml; "
			"otherwise by file name"},
	{.name = "ignore",
		.metavar = "REGEX",
		.type = SW_OPT_STRING,
		.flags = F,
		.group = G,
		.help = "files in folders to leave out"},
	{.name = "fail-on-warn",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = G,
		.help = "exit 2 on failures and 1 on warnings"},
	{.name = "update",
		.letter = 'u',
		.metavar = "URL",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST | SW_OPT_HIDDEN,
		.help = "not supported"},
	{.name = "trace",
		.type = SW_OPT_BOOL,
		.flags = F | SW_OPT_HIDDEN,
		.help = "not supported"},
	{.name = "proto-file-dirs",
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST | SW_OPT_COMMA | SW_OPT_HIDDEN,
		.help = "not supported"},
	{.name = "tls",
		.type = SW_OPT_BOOL,
		.flags = F | SW_OPT_HIDDEN,
		.help = "without meaning: nothing is fetched"},
	{.name = "no-color",
		.type = SW_OPT_BOOL,
		.flags = F | SW_OPT_HIDDEN,
		.help = "as --color never"},
	{.name = "config-file",
		.letter = 'c',
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = F,
		.group = G,
		.complete = SW_COMPLETE_FILE,
		.help = "conftest's configuration; otherwise conftest.toml, .yaml or .json of this "
			"folder, and CONFTEST_... of the environment"},
	{.name = "show-builtin-errors",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = G,
		.help = "errors of builtins end a rule's evaluation and are told"},
	{.name = "github-hide-passed",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = G,
		.help = "with -o github, leave out files whose checks all passed"},
	{.name = "junit-hide-message",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = G,
		.help = "without meaning: names of tests in junit hold no message here"},
	{.name = "no-fail",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = G,
		.help = "exit 0 also on failures"},
	{.name = "suppress-exceptions",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = G,
		.help = "do not show exceptions"},
	{.name = "stdin-filename",
		.metavar = "NAME",
		.type = SW_OPT_STRING,
		.flags = F,
		.group = G,
		.help = "name of standard input in the results"},
	SW_ROW_CAPABILITIES(F, G),
	{.name = "rego-version",
		.type = SW_OPT_ENUM,
		.choices = "v0|v1",
		.def = "v1",
		.flags = F,
		.group = G,
		.help = "version of the Rego language"},
	{.name = "strict",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = G,
		.help = "compile in strict mode"},
	{.name = "timeout",
		.type = SW_OPT_DURATION,
		.def = "30s",
		.flags = F,
		.group = G,
		.help = "of one document"},
	{.name = "allow-env",
		.type = SW_OPT_BOOL,
		.flags = F,
		.group = G,
		.help = "let policies read the environment with opa.runtime()"},
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "stdout|json|tap|table|junit|github|azuredevops|sarif",
		.def = "stdout",
		.flags = F,
		.group = G,
		.help = "form of the results"},
};

const struct sw_cmd sw_cmd_policy_verify = {
	.name = "policy verify",
	.summary = "run suites of Gatekeeper policies, or judge files by conftest policies",
	.args = "[PATH...]",
	.description = "A PATH is a suite.yaml, a folder, or a folder and everything below it "
		       "(./...). Files that are no Suite\n"
		       "are passed over. With -v every test and case is named. Exit codes: 0, 1 "
		       "when a test failed, 2.\n\n"
		       "With --policy, or in a folder that has a folder `policy`, PATHs are "
		       "configuration files that conftest\n"
		       "policies judge, as `conftest test` does; without PATHs the policies' unit "
		       "tests run, as `conftest\n"
		       "verify` does. Exit codes then: 0; 1 on a failure, or when something could "
		       "not be read or judged; with\n"
		       "--fail-on-warn 2 on a failure and 1 on a warning. CUE, Groovy, HOCON, "
		       "Jsonnet, textproto and\n"
		       "VCL are not read and said so.",
	.examples = "seawall policy verify ./...\n  every suite below this folder\n"
		    "seawall policy verify library/general/... --run 'allowed'\n  cases with that "
		    "word in their name\n"
		    "seawall policy verify --policy policy Dockerfile main.tf deploy.yaml\n  files "
		    "by conftest policies\n"
		    "seawall policy verify --policy policy\n  the unit tests of these policies",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 0,
	.max_args = SW_CMD_ANY,
	.run = run,
	.own_exit_codes = true,
	.usage_code = 1,
};
