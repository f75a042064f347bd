/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digits.h"

static void known(void **state)
{
	static const struct {
		double d;
		const char *digits;
		int exp;
		const char *plain, *scientific;
	} cases[] = {
		{0, "0", 0, "0", "0e+00"},
		{-0.0, "0", 0, "0", "0e+00"},
		{1, "1", 0, "1", "1e+00"},
		{-1500, "15", 3, "1500", "1.5e+03"},
		{0.1, "1", -1, "0.1", "1e-01"},
		{0.0015, "15", -3, "0.0015", "1.5e-03"},
		{0.30000000000000004, "30000000000000004", -1, "0.30000000000000004",
			"3.0000000000000004e-01"},
		{123456789012345680000.0, "12345678901234568", 20, "123456789012345680000",
			"1.2345678901234568e+20"},
		{5e-324, "5", -324, NULL, "5e-324"},
		{2.225073858507201e-308, "2225073858507201", -308, NULL, "2.225073858507201e-308"},
		{1.7976931348623157e308, "17976931348623157", 308, NULL, "1.7976931348623157e+308"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char digits[SW_DIGITS_MAX];
		int exp, n = sw_digits(cases[i].d, digits, &exp);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		assert_str(sw_str_make(digits, (size_t)n), cases[i].digits);
		assert_int_equal(exp, cases[i].exp);
		sw_digits_scientific(&b, digits, n, exp);
		assert_str(sw_buf_str(&b), cases[i].scientific);
		sw_buf_clear(&b);
		sw_digits_plain(&b, digits, n, exp);
		if (cases[i].plain)
			assert_str(sw_buf_str(&b), cases[i].plain);
		assert_true(strtod(sw_buf_cstr(&b), NULL) ==
			    (cases[i].d < 0 ? -cases[i].d : cases[i].d));
	}
}

/* Any bits: the digits read back as the number, and one digit fewer does not. */
static void fewest(void **state)
{
	uint64_t x = 88172645463325252u;
	for (int i = 0; i < 20000; i++) {
		char digits[SW_DIGITS_MAX], shorter[40];
		double d;
		int exp;
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		uint64_t bits = x & ~((uint64_t)1 << 63);
		memcpy(&d, &bits, sizeof(d));
		if (!(d < 1e308))
			continue;
		int n = sw_digits(d, digits, &exp);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		sw_digits_scientific(&b, digits, n, exp);
		assert_true(strtod(sw_buf_cstr(&b), NULL) == d);
		snprintf(shorter, sizeof(shorter), "%.*e", n > 1 ? n - 2 : 0, d);
		assert_true(n == 1 || strtod(shorter, NULL) != d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(fewest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
