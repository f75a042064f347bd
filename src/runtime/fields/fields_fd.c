/* SPDX-License-Identifier: Apache-2.0 */
/* fd.* and fdlist.* */
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "runtime/fields/impl.h"
#include "runtime/fields/names.h"
#include "runtime/state/net.h"
#include "runtime/state/path.h"

static const struct {
	const char *name;
	char c;
} kinds[] = {
	[SW_FD_UNKNOWN] = {"<NA>", 'o'}, [SW_FD_FILE] = {"file", 'f'}, [SW_FD_DIRECTORY] = {"directory", 'd'}, [SW_FD_IPV4_SOCK] = {"ipv4", '4'},
	[SW_FD_IPV6_SOCK] = {"ipv6", '6'}, [SW_FD_IPV4_SERVSOCK] = {"ipv4", '4'},
	[SW_FD_IPV6_SERVSOCK] = {"ipv6", '6'}, [SW_FD_FIFO] = {"pipe", 'p'}, [SW_FD_UNIX_SOCK] = {"unix", 'u'},
	[SW_FD_EVENT] = {"event", 'e'}, [SW_FD_UNSUPPORTED] = {"<NA>", 'X'}, [SW_FD_SIGNALFD] = {"signalfd", 's'},
	[SW_FD_EVENTPOLL] = {"eventpoll", 'l'}, [SW_FD_INOTIFY] = {"inotify", 'i'},
	[SW_FD_TIMERFD] = {"timerfd", 't'}, [SW_FD_NETLINK] = {"netlink", 'n'}, [SW_FD_FILE_V2] = {"file", 'f'},
	[SW_FD_BPF] = {"bpf", 'b'}, [SW_FD_USERFAULTFD] = {"userfaultfd", 'u'}, [SW_FD_IOURING] = {"io_uring", 'r'},
	[SW_FD_MEMFD] = {"memfd", 'm'}, [SW_FD_PIDFD] = {"pidfd", 'P'},
};

const char *sw_fd_type_name(int type)
{
	return type >= 0 && (size_t)type < SW_ARRAY_LEN(kinds) ? kinds[type].name : "<NA>";
}

char sw_fd_type_char(int type)
{
	return type >= 0 && (size_t)type < SW_ARRAY_LEN(kinds) ? kinds[type].c : '?';
}

/* The descriptor that the event is about; one given by number for fd.types[n]. False: not such an event. */
static bool find(const struct sw_sysev *e, const struct sw_fd **ret)
{
	uint16_t flags = sw_event_table[e->raw->code].flags;

	*ret = NULL;
	if (!e->thread || !(flags & (SW_EF_CREATES_FD | SW_EF_USES_FD | SW_EF_DESTROYS_FD)))
		return false;
	*ret = e->fd;
	if (!e->fd && e->fd_num != -1)
		*ret = sw_fdtab_find(sw_thread_fds(e->state, e->thread), e->fd_num);
	return true;
}

/* The name of what could not be opened, connected …: from the event. */
static bool name_from_event(const struct sw_sysev *e, struct sw_arena *a, bool raw, struct sw_str *ret)
{
	const struct sw_raw *r = e->raw;
	struct sw_str text, resolved, name;

	if (sw_event_is_enter(r->code))
		return false;
	switch (r->code) {
	case SW_EV_OPEN_X:
	case SW_EV_CREAT_X:
	case SW_EV_ACCEPT_5_X:
	case SW_EV_ACCEPT4_6_X:
	case SW_EV_CONNECT_X:
		if (!sw_param_text(e, a, 1, &text, &resolved))
			return false;
		*ret = resolved.n ? resolved : text;
		return true;
	case SW_EV_OPENAT_2_X:
	case SW_EV_OPENAT2_X:
		name = sw_raw_param(r, 2);
		if (!name.n || (!raw && !sw_raw_param(r, 1).n))
			return false;
		name = sw_raw_cstr(name);
		*ret = raw ? name : sw_event_path(e, a, name, sw_raw_int(r->p[1]));
		return true;
	case SW_EV_OPEN_BY_HANDLE_AT_X:
		*ret = sw_raw_cstr(sw_raw_param(r, 3));
		return true;
	default:
		*ret = SW_STR("");
		return true;
	}
}

static bool is_file(const struct sw_fd *f)
{
	return f->type == SW_FD_FILE || f->type == SW_FD_FILE_V2;
}

