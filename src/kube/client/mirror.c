/* SPDX-License-Identifier: Apache-2.0 */
/* The mirror's thread: what to list and watch next. Objects are kept in store.c, one watch is watch.c's. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "kube/client/mirror_impl.h"

static void *run(void *arg);

int64_t mirror_backoff(const struct sw_kube_mirror *m, uint32_t tries)
{
	int64_t ms = m->o.backoff_ms;
	for (uint32_t i = 1; i < tries && ms < m->o.backoff_max_ms; i++)
		ms *= 2;
	if (ms > m->o.backoff_max_ms)
		ms = m->o.backoff_max_ms;
	return ms / 2 + (int64_t)(random() % (ms / 2 + 1)); /* not all servers' clients at once */
}

void mirror_failed(struct sw_kube_mirror *m, struct part *p, const struct sw_error *err, int64_t wait_ms)
{
	p->tries++;
	int64_t ms = mirror_backoff(m, p->tries);
	p->next_ms = sw_now_ms() + (ms > wait_ms ? ms : wait_ms);
	pthread_mutex_lock(&m->lock);
	m->status.failures++;
	p->broken = true;
	if (!m->status.broken_since)
		m->status.broken_since = time(NULL);
	snprintf(m->status.error, sizeof(m->status.error), "%.500s", err->text);
	pthread_mutex_unlock(&m->lock);
}

void mirror_works(struct sw_kube_mirror *m, struct part *p)
{
	bool any = m->discovery_failed;
	p->tries = 0;
	if (!p->broken)
		return;
	pthread_mutex_lock(&m->lock);
	p->broken = false;
	for (uint32_t i = 0; i < m->n; i++)
		any |= m->parts[i]->broken;
	if (!any) {
		m->status.broken_since = 0;
		m->status.error[0] = 0;
	}
	pthread_mutex_unlock(&m->lock);
}

/* ---- which resources ---- */

static bool same_resource(const struct sw_kube_resource *a, const struct sw_kube_resource *b)
{
	return sw_str_eq(a->group, b->group) && sw_str_eq(a->resource, b->resource) &&
	       sw_str_eq(a->version, b->version);
}

static struct part *part_of(struct sw_kube_mirror *m, const struct sw_kube_resource *r)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (same_resource(&m->parts[i]->resource, r))
			return m->parts[i];
	return NULL;
}

static void free_part(struct part *p)
{
	watch_end(p);
	store_free(p->objects);
	sw_arena_release(&p->arena);
	free(p);
}

static bool add_part(struct sw_kube_mirror *m, const struct sw_kube_resource *r)
{
	struct part *p = m->n < PARTS_MAX ? calloc(1, sizeof(*p)) : NULL;
	if (!p)
		return false;
	p->m = m;
	if (!part_init(p, r)) {
		free_part(p);
		return false;
	}
	p->wanted = true;
	pthread_mutex_lock(&m->lock);
	m->parts[m->n++] = p;
	pthread_mutex_unlock(&m->lock);
	return true;
}

static void drop_parts(struct sw_kube_mirror *m)
{
	struct part *gone[PARTS_MAX];
	uint32_t kept = 0, n = 0;
	pthread_mutex_lock(&m->lock);
	for (uint32_t i = 0; i < m->n; i++) {
		struct part *p = m->parts[i];
		if (p->wanted) {
			m->parts[kept++] = p;
			continue;
		}
		if (store_count(p->objects))
			m->generation++;
		m->bytes -= store_bytes(p->objects);
		gone[n++] = p;
	}
	m->n = kept;
	pthread_mutex_unlock(&m->lock);
	for (uint32_t i = 0; i < n; i++)
		free_part(gone[i]);
}

/* A group that did not answer keeps what it had. */
static bool in_gap(const struct sw_kube_discovery *d, const struct sw_kube_resource *r)
{
	for (uint32_t i = 0; i < d->n_gaps; i++)
		if (sw_str_eq(d->gaps[i].what, r->api_version))
			return true;
	return false;
}

static void choose(struct sw_kube_mirror *m, const struct sw_kube_discovery *d)
{
	bool full = false;
	for (uint32_t i = 0; i < m->n; i++)
		m->parts[i]->wanted = in_gap(d, &m->parts[i]->resource);
	for (uint32_t i = 0; i < d->n; i++) {
		const struct sw_kube_resource *r = &d->v[i];
		if (!r->preferred || !r->list || !r->watch || !m->o.wants(m->o.arg, r))
			continue;
		struct part *p = part_of(m, r);
		if (p)
			p->wanted = true;
		else
			full |= !add_part(m, r);
	}
	drop_parts(m);
	m->chosen = !full;
}

static void discover(struct sw_kube_mirror *m)
{
	struct sw_kube_discovery d;
	struct sw_error err = {0};
	sw_autoarena a;
	sw_arena_init(&a, (size_t)256 << 20);
	int rc = sw_kube_discover(m->c, &a, &d, &err);
	m->discover_ms = sw_now_ms() + (rc ? mirror_backoff(m, ++m->discover_tries) : m->o.discover_ms);
	pthread_mutex_lock(&m->lock);
	m->discovery_failed = rc != 0;
	if (rc) {
		m->status.failures++;
		if (!m->status.broken_since)
			m->status.broken_since = time(NULL);
		snprintf(m->status.error, sizeof(m->status.error), "%.500s", err.text);
	}
	pthread_mutex_unlock(&m->lock);
	if (rc)
		return;
	m->discover_tries = 0;
	choose(m, &d);
	struct part none = {.broken = true}; /* clears the error when nothing else is broken */
	mirror_works(m, &none);
}

