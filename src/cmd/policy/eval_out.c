/* SPDX-License-Identifier: Apache-2.0 */
/* What `policy eval` tells: the forms of `opa eval`. */
#include <stdio.h>

#include "cmd/policy/eval.h"
#include "doc/json.h"

/* A binding that the user named: bound, no wildcard and no local of `some`. */
static bool shown(const struct sw_eval *e, const struct sw_rego_row *row, uint32_t i)
{
	return sw_defined(row->vars[i]) && e->info.vars[i].n && e->info.vars[i].p[0] != '$' &&
	       !sw_str_starts(e->info.vars[i], SW_STR("__local"));
}

static bool any_shown(const struct sw_eval *e, const struct sw_rego_row *row)
{
	for (uint32_t i = 0; i < e->info.n_vars; i++)
		if (shown(e, row, i))
			return true;
	return false;
}

/* An error of a builtin that did not end the evaluation has no stack; one in the query is its own frame. */
static uint32_t stack_of(const struct sw_rego_eval_error *x, const struct sw_rego_loc **ret)
{
	bool in_query = x->loc.row && (!x->loc.file || !x->loc.file->name.n);
	*ret = x->n_stack ? x->stack : &x->loc;
	return x->n_stack ? x->n_stack : in_query;
}

static void put_eval_error(struct sw_jsonw *w, const struct sw_rego_eval_error *x)
{
	const struct sw_rego_loc *stack;
	uint32_t n = stack_of(x, &stack);
	sw_jsonw_object(w, NULL);
	sw_jsonw_str(w, "message", x->message);
	sw_jsonw_z(w, "code", x->code);
	if (x->loc.row)
		sw_rego_location_json(w, "location", &x->loc, true);
	sw_policy_stack_json(w, stack, n);
	sw_jsonw_end(w);
}

static const struct sw_rego_eval_error *eval_error(const struct sw_eval *e)
{
	return e->cover.run[0].ev ? sw_rego_eval_error(e->cover.run[0].ev) : &e->partial_error;
}

static void put_errors(struct sw_jsonw *w, const struct sw_eval *e)
{
	const struct sw_rego_eval_error *x = eval_error(e);
	if (e->failed && x->code) {
		sw_jsonw_array(w, "errors");
		put_eval_error(w, x);
		sw_jsonw_end(w);
	} else if (e->failed) {
		sw_rego_errors_json(w, e->diags, &e->err);
	} else if (e->cover.run[0].ev && sw_opts_bool(&e->ctx->opts, "show-builtin-errors")) {
		uint32_t n;
		const struct sw_rego_eval_error *all = sw_rego_eval_builtin_errors(e->cover.run[0].ev, &n);
		if (!n)
			return;
		sw_jsonw_array(w, "errors");
		for (uint32_t i = 0; i < n; i++)
			put_eval_error(w, &all[i]);
		sw_jsonw_end(w);
	}
}

