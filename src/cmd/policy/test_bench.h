/* SPDX-License-Identifier: Apache-2.0 */
/* `policy test --bench`: how long a test that passes takes, in the form of Go's benchmarks, which
 * opa test writes. */
#ifndef SW_CMD_POLICY_TEST_BENCH_H
#define SW_CMD_POLICY_TEST_BENCH_H

#include "base/buf.h"
#include "rego/rego.h"
#include "report/jsonw.h"

struct sw_test_bench {
	uint64_t n; /* evaluations; 0: not measured */
	int64_t ns; /* of all of them, with what is around each */
	int64_t eval_ns;
	/* Of one evaluation, from its arena: once that is warm, nothing comes from the heap. */
	size_t bytes;
	uint64_t allocs;
};

/* Evaluates for a second. -SW_E…: an evaluation failed. */
int sw_test_bench_run(struct sw_rego_eval *ev, uint32_t query, int64_t timeout_ns,
	struct sw_test_bench *ret, struct sw_error *err);

/* One line: `name`, or as a Go benchmark is called (BenchmarkDataATestX) with go. */
void sw_test_bench_line(struct sw_buf *out, const struct sw_test_bench *b, struct sw_str name,
	bool go, bool memory);

/* The member "benchmark_result", nothing where n is 0. */
void sw_test_bench_json(struct sw_jsonw *w, const struct sw_test_bench *b);

#endif
