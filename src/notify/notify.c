/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/thread.h"
#include "notify/impl.h"

struct item {
	struct item *next;
	size_t n;
	unsigned level;
	char text[];
};

struct sink {
	struct sw_notify *owner;
	const struct sw_sink_ops *ops;
	void *priv;
	char *target;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;
	struct item *head, **tail;
	size_t bytes;
	uint32_t lines;
	bool closing, ended, joined;
	uint64_t sent, lost;
	char error[256];
};

struct sw_notify {
	uint32_t patience_ms, max_lines, n;
	struct sink *sinks[SW_NOTIFY_SINKS];
	char error[256];
};

static atomic_bool hurry;

bool sw_notify_hurry(void)
{
	return atomic_load(&hurry);
}

struct sw_notify *sw_notify_new(uint32_t patience_ms, uint32_t max_lines)
{
	struct sw_notify *n = calloc(1, sizeof(*n));

	if (n) {
		n->patience_ms = patience_ms;
		n->max_lines = max_lines;
	}
	return n;
}

static struct timespec in_ms(uint32_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

/* The lock is held. NULL: closed and empty. */
static struct item *take(struct sink *s)
{
	while (!s->head && !s->closing)
		pthread_cond_wait(&s->filled, &s->lock);
	struct item *i = s->head;
	if (!i)
		return NULL;
	s->head = i->next;
	if (!s->head)
		s->tail = &s->head;
	s->bytes -= i->n;
	s->lines--;
	pthread_cond_signal(&s->emptied);
	return i;
}

static void *work(void *arg)
{
	struct sink *s = arg;
	struct item *i;

	pthread_mutex_lock(&s->lock);
	while ((i = take(s)) != NULL) {
		struct sw_error err = {0};
		pthread_mutex_unlock(&s->lock);
		int rc = sw_notify_hurry() ? -SW_ELIMIT
					   : s->ops->send(s->priv, i->level,
						     sw_str_make(i->text, i->n), &err);
		free(i);
		pthread_mutex_lock(&s->lock);
		if (rc == 0)
			s->sent++;
		else
			s->lost++;
		if (rc && err.code)
			snprintf(s->error, sizeof(s->error), "%.255s", err.text);
	}
	pthread_mutex_unlock(&s->lock);
	/* Here, so that what a program still does with its lines is waited for, too. */
	s->ops->close(s->priv);
	s->priv = NULL;
	pthread_mutex_lock(&s->lock);
	s->ended = true;
	pthread_cond_signal(&s->emptied);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static void sink_free(struct sink *s)
{
	if (s->priv)
		s->ops->close(s->priv);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->filled);
	pthread_cond_destroy(&s->emptied);
	free(s->target);
	free(s);
}

int sw_notify_add(struct sw_notify *n, const struct sw_sink_ops *ops, void *priv,
	const char *target, struct sw_error *err)
{
	struct sink *s = n->n < SW_NOTIFY_SINKS ? calloc(1, sizeof(*s)) : NULL;

	if (!s) {
		ops->close(priv);
		return sw_error_set(err, SW_ELIMIT, "more than %d outputs", SW_NOTIFY_SINKS);
	}
	*s = (struct sink){
		.owner = n, .ops = ops, .priv = priv, .target = strdup(target), .tail = &s->head};
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->filled, NULL);
	pthread_cond_init(&s->emptied, NULL);
	/* Without signals: a closed pipe must not end the program. */
	int rc = s->target ? sw_thread_new(&s->thread, work, s) : ENOMEM;
	if (rc) {
		sink_free(s);
		return sw_error_errno(err, SW_EIO, rc, "a thread for an output");
	}
	n->sinks[n->n++] = s;
	return 0;
}

bool sw_notify_any(const struct sw_notify *n)
{
	return n && n->n;
}

/* The lock is held. Beyond the wanted number of lines nobody waits; for memory the sender does, as long as it may. */
static bool has_room(struct sink *s, size_t n)
{
	struct timespec until = in_ms(s->owner->patience_ms);

	if (n > SW_NOTIFY_LINE || (s->owner->max_lines && s->lines >= s->owner->max_lines))
		return false;
	while (s->bytes + n > SW_NOTIFY_QUEUE &&
		pthread_cond_timedwait(&s->emptied, &s->lock, &until) != ETIMEDOUT)
		;
	return s->bytes + n <= SW_NOTIFY_QUEUE;
}

static void put(struct sink *s, unsigned level, struct sw_str line)
{
	pthread_mutex_lock(&s->lock);
	struct item *i = has_room(s, line.n) ? malloc(sizeof(*i) + line.n) : NULL;
	if (i) {
		*i = (struct item){.n = line.n, .level = level};
		memcpy(i->text, line.p, line.n);
		*s->tail = i;
		s->tail = &i->next;
		s->bytes += line.n;
		s->lines++;
		pthread_cond_signal(&s->filled);
	} else {
		s->lost++;
		snprintf(s->error, sizeof(s->error), "the output is too slow: its queue is full");
	}
	pthread_mutex_unlock(&s->lock);
}

void sw_notify_send(struct sw_notify *n, unsigned level, struct sw_str line)
{
	for (uint32_t i = 0; i < n->n; i++)
		put(n->sinks[i], level < 8 ? level : 7, line);
}

bool sw_notify_stats(struct sw_notify *n, uint32_t i, struct sw_notify_stats *ret)
{
	if (!n || i >= n->n)
		return false;
	struct sink *s = n->sinks[i];
	pthread_mutex_lock(&s->lock);
	memcpy(n->error, s->error, sizeof(n->error));
	*ret = (struct sw_notify_stats){.name = s->ops->name,
		.target = s->target,
		.sent = s->sent,
		.lost = s->lost,
		.error = sw_str_from(n->error)};
	pthread_mutex_unlock(&s->lock);
	return true;
}

uint64_t sw_notify_lost(struct sw_notify *n)
{
	uint64_t lost = 0;

	for (uint32_t i = 0; n && i < n->n; i++) {
		pthread_mutex_lock(&n->sinks[i]->lock);
		lost += n->sinks[i]->lost;
		pthread_mutex_unlock(&n->sinks[i]->lock);
	}
	return lost;
}

void sw_notify_drain(struct sw_notify *n)
{
	struct timespec until = in_ms(SW_NOTIFY_DRAIN * 1000);

	for (uint32_t i = 0; n && i < n->n; i++) {
		pthread_mutex_lock(&n->sinks[i]->lock);
		n->sinks[i]->closing = true;
		pthread_cond_signal(&n->sinks[i]->filled);
		pthread_mutex_unlock(&n->sinks[i]->lock);
	}
	for (uint32_t i = 0; n && i < n->n; i++) {
		struct sink *s = n->sinks[i];
		pthread_mutex_lock(&s->lock);
		while (!s->ended &&
			pthread_cond_timedwait(&s->emptied, &s->lock, &until) != ETIMEDOUT)
			;
		pthread_mutex_unlock(&s->lock);
	}
	atomic_store(&hurry, true);
	for (uint32_t i = 0; n && i < n->n; i++) {
		if (n->sinks[i]->joined)
			continue;
		pthread_join(n->sinks[i]->thread, NULL);
		n->sinks[i]->joined = true;
	}
	atomic_store(&hurry, false);
}

void sw_notify_close(struct sw_notify *n)
{
	if (!n)
		return;
	sw_notify_drain(n);
	for (uint32_t i = 0; i < n->n; i++)
		sink_free(n->sinks[i]);
	free(n);
}
