/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Cuts a cgroup off the network: what is attached to it may talk with itself over the loopback device only.
 * New connections and datagrams fail with EPERM at once; packets of older connections are dropped both ways.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum { LOOPBACK = 1 }; /* its number in every network name space */

SEC("cgroup/connect4")
int sw_cut_connect4(struct bpf_sock_addr *c)
{
	return (c->user_ip4 & 0xff) == 127;
}

SEC("cgroup/sendmsg4")
int sw_cut_sendmsg4(struct bpf_sock_addr *c)
{
	return (c->user_ip4 & 0xff) == 127;
}

static __always_inline int local6(struct bpf_sock_addr *c)
{
	__u32 a = c->user_ip6[0], b = c->user_ip6[1], d = c->user_ip6[2], e = c->user_ip6[3];

	return !a && !b && ((!d && e == __builtin_bswap32(1)) || (d == __builtin_bswap32(0xffff) && (e & 0xff) == 127));
}

SEC("cgroup/connect6")
int sw_cut_connect6(struct bpf_sock_addr *c)
{
	return local6(c);
}

SEC("cgroup/sendmsg6")
int sw_cut_sendmsg6(struct bpf_sock_addr *c)
{
	return local6(c);
}

SEC("cgroup_skb/ingress")
int sw_cut_ingress(struct __sk_buff *skb)
{
	return skb->ifindex == LOOPBACK;
}

SEC("cgroup_skb/egress")
int sw_cut_egress(struct __sk_buff *skb)
{
	return skb->ifindex == LOOPBACK;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
