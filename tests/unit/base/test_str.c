/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

static void find_edges(void **state)
{
	assert_int_equal(sw_str_find(SW_STR("abc"), SW_STR(""), 3), 3);
	assert_int_equal(sw_str_find(SW_STR("abc"), SW_STR(""), 4), SW_NPOS);
	assert_int_equal(sw_str_find(SW_STR("aab"), SW_STR("ab"), 0), 1);
	assert_int_equal(sw_str_find(SW_STR("ab"), SW_STR("abc"), 0), SW_NPOS);
	assert_int_equal(sw_str_rfind(SW_STR("abab"), SW_STR("ab")), 2);
	assert_int_equal(sw_str_rfind(SW_STR(""), SW_STR("")), 0);
	assert_int_equal(sw_str_find((struct sw_str){0}, SW_STR("a"), 0), SW_NPOS);
}

static void integers(void **state)
{
	int64_t v;
	assert_true(sw_str_to_i64(SW_STR("-9223372036854775808"), &v));
	assert_true(v == INT64_MIN);
	assert_true(sw_str_to_i64(SW_STR("9223372036854775807"), &v));
	assert_true(v == INT64_MAX);
	assert_false(sw_str_to_i64(SW_STR("9223372036854775808"), &v));
	assert_false(sw_str_to_i64(SW_STR("-9223372036854775809"), &v));
	assert_false(sw_str_to_i64(SW_STR("99999999999999999999999"), &v));
	assert_false(sw_str_to_i64(SW_STR(""), &v));
	assert_false(sw_str_to_i64(SW_STR("-"), &v));
	assert_false(sw_str_to_i64(SW_STR("1 "), &v));
	assert_true(sw_str_to_i64(SW_STR("+7"), &v));
	assert_true(v == 7);
}

static void utf8_malformed_moves_one_byte(void **state)
{
	static const char *const bad[] = {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xff"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		size_t pos = 0;
		assert_int_equal(sw_utf8_next(sw_str_from(bad[i]), &pos), 0xfffd);
		assert_int_equal(pos, 1);
		assert_false(sw_utf8_valid(sw_str_from(bad[i])));
	}
	static const uint32_t cps[] = {0, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff};
	for (size_t i = 0; i < sizeof(cps) / sizeof(*cps); i++) {
		char out[4];
		size_t n = sw_utf8_put(out, cps[i]), pos = 0;
		assert_int_equal(sw_utf8_next(sw_str_make(out, n), &pos), cps[i]);
		assert_int_equal(pos, n);
	}
}

static void split_keeps_empty_pieces(void **state)
{
	struct sw_str rest = SW_STR("a,,b,"), piece;
	static const char *const want[] = {"a", "", "b", ""};
	for (size_t i = 0; i < 4; i++) {
		assert_true(sw_str_split(&rest, ',', &piece));
		assert_str(piece, want[i]);
	}
	assert_false(sw_str_split(&rest, ',', &piece));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(find_edges),
		cmocka_unit_test(integers),
		cmocka_unit_test(utf8_malformed_moves_one_byte),
		cmocka_unit_test(split_keeps_empty_pieces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
