/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials, and how libcurl is told what to do. The answer is in answer.c. */
#include <ctype.h>
#include <stdlib.h>
#include <time.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "kube/client/impl.h"

enum { CONNECT_S = 15, TOKEN_FRESH_MS = 60000, EARLY_S = 30 };
#define TOKEN_MAX ((size_t)1 << 20)
#define ANSWER_MAX ((size_t)1 << 30)
#define SECOND INT64_C(1000000000)

bool client_cancelled(const struct sw_kube_client *c)
{
	return c->o.cancel && *c->o.cancel;
}

bool client_sleep(const struct sw_kube_client *c, int64_t ms)
{
	int64_t end = sw_now_ms() + ms;
	while (!client_cancelled(c) && sw_now_ms() < end)
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	return !client_cancelled(c);
}

int sw_kube_client_new(const struct sw_kube_access *x, const struct sw_kube_client_opts *o,
	struct sw_kube_client **ret, struct sw_error *err)
{
	const struct sw_curl *lib = sw_curl();
	if (!lib)
		return sw_error_set(err, SW_EUNSUPPORTED, "libcurl.so.4 is not installed");
	if (x->exec && !o->allow_exec && !x->token.n && !x->token_file && !x->cert.p) {
		sw_error_set(err, SW_EUNSUPPORTED, "%.*s: the credentials come from the program %.*s",
			SW_STR_ARG(x->where), SW_STR_ARG(x->exec->command));
		return sw_error_hint(err, "--allow-exec-plugin lets Seawall start it");
	}
	struct sw_kube_client *c = calloc(1, sizeof(*c));
	CURL *curl = c ? lib->open() : NULL;
	if (!curl) {
		free(c);
		return sw_error_set(err, SW_ELIMIT, "no memory left for a client");
	}
	*c = (struct sw_kube_client){.lib = lib, .curl = curl, .x = x, .o = *o};
	if (!c->o.timeout_ns)
		c->o.timeout_ns = 60 * SECOND;
	if (!c->o.answer_max)
		c->o.answer_max = ANSWER_MAX;
	if (!c->o.page)
		c->o.page = 500;
	sw_arena_init(&c->fresh, 8 << 20);
	sw_buf_init(&c->token, TOKEN_MAX);
	*ret = c;
	return 0;
}

void sw_kube_client_free(struct sw_kube_client *c)
{
	if (!c)
		return;
	c->lib->close(c->curl);
	sw_buf_release(&c->token);
	sw_arena_release(&c->fresh);
	free(c);
}

const struct sw_kube_access *sw_kube_client_access(const struct sw_kube_client *c)
{
	return c->x;
}

long sw_kube_client_status(const struct sw_kube_client *c)
{
	return c->status;
}

/* ---- credentials ---- */

static int set_token(struct sw_kube_client *c, struct sw_str token, struct sw_error *err)
{
	for (size_t i = 0; i < token.n; i++)
		if ((unsigned char)token.p[i] <= 0x20 || (unsigned char)token.p[i] >= 0x7f)
			return sw_error_set(err, SW_EINVALID, "the token is none");
	sw_buf_clear(&c->token);
	sw_buf_addstr(&c->token, token);
	return 0;
}

static int read_token(struct sw_kube_client *c, struct sw_error *err)
{
	struct sw_str text;
	sw_autoarena a;
	sw_arena_init(&a, TOKEN_MAX * 2);
	int rc = sw_io_read(&a, c->x->token_file, TOKEN_MAX, SW_IO_COPY, &text, err);
	if (rc && (c->token.n || c->x->token.n)) {
		/* what was read last may still be good; the server will say */
		return c->token.n ? 0 : set_token(c, c->x->token, err);
	}
	if (rc)
		return rc;
	c->token_read = sw_now_ms();
	rc = set_token(c, sw_str_trim(text), err);
	return rc ? sw_error_at(err, sw_str_from(c->x->token_file), 0, 0, 0) : 0;
}

static int ask_plugin(struct sw_kube_client *c, struct sw_error *err)
{
	if (!c->o.allow_exec)
		return 0;
	c->has_made = false;
	sw_arena_reset(&c->fresh);
	int rc = sw_kube_exec_run(c->x, &c->fresh, &c->made, err);
	if (rc)
		return rc;
	c->has_made = true;
	return set_token(c, c->made.token, err);
}

int client_credentials(struct sw_kube_client *c, bool again, struct sw_error *err)
{
	const struct sw_kube_access *x = c->x;
	if (x->exec) {
		bool old = c->has_made && c->made.until && c->made.until - EARLY_S < time(NULL);
		return again || !c->has_made || old ? ask_plugin(c, err) : 0;
	}
	if (x->token_file)
		return again || !c->token.n || sw_now_ms() - c->token_read > TOKEN_FRESH_MS
			       ? read_token(c, err)
			       : 0;
	return x->token.n && !c->token.n ? set_token(c, x->token, err) : 0;
}

