/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of sockets. */
#include <stdio.h>

#include "runtime/state/impl.h"

enum { SOCK_STREAM_S = 1, SOCK_DGRAM_S = 2, SOCK_RAW_S = 3, EINPROGRESS_S = 115 };
enum { PROTO_IP = 0, PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_RAW = 255 };

static bool is_ip(const struct sw_fd *f)
{
	return f->type == SW_FD_IPV4_SOCK || f->type == SW_FD_IPV6_SOCK;
}

static uint8_t l4_of(uint32_t type, uint32_t proto)
{
	bool raw = (type & 0xff) == SOCK_RAW_S;

	switch (proto) {
	case PROTO_TCP:
		return raw ? SW_L4_RAW : SW_L4_TCP;
	case PROTO_UDP:
		return raw ? SW_L4_RAW : SW_L4_UDP;
	case PROTO_ICMP:
		return raw ? SW_L4_RAW : SW_L4_ICMP;
	case PROTO_RAW:
		return SW_L4_RAW;
	case PROTO_IP:
		return (type & 0xff) == SOCK_STREAM_S ? SW_L4_TCP
		       : (type & 0xff) == SOCK_DGRAM_S ? SW_L4_UDP
						       : SW_L4_UNKNOWN;
	default:
		return SW_L4_UNKNOWN;
	}
}

static void add_socket(struct sw_state *st, struct sw_sysev *ev, int64_t fd, uint32_t domain, uint32_t type,
	uint32_t proto, uint32_t flags)
{
	struct sw_fd *f = sw_apply_put_fd(st, ev, fd);

	if (!f)
		return;
	f->open_flags = flags;
	f->l4 = SW_L4_UNKNOWN;
	if (domain == SW_AF_UNIX) {
		f->type = SW_FD_UNIX_SOCK;
	} else if (domain == SW_AF_INET || domain == SW_AF_INET6) {
		f->type = domain == SW_AF_INET ? SW_FD_IPV4_SOCK : SW_FD_IPV6_SOCK;
		f->l4 = l4_of(type, proto);
	} else if (domain == SW_AF_NETLINK) {
		f->type = SW_FD_NETLINK;
	}
}

static void set_name(struct sw_fd *f)
{
	char text[SW_NET_TEXT];
	bool v6 = f->type == SW_FD_IPV6_SOCK;

	if (f->l4 == SW_L4_UNKNOWN || f->l4 == SW_L4_NA)
		sw_rstr_set(&f->name, SW_STR("<unknown>"));
	else
		sw_rstr_set(&f->name, sw_str_make(text, sw_net_tuple_text(v6, f->l4, f->sip, f->sport, f->dip,
								f->dport, text)));
}

static void unix_name(struct sw_fd *f, uint64_t src, uint64_t dst, struct sw_str path)
{
	char text[SW_NET_TEXT + 64];
	int n = snprintf(text, sizeof(text), "%llx->%llx %.*s", (unsigned long long)src, (unsigned long long)dst,
		(int)(path.n < 200 ? path.n : 200), path.p ? path.p : "");

	sw_rstr_set(&f->name, sw_str_make(text, (size_t)n));
}

static void set_unix(struct sw_fd *f, const struct sw_tuple *t)
{
	f->type = SW_FD_UNIX_SOCK;
	f->unix_src = t->src;
	f->unix_dst = t->dst;
	unix_name(f, t->src, t->dst, t->path);
}

static void swap_ends(struct sw_fd *f)
{
	uint8_t ip[16];
	uint16_t port = f->sport;

	memcpy(ip, f->sip, 16);
	memcpy(f->sip, f->dip, 16);
	memcpy(f->dip, ip, 16);
	f->sport = f->dport;
	f->dport = port;
}

