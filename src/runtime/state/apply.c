/* SPDX-License-Identifier: Apache-2.0 */
/* One event: who and which descriptor it is about, and what it changes. */
#include "runtime/state/container.h"
#include "runtime/state/impl.h"

static void do_pending(struct sw_state *st)
{
	if (st->pending_close_fd >= 0) {
		struct sw_thread *t = sw_state_thread(st, st->pending_close_tid);
		struct sw_fdtab **slot = t ? sw_thread_fdslot(st, t) : NULL;
		if (slot)
			sw_fdtab_remove(slot, st->pending_close_fd);
		st->pending_close_fd = -1;
	}
	if (st->pending_exit >= 0) {
		struct sw_thread *t = sw_state_thread(st, st->pending_exit);
		if (t)
			sw_state_thread_remove(st, t, st->live ? st->pending_reaper : -1);
		st->pending_exit = -1;
	}
}

struct sw_str sw_kept_param(const struct sw_raw_kept *k, unsigned i)
{
	size_t at = 0;

	if (i >= k->n)
		return (struct sw_str){NULL, 0};
	for (unsigned j = 0; j < i; j++)
		at += k->len[j];
	return (struct sw_str){k->bytes + at, k->len[i]};
}

static void keep_enter(struct sw_thread *t, const struct sw_raw *r)
{
	size_t total = 0;

	for (unsigned i = 0; i < r->n; i++)
		total += r->p[i].n;
	if (total > UINT16_MAX)
		return;
	if (!t->enter || t->enter->cap < total) {
		struct sw_raw_kept *k = realloc(t->enter, sizeof(*k) + total);
		if (!k)
			return;
		t->enter = k;
		k->cap = (uint32_t)total;
	}
	t->enter->code = r->code;
	t->enter->n = r->n;
	size_t at = 0;
	for (unsigned i = 0; i < r->n; i++) {
		t->enter->len[i] = (uint16_t)r->p[i].n;
		if (r->p[i].n)
			memcpy(t->enter->bytes + at, r->p[i].p, r->p[i].n);
		at += r->p[i].n;
	}
}

const struct sw_raw_kept *sw_apply_enter(const struct sw_sysev *ev)
{
	const struct sw_raw_kept *k = ev->thread ? ev->thread->enter : NULL;
	uint16_t code = ev->raw->code;

	if (!k || ev->thread->last_code != k->code)
		return NULL;
	if (code == SW_EV_EXECVE_19_X && k->code == SW_EV_EXECVEAT_E)
		return k;
	return k->code + 1 == code ? k : NULL;
}

/* A thread that nobody introduced: named, so that what it opens is known from now on. */
struct sw_thread *sw_apply_unknown(struct sw_state *st, int64_t tid)
{
	struct sw_thread *t = tid >= 0 ? sw_state_thread_new(st, tid) : NULL;

	if (!t)
		return NULL;
	st->stats.thread_unknown++;
	t->vtid = tid;
	if (st->live && sw_state_look_up(st, t))
		return t;
	sw_rstr_set(&t->comm, SW_STR("<NA>"));
	sw_rstr_set(&t->exe, SW_STR("<NA>"));
	return t;
}

/* The events whose thread is not made up when it is unknown. */
static bool may_be_unknown(uint16_t code)
{
	return code == SW_EV_CLONE_20_X || code == SW_EV_CLONE3_X || code == SW_EV_FORK_20_X ||
	       code == SW_EV_VFORK_20_X || code == SW_EV_SCHEDSWITCH_6_E || code == SW_EV_PROCEXIT_1_E ||
	       code == SW_EV_PROCINFO_E;
}

static bool is_meta(uint16_t code)
{
	return code == SW_EV_CONTAINER_JSON_2_E || code == SW_EV_ASYNCEVENT_E ||
	       (code >= SW_EV_USER_ADDED_E && code <= SW_EV_GROUP_DELETED_E) || code == SW_EVENT_CODE_PLUGIN ||
	       code == SW_EV_DROP_E || code == SW_EV_DROP_X;
}

