/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses and networks as Go's net and net/netip read and write them, since what Rego and CEL
 * take for an address is what Go takes for one: no leading zeros, no classes. Values hold no
 * pointers. Pure; any thread.
 */
#ifndef SW_BASE_GO_ADDR_H
#define SW_BASE_GO_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct sw_goaddr {
	uint8_t b[16]; /* IPv4 as ::ffff:a.b.c.d */
	bool v4;       /* written as IPv4 */
	bool zone;     /* had a %zone */
};

struct sw_gonet {
	struct sw_goaddr addr; /* masked */
	int ones, bits;        /* bits: 32 or 128, as it was written */
};

/* netip.ParseAddr; false with Go's text in `why` (which may be NULL). */
bool sw_goaddr_parse(struct sw_str s, struct sw_goaddr *ret, struct sw_buf *why);
/* net.ParseIP: no zones. */
bool sw_goaddr_parse_ip(struct sw_str s, struct sw_goaddr *ret);
/* net.ParseCIDR. *ret_addr (may be NULL) is the address as written. */
bool sw_gonet_parse(struct sw_str s, struct sw_gonet *ret, struct sw_goaddr *ret_addr);
/* IPv4, also when it is written as an IPv4-mapped IPv6 address. */
bool sw_goaddr_is4(const struct sw_goaddr *a);
bool sw_gonet_contains(const struct sw_gonet *n, const struct sw_goaddr *a);
/* net.IP.String() */
void sw_goaddr_print(const struct sw_goaddr *a, struct sw_buf *out);

#endif
