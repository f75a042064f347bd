/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/http/transfer.h"

#include <ctype.h>
#include <strings.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/curl.h"

static const struct sw_curl *lib; /* set before anything is sent */

static void cleanup_slist(struct curl_slist **l)
{
	if (*l)
		lib->drop(*l);
}

static void cleanup_curl(CURL **c)
{
	if (*c)
		lib->close(*c);
}

/* ---- one exchange ---- */

struct exchange {
	struct sw_builtin_ctx *ctx;
	const struct http_call *call;
	struct http_reply *reply;
	struct sw_str method, url, body;
	int64_t until_ns; /* of the whole call */
	bool other_host;  /* secrets are not sent there */
	bool stopped;     /* ctx is filled */
	char error[CURL_ERROR_SIZE];
};

void sw_http_reply_init(struct http_reply *r)
{
	*r = (struct http_reply){0};
	sw_buf_init(&r->headers, HTTP_HEADERS_MAX);
	sw_buf_init(&r->body, HTTP_BODY_MAX);
}

void sw_http_reply_release(struct http_reply *r)
{
	sw_buf_release(&r->headers);
	sw_buf_release(&r->body);
}

static size_t take_body(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	sw_buf_add(&x->reply->body, p, size * n);
	return x->reply->body.overflow ? 0 : size * n;
}

static size_t take_header(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	if (size * n > 5 && memcmp(p, "HTTP/", 5) == 0)
		sw_buf_clear(&x->reply->headers);
	sw_buf_add(&x->reply->headers, p, size * n);
	return x->reply->headers.overflow ? 0 : size * n;
}

static int progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct exchange *x = arg;
	x->stopped = x->stopped || sw_builtin_steps(x->ctx, 1) < 0;
	return x->stopped;
}

static bool is_secret(struct sw_str name)
{
	static const char *const secrets[] = {"Authorization", "Www-Authenticate", "Cookie", "Cookie2"};
	for (size_t i = 0; i < SW_ARRAY_LEN(secrets); i++)
		if (name.n == strlen(secrets[i]) && strncasecmp(name.p, secrets[i], name.n) == 0)
			return true;
	return false;
}

static bool named(const struct http_call *c, const char *name)
{
	for (uint32_t i = 0; i < c->n_headers; i++)
		if (c->headers[i].name.n == strlen(name) && strncasecmp(c->headers[i].name.p, name, strlen(name)) == 0)
			return true;
	return false;
}

static bool add_header(struct curl_slist **l, const char *text)
{
	struct curl_slist *k = lib->add(*l, text);
	*l = k ? k : *l;
	return k;
}

static bool make_headers(struct exchange *x, struct curl_slist **l)
{
	const struct http_call *c = x->call;
	static const char *const quiet[] = {"Accept", "Expect", "Content-Type"};
	for (uint32_t i = 0; i < c->n_headers; i++) {
		sw_autobuf b;
		sw_buf_init(&b, HTTP_HEADERS_MAX);
		if (x->other_host && is_secret(c->headers[i].name))
			continue;
		sw_buf_printf(&b, "%.*s%s%.*s", SW_STR_ARG(c->headers[i].name), c->headers[i].value.n ? ": " : ";",
			SW_STR_ARG(c->headers[i].value));
		if (!add_header(l, sw_buf_cstr(&b)))
			return false;
	}
	for (size_t i = 0; i < SW_ARRAY_LEN(quiet); i++) { /* curl's own, which OPA does not send */
		char text[32];
		snprintf(text, sizeof(text), "%s:", quiet[i]);
		if (!named(c, quiet[i]) && !add_header(l, text))
			return false;
	}
	return true;
}

static void set_blob(CURL *h, CURLoption o, struct sw_str s)
{
	struct curl_blob b = {.data = (void *)(uintptr_t)s.p, .len = s.n, .flags = CURL_BLOB_COPY};
	if (s.n)
		lib->set(h, o, &b);
}

