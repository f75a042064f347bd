/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/state/fdtab.h"

enum { FREE = -1, GONE = -2, CAP_MIN = 8 };

static void drop(struct sw_fd *f)
{
	sw_rstr_unref(f->name);
	sw_rstr_unref(f->name_raw);
	f->name = f->name_raw = NULL;
}

static struct sw_fd *slots_new(uint32_t cap)
{
	struct sw_fd *s = calloc(cap, sizeof(*s));

	for (uint32_t i = 0; s && i < cap; i++)
		s[i].fd = FREE;
	return s;
}

struct sw_fdtab *sw_fdtab_new(void)
{
	struct sw_fdtab *t = calloc(1, sizeof(*t));

	if (t)
		t->refs = 1;
	return t;
}

void sw_fdtab_unref(struct sw_fdtab *t)
{
	if (!t || --t->refs)
		return;
	for (uint32_t i = 0; i < t->cap; i++)
		drop(&t->slots[i]);
	free(t->slots);
	free(t);
}

static uint32_t place(int64_t fd, uint32_t cap)
{
	/* Descriptors are small and dense: the number itself spreads best. */
	return (uint32_t)((uint64_t)fd ^ (uint64_t)fd >> 20) & (cap - 1);
}

struct sw_fd *sw_fdtab_find(const struct sw_fdtab *t, int64_t fd)
{
	if (!t || !t->cap || fd < 0)
		return NULL;
	for (uint32_t i = place(fd, t->cap);; i = (i + 1) & (t->cap - 1)) {
		if (t->slots[i].fd == fd)
			return &t->slots[i];
		if (t->slots[i].fd == FREE)
			return NULL;
	}
}

static bool resize(struct sw_fdtab *t, uint32_t cap)
{
	struct sw_fd *slots = slots_new(cap);

	if (!slots)
		return false;
	for (uint32_t k = 0; k < t->cap; k++) {
		if (t->slots[k].fd < 0)
			continue;
		uint32_t i = place(t->slots[k].fd, cap);
		while (slots[i].fd != FREE)
			i = (i + 1) & (cap - 1);
		slots[i] = t->slots[k];
	}
	free(t->slots);
	t->slots = slots;
	t->cap = cap;
	t->used = t->n;
	return true;
}

void sw_fd_copy(struct sw_fd *dst, const struct sw_fd *src)
{
	int64_t fd = dst->fd;
	struct sw_rstr *name = sw_rstr_ref(src->name), *raw = sw_rstr_ref(src->name_raw);

	drop(dst);
	*dst = *src;
	dst->fd = fd;
	dst->name = name;
	dst->name_raw = raw;
}

/* Makes *t a table of its own where it is shared or missing. */
static bool own(struct sw_fdtab **t)
{
	struct sw_fdtab *old = *t;

	if (old && old->refs == 1)
		return true;
	struct sw_fdtab *mine = sw_fdtab_new();
	if (!mine)
		return false;
	if (old && old->cap) {
		mine->slots = malloc(old->cap * sizeof(*mine->slots));
		if (!mine->slots) {
			free(mine);
			return false;
		}
		memcpy(mine->slots, old->slots, old->cap * sizeof(*mine->slots));
		mine->cap = old->cap;
		mine->n = old->n;
		mine->used = old->used;
		for (uint32_t i = 0; i < mine->cap; i++) {
			sw_rstr_ref(mine->slots[i].name);
			sw_rstr_ref(mine->slots[i].name_raw);
		}
	}
	sw_fdtab_unref(old);
	*t = mine;
	return true;
}

struct sw_fd *sw_fdtab_edit(struct sw_fdtab **t, int64_t fd)
{
	if (!sw_fdtab_find(*t, fd) || !own(t))
		return NULL;
	return sw_fdtab_find(*t, fd);
}

struct sw_fd *sw_fdtab_put(struct sw_fdtab **t, int64_t fd)
{
	if (fd < 0 || !own(t))
		return NULL;
	struct sw_fdtab *tab = *t;
	struct sw_fd *f = sw_fdtab_find(tab, fd);
	if (!f) {
		if (tab->n >= SW_FDTAB_MAX)
			return NULL;
		if ((tab->used + 1) * 4 > tab->cap * 3) {
			uint32_t cap = tab->cap ? tab->cap : CAP_MIN;
			while ((tab->n + 1) * 2 > cap)
				cap *= 2;
			if (!resize(tab, cap))
				return NULL;
		}
		uint32_t i = place(fd, tab->cap);
		while (tab->slots[i].fd >= 0)
			i = (i + 1) & (tab->cap - 1);
		f = &tab->slots[i];
		tab->used += f->fd == FREE;
		tab->n++;
	}
	drop(f);
	*f = (struct sw_fd){.fd = fd, .type = SW_FD_UNKNOWN};
	return f;
}

static void forget(struct sw_fdtab *t, struct sw_fd *f)
{
	drop(f);
	f->fd = GONE;
	t->n--;
}

void sw_fdtab_remove(struct sw_fdtab **t, int64_t fd)
{
	struct sw_fd *f = sw_fdtab_edit(t, fd);

	if (f)
		forget(*t, f);
}

void sw_fdtab_sift(struct sw_fdtab **t, bool (*unwanted)(const struct sw_fd *, const void *), const void *arg)
{
	bool any = false;

	sw_fdtab_foreach(f, *t)
		any |= unwanted(f, arg);
	if (!any || !own(t))
		return;
	sw_fdtab_foreach(g, *t)
		if (unwanted(g, arg))
			forget(*t, g);
}
