/* SPDX-License-Identifier: Apache-2.0 */
/* What was there before the first event: the process and descriptor lists. */
#include "runtime/state/container.h"
#include "runtime/state/impl.h"

void sw_state_add_proc(struct sw_state *st, const struct sw_scap_proc *p)
{
	struct sw_thread *t = sw_state_thread_new(st, p->tid);

	if (!t)
		return;
	t->pid = p->pid;
	t->ptid = p->ptid;
	t->sid = p->sid;
	t->vpgid = p->vpgid;
	t->pgid = p->pgid;
	t->vtid = p->vtid;
	t->vpid = p->vpid;
	sw_rstr_set(&t->comm, sw_raw_cstr(p->comm));
	sw_rstr_set(&t->exe, sw_raw_cstr(p->exe));
	sw_thread_set_exepath(t, sw_raw_cstr(p->exepath));
	sw_rstr_set(&t->args, p->args);
	sw_rstr_set(&t->env, p->env);
	sw_rstr_set(&t->cgroups, p->cgroups);
	sw_rstr_set(&t->root, sw_raw_cstr(p->root));
	t->fdlimit = p->fdlimit;
	t->flags = p->flags;
	t->uid = p->uid;
	t->gid = p->gid;
	t->loginuid = p->loginuid;
	t->tty = p->tty;
	t->vmsize = p->vmsize;
	t->vmrss = p->vmrss;
	t->vmswap = p->vmswap;
	t->pfmajor = p->pfmajor;
	t->pfminor = p->pfminor;
	t->pidns_ts = p->pidns_ts;
	t->cap_inheritable = p->cap_inheritable;
	t->cap_permitted = p->cap_permitted;
	t->cap_effective = p->cap_effective;
	t->exe_ino = p->exe_ino;
	t->exe_ctime = p->exe_ctime;
	t->exe_mtime = p->exe_mtime;
	if (t->pidns_ts && t->exe_ctime > t->pidns_ts)
		t->ctime_since_pidns = t->exe_ctime - t->pidns_ts;
	t->exe_writable = p->exe_writable;
	t->exe_upper = p->exe_upper_layer;
	t->exe_lower = p->exe_lower_layer;
	t->exe_memfd = p->exe_from_memfd;
	t->known = true;
	if (t->tid != t->pid)
		t->flags |= SW_CL_THREAD | SW_CL_FILES;
	struct sw_str cwd = sw_raw_cstr(p->cwd);
	if (cwd.n) {
		char buf[SW_PATH_MAX + 1];
		if (cwd.n < SW_PATH_MAX && cwd.p[cwd.n - 1] != '/') {
			memcpy(buf, cwd.p, cwd.n);
			buf[cwd.n] = '/';
			cwd = sw_str_make(buf, cwd.n + 1);
		}
		sw_rstr_set(&t->cwd, cwd);
	}
	sw_thread_find_container(st, t);
}

static void add_socket(struct sw_state *st, struct sw_fd *d, const struct sw_scap_fd *f)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	char text[SW_NET_TEXT];
	bool server = f->type == SW_FD_IPV4_SERVSOCK || f->type == SW_FD_IPV6_SERVSOCK;
	bool v6 = f->type == SW_FD_IPV6_SOCK || f->type == SW_FD_IPV6_SERVSOCK;

	d->l4 = f->l4;
	memcpy(server ? d->dip : d->sip, f->sip, 16);
	*(server ? &d->dport : &d->sport) = f->sport;
	if (server) {
		sw_rstr_set(&d->name, sw_str_make(text, sw_net_addr_text(v6, d->dip, d->dport, text)));
		return;
	}
	memcpy(d->dip, f->dip, 16);
	d->dport = f->dport;
	if (f->l4 == SW_L4_TCP)
		d->flags |= SW_FDF_CONNECTED;
	if (v6 && memcmp(d->sip, mapped, 12) == 0 && memcmp(d->dip, mapped, 12) == 0) {
		d->type = SW_FD_IPV4_SOCK;
		memmove(d->sip, d->sip + 12, 4);
		memmove(d->dip, d->dip + 12, 4);
		v6 = false;
	}
	if (!v6)
		sw_state_infer_addr(st, d);
	sw_rstr_set(&d->name,
		sw_str_make(text, sw_net_tuple_text(v6, d->l4, d->sip, d->sport, d->dip, d->dport, text)));
}

void sw_state_add_fd(struct sw_state *st, const struct sw_scap_fd *f)
{
	struct sw_thread *t = sw_state_thread(st, f->tid);
	struct sw_fdtab **slot = t ? sw_thread_fdslot(st, t) : NULL;
	struct sw_fd *d = slot ? sw_fdtab_put(slot, f->fd) : NULL;

	if (!d) {
		st->stats.fds_refused += slot != NULL;
		return;
	}
	d->type = (int16_t)f->type;
	d->ino = f->ino;
	d->flags = SW_FDF_LISTED;
	d->open_flags = f->open_flags;
	d->dev = f->dev;
	d->l4 = SW_L4_NA;
	if (f->type >= SW_FD_IPV4_SOCK && f->type <= SW_FD_IPV6_SERVSOCK) {
		add_socket(st, d, f);
		return;
	}
	d->unix_src = f->unix_src;
	d->unix_dst = f->unix_dst;
	struct sw_str name = sw_raw_cstr(f->name);
	sw_rstr_set(&d->name, name);
	if (f->type == SW_FD_UNIX_SOCK)
		d->flags |= name.n ? SW_FDF_SERVER : SW_FDF_CLIENT;
}

/* The ends of listed connections are local and remote: where the local port is one that somebody listens
 * on, the local end is the server. */
static void turn_sockets(struct sw_state *st, struct sw_thread *t, const uint8_t *listening)
{
	sw_fdtab_foreach(f, t->fds) {
		if (f->type != SW_FD_IPV4_SOCK || !(f->flags & SW_FDF_LISTED))
			continue;
		if (!(listening[f->sport >> 3] >> (f->sport & 7) & 1)) {
			f->flags |= SW_FDF_CLIENT;
			continue;
		}
		uint8_t ip[16];
		uint16_t port = f->sport;
		char text[SW_NET_TEXT];
		memcpy(ip, f->sip, 16);
		memcpy(f->sip, f->dip, 16);
		memcpy(f->dip, ip, 16);
		f->sport = f->dport;
		f->dport = port;
		f->flags |= SW_FDF_SERVER;
		sw_rstr_set(&f->name, sw_str_make(text, sw_net_tuple_text(false, f->l4, f->sip, f->sport, f->dip,
								f->dport, text)));
	}
}

void sw_state_lists_done(struct sw_state *st)
{
	static const uint8_t bit[8] = {1, 2, 4, 8, 16, 32, 64, 128};
	uint8_t listening[65536 / 8] = {0};

	for (uint32_t i = 0; i < st->n_buckets; i++) {
		for (struct sw_thread *t = st->hash[i]; t; t = t->next) {
			t->threads = 0;
			sw_fdtab_foreach(f, t->fds)
				if (f->type == SW_FD_IPV4_SERVSOCK)
					listening[f->dport >> 3] |= bit[f->dport & 7];
		}
	}
	for (uint32_t i = 0; i < st->n_buckets; i++) {
		for (struct sw_thread *t = st->hash[i]; t; t = t->next) {
			sw_state_thread_link(st, t);
			turn_sockets(st, t, listening);
		}
	}
}
