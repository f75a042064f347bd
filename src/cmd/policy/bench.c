/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall policy bench`: how long a query takes, as `opa bench` asks. Policies are compiled and
 * the input is parsed once; every sample is one evaluation from nothing. The ratio says how much
 * that is beside what must be done anyway: parsing the input's text.
 */
#include <malloc.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/io.h"
#include "cmd/policy/policy.h"
#include "cmd/policy/rego_load.h"
#include "cmd/rows.h"
#include "doc/json.h"

enum { SAMPLES_MAX = 1000000 };

struct bench {
	struct sw_cmd_ctx *ctx;
	struct sw_rego_load load;
	struct sw_rego_engine *engine;
	struct sw_rego_eval *ev;
	struct sw_value input;
	struct sw_str input_text;
	uint32_t query;
	struct sw_rego_eval_stats stats;
	int64_t *ns;
	uint32_t n;
	int64_t total, parse_ns;
	uint64_t heap; /* bytes that evaluations took from the system after the first */
	struct sw_error err;
};

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static int load(struct bench *b)
{
	const struct sw_opts *o = &b->ctx->opts;
	const struct sw_optval *data = sw_opts_get(o, "data"), *bundles = sw_opts_get(o, "bundle");
	const char *input = sw_opts_str(o, "input");
	bool v0 = sw_opts_bool(o, "v0-compatible");
	int rc = 0;
	sw_rego_load_init(&b->load, b->ctx->arena);
	b->load.version = v0 ? SW_REGO_V0 : SW_REGO_V1;
	sw_rego_load_paths(&b->load, data->v, data->n, &b->err);
	b->load.bundle = true;
	if (!sw_rego_load_paths(&b->load, bundles->v, bundles->n, &b->err))
		sw_rego_load_overlap(&b->load, &b->err);
	if (input)
		rc = sw_rego_load_document(b->ctx->arena, input, &b->input, &b->err);
	if (rc)
		return rc;
	struct sw_rego_engine_opts opts = {.annotations = true, .compile = {.data = b->load.data}};
	b->engine = sw_rego_engine_new(&opts);
	rc = sw_rego_load_modules(&b->load, b->engine, &b->err);
	sw_rego_engine_data(b->engine, b->load.data);
	if (!rc)
		rc = sw_rego_engine_compile(b->engine, &b->err);
	struct sw_rego_query_params params = {
		.version = v0 ? SW_REGO_V0 : SW_REGO_V1, .exprs = true};
	return rc ? rc
		  : sw_rego_engine_query(b->engine, sw_str_from(b->ctx->opts.args[0]), &params,
			    &b->query, &b->err);
}

static int sample(struct bench *b, int64_t *ret_ns, bool *ret_defined)
{
	struct sw_rego_eval_input in = {.input = b->input};
	struct sw_rego_result r = {0};
	int64_t start = sw_now_ns();
	sw_rego_eval_begin(b->ev, &in);
	int rc = sw_rego_eval_run(b->ev, b->query, &r, &b->err);
	*ret_ns = sw_now_ns() - start;
	*ret_defined = r.n_rows > 0;
	sw_rego_eval_stats(b->ev, &b->stats);
	sw_rego_eval_end(b->ev);
	return rc;
}

/* The same input's JSON text, parsed: the least that anybody must spend on it. */
static void baseline(struct bench *b)
{
	sw_autobuf text;
	struct sw_value v;
	sw_buf_init(&text, 0);
	if (!sw_defined(b->input))
		return;
	sw_json_write(&text, b->input, 0);
	int64_t best = INT64_MAX, until = sw_now_ns() + 100000000;
	for (int i = 0; i < 10000 && (i < 5 || sw_now_ns() < until); i++) {
		sw_autoarena a;
		sw_arena_init(&a, 0);
		int64_t start = sw_now_ns();
		if (sw_json_parse(&a, sw_buf_str(&text), 0, NULL, &v, NULL, NULL))
			return;
		int64_t ns = sw_now_ns() - start;
		best = ns < best ? ns : best;
	}
	b->parse_ns = best;
}

static int measure(struct bench *b)
{
	bool defined = false;
	int64_t ns, limit = sw_opts_int(&b->ctx->opts, "time");
	uint32_t want = (uint32_t)sw_opts_int(&b->ctx->opts, "samples");
	b->ns = sw_arena_array(b->ctx->arena, SAMPLES_MAX, sizeof(*b->ns));
	b->ev = sw_rego_eval_new(b->engine, NULL);
	int rc = sample(b, &ns, &defined);
	if (rc || !b->ns)
		return rc;
	if (!defined && sw_opts_bool(&b->ctx->opts, "fail"))
		return sw_error_set(&b->err, SW_EINVALID, "the query is undefined");
	sample(b, &ns, &defined);
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
	for (int64_t start = sw_now_ns(); !rc && b->n < SAMPLES_MAX;) {
		rc = sample(b, &ns, &defined);
		b->ns[b->n++] = ns;
		b->total += ns;
		if (want ? b->n >= want : sw_now_ns() - start > limit)
			break;
	}
	size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
	b->heap = after > before ? after - before : 0;
	qsort(b->ns, b->n, sizeof(*b->ns), by_value);
	baseline(b);
	return rc;
}

static int64_t at(const struct bench *b, double share)
{
	uint32_t i = (uint32_t)(share * b->n);
	return b->ns[i >= b->n ? b->n - 1 : i];
}

static double ratio(const struct bench *b)
{
	return b->parse_ns ? round(100.0 * (double)at(b, 0.5) / (double)b->parse_ns) / 100 : 0;
}

static const struct {
	const char *name;
	double share;
} marks[] = {{"median", 0.5}, {"75%", 0.75}, {"90%", 0.9}, {"95%", 0.95}, {"99%", 0.99},
	{"99.9%", 0.999}, {"99.99%", 0.9999}};

static void write_json(const struct bench *b)
{
	struct sw_jsonw w;
	char key[80];
	sw_jsonw_init(&w, b->ctx->out);
	sw_jsonw_object(&w, NULL);
	sw_jsonw_int(&w, "N", b->n);
	sw_jsonw_int(&w, "T", b->total);
	sw_jsonw_int(&w, "Bytes", 0);
	sw_jsonw_int(&w, "MemBytes", (int64_t)b->heap);
	sw_jsonw_object(&w, "Extra");
	for (size_t i = 0; i < SW_ARRAY_LEN(marks); i++) {
		snprintf(key, sizeof(key), "histogram_timer_rego_query_eval_ns_%s", marks[i].name);
		sw_jsonw_int(&w, key, at(b, marks[i].share));
	}
	sw_jsonw_int(&w, "histogram_timer_rego_query_eval_ns_count", b->n);
	sw_jsonw_int(&w, "histogram_timer_rego_query_eval_ns_max", b->ns[b->n - 1]);
	sw_jsonw_int(&w, "histogram_timer_rego_query_eval_ns_min", b->ns[0]);
	sw_jsonw_value(
		&w, "histogram_timer_rego_query_eval_ns_mean", sw_double((double)b->total / b->n));
	sw_jsonw_int(&w, "eval_steps", (int64_t)b->stats.steps);
	sw_jsonw_int(&w, "eval_calls", (int64_t)b->stats.calls);
	sw_jsonw_int(&w, "eval_bytes", (int64_t)b->stats.bytes);
	sw_jsonw_int(&w, "eval_allocs", (int64_t)b->stats.allocs);
	if (b->parse_ns) {
		sw_jsonw_int(&w, "baseline_parse_input_ns", b->parse_ns);
		sw_jsonw_value(&w, "ratio_to_baseline", sw_double(ratio(b)));
	}
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
}

static void row(struct sw_policy_table *t, const char *name, const char *fmt, double v)
{
	sw_policy_table_cell(t, sw_str_from(name));
	char text[40];
	snprintf(text, sizeof(text), strcmp(fmt, "x") == 0 ? "%.2f" : "%.0f", v);
	sw_policy_table_cell(t, sw_arena_str(t->arena, sw_str_from(text)));
}

static void write_table(const struct bench *b)
{
	struct sw_policy_table t;
	sw_policy_table_init(&t, b->ctx->arena);
	sw_policy_table_head(&t, SW_STR("samples"));
	sw_policy_table_head(&t, sw_arena_printf(b->ctx->arena, "%u", b->n));
	row(&t, "ns/op", "", (double)b->total / b->n);
	row(&t, "p50 ns", "", (double)at(b, 0.5));
	row(&t, "p95 ns", "", (double)at(b, 0.95));
	row(&t, "p99 ns", "", (double)at(b, 0.99));
	row(&t, "max ns", "", (double)b->ns[b->n - 1]);
	row(&t, "steps/op", "", (double)b->stats.steps);
	row(&t, "arena B/op", "", (double)b->stats.bytes);
	row(&t, "arena allocs/op", "", (double)b->stats.allocs);
	row(&t, "heap B/op", "", (double)b->heap / b->n);
	if (b->parse_ns) {
		row(&t, "baseline: parse input, ns", "", (double)b->parse_ns);
		row(&t, "ratio p50 / baseline", "x", ratio(b));
	}
	sw_policy_table_write(&t, b->ctx->out);
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct bench b = {.ctx = ctx};
	int rc = load(&b);
	const struct sw_rego_diags *d = b.load.errors.n	 ? &b.load.errors
				       : rc && b.engine ? sw_rego_engine_diags(b.engine)
							: NULL;
	if (!rc)
		rc = measure(&b);
	if (!rc && strcmp(sw_opts_str(&ctx->opts, "format"), "json") == 0)
		write_json(&b);
	else if (!rc)
		write_table(&b);
	if (rc && d && d->n)
		sw_rego_errors_text("", d, &b.err);
	else if (rc)
		sw_cmd_fail(&b.err);
	sw_rego_eval_free(b.ev);
	sw_rego_engine_free(b.engine);
	return rc ? 1 : 0;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	{.name = "bundle",
		.letter = 'b',
		.metavar = "PATH",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.complete = SW_COMPLETE_FILE,
		.help = "load a folder as bundle"},
	{.name = "data",
		.letter = 'd',
		.metavar = "PATH",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.complete = SW_COMPLETE_FILE,
		.help = "load policies and data from a file or folder"},
	{.name = "fail",
		.type = SW_OPT_BOOL,
		.def = "true",
		.flags = F,
		.help = "refuse an undefined result"},
	{.name = "format",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "table|pretty|json",
		.def = "table",
		.flags = F,
		.help = "form of the results"},
	{.name = "input",
		.letter = 'i',
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = F,
		.complete = SW_COMPLETE_FILE,
		.help = "input document"},
	{.name = "samples",
		.type = SW_OPT_INT,
		.def = "0",
		.flags = F,
		.help = "so many evaluations; 0: as --time allows"},
	{.name = "time",
		.type = SW_OPT_DURATION,
		.def = "1s",
		.flags = F,
		.help = "evaluate for this long"},
	SW_ROW_V0(F),
};

const struct sw_cmd sw_cmd_policy_bench = {
	.name = "policy bench",
	.summary = "measure a Rego query, as opa bench does",
	.args = "QUERY",
	.description =
		"Evaluates the query again and again, and tells its time as p50, p95 and p99, the "
		"steps and memory of\n"
		"one evaluation, and the ratio of its median to parsing the input's JSON text.",
	.examples = "seawall policy bench -d policy/ -i input.json data.app.allow",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_NONE,
	.min_args = 1,
	.max_args = 1,
	.run = run,
	.own_exit_codes = true,
	.usage_code = 1,
};
