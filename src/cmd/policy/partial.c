/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/policy/partial.h"

static struct sw_str *strings(struct sw_arena *a, const struct sw_optval *v)
{
	struct sw_str *out = sw_arena_new_array(a, v->n + 1, struct sw_str);
	if (!out)
		abort();
	for (uint32_t i = 0; i < v->n; i++)
		out[i] = sw_str_from(v->v[i]);
	return out;
}

int sw_policy_partial_run(const struct sw_cmd_ctx *ctx, struct sw_rego_engine *e, struct sw_str query,
	const struct sw_rego_query_params *params, struct sw_value input, struct sw_buf *print,
	struct sw_rego_eval_error *ret_error, struct sw_rego_partial **ret, struct sw_error *err)
{
	const struct sw_opts *o = &ctx->opts;
	const struct sw_optval *unknowns = sw_opts_get(o, "unknowns");
	const struct sw_optval *disable = sw_opts_get(o, "disable-inlining");
	struct sw_rego_eval_opts eval = {0};
	sw_policy_eval_opts(o, &eval);
	struct sw_rego_partial_opts opts = {
		.text = query,
		.params = params,
		.unknowns = strings(ctx->arena, unknowns),
		.n_unknowns = unknowns->n,
		.disable = strings(ctx->arena, disable),
		.n_disable = disable->n,
		.shallow = sw_opts_bool(o, "shallow-inlining"),
		.nondeterministic = sw_opts_bool(o, "nondeterminstic-builtins"),
		.input = input,
		.steps = eval.limits.steps,
		.allow = eval.allow,
		.print = print,
		.timeout_ns = sw_opts_int(o, "timeout"),
		.ret_error = ret_error,
	};
	return sw_rego_partial_run(e, &opts, ret, err);
}

void sw_policy_partial_json(struct sw_jsonw *w, const struct sw_rego_partial *p)
{
	sw_buf_addz(w->out, w->any[w->depth] ? ",\n" : "\n");
	w->any[w->depth] = true;
	sw_buf_pad(w->out, ' ', 2 * w->depth);
	sw_buf_addz(w->out, "\"partial\": ");
	sw_rego_partial_json(w->out, p, w->depth);
}

static int failed(int rc, struct sw_error *err)
{
	return rc ? sw_error_set(err, (enum sw_errcode)-rc, "the result cannot be written as Rego") : 0;
}

int sw_policy_partial_source(
	struct sw_arena *a, const struct sw_rego_partial *p, struct sw_buf *out, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < p->n_queries; i++) {
		sw_buf_printf(out, "# Query %u\n", i + 1);
		rc = sw_rego_partial_query_text(a, &p->queries[i], out);
		sw_buf_addch(out, '\n');
	}
	for (uint32_t i = 0; !rc && i < p->n_support; i++) {
		sw_buf_printf(out, "# Module %u\n", i + 1);
		rc = sw_rego_partial_module_text(a, p->support[i], out);
	}
	return failed(rc, err);
}

/* ---- the table: two columns, cells of many lines ---- */

struct cell {
	struct sw_str name, text;
};

static size_t width(struct sw_str text)
{
	size_t w = 0;
	struct sw_str line;
	while (sw_str_split(&text, '\n', &line))
		if (sw_text_width(line) > w)
			w = sw_text_width(line);
	return w;
}

static void rule(struct sw_buf *out, size_t a, size_t b, const char *const ends[3])
{
	sw_buf_addz(out, ends[0]);
	for (size_t i = 0; i < a + 2; i++)
		sw_buf_addz(out, "─");
	sw_buf_addz(out, ends[1]);
	for (size_t i = 0; i < b + 2; i++)
		sw_buf_addz(out, "─");
	sw_buf_addz(out, ends[2]);
	sw_buf_addch(out, '\n');
}

static void put_cell(struct sw_buf *out, struct sw_str s, size_t w)
{
	sw_buf_addz(out, "│ ");
	sw_buf_addstr(out, s);
	sw_buf_pad(out, ' ', w - sw_text_width(s) + 1);
}

static void put_table(struct sw_buf *out, const struct cell *v, uint32_t n)
{
	static const char *const top[] = {"┌", "┬", "┐"}, *const mid[] = {"├", "┼", "┤"},
				 *const end[] = {"└", "┴", "┘"};
	size_t a = 0, b = 0;
	for (uint32_t i = 0; i < n; i++) {
		a = width(v[i].name) > a ? width(v[i].name) : a;
		b = width(v[i].text) > b ? width(v[i].text) : b;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str rest = v[i].text, name = v[i].name, line = {"", 0};
		rule(out, a, b, i ? mid : top);
		bool more = sw_str_split(&rest, '\n', &line);
		do {
			put_cell(out, name, a);
			put_cell(out, more ? line : SW_STR(""), b);
			sw_buf_addz(out, "│\n");
			name = SW_STR("");
		} while (sw_str_split(&rest, '\n', &line));
	}
	rule(out, a, b, end);
}

static struct sw_str trimmed(struct sw_arena *a, const struct sw_buf *text)
{
	sw_autobuf b;
	struct sw_str s = sw_buf_str(text);
	sw_buf_init(&b, 0);
	while (s.n && s.p[s.n - 1] == '\n')
		s.n--;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\t')
			sw_buf_addz(&b, "  ");
		else
			sw_buf_addch(&b, s.p[i]);
	return sw_arena_str(a, sw_buf_str(&b));
}

int sw_policy_partial_pretty(
	struct sw_arena *a, const struct sw_rego_partial *p, struct sw_buf *out, struct sw_error *err)
{
	uint32_t n = p->n_queries + p->n_support;
	struct cell *v = sw_arena_new_array(a, n + 1, struct cell);
	int rc = v ? 0 : -SW_ELIMIT;
	for (uint32_t i = 0; !rc && i < n; i++) {
		sw_autobuf text;
		bool query = i < p->n_queries;
		uint32_t k = query ? i : i - p->n_queries;
		sw_buf_init(&text, 0);
		rc = query ? sw_rego_partial_query_text(a, &p->queries[k], &text)
			   : sw_rego_partial_module_text(a, p->support[k], &text);
		v[i] = (struct cell){sw_arena_printf(a, query ? "Query %u" : "Support %u", k + 1),
			trimmed(a, &text)};
	}
	if (!rc && n)
		put_table(out, v, n);
	return failed(rc, err);
}
