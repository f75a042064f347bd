/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of the registry source. distribution-spec 1.1; Docker's token authentication. */
#ifndef SW_IMAGE_SOURCE_REGISTRY_H
#define SW_IMAGE_SOURCE_REGISTRY_H

#include "base/curl.h"
#include "image/source/source.h"

enum { SW_REGISTRY_ENDPOINTS = 9, SW_REGISTRY_RETRIES = 3 };

struct sw_registry_endpoint {
	struct sw_str base; /* "https://registry.example:5000" */
	struct sw_str key;  /* of docker's config.json */
	bool http_too;	    /* on the loopback interface: http when https cannot be had */
	struct sw_str auth; /* "Authorization: …"; "" until it was asked for */
};

struct sw_registry {
	const struct sw_curl *curl;
	struct sw_arena *arena; /* the source's */
	const struct sw_image_opts *opts;
	struct sw_str repository;
	struct sw_registry_endpoint at[SW_REGISTRY_ENDPOINTS];
	uint32_t n, use; /* `use`: the one that answered */
};

/* One answer. Headers without the status line. */
struct sw_registry_reply {
	long status;
	struct sw_buf body, headers;
	int to; /* body goes there instead; -1 */
	uint64_t sent;
	bool pipe_closed;
};

/* User and password, or a token, for a host. False: none. (credentials.c) */
bool sw_registry_credentials(struct sw_arena *a, const struct sw_image_opts *o, struct sw_str key,
	struct sw_str *ret_basic, struct sw_str *ret_identity_token);

/* One request of one endpoint, with authentication where it is asked for. (http.c) */
int sw_registry_get(struct sw_registry *r, struct sw_registry_endpoint *at, struct sw_str path,
	const char *accept, struct sw_registry_reply *reply, struct sw_error *err);

#endif
