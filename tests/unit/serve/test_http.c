/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "serve/http.h"

static int head(const char *text, struct sw_http_request *r)
{
	return sw_http_head(sw_str_from(text), r);
}

static void reads_what_the_api_server_sends(void **state)
{
	struct sw_http_request r;
	const char *text = "POST /validate?timeout=10s HTTP/1.1\r\nHost: hook.demo.svc:18443\r\n"
			   "User-Agent: kube-apiserver-admission\r\nContent-Length: "
			   "1170\r\nAccept: application/json, */*\r\n"
			   "Content-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n{";
	assert_int_equal(head(text, &r), 1);
	assert_str(r.method, "POST");
	assert_str(r.path, "/validate");
	assert_str(r.query, "timeout=10s");
	assert_str(r.host, "hook.demo.svc:18443");
	assert_str(r.content_type, "application/json");
	assert_int_equal(r.length, 1170);
	assert_true(r.keep_alive);
	assert_false(r.chunked);
	assert_int_equal(text[r.head], '{');
}

static void every_cut_needs_more(void **state)
{
	const char *text = "\r\nGET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	struct sw_http_request r;
	for (size_t n = 0; n < strlen(text); n++)
		assert_int_equal(sw_http_head(sw_str_make(text, n), &r), 0);
	assert_int_equal(head(text, &r), 1);
	assert_int_equal(r.head, strlen(text));
	assert_false(r.keep_alive);
}

static void keep_alive_by_version(void **state)
{
	struct sw_http_request r;
	assert_int_equal(head("GET / HTTP/1.0\r\n\r\n", &r), 1);
	assert_false(r.keep_alive);
	assert_int_equal(head("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", &r), 1);
	assert_true(r.keep_alive);
	assert_int_equal(
		head("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, CLOSE\r\n\r\n", &r), 1);
	assert_false(r.keep_alive);
}

