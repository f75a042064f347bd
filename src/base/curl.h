/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl, loaded at the first use: it and the thirty libraries behind it would cost every start 3 ms,
 * and hardly any run sends anything.
 *
 * Threads: any; loading is done once. The table lives as long as the process.
 */
#ifndef SW_BASE_CURL_H
#define SW_BASE_CURL_H

#include <curl/curl.h>

struct sw_curl {
	CURLcode (*init)(long);
	CURL *(*open)(void);
	void (*close)(CURL *);
	CURLcode (*set)(CURL *, CURLoption, ...);
	CURLcode (*info)(CURL *, CURLINFO, ...);
	CURLcode (*perform)(CURL *);
	const char *(*text)(CURLcode);
	struct curl_slist *(*add)(struct curl_slist *, const char *);
	void (*drop)(struct curl_slist *);
};

/* NULL: libcurl.so.4 is not installed. */
const struct sw_curl *sw_curl(void);

#endif
