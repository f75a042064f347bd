/* SPDX-License-Identifier: Apache-2.0 */
/* The table of threads and the tree of processes. */
#include "runtime/state/container.h"
#include "runtime/state/impl.h"

enum { BUCKETS_MIN = 1024, STEPS_MAX = 4096 };

static uint32_t bucket(const struct sw_state *st, int64_t tid)
{
	return (uint32_t)(((uint64_t)tid * 0x9E3779B97F4A7C15u) >> 32) & (st->n_buckets - 1);
}

struct sw_state *sw_state_new(uint32_t threads_max)
{
	struct sw_state *st = calloc(1, sizeof(*st));

	if (!st)
		return NULL;
	st->threads_max = threads_max ? threads_max : SW_STATE_THREADS;
	st->n_buckets = BUCKETS_MIN;
	st->hash = calloc(st->n_buckets, sizeof(struct sw_thread *));
	st->containers = sw_containers_new();
	st->pending_exit = st->pending_close_fd = -1;
	if (!st->hash || !st->containers) {
		sw_state_free(st);
		return NULL;
	}
	return st;
}

static void thread_free(struct sw_thread *t)
{
	struct sw_rstr *strings[] = {t->comm, t->exe, t->exepath, t->args, t->cwd, t->env, t->cgroups, t->root,
		t->container_id};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		sw_rstr_unref(strings[i]);
	sw_fdtab_unref(t->fds);
	free(t->enter);
	free(t);
}

static void users_free(struct sw_user *tab, uint32_t cap)
{
	for (uint32_t i = 0; i < cap; i++) {
		sw_rstr_unref(tab[i].name);
		sw_rstr_unref(tab[i].home);
		sw_rstr_unref(tab[i].shell);
	}
	free(tab);
}

void sw_state_free(struct sw_state *st)
{
	if (!st)
		return;
	for (uint32_t i = 0; st->hash && i < st->n_buckets; i++) {
		for (struct sw_thread *t = st->hash[i], *next; t; t = next) {
			next = t->next;
			thread_free(t);
		}
	}
	free(st->hash);
	users_free(st->users, st->cap_users);
	users_free(st->groups, st->cap_groups);
	free(st->ifaces);
	sw_containers_free(st->containers);
	free(st);
}

struct sw_thread *sw_state_thread(struct sw_state *st, int64_t tid)
{
	if (st->last && st->last->tid == tid)
		return st->last;
	for (struct sw_thread *t = st->hash[bucket(st, tid)]; t; t = t->next)
		if (t->tid == tid)
			return st->last = t;
	return NULL;
}

static void grow(struct sw_state *st)
{
	uint32_t old_n = st->n_buckets;
	struct sw_thread **old = st->hash, **h = calloc((size_t)old_n * 2, sizeof(struct sw_thread *));

	if (!h)
		return;
	st->hash = h;
	st->n_buckets = old_n * 2;
	for (uint32_t i = 0; i < old_n; i++) {
		for (struct sw_thread *t = old[i], *next; t; t = next) {
			next = t->next;
			uint32_t b = bucket(st, t->tid);
			t->next = h[b];
			h[b] = t;
		}
	}
	free(old);
}

static void unlink_child(struct sw_thread *t)
{
	if (!t->sibling_at)
		return;
	*t->sibling_at = t->sibling_next;
	if (t->sibling_next)
		t->sibling_next->sibling_at = t->sibling_at;
	t->sibling_at = NULL;
	t->sibling_next = NULL;
}

static void link_child(struct sw_thread *parent, struct sw_thread *t)
{
	t->sibling_next = parent->children;
	if (t->sibling_next)
		t->sibling_next->sibling_at = &t->sibling_next;
	t->sibling_at = &parent->children;
	parent->children = t;
}

void sw_state_thread_link(struct sw_state *st, struct sw_thread *t)
{
	struct sw_thread *parent = t->ptid > 0 && t->ptid != t->tid ? sw_state_thread(st, t->ptid) : NULL;

	unlink_child(t);
	if (parent)
		link_child(parent, t);
	struct sw_thread *main = sw_thread_main(st, t);
	if (main)
		main->threads++;
}

void sw_state_reparent(struct sw_state *st, struct sw_thread *t, int64_t ptid)
{
	struct sw_thread *parent = ptid > 0 && ptid != t->tid ? sw_state_thread(st, ptid) : NULL;

	if (t->ptid == ptid)
		return;
	t->ptid = ptid;
	unlink_child(t);
	if (parent)
		link_child(parent, t);
}

struct sw_thread *sw_state_thread_new(struct sw_state *st, int64_t tid)
{
	struct sw_thread *old = sw_state_thread(st, tid);

	if (old)
		sw_state_thread_remove(st, old, -1);
	if (st->n_threads >= st->threads_max) {
		st->stats.threads_refused++;
		return NULL;
	}
	struct sw_thread *t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->tid = tid;
	t->pid = t->ptid = t->sid = t->vpgid = t->pgid = t->vtid = t->vpid = t->fdlimit = t->last_fd = -1;
	t->uid = t->gid = t->loginuid = UINT32_MAX;
	if (st->n_threads >= st->n_buckets)
		grow(st);
	uint32_t b = bucket(st, tid);
	t->next = st->hash[b];
	st->hash[b] = t;
	st->n_threads++;
	st->stats.threads_added++;
	return t;
}

static void erase(struct sw_state *st, struct sw_thread *t)
{
	struct sw_thread **at = &st->hash[bucket(st, t->tid)];

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	unlink_child(t);
	while (t->children)
		unlink_child(t->children);
	if (st->last == t)
		st->last = NULL;
	st->n_threads--;
	st->stats.threads_removed++;
	thread_free(t);
}