/* Which parameter is the descriptor that the event uses. */
static int fd_param(uint16_t code)
{
	static int8_t place[SW_EVENT_CODES]; /* 0: not looked for yet; i + 1; -1: none */

	if (place[code])
		return place[code] > 0 ? place[code] - 1 : -1;
	const struct sw_event_info *info = &sw_event_table[code];
	int found = -1;
	if (code == SW_EV_SPLICE_X || code == SW_EV_SENDFILE_X)
		found = 2;
	else
		for (int i = sw_event_is_enter(code) ? 0 : 1; i < info->n_params && found < 0; i++)
			if (info->params[i].type == SW_FT_FD)
				found = i;
	place[code] = (int8_t)(found < 0 ? -1 : found + 1);
	return found;
}

static void find_fd(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;
	struct sw_thread *t = ev->thread;
	uint16_t flags = sw_event_table[r->code].flags;

	if (!(flags & SW_EF_USES_FD))
		return;
	int i = fd_param(r->code);
	struct sw_str p = i >= 0 ? sw_raw_param(r, (unsigned)i) : (struct sw_str){NULL, 0};
	t->last_fd = p.n ? sw_raw_int(p) : -1;
	ev->fd = sw_fdtab_find(sw_thread_fds(st, t), t->last_fd);
	if (ev->fd)
		ev->old_name = sw_rstr_ref(ev->fd->name);
}

struct sw_fd *sw_apply_put_fd(struct sw_state *st, struct sw_sysev *ev, int64_t fd)
{
	struct sw_fdtab **slot = sw_thread_fdslot(st, ev->thread);
	struct sw_fd *f = slot ? sw_fdtab_put(slot, fd) : NULL;

	ev->thread->last_fd = fd;
	ev->fd = f;
	if (!f)
		st->stats.fds_refused++;
	else
		f->l4 = SW_L4_NA;
	return f;
}

struct sw_fd *sw_apply_edit_fd(struct sw_state *st, struct sw_sysev *ev)
{
	struct sw_fdtab **slot = ev->fd ? sw_thread_fdslot(st, ev->thread) : NULL;

	if (slot)
		ev->fd = sw_fdtab_edit(slot, ev->fd->fd);
	return ev->fd;
}

static void memory(struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;
	struct sw_thread *t = ev->thread;

	if (sw_raw_param(r, 1).n)
		t->vmsize = (uint32_t)sw_raw_uint(r->p[1]);
	if (sw_raw_param(r, 3).n) {
		t->vmrss = (uint32_t)sw_raw_uint(r->p[2]);
		t->vmswap = (uint32_t)sw_raw_uint(r->p[3]);
	}
}

static void context_switch(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;
	struct sw_thread *main = sw_thread_main(st, ev->thread);

	if (!sw_raw_param(r, 5).n)
		return;
	ev->thread->pfmajor = sw_raw_uint(r->p[1]);
	ev->thread->pfminor = sw_raw_uint(r->p[2]);
	if (main) {
		main->vmsize = (uint32_t)sw_raw_uint(r->p[3]);
		main->vmrss = (uint32_t)sw_raw_uint(r->p[4]);
		main->vmswap = (uint32_t)sw_raw_uint(r->p[5]);
	}
}

static void apply(struct sw_state *st, struct sw_sysev *ev)
{
	switch (ev->raw->code) {
	case SW_EV_CLONE_20_X:
	case SW_EV_CLONE3_X:
	case SW_EV_FORK_20_X:
	case SW_EV_VFORK_20_X:
		sw_apply_clone(st, ev);
		return;
	case SW_EV_EXECVE_19_X:
	case SW_EV_EXECVEAT_X:
		sw_apply_exec(st, ev);
		return;
	case SW_EV_SCHEDSWITCH_6_E:
		if (ev->thread)
			context_switch(st, ev);
		return;
	case SW_EV_BRK_4_X:
	case SW_EV_MMAP_X:
	case SW_EV_MMAP_X + 2: /* mmap2 */
	case SW_EV_MMAP_X + 4: /* munmap */
		if (ev->thread)
			memory(ev);
		return;
	default:
		if (ev->thread && !sw_apply_file(st, ev) && !sw_apply_socket(st, ev))
			sw_apply_cred(st, ev);
	}
}

static void meta_event(struct sw_state *st, const struct sw_raw *r)
{
	if (r->code == SW_EV_CONTAINER_JSON_2_E)
		sw_state_container_json(st, sw_raw_cstr(sw_raw_param(r, 0)));
	else if (r->code == SW_EV_ASYNCEVENT_E && sw_str_is(sw_raw_cstr(sw_raw_param(r, 1)), "container"))
		sw_state_container_json(st, sw_raw_cstr(sw_raw_param(r, 2)));
	else if (r->code >= SW_EV_USER_ADDED_E && r->code <= SW_EV_GROUP_DELETED_E)
		sw_apply_user(st, r);
}