static struct sw_str container_id(const struct sw_sysev *e)
{
	return sw_rstr_str(e->thread->container_id);
}

static int directory(const struct sw_fieldref *ref, const struct sw_event *ev, const struct sw_fd *f,
	struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	struct sw_str s;

	if (f && !is_file(f) && f->type != SW_FD_DIRECTORY)
		return 0;
	if (f)
		s = sw_rstr_str(f->name);
	else if (!name_from_event(e, ev->arena, false, &s))
		return 0;
	if (!f || is_file(f)) {
		size_t slash = sw_str_rfind(s, SW_STR("/"));
		if (slash == SW_NPOS || slash == 0)
			s = SW_STR("/");
		else if (slash < s.n - 1)
			s.n = slash;
	}
	if (ref->id == SW_FLD_FD_CONTAINERDIRECTORY)
		s = sw_arena_printf(ev->arena, "%.*s:%.*s", SW_STR_ARG(container_id(e)), SW_STR_ARG(s));
	return sw_ret_str(ev, ret, s);
}

static int names(const struct sw_fieldref *ref, const struct sw_event *ev, const struct sw_fd *f,
	struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	bool raw = ref->id == SW_FLD_FD_NAMERAW;
	struct sw_str s;

	if (f)
		s = sw_rstr_str(raw ? f->name_raw : f->name);
	else if (!name_from_event(e, ev->arena, raw, &s))
		return 0;
	if (ref->id == SW_FLD_FD_CONTAINERNAME)
		s = sw_arena_printf(ev->arena, "%.*s:%.*s", SW_STR_ARG(container_id(e)), SW_STR_ARG(s));
	if (raw && sw_str_has(s, SW_STR("//"))) {
		char *out = sw_arena_memdup(ev->arena, s.p, s.n);
		size_t n = 0;
		for (size_t i = 0; out && i < s.n; i++)
			if (s.p[i] != '/' || !n || out[n - 1] != '/')
				out[n++] = s.p[i];
		s = sw_str_make(out, out ? n : 0);
	}
	return sw_ret_str(ev, ret, s);
}

static int filename(const struct sw_event *ev, const struct sw_fd *f, struct sw_fvals *ret)
{
	if (!f || !is_file(f))
		return 0;
	struct sw_str s = sw_rstr_str(f->name);
	size_t slash = sw_str_rfind(s, SW_STR("/"));
	if (slash == SW_NPOS)
		return sw_ret_str(ev, ret, SW_STR("/"));
	return sw_ret_str(ev, ret, slash + 1 < s.n ? sw_str_sub(s, slash + 1, s.n) : s);
}

/* ---- ends of sockets ---- */

struct end {
	const uint8_t *ip;
	uint16_t port;
	bool v6;
};

static bool is_sock(const struct sw_fd *f)
{
	return f->type == SW_FD_IPV4_SOCK || f->type == SW_FD_IPV6_SOCK;
}

static bool is_serv(const struct sw_fd *f)
{
	return f->type == SW_FD_IPV4_SERVSOCK || f->type == SW_FD_IPV6_SERVSOCK;
}

static bool is_local(const struct sw_sysev *e, const uint8_t *ip, bool v6)
{
	char text[64];
	const struct sw_container *c = e->thread->container;

	if (c && c->ip) {
		size_t n = sw_net_ip_text(v6, ip, text);
		if (sw_str_eq(sw_str_make(text, n), sw_rstr_str(c->ip)))
			return true;
	}
	return sw_state_local_addr(e->state, ip, v6);
}

/* side: 'c'lient, 's'erver, 'l'ocal, 'r'emote. */
static bool end_of(const struct sw_sysev *e, const struct sw_fd *f, char side, struct end *ret)
{
	bool v6 = f->type == SW_FD_IPV6_SOCK || f->type == SW_FD_IPV6_SERVSOCK;
	bool none = !(f->flags & (SW_FDF_CLIENT | SW_FDF_SERVER));

	if (is_serv(f)) {
		*ret = (struct end){f->dip, f->dport, v6};
		return side == 's';
	}
	if (!is_sock(f) || none)
		return false;
	if (side == 'l' || side == 'r')
		side = is_local(e, f->sip, v6) == (side == 'l') ? 'c' : 's';
	*ret = side == 'c' ? (struct end){f->sip, f->sport, v6} : (struct end){f->dip, f->dport, v6};
	return true;
}

