/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "doc/value.h"

static struct sw_value num(const char *s)
{
	return sw_number(sw_str_from(s));
}

static void order_is_exact_decimal(void **state)
{
	static const char *const rising[] = {"-1e400", "-12345678901234567891", "-12345678901234567890",
		"-2", "-1.5", "-1e-400", "0", "1e-400", "0.1", "0.10000000000000000000001", "1",
		"1.00000000000000000001", "9223372036854775807", "9223372036854775808", "1e400",
		"1e99999999999999999999"};
	size_t n = sizeof(rising) / sizeof(*rising);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			if (sw_number_cmp(num(rising[i]), num(rising[j])) != (i > j) - (i < j))
				fail_msg("%s against %s", rising[i], rising[j]);
}

static void equal_in_every_spelling(void **state)
{
	static const char *const one[] = {"1", "1.0", "10e-1", "0.1e1", "1.000", "1e0", "0.001E+3"};
	for (size_t i = 0; i < sizeof(one) / sizeof(*one); i++) {
		int64_t v = 0;
		assert_true(sw_value_eq(num("1"), num(one[i])));
		assert_true(sw_value_hash(num("1")) == sw_value_hash(num(one[i])));
		assert_true(sw_value_int(num(one[i]), &v));
		assert_true(v == 1);
	}
	assert_true(sw_value_eq(num("0"), num("-0.0e9")));
	assert_true(sw_value_hash(num("0")) == sw_value_hash(num("-0")));
	assert_true(sw_value_eq(sw_double(0.5), num("0.5")));
	assert_true(sw_value_hash(num("1e400")) == sw_value_hash(num("10e399")));
	assert_true(sw_value_eq(num("1e400"), num("10.0e399")));
}

static void int64_borders(void **state)
{
	int64_t v;
	assert_true(sw_value_int(num("-9223372036854775808.0"), &v) && v == INT64_MIN);
	assert_false(sw_value_int(num("9223372036854775808.0"), &v));
	assert_false(sw_value_int(num("1.5"), &v));
	assert_false(sw_value_int(num("1e19"), &v));
	assert_true(sw_value_int(num("1e18"), &v) && v == 1000000000000000000);
	assert_false(sw_value_int(sw_double(1.0 / 0.0), &v));
	assert_int_equal(num("9223372036854775808").repr, SW_NUM_TEXT);
	assert_int_equal(num("9223372036854775807").repr, SW_NUM_INT);
	assert_int_equal(num("-0").repr, SW_NUM_TEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_exact_decimal),
		cmocka_unit_test(equal_in_every_spelling),
		cmocka_unit_test(int64_borders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
