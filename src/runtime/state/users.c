/* SPDX-License-Identifier: Apache-2.0 */
/* Users, groups and the machine's own addresses. */
#include "runtime/state/impl.h"

static struct sw_user *slot_of(struct sw_user *tab, uint32_t cap, uint32_t id)
{
	uint32_t i = (id * 0x9E3779B1u) & (cap - 1);

	while (tab[i].used && tab[i].uid != id)
		i = (i + 1) & (cap - 1);
	return &tab[i];
}

static bool grow(struct sw_user **tab, uint32_t *cap)
{
	uint32_t n = *cap ? *cap * 2 : 64;
	struct sw_user *t = calloc(n, sizeof(*t));

	if (!t)
		return false;
	for (uint32_t i = 0; i < *cap; i++)
		if ((*tab)[i].used)
			*slot_of(t, n, (*tab)[i].uid) = (*tab)[i];
	free(*tab);
	*tab = t;
	*cap = n;
	return true;
}

static struct sw_user *put(struct sw_user **tab, uint32_t *cap, uint32_t *n, uint32_t id)
{
	if ((*n + 1) * 2 > *cap && (*n >= SW_STATE_USERS || !grow(tab, cap)))
		return NULL;
	struct sw_user *u = slot_of(*tab, *cap, id);
	*n += !u->used;
	u->used = true;
	u->uid = id;
	return u;
}

void sw_state_add_user(struct sw_state *st, const struct sw_scap_user *u)
{
	struct sw_user *e = u->is_group ? put(&st->groups, &st->cap_groups, &st->n_groups, u->gid)
					: put(&st->users, &st->cap_users, &st->n_users, u->uid);
	if (!e)
		return;
	e->gid = u->gid;
	sw_rstr_set(&e->name, sw_raw_cstr(u->name));
	sw_rstr_set(&e->home, sw_raw_cstr(u->home));
	sw_rstr_set(&e->shell, sw_raw_cstr(u->shell));
}

/* Of the host only: those of containers would shadow the host's. */
void sw_apply_user(struct sw_state *st, const struct sw_raw *r)
{
	bool group = r->code == SW_EV_GROUP_ADDED_E;

	if ((r->code != SW_EV_USER_ADDED_E && !group) || sw_raw_cstr(sw_raw_param(r, group ? 2 : 5)).n)
		return;
	struct sw_scap_user u = {.is_group = group};
	if (group) {
		u.gid = (uint32_t)sw_raw_uint(sw_raw_param(r, 0));
		u.name = sw_raw_param(r, 1);
	} else {
		u.uid = (uint32_t)sw_raw_uint(sw_raw_param(r, 0));
		u.gid = (uint32_t)sw_raw_uint(sw_raw_param(r, 1));
		u.name = sw_raw_param(r, 2);
		u.home = sw_raw_param(r, 3);
		u.shell = sw_raw_param(r, 4);
	}
	sw_state_add_user(st, &u);
}

static const struct sw_user *get(struct sw_user *tab, uint32_t cap, uint32_t id)
{
	if (!cap)
		return NULL;
	const struct sw_user *u = slot_of(tab, cap, id);
	return u->used ? u : NULL;
}

const struct sw_user *sw_state_user(const struct sw_state *st, uint32_t uid)
{
	return get(st->users, st->cap_users, uid);
}

const struct sw_user *sw_state_group(const struct sw_state *st, uint32_t gid)
{
	return get(st->groups, st->cap_groups, gid);
}

void sw_state_add_iface(struct sw_state *st, const struct sw_scap_iface *f)
{
	if (st->n_ifaces >= SW_STATE_IFACES)
		return;
	if ((st->n_ifaces & (st->n_ifaces - 1)) == 0) {
		size_t cap = st->n_ifaces ? (size_t)st->n_ifaces * 2 : 1;
		struct sw_scap_iface *p = realloc(st->ifaces, cap * sizeof(*p));
		if (!p)
			return;
		st->ifaces = p;
	}
	st->ifaces[st->n_ifaces] = *f;
	st->ifaces[st->n_ifaces++].name = (struct sw_str){NULL, 0};
}

bool sw_state_local_addr(const struct sw_state *st, const uint8_t *addr, bool v6)
{
	for (uint32_t i = 0; i < st->n_ifaces; i++)
		if (st->ifaces[i].v6 == v6 && memcmp(st->ifaces[i].addr, addr, v6 ? 16 : 4) == 0)
			return true;
	return false;
}

static bool same_net(const struct sw_scap_iface *f, const uint8_t *addr)
{
	for (int i = 0; i < (f->v6 ? 16 : 4); i++)
		if ((f->addr[i] ^ addr[i]) & f->mask[i])
			return false;
	return true;
}

/* The address of ours that traffic with `other` most likely has. */
static const uint8_t *infer(const struct sw_state *st, const uint8_t *other, bool v6)
{
	static const uint8_t loop4[4] = {127, 0, 0, 1};

	for (uint32_t i = 0; i < st->n_ifaces; i++)
		if (st->ifaces[i].v6 == v6 && memcmp(st->ifaces[i].addr, other, v6 ? 16 : 4) == 0)
			return st->ifaces[i].addr;
	for (uint32_t i = 0; i < st->n_ifaces; i++)
		if (st->ifaces[i].v6 == v6 && same_net(&st->ifaces[i], other))
			return st->ifaces[i].addr;
	for (uint32_t i = 0; i < st->n_ifaces; i++)
		if (st->ifaces[i].v6 == v6 && (v6 || memcmp(st->ifaces[i].addr, loop4, 4) != 0))
			return st->ifaces[i].addr;
	return NULL;
}

/* Fills in the end of a socket that the event did not know. */
void sw_state_infer_addr(const struct sw_state *st, struct sw_fd *f)
{
	static const uint8_t zero[16];
	bool v6 = f->type == SW_FD_IPV6_SOCK;
	size_t n = v6 ? 16 : 4;
	bool no_src = memcmp(f->sip, zero, n) == 0, no_dst = memcmp(f->dip, zero, n) == 0;

	if ((f->type != SW_FD_IPV4_SOCK && !v6) || (!no_src && !no_dst))
		return;
	const uint8_t *other = no_src ? f->dip : f->sip, *mine = infer(st, other, v6);
	if (!mine || (memcmp(mine, other, n) == 0 && f->sport == f->dport))
		return;
	memcpy(no_src ? f->sip : f->dip, mine, n);
}
