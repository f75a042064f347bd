/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/reload.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/thread.h"
#include "cmd/watch/respond.h"

struct sw_watch_reload {
	struct sw_watch_reload_options o;
	pthread_t thread;
	sem_t told;
	_Atomic bool stop;
	_Atomic(struct sw_watch_rules *) next;
	uint64_t stamp, seen; /* of the files: as they were read, and at the last look */
};

static void mix(uint64_t *h, uint64_t v)
{
	*h = (*h ^ v) * 0x9e3779b97f4a7c15u;
	*h ^= *h >> 29;
}

static void stamp_one(void *arg, const char *file)
{
	uint64_t *h = arg;
	struct stat sb;
	bool there = stat(file, &sb) == 0;

	mix(h, there ? (uint64_t)sb.st_mtim.tv_sec * 1000000000u + (uint64_t)sb.st_mtim.tv_nsec : 0);
	mix(h, there ? (uint64_t)sb.st_size : 0);
	mix(h, there ? (uint64_t)sb.st_ino : 0);
}

static uint64_t stamp(const struct sw_watch_config *c)
{
	uint64_t h = 1;

	for (uint32_t i = 0; i < c->n_rules; i++)
		sw_rules_each(c->rules[i], stamp_one, &h);
	return h;
}

static void rules_free(struct sw_watch_rules *n)
{
	if (!n)
		return;
	sw_engine_free(n->engine);
	sw_ruleset_free(n->rules);
	free(n);
}

static int load(struct sw_watch_reload *r, struct sw_watch_rules *n, struct sw_error *err)
{
	const struct sw_watch_config *c = r->o.config;
	bool ok;

	n->rules = sw_rules_load(c->rules, c->n_rules, r->o.own, true, &ok);
	if (!ok)
		return sw_error_set(err, SW_EINVALID, "a rule file is broken");
	int rc = sw_watch_choose(c, n->rules, err);
	if (rc == 0 && r->o.plan)
		rc = sw_watch_respond_check(r->o.plan, r->o.plan_name, n->rules, err);
	return rc ? rc : sw_engine_new(n->rules, &c->engine, &n->engine, err);
}

static void reload(struct sw_watch_reload *r)
{
	struct sw_watch_rules *n = calloc(1, sizeof(*n));
	struct sw_error err = {0};
	int rc = n ? load(r, n, &err) : sw_error_set(&err, SW_ELIMIT, "out of memory");

	if (rc < 0) {
		rules_free(n);
		atomic_fetch_add(r->o.failed, 1);
		sw_log(SW_LOG_ERROR, "the rules on disk are not taken, the former ones stay in use: %s", err.text);
		return;
	}
	uint32_t on = sw_engine_n_rules(n->engine);
	rules_free(atomic_exchange(&r->next, n));
	atomic_fetch_add(r->o.done, 1);
	sw_log(SW_LOG_NOTE, "the rules were read again: %u are in use", on);
}

/* True: told to; false: time for a look. */
static bool wait_told(struct sw_watch_reload *r)
{
	struct timespec t;

	if (!r->o.follow) {
		while (sem_wait(&r->told) != 0 && errno == EINTR)
			;
		return true;
	}
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += SW_WATCH_LOOK;
	while (sem_timedwait(&r->told, &t) != 0)
		if (errno != EINTR)
			return false;
	return true;
}

static void *run(void *arg)
{
	struct sw_watch_reload *r = arg;

	for (;;) {
		bool told = wait_told(r);
		if (r->stop)
			return NULL;
		uint64_t now = stamp(r->o.config);
		if (told || (now == r->seen && now != r->stamp)) {
			while (sem_trywait(&r->told) == 0)
				; /* once for all who told */
			r->stamp = now;
			if (!r->stop)
				reload(r);
		}
		r->seen = now;
	}
}

int sw_watch_reload_open(const struct sw_watch_reload_options *o, struct sw_watch_reload **ret, struct sw_error *err)
{
	sw_autofree struct sw_watch_reload *r = calloc(1, sizeof(*r));

	if (!r)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	r->o = *o;
	r->stamp = r->seen = stamp(o->config);
	sem_init(&r->told, 0, 0);
	int rc = sw_thread_new(&r->thread, run, r);
	if (rc)
		return sw_error_errno(err, SW_ELIMIT, rc, "no thread that reads rules again");
	*ret = SW_TAKE(r);
	return 0;
}

void sw_watch_reload_close(struct sw_watch_reload *r)
{
	if (!r)
		return;
	r->stop = true;
	sem_post(&r->told);
	pthread_join(r->thread, NULL);
	rules_free(r->next);
	sem_destroy(&r->told);
	free(r);
}

void sw_watch_reload_now(struct sw_watch_reload *r)
{
	sem_post(&r->told);
}

bool sw_watch_reload_ready(const struct sw_watch_reload *r)
{
	return r && atomic_load_explicit(&r->next, memory_order_relaxed);
}

bool sw_watch_reload_take(struct sw_watch_reload *r, struct sw_watch_rules *ret)
{
	sw_autofree struct sw_watch_rules *n = atomic_exchange(&r->next, NULL);

	if (n)
		*ret = *n;
	return n != NULL;
}
