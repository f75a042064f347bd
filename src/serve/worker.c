/* SPDX-License-Identifier: Apache-2.0 */
/* A worker: an event loop in a thread, with its connections and its door. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
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

bool worker_adopt(struct conn *c)
{
	struct worker *w = c->w;
	if (atomic_load(&w->n_conns) <= w->max_conns || evict(w))
		return conn_open(c);
	sw_metrics_add(&w->s->metrics, SW_M_REFUSED, 1);
	atomic_fetch_sub(&w->n_conns, 1);
	close(c->fd);
	worker_forget(c);
	return false;
}

/* The events at hand may still name it. */
void worker_forget(struct conn *c)
{
	struct worker *w = c->w;
	for (struct conn **p = &w->again; c->again && *p; p = &(*p)->next_again)
		if (*p == c) {
			*p = c->next_again;
			break;
		}
	c->phase = CLOSED;
	c->next = w->closed;
	w->closed = c;
}

void worker_again(struct conn *c)
{
	if (c->again)
		return;
	c->again = true;
	c->next_again = c->w->again;
	c->w->again = c;
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

static void on_wake(struct worker *w)
{
	uint64_t n;
	if (read(w->wake, &n, sizeof(n)) < 0)
		return;
	pthread_mutex_lock(&w->lock);
	struct job *done = w->done;
	w->done = NULL;
	pthread_mutex_unlock(&w->lock);
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
	/* Those that others have accepted for it come first. */
	if (!w->conns && !atomic_load(&w->n_conns))
		w->running = false;
}

static void tick(struct worker *w)
{
	w->next_tick = w->now + TICK_NS;
	for (struct conn *c = w->conns, *next; c; c = next) {
		next = c->next;
		conn_tick(c, w->now);
	}
	bench_flush(&w->bench);
	if (atomic_load(&w->s->stopping))
		wind_down(w, w->now);
}

/* Whoever of the workers is free takes it; not all of them wake. */
static bool listen_again(struct worker *w)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = &w->s->listener};
	w->listen_at = 0;
	return epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->s->listener, &e) == 0;
}

static void pause_listening(struct worker *w, int64_t until)
{
	epoll_ctl(w->epoll, EPOLL_CTL_DEL, w->s->listener, NULL);
	w->listen_at = until;
}

/* One at a time while they come one at a time: the call that finds the queue empty is saved. */
static void on_listener(struct worker *w)
{
	if (atomic_load(&w->s->closed)) {
		pause_listening(w, INT64_MAX);
		return;
	}
	int n = listen_accept(w->s, w, w->s->listener, false, w->burst);
	if (n < 0)
		pause_listening(w, w->now + TICK_NS / 2); /* or the loop would spin */
	w->burst = n == (int)w->burst && n < BURST_MAX ? w->burst * 2 : 1;
}

static void on_conn(struct conn *c, uint32_t events)
{
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		c->hup = true;
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		c->readable = true;
	conn_run(c);
}

static void run_again(struct worker *w)
{
	struct conn *c = w->again;
	w->again = NULL;
	while (c) {
		struct conn *next = c->next_again;
		c->again = false;
		conn_run(c);
		c = next;
	}
}

static void free_closed(struct worker *w)
{
	while (w->closed) {
		struct conn *next = w->closed->next;
		free(w->closed);
		w->closed = next;
	}
}

static int patience(const struct worker *w)
{
	int64_t until = w->listen_at && w->listen_at < w->next_tick ? w->listen_at : w->next_tick;
	int64_t left = until - w->now;
	return w->again || left <= 0 ? 0 : (int)(left / 1000000) + 1;
}

static void turn(struct worker *w)
{
	struct epoll_event events[64];
	int n = epoll_wait(w->epoll, events, SW_ARRAY_LEN(events), patience(w));
	w->now = sw_now_ns();
	for (int i = 0; i < n; i++) {
		void *what = events[i].data.ptr;
		if (what == &w->wake)
			on_wake(w);
		else if (what == &w->s->listener)
			on_listener(w);
		else
			on_conn(what, events[i].events);
	}
	run_again(w);
	if (w->now >= w->next_tick || atomic_load(&w->s->stopping))
		tick(w);
	if (w->listen_at && w->now >= w->listen_at)
		listen_again(w);
	free_closed(w);
}

static void *run(void *arg)
{
	struct worker *w = arg;
	while (w->running)
		turn(w);
	return NULL;
}

int worker_init(struct server *s, struct worker *w, struct sw_policies *p, struct sw_error *err)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = &w->wake};
	w->s = s;
	w->now = w->next_tick = sw_now_ns();
	w->burst = 1;
	pthread_mutex_init(&w->lock, NULL);
	w->max_conns = s->o->max_connections / s->n_workers + 1;
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int rc = bench_init(&w->bench, s, p, err);
	if (rc)
		return rc;
	if (w->epoll < 0 || w->wake < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->wake, &e) ||
		!listen_again(w))
		return sw_error_errno(err, SW_EIO, errno, "cannot make an event loop");
	return 0;
}

int worker_start(struct worker *w, struct sw_error *err)
{
	w->running = true;
	int e = pthread_create(&w->thread, NULL, run, w);
	if (e)
		return sw_error_errno(err, SW_EIO, e, "cannot start a thread");
	w->s->started++;
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
	free_closed(w);
	while (w->done) {
		struct job *next = w->done->next;
		job_free(w->done);
		w->done = next;
	}
	if (w->epoll > 0)
		close(w->epoll);
	if (w->wake > 0)
		close(w->wake);
	bench_release(&w->bench);
	pthread_mutex_destroy(&w->lock);
}

void worker_done(struct worker *w, struct job *j)
{
	pthread_mutex_lock(&w->lock);
	j->next = w->done;
	w->done = j;
	pthread_mutex_unlock(&w->lock);
	worker_wake(w);
}
