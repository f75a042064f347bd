/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/curl.h"
#include "notify/impl.h"

enum { TRIES = 3, TIMEOUT_S = 10 };

static const struct sw_curl *lib; /* set before anything is sent */

struct http {
	CURL *curl;
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE];
};

static size_t ignore(char *p, size_t size, size_t n, void *arg)
{
	return size * n;
}

static int hurried(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	return sw_notify_hurry();
}

static int http_send(void *priv, unsigned level, struct sw_str line, struct sw_error *err)
{
	struct http *h = priv;

	lib->set(h->curl, CURLOPT_POSTFIELDS, line.p);
	lib->set(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)line.n);
	for (int i = 0; i < TRIES; i++) {
		long status = 0;
		h->error[0] = 0;
		CURLcode rc = lib->perform(h->curl);
		lib->info(h->curl, CURLINFO_RESPONSE_CODE, &status);
		if (rc == CURLE_OK && status < 400)
			return 0;
		if (rc != CURLE_OK)
			sw_error_set(
				err, SW_EIO, "%s", h->error[0] ? h->error : lib->text(rc));
		else
			sw_error_set(err, SW_EIO, "the server answers %ld", status);
		/* What it does not want today it does not want in a second. */
		if (sw_notify_hurry() || (rc == CURLE_OK && status < 500 && status != 429))
			break;
		if (i + 1 < TRIES)
			nanosleep(&(struct timespec){.tv_nsec = 250000000L << i}, NULL);
	}
	return -SW_EIO;
}

static void http_close(void *priv)
{
	struct http *h = priv;

	if (h->curl)
		lib->close(h->curl);
	if (h->headers)
		lib->drop(h->headers);
	free(h);
}

static void set_tls(CURL *c, const struct sw_notify_http *o)
{
	if (o->insecure) {
		lib->set(c, CURLOPT_SSL_VERIFYPEER, 0L);
		lib->set(c, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (o->ca_file && *o->ca_file)
		lib->set(c, CURLOPT_CAINFO, o->ca_file);
	if (o->ca_dir && *o->ca_dir)
		lib->set(c, CURLOPT_CAPATH, o->ca_dir);
	if (o->client_cert && *o->client_cert)
		lib->set(c, CURLOPT_SSLCERT, o->client_cert);
	if (o->client_key && *o->client_key)
		lib->set(c, CURLOPT_SSLKEY, o->client_key);
}

static bool set_headers(struct http *h, const struct sw_notify_http *o)
{
	struct curl_slist *l =
		lib->add(NULL, o->json ? "Content-Type: application/json"
						: "Content-Type: text/plain; charset=utf-8");
	bool ok = l != NULL;

	h->headers = l;
	for (uint32_t i = 0; ok && i < o->n_headers; i++)
		ok = lib->add(l, o->headers[i]) != NULL;
	return ok;
}

static const struct sw_sink_ops ops = {.name = "http", .send = http_send, .close = http_close};

/* Without the user, the query and the fragment, which may hold a secret. */
static void public_url(const char *url, char *out, size_t size)
{
	const char *host = strstr(url, "://") + 3;
	size_t end = strcspn(host, "?#"), slash = strcspn(host, "/?#");

	for (size_t i = 0; i < slash; i++)
		if (host[i] == '@') {
			host += i + 1;
			end -= i + 1;
			slash -= i + 1;
			i = 0;
		}
	snprintf(out, size, "%.*s%.*s", (int)(strstr(url, "://") + 3 - url), url, (int)end, host);
}

int sw_notify_post(struct sw_notify *n, const struct sw_notify_http *o, struct sw_error *err)
{
	char shown[512];

	if (strncmp(o->url, "http://", 7) != 0 && strncmp(o->url, "https://", 8) != 0)
		return sw_error_set(
			err, SW_EUSAGE, "\"%.200s\" is no http:// or https:// address", o->url);
	lib = sw_curl();
	if (!lib)
		return sw_error_set(err, SW_EUNSUPPORTED, "libcurl.so.4 cannot be loaded");
	struct http *h = calloc(1, sizeof(*h));
	if (!h || !(h->curl = lib->open()) || !set_headers(h, o)) {
		if (h)
			http_close(h);
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	}
	lib->set(h->curl, CURLOPT_URL, o->url);
	lib->set(h->curl, CURLOPT_POST, 1L);
	lib->set(h->curl, CURLOPT_USERAGENT,
		o->user_agent && *o->user_agent ? o->user_agent : "seawall");
	lib->set(h->curl, CURLOPT_HTTPHEADER, h->headers);
	lib->set(h->curl, CURLOPT_ERRORBUFFER, h->error);
	lib->set(h->curl, CURLOPT_WRITEFUNCTION, ignore);
	lib->set(h->curl, CURLOPT_NOPROGRESS, 0L);
	lib->set(h->curl, CURLOPT_XFERINFOFUNCTION, hurried);
	lib->set(h->curl, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
	lib->set(h->curl, CURLOPT_NOSIGNAL, 1L);
	lib->set(h->curl, CURLOPT_FOLLOWLOCATION, 0L);
	lib->set(h->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	set_tls(h->curl, o);
	public_url(o->url, shown, sizeof(shown));
	return sw_notify_add(n, &ops, h, shown, err);
}
