/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka needs its own includes in this order; a test file includes this and what it tests. */
#ifndef SW_TEST_H
#define SW_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

/* A string view must hold exactly these bytes. */
#define assert_str(actual, literal)                                                                \
	do {                                                                                       \
		struct sw_str a_ = (actual);                                                       \
		struct sw_str e_ = sw_str_from(literal);                                           \
		if (!sw_str_eq(a_, e_))                                                            \
			fail_msg("got \"%.*s\", want \"%.*s\"", SW_STR_ARG(a_), SW_STR_ARG(e_));   \
	} while (0)

#endif
