/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/buf.h"

static void ceiling_drops_whole_writes(void **state)
{
	sw_autobuf b;
	sw_buf_init(&b, 8);
	sw_buf_addz(&b, "abcd");
	sw_buf_addz(&b, "efghi"); /* the ninth byte is one too many: none of the five is written */
	assert_true(b.overflow);
	sw_buf_addch(&b, 'x');
	assert_str(sw_buf_str(&b), "abcd");
	sw_buf_clear(&b);
	sw_buf_printf(&b, "%d", 12345678);
	assert_string_equal(sw_buf_cstr(&b), "12345678");
}

static void printf_longer_than_the_stack_buffer(void **state)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_buf_printf(&b, "%0500d|", 7);
	sw_buf_addrune(&b, 0x20ac);
	assert_int_equal(b.n, 504);
	assert_string_equal(sw_buf_cstr(&b) + 499, "7|\xe2\x82\xac");
}

static void empty_is_a_string(void **state)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	assert_string_equal(sw_buf_cstr(&b), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ceiling_drops_whole_writes),
		cmocka_unit_test(printf_longer_than_the_stack_buffer),
		cmocka_unit_test(empty_is_a_string),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
