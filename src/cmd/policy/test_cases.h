/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cases of one test: a rule test_x[name] makes an object whose members are its cases. A case
 * that began and is no member has failed. Everything lives in the arena given to the first call.
 */
#ifndef SW_CMD_POLICY_TEST_CASES_H
#define SW_CMD_POLICY_TEST_CASES_H

#include "base/arena.h"
#include "base/buf.h"
#include "doc/value.h"
#include "rego/rego.h"
#include "report/jsonw.h"

/* ---- names (test_names.c) ---- */

/* Items of a rule's ref up to the name of the test; 0: no test. */
uint32_t sw_test_name_items(const struct sw_rego_rule *r);
bool sw_test_is_todo(const struct sw_rego_rule *r, uint32_t n);
/* The first n items, behind the package (data.pkg.test_x) or alone. */
struct sw_str sw_test_name(
	struct sw_arena *a, const struct sw_rego_rule *r, uint32_t n, bool package);
/* The same items behind the package, as a ref. NULL: out of memory. */
struct sw_rego_term *sw_test_path(struct sw_arena *a, const struct sw_rego_rule *r, uint32_t n);
/* Before compiling: several rules of one name become tests of their own: test_x, test_x#01, ... */
int sw_tests_rename(struct sw_rego_engine *e, struct sw_arena *scratch, struct sw_error *err);

/* ---- cases ---- */

/* The last expression that failed. */
struct sw_test_failure {
	const struct sw_rego_loc *loc; /* NULL: none */
	struct sw_str text;	       /* its source, and below it what its parts were */
};

struct sw_test_case {
	struct sw_str name;
	bool fail;
	struct sw_test_failure failure;
	struct sw_test_case **v; /* below, sorted by name */
	uint32_t n, cap;
};

/* The document of the rule. False: out of memory. Nothing fails because there is no case. */
bool sw_test_cases_add(struct sw_arena *a, struct sw_test_case *root, struct sw_value document);
/* Cases that began, in the form of internal.test_case()'s argument: an array of names. */
bool sw_test_cases_began(struct sw_arena *a, struct sw_test_case *root, struct sw_value path);
/* The case of such a path; NULL: there is none. */
struct sw_test_case *sw_test_cases_find(struct sw_test_case *root, struct sw_value path);
void sw_test_cases_count(const struct sw_test_case *root, uint32_t *passed, uint32_t *failed);
/* A line for each that failed, or each at all. */
void sw_test_cases_lines(
	struct sw_buf *out, const struct sw_test_case *root, bool all, unsigned indent);
void sw_test_cases_json(struct sw_jsonw *w, const struct sw_test_case *root);

#endif