static int ret_ip(const struct sw_event *ev, struct sw_fvals *ret, const struct end *x)
{
	struct sw_str s = sw_arena_str(ev->arena, sw_str_make((const char *)x->ip, x->v6 ? 16 : 4));

	return sw_ret_str(ev, ret, s);
}

/* There, without a value. */
static int nothing(struct sw_fvals *ret)
{
	static const struct sw_fval none;

	*ret = (struct sw_fvals){.v = &none};
	return 0;
}

/* Either end: the field has alternatives. */
static int both(const struct sw_fieldref *ref, const struct sw_event *ev, const struct sw_fd *f,
	struct sw_fvals *ret)
{
	bool port = ref->id == SW_FLD_FD_PORT || ref->id == SW_FLD_FD_PROTO;
	size_t size = f->type == SW_FD_IPV6_SOCK || f->type == SW_FD_IPV6_SERVSOCK ? 16 : 4;

	if (!is_sock(f) && !is_serv(f))
		return nothing(ret);
	struct sw_fval *v = sw_arena_alloc(ev->arena, 2 * sizeof(*v));
	if (!v)
		return 0;
	uint32_t n = 0;
	if (is_sock(f)) {
		if (port)
			v[n++].u = f->sport;
		else
			v[n++].s = sw_arena_str(ev->arena, sw_str_make((const char *)f->sip, size));
	}
	if (port)
		v[n++].u = f->dport;
	else
		v[n++].s = sw_arena_str(ev->arena, sw_str_make((const char *)f->dip, size));
	*ret = (struct sw_fvals){.v = v, .n = n};
	return (int)n;
}

/* As the libraries have it, a descriptor that is no connection has a name that equals nothing and differs from nothing. */
static int domain(const struct sw_event *ev, struct sw_fvals *ret, const struct sw_fd *f, char side)
{
	struct end x;
	bool known = end_of(ev->data, f, side, &x);
	struct sw_str name = known ? sw_names_of(x.ip, x.v6) : (struct sw_str){NULL, 0};

	if (name.p)
		return sw_ret_str(ev, ret, name);
	if (known && is_sock(f))
		return nothing(ret);
	*ret = (struct sw_fvals){.v = &sw_fval_mute};
	return 0;
}

static const struct {
	uint8_t id;
	char side, what; /* ip, port, proto (port as text), domain */
} ends[] = {
	{SW_FLD_FD_CIP, 'c', 'i'}, {SW_FLD_FD_SIP, 's', 'i'}, {SW_FLD_FD_LIP, 'l', 'i'}, {SW_FLD_FD_RIP, 'r', 'i'},
	{SW_FLD_FD_CNET, 'c', 'i'}, {SW_FLD_FD_SNET, 's', 'i'}, {SW_FLD_FD_LNET, 'l', 'i'},
	{SW_FLD_FD_RNET, 'r', 'i'}, {SW_FLD_FD_CPORT, 'c', 'p'}, {SW_FLD_FD_SPORT, 's', 'p'},
	{SW_FLD_FD_LPORT, 'l', 'p'}, {SW_FLD_FD_RPORT, 'r', 'p'}, {SW_FLD_FD_CPROTO, 'c', 't'},
	{SW_FLD_FD_SPROTO, 's', 't'}, {SW_FLD_FD_LPROTO, 'l', 't'}, {SW_FLD_FD_RPROTO, 'r', 't'},
	{SW_FLD_FD_CIP_NAME, 'c', 'd'}, {SW_FLD_FD_SIP_NAME, 's', 'd'}, {SW_FLD_FD_LIP_NAME, 'l', 'd'},
	{SW_FLD_FD_RIP_NAME, 'r', 'd'},
};

static int one_end(const struct sw_fieldref *ref, const struct sw_event *ev, const struct sw_fd *f,
	struct sw_fvals *ret)
{
	struct end x;

	for (size_t i = 0; i < SW_ARRAY_LEN(ends); i++) {
		if (ends[i].id != ref->id)
			continue;
		if (f && ends[i].what == 'd')
			return domain(ev, ret, f, ends[i].side);
		if (!f || !end_of(ev->data, f, ends[i].side, &x))
			return 0;
		switch (ends[i].what) {
		case 'i':
			return ret_ip(ev, ret, &x);
		case 'p':
			return sw_ret_u64(ev, ret, x.port);
		default:
			return sw_ret_str(ev, ret, sw_arena_printf(ev->arena, "%u", x.port));
		}
	}
	return 0;
}

