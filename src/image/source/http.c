/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to a registry: redirects, retries, resumption, and the dance for a token. */
#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "doc/json.h"
#include "image/source/registry.h"

enum { CONNECT_S = 15, SLOW_S = 60, TOKEN_MAX = 256 << 10, URL_MAX = 8192 };

struct transfer {
	struct sw_registry *r;
	struct sw_registry_reply *reply;
	CURL *h;
};

static size_t take(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	struct sw_registry_reply *reply = t->reply;
	long status = 0;
	n *= size;
	t->r->curl->info(t->h, CURLINFO_RESPONSE_CODE, &status);
	if (reply->to < 0 || status >= 300) {
		sw_buf_add(&reply->body, p, n);
		return reply->body.overflow ? 0 : n;
	}
	for (size_t at = 0; at < n;) {
		ssize_t k = write(reply->to, p + at, n - at);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0) {
			reply->pipe_closed = true;
			return 0;
		}
		at += (size_t)k;
	}
	reply->sent += n;
	return n;
}

static size_t header(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	if (size * n > 5 && memcmp(p, "HTTP/", 5) == 0)
		sw_buf_clear(&t->reply->headers);
	else
		sw_buf_add(&t->reply->headers, p, size * n);
	return t->reply->headers.overflow ? 0 : size * n;
}

static int progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct transfer *t = arg;
	const volatile bool *cancel = t->r->opts->cancel;
	return cancel && *cancel;
}

