/* SPDX-License-Identifier: Apache-2.0 */
/* One POST to a provider. */
#include <curl/curl.h>

#include "base/cleanup.h"
#include "policy/gatekeeper/external.h"

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	struct sw_buf *b = arg;
	sw_buf_add(b, p, size * n);
	return b->overflow ? 0 : size * n;
}

static void set_up(CURL *c, const struct gk_provider *p, struct sw_str body, struct curl_slist *headers,
	struct sw_buf *ret)
{
	struct curl_blob ca = {.data = (void *)p->ca.p, .len = p->ca.n, .flags = CURL_BLOB_COPY};
	sw_autobuf url;
	sw_buf_init(&url, 1 << 16);
	sw_buf_addstr(&url, p->url);
	curl_easy_setopt(c, CURLOPT_URL, sw_buf_cstr(&url));
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)p->timeout_s);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &ca);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)body.n);
	curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, body.p);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, ret);
}

int gk_external_https(void *arg, const struct gk_provider *p, struct sw_str body, struct sw_buf *ret, long *ret_status,
	struct sw_error *err)
{
	CURL *c = curl_easy_init();
	struct curl_slist *headers = c ? curl_slist_append(NULL, "Content-Type: application/json") : NULL;
	if (!c || !headers) {
		curl_easy_cleanup(c);
		return sw_error_set(err, SW_EIO, "failed to get HTTP client");
	}
	set_up(c, p, body, headers, ret);
	CURLcode rc = curl_easy_perform(c);
	if (rc == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, ret_status);
	else
		sw_error_set(err, SW_EIO, "failed to send external data request: %s", curl_easy_strerror(rc));
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	return rc == CURLE_OK ? 0 : -SW_EIO;
}