/* Takes both ends from a tuple. False: they were known, in this or the other direction. */
static bool set_ends(struct sw_fd *f, const struct sw_tuple *t, bool force_dst)
{
	static const uint8_t zero[16];
	bool v6 = t->family == SW_AF_INET6;
	size_t n = v6 ? 16 : 4;
	int16_t type = v6 ? SW_FD_IPV6_SOCK : SW_FD_IPV4_SOCK;

	if (f->type == type) {
		bool same = !memcmp(f->sip, t->sip, n) && f->sport == t->sport && !memcmp(f->dip, t->dip, n) &&
			    f->dport == t->dport;
		bool turned = !memcmp(f->sip, t->dip, n) && f->sport == t->dport &&
			      !memcmp(f->dip, t->sip, n) && f->dport == t->sport;
		if (same || turned)
			return false;
	}
	bool changed = memcmp(f->sip, t->sip, n) != 0 || f->sport != t->sport;
	memcpy(f->sip, t->sip, 16);
	f->sport = t->sport;
	if ((force_dst || !memcmp(f->dip, zero, n)) && memcmp(f->dip, t->dip, n) != 0) {
		memcpy(f->dip, t->dip, 16);
		changed = true;
	}
	if ((force_dst || !f->dport) && f->dport != t->dport) {
		f->dport = t->dport;
		changed = true;
	}
	f->type = type;
	return changed;
}

static void bind_x(struct sw_state *st, struct sw_sysev *ev)
{
	struct sw_tuple t;
	char text[SW_NET_TEXT];
	bool ok = sw_sockaddr_read(sw_raw_param(ev->raw, 1), &t);
	struct sw_fd *f = ok && ev->res >= 0 ? sw_apply_edit_fd(st, ev) : NULL;

	if (!f)
		return;
	if (t.family == SW_AF_UNIX) {
		sw_rstr_set(&f->name, t.path);
		return;
	}
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	bool v6 = t.family == SW_AF_INET6;
	sw_rstr_set(&f->name, sw_str_make(text, sw_net_addr_text(v6, t.dip, t.dport, text)));
	if (!t.dport)
		return;
	if (v6 && memcmp(t.dip, mapped, 12) == 0) {
		memmove(t.dip, t.dip + 12, 4);
		v6 = false;
	}
	f->type = v6 ? SW_FD_IPV6_SERVSOCK : SW_FD_IPV4_SERVSOCK;
	memset(f->sip, 0, 16);
	f->sport = 0;
	memcpy(f->dip, t.dip, 16);
	f->dport = t.dport;
	f->flags |= SW_FDF_SERVER;
}

/* What the caller asked for, where the kernel's answer is of no use (the call has not succeeded yet). */
static void connect_addr(struct sw_fd *f, const struct sw_tuple *a)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	if (a->family == SW_AF_UNIX) {
		sw_rstr_set(&f->name, a->path);
	} else if (a->family == SW_AF_INET || a->family == SW_AF_INET6) {
		bool map = a->family == SW_AF_INET6 && memcmp(a->dip, mapped, 12) == 0;
		f->type = a->family == SW_AF_INET || map ? SW_FD_IPV4_SOCK : SW_FD_IPV6_SOCK;
		memcpy(f->dip, map ? a->dip + 12 : a->dip, map ? 4 : 16);
		f->dport = a->dport;
	}
}

static void connect_x(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;
	struct sw_tuple t, addr, entered;

	if (ev->res < 0 && ev->res != -EINPROGRESS_S)
		return;
	struct sw_fd *f = sw_apply_edit_fd(st, ev);
	if (!f)
		return;
	f->flags |= SW_FDF_CONNECTED;
	const struct sw_raw_kept *k = sw_apply_enter(ev);
	bool has_entered = k && sw_sockaddr_read(sw_kept_param(k, 1), &entered);
	bool has_addr = sw_sockaddr_read(sw_raw_param(r, 3), &addr);
	if (!sw_raw_param(r, 1).n) {
		if (has_entered || has_addr)
			connect_addr(f, has_entered ? &entered : &addr);
		return;
	}
	if (!sw_tuple_read(r->p[1], &t))
		return;
	if (t.family == SW_AF_UNIX) {
		if (f->type != SW_FD_UNIX_SOCK)
			return;
		f->unix_src = t.src;
		f->unix_dst = t.dst;
		unix_name(f, t.src, t.dst, t.path);
	} else {
		bool changed = set_ends(f, &t, true);
		if (changed && f->flags & SW_FDF_SERVER && f->l4 == SW_L4_UDP)
			swap_ends(f);
		set_name(f);
	}
	if (!(f->flags & (SW_FDF_CLIENT | SW_FDF_SERVER)))
		f->flags |= SW_FDF_CLIENT;
}

