/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call of a container runtime over its unix socket: HTTP, or gRPC over HTTP/2, both through libcurl, which is
 * loaded with the first call. An answer has at most SW_ASK_BODY bytes and two seconds; a socket that does not
 * answer is left alone for five.
 *
 * Threads: a caller and its sockets belong to one; `stop` may be set by any and ends a call under way.
 */
#ifndef SW_RUNTIME_ASK_CALL_H
#define SW_RUNTIME_ASK_CALL_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/curl.h"

#define SW_ASK_PATH 108 /* as long as an address may be */

enum sw_outcome {
	SW_ANSWERED,
	SW_UNKNOWN, /* it knows no such thing */
	SW_FAILED,
};

struct sw_ask_socket {
	char path[SW_ASK_PATH];
	CURL *curl;	     /* opened with the first call */
	uint64_t rest_until; /* ms */
};

struct sw_ask_caller {
	const struct sw_curl *lib;
	struct sw_buf body;
	int grpc_status;
	_Atomic bool stop, no_library; /* no_library: libcurl.so.4 was needed and is not installed */
};

/* Milliseconds of a clock that only goes forward. */
uint64_t sw_ask_now(void);
void sw_ask_socket_close(struct sw_ask_caller *c, struct sw_ask_socket *s);

/* GET; the body is copied into the arena. */
enum sw_outcome sw_ask_get(struct sw_ask_caller *c, struct sw_ask_socket *s, struct sw_arena *a, const char *path,
	struct sw_str *ret);
/*
 * A unary call of gRPC, `method` as "package.Service/Method", `request` at most 512 bytes. `ns`: the name space of
 * containerd, or empty. *ret, in the arena, is the message.
 */
enum sw_outcome sw_ask_grpc(struct sw_ask_caller *c, struct sw_ask_socket *s, struct sw_arena *a, const char *method,
	struct sw_str ns, struct sw_str request, struct sw_str *ret);

#endif