void mirror_shape(struct sw_kube_mirror *m, struct part *p)
{
	int64_t soon = sw_now_ms() + 500;
	if (!m->o.shapes || !m->o.shapes(m->o.arg, &p->resource))
		return;
	if (m->discover_ms > soon)
		m->discover_ms = soon;
	m->soon = 3; /* and a few times more: what it makes may take a moment */
}

/* ---- the loop ---- */

static void update_status(struct sw_kube_mirror *m)
{
	struct sw_kube_mirror_status *s = &m->status;
	bool synced = m->chosen;
	pthread_mutex_lock(&m->lock);
	s->resources = m->n;
	s->broken = m->discovery_failed;
	s->objects = 0;
	for (uint32_t i = 0; i < m->n; i++) {
		synced = synced && m->parts[i]->listed;
		s->broken += m->parts[i]->broken;
		s->objects += store_count(m->parts[i]->objects);
	}
	s->synced = synced = synced && !m->again;
	if (synced)
		pthread_cond_broadcast(&m->changed);
	pthread_mutex_unlock(&m->lock);
}

static bool asked_again(struct sw_kube_mirror *m)
{
	pthread_mutex_lock(&m->lock);
	bool again = m->again;
	m->again = false;
	if (again)
		m->chosen = false; /* until discovery has told what there is now */
	pthread_mutex_unlock(&m->lock);
	return again;
}

static void step(struct sw_kube_mirror *m)
{
	if (asked_again(m) || sw_now_ms() >= m->discover_ms) {
		discover(m);
		if (m->soon && m->soon-- && m->discover_ms > sw_now_ms() + 2000)
			m->discover_ms = sw_now_ms() + 2000;
	}
	for (uint32_t i = 0; i < m->n && !m->stop; i++) {
		struct part *p = m->parts[i];
		if (p->curl || sw_now_ms() < p->next_ms)
			continue;
		if (p->relist || !p->listed)
			store_list(m, p);
		else
			watch_begin(m, p);
	}
	watch_run(m);
	update_status(m);
}

static void *run(void *arg)
{
	struct sw_kube_mirror *m = arg;
	while (!m->stop)
		step(m);
	return NULL;
}

int sw_kube_mirror_start(struct sw_kube_client *c, const struct sw_kube_mirror_opts *o,
	struct sw_kube_mirror **ret, struct sw_error *err)
{
	struct sw_kube_mirror *m = calloc(1, sizeof(*m));
	CURLM *multi = m ? c->lib->multi_open() : NULL;
	pthread_condattr_t attr;
	if (!multi) {
		free(m);
		return sw_error_set(err, SW_ELIMIT, "no memory left for a mirror of the cluster");
	}
	*m = (struct sw_kube_mirror){.c = c, .o = *o, .multi = multi};
	m->o.memory = o->memory ? o->memory : (size_t)1 << 30;
	m->o.backoff_ms = o->backoff_ms ? o->backoff_ms : 1000;
	m->o.backoff_max_ms = o->backoff_max_ms ? o->backoff_max_ms : 30000;
	m->o.discover_ms = o->discover_ms ? o->discover_ms : 30000;
	c->o.cancel = &m->stop;
	pthread_mutex_init(&m->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&m->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&m->thread, NULL, run, m)) {
		c->lib->multi_close(multi);
		pthread_cond_destroy(&m->changed);
		pthread_mutex_destroy(&m->lock);
		free(m);
		return sw_error_set(err, SW_EIO, "cannot start a thread");
	}
	*ret = m;
	return 0;
}

void sw_kube_mirror_stop(struct sw_kube_mirror *m)
{
	if (!m)
		return;
	m->stop = true;
	m->c->lib->multi_wake(m->multi);
	pthread_join(m->thread, NULL);
	for (uint32_t i = 0; i < m->n; i++)
		free_part(m->parts[i]);
	m->c->lib->multi_close(m->multi);
	m->c->o.cancel = NULL;
	pthread_cond_destroy(&m->changed);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

void sw_kube_mirror_discover(struct sw_kube_mirror *m)
{
	pthread_mutex_lock(&m->lock);
	m->again = true;
	m->status.synced = false;
	pthread_mutex_unlock(&m->lock);
	m->c->lib->multi_wake(m->multi);
}

bool sw_kube_mirror_wait(struct sw_kube_mirror *m, int64_t ms)
{
	struct timespec end;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += ms / 1000;
	end.tv_nsec += ms % 1000 * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	int rc = 0;
	pthread_mutex_lock(&m->lock);
	while (!m->status.synced && rc == 0)
		rc = pthread_cond_timedwait(&m->changed, &m->lock, &end);
	bool synced = m->status.synced;
	pthread_mutex_unlock(&m->lock);
	return synced;
}

uint64_t sw_kube_mirror_generation(struct sw_kube_mirror *m)
{
	pthread_mutex_lock(&m->lock);
	uint64_t g = m->generation;
	pthread_mutex_unlock(&m->lock);
	return g;
}

void sw_kube_mirror_status(struct sw_kube_mirror *m, struct sw_kube_mirror_status *ret)
{
	pthread_mutex_lock(&m->lock);
	*ret = m->status;
	pthread_mutex_unlock(&m->lock);
}

int sw_kube_mirror_each(struct sw_kube_mirror *m,
	int (*fn)(void *arg, const struct sw_kube_resource *r, struct sw_str text), void *arg)
{
	return store_each(m, fn, arg);
}
