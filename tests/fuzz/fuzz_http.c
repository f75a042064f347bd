/* SPDX-License-Identifier: Apache-2.0 */
/* Heads and chunked bodies: what is read in one piece is read the same in two. */
#include <stdlib.h>

#include "serve/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int body(struct sw_str in, size_t cut, struct sw_buf *out, size_t *used)
{
	struct sw_http_chunks c = {0};
	size_t first = 0;
	*used = 0;
	int rc = cut ? sw_http_chunked(&c, sw_str_sub(in, 0, cut), out, 4096, &first) : 0;
	if (rc == 0) {
		rc = sw_http_chunked(&c, sw_str_sub(in, first, in.n), out, 4096, used);
	}
	*used += first;
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_str in = sw_str_make((const char *)data, size);
	struct sw_http_request r, again;
	int rc = sw_http_head(in, &r);
	if (rc > 0) {
		if (r.head > size || sw_http_head(sw_str_sub(in, 0, r.head), &again) != 1 ||
			again.head != r.head)
			abort();
		if (sw_http_head(sw_str_sub(in, 0, r.head - 1), &again) > 0)
			abort();
		sw_http_query(r.query, "timeout");
		in = sw_str_sub(in, r.head, size);
	}
	sw_autobuf one, two;
	sw_buf_init(&one, 4096);
	sw_buf_init(&two, 4096);
	size_t u1, u2;
	int a = body(in, 0, &one, &u1), b = body(in, in.n / 2, &two, &u2);
	if (a != b || u1 > in.n || (a == 1 && u1 != u2) ||
		(a >= 0 && !sw_str_eq(sw_buf_str(&one), sw_buf_str(&two))))
		abort();
	return 0;
}
