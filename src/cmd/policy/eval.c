/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall policy eval`: what `opa eval` (1.22) does, with the same flags, JSON and exit codes: 0;
 * 1 with --fail on an undefined result or --fail-defined on a defined one; 2 on errors.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/policy/eval.h"
#include "cmd/rows.h"
#include "rego/parse.h"

enum { COUNT_MAX = 1000000 };

/* ---- running ---- */

static enum sw_rego_version version(const struct sw_eval *e)
{
	const struct sw_opts *o = &e->ctx->opts;
	return sw_opts_bool(o, "v0-compatible") && !sw_opts_bool(o, "v1-compatible") ? SW_REGO_V0
										     : SW_REGO_V1;
}

/* --import in front of anything else, for OPA's errors tell of it as `import X` on a line of its own. */
static int check_import(struct sw_eval *e, const char *path)
{
	struct sw_arena *a = e->ctx->arena;
	struct sw_rego_diags d;
	struct sw_rego_module *m;
	struct sw_rego_parse_opts opts = {.version = version(e)};
	struct sw_source *src = sw_arena_new(a, struct sw_source);
	if (!src)
		return sw_error_set(&e->err, SW_ELIMIT, "too many imports");
	src->text = sw_arena_printf(a, "package p\nimport %s", path);
	sw_rego_diags_init(&d, a);
	if (!sw_rego_parse_module(a, src, &opts, &m, &d))
		return 0;
	for (uint32_t i = 0; i < d.n; i++) {
		d.v[i].loc.row -= d.v[i].loc.row > 1;
		sw_rego_diag_copy(&e->load.errors, &d.v[i]);
	}
	return -SW_EINVALID;
}

static int query_params(struct sw_eval *e, struct sw_rego_query_params *ret)
{
	const struct sw_opts *o = &e->ctx->opts;
	const struct sw_optval *imports = sw_opts_get(o, "import");
	const char *pkg = sw_opts_str(o, "package");
	struct sw_str *names = sw_arena_new_array(e->ctx->arena, imports->n + 1, struct sw_str);
	int rc = names ? 0 : sw_error_set(&e->err, SW_ELIMIT, "too many imports");
	for (uint32_t i = 0; !rc && i < imports->n; i++) {
		names[i] = sw_str_from(imports->v[i]);
		rc = check_import(e, imports->v[i]);
	}
	if (!rc && pkg && strpbrk(pkg, " \t\n;"))
		rc = sw_error_set(&e->err, SW_EUSAGE, "expected exactly one statement");
	*ret = (struct sw_rego_query_params){
		.version = version(e),
		.package = pkg ? sw_arena_printf(e->ctx->arena, "data.%s", pkg) : (struct sw_str){0},
		.imports = names,
		.n_imports = imports->n,
		.exprs = true,
	};
	return rc;
}

/* The trace, from an evaluation of its own. Where that ends in an error, so does the other, which tells it. */
static void explain(struct sw_eval *e, struct sw_str text, const struct sw_rego_query_params *params)
{
	struct sw_rego_eval_opts eval = {0};
	struct sw_error err;
	sw_policy_eval_opts(&e->ctx->opts, &eval);
	struct sw_rego_partial_opts opts = {
		.text = text,
		.params = params,
		.input = e->input,
		.steps = eval.limits.steps,
		.allow = eval.allow,
		.timeout_ns = sw_opts_int(&e->ctx->opts, "timeout"),
	};
	sw_policy_trace_init(&e->trace, sw_opts_str(&e->ctx->opts, "explain"),
		sw_opts_bool(&e->ctx->opts, "var-values") && strcmp(sw_opts_str(&e->ctx->opts, "format"), "pretty") == 0);
	sw_rego_explain_run(e->cover.run[0].engine, &opts, sw_policy_trace_event, &e->trace, &err);
	sw_policy_trace_finish(&e->trace);
}

static int prepare_query(struct sw_eval *e, struct sw_str text)
{
	struct sw_rego_query_params params;
	int rc = query_params(e, &params);
	if (rc)
		return rc;
	int64_t start = sw_now_ns();
	if (sw_opts_bool(&e->ctx->opts, "partial")) {
		params.exprs = false;
		rc = sw_policy_partial_run(e->ctx, e->cover.run[0].engine, text, &params, e->input, &e->print,
			&e->partial_error, &e->partial, &e->err);
		e->eval_ns = sw_now_ns() - start;
		return rc;
	}
	for (uint32_t i = 0; !rc && i < e->cover.n; i++)
		rc = sw_rego_engine_query(
			e->cover.run[i].engine, text, &params, &e->query[i], &e->err);
	e->query_ns = sw_now_ns() - start;
	if (!rc)
		sw_rego_engine_query_info(e->cover.run[0].engine, e->query[0], &e->info);
	if (!rc && strcmp(sw_opts_str(&e->ctx->opts, "explain"), "off") != 0)
		explain(e, text, &params);
	return rc;
}

static void load_all(struct sw_eval *e)
{
	const struct sw_opts *o = &e->ctx->opts;
	const struct sw_optval *data = sw_opts_get(o, "data"), *bundles = sw_opts_get(o, "bundle");
	const struct sw_optval *ignore = sw_opts_get(o, "ignore");
	e->load.version = version(e);
	e->load.ignore = ignore->v;
	e->load.n_ignore = ignore->n;
	sw_rego_load_paths(&e->load, data->v, data->n, &e->err);
	e->load.bundle = true;
	if (!sw_rego_load_paths(&e->load, bundles->v, bundles->n, &e->err))
		sw_rego_load_overlap(&e->load, &e->err);
}

static int compile_run(struct sw_eval *e, uint32_t run, const struct sw_rego_engine_opts *base)
{
	struct sw_rego_engine_opts opts = *base;
	sw_cover_engine_opts(&e->cover, run, &opts);
	struct sw_rego_engine *engine = e->cover.run[run].engine = sw_rego_engine_new(&opts);
	int64_t start = sw_now_ns();
	int rc = sw_rego_load_modules(&e->load, engine, &e->err);
	int64_t parsed = sw_now_ns();
	if (!rc) {
		sw_rego_engine_data(engine, e->load.data);
		rc = sw_rego_engine_compile(engine, &e->err);
	}
	if (!run) {
		e->parse_ns = parsed - start;
		e->compile_ns = sw_now_ns() - parsed;
	}
	return rc;
}

static int compile(struct sw_eval *e)
{
	const struct sw_opts *o = &e->ctx->opts;
	struct sw_rego_engine_opts opts = {
		.compile = {.strict = sw_opts_bool(o, "strict"),
			.print = true,
			.opa_names = sw_opts_bool(o, "partial") || strcmp(sw_opts_str(o, "explain"), "off") != 0},
		.strict_errors = sw_opts_bool(o, "strict-builtin-errors"),
		.coverage = sw_cover_wanted(o),
		.trace = sw_opts_bool(o, "profile"),
		.no_index = sw_opts_bool(o, "disable-indexing"),
		.no_early_exit = sw_opts_bool(o, "disable-early-exit"),
		.annotations = true,
	};
	int rc = sw_policy_caps(
		e->ctx->arena, sw_opts_str(o, "capabilities"), &opts.compile.caps, &e->err);
	if (!rc)
		rc = sw_policy_schemas(
			e->ctx->arena, sw_opts_str(o, "schema"), &opts.compile, &e->err);
	opts.compile.data = e->load.data;
	for (uint32_t i = 0; !rc && i < e->cover.n; i++)
		rc = compile_run(e, i, &opts);
	return rc;
}

/* --count: again, for the statistics. Nobody is told of what these evaluations print or trace. */
static int repeat(struct sw_eval *e, const struct sw_rego_eval_input *in)
{
	int64_t n = sw_opts_int(&e->ctx->opts, "count");
	int rc = 0;
	if (n <= 1)
		return 0;
	e->n_times = n < COUNT_MAX ? (uint32_t)n : COUNT_MAX;
	e->times = sw_arena_zalloc(e->ctx->arena, e->n_times * sizeof(*e->times));
	struct sw_rego_eval_opts opts = {0};
	sw_policy_eval_opts(&e->ctx->opts, &opts);
	struct sw_rego_eval *ev = sw_rego_eval_new(e->cover.run[0].engine, &opts);
	if (e->times)
		e->times[0] = e->eval_ns;
	for (uint32_t i = 1; e->times && !rc && i < e->n_times; i++) {
		struct sw_rego_result r;
		sw_rego_eval_begin(ev, in);
		int64_t start = sw_now_ns();
		rc = sw_rego_eval_run(ev, e->query[0], &r, &e->err);
		e->times[i] = sw_now_ns() - start;
		sw_rego_eval_end(ev);
	}
	sw_rego_eval_free(ev);
	return rc;
}

/* The other runs only count. */
static void run_for_coverage(struct sw_eval *e, const struct sw_rego_eval_input *in)
{
	for (uint32_t i = 1; i < e->cover.n; i++) {
		struct sw_rego_eval_opts opts = {0};
		struct sw_rego_result r;
		struct sw_error err;
		sw_policy_eval_opts(&e->ctx->opts, &opts);
		opts.coverage = sw_cover_hits(&e->cover, i, e->ctx->arena);
		e->cover.run[i].ev = sw_rego_eval_new(e->cover.run[i].engine, &opts);
		sw_rego_eval_begin(e->cover.run[i].ev, in);
		if (sw_rego_eval_run(e->cover.run[i].ev, e->query[i], &r, &err))
			sw_cover_warn(&e->cover, i);
	}
}

static int evaluate(struct sw_eval *e)
{
	const struct sw_opts *o = &e->ctx->opts;
	struct sw_rego_eval_opts opts = {.print = &e->print};
	sw_policy_eval_opts(o, &opts);
	if (sw_cover_wanted(o))
		opts.coverage = sw_cover_hits(&e->cover, 0, e->ctx->arena);
	if (sw_opts_bool(o, "profile")) {
		sw_profile_init(&e->profile, e->ctx->arena);
		opts.trace = sw_profile_event;
		opts.trace_arg = &e->profile;
	}
	e->cover.run[0].ev = sw_rego_eval_new(e->cover.run[0].engine, &opts);
	struct sw_rego_eval_input in = {.input = e->input, .timeout_ns = sw_opts_int(o, "timeout")};
	sw_rego_eval_begin(e->cover.run[0].ev, &in);
	int64_t start = sw_now_ns();
	int rc = sw_rego_eval_run(e->cover.run[0].ev, e->query[0], &e->result, &e->err);
	e->eval_ns = sw_now_ns() - start;
	if (opts.trace_arg == &e->profile)
		sw_profile_finish(&e->profile, sw_opts_get(o, "profile-sort"));
	if (!rc)
		run_for_coverage(e, &in);
	return rc ? rc : repeat(e, &in);
}

static int run_all(struct sw_eval *e, struct sw_str query)
{
	if (strcmp(sw_opts_str(&e->ctx->opts, "target"), "wasm") == 0)
		return sw_error_set(&e->err, SW_EUNSUPPORTED, "engine not found");
	load_all(e);
	int rc = compile(e);
	if (!rc)
		rc = prepare_query(e, query);
	if (rc) {
		e->diags = e->load.errors.n ? &e->load.errors
			   : e->cover.run[0].engine	    ? sw_rego_engine_diags(e->cover.run[0].engine)
					    : NULL;
		return rc;
	}
	return e->partial ? 0 : evaluate(e);
}

/* An undefined result, or one that is a single false? OPA counts only rows. */
static int exit_code(const struct sw_eval *e)
{
	const struct sw_opts *o = &e->ctx->opts;
	if (e->failed)
		return SW_EXIT_ERROR;
	if (sw_opts_bool(o, "fail") && !e->result.n_rows)
		return SW_EXIT_FINDINGS;
	return sw_opts_bool(o, "fail-defined") && e->result.n_rows ? SW_EXIT_FINDINGS
								   : SW_EXIT_CLEAN;
}

static int refuse(const struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	const char *format = sw_opts_str(&ctx->opts, "format");
	bool source = strcmp(format, "source") == 0;
	if (sw_opts_bool(&ctx->opts, "partial") && !source && strcmp(format, "json") != 0 &&
		strcmp(format, "pretty") != 0)
		return sw_error_set(
			err, SW_EUSAGE, "invalid output format for partial evaluation");
	if (source && !sw_opts_bool(&ctx->opts, "partial"))
		return sw_error_set(err, SW_EUSAGE, "invalid output format for evaluation");
	if (sw_opts_int(&ctx->opts, "count") < 1)
		return sw_error_set(err, SW_EUSAGE, "count must be at least 1");
	if (sw_opts_bool(&ctx->opts, "fail") && sw_opts_bool(&ctx->opts, "fail-defined"))
		return sw_error_set(
			err, SW_EUSAGE, "specify --fail or --fail-defined but not both");
	bool in = sw_opts_bool(&ctx->opts, "stdin");
	if (in && ctx->opts.n_args)
		return sw_error_set(
			err, SW_EUSAGE, "specify query argument or --stdin but not both");
	if (!in && !ctx->opts.n_args)
		return sw_error_set(err, SW_EUSAGE, "specify query argument or --stdin");
	if (ctx->opts.n_args > 1)
		return sw_error_set(err, SW_EUSAGE, "specify at most one query argument");
	if (in && sw_opts_bool(&ctx->opts, "stdin-input"))
		return sw_error_set(
			err, SW_EUSAGE, "specify --stdin or --stdin-input but not both");
	return 0;
}

/* What is wrong with it, opa tells on standard error in every format. */
static int load_input(struct sw_eval *e)
{
	const struct sw_opts *o = &e->ctx->opts;
	const char *path = sw_opts_bool(o, "stdin-input") ? "-" : sw_opts_str(o, "input");
	struct stat st;
	int64_t start = sw_now_ns();
	if (!path)
		return 0;
	const char *file = strncmp(path, "file://", 7) == 0 ? path + 7 : path;
	bool is_file = strcmp(path, "-") != 0, missing = is_file && stat(file, &st);
	if (missing || (is_file && S_ISDIR(st.st_mode))) {
		fprintf(stderr, missing ? "open %s: no such file or directory\n" : "read %s: is a directory\n",
			file);
		return SW_EXIT_ERROR;
	}
	if (sw_rego_load_document(e->ctx->arena, path, &e->input, &e->err)) {
		fprintf(stderr, "unable to parse input: %s\n", e->err.text);
		return SW_EXIT_ERROR;
	}
	e->input_ns = sw_now_ns() - start;
	return 0;
}

static bool schema_missing(const struct sw_opts *o)
{
	const char *path = sw_opts_str(o, "schema");
	if (!path || access(path, F_OK) == 0)
		return false;
	fprintf(stderr, "1 error occurred during loading: stat %s: no such file or directory\n", path);
	return true;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_eval e = {.ctx = ctx};
	struct sw_source *in;
	struct sw_str query = sw_str_from(ctx->opts.n_args ? ctx->opts.args[0] : "");
	if (refuse(ctx, &e.err) || sw_policy_agree(&ctx->opts, &e.err) ||
		sw_cover_init(&e.cover, &ctx->opts, sw_cover_wanted(&ctx->opts), &e.err)) {
		sw_cmd_fail(&e.err);
		return 1; /* as OPA on wrong usage */
	}
	if (sw_opts_bool(&ctx->opts, "stdin")) {
		if (sw_cmd_read(ctx->arena, "-", 64 << 20, &in, &e.err))
			return sw_cmd_fail(&e.err);
		query = in->text;
	}
	sw_rego_load_init(&e.load, ctx->arena);
	sw_buf_init(&e.print, 64 << 20);
	if (load_input(&e) || schema_missing(&ctx->opts))
		return SW_EXIT_ERROR;
	e.failed = run_all(&e, query) != 0;
	sw_eval_report(&e);
	fwrite(sw_buf_cstr(&e.print), 1, e.print.n, stderr);
	int code = exit_code(&e);
	sw_cover_release(&e.cover);
	sw_buf_release(&e.print);
	sw_policy_trace_release(&e.trace);
	return code;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	SW_POLICY_EVAL_OPTS(F),
	SW_POLICY_PARTIAL_OPTS(F),
	{.name = "bundle",
		.letter = 'b',
		.metavar = "PATH",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.help = "load a folder as bundle: policies, and data.json or data.yaml rooted at "
			"their folders",
		.complete = SW_COMPLETE_FILE},
	SW_ROW_CAPABILITIES(F, NULL),
	{.name = "coverage",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "report which expressions were evaluated"},
	SW_COVER_RUNS_OPT(F),
	{.name = "data",
		.letter = 'd',
		.metavar = "PATH",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.help = "load policies and data from a file or folder",
		.complete = SW_COMPLETE_FILE},
	{.name = "disable-early-exit",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "go on after the first of several rules of one value"},
	{.name = "disable-indexing",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "do not use rule indices"},
	{.name = "explain",
		.type = SW_OPT_ENUM,
		.choices = "off|full|notes|fails|debug",
		.def = "off",
		.flags = F,
		.help = "tell the steps of the evaluation"},
	{.name = "fail",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "exit 1 when the result is undefined or empty"},
	{.name = "fail-defined",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "exit 1 when the result is defined"},
	{.name = "format",
		.letter = 'f',
		.type = SW_OPT_ENUM,
		.def = "json",
		.flags = F,
		.choices = "json|values|bindings|pretty|source|raw|discard",
		.help = "form of the result"},
	SW_ROW_IGNORE(F),
	{.name = "import",
		.metavar = "REF",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.help = "import for the query"},
	{.name = "input",
		.letter = 'i',
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = F,
		.help = "input document",
		.complete = SW_COMPLETE_FILE},
	{.name = "instrument",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "as --metrics"},
	{.name = "count",
		.type = SW_OPT_INT,
		.def = "1",
		.flags = F,
		.help = "evaluate so many times; --metrics then tells statistics"},
	{.name = "entrypoint",
		.letter = 'e',
		.metavar = "PATH",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.help = "accepted for compatibility, as --optimize is"},
	{.name = "metrics",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "report the time of each stage"},
	{.name = "optimize",
		.letter = 'O',
		.type = SW_OPT_INT,
		.def = "0",
		.flags = F,
		.help = "accepted for compatibility: it does not change results"},
	{.name = "optimize-store-for-read-speed",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "accepted for compatibility"},
	{.name = "package",
		.metavar = "PATH",
		.type = SW_OPT_STRING,
		.flags = F,
		.help = "package of the query"},
	{.name = "pretty-limit",
		.type = SW_OPT_INT,
		.def = "80",
		.flags = F,
		.help = "cut values in tables after so many bytes, where it is given"},
	{.name = "profile",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "report the time of each line"},
	{.name = "profile-limit",
		.type = SW_OPT_INT,
		.def = "10",
		.flags = F,
		.help = "lines to report, the slowest first; 0: all"},
	{.name = "profile-sort",
		.metavar = "BY",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST | SW_OPT_COMMA,
		.help = "order of the lines: total_time_ns, num_eval, num_redo, num_gen_expr, file, line"},
	SW_POLICY_SCHEMA_OPT(F),
	{.name = "show-builtin-errors",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "report errors of builtin functions"},
	{.name = "stdin",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "read the query from standard input"},
	{.name = "stdin-input",
		.letter = 'I',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "read the input document from standard input"},
	{.name = "strict",
		.letter = 'S',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "compile in strict mode"},
	{.name = "strict-builtin-errors",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "stop at the first error of a builtin function"},
	{.name = "target",
		.letter = 't',
		.type = SW_OPT_ENUM,
		.choices = "rego|wasm",
		.def = "rego",
		.flags = F,
		.help = "what evaluates; only rego"},
	{.name = "timeout",
		.type = SW_OPT_DURATION,
		.def = "0",
		.flags = F,
		.help = "stop after this long; 0: never"},
	{.name = "var-values",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "traces tell what variables hold, in format pretty"},
	SW_ROW_V0(F),
	SW_ROW_V1(F),
};

const struct sw_cmd sw_cmd_policy_eval = {
	.name = "policy eval",
	.summary = "evaluate a Rego query, as opa eval does",
	.args = "QUERY",
	.description = "Loads policies and data, evaluates the query and shows its result, with "
		       "the flags, the JSON and\n"
		       "the exit codes of `opa eval`: 0; 1 with --fail when undefined, or "
		       "--fail-defined when defined; 2 on\n"
		       "errors, 1 on wrong usage. Nothing is sent to the network unless --allow-http or --allow-dns\n"
		       "is given.\n"
		       "Ceilings: 1,000 million steps, 1 GiB, 4,096 nested calls and no time limit, unless "
		       "told otherwise.",
	.examples = "  seawall policy eval 'x := 1; y := x + 1'\n"
		    "  seawall policy eval -d policy/ -i input.json data.app.allow -f pretty\n"
		    "  kubectl get pod web -o json | seawall policy eval -d policy/ -I "
		    "data.app.deny --fail-defined\n",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.max_args = SW_CMD_ANY,
	.run = run,
	.own_exit_codes = true,
	.usage_code = 1,
};