static int types(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;
	const struct sw_fdtab *tab = sw_thread_fds(e->state, e->thread);
	bool seen[SW_ARRAY_LEN(kinds)] = {false};
	struct sw_fval v[SW_ARRAY_LEN(kinds)];
	uint32_t n = 0;

	if (ref->has_arg) {
		const struct sw_fd *f = sw_fdtab_find(tab, (int64_t)ref->index);
		return f ? sw_ret_str(ev, ret, sw_str_from(sw_fd_type_name(f->type))) : 0;
	}
	sw_fdtab_foreach(f, tab) {
		if (f->type < 0 || (size_t)f->type >= SW_ARRAY_LEN(kinds) || seen[f->type])
			continue;
		seen[f->type] = true;
		bool same = false;
		for (uint32_t i = 0; i < n; i++)
			same |= sw_str_is(v[i].s, kinds[f->type].name);
		if (!same)
			v[n++].s = sw_str_from(kinds[f->type].name);
	}
	struct sw_fval *out = n ? (struct sw_fval *)(void *)sw_arena_memdup(ev->arena, v, n * sizeof(*v)) : NULL;
	if (!out)
		return nothing(ret);
	*ret = (struct sw_fvals){.v = out, .n = n};
	return (int)n;
}

static const char *l4_name(uint8_t l4)
{
	static const char *const n[] = {"<NA>", "<NA>", "tcp", "udp", "icmp", "raw"};

	return l4 < SW_ARRAY_LEN(n) ? n[l4] : "<NA>";
}

static bool serves(const struct sw_sysev *e, const struct sw_fd *f)
{
	return is_serv(f) || (is_sock(f) && is_local(e, f->dip, f->type == SW_FD_IPV6_SOCK));
}

static int of_fd(const struct sw_fieldref *ref, const struct sw_event *ev, const struct sw_fd *f,
	struct sw_fvals *ret)
{
	const struct sw_sysev *e = ev->data;

	switch (ref->id) {
	case SW_FLD_FD_TYPE:
		return sw_ret_str(ev, ret, sw_str_from(sw_fd_type_name(f->type)));
	case SW_FLD_FD_L4PROTO:
		return sw_ret_str(ev, ret, sw_str_from(l4_name(is_sock(f) || is_serv(f) ? sw_fd_l4(f) : 0)));
	case SW_FLD_FD_SOCKFAMILY:
		if (is_sock(f) || is_serv(f))
			return sw_ret_str(ev, ret, SW_STR("ip"));
		return f->type == SW_FD_UNIX_SOCK ? sw_ret_str(ev, ret, SW_STR("unix")) : 0;
	case SW_FLD_FD_IS_SERVER:
		return sw_ret_u64(ev, ret, serves(e, f));
	case SW_FLD_FD_CONNECTED:
		return sw_ret_u64(ev, ret, (f->flags & SW_FDF_CONNECTED) != 0);
	case SW_FLD_FD_NAME_CHANGED:
		return sw_ret_u64(ev, ret, e->name_changed);
	case SW_FLD_FD_DEV:
		return sw_ret_i64(ev, ret, (int32_t)f->dev);
	case SW_FLD_FD_DEV_MAJOR: /* the kernel's own encoding: 12 and 20 bits */
		return sw_ret_i64(ev, ret, (f->dev & 0xfff00) >> 8);
	case SW_FLD_FD_DEV_MINOR:
		return sw_ret_i64(ev, ret, (f->dev & 0xff) | ((f->dev >> 12) & 0xfff00));
	case SW_FLD_FD_INO:
		return sw_ret_i64(ev, ret, (int64_t)f->ino);
	case SW_FLD_FD_IS_UPPER_LAYER:
		return sw_ret_u64(ev, ret, (f->flags & SW_FDF_UPPER) != 0);
	case SW_FLD_FD_IS_LOWER_LAYER:
		return sw_ret_u64(ev, ret, (f->flags & SW_FDF_LOWER) != 0);
	case SW_FLD_FD_IP:
	case SW_FLD_FD_PORT:
	case SW_FLD_FD_NET:
	case SW_FLD_FD_PROTO:
		return both(ref, ev, f, ret);
	default:
		return 0;
	}
}

