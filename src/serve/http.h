/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 requests (RFC 9112), read strictly from bytes that arrive in pieces.
 *
 * The parser keeps no copy: it looks at a buffer that the caller fills and says how far it came.
 * What two servers could read differently is refused with 400 and the end of the connection: a bare
 * CR or LF, white space before a colon, folded lines, Content-Length twice or together with
 * Transfer-Encoding, any transfer coding but chunked, control bytes in names and values.
 *
 * Limits: SW_HTTP_HEAD_MAX bytes of head, SW_HTTP_FIELDS_MAX fields, the caller's ceiling for the
 * body. Threads: pure.
 */
#ifndef SW_SERVE_HTTP_H
#define SW_SERVE_HTTP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

enum { SW_HTTP_HEAD_MAX = 32 << 10, SW_HTTP_FIELDS_MAX = 100 };

struct sw_http_request {
	struct sw_str method, path, query; /* path as sent, without the query */
	struct sw_str host, content_type;
	size_t head;	 /* bytes of the head, the empty line included */
	uint64_t length; /* of the body, when not chunked */
	bool chunked;
	bool keep_alive;
	bool expect_continue;
	unsigned minor; /* HTTP/1.minor */
};

/*
 * Read a head from the start of `in`. 1: complete, *ret filled with views into `in`; 0: more bytes
 * are needed; negative: the status to answer, negated (-400, -414, -431, -501, -505).
 */
int sw_http_head(struct sw_str in, struct sw_http_request *ret);

/*
 * Takes the chunked coding apart. `in` are bytes behind what was consumed; data is added to `body`.
 * *ret_used tells how many bytes were eaten (also when 0 is returned). 1: the last chunk and the
 * trailer were read; 0: more bytes are needed; -400, or -413 beyond `max` bytes of data.
 */
struct sw_http_chunks {
	int state;
	uint64_t left;
	uint32_t digits, overhead;
};
int sw_http_chunked(struct sw_http_chunks *c, struct sw_str in, struct sw_buf *body, size_t max,
	size_t *ret_used);

/* The value of a query parameter as written ("timeout=10s&x" → "10s"); p NULL when missing. */
struct sw_str sw_http_query(struct sw_str query, const char *name);

/* Status line and fields of an answer; the body follows. `type` NULL: no body. */
void sw_http_answer(
	struct sw_buf *out, int status, const char *type, size_t length, bool keep_alive);

#endif
