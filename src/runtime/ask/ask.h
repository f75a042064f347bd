/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks container runtimes about containers, over their sockets: CRI v1 (containerd, CRI-O, cri-dockerd; gRPC), what
 * containerd itself answers (gRPC) of containers in any of its name spaces, and the HTTP interface of Docker and
 * Podman, all through libcurl (call.h).
 *
 * A thread of its own does it, one question at a time, so that nobody waits for a runtime: sw_ask() only notes what
 * to ask for, and answers are fetched with sw_ask_take() when there are any. A container that no runtime knows is
 * asked for again after 0.1, 0.5 and 2 seconds (its first process can be there before the runtime has written
 * it down) and then given up; the caller decides when it may be asked for anew. A socket that does not answer is
 * left alone for five seconds.
 *
 * Limits: SW_ASK_QUEUE questions and as many answers that nobody took (what is above is dropped and counted), two
 * seconds and SW_ASK_BODY bytes per answer, 32 name spaces of a containerd. Sockets are only opened when a container is asked for that may be
 * theirs and the socket is there; libcurl is only loaded then. Nothing else than reading calls is sent.
 *
 * Threads: one caller.
 */
#ifndef SW_RUNTIME_ASK_ASK_H
#define SW_RUNTIME_ASK_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

#define SW_ASK_QUEUE 1024u
#define SW_ASK_BODY ((size_t)4 << 20)
#define SW_ASK_SOCKETS 16u

struct sw_ask;

struct sw_ask_stats {
	uint64_t asked, answered, unknown, failed, dropped;
	bool no_library; /* libcurl.so.4 was needed and is not installed */
};

/*
 * host_root: what stands before the usual paths, or NULL. `sockets`: "cri:PATH", "containerd:PATH", "docker:PATH" or "podman:PATH" as
 * they are, instead of the usual ones; none of either when n is 0 and `usual` is false. -SW_EUSAGE: no such kind.
 */
int sw_ask_open(const char *host_root, const char *const *sockets, uint32_t n, bool usual, struct sw_ask **ret,
	struct sw_error *err);
void sw_ask_close(struct sw_ask *a); /* takes NULL; waits for a question under way, which ends at once */

/* `id`: whole; `type`: enum sw_container_type. False: the queue is full, or there is nobody to ask. */
bool sw_ask(struct sw_ask *a, struct sw_str id, uint8_t type);
bool sw_ask_ready(const struct sw_ask *a); /* cheap; takes NULL */
/* The next answer, JSON of a container event, to be freed; NULL: none. */
char *sw_ask_take(struct sw_ask *a);
struct sw_ask_stats sw_ask_stats(struct sw_ask *a);

#endif
