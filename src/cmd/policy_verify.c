/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall policy verify`: runs suites of Gatekeeper policies, as gator verify does. */
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "cmd/cmd.h"
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
		sw_buf_printf(out, "    --- FAIL: %.*s\t(%.3fs)\n        %.*s\n", SW_STR_ARG(c->name), c->seconds,
			SW_STR_ARG(c->error));
	else if (v->verbose)
		sw_buf_printf(out, "    --- PASS: %.*s\t(%.3fs)\n", SW_STR_ARG(c->name), c->seconds);
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
		sw_buf_printf(out, "=== %s   %.*s\n", t->skipped ? "SKIP" : "RUN", SW_STR_ARG(t->name));
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
	sw_buf_printf(v->ctx->out, "%s\t%.*s\t%.3fs\n", failed ? "FAIL" : "ok", SW_STR_ARG(s->path), s->seconds);
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
		sw_buf_printf(v->ctx->out, "FAIL\t%s\t0.000s\n  %s\n", path, sw_error_format(&err, text, sizeof(text)));
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
		return sw_error_set(&v->err, SW_EUSAGE, "%s: only folders have subfolders", v->root);
	if (!is_yaml(v->root))
		return sw_error_set(&v->err, SW_EUSAGE, "%s: unsupported extension, want .yaml or .yml", v->root);
	run_file(v, v->root);
	return 0;
}

static int run(struct sw_cmd_ctx *ctx)
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

static const struct sw_opt opts[] = {
	{.name = "run", .type = SW_OPT_STRING, .flags = SW_OPT_FLAG_ONLY, .metavar = "REGEX", .since = "0.1",
		.help = "only tests or cases whose name matches; test//case matches both"},
};

const struct sw_cmd sw_cmd_policy_verify = {
	.name = "policy verify",
	.summary = "run test suites of Gatekeeper policies, as gator verify does",
	.args = "PATH...",
	.description = "A PATH is a suite.yaml, a folder, or a folder and everything below it (./...). Files that are no Suite\n"
		       "are passed over. With -v every test and case is named.",
	.examples = "seawall policy verify ./...\n  every suite below this folder\n"
		    "seawall policy verify library/general/... --run 'allowed'\n  cases with that word in their name",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
};
