/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text to a value, for tests. */
#ifndef SW_TEST_BUILD_H
#define SW_TEST_BUILD_H

#include "../test.h"

#include "doc/json.h"

/* Single quotes stand for double ones. Fails the test on bad JSON. */
static inline struct sw_value json(struct sw_arena *a, const char *text)
{
	char *copy = sw_arena_cstr(a, sw_str_from(text));
	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	struct sw_value v = sw_undef();
	struct sw_error err = {0};
	if (sw_json_parse(a, sw_str_from(copy), SW_JSON_SPANS, NULL, &v, NULL, &err))
		fail_msg("%s in %s", err.text, copy);
	return v;
}

#endif
