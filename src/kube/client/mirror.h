/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mirror of part of a cluster: chosen resources are listed once and then watched, in a thread of its own,
 * all watches over one set of connections.
 *
 * What is in the mirror was true at some moment: a watch that breaks leaves its objects as they were, and is
 * told in the status until it works again. Sources: the watch protocol of kubernetes.io/docs/reference/using-api/
 * api-concepts (events, bookmarks, 410 as an ERROR event or status).
 *
 * - A watch that ended goes on where it was; 410 means a new list. Between attempts 1 s to 30 s, with some chance
 *   in it, longer where the server says so (Retry-After).
 * - A new list replaces the old one when it is whole.
 * - Discovery is repeated every 30 s, and sooner when an object of a resource for which shapes() is true
 *   changed: custom resources come and go. A resource that is gone from a group that answered takes its objects
 *   with it.
 * - Objects are kept as JSON without metadata.managedFields. Ceiling: `memory` bytes; beyond it a list or watch
 *   counts as broken.
 *
 * Threads: start and stop from one; the others from any. wants() and shapes() are called by the mirror's thread
 * and may call sw_kube_mirror_each().
 */
#ifndef SW_KUBE_CLIENT_MIRROR_H
#define SW_KUBE_CLIENT_MIRROR_H

#include "kube/client/client.h"

struct sw_kube_mirror;

struct sw_kube_mirror_opts {
	bool (*wants)(void *arg, const struct sw_kube_resource *r);
	bool (*shapes)(void *arg, const struct sw_kube_resource *r); /* NULL: none */
	void *arg;
	size_t memory; /* 0: 1 GiB */
	/* For tests: milliseconds; 0: 1,000, 30,000 and 30,000. */
	uint32_t backoff_ms, backoff_max_ms, discover_ms;
};

struct sw_kube_mirror_status {
	bool synced;	       /* every resource that is wanted was listed */
	uint32_t resources;    /* wanted */
	uint32_t broken;       /* of them, those whose last list or watch failed */
	uint64_t objects, events, lists, failures; /* since the start but for objects */
	int64_t broken_since;  /* seconds since 1970; 0: nothing is broken */
	char error[512];       /* of the last failure that still holds; "" */
};

/*
 * The client is the mirror's from now on, until stop() has returned; its `cancel` is replaced. A server that does
 * not answer is no error here: see the status.
 */
int sw_kube_mirror_start(struct sw_kube_client *c, const struct sw_kube_mirror_opts *o,
	struct sw_kube_mirror **ret, struct sw_error *err);
void sw_kube_mirror_stop(struct sw_kube_mirror *m); /* takes NULL; may take as long as one answer */
/* True as soon as it is synced; false after so many milliseconds. */
bool sw_kube_mirror_wait(struct sw_kube_mirror *m, int64_t ms);
/* What wants() says has changed: discovery is repeated at once, and until then and its lists it is not synced. */
void sw_kube_mirror_discover(struct sw_kube_mirror *m);
/* A number that changes when the objects do. */
uint64_t sw_kube_mirror_generation(struct sw_kube_mirror *m);
void sw_kube_mirror_status(struct sw_kube_mirror *m, struct sw_kube_mirror_status *ret);
/*
 * Every object as it is when this is called, in the order of resources as they were found and of the names; non-zero
 * ends it and is returned. `text` is its JSON, valid until fn() returns. fn() may take its time and call the others of
 * these functions: the mirror goes on meanwhile. -SW_ELIMIT: no memory.
 */
int sw_kube_mirror_each(struct sw_kube_mirror *m,
	int (*fn)(void *arg, const struct sw_kube_resource *r, struct sw_str text), void *arg);

#endif
