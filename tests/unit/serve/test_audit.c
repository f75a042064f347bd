/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "serve/audit.h"

static int lines(const char *body, struct sw_buf *out, uint64_t *n)
{
	sw_buf_clear(out);
	return sw_audit_lines(sw_str_from(body), out, n, NULL);
}

static void writes_one_line_per_event(void **state)
{
	sw_autobuf b;
	uint64_t n;
	sw_buf_init(&b, 0);
	assert_int_equal(
		lines("{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/"
		      "v1\",\"metadata\":{},\"items\":[\n"
		      "{\"b\": 1,\n\"a\":\"x\\ny\"}, {\"c\":[1.50, 12345678901234567890]}]}",
			&b, &n),
		0);
	assert_int_equal(n, 2);
	assert_str(
		sw_buf_str(&b), "{\"a\":\"x\\ny\",\"b\":1}\n{\"c\":[1.50,12345678901234567890]}\n");
}

static void leaves_the_bodies_of_secrets_out(void **state)
{
	sw_autobuf b;
	uint64_t n;
	sw_buf_init(&b, 0);
	assert_int_equal(lines("{\"items\":[{\"objectRef\":{\"resource\":\"secrets\"},"
			       "\"requestObject\":1,\"responseObject\":2},"
			       "{\"objectRef\":{\"resource\":\"secrets\",\"apiGroup\":\"x.io\"},"
			       "\"requestObject\":1}]}",
				 &b, &n),
		0);
	assert_str(sw_buf_str(&b), "{\"objectRef\":{\"resource\":\"secrets\"}}\n"
				   "{\"objectRef\":{\"apiGroup\":\"x.io\",\"resource\":\"secrets\"}"
				   ",\"requestObject\":1}\n");
}

static void says_what_is_wrong(void **state)
{
	sw_autobuf b;
	uint64_t n;
	sw_buf_init(&b, 0);
	assert_int_equal(lines("{\"items\":[{\"a\":1},{\"b\":", &b, &n), -SW_ESYNTAX);
	assert_int_equal(n, 1);
	assert_str(sw_buf_str(&b), "{\"a\":1}\n");
	assert_int_equal(lines("{\"items\":[1]}", &b, &n), -SW_EINVALID);
	assert_int_equal(lines("{\"kind\":\"PodList\",\"items\":[]}", &b, &n), -SW_EINVALID);
	assert_int_equal(lines("{\"kind\":\"EventList\"}", &b, &n), -SW_ENOENT);
	assert_int_equal(lines("{\"items\":{}}", &b, &n), -SW_EINVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_one_line_per_event),
		cmocka_unit_test(leaves_the_bodies_of_secrets_out),
		cmocka_unit_test(says_what_is_wrong),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
