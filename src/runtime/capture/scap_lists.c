/* SPDX-License-Identifier: Apache-2.0 */
/* The list blocks: machine, processes, descriptors, users, interfaces. */
#include <string.h>

#include "runtime/capture/scap.h"

/* What is left of a block, or of an entry that says its length. A read beyond it sets `bad`. */
struct cursor {
	const char *p, *end;
	bool bad;
};

static const char *take(struct cursor *c, size_t n)
{
	if (c->bad || (size_t)(c->end - c->p) < n) {
		c->bad = true;
		return NULL;
	}
	const char *p = c->p;
	c->p += n;
	return p;
}

static uint64_t take_int(struct cursor *c, size_t n)
{
	uint64_t v = 0;
	const char *p = take(c, n);

	if (p)
		memcpy(&v, p, n);
	return v;
}

static struct sw_str take_str(struct cursor *c)
{
	size_t n = (size_t)take_int(c, 2);
	const char *p = take(c, n);

	return (struct sw_str){p, p ? n : 0};
}

static int damaged(const struct sw_scap_block *b, struct sw_error *err)
{
	return sw_error_set(err, SW_EINVALID, "damaged %s list at byte %llu", b->type->name,
		(unsigned long long)b->offset);
}

/*
 * The next entry as a cursor of its own, and *c behind it. Lists of the second version say the
 * length, without (sub 0) or with (sub 4) the four bytes that hold it.
 */
static struct cursor entry_of(struct cursor *c, bool has_len, size_t sub)
{
	if (!has_len)
		return *c;
	size_t len = (size_t)take_int(c, 4);
	if (len < sub || c->bad) {
		c->bad = true;
		return *c;
	}
	struct cursor e = *c;
	if (take(c, len - sub))
		e.end = c->p;
	e.bad = c->bad;
	return e;
}

/* The list goes on while four bytes are left; fewer are padding. */
static bool more(const struct cursor *c)
{
	return !c->bad && c->end - c->p >= 4;
}

int sw_scap_machine(
	const struct sw_scap_block *b, struct sw_scap_machine *ret, struct sw_error *err)
{
	struct cursor c = {b->body.p, b->body.p + b->body.n, false};
	struct sw_scap_machine m = {0};

	m.cpus = (uint32_t)take_int(&c, 4);
	m.memory = take_int(&c, 8);
	m.max_pid = take_int(&c, 8);
	const char *host = take(&c, SW_SCAP_HOSTNAME);
	if (c.bad)
		return damaged(b, err);
	m.hostname = sw_raw_cstr(sw_str_make(host, SW_SCAP_HOSTNAME));
	m.boot_ts = take_int(&c, 8); /* reserved, and zero, in old files */
	*ret = m;
	return 0;
}

static bool left(const struct cursor *e, size_t n)
{
	return (size_t)(e->end - e->p) >= n;
}

static void opt_int(struct cursor *e, void *out, size_t n)
{
	if (left(e, n))
		memcpy(out, take(e, n), n);
}

/*
 * What only entries with a length have. Files written before the libraries' 0.10 lack the two that
 * were put before loginuid; they are told apart by what is left, 29 bytes at most.
 */
static void proc_tail(struct cursor *e, struct sw_scap_proc *p)
{
	uint8_t flag[4] = {0};

	if (e->end - e->p > 29) {
		opt_int(e, &p->pidns_ts, 8);
		opt_int(e, &p->tty, 4);
	}
	opt_int(e, &p->loginuid, 4);
	opt_int(e, &flag[0], 1);
	opt_int(e, &p->cap_inheritable, 8);
	opt_int(e, &p->cap_permitted, 8);
	opt_int(e, &p->cap_effective, 8);
	opt_int(e, &flag[1], 1);
	opt_int(e, &p->exe_ino, 8);
	opt_int(e, &p->exe_ctime, 8);
	opt_int(e, &p->exe_mtime, 8);
	opt_int(e, &flag[2], 1);
	opt_int(e, &flag[3], 1);
	opt_int(e, &p->pgid, 8);
	p->exe_writable = flag[0];
	p->exe_upper_layer = flag[1];
	p->exe_from_memfd = flag[2];
	p->exe_lower_layer = flag[3];
}