/* ---- the request ---- */

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	struct answer *q = arg;
	struct sw_kube_client *c = q->c;
	long status = 0;
	char *type = NULL;
	size_t len = size * n;
	c->lib->info(q->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200) {
		size_t room = CLIENT_TEXT_MAX - q->text.n;
		sw_buf_add(&q->text, p, len < room ? len : room);
		return len;
	}
	c->lib->info(q->curl, CURLINFO_CONTENT_TYPE, &type);
	if (!type || strncasecmp(type, "application/json", 16) != 0 || isalnum((unsigned char)type[16])) {
		q->refused = true;
		return 0;
	}
	if (!q->events && len > q->left) {
		q->rc = sw_error_set(&q->err, SW_ELIMIT, "the answer is too large");
		return 0;
	}
	q->left -= q->events ? 0 : len;
	q->begun = true;
	q->rc = q->data(q->arg, sw_str_make(p, len), &q->err);
	return q->rc < 0 ? 0 : len;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t d, curl_off_t e)
{
	struct answer *q = arg;
	return client_cancelled(q->c);
}

static bool add_header(struct answer *q, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool add_header(struct answer *q, const char *fmt, ...)
{
	sw_autobuf b;
	va_list ap;
	sw_buf_init(&b, TOKEN_MAX + 4096);
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == '\r' || b.p[i] == '\n')
			return false;
	struct curl_slist *l = b.overflow ? NULL : q->c->lib->add(q->headers, sw_buf_cstr(&b));
	if (l)
		q->headers = l;
	return l != NULL;
}

static struct sw_str authority(struct sw_str server)
{
	struct sw_str s = sw_str_sub(server, sw_str_starts(server, SW_STR("https://")) ? 8 : 7, server.n);
	return sw_str_sub(s, 0, sw_str_chr(s, '/', 0));
}

static bool set_headers(struct answer *q, const char *accept)
{
	struct sw_kube_client *c = q->c;
	const struct sw_kube_access *x = c->x;
	bool ok = add_header(q, "Accept: %s", accept ? accept : "application/json");
	if (c->token.n)
		ok = ok && add_header(q, "Authorization: Bearer %.*s", (int)c->token.n, c->token.p);
	if (x->as.n)
		ok = ok && add_header(q, "Impersonate-User: %.*s", SW_STR_ARG(x->as));
	if (x->as_uid.n)
		ok = ok && add_header(q, "Impersonate-Uid: %.*s", SW_STR_ARG(x->as_uid));
	for (uint32_t i = 0; i < x->n_as_groups; i++)
		ok = ok && add_header(q, "Impersonate-Group: %.*s", SW_STR_ARG(x->as_groups[i]));
	for (uint32_t i = 0; i < x->n_as_extra; i++) {
		sw_autobuf key;
		sw_buf_init(&key, 8192);
		sw_percent_encode(&key, x->as_extra[i].key, "");
		ok = ok && add_header(q, "Impersonate-Extra-%s: %.*s", sw_buf_cstr(&key),
				     SW_STR_ARG(x->as_extra[i].value));
	}
	if (x->tls_name.n)
		ok = ok && add_header(q, "Host: %.*s", SW_STR_ARG(authority(x->server)));
	c->lib->set(q->curl, CURLOPT_HTTPHEADER, q->headers);
	return ok;
}

static void set_blob(struct answer *q, CURLoption what, struct sw_str pem)
{
	struct curl_blob b = {.data = (void *)pem.p, .len = pem.n, .flags = CURL_BLOB_COPY};
	q->c->lib->set(q->curl, what, &b);
}

