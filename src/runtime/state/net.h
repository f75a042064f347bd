/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Socket addresses and tuples of events, and how they are written: the bytes are those of the
 * sensor's and of Falco's events (scap's PT_SOCKADDR and PT_SOCKTUPLE), addresses in network order,
 * ports in the machine's. The texts are those of fd.name. Nothing is allocated: `path` is a view
 * into the event. Pure; any thread.
 */
#ifndef SW_RUNTIME_STATE_NET_H
#define SW_RUNTIME_STATE_NET_H

#include "runtime/state/fdtab.h"

#define SW_NET_TEXT 256

enum sw_af { SW_AF_UNIX = 1, SW_AF_INET = 2, SW_AF_INET6 = 10, SW_AF_NETLINK = 16 };

/* A tuple {family, source, destination} or an address {family, destination} of an event. */
struct sw_tuple {
	uint8_t family; /* INET where both ends of an INET6 are mapped IPv4 */
	bool mapped;
	uint8_t sip[16], dip[16];
	uint16_t sport, dport;
	uint64_t src, dst; /* of UNIX */
	struct sw_str path;
};

/* False: empty, cut short or of a family without addresses (then family is set). */
bool sw_tuple_read(struct sw_str p, struct sw_tuple *ret);
bool sw_sockaddr_read(struct sw_str p, struct sw_tuple *ret);

/* "1.2.3.4:80->5.6.7.8:443", "a->b" where the protocol has no ports; out has SW_NET_TEXT bytes. */
size_t sw_net_tuple_text(bool v6, uint8_t l4, const uint8_t *sip, uint16_t sport, const uint8_t *dip,
	uint16_t dport, char *out);
size_t sw_net_addr_text(bool v6, const uint8_t *ip, uint16_t port, char *out);
size_t sw_net_ip_text(bool v6, const uint8_t *ip, char *out);

#endif
