/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New policies while requests are judged: the set and a door for every thread are made first, by
 * this thread; then each thread takes its door between two reviews. A set that is broken changes
 * nothing.
 */
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "serve/server_impl.h"

enum { ASIDE_TRIES = 1000 };

static void loaded(struct server *s, const struct sw_door *d)
{
	atomic_store(&s->metrics.constraints, sw_door_constraints(d));
	atomic_store(&s->metrics.policies_loaded_at, (int64_t)time(NULL));
	atomic_store(&s->metrics.policies_broken, 0);
	pthread_mutex_lock(&s->status_lock);
	s->broken[0] = '\0';
	pthread_mutex_unlock(&s->status_lock);
}

/*
 * A set and a first door of it. Objects of the live cluster that make it fail are set aside one after the other;
 * a fault in a file is the whole set's.
 */
static int make(struct server *s, struct sw_policies **ret, struct sw_door **ret_door, struct sw_error *err)
{
	struct sw_cluster *cluster = s->o->door.cluster;
	for (int i = 0;; i++) {
		struct sw_policies *p = NULL;
		struct sw_error e = {0};
		int rc = sw_policies_load(&s->o->door, &p, &e);
		if (!rc && (rc = sw_door_new(p, ret_door, &e)) == 0) {
			if (cluster)
				sw_cluster_accept(cluster);
			*ret = p;
			return 0;
		}
		bool again = cluster && p && i < ASIDE_TRIES && sw_cluster_set_aside(cluster, p->failed, &e);
		sw_policies_unref(p);
		if (!again) {
			*err = e;
			return rc;
		}
		sw_log(SW_LOG_ERROR, "a policy of the cluster is broken and set aside: %s", e.text);
	}
}

int reload_first(struct server *s, struct sw_policies **ret, struct sw_error *err)
{
	struct sw_door *d;
	s->stamp = s->tried = sw_policies_stamp(&s->o->door);
	if (s->o->door.cluster)
		s->cluster_loaded = sw_cluster_generation(s->o->door.cluster);
	int rc = make(s, ret, &d, err);
	if (rc)
		return rc;
	loaded(s, d);
	sw_door_free(d);
	return 0;
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
	int rc = make(s, &p, &doors[0], err);
	if (rc)
		return rc;
	made = 1;
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

static void load_now(struct server *s)
{
	struct sw_error err = {0};
	int64_t begun = sw_now_ns();
	if (s->o->door.cluster)
		s->cluster_loaded = sw_cluster_generation(s->o->door.cluster);
	int rc = load(s, &err);
	/* a cluster that changes all the time takes a tenth of one CPU at most */
	s->cluster_next = sw_now_ns() + 10 * (sw_now_ns() - begun);
	if (rc == 0) {
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

/* A large inventory takes its time, and the main thread hears signals and probes. */
static void *load_beside(void *arg)
{
	struct server *s = arg;
	load_now(s);
	atomic_store(&s->loading, false);
	return NULL;
}

void reload_join(struct server *s)
{
	if (s->loader_started)
		pthread_join(s->loader, NULL);
	s->loader_started = false;
}

static bool files_due(struct server *s)
{
	uint64_t now = sw_policies_stamp(&s->o->door);
	/* A state is loaded when two looks have seen it: files are often written one after the
	 * other. */
	if (now != s->tried || now == s->stamp) {
		s->tried = now;
		return false;
	}
	s->stamp = now;
	return true;
}

static void policies(struct server *s)
{
	struct sw_cluster *cluster = s->o->door.cluster;
	if (atomic_load(&s->loading))
		return;
	reload_join(s);
	bool due = files_due(s);
	if (cluster && !due)
		due = sw_cluster_generation(cluster) != s->cluster_loaded && sw_now_ns() >= s->cluster_next;
	if (!due)
		return;
	atomic_store(&s->loading, true);
	s->loader_started = pthread_create(&s->loader, NULL, load_beside, s) == 0;
	if (!s->loader_started)
		load_beside(s);
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
