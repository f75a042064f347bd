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
	void (*reset)(CURL *);
	CURLcode (*set)(CURL *, CURLoption, ...);
	CURLcode (*info)(CURL *, CURLINFO, ...);
	CURLcode (*perform)(CURL *);
	const char *(*text)(CURLcode);
	struct curl_slist *(*add)(struct curl_slist *, const char *);
	void (*drop)(struct curl_slist *);
	/* many transfers at once */
	CURLM *(*multi_open)(void);
	CURLMcode (*multi_close)(CURLM *);
	CURLMcode (*multi_add)(CURLM *, CURL *);
	CURLMcode (*multi_remove)(CURLM *, CURL *);
	CURLMcode (*multi_run)(CURLM *, int *);
	CURLMcode (*multi_poll)(CURLM *, struct curl_waitfd *, unsigned, int, int *);
	CURLMcode (*multi_wake)(CURLM *);
	CURLMsg *(*multi_next)(CURLM *, int *);
};

/* NULL: libcurl.so.4 is not installed. */
const struct sw_curl *sw_curl(void);

#endif