static void configure(struct transfer *t, const char *url, struct curl_slist *headers, char *text)
{
	const struct sw_curl *c = t->r->curl;
	CURL *h = t->h;
	bool http = strncmp(url, "http:", 5) == 0;
	c->set(h, CURLOPT_URL, url);
	c->set(h, CURLOPT_NOSIGNAL, 1L);
	c->set(h, CURLOPT_ERRORBUFFER, text);
	c->set(h, CURLOPT_PROTOCOLS_STR, "http,https");
	c->set(h, CURLOPT_REDIR_PROTOCOLS_STR, http ? "http,https" : "https");
	c->set(h, CURLOPT_FOLLOWLOCATION, 1L);
	c->set(h, CURLOPT_MAXREDIRS, 5L);
	c->set(h, CURLOPT_UNRESTRICTED_AUTH, 0L);
	c->set(h, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	c->set(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
	c->set(h, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S);
	c->set(h, CURLOPT_USERAGENT, "Seawall/" SW_VERSION);
	c->set(h, CURLOPT_HTTPHEADER, headers);
	c->set(h, CURLOPT_WRITEFUNCTION, take);
	c->set(h, CURLOPT_WRITEDATA, t);
	c->set(h, CURLOPT_HEADERFUNCTION, header);
	c->set(h, CURLOPT_HEADERDATA, t);
	c->set(h, CURLOPT_NOPROGRESS, 0L);
	c->set(h, CURLOPT_XFERINFOFUNCTION, progress);
	c->set(h, CURLOPT_XFERINFODATA, t);
	c->set(h, CURLOPT_SSL_VERIFYPEER, (long)!t->r->opts->insecure);
	c->set(h, CURLOPT_SSL_VERIFYHOST, t->r->opts->insecure ? 0L : 2L);
	if (t->r->opts->ca_file)
		c->set(h, CURLOPT_CAINFO, t->r->opts->ca_file);
	if (t->reply->sent)
		c->set(h, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)t->reply->sent);
}

/* One exchange; *ret_curl tells how it went on the wire. */
static int once(struct sw_registry *r, const char *url, struct sw_str auth, const char *accept,
	const char *post, struct sw_registry_reply *reply, CURLcode *ret_curl, struct sw_error *err)
{
	const struct sw_curl *c = r->curl;
	struct transfer t = {.r = r, .reply = reply, .h = c->open()};
	struct curl_slist *headers = NULL;
	char text[CURL_ERROR_SIZE] = "";
	if (!t.h)
		return sw_error_set(err, SW_EIO, "libcurl gives no handle");
	sw_buf_clear(&reply->headers);
	sw_buf_clear(&reply->body);
	if (auth.n)
		headers = c->add(headers, sw_arena_cstr(r->arena, auth));
	if (accept)
		headers = c->add(headers, accept);
	configure(&t, url, headers, text);
	if (post)
		c->set(t.h, CURLOPT_COPYPOSTFIELDS, post);
	CURLcode rc = c->perform(t.h);
	reply->status = 0;
	c->info(t.h, CURLINFO_RESPONSE_CODE, &reply->status);
	c->close(t.h);
	if (headers)
		c->drop(headers);
	*ret_curl = rc;
	if (rc == CURLE_OK)
		return 0;
	if (rc == CURLE_ABORTED_BY_CALLBACK)
		return sw_error_set(err, SW_ECANCELLED, "interrupted");
	sw_error_set(err, SW_EIO, "%s: %s", url, text[0] ? text : c->text(rc));
	if (rc == CURLE_PEER_FAILED_VERIFICATION)
		sw_error_hint(err, "a certificate authority of your own? --ca-file");
	return -SW_EIO;
}

/* ---- tokens ---- */

struct challenge {
	bool basic, bearer;
	struct sw_str realm, service, scope;
};

static struct sw_str skip(struct sw_str s, const char *what)
{
	while (s.n && strchr(what, s.p[0]))
		s = sw_str_sub(s, 1, s.n);
	return s;
}

/* key="value", … of one challenge (RFC 9110, 11.2). */
static void parameters(struct challenge *c, struct sw_str s)
{
	while ((s = skip(s, " \t,")).n) {
		size_t eq = sw_str_chr(s, '=', 0);
		if (eq == SW_NPOS)
			return;
		struct sw_str key = sw_str_trim(sw_str_sub(s, 0, eq)), value;
		s = sw_str_sub(s, eq + 1, s.n);
		size_t end;
		if (s.n && s.p[0] == '"') {
			end = sw_str_chr(s, '"', 1);
			end = end == SW_NPOS ? s.n : end;
			value = sw_str_sub(s, 1, end);
			end++;
		} else {
			end = sw_str_chr(s, ',', 0);
			end = end == SW_NPOS ? s.n : end;
			value = sw_str_sub(s, 0, end);
		}
		s = sw_str_sub(s, end, s.n);
		if (sw_str_ieq(key, SW_STR("realm")))
			c->realm = value;
		else if (sw_str_ieq(key, SW_STR("service")))
			c->service = value;
		else if (sw_str_ieq(key, SW_STR("scope")))
			c->scope = value;
	}
}

static struct challenge challenge(struct sw_str headers)
{
	const struct sw_str name = SW_STR("www-authenticate:");
	struct challenge c = {0};
	struct sw_str line;
	while (sw_str_split(&headers, '\n', &line)) {
		if (!sw_str_ieq(sw_str_sub(line, 0, name.n), name))
			continue;
		struct sw_str v = sw_str_trim(sw_str_sub(line, name.n, line.n));
		if (sw_str_ieq(sw_str_sub(v, 0, 7), SW_STR("bearer "))) {
			c.bearer = true;
			parameters(&c, sw_str_sub(v, 7, v.n));
		} else if (sw_str_ieq(sw_str_sub(v, 0, 5), SW_STR("basic"))) {
			c.basic = true;
		}
	}
	return c;
}

static void query(struct sw_buf *b, const struct sw_registry *r, const struct challenge *c)
{
	sw_buf_addz(b, "service=");
	sw_percent_encode(b, c->service, "");
	sw_buf_addz(b, "&scope=");
	if (c->scope.n) {
		sw_percent_encode(b, c->scope, "");
	} else {
		sw_buf_addz(b, "repository%3A");
		sw_percent_encode(b, r->repository, "");
		sw_buf_addz(b, "%3Apull");
	}
}

/* What the registry's own words lead to must not be worse protected than the registry. */
static bool safe_realm(struct sw_str realm, struct sw_str base)
{
	return realm.n < URL_MAX && (sw_str_starts(realm, SW_STR("https://")) ||
		(sw_str_starts(realm, SW_STR("http://")) && sw_str_starts(base, SW_STR("http://"))));
}

static int token(struct sw_registry *r, struct sw_registry_endpoint *at,
	const struct challenge *c, struct sw_error *err)
{
	struct sw_registry_reply reply = {.to = -1};
	struct sw_str basic, identity;
	struct sw_value v;
	sw_autobuf url, form;
	CURLcode wire;
	sw_buf_init(&url, URL_MAX * 4);
	sw_buf_init(&form, URL_MAX * 4);
	sw_buf_init(&reply.body, TOKEN_MAX);
	sw_buf_init(&reply.headers, TOKEN_MAX);
	if (!safe_realm(c->realm, at->base))
		return sw_error_set(err, SW_ESECURITY,
			"the registry sends its users to \"%.*s\" for a token: not https",
			(int)(c->realm.n > 100 ? 100 : c->realm.n), c->realm.p ? c->realm.p : "");
	sw_registry_credentials(r->arena, r->opts, at->key, &basic, &identity);
	sw_buf_addstr(&url, c->realm);
	if (identity.n) {
		sw_buf_addz(&form, "grant_type=refresh_token&client_id=seawall&refresh_token=");
		sw_percent_encode(&form, identity, "");
		sw_buf_addch(&form, '&');
		query(&form, r, c);
	} else {
		sw_buf_addch(&url, sw_str_chr(c->realm, '?', 0) == SW_NPOS ? '?' : '&');
		query(&url, r, c);
	}
	int rc = once(r, sw_buf_cstr(&url), basic, NULL, identity.n ? sw_buf_cstr(&form) : NULL,
		&reply, &wire, err);
	if (!rc && reply.status != 200)
		rc = sw_error_set(err, SW_ESECURITY, "%.*s: no token: status %ld",
			SW_STR_ARG(c->realm), reply.status);
	if (!rc && sw_json_parse(r->arena, sw_arena_str(r->arena, sw_buf_str(&reply.body)), 0, NULL,
			   &v, NULL, NULL))
		rc = sw_error_set(err, SW_ESYNTAX, "%.*s: the answer is not JSON", SW_STR_ARG(c->realm));
	if (!rc) {
		struct sw_str t = sw_value_getstr(v, "token");
		t = t.n ? t : sw_value_getstr(v, "access_token");
		if (!t.n || sw_str_chr(t, '\n', 0) != SW_NPOS || sw_str_chr(t, '\r', 0) != SW_NPOS)
			rc = sw_error_set(err, SW_ESYNTAX, "%.*s: no token in the answer",
				SW_STR_ARG(c->realm));
		else
			at->auth = sw_arena_printf(
				r->arena, "Authorization: Bearer %.*s", SW_STR_ARG(t));
	}
	sw_buf_release(&reply.body);
	sw_buf_release(&reply.headers);
	return rc;
}

static int authenticate(struct sw_registry *r, struct sw_registry_endpoint *at,
	const struct sw_registry_reply *reply, struct sw_error *err)
{
	struct sw_str identity;
	struct challenge c = challenge(sw_buf_str(&reply->headers));
	if (c.bearer)
		return token(r, at, &c, err);
	if (c.basic && sw_registry_credentials(r->arena, r->opts, at->key, &at->auth, &identity) &&
		at->auth.n)
		return 0;
	sw_error_set(err, SW_ESECURITY, "%.*s wants a user and a password", SW_STR_ARG(at->base));
	return sw_error_hint(err, "log in with docker or podman, or set SEAWALL_REGISTRY_USER");
}

/* ---- one request, until it is answered ---- */

static void pause_before(int round)
{
	struct timespec t = {.tv_sec = 1 << round};
	nanosleep(&t, NULL);
}

static bool worth_again(long status, CURLcode wire, const struct sw_registry_reply *reply)
{
	if (reply->pipe_closed)
		return false;
	return status == 429 || status >= 500 || wire == CURLE_RECV_ERROR ||
	       wire == CURLE_PARTIAL_FILE || wire == CURLE_OPERATION_TIMEDOUT ||
	       wire == CURLE_GOT_NOTHING;
}

static int status_error(struct sw_str url, long status, struct sw_error *err)
{
	if (status == 404)
		return sw_error_set(err, SW_ENOENT, "%.*s: not there, or not for you to see",
			SW_STR_ARG(url));
	if (status == 401 || status == 403)
		return sw_error_set(err, SW_ESECURITY, "%.*s: access denied", SW_STR_ARG(url));
	if (status == 429)
		return sw_error_set(err, SW_EIO, "%.*s: too many requests, says the registry",
			SW_STR_ARG(url));
	return sw_error_set(err, SW_EIO, "%.*s: status %ld", SW_STR_ARG(url), status);
}

int sw_registry_get(struct sw_registry *r, struct sw_registry_endpoint *at, struct sw_str path,
	const char *accept, struct sw_registry_reply *reply, struct sw_error *err)
{
	bool asked = false;
	for (int round = 0;;) {
		CURLcode wire = CURLE_OK;
		struct sw_str url = sw_arena_printf(
			r->arena, "%.*s%.*s", SW_STR_ARG(at->base), SW_STR_ARG(path));
		int rc = once(r, sw_arena_cstr(r->arena, url), at->auth, accept, NULL, reply, &wire, err);
		if (rc && at->http_too && sw_str_starts(at->base, SW_STR("https://")) &&
			(wire == CURLE_SSL_CONNECT_ERROR || wire == CURLE_COULDNT_CONNECT)) {
			at->base = sw_arena_printf(r->arena, "http://%.*s",
				SW_STR_ARG(sw_str_sub(at->base, 8, at->base.n)));
			at->http_too = false;
			continue;
		}
		if (!rc && (reply->status == 200 || reply->status == 206))
			return 0;
		if (!rc && reply->status == 401 && !asked) {
			asked = true;
			rc = authenticate(r, at, reply, err);
			if (rc)
				return rc;
			continue;
		}
		if (rc == -SW_ECANCELLED || round == SW_REGISTRY_RETRIES ||
			!worth_again(reply->status, wire, reply))
			return rc ? rc : status_error(url, reply->status, err);
		pause_before(round++);
	}
}