static void put_row(struct sw_jsonw *w, const struct sw_eval *e, const struct sw_rego_row *row)
{
	sw_jsonw_object(w, NULL);
	sw_jsonw_array(w, "expressions");
	for (uint32_t i = 0; i < e->info.n_exprs; i++) {
		sw_jsonw_object(w, NULL);
		sw_rego_value_json(w, SW_STR("value"), row->exprs[i]);
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
			sw_rego_value_json(w, e->info.vars[i], row->vars[i]);
		}
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

static void put_metrics(struct sw_jsonw *w, const struct sw_eval *e)
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

static bool metrics(const struct sw_eval *e)
{
	const struct sw_opts *o = &e->ctx->opts;
	return sw_opts_bool(o, "metrics") || sw_opts_bool(o, "instrument") || sw_opts_bool(o, "profile");
}

static uint32_t profile_limit(const struct sw_eval *e)
{
	int64_t n = sw_opts_int(&e->ctx->opts, "profile-limit");
	return n > 0 && n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static void write_json(struct sw_eval *e, bool discard)
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
	if (e->cover.run[0].hits && !e->failed)
		sw_cover_json(&w, "coverage", &e->cover);
	if (e->profile.n && !e->failed)
		sw_profile_json(&w, &e->profile, profile_limit(e));
	sw_jsonw_end(&w);
}

static void put_eval_error_text(struct sw_buf *out, const struct sw_rego_eval_error *x)
{
	const struct sw_rego_loc *stack;
	uint32_t n = stack_of(x, &stack);
	if (n == 1 && (!x->loc.file || !x->loc.file->name.n))
		sw_buf_printf(out, "%.*s: %s: %.*s", SW_STR_ARG(x->loc.text), x->code,
			SW_STR_ARG(x->message));
	else
		sw_rego_eval_error_format(x, out);
	sw_buf_addch(out, '\n');
	if (!n)
		return;
	sw_buf_addz(out, "\nTraceback:\n");
	sw_policy_stack(out, 2, stack, n);
}

static void eval_errors_text(const struct sw_rego_eval_error *x, uint32_t n)
{
	sw_autobuf out;
	sw_buf_init(&out, 0);
	sw_buf_printf(&out, "%u error%s occurred:%s", n, n == 1 ? "" : "s", n == 1 ? " " : "\n");
	for (uint32_t i = 0; i < n; i++)
		put_eval_error_text(&out, &x[i]);
	fwrite(out.p, 1, out.n, stderr);
}

/* The errors of the other formats go to standard error. */
static void errors_text(const struct sw_eval *e)
{
	const struct sw_rego_eval_error *x = eval_error(e);
	if (x->code)
		eval_errors_text(x, 1);
	else
		sw_rego_errors_text("", e->diags, &e->err);
}

static void write_values(struct sw_eval *e)
{
	for (uint32_t r = 0; r < e->result.n_rows; r++) {
		struct sw_value line =
			sw_array_from(e->ctx->arena, e->result.rows[r].exprs, e->info.n_exprs);
		sw_rego_pretty(e->ctx->out, line, 0);
		sw_buf_addch(e->ctx->out, '\n');
	}
}

static void write_bindings(struct sw_eval *e)
{
	for (uint32_t r = 0; r < e->result.n_rows; r++) {
		struct sw_map m;
		sw_map_init(&m, e->ctx->arena);
		for (uint32_t i = 0; i < e->info.n_vars; i++)
			if (shown(e, &e->result.rows[r], i))
				sw_map_add(
					&m, sw_string(e->info.vars[i]), e->result.rows[r].vars[i]);
		sw_rego_pretty(e->ctx->out, sw_map_object(&m), 0);
		sw_buf_addch(e->ctx->out, '\n');
	}
}

static void write_raw(struct sw_eval *e)
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

static bool all_bool(const struct sw_eval *e, const struct sw_rego_row *row)
{
	for (uint32_t i = 0; i < e->info.n_exprs; i++)
		if (!sw_is(row->exprs[i], SW_BOOL))
			return false;
	return true;
}

static void result_table(struct sw_eval *e)
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

static void write_pretty(struct sw_eval *e)
{
	const struct sw_rego_result *r = &e->result;
	struct sw_buf *out = e->ctx->out;
	sw_buf_addstr(out, sw_buf_str(&e->trace.text));
	uint32_t n_failed = 0;
	const struct sw_rego_eval_error *failed =
		e->cover.run[0].ev ? sw_rego_eval_builtin_errors(e->cover.run[0].ev, &n_failed) : NULL;
	if (e->failed) {
		errors_text(e);
	} else if (n_failed && sw_opts_bool(&e->ctx->opts, "show-builtin-errors")) {
		eval_errors_text(failed, n_failed);
	} else if (e->partial && e->partial->n_queries) {
		if (sw_policy_partial_pretty(e->ctx->arena, e->partial, out, &e->err))
			sw_cmd_fail(&e->err);
	} else if (!r->n_rows) {
		sw_buf_addz(out, "undefined\n");
	} else if (r->n_rows == 1 && !any_shown(e, &r->rows[0]) &&
		   (e->info.n_exprs == 1 || all_bool(e, &r->rows[0]))) {
		sw_rego_pretty(out, r->rows[0].exprs[0], 0);
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

void sw_eval_report(struct sw_eval *e)
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
