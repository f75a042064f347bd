/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/ask/call.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "runtime/ask/ask.h"

enum { TIMEOUT_MS = 2000, REST_MS = 5000 };

uint64_t sw_ask_now(void)
{
	return (uint64_t)sw_now_ms();
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct sw_ask_caller *c = arg;

	sw_buf_add(&c->body, p, size * n);
	return c->body.overflow ? 0 : size * n;
}

static size_t on_head(char *p, size_t size, size_t n, void *arg)
{
	struct sw_ask_caller *c = arg;
	struct sw_str line = sw_str_trim(sw_str_make(p, size * n)), name = SW_STR("grpc-status:");
	int64_t v;

	if (sw_str_starts(line, name))
		c->grpc_status = sw_str_to_i64(sw_str_trim(sw_str_sub(line, name.n, line.n)), &v) && v >= 0 && v <= 16
					 ? (int)v
					 : 2;
	return size * n;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct sw_ask_caller *caller = arg;

	return atomic_load_explicit(&caller->stop, memory_order_relaxed);
}

static bool open_curl(struct sw_ask_caller *c, struct sw_ask_socket *s)
{
	const struct sw_curl *lib = c->lib ? c->lib : sw_curl();

	if (s->curl)
		return true;
	c->lib = lib;
	c->no_library = !lib;
	s->curl = lib ? lib->open() : NULL;
	if (!s->curl)
		return false;
	lib->set(s->curl, CURLOPT_UNIX_SOCKET_PATH, s->path);
	lib->set(s->curl, CURLOPT_PROTOCOLS_STR, "http");
	lib->set(s->curl, CURLOPT_FOLLOWLOCATION, 0L);
	lib->set(s->curl, CURLOPT_PROXY, "");
	lib->set(s->curl, CURLOPT_NOSIGNAL, 1L);
	lib->set(s->curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
	lib->set(s->curl, CURLOPT_USERAGENT, "seawall");
	lib->set(s->curl, CURLOPT_WRITEFUNCTION, on_body);
	lib->set(s->curl, CURLOPT_WRITEDATA, c);
	lib->set(s->curl, CURLOPT_HEADERFUNCTION, on_head);
	lib->set(s->curl, CURLOPT_HEADERDATA, c);
	lib->set(s->curl, CURLOPT_NOPROGRESS, 0L);
	lib->set(s->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	lib->set(s->curl, CURLOPT_XFERINFODATA, c);
	return true;
}

void sw_ask_socket_close(struct sw_ask_caller *c, struct sw_ask_socket *s)
{
	if (s->curl)
		c->lib->close(s->curl);
	s->curl = NULL;
}

static enum sw_outcome perform(struct sw_ask_caller *c, struct sw_ask_socket *s, const char *url)
{
	long status = 0;

	sw_buf_clear(&c->body);
	c->grpc_status = -1;
	c->lib->set(s->curl, CURLOPT_URL, url);
	CURLcode rc = c->lib->perform(s->curl);
	c->lib->info(s->curl, CURLINFO_RESPONSE_CODE, &status);
	/* An answer that is too long is the fault of one container, not of the runtime. */
	if (rc != CURLE_OK && !c->body.overflow)
		s->rest_until = sw_ask_now() + REST_MS;
	if (rc != CURLE_OK)
		return SW_FAILED;
	return status == 404 ? SW_UNKNOWN : status == 200 ? SW_ANSWERED : SW_FAILED;
}

enum sw_outcome sw_ask_get(struct sw_ask_caller *c, struct sw_ask_socket *s, struct sw_arena *a, const char *path,
	struct sw_str *ret)
{
	char url[512];
	int n = snprintf(url, sizeof(url), "http://localhost%s", path);

	if (n < 0 || (size_t)n >= sizeof(url) || !open_curl(c, s))
		return SW_FAILED;
	enum sw_outcome o = perform(c, s, url);
	*ret = o == SW_ANSWERED ? sw_arena_str(a, sw_buf_str(&c->body)) : (struct sw_str){NULL, 0};
	return o == SW_ANSWERED && !ret->p ? SW_FAILED : o;
}

/* The name space is the runtime's text: whoever calls has seen that it ends no line. */
static struct curl_slist *heads_of(const struct sw_curl *lib, struct sw_str ns)
{
	char line[160];
	const char *const lines[] = {"Content-Type: application/grpc", "TE: trailers", line};
	struct curl_slist *heads = NULL;

	snprintf(line, sizeof(line), "containerd-namespace: %.*s", SW_STR_ARG(ns));
	for (size_t i = 0; i < SW_ARRAY_LEN(lines) - !ns.n; i++) {
		struct curl_slist *more = lib->add(heads, lines[i]);
		if (!more) {
			lib->drop(heads);
			return NULL;
		}
		heads = more;
	}
	return heads;
}

/* A gRPC message is a byte, 0 where it is not compressed, its length in four bytes, and itself. */
static struct sw_str unwrap(struct sw_str got)
{
	enum { PREFIX = 5 };
	uint32_t len = 0;

	for (size_t i = 1; i < PREFIX && got.n >= PREFIX; i++)
		len = len << 8 | (unsigned char)got.p[i];
	bool good = got.n >= PREFIX && got.p[0] == 0 && len == got.n - PREFIX;
	return good ? sw_str_sub(got, PREFIX, got.n) : (struct sw_str){NULL, 0};
}

enum sw_outcome sw_ask_grpc(struct sw_ask_caller *c, struct sw_ask_socket *s, struct sw_arena *a, const char *method,
	struct sw_str ns, struct sw_str request, struct sw_str *ret)
{
	enum { OK = 0, NOT_FOUND = 5, PREFIX = 5 };
	char url[160], sent[PREFIX + 512] = {0};
	int n = snprintf(url, sizeof(url), "http://localhost/%s", method);

	if (n < 0 || (size_t)n >= sizeof(url) || request.n > sizeof(sent) - PREFIX || !open_curl(c, s))
		return SW_FAILED;
	struct curl_slist *heads = heads_of(c->lib, ns);
	if (!heads)
		return SW_FAILED;
	sent[3] = (char)(request.n >> 8);
	sent[4] = (char)request.n;
	memcpy(sent + PREFIX, request.p ? request.p : "", request.n);
	c->lib->set(s->curl, CURLOPT_HTTPHEADER, heads);
	c->lib->set(s->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
	/* libcurl 7.88 sends nothing on such a connection a second time. */
	c->lib->set(s->curl, CURLOPT_FORBID_REUSE, 1L);
	c->lib->set(s->curl, CURLOPT_POSTFIELDSIZE, (long)(PREFIX + request.n));
	c->lib->set(s->curl, CURLOPT_COPYPOSTFIELDS, sent);
	enum sw_outcome o = perform(c, s, url);
	c->lib->set(s->curl, CURLOPT_HTTPHEADER, NULL);
	c->lib->drop(heads);
	if (o != SW_ANSWERED || c->grpc_status != OK)
		return o == SW_ANSWERED && c->grpc_status == NOT_FOUND ? SW_UNKNOWN : SW_FAILED;
	struct sw_str message = unwrap(sw_buf_str(&c->body));
	*ret = message.p ? sw_arena_str(a, message) : message;
	return ret->p ? SW_ANSWERED : SW_FAILED;
}