static void exited(struct sw_state *st, struct sw_sysev *ev)
{
	struct sw_thread *t = ev->thread;
	struct sw_str reaper = sw_raw_param(ev->raw, 4);

	/* The children move now: the kernel has said to whom. The entry goes with the next event. */
	if (reaper.n && t->children) {
		struct sw_thread *r = sw_state_thread(st, sw_raw_int(reaper));
		if (r && r != t)
			r->reaper |= r->pid != t->pid;
	}
	st->pending_exit = t->tid;
	st->pending_reaper = reaper.n ? sw_raw_int(reaper) : -1;
}

static void finish(struct sw_sysev *ev)
{
	ev->name_changed = ev->fd && !sw_str_eq(sw_rstr_str(ev->fd->name), sw_rstr_str(ev->old_name));
	sw_rstr_unref(ev->old_name);
	ev->old_name = NULL;
	ev->fd_num = ev->thread ? ev->thread->last_fd : -1;
	/* A call that was to make a descriptor and failed is about none. */
	if (ev->has_res && ev->res < 0 && sw_event_table[ev->raw->code].flags & SW_EF_CREATES_FD)
		ev->fd_num = -1;
}

/* The first parameter of the exit half of a call, whatever its name: an error, a descriptor, a pid, an address. */
static bool has_result(const struct sw_raw *r)
{
	return r->n && r->code != SW_EV_GENERIC_X && sw_event_table[r->code].category & SW_EC_SYSCALL;
}

void sw_state_event(struct sw_state *st, const struct sw_raw *r, struct sw_sysev *ret)
{
	const struct sw_event_info *info = &sw_event_table[r->code];
	struct sw_sysev *ev = ret;

	*ev = (struct sw_sysev){.raw = r, .state = st, .fd_num = -1};
	do_pending(st);
	if (is_meta(r->code)) {
		meta_event(st, r);
		return;
	}
	ev->thread = sw_state_thread(st, r->tid);
	if (!ev->thread && !may_be_unknown(r->code))
		ev->thread = sw_apply_unknown(st, r->tid);
	struct sw_thread *t = ev->thread;
	if (sw_event_is_enter(r->code)) {
		if (t && r->code == SW_EV_PROCEXIT_1_E)
			exited(st, ev);
		else if (t && r->code == SW_EV_SCHEDSWITCH_6_E)
			context_switch(st, ev);
		else if (t && info->flags & SW_EF_USES_FD)
			find_fd(st, ev);
		if (t && r->n && r->p[0].n && info->flags & SW_EF_CONVERTER_MANAGED)
			keep_enter(t, r);
		/* A thread that waits between the two halves of a call is still in that call. */
		if (t && r->code != SW_EV_SCHEDSWITCH_6_E && !(info->flags & SW_EF_SKIPPARSERESET))
			t->last_code = r->code;
		finish(ev);
		return;
	}
	if (has_result(r)) {
		ev->has_res = true;
		ev->res = sw_raw_int(sw_raw_param(r, 0));
	}
	if (t)
		find_fd(st, ev);
	apply(st, ev);
	if (ev->thread) {
		ev->thread->last_code = r->code;
		sw_thread_resolve_container(st, ev->thread);
	}
	finish(ev);
}

void sw_state_drop_codes(struct sw_state *st, uint64_t from, uint64_t to, uint64_t events,
	const struct sw_codeset *codes)
{
	enum { JOIN_NS = 1000000000 };
	struct sw_blind *last = st->n_blind ? &st->blind[(st->n_blind - 1) % SW_STATE_BLIND] : NULL;

	if (!last || from > last->to + JOIN_NS) {
		last = &st->blind[st->n_blind++ % SW_STATE_BLIND];
		*last = (struct sw_blind){.from = from};
	}
	last->to = to;
	last->events += events;
	for (size_t i = 0; i < sizeof(codes->w) / sizeof(codes->w[0]); i++)
		last->codes.w[i] |= codes->w[i];
}

const struct sw_blind *sw_state_blind(const struct sw_state *st, uint32_t i)
{
	return i < st->n_blind && i < SW_STATE_BLIND ? &st->blind[(st->n_blind - 1 - i) % SW_STATE_BLIND] : NULL;
}
