/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/state/net.h"

#include <arpa/inet.h>
#include <stdio.h>

static bool is_mapped(const uint8_t *ip)
{
	static const uint8_t head[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	static const uint8_t zero[16];

	return memcmp(ip, head, 12) == 0 || memcmp(ip, zero, 16) == 0;
}

static uint16_t port_at(const char *p)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return v;
}

static void unmap(uint8_t *ip)
{
	memmove(ip, ip + 12, 4);
	memset(ip + 4, 0, 12);
}

/* What is behind the family byte: one end of n address bytes and a port. */
static void take_end(const char **p, size_t n, uint8_t *ip, uint16_t *port)
{
	memcpy(ip, *p, n);
	*port = port_at(*p + n);
	*p += n + 2;
}

static struct sw_str path_of(const char *p, size_t n)
{
	const char *end = memchr(p, 0, n);

	return (struct sw_str){p, end ? (size_t)(end - p) : n};
}

bool sw_tuple_read(struct sw_str p, struct sw_tuple *ret)
{
	*ret = (struct sw_tuple){0};
	if (!p.n)
		return false;
	ret->family = (uint8_t)p.p[0];
	const char *at = p.p + 1;
	if (ret->family == SW_AF_UNIX && p.n >= 18) {
		memcpy(&ret->src, at, 8);
		memcpy(&ret->dst, at + 8, 8);
		ret->path = path_of(at + 16, p.n - 17);
		return true;
	}
	size_t n = ret->family == SW_AF_INET ? 4 : ret->family == SW_AF_INET6 ? 16 : 0;
	if (!n || p.n < 1 + 2 * (n + 2))
		return false;
	take_end(&at, n, ret->sip, &ret->sport);
	take_end(&at, n, ret->dip, &ret->dport);
	if (n == 16 && is_mapped(ret->sip) && is_mapped(ret->dip)) {
		static const uint8_t zero[16];
		if (memcmp(ret->sip, zero, 16) == 0 && memcmp(ret->dip, zero, 16) == 0)
			return true;
		unmap(ret->sip);
		unmap(ret->dip);
		ret->family = SW_AF_INET;
		ret->mapped = true;
	}
	return true;
}

bool sw_sockaddr_read(struct sw_str p, struct sw_tuple *ret)
{
	*ret = (struct sw_tuple){0};
	if (!p.n)
		return false;
	ret->family = (uint8_t)p.p[0];
	const char *at = p.p + 1;
	if (ret->family == SW_AF_UNIX && p.n >= 2) {
		ret->path = path_of(at, p.n - 1);
		return true;
	}
	size_t n = ret->family == SW_AF_INET ? 4 : ret->family == SW_AF_INET6 ? 16 : 0;
	if (!n || p.n < 1 + n + 2)
		return false;
	take_end(&at, n, ret->dip, &ret->dport);
	return true;
}

size_t sw_net_ip_text(bool v6, const uint8_t *ip, char *out)
{
	if (!inet_ntop(v6 ? AF_INET6 : AF_INET, ip, out, INET6_ADDRSTRLEN))
		out[0] = 0;
	return strlen(out);
}

size_t sw_net_addr_text(bool v6, const uint8_t *ip, uint16_t port, char *out)
{
	size_t n = sw_net_ip_text(v6, ip, out);

	return n + (size_t)snprintf(out + n, SW_NET_TEXT - n, ":%u", port);
}

size_t sw_net_tuple_text(bool v6, uint8_t l4, const uint8_t *sip, uint16_t sport, const uint8_t *dip,
	uint16_t dport, char *out)
{
	char a[INET6_ADDRSTRLEN], b[INET6_ADDRSTRLEN];

	sw_net_ip_text(v6, sip, a);
	sw_net_ip_text(v6, dip, b);
	if (l4 == SW_L4_ICMP || (l4 == SW_L4_RAW && !v6))
		return (size_t)snprintf(out, SW_NET_TEXT, "%s->%s", a, b);
	return (size_t)snprintf(out, SW_NET_TEXT, "%s:%u->%s:%u", a, sport, b, dport);
}
