/* SPDX-License-Identifier: Apache-2.0 */
/* One POST to a provider. */
#include "base/cleanup.h"
#include "base/curl.h"
#include "policy/gatekeeper/external.h"

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	struct sw_buf *b = arg;
	sw_buf_add(b, p, size * n);
	return b->overflow ? 0 : size * n;
}

static void set_up(const struct sw_curl *lib, CURL *c, const struct gk_provider *p, struct sw_str body, struct curl_slist *headers,
	struct sw_buf *ret)
{
	struct curl_blob ca = {.data = (void *)p->ca.p, .len = p->ca.n, .flags = CURL_BLOB_COPY};
	sw_autobuf url;
	sw_buf_init(&url, 1 << 16);
	sw_buf_addstr(&url, p->url);
	lib->set(c, CURLOPT_URL, sw_buf_cstr(&url));
	lib->set(c, CURLOPT_PROTOCOLS_STR, "https");
	lib->set(c, CURLOPT_FOLLOWLOCATION, 0L);
	lib->set(c, CURLOPT_PROXY, "");
	lib->set(c, CURLOPT_NOSIGNAL, 1L);
	lib->set(c, CURLOPT_TIMEOUT_MS, (long)p->timeout_ms);
	lib->set(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
	lib->set(c, CURLOPT_SSL_VERIFYPEER, 1L);
	lib->set(c, CURLOPT_SSL_VERIFYHOST, 2L);
	lib->set(c, CURLOPT_CAINFO, NULL);
	lib->set(c, CURLOPT_CAPATH, NULL);
	lib->set(c, CURLOPT_CAINFO_BLOB, &ca);
	if (p->cert) {
		lib->set(c, CURLOPT_SSLCERT, p->cert);
		lib->set(c, CURLOPT_SSLKEY, p->key);
	}
	lib->set(c, CURLOPT_HTTPHEADER, headers);
	lib->set(c, CURLOPT_POSTFIELDSIZE, (long)body.n);
	lib->set(c, CURLOPT_COPYPOSTFIELDS, body.p);
	lib->set(c, CURLOPT_WRITEFUNCTION, on_data);
	lib->set(c, CURLOPT_WRITEDATA, ret);
}

int gk_external_https(void *arg, const struct gk_provider *p, struct sw_str body, struct sw_buf *ret, long *ret_status,
	struct sw_error *err)
{
	const struct sw_curl *lib = sw_curl();
	CURL *c = lib ? lib->open() : NULL;
	struct curl_slist *headers = c ? lib->add(NULL, "Content-Type: application/json") : NULL;
	if (!c || !headers) {
		if (c)
			lib->close(c);
		return sw_error_set(err, SW_EIO,
			lib ? "failed to get HTTP client" : "failed to get HTTP client: libcurl.so.4 cannot be loaded");
	}
	set_up(lib, c, p, body, headers, ret);
	CURLcode rc = lib->perform(c);
	if (rc == CURLE_OK)
		lib->info(c, CURLINFO_RESPONSE_CODE, ret_status);
	else
		sw_error_set(err, SW_EIO, "failed to send external data request: %s", lib->text(rc));
	lib->drop(headers);
	lib->close(c);
	return rc == CURLE_OK ? 0 : -SW_EIO;
}