static void proc_entry(struct cursor *e, unsigned v, struct sw_scap_proc *p)
{
	p->tid = (int64_t)take_int(e, 8);
	p->pid = (int64_t)take_int(e, 8);
	p->ptid = (int64_t)take_int(e, 8);
	p->sid = v >= 6 ? (int64_t)take_int(e, 8) : -1;
	p->vpgid = v >= 8 ? (int64_t)take_int(e, 8) : -1;
	p->comm = take_str(e);
	p->exe = take_str(e);
	if (v >= 7)
		p->exepath = take_str(e);
	p->args = take_str(e);
	p->cwd = take_str(e);
	p->fdlimit = (int64_t)take_int(e, 8);
	p->flags = (uint32_t)take_int(e, 4);
	p->uid = (uint32_t)take_int(e, 4);
	p->gid = (uint32_t)take_int(e, 4);
	if (v >= 2) {
		p->vmsize = (uint32_t)take_int(e, 4);
		p->vmrss = (uint32_t)take_int(e, 4);
		p->vmswap = (uint32_t)take_int(e, 4);
		p->pfmajor = take_int(e, 8);
		p->pfminor = take_int(e, 8);
	}
	if (v >= 3)
		p->env = take_str(e);
	if (v >= 4) {
		p->vtid = (int64_t)take_int(e, 8);
		p->vpid = (int64_t)take_int(e, 8);
		p->cgroups = take_str(e);
	}
	if (v >= 5)
		p->root = take_str(e);
}

int sw_scap_procs(const struct sw_scap_block *b, int (*each)(void *, const struct sw_scap_proc *),
	void *arg, struct sw_error *err)
{
	struct cursor c = {b->body.p, b->body.p + b->body.n, false};
	unsigned v = b->type->version;

	while (more(&c)) {
		struct sw_scap_proc p = {
			.vtid = -1, .vpid = -1, .pgid = -1, .loginuid = UINT32_MAX};
		struct cursor e = entry_of(&c, v >= 9, 4);
		if (c.bad)
			break;
		proc_entry(&e, v, &p);
		if (e.bad)
			return damaged(b, err);
		if (v >= 9)
			proc_tail(&e, &p);
		else
			c = e;
		int rc = each(arg, &p);
		if (rc)
			return rc;
	}
	return c.bad ? damaged(b, err) : 0;
}

static void take_addr(struct cursor *e, uint8_t *out, size_t n)
{
	const char *p = take(e, n);

	if (p)
		memcpy(out, p, n);
}

static void fd_entry(struct cursor *e, bool sized, struct sw_scap_fd *f)
{
	f->fd = (int64_t)take_int(e, 8);
	f->ino = take_int(e, 8);
	f->type = (int)(uint8_t)take_int(e, 1);
	size_t n = f->type == SW_FD_IPV6_SOCK || f->type == SW_FD_IPV6_SERVSOCK ? 16 : 4;
	switch (f->type) {
	case SW_FD_IPV4_SOCK:
	case SW_FD_IPV6_SOCK:
		take_addr(e, f->sip, n);
		take_addr(e, f->dip, n);
		f->sport = (uint16_t)take_int(e, 2);
		f->dport = (uint16_t)take_int(e, 2);
		f->l4 = (uint8_t)take_int(e, 1);
		break;
	case SW_FD_IPV4_SERVSOCK:
	case SW_FD_IPV6_SERVSOCK:
		take_addr(e, f->sip, n);
		f->sport = (uint16_t)take_int(e, 2);
		f->l4 = (uint8_t)take_int(e, 1);
		break;
	case SW_FD_UNIX_SOCK:
		f->unix_src = take_int(e, 8);
		f->unix_dst = take_int(e, 8);
		f->name = take_str(e);
		break;
	case SW_FD_FILE_V2:
		f->open_flags = (uint32_t)take_int(e, 4);
		f->name = take_str(e);
		if (sized && !e->bad)
			opt_int(e, &f->dev, 4);
		break;
	case SW_FD_UNKNOWN: /* nothing follows */
		break;
	default:
		if (f->type <= SW_FD_PIDFD)
			f->name = take_str(e);
		else if (!sized)
			e->bad = true;
		else
			f->type = SW_FD_UNSUPPORTED;
	}
}