static void accept_x(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;
	struct sw_tuple t;
	char text[SW_NET_TEXT];

	if (ev->res < 0)
		return;
	ev->thread->last_fd = ev->res;
	if (!sw_tuple_read(sw_raw_param(r, 1), &t))
		return;
	struct sw_fd *f = sw_apply_put_fd(st, ev, ev->res);
	if (!f)
		return;
	if (t.family == SW_AF_UNIX) {
		set_unix(f, &t);
	} else {
		set_ends(f, &t, true);
		f->l4 = SW_L4_TCP;
		bool v6 = f->type == SW_FD_IPV6_SOCK;
		sw_rstr_set(&f->name, sw_str_make(text, sw_net_tuple_text(v6, f->l4, f->sip, f->sport, f->dip,
								f->dport, text)));
	}
	if (r->code == SW_EV_ACCEPT4_6_X)
		f->open_flags = (uint32_t)sw_raw_uint(sw_raw_param(r, 5)) & 0x1000;
	f->flags |= SW_FDF_SERVER | SW_FDF_CONNECTED;
}

static bool bound_to(const struct sw_fdtab *tab, uint16_t port)
{
	sw_fdtab_foreach(f, tab)
		if ((f->type == SW_FD_IPV4_SOCK || f->type == SW_FD_IPV4_SERVSOCK) && f->dport == port)
			return true;
	return false;
}

static bool client_port(const struct sw_fdtab *tab, uint16_t port)
{
	sw_fdtab_foreach(f, tab)
		if (f->type == SW_FD_IPV4_SOCK && f->sport == port)
			return true;
	return false;
}

static void guess_role(struct sw_state *st, struct sw_sysev *ev, struct sw_fd *f, bool incoming)
{
	const struct sw_fdtab *tab = sw_thread_fds(st, ev->thread);

	if (f->flags & (SW_FDF_CLIENT | SW_FDF_SERVER))
		return;
	if (!bound_to(tab, f->dport))
		f->flags |= SW_FDF_CLIENT;
	else if (!client_port(tab, f->sport))
		f->flags |= SW_FDF_SERVER;
	else
		f->flags |= incoming ? SW_FDF_SERVER : SW_FDF_CLIENT;
}

/* Datagrams tell who talks to whom. */
static void learn_ends(struct sw_state *st, struct sw_sysev *ev, struct sw_str tuple, bool incoming)
{
	struct sw_tuple t;

	if (!sw_tuple_read(tuple, &t))
		return;
	struct sw_fd *f = sw_apply_edit_fd(st, ev);
	if (!f)
		return;
	if (t.family == SW_AF_UNIX) {
		set_unix(f, &t);
		return;
	}
	if (f->type == SW_FD_IPV4_SERVSOCK || f->type == SW_FD_IPV6_SERVSOCK) {
		memset(f->dip, 0, 16);
		f->dport = 0;
	}
	if (!set_ends(f, &t, true))
		return;
	if (f->l4 == SW_L4_UNKNOWN)
		f->l4 = SW_L4_UDP;
	sw_state_infer_addr(st, f);
	guess_role(st, ev, f, incoming);
	if (f->flags & (incoming ? SW_FDF_CLIENT : SW_FDF_SERVER))
		swap_ends(f);
	set_name(f);
}

