/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/audit.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"
#include "doc/json.h"

struct batch {
	struct batch *next;
	size_t n;
	char bytes[];
};

struct sw_audit {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct batch *first, **last;
	size_t bytes, max;
	bool stop;
	struct sw_logfile *spool;
	struct sw_metrics *metrics;
};

static bool is_secret(struct sw_value event)
{
	struct sw_value ref = sw_object_gets(event, SW_STR("objectRef"));
	return sw_str_is(sw_value_getstr(ref, "resource"), "secrets") &&
	       !sw_value_getstr(ref, "apiGroup").n;
}

static struct sw_value without_bodies(struct sw_arena *a, struct sw_value event)
{
	struct sw_map m;
	sw_map_init(&m, a);
	sw_object_foreach (it, event) {
		struct sw_str k = sw_value_str(it->k);
		if (!sw_str_is(k, "requestObject") && !sw_str_is(k, "responseObject"))
			sw_map_add(&m, it->k, it->v);
	}
	return sw_map_object(&m);
}

int sw_audit_lines(struct sw_str body, struct sw_buf *out, uint64_t *ret_n, struct sw_error *err)
{
	static const struct sw_json_limits limits = {.depth = 200, .nodes = 1000000};
	struct sw_json_items it;
	struct sw_value head, event;
	sw_autoarena a, head_arena;
	sw_arena_init(&a, 128 << 20);
	sw_arena_init(&head_arena, 16 << 20);
	*ret_n = 0;
	int rc = sw_json_items_init(&it, &head_arena, body, 0, &limits, "items", &head, err);
	if (rc == 0 && sw_defined(sw_object_gets(head, SW_STR("kind"))) &&
		!sw_str_is(sw_value_getstr(head, "kind"), "EventList"))
		return sw_error_set(err, SW_EINVALID, "the body is no EventList");
	while (rc == 0 && (rc = sw_json_items_next(&it, &a, &event, err)) > 0) {
		if (event.type != SW_OBJECT)
			return sw_error_set(err, SW_EINVALID, "event %llu is no object",
				(unsigned long long)*ret_n);
		sw_json_write(out, is_secret(event) ? without_bodies(&a, event) : event, 0);
		sw_buf_addch(out, '\n');
		++*ret_n;
		sw_arena_reset(&a);
		rc = 0;
	}
	return rc;
}

static void write_batch(struct sw_audit *a, const struct batch *b, struct sw_buf *lines)
{
	uint64_t n;
	sw_buf_clear(lines);
	if (sw_audit_lines(sw_str_make(b->bytes, b->n), lines, &n, NULL))
		sw_metrics_add(a->metrics, SW_M_AUDIT_MALFORMED, 1);
	if (lines->overflow || (lines->n && sw_logfile_write(a->spool, sw_buf_str(lines))))
		sw_metrics_add(a->metrics, SW_M_LOG_LOST, 1);
	else
		sw_metrics_add(a->metrics, SW_M_AUDIT_EVENTS, n);
}

static void *run(void *arg)
{
	struct sw_audit *a = arg;
	sw_autobuf lines;
	sw_buf_init(&lines, 256 << 20);
	pthread_mutex_lock(&a->lock);
	while (a->first || !a->stop) {
		struct batch *b = a->first;
		if (!b) {
			pthread_cond_wait(&a->more, &a->lock);
			continue;
		}
		a->first = b->next;
		if (!a->first)
			a->last = &a->first;
		pthread_mutex_unlock(&a->lock);
		write_batch(a, b, &lines);
		pthread_mutex_lock(&a->lock);
		a->bytes -= b->n;
		free(b);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

int sw_audit_new(struct sw_logfile *spool, size_t memory, struct sw_metrics *m,
	struct sw_audit **ret, struct sw_error *err)
{
	struct sw_audit *a = calloc(1, sizeof(*a));
	if (!a)
		return sw_error_set(err, SW_ELIMIT, "no memory left");
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->more, NULL);
	a->last = &a->first;
	a->max = memory;
	a->spool = spool;
	a->metrics = m;
	int e = pthread_create(&a->thread, NULL, run, a);
	if (e) {
		free(a);
		return sw_error_errno(err, SW_EIO, e, "cannot start a thread");
	}
	*ret = a;
	return 0;
}

bool sw_audit_put(struct sw_audit *a, struct sw_str body)
{
	struct batch *b = malloc(sizeof(*b) + body.n);
	bool ok = b != NULL;
	if (b) {
		b->next = NULL;
		b->n = body.n;
		memcpy(b->bytes, body.p, body.n);
		pthread_mutex_lock(&a->lock);
		ok = a->bytes + b->n <= a->max;
		if (ok) {
			*a->last = b;
			a->last = &b->next;
			a->bytes += b->n;
			pthread_cond_signal(&a->more);
		}
		pthread_mutex_unlock(&a->lock);
	}
	if (!ok)
		free(b);
	sw_metrics_add(a->metrics, ok ? SW_M_AUDIT_BATCHES : SW_M_AUDIT_DROPPED, 1);
	return ok;
}

void sw_audit_free(struct sw_audit *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_signal(&a->more);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	pthread_cond_destroy(&a->more);
	pthread_mutex_destroy(&a->lock);
	free(a);
}