static void refuses_what_two_servers_could_read_differently(void **state)
{
	static const struct {
		int status;
		const char *text;
	} rows[] = {
		{-400, "GET / HTTP/1.1\nHost: x\r\n\r\n"},
		{-400, "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc: d\r\n\r\n"},
		{-400, "GET / HTTP/1.1\r\nHost : x\r\n\r\n"},
		{-400, "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n"},
		{-400, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"},
		{-400, "GET / HTTP/1.1\r\n\r\n"},
		{-400, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"},
		{-400, "GET / HTTP/1.1 \r\nHost: x\r\n\r\n"},
		{-400, "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"},
		{-400, "G(T / HTTP/1.1\r\nHost: x\r\n\r\n"},
		{-400, "GET /\x7f HTTP/1.1\r\nHost: x\r\n\r\n"},
		{-400, "GET / http/1.1\r\nHost: x\r\n\r\n"},
		{-505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
		{-505, "GET / HTTP/1.2\r\nHost: x\r\n\r\n"},
		{-400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: "
		       "1\r\n\r\n"},
		{-400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n"},
		{-400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n"},
		{-400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\n"},
		{-400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n"},
		{-400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: "
		       "99999999999999999999\r\n\r\n"},
		{-400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: "
		       "chunked\r\n\r\n"},
		{-400, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		       "chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{-400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{-501, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"},
		{-501, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n"},
		{-417, "POST / HTTP/1.1\r\nHost: x\r\nExpect: magic\r\n\r\n"},
		{-400, "GET / HTTP/1.1\r\nHost: x\r\nA: \x0b\r\n\r\n"},
		{-400, "GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n"},
		{-400, "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sw_http_request r;
		if (head(rows[i].text, &r) != rows[i].status)
			fail_msg("%s: %d, want %d", rows[i].text, head(rows[i].text, &r),
				rows[i].status);
	}
}

static void heads_have_a_ceiling(void **state)
{
	struct sw_http_request r;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_buf_addz(&b, "GET /");
	sw_buf_pad(&b, 'a', SW_HTTP_HEAD_MAX);
	assert_int_equal(sw_http_head(sw_buf_str(&b), &r), -414);
	sw_buf_clear(&b);
	sw_buf_addz(&b, "GET / HTTP/1.1\r\nHost: x\r\nA: ");
	sw_buf_pad(&b, 'a', SW_HTTP_HEAD_MAX);
	assert_int_equal(sw_http_head(sw_buf_str(&b), &r), -431);
	sw_buf_clear(&b);
	sw_buf_addz(&b, "GET / HTTP/1.1\r\nHost: x\r\n");
	for (int i = 0; i < SW_HTTP_FIELDS_MAX; i++)
		sw_buf_addz(&b, "a: b\r\n");
	sw_buf_addz(&b, "\r\n");
	assert_int_equal(sw_http_head(sw_buf_str(&b), &r), -431);
}

/* In pieces of every size the same body comes out. */
static void takes_chunks_apart(void **state)
{
	static const char text[] =
		"5;name=\"x\"\r\nhello\r\n00a\r\n, chunked!\r\n0\r\nTrailer: 1\r\nB: 2\r\n\r\nGET";
	for (size_t step = 1; step < sizeof(text); step++) {
		struct sw_http_chunks c = {0};
		sw_autobuf body;
		sw_buf_init(&body, 100);
		size_t at = 0, used;
		int rc = 0;
		while (rc == 0 && at < sizeof(text) - 1) {
			size_t n = sizeof(text) - 1 - at < step ? sizeof(text) - 1 - at : step;
			rc = sw_http_chunked(&c, sw_str_make(text + at, n), &body, 15, &used);
			at += used;
		}
		assert_int_equal(rc, 1);
		assert_str(sw_buf_str(&body), "hello, chunked!");
		assert_string_equal(text + at, "GET");
	}
}

static int chunked(const char *text, size_t max)
{
	struct sw_http_chunks c = {0};
	sw_autobuf body;
	sw_buf_init(&body, 1000);
	size_t used;
	return sw_http_chunked(&c, sw_str_from(text), &body, max, &used);
}

static void refuses_bad_chunks(void **state)
{
	assert_int_equal(chunked("6\r\n123456\r\n0\r\n\r\n", 5), -413);
	assert_int_equal(chunked("fffffffffffffff\r\n", 5), -413);
	assert_int_equal(chunked("ffffffffffffffffffff\r\n", 5), -400);
	assert_int_equal(chunked("\r\n", 5), -400);
	assert_int_equal(chunked("-1\r\n", 5), -400);
	assert_int_equal(chunked(" 1\r\n", 5), -400);
	assert_int_equal(chunked("1\na\r\n", 5), -400);
	assert_int_equal(chunked("1\r\nab\r\n", 5), -400);
	assert_int_equal(chunked("0\r\n\n", 5), -400);
	assert_int_equal(chunked("5\r\n12345\r\n1\r\n6\r\n", 5), -413);
	assert_int_equal(chunked("5\r\n12345\r\n0\r\n\r\n", 5), 1);
}

static void finds_parameters(void **state)
{
	assert_str(sw_http_query(SW_STR("a=b&timeout=3s&c"), "timeout"), "3s");
	assert_str(sw_http_query(SW_STR("timeout=3s"), "timeout"), "3s");
	assert_null(sw_http_query(SW_STR("timeouts=3s&xtimeout=1"), "timeout").p);
	assert_null(sw_http_query(SW_STR(""), "timeout").p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_the_api_server_sends),
		cmocka_unit_test(every_cut_needs_more),
		cmocka_unit_test(keep_alive_by_version),
		cmocka_unit_test(refuses_what_two_servers_could_read_differently),
		cmocka_unit_test(heads_have_a_ceiling),
		cmocka_unit_test(takes_chunks_apart),
		cmocka_unit_test(refuses_bad_chunks),
		cmocka_unit_test(finds_parameters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