/* Who inherits the children: the one the kernel named, another thread, the next ancestor that reaps. */
static struct sw_thread *find_reaper(struct sw_state *st, struct sw_thread *t, int64_t reaper)
{
	struct sw_thread *r = reaper > 0 ? sw_state_thread(st, reaper) : NULL;

	if (r && r != t)
		return r;
	struct sw_thread *main = sw_thread_main(st, t);
	if (main && main != t && !main->dead)
		return main;
	r = sw_thread_parent(st, t);
	for (int i = 0; r && i < STEPS_MAX; i++) {
		if (r == t) /* forged: an ancestor of itself */
			return NULL;
		if (sw_thread_in_pidns(r) != sw_thread_in_pidns(t))
			return NULL;
		if ((r->reaper || r->tid == 1) && !r->dead)
			return r;
		r = sw_thread_parent(st, r);
	}
	return NULL;
}

void sw_state_thread_remove(struct sw_state *st, struct sw_thread *t, int64_t reaper)
{
	struct sw_thread *main = sw_thread_main(st, t);

	if (t->children) {
		struct sw_thread *r = find_reaper(st, t, reaper);
		if (r && r->pid != t->pid) {
			struct sw_thread *rmain = sw_thread_main(st, r);
			if (rmain)
				rmain->reaper = true;
		}
		while (t->children) {
			struct sw_thread *c = t->children;
			unlink_child(c);
			c->ptid = r && r != c ? r->tid : 0;
			if (r && r != c)
				link_child(r, c);
		}
	}
	if (main && main->threads && !t->dead)
		main->threads--;
	t->dead = true;
	/* The main thread holds what belongs to the process: it stays until the last one is gone. */
	if (main && main != t)
		erase(st, t);
	if (!main)
		erase(st, t);
	else if (main->dead && main->threads == 0)
		erase(st, main);
}

struct sw_thread *sw_thread_main(struct sw_state *st, struct sw_thread *t)
{
	return t->tid == t->pid ? t : t->pid > 0 ? sw_state_thread(st, t->pid) : NULL;
}

struct sw_thread *sw_thread_parent(struct sw_state *st, struct sw_thread *t)
{
	return t->ptid > 0 && t->ptid != t->tid ? sw_state_thread(st, t->ptid) : NULL;
}

struct sw_thread *sw_thread_ancestor(struct sw_state *st, struct sw_thread *t, uint64_t n)
{
	struct sw_thread *m = sw_thread_main(st, t);

	for (uint64_t i = 0; m && i < n && i < STEPS_MAX; i++) {
		m = sw_thread_parent(st, m);
		m = m ? sw_thread_main(st, m) : NULL;
	}
	return n < STEPS_MAX ? m : NULL;
}

struct sw_fdtab **sw_thread_fdslot(struct sw_state *st, struct sw_thread *t)
{
	struct sw_thread *owner = t->flags & SW_CL_FILES || t->flags & SW_CL_THREAD ? sw_thread_main(st, t) : t;

	return owner ? &owner->fds : NULL;
}

struct sw_fdtab *sw_thread_fds(struct sw_state *st, struct sw_thread *t)
{
	struct sw_fdtab **slot = sw_thread_fdslot(st, t);

	return slot ? *slot : NULL;
}

/* Whose entry has the folder that the thread is in. */
static struct sw_thread *cwd_owner(struct sw_state *st, struct sw_thread *t)
{
	return t->own_cwd ? t : sw_thread_main(st, t);
}

struct sw_str sw_thread_cwd(struct sw_state *st, struct sw_thread *t)
{
	struct sw_thread *owner = t->flags & SW_CL_FS || t->flags & SW_CL_THREAD ? cwd_owner(st, t) : t;

	return owner ? sw_rstr_str(owner->cwd) : (struct sw_str){"./", 2};
}

/* A folder with the separator at its end, relative to the one before. */
void sw_thread_set_cwd(struct sw_state *st, struct sw_thread *t, struct sw_str cwd)
{
	struct sw_thread *owner = cwd_owner(st, t);
	char buf[SW_PATH_MAX + 1];

	if (!owner)
		return;
	struct sw_str s = sw_path_join(sw_rstr_str(owner->cwd), cwd, buf);
	if (!s.n || s.p[s.n - 1] != '/') {
		buf[s.n] = '/';
		s.n++;
	}
	sw_rstr_set(&owner->cwd, s);
}

void sw_thread_set_exepath(struct sw_thread *t, struct sw_str path)
{
	struct sw_str deleted = SW_STR(" (deleted)");

	if (path.n > deleted.n && sw_str_ends(path, deleted))
		path.n -= deleted.n;
	sw_rstr_set(&t->exepath, path);
}

void sw_state_scan_begin(struct sw_state *st)
{
	st->scan++;
	sw_containers_scan(st->containers, true);
}

void sw_state_scan_end(struct sw_state *st, bool complete)
{
	for (uint32_t i = 0; complete && i < st->n_buckets; i++) {
		for (struct sw_thread *t = st->hash[i], *next; t; t = next) {
			next = t->next;
			if (t->seen != st->scan)
				erase(st, t);
		}
	}
	st->pending_exit = st->pending_close_fd = -1;
	sw_containers_scan(st->containers, false);
	sw_state_lists_done(st);
}

static void shift(uint64_t *t, int64_t step)
{
	if (*t)
		*t += (uint64_t)step;
}

void sw_state_shift_clock(struct sw_state *st, int64_t step)
{
	shift(&st->boot_ts, step);
	for (uint32_t i = 0; i < st->n_buckets; i++) {
		for (struct sw_thread *t = st->hash[i]; t; t = t->next) {
			shift(&t->clone_ts, step);
			shift(&t->exec_ts, step);
			shift(&t->pidns_ts, step);
		}
	}
}
