/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New policies while requests are judged: the set and a door for every thread are made first, by
 * this thread; then each thread takes its door between two reviews. A set that is broken changes
 * nothing.
 */
#include <time.h>

#include "base/log.h"
#include "serve/server_impl.h"

static void loaded(struct server *s, const struct sw_door *d)
{
	atomic_store(&s->metrics.constraints, sw_door_constraints(d));
	atomic_store(&s->metrics.policies_loaded_at, (int64_t)time(NULL));
	atomic_store(&s->metrics.policies_broken, 0);
	pthread_mutex_lock(&s->status_lock);
	s->broken[0] = '\0';
	pthread_mutex_unlock(&s->status_lock);
}

int reload_first(struct server *s, struct sw_policies **ret, struct sw_error *err)
{
	struct sw_door *d;
	s->stamp = s->tried = sw_policies_stamp(&s->o->door);
	int rc = sw_policies_load(&s->o->door, ret, err);
	if (!rc && (rc = sw_door_new(*ret, &d, err)) == 0) {
		loaded(s, d);
		sw_door_free(d);
	} else if (rc && *ret) {
		sw_policies_unref(*ret);
		*ret = NULL;
	}
	return rc;
}

static uint32_t benches(struct server *s, struct bench *all[2 * WORKERS_MAX])
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < s->n_workers; i++)
		all[n++] = &s->workers[i].bench;
	for (uint32_t i = 0; i < s->pool.n_threads; i++)
		all[n++] = &s->pool.benches[i];
	return n;
}

static int load(struct server *s, struct sw_error *err)
{
	struct bench *all[2 * WORKERS_MAX];
	struct sw_door *doors[2 * WORKERS_MAX];
	struct sw_policies *p;
	uint32_t n = benches(s, all), made = 0;
	int rc = sw_policies_load(&s->o->door, &p, err);
	if (rc)
		return rc;
	while (!rc && made < n)
		if ((rc = sw_door_new(p, &doors[made], err)) == 0)
			made++;
	if (!rc)
		loaded(s, doors[0]);
	for (uint32_t i = 0; i < made; i++)
		sw_door_free(rc ? doors[i] : atomic_exchange(&all[i]->next, doors[i]));
	sw_policies_unref(p);
	return rc;
}

static void policies(struct server *s)
{
	struct sw_error err = {0};
	uint64_t now = sw_policies_stamp(&s->o->door);
	/* A state is loaded when two looks have seen it: files are often written one after the
	 * other. */
	if (now != s->tried || now == s->stamp) {
		s->tried = now;
		return;
	}
	s->stamp = now;
	if (load(s, &err) == 0) {
		sw_metrics_add(&s->metrics, SW_M_RELOADS, 1);
		sw_log(SW_LOG_NOTE, "new policies are in use: %lld constraints",
			(long long)atomic_load(&s->metrics.constraints));
		return;
	}
	sw_metrics_add(&s->metrics, SW_M_RELOAD_FAILURES, 1);
	atomic_store(&s->metrics.policies_broken, 1);
	pthread_mutex_lock(&s->status_lock);
	sw_error_format(&err, s->broken, sizeof(s->broken));
	pthread_mutex_unlock(&s->status_lock);
	sw_log(SW_LOG_ERROR, "the policies on disk are broken, the former ones stay in use: %s",
		s->broken);
}

static void certificate(struct server *s)
{
	struct sw_error err = {0};
	int rc = sw_tls_poll(s->tls, &err);
	if (rc == 0)
		return;
	atomic_store(&s->metrics.cert_expiry, sw_tls_expiry(s->tls));
	sw_metrics_add(&s->metrics, rc > 0 ? SW_M_CERT_RELOADS : SW_M_CERT_FAILURES, 1);
	pthread_mutex_lock(&s->status_lock);
	s->cert_broken[0] = '\0';
	if (rc < 0)
		sw_error_format(&err, s->cert_broken, sizeof(s->cert_broken));
	pthread_mutex_unlock(&s->status_lock);
	if (rc > 0)
		sw_log(SW_LOG_NOTE, "a new certificate is in use");
	else
		sw_log(SW_LOG_ERROR,
			"the certificate on disk is broken, the former one stays in use: %s",
			err.text);
}

void reload_poll(struct server *s)
{
	policies(s);
	certificate(s);
}