static void set_tls(CURL *h, const struct http_call *c)
{
	set_blob(h, CURLOPT_CAINFO_BLOB, c->ca);
	if (c->ca.n && !c->system_certs)
		lib->set(h, CURLOPT_CAPATH, NULL);
	set_blob(h, CURLOPT_SSLCERT_BLOB, c->cert);
	set_blob(h, CURLOPT_SSLKEY_BLOB, c->key);
	lib->set(h, CURLOPT_SSL_VERIFYPEER, (long)!c->insecure);
	lib->set(h, CURLOPT_SSL_VERIFYHOST, c->insecure ? 0L : 2L);
}

static void set_method(CURL *h, struct exchange *x, const char *method)
{
	bool sends = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
	if (x->body.n || sends) {
		lib->set(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->body.n);
		lib->set(h, CURLOPT_POSTFIELDS, x->body.n ? x->body.p : "");
	}
	if (strcmp(method, "HEAD") == 0)
		lib->set(h, CURLOPT_NOBODY, 1L);
	else
		lib->set(h, CURLOPT_CUSTOMREQUEST, method);
}

static void set_io(CURL *h, struct exchange *x, int64_t left_ns)
{
	lib->set(h, CURLOPT_NOSIGNAL, 1L);
	lib->set(h, CURLOPT_ERRORBUFFER, x->error);
	lib->set(h, CURLOPT_PROTOCOLS_STR, "http,https");
	lib->set(h, CURLOPT_FOLLOWLOCATION, 0L);
	lib->set(h, CURLOPT_TIMEOUT_MS, (long)(left_ns / 1000000 + 1));
	lib->set(h, CURLOPT_WRITEFUNCTION, take_body);
	lib->set(h, CURLOPT_WRITEDATA, x);
	lib->set(h, CURLOPT_HEADERFUNCTION, take_header);
	lib->set(h, CURLOPT_HEADERDATA, x);
	lib->set(h, CURLOPT_NOPROGRESS, 0L);
	lib->set(h, CURLOPT_XFERINFOFUNCTION, progress);
	lib->set(h, CURLOPT_XFERINFODATA, x);
	if (!named(x->call, "User-Agent"))
		lib->set(h, CURLOPT_USERAGENT, "Seawall/" SW_VERSION);
	if (!named(x->call, "Accept-Encoding"))
		lib->set(h, CURLOPT_ACCEPT_ENCODING, "gzip");
}

/* host[:port] of a URL: where it begins and ends. */
static struct sw_str authority(struct sw_str url)
{
	size_t at = sw_str_find(url, SW_STR("://"), 0), end;
	if (at == SW_NPOS)
		return (struct sw_str){NULL, 0};
	at += 3;
	for (end = at; end < url.n && !strchr("/?#", url.p[end]); end++)
		if (url.p[end] == '@')
			at = end + 1;
	return sw_str_sub(url, at, end);
}

/*
 * Another name for TLS: the URL gets it as its host, the connection goes to the real one. The name is what is
 * sent and what the certificate must show.
 */
static struct sw_str under_name(struct exchange *x, struct curl_slist **connect, struct curl_slist **headers)
{
	struct sw_str name = x->call->server_name, url = x->url, host = authority(url);
	size_t colon = sw_str_rfind(host, SW_STR(":"));
	struct sw_arena *a = x->ctx->scratch;
	if (!name.n || !host.n || !sw_str_starts(url, SW_STR("https:")))
		return url;
	if (host.p[host.n - 1] == ']')
		colon = SW_NPOS;
	struct sw_str bare = sw_str_sub(host, 0, colon == SW_NPOS ? host.n : colon);
	struct sw_str port = colon == SW_NPOS ? SW_STR("443") : sw_str_sub(host, colon + 1, host.n);
	struct sw_str to = sw_arena_printf(a, "%.*s:%.*s:%.*s:%.*s", SW_STR_ARG(name), SW_STR_ARG(port),
		SW_STR_ARG(bare), SW_STR_ARG(port));
	size_t at = (size_t)(host.p - url.p);
	struct sw_str r = sw_arena_printf(a, "%.*s%.*s:%.*s%.*s", (int)at, url.p, SW_STR_ARG(name), SW_STR_ARG(port),
		SW_STR_ARG(sw_str_sub(url, at + host.n, url.n)));
	struct sw_str header = sw_arena_printf(a, "Host: %.*s", SW_STR_ARG(host));
	if (!to.p || !r.p || !header.p)
		return url;
	add_header(connect, to.p);
	if (!named(x->call, "Host"))
		add_header(headers, header.p);
	return r;
}

