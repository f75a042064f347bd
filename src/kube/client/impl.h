/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of this folder. */
#ifndef SW_KUBE_CLIENT_IMPL_H
#define SW_KUBE_CLIENT_IMPL_H

#include "base/buf.h"
#include "base/curl.h"
#include "kube/client/client.h"
#include "kube/client/split.h"

#define CLIENT_TRIES 5
#define CLIENT_TEXT_MAX ((size_t)64 << 10) /* of an answer that is an error */
#define CLIENT_WAIT_MAX_MS 30000

struct sw_kube_client {
	const struct sw_curl *lib;
	CURL *curl;
	const struct sw_kube_access *x;
	struct sw_kube_client_opts o;
	struct sw_arena fresh; /* of the credentials in use */
	struct sw_kube_credential made; /* by the plugin */
	bool has_made;
	struct sw_buf token; /* what is sent; kept to cut it out of messages */
	int64_t token_read;  /* when the file was read, monotonic ms */
	long status;
};

/* One answer that is being taken. */
struct answer {
	struct sw_kube_client *c;
	CURL *curl;
	int (*data)(void *arg, struct sw_str bytes, struct sw_error *err);
	void *arg;
	size_t left;	     /* bytes that may still come */
	bool begun, refused; /* data() was called; the answer is none of ours */
	bool events;	     /* a watch: chunks for as long as it likes */
	struct sw_buf text;  /* of an error */
	struct sw_error err; /* from data() */
	int rc;
	struct curl_slist *headers, *connect;
	struct sw_buf url;
	char message[CURL_ERROR_SIZE];
};

bool client_cancelled(const struct sw_kube_client *c);
/* Credentials that are there and not old; `again`: the server did not take the last ones. */
int client_credentials(struct sw_kube_client *c, bool again, struct sw_error *err);
/* Everything that a request of this path needs, on `curl`. */
int client_prepare(struct answer *q, const char *path, const char *accept, int64_t timeout_ms,
	struct sw_error *err);
void answer_release(struct answer *q);
/* The outcome of a transfer that has ended: 0 or what went wrong, in words. */
int answer_result(struct answer *q, CURLcode code, struct sw_error *err);

/* Streams a path's answer to data(), with retries as long as data() was not called. */
int client_stream(struct sw_kube_client *c, const char *path, const char *accept, size_t max,
	int (*data)(void *arg, struct sw_str bytes, struct sw_error *err), void *arg,
	struct sw_arena *a, struct sw_str *ret_continue, bool *ret_begun, struct sw_error *err);
bool client_sleep(const struct sw_kube_client *c, int64_t ms); /* false: cancelled */

#endif
