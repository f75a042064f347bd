/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/db/fetch.h"

#include "base/curl.h"

static size_t take(char *p, size_t size, size_t n, void *arg)
{
	struct sw_buf *out = arg;
	sw_buf_add(out, p, size * n);
	return out->overflow ? 0 : size * n;
}

static bool loopback(struct sw_str url)
{
	return sw_str_starts(url, SW_STR("http://127.0.0.1:")) ||
	       sw_str_starts(url, SW_STR("http://localhost:")) ||
	       sw_str_starts(url, SW_STR("http://[::1]:"));
}

int sw_db_fetch(const char *url, struct sw_buf *out, struct sw_error *err)
{
	struct sw_str u = sw_str_from(url);
	if (!sw_str_starts(u, SW_STR("https://")) && !loopback(u))
		return sw_error_set(err, SW_EUSAGE, "'%s' is no https:// URL", url);
	const struct sw_curl *lib = sw_curl();
	CURL *c = lib ? lib->open() : NULL;
	char text[CURL_ERROR_SIZE] = "";
	if (!c)
		return sw_error_set(err, SW_EUNSUPPORTED, "libcurl.so.4 is not installed");
	lib->set(c, CURLOPT_URL, url);
	lib->set(c, CURLOPT_PROTOCOLS_STR, loopback(u) ? "http,https" : "https");
	lib->set(c, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	lib->set(c, CURLOPT_FOLLOWLOCATION, 1L);
	lib->set(c, CURLOPT_MAXREDIRS, 5L);
	lib->set(c, CURLOPT_FAILONERROR, 1L);
	lib->set(c, CURLOPT_CONNECTTIMEOUT, 30L);
	lib->set(c, CURLOPT_LOW_SPEED_LIMIT, 1024L); /* a server that falls asleep */
	lib->set(c, CURLOPT_LOW_SPEED_TIME, 60L);
	lib->set(c, CURLOPT_NOSIGNAL, 1L);
	lib->set(c, CURLOPT_USERAGENT, "seawall/" SW_VERSION);
	lib->set(c, CURLOPT_WRITEFUNCTION, take);
	lib->set(c, CURLOPT_WRITEDATA, out);
	lib->set(c, CURLOPT_ERRORBUFFER, text);
	CURLcode rc = lib->perform(c);
	lib->close(c);
	if (out->overflow)
		return sw_error_set(err, SW_ELIMIT, "%s gives more than a database may hold", url);
	if (rc != CURLE_OK)
		return sw_error_set(err, SW_EIO, "%s: %s", url, text[0] ? text : lib->text(rc));
	return 0;
}
