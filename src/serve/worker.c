/* SPDX-License-Identifier: Apache-2.0 */
/* A worker: an event loop in a thread, with its connections and its door. */
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "serve/server_impl.h"

/* The connection that has waited longest for its next request. */
static bool evict(struct worker *w)
{
	struct conn *oldest = NULL;
	for (struct conn *c = w->conns; c; c = c->next)
		if (c->phase == IDLE && (!oldest || c->since < oldest->since))
			oldest = c;
	if (!oldest)
		return false;
	sw_metrics_add(&w->s->metrics, SW_M_EVICTED, 1);
	conn_close(oldest);
	return true;
}

static void adopt(struct worker *w, const struct arrival *a)
{
	if (atomic_load(&w->n_conns) > w->max_conns && !evict(w)) {
		sw_metrics_add(&w->s->metrics, SW_M_REFUSED, 1);
		atomic_fetch_sub(&w->n_conns, 1);
		close(a->fd);
		return;
	}
	conn_open(w, a->fd, a->plain, sw_door_now());
}

static void deliver(struct worker *w, struct job *j)
{
	struct conn *c = j->conn;
	if (c) {
		c->job = NULL;
		sw_http_answer(&c->out, 200, "application/json", j->answer.n, !c->close_after);
		sw_buf_addstr(&c->out, sw_buf_str(&j->answer));
		conn_answered(c);
	}
	job_free(j);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	uint64_t n;
	if (read(fd, &n, sizeof(n)) < 0)
		return;
	pthread_mutex_lock(&w->lock);
	struct arrival *a = w->arrivals;
	uint32_t count = w->n_arrivals;
	struct job *done = w->done;
	w->arrivals = NULL;
	w->n_arrivals = w->cap_arrivals = 0;
	w->done = NULL;
	pthread_mutex_unlock(&w->lock);
	for (uint32_t i = 0; i < count; i++)
		adopt(w, &a[i]);
	free(a);
	while (done) {
		struct job *next = done->next;
		deliver(w, done);
		done = next;
	}
}

/* Once the listeners are closed: what is at work is finished, the rest is let go. */
static void wind_down(struct worker *w, int64_t now)
{
	if (!w->stop_at)
		w->stop_at = now + w->s->o->request_ns;
	for (struct conn *c = w->conns, *next; c; c = next) {
		next = c->next;
		if (c->phase == IDLE || c->phase == HANDSHAKE || now > w->stop_at)
			conn_close(c);
	}
	if (!w->conns)
		event_base_loopbreak(w->base);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	int64_t now = sw_door_now();
	for (struct conn *c = w->conns, *next; c; c = next) {
		next = c->next;
		conn_tick(c, now);
	}
	bench_flush(&w->bench);
	if (atomic_load(&w->s->stopping))
		wind_down(w, now);
}

static void *run(void *arg)
{
	struct worker *w = arg;
	event_base_loop(w->base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

int worker_start(struct server *s, struct worker *w, struct sw_policies *p, struct sw_error *err)
{
	struct timeval tick = {.tv_usec = TICK_MS * 1000};
	w->s = s;
	pthread_mutex_init(&w->lock, NULL);
	w->max_conns = s->o->max_connections / s->n_workers + 1;
	w->base = event_base_new();
	w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int rc = bench_init(&w->bench, s, p, err);
	if (rc)
		return rc;
	if (!w->base || w->wake < 0)
		return sw_error_set(err, SW_EIO, "cannot make an event loop");
	w->wake_event = event_new(w->base, w->wake, EV_READ | EV_PERSIST, on_wake, w);
	w->tick = event_new(w->base, -1, EV_PERSIST, on_tick, w);
	if (!w->wake_event || !w->tick || event_add(w->wake_event, NULL) ||
		event_add(w->tick, &tick))
		return sw_error_set(err, SW_EIO, "cannot make an event loop");
	int e = pthread_create(&w->thread, NULL, run, w);
	if (e)
		return sw_error_errno(err, SW_EIO, e, "cannot start a thread");
	s->started++;
	return 0;
}

void worker_wake(struct worker *w)
{
	uint64_t one = 1;
	if (write(w->wake, &one, sizeof(one)) < 0)
		return; /* the counter is full: it will wake anyway */
}

/* After the thread has ended, or if it never began. */
void worker_stop(struct worker *w)
{
	while (w->conns)
		conn_close(w->conns);
	for (uint32_t i = 0; i < w->n_arrivals; i++)
		close(w->arrivals[i].fd);
	free(w->arrivals);
	while (w->done) {
		struct job *next = w->done->next;
		job_free(w->done);
		w->done = next;
	}
	if (w->wake_event)
		event_free(w->wake_event);
	if (w->tick)
		event_free(w->tick);
	if (w->base)
		event_base_free(w->base);
	if (w->wake > 0)
		close(w->wake);
	bench_release(&w->bench);
	pthread_mutex_destroy(&w->lock);
}

void worker_give(struct worker *w, int fd, bool plain)
{
	atomic_fetch_add(&w->n_conns, 1);
	pthread_mutex_lock(&w->lock);
	if (w->n_arrivals == w->cap_arrivals) {
		uint32_t cap = w->cap_arrivals ? w->cap_arrivals * 2 : 16;
		void *p = realloc(w->arrivals, cap * sizeof(*w->arrivals));
		if (!p) {
			pthread_mutex_unlock(&w->lock);
			atomic_fetch_sub(&w->n_conns, 1);
			close(fd);
			return;
		}
		w->arrivals = p;
		w->cap_arrivals = cap;
	}
	w->arrivals[w->n_arrivals++] = (struct arrival){fd, plain};
	pthread_mutex_unlock(&w->lock);
	worker_wake(w);
}

void worker_done(struct worker *w, struct job *j)
{
	pthread_mutex_lock(&w->lock);
	j->next = w->done;
	w->done = j;
	pthread_mutex_unlock(&w->lock);
	worker_wake(w);
}
