/* SPDX-License-Identifier: Apache-2.0 */
/* Between mirror.c, store.c and watch.c. */
#ifndef SW_KUBE_CLIENT_MIRROR_IMPL_H
#define SW_KUBE_CLIENT_MIRROR_IMPL_H

#include <pthread.h>

#include "kube/client/impl.h"
#include "kube/client/mirror.h"

enum { PARTS_MAX = 1024 };

struct store;

/* One resource. Only the mirror's thread writes; `objects`, `listed` and `broken` under its lock. */
struct part {
	struct sw_kube_mirror *m;
	struct sw_kube_resource resource;
	struct sw_arena arena;
	struct store *objects;
	bool wanted, listed, relist, broken, seen_200;
	uint32_t tries;	      /* that failed in a row */
	int64_t next_ms;      /* not before */
	int64_t begun_ms;     /* of the watch */
	char version[64];     /* resourceVersion to go on from */
	CURL *curl;	      /* a watch is on its way; else NULL */
	struct answer answer; /* of it */
	struct sw_kube_split split;
	struct sw_arena event;
};

struct sw_kube_mirror {
	struct sw_kube_client *c;
	struct sw_kube_mirror_opts o;
	CURLM *multi;
	pthread_t thread;
	volatile bool stop;
	int64_t discover_ms; /* when the next discovery is due */
	uint32_t discover_tries, soon;
	bool chosen, discovery_failed;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	bool again; /* discover() at once */
	struct part *parts[PARTS_MAX];
	uint32_t n;
	size_t bytes;
	uint64_t generation;
	struct sw_kube_mirror_status status;
};

int64_t mirror_backoff(const struct sw_kube_mirror *m, uint32_t tries);
void mirror_failed(struct sw_kube_mirror *m, struct part *p, const struct sw_error *err, int64_t wait_ms);
void mirror_works(struct sw_kube_mirror *m, struct part *p);
/* Objects of the part changed: does that change what is wanted? Without the lock. */
void mirror_shape(struct sw_kube_mirror *m, struct part *p);

void store_free(struct store *s);
uint64_t store_count(const struct store *s);
size_t store_bytes(const struct store *s);
/* A part that is zero so far; false: no memory. */
bool part_init(struct part *p, const struct sw_kube_resource *r);
/* sw_kube_mirror_each(). */
int store_each(struct sw_kube_mirror *m, int (*fn)(void *arg, const struct sw_kube_resource *r, struct sw_str text),
	void *arg);
/* List the part anew. */
void store_list(struct sw_kube_mirror *m, struct part *p);
/* One object of a watch: put or taken out, the part's version moved on. */
int store_event(struct sw_kube_mirror *m, struct part *p, struct sw_arena *a, struct sw_value object, bool gone,
	struct sw_error *err);

void watch_begin(struct sw_kube_mirror *m, struct part *p);
void watch_run(struct sw_kube_mirror *m);
void watch_end(struct part *p); /* takes a part without a watch */

#endif
