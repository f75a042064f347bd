/* SPDX-License-Identifier: Apache-2.0 */
/* URLs as Go's net/url.Parse splits, decodes and rejects them (RFC 3986 with Go's leniences). */
#ifndef SW_BASE_GO_URL_H
#define SW_BASE_GO_URL_H

#include "base/arena.h"
#include "base/buf.h"

struct sw_gourl {
	struct sw_str scheme; /* lower case */
	struct sw_str opaque; /* mailto:x */
	struct sw_str userinfo; /* as written */
	struct sw_str host;   /* decoded, with port */
	struct sw_str path;   /* decoded */
	struct sw_str raw_path; /* as written where that is not the default encoding; else "" */
	struct sw_str raw_query;
	struct sw_str fragment; /* decoded */
	bool force_query;       /* a bare "?" at the end */
};

/* 0; -SW_ESYNTAX with Go's text (`parse "…": …`) in `why`; -SW_ELIMIT. Texts live in `a` or in `s`. */
int sw_gourl_parse(struct sw_arena *a, struct sw_str s, struct sw_gourl *ret, struct sw_buf *why);
/* Splits host[:port]; brackets of IPv6 are taken off. */
void sw_gourl_split_host(struct sw_str host, struct sw_str *ret_name, struct sw_str *ret_port);
/* The path as it is sent: raw_path where that is a valid encoding, else the default encoding of path. */
void sw_gourl_escape_path(const struct sw_gourl *u, struct sw_buf *out);
/* url.QueryUnescape; false with Go's text. */
bool sw_gourl_unescape_query(struct sw_str s, struct sw_buf *out, struct sw_buf *why);

#endif
