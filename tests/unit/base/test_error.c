/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/error.h"

static void place_text_and_hint(void **state)
{
	struct sw_error e;
	char out[512];
	assert_int_equal(sw_error_set(&e, SW_ESYNTAX, "unexpected %c", '}'), -SW_ESYNTAX);
	assert_string_equal(sw_error_format(&e, out, sizeof(out)), "unexpected }");
	sw_error_at(&e, SW_STR("a.yaml"), 3, 9, 40);
	sw_error_hint(&e, "remove it");
	assert_int_equal(sw_error_prefix(&e, "policy: "), -SW_ESYNTAX);
	assert_string_equal(
		sw_error_format(&e, out, sizeof(out)), "a.yaml:3:9: policy: unexpected } (remove it)");
	assert_int_equal(sw_error_set(NULL, SW_EIO, "x"), -SW_EIO);
}

static void long_text_is_cut_not_overrun(void **state)
{
	struct sw_error e;
	char big[4096];
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	sw_error_set(&e, SW_EIO, "%s", big);
	sw_error_prefix(&e, "%s", big);
	assert_int_equal(strlen(e.text), 767); /* 511 of the prefix, then what fits of the text */
	assert_int_equal(e.code, SW_EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(place_text_and_hint),
		cmocka_unit_test(long_text_is_cut_not_overrun),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
