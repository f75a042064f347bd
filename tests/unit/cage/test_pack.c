/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "cage/pack.h"

static void numbers_come_back(void **state)
{
	const uint64_t v[] = {0, 1, 127, 128, 300, UINT32_MAX, INT64_MAX, UINT64_MAX};
	sw_autobuf b;
	(void)state;
	sw_buf_init(&b, 0);
	for (size_t i = 0; i < 8; i++)
		sw_pack_u64(&b, v[i]);
	struct sw_unpack u = {.rest = sw_buf_str(&b)};
	for (size_t i = 0; i < 8; i++)
		assert_true(sw_unpack_u64(&u) == v[i]);
	assert_false(u.bad);
	assert_int_equal(u.rest.n, 0);
	sw_unpack_u64(&u);
	assert_true(u.bad);
}

static void lies_are_caught(void **state)
{
	(void)state;
	/* A number of eleven bytes, one of 65 bits, one that is cut short. */
	const char *const bad[] = {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "\xff\xff"};
	for (size_t i = 0; i < 3; i++) {
		struct sw_unpack u = {.rest = sw_str_from(bad[i])};
		assert_true(sw_unpack_u64(&u) == 0);
		assert_true(u.bad);
	}
	/* A text longer than what is there, and one longer than allowed. */
	struct sw_unpack u = {.rest = SW_STR("\x05"
					     "abc")};
	assert_int_equal(sw_unpack_str(&u, 100).n, 0);
	assert_true(u.bad);
	u = (struct sw_unpack){.rest = SW_STR("\x03"
					      "abc")};
	assert_int_equal(sw_unpack_str(&u, 2).n, 0);
	assert_true(u.bad);
	/* Once bad, nothing comes any more. */
	assert_null(sw_unpack_bytes(&u, 1));
	assert_true(sw_unpack_u64(&u) == 0);
	u = (struct sw_unpack){.rest = SW_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")};
	assert_int_equal(sw_unpack_str(&u, SIZE_MAX).n, 0);
	assert_true(u.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_come_back), cmocka_unit_test(lies_are_caught)};
	return cmocka_run_group_tests_name("cage/pack", tests, NULL, NULL);
}
