/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/der.h"

static void elements(void **state)
{
	struct sw_der rest = sw_der_from(SW_STR("\x04\x03"
						"abc\x0c\x01x")),
		      body, whole;
	struct sw_str text;
	unsigned tag;
	assert_false(sw_der_get(&rest, SW_DER_SEQ, &body));
	assert_true(sw_der_any(&rest, &tag, &body, &whole));
	assert_int_equal(tag, SW_DER_OCTETS);
	assert_str(sw_der_str(body), "abc");
	assert_int_equal(whole.n, 5);
	assert_true(sw_der_utf8(sw_der_str(rest), &text));
	assert_str(text, "x");
	assert_false(sw_der_utf8(SW_STR("\x0c\x01xy"), &text));
}

static void what_is_not_der(void **state)
{
	static const struct sw_str bad[] = {
		SW_STR_INIT(""), SW_STR_INIT("\x04"), SW_STR_INIT("\x04\x80"), /* indefinite */
		SW_STR_INIT("\x04\x81\x01x"),				   /* not the shortest */
		SW_STR_INIT("\x04\x82\x00\x81"),			   /* leading zero */
		SW_STR_INIT("\x04\x85\x01\x01\x01\x01\x01"),		   /* more than 4 bytes */
		SW_STR_INIT("\x04\x84\xff\xff\xff\xff"),		   /* beyond the end */
		SW_STR_INIT("\x04\x02x"), SW_STR_INIT("\x1f\x81\x01\x00"), /* a tag of many bytes */
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct sw_der rest = sw_der_from(bad[i]), body;
		unsigned tag;
		assert_false(sw_der_any(&rest, &tag, &body, NULL));
		assert_int_equal(rest.n, bad[i].n);
	}
}

static void lengths(void **state)
{
	static const struct {
		const char *head;
		size_t n_head, n;
	} cases[] = {{"\x30\x00", 2, 0}, {"\x30\x7f", 2, 127}, {"\x30\x81\x80", 3, 128},
		{"\x30\x81\xff", 3, 255}, {"\x30\x82\x01\x00", 4, 256},
		{"\x30\x82\xff\xff", 4, 65535}, {"\x30\x83\x01\x00\x00", 5, 65536}};
	static char bytes[65536 + 8];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(bytes, cases[i].head, cases[i].n_head);
		struct sw_der rest = sw_der_from(sw_str_make(bytes, cases[i].n_head + cases[i].n)),
			      body;
		assert_true(sw_der_get(&rest, SW_DER_SEQ, &body));
		assert_int_equal(body.n, cases[i].n);
		assert_int_equal(rest.n, 0);
	}
}

static void names(void **state)
{
	assert_true(
		sw_der_oid_is(sw_der_from(SW_STR("\x2a\x86\x48\x86\xf7\x0d")), "1.2.840.113549"));
	assert_false(
		sw_der_oid_is(sw_der_from(SW_STR("\x2a\x80\x01")), "1.2.1")); /* not the shortest */
	assert_false(sw_der_oid_is(sw_der_from(SW_STR("\x2a\x86")), "1.2"));  /* cut short */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements),
		cmocka_unit_test(what_is_not_der),
		cmocka_unit_test(lengths),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
