/* SPDX-License-Identifier: Apache-2.0 */
#include "base/curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

#include "base/cleanup.h"

static struct sw_curl lib;
static bool there;

static void load(void)
{
	void *so = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	const struct {
		void **to;
		const char *name;
	} symbols[] = {{(void **)&lib.init, "curl_global_init"},
		{(void **)&lib.open, "curl_easy_init"}, {(void **)&lib.close, "curl_easy_cleanup"},
		{(void **)&lib.set, "curl_easy_setopt"}, {(void **)&lib.info, "curl_easy_getinfo"},
		{(void **)&lib.perform, "curl_easy_perform"},
		{(void **)&lib.text, "curl_easy_strerror"},
		{(void **)&lib.add, "curl_slist_append"},
		{(void **)&lib.drop, "curl_slist_free_all"},
		{(void **)&lib.reset, "curl_easy_reset"},
		{(void **)&lib.multi_open, "curl_multi_init"},
		{(void **)&lib.multi_close, "curl_multi_cleanup"},
		{(void **)&lib.multi_add, "curl_multi_add_handle"},
		{(void **)&lib.multi_remove, "curl_multi_remove_handle"},
		{(void **)&lib.multi_run, "curl_multi_perform"},
		{(void **)&lib.multi_poll, "curl_multi_poll"},
		{(void **)&lib.multi_wake, "curl_multi_wakeup"},
		{(void **)&lib.multi_next, "curl_multi_info_read"}};
	if (!so)
		return;
	for (size_t i = 0; i < SW_ARRAY_LEN(symbols); i++)
		if (!(*symbols[i].to = dlsym(so, symbols[i].name)))
			return;
	there = lib.init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

const struct sw_curl *sw_curl(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
	return there ? &lib : NULL;
}