static void set_tls(struct answer *q)
{
	const struct sw_kube_client *c = q->c;
	const struct sw_kube_access *x = c->x;
	struct sw_str cert = c->has_made && c->made.cert.p ? c->made.cert : x->cert;
	struct sw_str key = c->has_made && c->made.cert.p ? c->made.key : x->key;
	c->lib->set(q->curl, CURLOPT_SSL_VERIFYPEER, x->insecure ? 0L : 1L);
	c->lib->set(q->curl, CURLOPT_SSL_VERIFYHOST, x->insecure ? 0L : 2L);
	c->lib->set(q->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (x->ca.p) {
		c->lib->set(q->curl, CURLOPT_CAINFO, NULL);
		c->lib->set(q->curl, CURLOPT_CAPATH, NULL);
		set_blob(q, CURLOPT_CAINFO_BLOB, x->ca);
	}
	if (cert.p) {
		set_blob(q, CURLOPT_SSLCERT_BLOB, cert);
		set_blob(q, CURLOPT_SSLKEY_BLOB, key);
	}
}

/*
 * The name that the certificate must have goes into the address, and the connection to where the server
 * is: libcurl takes the name for SNI and verification from there only.
 */
static void set_url(struct answer *q, const char *path)
{
	const struct sw_kube_client *c = q->c;
	const struct sw_kube_access *x = c->x;
	struct sw_str host = authority(x->server), rest;
	sw_buf_init(&q->url, 1 << 20);
	if (!x->tls_name.n) {
		sw_buf_printf(&q->url, "%.*s%s", SW_STR_ARG(x->server), path);
	} else {
		size_t colon = sw_str_rfind(host, SW_STR(":"));
		bool port = colon != SW_NPOS && host.n && host.p[host.n - 1] != ']';
		rest = sw_str_sub(x->server, (size_t)(host.p - x->server.p) + host.n, x->server.n);
		sw_buf_printf(&q->url, "https://%.*s%.*s%.*s%s", SW_STR_ARG(x->tls_name),
			SW_STR_ARG(port ? sw_str_sub(host, colon, host.n) : SW_STR("")),
			SW_STR_ARG(rest), path);
	}
	c->lib->set(q->curl, CURLOPT_URL, sw_buf_cstr(&q->url));
}

static bool set_connect(struct answer *q)
{
	const struct sw_kube_client *c = q->c;
	struct sw_str host = authority(c->x->server);
	sw_autobuf b;
	sw_buf_init(&b, 8192);
	if (!c->x->tls_name.n)
		return true;
	size_t colon = sw_str_rfind(host, SW_STR(":"));
	bool port = colon != SW_NPOS && host.p[host.n - 1] != ']';
	sw_buf_printf(&b, "::%.*s%s", SW_STR_ARG(host), port ? "" : ":443");
	/* freed with the headers */
	struct curl_slist *l = c->lib->add(NULL, sw_buf_cstr(&b));
	if (!l)
		return false;
	c->lib->set(q->curl, CURLOPT_CONNECT_TO, l);
	q->connect = l;
	return true;
}

static void set_limits(struct answer *q, int64_t timeout_ms)
{
	const struct sw_kube_client *c = q->c;
	const struct sw_curl *lib = c->lib;
	lib->set(q->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	lib->set(q->curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	lib->set(q->curl, CURLOPT_TCP_KEEPALIVE, 1L);
	lib->set(q->curl, CURLOPT_TCP_KEEPIDLE, 30L);
	lib->set(q->curl, CURLOPT_TCP_KEEPINTVL, 15L);
	if (!q->events) { /* a server that falls asleep */
		lib->set(q->curl, CURLOPT_LOW_SPEED_LIMIT, 64L);
		lib->set(q->curl, CURLOPT_LOW_SPEED_TIME, 30L);
	}
}

int client_prepare(struct answer *q, const char *path, const char *accept, int64_t timeout_ms,
	struct sw_error *err)
{
	struct sw_kube_client *c = q->c;
	const struct sw_curl *lib = c->lib;
	const struct sw_kube_access *x = c->x;
	sw_buf_init(&q->text, CLIENT_TEXT_MAX);
	lib->reset(q->curl); /* connections are kept */
	set_url(q, path);
	set_tls(q);
	set_limits(q, timeout_ms);
	lib->set(q->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	lib->set(q->curl, CURLOPT_FOLLOWLOCATION, 0L);
	lib->set(q->curl, CURLOPT_NOSIGNAL, 1L);
	lib->set(q->curl, CURLOPT_USERAGENT, "seawall/" SW_VERSION);
	lib->set(q->curl, CURLOPT_ACCEPT_ENCODING, x->no_compression || q->events ? NULL : "gzip");
	lib->set(q->curl, CURLOPT_WRITEFUNCTION, on_data);
	lib->set(q->curl, CURLOPT_WRITEDATA, q);
	lib->set(q->curl, CURLOPT_ERRORBUFFER, q->message);
	lib->set(q->curl, CURLOPT_NOPROGRESS, 0L);
	lib->set(q->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	lib->set(q->curl, CURLOPT_XFERINFODATA, q);
	lib->set(q->curl, CURLOPT_PRIVATE, q);
	sw_autobuf text;
	sw_buf_init(&text, 1 << 16);
	if (x->proxy.n) {
		/* Go lets the proxy look up the name */
		bool socks = sw_str_starts(x->proxy, SW_STR("socks5://"));
		sw_buf_printf(&text, "%s%.*s", socks ? "socks5h" : "",
			SW_STR_ARG(sw_str_sub(x->proxy, socks ? 6 : 0, x->proxy.n)));
		lib->set(q->curl, CURLOPT_PROXY, sw_buf_cstr(&text));
	}
	if (x->username.n && !c->token.n) {
		sw_buf_clear(&text);
		sw_buf_addstr(&text, x->username);
		lib->set(q->curl, CURLOPT_USERNAME, sw_buf_cstr(&text));
		sw_buf_clear(&text);
		sw_buf_addstr(&text, x->password);
		lib->set(q->curl, CURLOPT_PASSWORD, sw_buf_cstr(&text));
	}
	if (!set_headers(q, accept) || !set_connect(q))
		return sw_error_set(err, SW_EINVALID, "the request's headers make no sense");
	return 0;
}

void answer_release(struct answer *q)
{
	const struct sw_curl *lib = q->c->lib;
	lib->set(q->curl, CURLOPT_HTTPHEADER, NULL);
	lib->set(q->curl, CURLOPT_CONNECT_TO, NULL);
	lib->set(q->curl, CURLOPT_ERRORBUFFER, NULL);
	lib->drop(q->headers);
	lib->drop(q->connect);
	q->headers = q->connect = NULL;
	sw_buf_release(&q->text);
	sw_buf_release(&q->url);
}