/* The parameter with the tuple; -1: none. 16 is added where it is a write. */
static int io_tuple(uint16_t code, bool *ret_in)
{
	*ret_in = code == SW_EV_RECV_X || code == SW_EV_RECVFROM_X || code == SW_EV_RECVMSG_X ||
		  code == SW_EV_RECVMMSG_X;
	switch (code) {
	case SW_EV_RECVFROM_X:
		return 2;
	case SW_EV_RECVMSG_X:
		return 3;
	case SW_EV_RECV_X:
	case SW_EV_RECVMMSG_X:
	case SW_EV_SEND_X:
	case SW_EV_SENDTO_X:
	case SW_EV_SENDMSG_X:
	case SW_EV_SENDMMSG_X:
		return 4;
	default:
		return -1;
	}
}

static void io(struct sw_state *st, struct sw_sysev *ev, int tuple, bool incoming)
{
	struct sw_str p = tuple >= 0 ? sw_raw_param(ev->raw, (unsigned)tuple) : (struct sw_str){NULL, 0};

	if (!sw_raw_param(ev->raw, 0).n || ev->res < 0)
		return;
	if (!ev->fd && !incoming && p.n && ev->thread->last_fd >= 0) {
		uint8_t family = (uint8_t)p.p[0];
		if (family == SW_AF_INET || family == SW_AF_INET6)
			add_socket(st, ev, ev->thread->last_fd, family, SOCK_DGRAM_S, PROTO_UDP, 0);
	}
	if (!ev->fd)
		return;
	if (is_ip(ev->fd) && !(ev->fd->flags & SW_FDF_CONNECTED)) {
		struct sw_fd *f = sw_apply_edit_fd(st, ev);
		if (f)
			f->flags |= SW_FDF_CONNECTED;
	}
	bool tcp = ev->fd && ev->fd->l4 == SW_L4_TCP &&
		   (is_ip(ev->fd) || ev->fd->type == SW_FD_IPV4_SERVSOCK || ev->fd->type == SW_FD_IPV6_SERVSOCK);
	if (p.n && ev->fd && (!ev->fd->name || !tcp))
		learn_ends(st, ev, p, incoming);
}

static void socketpair_x(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;

	for (unsigned i = 2; i >= 1 && ev->res >= 0; i--) {
		struct sw_fd *f = sw_apply_put_fd(st, ev, sw_raw_int(sw_raw_param(r, i)));
		if (!f)
			return;
		f->type = SW_FD_UNIX_SOCK;
		f->unix_src = sw_raw_uint(sw_raw_param(r, 3));
		f->unix_dst = sw_raw_uint(sw_raw_param(r, 4));
	}
}

bool sw_apply_socket(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;
	bool incoming;
	int tuple = io_tuple(r->code, &incoming);

	if (tuple >= 0) {
		io(st, ev, tuple, incoming);
		return true;
	}
	switch (r->code) {
	case SW_EV_SOCKET_X:
		if (ev->res >= 0)
			add_socket(st, ev, ev->res, (uint32_t)sw_raw_uint(sw_raw_param(r, 1)),
				(uint32_t)sw_raw_uint(sw_raw_param(r, 2)),
				(uint32_t)sw_raw_uint(sw_raw_param(r, 3)),
				(uint32_t)sw_raw_uint(sw_raw_param(r, 4)));
		return true;
	case SW_EV_BIND_X:
		bind_x(st, ev);
		return true;
	case SW_EV_CONNECT_X:
		connect_x(st, ev);
		return true;
	case SW_EV_ACCEPT_5_X:
	case SW_EV_ACCEPT4_6_X:
		accept_x(st, ev);
		return true;
	case SW_EV_SOCKETPAIR_X:
		socketpair_x(st, ev);
		return true;
	case SW_EV_READ_X:
	case SW_EV_READV_X:
	case SW_EV_PREAD_X:
	case SW_EV_PREADV_X:
	case SW_EV_WRITE_X:
	case SW_EV_WRITEV_X:
	case SW_EV_PWRITE_X:
	case SW_EV_PWRITEV_X:
		io(st, ev, -1, true);
		return true;
	default:
		return false;
	}
}
