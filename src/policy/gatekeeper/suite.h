/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Test suites of policies, as `gator verify` runs them (kind Suite of test.gatekeeper.sh): each test is a
 * template and a constraint, each case an object with an inventory and assertions about the violations.
 *
 * Paths in a suite are relative to its file. Every case starts from an empty inventory.
 */
#ifndef SW_POLICY_GATEKEEPER_SUITE_H
#define SW_POLICY_GATEKEEPER_SUITE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/re2.h"

struct sw_gk_case {
	struct sw_str name;
	struct sw_str error; /* p NULL: it passed */
	struct sw_str print; /* what the policies printed */
	double seconds;
	bool skipped;
};

struct sw_gk_test {
	struct sw_str name;
	struct sw_str error;
	double seconds;
	bool skipped;
	struct sw_gk_case *cases;
	uint32_t n_cases;
};

struct sw_gk_suite {
	struct sw_str path;
	struct sw_str error;
	double seconds;
	bool skipped;
	struct sw_gk_test *tests;
	uint32_t n_tests;
};

/* Which tests and cases run: "regex" is about either name, "test-regex//case-regex" about both. */
struct sw_gk_filter {
	struct sw_re2 *test, *one; /* `one` about cases; NULL: everything */
	bool both;
};

int sw_gk_filter_init(struct sw_gk_filter *f, struct sw_str text, struct sw_error *err);
void sw_gk_filter_release(struct sw_gk_filter *f);

/*
 * Run the suite in a file. 1: it was one, *ret says how it went; 0: the file is no Suite;
 * negative: it cannot be read. Results live in `a`.
 */
int sw_gk_suite_run(struct sw_arena *a, const char *path, const struct sw_gk_filter *filter,
	struct sw_gk_suite *ret, struct sw_error *err);
bool sw_gk_suite_failed(const struct sw_gk_suite *s);

#endif