static char type_char(const struct sw_sysev *e)
{
	switch (e->raw->code) {
	case SW_EV_OPEN_X:
	case SW_EV_CREAT_X:
	case SW_EV_OPENAT_2_X:
	case SW_EV_OPENAT2_X:
		return 'f';
	case SW_EV_SOCKET_X:
	case SW_EV_ACCEPT_5_X:
	case SW_EV_ACCEPT4_6_X:
		return '4';
	case SW_EV_PIPE_X:
	case SW_EV_PIPE2_X:
		return 'p';
	case SW_EV_EVENTFD_X:
	case SW_EV_EVENTFD2_X:
		return 'e';
	case SW_EV_SIGNALFD_X:
	case SW_EV_SIGNALFD4_X:
		return 's';
	case SW_EV_TIMERFD_CREATE_X:
		return 't';
	case SW_EV_INOTIFY_INIT_X:
	case SW_EV_INOTIFY_INIT1_X:
		return 'i';
	default:
		return 'o';
	}
}

int sw_extract_fd(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	const struct sw_sysev *e = sw_event_sysev(ev);
	const struct sw_fd *f;

	if (!e || !find(e, &f))
		return 0;
	switch (ref->id) {
	case SW_FLD_FD_NUM:
		return sw_ret_i64(ev, ret, e->fd_num);
	case SW_FLD_FD_NAME:
	case SW_FLD_FD_NAMERAW:
	case SW_FLD_FD_CONTAINERNAME:
		return names(ref, ev, f, ret);
	case SW_FLD_FD_DIRECTORY:
	case SW_FLD_FD_CONTAINERDIRECTORY:
		return directory(ref, ev, f, ret);
	case SW_FLD_FD_FILENAME:
		return filename(ev, f, ret);
	case SW_FLD_FD_TYPECHAR: {
		char c = f ? sw_fd_type_char(f->type) : type_char(e);
		return sw_ret_str(ev, ret, sw_arena_str(ev->arena, sw_str_make(&c, 1)));
	}
	case SW_FLD_FD_UID:
		return sw_ret_str(ev, ret, sw_arena_printf(ev->arena, "%lld%lld", (long long)e->thread->tid,
						   (long long)e->fd_num));
	case SW_FLD_FD_TYPES:
		return types(ref, ev, ret);
	default:
		break;
	}
	int n = one_end(ref, ev, f, ret);
	return n || !f ? n : of_fd(ref, ev, f, ret);
}

/* ---- fdlist.*: the descriptors of poll ---- */

int sw_extract_fdlist(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	enum { FDS_MAX = 1024 };
	const struct sw_sysev *e = sw_event_sysev(ev);
	sw_autobuf out = {0};
	int i = e && e->thread ? sw_param_index(e, SW_STR("fds")) : -1;

	if (i < 0 || sw_event_table[ev->code].params[i].type != SW_FT_FDLIST || !e->raw->p[i].n)
		return 0;
	struct sw_str p = e->raw->p[i];
	size_t n = (size_t)sw_raw_uint(sw_str_sub(p, 0, 2)), at = 2;
	sw_buf_init(&out, 1 << 18);
	for (size_t k = 0; k < n && k < FDS_MAX && at + 10 <= p.n; k++, at += 10) {
		int64_t num = sw_raw_int(sw_str_sub(p, at, at + 8));
		const struct sw_fd *f = sw_fdtab_find(sw_thread_fds(e->state, e->thread), num);
		bool client = ref->id == SW_FLD_FDLIST_CIPS || ref->id == SW_FLD_FDLIST_CPORTS;
		bool port = ref->id == SW_FLD_FDLIST_CPORTS || ref->id == SW_FLD_FDLIST_SPORTS;
		struct end x;
		char text[64];
		if (ref->id == SW_FLD_FDLIST_NUMS) {
			sw_buf_printf(&out, "%lld,", (long long)num);
		} else if (ref->id == SW_FLD_FDLIST_NAMES) {
			struct sw_str name = f && f->name ? sw_rstr_str(f->name) : SW_STR("<NA>");
			sw_buf_printf(&out, "%.*s,", SW_STR_ARG(name));
		} else if (f && end_of(e, f, client ? 'c' : 's', &x)) {
			if (port)
				sw_buf_printf(&out, "%u,", x.port);
			else
				sw_buf_printf(&out, "%.*s,", (int)sw_net_ip_text(x.v6, x.ip, text), text);
		}
	}
	struct sw_str s = sw_buf_str(&out);
	return s.n ? sw_ret_str(ev, ret, sw_arena_str(ev->arena, sw_str_sub(s, 0, s.n - 1))) : 0;
}
