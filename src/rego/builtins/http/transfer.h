/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP exchange over libcurl, which is loaded at the first use: a start that sends nothing pays nothing
 * for it. Only http, https and http over a UNIX socket.
 *
 * Limits: HTTP_BODY_MAX bytes of body, HTTP_HEADERS_MAX of headers, HTTP_SECONDS_MAX for everything of one
 * call (redirects and retries included), ten redirects; the evaluation's own deadline and cancel flag.
 * Memory: texts of the reply live in the buffers that the caller releases. Threads: no shared state but the
 * loaded library.
 */
#ifndef SW_REGO_BUILTINS_HTTP_TRANSFER_H
#define SW_REGO_BUILTINS_HTTP_TRANSFER_H

#include "rego/builtin.h"

enum {
	HTTP_BODY_MAX = 64 << 20,
	HTTP_HEADERS_MAX = 1 << 20,
	HTTP_SECONDS_MAX = 300,
	HTTP_REDIRECTS_MAX = 10,
};

struct http_header {
	struct sw_str name, value;
};

struct http_call {
	struct sw_str method, url, body; /* body.p NULL: none */
	const struct http_header *headers;
	uint32_t n_headers;
	struct sw_str ca, cert, key; /* PEM */
	struct sw_str server_name;   /* for TLS; empty: the URL's host */
	bool system_certs, insecure, redirect;
	int64_t timeout_ns; /* 0: HTTP_SECONDS_MAX */
	uint32_t retries;
};

struct http_reply {
	int status;
	struct sw_buf headers; /* lines as received, of the last response */
	struct sw_buf body;
};

void sw_http_reply_init(struct http_reply *r);
void sw_http_reply_release(struct http_reply *r);
/* 0; 1 with the network's error in *err; negative: ctx is filled (limit, cancelled). */
int sw_http_transfer(struct sw_builtin_ctx *ctx, const struct http_call *c, struct http_reply *ret, struct sw_buf *err);

#endif