static int hexval(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* unix://host/path?socket=%2Frun%2Fx.sock: the socket is taken out of the query. */
static struct sw_str over_socket(struct exchange *x, CURL *h)
{
	struct sw_str url = x->url;
	size_t query = sw_str_chr(url, '?', 0), at = query == SW_NPOS ? SW_NPOS : sw_str_find(url, SW_STR("socket="), query);
	sw_autobuf path, rest;
	sw_buf_init(&path, 4096);
	sw_buf_init(&rest, 1 << 20);
	if (!sw_str_starts(url, SW_STR("unix://")) || at == SW_NPOS)
		return url;
	size_t end = sw_str_chr(url, '&', at);
	end = end == SW_NPOS ? url.n : end;
	for (size_t i = at + 7; i < end; i++) {
		bool hex = url.p[i] == '%' && i + 2 < end && hexval(url.p[i + 1]) >= 0 && hexval(url.p[i + 2]) >= 0;
		sw_buf_addch(&path, hex ? (char)(hexval(url.p[i + 1]) << 4 | hexval(url.p[i + 2])) : url.p[i]);
		i += hex ? 2 : 0;
	}
	lib->set(h, CURLOPT_UNIX_SOCKET_PATH, sw_buf_cstr(&path));
	sw_buf_addz(&rest, "http://");
	sw_buf_addstr(&rest, sw_str_sub(url, 7, at));
	sw_buf_addstr(&rest, sw_str_sub(url, end + (end < url.n), url.n));
	while (rest.n && (rest.p[rest.n - 1] == '?' || rest.p[rest.n - 1] == '&'))
		rest.n--;
	return sw_arena_str(x->ctx->scratch, sw_buf_str(&rest));
}

static int explain(struct exchange *x, CURLcode rc, struct sw_buf *err)
{
	sw_buf_clear(err);
	if (x->stopped)
		return -1;
	if (x->reply->body.overflow || x->reply->headers.overflow)
		return sw_builtin_limit(x->ctx, "http.send: the response is too large");
	struct sw_str host = authority(x->url);
	sw_buf_addch(err, x->method.p[0]);
	for (size_t i = 1; i < x->method.n; i++)
		sw_buf_addch(err, (char)tolower((unsigned char)x->method.p[i]));
	if (rc == CURLE_OPERATION_TIMEDOUT) {
		sw_buf_printf(err, " %.*s: request timed out", SW_STR_ARG(x->url));
		return 1;
	}
	sw_buf_printf(err, " \"%.*s\": ", SW_STR_ARG(x->url));
	if (rc == CURLE_COULDNT_CONNECT)
		sw_buf_printf(err, "dial tcp %.*s: connect: connection refused", SW_STR_ARG(host));
	else if (rc == CURLE_COULDNT_RESOLVE_HOST)
		sw_buf_printf(err, "dial tcp: lookup %.*s: no such host", SW_STR_ARG(host));
	else if (rc == CURLE_UNSUPPORTED_PROTOCOL)
		sw_buf_printf(err, "unsupported protocol scheme \"%.*s\"",
			(int)(sw_str_chr(x->url, ':', 0) == SW_NPOS ? 0 : sw_str_chr(x->url, ':', 0)), x->url.p);
	else
		sw_buf_addz(err, x->error[0] ? x->error : lib->text(rc));
	return 1;
}

/* *ret_next: where a redirect leads, or nothing. */
static int once(struct exchange *x, struct sw_str *ret_next, struct sw_buf *err)
{
	__attribute__((cleanup(cleanup_curl))) CURL *h = lib->open();
	__attribute__((cleanup(cleanup_slist))) struct curl_slist *headers = NULL, *connect = NULL;
	int64_t left = x->until_ns - sw_now_ns();
	const char *method = sw_arena_cstr(x->ctx->scratch, x->method);
	char *next = NULL;
	long status = 0;
	*ret_next = (struct sw_str){NULL, 0};
	sw_buf_clear(&x->reply->headers);
	sw_buf_clear(&x->reply->body);
	if (left <= 0)
		return explain(x, CURLE_OPERATION_TIMEDOUT, err);
	if (!h || !method || !make_headers(x, &headers))
		return sw_builtin_limit(x->ctx, "http.send: out of memory");
	set_io(h, x, left);
	set_tls(h, x->call);
	set_method(h, x, method);
	struct sw_str url = over_socket(x, h);
	if (sw_str_eq(url, x->url))
		url = under_name(x, &connect, &headers);
	const char *z = sw_arena_cstr(x->ctx->scratch, url);
	if (!z || strlen(z) != url.n)
		return sw_builtin_fail(x->ctx, "parse \"%.*s\": invalid character in URL", SW_STR_ARG(url));
	lib->set(h, CURLOPT_URL, z);
	lib->set(h, CURLOPT_HTTPHEADER, headers);
	if (connect)
		lib->set(h, CURLOPT_CONNECT_TO, connect);
	CURLcode rc = lib->perform(h);
	if (rc != CURLE_OK)
		return explain(x, rc, err);
	lib->info(h, CURLINFO_RESPONSE_CODE, &status);
	lib->info(h, CURLINFO_REDIRECT_URL, &next);
	x->reply->status = (int)status;
	if (next)
		*ret_next = sw_arena_str(x->ctx->scratch, sw_str_from(next));
	return 0;
}

static int follow(struct exchange *x, struct sw_buf *err)
{
	struct sw_str next;
	for (int i = 0;; i++) {
		int r = once(x, &next, err);
		if (r || !x->call->redirect || !next.n || x->reply->status == 304)
			return r;
		if (i == HTTP_REDIRECTS_MAX) {
			sw_buf_printf(err, "Get \"%.*s\": stopped after %d redirects", SW_STR_ARG(x->url), i);
			return 1;
		}
		x->other_host |= !sw_str_eq(authority(next), authority(x->url));
		x->url = next;
		if (x->reply->status == 307 || x->reply->status == 308)
			continue;
		x->body = (struct sw_str){NULL, 0};
		if (!sw_str_is(x->method, "HEAD"))
			x->method = SW_STR("GET");
	}
}

/* 100 ms, and 1.6 times as long every time; false: cancelled or out of time. */
static bool wait_before(struct exchange *x, uint32_t retry)
{
	int64_t ns = 100000000;
	for (uint32_t i = 0; i < retry && ns < INT64_C(60000000000); i++)
		ns = ns * 8 / 5;
	for (int64_t end = sw_now_ns() + ns; sw_now_ns() < end;) {
		struct timespec t = {.tv_nsec = 10000000};
		if (sw_now_ns() > x->until_ns)
			return false;
		nanosleep(&t, NULL);
		if (sw_builtin_steps(x->ctx, 1) < 0) {
			x->stopped = true;
			return false;
		}
	}
	return true;
}

int sw_http_transfer(struct sw_builtin_ctx *ctx, const struct http_call *c, struct http_reply *ret, struct sw_buf *err)
{
	const int64_t max = (int64_t)HTTP_SECONDS_MAX * 1000000000;
	int64_t end = sw_now_ns() + max;
	if (ctx->deadline_ns && ctx->deadline_ns < end)
		end = ctx->deadline_ns;
	int64_t each = c->timeout_ns > 0 && c->timeout_ns < max ? c->timeout_ns : max;
	if (!(lib = sw_curl()))
		return sw_builtin_fail(ctx, "libcurl.so.4 is not installed");
	for (uint32_t i = 0;; i++) {
		struct exchange x = {.ctx = ctx, .call = c, .reply = ret, .method = c->method, .url = c->url,
			.body = c->body};
		x.until_ns = sw_now_ns() + each < end ? sw_now_ns() + each : end;
		int r = follow(&x, err);
		if (x.stopped)
			return -SW_ECANCELLED;
		if (r <= 0 || i == c->retries)
			return r;
		x.until_ns = end;
		if (!wait_before(&x, i))
			return x.stopped ? -SW_ECANCELLED : r;
	}
}