int sw_scap_fds(const struct sw_scap_block *b, int (*each)(void *, const struct sw_scap_fd *),
	void *arg, struct sw_error *err)
{
	struct cursor c = {b->body.p, b->body.p + b->body.n, false};
	bool sized = b->type->version >= 2;
	int64_t tid = (int64_t)take_int(&c, 8);

	while (more(&c)) {
		struct sw_scap_fd f = {.tid = tid};
		struct cursor e = entry_of(&c, sized, 4);
		if (c.bad)
			break;
		fd_entry(&e, sized, &f);
		if (e.bad)
			return damaged(b, err);
		if (!sized)
			c = e;
		int rc = each(arg, &f);
		if (rc)
			return rc;
	}
	return c.bad ? damaged(b, err) : 0;
}

int sw_scap_users(const struct sw_scap_block *b, int (*each)(void *, const struct sw_scap_user *),
	void *arg, struct sw_error *err)
{
	struct cursor c = {b->body.p, b->body.p + b->body.n, false};
	bool sized = b->type->version >= 2;

	while (more(&c)) {
		struct sw_scap_user u = {0};
		struct cursor e = entry_of(&c, sized, 4);
		if (c.bad)
			break;
		u.is_group = take_int(&e, 1) != 0;
		if (!u.is_group)
			u.uid = (uint32_t)take_int(&e, 4);
		u.gid = (uint32_t)take_int(&e, 4);
		u.name = take_str(&e);
		if (!u.is_group) {
			u.home = take_str(&e);
			u.shell = take_str(&e);
		}
		if (e.bad)
			return damaged(b, err);
		if (!sized)
			c = e;
		int rc = each(arg, &u);
		if (rc)
			return rc;
	}
	return c.bad ? damaged(b, err) : 0;
}

int sw_scap_ifaces(const struct sw_scap_block *b, int (*each)(void *, const struct sw_scap_iface *),
	void *arg, struct sw_error *err)
{
	/* The kinds of entry: IPv4 and IPv6, and both without the speed of the link. */
	enum { IF_V4 = 1, IF_V6 = 2, IF_V4_NOSPEED = 3, IF_V6_NOSPEED = 4 };
	struct cursor c = {b->body.p, b->body.p + b->body.n, false};
	bool sized = b->type->version >= 2;

	while (more(&c)) {
		struct sw_scap_iface f = {.name = {NULL, 0}};
		struct cursor e = entry_of(&c, sized, 0);
		if (c.bad)
			break;
		unsigned kind = (unsigned)take_int(&e, 2);
		size_t name = (size_t)take_int(&e, 2);
		if (kind < IF_V4 || kind > IF_V6_NOSPEED)
			return damaged(b, err);
		f.v6 = kind == IF_V6 || kind == IF_V6_NOSPEED;
		size_t n = f.v6 ? 16 : 4;
		take_addr(&e, f.addr, n);
		take_addr(&e, f.mask, n);
		take(&e, n); /* broadcast */
		if (kind == IF_V4 || kind == IF_V6)
			take(&e, 8); /* speed */
		f.name = (struct sw_str){take(&e, name), name};
		if (e.bad)
			return damaged(b, err);
		if (!sized)
			c = e;
		int rc = each(arg, &f);
		if (rc)
			return rc;
	}
	return c.bad ? damaged(b, err) : 0;
}
