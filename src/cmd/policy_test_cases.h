/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cases of one test: a rule test_x[name] makes an object whose members are its cases. A case that began
 * and is no member has failed. Everything lives in the arena given to the first call.
 */
#ifndef SW_CMD_POLICY_TEST_CASES_H
#define SW_CMD_POLICY_TEST_CASES_H

#include "base/arena.h"
#include "base/buf.h"
#include "doc/value.h"
#include "report/jsonw.h"

struct sw_test_case {
	struct sw_str name;
	bool fail;
	struct sw_test_case **v; /* below, sorted by name */
	uint32_t n, cap;
};

/* The document of the rule. False: out of memory. Nothing fails because there is no case. */
bool sw_test_cases_add(struct sw_arena *a, struct sw_test_case *root, struct sw_value document);
/* Cases that began, in the form of internal.test_case()'s argument: an array of names. */
bool sw_test_cases_began(struct sw_arena *a, struct sw_test_case *root, struct sw_value path);
void sw_test_cases_count(const struct sw_test_case *root, uint32_t *passed, uint32_t *failed);
/* A line for each that failed, or each at all. */
void sw_test_cases_lines(struct sw_buf *out, const struct sw_test_case *root, bool all, unsigned indent);
void sw_test_cases_json(struct sw_jsonw *w, const struct sw_test_case *root);

#endif
