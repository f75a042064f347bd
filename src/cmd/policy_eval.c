/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall policy eval`: what `opa eval` (1.22) does, with the same flags, JSON and exit codes: 0;
 * 1 with
 * --fail on an undefined result or --fail-defined on a defined one; 2 on errors.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/policy.h"
#include "cmd/policy_partial.h"
#include "cmd/policy_profile.h"
#include "cmd/rego_load.h"
#include "cmd/rows.h"
#include "doc/json.h"
#include "report/jsonw.h"

enum { COUNT_MAX = 1000000 };

struct eval {
	struct sw_cmd_ctx *ctx;
	struct sw_rego_load load;
	struct sw_rego_engine *engine;
	struct sw_rego_eval *ev;
	struct sw_source query_src;
	struct sw_value input;
	uint32_t query;
	struct sw_rego_query_info info;
	struct sw_rego_result result;
	struct sw_rego_partial *partial;
	struct sw_rego_eval_error partial_error;
	const struct sw_rego_diags *diags;
	struct sw_error err;
	bool failed;
	int64_t parse_ns, compile_ns, query_ns, eval_ns, input_ns;
	int64_t *times; /* of each evaluation, --count */
	uint32_t n_times;
	uint32_t *coverage;
	struct sw_buf print;
	struct sw_policy_trace trace;
	struct sw_profile profile;
};

/* ---- running ---- */

static int add_modules(struct eval *e)
{
	const struct sw_opts *o = &e->ctx->opts;
	enum sw_rego_version version =
		sw_opts_bool(o, "v0-compatible") && !sw_opts_bool(o, "v1-compatible") ? SW_REGO_V0
										      : SW_REGO_V1;
	int64_t start = sw_now_ns();
	int rc = sw_rego_load_modules(&e->load, e->engine, version, &e->err);
	e->parse_ns = sw_now_ns() - start;
	return rc;
}

/* The trace, from an evaluation of its own. Where that ends in an error, so does the other, which tells it. */
static void explain(struct eval *e, struct sw_str text, const struct sw_rego_query_params *params)
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
	sw_policy_trace_init(&e->trace, sw_opts_str(&e->ctx->opts, "explain"));
	sw_rego_explain_run(e->engine, &opts, sw_policy_trace_event, &e->trace, &err);
	sw_policy_trace_finish(&e->trace);
}

static int prepare_query(struct eval *e, struct sw_str text)
{
	const struct sw_opts *o = &e->ctx->opts;
	const struct sw_optval *imports = sw_opts_get(o, "import");
	struct sw_str *names = sw_arena_new_array(e->ctx->arena, imports->n + 1, struct sw_str);
	sw_autobuf package;
	sw_buf_init(&package, 4096);
	if (!names)
		return sw_error_set(&e->err, SW_ELIMIT, "too many imports");
	for (uint32_t i = 0; i < imports->n; i++) {
		static const char *const roots[] = {"data", "future", "input", "rego"};
		size_t n = strcspn(imports->v[i], ".[ "), k = 0;
		while (k < 4 && (strlen(roots[k]) != n || memcmp(roots[k], imports->v[i], n) != 0))
			k++;
		names[i] = sw_str_from(imports->v[i]);
		if (k == 4)
			return sw_error_set(&e->err, SW_EUSAGE,
				"unexpected import path, must begin with one of: {data, future, input, "
				"rego}, got: %.*s", (int)n, imports->v[i]);
	}
	const char *pkg = sw_opts_str(o, "package");
	if (pkg)
		sw_buf_addz(&package, "data.");
	sw_buf_addz(&package, pkg ? pkg : "");
	struct sw_rego_query_params params = {
		.version = sw_opts_bool(o, "v0-compatible") && !sw_opts_bool(o, "v1-compatible")
				   ? SW_REGO_V0
				   : SW_REGO_V1,
		.package = sw_arena_str(e->ctx->arena, sw_buf_str(&package)),
		.imports = names,
		.n_imports = imports->n,
		.exprs = true,
	};
	int64_t start = sw_now_ns();
	if (sw_opts_bool(o, "partial")) {
		params.exprs = false;
		int done = sw_policy_partial_run(e->ctx, e->engine, text, &params, e->input, &e->print,
			&e->partial_error, &e->partial, &e->err);
		e->eval_ns = sw_now_ns() - start;
		return done;
	}
	int rc = sw_rego_engine_query(e->engine, text, &params, &e->query, &e->err);
	e->query_ns = sw_now_ns() - start;
	if (!rc)
		sw_rego_engine_query_info(e->engine, e->query, &e->info);
	if (!rc && strcmp(sw_opts_str(o, "explain"), "off") != 0)
		explain(e, text, &params);
	return rc;
}

static int load_all(struct eval *e)
{
	const struct sw_opts *o = &e->ctx->opts;
	const struct sw_optval *data = sw_opts_get(o, "data"), *bundles = sw_opts_get(o, "bundle");
	const struct sw_optval *ignore = sw_opts_get(o, "ignore");
	const char *input = sw_opts_str(o, "input");
	int rc = 0;
	e->load.ignore = ignore->v;
	e->load.n_ignore = ignore->n;
	sw_rego_load_paths(&e->load, data->v, data->n, &e->err);
	e->load.bundle = true;
	sw_rego_load_paths(&e->load, bundles->v, bundles->n, &e->err);
	int64_t start = sw_now_ns();
	if (!rc && (input || sw_opts_bool(o, "stdin-input")))
		rc = sw_rego_load_document(e->ctx->arena,
			sw_opts_bool(o, "stdin-input") ? "-" : input, &e->input, &e->err);
	e->input_ns = sw_now_ns() - start;
	return rc;
}

static int compile(struct eval *e)
{
	const struct sw_opts *o = &e->ctx->opts;
	struct sw_rego_engine_opts opts = {
		.compile = {.strict = sw_opts_bool(o, "strict"), .print = true},
		.strict_errors = sw_opts_bool(o, "strict-builtin-errors"),
		.coverage = sw_opts_bool(o, "coverage"),
		.trace = sw_opts_bool(o, "profile"),
		.no_index = sw_opts_bool(o, "disable-indexing"),
		.annotations = true,
	};
	int rc = sw_policy_caps(
		e->ctx->arena, sw_opts_str(o, "capabilities"), &opts.compile.caps, &e->err);
	if (!rc)
		rc = sw_policy_schemas(
			e->ctx->arena, sw_opts_str(o, "schema"), &opts.compile, &e->err);
	if (rc)
		return rc;
	opts.compile.data = e->load.data;
	e->engine = sw_rego_engine_new(&opts);
	rc = add_modules(e);
	int64_t start = sw_now_ns();
	if (!rc) {
		sw_rego_engine_data(e->engine, e->load.data);
		rc = sw_rego_engine_compile(e->engine, &e->err);
	}
	e->compile_ns = sw_now_ns() - start;
	return rc;
}

/* --count: again, for the statistics. Nobody is told of what these evaluations print or trace. */
static int repeat(struct eval *e, const struct sw_rego_eval_input *in)
{
	int64_t n = sw_opts_int(&e->ctx->opts, "count");
	int rc = 0;
	if (n <= 1)
		return 0;
	e->n_times = n < COUNT_MAX ? (uint32_t)n : COUNT_MAX;
	e->times = sw_arena_zalloc(e->ctx->arena, e->n_times * sizeof(*e->times));
	struct sw_rego_eval_opts opts = {0};
	sw_policy_eval_opts(&e->ctx->opts, &opts);
	struct sw_rego_eval *ev = sw_rego_eval_new(e->engine, &opts);
	if (e->times)
		e->times[0] = e->eval_ns;
	for (uint32_t i = 1; e->times && !rc && i < e->n_times; i++) {
		struct sw_rego_result r;
		sw_rego_eval_begin(ev, in);
		int64_t start = sw_now_ns();
		rc = sw_rego_eval_run(ev, e->query, &r, &e->err);
		e->times[i] = sw_now_ns() - start;
		sw_rego_eval_end(ev);
	}
	sw_rego_eval_free(ev);
	return rc;
}

static int evaluate(struct eval *e)
{
	const struct sw_opts *o = &e->ctx->opts;
	struct sw_rego_eval_opts opts = {.print = &e->print};
	sw_policy_eval_opts(o, &opts);
	if (sw_opts_bool(o, "coverage")) {
		uint32_t n;
		sw_rego_engine_exprs(e->engine, &n);
		e->coverage = opts.coverage =
			sw_arena_zalloc(e->ctx->arena, (n + 1) * sizeof(*e->coverage));
	}
	if (sw_opts_bool(o, "profile")) {
		sw_profile_init(&e->profile, e->ctx->arena);
		opts.trace = sw_profile_event;
		opts.trace_arg = &e->profile;
	}
	e->ev = sw_rego_eval_new(e->engine, &opts);
	struct sw_rego_eval_input in = {.input = e->input, .timeout_ns = sw_opts_int(o, "timeout")};
	sw_rego_eval_begin(e->ev, &in);
	int64_t start = sw_now_ns();
	int rc = sw_rego_eval_run(e->ev, e->query, &e->result, &e->err);
	e->eval_ns = sw_now_ns() - start;
	if (opts.trace_arg == &e->profile)
		sw_profile_finish(&e->profile, sw_opts_get(o, "profile-sort"));
	return rc ? rc : repeat(e, &in);
}

static int run_all(struct eval *e, struct sw_str query)
{
	int rc = load_all(e);
	if (!rc)
		rc = compile(e);
	if (!rc)
		rc = prepare_query(e, query);
	if (rc) {
		e->diags = e->load.errors.n ? &e->load.errors
			   : e->engine	    ? sw_rego_engine_diags(e->engine)
					    : NULL;
		return rc;
	}
	return e->partial ? 0 : evaluate(e);
}

/* ---- output ---- */

/* A binding that the user named: bound, no wildcard and no local of `some`. */
static bool shown(const struct eval *e, const struct sw_rego_row *row, uint32_t i)
{
	return sw_defined(row->vars[i]) && e->info.vars[i].n && e->info.vars[i].p[0] != '$' &&
	       !sw_str_starts(e->info.vars[i], SW_STR("__local"));
}

static bool any_shown(const struct eval *e, const struct sw_rego_row *row)
{
	for (uint32_t i = 0; i < e->info.n_vars; i++)
		if (shown(e, row, i))
			return true;
	return false;
}

/* An error in the query itself has a stack of one frame; deeper frames are not kept. */
static bool in_query(const struct sw_rego_eval_error *x)
{
	return x->loc.row && (!x->loc.file || !x->loc.file->name.n);
}

static void put_eval_error(struct sw_jsonw *w, const struct sw_rego_eval_error *x)
{
	sw_jsonw_object(w, NULL);
	sw_jsonw_str(w, "message", x->message);
	sw_jsonw_z(w, "code", x->code);
	if (x->loc.row)
		sw_rego_location_json(w, "location", &x->loc, true);
	if (in_query(x)) {
		sw_jsonw_array(w, "stack_trace");
		sw_jsonw_object(w, NULL);
		sw_jsonw_int(w, "query_id", 0);
		sw_rego_location_json(w, "location", &x->loc, true);
		sw_jsonw_end(w);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

static const struct sw_rego_eval_error *eval_error(const struct eval *e)
{
	return e->ev ? sw_rego_eval_error(e->ev) : &e->partial_error;
}

static void put_errors(struct sw_jsonw *w, const struct eval *e)
{
	const struct sw_rego_eval_error *x = eval_error(e);
	if (e->failed && x->code) {
		sw_jsonw_array(w, "errors");
		put_eval_error(w, x);
		sw_jsonw_end(w);
	} else if (e->failed) {
		sw_rego_errors_json(w, e->diags, &e->err);
	} else if (e->ev && sw_opts_bool(&e->ctx->opts, "show-builtin-errors")) {
		uint32_t n;
		const struct sw_rego_eval_error *all = sw_rego_eval_builtin_errors(e->ev, &n);
		if (!n)
			return;
		sw_jsonw_array(w, "errors");
		for (uint32_t i = 0; i < n; i++)
			put_eval_error(w, &all[i]);
		sw_jsonw_end(w);
	}
}

/* A value as json.MarshalIndent writes it, further lines indented. */
static void pretty(struct sw_buf *out, struct sw_value v, unsigned indent)
{
	sw_autobuf text;
	sw_buf_init(&text, 0);
	sw_json_write(&text, v, SW_JSON_PRETTY | SW_JSON_HTML_ESCAPE);
	struct sw_str rest = sw_buf_str(&text), line;
	bool first = true;
	while (sw_str_split(&rest, '\n', &line)) {
		if (!first) {
			sw_buf_addch(out, '\n');
			sw_buf_pad(out, ' ', indent);
		}
		sw_buf_addstr(out, line);
		first = false;
	}
}

static void put_row(struct sw_jsonw *w, const struct eval *e, const struct sw_rego_row *row)
{
	sw_jsonw_object(w, NULL);
	sw_jsonw_array(w, "expressions");
	for (uint32_t i = 0; i < e->info.n_exprs; i++) {
		sw_jsonw_object(w, NULL);
		sw_buf_addz(w->out, "\n");
		sw_buf_pad(w->out, ' ', 2 * w->depth);
		sw_buf_addz(w->out, "\"value\": ");
		w->any[w->depth] = true;
		pretty(w->out, row->exprs[i], 2 * w->depth);
		sw_jsonw_str(w, "text", e->info.exprs[i].text);
		sw_rego_location_json(w, "location", &e->info.exprs[i], false);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
	if (any_shown(e, row)) {
		sw_jsonw_object(w, "bindings");
		for (uint32_t i = 0; i < e->info.n_vars; i++) {
			if (!shown(e, row, i))
				continue;
			sw_buf_addz(w->out, w->any[w->depth] ? ",\n" : "\n");
			w->any[w->depth] = true;
			sw_buf_pad(w->out, ' ', 2 * w->depth);
			sw_json_write_str(w->out, e->info.vars[i], SW_JSON_HTML_ESCAPE);
			sw_buf_addz(w->out, ": ");
			pretty(w->out, row->vars[i], 2 * w->depth);
		}
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

static void put_metrics(struct sw_jsonw *w, const struct eval *e)
{
	if (e->times) {
		sw_jsonw_object(w, "aggregated_metrics");
		sw_profile_statistics(w, "timer_rego_query_eval_ns", e->times, e->n_times);
		sw_jsonw_end(w);
		return;
	}
	sw_jsonw_object(w, "metrics");
	if (sw_defined(e->input))
		sw_jsonw_int(w, "timer_rego_input_parse_ns", e->input_ns);
	if (e->load.load_ns)
		sw_jsonw_int(w, "timer_rego_load_files_ns", (int64_t)e->load.load_ns);
	if (e->load.n_modules) {
		sw_jsonw_int(w, "timer_rego_module_compile_ns", e->compile_ns);
		sw_jsonw_int(w, "timer_rego_module_parse_ns", e->parse_ns);
	}
	sw_jsonw_int(w, "timer_rego_query_compile_ns", e->query_ns);
	sw_jsonw_int(w, "timer_rego_query_eval_ns", e->eval_ns);
	sw_jsonw_end(w);
}

static bool metrics(const struct eval *e)
{
	const struct sw_opts *o = &e->ctx->opts;
	return sw_opts_bool(o, "metrics") || sw_opts_bool(o, "instrument") || sw_opts_bool(o, "profile");
}

static uint32_t profile_limit(const struct eval *e)
{
	int64_t n = sw_opts_int(&e->ctx->opts, "profile-limit");
	return n > 0 && n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static void write_json(struct eval *e, bool discard)
{
	struct sw_jsonw w;
	sw_jsonw_init(&w, e->ctx->out);
	w.html = true;
	sw_jsonw_object(&w, NULL);
	put_errors(&w, e);
	if (!e->failed && e->result.n_rows && discard) {
		sw_jsonw_z(&w, "result", "discarded");
	} else if (!e->failed && e->result.n_rows) {
		sw_jsonw_array(&w, "result");
		for (uint32_t i = 0; i < e->result.n_rows; i++)
			put_row(&w, e, &e->result.rows[i]);
		sw_jsonw_end(&w);
	}
	if (e->partial && !e->failed)
		sw_policy_partial_json(&w, e->partial);
	if (metrics(e) && !e->failed)
		put_metrics(&w, e);
	if (e->trace.text.n)
		sw_policy_trace_json(&w, &e->trace);
	if (e->coverage && !e->failed)
		sw_policy_coverage_json(&w, "coverage", e->engine, e->coverage);
	if (e->profile.n && !e->failed)
		sw_profile_json(&w, &e->profile, profile_limit(e));
	sw_jsonw_end(&w);
}

/* The errors of the other formats go to standard error. */
static void errors_text(const struct eval *e)
{
	const struct sw_rego_eval_error *x = eval_error(e);
	if (x->code) {
		sw_autobuf out;
		sw_buf_init(&out, 0);
		sw_buf_addz(&out, "1 error occurred: ");
		if (in_query(x))
			sw_buf_printf(&out, "%.*s: %s: %.*s\n\nTraceback:\n  %u:%u: %.*s",
				SW_STR_ARG(x->loc.text), x->code, SW_STR_ARG(x->message),
				x->loc.row, x->loc.col, SW_STR_ARG(x->loc.text));
		else
			sw_rego_eval_error_format(x, &out);
		sw_buf_addch(&out, '\n');
		fwrite(out.p, 1, out.n, stderr);
	} else {
		sw_rego_errors_text("", e->diags, &e->err);
	}
}

static void builtin_errors_text(const struct sw_rego_eval_error *x, uint32_t n)
{
	sw_autobuf out;
	sw_buf_init(&out, 0);
	sw_buf_printf(&out, "%u error%s occurred:%s", n, n == 1 ? "" : "s", n == 1 ? " " : "\n");
	for (uint32_t i = 0; i < n; i++) {
		sw_rego_eval_error_format(&x[i], &out);
		sw_buf_addch(&out, '\n');
	}
	fwrite(out.p, 1, out.n, stderr);
}

static void write_values(struct eval *e)
{
	for (uint32_t r = 0; r < e->result.n_rows; r++) {
		struct sw_value line =
			sw_array_from(e->ctx->arena, e->result.rows[r].exprs, e->info.n_exprs);
		pretty(e->ctx->out, line, 0);
		sw_buf_addch(e->ctx->out, '\n');
	}
}

static void write_bindings(struct eval *e)
{
	for (uint32_t r = 0; r < e->result.n_rows; r++) {
		struct sw_map m;
		sw_map_init(&m, e->ctx->arena);
		for (uint32_t i = 0; i < e->info.n_vars; i++)
			if (shown(e, &e->result.rows[r], i))
				sw_map_add(
					&m, sw_string(e->info.vars[i]), e->result.rows[r].vars[i]);
		pretty(e->ctx->out, sw_map_object(&m), 0);
		sw_buf_addch(e->ctx->out, '\n');
	}
}

static void write_raw(struct eval *e)
{
	for (uint32_t r = 0; r < e->result.n_rows; r++)
		for (uint32_t i = 0; i < e->info.n_exprs; i++) {
			struct sw_value v = e->result.rows[r].exprs[i];
			if (sw_is(v, SW_STRING))
				sw_buf_addstr(e->ctx->out, sw_value_str(v));
			else
				sw_json_write(e->ctx->out, v, SW_JSON_HTML_ESCAPE);
			sw_buf_addch(e->ctx->out, i + 1 == e->info.n_exprs ? '\n' : ' ');
		}
}

static bool all_bool(const struct eval *e, const struct sw_rego_row *row)
{
	for (uint32_t i = 0; i < e->info.n_exprs; i++)
		if (!sw_is(row->exprs[i], SW_BOOL))
			return false;
	return true;
}

static void result_table(struct eval *e)
{
	const struct sw_rego_row *first = &e->result.rows[0];
	/* OPA tells of a limit of 80, and does not keep it. */
	size_t limit = sw_opts_given(&e->ctx->opts, "pretty-limit")
			       ? (size_t)sw_opts_int(&e->ctx->opts, "pretty-limit") : SIZE_MAX;
	bool vars = any_shown(e, first);
	struct sw_policy_table t;
	sw_policy_table_init(&t, e->ctx->arena);
	for (uint32_t i = 0; i < e->info.n_exprs; i++)
		if (!sw_is(first->exprs[i], SW_BOOL) || !vars)
			sw_policy_table_head(&t, e->info.exprs[i].text);
	for (uint32_t i = 0; i < e->info.n_vars; i++)
		if (shown(e, first, i))
			sw_policy_table_head(&t, e->info.vars[i]);
	for (uint32_t k = 0; k < e->result.n_rows; k++) {
		const struct sw_rego_row *row = &e->result.rows[k];
		for (uint32_t i = 0; i < e->info.n_exprs; i++)
			if (!sw_is(first->exprs[i], SW_BOOL) || !vars)
				sw_policy_table_value(&t, row->exprs[i], limit);
		for (uint32_t i = 0; i < e->info.n_vars; i++)
			if (shown(e, first, i))
				sw_policy_table_value(&t, row->vars[i], limit);
	}
	sw_policy_table_write(&t, e->ctx->out);
}

static void write_pretty(struct eval *e)
{
	const struct sw_rego_result *r = &e->result;
	struct sw_buf *out = e->ctx->out;
	sw_buf_addstr(out, sw_buf_str(&e->trace.text));
	uint32_t n_failed = 0;
	const struct sw_rego_eval_error *failed =
		e->ev ? sw_rego_eval_builtin_errors(e->ev, &n_failed) : NULL;
	if (e->failed) {
		errors_text(e);
	} else if (n_failed && sw_opts_bool(&e->ctx->opts, "show-builtin-errors")) {
		builtin_errors_text(failed, n_failed);
	} else if (e->partial && e->partial->n_queries) {
		if (sw_policy_partial_pretty(e->ctx->arena, e->partial, out, &e->err))
			sw_cmd_fail(&e->err);
	} else if (!r->n_rows) {
		sw_buf_addz(out, "undefined\n");
	} else if (r->n_rows == 1 && !any_shown(e, &r->rows[0]) &&
		   (e->info.n_exprs == 1 || all_bool(e, &r->rows[0]))) {
		pretty(out, r->rows[0].exprs[0], 0);
		sw_buf_addch(out, '\n');
	} else {
		result_table(e);
	}
	if (metrics(e)) {
		struct sw_policy_table t;
		char text[32];
		const struct {
			const char *name;
			int64_t ns;
		} rows[] = {{"timer_rego_load_files_ns", (int64_t)e->load.load_ns},
			{"timer_rego_module_compile_ns", e->compile_ns},
			{"timer_rego_module_parse_ns", e->parse_ns},
			{"timer_rego_query_compile_ns", e->query_ns},
			{"timer_rego_query_eval_ns", e->eval_ns}};
		sw_policy_table_init(&t, e->ctx->arena);
		sw_policy_table_head(&t, SW_STR("Metric"));
		sw_policy_table_head(&t, SW_STR("Value"));
		for (size_t i = 0; i < SW_ARRAY_LEN(rows); i++) {
			if (!rows[i].ns)
				continue;
			snprintf(text, sizeof(text), "%lld", (long long)rows[i].ns);
			sw_policy_table_cell(&t, sw_str_from(rows[i].name));
			sw_policy_table_cell(&t, sw_arena_str(e->ctx->arena, sw_str_from(text)));
		}
		sw_policy_table_write(&t, out);
	}
	if (e->profile.n)
		sw_profile_table(out, &e->profile, profile_limit(e));
}

static void write_result(struct eval *e)
{
	const char *format = sw_opts_str(&e->ctx->opts, "format");
	if (strcmp(format, "json") == 0)
		write_json(e, false);
	else if (strcmp(format, "discard") == 0)
		write_json(e, true);
	else if (strcmp(format, "pretty") == 0)
		write_pretty(e);
	else if (e->failed)
		errors_text(e);
	else if (strcmp(format, "source") == 0)
		e->failed = sw_policy_partial_source(e->ctx->arena, e->partial, e->ctx->out, &e->err) &&
			    sw_cmd_fail(&e->err);
	else if (strcmp(format, "values") == 0)
		write_values(e);
	else if (strcmp(format, "bindings") == 0)
		write_bindings(e);
	else if (strcmp(format, "raw") == 0)
		write_raw(e);
}

/* An undefined result, or one that is a single false? OPA counts only rows. */
static int exit_code(const struct eval *e)
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
	if (strcmp(sw_opts_str(&ctx->opts, "target"), "wasm") == 0)
		return sw_error_set(err, SW_EUNSUPPORTED, "--target wasm is not supported");
	if (sw_opts_int(&ctx->opts, "count") < 1)
		return sw_error_set(err, SW_EUSAGE, "count must be at least 1");
	if (sw_opts_bool(&ctx->opts, "fail") && sw_opts_bool(&ctx->opts, "fail-defined"))
		return sw_error_set(
			err, SW_EUSAGE, "specify --fail or --fail-defined but not both");
	bool in = sw_opts_bool(&ctx->opts, "stdin");
	if (in && sw_opts_bool(&ctx->opts, "stdin-input"))
		return sw_error_set(
			err, SW_EUSAGE, "specify --stdin or --stdin-input but not both");
	if (in && ctx->opts.n_args)
		return sw_error_set(
			err, SW_EUSAGE, "specify query argument or --stdin but not both");
	if (!in && !ctx->opts.n_args)
		return sw_error_set(err, SW_EUSAGE, "specify query argument or --stdin");
	return 0;
}

static bool input_missing(const struct sw_cmd_ctx *ctx)
{
	const char *input = sw_opts_str(&ctx->opts, "input");
	if (!input || strcmp(input, "-") == 0)
		return false;
	return access(strncmp(input, "file://", 7) == 0 ? input + 7 : input, F_OK) != 0;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct eval e = {.ctx = ctx};
	struct sw_source *in;
	struct sw_str query = sw_str_from(ctx->opts.n_args ? ctx->opts.args[0] : "");
	if (refuse(ctx, &e.err)) {
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
	if (input_missing(ctx)) {
		fprintf(stderr, "open %s: no such file or directory\n",
			sw_opts_str(&ctx->opts, "input"));
		return SW_EXIT_ERROR;
	}
	e.failed = run_all(&e, query) != 0;
	write_result(&e);
	fwrite(sw_buf_cstr(&e.print), 1, e.print.n, stderr);
	int code = exit_code(&e);
	sw_rego_eval_free(e.ev);
	sw_rego_engine_free(e.engine);
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
		.help = "accepted for compatibility"},
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
	{.name = "v0-compatible",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "read policies as Rego v0"},
	{.name = "v1-compatible",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "read policies as Rego v1 (the default)"},
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
	.max_args = 1,
	.run = run,
	.own_exit_codes = true,
};
