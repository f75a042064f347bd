/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include <stdlib.h>

#include "base/term.h"

static void widths(void **state)
{
	assert_int_equal(sw_text_width(SW_STR("abc")), 3);
	assert_int_equal(sw_text_width(SW_STR("\xe6\xb5\xb7")), 2);	/* 海 */
	assert_int_equal(sw_text_width(SW_STR("e\xcc\x81")), 1);	/* e + combining acute */
	assert_int_equal(sw_text_width(SW_STR("\xf0\x9f\x9a\xa2")), 2); /* ship */
	assert_int_equal(sw_text_width(SW_STR("\xff\xfe")), 2);		/* two replacements */
	assert_str(sw_text_fit(SW_STR("a\xe6\xb5\xb7z"), 2), "a");	/* never half a character */
	assert_str(sw_text_fit(SW_STR("a\xe6\xb5\xb7z"), 3), "a\xe6\xb5\xb7");
}

static void clean_disarms(void **state)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_text_clean(&b, sw_str_make("a\x1b[31m\r\n\t\0\x7f\xc2\x9b\xe2\x80\xae", 16));
	assert_str(sw_buf_str(&b), "a\\x1b[31m\\r\\n\\t\\x00\\x7f\\x9b\\u{202e}");
	sw_buf_clear(&b);
	sw_text_clean_fit(&b, SW_STR("abcdefghij"), 6);
	assert_str(sw_buf_str(&b), "abc...");
	sw_buf_clear(&b);
	sw_text_clean_fit(&b, SW_STR("abcdef"), 6);
	assert_str(sw_buf_str(&b), "abcdef");
}

static void wrap(void **state)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_text_wrap(&b, SW_STR("one two three four"), 0, 2, 12);
	assert_str(sw_buf_str(&b), "one two\n  three four\n");
	sw_buf_clear(&b);
	sw_text_wrap(&b, SW_STR("abcdefghijklmnopqrstuvwxyz"), 0, 0, 10);
	assert_str(sw_buf_str(&b), "abcdefghij\nklmnopqrst\nuvwxyz\n");
	sw_buf_clear(&b);
	sw_text_wrap(&b, SW_STR("a\n\nb"), 0, 1, 20);
	assert_str(sw_buf_str(&b), "a\n\n b\n");
}

static void color_rules(void **state)
{
	struct sw_term t;
	setenv("NO_COLOR", "1", 1);
	sw_term_init(&t, -1, "auto");
	assert_false(t.color);
	setenv("FORCE_COLOR", "1", 1);
	sw_term_init(&t, -1, "auto");
	assert_false(t.color); /* NO_COLOR is the stronger wish */
	unsetenv("NO_COLOR");
	sw_term_init(&t, -1, "auto");
	assert_true(t.color);
	sw_term_init(&t, -1, "never");
	assert_false(t.color);
	setenv("NO_COLOR", "1", 1);
	sw_term_init(&t, -1, "always");
	assert_true(t.color);
	setenv("COLUMNS", "123", 1);
	sw_term_init(&t, -1, NULL);
	assert_int_equal(t.width, 123);
	assert_false(t.endless);
	setenv("COLUMNS", "7x", 1);
	sw_term_init(&t, -1, NULL);
	assert_int_equal(t.width, 80);
	assert_true(t.endless); /* neither a terminal nor a wish */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths),
		cmocka_unit_test(clean_disarms),
		cmocka_unit_test(wrap),
		cmocka_unit_test(color_rules),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
