/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/base64.h"

static void decode(const char *text, const char *want)
{
	sw_autoarena a;
	struct sw_str got;
	sw_arena_init(&a, 1 << 20);
	bool ok = sw_base64_decode(&a, sw_str_from(text), &got);
	if (!want && ok)
		fail_msg("\"%s\" is not base64", text);
	if (want) {
		if (!ok)
			fail_msg("\"%s\" is base64", text);
		assert_str(got, want);
	}
}

static void test_decode(void **state)
{
	decode("", "");
	decode("Zg==", "f");
	decode("Zg", "f");
	decode("Zm8=", "fo");
	decode("Zm9v", "foo");
	decode("Zm9vYg==", "foob");
	decode("Pz8/", "???");
	decode("Pz8_", "???");
	decode("Pj4-", ">>>");
	decode("Z", NULL);
	decode("Zg=", NULL);
	decode("Zg===", NULL);
	decode("Z===", NULL);
	decode("====", NULL);
	decode("Zh==", NULL); /* unused bits */
	decode("Zm9v\n", NULL);
	decode("Zm 9v", NULL);
	decode("Z=9v", NULL);
	decode("+-+-", NULL);
	decode("Zm9v\xc3\xa9", NULL);
}

static void test_round(void **state)
{
	sw_autoarena a;
	sw_autobuf b;
	sw_arena_init(&a, 1 << 20);
	sw_buf_init(&b, 0);
	char all[256];
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	for (size_t n = 0; n <= 256; n++) {
		struct sw_str got;
		sw_buf_clear(&b);
		sw_base64_encode(&b, sw_str_make(all, n));
		assert_int_equal(b.n, (n + 2) / 3 * 4);
		assert_true(sw_base64_decode(&a, sw_buf_str(&b), &got));
		assert_int_equal(got.n, n);
		assert_memory_equal(got.p, all, n);
	}
}

static void test_hex(void **state)
{
	uint8_t out[4] = {0};
	sw_autobuf b;
	sw_buf_init(&b, 0);
	assert_true(sw_hex_decode(SW_STR("00fFaB12"), out));
	assert_memory_equal(out, "\x00\xff\xab\x12", 4);
	sw_hex_encode(&b, sw_str_make((char *)out, 4));
	assert_str(sw_buf_str(&b), "00ffab12");
	assert_false(sw_hex_decode(SW_STR("0"), out));
	assert_false(sw_hex_decode(SW_STR("0g"), out));
	assert_false(sw_hex_decode(SW_STR(" 0"), out));
}

static void test_percent(void **state)
{
	char all[256];
	sw_autobuf b, back;
	sw_buf_init(&b, 0);
	sw_buf_init(&back, 0);
	sw_percent_encode(&b, sw_str_make("a/Z:~\0\xff% ", 9), "/");
	assert_str(sw_buf_str(&b), "a/Z%3A~%00%FF%25%20");
	sw_buf_clear(&b);
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	sw_percent_encode(&b, sw_str_make(all, 256), "");
	assert_int_equal(b.n, 66 + 3 * 190); /* letters, digits and four signs stay */
	assert_true(sw_percent_decode(&back, sw_buf_str(&b)));
	assert_int_equal(back.n, 256);
	assert_memory_equal(back.p, all, 256);
	assert_false(sw_percent_decode(&back, SW_STR("%2")));
	assert_false(sw_percent_decode(&back, SW_STR("%2g")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_decode),
		cmocka_unit_test(test_round), cmocka_unit_test(test_hex), cmocka_unit_test(test_percent)};
	return cmocka_run_group_tests_name("base/base64", tests, NULL, NULL);
}
