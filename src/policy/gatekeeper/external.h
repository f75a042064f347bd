/* SPDX-License-Identifier: Apache-2.0 */
/*
 * External data: providers (externaldata.gatekeeper.sh) that mutators ask (mutate_external.c), and templates with external_data({"provider": p,
 * "keys": [k, …]}). Only with sw_gk_opts.external_data; else the builtin does not exist and such templates are
 * refused.
 *
 * HTTPS only, TLS 1.3, and only with the provider's own caBundle; no redirects, no proxies. Answers are kept for
 * ttl_ns by provider, its URL and key; the errors of keys, too. Limits: 1,000 keys a call, 1 MiB an answer, 10,000 answers kept, the provider's
 * timeout but at most 30 s.
 */
#ifndef SW_POLICY_GATEKEEPER_EXTERNAL_H
#define SW_POLICY_GATEKEEPER_EXTERNAL_H

#include "policy/gatekeeper/gatekeeper.h"
#include "rego/builtin.h"

enum { GK_KEYS_MAX = 1000, GK_ANSWER_MAX = 1 << 20, GK_ANSWERS_MAX = 10000, GK_PROVIDERS_MAX = 1000 };

struct gk_provider {
	struct sw_str name, url;
	struct sw_str ca; /* PEM */
	uint32_t timeout_ms;
	const char *cert, *key; /* files of a client certificate, PEM; NULL: none */
};

struct gk_external; /* of a struct sw_gk */

struct gk_external *gk_external_new(const struct sw_gk_opts *opts);
void gk_external_free(struct gk_external *x); /* takes NULL */
/* A Provider object. -SW_EINVALID with upstream's reason. */
int gk_external_add(struct gk_external *x, struct sw_value object, struct sw_error *err);
/* The capabilities of templates: everything, and external_data. */
const struct sw_rego_caps *gk_external_caps(struct gk_external *x);
/*
 * For mutators: the items that a provider answers for all of these keys, never remembered ones. -SW_ENOENT: there is no
 * such provider; others with upstream's reason.
 */
int gk_external_fetch(struct gk_external *x, struct sw_arena *a, struct sw_str provider, struct sw_list *keys,
	struct sw_value *ret_items, struct sw_error *err);
/* What sw_gk_external_begin() says. */
void gk_external_begin(struct gk_external *x, bool may_ask, int64_t deadline_ns);
bool gk_external_refused(const struct gk_external *x);
/* Between these, external_data of this thread asks x. */
void gk_external_enter(struct gk_external *x);
void gk_external_leave(void);
/* The default of sw_gk_opts.ask, over libcurl. */
int gk_external_https(void *arg, const struct gk_provider *p, struct sw_str body, struct sw_buf *ret, long *ret_status,
	struct sw_error *err);

#endif
