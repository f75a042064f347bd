/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/policy/test_bench.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cmd/policy/rego_load.h"

#define TIMER "timer_rego_query_eval_ns/op"
enum { RUN_NS = 1000000000 };

int sw_test_bench_run(struct sw_rego_eval *ev, uint32_t query, int64_t timeout_ns,
	struct sw_test_bench *ret, struct sw_error *err)
{
	struct sw_rego_eval_input in = {.timeout_ns = timeout_ns};
	struct sw_rego_eval_stats stats = {0};
	struct sw_test_bench b = {0};
	int64_t start = sw_now_ns();
	do {
		struct sw_rego_result r = {0};
		int64_t from = sw_now_ns();
		sw_rego_eval_begin(ev, &in);
		int rc = sw_rego_eval_run(ev, query, &r, err);
		b.eval_ns += sw_now_ns() - from;
		sw_rego_eval_stats(ev, &stats);
		sw_rego_eval_end(ev);
		if (rc)
			return rc;
		b.n++;
		b.ns = sw_now_ns() - start;
	} while (b.ns < RUN_NS);
	b.bytes = stats.bytes;
	b.allocs = stats.allocs;
	*ret = b;
	return 0;
}

/* As testing.BenchmarkResult writes a number: four digits that count, in a column. */
static void metric(struct sw_buf *out, double v, const char *unit)
{
	static const double least[] = {
		999.95, 99.995, 9.9995, 0.99995, 0.099995, 0.0099995, 0.00099995};
	int k = 0;
	while (v != 0 && k < 7 && v < least[k])
		k++;
	sw_buf_printf(out, "\t%*.*f %s", k ? 11 + k : 10, k, v, unit);
}

/* data.foo.test_auth is BenchmarkDataFooTestAuth. */
static void go_name(struct sw_buf *out, struct sw_str name)
{
	bool first = true;
	sw_buf_addz(out, "Benchmark");
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		if (c != '.' && c != '_')
			sw_buf_addch(out, first ? (char)toupper(c) : (char)c);
		first = !isalnum(c);
	}
}

void sw_test_bench_line(
	struct sw_buf *out, const struct sw_test_bench *b, struct sw_str name, bool go, bool memory)
{
	if (go)
		go_name(out, name);
	else
		sw_buf_addstr(out, name);
	sw_buf_printf(out, "\t%8llu", (unsigned long long)b->n);
	metric(out, (double)(b->ns / (int64_t)b->n), "ns/op");
	metric(out, (double)b->eval_ns / (double)b->n, TIMER);
	if (memory)
		sw_buf_printf(out, "\t%8zu B/op\t%8llu allocs/op", b->bytes, (unsigned long long)b->allocs);
	sw_buf_addch(out, '\n');
}

void sw_test_bench_json(struct sw_jsonw *w, const struct sw_test_bench *b)
{
	sw_jsonw_object(w, "benchmark_result");
	sw_jsonw_int(w, "N", (int64_t)b->n);
	sw_jsonw_int(w, "T", b->ns);
	sw_jsonw_int(w, "Bytes", 0);
	sw_jsonw_int(w, "MemAllocs", (int64_t)(b->allocs * b->n));
	sw_jsonw_int(w, "MemBytes", (int64_t)(b->bytes * b->n));
	if (b->n) {
		sw_jsonw_object(w, "Extra");
		sw_jsonw_value(w, TIMER, sw_double((double)b->eval_ns / (double)b->n));
		sw_jsonw_end(w);
	} else {
		sw_jsonw_value(w, "Extra", sw_null());
	}
	sw_jsonw_end(w);
}
